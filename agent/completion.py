"""Reading a chat completion, whole or streamed: bytes in, a `ModelReply` or a `Failure` out.

Nothing in a reply is taken for what it should be: each field is looked at before it is used.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, NoReturn

from agent.body import MAX_BODY
from agent.failure import Failure, clean, server_words
from agent.model import ModelReply, OnDelta, ToolCall, Usage

CUT_REASONS = frozenset({"length", "content_filter", "max_tokens"})
"""Finish reasons of a reply that ended before the model did."""
MAX_TOOL_CALLS = 1000


def read_json(body: bytes) -> dict[str, Any]:
    """`body` as a JSON object. Raises `Failure` ("garbled") for all that is not strictly one."""
    try:
        data = json.loads(body.decode("utf-8"), parse_constant=_no_constant, parse_float=_finite)
    except RecursionError:
        raise Failure("garbled", "the reply is JSON nested without end") from None
    except ValueError:
        shown = clean(body[:400].decode("utf-8", "replace"), 60)
        raise Failure("garbled", f"the reply is not JSON (it begins {shown!r}): check --base-url") from None
    if not isinstance(data, dict):
        raise Failure("garbled", "the reply is JSON but no object: check --base-url")
    return data


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number beyond all bounds")
    return number


def read_completion(body: bytes, *, cut: bool = False, request_id: str | None = None) -> ModelReply:
    """The reply in a whole body. `cut`: the endpoint says that it is partial. Raises `Failure`."""
    data = read_json(body)
    choice = _choice(data)
    if choice is None:
        raise _no_reply(data, body)
    message = choice.get("message")
    if not isinstance(message, dict):
        raise Failure("garbled", "the reply holds no message")
    finish = _text_or_none(choice.get("finish_reason"))
    return ModelReply(
        text=_content(message.get("content")) or _text(message.get("refusal")),
        reasoning=_reasoning(message),
        tool_calls=_tool_calls(message.get("tool_calls")),
        finish_reason=finish,
        partial=cut or finish in CUT_REASONS,
        usage=_usage(data.get("usage")),
        model=_text_or_none(data.get("model")),
        request_id=request_id or _text_or_none(data.get("request_id")) or _text_or_none(data.get("id")),
    )


class StreamedReply:
    """A reply put together from the lines of an event stream."""

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
        self._model = _text_or_none(data.get("model")) or self._model
        self._id = _text_or_none(data.get("request_id")) or _text_or_none(data.get("id")) or self._id
        if data.get("usage") is not None:
            self._usage = _usage(data["usage"])
        choice = _choice(data)
        if choice is None:
            if data.get("error") is not None:
                raise _no_reply(data, raw)
            return
        self._finish = _text_or_none(choice.get("finish_reason")) or self._finish
        delta = choice.get("delta")
        if isinstance(delta, dict):
            self._delta(delta)

    def _delta(self, delta: Mapping[str, Any]) -> None:
        for kind, pieces, piece in (
            ("reasoning", self._reasoning, _reasoning(delta)),
            ("text", self._text, _content(delta.get("content")) or _text(delta.get("refusal"))),
        ):
            if piece:
                self._grow(piece)
                pieces.append(piece)
                if self._on_delta is not None:
                    self._on_delta("reasoning" if kind == "reasoning" else "text", piece)
        calls = delta.get("tool_calls")
        for position, call in enumerate(calls if isinstance(calls, list) else []):
            self._call(position, call)

    def _call(self, position: int, call: object) -> None:
        if not isinstance(call, dict):
            return
        index = call.get("index")
        if not isinstance(index, int) or isinstance(index, bool):
            index = position
        if len(self._calls) >= MAX_TOOL_CALLS and index not in self._calls:
            return
        names, arguments = self._calls.setdefault(index, ([], []))
        for pieces, piece in zip((names, arguments), _call_parts(call), strict=True):
            self._grow(piece)
            pieces.append(piece)

    def _grow(self, piece: str) -> None:
        self._size += len(piece)
        if self._size > MAX_BODY:
            raise Failure("garbled", f"the reply is longer than {MAX_BODY} characters")


def _no_reply(data: Mapping[str, Any], body: bytes) -> Failure:
    if data.get("error") is None:
        return Failure("garbled", "the reply holds no choices")
    code, words, request_id = server_words(body)
    named = f" (request id {request_id})" if request_id else ""
    return Failure(
        "garbled", f"the endpoint sent an error instead of a reply: {' '.join((code, words)).strip()}{named}"
    )


def _choice(data: Mapping[str, Any]) -> Mapping[str, Any] | None:
    choices = data.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else None


def _content(content: object) -> str:
    """Null is nothing, a list is its text parts joined. Raises `Failure` for what is no text at all."""
    if content is None or isinstance(content, str):
        return content or ""
    if isinstance(content, list):
        return "".join(_text(part.get("text")) if isinstance(part, dict) else _text(part) for part in content)
    raise Failure("garbled", f"the reply's content is no text but a JSON {_json_type(content)}")


def _json_type(value: object) -> str:
    if isinstance(value, dict):
        return "object"
    return "boolean" if isinstance(value, bool) else "number"


def _reasoning(message: Mapping[str, Any]) -> str:
    return _text(message.get("reasoning_content")) or _text(message.get("reasoning"))


def _tool_calls(calls: object) -> tuple[ToolCall, ...]:
    listed = calls[:MAX_TOOL_CALLS] if isinstance(calls, list) else []
    return tuple(ToolCall(*_call_parts(call)) for call in listed if isinstance(call, dict))


def _call_parts(call: Mapping[str, Any]) -> tuple[str, str]:
    function = call.get("function")
    if not isinstance(function, dict):
        return "", ""
    arguments = function.get("arguments")
    if isinstance(arguments, dict | list):
        arguments = json.dumps(arguments, ensure_ascii=False)
    return _text(function.get("name")), _text(arguments)


def _usage(usage: object) -> Usage:
    if not isinstance(usage, dict):
        return Usage()
    details = usage.get("prompt_tokens_details")
    details = details if isinstance(details, dict) else {}
    return Usage(
        prompt_tokens=_count(usage.get("prompt_tokens")),
        completion_tokens=_count(usage.get("completion_tokens")),
        image_tokens=_count(details.get("image_tokens")),
        cached_tokens=_count(details.get("cached_tokens")),
    )


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _text_or_none(value: object) -> str | None:
    return clean(value, 200) if isinstance(value, str) and value else None
