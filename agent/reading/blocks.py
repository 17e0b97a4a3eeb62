"""Where a picture can have text at all: blocks around its ink, each whole, with blank ground between them.

A screen is mostly blank, so the detector gets the blocks alone, packed close (see `pack`), at full scale: 0.2 to 1.3
million pixels of the 2 and 8 that 36 drawn and captured screens have. On the 12 of 1920x1080, 596 labels of 627 were
right so, and 594 where the whole picture was looked through. The same blocks are what is remembered: a change costs the
blocks that it touches.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agent.rect import Rect, area

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    """Rows, columns, RGB."""

CELL = 8
"""Side of the squares that are ink or blank as a whole, in pixels."""
EDGE = 20
"""Of a channel, between neighbouring pixels: a smaller step is a shade or a JPEG's noise."""
MARGIN = 8
"""Ground left around a block, in pixels: the detector needs air."""
MAX_BLOCKS = 800
"""In a picture of dots or noise they are joined until there are no more."""
CANVAS_PIXELS = 500_000
"""The detector's memory grows with its picture: 120 MB here."""
STRIP_OVERLAP = 64
"""Rows two strips of a larger block share, so that each line of text is whole in one of them."""


@dataclass(frozen=True)
class Canvas:
    """Parts of a picture, packed: `places` says where on it the left upper corner of each of `parts` is."""

    parts: tuple[Rect, ...]
    places: tuple[tuple[int, int], ...]
    width: int
    height: int


def blocks(pixels: Pixels) -> list[Rect]:
    """The parts of a picture that have ink, with a margin."""
    import cv2
    import numpy as np

    ink = _ink(pixels)
    across, down = 2, 1  # a space between words joins, a blank row does not
    while True:
        joined = cv2.dilate(ink, np.ones((down, across), np.uint8), anchor=(across - 1, down - 1))
        count, _, boxes, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
        if count <= MAX_BLOCKS:
            break
        across, down = 2 * across, 2 * down
    cells = [(x, y, x + w - across + 1, y + h - down + 1) for x, y, w, h in boxes[1:, :4].tolist()]
    height, width = pixels.shape[:2]
    return [
        Rect(
            max(0, left * CELL - MARGIN),
            max(0, top * CELL - MARGIN),
            min(width, right * CELL + MARGIN),
            min(height, bottom * CELL + MARGIN),
        )
        for left, top, right, bottom in _apart(cells)
    ]


def _ink(pixels: Pixels) -> NDArray[np.uint8]:
    """1 for each cell that has edges both across and down in it or beside it: a straight border has one kind only."""
    import cv2
    import numpy as np

    near = np.ones((3, 3), np.uint8)
    across = _steps(np.asarray(cv2.absdiff(pixels[:, 1:], pixels[:, :-1]), np.uint8), pixels)
    down = _steps(np.asarray(cv2.absdiff(pixels[1:], pixels[:-1]), np.uint8), pixels)
    beside_across, beside_down = (np.asarray(cv2.dilate(one, near), np.uint8) for one in (across, down))
    return np.asarray((across & beside_down) | (down & beside_across), np.uint8)


def _steps(differences: Pixels, pixels: Pixels) -> NDArray[np.uint8]:
    """1 for each cell with a step between neighbours."""
    import cv2
    import numpy as np

    rows, columns = -(-pixels.shape[0] // CELL), -(-pixels.shape[1] // CELL)
    bottom, right = rows * CELL - differences.shape[0], columns * CELL - differences.shape[1]
    whole = cv2.copyMakeBorder(differences, 0, bottom, 0, right, cv2.BORDER_CONSTANT, value=(0, 0, 0))
    largest = whole.reshape(rows, CELL, -1).max(axis=1).reshape(rows, columns, -1).max(axis=2)
    return np.asarray(largest > EDGE, np.uint8)


def _apart(boxes: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """The boxes, those that overlap joined to one around them, until none do."""
    while True:
        found: list[tuple[int, int, int, int]] = []
        for box in sorted(boxes, key=lambda b: (b[1], b[0])):
            left, top, right, bottom = box
            for i, (x, y, end, foot) in enumerate(found):
                if left < end and x < right and top < foot and y < bottom:
                    found[i] = (min(left, x), min(top, y), max(right, end), max(bottom, foot))
                    break
            else:
                found.append(box)
        if len(found) == len(boxes):
            return found
        boxes = found


def strips(rect: Rect) -> list[Rect]:
    """The rectangle, in strips as wide as itself where it is larger than a canvas."""
    if area(rect) <= CANVAS_PIXELS:
        return [rect]
    height = max(4 * STRIP_OVERLAP, CANVAS_PIXELS // (rect.right - rect.left))
    tops = range(rect.top, max(rect.top + 1, rect.bottom - STRIP_OVERLAP), height - STRIP_OVERLAP)
    return [replace(rect, top=top, bottom=min(rect.bottom, top + height)) for top in tops]


def pack(parts: Iterable[Rect]) -> list[Canvas]:
    """Canvases that hold all parts: the highest first, each as far up and left as there is room."""
    canvases: list[Canvas] = []
    taken: list[Rect] = []
    for part in sorted(parts, key=lambda p: (p.top - p.bottom, p.left - p.right)):
        if taken and sum(map(area, taken)) + area(part) > CANVAS_PIXELS:
            canvases.append(_packed(taken))
            taken = []
        taken.append(part)
    return [*canvases, _packed(taken)] if taken else canvases


def _packed(parts: list[Rect]) -> Canvas:
    import numpy as np

    widest = max(part.right - part.left for part in parts)
    columns = -(-max(widest, round((1.1 * sum(map(area, parts))) ** 0.5)) // CELL)
    filled = np.zeros(columns, int)
    places = []
    for part in parts:
        span = -(-(part.right - part.left) // CELL)
        tops = np.lib.stride_tricks.sliding_window_view(filled, span).max(axis=1)
        column = int(tops.argmin())
        top = int(tops[column])
        places.append((column * CELL, top))
        filled[column : column + span] = top + part.bottom - part.top
    return Canvas(tuple(parts), tuple(places), columns * CELL, int(filled.max()))


def draw(pixels: Pixels, canvas: Canvas) -> Pixels:
    """The parts of the picture on their canvas, the picture's usual colour between them."""
    import numpy as np

    drawn = np.empty((canvas.height, canvas.width, 3), np.uint8)
    drawn[:] = np.median(pixels[::16, ::16].reshape(-1, 3), axis=0)
    for part, (x, y) in zip(canvas.parts, canvas.places, strict=True):
        height, width = part.bottom - part.top, part.right - part.left
        drawn[y : y + height, x : x + width] = pixels[part.top : part.bottom, part.left : part.right]
    return drawn


def on_parts(canvas: Canvas, line: Rect) -> list[tuple[Rect, Rect]]:
    """The parts that a line found on the canvas lies on, and where on the part (from its left upper corner)."""
    found = []
    for part, (x, y) in zip(canvas.parts, canvas.places, strict=True):
        height, width = part.bottom - part.top, part.right - part.left
        here = Rect(
            max(0, line.left - x), max(0, line.top - y), min(width, line.right - x), min(height, line.bottom - y)
        )
        # A sliver is the neighbour's line, which the detector drew a little too large.
        if here.right - here.left > MARGIN // 2 and here.bottom - here.top > (line.bottom - line.top) / 2:
            found.append((part, here))
    return found
