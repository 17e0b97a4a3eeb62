"""What of a recording can be performed again; a recording may have been made to do harm."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from actions.action import Key, LeftClickDrag, Scroll, Type
from actions.keys import MODIFIERS, SPECIAL_KEYS
from agent.errors import SessionError
from agent.live.actions import check_performable, recorded_action
from agent.recording.session import Session, read_session
from tests.fakes import call
from tests.test_replay import DONE, record

CLICK = call("left_click", "Click it", coordinate=[100, 50])
DRAG = call("left_click_drag", "Drag it", coordinate=[500, 250])
SCROLL = call("scroll", "Scroll", coordinate=[500, 500], pixels=-3)
TYPE = call("type", "Write", text="é 中文 😀\n")
KEYS = call("key", "Copy", keys=["ctrl", "c"])
REPLIES = (CLICK, DRAG, SCROLL, TYPE, call("left_click", "Again"), call("wait", time=1), DONE)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return record(tmp_path_factory.mktemp("original"), *REPLIES)


@pytest.fixture
def path(original: Path, tmp_path: Path) -> Path:
    return shutil.copytree(original, tmp_path / "session")


def change(path: Path, event: str, step: int, **changes: Any) -> Session:
    """The session with other values in the event of a step."""
    file, lines = path / "session.jsonl", []
    for line in map(json.loads, file.read_text().splitlines()):
        if line["event"] == event and line.get("step") == step:
            line |= changes
        lines.append(json.dumps(line) + "\n")
    file.write_text("".join(lines))
    return read_session(path)


def actions(session: Session) -> list[Any]:
    return [recorded_action(session, step) for step in session.steps]


def performable(session: Session) -> list[Any]:
    check_performable(session)
    return actions(session)


def test_what_was_recorded_can_be_done_again(path: Path) -> None:
    session = read_session(path)
    check_performable(session)
    done = actions(session)
    assert [action.action for action in done] == [
        *("left_click", "left_click_drag", "scroll", "type", "left_click", "wait", "terminate")
    ]
    assert isinstance(done[1], LeftClickDrag)
    assert done[2] == Scroll(coordinate=(500, 500), pixels=-3)
    assert done[3] == Type(text="é 中文 😀\n")


@pytest.mark.parametrize("keys", [["ctrl", "c"], ["enter"], ["+"], ["A"], *([key] for key in sorted(SPECIAL_KEYS))])
def test_every_key_that_can_be_recorded_is_one(path: Path, keys: list[str]) -> None:
    session = change(path, "step_planned", 4, action={"action": "key", "keys": keys})
    assert recorded_action(session, session.steps[3]) == Key(keys=tuple(keys))


def test_modifiers_of_a_click_stay(path: Path) -> None:
    session = change(path, "step_planned", 1, action={"action": "left_click", "modifiers": sorted(MODIFIERS)[:2]})
    assert recorded_action(session, session.steps[0]) is not None


BAD_ACTIONS: list[Any] = [
    {},
    {"action": "format_disk"},
    {"action": ["left_click"]},
    {"action": "left_click", "coordinate": [1]},
    {"action": "left_click", "coordinate": [1, 2, 3]},
    {"action": "left_click", "coordinate": "12"},
    {"action": "left_click", "coordinate": [True, False]},
    {"action": "left_click", "coordinate": [1, "2"]},
    {"action": "left_click", "modifiers": ["a"]},
    {"action": "left_click", "modifiers": "ctrl"},
    {"action": "left_click", "coordinate": [1, 2], "command": "ls"},
    {"action": "left_click_drag"},
    {"action": "type"},
    {"action": "type", "text": 7},
    {"action": "type", "text": "x" * 20_001},
    {"action": "type", "text": "a\u001b[2J"},
    {"action": "type", "text": "\ud800"},
    {"action": "type", "text": "a\rb"},
    {"action": "type", "text": "x", "enter": 1},
    {"action": "key", "keys": []},
    {"action": "key", "keys": "enter"},
    {"action": "key", "keys": ["klingon"]},
    {"action": "key", "keys": ["CTRL", "alt", "delete"]},
    {"action": "key", "keys": ["ctrl+alt+delete"]},
    {"action": "key", "keys": ["control", "c"]},
    {"action": "key", "keys": ["ctrl", "ctrl"]},
    {"action": "key", "keys": list("abcdefg")},
    {"action": "key", "keys": [{"a": 1}]},
    {"action": "scroll"},
    {"action": "scroll", "pixels": "many"},
    {"action": "wait", "time": -1},
    {"action": "wait", "time": "long"},
    {"action": "terminate", "status": "maybe"},
]


@pytest.mark.parametrize("action", BAD_ACTIONS, ids=lambda action: json.dumps(action)[:50])
def test_what_no_model_may_say_is_not_done(path: Path, action: Any) -> None:
    session = change(path, "step_planned", 4, action=action)
    with pytest.raises(SessionError, match="the action of step 4 is none that can be done"):
        actions(session)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "1" + "0" * 400])
@pytest.mark.parametrize("place", ['"coordinate":[100,50]', '"target":[64,20]', '"time":1}'])
def test_numbers_that_are_none_are_not_done(path: Path, number: str, place: str) -> None:
    file = path / "session.jsonl"
    name = place.partition(":")[0]
    value = {'"coordinate"': f"[{number},50]", '"target"': f"[{number},20]", '"time"': f"{number}}}"}[name]
    text = file.read_text()
    assert place in text
    file.write_text(text.replace(place, f"{name}:{value}"))
    with pytest.raises(SessionError):  # the reader stops there already, or the action is none
        performable(read_session(path))


@pytest.mark.parametrize("target", [[-1, 20], [640, 20], [64, 400], [64, -1], [2**62, 20]])
@pytest.mark.parametrize("which", ["target", "from"])
def test_a_place_off_the_screen_is_not_acted_at(path: Path, target: list[int], which: str) -> None:
    session = change(path, "step_planned", 2, **{which: target})
    with pytest.raises(SessionError, match="step 2 acted at a place that is not on its screen"):
        actions(session)


@pytest.mark.parametrize(
    ("step", "field"), [(1, "target"), (2, "target"), (2, "from"), (3, "target")], ids=lambda one: str(one)
)
def test_an_action_without_its_place_is_not_done(path: Path, step: int, field: str) -> None:
    session = change(path, "step_planned", step, **{field: None})
    with pytest.raises(SessionError, match=f"step {step} does not say where it acted"):
        actions(session)


@pytest.mark.parametrize("notches", [None, 0, 3, -51, -(10**9), 2**62])
def test_a_wheel_turns_no_further_than_a_model_may_turn_it(path: Path, notches: int | None) -> None:
    session = change(path, "step_planned", 3, notches=notches)
    with pytest.raises(SessionError, match="step 3"):
        actions(session)


@pytest.mark.parametrize(
    "viewport",
    [
        {"left": 0, "top": 0, "width": 320, "height": 200, "pixels": [320, 200]},
        {"left": 0, "top": 0, "width": 640, "height": 400, "pixels": [2**62, 2**62]},
        {"left": -(2**62), "top": 0, "width": 2**62 + 640, "height": 400, "pixels": [640, 400]},
    ],
)
def test_a_screen_that_is_not_the_picture_s_is_not_acted_on(path: Path, viewport: dict[str, Any]) -> None:
    session = change(path, "screenshot_taken", 1, viewport=viewport)
    with pytest.raises(SessionError, match="step 1"):
        actions(session)


def test_a_step_without_an_action_is_none(path: Path) -> None:
    file = path / "session.jsonl"
    lines = [line for line in map(json.loads, file.read_text().splitlines()) if line.get("step", 1) == 1]
    planned = next(line for line in lines if line["event"] == "step_planned")
    planned |= {"error": "nothing could be read", "action": None}
    file.write_text("".join(json.dumps(line) + "\n" for line in lines if line["event"] != "step_finished"))
    session = read_session(path)
    assert actions(session) == [None]


def test_what_is_damaged_dry_or_empty_is_not_performed(path: Path) -> None:
    session = change(path, "session_started", 0)
    lines = (path / "session.jsonl").read_text().splitlines(keepends=True)
    (path / "session.jsonl").write_text("".join([*lines[:3], "nonsense\n", *lines[3:]]))
    with pytest.raises(SessionError, match="damaged and can only be viewed"):
        check_performable(read_session(path))
    (path / "session.jsonl").write_text(lines[0])
    with pytest.raises(SessionError, match="no steps"):
        check_performable(read_session(path))
    (path / "session.jsonl").write_text(
        "".join(lines).replace('"dry_run":false', '"dry_run":true').replace('"dry_run": false', '"dry_run": true')
    )
    with pytest.raises(SessionError, match="dry run"):
        check_performable(read_session(path))
    assert session.damage is None
