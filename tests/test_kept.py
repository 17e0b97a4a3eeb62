"""What a program does to a typed text when the focus leaves its field, on drawn forms."""

from __future__ import annotations

import pytest

from agent.offline.instructions import TypeText
from tests.apps.screens import Picture
from tests.test_following import FONT, INK, NAME, Given, end_of, form, given, text  # noqa: F401 (a fixture)


def filled(name: str, city: str = "") -> Picture:
    picture = form(name)
    if city:
        picture.write(city, (216, 174), FONT, INK, "lm")
    return picture


@pytest.mark.parametrize(("hint", "kept", "status"), [
    ("", "Eva Brandt", "success"), ("", "EVA BRANDT", "success"), ("", "Brandt, Eva", "success"),
    ("", "Eva Br", "failure"), ("", "", "failure"), ("Whom", "Whom", "failure"),
])  # fmt: skip
def test_a_text_that_is_cut_or_taken_back_when_the_focus_leaves(
    given: Given, hint: str, kept: str, status: str  # noqa: F811
) -> None:  # fmt: skip
    empty, typed, left, both = filled(hint), filled("Eva Brandt"), filled(kept), filled(kept, "Bonn")
    left.pen.rectangle(left.boxes["City"], outline=(30, 90, 200), width=2)
    session = given([empty, typed, left, both], TypeText("Eva Brandt", NAME), TypeText("Bonn", text("City")))

    def world(step: int, _: object) -> Picture:
        typed_so_far = session.kinds.count("type")
        if typed_so_far == 1 and session.kinds[-1] != "type":
            return left
        return (empty, typed, both)[typed_so_far]

    end = end_of(session, world)
    assert end[0] == status, end
