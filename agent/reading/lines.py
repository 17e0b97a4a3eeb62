"""Lines of text as the detector finds them, and as they are: one label each, whole, without what stands beside it."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.reading.blocks import STRIP_OVERLAP
from agent.reading.borders import between_borders, up_to_border, without_frame
from agent.reading.channels import unlikeness
from agent.reading.marks import before_marks, follows_mark, without_mark
from agent.rect import Rect, area

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from agent.reading.blocks import Pixels

MIN_SIDE = 4
INK_DIFFERENCE = 40
"""Of a channel, from the ground's colour."""
SHADE = 12
"""Of a channel, within a ground."""
GAP_OF_HEIGHT = 0.5
"""A blank this wide, in heights of the line, parts two labels; a space between words is narrower."""
LETTER_GAP = 0.25
"""A blank narrower than this, in heights of the line, stands within a word."""
BEYOND = 3
"""Rows above and below a line that its letters do not reach."""
TALL_LINE = 30
"""A box this high may hold an icon with its label below."""
CROP_MARGIN = 3
ALONG = 0.9
"""Of an edge: letters that it cuts through are less of it, a border more."""
ONE_CHARACTER = 1.7
"""A box not this many times wider than high has a character or two."""


def same(a: Rect, b: Rect) -> bool:
    """Whether one line was found twice."""
    width = min(a.right, b.right) - max(a.left, b.left)
    height = min(a.bottom, b.bottom) - max(a.top, b.top)
    return width > 0 and height > 0 and width * height > 0.5 * min(area(a), area(b))


def distinct(lines: Iterable[Rect]) -> list[Rect]:
    """Each line once: of two readings of one place the larger, unless that is no line but a picture around it."""
    found: list[Rect] = []
    for line in sorted(lines, key=lambda one: one.bottom - one.top):
        twin = next((other for other in found if same(line, other)), None)
        if twin is None:
            found.append(line)
        elif line.bottom - line.top < 2 * (twin.bottom - twin.top) and area(line) > area(twin):
            found[found.index(twin)] = line
    return found


def parted(pixels: Pixels, line: Rect) -> list[Rect]:
    """The labels in a line as the detector gives it.

    A menu bar's entries, which it joins, are parted; a first letter that it cut off is taken in again; of an icon that
    it joined with its label only the label is left, and so of a tick box and of a frame's title; a coloured square is
    none.
    """
    ground = functools.cache(lambda part: _ground(pixels, part))  # most stay as they are
    found = (part for one in _label_rows(pixels, line) for part in _split(pixels, _whole_words(pixels, one)))
    bare = (without_frame(pixels, part, ground(part)) for part in found)
    marked = (one for part in bare for one in before_marks(pixels, part, ground(part)))
    labels = (without_mark(pixels, part, ground(part)) for part in marked)
    return [label for label in labels if label and min(label.right - label.left, label.bottom - label.top) >= MIN_SIDE]


EDGE_BEYOND, EDGE_BELOW = 0.8, 0.6
"""In heights of a line: how far an edge goes on right of it, and stands below it."""
OF_EDGE = 8
"""Of a channel, from what is written on."""


def setting(pixels: Pixels, line: Rect) -> tuple[bool, tuple[int, int, int], bool]:
    """Whether a tick box or the like stands right before a line, the colour that it is written on, and whether an edge
    is drawn below it: what is written below that is in another box. (A line under the letters alone is none.)"""
    ground = _ground(pixels, line)
    red, green, blue = ground.tolist()
    height = line.bottom - line.top
    columns = slice(line.left, line.right + round(EDGE_BEYOND * height))
    below = pixels[line.bottom - 2 : line.bottom + round(EDGE_BELOW * height), columns]
    is_closed = bool(below.size and ((unlikeness(below, ground) > OF_EDGE).mean(axis=1) > ALONG).any())
    return follows_mark(pixels, line, ground), (red, green, blue), is_closed


def is_cut_off(pixels: Pixels, line: Rect, part: Rect) -> bool:
    """Whether the upper or lower edge of the part that it was found in cuts through its letters: another part has it
    whole.

    The box of a whole line may reach the edge, but not its ink. A border runs along all of the edge.
    """
    margin = 2
    edges = [
        pixels[row, line.left : line.right]
        for row, is_reached in (
            (part.top, part.top > 0 and line.top < part.top + margin),
            (part.bottom - 1, line.bottom > part.bottom - margin and part.bottom < len(pixels)),
        )
        if is_reached
    ]
    if not edges or line.bottom - line.top >= STRIP_OVERLAP:
        return False
    ground = _ground(pixels, line)
    return any(0 < _unlike(edge, ground).mean() < ALONG for edge in edges)


def goes_on_outside(pixels: Pixels, line: Rect, block: Rect) -> bool:
    """Whether a box as for one character holds none, but the corner of a border, which alone looks like a 7.

    A character has ink that ends within the box.
    """
    import cv2
    import numpy as np

    height, width = line.bottom - line.top, line.right - line.left
    if width >= ONE_CHARACTER * height:
        return False
    margin = 2
    top, left = max(block.top, line.top - margin), max(block.left, line.left - margin)
    part = pixels[top : line.bottom + margin, left : line.right + margin]
    ink = _unlike(part, _ground(pixels, line)).astype(np.uint8)
    _, _, pieces, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    rows, columns = ink.shape
    return bool(pieces[1:].size) and all(
        x == 0 or y == 0 or x + w == columns or y + h == rows for x, y, w, h, _ in pieces[1:].tolist()
    )


def crop(pixels: Pixels, line: Rect) -> Pixels:
    """The line as the recogniser wants it: with a little air around a tight box.

    The picture's own pixels are the best air: a blank margin made two to three labels of 448 wrong. But a field's side
    next to a label looks like a bracket.
    """
    shown = up_to_border(pixels, line, CROP_MARGIN)
    return pixels[shown.top : shown.bottom, shown.left : shown.right]


def _label_rows(pixels: Pixels, line: Rect) -> Iterator[Rect]:
    """The line, or the rows below an icon that was taken for a part of it."""
    import numpy as np

    height, width = line.bottom - line.top, line.right - line.left
    if height < TALL_LINE or height < 0.6 * width:
        yield line
        return
    # The box ends too early, since it was fitted to the icon.
    wide = Rect(
        max(0, line.left - width // 2),
        line.top,
        min(pixels.shape[1], line.right + width // 2),
        min(pixels.shape[0], line.bottom + 3 * height // 4),
    )
    part = pixels[wide.top : wide.bottom, wide.left : wide.right]
    ink = _unlike(part, _frame_colour(part))
    runs = _runs(np.asarray(ink.any(axis=1)), 2)
    labels = [(top, bottom) for top, bottom in runs if MIN_SIDE < bottom - top < 0.45 * height and bottom < len(ink)]
    if len(runs) < 2 or not labels:
        yield line
        return
    for top, bottom in labels:
        columns = np.flatnonzero(ink[top:bottom].any(axis=0))
        yield Rect(
            max(0, wide.left + int(columns[0]) - 2),
            max(0, wide.top + top - 2),
            min(pixels.shape[1], wide.left + int(columns[-1]) + 3),
            min(pixels.shape[0], wide.top + bottom + 2),
        )


def _whole_words(pixels: Pixels, line: Rect) -> Rect:
    """`line`, grown sideways over ink that goes on without a blank."""
    height = line.bottom - line.top
    reach = 8 * height
    left, right = max(0, line.left - reach), min(pixels.shape[1], line.right + reach)
    around, ground = Rect(left, line.top, right, line.bottom), _ground(pixels, line)
    ink = _ink(pixels, around, ground)
    start, end = line.left - left, line.right - left
    blank = max(2, round(LETTER_GAP * height))
    edges = _edges(pixels, around, ground)
    for first, last in _runs(ink, blank):
        if first < start < last and not edges[first : start + BEYOND].any():
            start = first - 1
        if first < end < last and not edges[end - BEYOND : last].any():
            end = last + 1
    grown = replace(line, left=max(0, left + start), right=min(pixels.shape[1], left + end))
    # Ink as far as one looks is a picture's or a border's, not a letter's.
    too_far = line.left - grown.left > reach - 2 or grown.right - line.right > reach - 2
    return line if too_far else grown


def _split(pixels: Pixels, line: Rect) -> list[Rect]:
    """`line` parted at borders, and where it is blank for longer than between words."""
    parts = between_borders(pixels, line)
    return [word for part in parts for word in _at_blanks(pixels, part, is_whole=len(parts) == 1)]


def _at_blanks(pixels: Pixels, line: Rect, is_whole: bool) -> list[Rect]:
    height = line.bottom - line.top
    runs = _runs(_ink(pixels, line, _ground(pixels, line)), round(max(6, GAP_OF_HEIGHT * height)))
    if len(runs) < 2 and is_whole:
        return [line]
    return [
        replace(line, left=max(line.left, line.left + first - 3), right=min(line.right, line.left + last + 3))
        for first, last in runs
    ]


def _ink(pixels: Pixels, line: Rect, ground: NDArray[np.int16]) -> NDArray[np.bool_]:
    """The columns of a line that differ from a ground."""
    import numpy as np

    height = line.bottom - line.top
    # A box is a little higher than its ink; its upper and lower edges may show a border.
    rows = slice(line.top + height // 5, line.bottom - height // 5)
    return np.asarray(_unlike(pixels[rows, line.left : line.right], ground).any(axis=0))


def _edges(pixels: Pixels, line: Rect, ground: NDArray[np.int16]) -> NDArray[np.bool_]:
    """The columns of a line with ink from above to below it: a border or another ground, for no letter is so high."""
    import numpy as np

    rows = slice(max(0, line.top - BEYOND), line.bottom + BEYOND)
    return np.asarray(_unlike(pixels[rows, line.left : line.right], ground).all(axis=0))


def _unlike(part: Pixels, ground: NDArray[np.int16]) -> NDArray[np.bool_]:
    import numpy as np

    return np.asarray(unlikeness(part, ground) > INK_DIFFERENCE)


def _ground(pixels: Pixels, line: Rect) -> NDArray[np.int16]:
    """What the line is written on: of the colours around it and at each of its sides the one that most of it has.

    Above or below, another ground may begin at once, or a border run: then half of what is around it is that, or more.
    """
    import numpy as np

    part = pixels[max(0, line.top - 2) : line.bottom + 2, max(0, line.left - 2) : line.right + 2].astype(np.int16)
    sides = (part[0], part[-1], part[2:3], part[-3:-2], part[:, 0], part[:, -1])
    found = [_frame_colour(part), *(_median(side.reshape(-1, 3)) for side in sides if side.size)]
    colours = list({tuple(one.tolist()): one for one in found}.values())
    if len(colours) == 1:
        return colours[0]
    return max(colours, key=lambda one: np.count_nonzero(unlikeness(part, one) <= SHADE))


def _runs(marks: NDArray[np.bool_], blank: int) -> list[tuple[int, int]]:
    """Stretches of marks, each from its first index to one past its last; a blank of less than `blank` joins."""
    import numpy as np

    places = np.flatnonzero(marks)
    if not places.size:
        return []
    stretches = np.split(places, np.flatnonzero(np.diff(places) > blank) + 1)
    return [(int(stretch[0]), int(stretch[-1]) + 1) for stretch in stretches]


def _frame_colour(part: Pixels | NDArray[np.int16]) -> NDArray[np.int16]:
    """The colour around a text: what it is written on. In a bold text itself most pixels may be ink."""
    import numpy as np

    return _median(np.concatenate([part[0], part[-1], part[:, 0], part[:, -1]]))


def _median(colours: Pixels | NDArray[np.int16]) -> NDArray[np.int16]:
    """Of each channel; whole numbers are sorted in a fifth of the time that `np.median` takes for so few."""
    import numpy as np

    ordered = np.sort(colours, axis=0).astype(np.int16)
    return np.asarray((ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) // 2, np.int16)
