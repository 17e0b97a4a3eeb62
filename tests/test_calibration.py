"""Clicks measured on real displays; and that what is wrong with the way of an answer is measured, not hidden."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from actions.action import Point, Size
from actions.brake import Brake, Stopped
from actions.desktop import DesktopExecutor
from actions.executor import Outcome
from agent.dialect import resolve
from agent.doctor import calibration, calibration_window
from agent.doctor.calibration import Calibration, CalibrationError, View, Way, calibrate, found_at, targets_on
from agent.doctor.calibration_window import HALF
from agent.geometry import Viewport
from agent.screen import DesktopScreen, Region, Screenshot
from agent.virtual import VirtualDisplay
from tests.conftest import APPS, DISPLAY_SIZE, wait_until

WHOLE = Region(0, 0, *DISPLAY_SIZE)
GUI_PLUS = "gui-plus-2026-02-26"


def way(model: str = GUI_PLUS) -> Way:
    profile = resolve(model)
    return Way(profile, profile.pixel_cap(high_res=True))


def measure(
    display: VirtualDisplay, executor: object, *views: View, brake: Brake | None = None, model: str = GUI_PLUS
) -> list[Calibration]:
    monitors = DesktopScreen(0).monitors()[1:]
    every = views or [View(f"monitor {n}", DesktopScreen(n), area) for n, area in enumerate(monitors, 1)]
    return list(calibrate(every, monitors, way(model), executor, brake or Brake(), display.environment()))


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Size], tuple[VirtualDisplay, DesktopExecutor]]]:
    """Makes displays without a window manager, named by DISPLAY, each with an executor."""
    opened: list[tuple[VirtualDisplay, DesktopExecutor]] = []

    def make(size: Size) -> tuple[VirtualDisplay, DesktopExecutor]:
        which = shutil.which
        with monkeypatch.context() as patch:
            patch.setattr("agent.virtual.shutil.which", lambda name: None if name == "openbox" else which(name))
            virtual = VirtualDisplay(size).__enter__()
        monkeypatch.setenv("DISPLAY", virtual.name)
        desktop = DesktopExecutor(Brake(), ask=lambda _: None)
        opened.append((virtual, desktop))
        return virtual, desktop

    yield make
    for virtual, desktop in reversed(opened):
        desktop.close()
        virtual.__exit__(None, None, None)


@pytest.mark.parametrize("model", [GUI_PLUS, "gui-plus", "gui-plus-2025-11", "qwen3.5-plus", "qwen2.5-vl-7b-instruct"])
def test_every_dialect_hits_on_a_managed_desktop(
    display: VirtualDisplay, executor: DesktopExecutor, model: str
) -> None:
    (measured,) = measure(display, executor, model=model)
    assert len(measured.errors) == 9
    assert measured.good, measured.words
    assert (measured.size, measured.scale) == (DISPLAY_SIZE, 1.0)
    assert measured.allowed < 1.5
    assert "1280x800 at scale 1: 9 clicks" in measured.words


@pytest.mark.parametrize(("size", "most"), [(Size(1920, 1080), 1.5), (Size(64, 64), 1.5), (Size(3840, 2160), 2.3)])
def test_without_a_window_manager_at_any_size(
    bare: Callable[[Size], tuple[VirtualDisplay, DesktopExecutor]], size: Size, most: float
) -> None:
    (measured,) = measure(*bare(size))
    assert measured.good, measured.words
    assert max(measured.errors) <= measured.allowed < most


def test_each_monitor_by_itself_and_all_together(
    bare: Callable[[Size], tuple[VirtualDisplay, DesktopExecutor]],
) -> None:
    virtual, executor = bare(Size(1600, 900))
    for setting in (("LEFT", "700/190x900/240+0+0", "screen"), ("RIGHT", "900/240x700/190+700+200", "none")):
        subprocess.run(["xrandr", "--setmonitor", *setting], env=virtual.environment(), check=True)
    everything, *monitors = DesktopScreen(0).monitors()
    assert monitors == [(0, 0, 700, 900), (700, 200, 900, 700)]
    views = [View(f"monitor {n}", DesktopScreen(n), area) for n, area in enumerate(monitors, 1)]
    measured = measure(virtual, executor, *views, View("all", DesktopScreen(0), everything))
    assert [m.size for m in measured] == [(700, 900), (900, 700), (1600, 900)]
    assert all(m.good for m in measured), [m.words for m in measured]
    # The right one leaves the desktop's upper right corner to nobody.
    assert [len(m.errors) for m in measured] == [9, 9, 8]


def test_a_region(display: VirtualDisplay, executor: DesktopExecutor) -> None:
    region = Region(101, 53, 333, 407)
    (measured,) = measure(display, executor, View("region", DesktopScreen(1, region), region))
    assert measured.size == (333, 407)
    assert measured.good, measured.words


def test_a_capture_with_more_pixels_than_points(display: VirtualDisplay, executor: DesktopExecutor) -> None:
    class Retina:
        def capture(self) -> Screenshot:
            shot = DesktopScreen(1).capture()
            size = Size(shot.size.width * 2, shot.size.height * 2)
            pixels = shot.image.resize(size, Image.Resampling.NEAREST).convert("RGBA").tobytes("raw", "BGRA")
            return Screenshot(pixels, Viewport(0, 0, *DISPLAY_SIZE, size))

    (measured,) = measure(display, executor, View("monitor 1", Retina(), WHOLE))
    assert measured.scale == 2.0
    assert measured.good, measured.words


@pytest.mark.parametrize("factor", [0.5, 0.99, 1.01])
def test_a_mapping_that_is_wrong_is_measured(
    display: VirtualDisplay, executor: DesktopExecutor, monkeypatch: pytest.MonkeyPatch, factor: float
) -> None:
    right = Viewport.to_point

    def wrong(self: Viewport, coordinate: tuple[float, float], space: Size) -> Point:
        point = right(self, coordinate, space)
        return Point(round(point.x * factor), round(point.y * factor))

    monkeypatch.setattr(Viewport, "to_point", wrong)
    (measured,) = measure(display, executor)
    assert not measured.good
    # The outermost square is 1255 and 775 points from the origin.
    assert max(measured.errors) == pytest.approx(abs(1 - factor) * 1475, abs=3)


class Shifted:
    """Says that what it captures lies elsewhere."""

    def __init__(self, x: int, y: int) -> None:
        self.x, self.y = x, y

    def capture(self) -> Screenshot:
        shot = DesktopScreen(1).capture()
        return Screenshot(shot.bgrx, Viewport(self.x, self.y, *DISPLAY_SIZE, shot.size))


def test_a_capture_of_another_place_is_measured(display: VirtualDisplay, executor: DesktopExecutor) -> None:
    (measured,) = measure(display, executor, View("monitor 1", Shifted(-20, -15), WHOLE))
    assert not measured.good
    assert max(measured.errors) == pytest.approx(25, abs=2)


def test_no_click_goes_beside_the_windows(display: VirtualDisplay, executor: DesktopExecutor) -> None:
    with pytest.raises(CalibrationError, match=r"for 1255,24 would go to 128\d,24, off the screen"):
        measure(display, executor, View("monitor 1", Shifted(30, 0), WHOLE))


def test_a_window_over_everything(display: VirtualDisplay, executor: DesktopExecutor, tmp_path: Path) -> None:
    with display.programs() as programs, (tmp_path / "said").open("wb") as said:
        programs.start([sys.executable, str(APPS / "cover.py")], output=said)
        wait_until((tmp_path / "said").read_text, 20, "the cover")
        with pytest.raises(CalibrationError, match="another window"):
            measure(display, executor)


def test_clicks_that_do_not_arrive(display: VirtualDisplay, monkeypatch: pytest.MonkeyPatch) -> None:
    class Deaf:
        def perform(self, grounded: object) -> Outcome:
            return Outcome("done")

    monkeypatch.setattr(calibration, "PRESS_SECONDS", 0.3)
    with pytest.raises(CalibrationError, match="did not arrive"):
        measure(display, Deaf())


def test_a_window_that_does_not_open_says_why(display: VirtualDisplay, executor: DesktopExecutor) -> None:
    view = View("monitor 1", DesktopScreen(1), WHOLE)
    environment = {**display.environment(), "DISPLAY": ":87"}
    with pytest.raises(CalibrationError, match=r"did not open \(.*:87"):
        list(calibrate([view], [WHOLE], way(), executor, Brake(), environment))


def test_the_brake_stops_it_and_takes_the_window_away(display: VirtualDisplay) -> None:
    brake = Brake()
    executor = DesktopExecutor(brake, ask=lambda _: None)
    view = View("monitor 1", DesktopScreen(1), WHOLE)

    class Pulling:
        def perform(self, grounded: object) -> Outcome:
            brake.pull("enough")
            return executor.perform(grounded)

    try:
        with pytest.raises(Stopped, match="enough"):
            list(calibrate([view], [WHOLE], way(), Pulling(), brake, display.environment()))
    finally:
        executor.close()
    screen = DesktopScreen(1)
    wait_until(lambda: all(found_at(screen.capture(), point) is None for point in targets_on(WHOLE)))


def test_the_window_ends_with_whoever_started_it(display: VirtualDisplay) -> None:
    program = [
        sys.executable,
        "-I",
        str(Path(calibration_window.__file__)),
        json.dumps([WHOLE]),
        json.dumps([[50, 50]]),
    ]
    with subprocess.Popen(
        program, env=display.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as window:
        assert window.stdin is not None
        assert window.stdout is not None
        assert json.loads(window.stdout.readline()) == {"target": [50, 50]}
        window.stdin.close()
        assert window.wait(10) == 0


def picture(size: Size, *squares: tuple[int, int, int], scale: int = 1, colour: str = "white") -> Screenshot:
    """Black, with squares: left, top, side, in pixels."""
    image = Image.new("RGBA", size, "black")
    for left, top, side in squares:
        image.paste(Image.new("RGBA", (side, side), colour), (left, top))
    viewport = Viewport(0, 0, size.width // scale, size.height // scale, size)
    return Screenshot(image.tobytes("raw", "BGRA"), viewport)


SIDE = 2 * HALF + 1


@pytest.mark.parametrize(
    ("squares", "scale", "place"),
    [
        ([(90, 40, SIDE)], 1, (100, 50)),
        ([(180, 80, 2 * SIDE)], 2, (200.5, 100.5)),
        ([(90, 40, SIDE), (300, 5, 60)], 1, (100, 50)),
        ([(93, 44, SIDE)], 1, (103, 54)),
        ([], 1, None),
        ([(90, 40, 9)], 1, None),
        ([(90, 40, SIDE), (111, 40, SIDE)], 1, None),
        ([(0, 0, 400)], 1, None),
    ],
)
def test_the_square_is_found_by_its_size(
    squares: list[tuple[int, int, int]], scale: int, place: tuple[float, float] | None
) -> None:
    assert found_at(picture(Size(800, 600), *squares, scale=scale), Point(100, 50)) == place


def test_what_is_dim_is_no_square() -> None:
    assert found_at(picture(Size(400, 300), (90, 40, SIDE), colour="#606060"), Point(100, 50)) is None


@pytest.mark.parametrize("area", [WHOLE, Region(-1920, -200, 1920, 1080), Region(5, 5, 64, 64), Region(0, 0, 12, 11)])
def test_squares_are_in_the_area_and_out_of_its_corners(area: Region) -> None:
    points = targets_on(area)
    assert len(points) == 9
    right, bottom = area.x + area.width - 1, area.y + area.height - 1
    for point in points:
        assert area.x < point.x < right
        assert area.y < point.y < bottom
    corners = itertools.product((area.x, right), (area.y, bottom))
    assert not set(points) & set(corners)
