"""Words that a wide space parted, joined again: how wide a letter of theirs is, is known once they are read.

A blank of half a line's height parts two entries of a menu bar, but in a monospaced font it is a space.
"""

from __future__ import annotations

import itertools
import math
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.reading.borders import is_crossed
from agent.reading.channels import unlikeness
from agent.reading.joining import joined
from agent.reading.labels import TextBox, meet_at_bracket, rows
from agent.reading.sizes import may_go_on, usual_width
from agent.rect import Rect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from agent.reading.blocks import Pixels

NO_GROUND = 24
"""Of a channel, from the ground's colour: what stands between two texts may be faint."""
INK = 0.25
"""Of the strongest ink: a letter without its smooth edge."""
SAME_GROUND = 0.25
"""Of a text's box at least so much is ground."""
AIR = 6
"""Columns of a text's box, at its end, that may be blank."""
SPACE = 0.55
"""A space is at most so wide, in heights of a line as the letters beside it tell it: 25 labels in seven fonts of 12 to
20 pixels had 0.3 to 0.5, menu bars 0.6 and more."""
CELL_SPACE = 0.95
"""A monospaced font's: 0.6 to 0.9."""
TOO_WIDE = 1.1
"""A blank up to here says that one nearly as wide beside it is no space either."""
ENTRIES = 4
"""A row of so many capitalised words is a menu bar. Of three it may be a button, "Open Recent File", which none of its
words means alone: a wrong click is worse than a menu that is not found."""
LIKE_GAPS = 1.5
"""Times: the blanks between the entries of a menu bar differ by less."""
LIGHT = 0.42
"""Where a monospaced font's cells meet there is less than this of the ink that is in them, in a row on average: so in
all of 124 pairs of words, in 116 of a bold font, and in one of eight pairs of a menu bar's entries in other fonts."""
BEARINGS = (0.05, 0.15, 0.25, 0.35, 0.5)
"""How much of their cells the first and the last letter together may leave blank."""
UNDERLINED = 0.7
"""Of a text's width: a line below it leaves out what its letters reach."""
GOES_ON = 0.9
"""The same, where it leaves out nothing: of bold letters with serifs the lowest row had up to 0.85."""
CLEAR = 0.25
"""The same, of the row above a line: in seven fonts letters had 0.29 and more there."""
WITHIN_CELL = 0.6
"""A letter leaves at most so much of its cell blank on one side."""


def with_spaces(pixels: Pixels, boxes: Sequence[TextBox]) -> tuple[TextBox, ...]:
    """The texts in reading order, those that only a space parts as one; what is unread is left alone."""
    return tuple(text for row in rows(boxes) for text in _row_with_spaces(pixels, row))


def _row_with_spaces(pixels: Pixels, row: Sequence[TextBox]) -> list[TextBox]:
    row = _without_line(pixels, row)
    gaps = [_space(pixels, *pair) for pair in itertools.pairwise(row)]
    # A menu bar in another font may look like cells between two of its entries, but not between most.
    doubtful = [gap for gap in gaps if gap]
    has_cells = bool(doubtful) and sum(doubtful) / len(doubtful) < LIGHT and not _may_be_entries(row, gaps)
    are_entries = _are_entries(row, gaps)
    texts = list(row[:1])
    for at, (box, gap) in enumerate(zip(row[1:], gaps, strict=True)):
        if (gap == 0 and not are_entries) or (gap and has_cells):
            texts[-1] = joined([texts[-1], box])
        else:
            texts.append(replace(box, goes_on=gap is not None and not _is_one_of_like(row, gaps, at)))
    return texts


def _may_be_entries(row: Sequence[TextBox], gaps: Sequence[float | None]) -> bool:
    """Whether they may be a menu bar in a monospaced font: several words, capitals all, no blank between them surely a
    space. Then each is found alone, and all of them as one where that is named."""
    words = [box.text for box, *beside in zip(row, [None, *gaps], [*gaps, None], strict=True) if any(beside)]
    return len(words) >= ENTRIES and all(word[:1].isupper() and " " not in word for word in words) and 0 not in gaps


def _are_entries(row: Sequence[TextBox], gaps: Sequence[float | None]) -> bool:
    """Whether they are a menu bar's: several words, capitals all, as far from each other, most too far for words."""
    blanks = [after.left - before.right for before, after in itertools.pairwise(row)]
    are_words = len(row) >= ENTRIES and all(box.text[:1].isupper() and " " not in box.text for box in row)
    return are_words and gaps.count(0) < len(gaps) / 2 and max(blanks) <= LIKE_GAPS * min(blanks)


def _is_one_of_like(row: Sequence[TextBox], gaps: Sequence[float | None], at: int) -> bool:
    """Whether a blank beside the one after the text of that number is nearly as narrow, and yet no space."""
    blanks = [after.left - before.right for before, after in itertools.pairwise(row)]
    beside = [one for one in (at - 1, at + 1) if 0 <= one < len(gaps)]
    return any(gaps[one] is None and blanks[one] <= LIKE_GAPS * blanks[at] for one in beside)


def _without_line(pixels: Pixels, row: Sequence[TextBox]) -> list[TextBox]:
    """The texts, those under which one line goes on without the end of it that was read as "_"."""
    bare = list(row)
    for at, (first, last) in enumerate(itertools.pairwise(row)):
        if "_" in (first.text[-1:], last.text[:1]) and may_go_on(first, last) and _goes_on_below(pixels, first, last):
            bare[at] = replace(first, text=bare[at].text.rstrip("_") or first.text)
            bare[at + 1] = replace(last, text=last.text.lstrip("_") or last.text)
    return bare


def _space(pixels: Pixels, first: TextBox, last: TextBox) -> float | None:
    """0 where only a space is between two texts, None where it is more or something else.

    Where it is as wide as a monospaced font's: what of their ink is where its cells would meet, see `LIGHT`; infinite
    where they have no cells.
    """
    import numpy as np

    if last.marked or not (first.text and last.text and may_go_on(first, last)):
        return None
    if meet_at_bracket(first, last):
        return None if _ink(pixels, first, last) is None else math.inf
    if any(unicodedata.east_asian_width(letter) in "WF" for letter in (first.text[-1], last.text[0])):
        return None
    ink = _ink(pixels, first, last)
    inked = np.flatnonzero(ink) if ink is not None else np.empty(0, int)
    middle = round((first.right + last.left) / 2) - round(first.left)
    before, after = inked[inked < middle], inked[inked >= middle]
    if ink is None or not (before.size and after.size):
        return None
    start, end = int(before[-1]) + 1, int(after[0])
    if _are_two_links(pixels, first, last, (start, end)):
        return None
    height = (start - before[0] + after[-1] + 1 - end) / (usual_width(first.text) + usual_width(last.text))
    if end - start <= SPACE * height:
        return 0.0
    if end - start > CELL_SPACE * height:
        return math.inf if end - start <= TOO_WIDE * height else None
    return _where_cells_meet(ink, (start, end), (len(first.text), len(last.text)))


def _are_two_links(pixels: Pixels, first: TextBox, last: TextBox, gap: tuple[int, int]) -> bool:
    """Whether both are underlined, and the blank between them, in columns from the first's left, is not all along.

    A line goes on as far as its letters' cells: a narrow one in a monospaced font is nearer to the next than it looks.
    """
    import numpy as np

    lines, (start, end) = _lowest_rows(pixels, first, last), gap
    if not 0 < start < end < lines.shape[1]:
        return False
    sides = np.minimum(lines[:, :start].mean(axis=1), lines[:, end:].mean(axis=1))
    above = np.concatenate([[1.0], sides[:-1]])
    # The lowest row of letters may be as full, with more above it.
    underlined = (sides > GOES_ON) | ((sides > UNDERLINED) & (above < CLEAR))
    return bool((underlined & (lines[:, start:end].mean(axis=1) < UNDERLINED)).any())


def _goes_on_below(pixels: Pixels, first: TextBox, last: TextBox) -> bool:
    """Whether a line goes on from below one to below the other."""
    lines, edge = _lowest_rows(pixels, first, last), AIR
    return bool((lines[:, edge:-edge].mean(axis=1) > GOES_ON).any())


def _lowest_rows(pixels: Pixels, first: TextBox, last: TextBox) -> NDArray[np.bool_]:
    """What is ink in the rows where two texts would be underlined, from the first's left to the last's right."""
    import numpy as np

    bottom, left = round(max(first.bottom, last.bottom)), round(first.left)
    part = pixels[bottom - AIR : bottom + AIR // 2, left : round(last.right)]
    return np.asarray(unlikeness(part, np.median(part.reshape(-1, 3), axis=0)) > NO_GROUND)


def _ink(pixels: Pixels, first: TextBox, last: TextBox) -> NDArray[np.int_] | None:
    """How many pixels of each column are ink, from the first text to the last.

    None where something stands between them, or they are written on different grounds.
    """
    import numpy as np

    top, bottom = round(max(first.top, last.top)), round(min(first.bottom, last.bottom))
    edge = (bottom - top) // 5  # a box is a little higher than its ink, and may show a border
    left, right = round(first.left), round(last.right)
    start, end = sorted((round(first.right), round(last.left)))
    if is_crossed(pixels, Rect(start - AIR, top, end + AIR, bottom)):
        return None
    part = pixels[top + edge : bottom - edge, left:right]
    # A letter's smooth edge may be left out of its box, and two boxes may touch.
    before, after = (start + 1 - left, end - 1 - left) if end - start > 2 else (start - left, start + 1 - left)
    unlike = unlikeness(part, np.median(part[:, before:after].reshape(-1, 3), axis=0))
    faint = unlike <= NO_GROUND
    if not faint[:, before:after].all() or min(faint[:, :before].mean(), faint[:, after:].mean()) < SAME_GROUND:
        return None
    return np.asarray((unlike > INK * unlike.max()).sum(axis=0))


def _where_cells_meet(ink: NDArray[np.int_], gap: tuple[int, int], letters: tuple[int, int]) -> float:
    """Two words of so many letters, and the gap, in cells of one width: the ink between cells, of that in the words.

    Infinite where they do not fit into such cells.
    """
    import numpy as np

    inked = np.flatnonzero(ink)
    start, end = inked[0], inked[-1] + 1
    cells = sum(letters) + 1
    borders = np.array([place for place in range(1, cells) if place not in (letters[0], letters[0] + 1)])
    least = math.inf
    for bearings, before in itertools.product(BEARINGS, np.arange(0, BEARINGS[-1] + 0.01, 0.05)):
        width = (end - start) / (cells - bearings)
        origin = start - before * width
        ended, begun = letters[0] - (gap[0] - origin) / width, (gap[1] - origin) / width - letters[0] - 1
        if before <= bearings and all(-0.1 <= blank <= WITHIN_CELL for blank in (ended, begun)):
            light = np.interp(origin + borders * width - 0.5, np.arange(len(ink)), ink)
            least = min(least, float(light.mean() / ink[inked].mean()) if borders.size else 0.01)
    return max(least, 0.01)
