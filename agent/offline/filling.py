"""Typing into a field, emptying one, pressing keys."""

from __future__ import annotations

import difflib
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.offline import saying
from agent.offline.changes import compared
from agent.offline.dropdowns import arrow_of
from agent.offline.fields import Field
from agent.offline.instructions import Clear, Click, Press, Target, TypeText
from agent.offline.moment import Moment
from agent.offline.reply import Reply
from agent.offline.sentences import cut
from agent.offline.unresolved import Unresolved, described
from agent.reading.labels import TextBox, fold
from agent.rect import Rect

if TYPE_CHECKING:
    from agent.reading.blocks import Pixels

EMPTY, FILLED = 1, 2
"""The count of a focus: whether something was written in the field."""
MARKED = 2
"""The count of a mark: all that the field holds is marked."""
SHOWN_WAITS = (0.7, 1.9)
"""Seconds for a text to be drawn."""
RIM = 4
"""Pixels around a field that may show that it has the focus."""
LIKE_ENOUGH = 0.6
"""Share of the typed text that must be read, in order: the reader may miss letters, and a field shows a part."""
DOUBTFUL_SCORE = 0.7
"""Of the reader: below it a text is no evidence."""
_SECRET = re.compile(r"\{\{\w+\}\}")
_MARKING: tuple[tuple[str, ...], ...] = (("ctrl", "end"), ("ctrl", "shift", "home"), ("backspace",))
"""From a field's end to its beginning: unlike ctrl+a it means the same in every toolkit. Backspace, since Delete would
remove files where the focus was no field."""


def type_text(instruction: TypeText, moment: Moment) -> Reply | None:
    """Focus the field, type, and see that the text arrived. It is never typed twice."""
    target = instruction.into
    if target is not None and not moment.has_begun and not _was_cleared(target, moment):
        return moment.found(lambda: focus(target, moment))
    if moment.is_at("focus"):
        refuse_list(instruction, moment)
    if not moment.has_begun or moment.is_at("mark") or moment.count_at("focus") == EMPTY:
        return send(instruction, moment)
    if moment.is_at("focus"):
        # A click in the middle may have put the caret into the text that is there.
        return moment.step(saying.TO_THE_END, "mark", 1, action="key", keys=["end"])
    return arrived(instruction, moment)


def _was_cleared(target: Target, moment: Moment) -> bool:
    """Whether the instruction before has emptied this field, so that it has the focus."""
    last = moment.before[-1] if moment.before else None
    return isinstance(last, Clear) and last.target is not None and last.target.names == target.names


def send(instruction: TypeText, moment: Moment) -> Reply:
    """The text's keys."""
    said = saying.type_text(instruction.text, instruction.into)
    return moment.step(said, action="type", text=instruction.text)


def refuse_list(instruction: TypeText | Clear, moment: Moment) -> None:
    """Raise `Unresolved` where the click dropped down a list: keys would choose in it.

    A box with an arrow that drops down nothing when its text is clicked is a field that proposes texts.
    """
    target = instruction.into if isinstance(instruction, TypeText) else instruction.target
    step = moment.step_at("focus")
    field = None if step is None or target is None else _field(target, moment)
    if step is None or target is None or field is None:
        return
    before = moment.now.earlier(step.picture).pixels
    inside = Field(field.left, field.top, field.right, field.bottom)
    if arrow_of(before, inside) is None or not _has_dropped(field, before, moment.now.pixels):
        return
    english, chinese = described(target)
    entry = cut(instruction.text, 40) if isinstance(instruction, TypeText) else "…"
    raise Unresolved(
        f'{english} is a drop-down list: say: choose "{entry}" from "{target.names[-1] if target.names else "…"}"',
        f"{chinese}是下拉列表：请说：从“{target.names[-1] if target.names else '…'}”中选择“{entry}”",
    )


def _has_dropped(field: Rect, before: Pixels, now: Pixels) -> bool:
    """Whether there is something new right below the field, or above it where there is no room below."""
    deep = (field.bottom - field.top) * 3 // 2
    has_room = field.bottom + 2 * deep < now.shape[0]
    top = field.bottom + RIM if has_room else field.top - RIM - deep
    rows, columns = slice(max(0, top), max(0, top + deep)), slice(max(0, field.left), field.right)
    return compared(before[rows, columns], now[rows, columns]).is_more_than_a_caret


def focus(target: Target, moment: Moment) -> Reply:
    """The click into the field."""
    spot = moment.now.locate(replace(target, role="field"))
    count = FILLED if moment.now.is_written_in(spot.box) else EMPTY
    return moment.step(saying.focus(target), "focus", count, action="left_click", at=spot.point)


def arrived(instruction: TypeText, moment: Moment) -> Reply | None:
    """None where the typed text shows; else waits, then the failure."""
    text = instruction.text
    if moment.is_preview or not text.strip():
        return None
    change = moment.change("done")
    arrived = change.is_more_than_a_caret
    target = instruction.into
    if arrived and (target is None or "\n" in text or _SECRET.search(text) or _is_read(text, target, moment)):
        return None
    if (count := moment.count_at("effect")) < len(SHOWN_WAITS):
        return moment.wait(SHOWN_WAITS[count], "effect", count + 1, "text")
    shown = cut(text, 40)
    if arrived:
        raise Unresolved(
            f'"{shown}" was typed into {target}, but it is not to be read there',
            f"已输入“{shown}”，但输入框里没有显示这些文字",
        )
    raise Unresolved(
        f'"{shown}" was typed, but nothing changed on the screen', f"已输入“{shown}”，但屏幕上没有任何变化"
    )


def _is_read(text: str, target: Target, moment: Moment) -> bool:
    """Whether what changed in the field can be the text: some of it is read there, or nothing legible (a password)."""
    box = moment.change("done").box
    if box is None:
        return False
    field = _field(target, moment) or box
    if not _has_changed_in(field, moment):
        return False
    # What changed may reach beyond the field: a browser shows a key in its address bar while a password is typed.
    shown = (one for one in moment.now.texts if field.meets(one) and box.meets(one) and not _is_masked(one))
    legible = [fold(one.text) for one in shown]
    return not legible or any(_is_like(fold(text), one) for one in (*legible, "".join(legible)))


def _field(target: Target, moment: Moment) -> Rect | None:
    """The field, as it was when it was clicked; as far as that picture is still there."""
    focus = moment.step_at("focus")
    if focus is None:
        return None
    try:
        return moment.now.earlier(focus.picture).locate(replace(target, role="field")).box
    except Unresolved:
        return None


def _has_changed_in(field: Rect, moment: Moment) -> bool:
    """Whether more than a caret is different within the field, as far as the picture before is still there."""
    typed = moment.step_at("done")
    if typed is None:
        return True
    before, now = moment.now.earlier(typed.picture).pixels, moment.now.pixels
    rows, columns = slice(max(0, field.top), field.bottom), slice(max(0, field.left), field.right)
    return compared(before[rows, columns], now[rows, columns]).is_more_than_a_caret


def _is_masked(box: TextBox) -> bool:
    """Whether it may be dots or asterisks, however they were read: one character again and again, or a doubtful one."""
    marks = set(fold(box.text))
    return not any(c.isalnum() for c in marks) or len(marks) == 1 or box.score < DOUBTFUL_SCORE


def _is_like(typed: str, seen: str) -> bool:
    """Whether most of the shorter is in the longer, in order."""
    same = sum(block.size for block in difflib.SequenceMatcher(None, typed, seen, autojunk=False).get_matching_blocks())
    return same >= LIKE_ENOUGH * min(len(typed), len(seen))


def clear(instruction: Clear, moment: Moment) -> Reply | None:
    """Focus the field, mark all that it holds, delete it, and see that it is gone."""
    target = instruction.target
    if not moment.has_begun:
        if target is not None:
            return moment.found(lambda: focus(target, moment))
        _need_field_before(moment)
        return mark(moment, 0)
    if moment.is_at("focus"):
        refuse_list(instruction, moment)
    if moment.is_at("focus", "mark"):
        return mark(moment, moment.count_at("mark"))
    if moment.is_preview or moment.has_changed("done") or not _is_filled(target, moment):
        return None
    if (count := moment.count_at("effect")) < len(SHOWN_WAITS):
        return moment.wait(SHOWN_WAITS[count], "effect", count + 1, "empty")
    english, chinese = described(target) if target else ("the field", "输入框")
    raise Unresolved(
        f"{english} was to be emptied, but nothing changed on the screen", f"已清空{chinese}，但屏幕上没有任何变化"
    )


def mark(moment: Moment, pressed: int) -> Reply:
    """The next of the keys."""
    keys = list(_MARKING[pressed])
    if pressed == len(_MARKING) - 1:
        return moment.step(saying.DELETE_MARKED, action="key", keys=keys)
    said = saying.MARK_ALL if pressed else saying.TO_THE_END
    return moment.step(said, "mark", pressed + 1, action="key", keys=keys)


def _is_filled(target: Target | None, moment: Moment) -> bool:
    """Whether something is still written in the field, as far as that is known."""
    if target is None:
        return False
    try:
        return moment.now.is_written_in(moment.now.locate(replace(target, role="field")).box)
    except Unresolved:
        return False


def _need_field_before(moment: Moment) -> None:
    """Raise `Unresolved` unless the instruction before this one was about a text field, which has the focus by now."""
    last = moment.before[-1] if moment.before else None
    if isinstance(last, TypeText) or (isinstance(last, Click) and last.target.is_field):
        return
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
