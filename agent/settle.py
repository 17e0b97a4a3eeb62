"""Waiting for the screen instead of sleeping: until it has answered an action and has come to rest."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from actions.brake import Brake
from agent.errors import ScreenError, UsageError
from agent.frames import SMALL_TILES, Area, Restless, touches
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
    watch: float = 0.25
    """Between two looks while the model thinks: a caret's half period is 0.3 s and more."""


LAUNCH_TIMES = SettleTimes(quiet=0.5, patience=10.0, maximum=20.0)
"""For programs that were just started to show themselves."""


@dataclass(frozen=True)
class Settled:
    """The screen after an action."""

    screenshot: Screenshot
    changed: bool
    """It differs from the screen before the action, other than by what moves by itself."""
    settled: bool
    """False: it was still changing at the maximum."""
    scene: str
    """The same for screens that differ only by what moves by itself."""
    restless: tuple[tuple[int, int, int, int], ...] = ()
    """What moves by itself: left, top, width, height in capture pixels."""


class Settler(Protocol):
    """Watches the screen around an action."""

    def watch(self, planned_on: Screenshot) -> None:
        """The model thinks from now on; nothing is done until `look`."""
        ...

    def look(self, planned_on: Screenshot) -> Screenshot:
        """The screen just before acting."""
        ...

    def differs(self, planned_on: Screenshot, now: Screenshot, areas: Sequence[Area] | None = None) -> bool:
        """Whether they differ, other than by what moves by itself; in these areas alone where some are given."""
        ...

    def settle(self, before: Screenshot) -> Settled:
        """Wait until the screen rests; `before` is what `look` gave."""
        ...

    def close(self) -> None:
        """The run is over."""
        ...


class ScreenSettler:
    """Settles a live screen by looking at it."""

    def __init__(self, screen: Screen, brake: Brake, times: SettleTimes | None = None) -> None:
        self._screen = screen
        self._brake = brake
        self._times = times or SettleTimes()
        self._restless = Restless()
        # One thread for all watches: each thread has its own connection to the display.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="watch")
        self._acting = threading.Event()
        self._watch: Future[None] | None = None

    def watch(self, planned_on: Screenshot) -> None:
        """Learn what moves by itself, in the background: the model's time is free."""
        self._end_watch()
        self._restless.begin(planned_on)
        self._watch = self._thread.submit(self._keep_looking)

    def look(self, planned_on: Screenshot) -> Screenshot:  # noqa: ARG002 (a still screen needs it)
        """The present screen."""
        self._end_watch()
        now = self._screen.capture()
        self._restless.saw(now)
        self._restless.learn()
        return now

    def differs(self, planned_on: Screenshot, now: Screenshot, areas: Sequence[Area] | None = None) -> bool:
        """By tiles, like all that counts as a change."""
        news = self._restless.news(planned_on, now)
        return bool(news) if areas is None else any(touches(tile, area) for tile in news for area in areas)

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
                return self._settled(before, shot, settled=True)
            if now - started >= times.maximum:
                return self._settled(before, shot, settled=last_change is None)

    def _settled(self, before: Screenshot, shot: Screenshot, *, settled: bool) -> Settled:
        news = self._restless.news(before, shot)
        restless = self._restless.areas(before.size)
        if len(news) > SMALL_TILES:
            self._restless.forget()
        scene = self._restless.scene(shot)
        return Settled(shot, changed=bool(news), settled=settled, scene=scene, restless=restless)

    def close(self) -> None:
        """Stop looking."""
        self._end_watch()
        self._thread.shutdown()

    def _keep_looking(self) -> None:
        # A screen that fails here fails again when it is looked at, where somebody listens.
        with contextlib.suppress(ScreenError, UsageError):
            while not self._acting.wait(self._times.watch):
                self._restless.saw(self._screen.capture())

    def _end_watch(self) -> None:
        if self._watch is not None:
            self._acting.set()
            self._watch.result()
            self._acting.clear()
            self._watch = None


class StillSettler:
    """For runs that touch nothing: the screen is taken as it is."""

    def watch(self, planned_on: Screenshot) -> None:
        """Nothing moves."""

    def look(self, planned_on: Screenshot) -> Screenshot:
        """The plan's own picture."""
        return planned_on

    def differs(self, planned_on: Screenshot, now: Screenshot, areas: Sequence[Area] | None = None) -> bool:  # noqa: ARG002
        """Never: it is not looked at again."""
        return False

    def settle(self, before: Screenshot) -> Settled:
        """At once."""
        return Settled(before, changed=False, settled=True, scene=before.digest)

    def close(self) -> None:
        """Nothing to end."""
