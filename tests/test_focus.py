"""The focus goes back to who had it, on a real X server with a window manager."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from actions.desktop import DesktopExecutor
from actions.executor import InputError
from actions.focus import KeptFocus
from agent.virtual import VirtualDisplay
from tests.apps.programs import SinkWindow, focused_program, wait_until
from tests.conftest import APPS


def test_without_a_display_there_is_nothing_to_give_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    assert KeptFocus().give_back()


@pytest.mark.desktop
def test_the_window_that_had_it_gets_it_back(
    sink: SinkWindow, display: VirtualDisplay, executor: DesktopExecutor, tmp_path: Path
) -> None:
    sink.click_into(executor, "entry")
    kept = KeptFocus()
    assert kept.give_back()  # it still has it
    command = [sys.executable, str(APPS / "trap.py"), str(tmp_path / "log"), "another window"]
    with subprocess.Popen(command, env=os.environ | {"DISPLAY": display.name}) as other:
        try:
            wait_until(lambda: focused_program(display.name) == "Trap", 30, "the other window's focus")
            assert kept.give_back()
            assert focused_program(display.name) == "Sink"
        finally:
            other.kill()


@pytest.mark.desktop
def test_a_window_that_is_gone_gets_nothing(display: VirtualDisplay, tmp_path: Path) -> None:
    command = [sys.executable, str(APPS / "trap.py"), str(tmp_path / "log"), "a window"]
    with subprocess.Popen(command, env=os.environ | {"DISPLAY": display.name}) as other:
        wait_until(lambda: focused_program(display.name) == "Trap", 30, "the window's focus")
        kept = KeptFocus()
        other.kill()
    wait_until(lambda: focused_program(display.name) != "Trap", 30, "the window's end")
    assert not kept.give_back()


@pytest.mark.desktop
def test_a_display_that_is_gone_is_an_error(display: VirtualDisplay, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = KeptFocus()
    kept._window = 1
    monkeypatch.setenv("DISPLAY", ":9876")
    with pytest.raises(InputError):
        kept.give_back()
