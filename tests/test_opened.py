"""The window that the run opened is meant, of several places with one label; what only shows something else is none."""

from __future__ import annotations

import numpy as np
import pytest

from actions.action import LeftClick
from agent.moving import MOVES
from agent.offline.instructions import Click, Instruction, Role, Target, TypeText
from agent.offline.opened import opened
from agent.rect import Rect
from tests.apps.screens import LATIN_FONTS, RGB, Picture, font
from tests.offline_session import place
from tests.test_following import Given, end_of, given, in_turn, text

__all__ = ["given"]

FONT, INK, LINE = font(LATIN_FONTS[0], 15), (20, 20, 20), (90, 90, 90)
WINDOW = Rect(300, 180, 660, 420)


def main_window(*, note: str = "", panel: RGB = (255, 255, 255), ground: RGB = (236, 236, 236)) -> Picture:
    """A window with a field, a button and a panel on the right."""
    picture = Picture.blank((900, 600), ground)
    picture.field("Name", (40, 60), FONT, INK, (255, 255, 255))
    picture.button("Save", (60, 500), FONT, INK, (210, 214, 220))
    picture.button("New", (200, 500), FONT, INK, (210, 214, 220))
    picture.pen.rectangle((480, 60, 860, 560), panel, LINE)
    picture.write(note, (60, 300), FONT, INK)
    return picture


def with_dialog(*, typed: str = "", note: str = "") -> Picture:
    picture = main_window(note=note)
    picture.pen.rectangle((WINDOW.left, WINDOW.top, WINDOW.right - 1, WINDOW.bottom - 1), (236, 236, 236), (40, 40, 40))
    picture.write("New contact", (420, 190), FONT, INK)
    picture.field("Name", (330, 240), FONT, INK, (255, 255, 255), width=120)
    picture.button("Save", (540, 360), FONT, INK, (210, 214, 220))
    picture.write(typed, (440, 247), FONT, INK)
    return picture


def pixels(picture: Picture) -> np.ndarray:
    return np.asarray(picture.image)


def test_a_window_that_has_come_is_seen_and_one_that_was_there_is_not() -> None:
    before, now, closed = pixels(main_window()), pixels(with_dialog()), pixels(main_window(note="Saved"))
    assert opened([before], now) == WINDOW
    assert opened([now, before], pixels(with_dialog(note="Changed"))) == WINDOW
    assert opened([now], now) is None
    assert opened([now, before], closed) is None
    assert opened([], now) is None


@pytest.mark.parametrize("panel", [(255, 250, 200), (40, 40, 44)])
def test_a_panel_that_shows_something_else_is_no_window(panel: RGB) -> None:
    assert opened([pixels(main_window())], pixels(main_window(panel=panel))) is None


def test_two_that_came_at_once_are_none() -> None:
    two = with_dialog()
    two.pen.rectangle((20, 400, 160, 480), (255, 255, 255), (40, 40, 40))
    assert opened([pixels(main_window())], pixels(two)) is None


@pytest.mark.parametrize("second", [Click(text("Save"), "left_click"), TypeText("Ada", text("Name"))])
def test_of_two_places_the_one_in_the_window_that_the_run_opened_is_meant(given: Given, second: Instruction) -> None:
    saved, typed = main_window(note="Saved"), with_dialog(typed="Ada")
    world = [main_window(), with_dialog(), *([saved] if isinstance(second, Click) else [typed, typed])]
    session = given(world, Click(text("New"), "left_click"), second)
    end_of(session, in_turn(world))
    places = [place(world[0], action) for action in session.actions if isinstance(action, LeftClick)]
    assert len(places) >= 2
    assert WINDOW.left < places[1][0] < WINDOW.right
    assert WINDOW.top < places[1][1] < WINDOW.bottom


def test_of_two_that_were_there_none_is_picked(given: Given) -> None:
    session = given([with_dialog()], Click(text("Save"), "left_click"))
    status, why = end_of(session, lambda *_: with_dialog())
    assert (status, "2 times" in why) == ("failure", True)
    both = with_dialog()
    both.button("Save", (340, 360), FONT, INK, (210, 214, 220))
    session = given([main_window(), both], Click(text("New"), "left_click"), Click(text("Save"), "left_click"))
    status, why = end_of(session, in_turn([main_window(), both]))
    assert (status, "3 times" in why) == ("failure", True)


def test_what_is_in_the_dialog_is_looked_for_there_alone(given: Given) -> None:
    there = Target(("Save",), relation="in", anchor=Target((), "dialog"))
    world = [main_window(), with_dialog(), main_window(note="Saved")]
    session = given(world, Click(text("New"), "left_click"), Click(there, "left_click"))
    assert end_of(session, in_turn(world))[0] == "success"
    assert WINDOW.left < place(world[0], session.actions[1])[0] < WINDOW.right
    only = Target(("New",), relation="in", anchor=Target((), "dialog"))
    session = given(world, Click(text("New"), "left_click"), Click(only, "left_click"))
    assert end_of(session, in_turn(world[:2]))[0] == "failure"
    assert session.kinds.count("left_click") == 1


def test_without_a_dialog_nothing_is_in_it(given: Given) -> None:
    there = Target(("Save",), relation="in", anchor=Target((), "dialog"))
    session = given([main_window()], Click(there, "left_click"))
    status, why = end_of(session, lambda *_: main_window())
    assert (status, "no dialog is seen in front" in why) == ("failure", True)
    assert "left_click" not in session.kinds


def menu(off: RGB = (163, 163, 163), *, is_open: bool = True) -> Picture:
    picture = main_window()
    picture.write("Station", (60, 20), FONT, INK)
    if is_open:
        picture.pen.rectangle((56, 44, 236, 180), (217, 217, 217), (60, 60, 60))
        for i, name in enumerate(("Connect", "Service mode", "Log book")):
            picture.write(name, (70, 58 + 40 * i), FONT, off if i == 1 else INK)
    return picture


@pytest.mark.parametrize(("off", "clicks"), [((163, 163, 163), 1), ((128, 128, 128), 1), (INK, 2)])
@pytest.mark.parametrize("role", [None, "option"])
def test_a_faint_entry_of_a_menu_is_not_clicked(given: Given, off: RGB, clicks: int, role: Role | None) -> None:
    world = [menu(is_open=False), menu(off), main_window(note="Done")]
    session = given(
        world,
        Click(Target(("Station",), "menu"), "left_click"),
        Click(Target(("Service mode",), role), "left_click"),
    )
    status, why = end_of(session, lambda step, _: world[min(session.kinds.count("left_click"), 2) if step else 0])
    assert session.kinds.count("left_click") == clicks
    assert (status, "looks switched off" in why) == (("failure", True) if clicks == 1 else ("success", False))


def test_that_the_window_of_what_was_clicked_is_gone_is_its_effect_though_all_is_as_it_was(given: Given) -> None:
    """Also where something moves by itself."""

    def shown(opened: Picture, seconds: int) -> Picture:
        opened.write(f"12:30:0{seconds}", (800, 20), FONT, INK)
        return opened

    page, dialog, gone = shown(main_window(), 0), shown(with_dialog(), 1), shown(main_window(), 2)
    for world, status in (([page, dialog, gone], "success"), ([page, dialog, shown(with_dialog(), 2)], "failure")):
        session = given(world, Click(text("New"), "left_click"), Click(text("Save"), "left_click"))
        play = in_turn(world)
        told = lambda step, _, play=play: (play(step, None), MOVES if step > 1 else None)  # noqa: E731
        assert end_of(session, told)[0] == status
