"""One instruction at one step of a run: what was done for it, what that changed, and what comes next."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from actions.action import Point
from agent.offline import saying
from agent.offline.changes import NOTHING, Change, activated, compared, is_focus_ring, is_tinted, lost_rings
from agent.offline.credit import NEAR, Credit, Meaning, Seen, clear_left, meaning_of
from agent.offline.differences import clear_of, differing, parts_of
from agent.offline.dimmed import closed, lifted
from agent.offline.history import Mark, Scene, Stage, Step
from agent.offline.instructions import Instruction, Target
from agent.offline.movers import without_movers
from agent.offline.opened import has_gone
from agent.offline.reply import Reply
from agent.offline.saying import Said, Why
from agent.offline.sight import Sight
from agent.offline.spot import is_inside
from agent.offline.unresolved import Unresolved
from agent.rect import Rect, distance

LOOKS = (1, 2)
"""Seconds before each further look for what is not there."""
EFFECT_WAITS: Mapping[Stage, tuple[float, ...]] = MappingProxyType({"effect": (0.7, 1.6, 2.9), "late": (0.8, 2.1)})
"""Seconds for an effect, after the first try and after the second. What is only slow must not be clicked twice, and
what shows for some seconds must be seen. With all else that a click may take these are fewer steps than there are old
pictures, so that the one before it is there to the last. No wait comes twice: on one screen the loop would take that
for being stuck."""
ASIDE = 0.06
"""Of the picture's height: so far from where it clicked the pointer is off that."""
DOUBT_WAITS = (4.3, 4.7)
"""Seconds: with the time that a step takes, longer than a banner stays the same."""
MOVING_WAIT = 2.7
"""Seconds, where the run has seen that something moves: what it has seen to move does so again within that."""


def _around(box: tuple[int, int, int, int], now: Sight) -> Rect:
    """A place in the model's space in the picture's pixels."""
    (left, top), (right, bottom) = now.place(box[:2]), now.place(box[2:])
    return Rect(math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom))


class Moment:
    """What a handler of an instruction is given. It answers with a reply, or with None: done, the next one."""

    def __init__(
        self, scene: Scene, now: Sight, here: Mark, last: Mark | None, instructions: tuple[Instruction, ...]
    ) -> None:
        self.now = now
        """The present screen."""
        self.last = last
        """The mark of the last step, where it served this instruction."""
        self.is_preview = scene.is_preview
        self.before = instructions[: here.index - 1]
        self.after = instructions[here.index :]
        self._scene = scene
        self._here = here

    @property
    def has_begun(self) -> bool:
        """Something was done for this instruction, other than looking for its target."""
        return self.last is not None and self.last.stage != "look"

    def is_at(self, *stages: Stage) -> bool:
        """Whether the last step was one of these of this instruction."""
        return self.last is not None and self.last.stage in stages

    def was_at(self, *stages: Stage) -> bool:
        """Whether any step of this instruction was one of these."""
        return any(mark.index == self._here.index and mark.stage in stages for mark in self._scene.marks)

    def step(
        self,
        said: Said,
        stage: Stage = "done",
        count: int = 0,
        **arguments: Any,  # noqa: ANN401 (JSON)
    ) -> Reply:
        """An action, told in the language of the task; its place comes last in the call.

        Raises `Unresolved` where that has been dimmed since the last click: it is behind what that opened.
        """
        if "at" in arguments and self._is_dimmed(arguments["at"]):
            raise Unresolved(
                "what is meant is behind what the last click opened: say first what to do with that",
                "目标在上一次点击打开的对话框后面：请先说明如何处理对话框",
            )
        mark = Mark(self._here.index, self._here.total, stage, count)
        place = {"coordinate": self.now.coordinate(arguments.pop("at"))} if "at" in arguments else {}
        return Reply(f"{mark} {saying.in_language_of(self._scene.task, said)}", {**arguments, **place})

    def _is_dimmed(self, at: tuple[float, float]) -> bool:
        clicked = self._scene.pointed
        if clicked is None or clicked.picture.sha256 == self.now.picture.sha256:
            return False
        return lifted(self.now.pixels, self.now.earlier(clicked.picture).pixels, at)

    def wait(self, seconds: float, stage: Stage, count: int, why: Why | Said) -> Reply:
        """Wait, and look again; `why` is the whole sentence where it is none of the usual reasons."""
        said = saying.wait(seconds, why) if isinstance(why, str) else why
        return self.step(said, stage, count, action="wait", time=seconds)

    def found(self, act: Callable[[], Reply | None]) -> Reply | None:
        """What `act` gives; where it cannot find its place, a few looks later, then the failure."""
        try:
            return act()
        except Unresolved as why:
            if self.is_preview:
                english, chinese = why.reasons
                raise Unresolved(
                    f"{english}; a preview does not see beyond the present screen",
                    f"{chinese}；预览看不到当前屏幕以后的内容",
                ) from why
            looks = self.count_at("look")
            if why.is_ambiguous or self.has_begun or looks >= len(LOOKS):
                raise
            return self.wait(LOOKS[looks], "look", looks + 1, "look")

    def shows(self, text: str) -> bool:
        """Whether a text is on the screen; where the next instruction acts on it, as a label of its own."""
        following = getattr(self.after[0], "target", None) if self.after else None
        if isinstance(following, Target) and text in following.names:
            return bool(self.now.all_of((text,)))
        return self.now.shows(text)

    def step_at(self, *stages: Stage, back: int = 0) -> Step | None:
        """The last step of this instruction, or of one so many before it, at one of these stages, as far as its picture
        is still there."""
        index = self._here.index - back
        mine = (step for step in reversed(self._scene.steps) if step.mark and step.mark.index == index)
        return next((step for step in mine if step.mark and step.mark.stage in stages), None)

    def change(self, *stages: Stage, without: Rect | None = None) -> Change:
        """What is different from before the last step at one of `stages`; from the oldest picture of this instruction
        where that one is gone. Where none is left, what was told of the last action."""
        step = self.step_at(*stages) or next(
            (step for step in self._scene.steps if step.mark and step.mark.index == self._here.index), None
        )
        if step is None:
            return NOTHING if self._scene.changed_nothing else compared(self.now.pixels[:1, :1], self.now.pixels)
        if step.picture.sha256 == self.now.picture.sha256:
            return NOTHING
        return compared(self.now.earlier(step.picture).pixels, self.now.pixels, without)

    def pixels_changed(self, *stages: Stage, within: Rect, without: Rect | None = None) -> int:
        """How many pixels of a place are different from before the last step at one of `stages`, but for what is known
        to move by itself."""
        if (step := self.step_at(*stages)) is None:
            return 0
        before, now = self.now.earlier(step.picture).pixels, self.now.pixels
        differs = differing(before, now, without)
        clear_of(differs, activated(before, now, differs))
        still = without_movers(differs, self._movers)
        return int(still[max(0, within.top) : max(0, within.bottom), max(0, within.left) : max(0, within.right)].sum())

    @property
    def _movers(self) -> list[Rect]:
        return [_around(box, self.now) for box in self._scene.movers]

    def first_change_at_place(self, *stages: Stage) -> Rect | None:
        """What was different where that step acted, or right beside it, at the first look after it, as the line below a
        link; None where the pointer was before."""
        step, steps = self.step_at(*stages), self._scene.steps
        if step is None or step.place is None:
            return None
        after = (*(self.now.earlier(one.picture) for one in steps), self.now)[steps.index(step) + 1]
        place, before = self.now.place(step.place), self.now.earlier(step.picture).pixels
        change = differing(before, after.pixels)
        clear_of(change, activated(before, after.pixels, change))
        clear_of(change, lost_rings(before, after.pixels, change))
        left = self._scene.pointed_before(step)
        # Put aside, the pointer lay on nothing that it could leave.
        last = next((one for one in reversed(steps[: steps.index(step)]) if one.place is not None), None)
        if left is not None and not (last and last.mark and last.mark.stage == "aside"):
            clear_left(change, self.now.place(left))
        boxes = (box for box in parts_of(change) if left is None or not is_inside(self.now.place(left), box))
        at, near = Point(round(place[0]), round(place[1])), NEAR * after.picture.size.height
        return next((box for box in boxes if distance(box, at) <= near), None)

    def is_tinted(self, *stages: Stage, within: Rect) -> bool:
        """Whether all that is different in a place from before the last step at one of `stages` is the colour of its
        letters."""
        step = self.step_at(*stages)
        return step is not None and is_tinted(self.now.earlier(step.picture).pixels, self.now.pixels, within)

    def is_focus_ring(self, *stages: Stage, within: Rect) -> bool:
        """Whether all that is different in a place from before the last step at one of `stages` is that it got the
        focus."""
        step = self.step_at(*stages)
        return step is not None and is_focus_ring(self.now.earlier(step.picture).pixels, self.now.pixels, within)

    def _place(self, *stages: Stage) -> tuple[float, float] | None:
        """Where the last step at one of these stages acted, in the picture's pixels."""
        step = self.step_at(*stages)
        return None if step is None or step.place is None else self.now.place(step.place)

    def place_beside(self, *stages: Stage) -> tuple[float, float] | None:
        """A place below the one where the last step at one of these stages acted, or above it at the screen's end."""
        if (place := self._place(*stages)) is None:
            return None
        height = self.now.picture.size.height
        below = place[1] + ASIDE * height
        return place[0], below if below < height else place[1] - ASIDE * height

    def has_changed(self, *stages: Stage, without: Rect | None = None) -> bool:
        """Whether something did, other than a caret that blinks, or a focus that was lost elsewhere by a click."""
        change = self.change(*stages, without=without)
        if change.lost_rings and (place := self._place(*stages)) is not None:
            return any(is_inside(place, ring) for ring in change.lost_rings)
        return change.is_more_than_a_caret or (change.is_visible and not self._scene.changed_nothing)

    def credit(self, *stages: Stage, without: Rect | None = None) -> Credit:
        """Whether what is different from before the last step at one of `stages` is its doing."""
        if not (self.is_at("doubt") or self.has_changed(*stages, without=without)):
            return "none"
        step, steps = self.step_at(*stages), self._scene.steps
        if step is None or step.place is None:
            return "plain"
        index = steps.index(step)
        before, *since = (*(self.now.earlier(one.picture) for one in steps[index:]), self.now)
        older = [self.now.earlier(one.picture).pixels for one in steps[:index]] if len(since) > 1 else []
        place, left = self.now.place(step.place), self._scene.pointed_before(step)
        if any(is_gone(before.pixels, self.now.pixels, place) for is_gone in (closed, has_gone)):
            return "plain"
        seen = Seen(
            older,
            before.pixels,
            [one.pixels for one in since],
            place,
            left=None if left is None or left == step.place else self.now.place(left),
            rests=self._place("aside"),
            without=without,
            is_first=left is None,
            moving=self._movers,
        )
        found = seen.credit(
            again=self.is_at("doubt"),
            told=self._scene.told,
            meaning=lambda box: self._meaning(before, box),
        )
        return "none" if found == "doubtful" and self.count_at("doubt") == len(DOUBT_WAITS) else found

    def _meaning(self, before: Sight, box: Rect) -> Meaning:
        """Of what is written in a place now, and was. Where only a number is different, in its line."""
        means = meaning_of(before.written_at(box), now := self.now.written_at(box))
        if means == "own" or not any(map(str.isdigit, now)):
            return means
        return meaning_of(before.line_at(box), self.now.line_at(box))

    def doubt(self) -> Reply:
        """Wait, to see whether what changed goes on to change by itself."""
        count = self.count_at("doubt")
        seconds = MOVING_WAIT if self._scene.told == "moving" and count == 0 else DOUBT_WAITS[count]
        return self.wait(seconds, "doubt", count + 1, "effect")

    def effect(self, english: str, chinese: str, again: Callable[[], Reply] | None = None) -> Reply | None:
        """None where the instruction's action changed something on the screen; else waits, then `again` once, then
        the failure, which names the action in two languages.

        It is done again only where no pixel changed at all: what was heard must not be switched back or sent twice.
        """
        credit = "plain" if self.is_preview else self.credit("done", "again")
        if credit in ("plain", "hint"):
            return None
        if credit == "doubtful":
            return self.doubt()
        stage: Stage = "late" if self.is_at("again", "late") else "effect"
        count = self.count_at(stage)
        if count < len(waits := EFFECT_WAITS[stage]) and not self.is_at("doubt"):
            return self.wait(waits[count], stage, count + 1, "effect")
        is_still = not (self.was_at("doubt") or self.change("done", "again").is_visible)
        if stage == "effect" and again is not None and is_still:
            return again()
        times, times_zh = (" twice", "两次") if stage == "late" else ("", "")
        by_itself, by_itself_zh = ("", "") if is_still else (" but what may move by itself", "（可能自行变化的除外）")
        raise Unresolved(
            f"{english} was sent{times}, but nothing changed on the screen{by_itself}",
            f"已{chinese}{times_zh}，但屏幕上没有任何变化{by_itself_zh}",
        )

    def times_at(self, stage: Stage) -> int:
        """How many steps of this instruction were at that stage."""
        return sum(mark.index == self._here.index and mark.stage == stage for mark in self._scene.marks)

    def count_at(self, stage: Stage) -> int:
        """The count of the last step, where it was at that stage; else 0."""
        return self.last.count if self.last is not None and self.last.stage == stage else 0
