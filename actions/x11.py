"""The X server, through python-xlib: connecting to it, and its failures as `InputError`."""

from __future__ import annotations

import os
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from actions.action import Point, Size
from actions.executor import InputError

MOST_WINDOWS = 64
"""Looked at within one top-level window for the one that a program made."""


class Window(NamedTuple):
    """What a window says about itself; None where it says nothing."""

    title: str | None
    application: tuple[str, ...] | None
    """WM_CLASS: its instance and its class."""


def connect(name: str | None = None) -> Any:  # noqa: ANN401 (python-xlib has no types)
    """An `Xlib.display.Display` on the display named, or on DISPLAY's. Raises `InputError`."""
    name = name or os.environ.get("DISPLAY")
    if not name:
        raise InputError("no display: DISPLAY is not set")
    from Xlib import display

    with x11_errors(f"the X display {name}"), _forgotten_sockets():
        connection = display.Display(name)
    connection.set_error_handler(_ignore)
    return connection


@contextmanager
def _forgotten_sockets() -> Iterator[None]:
    """Close, without a warning, the sockets that python-xlib leaves in the frames of a failed connection."""
    try:
        yield
    except Exception as failure:  # whatever it was: it goes on, and only its frames are emptied
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
def x11_errors(what: str = "the X display") -> Iterator[None]:
    """Raise what python-xlib raises when the connection cannot be made, or ends, as `InputError`."""
    from Xlib import error

    try:
        yield
    except (
        OSError,
        OverflowError,
        error.XauthError,
        error.DisplayError,
        error.ConnectionClosedError,
        error.XError,
    ) as failure:
        why = " ".join(str(failure).split()) or type(failure).__name__
        raise InputError(f"{what} failed: {why}") from failure


def window_manager_ready(name: str) -> bool:
    """Whether a window manager runs on the display named."""
    display = connect(name)
    try:
        with x11_errors():
            return _window_manager(display) is not None
    finally:
        close(display)


def is_xwayland(name: str) -> bool:
    """Whether the display is the one a Wayland desktop keeps for X programs: it shows and reaches no others.

    Servers from Xwayland 23.1 on say so by an extension. False where nobody answers.
    """
    try:
        display = connect(name)
    except InputError:
        return False
    try:
        with x11_errors():
            return bool(display.has_extension("XWAYLAND"))
    finally:
        close(display)


def close(display: Any) -> None:  # noqa: ANN401
    """Close a connection, also one that is broken already."""
    from Xlib import error

    try:
        display.close()
    except (OSError, error.ConnectionClosedError):
        display.display.socket.close()


def focused_window(display: Any) -> Any | None:  # noqa: ANN401
    """The window that keys go to; None where that is nobody's: the root's, or the window manager's own."""
    from Xlib import X

    focus = display.get_input_focus().focus
    if focus == X.PointerRoot:
        # The window under the pointer has it: so it is on a display without a window manager.
        focus = display.screen().root.query_pointer().child
    if isinstance(focus, int) or focus == display.screen().root:
        return None
    manager = _window_manager(display)
    return None if manager is not None and client_of(display, manager) == client_of(display, focus.id) else focus


def ancestors(window: Any) -> list[Any]:  # noqa: ANN401
    """The window and those it stands in, up to below the root."""
    chain: list[Any] = []
    while window and not isinstance(window, int):
        tree = window.query_tree()
        if window == tree.root:
            break
        chain.append(window)
        window = tree.parent
    return chain


def class_names(window: Any) -> tuple[str, ...]:  # noqa: ANN401
    """WM_CLASS of a window: its instance and its class; empty where it has none."""
    from Xlib import X, Xatom

    found = window.get_full_property(Xatom.WM_CLASS, X.AnyPropertyType)
    if found is None:
        return ()
    # python-xlib and python3-xlib, which both install this package, disagree on the type.
    value = found.value if isinstance(found.value, str) else bytes(found.value).decode("latin-1")
    return tuple(filter(None, value.split("\0")))


def client_of(display: Any, window: int) -> int:  # noqa: ANN401
    """What the ids of all windows of one X client have in common."""
    return window & ~int(display.display.info.resource_id_mask)


def _window_manager(display: Any) -> int | None:  # noqa: ANN401
    """The window that a running window manager shows itself by (_NET_SUPPORTING_WM_CHECK of EWMH)."""
    from Xlib import X

    root = display.screen().root
    found = root.get_full_property(display.get_atom("_NET_SUPPORTING_WM_CHECK"), X.AnyPropertyType)
    return None if found is None else int(found.value[0])


def screen_size(display: Any) -> Size:  # noqa: ANN401
    """The whole desktop's present size, also after its resolution has changed."""
    with x11_errors():
        geometry = display.screen().root.get_geometry()
        return Size(geometry.width, geometry.height)


def window_titles(name: str | None = None) -> tuple[str, ...]:
    """The titles of the windows that a window manager manages on the display named. Raises `InputError`."""
    from Xlib import X
    from Xlib.error import BadWindow

    display = connect(name)
    titles: list[str] = []
    try:
        with x11_errors():
            found = display.screen().root.get_full_property(display.intern_atom("_NET_CLIENT_LIST"), X.AnyPropertyType)
            for number in found.value if found is not None else ():
                try:
                    titles.append(_title(display, display.create_resource_object("window", number)))
                except BadWindow:
                    continue  # it went while we asked
    finally:
        close(display)
    return tuple(title for title in titles if title)


def _title(display: Any, window: Any) -> str:  # noqa: ANN401
    from Xlib import X, Xatom

    for atom in (display.intern_atom("_NET_WM_NAME"), Xatom.WM_NAME):
        found = window.get_full_property(atom, X.AnyPropertyType)
        if found is not None and found.value:
            return found.value if isinstance(found.value, str) else bytes(found.value).decode("utf-8", "replace")
    return ""


def window_at(place: Point | None, name: str | None = None) -> Window:
    """The window at a place of the screen, without a place the one that has the focus, on the display named.

    Where there is none, on the bare desktop, its title is "" and its application (""). Raises `InputError`.
    """
    from Xlib.error import BadWindow

    display = connect(name)
    try:
        with x11_errors():
            for _ in range(3):
                try:
                    top = _focused_top(display) if place is None else _top_at(display, place)
                    return Window("", ("",)) if top is None else _told(display, top)
                except BadWindow:
                    continue  # it went while we asked: what is there now?
            return Window(None, None)
    finally:
        close(display)


def _top_at(display: Any, place: Point) -> Any | None:  # noqa: ANN401
    root = display.screen().root
    return root.translate_coords(root, place.x, place.y).child or None


def _focused_top(display: Any) -> Any | None:  # noqa: ANN401
    focus = focused_window(display)
    chain = [] if focus is None else ancestors(focus)
    return chain[-1] if chain else None


def _told(display: Any, top: Any) -> Window:  # noqa: ANN401
    """What the client's window in the frame `top` says; a window manager's frame says nothing itself."""
    windows = [top]
    for window in windows:
        title, names = _title(display, window), class_names(window)
        if names:
            return Window(title, names)
        if len(windows) < MOST_WINDOWS:
            windows += window.query_tree().children
    titles = filter(None, (_title(display, window) for window in windows[:MOST_WINDOWS]))
    return Window(next(titles, None), None)
