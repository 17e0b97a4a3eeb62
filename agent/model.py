"""Who decides: the messages a model is given, and the reply it gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict

from agent.encode import EncodedImage


@dataclass(frozen=True)
class Message:
    """One message of the conversation; its parts are texts and pictures in order."""

    role: Literal["system", "user", "assistant"]
    parts: tuple[str | EncodedImage, ...]


class Usage(BaseModel):
    """Tokens of one reply, or of several added up; None where the endpoint did not say."""

    model_config = ConfigDict(frozen=True)

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    image_tokens: int | None = None
    cached_tokens: int | None = None

    def __add__(self, other: Usage) -> Usage:
        mine, theirs = self.model_dump(), other.model_dump()
        return Usage(**{name: _add(mine[name], theirs[name]) for name in mine})


def _add(a: int | None, b: int | None) -> int | None:
    return None if a is None and b is None else (a or 0) + (b or 0)


@dataclass(frozen=True)
class ToolCall:
    """A native tool call (`message.tool_calls`): its name and its arguments as JSON text."""

    name: str
    arguments: str


@dataclass(frozen=True)
class FailedTry:
    """A request that brought no reply."""

    kind: str
    """As in `agent.endpoint.failure`."""
    message: str
    """One line for the person, without the key."""
    pause: float | None
    """Seconds until the next try; None where there was none."""
    usage: Usage = field(default_factory=Usage)
    """What it took all the same, as far as it is known: of a stream that broke, an estimate of what had come."""


@dataclass(frozen=True)
class ModelReply:
    """What came back, before anything is read into it."""

    text: str
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: str | None = None
    partial: bool = False
    """The endpoint cut it (finish_reason "length", `x-dashscope-partialresponse`): nothing in it is executed."""
    usage: Usage = field(default_factory=Usage)
    model: str | None = None
    """The name the endpoint says it used."""
    request_id: str | None = None
    failures: tuple[FailedTry, ...] = ()
    """The tries before it."""

    @property
    def tries(self) -> int:
        """How many requests it took."""
        return len(self.failures) + 1


Delta = Literal["reasoning", "text", "retry"]
"""A piece of the thought or of the answer; or the line of a failed try: what came before it is void."""
OnDelta = Callable[[Delta, str], None]
"""Called with each piece of a streamed reply as it comes, and with each failure that is followed by another try."""


class Model(Protocol):
    """Answers a conversation. Waiting is done on the brake it was built with."""

    def reply(self, messages: Sequence[Message], on_delta: OnDelta | None = None) -> ModelReply:
        """The reply to `messages`.

        Raises:
            ModelError: the endpoint failed for good.
            Stopped: the brake was pulled while waiting.
        """
        ...
