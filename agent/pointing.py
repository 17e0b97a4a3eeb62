"""Where a target is on the screen: one place, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.fields import find_field
from agent.instructions import Target
from agent.labels import TextBox, after_label, beside, find, rows

if TYPE_CHECKING:
    from agent.ocr import Pixels

MAX_PLACES = 8


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


def read_beside(target: Target, texts: Sequence[TextBox]) -> str:
    """The text that belongs to the label. Raises `Unresolved`."""
    values = list(after_label(target.names, texts))
    matches = find(target.names, texts)
    values += [value for box in matches.boxes if (value := beside(box, texts)) is not None]
    if len(values) > 1:
        raise Unresolved(f"{target} has {len(values)} texts beside it: {_quoted(values)}", is_ambiguous=True)
    if not values and matches.boxes:
        raise Unresolved(f"there is no text right of {target} or below it")
    if not values:
        raise _missing(target, matches.nearest)
    return values[0]


def whole_text(texts: Sequence[TextBox]) -> str:
    """All that is written on the screen, line by line."""
    return "\n".join(" ".join(box.text for box in row) for row in rows(texts))


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
    return ", ".join(f'"{text[:60]}"' for text in texts[:MAX_PLACES])
