"""One step's question: asked, and asked again with what was wrong, until the reply holds an action."""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from actions.action import Size
from actions.parse import ParsedReply, ReplyError, parse_reply
from agent.account import Account
from agent.conversation import Conversation, Turn
from agent.encode import EncodedImage
from agent.errors import ModelError
from agent.events import ModelFailed, ModelReplied, ModelRequested
from agent.model import FailedTry, Message, Model, ModelReply, OnDelta, Usage
from agent.oddities import warnings, wrong_mapping

MAX_REASKS = 3
MAX_PARTIAL_REASKS = 2
CUT_OFF = "Your reply was cut off before its end, so nothing was done. Reply again, shorter."


@dataclass
class Asked:
    """What a step's questions brought."""

    parsed: ParsedReply | None = None
    reply_text: str = ""
    error: str | None = None
    """Of the last reply, where `parsed` is None."""
    reasks: int = 0
    usage: Usage = field(default_factory=Usage)
    cost: float | None = 0.0
    """CNY, re-asks included; None where a price or a count is unknown."""
    ms: int = 0
    """Waiting for the model, re-asks included."""
    had_failures: bool = False
    """A try brought no reply: what was asked about may be past."""

    def add(self, usage: Usage, cost: float | None) -> None:
        """What a reply took, or a try without one."""
        self.usage = self.usage + usage
        self.cost = None if self.cost is None or cost is None else self.cost + cost


class Asker:
    """Asks the model about one step at a time."""

    def __init__(
        self, model: Model, conversation: Conversation, account: Account, on_delta: OnDelta | None = None
    ) -> None:
        self._model = model
        self._conversation = conversation
        self._account = account
        self._on_delta = on_delta

    def ask(
        self, step: int, history: Sequence[Turn], present: EncodedImage, space: Size, feedback: str | None
    ) -> Generator[ModelRequested | ModelFailed | ModelReplied, None, Asked]:
        """The step's action, after at most `MAX_REASKS` corrections in a row.

        A bad reply and its correction stay in the conversation for this step only. Raises `ModelError`, and
        `OverBudgetError` before a request.
        """
        asked = Asked()
        corrections: list[tuple[str, str]] = []
        partial = 0
        while True:
            messages = self._conversation.messages(history, present, feedback, corrections)
            self._account.foresee(messages)
            yield ModelRequested(step=step, reask=asked.reasks, messages=messages_data(messages))
            reply, ms = yield from self._reply(step, messages, asked)
            cost = self._account.charge(messages, reply.usage)
            asked.add(reply.usage, cost)
            asked.parsed, asked.error = _read(reply, space)
            asked.reply_text = reply_text(reply)
            seen = (messages, reply, self._conversation.profile, self._conversation.cap)
            yield replied(reply, step=step, asked=asked, cost=cost, ms=ms, oddities=tuple(warnings(*seen)))
            if reason := wrong_mapping(*seen):
                raise ModelError(reason)
            partial += reply.partial
            if asked.error is None or asked.reasks == MAX_REASKS or partial > MAX_PARTIAL_REASKS:
                return asked
            corrections.append((asked.reply_text, asked.error))
            asked.reasks += 1

    def _reply(
        self, step: int, messages: tuple[Message, ...], asked: Asked
    ) -> Generator[ModelFailed, None, tuple[ModelReply, int]]:
        """The reply and how long it took in milliseconds, the tries that failed before it."""
        started = time.monotonic()
        try:
            reply = self._model.reply(messages, self._on_delta)
        except ModelError as error:
            yield from self._failed(step, messages, asked, error.failures)
            raise
        ms = round((time.monotonic() - started) * 1000)
        asked.ms += ms
        yield from self._failed(step, messages, asked, reply.failures)
        return reply, ms

    def _failed(
        self, step: int, messages: tuple[Message, ...], asked: Asked, failures: tuple[FailedTry, ...]
    ) -> Iterator[ModelFailed]:
        for attempt, failed in enumerate(failures, 1):
            asked.had_failures = True
            usage, cost = self._account.charge_failed(messages, failed)
            asked.add(usage, cost)
            yield ModelFailed(
                step=step,
                reask=asked.reasks,
                attempt=attempt,
                kind=failed.kind,
                message=failed.message,
                pause=failed.pause,
                usage=usage,
                cost=cost,
            )


def _read(reply: ModelReply, space: Size) -> tuple[ParsedReply | None, str | None]:
    if reply.partial:
        return None, CUT_OFF
    calls = [(call.name, call.arguments) for call in reply.tool_calls]
    try:
        return parse_reply(reply.text, space=space, reasoning=reply.reasoning, tool_calls=calls), None
    except ReplyError as error:
        return None, str(error)


def reply_text(reply: ModelReply) -> str:
    """The reply as it goes back into the conversation: raw; a native call is written out."""
    if reply.text or not reply.tool_calls:
        return reply.text
    call = reply.tool_calls[0]
    try:
        arguments = json.loads(call.arguments)
    except ValueError:
        arguments = call.arguments
    body = json.dumps({"name": call.name, "arguments": arguments}, ensure_ascii=False)
    return f"<tool_call>\n{body}\n</tool_call>"


def messages_data(messages: tuple[Message, ...]) -> list[dict[str, Any]]:
    """Messages as JSON types, pictures as their hashes."""
    return [
        {
            "role": message.role,
            "parts": [{"text": p} if isinstance(p, str) else {"image": p.sha256} for p in message.parts],
        }
        for message in messages
    ]


def replied(
    reply: ModelReply, *, step: int, asked: Asked, cost: float | None, ms: int, oddities: tuple[str, ...]
) -> ModelReplied:
    """The event of a reply."""
    return ModelReplied(
        step=step,
        reask=asked.reasks,
        text=reply.text,
        reasoning=reply.reasoning,
        tool_calls=[{"name": call.name, "arguments": call.arguments} for call in reply.tool_calls],
        finish_reason=reply.finish_reason,
        partial=reply.partial,
        model=reply.model,
        request_id=reply.request_id,
        tries=reply.tries,
        usage=reply.usage,
        cost=cost,
        ms=ms,
        error=asked.error,
        warnings=oddities,
    )
