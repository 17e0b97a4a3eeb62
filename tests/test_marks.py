"""What stands beside a label and is no letter, told by its shape."""

from __future__ import annotations

import numpy as np
import pytest

from agent.reading.marks import before_marks, without_mark
from agent.rect import Rect
from tests.apps.screens import CHINESE_FONTS, LATIN_FONTS, Picture, font

INK, PAPER, GREY, BLUE = (20, 20, 20), (245, 245, 245), (118, 118, 118), (0, 110, 250)
MARK = (20, 20, 32, 32)
LABEL = 40
"""Where the label after the mark begins."""


def draw(kind: str, picture: Picture) -> None:
    left, top, right, bottom = MARK
    if kind == "frame":
        picture.pen.rectangle(MARK, outline=INK)
    elif kind == "ticked":
        picture.pen.rectangle(MARK, fill=BLUE)
        picture.pen.line((23, 26, 25, 29, 29, 22), fill=PAPER, width=2)
    elif kind == "sunk":
        picture.pen.line((left, bottom, right, bottom, right, top), fill=GREY)
    elif kind == "radio":
        picture.pen.ellipse(MARK, outline=GREY)
    elif kind == "square":
        picture.pen.rectangle(MARK, fill=BLUE)


def cut(picture: Picture, right: int) -> Rect | None:
    ground = np.array(PAPER, np.int16)
    return without_mark(np.asarray(picture.image), Rect(17, 17, right, 36), ground)


@pytest.mark.parametrize("bordered", [False, True])
@pytest.mark.parametrize("kind", ["frame", "ticked", "sunk", "radio", "square"])
@pytest.mark.parametrize(("text", "path"), [("Medium", LATIN_FONTS[0]), ("否", CHINESE_FONTS[0])])
def test_a_mark_is_cut_from_its_label(kind: str, text: str, path: object, bordered: bool) -> None:
    picture = Picture.blank((220, 60), PAPER)
    draw(kind, picture)
    label = picture.write(text, (LABEL, 26), font(path, 14), INK, "lm")  # type: ignore[arg-type]
    right = label.box[2] + 3
    if bordered:
        picture.pen.rectangle((14, 15, right + 2, 38), outline=INK)
    line = cut(picture, right)
    assert line is not None
    assert MARK[2] < line.left <= label.box[0]
    assert (line.top, line.right, line.bottom) == (17, right, 36)


@pytest.mark.parametrize(("text", "path"), [
    ("O Brother", LATIN_FONTS[0]),
    ("D Drive", LATIN_FONTS[1]),
    ("Draft", LATIN_FONTS[1]),
    ("0 items", LATIN_FONTS[0]),
    ("口令", CHINESE_FONTS[0]),
    ("国家", CHINESE_FONTS[0]),
    ("已付款", CHINESE_FONTS[0]),
    ("日期", CHINESE_FONTS[0]),
])  # fmt: skip
@pytest.mark.parametrize("size", [12, 14, 17, 26])
def test_a_first_letter_is_no_mark(text: str, path: object, size: int) -> None:
    picture = Picture.blank((260, 60), PAPER)
    left, top, right, bottom = picture.write(text, (20, 26), font(path, size), INK, "lm").box  # type: ignore[arg-type]
    line = Rect(left - 2, top - 2, right + 2, bottom + 2)
    assert without_mark(np.asarray(picture.image), line, np.array(PAPER, np.int16)) == line


def test_a_coloured_square_is_no_text_and_a_thick_letter_is() -> None:
    picture = Picture.blank((80, 60), PAPER)
    draw("square", picture)
    assert cut(picture, 36) is None
    picture = Picture.blank((80, 60), PAPER)
    picture.write("N", (20, 26), font(LATIN_FONTS[1], 14), INK, "lm")
    assert cut(picture, 36) is not None


def test_a_frame_as_close_as_a_letter_is_one() -> None:
    picture = Picture.blank((120, 60), PAPER)
    draw("frame", picture)
    right = picture.write("M", (MARK[2] + 4, 26), font(LATIN_FONTS[0], 14), INK, "lm").box[2] + 3
    assert cut(picture, right) == Rect(17, 17, right, 36)


@pytest.mark.parametrize("gap", [9, 14])
def test_a_mark_between_labels_parts_them(gap: int) -> None:
    picture = Picture.blank((300, 60), PAPER)
    left = picture.write("Spell check", (20, 28), font(LATIN_FONTS[1], 14), INK, "lm").box
    box = (left[2] + gap, 20, left[2] + gap + 12, 32)
    picture.pen.rounded_rectangle(box, 2, outline=GREY)
    right = picture.write("Sound", (box[2] + 8, 28), font(LATIN_FONTS[1], 14), INK, "lm").box
    ground = np.array(PAPER, np.int16)
    first, second = before_marks(np.asarray(picture.image), Rect(18, 16, right[2] + 2, 38), ground)
    assert left[2] <= first.right <= box[0]
    assert first.right < second.left <= box[0]


@pytest.mark.parametrize(("text", "path"), [("A O B", LATIN_FONTS[0]), ("出 口 处", CHINESE_FONTS[0])])
def test_a_letter_between_letters_parts_nothing(text: str, path: object) -> None:
    picture = Picture.blank((220, 60), PAPER)
    label = picture.write(text, (20, 26), font(path, 14), INK, "lm")  # type: ignore[arg-type]
    line = Rect(17, 15, label.box[2] + 3, 38)
    assert before_marks(np.asarray(picture.image), line, np.array(PAPER, np.int16)) == [line]
