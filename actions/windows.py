"""Where the windows with certain titles stand on an X display."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from actions.x11 import client_of, close, connect, x11_errors

MOST_WINDOWS = 64
"""Looked at within one top-level window for those that have a title."""


class Area(NamedTuple):
    """A rectangle in pixels of the whole desktop."""

    left: int
    top: int
    width: int
    height: int


def titled_areas(matches: Callable[[str], bool], name: str | None = None) -> tuple[Area, ...]:
    """Where the windows stand whose title `matches`, with their frames and their menus, covered or not.

    `name` is the display's, by default DISPLAY's. Raises `InputError`.
    """
    display = connect(name)
    try:
        with x11_errors():
            return tuple(_areas(display, matches))
    finally:
        close(display)


def _areas(display: Any, matches: Callable[[str], bool]) -> Iterator[Area]:  # noqa: ANN401
    from Xlib.error import BadDrawable, BadWindow

    clients: set[int] = set()
    menus: list[tuple[int, Area]] = []
    for top in display.screen().root.query_tree().children:
        try:
            attributes = top.get_attributes()
            if attributes.map_state != 2:  # IsViewable
                continue
            found = {client_of(display, window.id) for window, title in _titled(top, display) if matches(title)}
            area = _area(top)
        except (BadWindow, BadDrawable):
            continue  # it went while we asked
        clients |= found
        if found:
            yield area
        elif attributes.override_redirect:
            menus.append((client_of(display, top.id), area))
    for client, area in menus:
        if client in clients:
            yield area


def _area(window: Any) -> Area:  # noqa: ANN401
    place = window.get_geometry()
    border = 2 * place.border_width
    return Area(place.x, place.y, place.width + border, place.height + border)


def _titled(top: Any, display: Any) -> Iterator[tuple[Any, str]]:  # noqa: ANN401
    """The outermost windows within `top` that have a title, itself included; a frame has none of its own."""
    windows = [top]
    for window in windows:
        if title := _title(display, window):
            yield window, title
        elif len(windows) < MOST_WINDOWS:
            windows += window.query_tree().children


def _title(display: Any, window: Any) -> str:  # noqa: ANN401
    from Xlib import X, Xatom

    for atom in (display.intern_atom("_NET_WM_NAME"), Xatom.WM_NAME):
        found = window.get_full_property(atom, X.AnyPropertyType)
        if found is not None and found.value:
            return found.value if isinstance(found.value, str) else bytes(found.value).decode("utf-8", "replace")
    return ""
