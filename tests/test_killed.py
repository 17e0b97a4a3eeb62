"""A run that is killed outright, at many moments: what it recorded is read up to the last whole step."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.apps.programs import SinkWindow, wait_until
from tests.endpoint_server import EndpointServer
from tests.test_run import Agent, Script

pytestmark = [pytest.mark.desktop, pytest.mark.slow]
ROOT = Path(__file__).parents[1]
STEPS = 4
LINES = 1 + 5 * STEPS  # of a session with that many steps, before its end


@dataclass(frozen=True)
class Read:
    """What a command said."""

    code: int
    out: str
    err: str


def agent(*arguments: str) -> Read:
    command = [sys.executable, "-m", "agent.cli", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, timeout=120, check=False)
    assert "Traceback" not in done.stderr
    return Read(done.returncode, done.stdout, done.stderr)


def written(folder: Path) -> list[bytes]:
    """The whole lines of the session, none where there is none yet."""
    files = list(folder.glob("*/session.jsonl"))
    return files[0].read_bytes().split(b"\n")[:-1] if files else []


def whole_steps(folder: Path) -> int:
    return sum(json.loads(line)["event"] == "step_finished" for line in written(folder))


def kill(sink: SinkWindow, folder: Path, lines: int, delay: float) -> None:
    """Run a task, recorded in `folder`, and kill it when that many lines are written, and `delay` seconds more."""
    script = Script("gui-plus-2026-02-26", "gui-plus-2026-02-26", sink)
    replies = [script.reply("left_click", coordinate=script.at("area", 9 * step)) for step in range(STEPS)]
    with EndpointServer([*replies, script.reply("terminate", status="success")]) as server:
        endpoint = ("--model", script.model, "--base-url", server.base_url)
        run = Agent("run", "x", *endpoint, "--record", str(folder), cwd=folder.parent)
        wait_until(lambda: len(written(folder)) >= lines, seconds=60, what=f"{lines} lines")
        time.sleep(delay)  # a moment, not a wait for something
        run.process.send_signal(signal.SIGKILL)
        run.process.communicate(timeout=60)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("delay", [0.0, 0.004])
def test_it_is_read_up_to_its_last_whole_step(sink: SinkWindow, tmp_path: Path, delay: float) -> None:
    folders = [tmp_path / str(lines) for lines in range(1, LINES, 2)]
    for folder in folders:
        kill(sink, folder, int(folder.name), delay)

    listed = agent("list", "--json", *map(str, folders))
    assert (listed.code, listed.err) == (0, "")
    found = {Path(line["recording"]).parent: line for line in map(json.loads, listed.out.splitlines())}
    assert set(found) == set(folders)
    assert {line["status"] for line in found.values()} == {"unfinished"}
    # Among the steps listed is the one that was being done.
    assert all(whole_steps(folder) <= found[folder]["steps"] <= whole_steps(folder) + 1 for folder in folders)

    replayed = agent("replay", "--json", *map(str, folders))
    assert replayed.code == 0, replayed.out + replayed.err
    results = [json.loads(line) for line in replayed.out.splitlines()]
    assert [result["steps"] for result in results] == [whole_steps(folder) for folder in folders]
    assert all(any("unfinished" in note for note in result["notes"]) for result in results)
    assert {whole_steps(folder) for folder in folders} == set(range(STEPS))

    for folder in folders:
        shown = agent("show", found[folder]["recording"], "-o", str(folder / "page.html"))
        assert (shown.code, shown.err) == (0, "")
        assert "unfinished" in (folder / "page.html").read_text(encoding="utf-8")
