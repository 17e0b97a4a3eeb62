"""Whether two actions are the same: kinds, places, texts, and the counts of many verdicts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.action import ACTION_ADAPTER, Action, Point
from agent.rect import Rect
from agent.replay.agreement import Place, Totals, Verdict, compare, no_action

BOX = Rect(80, 90, 140, 120)
AT = Point(100, 100)


def action(kind: str, **arguments: Any) -> Action:
    return ACTION_ADAPTER.validate_python({"action": kind, **arguments})


def place(asked: tuple[int, int] | None, recorded: Point = AT, element: Rect = BOX) -> Place:
    return Place(recorded, element, None if asked is None else Point(*asked))


CLICK = action("left_click", coordinate=(1, 1))
SAME: dict[str, tuple[Action, Action]] = {
    "click": (CLICK, CLICK),
    "click in another space": (CLICK, action("left_click", coordinate=(500, 3))),
    "wait of another length": (action("wait", time=1), action("wait", time=30)),
    "scroll of another length": (action("scroll", pixels=-3), action("scroll", pixels=-1200)),
    "scroll sideways": (action("hscroll", pixels=2), action("hscroll", pixels=200)),
    "answer in other words": (action("answer", text="42"), action("answer", text="forty-two")),
    "question in other words": (action("interact", text="Which?"), action("interact", text="Which one?")),
    "success with another word": (
        action("terminate", status="success", text="done"),
        action("terminate", status="success"),
    ),
    "success that answers": (action("answer", text="42"), action("terminate", status="success", text="42")),
    "answer for a success that says something": (
        action("terminate", status="success", text="42"),
        action("answer", text="42"),
    ),
    "text": (action("type", text="naïve"), action("type", text="nai\u0308ve")),
    "line ends": (action("type", text="a\r\nb"), action("type", text="a\nb")),
    "enter afterwards": (action("type", text="a", enter=True), action("type", text="a\n")),
    "enter alone": (action("type", text="\n"), action("key", keys=("enter",))),
    "enter alone, flagged": (action("key", keys=("return",)), action("type", text="", enter=True)),
    "a field emptied first": (action("type", text="a", clear=True), action("type", text="a")),
    "order of modifiers": (action("key", keys=("ctrl", "shift", "t")), action("key", keys=("shift", "ctrl", "t"))),
    "side of a modifier": (action("key", keys=("ctrlright", "c")), action("key", keys=("ctrl", "c"))),
    "spelling of a key": (action("key", keys=("Control_L", "Return")), action("key", keys=("ctrl", "enter"))),
    "case beside a modifier": (action("key", keys=("ctrl", "C")), action("key", keys=("ctrl", "c"))),
    "a capital": (action("key", keys=("A",)), action("key", keys=("shift", "a"))),
    "an unknown key": (action("key", keys=("hyper",)), action("key", keys=("hyper",))),
    "modifiers held": (
        action("left_click", coordinate=(1, 1), modifiers=("shift", "ctrl")),
        action("left_click", coordinate=(1, 1), modifiers=("ctrlright", "shift")),
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_what_is_the_same(name: str) -> None:
    verdict = compare(*SAME[name], [], 20)
    assert verdict.differences == ()
    assert verdict.agrees
    assert verdict.action
    assert verdict.text is not False


OTHER: dict[str, tuple[Action, Action, str]] = {
    "kind": (CLICK, action("double_click", coordinate=(1, 1)), "another action"),
    "axis of a scroll": (action("scroll", pixels=1), action("hscroll", pixels=1), "another action"),
    "way of a scroll": (action("scroll", pixels=-1), action("scroll", pixels=1), "the other way"),
    "way of a sideways scroll": (action("hscroll", pixels=5), action("hscroll", pixels=-5), "the other way"),
    "status": (action("terminate", status="success"), action("terminate", status="failure"), "another status"),
    "silent success": (action("answer", text="42"), action("terminate", status="success"), "another action"),
    "failure that says something": (
        action("answer", text="42"),
        action("terminate", status="failure", text="42"),
        "another action",
    ),
    "case": (action("type", text="Hello"), action("type", text="hello"), "another text"),
    "space at the end": (action("type", text="a"), action("type", text="a "), "another text"),
    "enter is missing": (action("type", text="a\n"), action("type", text="a"), "another text"),
    "a compatible letter": (action("type", text="ﬁ"), action("type", text="fi"), "another text"),
    "enter instead of text": (action("type", text="a\n"), action("key", keys=("enter",)), "another action"),
    "emptied, then enter": (
        action("type", text="", clear=True, enter=True),
        action("key", keys=("enter",)),
        "another action",
    ),
    "key": (action("key", keys=("ctrl", "c")), action("key", keys=("ctrl", "v")), "other keys"),
    "modifier": (action("key", keys=("ctrl", "c")), action("key", keys=("alt", "c")), "other keys"),
    "no modifier": (action("key", keys=("ctrl", "c")), action("key", keys=("c",)), "other keys"),
    "no capital": (action("key", keys=("A",)), action("key", keys=("a",)), "other keys"),
    "modifier held": (CLICK, action("left_click", coordinate=(1, 1), modifiers=("ctrl",)), "other modifiers"),
}


@pytest.mark.parametrize("name", OTHER)
@pytest.mark.parametrize("swapped", [False, True])
def test_what_is_not_the_same(name: str, swapped: bool) -> None:
    one, other, said = OTHER[name]
    verdict = compare(other, one, [], 20) if swapped else compare(one, other, [], 20)
    assert verdict.differences == (said,)
    assert not verdict.agrees
    assert verdict.action == (said in ("another text", "other keys"))


@pytest.mark.parametrize(
    ("asked", "agrees"),
    [
        ((80, 90), True),  # the element's corners; its right and bottom are one past it
        ((139, 119), True),
        ((140, 100), False),
        ((100, 120), True),  # below the element, 20 px away
        ((100, 121), False),
        ((79, 100), False),
        ((112, 116), True),  # 12, 16: 20 px as the crow flies
        (None, False),
    ],
)
def test_a_point_is_in_the_element_or_near(asked: tuple[int, int] | None, agrees: bool) -> None:
    assert place(asked).agrees(20) == agrees
    verdict = compare(CLICK, CLICK, [place(asked)], 20)
    assert (verdict.point, verdict.agrees) == (agrees, agrees)


def test_nearness_is_the_person_s() -> None:
    far = place((200, 100), element=Rect(99, 99, 101, 101))
    assert [far.agrees(within) for within in (99, 100, 101)] == [False, True, True]
    assert place((101, 101), element=Rect(99, 99, 101, 101)).agrees(0) is False
    assert place((100, 100), element=Rect(99, 99, 101, 101)).agrees(0)


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 200))
def test_what_is_near_stays_near_with_more_room(x: int, y: int, within: int) -> None:
    if place((x, y)).agrees(within):
        assert place((x, y)).agrees(within + 1)


def test_how_far_off_a_point_is_said() -> None:
    verdict = compare(CLICK, CLICK, [place((103, 204))], 104)  # 104.04…
    assert verdict.differences == ("105 px off",)
    assert (verdict.action, verdict.point, verdict.distance) == (True, False, 105)
    assert compare(CLICK, CLICK, [place(None)], 20).differences == ("no place",)


DRAG = action("left_click_drag", coordinate=(1, 1))
FAR = (300, 100)


@pytest.mark.parametrize(
    ("start", "end", "agrees", "distance"),
    [
        ((100, 100), (103, 100), True, 3),
        ((100, 104), (100, 100), True, 4),
        (FAR, (100, 100), False, 200),
        ((100, 100), FAR, False, 200),
        (None, (100, 100), False, None),
    ],
)
def test_both_ends_of_a_drag_count(start: Any, end: Any, agrees: bool, distance: int | None) -> None:
    verdict = compare(DRAG, DRAG, [place(start), place(end)], 20)
    assert (verdict.point, verdict.distance) == (agrees, distance)


def test_points_and_texts_of_another_kind_of_action_count_but_are_not_said() -> None:
    verdict = compare(CLICK, action("double_click", coordinate=(1, 1)), [place((100, 100))], 20)
    assert (verdict.action, verdict.point, verdict.distance) == (False, True, 0)
    verdict = compare(CLICK, action("wait"), [place(None)], 20)
    assert (verdict.point, verdict.text, verdict.differences) == (False, None, ("another action",))
    verdict = compare(action("type", text="a"), CLICK, [], 20)
    assert (verdict.point, verdict.text, verdict.differences) == (None, False, ("another action",))


def test_a_reply_without_an_action_misses_what_there_is() -> None:
    assert no_action(CLICK, [place(None)], "it is empty") == Verdict(
        action=False, point=False, differences=("no action: it is empty",)
    )
    assert no_action(action("type", text="a"), [], "no").text is False
    assert no_action(action("wait"), [], "no") == Verdict(action=False, differences=("no action: no",))


def test_totals_count_what_the_recording_has() -> None:
    verdicts = [
        compare(CLICK, CLICK, [place((100, 100))], 20),
        compare(CLICK, CLICK, [place(FAR)], 20),
        compare(CLICK, action("wait"), [place(None)], 20),
        compare(action("type", text="a"), action("type", text="a"), [], 20),
        compare(action("key", keys=("a",)), action("key", keys=("b",)), [], 20),
        compare(action("wait"), action("wait"), [], 20),
    ]
    assert Totals.of(verdicts) == Totals(steps=6, agree=3, actions=5, points=(1, 3), texts=(1, 2))
    assert Totals.of([]) == Totals()
