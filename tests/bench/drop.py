"""Drag and drop in Chromium: ours, against pyautogui's shortest drag that drops."""

from __future__ import annotations

import tempfile
import time
from functools import partial
from pathlib import Path

from actions.action import GroundedAction, LeftClickDrag, Point
from actions.desktop import DesktopExecutor
from actions.x11_pointer import DOUBLE_CLICK_SECONDS
from agent.virtual import VirtualDisplay
from tests.apps.programs import Page, chromium_page, wait_until
from tests.bench.rounds import Times, Ways, rounds

OURS, BARE, SHORTEST = "ours", "pyautogui, PAUSE 0", "pyautogui's shortest drag that drops"
DURATIONS = (0.0, 0.1, 0.2, 0.3, 0.5, 1.0)
"""Seconds, of pyautogui's dragTo. The agents of the field take 1.0."""
TRIALS = 3
SETTLE_SECONDS = 0.3
DROP_SECONDS = 2.0


def dropped(display: VirtualDisplay, executor: DesktopExecutor, count: int) -> dict[str, Times]:
    """Milliseconds from a drag's begin until the page has the drop."""
    with (
        tempfile.TemporaryDirectory(prefix="b-", ignore_cleanup_errors=True) as folder,
        chromium_page(display, Path(folder)) as page,
    ):
        seen = Seen(page)
        return rounds(_drops(executor, page, seen), seen.dropped, count, seen.ready)


class Seen:
    """What a page has got: its drops."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._before = 0

    def ready(self) -> None:
        """Count from now on; what came before is no half of a double click."""
        time.sleep(SETTLE_SECONDS + DOUBLE_CLICK_SECONDS)
        self._before = self._page.count("drop")

    def dropped(self) -> float:
        """When it has got one."""
        wait_until(lambda: self._page.count("drop") > self._before, DROP_SECONDS, "the drop")
        return time.monotonic()


def drag(executor: DesktopExecutor, start: Point, end: Point) -> None:
    """As the program does it."""
    executor.perform(GroundedAction(LeftClickDrag(coordinate=(0, 0), start=(0, 0)), end, start=start))


def _drops(executor: DesktopExecutor, page: Page, seen: Seen) -> Ways:
    import pyautogui

    def by_it(seconds: float) -> None:
        pyautogui.moveTo(*page.place("box"))
        pyautogui.dragTo(*page.place("target"), duration=seconds, button="left")

    def gets_there(seconds: float) -> bool:
        tried = rounds({SHORTEST: partial(by_it, seconds)}, seen.dropped, TRIALS - 1, seen.ready)
        return not tried[SHORTEST].missed

    shortest = next(filter(gets_there, DURATIONS), DURATIONS[-1])
    return {
        OURS: lambda: drag(executor, page.place("box"), page.place("target")),
        BARE: partial(by_it, 0),
        SHORTEST: partial(by_it, shortest),
    }
