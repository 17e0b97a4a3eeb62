"""How fast a run stops.

A run types a long text into the sink's window and is stopped, by each path, at so many random instants. Counted from
the signal, key or pointer event: until the last input event that the window got, by the X server's own time, and until
the process has ended.
"""

from __future__ import annotations

import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from typing import Any

from Xlib import XK, X
from Xlib.ext.xtest import fake_input

from actions.action import Size
from actions.x11 import close, connect
from tests.apps.programs import SinkWindow, wait_until
from tests.bench.desk import sink_desk
from tests.bench.ours import MODEL, ROOT
from tests.bench.report import Report, Table
from tests.endpoint_server import EndpointServer, Reply
from tests.fakes import call

SIZE = Size(1280, 800)
TEXT = "ABCD efgh " * 1900
OURS = ("Control_L", "Alt_L", "q")
"""The panic key itself, which the window gets too."""
CHORD = (XK.XK_Control_L, XK.XK_Alt_L, XK.XK_q)
STOPPED = 130
Stop = Callable[[Any, int], float]
"""Stops the process of that id, on that display; returns the instant."""


def _signal(number: signal.Signals) -> Stop:
    def stop(_: Any, pid: int) -> float:
        now = time.monotonic()
        os.kill(pid, number)
        return now

    return stop


def _panic_key(display: Any, _: int) -> float:
    codes = [display.keysym_to_keycode(symbol) for symbol in CHORD]
    for code in codes[:-1]:
        fake_input(display, X.KeyPress, code)
    display.sync()
    now = time.monotonic()
    fake_input(display, X.KeyPress, codes[-1])
    for code in reversed(codes):
        fake_input(display, X.KeyRelease, code)
    display.sync()
    return now


def _corner(display: Any, _: int) -> float:
    now = time.monotonic()
    fake_input(display, X.MotionNotify, x=0, y=0)
    display.sync()
    return now


PATHS: dict[str, Stop] = {
    "panic key": _panic_key,
    "screen corner": _corner,
    "SIGINT (Ctrl-C)": _signal(signal.SIGINT),
    "SIGTERM": _signal(signal.SIGTERM),
    "SIGHUP": _signal(signal.SIGHUP),
}


def run(count: int, names: Sequence[str] = ()) -> Report:
    """`count` stops by each path, or by those named."""
    chance = random.Random(count)
    rows = []
    for name in names or PATHS:
        with sink_desk(SIZE) as sink:
            display = connect()
            place = sink.place("text")
            at = [place.x * 1000 / SIZE.width, place.y * 1000 / SIZE.height]
            turns = [_turn(sink, at, display, PATHS[name], chance.randint(5_000, 100_000)) for _ in range(count)]
            close(display)
        cells = (
            statistics.median(times) if which == "median" else max(times)
            for times in zip(*turns, strict=True)
            for which in ("median", "worst")
        )
        rows.append((name, tuple(cells)))
    columns = ("stopped by", "the last input event: median", "worst", "the end of the process: median", "worst")
    return Report((Table(f"stopped while it types, ms until …; of {count} each", columns, tuple(rows)),))


def _turn(sink: SinkWindow, at: list[float], display: Any, stop: Stop, written: int) -> tuple[float, float]:
    """Milliseconds from the stop to the last event and to the end, once so many bytes of events are written down."""
    click = call("left_click", coordinate=at)
    begun = sink._log.stat().st_size
    with (
        EndpointServer([Reply(click), Reply(call("type", text=TEXT))]) as server,
        tempfile.TemporaryDirectory() as home,
    ):
        options = ["--model", MODEL, "--base-url", server.base_url, "--approve", "never", "--on-human", "ignore"]
        process = subprocess.Popen(
            [sys.executable, "-m", "agent.cli", "run", "type it", *options],
            env=os.environ | {"PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": home},
            cwd=home,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_until(lambda: sink._log.stat().st_size >= begun + written, 60, "the typing")
            stopped = stop(display, process.pid)
            code = process.wait()
            ended = time.monotonic()
        finally:
            process.kill()
    if code != STOPPED:
        raise SystemExit(f"the run ended with {code}, not with {STOPPED}")
    _quiet(sink)
    lines = [json.loads(line) for line in sink._log.read_bytes()[begun:].splitlines()]
    keys = [line for line in lines if line["event"] in ("keydown", "keyup")]
    if 2 * sum(line["event"] == "keydown" for line in keys) != len(keys):
        raise SystemExit("not every key that went down has come up")
    times = [line["at"] for line in keys if line["keysym"] not in OURS]
    return max(0.0, max(times) - stopped * 1000), (ended - stopped) * 1000


def _quiet(sink: SinkWindow) -> None:
    """Until the window has written down all it got."""
    seen, since = -1, time.monotonic()
    while time.monotonic() < since + 0.3:
        if (now := sink._log.stat().st_size) != seen:
            seen, since = now, time.monotonic()
        time.sleep(0.05)
