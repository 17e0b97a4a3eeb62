"""Whether an action may be done: the policy decides, and where it says so the person. Asked before the last look."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from actions.action import Action, GroundedAction, Interact, LeftClickDrag, Type, Wait
from actions.x11 import Window
from agent.permission.judging import RiskJudge
from agent.permission.policy import Decision, Policy
from agent.permission.proposal import WOULD_ASK, Proposal, Verdict

Approve = Literal["never", "risky", "always"]
MINUTE = 60.0
"""Seconds."""
DENIED = "the policy denies it"
UNFOCUSED = "the window that had the focus before the question did not get it back"
NOBODY = "it needs approval and there is no terminal to ask on: run it in one, or allow it by a rule (--policy)"


class Consent(Protocol):
    """Asked once before each action."""

    def verdict(self, proposal: Proposal) -> Verdict:
        """Whether it may be done."""
        ...


def _nothing(_: object) -> None:
    """What is not known."""


@dataclass(frozen=True)
class Senses:
    """What is found out about an action besides itself."""

    judge: RiskJudge = field(default_factory=RiskJudge)
    windows: Callable[[GroundedAction], tuple[Window, ...] | None] = _nothing
    """The windows it is about; None where they cannot be told."""
    picture: Callable[[Proposal], Path | None] = _nothing
    """A file that shows where it would act."""
    focus: Callable[[], Callable[[], bool]] = lambda: lambda: True
    """Remembers who has the focus; called again it gives it back, and says whether that was possible."""


class _Found(NamedTuple):
    decision: Decision
    by: str
    """What decided: "rule 2", "it closes a window"; "" where nothing spoke against it."""
    risk: str | None
    windows: tuple[Window, ...] | None


class _Decider:
    """The policy, the risk and `--approve` as one, with the pace that the rules count."""

    def __init__(self, policy: Policy, approve: Approve, senses: Senses, clock: Callable[[], float]) -> None:
        self._policy = policy
        self._approve = approve
        self._senses = senses
        self._clock = clock
        self._times: dict[int, deque[float]] = {}

    def decide(self, proposal: Proposal) -> _Found:
        grounded = proposal.grounded
        windows = self._senses.windows(grounded) if self._policy.looks else None
        judged = self._policy.judge(grounded, windows, self._in_the_last_minute())
        rule = f"rule {judged.rule}" if judged.rule else ""
        if judged.decision == "deny":
            return _Found("deny", rule, None, windows)
        always = self._approve == "always" and _touches(grounded.action)
        if judged.decision == "allow" and not always and (self._approve != "risky" or judged.waives):
            return _Found("allow", rule, None, windows)
        risk = self._senses.judge.risk(proposal)
        if judged.decision == "ask":
            return _Found("ask", f"{rule}, {risk}" if risk else rule, risk, windows)
        if always or risk is not None:
            return _Found("ask", risk or "--approve always", risk, windows)
        return _Found("allow", rule, None, windows)

    def done(self, proposal: Proposal, found: _Found) -> None:
        """It is let through: remember what later ones are judged by."""
        self._senses.judge.done(proposal)
        for rule in self._policy.counted(proposal.grounded, found.windows):
            self._times.setdefault(rule, deque()).append(self._clock())

    def _in_the_last_minute(self) -> dict[int, int]:
        since = self._clock() - MINUTE
        for times in self._times.values():
            while times and times[0] <= since:
                times.popleft()
        return {rule: len(times) for rule, times in self._times.items()}


class PolicyConsent:
    """Asks the policy, then the person.

    `confirm` is None without a person. `approve`: "never" asks what the policy asks alone, "risky" what
    `agent.permission.risk` finds too, "always" about all that touches anything.
    """

    def __init__(
        self,
        policy: Policy,
        approve: Approve,
        confirm: Callable[[str], bool] | None,
        senses: Senses | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._senses = senses or Senses()
        self._decider = _Decider(policy, approve, self._senses, clock)
        self._confirm = confirm

    def verdict(self, proposal: Proposal) -> Verdict:
        """Whether it may be done."""
        found = self._decider.decide(proposal)
        if found.decision == "deny":
            return Verdict(DENIED, f"denied by {found.by}")
        if found.decision == "ask":
            if self._confirm is None:
                return Verdict(f"{found.risk}: {NOBODY}" if found.risk else NOBODY, f"refused unasked: {found.by}")
            give_back = self._senses.focus()
            if not self._confirm(self._question(proposal, found.risk)):
                return Verdict("the person said no", f"asked: no; {found.by}")
            if not give_back():
                return Verdict(UNFOCUSED, f"asked: yes, but {UNFOCUSED}")
        self._decider.done(proposal, found)
        return Verdict(None, f"asked: yes; {found.by}" if found.decision == "ask" else _allowed(found))

    def _question(self, proposal: Proposal, risk: str | None) -> str:
        path = self._senses.picture(proposal)
        words = [question(proposal.grounded), f"Risky: {risk}." if risk else "", f"Picture: {path}" if path else ""]
        return " ".join(word for word in words if word)


class PreviewConsent:
    """For dry runs: what the policy denies is shown as refused, what would be asked about is marked."""

    def __init__(self, policy: Policy, approve: Approve = "risky", senses: Senses | None = None) -> None:
        self._decider = _Decider(policy, approve, senses or Senses(), time.monotonic)

    def verdict(self, proposal: Proposal) -> Verdict:
        """Whether the policy would let it pass."""
        found = self._decider.decide(proposal)
        if found.decision == "deny":
            return Verdict(DENIED, f"denied by {found.by}")
        self._decider.done(proposal, found)
        return Verdict(None, f"{WOULD_ASK}: {found.by}" if found.decision == "ask" else _allowed(found))


def _allowed(found: _Found) -> str:
    return f"allowed by {found.by}" if found.by else "allowed"


def question(grounded: GroundedAction) -> str:
    """Everything the action would do, in one line: nobody can approve what is cut off or invisible."""
    action = grounded.action
    words = [action.action.replace("_", " ").capitalize()]
    if isinstance(action, Type):
        words += [
            repr(action.text),
            "after clearing the field" if action.clear else "",
            "then Enter" if action.enter else "",
        ]
    words += ["+".join(getattr(action, "keys", ()))]
    words += ["holding " + "+".join(modifiers) if (modifiers := getattr(action, "modifiers", ())) else ""]
    words += [f"{grounded.notches:+d} notches" if grounded.notches else ""]
    words += [f"from {grounded.start.x}, {grounded.start.y}" if grounded.start else ""]
    if grounded.point is not None:
        words += [f"{'to' if isinstance(action, LeftClickDrag) else 'at'} {grounded.point.x}, {grounded.point.y}"]
    return " ".join(word for word in words if word) + "?"


def _touches(action: Action) -> bool:
    return not isinstance(action, Wait | Interact)
