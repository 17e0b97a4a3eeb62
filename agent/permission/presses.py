"""Which keys an action presses, and which a rule's `keys` mean: `agent.permission.policy` says how they compare."""

from __future__ import annotations

import fnmatch
import glob
import re
import string
from types import MappingProxyType
from typing import NamedTuple

from actions.action import Action, Key, Type
from actions.keys import MODIFIERS, SPECIAL_KEYS, parse_keys

_SIDES = MappingProxyType({"ctrlright": "ctrl", "shiftright": "shift", "winright": "win"})
_TYPED = MappingProxyType({"\n": "enter", "\r": "enter", "\t": "tab"})


class Press(NamedTuple):
    """A key pressed while modifiers are held."""

    modifiers: frozenset[str]
    key: str | None
    """The key pressed while they are held, in a rule a glob over its name; None where there is none."""


def read_keys(text: str) -> Press:
    """What `keys` of a rule names. Raises `ValueError` (`KeysError` too) where no key is meant."""
    head, plus, last = text.rpartition("+")
    pattern = last.strip().lower()
    if _is_glob(pattern):
        names = parse_keys(head) if plus else ()
        _check_glob(pattern)
    else:
        names = parse_keys(text)
        pattern = "".join(glob.escape(_lowered(name)) for name in names if name not in MODIFIERS)
    keys = [name for name in names if name not in MODIFIERS]
    if len(keys) > (0 if _is_glob(last) else 1):
        raise ValueError(f"keys = {text!r}: only the last part may be a pattern or a key that is no modifier")
    return Press(frozenset(_side(name) for name in names) - set(keys), pattern or None)


def _is_glob(part: str) -> bool:
    return "*" in part or "?" in part or bool(re.search(r"\[.+\]", part))


def _check_glob(pattern: str) -> None:
    """A glob that no key's name answers to would never match, and say nothing."""
    if "[" in pattern:
        return
    found = fnmatch.filter([*SPECIAL_KEYS, *string.digits, *string.ascii_lowercase, *string.punctuation], pattern)
    if not found:
        raise ValueError(f"keys: no key has a name like {pattern!r}")
    if MODIFIERS.issuperset(found):
        raise ValueError(
            f"keys: {pattern!r} is like modifiers only: write, for instance, {min(found, key=len)!r} alone"
        )


def possible_presses(action: Action) -> list[Press]:
    """All that an action may turn out to press."""
    if isinstance(action, Type):
        typed = {_TYPED[letter] for letter in action.text if letter in _TYPED} | ({"enter"} if action.enter else set())
        return [Press(frozenset(), key) for key in typed]
    held, keys = _taken_apart(action)
    if "altright" in held:
        held |= {"alt"}
    if isinstance(action, Key) and not keys:
        return [Press(held, None), *(Press(held - {name}, name) for name in held)]
    return [Press(held, key) for key in keys] or [Press(held, None)]


def sure_press(action: Action) -> Press | None:
    """What an action presses and no more; None where that is not sure."""
    held, keys = _taken_apart(action)
    if isinstance(action, Type) or len(keys) > 1:
        return None
    # A key before its modifiers is pressed without them.
    if isinstance(action, Key) and keys and action.keys[-1] in MODIFIERS:
        return None
    return Press(held, keys[0] if keys else None)


def _taken_apart(action: Action) -> tuple[frozenset[str], list[str]]:
    """The modifiers an action holds and its other keys; a capital is shift and its letter."""
    names: tuple[str, ...] = action.keys if isinstance(action, Key) else getattr(action, "modifiers", ())
    held = {_side(name) for name in names if name in MODIFIERS}
    keys = [name for name in names if name not in MODIFIERS]
    if any(_lowered(key) != key for key in keys):
        held.add("shift")
    return frozenset(held), [_lowered(key) for key in keys]


def same_key(key: str | None, pattern: str | None) -> bool:
    """Whether a key is what a rule's glob means; None is no key."""
    if key is None or pattern is None:
        return key is pattern
    return fnmatch.fnmatchcase(key, pattern)


def _side(name: str) -> str:
    return _SIDES.get(name, name)


def _lowered(key: str) -> str:
    return key.lower() if len(key) == len(key.lower()) == 1 else key
