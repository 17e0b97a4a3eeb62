"""A sign or a unit in a box of its own that touches the left side of a text field, as the $ of a price."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.offline.rectangles import SAME_COLOUR, Field, rectangle_at
from agent.reading.channels import unlikeness
from agent.reading.labels import TextBox

if TYPE_CHECKING:
    from agent.reading.blocks import Pixels

WIDER = 2.5
"""How many times as wide as the box the field behind it is at least: segments of one control are alike."""
LONGEST = 8
"""Letters of what is in the box: https://."""
BORDER = 4
"""Pixels between the two at most."""
STEP = 1.5
"""Heights: the widest box of a step up or down."""
_NUMBER = re.compile(r"[-–]?\d+(?:[.,]\d+)?")
_READ_AS_STEP = str.maketrans("", "", "一十")
LEVEL = 2
"""Pixels by which their upper and lower sides may differ."""


def field_behind(pixels: Pixels, box: Field, texts: Sequence[TextBox]) -> Field | None:
    """The field that a box with a sign in its middle touches; None where that is no such box."""
    if not _is_addon(box, texts):
        return None
    y = (box.top + box.bottom) // 2
    for x in range(box.right + 1, box.right + BORDER + 3):
        field = rectangle_at(pixels, min(x, pixels.shape[1] - 1), y)
        if field is not None and _belong(box, field) and _differ(pixels, box, field):
            return field
    return None


def is_stepped(pixels: Pixels, field: Field, texts: Sequence[TextBox]) -> bool:
    """Whether a number stands in a box with two narrow ones that it is counted up and down with: both right of it, or
    one on either side."""
    inside = [text for text in texts if field.holds(text)]
    if len(inside) != 1 or _NUMBER.fullmatch(inside[0].text) is None:
        return False
    right = _step_beside(pixels, field, texts, +1)
    if right is None:
        return False
    return _step_beside(pixels, right, texts, +1) is not None or _step_beside(pixels, field, texts, -1) is not None


def field_behind_step(pixels: Pixels, x: int, y: int, texts: Sequence[TextBox]) -> Field | None:
    """The box of a number that is counted, behind the narrow one around a point that it is counted down with."""
    step = rectangle_at(pixels, x, y)
    if step is None:
        return None
    level = step.top + (step.bottom - step.top) // 5
    found = (rectangle_at(pixels, step.right + gap, level) for gap in range(1, BORDER + 3))
    return next((one for one in found if one and one.left >= step.right and is_stepped(pixels, one, texts)), None)


def _step_beside(pixels: Pixels, box: Field, texts: Sequence[TextBox], way: int) -> Field | None:
    """The box about as wide as high, with no word in it, that touches another on one side."""
    y, height = box.top + (box.bottom - box.top) // 5, box.bottom - box.top
    for gap in range(1, BORDER + 3):
        x = box.right + gap if way > 0 else box.left - 1 - gap
        beside = rectangle_at(pixels, x, y) if 0 <= x < pixels.shape[1] else None
        if beside is None or beside.right - beside.left > STEP * height:
            continue
        is_level = abs(beside.top - box.top) <= LEVEL and abs(beside.bottom - box.bottom) <= LEVEL
        is_next = 0 < (beside.left - box.right if way > 0 else box.left - beside.right) <= BORDER
        if is_level and is_next and not any(c.isalnum() for text in texts if beside.holds(text) for c in _sign(text)):
            return beside
    return None


def _sign(text: TextBox) -> str:
    """What a minus or a plus was read as is none of the letters."""
    return text.text.strip().translate(_READ_AS_STEP)


def is_addon_text(pixels: Pixels, text: TextBox, field: Field, texts: Sequence[TextBox]) -> bool:
    """Whether a text is the sign in the box before that field."""
    if text.right > field.left + BORDER or field.left - text.right > 3 * text.height:
        return False
    box = rectangle_at(pixels, max(0, round(text.left) - 3), (field.top + field.bottom) // 2)
    return box is not None and box.holds(text) and field_behind(pixels, box, texts) == field


def _is_addon(box: Field, texts: Sequence[TextBox]) -> bool:
    inside = [text for text in texts if box.holds(text)]
    if len(inside) != 1 or len(inside[0].text) > LONGEST:
        return False
    return abs(inside[0].center[0] - box.center[0]) <= max(3, 0.4 * inside[0].height)


def _belong(box: Field, field: Field) -> bool:
    is_beside = 0 < field.left - box.right <= BORDER
    is_level = abs(field.top - box.top) <= LEVEL and abs(field.bottom - box.bottom) <= LEVEL
    return is_beside and is_level and field.right - field.left >= WIDER * (box.right - box.left)


def _differ(pixels: Pixels, box: Field, field: Field) -> bool:
    """Whether the box is of another colour than the field."""
    faces = [pixels[one.top + 2, one.left + 3] for one in (box, field)]
    return bool(unlikeness(faces[0][None], faces[1])[0] > SAME_COLOUR)
