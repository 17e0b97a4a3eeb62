"""What an endpoint says in each format: the same reply whole and streamed, and errors.

Shapes: chat completions as in `tests.endpoint_server`; DashScope's own as recorded in the tests of the C# client
cnblogs/dashscope-sdk (multimodal-generation-*, parameter-error-*); the Messages format as the official client has it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.endpoint_server import (
    Answer,
    EndpointServer,
    Events,
    Reply,
    Request,
    Status,
    completion,
    pieces_of,
    stream_lines,
)

WIRES = ("chat", "dashscope", "anthropic")
BASES = {"chat": "/v1", "dashscope": "/api/v1", "anthropic": "/apps/anthropic"}
PATHS = {
    "chat": "/v1/chat/completions",
    "dashscope": "/api/v1/services/aigc/multimodal-generation/generation",
    "anthropic": "/apps/anthropic/v1/messages",
}
STOP_REASONS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use", "content_filter": "refusal"}


def base_url(server: EndpointServer, wire: str) -> str:
    """Where a client of that format finds the server."""
    return server.base_url.removesuffix("/v1") + BASES[wire]


def answer(wire: str, reply: Reply) -> Callable[[Request], Answer]:
    """`reply` in that format, as a stream where the request asks for one."""

    def answered(request: Request) -> Answer:
        if request.json.get("stream") or request.headers.get("x-dashscope-sse") == "enable":
            return Events(events(wire, reply), reply.headers)
        return Status(200, whole(wire, reply), reply.headers)

    return answered


def whole(wire: str, reply: Reply) -> dict[str, Any]:
    """The body of `reply`."""
    return {"chat": completion, "dashscope": _generation, "anthropic": _message}[wire](reply)


def events(wire: str, reply: Reply) -> tuple[str, ...]:
    """The events of `reply`, each with its lines."""
    return {"chat": stream_lines, "dashscope": _generation_events, "anthropic": _message_events}[wire](reply)


def error(wire: str, code: str, message: str) -> dict[str, Any]:
    """The body of an error."""
    if wire == "chat":
        return {"error": {"code": code, "message": message}, "request_id": "r-42"}
    if wire == "dashscope":
        return {"code": code, "message": message, "request_id": "r-42"}
    return {"type": "error", "error": {"type": code, "message": message}, "request_id": "r-42"}


def error_event(wire: str, code: str, message: str) -> str:
    """The same as an event of a stream."""
    data = f"data: {json.dumps(error(wire, code, message))}"
    return {"chat": data, "dashscope": f"id:9\nevent:error\n:HTTP_STATUS/400\n{data}"}.get(
        wire, f"event: error\n{data}"
    )


# --- DashScope's own --------------------------------------------------------------------------------------------------


def _generation(reply: Reply) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": [{"text": reply.text}] if reply.text else []}
    if reply.reasoning:
        message["reasoning_content"] = reply.reasoning
    if reply.tool_calls:
        message["tool_calls"] = [_call(index, *call) for index, call in enumerate(reply.tool_calls)]
    return _output(reply, message, reply.finish_reason or "null")


def _output(reply: Reply, message: dict[str, Any], finish: str) -> dict[str, Any]:
    body: dict[str, Any] = {"output": {"choices": [{"message": message, "finish_reason": finish}]}}
    return body | ({"usage": _input_output(reply)} if reply.usage is not None else {}) | {"request_id": "r-1"}


def _input_output(reply: Reply) -> dict[str, Any]:
    usage: Any = reply.usage
    details = usage.get("prompt_tokens_details", {})
    image = details.get("image_tokens", 0)
    return {
        "input_tokens_details": {"image_tokens": image, "text_tokens": usage["prompt_tokens"] - image},
        "prompt_tokens_details": {"cached_tokens": details["cached_tokens"]} if "cached_tokens" in details else {},
        "total_tokens": usage["prompt_tokens"] + usage["completion_tokens"],
        "output_tokens": usage["completion_tokens"],
        "input_tokens": usage["prompt_tokens"],
        "output_tokens_details": {"text_tokens": usage["completion_tokens"]},
        "image_tokens": image,
    }


def _call(index: int, name: str | None, arguments: str) -> dict[str, Any]:
    function = {"arguments": arguments} if name is None else {"name": name, "arguments": arguments}
    return {"index": index, "id": "" if name is None else f"call_{index}", "type": "function", "function": function}


def _generation_events(reply: Reply) -> tuple[str, ...]:
    messages: list[dict[str, Any]] = [
        {"content": [], "reasoning_content": piece, "role": "assistant"} for piece in pieces_of(reply.reasoning)
    ]
    messages += [{"content": [{"text": piece}], "role": "assistant"} for piece in pieces_of(reply.text or "")]
    for index, (name, arguments) in enumerate(reply.tool_calls):
        messages.append({"content": [], "tool_calls": [_call(index, name, "")], "role": "assistant"})
        messages += [
            {"content": [], "tool_calls": [_call(index, None, piece)], "role": "assistant"}
            for piece in pieces_of(arguments)
        ]
    messages.append({"content": [], "role": "assistant"})
    finishes = ["null"] * (len(messages) - 1) + [reply.finish_reason or "null"]
    bodies = [_output(reply, message, finish) for message, finish in zip(messages, finishes, strict=True)]
    return tuple(
        f"id:{number}\nevent:result\n:HTTP_STATUS/200\ndata:{json.dumps(body)}" for number, body in enumerate(bodies, 1)
    )


# --- the Messages format ----------------------------------------------------------------------------------------------


def _message(reply: Reply) -> dict[str, Any]:
    blocks: list[dict[str, Any]] = []
    if reply.reasoning:
        blocks.append({"type": "thinking", "thinking": reply.reasoning, "signature": ""})
    if reply.text:
        blocks.append({"type": "text", "text": reply.text})
    for index, (name, arguments) in enumerate(reply.tool_calls):
        blocks.append({"type": "tool_use", "id": f"toolu_{index}", "name": name, "input": json.loads(arguments)})
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": reply.model,
        "content": blocks,
        "stop_reason": _stop_reason(reply),
        "stop_sequence": None,
        **({"usage": _fresh_cached(reply)} if reply.usage is not None else {}),
    }


def _stop_reason(reply: Reply) -> str | None:
    return STOP_REASONS.get(reply.finish_reason or "", reply.finish_reason)


def _fresh_cached(reply: Reply) -> dict[str, int]:
    usage: Any = reply.usage
    cached = usage.get("prompt_tokens_details", {}).get("cached_tokens", 0)
    written = usage.get("prompt_tokens_details", {}).get("cache_creation_input_tokens", 0)
    return {
        "input_tokens": usage["prompt_tokens"] - cached - written,
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": cached,
        "output_tokens": usage["completion_tokens"],
    }


def _message_events(reply: Reply) -> tuple[str, ...]:
    whole_message = _message(reply)
    blocks = whole_message["content"]
    start = {**whole_message, "content": [], "stop_reason": None}
    if "usage" in start:
        start["usage"] = {**start["usage"], "output_tokens": 1}
    data: list[dict[str, Any]] = [{"type": "message_start", "message": start}, {"type": "ping"}]
    for index, block in enumerate(blocks):
        data += _block_events(index, block)
    end = {"stop_reason": whole_message["stop_reason"], "stop_sequence": None}
    usage = {"output_tokens": reply.usage["completion_tokens"]} if reply.usage is not None else {}
    data.append({"type": "message_delta", "delta": end, "usage": usage})
    data.append({"type": "message_stop"})
    return tuple(f"event: {event['type']}\ndata: {json.dumps(event)}" for event in data)


def _block_events(index: int, block: dict[str, Any]) -> list[dict[str, Any]]:
    kind = block["type"]
    if kind == "tool_use":
        empty, pieces = {**block, "input": {}}, pieces_of(json.dumps(block["input"], ensure_ascii=False))
        deltas: list[dict[str, Any]] = [{"type": "input_json_delta", "partial_json": piece} for piece in ("", *pieces)]
    else:
        empty = {**block, kind: ""}
        deltas = [{"type": f"{kind}_delta", kind: piece} for piece in pieces_of(block[kind])]
    if kind == "thinking":
        deltas.append({"type": "signature_delta", "signature": "c2lnbmVk"})
    return [
        {"type": "content_block_start", "index": index, "content_block": empty},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]
