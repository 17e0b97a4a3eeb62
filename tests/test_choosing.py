"""What stands beside its label, rather than in a list that drops down, is chosen there."""

from __future__ import annotations

import pytest

from agent.offline.grammar import understand
from tests.apps.screens import Picture
from tests.offline_session import place
from tests.test_following import FONT, INK, PAPER, Given, after, end_of, given

__all__ = ["given"]


def delivery(chosen: str = "") -> Picture:
    """A label with radio buttons in its line, and one with chips."""
    picture = Picture.blank((800, 300), (238, 238, 238))
    picture.write("Delivery", (40, 67), FONT, INK, "lm")
    for i, name in enumerate(("Post", "Courier")):
        left = 200 + 150 * i
        picture.pen.ellipse((left, 60, left + 14, 74), fill=PAPER, outline=INK)
        if name == chosen:
            picture.pen.ellipse((left + 4, 64, left + 10, 70), fill=INK)
        picture.write(name, (left + 22, 67), FONT, INK, "lm")
    picture.write("Colour", (40, 167), FONT, INK, "lm")
    for i, name in enumerate(("Silver", "Gold")):
        face = (190, 210, 250) if name == chosen else (250, 250, 250)
        picture.button(name, (200 + 150 * i, 150), FONT, INK, face)
    return picture


@pytest.mark.parametrize(("task", "chosen"), [
    ("set Delivery to Courier", "Courier"), ("choose Courier for Delivery", "Courier"),
    ("select Post from Delivery", "Post"), ("choose Gold for Colour", "Gold"), ("从“Delivery”中选择“Post”", "Post"),
])  # fmt: skip
def test_what_stands_beside_its_label_is_chosen_there(given: Given, task: str, chosen: str) -> None:
    before, then = delivery(), delivery(chosen)
    session = given([before, then], *understand(task), task=task)
    assert end_of(session, after("left_click", then=then, before=before))[0] == "success"
    assert session.kinds == ["left_click", "terminate"]
    left = {"Post": 207, "Courier": 357}.get(chosen)
    assert left is None or place(before, session.actions[0])[0] == pytest.approx(left, abs=1)


def test_what_is_chosen_beside_its_label_stays_so(given: Given) -> None:
    for task in ("set Delivery to Post", "choose Post for Delivery"):
        picture = delivery("Post")
        session = given([picture], *understand(task), task=task)
        assert end_of(session, lambda *_, shown=picture: shown)[0] == "success"
        assert session.kinds == ["terminate"]


def test_nothing_is_clicked_to_set_a_label_to_what_only_stands_beside_it(given: Given) -> None:
    picture = delivery()
    session = given([picture], *understand("set Colour to Gold"))
    assert end_of(session, lambda *_: picture)[0] == "failure"
    assert "left_click" not in session.kinds
