"""`python -m tests.bench`: how fast the program is, beside the ways of the field, in one run on displays of its own.

Times are medians of so many runs with minimum and 90th percentile. Compare within one run alone: the machine may be
shared. The report's JSON stands beside the tables.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from tests.bench.parts import PARTS
from tests.bench.report import Report

WIDTH = 150
"""Columns, where the output is no terminal."""


def main(arguments: list[str] | None = None) -> int:
    """Run the parts asked for; 1 where one of them could not be run, whatever the others found."""
    options = _options(arguments)
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    figures: dict[str, Any] = {"time": datetime.now(UTC).isoformat(timespec="seconds"), "cores": os.cpu_count()}
    figures |= {"quick": options.quick, "parts": {}}
    failed = []
    for name in options.only or PARTS:
        console.rule(f"[bold]{name}[/]: {PARTS[name].about}")
        part = _run(name, options.count or (PARTS[name].quick if options.quick else PARTS[name].count))
        figures["parts"][name] = part
        if "report" in part:
            Report.read(part["report"]).print(console)
        else:
            failed.append(name)
            console.print(f"  [red]{name} could not be measured: {part['failed']}[/]", highlight=False)
        if noise := noisy(part["load"], figures["cores"]):
            console.print(f"  [yellow]{noise}[/]", highlight=False)
        options.json.write_text(json.dumps(figures, indent=1))
    _summary(console, figures, failed)
    console.print(f"figures: {options.json}", highlight=False, soft_wrap=True)
    return 1 if failed else 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    listed = "\n".join(f"  {name:10} {part.about}" for name, part in PARTS.items())
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description="Measures how fast the program is.",
        epilog=f"parts:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", action="append", choices=tuple(PARTS), metavar="NAME", help="this part; repeatable")
    parser.add_argument("--quick", action="store_true", help="few runs of each: does it work, not how fast")
    parser.add_argument("--count", type=int, metavar="N", help="so many runs of each, whatever the part's own number")
    default = Path(tempfile.gettempdir()) / "gui-plus-agent-bench.json"
    parser.add_argument("--json", type=Path, default=default, metavar="FILE", help=f"the figures (default: {default})")
    options = parser.parse_args(arguments)
    if options.count is not None and options.count < 1:
        parser.error("--count needs at least 1")
    if not options.json.parent.is_dir():
        parser.error(f"--json: there is no folder {options.json.parent}")
    return options


def _run(name: str, count: int) -> dict[str, Any]:
    """The part's report, or why there is none; how long it took, and the load before and after."""
    before, started = os.getloadavg()[0], time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        file = Path(folder) / "report.json"
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.parts", name, str(count), str(file)],
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        found: dict[str, Any] = {"count": count, "load": [before, os.getloadavg()[0]]}
        found["seconds"] = round(time.monotonic() - started, 1)
        if done.returncode == 0:
            return found | {"report": json.loads(file.read_text())}
    return found | {"failed": (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]}


def noisy(load: list[float], cores: int) -> str | None:
    """What to say where others kept the machine busy before the part began."""
    if load[0] <= cores / 2:
        return None
    return f"noise: before this part the load was {load[0]:.1f} on {cores} cores; the figures are upper bounds"


def _summary(console: Console, figures: dict[str, Any], failed: list[str]) -> None:
    console.rule("[bold]targets[/]")
    for name, part in figures["parts"].items():
        targets = part.get("report", {}).get("targets", ())
        met = sum(target["met"] for target in targets)
        if targets:
            console.print(f"  {name}: {met} of {len(targets)} met", highlight=False)
    if failed:
        console.print(f"  not measured: {', '.join(failed)}", style="red")


if __name__ == "__main__":
    sys.exit(main())
