"""Fixtures for what touches a screen. No test leans on the machine's own display: it is hidden at import."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from actions.action import Size
from actions.brake import Brake
from actions.desktop import DesktopExecutor
from actions.watch import PANIC_KEY, Watch
from actions.x11 import close, connect
from agent.virtual import VirtualDisplay
from tests.apps.programs import SinkWindow, sink_window, wait_until

pytest_plugins = ("pytester",)

__all__ = ["APPS", "DISPLAY_SIZE", "wait_until"]

for _name in ("DISPLAY", "WAYLAND_DISPLAY"):
    os.environ.pop(_name, None)

DISPLAY_SIZE = Size(1280, 800)
APPS = Path(__file__).parent / "apps"


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


@pytest.fixture
def sink(display: VirtualDisplay, tmp_path: Path) -> Iterator[SinkWindow]:
    """The Tk window of tests/apps/sink.py on the display, with its log."""
    with sink_window(display, tmp_path) as window:
        yield window


@pytest.fixture
def brake() -> Brake:
    return Brake()


@pytest.fixture
def executor(display: VirtualDisplay, brake: Brake) -> Iterator[DesktopExecutor]:
    """Drives the display; nobody answers its questions."""
    desktop = DesktopExecutor(brake, ask=lambda _question: None)
    yield desktop
    desktop.close()


@pytest.fixture
def observer(display: VirtualDisplay) -> Iterator[Any]:
    """A connection to the display that only looks: its own word on keys and buttons."""
    connection = connect(display.name)
    yield connection
    close(connection)


@pytest.fixture
def watch(executor: DesktopExecutor, brake: Brake) -> Iterator[Watch]:
    """Hears the panic key and the person."""
    watching = Watch(brake, executor.listener(), PANIC_KEY, "pause")
    yield watching
    watching.close()
