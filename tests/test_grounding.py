"""Model space and scroll units become input points and notches."""

from __future__ import annotations

import pytest

from actions.action import HScroll, Key, LeftClick, LeftClickDrag, Scroll, Size
from agent.geometry import Viewport
from agent.grounding import ground, notches

VIEW = Viewport(100, 50, 1000, 500, Size(2000, 1000))
SPACE = Size(1000, 1000)


def test_a_click_gets_its_point() -> None:
    assert ground(LeftClick(coordinate=(500, 500)), VIEW, SPACE, "magnitude").point == (600, 300)


def test_no_coordinate_no_point() -> None:
    assert ground(LeftClick(), VIEW, SPACE, "magnitude").point is None
    assert ground(Key(keys=("a",)), VIEW, SPACE, "magnitude").point is None


def test_a_drag_gets_both_ends() -> None:
    grounded = ground(LeftClickDrag(coordinate=(1000, 1000), start=(0, 0)), VIEW, SPACE, "notches")
    assert grounded.start == (100, 50)
    assert grounded.point == (1099, 549)


@pytest.mark.parametrize(
    ("pixels", "unit", "turns"),
    [
        (-3, "magnitude", -3),
        (-300, "magnitude", -3),
        (99, "magnitude", 50),
        (100, "magnitude", 1),
        (-149, "magnitude", -1),
        (0.4, "magnitude", 1),
        (-0.1, "notches", -1),
        (5, "notches", 5),
        (-120, "notches", -50),
        (1e9, "magnitude", 50),
        (-1e300, "notches", -50),
    ],
)
def test_notches(pixels: float, unit: str, turns: int) -> None:
    assert notches(pixels, unit) == turns  # type: ignore[arg-type]


def test_scroll_and_hscroll_carry_notches() -> None:
    assert ground(Scroll(pixels=-500), VIEW, SPACE, "magnitude").notches == -5
    assert ground(HScroll(pixels=2, coordinate=(0, 0)), VIEW, SPACE, "notches").notches == 2
