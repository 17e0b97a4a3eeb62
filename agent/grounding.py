"""From the model's words to the desk: an action in model space becomes one in input points and notches."""

from __future__ import annotations

from typing import Literal

from actions.action import (
    Action,
    GroundedAction,
    HScroll,
    LeftClickDrag,
    Point,
    Scroll,
    Size,
)
from agent.geometry import Viewport

MAX_NOTCHES = 50
PIXELS_A_NOTCH = 100


def ground(
    action: Action,
    viewport: Viewport,
    space: Size,
    scroll_unit: Literal["notches", "magnitude"],
) -> GroundedAction:
    """`action` with its places in input points of the whole desktop and its scroll in notches."""

    def place(coordinate: tuple[float, float] | None) -> Point | None:
        return None if coordinate is None else viewport.to_point(coordinate, space)

    point = place(getattr(action, "coordinate", None))
    if isinstance(action, LeftClickDrag):
        return GroundedAction(action, point, start=place(action.start))
    if isinstance(action, Scroll | HScroll):
        return GroundedAction(action, point, notches=notches(action.pixels, scroll_unit))
    return GroundedAction(action, point)


def notches(pixels: float, unit: Literal["notches", "magnitude"]) -> int:
    """Wheel notches for a scroll of `pixels`, at least one and at most `MAX_NOTCHES` either way.

    Models write notches or screen units; in the "magnitude" unit the size tells them apart: below 100 it is
    notches, from 100 on hundredths (measured by cua-lite on Qwen3-VL). Zero is refused by the parser.
    """
    amount = _amount(pixels, unit)
    whole = max(1, round(amount)) if amount < MAX_NOTCHES else MAX_NOTCHES
    return whole if pixels > 0 else -whole


def cut_scroll(action: Action, unit: Literal["notches", "magnitude"]) -> str | None:
    """What the model is told about a scroll that was cut; None where it was not."""
    if not isinstance(action, Scroll | HScroll) or round(_amount(action.pixels, unit)) <= MAX_NOTCHES:
        return None
    return f"The scroll was cut to {MAX_NOTCHES} notches, the most there is."


def _amount(pixels: float, unit: Literal["notches", "magnitude"]) -> float:
    """Notches, either way, before they are made whole."""
    return abs(pixels) / (PIXELS_A_NOTCH if unit == "magnitude" and abs(pixels) >= PIXELS_A_NOTCH else 1)
