"""A screen that is locked, asleep or black shows nothing to act on: it is noticed, waited for, and then given up."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Protocol

from actions.brake import Brake
from agent.errors import ScreenError
from agent.geometry import Viewport
from agent.screen import Screen, Screenshot

LIMIT_SECONDS = 60.0
LOOK_SECONDS = 0.25
_PIXEL_BYTES = 4


class Waking(Protocol):
    """Knows a screen that shows nothing."""

    def blank(self, shot: Screenshot) -> bool:
        """Whether it shows one colour because it is locked or asleep."""
        ...

    def wait(self, shot: Screenshot) -> Screenshot:
        """This one, or the first that shows something again. Raises `ScreenError` when none does in time."""
        ...


class AlwaysAwake:
    """For displays that nobody locks: one colour is an empty desktop."""

    def blank(self, shot: Screenshot) -> bool:  # noqa: ARG002
        """Never."""
        return False

    def wait(self, shot: Screenshot) -> Screenshot:
        """This one."""
        return shot


class RealScreen:
    """A person's screen. `bare` tells an empty desktop of one colour from a cover; `say` is told in one line."""

    def __init__(
        self,
        screen: Screen,
        brake: Brake,
        say: Callable[[str], None],
        bare: Callable[[Viewport], bool],
        limit: float = LIMIT_SECONDS,
    ) -> None:
        self._screen = screen
        self._brake = brake
        self._say = say
        self._bare = bare
        self._limit = limit

    def blank(self, shot: Screenshot) -> bool:
        """One colour all over, and not that of the desktop itself."""
        return uniform(shot) and not self._bare(shot.viewport)

    def wait(self, shot: Screenshot) -> Screenshot:
        """Look until it shows something, for `limit` seconds; the brake works meanwhile."""
        if not self.blank(shot):
            return shot
        self._say(f"the screen is locked, asleep or black: waits up to {self._limit:g} s for it to come back")
        deadline = time.monotonic() + self._limit
        while time.monotonic() < deadline:
            self._brake.sleep(LOOK_SECONDS)
            shot = self._screen.capture()
            if not self.blank(shot):
                self._say("the screen is back")
                return shot
        raise ScreenError(f"the screen was locked, asleep or black for {self._limit:g} s: unlock it and start again")


def uniform(shot: Screenshot) -> bool:
    """Whether all its pixels are of one colour."""
    one = shot.bgrx[:_PIXEL_BYTES]
    # Most pictures are told at once by their first row.
    row = one * shot.size.width
    return shot.bgrx.startswith(row) and shot.bgrx == row * shot.size.height


def bare_desktop(viewport: Viewport) -> bool:
    """Whether the desktop itself is to be seen there: nothing that no window manager manages covers it.

    Lockers and screen savers do. Elsewhere than on X11 this cannot be told, and one colour counts as covered.
    """
    if sys.platform in ("darwin", "win32"):
        return False
    from actions.x11_state import covered

    return not covered(viewport.left, viewport.top, viewport.width, viewport.height)
