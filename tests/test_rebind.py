"""pyautogui keeps to the display of its first import; one process may see several, one after the other."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from actions.action import Point, Size
from actions.brake import Brake
from actions.executor import InputError
from actions.pointer import Pointer
from actions.x11 import close, connect
from agent.virtual import VirtualDisplay

pytestmark = pytest.mark.desktop

SIZE = Size(320, 240)


@pytest.fixture
def where() -> Iterator[Callable[[str], Point]]:
    """Asks the server itself where its pointer is."""
    connections: list[Any] = []

    def ask(name: str) -> Point:
        connections.append(connect(name))
        found = connections[-1].screen().root.query_pointer()
        return Point(found.root_x, found.root_y)

    yield ask
    for connection in connections:
        close(connection)


def pointer() -> Pointer:
    return Pointer(Brake(), lambda _point: None)


def test_the_pointer_loads_nothing_that_looks_for_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import sys; from actions.pointer import load_pyautogui; load_pyautogui()\n"
        "assert not {'cv2', 'numpy'} & set(sys.modules)\n"
        "import cv2"
    )
    with VirtualDisplay(SIZE) as display:
        monkeypatch.setenv("DISPLAY", display.name)
        subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[1], check=True)


def test_input_goes_to_the_display_that_is_named_now(
    monkeypatch: pytest.MonkeyPatch, where: Callable[[str], Point]
) -> None:
    with VirtualDisplay(SIZE) as first:
        monkeypatch.setenv("DISPLAY", first.name)
        pointer().move(Point(30, 40))
        assert where(first.name) == (30, 40)
        with VirtualDisplay(SIZE) as second:
            monkeypatch.setenv("DISPLAY", second.name)
            on_second = pointer()
            on_second.move(Point(200, 100))
            assert where(second.name) == (200, 100)
            assert on_second.position() == (200, 100)
            assert where(first.name) == (30, 40)


def test_a_new_display_may_have_the_name_of_one_that_has_ended(
    monkeypatch: pytest.MonkeyPatch, where: Callable[[str], Point]
) -> None:
    monkeypatch.setattr("agent.virtual.FIRST_NUMBER", 871)
    monkeypatch.setattr("agent.virtual.LAST_NUMBER", 899)
    for point in (Point(30, 40), Point(200, 100)):
        with VirtualDisplay(SIZE) as virtual:
            monkeypatch.setenv("DISPLAY", virtual.name)
            pointer().move(point)
            assert where(virtual.name) == point


def test_a_display_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with VirtualDisplay(SIZE) as virtual:
        monkeypatch.setenv("DISPLAY", virtual.name)
        pointer().position()
    monkeypatch.setenv("DISPLAY", ":998")
    with pytest.raises(InputError, match=":998"):
        pointer().position()
    monkeypatch.delenv("DISPLAY")
    with pytest.raises(InputError, match="DISPLAY is not set"):
        pointer().position()
