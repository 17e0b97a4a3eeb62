"""Where a target is on the screen: one place, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.offline.fields import Field, find_field, inked_runs
from agent.offline.instructions import Target
from agent.offline.sentences import cut
from agent.reading.labels import TextBox, after_label, ends_as_label, find, rows

if TYPE_CHECKING:
    from agent.reading.ocr import Pixels

MAX_PLACES = 5
MAX_QUOTED = 40
# In heights of the label's text.
CLEAR_RIGHT = 8.0
"""A label with something on its right within this has its value there, read or not, and not below."""
MAX_GAP_BELOW = 1.2
NEXT_LINE = 2.5
"""How far the line above or below may be and still be one of a list with the label."""


class Unresolved(Exception):  # noqa: N818 (an outcome, told to the person)
    """No single place; the message says what was seen instead."""

    def __init__(self, reason: str, *, is_ambiguous: bool = False) -> None:
        self.is_ambiguous = is_ambiguous
        super().__init__(reason)


def label_box(target: Target, texts: Sequence[TextBox]) -> TextBox:
    """The one text that the target's label means. Raises `Unresolved`."""
    boxes = _boxes(target, texts)
    if len(boxes) > 1:
        raise _ambiguous(f"{target} is on the screen {len(boxes)} times", [box.center for box in boxes])
    return boxes[0]


def field_point(target: Target, pixels: Pixels, texts: Sequence[TextBox]) -> tuple[float, float]:
    """The middle of the one text field that the label belongs to, in pixels. Raises `Unresolved`."""
    found = {find_field(pixels, box, texts) for box in _boxes(target, texts)} - {None}
    places = sorted(field.center for field in found if field is not None)
    if not places:
        raise Unresolved(f"there is no text field right of {target}, below it or around it")
    if len(places) > 1:
        raise _ambiguous(f"{target} names {len(places)} text fields", places)
    return places[0]


def read_beside(target: Target, pixels: Pixels, texts: Sequence[TextBox]) -> str:
    """The text that plainly belongs to the label: in its field, on its right or below it. Raises `Unresolved`."""
    values = list(after_label(target.names, texts))
    matches = find(target.names, texts)
    for box in matches.boxes:
        value = _value(box, pixels, texts)
        if value == "":
            raise Unresolved(f"the field of {target} is empty")
        values += [value] if value is not None else []
    if len(values) > 1:
        raise Unresolved(f"{target} has {len(values)} texts beside it: {_quoted(values)}", is_ambiguous=True)
    if not values and matches.boxes:
        raise Unresolved(f"there is no text that plainly belongs to {target}, in its field, right of it or below it")
    if not values:
        raise _missing(target, matches.nearest)
    return values[0]


def _value(label: TextBox, pixels: Pixels, texts: Sequence[TextBox]) -> str | None:
    """What belongs to `label`; "" for an empty field, None where nothing does or it is in doubt."""
    right = _right_of(label, pixels, texts)
    field = _own_field(label, pixels, texts)
    if field is None:
        return _joined(right) if right else _below(label, pixels, texts)
    inside = [box for box in texts if field.holds(box)]
    if right and field.top >= label.bottom - 4:
        # A field below, and a text on the right that names no field of its own: either may be meant.
        return None
    return whole_text(inside)


def _own_field(label: TextBox, pixels: Pixels, texts: Sequence[TextBox]) -> Field | None:
    """The field right of the label or below it; a rectangle around it may as well be a table's cell."""
    field = find_field(pixels, label, texts)
    return None if field is None or field.holds(label) else field


def _right_of(label: TextBox, pixels: Pixels, texts: Sequence[TextBox]) -> list[TextBox]:
    """The texts on the label's line up to the next label, or to where more than a cell's border stands between."""
    found: list[TextBox] = []
    for box in _line_right(label, texts):
        before = found[-1] if found else label
        if inked_runs(pixels, before, box.left - 3, texts) > 1 or _is_label(box, pixels, texts):
            break
        found.append(box)
    return found if any(c.isalnum() for box in found for c in box.text) else []


def _line_right(label: TextBox, texts: Sequence[TextBox]) -> list[TextBox]:
    level = (box for box in texts if abs(box.center[1] - label.center[1]) < 0.6 * label.height)
    return sorted((box for box in level if box.left >= label.right - 0.3 * label.height), key=lambda box: box.left)


def _is_label(box: TextBox, pixels: Pixels, texts: Sequence[TextBox]) -> bool:
    return ends_as_label(box.text) or _own_field(box, pixels, texts) is not None


def _below(label: TextBox, pixels: Pixels, texts: Sequence[TextBox]) -> str | None:
    """The one text right below the label, nearer to it than the lines around, so that they are no list of equals."""
    height = label.height
    if inked_runs(pixels, label, label.right + CLEAR_RIGHT * height, texts):
        return None
    column = [box for box in texts if box is not label and box.left < label.right and label.left < box.right]
    lower = sorted((box for box in column if box.top > label.center[1]), key=lambda box: box.top)
    if not lower or (gap := lower[0].top - label.bottom) > MAX_GAP_BELOW * height:
        return None
    value = lower[0]
    others = [label.top - box.bottom for box in column if box.center[1] < label.top]
    others += [box.top - value.bottom for box in lower[1:]]
    if any(-0.5 * height < other < min(NEXT_LINE * height, 1.5 * max(gap, 2) + 2) for other in others):
        return None
    stands = abs(value.left - label.left) < height or abs(value.center[0] - label.center[0]) < 0.5 * height
    if not stands or _is_label(value, pixels, texts) or _right_of(value, pixels, texts):
        return None
    return value.text if inked_runs(pixels, value, value.right + CLEAR_RIGHT * height, texts) == 0 else None


def _joined(line: Sequence[TextBox]) -> str:
    return " ".join(box.text for box in line)


def whole_text(texts: Sequence[TextBox]) -> str:
    """All that is written on the screen, line by line."""
    return "\n".join(_joined(row) for row in rows(texts))


def _boxes(target: Target, texts: Sequence[TextBox]) -> tuple[TextBox, ...]:
    matches = find(target.names, texts)
    if not matches.boxes:
        raise _missing(target, matches.nearest)
    return matches.boxes


def _missing(target: Target, nearest: Sequence[str]) -> Unresolved:
    seen = f"; the nearest texts are {_quoted(nearest)}" if nearest else ""
    return Unresolved(f"there is no text {target} on the screen{seen}")


def _ambiguous(reason: str, places: Sequence[tuple[float, float]]) -> Unresolved:
    shown = ", ".join(f"{x:.0f},{y:.0f}" for x, y in places[:MAX_PLACES])
    return Unresolved(f"{reason}, at the pixels {shown}: say which by another label", is_ambiguous=True)


def _quoted(texts: Sequence[str]) -> str:
    return ", ".join(f'"{cut(text, MAX_QUOTED)}"' for text in texts[:MAX_PLACES])
