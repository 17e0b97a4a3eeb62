"""What is in the row of a text, on drawn tables and cards; the readings are given."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

from agent.offline.instructions import Target
from agent.offline.pointing import Unresolved, locate
from agent.offline.spot import rect_of
from agent.offline.tables import cell
from agent.offline.toggles import toggle_of
from tests.apps.screens import LATIN_FONTS, Picture, font
from tests.test_fields import boxes

FONT, BOLD = font(LATIN_FONTS[0], 15), font(LATIN_FONTS[1], 15)
INK, LINE, PAPER = (20, 20, 20), (190, 190, 190), (255, 255, 255)


def staff(*roles: str, toolbar: bool = False) -> Picture:
    """A table with borders around its cells, whose first row may look as a title bar does."""
    picture = Picture.blank((760, 420), (240, 240, 240))
    picture.pen.rectangle((40, 100, 700, 380), fill=PAPER, outline=LINE)
    if toolbar:
        for x, name in ((112, "Add"), (240, "Delete")):
            picture.write(name, (x, 80), FONT, INK)
    for i, (name, role) in enumerate((("Name", "Role"), *zip(("Ann", "Bob", "Cid"), roles, strict=True))):
        y = 100 + 30 * i
        picture.pen.line((40, y + 30, 420, y + 30), fill=LINE)
        for x, word in ((50, name), (160, role)):
            picture.write(word, (x, y + 7), BOLD if i == 0 else FONT, INK)
        if i:
            picture.button("Edit", (300, y + 1), font(LATIN_FONTS[0], 12), INK, (225, 225, 225))
    for x in (150, 290, 420):
        picture.pen.line((x, 130, x, 220), fill=LINE)
    return picture


@pytest.mark.parametrize(("roles", "row"), [
    (("Clerk", "Driver", "Clerk"), None), (("Driver", "Clerk", "Clerk"), None), (("Clerk", "Driver", "Guard"), 0),
    (("Driver", "Clerk", "Guard"), 1),
])  # fmt: skip
def test_what_two_rows_have_names_neither(roles: tuple[str, ...], row: int | None) -> None:
    picture = staff(*roles)
    target = Target(("Edit",), relation="in", anchor=Target(("Clerk",)))
    if row is None:
        with pytest.raises(Unresolved, match="2 times"):
            locate(target, np.asarray(picture.image), boxes(picture))
    else:
        y = locate(target, np.asarray(picture.image), boxes(picture)).point[1]
        assert 130 + 30 * row < y < 160 + 30 * row


@pytest.mark.parametrize("toolbar", [True, False])
def test_a_toolbar_above_a_table_is_no_row_of_it(toolbar: bool) -> None:
    picture = staff("Clerk", "Driver", "Guard", toolbar=toolbar)
    texts = boxes(picture)
    head, row = (next(rect_of(box) for box in texts if box.text == name) for name in ("Role", "Bob"))
    found = cell(head, row, np.asarray(picture.image), texts)
    assert found is not None
    assert found.text == "Driver"


def settings(*, card: bool) -> Picture:
    """A switch left of its label, and a table's row on its left."""
    picture = Picture.blank((800, 200), PAPER)
    picture.write("Frank Moss", (40, 92), FONT, INK)
    if card:
        picture.pen.rectangle((400, 20, 780, 180), outline=(222, 226, 230))
    picture.pen.rounded_rectangle((420, 92, 452, 108), 8, fill=PAPER, outline=(200, 205, 210))
    picture.pen.ellipse((423, 95, 433, 105), fill=(150, 150, 150))
    picture.write("Login alerts", (462, 92), FONT, INK)
    return picture


@pytest.mark.parametrize("card", [True, False])
def test_what_stands_beside_a_card_has_no_part_in_its_switches(card: bool) -> None:
    picture = settings(card=card)
    texts = boxes(picture)
    label = next(box for box in texts if box.text == "Login alerts")
    toggle = toggle_of(np.asarray(picture.image), label, texts)
    assert (toggle is not None and toggle.on is False) is card


@pytest.mark.parametrize("role", ["button", None])
def test_the_title_of_a_dialog_is_no_button_of_its_name(role: Literal["button"] | None) -> None:
    """With the dialog's side above it, and an icon below."""
    picture = Picture.blank((800, 400), (120, 120, 120))
    picture.pen.rectangle((190, 100, 610, 230), fill=PAPER)
    picture.write("Delete", (202, 112), font(LATIN_FONTS[0], 18), INK)
    picture.pen.ellipse((204, 140, 224, 160), fill=(230, 162, 60))
    picture.write("This cannot be undone.", (240, 142), FONT, INK)
    picture.button("Delete", (500, 180), FONT, PAPER, (64, 158, 255))
    pixels, texts = np.asarray(picture.image), boxes(picture)
    assert locate(Target(("Delete",), role), pixels, texts).point[1] > 180


def two_tables(gap: int) -> Picture:
    """Names, and so far beside them clerks with buttons, on lines of their own."""
    picture = Picture.blank((700, 260), PAPER)
    for i, (name, clerk) in enumerate((("Kiwi", "Amy"), ("Plum", "Bob"), ("Pear", "Cid"))):
        y = 40 + 40 * i
        picture.write(name, (50, y + 10), FONT, INK)
        picture.write(clerk, (210, y + 10), FONT, INK)
        picture.button("Edit", (330, y + 5), FONT, INK, (225, 225, 225))
        picture.pen.line((40, y + 40, 200 - gap, y + 40), fill=LINE)
        picture.pen.line((200, y + 40, 420, y + 40), fill=LINE)
    return picture


@pytest.mark.parametrize("relation", ["in", "next to"])
def test_the_row_of_one_table_does_not_go_on_in_another_beside_it(relation: Literal["in", "next to"]) -> None:
    def target(name: str) -> Target:
        return Target(("Edit",), relation=relation, anchor=Target((name,)))

    for gap, name in ((12, "Bob"), (0, "Bob"), (0, "Plum")):
        picture = two_tables(gap)
        assert 80 < locate(target(name), np.asarray(picture.image), boxes(picture)).point[1] < 120
    picture = two_tables(12)
    with pytest.raises(Unresolved, match="is not there"):
        locate(target("Plum"), np.asarray(picture.image), boxes(picture))


@pytest.mark.parametrize("relation", ["in", "next to"])
@pytest.mark.parametrize("ground", [(230, 232, 238), (250, 250, 253)])
def test_nor_in_another_card(relation: Literal["in", "next to"], ground: tuple[int, int, int]) -> None:
    picture = Picture.blank((900, 260), ground)
    for left in (20, 460):
        picture.pen.rectangle((left, 20, left + 420, 240), fill=PAPER, outline=LINE)
    picture.write("Plum", (50, 100), FONT, INK)
    picture.button("Edit", (700, 95), FONT, INK, (225, 225, 225))
    target = Target(("Edit",), relation=relation, anchor=Target(("Plum",)))
    with pytest.raises(Unresolved, match="is not there"):
        locate(target, np.asarray(picture.image), boxes(picture))


def rooms(*, drawn: bool) -> Picture:
    """A list with buttons in its rows, the last with one alone, which is right-set."""
    picture = Picture.blank((700, 260), PAPER)
    for i, (room, names) in enumerate((("Kitchen", ("Open", "Remove")), ("Cellar", ("Open",)))):
        picture.write(room, (50, 50 + 50 * i), BOLD if i == 0 else FONT, INK)
        for name, x in zip(names, (400, 500) if i == 0 else (505,), strict=True):
            if drawn:
                picture.button(name, (x, 45 + 50 * i), BOLD if i == 0 else FONT, INK, (225, 225, 225))
            else:
                picture.write(name, (x, 50 + 50 * i), BOLD if i == 0 else FONT, INK)
    return picture


def test_a_button_of_the_row_above_is_no_head_of_a_column() -> None:
    target = Target(("Remove",), relation="in", anchor=Target(("Cellar",)))
    picture = rooms(drawn=False)
    assert locate(target, np.asarray(picture.image), boxes(picture)).text == "Open"  # so it would be, of a table
    picture = rooms(drawn=True)
    with pytest.raises(Unresolved, match="is not there"):
        locate(target, np.asarray(picture.image), boxes(picture))


@pytest.mark.parametrize("name", ["Ann", "Bob", "Cid"])
def test_what_is_below_a_row_is_not_in_it(name: str) -> None:
    """The row below the one that is selected begins where a box does, as what a group's title stands in."""
    picture = Picture.blank((640, 420), (246, 245, 244))
    picture.pen.rectangle((6, 50, 613, 382), fill=PAPER, outline=LINE)
    picture.pen.rectangle((7, 51, 612, 73), fill=(53, 132, 228))
    rows = (("Ann", "Clerk", "Rome"), ("Bob", "Cook", "Oslo"), ("Cid", "Clerk", "Bonn"), ("Dora", "Guard", "Rome"))
    for i, row in enumerate(rows):
        for x, word in zip((11, 131, 251), row, strict=True):
            picture.write(word, (x, 56 + 23 * i), FONT, PAPER if i == 0 else INK)
    target = Target(("Guard",), relation="in", anchor=Target((name,)))
    with pytest.raises(Unresolved, match="is not there"):
        locate(target, np.asarray(picture.image), boxes(picture))
    assert locate(
        Target(("Guard",), relation="in", anchor=Target(("Dora",))), np.asarray(picture.image), boxes(picture)
    )


def test_the_edge_of_a_button_is_no_line_of_a_table() -> None:
    picture = Picture.blank((600, 200), (20, 78, 72))
    for x, name in ((60, "Save"), (140, "Share")):
        picture.button(name, (x, 60), FONT, INK, PAPER)
    target = Target(("Save",), relation="next to", anchor=Target(("Share",)))
    assert locate(target, np.asarray(picture.image), boxes(picture)).point[0] < 130
