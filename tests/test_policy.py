"""The policy decides before anything is done; what it cannot understand it refuses to be."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from actions.action import (
    Action,
    GroundedAction,
    Key,
    LeftClick,
    LeftClickDrag,
    MouseMove,
    Point,
    Scroll,
    Type,
    Wait,
)
from actions.keys import parse_keys
from actions.x11 import Window
from agent.config import MAX_FILE_BYTES
from agent.errors import UsageError
from agent.permission.policy import Judgement, Policy


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
        ('[[rule]]\ndecision = "deny"\ntitle = "Bank"', "title"),
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


def rule(decision: str, **conditions: object) -> Policy:
    return Policy.model_validate({"rule": [{"decision": decision, **conditions}]})


def chord(text: str) -> GroundedAction:
    return at(Key(keys=parse_keys(text)))


def is_denied(keys: str, grounded: GroundedAction) -> bool:
    asked, denied = rule("ask", keys=keys).decide(grounded), rule("deny", keys=keys).decide(grounded)
    assert (asked == "ask") is (denied == "deny")
    return denied == "deny"


def is_allowed(keys: str, grounded: GroundedAction) -> bool:
    rules = [{"decision": "allow", "keys": keys}, {"decision": "deny"}]
    return Policy.model_validate({"rule": rules}).decide(grounded) == "allow"


@pytest.mark.parametrize(
    ("keys", "pressed"),
    [
        ("ctrl+alt+*", "ctrl+alt+delete"),
        ("ctrl+alt+*", "alt+ctrl+delete"),
        ("ctrl+alt+*", "ctrlright+alt+delete"),
        ("ctrl+alt+*", "ctrl+altright+delete"),
        ("ctrl+alt+*", "ctrl+shift+alt+t"),
        ("ctrl+alt+*", "delete+ctrl+alt"),
        ("Alt+Control+*", "ctrl+alt+t"),
        ("ctrl+alt+del*", "ctrl+alt+delete"),
        ("ctrl+alt+Del", "ctrl+alt+delete"),
        ("super+l", "win+l"),
        ("super+l", "winright+L"),
        ("cmd+space", "meta+space"),
        ("control+w", "ctrl+shift+w"),
        ("Ctrl-W", "ctrl+w"),
        ("alt+f4", "shiftright+alt+f4"),
        ("f?", "f5"),
        ("f[1-3]", "ctrl+f2"),
        ("*", "win"),
        ("*", "x"),
        ("a", "A"),
        ("A", "a"),
        ("shift+a", "A"),
        ("shift+*", "Q"),
        ("ctrl++", "ctrl+plus"),
        ("ctrl+asterisk", "ctrl+*"),
        ("question", "?"),
        ("altgr+e", "altright+e"),
        ("win", "win"),
        ("win", "win+d"),
        ("alt+shift", "shift+alt"),
        ("alt+*", "alt+shift"),
        ("b", "a+b"),
    ],
)
def test_no_spelling_dodges_a_rule(keys: str, pressed: str) -> None:
    assert is_denied(keys, chord(pressed))


@pytest.mark.parametrize(
    ("keys", "pressed"),
    [
        ("ctrl+alt+*", "ctrl+delete"),
        ("ctrl+alt+delete", "ctrl+alt+t"),
        ("ctrl+alt+*", "ctrl+alt"),
        ("super+l", "l"),
        ("ctrl+asterisk", "ctrl+a"),
        ("question", "a"),
        ("altgr+e", "alt+e"),
        ("win", "ctrl+d"),
        ("f?", "f12"),
        ("shift+a", "a"),
    ],
)
def test_a_rule_is_for_its_keys_alone(keys: str, pressed: str) -> None:
    assert not is_denied(keys, chord(pressed))


@pytest.mark.parametrize(
    ("keys", "pressed", "allowed"),
    [
        ("ctrl+s", "ctrl+s", True),
        ("control+S", "ctrlright+s", True),
        ("ctrl+shift+*", "shift+ctrl+t", True),
        ("ctrl+s", "ctrl+shift+s", False),
        ("*", "ctrl+s", False),
        ("*", "a", True),
        ("a", "A", False),
        ("shift+a", "A", True),
        ("*", "win", False),
        ("win", "win", True),
        ("win", "win+l", False),
        ("ctrl+delete", "delete+ctrl", False),
        ("a", "a+b", False),
        ("alt+e", "altright+e", False),
        ("altgr+e", "altright+e", True),
    ],
)
def test_what_is_allowed_is_exactly_what_is_named(keys: str, pressed: str, allowed: bool) -> None:
    assert is_allowed(keys, chord(pressed)) is allowed


@pytest.mark.parametrize(
    ("keys", "action", "denied"),
    [
        ("enter", Type(text="ls", enter=True), True),
        ("return", Type(text="ls\n"), True),
        ("enter", Type(text="a\rb"), True),
        ("*", Type(text="a\nb"), True),
        ("tab", Type(text="a\tb"), True),
        ("enter", Type(text="enter"), False),
        ("e", Type(text="e"), False),
        ("ctrl+enter", Type(text="ls\n"), False),
        ("ctrl", LeftClick(modifiers=("ctrl",)), True),
        ("ctrl", LeftClick(modifiers=("shift", "ctrlright")), True),
        ("ctrl", Scroll(pixels=1, modifiers=("ctrl",)), True),
        ("ctrl", LeftClickDrag(coordinate=(0, 0), modifiers=("ctrl",)), True),
        ("ctrl", LeftClick(), False),
        ("ctrl", MouseMove(coordinate=(0, 0)), False),
        ("ctrl", Wait(), False),
        ("ctrl+*", LeftClick(modifiers=("ctrl",)), False),
        ("*", LeftClick(), False),
    ],
)
def test_keys_that_are_pressed_by_other_actions(keys: str, action: Action, denied: bool) -> None:
    assert is_denied(keys, at(action)) is denied


@pytest.mark.parametrize(
    ("keys", "action", "allowed"),
    [
        ("enter", Type(text="rm -rf /\n"), False),
        ("enter", Type(text="", enter=True), False),
        ("ctrl", LeftClick(modifiers=("ctrl",)), True),
        ("ctrl", LeftClick(modifiers=("ctrl", "shift")), False),
        ("*", LeftClick(), False),
    ],
)
def test_keys_allow_no_text_and_no_other_modifier(keys: str, action: Action, allowed: bool) -> None:
    assert is_allowed(keys, at(action)) is allowed


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("ctrl+foo", "'foo' is unknown"),
        ("hyper+l", "'hyper' is unknown"),
        ("", "unknown"),
        ("a+b", "only the last part"),
        ("*+delete", "only the last part"),
        ("ctrl+k+c*", "only the last part"),
        ("*+*", "only the last part"),
        ("+*", "unknown"),
        ("arrow*", "no key has a name like 'arrow*'"),
        ("ctrl-*", "no key has a name like 'ctrl-*'"),
        ("ctrl*", "write, for instance, 'ctrl' alone"),
    ],
)
def test_keys_that_would_never_match_are_an_error(tmp_path: Path, keys: str, words: str) -> None:
    with pytest.raises(UsageError, match="in rule 1: ") as error:
        policy(tmp_path, f'[[rule]]\ndecision = "deny"\nkeys = "{keys}"')
    assert words in str(error.value)


def test_a_rule_without_a_condition_matches_all() -> None:
    assert rule("deny").decide(at(Wait())) == "deny"
    assert rule("deny").decide(at(LeftClick(), (1, 1))) == "deny"


def test_a_recorded_policy_is_the_same() -> None:
    before = rule("deny", keys="Super+L", action=["key"], region=[0, 0, 1, 1])
    recorded = json.loads(json.dumps([one.model_dump(mode="json", exclude_none=True) for one in before.rule]))
    assert Policy.model_validate({"rule": recorded}) == before


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            '[[rule]]\ndecision = "deny"\naction = "key"',
            'rule 1: action takes a list of one action or more, such as ["',
        ),
        ('[[rule]]\ndecision = "deny"\naction = []', "rule 1: action takes a list of one action or more"),
        ('[[rule]]\ndecision = "deny"\naction = [1]', "rule 1: action takes a list"),
        ('[[rule]]\ndecision = "deny"\naction = ["clik"]', "there are answer, double_click"),
        ('[[rule]]\ndecision = "deny"\n[[rule]]\ndecision = "no"', 'rule 2: decision takes "allow", "ask" or "deny"'),
        ('[[rule]]\nkeys = "a"', 'rule 1: decision is missing: "allow", "ask" or "deny"'),
        ('[[rule]]\ndecision = "deny"\nkeys = ["a"]', "rule 1: keys takes a chord as text"),
        ('[[rule]]\ndecision = "deny"\ntext = 1', "rule 1: text takes a regular expression"),
        (
            '[[rule]]\ndecision = "deny"\ntitle = 1',
            "no field 'title'; there are decision, action, keys, text, region, window, application, per_minute",
        ),
        ('[[rule]]\ndecision = "deny"\nregion = [1, 2, 3]', "region takes four whole numbers: x, y, width, height"),
        ('[[rule]]\ndecision = "deny"\nregion = [1, 2, 3, 4, 5]', "x, y, width, height"),
        ('[[rule]]\ndecision = "deny"\nregion = [1, 2, 3, true]', "x, y, width, height"),
        ('[[rule]]\ndecision = "deny"\nregion = "all"', "x, y, width, height"),
        ('[[rule]]\ndecision = "deny"\nregion = [1, 2, 0, 4]', "from 1 on"),
        ('[rule]\ndecision = "deny"', "rule takes tables, each headed [[rule]]"),
        ('[[rules]]\ndecision = "deny"', "no field 'rules'; there are rule"),
        ("rule = [1]", "in rule 1: rule takes tables"),
    ],
)
def test_what_is_wrong_is_said_in_words(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UsageError) as error:
        policy(tmp_path, text)
    assert words in str(error.value)
    assert "\n" not in str(error.value)
    for foreign in ("Value error", "Input should", "Field required", "tuple"):
        assert foreign not in str(error.value)


def test_a_policy_is_a_file_of_some_size(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (Path("/dev/zero"), tmp_path / "pipe"):
        with pytest.raises(UsageError, match=r"cannot read the policy .*no regular file"):
            Policy.read(path)
    (tmp_path / "large").write_bytes(b"#" * (MAX_FILE_BYTES + 1))
    with pytest.raises(UsageError, match="larger than 1 MB"):
        Policy.read(tmp_path / "large")
    (tmp_path / "deep").write_text("x = " + "[" * 100_000)
    with pytest.raises(UsageError, match="not TOML"):
        Policy.read(tmp_path / "deep")


BANK, NOTES, UNTOLD = (
    Window("My Bank - Browser", ("chromium", "Chromium")),
    Window("Notes", ("gedit",)),
    Window(None, None),
)
CLICK = at(LeftClick(), (5, 5))


def on(decision: str, windows: tuple[Window, ...] | None, **conditions: object) -> bool:
    """Whether a rule of that decision matches a click on these windows."""
    return rule(decision, **conditions).judge(CLICK, windows).rule == 1


@pytest.mark.parametrize(
    ("windows", "restrains", "allows"),
    [
        ((BANK,), True, True),
        ((NOTES,), False, False),
        ((NOTES, BANK), True, False),
        ((BANK, BANK), True, True),
        ((UNTOLD,), True, False),
        (None, True, False),
        ((), True, False),
        ((Window("", ("",)),), False, False),
    ],
)
@pytest.mark.parametrize(
    "conditions", [{"window": "Bank"}, {"application": "(?i)^chrom"}, {"window": "Bank", "application": "Chromium"}]
)
def test_a_window_that_cannot_be_told_is_no_permission(
    windows: tuple[Window, ...] | None, restrains: bool, allows: bool, conditions: dict[str, str]
) -> None:
    assert on("deny", windows, **conditions) is restrains
    assert on("ask", windows, **conditions) is restrains
    assert on("allow", windows, **conditions) is allows


def test_both_are_those_of_one_window() -> None:
    both = {"window": "Bank", "application": "gedit"}
    assert not on("deny", (BANK, NOTES), **both)
    assert on("deny", (Window("Bank", None),), **both)
    assert not on("deny", (Window("Shop", None),), **both)
    assert not on("allow", (Window("Bank", None),), **both)


def test_a_title_too_long_or_a_pattern_too_slow_counts_against_the_action() -> None:
    long, slow = Window("x" * 501 + "Bank", ("a",)), Window("a" * 60 + "!", ("a",))
    for window, pattern in ((long, "Bank"), (slow, "(a+)+$")):
        assert on("deny", (window,), window=pattern)
        assert not on("allow", (window,), window=pattern)


@pytest.mark.parametrize(
    ("text", "allowed"), [("echo hi", True), ("echo hi; rm -rf ~", False), ("x echo hi", False), ("echo hi\n", False)]
)
def test_an_allow_is_for_all_of_the_text(text: str, allowed: bool) -> None:
    rules = [{"decision": "allow", "text": "echo [a-z ]*"}, {"decision": "deny"}]
    policy = Policy.model_validate({"rule": rules})
    assert (policy.decide(at(Type(text=text))) == "allow") is allowed


def test_an_allow_is_for_both_ends_of_a_drag() -> None:
    drag = at(LeftClickDrag(coordinate=(0, 0)), (500, 5), (5, 5))
    inside = at(LeftClickDrag(coordinate=(0, 0)), (9, 5), (5, 5))
    rules = [{"decision": "allow", "region": [0, 0, 10, 10]}, {"decision": "deny"}]
    policy = Policy.model_validate({"rule": rules})
    assert [policy.decide(one) for one in (drag, inside, CLICK, at(Wait()))] == ["deny", "allow", "allow", "deny"]


def test_an_allow_by_title_lets_through_no_risk() -> None:
    assert rule("allow").judge(CLICK) == Judgement("allow", 1, waives=False)  # as where no rule matches
    assert rule("allow", action=["left_click"]).judge(CLICK) == Judgement("allow", 1, waives=True)
    assert rule("allow", application="gedit").judge(CLICK, (NOTES,)) == Judgement("allow", 1, waives=True)
    assert rule("allow", window="Notes").judge(CLICK, (NOTES,)) == Judgement("allow", 1, waives=False)
    assert Policy().judge(CLICK) == Judgement("allow", None, waives=False)


def test_so_many_a_minute() -> None:
    policy = rule("deny", action=["left_click"], per_minute=2)
    assert [policy.judge(CLICK, done={1: n}).decision for n in range(4)] == ["allow", "allow", "deny", "deny"]
    assert policy.counted(CLICK) == (1,)
    assert policy.counted(at(Wait())) == ()
    assert rule("deny").counted(CLICK) == ()


def test_a_replay_judges_what_it_can() -> None:
    rules = [
        {"decision": "deny", "window": "Bank"},
        {"decision": "deny", "per_minute": 1},
        {"decision": "ask", "action": ["left_click"]},
    ]
    assert Policy.model_validate({"rule": rules}).blind().judge(CLICK, done={1: 9, 2: 9}) == Judgement("ask", 1)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('decision = "allow"\nper_minute = 3', "per_minute is for ask and deny"),
        ('decision = "deny"\nper_minute = 0', "per_minute takes a whole number from 1 on"),
        ('decision = "deny"\nper_minute = true', "per_minute takes a whole number from 1 on"),
        ('decision = "deny"\nwindow = "("', "is not a regular expression"),
        ('decision = "deny"\napplication = "["', "is not a regular expression"),
        ('decision = "deny"\napplication = ["a"]', "application takes a regular expression as text"),
    ],
)
def test_what_is_wrong_with_the_later_conditions(tmp_path: Path, lines: str, words: str) -> None:
    with pytest.raises(UsageError) as error:
        policy(tmp_path, f"[[rule]]\n{lines}")
    assert words in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_where_no_window_is_told_a_rule_about_one_is_an_error(
    tmp_path: Path, platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.permission.policy.sys.platform", platform)
    for condition in ("window", "application"):
        with pytest.raises(UsageError, match="told on X11 alone"):
            policy(tmp_path, f'[[rule]]\ndecision = "deny"\n{condition} = "x"')
    policy(tmp_path, '[[rule]]\ndecision = "deny"')
