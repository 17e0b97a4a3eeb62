"""DashScope's own format: its multimodal-generation endpoint.

Sources: Model Studio's "DashScope API reference" and "GUI-Plus API reference"; what the official package `dashscope`
sends; requests and replies recorded in the tests of the C# client cnblogs/dashscope-sdk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agent.dialect import ModelProfile
from agent.encode import EncodedImage
from agent.endpoint.completion import StreamedReply, choice_of, finish_of, no_reply, reply_of
from agent.endpoint.received import count_of, label_of, object_of, read_json
from agent.endpoint.request import EndpointSettings, asked_fields, pixel_limits
from agent.model import Message, ModelReply, OnDelta, Usage


@dataclass(frozen=True)
class DashScopeWire:
    """`POST {base}/services/aigc/multimodal-generation/generation`: `input.messages` and `parameters`."""

    name: str = "dashscope"
    path: str = "/services/aigc/multimodal-generation/generation"

    def headers(self, key: str | None, *, stream: bool) -> dict[str, str]:
        """The key as a bearer token; a stream is asked for by a header."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return headers | ({"X-DashScope-SSE": "enable"} if stream else {})

    def check(self, settings: EndpointSettings) -> None:
        """Nothing: it carries all there is."""

    def fields(self, settings: EndpointSettings, profile: ModelProfile) -> dict[str, Any]:
        """`model` and `parameters`."""
        parameters: dict[str, Any] = {"result_format": "message", **asked_fields(settings)}
        if settings.stream:
            parameters["incremental_output"] = True
        return {"model": profile.model, "parameters": parameters}

    def body(self, messages: Sequence[Message], settings: EndpointSettings, profile: ModelProfile) -> dict[str, Any]:
        """The whole body; the content of each message is a list of parts, each with one key."""
        return {
            **self.fields(settings, profile),
            "input": {"messages": [_message(message, settings) for message in messages]},
        }

    def whole(self, body: bytes, *, cut: bool, request_id: str | None) -> ModelReply:
        """The reply in a whole body. Raises `Failure`."""
        data = read_json(body)
        choice = choice_of(object_of(data.get("output")))
        if choice is None:
            raise no_reply(data, body)
        return reply_of(
            choice,
            usage=_usage(data.get("usage")),
            model=label_of(data.get("model")),
            request_id=request_id or label_of(data.get("request_id")),
            cut=cut,
        )

    def stream(self, on_delta: OnDelta | None) -> StreamedReply:
        """For the events of one reply."""
        return _Stream(on_delta)


class _Stream(StreamedReply):
    """Each event is a body with a piece of the message in it; all carry the usage so far, the last one why it ended."""

    def _chunk(self, data: dict[str, Any], raw: bytes) -> None:
        self._id = label_of(data.get("request_id")) or self._id
        if data.get("usage") is not None:
            self._usage = _usage(data["usage"])
        choice = choice_of(object_of(data.get("output")))
        if choice is None:
            if data.get("code"):
                raise no_reply(data, raw)
            return
        self._message(object_of(choice.get("message")))
        self._finish = finish_of(choice)
        self.done = self._finish is not None


def _message(message: Message, settings: EndpointSettings) -> dict[str, Any]:
    return {"role": message.role, "content": [_part(part, settings) for part in message.parts]}


def _part(part: str | EncodedImage, settings: EndpointSettings) -> dict[str, Any]:
    return {"text": part} if isinstance(part, str) else {"image": part.data_url(), **pixel_limits(settings)}


def _usage(value: object) -> Usage:
    """The tokens: in the totals, or in one of the tables of details; older models have the totals alone."""
    usage = object_of(value)
    inputs, prompt = object_of(usage.get("input_tokens_details")), object_of(usage.get("prompt_tokens_details"))
    return Usage(
        prompt_tokens=count_of(usage.get("input_tokens")),
        completion_tokens=count_of(usage.get("output_tokens")),
        image_tokens=count_of(usage.get("image_tokens"), inputs.get("image_tokens"), prompt.get("image_tokens")),
        cached_tokens=count_of(prompt.get("cached_tokens"), inputs.get("cached_tokens"), usage.get("cached_tokens")),
    )
