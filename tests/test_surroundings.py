"""Which window an action is about, asked of a real X server with a window manager."""

from __future__ import annotations

import pytest

from actions.action import GroundedAction, Key, LeftClick, LeftClickDrag, Point
from actions.desktop import DesktopExecutor
from actions.x11 import Window, window_at
from agent.permission.policy import Policy
from agent.permission.surroundings import windows_of
from agent.virtual import VirtualDisplay
from tests.apps.programs import SinkWindow

SINK = Window("sink", ("sink", "Sink"))
NOTHING = Window("", ("",))
CORNER = Point(1270, 790)
DENY = Policy.model_validate({"rule": [{"decision": "deny", "window": "^sink$", "application": "^Sink$"}]})
KEY = Key(keys=("a",))


def test_without_a_display_it_cannot_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    assert windows_of(GroundedAction(KEY)) is None
    monkeypatch.setenv("DISPLAY", ":9876")
    assert windows_of(GroundedAction(LeftClick(), Point(1, 1))) is None


@pytest.mark.desktop
def test_the_window_under_the_target(sink: SinkWindow) -> None:
    place = sink.place("area")
    grounded = GroundedAction(LeftClick(), place)
    assert windows_of(grounded) == (SINK,)
    assert windows_of(GroundedAction(LeftClick(), CORNER)) == (NOTHING,)
    assert DENY.judge(grounded, windows_of(grounded)).decision == "deny"
    bare = GroundedAction(LeftClick(), CORNER)
    assert DENY.judge(bare, windows_of(bare)).decision == "allow"


@pytest.mark.desktop
def test_its_frame_is_the_window_too(sink: SinkWindow) -> None:
    entry = sink.place("entry")
    title_bar = Point(entry.x, entry.y - 30)
    assert windows_of(GroundedAction(LeftClick(), title_bar)) == (SINK,)


@pytest.mark.desktop
def test_a_drag_is_about_two_windows(sink: SinkWindow) -> None:
    drag = GroundedAction(LeftClickDrag(coordinate=(0, 0)), CORNER, sink.place("area"))
    assert windows_of(drag) == (SINK, NOTHING)
    assert DENY.judge(drag, windows_of(drag)).decision == "deny"


@pytest.mark.desktop
def test_keys_are_about_the_window_with_the_focus(
    sink: SinkWindow, display: VirtualDisplay, executor: DesktopExecutor
) -> None:
    sink.click_into(executor, "entry")
    assert windows_of(GroundedAction(KEY)) == (SINK,)
    assert window_at(None, display.name) == SINK


@pytest.mark.desktop
def test_without_a_focus_keys_are_about_nothing(display: VirtualDisplay) -> None:
    assert windows_of(GroundedAction(KEY)) == (NOTHING,)
