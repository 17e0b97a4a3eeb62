"""`agent replay --live` as a user starts it: recorded clicks done again on real windows, or not at all.

What was done is read from the launcher's own log, never from what the replay says.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from actions.action import Size
from actions.brake import Brake
from agent.geometry import Viewport
from agent.live import session as live_session
from agent.live.settings import live_settings
from agent.options import ReplayOptions, RunOptions
from agent.recording.session import read_session
from agent.screen import Screenshot
from tests.conftest import wait_until
from tests.test_demo import AGENT, SCRIPT, Room, activated, room, run_agent

__all__ = ["room"]

pytestmark = [pytest.mark.desktop, pytest.mark.slow]
ROOT = SCRIPT.parents[2]


@pytest.fixture(scope="module")
def recorded() -> Iterator[Path]:
    """The demo, recorded by the program itself."""
    where = Room(Path(tempfile.mkdtemp(prefix="demo-")))  # short, for Chromium's sockets
    # Its last picture must be the page: a window that is not painted yet looks as if it were at rest.
    done = run_agent(where, 'open the browser, then wait for "Welcome"')
    assert done.returncode == 0, done.stderr
    (path,) = where.recordings.iterdir()
    yield path
    shutil.rmtree(where.folder)


@pytest.fixture
def session(recorded: Path, room: Room) -> Path:
    """A copy of it that a test may change."""
    return Path(shutil.copytree(recorded, room.folder / "session"))


def command(room: Room, *arguments: str, change: str = "") -> list[str]:
    launch = f"{sys.executable} {SCRIPT} --log {room.log} {change}"
    results = ["-o", str(room.folder / "results")]
    return [*AGENT, "replay", "--live", "--virtual", "1280x800", "--launch", launch, *results, *arguments]


def replay(room: Room, *arguments: str, change: str = "") -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command(room, *arguments, change=change),
        env=room.environment(),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def result(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    return json.loads(done.stdout)


def contents(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*.*")}


def test_what_was_recorded_is_done_again(room: Room, session: Path) -> None:
    before = contents(session)
    done = replay(room, "--check", "window:Chrom", str(session))
    assert done.returncode == 0, done.stdout + done.stderr
    assert activated(room) == {"Browser"}
    assert "page requested" in room.events()
    assert re.search(r": match, (\d+) of \1 steps", done.stdout)  # a slow browser is waited for in a step of its own
    assert contents(session) == before
    wait_until(lambda: room.processes() == [], what="the end of all processes")


@pytest.mark.parametrize("change", ["--move 200 200", "--move 0 200 --decoy Bowser", "--move 200 200 --decoy Browsers"])
def test_a_moved_icon_is_found_and_a_decoy_is_never_clicked(room: Room, session: Path, change: str) -> None:
    done = replay(room, "--json", str(session), change=change)
    assert done.returncode == 0, done.stdout + done.stderr
    assert activated(room) == {"Browser"}
    first = result(done)["steps"][0]
    assert first["outcome"] == "healed"
    dx, dy = map(int, change.split()[1:3])
    assert first["target"] == [first["recorded"][0] + dx, first["recorded"][1] + dy]


@pytest.mark.parametrize("change", ["--rename Web", "--rename Web --decoy Bowser --move 0 200"])
def test_a_renamed_icon_is_a_failure_that_a_person_understands(room: Room, session: Path, change: str) -> None:
    done = replay(room, "--wait", "3", str(session), change=change)
    assert done.returncode == 1, done.stdout + done.stderr
    assert activated(room) == set()
    assert 'it said "Browser", now "' in done.stdout
    images = [room.folder / "results" / session.name / f"{name}.png" for name in ("expected", "actual", "difference")]
    assert all(str(image) in done.stdout for image in images)
    sizes = set()
    for image in images:
        with Image.open(image) as picture:
            sizes.add(picture.size)
    assert len(sizes) == 1


def test_an_action_without_its_effect_is_a_difference_at_the_end(room: Room, session: Path) -> None:
    done = replay(room, "--wait", "2", "--json", str(session), change="--idle")
    assert done.returncode == 1
    assert activated(room) == {"Browser"}
    assert result(done)["steps"][-1]["outcome"] == "mismatch"
    assert "the end" in result(done)["reason"]


def test_a_heal_is_kept_only_when_asked_for(room: Room, session: Path) -> None:
    moved = "--move 200 200"
    assert replay(room, str(session), change=moved).returncode == 0
    assert not (session / "baselines.json").exists()
    assert replay(room, "--update", "changed", str(session), change=moved).returncode == 0
    again = result(replay(room, "--json", str(session), change=moved))
    assert {step["outcome"] for step in again["steps"]} == {"matched"}
    old = result(replay(room, "--json", str(session)))
    assert {step["outcome"] for step in old["steps"]} == {"matched"}


def test_update_all_takes_what_is_there(room: Room, session: Path) -> None:
    assert replay(room, "--update", "all", "--wait", "2", str(session), change="--rename Web").returncode == 0
    assert activated(room) == {"Web"}
    again = result(replay(room, "--json", str(session), "--wait", "2", change="--rename Web"))
    assert again["steps"][0]["outcome"] == "matched"


def test_a_failed_replay_keeps_nothing(room: Room, session: Path) -> None:
    before = contents(session)
    assert replay(room, "--update", "changed", "--wait", "2", str(session), change="--rename Web").returncode == 1
    assert contents(session) == before


def test_the_policy_holds_for_where_it_acts_now(room: Room, session: Path) -> None:
    policy = room.folder / "policy.toml"
    policy.write_text('[[rule]]\ndecision = "deny"\nregion = [400, 400, 300, 300]\n')
    done = replay(room, "--policy", str(policy), "--json", str(session), change="--move 200 200")
    assert done.returncode == 6
    assert activated(room) == set()
    assert result(done)["status"] == "refused"


def test_a_failed_check_is_said(room: Room, session: Path) -> None:
    done = replay(room, "--check", "file:never-written.txt", "--json", str(session))
    assert done.returncode == 1
    assert result(done)["status"] == "check_failed"
    assert "never-written.txt" in result(done)["reason"]


def test_commands_of_a_session_run_only_when_it_is_trusted(room: Room, session: Path) -> None:
    mark = room.folder / "mark"
    (session / "replay.toml").write_text(f'launch = ["touch {mark}"]\n')
    options = [*AGENT, "replay", "--live", "--virtual", "1280x800", "--wait", "1", "-o", str(room.folder / "results")]
    for trust in ([], ["--trust-commands"]):
        done = subprocess.run(
            [*options, *trust, str(session)],
            env=room.environment(),
            cwd=room.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1, done.stderr
        assert mark.exists() == bool(trust)
        assert ("--trust-commands starts them" in done.stdout) != bool(trust)


def test_an_unreadable_session_does_not_keep_the_others_from_it(room: Room, session: Path) -> None:
    bad = room.folder / "bad"
    bad.mkdir()
    (bad / "session.jsonl").write_text("nonsense\n")
    done = replay(room, str(bad), str(session))
    assert done.returncode == 2
    assert activated(room) == {"Browser"}
    assert str(bad) in done.stderr


def test_no_display_is_said(session: Path, room: Room) -> None:
    done = subprocess.run(
        [*AGENT, "replay", "--live", str(session)], env=room.environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 5
    assert "--virtual" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


class Told:
    """A server that tells of everything that is drawn."""

    asked = 0
    is_closed = False

    def changed(self) -> bool:
        self.asked += 1
        return True

    def close(self) -> None:
        self.is_closed = True


@pytest.mark.usefixtures("display")
def test_what_is_at_rest_is_told_by_the_server_until_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    session = ROOT / "recordings" / "terminal"
    told: list[Told] = []
    monkeypatch.setattr(live_session, "watch_damage", lambda: told.append(Told()) or told[-1])
    options = ReplayOptions(paths=(str(session),), run=RunOptions(task="", on_human="ignore"), live=True)
    recorded = read_session(session)
    with live_session._parts(recorded, options, live_settings(recorded), Brake(), None) as (parts, _):
        parts.settler.settle(parts.screen.capture())
        (watch,) = told
        assert watch.asked
        assert not watch.is_closed
    assert watch.is_closed


@pytest.mark.parametrize(("size", "said"), [(Size(800, 600), []), (Size(1280, 800), ["--virtual 800x600"])])
def test_a_mismatch_on_a_screen_of_another_size_names_the_recorded_one(size: Size, said: list[str]) -> None:
    class Shown:
        def capture(self) -> Screenshot:
            return Screenshot(b"", Viewport(0, 0, *size, size))

    notes = list(live_session._size_notes(read_session(ROOT / "recordings" / "terminal"), Shown()))
    assert [note.rpartition("try ")[2] for note in notes] == said


def test_a_time_limit_ends_it(room: Room, session: Path) -> None:
    done = replay(room, "--max-seconds", "0.5", "--wait", "60", str(session), change="--rename Web")
    assert done.returncode == 3


@pytest.fixture
def waiting(room: Room, session: Path) -> Iterator[subprocess.Popen[str]]:
    """A replay that waits for an icon that never comes."""
    words = command(room, "--wait", "60", str(session), change="--rename Web")
    with subprocess.Popen(words, env=room.environment(), cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        wait_until(lambda: "window ready" in room.events(), 30, "the launcher")
        yield process
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_person_stops_it(waiting: subprocess.Popen[str], room: Room, number: signal.Signals) -> None:
    waiting.send_signal(number)
    assert waiting.wait(20) == 130
    wait_until(lambda: room.processes() == [], what="the end of all processes")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--update", "all"], "--update needs --live"),
        (["--virtual", "800x600"], "--virtual needs --live"),
        (["--live", "--ask"], "not allowed with"),
        (["--jobs", "4"], "--jobs needs --ask"),
        (["--live", "--update", "some"], "invalid choice"),
        (["--ask", "--jobs", "11"], "1 to 10"),
    ],
)
def test_options_that_do_not_go_together(session: Path, room: Room, arguments: list[str], said: str) -> None:
    words = [*AGENT, "replay", *arguments, str(session)]
    done = subprocess.run(words, env=room.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == ""
