"""The thing a person would say was clicked: the box around a place that its ink makes up, icon and label together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from actions.action import Point
from agent.rect import Rect

if TYPE_CHECKING:
    from PIL.Image import Image

REACH = Point(160, 100)
"""Pixels looked at to each side."""
CELL = 4
GAP_CELLS = 3
"""A blank of up to this many cells stands within one element: between an icon and its label."""
INK_DIFFERENCE = 40
"""Of a channel, from the ground's colour."""
MARGIN = 6
LEAST = 24
"""Pixels to each side that an element has at least, so that a blank place is one too."""


def element_box(image: Image, at: Point) -> Rect:
    """The box, in pixels of the RGB picture `image`, of what stands at the pixel `at`.

    Whatever goes on beyond `REACH` (a paragraph, a toolbar, a photograph) is cut there.
    """
    window = _around(at, REACH, image.size)
    cells = _ink_cells(image, window)
    start = Point((at.x - window.left) // CELL, (at.y - window.top) // CELL)
    found = _connected(cells, start)
    least = _around(at, Point(LEAST, LEAST), image.size)
    if not found:
        return least
    columns, rows = [cell.x for cell in found], [cell.y for cell in found]
    return Rect(
        max(window.left, min(least.left, window.left + min(columns) * CELL - MARGIN)),
        max(window.top, min(least.top, window.top + min(rows) * CELL - MARGIN)),
        min(window.right, max(least.right, window.left + (max(columns) + 1) * CELL + MARGIN)),
        min(window.bottom, max(least.bottom, window.top + (max(rows) + 1) * CELL + MARGIN)),
    )


def _around(at: Point, reach: Point, size: tuple[int, int]) -> Rect:
    return Rect(
        max(0, at.x - reach.x), max(0, at.y - reach.y), min(size[0], at.x + reach.x), min(size[1], at.y + reach.y)
    )


def _ink_cells(image: Image, window: Rect) -> set[Point]:
    """The cells of `window` that hold a pixel unlike its most common colour."""
    from PIL import Image as Pillow
    from PIL import ImageChops

    part = image.crop((window.left, window.top, window.right, window.bottom))
    _, ground = max(part.getcolors(part.width * part.height) or [(0, (0, 0, 0))])
    red, green, blue = ImageChops.difference(part, Pillow.new("RGB", part.size, ground)).split()  # type: ignore[arg-type, unused-ignore]
    highest = ImageChops.lighter(red, ImageChops.lighter(green, blue))
    marks = highest.point([0] * INK_DIFFERENCE + [255] * (256 - INK_DIFFERENCE)).reduce(CELL)
    return {Point(i % marks.width, i // marks.width) for i, mark in enumerate(marks.tobytes()) if mark}


def _connected(cells: set[Point], start: Point) -> set[Point]:
    """The cells that hang together with the one nearest to `start`, over gaps of `GAP_CELLS`."""
    near = [cell for cell in _neighbours(start) if cell in cells]
    if not near:
        return set()
    found, open_ = set(near), list(near)
    while open_:
        for cell in _neighbours(open_.pop()):
            if cell in cells and cell not in found:
                found.add(cell)
                open_.append(cell)
    return found


def _neighbours(cell: Point) -> Iterable[Point]:
    reach = range(-GAP_CELLS, GAP_CELLS + 1)
    return (Point(cell.x + dx, cell.y + dy) for dx in reach for dy in reach)
