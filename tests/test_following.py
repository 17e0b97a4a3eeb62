"""Each kind of instruction carried out on drawn screens: what is done, when it counts as done, and when it is given up.

The instructions are given as such, so that following is tried and not the grammar.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from PIL import Image

from actions.action import Action, Key, LeftClickDrag, MouseMove, Scroll, Size, Terminate, Type, Wait
from actions.brake import Brake
from actions.parse import parse_reply
from actions.preview import GO_ON
from agent.conversation import Conversation
from agent.loop import UNCHANGED
from agent.model import Message
from agent.moving import MOVES, told
from agent.offline.grammar import understand
from agent.offline.instructions import (
    Await,
    Check,
    Clear,
    Click,
    Close,
    Drag,
    Hover,
    Instruction,
    Open,
    Press,
    Read,
    Select,
    Target,
    Tick,
    Turn,
    TypeText,
)
from agent.offline.model import OfflineModel
from agent.offline.spot import rect_of
from agent.offline.ticks import TickBox
from agent.offline.unresolved import Unresolved
from agent.reading.labels import TextBox
from tests.apps.screens import LATIN_FONTS, Picture, font
from tests.offline_session import PROFILE, SPACE, GivenReader, Session, hits, place

FONT = font(LATIN_FONTS[0], 15)
INK, PAPER, GROUND, FACE = (20, 20, 20), (255, 255, 255), (238, 238, 238), (200, 210, 220)
Given = Callable[..., Session]


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Given:
    """A session whose task has been understood already."""

    def start(pictures: list[Picture], *instructions: Instruction, task: str = "task") -> Session:
        monkeypatch.setattr("agent.offline.follow.understand", lambda _: instructions)
        return Session(task, GivenReader(*pictures))

    return start


def text(name: str, **changes: object) -> Target:
    return Target((name,), **changes)  # type: ignore[arg-type]


def end_of(session: Session, world: Callable[[int, Action | None], object], limit: int = 30) -> tuple[str, str]:
    end = session.run(world, limit)  # type: ignore[arg-type]
    assert isinstance(end, Terminate)
    return end.status, end.text or ""


def screen(*buttons: str, note: str = "", at: tuple[int, int] = (40, 300)) -> Picture:
    picture = Picture.blank((800, 500), GROUND)
    for i, name in enumerate(buttons):
        picture.button(name, (40 + 150 * i, 40), FONT, INK, FACE)
    if note:
        picture.write(note, at, FONT, INK)
    return picture


IDLE, DONE = screen("Save", "Send", "Other"), screen("Save", "Send", "Other", note="Saved it")
CARET = screen("Save", "Send", "Other")
CARET.pen.rectangle((600, 400, 601, 418), fill=INK)


def after(*actions: str, then: Picture, before: Picture) -> Callable[[int, Action | None], Picture]:
    """The world shows `then` once these actions were done, in order."""
    left = list(actions)

    def world(_: int, action: Action | None) -> Picture:
        if action is not None and left and action.action == left[0]:
            left.pop(0)
        return before if left else then

    return world


# --- clicks -----------------------------------------------------------------------------------------------------------


def test_a_click_in_vain_is_done_once_more_and_then_reported(given: Given) -> None:
    session = given([IDLE], Click(text("Save"), "left_click"), Press(("tab",)))
    status, why = end_of(session, lambda step, _: (IDLE, UNCHANGED if step else None))
    assert session.kinds == ["left_click", "wait", "wait", "wait", "left_click", "wait", "wait", "terminate"]
    assert (status, why) == ("failure", 'the click on "Save" was sent twice, but nothing changed on the screen')


def test_what_was_clicked_in_vain_is_called_as_it_is_on_the_screen(given: Given) -> None:
    target = Target(("Add item", "Add"), role="option")
    shown = screen("Add item", "Other")
    session = given([shown], Click(target, "left_click"))
    status, why = end_of(session, lambda _step, _: shown)
    assert (status, why) == ("failure", 'the click on "Add item" was sent twice, but nothing changed on the screen')


@pytest.mark.parametrize("label", ["Send", "Pay now", "Delete", "Order", "Submit", "Confirm", "提交订单", "购买", "7"])
def test_what_may_have_been_sent_or_paid_is_not_clicked_again(given: Given, label: str) -> None:
    idle = screen(label)
    session = given([idle], Click(text(label), "left_click"), Press(("tab",)))
    status, why = end_of(session, lambda step, _: (idle, UNCHANGED if step else None))
    assert session.kinds == ["left_click", "wait", "wait", "wait", "terminate"]
    assert status == "failure"
    assert "it is not clicked again" in why


@pytest.mark.parametrize(
    ("keys", "displays", "clicks", "end"),
    [
        ("1+1=", "1112", 4, "success"),
        ("1+2=", "1123", 4, "success"),
        ("1+2=", "1113", 3, "failure"),
        ("+1", "001", 2, "failure"),
        ("1+=", "1112", 3, "failure"),
    ],
    ids=["the operator, the same number", "another number", "that is not shown", "no number before", "no number after"],
)
def test_what_a_calculator_does_not_show_is_not_asked_for(
    given: Given, keys: str, displays: str, clicks: int, end: str
) -> None:
    """`displays`: what it shows after each click; a number is never clicked twice."""
    screens = [screen(*"12+=", note=f"display {shown}") for shown in f"0{displays}"]
    session = given(screens, *(Click(text(key), "left_click") for key in keys))

    def world(_: int, action: Action | None) -> tuple[Picture, str | None]:
        done = session.kinds.count("left_click")
        is_same = done > 0 and f"0{displays}"[done] == f"0{displays}"[done - 1]
        is_wait = action is not None and action.action == "wait"
        return screens[done], UNCHANGED if is_same or is_wait else None

    assert end_of(session, world)[0] == end
    assert session.kinds.count("left_click") == clicks


def test_the_second_click_may_be_the_one_that_is_heard(given: Given) -> None:
    session = given([IDLE, DONE], Click(text("Save"), "left_click"))
    assert end_of(session, after("left_click", "left_click", then=DONE, before=IDLE))[0] == "success"


def test_a_late_effect_is_waited_for_without_a_second_click(given: Given) -> None:
    session = given([IDLE, DONE], Click(text("Save"), "left_click"))
    assert end_of(session, after("left_click", "wait", "wait", then=DONE, before=IDLE))[0] == "success"
    assert session.kinds == ["left_click", "wait", "wait", "terminate"]


def test_a_caret_that_blinks_elsewhere_is_no_effect_and_no_reason_to_click_again(given: Given) -> None:
    session = given([IDLE, CARET], Click(text("Save"), "left_click"), Press(("tab",)))
    status, _ = end_of(session, lambda step, _: (CARET, UNCHANGED) if step else IDLE)
    assert status == "failure"
    assert session.kinds.count("left_click") == 1


@pytest.mark.parametrize(
    "following", [Await("Saved it", visible=True, seconds=9), TypeText("x", None)], ids=["wait", "type"]
)
def test_a_click_whose_effect_the_next_instruction_sees_to_is_not_repeated(
    given: Given, following: Instruction
) -> None:
    session = given([IDLE, DONE], Click(text("Save"), "left_click"), following)
    session.run(lambda step, _: DONE if step > 3 else IDLE)
    assert session.kinds.count("left_click") == 1


@pytest.mark.parametrize("role", ["tab", "field", "option"])
def test_what_may_be_chosen_already_may_stay_as_it_is(given: Given, role: str) -> None:
    picture, label = (form(), "Name") if role == "field" else (IDLE, "Save")
    session = given([picture], Click(text(label, role=role), "left_click"), Press(("tab",)))
    assert end_of(session, lambda *_: picture)[0] == "success"
    assert session.kinds == ["left_click", "key", "terminate"]


def test_a_chinese_task_is_told_in_chinese_why(given: Given) -> None:
    session = given([IDLE], Click(text("Save"), "left_click"), task="点击Save")
    _, why = end_of(session, lambda *_: IDLE)
    assert why == "已点击“Save”两次，但屏幕上没有任何变化"
    assert session.sentences[-1] == "放弃。"


def test_something_small_that_opened_is_not_closed_by_a_double_click(given: Given) -> None:
    popup = screen("Save", "Send", "Other", note="Popup", at=(600, 400))
    session = given([IDLE, popup], Open(text("Save")))
    assert end_of(session, after("left_click", then=popup, before=IDLE))[0] == "success"
    assert session.kinds == ["left_click", *["wait"] * 5, "terminate"]


def test_hovering_moves_the_pointer(given: Given) -> None:
    session = given([IDLE], Hover(text("Send")))
    assert end_of(session, lambda *_: IDLE)[0] == "success"
    assert session.kinds == ["mouse_move", "terminate"]
    assert hits(IDLE, session.actions[0]) == ["Send"]


def test_a_drag_moves_to_its_start_first(given: Given) -> None:
    session = given([IDLE, DONE], Drag(text("Save"), text("Other")))
    assert end_of(session, after("left_click_drag", then=DONE, before=IDLE))[0] == "success"
    move, drag = session.actions[:2]
    assert isinstance(move, MouseMove)
    assert isinstance(drag, LeftClickDrag)
    assert (hits(IDLE, move), hits(IDLE, drag)) == (["Save"], ["Other"])


def test_a_drag_in_vain_is_not_repeated(given: Given) -> None:
    session = given([IDLE], Drag(text("Save"), text("Other")))
    status, why = end_of(session, lambda *_: IDLE)
    assert session.kinds == ["mouse_move", "left_click_drag", "wait", "wait", "wait", "terminate"]
    assert (status, why) == ("failure", 'the drag of "Save" to "Other" was sent, but nothing changed on the screen')


def test_nothing_is_dragged_that_has_no_place_to_go(given: Given) -> None:
    session = given([IDLE], Drag(text("Save"), text("Bin")))
    assert end_of(session, lambda *_: IDLE)[0] == "failure"
    assert session.kinds == ["wait", "wait", "terminate"]


def buttoned(*, face: tuple[int, int, int] = FACE, ring: bool = False, note: str = "") -> Picture:
    picture = Picture.blank((800, 500), GROUND)
    picture.button("Bold", (40, 40), FONT, INK, face)
    picture.button("Other", (240, 40), FONT, INK, FACE)
    if ring:
        picture.pen.rectangle((44, 44, 96, 67), outline=(0, 0, 120))
    if note:
        picture.write(note, (40, 300), FONT, INK)
    return picture


PLAIN, RINGED, DARK = buttoned(), buttoned(ring=True), buttoned(face=(120, 140, 200))
BOLD = Click(text("Bold"), "left_click")


@pytest.mark.parametrize("following", [(), (Press(("tab",)),)], ids=["last", "before another"])
def test_the_focus_of_a_button_is_no_effect(given: Given, following: tuple[Instruction, ...]) -> None:
    session = given([PLAIN, RINGED], BOLD, *following)
    status, why = end_of(session, after("left_click", then=RINGED, before=PLAIN))
    assert session.kinds == ["left_click", "wait", "wait", "wait", "terminate"]
    assert (status, why) == (
        "failure",
        'the click on "Bold" had no effect: nothing changed but its own looks and what may move by itself',
    )


def test_an_effect_elsewhere_counts_whatever_the_button_looks_like(given: Given) -> None:
    both = buttoned(ring=True, note="it is bold")
    session = given([PLAIN, both], BOLD)
    assert end_of(session, after("left_click", then=both, before=PLAIN))[0] == "success"
    assert session.kinds == ["left_click", "terminate"]


def test_a_button_that_stays_pressed_in_had_its_effect(given: Given) -> None:
    session = given([PLAIN, DARK], BOLD)
    assert end_of(session, after("left_click", then=DARK, before=PLAIN))[0] == "success"
    assert session.kinds == ["left_click", "mouse_move", "terminate"]
    assert hits(PLAIN, session.actions[1]) == []


def test_a_button_that_lights_up_under_the_pointer_alone_had_none(given: Given) -> None:
    session = given([PLAIN, DARK], BOLD)
    assert end_of(session, lambda step, _: DARK if step == 1 else PLAIN)[0] == "failure"
    assert session.kinds == ["left_click", "mouse_move", "wait", "wait", "wait", "terminate"]


def test_what_lights_up_under_the_pointer_may_answer_late(given: Given) -> None:
    told = buttoned(note="it is bold")
    session = given([PLAIN, DARK, told], BOLD)
    assert end_of(session, lambda step, _: [PLAIN, DARK, PLAIN, told, told][step])[0] == "success"


def row(lit: bool = False, note: str = "") -> Picture:
    """Texts without faces; the first may be lit."""
    picture = Picture.blank((800, 500), PAPER)
    if lit:
        picture.pen.rectangle((0, 95, 400, 122), fill=(225, 232, 245))
    for i, name in enumerate(("Preview", "Archive", note)):
        picture.write(name, (40, 100 + 40 * i), FONT, INK)
    return picture


def test_a_row_that_is_lit_only_while_the_pointer_is_there_had_no_effect(given: Given) -> None:
    session = given([row(), row(lit=True)], Click(text("Preview"), "left_click"))
    assert end_of(session, lambda step, _: row(lit=step == 1))[0] == "failure"
    assert session.kinds == ["left_click", "mouse_move", "wait", "wait", "wait", "terminate"]


def test_a_row_that_stays_lit_was_chosen(given: Given) -> None:
    session = given([row(), row(lit=True)], Click(text("Preview"), "left_click"))
    assert end_of(session, lambda step, _: row(lit=step > 0))[0] == "success"
    assert session.kinds == ["left_click", "mouse_move", "terminate"]


# --- what moves by itself ---------------------------------------------------------------------------------------------


def restless(*words: str) -> list[Picture]:
    """A page with a control, and in a corner far from it each of these in turn."""
    return [screen("Save", "Send", note=word, at=(600, 460)) for word in words]


def in_turn(pictures: Sequence[Picture]) -> Callable[[int, Action | None], Picture]:
    return lambda step, _: pictures[min(step, len(pictures) - 1)]


@pytest.mark.parametrize(
    ("before", "shown", "status"),
    [
        ("12:31:08", ["12:31:09"], "failure"),
        ("12:59", ["13:00"], "failure"),
        ("Tue 5 May 09:59", ["Tue 5 May 10:00"], "failure"),
        ("0 files", ["1 files"], "success"),
        ("Ready", ["Sent 12:31"], "success"),
        # What comes late where something stood before is looked at once more.
        ("Ready", ["Ready", "Sent"], "success"),
        ("Ready", ["Ready", "Sent", "Ready"], "failure"),
        ("Spring sale", ["Spring sale", "Free delivery", "New shoes"], "failure"),
        ("", ["", "", "Sent"], "success"),
    ],
    ids=["seconds", "minutes", "date", "count", "told", "late", "late and gone", "banner", "late where nothing was"],
)
def test_what_moves_by_itself_is_no_effect(given: Given, before: str, shown: list[str], status: str) -> None:
    pictures = restless(before, *shown)
    session = given(pictures, Click(text("Save"), "left_click"))
    assert end_of(session, in_turn(pictures))[0] == status
    assert session.kinds.count("left_click") == 1


def advertised(*slides: tuple[int, int, int], note: str = "Ready") -> list[Picture]:
    """A page with a control, a line of state, and a banner in each of these colours in turn."""
    pictures = [screen("Save", "Send", note=note, at=(40, 440)) for _ in slides]
    for picture, colour in zip(pictures, slides, strict=True):
        picture.pen.rectangle((420, 200, 760, 380), fill=colour)
        picture.write("On sale now", (440, 260), FONT, PAPER)
    return pictures


SLIDES = (160, 50, 50), (50, 160, 50), (120, 50, 160)


def test_another_picture_of_a_banner_is_no_effect_though_it_comes_at_once(given: Given) -> None:
    pictures = advertised(*SLIDES)
    session = given(pictures, Click(text("Save"), "left_click"))
    assert end_of(session, in_turn(pictures))[0] == "failure"
    assert session.kinds == ["left_click", "wait", "terminate"]
    kept = given(pictures, Click(text("Save"), "left_click"))
    assert end_of(kept, in_turn(pictures[:2]))[0] == "success"


@pytest.mark.parametrize("late", [2, 3])
def test_a_late_answer_is_seen_beside_a_banner(given: Given, late: int) -> None:
    idle = advertised(SLIDES[0], *SLIDES, SLIDES[0])
    told = advertised(SLIDES[0], *SLIDES, SLIDES[0], note="Stored")
    session = given([*idle, *told], Click(text("Save"), "left_click"))
    assert end_of(session, in_turn([*idle[:late], *told[late:]]))[0] == "success"


def test_a_clock_beside_something_else_that_moves_is_seen_for_what_it_is(given: Given) -> None:
    def both(time: str, colour: tuple[int, int, int]) -> Picture:
        (picture,) = advertised(colour)
        picture.write(time, (700, 60), FONT, INK)
        return picture

    pictures = [both(f"12:30:0{i}", colour) for i, colour in enumerate(SLIDES)]
    session = given(pictures, Click(text("Save"), "left_click"))
    assert end_of(session, in_turn(pictures))[0] == "failure"


def test_that_another_button_lost_the_focus_is_not_seen_later(given: Given) -> None:
    ringed, told, gone = screen("Save", "Send"), screen("Save", "Send", note="Saved"), screen("Save", "Send")
    for picture in (told, ringed):
        picture.pen.rectangle((44, 44, 96, 67), outline=(0, 0, 120))
    lost = screen("Save", "Send", note="Saved")
    session = given([ringed, told, lost, gone], Click(text("Save"), "left_click"), Click(text("Send"), "left_click"))
    assert end_of(session, in_turn([ringed, told, lost, lost, gone]))[0] == "failure"


def test_what_the_run_knows_to_move_is_no_effect(given: Given) -> None:
    pictures = restless("Spring sale", "Free delivery", "New shoes", "Gift cards")
    session = given(pictures, Click(text("Save"), "left_click"))
    world = in_turn(pictures)
    status, why = end_of(session, lambda step, _: (world(step, None), UNCHANGED if step == 1 else None))
    assert status == "failure"
    assert "nothing changed but its own looks and what may move by itself" in why


@pytest.mark.parametrize(("shown", "status"), [
    (["Step 2", "Step 3"], "failure"), (["Step 2", "Step 2"], "success"),
])  # fmt: skip
def test_where_something_moves_what_changed_is_looked_at_once_more(given: Given, shown: list[str], status: str) -> None:
    pictures = restless("Step 1", *shown)
    session = given(pictures, Click(text("Save"), "left_click"))
    world = in_turn(pictures)
    assert end_of(session, lambda step, _: (world(step, None), MOVES if step == 1 else None))[0] == status
    assert session.kinds == ["left_click", "wait", "terminate"]


@pytest.mark.parametrize(("note", "status"), [("", "failure"), ("Gone", "success")])
def test_what_the_pointer_left_looks_otherwise_without_it(given: Given, note: str, status: str) -> None:
    def lit(*, first: bool, told: str = "") -> Picture:
        picture = screen("Delete", "Other", note=told, at=(40, 300))
        picture.button("Really", (600, 400), FONT, INK, FACE)
        if first:
            picture.pen.rectangle((44, 44, 100, 50), fill=(255, 150, 150))
        return picture

    idle, opened, left = lit(first=False), lit(first=True, told="Sure?"), lit(first=False, told=note or "Sure?")
    session = given(
        [idle, opened, left], Click(text("Delete"), "left_click"), Click(text("Really"), "left_click"), Press(("tab",))
    )
    assert end_of(session, in_turn([idle, opened, left]))[0] == status


@pytest.mark.parametrize("looks", [2, 3])
def test_a_notice_of_the_step_before_that_goes_away_is_no_effect(given: Given, looks: int) -> None:
    idle, told = restless("", "Saved")
    session = given([idle, told], Click(text("Save"), "left_click"), Click(text("Send"), "left_click"))
    assert end_of(session, in_turn([idle, *[told] * looks, idle]))[0] == "failure"
    assert session.kinds.count("left_click") == 2


def test_what_a_click_takes_back_at_once_is_its_effect(given: Given) -> None:
    idle, told = restless("", "Saved")
    session = given([idle, told], Click(text("Save"), "left_click"), Click(text("Send"), "left_click"))
    assert end_of(session, in_turn([idle, told, idle]))[0] == "success"


# --- fields -----------------------------------------------------------------------------------------------------------


def form(value: str = "", caret: bool = False) -> Picture:
    picture = Picture.blank((800, 500), GROUND)
    picture.field("Name", (60, 60), FONT, INK, PAPER)
    picture.field("City", (60, 160), FONT, INK, PAPER)
    if value:
        picture.write(value, (216, 74), FONT, INK, "lm")
    if caret:
        picture.pen.rectangle((213, 66, 214, 84), fill=INK)
    return picture


def lines_of(*lines: str) -> Picture:
    picture = Picture.blank((800, 500), GROUND)
    picture.write("Name", (40, 66), FONT, INK)
    picture.pen.rectangle((200, 60, 460, 160), fill=PAPER, outline=(120, 120, 120))
    for row, line in enumerate(lines):
        picture.write(line, (208, 66 + 22 * row), FONT, INK)
    return picture


EMPTY, FOCUSED, BOB, ANNA = form(), form(caret=True), form("Bob"), form("Anna")
DOTS = form()
for _i in range(5):
    DOTS.pen.ellipse((216 + 10 * _i, 71, 222 + 10 * _i, 77), fill=INK)
NAME = text("Name")


def test_a_field_that_holds_something_is_added_to_at_its_end(given: Given) -> None:
    both = form("BobAnna")
    session = given([BOB, both], TypeText("Anna", NAME))
    assert end_of(session, after("type", then=both, before=BOB))[0] == "success"
    assert session.kinds == ["left_click", "key", "type", "terminate"]
    assert session.actions[1] == Key(keys=("end",))


@pytest.mark.parametrize(("shown", "status"), [
    (ANNA, "success"), (DOTS, "success"), (BOB, "failure"), (EMPTY, "failure"), (FOCUSED, "failure"),
], ids=["the text", "dots", "another text", "nothing", "a caret"])  # fmt: skip
def test_a_typed_text_must_show(given: Given, shown: Picture, status: str) -> None:
    session = given([EMPTY, shown], TypeText("Anna", NAME), Press(("tab",)))
    ended, why = end_of(session, after("type", then=shown, before=EMPTY))
    assert ended == status
    assert session.kinds.count("type") == 1
    assert status == "success" or "Anna" in why


def test_a_part_of_a_long_text_and_a_misread_letter_are_enough(given: Given) -> None:
    part = form("gave for the new harb0ur")
    session = given([EMPTY, part], TypeText("the reasons that she gave for the new harbour", NAME))
    assert end_of(session, after("type", then=part, before=EMPTY))[0] == "success"


MASKED = {read: form(read) for read in ("****", "eeeee", "●●●●")}


@pytest.mark.parametrize("read", MASKED)
def test_what_is_typed_unseen_may_be_read_as_one_letter_again_and_again(given: Given, read: str) -> None:
    session = given([EMPTY, MASKED[read]], TypeText("pw7627", NAME))
    assert end_of(session, after("type", then=MASKED[read], before=EMPTY))[0] == "success"


def signed(picture: Picture) -> Picture:
    """With a sign far off, as a browser draws a key in its address bar while a password is typed."""
    picture.pen.rectangle((700, 20, 712, 32), fill=INK)
    return picture


def two_fields(city: str = "", dots: int = 0) -> Picture:
    picture = form("Robert")
    if city:
        picture.write(city, (216, 174), FONT, INK, "lm")
    for i in range(dots):
        picture.pen.ellipse((216 + 10 * i, 171, 222 + 10 * i, 177), fill=INK)
    return picture


@pytest.mark.parametrize(("shown", "status"), [
    (two_fields(dots=6), "success"), (two_fields("pw7627"), "success"),
    (two_fields("another"), "failure"), (two_fields(), "failure"),
], ids=["dots", "the text", "another text", "nothing"])  # fmt: skip
def test_a_sign_elsewhere_is_no_part_of_the_field(given: Given, shown: Picture, status: str) -> None:
    before, then = two_fields(), signed(shown)
    session = given([before, then], TypeText("pw7627", text("City")))
    assert end_of(session, after("type", then=then, before=before))[0] == status
    assert session.kinds.count("type") == 1


OFF_KINDS = ["left_click", "wait", "wait", "wait", "terminate"]


@pytest.mark.parametrize(("ground", "drawn", "kinds"), [
    (GROUND, None, OFF_KINDS), ((226, 226, 226), None, OFF_KINDS),
    (PAPER, None, OFF_KINDS),  # something else may have the keys
    (GROUND, "ring", ["left_click", "type"]), (GROUND, "caret", ["left_click", "type"]),
], ids=["flat", "darker", "raised", "ring", "caret"])  # fmt: skip
def test_nothing_is_typed_after_a_click_on_a_field_that_is_switched_off(
    given: Given, ground: tuple[int, int, int], drawn: str | None, kinds: list[str]
) -> None:
    def proxy(*, clicked: bool) -> Picture:
        picture = Picture.blank((800, 500), GROUND)
        picture.field("Proxy", (40, 100), FONT, INK, ground)
        if clicked and drawn == "ring":
            picture.pen.rectangle(picture.boxes["Proxy"], outline=(30, 90, 220), width=2)
        if clicked and drawn == "caret":
            picture.pen.line((196, 106, 196, 123), fill=INK)
        return picture

    session = given([proxy(clicked=False), proxy(clicked=True)], TypeText("http", Target(("Proxy",))))
    session.has_focus = False
    session.run(lambda step, _: proxy(clicked=step > 0), limit=12)
    assert session.kinds[: len(kinds)] == kinds
    if kinds[-1] == "terminate":
        why = "something else may have the keys" if ground == PAPER else "looks switched off"
        assert why in (session.actions[-1].text or "")  # type: ignore[union-attr]


@pytest.mark.parametrize("shown", [2, 3, 4])
def test_a_flat_field_that_had_the_focus_shows_it_by_its_caret(given: Given, shown: int) -> None:
    def name(*, caret: bool) -> Picture:
        picture = Picture.blank((800, 500), GROUND)
        picture.field("Name", (40, 100), FONT, INK, GROUND)
        if caret:
            picture.pen.line((196, 106, 196, 123), fill=INK)
        return picture

    session = given([name(caret=False), name(caret=True)], TypeText("Ada", Target(("Name",))))
    session.has_focus = False
    session.run(lambda step, _: name(caret=step >= shown), limit=12)
    assert session.kinds[: shown + 1] == ["left_click", *["wait"] * (shown - 1), "type"]


def test_a_text_that_shows_in_another_field_did_not_arrive(given: Given) -> None:
    other = form()
    other.write("Anna", (216, 174), FONT, INK, "lm")
    session = given([EMPTY, other], TypeText("Anna", NAME))
    status, why = end_of(session, after("type", then=other, before=EMPTY))
    assert (status, why) == ("failure", '"Anna" was typed into "Name", but it is not to be read there')


def test_a_secret_need_not_be_read(given: Given) -> None:
    covered = form()
    covered.pen.rectangle((212, 64, 300, 84), fill=(128, 128, 128))
    session = given([EMPTY, covered], TypeText("{{PASSWORD}}", NAME))
    assert end_of(session, after("type", then=covered, before=EMPTY))[0] == "success"


def test_a_text_of_blanks_shows_nothing(given: Given) -> None:
    session = given([EMPTY], TypeText("  ", None))
    assert end_of(session, lambda *_: EMPTY)[0] == "success"
    assert session.actions[0] == Type(text="  ")


def test_a_field_is_cleared_from_its_end_to_its_beginning(given: Given) -> None:
    session = given([BOB, EMPTY], Clear(NAME))
    assert end_of(session, after("left_click", "key", "key", "key", then=EMPTY, before=BOB))[0] == "success"
    keys = [action.keys for action in session.actions if isinstance(action, Key)]
    assert keys == [("end",), ("shift", "home"), ("backspace",)]


def test_a_field_that_keeps_its_text_was_not_cleared(given: Given) -> None:
    session = given([BOB], Clear(NAME))
    status, why = end_of(session, lambda *_: BOB)
    assert (status, why) == ("failure", '"Name" was to be emptied, but something is still written in it')


def test_a_field_that_keeps_a_part_of_its_text_was_not_cleared(given: Given) -> None:
    session = given([BOB, form("Bo")], Clear(NAME))
    status, why = end_of(session, after("left_click", "key", "key", "key", then=form("Bo"), before=BOB))
    assert (status, why) == ("failure", '"Name" was to be emptied, but something is still written in it')


@pytest.mark.parametrize(("held", "shown", "status"), [
    ("", "Frid", "failure"), ("", "Friday", "success"), ("Good ", "Good Friday", "success"),
    ("Good ", "Good Fr", "failure"),
    ("Your day", "Friday", "success"), ("Good ", "Good", "failure"),
])  # fmt: skip
def test_what_a_field_dropped_of_a_text_was_not_typed(given: Given, held: str, shown: str, status: str) -> None:
    before, then = form(held), form(shown)
    session = given([before, then], TypeText("Friday", NAME))
    assert end_of(session, after("type", then=then, before=before))[0] == status


def test_a_hint_in_an_empty_field_is_nothing_left(given: Given) -> None:
    hint = form("Your name")
    session = given([BOB, hint], Clear(NAME))
    assert end_of(session, after("left_click", "key", "key", "key", then=hint, before=BOB))[0] == "success"


def test_the_label_within_a_field_is_nothing_left(given: Given) -> None:
    def labelled(value: str, edge: tuple[int, int, int] = (20, 90, 220)) -> Picture:
        picture = Picture.blank((800, 500), GROUND)
        picture.pen.rectangle((200, 60, 460, 112), fill=PAPER, outline=edge)
        picture.write("Name", (208, 66), FONT, INK)
        if value:
            picture.write(value, (208, 88), FONT, INK)
        return picture

    shown = [labelled("Bob", (120, 120, 120)), *[labelled("Bob")] * 3, labelled("")]
    session = given(shown, Clear(NAME))
    assert end_of(session, lambda step, _: shown[min(step, 4)])[0] == "success"
    assert session.kinds == ["left_click", "key", "key", "key", "terminate"]


def test_a_field_of_several_lines_is_cleared_from_the_last_to_the_first(given: Given) -> None:
    full, empty = lines_of("one", "two", "three"), lines_of()
    session = given([full, empty], Clear(NAME))
    assert end_of(session, after("left_click", "key", "key", "key", then=empty, before=full))[0] == "success"
    keys = [action.keys for action in session.actions if isinstance(action, Key)]
    assert keys == [("ctrl", "end"), ("ctrl", "shift", "home"), ("backspace",)]


def test_a_field_that_was_just_cleared_has_the_focus(given: Given) -> None:
    session = given([BOB, EMPTY, ANNA], Clear(NAME), TypeText("Anna", NAME))
    world = after("key", "key", "key", then=EMPTY, before=BOB)

    def shown(step: int, action: Action | None) -> Picture:
        return ANNA if isinstance(action, Type) else world(step, action)

    assert end_of(session, shown)[0] == "success"
    assert session.kinds == ["left_click", "key", "key", "key", "type", "terminate"]


def test_an_empty_field_stays_empty(given: Given) -> None:
    assert end_of(given([EMPTY], Clear(NAME)), lambda *_: EMPTY)[0] == "success"


def test_what_has_the_focus_is_cleared_only_after_a_field_was_named(given: Given) -> None:
    session = given([BOB], Clear(None))
    assert end_of(session, lambda *_: BOB) == ("failure", "which field is to be cleared is not said")
    assert session.kinds == ["terminate"]
    session = given([BOB, EMPTY], Click(text("Name", role="field"), "left_click"), Clear(None))
    assert end_of(session, after("left_click", "key", "key", "key", then=EMPTY, before=BOB))[0] == "success"


# --- lists and boxes --------------------------------------------------------------------------------------------------


def chooser(value: str, entries: tuple[str, ...] = ()) -> Picture:
    """A list that shows `value`, dropped down where it has entries. Another "Red" stands on the page."""
    picture = Picture.blank((800, 500), GROUND)
    picture.field("Colour", (60, 60), FONT, INK, PAPER)
    picture.write(value, (216, 74), FONT, INK, "lm")
    picture.pen.polygon([(412, 71), (422, 71), (417, 78)], fill=INK)
    picture.write("Red", (600, 74), FONT, INK, "lm")
    if entries:
        picture.pen.rectangle((210, 92, 430, 102 + 30 * len(entries)), fill=PAPER, outline=INK)
        for i, entry in enumerate(entries):
            picture.write(entry, (216, 112 + 30 * i), FONT, INK, "lm")
    return picture


ENTRIES = ("Green", "Red", "Blue")
GREEN, DROPPED, RED = chooser("Green"), chooser("Green", ENTRIES), chooser("Red")
COLOUR = text("Colour")


def test_an_entry_is_clicked_in_what_dropped_down_and_not_elsewhere(given: Given) -> None:
    session = given([GREEN, DROPPED, RED], Select(text("Red"), COLOUR))
    assert end_of(session, lambda step, _: [GREEN, DROPPED, RED][step])[0] == "success"
    assert session.kinds == ["left_click", "left_click", "terminate"]
    opened, chosen = (place(GREEN, action) for action in session.actions[:2])
    assert 210 < opened[0] < 430
    assert 60 < opened[1] < 90
    assert 210 < chosen[0] < 430
    assert 92 < chosen[1] < 200


def test_a_list_that_shows_the_entry_already_is_left_alone(given: Given) -> None:
    session = given([RED], Select(text("Red"), COLOUR))
    assert end_of(session, lambda *_: RED)[0] == "success"
    assert session.kinds == ["terminate"]


def test_a_list_that_drops_down_late_is_waited_for(given: Given) -> None:
    session = given([GREEN, DROPPED, RED], Select(text("Red"), COLOUR))
    assert end_of(session, lambda step, _: [GREEN, GREEN, DROPPED, RED][step])[0] == "success"
    assert session.kinds == ["left_click", "wait", "left_click", "terminate"]


def test_a_list_that_does_not_drop_down_is_a_failure(given: Given) -> None:
    session = given([GREEN], Select(text("Red"), COLOUR))
    status, why = end_of(session, lambda *_: GREEN)
    assert (status, why) == ("failure", 'nothing dropped down from "Colour"')
    assert session.kinds == ["left_click", "wait", "wait", "terminate"]


def test_an_entry_that_is_not_in_the_list_is_a_failure(given: Given) -> None:
    short = chooser("Green", ("Green", "Blue"))
    session = given([GREEN, short], Select(text("Red"), COLOUR))
    status, why = end_of(session, lambda step, _: short if step else GREEN)
    assert status == "failure"
    assert '"Red"' in why
    assert session.kinds.count("left_click") == 1


def test_an_entry_that_stands_twice_in_the_list_is_a_failure(given: Given) -> None:
    twice = chooser("Green", ("Red", "Blue", "Red"))
    session = given([GREEN, twice], Select(text("Red"), COLOUR))
    status, why = end_of(session, lambda step, _: twice if step else GREEN)
    assert status == "failure"
    assert "2 times" in why


def ticked(*, on: bool, hint: str = "") -> Picture:
    picture = Picture.blank((800, 500), GROUND)
    picture.pen.rectangle((60, 60, 75, 75), fill=PAPER, outline=INK)
    if on:
        picture.pen.line([(62, 67), (66, 72), (73, 62)], fill=INK, width=3)
    picture.write("Small", (84, 60), FONT, INK)
    if hint:
        picture.write(hint, (300, 300), FONT, INK)
    return picture


ON, OFF, ERROR = ticked(on=True), ticked(on=False), ticked(on=False, hint="not allowed")


@pytest.fixture(autouse=True)
def _boxes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The only box there is belongs to "Small"; it is on where its middle is inked."""

    def tick_box(target: Target, pixels: object, texts: tuple[TextBox, ...]) -> TickBox:
        box = next((box for box in texts if box.text == "Small" and "Small" in target.names), None)
        if box is None:
            raise Unresolved("there is no box", "没有")
        inside = pixels[62:74, 62:74]  # type: ignore[index]
        return TickBox((67.5, 67.5), rect_of(TextBox("", 60, 60, 16, 16)), bool(inside.min() < 128))

    monkeypatch.setattr("agent.offline.sight.tick_box", tick_box)


@pytest.mark.parametrize("wanted", [True, False])
def test_a_box_that_is_so_already_is_not_clicked(given: Given, wanted: bool) -> None:
    picture = ON if wanted else OFF
    session = given([picture], Tick(text("Small"), on=wanted))
    assert end_of(session, lambda *_: picture)[0] == "success"
    assert session.kinds == ["terminate"]


@pytest.mark.parametrize("wanted", [True, False])
def test_a_box_is_clicked_and_read_again(given: Given, wanted: bool) -> None:
    before, then = (OFF, ON) if wanted else (ON, OFF)
    session = given([before, then], Tick(text("Small"), on=wanted))
    assert end_of(session, after("left_click", then=then, before=before))[0] == "success"
    assert session.kinds == ["left_click", "wait", "terminate"]
    assert place(before, session.actions[0]) == pytest.approx((67.5, 67.5), abs=0.5)


@pytest.mark.parametrize(("left", "status"), [(ON, "success"), (OFF, "failure")])
def test_a_box_that_is_not_known_under_the_pointer_is_read_with_it_away(
    given: Given, left: Picture, status: str
) -> None:
    """What is drawn on nothing is not known for a box."""
    lit = Picture.blank((800, 500), GROUND)
    session = given([OFF, lit, left], Tick(text("Small"), on=True))
    world = [OFF, lit, left]
    assert end_of(session, lambda step, _: world[min(step, 2)])[0] == status
    assert session.kinds[:2] == ["left_click", "mouse_move"]
    assert place(OFF, session.actions[1]) == pytest.approx((67.5, 97.5), abs=1)


def test_a_box_that_the_program_takes_back_is_not_told_as_on(given: Given) -> None:
    session = given([OFF, ON, ERROR], Tick(text("Small"), on=True))
    status, why = end_of(session, in_turn([OFF, ON, ERROR]))
    assert (status, why) == (
        "failure",
        '"Small" was on after the click, but is not any longer: the program took it back',
    )


def test_a_box_that_stays_off_with_nothing_changed_is_clicked_once_more(given: Given) -> None:
    session = given([OFF], Tick(text("Small"), on=True))
    status, why = end_of(session, lambda *_: OFF)
    assert session.kinds == ["left_click", "wait", "wait", "left_click", "wait", "wait", "terminate"]
    assert (status, why) == ("failure", '"Small" was clicked, but is not on')


def test_where_a_name_has_a_box_and_a_switch_neither_is_picked(given: Given) -> None:
    both = ticked(on=False)
    both.pen.rounded_rectangle((300, 58, 335, 77), 10, fill=(150, 150, 150))
    both.pen.ellipse((302, 60, 317, 75), fill=PAPER)
    status, why = end_of(given([both], Tick(text("Small"), on=True)), lambda *_: both)
    assert status == "failure"
    assert why.startswith('"Small" has a checkbox and a switch')


def test_to_turn_on_a_row_with_a_switch_behind_other_texts_ticks_no_box(given: Given) -> None:
    row, then = ticked(on=False), ticked(on=True)
    for picture in (row, then):
        picture.write("Editor", (200, 67), FONT, INK, "lm")
        picture.pen.rounded_rectangle((500, 58, 535, 77), 10, fill=(150, 150, 150))
        picture.pen.ellipse((502, 60, 517, 75), fill=PAPER)
    status, why = end_of(given([row], *understand("turn on Small")), lambda *_: row)
    assert (status, why.startswith('"Small" has a checkbox and a switch')) == ("failure", True)
    session = given([row, then], *understand("tick Small"))
    assert end_of(session, after("left_click", then=then, before=row))[0] == "success"


def test_a_box_that_stays_off_while_something_changed_is_not_clicked_again(given: Given) -> None:
    session = given([OFF, ERROR], Tick(text("Small"), on=True))
    assert end_of(session, after("left_click", then=ERROR, before=OFF))[0] == "failure"
    assert session.kinds.count("left_click") == 1


def test_a_radio_button_is_not_switched_off(given: Given) -> None:
    session = given([ON], Tick(text("Small", role="radio"), on=False))
    status, why = end_of(session, lambda *_: ON)
    assert status == "failure"
    assert "another one of its group" in why
    assert "left_click" not in session.kinds


@pytest.mark.parametrize(
    "instruction",
    [Tick(text("Small"), on=True, joined=("Small and Large",)), Select(text("Small"), None, ("Small and Large",))],
    ids=["tick", "select"],
)
def test_what_was_taken_for_a_list_may_be_one_label(given: Given, instruction: Instruction) -> None:
    one_label = ticked(on=False, hint="Small and Large")
    status, why = end_of(given([one_label], instruction), lambda *_: one_label)
    assert status == "failure"
    assert why.startswith('"Small and Large" is on the screen: put each label in quotation marks')
    session = given([OFF, ON], instruction)
    assert end_of(session, after("left_click", then=ON, before=OFF))[0] == "success"


def test_selecting_a_box_ticks_it_and_leaves_it_ticked(given: Given) -> None:
    session = given([OFF, ON], Select(text("Small"), None), Select(text("Small"), None))
    assert end_of(session, after("left_click", then=ON, before=OFF))[0] == "success"
    assert session.kinds == ["left_click", "terminate"]


def test_selecting_an_entry_that_stands_there_clicks_it(given: Given) -> None:
    session = given([IDLE, DONE], Select(text("Send"), None))
    assert end_of(session, after("left_click", then=DONE, before=IDLE))[0] == "success"
    assert hits(IDLE, session.actions[0]) == ["Send"]


def listing(*selected: str, shade: tuple[int, int, int] = (53, 132, 228)) -> Picture:
    picture = Picture.blank((400, 200), PAPER)
    for line, name in enumerate(("Bolts", "Nuts", "Washers")):
        if name in selected:
            picture.pen.rectangle((20, 20 + 40 * line, 380, 50 + 40 * line), fill=shade, outline=(40, 100, 200))
        is_dark = name in selected and sum(shade) < 500
        picture.write(name, (40, 25 + 40 * line), FONT, PAPER if is_dark else INK)
    return picture


@pytest.mark.parametrize("shade", [(53, 132, 228), (231, 237, 253)])
@pytest.mark.parametrize(("shows", "status"), [(("Washers",), "failure"), (("Bolts", "Washers"), "success")])
def test_several_entries_are_selected_only_where_all_of_them_stay_so(
    given: Given, shows: tuple[str, ...], status: str, shade: tuple[int, int, int]
) -> None:
    screens = [listing(shade=shade), listing("Bolts", shade=shade), listing(*shows, shade=shade)]
    session = given(screens, Select(text("Bolts"), None), Select(text("Washers"), None, is_further=True))
    end, why = end_of(session, lambda step, _: screens[min(step, 2)])
    assert end == status
    assert ('"Bolts" is no longer selected since "Washers" was clicked' in why) == (status == "failure")


def test_all_that_one_sentence_selects_is_to_stay_selected() -> None:
    further = [
        one.is_further for one in understand('select "A", "B" and "C", then select "D"') if isinstance(one, Select)
    ]
    assert further == [False, True, True, False]


def test_a_screen_without_a_text_gives_no_answer(given: Given) -> None:
    blank = Picture.blank((400, 300), GROUND)
    status, why = end_of(given([blank], Read(None)), lambda *_: blank)
    assert (status, why) == ("failure", "nothing is written on the screen")


# --- the wheel --------------------------------------------------------------------------------------------------------


def page(top: int) -> Picture:
    picture = Picture.blank((800, 500), PAPER)
    for line in range(top, top + 12):
        picture.write(f"Chapter {line}", (60, 20 + 38 * (line - top)), FONT, INK)
    return picture


PAGES = [page(top) for top in (0, 5, 10)]


def empty_page(slider: int) -> Picture:
    """A stretch of a page with nothing on it, and where the scrollbar's slider is."""
    picture = Picture.blank((800, 500), PAPER)
    picture.pen.rectangle((786, slider, 796, slider + 120), fill=INK)
    return picture


def scrolled(last: int, pages: Sequence[Picture] = PAGES) -> Callable[[int, Action | None], Picture]:
    at = 0

    def world(_: int, action: Action | None) -> Picture:
        nonlocal at
        if isinstance(action, Scroll):
            at = min(last, max(0, at - (1 if action.pixels > 0 else -1)))
        return pages[at]

    return world


def test_the_wheel_turns_until_the_text_shows(given: Given) -> None:
    session = given(PAGES, Turn(-5, None, until="Chapter 20"), Click(text("Chapter 20"), "left_click"))
    session.run(scrolled(2), 20)
    assert session.kinds[:3] == ["scroll", "scroll", "left_click"]


def test_the_wheel_is_not_turned_where_the_text_is_there(given: Given) -> None:
    session = given(PAGES, Turn(-5, None, until="Chapter 3"))
    assert end_of(session, scrolled(2))[0] == "success"
    assert session.kinds == ["terminate"]


def test_the_wheel_turns_past_a_longer_text_where_the_label_is_clicked_next(given: Given) -> None:
    pages = [page(0), page(0)]
    pages[0].write("My apps", (500, 60), FONT, INK)
    pages[1].write("Apps", (500, 60), FONT, INK)
    session = given(pages, Turn(-5, None, until="apps"), Click(text("apps"), "left_click"))
    session.run(lambda step, _: pages[min(step, 1)], 20)
    assert session.kinds[:2] == ["scroll", "left_click"]


def test_the_end_of_the_page_is_the_end_of_scrolling(given: Given) -> None:
    session = given(PAGES, Turn(-5, None, until="Chapter 99"))
    status, why = end_of(session, scrolled(2))
    assert session.kinds == ["scroll", "scroll", "scroll", "wait", "terminate"]
    assert (status, why) == ("failure", 'scrolled as far as it goes, and "Chapter 99" did not show')


def test_where_the_page_is_empty_its_slider_tells_that_it_scrolled(given: Given) -> None:
    pages = [empty_page(0), empty_page(12), empty_page(24), page(10)]
    session = given(pages, Turn(-5, None, until="Chapter 20"))
    assert end_of(session, scrolled(3, pages))[0] == "success"
    assert session.kinds == ["scroll", "scroll", "scroll", "terminate"]
    session = given(pages, Turn(-5, None, until="Chapter 20"))
    assert end_of(session, scrolled(2, pages))[0] == "failure"
    assert session.kinds == ["scroll", "scroll", "scroll", "wait", "terminate"]


def test_what_blinks_on_an_empty_page_is_no_slider(given: Given) -> None:
    pages = [IDLE, CARET]
    session = given(pages, Turn(-5, None, until="Chapter 20"))
    assert end_of(session, lambda step, _: pages[step % 2])[0] == "failure"
    assert session.kinds == ["scroll", "wait", "terminate"]


def test_a_page_without_end_is_scrolled_a_bounded_time(given: Given) -> None:
    session = given(PAGES, Turn(-5, None, until="Chapter 99"))
    status, why = end_of(session, lambda step, _: PAGES[step % 3], 60)
    assert status == "failure"
    assert "40 times" in why


def test_a_last_turn_that_moves_nothing_is_a_failure(given: Given) -> None:
    session = given(PAGES, Turn(-5, None))
    assert end_of(session, lambda *_: PAGES[0])[0] == "failure"
    assert session.kinds.count("scroll") == 1


# --- closing ----------------------------------------------------------------------------------------------------------


def dialog(*, title: str = "About", closers: tuple[str, ...] = (), cross: bool = False) -> Picture:
    picture = screen("Save", "Send", "Other")
    picture.pen.rectangle((200, 150, 600, 400), fill=PAPER, outline=INK)
    picture.write(title, (220, 160), FONT, INK)
    if cross:
        picture.write("×", (575, 160), FONT, INK)
    for i, closer in enumerate(closers):
        picture.button(closer, (240 + 120 * i, 350), FONT, INK, FACE)
    return picture


@pytest.mark.parametrize(("picture", "hit", "kind"), [
    (dialog(closers=("Close",)), "Close", "dialog"),
    (dialog(closers=("OK", "关闭")), "关闭", "dialog"),
    (dialog(cross=True), "×", "dialog"),
    (dialog(cross=True), "×", "window"),
    (dialog(cross=True, closers=("Close",)), "×", "dialog"),
    (dialog(cross=True, closers=("Close",)), "×", "window"),
])  # fmt: skip
def test_a_window_is_closed_by_what_closes_it(given: Given, picture: Picture, hit: str, kind: str) -> None:
    session = given([picture, IDLE], Close(text("About"), kind))  # type: ignore[arg-type]
    assert end_of(session, after("left_click", then=IDLE, before=picture))[0] == "success"
    assert hits(picture, session.actions[0]) == [hit]


def test_a_dialog_without_such_a_button_is_closed_by_escape(given: Given) -> None:
    session = given([dialog(), IDLE], Close(text("About"), "dialog"))
    assert end_of(session, after("key", then=IDLE, before=dialog()))[0] == "success"
    assert session.actions[0] == Key(keys=("esc",))


@pytest.mark.parametrize("closers", [(), ("Close",), ("X",)], ids=["none", "may be another's", "a letter"])
def test_a_named_window_that_nothing_closes_for_certain_is_left_alone(given: Given, closers: tuple[str, ...]) -> None:
    picture = dialog(closers=closers)
    session = given([picture], Close(text("About"), "window"))
    status, why = end_of(session, lambda *_: picture)
    assert status == "failure"
    assert "say which button" in why
    assert not {"key", "left_click"} & set(session.kinds)


def test_two_closing_buttons_are_one_too_many(given: Given) -> None:
    two = dialog(closers=("Close", "Close"))
    session = given([two], Close(None, "dialog"))
    assert end_of(session, lambda *_: two)[0] == "failure"
    assert session.kinds == ["terminate"]


def test_what_is_still_there_was_not_closed(given: Given) -> None:
    lit = dialog(closers=("Close",))
    lit.pen.rectangle((240, 350, 320, 380), outline=(0, 90, 255), width=3)
    plain = dialog(closers=("Close",))
    session = given([plain, lit], Close(text("About"), "dialog"))
    status, why = end_of(session, after("left_click", then=lit, before=plain))
    assert (status, why) == ("failure", '"About" was to be closed, but it is still there')


def test_the_window_in_front_is_closed_by_keys_only_where_none_is_named(given: Given) -> None:
    session = given([IDLE, DONE], Close(None))
    assert end_of(session, after("key", then=DONE, before=IDLE))[0] == "success"
    assert session.actions[0] == Key(keys=("alt", "f4"))


def test_a_tab_is_gone_to_and_closed(given: Given) -> None:
    session = given([IDLE, screen("Save", "Other")], Close(text("Send"), "tab"))
    assert end_of(session, after("left_click", "key", then=screen("Save", "Other"), before=IDLE))[0] == "success"
    assert hits(IDLE, session.actions[0]) == ["Send"]
    assert session.actions[1] == Key(keys=("ctrl", "w"))


# --- the run ----------------------------------------------------------------------------------------------------------

ALL: tuple[Instruction, ...] = (
    Click(text("Save"), "left_click"),
    Hover(text("Send")),
    Drag(text("Save"), text("Other")),
    TypeText("x", None),
    Press(("tab",)),
    Turn(-3, None),
    Turn(-3, None, until="Nowhere"),
    Close(None, "tab"),
    Await("Nowhere", visible=True, seconds=9),
    Check("Nowhere", visible=True),
    Select(text("Send"), None),
    Open(text("Other")),
)


def test_a_preview_shows_each_instruction_s_actions_once(given: Given) -> None:
    session = given([IDLE], *ALL)
    assert end_of(session, lambda step, _: (IDLE, GO_ON if step else None))[0] == "success"
    assert session.kinds == [
        *("left_click", "mouse_move", "mouse_move", "left_click_drag", "type", "key", "scroll", "scroll", "key"),
        *("wait", "left_click", "left_click", "terminate"),
    ]


def test_no_wait_comes_twice_on_one_screen_within_an_instruction(given: Given) -> None:
    for instruction in (Click(text("Save"), "left_click"), Open(text("Save")), Click(text("Nowhere"), "left_click")):
        session = given([IDLE], instruction)
        end_of(session, lambda *_: IDLE)
        times = [action.time for action in session.actions if isinstance(action, Wait)]
        assert len(set(times)) == len(times)


@pytest.mark.parametrize(("feedback", "expected"), [("", "key"), (UNCHANGED, "wait")])
def test_without_old_pictures_what_was_told_decides(given: Given, feedback: str, expected: str) -> None:
    session = given([IDLE], Click(text("Save"), "left_click"), Press(("tab",)))
    session.ask(IDLE.encoded())
    conversation = Conversation(task="task", profile=PROFILE, system_prompt="", cap=1 << 24)
    aged = conversation._instruction(session.history, len(session.history), 9999)
    parts = (aged, f"<tool_response>\n{feedback}", IDLE.encoded(), "\n</tool_response>")
    reply = OfflineModel(Brake(), session.reader).reply([Message("user", parts)])
    assert parse_reply(reply.text, space=SPACE).action.action == expected


def test_two_of_one_label_are_never_clicked(given: Given) -> None:
    twice = screen("Save", "Save")
    for instruction in (
        *(Click(text("Save"), "left_click"), Hover(text("Save")), Drag(text("Save"), text("Save"))),
        *(Open(text("Save")), Select(text("Save"), None), Close(text("Save"), "tab"), Turn(-3, text("Save"))),
    ):
        session = given([twice], instruction)
        status, why = end_of(session, lambda *_: twice)
        assert (status, session.kinds) == ("failure", ["terminate"]), instruction
        assert "2 times" in why


def test_a_key_is_not_pressed_where_a_button_has_its_name(given: Given) -> None:
    shown = screen("Enter", "Other")
    (doubtful,), (plain,) = understand("press Enter"), understand("press the Enter key")
    session = given([shown], doubtful)
    status, why = end_of(session, lambda *_: shown)
    assert status == "failure"
    assert 'Say "the Enter key"' in why
    assert session.kinds == ["terminate"]
    session = given([shown], plain)
    assert end_of(session, lambda *_: shown)[0] == "success"
    assert session.kinds == ["key", "terminate"]


# --- what only seems to be an effect ----------------------------------------------------------------------------------


def faint(text_colour: tuple[int, int, int], *, ring: bool = False, note: str = "") -> Picture:
    """A button, and a field that may have the focus."""
    picture = Picture.blank((800, 500), GROUND)
    picture.button("Pay now", (40, 40), FONT, text_colour, FACE)
    picture.field("Name", (40, 200), FONT, INK, PAPER)
    if ring:
        picture.pen.rectangle((186, 196, 414, 234), outline=(20, 90, 220), width=2)
    if note:
        picture.write(note, (40, 400), FONT, INK)
    return picture


def test_a_button_that_is_plainly_switched_off_is_not_clicked(given: Given) -> None:
    off = faint((150, 158, 164))
    session = given([off], Click(text("Pay now"), "left_click"))
    status, why = end_of(session, lambda *_: off)
    assert (status, why.startswith('"Pay now" looks switched off')) == ("failure", True)
    assert "left_click" not in session.kinds


@pytest.mark.parametrize(("others", "clicks"), [(INK, 0), ((150, 160, 165), 1)], ids=["plain", "as pale"])  # fmt: skip
def test_a_button_much_paler_than_those_beside_it_is_switched_off(
    given: Given, others: tuple[int, int, int], clicks: int
) -> None:
    def row(note: str = "") -> Picture:
        picture = Picture.blank((800, 500), GROUND)
        for i, name in enumerate(("Apply", "OK", "Import")):
            picture.button(
                name, (40 + 150 * i, 40), FONT, (150, 160, 165) if name == "Import" else others, (250, 250, 250)
            )
        picture.write(note, (40, 300), FONT, INK)
        return picture

    session = given([row(), row("Done")], Click(text("Import"), "left_click"))
    end_of(session, in_turn([row(), *[row() if not clicks else row("Done")] * 2]))
    assert session.kinds.count("left_click") == clicks


def test_a_dot_on_a_key_is_not_taken_for_faint(given: Given) -> None:
    before, then = (screen("7", note=note) for note in ("", "7."))
    for picture in (before, then):
        picture.button(".", (200, 40), FONT, (170, 176, 182), FACE)
    session = given([before, then], Click(text("."), "left_click"))
    assert end_of(session, lambda step, _: then if step else before)[0] == "success"


def test_a_button_that_is_switched_on_meanwhile_is_clicked(given: Given) -> None:
    off, on, done = faint((150, 158, 164)), faint(INK), faint(INK, note="Paid")
    session = given([off, on, done], Click(text("Pay now"), "left_click"))
    shown = [off, on, done, done]
    assert end_of(session, lambda step, _: shown[step])[0] == "success"
    assert session.kinds == ["wait", "left_click", "terminate"]


def test_that_something_else_lost_the_focus_is_no_effect(given: Given) -> None:
    before, lost = faint(INK, ring=True), faint(INK)
    session = given([before, lost], Click(text("Pay now"), "left_click"))
    assert end_of(session, lambda step, _: lost if step else before)[0] == "failure"
    session = given([lost, before], Click(text("Name"), "left_click"))
    assert end_of(session, lambda step, _: before if step else lost)[0] == "success"  # that it got the focus is one
    told = faint(INK, note="Paid")
    session = given([before, told], Click(text("Pay now"), "left_click"))
    assert end_of(session, lambda step, _: told if step else before)[0] == "success"


def test_a_frame_around_what_was_clicked_is_an_effect(given: Given) -> None:
    picture = screen("Other")
    picture.write("Photo", (200, 300), FONT, INK)
    chosen = screen("Other")
    chosen.write("Photo", (200, 300), FONT, INK)
    chosen.pen.rectangle((160, 240, 290, 360), outline=(20, 90, 220), width=2)
    session = given([picture, chosen], Click(text("Photo"), "left_click"))
    assert end_of(session, lambda step, _: chosen if step else picture)[0] == "success"


@pytest.mark.parametrize(("note", "status"), [("", "failure"), ("Reset", "success")])
def test_that_a_field_and_a_default_button_lost_their_frames_is_no_effect(given: Given, note: str, status: str) -> None:
    def shown(*, framed: bool, told: str = "") -> Picture:
        picture = Picture.blank((800, 500), GROUND)
        picture.button("Undo", (40, 400), FONT, INK, FACE)
        picture.button("Other", (240, 400), FONT, INK, FACE)
        picture.field("Name", (40, 100), FONT, INK, PAPER)
        for box in ((186, 96, 414, 134), (244, 404, 300, 428)) if framed else ((44, 404, 92, 428),):
            picture.pen.rectangle(box, outline=(20, 90, 220), width=2)
        picture.write(told, (40, 300), FONT, INK)
        return picture

    before, lost = shown(framed=True), shown(framed=False, told=note)
    session = given([before, lost], Click(text("Undo"), "left_click"))
    assert end_of(session, lambda step, _: lost if step else before)[0] == status
    assert session.kinds.count("left_click") == 1


def asked(time: int, *, is_open: bool = True, lit: bool = False, toast: str = "") -> Picture:
    """A page with a clock, dimmed behind a dialog where that is open; beside the clock a notice."""
    picture = Picture.blank((800, 500), (252, 252, 252))
    for i in range(12):
        picture.write(f"Line {i} of a list with many words in it", (60, 80 + 34 * i), FONT, INK)
    picture.button("Book", (650, 80), FONT, INK, FACE)
    picture.write(f"12:30:0{time}", (715, 20), FONT, INK)
    if is_open:
        picture.image.paste(Image.eval(picture.image, lambda value: value // 2), (0, 0))
        picture.pen.rectangle((220, 160, 580, 340), fill=PAPER)
        picture.write("Really book it?", (250, 190), FONT, INK)
        picture.button("Yes", (480, 290), FONT, INK, (150, 180, 220) if lit else FACE)
    if toast:
        picture.pen.rectangle((700, 10, 796, 44), fill=(40, 40, 40))
        picture.write(toast, (710, 18), FONT, PAPER)
    return picture


def test_that_the_dialog_of_what_was_clicked_is_gone_is_its_effect(given: Given) -> None:
    """Though the page is as it was before that opened, and the notice that tells of it is where a clock runs."""
    page, dialog, lit, away = asked(0, is_open=False), asked(1), asked(2, lit=True), asked(3)
    told = asked(5, is_open=False, toast="Booked")
    for last, status in ((told, "success"), (asked(5), "failure")):
        world = [page, dialog, lit, away, asked(4), last]
        session = given(world, Click(text("Book"), "left_click"), Click(text("Yes"), "left_click"))
        assert end_of(session, in_turn(world))[0] == status
        assert session.kinds.count("left_click") == 2


@pytest.mark.parametrize(("answer", "status"), [("", "failure"), ("Messages", "success")])
def test_the_line_below_a_link_under_the_pointer_is_no_effect(given: Given, answer: str, status: str) -> None:
    def shown(*, lit: bool = False, told: str = "") -> Picture:
        picture = Picture.blank((800, 500), (24, 90, 60))
        label = picture.write("Inbox", (300, 40), FONT, PAPER)
        if lit:
            picture.pen.line((label.box[0], label.box[3] + 4, label.box[2], label.box[3] + 4), fill=PAPER)
        picture.write(told, (300, 300), FONT, PAPER)
        return picture

    plain, lit, late = shown(), shown(lit=True), shown(told=answer)
    session = given([plain, lit, late], Click(text("Inbox"), "left_click"))
    assert end_of(session, in_turn([plain, lit, plain, late]))[0] == status
    assert session.kinds[:2] == ["left_click", "mouse_move"]


@pytest.mark.parametrize(("note", "status"), [("", "failure"), ("1", "success")])
def test_a_caret_that_went_out_elsewhere_is_no_effect_though_the_button_looks_otherwise(
    given: Given, note: str, status: str
) -> None:
    def shown(*, ring: bool = False, caret: bool = False, told: str = "") -> Picture:
        picture = buttoned(ring=ring)
        picture.field("Name", (300, 200), FONT, INK, PAPER)
        if caret:
            picture.pen.line((500, 206, 500, 224), fill=INK)
        picture.write(told, (500, 400), FONT, INK)
        return picture

    before, then = shown(caret=True), shown(ring=True, told=note)
    session = given([before, then], BOLD)
    assert end_of(session, lambda step, _: then if step else before)[0] == status


def test_a_notice_that_comes_at_once_is_an_effect_though_something_moves_and_it_is_gone_soon(given: Given) -> None:
    def shown(time: int, *, told: bool = False) -> Picture:
        picture = screen("Save", "Send", note=f"12:30:0{time}", at=(700, 20))
        if told:
            picture.pen.rectangle((560, 420, 780, 470), fill=(40, 40, 40))
            picture.write("Subject is missing", (580, 436), FONT, PAPER)
        return picture

    world = [shown(0), shown(1, told=True), shown(4)]
    session = given(world, Click(text("Save"), "left_click"))
    play = in_turn(world)
    assert end_of(session, lambda step, _: (play(step, None), MOVES))[0] == "success"
    assert session.kinds == ["left_click", "terminate"]


def test_the_caret_in_a_dialog_that_came_up_does_not_make_it_something_that_moves(given: Given) -> None:
    def shown(*, is_open: bool = True, caret: bool = False, time: int = 0) -> Picture:
        picture = screen("Edit", "Send", note=f"12:30:0{time}", at=(700, 20))
        picture.pen.rectangle((260, 80, 640, 440), (90, 110, 130))
        picture.write("A picture", (300, 130), FONT, PAPER)
        if is_open:
            picture.pen.rectangle((280, 100, 620, 400), (230, 230, 230), (40, 40, 40))
            picture.field("Name", (300, 150), FONT, INK, PAPER, width=160)
        if caret:
            picture.pen.line((420, 154, 420, 170), fill=INK)
        return picture

    world = [shown(is_open=False), shown(time=1), shown(time=4, caret=True)]
    session = given(world, Click(text("Edit"), "left_click"), Press(("tab",)))
    play = in_turn(world)
    assert end_of(session, lambda step, _: (play(step, None), MOVES if step == 1 else None))[0] == "success"


@pytest.mark.parametrize(("answer", "status", "kinds"), [
    ("", "failure", ["left_click", "wait"]), ("Saved", "success", ["left_click", "terminate"]),
])  # fmt: skip
def test_what_is_told_to_move_is_no_effect_and_what_is_elsewhere_is_one(
    given: Given, answer: str, status: str, kinds: list[str]
) -> None:
    """A lamp that has gone out by itself and stays so, and a word far from it."""

    def shown(*, lit: bool, told: str = "") -> Picture:
        picture = screen("Save", "Send", note=told, at=(300, 250))
        picture.pen.ellipse((600, 450, 612, 462), fill=(0, 200, 0) if lit else (60, 60, 60))
        return picture

    lit, out = shown(lit=True), shown(lit=False, told=answer)
    session = given([lit, out], Click(text("Save"), "left_click"))
    moves = told([(592, 448, 32, 16)], Size(800, 500), Size(1000, 1000))
    assert end_of(session, lambda step, _: (out if step else lit, moves if step else None))[0] == status
    assert session.kinds[:2] == kinds


@pytest.mark.parametrize(("lit", "note", "status"), [
    (["Send"], "", "failure"), (["Send"], "Saved", "success"), (["Send", "Other"], "", "success"),
])  # fmt: skip
def test_a_button_that_the_pointer_left_with_the_first_click_is_no_effect(
    given: Given, lit: list[str], note: str, status: str
) -> None:
    def shown(*, before: bool, told: str = "") -> Picture:
        picture = screen("Save", note=told)
        for i, name in enumerate(("Send", "Other")):
            face = (120, 170, 230) if before and name in lit else FACE
            picture.button(name, (300 + 200 * i, 200), FONT, INK, face)
        return picture

    world = [shown(before=True), shown(before=False, told=note)]
    session = given(world, Click(text("Save"), "left_click"))
    assert end_of(session, in_turn(world))[0] == status


@pytest.mark.parametrize(("inside", "status"), [(False, "failure"), (True, "success")])
def test_the_focus_of_a_button_that_is_not_known_for_one_is_no_effect(given: Given, inside: bool, status: str) -> None:
    """Shaded downwards, with an icon in it."""

    def shown(*, ringed: bool = False) -> Picture:
        picture = Picture.blank((800, 500), (45, 45, 48))
        for y in range(100, 126):
            shade = 100 - (y - 100)
            picture.pen.line((300, y, 380, y), fill=(shade, shade, shade + 3))
        picture.pen.rectangle((300, 100, 380, 126), outline=(83, 160, 237) if ringed else (110, 110, 112))
        picture.pen.rectangle((308, 106, 320, 120), fill=(200, 170, 20))
        picture.write("Reset", (326, 105), FONT, (240, 240, 240))
        if ringed and inside:
            picture.pen.rectangle((302, 102, 378, 124), outline=(0, 0, 0), width=6)
        return picture

    plain, ringed = shown(), shown(ringed=True)
    session = given([plain, ringed], Click(text("Reset"), "left_click"))
    assert end_of(session, lambda step, _: ringed if step else plain)[0] == status


def two_windows(active: int, *, note: str = "", chosen: str = "") -> Picture:
    """Side by side, with the title bar of the active one blue; in the first a list with the row of the keys."""
    picture = Picture.blank((1000, 600), GROUND)
    for i, title in enumerate(("Contacts", "Helpdesk")):
        ink, bar = (PAPER, (90, 130, 190)) if i == active else ((110, 110, 110), (225, 225, 225))
        picture.pen.rectangle((20 + 490 * i, 20, 490 + 490 * i, 40), fill=bar)
        picture.write(title, (220 + 490 * i, 22), FONT, ink)
    for i, name in enumerate(("All", "Customers", "Partners")):
        ground = (200, 225, 245) if i == 0 and active == 0 else (255, 255, 255)
        picture.pen.rectangle((40, 100 + 30 * i, 260, 126 + 30 * i), fill=(40, 120, 220) if name == chosen else ground)
        picture.write(name, (50, 104 + 30 * i), FONT, INK)
    picture.button("Delete", (300, 500), FONT, INK, FACE)
    picture.write(note, (320, 300), FONT, INK)
    return picture


@pytest.mark.parametrize(("label", "after_it", "status"), [
    ("Delete", two_windows(0), "failure"), ("Delete", two_windows(0, note="Deleted"), "success"),
    ("Partners", two_windows(0, chosen="Partners"), "success"),
])  # fmt: skip
def test_that_another_window_is_the_active_one_is_no_effect(
    given: Given, label: str, after_it: Picture, status: str
) -> None:
    world = [two_windows(1), after_it]
    session = given(world, Click(text(label), "left_click"))
    assert end_of(session, in_turn(world))[0] == status


def floating(*, typed: str = "", caret: bool = False) -> Picture:
    """A field whose label stands in it, and floats to its upper side once it has the focus."""
    picture = Picture.blank((800, 500), GROUND)
    picture.pen.rectangle((40, 100, 340, 156), fill=PAPER, outline=(150, 150, 150))
    has_focus = caret or bool(typed)
    picture.write("Your name", (52, 104 if has_focus else 120), font(LATIN_FONTS[0], 12 if has_focus else 15), INK)
    if caret:
        picture.pen.line((52, 126, 52, 146), fill=INK)
    if typed:
        picture.write(typed, (52, 128), FONT, INK)
    return picture


@pytest.mark.parametrize(("shown", "status"), [("Eva", "success"), ("Evelyn", "failure")])
def test_a_label_that_floats_above_what_is_typed_is_no_part_of_it(given: Given, shown: str, status: str) -> None:
    world = [floating(), floating(caret=True), floating(typed=shown)]
    session = given(world, TypeText("Eva", text("Your name"), over="always"))
    play = lambda step, _: world[2] if "type" in session.kinds else world[min(step, 1)]  # noqa: E731
    assert end_of(session, play)[0] == status
