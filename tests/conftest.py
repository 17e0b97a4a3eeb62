"""Fixtures for what touches a screen. No test leans on the machine's own display: it is hidden at import."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from actions.action import Size
from agent.virtual import VirtualDisplay

for _name in ("DISPLAY", "WAYLAND_DISPLAY"):
    os.environ.pop(_name, None)

DISPLAY_SIZE = Size(1280, 800)
APPS = Path(__file__).parent / "apps"


def wait_until(condition: Callable[[], object], seconds: float = 10, what: str = "the condition") -> None:
    """Return as soon as `condition` is true; fail the test when it is not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"{what} did not come true within {seconds} s")
        time.sleep(0.01)


@pytest.fixture(scope="session")
def _virtual_display() -> Iterator[VirtualDisplay]:
    with VirtualDisplay(DISPLAY_SIZE) as virtual:
        yield virtual


@pytest.fixture
def display(_virtual_display: VirtualDisplay, monkeypatch: pytest.MonkeyPatch) -> VirtualDisplay:
    """A virtual display of 1280x800 with openbox, named by DISPLAY while the test runs.

    It is one for the whole process: pyautogui binds to the DISPLAY it sees at its first import.
    """
    monkeypatch.setenv("DISPLAY", _virtual_display.name)
    return _virtual_display
