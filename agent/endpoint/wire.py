"""What the formats of a model endpoint differ in: where it listens, what is sent, how a reply is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from agent.dialect import ModelProfile
from agent.endpoint.access import is_dashscope
from agent.endpoint.request import EndpointSettings
from agent.errors import UsageError
from agent.model import Message, ModelReply, OnDelta, Usage

CACHED = {"cache_control": {"type": "ephemeral"}}
"""The mark on a part of a message up to which the endpoint is to keep what it has read, for five minutes."""


class ReplyStream(Protocol):
    """A reply put together from the lines of an event stream."""

    done: bool
    """The endpoint said that it is the end; what comes after is not read."""

    @property
    def usage_so_far(self) -> Usage:
        """What was counted, or else an estimate of what has come; nothing before the first piece."""
        ...

    def feed(self, line: bytes) -> None:
        """Take one line, without its end. Raises `Failure`."""
        ...

    def reply(self, *, cut: bool = False, request_id: str | None = None) -> ModelReply:
        """What came. Raises `Failure` ("broken") where the stream ended before the reply did."""
        ...


class Wire(Protocol):
    """One format. It keeps nothing between requests."""

    @property
    def name(self) -> str:
        """As `--wire` takes it."""
        ...

    @property
    def path(self) -> str:
        """What comes after the base URL."""
        ...

    def headers(self, key: str | None, *, stream: bool) -> dict[str, str]:
        """How the key is sent, and what else only this format has."""
        ...

    def check(self, settings: EndpointSettings) -> None:
        """Raises `UsageError` for what the format cannot carry: nothing that was asked for is left out in silence."""
        ...

    def fields(self, settings: EndpointSettings, profile: ModelProfile) -> dict[str, Any]:
        """The body without the messages; it holds no secret."""
        ...

    def body(self, messages: Sequence[Message], settings: EndpointSettings, profile: ModelProfile) -> dict[str, Any]:
        """The whole body, in JSON types."""
        ...

    def whole(self, body: bytes, *, cut: bool, request_id: str | None) -> ModelReply:
        """The reply in a whole body. `cut`: the endpoint says that it is partial. Raises `Failure`."""
        ...

    def stream(self, on_delta: OnDelta | None) -> ReplyStream:
        """For the events of one reply, which are told to `on_delta`."""
        ...


def is_cached(settings: EndpointSettings, profile: ModelProfile) -> bool:
    """Whether the system message is to be kept by the endpoint: for models that Model Studio lists, and there alone."""
    return profile.entry.explicit_cache and is_dashscope(settings.base_url)


def refuse(wire: str, given: dict[str, bool]) -> None:
    """Raises `UsageError` for the options, each with whether it was given, that a format has no field for."""
    without = [option for option, was_given in given.items() if was_given]
    if without:
        raise UsageError(f"--wire {wire} has no field for {', '.join(without)}: leave it out, or use another wire")
