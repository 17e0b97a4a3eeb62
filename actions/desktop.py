"""The executor for a real desktop: every action by mouse and keyboard, on X11, macOS and Windows."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from actions import action as act
from actions.action import GroundedAction, Point, Size
from actions.brake import Brake, Interrupted
from actions.corner import CornerBrake
from actions.executor import Outcome
from actions.keyboard import Keyboard, Unsendable, check_text
from actions.pointer import Button, Pointer, load_pyautogui
from actions.watch import Listener

MAX_WAIT_SECONDS = 60
CLEAR_SECONDS = 0.15
"""A program that has just lost its text may still be about to take the selection, which pasting needs."""

# Not Ctrl+A: Tk and whoever follows Emacs go to the start of the line with that.
_CLEAR = (("ctrl", "end"), ("ctrl", "shift", "home"), ("delete",))
_CLEAR_MACOS = (("win", "a"), ("delete",))
_TOUCHES_NOTHING = (act.Wait, act.Interact, act.Terminate, act.Answer)
TOOK_OVER = "The user took over the mouse and keyboard, so the action was not sent. Look again."
CUT_SHORT = "The user took over the mouse and keyboard while this was done{}: see how much of it is there."
_CLICKS: dict[type[act._Pointer], tuple[Button, int]] = {
    act.LeftClick: ("left", 1),
    act.RightClick: ("right", 1),
    act.MiddleClick: ("middle", 1),
    act.DoubleClick: ("left", 2),
    act.TripleClick: ("left", 3),
}


class DesktopExecutor:
    """Performs actions on the desktop that DISPLAY names, or on this machine's own.

    `ask` puts a question to the person and returns the answer, None where nobody can be asked. The pointer moved
    into a corner of the screen pulls the brake.
    """

    def __init__(self, brake: Brake, ask: Callable[[str], str | None]) -> None:
        """Connect. Raises `InputError` when that fails."""
        self._brake = brake
        self._ask = ask
        self._x11 = _x11_connection()
        self._corner = CornerBrake(self.position, self._size)
        self._pointer = _pointer(brake, self._corner.expect, self._x11)
        self._keyboard = _keyboard(brake, self._x11)
        self._pointer.position()
        brake.watch(self._corner)

    def position(self) -> Point:
        """The pointer's place in input points. Raises `InputError`."""
        return self._pointer.position()

    def perform(self, grounded: GroundedAction) -> Outcome:
        """Carry it out; see `Executor.perform`."""
        lost = self._keyboard.settle()
        outcome = self._attempt(grounded)
        return replace(outcome, detail="; ".join(filter(None, [outcome.detail, *lost]))) if lost else outcome

    def listener(self) -> Listener:
        """What hears a person's input, and knows ours from it."""
        if self._x11 is None:
            from actions.portable_listener import PortableListener

            return PortableListener()
        from actions.x11_listener import X11Listener

        return X11Listener([self._x11, load_pyautogui().platformModule._display])

    def close(self) -> None:
        """Give the clipboard back and close the connection to the display."""
        self._keyboard.close()
        if self._x11 is not None:
            from actions.x11 import close

            close(self._x11)

    def _attempt(self, grounded: GroundedAction) -> Outcome:
        try:
            if not isinstance(grounded.action, _TOUCHES_NOTHING):
                self._brake.between()
        except Interrupted:
            return Outcome("failed", "not sent: a person uses the mouse or the keyboard", TOOK_OVER)
        try:
            return self._perform(grounded)
        except Unsendable as why:
            return Outcome("failed", str(why), str(why))
        except Interrupted as cut:
            how_far = f", {cut}" if str(cut) else ""
            detail = f"cut short{how_far}: a person uses the mouse or the keyboard"
            return Outcome("failed", detail, CUT_SHORT.format(how_far))

    def _perform(self, grounded: GroundedAction) -> Outcome:
        match grounded.action:
            case act.Key(keys=keys):
                self._keyboard.press(keys)
            case act.Type() as typing:
                return self._type(typing)
            case act.Wait(time=seconds):
                return self._wait(seconds)
            case act.Interact(text=question):
                return self._interact(question)
            case act.Terminate() | act.Answer():
                pass  # The loop ends with them; there is nothing to do.
            case _:
                self._point(grounded)
        return Outcome("done")

    def _point(self, grounded: GroundedAction) -> None:
        action = grounded.action
        with self._keyboard.held(getattr(action, "modifiers", ())):
            if isinstance(action, act.LeftClickDrag):
                assert grounded.point is not None
                self._pointer.drag(grounded.start or self.position(), grounded.point)
                return
            if grounded.point is not None:
                self._pointer.move(grounded.point)
            if isinstance(action, act.Scroll):
                self._pointer.scroll(grounded.notches)
            elif isinstance(action, act.HScroll):
                self._pointer.hscroll(grounded.notches)
            elif isinstance(action, act._Pointer):
                self._pointer.click(*_CLICKS[type(action)])

    def _type(self, action: act.Type) -> Outcome:
        check_text(action.text)
        if action.clear:
            for keys in _CLEAR_MACOS if sys.platform == "darwin" else _CLEAR:
                self._keyboard.press(keys)
            self._brake.sleep(CLEAR_SECONDS)
        detail = self._keyboard.type(action.text)
        if action.enter:
            self._keyboard.press(("enter",))
        return Outcome("done", detail=detail)

    def _wait(self, seconds: float) -> Outcome:
        self._brake.sleep(min(seconds, MAX_WAIT_SECONDS))
        if seconds <= MAX_WAIT_SECONDS:
            return Outcome("done")
        return Outcome("done", feedback=f"waited {MAX_WAIT_SECONDS} seconds, the longest wait there is")

    def _interact(self, question: str) -> Outcome:
        answer = self._ask(question)
        if answer is None:
            return Outcome("failed", detail="nobody to ask", feedback="There is no user at the machine to answer.")
        return Outcome("done", feedback=f"The user answered: {answer}")

    def _size(self) -> Size:
        if self._x11 is None:
            return Size(*load_pyautogui().size())
        from actions.x11 import screen_size

        return screen_size(self._x11)


def _x11_connection() -> Any | None:  # noqa: ANN401 (python-xlib has no types)
    if sys.platform in ("darwin", "win32"):
        return None
    from actions.x11 import connect

    return connect()


def _pointer(brake: Brake, before_move: Callable[[Point], None], x11: Any | None) -> Pointer:  # noqa: ANN401
    if x11 is None:
        return Pointer(brake, before_move)
    from actions.x11_pointer import X11Pointer

    return X11Pointer(brake, before_move, x11)


def _keyboard(brake: Brake, x11: Any | None) -> Keyboard:  # noqa: ANN401
    if x11 is None:
        from actions.portable_keyboard import PortableKeyboard

        return PortableKeyboard(brake)
    from actions.x11_keyboard import X11Keyboard

    return X11Keyboard(brake, x11)
