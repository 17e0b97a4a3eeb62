"""A long run under random faults: `python -m tests.bench.soak 2000 [SEED]` prints what it found as JSON.

A window takes clicks, keys and the wheel on a display of its own; the endpoint fails before every other reply or so.
What was done is compared with what the window says it got. Memory, descriptors, threads, processes and temporary files
are counted at ten points; `leaks` names what grew over the second half, and must be empty.
"""

from __future__ import annotations

import gc
import json
import os
import random
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from actions.action import Size
from agent.events import ModelFailed, SessionEnded, StepFinished
from agent.recording.recorder import Recorder
from agent.replay.offline import replay_offline
from tests.apps.programs import SinkWindow, wait_until
from tests.bench.desk import sink_desk
from tests.bench.ours import loop_on
from tests.endpoint_server import Answer, EndpointServer, Events, Raw, Reply, Request, Status
from tests.fakes import call

SIZE = Size(1280, 800)
MOST_GROWTH = {"megabytes": 20.0, "descriptors": 3, "threads": 2, "processes": 0, "files": 0}
"""Over the second half of the run."""
FAULTS: tuple[Answer, ...] = (
    *(Status(429), Status(500, b"<html>"), Status(503), Status(200, b"<html>"), Status(200, b'{"choices": [')),
    *(Raw(b"", reset=True), Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nx"), Events(("data: {",))),
    *(Reply("no call in here"), Reply("", usage=None), Reply(call("wait", time=0.1), finish_reason="length")),
    *(Reply("<tool_call>\n{broken"), Reply(call("left_click", coordinate=[5000, 5])), Status(200, {"choices": []})),
)
MOST_FAULTS = 2
"""In a row: more of one kind than it is tried would end the run, as it should."""


def main(steps: int, seed: int) -> dict[str, Any]:
    """Run it."""
    rng = random.Random(seed)
    temporary = Path(tempfile.mkdtemp(prefix="soak-"))
    tempfile.tempdir = str(temporary)
    points: list[dict[str, float]] = []
    failed = 0
    end: SessionEnded | None = None
    with sink_desk(SIZE) as sink, EndpointServer(_script(sink, steps, rng)) as server:
        loop, model = loop_on(server.base_url, steps)
        recorder = Recorder(temporary / "recs", "soak")
        outcomes: Counter[str] = Counter()
        for event in loop.run():
            recorder.handle(event)
            failed += isinstance(event, ModelFailed)
            if isinstance(event, StepFinished):
                outcomes[event.outcome] += 1
                if event.step % max(1, steps // 10) == 0:
                    server.requests.clear()  # the server lives in this process and keeps what it got
                    points.append(_point(temporary))
            if isinstance(event, SessionEnded):
                end = event
        recorder.close()
        model.close()
        # The last click's event may still be on its way to the log.
        wait_until(lambda: len(sink.events("press")) >= _clicks(steps), what="the clicks")
        presses = sum(event["button"] == 1 for event in sink.events("press"))
    assert end is not None
    replayed = replay_offline(recorder.path)
    return {
        "status": end.status,
        "reason": end.reason,
        "steps": end.steps,
        "failed_tries": failed,
        "outcomes": outcomes,
        "clicks_wanted": _clicks(steps),
        "clicks_got": presses,
        "replay_differences": len(replayed.differences),
        "points": points,
        "leaks": _leaks(points),
    }


def _script(sink: SinkWindow, steps: int, rng: random.Random) -> list[Answer | Callable[[Request], Answer]]:
    place = sink.place("area")
    script: list[Answer | Callable[[Request], Answer]] = []
    for step in range(steps):
        script += rng.choices(FAULTS, k=rng.choice((0, 0, 1, MOST_FAULTS)))
        at = [(place.x - 200 + step % 400) * 1000 / SIZE.width, place.y * 1000 / SIZE.height]
        script.append(Reply(_action(step, at)))
    return [*script, Reply(call("terminate", status="success"))]


def _action(step: int, at: list[float]) -> str:
    match step % 3:
        case 0:
            return call("left_click", coordinate=at)
        case 1:
            return call("type", text=f"word {step} ")
        case _:
            return call("scroll", coordinate=at, pixels=2 if step % 2 else -2)


def _clicks(steps: int) -> int:
    return -(-steps // 3)


def _point(temporary: Path) -> dict[str, float]:
    gc.collect()
    process = psutil.Process()
    return {
        "megabytes": round(process.memory_info().rss / 1e6, 1),
        "descriptors": process.num_fds(),
        "threads": threading.active_count(),
        "processes": len(process.children(recursive=True)),
        "files": sum(len(files) for folder, _, files in os.walk(temporary) if "recs" not in folder),
    }


def _leaks(points: list[dict[str, float]]) -> dict[str, float]:
    if len(points) < 2:
        return {}
    middle, last = points[len(points) // 2], points[-1]
    grown = {name: round(last[name] - middle[name], 1) for name in MOST_GROWTH}
    return {name: growth for name, growth in grown.items() if growth > MOST_GROWTH[name]}


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)))
