"""Values and fields in a table without their names: where the row of one text meets the column of another."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.offline.contents import is_fillable
from agent.offline.groups import is_in_other_card, is_in_other_table
from agent.offline.lettering import letters_of
from agent.offline.plates import button_around, is_cell
from agent.offline.rectangles import Field, rectangle_at
from agent.offline.spot import is_level, rect_of
from agent.reading.labels import TextBox
from agent.rect import Box, Rect

if TYPE_CHECKING:
    from agent.reading.blocks import Pixels

NEXT_ROW = 1.2
"""Of the step from a head to what is below it: no farther above it is the row before, if it is no head."""
BOLDER = 1.2
"""Of a text's strokes: those of a bold one are so much wider."""
FLUSH = 0.5
"""In heights of a text: how far the sides of two texts of a column are from each other, as they were read."""
# In heights of the header.
LOWEST, HIGHEST = 1.0, 3.0
"""Of a field in a cell."""
NARROWEST = 2.0
LEAST_GAP = 4
"""Pixels between two fields of a column."""
LONGEST_GAP = 6.0
"""From the header, or from one field of its column, to the next."""


def cell(header: Rect, row: Rect, pixels: Pixels, texts: Sequence[TextBox]) -> TextBox | None:
    """The one text level with `row` and below `header`, the head of a column, and below no other of its line."""
    if header.bottom > row.top:
        return None
    line = [box for box in texts if is_level(box, row)]
    below = [box for box in line if _share_columns(box, header)]
    heads = [box for box in texts if is_level(box, header) and not is_in_other_card(rect_of(box), header, pixels)]
    others = [box for box in heads if rect_of(box) != header]
    if len(below) != 1 or any(_share_columns(below[0], other) for other in others):
        return None
    if not _are_heads(header, heads, line, pixels, texts):
        return None
    found, head = below[0], next((box for box in texts if rect_of(box) == header), None)
    if not found.text or rect_of(found) == row or (head and _are_buttons(head, found, pixels, texts)):
        return None
    is_elsewhere = is_in_other_card(rect_of(found), row, pixels) or is_in_other_table(rect_of(found), row, pixels)
    return None if is_elsewhere else found


def _are_buttons(head: TextBox, found: TextBox, pixels: Pixels, texts: Sequence[TextBox]) -> bool:
    """Whether one of them is drawn as a button rather than as a cell: a list may have buttons in its rows."""
    plates = [button_around(pixels, box, texts) for box in (head, found)]
    if any(plate is not None and not is_cell(pixels, plate) for plate in plates):
        return True
    ends = [(plate.left, plate.right) for plate in plates if plate is not None]
    return len(ends) == 2 and any(abs(a - b) > LEAST_GAP for a, b in zip(*ends, strict=True))


def _are_heads(
    header: Rect, heads: Sequence[TextBox], row: Sequence[TextBox], pixels: Pixels, texts: Sequence[TextBox]
) -> bool:
    """Whether the texts of a header's line are the heads of a table's columns: written on another ground than the row,
    or each in other letters than what is below it there; and not below as many texts of another row."""
    pairs = [(head, box) for head in heads for box in row if _share_columns(head, box)]
    middle = (header.top + header.bottom) / 2
    lower = (box.center[1] - middle for box in texts if box.top >= header.bottom and _share_columns(header, box))
    step = min(lower, default=0.0)
    above = [box for box in texts if 0 < middle - box.center[1] <= NEXT_ROW * step and not is_level(box, header)]
    covered = [head for head in heads if any(_are_in_line(head, box) for box in above)]
    if 2 * len(covered) > len(heads):
        return False
    # Chinese strokes are thinner than those of letters as bold.
    alike = [(head, box) for head, box in pairs if _is_wide(head) == _is_wide(box)] or pairs
    return all(head.ground != box.ground or _is_otherwise(head, box, pixels) for head, box in alike)


def _are_in_line(a: TextBox, b: TextBox) -> bool:
    """Whether two texts may be of one column: flush on a side, or centred. A toolbar's are not."""
    apart = min(abs(a.left - b.left), abs(a.right - b.right), abs(a.center[0] - b.center[0]))
    return _share_columns(a, b) and apart <= FLUSH * min(a.height, b.height)


def _is_wide(box: TextBox) -> bool:
    return any(unicodedata.east_asian_width(letter) in "WF" for letter in box.text)


def _is_otherwise(head: TextBox, box: TextBox, pixels: Pixels) -> bool:
    """Whether a text is written in another colour than another, or plainly bolder."""
    letters, others = letters_of(head, pixels), letters_of(box, pixels)
    return not letters.is_alike_in_colour(others) or letters.weight > BOLDER * others.weight


def column_fields(header: TextBox, pixels: Pixels, texts: Sequence[TextBox]) -> list[Field]:
    """The text fields below the head of a column and below no other text of its line, one a row; up to a text in the
    column that is in no field."""
    others = [box for box in texts if is_level(box, header) and box is not header]
    found: list[Field] = []
    y, step = round(header.bottom) + 2, max(2, round(header.height / 4))
    last = header.bottom
    while others and y < pixels.shape[0] and y - last < LONGEST_GAP * header.height:
        field = _field_across(header, y, pixels, texts)
        if field is None or any(_share_columns(field, other) for other in others):
            y += step
            continue
        if found and field.top - last < LEAST_GAP:
            return []  # cells, with one border between them
        if any(_share_columns(box, header) and last <= box.center[1] < field.top for box in texts):
            break
        found.append(field)
        last = y = field.bottom + 1
    return found


def _field_across(header: TextBox, y: int, pixels: Pixels, texts: Sequence[TextBox]) -> Field | None:
    """The text field that a row of pixels goes through, below a header."""
    for x in (round(header.left + header.height / 2), round(header.center[0]), round(header.right)):
        written = next((box for box in texts if box.left <= x < box.right and box.top <= y < box.bottom), None)
        field = rectangle_at(pixels, x if written is None else round(written.right) + 2, y)
        if field is None or not _share_columns(field, header):
            continue
        width, height = field.right - field.left, field.bottom - field.top
        fits = LOWEST * header.height <= height <= HIGHEST * header.height and width >= NARROWEST * header.height
        if fits and is_fillable(field, texts) and not is_cell(pixels, field):
            return field
    return None


def _share_columns(a: Box | Field, b: Box | Field) -> bool:
    return a.left < b.right and b.left < a.right
