"""What a target names, wherever it stands on the screen: by its label, by what it is, or by both."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.offline.dropdowns import far_dropdown, find_dropdown
from agent.offline.fields import far_field, find_field
from agent.offline.groups import dialog_of
from agent.offline.instructions import Target
from agent.offline.plates import button_around, is_cell, is_in_window, is_plain, looks_like_link
from agent.offline.rectangles import Field
from agent.offline.spot import Spot, rect_of, spot_of
from agent.offline.tables import column_fields
from agent.offline.tick_owners import owners
from agent.offline.ticks import Tick, all_ticks
from agent.offline.toggles import toggle_of
from agent.offline.underlined import underlined_field
from agent.offline.unresolved import Unresolved, described, missing, plain, untold_switch
from agent.reading.labels import TextBox, edit_distance, find, fold, shows

if TYPE_CHECKING:
    from agent.reading.blocks import Pixels

_READ_AS_BOX = re.compile(r"^[oO0DC口回日図图因□■○●•⊠⊡☐☑☒✅✔×xVvM✓√]\s*(?=\S)")
_SIGN_BEHIND, _LETTER_BEHIND = re.compile(r"(?<=\w)\s*[□■○●☐☑☒✅✔]$"), re.compile(r"(?<=\w)\s+[oO0口回]$")
"""What a checkbox or radio button before a text may be read as, and behind it."""
SURE = 0.95
"""A text with a lower score may be another one, misread."""


def things(target: Target, pixels: Pixels, texts: Sequence[TextBox]) -> list[Spot]:
    """All that has the target's label and role; at least one, or `Unresolved`."""
    match target.role:
        case "checkbox" | "radio":
            return [tick_spot(tick, text) for tick, text in ticks(target, pixels, texts)]
        case "field" | "list":
            return _fields(target, pixels, texts)
    if target.names:
        return [spot_of(box) for box in _labels(target, texts)]
    if target.role == "button":
        return _buttons(target, pixels, texts)
    raise no_such(target)


def ticks(target: Target, pixels: Pixels, texts: Sequence[TextBox]) -> list[tuple[Tick, TextBox | None]]:
    """The checkboxes and radio buttons whose text is the target's label, or all of them; at least one."""
    if not target.names:
        near = all_ticks(pixels, texts)
        owned = {tick.box: text for tick, text in owners(pixels, near)}
        every = [(tick, owned.get(tick.box)) for tick in near if tick.kind == target.role]
        if not every:
            raise no_such(target)
        return every
    texts = [_unboxed(box, target.names) for box in texts]
    labels = _labels(target, texts)
    parts = [box for label in labels for box in texts if label.holds(box)]
    level = [box for box in texts if any(abs(box.center[1] - part.center[1]) < 2 * part.height for part in parts)]
    found: list[tuple[Tick, TextBox | None]] = [
        (tick, text) for tick, text in owners(pixels, all_ticks(pixels, level)) if text in parts
    ]
    if not found and target.role == "checkbox":
        found = list(_switches(target, labels, pixels, texts))
    if not found:
        raise Unresolved(
            f"there is no checkbox or radio button that plainly belongs to {target}",
            f"没有明显属于“{plain(target)}”的复选框或单选按钮",
        )
    return found


def _switches(
    target: Target, labels: Sequence[TextBox], pixels: Pixels, texts: Sequence[TextBox]
) -> Iterator[tuple[Tick, TextBox | None]]:
    """The sliding switches of the labels. Raises `Unresolved` for one that is not plainly on or off."""
    for label in labels:
        if (toggle := toggle_of(pixels, label, texts)) is not None:
            if toggle.on is None:
                raise untold_switch(target)
            yield Tick(toggle.box, "switch", toggle.on, None, label, 0, 0), label


def tick_spot(tick: Tick, text: TextBox | None) -> Spot:
    """Where a tick is clicked: on itself, since not every program lets its text be."""
    return Spot(tick.center, tick.box, text.text if text else "")


def told_by_role(target: Target, spots: Sequence[Spot], pixels: Pixels, texts: Sequence[TextBox]) -> list[Spot]:
    """Of several texts with one label the one that is plainly drawn as what the target's role says, or all."""
    if target.role not in ("button", "link") or len(spots) < 2 or not target.names:
        return list(spots)
    boxes = [box for spot in spots for box in _labels(target, texts) if spot_of(box) == spot]
    drawn = [button_around(pixels, box, texts) is not None for box in boxes]
    if target.role == "button":
        apart = [box for box, is_button in zip(boxes, drawn, strict=True) if not is_button]
        others = [is_plain(pixels, box) or is_in_window(pixels, box) for box in apart]
        chosen = drawn
    else:
        chosen = [not is_button and looks_like_link(pixels, box) for box, is_button in zip(boxes, drawn, strict=True)]
        others = [True]
    if chosen.count(True) == 1 and all(others):
        return [spots[chosen.index(True)]]
    return list(spots)


def without_dialog_title(target: Target, spots: Sequence[Spot], pixels: Pixels, texts: Sequence[TextBox]) -> list[Spot]:
    """Of the title of the dialog in front, and the one button in it that says the same, the button."""
    if target.role not in (None, "button") or len(spots) < 2 or not target.names:
        return list(spots)
    others = [spot for spot in spots if dialog_of(spot.box, pixels) is None]
    boxes = [box for box in _labels(target, texts) if spot_of(box) in others]
    is_one = len(others) == 1 == len(boxes) and button_around(pixels, boxes[0], texts) is not None
    return others if is_one else list(spots)


def may_be_part_of(target: Target, spot: Spot, pixels: Pixels, texts: Sequence[TextBox]) -> TextBox | None:
    """Another text that may be the button that is meant, where the one found is not drawn as one.

    A longer text with the label in it; or the label misread, in a text that the reader is not sure of.
    """
    if target.role != "button" or not target.names:
        return None
    box = next((box for box in _labels(target, texts) if spot_of(box) == spot), None)
    if box is None or button_around(pixels, box, texts):
        return None
    others = [other for other in texts if fold(other.text) != fold(box.text) and not box.holds(other)]
    misread = next((other for other in others if other.score < SURE and _is_nearly(box, other)), None)
    if misread or not is_plain(pixels, box):
        return misread
    return next((other for other in others if shows(box.text, [other])), None)


def _is_nearly(box: TextBox, other: TextBox) -> bool:
    """Whether the texts differ in so few letters that one may be the other misread."""
    wanted = fold(box.text)
    limit = 1 + len(wanted) // 5
    return len(wanted) > 2 and edit_distance(wanted, fold(other.text), limit) <= limit


def no_such(target: Target) -> Unresolved:
    """Nothing can be told to be what the target says."""
    english, chinese = described(target)
    return Unresolved(f"{english} cannot be told from its looks", f"从外观上认不出{chinese}")


def _labels(target: Target, texts: Sequence[TextBox]) -> tuple[TextBox, ...]:
    matches = find(target.names, texts)
    if not matches.boxes:
        raise missing(target, matches.nearest)
    return matches.boxes


def _fields(target: Target, pixels: Pixels, texts: Sequence[TextBox]) -> list[Spot]:
    labels = _labels(target, texts) if target.names else texts
    found: dict[Field, Spot] = {}
    for label in labels:
        spot = _field_spot(target, pixels, label, texts)
        if spot is not None:
            found.setdefault(spot[0], spot[1])
    if len(found) > 1:
        # The head of a column holds its label as a field may.
        heads = [field for field in found if any(map(field.holds, labels)) and is_cell(pixels, field)]
        found = {field: spot for field, spot in found.items() if field not in heads} or found
    if found and target.role == "list" and target.names:
        # The box of another label with this name may be a list whose arrow was not recognised.
        boxes = {field: label for label in labels if (field := find_field(pixels, label, texts))}
        found.update({field: _spot_in(field, label) for field, label in boxes.items() if field not in found})
    if not found and target.names and target.role == "field":
        far = {
            field: _spot_in(field, label)
            for label in labels
            if (field := far_field(pixels, label, texts)) and far_dropdown(pixels, label, texts) is None
        }
        found.update(far)
    if not found and target.names and target.role == "field":
        lined = {field: _spot_in(field, label) for label in labels if (field := underlined_field(pixels, label, texts))}
        found.update(lined)
    if not found and target.names and target.role == "field" and target.relation == "in":
        columns = ((field, label) for label in labels for field in column_fields(label, pixels, texts))
        found.update({field: _spot_in(field, label) for field, label in columns})
    if found:
        return list(found.values())
    if not target.names:
        raise no_such(target)
    what, what_zh = ("drop-down list", "下拉列表") if target.role == "list" else ("text field", "输入框")
    raise Unresolved(
        f"there is no {what} right of {target}, below it or around it",
        f"“{plain(target)}”的右边、下面和周围都没有{what_zh}",
    )


def _field_spot(target: Target, pixels: Pixels, label: TextBox, texts: Sequence[TextBox]) -> tuple[Field, Spot] | None:
    if target.role == "list":
        dropdown = find_dropdown(pixels, label, texts) or far_dropdown(pixels, label, texts)
        if dropdown is None or (dropdown[0].holds(label) and is_cell(pixels, dropdown[0])):
            return None  # the arrow in the head of a column says how it is sorted
        field, arrow = dropdown
        return field, Spot(((arrow.left + arrow.right) / 2, (arrow.top + arrow.bottom) / 2), rect_of(field), label.text)
    one = find_field(pixels, label, texts)
    return None if one is None else (one, _spot_in(one, label))


def _spot_in(field: Field, label: TextBox) -> Spot:
    return Spot(field.center, rect_of(field), label.text)


def _buttons(target: Target, pixels: Pixels, texts: Sequence[TextBox]) -> list[Spot]:
    found = {}
    for box in texts:
        plate = button_around(pixels, box, texts) if box.text else None
        if plate is not None and not is_cell(pixels, plate):
            found[plate] = Spot(plate.center, rect_of(plate), box.text)
    if not found:
        raise no_such(target)
    return list(found.values())


def _unboxed(box: TextBox, names: Sequence[str]) -> TextBox:
    """The text without the tick before or behind it that was read with it: as a sign, or as a letter, where only so it
    is the label."""
    if (rest := _SIGN_BEHIND.sub("", box.text)) != box.text:
        return replace(box, text=rest, width=box.width - min(1.2 * box.height, box.width / 2))
    keys = {fold(name) for name in names}
    if fold(box.text) in keys:
        return box
    shift = min(box.height / 2, box.width / 4)
    if fold(rest := _READ_AS_BOX.sub("", box.text)) in keys:
        return replace(box, text=rest, left=box.left + shift, width=box.width - shift)
    if fold(rest := _LETTER_BEHIND.sub("", box.text)) in keys:
        return replace(box, text=rest, width=box.width - shift)
    return box
