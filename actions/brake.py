"""The brake: how a run is stopped from outside, at once and from any thread.

Whatever waits, waits here; whatever sends input asks `check` before each event. A signal handler only sets an
attribute (locks in a signal handler deadlock), so waiting is done in slices.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

SLICE_SECONDS = 0.02


class Stopped(Exception):  # noqa: N818 (it is an outcome, not an error)
    """The person stopped the run; the message says how."""


class OutOfTime(Stopped):
    """The run's own time is up."""


class Interrupted(Exception):  # noqa: N818 (likewise)
    """The person uses the desktop: the rest of the action is not sent. The message says how far it got."""


class Brake:
    """Pulled once, it stays pulled. Probes let others look for a reason to stop (the screen corner)."""

    def __init__(self) -> None:
        self._reason: str | None = None
        self._deadline: float | None = None
        self._probes: list[Callable[[], str | None]] = []
        self._ways: list[Callable[[], bool]] = []

    @property
    def reason(self) -> str | None:
        """Why the brake was pulled, or None."""
        return self._reason

    def pull(self, reason: str) -> None:
        """Stop the run. Safe in a signal handler; the first reason stays."""
        if self._reason is None:
            self._reason = reason

    def limit(self, seconds: float) -> None:
        """Raise `OutOfTime` at the first check after `seconds` from now."""
        self._deadline = time.monotonic() + seconds

    def watch(self, probe: Callable[[], str | None]) -> None:
        """Ask `probe` at every check; what it returns, if not None, pulls the brake. What it raises, `check` raises."""
        self._probes.append(probe)

    def give_way(self, busy: Callable[[], bool]) -> None:
        """Let `between` raise `Interrupted` while `busy` says that the person uses the desktop."""
        self._ways.append(busy)

    def check(self) -> None:
        """Raise `Stopped` if the brake is pulled."""
        for probe in self._probes:
            if self._reason is None and (reason := probe()) is not None:
                self.pull(reason)
        if self._reason is not None:
            raise Stopped(self._reason)
        if self._deadline is not None and time.monotonic() > self._deadline:
            raise OutOfTime("the time limit was reached")

    def between(self) -> None:
        """As `check`, before input that must not mix with a person's; not where the action would be torn."""
        self.check()
        if any(busy() for busy in self._ways):
            raise Interrupted("")

    def sleep(self, seconds: float) -> None:
        """Wait, raising `Stopped` within a slice of the brake being pulled."""
        deadline = time.monotonic() + seconds
        self.check()
        while (left := deadline - time.monotonic()) > 0:
            time.sleep(min(left, SLICE_SECONDS))
            self.check()

    def run(self, work: Callable[[], T], seconds: float | None = None) -> T:
        """The result of `work`, done in a thread of its own so that the brake works meanwhile.

        When the brake is pulled, or `seconds` have passed (`TimeoutError`), the thread is left to end by itself:
        `work` must not send input.
        """
        deadline = None if seconds is None else time.monotonic() + seconds
        outcome: list[T] = []
        failure: list[BaseException] = []

        def body() -> None:
            try:
                outcome.append(work())
            except BaseException as error:  # noqa: BLE001 (all of it is raised in the caller's thread)
                failure.append(error)

        thread = threading.Thread(target=body, name="work", daemon=True)
        thread.start()
        while thread.is_alive():
            self.check()
            if deadline is not None and time.monotonic() > deadline:
                raise TimeoutError(f"not done after {seconds:g} s")
            thread.join(SLICE_SECONDS)
        if failure:
            raise failure[0]
        return outcome[0]
