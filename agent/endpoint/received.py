"""The JSON of a reply: nothing in it is taken for what it should be, each value is looked at before it is used."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, NoReturn

from agent.endpoint.failure import Failure, clean
from agent.model import ToolCall

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


def object_of(value: object) -> dict[str, Any]:
    """`value` where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def count_of(*values: object) -> int | None:
    """The first of `values` that is a number of things."""
    return next((v for v in values if isinstance(v, int) and not isinstance(v, bool) and v >= 0), None)


def text_of(value: object) -> str:
    """`value` where it is text, else nothing."""
    return value if isinstance(value, str) else ""


def label_of(value: object) -> str | None:
    """A name or an id, fit to be shown."""
    return clean(value, 200) if isinstance(value, str) and value else None


def content_of(content: object) -> str:
    """Null is nothing, a list is its text parts joined. Raises `Failure` for what is no text at all."""
    if content is None or isinstance(content, str):
        return content or ""
    if isinstance(content, list):
        return "".join(text_of(part.get("text")) if isinstance(part, dict) else text_of(part) for part in content)
    raise Failure("garbled", f"the reply's content is no text but a JSON {_json_type(content)}")


def _json_type(value: object) -> str:
    if isinstance(value, dict):
        return "object"
    return "boolean" if isinstance(value, bool) else "number"


def reasoning_of(message: Mapping[str, Any]) -> str:
    """The thought of a message of a chat completion, under either of its names."""
    return text_of(message.get("reasoning_content")) or text_of(message.get("reasoning"))


def tool_calls_of(calls: object) -> tuple[ToolCall, ...]:
    """The `tool_calls` of a message of a chat completion."""
    listed = calls[:MAX_TOOL_CALLS] if isinstance(calls, list) else []
    return tuple(ToolCall(*call_parts(call)) for call in listed if isinstance(call, dict))


def call_parts(call: Mapping[str, Any]) -> tuple[str, str]:
    """Name and arguments, as JSON text, of one call or of a piece of one."""
    function = call.get("function")
    if not isinstance(function, dict):
        return "", ""
    arguments = function.get("arguments")
    if isinstance(arguments, dict | list):
        arguments = json.dumps(arguments, ensure_ascii=False)
    return text_of(function.get("name")), text_of(arguments)
