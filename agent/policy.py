"""What the agent may do, decided before it does it: rules in a TOML file, and the person at the terminal.

    [[rule]]
    decision = "deny"            # allow | ask | deny
    action = ["key"]             # any of these actions
    keys = "ctrl+alt+*"          # a glob over the chord
    text = "rm -rf"              # a regular expression searched in typed text
    region = [0, 0, 200, 100]    # x, y, width, height in input points: where it acts

A rule matches when all it names match; the first that matches decides, and what no rule matches is allowed. Text on
the screen and what the model says never reach this module: only the action itself is judged.
"""

from __future__ import annotations

import fnmatch
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from actions.action import GroundedAction, Interact, Key, Point, Type, Wait
from actions.executor import Executor, Outcome
from agent.errors import UsageError
from agent.words import describe

Decision = Literal["allow", "ask", "deny"]


class Rule(BaseModel):
    """One `[[rule]]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    decision: Decision
    action: tuple[str, ...] | None = None
    keys: str | None = None
    text: str | None = None
    region: Annotated[tuple[int, int, int, int] | None, Field()] = None

    @field_validator("action")
    @classmethod
    def _known_actions(cls, names: tuple[str, ...] | None) -> tuple[str, ...] | None:
        unknown = set(names or ()) - action_names()
        if unknown:
            raise ValueError(f"no such action: {', '.join(sorted(unknown))}")
        return names

    @field_validator("text")
    @classmethod
    def _valid_expression(cls, text: str | None) -> str | None:
        if text is not None:
            try:
                re.compile(text)
            except re.error as error:
                raise ValueError(f"not a regular expression: {error}") from error
        return text

    def matches(self, grounded: GroundedAction) -> bool:
        """Whether everything the rule names is so."""
        action = grounded.action
        if self.action is not None and action.action not in self.action:
            return False
        if self.keys is not None and not (
            isinstance(action, Key) and fnmatch.fnmatchcase("+".join(action.keys), self.keys.lower())
        ):
            return False
        if self.text is not None and not (isinstance(action, Type) and re.search(self.text, action.text)):
            return False
        return self.region is None or self._touches(grounded)

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
        try:
            return cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise UsageError(f"cannot read the policy {path}: {error.strerror or error}") from error
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise UsageError(f"the policy {path} is not TOML: {error}") from error
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise UsageError(f"the policy {path} is wrong at {place}: {first['msg']}") from error

    def decide(self, grounded: GroundedAction) -> Decision:
        """What the first matching rule says; "allow" where none matches."""
        return next((rule.decision for rule in self.rule if rule.matches(grounded)), "allow")


def action_names() -> set[str]:
    """The names of all actions."""
    from actions.action import ACTION_ADAPTER

    schema: dict[str, Any] = ACTION_ADAPTER.json_schema()
    return set(schema["discriminator"]["mapping"])


class GuardedExecutor:
    """Asks the policy, and where it says so the person, before each action. `confirm` is None without a person."""

    def __init__(
        self,
        inner: Executor,
        policy: Policy,
        approve: Literal["never", "always"],
        confirm: Callable[[str], bool] | None,
    ) -> None:
        self._inner = inner
        self._policy = policy
        self._approve = approve
        self._confirm = confirm

    def perform(self, grounded: GroundedAction) -> Outcome:
        """The inner executor's outcome, or "refused" with nothing done."""
        decision = self._policy.decide(grounded)
        touches = not isinstance(grounded.action, Wait | Interact)
        if decision == "allow" and self._approve == "always" and touches:
            decision = "ask"
        if decision == "deny":
            return Outcome("refused", "the policy denies it")
        if decision == "ask":
            if self._confirm is None:
                return Outcome("refused", "it needs approval and there is no terminal to ask on")
            if not self._confirm(_question(grounded)):
                return Outcome("refused", "the person said no")
        return self._inner.perform(grounded)

    def position(self) -> Point | None:
        """The inner executor's."""
        return self._inner.position()


def _question(grounded: GroundedAction) -> str:
    place = f" at {grounded.point.x}, {grounded.point.y}" if grounded.point else ""
    return f"{describe(grounded.action)}{place}?"
