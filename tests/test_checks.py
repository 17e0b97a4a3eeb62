"""Postconditions: as they are written, and asked on a real display with real windows, files and commands."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from PIL import Image

from actions.brake import Brake, Stopped
from agent.checking import Checker
from agent.checks import parse_check, read_checks
from agent.errors import UsageError
from agent.screen import DesktopScreen
from agent.virtual import VirtualDisplay
from tests.apps.programs import SinkWindow, wait_until
from tests.endpoint_server import EndpointServer
from tests.test_run import Agent, Script


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("text:Saved", {"text": "Saved"}),
        ("text:At 10:30", {"text": "At 10:30"}),
        ("no-text:Error", {"no-text": "Error"}),
        ("image:logo.png", {"image": "logo.png"}),
        ("file:out.txt", {"file": "out.txt"}),
        ("command:test -s 'a b'", {"command": "test -s 'a b'"}),
        ("window:^Sa.ed$", {"window": "^Sa.ed$"}),
    ],
)
def test_a_word_and_a_table_mean_the_same(text: str, table: dict[str, object]) -> None:
    check = parse_check(text)
    assert read_checks([table]) == (check,)
    assert (check.describe(), check.table()) == (text, table)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Saved", "write KIND:VALUE with one of text, no-text, image, file, command, window"),
        ("texts:Saved", "is no check"),
        ("text:", "at least 1 character"),
        ("window:(", "not a regular expression"),
        ("command:echo 'a", "No closing quotation"),
        ("command: ", "the command is empty"),
        (f"text:{'a' * 3000}", "at most 2000"),
    ],
)
def test_what_is_no_check_is_said(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        parse_check(text)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({}, "check 2 names 0 of"),
        ({"text": "a", "file": "b"}, "check 2 names 2 of"),
        ({"text": 5}, "check 2 is wrong: value: "),
        ({"text": "a", "contains": "b"}, "contains belongs to a file"),
        ({"file": "a", "area": [1, 2, 3, 4]}, "area belongs to an image"),
        ({"image": "a", "area": [1, 2, 3]}, "area"),
        ({"image": "a", "area": [1, 2, 3, -4]}, "area"),
        ({"text": "a", "size": 4}, "knows no 'size'"),
        ({"text": "a", "kind": "command"}, "kind"),
    ],
)
def test_what_is_no_table_of_a_check_is_said(table: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_checks([{"text": "fine"}, table])


@pytest.fixture
def checker(display: VirtualDisplay, brake: Brake) -> Checker:
    return Checker(DesktopScreen(1), brake, display.environment())


def ask(checker: Checker, text: str, folder: Path | None = None, seconds: float = 0) -> tuple[bool, str]:
    (result,) = checker.run([parse_check(text)], folder, seconds)
    return result.passed, result.detail


@pytest.mark.desktop
class TestWindow:
    def test_a_title_is_searched(self, checker: Checker, sink: SinkWindow) -> None:
        assert ask(checker, "window:^si.k$") == (True, "it is open")

    def test_what_is_open_instead_is_said(self, checker: Checker, sink: SinkWindow) -> None:
        assert ask(checker, "window:^in$") == (False, "the open windows are 'sink'")

    def test_a_bare_display_has_none(self, checker: Checker) -> None:
        wait_until(lambda: ask(checker, "window:x") == (False, "the open windows are none"))


@pytest.mark.desktop
@pytest.mark.slow
class TestText:
    @pytest.fixture
    def label(self, display: VirtualDisplay) -> Iterator[None]:
        label = "t.Label(r, text='Saved 3 files', font=('DejaVu Sans', 20)).pack()"
        say = f"import tkinter as t; r = t.Tk(); {label}; r.mainloop()"
        with display.programs() as programs:
            programs.start([sys.executable, "-c", say])
            yield

    def test_a_text_that_comes_late_is_waited_for(self, checker: Checker, label: None) -> None:
        assert ask(checker, "text:saved 3 files", seconds=30) == (True, "it is so")
        assert ask(checker, "no-text:Saved 3 files") == (False, "it is on the screen")
        assert ask(checker, "no-text:Deleted") == (True, "it is so")
        passed, detail = ask(checker, "text:Saved 4 files")
        assert not passed
        assert "the nearest: 'Saved 3 files'" in detail


@pytest.mark.desktop
class TestImage:
    @pytest.fixture
    def pictures(self, sink: SinkWindow, tmp_path: Path) -> Path:
        place = sink.place("text")
        whole = DesktopScreen(1).capture().image
        self.box = (place.x - 60, place.y - 150, place.x + 60, place.y + 150)
        whole.crop(self.box).save(tmp_path / "there.png")
        Image.effect_noise((100, 80), 90).convert("RGB").save(tmp_path / "noise.png")
        return tmp_path

    def test_it_is_found_where_it_stands(self, checker: Checker, pictures: Path) -> None:
        assert ask(checker, "image:there.png", pictures) == (True, f"it is at {self.box[:2]}")
        assert ask(checker, "image:noise.png", pictures) == (False, "it is nowhere on the screen")

    def test_an_area_is_compared(self, checker: Checker, pictures: Path) -> None:
        left, top, right, bottom = self.box
        area = [left, top, right - left, bottom - top]
        elsewhere = [left, top + 40, right - left, bottom - top]
        outside = [5000, 5000, right - left, bottom - top]
        for where, passed in ((area, True), (elsewhere, False), (outside, False), ([*area[:2], 7, 7], False)):
            (result,) = checker.run(read_checks([{"image": "there.png", "area": where}]), pictures, 0)
            assert result.passed is passed, where

    def test_what_is_no_picture_is_said_before_anything_is_done(self, checker: Checker, tmp_path: Path) -> None:
        (tmp_path / "text.png").write_text("no picture")
        (tmp_path / "link.png").symlink_to("/etc/passwd")
        for name in ("missing.png", "text.png", "link.png", "."):
            with pytest.raises(UsageError, match="cannot be used"):
                checker.prepare([parse_check(f"image:{name}")], tmp_path)


@pytest.mark.desktop
class TestFile:
    def test_it_is_there_or_comes(self, checker: Checker, tmp_path: Path) -> None:
        assert ask(checker, "file:out.txt", tmp_path) == (False, "there is no such file")
        threading.Timer(0.3, (tmp_path / "out.txt").touch).start()
        assert ask(checker, "file:out.txt", tmp_path, seconds=20) == (True, "it is there")
        assert ask(checker, f"file:{tmp_path}/out.txt") == (True, "it is there")

    def test_what_stands_in_it(self, checker: Checker, tmp_path: Path) -> None:
        (tmp_path / "out.txt").write_text("naïve 世界", encoding="utf-8")
        os.mkfifo(tmp_path / "pipe")
        for name, text, passed in (("out.txt", "世界", True), ("out.txt", "World", False), ("pipe", "a", False)):
            (result,) = checker.run(read_checks([{"file": name, "contains": text}]), tmp_path, 0)
            assert result.passed is passed, (name, text)


@pytest.mark.desktop
class TestCommand:
    def test_its_status_decides(self, checker: Checker, tmp_path: Path, display: VirtualDisplay) -> None:
        assert ask(checker, "command:true") == (True, "status 0")
        assert ask(checker, "command:sh -c 'echo why; exit 3'") == (False, "status 3: why")
        assert ask(checker, "command:no-such-program x") == (False, "there is no program 'no-such-program'")
        (tmp_path / "ok").touch()
        assert ask(checker, "command:test -e ok", tmp_path)[0]
        assert ask(checker, f"command:sh -c 'test $DISPLAY = {display.name}'")[0]

    def test_a_script_beside_the_session(self, checker: Checker, tmp_path: Path) -> None:
        script = tmp_path / "verify"
        script.write_text("#!/bin/sh\nexit 0\n")
        assert not ask(checker, "command:./verify", tmp_path)[0]  # not executable
        script.chmod(0o755)
        assert ask(checker, "command:./verify", tmp_path)[0]

    def test_keys_are_not_for_it(
        self, checker: Checker, display: VirtualDisplay, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-canary")
        fresh = Checker(DesktopScreen(1), Brake(), display.environment())
        assert ask(fresh, "command:sh -c 'test -z \"$DASHSCOPE_API_KEY\"'")[0]

    def test_one_that_hangs_is_ended_with_what_it_started(
        self, checker: Checker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("agent.checking.COMMAND_SECONDS", 0.5)
        held = tmp_path / "pid"
        command = f"command:sh -c 'sleep 1000 & echo $! > {held}; wait'"
        assert ask(checker, command) == (False, "it was not done after 0.5 s")
        wait_until(lambda: not psutil.pid_exists(int(held.read_text())), what="the end of the sleep")

    def test_one_that_writes_without_end_is_ended(self, checker: Checker, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("agent.checking.MAX_FILE_BYTES", 100_000)
        assert ask(checker, "command:yes") == (False, "it writes without end")

    def test_the_brake_ends_it(self, checker: Checker, brake: Brake, tmp_path: Path) -> None:
        held = tmp_path / "pid"
        threading.Thread(
            target=lambda: (wait_until(lambda: held.exists() and held.read_text()), brake.pull("stopped by Ctrl-C"))
        ).start()
        with pytest.raises(Stopped):
            ask(checker, f"command:sh -c 'echo $$ > {held}; exec sleep 1000'")
        assert not psutil.pid_exists(int(held.read_text()))


@pytest.mark.desktop
class TestRun:
    """`agent run --check`, as a user starts it."""

    @pytest.fixture
    def script(self, sink: SinkWindow) -> Script:
        return Script("gui-plus-2026-02-26", "gui-plus-2026-02-26", sink)

    def run(self, script: Script, folder: Path, *checks: str, status: str = "success") -> Agent:
        options = [word for check in checks for word in ("--check", check)]
        with EndpointServer([script.reply("terminate", status=status)]) as server:
            where = ("--model", script.model, "--base-url", server.base_url)
            return Agent("run", "x", *where, "--json", *options, cwd=folder).wait()

    def replay(self, folder: Path) -> subprocess.CompletedProcess[str]:
        (session,) = (folder / "recordings").iterdir()
        command = [sys.executable, "-m", "agent.cli", "replay", str(session)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    def test_checks_that_hold_leave_a_success(self, script: Script, tmp_path: Path) -> None:
        agent = self.run(script, tmp_path, "window:sink", "command:true")
        assert (agent.code, agent.events("session_ended")[0]["status"]) == (0, "success")
        found = [(line["check"], line["passed"]) for line in agent.events("check_finished")]
        assert found == [("window:sink", True), ("command:true", True)]
        assert self.replay(tmp_path).returncode == 0

    def test_a_check_that_fails_makes_a_failure_of_the_model_s_success(self, script: Script, tmp_path: Path) -> None:
        agent = self.run(script, tmp_path, "window:sink", "command:false", "file:/nowhere/x")
        end = agent.events("session_ended")[0]
        assert (agent.code, end["status"]) == (1, "check_failed")
        assert end["reason"] == "command:false: status 1; file:/nowhere/x: there is no such file"
        assert "check failed" in agent.stderr
        replayed = self.replay(tmp_path)
        assert replayed.returncode == 0, replayed.stdout

    def test_a_run_that_failed_is_not_checked(self, script: Script, tmp_path: Path) -> None:
        agent = self.run(script, tmp_path, f"command:touch {tmp_path}/asked", status="failure")
        assert (agent.code, agent.events("session_ended")[0]["status"]) == (1, "failure")
        assert not (tmp_path / "asked").exists()

    def test_what_cannot_be_checked_is_said_before_the_run(self, script: Script, tmp_path: Path) -> None:
        for check, said in (("image:missing.png", "missing.png"), ("colour:red", "is no check")):
            agent = self.run(script, tmp_path, check)
            assert (agent.code, agent.stdout) == (2, "")
            assert said in agent.stderr
        assert not (tmp_path / "recordings").exists()

    def test_ctrl_c_stops_a_check(self, script: Script, tmp_path: Path) -> None:
        held = tmp_path / "pid"
        command = f"command:sh -c 'echo $$ > {held}; exec sleep 1000'"
        with EndpointServer([script.reply("terminate", status="success")]) as server:
            where = ("--model", script.model, "--base-url", server.base_url)
            agent = Agent("run", "x", *where, "--json", "--check", command, cwd=tmp_path)
            wait_until(lambda: held.exists() and held.read_text(), seconds=30)
            agent.process.send_signal(signal.SIGINT)
            agent.wait()
        assert (agent.code, agent.events("session_ended")[0]["status"]) == (130, "stopped")
        assert not psutil.pid_exists(int(held.read_text()))
