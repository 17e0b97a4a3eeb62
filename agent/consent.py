"""Whether an action may be done: the policy decides, and where it says so the person. Asked before the last look."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

from actions.action import Action, GroundedAction, Interact, LeftClickDrag, Type, Wait
from agent.policy import Policy


class Consent(Protocol):
    """Asked once before each action."""

    def refusal(self, grounded: GroundedAction) -> str | None:
        """Why it may not be done; None where it may."""
        ...


class PolicyConsent:
    """Asks the policy, then the person. `confirm` is None without a person; `approve` "never" asks nobody."""

    def __init__(
        self, policy: Policy, approve: Literal["never", "always"], confirm: Callable[[str], bool] | None
    ) -> None:
        self._policy = policy
        self._approve = approve
        self._confirm = confirm

    def refusal(self, grounded: GroundedAction) -> str | None:
        """Why it may not be done; None where it may."""
        decision = self._policy.decide(grounded)
        if decision == "deny":
            return "the policy denies it"
        if decision == "allow" and (self._approve == "never" or not _touches(grounded.action)):
            return None
        if self._confirm is None:
            return "it needs approval and there is no terminal to ask on"
        return None if self._confirm(question(grounded)) else "the person said no"


class PreviewConsent:
    """For dry runs: what the policy denies is shown as refused, and nobody is asked."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def refusal(self, grounded: GroundedAction) -> str | None:
        """Why the policy would not let it pass."""
        return "the policy denies it" if self._policy.decide(grounded) == "deny" else None


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
