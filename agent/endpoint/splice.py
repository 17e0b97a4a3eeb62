"""A request's body as bytes: the JSON of everything but the pictures, and their Base64 put in its places.

A JSON encoder would look at each of several million characters, of which none needs an escape, at every request; the
Base64 of a picture is made once (`EncodedImage.base64`) and goes in as it is.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.dialect import ModelProfile
from agent.encode import EncodedImage
from agent.endpoint.request import EndpointSettings
from agent.endpoint.wire import Wire
from agent.model import Message


@dataclass(frozen=True)
class _Place(EncodedImage):
    """Stands where a picture goes."""

    mark: bytes = b""

    @property
    def base64(self) -> bytes:
        """The mark."""
        return self.mark


def request_body(wire: Wire, messages: Sequence[Message], settings: EndpointSettings, profile: ModelProfile) -> bytes:
    """The whole body of a request, JSON in ASCII; the same as that of `wire.body`."""
    token = secrets.token_hex(16)  # what nobody can have written into a text
    pictures: list[EncodedImage] = []

    def place(part: str | EncodedImage) -> str | EncodedImage:
        if isinstance(part, str):
            return part
        pictures.append(part)
        return _Place(b"", part.media_type, part.size, f"{token} {len(pictures) - 1} {token}".encode())

    marked = [replace(message, parts=tuple(map(place, message.parts))) for message in messages]
    text = json.dumps(wire.body(marked, settings, profile)).encode("ascii")
    pieces = text.split(token.encode())
    pieces[1::2] = [pictures[int(number)].base64 for number in pieces[1::2]]
    return b"".join(pieces)
