"""The person at the same desk: the run holds still while mouse or keyboard are used, and goes on afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from actions.brake import Brake
from actions.watch import RESUME_KEY, Watch

QUIET_SECONDS = 3.0
LOOK_SECONDS = 0.05


class Person(Protocol):
    """Who may use the desktop besides the agent."""

    def wait(self) -> bool:
        """Return when it is the agent's turn: whether the person has used the desktop since the last call."""
        ...


class Nobody:
    """For a display without a person, or one whose input is not to hold up the run."""

    def wait(self) -> bool:
        """At once."""
        return False


class AtTheDesk:
    """A person whom `watch` sees; `say` is told in one line when the run pauses and when it goes on."""

    def __init__(self, watch: Watch, brake: Brake, say: Callable[[str], None], quiet: float = QUIET_SECONDS) -> None:
        self._watch = watch
        self._brake = brake
        self._say = say
        self._quiet = quiet

    def wait(self) -> bool:
        """Wait until nothing has been touched for `quiet` seconds, or the resume key is pressed."""
        if not self._watch.touched:
            return False
        paused = False
        while (left := self._watch.busy(self._quiet)) > 0:
            if not paused:
                keys = "+".join(RESUME_KEY)
                self._say(f"paused: somebody uses the mouse or keyboard; goes on {self._quiet:g} s after, or on {keys}")
                paused = True
            self._brake.sleep(min(left, LOOK_SECONDS))
        if paused:
            self._say("goes on")
        self._watch.forget()
        return True
