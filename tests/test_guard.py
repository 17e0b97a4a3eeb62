"""Going in circles is noticed, and nothing else is."""

from __future__ import annotations

from actions.action import LeftClick, Wait
from agent.guard import LoopGuard, told

HERE, THERE = LeftClick(coordinate=(1, 1)), LeftClick(coordinate=(2, 2))
ONE, TWO = "a screen", "another screen"


def test_the_fifth_time_is_once_too_often() -> None:
    guard = LoopGuard()
    guard.saw(ONE, changed=True)
    counts = []
    while not guard.is_stuck(HERE):
        counts.append(guard.tried(HERE))
        guard.saw(ONE, changed=False)
    assert counts == [1, 2, 3, 4]


def test_back_and_forth_between_two_screens_is_seen() -> None:
    guard = LoopGuard()
    guard.saw(ONE, changed=True)
    steps = 0
    while not guard.is_stuck(HERE if steps % 2 == 0 else THERE):
        guard.tried(HERE if steps % 2 == 0 else THERE)
        steps += 1
        guard.saw(TWO if steps % 2 else ONE, changed=True)
    assert steps == 8


def test_a_blinking_caret_does_not_hide_it() -> None:
    guard = LoopGuard()
    guard.saw(ONE, changed=True)
    for shot in (TWO, ONE, TWO, ONE):
        guard.tried(HERE)
        guard.saw(shot, changed=False)
    assert guard.is_stuck(HERE)


def test_the_same_action_on_new_screens_is_fine() -> None:
    guard = LoopGuard()
    for width in range(20):
        guard.saw(f"screen {width}", changed=True)
        assert not guard.is_stuck(HERE)
        guard.tried(HERE)


def test_different_actions_are_counted_apart() -> None:
    guard = LoopGuard()
    guard.saw(ONE, changed=True)
    for seconds in range(1, 10):
        assert not guard.is_stuck(Wait(time=seconds))
        guard.tried(Wait(time=seconds))


def test_the_model_is_told_from_the_third_time_on() -> None:
    assert told(1) is None
    assert told(2) is None
    assert "3 times" in (told(3) or "")
    assert "4 times" in (told(4) or "")
