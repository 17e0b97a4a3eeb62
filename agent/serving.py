"""`agent serve-offline`: the offline model as an OpenAI-compatible endpoint of this machine.

The standard library's server does: loopback only, one reader that answers one request at a time, a handful of clients.
No key is needed; whichever is sent is neither looked at nor written anywhere.
"""

from __future__ import annotations

import errno
import json
import os
import threading
from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from typing import Any, NoReturn
from urllib.parse import urlsplit

from actions.brake import Brake, Stopped
from agent.chat_reply import error_body, model_entry, model_list, streamed_reply, whole_reply
from agent.chat_request import BadRequest, read_request
from agent.errors import AgentError, ModelError, UsageError
from agent.model import Message, Model, ModelReply
from agent.output import write_lines
from agent.stop import stop_signals

ADDRESS = "127.0.0.1"
DEFAULT_PORT = 8765
MAX_BODY = 64_000_000
"""Bytes; five pictures of the largest size an endpoint takes."""
MAX_DRAINED = 4 * MAX_BODY
"""Bytes of a body that is refused, read all the same so that its sender gets to read why."""
AT_ONCE = 4
"""Requests that are read or wait for their turn; each may hold a body."""
MAX_CONNECTIONS = 32
IDLE_SECONDS = 30
PIECE = 1 << 16
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


def serve_offline(port: int) -> NoReturn:
    """Serve until the person stops it, which `Stopped` says. Raises `UsageError` for a port that cannot be had."""
    from agent.offline.model import OfflineModel

    brake = Brake()
    with stop_signals(brake), OfflineServer(OfflineModel(brake), port) as server:
        write_lines(f"the offline model answers at {server.base_url} (it is no AI; Ctrl-C ends it)")
        while True:
            brake.sleep(3600)


class OfflineServer(ThreadingMixIn, TCPServer):
    """Listens on loopback from its start; answers within its context.

    `http.server.HTTPServer` would add a look-up of this machine's name, and nothing else.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = MAX_CONNECTIONS
    allow_reuse_address = os.name == "posix"  # on Windows it would let two share the port

    def __init__(self, model: Model, port: int) -> None:
        """`port` 0: a free one. Raises `UsageError` where it cannot be had."""
        try:
            super().__init__((ADDRESS, port), _Handler)
        except OSError as error:
            why = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be had ({error.strerror or error})"
            raise UsageError(f"port {port} {why}: name another with --port, or 0 for a free one") from None
        self._model = model
        self._turn = threading.Lock()
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self._connections = threading.BoundedSemaphore(MAX_CONNECTIONS)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), name="serve", daemon=True)

    @property
    def port(self) -> int:
        """The one it listens on."""
        return int(self.server_address[1])

    @property
    def base_url(self) -> str:
        """What clients are given."""
        return f"http://{ADDRESS}:{self.port}/v1"

    def reply(self, messages: tuple[Message, ...]) -> ModelReply:
        """The model's, one at a time. Raises `BadRequest` for a conversation it cannot read."""
        with self._turn:
            try:
                return self._model.reply(messages)
            except ModelError as error:
                raise BadRequest(str(error)) from error

    def has_place(self) -> bool:
        """Whether one more request may come in; `leave` gives its place back."""
        return self._places.acquire(blocking=False)

    def leave(self) -> None:
        """The request was answered."""
        self._places.release()

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 (as the base class)
        """In a thread of its own, as far as there is room."""
        if self._connections.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """One connection."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._connections.release()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """A client that went away is no news."""

    def __enter__(self) -> OfflineServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "gui-plus-agent"
    sys_version = ""
    timeout = IDLE_SECONDS
    server: OfflineServer

    def do_GET(self) -> None:
        self._answer(self._get)

    def do_POST(self) -> None:
        self._answer(self._post)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (as the base class)
        """Nothing is logged."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """What the base class refuses, as JSON too."""
        self.close_connection = True
        self._send_json(error_body(message or HTTPStatus(code).phrase, code), code)

    def _answer(self, work: Callable[[], None]) -> None:
        try:
            self._check_sender()
            work()
        except BadRequest as error:
            self._send_json(error_body(str(error), error.status), error.status)
        except Stopped:
            self.close_connection = True
        except AgentError as error:
            self._send_json(error_body(str(error), 500), 500)
        except OSError:
            raise  # the client went away
        except Exception as error:  # noqa: BLE001 (a fault of ours: the client is told, and the next request is served)
            self.close_connection = True
            self._send_json(error_body(f"the offline model failed: {type(error).__name__}", 500), 500)

    def _check_sender(self) -> None:
        """A page in a browser may not ask, not under a name of its own that leads here either."""
        host = _host_name(f"//{self.headers.get('Host', '')}")
        origin = self.headers.get("Origin")
        if host not in LOOPBACK_NAMES or (origin is not None and _host_name(origin) not in LOOPBACK_NAMES):
            self.close_connection = True
            raise BadRequest("only clients of this machine are answered, as 127.0.0.1 or localhost", 403)

    def _get(self) -> None:
        match urlsplit(self.path).path.rstrip("/"):
            case "/v1/models":
                self._send_json(model_list())
            case "/v1/models/offline":
                self._send_json(model_entry())
            case "/health":
                self._send_json({"status": "ok"})
            case "/v1/chat/completions":
                raise BadRequest("this takes a POST", 405)
            case path:
                raise BadRequest(f"there is no {path or '/'} here", 404)

    def _post(self) -> None:
        path = urlsplit(self.path).path.rstrip("/")
        if path != "/v1/chat/completions":
            self._drain()
            raise BadRequest(f"there is no {path or '/'} here: POST /v1/chat/completions", 404)
        if not self.server.has_place():
            self._drain()
            raise BadRequest(f"{AT_ONCE} requests wait already: try again later", 429)
        try:
            request = read_request(self._body())
            reply = self.server.reply(request.messages)
        finally:
            self.server.leave()
        if request.is_streamed:
            self._send_events(streamed_reply(reply, wants_usage=request.wants_usage))
        else:
            self._send_json(whole_reply(reply))

    def _length(self) -> int:
        given = self.headers.get("Content-Length")
        if given is None or not (given.isascii() and given.isdigit()) or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            raise BadRequest("the request must say its Content-Length", 411)
        return int(given)

    def _body(self) -> bytes:
        length = self._length()
        if length > MAX_BODY:
            self._drain()
            raise BadRequest(f"the body has {length:,} bytes; at most {MAX_BODY:,} are read", 413)
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            raise BadRequest("the body ends too early")
        return body

    def _drain(self) -> None:
        """Read what is refused, within bounds, so that the refusal is not lost in a reset connection."""
        self.close_connection = True
        left = min(self._length(), MAX_DRAINED)
        while left > 0 and (piece := self.rfile.read(min(left, PIECE))):
            left -= len(piece)

    def _send_json(self, data: dict[str, Any], status: int = 200) -> None:
        body = json.dumps(data, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _send_events(self, events: Iterator[bytes]) -> None:
        """A body without a length: the connection's end is its end."""
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        for event in events:
            self.wfile.write(event)


def _host_name(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
