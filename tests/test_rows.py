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
    if role is None:
        with pytest.raises(Unresolved, match="2 times"):
            locate(Target(("Delete",)), pixels, texts)
    else:
        assert locate(Target(("Delete",), role), pixels, texts).point[1] > 180
