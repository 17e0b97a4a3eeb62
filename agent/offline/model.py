"""The offline model: follows plain instructions on what it reads on the screen, without a key or a network.

It is no AI model. It answers in the reply text of gui-plus-2026-02-26, through the same parser, and ends with a
reason where an instruction or a label cannot be resolved: it never picks one of two.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from actions.brake import Brake
from actions.errors import ReplyError
from actions.reply import find_call
from agent.errors import ModelError
from agent.model import Message, ModelReply, OnDelta, Usage
from agent.offline.follow import Follower
from agent.offline.history import Scene, read_scene
from agent.offline.reply import Reply
from agent.reading.ocr import TextReader, require_packages

MAX_SENTENCE = 200
_HARMLESS = str.maketrans("<>＜＞{}｛｝", "‹›‹›()()")
"""What could be taken for a tag or a call."""


class OfflineModel:
    """A `Model` that keeps nothing of a run but the texts of the last few pictures."""

    def __init__(self, brake: Brake, reader: TextReader | None = None) -> None:
        """Raises `UsageError` where the packages of the extra `offline` are missing."""
        require_packages()
        self._brake = brake
        self._reader = reader or TextReader()

    def reply(self, messages: Sequence[Message], on_delta: OnDelta | None = None) -> ModelReply:
        """The next step. Raises `ModelError` for a conversation without picture or task, `Stopped` by the brake."""
        scene = read_scene(messages)
        text = reply_text(self._brake.run(lambda: self._decide(scene)))
        if on_delta is not None:
            on_delta("text", text)
        usage = Usage(prompt_tokens=0, completion_tokens=0, image_tokens=0, cached_tokens=0)
        return ModelReply(text, finish_reason="stop", usage=usage, model="offline")

    def _decide(self, scene: Scene) -> Reply:
        try:
            return Follower(scene, self._reader).next()
        except OSError as error:
            # What Pillow raises for bytes that are no picture.
            raise ModelError(f"the offline model cannot read the picture it was given: {error}") from error


def reply_text(reply: Reply) -> str:
    """The reply as gui-plus-2026-02-26 writes it.

    A label or text that the sentence quotes stands there as it is, unless the call could then be missed or mistaken.
    """
    sentence = " ".join(reply.sentence.split())
    if len(sentence) > MAX_SENTENCE:
        sentence = sentence[: MAX_SENTENCE - 1] + "…"
    text = _framed(sentence, reply.arguments)
    return text if _holds(text, sentence, reply.arguments) else _framed(sentence.translate(_HARMLESS), reply.arguments)


def _framed(sentence: str, arguments: dict[str, Any]) -> str:
    return f"Action: {sentence}\n<tool_call>\n{_json(arguments)}\n</tool_call>"


def _holds(text: str, sentence: str, arguments: dict[str, Any]) -> bool:
    """Whether the reply is read back as it was meant."""
    try:
        call = find_call(text)
    except ReplyError:
        return False
    return call.sentence == sentence and call.arguments == arguments and not call.repairs


def _json(arguments: dict[str, Any]) -> str:
    call = json.dumps({"name": "computer_use", "arguments": arguments}, ensure_ascii=False)
    # A tag inside a text must not end the call.
    return call.replace("<", "\\u003c")
