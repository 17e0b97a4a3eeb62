"""The pointer, through pyautogui with its pause and its fail-safe off. The only module that imports pyautogui."""

from __future__ import annotations

import math
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Literal

from actions.action import Point
from actions.brake import Brake
from actions.executor import InputError

Button = Literal["left", "middle", "right"]

# A drag is told from a click by its motion, and a target lights up by being dwelt on.
DRAG_STEP_POINTS = 12
DRAG_MAX_STEPS = 60
DRAG_STEP_SECONDS = 0.008
DRAG_HOLD_SECONDS = 0.1

# What pyautogui's scroll calls one is a notch on X11, 1/120 of one on Windows, a line on macOS.
_UNITS_A_NOTCH = {"win32": 120, "darwin": 3}
_MOUSEEVENTF_HWHEEL = 0x1000


def load_pyautogui() -> Any:  # noqa: ANN401 (it has no types)
    """Import it, set for us and on the display that DISPLAY names now. Raises `InputError`."""
    try:
        with _hidden("cv2"), warnings.catch_warnings():
            # One of its parts asks `which` for a program at its import, and leaves the pipes open.
            warnings.simplefilter("ignore", ResourceWarning)
            import pyautogui
    except (Exception, SystemExit) as error:
        # It raises what its parts raise: KeyError without DISPLAY, Xlib's errors, AssertionError and bare Exception on
        # macOS; without tkinter it exits.
        raise InputError(f"the mouse and keyboard cannot be reached: {_one_line(error)}") from error
    pyautogui.PAUSE = 0
    pyautogui.FAILSAFE = False
    pyautogui.MINIMUM_DURATION = 0
    _rebind(pyautogui.platformModule)
    return pyautogui


@contextmanager
def _hidden(package: str) -> Iterator[None]:
    """Meanwhile it cannot be imported: pyautogui's search for pictures, unused here, takes 0.3 s to load it."""
    if package in sys.modules:
        yield
        return
    sys.modules[package] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[package]


def _rebind(platform: Any) -> None:  # noqa: ANN401
    """On X11 it keeps to the display of its first import, also to one that has ended: lead it to DISPLAY's."""
    if not hasattr(platform, "_display"):
        return
    from actions.x11 import close, connect

    bound = platform._display
    if bound.get_display_name() != os.environ.get("DISPLAY") or not _answers(bound):
        platform._display = connect()
        close(bound)


def _answers(display: Any) -> bool:  # noqa: ANN401
    from actions.x11 import x11_errors

    try:
        with x11_errors():
            display.sync()
    except InputError:
        return False
    return True


def _one_line(error: BaseException) -> str:
    if isinstance(error, KeyError):
        return f"{error} is not set"
    return " ".join(str(error).split()) or type(error).__name__


def steps_between(start: Point, end: Point) -> list[Point]:
    """Where a drag goes on its way, `end` last."""
    steps = max(2, min(DRAG_MAX_STEPS, math.ceil(math.dist(start, end) / DRAG_STEP_POINTS)))
    return [
        Point(*(round(a + (b - a) * step / steps) for a, b in zip(start, end, strict=True)))
        for step in range(1, steps + 1)
    ]


class Pointer:
    """Moves, presses and scrolls. Every event asks the brake first; what is pressed is released, come what may."""

    def __init__(self, brake: Brake, before_move: Callable[[Point], None]) -> None:
        self._brake = brake
        self._before_move = before_move

    @cached_property
    def _gui(self) -> Any:  # noqa: ANN401
        return load_pyautogui()

    def position(self) -> Point:
        """Where the pointer is."""
        with input_errors():
            return Point(*map(int, self._gui.position()))

    def move(self, point: Point) -> None:
        """Move it at once."""
        self._brake.check()
        self._before_move(point)
        with input_errors():
            self._gui.moveTo(*point)

    @contextmanager
    def held(self, button: Button) -> Iterator[None]:
        """Hold a button."""
        self._brake.check()
        try:
            with input_errors():
                self._gui.mouseDown(button=button)
            yield
        finally:
            with input_errors():
                self._gui.mouseUp(button=button)

    def click(self, button: Button, times: int = 1) -> None:
        """Click where the pointer is, `times` in a row."""
        if sys.platform == "darwin" and times > 1:
            # There a click says itself which of a row it is.
            self._brake.check()
            with input_errors():
                self._gui.click(clicks=times, button=button)
            return
        for _ in range(times):
            with self.held(button):
                pass

    def drag(self, start: Point, end: Point) -> None:
        """Drag with the left button, in steps."""
        self.move(start)
        with self.held("left"):
            self._brake.sleep(DRAG_HOLD_SECONDS)
            for point in steps_between(start, end):
                self._drag_to(point)
                self._brake.sleep(DRAG_STEP_SECONDS)
            self._brake.sleep(DRAG_HOLD_SECONDS)

    def _drag_to(self, point: Point) -> None:
        self._brake.check()
        self._before_move(point)
        with input_errors():
            # macOS tells a drag from a move; elsewhere the two are one.
            self._gui.dragTo(*point, button="left", mouseDownUp=False)

    def scroll(self, notches: int) -> None:
        """Turn the wheel: + up, − down."""
        for _ in range(abs(notches)):
            self._brake.between()
            with input_errors():
                self._gui.scroll(int(math.copysign(_UNITS_A_NOTCH.get(sys.platform, 1), notches)))

    def hscroll(self, notches: int) -> None:
        """Turn the wheel sideways: + right, − left."""
        for _ in range(abs(notches)):
            self._brake.between()
            with input_errors():
                self._hscroll(1 if notches > 0 else -1)

    def _hscroll(self, direction: int) -> None:
        # pyautogui turns it the wrong way on macOS and scrolls vertically on Windows. Untested on both.
        if sys.platform == "win32":
            import ctypes

            ctypes.windll.user32.mouse_event(_MOUSEEVENTF_HWHEEL, 0, 0, 120 * direction, 0)
        elif sys.platform == "darwin":
            import Quartz

            lines = -_UNITS_A_NOTCH["darwin"] * direction  # There + is left.
            event = Quartz.CGEventCreateScrollWheelEvent(None, Quartz.kCGScrollEventUnitLine, 2, 0, lines)
            Quartz.CGEventPost(Quartz.kCGHIDEventTap, event)
        else:
            self._gui.hscroll(direction)


@contextmanager
def input_errors() -> Iterator[None]:
    """Raise whatever the input system raises as `InputError`."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        # Each platform raises its own (Xlib's, objc.error, OSError, pyautogui's), of no common kind and not to be
        # imported on the others. None can be mended here: all mean that input is out of reach, and end the run.
        raise InputError(f"the pointer cannot be moved: {_one_line(error)}") from error
