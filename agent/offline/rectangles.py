"""Rectangles of one colour with an edge on each side: fields, buttons and frames are."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.reading.channels import unlikeness
from agent.reading.labels import TextBox

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from agent.reading.blocks import Pixels

SAME_COLOUR = 8
"""Largest difference of a channel within one colour."""
CORNER_SHARES = (15, 30)
"""Percent of a side that its round corners may take at either end. Few first: a letter's stem must not be a side."""
BULGE = 30
"""A round end, whose corners take all of it, bulges in its middle by less than twice this part of the height."""
HIGHEST_ROUND = 120
"""Pixels of a rectangle with round ends."""
MOST_ROWS = 100
"""In which the sides of a rectangle are looked for."""
OVER = 0.3
"""Of the columns between a field's side and a caret: round corners leave out some of the edge above them."""


@dataclass(frozen=True)
class Field:
    """The inside of a text field, in the picture's pixels; right and bottom are one past it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def center(self) -> tuple[float, float]:
        """Where a click puts the caret into it."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def holds(self, box: TextBox) -> bool:
        """Whether the text's centre is inside."""
        x, y = box.center
        return self.left <= x < self.right and self.top <= y < self.bottom


def rectangle_at(pixels: Pixels, x: int, y: int, *, gap: tuple[int, int] | None = None) -> Field | None:
    """The rectangle of one colour around a point, with an edge on each side; None where there is no such.

    The upper edge may be missing from the first to the second column of `gap`, where a title stands in it.
    """
    if not (0 <= x < pixels.shape[1] and 0 <= y < pixels.shape[0]):
        return None
    shapes = ((CORNER_SHARES[0], False), (CORNER_SHARES[1], False), (CORNER_SHARES[1], gap is None))
    return next((one for shape in dict.fromkeys(shapes) if (one := _rectangle(pixels, x, y, *shape, gap))), None)


def _rectangle(
    pixels: Pixels, x: int, y: int, corners: int, is_round: bool, gap: tuple[int, int] | None
) -> Field | None:
    """The rectangle around a point whose sides stand upright, or are round where they do, but for `corners` percent of
    them at either end."""
    import numpy as np

    colour = pixels[y, x].astype(np.int16)

    def other(part: Pixels) -> NDArray[np.bool_]:
        return np.asarray(unlikeness(part, colour) > SAME_COLOUR)

    top, bottom = _span(other(pixels[:, x]), y)
    middle = slice(top + (bottom - top) * corners // 100, bottom - (bottom - top) * corners // 100)
    if middle.stop - middle.start < 4 or top == 0 or bottom == pixels.shape[0]:
        return None
    # A blank page is high: some of its rows tell as much.
    rows = pixels[middle.start : middle.stop : max(1, (middle.stop - middle.start) // MOST_ROWS)]
    if is_round and bottom - top > HIGHEST_ROUND:
        return None
    reach = max(1, (bottom - top) // BULGE) if is_round else 0
    walls = _widened(other(rows), reach).mean(axis=0) >= 0.9
    # The side of a titled frame may be as near to the window's.
    left, right = _span(walls if gap else _without_caret(walls, bottom - top, other(pixels[top - 1])), x)
    left, right = left - reach, right + reach
    if left <= 0 or right >= pixels.shape[1]:
        return None
    inset = max(2, (right - left) // 20)
    roof, floor = (other(pixels[row, left + inset : right - inset]) for row in (top - 1, bottom))
    if gap is not None:
        start = left + inset
        roof = np.delete(roof, slice(max(0, gap[0] - start), max(0, gap[1] - start)))
    if not roof.size or min(roof.mean(), floor.mean()) < 0.85:
        return None
    # Beside a side that ends early, like a field's that stands below a label in a window, the ground goes on.
    ends = ((column, *_span(other(pixels[:, column]), y)) for column in (left + 2, right - 3))
    is_closed = all(
        end <= bottom + 1 and (start >= top - 1 or (gap is not None and gap[0] <= column < gap[1]))
        for column, start, end in ends
    )
    return Field(left, top, right, bottom) if is_closed else None


def _widened(ink: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    """Ink that is so many columns wider on either side."""
    import numpy as np

    wide = ink.copy()
    for shift in range(1, reach + 1):
        wide[:, shift:] |= ink[:, :-shift]
        wide[:, :-shift] |= ink[:, shift:]
    return np.asarray(wide)


def _span(walls: NDArray[np.bool_], start: int) -> tuple[int, int]:
    """The run without a wall that holds `start`: its first index, and one past its last."""
    import numpy as np

    before, after = np.flatnonzero(walls[:start]), np.flatnonzero(walls[start:])
    return (int(before[-1]) + 1 if before.size else 0), (start + int(after[0]) if after.size else len(walls))


def _without_caret(walls: NDArray[np.bool_], height: int, roof: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """A thin line close behind another wall is a caret in an empty field, not the field's other side, where the field's
    upper edge goes over both: between two fields there is none."""
    import numpy as np

    columns = np.flatnonzero(walls)
    if columns.size < 2:
        return walls
    cleared = walls.copy()
    runs = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
    for previous, run in itertools.pairwise(runs):
        is_near = len(run) <= 2 and 1 < run[0] - previous[-1] <= max(6, height // 3)
        if is_near and roof[previous[-1] + 1 : run[0]].mean() >= OVER:
            cleared[run] = False
    return cleared
