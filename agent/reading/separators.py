"""Labels beside each other with a sign between them, as in "Terms · Privacy · Help": the detector finds them as one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from agent.reading.channels import unlikeness
from agent.reading.labels import TextBox

if TYPE_CHECKING:
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


def apart(pixels: Pixels, boxes: Sequence[TextBox]) -> tuple[TextBox, ...]:
    """The texts, those with such signs in pieces, each sign one; where that is named they are one label as well."""
    return tuple(part for box in boxes for part in _parts(pixels, box))


def _parts(pixels: Pixels, box: TextBox) -> Iterator[TextBox]:
    if box.score < SURE or _PARTED.fullmatch(box.text) is None:
        yield box
        return
    words = _WORD.findall(box.text)
    places = _places(pixels, box, len(words))
    if places is None:
        yield box
        return
    told = zip(words, places, strict=True)
    labels = [list(group) for _, group in groupby(told, key=lambda one: one[0] if one[0] in _SIGNS else "")]
    for i, label in enumerate(labels):
        left, right = label[0][1][0] - AIR, label[-1][1][1] + AIR
        text = " ".join(word for word, _ in label)
        part = replace(box, text=text, left=box.left + left, width=right - left, is_part=True)
        yield part if i == 0 else replace(part, goes_on=True, marked=False)


def _places(pixels: Pixels, box: TextBox, count: int) -> list[tuple[int, int]] | None:
    """From which column to which of the box each of so many words stands; None where that cannot be told."""
    import numpy as np

    top, bottom = max(0, round(box.top)), round(box.bottom)
    part = pixels[top:bottom, max(0, round(box.left)) : round(box.right)]
    if not part.size:
        return None
    ground = np.median(part.reshape(-1, 3), axis=0)
    ink = unlikeness(part, ground)
    columns = np.flatnonzero((ink > LIGHT * ink.max()).any(axis=0))
    for blank in BLANKS:
        ends = np.flatnonzero(np.diff(columns) > blank * box.height)
        if len(ends) + 1 == count:
            firsts, lasts = columns[[0, *(ends + 1)]], columns[[*ends, -1]]
            return [(int(first), int(last) + 1) for first, last in zip(firsts, lasts, strict=True)]
    return None
