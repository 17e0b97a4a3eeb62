"""Sliding switches: whose they are, whether they are on, and that only one that is plainly so is turned over."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from actions.action import Terminate
from agent.offline.changes import lost_rings
from agent.offline.differences import differing
from agent.offline.instructions import Target
from agent.offline.pointing import Unresolved, tick_box
from agent.offline.toggles import toggle_of
from agent.reading.labels import TextBox
from tests.apps.screens import CHINESE_FONTS, LATIN_FONTS, RGB, Picture, contrast, font
from tests.offline_session import GivenReader, Session, place
from tests.test_fields import boxes

LIGHT, DARK, WHITE = (250, 250, 252), (30, 30, 34), (255, 255, 255)
GRAY, BLUE, GREEN, BLACK = (187, 187, 187), (26, 115, 232), (52, 199, 89), (34, 34, 34)
FONT = font(LATIN_FONTS[0], 15)
SCALE = 8
"""Drawn so much larger, and made smaller: switches have smooth edges."""

Draw = Callable[[Picture, int, int, int, RGB, bool], None]


def pill(picture: Picture, left: int, top: int, height: int, track: RGB, right: bool) -> None:
    """A light knob within its track, as of phones and web pages."""
    width, edge = round(1.85 * height), height // 8
    x = width - height + edge if right else edge
    _paste(picture, (left, top, width, height), track, (x, edge, height - 2 * edge), WHITE, 0)


def full(picture: Picture, left: int, top: int, height: int, track: RGB, right: bool) -> None:
    """A knob as high as its track, as of GTK."""
    x = height if right else 0
    _paste(picture, (left, top, 2 * height, height), track, (x + 1, 1, height - 2), (246, 245, 244), 0)


def thin(picture: Picture, left: int, top: int, height: int, track: RGB, right: bool) -> None:
    """A knob of the same colour that is higher than its track, as of Material Design."""
    pale = tuple((value + ground) // 2 for value, ground in zip(track, picture.image.getpixel((0, 0)), strict=True))
    width = round(1.85 * height)
    _paste(picture, (left, top, width, height), pale, (width - height if right else 0, 0, height), track, height // 6)


def _paste(
    picture: Picture,
    box: tuple[int, int, int, int],
    track: tuple[int, ...],
    knob: tuple[int, int, int],
    ink: RGB,
    cut: int,
) -> None:
    left, top, width, height = box
    ground = picture.image.getpixel((left, top))
    large = Picture.blank((width * SCALE, height * SCALE), ground)
    last = (width * SCALE - 1, (height - cut) * SCALE - 1)
    large.pen.rounded_rectangle((0, cut * SCALE, *last), (height - 2 * cut) * SCALE // 2, fill=track)
    x, y, side = (value * SCALE for value in knob)
    large.pen.ellipse((x, y, x + side - 1, y + side - 1), fill=ink)
    picture.image.paste(large.image.resize((width, height)), (left, top))


def setting(draw: Draw, track: RGB, *, right: bool, height: int = 22, ground: RGB = LIGHT) -> Picture:
    picture = Picture.blank((600, 120), ground)
    picture.write("Wi-Fi", (30, 60), FONT, contrast(ground), "lm")
    draw(picture, 300, 60 - height // 2, height, track, right)
    return picture


def told(picture: Picture, name: str = "Wi-Fi") -> bool:
    box = tick_box(Target((name,)), np.asarray(picture.image), boxes(picture))
    assert box.slides
    return box.on


@pytest.mark.parametrize("height", [16, 20, 22, 26, 30])
@pytest.mark.parametrize("ground", [LIGHT, DARK])
@pytest.mark.parametrize("draw", [pill, full, thin])
def test_a_switch_is_on_with_its_knob_on_the_right_of_a_colour_and_off_on_the_left_without(
    draw: Draw, ground: RGB, height: int
) -> None:
    for track in (BLUE, GREEN):
        assert told(setting(draw, track, right=True, height=height, ground=ground)) is True
    assert told(setting(draw, GRAY, right=False, height=height, ground=ground)) is False


@pytest.mark.parametrize("draw", [pill, full, thin])
@pytest.mark.parametrize(("track", "right"), [(BLACK, True), (GRAY, True), (BLUE, False)])
def test_any_other_is_in_doubt(draw: Draw, track: RGB, right: bool) -> None:
    with pytest.raises(Unresolved, match="cannot be told: say click it"):
        told(setting(draw, track, right=right))


def shadowed(picture: Picture, left: int, top: int, height: int, shade: int) -> None:
    """A knob of the ground's own white, larger than the track that it reaches over, with a soft shadow; off."""
    large = Image.new("L", (3 * height * SCALE, 3 * height * SCALE), 255)
    pen, side = ImageDraw.Draw(large), round(1.45 * height) * SCALE
    y = (3 * height * SCALE - height * SCALE) // 2
    pen.rounded_rectangle((side // 2, y, side // 2 + 2 * height * SCALE, y + height * SCALE - 1), y, fill=shade)
    up = (3 * height * SCALE - side) // 2
    around = large.copy()
    ImageDraw.Draw(around).ellipse((0, up + SCALE, side, up + side + SCALE), fill=190)
    large = Image.composite(around.filter(ImageFilter.GaussianBlur(SCALE / 2)), large, Image.new("L", large.size, 255))
    ImageDraw.Draw(large).ellipse((SCALE, up, side - SCALE, up + side - SCALE), fill=255)
    picture.image.paste(large.resize((3 * height, 3 * height)).convert("RGB"), (left, top - height))


@pytest.mark.parametrize("height", [14, 16, 18])
@pytest.mark.parametrize("shade", [120, 142])
def test_a_white_knob_on_white_is_told_by_the_bite_it_takes_of_its_track(height: int, shade: int) -> None:
    picture = Picture.blank((600, 120), WHITE)
    shadowed(picture, 40, 60 - height // 2, height, shade)
    picture.write("Wi-Fi", (40 + 3 * height + 4, 60), FONT, (0, 0, 0), "lm")
    assert told(picture) is False


def test_a_letter_is_no_switch() -> None:
    picture = Picture.blank((600, 120), WHITE)
    for x, text in ((60, "是"), (120, "否"), (180, "白"), (240, "自"), (300, "目")):
        picture.write(text, (x, 60), font(CHINESE_FONTS[0], 16), (34, 34, 34), "lm")
    pixels, texts = np.asarray(picture.image), boxes(picture)
    assert [toggle_of(pixels, box, texts) for box in texts] == [None] * 5


@pytest.mark.parametrize("on", [True, False])
def test_a_switch_may_be_read_with_its_label(on: bool) -> None:
    picture = Picture.blank((600, 120), LIGHT)
    pill(picture, 40, 50, 20, BLUE if on else GRAY, on)
    label = picture.write("Wi-Fi", (86, 60), FONT, (0, 0, 0), "lm").box
    read = TextBox("Wi-Fi", 38, label[1] - 3, label[2] - 36, label[3] - label[1] + 6)
    found = toggle_of(np.asarray(picture.image), read, [read])
    assert found is not None
    assert found.on is on


def row(*things: str) -> Picture:
    """Texts, and switches ("-" off, "+" on), each with the pixels before it, as "12 Wi-Fi"."""
    picture, x = Picture.blank((900, 80), LIGHT), 0
    for thing in things:
        gap, _, what = thing.partition(" ")
        x += int(gap)
        if what in "-+":
            pill(picture, x, 29, 22, BLUE if what == "+" else GRAY, what == "+")
            x += 41
        else:
            x = picture.write(what, (x, 40), FONT, (0, 0, 0), "lm").box[2]
    return picture


def test_it_stands_on_the_right_of_its_label_or_close_on_the_left() -> None:
    assert told(row("30 Wi-Fi", "200 +")) is True
    assert told(row("30 Wi-Fi", "12 +", "8 On")) is True
    assert told(row("30 -", "10 Wi-Fi")) is False
    two = row("30 Wi-Fi", "100 +", "60 Sound", "100 -")
    assert (told(two), told(two, "Sound")) == (True, False)


@pytest.mark.parametrize(
    "things",
    [
        ("30 Wi-Fi", "100 +", "10 Sound"),  # it may be the other's
        ("30 -", "10 Wi-Fi", "100 +"),
        ("30 Sound", "100 +", "10 Wi-Fi"),
        ("30 Wi-Fi", "100 +", "30 -"),
        ("30 Wi-Fi", "30 Sound", "30 +"),
        ("30 -", "90 Wi-Fi"),
    ],
)
def test_one_that_may_be_another_s_is_nobody_s(things: tuple[str, ...]) -> None:
    with pytest.raises(Unresolved, match="plainly belongs"):
        told(row(*things))


STATES = {on: setting(pill, BLUE if on else GRAY, right=on) for on in (True, False)}


@pytest.mark.parametrize("on", [True, False])
@pytest.mark.parametrize(
    ("task", "wanted"),
    [
        ("turn on Wi-Fi", True), ('check "Wi-Fi"', True), ("switch Wi-Fi off", False), ("disable Wi-Fi", False),
        ("打开 Wi-Fi 开关", True), ("打开Wi-Fi", True), ("关闭Wi-Fi", False),
    ],
)  # fmt: skip
def test_it_is_turned_over_only_where_it_is_not_so_yet(task: str, wanted: bool, on: bool) -> None:
    session = Session(task, GivenReader(*STATES.values()))
    end = session.run(lambda step, _: STATES[on if step == 0 else wanted])
    assert isinstance(end, Terminate)
    assert end.status == "success"
    assert session.kinds == (["terminate"] if on == wanted else ["left_click", "wait", "terminate"])
    if on != wanted:
        assert place(STATES[on], session.actions[0]) == pytest.approx((320, 60), abs=2)


@pytest.mark.parametrize("task", ["turn on Wi-Fi", "打开Wi-Fi", "关闭 Wi-Fi 开关"])
def test_it_is_not_turned_over_unseen(task: str) -> None:
    picture = setting(pill, BLACK, right=True)
    session = Session(task, GivenReader(picture))
    end = session.run(lambda *_: picture)
    assert isinstance(end, Terminate)
    assert end.status == "failure"
    assert "click" in (end.text or "") or "请说点击" in (end.text or "")
    assert set(session.kinds) <= {"wait", "terminate"}


def test_to_select_the_entry_of_a_list_does_not_turn_its_switch_over() -> None:
    session = Session("select Wi-Fi", GivenReader(*STATES.values()))
    session.ask(STATES[False].encoded())
    assert session.kinds == ["left_click"]
    assert place(STATES[False], session.actions[0])[0] < 80


def described_settings(gap: int = 62, height: int = 22) -> Picture:
    """Labels with a line of description, and a switch far right of both, level with their middle."""
    picture = Picture.blank((1100, 320), LIGHT)
    for i, (text, more) in enumerate((("E-mail", "Sent to you"), ("Push", "On this device"), ("SMS", "Charges apply"))):
        top = 30 + gap * i
        picture.write(text, (30, top), FONT, BLACK)
        picture.write(more, (30, top + 20), font(LATIN_FONTS[0], 12), GRAY)
        pill(picture, 950, top + 17 - height // 2, height, (GRAY, BLUE, GRAY)[i], i == 1)
    return picture


def test_a_switch_far_right_of_a_label_with_its_description() -> None:
    picture = described_settings()
    assert [told(picture, name) for name in ("E-mail", "Push", "SMS")] == [False, True, False]


def _in_words(box: TextBox) -> list[TextBox]:
    """As a reader takes a line that it glances at only."""
    words, share = box.text.split(" "), box.width / len(box.text)
    starts = [len(" ".join(words[:i])) + (i > 0) for i in range(len(words))]
    return [
        TextBox(word, box.left + share * start, box.top, share * len(word), box.height)
        for word, start in zip(words, starts, strict=True)
    ]


def test_a_switch_as_high_as_a_label_with_its_description_belongs_to_it_however_near_the_next_one_is() -> None:
    picture = described_settings(gap=44, height=28)
    assert [told(picture, name) for name in ("E-mail", "Push", "SMS")] == [False, True, False]
    pieces = [part for box in boxes(picture) for part in _in_words(box)]
    assert tick_box(Target(("Push",)), np.asarray(picture.image), pieces).on is True
    for description in ("Sent to you", "On this device"):
        with pytest.raises(Unresolved):
            told(picture, description)


@pytest.mark.parametrize("height", [22, 28])
@pytest.mark.parametrize("name", ["E-mail", "Push"])
def test_a_line_of_a_list_describes_none(name: str, height: int) -> None:
    picture = Picture.blank((1100, 200), LIGHT)
    for i, text in enumerate(("E-mail", "Push", "SMS")):
        picture.write(text, (30, 30 + 20 * i), FONT, BLACK)
    pill(picture, 950, 47 - height // 2, height, BLUE, True)
    with pytest.raises(Unresolved):
        told(picture, name)


@pytest.mark.parametrize("right", [True, False])
def test_a_switch_in_a_panel_that_takes_a_small_part_of_the_screen(right: bool) -> None:
    """Beyond the panel there is more of another colour than within."""
    picture = Picture.blank((1200, 200), DARK)
    picture.pen.rectangle((0, 0, 340, 200), fill=LIGHT)
    picture.pen.rectangle((0, 20, 320, 100), fill=WHITE)
    picture.write("Wi-Fi", (30, 60), FONT, BLACK, "lm")
    full(picture, 270, 48, 24, BLUE if right else GRAY, right)
    assert told(picture) is right


def test_in_a_row_of_switches_the_gaps_say_whose_each_is() -> None:
    """Label, switch, label, switch, as in a grid of GTK: each is near its own label's end."""
    picture = Picture.blank((600, 120), LIGHT)
    for x, name, on in ((30, "Wi-Fi", True), (200, "Sound", False)):
        label = picture.write(name, (x, 60), FONT, contrast(LIGHT), "lm")
        full(picture, round(label.box[2]) + 9, 49, 22, (53, 132, 228) if on else (200, 200, 200), on)
    assert told(picture, "Wi-Fi")
    assert not told(picture, "Sound")


def test_a_switch_between_two_labels_is_nobody_s() -> None:
    picture = Picture.blank((600, 120), LIGHT)
    label = picture.write("Wi-Fi", (30, 60), FONT, contrast(LIGHT), "lm")
    left = round(label.box[2]) + 12
    full(picture, left, 49, 22, (53, 132, 228), True)
    picture.write("Sound", (left + 44 + 14, 60), FONT, contrast(LIGHT), "lm")
    for name in ("Wi-Fi", "Sound"):
        with pytest.raises(Unresolved):
            told(picture, name)


def test_a_label_that_is_written_in_two_texts_may_have_none() -> None:
    picture = Picture.blank((500, 200), WHITE)
    parts = [
        TextBox("我已阅读并同意", 40, 40, 105, 16),
        TextBox("《须知》", 147, 40, 60, 16),
        TextBox("提交", 40, 64, 30, 16),
    ]
    whole = TextBox("我已阅读并同意 《须知》", 40, 40, 167, 16)
    assert toggle_of(np.asarray(picture.image), whole, parts) is None


def test_a_dotted_frame_that_a_box_lost_is_one() -> None:
    before = Picture.blank((500, 200), WHITE)
    for x in range(60, 200, 2):
        before.pen.point((x, 40), BLACK)
        before.pen.point((x, 60), BLACK)
    for y in range(40, 61, 2):
        before.pen.point((60, y), BLACK)
        before.pen.point((199, y), BLACK)
    after = Picture.blank((500, 200), WHITE)
    shown = [np.asarray(one.image) for one in (before, after)]
    assert len(lost_rings(shown[0], shown[1], differing(shown[0], shown[1]))) == 1
    assert lost_rings(shown[1], shown[0], differing(shown[0], shown[1])) == ()
