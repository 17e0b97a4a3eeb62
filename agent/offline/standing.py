"""An option that stands beside its label, or below it: whether it is chosen, and the click that chooses it."""

from __future__ import annotations

from dataclasses import replace

from agent.offline import saying
from agent.offline.instructions import Target
from agent.offline.moment import Moment
from agent.offline.reply import Reply
from agent.offline.sight import Sight

Place = tuple[float, float]


def option_beside(source: Target, option: Target) -> Target:
    """The option that stands beside its label, or in its group."""
    return replace(option, relation="in", anchor=source)


def standing(source: Target, option: Target, sight: Sight) -> tuple[Place, bool] | None:
    """Where the option is to be clicked, in the picture's pixels, and whether it is chosen; None where none is plainly
    that label's. Raises `Unresolved` where its box cannot be told to be on or off."""
    if sight.has_box(beside := option_beside(source, option)):
        box = sight.tick_box(beside)
        return box.point, box.on
    one = sight.option(source, option)
    return None if one is None else (one.center, one.on)


def choose_there(option: Target, there: tuple[Place, bool], moment: Moment) -> Reply | None:
    """The click on it; None where it is chosen already."""
    place, on = there
    return None if on else moment.step(saying.switch(option, on=True), action="left_click", at=place)


def is_chosen_there(source: Target, option: Target, moment: Moment) -> bool | None:
    """Whether the option that was clicked is chosen; None where it could not be told of it before either."""
    there = standing(source, option, moment.now)
    if there is not None:
        return there[1]
    clicked = moment.step_at("done")
    was_told = clicked is not None and standing(source, option, moment.now.earlier(clicked.picture)) is not None
    return False if was_told else None
