"""The keyboard's focus, given back to who had it: a person who answers in a terminal takes it there."""

from __future__ import annotations

import time
from typing import Any

from actions.executor import InputError
from actions.x11 import ancestors, close, connect, focused_window, x11_errors

SECONDS = 2.0
"""A window manager has this long to do as it was asked."""


class KeptFocus:
    """Remembers the window that has the focus on the display of DISPLAY; where none can be told, there is none."""

    def __init__(self) -> None:
        self._window: int | None = None
        try:
            display = connect()
        except InputError:  # another platform, or no display at all
            return
        try:
            with x11_errors():
                self._window = _client(display)
        finally:
            close(display)

    def give_back(self) -> bool:
        """Raise the window and give it the focus; False where it did not get it. Raises `InputError`."""
        if self._window is None:
            return True
        display = connect()
        try:
            with x11_errors():
                if _client(display) == self._window:
                    return True
                _activate(display, self._window)
                deadline = time.monotonic() + SECONDS
                while time.monotonic() < deadline:
                    if _client(display) == self._window:
                        return True
                    time.sleep(0.02)
                return False
        finally:
            close(display)


def _client(display: Any) -> int | None:  # noqa: ANN401
    """The program's window that has the focus; None where nobody's has."""
    from Xlib import X
    from Xlib.error import BadWindow

    managed = display.screen().root.get_full_property(display.intern_atom("_NET_CLIENT_LIST"), X.AnyPropertyType)
    try:
        focus = focused_window(display)
        chain = [] if focus is None else ancestors(focus)
    except BadWindow:  # it went while we asked
        return None
    numbers = set(managed.value if managed is not None else ())
    return next((int(window.id) for window in chain if window.id in numbers), chain[-1].id if chain else None)


def _activate(display: Any, number: int) -> None:  # noqa: ANN401
    """Ask the window manager (EWMH, as a pager would); without one, set it."""
    from Xlib import X
    from Xlib.protocol import event

    root = display.screen().root
    window = display.create_resource_object("window", number)
    if root.get_full_property(display.intern_atom("_NET_SUPPORTING_WM_CHECK"), X.AnyPropertyType) is None:
        window.set_input_focus(X.RevertToParent, X.CurrentTime)
    else:
        message = event.ClientMessage(
            window=window, client_type=display.intern_atom("_NET_ACTIVE_WINDOW"), data=(32, [2, X.CurrentTime, 0, 0, 0])
        )
        root.send_event(message, event_mask=X.SubstructureRedirectMask | X.SubstructureNotifyMask)
    display.sync()
