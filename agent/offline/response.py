"""Clicking, and whether that had an effect. That a button has the focus now, or the pointer over it, is none.

A button whose face stays different once the pointer is away from it is one that can be pressed in: that is an effect.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace

from agent.offline import saying
from agent.offline.changes import VISIBLE_PIXELS
from agent.offline.clicking import click_step
from agent.offline.history import Stage, Step
from agent.offline.instructions import Await, Button, Click, Instruction, Pause, Role, Target, TypeText
from agent.offline.moment import EFFECT_WAITS, Moment
from agent.offline.reply import Reply
from agent.offline.spot import is_inside
from agent.offline.unresolved import Unresolved, described
from agent.permission.risk import names_risk
from agent.reading.labels import fold
from agent.rect import Rect, area

EDGE = 6
"""Pixels around a button's face in which its focus may be drawn."""
FACE_SHARE = 0.4
"""Of the button: less is the ring of the focus."""
HIGH = 0.15
"""Of the picture's height: what lights up under the pointer, with the tip that tells of it, is no higher."""
AWAY = 0.05
"""Of the picture's height: so far from it the pointer is off it."""
LIKE = 0.5
"""Of two readings of a label: of another there is less."""

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
    """None where something changed on the screen, more than the own looks of what was clicked; else what comes next."""
    own = _own(target, moment) or _where_clicked(moment)
    has_stirred = moment.was_at("aside") or moment.change("done", "again").is_visible
    if own is None or moment.is_preview or not has_stirred:
        english, chinese = described(_as_it_is_called(target, moment))
        return moment.effect(
            f"the click on {english}",
            f"{saying.CLICKS[button][1]}{chinese}",
            lambda: _once_more(target, button, moment),
        )
    credit = moment.credit("done", "again", without=own.around)
    if credit == "plain" or (moment.is_at("aside") and own.looks_different(moment)):
        return None
    if credit == "doubtful":
        return moment.doubt()
    if credit == "hint":
        return moment.step(saying.POINT_AWAY, "aside", 1, action="mouse_move", at=own.beside(moment))
    if _has_brought_next(own, moment):
        return None
    return _only_itself(target, own, moment)


def _has_brought_next(own: _Own, moment: Moment) -> bool:
    """Whether what the next instruction is about came with the click, beside what was clicked: a low menu."""
    following = getattr(moment.after[0], "target", None) if moment.after else None
    if not isinstance(following, Target) or not following.names:
        return False
    beside = [spot.box for spot in moment.now.all_of(following.names) if is_inside(spot.center, own.around)]
    return any(moment.pixels_changed("done", "again", within=box) >= VISIBLE_PIXELS for box in beside)


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


def _only_itself(target: Target, own: _Own, moment: Moment) -> Reply:
    """Nothing but its own looks has changed so far: moves the pointer off it, then waits for more."""
    if not moment.was_at("aside") and own.looks_different(moment):
        return moment.step(saying.POINT_AWAY, "aside", 1, action="mouse_move", at=own.beside(moment))
    stage: Stage = "late" if moment.was_at("again") else "effect"
    if (count := moment.count_at(stage)) < len(waits := EFFECT_WAITS[stage]) and not moment.is_at("doubt"):
        return moment.wait(waits[count], stage, count + 1, "effect")
    raise _no_effect(target)


def _no_effect(target: Target) -> Unresolved:
    english, chinese = described(target)
    return Unresolved(
        f"the click on {english} had no effect: nothing changed but its own looks and what may move by itself",
        f"点击{chinese}没有效果：除了它自身的外观和可能自行变化的内容，屏幕上没有任何变化",
    )


@dataclass(frozen=True)
class _Own:
    """Whose looks may change under the pointer and by the focus, which is no effect."""

    around: Rect
    """In the picture it was clicked on, with a tip that came up beside it."""
    face: Rect | None
    """A button's, with its edge: the ring of the focus does not cover that."""

    def looks_different(self, moment: Moment) -> bool:
        """Where it does with the pointer away, it is pressed in, or chosen."""
        if self.face is None:
            is_other = moment.pixels_changed("done", "again", within=self.around) >= VISIBLE_PIXELS
            is_focus = moment.is_focus_ring("done", "again", within=self.around)
            return is_other and not is_focus and not self.is_tinted(moment)
        is_pressed = moment.pixels_changed("done", "again", within=self.face) >= FACE_SHARE * area(self.face)
        beside = moment.pixels_changed("done", "again", within=self.around, without=self.face)
        return is_pressed or beside >= VISIBLE_PIXELS

    def is_tinted(self, moment: Moment) -> bool:
        """Whether all is that the letters have another colour, with the pointer away, as those of a link that has the
        focus may have."""
        return moment.was_at("aside") and moment.is_tinted("done", "again", within=self.around)

    def beside(self, moment: Moment) -> tuple[float, float]:
        """A place that is not on it; a face may be larger than what of it has changed."""
        height = moment.now.picture.size.height
        below = self.around.bottom + AWAY * height
        return (self.around.left + self.around.right) / 2, below if below < height else self.around.top - AWAY * height


def _own(target: Target, moment: Moment) -> _Own | None:
    """The button that was clicked, with its edge; or what changed where it was clicked, where that is no higher than
    what lights up under the pointer, and has still the label."""
    clicked = moment.step_at("done", "again")
    if clicked is None:
        return None
    plate = moment.now.earlier(clicked.picture).button(target)
    face = plate and Rect(plate.left - EDGE, plate.top - EDGE, plate.right + EDGE, plate.bottom + EDGE)
    lit = _lit(clicked, moment)
    if face is None or lit is None:
        around = face or lit
        return None if around is None else _Own(around, face)
    left, top = min(face.left, lit.left), min(face.top, lit.top)
    return _Own(Rect(left, top, max(face.right, lit.right), max(face.bottom, lit.bottom)), face)


def _where_clicked(moment: Moment) -> _Own | None:
    """The place itself, where a line came up at a window's foot, which may say what the pointer is on."""
    clicked = moment.step_at("done", "again")
    if clicked is None or clicked.place is None or moment.was_at("aside") or moment.credit("done", "again") != "hint":
        return None
    x, y = (round(value) for value in moment.now.place(clicked.place))
    return _Own(Rect(x - EDGE, y - EDGE, x + EDGE, y + EDGE), None)


def _lit(clicked: Step, moment: Moment) -> Rect | None:
    lit = moment.first_change_at_place("done", "again")
    if lit is None or clicked.place is None or lit.bottom - lit.top > HIGH * moment.now.picture.size.height:
        return None
    place = moment.now.place(clicked.place)
    was, says = (fold(sight.written_near(place)) for sight in (moment.now.earlier(clicked.picture), moment.now))
    # On the colour that it lights up in the label may hardly be read.
    is_label = not says or difflib.SequenceMatcher(None, was, says).ratio() >= LIKE
    return lit if was and is_label else None
