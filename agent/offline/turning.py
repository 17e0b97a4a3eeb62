"""Turning the wheel: once, or until a text shows."""

from __future__ import annotations

from agent.offline import saying
from agent.offline.changes import Change
from agent.offline.history import Stage
from agent.offline.instructions import Turn
from agent.offline.moment import Moment
from agent.offline.reply import Reply
from agent.offline.sentences import cut
from agent.offline.unresolved import Unresolved

MAX_TURNS = 40
"""For one text."""
SCROLLED_SHARE = 0.001
"""Of the picture: where less than this changed the page has not moved, or shows nothing there."""
SLIDER = 2
"""A scrollbar's slider that moved changes what is so many times higher than wide."""
END_SECONDS = 1.3
"""For a page that loads more at its end."""


def turn(instruction: Turn, moment: Moment) -> Reply | None:
    """Turn it, and where nothing comes after this see that something moved."""
    if instruction.until is not None:
        return _until(instruction, instruction.until, moment)
    if not moment.has_begun:
        return moment.found(lambda: _step(instruction, moment, "done", 0))
    if moment.after:
        return None
    return moment.effect("the turn of the wheel", "滚动滚轮")


def _until(instruction: Turn, text: str, moment: Moment) -> Reply | None:
    """Again and again, as long as that moves something."""
    if moment.shows(text) or (moment.has_begun and moment.is_preview):
        return None
    turns = moment.count_at("turn")
    if not moment.has_begun:
        return moment.found(lambda: _step(instruction, moment, "turn", 1))
    if not _has_moved(moment.change("turn")):
        if turns:
            return moment.wait(END_SECONDS, "effect", turns, "more")
        raise Unresolved(
            f'scrolled as far as it goes, and "{cut(text)}" did not show', f"已滚动到头，仍没有看到“{cut(text)}”"
        )
    turns = turns or moment.count_at("effect")
    if turns >= MAX_TURNS:
        raise Unresolved(
            f'scrolled {turns} times, and "{cut(text)}" did not show', f"滚动了 {turns} 次，仍没有看到“{cut(text)}”"
        )
    return _step(instruction, moment, "turn", turns + 1)


def _has_moved(change: Change) -> bool:
    """Whether the page did; where it is empty, its scrollbar tells."""
    if change.share >= SCROLLED_SHARE:
        return True
    box = change.box
    return change.is_more_than_a_caret and box is not None and box.bottom - box.top >= SLIDER * (box.right - box.left)


def _step(instruction: Turn, moment: Moment, stage: Stage, count: int) -> Reply:
    place = moment.now.middle if instruction.over is None else moment.now.locate(instruction.over).point
    return moment.step(
        saying.scroll(instruction.notches), stage, count, action="scroll", pixels=instruction.notches, at=place
    )
