"""Secret values taken out of texts: out of what a model says and is told, and out of every event that leaves a run.

A value is found as it is, JSON-escaped (over again too), URL- and HTML-escaped, in hexadecimal, and in Base64 wherever
in the encoded text it stands; each with any mixture of escaped and plain characters.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel

from agent.model import Delta, Message, Model, ModelReply, OnDelta, ToolCall

M = TypeVar("M", bound=BaseModel)
MIN_BASE64 = 4
"""Characters of Base64 that belong to the value alone; fewer would be found by chance."""
BACKSLASHES = r"\\{1,8}+"
"""An escape's, within escapes too."""
MAYBE_BACKSLASHES = r"\\{0,8}+"
LONGEST_ESCAPE = 12
"""Characters that one character of a value may become, as far as half of one may be shown."""


class Scrubber:
    """Puts what stands for a value in its place."""

    def __init__(self, values: Sequence[tuple[str, str]]) -> None:
        """`values`: what is to be written, and the value it is written for."""
        # A value within another must not be found first.
        ordered = sorted(values, key=lambda pair: -len(pair[1]))
        self._shown = [shown for shown, _ in ordered]
        self._pattern = re.compile("|".join(f"({_pattern(value)})" for _, value in ordered)) if ordered else None
        self.longest = max((len(value) for _, value in ordered), default=0) * LONGEST_ESCAPE
        """Characters that a value may take in a text."""

    def text(self, text: str) -> str:
        """`text` without the values."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda match: self._shown[(match.lastindex or 1) - 1], text)

    def data(self, value: Any) -> Any:  # noqa: ANN401 (JSON types)
        """JSON types without the values."""
        if isinstance(value, str):
            return self.text(value)
        if type(value) in (list, tuple):
            return type(value)(map(self.data, value))
        if isinstance(value, dict):
            return {self.data(name): self.data(one) for name, one in value.items()}
        return value

    def event(self, event: M) -> M:
        """An event without the values."""
        if self._pattern is None:
            return event
        fields = {name: getattr(event, name) for name in type(event).model_fields}
        clean = {name: self.data(value) for name, value in fields.items()}
        return event.model_copy(update={name: value for name, value in clean.items() if value != fields[name]})

    def messages(self, messages: Sequence[Message]) -> tuple[Message, ...]:
        """A request without the values."""
        return tuple(
            replace(message, parts=tuple(self.text(part) if isinstance(part, str) else part for part in message.parts))
            for message in messages
        )

    def reply(self, reply: ModelReply) -> ModelReply:
        """A reply without the values."""
        return replace(
            reply,
            text=self.text(reply.text),
            reasoning=self.text(reply.reasoning),
            tool_calls=tuple(ToolCall(self.text(call.name), self.text(call.arguments)) for call in reply.tool_calls),
        )


class ScrubbedModel:
    """A model that neither hears nor says a value, whatever it reads off the screen."""

    def __init__(self, model: Model, scrubber: Scrubber) -> None:
        self._model = model
        self._scrubber = scrubber

    def reply(self, messages: Sequence[Message], on_delta: OnDelta | None = None) -> ModelReply:
        """The reply, clean, as are its pieces; raises what the model raises."""
        heard = None if on_delta is None else StreamScrubber(self._scrubber, on_delta)
        return self._scrubber.reply(self._model.reply(self._scrubber.messages(messages), heard))


class StreamScrubber:
    """Passes a reply's pieces on, late by as much as a value may still need to be whole."""

    def __init__(self, scrubber: Scrubber, on_delta: OnDelta) -> None:
        self._scrubber = scrubber
        self._on_delta = on_delta
        self._kind: Delta | None = None
        self._kept = ""

    def __call__(self, kind: Delta, piece: str) -> None:
        """Take a piece."""
        if kind == "retry":
            self._kind, self._kept = None, ""
            self._on_delta(kind, self._scrubber.text(piece))
            return
        if kind != self._kind:
            if self._kind is not None and self._kept:
                self._on_delta(self._kind, self._kept)
            self._kind, self._kept = kind, ""
        self._kept = self._scrubber.text(self._kept + piece)
        ready = len(self._kept) - self._scrubber.longest
        if ready > 0:
            self._on_delta(kind, self._kept[:ready])
            self._kept = self._kept[ready:]


def _pattern(value: str) -> str:
    """A regular expression for the value in every form. Its repetitions give nothing back: long texts are no trap."""
    parts = re.findall(r"\\+|[^\\]", value)
    after = ["", *parts]
    forms = ["".join(_part(part, escaped=before[:1] == "\\") for before, part in zip(after, parts, strict=False))]
    forms += map(re.escape, _base64_forms(value.encode()))
    forms.append(f"(?i:{value.encode().hex()})")
    return "|".join(forms)


def _part(part: str, *, escaped: bool) -> str:
    """A character, or a run of backslashes, however it is written; `escaped`: backslashes before it are used up."""
    if part[0] == "\\":
        count = len(part)
        written = "|".join(_spellings("\\", BACKSLASHES))
        return rf"(?:\\{{{count},{16 * count}}}+(?!u005c|x5c)|(?:{written}){{{count}}})"
    some = MAYBE_BACKSLASHES if escaped else BACKSLASHES
    return f"(?:{'|'.join(_spellings(part, some))})"


def _spellings(char: str, some: str) -> Iterator[str]:
    """How a character may be written; `some` backslashes begin an escape."""
    code = ord(char)
    if char != "\\":
        yield re.escape(char) if char.isalnum() else rf"\\{{0,8}}+{re.escape(char)}"
    units = char.encode("utf-16-be").hex()
    yield "(?i:" + "".join(rf"{some}u{units[at : at + 4]}" for at in range(0, len(units), 4)) + ")"
    yield rf"(?i:{some}u{code:08x}|&(?:amp;)?#(?:0*{code}|x0*{code:x});?)"
    yield _escaped_bytes("%(?:25){0,3}", char.encode())
    yield _escaped_bytes(f"{some}x", char.encode())
    if code < 256:
        yield rf"(?i:%{code:02x}|{some}x{code:02x})"
    if (named := html.escape(char)) != char:
        yield re.escape(named)
    if char == " ":
        yield r"\+"


def _escaped_bytes(before: str, data: bytes) -> str:
    return "(?i:" + "".join(f"{before}{byte:02x}" for byte in data) + ")"


def _base64_forms(data: bytes) -> Iterator[str]:
    """The characters that stand for `data` alone, at each of the three places where it may begin in a text."""
    for offset in range(3):
        encoded = base64.b64encode(bytes(offset) + data).decode("ascii")
        own = encoded[-(-8 * offset // 6) : 8 * (offset + len(data)) // 6]
        if len(own) >= MIN_BASE64:
            yield own
            if (safe := own.replace("+", "-").replace("/", "_")) != own:
                yield safe
