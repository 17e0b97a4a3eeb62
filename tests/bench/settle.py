"""When is what was clicked open? Ours and fixed sleeps, on seven scenes of a real page; and what is done on a picture
that is past.

Ours is `agent run` with a model that thinks for a second and sees what the picture shows: on an open scene it goes on,
on any other it presses what stands where "Delete all" will be. A decision is wrong where the picture that goes with it
does not show the scene open. An action is stale where it lands on "Delete all". A request is wasted where nothing came
of its reply.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import mss
import psutil
from Xlib import X
from Xlib.ext.xtest import fake_input

from actions.action import Point, Size
from actions.x11 import close, connect
from agent.virtual import VirtualDisplay
from tests.bench.desk import MARK, PLACES, Page, display_of, scenes_page, state_of
from tests.bench.endpoint import Endpoint, Exchange, click, done
from tests.bench.ours import Run, agent_run
from tests.bench.report import Cell, Report, Share, Table, Target, Timing, spread_warnings

SIZE = Size(1920, 1080)
SCENES = ("menu", "dialog", "late_page", "late_image", "spinner", "video", "caret")
FILMS = ("video",)
AT_ONCE = ("menu", "dialog", "video", "caret")
"""Scenes that are open as soon as the program has answered the click."""
SLEEPS = (0.5, 1.0, 2.0, 3.0)
THINKING = 1.0
"""Seconds."""
MOST_AFTER_LAST_CHANGE = 200
NEEDED = 2
"""Requests a scene: one to open it, one to go on."""


@dataclass
class Decision:
    """That a scene is open."""

    scene: str
    seconds: float
    """From the click."""
    after_change: float
    """Seconds from its last change, if that was before; else how much too early, below 0."""
    right: bool


@dataclass
class Found:
    """What a run did."""

    decisions: list[Decision] = field(default_factory=list)
    stale: dict[str, int] = field(default_factory=dict)
    """Actions on a picture that was past, by scene."""
    requests: dict[str, int] = field(default_factory=dict)
    """By scene."""
    watching: float = 0.0
    """Processor seconds a second of ours while the model thinks."""


def run(count: int, scenes: Sequence[str] = SCENES) -> Report:
    """Each scene `count` times."""
    order = [scene for _ in range(count) for scene in scenes]
    with display_of(SIZE) as display:
        with scenes_page(display, order, FILMS) as page:
            found = ours(page, order)
        with scenes_page(display, order, FILMS) as page:
            slept = asleep(display, page, order)
    return report(found, slept, scenes, count)


# Ours.


def ours(page: Page, order: Sequence[str], options: tuple[str, ...] = ()) -> Found:
    """`agent run` through all scenes."""
    model = Seeing(page)
    with Endpoint(model) as endpoint, agent_run(endpoint.base_url, "--no-record", *options) as agent:
        model.process = psutil.Process(agent.process.pid)
        code = agent.wait(120 + 20 * len(order))
    if code != 0:
        raise AssertionError(f"the run ended with {code}: {agent.lines[-1]}")
    return judged(page, order, model, agent)


class Seeing:
    """A model that sees what the page shows, thinks for a second, and knows what it has opened."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.seen: list[tuple[int, str, float]] = []
        """Of each request: the scene it was asked about, what its picture shows, when it came."""
        self.process: psutil.Process | None = None
        """Who asks."""
        self.thought = self.watched = 0.0
        """Seconds that the model thought, and processor seconds that the other took meanwhile."""

    def __call__(self, exchange: Exchange) -> str:
        """The reply."""
        state, number = exchange.state(), self._page.number
        self.seen.append((number, state, exchange.arrived))
        if state == "done":
            return done()
        was_opened = self._page.was_opened(number)
        self._think(exchange.arrived + THINKING - time.time())
        if state == "open":
            return click(PLACES["next"], SIZE)
        return click(PLACES["other" if was_opened else "open"], SIZE)

    def _think(self, seconds: float) -> None:
        started, before = time.perf_counter(), self._processor()
        time.sleep(max(0.0, seconds))
        self.watched += self._processor() - before
        self.thought += time.perf_counter() - started

    def _processor(self) -> float:
        return sum(self.process.cpu_times()[:2]) if self.process else 0.0


def judged(page: Page, order: Sequence[str], model: Seeing, agent: Run) -> Found:
    """What the page, the requests and the program's own lines say."""
    found = Found([], dict.fromkeys(order, 0), dict.fromkeys(order, 0))
    finished = [at for at, _ in agent.of("step_finished")]
    for number, scene in enumerate(order):
        clicked = page.of("click", on="open", number=number)[0]["at"] / 1000
        opened = page.wait_for("open", number)
        decided = next(at for at in finished if at > clicked)
        shown = next(state for asked, state, at in model.seen if asked == number and at > clicked)
        found.decisions.append(Decision(scene, decided - clicked, decided - opened, shown == "open"))
        found.stale[scene] += len(page.of("click", on="danger", number=number))
        found.requests[scene] += sum(asked == number and state != "done" for asked, state, _ in model.seen)
    found.watching = model.watched / model.thought if model.thought else 0.0
    return found


# Fixed sleeps.


def asleep(display: VirtualDisplay, page: Page, order: Sequence[str]) -> dict[float, list[tuple[Decision, bool]]]:
    """For each sleep its decisions, and whether a model that thinks for a second would then act on what is past."""
    slept: dict[float, list[tuple[Decision, bool]]] = {seconds: [] for seconds in SLEEPS}
    connection = connect(display.name)
    with mss.MSS() as grabber:
        for number, scene in enumerate(order):
            clicked = time.time()
            press(connection, PLACES["open"])
            pictures = list(_pictures(grabber, clicked))
            opened = page.wait_for("open", number)
            for seconds, decided, state in pictures:
                right = state == "open"
                past = not right and opened <= decided + THINKING
                slept[seconds].append((Decision(scene, decided - clicked, decided - opened, right), past))
            press(connection, PLACES["next"])
            page.wait_for(*(("closed", number + 1) if number + 1 < len(order) else ("done", number + 1)))
    close(connection)
    return slept


def _pictures(grabber: mss.MSS, clicked: float) -> Iterator[tuple[float, float, str]]:
    for seconds in SLEEPS:
        time.sleep(max(0.0, clicked + seconds - time.time()))
        shot = grabber.grab(grabber.monitors[1])
        yield seconds, time.time(), state_of(shot.pixel(*MARK))


def press(connection: object, place: Point) -> None:
    """A click by bare XTEST."""
    fake_input(connection, X.MotionNotify, x=place.x, y=place.y)
    fake_input(connection, X.ButtonPress, 1)
    fake_input(connection, X.ButtonRelease, 1)
    connection.sync()  # type: ignore[attr-defined]


# What it comes to.


def report(found: Found, slept: dict[float, list[tuple[Decision, bool]]], scenes: Sequence[str], count: int) -> Report:
    """Two tables and the targets."""
    decided = Table(
        "from the click to “it is open”, ms: median (minimum, 90th percentile); wrong decisions",
        ("scene", "ours", "wrong", *(f"sleep {s:g} s: wrong" for s in slept), "ours after the last change, ms"),
        tuple((scene, _decided(found, slept, scene)) for scene in scenes),
        ("wrong: the picture that goes with the decision does not show the scene open",),
    )
    acted = Table(
        f"actions on a picture that was past, the model thinking for {THINKING:g} s; requests",
        ("scene", "ours", *(f"sleep {s:g} s" for s in slept), "requests of ours", "of them wasted"),
        tuple((scene, _acted(found, slept, scene, count)) for scene in scenes),
        (f"while the model thinks, ours takes {found.watching:.1%} of a core",),
    )
    after = [one.after_change * 1000 for one in found.decisions if one.scene in AT_ONCE]
    targets = [Target("actions of ours on a picture that was past", sum(found.stale.values()), 0)]
    if after:
        what = "from the last change to the decision where the screen answers at once, median, ms"
        targets.append(Target(what, Timing.of(after).median, MOST_AFTER_LAST_CHANGE))
    return Report((decided, acted), tuple(targets), spread_warnings([decided]))


def _decided(found: Found, slept: dict[float, list[tuple[Decision, bool]]], scene: str) -> tuple[Cell, ...]:
    mine = [one for one in found.decisions if one.scene == scene]
    after = [one.after_change * 1000 for one in mine if one.right]
    return (
        Timing.of([one.seconds * 1000 for one in mine]),
        _wrong(mine),
        *(_wrong([one for one, _ in decisions if one.scene == scene]) for decisions in slept.values()),
        Timing.of(after) if after else None,
    )


def _wrong(decisions: Sequence[Decision]) -> Share:
    return Share(sum(not one.right for one in decisions), len(decisions))


def _acted(found: Found, slept: dict[float, list[tuple[Decision, bool]]], scene: str, count: int) -> tuple[Cell, ...]:
    past = (sum(stale for one, stale in decisions if one.scene == scene) for decisions in slept.values())
    requests = found.requests[scene]
    return (
        Share(found.stale[scene], count),
        *(Share(number, count) for number in past),
        float(requests),
        float(requests - NEEDED * count),
    )
