"""A locked or black screen: noticed, waited for, given up; an empty desktop is none."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from actions.brake import Brake, Stopped
from agent.blank import AlwaysAwake, RealScreen, bare_desktop, uniform
from agent.errors import ScreenError
from agent.screen import DesktopScreen
from agent.virtual import VirtualDisplay
from tests.apps.programs import SinkWindow, wait_until
from tests.conftest import APPS
from tests.endpoint_server import EndpointServer, Reply, Request
from tests.fakes import FakeScreen, painted
from tests.test_run import Agent, Script

MODEL = "gui-plus-2026-02-26"
BLACK = painted(colour=(0, 0, 0))
PICTURE = painted(boxes=[(5, 5, 1, 1)])


@contextmanager
def locked(display: VirtualDisplay) -> Iterator[None]:
    """A black window of nobody's over everything, as screen lockers have."""
    command = [sys.executable, str(APPS / "cover.py")]
    cover = subprocess.Popen(command, env=display.environment(), stdout=subprocess.PIPE, text=True)
    try:
        assert cover.stdout is not None
        assert cover.stdout.readline() == "covered\n"
        yield
    finally:
        cover.kill()
        cover.communicate()


@pytest.mark.parametrize(
    ("shot", "is_uniform"),
    [
        (BLACK, True),
        (painted(colour=(255, 255, 255)), True),
        (PICTURE, False),
        (painted(boxes=[(319, 199, 1, 1)]), False),
        (painted(boxes=[(0, 0, 1, 1)]), False),
    ],
)
def test_one_colour_is_told_from_a_picture(shot: object, is_uniform: bool) -> None:
    assert uniform(shot) is is_uniform  # type: ignore[arg-type]


def test_it_is_waited_for_and_both_are_said(brake: Brake) -> None:
    said: list[str] = []
    screen = RealScreen(FakeScreen(BLACK, BLACK, PICTURE), brake, said.append, lambda _: False)
    assert screen.wait(BLACK) is PICTURE
    assert len(said) == 2
    assert "up to 60 s" in said[0]


def test_a_picture_is_not_looked_at_again(brake: Brake) -> None:
    fake, said = FakeScreen(BLACK), list[str]()
    assert RealScreen(fake, brake, said.append, lambda _: False).wait(PICTURE) is PICTURE
    assert (fake.captures, said) == (0, [])


def test_it_is_given_up_at_the_limit(brake: Brake) -> None:
    screen = RealScreen(FakeScreen(BLACK), brake, lambda _: None, lambda _: False, limit=0.6)
    before = time.monotonic()
    with pytest.raises(ScreenError, match=r"for 0\.6 s"):
        screen.wait(BLACK)
    assert time.monotonic() - before >= 0.6


def test_the_brake_works_meanwhile(brake: Brake) -> None:
    screen = RealScreen(FakeScreen(BLACK), brake, lambda _: None, lambda _: False)
    threading.Timer(0.1, brake.pull, ["enough"]).start()
    with pytest.raises(Stopped, match="enough"):
        screen.wait(BLACK)


def test_an_empty_desktop_is_awake(brake: Brake) -> None:
    screen = RealScreen(FakeScreen(PICTURE), brake, lambda _: None, lambda _: True)
    assert screen.wait(BLACK) is BLACK
    assert not screen.blank(BLACK)
    assert AlwaysAwake().wait(BLACK) is BLACK
    assert not AlwaysAwake().blank(BLACK)


@pytest.mark.desktop
def test_the_desktop_is_told_from_what_covers_it(display: VirtualDisplay, brake: Brake) -> None:
    screen = DesktopScreen()
    empty = screen.capture()
    assert uniform(empty)
    assert bare_desktop(empty.viewport)
    with locked(display):
        wait_until(lambda: not bare_desktop(empty.viewport), what="the cover")
    wait_until(lambda: bare_desktop(empty.viewport), what="its end")


@pytest.mark.desktop
def test_a_window_in_one_colour_is_no_cover(display: VirtualDisplay) -> None:
    """Full screen, black and managed: a film's first picture."""
    code = (
        "import tkinter; r = tkinter.Tk(); r.configure(background='black'); r.attributes('-fullscreen', True);"
        "r.after(300, lambda: print('shown', flush=True)); r.mainloop()"
    )
    film = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert film.stdout is not None
        assert film.stdout.readline() == "shown\n"
        screen = DesktopScreen()
        wait_until(lambda: uniform(screen.capture()), what="the black window")
        assert bare_desktop(screen.capture().viewport)
    finally:
        film.kill()
        film.communicate()


@pytest.mark.desktop
def test_a_run_waits_until_the_screen_is_unlocked(sink: SinkWindow, display: VirtualDisplay, tmp_path: Path) -> None:
    script = Script(MODEL, MODEL, sink)
    click = script.reply("left_click", coordinate=script.at("area"))
    cover = locked(display)

    def locks(_: Request) -> Reply:
        cover.__enter__()
        return click

    with EndpointServer([locks, click, script.reply("terminate", status="success")]) as server:
        sink.forget()
        options = ("--model", MODEL, "--base-url", server.base_url, "--json", "--approve", "never")
        agent = Agent("run", "x", *options, cwd=tmp_path)
        try:
            said = _until(agent, "locked, asleep or black")
            assert sink.events("press") == []
            assert len(server.requests) == 1
        finally:
            cover.__exit__(None, None, None)
        agent.wait()
    assert agent.code == 0, said + agent.stderr
    assert "the screen is back" in agent.stderr
    steps = agent.events("step_finished")
    assert [step["outcome"] for step in steps] == ["failed", "done", "done"]
    assert steps[0]["detail"] == "the screen went blank"
    assert len(sink.events("press")) == 1


def _until(agent: Agent, words: str) -> str:
    """What it says on standard error up to a line with `words`."""
    said = ""
    assert agent.process.stderr is not None
    while words not in said:
        line = agent.process.stderr.readline()
        assert line, f"ended without {words!r}: {said}"
        said += line
    return said
