"""Waiting for the screen instead of sleeping: until it has answered an action and has come to rest.

Pictures decide what has changed. Where the display tells when something is drawn (`actions.x11_damage`), they are only
taken then, and rest is counted from the moment of drawing; where it does not, or has once kept something back, they are
taken again and again.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from actions.brake import Brake
from agent.errors import ScreenError, UsageError
from agent.frames import SMALL_TILES, Area, Restless, Tile, changed_tiles, touches
from agent.resting import SettleTimes, Wait
from agent.screen import Screen, Screenshot

NOTHING: frozenset[Tile] = frozenset()


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
    runs: bool = False
    """Some of that does more than blink, as a caret does: a clock, a film."""


class Drawings(Protocol):
    """Says when something is drawn on the screen."""

    def changed(self) -> bool:
        """Whether anything was since this was last asked."""
        ...

    def close(self) -> None:
        """It is asked no more."""
        ...


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

    def ran(self, planned_on: Screenshot, now: Screenshot, areas: Sequence[Area]) -> bool:
        """Whether what moves by itself, other than a caret, is no longer the same in these areas."""
        ...

    def is_another(self, planned_on: Screenshot, now: Screenshot) -> bool:
        """Whether so much differs that it is another scene: a window, a page."""
        ...

    def settle(self, before: Screenshot) -> Settled:
        """Wait until the screen rests; `before` is what `look` gave."""
        ...

    def close(self) -> None:
        """The run is over."""
        ...


class ScreenSettler:
    """Settles a live screen by looking at it.

    `foresee` is given the picture that the wait will probably end with, some time before it does.
    """

    def __init__(
        self,
        screen: Screen,
        brake: Brake,
        times: SettleTimes | None = None,
        drawings: Drawings | None = None,
        foresee: Callable[[Screenshot], None] | None = None,
    ) -> None:
        self._screen = screen
        self._brake = brake
        self._times = times or SettleTimes()
        self._drawings = drawings
        self._foresee = foresee
        self._restless = Restless()
        self._seen: Screenshot | None = None
        # One thread for all watches: each thread has its own connection to the display.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="watch")
        self._acting = threading.Event()
        self._watch: Future[None] | None = None

    def watch(self, planned_on: Screenshot) -> None:
        """Learn what moves by itself, in the background: the model's time is free."""
        self._end_watch()
        self._seen = planned_on
        self._restless.begin(planned_on)
        self._watch = self._thread.submit(self._keep_looking)

    def look(self, planned_on: Screenshot) -> Screenshot:  # noqa: ARG002 (a still screen needs it)
        """The present screen."""
        self._end_watch()
        told = self._drawn()
        now = self._screen.capture()
        if not told and self._seen is not None and changed_tiles(self._seen, now) and not self._drawn():
            self._ask_no_more()
        self._restless.saw(now)
        self._restless.learn()
        return now

    def differs(self, planned_on: Screenshot, now: Screenshot, areas: Sequence[Area] | None = None) -> bool:
        """By tiles, like all that counts as a change."""
        news = self._restless.news(planned_on, now)
        return bool(news) if areas is None else _is_within(news, areas)

    def ran(self, planned_on: Screenshot, now: Screenshot, areas: Sequence[Area]) -> bool:
        """By tiles too."""
        return _is_within(self._restless.ran(planned_on, now), areas)

    def is_another(self, planned_on: Screenshot, now: Screenshot) -> bool:
        """By the number of tiles."""
        return len(self._restless.news(planned_on, now)) > SMALL_TILES

    def settle(self, before: Screenshot) -> Settled:
        """Nothing new for `quiet` after a change, or for `patience` without one, or the maximum."""
        wait, news = Wait(self._times, before), NOTHING
        while True:
            self._brake.sleep(self._times.poll if self._drawings is None else self._times.tick)
            if self._drawn():
                wait.drawn()
            if wait.is_due(always=self._drawings is None):
                self._look_again(wait)
                news = self._restless.news(before, wait.shot)  # at the end of the wait it would cost the step its time
            elif self._foresee is not None and wait.will_probably_end:
                self._foresee(wait.shot)
            if wait.is_over:
                return self._settled(before, wait.shot, news, settled=wait.has_rested)

    def _look_again(self, wait: Wait) -> None:
        told = wait.is_drawn
        shot = self._screen.capture()
        if shot == wait.shot:
            shot = wait.shot  # what has been found out about it, such as its digest, stays known
        if wait.saw(shot, is_news=bool(self._restless.news(wait.shot, shot))) and not told:
            self._heed(wait)

    def _drawn(self) -> bool:
        return self._drawings is None or self._drawings.changed()

    def _heed(self, wait: Wait) -> None:
        """What has just been seen was not told before it was looked at."""
        if self._drawn():
            wait.drawn()  # meanwhile it is
        else:
            self._ask_no_more()

    def _ask_no_more(self) -> None:
        """From now on the pictures alone are asked: where something is kept back, or at the end."""
        if self._drawings is not None:
            self._drawings.close()
            self._drawings = None

    def _settled(self, before: Screenshot, shot: Screenshot, news: frozenset[Tile], *, settled: bool) -> Settled:
        restless, runs = self._restless.areas(before.size), self._restless.runs
        if len(news) > SMALL_TILES:
            self._restless.forget(news)
        scene = self._restless.scene(shot)
        return Settled(shot, changed=bool(news), settled=settled, scene=scene, restless=restless, runs=runs)

    def close(self) -> None:
        """Stop looking."""
        self._end_watch()
        self._thread.shutdown()
        self._ask_no_more()

    def _keep_looking(self) -> None:
        # A screen that fails here fails again when it is looked at, where somebody listens.
        with contextlib.suppress(ScreenError, UsageError):
            while not self._acting.wait(self._times.watch):
                if self._drawn():
                    self._seen = self._screen.capture()
                    self._restless.saw(self._seen)

    def _end_watch(self) -> None:
        if self._watch is not None:
            self._acting.set()
            self._watch.result()
            self._acting.clear()
            self._watch = None


def _is_within(tiles: Iterable[Tile], areas: Sequence[Area]) -> bool:
    """Whether a part of one of the tiles is in one of the areas."""
    return any(touches(tile, area) for tile in tiles for area in areas)


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

    def ran(self, planned_on: Screenshot, now: Screenshot, areas: Sequence[Area]) -> bool:  # noqa: ARG002
        """Never, likewise."""
        return False

    def is_another(self, planned_on: Screenshot, now: Screenshot) -> bool:  # noqa: ARG002
        """Never, likewise."""
        return False

    def settle(self, before: Screenshot) -> Settled:
        """At once."""
        return Settled(before, changed=False, settled=True, scene=before.digest)

    def close(self) -> None:
        """Nothing to end."""
