"""What is read in a field after something was typed into it: whether that can be it, and all that there is."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.offline.changes import CARET_COLUMNS
from agent.offline.ink import clipped, differs, ground_of, inked, part_of, runs
from agent.reading.labels import LOOKALIKES, TextBox, edit_distance, fold
from agent.rect import Rect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from agent.offline.ink import Mask
    from agent.reading.blocks import Pixels

LIKE_ENOUGH = 0.6
"""Share of the typed text that must be read, in order: the reader may miss letters, and a field shows a part."""
DOUBTFUL_SCORE = 0.7
"""Of the reader: below it a text is no evidence."""
SURE_OF_EACH = 5
"""Letters: of a shorter text each is read, of a longer one in so many may be another, or one more."""
SURE_SCORE = 0.95
"""Of the reader: below it one letter may be another."""
ROOM = 1.5
"""In heights of a text: with so much of its field left on its right it is there to its end."""
NEXT_LETTERS = 2.5
"""In letters of a text: with so much left a field would show one more of what was typed, and its margin."""
CARET_ENDS = frozenset("|｜lI1i!丨")
"""What the reader takes a caret for, right behind the last letter."""
TALLER = 1.15
"""Than the tallest letter: a caret is as high as its line."""
MARKED_COLUMNS, MARKED_SHARE = 5, 0.65
"""Side by side, at least; of their one colour. A letter's own is less, between its strokes and at their soft edges."""
BORDER = 0.95
"""Of a row: so much of it drawn is the field's border."""
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def is_alone(text: str, shown: Sequence[TextBox], right: float) -> bool:
    """Whether the texts that are read in a field, which ends at the column `right`, are what was typed over all that it
    held, and no more; no less, where there is room for more.

    Beside it there may be a sign or two, as the field's arrow; a number may be written otherwise, and have a unit, and
    so may a date.
    """
    wanted, words = fold(text), [one for one in shown if len(fold(one.text)) > 1 or fold(one.text) == fold(text)]
    seen = "".join(fold(one.text) for one in words)
    if len(wanted) < SURE_OF_EACH and _NUMBER.fullmatch(wanted):
        return [float(one) for one in _NUMBER.findall("".join(fold(one.text) for one in shown))] == [float(wanted)]
    if any(one.right + ROOM * one.height > right for one in words):
        has_more = len(words) == 1 and words[0].right + NEXT_LETTERS * words[0].width / len(words[0].text) < right
        is_cut = has_more and wanted.startswith(seen) and seen != wanted
        return not is_cut and len(seen) <= len(wanted) + len(wanted) // SURE_OF_EACH
    numbers = [_numbers(one) for one in (wanted, seen)]
    if not any(letter.isalpha() for letter in wanted) and numbers[0] in (numbers[1], numbers[1][::-1]):
        return True
    if wanted.isdigit() and "".join(filter(str.isdigit, seen)) == wanted:
        return True  # as a telephone number is parted
    if _numbers(wanted) != _numbers(seen):
        return False  # digits are read surely
    is_unsure = len(seen) == len(wanted) and any(one.score < SURE_SCORE for one in words)
    has_each = _letters(wanted) == _letters(seen)  # a line at its end may be taken for the field's
    if len(seen) < len(wanted) and _squeezed(wanted) == _squeezed(seen):
        return True  # of "ll" the reader may see one
    slips = max(len(wanted) // SURE_OF_EACH, int(is_unsure or has_each))
    wanted, seen = wanted.translate(LOOKALIKES), seen.translate(LOOKALIKES)
    return not _is_cut_off(wanted, seen) and edit_distance(wanted, seen, slips) <= slips


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _squeezed(text: str) -> str:
    return re.sub(r"([^\W\d])\1", r"\1", text)


def _is_cut_off(wanted: str, seen: str) -> bool:
    """Whether the last letter or more is missing: a field that takes no more has dropped it, the reader seldom does."""
    typed, shown = _letters(wanted), _letters(seen)
    return len(shown) < len(typed) and (typed[-1:] != shown[-1:] or typed.startswith(shown))


def _numbers(text: str) -> list[int]:
    """One after the other; what parts the thousands of one is looked past."""
    return [int(one) for one in re.findall(r"\d+", re.sub(r"(?<=\d)[,' ](?=\d{3}(?!\d))", "", text))]


def is_masked(box: TextBox, typed: str) -> bool:
    """Whether it may be dots or asterisks, however they were read: one character again and again, or a doubtful one."""
    marks = set(fold(box.text))
    is_repeated = len(marks) == 1 and not marks <= set(fold(typed))
    return not any(c.isalnum() for c in marks) or is_repeated or box.score < DOUBTFUL_SCORE


def is_like(typed: str, seen: str) -> bool:
    """Whether most of the shorter is in the longer, in order."""
    same = sum(block.size for block in difflib.SequenceMatcher(None, typed, seen, autojunk=False).get_matching_blocks())
    return same >= LIKE_ENOUGH * min(len(typed), len(seen))


def without_caret(box: TextBox, typed: str, pixels: Pixels) -> TextBox:
    """The text without a last letter that was not typed, and is the caret."""
    wanted, rest = fold(typed), fold(box.text[:-1])
    if box.text[-1:] not in CARET_ENDS or not rest or not wanted.endswith(rest) or wanted.endswith(fold(box.text)):
        return box
    heights = _heights(box, pixels)
    is_caret = heights[-CARET_COLUMNS:].max(initial=0) >= TALLER * heights[:-CARET_COLUMNS].max(initial=0) > 0
    return replace(box, text=box.text[:-1]) if is_caret else box


def is_marked(box: TextBox, pixels: Pixels) -> bool:
    """Whether a part of the text is marked, as what a program proposes behind what was typed."""
    part, ink = _drawn(box, pixels)
    if not ink.any():
        return False
    of_mark = ~differs(part, ground_of(part[ink]), 0)
    stretches = [of_mark[:, start:end] for start, end in runs(inked(of_mark, 0), 0) if end - start >= MARKED_COLUMNS]
    rows = inked(ink, 1)
    is_whole = bool(inked(of_mark, 0)[inked(ink, 0)].all())
    return not is_whole and any(one[rows].mean() >= MARKED_SHARE for one in stretches)


def _heights(box: TextBox, pixels: Pixels) -> NDArray[np.int_]:
    """How much is drawn in each column of a text's place, from its first ink to its last."""
    import numpy as np

    counts = _drawn(box, pixels)[1].sum(axis=0)
    (drawn,) = np.nonzero(counts)
    return np.asarray(counts[drawn[0] : drawn[-1] + 1] if drawn.size else counts[:0])


def _drawn(box: TextBox, pixels: Pixels) -> tuple[NDArray[np.int16], Mask]:
    """A text's place, without rows that are borders, and what in it is ink."""
    import numpy as np

    rect = clipped(Rect(round(box.left), round(box.top), round(box.right), round(box.bottom)), pixels)
    part = part_of(pixels, rect)
    if not part.size:
        return part, np.zeros(part.shape[:2], np.bool_)
    ink = differs(part, ground_of(part))
    is_row = ink.mean(axis=1) < BORDER
    return part[is_row], ink[is_row]
