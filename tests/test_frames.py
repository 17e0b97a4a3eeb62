"""What differs between two pictures, to the tile, and what moves by itself."""

from __future__ import annotations

import itertools
import random

from hypothesis import given
from hypothesis import strategies as st

from agent.frames import TILE, Restless, changed_tiles
from agent.screen import Screenshot
from tests.fakes import painted


def with_pixel(shot: Screenshot, x: int, y: int, value: bytes = b"\x01\x02\x03") -> Screenshot:
    at = (y * shot.size.width + x) * 4
    return Screenshot(shot.bgrx[:at] + value + shot.bgrx[at + 3 :], shot.viewport)


def test_equal_pictures_differ_nowhere() -> None:
    assert changed_tiles(painted(), painted()) == frozenset()


@given(st.integers(0, 319), st.integers(0, 199), st.sampled_from([0, 1, 2]))
def test_one_pixel_by_one_step_in_one_channel_is_found_at_its_place(x: int, y: int, channel: int) -> None:
    shot = painted(320, 200, (100, 100, 100))
    value = bytearray(b"\x64\x64\x64")
    value[channel] += 1
    assert changed_tiles(shot, with_pixel(shot, x, y, bytes(value))) == {(x // TILE, y // TILE)}


def test_the_unused_byte_is_no_change() -> None:
    shot = painted(64, 64)
    data = bytearray(shot.bgrx)
    data[3::4] = bytes(len(data) // 4)
    assert changed_tiles(shot, Screenshot(bytes(data), shot.viewport)) == frozenset()


def test_a_box_covers_its_tiles() -> None:
    after = painted(boxes=[(20, 20, 30, 5)])
    assert changed_tiles(painted(), after) == {(1, 1), (2, 1), (3, 1)}


def test_another_size_is_all_new() -> None:
    assert len(changed_tiles(painted(64, 64), painted(65, 33))) == 5 * 3


CARET = (100, 100, 1, 12)
OFF, ON = painted(), painted(boxes=[CARET])


def learnt(*idle: Screenshot, restless: Restless | None = None) -> Restless:
    restless = restless or Restless()
    restless.begin(idle[0])
    for shot in idle[1:]:
        restless.saw(shot)
    restless.learn()
    return restless


def test_a_blinking_caret_is_learnt_and_a_typed_character_beside_it_is_news() -> None:
    restless = learnt(OFF, ON, OFF)
    assert not restless.runs
    assert not restless.news(OFF, ON)
    assert not restless.news(ON, OFF)
    typed = painted(boxes=[(98, 100, 6, 10)])  # within the caret's own tile
    assert restless.news(OFF, typed)
    assert restless.news(ON, painted(boxes=[CARET, (200, 10, 5, 5)]))


def test_a_clock_is_learnt_after_two_ticks_and_then_no_news_at_all() -> None:
    faces = [painted(boxes=[(300, 2, width, 10)]) for width in (2, 5, 8, 11)]
    restless = learnt(*faces[:3])
    assert restless.runs
    assert not restless.news(faces[2], faces[3])


def test_the_next_picture_of_what_runs_is_told_apart_from_a_caret() -> None:
    faces = [painted(boxes=[(300, 2, width, 10)]) for width in (2, 5, 8, 11)]
    assert learnt(*faces[:3]).ran(faces[2], faces[3]) == {(18, 0), (19, 0)} & changed_tiles(faces[2], faces[3])
    assert not learnt(*faces[:3]).ran(faces[2], faces[2])
    assert not learnt(OFF, ON, OFF).ran(OFF, ON)


def test_what_changed_once_came_late_and_is_no_mover() -> None:
    page, ticked = painted(boxes=[(0, 0, 320, 200)]), painted(boxes=[(50, 50, 8, 8)])
    assert learnt(OFF, page).runs  # it may, as a banner that has changed once
    assert not learnt(OFF, ON).runs
    assert learnt(OFF, page).news(page, OFF)
    assert learnt(OFF, ticked).news(ticked, OFF)


def test_pages_that_come_late_again_and_again_blind_nobody() -> None:
    pages = [painted(colour=(colour, 0, 0)) for colour in range(0, 250, 50)]
    restless = Restless()
    for before, after in itertools.pairwise(pages):
        learnt(before, after, restless=restless)
    assert len(restless.news(pages[0], pages[3])) == 20 * 13


def test_nothing_is_learnt_from_an_action() -> None:
    restless = learnt(OFF, ON)
    learnt(OFF, ON, restless=restless)  # an action in between had removed it
    assert restless.news(OFF, ON)


def test_another_screen_forgets_and_another_size_teaches_nothing() -> None:
    restless = learnt(OFF, ON, OFF)
    restless.forget(frozenset({(15, 10), (19, 12)}))
    assert not restless.news(OFF, ON)  # a window came elsewhere
    restless.forget(frozenset({(0, 0), (19, 12)}))
    assert restless.news(OFF, ON)
    assert learnt(OFF, painted(64, 64), OFF, ON).news(OFF, ON)


def test_a_scene_is_the_same_whatever_moves_by_itself() -> None:
    restless = learnt(OFF, ON, OFF)
    assert restless.scene(OFF) == restless.scene(ON)
    assert restless.scene(OFF) != restless.scene(painted(boxes=[(10, 10, 5, 5)]))
    assert Restless().scene(OFF) == OFF.digest


def test_random_pictures_agree_with_a_plain_comparison() -> None:
    dice = random.Random(7)
    shot = painted(200, 120)
    for _ in range(30):
        after = shot
        places = {(dice.randrange(200), dice.randrange(120)) for _ in range(dice.randrange(1, 6))}
        for x, y in places:
            after = with_pixel(after, x, y, dice.randbytes(3))
        assert changed_tiles(shot, after) <= {(x // TILE, y // TILE) for x, y in places}
        for x, y in places:
            at = (y * 200 + x) * 4
            if after.bgrx[at : at + 3] != shot.bgrx[at : at + 3]:
                assert (x // TILE, y // TILE) in changed_tiles(shot, after)
