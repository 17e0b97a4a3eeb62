"""Text fields in a picture: the empty rectangle that a label belongs to.

A field is found as a rectangle of one colour with an edge on each of its four sides, right of the label, below it, or
around it (a text inside the field). What is not plainly such a rectangle is no field: nothing is typed on a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from agent.offline.addons import field_behind, field_behind_step, is_addon_text, is_stepped
from agent.offline.between import AIR, BORDER, inked_runs, is_parted, is_plain_down, stands_in_border
from agent.offline.contents import (
    are_lines,
    holds_boxes,
    holds_only,
    is_drawn_as_area,
    is_fillable,
    without_marks,
    without_selection,
)
from agent.offline.rectangles import SAME_COLOUR, Field, rectangle_at
from agent.reading.channels import unlikeness
from agent.reading.labels import TextBox, rows

if TYPE_CHECKING:
    from agent.reading.blocks import Pixels

# All in heights of the label's text.
MAX_DISTANCE_RIGHT = 18.0
MAX_DISTANCE_BELOW = 2.2
MAX_GAP_BELOW = 0.8
MAX_GAP_TO_LINES = 1.2
"""Of a label in one field with several lines, as it is read: its box may be low."""
CLEAR_RIGHT = 4.0
"""A label whose right is not blank for this far has its field there, seen or not: the one below is another's."""
FARTHEST_RIGHT = 80.0
"""Of a field in a wide column of a form, with nothing at all between."""
APART = 3.0
"""So far from its label, or with something drawn between, a field with a text right above it is that one's."""
LEVEL = 0.35
"""How far the middles of such a field and its label may be from each other."""
MIN_WIDTH = 2.0
HEIGHTS = (0.6, 4.5)
MAX_AREA_HEIGHT = 30.0
"""Of a field for many lines, whose top or middle is level with its label."""
LARGEST_VALUE = 1.35
"""Of what is written below a label in one box with it, with a unit beside that: larger it may be a card's figure."""
COLOURFUL = 100
"""The most by which the strongest channel of a field's ground is above its weakest."""
SELECTION_GAP = 6
"""Pixels between the sides of a field and the block behind a selected text."""


def find_field(
    pixels: Pixels, label: TextBox, texts: Sequence[TextBox], fits: Callable[[Field], bool] | None = None
) -> Field | None:
    """The field that `label` names, in a picture of shape (height, width, 3); `texts` is all that is written on it.

    `fits` tells a field from a rectangle that is something else; by default one that can be filled in is a field.
    """

    def is_field(field: Field) -> bool:
        return is_fillable(field, texts) or is_stepped(pixels, field, texts)

    fits = fits or is_field
    found = _around(pixels, label, texts, fits) or _right_of(pixels, label, texts, fits)
    if found is None and _is_clear_right(pixels, label, texts):
        found = _below(pixels, label, texts, fits)
    return found or _with_selection(pixels, label, texts, fits)


def _with_selection(
    pixels: Pixels, label: TextBox, texts: Sequence[TextBox], fits: Callable[[Field], bool]
) -> Field | None:
    """The field right of a label in which the text is selected, so that its ground is not of one colour."""
    y, end = label.center[1], label.right + MAX_DISTANCE_RIGHT * label.height
    level = [box for box in texts if label.right <= box.left < end and box.top <= y < box.bottom]
    first = min(level, key=lambda box: box.left, default=None)
    selected = None if first is None or not first.text else without_selection(pixels, first)
    if selected is None:
        return None
    bare, block = selected
    field = _right_of(bare, label, texts, fits)
    around = field and (block.left - field.left, block.top - field.top, field.bottom - block.bottom)
    return field if around and all(0 <= one <= SELECTION_GAP for one in around) else None


def _around(pixels: Pixels, label: TextBox, texts: Sequence[TextBox], fits: Callable[[Field], bool]) -> Field | None:
    y = round(label.center[1])
    beside = (_field_at(pixels, round(x), y, label, texts) for x in (label.left - 4, label.right + 5, label.right + 9))
    wide = [one for one in beside if one and one.holds(label) and one.right - one.left > label.width + label.height]
    field = min(
        wide, key=lambda one: (one.right - one.left) * (one.bottom - one.top), default=None
    )  # a cell with a field in it holds the label as well
    if field is None or any(stands_in_border(box, field) for box in texts if box is not label):
        return None
    # A frame or a window around a label has more in it than the label, and what was written below it.
    others = (box for box in texts if not label.holds(box) and field.holds(box))
    inside = [box for box in others if not _is_sign(box, field, label)]
    is_frame = not _is_value_below(pixels, field, inside, label) or holds_boxes(pixels, field, label.height)
    return field if not is_frame and fits(field) else None


def _is_sign(box: TextBox, field: Field, label: TextBox) -> bool:
    """Whether it is an arrow or an icon that was read, and no short text that begins below the label."""
    is_short = box.width <= 1.2 * box.height or len(box.text) == 1
    return is_short and (box.left > field.center[0] or box.top < label.bottom - 4)


def _is_value_below(pixels: Pixels, field: Field, inside: Sequence[TextBox], label: TextBox) -> bool:
    """Whether the texts are at most a line, right below a label that stands in its field's upper left corner; with a
    unit at its end, where it is no larger than a field's; or several lines, where the box is plainly a field."""
    written = without_marks(field, inside)
    if not written:
        return not inside
    lines = rows(written)
    first, gap = lines[0][0], MAX_GAP_BELOW if len(lines) == 1 else MAX_GAP_TO_LINES
    stands = (
        abs(first.left - label.left) <= label.height
        and label.bottom - 4 <= first.top <= label.bottom + gap * label.height
        and are_lines(field, written)
    )
    if len(inside) == 1 or not stands:
        return stands
    if len(lines) == 1 and first.height <= LARGEST_VALUE * label.height:
        return True
    return is_drawn_as_area(pixels, field) and holds_only(pixels, field, (label, *inside))


def _right_of(pixels: Pixels, label: TextBox, texts: Sequence[TextBox], fits: Callable[[Field], bool]) -> Field | None:
    y, step = round(label.center[1]), max(2, round(label.height / 4))
    others = [box for box in texts if box.left >= label.right and box.top <= y < box.bottom]
    end = min(pixels.shape[1], round(label.right + MAX_DISTANCE_RIGHT * label.height))
    # The box of a value may be as wide as its field, but has air at its left.
    starts = {x for box in others if (x := round(box.left) + AIR) < end}
    for x in sorted({*range(round(label.right) + 3, end, step), *starts}):
        if any(box.left <= x < box.right for box in others) and x not in starts:
            continue
        field = _field_at(pixels, x, y, label, texts)
        if field is None or field.left < label.right - 4:
            continue
        # The box of a value at its left edge may begin on the edge.
        before = (box for box in others if box.left < field.left and not field.holds(box))
        blocked = any(not is_addon_text(pixels, box, field, texts) for box in before)
        is_other = blocked or not _is_plain(pixels, field, label, texts) or _is_in_a_card(pixels, label, field, texts)
        is_other = is_other or any(stands_in_border(box, field) for box in texts)
        is_other = is_other or (_is_apart(pixels, label, field, texts) and _has_its_own(pixels, field, label, texts))
        return field if not is_other and fits(field) else None
    return None


def _is_apart(pixels: Pixels, label: TextBox, field: Field, texts: Sequence[TextBox]) -> bool:
    is_far = field.left - label.right > APART * label.height
    return is_far or inked_runs(pixels, label, field.left - BORDER, texts) > 0


def _has_its_own(pixels: Pixels, field: Field, label: TextBox, texts: Sequence[TextBox]) -> bool:
    """Whether a label stands right above a field, flush with it."""
    flush = [box for box in texts if abs(box.left - field.left) <= label.height]
    return _is_labelled_above(pixels, field, label, flush)


def _is_plain(pixels: Pixels, field: Field, label: TextBox, texts: Sequence[TextBox]) -> bool:
    """Whether a box for more than a line holds nothing but lines of a text; where it is high and neither begins level
    with its label nor stands below it, with no other text on that side of it."""
    inside = [box for box in texts if field.holds(box)]
    if field.bottom - field.top <= HEIGHTS[1] * label.height and len(rows(without_marks(field, inside))) < 2:
        return True
    if not are_lines(field, without_marks(field, inside)) or not holds_only(pixels, field, inside):
        return False
    beside = (box for box in texts if label.left <= box.left and box.right <= field.left and not label.holds(box))
    return _starts_at(field, label) or not any(field.top <= box.center[1] < field.bottom for box in beside)


def _starts_at(field: Field, label: TextBox) -> bool:
    """Whether a field's upper side is level with its label, or below that."""
    return abs(field.top - label.top) < 1.5 * label.height or field.top > label.center[1]


def _is_in_a_card(pixels: Pixels, label: TextBox, field: Field, texts: Sequence[TextBox]) -> bool:
    """Whether a text stands in a box with others, and the field beside that box."""
    y, left, step = round(label.center[1]), round(label.left) - 4, max(4, round(label.height))
    cards = (rectangle_at(pixels, x, y) for x in (left, *range(round(label.right) + BORDER, field.left, step)))
    card = next((one for one in cards if one and one.holds(label) and one.right <= field.left), None)
    return card is not None and any(card.holds(box) for box in texts if not label.holds(box))


def far_field(
    pixels: Pixels, label: TextBox, texts: Sequence[TextBox], fits: Callable[[Field], bool] | None = None
) -> Field | None:
    """The field in a wide column of a form: the first thing on the right of `label`, level with it and no other's."""
    import numpy as np

    y, start = round(label.center[1]), round(label.right) + 3
    strip = pixels[max(0, y - 2) : y + 3, start : round(label.right + FARTHEST_RIGHT * label.height)]
    columns = np.flatnonzero((unlikeness(strip, strip[:, :1]) > SAME_COLOUR).any(axis=0))
    edge = start + int(columns[0]) if columns.size else 0
    beyond = (_field_at(pixels, x, y, label, texts) for x in range(edge + 1, edge + BORDER + 3) if columns.size)
    field = next((one for one in beyond if one and edge <= one.left <= edge + BORDER), None)
    field = field or field_behind_step(pixels, edge + 2, y, texts)
    if field is None or not _is_level(field, label):
        return None
    if not (fits(field) if fits else is_fillable(field, texts) or is_stepped(pixels, field, texts)):
        return None
    if not _is_plain(pixels, field, label, texts):
        return None
    return None if _is_labelled_above(pixels, field, label, texts) else field


def _is_labelled_above(pixels: Pixels, field: Field, label: TextBox, texts: Sequence[TextBox]) -> bool:
    """Whether another text stands right above a field, so that it may be that one's."""
    above = [box for box in texts if 0 <= field.top - box.bottom + 2 < MAX_GAP_BELOW * label.height + 2]
    over = (box for box in above if box.left < field.right and field.left < box.right)
    return any(is_plain_down(pixels, box, field) for box in over)


def _is_clear_right(pixels: Pixels, label: TextBox, texts: Sequence[TextBox]) -> bool:
    return inked_runs(pixels, label, label.right + CLEAR_RIGHT * label.height, texts) == 0


def _below(pixels: Pixels, label: TextBox, texts: Sequence[TextBox], fits: Callable[[Field], bool]) -> Field | None:
    # The label's first letters: a field starts at its label's edge, however short it is. Farther: round corners, ends.
    for letters in (0.5, 1.0, 1.5):
        x = round(label.left + letters * min(label.width, label.height))
        starting = (_starting_at(pixels, x, y, label, texts) for y in _rows_below(pixels, label))
        field = next((one for one in starting if one is not None), None)
        if field is not None:
            near = field.top - label.bottom <= MAX_GAP_BELOW * label.height and not is_parted(pixels, label, field)
            stands = (
                near and label.left - field.left < 2 * label.height and not _is_caption(pixels, label, field, texts)
            )
            return field if stands and _is_plain(pixels, field, label, texts) and fits(field) else None
    return None


def _is_caption(pixels: Pixels, label: TextBox, field: Field, texts: Sequence[TextBox]) -> bool:
    """Whether a label is as near to a field above it as to the one below, and its column begins with a field: it may
    be the upper one's."""
    upper = _field_above(pixels, label, texts)
    if upper is None or label.top - upper.bottom > field.top - label.bottom + BORDER:
        return False
    while upper is not None:
        over = (box for box in texts if abs(box.left - upper.left) <= label.height)
        title = next((box for box in over if -2 <= upper.top - box.bottom <= MAX_GAP_BELOW * label.height), None)
        if title is None:
            return True
        upper = _field_above(pixels, title, texts)
    return False


def _field_above(pixels: Pixels, label: TextBox, texts: Sequence[TextBox]) -> Field | None:
    """The field right above a label, flush with it."""
    x, top = round(label.left + label.height / 2), round(label.top)
    for y in range(top - 2, max(0, round(top - MAX_GAP_BELOW * label.height)), -2):
        field = _field_at(pixels, x, y, label, texts)
        if field is not None and field.bottom <= top + 4 and abs(field.left - label.left) <= label.height:
            return field
    return None


def _starting_at(pixels: Pixels, x: int, y: int, label: TextBox, texts: Sequence[TextBox]) -> Field | None:
    """The field at a point below the label; where something is written, at the end of that."""
    written = next((b for b in texts if b is not label and b.left <= x < b.right and b.top <= y < b.bottom), None)
    field = _field_at(pixels, x if written is None else round(written.right) + AIR, y, label, texts)
    if field is None or field.top < label.bottom - 4:
        return None
    is_own = written is None or field.holds(written) or is_addon_text(pixels, written, field, texts)
    return field if is_own else None


def _rows_below(pixels: Pixels, label: TextBox) -> Iterator[int]:
    start, step = round(label.bottom) + 2, max(2, round(label.height / 5))
    yield from range(start, min(pixels.shape[0], round(start + MAX_DISTANCE_BELOW * label.height)), step)


def _field_at(pixels: Pixels, x: int, y: int, label: TextBox, texts: Sequence[TextBox]) -> Field | None:
    """The rectangle of one colour around a point, or that behind a sign, if it has a field's size beside this label."""
    field = rectangle_at(pixels, x, y)
    if field is None:
        return None
    field = field_behind(pixels, field, texts) or field
    width, height = field.right - field.left, field.bottom - field.top
    is_beside = field.left >= label.right - BORDER and _is_level(field, label)
    tall = MAX_AREA_HEIGHT if is_beside or _starts_at(field, label) else HEIGHTS[1]
    fits = width >= MIN_WIDTH * label.height and HEIGHTS[0] * label.height <= height <= tall * label.height
    if not fits or width >= 0.98 * pixels.shape[1]:
        return None
    # A swatch or a picture is such a box, too.
    if int(pixels[y, x].max()) - int(pixels[y, x].min()) > COLOURFUL:
        return None
    # A marked text in one line is such a box too.
    return None if height > HEIGHTS[1] * label.height and holds_boxes(pixels, field, label.height) else field


def _is_level(field: Field, label: TextBox) -> bool:
    return abs(field.center[1] - label.center[1]) <= LEVEL * label.height
