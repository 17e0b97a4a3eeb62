"""Reading a chat completion, whole or streamed: bytes in, a `ModelReply` or a `Failure` out.

What streams of all formats share is here too: a reply put together from its pieces, within bounds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from agent.endpoint.body import MAX_BODY
from agent.endpoint.failure import Failure, sent_error
from agent.endpoint.received import (
    MAX_TOOL_CALLS,
    call_parts,
    content_of,
    count_of,
    label_of,
    object_of,
    read_json,
    reasoning_of,
    text_of,
    tool_calls_of,
)
from agent.model import ModelReply, OnDelta, ToolCall, Usage
from agent.tokens import text_tokens

CUT_REASONS = frozenset({"length", "content_filter", "max_tokens", "pause_turn"})
"""Finish reasons of a reply that ended before the model did."""


def read_completion(body: bytes, *, cut: bool = False, request_id: str | None = None) -> ModelReply:
    """The reply in a whole body. `cut`: the endpoint says that it is partial. Raises `Failure`."""
    data = read_json(body)
    choice = choice_of(data)
    if choice is None:
        raise no_reply(data, body)
    return reply_of(
        choice,
        usage=_usage(data.get("usage")),
        model=label_of(data.get("model")),
        request_id=request_id or label_of(data.get("request_id")) or label_of(data.get("id")),
        cut=cut,
    )


def reply_of(
    choice: Mapping[str, Any], *, usage: Usage, model: str | None, request_id: str | None, cut: bool
) -> ModelReply:
    """The reply in one of the `choices` of a whole body. Raises `Failure`."""
    message = choice.get("message")
    if not isinstance(message, dict):
        raise Failure("garbled", "the reply holds no message")
    finish = finish_of(choice)
    return ModelReply(
        text=content_of(message.get("content")) or text_of(message.get("refusal")),
        reasoning=reasoning_of(message),
        tool_calls=tool_calls_of(message.get("tool_calls")),
        finish_reason=finish,
        partial=cut or finish in CUT_REASONS,
        usage=usage,
        model=model,
        request_id=request_id,
    )


class StreamedReply:
    """A reply put together from the lines of an event stream; another format's stream takes its own `_chunk`."""

    def __init__(self, on_delta: OnDelta | None = None) -> None:
        self._on_delta = on_delta
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._size = 0
        self._calls: dict[int, tuple[list[str], list[str]]] = {}
        self._finish: str | None = None
        self._usage = Usage()
        self._model: str | None = None
        self._id: str | None = None
        self.done = False
        """The endpoint said that it is the end; what comes after is not read."""

    def feed(self, line: bytes) -> None:
        """Take one line of the stream. Raises `Failure` ("garbled")."""
        field, _, value = line.partition(b":")
        if field != b"data" or self.done:
            return
        value = value.strip()
        if value == b"[DONE]":
            self.done = True
        elif value:
            self._chunk(read_json(value), value)

    @property
    def usage_so_far(self) -> Usage:
        """What was counted, or else an estimate of what has come; nothing before the first piece."""
        if self._usage != Usage() or not self._size:
            return self._usage
        return Usage(completion_tokens=text_tokens("".join((*self._reasoning, *self._text))))

    def reply(self, *, cut: bool = False, request_id: str | None = None) -> ModelReply:
        """What came. Raises `Failure` ("broken") where the stream ended before the reply did."""
        if self._finish is None and not self.done:
            raise Failure("broken", "the stream ended before the reply did")
        return ModelReply(
            text="".join(self._text),
            reasoning="".join(self._reasoning),
            tool_calls=tuple(ToolCall("".join(n), "".join(a)) for _, (n, a) in sorted(self._calls.items())),
            finish_reason=self._finish,
            partial=cut or self._finish in CUT_REASONS,
            usage=self._usage,
            model=self._model,
            request_id=request_id or self._id,
        )

    def _chunk(self, data: dict[str, Any], raw: bytes) -> None:
        """Take one event, `raw` before it was read. Raises `Failure`."""
        self._model = label_of(data.get("model")) or self._model
        self._id = label_of(data.get("request_id")) or label_of(data.get("id")) or self._id
        if data.get("usage") is not None:
            self._usage = _usage(data["usage"])
        choice = choice_of(data)
        if choice is None:
            if data.get("error") is not None:
                raise no_reply(data, raw)
            return
        self._finish = finish_of(choice) or self._finish
        self._message(object_of(choice.get("delta")))

    def _message(self, delta: Mapping[str, Any]) -> None:
        """Take a piece of a message of a chat completion."""
        self._say("reasoning", reasoning_of(delta))
        self._say("text", content_of(delta.get("content")) or text_of(delta.get("refusal")))
        calls = delta.get("tool_calls")
        for position, call in enumerate(calls if isinstance(calls, list) else []):
            if isinstance(call, dict):
                index = count_of(call.get("index"))
                self._call(position if index is None else index, *call_parts(call))

    def _say(self, kind: Literal["reasoning", "text"], piece: str) -> None:
        """Take a piece of the thought or of the answer."""
        if piece:
            self._grow(piece)
            (self._reasoning if kind == "reasoning" else self._text).append(piece)
            if self._on_delta is not None:
                self._on_delta(kind, piece)

    def _call(self, index: int, name: str, arguments: str) -> None:
        """Take a piece of the tool call of that number."""
        if len(self._calls) >= MAX_TOOL_CALLS and index not in self._calls:
            return
        for pieces, piece in zip(self._calls.setdefault(index, ([], [])), (name, arguments), strict=True):
            self._grow(piece)
            pieces.append(piece)

    def _grow(self, piece: str) -> None:
        self._size += len(piece)
        if self._size > MAX_BODY:
            raise Failure("garbled", f"the reply is longer than {MAX_BODY} characters")


def no_reply(data: Mapping[str, Any], body: bytes) -> Failure:
    """What a body without choices means."""
    if data.get("error") is not None or data.get("code"):
        return sent_error(body)
    return Failure("garbled", "the reply holds no choices: check --base-url, and its format (--wire)")


def choice_of(data: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The first of the `choices`; None where there is none."""
    choices = data.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else None


def finish_of(choice: Mapping[str, Any]) -> str | None:
    """Why it ended; None where it has not, which DashScope's own format writes as the word null."""
    reason = label_of(choice.get("finish_reason"))
    return None if reason == "null" else reason


def _usage(value: object) -> Usage:
    usage = object_of(value)
    details = object_of(usage.get("prompt_tokens_details"))
    return Usage(
        prompt_tokens=count_of(usage.get("prompt_tokens")),
        completion_tokens=count_of(usage.get("completion_tokens")),
        image_tokens=count_of(details.get("image_tokens")),
        cached_tokens=count_of(details.get("cached_tokens")),
    )
