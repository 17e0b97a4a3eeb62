"""Where a target is on the screen: one place, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.offline.dimmed import dimmed
from agent.offline.groups import (
    dialog_of,
    frame_of,
    group_of,
    is_in_other_card,
    is_in_other_table,
    window_of,
    without_border,
)
from agent.offline.instructions import Relation, Target
from agent.offline.keypads import on_keypad
from agent.offline.spot import Spot, in_area, is_inside, rect_of, related, spot_of
from agent.offline.tables import cell
from agent.offline.things import may_be_part_of, things, tick_spot, ticks, told_by_role, without_dialog_title
from agent.offline.ticks import TickBox
from agent.offline.torn import torn_label
from agent.offline.unresolved import (
    Unresolved,
    ambiguous,
    described,
    elsewhere,
    missing,
    plain,
    too_few,
    uncounted,
)
from agent.reading.labels import TextBox, find, in_reading_order
from agent.reading.signs import signs
from agent.rect import Box, Rect

if TYPE_CHECKING:
    from agent.reading.blocks import Pixels

__all__ = [
    "Spot",
    "TickBox",
    "Unresolved",
    "field_point",
    "label_box",
    "locate",
    "tick_box",
]


FLUSH = 4
"""Pixels between the beginnings of texts in one column."""
NEAR = 1.5
"""In heights of the anchor: how far above or below it something without a label may be."""


def locate(target: Target, pixels: Pixels, texts: Sequence[TextBox], *, within: Rect | None = None) -> Spot:
    """The one place that the target means in a picture of shape (height, width, 3). Raises `Unresolved`.

    `texts` is all that is read on it; `within` leaves out what has its middle elsewhere.
    """
    size = (pixels.shape[1], pixels.shape[0])
    clear = _within_reach(texts, pixels)
    target = _as_it_is_there(_by_its_label(target), clear)
    found, texts = _things(target, pixels, clear, texts), clear
    inside = [spot for spot in found if within is None or is_inside(spot.center, within)]
    if not inside:
        raise missing(target, [box.text for box in texts if within and is_inside(box.center, within)])
    narrowed = in_reading_order(_narrowed(target, inside, pixels, texts))
    if not narrowed:
        raise elsewhere(target, inside, size)
    if target.ordinal is None:
        told = without_dialog_title(target, told_by_role(target, narrowed, pixels, texts), pixels, texts)
        told = on_keypad(told, texts) if signs(target.names) else told
        if len(told) > 1:
            raise ambiguous(target, told, size)
        if other := may_be_part_of(target, told[0], pixels, texts):
            raise ambiguous(target, [told[0], other], size)
        return told[0]
    if torn := torn_label(target.names, [box for box in texts if not any(is_inside(box.center, s.box) for s in found)]):
        raise uncounted(target, torn)
    if target.ordinal > len(narrowed):
        raise too_few(target, narrowed, size)
    return narrowed[target.ordinal - 1 if target.ordinal > 0 else -1]


def _within_reach(texts: Sequence[TextBox], pixels: Pixels) -> Sequence[TextBox]:
    """Those that are not behind a dialog."""
    behind = dimmed(pixels)
    return texts if behind is None else [box for box in texts if not behind.hides(box)]


def _things(target: Target, pixels: Pixels, clear: Sequence[TextBox], texts: Sequence[TextBox]) -> list[Spot]:
    """All that the target may be among the clear ones of the texts; at least one, or `Unresolved`."""
    try:
        return things(target, pixels, clear)
    except Unresolved as why:
        if len(clear) == len(texts) or not find(target.names, texts).boxes:
            raise
        english, chinese = described(target)
        raise Unresolved(
            f"{english} is behind the dialog that is open: say first what to do with that",
            f"{chinese}在已打开的对话框后面：请先说明如何处理对话框",
        ) from why


def tick_box(target: Target, pixels: Pixels, texts: Sequence[TextBox]) -> TickBox:
    """The one checkbox, radio button or switch that the target means, and whether it is on. Raises `Unresolved`."""
    as_tick = target if target.role in ("checkbox", "radio") else replace(target, role="checkbox")
    as_tick = _by_its_label(as_tick)
    spot = locate(as_tick, pixels, texts)
    texts = _within_reach(texts, pixels)
    tick = next(tick for tick, text in ticks(as_tick, pixels, texts) if tick_spot(tick, text) == spot)
    if tick.on is None:
        english, chinese = described(target)
        raise Unresolved(f"whether {english} is on cannot be told from its looks", f"从外观上看不出{chinese}是否选中")
    return TickBox(spot.point, spot.box, tick.on, slides=tick.kind == "switch")


def field_point(target: Target, pixels: Pixels, texts: Sequence[TextBox]) -> tuple[float, float]:
    """The middle of the one text field that the target's label belongs to, in pixels. Raises `Unresolved`."""
    return locate(replace(target, role="field"), pixels, texts).point


def label_box(target: Target, texts: Sequence[TextBox]) -> TextBox:
    """The one text that the target's label means, whatever its place. Raises `Unresolved`."""
    matches = find(target.names, texts)
    if not matches.boxes:
        raise missing(target, matches.nearest)
    if len(matches.boxes) > 1:
        raise ambiguous(Target(target.names), matches.boxes)
    return matches.boxes[0]


def _by_its_label(target: Target) -> Target:
    """A checkbox "next to" a text is the one that has it for its label, not the nearest that was found."""
    anchor = target.anchor
    beside = target.relation in ("next to", "left of", "right of")
    if target.role not in ("checkbox", "radio") or target.names or not beside or anchor is None or anchor.role:
        return target
    return replace(anchor, role=target.role, ordinal=target.ordinal or anchor.ordinal, area=target.area or anchor.area)


def _as_it_is_there(target: Target, texts: Sequence[TextBox]) -> Target:
    """ "The last view": the label "Last view" where that alone is there, else the last of several "view"."""
    if not target.whole or not find(target.whole, texts).boxes:
        return target
    if find(target.names, texts).boxes:
        whole, name = target.whole[-1], plain(target)
        raise Unresolved(
            f'"{whole}" is on the screen, and "{name}" as well: put the label in quotation marks',
            f"屏幕上既有“{whole}”，也有“{name}”：请把文字放在引号里",
            is_ambiguous=True,
        )
    return replace(target, names=target.whole, ordinal=None, whole=())


def _narrowed(target: Target, spots: Sequence[Spot], pixels: Pixels, texts: Sequence[TextBox]) -> list[Spot]:
    """Those in the target's area, and in its relation to its anchor."""
    size = (pixels.shape[1], pixels.shape[0])
    found = [spot for spot in spots if target.area is None or in_area(spot, target.area, size)]
    if target.relation is None or target.anchor is None:
        return found
    anchor = _anchor(target.anchor, target.relation, pixels, texts)
    standing = related(found, target.relation, anchor, texts)
    if target.relation not in ("above", "below"):
        standing = [one for one in standing if not is_in_other_card(one.box, anchor, pixels)]
    if target.relation in ("in", "next to"):
        standing = [one for one in standing if not is_in_other_table(one.box, anchor, pixels)]
    if not target.names and target.relation in ("above", "below"):
        # The nearest that is recognised may not be the nearest that is there.
        reach = NEAR * (anchor.bottom - anchor.top)
        standing = [one for one in standing if max(one.box.top - anchor.bottom, anchor.top - one.box.bottom) <= reach]
    if target.role == "field" and target.relation in ("above", "below"):
        labels = find(target.names, texts).boxes
        standing = [one for one in standing if not any(_is_passed(label, anchor, one.box) for label in labels)]
    grouped = _in_group(target.relation, found, standing, anchor, pixels, texts)
    is_no_head = target.role in ("field", "list", "checkbox", "radio", "button", "link")
    if grouped or is_no_head or target.relation != "in" or not target.names:
        return grouped
    cells = [cell(spot.box, anchor, pixels, texts) for spot in found]
    return [spot_of(box) for box in cells if box is not None]


def _is_passed(label: Box, anchor: Rect, field: Rect) -> bool:
    """Whether a label stands between the anchor and a field, and is not that field's: its own was not found."""
    own = NEAR * (field.bottom - field.top)
    return anchor.bottom <= label.top < field.top - own or field.bottom + own < label.bottom <= anchor.top


def _anchor(anchor: Target, relation: Relation, pixels: Pixels, texts: Sequence[TextBox]) -> Rect:
    """Where the anchor is; the border that a frame's title stands in may have been read with it."""
    if relation == "in" and (title := _title_of_dialog(anchor, pixels, texts)):
        return title
    try:
        return locate(anchor, pixels, texts).box
    except Unresolved as why:
        if relation == "in" and why.is_ambiguous and (title := _title_of_window(anchor, pixels, texts)):
            return title
        bare = [without_border(box) for box in texts]
        if why.is_ambiguous or relation not in ("in", "below") or bare == list(texts):
            raise
        title = locate(anchor, pixels, bare).box
        if frame_of(title, pixels, texts) is None:
            raise
        return title


def _title_of_dialog(anchor: Target, pixels: Pixels, texts: Sequence[TextBox]) -> Rect | None:
    """Of several texts with that label the only one that is the title of the dialog in front."""
    texts_alike = find(anchor.names, texts).boxes if anchor.role is None and anchor.names else ()
    titles = [rect_of(box) for box in texts_alike if dialog_of(rect_of(box), pixels)]
    return titles[0] if len(titles) == 1 < len(texts_alike) else None


def _title_of_window(anchor: Target, pixels: Pixels, texts: Sequence[TextBox]) -> Rect | None:
    """Of several texts with that label the only one that is a window's title."""
    titles = [rect_of(box) for box in find(anchor.names, texts).boxes]
    found = [title for title in titles if window_of(title, pixels) is not None]
    if len(found) != 1:
        return None
    # What stands in one column is in a table, whose first row may look like that.
    is_in_column = any(one != found[0] and abs(one.left - found[0].left) <= FLUSH for one in titles)
    return None if is_in_column else found[0]


def _in_group(
    relation: Relation,
    spots: Sequence[Spot],
    standing: list[Spot],
    title: Rect,
    pixels: Pixels,
    texts: Sequence[TextBox],
) -> list[Spot]:
    """Those that stand so to the text, or in the group that it is the title of."""
    if relation not in ("in", "below") or (relation == "in" and standing):
        return standing
    group = group_of(title, pixels, texts) if relation == "in" or not standing else frame_of(title, pixels, texts)
    middle = ((title.left + title.right) / 2, (title.top + title.bottom) / 2)
    # A field around a text is neither in its group nor below it, but its own.
    others = [spot for spot in spots if spot.box != title and not is_inside(middle, spot.box)]
    inside = [spot for spot in others if group and is_inside(spot.center, group)]
    return [spot for spot in standing if spot in inside] or inside or standing
