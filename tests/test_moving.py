"""What moves by itself in words, and read again from them."""

from __future__ import annotations

import pytest

from actions.action import Size
from agent.moving import MAX_PLACES, MOVES, places, told, without

SIZE, SPACE = Size(1280, 800), Size(1000, 1000)


def test_what_is_near_is_told_as_one_place_in_the_model_s_space() -> None:
    clock, lamp = ((832, 672, 32, 16), (832, 688, 32, 16), (880, 672, 16, 16)), (96, 80, 16, 16)
    said = told((*clock, lamp), SIZE, SPACE)
    assert said == f"{MOVES} It is within [650, 840, 700, 880], [75, 100, 88, 120]."
    assert places(said) == ((650, 840, 700, 880), (75, 100, 88, 120))


def test_that_all_is_in_motion_is_told_without_places() -> None:
    assert told((), SIZE, SPACE) == MOVES
    many = [(x, 400, 16, 16) for x in range(0, 80 * (MAX_PLACES + 1), 80)]
    assert told(many, SIZE, SPACE) == MOVES
    assert places(told(many[1:], SIZE, SPACE))


@pytest.mark.parametrize("areas", [(), ((0, 0, 16, 16),), ((0, 0, 16, 16), (640, 400, 64, 16))])
def test_it_is_taken_out_of_what_else_is_told(areas: tuple[tuple[int, int, int, int], ...]) -> None:
    said = f"The key is not there. {told(areas, SIZE, SPACE)} Look again."
    assert without(said) == "The key is not there.  Look again."
    assert len(places(said)) == len(areas)


def test_what_a_page_says_is_no_place() -> None:
    assert places("It is within [1, 2, 3, 4].") == ()
