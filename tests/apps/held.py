"""What is down on an X display, as the server says."""

from __future__ import annotations

from typing import Any

from tests.apps.programs import wait_until

BUTTONS_AND_MODIFIERS = 0x1F0D
"""Shift, Control, Mod1 and the five buttons; not the locks."""


def held(connection: Any) -> tuple[list[int], int]:
    """The keycodes that are down, and the pointer's mask of buttons and modifiers."""
    bits = connection.query_keymap()
    down = [code for code in range(8, 256) if bits[code // 8] & 1 << code % 8]
    return down, connection.screen().root.query_pointer().mask & BUTTONS_AND_MODIFIERS


def wait_for_nothing_held(connection: Any) -> None:
    """For the keys of a program of the test's own that is about to let them go."""
    wait_until(lambda: held(connection) == ([], 0), what="nothing held")
