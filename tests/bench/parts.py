"""The parts of the bench by name, each run in a process of its own: pyautogui binds to one display a process.

`python -m tests.bench.parts NAME COUNT FILE` runs one and writes its report there as JSON.
"""

from __future__ import annotations

import importlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.bench.report import Report


@dataclass(frozen=True)
class Part:
    """A module of tests.bench with a function `run(count)`."""

    module: str
    about: str
    count: int
    quick: int


PARTS = {
    "frame": Part("frame", "from a frame on the screen to the bytes of a request, at three sizes", 20, 3),
    "step": Part("step", "a whole step outside the model, beside an equivalent of each peer's", 20, 2),
    "act": Part("act", "a click, a drag, a text, until a window has it", 20, 3),
    "settle": Part("settle", "when a scene is open; actions on a picture that is past", 20, 1),
    "start": Part("start", "agent --help, agent list, the first action", 20, 3),
    "history": Part("history", "tokens and CNY of a task of 50 steps, by history scheme", 50, 50),
    "long": Part("long", "memory of a run of 200 steps and of a replay of fifty times as many", 200, 20),
    "recording": Part("sessions", "what the recorder costs; offline and live replay", 50, 10),
    "client": Part("client", "what the client adds to a request; the first token of a stream", 30, 5),
    "stops": Part("stops", "how fast a run stops, by each path", 20, 2),
}


def run(name: str, count: int) -> Report:
    """One part, in this process."""
    report: Report = importlib.import_module(f"tests.bench.{PARTS[name].module}").run(count)
    return report


if __name__ == "__main__":
    Path(sys.argv[3]).write_text(json.dumps(run(sys.argv[1], int(sys.argv[2])).data()))
