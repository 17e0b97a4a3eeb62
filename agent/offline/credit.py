"""Whether what changed on the screen is to a click's credit: what moves by itself is not, nor what only went away.

Near what was clicked any change is. Elsewhere the time tells: what is there at the first look after the click came of
it, unless it is a picture in place of another; what comes later where something was before is looked at once more, for
it may be a banner's next picture, and may be a notice of the step before that goes away.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from actions.action import Point
from agent.offline.changes import CARET_COLUMNS, RING, VISIBLE_PIXELS, activated, bars, carets, lost_rings, recoloured
from agent.offline.differences import REACH, bounds, clear_of, differing, has_edges, is_blank, parts_of
from agent.offline.ink import ground_of, part_of
from agent.offline.movers import CLOSE, grown, without_movers
from agent.offline.opened import has_come
from agent.offline.spot import is_inside
from agent.reading.channels import unlikeness
from agent.reading.ocr import VISIBLE_DIFFERENCE
from agent.rect import Rect, distance

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from agent.reading.ocr import Pixels

Credit = Literal["none", "doubtful", "hint", "plain"]
"""A hint: a line at the foot of a window, which may say what the pointer is on."""
Meaning = Literal["own", "count", "other"]
Told = Literal["unchanged", "moving", "changed"]
"""By the run: that the screen is as it was but for what moves by itself; that some of it does; neither."""

NEAR = 0.025
"""Of the picture's height: how far around the place of a click a change is the click's."""
LEFT_HEIGHT, LEFT_WIDTH = 0.05, 0.15
"""Of the picture: how far around the place that the pointer left something may look otherwise without it."""
LINE = 3
"""Pixels: a line that was under the pointer is no thicker."""
ROW = 0.2
"""The same along its row."""
NOTICE_WIDTH, NOTICE_HEIGHT = 0.05, 0.03
"""Of the picture: a notice is no smaller."""
MUCH = 0.1
"""Of what changed of a thing: so much of it does so again, if it moves."""
FOOT_WIDTH, FOOT_LINE = 0.15, 0.95
"""Of the picture: so much of a window's lower end is looked at. Of that: what is different from row to row there."""
LINE_HEIGHT, LINE_WIDTH = 0.06, 0.4
"""Of the picture: a larger change is not read for a clock, or for the address of a link."""
_CLOCK = re.compile(r"(?<!\d)\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?!\d)")
_DIGITS = re.compile(r"\d+")
_ADDRESS = re.compile(
    r"(?:https?|file|ftp|about|chrome):/|(?:mailto|tel|javascript):|[\w-]+(?:\.[\w-]+)+(?::\d+)?/|[\w-]+:\d+/",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Seen:
    """The pictures around a click, all of one size; what is inside `without` does not count."""

    older: Sequence[Pixels]
    """Of the steps before it."""
    before: Pixels
    """Which it was decided on."""
    since: Sequence[Pixels]
    """After it, oldest first; the last is the present one."""
    place: tuple[float, float]
    left: tuple[float, float] | None = None
    """Where the pointer was before."""
    rests: tuple[float, float] | None = None
    """Where it was put aside, since."""
    without: Rect | None = None
    is_first: bool = False
    """Nothing was pointed at before in the run: the pointer may have lain on any button, and have left it."""
    moving: Sequence[Rect] = ()
    """What is known to move by itself."""

    def credit(self, *, again: bool, told: Told, meaning: Callable[[Rect], Meaning]) -> Credit:
        """Whether what is different now is the click's doing.

        `again`: it was doubtful, and the last picture was taken some time later. `told`: of the screen right after the
        click. `meaning`: of what is written in a low place.
        """
        now, first = self.since[-1], self._differing(self.since[0])
        if len(self.since) == 1:
            return self._at_once(first, told, meaning)
        if self._is_near(self._differing(now) & differing(self.since[0], now)):
            return "plain"
        if len(self.since) == 2 and self.rests is not None and not again:
            hint = [box for box in parts_of(first) if self._is_at_foot(box) and meaning(box) == "other"]
            if any(_is_seen(self._differing(now)[box.top : box.bottom, box.left : box.right]) for box in hint):
                return "plain"
        # Where it is looked at a second time only, it was the first look that left a doubt.
        ignored = self._keep_changing() if again and len(self.since) == 2 else self._keep_changing() | _around(first)
        late = self._not_restored(self._differing(now) & ~ignored, now)
        late = self._without_lines(late, meaning, again=again)
        if not _is_seen(late):
            return "none"
        stands = again and _is_seen(late & ~differing(self.since[-2], now))
        has_come = any(self._has_come(box) for box in parts_of(late, CLOSE))
        return "plain" if stands or has_come or self._was_blank(bounds(late)) else "doubtful"

    def _without_lines(
        self, late: NDArray[np.bool_], meaning: Callable[[Rect], Meaning], *, again: bool
    ) -> NDArray[np.bool_]:
        """Without what is written there by itself; when it is looked at again, without counts that have gone on."""
        rest, on = late.copy(), differing(self.since[0], self.since[-1])
        for box in parts_of(late):
            part = slice(box.top, box.bottom), slice(box.left, box.right)
            means = meaning(box) if self._is_low(box) and _is_seen(late[part]) else "other"
            rest[part] &= not (means == "own" or (again and means == "count" and _is_seen(on[part])))
        return rest

    def _at_once(self, first: NDArray[np.bool_], told: Told, meaning: Callable[[Rect], Meaning]) -> Credit:
        """The same at the first look."""
        if self._is_near(first):
            return "plain"
        read = {box: meaning(box) if self._is_low(box) else "other" for box in parts_of(first)}
        boxes = [box for box, means in read.items() if means != "own"]
        if told == "unchanged" or not boxes:
            return "none"
        if any(self._has_come(box) for box in boxes):
            return "plain"
        if (told == "moving" and not self.moving) or all(read[box] == "count" or self._is_banner(box) for box in boxes):
            return "doubtful"
        return "hint" if all(self._is_at_foot(box) for box in boxes) else "plain"

    def _is_at_foot(self, box: Rect) -> bool:
        """Whether it is one line below what was clicked, right above the end of a window."""
        if not self._is_low(box) or box.top <= self.place[1]:
            return False
        line = box.bottom - box.top
        middle, now = (box.left + box.right) // 2, self.since[0]
        half = round(FOOT_WIDTH * now.shape[1] / 2)
        columns = slice(max(box.left, middle - half), min(box.right, middle + half))
        below = now[box.bottom : box.bottom + 2 * line, columns]
        ends = box.bottom + 2 * line > len(now)
        steps = unlikeness(below[1:].astype("int16"), below[:-1]) > VISIBLE_DIFFERENCE
        return ends or bool((steps.mean(axis=1) >= FOOT_LINE).any())

    def _differing(self, later: Pixels) -> NDArray[np.bool_]:
        differs = differing(self.before, later, self.without)
        clear_of(differs, (*lost_rings(self.before, later, differs), *carets(differs), *bars(differs)))
        differs = without_movers(differs, self.moving)
        clear_of(differs, self._only_recoloured(later, differs))
        if self.left is not None:
            clear_left(differs, self.left)
        return differs

    def _only_recoloured(self, later: Pixels, differs: NDArray[np.bool_]) -> Sequence[Rect]:
        """What only has another colour since another window is the active one, with that one's title bar; or where the
        pointer may have lain, or is now."""
        at, near = Point(round(self.place[0]), round(self.place[1])), NEAR * len(differs)
        if window := activated(self.before, later, differs):
            return [one for one in window if distance(one, at) > near]
        faces = [one for one in recoloured(self.before, later, differs) if distance(one, at) > near]
        if self.is_first and len(faces) == 1:
            return faces
        return [one for one in faces if self.rests is not None and is_inside(self.rests, one)]

    def _is_near(self, differs: NDArray[np.bool_]) -> bool:
        height, width = differs.shape
        x, y, reach = round(self.place[0]), round(self.place[1]), round(NEAR * height)
        window = differs[max(0, y - reach) : min(height, y + reach), max(0, x - reach) : min(width, x + reach)]
        return int(window.sum()) >= VISIBLE_PIXELS

    def _is_low(self, box: Rect) -> bool:
        height, width = self.before.shape[:2]
        return bool(box.bottom - box.top <= LINE_HEIGHT * height and box.right - box.left <= LINE_WIDTH * width)

    def _has_come(self, box: Rect) -> bool:
        """Whether that is a box that was not there before: a notice, which may be gone at the next look."""
        height, width = self.before.shape[:2]
        is_large = box.bottom - box.top >= NOTICE_HEIGHT * height and box.right - box.left >= NOTICE_WIDTH * width
        return bool(is_large and has_come(box, self.before, self.since[-1]))

    def _is_banner(self, box: Rect) -> bool:
        """Whether that has its edges in both pictures, and another ground: one picture in place of another."""
        pictures = self.before, self.since[0]
        grounds = [ground_of(part_of(one, box)) for one in pictures]
        return all(has_edges(one, box) for one in pictures) and bool((grounds[0] != grounds[1]).any())

    def _keep_changing(self) -> NDArray[np.bool_]:
        """The parts of all change since the click in which much changed more than once and is not as it was: the caret
        in a dialog that came up does not make it move."""
        import numpy as np

        pictures = (self.before, *self.since)
        changes = np.array([differing(one, after, self.without) for one, after in itertools.pairwise(pictures)])
        twice = (changes.sum(axis=0) > 1) & self._differing(pictures[-1])
        found, once = np.zeros(twice.shape, np.bool_), np.asarray(changes.any(axis=0))
        for box in parts_of(once, CLOSE):
            part = slice(box.top, box.bottom), slice(box.left, box.right)
            found[part] = twice[part].sum() > MUCH * once[part].sum()
        return found

    def _was_blank(self, box: Rect | None) -> bool:
        """Whether nothing was there: then it is no other picture of a banner."""
        return box is not None and is_blank(self.before[box.top : box.bottom, box.left : box.right])

    def _not_restored(self, late: NDArray[np.bool_], now: Pixels) -> NDArray[np.bool_]:
        """Without what is as it was on an older picture: a step before had changed it, and a notice has gone."""
        for picture in self.older:
            if late.any():
                late = late & differing(picture, now)
        return late


def clear_left(differs: NDArray[np.bool_], left: tuple[float, float]) -> None:
    """Without what looks otherwise because the pointer has left it: what was there, or the line below it."""
    height, width = differs.shape
    x, y, high, wide = (round(one) for one in (*left, LEFT_HEIGHT * height, LEFT_WIDTH * width))
    # A button as wide as its window may have had a line along its lower edge.
    below = (box for box in parts_of(differs, 2 * RING / width) if box.left <= x < box.right)
    clear_of(differs, [box for box in below if box.bottom - box.top <= LINE and abs(box.top - y) <= high])
    rows, columns = slice(max(0, y - high), max(0, y + high)), slice(max(0, x - wide), max(0, x + wide))
    around = differs[rows, columns]
    box = bounds(around)
    if box is not None and _is_alone(box, Rect(0, 0, around.shape[1], around.shape[0])):
        clear_of(around, [box])


def _is_alone(box: Rect, around: Rect) -> bool:
    """Whether a box within an area, from its upper left corner, touches none of its sides."""
    width, height = around.right - around.left, around.bottom - around.top
    return box.left > 0 and box.top > 0 and box.right < width and box.bottom < height


def _around(differs: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """With what is near it, and what is level with it: a bar that fills has a word for how far it is in its row."""
    import numpy as np

    wide = round(ROW * differs.shape[1])
    level = grown(differs, wide, axes=(1,))
    return np.asarray(level | grown(differs, round(REACH * differs.shape[1])))


def _is_seen(differs: NDArray[np.bool_]) -> bool:
    """Whether a person would see it, and it is more than a caret."""
    return int(differs.sum()) >= VISIBLE_PIXELS and int(differs.any(axis=0).sum()) > CARET_COLUMNS


def meaning_of(before: str, after: str) -> Meaning:
    """What two readings of a place say: a clock, and the address that browsers show of the link which the pointer is
    on, are their own doing; a count may be."""
    if _ADDRESS.match("".join(after.split())) is not None:
        return "own"
    if _DIGITS.sub("0", before) != _DIGITS.sub("0", after):
        return "other"
    if _CLOCK.search(before) is not None and _CLOCK.search(after) is not None:
        return "own"
    return "count" if before != after and any(letter.isalpha() for letter in after) else "other"
