"""Checkboxes and radio buttons in a picture: where they stand, what stands beside them, and whether they are on."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from agent.offline.ink import FAINT_INK, INK, clipped, differs, ground_of, inked, part_of, pieces
from agent.offline.spot import is_level
from agent.offline.tick_state import shape_of, state_of
from agent.reading.labels import TextBox
from agent.rect import Rect, area

if TYPE_CHECKING:
    from agent.offline.ink import Colour, Mask
    from agent.reading.blocks import Pixels

Kind = Literal["checkbox", "radio", "switch"]
MIN_SIDE = 8
LETTER_GAP, LEAST_GAP = 3, 2
"""Blank columns: what is nearer to a letter is a letter, or nearer yet where the reader saw a box there."""
DOTS = 0.3
"""Of a column, where every second or third pixel of it is ink."""
FILLED = 0.6
"""Of its square: no letter is so much ink."""
COLOURED, PLAIN = 60, 40
"""A colour's strongest channel is so much more than its weakest, at least and at most."""
# In heights of the text beside it.
MAX_SIDE = 1.5
REACH = 8.0
"""How far its text may be: a table's first column may be wide."""
FAR_REACH = 20.0
"""How far it may be on the right of its text, where it stands in a column of its own."""
_CLOSES = ("x", "×", "✕", "✖")
"""What closes a window is no label: a square on its left fills the screen with the window."""
_LIKE_A_BOX = "oO0QDCG©®@✅☑✔☐□■"
"""A text that begins with one of these may begin with a letter that is shaped like a checkbox or radio button; any
Chinese one is as square."""


@dataclass(frozen=True)
class Tick:
    """A checkbox, radio button or switch, in the picture's pixels."""

    box: Rect
    kind: Kind
    on: bool | None
    """None where it cannot be told."""
    before: TextBox | None
    """The text on its left."""
    after: TextBox | None
    """The text on its right."""
    before_gap: int
    after_gap: int
    """Blank columns up to what stands there."""

    @property
    def center(self) -> tuple[float, float]:
        """Where a click switches it."""
        return (self.box.left + self.box.right) / 2, (self.box.top + self.box.bottom) / 2


@dataclass(frozen=True)
class TickBox:
    """A checkbox, radio button or switch whose state is known, in the picture's pixels."""

    point: tuple[float, float]
    """Where a click switches it."""
    box: Rect
    on: bool
    slides: bool = False
    """Whether it is a sliding switch."""


def all_ticks(pixels: Pixels, texts: Sequence[TextBox]) -> list[Tick]:
    """Those that stand near a text."""
    found: list[Tick] = []
    for text in texts:
        for rect in _beside(pixels, text, texts):
            if any(rect.meets(other.box) for other in found):
                continue
            tick = _tick(pixels, rect, text, texts)
            found += [tick] if tick else []
    return found


def _tick(pixels: Pixels, rect: Rect, text: TextBox, texts: Sequence[TextBox]) -> Tick | None:
    shape = shape_of(pixels, rect)
    if shape is None:
        return None
    before, before_gap = _neighbour(pixels, rect, texts, -1)
    after, after_gap = _neighbour(pixels, rect, texts, +1)
    letter_gap = max(LETTER_GAP, 0.12 * text.height)
    # A letter like T may reach out to a box that was told from it by its looks.
    is_told = after is not None and after.marked and after.left >= rect.right - 1
    if (
        before_gap < letter_gap
        or after_gap < (LEAST_GAP if is_told else letter_gap)
        or (after is not None and after.text.lower() in _CLOSES)
    ):
        return None
    kind: Kind = "checkbox" if shape == "square" else "radio"
    return Tick(rect, kind, state_of(pixels, rect, shape), before, after, before_gap, after_gap)


def _neighbour(pixels: Pixels, rect: Rect, texts: Sequence[TextBox], way: int) -> tuple[TextBox | None, int]:
    """What stands next to a tick, left (-1) or right (+1) of it: a text, or None, and how far it is."""
    import numpy as np

    height = rect.bottom - rect.top
    reach = round(FAR_REACH * height)
    sides = (rect.right, rect.right + reach) if way > 0 else (rect.left - reach, rect.left)
    strip = clipped(Rect(sides[0], rect.top, sides[1], rect.bottom), pixels)
    part = part_of(pixels, strip)
    if not part.size:
        return None, reach
    ground = ground_of(part[:, :2] if way > 0 else part[:, -2:])
    ink = differs(part, ground, 40)
    columns = np.flatnonzero((inked(ink, 0) & ~_dotted(ink))[::way])
    if not columns.size:
        return None, reach
    gap = int(columns[0])
    x = rect.right + gap if way > 0 else rect.left - gap - 1
    y = (rect.top + rect.bottom) / 2
    # A text that was read again after a tick changed may begin a little within its first letter.
    level = (
        box for box in texts if box.top <= y < box.bottom and box.left - max(4, box.height / 2) <= x < box.right + 4
    )
    # The tick itself may be read: "□", or with its label.
    text = next((box for box in level if (box.center[0] >= rect.right if way > 0 else box.center[0] < rect.left)), None)
    return (None, reach) if text is None and _is_wall(pixels, x, rect, ground) else (text, gap)


def _dotted(ink: Mask) -> Mask:
    """Which columns are the side of a focus ring: every second or third pixel is ink."""
    import numpy as np

    return np.asarray((ink.mean(axis=0) > DOTS) & ~(ink[1:] & ink[:-1]).any(axis=0))


def _is_wall(pixels: Pixels, x: int, rect: Rect, ground: Colour) -> bool:
    """Whether the column is the side of what the tick stands in, perhaps in its corner: longer than a letter's stem."""
    height = rect.bottom - rect.top
    ends = ((3 * height // 2, 3 * height // 2), (3 * height, 0), (0, 3 * height))
    columns = (clipped(Rect(x, rect.top - above, x + 1, rect.bottom + below), pixels) for above, below in ends)
    return any(bool(differs(part_of(pixels, column), ground, 40).all()) for column in columns)


def _beside(pixels: Pixels, text: TextBox, texts: Sequence[TextBox]) -> Iterator[Rect]:
    """What is shaped like a checkbox or radio button on the left of a text or on its right."""
    height, middle = text.height, text.center[1]
    inside = round(min(1.8 * height, text.width / 2)) + 2
    sides = (
        (round(text.left - REACH * height), round(text.left) + inside),
        (round(text.right) - inside, round(text.right + _reach(text, texts))),
    )
    # A low band first: a line above or below, as a table's, joins all that stands between.
    for half in (max(9, 0.5 * height), max(12, 0.8 * height)):
        for left, right in sides:
            window = clipped(Rect(left, round(middle - half), right, round(middle + half) + 1), pixels)
            for ground, limit in itertools.product(_grounds(pixels, window, text), (INK, FAINT_INK)):
                found = pieces(pixels, window, ground, round(2 * height) + 10, limit)
                whole = (rect for rect in found if rect.top > window.top and rect.bottom < window.bottom)
                yield from (rect for rect in whole if _has_its_size(rect, text) and _is_apart(pixels, rect, texts))


def _grounds(pixels: Pixels, window: Rect, text: TextBox) -> list[Colour]:
    """What a tick may stand on: the colour of most of the window, and the text's, where the window goes beyond it."""
    import numpy as np

    own = clipped(Rect(round(text.left), round(text.top), round(text.right), round(text.bottom)), pixels)
    parts = [part for part in (part_of(pixels, window), part_of(pixels, own)) if part.size]
    grounds = [ground_of(part) for part in parts]
    return grounds[:1] if len(grounds) > 1 and np.array_equal(grounds[0], grounds[1]) else grounds


def _reach(text: TextBox, texts: Sequence[TextBox]) -> float:
    """How far right of a text to look: to the next text on its line."""
    ahead = [box.left - text.right for box in texts if box.left > text.left and is_level(box, text) and box is not text]
    return min([FAR_REACH * text.height, *(max(gap, 0) + 2 * text.height for gap in ahead)])


def _has_its_size(rect: Rect, text: TextBox) -> bool:
    width, height = rect.right - rect.left, rect.bottom - rect.top
    off = abs((rect.top + rect.bottom) / 2 - text.center[1])
    largest = max(18, MAX_SIDE * text.height)
    square = 0.8 * width <= height <= 1.25 * width
    return square and MIN_SIDE <= width <= largest and off <= max(2.5, 0.28 * text.height)


def _is_apart(pixels: Pixels, rect: Rect, texts: Sequence[TextBox]) -> bool:
    """Whether it is no letter: in no text, or at the end of one that has no such letter there."""
    for box in texts:
        if not (
            box.left < rect.right - 2 and rect.left < box.right - 2 and box.top < rect.bottom and rect.top < box.bottom
        ):
            continue
        if rect.left < box.left + box.height and _is_filled_otherwise(pixels, rect, box):
            continue
        at_left, at_right = rect.left < box.left + box.height / 2, rect.right > box.right - box.height / 2
        if rect.left < box.left + box.height and (_begins_with_a_box(box.text) or _is_before(rect, box)):
            continue
        alone = box.width < 1.6 * (rect.right - rect.left) + 8 and len(box.text) <= 1
        read = (box.text[:1] if at_left else "") + (box.text[-1:] if at_right else "")
        if not alone and (not read or any(letter in _LIKE_A_BOX or letter > "\u2e80" for letter in read)):
            return False
    return True


def _is_filled_otherwise(pixels: Pixels, rect: Rect, box: TextBox) -> bool:
    """Whether it is filled with a colour, and the letters right of it have none."""
    import numpy as np

    letters = clipped(Rect(rect.right + LEAST_GAP, round(box.top), round(box.right), round(box.bottom)), pixels)
    beside = part_of(pixels, letters)
    if not beside.size:
        return False
    ground = ground_of(beside)
    fill, ink = (one.reshape(-1, 3)[differs(one, ground, 40).ravel()] for one in (part_of(pixels, rect), beside))
    if not len(ink) or len(fill) < FILLED * area(rect):
        return False
    shades = [int(np.ptp(np.median(colours, axis=0))) for colours in (fill, ink)]
    return shades[0] >= COLOURED and shades[1] <= PLAIN


def _begins_with_a_box(text: str) -> bool:
    """Whether its first letter is likely a checkbox or radio button, read with its label: "O Weekly", "C按月付款"."""
    return text[:1] in _LIKE_A_BOX and (text[1:2].isspace() or text[1:2] > "\u2e80")


def _is_before(rect: Rect, box: TextBox) -> bool:
    """Whether all letters of a short Chinese text have room on the right of `rect`, so that it is none of them."""
    count = len(box.text)
    is_chinese = 0 < count <= 5 and all(letter > "\u2e80" for letter in box.text)
    return is_chinese and box.right - rect.right >= 1.15 * count * (rect.right - rect.left)
