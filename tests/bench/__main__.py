"""`python -m tests.bench`: what a step costs outside the model, by part, and what memory does over a long run.

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
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the figures there too")
    arguments = parser.parse_args()
    load = os.getloadavg()[0]
    figures: dict[str, Any] = {"load_before": load}
    figures["steps"] = {size: _run("steps", size, arguments.steps) for size in ("1920x1080", "3840x2160")}
    figures["memory"] = _run("memory", "1280x800", arguments.long)
    _print(figures)
    if load > NOISY_LOAD:
        print(f"noise: the load was {load:.1f} before the first measurement")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1))


def _run(what: str, size: str, steps: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.measure", what, size, str(steps)]
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
        table.add_row(part, *(f"{c['median']:.1f} ({c['minimum']:.1f}, {c['p90']:.1f})" for c in cells))
    sizes = [f"{figures['steps'][size]['image_bytes'] / 1000:.0f} kB" for size in figures["steps"]]
    table.add_row("picture", *sizes)
    console.print(table)
    memory = Table(title="memory of a run, MB resident")
    memory.add_column("after step")
    memory.add_column("MB", justify="right")
    for step, megabytes in figures["memory"]["resident"]:
        memory.add_row(str(step), f"{megabytes:.1f}")
    console.print(memory)


if __name__ == "__main__":
    main()
