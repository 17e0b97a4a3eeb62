"""One wait for a screen to come to rest: how long, when to look, and when it is over."""

from __future__ import annotations

import time
from dataclasses import dataclass

from agent.screen import Screenshot


@dataclass(frozen=True)
class SettleTimes:
    """In seconds."""

    poll: float = 0.05
    """Between two looks, at least."""
    tick: float = 0.005
    """Between two times of asking whether something was drawn."""
    quiet: float = 0.13
    """How long a screen that has changed must stay the same. Of 246 answers of programs on a busy machine, waited for
    with 0.15 s, two went on after more than this; what goes on later is seen while the model thinks."""
    minimum: float = 0.0
    """At least this long, whatever happens."""
    patience: float = 0.6
    """How long a screen that has not changed at all may still answer."""
    maximum: float = 3.0
    """Then the run goes on with what there is (a film never rests)."""
    watch: float = 0.25
    """Between two looks while the model thinks: a caret's half period is 0.3 s and more."""


HALFWAY = 1 / 3
"""Of the quiet time; a screen that has rested so long mostly goes on to."""
LAST_LOOK_SECONDS = 0.03
"""Before the end of a wait, where the display tells of what is drawn after it: a picture takes a while to make."""
LAUNCH_TIMES = SettleTimes(quiet=0.5, patience=10.0, maximum=20.0)
"""For programs that were just started to show themselves."""


class Wait:
    """One wait for a screen to rest: when to look, and when it is over."""

    def __init__(self, times: SettleTimes, before: Screenshot) -> None:
        self._times = times
        self._started = self._now = self._looked = self._drawn = time.monotonic()
        self._changed: float | None = None
        self._saw_last = False
        self.shot = before
        """What was last seen."""
        self.is_drawn = False
        """Something was drawn since."""
        self._foreseen = False

    def drawn(self) -> None:
        """Something has just been drawn."""
        self._drawn, self.is_drawn = time.monotonic(), True

    def is_due(self, *, always: bool) -> bool:
        """Whether to look now; `always`: nothing tells of what is drawn, so that the last look is the end."""
        self._now = time.monotonic()
        if always:
            return True
        may_look = self._now - self._looked >= self._times.poll
        is_last = self._is_over_at(self._now + LAST_LOOK_SECONDS)
        return (self.is_drawn and (may_look or is_last)) or (is_last and not self._saw_last)

    def saw(self, shot: Screenshot, *, is_news: bool) -> bool:
        """This is seen now; returns whether it was news."""
        if is_news:
            self._changed = self._drawn if self.is_drawn else self._now
            self._foreseen = False
        self.shot, self._looked, self.is_drawn = shot, self._now, False
        self._saw_last = self._is_over_at(self._now + LAST_LOOK_SECONDS)
        return is_news

    @property
    def has_rested(self) -> bool:
        """Whether it is at rest; where nothing has changed it always was."""
        return self._has_rested_at(self._now)

    @property
    def is_over(self) -> bool:
        """Whether it has rested for long enough, or never will."""
        return self._is_over_at(self._now)

    def _has_rested_at(self, moment: float) -> bool:
        return self._changed is None or moment - self._changed >= self._times.quiet

    def _is_over_at(self, moment: float) -> bool:
        waited = moment - self._started
        patient = self._changed is not None or waited >= self._times.patience
        return (self._has_rested_at(moment) and patient and waited >= self._times.minimum) or (
            waited >= self._times.maximum
        )

    @property
    def will_probably_end(self) -> bool:
        """Whether what was last seen may well be the last of it; true once."""
        rests = self._changed is not None and self._now - self._changed >= self._times.quiet * HALFWAY
        if self._foreseen or self.is_drawn or not rests:
            return False
        self._foreseen = True
        return True
