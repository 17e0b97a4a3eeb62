"""What a title heads: a frame or the part of a page below it, and never a mere text of a list."""

from __future__ import annotations

import numpy as np
import pytest

from agent.offline.instructions import Relation, Target
from agent.offline.pointing import Unresolved, locate
from agent.reading.labels import TextBox
from tests.apps.screens import LATIN_FONTS, RGB, Picture, font
from tests.test_fields import boxes

GROUND, INK, LINE = (236, 236, 240), (0, 0, 0), (120, 120, 130)
TITLES = ("Sender", "Recipient")


def sheet() -> Picture:
    return Picture.blank((700, 520), GROUND)


def fields(picture: Picture, x: int, y: int, names: tuple[str, ...], size: int = 15) -> None:
    """Labels with their fields, one below the other."""
    for i, name in enumerate(names):
        row = y + 40 * i
        picture.write(name, (x, row), font(LATIN_FONTS[0], size), INK, "lm")
        picture.pen.rectangle((x + 110, row - 13, x + 330, row + 13), (255, 255, 255), LINE)


def framed(*, title: str, names: tuple[tuple[str, ...], ...] = (("City", "Street"),) * 2, size: int = 15) -> Picture:
    """Two frames, with titles "in" their borders, "above" them or "inside"."""
    picture = sheet()
    for i, (text, inside) in enumerate(zip(TITLES, names, strict=True)):
        top = 60 + 220 * i
        picture.pen.rectangle((40, top, 440, top + 170), GROUND, LINE)
        y = {"in": top, "above": top - 16, "inside": top + 24}[title]
        if title == "in":
            picture.pen.rectangle((56, top - 4, 58 + 11 * len(text), top + 4), GROUND)
        picture.write(text, (60, y), font(LATIN_FONTS[0], size), INK, "lm")
        fields(picture, 84, top + 64, inside)
    return picture


def place(picture: Picture, label: str, title: str, relation: Relation = "in") -> tuple[float, float]:
    target = Target((label,), "field", relation=relation, anchor=Target((title,)))
    return locate(target, np.asarray(picture.image), boxes(picture)).point


@pytest.mark.parametrize("relation", ["in", "below"])
@pytest.mark.parametrize(("title", "size"), [("in", 15), ("above", 15), ("inside", 30)])
def test_the_frame_with_that_title_is_meant(title: str, size: int, relation: Relation) -> None:
    picture = framed(title=title, size=size)
    assert place(picture, "City", "Sender", relation) == pytest.approx((304, 124), abs=2)
    assert place(picture, "City", "Recipient", relation) == pytest.approx((304, 344), abs=2)


def test_where_the_field_of_a_nearer_label_is_not_found_another_is_not_meant() -> None:
    picture = sheet()
    for y, title in ((40, "Recipient"), (200, "Sender")):
        picture.write(title, (60, y), font(LATIN_FONTS[0], 36), INK, "lm")  # wide enough to stand above the field
        fields(picture, 84, y + 60, ("City",))
    assert place(picture, "City", "Recipient", "below") == pytest.approx((304, 100), abs=2)
    picture.pen.rectangle((190, 80, 430, 120), GROUND)  # the first field; its label stays
    with pytest.raises(Unresolved, match="not there"):
        place(picture, "City", "Recipient", "below")


@pytest.mark.parametrize(("title", "size"), [("in", 15), ("above", 15), ("inside", 30)])
def test_what_is_only_in_another_frame_is_refused(title: str, size: int) -> None:
    picture = framed(title=title, names=(("Street",), ("City",)), size=size)
    with pytest.raises(Unresolved, match="not there"):
        place(picture, "City", "Sender")


def test_a_border_that_was_read_with_its_title() -> None:
    picture = framed(title="in")
    pixels = np.asarray(picture.image)
    read = [
        TextBox("Sender —", one.left, one.top, one.width + 12, one.height) if one.text == "Sender" else one
        for one in boxes(picture)
    ]
    target = Target(("City",), "field", relation="in", anchor=Target(("Sender",)))
    assert locate(target, pixels, read).point[1] < 200
    with pytest.raises(Unresolved, match="no text"):
        locate(Target(("Sender",)), pixels, read)


def test_a_frame_whose_title_stands_in_its_corner() -> None:
    """As in GTK 3: the upper border begins behind the title, the left one below it."""
    picture = sheet()
    for i, title in enumerate(TITLES):
        left, top = 40 + 330 * i, 60
        picture.pen.rectangle((left, top, left + 310, top + 150), GROUND, LINE)
        picture.pen.rectangle((left - 2, top - 10, left + 4 + 10 * len(title), top + 10), GROUND)
        picture.write(title, (left + 1, top), font(LATIN_FONTS[0], 15), INK, "lm")
        picture.write("City", (left + 14, top + 50), font(LATIN_FONTS[0], 15), INK, "lm")
        picture.pen.rectangle((left + 100, top + 37, left + 290, top + 63), (255, 255, 255), LINE)
    for i, title in enumerate(TITLES):
        assert place(picture, "City", title)[0] == pytest.approx(40 + 330 * i + 195, abs=6)


def headed(*, size: int, names: tuple[tuple[str, ...], ...] = (("City", "Street"),) * 2) -> Picture:
    """Two headings of that size, each with fields below it, and no frame."""
    picture = sheet()
    for i, (text, below) in enumerate(zip(TITLES, names, strict=True)):
        picture.write(text, (60, 60 + 180 * i), font(LATIN_FONTS[0], size), INK, "lm")
        fields(picture, 60, 108 + 180 * i, below)
    return picture


def test_a_heading_heads_what_stands_up_to_the_next() -> None:
    picture = headed(size=32)
    assert place(picture, "City", "Sender") == pytest.approx((280, 108), abs=2)
    assert place(picture, "City", "Recipient") == pytest.approx((280, 288), abs=2)
    with pytest.raises(Unresolved, match="not there"):
        place(headed(size=32, names=(("Street",), ("City",))), "City", "Sender")


@pytest.mark.parametrize("size", [13, 15, 17])
def test_a_text_no_larger_than_others_heads_nothing(size: int) -> None:
    with pytest.raises(Unresolved, match="not there"):
        place(headed(size=size), "City", "Sender")


def people(shift: int, colour: RGB = (220, 220, 226)) -> Picture:
    """Names, one a row, each with a button that stands so much lower."""
    picture = sheet()
    for i, name in enumerate(("Alice", "Bob", "Carol")):
        y = 80 + 44 * i
        picture.write(name, (60, y), font(LATIN_FONTS[0], 15), INK, "lm")
        picture.pen.rectangle((200, y + shift - 14, 280, y + shift + 14), colour, LINE)
        picture.write("Edit", (240, y + shift), font(LATIN_FONTS[0], 15), INK, "mm")
    return picture


@pytest.mark.parametrize("relation", ["in", "next to", "right of"])
def test_a_button_that_stands_a_little_lower_is_still_in_the_row(relation: Relation) -> None:
    picture = people(8)
    target = Target(("Edit",), "button", relation=relation, anchor=Target(("Bob",)))
    assert locate(target, np.asarray(picture.image), boxes(picture)).point == pytest.approx((240, 132), abs=3)


@pytest.mark.parametrize("shift", [16, 22, 28])
def test_a_button_between_two_rows_is_in_none(shift: int) -> None:
    picture = people(shift)
    target = Target(("Edit",), "button", relation="next to", anchor=Target(("Bob",)))
    with pytest.raises(Unresolved, match="not there"):
        locate(target, np.asarray(picture.image), boxes(picture))


def window(picture: Picture, title: str, box: tuple[int, int, int, int], *buttons: str) -> None:
    """A window with a shaded title bar, its title in the middle, and buttons at the bottom."""
    left, top, right, bottom = box
    picture.pen.rectangle(box, (217, 217, 217), (70, 72, 76))
    for row in range(20):
        picture.pen.line((left + 1, top + 1 + row, right - 1, top + 1 + row), (160 - 2 * row, 190 - 2 * row, 230 - row))
    picture.write(title, ((left + right) // 2, top + 11), font(LATIN_FONTS[0], 13), INK, "mm")
    for i, text in enumerate(buttons):
        picture.button(text, (left + 12 + 110 * i, bottom - 44), font(LATIN_FONTS[0], 14), INK, (230, 230, 230))


def windows(ground: RGB) -> Picture:
    """Two windows beside each other, with buttons of the same names."""
    picture = Picture.blank((700, 520), ground)
    window(picture, "Backup", (20, 30, 330, 300), "OK", "Cancel")
    window(picture, "Error", (360, 60, 680, 260), "Cancel", "OK")
    return picture


@pytest.mark.parametrize("ground", [(0, 0, 0), (90, 120, 160), (236, 236, 240)])
def test_a_window_is_meant_by_its_title(ground: RGB) -> None:
    picture = windows(ground)
    for title, label, x in (("Backup", "OK", 45), ("Error", "OK", 495), ("Error", "Cancel", 400)):
        target = Target((label,), relation="in", anchor=Target((title,)))
        assert abs(locate(target, np.asarray(picture.image), boxes(picture)).center[0] - x) < 30


def test_what_is_behind_another_window_is_in_none() -> None:
    picture = windows((0, 0, 0))
    window(picture, "Warning", (240, 100, 420, 360), "Retry")
    for title in ("Backup", "Error"):
        with pytest.raises(Unresolved, match="is not there"):
            locate(Target(("OK",), relation="in", anchor=Target((title,))), np.asarray(picture.image), boxes(picture))


def test_of_two_texts_the_title_of_a_window_is_meant() -> None:
    picture = windows((0, 0, 0))
    picture.write("Error", (60, 120), font(LATIN_FONTS[0], 14), INK, "lm")
    target = Target(("OK",), relation="in", anchor=Target(("Error",)))
    assert locate(target, np.asarray(picture.image), boxes(picture)).center[0] > 360


def drawer(*, next_title: str = "Layout", next_ink: RGB = INK, next_size: int = 17) -> Picture:
    """A panel whose title is little larger than the labels, which are written in gray above their fields."""
    picture = sheet()
    picture.pen.rectangle((0, 0, 699, 519), (255, 255, 255))
    for i, (title, ink, size) in enumerate((("Filters", INK, 17), (next_title, next_ink, next_size))):
        top = 40 + 230 * i
        picture.write(title, (60, top), font(LATIN_FONTS[0], size), ink, "lm")
        for j, name in enumerate(("Type", "City") if i == 0 else ("Type", "Country")):
            picture.write(name, (60, top + 34 + 70 * j), font(LATIN_FONTS[0], 13), (120, 120, 130), "lm")
            picture.pen.rectangle((60, top + 46 + 70 * j, 340, top + 76 + 70 * j), (255, 255, 255), LINE)
            picture.write("Oslo", (71, top + 61 + 70 * j), font(LATIN_FONTS[0], 15), INK, "lm")
    return picture


def test_labels_that_are_smaller_and_of_another_colour_are_no_titles() -> None:
    assert place(drawer(), "City", "Filters") == pytest.approx((200, 171), abs=2)
    assert place(drawer(), "Type", "Filters") == pytest.approx((200, 101), abs=2)
    assert place(drawer(), "Country", "Layout") == pytest.approx((200, 401), abs=2)


@pytest.mark.parametrize("ink", [INK, (120, 120, 130), (30, 90, 200)])
@pytest.mark.parametrize("title", ["Layout", "on map", "Typography"])
def test_a_title_as_large_ends_the_group_in_whatever_colour(title: str, ink: RGB) -> None:
    with pytest.raises(Unresolved, match="not there"):
        place(drawer(next_title=title, next_ink=ink), "Country", "Filters")


def card(*, bold: bool = True, second: str = "") -> Picture:
    """A card whose title is no larger than the labels in it; a second title before the last field."""
    picture = sheet()
    picture.pen.rectangle((40, 40, 640, 260), (255, 255, 255))
    heading = font(LATIN_FONTS[1 if bold else 0], 15)
    picture.write("Device", (60, 62), heading, INK, "lm")
    for i, name in enumerate(("Name", "Interval", "Location")):
        fields(picture, 60, 100 + 40 * i + (20 if second and i == 2 else 0), (name,), size=14)
    if second:
        picture.write(second, (60, 170), heading, INK, "lm")
    return picture


def test_the_bold_title_of_a_card_heads_the_lighter_labels_in_it() -> None:
    for i, name in enumerate(("Name", "Interval", "Location")):
        assert place(card(), name, "Device") == pytest.approx((280, 100 + 40 * i), abs=2)


@pytest.mark.parametrize("second", ["Place", "Storage", "Till", "Site and level"])
def test_a_second_bold_title_ends_the_first_one_s_part_of_a_card(second: str) -> None:
    with pytest.raises(Unresolved, match="not there"):
        place(card(second=second), "Location", "Device")


def test_a_title_like_its_labels_heads_nothing() -> None:
    with pytest.raises(Unresolved, match="not there"):
        place(card(bold=False), "Location", "Device")


def settings(titles: tuple[str, str], size: int) -> Picture:
    """Sections of a page, their titles `size` pixels high; in each a bold name with a gray line below, and a button."""
    picture = Picture.blank((700, 520), (255, 255, 255))
    for i, title in enumerate(titles):
        top = 40 + 200 * i
        picture.write(title, (40, top), font(LATIN_FONTS[0], size), INK, "lm")
        picture.pen.line((40, top + 20, 660, top + 20), LINE)
        for j, name in enumerate(("Change type", "Backup")):
            y = top + 50 + 60 * j
            picture.write(name, (40, y), font(LATIN_FONTS[1], 14), INK, "lm")
            picture.write("Jobs, tags and types of this group.", (60, y + 20), font(LATIN_FONTS[0], 14), LINE, "lm")
            picture.pen.rectangle((560, y - 8, 660, y + 24), (246, 248, 250), LINE)
            picture.write("Start", (610, y + 8), font(LATIN_FONTS[0], 14), INK, "mm")
    return picture


@pytest.mark.parametrize("titles", [("Features", "Danger Zone"), ("Typography", "access"), ("Stil", "more")])
def test_bold_names_that_are_plainly_smaller_do_not_end_a_section(titles: tuple[str, str]) -> None:
    picture = settings(titles, 20)
    second, third = (
        Target(("Start",), "button", ordinal=i, relation="in", anchor=Target((titles[0],))) for i in (2, 3)
    )
    x, y = locate(second, np.asarray(picture.image), boxes(picture)).point
    assert (x, y) == pytest.approx((610, 158), abs=4)
    with pytest.raises(Unresolved, match="there are 2"):
        locate(third, np.asarray(picture.image), boxes(picture))


def test_names_nearly_as_large_end_a_section() -> None:
    target = Target(("Start",), "button", ordinal=1, relation="in", anchor=Target(("Features",)))
    picture = settings(("Features", "Danger Zone"), 15)
    with pytest.raises(Unresolved, match="not there"):
        locate(target, np.asarray(picture.image), boxes(picture))


def board(ground: RGB, *, gap: int = 14) -> Picture:
    """Three cards with a name and initials, side by side, so far from each other."""
    picture = Picture.blank((700, 520), ground)
    for i, (name, initials) in enumerate((("ORB-107", "MP"), ("ORB-111", "JS"), ("ORB-115", "AK"))):
        left = 20 + i * (200 + gap)
        picture.pen.rectangle((left, 60, left + 200, 140), (255, 255, 255), LINE)
        picture.write(name, (left + 14, 80), font(LATIN_FONTS[0], 14), INK, "lm")
        picture.write("Fix it soon", (left + 14, 110), font(LATIN_FONTS[0], 14), INK, "lm")
        picture.write(initials, (left + 160, 80), font(LATIN_FONTS[0], 14), INK, "lm")
    return picture


def beside(picture: Picture, label: str, title: str) -> tuple[float, float]:
    target = Target((label,), relation="in", anchor=Target((title,)))
    return locate(target, np.asarray(picture.image), boxes(picture)).point


def test_what_is_level_with_a_title_in_another_card_is_not_in_its_row() -> None:
    picture = board((230, 233, 238))
    assert beside(picture, "MP", "ORB-107")[0] == pytest.approx(190, abs=6)
    for label in ("AK", "JS"):
        with pytest.raises(Unresolved, match="is not there"):
            beside(picture, label, "ORB-107")


def test_the_cells_of_a_table_are_in_one_row_though_they_hold_two_lines_each() -> None:
    assert beside(board((255, 255, 255), gap=0), "AK", "ORB-107")[0] == pytest.approx(590, abs=8)
