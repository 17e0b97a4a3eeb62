"""Text fields in a picture: the empty rectangle that a label belongs to.

A field is found as a rectangle of one colour with an edge on each of its four sides, right of the label, below it, or
around it (a text inside the field). What is not plainly such a rectangle is no field: nothing is typed on a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from agent.offline.rectangles import SAME_COLOUR, Field, rectangle_at
from agent.reading.channels import unlikeness
from agent.reading.labels import TextBox

if TYPE_CHECKING:
    from agent.reading.blocks import Pixels

# All in heights of the label's text.
MAX_DISTANCE_RIGHT = 18.0
MAX_DISTANCE_BELOW = 2.2
MAX_GAP_BELOW = 0.8
CLEAR_RIGHT = 4.0
"""A label whose right is not blank for this far has its field there, seen or not: the one below is another's."""
FARTHEST_RIGHT = 80.0
"""Of a field in a wide column of a form, with nothing at all between."""
LEVEL = 0.35
"""How far the middles of such a field and its label may be from each other."""
MIN_WIDTH = 2.2
HEIGHTS = (0.6, 4.5)
MAX_AREA_HEIGHT = 30.0
"""Of a field for many lines, whose top is level with its label."""
BORDER = 4
"""Columns that a field's edge takes at most."""
AIR = 2
"""Columns: so far from its edge a text's box shows no letter."""
INNER_EDGE = 2.5
"""A straight line inside this long is no letter's: the side of another box, and what holds boxes is no field."""


def find_field(
    pixels: Pixels, label: TextBox, texts: Sequence[TextBox], fits: Callable[[Field], bool] | None = None
) -> Field | None:
    """The field that `label` names, in a picture of shape (height, width, 3); `texts` is all that is written on it.

    `fits` tells a field from a rectangle that is something else; by default one that can be filled in is a field.
    """

    def is_field(field: Field) -> bool:
        return is_fillable(field, texts)

    fits = fits or is_field
    found = _around(pixels, label, texts, fits) or _right_of(pixels, label, texts, fits)
    if found is None and _is_clear_right(pixels, label, texts):
        return _below(pixels, label, texts, fits)
    return found


def _around(pixels: Pixels, label: TextBox, texts: Sequence[TextBox], fits: Callable[[Field], bool]) -> Field | None:
    y = round(label.center[1])
    # An arrow may be read, too.
    words = [box for box in texts if box.width > 1.2 * box.height and len(box.text) != 1]
    others = [box for box in words if not label.holds(box)]
    for x in (round(label.left) - 4, round(label.right) + 5, round(label.right) + 9):
        field = _field_at(pixels, x, y, label)
        if field and field.holds(label) and field.right - field.left > label.width + label.height:
            # A frame or a window around a label has more in it than the label, and what was written below it.
            inside = [box for box in others if field.holds(box)]
            is_frame = not _is_value_below(inside, label) or _holds_boxes(pixels, field, label.height)
            return field if not is_frame and fits(field) else None
    return None


def _is_value_below(inside: Sequence[TextBox], label: TextBox) -> bool:
    """Whether the texts are at most one, right below a label that stands in its field's upper left corner."""
    return not inside or (
        len(inside) == 1
        and abs(inside[0].left - label.left) <= label.height
        and label.bottom - 4 <= inside[0].top <= label.bottom + MAX_GAP_BELOW * label.height
    )


def _holds_boxes(pixels: Pixels, field: Field, height: float) -> bool:
    """Whether there is another box inside, of one with texts `height` high: a long straight line in some row."""
    import numpy as np

    inside = pixels[field.top + 2 : field.bottom - 2, field.left + 2 : field.right - 2]
    length = round(INNER_EDGE * height)
    if inside.shape[0] < 1 or inside.shape[1] <= length:
        return False
    inked = unlikeness(inside, pixels[field.top + 1, (field.left + field.right) // 2]) > SAME_COLOUR
    before = np.cumsum(np.pad(inked, ((0, 0), (1, 0))), axis=1)
    return bool((before[:, length:] - before[:, :-length] == length).any())


def _right_of(pixels: Pixels, label: TextBox, texts: Sequence[TextBox], fits: Callable[[Field], bool]) -> Field | None:
    y, step = round(label.center[1]), max(2, round(label.height / 4))
    others = [box for box in texts if box.left >= label.right and box.top <= y < box.bottom]
    end = min(pixels.shape[1], round(label.right + MAX_DISTANCE_RIGHT * label.height))
    # The box of a value may be as wide as its field, but has air at its left.
    starts = {x for box in others if (x := round(box.left) + AIR) < end}
    for x in sorted({*range(round(label.right) + 3, end, step), *starts}):
        if any(box.left <= x < box.right for box in others) and x not in starts:
            continue
        field = _field_at(pixels, x, y, label)
        if field is None or field.left < label.right - 4:
            continue
        # The box of a value at its left edge may begin on the edge.
        blocked = any(box.left < field.left and not field.holds(box) for box in others)
        return field if not blocked and fits(field) and not _is_in_a_card(pixels, label, field, texts) else None
    return None


def _is_in_a_card(pixels: Pixels, label: TextBox, field: Field, texts: Sequence[TextBox]) -> bool:
    """Whether a text stands in a box with others, and the field beside that box."""
    card = rectangle_at(pixels, round(label.left) - 4, round(label.center[1]))
    if card is None or not card.holds(label) or card.right > field.left:
        return False
    return any(card.holds(box) for box in texts if not label.holds(box))


def far_field(pixels: Pixels, label: TextBox, texts: Sequence[TextBox]) -> Field | None:
    """The field in a wide column of a form: the first thing on the right of `label`, level with it and no other's."""
    import numpy as np

    y, start = round(label.center[1]), round(label.right) + 3
    strip = pixels[max(0, y - 2) : y + 3, start : round(label.right + FARTHEST_RIGHT * label.height)]
    columns = np.flatnonzero((unlikeness(strip, strip[:, :1]) > SAME_COLOUR).any(axis=0))
    edge = start + int(columns[0]) if columns.size else 0
    beyond = (_field_at(pixels, x, y, label) for x in range(edge + 1, edge + BORDER + 3) if columns.size)
    field = next((one for one in beyond if one and edge <= one.left <= edge + BORDER), None)
    if field is None or abs(field.center[1] - y) > LEVEL * label.height or not is_fillable(field, texts):
        return None
    above = [box for box in texts if 0 <= field.top - box.bottom + 2 < MAX_GAP_BELOW * label.height + 2]
    over = (box for box in above if box.left < field.right and field.left < box.right)
    return None if any(_is_plain_down(pixels, box, field) for box in over) else field


def _is_plain_down(pixels: Pixels, box: TextBox, field: Field) -> bool:
    """Whether nothing is drawn between a text and the field below it, as a window's edge or the field that it is in."""

    x = min(round(box.right) + AIR + 1, pixels.shape[1] - 1)
    column = pixels[round(box.center[1]) : field.top - BORDER, x]
    return not (unlikeness(column, column[:1]) > SAME_COLOUR).any()


def _is_clear_right(pixels: Pixels, label: TextBox, texts: Sequence[TextBox]) -> bool:
    return inked_runs(pixels, label, label.right + CLEAR_RIGHT * label.height, texts) == 0


def inked_runs(pixels: Pixels, label: TextBox, end: float, texts: Sequence[TextBox]) -> int:
    """How many things other than `texts` stand level with `label`, from its right to the column `end`."""
    import numpy as np

    y, start = round(label.center[1]), round(label.right) + 3
    strip = pixels[max(0, y - 2) : y + 3, start : max(start, round(end))]
    if not strip.size:
        return 0
    inked = np.asarray((unlikeness(strip, strip[:, :1]) > SAME_COLOUR).any(axis=0))
    for box in texts:
        if box is not label and box.top <= y < box.bottom:
            inked[max(0, round(box.left) - 3 - start) : max(0, round(box.right) + 3 - start)] = False
    return int(inked[0]) + int(np.count_nonzero(inked[1:] & ~inked[:-1]))


def _below(pixels: Pixels, label: TextBox, texts: Sequence[TextBox], fits: Callable[[Field], bool]) -> Field | None:
    # The label's first letters: a field starts at its label's edge, however short it is. The second: round corners.
    for letters in (0.5, 1.0):
        x = round(label.left + letters * min(label.width, label.height))
        starting = (_starting_at(pixels, x, y, label, texts) for y in _rows_below(pixels, label))
        field = next((one for one in starting if one is not None), None)
        if field is not None:
            near = field.top - label.bottom <= MAX_GAP_BELOW * label.height
            return field if near and label.left - field.left < 2 * label.height and fits(field) else None
    return None


def _starting_at(pixels: Pixels, x: int, y: int, label: TextBox, texts: Sequence[TextBox]) -> Field | None:
    """The field at a point below the label; where something is written, at the end of that."""
    written = next((b for b in texts if b is not label and b.left <= x < b.right and b.top <= y < b.bottom), None)
    field = _field_at(pixels, x if written is None else round(written.right) + AIR, y, label)
    if field is None or field.top < label.bottom - 4:
        return None
    return field if written is None or field.holds(written) else None


def _rows_below(pixels: Pixels, label: TextBox) -> Iterator[int]:
    start, step = round(label.bottom) + 2, max(2, round(label.height / 5))
    yield from range(start, min(pixels.shape[0], round(start + MAX_DISTANCE_BELOW * label.height)), step)


def is_fillable(field: Field, texts: Sequence[TextBox]) -> bool:
    """A button is a rectangle too, but with its text in the middle and little air around it."""
    inside = [box for box in texts if field.holds(box)]
    if not inside:
        return True
    left, right = min(box.left for box in inside) - field.left, field.right - max(box.right for box in inside)
    height = inside[0].height
    return abs(left - right) > height


def _field_at(pixels: Pixels, x: int, y: int, label: TextBox) -> Field | None:
    """The rectangle of one colour around a point, if it has a field's size beside this label."""
    field = rectangle_at(pixels, x, y)
    if field is None:
        return None
    width, height = field.right - field.left, field.bottom - field.top
    tall = (
        MAX_AREA_HEIGHT
        if abs(field.top - label.top) < 1.5 * label.height or field.top > label.center[1]
        else HEIGHTS[1]
    )
    fits = width >= MIN_WIDTH * label.height and HEIGHTS[0] * label.height <= height <= tall * label.height
    if not fits or width >= 0.98 * pixels.shape[1]:
        return None
    # A marked text in one line is such a box too.
    return None if height > HEIGHTS[1] * label.height and _holds_boxes(pixels, field, label.height) else field
