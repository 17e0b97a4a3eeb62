"""A rectangle in a picture's pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from actions.action import Point


class Box(Protocol):
    """Anything with four sides."""

    @property
    def left(self) -> float:
        """First column."""

    @property
    def top(self) -> float:
        """First row."""

    @property
    def right(self) -> float:
        """One past the last column."""

    @property
    def bottom(self) -> float:
        """One past the last row."""


@dataclass(frozen=True)
class Rect:
    """In a picture's pixels; right and bottom are one past it."""

    left: int
    top: int
    right: int
    bottom: int

    def meets(self, box: Box) -> bool:
        """Whether they share a pixel."""
        return box.left < self.right and self.left < box.right and box.top < self.bottom and self.top < box.bottom


def area(rect: Rect) -> int:
    """In pixels."""
    return (rect.right - rect.left) * (rect.bottom - rect.top)


def distance(box: Box, at: Point) -> float:
    """Pixels from the box to a place, across or down, whichever is more; 0 within."""
    return max(box.left - at.x, at.x - box.right, box.top - at.y, at.y - box.bottom, 0)
