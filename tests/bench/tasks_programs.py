"""The programs of the tasks: started on a display, and asked for their own state."""

from __future__ import annotations

import http.server
import json
import os
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from agent.programs import Programs
from agent.virtual import VirtualDisplay
from tests.apps.programs import APPS, CHROMIUM_FLAGS, focused_program, wait_until

State = dict[str, Any]
Look = Callable[[], State]
START_SECONDS = 90
"""On a machine that does other things too."""
KEPT = "copied-before"


class Program(Protocol):
    """Something to be operated."""

    def running(self, display: VirtualDisplay, folder: Path) -> Any:
        """A context in which it runs, ready for input; a function that gives its state."""


@dataclass(frozen=True)
class Window:
    """tests/apps/panel.py: a Tk window, whose state is the JSON that it writes."""

    spec: dict[str, Any]

    @contextmanager
    def running(self, display: VirtualDisplay, folder: Path) -> Iterator[Look]:
        spec, state = folder / "panel.json", folder / "state.json"
        spec.write_text(json.dumps(self.spec, ensure_ascii=False, indent=1), encoding="utf-8")
        with display.programs() as programs:
            window = programs.start([sys.executable, str(APPS / "panel.py"), str(spec), str(state)])
            wait_until(lambda: state.exists() or window.poll() is not None, START_SECONDS, "the Tk window")
            wait_until(lambda: focused_program(display.name) == "Panel", START_SECONDS, "its focus")
            yield lambda: json.loads(state.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Page:
    """tests/apps/panel.html in Chromium, which posts its state."""

    spec: dict[str, Any]

    @contextmanager
    def running(self, display: VirtualDisplay, folder: Path) -> Iterator[Look]:
        (folder / "panel.json").write_text(json.dumps(self.spec, ensure_ascii=False, indent=1), encoding="utf-8")
        with _server(self.spec) as (url, states), _short_temporary(display, folder) as programs:
            size, place = self._frame(display)
            flags = [*CHROMIUM_FLAGS.split(), size, place, f"--user-data-dir={folder}/chromium"]
            programs.start(["chromium", *flags, f"--app={url}" if self.spec.get("app") else url])
            wait_until(lambda: states, START_SECONDS, "the page in Chromium")
            yield lambda: states[-1]

    def _frame(self, display: VirtualDisplay) -> tuple[str, str]:
        width = round(display.size.width * (0.7 + 0.25 * self.spec["place"][0]))
        height = round(display.size.height * (0.8 + 0.15 * self.spec["place"][1]))
        left = round((display.size.width - width) * self.spec["place"][1])
        return f"--window-size={width},{height}", f"--window-position={left},0"


@contextmanager
def _short_temporary(display: VirtualDisplay, folder: Path) -> Iterator[Programs]:
    # The path of a socket of Chromium's has room for 107 characters, and it leaves their folder behind.
    with Programs(display.environment() | {"TMPDIR": str(folder)}) as programs:
        yield programs


@contextmanager
def _server(spec: dict[str, Any]) -> Iterator[tuple[str, list[State]]]:
    states: list[State] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_page = self.path == "/"
            body = (APPS / "panel.html").read_bytes() if is_page else json.dumps(spec).encode()
            self._answer(body if self.path in ("/", "/spec") else b"")

        def do_POST(self) -> None:
            states.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self._answer(b"")

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/", states
        finally:
            server.shutdown()
            thread.join()


@dataclass(frozen=True)
class Terminal:
    """A shell in xterm; its state is what lies in its folder."""

    look: dict[str, Any]
    title: str
    place: list[float]
    files: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def running(self, display: VirtualDisplay, folder: Path) -> Iterator[Look]:
        work = folder / "work"
        work.mkdir()
        for name, text in self.files.items():
            (work / name).write_text(text, encoding="utf-8")
        left, top = round(self.place[0] * 300), round(self.place[1] * 150)
        options = ["-u8", "-fa", self.look["font"], "-fs", str(self.look["size"] * 0.7), "-bg", self.look["paper"]]
        options += ["-fg", self.look["ink"], "-T", self.title, "-geometry", f"76x22+{left}+{top}"]
        with Programs(display.environment() | {"PS1": "$ ", "ENV": ""}) as programs:
            programs.start(["xterm", *options, "-e", "sh"], folder=work)
            wait_until(lambda: focused_program(display.name) == "XTerm", START_SECONDS, "the terminal's focus")
            yield lambda: _files(work)


def _files(folder: Path) -> State:
    """Every file and folder below, by its name."""
    found = sorted(folder.rglob("*"))
    return {
        str(path.relative_to(folder)): "folder" if path.is_dir() else path.read_text(encoding="utf-8") for path in found
    }


@dataclass(frozen=True)
class Desktop:
    """A desktop program of GTK (l3afpad, galculator) in the task's language; `file` lies in its folder and is opened.

    The state is that file's text and, where the task `copies`, the clipboard, which holds something at first.
    (l3afpad itself takes the clipboard over when something is pasted into it.)
    """

    program: str
    language: str
    place: list[float]
    copies: bool
    file: str | None = None
    text: str = ""

    @contextmanager
    def running(self, display: VirtualDisplay, folder: Path) -> Iterator[Look]:
        home = folder / "home"
        (home / ".config").mkdir(parents=True)
        environment = display.environment() | {
            "HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), "LANG": "C.UTF-8",
            "LANGUAGE": "zh_CN" if self.language == "zh" else "en",
        }  # fmt: skip
        environment.pop("LC_ALL", None)
        path = None if self.file is None else folder / self.file
        if path is not None:
            path.write_text(self.text, encoding="utf-8")
        with Programs(environment) as programs:
            programs.start(["sh", "-c", f"echo {KEPT} | xclip -selection clipboard -quiet"])
            programs.start([self.program, *([] if path is None else [str(path)])])
            wait_until(lambda: _clipboard(display), START_SECONDS, "the clipboard")
            wait_until(
                lambda: focused_program(display.name).lower() == self.program, START_SECONDS, f"{self.program}'s focus"
            )
            self._move(display)
            yield lambda: self._state(display, path)

    def _state(self, display: VirtualDisplay, path: Path | None) -> State:
        state = {} if path is None else {"file": path.read_text(encoding="utf-8")}
        return state | ({"clipboard": _clipboard(display)} if self.copies else {})

    def _move(self, display: VirtualDisplay) -> None:
        environment = display.environment()
        search = f"xdotool search --onlyvisible --class {shlex.quote(self.program)}"
        window = subprocess.run(shlex.split(search), env=environment, capture_output=True, text=True, check=True)
        number = window.stdout.split()[-1]
        told = subprocess.run(
            ["xdotool", "getwindowgeometry", number], env=environment, capture_output=True, text=True, check=True
        ).stdout
        width, height = map(int, re.search(r"Geometry: (\d+)x(\d+)", told).groups())
        left = round(self.place[0] * max(0, display.size.width - width - 20))
        top = round(self.place[1] * max(0, display.size.height - height - 60))
        subprocess.run(
            ["xdotool", "windowmove", "--sync", number, str(left + 1), str(top + 21)],
            env=environment, check=True, timeout=20, stdout=subprocess.DEVNULL,
        )  # fmt: skip


def _clipboard(display: VirtualDisplay) -> str:
    asked = subprocess.run(
        ["timeout", "3", "xclip", "-selection", "clipboard", "-o"],
        env=os.environ | {"DISPLAY": display.name},
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout.strip() if asked.returncode == 0 else ""
