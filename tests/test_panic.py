"""The person stops a run, anywhere in it: at once, nothing stays down, and the session can be read."""

from __future__ import annotations

import fcntl
import os
import random
import signal
import socket
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from actions import action as act
from actions.action import GroundedAction, Point
from actions.brake import Brake, Stopped
from actions.desktop import DesktopExecutor
from actions.executor import InputError
from actions.watch import PANIC_KEY, Watch
from actions.x11 import close, connect
from actions.x11_listener import X11Listener
from agent.cli import main
from agent.errors import UsageError
from agent.hands import panic_keys
from agent.recording.session import read_session
from agent.virtual import VirtualDisplay
from tests.apps.held import held, wait_for_nothing_held
from tests.apps.programs import SinkWindow, wait_until
from tests.apps.tap import Sent, Tap
from tests.endpoint_server import Answer, EndpointServer, Hang, Status
from tests.test_run import ROOT, Agent, Script

pytestmark = pytest.mark.desktop
AT_ONCE_MS = 100
ANY = (0, 0)
PLACE = Point(500, 300)
SLOW_DRAG = "from actions import x11_pointer; x11_pointer.GLIDE_SECONDS = 3.0"
"""A drag is over before another program has so much as begun to stop it."""
Q = 24
"""Its keycode on the layout of the display."""
MODEL = "gui-plus-2026-02-26"


def do(executor: DesktopExecutor, action: act.Action, point: Point | None = None) -> None:
    executor.perform(GroundedAction(action, point, notches=2))


def xdotool(*words: str) -> None:
    subprocess.run(["xdotool", *words], check=True, timeout=30)


class Moment:
    """A part of a run: the replies that lead there, how to know that it is there, and further options."""

    def __init__(
        self,
        replies: Callable[[Script], list[Answer]],
        reached: Callable[[SinkWindow, EndpointServer], object],
        *options: str,
    ) -> None:
        self.replies, self.reached, self.options = replies, reached, options


def dragged(sink: SinkWindow) -> int:
    return sum(bool(event["state"] & 256) for event in sink.events("motion"))


MOMENTS = {
    "a long text": Moment(
        lambda s: [s.reply("left_click", coordinate=s.at("text")), s.reply("type", text="ABCD efgh " * 1900)],
        lambda sink, _: len(sink.events("keydown")) > 100,
    ),
    "a drag": Moment(
        lambda s: [
            s.reply("mouse_move", coordinate=s.at("area", -250, -60)),
            s.reply("left_click_drag", coordinate=s.at("area", 250, 60)),
        ],
        lambda sink, _: dragged(sink) > 2,
    ),
    "a settle": Moment(
        lambda s: [s.reply("left_click", coordinate=s.at("area"))],
        lambda sink, _: sink.events("release"),
        *("--settle-min", "90", "--settle-max", "90"),
    ),
    "a wait": Moment(
        lambda s: [s.reply("mouse_move", coordinate=s.at("area")), s.reply("wait", time=60)],
        lambda sink, server: len(server.requests) > 1,
    ),
    "a hanging request": Moment(lambda _: [Hang()], lambda _, server: server.requests),
    "a reply that hangs": Moment(lambda _: [Hang(after_headers=True)], lambda _, server: server.requests),
    "a retry pause": Moment(
        lambda _: [Status(503, headers={"Retry-After": "100"})] * 2, lambda _, server: server.requests
    ),
}


# With "pause", Ctrl going down already ends what is being sent: the panic key alone must do it as well.
MOMENTS |= {
    f"{name}, no pause": Moment(MOMENTS[name].replies, MOMENTS[name].reached, "--on-human", "ignore")
    for name in ("a long text", "a drag")
}


class Stopped130:
    """A run brought to a moment, to be stopped there, and what must then be so."""

    def __init__(self, moment: Moment, sink: SinkWindow, folder: Path, observer: Any) -> None:
        self.moment, self.sink, self.folder, self.observer = moment, sink, folder, observer

    def __enter__(self) -> Stopped130:
        script = Script(MODEL, MODEL, self.sink)
        self.server = EndpointServer(self.moment.replies(script)).__enter__()
        options = ("--model", MODEL, "--base-url", self.server.base_url, "--approve", "never", *self.moment.options)
        self.sink.forget()
        self.agent = Agent("run", "x", *options, cwd=self.folder, first=SLOW_DRAG)
        wait_until(lambda: self.moment.reached(self.sink, self.server), 60, "the moment")
        return self

    def __exit__(self, *exception: object) -> None:
        if self.agent.process.poll() is None:
            self.agent.process.kill()
            self.agent.process.communicate()
        self.server.__exit__(None, None, None)

    def ends(self, why: str) -> None:
        self.agent.wait()
        assert self.agent.code == 130, self.agent.stderr
        assert why in self.agent.stderr
        wait_for_nothing_held(self.observer)
        (path,) = (self.folder / "recordings").iterdir()
        recorded = read_session(path)
        assert recorded.ended is not None
        assert (recorded.ended.status, recorded.ended.reason) == ("stopped", why)


@pytest.mark.parametrize("name", MOMENTS)
def test_the_panic_key_stops_it_at_once(name: str, sink: SinkWindow, tmp_path: Path, observer: Any) -> None:
    with Stopped130(MOMENTS[name], sink, tmp_path, observer) as run, Tap(os.environ["DISPLAY"]) as tap:
        xdotool("keydown", "ctrl", "keydown", "alt", "key", "q", "keyup", "alt", "keyup", "ctrl")
        run.ends("stopped by ctrl+alt+q")
        tap.flush()
        panic = next(each for each in tap.sent if (each.name, each.detail) == ("keydown", Q))
        after = [each for each in tap.by_others_than(panic.client) if each.at >= panic.at]
    last = max((each.at - panic.at for each in after), default=0)
    print(f"{name}: {last} ms from the key to the last event, {len(after)} of them")
    assert last <= AT_ONCE_MS, after
    assert held(observer) == ([], 0)
    if name.startswith(("a long text", "a drag")):  # the test sees what is sent: it was in the middle of it
        assert [each for each in tap.sent if each.client != panic.client]


def test_the_key_can_be_another(sink: SinkWindow, tmp_path: Path, observer: Any) -> None:
    moment = MOMENTS["a hanging request"]
    other = Moment(moment.replies, moment.reached, "--panic-key", "Shift+F9")
    with Stopped130(other, sink, tmp_path, observer) as run:
        xdotool("key", "ctrl+alt+q")
        xdotool("key", "shift+F9")
        run.ends("stopped by shift+f9")


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_at_any_instant(number: signal.Signals, sink: SinkWindow, tmp_path: Path, observer: Any) -> None:
    """Twelve instants each, from the run's first event on; the chances are written down by a failing folder's name."""
    chance = random.Random(number)
    why = {signal.SIGTERM: "stopped by SIGTERM", signal.SIGHUP: "the terminal was closed"}[number]
    for turn in range(12):
        name = ("a long text", "a drag")[turn % 2]
        folder = tmp_path / f"{turn} {name}"
        folder.mkdir()
        first = Moment(MOMENTS[name].replies, lambda sink, _: sink.events("keydown", "press", "motion"))
        with Stopped130(first, sink, folder, observer) as run:
            time.sleep(chance.uniform(0, 0.7))  # an instant, not a wait for something
            run.agent.process.send_signal(number)
            run.ends(why)
        connection_is_quiet(observer, sink, time.monotonic() * 1000)


def connection_is_quiet(observer: Any, sink: SinkWindow, ended: float) -> None:
    """Nothing is sent after the end, in milliseconds: the server has no more, and the window got no press or key since.

    The window may be slow to tell what it got before; a motion sent now comes after all of it.
    """
    observer.sync()
    x, y = sink.place("area")
    xdotool("mousemove", str(x - 9), str(y), "mousemove", str(x), str(y))
    wait_until(lambda: any((line["x"], line["at"] > ended) == (x, True) for line in sink.events("motion")))
    late = [line for line in sink.events("keydown", "press") if line["at"] > ended]
    assert late == []
    assert held(observer) == ([], 0)


def test_a_closed_terminal(sink: SinkWindow, tmp_path: Path, observer: Any) -> None:
    ours, theirs = os.openpty()
    with EndpointServer(MOMENTS["a long text"].replies(Script(MODEL, MODEL, sink))) as server:
        run = subprocess.Popen(
            [sys.executable, "-m", "agent.cli", "run", "x", "--model", MODEL, "--base-url", server.base_url],
            env=os.environ | {"PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": str(tmp_path), "AGENT_APPROVE": "never"},
            stdin=theirs,
            stdout=subprocess.DEVNULL,
            stderr=theirs,
            cwd=tmp_path,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # the terminal it was started in
        )
        os.close(theirs)
        wait_until(lambda: len(sink.events("keydown")) > 30, 60, "some typing")
        os.close(ours)  # the terminal's window is gone
        assert run.wait(60) == 130
    assert held(observer) == ([], 0)
    assert len(sink.held("text")) < 10_000
    (path,) = (tmp_path / "recordings").iterdir()
    ended = read_session(path).ended
    assert ended is not None
    assert ended.status == "stopped"


# --- what is heard ---------------------------------------------------------------------------------------------------


def test_our_own_keys_stop_nothing(executor: DesktopExecutor, watch: Watch, brake: Brake, sink: SinkWindow) -> None:
    do(executor, act.Key(keys=PANIC_KEY))
    sink.wait_for(1, "keyup")
    brake.sleep(0.1)
    assert brake.reason is None
    xdotool("key", "ctrl+alt+q")
    with pytest.raises(Stopped, match=r"ctrl\+alt\+q"):
        brake.sleep(10)


@pytest.mark.parametrize("keys", ["q", "ctrl+q", "alt+q", "ctrl+alt+w"])
def test_other_keys_stop_nothing(watch: Watch, brake: Brake, observer: Any, keys: str) -> None:
    xdotool("key", keys)
    wait_until(lambda: watch.touched, what="the keys to be heard")
    wait_for_nothing_held(observer)
    brake.sleep(0.1)
    assert brake.reason is None


def test_either_ctrl_and_alt_do(watch: Watch, brake: Brake) -> None:
    xdotool("key", "Control_R+Alt_L+q")
    with pytest.raises(Stopped):
        brake.sleep(10)


@pytest.mark.parametrize(
    ("text", "keys"), [("ctrl+alt+q", PANIC_KEY), ("F12", ("f12",)), ("none", None), (" None ", None)]
)
def test_the_option(text: str, keys: tuple[str, ...] | None) -> None:
    assert panic_keys(text) == keys


@pytest.mark.parametrize("text", ["ctrl+alt+nokey", ""])
def test_a_key_that_is_none(text: str) -> None:
    with pytest.raises(UsageError, match="--panic-key"):
        panic_keys(text)


def test_without_a_key_it_is_said(sink: SinkWindow, tmp_path: Path) -> None:
    with EndpointServer([Script(MODEL, MODEL, sink).reply("terminate", status="success")]) as server:
        options = ("--model", MODEL, "--base-url", server.base_url, "--panic-key", "none")
        agent = Agent("run", "x", *options, cwd=tmp_path).wait()
    assert agent.code == 0, agent.stderr
    assert "no key stops this run" in agent.stderr


# --- a listener that is dead -----------------------------------------------------------------------------------------


def cut(listener: X11Listener) -> None:
    listener._stream.display.socket.shutdown(socket.SHUT_RDWR)


def deaf(listener: X11Listener) -> None:
    """It lives, and hears nothing: the server has switched it off."""
    listener._control.record_free_context(listener._context)
    listener._control.sync()


@pytest.mark.parametrize("kill", [cut, deaf])
def test_nothing_is_sent_once_the_listener_is_dead(
    kill: Callable[[X11Listener], None], executor: DesktopExecutor, brake: Brake, sink: SinkWindow, observer: Any
) -> None:
    listener = executor.listener()
    assert isinstance(listener, X11Listener)
    watching = Watch(brake, listener, PANIC_KEY, "pause")
    sink.click_into(executor, "text")
    with Tap(os.environ["DISPLAY"]) as tap:
        do(executor, act.Type(text="a"))
        wait_until(lambda: tap.by_others_than(0), what="what was sent")
        kill(listener)
        wait_until(lambda: not listener._thread.is_alive(), what="its end")
        tap.flush()
        count = len(tap.sent)
        for action in (act.Type(text="bcd"), act.Key(keys=("enter",)), act.LeftClick(coordinate=ANY)):
            with pytest.raises(InputError, match="no longer heard"):
                do(executor, action, PLACE)
        tap.flush()
        assert tap.sent[count:] == []
    watching.close()
    assert held(observer) == ([], 0)


def test_an_exception_in_the_listener_ends_the_run(
    sink: SinkWindow, tmp_path: Path, observer: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    heard: list[int] = []

    def fail(self: X11Listener, client: int, request: bytes) -> None:
        if request[0] != 127 and request[4] == 2:  # a key, not the proof that it hears
            heard.append(client)
            if len(heard) == 40:
                raise RuntimeError("a mistake of ours")
        original(self, client, request)

    original = X11Listener._request
    monkeypatch.setattr(X11Listener, "_request", fail)
    monkeypatch.chdir(tmp_path)
    with EndpointServer(MOMENTS["a long text"].replies(Script(MODEL, MODEL, sink))) as server:
        code = main(["run", "x", "--model", MODEL, "--base-url", server.base_url, "--approve", "never"])
    assert code == 5
    assert "a mistake of ours" in capsys.readouterr().err
    assert held(observer) == ([], 0)
    assert len(sink.events("keydown")) < 2000
    (path,) = (tmp_path / "recordings").iterdir()
    ended = read_session(path).ended
    assert ended is not None
    assert (ended.status, ended.exit_code) == ("screen_error", 5)


def test_a_display_that_tells_nothing_is_refused_unless_asked(
    executor: DesktopExecutor, brake: Brake, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = executor.listener()
    assert isinstance(listener, X11Listener)
    monkeypatch.setattr(listener._control, "query_extension", lambda _: None)
    with pytest.raises(InputError, match="RECORD"):
        Watch(brake, listener, PANIC_KEY, "pause")
    listener.close()
    brake.check()


def test_hardware_is_a_person_whoever_asks_for_what(display: VirtualDisplay) -> None:
    """Events as a server with a real mouse and keyboard reports them: by their device."""
    told: list[tuple[str, object, bool]] = []
    connection = connect(display.name)
    listener = X11Listener([connection])
    listener.start(lambda *event: told.append(event))
    try:
        for device, code, detail in ((9, 1, 38), (9, 2, 38), (8, 5, 0), (8, 3, 1), (4, 3, 1), (5, 1, 38), (2, 5, 0)):
            number = listener._first_event + code
            listener._event(bytes([number, detail]) + bytes(29) + bytes([device | 0x80]))
        listener._event(bytes([listener._first_event, 38]) + bytes(29) + bytes([9]))
    finally:
        listener.close()
        close(connection)
    assert told == [("key", 38, True), ("key", 38, False), ("motion", 0, True), ("button", 1, True)]


def test_what_is_sent_is_told_by_client(executor: DesktopExecutor, sink: SinkWindow, display: VirtualDisplay) -> None:
    with Tap(display.name) as tap:
        do(executor, act.LeftClick(coordinate=ANY), PLACE)
        tap.flush()
        xdotool("key", "a")
        wait_until(lambda: len({each.client for each in tap.by_others_than(0)}) == 2, what="two clients")
    names = [each.name for each in tap.sent if each.client == tap.sent[0].client]
    assert [name for name in names if name != "motion"] == ["press", "release"]
    assert isinstance(tap.sent[0], Sent)
