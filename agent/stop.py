"""Signals pull the brake: Ctrl-C, a polite kill, a closed terminal."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from actions.brake import Brake

REASONS = {
    "SIGINT": "stopped by Ctrl-C",
    "SIGQUIT": "stopped by Ctrl-\\",
    "SIGTERM": "stopped by SIGTERM",
    "SIGHUP": "the terminal was closed",
}


@contextmanager
def stop_signals(brake: Brake) -> Iterator[None]:
    """While this lasts, a stop signal pulls `brake`; a second one raises `KeyboardInterrupt`."""

    def handle(number: int, _: FrameType | None) -> None:
        if brake.reason is not None:
            raise KeyboardInterrupt
        brake.pull(REASONS[signal.Signals(number).name])

    # Windows has not all of them; what was ignored from the start (nohup, a background job) stays ignored.
    numbers = [getattr(signal, name) for name in REASONS if hasattr(signal, name)]
    heard = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, handle) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
