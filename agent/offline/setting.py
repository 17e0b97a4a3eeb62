"""Setting what a label names to a value: whether it is a field or a list is seen on the screen."""

from __future__ import annotations

from dataclasses import replace

from agent.offline.choosing import drop, is_chosen, select
from agent.offline.filling import arrived, is_to_be_marked, mark, send
from agent.offline.focusing import check_focus, focus
from agent.offline.instructions import Select, Set, Target, TypeText
from agent.offline.moment import Moment
from agent.offline.reply import Reply
from agent.offline.standing import choose_there, standing
from agent.offline.unresolved import Unresolved, described


def set_value(instruction: Set, moment: Moment) -> Reply | None:
    """Choose the value from the list, or write it over what is in the field; see that it shows."""
    target, value = instruction.target, instruction.value
    option = Target((value,))
    if not moment.has_begun:
        return moment.found(lambda: _begin(target, option, moment))
    if moment.was_at("list"):
        return select(Select(option, replace(target, role="list")), moment)
    if not moment.was_at("focus", "mark"):
        return None if moment.is_preview else is_chosen(target, option, moment)
    typed = TypeText(value, target)
    if moment.is_at("focus") and (reply := check_focus(typed, moment)) is not None:
        return reply
    if is_to_be_marked(moment):
        return mark(target, moment)
    if moment.is_at("focus", "mark"):
        return send(typed, moment)
    return arrived(typed, moment, alone=True)


def _begin(target: Target, option: Target, moment: Moment) -> Reply | None:
    """A click into the field, or on the list's arrow; None where the list shows the value already."""
    source = replace(target, role="list")
    try:
        moment.now.locate(source)
    except Unresolved as why:
        if why.is_ambiguous or target.role == "list":
            raise
    else:
        return drop(source, option, moment)
    try:
        return focus(target, moment)
    except Unresolved as why:
        if why.is_ambiguous or target.role == "field" or not target.names or not moment.now.all_of(target.names):
            raise
        if (there := standing(target, option, moment.now)) is not None:
            return choose_there(option, there, moment)
        english, chinese = described(target)
        raise Unresolved(
            f"neither a field nor a drop-down list plainly belongs to {english}; a slider is moved with keys: "
            "click it, then press right",
            f"没有明显属于{chinese}的输入框或下拉列表；滑块请用按键移动：点击它，再按向右键",
        ) from why
