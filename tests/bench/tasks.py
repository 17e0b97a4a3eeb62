"""`python -m tests.bench.tasks --seed N`: what the offline model makes of tasks on real programs.

Each task runs on a display of its own, as a user would give it to `agent run`, and is judged by the program's state.
Words, looks, places and wordings are drawn from the seed. What did not go well keeps its recording (`agent show` makes
a page of it). The exit code is 1 where anything was done that should not have been, where a success was claimed that
is none, or where less than `--least` percent went as they should.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from agent.virtual import VirtualDisplay
from tests.apps.programs import wait_until
from tests.bench import tasks_desktop, tasks_judge, tasks_panel, tasks_places, tasks_refused
from tests.bench.tasks_draw import Draw
from tests.bench.tasks_judge import BROKEN, FORBIDDEN, GOOD, Case, Ending, judge, reached
from tests.bench.tasks_programs import Look

SCENARIOS = tasks_panel.SCENARIOS | tasks_places.SCENARIOS | dict(tasks_desktop.SCENARIOS) | tasks_refused.SCENARIOS
ROOT = Path(__file__).parents[2]
AGENT = [sys.executable, "-c", "import sys; from agent.cli import main; sys.exit(main())"]
OPTIONS = ("--model", "offline", "--approve", "never", "--on-human", "ignore", "--json")
RUN_SECONDS = 240
STATE_SECONDS = 2
"""How long after the run the program's state may still come."""
LEAST = 90.0


@dataclass(frozen=True)
class Result:
    """What became of one task."""

    name: str
    language: str
    outcome: str
    steps: int
    seconds: float
    task: str
    reason: str
    kept: str = ""
    """The folder of the recording, of what did not go well."""

    @property
    def is_good(self) -> bool:
        return self.outcome in GOOD


def draw_case(name: str, seed: int) -> tuple[Draw, Case]:
    """The task of that name as the seed has it."""
    language, build = SCENARIOS[name]
    draw = Draw(seed, name, language)
    return draw, build(draw)


def run_task(name: str, seed: int, keep: Path) -> Result:
    """One task on a display of its own. What it leaves stays in `keep` where it did not go well."""
    draw, case = draw_case(name, seed)
    folder = Path(tempfile.mkdtemp(prefix="task-"))  # Short: the paths of Chromium's sockets lie below it.
    began = time.monotonic()
    try:
        with VirtualDisplay(draw.size) as display:
            _move_pointer_away(display)
            with case.program.running(display, folder) as look:
                began = time.monotonic()
                end = _run(case, folder, display.environment(), look)
        outcome = judge(case, end)
    except Exception as error:  # noqa: BLE001 (a program that does not start must not end the others' runs)
        end, outcome = Ending(-1, {"reason": f"{type(error).__name__}: {error}"}, {}, {}), BROKEN
    seconds = time.monotonic() - began
    kept = "" if outcome in GOOD else _keep(folder, keep / name, case, end, outcome)
    shutil.rmtree(folder, ignore_errors=True)
    return Result(
        name, draw.language, outcome, end.event.get("steps", 0), round(seconds, 1), case.sentence, end.reason, kept
    )


def _move_pointer_away(display: VirtualDisplay) -> None:
    """To the right edge: in the middle, a window may come up below it."""
    place = (str(display.size.width - 2), str(display.size.height // 2))
    subprocess.run(["xdotool", "mousemove", *place], env=display.environment(), check=True)


def _run(case: Case, folder: Path, environment: dict[str, str], look: Look) -> Ending:
    ours = {name: value for name, value in environment.items() if not name.startswith(("AGENT_", "DASHSCOPE_"))}
    before = look()
    done = subprocess.run(
        [*AGENT, "run", *OPTIONS, "--record", str(folder / "recording"), case.sentence],
        env=ours | {"PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": str(folder), "TMPDIR": str(folder)},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        check=False,
    )
    events = [json.loads(line) for line in done.stdout.splitlines()]
    last = events[-1] if events and events[-1]["event"] == "session_ended" else {"reason": done.stderr[-400:]}
    goal = case if case.refused is None else Case(case.sentence, case.program)
    with contextlib.suppress(AssertionError):  # The judge will say.
        wait_until(lambda: reached(goal, before, look()), STATE_SECONDS)
    return Ending(done.returncode, last, before, look())


def _keep(folder: Path, place: Path, case: Case, end: Ending, outcome: str) -> str:
    """Keeps the recording, and beside it what was wanted and what came: outcome.json and last.png."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for name in ("recording", "panel.json"):
        if (folder / name).is_dir():
            shutil.copytree(folder / name, place / name)
        elif (folder / name).exists():
            shutil.copy(folder / name, place / name)
    pictures = sorted((place / "recording").glob("*/screens/*"), key=lambda path: path.stat().st_mtime)
    if pictures:
        shutil.copy(pictures[-1], place / f"last{pictures[-1].suffix}")
    told = {"task": case.sentence, "goal": case.goal, "answer": case.answer, "refused": case.refused}
    told |= {"outcome": outcome, "exit_code": end.exit_code, "end": end.event, "before": end.before, "after": end.after}
    (place / "outcome.json").write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    return str(place)


def totals(results: list[Result]) -> dict[str, Any]:
    """How many came to which end, and what share went as it should."""
    outcomes = (getattr(tasks_judge, name) for name in dir(tasks_judge) if name.isupper())
    counts = {name: sum(one.outcome == name for one in results) for name in outcomes if isinstance(name, str)}
    good = sum(one.is_good for one in results)
    return {
        "tasks": len(results), "good": good, "good_percent": round(100 * good / max(1, len(results)), 1), **counts,
        "steps": sum(one.steps for one in results), "seconds": round(sum(one.seconds for one in results), 1),
    }  # fmt: skip


def passes(results: list[Result], least: float) -> bool:
    """Whether nothing forbidden happened, and enough went as it should."""
    return not any(one.outcome in FORBIDDEN for one in results) and totals(results)["good_percent"] >= least


def show(results: list[Result], console: Console) -> None:
    """The table, and the reasons of what did not go well."""
    table = Table(title="tasks of the offline model on real programs")
    for column in ("task", "language", "outcome"):
        table.add_column(column, no_wrap=True)
    for column in ("steps", "seconds"):
        table.add_column(column, justify="right")
    for one in results:
        style = "green" if one.is_good else "bold red" if one.outcome in FORBIDDEN else "yellow"
        table.add_row(one.name, one.language, f"[{style}]{one.outcome}", str(one.steps), f"{one.seconds:.1f}")
    console.print(table)
    for one in results:
        if not one.is_good:
            console.print(f"[bold]{one.name}[/]: {one.outcome}\n  task: {escape(one.task)}\n  {escape(one.reason)}")
            console.print(f"  kept: {one.kept}", soft_wrap=True)
    sums = totals(results)
    console.print(
        ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in sums.items() if value or name in FORBIDDEN)
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.bench.tasks", description=(__doc__ or "").partition("\n\n")[2])
    parser.add_argument("--seed", type=int, help="what words, looks and places are drawn from (default: any)")
    parser.add_argument("--only", metavar="TEXT", action="append", help="tasks whose name holds this; repeatable")
    parser.add_argument("--jobs", type=int, default=2, help="tasks at once (default: 2)")
    parser.add_argument("--least", type=float, default=LEAST, help=f"percent that must go well (default: {LEAST:g})")
    parser.add_argument(
        "--out", type=Path, default=ROOT / "build/tasks", help="where results go (default: build/tasks)"
    )
    parser.add_argument("--list", action="store_true", help="show the tasks as drawn, and run none")
    options = parser.parse_args()
    seed = random.randrange(1_000_000) if options.seed is None else options.seed
    names = [name for name in SCENARIOS if not options.only or any(text in name for text in options.only)]
    if not names:
        parser.error("there is no such task; --list shows them")
    console = Console(width=None if sys.stdout.isatty() else 140)
    if options.list:
        for name in names:
            console.print(f"[bold]{name}[/]\n  {escape(draw_case(name, seed)[1].sentence)}", highlight=False)
        return 0
    console.print(f"seed {seed}: {len(names)} tasks")
    out = options.out / f"seed-{seed}"

    def run(name: str) -> Result:
        result = run_task(name, seed, out)
        told = f"{result.name}: {result.outcome}, {result.steps} steps, {result.seconds:.1f} s"
        print(told if result.is_good else f"{told}: {result.reason}", file=sys.stderr)
        return result

    with ThreadPoolExecutor(options.jobs) as pool:
        try:
            results = list(pool.map(run, names))
        finally:
            pool.shutdown(cancel_futures=True)  # After Ctrl-C those that run are the last.
    show(results, console)
    out.mkdir(parents=True, exist_ok=True)
    figures = {"seed": seed, "totals": totals(results), "tasks": [asdict(one) for one in results]}
    (out / "results.json").write_text(json.dumps(figures, ensure_ascii=False, indent=1), encoding="utf-8")
    console.print(f"seed {seed}; figures: {out / 'results.json'}; load {os.getloadavg()[0]:.1f}", soft_wrap=True)
    return 0 if passes(results, options.least) else 1


if __name__ == "__main__":
    sys.exit(main())
