"""Start-up: what the command line costs before it does anything, against an interpreter that does nothing."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from actions.action import Size
from agent.virtual import VirtualDisplay
from tests.bench.desk import display_of
from tests.bench.endpoint import Endpoint, Exchange, click, done
from tests.bench.ours import CLI, ROOT, agent_run, environment
from tests.bench.report import Ratio, Report, Table, Target, Timing, spread_warnings
from tests.bench.window import open_window

SIZE = Size(1280, 800)
EMPTY, HELP, LIST = "python -c pass", "agent --help", "agent list recordings"
FIRST_ACTION = "agent run, until its first click is in a window"
FIRST_ASKING = "the same, asking about what is risky (the default), without the model's 2 s"
THINKING = 2.0
"""Seconds, in which what the first click needs can be loaded."""
MOST_OF_EMPTY = 3
HELPED = """
import contextlib, io
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    from agent.cli import main
    main(["--help"])
"""
IMPORTED = """
import json, sys
print(json.dumps([module.__file__ for module in list(sys.modules.values()) if getattr(module, "__file__", None)]))
"""


def run(count: int) -> Report:
    """`count` starts of each."""
    commands = {
        EMPTY: (sys.executable, "-c", "pass"),
        HELP: (*CLI, "--help"),
        LIST: (*CLI, "list", str(ROOT / "recordings")),
    }
    times: dict[str, list[float]] = {name: [] for name in (*commands, FIRST_ACTION, FIRST_ASKING)}
    with display_of(SIZE) as display:
        for _ in range(count):
            for name, command in commands.items():
                times[name].append(_milliseconds(command))
            times[FIRST_ACTION].append(_first_click(display))
            times[FIRST_ASKING].append(_first_click(display, THINKING, "--approve", "risky"))
    rows = {name: Timing.of(values) for name, values in times.items()}
    empty = rows[EMPTY].median
    table = Table(
        "start-up, ms: median (minimum, 90th percentile)",
        ("what", "ms", "of an empty interpreter"),
        tuple((name, (one, Ratio(one.median / empty))) for name, one in rows.items()),
    )
    strangers = third_party()
    targets = (
        Target(f"{HELP}, of an empty interpreter", rows[HELP].median / empty, MOST_OF_EMPTY),
        Target(f"third-party packages that {HELP} imports", len(strangers), 0),
    )
    named = (f"{HELP} imports {', '.join(strangers)}",) if strangers else ()
    return Report((table,), targets, named + spread_warnings([table]))


def third_party(code: str = HELPED) -> list[str]:
    """The packages of others that `code` imports, `agent --help` for one, beyond what an empty interpreter has here."""
    return sorted(_packages(code) - _packages(""))


def _packages(code: str) -> set[str]:
    command = [sys.executable, "-c", code + IMPORTED]
    listed = subprocess.run(command, env=environment(), stdout=subprocess.PIPE, text=True, check=True).stdout
    files = [Path(file).parts for file in json.loads(listed)]
    return {parts[parts.index("site-packages") + 1] for parts in files if "site-packages" in parts}


def _milliseconds(command: Sequence[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, env=environment(), stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - started) * 1000


def _first_click(display: VirtualDisplay, thinking: float = 0.0, *options: str) -> float:
    """Milliseconds, without those that the model thinks."""
    with open_window(display) as (window, places):

        def decide(_: Exchange) -> str:
            if endpoint.exchanges:
                return done()
            time.sleep(thinking)
            return click(places["area"], SIZE)

        with Endpoint(decide) as endpoint:
            started = time.monotonic()
            with agent_run(endpoint.base_url, "--no-record", *options) as agent:
                at = float(window.first(lambda line: line["event"] == "press", 30)["at"])
                agent.wait(30)
    return (at - started - thinking) * 1000
