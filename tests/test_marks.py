"""What stands beside a label and is no letter, told by its shape."""

from __future__ import annotations

import numpy as np
import pytest

from agent.reading.marks import before_marks, follows_mark, without_mark
from agent.reading.ocr import TextReader
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


@pytest.mark.parametrize("text", ["夜间模式", "时间设置", "回复图片"])
@pytest.mark.parametrize("size", [14, 28])
def test_what_is_inside_a_letter_parts_nothing(text: str, size: int) -> None:
    picture = Picture.blank((220, 80), PAPER)
    left, top, right, bottom = picture.write(text, (20, 40), font(CHINESE_FONTS[0], size), INK, "lm").box
    line = Rect(left - 2, top - 3, right + 2, bottom + 3)
    assert before_marks(np.asarray(picture.image), line, np.array(PAPER, np.int16)) == [line]


def test_a_box_with_a_mark_in_the_letters_colour_is_told_by_its_paper() -> None:
    """The clam theme's: two sides of its frame are the ground's, its cross is as black as the label."""
    picture = Picture.blank((220, 60), (217, 217, 217))
    picture.pen.rectangle((20, 20, 29, 29), fill=(255, 255, 255))
    picture.pen.line((22, 22, 27, 27), fill=INK, width=2)
    picture.pen.line((22, 27, 27, 22), fill=INK, width=2)
    label = picture.write("保留副本", (34, 25), font(CHINESE_FONTS[0], 15), INK, "lm").box
    line = without_mark(np.asarray(picture.image), Rect(17, 12, label[2] + 2, 38), np.array((217, 217, 217), np.int16))
    assert line is not None
    assert 29 < line.left <= label[0]


def test_dark_paper_on_a_dark_ground_is_a_mark() -> None:
    picture = Picture.blank((220, 60), (43, 43, 46))
    picture.pen.rectangle((20, 20, 31, 31), fill=(27, 27, 29))
    label = picture.write("Sound", (38, 26), font(LATIN_FONTS[0], 14), (232, 232, 232), "lm").box
    line = without_mark(np.asarray(picture.image), Rect(17, 15, label[2] + 2, 38), np.array((43, 43, 46), np.int16))
    assert line is not None
    assert 31 < line.left <= label[0]


@pytest.mark.parametrize("fill", [None, INK])
def test_a_diamond_is_a_mark(fill: tuple[int, int, int] | None) -> None:
    picture = Picture.blank((220, 60), PAPER)
    picture.pen.polygon(((20, 26), (26, 20), (32, 26), (26, 32)), fill=fill, outline=INK)
    right = picture.write("Weekly", (LABEL, 26), font(LATIN_FONTS[0], 14), INK, "lm").box[2] + 2
    line = cut(picture, right)
    assert line is not None
    assert line.left > 32


def test_a_focus_ring_of_dots_does_not_join_a_mark_to_its_label() -> None:
    picture = Picture.blank((220, 60), PAPER)
    picture.pen.ellipse((18, 20, 30, 32), outline=GREY)
    left, top, right, bottom = picture.write("Undo", (36, 26), font(LATIN_FONTS[0], 14), INK, "lm").box
    for y in range(top - 2, bottom + 3, 2):
        picture.pen.point((left - 3, y), fill=INK)
    line = cut(picture, right + 2)
    assert line is not None
    assert line.left > 30


def test_a_small_box_beside_large_letters_is_a_mark() -> None:
    picture = Picture.blank((260, 80), PAPER)
    picture.pen.rectangle((20, 35, 29, 44), outline=INK)
    left, top, right, bottom = picture.write("Notes", (40, 40), font(LATIN_FONTS[0], 32), INK, "lm").box
    line = Rect(17, top - 2, right + 2, bottom + 2)
    found = without_mark(np.asarray(picture.image), line, np.array(PAPER, np.int16))
    assert found is not None
    assert 29 < found.left <= left + 3  # the letter begins a little right of its box


@pytest.mark.parametrize("kind", ["frame", "ticked", "sunk", "radio", "square"])
def test_a_mark_before_a_line_is_seen(kind: str) -> None:
    picture = Picture.blank((220, 60), PAPER)
    draw(kind, picture)
    left, top, right, bottom = picture.write("Medium", (LABEL, 26), font(LATIN_FONTS[0], 14), INK, "lm").box
    line = Rect(left - 2, top - 2, right + 2, bottom + 2)
    assert follows_mark(np.asarray(picture.image), line, np.array(PAPER, np.int16))


@pytest.mark.parametrize("before", ["", "O", "Size"])
def test_a_word_before_a_line_is_no_mark(before: str) -> None:
    picture = Picture.blank((220, 60), PAPER)
    picture.write(before, (10, 26), font(LATIN_FONTS[0], 14), INK, "lm")
    left, top, right, bottom = picture.write("Medium", (52, 26), font(LATIN_FONTS[0], 14), INK, "lm").box
    line = Rect(left - 2, top - 2, right + 2, bottom + 2)
    assert not follows_mark(np.asarray(picture.image), line, np.array(PAPER, np.int16))


@pytest.mark.parametrize("word", ["Do", "Go", "To"])
def test_the_last_letter_of_the_word_before_is_no_mark(word: str) -> None:
    """A round "o" a space away from the next word looks like one; but it is closer to its own word."""
    path, picture = LATIN_FONTS[0].with_stem("DejaVuSansMono"), Picture.blank((400, 60), PAPER)
    face = font(path, 17)
    picture.pen.text((20, 20), f"{word} account", INK, face)
    left, right = (round(20 + face.getlength(text)) for text in (f"{word} ", f"{word} account"))
    line = Rect(left - 2, 22, right, 39)
    assert not follows_mark(np.asarray(picture.image), line, np.array(PAPER, np.int16))


def test_a_ring_in_a_colour_of_its_own_is_a_mark_three_columns_from_a_letter() -> None:
    picture = Picture.blank((400, 60), (255, 255, 255))
    x = 20
    for text in ("邮政快递", "顺丰快递"):
        picture.pen.ellipse((x, 22, x + 12, 34), outline=(118, 118, 118))
        x = picture.write(text, (x + 16, 28), font(CHINESE_FONTS[0], 14), (0, 0, 0), "lm").box[2] + 8
    texts = [text.text for text in TextReader().read(np.asarray(picture.image))]
    assert texts == ["邮政快递", "顺丰快递"]


@pytest.mark.parametrize("colour", [(190, 20, 30), (20, 90, 200), (120, 30, 40)])
@pytest.mark.parametrize("size", [13, 26])
def test_a_sign_in_a_strong_colour_before_gray_letters_is_a_mark(colour: tuple[int, int, int], size: int) -> None:
    """As the red cross of a button, 3 pixels before what it says."""
    picture = Picture.blank((320, 90), PAPER)
    cross = picture.write("X", (20, 40), font(LATIN_FONTS[1], size), colour, "lm").box
    left, top, right, bottom = picture.write("Cancel", (cross[2] + 4, 40), font(LATIN_FONTS[0], size), INK, "lm").box
    ground = np.array(PAPER, np.int16)
    found = without_mark(np.asarray(picture.image), Rect(cross[0] - 2, top - 3, right + 2, bottom + 3), ground)
    assert found is not None
    assert cross[2] <= found.left <= left
    picture.pen.rectangle((cross[0], cross[1], cross[2], cross[3]), fill=PAPER)
    picture.write("X", (20, 40), font(LATIN_FONTS[1], size), INK, "lm")
    line = Rect(cross[0] - 2, top - 3, right + 2, bottom + 3)
    assert without_mark(np.asarray(picture.image), line, ground) == line
