"""An action before it is done, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from actions.action import GroundedAction
from agent.screen import Screenshot

WOULD_ASK = "would ask"
"""How a dry run begins to say of a step that it would be asked about."""


@dataclass(frozen=True)
class Proposal:
    """What is about to be done, and why; consent is asked for it."""

    grounded: GroundedAction
    sentence: str = ""
    """The model's own; it may be anything, and can only make the action look riskier."""
    screen: Screenshot | None = None
    """The picture that it was planned on; None where there is none."""


class Verdict(NamedTuple):
    """The answer to a proposal."""

    refusal: str | None
    """Why it may not be done; None where it may."""
    words: str | None = None
    """Who decided and why, for the record; None where this is not known."""
