"""The text that plainly belongs to a label: in its field, on its right or below it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.offline.between import inked_runs
from agent.offline.fields import find_field
from agent.offline.ink import runs
from agent.offline.rectangles import SAME_COLOUR, Field
from agent.offline.spot import is_level
from agent.reading.channels import unlikeness
from agent.reading.labels import TextBox, ends_as_label, rows

if TYPE_CHECKING:
    from agent.reading.blocks import Pixels

# In heights of the label's text.
CLEAR_RIGHT = 8.0
"""A label with something on its right within this has its value there, read or not, and not below."""
READABLE = 0.7
"""Of the reader: what it is less sure of is no answer, as the buttons of a window, right of its title."""
BORDER_REACH = 0.8
"""How far above and below the middle of a line a border goes through."""
WALL = 0.8
"""Of those rows: the lines of a table cross it."""
GUTTER = 0.4
"""Wider than a border: what is between two cards, each on the same ground."""
MAX_GAP_BELOW = 1.2
APART = 2.5
"""Between the words of one value there is less."""
NEXT_LINE = 2.5
"""How far the line above or below may be and still be one of a list with the label."""


def value_of(label: TextBox, pixels: Pixels, texts: Sequence[TextBox]) -> str | None:
    """What belongs to `label`; "" for an empty field, None where nothing does or it is in doubt."""
    right = _right_of(label, pixels, texts)
    if any(box.score < READABLE for box in right):
        return None
    field = _own_field(label, pixels, texts)
    if field is None and right:
        return None if _is_of_a_table(label, right, texts) else joined(right)
    if field is None:
        return _below(label, pixels, texts)
    inside = [box for box in texts if field.holds(box)]
    if right and field.top >= label.bottom - 4:
        # A field below, and a text on the right that names no field of its own: either may be meant.
        return None
    return whole_text(inside)


def _own_field(label: TextBox, pixels: Pixels, texts: Sequence[TextBox]) -> Field | None:
    """The field right of the label or below it; a rectangle around it may as well be a table's cell."""
    field = find_field(pixels, label, texts)
    return None if field is None or field.holds(label) else field


def _right_of(label: TextBox, pixels: Pixels, texts: Sequence[TextBox]) -> list[TextBox]:
    """The texts on the label's line up to the next label, or to where more than a cell's border stands between."""
    found: list[TextBox] = []
    for box in _line_right(label, texts):
        if found and box.ground == label.ground != found[-1].ground:
            break  # the next label of a row of labels and values, each on a ground of its own
        before = found[-1] if found else label
        if not _is_next(box, before, pixels) or _is_label(box, pixels, texts) or (found and _says_its_label(box)):
            break
        found.append(box)
    return found if any(c.isalnum() for box in found for c in box.text) else []


def _is_of_a_table(label: TextBox, right: Sequence[TextBox], texts: Sequence[TextBox]) -> bool:
    """Whether the texts on the right of a label may be its neighbours in a table: several columns, or the heads of
    columns, which are written on another ground, no nearer to it than what is on its left, or in capitals."""
    if any(after.left - before.right > APART * label.height for before, after in itertools.pairwise(right)):
        return True
    below = [_next_below(box, texts) for box in (label, right[0])]
    if ends_as_label(label.text) or not all(below):
        return False
    if all(one and box.ground != one.ground for box, one in zip((label, right[0]), below, strict=True)):
        return label.ground == right[0].ground
    line = [box for box in texts if is_level(box, label)]
    before = [box.right for box in line if box.right <= label.left]
    if before and right[0].left - label.right >= label.left - max(before):
        return True
    # Labels and their values are two each.
    return len(line) > 2 and (len(line) % 2 == 1 or all(box.text.isupper() for box in line))


def _next_below(box: TextBox, texts: Sequence[TextBox]) -> TextBox | None:
    """The nearest text in its column, where that may be the next line of a table."""
    column = (one for one in texts if one.left < box.right and box.left < one.right and one.top > box.center[1])
    nearest = min(column, key=lambda one: one.top, default=None)
    return nearest if nearest is not None and nearest.top - box.bottom < NEXT_LINE * box.height else None


def _is_next(box: TextBox, before: TextBox, pixels: Pixels) -> bool:
    """Whether nothing is drawn between two texts of a line but one border of a cell: else it may be a text that was
    not read, as the first digit of 8 730.00."""
    import numpy as np

    y, half = round(before.center[1]), round(BORDER_REACH * before.height)
    strip = pixels[max(0, y - half) : y + half + 1, round(before.right) + 3 : round(box.left) - 1]
    if not strip.size:
        return True
    ink = np.asarray(unlikeness(strip, strip[:, :1]) > SAME_COLOUR)
    level = np.asarray(ink[half // 2 : -(half // 2)].any(axis=0))
    walls = runs(level, 0)
    is_gutter = any(end - start > GUTTER * before.height and end < len(level) for start, end in walls)
    return bool(not walls or (len(walls) == 1 and not is_gutter and ink[:, level].mean() >= WALL))


def _line_right(label: TextBox, texts: Sequence[TextBox]) -> list[TextBox]:
    level = (box for box in texts if abs(box.center[1] - label.center[1]) < 0.6 * label.height)
    return sorted((box for box in level if box.left >= label.right - 0.3 * label.height), key=lambda box: box.left)


def _is_label(box: TextBox, pixels: Pixels, texts: Sequence[TextBox]) -> bool:
    return ends_as_label(box.text) or _own_field(box, pixels, texts) is not None


def _says_its_label(box: TextBox) -> bool:
    """Whether a text is a label with its value: "Due: 1 May"."""
    return re.search(r"\w\s*(?:：|:\s)\s*\S", box.text) is not None


def _below(label: TextBox, pixels: Pixels, texts: Sequence[TextBox]) -> str | None:
    """The one text right below the label, nearer to it than the lines around, so that they are no list of equals."""
    height = label.height
    if inked_runs(pixels, label, label.right + CLEAR_RIGHT * height, texts):
        return None
    column = [box for box in texts if box is not label and box.left < label.right and label.left < box.right]
    lower = sorted((box for box in column if box.top > label.center[1]), key=lambda box: box.top)
    if not lower or (gap := lower[0].top - label.bottom) > MAX_GAP_BELOW * height:
        return None
    value = lower[0]
    others = [label.top - box.bottom for box in column if box.center[1] < label.top]
    others += [box.top - value.bottom for box in lower[1:]]
    if any(-0.5 * height < other < min(NEXT_LINE * height, 1.5 * max(gap, 2) + 2) for other in others):
        return None
    stands = abs(value.left - label.left) < height or abs(value.center[0] - label.center[0]) < 0.5 * height
    if not stands or _is_label(value, pixels, texts) or _right_of(value, pixels, texts):
        return None
    return value.text if inked_runs(pixels, value, value.right + CLEAR_RIGHT * height, texts) == 0 else None


def joined(line: Sequence[TextBox]) -> str:
    """The texts of a line as one."""
    return " ".join(box.text for box in line)


def whole_text(texts: Sequence[TextBox]) -> str:
    """All that is written on the screen, line by line."""
    return "\n".join(joined(row) for row in rows(texts))
