"""Boxes that drop down a list: a field with an arrow at its right end, inside it or in a button of its own."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.offline.fields import far_field, find_field
from agent.offline.ink import differs, ground_of, part_of, pieces
from agent.offline.rectangles import Field, rectangle_at
from agent.reading.labels import TextBox
from agent.rect import Rect

if TYPE_CHECKING:
    from agent.reading.blocks import Pixels

MIN_ARROW = 4
ARROW_CONTRAST = 36
LEAST_WIDTH = 1.4
"""In heights of the field: room for a letter and the arrow."""
MAX_ARROW = 0.7
"""Its width, in heights of the field."""


def find_dropdown(pixels: Pixels, label: TextBox, texts: Sequence[TextBox]) -> tuple[Field, Rect] | None:
    """The box that `label` names, and its arrow."""
    field = find_field(pixels, label, texts, lambda one: arrow_of(pixels, one) is not None)
    arrow = arrow_of(pixels, field) if field else None
    return None if field is None or arrow is None else (field, arrow)


def far_dropdown(pixels: Pixels, label: TextBox, texts: Sequence[TextBox]) -> tuple[Field, Rect] | None:
    """The box in a wide row, at the other end of which `label` stands, and its arrow."""
    field = far_field(pixels, label, texts, lambda one: arrow_of(pixels, one) is not None)
    arrow = arrow_of(pixels, field) if field else None
    return None if field is None or arrow is None else (field, arrow)


def arrow_of(pixels: Pixels, field: Field) -> Rect | None:
    """The arrow at the field's right end, or in the narrow button that joins it there.

    Where the field is shaded downwards, only a part of it may have been found.
    """
    height = field.bottom - field.top
    if field.right - field.left < LEAST_WIDTH * height:
        return None
    shaded = rectangle_at(pixels, field.right - 2 * height, field.bottom - 2)
    is_deeper = shaded is not None and shaded.bottom > field.bottom and abs(shaded.right - field.right) <= 2
    for one in (field, shaded if is_deeper else None):
        if one is not None and (arrow := _arrow_at_end(pixels, one)):
            return arrow
    return _arrow_beside(pixels, field, height)


def _arrow_at_end(pixels: Pixels, field: Field) -> Rect | None:
    start = field.right - round(1.4 * (field.bottom - field.top))
    return _arrow_in(pixels, Rect(start, field.top + 2, field.right, field.bottom - 2))


def _arrow_beside(pixels: Pixels, field: Field, height: int) -> Rect | None:
    # Off the middle, where the arrow itself is.
    y = field.top + height // 5
    for x in range(field.right + 1, min(pixels.shape[1], field.right + 8)):
        button = rectangle_at(pixels, x, y)
        if button is None or button.left < field.right:
            continue
        joins = (
            button.left - field.right <= 6
            and abs(button.top - field.top) <= 5
            and abs(button.bottom - field.bottom) <= 5
        )
        if joins and 0.25 * height <= button.right - button.left <= 1.6 * height:
            return _arrow_in(pixels, Rect(button.left, button.top, button.right, button.bottom))
    return None


def _arrow_in(pixels: Pixels, rect: Rect) -> Rect | None:
    """The one thing in `rect` that is shaped like an arrow downwards, if nothing comes after it."""
    part = part_of(pixels, rect)
    if not part.size:
        return None
    found = [one for one in pieces(pixels, rect, ground_of(part)) if not _is_corner(one, rect)]
    last = max(found, key=lambda one: one.right, default=None)
    return last if last is not None and last.left > rect.left and _points_down(pixels, last, rect) else None


def _is_corner(piece: Rect, rect: Rect) -> bool:
    """Whether it is a bit of the field's round corner."""
    at_side = piece.right >= rect.right - 1 or piece.left <= rect.left
    return at_side and piece.right - piece.left <= 4 and (piece.top <= rect.top + 1 or piece.bottom >= rect.bottom - 1)


def _points_down(pixels: Pixels, piece: Rect, around: Rect) -> bool:
    """Whether its rows grow shorter downwards, about one middle: filled or a chevron."""
    import numpy as np

    width, height = piece.right - piece.left, piece.bottom - piece.top
    room = around.bottom - around.top
    if not (MIN_ARROW <= width <= MAX_ARROW * room + 2 and 0.4 * width <= height <= 1.2 * width):
        return False
    if abs((piece.top + piece.bottom) - (around.top + around.bottom)) / 2 > 0.35 * room + 1:
        return False
    ink = differs(part_of(pixels, piece), ground_of(part_of(pixels, around)), ARROW_CONTRAST)
    spans = [(int(row[0]), int(row[-1])) for row in map(np.flatnonzero, ink) if row.size]
    # A chevron's tips are round: its first row may be short.
    spans = spans[1:] if len(spans) > 3 and spans[0][0] > spans[1][0] else spans
    if len(spans) < 3:
        return False
    lengths = [end - start + 1 for start, end in spans]
    middles = [(start + end) / 2 for start, end in spans]
    shrinks = all(b <= a + 1 for a, b in itertools.pairwise(lengths))
    return shrinks and lengths[-1] <= 0.5 * lengths[0] and max(middles) - min(middles) <= max(1.5, 0.15 * width)
