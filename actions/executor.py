"""Who carries an action out. The loop knows this protocol only; dry run is one more executor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from actions.action import GroundedAction, Point


@dataclass(frozen=True)
class Outcome:
    """What became of an action.

    `detail` is for the record and the person. `feedback` is told to the model before its next step; None where
    the screen says it all.
    """

    status: Literal["done", "previewed", "refused", "failed"]
    detail: str | None = None
    feedback: str | None = None


class InputError(Exception):
    """The input system failed (no display, connection lost): nothing more can be done on this screen."""


class Executor(Protocol):
    """Performs one action at a time."""

    def perform(self, grounded: GroundedAction) -> Outcome:
        """Carry it out.

        A text or key that cannot be sent is an outcome with status "failed"; the input system's own failure
        raises `InputError`; a pulled brake raises `Stopped`. However it ends, no key or button stays down.
        """
        ...

    def position(self) -> Point | None:
        """The pointer's place in input points; None where there is no pointer."""
        ...
