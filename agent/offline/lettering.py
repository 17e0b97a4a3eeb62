"""How a text is written: the height of its letters, how wide their strokes are, and their colour."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.offline.ink import clipped, differs, ground_of, part_of, runs
from agent.offline.spot import rect_of
from agent.reading.channels import unlikeness
from agent.rect import Box

if TYPE_CHECKING:
    from agent.reading.blocks import Pixels

LETTER_CONTRAST = 60
"""Of a channel, from the ground."""
NO_INK = 6
"""Of a channel: a ground may be shaded."""
OTHER_INK = 40
"""Of a channel: so unlike is another colour."""
ON_THE_LINE = 0.4
"""Of the ink in the fullest row of a text: below the line that its letters stand on there is less."""
LEVEL_STROKE = 0.5
"""Of the letters' height: a longer stroke is a level one, whose length says nothing of its width."""


@dataclass(frozen=True)
class Letters:
    """How a text is written."""

    body: int
    """The height of its ink, without what goes below the line."""
    colour: tuple[int, ...]
    weight: float
    """How wide its strokes are: of its body."""

    def is_alike_in_colour(self, other: Letters) -> bool:
        """Whether both are written in one colour."""
        return max(abs(a - b) for a, b in zip(self.colour, other.colour, strict=True)) <= OTHER_INK


def letters_of(box: Box, pixels: Pixels) -> Letters:
    """A text's ink: the reader's boxes have more or less air."""
    import numpy as np

    part = part_of(pixels, clipped(rect_of(box), pixels))
    ground = ground_of(part) if part.size else None
    ink = None if ground is None else differs(part, ground, LETTER_CONTRAST)
    if ink is None or ground is None or not ink.any():
        return Letters(0, (0, 0, 0), 0)
    filled = ink.sum(axis=1)
    rows = runs(filled > 0, len(filled))
    standing = runs(filled >= ON_THE_LINE * filled.max(), len(filled))
    top = rows[0][0]
    body = standing[0][1] - top
    unlike = abs(part - ground).max(axis=2)
    strokes = [end - start for row in unlike > unlike.max() / 2 for start, end in runs(row, 0)]
    weight = float(np.minimum(strokes, LEVEL_STROKE * body).mean()) / body
    plainest = part.reshape(-1, 3)[unlike.argmax()]
    return Letters(body, tuple(int(value) for value in plainest), weight)


def contrast_of(text: Box, pixels: Pixels) -> float:
    """How unlike its ground a text's plainest ink is; infinite where there is none."""
    import numpy as np

    part = part_of(pixels, clipped(rect_of(text), pixels))
    unlike = unlikeness(part, ground_of(part)) if part.size else np.zeros(0)
    ink = unlike[unlike > NO_INK]
    return float(np.quantile(ink, 0.9)) if ink.size else math.inf
