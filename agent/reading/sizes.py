"""Which boxes are of a size to hold a label: the others need not be read to find it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from agent.reading.labels import fold

_NARROW = set("iljtfr|!.,:;'`\"()[]{}1 ")
_WIDE = set("mw@%&")
# Widths of a character in heights of its box, the least and the most that fonts and detectors give.
_WIDTHS = {"narrow": (0.12, 0.65), "usual": (0.22, 1.05), "wide": (0.35, 1.4), "full": (0.5, 1.45)}
_MARKS_AROUND = 3.0
"""Heights of a box that may hold what a label is compared without: a bullet, a colon, an accelerator "(F)"."""


def can_hold(names: Iterable[str], width: float, height: float) -> bool:
    """Whether a box of this size may hold one of the labels, or one line of it (labels stand in up to three lines)."""
    ratio = width / height
    return any(_least(name) <= ratio <= _most(name) for name in names)


def _least(name: str) -> float:
    """The narrowest line: a word of it, of a script without spaces a single character."""
    words = name.split() or [""]
    return min(min(map(_span_least, word)) if _is_full(word[:1]) else sum(map(_span_least, word)) for word in words)


def _most(name: str) -> float:
    return sum(_WIDTHS[_kind(c)][1] for c in name.casefold()) + _MARKS_AROUND


def _span_least(character: str) -> float:
    return _WIDTHS[_kind(character.casefold()[:1])][0] if fold(character) else 0.0


def _is_full(character: str) -> bool:
    return bool(character) and unicodedata.east_asian_width(character) in "WF"


def _kind(character: str) -> str:
    if _is_full(character):
        return "full"
    return "narrow" if character in _NARROW else "wide" if character in _WIDE else "usual"
