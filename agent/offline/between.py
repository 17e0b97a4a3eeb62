"""What is drawn between a label and its field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.offline.ink import clipped, differs, ground_of, part_of
from agent.offline.rectangles import SAME_COLOUR, Field
from agent.reading.channels import unlikeness
from agent.reading.labels import TextBox
from agent.rect import Rect

if TYPE_CHECKING:
    from agent.reading.blocks import Pixels

BORDER = 4
"""Columns that a field's edge takes at most."""
AIR = 2
"""Columns: so far from its edge a text's box shows no letter."""
LINE = 0.95
"""Of a row: what is drawn in so much of it is a line."""


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


def is_plain_down(pixels: Pixels, box: TextBox, field: Field) -> bool:
    """Whether nothing is drawn between a text and the field below it, as a window's edge or the field that it is in."""

    x = min(round(box.right) + AIR + 1, pixels.shape[1] - 1)
    column = pixels[round(box.center[1]) : field.top - BORDER, x]
    return not (unlikeness(column, column[:1]) > SAME_COLOUR).any()


def is_parted(pixels: Pixels, label: TextBox, field: Field) -> bool:
    """Whether a line goes through between a label and what is below it, as the end of the cell that it stands in."""
    between = Rect(round(label.left), round(label.bottom) + 1, round(label.right), field.top - BORDER)
    if between.bottom <= between.top or not (part := part_of(pixels, clipped(between, pixels))).size:
        return False
    return bool((differs(part, ground_of(part), SAME_COLOUR).mean(axis=1) >= LINE).any())


def stands_in_border(box: TextBox, field: Field) -> bool:
    """Whether a text stands in a box's upper border: of a frame with a title, or of a field with its label there."""
    is_over = field.left - box.height / 2 <= box.left and box.right <= field.right
    return is_over and box.top < field.top - 1 < box.bottom - 1
