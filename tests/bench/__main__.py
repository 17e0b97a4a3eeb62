"""`python -m tests.bench`: what a step costs outside the model, by part, what memory does over a long run, what
recording and replaying cost, and how fast a run stops.

Each size runs in a process of its own, because pyautogui binds to one display a process. Times are medians with
minimum and 90th percentile, in milliseconds; compare rows of one run only, the machine may be shared.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

PARTS = ("capture", "encode", "request", "parse", "look", "act", "settle", "whole")
NOISY_LOAD = 1.0


def main() -> None:
    """Run the benchmarks and print the tables."""
    parser = argparse.ArgumentParser(prog="tests.bench", description="Measures a step outside the model.")
    parser.add_argument("--steps", type=int, default=20, help="steps a size (default: 20)")
    parser.add_argument("--long", type=int, default=200, help="steps of the memory run (default: 200)")
    parser.add_argument("--session", type=int, default=1000, help="steps of the session replayed (default: 1000)")
    parser.add_argument("--stops", type=int, default=50, help="stops by each path, 2 to 5 s each (default: 50)")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the figures there too")
    arguments = parser.parse_args()
    load = os.getloadavg()[0]
    figures: dict[str, Any] = {"load_before": load}
    figures["steps"] = {size: _run("steps", size, arguments.steps) for size in ("1920x1080", "3840x2160")}
    figures["memory"] = _run("memory", "1280x800", arguments.long)
    figures["offline"] = _run("offline", "640x400", arguments.session, "sessions")
    figures["recording"] = {size: _run("recording", size, 50, "sessions") for size in ("1920x1080", "3840x2160")}
    figures["live"] = _run("live", "1280x800", 3, "sessions")
    figures["client"] = {size: _run("client", size, 30, "client") for size in ("1920x1080", "3840x2160")}
    figures["stops"] = _run("stops", "1280x800", arguments.stops, "stops")
    _print(figures)
    _print_sessions(figures)
    _print_client(figures["client"])
    _print_stops(figures["stops"])
    if load > NOISY_LOAD:
        print(f"noise: the load was {load:.1f} before the first measurement")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1))


def _run(what: str, size: str, steps: int, module: str = "measure") -> dict[str, Any]:
    command = [sys.executable, "-m", f"tests.bench.{module}", what, size, str(steps)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _print(figures: dict[str, Any]) -> None:
    console = Console(width=None if sys.stdout.isatty() else 120)
    table = Table(title="a step outside the model, ms: median (minimum, 90th percentile)")
    table.add_column("part")
    for size in figures["steps"]:
        table.add_column(size, justify="right")
    for part in PARTS:
        cells = [figures["steps"][size][part] for size in figures["steps"]]
        table.add_row(part, *map(_times, cells))
    sizes = [f"{figures['steps'][size]['image_bytes'] / 1000:.0f} kB" for size in figures["steps"]]
    table.add_row("picture", *sizes)
    console.print(table)
    memory = Table(title="memory of a run, MB resident")
    memory.add_column("after step")
    memory.add_column("MB", justify="right")
    for step, megabytes in figures["memory"]["resident"]:
        memory.add_row(str(step), f"{megabytes:.1f}")
    console.print(memory)


def _print_sessions(figures: dict[str, Any]) -> None:
    console = Console(width=None if sys.stdout.isatty() else 120)
    table = Table(title="recording, a step: ms as above, and what it leaves on the disk")
    for name in ("screen", "ms", "kB", "of it lines, kB", "50 steps, MB"):
        table.add_column(name, justify="right")
    for size, one in figures["recording"].items():
        kilobytes = (f"{one[name] / 1000:.1f}" for name in ("bytes", "lines"))
        table.add_row(size, _times(one["ms"]), *kilobytes, f"{one['total'] / 1e6:.1f}")
    console.print(table)
    offline, live = figures["offline"], figures["live"]
    table = Table(title="replaying")
    table.add_column("what")
    table.add_column("figure", justify="right")
    table.add_row(f"offline, {offline['steps']} steps: steps a second", f"{offline['whole']:.0f}")
    table.add_row("offline, half as many", f"{offline['half']:.0f}")
    table.add_row("a step of the recorded run outside the model, ms", _times(live["ran"]))
    table.add_row("the step replayed live, ms", _times(live["replayed"]))
    console.print(table)


def _print_client(figures: dict[str, Any]) -> None:
    table = Table(title="the client, ms: medians")
    for name in ("screen", "request, kB", "raw post", "reply of the client", "added", "stream: first token told after"):
        table.add_column(name, justify="right")
    for size, one in figures.items():
        times = (f"{one[name]:.1f}" for name in ("raw", "client", "overhead", "first_token"))
        table.add_row(size, f"{one['body_bytes'] / 1000:.0f}", *times)
    Console(width=None if sys.stdout.isatty() else 120).print(table)


def _print_stops(figures: dict[str, Any]) -> None:
    count = max(one["count"] for one in figures.values())
    table = Table(title=f"stopped while it types, ms until …: median and worst of {count}")
    for name in ("by", "the last input event", "worst", "the end of the process", "worst"):
        table.add_column(name, justify="left" if name == "by" else "right")
    for name, one in figures.items():
        cells = [one[what][which] for what in ("last_event", "exit") for which in ("median", "worst")]
        table.add_row(name, *(f"{cell:.0f}" for cell in cells))
    Console(width=None if sys.stdout.isatty() else 120).print(table)


def _times(one: dict[str, float]) -> str:
    return f"{one['median']:.1f} ({one['minimum']:.1f}, {one['p90']:.1f})"


if __name__ == "__main__":
    main()
