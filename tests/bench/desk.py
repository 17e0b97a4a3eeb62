"""A display of its own with a real program in motion: Chromium, which says what it shows and what it was clicked on."""

from __future__ import annotations

import json
import os
import tempfile
import threading
import urllib.parse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from actions.action import Point, Size
from agent.virtual import VirtualDisplay
from tests.apps.programs import CHROMIUM_FLAGS, SinkWindow, sink_window, wait_until

PAGE = Path(__file__).with_name("scenes.html")
MARK = Point(24, 24)
"""Where a pixel says what the page shows."""
MARKS = {"closed": (208, 32, 32), "partial": (32, 48, 208), "open": (32, 160, 64), "done": (16, 16, 16)}
PLACES = {"open": Point(170, 122), "other": Point(421, 433), "next": Point(421, 163)}
"""On the page: what is at "other" on a closed scene is dangerous on an open one."""
OPEN_SECONDS = 30


@dataclass
class Page:
    """The page of scenes.html, by what it posts."""

    events: list[dict[str, Any]] = field(default_factory=list)

    def of(self, event: str, **fields: Any) -> list[dict[str, Any]]:
        """The events of that name with these fields, in order."""
        found = [one for one in list(self.events) if one["event"] == event]
        return [one for one in found if all(one.get(name) == value for name, value in fields.items())]

    def was_opened(self, number: int) -> bool:
        """Whether the click that opens the scene of that number has reached the page."""
        return bool(self.of("click", on="open", number=number))

    def shown_at(self, state: str, number: int) -> float | None:
        """When the scene of that number had been painted in that state, by the wall clock; None: not yet."""
        shown = self.of("shown", state=state, number=number)
        return shown[0]["at"] / 1000 if shown else None

    def wait_for(self, state: str, number: int) -> float:
        """When it had been painted so."""
        wait_until(lambda: self.shown_at(state, number) is not None, OPEN_SECONDS, f"scene {number} {state}")
        at = self.shown_at(state, number)
        assert at is not None
        return at

    @property
    def number(self) -> int:
        """Of the present scene."""
        return int(self.events[-1]["number"]) if self.events else 0


def state_of(pixel: Sequence[float]) -> str:
    """What a page shows whose mark is of this colour (RGB)."""
    return min(MARKS, key=lambda name: sum((a - b) ** 2 for a, b in zip(MARKS[name], pixel, strict=True)))


def _handler(page: Page) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self.answer(PAGE.read_bytes() if self.path.startswith("/?") else b"")

        def do_POST(self) -> None:
            page.events.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.answer(b"")

        def answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    return Handler


@contextmanager
def display_of(size: Size) -> Iterator[VirtualDisplay]:
    """A display of that size, named by DISPLAY."""
    with VirtualDisplay(size) as display:
        before = os.environ.get("DISPLAY")
        os.environ["DISPLAY"] = display.name
        try:
            yield display
        finally:
            os.environ.pop("DISPLAY")
            if before is not None:
                os.environ["DISPLAY"] = before


@contextmanager
def sink_desk(size: Size) -> Iterator[SinkWindow]:
    """A display of that size, named by DISPLAY, with the sink's window."""
    with (
        display_of(size) as display,
        tempfile.TemporaryDirectory() as folder,
        sink_window(display, Path(folder)) as sink,
    ):
        yield sink


@contextmanager
def scenes_page(display: VirtualDisplay, scenes: Sequence[str], films: Sequence[str] = ()) -> Iterator[Page]:
    """Chromium over the whole display with the scenes one after the other; a film plays beside those in `films`."""
    page = Page()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(page))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    query = urllib.parse.urlencode({"scenes": ",".join(scenes), "films": ",".join(films)}, safe=",")
    size = f"--window-size={display.size.width},{display.size.height}"
    # A short TMPDIR: Chromium's sockets go there.
    with tempfile.TemporaryDirectory(prefix="b-", ignore_cleanup_errors=True) as folder:
        flags = [*CHROMIUM_FLAGS.split(), "--kiosk", size, f"--user-data-dir={folder}/chromium"]
        try:
            with display.programs() as programs:
                programs.start(["chromium", *flags, f"http://127.0.0.1:{server.server_port}/?{query}"])
                wait_until(lambda: page.of("ready"), 60, "the page over the whole display")
                page.wait_for("closed", 0)
                yield page
        finally:
            server.shutdown()
            server.server_close()
