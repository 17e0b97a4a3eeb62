"""Typing into a field, emptying one, pressing keys."""

from __future__ import annotations

import math
import re

from agent.offline import saying
from agent.offline.changes import compared
from agent.offline.focusing import EMPTY, FILLED, check_focus, field_of, focus
from agent.offline.instructions import Clear, Click, Press, Target, TypeText
from agent.offline.moment import Moment
from agent.offline.reply import Reply
from agent.offline.sentences import cut
from agent.offline.spot import is_inside
from agent.offline.unresolved import Unresolved, described
from agent.offline.written import is_alone, is_like, is_marked, is_masked, without_caret
from agent.reading.labels import fold
from agent.rect import Rect

MARKED = 2
"""The count of a mark: all that the field holds is marked."""
SHOWN_WAITS = (0.7, 1.9)
"""Seconds for a text to be drawn."""
_SECRET = re.compile(r"\{\{\w+\}\}")
MARKING: tuple[tuple[str, ...], ...] = (("end",), ("shift", "home"), ("backspace",))
"""From the end of a field's line to its beginning: unlike ctrl+a it means the same in every toolkit. Backspace, since
Delete would remove files where the focus was no field."""
MARKING_LINES: tuple[tuple[str, ...], ...] = (("ctrl", "end"), ("ctrl", "shift", "home"), ("backspace",))
"""Of several lines. In a field of one line Qt passes them over, and GTK turns a number up to its largest."""
ONE_LINE, OFF_MIDDLE = 2.5, 0.2
"""In heights of what is written in it: a field that is lower has room for one line; of its own height: so far from its
middle the line is at most."""


def type_text(instruction: TypeText, moment: Moment) -> Reply | None:
    """Focus the field, type, and see that the text arrived. It is never typed twice."""
    target = instruction.into
    if target is not None and not moment.has_begun and not _was_cleared(target, moment):
        return moment.found(lambda: focus(target, moment))
    if moment.is_at("focus") and (reply := check_focus(instruction, moment)) is not None:
        return reply
    is_over = instruction.over == "always" or (instruction.over == "line" and _has_one_line(target, moment))
    if is_over and is_to_be_marked(moment):
        return mark(target, moment)
    if not moment.has_begun or moment.is_at("mark") or moment.count_at("focus") == EMPTY:
        return send(instruction, moment)
    if moment.is_at("focus"):
        # A click in the middle may have put the caret into the text that is there.
        keys = (MARKING if _has_one_line(target, moment) else MARKING_LINES)[0]
        return moment.step(saying.TO_THE_END, "mark", 1, action="key", keys=list(keys))
    return arrived(instruction, moment, alone=is_over)


def is_to_be_marked(moment: Moment) -> bool:
    """Whether the field held something when it was clicked, and not all of that is marked yet."""
    return moment.count_at("focus") == FILLED or 0 < moment.count_at("mark") < MARKED


def _was_cleared(target: Target, moment: Moment) -> bool:
    """Whether the instruction before has emptied this field, so that it has the focus."""
    last = moment.before[-1] if moment.before else None
    return isinstance(last, Clear) and last.target is not None and last.target.names == target.names


def send(instruction: TypeText, moment: Moment) -> Reply:
    """The text's keys."""
    said = saying.type_text(instruction.text, instruction.into)
    return moment.step(said, action="type", text=instruction.text)


def arrived(instruction: TypeText, moment: Moment, *, alone: bool = False) -> Reply | None:
    """None where the typed text shows, with `alone` and nothing else in its field; else waits, then the failure."""
    text = instruction.text
    if moment.is_preview or not text.strip():
        return None
    change = moment.change("done")
    arrived = change.is_more_than_a_caret
    target = instruction.into
    if arrived and (target is None or "\n" in text or _SECRET.search(text) or _is_read(text, target, moment, alone)):
        return None
    if (count := moment.count_at("effect")) < len(SHOWN_WAITS):
        return moment.wait(SHOWN_WAITS[count], "effect", count + 1, "text")
    shown = cut(text, 40)
    if arrived:
        raise Unresolved(
            f'"{shown}" was typed into {target}, but it is not {"all that is " if alone else ""}to be read there',
            f"已输入“{shown}”，但输入框里{'不只有' if alone else '没有显示'}这些文字",
        )
    raise Unresolved(
        f'"{shown}" was typed, but nothing changed on the screen', f"已输入“{shown}”，但屏幕上没有任何变化"
    )


def _is_read(text: str, target: Target, moment: Moment, alone: bool) -> bool:
    """Whether what changed in the field can be the text: it is read there, as far as there is room, or nothing legible
    (a password).

    With `alone`, and nothing is left of what was there before.
    """
    box = moment.change("done").box
    if box is None:
        return False
    own, pixels = field_of(target, moment), moment.now.pixels
    field = own or box
    if not _has_changed_in(field, moment):
        return False
    # What changed may reach beyond the field: a browser shows a key in its address bar while a password is typed.
    there = (one for one in moment.now.texts if field.meets(one) and box.meets(one))
    # A label that stood in the field floats above what is typed, and may stay within its frame.
    others = (one for one in there if fold(one.text) == fold(text) or fold(one.text) not in map(fold, target.names))
    shown = [without_caret(one, text, pixels) for one in others if not is_masked(one, text)]
    legible = [fold(one.text) for one in shown]
    if not legible:
        return True
    if not any(is_like(fold(text), one) for one in (*legible, "".join(legible))):
        return False
    end = math.inf if own is None else own.right
    if alone:
        return is_alone(text, shown, end) and not any(is_marked(one, pixels) for one in shown)
    if own is None or not _has_one_line(target, moment):
        return True  # of several lines not all may be there to be seen
    # What stood there stays before what was typed, or was a hint.
    return any(is_alone(held + text, shown, end) for held in ("", _held(target, own, moment)))


def _held(target: Target, field: Rect, moment: Moment) -> str:
    """What was written in a field when it was clicked, as far as that picture is still there."""
    focus = moment.step_at("focus")
    return "" if focus is None else moment.now.earlier(focus.picture).held(target, field)


def _has_changed_in(field: Rect, moment: Moment) -> bool:
    """Whether more than a caret is different within the field, as far as the picture before is still there."""
    typed = moment.step_at("done")
    if typed is None:
        return True
    before, now = moment.now.earlier(typed.picture).pixels, moment.now.pixels
    rows, columns = slice(max(0, field.top), field.bottom), slice(max(0, field.left), field.right)
    return compared(before[rows, columns], now[rows, columns]).is_more_than_a_caret


def clear(instruction: Clear, moment: Moment) -> Reply | None:
    """Focus the field, mark all that it holds, delete it, and see that it is gone."""
    target = instruction.target
    if not moment.has_begun:
        if target is not None:
            return moment.found(lambda: focus(target, moment))
        return mark(_field_before(moment), moment)
    if moment.is_at("focus") and (reply := check_focus(instruction, moment)) is not None:
        return reply
    if moment.is_at("focus", "mark"):
        return mark(target or _field_before(moment), moment)
    if moment.is_preview or _is_emptied(target, moment):
        return None
    if (count := moment.count_at("effect")) < len(SHOWN_WAITS):
        return moment.wait(SHOWN_WAITS[count], "effect", count + 1, "empty")
    english, chinese = described(target) if target else ("the field", "输入框")
    raise Unresolved(
        f"{english} was to be emptied, but something is still written in it", f"已清空{chinese}，但里面仍有文字"
    )


def mark(target: Target | None, moment: Moment) -> Reply:
    """The next of the keys that mark all that a field holds, and delete it."""
    pressed = moment.count_at("mark")
    keys = list((MARKING if _has_one_line(target, moment) else MARKING_LINES)[pressed])
    if pressed == len(MARKING) - 1:
        return moment.step(saying.DELETE_MARKED, action="key", keys=keys)
    said = saying.MARK_ALL if pressed else saying.TO_THE_END
    return moment.step(said, "mark", pressed + 1, action="key", keys=keys)


def _has_one_line(target: Target | None, moment: Moment) -> bool:
    """Whether the field has room for one line alone, by what is written in it: a low text area may show the one line
    and a half, or the first of three."""
    field = None if target is None else field_of(target, moment)
    if field is None:
        return True
    focus = moment.step_at("focus")
    sight = moment.now if focus is None else moment.now.earlier(focus.picture)
    labels = [spot.box for spot in sight.all_of(target.names)] if target else []
    lines = [box for box in sight.lines_in(field) if not any(is_inside(box.center, label) for label in labels)]
    highest = max((box.height for box in lines), default=math.inf)
    middle = (field.top + field.bottom) / 2
    is_level = all(abs(box.center[1] - middle) <= OFF_MIDDLE * (field.bottom - field.top) for box in lines)
    return is_level and field.bottom - field.top < ONE_LINE * highest


def _is_emptied(target: Target | None, moment: Moment) -> bool:
    """Whether nothing of what the field held is left in it, as far as the field is known: what shows instead of it, as
    a hint does, is no part of that."""
    deleted, field = moment.step_at("done"), None if target is None else field_of(target, moment)
    if target is None or field is None or not (left := moment.now.held(target, field)):
        return True
    was = "" if deleted is None else moment.now.earlier(deleted.picture).held(target, field)
    return left not in was and moment.has_changed("done")


def _field_before(moment: Moment) -> Target | None:
    """The field that the instruction before this one was about, and that has the focus by now; None where it was typed
    at the focus. Raises `Unresolved` where it was about none."""
    match moment.before[-1] if moment.before else None:
        case TypeText(into=target):
            return target
        case Click(target=target) if target.is_field:
            return target
    raise Unresolved("which field is to be cleared is not said", "没有说明要清空哪个输入框")


def press(instruction: Press, moment: Moment) -> Reply | None:
    """Press the keys; what they do may be invisible."""
    if moment.has_begun:
        return None
    if (label := instruction.label) and moment.now.all_of((label,)):
        raise Unresolved(
            f'is the key {label} meant, or the "{label}" on the screen? Say "the {label} key", or: click "{label}"',
            f"是按键 {label}，还是屏幕上的“{label}”？请说“{label}键”，或者“点击{label}”",
            is_ambiguous=True,
        )
    return moment.step(saying.press(instruction.keys), action="key", keys=list(instruction.keys))
