"""A person at the same desk: the run gives way, and does nothing on a screen that the person has changed."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from actions import action as act
from actions.action import Action, GroundedAction, Point
from actions.brake import Brake, Interrupted, Stopped
from actions.desktop import DesktopExecutor
from actions.watch import PANIC_KEY, Keys, Take, Watch
from actions.x11 import close, connect
from agent.hands import hands, on_human
from agent.options import RunOptions
from agent.person import AtTheDesk, Nobody
from agent.virtual import VirtualDisplay
from tests.apps.held import held
from tests.apps.programs import SinkWindow, wait_until
from tests.endpoint_server import EndpointServer, Reply, Request
from tests.test_run import Agent, Script, session

ANY = (0, 0)
PLACE = Point(500, 300)
MODEL = "gui-plus-2026-02-26"
LONG = "ABCD efgh " * 600


def xdotool(*words: str) -> None:
    subprocess.run(["xdotool", *words], check=True, timeout=30)


def nudge() -> None:
    """A person's hand on the mouse. (A pointer set to a place, without `_relative`, is warped: no input.)"""
    xdotool("mousemove_relative", "3", "2")


def run(script: Script, server: EndpointServer, folder: Path, *options: str) -> Agent:
    argv = ("--model", script.model, "--base-url", server.base_url, "--approve", "never", "--json", *options)
    return Agent("run", "x", *argv, cwd=folder)


def end(script: Script) -> Reply:
    return script.reply("terminate", status="success")


# --- whole runs ------------------------------------------------------------------------------------------------------


@pytest.mark.desktop
def test_the_run_pauses_says_so_and_goes_on(sink: SinkWindow, tmp_path: Path) -> None:
    script = Script(MODEL, MODEL, sink)
    click = script.reply("left_click", coordinate=script.at("area"))
    nudged: list[float] = []

    def while_it_thinks(_: Request) -> Reply:
        nudge()
        nudged.append(time.monotonic())
        return click

    with EndpointServer([while_it_thinks, end(script)]) as server:
        agent = run(script, server, tmp_path)
        sink.forget()
        wait_until(lambda: sink.events("press"), 60, "the click")
        waited = time.monotonic() - nudged[0]
        agent.wait()
    assert agent.code == 0, agent.stderr
    assert agent.stderr.count("paused:") == agent.stderr.count("goes on\n") == 1
    assert 2.9 < waited < 20
    assert [event["outcome"] for event in agent.events("step_finished")] == ["done", "done"]


@pytest.mark.desktop
def test_what_was_planned_on_another_screen_is_not_sent(sink: SinkWindow, tmp_path: Path) -> None:
    script = Script(MODEL, MODEL, sink)
    click = script.reply("left_click", coordinate=script.at("area"))

    def while_it_thinks(_: Request) -> Reply:
        nudge()
        subprocess.run(["xsetroot", "-solid", "#225588"], check=True)
        return click

    try:
        with EndpointServer([while_it_thinks, end(script)]) as server:
            sink.forget()
            agent = run(script, server, tmp_path).wait()
            assert "The user did something on the screen" in server.requests[1].text
    finally:
        subprocess.run(["xsetroot", "-solid", "#000000"], check=True)
    assert agent.code == 0, agent.stderr
    assert sink.events("press") == []
    first = agent.events("step_finished")[0]
    assert (first["outcome"], first["detail"]) == ("failed", "a person used the desktop, and the screen changed")


@pytest.mark.desktop
def test_a_text_is_cut_short(sink: SinkWindow, tmp_path: Path, observer: Any) -> None:
    script = Script(MODEL, MODEL, sink)
    replies = [script.reply("left_click", coordinate=script.at("text")), script.reply("type", text=LONG), end(script)]
    with EndpointServer(replies) as server:
        agent = run(script, server, tmp_path)
        wait_until(lambda: len(sink.events("keydown")) > 100, 60, "some typing")
        nudge()
        agent.wait()
        assert "took over" in server.requests[2].text
    assert agent.code == 0, agent.stderr
    assert agent.stderr.count("paused:") == 1
    assert held(observer) == ([], 0)
    typed = sink.held("text")
    assert 30 < len(typed) < len(LONG)
    assert LONG.startswith(typed)
    detail = agent.events("step_finished")[1]["detail"]
    assert detail == f"cut short, after {len(typed)} of {len(LONG)} characters: a person uses the mouse or the keyboard"
    assert session(tmp_path)[-1]["status"] == "success"


@pytest.mark.desktop
@pytest.mark.parametrize(("what", "code"), [("stop", 130), ("ignore", 0)])
def test_the_other_ways(what: str, code: int, sink: SinkWindow, tmp_path: Path, observer: Any) -> None:
    script = Script(MODEL, MODEL, sink)
    replies = [script.reply("left_click", coordinate=script.at("text")), script.reply("type", text=LONG), end(script)]
    with EndpointServer(replies) as server:
        agent = run(script, server, tmp_path, "--on-human", what)
        wait_until(lambda: len(sink.events("keydown")) > 100, 60, "some typing")
        nudge()
        agent.wait()
    assert agent.code == code, agent.stderr
    assert "paused" not in agent.stderr
    assert held(observer) == ([], 0)
    if what == "stop":
        assert session(tmp_path)[-1]["reason"] == "a person used the mouse or the keyboard (--on-human stop)"
        assert len(sink.held("text")) < len(LONG)
    else:
        sink.expect("text", LONG)


@pytest.mark.desktop
def test_the_resume_key_ends_the_pause(sink: SinkWindow, tmp_path: Path) -> None:
    script = Script(MODEL, MODEL, sink)
    click = script.reply("left_click", coordinate=script.at("area"))
    mouse_is_used = threading.Event()

    def use() -> None:
        while not mouse_is_used.wait(0.2):
            nudge()

    def while_it_thinks(_: Request) -> Reply:
        nudge()
        hand.start()
        return click

    hand = threading.Thread(target=use)
    with EndpointServer([while_it_thinks, end(script)]) as server:
        agent = run(script, server, tmp_path)
        try:
            wait_until(lambda: hand.ident is not None, 60, "the request")
            time.sleep(4)  # longer than the quiet time: it is used all the while
            assert sink.events("press") == []
        finally:
            mouse_is_used.set()
            hand.join()
        before = time.monotonic()
        xdotool("key", "ctrl+alt+r")
        wait_until(lambda: sink.events("press"), 60, "the click")
        assert time.monotonic() - before < 2.5
        agent.wait()
    assert agent.code == 0, agent.stderr


# --- whose input it is -----------------------------------------------------------------------------------------------

ALL = [
    (act.LeftClick(coordinate=ANY), {}),
    (act.TripleClick(coordinate=ANY), {}),
    (act.RightClick(coordinate=ANY, modifiers=("ctrl",)), {}),
    (act.LeftClickDrag(coordinate=ANY), {"start": Point(400, 350)}),
    (act.Scroll(pixels=3), {"notches": 3}),
    (act.HScroll(pixels=3), {"notches": -2}),
    (act.Key(keys=("ctrl", "alt", "r")), {}),
    (act.Type(text="Grüße 世界, plain text", clear=True, enter=True), {}),
    (act.Type(text="plain"), {}),
]


@pytest.mark.desktop
def test_nothing_of_ours_is_a_person_s(executor: DesktopExecutor, watch: Watch, brake: Brake, sink: SinkWindow) -> None:
    sink.click_into(executor, "text")
    for action, more in ALL:
        executor.perform(GroundedAction(action, PLACE, **more))
    executor._x11.sync()
    brake.sleep(0.3)
    assert not watch.touched
    assert watch.busy(3) == 0


@pytest.mark.desktop
@pytest.mark.parametrize("words", [("mousemove_relative", "2", "2"), ("click", "4"), ("click", "1"), ("key", "b")])
def test_all_else_is(watch: Watch, words: tuple[str, ...]) -> None:
    assert not watch.touched
    xdotool(*words)
    wait_until(lambda: watch.touched, what="the person to be heard")
    assert watch.busy(3) > 0
    watch.forget()
    assert not watch.touched


@pytest.mark.desktop
def test_a_pointer_that_a_program_warps_is_nobody_s(watch: Watch, brake: Brake, display: VirtualDisplay) -> None:
    connection = connect(display.name)
    connection.screen().root.warp_pointer(300, 300)
    connection.sync()
    close(connection)
    brake.sleep(0.2)
    assert not watch.touched


@pytest.mark.desktop
@pytest.mark.parametrize("action", [action for action, _ in ALL], ids=lambda action: action.action)
def test_nothing_is_begun_while_a_person_is_busy(
    action: Action, executor: DesktopExecutor, watch: Watch, sink: SinkWindow
) -> None:
    nudge()
    wait_until(lambda: watch.touched, what="the person to be heard")
    sink.forget()
    outcome = executor.perform(GroundedAction(action, PLACE, notches=3))
    assert (outcome.status, (outcome.feedback or "").endswith("Look again.")) == ("failed", True)
    executor._x11.sync()
    assert sink.events("press", "keydown", "wheel") == []


@pytest.mark.desktop
def test_a_drag_is_finished(executor: DesktopExecutor, watch: Watch, sink: SinkWindow, observer: Any) -> None:
    start = Point(sink.place("area").x - 250, sink.place("area").y)
    target = Point(sink.place("area").x + 250, sink.place("area").y)

    def meanwhile() -> None:
        wait_until(lambda: sum(bool(event["state"] & 256) for event in sink.events("motion")) > 3)
        nudge()

    hand = threading.Thread(target=meanwhile)
    hand.start()
    outcome = executor.perform(GroundedAction(act.LeftClickDrag(coordinate=ANY), target, start=start))
    hand.join()
    wait_until(lambda: watch.touched, what="the person to be heard")
    assert outcome.status == "done"
    release = sink.wait_for(1, "release")[-1]
    assert abs(release["x"] - target.x) < 8
    assert held(observer) == ([], 0)


# --- the rules, without a display ------------------------------------------------------------------------------------


class Script5:
    """A listener that hears what the test says."""

    def __init__(self) -> None:
        self.take: Take = lambda *_: None
        self.proofs = 0

    def keys(self, chord: tuple[str, ...]) -> Keys:
        return [frozenset([name]) for name in chord]

    def start(self, take: Take) -> None:
        self.take = take

    def check(self) -> None:
        pass

    def prove(self) -> None:
        self.proofs += 1

    def close(self) -> None:
        pass


def test_a_run_goes_on_when_all_is_let_go_and_quiet(brake: Brake) -> None:
    ear, said = Script5(), list[str]()
    watch = Watch(brake, ear, PANIC_KEY, "pause")
    person = AtTheDesk(watch, brake, said.append, quiet=0.1)
    assert person.wait() is False
    ear.take("button", 1, True)
    threading.Timer(0.4, ear.take, ("button", 1, False)).start()
    before = time.monotonic()
    assert person.wait() is True
    assert time.monotonic() - before > 0.38
    assert [line.partition(":")[0] for line in said] == ["paused", "goes on"]
    assert person.wait() is False


def test_letting_go_of_what_was_down_at_the_start_is_no_input(brake: Brake) -> None:
    ear = Script5()
    watch = Watch(brake, ear, PANIC_KEY, "pause")
    ear.take("key", "enter", False)
    assert not watch.touched
    brake.between()
    ear.take("motion", 0, True)
    with pytest.raises(Interrupted):
        brake.between()


def test_an_answer_is_no_input_and_the_panic_key_works_meanwhile(brake: Brake) -> None:
    ear = Script5()
    watch = Watch(brake, ear, PANIC_KEY, "stop")
    proofs = ear.proofs
    with watch.excused():
        ear.take("key", "y", True)
        ear.take("key", "y", False)
    assert ear.proofs == proofs + 1
    assert not watch.touched
    brake.check()
    with watch.excused():
        for key in PANIC_KEY:
            ear.take("key", key, True)
    with pytest.raises(Stopped, match="ctrl"):
        brake.check()


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({}, "pause"),
        ({"virtual": (800, 600)}, "ignore"),
        ({"virtual": (800, 600), "on_human": "stop"}, "stop"),
        ({"on_human": "ignore"}, "ignore"),
    ],
)
def test_the_default_is_to_pause_where_there_may_be_a_person(options: dict[str, Any], what: str) -> None:
    assert on_human(RunOptions(task="x", **options)) == what


def test_nobody_is_never_waited_for() -> None:
    assert Nobody().wait() is False


@pytest.mark.desktop
def test_a_dry_run_shares_the_display(display: VirtualDisplay, brake: Brake) -> None:
    options = RunOptions(task="x", dry_run=True)
    said: list[str] = []
    before = threading.active_count()
    with (
        hands(RunOptions(task="x"), brake, said.append, None, None),
        hands(options, Brake(), said.append, None, None) as second,
    ):
        assert second.executor.position() is not None
    assert said == []
    assert threading.active_count() == before


@pytest.mark.desktop
def test_what_is_asked_is_answered_in_peace(display: VirtualDisplay, brake: Brake) -> None:
    def ask(answer: Callable[[], Any]) -> Any:
        xdotool("key", "y")
        return answer()

    options = RunOptions(task="x", on_human="stop")
    with hands(options, brake, print, lambda _: ask(lambda: "yes"), lambda _: ask(lambda: True)) as desk:
        assert desk.confirm is not None
        assert desk.confirm("?") is True
        assert desk.executor.perform(GroundedAction(act.Interact(text="?"))).feedback == "The user answered: yes"
        brake.check()
        xdotool("key", "y")
        with pytest.raises(Stopped, match="--on-human stop"):
            brake.sleep(10)
    assert os.environ["DISPLAY"] == display.name
