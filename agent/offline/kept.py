"""What was typed before: a program may cut it, or take it back, when the focus leaves its field."""

from __future__ import annotations

from dataclasses import replace

from agent.offline.changes import compared
from agent.offline.instructions import Instruction, Set, Target, TypeText
from agent.offline.moment import Moment
from agent.offline.sentences import cut
from agent.offline.unresolved import Unresolved
from agent.reading.labels import fold


def check_kept(moment: Moment) -> None:
    """Raise `Unresolved` where the text of the instruction before was all there when the next field was clicked, and
    of it no more than its beginning is now, or what its field held when that was clicked."""
    focus, typed = moment.step_at("focus"), _typed(moment.before[-1] if moment.before else None)
    if focus is None or typed is None:
        return
    target, text = typed
    before = moment.now.earlier(focus.picture)
    try:
        field = before.locate(replace(target, role="field")).box
    except Unresolved:
        return
    rows, columns = slice(max(0, field.top), field.bottom), slice(max(0, field.left), field.right)
    if not compared(before.pixels[rows, columns], moment.now.pixels[rows, columns]).is_more_than_a_caret:
        return
    was, now = (sight.held(target, field) for sight in (before, moment.now))
    clicked = moment.step_at("focus", back=1)
    hint = "" if clicked is None else moment.now.earlier(clicked.picture).held(target, field)
    if was.endswith(fold(text)) and now != was and (was.startswith(now) or now == hint):
        raise Unresolved(
            f'"{cut(text, 40)}" was typed into {target}, but it is no longer all there',
            f"已输入“{cut(text, 40)}”，但现在输入框里不再有全部文字",
        )


def _typed(instruction: Instruction | None) -> tuple[Target, str] | None:
    match instruction:
        case TypeText(text=text, into=Target() as target) | Set(target=target, value=text) if text.strip():
            return target, text
    return None
