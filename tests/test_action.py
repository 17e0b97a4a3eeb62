"""The union of actions, and the package's front."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import ValidationError

import actions
from actions import action as act
from actions.action import ACTION_ADAPTER


@pytest.mark.parametrize(
    ("action", "shown"),
    [
        (act.LeftClick(coordinate=(491, 91)), {"action": "left_click", "coordinate": [491, 91]}),
        (act.LeftClick(), {"action": "left_click"}),
        (act.Key(keys=("ctrl", "c")), {"action": "key", "keys": ["ctrl", "c"]}),
        (act.Type(text="", clear=True), {"action": "type", "text": "", "clear": True}),
        (act.Wait(), {"action": "wait"}),
        (act.Wait(time=0.5), {"action": "wait", "time": 0.5}),
        (
            act.LeftClickDrag(coordinate=(3, 4), start=(1, 2)),
            {"action": "left_click_drag", "coordinate": [3, 4], "start": [1, 2]},
        ),
        (act.Terminate(status="failure", text="no"), {"action": "terminate", "status": "failure", "text": "no"}),
    ],
)
def test_as_json(action, shown):
    assert action.as_json() == shown


@pytest.mark.parametrize(
    "data",
    [
        '{"action": "left_click", "coordinate": [true, false]}',
        '{"action": "left_click", "coordinate": ["1_000", "5"]}',
        '{"action": "left_click", "coordinate": [NaN, 5]}',
        '{"action": "left_click", "coordinate": [1, 2, 3]}',
        '{"action": "left_click", "coordinate": [1, 2], "more": 1}',
        '{"action": "wait", "time": -1}',
        '{"action": "wait", "time": NaN}',
        '{"action": "key", "keys": []}',
        '{"action": "type"}',
        '{"action": "type", "text": 5}',
        '{"action": "terminate", "status": "done"}',
        '{"action": "mouse_move"}',
        '{"action": "click"}',
        '{"coordinate": [1, 2]}',
    ],
)
def test_the_union_is_strict(data):
    with pytest.raises(ValidationError):
        ACTION_ADAPTER.validate_json(data)


def test_actions_are_frozen():
    with pytest.raises(ValidationError):
        act.Wait().time = 3


@pytest.mark.parametrize("name", actions.__all__)
def test_the_front_has_what_it_promises(name):
    assert getattr(actions, name).__module__.startswith(("actions.", "pydantic")) or name == "Action"


def test_the_front_has_no_more():
    with pytest.raises(AttributeError, match="frobnicate"):
        _ = actions.frobnicate  # type: ignore[attr-defined]


def test_the_front_loads_nothing_until_asked():
    code = "import sys, actions; actions.Stopped; assert 'pydantic' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_reading_replies_needs_no_screen():
    code = (
        'import sys; from actions import parse_reply, Size; parse_reply(\'{"action": "wait"}\', space=Size(9, 9));'
        "assert not {'pyautogui', 'mss', 'pynput', 'PIL', 'httpx', 'agent'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, env={"PYTHONPATH": "."})
