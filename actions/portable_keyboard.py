"""Keys and text on macOS and Windows, through pyautogui. Not tested by us on either."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from actions.brake import Brake
from actions.keyboard import Unsendable, check_text
from actions.pointer import input_errors, load_pyautogui

PASTE_SECONDS = 0.3
"""Nothing tells when a program has taken what was pasted; the clipboard is given back after this."""


class PortableKeyboard:
    """The keyboard as far as pyautogui knows it: plain ASCII is typed, all else pasted."""

    def __init__(self, brake: Brake) -> None:
        self._brake = brake
        self._gui = load_pyautogui()

    @contextmanager
    def held(self, keys: Sequence[str]) -> Iterator[None]:
        """Hold keys, all of them known to pyautogui before the first goes down."""
        names = [self._name(key) for key in keys]
        with ExitStack() as stack:
            for name in names:
                stack.enter_context(self._down(name))
            yield

    def press(self, keys: Sequence[str]) -> None:
        """Press a chord: all of it or nothing."""
        with self.held(keys):
            pass

    def settle(self) -> list[str]:
        """Nothing is left behind."""
        return []

    def close(self) -> None:
        """There is nothing to end."""

    def type(self, text: str) -> str:
        """Type plain ASCII, paste all else."""
        check_text(text)
        if text.isascii() and "\t" not in text:
            for char in text:
                self._brake.between()
                with input_errors():
                    self._gui.write(char)
            return f"{len(text)} characters, key by key"
        self._paste(text)
        return f"{len(text)} characters, pasted"

    def _paste(self, text: str) -> None:
        import pyperclip

        with input_errors():
            before = pyperclip.paste()
            pyperclip.copy(text)
        try:
            self.press(("win" if sys.platform == "darwin" else "ctrl", "v"))
            self._brake.sleep(PASTE_SECONDS)
        finally:
            with input_errors():
                if pyperclip.paste() == text:
                    pyperclip.copy(before)

    @contextmanager
    def _down(self, name: str) -> Iterator[None]:
        self._brake.check()
        try:
            with input_errors():
                self._gui.keyDown(name)
            yield
        finally:
            with input_errors():
                self._gui.keyUp(name)

    def _name(self, key: str) -> str:
        name = "command" if key in ("win", "winright") and sys.platform == "darwin" else key
        if not self._gui.isValidKey(name):
            raise Unsendable(f"nothing was pressed: the key {key!r} cannot be pressed on this system")
        return name
