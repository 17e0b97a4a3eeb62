"""What is drawn on a plain ground: pieces of ink, and what they are shaped like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.reading.channels import unlikeness
from agent.rect import Rect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from agent.reading.blocks import Pixels

    Mask = NDArray[np.bool_]
    Colour = NDArray[np.int16]

INK = 14
"""Largest difference of a channel within the ground."""
FAINT_INK = 5
"""The same, of a ground without any shades: on it a light border shows that is not seen otherwise."""


def clipped(rect: Rect, pixels: Pixels) -> Rect:
    """The part of `rect` that is in the picture."""
    height, width = pixels.shape[:2]
    left, top = min(max(0, rect.left), width), min(max(0, rect.top), height)
    return Rect(left, top, max(left, min(width, rect.right)), max(top, min(height, rect.bottom)))


def part_of(pixels: Pixels, rect: Rect) -> NDArray[np.int16]:
    """The pixels of `rect`, which is in the picture, to calculate with."""
    import numpy as np

    return pixels[rect.top : rect.bottom, rect.left : rect.right].astype(np.int16)


def ground_of(part: NDArray[np.int16]) -> Colour:
    """The colour of most of its pixels."""
    import numpy as np

    flat = part.reshape(-1, 3).astype(np.int32)
    values, counts = np.unique((flat[:, 0] << 16) | (flat[:, 1] << 8) | flat[:, 2], return_counts=True)
    value = int(values[counts.argmax()])
    return np.array((value >> 16, value >> 8 & 255, value & 255), np.int16)


def differs(part: NDArray[np.int16], colour: Colour, limit: int = INK) -> Mask:
    """Which pixels are not of that colour."""
    import numpy as np

    return np.asarray(unlikeness(part, colour) > limit)


def inked(ink: Mask, axis: int) -> Mask:
    """Which columns (axis 0) or rows (axis 1) have any ink."""
    import numpy as np

    return np.asarray(ink.any(axis=axis))


def runs(marks: Mask, blank: int) -> list[tuple[int, int]]:
    """Stretches of marks, each from its first index to one past its last; at most `blank` unmarked join."""
    import numpy as np

    places = np.flatnonzero(marks)
    if not places.size:
        return []
    stretches = np.split(places, np.flatnonzero(np.diff(places) > blank + 1) + 1)
    return [(int(stretch[0]), int(stretch[-1]) + 1) for stretch in stretches]


def pieces(pixels: Pixels, rect: Rect, ground: Colour, longest: int | None = None, limit: int = INK) -> list[Rect]:
    """What stands in `rect`, each thing by itself: parted by blank columns, then by blank rows.

    A level line longer than `longest` is a frame's, and no part of any.
    """
    import numpy as np

    rect = clipped(rect, pixels)
    part = part_of(pixels, rect)
    if not part.size:
        return []
    ink = differs(part, ground, limit)
    if longest is not None:
        for y in np.flatnonzero(ink.sum(axis=1) > longest):
            for start, end in runs(ink[y], 0):
                ink[y, start:end] &= end - start <= longest
    found = []
    for left, right in runs(inked(ink, 0), 1):
        for top, bottom in runs(inked(ink[:, left:right], 1), 1):
            ((start, end),) = runs(inked(ink[top:bottom, left:right], 0), right - left)
            found.append(Rect(rect.left + left + start, rect.top + top, rect.left + left + end, rect.top + bottom))
    return found
