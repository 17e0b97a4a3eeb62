"""A small desktop to drive: a window with labelled icons, of which "Browser" opens Chromium on a local page.

    python launcher.py [--seed N] [--log FILE]

Two processes, so that everything is cleaned up whatever happens to the display: this one serves the page, starts and
ends Chromium and removes its profile, and never talks to X; its child (`--window`) shows the icons and says on a
pipe which of them was activated. With a seed, labels, places, colours, fonts and the title are drawn from it.
"""

from __future__ import annotations

import argparse
import colorsys
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PAGE = Path(__file__).with_name("page.html")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER_FLAGS = (
    "--disable-gpu",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--password-store=basic",
    "--window-size=900,620",
)
GRACE_SECONDS = 1.0

BROWSER_LABELS = ("Browser", "BROWSER", "browser")
OTHER_LABELS = ("Files", "Terminal", "Notes", "Mail", "Music", "Photos", "Calendar", "Settings", "Paint", "Games")
TITLES = ("Desktop", "Start", "Workspace", "My programs", "Home", "Launcher", "Welcome back")
FONTS = ("DejaVu Sans", "DejaVu Serif", "DejaVu Sans Mono")
CELL = (176, 150)
ICON_SIDE = 64
MIN_CONTRAST = 4.5


# What the window looks like: arithmetic alone, so that it can be tested without one.


@dataclass(frozen=True)
class Icon:
    """An icon: its label, its centre on the canvas in pixels, and its colour."""

    label: str
    x: int
    y: int
    colour: str
    look: str = ""
    """Whose picture it has; its own label's where empty."""


@dataclass(frozen=True)
class Layout:
    """All that can differ from one desktop to the next. Sizes and places in pixels."""

    title: str
    left: int
    top: int
    width: int
    height: int
    background: str
    text_colour: str
    font: str
    font_pixels: int
    bold: bool
    icons: tuple[Icon, ...]

    @property
    def browser(self) -> Icon:
        return next(icon for icon in self.icons if icon.label.lower() == "browser")


DEMO_LAYOUT = Layout(
    title="Desktop",
    left=80,
    top=60,
    width=1100,
    height=660,
    background="#23395b",
    text_colour="#ffffff",
    font="DejaVu Sans",
    font_pixels=18,
    bold=False,
    icons=(
        Icon("Browser", 160, 150, "#4f9dde"),
        Icon("Files", 400, 150, "#f2c14e"),
        Icon("Terminal", 640, 150, "#3d3d3d"),
        Icon("Notes", 880, 150, "#9fd356"),
    ),
)


def random_layout(seed: int) -> Layout:
    """The desktop of a seed: one icon is the browser's, no two share a cell, the labels can be read."""
    rng = random.Random(seed)
    columns, rows = rng.randint(3, 5), rng.randint(2, 3)
    cells = [(column, row) for column in range(columns) for row in range(rows)]
    labels = [rng.choice(BROWSER_LABELS), *rng.sample(OTHER_LABELS, rng.randint(2, 5))]
    icons = tuple(_icon(rng, label, cell) for label, cell in zip(labels, rng.sample(cells, len(labels)), strict=True))
    background = _colour(rng)
    return Layout(
        title=rng.choice(TITLES),
        left=rng.randint(10, 150),
        top=rng.randint(10, 120),
        width=columns * CELL[0] + rng.randint(0, 120),
        height=rows * CELL[1] + rng.randint(0, 80),
        background=background,
        text_colour=_readable_on(background, rng),
        font=rng.choice(FONTS),
        font_pixels=rng.randint(14, 20),
        bold=rng.random() < 0.5,
        icons=icons,
    )


def _icon(rng: random.Random, label: str, cell: tuple[int, int]) -> Icon:
    x = cell[0] * CELL[0] + CELL[0] // 2 + rng.randint(-16, 16)
    y = cell[1] * CELL[1] + CELL[1] // 2 - 16 + rng.randint(-8, 8)
    return Icon(label, x, y, _colour(rng))


def _colour(rng: random.Random) -> str:
    parts = colorsys.hls_to_rgb(rng.random(), rng.uniform(0.1, 0.95), rng.uniform(0.1, 0.9))
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def _readable_on(background: str, rng: random.Random) -> str:
    for _ in range(100):
        if contrast(colour := _colour(rng), background) >= MIN_CONTRAST:
            return colour
    return max("#000000", "#ffffff", key=lambda colour: contrast(colour, background))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def changed_layout(layout: Layout, move: tuple[int, int], label: str | None, decoy: str | None) -> Layout:
    """The browser's icon moved or renamed; `decoy` is the label of a look-alike that stands where it was."""
    old = layout.browser
    new = replace(old, label=label or old.label, x=old.x + move[0], y=old.y + move[1], look=old.label)
    others = [new if icon is old else icon for icon in layout.icons]
    if decoy is not None:
        others.append(replace(old, label=decoy, look=old.label))
    return replace(layout, icons=tuple(others))


# The child: the window.


def show_window(layout: Layout) -> None:
    """Show the icons until the window is closed; a line on stdout names each icon that is activated."""
    import tkinter

    root = tkinter.Tk(className="Launcher")
    root.title(layout.title)
    root.geometry(f"{layout.width}x{layout.height}+{layout.left}+{layout.top}")
    canvas = tkinter.Canvas(root, background=layout.background, highlightthickness=0, cursor="arrow")
    canvas.pack(fill="both", expand=True)
    font = (layout.font, -layout.font_pixels, "bold" if layout.bold else "normal")
    for number, icon in enumerate(layout.icons):
        tag = f"icon{number}"
        _draw(canvas, icon, tag)
        label_y = icon.y + ICON_SIDE // 2 + 8
        canvas.create_text(icon.x, label_y, text=icon.label, font=font, fill=layout.text_colour, anchor="n", tags=tag)
        canvas.tag_bind(tag, "<Button-1>", lambda _event, label=icon.label: print(label, flush=True))
    canvas.bind("<Map>", lambda _event: print(flush=True))  # An empty line: the window is there.
    root.mainloop()


def _draw(canvas, icon: Icon, tag: str) -> None:
    half = ICON_SIDE // 2
    left, top, right, bottom = icon.x - half, icon.y - half, icon.x + half, icon.y + half
    line = {"outline": "#ffffff", "width": 2, "tags": tag}
    match (icon.look or icon.label).lower():
        case "browser":
            canvas.create_oval(left, top, right, bottom, fill=icon.colour, **line)
            canvas.create_oval(icon.x - half // 2, top, icon.x + half // 2, bottom, **line)
            canvas.create_line(left, icon.y, right, icon.y, fill="#ffffff", width=2, tags=tag)
        case "files":
            canvas.create_rectangle(left, top + 10, icon.x, bottom - 6, fill=icon.colour, **line)
            canvas.create_rectangle(left, top + 20, right, bottom - 6, fill=icon.colour, **line)
        case "terminal":
            canvas.create_rectangle(left, top + 6, right, bottom - 6, fill=icon.colour, **line)
            points = (left + 12, top + 18, left + 24, top + 28, left + 12, top + 38)
            canvas.create_line(*points, fill="#ffffff", width=3, tags=tag)
        case _:
            canvas.create_rectangle(left + 6, top, right - 6, bottom, fill=icon.colour, **line)
            for y in range(top + 16, bottom - 8, 12):
                canvas.create_line(left + 16, y, right - 16, y, fill="#ffffff", width=2, tags=tag)


# The parent: the page, the browser, and the end of both.


class Log:
    """One line an event, written at once; nothing without a file."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()

    def write(self, event: str) -> None:
        if self._path is None:
            return
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(event + "\n")


class _Page(BaseHTTPRequestHandler):
    # "/" is the page; the page asks for "/shown" once it has been painted.
    def do_GET(self) -> None:
        found = self.path in {"/", "/shown"}
        body = PAGE.read_bytes() if self.path == "/" else b""
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        if found:
            self.server.log.write("page requested" if self.path == "/" else "page shown")

    def log_message(self, *_: object) -> None:
        """Keep the terminal clean."""


@contextmanager
def page_server(log: Log) -> Iterator[str]:
    """The page on a loopback port of its own; its URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Page) as server:
        server.log = log
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


@contextmanager
def browser(url: str) -> Iterator[Callable[[], None]]:
    """A function that opens the browser, once while it runs. Leaving ends it and removes all it wrote."""
    folder = Path(tempfile.mkdtemp(prefix="launcher-"))
    running: list[subprocess.Popen] = []

    def start() -> None:
        if running and running[-1].poll() is None:
            return  # The second click of a double click.
        program = next(filter(shutil.which, BROWSERS), None)
        if program is None:
            print(f"no browser: none of {', '.join(BROWSERS)} is on PATH", file=sys.stderr)
            return
        flags = [*BROWSER_FLAGS, f"--user-data-dir={folder / 'profile'}"]
        if os.geteuid() == 0:
            flags += ["--no-sandbox", "--test-type"]  # Its sandbox refuses root; "test-type" hides the banner on that.
        # Its sockets go to TMPDIR, and it leaves their folder behind.
        environment = {**os.environ, "TMPDIR": str(folder)}
        running.append(subprocess.Popen([program, *flags, url], env=environment, stderr=subprocess.DEVNULL))

    try:
        yield start
    finally:
        for process in running:
            end(process)
        _remove(folder)


def end(process: subprocess.Popen) -> None:
    """TERM, and KILL after a grace."""
    process.terminate()
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _remove(folder: Path) -> None:
    # Chromium's children may write for a moment after it has ended.
    for _ in range(100):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        threading.Event().wait(0.01)


def run(arguments: list[str], log: Log, *, idle: bool = False) -> None:
    """Show the window in a child and do what its icons ask for, until it ends or we are told to."""
    command = [sys.executable, __file__, "--window", *arguments]
    with page_server(log) as url, browser(url) as open_browser:
        window = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            for line in window.stdout:
                label = line.strip()
                log.write(f"activated {label}" if label else "window ready")
                if label.lower() == "browser" and not idle:
                    open_browser()
        finally:
            end(window)
            window.stdout.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, help="draw the layout at random from this number")
    parser.add_argument("--log", type=Path, help="append a line for each thing that happens")
    parser.add_argument("--window", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--move", type=int, nargs=2, default=(0, 0), metavar=("DX", "DY"), help="the browser's icon")
    parser.add_argument("--rename", metavar="LABEL", help="the browser's icon; it opens nothing then")
    parser.add_argument("--decoy", metavar="LABEL", help="a look-alike where the browser's icon was")
    parser.add_argument("--idle", action="store_true", help="no icon opens anything")
    options = parser.parse_args()
    if options.window:
        layout = DEMO_LAYOUT if options.seed is None else random_layout(options.seed)
        show_window(changed_layout(layout, options.move, options.rename, options.decoy))
        return

    def stop(*_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    run(sys.argv[1:], Log(options.log), idle=options.idle)


if __name__ == "__main__":
    main()
