"""The screen corner as a brake: the pointer in a corner where we did not put it stops the run."""

from __future__ import annotations

import time
from collections.abc import Callable

from actions.action import Point, Size
from actions.executor import InputError

LOOK_SECONDS = 0.01
"""How often the pointer is looked at, at most."""


class CornerBrake:
    """A probe for `Brake.watch`. Where the pointer rests at the start it may stay, be it in a corner."""

    def __init__(self, position: Callable[[], Point], size: Callable[[], Size]) -> None:
        self._position = position
        self._size = size
        self._allowed: Point | None = None
        self._started = False
        self._next_look = 0.0

    def expect(self, point: Point) -> None:
        """We are about to put the pointer there ourselves: a corner that it then rests in is no stop."""
        self._started = True
        self._allowed = point

    def __call__(self) -> str | None:
        """Why to stop, or None."""
        now = time.monotonic()
        if now < self._next_look:
            return None
        self._next_look = now + LOOK_SECONDS
        try:
            return self._look()
        except InputError:
            return None  # Whoever sends input next finds that out, and can say so in its place.

    def _look(self) -> str | None:
        at = self._position()
        if not self._started:
            self.expect(at)
        if at == self._allowed:
            return None
        if self._is_corner(at):
            return f"the pointer was moved into the screen's corner ({at.x}, {at.y})"
        self._allowed = None
        return None

    def _is_corner(self, at: Point) -> bool:
        size = self._size()
        return at.x in (0, size.width - 1) and at.y in (0, size.height - 1)
