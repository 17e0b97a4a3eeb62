"""What an X display says of itself: whether it takes input, what is held down on it and let go, what covers it."""

from __future__ import annotations

from typing import Any

from actions.x11 import close, connect, x11_errors

BUTTONS = 5
_VIEWABLE = 2
_SAVER_ON = 1
_FIRST_BUTTON_BIT = 8
"""Button1Mask is 1 << 8, Button2Mask the bit after it, and so on."""


def takes_input(name: str | None = None) -> bool:
    """Whether programs may send input (the extension XTEST) to the display named. Raises `InputError`."""
    display = connect(name)
    try:
        with x11_errors():
            return bool(display.has_extension("XTEST"))
    finally:
        close(display)


def held_down(name: str | None = None) -> tuple[frozenset[str], frozenset[int]]:
    """Keys, as keysyms are named ("Control_L"; a key without one: its keycode), and buttons from 1, that are down.

    A lock that is on (Caps Lock) is no key that is down. Raises `InputError`.
    """
    display = connect(name)
    try:
        with x11_errors():
            bits = display.query_keymap()
            codes = [code for code in range(8, 256) if bits[code // 8] & 1 << code % 8]
            mask = display.screen().root.query_pointer().mask
            keys = frozenset(_key_name(display, code) for code in codes)
    finally:
        close(display)
    return keys, frozenset(n + 1 for n in range(BUTTONS) if mask & 1 << (_FIRST_BUTTON_BIT + n))


def covered(left: int, top: int, width: int, height: int, name: str | None = None) -> bool:
    """Whether a window that no window manager manages covers that part of the display, as a locker's does.

    So does the server's own screen saver. Raises `InputError`.
    """
    from Xlib.error import BadWindow

    display = connect(name)
    try:
        with x11_errors():
            root = display.screen().root
            if _screen_saver_on(display):
                return True
            for window in root.query_tree().children:
                try:
                    at = window.get_geometry()
                    over = at.x <= left and at.y <= top
                    over = over and at.x + at.width >= left + width and at.y + at.height >= top + height
                    if over and window.get_attributes().map_state == _VIEWABLE and not _is_managed(display, window):
                        return True
                except BadWindow:
                    continue  # it went while we asked
    finally:
        close(display)
    return False


def _is_managed(display: Any, window: Any) -> bool:  # noqa: ANN401 (python-xlib has no types)
    """Whether it, or what stands in it as in a frame, has the state that window managers give."""
    state = display.intern_atom("WM_STATE")
    return any(each.get_full_property(state, 0) is not None for each in (window, *window.query_tree().children))


def _screen_saver_on(display: Any) -> bool:  # noqa: ANN401
    if display.query_extension("MIT-SCREEN-SAVER") is None or not hasattr(
        display.screen().root, "screensaver_query_info"
    ):
        return False
    return bool(display.screen().root.screensaver_query_info().state == _SAVER_ON)


def let_go(name: str | None = None) -> list[str]:
    """Release, as XTEST does, every key and button that is down on the display named; their names.

    Raises `InputError`.
    """
    from Xlib import X
    from Xlib.ext.xtest import fake_input

    keys, buttons = held_down(name)
    display = connect(name)
    try:
        with x11_errors():
            bits = display.query_keymap()
            for code in range(8, 256):
                if bits[code // 8] & 1 << code % 8:
                    fake_input(display, X.KeyRelease, code)
            for button in sorted(buttons):
                fake_input(display, X.ButtonRelease, button)
            display.sync()
    finally:
        close(display)
    return [*sorted(keys), *(f"button {button}" for button in sorted(buttons))]


def _key_name(display: Any, code: int) -> str:  # noqa: ANN401 (python-xlib has no types)
    from Xlib import XK

    keysym = display.keycode_to_keysym(code, 0)
    names = (name for name, value in vars(XK).items() if name.startswith("XK_") and value == keysym)
    return next(names, f"XK_{code}").removeprefix("XK_")
