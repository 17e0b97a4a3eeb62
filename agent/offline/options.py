"""The options that stand right of a title, or below it, of which one is chosen: segments of a button, chips, and radio
buttons below.

Of segments and chips the chosen one is told by its ground, which is unlike that of all the others. Where none is, or
more than one, they may be buttons that do something else.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.offline.dimmed import dimmed
from agent.offline.ink import clipped, differs, ground_of, part_of
from agent.offline.instructions import Target
from agent.offline.rectangles import SAME_COLOUR
from agent.offline.spot import is_inside, is_level, rect_of
from agent.offline.tick_owners import owners
from agent.offline.ticks import Tick, all_ticks
from agent.reading.channels import unlikeness
from agent.reading.labels import TextBox, find, fold
from agent.rect import Rect, area

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from agent.offline.ink import Colour
    from agent.reading.blocks import Pixels

# In heights of the text.
WIDE, HIGH, OFF_MIDDLE = 4.0, 1.5, 0.5
"""How far a segment's sides, its top and its bottom are from its text at most; how far that is from the middle."""
RIGHT, NEXT_TO, BELOW, FLUSH = 12.0, 1.5, 2.0, 1.5
"""How far right of its title the first one may be, how far the next one is; how far below its title the first may be,
and how far from the title's left edge."""
UNEVEN = 0.25
"""How much farther down one may be seen to go: some are shaded downwards."""
EVEN = 2
"""Pixels."""
EDGE = 3
"""Of a channel."""
SHADED = 14
"""Of a channel: the ground of the one that is chosen is so unlike the others'."""


@dataclass(frozen=True)
class Option:
    """One of those that stand there to be chosen from, in the picture's pixels."""

    text: str
    box: Rect
    on: bool

    @property
    def center(self) -> tuple[float, float]:
        """Where a click chooses it."""
        return (self.box.left + self.box.right) / 2, (self.box.top + self.box.bottom) / 2


@dataclass(frozen=True)
class _Segment:
    label: TextBox
    box: Rect
    ground: Colour


def option_of(title: Target, option: Target, pixels: Pixels, texts: Sequence[TextBox]) -> Option | None:
    """The option of that name, in a picture of shape (height, width, 3), where it plainly is one of that title's."""
    behind = dimmed(pixels)
    clear = [box for box in texts if behind is None or not behind.hides(box)]
    wanted = {fold(name) for name in option.names}
    if not any(fold(box.text) in wanted for box in clear):
        return None
    found = [
        one
        for label in find(title.names, clear).boxes
        for one in _options(label, pixels, clear)
        if fold(one.text) in wanted
    ]
    return found[0] if len(found) == 1 else None


def _options(title: TextBox, pixels: Pixels, texts: Sequence[TextBox]) -> list[Option]:
    """All that are to be chosen from, one of which is on; none where they are not plainly so."""
    found = _segments(title, pixels, texts) or _radio_buttons(title, pixels, texts)
    if not found or _is_of_a_tick(title, pixels, texts):
        return []
    own = _segment(title, pixels)
    # A title may stand on the shaded ground of its row, but is none of several buttons.
    is_title = own is None or (own.box.top < found[0].box.top and found[-1].box.bottom < own.box.bottom)
    return found if is_title else []


def _is_of_a_tick(title: TextBox, pixels: Pixels, texts: Sequence[TextBox]) -> bool:
    """Whether it is the label of a checkbox or radio button, and so no title."""
    level = [box for box in texts if is_level(box, title)]
    return any(text is title for _, text in owners(pixels, all_ticks(pixels, level)))


def _segments(title: TextBox, pixels: Pixels, texts: Sequence[TextBox]) -> list[Option]:
    """Those right of the title, else those below it."""
    row = _row([box for box in texts if box.left >= title.right and is_level(box, title)], pixels)
    if row and row[0].box.left - title.right > RIGHT * title.height:
        return []  # the buttons of a page, far right of its heading
    if not row and (lines := _lines_below(title, texts)):
        row = _row(lines[0], pixels)
        row = row if row and abs(row[0].box.left - title.left) <= FLUSH * title.height else []
    chosen = _chosen(row, pixels)
    return [] if chosen is None else [Option(one.label.text, one.box, one is chosen) for one in row]


def _lines_below(title: TextBox, texts: Sequence[TextBox]) -> list[list[TextBox]]:
    """What is written below a title, line by line, each no farther from the last than the first may be from the title;
    up to what stands right of it."""
    beside = [box.left for box in texts if box.left >= title.right and is_level(box, title)]
    left, right = title.left - FLUSH * title.height, min(beside, default=float("inf"))
    lines: list[list[TextBox]] = []
    end = title.bottom
    for box in sorted(texts, key=lambda box: box.center[1]):
        if not left <= box.left < right or box.center[1] <= title.bottom or is_level(box, title):
            continue
        if lines and is_level(box, lines[-1][0]):
            lines[-1].append(box)
        elif box.top - end <= BELOW * title.height:
            lines.append([box])
            end = box.bottom
        else:
            break
    return [sorted(line, key=lambda box: box.left) for line in lines]


def _row(texts: Sequence[TextBox], pixels: Pixels) -> list[_Segment]:
    """The segments that these texts begin with, from left to right: each as high as the first, and next to the last."""
    row: list[_Segment] = []
    for box in sorted(texts, key=lambda box: box.left):
        one = _segment(box, pixels)
        if one is None or (row and not _goes_on(row, one)):
            break
        row.append(one)
    return row if len(row) > 1 else []


def _goes_on(row: Sequence[_Segment], one: _Segment) -> bool:
    first, gap = row[0].box, one.box.left - row[-1].box.right
    most = max(EVEN, UNEVEN * one.label.height)
    is_even = abs(one.box.top - first.top) <= most and abs(one.box.bottom - first.bottom) <= most
    return is_even and 0 <= gap <= NEXT_TO * one.label.height


def _segment(label: TextBox, pixels: Pixels) -> _Segment | None:
    """What is drawn around the text, with it in the middle: its sides are an edge, or where another colour begins."""
    own = clipped(rect_of(label), pixels)
    if not area(own):
        return None
    ground = ground_of(part_of(pixels, own))
    wide, high = round(WIDE * label.height), round(HIGH * label.height)
    around = clipped(Rect(own.left - wide, own.top - high, own.right + wide, own.bottom + high), pixels)
    walls = differs(part_of(pixels, around), ground, SAME_COLOUR)
    # Level with the text its ground is of one colour, and what parts two segments may be hardly another.
    y = (own.top + own.bottom) // 2
    level = part_of(pixels, clipped(Rect(around.left, y, around.right, y + 1), pixels))[0]
    start, end = own.left - around.left, own.right - around.left
    across = _between(differs(level, level[start], EDGE), start, end)
    down = _between(walls[:, (own.left + own.right) // 2 - around.left], own.top - around.top, own.bottom - around.top)
    if across is None or down is None:
        return None
    box = Rect(around.left + across[0], around.top + down[0], around.left + across[1], around.top + down[1])
    off_x, off_y = (abs(at - middle) for at, middle in zip(label.center, _middle(box), strict=True))
    is_around = box.left < own.left and own.right < box.right and box.bottom - box.top >= label.height
    return _Segment(label, box, ground) if is_around and max(off_x, off_y) <= OFF_MIDDLE * label.height else None


def _between(walls: NDArray[np.bool_], start: int, end: int) -> tuple[int, int] | None:
    """What is free on either side of a stretch: its first index, and one past its last; None where it does not end."""
    import numpy as np

    before, after = np.flatnonzero(walls[:start]), np.flatnonzero(walls[end:])
    return (int(before[-1]) + 1, end + int(after[0])) if before.size and after.size else None


def _middle(box: Rect) -> tuple[float, float]:
    return (box.left + box.right) / 2, (box.top + box.bottom) / 2


def _chosen(row: Sequence[_Segment], pixels: Pixels) -> _Segment | None:
    """The one whose ground is unlike that of all others, which are rather alike and more like the page's. Of two it is
    told only where they touch and the other is as the page is: two buttons look alike."""
    if len(row) < 2 or (len(row) == 2 and row[1].box.left - row[0].box.right > EVEN):
        return None
    page = _page(row, pixels)
    found = []
    for one in row:
        others = [other.ground for other in row if other is not one] + ([page] if len(row) == 2 else [])
        spread = max(int(unlikeness(others[0], other)) for other in others)
        apart = min(int(unlikeness(one.ground, other)) for other in others)
        stands_out = int(unlikeness(one.ground, page)) > max(int(unlikeness(other, page)) for other in others)
        # One of the others may be shaded a little under the pointer.
        found += [one] if apart > max(SHADED, 2 * spread) and stands_out else []
    return found[0] if len(found) == 1 else None


def _page(row: Sequence[_Segment], pixels: Pixels) -> Colour:
    """The colour right above the row."""
    first, last = row[0].box, row[-1].box
    above = clipped(Rect(first.left, first.top - 3 * EVEN, last.right, first.top - EVEN), pixels)
    return ground_of(part_of(pixels, above if area(above) else first))


def _radio_buttons(title: TextBox, pixels: Pixels, texts: Sequence[TextBox]) -> list[Option]:
    """Those in the lines right below the title, or from right of it on, in a row or one below the other."""
    ticks = all_ticks(pixels, texts)
    # Some may have been read as letters.
    words = [box for box in texts if not any(is_inside(box.center, tick.box) for tick in ticks)]
    radios = [(tick, text) for tick, text in owners(pixels, ticks) if tick.kind == "radio"]
    below = _radios(_lines_below(title, words), title.left - EVEN, title.left + FLUSH * title.height, radios)
    far = title.right + RIGHT * title.height
    return below or _radios(_lines_beside(title, words), title.right, far, radios)


def _lines_beside(title: TextBox, texts: Sequence[TextBox]) -> list[list[TextBox]]:
    """What is written right of a title and below that, up to the line that begins below the title."""
    beside = sorted(
        (box for box in texts if box.left >= title.right and is_level(box, title)), key=lambda box: box.left
    )
    if not beside:
        return []
    column = [box for box in texts if title.left - FLUSH * title.height <= box.left < title.right and box is not title]
    lines = itertools.takewhile(
        lambda line: not any(is_level(box, line[0]) for box in column), _lines_below(beside[0], texts)
    )
    return [beside, *lines]


def _radios(
    lines: Sequence[Sequence[TextBox]], left: float, right: float, radios: Sequence[tuple[Tick, TextBox]]
) -> list[Option]:
    """The radio buttons that these lines begin with, the first between two columns and the others below it; of one
    group no two are on."""
    found: list[Option] = []
    for line in lines:
        mine = sorted(((tick, text) for tick, text in radios if text in line), key=lambda one: one[0].box.left)
        if not mine or mine[0][1] is not line[0] or not left <= mine[0][0].box.left <= right:
            break
        if any(tick.on is None for tick, _ in mine):
            return []
        found += [Option(text.text, tick.box, bool(tick.on)) for tick, text in mine]
        left, right = found[0].box.left - EVEN, found[0].box.left + EVEN
    return found if len(found) > 1 and sum(one.on for one in found) <= 1 else []
