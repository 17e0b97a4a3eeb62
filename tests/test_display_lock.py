"""One agent a display: a second one is refused, a killed one holds nothing, and what it left down is let go."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from actions.brake import Brake, Stopped
from actions.x11 import close, connect
from agent.display_lock import display_name, lock_display, process_start
from agent.errors import ScreenError
from agent.virtual import VirtualDisplay
from tests.apps.held import held
from tests.apps.programs import SinkWindow, wait_until
from tests.endpoint_server import EndpointServer, Hang
from tests.test_run import ROOT, Agent, Script, session

MODEL = "gui-plus-2026-02-26"
HOLDER = """
import sys, time
from pathlib import Path
from actions.brake import Brake
from agent.display_lock import lock_display
with lock_display(Brake(), folder=Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def _display_of_the_test(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DISPLAY", ":4711")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def locks(tmp_path: Path) -> Path:
    return tmp_path / "locks"


@contextmanager
def holding(locks: Path, code: str = HOLDER) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the display."""
    process = subprocess.Popen([sys.executable, "-c", code, str(locks)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def holder(locks: Path) -> Iterator[subprocess.Popen[str]]:
    with holding(locks) as process:
        yield process


@pytest.fixture
def stubborn(locks: Path) -> Iterator[subprocess.Popen[str]]:
    with holding(locks, "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)" + HOLDER) as process:
        yield process


def file_of(locks: Path) -> Path:
    (path,) = locks.iterdir()
    return path


# --- the lock --------------------------------------------------------------------------------------------------------


def test_a_second_one_is_refused_and_told_whose_it_is(holder: subprocess.Popen[str], locks: Path) -> None:
    with pytest.raises(ScreenError, match=rf"pid {holder.pid}, since \d\d:\d\d.*:4711.*--force"):
        lock_display(Brake(), folder=locks).__enter__()


def test_within_a_process_too(locks: Path) -> None:
    with lock_display(Brake(), folder=locks), pytest.raises(ScreenError, match=f"pid {os.getpid()}"):
        lock_display(Brake(), folder=locks).__enter__()
    with lock_display(Brake(), folder=locks) as lock:
        assert lock.killed is None


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_killed_owner_holds_nothing(number: signal.Signals, holder: subprocess.Popen[str], locks: Path) -> None:
    holder.send_signal(number)
    holder.wait()
    with lock_display(Brake(), folder=locks) as lock:
        assert lock.killed is not None
        assert lock.killed.pid == holder.pid
    with lock_display(Brake(), folder=locks) as lock:
        assert lock.killed is None


def test_the_number_of_a_killed_owner_may_be_another_s_now(holder: subprocess.Popen[str], locks: Path) -> None:
    """Whose number it is does not matter for whether it is free."""
    holder.kill()
    holder.wait()
    said = json.loads(file_of(locks).read_text())
    file_of(locks).write_text(json.dumps(said | {"pid": os.getpid(), "started": process_start(os.getpid())}))
    with lock_display(Brake(), folder=locks) as lock:
        assert lock.killed is not None


def test_force_asks_the_owner_to_end(holder: subprocess.Popen[str], locks: Path) -> None:
    with lock_display(Brake(), force=True, folder=locks) as lock:
        assert holder.wait(10) == -signal.SIGTERM
        assert lock.killed is not None
        with pytest.raises(ScreenError, match=f"pid {os.getpid()}"):
            lock_display(Brake(), folder=locks).__enter__()


def test_force_does_not_signal_a_stranger_who_has_the_number_now(holder: subprocess.Popen[str], locks: Path) -> None:
    bystander = subprocess.Popen(["sleep", "600"])
    try:
        said = json.loads(file_of(locks).read_text())
        file_of(locks).write_text(json.dumps(said | {"pid": bystander.pid}))
        brake = Brake()
        brake.limit(0.5)
        with pytest.raises(Stopped):
            lock_display(brake, force=True, folder=locks).__enter__()
        assert bystander.poll() is None
        assert holder.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


@pytest.mark.parametrize("text", ["", "nonsense", '{"pid": -1, "started": null, "since": ""}', '{"pid": 0}', "[1]"])
def test_force_without_a_name_ends_nobody(text: str, holder: subprocess.Popen[str], locks: Path) -> None:
    file_of(locks).write_text(text)
    with pytest.raises(ScreenError, match="end it yourself"):
        lock_display(Brake(), force=True, folder=locks).__enter__()
    assert holder.poll() is None


def test_an_owner_that_does_not_end_keeps_it(
    stubborn: subprocess.Popen[str], locks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = stubborn
    monkeypatch.setattr("agent.display_lock.FORCE_SECONDS", 0.3)
    with pytest.raises(ScreenError, match=f"pid {holder.pid}.*did not end within"):
        lock_display(Brake(), force=True, folder=locks).__enter__()


def test_another_user_s_is_not_ended(
    holder: subprocess.Popen[str], locks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(pid: int, number: int) -> None:
        assert (pid, number) == (holder.pid, signal.SIGTERM)
        raise PermissionError

    with monkeypatch.context() as patch:
        patch.setattr(os, "kill", refuse)  # Popen's own way of killing the holder, too
        with pytest.raises(ScreenError, match="another user"):
            lock_display(Brake(), force=True, folder=locks).__enter__()


def test_other_displays_are_other_locks(locks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with lock_display(Brake(), folder=locks):
        monkeypatch.setenv("DISPLAY", ":4712")
        with lock_display(Brake(), folder=locks):
            assert len(list(locks.iterdir())) == 2


@pytest.mark.parametrize("name", [":7", ":7.0", ":7.1", "unix:7"])
def test_the_spellings_of_a_display(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", name)
    assert display_name() == ":7"


@pytest.mark.parametrize(("name", "same"), [("elsewhere:7.0", "elsewhere:7"), (":17", ":17"), ("odd", "odd")])
def test_those_of_others(name: str, same: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", name)
    assert display_name() == same


def test_a_folder_that_others_may_write_to_is_not_trusted(locks: Path) -> None:
    locks.mkdir()
    locks.chmod(0o777)
    with pytest.raises(ScreenError, match="only this user"):
        lock_display(Brake(), folder=locks).__enter__()


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_what_is_no_file_of_ours_is_not_used(kind: str, locks: Path, tmp_path: Path) -> None:
    with lock_display(Brake(), folder=locks):
        path = file_of(locks)
    path.unlink()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("mine")
    if kind == "link":
        path.symlink_to(elsewhere)
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
    with pytest.raises(ScreenError, match="cannot make sure"):
        lock_display(Brake(), folder=locks).__enter__()
    assert elsewhere.read_text() == "mine"


def test_a_process_has_one_start() -> None:
    assert process_start(os.getpid()) == process_start(os.getpid()) is not None
    child = subprocess.Popen(["true"])
    child.wait()
    assert process_start(child.pid) is None


# --- whole runs ------------------------------------------------------------------------------------------------------


class Running:
    """An agent that waits for a reply which does not come."""

    def __init__(self, folder: Path, server: EndpointServer, *options: str) -> None:
        folder.mkdir()
        count = len(server.requests)
        self.agent = Agent("run", "x", "--model", MODEL, "--base-url", server.base_url, *options, cwd=folder)
        self.asked = lambda: len(server.requests) > count

    def __enter__(self) -> Agent:
        wait_until(lambda: self.asked() or self.agent.process.poll() is not None, 60, "the request")
        return self.agent

    def __exit__(self, *exception: object) -> None:
        if self.agent.process.poll() is None:
            self.agent.process.kill()
        self.agent.process.communicate()


@pytest.fixture
def real(_display_of_the_test: None, display: VirtualDisplay, monkeypatch: pytest.MonkeyPatch) -> VirtualDisplay:
    monkeypatch.setenv("DISPLAY", display.name)
    return display


@pytest.mark.desktop
def test_two_agents_on_one_display(real: VirtualDisplay, tmp_path: Path) -> None:
    with EndpointServer([Hang()] * 4) as server, Running(tmp_path / "1", server) as first:
        (tmp_path / "2").mkdir()
        argv = ("run", "x", "--model", MODEL, "--base-url", server.base_url)
        second = Agent(*argv, cwd=tmp_path / "2").wait()
        assert second.code == 5
        assert f"pid {first.process.pid}" in second.stderr
        assert "--force" in second.stderr
        assert not (tmp_path / "2" / "recordings").exists()
        assert len(server.requests) == 1

        with Running(tmp_path / "3", server, "--force") as third:
            first.wait()
            assert first.code == 130
            assert session(tmp_path / "1")[-1]["reason"] == "stopped by SIGTERM"
            assert third.process.poll() is None
            third.process.send_signal(signal.SIGINT)
            third.wait()
            assert third.code == 130

        with Running(tmp_path / "4", server) as fourth:
            assert fourth.process.poll() is None


@pytest.mark.desktop
def test_a_live_replay_is_an_agent_too(real: VirtualDisplay, sink: SinkWindow, tmp_path: Path) -> None:
    script = Script(MODEL, MODEL, sink)
    move = script.reply("mouse_move", coordinate=script.at("area"))
    with EndpointServer([move, Hang()]) as server, Running(tmp_path / "1", server) as first:
        wait_until(lambda: len(server.requests) == 2, 60, "the second request")
        (recorded,) = (tmp_path / "1" / "recordings").iterdir()
        sink.forget()
        replay = Agent("replay", "--live", str(recorded), cwd=tmp_path).wait()
        assert sink.lines() == []
    assert replay.code == 5, replay.stdout
    assert f"pid {first.process.pid}" in replay.stdout


@pytest.mark.desktop
def test_a_plan_asks_nobody(real: VirtualDisplay, sink: SinkWindow, tmp_path: Path) -> None:
    end = Script(MODEL, MODEL, sink).reply("terminate", status="success")
    with EndpointServer([Hang(), end]) as server, Running(tmp_path / "1", server) as first:
        argv = ("--model", MODEL, "--base-url", server.base_url, "-o", str(tmp_path / "plan"))
        plan = Agent("plan", "x", *argv, cwd=tmp_path).wait()
        assert first.process.poll() is None
    assert plan.code == 0, plan.stderr


@pytest.fixture
def observer(real: VirtualDisplay) -> Iterator[Any]:
    connection = connect(real.name)
    yield connection
    close(connection)


@pytest.mark.desktop
def test_what_a_killed_run_held_down_is_let_go(
    real: VirtualDisplay, sink: SinkWindow, tmp_path: Path, observer: Any
) -> None:
    script = Script(MODEL, MODEL, sink)
    drag = script.reply("left_click_drag", coordinate=script.at("area", 250, 60))
    move = script.reply("mouse_move", coordinate=script.at("area", -250, -60))
    end = script.reply("terminate", status="success")
    with EndpointServer([move, drag, end, end]) as server:
        (tmp_path / "1").mkdir()
        argv = ("run", "x", "--model", MODEL, "--base-url", server.base_url, "--approve", "never")
        first = Agent(*argv, cwd=tmp_path / "1")
        wait_until(lambda: any(event["state"] & 256 for event in sink.events("motion")), 60, "the drag")
        first.process.kill()
        first.process.communicate()
        assert held(observer) == ([], 256)
        # Ctrl as well, as a killed chord leaves it.
        subprocess.run(["xdotool", "keydown", "ctrl"], check=True)
        assert held(observer)[0] != []

        (tmp_path / "2").mkdir()
        second = Agent(*argv, cwd=tmp_path / "2").wait()
        assert second.code == 0, second.stderr
        assert held(observer) == ([], 0)
        assert f"killed here (pid {first.process.pid}) had left pressed: Control_L, button 1; released" in second.stderr

        # Without a killed run before, a key that is down is a person's.
        subprocess.run(["xdotool", "keydown", "ctrl"], check=True)
        try:
            (tmp_path / "3").mkdir()
            third = Agent(*argv, cwd=tmp_path / "3").wait()
            assert third.code == 0, third.stderr
            assert held(observer)[0] != []
        finally:
            subprocess.run(["xdotool", "keyup", "ctrl"], check=True)
    assert "released" not in third.stderr
