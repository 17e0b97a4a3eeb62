"""Selecting entries, ticking boxes: what is so already stays, and what was done is read again."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from agent.offline import saying
from agent.offline.changes import compared
from agent.offline.clicking import click_step
from agent.offline.history import Step
from agent.offline.ink import clipped, ground_of, part_of
from agent.offline.instructions import Select, Target, Tick
from agent.offline.moment import Moment
from agent.offline.reply import Reply
from agent.offline.spot import Spot
from agent.offline.standing import choose_there, is_chosen_there, option_beside, standing
from agent.offline.unresolved import Unresolved, described
from agent.reading.channels import unlikeness
from agent.reading.labels import fold
from agent.rect import Rect

STATE_WAITS = (0.7, 1.9)
"""Seconds for a tick, or an entry, to show."""
STAY_WAIT = 1.1
"""Seconds in which a program takes a tick back, if it does so at all."""
LOST_SHARE = 0.4
"""Of an entry's text with its ground: what looks other where the entry is no longer selected."""
OTHER_GROUND = 8
"""Of a channel: what is selected may be hardly shaded."""
BESIDE = 12
"""Pixels around what dropped down that still belong to it."""


def tick(instruction: Tick, moment: Moment) -> Reply | None:
    """Click the box only where it is not so already, and see that it is so then."""
    target, on = instruction.target, instruction.on
    if (word := instruction.word) and not moment.now.has_box(target):
        option = Target((word,))
        if (there := standing(target, option, moment.now)) is not None:
            return is_chosen(target, option, moment) if moment.has_begun else choose_there(option, there, moment)
    if instruction.whole and moment.now.all_of((instruction.whole,)):
        target, on = Target((instruction.whole,), "checkbox"), True
    if not moment.has_begun:
        _refuse_joined(instruction.joined, moment)
        return moment.found(lambda: _switch(target, moment, on=on, switches=instruction.switches))
    return _is_switched(target, moment, on=on)


def _refuse_joined(joined: Sequence[str], moment: Moment) -> None:
    """Raise `Unresolved` where what was taken for a list of labels may be one label that holds an "and"."""
    if not joined:
        return
    for spot in moment.now.all_of(joined):
        raise Unresolved(
            f'"{spot.text}" is on the screen: put each label in quotation marks, to say whether it is one or several',
            f"屏幕上有“{spot.text}”：请把每段文字放在引号里，以便看出是一段还是几段",
            is_ambiguous=True,
        )


def _switch(target: Target, moment: Moment, *, on: bool, switches: bool = False) -> Reply | None:
    box = moment.now.tick_box(target)
    if not box.slides and moment.now.has_plain_toggle(target, anywhere=switches):
        english, chinese = described(target)
        raise Unresolved(
            f"{english} has a checkbox and a switch: say the checkbox next to it, or click the switch yourself",
            f"{chinese}既有复选框，也有开关：请说“勾选X旁边的复选框”",
            is_ambiguous=True,
        )
    if box.on == on:
        return None
    if target.role == "radio" and not on:
        english, chinese = described(target)
        raise Unresolved(
            f"{english} cannot be switched off: another one of its group has to be selected",
            f"{chinese}不能取消，请选择同组的另一项",
        )
    return moment.step(saying.switch(target, on=on), action="left_click", at=box.point)


def _is_switched(target: Target, moment: Moment, *, on: bool) -> Reply | None:
    """None where the box is as it should be by now; else waits, one more click where nothing changed, the failure."""
    if moment.is_at("stay"):
        _refuse_thrown_back(Tick(target, on), moment)
        return None
    try:
        if moment.is_preview or moment.now.tick_box(target).on == on:
            return _stays(moment)
    except Unresolved:
        if moment.was_at("aside") or (place := moment.place_beside("done", "again")) is None:
            raise
        # Lit up under the pointer a box may not be known for one.
        return moment.step(saying.POINT_AWAY, "aside", 1, action="mouse_move", at=place)
    late = moment.is_at("again", "late")
    if (count := moment.count_at("late" if late else "effect")) < len(STATE_WAITS):
        seconds = STATE_WAITS[count] + (0.1 if late else 0)
        return moment.wait(seconds, "late" if late else "effect", count + 1, "tick")
    if not late and not moment.change("done").is_visible:
        point = moment.now.tick_box(target).point
        return moment.step(saying.switch(target, on=on, again=True), "again", action="left_click", at=point)
    english, chinese = described(target)
    raise Unresolved(
        f"{english} was clicked, but is not {'on' if on else 'off'}",
        f"已点击{chinese}，但它仍未{'勾选' if on else '取消勾选'}",
    )


def _stays(moment: Moment) -> Reply | None:
    """The last of a task is looked at once more: a program may take back what it does not like.

    Between others there is no time for that, and what follows may close what they are in.
    """
    return None if moment.after or moment.is_preview else moment.wait(STAY_WAIT, "stay", 1, "stay")


def _refuse_thrown_back(last: Tick, moment: Moment) -> None:
    """Raise `Unresolved` where a box of those that the task ends with is no longer as it was set."""
    before = itertools.takewhile(lambda one: isinstance(one, Tick), reversed(moment.before))
    for one in (last, *before):
        if isinstance(one, Tick) and _is_otherwise(one, moment):
            english, chinese = described(one.target)
            state, state_zh = ("on", "取消勾选") if one.on else ("off", "勾选")
            raise Unresolved(
                f"{english} was {state} after the click, but is not any longer: the program took it back",
                f"点击后{chinese}的状态已改变，但程序又把它{state_zh}了",
            )


def _is_otherwise(instruction: Tick, moment: Moment) -> bool:
    try:
        return moment.now.tick_box(instruction.target).on != instruction.on
    except Unresolved:
        return False


def select(instruction: Select, moment: Moment) -> Reply | None:
    """From the list named, or the entry, box or radio button that stands there."""
    source, option = instruction.source, instruction.option
    if not moment.has_begun or moment.is_at("list", "drop"):
        _refuse_joined(instruction.joined, moment)
    if source is None:
        reply = _select_standing(option, moment)
        if reply is None and instruction.is_further and moment.has_begun and not moment.is_preview:
            _refuse_lost(option, moment)
        return reply
    if not moment.has_begun:
        return moment.found(lambda: drop(source, option, moment))
    if moment.is_preview:
        return None
    if moment.is_at("list", "drop"):
        return _entry(source, option, moment)
    return is_chosen(source, option, moment)


def _select_standing(option: Target, moment: Moment) -> Reply | None:
    try:
        box = moment.now.tick_box(option)
    except Unresolved as why:
        if not moment.has_begun and (why.is_ambiguous or option.role in ("checkbox", "radio")):
            return moment.found(lambda: _switch(option, moment, on=True))
    else:
        if not box.slides or option.role == "checkbox":  # else the entry of a list that has a switch
            return tick(Tick(option, on=True), moment)
    if not moment.has_begun:
        return moment.found(lambda: click_step(moment, moment.now.locate(option), option, "left_click"))
    if moment.after:
        return None  # it may have been the one that is chosen
    english, chinese = described(option)
    return moment.effect(f"the click on {english}", f"点击{chinese}")


def _refuse_lost(option: Target, moment: Moment) -> None:
    """Raise `Unresolved` where the click took the selection away from what was to be selected as well."""
    before, clicked = moment.before[-1], moment.step_at("done", "again")
    if not isinstance(before, Select) or clicked is None or not _is_lost(before.option, clicked, moment):
        return
    (english, chinese), (english_before, chinese_before) = described(option), described(before.option)
    raise Unresolved(
        f"{english_before} is no longer selected since {english} was clicked: it cannot hold ctrl down",
        f"点击{chinese}后，{chinese_before}不再被选中：它不能按住 Ctrl 键",
    )


def _is_lost(option: Target, clicked: Step, moment: Moment) -> bool:
    """Whether its box is off, or most of its text's ground looks other than before the click on another."""
    try:
        return not moment.now.tick_box(option).on
    except Unresolved:
        pass
    earlier = moment.now.earlier(clicked.picture)
    try:
        box = earlier.locate(option).box
    except Unresolved:
        return False
    was, now = (part_of(sight.pixels, clipped(box, sight.pixels)) for sight in (earlier, moment.now))
    if was.shape != now.shape or not was.size:
        return False
    has_other_ground = int(unlikeness(ground_of(was), ground_of(now))) > OTHER_GROUND
    return has_other_ground or compared(was.astype("uint8"), now.astype("uint8")).share > LOST_SHARE


def drop(source: Target, option: Target, moment: Moment) -> Reply | None:
    """The click on the list's arrow, or on the option where it stands beside the label; None where it is chosen."""
    try:
        spot = _list_spot(source, moment)
    except _NoList:
        if (there := standing(source, option, moment.now)) is not None:
            return choose_there(option, there, moment)
        beside = option_beside(source, option)
        return click_step(moment, moment.now.locate(beside), beside, "left_click")
    if any(fold(box.text) in _folded(option) for box in moment.now.written_in(spot.box)):
        return None  # it is the one that is selected
    return moment.step(saying.open_list(source), "list", action="left_click", at=spot.point)


class _NoList(Exception):  # noqa: N818 (what is chosen from stands there already)
    """The options stand beside their label, or in its group."""


def _list_spot(source: Target, moment: Moment) -> Spot:
    """The list that the label belongs to; a label without one may be a button that opens a menu. Raises `_NoList`."""
    if source.role not in (None, "list"):
        return moment.now.locate(source)
    try:
        return moment.now.locate(replace(source, role="list"))
    except Unresolved as why:
        if why.is_ambiguous or source.role == "list":
            raise
        if moment.now.button(source) is None:
            raise _NoList from why
        return moment.now.locate(source)


def _folded(option: Target) -> set[str]:
    return {fold(name) for name in option.names}


def _entry(source: Target, option: Target, moment: Moment) -> Reply:
    """The click on the entry, once it is in what has changed since the list was clicked."""
    try:
        change = moment.change("list")
        if change.box is None or not change.is_more_than_a_caret:
            english, chinese = described(source)
            raise Unresolved(f"nothing dropped down from {english}", f"点击{chinese}后没有弹出列表")
        return click_step(moment, moment.now.locate(option, within=_grown(change.box)), option, "left_click")
    except Unresolved as why:
        if why.is_ambiguous or (count := moment.count_at("drop")) >= len(STATE_WAITS):
            raise
        return moment.wait(STATE_WAITS[count], "drop", count + 1, "drop")


def _grown(box: Rect) -> Rect:
    return Rect(box.left - BESIDE, box.top - BESIDE, box.right + BESIDE, box.bottom + BESIDE)


def is_chosen(source: Target, option: Target, moment: Moment) -> Reply | None:
    """None where the entry is to be read on the changed screen, or the option that stands there is chosen; else waits,
    then the failure."""
    is_there = None if moment.is_preview or moment.was_at("list") else is_chosen_there(source, option, moment)
    is_shown = moment.has_changed("done") and any(moment.now.shows(name) for name in option.names)
    if is_shown if is_there is None else is_there:
        return None
    if (count := moment.count_at("effect")) < len(STATE_WAITS):
        return moment.wait(STATE_WAITS[count], "effect", count + 1, "entry")
    (english, chinese), (english_source, chinese_source) = described(option), described(source)
    if is_there is not None:
        raise Unresolved(f"{english} was clicked, but is not chosen", f"已点击{chinese}，但它没有被选中")
    raise Unresolved(
        f"{english} was clicked in {english_source}, but the list does not show it",
        f"已在{chinese_source}中点击{chinese}，但列表没有显示它",
    )
