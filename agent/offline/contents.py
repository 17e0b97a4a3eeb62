"""What stands in a text field: lines flush left, one below the other; at its right end a unit, an icon or a grip."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.offline.ink import differs, ground_of, inked, part_of, runs
from agent.offline.rectangles import SAME_COLOUR, Field, rectangle_at
from agent.reading.channels import unlikeness
from agent.reading.labels import TextBox, rows
from agent.rect import Rect

if TYPE_CHECKING:
    from agent.offline.ink import Mask
    from agent.reading.blocks import Pixels

# In heights of the text.
MARK_WIDTH = 3.0
"""Of a unit at most."""
MARK_MARGIN = 2.5
"""Between a mark and the field's right side: a number's arrows, which show under the pointer, stand there."""
MARK_GAP = 1.0
"""Between it and the field's text at least."""
FLUSH = 0.6
"""How far the beginnings of lines may be from each other, by how they were read."""
PADDING = 2.0
"""Of a field's text, from its left side."""
AT_LEFT = 0.8
"""Of the text's height: so much more air a field's text has on its right, whatever its length."""
SPACE = 2.0
"""Between the words of a line there is less; between columns more."""
UNEVEN = 0.3
"""Of the step from a line to the next, or from it to one that is some empty lines on."""
RIM = 3
"""Pixels along a field's sides in which it may be shaded."""
CORNER = 0.25
"""Of a field's height: what a round corner takes."""
GRIP = 16
"""Pixels from the lower right corner in which a grip is drawn, on a screen of 1x."""
SELECTED, SELECTED_MORE, SELECTED_AIR = 1.9, 0.5, 3
"""Of a text's height: the block of a selection is no higher. Pixels right of it: the field's ground."""
INNER_EDGE = 2.5
"""A straight line inside this long is no letter's: the side of another box, and what holds boxes is no field."""
UNDERLINE = 60
"""Of a channel: how unlike the field's lower side is to what is below it and to its upper side."""
THICKEST_UNDERLINE = 6


def is_fillable(field: Field, texts: Sequence[TextBox]) -> bool:
    """A button is a rectangle too, but with its text in the middle and little air around it."""
    inside = [box for box in texts if field.holds(box)]
    if not inside:
        return True
    inside = without_marks(field, inside) or inside
    left, right = min(box.left for box in inside) - field.left, field.right - max(box.right for box in inside)
    height = inside[0].height
    return right - left > AT_LEFT * height or left - right > height


def without_marks(field: Field, inside: Sequence[TextBox]) -> list[TextBox]:
    """What is written in a field, but for the short things at its right end, apart from the rest."""
    middle = field.center[0]
    marks = [
        box
        for box in inside
        if box.left > middle
        and box.width <= MARK_WIDTH * box.height
        and field.right - box.right <= MARK_MARGIN * box.height
        and not any(_is_close_before(one, box) for one in inside if one is not box)
    ]
    return [box for box in inside if box not in marks]


def _is_close_before(one: TextBox, box: TextBox) -> bool:
    level = one.top < box.bottom and box.top < one.bottom
    return level and one.left < box.left and box.left - one.right < MARK_GAP * box.height


def are_lines(field: Field, boxes: Sequence[TextBox]) -> bool:
    """Whether texts are the lines of one text: flush left at the field's left side, of one height and evenly apart."""
    lines = rows(boxes)
    if not lines:
        return True
    height = sorted(box.height for box in boxes)[len(boxes) // 2]
    lefts = [line[0].left for line in lines]
    if max(lefts) - min(lefts) > FLUSH * height or min(lefts) - field.left > PADDING * height:
        return False
    pairs = (pair for line in lines for pair in itertools.pairwise(line))
    if any(after.left - before.right > SPACE * height for before, after in pairs):
        return False
    middles = [sum(box.center[1] for box in line) / len(line) for line in lines]
    steps = [after - before for before, after in itertools.pairwise(middles)]
    least = min(steps, default=height)
    return 0.7 * height < least and all(abs(step / least - round(step / least)) <= UNEVEN for step in steps)


def holds_only(pixels: Pixels, field: Field, boxes: Sequence[TextBox]) -> bool:
    """Whether nothing is drawn in a field but these texts, up to a bar or a grip at its right side."""
    inner = Rect(field.left + RIM, field.top + RIM, field.right - RIM, field.bottom - RIM)
    part = part_of(pixels, inner)
    if not part.size:
        return True
    ink = differs(part, ground_of(part))
    corner = min(round(CORNER * part.shape[0]), 2 * GRIP)
    ink[:corner, :corner] = ink[part.shape[0] - corner :, :corner] = False
    for box in boxes:
        top, left = max(0, round(box.top) - 2 - inner.top), max(0, round(box.left) - 3 - inner.left)
        ink[top : max(0, round(box.bottom) + 3 - inner.top), left : max(0, round(box.right) + 4 - inner.left)] = False
    height = max((box.height for box in boxes), default=GRIP)
    return not inked(ink, 0)[: max(0, part.shape[1] - round(1.5 * max(GRIP, height)))].any()


def without_selection(pixels: Pixels, text: TextBox) -> tuple[Pixels, Rect] | None:
    """The picture without the block that shows that a text is selected, and where that was; None where it is not."""
    y = round(text.center[1])
    block = next((one for x in _beside(text) if (one := rectangle_at(pixels, x, y)) and one.holds(text)), None)
    if block is None or block.right + SELECTED_AIR >= pixels.shape[1]:
        return None
    width, height = block.right - block.left, block.bottom - block.top
    if width > text.width + SELECTED_MORE * text.height or height > SELECTED * text.height:
        return None
    bare = pixels.copy()
    # With its own edge, or the caret beside it.
    bare[block.top - 1 : block.bottom + 1, block.left - 1 : block.right + 1] = pixels[y, block.right + SELECTED_AIR]
    return bare, Rect(block.left, block.top, block.right, block.bottom)


def _beside(text: TextBox) -> tuple[int, ...]:
    left, right = round(text.left), round(text.right)
    return left - 1, left, left + 1, right, right - 1


def holds_boxes(pixels: Pixels, field: Field, height: float) -> bool:
    """Whether there is another box inside, of one with texts `height` high: a long straight line in some row."""
    import numpy as np

    inside = pixels[field.top + 2 : field.bottom - 2, field.left + 2 : field.right - 2]
    length = round(INNER_EDGE * height)
    if inside.shape[0] < 1 or inside.shape[1] <= length:
        return False
    inked = unlikeness(inside, pixels[field.top + 1, (field.left + field.right) // 2]) > SAME_COLOUR
    before = np.cumsum(np.pad(inked, ((0, 0), (1, 0))), axis=1)
    return bool((before[:, length:] - before[:, :-length] == length).any())


def is_drawn_as_area(pixels: Pixels, field: Field) -> bool:
    """Whether a box has what only a field has: a grip in its corner, or a line of its own below it."""
    return _has_grip(pixels, field) or _is_underlined(pixels, field)


def _has_grip(pixels: Pixels, field: Field) -> bool:
    """Whether two slanting strokes cross the way into the lower right corner: a round corner is one."""
    import numpy as np

    size = min(2 * GRIP, (field.bottom - field.top) // 3)
    corner = part_of(pixels, Rect(field.right - size, field.bottom - size, field.right, field.bottom))
    if size < GRIP // 2 or corner.shape[:2] != (size, size):
        return False
    ink = differs(corner, corner[0, 0])
    crossed = runs(np.diagonal(ink), 0)
    return len(crossed) >= 2 and all(_is_slanting(ink, (start + end) // 2) for start, end in crossed[:2])


def _is_slanting(ink: Mask, at: int) -> bool:
    """Whether a stroke across the diagonal goes on, up on its right and down on its left, and not level or upright."""
    up, down = ink[at - 1 : at + 1, at + 1 : at + 3], ink[at + 1 : at + 3, at - 1 : at + 1]
    level = (ink[at, at + 3 : at + 5], ink[at + 3 : at + 5, at])
    return bool(up.any() and down.any() and not any(part.all() for part in level if part.size))


def _is_underlined(pixels: Pixels, field: Field) -> bool:
    """Whether the lower side is a thin line, unlike the upper side and what is below."""
    import numpy as np

    inset = (field.right - field.left) // 10
    columns = slice(field.left + inset, field.right - inset)
    below = pixels[field.bottom : field.bottom + THICKEST_UNDERLINE + 1, columns]
    if len(below) <= THICKEST_UNDERLINE or not below.size:
        return False
    lines = [np.median(row, axis=0).astype(np.int16) for row in (*below, pixels[field.top - 1, columns])]
    line, roof = lines[0], lines[-1]
    thickness = runs(np.array([not differs(one, line, UNDERLINE).any() for one in lines[:-1]]), 0)[0][1]
    return thickness <= THICKEST_UNDERLINE and bool(unlikeness(line[None], roof)[0] > UNDERLINE)
