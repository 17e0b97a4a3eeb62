"""Checkboxes and radio buttons in drawn pictures: whose they are, and whether they are on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from agent.offline.instructions import Role, Target
from agent.offline.pointing import TickBox, Unresolved, locate, tick_box
from agent.offline.ticks import all_ticks
from agent.reading.labels import TextBox
from tests.apps.screens import LATIN_FONTS, RGB, Picture, contrast, font
from tests.test_fields import boxes

Draw = Callable[[Picture, int, int, int, RGB], None]
LIGHT, DARK = (236, 236, 240), (34, 34, 38)


def empty(picture: Picture, x: int, y: int, side: int, ground: RGB) -> None:
    paper = (255, 255, 255) if sum(ground) > 380 else (59, 59, 59)
    picture.pen.rectangle((x, y, x + side - 1, y + side - 1), fill=paper, outline=(120, 120, 120))


def ticked(picture: Picture, x: int, y: int, side: int, ground: RGB) -> None:
    empty(picture, x, y, side, ground)
    mark = contrast((255, 255, 255) if sum(ground) > 380 else (59, 59, 59))
    points = [(x + side * a // 13, y + side * b // 13) for a, b in ((3, 6), (5, 9), (10, 3))]
    picture.pen.line(points, fill=mark, width=max(2, side // 6))


def blue(picture: Picture, x: int, y: int, side: int, _ground: RGB) -> None:
    picture.pen.rounded_rectangle((x, y, x + side - 1, y + side - 1), side // 6, fill=(20, 110, 240))
    points = [(x + side * a // 13, y + side * b // 13) for a, b in ((3, 6), (5, 9), (10, 3))]
    picture.pen.line(points, fill=(255, 255, 255), width=max(2, side // 6))


def partly(picture: Picture, x: int, y: int, side: int, _ground: RGB) -> None:
    picture.pen.rounded_rectangle((x, y, x + side - 1, y + side - 1), side // 6, fill=(20, 110, 240))
    middle, half = y + side // 2, max(1, side // 12)
    picture.pen.rectangle((x + 3, middle - half, x + side - 4, middle + half), fill=(255, 255, 255))


def faint(picture: Picture, x: int, y: int, side: int, ground: RGB) -> None:
    empty(picture, x, y, side, ground)
    light = sum(ground) > 380
    points = [(x + side * a // 13, y + side * b // 13) for a, b in ((3, 6), (5, 9), (10, 3))]
    picture.pen.line(points, fill=(214, 214, 214) if light else (100, 100, 100), width=max(2, side // 6))


def form(draw: Draw, side: int, ground: RGB, *, right: bool = False) -> Picture:
    picture = Picture.blank((420, 120), ground)
    size = max(12, side)
    label = picture.write("Ham", (100, 60), font(LATIN_FONTS[0], size), contrast(ground), "lm")
    x = label.box[2] + 8 if right else label.box[0] - side - 8
    draw(picture, x, 60 - side // 2, side, ground)
    return picture


def told(picture: Picture, name: str = "Ham", role: Role = "checkbox") -> TickBox:
    return tick_box(Target((name,), role), np.asarray(picture.image), boxes(picture))


@pytest.mark.parametrize("right", [False, True])
@pytest.mark.parametrize("ground", [LIGHT, DARK])
@pytest.mark.parametrize("side", [11, 13, 16, 20, 26])
@pytest.mark.parametrize(("draw", "on"), [(empty, False), (ticked, True), (blue, True)])
def test_the_state_of_a_checkbox(draw: Draw, on: bool, side: int, ground: RGB, right: bool) -> None:
    picture = form(draw, side, ground, right=right)
    tick = told(picture)
    assert tick.on is on
    assert tick.box.right - tick.box.left == side
    assert abs(tick.point[1] - 60) <= 1.5
    assert (tick.point[0] > 100) is right


@pytest.mark.parametrize("ground", [LIGHT, DARK])
@pytest.mark.parametrize("side", [13, 20, 26])
@pytest.mark.parametrize("draw", [partly, faint])
def test_a_bar_or_a_faint_mark_is_neither_on_nor_off(draw: Draw, side: int, ground: RGB) -> None:
    with pytest.raises(Unresolved, match="cannot be told") as why:
        told(form(draw, side, ground))
    assert "看不出" in why.value.line("勾选Ham")


def test_a_white_box_on_a_dark_ground_may_hide_a_white_mark() -> None:
    picture = form(lambda p, x, y, side, _: p.pen.rectangle((x, y, x + side, y + side), fill=(255, 255, 255)), 13, DARK)
    with pytest.raises(Unresolved, match="cannot be told"):
        told(picture)


@pytest.mark.parametrize("ground", [LIGHT, DARK])
@pytest.mark.parametrize("side", [13, 16, 24])
@pytest.mark.parametrize("on", [False, True])
def test_the_state_of_a_radio_button(on: bool, side: int, ground: RGB) -> None:
    def circle(picture: Picture, x: int, y: int, side: int, ground: RGB) -> None:
        light = sum(ground) > 380
        paper = (255, 255, 255) if light else (59, 59, 59)
        picture.pen.ellipse((x, y, x + side - 1, y + side - 1), fill=paper, outline=(120, 120, 120))
        if on:
            edge = side // 4
            dot = (20, 90, 220) if light else (150, 200, 255)
            picture.pen.ellipse((x + edge, y + edge, x + side - 1 - edge, y + side - 1 - edge), fill=dot)

    assert told(form(circle, side, ground), role="radio").on is on


def row(*things: str, gap: int = 9) -> Picture:
    """Texts and checkboxes ("-" off, "+" on) in a row, as far from each other as given."""
    picture, x = Picture.blank((700, 100), LIGHT), 40
    for thing in things:
        if thing in "-+":
            (ticked if thing == "+" else empty)(picture, x, 44, 13, LIGHT)
            x += 13 + gap
        else:
            x = picture.write(thing, (x, 50), font(LATIN_FONTS[0], 15), (0, 0, 0), "lm").box[2] + gap
    return picture


def test_in_a_row_the_order_says_whose_they_are() -> None:
    before, after = row("-", "Ham", "+", "Eggs", "-", "Juice"), row("Ham", "-", "Eggs", "+", "Juice", "-")
    for picture in (before, after):
        assert [told(picture, name).on for name in ("Ham", "Eggs", "Juice")] == [False, True, False]
    assert told(before, "Eggs").point[0] < boxes(before)[1].left
    assert told(after, "Eggs").point[0] > boxes(after)[1].right


def test_where_the_order_says_nothing_it_is_in_doubt() -> None:
    with pytest.raises(Unresolved, match="plainly belongs"):
        told(row("Ham", "-", "Eggs"))


def spaced(*things: str | int) -> Picture:
    """As `row`, with the blanks given as numbers."""
    picture, x = Picture.blank((900, 100), LIGHT), 40
    for thing in things:
        if isinstance(thing, int):
            x += thing
        elif thing in "-+":
            (ticked if thing == "+" else empty)(picture, x, 44, 13, LIGHT)
            x += 13
        else:
            x = picture.write(thing, (x, 50), font(LATIN_FONTS[0], 15), (0, 0, 0), "lm").box[2]
    return picture


def test_in_a_row_with_boxes_on_either_side_of_their_labels_the_gaps_say_whose_they_are() -> None:
    picture = spaced("+", 7, "Ham", 22, "-", 8, "Eggs", 18, "Juice", 8, "-", 22, "Honey", 8, "+")
    assert [told(picture, name).on for name in ("Ham", "Eggs", "Juice", "Honey")] == [True, False, False, True]
    ham, eggs, juice, _ = boxes(picture)
    assert ham.right < told(picture, "Eggs").point[0] < eggs.left
    assert told(picture, "Juice").point[0] > juice.right


def test_after_a_title_each_box_is_nearer_to_its_label_than_to_the_last() -> None:
    picture = spaced("Food", 90, "+", 8, "Ham", 23, "-", 8, "Eggs", 22, "-", 9, "Juice")
    assert [told(picture, name).on for name in ("Ham", "Eggs", "Juice")] == [True, False, False]
    with pytest.raises(Unresolved, match="plainly belongs"):
        told(picture, "Food")


@pytest.mark.parametrize("things", [
    ("Ham", 8, "+", 22, "Eggs", 12, "-", 14, "Juice"),  # the second is about as near to either
    ("Ham", 22, "+", 8, "Eggs", 8, "-", 22, "Juice"),  # both stand at the same text
    ("Ham", 3, "+", 7, "Eggs", 3, "-", 7, "Juice"),  # hardly nearer
    ("Ham", 8, "+", 22, "Eggs"),  # one alone is no row
])  # fmt: skip
def test_where_the_gaps_do_not_agree_it_is_in_doubt(things: tuple[str | int, ...]) -> None:
    for name in ("Ham", "Eggs"):
        with pytest.raises(Unresolved, match="plainly belongs"):
            told(spaced(*things), name)


def titled(gap: int) -> Picture:
    """A title, and after it two checkboxes with their labels, `gap` pixels before each."""
    picture = Picture.blank((600, 60), LIGHT)
    x = picture.write("Roles", (20, 30), font(LATIN_FONTS[0], 13), contrast(LIGHT), "lm").box[2] + 20
    for name in ("Ham", "Eggs"):
        empty(picture, x, 24, 13, LIGHT)
        x = picture.write(name, (x + 13 + gap, 30), font(LATIN_FONTS[0], 13), contrast(LIGHT), "lm").box[2] + 20
    return picture


def test_after_a_title_each_box_is_close_to_its_label() -> None:
    picture = titled(4)
    assert told(picture).box.left < next(one.box[0] for one in picture.labels if one.text == "Ham")
    assert told(picture, "Eggs").point[0] > told(picture).point[0] + 40
    for name in ("Ham", "Eggs", "Roles"):
        with pytest.raises(Unresolved, match="plainly belongs"):
            told(titled(16), name)


def test_the_boxes_of_a_table_may_stand_far_from_its_first_texts() -> None:
    picture = form(empty, 13, LIGHT)
    picture.pen.rectangle((60, 40, 98, 80), fill=LIGHT)
    empty(picture, 14, 54, 13, LIGHT)
    assert told(picture).point[0] < 30


def test_what_a_window_is_made_larger_with_is_no_checkbox() -> None:
    window, form = row("-", "x", gap=22), row("-", "y", gap=22)
    with pytest.raises(Unresolved, match="cannot be told from its looks"):
        locate(Target((), "checkbox"), np.asarray(window.image), boxes(window))
    assert locate(Target((), "checkbox"), np.asarray(form.image), boxes(form)).text == "y"


def test_the_nearer_text_is_the_label() -> None:
    picture = row("-", "Ham")
    picture.write("Eggs", (400, 50), font(LATIN_FONTS[0], 15), (0, 0, 0), "lm")
    empty(picture, 400 - 13 - 6, 44, 13, LIGHT)
    assert told(picture, "Eggs").point[0] > 380
    assert told(picture, "Ham").point[0] < 60


def test_a_letter_is_no_radio_button() -> None:
    picture = Picture.blank((420, 120), LIGHT)
    for text, y in (("Orange", 30), ("OO", 60), ("国家", 90)):
        picture.write(text, (100, y), font(LATIN_FONTS[0], 16), (0, 0, 0), "lm")
        for role in ("checkbox", "radio"):
            with pytest.raises(Unresolved):
                told(picture, text, role)  # type: ignore[arg-type]


def test_a_wide_letter_of_a_text_that_was_not_read_is_no_radio_button() -> None:
    picture = Picture.blank((420, 120), LIGHT)
    picture.write("O  r  d  e  r  s", (100, 60), font(LATIN_FONTS[0], 18), (0, 0, 0), "lm")
    assert all_ticks(np.asarray(picture.image), [replace(box, text="") for box in boxes(picture)]) == []


def test_a_box_that_was_read_with_its_text() -> None:
    picture = form(empty, 16, LIGHT)
    (ham,) = boxes(picture)
    for read in ("□ Ham", "O Ham", "口Ham"):
        wide = TextBox(read, ham.left - 26, ham.top, ham.width + 26, ham.height)
        assert tick_box(Target(("Ham",), "checkbox"), np.asarray(picture.image), [wide]).on is False


def test_beside_and_by_number() -> None:
    picture = row("-", "Ham", "+", "Eggs", "-", "Juice")
    pixels, texts = np.asarray(picture.image), boxes(picture)
    beside = Target((), "checkbox", relation="next to", anchor=Target(("Eggs",)))
    second = Target((), "checkbox", ordinal=2)
    assert tick_box(beside, pixels, texts) == tick_box(second, pixels, texts) == told(picture, "Eggs")
    assert locate(Target((), "checkbox", ordinal=-1), pixels, texts).text == "Juice"
    with pytest.raises(Unresolved, match="3 times"):
        locate(Target((), "checkbox"), pixels, texts)


def test_a_browsers_white_box_on_a_dark_page_is_off_and_a_sharp_one_is_in_doubt() -> None:
    def round_white(picture: Picture, x: int, y: int, side: int, _ground: RGB) -> None:
        picture.pen.rounded_rectangle((x, y, x + side - 1, y + side - 1), 3, (255, 255, 255), (118, 118, 118))

    def sharp_white(picture: Picture, x: int, y: int, side: int, _ground: RGB) -> None:
        picture.pen.rectangle((x, y, x + side - 1, y + side - 1), (255, 255, 255), (118, 118, 118))

    def faintly_marked(picture: Picture, x: int, y: int, side: int, ground: RGB) -> None:
        round_white(picture, x, y, side, ground)
        picture.pen.line((x + 4, y + 8, x + 7, y + 11, x + 12, y + 4), (236, 236, 236), 2)

    assert told(form(round_white, 17, DARK)).on is False
    for draw in (sharp_white, faintly_marked):
        with pytest.raises(Unresolved, match="cannot be told"):
            told(form(draw, 17, DARK))


@pytest.mark.parametrize(("inner", "is_told"), [((226, 230, 235), True), ((255, 255, 255), False)])
def test_a_white_box_between_two_pixels_shows_its_round_corners_within(inner: RGB, is_told: bool) -> None:
    def halved(picture: Picture, x: int, y: int, side: int, _ground: RGB) -> None:
        right, bottom = x + side - 1, y + side - 1
        picture.pen.rectangle((x, y, right, bottom), (255, 255, 255), (79, 79, 79))
        picture.pen.line((x + 1, y, right - 1, y), (166, 166, 166))
        picture.pen.line((x + 1, bottom, right - 1, bottom), (166, 166, 166))
        picture.pen.point([(x, y), (right, y), (x, bottom), (right, bottom)], (100, 100, 100))
        picture.pen.point([(i, j) for i in (x + 1, right - 1) for j in (y + 1, bottom - 1)], inner)

    picture = form(halved, 13, DARK)
    if is_told:
        assert told(picture).on is False
    else:
        with pytest.raises(Unresolved, match="cannot be told"):
            told(picture)


def test_a_coloured_box_on_a_dark_ground_is_on() -> None:
    def lime(picture: Picture, x: int, y: int, side: int, _ground: RGB) -> None:
        picture.pen.rectangle((x, y, x + side - 1, y + side - 1), (208, 240, 136), (90, 90, 96))

    assert told(form(lime, 12, DARK)).on is True


def test_a_border_hardly_lighter_than_the_ground_is_seen() -> None:
    def sunk(picture: Picture, x: int, y: int, side: int, _ground: RGB) -> None:
        right, bottom = x + side - 1, y + side - 1
        picture.pen.rectangle((x, y, right, bottom), (255, 255, 255))
        picture.pen.line((x, bottom, x, y, right, y), (120, 120, 120))

    light = (248, 248, 250)
    assert told(form(sunk, 12, light)).on is False


def test_a_tick_at_the_side_of_a_window_on_another_ground() -> None:
    picture = form(empty, 13, LIGHT)
    left, *_ = picture.labels[0].box
    picture.pen.rectangle((0, 0, left - 13 - 8 - 10, 120), (0, 0, 0))
    assert told(picture).on is False


def test_a_tick_that_was_read_as_a_text_of_its_own_is_no_neighbour() -> None:
    picture = row("-", "Ham", "+", "Eggs")
    pixels, read = np.asarray(picture.image), TextBox("□", 36, 41, 25, 19)
    for name, on in (("Ham", False), ("Eggs", True)):
        assert tick_box(Target((name,)), pixels, [read, *boxes(picture)]).on is on


def test_radio_buttons_read_as_letters_of_a_row_tell_whose_the_others_are() -> None:
    picture = row("-", "Ham", "-", "Eggs", "-", "Juice")
    ham, *others = boxes(picture)
    read = [TextBox(f"O {one.text}", one.left - 25, one.top, one.width + 25, one.height) for one in others]
    assert tick_box(Target(("Juice",)), np.asarray(picture.image), [ham, *read]).point[0] > read[0].right


@pytest.mark.parametrize("top", [30, 80])
def test_a_tick_in_the_corner_of_a_frame_on_the_same_ground(top: int) -> None:
    """The frame's side does not go on beyond the tick as far in both directions."""
    picture = Picture.blank((420, 160), LIGHT)
    empty(picture, 72, 70, 11, LIGHT)
    picture.write("Ham", (92, 75), font(LATIN_FONTS[0], 15), contrast(LIGHT), "lm")
    picture.pen.rectangle((60, top - 15, 160, top + 55), outline=(120, 120, 120))
    assert told(picture).on is False


def test_a_letters_stem_taller_than_the_tick_is_no_wall() -> None:
    picture, x = Picture.blank((700, 100), LIGHT), 40
    for text in ("Juice", "Eggs", "Honey"):
        picture.pen.ellipse((x, 45, x + 10, 55), (255, 255, 255), (120, 120, 120))
        x = picture.write(text, (x + 17, 50), font(LATIN_FONTS[0], 26), (0, 0, 0), "lm").box[2] + 24
    for label in boxes(picture):
        assert label.left - 20 < told(picture, label.text, "radio").point[0] < label.left


@pytest.mark.parametrize("ground", [LIGHT, DARK])
@pytest.mark.parametrize(("draw", "on"), [(empty, False), (ticked, True)])
def test_the_focus_ring_around_its_label_does_not_hide_a_small_box(draw: Draw, on: bool, ground: RGB) -> None:
    picture = Picture.blank((420, 120), ground)
    left, top, right, bottom = picture.write("Ham", (100, 60), font(LATIN_FONTS[0], 30), contrast(ground), "lm").box
    ring = (left - 3, top - 4, right + 3, bottom + 4)
    for x, y in ((x, y) for y in range(ring[1], ring[3]) for x in range(ring[0], ring[2])):
        if (x in (ring[0], ring[2] - 1) or y in (ring[1], ring[3] - 1)) and (x + y) % 2:
            picture.image.putpixel((x, y), contrast(ground))
    draw(picture, ring[0] - 3 - 11, 55, 11, ground)
    assert told(picture).on is on


def test_a_box_that_was_read_with_the_text_before_it() -> None:
    picture = form(empty, 16, LIGHT, right=True)
    (ham,) = boxes(picture)
    for read in ("Ham □", "Ham□", "Ham O", "Ham 口"):
        wide = TextBox(read, ham.left, ham.top, ham.width + 24, ham.height)
        assert tick_box(Target(("Ham",), "checkbox"), np.asarray(picture.image), [wide]).on is False


@pytest.mark.parametrize("ground", [LIGHT, DARK])
@pytest.mark.parametrize("within", [10, 24])
def test_a_coloured_box_within_the_box_of_its_text_is_no_letter(within: int, ground: RGB) -> None:
    picture = form(blue, 16, ground)
    (ham,) = boxes(picture)
    wide = TextBox("Ham", ham.left - within, ham.top, ham.width + within, ham.height)
    assert tick_box(Target(("Ham",), "checkbox"), np.asarray(picture.image), [wide]).on is True


def test_a_dotted_ring_around_a_box_and_its_label_is_no_neighbour() -> None:
    picture = form(blue, 16, LIGHT)
    (ham,) = boxes(picture)
    left, top, right, bottom = round(ham.left) - 28, 47, 400, 72
    for x, y in ((x, y) for y in range(top, bottom) for x in range(left, right)):
        if (x in (left, right - 1) or y in (top, bottom - 1)) and (x + y) % 3 == 0:
            picture.image.putpixel((x, y), (120, 120, 120))
    assert told(picture).on is True


def test_after_a_title_with_a_colon_each_box_is_that_of_the_text_behind_it() -> None:
    picture = row("Food:", "-", "Ham", "+", "Eggs", "-", "Juice")
    assert [told(picture, name).on for name in ("Ham", "Eggs", "Juice")] == [False, True, False]
    for things in (("Food", "-", "Ham", "+", "Eggs"), ("Ham:", "-", "Eggs:", "+", "Juice")):
        with pytest.raises(Unresolved):
            told(row(*things), "Eggs" if "Eggs" in things else "Ham")


@pytest.mark.parametrize("ground", [(246, 245, 244), (255, 255, 255)])
@pytest.mark.parametrize("side", [13, 16, 24, 32])
@pytest.mark.parametrize(("edge", "on"), [(0.28, True), (0.1, False)])
def test_a_light_dot_in_a_coloured_disc_is_on_and_a_coloured_ring_is_not(
    edge: float, on: bool, side: int, ground: RGB
) -> None:
    def disc(picture: Picture, x: int, y: int, side: int, _ground: RGB) -> None:
        inner = max(1, round(edge * side))
        picture.pen.ellipse((x, y, x + side - 1, y + side - 1), fill=(63, 137, 228))
        picture.pen.ellipse((x + inner, y + inner, x + side - 1 - inner, y + side - 1 - inner), fill=(255, 255, 255))

    assert told(form(disc, side, ground), role="radio").on is on


@pytest.mark.parametrize("ground", [(246, 245, 244), (53, 53, 53)])
def test_a_dash_on_a_shaded_fill_is_neither_on_nor_off(ground: RGB) -> None:
    """As GTK has it: the dash is of one colour, and the fill is not."""

    def dash(picture: Picture, x: int, y: int, side: int, _ground: RGB) -> None:
        for row in range(side):
            picture.pen.line((x, y + row, x + side - 1, y + row), fill=(70 - 2 * row, 145 - row, 230 - row))
        picture.pen.rectangle((x + 3, y + side // 2 - 2, x + side - 4, y + side // 2 + 1), fill=(255, 255, 255))

    with pytest.raises(Unresolved, match="cannot be told"):
        told(form(dash, 16, ground))


@pytest.mark.parametrize("inner", [True, False])
def test_a_square_in_a_dark_box_is_neither_on_nor_off(inner: bool) -> None:
    """As Qt has it, with a light border of its own."""

    def square(picture: Picture, x: int, y: int, side: int, _ground: RGB) -> None:
        picture.pen.rectangle((x, y, x + side - 1, y + side - 1), fill=(35, 35, 35), outline=(43, 43, 43))
        if inner:
            picture.pen.rectangle(
                (x + 2, y + 2, x + side - 3, y + side - 3), fill=(115, 115, 115), outline=(170, 170, 170)
            )

    picture = form(square, 14, (53, 53, 53))
    if inner:
        with pytest.raises(Unresolved, match="cannot be told"):
            told(picture)
    else:
        assert told(picture).on is False
