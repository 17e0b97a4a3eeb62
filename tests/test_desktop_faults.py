"""Whole runs on a desktop that fails under them, each test named after the fault's row.

What was done is what the window says it got. The rows of one part of the program are held beside that part:

| row | held by |
|---|---|
| D3 black, locked | test_blank.test_a_run_waits_until_the_screen_is_unlocked |
| | test_blank.test_it_is_given_up_at_the_limit |
| D6 no effect | test_run.test_no_effect_is_told_and_a_circle_is_ended |
| D7 two agents | test_display_lock.test_two_agents_on_one_display |
| D8 the person | test_human.test_the_run_pauses_says_so_and_goes_on |
| D9 stopped in mid-hold | test_desktop.test_stopped_at_a_hundred_random_instants_nothing_stays_down |
| | test_panic.test_a_signal_at_any_instant |
| D10 killed in mid-hold | test_display_lock.test_what_a_killed_run_held_down_is_let_go |
| D16 a dead listener | test_panic.test_nothing_is_sent_once_the_listener_is_dead |
| C7 1 MB, controls | test_typing.test_the_longest_text |
| C8 chords | test_desktop.test_a_key_the_layout_lacks_keeps_the_whole_chord_up |
| | test_risk.test_chords_that_end_something |
| C9 waits | test_desktop.test_waiting_is_capped_and_told |
| C10 circles | test_guard.test_the_fifth_time_is_once_too_often |
| C11 claims | test_loop.test_nothing_is_done_after_the_end |
| C12 instructions in a page | test_injection |
"""

from __future__ import annotations

import base64
import io
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image

from actions.action import Point, Size
from actions.selection import Offer
from actions.x11 import close, connect, window_manager_ready
from agent.recording.session import Session, find_sessions, read_session
from agent.replay.offline import replay_offline
from agent.virtual import VirtualDisplay
from tests.apps.programs import SinkWindow, sink_window, wait_until
from tests.conftest import APPS
from tests.endpoint_server import Answer, EndpointServer, Reply, Request
from tests.fakes import call
from tests.test_run import Agent, assert_nothing_is_held

pytestmark = pytest.mark.desktop
MODEL = "gui-plus-2026-02-26"
SIZE = Size(1280, 800)
DONE = Reply(call("terminate", status="success"))
Step = Answer | Callable[[Request], Answer]


@pytest.fixture
def own() -> Iterator[VirtualDisplay]:
    """A display of the test's own, for it to break."""
    with VirtualDisplay(SIZE) as display:
        number = display.name.removeprefix(":")
        yield display
    for left in (f"/tmp/.X{number}-lock", f"/tmp/.X11-unix/X{number}"):  # of a server that was killed
        Path(left).unlink(missing_ok=True)


@pytest.fixture
def window(own: VirtualDisplay, tmp_path: Path) -> Iterator[SinkWindow]:
    with sink_window(own, tmp_path) as sink:
        sink.forget()
        yield sink


class Run:
    """A run on a display against an endpoint that answers by `steps`; over when the context ends."""

    def __init__(self, display: VirtualDisplay, folder: Path, steps: list[Step], *options: str, **env: str) -> None:
        self.folder = folder
        self.server = EndpointServer(steps)
        self._argv = ("--model", MODEL, "--approve", "never", "--json", "--settle-max", "1", *options)
        self._env = {"DISPLAY": display.name, **env}

    def __enter__(self) -> Run:
        self.server.__enter__()
        argv = ("run", "x", *self._argv, "--base-url", self.server.base_url)
        self.agent = Agent(*argv, env=self._env, cwd=self.folder)
        return self

    def __exit__(self, *exception: object) -> None:
        if self.agent.process.poll() is None:
            self.agent.process.kill()
            self.agent.process.communicate()
        self.server.__exit__(None, None, None)

    def ends(self, code: int) -> Agent:
        agent = self.agent.wait()
        assert agent.code == code, agent.stderr
        return agent

    def outcomes(self) -> list[str]:
        return [event["outcome"] for event in self.agent.events("step_finished")]


def run(display: VirtualDisplay, folder: Path, steps: list[Step], *options: str, code: int = 0, **env: str) -> Run:
    with Run(display, folder, steps, *options, **env) as running:
        running.ends(code)
    return running


def at(place: Point, size: Size = SIZE, action: str = "left_click") -> Reply:
    """A reply for a place of the screen; exact, whatever the model's space."""
    return Reply(call(action, coordinate=[place.x * 1000 / size.width, place.y * 1000 / size.height]))


def presses(sink: SinkWindow) -> list[Point]:
    return [Point(line["x"], line["y"]) for line in sink.events("press")]


def recorded(folder: Path) -> Session:
    (path,) = find_sessions(folder / "recordings")
    return read_session(path)


def ended_and_replayable(folder: Path, status: str) -> None:
    session = recorded(folder)
    assert session.damage is None
    assert session.ended is not None
    assert session.ended.status == status, session.ended.reason
    assert replay_offline(session.path).differences == ()


def picture_size(request: Request) -> Size:
    """Of the newest picture."""
    with Image.open(io.BytesIO(base64.b64decode(request.images[-1].partition(",")[2]))) as picture:
        return Size(*picture.size)


def children_left(folder: Path) -> list[str]:
    """Processes that a run in `folder` has started: they have its environment."""
    mark = str(folder)
    left = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("XDG_CONFIG_HOME") == mark:
                left.append(f"{process.pid} {process.cmdline()}")
    return left


# --- D1: the display goes away ------------------------------------------------------------------------------------


def kill_server(display: VirtualDisplay) -> None:
    words = ["Xvfb", display.name]
    (server,) = [each for each in psutil.process_iter() if each.name() == "Xvfb" and each.cmdline()[:2] == words]
    server.kill()
    wait_until(lambda: server.status() == psutil.STATUS_ZOMBIE, what="its end")


def assert_one_line_and_nothing_left(running: Run) -> None:
    agent = running.ends(5)
    (end,) = agent.events("session_ended")
    assert (end["status"], end["exit_code"]) == ("screen_error", 5)
    assert "\n" not in end["reason"]
    assert agent.stderr.count(end["reason"]) == 1, agent.stderr
    ended_and_replayable(running.folder, "screen_error")
    wait_until(lambda: not children_left(running.folder), what=f"the end of {children_left(running.folder)}")


def test_d1_killed_during_a_request(own: VirtualDisplay, window: SinkWindow, tmp_path: Path) -> None:
    def dies(_: Request) -> Reply:
        kill_server(own)
        return at(window.place("area"))

    with Run(own, tmp_path, [dies, DONE]) as running:
        assert_one_line_and_nothing_left(running)
        assert len(running.server.requests) == 1


@pytest.mark.parametrize("text", ["ABCD efgh " * 1900, "世界" * 400 + "ABCD efgh " * 900])
def test_d1_killed_while_it_types(text: str, own: VirtualDisplay, window: SinkWindow, tmp_path: Path) -> None:
    with Run(own, tmp_path, [at(window.place("text")), Reply(call("type", text=text)), DONE]) as running:
        wait_until(lambda: len(window.held("text")) > 100 or len(window.events("keydown")) > 30, 60, "some typing")
        kill_server(own)
        assert_one_line_and_nothing_left(running)


def test_d1_killed_while_it_waits(own: VirtualDisplay, window: SinkWindow, tmp_path: Path) -> None:
    file = tmp_path / "recordings"
    with Run(own, tmp_path, [Reply(call("wait", time=60)), DONE]) as running:
        wait_until(lambda: "step_planned" in "".join(p.read_text() for p in file.glob("*/*.jsonl")), 60, "the wait")
        kill_server(own)
        assert_one_line_and_nothing_left(running)


def test_d1_killed_while_it_settles(own: VirtualDisplay, window: SinkWindow, tmp_path: Path) -> None:
    options = ("--settle-min", "60", "--settle-max", "60")
    with Run(own, tmp_path, [at(window.place("area")), DONE], *options) as running:
        window.wait_for(1, "release")
        kill_server(own)
        assert_one_line_and_nothing_left(running)
        assert running.outcomes() == ["done"]  # what was done is recorded as done


def test_d1_the_run_s_own_virtual_display_is_killed(tmp_path: Path) -> None:
    def its_own() -> list[psutil.Process]:
        return [each for each in psutil.Process(running.agent.process.pid).children() if each.name() == "Xvfb"]

    def dies(_: Request) -> Reply:
        (server,) = its_own()
        server.kill()
        return Reply(call("left_click", coordinate=[500, 500]))

    launch = f"{sys.executable} {APPS / 'sink.py'} {tmp_path / 'log'}"
    with VirtualDisplay(Size(64, 64)) as unused:
        options = ("--virtual", "900x700", "--launch", launch)
        with Run(unused, tmp_path, [dies, DONE], *options) as running:
            assert_one_line_and_nothing_left(running)


@pytest.mark.parametrize("display", [":93", "", "nonsense"])
def test_d1_no_display_at_all(display: str, tmp_path: Path) -> None:
    with EndpointServer([DONE]) as server:
        argv = ("run", "x", "--model", MODEL, "--base-url", server.base_url)
        agent = Agent(*argv, env={"DISPLAY": display}, cwd=tmp_path).wait()
        assert server.requests == []
    assert agent.code == 5, agent.stderr
    (line,) = agent.stderr.splitlines()
    assert "--virtual" in line
    assert not (tmp_path / "recordings").exists()


# --- D2, D11: sizes and monitors ----------------------------------------------------------------------------------


def resize(display: VirtualDisplay, size: Size) -> None:
    name = f"{size.width}x{size.height}"
    known = subprocess.run(["xrandr"], env=display.environment(), capture_output=True, text=True, check=True).stdout
    changes = [f"--output screen --mode {name}"]
    if f" {name} " not in known:
        mode = f"--newmode {name} 0 {size.width} 0 0 0 {size.height} 0 0 0"
        changes = [mode, f"--addmode screen {name}", *changes]
    for change in changes:
        subprocess.run(["xrandr", *change.split()], env=display.environment(), check=True, capture_output=True)


@pytest.mark.parametrize(("before", "after"), [(SIZE, Size(1024, 700)), (Size(1024, 700), SIZE)])
def test_d2_another_resolution_between_the_screenshot_and_the_action(
    before: Size, after: Size, own: VirtualDisplay, window: SinkWindow, tmp_path: Path
) -> None:
    if before != SIZE:
        resize(own, before)
    at_the_answer: list[list[dict[str, Any]]] = []

    def changes(request: Request) -> Reply:
        assert picture_size(request) == before
        resize(own, after)
        window.forget()
        return at(window.place("area"), before)

    def then(request: Request) -> Reply:
        at_the_answer.append(window.events("press", "motion"))
        assert picture_size(request) == after
        assert "size changed" in request.text
        return at(window.place("area"), after)

    running = run(own, tmp_path, [changes, then, DONE])
    assert at_the_answer == [[]]  # of the first plan nothing was sent
    assert running.outcomes() == ["failed", "done", "done"]
    assert presses(window) == [window.place("area")]
    viewports = [step.screenshot.viewport["pixels"] for step in recorded(tmp_path).steps]
    assert viewports == [list(before), list(after), list(after)]
    ended_and_replayable(tmp_path, "success")


@pytest.mark.parametrize(("number", "left", "top"), [(1, 0, 0), (2, 300, 50)])
def test_d11_a_monitor_at_an_offset(
    number: int, left: int, top: int, own: VirtualDisplay, window: SinkWindow, tmp_path: Path
) -> None:
    monitors = (("A", "900/240x800/210+0+0", "screen"), ("B", "900/240x700/190+300+50", "none"))
    for setting in monitors:
        subprocess.run(["xrandr", "--setmonitor", *setting], env=own.environment(), check=True)
    size = Size(900, 800 if number == 1 else 700)
    places = [window.place(widget) for widget in ("area", "entry")]
    steps: list[Step] = [at(Point(place.x - left, place.y - top), size) for place in places]
    run(own, tmp_path, [*steps, DONE], "--monitor", str(number))
    assert presses(window) == places
    ended_and_replayable(tmp_path, "success")


def test_d11_a_monitor_that_goes(own: VirtualDisplay, window: SinkWindow, tmp_path: Path) -> None:
    for setting in (("A", "600/160x800/210+0+0", "screen"), ("B", "680/180x800/210+600+0", "none")):
        subprocess.run(["xrandr", "--setmonitor", *setting], env=own.environment(), check=True)

    def goes(_: Request) -> Reply:
        subprocess.run(["xrandr", "--delmonitor", "B"], env=own.environment(), check=True)
        return at(Point(10, 10), Size(680, 800))

    running = run(own, tmp_path, [goes, DONE], "--monitor", "2", code=5)
    assert "no monitor 2" in running.agent.stderr
    assert window.events("press", "motion") == []
    ended_and_replayable(tmp_path, "screen_error")


# --- D4, D5: what moves by itself ---------------------------------------------------------------------------------


class Over:
    """The window of over.py, `side` pixels wide and high around a place."""

    def __init__(self, display: VirtualDisplay, *how: str) -> None:
        self._display, self._how = display, how

    def show(self, place: Point, side: int = 120) -> None:
        geometry = f"{side}x{side}+{place.x - side // 2}+{place.y - side // 2}"
        command = [sys.executable, str(APPS / "over.py"), geometry, *self._how]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, env=self._display.environment(), stdin=pipe, stdout=pipe, text=True)
        self.says("shown")

    def says(self, word: str) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == f"{word}\n"

    def change(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        self.says("changed")

    def __enter__(self) -> Over:
        return self

    def __exit__(self, *exception: object) -> None:
        self.process.kill()
        self.process.communicate()


def test_d4_a_dialog_over_the_target_gets_no_click_of_another_s(
    own: VirtualDisplay, window: SinkWindow, tmp_path: Path
) -> None:
    place = window.place("area")
    unsent: list[bool] = []

    def pops_up(_: Request) -> Reply:
        over.show(place)
        return at(place)

    def dismiss(request: Request) -> Reply:
        unsent.append("where you wanted to act" in request.text and over.process.poll() is None)
        return at(place)

    with Over(own) as over:
        running = run(own, tmp_path, [pops_up, dismiss, at(place), DONE])
        over.says("pressed")
    assert unsent == [True]
    assert running.outcomes() == ["failed", "done", "done", "done"]
    assert presses(window) == [place]
    ended_and_replayable(tmp_path, "success")


def test_d4_a_dialog_elsewhere_holds_nothing_up(own: VirtualDisplay, window: SinkWindow, tmp_path: Path) -> None:
    place = window.place("area")

    def pops_up(_: Request) -> Reply:
        over.show(Point(1000, 650))
        return at(place)

    with Over(own) as over:
        assert run(own, tmp_path, [pops_up, DONE]).outcomes() == ["done", "done"]
    assert presses(window) == [place]


def test_d4_what_never_rests_is_acted_on_the_third_time_and_noted(
    own: VirtualDisplay, window: SinkWindow, tmp_path: Path
) -> None:
    place = window.place("area")
    with Over(own, "steps") as over:
        over.show(place)

        def changes(_: Request) -> Reply:
            over.change()
            return at(place)

        running = run(own, tmp_path, [changes, changes, changes, DONE])
        over.says("pressed")
    assert running.outcomes() == ["failed", "failed", "done", "done"]
    details = [event["detail"] or "" for event in running.agent.events("step_finished")]
    assert ["unstable" in detail for detail in details] == [False, False, True, False]
    ended_and_replayable(tmp_path, "success")


def test_d5_a_film_is_not_waited_for(own: VirtualDisplay, window: SinkWindow, tmp_path: Path) -> None:
    place = window.place("area")
    with Over(own, "film") as film:
        film.show(Point(1000, 650))
        running = run(own, tmp_path, [at(Point(1000, 650)), at(place), at(window.place("entry")), DONE])
        film.says("pressed")
    steps = running.agent.events("step_finished")
    assert [step["outcome"] for step in steps] == ["done"] * 4
    # The wait ended at its cap, and the record says so; on a busy machine the film itself may rest for a while.
    assert any(step["settled"] is False for step in steps)
    assert presses(window) == [place, window.place("entry")]
    ended_and_replayable(tmp_path, "success")


# --- D12: the clock jumps -----------------------------------------------------------------------------------------

JUMPS = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
static const long jumps[] = {0, 40000000, -7200, 3, -40000000};
static long jump(void) { static long calls; return jumps[calls++ / 7 % 5]; }
int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int failed = real(clock, now);
    if (clock == CLOCK_REALTIME) now->tv_sec += jump();
    return failed;
}
int gettimeofday(struct timeval *now, void *zone) {
    struct timespec spec;
    clock_gettime(CLOCK_REALTIME, &spec);
    now->tv_sec = spec.tv_sec;
    now->tv_usec = spec.tv_nsec / 1000;
    return 0;
}
time_t time(time_t *at) {
    struct timespec spec;
    clock_gettime(CLOCK_REALTIME, &spec);
    if (at) *at = spec.tv_sec;
    return spec.tv_sec;
}
"""


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
def test_d12_the_clock_jumps_to_and_fro(own: VirtualDisplay, window: SinkWindow, tmp_path: Path) -> None:
    """By more than a year at a time, all through the run, in the process itself."""
    (tmp_path / "jumps.c").write_text(JUMPS)
    library = tmp_path / "jumps.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, tmp_path / "jumps.c", "-ldl"], check=True)
    text = "no time 世界"
    steps: list[Step] = [at(window.place("entry")), Reply(call("type", text=text)), Reply(call("wait", time=0.2))]
    limits = ("--max-seconds", "120", "--model-timeout", "100")
    running = run(own, tmp_path, [*steps, DONE], *limits, LD_PRELOAD=str(library))
    assert running.outcomes() == ["done"] * 4
    assert window.held("entry") == text
    times = [ms for event in running.agent.events("step_finished") for ms in event["ms"].values()]
    assert all(0 <= ms < 100_000 for ms in times)
    assert running.agent.events("step_finished")[2]["ms"]["act"] >= 200
    ended_and_replayable(tmp_path, "success")
    written = re.findall(r'"time":"(\d{4})', (recorded(tmp_path).path / "session.jsonl").read_text())
    assert len(set(written)) > 1  # the clock that it writes down did jump


# --- D13: the disk fills ------------------------------------------------------------------------------------------

DISK_MB = 64


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", folder], check=False).returncode:
        pytest.skip("a small tmpfs needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(folder: Path) -> None:
    with open(folder / "filler", "wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(65536))
    with open(folder / "filler2", "wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x")


def six_places(window: SinkWindow) -> list[Point]:
    middle = window.place("area")
    return [Point(middle.x + 9 * number, middle.y) for number in range(6)]


def test_d13_nothing_is_done_that_cannot_be_recorded(own: VirtualDisplay, window: SinkWindow, tmp_path: Path) -> None:
    places = six_places(window)

    def fills(_: Request) -> Reply:
        fill(disk)
        return at(places[2])

    with small_disk(tmp_path / "disk") as disk:
        steps: list[Step] = [at(places[0]), at(places[1]), fills, *map(at, places[3:])]
        running = run(own, tmp_path, [*steps, DONE], "--record", str(disk / "recordings"), code=5)
        (path,) = find_sessions(disk / "recordings")
        session = read_session(path)
        planned = [step.planned for step in session.steps if step.planned is not None]
        assert presses(window) == [each.target for each in planned]
        assert session.damage is None
        assert session.ended is not None
        assert session.ended.status == "recording_error"
        assert "No space left" in (session.ended.reason or "")
        assert replay_offline(path).differences == ()
        assert not (path / ".reserve").exists()
    assert 2 <= len(presses(window)) < len(places)
    (end,) = running.agent.events("session_ended")
    assert (end["status"], end["exit_code"]) == ("recording_error", 5)
    assert_nothing_is_held(window)


def test_d13_best_effort_goes_on_and_says_so_once(own: VirtualDisplay, window: SinkWindow, tmp_path: Path) -> None:
    places = six_places(window)

    def fills(_: Request) -> Reply:
        fill(disk)
        return at(places[2])

    with small_disk(tmp_path / "disk") as disk:
        steps: list[Step] = [at(places[0]), at(places[1]), fills, *map(at, places[3:])]
        options = ("--record", str(disk / "recordings"), "--record-best-effort")
        running = run(own, tmp_path, [*steps, DONE], *options)
        (path,) = find_sessions(disk / "recordings")
        assert read_session(path).damage is None
        assert replay_offline(path).differences == ()
    assert presses(window) == places
    assert running.agent.stderr.count("goes on unrecorded") == 1
    assert running.agent.events("session_ended")[0]["status"] == "success"


@pytest.mark.parametrize(("options", "code"), [((), 5), (("--record-best-effort",), 0)])
def test_d13_full_from_the_start(
    options: tuple[str, ...], code: int, own: VirtualDisplay, window: SinkWindow, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk") as disk:
        fill(disk)
        steps: list[Step] = [at(window.place("area")), DONE]
        running = run(own, tmp_path, steps, "--record", str(disk / "recordings"), *options, code=code)
    assert len(presses(window)) == (code == 0)
    assert "--record-best-effort" in running.agent.stderr or "free some" in running.agent.stderr


# --- D14: the clipboard's owner hangs -----------------------------------------------------------------------------


def test_d14_an_owner_of_the_clipboard_that_never_answers(
    own: VirtualDisplay, window: SinkWindow, tmp_path: Path
) -> None:
    owner = connect(own.name)
    try:
        with Offer(owner, "never served", ["CLIPBOARD", "PRIMARY"]):
            steps: list[Step] = [at(window.place("entry")), Reply(call("type", text="世界 ok")), DONE]
            running = run(own, tmp_path, steps)
    finally:
        close(owner)
    assert window.held("entry") == "世界 ok"
    assert "its owner did not answer" in running.agent.events("step_finished")[1]["detail"]
    wait_until(lambda: not children_left(tmp_path), what=f"the end of {children_left(tmp_path)}")
    assert_nothing_is_held(window)


# --- the window manager restarts ----------------------------------------------------------------------------------


def managers(display: VirtualDisplay) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.name() == "openbox" and process.environ().get("DISPLAY") == display.name:
                found.append(process)
    return found


@pytest.mark.parametrize("how", ["killed, and another", "replaced", "killed"])
def test_the_window_manager_goes_and_comes(how: str, own: VirtualDisplay, window: SinkWindow, tmp_path: Path) -> None:
    (old,) = managers(own)
    aimed: list[Point] = []

    def restarts(_: Request) -> Reply:
        if how == "replaced":
            programs.start(["openbox", "--sm-disable", "--replace"])
        else:
            old.kill()
        wait_until(lambda: old not in managers(own), what="the old one's end")
        if how == "killed, and another":
            programs.start(["openbox", "--sm-disable"])
        if how != "killed":
            wait_until(lambda: window_manager_ready(own.name), what="the new one")
        return at(window.place("area"))

    def at_entry(_: Request) -> Reply:
        aimed.append(window.place("entry"))
        return at(aimed[-1])

    with own.programs() as programs:
        steps: list[Step] = [restarts, at_entry, at_entry, Reply(call("type", text="ok 世界")), DONE]
        running = run(own, tmp_path, steps)
    assert running.outcomes()[2:] == ["done"] * 3
    last = window.events("press")[-1]
    assert (Point(last["x"], last["y"]), last["widget"]) == (aimed[-1], "entry")
    assert window.held("entry") == "ok 世界"
    ended_and_replayable(tmp_path, "success")


# --- D15: Wayland -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("env", [{"WAYLAND_DISPLAY": "wayland-0"}, {"XDG_SESSION_TYPE": "wayland"}])
def test_d15_wayland_is_said(env: dict[str, str], tmp_path: Path) -> None:
    with EndpointServer([DONE]) as server:
        argv = ("run", "x", "--model", MODEL, "--base-url", server.base_url)
        agent = Agent(*argv, env={"DISPLAY": "", **env}, cwd=tmp_path).wait()
        assert server.requests == []
    assert agent.code == 5, agent.stderr
    (line,) = agent.stderr.splitlines()
    assert "Wayland" in line
    assert "--virtual" in line


# --- the table above ----------------------------------------------------------------------------------------------


def test_the_tests_that_hold_the_other_rows_are_there() -> None:
    names = re.findall(r"(test_\w+)(?:\.(test_\w+))?", __doc__ or "")
    assert len(names) >= 12
    for module, name in names:
        text = (Path(__file__).parent / f"{module}.py").read_text(encoding="utf-8")
        assert f"def {name}(" in text or not name, f"{module}.{name}"
