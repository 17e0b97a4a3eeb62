"""A place found on the screen, and which of several is meant by where it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from agent.offline.instructions import Area, Relation
from agent.reading.labels import TextBox
from agent.rect import Box, Rect

IN_LINE = 0.4
"""In heights of a label: between left edges, and down to the line below it."""
NEXT_BLOCK = 1.25
"""In steps from a label to its description: the next label is farther than that from it."""


@dataclass(frozen=True)
class Spot:
    """One thing on the screen, in the picture's pixels."""

    point: tuple[float, float]
    """Where a click on it goes."""
    box: Rect
    text: str
    """What was read there; "" where nothing was."""

    @property
    def left(self) -> int:
        """First column."""
        return self.box.left

    @property
    def height(self) -> int:
        """In rows."""
        return self.box.bottom - self.box.top

    @property
    def center(self) -> tuple[float, float]:
        """The middle of its box."""
        return (self.box.left + self.box.right) / 2, (self.box.top + self.box.bottom) / 2


def rect_of(box: Box) -> Rect:
    """The pixels that `box` touches."""
    return Rect(math.floor(box.left), math.floor(box.top), math.ceil(box.right), math.ceil(box.bottom))


def spot_of(box: TextBox) -> Spot:
    """A text is clicked in its middle."""
    return Spot(box.center, rect_of(box), box.text)


def in_area(spot: Spot, area: Area, size: tuple[int, int]) -> bool:
    """Whether its middle is in that half of the picture, and plainly so; a corner is in two halves.

    The middle is the middle third.
    """
    x, y = (value / max(1, side) for value, side in zip(spot.center, size, strict=True))
    if area == "middle":
        return 1 / 3 <= x <= 2 / 3 and 1 / 3 <= y <= 2 / 3
    sides = {"left": x < 0.47, "right": x > 0.53, "top": y < 0.47, "bottom": y > 0.53}
    return all(sides[word] for word in area.split())


def is_inside(point: tuple[float, float], rect: Rect) -> bool:
    """Whether the point is one of the rectangle's."""
    return rect.left <= point[0] < rect.right and rect.top <= point[1] < rect.bottom


def related(spots: Sequence[Spot], relation: Relation, anchor: Rect, texts: Sequence[TextBox] = ()) -> list[Spot]:
    """Those that stand so to the anchor: level with it or in its column, and of these the nearest.

    More than one where two are as near, so that none is plainly meant. `texts` is all that is read.
    """
    others = [spot for spot in spots if spot.box != anchor]
    level = [spot for spot in others if is_level(spot.box, anchor)]
    level = level or [spot for spot in others if _is_in_row(spot.box, anchor, texts)]
    if not level and (block := block_of(anchor, texts)) is not None:
        level = [spot for spot in others if is_level(spot.box, block)]
    match relation:
        case "in":
            return level
        case "next to":
            near = _nearest([(min(_gaps(spot.box, anchor, 0)), spot) for spot in level])
            return near if len(near) == 1 else level
        case "left of":
            return _first([(anchor.left - spot.box.right, spot) for spot in level])
        case "right of":
            return _first([(spot.box.left - anchor.right, spot) for spot in level])
    column = [spot for spot in others if spot.box.left < anchor.right and anchor.left < spot.box.right]
    if relation == "above":
        return _lines(_first([(anchor.top - spot.box.bottom, spot) for spot in column]), column)
    return _lines(_first([(spot.box.top - anchor.bottom, spot) for spot in column]), column)


def is_level(box: Box, other: Box) -> bool:
    """Whether the middle of either is well within the height of the other."""
    off = abs(box.top + box.bottom - other.top - other.bottom) / 2
    return off <= max(3, 0.3 * min(box.bottom - box.top, other.bottom - other.top))


def block_of(box: Box, texts: Sequence[TextBox]) -> Rect | None:
    """A text with the line of its description right below it; None where there is none, or it is a line of a list."""
    height = box.bottom - box.top
    flush = [one for one in texts if abs(one.left - box.left) <= IN_LINE * height and one.top > _middle(box)]
    lines = sorted(flush, key=lambda one: one.top)
    if not lines or lines[0].top - box.bottom > IN_LINE * height:
        return None
    step = _middle(lines[0]) - _middle(box)
    if len(lines) > 1 and _middle(lines[1]) - _middle(lines[0]) < NEXT_BLOCK * step:
        return None
    return rect_of(Rect(int(box.left), int(box.top), int(max(box.right, lines[0].right)), int(lines[0].bottom)))


def _middle(box: Box) -> float:
    return (box.top + box.bottom) / 2


def overlap(box: Box, other: Box) -> float:
    """How many rows are in both."""
    return max(0, min(box.bottom, other.bottom) - max(box.top, other.top))


def _is_in_row(box: Rect, anchor: Rect, texts: Sequence[TextBox]) -> bool:
    """Whether it stands beside the anchor, if not level with it, and beside no other text of the anchor's column."""
    if not texts or 2 * overlap(box, anchor) < min(box.bottom - box.top, anchor.bottom - anchor.top):
        return False
    column = (one for one in texts if one.left < anchor.right and anchor.left < one.right)
    return not any(overlap(one, box) > 0 for one in column if rect_of(one) not in (anchor, box))


def _gaps(box: Rect, anchor: Rect, least: int) -> list[float]:
    """The blank on either side that is there."""
    return [max(least, gap) for gap in (anchor.left - box.right, box.left - anchor.right) if gap > -6] or [math.inf]


def _first(measured: Sequence[tuple[float, Spot]]) -> list[Spot]:
    """The nearest of those on that side; an overlap of a few pixels is a box's air."""
    ahead = [(gap, spot) for gap, spot in measured if gap > -6]
    least = min((gap for gap, _ in ahead), default=0)
    return [spot for gap, spot in ahead if gap <= least + 2]


def _nearest(measured: Sequence[tuple[float, Spot]]) -> list[Spot]:
    """The one that is less than half as far as any other, or all."""
    order = sorted(measured, key=lambda pair: pair[0])
    if len(order) > 1 and 2 * max(order[0][0], 4) > order[1][0]:
        return [spot for _, spot in order]
    return [spot for _, spot in order[:1]]


def _lines(nearest: list[Spot], column: Sequence[Spot]) -> list[Spot]:
    """The nearest, and all that stand level with it in the column: which of them is meant is not said."""
    return [spot for spot in column if any(spot is one or is_level(spot.box, one.box) for one in nearest)]
