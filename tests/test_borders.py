"""Where a line of text is cut: at what goes upright through it, and at no letter."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from agent.reading.borders import between_borders, is_crossed
from agent.rect import Rect
from tests.apps.screens import CHINESE_FONTS, LATIN_FONTS, Picture, font

INK, PAPER, FIELD = (20, 20, 20), (232, 234, 240), (252, 252, 252)


def parts(picture: Picture, line: Rect) -> list[tuple[int, int]]:
    return [(part.left, part.right) for part in between_borders(np.asarray(picture.image), line)]


@pytest.mark.parametrize("thick", [1, 2, 3])
def test_a_field_is_parted_from_its_label(thick: int) -> None:
    picture = Picture.blank((300, 60), PAPER)
    label = picture.write("Size", (20, 30), font(LATIN_FONTS[0], 15), INK, "lm").box
    edge = label[2] + 4
    picture.pen.rectangle((edge, 16, 280, 44), outline=(120, 120, 120), fill=FIELD, width=thick)
    value = picture.write("Euro", (edge + thick + 3, 30), font(LATIN_FONTS[0], 15), INK, "lm").box
    (left, end), (start, right) = parts(picture, Rect(18, 20, value[2] + 2, 40))
    assert (left, right) == (18, value[2] + 2)
    assert label[2] <= end <= edge
    assert edge + thick <= start <= value[0]


def test_a_field_is_parted_from_its_label_in_a_line_higher_than_itself() -> None:
    picture = Picture.blank((300, 60), PAPER)
    label = picture.write("Size", (20, 30), font(LATIN_FONTS[0], 15), INK, "lm").box
    edge = label[2] + 5
    picture.pen.rectangle((edge, 16, 280, 43), outline=(120, 60, 60), fill=FIELD)
    value = picture.write("Euro", (edge + 5, 30), font(LATIN_FONTS[0], 15), INK, "lm").box
    assert len(parts(picture, Rect(18, 14, value[2] + 2, 45))) == 2


def test_another_ground_is_parted() -> None:
    picture = Picture.blank((300, 60), PAPER)
    picture.pen.rectangle((100, 0, 300, 60), fill=(30, 60, 120))
    (_, end), (start, _) = parts(picture, Rect(20, 20, 200, 40))
    assert 98 <= end <= 100 <= start <= 102


def test_two_buttons_in_one_line_are_parted_within_their_borders() -> None:
    picture = Picture.blank((300, 80), PAPER)
    for left, name in ((20, "Log in"), (118, "Sign up")):
        picture.pen.rounded_rectangle((left, 20, left + 90, 54), 4, outline=(150, 60, 90))
        picture.write(name, (left + 45, 37), font(LATIN_FONTS[0], 16), INK, "mm")
    found = between_borders(np.asarray(picture.image), Rect(18, 18, 212, 57))
    holding = [part for part in found if part.right - part.left > 20]
    assert [(part.left // 10, part.right // 10) for part in holding] == [(2, 10), (12, 20)]
    assert all(part.top > 20 and part.bottom <= 54 for part in holding)


@pytest.mark.parametrize("size", [12, 15, 20, 30, 40])
@pytest.mark.parametrize(("text", "path"), [
    ("Illinois", LATIN_FONTS[0]),
    ("HILL", LATIN_FONTS[1]),
    ("回国目口", CHINESE_FONTS[0]),
    ("门川", CHINESE_FONTS[0]),
])  # fmt: skip
def test_no_letter_is_a_border(text: str, path: Path, size: int) -> None:
    picture = Picture.blank((400, 120), PAPER)
    left, top, right, bottom = picture.write(text, (30, 60), font(path, size), INK, "lm").box
    line = Rect(left - 1, top - 1, right + 1, bottom + 1)
    assert between_borders(np.asarray(picture.image), line) == [line]
    assert not is_crossed(np.asarray(picture.image), line)


def test_a_line_at_the_edge_of_the_picture() -> None:
    picture = Picture.blank((60, 20), PAPER)
    assert parts(picture, Rect(0, 0, 60, 20)) == [(0, 60)]


def test_an_underline_makes_no_field_of_a_letter() -> None:
    picture = Picture.blank((300, 60), PAPER)
    left, _, right, bottom = picture.write("联系博客", (20, 30), font(CHINESE_FONTS[0], 16), INK, "lm").box
    picture.pen.line((left, bottom + 1, right, bottom + 1), fill=INK)
    line = Rect(left - 1, bottom - 16, right + 1, bottom + 2)
    assert between_borders(np.asarray(picture.image), line) == [line]
