"""Checkboxes and radio buttons in a picture: where they stand and whether they are on."""

from __future__ import annotations

from dataclasses import dataclass

from agent.rect import Rect


@dataclass(frozen=True)
class TickBox:
    """A checkbox or radio button, in the picture's pixels."""

    point: tuple[float, float]
    """Where a click switches it."""
    box: Rect
    on: bool
