"""Clicks measured: squares of a window of our own, found in a capture, said as the model would, and clicked.

What is measured is the whole way that an answer takes: capture, the picture's size, model space and its rounding, the
parser, the mapping to input points, the executor, and the press as a program receives it.
"""

from __future__ import annotations

import json
import math
import queue
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from actions import action as act
from actions.action import GroundedAction, Point, Size
from actions.brake import SLICE_SECONDS, Brake
from actions.executor import Executor
from actions.parse import parse_reply
from agent.dialect import ModelProfile
from agent.doctor import calibration_window
from agent.doctor.calibration_window import HALF
from agent.encode import fit
from agent.errors import ScreenError
from agent.grounding import ground
from agent.screen import Region, Screen, Screenshot

START_SECONDS = 15.0
SEEN_SECONDS = 3.0
PRESS_SECONDS = 3.0
EDGE_POINTS = 24
"""From the outermost targets to the edge: near it, but far from the corner that stops a run."""
BRIGHT = 128
NEAR_SQUARES = 5
"""How many squares around the target are searched where something else is bright elsewhere."""


@dataclass(frozen=True)
class View:
    """A part of the desktop that a run may look at: what captures it, and where it is."""

    name: str
    screen: Screen
    area: Region


@dataclass(frozen=True)
class Way:
    """How a model's answer becomes a place: its dialect, and the most pixels of a picture it looks at."""

    profile: ModelProfile
    cap: int


@dataclass(frozen=True)
class Calibration:
    """What was measured on one view."""

    name: str
    size: Size
    """In input points."""
    scale: float
    """Capture pixels an input point."""
    errors: tuple[float, ...]
    """Of each click, in input points: from where it was wanted to where it arrived."""
    allowed: float
    """What the rounding of the model's numbers explains."""

    @property
    def good(self) -> bool:
        """Whether every click arrived where it was wanted."""
        return max(self.errors) <= self.allowed

    @property
    def words(self) -> str:
        """The measurement in words."""
        return (
            f"{self.name}, {self.size.width}x{self.size.height} at scale {self.scale:g}: {len(self.errors)} clicks, "
            f"off by {statistics.mean(self.errors):.1f} px on average and {max(self.errors):.1f} px at most "
            f"(rounding explains {self.allowed:.1f})"
        )


class CalibrationError(ScreenError):
    """No click could be measured; the message says what was in the way."""


class MappingError(CalibrationError):
    """A click would leave the screen."""


def calibrate(
    views: Sequence[View],
    monitors: Sequence[Region],
    way: Way,
    executor: Executor,
    brake: Brake,
    environment: dict[str, str],
) -> Iterator[Calibration]:
    """Click on each view in turn, with a window over every one of the monitors, so that no click goes elsewhere.

    Raises:
        CalibrationError: a square was not seen, or a press did not arrive, within seconds.
        MappingError: a click would leave the screen.
        InputError: the pointer cannot be moved.
        ReplyError: the place cannot be said in the model's space.
        ScreenError: the screen cannot be captured.
        Stopped: the brake was pulled.
    """
    # Monitors of different heights leave corners that nobody sees.
    targets = [[at for at in targets_on(view.area) if any(_holds(m, at) for m in monitors)] for view in views]
    with _Window(monitors, [point for points in targets for point in points], brake, environment) as window:
        for view, points in zip(views, targets, strict=True):
            yield _measure(view, len(points), window, way, executor)


def targets_on(area: Region) -> list[Point]:
    """Where the squares are: three rows of three, the middle ones off the middle, where errors may cancel out."""
    edge = min(EDGE_POINTS, (min(area.width, area.height) - 1) // 2)
    columns = (area.x + edge, area.x + round(area.width * 0.37), area.x + area.width - 1 - edge)
    rows = (area.y + edge, area.y + round(area.height * 0.59), area.y + area.height - 1 - edge)
    return [Point(x, y) for y in rows for x in columns]


def _holds(area: Region, at: Point) -> bool:
    return area.x <= at.x < area.x + area.width and area.y <= at.y < area.y + area.height


def _measure(view: View, count: int, window: _Window, way: Way, executor: Executor) -> Calibration:
    errors: list[float] = []
    for _ in range(count):
        wanted = window.target()
        shot, place = window.look(view.screen, wanted)
        click = _answer(shot, place, way)
        window.check(click.point, wanted)
        executor.perform(click)
        errors.append(math.dist(wanted, window.press(wanted)))
    viewport = shot.viewport
    space = _space(shot.size, way)
    # Half a step of the model's numbers, half a point that the mapping rounds, and where the middle of a point lies
    # among its pixels: whole points, one at least.
    steps = (viewport.width / space.width, viewport.height / space.height)
    rounding = 0.5 + abs(0.5 - 0.5 / viewport.scale)
    allowed = math.hypot(*(max(1, math.floor(step / 2 + rounding)) for step in steps))
    return Calibration(view.name, Size(viewport.width, viewport.height), viewport.scale, tuple(errors), allowed)


def _space(size: Size, way: Way) -> Size:
    return way.profile.space(fit(size, way.cap), way.cap)


def _answer(shot: Screenshot, place: tuple[float, float], way: Way) -> GroundedAction:
    """The click that follows from a model's answer: that `place`, in the capture's pixels, is to be clicked."""
    space = _space(shot.size, way)
    coordinate = [round(at * whole / side) for at, whole, side in zip(place, space, shot.size, strict=True)]
    call = {"name": "computer_use", "arguments": {"action": "left_click", "coordinate": coordinate}}
    parsed = parse_reply(f"<tool_call>\n{json.dumps(call)}\n</tool_call>", space=space)
    return ground(parsed.action, shot.viewport, space, way.profile.dialect.scroll_unit)


def found_at(shot: Screenshot, wanted: Point) -> tuple[float, float] | None:
    """The middle of the white square, in the capture's pixels; None where nothing of its size is seen."""
    bright = shot.image.convert("L").point([255 * (value >= BRIGHT) for value in range(256)])
    scale = shot.viewport.scale
    side = (2 * HALF + 1) * scale
    x, y = ((at - start) * scale for at, start in zip(wanted, (shot.viewport.left, shot.viewport.top), strict=True))
    reach = side * NEAR_SQUARES
    near = (max(0, x - reach), max(0, y - reach), min(shot.size.width, x + reach), min(shot.size.height, y + reach))
    for left, top, right, bottom in ((0, 0, *shot.size), tuple(map(round, near))):
        box = bright.crop((left, top, right, bottom)).getbbox()
        if box and all(abs(length - side) <= scale + 1 for length in (box[2] - box[0], box[3] - box[1])):
            return left + (box[0] + box[2] - 1) / 2, top + (box[1] + box[3] - 1) / 2
    return None


class _Window:
    """The windows of `agent.doctor.calibration_window`, and what they say."""

    def __init__(
        self, areas: Sequence[Region], targets: Sequence[Point], brake: Brake, environment: dict[str, str]
    ) -> None:
        self._areas = areas
        self._brake = brake
        self._said: queue.Queue[str] = queue.Queue()
        self._complaint = ""
        program = [sys.executable, "-I", str(Path(calibration_window.__file__))]
        self._process = subprocess.Popen(
            [*program, json.dumps(areas), json.dumps(targets)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # Ctrl-C on our terminal is ours to handle.
        )
        self._reader = threading.Thread(target=self._read, name="calibration window", daemon=True)
        self._reader.start()

    def __enter__(self) -> _Window:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                assert pipe is not None
                pipe.close()

    def target(self) -> Point:
        """Where the present square is."""
        return self._next("target", START_SECONDS, "the calibration's window did not open")

    def look(self, screen: Screen, wanted: Point) -> tuple[Screenshot, tuple[float, float]]:
        """A capture that shows the square, and where in it."""
        deadline = time.monotonic() + SEEN_SECONDS
        while True:
            shot = screen.capture()
            if (place := found_at(shot, wanted)) is not None:
                return shot, place
            if time.monotonic() > deadline:
                raise CalibrationError(f"the square at {wanted.x},{wanted.y} is not seen: another window covers it")
            self._brake.sleep(SLICE_SECONDS)

    def check(self, click: Point | None, wanted: Point) -> None:
        """Refuse a click beside the windows: it would be another program's, or be taken for a stop in a corner."""
        if click is None or not any(_holds(area, click) for area in self._areas):
            where = "nowhere" if click is None else f"to {click.x},{click.y}, off the screen"
            raise MappingError(f"the click for {wanted.x},{wanted.y} would go {where}: the mapping is wrong")

    def press(self, wanted: Point) -> Point:
        """Where the press arrived."""
        what = f"the click at {wanted.x},{wanted.y} did not arrive: another window or program took it"
        return self._next("press", PRESS_SECONDS, what)

    def _next(self, kind: str, seconds: float, what: str) -> Point:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._brake.check()
            try:
                line: Any = json.loads(self._said.get(timeout=SLICE_SECONDS))
            except queue.Empty:
                if self._process.poll() is not None:
                    break
                continue
            except ValueError:
                continue
            if isinstance(line, dict) and kind in line:
                return Point(*line[kind])
        raise CalibrationError(f"{what}{f' ({self._complaint})' if self._complaint else ''}")

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):
                self._said.put(line)
            else:  # Tk complains at the end of what Python traces.
                self._complaint = " ".join(line.split())


def move_back(executor: Executor, to: Point) -> None:
    """The pointer where it was."""
    executor.perform(GroundedAction(act.MouseMove(coordinate=(0, 0)), to))
