"""What of the screen moves by itself, told to a model in a sentence; the offline model reads it again."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from actions.action import Size

MOVES = "Some of the screen moves by itself."
MAX_PLACES = 12
"""Of more it is not said where: a film, or a page that is all in motion."""
NEAR = 24
"""Capture pixels: what is no farther apart is told as one."""
_TOLD = re.compile(rf"{re.escape(MOVES)}(?: It is within ((?:\[[\d, ]+\](?:, )?)+)\.)?")
_PLACE = re.compile(r"\[(\d+), (\d+), (\d+), (\d+)\]")

Box = tuple[int, int, int, int]
"""Left, top, right, bottom, where it is not said otherwise."""


def told(areas: Sequence[Box], size: Size, space: Size) -> str:
    """The sentence. `areas` are left, top, width, height in a capture of `size`; what is told is left, top, right,
    bottom in the model's `space`."""
    boxes = _joined([(left, top, left + width, top + height) for left, top, width, height in areas])
    if not 0 < len(boxes) <= MAX_PLACES:
        return MOVES
    across, down = space.width / size.width, space.height / size.height
    places = ", ".join(
        f"[{int(left * across)}, {int(top * down)}, {math.ceil(right * across)}, {math.ceil(bottom * down)}]"
        for left, top, right, bottom in boxes
    )
    return f"{MOVES} It is within {places}."


def without(text: str) -> str:
    """The text without such a sentence."""
    return _TOLD.sub("", text)


def places(text: str) -> tuple[Box, ...]:
    """Left, top, right, bottom of what is told to move, in the model's space."""
    return tuple(
        (int(one[1]), int(one[2]), int(one[3]), int(one[4]))
        for match in _TOLD.finditer(text)
        for one in _PLACE.finditer(match[1] or "")
    )


def _joined(boxes: list[Box]) -> list[Box]:
    """Boxes around those that are near to each other."""
    found: list[Box] = []
    for box in boxes:
        near = [one for one in found if _are_near(one, box)]
        found = [one for one in found if one not in near]
        group = [*near, box]
        lefts, tops, rights, bottoms = zip(*group, strict=True)
        found.append((min(lefts), min(tops), max(rights), max(bottoms)))
    return found if len(found) == len(boxes) else _joined(found)


def _are_near(a: Box, b: Box) -> bool:
    return a[0] - NEAR <= b[2] and b[0] - NEAR <= a[2] and a[1] - NEAR <= b[3] and b[1] - NEAR <= a[3]
