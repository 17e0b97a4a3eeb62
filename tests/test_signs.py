"""Signs on keys, which the detector of lines passes over: looked for where one is named and not read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from agent.reading.labels import TextBox, find
from agent.reading.ocr import TextReader
from agent.reading.signs import drawn_sign, drawn_signs, lone_signs, signs
from agent.rect import Rect
from tests.apps.screens import LATIN_FONTS, RGB, Picture, font

FACE, EDGE, INK = (250, 250, 250), (150, 150, 150), (20, 20, 20)


def keys(*signs: str, size: int = 11, path: Path = LATIN_FONTS[0], face: RGB = FACE, ink: RGB = INK) -> Picture:
    """Keys of 56x70 in a row, the first at 20,20."""
    picture = Picture.blank((60 + 70 * len(signs), 120), (240, 240, 240))
    for at, sign in enumerate(signs):
        x = 20 + 70 * at
        picture.pen.rectangle((x, 20, x + 56, 90), outline=EDGE, fill=face)
        picture.pen.text((x + 28, 55), sign, ink, font(path, size), "mm")
    return picture


def test_a_sign_that_is_passed_over_is_found_where_it_is_named() -> None:
    reader, pixels = TextReader(), np.asarray(keys("*", "7").image)
    assert find(["*"], reader.read(pixels)).boxes == ()
    (found,) = find(["*"], reader.read(pixels, ["*"])).boxes
    assert abs(found.center[0] - 48) < 4
    assert abs(found.center[1] - 55) < 6
    assert find(["="], reader.read(pixels, ["="])).boxes == ()


def test_two_of_them_are_two() -> None:
    reader = TextReader()
    assert len(find(["*"], reader.read(np.asarray(keys("*", "7", "*").image), ["*"])).boxes) == 2


@pytest.mark.parametrize("sign", ["=", "*", "+", "."])
def test_a_square_around_a_sign_has_nothing_else_in_it(sign: str) -> None:
    pixels = np.asarray(keys(sign).image)
    (square,) = lone_signs(pixels, [], [sign])
    assert square.right - square.left == square.bottom - square.top >= 16
    assert 20 < square.left < 48 < square.right < 76
    assert 20 < square.top < 55 < square.bottom < 90


def test_longer_texts_and_what_was_read_as_the_sign_are_left_out_and_so_is_what_is_large() -> None:
    pixels = np.asarray(keys("=").image)
    box = TextBox("=", 40, 48, 16, 14, 0.99)
    wide = replace(box, text="", width=60)
    assert lone_signs(pixels, [box], ["="]) == lone_signs(pixels, [replace(box, text="a=b")], ["="]) == []
    assert lone_signs(pixels, [wide], ["="]) == []
    for other in (replace(box, text="二", score=0.5), replace(box, text="", score=0.0), replace(box, text="二")):
        assert len(lone_signs(pixels, [other], ["="])) == 1
    assert lone_signs(np.asarray(keys("=", size=90).image), [], ["="]) == []
    assert lone_signs(np.asarray(keys("").image), [], ["="]) == []


def test_only_signs_are_looked_for() -> None:
    assert signs(["=", "7", "OK", "×", "−", "-", "乘", "."]) == ["=", "×", "−", "-", "."]


@pytest.mark.parametrize("size", [12, 14, 18, 24, 30])
@pytest.mark.parametrize("path", LATIN_FONTS)
def test_a_sign_is_told_by_its_shape_and_nothing_else_is(path: Path, size: int) -> None:
    """What is not told so is read; the wrong sign would be clicked."""
    for face, ink in ((FACE, INK), ((235, 130, 0), (255, 255, 255))):
        for text in (".-=+×÷±", "*%√C87/()i#<>^!?oO0"):
            found = told(text, keys(*text, size=size, path=path, face=face, ink=ink))
            assert all(sign in (None, own if own in ".-=+×÷±" else None) for own, sign in zip(text, found, strict=True))
            assert path != LATIN_FONTS[0] or text[0] != "." or found[:6] == [*".-=+×÷"]


def told(text: str, picture: Picture) -> list[str | None]:
    """What each key's sign is by its shape."""
    pixels = np.asarray(picture.image)
    squares = lone_signs(pixels, [], [])
    keys = [Rect(22 + 70 * at, 22, 75 + 70 * at, 89) for at in range(len(text))]
    return [next((drawn_sign(pixels, one) for one in squares if one.meets(key)), None) for key in keys]


def test_what_minimises_a_window_is_no_minus() -> None:
    for row in ("-×", "-×÷", "-+", "×-"):
        pixels = np.asarray(keys(*row, size=20).image)
        found = drawn_signs(pixels, lone_signs(pixels, [], []))
        assert [found[one] for one in sorted(found, key=lambda one: one.left)] == (["", "×"] if row == "-×" else [*row])


def test_of_two_signs_that_which_was_read_is_not_taken_for_the_only_one() -> None:
    """The detector finds one of the two; a cross on a key is read as a letter."""
    picture = keys("=", "7", "=")
    picture.pen.rectangle((161, 21, 215, 89), fill=FACE)
    picture.pen.text((188, 55), "=", INK, font(LATIN_FONTS[0], 36), "mm")
    pixels, reader = np.asarray(picture.image), TextReader()
    assert len(find(["="], reader.read(pixels)).boxes) == 1
    assert len(find(["="], reader.read(pixels, ["="])).boxes) == 2
    crosses = keys("×", "X", "×", size=26)
    found = find(["×"], TextReader().read(np.asarray(crosses.image), ["×"])).boxes
    assert sorted(round(box.center[0] / 70) for box in found) == [1, 3]
