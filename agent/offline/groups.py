"""The group that a title names: the frame around what belongs together, or the part of a page below a heading.

A frame's title stands in its upper border, right above it, or inside at its top. Only where there is no frame is a text
a heading, and only one that is plainly larger than what it heads: a text like others of a list heads nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.offline.dimmed import dimmed
from agent.offline.ink import runs
from agent.offline.lettering import Letters, letters_of
from agent.offline.rectangles import Field, rectangle_at
from agent.offline.spot import is_inside, is_level, overlap, rect_of
from agent.reading.channels import unlikeness
from agent.reading.labels import TextBox
from agent.rect import Box, Rect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from agent.reading.blocks import Pixels

# In heights of the title.
ABOVE_BORDER = 0.6
"""How far a title may be above its frame."""
BELOW_BORDER = 1.5
INDENT = 2.5
"""How far right of the frame's left side it may begin."""
AIR = 0.5
"""How far left of it a reader's box of its title may begin."""
BLANK = 3.0
"""A group ends where nothing is written for so long."""
AS_LARGE, LIKE_IT, OF_OTHER_INK = 0.95, 0.82, 0.87
"""A text whose letters are so high, from their tops to the line that they stand on, ends a heading's group, wherever it
stands; or in line with the heading; or that in another colour."""
LOW = 0.72
"""Of capitals: how high letters without ascenders are."""
LIGHTER = 0.8
"""Of a title's strokes: those of a text that is not bold as it is are less wide than this."""
NEXT_ROW, LARGER = 1.8, 1.3
"""How far below a row of a table the next one is. Of a text's box: a heading's is so much higher."""
TITLE_BAR, LEAST_WINDOW = 1.5, 5.0
"""How far a window's border begins above the middle of its title at most, and goes on below it at least."""
TOP_OF_DIALOG = 2.5
"""How far below its upper edge."""
LEAST_CARD, WIDEST_CARD = 2.5, 30.0
"""How high a card is at least; how far from its side a text in it may be."""
GUTTER = 4
"""Pixels: wider than a border."""
BELOW_ROW, LINE_BEYOND = 1.5, 6
"""How far below a row's text its line is looked for. Pixels: so far it goes beyond the text, on both sides."""
OF_BORDER, ALL_ALONG = 6, 0.9
"""Of a channel, within a border's colour; of its length, where what is beside it has another."""
OTHER_GROUND = 3
"""Of a channel: a page's ground may be hardly darker than its cards."""
ALIGNED = 4
"""Pixels between edges, or middles, that are in line."""


_HIGH = re.compile(r"[^\Wacegmnopqrsuvwxyz_]")
"""A letter that is as high as capitals, or a digit."""
_BORDER = re.compile(r"^[一—–_-]+\s*(?=\S)|(?<=\S)\s*[一—–_-]+$")


def without_border(box: TextBox) -> TextBox:
    """The text without the ends of a border that were read as strokes beside it."""
    return replace(box, text=_BORDER.sub("", box.text))


def group_of(title: Rect, pixels: Pixels, texts: Sequence[TextBox]) -> Rect | None:
    """What belongs to the title, in a picture of shape (height, width, 3); None where it is plainly no group's."""
    columns = _columns(title, texts)
    if any(_are_alike(letters_of(one, pixels), letters_of(lower, pixels)) for one, lower in columns):
        return None
    box = None if columns else window_of(title, pixels) or frame_of(title, pixels, texts)
    return dialog_of(title, pixels) or box or _below_heading(title, pixels, texts)


def _columns(title: Rect, texts: Sequence[TextBox]) -> list[tuple[TextBox, TextBox]]:
    """What stands beside a text, each with what is flush with it beside the text below: of a table's row. (Not the text
    itself: what is around a row, as the one that is selected, may touch its first letter.)"""
    height = title.bottom - title.top
    below = [box for box in texts if _is_flush(box, title) and 0 < box.center[1] - title.bottom <= NEXT_ROW * height]
    under = min(below, key=lambda box: box.top, default=None)
    if under is None or max(height, under.height) > LARGER * min(height, under.height):
        return []
    beside, lower = ([box for box in texts if box.left > title.right and is_level(box, one)] for one in (title, under))
    return [(a, b) for a in beside for b in lower if abs(a.left - b.left) <= ALIGNED]


def _are_alike(a: Letters, b: Letters) -> bool:
    return a.is_alike_in_colour(b) and a.weight * LIGHTER <= b.weight


def dialog_of(title: Rect, pixels: Pixels) -> Rect | None:
    """The dialog in front of a dimmed page, where the title stands at its top."""
    behind = dimmed(pixels)
    if behind is None or not is_inside(((title.left + title.right) / 2, title.top), behind.dialog):
        return None
    is_at_top = title.top - behind.dialog.top <= TOP_OF_DIALOG * (title.bottom - title.top)
    return replace(behind.dialog, top=title.bottom) if is_at_top else None


def window_of(title: Rect, pixels: Pixels) -> Rect | None:
    """The inside of the window with that title: below it, between two borders that go down as far as each other from
    beside it. None where there is no border, or another window covers a part of it."""
    import numpy as np

    y, height = (title.top + title.bottom) // 2, title.bottom - title.top
    if not 0 <= y < len(pixels):
        return None
    other = unlikeness(pixels, pixels[y]) > OF_BORDER
    down, up = other[y:], other[y::-1]
    ends = y + np.where(down.any(axis=0), down.argmax(axis=0), len(down))
    starts = y - np.where(up.any(axis=0), up.argmax(axis=0), len(up)) + 1
    is_border = (starts >= y - TITLE_BAR * height) & (ends >= y + LEAST_WINDOW * height)
    left, right = _borders(is_border, title)
    if left is None or right is None or not all(_is_edge(pixels, x, y, int(ends[x])) for x in (left, right)):
        return None
    is_even = abs(int(ends[left]) - int(ends[right])) <= ALIGNED and abs(int(starts[left] - starts[right])) <= ALIGNED
    return Rect(left + 1, title.bottom, right, int(min(ends[left], ends[right]))) if is_even else None


def _borders(is_border: NDArray[np.bool_], title: Rect) -> tuple[int | None, int | None]:
    """The nearest columns on either side of the title."""
    import numpy as np

    columns = np.flatnonzero(is_border)
    before, after = columns[columns < title.left], columns[columns >= title.right]
    return (int(before[-1]) if before.size else None), (int(after[0]) if after.size else None)


def _is_edge(pixels: Pixels, x: int, top: int, bottom: int) -> bool:
    """Whether a column has other colours beside it, on at least one side nearly all along."""
    column = pixels[top:bottom, x]
    beside = [pixels[top:bottom, other] for other in (x - 1, x + 1) if 0 <= other < pixels.shape[1]]
    return any((unlikeness(column, one) > OF_BORDER).mean() >= ALL_ALONG for one in beside)


def is_in_other_card(box: Rect, title: Rect, pixels: Pixels) -> bool:
    """Whether the title stands in a card, a box with another ground around it, and `box` is outside of that."""
    import numpy as np

    y, height = (title.top + title.bottom) // 2, title.bottom - title.top
    # Before other texts of the card there is a blank column at its side.
    places = range(title.left - GUTTER, max(0, title.left - round(WIDEST_CARD * height)), -2 * GUTTER)
    around = (rect_of(one) for x in places if (one := rectangle_at(pixels, x, y)) is not None)
    card = next((one for one in around if _is_around(one, title)), None)
    if card is None or is_inside(_middle(box), card):
        return False
    sides = (card.left - GUTTER, card.right + GUTTER - 1)
    beyond = [pixels[y, x] for x in sides if 0 <= x < pixels.shape[1]]
    inside = pixels[y, card.left + 1].astype(np.int16)
    return all(int(unlikeness(one, inside)) >= OTHER_GROUND for one in beyond)


def _is_around(card: Rect, title: Rect) -> bool:
    is_high = card.bottom - card.top >= LEAST_CARD * (title.bottom - title.top)
    return is_high and is_inside(_middle(title), card)


def is_in_other_table(box: Rect, anchor: Rect, pixels: Pixels) -> bool:
    """Whether the line below an anchor's row ends before it comes to `box`: two tables stand side by side."""
    import numpy as np

    height = anchor.bottom - anchor.top
    is_right = box.left >= anchor.right
    ends = (anchor.right, box.left) if is_right else (box.right, anchor.left)
    if ends[1] - ends[0] < GUTTER:
        return False
    for y in range(anchor.bottom, min(len(pixels) - 1, anchor.bottom + round(BELOW_ROW * height))):
        edge = unlikeness(pixels[y].astype(np.int16), pixels[y - 2]) >= OF_BORDER
        if not edge[anchor.left - LINE_BEYOND : anchor.right + LINE_BEYOND].all():
            continue
        start, end = next(run for run in runs(edge, 0) if run[0] <= anchor.left < run[1])
        beyond = (anchor.left - start, end - anchor.right)
        if max(beyond) <= BELOW_ROW * height and abs(beyond[0] - beyond[1]) <= GUTTER:
            continue  # of the button that it is written on
        between = edge[ends[0] : ends[1]]
        return any(end - start > GUTTER for start, end in runs(~between, 0))
    return False


def _middle(rect: Rect) -> tuple[float, float]:
    return (rect.left + rect.right) / 2, (rect.top + rect.bottom) / 2


def frame_of(title: Rect, pixels: Pixels, texts: Sequence[TextBox]) -> Rect | None:
    """The inside of the frame with that title."""
    height = title.bottom - title.top
    # The border may begin right behind the title, which then stands in its corner.
    behind = (title.right + shift for shift in (10, 16, 24))
    for x in (*(title.left + shift for shift in (-4, -6, -8, -11, -14, 3, 6, 10)), *behind):
        for y in (title.bottom + 3, title.bottom + height // 2 + 3, (title.top + title.bottom) // 2):
            frame = rectangle_at(pixels, x, y, gap=(title.left - 6, title.right + 6))
            if frame is not None and _is_titled(frame, title, pixels, texts):
                return rect_of(frame)
    return None


def _is_titled(frame: Field, title: Rect, pixels: Pixels, texts: Sequence[TextBox]) -> bool:
    height, border = title.bottom - title.top, frame.top - 1
    indent = title.left - frame.left
    if not -AIR * height <= indent <= INDENT * height or frame.right <= title.right:
        return False
    if title.top - 2 <= border <= title.bottom + ABOVE_BORDER * height:
        return frame.bottom - frame.top > height
    is_at_top = frame.top <= title.top <= frame.top + BELOW_BORDER * height
    inside = [box for box in texts if frame.holds(box)]
    return is_at_top and _end(title, pixels, inside, frame.bottom, is_framed=True) == frame.bottom


def _below_heading(title: Rect, pixels: Pixels, texts: Sequence[TextBox]) -> Rect | None:
    beside = [box for box in texts if overlap(box, title) > 0 and box.left > title.right]
    right = min((int(box.left) for box in beside), default=pixels.shape[1])
    column = [box for box in texts if title.left - ALIGNED <= box.left < right]
    end = _end(title, pixels, column, pixels.shape[0])
    limit = title.bottom + BLANK * (title.bottom - title.top)
    for box in sorted((box for box in column if title.bottom <= box.center[1] < end), key=lambda box: box.top):
        if box.top > limit:
            break
        limit = box.bottom + BLANK * (title.bottom - title.top)
    bottom = min(end, round(limit))
    return Rect(title.left - ALIGNED, title.bottom, right, bottom) if bottom > title.bottom else None


def _end(title: Rect, pixels: Pixels, texts: Sequence[TextBox], last: int, *, is_framed: bool = False) -> int:
    """The row of the next text that may be a title like this one, or `last`; in a frame none plainly lighter."""
    heading = letters_of(title, pixels)
    lower = sorted((box for box in texts if box.center[1] > title.bottom), key=lambda box: box.top)
    # Among what is flush with the title, middles that are in line are so by chance.
    is_flush = any(_is_flush(box, title) and not _is_centred(box, title) for box in lower)
    for box in lower:
        is_in_line = _is_flush(box, title) or (not is_flush and _is_centred(box, title))
        letters = letters_of(box, pixels)
        is_lighter = is_framed and letters.body <= heading.body and letters.weight < LIGHTER * heading.weight
        if not is_lighter and _may_be_title(box.text, letters, heading, is_in_line):
            return int(box.top)
    return last


def _may_be_title(text: str, letters: Letters, heading: Letters, is_in_line: bool) -> bool:
    """Whether a text below a heading may be the next one."""
    is_other = not letters.is_alike_in_colour(heading)
    least = AS_LARGE if not is_in_line else OF_OTHER_INK if is_other else LIKE_IT
    return letters.body >= least * heading.body * (1 if _HIGH.search(text) else LOW)


def _is_flush(box: Box, title: Rect) -> bool:
    return abs(box.left - title.left) <= ALIGNED


def _is_centred(box: Box, title: Rect) -> bool:
    return abs(box.left + box.right - title.left - title.right) / 2 <= ALIGNED
