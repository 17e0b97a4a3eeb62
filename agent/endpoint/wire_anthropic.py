"""The Messages format, as Model Studio's Anthropic-compatible endpoint and others speak it.

Sources: Model Studio's page "Anthropic-compatible Messages"; what the official package `anthropic` sends and reads, in
its versions 1.x: those of 2.x speak a later version of the format, without sampling fields and with the key as a bearer
token, which Model Studio does not document.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from agent.dialect import ModelProfile
from agent.encode import EncodedImage
from agent.endpoint.completion import CUT_REASONS, StreamedReply
from agent.endpoint.failure import Failure, sent_error
from agent.endpoint.received import MAX_TOOL_CALLS, count_of, label_of, object_of, read_json, text_of
from agent.endpoint.request import EndpointSettings
from agent.endpoint.wire import CACHED, is_cached, refuse
from agent.errors import UsageError
from agent.model import Message, ModelReply, OnDelta, ToolCall, Usage
from agent.tokens import text_tokens

VERSION = "2023-06-01"
"""Of the format."""
MAX_TOKENS = 8192
"""Of a reply, beside its thought: the format wants a limit, and no model we know of has a lower one."""
LEAST_BUDGET = 1024
"""Tokens of thought that the format takes as a limit."""
FINISH: Mapping[str, str] = MappingProxyType(
    {
        "end_turn": "stop",
        "stop_sequence": "stop",
        "tool_use": "tool_calls",
        "max_tokens": "length",
        "model_context_window_exceeded": "length",
        "refusal": "content_filter",
    }
)
"""Its stop reasons in the words of chat completions."""


@dataclass(frozen=True)
class AnthropicWire:
    """`POST {base}/v1/messages`: the system message apart, pictures as Base64, a reply of blocks."""

    name: str = "anthropic"
    path: str = "/v1/messages"

    def headers(self, key: str | None, *, stream: bool) -> dict[str, str]:  # noqa: ARG002 (the body says it)
        """The key in a header of its own."""
        return {"anthropic-version": VERSION, **({"x-api-key": key} if key else {})}

    def check(self, settings: EndpointSettings) -> None:
        """What the format has no field for, and a thought without the limit that it wants."""
        if settings.high_res:
            raise UsageError(
                f"--wire {self.name} cannot ask for high resolution: add --no-high-res (the model then sees pictures "
                "at its own default size)"
            )
        refuse(
            self.name,
            {
                "--max-pixels": settings.max_pixels is not None or settings.min_pixels is not None,
                "--presence-penalty": settings.presence_penalty is not None,
            },
        )
        if settings.thinking and settings.thinking_budget is None:
            raise UsageError(f"--wire {self.name} wants a limit to a thought: add --thinking-budget to --thinking")
        if settings.thinking_budget is not None and settings.thinking_budget < LEAST_BUDGET:
            raise UsageError(f"--wire {self.name} takes a --thinking-budget of {LEAST_BUDGET} or more")

    def fields(self, settings: EndpointSettings, profile: ModelProfile) -> dict[str, Any]:
        """The body without the messages. A budget asks for a thought, for the format has no other place for it."""
        budget = settings.thinking_budget
        fields: dict[str, Any] = {"model": profile.model, "max_tokens": MAX_TOKENS + (budget or 0)}
        if budget is not None:
            fields["thinking"] = {"type": "enabled", "budget_tokens": budget}
        elif settings.thinking is False:
            fields["thinking"] = {"type": "disabled"}
        asked = {"temperature": settings.temperature, "top_p": settings.top_p, "top_k": settings.top_k}
        fields.update({name: value for name, value in asked.items() if value is not None})
        return fields | ({"stream": True} if settings.stream else {})

    def body(self, messages: Sequence[Message], settings: EndpointSettings, profile: ModelProfile) -> dict[str, Any]:
        """The whole body."""
        system = "\n\n".join(_text(message) for message in messages if message.role == "system")
        body = self.fields(settings, profile)
        if system:
            body["system"] = [{"type": "text", "text": system, **CACHED}] if is_cached(settings, profile) else system
        body["messages"] = [_message(message) for message in messages if message.role != "system"]
        return body

    def whole(self, body: bytes, *, cut: bool, request_id: str | None) -> ModelReply:
        """The reply in a whole body. Raises `Failure`."""
        data = read_json(body)
        blocks = data.get("content")
        if not isinstance(blocks, list):
            raise _no_reply(data, body)
        blocks = [block for block in blocks if isinstance(block, dict)]
        finish = _finish(data.get("stop_reason"))
        calls = [block for block in blocks if block.get("type") == "tool_use"][:MAX_TOOL_CALLS]
        return ModelReply(
            text="".join(text_of(block.get("text")) for block in blocks if block.get("type") == "text"),
            reasoning="".join(text_of(block.get("thinking")) for block in blocks if block.get("type") == "thinking"),
            tool_calls=tuple(ToolCall(text_of(call.get("name")), _arguments(call.get("input"))) for call in calls),
            finish_reason=finish,
            partial=cut or finish in CUT_REASONS,
            usage=_usage(object_of(data.get("usage"))),
            model=label_of(data.get("model")),
            request_id=request_id or label_of(data.get("id")),
        )

    def stream(self, on_delta: OnDelta | None) -> StreamedReply:
        """For the events of one reply."""
        return _Stream(on_delta)


class _Stream(StreamedReply):
    """Blocks by their index, in pieces; the usage in two halves, at the beginning and at the end."""

    def __init__(self, on_delta: OnDelta | None = None) -> None:
        super().__init__(on_delta)
        self._counts: dict[str, Any] = {}

    @property
    def usage_so_far(self) -> Usage:
        """What was counted; of the reply itself, whose count comes last, an estimate."""
        if self._finish is not None or not self._size:
            return self._usage
        text = "".join((*self._reasoning, *self._text))
        return self._usage.model_copy(update={"completion_tokens": text_tokens(text)})

    def _chunk(self, data: dict[str, Any], raw: bytes) -> None:
        kind = data.get("type")
        if kind == "message_start":
            message = object_of(data.get("message"))
            self._model, self._id = label_of(message.get("model")), label_of(message.get("id"))
            self._count(message.get("usage"))
        elif kind == "content_block_start":
            self._start(count_of(data.get("index")) or 0, object_of(data.get("content_block")))
        elif kind == "content_block_delta":
            self._piece(count_of(data.get("index")) or 0, object_of(data.get("delta")))
        elif kind == "message_delta":
            self._finish = _finish(object_of(data.get("delta")).get("stop_reason")) or self._finish
            self._count(data.get("usage"))
        elif kind == "message_stop":
            self.done = True
        elif kind == "error" or data.get("code"):
            raise _no_reply(data, raw)

    def reply(self, *, cut: bool = False, request_id: str | None = None) -> ModelReply:
        """What came. Raises `Failure` ("broken") where the stream ended before the reply did."""
        for _, arguments in self._calls.values():
            if not "".join(arguments):
                arguments.append("{}")
        return super().reply(cut=cut, request_id=request_id)

    def _start(self, index: int, block: Mapping[str, Any]) -> None:
        if block.get("type") == "tool_use":
            given = block.get("input")
            self._call(index, text_of(block.get("name")), _arguments(given) if given else "")
        self._say("reasoning", text_of(block.get("thinking")))
        self._say("text", text_of(block.get("text")))

    def _piece(self, index: int, delta: Mapping[str, Any]) -> None:
        self._say("reasoning", text_of(delta.get("thinking")))
        self._say("text", text_of(delta.get("text")))
        if piece := text_of(delta.get("partial_json")):
            self._call(index, "", piece)

    def _count(self, usage: object) -> None:
        self._counts.update({name: count for name, count in object_of(usage).items() if count_of(count) is not None})
        self._usage = _usage(self._counts)


def _message(message: Message) -> dict[str, Any]:
    if all(isinstance(part, str) for part in message.parts):
        return {"role": message.role, "content": _text(message)}
    return {"role": message.role, "content": [_block(part) for part in message.parts]}


def _text(message: Message) -> str:
    return "".join(part for part in message.parts if isinstance(part, str))


def _block(part: str | EncodedImage) -> dict[str, Any]:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    source = {"type": "base64", "media_type": part.media_type, "data": part.data_url().partition(",")[2]}
    return {"type": "image", "source": source}


def _no_reply(data: Mapping[str, Any], body: bytes) -> Failure:
    if data.get("error") is not None or data.get("code"):
        return sent_error(body)
    return Failure("garbled", "the reply holds no content: check --base-url, and its format (--wire)")


def _finish(reason: object) -> str | None:
    label = label_of(reason)
    return None if label is None else FINISH.get(label, label)


def _arguments(given: object) -> str:
    return json.dumps(given if isinstance(given, dict | list) else {}, ensure_ascii=False)


def _usage(usage: Mapping[str, Any]) -> Usage:
    """`input_tokens` leaves out what was written to the cache or found there. Pictures' tokens are not told apart."""
    fresh = count_of(usage.get("input_tokens"))
    cached, written = count_of(usage.get("cache_read_input_tokens")), count_of(usage.get("cache_creation_input_tokens"))
    return Usage(
        prompt_tokens=None if fresh is None else fresh + (cached or 0) + (written or 0),
        completion_tokens=count_of(usage.get("output_tokens")),
        cached_tokens=cached,
    )
