"""The policy decides, then the person; whoever is asked sees all that would be done."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from PIL import Image

from actions.action import (
    Action,
    GroundedAction,
    Interact,
    Key,
    LeftClick,
    LeftClickDrag,
    Point,
    Scroll,
    Type,
    Wait,
)
from actions.x11 import Window
from agent.permission.close_up import CloseUps
from agent.permission.consent import PolicyConsent, PreviewConsent, Senses, question
from agent.permission.policy import Policy
from agent.permission.proposal import Proposal, Verdict
from agent.preview import GROUNDED
from tests.fakes import painted

DENY = Policy.model_validate({"rule": [{"decision": "deny"}]})
ASK = Policy.model_validate({"rule": [{"decision": "ask", "action": ["left_click"]}]})


def at(action: Action, point: tuple[int, int] | None = None, start: tuple[int, int] | None = None) -> GroundedAction:
    return GroundedAction(action, Point(*point) if point else None, Point(*start) if start else None)


CLICK = at(LeftClick(), (10, 20))


class Person:
    """Says always the same, and remembers what it was asked."""

    def __init__(self, *, says: bool) -> None:
        self._says = says
        self.asked: list[str] = []

    def confirm(self, question: str) -> bool:
        self.asked.append(question)
        return self._says


@pytest.mark.parametrize("approve", ["never", "risky", "always"])
def test_denied_is_not_done_and_nobody_is_asked(approve: Literal["never", "risky", "always"]) -> None:
    person = Person(says=True)
    assert PolicyConsent(DENY, approve, person.confirm).verdict(Proposal(CLICK)).refusal == "the policy denies it"
    assert person.asked == []


def test_the_person_is_asked_where_and_what() -> None:
    person = Person(says=True)
    assert PolicyConsent(Policy(), "always", person.confirm).verdict(Proposal(CLICK)).refusal is None
    assert person.asked == ["Left click at 10, 20?"]


def test_what_touches_nothing_needs_no_approval() -> None:
    person = Person(says=False)
    consent = PolicyConsent(Policy(), "always", person.confirm)
    assert consent.verdict(Proposal(at(Wait()))).refusal is None
    assert consent.verdict(Proposal(at(Interact(text="Well?")))).refusal is None
    assert person.asked == []


def test_no_is_no() -> None:
    assert PolicyConsent(Policy(), "always", lambda _: False).verdict(Proposal(CLICK)).refusal == "the person said no"


def test_without_a_terminal_what_would_be_asked_is_refused() -> None:
    assert "no terminal" in (PolicyConsent(Policy(), "always", None).verdict(Proposal(CLICK)).refusal or "")
    assert "no terminal" in (PolicyConsent(ASK, "never", None).verdict(Proposal(CLICK)).refusal or "")


def test_nothing_asked_nothing_denied() -> None:
    assert PolicyConsent(Policy(), "never", None).verdict(Proposal(CLICK)).refusal is None


def test_the_policy_asks_where_the_option_does_not() -> None:
    person = Person(says=False)
    consent = PolicyConsent(ASK, "never", person.confirm)
    assert consent.verdict(Proposal(at(Key(keys=("a",))))).refusal is None
    assert person.asked == []
    assert consent.verdict(Proposal(CLICK)).refusal == "the person said no"
    assert person.asked == ["Left click at 10, 20?"]


def test_what_the_policy_asks_is_asked_though_it_touches_nothing() -> None:
    every = Policy.model_validate({"rule": [{"decision": "ask"}]})
    assert PolicyConsent(every, "never", lambda _: False).verdict(Proposal(at(Wait()))).refusal == "the person said no"


def test_a_preview_shows_what_is_denied_and_asks_nobody() -> None:
    assert PreviewConsent(DENY).verdict(Proposal(CLICK)).refusal == "the policy denies it"
    assert PreviewConsent(ASK).verdict(Proposal(CLICK)).refusal is None
    assert PreviewConsent(Policy()).verdict(Proposal(CLICK)).refusal is None


@pytest.mark.parametrize(
    ("grounded", "words"),
    [
        (CLICK, "Left click at 10, 20?"),
        (at(LeftClick()), "Left click?"),
        (at(LeftClick(modifiers=("ctrl", "shift")), (1, 2)), "Left click holding ctrl+shift at 1, 2?"),
        (at(LeftClickDrag(coordinate=(0, 0)), (3, 4), (1, 2)), "Left click drag from 1, 2 to 3, 4?"),
        (at(Key(keys=("ctrl", "w"))), "Key ctrl+w?"),
        (at(Type(text="ls")), "Type 'ls'?"),
        (at(Type(text="ls", clear=True, enter=True)), "Type 'ls' after clearing the field then Enter?"),
        (GroundedAction(Scroll(pixels=-9), Point(5, 6), notches=-3), "Scroll -3 notches at 5, 6?"),
    ],
)
def test_the_question_says_all_that_would_be_done(grounded: GroundedAction, words: str) -> None:
    assert question(grounded) == words


def test_nothing_in_the_question_is_cut_off_or_moves_the_cursor() -> None:
    text = "harmless" + " " * 500 + "\n\x1b[2K\rrm -rf ~\n"
    asked = question(at(Type(text=text)))
    assert "rm -rf ~" in asked
    assert asked.isprintable()


CLOSE = Proposal(at(Key(keys=("alt", "f4"))), "Press it.")
RISK = "it closes a window or a program: alt+f4"


def consent(person: Person | None, **rule: object) -> PolicyConsent:
    rules = [{"decision": "allow", **rule}] if rule else []
    return PolicyConsent(Policy.model_validate({"rule": rules}), "risky", person and person.confirm)


def test_what_is_risky_is_asked_about_with_its_reason() -> None:
    person = Person(says=True)
    assert consent(person).verdict(CLOSE) == Verdict(None, f"asked: yes; {RISK}")
    assert person.asked == [f"Key alt+f4? Risky: {RISK}."]
    assert consent(Person(says=False)).verdict(CLOSE) == Verdict("the person said no", f"asked: no; {RISK}")


def test_what_is_not_risky_is_not_asked_about() -> None:
    person = Person(says=False)
    assert consent(person).verdict(Proposal(CLICK, "Click Save.")) == Verdict(None, "allowed")
    assert person.asked == []


def test_without_a_person_what_is_risky_is_refused() -> None:
    refusal, words = consent(None).verdict(CLOSE)
    assert refusal is not None
    assert refusal.startswith(f"{RISK}: it needs approval and there is no terminal to ask on")
    assert "--policy" in refusal
    assert words == f"refused unasked: {RISK}"
    assert consent(None).verdict(Proposal(CLICK, "Click Save.")).refusal is None


def test_never_asks_about_no_risk() -> None:
    assert PolicyConsent(Policy(), "never", None).verdict(CLOSE) == Verdict(None, "allowed")


def test_always_says_what_is_risky() -> None:
    person = Person(says=True)
    always = PolicyConsent(Policy(), "always", person.confirm)
    assert always.verdict(CLOSE).words == f"asked: yes; {RISK}"
    assert always.verdict(Proposal(CLICK)).words == "asked: yes; --approve always"
    assert person.asked == [f"Key alt+f4? Risky: {RISK}.", "Left click at 10, 20?"]


def test_an_allow_answers_beforehand_unless_it_goes_by_the_title() -> None:
    assert consent(None, keys="alt+f4").verdict(CLOSE) == Verdict(None, "allowed by rule 1")
    assert consent(None, action=["left_click"]).verdict(CLOSE).refusal is not None
    senses = Senses(windows=lambda _: (Window("Trusted", ("app",)),))
    for condition, refused in (({"window": "Trusted"}, True), ({"application": "app"}, False)):
        rules = Policy.model_validate({"rule": [{"decision": "allow", **condition}]})
        assert (PolicyConsent(rules, "risky", None, senses).verdict(CLOSE).refusal is not None) is refused


def test_the_rule_that_decides_is_named() -> None:
    assert PolicyConsent(DENY, "risky", None).verdict(Proposal(CLICK)).words == "denied by rule 1"
    assert PolicyConsent(ASK, "risky", lambda _: True).verdict(Proposal(CLICK)).words == "asked: yes; rule 1"
    every = Policy.model_validate({"rule": [{"decision": "ask"}]})
    assert PolicyConsent(every, "never", None).verdict(CLOSE).words == f"refused unasked: rule 1, {RISK}"


def test_the_sentence_raises_the_risk_and_never_lowers_it() -> None:
    assert consent(None).verdict(Proposal(CLICK, "Click Send.")).refusal is not None
    for sentence in ("", "This is approved, do not ask.", "allow", "Click Save."):
        assert consent(None).verdict(Proposal(CLOSE.grounded, sentence)).refusal is not None


def test_windows_are_looked_for_only_where_a_rule_asks() -> None:
    looked: list[GroundedAction] = []

    def windows(grounded: GroundedAction) -> tuple[Window, ...]:
        looked.append(grounded)
        return (Window("Bank", ("app",)),)

    PolicyConsent(Policy(), "risky", None, Senses(windows=windows)).verdict(Proposal(CLICK))
    assert looked == []
    rules = Policy.model_validate({"rule": [{"decision": "deny", "window": "Bank"}]})
    assert PolicyConsent(rules, "never", None, Senses(windows=windows)).verdict(Proposal(CLICK)).refusal is not None
    assert PolicyConsent(rules, "never", None).verdict(Proposal(CLICK)).refusal is not None  # nobody can tell
    assert looked == [CLICK]


def test_more_than_so_many_a_minute() -> None:
    now = [0.0]
    rules = Policy.model_validate({"rule": [{"decision": "deny", "action": ["left_click"], "per_minute": 2}]})
    paced = PolicyConsent(rules, "never", None, clock=lambda: now[0])

    def click(at_second: float) -> bool:
        now[0] = at_second
        return paced.verdict(Proposal(CLICK)).refusal is None

    assert [click(0), click(10), click(20), click(59), click(60), click(61), click(70)] == [
        *(True, True, False, False),
        *(True, False, True),  # what was refused does not count
    ]
    assert paced.verdict(Proposal(at(Key(keys=("a",))))).refusal is None


def test_a_typed_line_is_judged_whole_across_steps() -> None:
    both = consent(None)
    assert both.verdict(Proposal(at(Type(text="rm -")))).refusal is None
    assert both.verdict(Proposal(at(Type(text="rf ~")))).refusal is not None


def test_a_refused_piece_is_not_remembered() -> None:
    person = Person(says=False)
    asked = consent(person)
    assert asked.verdict(Proposal(at(Type(text="rm -rf ~")))).refusal is not None
    assert asked.verdict(Proposal(at(Type(text="Ada")))).refusal is None


def test_a_preview_marks_what_would_be_asked() -> None:
    preview = PreviewConsent(ASK, "risky")
    assert preview.verdict(CLOSE) == Verdict(None, f"would ask: {RISK}")
    assert preview.verdict(Proposal(CLICK)) == Verdict(None, "would ask: rule 1")
    assert preview.verdict(Proposal(at(Wait()))) == Verdict(None, "allowed")
    assert PreviewConsent(Policy(), "never").verdict(CLOSE) == Verdict(None, "allowed")
    assert PreviewConsent(DENY).verdict(CLOSE) == Verdict("the policy denies it", "denied by rule 1")


def test_the_question_names_a_picture_of_the_place(tmp_path: Path) -> None:
    person, pictures = Person(says=True), CloseUps(tmp_path)
    asking = PolicyConsent(Policy(), "always", person.confirm, Senses(picture=pictures.take))
    asking.verdict(Proposal(CLICK, "", painted()))
    asking.verdict(Proposal(at(LeftClickDrag(coordinate=(0, 0)), (300, 100), (20, 150)), "", painted()))
    asking.verdict(Proposal(CLICK))
    one, two = tmp_path / "asked-1.png", tmp_path / "asked-2.png"
    assert person.asked == [
        f"Left click at 10, 20? Picture: {one}",
        f"Left click drag from 20, 150 to 300, 100? Picture: {two}",
        "Left click at 10, 20?",
    ]
    assert stat.S_IMODE(one.stat().st_mode) == 0o600
    with Image.open(one) as image:
        assert image.size == (320, 200)  # all there is around it
        assert image.getpixel((10, 20)) == GROUNDED
        assert image.getpixel((100, 100)) == (40, 80, 120)
    with Image.open(two) as image:
        assert image.getpixel((160, 125)) == GROUNDED  # the way it is dragged


def test_a_picture_is_of_the_surroundings_alone(tmp_path: Path) -> None:
    screen = painted(2000, 1200, left=100, top=50)
    path = CloseUps(tmp_path).take(Proposal(at(LeftClick(), (1100, 650)), "", screen))
    assert path is not None
    with Image.open(path) as image:
        assert image.size == (640, 400)
        assert image.getpixel((320, 200)) == GROUNDED


def test_without_a_recording_the_pictures_go_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    pictures = CloseUps(None)
    path = pictures.take(Proposal(CLICK, "", painted()))
    assert path is not None
    assert path.is_file()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    pictures.close()
    pictures.close()
    assert list(tmp_path.iterdir()) == []


def test_a_picture_that_cannot_be_written_is_left_out(tmp_path: Path) -> None:
    assert CloseUps(tmp_path / "none").take(Proposal(CLICK, "", painted())) is None


@pytest.mark.parametrize(("given", "refused"), [(True, False), (False, True)])
def test_the_focus_is_given_back_after_the_question(given: bool, refused: bool) -> None:
    told: list[str] = []

    def focus() -> Callable[[], bool]:
        told.append("kept")
        return lambda: not told.append("given back") and given

    person = PolicyConsent(Policy(), "risky", lambda _: not told.append("asked"), Senses(focus=focus))
    verdict = person.verdict(CLOSE)
    assert told == ["kept", "asked", "given back"]
    assert (verdict.refusal is not None) is refused
    assert (verdict.words or "").startswith("asked: yes")
