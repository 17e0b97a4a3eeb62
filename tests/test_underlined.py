"""Fields that are drawn by the line below them alone, on drawn screens; the readings are given."""

from __future__ import annotations

import numpy as np
import pytest

from agent.offline.instructions import Target, TypeText
from agent.offline.rectangles import Field
from agent.offline.underlined import is_underlined, underlined_field
from agent.rect import Rect
from tests.apps.screens import LATIN_FONTS, Picture, font
from tests.test_fields import boxes
from tests.test_following import Given, end_of, given  # noqa: F401 (a fixture)

FONT, SMALL = font(LATIN_FONTS[0], 16), font(LATIN_FONTS[0], 12)
INK, HINT, LINE, PAPER = (30, 30, 30), (150, 150, 150), (158, 158, 158), (255, 255, 255)

LONG = "Full name of each one of you, please"


def page(size: tuple[int, int] = (700, 400)) -> Picture:
    picture = Picture.blank(size, PAPER)
    picture.write("Your details", (40, 20), FONT, INK)
    return picture


def lined(picture: Picture, y: int, left: int = 40, right: int = 340, colour: tuple[int, int, int] = LINE) -> Picture:
    picture.pen.line((left, y, right, y), fill=colour)
    return picture


def hint(name: str = "Full name", ink: tuple[int, int, int] = HINT) -> Picture:
    picture = lined(page(), 112)
    picture.write(name, (40, 86), FONT, ink)
    return picture


def above(value: str = "Oslo", ink: tuple[int, int, int] = HINT) -> Picture:
    picture = lined(page(), 122)
    picture.write("City", (40, 76), SMALL, ink)
    if value:
        picture.write(value, (40, 98), FONT, INK)
    return picture


def beside(*, wall: bool = False) -> Picture:
    picture = lined(page(), 108, left=150)
    picture.write("Passport no.", (40, 90), FONT, INK)
    if wall:
        picture.pen.line((340, 80, 340, 108), fill=LINE)
    return picture


def found(picture: Picture, name: str) -> Field | None:
    texts = boxes(picture)
    label = next(box for box in texts if box.text == name)
    return underlined_field(np.asarray(picture.image), label, texts)


@pytest.mark.parametrize(("picture", "name", "left", "line"), [
    (hint(), "Full name", 40, 112), (above(), "City", 40, 122), (above(""), "City", 40, 122),
    (beside(), "Passport no.", 150, 108),
], ids=["a hint on it", "below its label", "empty, below its label", "behind its label"])  # fmt: skip
def test_what_stands_on_a_line_of_its_own_is_a_field(picture: Picture, name: str, left: int, line: int) -> None:
    field = found(picture, name)
    assert field is not None
    assert (field.left, field.right, field.bottom) == (left, 341, line)
    assert field.top < line - 12
    assert is_underlined(np.asarray(picture.image), Rect(field.left, field.top, field.right, field.bottom))


def heads() -> Picture:
    picture = lined(hint(), 112, right=600)
    picture.write("Email", (300, 86), FONT, HINT)
    return picture


@pytest.mark.parametrize(("picture", "name"), [
    (hint(ink=INK), "Full name"),  # a heading, or a row of a list
    (heads(), "Full name"), (beside(wall=True), "Passport no."), (hint(LONG), LONG),
], ids=["as plain as the rest", "with others on its line", "the side of a box", "no room behind it"])  # fmt: skip
def test_what_may_be_something_else_is_none(picture: Picture, name: str) -> None:
    assert found(picture, name) is None


def test_where_nothing_else_is_written_no_text_is_a_hint() -> None:
    picture = lined(Picture.blank((700, 400), PAPER), 112)
    picture.write("Full name", (40, 86), FONT, HINT)
    assert found(picture, "Full name") is None


def test_a_field_with_a_frame_is_no_underlined_one() -> None:
    picture = page()
    picture.field("City", (40, 80), FONT, INK, PAPER)
    left, top, right, bottom = picture.boxes["City"]
    assert not is_underlined(np.asarray(picture.image), Rect(left + 1, top + 1, right, bottom))


@pytest.mark.parametrize("caret", [True, False])
def test_there_nothing_is_typed_before_a_caret_is_seen(given: Given, caret: bool) -> None:  # noqa: F811
    before, after, typed = hint(), hint(), lined(page(), 112)
    after.pen.line((40, 112, 340, 112), fill=(25, 118, 210), width=2)
    if caret:
        after.pen.line((40, 84, 40, 104), fill=INK)
    typed.write("Ada", (40, 86), FONT, INK)
    session = given([before, after, typed], TypeText("Ada", Target(("Full name",)), over="never"))
    session.has_focus = False
    world = lambda step, _: before if step == 0 else typed if "type" in session.kinds else after  # noqa: E731
    status, why = end_of(session, world)
    assert ("type" in session.kinds, status) == ((True, "success") if caret else (False, "failure"))
    assert caret or "no caret came" in why
