"""What was planned on a screen that is no more is not sent: the next step looks at the present one."""

from __future__ import annotations

from actions.executor import Outcome
from agent.ask import Asked
from agent.parts import Parts
from agent.screen import Screenshot
from agent.settle import Settled

MOVED = "The screen's size changed before the action was sent, so it was not sent. Look again."
STALE = "The screen changed while you were unreachable, so the action was not sent. Look again."
TOUCHED = "The user did something on the screen before the action was sent, so it was not sent. Look again."
BLANK = "The screen went blank before the action was sent, so it was not sent. Look again."
STALE_MS = 10_000
"""After a failed try a reply that took longer than this may be about a screen that is past."""


def unsent(
    parts: Parts, planned_on: Screenshot, now: Screenshot, asked: Asked, *, touched: bool
) -> tuple[Outcome, Settled] | None:
    """What becomes of the step where the screen is another `now`; None where the action may be sent.

    `touched`: a person has used the desktop since the plan was made.
    """
    if now.viewport != planned_on.viewport:
        return _outcome("the screen's size changed", MOVED, now)
    if parts.waking.blank(now):
        return _outcome("the screen went blank", BLANK, now)
    stale = asked.had_failures and asked.ms > STALE_MS
    if (stale or touched) and parts.settler.differs(planned_on, now):
        if stale:
            return _outcome("the screen changed while the endpoint did not answer", STALE, now)
        return _outcome("a person used the desktop, and the screen changed", TOUCHED, now)
    return None


def _outcome(why: str, told_to_model: str, now: Screenshot) -> tuple[Outcome, Settled]:
    outcome = Outcome("failed", why, told_to_model)
    return outcome, Settled(now, changed=True, settled=True, scene=now.digest)
