"""The committed sessions: real programs driven by the product itself, replayed offline and done again on a display."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from agent.recording.session import read_session
from agent.replay.offline import replay_offline

ROOT = Path(__file__).parents[1]
RECORDINGS = ROOT / "recordings"
STATUS = {
    "form": "success",
    "form-chinese": "success",
    "no-such-icon": "failure",
    "open-the-browser": "success",
    "terminal": "success",
}
MAX_BYTES = 300_000


@pytest.mark.parametrize("name", STATUS)
def test_it_replays_offline(name: str) -> None:
    result = replay_offline(RECORDINGS / name)
    assert (result.differences, result.notes) == ((), ())
    assert result.steps == result.recorded_steps > 0


@pytest.mark.parametrize(("name", "status"), STATUS.items())
def test_it_is_what_its_readme_says(name: str, status: str) -> None:
    session = read_session(RECORDINGS / name)
    assert session.ended is not None
    assert session.ended.status == status
    assert all(check.passed for check in session.checks)
    said = (RECORDINGS / "README.md").read_text(encoding="utf-8")
    assert f"| `{name}` |" in said
    assert f"'{session.started.task}'" in said


@pytest.mark.parametrize("name", STATUS)
def test_it_is_small_and_tells_nothing_of_where_it_was_made(name: str) -> None:
    files = [path for path in (RECORDINGS / name).rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < MAX_BYTES
    lines = (RECORDINGS / name / "session.jsonl").read_text(encoding="utf-8")
    assert not [word for word in ("/home/", "/root", "/tmp", "/work") if word in lines]


def test_no_other_session_is_committed() -> None:
    command = ["git", "ls-files", "-z", "recordings"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode or not listing.stdout:
        pytest.skip("not a git checkout")
    folders = {Path(name).parts[1] for name in listing.stdout.split("\0") if name}
    assert folders == {*STATUS, "README.md"}


@pytest.mark.desktop
@pytest.mark.slow
@pytest.mark.timeout(400)
def test_all_are_done_again_on_displays_of_their_own(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="recordings-") as short:  # for Chromium's sockets
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "--agent-live", "-p", "no:cacheprovider"),
                *(f"--junitxml={tmp_path / 'report.xml'}", f"--agent-output={tmp_path / 'results'}"),
                *(str(Path("recordings") / name) for name in STATUS),
            ],
            cwd=ROOT,
            env=os.environ | {"PATH": path, "TMPDIR": short},
            capture_output=True,
            text=True,
            timeout=360,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-8000:]
    cases = {
        case.get("classname", "") + case.get("name", "") for case in ET.parse(tmp_path / "report.xml").iter("testcase")
    }
    assert len(cases) == 2 * len(STATUS)
