"""Where a recorded target is now: the right thing, or nothing. Desktops are drawn with known texts."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from PIL import Image, ImageDraw, ImageFont

from actions.action import Point
from agent.live.locate import Alternative, Target
from agent.reading.labels import TextBox
from agent.rect import Rect

FONTS = "/usr/share/fonts/truetype/dejavu/"
SIZE = (1280, 800)
LIGHT = ("#f0f0f0", "#202020", "#fafafa")
DARK = ("#2b2b2b", "#e0e0e0", "#3a3a3a")


@dataclass
class Desk:
    """A drawn desktop that knows its texts."""

    theme: tuple[str, str, str] = LIGHT
    size: tuple[int, int] = SIZE
    texts: list[TextBox] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.image = Image.new("RGB", self.size, self.theme[0])
        self.draw = ImageDraw.Draw(self.image)
        self.text("Edit  View  Help", (60, 14), 13)

    def text(self, text: str, at: tuple[int, int], size: int = 13, anchor: str = "mm") -> None:
        font = ImageFont.truetype(FONTS + "DejaVuSans.ttf", size)
        self.draw.text(at, text, fill=self.theme[1], font=font, anchor=anchor)
        left, top, right, bottom = self.draw.textbbox(at, text, font=font, anchor=anchor)
        self.texts.append(TextBox(text, left, top, right - left, bottom - top))

    def button(self, text: str, at: tuple[int, int], size: int = 13) -> None:
        x, y = at
        self.draw.rounded_rectangle((x - 50, y - 15, x + 50, y + 15), 4, self.theme[2], self.theme[1])
        self.text(text, at, size)

    def bin(self, at: tuple[int, int]) -> None:
        x, y = at
        self.draw.rectangle((x - 5, y - 4, x + 5, y + 7), outline=self.theme[1], width=2)
        self.draw.line((x - 7, y - 6, x + 7, y - 6), fill=self.theme[1], width=2)

    def table(
        self,
        labels: Sequence[str],
        top: int = 200,
        pitch: int = 36,
        bins: int = 900,
        size: int = 13,
        *,
        lines: bool = True,
    ) -> None:
        self.text("Name", (200, top - pitch), size, "lm")
        for row, label in enumerate(labels):
            y = top + row * pitch
            self.text(label, (200, y), size, "lm")
            self.bin((bins, y))
            if lines:
                self.draw.line((190, y + pitch // 2, 1000, y + pitch // 2), fill=self.theme[1])


def read(*desks: Desk):
    """Reads the texts of these desktops, without error."""
    known = {desk.image.tobytes(): tuple(desk.texts) for desk in desks}
    return lambda image: known[image.tobytes()]


def target(desk: Desk, at: tuple[int, int], **more) -> Target:
    return Target(desk.image, Point(*at), **more)


def found(was: Desk, at: tuple[int, int], now: Desk, **more):
    """Where the target is now: in its place, else anywhere."""
    one = target(was, at, **more)
    return one.in_place(now.image) or one.elsewhere(now.image, read(was, now))


def desk_with(text: str, at: tuple[int, int] = (400, 300), theme: tuple[str, str, str] = LIGHT, size: int = 13) -> Desk:
    desk = Desk(theme)
    desk.button(text, at, size)
    return desk


# In its place


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("at", [(400, 300), (50, 40), (1229, 784), (640, 784)])
def test_it_is_in_its_place(theme: tuple[str, str, str], at: tuple[int, int]) -> None:
    one = found(desk_with("Save", at, theme), at, desk_with("Save", at, theme))
    assert one is not None
    assert (one.at, one.how, one.offset) == (at, "place", (0, 0))


def test_what_changes_far_away_does_not_matter() -> None:
    now = desk_with("Save")
    now.text("A message arrived", (1100, 700))
    one = found(desk_with("Save"), (400, 300), now)
    assert one is not None
    assert one.how == "place"


LOOKALIKES = [
    ("Save", "Save as"),
    ("Save", "Safe"),
    ("Delete", "Delete all"),
    ("Delete", "DELETE"),
    ("Send", "Bend"),
    ("Yes", "No"),
    ("Row 3", "Row 8"),
    ("Reject", "Select"),
    ("Unsubscribe", "Subscribe"),
]


@pytest.mark.parametrize(("label", "decoy"), LOOKALIKES + [(b, a) for a, b in LOOKALIKES])
@pytest.mark.parametrize(("theme", "size"), [(LIGHT, 10), (DARK, 13)])
def test_a_look_alike_with_another_label_is_never_the_target(
    label: str, decoy: str, theme: tuple[str, str, str], size: int
) -> None:
    assert found(desk_with(label, theme=theme, size=size), (400, 300), desk_with(decoy, theme=theme, size=size)) is None


@pytest.mark.parametrize(("label", "decoy"), LOOKALIKES)
def test_the_moved_target_is_found_and_not_the_decoy_in_its_old_place(label: str, decoy: str) -> None:
    now = desk_with(decoy)
    now.button(label, (700, 500))
    one = found(desk_with(label), (400, 300), now)
    assert one is not None
    assert (one.at, one.how) == ((700, 500), "image")


# Moved


@pytest.mark.parametrize("to", [(401, 420), (70, 770), (1200, 100), (700, 300)])
def test_a_moved_button_is_found_by_its_picture(to: tuple[int, int]) -> None:
    one = found(desk_with("Save"), (395, 297), desk_with("Save", to))
    assert one is not None
    assert (one.at, one.how, one.offset) == ((to[0] - 5, to[1] - 3), "image", (to[0] - 400, to[1] - 300))


def test_what_has_moved_partly_off_the_screen_is_not_found() -> None:
    now = desk_with("Save", (1262, 300))
    now.texts.clear()  # its text is cut
    assert found(desk_with("Save"), (400, 300), now) is None


def test_of_two_equal_targets_none_is_chosen() -> None:
    now = desk_with("Save", (300, 500))
    now.button("Save", (800, 500))
    assert found(desk_with("Save"), (400, 300), now) is None


def test_what_has_no_text_is_not_known_by_its_picture_alone() -> None:
    was, now = Desk(), Desk()
    was.bin((400, 300))
    was.text("Alpha", (330, 300))
    now.bin((700, 500))
    now.text("Gamma", (610, 500))
    assert found(was, (400, 300), now) is None


def test_without_ocr_a_picture_alone_is_not_enough() -> None:
    was, now = desk_with("Save"), desk_with("Save", (700, 500))
    was.text("Do you want to keep the changes?", (400, 260))
    one = target(was, (400, 300))
    assert one.elsewhere(now.image, None) is None
    assert one.elsewhere(now.image, read(was, now)) is not None


# Rows that look alike

ROWS = ("Alpha", "Beta", "Gamma", "Delta")
DIGITS = ("Invoice 13", "Invoice 18", "Invoice 15", "Invoice 16")


def table(labels: Sequence[str], **more) -> Desk:
    desk = Desk()
    desk.table(labels, **more)
    return desk


@pytest.mark.parametrize("labels", [ROWS, DIGITS])
@pytest.mark.parametrize(("pitch", "size", "lines"), [(20, 10, True), (24, 13, False), (36, 10, False), (60, 13, True)])
def test_a_row_s_icon_is_in_its_place_only_with_its_row_s_label(
    labels: Sequence[str], pitch: int, size: int, lines: bool
) -> None:
    for row in (0, 1, 3):
        at = (900, 200 + row * pitch)
        was = table(labels, pitch=pitch, size=size, lines=lines)
        same = found(was, at, table(labels, pitch=pitch, size=size, lines=lines))
        assert same is not None
        assert same.how == "place"
        turned = [*labels[1:], labels[0]]
        wrong = found(was, at, table(turned, pitch=pitch, size=size, lines=lines))
        right = (900, 200 + turned.index(labels[row]) * pitch)
        assert wrong is None or wrong.at == right


@pytest.mark.parametrize("row", range(4))
def test_the_icons_of_a_moved_table_are_told_apart_by_their_rows(row: int) -> None:
    was, now = table(ROWS, bins=420), table(ROWS, bins=420, top=300)
    one = found(was, (420, 200 + 36 * row), now)
    assert one is None or one.at == (420, 300 + 36 * row)


def test_the_last_row_left_is_not_the_one_that_was_acted_on() -> None:
    was, now = Desk(), Desk()
    for row in range(4):
        was.text(f"Message {row}", (200, 200 + 60 * row))
        was.button("Delete", (700, 200 + 60 * row))
    now.text("Message 3", (200, 200))
    now.button("Delete", (700, 200))
    for row in range(4):
        assert found(was, (700, 200 + 60 * row), now) is None


@pytest.mark.parametrize("gap", [0, 150])
def test_a_blank_place_in_a_row_is_known_by_the_row_s_label(gap: int) -> None:
    was, now = table(ROWS), table([*ROWS[1:], ROWS[0]])
    at = (500 + gap, 236)
    same = found(was, at, table(ROWS))
    assert same is not None
    assert found(was, at, now) is None


def test_fields_of_a_form_are_told_apart() -> None:
    def form(labels: Sequence[str]) -> Desk:
        desk = Desk()
        for number, label in enumerate(labels):
            y = 200 + 60 * number
            desk.text(label, (200, y), 13, "rm")
            desk.draw.rectangle((220, y - 15, 900, y + 15), "white", desk.theme[1])
        return desk

    was = form(("Name", "Street", "Town"))
    assert found(was, (560, 260), form(("Name", "Street", "Town"))) is not None
    assert found(was, (560, 260), form(("Name", "Town", "Street"))) is None


def test_checkboxes_are_told_apart_by_their_labels() -> None:
    def boxes(labels: Sequence[str]) -> Desk:
        desk = Desk()
        for number, label in enumerate(labels):
            y = 200 + 26 * number
            desk.draw.rectangle((193, y - 7, 207, y + 7), "white", desk.theme[1])
            desk.text(label, (216, y), 13, "lm")
        return desk

    was = boxes(("Send mail", "Send post", "Keep a copy"))
    for row in range(3):
        assert found(was, (200, 200 + 26 * row), boxes(("Send mail", "Send post", "Keep a copy"))) is not None
    for row, label in ((0, "Send mail"), (1, "Send post")):
        one = found(was, (200, 200 + 26 * row), boxes(("Send post", "Send mail", "Keep a copy")))
        assert one is None, label


NAMES = (
    "Alpha",
    "Beta",
    "Gamma",
    "Invoice 13",
    "Invoice 18",
    "Save",
    "Save as",
    "Safe",
    "Delete",
    "Delete all",
    "Row 3",
)


def rows(draw: random.Random, labels: Sequence[str], at: tuple[int, int], pitch: int, size: int, gap: int) -> Desk:
    """A list with a bin in each row, or a button, and perhaps lines between them."""
    desk = Desk(draw.choice((LIGHT, DARK)), (640, 440))
    kind = draw.choice(("bin", "button", "box"))
    for number, label in enumerate(labels):
        y = at[1] + number * pitch
        desk.text(label, (at[0], y), size, "lm")
        if kind == "bin":
            desk.bin((at[0] + gap, y))
            desk.draw.line((at[0] - 5, y + pitch // 2, at[0] + gap + 20, y + pitch // 2), fill=desk.theme[1])
        elif kind == "button":
            desk.button("Open", (at[0] + gap, y), size)
        else:
            desk.draw.rectangle((at[0] + gap - 7, y - 7, at[0] + gap + 7, y + 7), outline=desk.theme[1])
    return desk


@pytest.mark.parametrize("seed", range(24))
def test_whatever_becomes_of_a_list_another_row_is_never_taken(seed: int) -> None:
    draw = random.Random(seed)
    labels = draw.sample(NAMES, draw.randint(2, 7))
    at, pitch, size, gap = (draw.randint(40, 90), 70), draw.choice((34, 40, 50)), draw.choice((10, 13)), 420
    looks = draw.getrandbits(32)
    was = rows(random.Random(looks), labels, at, pitch, size, gap)
    row = draw.randrange(len(labels))
    others = [name for name in NAMES if name not in labels]
    now_labels, now_at = {
        0: (draw.sample(labels, len(labels)), at),
        1: ([*labels[:row], others[0], *labels[row + 1 :]], at),
        2: (labels[1:], at),
        3: ([others[0], *labels], at),
        4: (draw.sample(labels, len(labels)), (at[0] + 20, at[1] + 30)),
        5: (others[: len(labels)], at),
    }[seed % 6]
    now = rows(random.Random(looks), now_labels, now_at, pitch, size, gap)
    one = found(was, (at[0] + gap, at[1] + row * pitch), now)
    if one is not None:
        assert abs(one.at.x - now_at[0] - gap) <= 2
        there, rest = divmod(one.at.y - now_at[1] + pitch // 2, pitch)
        assert abs(rest - pitch // 2) <= 2
        assert now_labels[there] == labels[row]


# By text


def test_a_text_in_another_theme_is_found_by_its_text() -> None:
    one = found(desk_with("Export"), (400, 300), desk_with("Export", (700, 500), DARK))
    assert one is not None
    assert (one.at, one.how, one.text) == ((700, 500), "text", "Export")


@pytest.mark.parametrize("other", ["EXPORT", "Export as", "Export…", "Export:", "Exports", "Import"])
def test_a_text_must_be_the_same_to_the_letter(other: str) -> None:
    assert found(desk_with("Export"), (400, 300), desk_with(other, (700, 500), DARK)) is None


@pytest.mark.parametrize("twin", ["Export", "EXPORT", "Export…"])
def test_a_text_must_be_the_only_one_on_both_screens(twin: str) -> None:
    was, now = desk_with("Export"), desk_with("Export", (700, 500), DARK)
    now.button(twin, (300, 600))
    assert found(was, (400, 300), now) is None
    was, now = desk_with("Export"), desk_with("Export", (700, 500), DARK)
    was.button(twin, (300, 600))
    assert found(was, (400, 300), now) is None


def test_a_headline_is_not_the_link_of_its_words() -> None:
    assert found(desk_with("Export"), (400, 300), desk_with("Export", (700, 500), DARK, size=22)) is None


def test_an_icon_beside_a_text_is_not_found_by_that_text() -> None:
    was, now = Desk(), Desk(DARK)
    for desk, y in ((was, 300), (now, 500)):
        desk.text("Inbox", (200, y), 13, "lm")
        desk.draw.line((240, y, 256, y), fill=desk.theme[1])
        desk.bin((270, y))
    assert target(was, (270, 300)).label(read(was)) is not None
    assert found(was, (270, 300), now) is None


def test_a_place_that_would_be_off_the_screen_is_none() -> None:
    was = desk_with("Export")
    now = Desk(DARK)
    now.text("Export", (1279, 796))
    assert found(was, (440, 300), now) is None


# Left out


def test_a_part_that_is_left_out_may_change() -> None:
    was, now = desk_with("Save"), desk_with("Save")
    now.text("12:45", (400, 340))
    assert found(was, (400, 300), now) is not None
    now.texts.clear()
    assert target(was, (400, 300)).in_place(now.image) is None
    clock = Rect(370, 325, 430, 355)
    one = found(was, (400, 300), now, excluded=(clock,))
    assert one is not None
    assert one.how == "place"


def test_what_is_mostly_left_out_is_never_known() -> None:
    was = desk_with("Save")
    assert found(was, (400, 300), desk_with("Save"), excluded=(Rect(340, 280, 420, 320),)) is None
    assert found(was, (400, 300), desk_with("Save", (700, 500)), excluded=(Rect(340, 280, 420, 320),)) is None


def test_a_part_left_out_moves_with_the_target() -> None:
    was, now = desk_with("Save"), desk_with("Save", (700, 500))
    was.text("12:45", (400, 340))
    now.text("12:46", (700, 540))
    one = target(was, (400, 300), excluded=(Rect(370, 325, 430, 355),))
    assert one.in_place(now.image, Point(300, 200)) is not None
    assert one.in_place(now.image, Point(301, 204)) is None


# Accepted looks


def test_an_accepted_look_is_known_and_no_other() -> None:
    was, now = desk_with("Save"), desk_with("Keep", (700, 500))
    box = Rect(600, 440, 800, 560)
    looks = (Alternative(now.image.crop((600, 440, 800, 560)), box, Point(700, 500)),)
    one = found(was, (400, 300), now, alternatives=looks)
    assert one is not None
    assert (one.at, one.how) == ((700, 500), "alternative")
    assert found(was, (400, 300), desk_with("Deep", (700, 500)), alternatives=looks) is None
    assert target(was, (400, 300), alternatives=looks).in_place(now.image.crop((0, 0, 790, 550))) is None


# Smaller screens, and what is told of a difference


def test_a_smaller_screen_without_the_target_is_survived() -> None:
    small = Desk(size=(300, 200))
    was = desk_with("Save")
    assert found(was, (400, 300), small) is None
    assert target(was, (400, 300)).difference(small.image) is None


def test_a_row_whose_label_would_be_off_the_screen_is_not_known() -> None:
    was = table(ROWS)
    now = Desk()
    now.image.paste(table(ROWS[1:]).image.crop((750, 150, 1280, 500)), (0, 150))
    one = target(was, (900, 200))
    assert one.elsewhere(now.image, None) is None


def test_the_difference_shows_where_it_differs() -> None:
    was, now = desk_with("Save"), desk_with("Keep")
    part = target(was, (400, 300)).difference(now.image)
    assert part is not None
    box, mask = part
    inside = mask.getbbox()
    assert inside is not None
    left, top, right, bottom = inside
    assert 370 < box.left + left < box.left + right < 430
    assert 285 < box.top + top < box.top + bottom < 315
