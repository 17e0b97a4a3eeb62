"""A sign or a unit in a box of its own that touches the left side of a text field, as the $ of a price."""

from __future__ import annotations

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
