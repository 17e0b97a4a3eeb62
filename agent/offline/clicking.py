"""Opening, hovering and dragging, and the click itself."""

from __future__ import annotations

from agent.offline import saying
from agent.offline.changes import Change
from agent.offline.differences import is_empty
from agent.offline.history import Stage
from agent.offline.instructions import Button, Drag, Hover, Open, Target
from agent.offline.moment import Moment
from agent.offline.reply import Reply
from agent.offline.spot import Spot
from agent.offline.unresolved import Unresolved, described
from agent.rect import Rect

MATERIAL_SHARE = 0.02
"""Of the picture: what must change for something to count as opened. A highlighted icon is less."""
NEAR = 3.0
"""Of the label's height: how far around it a highlighted icon reaches."""
# Never the same wait twice on one screen: the loop would take that for being stuck.
OPENING_WAITS = (1, 2, 3, 5, 8)
OPENING_WAITS_AGAIN = (1.5, 2.5, 3.5, 5.5, 8.5)
PAINTING_WAITS = (1, 2)
"""Seconds for a window that is empty yet. It may stay so: a new document is."""


def open_it(instruction: Open, moment: Moment) -> Reply | None:
    """Click, and wait until something opened; where nothing but the icon changed, a double-click instead."""
    target = instruction.target
    if not moment.has_begun:
        return moment.found(lambda: click_step(moment, moment.now.locate(target), target, "left_click"))
    if moment.is_preview:
        return None
    if (change := moment.change("done", "again")).share > MATERIAL_SHARE:
        return _painted(target, change, moment)
    is_again = moment.is_at("again", "late")
    stage: Stage = "late" if is_again else "small" if _something_small(target, moment) else "effect"
    waits = OPENING_WAITS_AGAIN if is_again else OPENING_WAITS
    count = max(moment.count_at(stage), moment.count_at("effect"))
    if count < len(waits):
        return moment.wait(waits[count], stage, count + 1, saying.wait_for_target(waits[count], target, opened=False))
    if stage == "small":
        return None
    if stage == "late":
        english, chinese = described(target)
        raise Unresolved(
            f"{english} was clicked and double-clicked, but nothing opened",
            f"已点击并双击{chinese}，但没有打开任何窗口",
        )
    place = moment.now.locate(target).point
    return moment.step(saying.double_click_to_open(target), "again", action="double_click", at=place)


def _painted(target: Target, change: Change, moment: Moment) -> Reply | None:
    """None once what opened shows something: a window is there before what it is to show."""
    count = moment.count_at("paint")
    if count == len(PAINTING_WAITS) or change.box is None or not is_empty(moment.now.pixels, change.box):
        return None
    seconds = PAINTING_WAITS[count]
    return moment.wait(seconds, "paint", count + 1, saying.wait_for_target(seconds, target, opened=True))


def _something_small(target: Target, moment: Moment) -> bool:
    """Whether something other than the icon has changed: it may be a menu, which another click would close.

    The mark says so from then on: the picture from before the click does not last as long as the waits.
    """
    if moment.is_at("small"):
        return True
    try:
        spot = moment.now.locate(target)
    except Unresolved:
        return True  # its label is covered, or there is one more
    return moment.change("done", without=_around(spot)).is_more_than_a_caret


def _around(spot: Spot) -> Rect:
    """The label, and the icon above it or beside it."""
    reach = round(NEAR * (spot.box.bottom - spot.box.top))
    return Rect(spot.box.left - reach, spot.box.top - 2 * reach, spot.box.right + reach, spot.box.bottom + reach)


def hover(instruction: Hover, moment: Moment) -> Reply | None:
    """Move the pointer; what that shows is another instruction's matter."""
    if moment.has_begun:
        return None
    target = instruction.target
    return moment.found(
        lambda: moment.step(saying.point_over(target), action="mouse_move", at=moment.now.locate(target).point)
    )


def drag(instruction: Drag, moment: Moment) -> Reply | None:
    """Move to the start, then drag to the end, and see that something changed. It is never done twice."""
    start, end = instruction.start, instruction.end
    if not moment.has_begun:
        return moment.found(lambda: _to_start(instruction, moment))
    if moment.is_at("start"):
        place = moment.now.locate(end).point
        return moment.step(saying.drag(start, end), action="left_click_drag", at=place)
    (english, chinese), (english_end, chinese_end) = described(start), described(end)
    return moment.effect(f"the drag of {english} to {english_end}", f"把{chinese}拖到{chinese_end}")


def _to_start(instruction: Drag, moment: Moment) -> Reply:
    place = moment.now.locate(instruction.start).point
    moment.now.locate(instruction.end)  # nothing is taken up that has no place to go
    return moment.step(saying.point_to(instruction.start), "start", 1, action="mouse_move", at=place)


def click_step(moment: Moment, spot: Spot, target: Target, button: Button, stage: Stage = "done") -> Reply:
    """The click on a place that was found; `Unresolved` for a button that is plainly switched off."""
    if not target.is_field and target.names and moment.now.is_switched_off(target):
        english, chinese = described(target)
        raise Unresolved(
            f"{english} looks switched off: it is written in so faint a colour; it was not clicked",
            f"{chinese}看起来不可用：文字颜色很浅；没有点击",
        )
    read_as = "" if target.is_field or spot.text in target.names else spot.text
    said = saying.click(target, button, read_as=read_as, again=stage == "again")
    return moment.step(said, stage, action=button, at=spot.point)
