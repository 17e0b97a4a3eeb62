"""The person at the terminal: asked a question, answering in a line."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from actions.brake import Brake

MAX_ANSWER_BYTES = 65_536


class Terminal:
    """Questions on stderr, answers from stdin. Only made where both are a terminal."""

    def __init__(self, brake: Brake, write: Callable[[str], None]) -> None:
        self._brake = brake
        self._write = write

    def ask(self, question: str) -> str | None:
        """The line typed, or None at the end of input. The brake works meanwhile."""
        _discard_input()  # typed before the question was seen: not its answer
        self._write(f"{question} ")
        # os.read on the descriptor: a thread left inside sys.stdin would hold its lock when the program ends.
        data = self._brake.run(lambda: os.read(sys.stdin.fileno(), MAX_ANSWER_BYTES))
        return data.decode("utf-8", "replace").rstrip("\r\n") if data else None

    def confirm(self, question: str) -> bool:
        """Whether the answer is yes; anything else is no."""
        answer = self.ask(f"{question} [y/N]")
        return (answer or "").strip().lower() in ("y", "yes")


def _discard_input() -> None:
    try:
        import termios
    except ImportError:  # Windows
        import msvcrt

        while msvcrt.kbhit():  # type: ignore[attr-defined, unused-ignore]
            msvcrt.getwch()  # type: ignore[attr-defined, unused-ignore]
        return
    termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


def is_interactive() -> bool:
    """Whether there is a person to ask."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()
