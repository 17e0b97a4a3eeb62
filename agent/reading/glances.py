"""What a glance at a line tells: whether it may be a label, so that it is worth to be read."""

from __future__ import annotations

from collections.abc import Sequence

from agent.reading.labels import LOOKALIKES, MAX_LABEL, fold

WRONG = 0.5
"""Of the letters: more are not wrong at a glance. So it was in all but one of 1,528 lines of screens (the signs of a
window's buttons as one text), and in all but four of 4,424 short ones of drawn pages in 35 fonts ("NNN", 口口)."""
RUN_TOGETHER = 3
"""So many letters may be seen as one ("up" as ü), or one as so many."""
RUN_TO_SIGN = 4
"""So many may be seen as one Chinese character ("fill" as 盐)."""


def may_say(names: Sequence[str], glance: str) -> bool:
    """Whether a line may be one of some labels (spellings of one), may have it within, or be a part of it.

    A line in which nothing was seen may be anything.
    """
    seen = _letters(glance)
    return not seen or any(_is_like(_letters(name), seen) for name in names)


def _letters(text: str) -> str:
    return fold(text).translate(LOOKALIKES)[:MAX_LABEL]


def _is_like(name: str, seen: str) -> bool:
    least, most = sorted((len(name), len(seen)))
    if least <= 1 and most <= (RUN_TOGETHER if seen.isascii() else RUN_TO_SIGN):
        return True
    return any(_slips(part, whole) <= WRONG * len(part) for part, whole in ((name, seen), (seen, name)))


def _slips(part: str, whole: str) -> int:
    """Insertions, deletions and replacements from a text to the stretch of another that is most like it."""
    previous = [0] * (len(whole) + 1)
    for count, letter in enumerate(part, 1):
        current = [count]
        for place, other in enumerate(whole, 1):
            current.append(min(previous[place] + 1, current[-1] + 1, previous[place - 1] + (letter != other)))
        previous = current
    return min(previous)
