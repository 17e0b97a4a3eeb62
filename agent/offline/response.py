"""Clicking, and whether that had an effect. That a button has the focus now, or the pointer over it, is none.

A button whose face stays different once the pointer is away from it is one that can be pressed in: that is an effect.
"""

from __future__ import annotations

import re
from dataclasses import replace

from agent.offline import saying
from agent.offline.clicking import click_step
from agent.offline.history import Stage
from agent.offline.instructions import Await, Button, Click, Instruction, Pause, Role, Target, TypeText
from agent.offline.moment import EFFECT_WAITS, Moment
from agent.offline.reply import Reply
from agent.offline.unresolved import Unresolved, described
from agent.permission.risk import names_risk
from agent.rect import Rect, area

EDGE = 6
"""Pixels around a button's face in which its focus may be drawn."""
FACE_SHARE = 0.4
"""Of the button: less is the ring of the focus."""


_FOR_GOOD = re.compile(
    r"\b(?:order|submit|check ?out|confirm|remove|book|buy|purchase|apply|accept|approve|install)\b|"
    r"提交|购买|订购|确认|确定|移除|结账|结算|预订|预定|同意|批准|安装|"
    r"^[\d.,()]$",
    re.IGNORECASE,
)
"""What may be done for good by a click of which nothing is seen, beside what `agent.permission.risk` asks about:
a digit twice is another number."""
_NUMBER = frozenset("0123456789.,()")
_OPERATORS = frozenset("+-−–×*·÷/^%")
_MAY_CHANGE_NOTHING: frozenset[Role | None] = frozenset({"field", "tab", "radio", "option"})
"""What may have the focus, or be chosen, already."""


def click(instruction: Click, moment: Moment) -> Reply | None:
    """Click, and see that something changed; where nothing at all did, once more."""
    target, button = instruction.target, instruction.button
    if not moment.has_begun:
        return moment.found(lambda: click_step(moment, moment.now.locate(target), target, button))
    if moment.after and (
        target.role in _MAY_CHANGE_NOTHING or _is_seen_to(moment) or _is_in_a_sum(instruction, moment)
    ):
        return None
    return _responded(target, button, moment)


def _is_seen_to(moment: Moment) -> bool:
    """Whether the next instruction sees to the effect itself, or shows by its own that the focus was there."""
    following = moment.after[0]
    return isinstance(following, Await | Pause) or (isinstance(following, TypeText) and following.into is None)


def _is_in_a_sum(instruction: Click, moment: Moment) -> bool:
    """Whether it is an operator between two numbers, or the first number again after it: calculators show neither."""
    before, own, after = [_key(one) for one in moment.before[-2:]], _key(instruction), _key(moment.after[0])
    if own in _OPERATORS:
        return bool(before) and before[-1] in _NUMBER and after in _NUMBER
    return own in _NUMBER and len(before) == 2 and before[0] == own and before[1] in _OPERATORS


def _key(instruction: Instruction) -> str:
    """The one character on the key that is clicked, or what no calculator has on a key."""
    names = instruction.target.names if isinstance(instruction, Click) else ()
    return next((name for name in names if len(name) == 1), " ")


def _responded(target: Target, button: Button, moment: Moment) -> Reply | None:
    """None where something changed on the screen, more than the button's own looks; else what comes next."""
    own = _own(target, moment)
    if own is not None and moment.is_at("aside"):
        if _changed_face(own, moment) < FACE_SHARE:
            raise _no_effect(target)
        return None
    if own is None or moment.is_preview or not moment.change("done", "again").is_visible:
        english, chinese = described(_as_it_is_called(target, moment))
        return moment.effect(
            f"the click on {english}",
            f"{saying.CLICKS[button][1]}{chinese}",
            lambda: _once_more(target, button, moment),
        )
    if moment.has_changed("done", "again", without=own):
        return None
    return _only_itself(target, own, moment)


def _as_it_is_called(target: Target, moment: Moment) -> Target:
    """The target by the one of its names that is on the screen: "Add item" may be an item, or all of its label."""
    whole, *others = target.names or ("",)
    if not others or moment.is_preview:
        return target
    shown = moment.now.all_of((whole,))
    return replace(target, names=(whole,), role=None) if shown else target


def _once_more(target: Target, button: Button, moment: Moment) -> Reply:
    spot = moment.now.locate(target)
    if any(names_risk(label) or _FOR_GOOD.search(label) for label in (*target.names, spot.text)):
        english, chinese = described(target)
        raise Unresolved(
            f"{english} was clicked and nothing changed; it is not clicked again, for it may have been done",
            f"已点击{chinese}，没有任何变化；它可能已经生效，因此不再点击",
        )
    return click_step(moment, spot, target, button, "again")


def _only_itself(target: Target, own: Rect, moment: Moment) -> Reply:
    """Nothing but the button's own looks has changed so far: waits for more, then moves the pointer off its face."""
    stage: Stage = "late" if moment.is_at("again", "late") else "effect"
    # One less than there are old pictures: the pointer has yet to move away.
    if (count := moment.count_at(stage)) < len(waits := EFFECT_WAITS[stage][:2]):
        return moment.wait(waits[count], stage, count + 1, "effect")
    if _changed_face(own, moment) < FACE_SHARE:
        raise _no_effect(target)
    place = _beside(own, moment)
    return moment.step(saying.POINT_AWAY, "aside", 1, action="mouse_move", at=place)


def _no_effect(target: Target) -> Unresolved:
    english, chinese = described(target)
    return Unresolved(
        f"the click on {english} had no effect: nothing changed but the button's own looks",
        f"点击{chinese}没有效果：除了按钮自身的外观，屏幕上没有任何变化",
    )


def _own(target: Target, moment: Moment) -> Rect | None:
    """The button that was clicked, with its edge, in the picture it was clicked on."""
    clicked = moment.step_at("done", "again")
    plate = None if clicked is None else moment.now.earlier(clicked.picture).button(target)
    if plate is None:
        return None
    return Rect(plate.left - EDGE, plate.top - EDGE, plate.right + EDGE, plate.bottom + EDGE)


def _changed_face(own: Rect, moment: Moment) -> float:
    """Share of the button that is different."""
    inside = moment.change("done", "again").pixels - moment.change("done", "again", without=own).pixels
    return inside / area(own)


def _beside(own: Rect, moment: Moment) -> tuple[float, float]:
    """A place that is not on the button."""
    height = own.bottom - own.top
    below = own.bottom + height / 2
    return (own.left + own.right) / 2, below if below < moment.now.picture.size.height - 1 else own.top - height / 2
