"""The X server tells what is drawn, and only that; where it cannot, nobody is told anything."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from actions.action import Size
from actions.x11 import connect
from actions.x11_damage import DamageWatch, watch_damage
from agent.screen import DesktopScreen
from agent.virtual import VirtualDisplay
from tests.conftest import wait_until

WINDOW = """
import sys, tkinter
root = tkinter.Tk()
root.overrideredirect(True)
root.geometry("200x100+30+40")
label = tkinter.Label(root, text="0", font=("", 30))
label.pack()
root.update()
for line in sys.stdin:
    label["text"] = line.strip()
    root.update()
    print(line.strip(), flush=True)
"""


@pytest.fixture
def window(display: VirtualDisplay) -> Iterator[subprocess.Popen[str]]:
    program = subprocess.Popen([sys.executable, "-c", WINDOW], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    write(program, "there")
    yield program
    program.stdin.close()
    program.stdout.close()
    program.wait()


def write(program: subprocess.Popen[str], text: str) -> None:
    """Have the window show it; returns once it was sent to the server."""
    program.stdin.write(text + "\n")
    program.stdin.flush()
    assert program.stdout.readline() == text + "\n"


@pytest.fixture
def damage(window: subprocess.Popen[str]) -> Iterator[DamageWatch]:
    watching = watch_damage()
    assert watching is not None
    wait_until(lambda: not watching.changed(), what="quiet")
    yield watching
    watching.close()


@pytest.mark.desktop
def test_each_drawing_is_told_once(damage: DamageWatch, window: subprocess.Popen[str]) -> None:
    for text in ("one", "two", "three"):
        write(window, text)
        wait_until(damage.changed, what="the drawing")
        wait_until(lambda: not damage.changed(), what="quiet")


@pytest.mark.desktop
def test_looking_and_asking_are_no_drawing(damage: DamageWatch) -> None:
    DesktopScreen().capture()
    assert not damage.changed()


@pytest.mark.desktop
def test_a_display_that_has_gone_leaves_it_to_the_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    with VirtualDisplay(Size(640, 480)) as own:
        watching = watch_damage(own.name)
        assert watching is not None
    assert watching.changed()
    watching.close()


@pytest.mark.desktop
def test_a_server_without_the_extension(display: VirtualDisplay, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = connect(display.name)
    monkeypatch.setattr(connection, "query_extension", lambda _: None)
    monkeypatch.setattr("actions.x11_damage.connect", lambda _: connection)
    assert watch_damage() is None


def test_without_a_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    assert watch_damage() is None
    assert watch_damage(":987") is None


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_elsewhere(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr("sys.platform", platform)
    assert watch_damage() is None
