"""Acting: a click, a drag and a text of 100 characters, until a real window has it and the call has returned.

Ours is the executor as a run has it, brake and screen corner and all. Against it pyautogui without its pause, xdotool
as a process, and as the floor bare XTEST events in one write. What does not arrive has a dash: so it is with Chinese,
which pyautogui has no keys for, so that ours is compared with pasting by it (and ours gives the clipboard back); and so
with a drop, which a pointer that jumps does not make: ours is compared with pyautogui's shortest drag that does.
"""

from __future__ import annotations

import itertools
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from Xlib import XK, X
from Xlib.ext.xtest import fake_input

from actions.action import GroundedAction, LeftClick, LeftClickDrag, Point, Size, Type
from actions.brake import Brake
from actions.desktop import DesktopExecutor
from actions.x11 import close, connect
from actions.x11_pointer import DOUBLE_CLICK_SECONDS
from agent.virtual import VirtualDisplay
from tests.apps.programs import Page, chromium_page, wait_until
from tests.bench.desk import display_of
from tests.bench.report import Cell, Ratio, Report, Table, Target, Timing, spread_warnings
from tests.bench.window import Window, open_window

SIZE = Size(1280, 800)
LENGTH = 100
ASCII = ("the quick brown fox jumps over the lazy dog and " * 3)[:LENGTH]
CHINESE = ("打开浏览器设置可以更改主页保存之前请检查姓名和密码" * 5)[:LENGTH]
MIXED = ("open 打开 the 浏览器 and 保存 " * 6)[:LENGTH]
TEXTS = {"ASCII": ASCII, "Chinese": CHINESE, "mixed": MIXED}
OURS, BARE, XDOTOOL, XTEST = "ours", "pyautogui, PAUSE 0", "xdotool, a process", "floor: XTEST in one write"
PASTED = "xclip, pyautogui's ctrl+v"
SHORTEST = "pyautogui's shortest drag that drops"
MOST_OF_BARE = 1.2
DRAG = 220
"""Pixels."""
MOVED = f"drag, {DRAG} px"
"""Not judged: only a jump takes no time, and to programs that look once a frame it is no drag."""
DURATIONS = (0.0, 0.1, 0.2, 0.3, 0.5, 1.0)
"""Seconds, of pyautogui's dragTo. The agents of the field take 1.0."""
TRIALS = 3
PLACES = 5
"""So many in turn, which is no multiple of the number of ways: none acts twice in a row on one place, where the second
press would make a double click (ours waits until it cannot)."""
APART = 30
"""Pixels."""
SETTLE_SECONDS = 0.3
"""Between two texts: a selection that was borrowed is given back in this time."""
ARRIVE_SECONDS = 5.0
DROP_SECONDS = 2.0

MOST_IN_A_ROW = 2

Ways = dict[str, Callable[[], object]]


class Turns:
    """Places in turn."""

    def __init__(self, first: Point) -> None:
        middle = PLACES // 2
        self._places = itertools.cycle(Point(first.x, first.y + APART * (n - middle)) for n in range(PLACES))
        self.go_on()

    def go_on(self) -> None:
        """To the next."""
        self.at = next(self._places)

    @property
    def to(self) -> Point:
        """Where a drag from there ends."""
        return Point(self.at.x + DRAG, self.at.y)


@dataclass
class Times:
    """Milliseconds of what arrived, and how often it did not."""

    times: list[float] = field(default_factory=list)
    missed: int = 0
    in_a_row: int = 0

    def miss(self) -> None:
        """Once more it did not arrive."""
        self.missed += 1
        self.in_a_row += 1

    @property
    def timing(self) -> Timing | None:
        """None where it never arrives."""
        return Timing.of(self.times) if self.times else None


def run(count: int) -> Report:
    """Milliseconds of each thing by each way."""
    found: dict[str, dict[str, Times]] = {}
    with display_of(SIZE) as display:
        # Building it imports pyautogui, and sets its pause and its fail-safe off.
        executor, connection = DesktopExecutor(Brake(), lambda _: None), connect(display.name)
        _in_a_window(display, executor, connection, found, count)
        _in_a_page(display, executor, found, count)
        executor.close()
        close(connection)
    return report(found)


def _in_a_window(
    display: VirtualDisplay, executor: DesktopExecutor, connection: Any, found: dict[str, dict[str, Times]], count: int
) -> None:
    with open_window(display) as (window, places):
        at = places["area"]
        turns = Turns(at)
        clicked, dragged = (lambda: _released(window, turns.at)), (lambda: _released(window, turns.to))
        found["click"] = _rounds(_clicks(executor, connection, turns), clicked, count, turns.go_on)
        found[MOVED] = _rounds(_drags(executor, connection, turns), dragged, count, turns.go_on)
        for name, text in TEXTS.items():

            def ready(place: Point = at) -> None:
                executor.perform(GroundedAction(LeftClick(coordinate=(0, 0)), place))
                _released(window, place)
                time.sleep(SETTLE_SECONDS)
                window.lines.clear()

            ways = _texts(executor, connection, text)
            found[f"{LENGTH} characters, {name}"] = _rounds(ways, partial(_holds, window, text), count, ready)


def _in_a_page(
    display: VirtualDisplay, executor: DesktopExecutor, found: dict[str, dict[str, Times]], count: int
) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="b-", ignore_cleanup_errors=True) as folder,
        chromium_page(display, Path(folder)) as page,
    ):
        seen = Seen(page)
        found["drag and drop in Chromium"] = _rounds(_drops(executor, page, seen), seen.dropped, count, seen.ready)


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


def report(found: dict[str, dict[str, Times]]) -> Report:
    """The table, and the targets against bare pyautogui where it gets there, else against pasting by it."""
    names = (OURS, BARE, PASTED, SHORTEST, XDOTOOL, XTEST)
    rows: list[tuple[str, tuple[Cell, ...]]] = []
    targets, missed = [], []
    for what, ways in found.items():
        timings = {name: one.timing for name, one in ways.items()}
        own, bare = timings[OURS], timings.get(BARE) or timings.get(PASTED) or timings.get(SHORTEST)
        ratio = own.median / bare.median if own and bare else float("nan")
        rows.append((what, (*(timings.get(name) for name in names), Ratio(ratio) if own and bare else None)))
        if what != MOVED:
            targets.append(Target(f"{what}, of bare pyautogui's", ratio, MOST_OF_BARE))
        missed += [f"{name} missed {one.missed}: {what}" for name, one in ways.items() if one.missed and one.times]
    targets.append(Target("times ours did not arrive", sum(ways[OURS].missed for ways in found.values()), 0))
    table = Table(
        "act until the window has it, ms: median (minimum, 90th percentile)",
        ("what", *names, "ours of bare"),
        tuple(rows),
        (
            "a dash: it does not arrive, or there is no such way",
            "our drag goes in steps, three frames long: a jump is no drag to programs that look once a frame",
            "pasted by xclip the clipboard's former content is gone; ours is read before, and given back after",
            *missed,
        ),
    )
    return Report((table,), tuple(targets), spread_warnings([table]))


def _rounds(
    ways: Ways, arrived: Callable[[], float], count: int, ready: Callable[[], None] = lambda: None
) -> dict[str, Times]:
    """Each way in turn, `count` rounds after one to warm up; one that misses twice in a row is not tried again."""
    found = {name: Times() for name in ways}
    for turn in range(count + 1):
        for name, way in ways.items():
            if found[name].in_a_row >= MOST_IN_A_ROW:
                continue
            ready()
            started = time.monotonic()
            try:
                way()
                returned = time.monotonic()
                took = (max(returned, arrived()) - started) * 1000
            except (AssertionError, subprocess.CalledProcessError):
                found[name].miss()
                continue
            found[name].in_a_row = 0
            if turn:
                found[name].times.append(took)
    return found


def _released(window: Window, place: Point) -> float:
    """When the window got the button's release, there."""

    def fits(line: dict[str, Any]) -> bool:
        return line["event"] == "release" and abs(line["x"] - place.x) <= 1 and abs(line["y"] - place.y) <= 1

    return float(window.first(fits, ARRIVE_SECONDS)["at"])


def _holds(window: Window, text: str) -> float:
    """When the window held the text, all of it and nothing else."""
    return float(window.first(lambda line: line["event"] == "text" and line["holds"] == text, ARRIVE_SECONDS)["at"])


def _clicks(executor: DesktopExecutor, connection: Any, turns: Turns) -> Ways:
    import pyautogui

    def xtest() -> None:
        _move(connection, turns.at)
        _button(connection, down=True)
        _button(connection, down=False)
        connection.sync()

    return {
        OURS: lambda: executor.perform(GroundedAction(LeftClick(coordinate=(0, 0)), turns.at)),
        BARE: lambda: pyautogui.click(*turns.at),
        XDOTOOL: lambda: _xdotool("mousemove", str(turns.at.x), str(turns.at.y), "click", "1"),
        XTEST: xtest,
    }


def _drags(executor: DesktopExecutor, connection: Any, turns: Turns) -> Ways:
    import pyautogui

    def bare() -> None:
        # Its dragTo without a duration lets the button go where it was pressed.
        pyautogui.moveTo(*turns.at)
        pyautogui.mouseDown()
        pyautogui.moveTo(*turns.to)
        pyautogui.mouseUp()

    def xtest() -> None:
        _move(connection, turns.at)
        _button(connection, down=True)
        _move(connection, turns.to)
        _button(connection, down=False)
        connection.sync()

    def xdotool() -> None:
        (x, y), (to_x, to_y) = turns.at, turns.to
        _xdotool(*f"mousemove {x} {y} mousedown 1 mousemove {to_x} {to_y} mouseup 1".split())

    return {OURS: lambda: _drag(executor, turns.at, turns.to), BARE: bare, XDOTOOL: xdotool, XTEST: xtest}


def _drag(executor: DesktopExecutor, start: Point, end: Point) -> None:
    executor.perform(GroundedAction(LeftClickDrag(coordinate=(0, 0), start=(0, 0)), end, start=start))


def _drops(executor: DesktopExecutor, page: Page, seen: Seen) -> Ways:
    import pyautogui

    def drag(seconds: float) -> None:
        pyautogui.moveTo(*page.place("box"))
        pyautogui.dragTo(*page.place("target"), duration=seconds, button="left")

    def gets_there(seconds: float) -> bool:
        tried = _rounds({SHORTEST: partial(drag, seconds)}, seen.dropped, TRIALS - 1, seen.ready)
        return not tried[SHORTEST].missed

    shortest = next(filter(gets_there, DURATIONS), DURATIONS[-1])
    return {
        OURS: lambda: _drag(executor, page.place("box"), page.place("target")),
        BARE: partial(drag, 0),
        SHORTEST: partial(drag, shortest),
    }


def _texts(executor: DesktopExecutor, connection: Any, text: str) -> Ways:
    import pyautogui

    def pasted() -> None:
        command = ["xclip", "-selection", "clipboard"]
        subprocess.run(command, input=text.encode(), check=True, stderr=subprocess.DEVNULL)
        pyautogui.hotkey("ctrl", "v")

    def xtest() -> None:
        for character in text:
            code = connection.keysym_to_keycode(XK.XK_space if character == " " else XK.string_to_keysym(character))
            if not character.isascii() or not code:
                raise AssertionError("no key")
            fake_input(connection, X.KeyPress, code)
            fake_input(connection, X.KeyRelease, code)
        connection.sync()

    ways: Ways = {
        OURS: lambda: executor.perform(GroundedAction(Type(text=text))),
        BARE: lambda: pyautogui.write(text, interval=0),
        PASTED: pasted,
        XTEST: xtest,
    }
    # For what no key gives it changes a key's meaning, character by character: with no delay the text came garbled,
    # and the window was busy reading key maps for a quarter of a minute.
    return ways | {XDOTOOL: lambda: _xdotool("type", "--delay", "0", text)} if text.isascii() else ways


def _xdotool(*arguments: str) -> None:
    subprocess.run(["xdotool", *arguments], check=True)


def _move(connection: Any, place: Point) -> None:
    fake_input(connection, X.MotionNotify, x=place.x, y=place.y)


def _button(connection: Any, *, down: bool) -> None:
    fake_input(connection, X.ButtonPress if down else X.ButtonRelease, 1)
