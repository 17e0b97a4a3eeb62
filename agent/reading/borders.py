"""Borders within a line of text: where one thing's text ends and another's begins, however close they stand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agent.reading.channels import unlikeness
from agent.rect import Rect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from agent.reading.blocks import Pixels

STEP = 20
"""Of a channel, between pixels on both sides of a place: a border's, or of one ground and another."""
BEYOND = 3
"""Rows above and below a line, or an eighth of its height, that its letters do not reach."""
SMOOTH = 64
"""Of a channel: the last shade of a letter's smooth edge."""
HIGH = 0.85
"""Of these rows and the line's, what a border crosses: a field may end a row or two above the line's lower end."""
THICK = 4
"""Pixels; nearer steps are one border's."""
SIDE = 0.6
"""Of a line's height: a field's side is no lower."""
RULE = 0.8
"""Of a line's width: a row with so much of a step is the upper or lower border of what the text stands in."""
LONG_END = 2
"""Heights of a line: so far around it a frame is followed."""
CUT_OFF = 0.2
"""Of a border's length that is looked for: so much of it is enough where the picture ends."""
STUB = 2
"""Columns by which it is told that a border goes on to the other side."""
LONG = 1.5
"""Times the line's height, without a blank: the strokes of 回 are not as long."""


def between_borders(pixels: Pixels, line: Rect) -> list[Rect]:
    """What is left of and right of each border, and of each change of the ground, that goes upright through a line."""
    within = _between_rules(pixels, line)
    found = []
    left = line.left
    for first, last in _upright(pixels, within, 0 if within != line else _beyond(line)):
        found.append(replace(within, left=left, right=max(left, first)))
        left = last
    found.append(replace(within, left=left))
    return [part for part in found if part.right > part.left]


def up_to_border(pixels: Pixels, line: Rect, margin: int) -> Rect:
    """The line with a margin of so many columns and rows, on its left and right up to a border that is there."""
    height, width = pixels.shape[:2]
    wide = Rect(
        max(0, line.left - margin), max(0, line.top - margin),
        min(width, line.right + margin), min(height, line.bottom + margin),
    )  # fmt: skip
    part = _part(pixels, wide.left, line.top, wide.right, line.bottom)
    left, right = line.left - wide.left, line.right - wide.left
    return replace(
        wide,
        left=line.left - _free(part[:, :left][:, ::-1], part[:, left]),
        right=line.right + _free(part[:, right:], part[:, right - 1]),
    )


def _free(columns: Pixels, edge: Pixels) -> int:
    """How many columns, from the edge of a line on, are no border and show nothing that a blank parts from it."""

    if columns.shape[1] > 1 and _shades(columns[:, 0]) > STEP and (columns == columns[:, :1]).all():
        return 0  # a level border
    for count in range(columns.shape[1]):
        before = columns[:, count - 1] if count else edge
        is_other = (unlikeness(columns[:, count], before) > STEP).mean() >= HIGH
        shades, shades_before = _shades(columns[:, count]), _shades(before)
        if is_other or (shades_before <= SMOOTH and shades > max(STEP, 2 * shades_before)):
            return count
    return int(columns.shape[1])


def _shades(column: Pixels) -> int:
    """How far apart its lightest and its darkest pixel are, of a channel."""
    return int((column.max(axis=0) - column.min(axis=0)).max())


def is_crossed(pixels: Pixels, line: Rect) -> bool:
    """Whether a border goes through it from above to below."""
    return bool(_upright(pixels, line, _beyond(line)))


def without_frame(pixels: Pixels, line: Rect, ground: NDArray[np.int16]) -> Rect:
    """A title, on a ground of that colour, without the ends of the frame's upper border that it stands in."""
    import cv2
    import numpy as np

    height = line.bottom - line.top
    bare = unlikeness(_part(pixels, line.left, line.top, line.right, line.bottom), ground) > STEP
    ends = _end_of_rule(bare), _end_of_rule(bare[:, ::-1])
    if not any(ends):
        return line
    left, top = max(0, line.left - LONG_END * height), max(0, line.top - 1)
    around = _part(pixels, left, top, line.right + LONG_END * height, line.bottom + LONG_END * height)
    ink = unlikeness(around, ground) > STEP
    _, pieces, boxes, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    rows, columns = slice(line.top - top, line.bottom - top), slice(line.left - left, line.right - left)
    within = np.asarray(pieces[rows, columns], np.int32)
    whole = Rect(line.left - left, line.top - top, line.right - left, line.bottom - top)
    start, end = (
        column if column and _leaves(whole, boxes[_outermost(side)], height) else 0
        for column, side in zip(ends, (within, within[:, ::-1]), strict=True)
    )
    if start + end >= line.right - line.left:
        return line
    return replace(line, left=line.left + start, right=line.right - end)


def _outermost(pieces: NDArray[np.int32]) -> int:
    """The number of the piece of ink that begins leftmost."""
    import numpy as np

    first = np.flatnonzero((pieces > 0).any(axis=0))[0]
    return int(pieces[:, first].max())


def _end_of_rule(ink: NDArray[np.bool_]) -> int:
    """How many columns from the left have nothing but a level line, and perhaps the frame's side down from its end; 0
    where there is none."""
    import numpy as np

    inked = np.flatnonzero(ink.any(axis=0))
    if not inked.size or inked[0] > THICK:
        return 0
    first, level = int(inked[0]), None
    upper = int(np.flatnonzero(ink[:, first])[0])
    for column in range(first, ink.shape[1]):
        rows = np.flatnonzero(ink[:, column])
        if column - first < THICK and (not rows.size or rows[-1] == len(ink) - 1):
            continue  # the side, or where the corner is left open
        level = int(rows[0]) if level is None and rows.size else level
        if not rows.size or rows[0] != level or rows[-1] - rows[0] >= THICK:
            is_rule = column - first >= THICK and level is not None and abs(level - upper) < THICK
            return column if is_rule else 0
    return 0


def _leaves(line: Rect, piece: NDArray[np.int32], height: int) -> bool:
    """Whether a piece of ink goes on far outside the line, beside or below it: a dash does not."""
    left, top, width, depth = (int(value) for value in piece[:4])
    return left < line.left - height or left + width > line.right + height or top + depth > line.bottom + height // 2


def _beyond(line: Rect) -> int:
    return max(BEYOND, (line.bottom - line.top) // 8)


def _upright(pixels: Pixels, line: Rect, beyond: int) -> list[tuple[int, int]]:
    """The borders that cross a line from above it to below it, and the sides of boxes in it: first column, and one past
    the last."""
    import numpy as np

    part = _part(pixels, line.left - 1, line.top - beyond, line.right + 1, line.bottom + beyond)
    steps = unlikeness(part[:, 2:], part[:, :-2]) > STEP
    high = np.flatnonzero(steps.sum(axis=0) >= SIDE * (line.bottom - line.top))
    columns = (column for column in high.tolist() if _is_side(pixels, line, column, steps[:, column], beyond))
    crossing = np.flatnonzero(steps.mean(axis=0) >= HIGH)
    places = np.union1d(crossing, np.fromiter(columns, int)) + max(0, line.left - 1) + 1
    groups = np.split(places, np.flatnonzero(np.diff(places) > THICK) + 1) if places.size else []
    return [(int(group[0]), int(group[-1]) + 1) for group in groups]


def _is_side(pixels: Pixels, line: Rect, column: int, steps: NDArray[np.bool_], beyond: int) -> bool:
    """Whether steps down a column are the side of a field: at both ends a long border goes off from it, to one side.

    An underlined letter has one at its foot; on a selected one the borders of what is selected go on to both sides.
    """
    import numpy as np

    rows = np.flatnonzero(steps)
    if rows[-1] - rows[0] >= rows.size + THICK:
        return False
    reach, at, top = round(LONG * (line.bottom - line.top)), line.left + column, max(1, line.top - beyond)
    ends = (top + int(rows[0]), top + int(rows[-1]))

    def goes_off(left: int, length: int) -> bool:
        return all(_has_rule(pixels, left, left + length, row) for row in ends)

    return (goes_off(at + THICK, reach) and not goes_off(at - THICK - STUB, STUB)) or (
        goes_off(at - reach - THICK, reach) and not goes_off(at + THICK, STUB)
    )


def _has_rule(pixels: Pixels, left: int, right: int, row: int) -> bool:
    """Whether a straight border of one colour goes along there, a few rows up or down: a row of letters changes.

    At the end of the picture it may be cut off: a picture of a text alone has a blank there.
    """
    near = _part(pixels, left, row - THICK, right, row + THICK)
    if near.shape[1] < CUT_OFF * (right - left):
        return False
    steps = unlikeness(near[2:], near[:-2]) > STEP
    changes = unlikeness(near[1:-1, 1:], near[1:-1, :-1]) > STEP
    return bool((steps.all(axis=1) & ~changes.any(axis=1)).any())


def _between_rules(pixels: Pixels, line: Rect) -> Rect:
    """The line without the upper and lower border of the buttons that it goes through."""
    import numpy as np

    height = line.bottom - line.top
    part = _part(pixels, line.left, line.top - 1, line.right, line.bottom + 1)
    steps = unlikeness(part[2:], part[:-2]) > STEP
    rules = [row.mean() > RULE and _longest(row) > LONG * height for row in steps]
    rows = np.flatnonzero(rules) + max(0, line.top - 1) + 1 - line.top
    upper, lower = rows[rows < height // 3], rows[rows >= height - height // 3]
    if not (upper.size and lower.size):
        return line
    return replace(line, top=line.top + int(upper[-1]) + 1, bottom=line.top + int(lower[0]))


def _longest(row: NDArray[np.bool_]) -> int:
    """The longest stretch of marks."""
    import numpy as np

    blanks = np.flatnonzero(np.concatenate([[True], ~row, [True]]))
    return int(np.diff(blanks).max()) - 1


def _part(pixels: Pixels, left: int, top: int, right: int, bottom: int) -> Pixels:
    return pixels[max(0, top) : bottom, max(0, left) : right]
