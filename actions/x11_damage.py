"""What an X server tells by itself: that something was drawn (its extension DAMAGE)."""

from __future__ import annotations

import contextlib
import os
import sys
import weakref
from collections.abc import Callable
from typing import Any

from actions.executor import InputError
from actions.x11 import close, connect, x11_errors


class DamageWatch:
    """Hears of what is drawn, on a connection of its own, which goes with it. Not for two threads at once."""

    def __init__(self, display: Any, again: Callable[[], None]) -> None:  # noqa: ANN401 (python-xlib has no types)
        self._display = display
        self._again = again
        self._close = weakref.finalize(self, close, display)

    def changed(self) -> bool:
        """Whether it was told since this was last asked; true also where the server has gone silent."""
        try:
            with x11_errors():
                self._display.sync()  # what has happened until now has been told then
                count = int(self._display.pending_events())
                for _ in range(count):
                    self._display.next_event()
                if count:
                    self._again()
                    self._display.sync()  # before a picture is asked for on another connection
        except InputError:
            return True  # who looks finds out, and can say so in its place
        return count > 0

    def close(self) -> None:
        """End the connection. A second time does nothing."""
        self._close()


def watch_damage(name: str | None = None) -> DamageWatch | None:
    """Hear of what is drawn on the display named, or on DISPLAY's; None where no server tells."""
    if sys.platform in ("darwin", "win32") or not (name or os.environ.get("DISPLAY")):
        return None
    with contextlib.suppress(InputError, ImportError):
        display = connect(name)
        try:
            with x11_errors():
                again = _damage(display)
                display.sync()
            if again is not None:
                return DamageWatch(display, again)
        except InputError:
            pass
        close(display)
    return None


def _damage(display: Any) -> Callable[[], None] | None:  # noqa: ANN401
    from Xlib.ext import damage

    root = display.screen().root
    if display.query_extension(damage.extname) is None or not hasattr(root, "damage_create"):
        return None
    display.damage_query_version()
    number = int(root.damage_create(damage.DamageReportNonEmpty))
    return lambda: display.damage_subtract(number)  # only then the next drawing is told
