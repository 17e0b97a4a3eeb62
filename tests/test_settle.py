"""Settling on a scripted screen and a clock that only moves when somebody waits."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable

import pytest

from actions.brake import Brake, Stopped
from agent import resting
from agent.errors import ScreenError
from agent.resting import SettleTimes
from agent.screen import Screenshot
from agent.settle import ScreenSettler, StillSettler
from tests.fakes import FakeScreen, painted

TIMES = SettleTimes(poll=0.05, quiet=0.15, patience=0.6, maximum=3.0)


class FakeBrake(Brake):
    """Waiting moves the clock, and nothing else does."""

    now = 0.0

    def sleep(self, seconds: float) -> None:
        self.check()
        self.now += seconds


class TimedScreen(FakeScreen):
    """What it shows is a function of the time since the action."""

    def __init__(self, brake: FakeBrake, show: Callable[[float], Screenshot]) -> None:
        super().__init__()
        self._brake, self._show = brake, show

    def capture(self) -> Screenshot:
        self.captures += 1
        return self._show(self._brake.now)


@pytest.fixture
def brake(monkeypatch: pytest.MonkeyPatch) -> FakeBrake:
    brake = FakeBrake()
    monkeypatch.setattr(resting.time, "monotonic", lambda: brake.now)
    return brake


PLAIN, WINDOW = painted(), painted(boxes=[(10, 10, 200, 100)])


def bar(width: int) -> Screenshot:
    return painted(boxes=[(0, 100, width, 20)])


def test_a_screen_that_answers_is_waited_for_until_it_rests(brake: FakeBrake) -> None:
    settler = ScreenSettler(TimedScreen(brake, lambda t: bar(min(300, round(t * 600)))), brake, TIMES)
    settled = settler.settle(PLAIN)
    assert settled.settled
    assert settled.changed
    assert 0.5 <= brake.now <= 0.5 + TIMES.quiet + 2 * TIMES.poll


def test_a_late_answer_within_the_patience_is_seen(brake: FakeBrake) -> None:
    settler = ScreenSettler(TimedScreen(brake, lambda t: WINDOW if t >= 0.5 else PLAIN), brake, TIMES)
    assert settler.settle(PLAIN).changed
    assert brake.now < 0.8


def test_no_answer_is_known_after_the_patience(brake: FakeBrake) -> None:
    settled = ScreenSettler(TimedScreen(brake, lambda _: PLAIN), brake, TIMES).settle(PLAIN)
    assert not settled.changed
    assert settled.settled
    assert brake.now == pytest.approx(TIMES.patience, abs=TIMES.poll + 0.001)


def test_a_film_ends_at_the_maximum_and_is_told(brake: FakeBrake) -> None:
    settled = ScreenSettler(TimedScreen(brake, lambda t: bar(int(t * 1000) % 300)), brake, TIMES).settle(PLAIN)
    assert not settled.settled
    assert brake.now == pytest.approx(TIMES.maximum, abs=TIMES.poll + 0.001)


def test_a_picture_that_did_not_change_is_the_one_already_known(brake: FakeBrake) -> None:
    shown: list[Screenshot] = []

    def show(_: float) -> Screenshot:
        shown.append(painted(boxes=[(10, 10, 200, 100)]))
        return shown[-1]

    settled = ScreenSettler(TimedScreen(brake, show), brake, TIMES).settle(PLAIN)
    assert len(shown) > 2
    assert settled.screenshot is shown[0]


def caret(on: bool) -> Screenshot:
    return painted(boxes=[(50, 50, 1, 10)]) if on else PLAIN


class Watched(FakeScreen):
    """Shows the next picture of a cycle at each look, and says when enough looks were taken."""

    def __init__(self, *cycle: Screenshot) -> None:
        super().__init__()
        self._cycle = itertools.cycle(cycle)
        self.enough = threading.Event()

    def capture(self) -> Screenshot:
        self.captures += 1
        if self.captures >= 6:
            self.enough.set()
        return next(self._cycle)


def test_what_moves_while_the_model_thinks_is_no_answer() -> None:
    screen = Watched(caret(True), caret(False))
    settler = ScreenSettler(screen, Brake(), SettleTimes(poll=0.001, patience=0.05, watch=0.001))
    settler.watch(PLAIN)
    assert screen.enough.wait(20)
    before = settler.look(PLAIN)
    settled = settler.settle(before)
    assert not settled.changed
    assert settled.settled
    settler.close()


def test_a_new_window_ends_what_was_learnt_on_the_old_screen() -> None:
    screen = Watched(caret(True), caret(False))
    settler = ScreenSettler(screen, Brake(), SettleTimes(poll=0.001, quiet=0.01, patience=0.05, watch=0.001))
    settler.watch(PLAIN)
    assert screen.enough.wait(20)
    settler.look(PLAIN)
    screen._cycle = itertools.cycle([WINDOW])
    assert settler.settle(PLAIN).changed
    screen._cycle = itertools.cycle([caret(True)])
    assert settler.settle(PLAIN).changed
    settler.close()


def test_looking_while_the_model_thinks_ends_with_the_look_and_with_the_run() -> None:
    screen = Watched(PLAIN)
    settler = ScreenSettler(screen, Brake(), SettleTimes(watch=0.001))
    for _ in range(3):
        settler.watch(PLAIN)
        settler.look(PLAIN)
        seen = screen.captures
        threading.Event().wait(0.02)
        assert screen.captures == seen
    settler.watch(PLAIN)
    settler.close()
    assert not any(thread.name.startswith("watch") for thread in threading.enumerate())


def test_a_screen_that_goes_away_meanwhile_is_said_by_the_look() -> None:
    class Gone(FakeScreen):
        def capture(self) -> Screenshot:
            raise ScreenError("gone")

    settler = ScreenSettler(Gone(), Brake(), SettleTimes(watch=0.001))
    settler.watch(PLAIN)
    with pytest.raises(ScreenError):
        settler.look(PLAIN)
    settler.close()


def test_a_flash_that_leaves_nothing_is_no_change(brake: FakeBrake) -> None:
    settler = ScreenSettler(TimedScreen(brake, lambda t: WINDOW if 0.1 <= t < 0.2 else PLAIN), brake, TIMES)
    settled = settler.settle(PLAIN)
    assert settled.settled
    assert not settled.changed


def test_the_minimum_holds(brake: FakeBrake) -> None:
    times = SettleTimes(minimum=1.0)
    ScreenSettler(TimedScreen(brake, lambda _: WINDOW), brake, times).settle(PLAIN)
    assert brake.now >= 1.0


def test_the_last_picture_is_handed_on(brake: FakeBrake) -> None:
    settled = ScreenSettler(TimedScreen(brake, lambda t: bar(min(100, round(t * 1000)))), brake, TIMES).settle(PLAIN)
    assert settled.screenshot.bgrx == bar(100).bgrx


def test_the_brake_ends_the_waiting(brake: FakeBrake) -> None:
    screen = TimedScreen(brake, lambda t: brake.pull("enough") or PLAIN if t > 0.2 else PLAIN)
    with pytest.raises(Stopped, match="enough"):
        ScreenSettler(screen, brake, TIMES).settle(PLAIN)


def test_a_dry_run_does_not_wait() -> None:
    settler = StillSettler()
    assert settler.settle(settler.look(WINDOW)).screenshot is WINDOW


# --- a display that tells when something is drawn ---------------------------------------------------------------------


class Told:
    """Tells that something was drawn as soon as the screen shows another picture; or keeps it back."""

    def __init__(self, brake: FakeBrake, show: Callable[[float], Screenshot], *, honest: bool = True) -> None:
        self._brake, self._show, self._honest = brake, show, honest
        self._last = show(0.0).bgrx
        self.closed = False

    def changed(self) -> bool:
        before, self._last = self._last, self._show(self._brake.now).bgrx
        return self._honest and before != self._last

    def close(self) -> None:
        self.closed = True


def told(
    brake: FakeBrake, show: Callable[[float], Screenshot], *, honest: bool = True
) -> tuple[ScreenSettler, TimedScreen, Told, list[Screenshot]]:
    screen, drawings = TimedScreen(brake, show), Told(brake, show, honest=honest)
    foreseen: list[Screenshot] = []
    return ScreenSettler(screen, brake, TIMES, drawings, foreseen.append), screen, drawings, foreseen


def test_rest_is_counted_from_the_drawing_and_pictures_are_few(brake: FakeBrake) -> None:
    settler, screen, _, _ = told(brake, lambda t: WINDOW if t >= 0.02 else PLAIN)
    assert settler.settle(PLAIN).changed
    assert brake.now == pytest.approx(0.02 + TIMES.quiet, abs=TIMES.tick + 0.001)
    assert screen.captures == 2  # one after the drawing, one at the end


def test_a_screen_that_is_told_to_stay_the_same_is_looked_at_once(brake: FakeBrake) -> None:
    settler, screen, drawings, foreseen = told(brake, lambda _: PLAIN)
    assert not settler.settle(PLAIN).changed
    assert brake.now == pytest.approx(TIMES.patience, abs=TIMES.tick + 0.001)
    assert (screen.captures, foreseen, drawings.closed) == (1, [], False)


def test_what_goes_on_being_drawn_is_waited_for(brake: FakeBrake) -> None:
    settler, _, _, _ = told(brake, lambda t: bar(min(300, round(t * 600))))
    settled = settler.settle(PLAIN)
    assert settled.settled
    assert settled.screenshot.bgrx == bar(300).bgrx
    assert 0.5 <= brake.now <= 0.5 + TIMES.quiet + 2 * TIMES.tick


def test_a_display_that_keeps_a_drawing_back_is_not_trusted_again(brake: FakeBrake) -> None:
    settler, screen, drawings, _ = told(brake, lambda t: WINDOW if t >= 0.02 else PLAIN, honest=False)
    settled = settler.settle(PLAIN)  # seen at the end of its patience
    assert settled.changed
    assert settled.settled
    assert drawings.closed
    before = screen.captures
    settler.settle(settled.screenshot)
    assert screen.captures - before == pytest.approx(TIMES.patience / TIMES.poll, abs=1)


def test_what_is_drawn_in_the_very_moment_of_a_look_is_nobody_s_lie(brake: FakeBrake) -> None:
    last_look = TIMES.patience - resting.LAST_LOOK_SECONDS

    class Late(Told):
        """Tells only when asked again."""

        asked = 0

        def changed(self) -> bool:
            shown = self._brake.now >= last_look
            self.asked += shown
            return shown and self.asked == 2

    show = lambda t: WINDOW if t >= last_look else PLAIN  # noqa: E731
    drawings = Late(brake, show)
    settled = ScreenSettler(TimedScreen(brake, show), brake, TIMES, drawings).settle(PLAIN)
    assert settled.changed
    assert not drawings.closed


def test_what_is_drawn_after_the_last_look_is_looked_at(brake: FakeBrake) -> None:
    drawn = TIMES.patience - resting.LAST_LOOK_SECONDS / 2
    settler, _, drawings, _ = told(brake, lambda t: WINDOW if t >= drawn else PLAIN)
    settled = settler.settle(PLAIN)
    assert settled.changed
    assert settled.screenshot.bgrx == WINDOW.bgrx
    assert brake.now == pytest.approx(drawn + TIMES.quiet, abs=2 * TIMES.tick)
    assert not drawings.closed


def test_the_probable_end_is_foreseen_once_and_before_it(brake: FakeBrake) -> None:
    settler, _, _, foreseen = told(brake, lambda t: WINDOW if t >= 0.02 else PLAIN)
    settled = settler.settle(PLAIN)
    (shot,) = foreseen
    assert shot.bgrx == settled.screenshot.bgrx


def test_what_was_kept_back_while_the_model_thought_is_noticed_before_acting() -> None:
    class Silent:
        closed = False

        def changed(self) -> bool:
            return False

        def close(self) -> None:
            self.closed = True

    drawings = Silent()
    screen = FakeScreen(WINDOW)
    settler = ScreenSettler(screen, Brake(), SettleTimes(watch=0.001), drawings)
    settler.watch(PLAIN)
    threading.Event().wait(0.02)
    assert screen.captures == 0  # nothing is looked at while nothing is told
    assert settler.look(PLAIN) is WINDOW
    assert drawings.closed
    settler.close()


def test_the_drawings_are_told_off_at_the_end(brake: FakeBrake) -> None:
    settler, _, drawings, _ = told(brake, lambda _: PLAIN)
    settler.close()
    assert drawings.closed
