"""The options that stand right of a title, or below it, of which one is chosen: segments of a button, chips, and radio
buttons below.

Of segments and chips the chosen one is told by its ground, which is unlike that of all the others. Where none is, or
more than one, they may be buttons that do something else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.offline.dimmed import dimmed
from agent.offline.ink import clipped, differs, ground_of, part_of
from agent.offline.instructions import Target
from agent.offline.rectangles import SAME_COLOUR
from agent.offline.spot import is_level, rect_of
from agent.offline.tick_owners import owners
from agent.offline.ticks import all_ticks
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
EVEN = 2
"""Pixels."""
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
    clear = [box for box in texts if behind is None or not behind.covers(box.center)]
    wanted = {fold(name) for name in option.names}
    found = [
        one
        for label in find(title.names, clear).boxes
        for one in _options(label, pixels, clear)
        if fold(one.text) in wanted
    ]
    return found[0] if len(found) == 1 else None


def _options(title: TextBox, pixels: Pixels, texts: Sequence[TextBox]) -> list[Option]:
    """All that are to be chosen from, one of which is on; none where they are not plainly so."""
    if _segment(title, pixels) is not None:
        return []
    found = _segments(title, pixels, texts) or _radio_buttons(title, pixels, texts)
    return [] if found and _is_of_a_tick(title, pixels, texts) else found


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
    is_even = abs(one.box.top - first.top) <= EVEN and abs(one.box.bottom - first.bottom) <= EVEN
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
    across = _between(walls[(own.top + own.bottom) // 2 - around.top], own.left - around.left, own.right - around.left)
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
    """The only one whose ground is unlike that of all others, which are alike and more like the page's. Of two it is
    told only where they touch and the other is as the page is: two buttons look alike."""
    if len(row) < 2 or (len(row) == 2 and row[1].box.left - row[0].box.right > EVEN):
        return None
    page = _page(row, pixels)
    found = []
    for one in row:
        others = [other.ground for other in row if other is not one] + ([page] if len(row) == 2 else [])
        are_alike = all(int(unlikeness(others[0], other)) <= SAME_COLOUR for other in others)
        is_apart = int(unlikeness(one.ground, others[0])) > SHADED
        stands_out = int(unlikeness(one.ground, page)) > max(SHADED, int(unlikeness(others[0], page)))
        found += [one] if are_alike and is_apart and stands_out else []
    return found[0] if len(found) == 1 else None


def _page(row: Sequence[_Segment], pixels: Pixels) -> Colour:
    """The colour right above the row."""
    first, last = row[0].box, row[-1].box
    above = clipped(Rect(first.left, first.top - 3 * EVEN, last.right, first.top - EVEN), pixels)
    return ground_of(part_of(pixels, above if area(above) else first))


def _radio_buttons(title: TextBox, pixels: Pixels, texts: Sequence[TextBox]) -> list[Option]:
    """Those in the lines right below the title, in a row or one below the other; of one group no two are on."""
    lines = _lines_below(title, texts)
    level = [box for box in texts if any(is_level(box, line[0]) for line in lines)]
    radios = [(tick, text) for tick, text in owners(pixels, all_ticks(pixels, level)) if tick.kind == "radio"]
    found: list[Option] = []
    for line in lines:
        mine = sorted(((tick, text) for tick, text in radios if text in line), key=lambda one: one[0].box.left)
        indent = mine[0][0].box.left - (found[0].box.left if found else title.left) if mine else 0
        is_flush = abs(indent) <= EVEN if found else -EVEN <= indent <= FLUSH * title.height
        if not mine or mine[0][1] is not line[0] or not is_flush:
            break
        if any(tick.on is None for tick, _ in mine):
            return []
        found += [Option(text.text, tick.box, bool(tick.on)) for tick, text in mine]
    return found if len(found) > 1 and sum(one.on for one in found) <= 1 else []
