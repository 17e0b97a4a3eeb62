"""Acting: a click, a drag and a text of 100 characters, until a real window has it and the call has returned.

Ours is the executor as a run has it, brake and screen corner and all. Against it pyautogui without its pause, xdotool
as a process, and as the floor bare XTEST events in one write. What does not arrive has a dash: so it is with Chinese,
which pyautogui has no keys for, so that ours is compared with pasting by it (and ours gives the clipboard back); and so
with a drop, which a pointer that jumps does not make: ours is compared with pyautogui's shortest drag that does.
"""

from __future__ import annotations

import itertools
import subprocess
import time
from functools import partial
from typing import Any

from Xlib import XK, X
from Xlib.ext.xtest import fake_input

from actions.action import GroundedAction, LeftClick, Point, Size, Type
from actions.brake import Brake
from actions.desktop import DesktopExecutor
from actions.x11 import close, connect
from agent.virtual import VirtualDisplay
from tests.bench.desk import display_of
from tests.bench.drop import BARE, OURS, SHORTEST, drag, dropped
from tests.bench.report import Cell, Ratio, Report, Table, Target, spread_warnings
from tests.bench.rounds import Times, Ways, rounds
from tests.bench.window import Window, open_window

SIZE = Size(1280, 800)
LENGTH = 100
ASCII = ("the quick brown fox jumps over the lazy dog and " * 3)[:LENGTH]
CHINESE = ("打开浏览器设置可以更改主页保存之前请检查姓名和密码" * 5)[:LENGTH]
MIXED = ("open 打开 the 浏览器 and 保存 " * 6)[:LENGTH]
TEXTS = {"ASCII": ASCII, "Chinese": CHINESE, "mixed": MIXED}
XDOTOOL, XTEST = "xdotool, a process", "floor: XTEST in one write"
PASTED = "xclip, pyautogui's ctrl+v"
MOST_OF_BARE = 1.2
DRAG = 220
"""Pixels."""
MOVED = f"drag, {DRAG} px"
"""Not judged: only a jump takes no time, and to programs that look once a frame it is no drag."""
PLACES = 5
"""So many in turn, which is no multiple of the number of ways: none acts twice in a row on one place, where the second
press would make a double click (ours waits until it cannot)."""
APART = 30
"""Pixels."""
SETTLE_SECONDS = 0.3
"""Between two texts: a selection that was borrowed is given back in this time."""
ARRIVE_SECONDS = 5.0


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


def run(count: int) -> Report:
    """Milliseconds of each thing by each way."""
    found: dict[str, dict[str, Times]] = {}
    with display_of(SIZE) as display:
        # Building it imports pyautogui, and sets its pause and its fail-safe off.
        executor, connection = DesktopExecutor(Brake(), lambda _: None), connect(display.name)
        _in_a_window(display, executor, connection, found, count)
        found["drag and drop in Chromium"] = dropped(display, executor, count)
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
        found["click"] = rounds(_clicks(executor, connection, turns), clicked, count, turns.go_on)
        found[MOVED] = rounds(_drags(executor, connection, turns), dragged, count, turns.go_on)
        for name, text in TEXTS.items():

            def ready(place: Point = at) -> None:
                executor.perform(GroundedAction(LeftClick(coordinate=(0, 0)), place))
                _released(window, place)
                time.sleep(SETTLE_SECONDS)
                window.lines.clear()

            ways = _texts(executor, connection, text)
            found[f"{LENGTH} characters, {name}"] = rounds(ways, partial(_holds, window, text), count, ready)


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

    return {OURS: lambda: drag(executor, turns.at, turns.to), BARE: bare, XDOTOOL: xdotool, XTEST: xtest}


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
