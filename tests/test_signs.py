"""Signs on keys, which the detector of lines passes over: looked for where one is named and not read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from agent.reading.labels import TextBox, find
from agent.reading.ocr import TextReader
from agent.reading.signs import lone_signs, unread_signs
from tests.apps.screens import LATIN_FONTS, Picture, font

FACE, EDGE, INK = (250, 250, 250), (150, 150, 150), (20, 20, 20)


def keys(*signs: str, size: int = 11) -> Picture:
    """Keys of 56x70 in a row, the first at 20,20."""
    picture = Picture.blank((60 + 70 * len(signs), 120), (240, 240, 240))
    for at, sign in enumerate(signs):
        x = 20 + 70 * at
        picture.pen.rectangle((x, 20, x + 56, 90), outline=EDGE, fill=FACE)
        picture.pen.text((x + 28, 55), sign, INK, font(LATIN_FONTS[0], size), "mm")
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
    (square,) = lone_signs(pixels, [])
    assert square.right - square.left == square.bottom - square.top >= 16
    assert 20 < square.left < 48 < square.right < 76
    assert 20 < square.top < 55 < square.bottom < 90


def test_what_was_read_surely_or_not_looked_at_is_left_out_and_so_is_what_is_large() -> None:
    pixels = np.asarray(keys("=").image)
    box = TextBox("=", 40, 48, 16, 14, 0.99)
    assert lone_signs(pixels, [box]) == lone_signs(pixels, [replace(box, text="", score=0.0)]) == []
    assert len(lone_signs(pixels, [replace(box, text="二", score=0.5)])) == 1
    assert lone_signs(np.asarray(keys("=", size=90).image), []) == []
    assert lone_signs(np.asarray(keys("").image), []) == []


def test_only_signs_that_are_not_read_are_looked_for() -> None:
    """A window's own buttons look like a minus, a cross or a square."""
    texts = [TextBox("+", 10, 10, 9, 14), TextBox("7", 30, 10, 9, 14)]
    assert unread_signs(["=", "+", "7", "8", "OK", "×", "−", "-", "_", "乘"], texts) == ["="]
