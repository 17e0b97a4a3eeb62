"""OpenAI-compatible chat completions: what most endpoints speak."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agent.dialect import ModelProfile
from agent.endpoint.completion import StreamedReply, read_completion
from agent.endpoint.request import EndpointSettings, message_fields, request_fields
from agent.endpoint.wire import CACHED, is_cached
from agent.model import Message, ModelReply, OnDelta


@dataclass(frozen=True)
class ChatWire:
    """`POST {base}/chat/completions`; what DashScope adds to it stands at the top level of the body."""

    name: str = "chat"
    path: str = "/chat/completions"

    def headers(self, key: str | None, *, stream: bool) -> dict[str, str]:  # noqa: ARG002 (the body says it)
        """The key as a bearer token."""
        return {"Authorization": f"Bearer {key}"} if key else {}

    def check(self, settings: EndpointSettings) -> None:
        """Nothing: it carries all there is."""

    def fields(self, settings: EndpointSettings, profile: ModelProfile) -> dict[str, Any]:
        """The body without the messages."""
        return request_fields(settings, profile)

    def body(self, messages: Sequence[Message], settings: EndpointSettings, profile: ModelProfile) -> dict[str, Any]:
        """The whole body."""
        fields = message_fields(messages, settings)
        if is_cached(settings, profile) and fields and fields[0]["role"] == "system":
            # Model Studio, "Context cache": the mark needs content in parts.
            fields[0]["content"] = [{"type": "text", "text": fields[0]["content"], **CACHED}]
        return {**self.fields(settings, profile), "messages": fields}

    def whole(self, body: bytes, *, cut: bool, request_id: str | None) -> ModelReply:
        """The reply in a whole body. Raises `Failure`."""
        return read_completion(body, cut=cut, request_id=request_id)

    def stream(self, on_delta: OnDelta | None) -> StreamedReply:
        """For the events of one reply."""
        return StreamedReply(on_delta)
