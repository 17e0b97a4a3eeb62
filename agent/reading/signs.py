"""Signs that stand alone, as on a calculator's keys: the detector of lines passes over many of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.reading.blocks import CELL, MARGIN, blocks
from agent.reading.labels import UNSURE_SCORE, TextBox, find, fold
from agent.rect import Rect

if TYPE_CHECKING:
    from agent.reading.blocks import Pixels

SURE_SIGN = 0.7
"""Score: of 24 signs on drawn keys most had 0.9 and more; a dot has 0.35 to 0.8."""
INK_DIFFERENCE = 40
"""Of a channel, from the ground's colour."""
MOST_CELLS = 6
"""A block that is wider or higher holds more than a sign."""
AIR = (1.6, 2.6)
"""Sides of a sign: as wide and high is the square around it that is read, at least, and if there is room."""
SIDES = (16, 28)
"""The same, in pixels."""
_OF_WINDOWS = set("-_×□○")
"""What a window's own buttons look like is not looked for."""


def unread_signs(wanted: Sequence[str], texts: Sequence[TextBox]) -> list[str]:
    """Of some labels those of one character, no letter or digit, that are not among the texts."""
    names = [name for name in wanted if len(key := fold(name)) == 1 and not key.isalnum() and key not in _OF_WINDOWS]
    return [name for name in names if not find([name], texts).boxes]


def lone_signs(pixels: Pixels, texts: Sequence[TextBox]) -> list[Rect]:
    """Squares around what is small and alone on a ground of one colour, and none of the texts that were read surely or
    not looked at."""
    most = MOST_CELLS * CELL + 2 * MARGIN
    small = (block for block in blocks(pixels) if max(block.right - block.left, block.bottom - block.top) <= most)
    texts = [text for text in texts if len(text.text) != 1 or text.score >= UNSURE_SCORE]
    unread = (block for block in small if not any(block.meets(text) for text in texts))
    return [square for block in unread if (square := _square(pixels, block)) is not None]


def _square(pixels: Pixels, block: Rect) -> Rect | None:
    """A square with the ink of a block in its middle, as large as there is nothing else in it."""
    import numpy as np

    part = pixels[block.top : block.bottom, block.left : block.right].astype(np.int16)
    ground = np.median(part.reshape(-1, 3), axis=0)
    inked = np.abs(part - ground).max(axis=2) > INK_DIFFERENCE
    edge = MARGIN // 2  # of a neighbour something may reach into the margin
    inked[:edge] = inked[-edge:] = inked[:, :edge] = inked[:, -edge:] = False
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    if not rows.size:
        return None
    height, width = int(rows[-1] - rows[0]) + 1, int(columns[-1] - columns[0]) + 1
    least, most = (max(side, round(air * max(height, width))) for side, air in zip(SIDES, AIR, strict=True))
    for side in range(most, least - 1, -2):
        left = block.left + int(columns[0]) + (width - side) // 2
        top = block.top + int(rows[0]) + (height - side) // 2
        if left < 0 or top < 0:
            continue
        around = pixels[top : top + side, left : left + side].astype(np.int16)
        if (np.abs(around - ground).max(axis=2) > INK_DIFFERENCE).sum() == inked.sum():
            return Rect(left, top, left + side, top + side)
    return None
