"""The present X keyboard layout: which key, with which modifiers, gives a character or a named key."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Modifier = Literal["shift", "level3"]

# X keysyms (keysymdef.h, XF86keysym.h) of canonical key names; the first that the layout has is used.
_KEYSYMS: Mapping[str, tuple[int, ...]] = {
    "enter": (0xFF0D,),
    "tab": (0xFF09,),
    "esc": (0xFF1B,),
    "backspace": (0xFF08,),
    "delete": (0xFFFF,),
    "insert": (0xFF63,),
    "home": (0xFF50,),
    "end": (0xFF57,),
    "pageup": (0xFF55,),
    "pagedown": (0xFF56,),
    "left": (0xFF51,),
    "up": (0xFF52,),
    "right": (0xFF53,),
    "down": (0xFF54,),
    "space": (0x20,),
    "apps": (0xFF67,),
    "capslock": (0xFFE5,),
    "numlock": (0xFF7F,),
    "scrolllock": (0xFF14,),
    "printscreen": (0xFF61,),
    "pause": (0xFF13,),
    "volumedown": (0x1008FF11,),
    "volumemute": (0x1008FF12,),
    "volumeup": (0x1008FF13,),
    "ctrl": (0xFFE3,),
    "ctrlright": (0xFFE4, 0xFFE3),
    "alt": (0xFFE9, 0xFFE7),
    "altright": (0xFFEA, 0xFE03, 0xFF7E, 0xFFE9),
    "shift": (0xFFE1,),
    "shiftright": (0xFFE2, 0xFFE1),
    "win": (0xFFEB,),
    "winright": (0xFFEC, 0xFFEB),
    **{f"f{n}": (0xFFBD + n,) for n in range(1, 25)},
    **{f"num{n}": (0xFFB0 + n,) for n in range(10)},
}
_LEVEL3 = (0xFE03, 0xFF7E)  # ISO_Level3_Shift, Mode_switch
_NUM_LOCK = _KEYSYMS["numlock"][0]
_UNICODE = 0x01000000

_LOCK_MASK = 1 << 1
_DOWN_MASK = 1 << 0 | 1 << 2 | 1 << 3 | 1 << 6  # Shift, Control, Mod1 and Mod4, which are Alt and Super
_LAST_CORE_GROUP = 1  # The core protocol shows the first two groups of a layout only.

# The key beside the left shift, which American keyboards lack while the layout has "<" there: the other way first,
# for programs that go by the key's place.
_EXTRA_KEY = 94

# Where a group's four levels stand in a row of the core keyboard mapping.
_LEVELS = ((0, 1, 4, 5), (2, 3, 6, 7))
_MODIFIERS: tuple[tuple[Modifier, ...], ...] = ((), ("shift",), ("level3",), ("shift", "level3"))


@dataclass(frozen=True)
class Stroke:
    """A key with the keys to hold while it is pressed; all are keycodes."""

    keycode: int
    held: tuple[int, ...] = ()


@dataclass(frozen=True)
class Layout:
    """The keyboard mapping at one instant. `rows[i]` are the keysyms of keycode `first + i`."""

    first: int
    rows: Sequence[Sequence[int]]
    group: int = 0
    caps_lock: bool = False
    num_lock: bool = False
    modifier_down: bool = False
    """Shift, Ctrl, Alt or Super is down."""

    def character(self, char: str) -> Stroke | None:
        """How to type an ASCII character; None where the present group has no key for it."""
        if char == "\n":
            return self.key("enter")
        if not " " <= char <= "~" or self.group > _LAST_CORE_GROUP:
            return None
        found = self._find(ord(char), self.group)
        if found is None or (found[1] == () and char == " "):
            return found and Stroke(found[0])
        keycode, modifiers = found
        if self.caps_lock and char in string.ascii_letters:
            modifiers = _without_shift(modifiers) if "shift" in modifiers else (*modifiers, "shift")
        return self._stroke(keycode, modifiers)

    def key(self, name: str) -> Stroke | None:
        """How to press the key of a canonical name, in any group; None where the layout has none."""
        if len(name) == 1:
            return self._single(name)
        for keysym in _KEYSYMS.get(name, ()):
            if (keycode := self._keycode(keysym)) is not None:
                keypad_digit = name.startswith("num") and name[3:].isdigit()
                return self._stroke(keycode, ("shift",) if keypad_digit and not self.num_lock else ())
        return None

    def _single(self, char: str) -> Stroke | None:
        # A shortcut's letter is its physical key: with a Russian group active, ctrl+c is still that of the Latin one.
        groups = sorted(range(len(_LEVELS)), key=lambda group: group != self.group)
        for group in groups:
            for keysym in (ord(char), _UNICODE | ord(char)):
                if (found := self._find(keysym, group)) is not None:
                    return self._stroke(*found)
        return None

    def _stroke(self, keycode: int, modifiers: Sequence[Modifier]) -> Stroke | None:
        held = [self._modifier(modifier) for modifier in modifiers]
        return Stroke(keycode, tuple(code for code in held if code)) if all(held) else None

    def _modifier(self, modifier: Modifier) -> int | None:
        keysyms = _KEYSYMS["shift"] if modifier == "shift" else _LEVEL3
        return next((code for code in map(self._keycode, keysyms) if code is not None), None)

    def _keycode(self, keysym: int) -> int | None:
        return next((code for code, row in self._keys() if keysym in row), None)

    def _find(self, keysym: int, group: int) -> tuple[int, tuple[Modifier, ...]] | None:
        """The key with the fewest modifiers that gives `keysym` in a group."""
        found = [
            (code == _EXTRA_KEY, level, code)
            for level, column in enumerate(_LEVELS[group])
            for code, row in self._keys()
            if column < len(row) and row[column] == keysym
        ]
        if not found:
            return None
        _, level, code = min(found)
        return code, _MODIFIERS[level]

    def _keys(self) -> Iterator[tuple[int, Sequence[int]]]:
        return enumerate(self.rows, self.first)


def _without_shift(modifiers: tuple[Modifier, ...]) -> tuple[Modifier, ...]:
    return tuple(modifier for modifier in modifiers if modifier != "shift")


def read_layout(display: Any) -> Layout:  # noqa: ANN401 (python-xlib has no types)
    """The layout of the X display as it is now, with its locks and its active group."""
    first, last = display.display.info.min_keycode, display.display.info.max_keycode
    rows = [tuple(row) for row in display.get_keyboard_mapping(first, last - first + 1)]
    state = display.screen().root.query_pointer().mask
    num_lock_mask = 0
    for bit, codes in enumerate(display.get_modifier_mapping()):
        if any(code and _NUM_LOCK in rows[code - first] for code in codes):
            num_lock_mask |= 1 << bit
    return Layout(
        first=first,
        rows=rows,
        group=state >> 13 & 3,
        caps_lock=bool(state & _LOCK_MASK),
        num_lock=bool(state & num_lock_mask),
        modifier_down=bool(state & _DOWN_MASK),
    )
