"""A calculator's keys: of several equal signs that which stands among them."""

from __future__ import annotations

import numpy as np
import pytest

from agent.offline.instructions import Target
from agent.offline.keypads import on_keypad
from agent.offline.sight import Sight
from agent.offline.spot import Spot, spot_of
from agent.offline.unresolved import Unresolved
from agent.reading.labels import TextBox
from agent.reading.ocr import TextReader
from tests.apps.screens import LATIN_FONTS, Picture, font

ROWS = ("789÷", "456×", "123-", "0.=+")
FACE, INK = (250, 250, 250), (20, 20, 20)


def boxes(rows: tuple[str, ...] = ROWS, left: int = 40, top: int = 100) -> list[TextBox]:
    return [
        TextBox(key, left + 60 * column, top + 50 * row, 12, 16)
        for row, keys in enumerate(rows)
        for column, key in enumerate(keys)
    ]


def minus(*others: tuple[float, float], texts: list[TextBox]) -> list[Spot]:
    spots = [spot_of(box) for box in texts if box.text == "-"]
    return on_keypad([*spots, *(spot_of(TextBox("-", x, y, 12, 16)) for x, y in others)], texts)


def test_a_sign_on_the_grid_of_the_digits_is_the_key() -> None:
    for rows in (ROWS, ("123÷", "456×", "789-", "0.=+")):
        (found,) = minus((500, 10), (70, 10), texts=boxes(rows))
        assert found.center == (40 + 180 + 6, 100 + 100 + 8)


@pytest.mark.parametrize(
    "texts",
    [
        boxes(("789", "4 6-", "123")),  # no 5
        boxes(("798", "456-", "123")),  # other digits than on keys
        [*boxes(), *boxes(left=400)],  # two keypads
        [],
    ],
)
def test_without_one_keypad_none_is_chosen(texts: list[TextBox]) -> None:
    spots = [spot_of(TextBox("-", x, 10, 12, 16)) for x in (20, 220)]
    assert on_keypad(spots, texts) == spots


def test_two_signs_on_the_grid_are_two() -> None:
    assert len(minus((40 + 240, 100), (500, 10), texts=boxes())) == 3


def calculator(rows: tuple[str, ...] = ROWS) -> np.ndarray:
    """Keys under a title with a cross and a bar at its right, as windows have them."""
    picture = Picture.blank((420, 400), (240, 240, 240))
    for x, sign in ((340, "-"), (380, "×")):
        picture.pen.text((x, 20), sign, INK, font(LATIN_FONTS[0], 16), "mm")
    for box in boxes(rows):
        x, y = (round(value) for value in box.center)
        picture.pen.rectangle((x - 27, y - 22, x + 27, y + 22), FACE, (150, 150, 150))
        picture.pen.text((x, y), box.text, INK, font(LATIN_FONTS[0], 16), "mm")
    return np.asarray(picture.image)


class Screen(Sight):
    def __init__(self, pixels: np.ndarray) -> None:
        self._reader, self._older = TextReader(), ()
        self.__dict__["pixels"] = pixels


def test_the_key_is_found_beside_a_windows_buttons_which_else_are_twins() -> None:
    screen = Screen(calculator())
    for box in boxes():
        x, y = screen.locate(Target((box.text,))).center
        assert abs(x - box.center[0]) < 10, box.text
        assert abs(y - box.center[1]) < 12, box.text
    second = Screen(calculator()).locate(Target(("×",), ordinal=2))
    assert second.center == screen.locate(Target(("×",))).center
    with pytest.raises(Unresolved, match="2 times"):
        Screen(calculator(("789×",))).locate(Target(("×",)))
