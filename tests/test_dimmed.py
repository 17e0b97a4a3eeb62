"""A dialog in front of a dimmed page: what is behind it is not clicked."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from agent.offline.dimmed import Dimmed, dimmed, lifted
from agent.offline.instructions import Click, Target, TypeText
from agent.offline.pointing import locate, tick_box
from agent.offline.unresolved import Unresolved
from agent.reading.labels import TextBox
from agent.rect import Rect
from tests.apps.screens import LATIN_FONTS, RGB, Picture, font
from tests.test_following import Given, end_of, given

__all__ = ["given"]

FONT = font(LATIN_FONTS[0], 15)
INK, WHITE, BLUE, TOOLBAR = (20, 20, 20), (255, 255, 255), (40, 90, 200), (211, 227, 253)
PAGE = (0, 60, 900, 600)
DIALOG = (280, 200, 620, 380)
EXPORT, CANCEL = (140, 150), (140, 300)


def page(paper: RGB = WHITE, ink: RGB = INK) -> Picture:
    """A browser's toolbar, a page with a header in a colour of its own, and buttons."""
    picture = Picture.blank((900, 600), TOOLBAR)
    picture.write("Address", (40, 20), FONT, INK)
    picture.pen.rectangle(PAGE, fill=paper)
    picture.pen.rectangle((0, 60, 900, 100), fill=BLUE)
    for text, (x, y) in (("Export", EXPORT), ("Cancel", CANCEL), ("Help", (760, 520))):
        picture.write(text, (x, y), FONT, ink, "mm")
    return picture


def with_dialog(share: float = 0.4, paper: RGB = WHITE, ink: RGB = INK, card: RGB = WHITE) -> Picture:
    """The same behind black of that share, with a dialog that has a Cancel of its own."""
    picture = page(paper, ink)
    below = picture.image.crop(PAGE)
    picture.image.paste(Image.blend(below, Image.new("RGB", below.size), share), PAGE[:2])
    picture.pen.rounded_rectangle(DIALOG, 8, fill=card)
    picture.write("Sure?", (300, 220), FONT, ink)
    picture.write("Cancel", (500, 350), FONT, ink, "mm")
    return picture


def is_hidden(found: Dimmed, x: float, y: float) -> bool:
    """Whether a little text there is."""
    return found.hides(Rect(round(x) - 4, round(y) - 3, round(x) + 4, round(y) + 3))


def pixels_of(picture: Picture) -> np.ndarray:
    return np.asarray(picture.image)


def boxes(picture: Picture) -> list[TextBox]:
    return [TextBox(one.text, one.box[0], one.box[1], one.box[2] - one.box[0], 18) for one in picture.labels]


@pytest.mark.parametrize("share", [0.25, 0.45, 0.7])
@pytest.mark.parametrize("scale", [1, 2])
def test_a_dimmed_page_is_seen_with_its_header_and_without_the_toolbar(share: float, scale: int) -> None:
    image = with_dialog(share).image
    found = dimmed(np.asarray(image.resize((image.width * scale, image.height * scale), Image.Resampling.NEAREST)))
    assert found is not None
    for at, covered in ((EXPORT, True), ((40, 80), True), ((450, 300), False), ((60, 28), False)):
        assert is_hidden(found, at[0] * scale, at[1] * scale) is covered


def gray_window(ground: RGB) -> Picture:
    """A program with a list on gray ground, raised buttons and a field."""
    picture = Picture.blank((900, 600), ground)
    picture.pen.rectangle((200, 100, 700, 400), fill=WHITE)
    for x in (200, 400):
        picture.pen.line((x, 450, x, 480), fill=WHITE, width=2)
        picture.pen.line((x, 450, x + 120, 450), fill=WHITE, width=2)
        picture.write("Button", (x + 60, 465), FONT, INK, "mm")
    picture.pen.rectangle((200, 520, 700, 550), fill=WHITE)
    return picture


def on_dark() -> Picture:
    picture = page((66, 66, 66), WHITE)
    picture.pen.rectangle((280, 200, 620, 380), fill=(90, 90, 90))
    picture.write("Sure?", (300, 220), FONT, WHITE)
    return picture


@pytest.mark.parametrize("picture", [
    page(), page((150, 150, 150)), gray_window((192, 192, 192)), gray_window((160, 160, 160)), on_dark(),
    Picture.blank((900, 600), (128, 128, 128)), Picture.blank((3, 3)), Picture.blank((900, 2)),
])  # fmt: skip
def test_what_is_not_plainly_dimmed_is_not(picture: Picture) -> None:
    assert dimmed(pixels_of(picture)) is None


def test_noise_is_not_dimmed() -> None:
    assert dimmed(np.random.default_rng(1).integers(0, 256, (600, 900, 3), np.uint8)) is None


def test_what_is_behind_a_dialog_is_refused() -> None:
    picture = with_dialog()
    with pytest.raises(Unresolved, match="behind the dialog that is open"):
        locate(Target(("Export",)), pixels_of(picture), boxes(picture))


def test_of_two_the_one_in_the_dialog_is_meant() -> None:
    picture = with_dialog()
    assert locate(Target(("Cancel",)), pixels_of(picture), boxes(picture)).center == pytest.approx((500, 350), abs=6)


def test_what_was_read_with_the_dialog_s_edge_is_not_in_it() -> None:
    picture = with_dialog()
    texts = [*boxes(picture), TextBox("Cancel", 440, 368, 260, 26)]
    assert locate(Target(("Cancel",)), pixels_of(picture), texts).center == pytest.approx((500, 350), abs=6)


def with_title_like_its_button(*, drawn: bool) -> Picture:
    """A dialog whose title says what its button says."""
    picture = with_dialog()
    picture.pen.rectangle((290, 204, 400, 240), fill=WHITE)
    picture.write("Delete", (300, 210), FONT, INK)
    if drawn:
        picture.pen.rectangle((360, 335, 440, 365), fill=(200, 60, 60))
    picture.write("Delete", (400, 350), FONT, WHITE if drawn else INK, "mm")
    return picture


def test_a_dialog_s_title_is_not_its_button() -> None:
    picture = with_title_like_its_button(drawn=True)
    for role in (None, "button"):
        spot = locate(Target(("Delete",), role), pixels_of(picture), boxes(picture))
        assert spot.center == pytest.approx((400, 350), abs=6)
    inside = Target(("Delete",), relation="in", anchor=Target(("Delete",)))
    assert locate(inside, pixels_of(picture), boxes(picture)).center == pytest.approx((400, 350), abs=6)


def test_a_dialog_s_title_and_another_text_are_two() -> None:
    picture = with_title_like_its_button(drawn=False)
    with pytest.raises(Unresolved, match="2 times"):
        locate(Target(("Delete",)), pixels_of(picture), boxes(picture))


@pytest.fixture
def unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture alone does not tell that a page is dimmed: it has too little on it."""
    monkeypatch.setattr("agent.offline.dimmed.veiled", lambda _: None)


DARK = {"paper": (24, 26, 30), "ink": (230, 230, 230), "card": (40, 44, 52)}


@pytest.mark.parametrize("colours", [{}, DARK])
def test_a_dimming_that_was_lifted_where_was_clicked_is_told(colours: dict[str, RGB]) -> None:
    before, after = with_dialog(0.5, **colours), page(*(colours[name] for name in ("paper", "ink") if colours))
    assert lifted(pixels_of(before), pixels_of(after), EXPORT)
    assert not lifted(pixels_of(before), pixels_of(after), (500, 350))  # in the dialog, which was closed by it
    assert not lifted(pixels_of(after), pixels_of(before), EXPORT)
    assert not lifted(pixels_of(after), pixels_of(after), EXPORT)


def test_behind_white_only_what_is_written_becomes_plainer() -> None:
    after = page()
    for i in range(8):
        after.write(f"Line {i} of the page, with some words in it", (140, 420 + 18 * i), FONT, INK)
    below = after.image.crop(PAGE)
    before = Picture(after.image.copy())
    before.image.paste(Image.blend(below, Image.new("RGB", below.size, WHITE), 0.75), PAGE[:2])
    before.pen.rectangle(DIALOG, fill=WHITE, outline=INK)
    before.write("Sure?", (300, 220), FONT, INK)
    assert lifted(pixels_of(before), pixels_of(after), EXPORT)
    assert not lifted(pixels_of(after), pixels_of(before), EXPORT)


def test_a_tab_whose_text_becomes_plainer_was_not_lifted() -> None:
    before, after = page(), page()
    before.write("Tab", (700, 150), FONT, (150, 150, 150), "mm")
    after.write("Tab", (700, 150), FONT, INK, "mm")
    assert not lifted(pixels_of(before), pixels_of(after), (700, 150))


def test_a_page_that_a_click_led_to_was_not_lifted() -> None:
    before, after = page((150, 150, 150)), Picture.blank((900, 600))
    after.write("Exported", EXPORT, FONT, INK, "mm")
    assert not lifted(pixels_of(before), pixels_of(after), EXPORT)


@pytest.mark.parametrize("instruction", [
    Click(Target(("Export",)), "left_click"), Click(Target(("Export",)), "double_click"),
])  # fmt: skip
@pytest.mark.usefixtures("unseen")
def test_a_click_that_only_closed_what_was_in_front_is_no_success(given: Given, instruction: Click) -> None:
    before, after = with_dialog(0.5, **DARK), page(DARK["paper"], DARK["ink"])
    session = given([before, after], instruction)
    status, why = end_of(session, lambda step, _: after if step else before)
    assert (status, why.startswith("the last click only closed what was in front")) == ("failure", True)
    assert len(session.kinds) == 2


def test_nothing_is_typed_after_a_click_that_only_closed_what_was_in_front(given: Given) -> None:
    def drawn(picture: Picture) -> Picture:
        picture.pen.rectangle((200, 440, 460, 464), outline=(120, 120, 120), fill=(34, 36, 40))
        picture.write("City", (140, 444), FONT, DARK["ink"])
        return picture

    after = drawn(page(DARK["paper"], DARK["ink"]))
    before = Picture(Image.blend(after.image, Image.new("RGB", after.image.size), 0.5), list(after.labels))
    session = given([before, after], TypeText("Rome", Target(("City",))))
    status, _ = end_of(session, lambda step, _: after if step else before)
    assert (status, session.kinds) == ("failure", ["left_click", "terminate"])


def test_a_page_of_light_gray_with_white_cards_and_coloured_buttons_is_dimmed() -> None:
    picture = page((240, 242, 245))
    picture.pen.rectangle((60, 120, 840, 420), fill=WHITE)
    picture.pen.rectangle((80, 340, 180, 370), fill=(24, 144, 255))
    below = picture.image.crop(PAGE)
    picture.image.paste(Image.blend(below, Image.new("RGB", below.size), 0.45), PAGE[:2])
    picture.pen.rectangle(DIALOG, fill=WHITE)
    found = dimmed(pixels_of(picture))
    assert found is not None
    assert is_hidden(found, 130, 355)


def test_a_box_of_a_row_behind_a_dialog_is_no_neighbour() -> None:
    """Its row would not say whose the boxes in the dialog are."""
    picture = with_dialog()
    for left, text in ((60, "Row"), (300, "Gift"), (420, "Bill")):
        picture.pen.rectangle((left, 293, left + 13, 306), fill=(153, 153, 153) if left < 280 else WHITE, outline=INK)
        picture.write(text, (left + 20, 300), FONT, INK, "lm")
    box = tick_box(Target(("Bill",), "checkbox"), pixels_of(picture), boxes(picture))
    assert box.point[0] == pytest.approx(427, abs=1)
    with pytest.raises(Unresolved, match="behind the dialog"):
        tick_box(Target(("Row",), "checkbox"), pixels_of(picture), boxes(picture))


def test_the_dialog_is_meant_by_its_title() -> None:
    picture = with_dialog()
    picture.write("OK", (420, 350), FONT, INK, "mm")
    target = Target(("OK",), relation="in", anchor=Target(("Sure?",)))
    assert locate(target, pixels_of(picture), boxes(picture)).center == pytest.approx((420, 350), abs=6)


@pytest.mark.usefixtures("unseen")
def test_what_was_dimmed_by_the_last_click_is_not_clicked(given: Given) -> None:
    before, opened = page(DARK["paper"], DARK["ink"]), with_dialog(0.5, **DARK)
    session = given([before, opened], Click(Target(("Help",)), "left_click"), Click(Target(("Export",)), "left_click"))
    status, why = end_of(session, lambda step, _: opened if step else before)
    assert (status, why.startswith("what is meant is behind what the last click opened")) == ("failure", True)
    assert session.kinds.count("left_click") == 1
    session = given([before, opened], Click(Target(("Help",)), "left_click"), Click(Target(("Sure?",)), "left_click"))
    assert end_of(session, lambda step, _: (before, opened, before)[min(step, 2)])[0] == "success"


# --- a veil of any colour -------------------------------------------------------------------------------------------


def full_page(paper: RGB, ink: RGB, faint: RGB | None = None) -> Picture:
    """A page with much on it: a menu, a table and buttons, all in `faint` but for what is near the middle."""
    picture = page(paper, faint or ink)
    picture.pen.rectangle((0, 60, 900, 100), fill=paper)
    for i in range(16):
        y = 115 + 30 * i
        for x, text in ((60, "Members"), (200, "Mira Holt, Owner"), (420, "of the house"), (700, "Remove this one")):
            if faint is None or not (DIALOG[0] < x < DIALOG[2] and DIALOG[1] < y < DIALOG[3]):
                picture.write(text, (x, y), FONT, faint or ink)
    return picture


def behind_veil(veil: RGB, share: float, paper: RGB, ink: RGB, card: RGB) -> Picture:
    picture = full_page(paper, ink)
    below = picture.image.crop(PAGE)
    picture.image.paste(Image.blend(below, Image.new("RGB", below.size, veil), share), PAGE[:2])
    picture.pen.rounded_rectangle(DIALOG, 8, fill=card)
    picture.write("Sure?", (300, 220), FONT, ink)
    picture.write("Remove", (500, 350), FONT, ink, "mm")
    return picture


@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize(
    "picture",
    [
        behind_veil((0, 0, 0), 0.5, **DARK),
        behind_veil((0, 0, 0), 0.65, (15, 20, 32), (230, 233, 240), (24, 32, 60)),
        behind_veil(WHITE, 0.75, WHITE, INK, (250, 250, 250)),
    ],
    ids=["dark", "darker", "white"],
)
def test_a_page_behind_a_veil_is_seen_by_its_contrast(picture: Picture, scale: int) -> None:
    image = picture.image.resize((900 * scale, 600 * scale), Image.Resampling.NEAREST)
    found = dimmed(np.asarray(image))
    assert found is not None
    sides = (found.dialog.left, found.dialog.top, found.dialog.right, found.dialog.bottom)
    assert [side / scale for side in sides] == pytest.approx(DIALOG, abs=3)
    for at, covered in (((80, 130), True), ((300, 372), False), ((60, 28), False)):
        assert is_hidden(found, at[0] * scale, at[1] * scale) is covered


@pytest.mark.parametrize("at_left", [False, True])
def test_a_drawer_at_a_side_of_a_page_behind_a_veil_is_seen(at_left: bool) -> None:
    picture = full_page(WHITE, INK)
    below = picture.image.crop(PAGE)
    picture.image.paste(Image.blend(below, Image.new("RGB", below.size, WHITE), 0.7), PAGE[:2])
    left = 0 if at_left else 600
    picture.pen.rectangle((left, 60, left + 300, 600), fill=(245, 246, 250))
    for i, text in enumerate(("Edit item", "Name", "Cancel", "Save")):
        picture.write(text, (left + 30, 100 + 60 * i), FONT, INK)
    found = dimmed(pixels_of(picture))
    assert found is not None
    assert is_hidden(found, 760 if at_left else 80, 300)
    assert not is_hidden(found, left + 150, 500)


def test_a_page_with_its_menu_at_a_side_is_not_behind_it() -> None:
    picture = full_page(WHITE, INK, faint=(90, 90, 90))
    picture.pen.rectangle((600, 60, 900, 600), fill=(245, 246, 250))
    for i in range(12):
        picture.write("An entry", (630, 100 + 40 * i), FONT, INK)
    assert dimmed(pixels_of(picture)) is None


def card_on_muted_page() -> Picture:
    """A form to sign in, on the ground of the page, with little and muted around it."""
    picture = Picture.blank((900, 600), WHITE)
    picture.pen.rectangle(DIALOG, outline=(200, 200, 200))
    picture.write("Sign in", (400, 220), FONT, INK)
    for x, text in ((200, "Terms"), (400, "Privacy"), (600, "Help")):
        picture.write(text, (x, 560), FONT, (150, 150, 150))
    return picture


@pytest.mark.parametrize("picture", [
    full_page(WHITE, INK), full_page(DARK["paper"], DARK["ink"]), full_page((240, 240, 245), (120, 120, 120)),
    card_on_muted_page(),
])  # fmt: skip
def test_what_is_muted_is_not_behind_a_veil(picture: Picture) -> None:
    assert dimmed(pixels_of(picture)) is None


def test_what_is_muted_around_a_card_on_the_same_ground_is_not_behind_it() -> None:
    picture = full_page(WHITE, INK, faint=(150, 150, 150))
    picture.pen.rectangle(DIALOG, outline=(200, 200, 200))
    picture.write("Sign in", (400, 220), FONT, INK)
    picture.write("Remove", (500, 350), FONT, INK, "mm")
    assert dimmed(pixels_of(picture)) is None


def test_a_dialog_may_reach_over_the_header_of_its_page() -> None:
    picture = page()
    below = picture.image.crop(PAGE)
    picture.image.paste(Image.blend(below, Image.new("RGB", below.size), 0.5), PAGE[:2])
    picture.pen.rounded_rectangle((280, 76, 620, 380), 8, fill=WHITE)
    found = dimmed(pixels_of(picture))
    assert found is not None
    assert abs(found.dialog.top - 76) <= 6
    assert is_hidden(found, 40, 80)
    assert not is_hidden(found, 450, 90)
