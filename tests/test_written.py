"""What is read in a field behind which a caret stands, or something proposed that is marked."""

from __future__ import annotations

import numpy as np
import pytest

from agent.offline.written import is_alone, is_marked, without_caret
from agent.reading.labels import TextBox
from tests.apps.screens import CHINESE_FONTS, LATIN_FONTS, Picture, font

INK, PAPER, BLUE = (20, 20, 20), (255, 255, 255), (53, 132, 228)


def field(text: str, *, size: int = 15, caret: bool = False, marked: str = "", face: object = None) -> Picture:
    """A text in a frame, whose last letters may be marked, with a caret behind it or none."""
    picture = Picture.blank((400, 60), PAPER)
    picture.pen.rectangle((10, 14, 380, 14 + 2 * size), outline=(120, 120, 120))
    written = face or font(LATIN_FONTS[0], size)
    label = picture.write(text, (20, 14 + size), written, INK, "lm")
    middle, right = 14 + size, label.box[2]
    if marked:
        picture.pen.rectangle((right + 1, middle - size * 0.7, right + 8 * len(marked), middle + size * 0.6), fill=BLUE)
        picture.write(marked, (right + 1, middle), written, PAPER, "lm")
    if caret:
        picture.pen.line((right + 1, middle - size * 0.7, right + 1, middle + size * 0.6), fill=INK)
    return picture


def box(picture: Picture, text: str, more: float = 4, score: float = 1.0) -> TextBox:
    left, top, right, bottom = picture.labels[0].box
    return TextBox(text, left - 3, top - 5, right - left + 3 + more, bottom - top + 10, score)


@pytest.mark.parametrize("face", LATIN_FONTS[:3])
@pytest.mark.parametrize(("typed", "read"), [("Tue", "Tuel"), ("14.04.2025", "14.04.2025|"), ("Gipfel", "Gipfell")])
def test_a_caret_behind_a_text_is_no_letter(face: object, typed: str, read: str) -> None:
    picture = field(typed, caret=True, face=font(face, 15))  # type: ignore[arg-type]
    assert without_caret(box(picture, read), typed, np.asarray(picture.image)).text == typed


def test_a_caret_behind_chinese_is_no_letter() -> None:
    picture = field("合并", caret=True, face=font(CHINESE_FONTS[0], 15))
    assert without_caret(box(picture, "合并丨"), "合并", np.asarray(picture.image)).text == "合并"


@pytest.mark.parametrize(("typed", "shown"), [("Tue", "Tuel"), ("Hote", "Hotel"), ("Tuel", "Tuel"), ("5", "51")])
def test_a_letter_like_a_caret_stays(typed: str, shown: str) -> None:
    picture = field(shown)
    assert without_caret(box(picture, shown), typed, np.asarray(picture.image)).text == shown


def test_what_a_program_proposes_behind_what_was_typed_is_seen() -> None:
    for size in (15, 30):
        proposed, plain = field("Be", marked="rgen", size=size), field("Bergen", size=size, caret=True)
        assert is_marked(box(proposed, "Be", more=40), np.asarray(proposed.image))
        assert not is_marked(box(plain, "Bergen"), np.asarray(plain.image))


@pytest.mark.parametrize("text", ["Bergen", "Be", "B", "E5", "ill", "W", "Großstadt (2)", "[x] || {y}"])
def test_letters_are_not_taken_for_marked(text: str) -> None:
    picture = field(text)
    assert not is_marked(box(picture, text), np.asarray(picture.image))


def test_a_letter_that_was_read_unsurely_is_no_letter_more() -> None:
    assert not is_alone("Be", [TextBox("Ber", 10, 0, 50, 20, 0.9)], 400)
    assert is_alone("Be", [TextBox("Re", 10, 0, 50, 20, 0.9)], 400)


@pytest.mark.parametrize(
    ("typed", "read", "whole"),
    [
        ("bill", "bil", True),
        ("hello", "helo", True),
        ("bil", "bill", False),
        ("bell", "be", False),
        ("1001", "101", False),
    ],
)
def test_of_a_double_letter_one_may_be_read(typed: str, read: str, whole: bool) -> None:
    assert is_alone(typed, [TextBox(read, 10, 0, 30, 20, 0.988)], 400) is whole


@pytest.mark.parametrize(("seen", "right", "is_all"), [
    ("9876", 74, False), ("9876", 60, True), ("98765", 74, True), ("8765", 74, True), ("98 765", 74, True),
])  # fmt: skip
def test_what_is_cut_off_before_the_field_s_end(seen: str, right: float, is_all: bool) -> None:
    """Where there is room for a letter more the field has dropped it; else it may have moved on."""
    assert is_alone("98765", [TextBox(seen, 10, 0, 36, 20)], right) is is_all
