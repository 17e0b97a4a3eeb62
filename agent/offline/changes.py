"""What an action changed on the screen: two pictures compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.offline.differences import EDGE, bounds, differing, has_edges, parts_of
from agent.offline.ink import differs as unlike
from agent.offline.ink import ground_of, part_of
from agent.reading.channels import unlikeness
from agent.reading.ocr import VISIBLE_DIFFERENCE
from agent.rect import Rect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from agent.offline.ink import Mask
    from agent.reading.ocr import Pixels

VISIBLE_PIXELS = 8
RING = 6
"""Pixels that the ring of a focus takes of each side, at twice the scale either."""
ROUND = 0.45
"""Of a side: a ring may be dotted, and have round corners."""
CARET_COLUMNS = 3
"""A caret is no wider, at twice the scale either: what changed in more columns is more than a caret that blinks."""
BAR_HEIGHT, BAR_WIDTH, BAR_FILLED, BAR_LEFT = 0.04, 0.15, 0.9, 0.6
"""Of the picture, at most and at least; of the bar; of what another window leaves of one."""
BUTTON, FACE, WRITTEN, SAME_WRITING = 0.1, 0.3, 40, 0.7
"""Of the picture: the highest button. Of a part: so much of it has another colour. Of a channel, from its ground. Of
all that is so unlike it in either picture."""
SCROLL_HEIGHT, SCROLL_WIDTH, SCROLL_FILLED = 0.08, 0.0125, 0.8
"""Of the picture, at least and at most; of the bar."""
CARET_HEIGHT, CARET_FILLED = 11, 0.9
"""Pixels, at least; of them."""


@dataclass(frozen=True)
class Change:
    """How much a person would see to differ."""

    pixels: int
    columns: int
    """How many columns of the picture have such a pixel."""
    share: float
    """Of the picture."""
    box: Rect | None
    """The smallest rectangle that holds all of it; None where nothing differs."""
    lost_rings: tuple[Rect, ...] = ()
    """Where all of it is that the rings around what had the focus went away, with a caret: these."""

    @property
    def is_visible(self) -> bool:
        """A few pixels are noise."""
        return self.pixels >= VISIBLE_PIXELS

    @property
    def is_more_than_a_caret(self) -> bool:
        """More than the blinking line of a text field."""
        return self.is_visible and self.columns > CARET_COLUMNS


NOTHING = Change(0, 0, 0.0, None)


def compared(before: Pixels, after: Pixels, without: Rect | None = None) -> Change:
    """What differs from `before` in `after`, all where the size does; what is inside `without` does not count."""
    import numpy as np

    height, width = after.shape[:2]
    differs = differing(before, after, without)
    box = bounds(differs)
    if box is None:
        return NOTHING
    count = int(np.count_nonzero(differs))
    return Change(
        count,
        int(differs.any(axis=0).sum()),
        count / (height * width),
        box,
        rings if (rings := lost_rings(before, after, differs)) and count == _held(differs, rings) else (),
    )


def lost_rings(before: Pixels, after: Pixels, differs: NDArray[np.bool_]) -> tuple[Rect, ...]:
    """Of what differs the parts that are the ring around something that had the focus, or was what Enter presses, and
    has no longer, with its caret."""
    if before.shape != after.shape:
        return ()
    boxes = (box for box in parts_of(differs, RING / differs.shape[1]) if _is_frame(differs, box))
    return tuple(box for box in boxes if _is_fainter(before, after, box))


def recoloured(before: Pixels, after: Pixels, differs: NDArray[np.bool_]) -> tuple[Rect, ...]:
    """Of what differs the parts that have another ground, on which the same is written: a button that lit up."""
    if before.shape != after.shape:
        return ()
    boxes = parts_of(differs, 2 * RING / differs.shape[1])
    return tuple(box for box in boxes if _is_recoloured(before, after, differs, box))


def activated(before: Pixels, after: Pixels, differs: NDArray[np.bool_]) -> tuple[Rect, ...]:
    """Of what differs the parts that show that another window is the active one: title bars, what is left to be seen
    of others, what only has another colour, and the frame of what has the focus in it. None without a title bar."""
    if before.shape != after.shape:
        return ()
    boxes = parts_of(differs, RING / differs.shape[1])
    faces = [box for box in boxes if _is_recoloured(before, after, differs, box)]
    bars = [box for box in faces if _is_title_bar(box, differs)]
    heights = [box.bottom - box.top for box in bars]
    others = [box for box in boxes if _is_frame(differs, box) or _is_bar(box, differs, heights)]
    return (*faces, *others) if bars else ()


def _is_bar(box: Rect, differs: NDArray[np.bool_], heights: Sequence[int]) -> bool:
    """Whether it has the height of one of the title bars, and most of it is different."""
    is_high = any(abs(box.bottom - box.top - height) <= EDGE for height in heights)
    return is_high and bool(differs[box.top : box.bottom, box.left : box.right].mean() >= BAR_LEFT)


def _is_recoloured(before: Pixels, after: Pixels, differs: NDArray[np.bool_], box: Rect) -> bool:
    import numpy as np

    is_high = box.bottom - box.top > BUTTON * len(differs)
    if is_high or differs[box.top : box.bottom, box.left : box.right].mean() < FACE:
        return False
    parts = (part_of(one, box) for one in (before, after))
    # A face may be shaded downwards.
    inks = [unlikeness(one, np.median(one, axis=1, keepdims=True)) > WRITTEN for one in parts]
    return _are_alike(*inks)


def _are_alike(was: Mask, now: Mask) -> bool:
    every = int((was | now).sum())
    return every > 0 and int((was & now).sum()) >= SAME_WRITING * every


def is_tinted(before: Pixels, after: Pixels, box: Rect) -> bool:
    """Whether the same is written in a place, on the same ground: in another colour."""
    parts = [part_of(one, box) for one in (before, after)]
    grounds = [ground_of(part) for part in parts]
    if unlike(grounds[0], grounds[1]).any():
        return False
    return _are_alike(*(unlike(part, ground, WRITTEN) for part, ground in zip(parts, grounds, strict=True)))


def _is_title_bar(box: Rect, differs: NDArray[np.bool_]) -> bool:
    """Whether a part that has another colour is as wide and low as a window's title bar, and all of it has."""
    height, width = differs.shape
    is_low = box.bottom - box.top <= BAR_HEIGHT * height and box.right - box.left >= BAR_WIDTH * width
    return is_low and bool(differs[box.top : box.bottom, box.left : box.right].mean() >= BAR_FILLED)


def carets(differs: NDArray[np.bool_]) -> tuple[Rect, ...]:
    """Of what differs the parts that are upright lines as long as a caret, wherever it blinks or went out."""
    boxes = parts_of(differs, 2 * RING / differs.shape[1])
    return tuple(box for box in boxes if _is_caret(box, differs))


def _is_caret(box: Rect, differs: NDArray[np.bool_]) -> bool:
    is_long = box.bottom - box.top >= CARET_HEIGHT and box.right - box.left <= CARET_COLUMNS
    return is_long and bool(differs[box.top : box.bottom, box.left : box.right].mean() >= CARET_FILLED)


def bars(differs: NDArray[np.bool_]) -> tuple[Rect, ...]:
    """Of what differs the parts that are bars to scroll by, which are shown while the pointer is beside them."""
    height, width = differs.shape
    boxes = parts_of(differs, 2 * RING / width)
    return tuple(
        box
        for box in boxes
        if box.bottom - box.top >= SCROLL_HEIGHT * height
        and box.right - box.left <= SCROLL_WIDTH * width
        and differs[box.top : box.bottom, box.left : box.right].mean() >= SCROLL_FILLED
    )


def is_focus_ring(before: Pixels, after: Pixels, within: Rect) -> bool:
    """Whether all that differs in a place is a frame around what had its edges there: a button, not what was chosen."""
    import numpy as np

    if before.shape != after.shape:
        return False
    differs = np.zeros(after.shape[:2], np.bool_)
    part = slice(max(0, within.top), max(0, within.bottom)), slice(max(0, within.left), max(0, within.right))
    differs[part] = differing(before[part], after[part])
    box = bounds(differs)
    if box is None or not _is_frame(differs, box):
        return False
    shrunk = (Rect(box.left + by, box.top + by, box.right - by, box.bottom - by) for by in range(RING // 2))
    return any(has_edges(before, one) for one in shrunk)


def _held(differs: NDArray[np.bool_], boxes: Sequence[Rect]) -> int:
    return sum(int(differs[one.top : one.bottom, one.left : one.right].sum()) for one in boxes)


def _is_frame(differs: NDArray[np.bool_], box: Rect) -> bool:
    """Whether what differs lies along all four sides of its box."""
    part = differs[box.top : box.bottom, box.left : box.right]
    inner = part[RING:-RING, RING:-RING]
    sides = (part[:RING].any(axis=0), part[-RING:].any(axis=0), part[:, :RING].any(axis=1), part[:, -RING:].any(axis=1))
    is_around = all(side.mean() >= ROUND for side in sides)
    return bool(inner.size and is_around and inner.any(axis=0).sum() <= CARET_COLUMNS)


def _is_fainter(before: Pixels, after: Pixels, box: Rect) -> bool:
    """Whether the sides of the box are less unlike what is around it than they were."""
    import numpy as np

    rows, columns = slice(max(0, box.top - 1), box.bottom + 1), slice(max(0, box.left - 1), box.right + 1)
    was, now = before[rows, columns], after[rows, columns]
    ground = np.median(np.concatenate([now[0], now[-1], now[:, 0], now[:, -1]]), axis=0)
    changed = unlikeness(was, now) > VISIBLE_DIFFERENCE
    return bool(unlikeness(now, ground)[changed].mean() < unlikeness(was, ground)[changed].mean())
