"""Whether the screen at the end shows what the last action did in the recording."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw, ImageFont

from agent.live.end import TILE, end_differs
from agent.rect import Rect

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
SIZE = (1280, 800)


def screen(*, dialog: str | None = None, clock: str = "12:45", tick: bool = False, size: tuple[int, int] = SIZE):
    """A form, perhaps with a dialog over it."""
    image = Image.new("RGB", size, "#f0f0f0")
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(FONT, 14)
    draw.text((1200, 10), clock, fill="black", font=font)
    for row in range(10):
        draw.text((60, 100 + 40 * row), f"Field {row}", fill="black", font=font)
        draw.rectangle((200, 95 + 40 * row, 600, 120 + 40 * row), "white", "black")
    draw.rectangle((700, 105, 713, 118), "white", "#404040")
    if tick:
        draw.line((703, 111, 706, 115), fill="black", width=2)
        draw.line((706, 115, 711, 107), fill="black", width=2)
    if dialog is not None:
        draw.rectangle((400, 300, 900, 500), "#ffffff", "#202020")
        draw.text((430, 330), dialog, fill="black", font=ImageFont.truetype(FONT, 26))
    return image


def differs(now: Image.Image, *accepted: Image.Image, before=None, after=None, excluded=()):
    return end_differs(before or screen(), after or screen(dialog="Saved"), accepted, now, excluded)


def test_the_same_end_is_the_same() -> None:
    assert differs(screen(dialog="Saved")) is None


def test_an_action_without_its_effect_is_a_difference_that_is_shown() -> None:
    mask = differs(screen())
    assert mask is not None
    assert mask.size == SIZE
    box = mask.getbbox()
    assert box is not None
    assert box[0] >= 395
    assert box[2] <= 905


def test_another_effect_is_a_difference() -> None:
    assert differs(screen(dialog="Not saved: the disk is full and the file was lost")) is not None


def test_what_the_last_action_did_not_change_does_not_count() -> None:
    assert differs(screen(dialog="Saved", clock="23:59")) is None
    assert differs(screen(dialog="Saved", tick=True)) is None


def test_a_tenth_of_what_changed_may_be_another() -> None:
    before, after = Image.new("RGB", SIZE, "white"), Image.new("RGB", SIZE, "white")
    draw = ImageDraw.Draw(after)
    for tile in range(40):
        draw.rectangle((tile * TILE, 160, tile * TILE + 15, 175), fill="navy")
    for wrong, same in ((4, True), (5, False)):
        now = after.copy()
        ImageDraw.Draw(now).rectangle((0, 160, wrong * TILE - 1, 175), fill="white")
        assert (end_differs(before, after, (), now, ()) is None) == same


def test_a_small_effect_counts_where_it_is_all_there_is() -> None:
    ticked, empty = screen(tick=True), screen()
    assert differs(ticked, before=empty, after=ticked) is None
    assert differs(empty, before=empty, after=ticked) is not None


def test_an_action_that_changed_nothing_ends_well_anywhere() -> None:
    assert differs(screen(tick=True), before=screen(), after=screen()) is None


def test_what_is_left_out_does_not_count() -> None:
    dialog = Rect(390, 290, 910, 510)
    assert differs(screen(), excluded=(dialog,)) is None
    assert differs(screen(), excluded=(Rect(0, 0, 390, 800),)) is not None


@pytest.mark.parametrize("rest", [(), (screen(dialog="Another"),), (screen(size=(640, 400)),)])
def test_one_accepted_end_is_enough(rest: tuple[Image.Image, ...]) -> None:
    assert differs(screen(dialog="Gespeichert"), *rest, screen(dialog="Gespeichert")) is None
    assert differs(screen(), *rest, screen(dialog="Gespeichert")) is not None


def test_a_screen_of_another_size_cannot_be_compared() -> None:
    assert differs(screen(size=(640, 400))) is None


def test_a_size_that_changed_with_the_last_action_compares_the_whole_screen() -> None:
    after = screen(dialog="Saved")
    assert differs(after, before=screen(size=(640, 400)), after=after) is None
    assert differs(Image.new("RGB", SIZE, "black"), before=screen(size=(640, 400)), after=after) is not None
