"""Labels beside each other with a sign between them, as in "Terms · Privacy · Help", or underlined one by one, as links
are: the detector finds them as one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from agent.reading.channels import unlikeness
from agent.reading.labels import TextBox

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from agent.reading.blocks import Pixels

_SIGNS = "·•|›>»→"
_PARTED = re.compile(rf"[^{_SIGNS}]*\w[^{_SIGNS}]*(?:[{_SIGNS}][^{_SIGNS}]*\w[^{_SIGNS}]*)+")
_WORD = re.compile(rf"[{_SIGNS}]|[^\s{_SIGNS}]+")
SURE = 0.85
"""Of the reader: below it the sign may be a letter."""
LIGHT = 0.3
"""Of the strongest ink: a letter's smooth edge."""
BLANKS = (0.15, 0.2, 0.25, 0.3, 0.35)
"""In heights of a line: what may part its words. One of these finds as many as were read, or the line stays whole."""
AIR = 2
LINE, CLEAR = 0.7, 0.25
"""Of a word's columns: a line below it takes so much of a row or more, letters so little of the row above that."""
MOST_LINKS = 8


def apart(pixels: Pixels, boxes: Sequence[TextBox]) -> tuple[TextBox, ...]:
    """The texts, those with such signs in pieces, each sign one; where that is named they are one label as well."""
    return tuple(part for box in boxes for part in _parts(pixels, box))


def _parts(pixels: Pixels, box: TextBox) -> Iterator[TextBox]:
    is_parted = box.score >= SURE and _PARTED.fullmatch(box.text) is not None
    words = _WORD.findall(box.text) if is_parted else box.text.split()
    may_be_links = not is_parted and 1 < len(words) <= MOST_LINKS
    places = _places(pixels, box, len(words)) if is_parted or may_be_links else None
    if places is None or not (is_parted or _are_links(pixels, box, places)):
        yield box
        return
    told = list(zip(words, places, strict=True))
    groups = groupby(told, key=lambda one: one[0] if one[0] in _SIGNS else "") if is_parted else groupby(told)
    labels = [list(group) for _, group in groups]
    for i, label in enumerate(labels):
        left, right = label[0][1][0] - AIR, label[-1][1][1] + AIR
        text = " ".join(word for word, _ in label)
        part = replace(box, text=text, left=box.left + left, width=right - left, is_part=True)
        yield part if i == 0 else replace(part, goes_on=True, marked=False)


def _are_links(pixels: Pixels, box: TextBox, places: Sequence[tuple[int, int]]) -> bool:
    """Whether each word has a line of its own below it, in one row with the others'."""
    import numpy as np

    ink = _ink(pixels, box)
    rows = ink[len(ink) // 2 :]
    shares = np.array([rows[:, start:end].mean(axis=1) for start, end in places])
    is_line = (shares[:, 1:] > LINE) & (shares[:, :-1] < CLEAR)
    return bool(is_line.all(axis=0).any())


def _ink(pixels: Pixels, box: TextBox) -> NDArray[np.bool_]:
    """What is drawn in the box of a text."""
    import numpy as np

    top, bottom = max(0, round(box.top)), round(box.bottom)
    part = pixels[top:bottom, max(0, round(box.left)) : round(box.right)]
    if not part.size:
        return np.zeros(part.shape[:2], np.bool_)
    unlike = unlikeness(part, np.median(part.reshape(-1, 3), axis=0))
    return np.asarray(unlike > LIGHT * unlike.max())


def _places(pixels: Pixels, box: TextBox, count: int) -> list[tuple[int, int]] | None:
    """From which column to which of the box each of so many words stands; None where that cannot be told."""
    import numpy as np

    columns = np.flatnonzero(_ink(pixels, box).any(axis=0))
    for blank in BLANKS:
        ends = np.flatnonzero(np.diff(columns) > blank * box.height)
        if len(ends) + 1 == count:
            firsts, lasts = columns[[0, *(ends + 1)]], columns[[*ends, -1]]
            return [(int(first), int(last) + 1) for first, last in zip(firsts, lasts, strict=True)]
    return None
