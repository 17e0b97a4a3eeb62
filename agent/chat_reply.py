"""A reply as a chat completion, whole or as the events of a stream, and an error as clients of the format read it."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

from agent.dialect import OFFLINE_MODEL
from agent.model import ModelReply


def whole_reply(reply: ModelReply) -> dict[str, Any]:
    """The body of an answer that is not streamed."""
    message = {"role": "assistant", "content": reply.text, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return {**_head("chat.completion"), "choices": [choice], "usage": _usage(reply)}


def streamed_reply(reply: ModelReply, *, wants_usage: bool) -> Iterator[bytes]:
    """The events of a stream, the last one says that it is done."""
    head = _head("chat.completion.chunk")
    for delta, finish in (({"role": "assistant", "content": ""}, None), ({"content": reply.text}, None), ({}, "stop")):
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        yield _event({**head, "choices": [choice], **({"usage": None} if wants_usage else {})})
    if wants_usage:
        yield _event({**head, "choices": [], "usage": _usage(reply)})
    yield b"data: [DONE]\n\n"


def error_body(message: str, status: int) -> dict[str, Any]:
    """What goes with a status of 400 or more."""
    kind = "invalid_request_error" if status < 500 and status != 429 else "server_error"
    return {"error": {"message": message, "type": kind, "param": None, "code": None}}


def model_list() -> dict[str, Any]:
    """The one model there is."""
    return {"object": "list", "data": [model_entry()]}


def model_entry() -> dict[str, Any]:
    """It costs nothing, and is no AI."""
    return {"id": OFFLINE_MODEL, "object": "model", "created": 0, "owned_by": "gui-plus-agent"}


def _head(kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{uuid.uuid4().hex}", "object": kind, "created": int(time.time()), "model": OFFLINE_MODEL}


def _usage(reply: ModelReply) -> dict[str, int]:
    prompt, completion = reply.usage.prompt_tokens or 0, reply.usage.completion_tokens or 0
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _event(data: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(data, ensure_ascii=False).encode() + b"\n\n"
