"""The policy decides, then the person; whoever is asked sees all that would be done."""

from __future__ import annotations

from typing import Literal

import pytest

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
from agent.consent import PolicyConsent, PreviewConsent, question
from agent.policy import Policy
from agent.proposal import Proposal

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
