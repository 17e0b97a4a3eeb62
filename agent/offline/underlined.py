"""Text fields that are drawn by the line below them alone, as forms of web programs and of paper have them.

A heading, a row of a list and the head of a table have such a line, too. So a label that stands on its line has to be
fainter than what is written elsewhere, as a hint is, or smaller; and whoever types there sees a caret first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.offline.contents import without_marks
from agent.offline.ink import clipped, differs, ground_of, part_of, runs
from agent.offline.lettering import OTHER_INK, contrast_of, letters_of
from agent.offline.rectangles import Field
from agent.reading.labels import TextBox, rows
from agent.rect import Rect

if TYPE_CHECKING:
    from agent.offline.ink import Colour
    from agent.reading.blocks import Pixels

# In heights of the label.
SHORTEST = 5.0
"""Of a line."""
ROOM = 2.0
"""Behind a hint, to its line's end."""
FLUSH = 1.0
"""How far a label and its line's beginning may be from each other."""
CLOSE, LOW, BELOW = 1.5, 0.8, 3.2
"""How far below the label its line is: of a hint that stands on it, at most; of one above the field, at least and at
most."""
RIGHT = 12.0
"""How far right of its label a line may begin."""
OVER, HIGH = 0.3, 1.5
"""Of a field: from its hint up, and from its line up."""
THICKEST = 4
"""Rows of a line."""
WALL = 0.6
"""Of what stands on the side of a box."""
LINE_INK = 8
"""Of a channel, from the ground: a light line on a ground of one colour."""
FAINTER = 0.8
"""Of the contrast of the plainest text: a hint's is at most so much."""
SMALLER = 0.9
"""Of the height of the letters of a value: those of a label above it are at most so high."""


def underlined_field(pixels: Pixels, label: TextBox, texts: Sequence[TextBox]) -> Field | None:
    """The field of a label that stands on the field's line, above what is written on it, or left of the line."""
    if (behind := _left_of_line(pixels, label, texts)) is not None:
        return behind
    line = _line(pixels, label, label.left + label.height / 2, label.bottom - 2, label.bottom + BELOW * label.height)
    if line is None or not -FLUSH / 3 <= (label.left - line.left) / label.height <= FLUSH:
        return None
    return _on_line(pixels, label, line, texts) or _above_line(pixels, label, line, texts)


def is_underlined(pixels: Pixels, field: Rect) -> bool:
    """Whether there is a line below a field, and none on its left."""
    import numpy as np

    inner = clipped(field, pixels)
    part = part_of(pixels, inner)
    if not part.size or inner.bottom + 1 >= pixels.shape[0] or inner.left < 2:
        return False
    ground = ground_of(part)
    floor = pixels[inner.bottom, inner.left : inner.right].astype(np.int16)
    walls = pixels[inner.top : inner.bottom, inner.left - 2 : inner.left].astype(np.int16)
    is_walled = bool((differs(walls, ground, LINE_INK).mean(axis=0) > 0.9).any())
    return bool(differs(floor, ground, LINE_INK).mean() > 0.9) and not is_walled


def _on_line(pixels: Pixels, label: TextBox, line: Rect, texts: Sequence[TextBox]) -> Field | None:
    """A hint, which stands in its field: faint, with nothing else on the line but signs at its end."""
    h = label.height
    if line.top - label.bottom > CLOSE * h or line.right - label.right < ROOM * h:
        return None
    field = Field(line.left, round(label.top - OVER * h), line.right, line.top)
    others = [box for box in texts if field.holds(box) and not label.holds(box)]
    alone = set(without_marks(field, [label, *others])) <= {label}
    return field if alone and _is_hint(pixels, label, texts) else None


def _above_line(pixels: Pixels, label: TextBox, line: Rect, texts: Sequence[TextBox]) -> Field | None:
    """The field below its label, with one row of text at most, in larger letters than those of the label."""
    h = label.height
    if line.top - label.bottom < LOW * h:
        return None
    field = Field(line.left, round(label.bottom) + 1, line.right, line.top)
    written = without_marks(field, [box for box in texts if field.holds(box)])
    if not written:
        return field if _is_hint(pixels, label, texts) or _is_of_one_colour(pixels, label, line) else None
    if len(rows(written)) > 1 or min(box.left for box in written) - field.left > FLUSH * h:
        return None
    own, value = letters_of(label, pixels).body, letters_of(written[0], pixels).body
    return field if own <= SMALLER * value else None


def _left_of_line(pixels: Pixels, label: TextBox, texts: Sequence[TextBox]) -> Field | None:
    """The field behind its label, whose line is level with that and no longer than the field."""
    h = label.height
    for x in range(round(label.right) + 2, round(label.right + RIGHT * h), max(2, round(h / 2))):
        line = _line(pixels, label, x, label.center[1], label.bottom + h / 2)
        if line is not None:
            break
    else:
        return None
    if line.left < label.right - 2:
        return None  # it goes on below the label: it parts rows
    field = Field(line.left, round(line.top - HIGH * h), line.right, line.top)
    between = (box for box in texts if label.right <= box.left < field.left and _is_level(box, label))
    return None if any(between) else field


def _line(pixels: Pixels, label: TextBox, x: float, top: float, bottom: float) -> Rect | None:
    """The first level line, long and thin, through a column between two rows; nothing else is drawn there but text."""
    import numpy as np

    ground = _ground_beside(pixels, label)
    column = round(x)
    if ground is None or not 0 <= column < pixels.shape[1]:
        return None
    for y in range(max(0, round(top)), min(pixels.shape[0] - THICKEST - 1, round(bottom) + 1)):
        row = differs(pixels[y].astype(np.int16), ground, LINE_INK)
        start, end = next(((a, b) for a, b in runs(row, 0) if a <= column < b), (0, 0))
        if end - start < SHORTEST * label.height:
            continue
        under = differs(pixels[y + THICKEST + 1, start:end].astype(np.int16), ground, LINE_INK)
        over = differs(pixels[y - 1, start:end].astype(np.int16), ground, LINE_INK)
        is_thin = bool(under.mean() < 0.1 and over.mean() < 0.5)
        is_whole = start > 0 and end < pixels.shape[1]
        is_side = _is_side(pixels, Rect(start, y, end, y + 1), round(WALL * label.height), ground)
        return Rect(start, y, end, y + 1) if is_thin and is_whole and not is_side else None
    return None


def _is_side(pixels: Pixels, line: Rect, high: int, ground: Colour) -> bool:
    """Whether upright lines stand on it or hang from it: it is the side of a box."""
    columns = slice(max(0, line.left - 2), line.right + 2)
    over, under = pixels[max(0, line.top - high) : line.top, columns], pixels[line.bottom : line.bottom + high, columns]
    upright = (
        differs(part.astype("int16"), ground, LINE_INK).mean(axis=0) > 0.95 for part in (over, under) if len(part)
    )
    return any(bool(one.any()) for one in upright)


def _ground_beside(pixels: Pixels, label: TextBox) -> Colour | None:
    part = part_of(
        pixels, clipped(Rect(*map(round, (label.left - 4, label.top, label.right + 4, label.bottom))), pixels)
    )
    return ground_of(part) if part.size else None


def _is_level(box: TextBox, label: TextBox) -> bool:
    return box.top < label.center[1] < box.bottom


def _is_of_one_colour(pixels: Pixels, label: TextBox, line: Rect) -> bool:
    """Whether label and line are drawn so, as they are where the field has the focus."""
    import numpy as np

    drawn = pixels[line.top, (line.left + line.right) // 2].astype(np.int16)
    return not differs(drawn, np.array(letters_of(label, pixels).colour, np.int16), OTHER_INK).any()


def _is_hint(pixels: Pixels, label: TextBox, texts: Sequence[TextBox]) -> bool:
    """Whether a text is fainter than the plainest other one on the screen."""
    others = (contrast_of(box, pixels) for box in texts if box is not label)
    plainest = max((one for one in others if one < math.inf), default=0.0)
    return contrast_of(label, pixels) <= FAINTER * plainest
