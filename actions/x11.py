"""The X server, through python-xlib: connecting to it, and its failures as `InputError`."""

from __future__ import annotations

import os
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from actions.executor import InputError


def connect(name: str | None = None) -> Any:  # noqa: ANN401 (python-xlib has no types)
    """An `Xlib.display.Display` on the display named, or on DISPLAY's. Raises `InputError`."""
    name = name or os.environ.get("DISPLAY")
    if not name:
        raise InputError("no display: DISPLAY is not set")
    from Xlib import display

    with x11_errors(), _forgotten_sockets():
        connection = display.Display(name)
    connection.set_error_handler(_ignore)
    return connection


@contextmanager
def _forgotten_sockets() -> Iterator[None]:
    """Close, without a warning, the sockets that python-xlib leaves in the frames of a failed connection."""
    try:
        yield
    except Exception as failure:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            link: BaseException | None = failure
            while link is not None:
                traceback.clear_frames(link.__traceback__)
                link = link.__context__
        raise


def _ignore(*_error: object) -> None:
    """Errors of requests that have no reply (a window gone meanwhile); python-xlib would print them."""


@contextmanager
def x11_errors() -> Iterator[None]:
    """Raise what python-xlib raises when the connection cannot be made, or ends, as `InputError`."""
    from Xlib import error

    try:
        yield
    except (OSError, error.DisplayError, error.ConnectionClosedError, error.XError) as failure:
        what = " ".join(str(failure).split()) or type(failure).__name__
        raise InputError(f"the X display failed: {what}") from failure


def window_manager_ready(name: str) -> bool:
    """Whether a window manager runs on the display named (_NET_SUPPORTING_WM_CHECK of EWMH)."""
    from Xlib import X

    display = connect(name)
    try:
        with x11_errors():
            root = display.screen().root
            found = root.get_full_property(display.intern_atom("_NET_SUPPORTING_WM_CHECK"), X.AnyPropertyType)
            return found is not None
    finally:
        close(display)


def close(display: Any) -> None:  # noqa: ANN401
    """Close a connection, also one that is broken already."""
    from Xlib import error

    try:
        display.close()
    except (OSError, error.ConnectionClosedError):
        display.display.socket.close()
