"""Closing a window, a dialog or a tab: the wrong one closed is worse than a halt."""

from __future__ import annotations

from agent.offline import saying
from agent.offline.clicking import click_step
from agent.offline.instructions import Close, Target
from agent.offline.moment import Moment
from agent.offline.reply import Reply
from agent.offline.spot import Spot, is_level
from agent.offline.unresolved import Unresolved, ambiguous, described
from agent.reading.labels import find

CROSSES = ("×", "✕", "✖", "X")
WORDS = ("Close", "Close window", "关闭", "关闭窗口")
"""What stands on what closes a window."""
CLOSE_SECONDS = (0.7, 1.9)


def close(instruction: Close, moment: Moment) -> Reply | None:
    """Click what closes it, or press the key that closes nothing more than it; then see that it is gone."""
    if not moment.has_begun:
        return moment.found(lambda: _close(instruction, moment))
    if moment.is_at("focus"):
        return moment.step(saying.CLOSE_TAB, action="key", keys=["ctrl", "w"])
    if moment.is_preview:
        return None
    target = instruction.target
    if moment.has_changed("done") and (target is None or not find(target.names, moment.now.texts).boxes):
        return None
    if (count := moment.count_at("effect")) < len(CLOSE_SECONDS):
        return moment.wait(CLOSE_SECONDS[count], "effect", count + 1, "close")
    english, chinese = described(target) if target else (f"the {instruction.kind}", "它")
    raise Unresolved(f"{english} was to be closed, but it is still there", f"已尝试关闭{chinese}，但它还在")


def _close(instruction: Close, moment: Moment) -> Reply:
    target, kind = instruction.target, instruction.kind
    spot = None if target is None else moment.now.locate(target)
    if kind == "tab":
        return _close_tab(target, spot, moment)
    closers = _closers(spot, kind, moment)
    if len(closers) > 1:
        raise ambiguous(Target((closers[0].text,), "button"), closers, moment.now.picture.size)
    if closers:
        return click_step(moment, closers[0], Target((closers[0].text,)), "left_click")
    if kind == "dialog":
        return moment.step(saying.CLOSE_DIALOG, action="key", keys=["esc"])
    if target is None:
        return moment.step(saying.CLOSE_WINDOW, action="key", keys=["alt", "f4"])
    english, chinese = described(target)
    raise Unresolved(
        f"what closes {english} cannot be told: say which button to click, or which keys to press",
        f"看不出用什么关闭{chinese}：请说明要点击的按钮，或要按的键",
    )


def _close_tab(target: Target | None, spot: Spot | None, moment: Moment) -> Reply:
    if target is None or spot is None:
        return moment.step(saying.CLOSE_TAB_IN_FRONT, action="key", keys=["ctrl", "w"])
    return moment.step(saying.go_to_tab(target), "focus", 1, action="left_click", at=spot.point)


def _closers(spot: Spot | None, kind: str, moment: Moment) -> list[Spot]:
    """What plainly closes it: a cross or a word on its title's line; of a dialog a word below its title, too.

    A word elsewhere may be another window's, and a cross may be the letter.
    """
    words = moment.now.all_of(WORDS)
    if spot is None:
        return words if kind == "dialog" else []
    crosses = moment.now.all_of(CROSSES)
    level = [one for one in (*crosses, *words) if is_level(one.box, spot.box) and one.box.left > spot.box.right]
    if level or kind != "dialog":
        return level
    return [one for one in words if one.box.top > spot.box.top]
