"""The pointer on X11: a click in one write, and a drag that waits for what the program does instead of resting."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from actions.action import Point
from actions.brake import Brake
from actions.pointer import Button, Pointer, steps_between
from actions.x11 import x11_errors
from actions.x11_drop import DropWatch, takes_drops

CLICK_MS = 10
"""Between the events of a double click."""
DOUBLE_CLICK_SECONDS = 0.52
"""Half a second in Tk and Chromium, less in GTK and Qt, and the grain of the server's clock."""
DOUBLE_CLICK_POINTS = 8
"""Two presses less apart than both may be a double click: of what GTK, Qt, Tk and Chromium take for one the most."""
GLIDE_SECONDS = 0.05
"""What a drag's motion takes: three frames of a screen, as browsers and remote desktops look at it once a frame."""
BEGIN_SECONDS = 0.3
"""How late a program may begin a drag and drop; Chromium took up to 0.17 s on a machine with ten times its work."""
DWELL_STEPS = 12
DWELL_SECONDS = 0.01
"""A target accepts what is dragged by an answer to a motion over it, and then to the next: so many, so far apart."""
_BUTTONS: dict[Button, int] = {"left": 1, "middle": 2, "right": 3}


class X11Pointer(Pointer):
    """`Pointer` by XTEST, on a connection of python-xlib: a round trip for what takes pyautogui six."""

    def __init__(self, brake: Brake, before_move: Callable[[Point], None], display: Any) -> None:  # noqa: ANN401
        super().__init__(brake, before_move)
        self._display = display
        self._last: tuple[Button, Point, float] | None = None
        """The last press: which button, where, and when the server surely had it."""

    def move(self, point: Point) -> None:
        """Move it at once."""
        from Xlib import X
        from Xlib.ext.xtest import fake_input

        self._brake.check()
        self._before_move(point)
        with x11_errors():
            fake_input(self._display, X.MotionNotify, x=point.x, y=point.y)
            self._display.sync()

    @contextmanager
    def held(self, button: Button) -> Iterator[None]:
        """Hold a button."""
        place = self._apart(button)
        with self._down(button):
            with x11_errors():
                self._display.sync()
            self._last = button, place, time.monotonic()
            yield

    def click(self, button: Button, times: int = 1) -> None:
        """Click where the pointer is, `times` in a row, in one write: what is pressed is let go by the server.

        Clicks sent one by one may come too far apart to be a double click on a busy machine. The server waits between
        those of a row: of two at the same instant Chromium takes the second for the first.
        """
        place = self._apart(button)
        for _ in range(times):
            with self._down(button, CLICK_MS if times > 1 else 0, wait=False):
                pass
        with x11_errors():
            self._display.sync()
        self._last = button, place, time.monotonic()

    def drag(self, start: Point, end: Point) -> None:
        """Drag with the left button, in steps; where a drop is possible, until the program is ready for it."""
        with x11_errors():
            may_drop = takes_drops(self._display, end) or takes_drops(self._display, start)
        self.move(start)
        with DropWatch(self._display) if may_drop else nullcontext() as watch, self.held("left"):
            path = steps_between(start, end)
            for point in path:
                self.move(point)
                self._brake.sleep(GLIDE_SECONDS / len(path))
            if watch is not None and watch.has_begun(self._brake, BEGIN_SECONDS):
                self._dwell(start, end)

    def _dwell(self, start: Point, end: Point) -> None:
        beside = Point(*(b + (a > b) - (a < b) for a, b in zip(start, end, strict=True)))
        for point in (beside, end) * (DWELL_STEPS // 2):
            self.move(point)
            self._brake.sleep(DWELL_SECONDS)

    def _apart(self, button: Button) -> Point:
        """Wait until a press here makes no double click with the last one, then ask the brake; where it will be."""
        place = self.position()
        if self._last is not None:
            before, there, at = self._last
            if before == button and math.dist(place, there) < DOUBLE_CLICK_POINTS:
                self._brake.sleep(at + DOUBLE_CLICK_SECONDS - time.monotonic())
        self._brake.check()
        return place

    @contextmanager
    def _down(self, button: Button, delay_ms: int = 0, *, wait: bool = True) -> Iterator[None]:
        from Xlib import X
        from Xlib.ext.xtest import fake_input

        try:
            with x11_errors():
                fake_input(self._display, X.ButtonPress, _BUTTONS[button], delay_ms)
            yield
        finally:
            with x11_errors():
                fake_input(self._display, X.ButtonRelease, _BUTTONS[button], delay_ms)
                if wait:
                    self._display.sync()
