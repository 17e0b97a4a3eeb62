"""A window that says at once what reached it: a line of JSON on stdout for each press, release and text.

`at` is the machine's monotonic clock, in seconds, as the window's own program reads it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
import tkinter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from actions.action import Point
from agent.virtual import VirtualDisplay
from tests.apps.programs import wait_until

ROOT = __file__.rpartition("/tests/")[0]


class Window:
    """The window, by its lines."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []

    def first(self, fits: Callable[[dict[str, Any]], bool], seconds: float = 10.0) -> dict[str, Any]:
        """The first line that fits, waited for; then all lines are forgotten. Fails the bench where none comes."""

        def found() -> dict[str, Any] | None:
            return next((line for line in list(self.lines) if fits(line)), None)

        wait_until(lambda: found() is not None, seconds, "what was sent to the window")
        line = found()
        assert line is not None
        self.lines.clear()
        return line


@contextmanager
def open_window(display: VirtualDisplay) -> Iterator[tuple[Window, dict[str, Point]]]:
    """The window on that display, and the places of its `area` and its `text`."""
    environment = display.environment() | {"PYTHONPATH": ROOT}
    command = [sys.executable, "-m", "tests.bench.window"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    window = Window()
    threading.Thread(target=_read, args=(process, window), daemon=True).start()
    try:
        line = window.first(lambda line: line["event"] == "places", 20)
        yield window, {name: Point(*line[name]) for name in ("area", "text")}
    finally:
        process.terminate()
        process.wait()


def _read(process: subprocess.Popen[str], window: Window) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        window.lines.append(json.loads(line))


def main() -> None:
    root = tkinter.Tk(className="Bench")
    root.geometry("700x500+100+60")
    area = tkinter.Frame(root, background="#335577", height=200)
    area.pack(fill="x")
    text = tkinter.Text(root, font=("DejaVu Sans", 14))
    text.pack(fill="both", expand=True)

    def say(event: str, **more: Any) -> None:
        sys.stdout.write(json.dumps({"event": event, "at": time.monotonic(), **more}) + "\n")
        sys.stdout.flush()

    def pointer(name: str, event: Any) -> None:
        say(name, x=event.x_root, y=event.y_root, button=event.num)

    def changed(_: Any) -> None:
        if text.edit_modified():
            say("text", holds=text.get("1.0", "end-1c"))
            text.edit_modified(False)

    def clear(_: Any) -> None:
        text.delete("1.0", "end")
        text.focus_set()

    def places() -> None:
        middles = {
            name: (one.winfo_rootx() + one.winfo_width() // 2, one.winfo_rooty() + one.winfo_height() // 2)
            for name, one in (("area", area), ("text", text))
        }
        say("places", **middles)

    area.bind("<ButtonPress>", lambda event: pointer("press", event))
    area.bind("<ButtonRelease>", lambda event: pointer("release", event))
    area.bind("<ButtonPress>", clear, add="+")  # a click into the area makes ready for the next text
    text.bind("<<Modified>>", changed)
    root.after(500, lambda: (root.focus_force(), text.focus_set(), places()))
    root.mainloop()


if __name__ == "__main__":
    main()
