"""Following instructions: from what a run has done and what the screen shows to its next action."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from agent.offline.grammar import understand
from agent.offline.history import Mark, Scene, Stage
from agent.offline.instructions import (
    Await,
    Check,
    Click,
    Instruction,
    Open,
    Pause,
    Press,
    Read,
    Target,
    Turn,
    TypeText,
)
from agent.offline.pointing import Unresolved, field_point, label_box, read_beside, whole_text
from agent.offline.sentences import NotUnderstood, speaks_chinese
from agent.reading.labels import TextBox, shows
from agent.reading.ocr import TextReader, decode, visible_changes

if TYPE_CHECKING:
    from agent.reading.ocr import Pixels

MODEL_SPACE = 1000
MATERIAL_SHARE = 0.02
"""Of the picture: what must change for something to count as opened. A highlighted icon is less."""
VISIBLE_PIXELS = 8
LOOK_SECONDS = 1
# Never the same wait twice on one screen: the loop would take that for being stuck.
OPENING_WAITS = (1, 2, 3, 5, 8)
OPENING_WAITS_AGAIN = (1.5, 2.5, 3.5, 5.5, 8.5)
LAST_EFFECT_SECONDS = 0.7
LONGEST_WAIT = 55


@dataclass(frozen=True)
class Reply:
    """The next action: its sentence, and the arguments of the call."""

    sentence: str
    arguments: dict[str, Any]


class _Refused(Exception):  # noqa: N818 (an outcome)
    pass


def _success(sentence: str, total: int) -> Reply:
    return Reply(f"[{total}/{total}] {sentence}.", {"action": "terminate", "status": "success"})


def refusal(sentence: str, reason: str) -> Reply:
    """The end without success; the person reads the reason once, as the end's text."""
    return Reply(sentence, {"action": "terminate", "status": "failure", "text": " ".join(reason.split()).rstrip(".。")})


class Follower:
    """Decides one step."""

    def __init__(self, scene: Scene, reader: TextReader) -> None:
        self._scene = scene
        self._reader = reader

    def next(self) -> Reply:
        """The next action, or the end of the task with the reason."""
        try:
            return self._next(understand(self._scene.task))
        except NotUnderstood as why:
            task = self._scene.task
            return refusal("任务看不懂。" if speaks_chinese(task) else "The task is not understood.", why.line(task))
        except (_Refused, Unresolved) as why:
            return refusal("Give up.", str(why))

    def _next(self, instructions: tuple[Instruction, ...]) -> Reply:
        if self._scene.failure is not None:
            raise _Refused(f"the last action was not carried out: {self._scene.failure}")
        total = len(instructions)
        # Marks of another task's steps say nothing about this one.
        marks = [m for m in self._scene.marks if m.total == total and 1 <= m.index <= total]
        if self._scene.not_sent and marks:
            marks.pop()
        last = marks[-1] if marks else None
        for index in range(last.index if last else 1, total + 1):
            mark = last if last and last.index == index else None
            reply = self._follow(instructions[index - 1], Mark(index, total), mark)
            if reply is not None:
                return reply
        return _success(f"Done: {total} of {total} instructions", total)

    def _follow(self, instruction: Instruction, here: Mark, last: Mark | None) -> Reply | None:
        """The next action for this instruction, of which `last` was the last step; None when it is done."""
        match instruction:
            case Open():
                return self._open(instruction, here, last)
            case Click():
                return self._click(instruction, here, last)
            case TypeText():
                return self._type(instruction, here, last)
            case Await():
                return self._await(instruction, here, last)
            case Check():
                return self._check(instruction, here, last)
            case Read():
                return self._read(instruction, here, last)
            case Press():
                said = f"Press {'+'.join(instruction.keys)}"
                return None if last else _step(here, said, action="key", keys=list(instruction.keys))
            case Turn():
                return None if last and last.stage == "done" else self._turn(instruction, here, last)
            case Pause():
                return _waits(_pieces(instruction.seconds), here, last, f"of {instruction.seconds:g} s")
            case _:
                raise _Refused(f"{type(instruction).__name__} is not followed yet")

    def _open(self, instruction: Open, here: Mark, last: Mark | None) -> Reply | None:
        if last is None or last.stage == "look":
            return self._click_target(instruction.target, "left_click", here, last)
        if self._scene.is_preview or self._changed_share(here) > MATERIAL_SHARE:
            return None
        again = last.stage == "again"
        waits = OPENING_WAITS_AGAIN if again else OPENING_WAITS
        if last.count < len(waits):
            stage: Stage = "again" if again else "effect"
            return _wait(waits[last.count], here, stage, last.count + 1, f"for {instruction.target} to open")
        if again:
            raise _Refused(f"{instruction.target} was clicked and double-clicked, but nothing opened")
        box = label_box(instruction.target, self._texts)
        return _step(
            Mark(here.index, here.total, "again", 0),
            f"Double-click {instruction.target}, since one click opened nothing",
            action="double_click",
            coordinate=self._coordinate(box.center),
        )

    def _click(self, instruction: Click, here: Mark, last: Mark | None) -> Reply | None:
        if last is None or last.stage == "look":
            return self._click_target(instruction.target, instruction.button, here, last)
        return self._last_effect(here, last, f"the click on {instruction.target}")

    def _type(self, instruction: TypeText, here: Mark, last: Mark | None) -> Reply | None:
        target = instruction.into
        if target is not None and (last is None or last.stage == "look"):
            return self._found(
                lambda: _step(
                    Mark(here.index, here.total, "focus", 1),
                    f"Focus {target}",
                    action="left_click",
                    coordinate=self._coordinate(field_point(target, self._pixels, self._texts)),
                ),
                here,
                last,
            )
        if last is None or last.stage == "focus":
            where = f" into {target}" if target else ""
            return _step(here, f'Type "{instruction.text[:60]}"{where}', action="type", text=instruction.text)
        return self._last_effect(here, last, "the text") if instruction.text.strip() else None

    def _turn(self, instruction: Turn, here: Mark, last: Mark | None) -> Reply:
        said = f"Scroll {'up' if instruction.notches > 0 else 'down'} {abs(instruction.notches)}"

        def turn() -> Reply:
            middle = (self._size[0] / 2, self._size[1] / 2)
            over = instruction.over
            place = middle if over is None else label_box(over, self._texts).center
            return _step(here, said, action="scroll", pixels=instruction.notches, coordinate=self._coordinate(place))

        return self._found(turn, here, last)

    def _await(self, instruction: Await, here: Mark, last: Mark | None) -> Reply | None:
        if shows(instruction.text, self._texts) == instruction.visible or (last and self._scene.is_preview):
            return None
        state = "to appear" if instruction.visible else "to disappear"
        said = f'for "{instruction.text}" {state}'
        reply = _waits(_growing(instruction.seconds), here, last, said)
        if reply is None:
            raise _Refused(f'waited {instruction.seconds:g} s in vain for "{instruction.text}" {state}')
        return reply

    def _check(self, instruction: Check, here: Mark, last: Mark | None) -> Reply | None:
        if shows(instruction.text, self._texts) == instruction.visible or self._scene.is_preview:
            return None

        def fail() -> Reply:
            seen, seen_zh = ("not ", "没有") if instruction.visible else ("", "有")
            raise Unresolved(f'"{instruction.text}" is {seen}on the screen', f"屏幕上{seen_zh}“{instruction.text}”")

        return self._found(fail, here, last)

    def _read(self, instruction: Read, here: Mark, last: Mark | None) -> Reply:
        instructions = understand(self._scene.task)

        def answer() -> Reply:
            reads = [one for one in instructions[here.index - 1 :] if isinstance(one, Read)]
            found = [
                whole_text(self._texts) if one.target is None else read_beside(one.target, self._pixels, self._texts)
                for one in reads
            ]
            where = f"beside {instruction.target}" if instruction.target else "on the screen"
            return _step(here, f"Answer with the text {where}", action="answer", text="\n".join(found))

        return self._found(answer, here, last)

    def _click_target(self, target: Target, button: str, here: Mark, last: Mark | None) -> Reply:
        def click() -> Reply:
            if target.is_field:
                place, read_as = field_point(target, self._pixels, self._texts), ""
            else:
                box = label_box(target, self._texts)
                place, read_as = box.center, f" ({box.text})" if box.text not in target.names else ""
            verb = {"left_click": "Click", "right_click": "Right-click", "double_click": "Double-click"}[button]
            return _step(here, f"{verb} {target}{read_as}", action=button, coordinate=self._coordinate(place))

        return self._found(click, here, last)

    def _found(self, act: Callable[[], Reply], here: Mark, last: Mark | None) -> Reply:
        """What `act` gives; where it cannot find its place, one look later, then the failure."""
        try:
            return act()
        except Unresolved as why:
            if self._scene.is_preview:
                raise _Refused(f"{why}; a preview does not see beyond the present screen") from why
            if last is not None or why.is_ambiguous:
                raise
            return _wait(LOOK_SECONDS, here, "look", 1, "and look again")

    def _last_effect(self, here: Mark, last: Mark, what: str) -> Reply | None:
        """The last instruction must have changed something, or the end is no success."""
        if here.index < here.total or self._scene.is_preview or self._changed_pixels(here) >= VISIBLE_PIXELS:
            return None
        if last.stage == "effect":
            raise _Refused(f"{what} was sent, but nothing changed on the screen")
        return _wait(LAST_EFFECT_SECONDS, here, "effect", 1, "for an effect")

    @cached_property
    def _pixels(self) -> Pixels:
        return decode(self._scene.present)

    @cached_property
    def _texts(self) -> tuple[TextBox, ...]:
        return self._reader.read(self._pixels)

    @property
    def _size(self) -> tuple[int, int]:
        return self._scene.present.size

    def _coordinate(self, place: tuple[float, float]) -> list[float]:
        return [round(value / side * MODEL_SPACE, 1) for value, side in zip(place, self._size, strict=True)]

    def _changed_share(self, here: Mark) -> float:
        return self._changed_pixels(here) / max(1, self._size[0] * self._size[1])

    def _changed_pixels(self, here: Mark) -> int:
        """Pixels that differ from before this instruction's action, or from the oldest picture since."""
        acted = (s for s in self._scene.steps if s.mark and s.mark.index == here.index)
        before = next((s.picture for s in acted if s.mark and s.mark.stage not in ("look", "focus")), None)
        if before is None or before.sha256 == self._scene.present.sha256:
            return 0
        return visible_changes(decode(before), self._pixels)


def _step(mark: Mark, sentence: str, **arguments: Any) -> Reply:  # noqa: ANN401 (JSON)
    return Reply(f"{mark} {sentence}.", arguments)


def _wait(seconds: float, here: Mark, stage: Stage, count: int, why: str) -> Reply:
    return _step(Mark(here.index, here.total, stage, count), f"Wait {seconds:g} s {why}", action="wait", time=seconds)


def _waits(times: list[float], here: Mark, last: Mark | None, why: str) -> Reply | None:
    done = last.count if last else 0
    return None if done >= len(times) else _wait(times[done], here, "wait", done + 1, why)


def _pieces(seconds: float) -> list[float]:
    times: list[float] = []
    while (left := seconds - sum(times)) > 0.01:
        times.append(round(min(left, LONGEST_WAIT - len(times) / 10), 2))
    return times


def _growing(seconds: float) -> list[float]:
    """1, 2, 3, 5, 8 … up to the sum: often at first, seldom later, no two alike."""
    times: list[float] = []
    short, long = 1, 2
    while (left := seconds - sum(times)) > 0.01:
        times.append(round(min(left, short, LONGEST_WAIT - len(times) / 10), 2))
        short, long = long, short + long
    return times
