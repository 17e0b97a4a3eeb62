"""Whether what changed on the screen is to a click's credit: what moves by itself is not, nor what only went away.

Near what was clicked any change is. Elsewhere the time tells: what is there at the first look after the click came of
it; what comes later where something was before may be a banner's next picture, so it is looked at once more, or a
notice of the step before that goes away.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from agent.offline.changes import CARET_COLUMNS, VISIBLE_PIXELS, bounds, differing, grown, is_blank
from agent.rect import Rect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from agent.reading.ocr import Pixels

Credit = Literal["none", "doubtful", "plain"]

NEAR = 0.06
"""Of the picture's height: how far around the place of a click a change is the click's."""
REACH = 0.05
"""Of the picture's width: how far around what has moved by itself it may do so the next time: a longer word."""
CLOCK_HEIGHT, CLOCK_WIDTH = 0.06, 0.3
"""Of the picture: a larger change is not read for a clock."""
_CLOCK = re.compile(r"(?<!\d)\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?!\d)")
_DIGITS = re.compile(r"\d")


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
    without: Rect | None = None

    def credit(self, *, again: bool, moves: bool, is_clock: Callable[[Rect], bool]) -> Credit:
        """Whether what is different now is the click's doing.

        `again`: it was doubtful, and the last picture was taken some time later. `moves`: the run knows that what
        differed at first moves by itself. `is_clock`: what is written there tells the time.
        """
        now, first = self.since[-1], self._differing(self.since[0])
        if self._is_near(self._differing(now)):
            return "plain"
        if len(self.since) == 1:
            return "none" if moves or self._is_clock(first, is_clock) else "plain"
        if again:
            doubtful = self._late(self.since[-2], first)
            keeps_changing = differing(self.since[-2], now) & self._differing(now)
            return "plain" if _is_seen(doubtful & ~_around(keeps_changing)) else "none"
        late = self._late(now, first)
        if not _is_seen(late):
            return "none"
        return "plain" if self._was_blank(bounds(late)) else "doubtful"

    def _differing(self, later: Pixels) -> NDArray[np.bool_]:
        return differing(self.before, later, self.without)

    def _is_near(self, differs: NDArray[np.bool_]) -> bool:
        height, width = differs.shape
        x, y, reach = round(self.place[0]), round(self.place[1]), round(NEAR * height)
        window = differs[max(0, y - reach) : min(height, y + reach), max(0, x - reach) : min(width, x + reach)]
        return int(window.sum()) >= VISIBLE_PIXELS

    def _is_clock(self, differs: NDArray[np.bool_], is_clock: Callable[[Rect], bool]) -> bool:
        box = bounds(differs)
        if box is None:
            return False
        height, width = differs.shape
        is_small = box.bottom - box.top <= CLOCK_HEIGHT * height and box.right - box.left <= CLOCK_WIDTH * width
        return is_small and is_clock(box)

    def _was_blank(self, box: Rect | None) -> bool:
        """Whether nothing was there: then it is no other picture of a banner."""
        return box is not None and is_blank(self.before[box.top : box.bottom, box.left : box.right])

    def _late(self, later: Pixels, first: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """What has come after the first look, and is not as it was on an older picture."""
        late = self._differing(later) & ~_around(first)
        for picture in self.older:
            if late.any():
                # A step before had changed it, and now it is back: of a notice nothing is left.
                late &= differing(picture, later)
        return late


def _around(differs: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return grown(differs, round(REACH * differs.shape[1]))


def _is_seen(differs: NDArray[np.bool_]) -> bool:
    """Whether a person would see it, and it is more than a caret."""
    return int(differs.sum()) >= VISIBLE_PIXELS and int(differs.any(axis=0).sum()) > CARET_COLUMNS


def tells_time(before: str, after: str) -> bool:
    """Whether two readings of a place are of a clock: they have a time in them, and only digits differ."""
    has_time = _CLOCK.search(before) is not None and _CLOCK.search(after) is not None
    return has_time and _DIGITS.sub("0", before) == _DIGITS.sub("0", after)
