"""Sliding switches beside a label. They are recognised so as not to be taken for something that opens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.offline.ink import clipped, differs, ground_of, part_of, pieces
from agent.reading.labels import TextBox
from agent.rect import Rect

if TYPE_CHECKING:
    from agent.offline.ink import Colour
    from agent.reading.blocks import Pixels

# In heights of the label's text.
REACH = 20.0
HEIGHTS = (0.6, 2.0)
WIDE = (1.5, 2.6)
"""Its width, in its own heights."""
MAX_READ = 2
"""Letters that its knob may be read as."""
CORNER = 0.12
"""Of its height: what a round end leaves free."""


def has_toggle(pixels: Pixels, label: TextBox, texts: Sequence[TextBox]) -> bool:
    """Whether something like a sliding switch stands level with the text, on its right and without words in it."""
    y, reach = label.center[1], round(1.3 * label.height)
    right = round(label.right + REACH * label.height)
    window = clipped(Rect(round(label.right) + 3, round(y) - reach, right, round(y) + reach), pixels)
    part = part_of(pixels, window)
    if not part.size:
        return False
    ground = ground_of(part)
    return any(_is_toggle(pixels, one, ground, label, texts) for one in pieces(pixels, window, ground))


def _is_toggle(pixels: Pixels, piece: Rect, ground: Colour, label: TextBox, texts: Sequence[TextBox]) -> bool:
    width, height = piece.right - piece.left, piece.bottom - piece.top
    fits = HEIGHTS[0] * label.height <= height <= HEIGHTS[1] * label.height and WIDE[0] <= width / height <= WIDE[1]
    is_level = abs((piece.top + piece.bottom) / 2 - label.center[1]) <= 0.4 * label.height
    if not (fits and is_level) or any(piece.meets(box) for box in texts if len(box.text) > MAX_READ):
        return False
    ink, bit = differs(part_of(pixels, piece), ground), max(1, round(CORNER * height))
    corners = (ink[:bit, :bit], ink[:bit, -bit:], ink[-bit:, :bit], ink[-bit:, -bit:])
    return not any(corner.mean() > 0.5 for corner in corners) and bool(ink[0].any() and ink[-1].any())
