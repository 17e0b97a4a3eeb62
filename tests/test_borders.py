"""Where a line of text is cut: at what goes upright through it, and at no letter."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from agent.reading.borders import between_borders, is_crossed, up_to_border, without_frame
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


def test_a_field_that_the_picture_cuts_off_is_parted_from_its_label() -> None:
    """A block around a text holds no more of a long border than its end."""
    picture = Picture.blank((300, 60), PAPER)
    label = picture.write("Medium", (20, 30), font(LATIN_FONTS[0], 19), INK, "lm").box
    edge = label[2] + 6
    picture.pen.rectangle((edge, 21, 280, 42), outline=(120, 60, 60), fill=FIELD)
    picture = Picture(picture.image.crop((0, 0, edge + 26, 60)))
    assert len(parts(picture, Rect(label[0] - 2, 16, edge + 12, 45))) == 2


@pytest.mark.parametrize("before", [20, 60])
def test_the_stem_of_a_selected_letter_is_no_side(before: int) -> None:
    """The borders of what is selected run close above and below it, to both sides, up to the next letter's foot."""
    picture = Picture.blank((300, 60), PAPER)
    picture.pen.rectangle((before, 20, 180, 38), fill=(20, 90, 210))
    picture.pen.rectangle((110, 22, 111, 36), fill=(255, 255, 255))
    picture.pen.line((119, 38, 124, 20), fill=(255, 255, 255))
    assert len(parts(picture, Rect(before + 1, 20, 178, 38))) == 1


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


def titled(text: str, open_corner: bool) -> tuple[Picture, Rect, tuple[int, int, int, int]]:
    """A frame with its title in its upper border; the line that a detector gives, and where the title is."""
    picture = Picture.blank((300, 120), PAPER)
    label = picture.write(text, (32, 30), font(LATIN_FONTS[0], 15), INK, "lm").box
    edge, gap = (90, 90, 90), 2 if open_corner else 0
    for start, end in ((20 + gap, label[0] - 3), (label[2] + 2, 180 - gap)):
        picture.pen.line((start, 30, end, 30), fill=edge)
    picture.pen.line((20, 30, 20, 110), fill=edge)
    picture.pen.line((180, 30, 180, 110), fill=edge)
    return picture, Rect(20, label[1] - 3, 182, label[3] + 3), label


@pytest.mark.parametrize("open_corner", [False, True])
def test_a_title_is_cut_from_its_frame(open_corner: bool) -> None:
    picture, line, label = titled("Billing", open_corner)
    found = without_frame(np.asarray(picture.image), line, np.array(PAPER, np.int16))
    assert label[0] - 4 <= found.left <= label[0]
    assert label[2] <= found.right <= label[2] + 3
    assert (found.top, found.bottom) == (line.top, line.bottom)


@pytest.mark.parametrize("text", ["- item", "-5", "_name_", "Total -", "— Note —"])
def test_a_dash_is_no_border(text: str) -> None:
    picture = Picture.blank((300, 60), PAPER)
    left, top, right, bottom = picture.write(text, (30, 30), font(LATIN_FONTS[0], 15), INK, "lm").box
    line = Rect(left - 1, top - 2, right + 1, bottom + 2)
    assert without_frame(np.asarray(picture.image), line, np.array(PAPER, np.int16)) == line


def test_the_sign_of_a_number_in_a_field_is_no_border() -> None:
    picture = Picture.blank((300, 60), PAPER)
    picture.pen.rectangle((20, 14, 120, 46), outline=INK)
    right = picture.write("-5", (24, 30), font(LATIN_FONTS[0], 18), INK, "lm").box[2] + 2
    line = Rect(20, 18, right, 42)
    assert without_frame(np.asarray(picture.image), line, np.array(PAPER, np.int16)) == line


def test_a_line_is_shown_up_to_a_field_or_the_border_beside_it() -> None:
    picture = Picture.blank((300, 60), PAPER)
    left, top, right, bottom = picture.write("Last name", (30, 30), font(LATIN_FONTS[0], 15), INK, "lm").box
    line = Rect(left - 1, top, right + 1, bottom)
    air = up_to_border(np.asarray(picture.image), line, 3)
    assert air == Rect(line.left - 3, line.top - 3, line.right + 3, line.bottom + 3)
    picture.pen.rectangle((right + 2, 16, 280, 44), outline=(120, 120, 120), fill=FIELD)
    picture.pen.line((5, 30, left - 3, 30), fill=(120, 120, 120))
    shown = up_to_border(np.asarray(picture.image), line, 3)
    assert (shown.left, shown.right) == (left - 2, right + 2)
