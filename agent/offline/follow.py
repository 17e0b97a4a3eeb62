"""Following instructions: from what a run has done and what the screen shows to its next action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from agent.offline import saying
from agent.offline.choosing import select, tick
from agent.offline.clicking import drag, hover
from agent.offline.dimmed import lifted
from agent.offline.filling import clear, press, type_text
from agent.offline.grammar import understand
from agent.offline.history import Mark, Scene
from agent.offline.instructions import (
    Await,
    Check,
    Clear,
    Click,
    Close,
    Drag,
    Hover,
    Instruction,
    Open,
    Pause,
    Press,
    Read,
    Select,
    Set,
    Tick,
    Turn,
    TypeText,
)
from agent.offline.moment import Moment
from agent.offline.reply import Reply, refusal, success
from agent.offline.response import click
from agent.offline.sentences import NotUnderstood
from agent.offline.setting import set_value
from agent.offline.sight import Sight
from agent.offline.switching import close_or_switch, open_or_switch
from agent.offline.turning import turn
from agent.offline.unresolved import Unresolved
from agent.offline.watching import check, pause, read, wait_for
from agent.reading.ocr import TextReader

_HANDLERS: Mapping[type[Instruction], Callable[[Any, Moment], Reply | None]] = MappingProxyType(
    {
        Open: open_or_switch,
        Close: close_or_switch,
        Click: click,
        Hover: hover,
        Drag: drag,
        TypeText: type_text,
        Set: set_value,
        Clear: clear,
        Press: press,
        Select: select,
        Tick: tick,
        Turn: turn,
        Pause: pause,
        Await: wait_for,
        Check: check,
        Read: read,
    }
)
"""What gives an instruction's next action; None when it is done."""


MOST_HELD = 2
"""So often an action is held back because of what is under the pointer; the run would then send it all the same."""


class Follower:
    """Decides one step."""

    def __init__(self, scene: Scene, reader: TextReader) -> None:
        self._scene = scene
        self._now = Sight(scene.present, reader, [step.picture for step in reversed(scene.steps) if step.is_act])

    def next(self) -> Reply:
        """The next action, or the end of the task with the reason."""
        task = self._scene.task
        try:
            return self._next(understand(task))
        except NotUnderstood as why:
            return refusal(saying.in_language_of(task, saying.NOT_UNDERSTOOD), why.line(task))
        except Unresolved as why:
            return refusal(saying.in_language_of(task, saying.GIVE_UP), why.line(task))

    def _next(self, instructions: tuple[Instruction, ...]) -> Reply:
        if (failure := self._scene.failure) is not None:
            raise Unresolved(f"the last action was not carried out: {failure}", f"上一个动作没有完成：{failure}")
        self._refuse_lifted()
        total = len(instructions)
        last = self._last_mark(total)
        for index in range(last.index if last else 1, total + 1):
            mark = last if last and last.index == index else None
            moment = Moment(self._scene, self._now, Mark(index, total), mark, instructions)
            reply = _HANDLERS[type(instructions[index - 1])](instructions[index - 1], moment)
            if reply is not None:
                return reply
        return success(f"[{total}/{total}] {saying.in_language_of(self._scene.task, saying.done(total))}")

    def _refuse_lifted(self) -> None:
        """Raise `Unresolved` where the last click only closed a dialog, behind which was what it was meant for."""
        clicked = self._scene.pointed
        if clicked is None or clicked.place is None or clicked.picture.sha256 == self._scene.present.sha256:
            return
        if lifted(self._now.earlier(clicked.picture).pixels, self._now.pixels, self._now.place(clicked.place)):
            raise Unresolved(
                "the last click only closed what was in front: what it was meant for was dimmed, and was not clicked",
                "上一次点击只关闭了前面的对话框：目标在它后面的灰色页面上，没有被点击到",
            )

    def _last_mark(self, total: int) -> Mark | None:
        """Of the last step that was carried out. Marks of another task's steps say nothing about this one."""
        marks = [mark for mark in self._scene.marks if mark.total == total and 1 <= mark.index <= total]
        held = marks[-1] if marks and self._scene.not_sent else None
        times = 0
        while marks and marks[-1] == held:
            marks.pop()  # and as often as it was held back before: nothing that was done is done again under its mark
            times += 1
        if times >= MOST_HELD and self._scene.was_covered:
            raise Unresolved(
                "what is there keeps changing just before it is acted on: nothing was done there",
                "那里的画面在操作之前总在变化：没有在那里操作",
            )
        return marks[-1] if marks else None
