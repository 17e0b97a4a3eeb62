"""What an action opened in front of the rest, a window or a list: of several of one name the one in it is meant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from agent.offline.changes import RING
from agent.offline.differences import differing, has_edges, parts_of
from agent.offline.spot import is_inside
from agent.rect import Rect, area

if TYPE_CHECKING:
    from agent.reading.blocks import Pixels

LEAST_WIDTH, LEAST_HEIGHT = 0.05, 0.05
"""Of the picture: what is smaller is a tip or a notice."""
LARGEST_LIST = 0.2
"""The same: what is larger is a page, on which much may be faint."""


def opened(older: Iterable[Pixels], now: Pixels) -> Rect | None:
    """The latest that is there now and was not on one of the older pictures, latest first, on which something was done.

    None where none is seen, or several have come at once.
    """
    for before in older:
        if before.shape != now.shape:
            continue
        changed = parts_of(differing(before, now), 2 * RING / now.shape[1])
        found = [box for box in changed if _is_large(box, now) and has_come(box, before, now)]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def list_around(older: Iterable[Pixels], now: Pixels, at: tuple[float, float]) -> Rect | None:
    """The part of the latest change that holds a place, where that is no larger than a list which drops down."""
    for before in older:
        if before.shape != now.shape:
            continue
        changed = parts_of(differing(before, now), 2 * RING / now.shape[1])
        held = next((box for box in changed if is_inside(at, box)), None)
        if held is not None:
            return held if area(held) <= LARGEST_LIST * now.shape[0] * now.shape[1] else None
    return None


def has_gone(before: Pixels, now: Pixels, at: tuple[float, float]) -> bool:
    """Whether the window that held a place is there no longer."""
    if before.shape != now.shape:
        return False
    changed = parts_of(differing(before, now), 2 * RING / now.shape[1])
    held = next((box for box in changed if is_inside(at, box)), None)
    return held is not None and _is_large(held, now) and has_come(held, now, before)


def _is_large(box: Rect, now: Pixels) -> bool:
    height, width = now.shape[:2]
    return bool(box.right - box.left >= LEAST_WIDTH * width and box.bottom - box.top >= LEAST_HEIGHT * height)


def has_come(box: Rect, before: Pixels, now: Pixels) -> bool:
    """Whether it has its edges now, and had them not: the part of a page that shows something else has them always."""
    # The first row of it may look as what was there.
    return has_edges(now, box, slack=1) and not has_edges(before, box)
