"""A model endpoint of the bench: asks a function for each reply, and keeps the instants at which it got and gave."""

from __future__ import annotations

import base64
import io
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

from PIL import Image

from actions.action import Point, Size
from tests.bench.desk import MARK, state_of
from tests.bench.ours import completion
from tests.fakes import call

DATA_URL = b";base64,"


@dataclass
class Exchange:
    """A request and its reply."""

    body: bytes
    """Nothing once it is answered: hundreds of them would be a gigabyte."""
    arrived: float
    """When it was there whole, by `time.time`."""
    answered: float = 0.0
    """When the reply had been sent."""

    def picture(self) -> Image.Image:
        """The last one in it: the present screen."""
        start = self.body.rindex(DATA_URL) + len(DATA_URL)
        return Image.open(io.BytesIO(base64.b64decode(self.body[start : self.body.index(b'"', start)])))

    def state(self) -> str:
        """What the page of scenes.html shows in that picture."""
        return state_of(self.picture().convert("RGB").getpixel(MARK))


Decide = Callable[[Exchange], str]
"""The reply's text."""


class Endpoint:
    """Listens on a free port of 127.0.0.1 while it is entered."""

    def __init__(self, decide: Decide) -> None:
        self.decide = decide
        self.exchanges: list[Exchange] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.endpoint = self

    @property
    def base_url(self) -> str:
        """For `--base-url`."""
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def steps(self) -> list[float]:
        """Milliseconds from each reply to the next request: a whole step outside the model."""
        pairs = zip(self.exchanges, self.exchanges[1:], strict=False)
        return [(after.arrived - before.answered) * 1000 for before, after in pairs]

    def __enter__(self) -> Endpoint:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    endpoint: Endpoint

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was ended leaves."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        exchange = Exchange(body, time.time())
        reply = completion(self.server.endpoint.decide(exchange))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        exchange.answered, exchange.body = time.time(), b""
        self.server.endpoint.exchanges.append(exchange)
        self.wfile.write(reply)

    def log_message(self, *_: object) -> None:
        """Quiet."""


def click(place: Point, size: Size) -> str:
    """The reply that clicks there; on a place of 0 to 1000 along each side."""
    return call("left_click", coordinate=[place.x * 1000 / size.width, place.y * 1000 / size.height])


def done() -> str:
    """The reply that ends the run."""
    return call("terminate", status="success")
