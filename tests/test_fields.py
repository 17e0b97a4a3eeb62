"""Finding the text field of a label in drawn forms; the readings are given, so that only pixels are at stake."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from agent.offline.answering import read_beside
from agent.offline.fields import find_field
from agent.offline.instructions import Target
from agent.offline.pointing import Unresolved, field_point, locate
from agent.offline.rectangles import Field, rectangle_at
from agent.reading.labels import TextBox
from tests.apps.screens import CHINESE_FONTS, LATIN_FONTS, Label, Picture, contrast, desktop, font

INK, PAPER = (20, 20, 20), (255, 255, 255)
FONT = font(LATIN_FONTS[0], 16)


def boxes(picture: Picture) -> tuple[TextBox, ...]:
    """What a perfect reader would read, with its air around the ink."""
    return tuple(as_box(label) for label in picture.labels)


def as_box(label: Label) -> TextBox:
    left, top, right, bottom = label.box
    return TextBox(label.text, left - 2, top - 3, right - left + 4, bottom - top + 6)


def field_of(picture: Picture, text: str) -> Field | None:
    (label,) = (box for box in boxes(picture) if box.text == text)
    return find_field(np.asarray(picture.image), label, boxes(picture))


def assert_inside(field: Field | None, drawn: tuple[int, int, int, int]) -> None:
    assert field is not None
    x, y = field.center
    assert drawn[0] < x < drawn[2]
    assert drawn[1] < y < drawn[3]


@pytest.mark.parametrize("seed", range(20))
def test_fields_of_random_desktops(seed: int) -> None:
    picture = desktop(seed, (1280, 800), chinese=seed % 3 == 0, dark=seed % 2 == 1)
    for text, drawn in picture.boxes.items():
        assert_inside(field_of(picture, text), drawn)


@pytest.mark.parametrize("seed", range(20))
def test_fields_below_their_labels(seed: int) -> None:
    rng = random.Random(seed)
    ground = (rng.randint(200, 255),) * 3 if seed % 2 else (rng.randint(20, 60),) * 3
    picture = Picture.blank((700, 400), ground)
    written = font(rng.choice(LATIN_FONTS + CHINESE_FONTS), rng.randint(12, 20))
    for i, text in enumerate(("Name", "City", "Phone")):
        # Two beside each other: the label on the right must not take the one on the left for its own.
        x, y = (30 if i != 1 else 360), 20 + 110 * (i // 2)
        picture.field(text, (x, y), written, contrast(ground), contrast(contrast(ground)), above=True, width=260)
    for text, drawn in picture.boxes.items():
        assert_inside(field_of(picture, text), drawn)


def form(ground: tuple[int, int, int] = (240, 240, 240)) -> tuple[Picture, int]:
    picture = Picture.blank((640, 300), ground)
    picture.write("Name", (30, 60), font(LATIN_FONTS[0], 14), INK)
    return picture, 67


def test_a_filled_field_is_a_field() -> None:
    picture, y = form()
    picture.pen.rectangle((160, y - 13, 420, y + 13), fill=PAPER, outline=(130, 130, 130))
    picture.write("Bill Hill", (166, y), font(LATIN_FONTS[0], 14), INK, "lm")
    assert_inside(field_of(picture, "Name"), (160, y - 13, 420, y + 13))


def test_a_value_whose_box_is_as_wide_as_its_field_does_not_hide_it() -> None:
    """As where the arrow of a drop-down list was read with it."""
    picture, y = form()
    picture.pen.rectangle((160, y - 13, 270, y + 13), fill=PAPER, outline=(130, 130, 130))
    texts = boxes(picture)
    value = TextBox("Turquoise v", 161, y - 10, 108, 20)
    field = find_field(np.asarray(picture.image), texts[0], [*texts, value], lambda field: True)
    assert_inside(field, (160, y - 13, 270, y + 13))


def test_a_caret_is_not_the_end_of_the_field() -> None:
    picture, y = form()
    picture.pen.rectangle((160, y - 13, 420, y + 13), fill=PAPER, outline=(130, 130, 130))
    picture.pen.rectangle((164, y - 11, 165, y + 11), fill=INK)
    field = field_of(picture, "Name")
    assert_inside(field, (160, y - 13, 420, y + 13))
    assert field is not None
    assert field.right > 400


def test_a_placeholder_names_its_own_field() -> None:
    picture = Picture.blank((640, 200), (240, 240, 240))
    picture.pen.rounded_rectangle((100, 50, 400, 80), 6, fill=PAPER, outline=(130, 130, 130))
    picture.write("Search", (110, 65), font(LATIN_FONTS[0], 14), (150, 150, 150), "lm")
    assert_inside(field_of(picture, "Search"), (100, 50, 400, 80))


@pytest.mark.parametrize("radius", [3, 6, 9])
def test_round_corners(radius: int) -> None:
    picture = Picture.blank((640, 200), PAPER)
    picture.pen.rounded_rectangle((100, 50, 280, 84), radius, outline=(221, 221, 221))
    picture.write("Search", (110, 67), font(LATIN_FONTS[0], 13), (117, 117, 117), "lm")
    picture.button("Search", (300, 52), font(LATIN_FONTS[0], 13), INK, (239, 239, 239))
    placeholder, button = boxes(picture)
    pixels = np.asarray(picture.image)
    assert_inside(find_field(pixels, placeholder, boxes(picture)), (100, 50, 280, 84))
    assert find_field(pixels, button, boxes(picture)) is None


def test_a_label_that_begins_above_the_round_corner_of_its_field() -> None:
    """As at twice the size, where the corner is wider than half a letter."""
    picture = Picture.blank((700, 300), PAPER)
    picture.pen.rounded_rectangle((40, 80, 600, 154), radius=12, fill=PAPER, outline=(206, 212, 218), width=2)
    label = TextBox("Name", 34, 45, 90, 29)
    assert_inside(find_field(np.asarray(picture.image), label, [label]), (40, 80, 600, 154))


def test_a_field_without_a_border_but_of_another_colour() -> None:
    picture, y = form()
    picture.pen.rectangle((160, y - 13, 420, y + 13), fill=PAPER)
    assert_inside(field_of(picture, "Name"), (160, y - 13, 420, y + 13))


def test_a_field_of_its_page_s_colour_with_a_faint_border() -> None:
    picture, y = form(PAPER)
    picture.pen.rounded_rectangle((160, y - 13, 420, y + 13), 4, outline=(222, 222, 222))
    assert_inside(field_of(picture, "Name"), (160, y - 13, 420, y + 13))


def test_a_field_for_many_lines() -> None:
    picture, y = form()
    picture.pen.rectangle((160, y - 13, 520, y + 150), fill=PAPER, outline=(130, 130, 130))
    assert_inside(field_of(picture, "Name"), (160, y - 13, 520, y + 150))


def test_the_field_of_the_next_line_is_another_s() -> None:
    """A label right before its own field, which is no plain rectangle; below both stands the next field."""
    picture = Picture.blank((500, 200), PAPER)
    picture.write("Password", (40, 40), font(LATIN_FONTS[0], 15), INK)
    picture.pen.line((120, 58, 300, 58), fill=INK)  # a field that is only a line
    picture.pen.line((124, 38, 124, 58), fill=INK)
    picture.pen.rectangle((40, 64, 240, 92), fill=PAPER, outline=(130, 130, 130))
    assert field_of(picture, "Password") is None


@pytest.mark.parametrize("size", [13, 16, 20])
def test_a_flat_field_close_to_its_label(size: int) -> None:
    picture = Picture.blank((500, 200), PAPER)
    label = picture.write("Password", (40, 40), font(LATIN_FONTS[0], size), INK)
    y = (label.box[1] + label.box[3]) // 2
    drawn = (label.box[2] + 6, y - 9, label.box[2] + 180, y + 9)
    picture.pen.rectangle(drawn, fill=PAPER, outline=(118, 118, 118))
    picture.pen.rectangle((40, y + 22, 240, y + 50), fill=PAPER, outline=(118, 118, 118))
    assert_inside(field_of(picture, "Password"), drawn)


def wide_form(above: str = "") -> Picture:
    """Two fields far to the right of their labels, the upper one filled; `above` is a text above it."""
    picture = Picture.blank((1100, 300), (240, 240, 240))
    for name, y in (("Name", 100), ("City", 134)):
        picture.write(name, (30, y), font(LATIN_FONTS[0], 14), INK, "lm")
        picture.pen.rectangle((640, y - 13, 760, y + 13), PAPER, (130, 130, 130))
    picture.write("Ada", (646, 100), font(LATIN_FONTS[0], 14), INK, "lm")
    if above:
        picture.write(above, (640, 76), font(LATIN_FONTS[0], 14), INK, "lm")
    return picture


def far_point(picture: Picture, name: str) -> tuple[float, float]:
    return field_point(Target((name,)), np.asarray(picture.image), boxes(picture))


def test_a_field_in_a_wide_column_is_its_label_s_where_nothing_is_between() -> None:
    for name, y in (("Name", 100), ("City", 134)):
        assert far_point(wide_form(), name) == pytest.approx((700, y), abs=2)


def test_a_far_field_with_a_label_of_its_own_or_something_before_it_is_another_s() -> None:
    with pytest.raises(Unresolved, match="no text field"):
        far_point(wide_form("Search"), "Name")
    walled = wide_form()
    walled.pen.line((400, 60, 400, 160), (130, 130, 130))
    lower = wide_form()
    lower.write("Street", (30, 145), font(LATIN_FONTS[0], 14), INK, "lm")
    for picture, name in ((walled, "Name"), (walled, "City"), (lower, "Street")):
        with pytest.raises(Unresolved, match="no text field"):
            far_point(picture, name)


def test_a_button_is_no_field() -> None:
    picture, _ = form()
    picture.button("Browse", (120, 54), font(LATIN_FONTS[0], 14), INK, (200, 210, 220))
    assert field_of(picture, "Name") is None
    assert field_of(picture, "Browse") is None


def test_another_label_s_field_is_not_taken() -> None:
    picture, y = form()
    picture.write("City", (110, y), font(LATIN_FONTS[0], 14), INK, "lm")
    picture.pen.rectangle((160, y - 13, 420, y + 13), fill=PAPER, outline=(130, 130, 130))
    assert field_of(picture, "Name") is None
    assert_inside(field_of(picture, "City"), (160, y - 13, 420, y + 13))


def test_no_field_where_there_is_none() -> None:
    picture, _ = form()
    assert field_of(picture, "Name") is None
    picture.pen.rectangle((300, 20, 620, 280), fill=PAPER, outline=(90, 90, 90))  # a window
    assert field_of(picture, "Name") is None
    picture.pen.line((30, 100, 600, 100), fill=INK)
    assert field_of(picture, "Name") is None


def test_a_checkbox_is_no_field() -> None:
    picture, y = form()
    picture.pen.rectangle((90, y - 7, 104, y + 7), fill=PAPER, outline=INK)
    assert field_of(picture, "Name") is None


@pytest.mark.parametrize("size", [(1, 1), (10, 10), (60, 20)])
def test_tiny_and_noisy_pictures(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(1)
    for pixels in (
        np.full((size[1], size[0], 3), 255, np.uint8),
        rng.integers(0, 256, (size[1], size[0], 3), np.uint8),
    ):
        assert find_field(pixels, TextBox("a", 0, 0, size[0] / 2, size[1] / 2), ()) is None


def read(picture: Picture, text: str) -> str:
    return read_beside(Target((text,)), np.asarray(picture.image), boxes(picture))


def two_fields(*, above: bool = False, width: int = 220) -> Picture:
    picture = Picture.blank((640, 300), (240, 240, 240))
    for i, (text, fonts) in enumerate((("Name", LATIN_FONTS), ("姓名", CHINESE_FONTS))):
        picture.field(
            text, (30, 20 + (64 if above else 36) * i), font(fonts[0], 15), INK, PAPER, above=above, width=width
        )
    return picture


@pytest.mark.parametrize("above", [False, True])
def test_an_empty_field_is_read_as_empty_and_never_as_the_next_label(above: bool) -> None:
    picture = two_fields(above=above)
    for text in ("Name", "姓名"):
        with pytest.raises(Unresolved, match=f'the field of "{text}" is empty'):
            read(picture, text)


@pytest.mark.parametrize("above", [False, True])
def test_a_field_s_text_is_read(above: bool) -> None:
    picture = two_fields(above=above)
    left, top, _, bottom = picture.boxes["Name"]
    picture.write("Bill Hill", (left + 6, (top + bottom) // 2), font(LATIN_FONTS[0], 14), INK, "lm")
    assert read(picture, "Name") == "Bill Hill"
    with pytest.raises(Unresolved, match="is empty"):
        read(picture, "姓名")


def test_what_stands_behind_the_field_is_not_the_label_s() -> None:
    picture, y = form()
    picture.pen.rectangle((160, y - 13, 420, y + 13), fill=PAPER, outline=(130, 130, 130))
    picture.write("optional", (440, y), font(LATIN_FONTS[0], 14), INK, "lm")
    with pytest.raises(Unresolved, match="is empty"):
        read(picture, "Name")


def test_two_fields_on_a_line_are_told_apart() -> None:
    picture, y = form()
    for x, text in ((100, ""), (400, "Rome")):
        picture.pen.rectangle((x, y - 13, x + 180, y + 13), fill=PAPER, outline=(130, 130, 130))
        picture.write(text, (x + 6, y), font(LATIN_FONTS[0], 14), INK, "lm") if text else None
    picture.write("City", (340, y), font(LATIN_FONTS[0], 14), INK, "lm")
    assert read(picture, "City") == "Rome"
    with pytest.raises(Unresolved, match="is empty"):
        read(picture, "Name")


def table(*cells: str) -> Picture:
    picture = Picture.blank((640, 120), PAPER)
    for i, text in enumerate(cells):
        picture.pen.rectangle((30 + 150 * i, 40, 180 + 150 * i, 70), outline=(130, 130, 130))
        if text:
            picture.write(text, (38 + 150 * i, 55), font(LATIN_FONTS[0], 14), INK, "lm")
    return picture


def test_the_next_cell_of_a_table_is_read_and_no_farther_one() -> None:
    assert read(table("Name", "Bob"), "Name") == "Bob"
    with pytest.raises(Unresolved):
        read(table("Name", "", "City"), "Name")


def test_a_field_that_is_only_a_line_hides_what_is_below() -> None:
    picture, y = form()
    picture.pen.rectangle((100, y - 6, 101, y + 8), fill=INK)  # its caret
    picture.pen.line((98, y + 10, 300, y + 10), fill=INK)
    picture.write("City", (30, y + 14), font(LATIN_FONTS[0], 14), INK)
    with pytest.raises(Unresolved, match="plainly"):
        read(picture, "Name")


def test_a_label_with_a_field_below_and_a_text_on_its_right_is_in_doubt() -> None:
    picture = Picture.blank((640, 200), (240, 240, 240))
    picture.field("Total", (30, 30), font(LATIN_FONTS[0], 15), INK, PAPER, above=True)
    picture.write("42", (260, 30), font(LATIN_FONTS[0], 15), INK)
    with pytest.raises(Unresolved, match="plainly"):
        read(picture, "Total")


def test_a_text_below_that_has_something_on_its_right_is_no_value() -> None:
    picture, y = form()
    city = picture.write("City", (30, y + 14), font(LATIN_FONTS[0], 14), INK)
    assert read(picture, "Name") == "City"  # nothing tells it from a value
    picture.pen.line((98, city.box[1], 98, city.box[3]), fill=INK)  # the field's caret
    with pytest.raises(Unresolved, match="plainly"):
        read(picture, "Name")


def framed_form() -> Picture:
    """A frame, level with its first label, around two labels and their fields."""
    picture = Picture.blank((640, 400), PAPER)
    picture.pen.rectangle((60, 40, 420, 150), outline=(130, 130, 130))
    for y, name in ((58, "Country"), (110, "City")):
        picture.write(name, (70, y), font(LATIN_FONTS[0], 14), INK, "lm")
        picture.pen.rectangle((170, y - 13, 400, y + 13), outline=(120, 120, 120))
    return picture


@pytest.mark.parametrize(("name", "y"), [("Country", 58), ("City", 110)])
def test_a_frame_around_a_label_and_its_field_is_no_field(name: str, y: int) -> None:
    assert_inside(field_of(framed_form(), name), (170, y - 13, 400, y + 13))


def test_a_frame_around_a_label_and_something_without_a_text_is_no_field() -> None:
    picture = Picture.blank((640, 400), PAPER)
    picture.pen.rectangle((60, 40, 420, 150), outline=(130, 130, 130))
    picture.write("Country", (70, 52), font(LATIN_FONTS[0], 14), INK, "lm")
    picture.pen.rectangle((200, 110, 300, 140), fill=(60, 90, 200))
    assert field_of(picture, "Country") is None


def test_the_strip_between_a_title_bar_and_the_first_field_is_no_field() -> None:
    picture = Picture.blank((640, 400), (0, 0, 0))
    picture.pen.rectangle((100, 60, 420, 340), fill=PAPER, outline=(130, 130, 130))
    picture.pen.rectangle((100, 60, 420, 80), fill=(130, 170, 220))
    for y, name in ((110, "Country"), (190, "City")):
        picture.write(name, (116, y), font(LATIN_FONTS[0], 18), INK, "lm")
        picture.pen.rectangle((114, y + 17, 406, y + 51), fill=(236, 236, 255), outline=(90, 90, 90))
    assert_inside(field_of(picture, "Country"), (114, 127, 406, 161))


def test_the_field_below_a_label_may_hold_a_text_that_starts_where_it_does() -> None:
    picture, y = form()
    picture.pen.rectangle((28, y + 14, 300, y + 40), fill=PAPER, outline=(130, 130, 130))
    picture.write("Mobile", (31, y + 27), font(LATIN_FONTS[0], 14), INK, "lm")
    assert_inside(field_of(picture, "Name"), (28, y + 14, 300, y + 40))


def test_a_text_below_that_no_field_is_around_names_none() -> None:
    picture, y = form()
    picture.write("Mobile", (31, y + 27), font(LATIN_FONTS[0], 14), INK, "lm")
    assert field_of(picture, "Name") is None


def test_a_value_of_which_a_part_was_not_read_is_no_value() -> None:
    picture, y = form()
    picture.write("8", (110, y - 7), font(LATIN_FONTS[0], 14), INK)
    texts = [boxes(picture)[0], TextBox("730.00", 130, y - 7, 56, 15)]
    with pytest.raises(Unresolved):
        read_beside(Target(("Name",)), np.asarray(picture.image), texts)


def test_a_border_of_a_cell_parts_no_value_from_its_label() -> None:
    picture, y = form()
    picture.pen.rectangle((110, y - 16, 111, y + 16), fill=(150, 150, 150))
    texts = [boxes(picture)[0], TextBox("730.00", 130, y - 7, 56, 15)]
    assert read_beside(Target(("Name",)), np.asarray(picture.image), texts) == "730.00"


@pytest.mark.parametrize("name", ["Device", "Name"])
def test_the_heading_of_the_card_beside_is_no_value(name: str) -> None:
    """Between two cards the page is seen, wider than a border; between a label and its value their own ground."""
    picture = Picture.blank((640, 200), (238, 241, 245))
    for left, heading in ((20, "Device"), (330, "State")):
        picture.pen.rectangle((left, 20, left + 290, 180), fill=PAPER)
        picture.write(heading, (left + 20, 30), font(LATIN_FONTS[1], 14), INK)
    for x, text in ((40, "Name"), (150, "Pump 4")):
        picture.write(text, (x, 90), font(LATIN_FONTS[0], 14), INK)
    if name == "Name":
        assert read(picture, name) == "Pump 4"
    else:
        with pytest.raises(Unresolved):
            read(picture, name)


def columns_of(*, ground: tuple[int, int, int] | None = None, columns: int = 3) -> tuple[Picture, list[TextBox]]:
    """Heads of columns, on a ground of their own or not, with two rows of values below."""
    picture = Picture.blank((640, 300), PAPER)
    for column in range(columns):
        for line in range(3):
            text = f"{'Head' if line == 0 else 'Value'}{column}{line}"
            picture.write(text, (40 + 170 * column, 40 + 24 * line), font(LATIN_FONTS[0], 14), INK)
    shades = [ground if line % 3 == 0 else PAPER for line in range(3 * columns)]
    return picture, [replace(box, ground=shade) for box, shade in zip(boxes(picture), shades, strict=True)]


GRAY = (217, 217, 217)


@pytest.mark.parametrize(("ground", "name"), [(GRAY, "Head00"), (GRAY, "Head10"), (PAPER, "Head10")])
def test_the_head_of_the_next_column_is_no_value(ground: tuple[int, int, int], name: str) -> None:
    picture, texts = columns_of(ground=ground, columns=2 if name == "Head00" else 3)
    with pytest.raises(Unresolved):
        read_beside(Target((name,)), np.asarray(picture.image), texts)


def test_of_several_columns_none_is_the_value_of_its_row() -> None:
    picture, texts = columns_of(ground=PAPER)
    with pytest.raises(Unresolved):
        read_beside(Target(("Value01",)), np.asarray(picture.image), texts)


def test_a_list_of_labels_and_values_is_no_columns_of() -> None:
    picture, texts = columns_of(ground=PAPER, columns=2)
    assert read_beside(Target(("Head00",)), np.asarray(picture.image), texts) == "Head10"
    assert read_beside(Target(("Value01",)), np.asarray(picture.image), texts) == "Value11"


@pytest.mark.parametrize("value", ["", "Oslo"])
def test_a_label_in_the_upper_corner_of_its_field(value: str) -> None:
    """With another field so near on its left that the gap is no wider than one to a caret."""
    picture = Picture.blank((640, 200))
    for left in (30, 292):
        picture.pen.rounded_rectangle((left, 40, left + 248, 88), 6, fill=PAPER, outline=(184, 196, 210))
    picture.write("From", (302, 48), font(LATIN_FONTS[0], 11), INK)
    if value:
        picture.write(value, (302, 66), font(LATIN_FONTS[0], 15), INK)
    assert_inside(field_of(picture, "From"), (292, 40, 540, 88))


def test_two_lines_below_a_title_in_a_box_are_no_value() -> None:
    picture = Picture.blank((640, 200))
    picture.pen.rectangle((30, 40, 300, 104), fill=PAPER, outline=(184, 196, 210))
    for line, text in enumerate(("From", "Oslo", "Norway")):
        picture.write(text, (40, 46 + 18 * line), font(LATIN_FONTS[0], 13), INK)
    assert field_of(picture, "From") is None


def test_labels_and_values_in_one_row_each_on_a_ground_of_its_own() -> None:
    picture = Picture.blank((700, 160), PAPER)
    shade, line = (250, 250, 250), (240, 240, 240)
    for row in range(2):
        for column, text in enumerate(("Count", "2", "Price", "20.00")):
            left, top = 30 + 150 * column, 30 + 36 * row
            ground = shade if column % 2 == 0 else PAPER
            picture.pen.rectangle((left, top, left + 150, top + 36), fill=ground, outline=line)
            picture.write(f"{text}{row}", (left + 12, top + 18), font(LATIN_FONTS[0], 14), INK, "lm")
    texts = [replace(box, ground=PAPER if box.text[0].isdigit() else shade) for box in boxes(picture)]
    pixels = np.asarray(picture.image)
    for label, value in (("Count0", "20"), ("Price0", "20.000"), ("Count1", "21"), ("Price1", "20.001")):
        assert read_beside(Target((label,)), pixels, texts) == value


def test_the_card_beside_a_card_is_no_field_of_what_stands_in_it() -> None:
    picture = Picture.blank((1100, 160), PAPER)
    for column, (text, value) in enumerate((("Sales", "8 126.00"), ("Orders", "1 024"), ("Open", "8"))):
        left = 30 + 334 * column
        picture.pen.rectangle((left, 30, left + 320, 100), fill=PAPER, outline=(240, 240, 240))
        picture.write(text, (left + 14, 40), font(LATIN_FONTS[0], 13), INK)
        picture.write(value, (left + 14, 62), font(LATIN_FONTS[0], 20), INK)
    for text, value in (("Sales", "8 126.00"), ("Orders", "1 024"), ("Open", "8")):
        assert read(picture, text) == value


def test_of_a_row_of_heads_in_capitals_or_of_an_odd_number_none_is_a_value() -> None:
    for heads in (("NAME", "ROLE", "CITY", "ACTIONS"), ("Name", "Role", "Seats", "City", "Actions")):
        picture = Picture.blank((800, 200), PAPER)
        for text, left in zip(heads, (40, 200, 420, 560, 640), strict=False):
            picture.write(text, (left, 40), font(LATIN_FONTS[0], 13), INK)
            picture.write(f"{text[0]}1", (left, 62), font(LATIN_FONTS[0], 13), INK)
        with pytest.raises(Unresolved):
            read(picture, heads[-2])


LINES = ("Call before delivery.", "Ring twice.", "Gate code 4471.", "Thanks a lot!")
DARK = ((16, 20, 31), (13, 20, 48), (52, 66, 100), (230, 230, 240))
LIGHT = ((250, 250, 250), PAPER, (196, 196, 196), INK)
Look = tuple[tuple[int, int, int], ...]


def grip(picture: Picture, corner: tuple[int, int], scale: int, colour: tuple[int, int, int]) -> None:
    """Two slanting strokes in a lower right corner, as a browser draws them."""
    right, bottom = corner
    for length in (8, 4):
        start = (right - (2 + length) * scale, bottom - 2 * scale)
        picture.pen.line((*start, right - 2 * scale, bottom - (2 + length) * scale), fill=colour, width=scale)


def area(
    lines: int, *, beside: float | None = 0.5, look: Look = LIGHT, scale: int = 1, radius: int = 4
) -> tuple[Picture, tuple[int, int, int, int]]:
    """A text area with a grip and that many lines; its label so far down its left side, or above it."""
    page, face, edge, ink = look
    picture = Picture.blank((700 * scale, 200 * scale), page)
    box = (170 * scale, 50 * scale, 600 * scale, 136 * scale)
    picture.pen.rounded_rectangle(box, radius * scale, face, edge, width=scale)
    for i, line in enumerate(LINES[:lines]):
        picture.write(line, (box[0] + 11 * scale, (58 + 17 * i) * scale), font(LATIN_FONTS[0], 14 * scale), ink)
    grip(picture, (box[2], box[3]), scale, edge)
    at = (box[0] + 2, 38 * scale) if beside is None else (20 * scale, round((62 + beside * 62) * scale))
    picture.write("Comment", at, font(LATIN_FONTS[0], 14 * scale), ink, "lm")
    return picture, box


@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("look", [LIGHT, DARK])
@pytest.mark.parametrize("beside", [0.5, 0.0, None])
@pytest.mark.parametrize("lines", [0, 1, 3, 4])
def test_a_text_area_with_some_lines(lines: int, beside: float | None, look: Look, scale: int) -> None:
    for radius in (0, 8):
        picture, box = area(lines, beside=beside, look=look, scale=scale, radius=radius)
        assert_inside(field_of(picture, "Comment"), box)


def test_a_grip_that_was_read_is_no_text_at_the_field_s_end() -> None:
    picture, box = area(3, beside=None)
    texts = [*boxes(picture), TextBox("1", box[2] - 11, box[3] - 12, 10, 9)]
    label = next(one for one in texts if one.text == "Comment")
    assert_inside(find_field(np.asarray(picture.image), label, texts), box)


def test_a_box_beside_a_label_that_holds_more_than_lines_is_no_field() -> None:
    for beside in (0.5, 0.0, None):
        picture, _ = area(4, beside=beside)
        ticks, _ = area(0, beside=beside)
        for i in range(3):
            ticks.pen.rectangle((182, 58 + 24 * i, 194, 70 + 24 * i), PAPER, INK)
            ticks.write(LINES[i], (206, 64 + 24 * i), font(LATIN_FONTS[0], 14), INK, "lm")
        picture.pen.rectangle((420, 100, 500, 124), (226, 226, 232), (150, 150, 150))
        picture.write("Edit", (460, 112), font(LATIN_FONTS[0], 14), INK, "mm")
        columns, _ = area(3, beside=beside)
        for i in range(3):
            columns.write(f"{i}7 kg", (430, 58 + 17 * i), font(LATIN_FONTS[0], 14), INK)
        for one in (picture, ticks, columns):
            assert field_of(one, "Comment") is None


def test_a_text_area_with_another_label_on_its_left_is_in_doubt() -> None:
    picture, _ = area(4)
    picture.write("Remark", (100, 62), font(LATIN_FONTS[0], 14), INK, "lm")
    assert field_of(picture, "Comment") is None


def floating(*values: str, underlined: bool = True, unit: str = "", scale: int = 1, dark: bool = False) -> Picture:
    """A label inside its field, above what was written there, and a line below the field."""
    page, face, line, ink = DARK if dark else (PAPER, (240, 240, 242), (119, 119, 119), INK)
    picture = Picture.blank((700 * scale, 220 * scale), page)
    bottom = 60 + 34 + 18 * max(1, len(values))
    box = tuple(side * scale for side in (60, 60, 560, bottom))
    picture.pen.rounded_rectangle(box, 4 * scale, face, None if underlined else line, width=scale)
    if underlined:
        picture.pen.rectangle((box[0], box[3] - scale, box[2], box[3]), (150, 160, 190) if dark else line)
    picture.write("Remarks", (72 * scale, 65 * scale), font(LATIN_FONTS[0], 12 * scale), ink)
    for i, value in enumerate(values):
        picture.write(value, (72 * scale, (84 + 18 * i) * scale), font(LATIN_FONTS[0], 15 * scale), ink)
    if unit:
        picture.write(unit, (548 * scale, 86 * scale), font(LATIN_FONTS[0], 15 * scale), ink, "rm")
    return picture


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("lines", [0, 1, 2, 4])
def test_lines_below_the_label_in_an_underlined_field(lines: int, scale: int, dark: bool) -> None:
    picture = floating(*LINES[:lines], scale=scale, dark=dark)
    assert_inside(field_of(picture, "Remarks"), (60 * scale, 60 * scale, 560 * scale, 190 * scale))


def test_lines_below_a_label_whose_box_was_read_low() -> None:
    picture = floating(*LINES[:3], scale=2)
    label, *lines = boxes(picture)
    label = replace(label, top=label.top + 3, height=label.height - 7)
    field = find_field(np.asarray(picture.image), label, [label, *lines])
    assert_inside(field, (120, 120, 1120, 300))


def test_lines_below_a_label_in_a_box_with_one_border_are_a_card_s() -> None:
    for lines in (2, 3, 4):
        assert field_of(floating(*LINES[:lines], underlined=False), "Remarks") is None


@pytest.mark.parametrize("underlined", [True, False])
@pytest.mark.parametrize(("value", "unit"), [("1500", "EUR"), ("23", "kg"), ("7", "m")])
def test_a_unit_at_the_end_of_a_field_with_its_label_inside(value: str, unit: str, underlined: bool) -> None:
    picture = floating(value, unit=unit, underlined=underlined)
    assert_inside(field_of(picture, "Remarks"), (60, 60, 560, 112))


def test_a_figure_with_its_change_in_a_box_is_a_card_s() -> None:
    picture = Picture.blank((700, 220), PAPER)
    picture.pen.rectangle((60, 60, 360, 116), PAPER, (200, 200, 200))
    picture.write("Sales", (72, 66), font(LATIN_FONTS[0], 12), INK)
    picture.write("8126", (72, 84), font(LATIN_FONTS[0], 24), INK)
    picture.write("+3 %", (348, 96), font(LATIN_FONTS[0], 14), INK, "rm")
    assert field_of(picture, "Sales") is None


@pytest.mark.parametrize("unit", ["€", "EUR", "km/h"])
def test_a_unit_at_the_end_of_a_field(unit: str) -> None:
    picture, y = form()
    picture.pen.rectangle((160, y - 14, 420, y + 14), fill=PAPER, outline=(130, 130, 130))
    picture.write("120", (170, y), font(LATIN_FONTS[0], 14), INK, "lm")
    picture.write(unit, (410, y), font(LATIN_FONTS[0], 14), (120, 120, 120), "rm")
    assert_inside(field_of(picture, "Name"), (160, y - 14, 420, y + 14))


def test_a_button_with_a_sign_at_its_end_is_no_field() -> None:
    picture, y = form()
    picture.pen.rectangle((100, y - 14, 260, y + 14), fill=(226, 226, 232), outline=(130, 130, 130))
    picture.write("Choose", (180, y), font(LATIN_FONTS[0], 14), INK, "mm")
    picture.write("v", (250, y), font(LATIN_FONTS[0], 14), INK, "rm")
    assert field_of(picture, "Name") is None


@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("look", [LIGHT, DARK, (PAPER, PAPER, (221, 221, 221), INK)])
def test_a_field_with_round_ends(look: Look, scale: int) -> None:
    page, face, edge, ink = look
    picture = Picture.blank((700 * scale, 220 * scale), page)
    drawn = [tuple(side * scale for side in (170, top, 560, top + 34)) for top in (30, 90, 170)]
    for box in drawn:
        picture.pen.rounded_rectangle(box, 17 * scale, face, edge, width=scale)
    written = font(LATIN_FONTS[0], 14 * scale)
    picture.write("Find a customer", (188 * scale, 47 * scale), written, (128, 128, 128), "lm")
    picture.write("Nickname", (40 * scale, 107 * scale), written, ink, "lm")
    picture.write("Alias", (172 * scale, 156 * scale), written, ink, "lm")
    for text, box in zip(("Find a customer", "Nickname", "Alias"), drawn, strict=True):
        assert_inside(field_of(picture, text), box)


def test_a_swatch_is_no_field() -> None:
    picture, y = form()
    picture.pen.rectangle((120, y - 14, 220, y + 14), fill=(60, 120, 220), outline=(130, 130, 130))
    assert field_of(picture, "Name") is None


@pytest.mark.parametrize("seed", range(6))
def test_rectangles_at_the_sides_of_a_picture(seed: int) -> None:
    """Among bars as wide as a few pixels, up to its edges, every point has a rectangle within it, or none."""
    rng = np.random.default_rng(seed)
    pixels = np.full((160, 90, 3), 255, np.uint8)
    for x in rng.integers(0, 90, 8):
        pixels[:, x : x + int(rng.integers(1, 3))] = rng.integers(0, 256, 3)
    pixels[[30, 70, 150]] = 0
    for x in (*range(6), *range(84, 90)):
        for y in range(0, 160, 7):
            found = rectangle_at(pixels, x, y)
            assert found is None or (0 < found.left < found.right < 90 and 0 < found.top < found.bottom < 160)


def drawer_over_a_table(*, own: str = "Name contains") -> Picture:
    """A panel that covers the right of a table, with a field level with one of the table's heads."""
    picture = Picture.blank((700, 220), (16, 20, 31))
    picture.write("City", (400, 96), font(LATIN_FONTS[0], 14), (200, 206, 220), "lm")
    picture.pen.rectangle((480, 0, 699, 219), (28, 36, 56))
    picture.pen.rectangle((500, 80, 680, 112), (13, 20, 48), (52, 66, 100))
    if own:
        picture.write(own, (500, 69), font(LATIN_FONTS[0], 12), (143, 160, 189), "lm")
    return picture


def test_a_field_with_its_own_label_is_not_that_of_a_text_beside_its_panel() -> None:
    picture = drawer_over_a_table()
    assert field_of(picture, "City") is None
    assert_inside(field_of(picture, "Name contains"), (500, 80, 680, 112))
    assert_inside(field_of(drawer_over_a_table(own=""), "City"), (500, 80, 680, 112))


def editable(*, rows: int = 3, lined: bool = False, dark: bool = False) -> Picture:
    """A table with a column of text fields, between two of plain texts; `lined` has its cells in borders instead."""
    page, face, edge, ink = DARK if dark else LIGHT
    picture = Picture.blank((700, 260), page)
    written = font(LATIN_FONTS[0], 14)
    for text, left in (("NAME", 40), ("SEATS", 240), ("CITY", 460)):
        picture.write(text, (left, 40), font(LATIN_FONTS[0], 12), ink, "lm")
    for i, (name, seats, city) in enumerate((("Mira", "12", "Oslo"), ("Jonas", "", "Kiel"), ("Aiko", "40", "Kobe"))):
        y = 80 + 44 * i
        picture.pen.line((30, y - 22, 640, y - 22), edge)
        if lined:
            for line in (14, y - 22):
                picture.pen.line((30, line, 640, line), edge)
            for left in (30, 228, 448, 640):
                picture.pen.line((left, 14, left, y + 22), edge)
            picture.pen.line((30, y + 22, 640, y + 22), edge)
        elif i < rows:
            picture.pen.rounded_rectangle((240, y - 12, 360, y + 12), 4, face, edge)
        for text, left in ((name, 40), (seats, 248), (city, 460)):
            picture.write(text, (left, y), written, ink, "lm") if text else None
    return picture


def in_row(picture: Picture, head: str, row: str) -> tuple[float, float]:
    target = Target((head,), relation="in", anchor=Target((row,)))
    return field_point(target, np.asarray(picture.image), boxes(picture))


@pytest.mark.parametrize("dark", [False, True])
def test_the_field_in_a_row_below_the_head_of_its_column(dark: bool) -> None:
    for i, row in enumerate(("Mira", "Jonas", "Aiko")):
        assert in_row(editable(dark=dark), "Seats", row) == pytest.approx((300, 80 + 44 * i), abs=2)


def test_a_cell_without_a_field_has_none() -> None:
    for row in ("Mira", "Jonas", "Aiko"):
        for picture, head in ((editable(), "City"), (editable(lined=True), "Seats")):
            with pytest.raises(Unresolved):
                in_row(picture, head, row)
    with pytest.raises(Unresolved):
        in_row(editable(rows=2), "Seats", "Aiko")


def test_a_field_below_two_heads_or_another_table_s_head_is_in_no_column() -> None:
    wide = editable()
    wide.pen.rectangle((232, 66, 520, 94), PAPER, INK)
    lower = editable()
    lower.pen.rectangle((230, 100, 400, 146), LIGHT[0])
    lower.write("Chairs", (240, 124), font(LATIN_FONTS[0], 12), INK, "lm")
    for picture, row in ((wide, "Mira"), (lower, "Aiko")):
        with pytest.raises(Unresolved):
            in_row(picture, "Seats", row)


def with_addon(
    sign: str, *, below: bool = True, face: tuple[int, int, int] = (233, 236, 239), wide: int = 36
) -> Picture:
    """A field behind a sign in a box of its own, below its label or right of it."""
    picture, edge, written = Picture.blank((640, 300), PAPER), (206, 212, 218), font(LATIN_FONTS[0], 14)
    picture.write("Price", (30, 60), written, INK)
    left, top = (30, 84) if below else (110, 50)
    picture.pen.rectangle((left, top, left + wide, top + 34), face, edge)
    picture.pen.rectangle((left + wide, top, left + 400, top + 34), PAPER, edge)
    picture.write(sign, (left + wide // 2, top + 17), written, INK, "mm")
    return picture


@pytest.mark.parametrize("below", [True, False])
@pytest.mark.parametrize(("sign", "wide"), [("$", 36), ("USD", 60), ("https://", 90)])
def test_a_field_behind_a_sign_in_a_box_of_its_own(sign: str, wide: int, below: bool) -> None:
    picture = with_addon(sign, below=below, wide=wide)
    left, top = (30, 84) if below else (110, 50)
    assert field_of(picture, "Price") == Field(left + wide + 1, top + 1, left + 400, top + 34)


def test_segments_of_one_control_are_no_field_behind_a_sign() -> None:
    same = with_addon("Day", face=PAPER, wide=60)
    alike = with_addon("Day", wide=180)
    for picture in (same, alike):
        assert field_of(picture, "Price") is None


def selected(*, edge: int = 0, plain: bool = True) -> Picture:
    """A field whose text is selected; or a button in the selection's colour, alone on the ground."""
    picture, y = form()
    if plain:
        picture.pen.rectangle((160, y - 13, 420, y + 13), fill=PAPER, outline=(130, 130, 130))
    label = picture.write("letter", (166, y), font(LATIN_FONTS[0], 14), PAPER, "lm").box
    picture.pen.rectangle((163, y - 10, label[2] + 3, y + 10), (74, 105, 132), (40, 60, 80) if edge else None)
    picture.labels.pop()
    picture.write("letter", (166, y), font(LATIN_FONTS[0], 14), PAPER, "lm")
    return picture


@pytest.mark.parametrize("edge", [0, 1])
def test_a_field_whose_text_is_selected_is_a_field(edge: int) -> None:
    assert field_of(selected(edge=edge), "Name") == Field(161, 55, 420, 80)
    assert field_of(selected(edge=edge, plain=False), "Name") is None


def counted(*, before: bool, number: str = "50") -> Picture:
    """A number at the far end of a row, between the boxes that it is counted with or before both."""
    picture = Picture.blank((760, 200), PAPER)
    picture.write("Undo steps", (30, 100), font(LATIN_FONTS[0], 14), INK, "lm")
    lefts = (600, 636, 682) if before else (600, 646, 682)
    for left, right, sign in zip(
        lefts, (*lefts[1:], 718), ("−", number, "+") if before else (number, "−", "+"), strict=True
    ):
        picture.pen.rectangle((left, 84, right, 116), PAPER, (200, 200, 200))
        picture.write(sign, ((left + right) // 2, 100), font(LATIN_FONTS[0], 14), INK, "mm")
    return picture


@pytest.mark.parametrize(("before", "x"), [(True, 659), (False, 623)])
def test_a_number_that_is_counted_up_and_down_stands_in_a_field(before: bool, x: int) -> None:
    picture = counted(before=before)
    assert field_point(Target(("Undo steps",)), np.asarray(picture.image), boxes(picture)) == pytest.approx(
        (x, 100), abs=2
    )
    days = counted(before=before, number="Day")
    with pytest.raises(Unresolved):
        field_point(Target(("Undo steps",)), np.asarray(days.image), boxes(days))


def test_a_list_at_the_far_end_of_a_row_is_its_label_s() -> None:
    picture = Picture.blank((760, 200), PAPER)
    picture.write("Language", (30, 100), font(LATIN_FONTS[0], 14), INK, "lm")
    picture.pen.rectangle((600, 84, 720, 116), (240, 240, 240), (200, 200, 200))
    picture.write("English", (612, 100), font(LATIN_FONTS[0], 14), INK, "lm")
    picture.pen.polygon(((696, 97), (708, 97), (702, 103)), fill=INK)
    pixels, texts = np.asarray(picture.image), boxes(picture)
    spot = locate(Target(("Language",), "list"), pixels, texts)
    assert spot.point == pytest.approx((702, 100), abs=2)
    with pytest.raises(Unresolved):
        field_point(Target(("Language",)), pixels, texts)


def headed(*, below: bool = True) -> Picture:
    """The head of a column with a field in it, and the first row, which looks as a field does."""
    picture = Picture.blank((500, 260), (255, 255, 255))
    picture.pen.rectangle((20, 40, 220, 106), fill=(230, 230, 230), outline=(153, 153, 153))
    picture.write("Name", (26, 48), FONT, INK)
    picture.pen.rectangle((26, 72, 214, 98), fill=(255, 255, 255), outline=(118, 118, 118))
    picture.write("Filter name", (32, 78), FONT, (117, 117, 117))
    if below:
        picture.pen.rectangle((20, 106, 220, 136), fill=(255, 255, 255), outline=(153, 153, 153))
    return picture


@pytest.mark.parametrize("below", [True, False])
def test_a_hint_in_the_head_of_a_column_names_its_field_and_not_the_row_below(below: bool) -> None:
    assert_inside(field_of(headed(below=below), "Filter name"), (26, 72, 214, 98))


def test_the_head_of_a_column_is_not_the_field_of_its_name() -> None:
    """As in a dialog in which a file's name is given above a list of files."""
    picture = Picture.blank((700, 300), (250, 250, 250))
    picture.field("Name:", (20, 20), FONT, INK, (255, 255, 255), width=400)
    picture.pen.rectangle((20, 80, 680, 280), fill=(255, 255, 255), outline=(190, 190, 190))
    x = 20
    for name, width in (("Name", 360), ("Size", 100), ("Type", 100), ("Modified", 100)):
        picture.pen.rectangle((x, 80, x + width, 106), fill=(246, 245, 244), outline=(190, 190, 190))
        picture.write(name, (x + 6, 86), FONT, (90, 90, 90))
        x += width
    place = field_point(Target(("Name",), "field"), np.asarray(picture.image), boxes(picture))
    left, top, right, bottom = picture.boxes["Name:"]
    assert left < place[0] < right
    assert top < place[1] < bottom


def column(*kinds: str, gap: int = 4) -> tuple[Picture, dict[str, tuple[int, int, int, int]]]:
    """Fields and their labels, one below the other, each as far from the next; the fields are numbered."""
    picture, y, fields = Picture.blank((500, 400), PAPER), 40, {}
    for kind in kinds:
        if kind == "field":
            fields[str(len(fields))] = (40, y, 260, y + 30)
            picture.pen.rectangle(fields[str(len(fields) - 1)], outline=(120, 120, 120))
            y += 31 + gap
        else:
            y = picture.write(kind, (40, y), FONT, INK).box[3] + 1 + gap
    return picture, fields


@pytest.mark.parametrize("gap", [2, 6, 10])
def test_labels_may_stand_below_their_fields(gap: int) -> None:
    picture, _ = column("field", "Town", "field", "Nickname", "field", "Hobby", gap=gap)
    for name in ("Town", "Nickname", "Hobby"):
        assert field_of(picture, name) is None
    picture, fields = column("Town", "field", "Nickname", "field", "Hobby", "field", gap=gap)
    for i, name in enumerate(("Town", "Nickname", "Hobby")):
        assert_inside(field_of(picture, name), fields[str(i)])


def test_a_frame_beside_a_label_is_no_field_of_it() -> None:
    """Nor is its text the label's value."""
    picture = Picture.blank((700, 260), (246, 245, 244))
    for left, title, words in ((10, "Sender", ("Street", "Main 5")), (324, "Receiver", ("Phone", "555 123"))):
        picture.pen.rectangle((left, 38, left + 306, 145), outline=(200, 200, 196))
        picture.pen.rectangle((left, 32, left + 60, 44), fill=(246, 245, 244))
        picture.write(title, (left, 30), FONT, INK)
        for i, word in enumerate(words):
            picture.write(word, (left + 5, 52 + 25 * i), FONT, INK)
    assert field_of(picture, "Street") is None
    with pytest.raises(Unresolved, match="no text that plainly belongs"):
        read_beside(Target(("Street",)), np.asarray(picture.image), boxes(picture))
