"""Whether something was drawn on an X display, told by the server (the extension DAMAGE) instead of by its pictures."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any

from actions.executor import InputError
from actions.x11 import close, connect, x11_errors


class DamageWatch:
    """Hears of everything that is drawn, on a connection of its own. Not to be asked by two threads at once."""

    def __init__(self, display: Any, damage: int) -> None:  # noqa: ANN401 (python-xlib has no types)
        self._display = display
        self._damage = damage

    def changed(self) -> bool:
        """Whether anything was drawn since this was last asked; true also where the server has gone silent."""
        try:
            with x11_errors():
                self._display.sync()  # what was drawn until now has been told then
                count = int(self._display.pending_events())
                for _ in range(count):
                    self._display.next_event()
                if count:
                    self._display.damage_subtract(self._damage)  # only then the next drawing is told
                    self._display.flush()
        except InputError:
            return True  # who looks finds out, and can say so in its place
        return count > 0

    def close(self) -> None:
        """End the connection."""
        close(self._display)


def watch_damage(name: str | None = None) -> DamageWatch | None:
    """Hear of what is drawn on the display named, or on DISPLAY's; None where no server tells."""
    if sys.platform in ("darwin", "win32") or not (name or os.environ.get("DISPLAY")):
        return None
    with contextlib.suppress(InputError, ImportError):
        display = connect(name)
        try:
            with x11_errors():
                if (damage := _damage(display)) is not None:
                    return DamageWatch(display, damage)
        except InputError:
            pass
        close(display)
    return None


def _damage(display: Any) -> int | None:  # noqa: ANN401
    """What the server keeps of drawings on the whole desktop."""
    from Xlib.ext import damage

    root = display.screen().root
    if display.query_extension(damage.extname) is None or not hasattr(root, "damage_create"):
        return None
    display.damage_query_version()
    number = int(root.damage_create(damage.DamageReportNonEmpty))
    display.sync()
    return number
