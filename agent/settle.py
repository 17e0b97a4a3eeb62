"""Waiting for the screen instead of sleeping: until it has answered an action and has come to rest."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

from actions.brake import Brake
from agent.frames import Restless
from agent.screen import Screen, Screenshot


@dataclass(frozen=True)
class SettleTimes:
    """In seconds."""

    poll: float = 0.05
    """Between two looks."""
    quiet: float = 0.15
    """How long a screen that has changed must stay the same."""
    minimum: float = 0.0
    """At least this long, whatever happens."""
    patience: float = 0.6
    """How long a screen that has not changed at all may still answer."""
    maximum: float = 3.0
    """Then the run goes on with what there is (a film never rests)."""


@dataclass(frozen=True)
class Settled:
    """The screen after an action."""

    screenshot: Screenshot
    changed: bool
    """It differs from the screen before the action, other than by what moves by itself."""
    settled: bool
    """False: it was still changing at the maximum."""


class Settler(Protocol):
    """Watches the screen around an action."""

    def look(self, planned_on: Screenshot) -> Screenshot:
        """The screen just before acting; what changed since the plan's picture changes by itself."""
        ...

    def settle(self, before: Screenshot) -> Settled:
        """Wait until the screen rests; `before` is what `look` gave."""
        ...


class ScreenSettler:
    """Settles a live screen by looking at it."""

    def __init__(self, screen: Screen, brake: Brake, times: SettleTimes | None = None) -> None:
        self._screen = screen
        self._brake = brake
        self._times = times or SettleTimes()
        self._restless = Restless()

    def look(self, planned_on: Screenshot) -> Screenshot:
        """Learns what moves by itself: the model thought meanwhile, nothing was done."""
        now = self._screen.capture()
        self._restless.learn(planned_on, now)
        return now

    def settle(self, before: Screenshot) -> Settled:
        """Two equal looks `quiet` apart, or nothing for `patience`, or the maximum."""
        times = self._times
        started = time.monotonic()
        last, last_change = before, None
        while True:
            self._brake.sleep(times.poll)
            shot = self._screen.capture()
            now = time.monotonic()
            if self._restless.news(last, shot):
                last_change = now
            last = shot
            rest = now - started if last_change is None else now - last_change
            rested = rest >= (times.patience if last_change is None else times.quiet)
            if rested and now - started >= times.minimum:
                return Settled(shot, self._changed(before, shot), settled=True)
            if now - started >= times.maximum:
                return Settled(shot, self._changed(before, shot), settled=last_change is None)

    def _changed(self, before: Screenshot, after: Screenshot) -> bool:
        return bool(self._restless.news(before, after))


class StillSettler:
    """For runs that touch nothing: the screen is taken as it is."""

    def look(self, planned_on: Screenshot) -> Screenshot:
        """The plan's own picture."""
        return planned_on

    def settle(self, before: Screenshot) -> Settled:
        """At once."""
        return Settled(before, changed=False, settled=True)
