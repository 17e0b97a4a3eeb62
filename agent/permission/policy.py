"""What the agent may do, decided before it does it, by rules in a TOML file.

    [[rule]]
    decision = "deny"            # allow | ask | deny
    action = ["key"]             # any of these actions
    keys = "ctrl+alt+*"          # modifiers, then a key or a glob over the names of keys
    text = "rm -rf"              # a regular expression searched in typed text
    region = [0, 0, 200, 100]    # x, y, width, height in input points: where it acts
    window = "Bank"              # a regular expression searched in the title of the window that it acts on
    application = "(?i)keepass"  # the same in what the window says it belongs to (X11: both parts of WM_CLASS)
    per_minute = 30              # only what comes after so many of them within a minute; ask and deny alone

A rule matches when all it names match; the first that matches decides, and what no rule matches is allowed (and,
under `--approve risky`, asked about where `agent.permission.risk` says so). What the model says never reaches this
module. Of what is on the screen only window titles do, and where one is told by them, what is doubtful is not allowed:

- The window is the one under the place of the action (for a drag: both), else the one with the focus. Where that cannot
  be told, or a search takes too long (`agent.permission.searching`), ask and deny match and allow does not.
- A page writes its title. So an allow that names `window`, like one that names nothing, lets through what is not
  risky, and no more.
- `text` of an allow must match all of the typed text, and its `region` hold both ends of a drag; of ask and deny a
  part is enough.

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

import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, StrictInt, ValidationError, field_validator, model_validator

from actions.action import Action, GroundedAction, Point, Type
from actions.x11 import Window
from agent.config import read_toml
from agent.errors import UsageError
from agent.permission.presses import possible_presses, read_keys, same_key, sure_press
from agent.permission.searching import compiled, found, found_in_title

Decision = Literal["allow", "ask", "deny"]

_TAKES = MappingProxyType(
    {
        "rule": "tables, each headed [[rule]]",
        "decision": '"allow", "ask" or "deny"',
        "action": 'a list of one action or more, such as ["key"]',
        "keys": 'a chord as text, such as "ctrl+alt+*"',
        "text": "a regular expression as text",
        "region": "four whole numbers: x, y, width, height",
        "window": "a regular expression as text",
        "application": "a regular expression as text",
        "per_minute": "a whole number from 1 on",
    }
)
_LOOKING = ("window", "application")


class Judgement(NamedTuple):
    """What the rules say of an action."""

    decision: Decision
    rule: int | None = None
    """The number, from 1, of the rule that decided; None where none matched."""
    waives: bool = False
    """Whether it is a rule that allows it without a look at its risk."""


class Rule(BaseModel):
    """One `[[rule]]`; without a condition it matches all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    decision: Decision
    action: Annotated[tuple[str, ...] | None, Field(min_length=1)] = None
    keys: str | None = None
    text: str | None = None
    region: tuple[StrictInt, StrictInt, StrictInt, StrictInt] | None = None
    window: str | None = None
    application: str | None = None
    per_minute: Annotated[StrictInt | None, Field(ge=1)] = None

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
            read_keys(keys)
        return keys

    @field_validator("text", "window", "application")
    @classmethod
    def _valid_expression(cls, text: str | None) -> str | None:
        if text is not None:
            compiled(text)
        return text

    @field_validator("region")
    @classmethod
    def _has_an_area(cls, region: tuple[int, int, int, int] | None) -> tuple[int, int, int, int] | None:
        if region is not None and min(region[2:]) < 1:
            raise ValueError(f"region takes {_TAKES['region']}, the last two from 1 on")
        return region

    @model_validator(mode="after")
    def _counts_what_is_not_allowed(self) -> Rule:
        if self.per_minute is not None and self.decision == "allow":
            raise ValueError("per_minute is for ask and deny: an allow by it would begin where there is too much")
        return self

    @property
    def looks(self) -> bool:
        """Whether it asks for a window."""
        return any(getattr(self, name) is not None for name in _LOOKING)

    @property
    def waives(self) -> bool:
        """Whether it allows what is risky too: it says what it allows, and not by a title."""
        said = (self.action, self.keys, self.text, self.region, self.application)
        return self.decision == "allow" and self.window is None and said != (None,) * len(said)

    def matches(self, grounded: GroundedAction, windows: tuple[Window, ...] | None = None) -> bool:
        """Whether everything the rule names is so, but for `per_minute`. `windows` is None where they are not known."""
        action = grounded.action
        if self.action is not None and action.action not in self.action:
            return False
        if self.keys is not None and not self._presses(action):
            return False
        if self.text is not None and not self._types(action):
            return False
        if self.region is not None and not self._touches(grounded):
            return False
        return not self.looks or self._is_on(windows)

    def _types(self, action: Action) -> bool:
        assert self.text is not None
        if not isinstance(action, Type):
            return False
        return self._takes(found(self.text, action.text, whole=self.decision == "allow"))

    def _is_on(self, windows: tuple[Window, ...] | None) -> bool:
        if not windows:
            return self._takes(None)
        matching = (self._takes(self._is_of(window)) for window in windows)
        return all(matching) if self.decision == "allow" else any(matching)

    def _is_of(self, window: Window) -> bool | None:
        results: list[bool | None] = []
        if self.window is not None:
            results.append(None if window.title is None else found_in_title(self.window, window.title))
        if self.application is not None:
            parts = [found_in_title(self.application, name) for name in window.application or ()] or [None]
            results.append(True if True in parts else None if None in parts else False)
        return False if False in results else None if None in results else True

    def _takes(self, answer: bool | None) -> bool:
        """What is not known counts against the action."""
        return self.decision != "allow" if answer is None else answer

    def _presses(self, action: Action) -> bool:
        assert self.keys is not None
        rule = read_keys(self.keys)
        if self.decision == "allow":
            press = sure_press(action)
            return press is not None and press.modifiers == rule.modifiers and same_key(press.key, rule.key)
        return any(
            press.modifiers >= rule.modifiers and (rule.key is None or same_key(press.key, rule.key))
            for press in possible_presses(action)
        )

    def _touches(self, grounded: GroundedAction) -> bool:
        assert self.region is not None
        left, top, width, height = self.region
        places: list[Point] = [p for p in (grounded.start, grounded.point) if p is not None]
        inside = [left <= p.x < left + width and top <= p.y < top + height for p in places]
        return bool(inside) and all(inside) if self.decision == "allow" else any(inside)


class Policy(BaseModel):
    """Rules in order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: tuple[Rule, ...] = ()

    @classmethod
    def read(cls, path: Path) -> Policy:
        """The policy in `path`. Raises `UsageError` naming what is wrong in it: a policy half understood is none."""
        data = read_toml(path, "the policy")
        try:
            policy = cls.model_validate(data)
        except ValidationError as error:
            raise UsageError(f"the policy {path} is wrong{_what_is_wrong(error)}") from error
        if policy.looks and sys.platform in ("darwin", "win32"):
            raise UsageError(f"the policy {path} asks for a window or an application, which is told on X11 alone")
        return policy

    @property
    def looks(self) -> bool:
        """Whether a rule asks for a window."""
        return any(rule.looks for rule in self.rule)

    def decide(self, grounded: GroundedAction) -> Decision:
        """What the first matching rule says, of an action whose window is not known and that is the first."""
        return self.judge(grounded).decision

    def judge(
        self,
        grounded: GroundedAction,
        windows: tuple[Window, ...] | None = None,
        done: Mapping[int, int] = MappingProxyType({}),
    ) -> Judgement:
        """What the first matching rule says; "allow" where none matches.

        `done` says how many actions each rule, counted from 1, has matched that were done in the last minute.
        """
        for number, rule in enumerate(self.rule, 1):
            if rule.per_minute is not None and done.get(number, 0) < rule.per_minute:
                continue
            if rule.matches(grounded, windows):
                return Judgement(rule.decision, number, rule.waives)
        return Judgement("allow")

    def counted(self, grounded: GroundedAction, windows: tuple[Window, ...] | None = None) -> tuple[int, ...]:
        """The rules, from 1, that count this action."""
        return tuple(n for n, rule in enumerate(self.rule, 1) if rule.per_minute and rule.matches(grounded, windows))

    def blind(self) -> Policy:
        """The rules that can be judged from a recording, which tells no window and no pace."""
        return Policy(rule=tuple(rule for rule in self.rule if not rule.looks and rule.per_minute is None))


def action_names() -> set[str]:
    """The names of all actions."""
    from actions.action import ACTION_ADAPTER

    schema: dict[str, Any] = ACTION_ADAPTER.json_schema()
    return set(schema["discriminator"]["mapping"])


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
