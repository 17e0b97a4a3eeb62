"""What is known to move by itself, and what it may become next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.offline.changes import RING
from agent.offline.differences import parts_of
from agent.rect import Rect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CLOSE, MOSTLY, NEXT = 0.02, 0.5, 4
"""Of the picture's width: how far around what is known to move it may do so next. Of a part of what differs. Pixels."""


def without_movers(differs: NDArray[np.bool_], movers: Sequence[Rect]) -> NDArray[np.bool_]:
    """What differs, without what is known to move by itself and what is near it; a part that is level with it and
    mostly so, or goes on right where it ends, as a bar that fills, is so as a whole."""
    import numpy as np

    if not movers:
        return differs
    known = np.zeros(differs.shape, np.bool_)
    for one in movers:
        known[max(0, one.top) : max(0, one.bottom), max(0, one.left) : max(0, one.right)] = True
    near, rest = grown(known, round(CLOSE * differs.shape[1])), differs.copy()
    for box in parts_of(differs, 2 * RING / differs.shape[1]):
        part = slice(box.top, box.bottom), slice(box.left, box.right)
        is_level = bool(near[part].any(axis=1).all())
        is_so = is_level and (differs & near)[part].sum() >= MOSTLY * differs[part].sum()
        beside = known[max(0, box.top) : box.bottom, max(0, box.left - NEXT) : box.right + NEXT]
        rest[part] &= not (is_so or beside.any(axis=1).all())
    return rest & ~near


def grown(marks: NDArray[np.bool_], by: int, axes: Sequence[int] = (0, 1)) -> NDArray[np.bool_]:
    """With all that is at most `by` rows (axis 0) and columns (axis 1) from a mark."""
    import numpy as np

    for axis in axes:
        margin = [(0, 0), (0, 0)]
        margin[axis] = (by + 1, by)
        sums = np.cumsum(np.pad(marks, margin), axis=axis, dtype=np.int32)
        (_, after), (before, _) = (np.split(sums, [end], axis=axis) for end in (2 * by + 1, -2 * by - 1))
        marks = after > before
    return marks
