"""One response read into a reply: within bounds, without our key, and no further once nobody waits for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from agent.endpoint.body import MAX_BODY, bounded, inflated, lines
from agent.endpoint.failure import Failure, clean, failure_of
from agent.endpoint.wire import ReplyStream, Wire
from agent.model import Delta, ModelReply, OnDelta, ToolCall, Usage

MAX_ERROR_BODY = 64_000
LEAST_SECRET = 16
"""Characters of a key from which on it is taken out of replies; a placeholder such as EMPTY may be a word of one."""
MAX_STREAM = 128_000_000
"""Bytes of an event stream: each token of a long thought comes with some 300 bytes around it."""
PARTIAL_HEADER = "x-dashscope-partialresponse"


class Reading:
    """Reads the response to one request."""

    def __init__(self, wire: Wire, key: str | None, on_delta: OnDelta | None) -> None:
        self.abandoned = False
        """Nobody waits for it any more: nothing is told, and nothing more is read."""
        self._wire = wire
        self._key = key or ""
        self._on_delta = on_delta
        self._streamed: ReplyStream | None = None

    @property
    def so_far(self) -> Usage:
        """What a reply that is being streamed has taken; nothing where none has begun."""
        return Usage() if self._streamed is None else self._streamed.usage_so_far

    def read(self, status: int, headers: Mapping[str, str], raw: Iterator[bytes]) -> ModelReply:
        """The reply; `raw` is the body as it comes, whatever its encoding. Raises `Failure`, of `raw` too."""
        headers = {name.lower(): self.redacted(value.encode()).decode() for name, value in headers.items()}
        encoding = headers.get("content-encoding", "")
        if not 200 <= status < 300:
            raise failure_of(status, headers, self._error_body(raw, encoding))
        cut = headers.get(PARTIAL_HEADER, "").lower() == "true"
        request_id = clean(headers.get("x-request-id") or headers.get("request-id", ""), 80) or None
        if headers.get("content-type", "").lower().startswith("text/event-stream"):
            streamed = self._streamed = self._wire.stream(self._tell)
            for line in lines(self._chunks(raw, encoding, MAX_STREAM)):
                streamed.feed(self.redacted(line, LEAST_SECRET))
                if streamed.done:
                    break
            return self._without_key(streamed.reply(cut=cut, request_id=request_id))
        whole = bytearray()
        for chunk in self._chunks(raw, encoding, MAX_BODY):
            whole += chunk
        return self._wire.whole(self.redacted(bytes(whole), LEAST_SECRET), cut=cut, request_id=request_id)

    def redacted(self, data: bytes, least: int = 1) -> bytes:
        """Without our key, should the endpoint repeat it; keys shorter than `least` stay."""
        return data.replace(self._key.encode("ascii"), b"***") if len(self._key) >= least else data

    def _without_key(self, reply: ModelReply) -> ModelReply:
        """A streamed reply, in which a key may have come in pieces."""

        def clear(text: str) -> str:
            return self.redacted(text.encode("utf-8", "surrogatepass"), LEAST_SECRET).decode("utf-8", "surrogatepass")

        calls = tuple(ToolCall(clear(call.name), clear(call.arguments)) for call in reply.tool_calls)
        return replace(reply, text=clear(reply.text), reasoning=clear(reply.reasoning), tool_calls=calls)

    def _error_body(self, raw: Iterator[bytes], encoding: str) -> bytes:
        body = bytearray()
        try:
            for chunk in self._chunks(raw, encoding, MAX_BODY):
                body += chunk
                if len(body) > MAX_ERROR_BODY:
                    break
        except Failure:
            pass  # the status says enough
        return self.redacted(bytes(body[:MAX_ERROR_BODY]))

    def _chunks(self, raw: Iterator[bytes], encoding: str, most: int) -> Iterator[bytes]:
        for chunk in bounded(inflated(raw, encoding), most):
            if self.abandoned:
                raise Failure("late", "nobody waits for this reply any more")
            yield chunk

    def _tell(self, kind: Delta, piece: str) -> None:
        if self._on_delta is not None and not self.abandoned:
            self._on_delta(kind, piece)
