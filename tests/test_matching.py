"""Whether two pictures look alike, and where one stands in another."""

from __future__ import annotations

import tracemalloc

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont

from agent.matching import MOST_PLACES, alike, difference, differs, find, is_flat
from agent.rect import Rect

FONTS = "/usr/share/fonts/truetype/dejavu/"
LIGHT = ("#ffffff", "#202020")
DARK = ("#2b2b2b", "#e0e0e0")


def font(size: int, name: str = "DejaVuSans.ttf") -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS + name, size)


def button(text: str, *, size: int = 13, theme: tuple[str, str] = LIGHT, width: int = 140) -> Image.Image:
    ground, ink = theme
    image = Image.new("RGB", (width, 40), ground)
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((4, 4, width - 5, 35), 4, outline=ink)
    draw.text((width // 2, 20), text, fill=ink, font=font(size), anchor="mm")
    return image


def moved(image: Image.Image, dx: int, dy: int) -> Image.Image:
    return ImageChops.offset(image, dx, dy)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_a_picture_is_like_itself(theme: tuple[str, str]) -> None:
    one = button("Save", theme=theme)
    assert differs(one, one.copy()) == 0
    assert alike(one, one.copy())


@pytest.mark.parametrize("by", [(1, 0), (0, 1), (-1, -1)])
def test_what_moved_by_one_pixel_looks_the_same(by: tuple[int, int]) -> None:
    one = button("Save")
    assert alike(one, moved(one, *by))


@pytest.mark.parametrize("by", [(3, 0), (0, 3)])
def test_what_moved_by_more_does_not(by: tuple[int, int]) -> None:
    one = button("Save")
    assert not alike(one, moved(one, *by))


@pytest.mark.parametrize(("was", "now"), [("Save", "Seal"), ("Delete", "Detail"), ("On", "Off"), ("Send", "Bend")])
@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_another_label_of_the_same_length_is_another_button(was: str, now: str, theme: tuple[str, str]) -> None:
    assert not alike(button(was, theme=theme), button(now, theme=theme))


LOOKALIKES = ("38", "35", "68", "89", "69", "56", "08", "ae", "co", "hn", "BR", "FP", "rn")


@pytest.mark.parametrize("size", [9, 11, 13, 16])
@pytest.mark.parametrize("theme", [LIGHT, DARK, ("#ffffff", "#777777")], ids=["light", "dark", "gray"])
@pytest.mark.parametrize("name", ["DejaVuSans.ttf", "DejaVuSerif.ttf", "DejaVuSansMono.ttf", "DejaVuSans-Bold.ttf"])
def test_one_other_letter_is_another_label_however_small(size: int, theme: tuple[str, str], name: str) -> None:
    def row(letter: str) -> Image.Image:
        image = Image.new("RGB", (300, 40), theme[0])
        ImageDraw.Draw(image).text((20, 12), f"Invoice 1{letter}4 of March", fill=theme[1], font=font(size, name))
        return image

    assert [pair for pair in LOOKALIKES if alike(row(pair[0]), row(pair[1]))] == []


def desktop(colour: str = "#2e7d32", label: str = "Alpha") -> Image.Image:
    image = screen(size=(1280, 1000))
    draw = ImageDraw.Draw(image)
    draw.ellipse((600, 400, 605, 405), fill=colour)
    draw.text((620, 395), label, fill="#202020", font=font(11))
    return image


def test_a_large_picture_hides_no_small_change() -> None:
    assert alike(desktop(), desktop())
    assert not alike(desktop(), desktop(colour="#c62828"))
    assert not alike(desktop(), desktop(label="Alpna"))
    assert not alike(desktop(), desktop(label="Beta"))


def test_scattered_faint_noise_is_no_difference() -> None:
    one = desktop()
    other = one.copy()
    for number in range(40):
        other.putpixel((13 + 29 * number, 500 + 7 * number), (200, 200, 200))
    assert alike(one, other)


def test_the_edge_of_a_picture_counts() -> None:
    one = button("Save")
    for edge in ((0, 0, 139, 2), (0, 37, 139, 39), (0, 0, 2, 39), (137, 0, 139, 39)):
        other = one.copy()
        ImageDraw.Draw(other).rectangle(edge, fill="black")
        assert not alike(one, other)


def test_pictures_of_different_sizes_are_never_alike() -> None:
    assert not alike(button("Save"), button("Save", width=141))


def test_a_caret_that_blinks_is_a_difference_until_it_is_left_out() -> None:
    one = button("Ada", width=200)
    other = one.copy()
    ImageDraw.Draw(other).line((120, 12, 120, 28), fill="black")
    assert not alike(one, other)
    assert alike(one, other, [Rect(112, 8, 128, 32)])


def test_the_difference_is_white_where_it_is_and_nowhere_else() -> None:
    one = button("Save", width=300)
    other = one.copy()
    ImageDraw.Draw(other).rectangle((20, 10, 29, 19), fill="red")
    assert difference(one, other).getbbox() == (20, 10, 30, 20)
    assert differs(one, other) == 100
    assert differs(one, other, [Rect(20, 10, 30, 15)]) == 50


def test_an_area_beyond_the_edge_may_be_left_out() -> None:
    one = button("Save")
    other = one.copy()
    ImageDraw.Draw(other).rectangle((0, 0, 9, 9), fill="red")
    assert alike(one, other, [Rect(-50, -50, 10, 10), Rect(1000, 1000, 2000, 2000)])


def test_a_faint_shade_is_no_difference() -> None:
    one, other = Image.new("RGB", (50, 50), (100, 100, 100)), Image.new("RGB", (50, 50), (131, 100, 100))
    assert alike(one, other)
    assert not alike(one, Image.new("RGB", (50, 50), (132, 100, 100)))


def screen(ground: str = "#f0f0f0", size: tuple[int, int] = (900, 700)) -> Image.Image:
    image = Image.new("RGB", size, ground)
    draw = ImageDraw.Draw(image)
    for row in range(8):
        draw.text((20, 20 + 30 * row), f"Message {row} from the outbox", fill="#202020", font=font(13))
    return image


def test_a_picture_is_found_where_it_is() -> None:
    needle, image = button("Save"), screen()
    image.paste(needle, (500, 610))
    assert find(needle, image) == [(500, 610)]


@pytest.mark.parametrize("at", [(0, 0), (760, 0), (0, 660), (760, 660)])
def test_a_picture_is_found_at_the_edges(at: tuple[int, int]) -> None:
    needle, image = button("Save", theme=DARK), Image.new("RGB", (900, 700), "#808080")
    image.paste(needle, at)
    assert find(needle, image) == [at]


def test_both_of_two_equal_pictures_are_found() -> None:
    needle, image = button("Save"), screen()
    image.paste(needle, (500, 100))
    image.paste(needle, (500, 590))  # across the border of two strips
    assert sorted(find(needle, image)) == [(500, 100), (500, 590)]


def test_twins_that_differ_by_a_letter_are_both_found() -> None:
    image = screen()
    image.paste(button("Row 8", size=11), (500, 100))
    image.paste(button("Row 3", size=11), (500, 300))
    assert find(button("Row 3", size=11), image) == [(500, 300), (500, 100)]


def test_of_very_many_equal_pictures_some_are_found() -> None:
    needle = button("x", width=40)
    image = Image.new("RGB", (1200, 600), "white")
    for place in range(450):
        image.paste(needle, (place % 30 * 40, place // 30 * 40))
    assert 2 <= len(find(needle, image)) <= MOST_PLACES


def test_a_gradient_that_is_like_itself_everywhere_is_searched_with_little_memory() -> None:
    across = Image.linear_gradient("L").rotate(90).resize((1280, 800)).convert("RGB")
    needle = across.crop((100, 100, 400, 300))
    tracemalloc.start()
    assert len(find(needle, across)) <= MOST_PLACES
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 90 * across.width * across.height


def test_the_same_button_with_another_label_is_not_found() -> None:
    image = screen()
    image.paste(button("Send"), (500, 100))
    assert find(button("Save"), image) == []


@pytest.mark.parametrize("size", [(901, 10), (10, 701), (901, 701)])
def test_what_is_larger_than_the_picture_is_not_found_in_it(size: tuple[int, int]) -> None:
    needle = Image.new("RGB", size, "white")
    ImageDraw.Draw(needle).line((0, 0, *size), fill="black")
    assert find(needle, screen()) == []


def test_a_picture_of_the_very_size_is_found() -> None:
    assert find(screen(), screen()) == [(0, 0)]


def test_a_flat_picture_could_be_anywhere_and_is_not_found() -> None:
    assert find(Image.new("RGB", (40, 40), "#f0f0f0"), screen()) == []


def test_flat_is_what_shows_nothing() -> None:
    assert is_flat(Image.new("RGB", (40, 40), "#f0f0f0"))
    assert not is_flat(button("Save"))
