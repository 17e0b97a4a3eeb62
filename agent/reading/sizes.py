"""Which boxes are of a size to hold a label: the others need not be read to find it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from agent.rect import Rect

_NARROW = set("iljtfrI|!.,:;'`\"()[]{} ")
_WIDE = set("mwMW@%&")
_WIDTHS = {"narrow": 0.33, "usual": 0.58, "capital": 0.70, "wide": 0.92, "full": 1.0}
"""Usual widths of characters, in heights of a box."""
_LEAST, _MOST = 0.48, 1.35
"""Of that width. 1,900 boxes of five fonts in 36 screens were of 0.60 to 1.3 times it, and a mark's width more."""
_AROUND = 1.7
"""Heights: what may stand in a box that a label is compared without, as a bullet, a colon, an accelerator "(F)"."""
_MAX_STACK = 3


def candidates(names: Sequence[str], lines: Sequence[Rect]) -> set[Rect]:
    """The lines that may be one of the labels (spellings of one), or lines of it where it is written in up to three."""
    widths = [_width(name) for name in names]
    found = {line for line in lines if _fits(widths, [line])}
    for stack in _stacks(lines):
        if _fits(widths, stack):
            found.update(stack)
    return found


def _fits(widths: Iterable[float], stack: Sequence[Rect]) -> bool:
    ratio = sum((line.right - line.left) / (line.bottom - line.top) for line in stack)
    return any(_LEAST * width <= ratio <= _MOST * width + _AROUND * len(stack) for width in widths)


def _width(name: str) -> float:
    return sum(_WIDTHS[_kind(character)] for character in unicodedata.normalize("NFC", name.strip()))


def _kind(character: str) -> str:
    if unicodedata.east_asian_width(character) in "WF":
        return "full"
    if character in _NARROW:
        return "narrow"
    if character in _WIDE:
        return "wide"
    return "capital" if character.isupper() else "usual"


def _stacks(lines: Sequence[Rect]) -> Iterator[list[Rect]]:
    """Two or three lines under each other that a label may go over."""
    below = {line: [other for other in lines if _goes_on(line, other)] for line in lines}
    stacks = [[line] for line in lines]
    for _ in range(_MAX_STACK - 1):
        stacks = [[*stack, other] for stack in stacks for other in below[stack[-1]]]
        yield from stacks


def _goes_on(upper: Rect, lower: Rect) -> bool:
    """Whether one line may go on with the other: right below it, about as high, centred or flush with it."""
    heights = (upper.bottom - upper.top, lower.bottom - lower.top)
    height = min(heights)
    if not (height > 0.5 * max(heights) and upper.top < lower.top and abs(lower.top - upper.bottom) <= 0.6 * height):
        return False
    slack = 0.6 * height
    return (
        abs(upper.left - lower.left) <= slack or abs(upper.left + upper.right - lower.left - lower.right) <= 2 * slack
    )
