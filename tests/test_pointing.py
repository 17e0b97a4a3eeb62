"""From a target to one place, on drawn pictures and made-up readings; on real widgets their own word is the truth."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import mss
import numpy as np
import pytest

from agent.offline.answering import read_beside
from agent.offline.instructions import Area, Relation, Role, Target
from agent.offline.pointing import Unresolved, locate
from agent.offline.sight import Sight
from agent.reading.labels import TextBox
from agent.rect import Rect
from agent.virtual import VirtualDisplay
from tests.apps.screens import LATIN_FONTS, Picture, font
from tests.bench import pointing_pages, pointing_windows
from tests.bench.pointing_cases import Scene, judged
from tests.offline_session import GivenReader
from tests.test_fields import INK, PAPER, boxes

SIZE = (900, 600)
BLANK = np.full((SIZE[1], SIZE[0], 3), 255, np.uint8)


def box(text: str, x: float, y: float) -> TextBox:
    """A text with its middle at x, y."""
    width = 9.0 * max(1, len(text))
    return TextBox(text, x - width / 2, y - 8, width, 16)


def at(target: Target, *texts: TextBox, within: Rect | None = None) -> tuple[float, float]:
    return locate(target, BLANK, texts, within=within).point


def refused(target: Target, *texts: TextBox) -> Unresolved:
    with pytest.raises(Unresolved) as why:
        locate(target, BLANK, texts)
    return why.value


SAVES = (box("Save", 100, 50), box("Save", 800, 60), box("Save", 450, 300), box("Save", 100, 550))


def test_several_are_named_with_their_places_in_the_task_s_language() -> None:
    why = refused(Target(("Save",)), *SAVES)
    assert why.is_ambiguous
    assert (
        "4 times, at the pixels 100,50 (top left), 800,60 (top right), 450,300 (middle), 100,550 (bottom left)"
        in str(why)
    )
    assert why.line("click Save") == str(why)
    assert "“Save”在屏幕上有 4 处" in why.line("点击 Save")
    assert "100,50（左上角）" in why.line("点击 Save")


def test_none_names_the_nearest_in_the_task_s_language() -> None:
    why = refused(Target(("Saves",)), *SAVES)
    assert not why.is_ambiguous
    assert '"Saves"' in why.line("click Saves")
    assert "最接近的文字是“Save”" in why.line("点击Saves")


@pytest.mark.parametrize(("ordinal", "place"), [(1, (100, 50)), (2, (800, 60)), (4, (100, 550)), (-1, (100, 550))])
def test_ordinals_count_in_reading_order(ordinal: int, place: tuple[float, float]) -> None:
    assert at(Target(("Save",), ordinal=ordinal), *reversed(SAVES)) == place


def test_a_number_that_may_belong_to_the_label_is_told_by_the_screen() -> None:
    target = Target(("view",), ordinal=-1, whole=("last view",))
    views, last = (box("View", 100, 50), box("View", 100, 90)), box("Last view", 500, 90)
    assert at(target, *views) == (100, 90)
    assert at(target, last) == (500, 90)
    why = refused(target, *views, last)
    assert why.is_ambiguous
    assert "quotation marks" in str(why)


def test_both_readings_of_a_number_are_looked_for_on_a_screen_that_is_read_as_far_as_asked() -> None:
    class Lazy(GivenReader):
        def read(self, pixels: np.ndarray, wanted: Sequence[str] | None = None) -> tuple[TextBox, ...]:
            return tuple(one for one in super().read(pixels) if wanted is None or one.text in wanted)

    picture = Picture.blank(SIZE, PAPER)
    for text, y in (("view", 50), ("view", 150), ("last view", 250)):
        picture.write(text, (40, y), font(LATIN_FONTS[0], 15), INK)
    with pytest.raises(Unresolved, match="quotation marks"):
        Sight(picture.encoded(), Lazy(picture)).locate(Target(("view",), ordinal=-1, whole=("last view",)))


def test_a_button_whose_label_is_read_in_two_texts_is_one() -> None:
    """By its looks it is told from a heading of the same words; without its role it is not."""
    picture = Picture.blank(SIZE, PAPER)
    picture.pen.rectangle((300, 200, 470, 235), fill=(220, 220, 230), outline=INK)
    words = TextBox("Remove", 313, 209, 65, 17), TextBox("account", 385, 209, 72, 17, goes_on=True)
    heading, pixels = TextBox("Remove account", 40, 40, 144, 17), np.asarray(picture.image)
    target = Target(("Remove account",), role="button")
    assert locate(target, pixels, (heading, *words)).point == (385, 217.5)
    with pytest.raises(Unresolved, match="2 times"):
        locate(Target(("Remove account",)), pixels, (heading, *words))


def test_what_may_be_one_more_read_in_pieces_is_not_counted_past() -> None:
    torn = (TextBox("Add", 40, 90, 60, 20), TextBox("cart", 160, 90, 70, 20))
    whole = [TextBox("Add to cart", x, 90, 180, 20) for x in (400, 800)]
    target = Target(("Add to cart",), ordinal=2)
    assert at(target, *whole) == (890, 100)
    assert 'cannot be counted: "Add", "cart" at 70,100 may be one more' in str(refused(target, *torn, *whole))
    apart = (torn[0], TextBox("cart", 160, 300, 70, 20), TextBox("cart", 300, 90, 70, 20))
    assert at(target, *apart, *whole) == (890, 100)


def test_an_ordinal_past_the_last_is_refused() -> None:
    why = refused(Target(("Save",), ordinal=5), *SAVES)
    assert "there are 4" in str(why)
    assert "只有 4 个" in why.line("点击")


@pytest.mark.parametrize(
    ("area", "place"),
    [("top right", (800, 60)), ("right", (800, 60)), ("middle", (450, 300)), ("bottom left", (100, 550))],
)
def test_areas(area: Area, place: tuple[float, float]) -> None:
    texts = SAVES if area != "right" else SAVES[:2]
    assert at(Target(("Save",), area=area), *texts) == place


def test_an_area_with_two_or_none_is_refused() -> None:
    assert refused(Target(("Save",), area="left"), *SAVES).is_ambiguous
    assert "without its place" in str(refused(Target(("Save",), area="bottom right"), *SAVES))


@pytest.mark.parametrize(
    ("relation", "place"),
    [
        ("left of", (200, 200)),
        ("right of", (400, 200)),
        ("above", (300, 100)),
        ("below", (300, 260)),
    ],
)
def test_relations_mean_the_nearest_in_that_direction(relation: Relation, place: tuple[float, float]) -> None:
    around = [box("Go", x, y) for x, y in ((200, 200), (80, 200), (400, 200), (600, 200))]
    around += [box("Go", x, y) for x, y in ((300, 100), (300, 260), (300, 400), (600, 260))]
    target = Target(("Go",), relation=relation, anchor=Target(("Here",)))
    assert at(target, box("Here", 300, 200), *around) == place


def test_next_to_is_level_and_plainly_the_nearest() -> None:
    target = Target(("Go",), relation="next to", anchor=Target(("Here",)))
    here = box("Here", 300, 200)
    assert at(target, here, box("Go", 360, 200), box("Go", 120, 200), box("Go", 300, 240)) == (360, 200)
    assert refused(target, here, box("Go", 360, 200), box("Go", 230, 200)).is_ambiguous
    assert "without its place" in str(refused(target, here, box("Go", 300, 240)))


def test_two_that_are_level_below_are_ambiguous() -> None:
    wide = TextBox("Here is a title", 200, 100, 300, 16)
    target = Target(("Go",), relation="below", anchor=Target(("Here is a title",)))
    assert refused(target, wide, box("Go", 250, 150), box("Go", 400, 151)).is_ambiguous


def test_an_anchor_that_is_there_twice_is_refused() -> None:
    target = Target(("Go",), relation="right of", anchor=Target(("Save",)))
    assert '"Save" is on the screen 4 times' in str(refused(target, box("Go", 300, 50), *SAVES))


def test_anchors_have_places_of_their_own() -> None:
    anchor = Target(("Save",), area="top right")
    target = Target(("Go",), relation="below", anchor=anchor)
    assert at(target, box("Go", 100, 90), box("Go", 800, 100), *SAVES) == (800, 100)


TABLE = (
    *(replace(box(text, x, 50), ground=(230, 230, 230)) for text, x in (("Item", 100), ("Price", 300), ("Stock", 500))),
    *(box(text, x, 90) for text, x in (("Ham", 100), ("3.50", 300), ("12", 500), ("Buy", 700))),
    *(box(text, x, 130) for text, x in (("Eggs", 100), ("2.20", 300), ("7", 500), ("Buy", 700))),
)


def test_a_row_decides() -> None:
    for text, y in (("Ham", 90), ("Eggs", 130)):
        assert at(Target(("Buy",), relation="in", anchor=Target((text,))), *TABLE) == (700, y)


def test_a_cell_is_where_its_row_meets_its_column() -> None:
    for column, values in (("Price", ("3.50", "2.20")), ("Stock", ("12", "7"))):
        for item, value in zip(("Ham", "Eggs"), values, strict=True):
            target = Target((column,), relation="in", anchor=Target((item,)))
            assert read_beside(target, BLANK, TABLE) == value
            assert locate(target, BLANK, TABLE).text == value


@pytest.mark.parametrize("name", ["Price of Eggs", "price of eggs", "Eggs's Price", "Eggs的Price"])
def test_what_is_said_of_a_row_is_read_in_its_column(name: str) -> None:
    assert read_beside(Target((name,)), BLANK, TABLE) == "2.20"
    with pytest.raises(Unresolved, match="there is no text"):
        read_beside(Target(("Weight of Eggs",)), BLANK, TABLE)
    named = (*TABLE, replace(box(f"{name}: 4.10", 200, 400), width=200.0))
    assert read_beside(Target((name,)), BLANK, named) == "4.10"


def test_a_cell_below_two_headers_or_none_is_refused() -> None:
    wide = TextBox("3.50 to 12", 260, 82, 280, 16)
    texts = [*TABLE[:3], box("Ham", 100, 90), wide]
    refused(Target(("Price",), relation="in", anchor=Target(("Ham",))), *texts)
    refused(Target(("Price",), relation="in", anchor=Target(("Ham",))), *TABLE[:3], box("Ham", 100, 90))


@pytest.mark.parametrize("role", [None, "button", "link"])
@pytest.mark.parametrize("headed", [False, True])
def test_what_stands_in_the_place_of_another_row_s_label_is_not_it(role: Role | None, headed: bool) -> None:
    """Neither below a row's own head, nor in a list without any, nor where every other row has another ground."""
    rows = (("Ham", "3.50", "Book"), ("Eggs", "2.20", "Sold out"), ("Tea", "4.10", "Sold out"))
    for odd in ((255, 255, 255), (240, 240, 240)):
        grounds = ((255, 255, 255), odd, (255, 255, 255))
        texts = [
            replace(box(text, x, 90 + 40 * i), ground=ground)
            for i, (row, ground) in enumerate(zip(rows, grounds, strict=True))
            for text, x in zip(row, (100, 300, 500), strict=True)
        ]
        heads = [replace(box(text, x, 50), ground=(200, 220, 220)) for text, x in (("Item", 100), ("Buy", 500))]
        for item in ("Eggs", "Tea") if headed or odd == (255, 255, 255) else ("Tea",):
            target = Target(("Book",), role, relation="in", anchor=Target((item,)))
            assert "is not there" in str(refused(target, *(heads if headed else ()), *texts))


def test_bold_heads_of_columns_are_told_on_one_ground() -> None:
    picture = Picture.blank(SIZE, PAPER)
    for i, row in enumerate((("Item", "Price"), ("Ham", "3.50"), ("Eggs", "2.20"))):
        for text, x in zip(row, (100, 300), strict=True):
            picture.write(text, (x, 50 + 40 * i), font(LATIN_FONTS[0 if i else 1], 15), INK, "lm")
    pixels, texts = np.asarray(picture.image), boxes(picture)
    for item, value in (("Ham", "3.50"), ("Eggs", "2.20")):
        target = Target(("Price",), relation="in", anchor=Target((item,)))
        assert locate(target, pixels, texts).text == value
    with pytest.raises(Unresolved, match="is not there"):
        locate(Target(("3.50",), relation="in", anchor=Target(("Eggs",))), pixels, texts)


def test_only_what_is_within_counts() -> None:
    assert at(Target(("Save",)), *SAVES, within=Rect(700, 0, 900, 200)) == (800, 60)
    with pytest.raises(Unresolved):
        locate(Target(("Save",)), BLANK, SAVES, within=Rect(200, 100, 300, 200))


@pytest.mark.parametrize("role", [None, "button", "field", "checkbox", "radio", "list", "link"])
def test_boxes_that_were_not_read_never_match(role: Role | None) -> None:
    texts = [TextBox("", x, y, 80, 16, 0.0) for x, y in ((10, 10), (200, 10), (10, 200))]
    for names in (("Save",), ()):
        with pytest.raises(Unresolved):
            locate(Target(names, role), BLANK, texts)


def login(*, gap: int = 60) -> Picture:
    picture = Picture.blank((640, 300), (240, 240, 240))
    picture.write("Login", (40, 30), font(LATIN_FONTS[1], 20), INK)
    picture.button("Login", (40, 30 + gap), font(LATIN_FONTS[0], 14), INK, (210, 214, 220))
    return picture


def test_of_a_heading_and_a_button_the_role_means_the_button() -> None:
    picture = login()
    pixels, texts = np.asarray(picture.image), boxes(picture)
    assert locate(Target(("Login",), "button"), pixels, texts).point[1] > 90
    for role in (None, "tab", "menu"):
        with pytest.raises(Unresolved, match="2 times"):
            locate(Target(("Login",), role), pixels, texts)  # type: ignore[arg-type]


def test_a_plain_text_is_not_the_button_while_a_longer_text_may_be() -> None:
    picture = login()
    heading, button = boxes(picture)
    texts = (heading, TextBox("Login Cancel", button.left, button.top, 160, button.height))
    with pytest.raises(Unresolved, match="2 times"):
        locate(Target(("Login",), "button"), np.asarray(picture.image), texts)
    assert locate(Target(("Login",)), np.asarray(picture.image), texts).text == "Login"


def test_a_plain_text_is_not_the_button_while_the_buttons_text_may_be_misread() -> None:
    picture = login()
    heading, button = boxes(picture)
    pixels = np.asarray(picture.image)
    misread = TextBox("Lagin", button.left, button.top, button.width, button.height, 0.9)
    with pytest.raises(Unresolved, match="2 times"):
        locate(Target(("Login",), "button"), pixels, (heading, misread))
    sure = TextBox("Lagin", button.left, button.top, button.width, button.height)
    assert locate(Target(("Login",), "button"), pixels, (heading, sure)).text == "Login"


def test_two_buttons_stay_ambiguous() -> None:
    picture = login()
    picture.button("Login", (240, 90), font(LATIN_FONTS[0], 14), INK, (210, 214, 220))
    with pytest.raises(Unresolved, match="3 times"):
        locate(Target(("Login",), "button"), np.asarray(picture.image), boxes(picture))


def test_a_text_with_something_drawn_around_it_may_be_a_button_as_well() -> None:
    picture = login()
    for y in range(20, 60):  # a shaded plate, which is no rectangle of one colour
        picture.pen.line((20, y, 180, y), fill=(200 - y, 200, 100 + y))
    picture.write("Login", (40, 30), font(LATIN_FONTS[1], 20), INK)
    with pytest.raises(Unresolved, match="times"):
        locate(Target(("Login",), "button"), np.asarray(picture.image), boxes(picture)[1:])


def test_of_several_only_an_underlined_or_coloured_one_is_the_link() -> None:
    picture = login()
    link = picture.write("Login", (240, 96), font(LATIN_FONTS[0], 14), (20, 60, 220))
    pixels, texts = np.asarray(picture.image), boxes(picture)
    assert locate(Target(("Login",), "link"), pixels, texts).point[0] > 230
    picture.pen.rectangle((40, 20, 110, 50), fill=(240, 240, 240))
    picture.write("Login", (40, 30), font(LATIN_FONTS[1], 20), (20, 60, 220))
    with pytest.raises(Unresolved, match="times"):
        locate(Target(("Login",), "link"), np.asarray(picture.image), boxes(picture)[1:])
    assert link.text == "Login"


@pytest.mark.parametrize("bottom", [92, 140])
def test_the_field_below_a_text_is_not_the_one_that_the_text_stands_in(bottom: int) -> None:
    """A high one has its text at the top, as a frame has its title."""
    picture = Picture.blank((500, 300), (240, 240, 240))
    picture.pen.rectangle((40, 60, 400, bottom), fill=PAPER, outline=(130, 130, 130))
    picture.write("Subject", (52, 76), font(LATIN_FONTS[0], 14), (120, 120, 120), "lm")
    target = Target((), "field", relation="below", anchor=Target(("Subject",)))
    with pytest.raises(Unresolved, match="is not there; without its place"):
        locate(target, np.asarray(picture.image), boxes(picture))


def dropdown(*, arrow: bool) -> Picture:
    picture = Picture.blank((640, 200), (240, 240, 240))
    picture.field("Size", (30, 60), font(LATIN_FONTS[0], 15), INK, PAPER)
    _, top, right, bottom = picture.boxes["Size"]
    x, y = right - 14, (top + bottom) // 2
    if arrow:
        picture.pen.polygon(((x - 5, y - 3), (x + 5, y - 3), (x, y + 3)), fill=INK)
    return picture


def test_a_list_is_a_field_with_an_arrow() -> None:
    picture = dropdown(arrow=True)
    spot = locate(Target(("Size",), "list"), np.asarray(picture.image), boxes(picture))
    right = picture.boxes["Size"][2]
    assert right - 20 < spot.point[0] < right - 8
    picture = dropdown(arrow=False)
    with pytest.raises(Unresolved, match="no drop-down list") as why:
        locate(Target(("Size",), "list"), np.asarray(picture.image), boxes(picture))
    assert "没有下拉列表" in why.value.line("从Size中选择")


@pytest.mark.parametrize("ordinal", [1, 2, -1])
def test_a_field_without_a_name_by_its_number(ordinal: int) -> None:
    picture = Picture.blank((640, 300), (240, 240, 240))
    for i, text in enumerate(("Name", "City", "Phone")):
        picture.field(text, (30, 20 + 50 * i), font(LATIN_FONTS[0], 15), INK, PAPER)
    spot = locate(Target((), "field", ordinal=ordinal), np.asarray(picture.image), boxes(picture))
    left, top, right, bottom = list(picture.boxes.values())[ordinal - 1 if ordinal > 0 else -1]
    assert left < spot.point[0] < right
    assert top < spot.point[1] < bottom


def test_the_text_in_a_field_without_a_name() -> None:
    picture = Picture.blank((640, 300), (240, 240, 240))
    for i, text in enumerate(("Name", "City")):
        picture.field(text, (30, 20 + 50 * i), font(LATIN_FONTS[0], 15), INK, PAPER)
    left, top, _, bottom = picture.boxes["City"]
    picture.write("Rome", (left + 6, (top + bottom) // 2), font(LATIN_FONTS[0], 14), INK, "lm")
    pixels, texts = np.asarray(picture.image), boxes(picture)
    assert read_beside(Target((), "field", ordinal=2), pixels, texts) == "Rome"
    with pytest.raises(Unresolved, match="is empty"):
        read_beside(Target((), "field", ordinal=1), pixels, texts)


def outcomes(scene: Scene) -> Counter[str]:
    found: Counter[str] = Counter()
    for case in scene.cases:
        outcome, said = judged(case, scene.pixels, scene.texts)
        assert outcome != "wrong", f"{scene.name}: {case}: {said}"
        found[outcome] += 1
    return found


def test_pages_of_a_real_browser() -> None:
    pytest.importorskip("playwright")
    with pointing_pages.browser() as running:
        found = sum((outcomes(pointing_pages.scene(running, seed)) for seed in range(4)), Counter())
    assert found["right"] > 0.85 * found.total()


def test_windows_of_a_real_toolkit(display: VirtualDisplay) -> None:
    assert os.environ["DISPLAY"] == display.name
    with mss.MSS() as screen:
        scenes = [
            pointing_windows.scene(seed, lambda: np.asarray(screen.grab(screen.monitors[0]))[:, :, 2::-1].copy())
            for seed in (3, 7, 8, 16)  # light: of a dark one Tk's own marks are often as dark as their ground
        ]
    found = sum((outcomes(scene) for scene in scenes), Counter())
    assert found["right"] > 0.8 * found.total()


def test_of_two_lists_the_one_that_is_not_recognised_counts_as_well() -> None:
    picture = Picture.blank((640, 300))
    for left in (40, 340):
        picture.write("Country", (left, 40), font(LATIN_FONTS[0], 15), INK)
        picture.pen.rectangle((left - 2, 62, left + 220, 90), fill=(255, 255, 255), outline=(120, 120, 120))
    picture.pen.polygon([(240, 72), (252, 72), (246, 79)], fill=INK)
    with pytest.raises(Unresolved, match="2 times"):
        locate(Target(("Country",), "list"), np.asarray(picture.image), boxes(picture))


@pytest.mark.parametrize("relation", ["in", "next to", "right of"])
def test_a_button_beside_a_label_and_its_description_is_beside_the_label(relation: Relation) -> None:
    picture = Picture.blank((640, 300))
    for i, (text, more) in enumerate((("Adults", "16 and more"), ("Children", "2 to 15"), ("Infants", "under 2"))):
        top = 30 + 48 * i
        picture.write(text, (30, top), font(LATIN_FONTS[0], 15), INK)
        picture.write(more, (30, top + 19), font(LATIN_FONTS[0], 11), INK)
        picture.write("Add", (300, top + 17), font(LATIN_FONTS[0], 15), INK, "lm")
    for i, text in enumerate(("Adults", "Children", "Infants")):
        target = Target(("Add",), relation=relation, anchor=Target((text,)))
        assert locate(target, np.asarray(picture.image), boxes(picture)).center[1] == pytest.approx(47 + 48 * i, abs=4)


def test_the_arrow_of_a_sorted_column_makes_no_list_of_its_head() -> None:
    picture = Picture.blank((640, 300), (255, 255, 255))
    for i, text in enumerate(("Name", "Size", "Type")):
        left = 40 + 180 * i
        picture.pen.rectangle((left, 62, left + 180, 90), fill=(250, 250, 250), outline=(200, 200, 200))
        picture.write(text, (left + 8, 76), font(LATIN_FONTS[0], 15), INK, "lm")
    picture.pen.polygon([(196, 73), (208, 73), (202, 80)], fill=INK)
    with pytest.raises(Unresolved, match="no drop-down list"):
        locate(Target(("Name",), "list"), np.asarray(picture.image), boxes(picture))
