"""Programs started first: waited for until they show themselves, given up as soon as nothing can show any more."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from actions.brake import Brake, Stopped
from agent import launching
from agent.errors import UsageError
from agent.launching import launch
from agent.programs import Programs
from agent.screen import DesktopScreen
from agent.virtual import display_for

pytestmark = pytest.mark.desktop

WINDOW = f"{shlex.quote(sys.executable)} -c 'import tkinter; tkinter.Tk().mainloop()'"
FOR_EVER = 3600.0


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Programs]:
    """On a display of their own. Who waits for a program that has shown nothing waits until the test times out."""
    monkeypatch.setattr(launching, "LAUNCH_TIMES", replace(launching.LAUNCH_TIMES, patience=FOR_EVER, maximum=FOR_EVER))
    with display_for((320, 240)) as environment, Programs(environment) as started:
        yield started


def shown(programs: Programs, *commands: str, brake: Brake | None = None) -> list[int | None]:
    """How the shell commands have ended once the screen has changed; None for those that have not."""
    words = [["sh", "-c", command] for command in commands]
    started = launch(programs, words, DesktopScreen(), brake or Brake())
    return [program.poll() for program in started]


@pytest.mark.parametrize(
    ("command", "how"),
    [
        ("exit 3", "\"sh -c 'exit 3'\" ended with exit code 3; -v shows what it says"),
        ("sleep 0.3; exit 1", "ended with exit code 1"),
        ("kill -KILL $$", "ended by signal 9"),
    ],
)
def test_a_program_that_failed_is_not_waited_for(programs: Programs, command: str, how: str) -> None:
    with pytest.raises(UsageError, match=how):
        shown(programs, command)


def test_all_that_failed_are_named(programs: Programs) -> None:
    with pytest.raises(UsageError, match=r"exit code 4, .* exit code 5; -v shows"):
        shown(programs, "exit 4", "exit 5")


def test_the_window_of_another_program_is_waited_for(programs: Programs) -> None:
    assert shown(programs, "exit 1", WINDOW) == [1, None]


@pytest.mark.parametrize("code", [0, 1])
def test_a_window_that_was_handed_on_is_waited_for(programs: Programs, code: int) -> None:
    """As do programs of which one runs for all windows; with 1 it is still in the group of the program."""
    away = "setsid " if code == 0 else ""
    assert shown(programs, f"(sleep 0.5; exec {away}{WINDOW}) & exit {code}") == [code]


def test_a_stop_ends_the_wait(programs: Programs) -> None:
    brake = Brake()
    brake.watch(lambda: "enough")
    with pytest.raises(Stopped, match="enough"):
        shown(programs, "sleep 600", brake=brake)
    assert "DISPLAY" in os.environ
