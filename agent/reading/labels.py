"""Which text on the screen a label means: exactly one, or none. Nothing is ever picked from two."""

from __future__ import annotations

import difflib
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from agent.reading.joining import joined, labels_in_lines, paragraphs, runs

MAX_LABEL = 200
"""Characters; a longer label is no label."""
UNSURE_SCORE = 0.85
"""Below this the reader itself doubts a text, and a letter of it may be wrong."""
_OPENING, _CLOSING = frozenset("《〈「『【（"), frozenset("》〉」』】）")
_TRAILING = ".,:;!?…*。，：；！？、]】"
_LEADING = "•●○◯□☐☑▪▸►▶»>*|·[【"
_AROUND = "()[]{}<>|_‹›«»→←↓↑▼▾▲▴▸◂⌄《》"
"""What the round ends and edges of a button are read as, and the arrows beside what it says."""
_ACCELERATOR = re.compile(r"\(_?[a-z]\)$")
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))
"""Hyphens, dashes and the minus sign: on a key or in a word one is read for the other."""
_ALONE = {"十": "+", "一": "-", "·": "."}
"""Signs by what they are read for where nothing is beside them, as on a key. (Both ways: either label finds both.)"""
LOOKALIKES = str.maketrans({"0": "o", "1": "l", "i": "l", "|": "l", "q": "g"})
"""A g and a q are alike where a line below them cuts off how they end."""


_NOT_DENIED = r"(?<!\bnot )(?<!\bnever )(?<!\bno )(?<!n't )(?<!n’t )(?<!\bnot yet )(?<![未不没无非])(?<!没有)(?<!尚未)"


@dataclass(frozen=True)
class TextBox:
    """A text in a picture; its rectangle is in the picture's pixels, `score` is the reader's 0…1."""

    text: str
    left: float
    top: float
    width: float
    height: float
    score: float = 1.0
    marked: bool = False
    """Whether a tick box or the like stands right before it, so that it goes on with nothing above it."""
    ground: tuple[int, int, int] | None = None
    """The colour that it is written on; None where that was not looked at."""
    goes_on: bool = False
    """Whether it may be the next word of the label on its left: nothing but what may be a space is between them."""
    closed: bool = False
    """Whether an edge is drawn right below it, so that it goes on with nothing there."""
    is_part: bool = False
    """Whether a sign parts it from others of its line, as in "Terms · Privacy": a whole text of that name is meant
    before it."""

    @property
    def right(self) -> float:
        """One past the last column."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """One past the last row."""
        return self.top + self.height

    @property
    def center(self) -> tuple[float, float]:
        """Where a click on it goes."""
        return self.left + self.width / 2, self.top + self.height / 2

    def holds(self, other: TextBox) -> bool:
        """Whether the middle of another is inside, as that of one of its own lines or words."""
        x, y = other.center
        return self.left <= x < self.right and self.top <= y < self.bottom

    def place(self) -> str:
        """Where it is, for a person."""
        x, y = self.center
        return f"{x:.0f},{y:.0f}"


class Placed(Protocol):
    """Anything that stands in a line with others."""

    @property
    def left(self) -> float:
        """First column."""

    @property
    def height(self) -> float:
        """In rows."""

    @property
    def center(self) -> tuple[float, float]:
        """The middle of its box."""


P = TypeVar("P", bound=Placed)


@dataclass(frozen=True)
class Matches:
    """What a label matches. One box: that is it. Several: ambiguous. None: `nearest` says what came closest."""

    boxes: tuple[TextBox, ...]
    nearest: tuple[str, ...] = ()


def in_reading_order(boxes: Iterable[P]) -> tuple[P, ...]:
    """By rows from the top, each from the left."""
    return tuple(box for row in rows(boxes) for box in row)


def rows(boxes: Iterable[P]) -> list[list[P]]:
    """The boxes that stand on one line with each other, line by line."""
    found: list[list[P]] = []
    for box in sorted(boxes, key=lambda b: b.center[1]):
        last = found[-1][-1] if found else None
        if last is not None and abs(last.center[1] - box.center[1]) < 0.4 * min(last.height, box.height):
            found[-1].append(box)
        else:
            found.append([box])
    return [sorted(row, key=lambda b: b.left) for row in found]


def find(names: Sequence[str], boxes: Sequence[TextBox]) -> Matches:
    """The boxes that any of `names` means; the names are spellings of one label, the likeliest first.

    Exact: equal but for case, width, spaces, a trailing punctuation mark or accelerator; a single letter or digit only
    where the reader is sure of it. Only where a name has no exact match, near: see `_is_near`; and only then the next
    name. A part of a longer text never matches, but for one that a sign parts, where nothing else does. Words that may
    go on with each other are one label where that is named, and else are not.
    """
    words, whole = runs(rows(boxes)), [box for box in boxes if not box.is_part]
    found = _find(names, labels_in_lines(whole), words)
    return found if found.boxes or len(whole) == len(boxes) else _find(names, labels_in_lines(boxes), words)


def _find(names: Sequence[str], candidates: Sequence[TextBox], words: Sequence[Sequence[TextBox]]) -> Matches:
    for name in names:
        for same in (_is_exact, _is_near):
            matching = [box for box in candidates if same(name, box)]
            matching += [joined(run) for run in words if _says(name.split(), run, same) or _is_written_by(run, name)]
            if matching:
                return Matches(tuple(matching))
    return Matches((), nearest(names[0] if names else "", [box.text for box in candidates]))


def nearest(name: str, texts: Iterable[str], count: int = 3) -> tuple[str, ...]:
    """The texts most like `name`, for a person to read."""
    key = fold(name)[:MAX_LABEL]
    scored = sorted(
        ((_likeness(key, fold(text)[:MAX_LABEL]), text) for text in dict.fromkeys(texts)),
        key=lambda pair: -pair[0],
    )
    return tuple(text for likeness, text in scored[:count] if likeness > 0.3)


def _likeness(a: str, b: str) -> float:
    return 1.0 if a and a in b else difflib.SequenceMatcher(None, a, b, autojunk=False).quick_ratio()


def fold(text: str) -> str:
    """What stays of a label when it is compared: no case, width, spaces, marks around it."""
    folded = "".join(_spaced(text).split()).translate(_DASHES)
    trimmed = folded.lstrip(_LEADING).rstrip(_TRAILING)
    bare = _ACCELERATOR.sub("", trimmed) or trimmed or folded
    return _ALONE.get(bare, bare)


def _spaced(text: str) -> str:
    visible = (c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return " ".join("".join(visible).casefold().split())


def _is_exact(name: str, box: TextBox) -> bool:
    key = fold(name)
    is_doubtful = len(key) == 1 and key.isalnum() and box.score < UNSURE_SCORE  # a slash, read as 1
    return bool(key) and key == fold(box.text) and not is_doubtful


def _is_near(name: str, box: TextBox) -> bool:
    """Equal but for brackets or lines around it; for characters that look alike (0 and O; 1, l, I and |; g and q), word
    by word; or, in a text that the reader itself is unsure of, one other letter in five or two in ten. Digits are never
    bent."""
    wanted, seen = fold(name), fold(box.text)
    if len(wanted) > 1 and wanted == seen.strip(_AROUND):
        return True
    if min(len(wanted), len(seen)) < 3:
        return False
    if _skeleton(name) == _skeleton(box.text):
        return True
    if box.score >= UNSURE_SCORE or re.sub(r"\D", "", wanted) != re.sub(r"\D", "", seen):
        return False
    return edit_distance(wanted, seen, limit := _slips(len(wanted))) <= limit


def _says(words: Sequence[str], run: Sequence[TextBox], same: Callable[[str, TextBox], bool]) -> bool:
    """Whether texts say these words one after the other, each text one word or more: "12" is not said by 1 and 2."""
    if len(run) == 1:
        return _is_exact(name := " ".join(words), run[0]) or same(name, run[0])
    return any(
        _says(words[:count], run[:1], same) and _says(words[count:], run[1:], same)
        for count in range(1, len(words) - len(run) + 2)
    )


def _is_written_by(run: Sequence[TextBox], name: str) -> bool:
    """Whether a name is what the texts are together, as 同意 and 《须知》, or a word that was read in two pieces. "12"
    is not written by 1 and 2."""
    are_one = all(
        meet_at_bracket(first, last) or (first.text[-1:].isalpha() and last.text[:1].isalpha())
        for first, last in itertools.pairwise(run)
    )
    return are_one and fold("".join(box.text for box in run)) == fold(name)


def meet_at_bracket(first: TextBox, last: TextBox) -> bool:
    """Whether two texts beside each other meet at a wide bracket: a blank belongs to that, so that they are read each
    by itself."""
    return last.text[:1] in _OPENING or first.text[-1:] in _CLOSING


def _skeleton(text: str) -> str:
    return _spaced(text).lstrip(_LEADING).rstrip(_TRAILING).translate(LOOKALIKES).strip()


def _slips(length: int) -> int:
    return 0 if length < 5 else 1 if length < 10 else 2


def edit_distance(a: str, b: str, limit: int) -> int:
    """Insertions, deletions and replacements from `a` to `b`; past `limit` only that it is more."""
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    previous = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        current = [i]
        for j, y in enumerate(b, 1):
            current.append(min(previous[j] + 1, current[-1] + 1, previous[j - 1] + (x != y)))
        if min(current) > limit:
            return limit + 1
        previous = current
    return previous[-1]


def shows(text: str, boxes: Sequence[TextBox]) -> bool:
    """Whether `text` is to be read on the screen: a whole text, or whole words of a line or paragraph that does not
    deny it ("Not saved")."""
    key, words = fold(text), _spaced(text)
    if not key:
        return False
    if any(fold(box.text) == key for box in (*boxes, *labels_in_lines(boxes))):
        return True
    if any(_is_written_by(run, text) for run in runs(rows(boxes))):
        return True
    start, end = (r"(?<![a-z0-9])" if words[0].isalnum() else "", r"(?![a-z0-9])" if words[-1].isalnum() else "")
    pattern = re.compile(_NOT_DENIED + start + re.escape(words) + end)
    lines = [" ".join(box.text for box in row) for row in rows(boxes)]
    texts = (_spaced(line) for line in (*lines, *(box.text for box in labels_in_lines(boxes)), *paragraphs(boxes)))
    return any(pattern.search(line) for line in texts)


def ends_as_label(text: str) -> bool:
    """Whether a text announces another: "Name:"."""
    return text.rstrip().endswith((":", "："))


def after_label(names: Sequence[str], boxes: Sequence[TextBox]) -> tuple[str, ...]:
    """What follows a label and a colon in one and the same text: "Total: 42"."""
    keys = [fold(name) for name in names]
    found = []
    for box in boxes:
        head, colon, tail = box.text.replace("：", ":").partition(":")
        if colon and tail.strip() and fold(head) in keys and not ends_as_label(tail):
            found.append(tail.strip())
    return tuple(found)
