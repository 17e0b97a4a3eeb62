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


LILAC, VIOLET = (229, 216, 253), (98, 0, 238)


def segments(
    title: str = "Cabin", chosen: tuple[str, ...] = ("Economy",), names: tuple[str, ...] = ("Economy", "Club", "First"),
    gap: int = 0, above: bool = False,
) -> Picture:  # fmt: skip
    """Options in a button of several parts, or with a gap between them in chips."""
    picture = Picture.blank((800, 300), (255, 255, 255))
    picture.write(title, (40, 36 if above else 67), FONT, INK, "lm")
    x = 40 if above else 200
    for name in names:
        box = (x, 52, x + 90, 82)
        face = (LILAC if gap == 0 else VIOLET) if name in chosen else (255, 255, 255)
        picture.pen.rounded_rectangle(box, 14 if gap else 0, fill=face, outline=(153, 153, 153))
        picture.write(name, (x + 45, 67), FONT, PAPER if face == VIOLET else INK, "mm")
        x += 90 + gap
    return picture


@pytest.mark.parametrize("gap", [0, 9])
@pytest.mark.parametrize("above", [False, True])
@pytest.mark.parametrize("task", ["set Cabin to First", "choose First for Cabin", "把Cabin改成“First”"])
def test_of_segments_and_chips_the_one_with_another_ground_is_chosen(
    given: Given, task: str, above: bool, gap: int
) -> None:
    before, then = segments(gap=gap, above=above), segments(chosen=("First",), gap=gap, above=above)
    session = given([before, then], *understand(task), task=task)
    assert end_of(session, after("left_click", then=then, before=before))[0] == "success"
    assert session.kinds == ["left_click", "terminate"]
    left = (40 if above else 200) + 2 * (90 + gap)
    assert place(before, session.actions[0]) == pytest.approx((left + 45, 67), abs=2)
    session = given([then], *understand(task), task=task)
    assert end_of(session, lambda *_: then)[0] == "success"
    assert session.kinds == ["terminate"]


@pytest.mark.parametrize("chosen", [("Economy",), ("Economy", "First")])
def test_a_segment_that_is_not_the_one_that_is_chosen_then_was_not_set(given: Given, chosen: tuple[str, ...]) -> None:
    """Not even where something changed: it may be one of several that are on."""
    before, then = segments(), segments(chosen=chosen)
    then.pen.rectangle((600, 200, 700, 250), fill=INK)
    session = given([before, then], *understand("set Cabin to First"))
    status, why = end_of(session, after("left_click", then=then, before=before))
    assert (status, why) == ("failure", '"First" was clicked, but is not chosen')
    assert session.kinds.count("left_click") == 1


@pytest.mark.parametrize("picture", [
    segments(chosen=()), segments(chosen=("Economy", "Club")), segments(names=("First", "Club")),
    segments(names=("First", "Club"), chosen=("Club",), gap=9), segments(title="Cabinet"),
    segments(names=("Economy", "Club", "First class")),
])  # fmt: skip
def test_what_is_not_plainly_one_of_several_options_is_not_clicked(given: Given, picture: Picture) -> None:
    session = given([picture], *understand("set Cabin to First"))
    assert end_of(session, lambda *_: picture)[0] == "failure"
    assert "left_click" not in session.kinds


def test_buttons_far_right_of_a_heading_are_no_options_of_it(given: Given) -> None:
    picture = segments(title="")
    picture.write("Cabin", (20, 67), FONT, INK, "lm")
    near = given([picture], *understand("set Cabin to First"))
    near.ask(picture.encoded())
    assert near.kinds == ["left_click"]
    far = Picture.blank((1200, 300), (255, 255, 255))
    far.image.paste(picture.image.crop((190, 0, 800, 300)), (590, 0))
    far.labels += [type(one)(one.text, (one.box[0] + 400, *one.box[1:2], one.box[2] + 400, one.box[3]))
                   for one in picture.labels if one.text not in ("", "Cabin")]  # fmt: skip
    far.write("Cabin", (20, 67), FONT, INK, "lm")
    session = given([far], *understand("set Cabin to First"))
    assert end_of(session, lambda *_: far)[0] == "failure"
    assert "left_click" not in session.kinds


def groups(meal: str = "None", delivery: str = "Post", row: bool = False) -> Picture:
    """Two groups of radio buttons below their titles, side by side."""
    picture = Picture.blank((800, 300), (238, 238, 238))
    for x, title, chosen, names in (
        (40, "Meal", meal, ("None", "Soup")), (400, "Delivery", delivery, ("Post", "Courier", "None"))
    ):  # fmt: skip
        picture.write(title, (x, 40), FONT, INK, "lm")
        for i, name in enumerate(names):
            left, y = (x + 110 * i, 68) if row else (x, 68 + 26 * i)
            picture.pen.ellipse((left, y - 7, left + 14, y + 7), fill=PAPER, outline=INK)
            if name == chosen:
                picture.pen.ellipse((left + 4, y - 3, left + 10, y + 3), fill=INK)
            picture.write(name, (left + 22, y), FONT, INK, "lm")
    return picture


@pytest.mark.parametrize("row", [False, True])
def test_of_radio_buttons_below_two_titles_the_title_tells_which(given: Given, row: bool) -> None:
    before, then = groups(row=row), groups(delivery="None", row=row)
    session = given([before, then], *understand("set Delivery to None"))
    assert end_of(session, after("left_click", then=then, before=before))[0] == "success"
    assert session.kinds == ["left_click", "terminate"]
    assert place(before, session.actions[0]) == pytest.approx((627, 68) if row else (407, 120), abs=2)
    session = given([before], *understand("set Meal to None"))
    assert end_of(session, lambda *_: before)[0] == "success"
    assert session.kinds == ["terminate"]
    for task in ("set Meal to Courier", "set Delivery to Soup"):
        session = given([before], *understand(task))
        assert end_of(session, lambda *_: before)[0] == "failure"
        assert "left_click" not in session.kinds


def listed(chosen: str) -> Picture:
    """Two titles, each with a column of radio buttons on its right; the second's buttons were read as letters."""
    picture = Picture.blank((600, 300), (238, 238, 238))
    for top, title, names in ((40, "Pay", ("Bank", "Cash", "None")), (130, "Bonus", ("Small", "None"))):
        picture.write(title, (40, top), FONT, INK, "lm")
        for i, name in enumerate(names):
            y = top + 26 * i
            picture.pen.ellipse((150, y - 7, 164, y + 7), fill=PAPER, outline=INK)
            if f"{title} {name}" == chosen:
                picture.pen.ellipse((154, y - 3, 160, y + 3), fill=INK)
            if title == "Bonus":
                picture.labels.append(type(picture.labels[0])("O", (150, y - 7, 164, y + 7)))
            picture.write(name, (172, y), FONT, INK, "lm")
    return picture


@pytest.mark.parametrize(("task", "y"), [
    ("set Pay to Cash", 66), ("set Pay to None", 92), ("set Bonus to None", 156), ("set Pay to Small", None),
])  # fmt: skip
def test_a_column_of_radio_buttons_right_of_its_title_ends_where_the_next_begins(
    given: Given, task: str, y: int | None
) -> None:
    words = task.split()
    before, then = listed("Pay Bank"), listed(f"{words[1]} {words[3]}")
    session = given([before, then], *understand(task))
    status, _ = end_of(session, after("left_click", then=then, before=before))
    assert status == ("failure" if y is None else "success")
    assert "left_click" not in session.kinds if y is None else session.kinds == ["left_click", "terminate"]
    assert y is None or place(before, session.actions[0]) == pytest.approx((157, y), abs=2)


def shaded(chosen: str) -> Picture:
    """Segments that get darker downwards, hardly parted from each other."""
    picture = Picture.blank((800, 300), (255, 255, 255))
    picture.write("View", (40, 67), FONT, INK, "lm")
    for i, name in enumerate(("Day", "Week", "Month")):
        x = 100 + 90 * i
        for y in range(52, 83):
            value = 214 if name == chosen else 245 - (y - 52) // 4
            picture.pen.line((x, y, x + 88, y), (value,) * 3)
        picture.pen.line((x + 89, 52, x + 89, 82), (205,) * 3 if name == chosen else (234,) * 3)
        picture.write(name, (x + 44, 67), FONT, INK, "mm")
    picture.pen.rectangle((99, 51, 369, 83), outline=(205, 199, 194))
    return picture


def test_segments_that_are_shaded_downwards(given: Given) -> None:
    before, then = shaded("Day"), shaded("Month")
    session = given([before, then], *understand("set View to Month"))
    assert end_of(session, after("left_click", then=then, before=before))[0] == "success"
    assert place(before, session.actions[0]) == pytest.approx((324, 67), abs=2)


def test_the_label_of_a_checkbox_is_no_title_of_the_buttons_below_it(given: Given) -> None:
    picture = segments(above=True, gap=9)
    picture.pen.rectangle((18, 30, 31, 43), fill=PAPER, outline=INK)
    session = given([picture], *understand("set Cabin to First"))
    assert end_of(session, lambda *_: picture)[0] == "failure"
    assert "left_click" not in session.kinds


def test_an_option_is_no_title_of_what_is_below_it(given: Given) -> None:
    picture = groups(row=True)
    for x, name in ((40, "Red"), (150, "Blue")):
        picture.pen.ellipse((x, 93, x + 14, 107), fill=PAPER, outline=INK)
        picture.write(name, (x + 22, 100), FONT, INK, "lm")
    session = given([picture], *understand("set None to Blue"))
    assert end_of(session, lambda *_: picture)[0] == "failure"
    assert "left_click" not in session.kinds


def test_a_radio_button_that_does_not_come_on_was_not_set(given: Given) -> None:
    before, then = delivery("Post"), delivery("Post")
    then.pen.rectangle((600, 200, 700, 250), fill=INK)
    session = given([before, then], *understand("set Delivery to Courier"))
    status, why = end_of(session, after("left_click", then=then, before=before))
    assert (status, why) == ("failure", '"Courier" was clicked, but is not chosen')


def light(chosen: str) -> Picture:
    return segments("Light", (chosen,), ("Low", "High", "Off"))


def test_the_word_for_a_state_may_be_one_of_the_options(given: Given) -> None:
    before, then = light("Low"), light("Off")
    session = given([before, then], *understand("set Light to Off"))
    assert end_of(session, after("left_click", then=then, before=before))[0] == "success"
    assert session.kinds == ["left_click", "terminate"]
    session = given([before], *understand("make sure Light is off"))
    assert end_of(session, lambda *_: before)[0] == "failure"
    assert "left_click" not in session.kinds


@pytest.mark.parametrize("task", ['make sure "Courier" is selected', "make sure Courier is checked"])
def test_a_radio_button_is_made_sure_of(given: Given, task: str) -> None:
    before, then = delivery("Post"), delivery("Courier")
    session = given([before, then], *understand(task))
    assert end_of(session, after("left_click", then=then, before=before))[0] == "success"
    assert session.kinds == ["left_click", "wait", "terminate"]
    session = given([then], *understand(task))
    assert end_of(session, lambda *_: then)[0] == "success"
    assert session.kinds == ["terminate"]
