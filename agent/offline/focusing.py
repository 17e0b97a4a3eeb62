"""The click into a text field, and that a field took it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agent.offline import saying
from agent.offline.changes import CARET_COLUMNS, carets, compared
from agent.offline.differences import differing
from agent.offline.dropdowns import arrow_of
from agent.offline.ink import clipped, differs, ground_of, inked, part_of, runs
from agent.offline.instructions import Clear, Target, TypeText
from agent.offline.kept import check_kept
from agent.offline.moment import Moment
from agent.offline.rectangles import Field
from agent.offline.reply import Reply
from agent.offline.sentences import cut
from agent.offline.sight import Sight
from agent.offline.spot import is_inside
from agent.offline.underlined import is_underlined
from agent.offline.unresolved import Unresolved, described
from agent.offline.written import TALLER
from agent.reading.labels import fold
from agent.rect import Rect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from agent.reading.blocks import Pixels

EMPTY, FILLED = 1, 2
"""The count of a focus: whether something was written in the field."""
OF_INK = 60
"""Of a channel, from the field's ground: it may be shaded."""
RIM = 4
"""Pixels around a field that may show that it has the focus."""
CARET_WAITS = (0.3, 0.5, 0.75)
"""Seconds: of a caret that blinks one of these and the time of a step show both."""
LIST = 8
"""Heights of a field: so far below it its list is looked at."""
LIGHTER, BAND = 5, 12
"""Of a channel: a field's ground is so much lighter than that above and below it, in so many rows. (Switched off it is
as light, or lighter by 4 in GTK; in Qt it is darker by 12.)"""


def focus(target: Target, moment: Moment) -> Reply:
    """The click into the field."""
    spot = moment.now.locate(replace(target, role="field"))
    is_filled = moment.now.lines_in(spot.box) or _has_ink(moment.now.pixels, spot.box)
    count = FILLED if is_filled else EMPTY
    return moment.step(saying.focus(target), "focus", count, action="left_click", at=spot.point)


def _has_ink(pixels: Pixels, field: Rect) -> bool:
    """Whether more than a caret is drawn within the field, as the dots of a password, which are no text."""
    inside = clipped(Rect(field.left + RIM, field.top + RIM, field.right - RIM, field.bottom - RIM), pixels)
    part = part_of(pixels, inside)
    return bool(part.size and inked(differs(part, ground_of(part), OF_INK), 0).sum() > CARET_COLUMNS)


def field_of(target: Target, moment: Moment) -> Rect | None:
    """The field, as it was when it was clicked; as it is now where that picture is no longer there."""
    focus = moment.step_at("focus")
    sight = moment.now if focus is None else moment.now.earlier(focus.picture)
    try:
        return sight.locate(replace(target, role="field")).box
    except Unresolved:
        return None


def check_focus(instruction: TypeText | Clear, moment: Moment) -> Reply | None:
    """None where a field may have taken the click; a wait for its caret where nothing shows that yet.

    Raises `Unresolved` where none took it: it dropped down a list, in which keys would choose, or changed nothing about
    a box that has its label and a text within, as a card has, or about one that is no lighter than what is around it,
    as a field is that is switched off. A box with an arrow that drops down nothing when its text is clicked is a field
    that proposes texts.
    """
    check_kept(moment)
    target = instruction.into if isinstance(instruction, TypeText) else instruction.target
    step = moment.step_at("focus")
    field = None if step is None or target is None else field_of(target, moment)
    if step is None or target is None or field is None:
        return None
    earlier, now = moment.now.earlier(step.picture), moment.now.pixels
    english, chinese = described(target)
    if _is_card_like(target, field, earlier) and not _has_changed_at(field, earlier.pixels, now):
        raise Unresolved(
            f"{english} is in a box that took the click for nothing: it may be no text field",
            f"点击{chinese}所在的框后没有任何变化：它可能不是输入框",
        )
    inside = Field(field.left, field.top, field.right, field.bottom)
    if _has_dropped(field, earlier.pixels, now) and (
        arrow_of(earlier.pixels, inside) is not None or _is_offered(field, earlier, moment.now)
    ):
        entry = cut(instruction.text, 40) if isinstance(instruction, TypeText) else "…"
        raise Unresolved(
            f'{english} is a drop-down list: say: choose "{entry}" from "{target.names[-1] if target.names else "…"}"',
            f"{chinese}是下拉列表：请说：从“{target.names[-1] if target.names else '…'}”中选择“{entry}”",
        )
    if is_underlined(earlier.pixels, field):
        return _check_caret(target, field, moment)
    if _is_stirred(field, earlier.pixels, now) or _had_focus(target, moment):
        return None
    # It may have had the focus, with a caret that is not to be seen just now.
    if (wait := _wait_for_caret(moment)) is not None:
        return wait
    if _is_raised(field, earlier.pixels):
        why, why_zh = "so that something else may have the keys", "键盘输入可能进入别处"
    else:
        why, why_zh = "and it looks switched off", "它看起来不可用"
    raise Unresolved(
        f"the click on {english} changed nothing there, {why}: nothing was typed",
        f"点击{chinese}后那里没有任何变化，{why_zh}：没有输入",
    )


def _check_caret(target: Target, field: Rect, moment: Moment) -> Reply | None:
    """Of what may be a field by the line below it alone: None where a caret stands there, or came beside its hint."""
    now, step = moment.now.pixels, moment.step_at("focus")
    place = clipped(Rect(field.left - RIM, field.top, field.right, field.bottom - RIM // 2), now)
    if moment.is_preview or _has_caret(part_of(now, place)):
        return None
    rows, columns = slice(place.top, place.bottom), slice(place.left, place.right)
    before = None if step is None else moment.now.earlier(step.picture).pixels[rows, columns]
    if before is not None and before.size and carets(differing(before, now[rows, columns])):
        return None
    if (wait := _wait_for_caret(moment)) is not None:
        return wait
    english, chinese = described(target)
    raise Unresolved(
        f"no caret came where {english} was clicked: it may be no text field, and nothing was typed",
        f"点击{chinese}后没有出现光标：它可能不是输入框，没有输入",
    )


def _wait_for_caret(moment: Moment) -> Reply | None:
    """The next of the waits for a caret that is not to be seen just now."""
    if (looks := moment.times_at("focus")) > len(CARET_WAITS):
        return None
    return moment.wait(CARET_WAITS[looks - 1], "focus", moment.count_at("focus"), "effect")


def _had_focus(target: Target, moment: Moment) -> bool:
    """Whether the instruction before was about the same field. (A preview clicks nothing.)"""
    last = moment.before[-1] if moment.before else None
    before = last.into if isinstance(last, TypeText) else getattr(last, "target", None)
    return moment.is_preview or (before is not None and before.names == target.names)


def _is_card_like(target: Target, field: Rect, sight: Sight) -> bool:
    """Whether the label stands within the box, with something else written there."""
    is_within = any(is_inside(spot.center, field) for spot in sight.all_of(target.names))
    return is_within and len(sight.lines_in(field)) > 1


def _is_raised(field: Rect, pixels: Pixels) -> bool:
    """Whether its ground is plainly lighter than what is around it, as that of most fields is which take a text."""
    inside = clipped(Rect(field.left + RIM, field.top + RIM, field.right - RIM, field.bottom - RIM), pixels)
    above = clipped(Rect(field.left, field.top - BAND, field.right, field.top), pixels)
    below = clipped(Rect(field.left, field.bottom, field.right, field.bottom + BAND), pixels)
    own, around = part_of(pixels, inside), [part_of(pixels, band) for band in (above, below)]
    if not own.size or not all(part.size for part in around):
        return True
    light = int(ground_of(own).max())
    return all(light > int(ground_of(part).max()) + LIGHTER for part in around)


def _is_stirred(field: Rect, before: Pixels, now: Pixels) -> bool:
    """Whether the click shows there, or a caret stands in it: it had the focus already."""
    inside = clipped(Rect(field.left + RIM, field.top + RIM, field.right - RIM, field.bottom - RIM), now)
    return _has_changed_at(field, before, now) or _has_caret(part_of(now, inside))


def _has_caret(part: NDArray[np.int16]) -> bool:
    """Whether the highest thing drawn in it is a thin line."""
    if not part.size:
        return False
    heights = differs(part, ground_of(part), OF_INK).sum(axis=0)
    drawn = sorted((int(heights[start:end].max()), end - start) for start, end in runs(heights > 0, 0))
    others = [height for height, _ in drawn[:-1]]
    return bool(drawn) and drawn[-1][1] <= CARET_COLUMNS and drawn[-1][0] >= TALLER * max(others, default=1)


def _has_changed_at(field: Rect, before: Pixels, now: Pixels) -> bool:
    """Whether anything is different within the field or at its rim, as its focus is shown, and be it a caret."""
    rows = slice(max(0, field.top - RIM), field.bottom + RIM)
    columns = slice(max(0, field.left - RIM), field.right + RIM)
    return compared(before[rows, columns], now[rows, columns]).is_visible


def _is_offered(field: Rect, before: Sight, now: Sight) -> bool:
    """Whether what the field held stands below it now, in a line of its own."""
    held = {fold(one.text) for one in before.written_in(field)}
    below = Rect(field.left, field.bottom, field.right, field.bottom + LIST * (field.bottom - field.top))
    return len(held) == 1 and any(fold(line.text) in held for line in now.written_in(below))


def _has_dropped(field: Rect, before: Pixels, now: Pixels) -> bool:
    """Whether there is something new right below the field, or above it where there is no room below."""
    deep = (field.bottom - field.top) * 3 // 2
    has_room = field.bottom + 2 * deep < now.shape[0]
    top = field.bottom + RIM if has_room else field.top - RIM - deep
    rows, columns = slice(max(0, top), max(0, top + deep)), slice(max(0, field.left), field.right)
    return compared(before[rows, columns], now[rows, columns]).is_more_than_a_caret
