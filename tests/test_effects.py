"""What looks like the effect of a click and is none, and what is one all the same, on drawn screens."""

from __future__ import annotations

import pytest

from agent.moving import MOVES
from agent.offline.credit import meaning_of
from agent.offline.instructions import Click, Target, Turn
from tests.apps.screens import LATIN_FONTS, Picture, font
from tests.test_following import Given, end_of, given, in_turn, place, text  # noqa: F401 (a fixture)

FONT = font(LATIN_FONTS[0], 15)
INK, PAPER, FACE, LINK = (20, 20, 20), (255, 255, 255), (200, 210, 220), (90, 110, 160)


def page(note: str = "", at: tuple[int, int] = (20, 570), link: tuple[int, int, int] = LINK) -> Picture:
    """A page with a button and a link, and a line of text somewhere."""
    picture = Picture.blank((1000, 600), PAPER)
    picture.button("Save", (60, 60), FONT, INK, FACE)
    picture.write("Reports", (300, 70), FONT, link)
    if note:
        picture.write(note, at, FONT, INK)
    return picture


def lit(picture: Picture) -> Picture:
    """With the button under the pointer."""
    picture.pen.rectangle((60, 60, 124, 90), outline=(30, 90, 200), width=2)
    return picture


@pytest.mark.parametrize(("before", "after", "means"), [
    ("12:30:01", "12:30:02", "own"), ("9:59", "10:00", "own"), ("Ready", "127.0.0.1:8000/pages/a.html#", "own"),
    ("", "https://example.org/x", "own"), ("", "example.org/x y", "own"), ("", "javascript:void(0)", "own"),
    ("", "Saved", "other"), ("", "and/or", "other"), ("", "notes.txt", "other"), ("Ready", "Saved: 3 files", "other"),
    ("14 files scanned", "28 files scanned", "count"), ("7", "78", "other"), ("3 items", "3 items", "other"),
])  # fmt: skip
def test_what_a_line_says(before: str, after: str, means: str) -> None:
    assert meaning_of(before, after) == means


@pytest.mark.parametrize(("note", "status"), [("example.org/reports.html#", "failure"), ("Report is open", "success")])
def test_the_address_of_a_link_that_the_pointer_is_on_is_no_effect(given: Given, note: str, status: str) -> None:  # noqa: F811
    world = [page(), page(note)]
    assert end_of(given(world, Click(text("Reports"), "left_click")), in_turn(world))[0] == status


@pytest.mark.parametrize(("words", "status"), [
    (("14 files", "21 files", "28 files", "35 files"), "failure"),
    (("2 items", "3 items", "3 items"), "success"), (("2", "23", "23"), "success"),
], ids=["goes on", "stays", "no words"])  # fmt: skip
def test_a_count_that_goes_on_is_no_effect(given: Given, words: tuple[str, ...], status: str) -> None:  # noqa: F811
    world = [page(word, at=(600, 300)) for word in words]
    assert end_of(given(world, Click(text("Save"), "left_click")), in_turn(world))[0] == status


@pytest.mark.parametrize(("stays", "status"), [(False, "failure"), (True, "success")])
def test_a_line_at_the_foot_may_say_what_the_pointer_is_on(given: Given, stays: bool, status: str) -> None:  # noqa: F811
    before, hinted = page("Ready"), lit(page("Writes the file to the disk"))
    after = page("Writes the file to the disk") if stays else before
    session = given([before, hinted, after], Click(text("Save"), "left_click"))
    away = lambda step, _: before if step == 0 else after if "mouse_move" in session.kinds else hinted  # noqa: E731
    assert end_of(session, away)[0] == status
    assert session.kinds.count("mouse_move") == 1


@pytest.mark.parametrize(("stays", "status"), [(False, "failure"), (True, "success")])
def test_so_it_may_for_what_has_no_frame_and_does_not_light_up(given: Given, stays: bool, status: str) -> None:  # noqa: F811
    before, hinted = page("Ready"), page("Shows all reports of the year")
    after = hinted if stays else before
    session = given([before, hinted, after], Click(text("Reports"), "left_click"))
    away = lambda step, _: before if step == 0 else after if "mouse_move" in session.kinds else hinted  # noqa: E731
    assert end_of(session, away)[0] == status
    assert session.kinds.count("mouse_move") == 1


def toolbar(faint: tuple[int, int, int], *, hint: bool = False) -> Picture:
    """Flat entries in a row, and what is written in one of them so faintly."""
    picture = Picture.blank((1000, 600), (239, 239, 239))
    if hint:
        picture.pen.rectangle((290, 30, 440, 64), fill=PAPER, outline=(150, 150, 150))
    for x, name in ((40, "New file"), (160, "Open file"), (300, "Write file"), (520, "Help me")):
        picture.write(name, (x, 40), FONT, faint if name == "Write file" else INK)
    return picture


@pytest.mark.parametrize(("faint", "hint", "is_off"), [
    ((190, 190, 190), False, True), ((140, 140, 140), False, False), ((205, 205, 205), True, False),
], ids=["faint", "gray", "a field's hint"])  # fmt: skip
def test_a_faint_entry_of_a_toolbar_is_not_clicked(
    given: Given, faint: tuple[int, int, int], hint: bool, is_off: bool  # noqa: F811
) -> None:  # fmt: skip
    before, after = toolbar(faint, hint=hint), toolbar(faint, hint=hint)
    after.write("Written", (500, 300), FONT, INK)
    session = given([before, after], Click(text("Write file"), "left_click"))
    why = end_of(session, in_turn([before, after]))[1]
    assert ("looks switched off" in why, "left_click" in session.kinds) == (is_off, not is_off)


@pytest.mark.parametrize(("high", "status"), [(400, "failure"), (30, "success")])
def test_a_bar_to_scroll_by_that_is_shown_or_hidden_is_no_effect(given: Given, high: int, status: str) -> None:  # noqa: F811
    before, after = page(), page()
    after.pen.rectangle((980, 120, 986, 120 + high), fill=(120, 120, 120))
    world = [before, after]
    assert end_of(given(world, Click(text("Save"), "left_click")), in_turn(world))[0] == status


@pytest.mark.parametrize(("bold", "status"), [(False, "failure"), (True, "success")])
def test_a_link_in_another_colour_is_no_effect(given: Given, bold: bool, status: str) -> None:  # noqa: F811
    before, after = page(), page(link=(40, 60, 90))
    if bold:
        after.pen.rectangle((296, 92, 366, 96), fill=(40, 60, 90))
    session = given([before, after], Click(text("Reports"), "left_click"))
    assert end_of(session, in_turn([before, after]))[0] == status


def submenu(*, is_open: bool) -> Picture:
    picture = page()
    if is_open:
        picture.pen.rectangle((60, 60, 124, 90), outline=(30, 90, 200), width=2)
        picture.pen.rectangle((126, 60, 290, 128), fill=(250, 250, 250), outline=(150, 150, 150))
        picture.write("As text", (140, 68), FONT, INK)
        picture.write("As picture", (140, 100), FONT, INK)
    return picture


def test_where_a_low_menu_brought_what_comes_next_the_pointer_stays_in_it(given: Given) -> None:  # noqa: F811
    world = [submenu(is_open=False), submenu(is_open=True), page("Done", at=(600, 300))]
    session = given(world, Click(text("Save"), "left_click"), Click(text("As picture"), "left_click"))
    assert end_of(session, in_turn(world))[0] == "success"
    assert session.kinds == ["left_click", "left_click", "terminate"]


def with_list(off: tuple[int, int, int] = INK, *, is_open: bool) -> Picture:
    """A list on a white page without a frame, whose arrow touches the button that opened it."""
    picture = page()
    if is_open:
        lit(picture)
        picture.pen.polygon([(80, 96), (92, 90), (104, 96)], outline=(228, 231, 237))
        picture.pen.rectangle((60, 96, 200, 200), outline=(228, 231, 237))
        for i, name in enumerate(("Copy link", "Move to", "Lock")):
            picture.write(name, (74, 106 + 30 * i), FONT, off if name == "Lock" else INK)
    return picture


@pytest.mark.parametrize(("off", "clicks"), [((192, 196, 204), 1), (INK, 2)])
def test_a_faint_entry_of_a_list_without_a_frame_is_not_clicked(
    given: Given, off: tuple[int, int, int], clicks: int  # noqa: F811
) -> None:  # fmt: skip
    world = [with_list(off, is_open=False), with_list(off, is_open=True), page("Locked", at=(600, 300))]
    session = given(world, Click(text("Save"), "left_click"), Click(text("Lock"), "left_click"))
    status, why = end_of(session, lambda *_: world[session.kinds.count("left_click")])
    assert session.kinds.count("left_click") == clicks
    assert (status, "looks switched off" in why) == (("failure", True) if clicks == 1 else ("success", False))


def windows(*, front: bool, note: str = "") -> Picture:
    """A window over the title bar of another; which is active, and the field with the focus in the first."""
    picture = Picture.blank((1000, 600), (246, 245, 244))
    for left, top, width, active in ((220, 200, 500, not front), (60, 100, 420, front)):
        ground, ink = ((120, 160, 210), PAPER) if active else ((222, 222, 222), (110, 110, 110))
        picture.pen.rectangle((left, top, left + width, top + 260), fill=(246, 245, 244), outline=(90, 90, 90))
        picture.pen.rectangle((left + 1, top + 1, left + width - 1, top + 20), fill=ground)
        picture.write("Replace" if left == 60 else "Message", (left + width // 2, top + 3), FONT, ink)
    picture.pen.rectangle(
        (150, 132, 460, 162), fill=PAPER, outline=(40, 120, 220) if front else (190, 190, 190), width=2
    )
    picture.button("Close", (80, 220), FONT, INK, FACE)
    if note:
        picture.write(note, (80, 300), FONT, INK)
    return picture


@pytest.mark.parametrize(("note", "status"), [("", "failure"), ("Closed", "success")])
def test_that_the_window_of_what_was_clicked_is_the_active_one_now_is_no_effect(
    given: Given, note: str, status: str  # noqa: F811
) -> None:  # fmt: skip
    world = [windows(front=False), windows(front=True, note=note)]
    assert end_of(given(world, Click(text("Close"), "left_click")), in_turn(world))[0] == status


def filling(level: int, *, lit_up: bool = False, note: str = "") -> Picture:
    picture = page(note, at=(600, 300))
    picture.pen.rectangle((60, 110, 60 + level, 118), fill=(30, 90, 200))
    return lit(picture) if lit_up else picture


@pytest.mark.parametrize(("note", "status"), [("", "failure"), ("Paused", "success")])
def test_a_bar_right_below_a_button_is_no_part_of_its_looks(given: Given, note: str, status: str) -> None:  # noqa: F811
    """It was known to move before the click, and goes on where it was seen to end."""
    levels = (100, 140, 190, 230, 280, 330, 380, 430, 480)
    world = [filling(levels[0]), *(filling(level, lit_up=True, note=note) for level in levels[1:])]
    told = f"{MOVES} It is within [58, 180, 200, 200]."
    session = given(world, Click(Target(("Save",)), "left_click"))
    shown = in_turn(world)
    assert end_of(session, lambda step, action: (shown(step, action), told if step else None))[0] == status


@pytest.mark.parametrize(("size", "ground", "is_over"), [((420, 340), (90, 90, 90), False), ((1000, 600), PAPER, True)])
def test_the_wheel_is_turned_over_a_window_and_not_over_the_bare_desktop(
    given: Given, size: tuple[int, int], ground: tuple[int, int, int], is_over: bool  # noqa: F811
) -> None:  # fmt: skip
    picture = Picture.blank((1000, 600), ground)
    picture.pen.rectangle((2, 2, size[0] - 2, size[1] - 2), fill=PAPER, outline=INK)
    for i in range(4):
        picture.write(f"Row {i}", (40, 40 + 30 * i), FONT, INK)
    session = given([picture], Turn(-3, None))
    end_of(session, in_turn([picture]))
    x, y = place(picture, session.actions[0])
    assert ((x, y) == pytest.approx((500, 300), abs=2)) is is_over
    assert x < size[0]
    assert y < size[1]


def pair(lit: str = "", *, dialog: bool = False, note: str = "") -> Picture:
    """Two wide buttons, with a line along the lower edge of the one that was under the pointer last."""
    picture = Picture.blank((1000, 600), (246, 245, 244))
    for left, name in ((40, "Remove"), (510, "Save")):
        picture.pen.rounded_rectangle((left, 60, left + 460, 84), 4, fill=PAPER, outline=(200, 200, 200))
        picture.write(name, (left + 230, 72), FONT, INK, "mm")
        if name == lit:
            picture.pen.line((left + 4, 83, left + 456, 83), fill=(120, 120, 120))
    if dialog:
        picture.pen.rectangle((350, 250, 650, 420), fill=PAPER, outline=INK)
        picture.write("Really?", (380, 270), FONT, INK)
    if note:
        picture.write(note, (40, 500), FONT, INK)
    return picture


@pytest.mark.parametrize("note", ["", "Saved"])
def test_what_was_under_the_pointer_beside_what_is_clicked_is_no_part_of_it(given: Given, note: str) -> None:  # noqa: F811
    before, open_, after = pair(), pair("Remove", dialog=True), pair("Save", dialog=True, note=note)
    session = given([before, open_, after], *(Click(text(name), "left_click") for name in ("Remove", "Save")))
    end = end_of(session, lambda *_: (before, open_, after)[session.kinds.count("left_click")])
    assert end[0] == ("success" if note else "failure"), end
