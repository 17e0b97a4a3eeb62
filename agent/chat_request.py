"""A chat-completions request as it comes from a client, read into a conversation. Nothing is fetched for it."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from agent.encode import EncodedImage, MediaType
from agent.model import Message
from agent.recording.picture_size import PictureError, picture_size

MAX_PICTURE_PIXELS = 40_000_000
"""An 8K screen has 33 million."""
_KINDS: Mapping[MediaType, Literal["png", "jpg"]] = MappingProxyType({"image/png": "png", "image/jpeg": "jpg"})
_ROLES: Mapping[str, Literal["system", "user", "assistant"]] = MappingProxyType(
    {"system": "system", "developer": "system", "user": "user", "tool": "user", "assistant": "assistant"}
)


class BadRequest(Exception):  # noqa: N818 (an answer, with its status)
    """What the client is told; `status` is HTTP's."""

    def __init__(self, message: str, status: int = 400) -> None:
        self.status = status
        super().__init__(message)


@dataclass(frozen=True)
class ChatRequest:
    """What is understood of a request: fields it does not know, such as tools, are passed over."""

    messages: tuple[Message, ...]
    is_streamed: bool
    wants_usage: bool
    """In a stream, as its last chunk."""


def read_request(body: bytes) -> ChatRequest:
    """The body of `POST /v1/chat/completions`. Raises `BadRequest`."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest("the body is not JSON") from None
    if not isinstance(data, dict):
        raise BadRequest("the body is JSON, but not an object")
    listed = data.get("messages")
    if not isinstance(listed, list) or not listed:
        raise BadRequest("`messages` must be a list with at least one message")
    messages = tuple(_message(one, f"messages[{i}]") for i, one in enumerate(listed))
    options = data.get("stream_options")
    return ChatRequest(
        messages=messages,
        is_streamed=data.get("stream") is True,
        wants_usage=isinstance(options, dict) and options.get("include_usage") is True,
    )


def _message(given: object, where: str) -> Message:
    if not isinstance(given, dict):
        raise BadRequest(f"`{where}` must be an object")
    role = given.get("role")
    if not isinstance(role, str) or role not in _ROLES:
        raise BadRequest(f"`{where}.role` must be one of {', '.join(_ROLES)}")
    return Message(_ROLES[role], tuple(_parts(given.get("content"), f"{where}.content")))


def _parts(content: object, where: str) -> Iterator[str | EncodedImage]:
    if content is None:
        return
    if isinstance(content, str):
        yield content
        return
    if not isinstance(content, list):
        raise BadRequest(f"`{where}` must be text or a list of parts")
    for i, part in enumerate(content):
        yield _part(part, f"{where}[{i}]")


def _part(part: object, where: str) -> str | EncodedImage:
    if not isinstance(part, dict):
        raise BadRequest(f"`{where}` must be an object")
    match part.get("type"):
        case "text":
            if not isinstance(part.get("text"), str):
                raise BadRequest(f"`{where}.text` must be text")
            return str(part["text"])
        case "image_url":
            return _picture(part.get("image_url"), f"{where}.image_url")
    raise BadRequest(f"`{where}.type` must be text or image_url")


def _picture(given: object, where: str) -> EncodedImage:
    url: Any = given.get("url") if isinstance(given, dict) else given
    if not isinstance(url, str):
        raise BadRequest(f"`{where}.url` must be a data: URL")
    head, comma, encoded = url.partition(",")
    media_type = head.removeprefix("data:").removesuffix(";base64")
    kind: MediaType | None = next((one for one in _KINDS if one == media_type), None)
    if not head.startswith("data:"):
        raise BadRequest(f"`{where}.url` is not fetched: send the picture itself, as data:image/png;base64,…")
    if kind is None or not comma or not head.endswith(";base64"):
        raise BadRequest(f"`{where}.url` must be one of {' or '.join(_KINDS)} in Base64")
    try:
        data = base64.b64decode(encoded, validate=True)
        size = picture_size(data, _KINDS[kind])
    except (binascii.Error, ValueError) as error:
        why = str(error) if isinstance(error, PictureError) else "it is not Base64"
        raise BadRequest(f"`{where}.url` cannot be read: {why}") from None
    if size.width * size.height > MAX_PICTURE_PIXELS:
        raise BadRequest(f"`{where}.url` has {size.width}x{size.height} pixels; at most 40 million are read")
    return EncodedImage(data, kind, size)
