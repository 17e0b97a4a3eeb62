"""What an action changed on the screen: two pictures compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.reading.channels import unlikeness
from agent.reading.ocr import VISIBLE_DIFFERENCE
from agent.rect import Rect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from agent.reading.ocr import Pixels

VISIBLE_PIXELS = 8
RING = 6
"""Pixels that the ring of a focus takes of each side, at twice the scale either."""
ROUND = 0.6
"""Of a side: a ring may be dotted, and have round corners."""
CARET_COLUMNS = 3
"""A caret is no wider, at twice the scale either: what changed in more columns is more than a caret that blinks."""


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
    is_lost_ring: bool = False
    """Whether all of it is that the ring around something that had the focus went away, with its caret."""

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
        before.shape == after.shape and _is_frame(differs, box) and _is_fainter(before, after, box),
    )


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


def bounds(marks: NDArray[np.bool_]) -> Rect | None:
    """The smallest rectangle that holds all marks; None where there are none."""
    import numpy as np

    rows, columns = np.flatnonzero(marks.any(axis=1)), np.flatnonzero(marks.any(axis=0))
    if not rows.size:
        return None
    return Rect(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def grown(marks: NDArray[np.bool_], by: int) -> NDArray[np.bool_]:
    """With all that is at most `by` rows and columns from a mark."""
    import numpy as np

    for axis in (0, 1):
        margin = [(0, 0), (0, 0)]
        margin[axis] = (by + 1, by)
        sums = np.cumsum(np.pad(marks, margin), axis=axis, dtype=np.int32)
        (_, after), (before, _) = (np.split(sums, [end], axis=axis) for end in (2 * by + 1, -2 * by - 1))
        marks = after > before
    return marks


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


def is_empty(pixels: Pixels, rect: Rect) -> bool:
    """Whether the middle of it, half of each side, has one colour alone."""
    width, height = rect.right - rect.left, rect.bottom - rect.top
    middle = pixels[
        rect.top + height // 4 : rect.bottom - height // 4, rect.left + width // 4 : rect.right - width // 4
    ]
    return is_blank(middle)


def is_blank(pixels: Pixels) -> bool:
    """Whether it has one colour alone."""
    return int((pixels.max(axis=(0, 1)) - pixels.min(axis=(0, 1))).max()) <= VISIBLE_DIFFERENCE
