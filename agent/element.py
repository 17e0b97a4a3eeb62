"""The thing a person would say was clicked: the box around a place that its ink makes up, icon and label together."""

from __future__ import annotations

from dataclasses import dataclass
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
    start = Point((at.x - window.left) // CELL, (at.y - window.top) // CELL)
    found = _Cells.of(image, window).around(start)
    least = _around(at, Point(LEAST, LEAST), image.size)
    if found is None:
        return least
    return Rect(
        max(window.left, min(least.left, window.left + found.left * CELL - MARGIN)),
        max(window.top, min(least.top, window.top + found.top * CELL - MARGIN)),
        min(window.right, max(least.right, window.left + found.right * CELL + MARGIN)),
        min(window.bottom, max(least.bottom, window.top + found.bottom * CELL + MARGIN)),
    )


def _around(at: Point, reach: Point, size: tuple[int, int]) -> Rect:
    return Rect(
        max(0, at.x - reach.x), max(0, at.y - reach.y), min(size[0], at.x + reach.x), min(size[1], at.y + reach.y)
    )


@dataclass(frozen=True)
class _Cells:
    """Which cells of a picture hold ink, a bit each, row after row, the first cell the highest bit.

    A row ends with blank cells that no step over a gap crosses. Bits, for thousands of cells grow by one operation.
    """

    bits: int
    columns: int
    """With the blank ones."""
    rows: int

    @classmethod
    def of(cls, image: Image, window: Rect) -> _Cells:
        """The cells of `window` that hold a pixel unlike its most common colour."""
        from PIL import Image as Pillow
        from PIL import ImageChops

        part = image.crop((window.left, window.top, window.right, window.bottom))
        _, ground = max(part.getcolors(part.width * part.height) or [(0, (0, 0, 0))])
        red, green, blue = ImageChops.difference(part, Pillow.new("RGB", part.size, ground)).split()  # type: ignore[arg-type, unused-ignore]
        highest = ImageChops.lighter(red, ImageChops.lighter(green, blue))
        marks = highest.point([0] * INK_DIFFERENCE + [255] * (256 - INK_DIFFERENCE)).reduce(CELL)
        columns = -(-(marks.width + GAP_CELLS) // 8) * 8  # whole bytes
        apart = Pillow.new("L", (columns, marks.height))
        apart.paste(marks.point([0] + [255] * 255))
        packed = apart.convert("1", dither=Pillow.Dither.NONE).tobytes()
        return cls(int.from_bytes(packed, "big"), columns, marks.height)

    def around(self, start: Point) -> Rect | None:
        """The box, in cells, of those that hang together with the one nearest to `start`, over gaps of `GAP_CELLS`."""
        found, grown = 0, self._grown(1 << (self._last - start.y * self.columns - start.x)) & self.bits
        while found != grown:
            found, grown = grown, self._grown(grown) & self.bits
        if not found:
            return None
        columns = 0
        for row in range(self.rows):
            columns |= found >> (row * self.columns) & ((1 << self.columns) - 1)
        return Rect(
            self.columns - columns.bit_length(),
            (self._last - found.bit_length() + 1) // self.columns,
            self.columns - _zeros(columns),
            self.rows - _zeros(found) // self.columns,
        )

    @property
    def _last(self) -> int:
        return self.columns * self.rows - 1

    def _grown(self, cells: int) -> int:
        """The cells and all that are at most `GAP_CELLS` off, along and across."""
        for step in (1, self.columns):
            for _ in range(GAP_CELLS):
                cells |= cells << step | cells >> step
        return cells


def _zeros(number: int) -> int:
    """How many low bits are 0."""
    return (number & -number).bit_length() - 1
