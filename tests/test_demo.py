"""The main job as a user runs it, from the command line to a browser that has asked for its page.

The model gets pixels only; the launcher's label, places, colours, fonts and title are drawn at random.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import psutil
import pytest

from agent.virtual import VirtualDisplay
from tests.apps import launcher
from tests.conftest import APPS, wait_until

SCRIPT = APPS / "launcher.py"
AGENT = [sys.executable, "-c", "import sys; from agent.cli import main; sys.exit(main())"]
"""What the console script does; it need not be installed."""
SEEDS = [int(seed) for seed in os.environ.get("DEMO_SEEDS", "1 2 3").split()]
"""More of them by hand: DEMO_SEEDS="4 5 6" pytest tests/test_demo.py."""
RUN_SECONDS = 150


class Room:
    """A folder for all that a run writes, and the processes that know of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self.cache = folder / "cache"
        self.log = folder / "log"
        self.recordings = folder / "recordings"

    def environment(self, **more: str) -> dict[str, str]:
        """Ours without keys, options and display; temporary files go to the room, which marks its processes."""
        ours = ("AGENT_", "DASHSCOPE_", "DISPLAY", "WAYLAND_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        places = {"TMPDIR": self.temporary, "XDG_CONFIG_HOME": self.folder, "XDG_CACHE_HOME": self.cache}
        return kept | {name: str(path) for name, path in places.items()} | more

    def events(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []

    def processes(self) -> list[str]:
        """Command lines of living processes that were started for this room."""
        return [" ".join(_command(process)) for process in psutil.process_iter() if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            # Chromium writes over the environment of its children, but they name their profile.
            of_room = process.environ().get("TMPDIR", "").startswith(str(self.folder))
            return of_room or any(str(self.folder) in word for word in process.cmdline())
        except psutil.Error:
            return False


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@pytest.fixture
def room() -> Iterator[Room]:
    # Short: Chromium's sockets lie below it, and a socket's path may have 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="demo-"))
    yield Room(folder)
    shutil.rmtree(folder)


def run_agent(room: Room, task: str, *seed: str) -> subprocess.CompletedProcess[str]:
    launch = f"{sys.executable} {SCRIPT} --log {room.log} {' '.join(seed)}"
    options = ["--model", "offline", "--virtual", "1280x800", "--launch", launch, "--record", str(room.recordings)]
    return subprocess.run(
        [*AGENT, "run", task, *options],
        env=room.environment(),
        cwd=SCRIPT.parents[2],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        check=False,
    )


def recorded(room: Room) -> list[dict[str, Any]]:
    """The lines of the one session in the room."""
    (session,) = room.recordings.glob("*/session.jsonl")
    return [json.loads(line) for line in session.read_text(encoding="utf-8").splitlines()]


def activated(room: Room) -> set[str]:
    return {event.removeprefix("activated ") for event in room.events() if event.startswith("activated ")}


@pytest.mark.desktop
@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_open_the_browser(room: Room, seed: int) -> None:
    done = run_agent(room, "open the browser", "--seed", str(seed))
    said = f"{done.stdout}\n{done.stderr}\n{room.events()}"
    assert done.returncode == 0, said
    assert activated(room) == {launcher.random_layout(seed).browser.label}, said
    assert "page requested" in room.events(), said  # By Chromium itself, over HTTP.
    assert "Traceback" not in done.stderr

    lines = recorded(room)
    assert lines[0]["event"] == "session_started"
    assert lines[0]["format_version"] == 1
    assert lines[-1]["event"] == "session_ended"
    assert lines[-1]["status"] == "success"
    assert lines[-1]["exit_code"] == 0
    assert lines[-1]["recording"] in done.stderr.replace("\n", "")

    wait_until(lambda: room.processes() == [], what="the end of all processes")
    assert list(room.temporary.iterdir()) == []
    # Offline means offline: from 1.29 on onnxruntime writes an identifier here and reports to its makers.
    assert not (room.cache / "Microsoft").exists()


@pytest.mark.desktop
@pytest.mark.slow
def test_a_label_that_is_not_there_is_a_failure_and_nothing_is_clicked(room: Room) -> None:
    done = run_agent(room, 'open "Spreadsheet"')
    assert done.returncode == 1, done.stdout + done.stderr
    assert activated(room) == set()
    assert "Spreadsheet" in done.stdout + done.stderr
    assert recorded(room)[-1]["status"] == "failure"
    wait_until(lambda: room.processes() == [], what="the end of all processes")


# The launcher itself: the test above is worth what it is.


@pytest.mark.parametrize("seed", range(200))
def test_a_random_desktop_can_be_read(seed: int) -> None:
    layout = launcher.random_layout(seed)
    assert layout == launcher.random_layout(seed)
    labels = [icon.label.lower() for icon in layout.icons]
    assert labels.count("browser") == 1
    assert len(set(labels)) == len(labels)
    assert "browser" not in layout.title.lower()
    assert launcher.contrast(layout.text_colour, layout.background) >= launcher.MIN_CONTRAST
    assert layout.font_pixels >= 13
    assert layout.left + layout.width <= 1280
    assert layout.top + layout.height + 40 <= 800  # The title bar and the frame.
    for icon in layout.icons:
        assert launcher.ICON_SIDE <= icon.x <= layout.width - launcher.ICON_SIDE
        assert launcher.ICON_SIDE // 2 <= icon.y <= layout.height - launcher.ICON_SIDE
    for one, other in combinations(layout.icons, 2):
        assert abs(one.x - other.x) > 2 * launcher.ICON_SIDE or abs(one.y - other.y) > 1.5 * launcher.ICON_SIDE


def test_random_desktops_differ() -> None:
    layouts = [launcher.random_layout(seed) for seed in range(200)]
    assert {layout.browser.label for layout in layouts} == set(launcher.BROWSER_LABELS)
    assert {layout.title for layout in layouts} == set(launcher.TITLES)
    assert {layout.font for layout in layouts} == set(launcher.FONTS)
    assert len({(layout.browser.x, layout.browser.y) for layout in layouts}) > 150
    assert len({layout.text_colour for layout in layouts}) > 150


def test_contrast_is_that_of_wcag() -> None:
    assert launcher.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert launcher.contrast("#777777", "#777777") == 1
    assert launcher.contrast("#ffffff", "#0000ff") == pytest.approx(8.59, abs=0.01)


@pytest.fixture
def running(display: VirtualDisplay, room: Room) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, str(SCRIPT), "--log", str(room.log)]
    environment = room.environment(DISPLAY=display.name)
    with subprocess.Popen(command, env=environment, start_new_session=True) as process:
        try:
            wait_until(lambda: "window ready" in room.events(), what="the launcher's window")
            yield process
        finally:
            process.terminate()


def click(display: VirtualDisplay, icon: launcher.Icon, times: int = 1) -> None:
    """A click of xdotool on the icon, wherever the window manager has put the window."""
    environment = {**os.environ, "DISPLAY": display.name}
    search = ["xdotool", "search", "--sync", "--onlyvisible", "--class", "launcher"]
    window = subprocess.run(search, env=environment, capture_output=True, text=True, check=True).stdout.split()[0]
    geometry = subprocess.run(
        ["xwininfo", "-id", window], env=environment, capture_output=True, text=True, check=True
    ).stdout
    left, top = (int(re.search(rf"Absolute upper-left {axis}:\s+(-?\d+)", geometry)[1]) for axis in "XY")
    place = [str(left + icon.x), str(top + icon.y)]
    command = ["xdotool", "mousemove", *place, "click", "--repeat", str(times), "1"]
    subprocess.run(command, env=environment, check=True)


@pytest.mark.desktop
@pytest.mark.slow
@pytest.mark.parametrize("times", [1, 2])
def test_a_click_opens_one_browser_and_the_end_removes_it(
    display: VirtualDisplay, room: Room, running: subprocess.Popen[bytes], times: int
) -> None:
    click(display, launcher.DEMO_LAYOUT.browser, times)
    wait_until(lambda: "page shown" in room.events(), seconds=60, what="the page")
    assert room.events().count("page requested") == 1
    assert activated(room) == {"Browser"}
    running.send_signal(signal.SIGTERM)
    assert running.wait(20) == 0
    wait_until(lambda: room.processes() == [], what="the end of the browser")
    assert list(room.temporary.iterdir()) == []


@pytest.mark.desktop
def test_another_icon_opens_nothing(display: VirtualDisplay, room: Room, running: subprocess.Popen[bytes]) -> None:
    click(display, launcher.DEMO_LAYOUT.icons[1])
    wait_until(lambda: activated(room) == {"Files"}, what="the click")
    assert not any("user-data-dir" in command for command in room.processes())


@pytest.mark.desktop
def test_a_killed_window_ends_the_launcher(room: Room, running: subprocess.Popen[bytes]) -> None:
    # As when the display goes away: Xlib ends the process that holds the window, without a word to Python.
    (window,) = psutil.Process(running.pid).children()
    window.kill()
    assert running.wait(20) == 0
    assert list(room.temporary.iterdir()) == []
