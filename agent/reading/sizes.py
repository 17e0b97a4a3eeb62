"""Which boxes are of a size to hold a label: the others need not be read to find it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from agent.rect import Box, Rect

_NARROW = set("iljtfrI|!.,:;'`\"()[]{} ")
_WIDE = set("mwMW@%&")
_WIDTHS = {"narrow": 0.33, "usual": 0.58, "capital": 0.70, "wide": 0.92, "full": 1.0}
"""Usual widths of characters, in heights of a box."""
_LEAST, _MOST = 0.38, 1.35
"""Of that width. 1,900 boxes of five fonts in 36 screens were of 0.60 to 1.3 times it, and a mark's width more; one
that is as high as the button around its text was of 0.47. What is not read cannot be found to be there twice."""
_AROUND = 1.7
"""Heights: what may stand in a box that a label is compared without, as a bullet, a colon, an accelerator "(F)"."""
_MAX_STACK = 3
NEAR = 0.9
"""Heights of a line: boxes farther apart have no space between them."""
LIKE_HEIGHTS = 0.6
OFF_LINE = 0.4
"""Heights of the lower of two lines: how far their middles may be from each other."""


def candidates(names: Sequence[str], lines: Sequence[Rect]) -> set[Rect]:
    """The lines that may be one of the labels (spellings of one), or lines of it where it is written in up to three.

    Words beside which the label may go on are among them: whether it does is known once they are read.
    """
    widths = [usual_width(name) for name in names]
    found = {line for line in lines if _fits(widths, [line])}
    for stack in _stacks(lines):
        if _fits(widths, stack):
            found.update(stack)
    for row in _rows(lines):
        if not found.isdisjoint(row) or any(_fits(widths, [part]) for part in _parts(row)):
            found.update(row)
    return found


def whole_rows(some: Iterable[Rect], lines: Sequence[Rect]) -> set[Rect]:
    """Some of the lines, and those that each may be one text with."""
    found = set(some)
    return found.union(*(row for row in _rows(lines) if not found.isdisjoint(row)))


def whole_labels(some: Iterable[Rect], lines: Sequence[Rect]) -> set[Rect]:
    """Some of the lines, and those beside, above and below them that each may be one label with."""
    found = whole_rows(some, lines)
    stacked = {other for one in some for other in lines if _goes_on(one, other) or _goes_on(other, one)}
    return found | stacked


def may_go_on(first: Box, last: Box) -> bool:
    """Whether a text right of another is as high and so near that there may be a space between them."""
    heights = (first.bottom - first.top, last.bottom - last.top)
    if abs(last.left - first.right) > heights[0]:
        return False  # most pairs of a screen: the rest need not be looked at
    off = abs(first.top + first.bottom - last.top - last.bottom) / 2
    return (
        min(heights) > LIKE_HEIGHTS * max(heights)
        and off <= OFF_LINE * min(heights)
        and -OFF_LINE * min(heights) < last.left - first.right <= NEAR * min(heights)
    )


def _rows(lines: Sequence[Rect]) -> list[list[Rect]]:
    """Two or more lines side by side, each so near to the next that there may be a space between them."""
    after = {line: [other for other in lines if other != line and may_go_on(line, other)] for line in lines}
    followers = {other for others in after.values() for other in others}
    found = []
    for line in lines:
        row = [line]
        while others := [other for other in after[row[-1]] if other not in row]:
            row.append(min(others, key=lambda other: other.left))
        if len(row) > 1 and line not in followers:
            found.append(row)
    return found


def _parts(row: Sequence[Rect]) -> Iterator[Rect]:
    """What may be one label of a row: two or more neighbours."""
    for first, line in enumerate(row):
        for last in row[first + 1 :]:
            yield Rect(line.left, line.top, last.right, line.bottom)


def _fits(widths: Iterable[float], stack: Sequence[Rect]) -> bool:
    ratio = sum((line.right - line.left) / (line.bottom - line.top) for line in stack)
    return any(_LEAST * width <= ratio <= _MOST * width + _AROUND * len(stack) for width in widths)


def usual_width(name: str) -> float:
    """Of a text, in heights of its box."""
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
