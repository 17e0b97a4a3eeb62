"""Waiting, checking, reading: what leaves the screen as it is."""

from __future__ import annotations

from collections.abc import Callable

from agent.offline import saying
from agent.offline.instructions import Await, Check, Pause, Read
from agent.offline.moment import Moment
from agent.offline.reply import Reply
from agent.offline.saying import Said
from agent.offline.sentences import cut
from agent.offline.unresolved import Unresolved

LONGEST_WAIT = 55
"""Seconds of one action; the executor's limit is 60."""


def pause(instruction: Pause, moment: Moment) -> Reply | None:
    """Wait the whole time, in pieces."""
    return _next_wait(_pieces(instruction.seconds), moment, lambda piece: saying.wait_of(piece, instruction.seconds))


def wait_for(instruction: Await, moment: Moment) -> Reply | None:
    """Look again and again, up to the time."""
    if moment.shows(instruction.text) == instruction.visible or (moment.has_begun and moment.is_preview):
        return None
    text = cut(instruction.text)
    state, state_zh = ("to appear", "出现") if instruction.visible else ("to disappear", "消失")
    reply = _next_wait(
        _growing(instruction.seconds),
        moment,
        lambda seconds: saying.wait_for_text(seconds, instruction.text, visible=instruction.visible),
    )
    if reply is None:
        raise Unresolved(
            f'waited {instruction.seconds:g} s in vain for "{text}" {state}',
            f"等了 {instruction.seconds:g} 秒，“{text}”仍没有{state_zh}",
        )
    return reply


def check(instruction: Check, moment: Moment) -> Reply | None:
    """A few looks, then the failure."""
    if moment.now.shows(instruction.text) == instruction.visible or moment.is_preview:
        return None
    text = cut(instruction.text)

    def fail() -> Reply:
        seen, seen_zh = ("not ", "没有") if instruction.visible else ("", "有")
        raise Unresolved(f'"{text}" is {seen}on the screen', f"屏幕上{seen_zh}“{text}”")

    return moment.found(fail)


def read(instruction: Read, moment: Moment) -> Reply | None:
    """The answer: what this instruction and all the following ones are to read."""
    reads = [instruction, *(one for one in moment.after if isinstance(one, Read))]

    def answer() -> Reply:
        text = "\n".join(moment.now.read(one.target) for one in reads)
        if not text.strip():
            raise Unresolved("nothing is written on the screen", "屏幕上没有文字")
        return moment.step(saying.answer(instruction.target), action="answer", text=text)

    return moment.found(answer)


def _next_wait(times: list[float], moment: Moment, said: Callable[[float], Said]) -> Reply | None:
    done = moment.count_at("wait")
    return None if done >= len(times) else moment.wait(times[done], "wait", done + 1, said(times[done]))


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
