"""Where two pictures differ, and what stands there: boxes with edges, or nothing at all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from actions.action import Point
from agent.offline.ink import inked, runs
from agent.reading.channels import unlikeness
from agent.reading.ocr import VISIBLE_DIFFERENCE
from agent.rect import Rect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from agent.reading.ocr import Pixels

REACH = 0.05
"""Of the picture's width: how far around what has moved by itself it may do so the next time: a longer word."""
EDGE, ALONG = 2, 0.8
"""Pixels between the inside and the outside of an edge; so much of a side has it."""


def differing(before: Pixels, after: Pixels, without: Rect | None = None) -> NDArray[np.bool_]:
    """The pixels of `after`, shape (height, width), that a person would see to differ: all where the size does."""
    import numpy as np

    if before.shape != after.shape:
        return np.ones(after.shape[:2], np.bool_)
    # One channel at a time: the difference of a whole 4K picture in 16 bit would take 50 MB.
    differs = np.zeros(after.shape[:2], np.bool_)
    for channel in range(after.shape[2]):
        low, high = (
            np.minimum(before[..., channel], after[..., channel]),
            np.maximum(before[..., channel], after[..., channel]),
        )
        differs |= high - low > VISIBLE_DIFFERENCE
    if without is not None:
        differs[max(0, without.top) : max(0, without.bottom), max(0, without.left) : max(0, without.right)] = False
    return differs


def clear_of(marks: NDArray[np.bool_], boxes: Iterable[Rect]) -> None:
    """Take the marks in these boxes away."""
    for one in boxes:
        marks[one.top : one.bottom, one.left : one.right] = False


def bounds(marks: NDArray[np.bool_]) -> Rect | None:
    """The smallest rectangle that holds all marks; None where there are none."""
    import numpy as np

    rows, columns = np.flatnonzero(marks.any(axis=1)), np.flatnonzero(marks.any(axis=0))
    if not rows.size:
        return None
    return Rect(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def parts_of(differs: NDArray[np.bool_], reach: float = REACH) -> list[Rect]:
    """Boxes around what differs, each at least so far from the others, of the picture's width: a clock and a banner
    are two."""
    gap, found = round(reach * differs.shape[1]), []
    for top, bottom in runs(inked(differs, 1), gap):
        for left, right in runs(inked(differs[top:bottom], 0), gap):
            box = bounds(differs[top:bottom, left:right])
            if box is not None:
                found.append(Rect(left + box.left, top + box.top, left + box.right, top + box.bottom))
    return found


def has_edges(pixels: Pixels, box: Rect, slack: int = 0) -> bool:
    """Whether the box is unlike what is right outside of it, along each side, or so many pixels farther out."""
    (height, width), margin = pixels.shape[:2], EDGE + slack
    if box.left < margin or box.top < margin or box.right > width - margin or box.bottom > height - margin:
        return False
    rows, columns = slice(box.top, box.bottom), slice(box.left, box.right)
    across = pixels.swapaxes(0, 1)
    return all(
        any(_is_edge(part, span, inner + way * by, way) for by in range(slack + 1))
        for part, span, inner, way in (
            (across, rows, box.left, -1),
            (across, rows, box.right - 1, 1),
            (pixels, columns, box.top, -1),
            (pixels, columns, box.bottom - 1, 1),
        )
    )


def _is_edge(pixels: Pixels, span: slice, inner: int, way: int) -> bool:
    """Whether most of a row of pixels is unlike the next one on that side, or the one after that: a border is thin."""
    import numpy as np

    unlike = [unlikeness(pixels[inner, span], pixels[inner + way * gap, span]) for gap in range(1, EDGE + 1)]
    return bool((np.max(unlike, axis=0) > VISIBLE_DIFFERENCE).mean() >= ALONG)


def is_empty(pixels: Pixels, rect: Rect) -> bool:
    """Whether the middle of it, half of each side, has one colour alone."""
    width, height = rect.right - rect.left, rect.bottom - rect.top
    middle = pixels[
        rect.top + height // 4 : rect.bottom - height // 4, rect.left + width // 4 : rect.right - width // 4
    ]
    return is_blank(middle)


def reaches_the_edge(pixels: Pixels, at: Point) -> bool:
    """Whether one colour goes on from a place to a side of the picture, and up or down to another: of the desktop."""
    colour = pixels[at.y, at.x].astype("int16")
    row, column = (unlikeness(part, colour) > VISIBLE_DIFFERENCE for part in (pixels[at.y], pixels[:, at.x]))
    return all(not (part[:place].any() and part[place:].any()) for part, place in ((row, at.x), (column, at.y)))


def is_blank(pixels: Pixels) -> bool:
    """Whether it has one colour alone."""
    return int((pixels.max(axis=(0, 1)) - pixels.min(axis=(0, 1))).max()) <= VISIBLE_DIFFERENCE
