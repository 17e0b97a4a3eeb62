"""An OpenAI-compatible endpoint on this machine that answers by a script, and misbehaves on order.

    with EndpointServer([Reply("Action: …"), Status(503), Hang()]) as server:
        …  # talk to server.base_url
    assert server.requests[0].json["model"] == "…"

Each request takes the script's next answer; a function in the script is called with the request and returns the
answer. A script that has run out answers 400, which no client tries again.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

USAGE = {
    "prompt_tokens": 2100,
    "completion_tokens": 40,
    "total_tokens": 2140,
    "prompt_tokens_details": {"image_tokens": 2042, "cached_tokens": 0},
}
MODEL = "gui-plus-2026-02-26"


@dataclass(frozen=True)
class Request:
    """What a client sent; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        """All text of the messages, pictures left out."""
        parts = []
        for message in self.json["messages"]:
            content = message["content"]
            parts += [content] if isinstance(content, str) else [p["text"] for p in content if p["type"] == "text"]
        return "\n".join(parts)

    @property
    def images(self) -> list[str]:
        """The pictures' data URLs, in order."""
        messages = self.json["messages"]
        parts = [part for m in messages if isinstance(m["content"], list) for part in m["content"]]
        return [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]


@dataclass(frozen=True)
class Reply:
    """A good reply: whole, or as a stream where the request asks for one."""

    text: str | None
    reasoning: str = ""
    finish_reason: str | None = "stop"
    usage: Mapping[str, Any] | None = field(default_factory=lambda: USAGE)
    model: str = MODEL
    headers: Mapping[str, str] = field(default_factory=dict)
    tool_calls: tuple[tuple[str, str], ...] = ()
    """Native calls: name, arguments as JSON text."""


@dataclass(frozen=True)
class Status:
    """Any status with any body; an object is sent as JSON."""

    status: int
    body: Any = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Events:
    """A stream of these lines, then the end of the connection, by a reset if `reset`."""

    lines: tuple[str, ...]
    headers: Mapping[str, str] = field(default_factory=dict)
    reset: bool = False


@dataclass(frozen=True)
class Raw:
    """These bytes as they are, status line and all, then the end of the connection."""

    data: bytes
    reset: bool = False


@dataclass(frozen=True)
class Drip:
    """A body that comes a byte at a time, without end."""

    pause: float = 0.02


@dataclass(frozen=True)
class Hang:
    """Nothing more: at once, or after the headers."""

    after_headers: bool = False


@dataclass(frozen=True)
class Endless:
    """A chunked body that never ends, as fast as it goes."""

    content_type: str = "application/json"


Answer = Reply | Status | Events | Raw | Drip | Hang | Endless
Script = Iterable[Answer | Callable[[Request], Answer]]


def completion(reply: Reply) -> dict[str, Any]:
    """The body of a whole reply."""
    message: dict[str, Any] = {"role": "assistant", "content": reply.text}
    if reply.reasoning:
        message["reasoning_content"] = reply.reasoning
    if reply.tool_calls:
        message["tool_calls"] = [_tool_call(index, *call) for index, call in enumerate(reply.tool_calls)]
    choice = {"index": 0, "message": message, "finish_reason": reply.finish_reason, "logprobs": None}
    body = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1772000000, "model": reply.model}
    return {**body, "choices": [choice], **({"usage": reply.usage} if reply.usage is not None else {})}


def _tool_call(index: int, name: str, arguments: str) -> dict[str, Any]:
    return {"id": f"call_{index}", "type": "function", "function": {"name": name, "arguments": arguments}}


def stream_lines(reply: Reply, pieces: int = 4) -> tuple[str, ...]:
    """The events of a streamed reply: the thought, null contents between, the text, the calls, the usage."""
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": None, "reasoning_content": piece} for piece in pieces_of(reply.reasoning, pieces)]
    deltas += [{"content": piece, "reasoning_content": None} for piece in pieces_of(reply.text or "", pieces)]
    for index, (name, arguments) in enumerate(reply.tool_calls):
        deltas.append({"content": None, "tool_calls": [{"index": index, **_tool_call(index, name, "")}]})
        deltas += [
            {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}
            for piece in pieces_of(arguments, pieces)
        ]
    chunks = [_chunk(reply, [{"index": 0, "delta": delta, "finish_reason": None}]) for delta in deltas]
    chunks.append(_chunk(reply, [{"index": 0, "delta": {"content": ""}, "finish_reason": reply.finish_reason}]))
    if reply.usage is not None:
        chunks.append({**_chunk(reply, []), "usage": reply.usage})
    return (*(f"data: {json.dumps(chunk)}" for chunk in chunks), "data: [DONE]")


def _chunk(reply: Reply, choices: list[dict[str, Any]]) -> dict[str, Any]:
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1772000000, "model": reply.model}
    return {**head, "choices": choices, "usage": None}


def pieces_of(text: str, count: int = 4) -> list[str]:
    """`text` in so many pieces, or fewer."""
    step = max(1, -(-len(text) // count))
    return [text[start : start + step] for start in range(0, len(text), step)]


class EndpointServer:
    """Listens on a free port of 127.0.0.1 while it is entered."""

    def __init__(self, script: Script = ()) -> None:
        self.script = list(script)
        self.requests: list[Request] = []
        self.connections = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.endpoint = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> EndpointServer:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def take(self, request: Request) -> Answer:
        """The answer to `request`, which is recorded."""
        with self._lock:
            self.requests.append(request)
            answer = self.script.pop(0) if self.script else _over()
        return answer(request) if callable(answer) else answer

    def wait(self, seconds: float) -> bool:
        """True as soon as the server is to stop."""
        return self._stopping.wait(seconds)


def _over() -> Status:
    return Status(400, {"error": {"code": "script_over", "message": "the test's script has no more answers"}})


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    endpoint: EndpointServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients leave when they have had enough: that is what the tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.endpoint.connections += 1

    def log_message(self, *args: object) -> None:
        """Tests are quiet."""

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, body)
        answer = self.server.endpoint.take(request)
        _SENDERS[type(answer)](self, answer, request)

    def send_reply(self, answer: Reply, request: Request) -> None:
        if request.json.get("stream"):
            self.send_events(Events(stream_lines(answer), answer.headers), request)
        else:
            self.send_status(Status(200, completion(answer), answer.headers), request)

    def send_status(self, answer: Status, request: Request) -> None:
        is_bytes = isinstance(answer.body, bytes)
        body = answer.body if is_bytes else json.dumps(answer.body).encode()
        headers = {
            "Content-Type": "text/html" if is_bytes else "application/json",
            "Content-Length": str(len(body)),
            **answer.headers,
        }
        self.send_head(answer.status, headers)
        self.wfile.write(body)

    def send_events(self, answer: Events, request: Request) -> None:
        self.send_head(
            200, {"Content-Type": "text/event-stream;charset=UTF-8", "Connection": "close", **answer.headers}
        )
        for line in answer.lines:
            self.wfile.write(f"{line}\n\n".encode())
        self.leave(reset=answer.reset)

    def send_raw(self, answer: Raw, request: Request) -> None:
        self.wfile.write(answer.data)
        self.leave(reset=answer.reset)

    def send_drip(self, answer: Drip, request: Request) -> None:
        self.send_head(200, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"})
        self.close_connection = True
        while not self.server.endpoint.wait(answer.pause):
            self.wfile.write(b"1\r\n \r\n")

    def send_hang(self, answer: Hang, request: Request) -> None:
        if answer.after_headers:
            self.send_head(200, {"Content-Type": "application/json", "Content-Length": "1000"})
        self.close_connection = True
        self.server.endpoint.wait(60)

    def send_endless(self, answer: Endless, request: Request) -> None:
        self.send_head(200, {"Content-Type": answer.content_type, "Transfer-Encoding": "chunked"})
        self.close_connection = True
        chunk = b"data: {}\n\n" * 6000
        while not self.server.endpoint.wait(0):
            self.wfile.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")

    def send_head(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def leave(self, *, reset: bool) -> None:
        self.close_connection = True
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()


_SENDERS: dict[type, Callable[[_Handler, Any, Request], None]] = {
    Reply: _Handler.send_reply,
    Status: _Handler.send_status,
    Events: _Handler.send_events,
    Raw: _Handler.send_raw,
    Drip: _Handler.send_drip,
    Hang: _Handler.send_hang,
    Endless: _Handler.send_endless,
}
