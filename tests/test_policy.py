"""The policy decides before anything is done; what it cannot understand it refuses to be."""

from __future__ import annotations

from pathlib import Path

import pytest

from actions.action import Action, GroundedAction, Interact, Key, LeftClick, LeftClickDrag, Point, Type, Wait
from agent.errors import UsageError
from agent.policy import GuardedExecutor, Policy
from tests.fakes import FakeExecutor


def policy(tmp_path: Path, text: str) -> Policy:
    file = tmp_path / "policy.toml"
    file.write_text(text, encoding="utf-8")
    return Policy.read(file)


def at(action: Action, point: tuple[int, int] | None = None, start: tuple[int, int] | None = None) -> GroundedAction:
    return GroundedAction(action, Point(*point) if point else None, Point(*start) if start else None)


RULES = """
[[rule]]
decision = "allow"
keys = "ctrl+s"
[[rule]]
decision = "deny"
action = ["key"]
keys = "ctrl+*"
[[rule]]
decision = "ask"
text = '(?i)rm\\s+-rf'
[[rule]]
decision = "deny"
region = [100, 100, 50, 20]
"""


@pytest.mark.parametrize(
    ("grounded", "decision"),
    [
        (at(Key(keys=("ctrl", "s"))), "allow"),
        (at(Key(keys=("ctrl", "w"))), "deny"),
        (at(Key(keys=("w",))), "allow"),
        (at(Type(text="please RM  -rf /")), "ask"),
        (at(Type(text="ctrl+w")), "allow"),
        (at(LeftClick(), (100, 100)), "deny"),
        (at(LeftClick(), (149, 119)), "deny"),
        (at(LeftClick(), (150, 119)), "allow"),
        (at(LeftClickDrag(coordinate=(0, 0)), (0, 0), (120, 110)), "deny"),
    ],
)
def test_the_first_rule_that_matches_decides(tmp_path: Path, grounded: GroundedAction, decision: str) -> None:
    assert policy(tmp_path, RULES).decide(grounded) == decision


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[rule]", "is not TOML"),
        ("rules = 1", "rules"),
        ('[[rule]]\ndecision = "perhaps"', "decision"),
        ('[[rule]]\naction = ["key"]', "decision"),
        ('[[rule]]\ndecision = "deny"\naction = ["clik"]', "no such action: clik"),
        ('[[rule]]\ndecision = "deny"\ntext = "("', "regular expression"),
        ('[[rule]]\ndecision = "deny"\nwindow = "Bank"', "window"),
        ('[[rule]]\ndecision = "deny"\nregion = [1, 2, 3]', "region"),
    ],
)
def test_a_policy_half_understood_is_none(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        policy(tmp_path, text)
    assert message in str(error.value)
    assert "policy.toml" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_policy_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        Policy.read(tmp_path / "none.toml")
    with pytest.raises(UsageError, match="cannot read"):
        Policy.read(tmp_path)
    (tmp_path / "bad").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="not TOML"):
        Policy.read(tmp_path / "bad")


CLICK = at(LeftClick(), (10, 20))


def test_denied_is_not_done(tmp_path: Path) -> None:
    inner = FakeExecutor()
    guarded = GuardedExecutor(inner, policy(tmp_path, '[[rule]]\ndecision = "deny"'), "never", lambda _: True)
    outcome = guarded.perform(CLICK)
    assert outcome.status == "refused"
    assert inner.done == []


def test_the_person_is_asked_where_and_what() -> None:
    inner, asked = FakeExecutor(), list[str]()
    guarded = GuardedExecutor(inner, Policy(), "always", lambda q: bool(asked.append(q)) or True)
    assert guarded.perform(CLICK).status == "done"
    assert asked == ["Left click at 10, 20?"]
    assert inner.done == [CLICK]


def test_what_touches_nothing_needs_no_approval() -> None:
    inner = FakeExecutor()
    guarded = GuardedExecutor(inner, Policy(), "always", lambda _: False)
    assert guarded.perform(at(Wait())).status == "done"
    assert guarded.perform(at(Interact(text="Well?"))).status == "done"


def test_no_is_no() -> None:
    inner = FakeExecutor()
    assert GuardedExecutor(inner, Policy(), "always", lambda _: False).perform(CLICK).status == "refused"
    assert inner.done == []


def test_without_a_terminal_what_would_be_asked_is_refused() -> None:
    inner = FakeExecutor()
    outcome = GuardedExecutor(inner, Policy(), "always", None).perform(CLICK)
    assert outcome.status == "refused"
    assert "no terminal" in (outcome.detail or "")
    assert inner.done == []


def test_nothing_asked_nothing_denied() -> None:
    inner = FakeExecutor()
    guarded = GuardedExecutor(inner, Policy(), "never", None)
    assert guarded.perform(CLICK).status == "done"
    assert guarded.position() == (7, 9)
