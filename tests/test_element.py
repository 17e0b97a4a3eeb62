"""The box around what was clicked: all of it, and little else."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw, ImageFont

from actions.action import Point
from agent.element import LEAST, MARGIN, REACH, element_box
from agent.rect import Rect

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
SIZE = (1000, 700)
SLACK = 4 + MARGIN
"""A cell and the margin."""
LIGHT = ("#f0f0f0", "#202020")
DARK = ("#2b2b2b", "#e0e0e0")


def desk(theme: tuple[str, str] = LIGHT):
    image = Image.new("RGB", SIZE, theme[0])
    return image, ImageDraw.Draw(image)


def font(size: int = 13) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, size)


def is_around(image: Image.Image, at: tuple[float, float], thing: tuple[float, float, float, float]) -> bool:
    """Whether the box of what is at `at` is the thing, or the least there is, with little air around."""
    box = element_box(image, Point(int(at[0]), int(at[1])))
    left, top = max(0, min(thing[0], at[0] - LEAST)), max(0, min(thing[1], at[1] - LEAST))
    right, bottom = min(SIZE[0], max(thing[2], at[0] + LEAST)), min(SIZE[1], max(thing[3], at[1] + LEAST))
    return (
        left - SLACK <= box.left <= left
        and top - SLACK <= box.top <= top
        and right <= box.right <= right + SLACK
        and bottom <= box.bottom <= bottom + SLACK
    )


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("at", [(400, 300), (345, 290), (455, 310)])
def test_a_button_is_whole_wherever_it_was_clicked(theme: tuple[str, str], at: tuple[int, int]) -> None:
    image, draw = desk(theme)
    draw.rounded_rectangle((340, 285, 460, 315), 4, outline=theme[1])
    draw.text((400, 300), "Save as", fill=theme[1], font=font(), anchor="mm")
    assert is_around(image, at, (340, 285, 461, 316))


def test_a_filled_button_is_whole() -> None:
    image, draw = desk()
    draw.rectangle((340, 270, 460, 330), fill="#1565c0")
    draw.text((400, 300), "Save", fill="white", font=font(), anchor="mm")
    assert is_around(image, (400, 300), (340, 270, 461, 331))


def test_an_icon_and_its_label_are_one() -> None:
    image, draw = desk(DARK)
    draw.rectangle((370, 250, 430, 310), fill="#4f9dde")
    draw.text((400, 322), "Browser", fill="white", font=font(), anchor="mm")
    left, _, right, bottom = draw.textbbox((400, 322), "Browser", font=font(), anchor="mm")
    for at in ((400, 280), (400, 322)):
        assert is_around(image, at, (min(370, left), 250, max(431, right), bottom))


def test_a_link_is_not_the_one_below() -> None:
    image, draw = desk()
    for number, text in enumerate(("Read more about it", "Contact and imprint")):
        draw.text((300, 300 + 60 * number), text, fill="#1565c0", font=font(), anchor="lm")
    thing = draw.textbbox((300, 300), "Read more about it", font=font(), anchor="lm")
    assert is_around(image, (320, 300), thing)


def test_a_checkbox_has_its_label() -> None:
    image, draw = desk()
    draw.rectangle((293, 293, 307, 307), "white", "#202020")
    draw.text((316, 300), "Keep me signed in", fill="#202020", font=font(), anchor="lm")
    thing = draw.textbbox((316, 300), "Keep me signed in", font=font(), anchor="lm")
    assert is_around(image, (300, 300), (293, 293, thing[2], 308))


def test_a_thing_far_from_others_leaves_them_out() -> None:
    image, draw = desk()
    draw.ellipse((390, 290, 410, 310), fill="#202020")
    draw.ellipse((440, 290, 460, 310), fill="#202020")
    assert element_box(image, Point(400, 300)).right <= 430


@pytest.mark.parametrize("at", [(500, 350), (0, 0), (999, 699), (999, 0), (0, 699)])
@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_a_blank_place_is_a_small_square_within_the_picture(at: tuple[int, int], theme: tuple[str, str]) -> None:
    image, _ = desk(theme)
    x, y = at
    box = element_box(image, Point(x, y))
    assert box == Rect(max(0, x - LEAST), max(0, y - LEAST), min(1000, x + LEAST), min(700, y + LEAST))


@pytest.mark.parametrize("at", [(3, 3), (996, 3), (3, 696), (996, 696)])
def test_an_element_at_the_edge_ends_there(at: tuple[int, int]) -> None:
    image, draw = desk()
    x, y = at
    draw.rectangle((x - 30, y - 30, x + 30, y + 30), fill="#202020")
    box = element_box(image, Point(x, y))
    assert box.left >= 0
    assert box.top >= 0
    assert box.right <= 1000
    assert box.bottom <= 700
    assert is_around(image, at, (x - 30, y - 30, x + 31, y + 31))


def test_what_goes_on_is_cut_at_the_reach() -> None:
    image, draw = desk()
    for line in range(40):
        draw.text((0, line * 18), "all the words of a long page " * 6, fill="#202020", font=font())
    box = element_box(image, Point(500, 350))
    assert box == Rect(500 - REACH.x, 350 - REACH.y, 500 + REACH.x, 350 + REACH.y)


def test_a_photograph_is_all_ink_and_is_cut_too() -> None:
    noise = Image.effect_noise(SIZE, 90).convert("RGB")
    box = element_box(noise, Point(500, 350))
    assert box == Rect(500 - REACH.x, 350 - REACH.y, 500 + REACH.x, 350 + REACH.y)


def test_a_button_within_a_panel_is_the_button() -> None:
    image, draw = desk()
    draw.rectangle((100, 100, 900, 600), fill="#ffffff", outline="#202020")
    draw.rounded_rectangle((440, 330, 560, 370), 4, outline="#202020")
    draw.text((500, 350), "Apply", fill="#202020", font=font(), anchor="mm")
    assert is_around(image, (500, 350), (440, 330, 561, 371))


def test_a_picture_smaller_than_anything_is_taken_whole() -> None:
    assert element_box(Image.new("RGB", (3, 2), "white"), Point(1, 1)) == Rect(0, 0, 3, 2)
