"""What the agent may do, decided before it does it, by rules in a TOML file.

    [[rule]]
    decision = "deny"            # allow | ask | deny
    action = ["key"]             # any of these actions
    keys = "ctrl+alt+*"          # modifiers, then a key or a glob over the names of keys
    text = "rm -rf"              # a regular expression searched in typed text
    region = [0, 0, 200, 100]    # x, y, width, height in input points: where it acts

A rule matches when all it names match; the first that matches decides, and what no rule matches is allowed. Text on
the screen and what the model says never reach this module: only the action itself is judged.

`keys` takes every spelling of `actions.keys`; order, case and the side of a modifier mean nothing in it, characters
are compared as characters (a capital is shift and its letter). It is read so that what is doubtful is not allowed:

- deny and ask match with *at least* these modifiers ("alt+f4" is shift+alt+f4 too) and any key of a chord. The right
  Alt is AltGr on many layouts and Alt on others, so it counts as both. Modifiers alone ("ctrl") match whatever
  is done while they are held: chords, clicks, drags and turns of the wheel. A line end or a tab in typed text, and
  `enter` of a `type`, are presses of Enter and Tab; the other characters of a text are a matter for `text`.
- allow matches *exactly* these modifiers, pressed first, and one key; the right Alt is "altright" then. Modifiers alone
  match just them pressed, or held at the pointer. Typed text is never allowed by its keys.
"""

from __future__ import annotations

import fnmatch
import glob
import re
import string
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, StrictInt, ValidationError, field_validator

from actions.action import Action, GroundedAction, Key, Point, Type
from actions.keys import MODIFIERS, SPECIAL_KEYS, parse_keys
from agent.config import read_toml
from agent.errors import UsageError

Decision = Literal["allow", "ask", "deny"]

_TAKES = MappingProxyType(
    {
        "rule": "tables, each headed [[rule]]",
        "decision": '"allow", "ask" or "deny"',
        "action": 'a list of one action or more, such as ["key"]',
        "keys": 'a chord as text, such as "ctrl+alt+*"',
        "text": "a regular expression as text",
        "region": "four whole numbers: x, y, width, height",
    }
)
_SIDES = MappingProxyType({"ctrlright": "ctrl", "shiftright": "shift", "winright": "win"})
_TYPED = MappingProxyType({"\n": "enter", "\r": "enter", "\t": "tab"})


class Rule(BaseModel):
    """One `[[rule]]`; without a condition it matches all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    decision: Decision
    action: Annotated[tuple[str, ...] | None, Field(min_length=1)] = None
    keys: str | None = None
    text: str | None = None
    region: tuple[StrictInt, StrictInt, StrictInt, StrictInt] | None = None

    @field_validator("action")
    @classmethod
    def _known_actions(cls, names: tuple[str, ...] | None) -> tuple[str, ...] | None:
        known = action_names()
        unknown = set(names or ()) - known
        if unknown:
            raise ValueError(f"no such action: {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}")
        return names

    @field_validator("keys")
    @classmethod
    def _known_keys(cls, keys: str | None) -> str | None:
        if keys is not None:
            _read_keys(keys)
        return keys

    @field_validator("text")
    @classmethod
    def _valid_expression(cls, text: str | None) -> str | None:
        if text is not None:
            try:
                re.compile(text)
            except (re.error, RecursionError, OverflowError) as error:
                raise ValueError(f"text is not a regular expression: {error}") from error
        return text

    @field_validator("region")
    @classmethod
    def _has_an_area(cls, region: tuple[int, int, int, int] | None) -> tuple[int, int, int, int] | None:
        if region is not None and min(region[2:]) < 1:
            raise ValueError(f"region takes {_TAKES['region']}, the last two from 1 on")
        return region

    def matches(self, grounded: GroundedAction) -> bool:
        """Whether everything the rule names is so."""
        action = grounded.action
        if self.action is not None and action.action not in self.action:
            return False
        if self.keys is not None and not self._presses(action):
            return False
        if self.text is not None and not (isinstance(action, Type) and re.search(self.text, action.text)):
            return False
        return self.region is None or self._touches(grounded)

    def _presses(self, action: Action) -> bool:
        assert self.keys is not None
        rule = _read_keys(self.keys)
        if self.decision == "allow":
            press = _sure_press(action)
            return press is not None and press.modifiers == rule.modifiers and _same_key(press.key, rule.key)
        return any(
            press.modifiers >= rule.modifiers and (rule.key is None or _same_key(press.key, rule.key))
            for press in _possible_presses(action)
        )

    def _touches(self, grounded: GroundedAction) -> bool:
        assert self.region is not None
        left, top, width, height = self.region
        places: list[Point] = [p for p in (grounded.start, grounded.point) if p is not None]
        return any(left <= p.x < left + width and top <= p.y < top + height for p in places)


class Policy(BaseModel):
    """Rules in order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: tuple[Rule, ...] = ()

    @classmethod
    def read(cls, path: Path) -> Policy:
        """The policy in `path`. Raises `UsageError` naming what is wrong in it: a policy half understood is none."""
        data = read_toml(path, "the policy")
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise UsageError(f"the policy {path} is wrong{_what_is_wrong(error)}") from error

    def decide(self, grounded: GroundedAction) -> Decision:
        """What the first matching rule says; "allow" where none matches."""
        return next((rule.decision for rule in self.rule if rule.matches(grounded)), "allow")


def action_names() -> set[str]:
    """The names of all actions."""
    from actions.action import ACTION_ADAPTER

    schema: dict[str, Any] = ACTION_ADAPTER.json_schema()
    return set(schema["discriminator"]["mapping"])


class _Press(NamedTuple):
    modifiers: frozenset[str]
    key: str | None
    """The key pressed while they are held, in a rule a glob over its name; None where there is none."""


def _read_keys(text: str) -> _Press:
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
    return _Press(frozenset(_side(name) for name in names) - set(keys), pattern or None)


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


def _possible_presses(action: Action) -> list[_Press]:
    """All that an action may turn out to press."""
    if isinstance(action, Type):
        typed = {_TYPED[letter] for letter in action.text if letter in _TYPED} | ({"enter"} if action.enter else set())
        return [_Press(frozenset(), key) for key in typed]
    held, keys = _taken_apart(action)
    if "altright" in held:
        held |= {"alt"}
    if isinstance(action, Key) and not keys:
        return [_Press(held, None), *(_Press(held - {name}, name) for name in held)]
    return [_Press(held, key) for key in keys] or [_Press(held, None)]


def _sure_press(action: Action) -> _Press | None:
    """What an action presses and no more; None where that is not sure."""
    held, keys = _taken_apart(action)
    if isinstance(action, Type) or len(keys) > 1:
        return None
    # A key before its modifiers is pressed without them.
    if isinstance(action, Key) and keys and action.keys[-1] in MODIFIERS:
        return None
    return _Press(held, keys[0] if keys else None)


def _taken_apart(action: Action) -> tuple[frozenset[str], list[str]]:
    """The modifiers an action holds and its other keys; a capital is shift and its letter."""
    names: tuple[str, ...] = action.keys if isinstance(action, Key) else getattr(action, "modifiers", ())
    held = {_side(name) for name in names if name in MODIFIERS}
    keys = [name for name in names if name not in MODIFIERS]
    if any(_lowered(key) != key for key in keys):
        held.add("shift")
    return frozenset(held), [_lowered(key) for key in keys]


def _same_key(key: str | None, pattern: str | None) -> bool:
    if key is None or pattern is None:
        return key is pattern
    return fnmatch.fnmatchcase(key, pattern)


def _side(name: str) -> str:
    return _SIDES.get(name, name)


def _lowered(key: str) -> str:
    return key.lower() if len(key) == len(key.lower()) == 1 else key


def _what_is_wrong(error: ValidationError) -> str:
    """Where the first mistake is and what belongs there, in words."""
    first = error.errors()[0]
    place = first["loc"]
    where = f" in rule {place[1] + 1}" if len(place) > 1 and isinstance(place[1], int) else ""
    field = next((str(part) for part in reversed(place) if isinstance(part, str)), "")
    if first["type"] == "value_error":
        return f"{where}: {first['ctx']['error']}"
    if first["type"] == "extra_forbidden":
        known = Rule.model_fields if where else Policy.model_fields
        return f"{where}: there is no field {field!r}; there are {', '.join(known)}"
    if first["type"] == "missing" and place[-1] == field:
        return f"{where}: {field} is missing: {_TAKES[field]}"
    return f"{where}: {field} takes {_TAKES.get(field, 'something else')}"
