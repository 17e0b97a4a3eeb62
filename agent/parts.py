"""What a run is made of, and what it is to do."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from actions.action import Size
from actions.brake import Brake
from actions.executor import Executor
from agent.blank import AlwaysAwake, Waking
from agent.dialect import ModelProfile
from agent.encode import Encoder, encode_exactly
from agent.model import Model
from agent.permission.consent import Consent
from agent.person import Nobody, Person
from agent.screen import Screen
from agent.settle import Settler


@dataclass(frozen=True)
class Parts:
    """What a run is made of."""

    screen: Screen
    model: Model
    consent: Consent
    executor: Executor
    settler: Settler
    brake: Brake
    person: Person = field(default_factory=Nobody)
    waking: Waking = field(default_factory=AlwaysAwake)
    encode: Encoder = encode_exactly
    """What goes over a network is better encoded by `encode`."""


@dataclass(frozen=True)
class Plan:
    """What a run is to do, and how far it may go."""

    task: str
    profile: ModelProfile
    system_prompt: str
    cap: int
    """The most pixels of a picture the model looks at."""
    image_tokens: int | None = None
    """The most tokens a picture may cost; None: what it costs in the size of `cap`."""
    max_steps: int = 30
    max_seconds: float | None = None
    max_cost: float | None = None
    """CNY."""
    dry_run: bool = False
    secrets: tuple[str, ...] = ()
    """Names of what the model may have typed without knowing it."""
    session_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    settings: dict[str, Any] = field(default_factory=dict)
    """For the recording: what replay must know to build the same requests."""

    def sent_pixels(self, capture: Size) -> int:
        """The most pixels that a picture of a capture is sent in. Raises `GeometryError`."""
        return self.profile.sent_pixels(capture, self.cap, self.image_tokens)
