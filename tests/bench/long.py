"""Long runs: memory of `agent run` over 200 steps, and of `agent replay` over 10,000, beside a tenth of them."""

from __future__ import annotations

import statistics
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import psutil

from actions.action import Size
from tests.bench.desk import PLACES, display_of, scenes_page
from tests.bench.endpoint import Endpoint, Exchange, click, done
from tests.bench.ours import CLI, agent_run, environment
from tests.bench.report import Report, Table, Target
from tests.bench.sessions import recorded

SIZE = Size(1920, 1080)
REPLAYED = Size(640, 400)
SAMPLES = 10
EVERY_SECONDS = 0.05
MOST_GROWTH_MB = 10
"""Over the second half of a run."""
MOST_OF_A_TENTH = 1.25
"""What a replay of all steps may take of one of a tenth of them."""


def run(count: int, replayed: int | None = None) -> Report:
    """A run of `count` steps, and a replay of `replayed`, or of fifty times as many."""
    replayed = replayed or count * 50
    resident = memory(count)
    table = Table(
        f"memory of a recorded run of {count} steps, {SIZE.width}x{SIZE.height}",
        ("after step", "MB resident"),
        tuple((str(step), (megabytes,)) for step, megabytes in resident),
    )
    few, many = replay(max(10, replayed // 10)), replay(replayed)
    replays = Table(
        "offline replay, memory",
        ("steps", "MB at most", "steps a second"),
        tuple((f"{steps:,}", (megabytes, rate)) for steps, megabytes, rate in (few, many)),
    )
    return Report(
        (table, replays),
        (
            Target(f"growth of a run of {count} steps over its second half, MB", grown(resident), MOST_GROWTH_MB),
            Target(f"memory to replay {many[0]:,} steps, of {few[0]:,}", many[1] / few[1], MOST_OF_A_TENTH),
        ),
    )


def memory(count: int) -> list[tuple[int, float]]:
    """Megabytes after so many steps."""
    resident: list[tuple[int, float]] = []
    pages = ["menu"] * (count // 2 + 2)
    with display_of(SIZE) as display, scenes_page(display, pages), tempfile.TemporaryDirectory() as folder:

        def decide(exchange: Exchange) -> str:
            step = len(endpoint.exchanges)
            if step and step % max(1, count // SAMPLES) == 0:
                resident.append((step, megabytes_of(psutil.Process(agent.process.pid))))
            if step >= count:
                return done()
            return click(PLACES["next" if exchange.state() == "open" else "open"], SIZE)

        with Endpoint(decide) as endpoint, agent_run(endpoint.base_url, "--record", folder) as agent:
            code = agent.wait(120 + 10 * count)
    if code != 0:
        raise AssertionError(f"the run ended with {code}: {agent.lines[-1]}")
    return resident


def grown(resident: list[tuple[int, float]]) -> float:
    """Megabytes more at the end than in the middle."""
    values = [megabytes for _, megabytes in resident]
    middle = len(values) // 2
    return statistics.median(values[-2:]) - statistics.median(values[middle : middle + 2])


def replay(steps: int) -> tuple[int, float, float]:
    """So many steps: the most megabytes at any time, and steps a second."""
    with tempfile.TemporaryDirectory() as folder:
        path, _ = recorded(Path(folder), REPLAYED, steps)
        started = time.perf_counter()
        process = subprocess.Popen([*CLI, "replay", str(path)], env=environment(), stdout=subprocess.DEVNULL)
        peak = [0.0]
        watcher = threading.Thread(target=_watch, args=(process.pid, peak))
        watcher.start()
        code = process.wait()
        took = time.perf_counter() - started
        watcher.join()
    if code != 0:
        raise AssertionError(f"the replay ended with {code}")
    return steps, peak[0], steps / took


def _watch(pid: int, peak: list[float]) -> None:
    try:
        process = psutil.Process(pid)
        while process.status() != psutil.STATUS_ZOMBIE:
            peak[0] = max(peak[0], megabytes_of(process))
            time.sleep(EVERY_SECONDS)
    except psutil.NoSuchProcess:
        pass


def megabytes_of(process: psutil.Process) -> float:
    """Resident."""
    return float(process.memory_info().rss) / 1e6
