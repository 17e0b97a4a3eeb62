"""The desktop executor against real windows: what arrived, and that nothing stays pressed."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from actions import action as act
from actions.action import Action, GroundedAction, Point, Size
from actions.brake import Brake, Stopped
from actions.corner import CornerBrake
from actions.desktop import DesktopExecutor
from actions.executor import Executor, InputError, Outcome
from actions.x11 import close, connect
from actions.x11_drop import DropWatch, takes_drops
from agent.virtual import VirtualDisplay
from tests.apps.programs import Page, SinkWindow, chromium_page, sink_window
from tests.conftest import APPS, wait_until

pytestmark = pytest.mark.desktop

ANY = (0, 0)
"""A coordinate in model space, which an executor does not look at."""
MIDDLE = Point(640, 400)
CORNERS = [Point(0, 0), Point(1279, 0), Point(0, 799), Point(1279, 799)]


def do(executor: Executor, action: Action, point: Point | None = None, **more: Any) -> Outcome:
    return executor.perform(GroundedAction(action, point, **more))


@pytest.fixture
def observer(display: VirtualDisplay) -> Iterator[Any]:
    """A connection of our own, to ask the server with."""
    connection = connect(display.name)
    yield connection
    close(connection)


def pressed(observer: Any) -> tuple[list[int], int]:
    """The keycodes that are down, and the buttons and modifiers in the pointer's mask."""
    keymap = observer.query_keymap()
    down = [byte * 8 + bit for byte in range(32) for bit in range(8) if keymap[byte] >> bit & 1]
    return down, observer.screen().root.query_pointer().mask


def wait_until_nothing_is_down(observer: Any) -> None:
    """A window manager that gives the focus by a click holds the press, and what follows it, until it has looked at it.

    What nobody lets go stays down for good; what waits for a busy window manager comes up with it.
    """
    wait_until(lambda: pressed(observer) == ([], 0), 30, "that nothing is down")


@pytest.fixture(scope="module")
def page(_virtual_display: VirtualDisplay, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with chromium_page(_virtual_display, tmp_path_factory.mktemp("chromium")) as page:
        yield page


# --- clicks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (act.LeftClick(coordinate=ANY), [("press", 1), ("release", 1)]),
        (act.MiddleClick(coordinate=ANY), [("press", 2), ("release", 2)]),
        (act.RightClick(coordinate=ANY), [("press", 3), ("release", 3)]),
        (act.DoubleClick(coordinate=ANY), [("press", 1), ("release", 1), ("double", 1), ("release", 1)]),
        (
            act.TripleClick(coordinate=ANY),
            [("press", 1), ("release", 1), ("double", 1), ("release", 1), ("triple", 1), ("release", 1)],
        ),
    ],
    ids=lambda value: value.action if hasattr(value, "action") else "",
)
def test_clicks_arrive_as_such_in_tk(
    executor: DesktopExecutor, sink: SinkWindow, action: Action, expected: list[tuple[str, int]]
) -> None:
    sink.click_into(executor, "text")  # the first click into a window is the window manager's as well
    place = sink.place("area")
    sink.forget()
    assert do(executor, action, place) == Outcome("done")
    names = ("press", "release", "double", "triple")
    events = sink.wait_for(len(expected), *names)
    assert [(event["event"], event["button"]) for event in events] == expected
    assert {(event["x"], event["y"]) for event in events} == {place}


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (act.RightClick(coordinate=ANY), {"mousedown": 1, "mouseup": 1, "contextmenu": 1, "auxclick": 1}),
        (act.MiddleClick(coordinate=ANY), {"mousedown": 1, "mouseup": 1, "auxclick": 1}),
        (act.DoubleClick(coordinate=ANY), {"mousedown": 2, "mouseup": 2, "click": 2, "dblclick": 1}),
        (act.TripleClick(coordinate=ANY), {"mousedown": 3, "mouseup": 3, "click": 3, "dblclick": 1}),
    ],
    ids=lambda value: value.action if hasattr(value, "action") else "",
)
def test_clicks_arrive_as_such_in_chromium(
    executor: DesktopExecutor, page: Page, action: Action, expected: dict[str, int]
) -> None:
    # Elsewhere first: two clicks on one place in short order are a double click to everybody.
    clicks = page.count("click")
    do(executor, act.LeftClick(coordinate=ANY), page.place("box"))
    wait_until(lambda: page.count("click") == clicks + 1, what="the click on the box")
    before = dict(page.state["events"])
    do(executor, action, page.place("area"))

    def new() -> dict[str, int]:
        counted = {name: page.count(name) - before.get(name, 0) for name in page.state["events"]}
        return {name: count for name, count in counted.items() if count and name not in ("mousemove", "paste")}

    wait_until(lambda: new() == expected, what=f"{expected}")
    assert page.state["last"]["mouseup"]["target"] == "area"


def test_without_a_place_a_click_lands_where_the_pointer_is(executor: DesktopExecutor, sink: SinkWindow) -> None:
    do(executor, act.MouseMove(coordinate=ANY), sink.place("area"))
    assert executor.position() == sink.place("area")
    do(executor, act.LeftClick())
    press = sink.wait_for(1, "press")[0]
    assert (press["x"], press["y"]) == sink.place("area")


def test_modifiers_are_held_during_a_click_and_released(
    executor: DesktopExecutor, sink: SinkWindow, observer: Any
) -> None:
    sink.forget()
    do(executor, act.LeftClick(coordinate=ANY, modifiers=("ctrl", "shift")), sink.place("area"))
    sink.wait_for(2, "keyup")
    told = [(line["event"], line.get("keysym"), line["state"] & 5) for line in sink.events("keydown", "press", "keyup")]
    assert told == [
        ("keydown", "Control_L", 0),
        ("keydown", "Shift_L", 4),
        ("press", None, 5),
        ("keyup", "Shift_L", 5),
        ("keyup", "Control_L", 4),
    ]
    wait_until_nothing_is_down(observer)


# --- drags and the wheel ---------------------------------------------------------------------------------------------


def test_a_drag_presses_at_its_start_moves_and_releases_at_its_end(executor: DesktopExecutor, sink: SinkWindow) -> None:
    start = sink.place("area")
    end = Point(start.x + 150, start.y + 40)
    sink.forget()
    do(executor, act.LeftClickDrag(coordinate=ANY, start=ANY), end, start=start)
    sink.wait_for(1, "release")
    path = [(line["event"], line["x"], line["y"]) for line in sink.events("press", "motion", "release")]
    assert ("press", *start) in path
    assert path[-1] == ("release", *end)
    between = path[path.index(("press", *start)) + 1 : -1]
    assert len(between) >= 5
    assert between == sorted(between, key=lambda event: event[1])


def test_a_drag_without_start_begins_at_the_pointer(executor: DesktopExecutor, sink: SinkWindow) -> None:
    start = sink.place("area")
    do(executor, act.MouseMove(coordinate=ANY), start)
    do(executor, act.LeftClickDrag(coordinate=ANY), Point(start.x - 90, start.y))
    sink.wait_for(1, "release")
    assert [(line["x"], line["y"]) for line in sink.events("press", "release")] == [start, (start.x - 90, start.y)]


def test_dragging_and_dropping_in_chromium(executor: DesktopExecutor, page: Page) -> None:
    before = page.count("drop")
    for count in (1, 2, 3):
        do(executor, act.LeftClickDrag(coordinate=ANY), page.place("target"), start=page.place("box"))
        wait_until(lambda count=count: page.count("drop") == before + count, what="the drop")
        wait_until(lambda: page.count("dragend") == page.count("dragstart"), what="the end of the drag")
    assert page.state["dropped"] == "box"


def test_dragging_and_dropping_in_gtk(executor: DesktopExecutor, display: VirtualDisplay, tmp_path: Path) -> None:
    log = tmp_path / "log"

    def told() -> list[str]:
        return log.read_text().splitlines() if log.exists() else []

    with display.programs() as programs:
        programs.start([sys.executable, str(APPS / "gtk_drop.py"), str(log)])
        wait_until(told, 20, "the GTK window")
        x, y, to_x, to_y = map(int, told()[0].split()[1:])
        for count in (1, 2):
            do(executor, act.LeftClickDrag(coordinate=ANY), Point(to_x, to_y), start=Point(x, y))
            wait_until(lambda count=count: told()[1:] == ["drag", "drop"] * count, what="the drop")


def test_what_takes_drops_says_so(page: Page, observer: Any) -> None:
    assert takes_drops(observer, page.place("area"))
    assert not takes_drops(observer, Point(1270, 790))  # the bare desktop


def test_a_window_that_takes_no_drops_is_not_dwelt_on(
    executor: DesktopExecutor, sink: SinkWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actions.x11_pointer.DropWatch", lambda _display: pytest.fail("there is nothing to watch for"))
    start = sink.place("area")
    do(executor, act.LeftClickDrag(coordinate=ANY), Point(start.x + 50, start.y), start=start)
    sink.wait_for(1, "release")


def test_a_drag_that_a_program_begins_is_heard(display: VirtualDisplay, brake: Brake, observer: Any) -> None:
    program = connect(display.name)
    selection = program.get_atom("XdndSelection")
    window = program.screen().root.create_window(0, 0, 1, 1, 0, 0)
    try:
        window.set_selection_owner(selection, 0)
        program.sync()
        with DropWatch(observer) as watch:
            assert not watch.has_begun(brake, 0)  # that was another drag, before this one
            window.set_selection_owner(selection, 0)
            program.sync()
            assert watch.has_begun(brake, 10)
            brake.pull("enough")
            with pytest.raises(Stopped):
                watch.has_begun(brake, 10)
        window.set_selection_owner(selection, 0)
        program.sync()
        observer.sync()
        from Xlib import X

        heard = [observer.next_event() for _ in range(observer.pending_events())]
        others = {X.MappingNotify}  # told to every program, whenever a key is given another meaning
        assert [event for event in heard if event.type not in others] == []  # nobody listens any longer
    finally:
        close(program)


def test_two_clicks_in_short_order_are_no_double_click(executor: DesktopExecutor, sink: SinkWindow) -> None:
    sink.click_into(executor, "text")
    sink.forget()
    for _ in range(2):
        do(executor, act.LeftClick(coordinate=ANY), sink.place("area"))
    do(executor, act.DoubleClick(coordinate=ANY), sink.place("area"))
    events = sink.wait_for(8, "press", "release", "double", "triple")
    single = ["press", "release"]
    assert [event["event"] for event in events] == [*single, *single, *single, "double", "release"]


def test_notches_of_the_wheel_in_tk(executor: DesktopExecutor, sink: SinkWindow) -> None:
    for action, notches, buttons in [
        (act.Scroll(pixels=3), 3, [4, 4, 4]),
        (act.Scroll(pixels=-2), -2, [5, 5]),
    ]:
        sink.forget()
        do(executor, action, sink.place("area"), notches=notches)
        events = sink.wait_for(len(buttons), "press", "double", "triple")
        assert [event["button"] for event in events] == buttons


def test_the_wheel_in_chromium_goes_the_way_it_says(executor: DesktopExecutor, page: Page) -> None:
    # One notch is 120 in Chromium; down and right are positive there.
    place = page.place("scroll")
    start = page.state["wheel"]
    for action, notches, expected in [
        (act.Scroll(pixels=-3), -3, [0, 360]),
        (act.HScroll(pixels=2), 2, [240, 360]),
        (act.Scroll(pixels=2), 2, [240, 120]),
        (act.HScroll(pixels=-1), -1, [120, 120]),
    ]:
        do(executor, action, place, notches=notches)
        wait_until(
            lambda expected=expected: (
                [now - then for now, then in zip(page.state["wheel"], start, strict=True)] == expected
            ),
            what=f"a turn of {expected}",
        )


# --- keys ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "keysyms"),
    [
        (("enter",), ["Return"]),
        (("ctrl", "shift", "t"), ["Control_L", "Shift_L", "T"]),
        (("ctrl", "+"), ["Control_L", "Shift_L", "plus"]),
        (("A",), ["Shift_L", "A"]),
        (("alt", "f6"), ["Alt_L", "F6"]),
        (("<",), ["Shift_L", "less"]),
        (("pagedown",), ["Next"]),
        (("shift", "tab"), ["Shift_L", "ISO_Left_Tab"]),
        (("win",), ["Super_L"]),
    ],
    ids="+".join,
)
def test_chords_arrive(
    executor: DesktopExecutor, sink: SinkWindow, observer: Any, keys: tuple[str, ...], keysyms: list[str]
) -> None:
    sink.forget()
    assert do(executor, act.Key(keys=keys)).status == "done"
    sink.wait_for(len(keysyms), "keyup")
    assert [event["keysym"] for event in sink.events("keydown")] == keysyms
    wait_until_nothing_is_down(observer)


def test_a_key_the_layout_lacks_keeps_the_whole_chord_up(executor: DesktopExecutor, sink: SinkWindow) -> None:
    sink.forget()
    outcome = do(executor, act.Key(keys=("ctrl", "é", "f24")))
    assert outcome.status == "failed"
    assert outcome.feedback is not None
    assert "'é', 'f24'" in outcome.feedback
    do(executor, act.Key(keys=("f5",)))  # whatever came before it would have arrived before it
    sink.wait_for(1, "keyup")
    assert [event["keysym"] for event in sink.events("keydown")] == ["F5"]


@pytest.mark.parametrize("key", ["num0", "num7", "printscreen", "apps", "volumeup"])
def test_rarer_keys_are_there(executor: DesktopExecutor, sink: SinkWindow, observer: Any, key: str) -> None:
    assert do(executor, act.Key(keys=(key,))).status == "done"
    wait_until_nothing_is_down(observer)


# --- what needs no window --------------------------------------------------------------------------------------------


def test_waiting_is_capped_and_told(executor: DesktopExecutor, brake: Brake, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(brake, "sleep", slept.append)
    assert do(executor, act.Wait(time=0.5)) == Outcome("done")
    outcome = do(executor, act.Wait(time=1e308))
    assert slept == [0.5, 60]
    assert outcome.feedback == "waited 60 seconds, the longest wait there is"


def test_a_question_gets_its_answer_or_fails(display: VirtualDisplay) -> None:
    asked: list[str] = []
    answers = iter(["the blue one", None])

    def ask(question: str) -> str | None:
        asked.append(question)
        return next(answers)

    executor = DesktopExecutor(Brake(), ask)
    assert do(executor, act.Interact(text="which?")) == Outcome("done", feedback="The user answered: the blue one")
    assert do(executor, act.Interact(text="sure?")).status == "failed"
    assert asked == ["which?", "sure?"]
    executor.close()


def test_endings_do_nothing(executor: DesktopExecutor) -> None:
    assert do(executor, act.Terminate(status="success")) == Outcome("done")
    assert do(executor, act.Answer(text="42")) == Outcome("done")


# --- stopping --------------------------------------------------------------------------------------------------------


def test_stopped_at_a_hundred_random_instants_nothing_stays_down(
    display: VirtualDisplay, sink: SinkWindow, observer: Any
) -> None:
    area, text = sink.place("area"), sink.place("text")
    far = Point(area.x + 200, area.y + 30)
    work = [
        GroundedAction(act.LeftClick(coordinate=ANY, modifiers=("ctrl", "alt", "shift")), area),
        GroundedAction(act.LeftClickDrag(coordinate=ANY, modifiers=("shift", "ctrl")), far, start=area),
        GroundedAction(act.LeftClick(coordinate=ANY), text),
        GroundedAction(act.Type(text="Mixed CASE: <{~!@#$%^&*()}>" * 40)),
        GroundedAction(act.Type(text="中文")),
        GroundedAction(act.Key(keys=("ctrl", "shift", "+"))),
        GroundedAction(act.TripleClick(coordinate=ANY, modifiers=("alt",)), area),
        GroundedAction(act.Scroll(pixels=5, modifiers=("ctrl",)), area, notches=5),
    ]
    dice = random.Random(7)
    stopped = 0
    for _ in range(100):
        brake = Brake()
        executor = DesktopExecutor(brake, lambda _question: None)
        timer = threading.Timer(dice.uniform(0, 0.25), brake.pull, ["enough"])
        order = dice.sample(work, len(work))
        timer.start()
        try:
            for grounded in order * 50:
                executor.perform(grounded)
        except Stopped:
            stopped += 1
        wait_until_nothing_is_down(observer)
        timer.join()
        executor.close()
    assert stopped == 100


def test_a_failure_in_mid_hold_releases_everything(
    executor: DesktopExecutor, sink: SinkWindow, observer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actions.x11_pointer.steps_between", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        do(
            executor,
            act.LeftClickDrag(coordinate=ANY, modifiers=("ctrl", "shift")),
            sink.place("text"),
            start=sink.place("area"),
        )
    wait_until_nothing_is_down(observer)
    sink.wait_for(1, "release")


def test_a_pulled_brake_sends_nothing(executor: DesktopExecutor, brake: Brake, sink: SinkWindow, observer: Any) -> None:
    sink.forget()
    brake.pull("enough")
    for action in (act.LeftClick(coordinate=ANY), act.Type(text="x"), act.Key(keys=("f7",)), act.Scroll(pixels=1)):
        with pytest.raises(Stopped):
            do(executor, action, sink.place("area"), notches=1)
    other = DesktopExecutor(Brake(), lambda _question: None)
    do(other, act.Key(keys=("f5",)))
    sink.wait_for(1, "keyup")
    assert {line["event"] for line in sink.lines()} <= {"keydown", "keyup"}
    assert [event["keysym"] for event in sink.events("keydown")] == ["F5"]
    other.close()


@pytest.mark.parametrize("corner", CORNERS)
def test_our_own_click_in_a_corner_is_no_stop(
    executor: DesktopExecutor, brake: Brake, observer: Any, corner: Point
) -> None:
    do(executor, act.MouseMove(coordinate=ANY), MIDDLE)
    assert do(executor, act.LeftClick(coordinate=ANY), corner) == Outcome("done")
    assert executor.position() == corner
    brake.sleep(0.05)
    do(executor, act.MouseMove(coordinate=ANY), MIDDLE)
    brake.sleep(0.05)


@pytest.mark.parametrize("corner", CORNERS)
def test_the_persons_dash_into_a_corner_stops(
    executor: DesktopExecutor, brake: Brake, observer: Any, corner: Point
) -> None:
    do(executor, act.MouseMove(coordinate=ANY), MIDDLE)
    brake.sleep(0.05)
    move(observer, corner)
    with pytest.raises(Stopped, match="corner"):
        brake.sleep(5)


def test_after_our_own_click_in_a_corner_a_dash_back_into_it_stops(
    executor: DesktopExecutor, brake: Brake, observer: Any
) -> None:
    do(executor, act.LeftClick(coordinate=ANY), CORNERS[0])
    brake.sleep(0.05)
    move(observer, MIDDLE)
    brake.sleep(0.05)
    move(observer, CORNERS[0])
    with pytest.raises(Stopped, match=r"corner \(0, 0\)"):
        brake.sleep(5)


def test_a_pointer_that_rests_in_a_corner_from_the_start_may_stay(display: VirtualDisplay, observer: Any) -> None:
    move(observer, CORNERS[3])
    brake = Brake()
    executor = DesktopExecutor(brake, lambda _question: None)
    brake.sleep(0.05)
    do(executor, act.MouseMove(coordinate=ANY), MIDDLE)
    brake.sleep(0.05)
    move(observer, CORNERS[3])
    with pytest.raises(Stopped):
        brake.sleep(5)
    executor.close()
    move(observer, MIDDLE)


def move(observer: Any, point: Point) -> None:
    """As a person moves the mouse: past us."""
    observer.screen().root.warp_pointer(*point)
    observer.sync()


def test_another_corner_than_our_own_stops() -> None:
    places = [MIDDLE, CORNERS[0], CORNERS[1]]
    corner = CornerBrake(lambda: places[0], lambda: Size(1280, 800))
    corner.expect(CORNERS[0])
    places.pop(0)
    assert corner() is None
    places.pop(0)
    wait_until(lambda: (reason := corner()) is not None and "(1279, 0)" in reason, what="the stop")


# --- a display that is not there -------------------------------------------------------------------------------------


def test_without_a_display_there_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(InputError, match="DISPLAY is not set"):
        DesktopExecutor(Brake(), lambda _question: None)
    monkeypatch.setenv("DISPLAY", ":98765")
    with pytest.raises(InputError, match="98765") as refused:
        DesktopExecutor(Brake(), lambda _question: None)
    assert "\n" not in str(refused.value)


DYING = """
import os, sys
from actions import action as act
from actions.action import GroundedAction, Point, Size
from actions.brake import Brake
from actions.executor import InputError
from agent.virtual import VirtualDisplay

with VirtualDisplay(Size(640, 480)) as virtual:
    os.environ["DISPLAY"] = virtual.name
    from actions.desktop import DesktopExecutor
    brake = Brake()
    executor = DesktopExecutor(brake, lambda _: None)
    executor.perform(GroundedAction(act.LeftClick(coordinate=(0, 0)), Point(300, 200)))
for action in (act.LeftClick(coordinate=(0, 0)), act.Type(text="x"), act.Type(text="é"), act.Key(keys=("ctrl", "c")),
               act.LeftClick(coordinate=(0, 0), modifiers=("ctrl",)), act.Scroll(pixels=1)):
    try:
        executor.perform(GroundedAction(action, Point(10, 10), notches=1))
        sys.exit(f"{action} went through")
    except InputError as error:
        assert "\\n" not in str(error), error
brake.sleep(0.05)
executor.close()
print("clear")
"""


def test_a_display_that_dies_is_an_input_error() -> None:
    assert run_python(DYING) == "clear"


TKINTER_MISSING = """
import sys
sys.modules["tkinter"] = None
import actions, actions.desktop
from actions.brake import Brake
from actions.executor import InputError
from agent.virtual import VirtualDisplay
from actions.action import Size
import os
with VirtualDisplay(Size(320, 240)) as virtual:
    os.environ["DISPLAY"] = virtual.name
    try:
        actions.desktop.DesktopExecutor(Brake(), lambda _: None)
    except InputError as error:
        print("tkinter" in str(error) and "\\n" not in str(error))
"""


def test_a_missing_tkinter_does_not_end_the_process() -> None:
    assert run_python(TKINTER_MISSING) == "True"


def test_importing_needs_no_display() -> None:
    names = "actions.desktop, actions.pointer, actions.x11_keyboard, actions.paste, actions.portable_keyboard"
    assert run_python(f"import sys, {names}; print('pyautogui' in sys.modules, 'Xlib' in sys.modules)") == "False False"


def run_python(code: str) -> str:
    """What a process of its own prints; pyautogui binds to one display a process."""
    environment = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    root = Path(__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=root, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_resolution_that_changes_moves_the_corners(tmp_path: Path) -> None:
    code = """
import os, subprocess
from actions.action import Point, Size
from actions.brake import Brake, Stopped
from agent.virtual import VirtualDisplay
with VirtualDisplay(Size(1024, 768)) as virtual:
    os.environ["DISPLAY"] = virtual.name
    from actions.desktop import DesktopExecutor
    from actions.x11 import connect
    brake = Brake()
    executor = DesktopExecutor(brake, lambda _: None)
    mode = "640x480 25.175 640 656 752 800 480 490 492 525".split()
    for change in (["--newmode", *mode], ["--addmode", "screen", mode[0]], ["--output", "screen", "--mode", mode[0]]):
        subprocess.run(["xrandr", *change], check=True)
    observer = connect()
    for x, y in ((320, 240), (639, 479)):
        observer.screen().root.warp_pointer(x, y)
        observer.sync()
        try:
            brake.sleep(0.1)
            print("on", end=" ")
        except Stopped:
            print("stopped", end=" ")
"""
    if not any((Path(folder) / "xrandr").exists() for folder in os.environ["PATH"].split(":")):
        pytest.skip("xrandr is not installed")
    assert run_python(code) == "on stopped"


def test_the_window_gets_nothing_while_another_program_is_on_top_of_it(
    executor: DesktopExecutor, display: VirtualDisplay, sink: SinkWindow, tmp_path: Path
) -> None:
    """The sink of another test must not colour this one: each has its own log and is gone afterwards."""
    (tmp_path / "other").mkdir()
    with sink_window(display, tmp_path / "other") as other:
        sink.forget()
        do(executor, act.LeftClick(coordinate=ANY), other.place("area"))
        other.wait_for(1, "release")
        assert sink.events("press") == []
