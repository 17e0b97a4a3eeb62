"""A value set in a field or a list, and what is typed into a list; boxes whose name begins with a verb."""

from __future__ import annotations

import numpy as np
import pytest

from actions.action import Key, Type
from agent.offline.dropdowns import arrow_of
from agent.offline.grammar import understand
from agent.offline.instructions import Clear, Close, Open, Set, Target, Tick, TypeText
from agent.offline.rectangles import Field
from agent.offline.written import is_alone
from agent.reading.labels import TextBox
from tests.apps.screens import Picture
from tests.offline_session import place
from tests.test_following import (
    ANNA,
    BOB,
    COLOUR,
    DROPPED,
    EMPTY,
    ERROR,
    FACE,
    FONT,
    GREEN,
    INK,
    NAME,
    OFF,
    ON,
    PAPER,
    RED,
    Given,
    _boxes,
    after,
    chooser,
    end_of,
    form,
    given,
    screen,
    text,
)

__all__ = ["_boxes", "given"]


@pytest.mark.parametrize(("before", "keys"), [
    (BOB, [("end",), ("shift", "home")]), (EMPTY, []),
])  # fmt: skip
def test_a_value_is_written_over_what_is_in_the_field(
    given: Given, before: Picture, keys: list[tuple[str, ...]]
) -> None:
    session = given([before, ANNA], Set(NAME, "Anna"))
    assert end_of(session, after("type", then=ANNA, before=before))[0] == "success"
    assert [action.keys for action in session.actions if isinstance(action, Key)] == keys
    assert [action.text for action in session.actions if isinstance(action, Type)] == ["Anna"]
    assert session.kinds[0] == "left_click"


def test_a_value_that_does_not_show_was_not_set(given: Given) -> None:
    session = given([BOB], Set(NAME, "Anna"))
    assert end_of(session, lambda *_: BOB)[0] == "failure"
    assert session.kinds.count("type") == 1


@pytest.mark.parametrize("shown", ["BobAnna", "Bob Anna", "AnnaBob", "Annabel"])
def test_a_value_beside_what_was_there_was_not_set(given: Given, shown: str) -> None:
    session = given([BOB, form(shown)], Set(NAME, "Anna"))
    status, why = end_of(session, after("type", then=form(shown), before=BOB))
    assert (status, why) == ("failure", '"Anna" was typed into "Name", but it is not all that is to be read there')


@pytest.mark.parametrize(("value", "shown"), [
    ("5", ["5"]), ("5", ["5", "▾"]), ("5", ["5.00"]), ("5", ["5 km"]), ("5", ["$5.00"]), ("5.5", ["5.50"]),
    ("12345", ["12,345"]), ("WEP", ["WEP"]), ("WEP", ["WEP", "v"]), ("B", ["B", "×"]),
    ("Hello there", ["Hello therel"]), ("2026-05-01", ["01/05/2026"]),
    ("1.4.2025", ["01.04.2025"]), ("5551234567", ["(555) 123-4567"]), ("job_", ["job"]),
])  # fmt: skip
def test_what_is_read_in_a_field_may_be_what_was_written_over_it(value: str, shown: list[str]) -> None:
    assert is_alone(value, [TextBox(one, 10 + 60 * i, 0, 50, 20) for i, one in enumerate(shown)], right=400)


@pytest.mark.parametrize(("value", "right", "score", "is_all"), [
    ("ABCDEFGHIJ", 400, 1.0, False), ("ABCDEFGHIJ", 70, 1.0, True), ("ABCDEF", 400, 1.0, True),
    ("ABCDEG", 400, 1.0, True), ("ABCDGH", 400, 1.0, False), ("ABCD", 400, 1.0, False),
])  # fmt: skip
def test_less_in_a_field_than_was_written_is_all_of_it_only_where_there_is_no_room_for_more(
    value: str, right: float, score: float, is_all: bool
) -> None:
    assert is_alone(value, [TextBox("ABCDEF", 10, 0, 50, 20, score)], right) is is_all


def test_a_letter_that_was_read_unsurely_may_be_another() -> None:
    assert is_alone("合并", [TextBox("合井", 10, 0, 50, 20, 0.9)], 400)
    assert not is_alone("合并", [TextBox("合井", 10, 0, 50, 20, 0.99)], 400)


@pytest.mark.parametrize(("value", "shown"), [
    ("5", ["599"]), ("5", ["15"]), ("5", ["51"]), ("5", ["1", "5"]), ("WEP", ["TLSWEP"]), ("WEP", ["TLS", "WEP"]),
    ("B", ["AB"]), ("Par", ["Paris"]), ("Hello there", ["Hello there you"]), ("1.4.2025", ["14.20.25"]),
    ("x9", ["9"]), ("01.04.2025", ["14.04.2025"]), ("ABCDEFG", ["ABCDEF"]), ("Anna", ["Ann"]), ("Lasse", ["Lass"]),
])  # fmt: skip
def test_more_in_a_field_than_was_written_over_it_is_what_was_left(value: str, shown: list[str]) -> None:
    assert not is_alone(value, [TextBox(one, 10 + 60 * i, 0, 50, 20) for i, one in enumerate(shown)], right=400)


def test_a_value_is_chosen_where_the_label_has_a_list(given: Given) -> None:
    session = given([GREEN, DROPPED, RED], Set(COLOUR, "Red"))
    assert end_of(session, lambda step, _: [GREEN, DROPPED, RED][step])[0] == "success"
    assert session.kinds == ["left_click", "left_click", "terminate"]
    assert place(GREEN, session.actions[0])[0] > 400


def test_a_list_that_shows_the_value_is_left_alone(given: Given) -> None:
    session = given([RED], Set(COLOUR, "Red"))
    assert end_of(session, lambda *_: RED)[0] == "success"
    assert session.kinds == ["terminate"]


def test_a_value_that_is_no_entry_of_the_list_is_not_typed(given: Given) -> None:
    session = given([GREEN, DROPPED], Set(COLOUR, "Pink"))
    assert end_of(session, lambda step, _: DROPPED if step else GREEN)[0] == "failure"
    assert "type" not in session.kinds


def test_what_has_neither_field_nor_list_is_not_set(given: Given) -> None:
    picture = screen("Volume")
    session = given([picture], Set(text("Volume"), "5"))
    status, why = end_of(session, lambda *_: picture)
    assert status == "failure"
    assert why.startswith(
        'neither a field nor a drop-down list plainly belongs to "Volume"; a slider is moved with keys'
    )


@pytest.mark.parametrize("instruction", [TypeText("Green", COLOUR), TypeText("Red", COLOUR), Clear(COLOUR)])
def test_nothing_is_typed_into_a_list(given: Given, instruction: TypeText | Clear) -> None:
    """Not even what it shows already."""
    session = given([GREEN, DROPPED], instruction)
    status, why = end_of(session, after("left_click", then=DROPPED, before=GREEN))
    assert status == "failure"
    assert '"Colour" is a drop-down list: say: choose "' in why
    assert session.kinds == ["left_click", "terminate"]


def without_arrow(picture: Picture) -> Picture:
    picture.pen.rectangle((410, 68, 424, 80), fill=PAPER)
    return picture


@pytest.mark.parametrize("instruction", [TypeText("Red", COLOUR), Set(COLOUR, "Red")])
def test_nor_into_one_whose_arrow_is_not_seen(given: Given, instruction: TypeText | Set) -> None:
    before = without_arrow(chooser("Green"))
    dropped = without_arrow(chooser("Green", ("Green", "Red", "Blue")))
    session = given([before, dropped], instruction)
    status, why = end_of(session, after("left_click", then=dropped, before=before))
    assert (status, "is a drop-down list: say" in why, session.kinds) == ("failure", True, ["left_click", "terminate"])


def test_the_smallest_list_has_room_for_a_letter_and_its_arrow() -> None:
    for width, is_list in ((45, True), (32, False)):
        picture = Picture.blank((300, 100), PAPER)
        picture.pen.rectangle((40, 30, 40 + width, 58), outline=INK)
        picture.pen.polygon([(40 + width - 14, 42), (40 + width - 6, 42), (40 + width - 10, 47)], fill=INK)
        found = arrow_of(np.asarray(picture.image), Field(41, 31, 40 + width, 58))
        assert (found is not None) is is_list


def test_the_cure_for_typing_into_a_list_is_understood(given: Given) -> None:
    session = given([GREEN, DROPPED], TypeText("Red", COLOUR))
    _, why = end_of(session, after("left_click", then=DROPPED, before=GREEN))
    assert understand(why.partition("say: ")[2]) == understand('choose "Red" from "Colour"')


def test_a_field_that_only_proposes_texts_is_typed_into(given: Given) -> None:
    """It has an arrow too, but a click on its text drops down nothing."""
    empty, typed = chooser(""), chooser("Mauve")
    session = given([empty, typed], TypeText("Mauve", COLOUR))
    assert end_of(session, after("type", then=typed, before=empty))[0] == "success"


def test_what_a_field_showed_before_it_was_typed_is_no_success(given: Given) -> None:
    session = given([GREEN], TypeText("Green", COLOUR))
    assert end_of(session, lambda *_: GREEN)[0] == "failure"


SMALL = text("Small")


@pytest.mark.parametrize(("instruction", "before", "then"), [
    (Open(SMALL, switches=True), OFF, ON), (Close(SMALL, switches=True), ON, OFF),
])  # fmt: skip
def test_to_open_or_close_what_is_a_box_is_to_tick_it(
    given: Given, monkeypatch: pytest.MonkeyPatch, instruction: Open | Close, before: Picture, then: Picture
) -> None:
    monkeypatch.setattr("agent.offline.sight.Sight.has_box", lambda _, target: "Small" in target.names)
    session = given([before, then], instruction)
    assert end_of(session, after("left_click", then=then, before=before))[0] == "success"
    assert session.kinds == ["left_click", "wait", "terminate"]
    assert place(before, session.actions[0]) == pytest.approx((67.5, 67.5), abs=0.5)
    session = given([then], instruction)
    assert end_of(session, lambda *_: then)[0] == "success"
    assert session.kinds == ["terminate"]


def test_to_open_what_is_no_box_opens_it(given: Given) -> None:
    session = given([ERROR], Open(text("not allowed"), switches=True))
    assert end_of(session, lambda *_: ERROR)[0] == "failure"
    assert "double_click" in session.kinds


@pytest.mark.parametrize(("task", "on"), [
    ("enable Small", True), ("turn off Small", False), ("开启Small", True), ("禁用Small", False),
])  # fmt: skip
def test_a_box_without_the_verb_in_its_name_is_switched(given: Given, task: str, on: bool) -> None:
    (instruction,) = understand(task)
    before, then = (OFF, ON) if on else (ON, OFF)
    session = given([before, then], instruction, task=task)
    assert end_of(session, after("left_click", then=then, before=before))[0] == "success"
    assert session.kinds == ["left_click", "wait", "terminate"]


@pytest.mark.parametrize("task", ["disable Small", "Disable small", "turn off small"])
def test_a_box_is_ticked_that_the_whole_sentence_names(
    given: Given, monkeypatch: pytest.MonkeyPatch, task: str
) -> None:
    (instruction,) = understand(task)
    wanted: list[tuple[tuple[str, ...], bool]] = []

    def switched(target: Target, _: object, *, on: bool, switches: bool) -> None:
        wanted.append((target.names, on))

    monkeypatch.setattr("agent.offline.choosing._switch", switched)
    picture = Picture.blank((800, 500), (238, 238, 238))
    picture.pen.rectangle((60, 60, 75, 75), fill=PAPER, outline=INK)
    picture.write(task, (84, 60), FONT, INK)
    session = given([picture], instruction, task=task)
    end_of(session, lambda *_: picture)
    assert wanted == [((task,), True)]


def test_only_the_chinese_verbs_say_both() -> None:
    assert understand("打开飞行模式") == (Open(Target(("飞行模式",))),)
    for task, switches in (("打开飞行模式", True), ("关闭蓝牙", True), ("open Wi-Fi", False), ("close Wi-Fi", False)):
        (one,) = understand(task)
        assert isinstance(one, Open | Close)
        assert one.switches is switches
    assert understand("关闭窗口") == (Close(None),)
    assert understand("勾选开启声音") == (Tick(Target(("开启声音",)), on=True),)


def test_a_button_beside_a_text_is_no_sliding_switch(given: Given) -> None:
    picture = Picture.blank((800, 500), PAPER)
    picture.write("Bluetooth", (60, 100), FONT, INK)
    picture.button("Save", (300, 96), FONT, INK, FACE)
    session = given([picture], Open(text("Bluetooth"), switches=True))
    assert end_of(session, lambda *_: picture)[0] == "failure"
    assert session.kinds[0] == "left_click"


@pytest.mark.parametrize(("shown", "status"), [("5", "success"), ("55", "failure"), ("15", "failure")])
def test_a_digit_is_read_to_the_last(given: Given, shown: str, status: str) -> None:
    before = form("1")
    session = given([before, form(shown)], Set(NAME, "5"))
    assert end_of(session, after("type", then=form(shown), before=before))[0] == status


def test_what_is_filled_in_is_written_over_what_is_there_and_what_is_typed_is_added(given: Given) -> None:
    tasks = {'fill in Name with "Anna"': [("end",), ("shift", "home")], 'type "Anna" into Name': [("end",)]}
    for task, keys in tasks.items():
        session = given([BOB, ANNA], *understand(task))
        assert end_of(session, after("type", then=ANNA, before=BOB))[0] == "success"
        assert [action.keys for action in session.actions if isinstance(action, Key)] == keys


def test_what_is_left_beside_what_was_filled_in_is_no_success(given: Given) -> None:
    both = form("BobAnna")
    session = given([BOB, both], *understand('fill in Name with "Anna"'))
    assert end_of(session, after("type", then=both, before=BOB))[0] == "failure"
    session = given([BOB, both], *understand('type "Anna" into Name'))
    assert end_of(session, after("type", then=both, before=BOB))[0] == "success"


@pytest.mark.parametrize(("task", "over"), [
    ('fill in Name with "A" and Email with "B"', "always"), ('fill "A" into Name', "always"),
    ("姓名填“张三”，年龄填“20”", "always"), ("把“姓名”填写为“张三”", "always"), ('type "fill" into Name', "never"),
    ("在姓名里键入“填”", "never"), ("在姓名里输入“填”", "line"), ('type "enter" into Name', "never"),
    ('enter the name "A" and the password "B"', "line"), ('in the Name field, enter "A"', "line"),
    ('press enter, then type "A" into Name', "never"), ("输入用户名“甲”和密码“乙”", "line"),
])  # fmt: skip
def test_to_fill_in_is_to_write_over(task: str, over: str) -> None:
    assert {one.over for one in understand(task) if isinstance(one, TypeText)} == {over}


@pytest.mark.parametrize(("height", "keys"), [(24, ["key", "key"]), (90, ["key"])])
def test_what_is_entered_is_written_over_in_a_field_of_one_line(given: Given, height: int, keys: list[str]) -> None:
    before, typed = (with_field(text, height) for text in ("Bob", "Anna"))
    session = given([before, typed], *understand('enter the name "Anna"'))
    end_of(session, after("type", then=typed, before=before))
    assert session.kinds[: len(keys) + 2] == ["left_click", *keys, "type"]


@pytest.mark.parametrize(("top", "over"), [(46, True), (42, False)])
def test_a_low_text_area_is_no_field_of_one_line(given: Given, top: int, over: bool) -> None:
    """The text of a field of one line stands at its middle."""
    before, typed = with_field("Bob", 34, top), with_field("Anna", 34, top)
    session = given([before, typed], Set(NAME, "Anna"))
    end_of(session, after("type", then=typed, before=before))
    assert (session.actions[1].keys == ("end",)) is over  # type: ignore[union-attr]


def with_field(value: str, height: int, top: int = 46) -> Picture:
    picture = Picture.blank((800, 300), (238, 238, 238))
    picture.write("Name", (40, 44), FONT, INK)
    picture.pen.rectangle((120, 40, 400, 40 + height), fill=PAPER, outline=(120, 120, 120))
    picture.write(value, (126, top), FONT, INK)
    return picture


def card(value: str = "Open", ring: bool = False) -> Picture:
    """A label with a text below it, both within a box: a field's or a card's."""
    picture = Picture.blank((800, 300), (238, 238, 238))
    picture.pen.rectangle((60, 60, 360, 112), fill=PAPER, outline=(20, 90, 220) if ring else (160, 160, 160))
    picture.write("Status", (70, 66), FONT, INK)
    picture.write(value, (70, 88), FONT, INK)
    return picture


@pytest.mark.parametrize("task", ["set Status to Done", 'type "Done" into Status', "clear Status"])
def test_a_box_that_took_the_click_for_nothing_is_not_typed_into(given: Given, task: str) -> None:
    session = given([card()], *understand(task))
    session.has_focus = False
    status, why = end_of(session, lambda *_: card())
    assert (status, session.kinds) == ("failure", ["left_click", "terminate"])
    assert "it may be no text field" in why


def test_a_field_with_its_label_within_that_took_the_focus_is_typed_into(given: Given) -> None:
    shown = [card(), card(ring=True), card(ring=True), card(ring=True), card("Done", ring=True)]
    session = given(shown, *understand("set Status to Done"))
    assert end_of(session, lambda step, _: shown[min(step, 4)])[0] == "success"
    assert session.kinds == ["left_click", "key", "key", "type", "terminate"]


def test_dots_that_are_no_text_are_written_over_as_well(given: Given) -> None:
    def masked(count: int) -> Picture:
        picture = form()
        for i in range(count):
            picture.pen.ellipse((210 + 14 * i, 68, 218 + 14 * i, 76), fill=INK)
        return picture

    before, then = masked(4), masked(2)
    session = given([before, then], Set(NAME, "77"))
    assert end_of(session, after("type", then=then, before=before))[0] == "success"
    keys = [action.keys for action in session.actions if isinstance(action, Key)]
    assert keys == [("end",), ("shift", "home")]
