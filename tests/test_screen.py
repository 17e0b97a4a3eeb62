"""Captures of a real X display: right pixels, right geometry, and one clear error when it is gone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from actions.action import Size
from actions.x11 import is_xwayland
from agent.errors import ScreenError, UsageError
from agent.screen import DesktopScreen, Region, explain_missing_display
from agent.virtual import VirtualDisplay
from tests.conftest import wait_until

WINDOW = """
import tkinter
root = tkinter.Tk()
root.overrideredirect(True)
root.geometry("100x50+30+40")
root.configure(background="#ff8000")
root.mainloop()
"""


@pytest.fixture
def orange(display: VirtualDisplay) -> None:
    """A window of 100x50 at (30, 40), all orange."""
    process = subprocess.Popen([sys.executable, "-c", WINDOW])
    screen = DesktopScreen()
    wait_until(lambda: screen.capture().image.getpixel((80, 65)) == (255, 128, 0), what="the orange window")
    yield
    process.terminate()
    process.wait()
    wait_until(lambda: screen.capture().image.getpixel((80, 65)) != (255, 128, 0), what="the window's end")


@pytest.mark.desktop
@pytest.mark.usefixtures("orange")
def test_pixels_and_geometry() -> None:
    shot = DesktopScreen().capture()
    assert shot.size == shot.image.size == (1280, 800)
    assert (shot.viewport.left, shot.viewport.top, shot.viewport.scale) == (0, 0, 1)
    assert len(shot.bgrx) == 1280 * 800 * 4
    for point, is_orange in (((30, 40), True), ((129, 89), True), ((29, 40), False), ((130, 89), False)):
        assert (shot.image.getpixel(point) == (255, 128, 0)) is is_orange


@pytest.mark.desktop
@pytest.mark.usefixtures("orange")
def test_a_region_of_the_screen() -> None:
    shot = DesktopScreen(region=Region(30, 40, 100, 50)).capture()
    assert shot.size == (100, 50)
    assert shot.image.getcolors() == [(5000, (255, 128, 0))]
    assert shot.viewport.to_point((500, 500), Size(1000, 1000)) == (80, 65)


@pytest.mark.desktop
@pytest.mark.usefixtures("display")
def test_all_monitors() -> None:
    assert DesktopScreen(monitor=0).capture().size == (1280, 800)


@pytest.mark.desktop
@pytest.mark.usefixtures("display")
@pytest.mark.parametrize("monitor", [2, 99])
def test_a_monitor_that_is_not_there(monitor: int) -> None:
    with pytest.raises(UsageError, match="1: 1280x800"):
        DesktopScreen(monitor=monitor).capture()


@pytest.mark.desktop
@pytest.mark.usefixtures("display")
@pytest.mark.parametrize("region", [(-1, 0, 50, 50), (1270, 0, 50, 50), (0, 790, 50, 50)])
def test_a_region_outside(region: tuple[int, int, int, int]) -> None:
    with pytest.raises(UsageError, match="leaves the monitor"):
        DesktopScreen(region=Region(*region)).capture()


@pytest.mark.desktop
@pytest.mark.usefixtures("display")
def test_a_screen_too_small_for_the_model() -> None:
    with pytest.raises(ScreenError, match="more than 10 px"):
        DesktopScreen(region=Region(0, 0, 10, 50)).capture()


@pytest.mark.desktop
def test_another_resolution_is_seen_by_the_next_capture(monkeypatch: pytest.MonkeyPatch) -> None:
    with VirtualDisplay(Size(800, 600)) as own:
        monkeypatch.setenv("DISPLAY", own.name)
        screen = DesktopScreen()
        assert screen.capture().size == (800, 600)
        mode = "--newmode small 0 640 0 0 0 480 0 0 0"
        for change in (mode, "--addmode screen small", "--output screen --mode small"):
            subprocess.run(["xrandr", *change.split()], check=True, capture_output=True)
        assert screen.capture().size == (640, 480)
        subprocess.run(["xrandr", "--output", "screen", "--mode", "800x600"], check=True, capture_output=True)
        assert screen.capture().size == (800, 600)
    with VirtualDisplay(Size(800, 600)) as own:  # and one that is larger than it was at the first capture
        monkeypatch.setenv("DISPLAY", own.name)
        for change in (mode, "--addmode screen small", "--output screen --mode small"):
            subprocess.run(["xrandr", *change.split()], check=True, capture_output=True)
        screen = DesktopScreen()
        assert screen.capture().size == (640, 480)
        subprocess.run(["xrandr", "--output", "screen", "--mode", "800x600"], check=True, capture_output=True)
        assert screen.capture().size == (800, 600)


@pytest.mark.desktop
def test_a_display_that_dies_is_one_error(monkeypatch: pytest.MonkeyPatch) -> None:
    # In a process of its own: what the X libraries do when their server goes must not take the tests along.
    code = (
        "import os, sys\n"
        "from actions.action import Size\n"
        "from agent.errors import ScreenError\n"
        "from agent.screen import DesktopScreen\n"
        "from agent.virtual import VirtualDisplay\n"
        "own = VirtualDisplay(Size(640, 480))\n"
        "with own:\n"
        "    os.environ['DISPLAY'] = own.name\n"
        "    screen = DesktopScreen()\n"
        "    screen.capture()\n"
        "try:\n"
        "    screen.capture()\n"
        "except ScreenError as error:\n"
        "    print(error)\n"
    )
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 0, done.stderr
    assert "cannot be captured" in done.stdout


def test_no_display_names_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    with pytest.raises(ScreenError, match="--virtual"):
        explain_missing_display()
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    with pytest.raises(ScreenError, match="Wayland"):
        explain_missing_display()
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr("agent.screen.is_xwayland", lambda _: False)
    explain_missing_display()


def test_the_x_display_of_a_wayland_desktop_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("XDG_SESSION_TYPE", "wayland")
    monkeypatch.setattr("agent.screen.is_xwayland", lambda name: name == ":0")
    with pytest.raises(ScreenError, match="Wayland"):
        explain_missing_display()
    monkeypatch.delenv("XDG_SESSION_TYPE")
    explain_missing_display()


@pytest.mark.desktop
def test_a_plain_x_server_is_not_taken_for_waylands(display: VirtualDisplay) -> None:
    assert not is_xwayland(display.name)
    assert not is_xwayland(":987")
