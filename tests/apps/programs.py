"""Real programs for the tests to drive, and what they say they received."""

from __future__ import annotations

import http.server
import json
import shlex
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from Xlib.error import XError

from actions import action as act
from actions.action import GroundedAction, Point
from actions.executor import Executor
from actions.x11 import ancestors, class_names, close, connect, focused_window
from agent.virtual import VirtualDisplay

APPS = Path(__file__).parent
CHROMIUM_FLAGS = (
    "--no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update"
    " --test-type --disable-sync --password-store=basic --no-default-browser-check"
    " --disable-search-engine-choice-screen"
    " --window-position=0,0 --window-size=900,760"
)


def wait_until(condition: Callable[[], object], seconds: float = 10, what: str = "the condition") -> None:
    """Return as soon as `condition` is true; fail the test when it is not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true within {seconds} s")
        time.sleep(0.01)


def focused_program(display: str) -> str:
    """The WM_CLASS of the window that keys go to, or of one it stands in; "" where there is none."""
    connection = connect(display)
    try:
        window = focused_window(connection)
        names = [name for each in (ancestors(window) if window else []) for name in class_names(each)]
        return names[-1] if names else ""
    except XError:
        return ""  # It went while we asked.
    finally:
        close(connection)


class SinkWindow:
    """The Tk window of sink.py, by what it logs."""

    def __init__(self, display: str, log: Path) -> None:
        self._display = display
        self._log = log
        self._forgotten = 0

    def lines(self) -> list[dict[str, Any]]:
        """Everything since `forget`."""
        return self._all()[self._forgotten :]

    def _all(self) -> list[dict[str, Any]]:
        """Every whole line; the last may still be being written."""
        text = self._log.read_text() if self._log.exists() else ""
        return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]

    def forget(self) -> None:
        self._forgotten += len(self.lines())

    def events(self, *names: str) -> list[dict[str, Any]]:
        return [line for line in self.lines() if line["event"] in names]

    def held(self, widget: str) -> str:
        """What the field holds, as last told."""
        return next((line[widget] for line in reversed(self._all()) if line["event"] == "state"), "")

    def expect(self, widget: str, text: str, seconds: float = 10) -> None:
        """Wait until a field holds just `text`."""
        try:
            wait_until(lambda: self.held(widget) == text, seconds)
        except AssertionError:
            keys = [(line["keysym"], line["widget"]) for line in self.events("keydown")]
            focused = focused_program(self._display)
            raise AssertionError(
                f"{widget} holds {self.held(widget)[:99]!r}, not {text[:99]!r}; focus: {focused!r}, keys: {keys[-20:]}"
            ) from None

    def place(self, widget: str) -> Point:
        return Point(*next(line[widget] for line in reversed(self._all()) if line["event"] == "places"))

    def click_into(self, executor: Executor, widget: str) -> None:
        """Focus a widget; the window manager gives a window the keyboard some time after the click."""
        for _ in range(3):  # The window may still have been on its way to its place.
            self.forget()
            executor.perform(GroundedAction(act.LeftClick(coordinate=(0, 0)), self.place(widget)))
            if self.wait_for(1, "release")[0]["widget"] == widget:
                break
        wait_until(lambda: focused_program(self._display) == "Sink", what="the sink's focus")

    def wait_for(self, count: int, *names: str) -> list[dict[str, Any]]:
        try:
            wait_until(lambda: len(self.events(*names)) >= count)
        except AssertionError:
            seen = [(line["event"], line.get("button"), line.get("widget")) for line in self.lines()]
            raise AssertionError(f"not {count} of {names} but {seen}") from None
        return self.events(*names)


@contextmanager
def sink_window(display: VirtualDisplay, folder: Path) -> Iterator[SinkWindow]:
    log = folder / "sink.jsonl"
    with display.programs() as programs:
        programs.start([sys.executable, str(APPS / "sink.py"), str(log)])
        sink = SinkWindow(display.name, log)
        wait_until(lambda: sink.events("places") and sink.events("focus"), 20, "the sink's window")
        yield sink


class Page:
    """The page of playground.html in Chromium, by what it posts."""

    def __init__(self) -> None:
        self.state: dict[str, Any] = {}

    def place(self, element: str) -> Point:
        return Point(*self.state["places"][element])

    def click_into(self, executor: Executor, element: str) -> None:
        """Focus an element. Chromium looks up what a click hits, and keys may overtake it meanwhile."""
        clicks = self.count("click")
        executor.perform(GroundedAction(act.LeftClick(coordinate=(0, 0)), self.place(element)))
        wait_until(lambda: self.count("click") > clicks and self.state["focus"] == element, what=f"focus on {element}")

    def count(self, event: str) -> int:
        return int(self.state["events"].get(event, 0))


def _handler(page: Page) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer((APPS / "playground.html").read_bytes() if self.path.startswith("/page") else b"")

        def do_POST(self) -> None:
            page.state = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._answer(b"")

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@contextmanager
def chromium_page(display: VirtualDisplay, folder: Path, query: str = "") -> Iterator[Page]:
    page = Page()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(page))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}/page?{query}"
    try:
        with display.programs() as programs:
            programs.start(["chromium", *CHROMIUM_FLAGS.split(), f"--user-data-dir={folder}/chromium", f"--app={url}"])
            wait_until(lambda: page.state.get("ready"), 60, "the page in Chromium")
            yield page
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def terminal(display: VirtualDisplay, folder: Path) -> Iterator[Path]:
    """An xterm in UTF-8 whose `cat` writes what is typed to the file given, line by line."""
    received, ready = folder / "received", folder / "ready"
    script = f"touch {shlex.quote(str(ready))}; cat > {shlex.quote(str(received))}"
    with display.programs() as programs:
        # Fixed geometry; -u8 makes it UTF-8 in any locale.
        programs.start(["xterm", "-u8", "-geometry", "80x24+100+60", "-e", "sh", "-c", script])
        wait_until(ready.exists, 20, "the terminal")
        wait_until(lambda: focused_program(display.name) == "XTerm", what="the terminal's focus")
        yield received
