"""What ink is shaped like: squares, boxes, rings and diamonds, as the marks beside labels are; and letters are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.rect import Rect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MIN_MARK = 8
"""Side in pixels; what is smaller is a dot or a bullet."""
SQUARE = 1.25
"""The longer side of a mark is at most so many times the shorter."""
FULL_SIDE = 0.65
"""A tick box may have round corners."""
HALF = 0.45
"""Of a circle."""
SOLID = 0.85
"""Of a shape: it is filled."""


def is_square(mark: Rect) -> bool:
    """Whether it is about as wide as high, and no dot."""
    sides = (mark.right - mark.left, mark.bottom - mark.top)
    return min(sides) >= MIN_MARK and max(sides) <= SQUARE * min(sides)


def is_box(ink: NDArray[np.bool_]) -> bool:
    """Whether it is filled, or has the four sides of a frame."""
    return bool(ink.mean() >= SOLID or min(sides(ink)) >= FULL_SIDE)


def is_diamond(ink: NDArray[np.bool_]) -> bool:
    """Whether there is ink all along the lines between the middles of its sides, and little outside them."""
    import cv2
    import numpy as np

    height, width = ink.shape
    near = np.asarray(cv2.dilate(ink.astype(np.uint8), np.ones((3, 3), np.uint8)), bool)
    steps = np.linspace(-1, 1, 24)
    across, down = np.concatenate([steps, steps]), np.concatenate([1 - abs(steps), abs(steps) - 1])
    rows = np.rint((height - 1) / 2 * (1 + 0.9 * down)).astype(int)
    columns = np.rint((width - 1) / 2 * (1 + 0.9 * across)).astype(int)
    y, x = np.ogrid[:height, :width]
    away = abs(2 * y / (height - 1) - 1) + abs(2 * x / (width - 1) - 1)
    return bool(near[rows, columns].mean() > 0.95 and not ink[away > 1.3].any())


def is_sunk(ink: NDArray[np.bool_]) -> bool:
    """Whether it has two sides of a frame that meet: the other two of a raised or sunk one may be too faint to see."""
    top, left, bottom, right = sides(ink)
    return min(top, left) >= FULL_SIDE or min(bottom, right) >= FULL_SIDE


def sides(ink: NDArray[np.bool_]) -> tuple[float, float, float, float]:
    """How much of the upper, left, lower and right side is ink, 0…1: of a D or an O little on the right."""
    upper, left, lower, right = (float(side.mean()) for side in (ink[0], ink[:, 0], ink[-1], ink[:, -1]))
    return upper, left, lower, right


def is_ring(ink: NDArray[np.bool_]) -> bool:
    """Whether there is ink all along the circle within its sides, and none in the corners."""
    return _around_circle(ink) > 0.9


def is_arc(ink: NDArray[np.bool_]) -> bool:
    """Whether there is ink along half of that circle and none within: of a raised or sunk ring the rest may be too
    faint to see."""
    height, width = ink.shape
    return _around_circle(ink) > HALF and not ink[height // 3 : -(height // 3), width // 3 : -(width // 3)].any()


def _around_circle(ink: NDArray[np.bool_]) -> float:
    """How much of the circle within its sides is ink, 0…1; 0 where there is ink in a corner."""
    import cv2
    import numpy as np

    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    height, width = ink.shape
    near = np.asarray(cv2.dilate(ink.astype(np.uint8), np.ones((3, 3), np.uint8)), bool)
    rows = np.rint((height - 1) / 2 + (height / 2 - 1) * np.sin(angles)).astype(int)
    columns = np.rint((width - 1) / 2 + (width / 2 - 1) * np.cos(angles)).astype(int)
    on = near[rows, columns]
    corners = (ink[0, 0], ink[0, -1], ink[-1, 0], ink[-1, -1])
    return 0.0 if any(corners) else float(on.mean())
