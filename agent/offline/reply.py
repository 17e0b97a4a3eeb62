"""What the offline model says: a sentence and the arguments of one call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Reply:
    """The next action: its sentence, and the arguments of the call."""

    sentence: str
    arguments: dict[str, Any]


def success(sentence: str) -> Reply:
    """The end with all done."""
    return Reply(sentence, {"action": "terminate", "status": "success"})


def refusal(sentence: str, reason: str) -> Reply:
    """The end without success; the person reads the reason once, as the end's text."""
    return Reply(sentence, {"action": "terminate", "status": "failure", "text": " ".join(reason.split()).rstrip(".。")})
