"""What differs between two screenshots, and what on a screen moves by itself.

Pictures are compared in tiles, so that a caret, a clock and a new window can be told apart by place.
"""

from __future__ import annotations

from dataclasses import replace

from actions.action import Size
from agent.screen import Pixels, Screenshot

TILE = 16
"""Side of a tile in capture pixels."""
Tile = tuple[int, int]
"""Column and row."""
Area = tuple[int, int, int, int]
"""Left, top, width, height in capture pixels."""

BLINKER_STATES = 2
"""A tile with this many pictures blinks (a caret); with more it runs (a clock, a film)."""
CARET_TILES = 2
"""Side by side: a caret that blinked once is in no more."""
ENOUGH_PICTURES = 8
SMALL_TILES = 24
"""A change of more tiles than this is another scene: a window, a page."""


def changed_tiles(before: Screenshot, after: Screenshot) -> frozenset[Tile]:
    """The tiles whose pixels differ; all of them where the size differs."""
    if before.size != after.size:
        return _all_tiles(after.size)
    if before.bgrx == after.bgrx:
        return frozenset()
    tiles: set[Tile] = set()
    stride = after.size.width * 4
    # Whole bands are compared first: most of a screen is equal most of the time. As bytes, for a memoryview compares
    # byte by byte, in ten times the time of the copy.
    for row in range((after.size.height + TILE - 1) // TILE):
        band = slice(row * TILE * stride, (row + 1) * TILE * stride)
        old, new = before.bgrx[band], after.bgrx[band]
        if old != new:
            tiles.update((column, row) for column in _changed_columns(old, new, after.size.width))
    return frozenset(tiles)


def _changed_columns(old: Pixels, new: Pixels, width: int) -> list[int]:
    from PIL import Image, ImageChops

    size = (width, len(new) // (width * 4))
    a, b = (Image.frombuffer("RGB", size, data, "raw", "BGRX", 0, 1) for data in (old, new))
    red, green, blue = ImageChops.difference(a, b).split()
    highest = ImageChops.lighter(red, ImageChops.lighter(green, blue))
    # 255 for any difference: the mean of a tile then rounds to more than 0 even for a single pixel.
    marks = highest.point([0] + [255] * 255).reduce((TILE, size[1]))
    return [column for column, mark in enumerate(marks.tobytes()) if mark]


def touches(tile: Tile, area: Area) -> bool:
    """Whether a part of the tile is in the area."""
    left, top, width, height = area
    x, y = tile[0] * TILE, tile[1] * TILE
    return left < x + TILE and x < left + width and top < y + TILE and y < top + height


def _all_tiles(size: Size) -> frozenset[Tile]:
    columns, rows = -(-size.width // TILE), -(-size.height // TILE)
    return frozenset((column, row) for column in range(columns) for row in range(rows))


def tile_picture(shot: Screenshot, tile: Tile) -> int:
    """The same for tiles that look the same, within this process."""
    stride = shot.size.width * 4
    left = tile[0] * TILE * 4
    right = min(left + TILE * 4, stride)
    top, bottom = tile[1] * TILE, min((tile[1] + 1) * TILE, shot.size.height)
    return hash(b"".join(shot.bgrx[y * stride + left : y * stride + right] for y in range(top, bottom)))


class Restless:
    """Learns which tiles change while nobody does anything, and looks past them.

    A tile is restless when it changed at least twice while nothing was done. One that showed two pictures in turn
    blinks (a caret): a third picture there is news, a character typed for one. One that showed more runs (a clock, a
    film): nothing there is news. A tile that changed once is neither: a page came late.
    """

    def __init__(self) -> None:
        self._known: dict[Tile, frozenset[int]] = {}
        self._stirred = False
        self._idle: dict[Tile, list[int]] = {}
        self._last: Screenshot | None = None

    def begin(self, shot: Screenshot) -> None:
        """From now on nothing is done."""
        self._last = shot
        self._idle = {}

    def saw(self, shot: Screenshot) -> None:
        """Still nothing was done, and this is the screen now."""
        before, self._last = self._last, shot
        if before is None or before.size != shot.size:
            self._idle = {}
            return
        for tile in changed_tiles(before, shot):
            pictures = self._idle.setdefault(tile, [tile_picture(before, tile)])
            if len(pictures) <= ENOUGH_PICTURES:
                pictures.append(tile_picture(shot, tile))

    def learn(self) -> None:
        """The idle time is over: keep what it taught."""
        once = {column for (column, _), pictures in self._idle.items() if len(pictures) == BLINKER_STATES}
        self._stirred = len(once) > CARET_TILES
        for tile, pictures in self._idle.items():
            if len(pictures) > BLINKER_STATES:
                self._known[tile] = self._known.get(tile, frozenset()) | frozenset(pictures)

    def forget(self, news: frozenset[Tile]) -> None:
        """Another scene within the bounds of these tiles: what moved there says nothing about it."""
        if news:
            columns, rows = [column for column, _ in news], [row for _, row in news]
            left, right, top, bottom = min(columns), max(columns), min(rows), max(rows)
            self._known = {
                (column, row): pictures
                for (column, row), pictures in self._known.items()
                if not (left <= column <= right and top <= row <= bottom)
            }

    def news(self, before: Screenshot, after: Screenshot) -> frozenset[Tile]:
        """The tiles that changed and do not change by themselves."""
        changed = changed_tiles(before, after)
        if before.size != after.size:
            return changed
        return frozenset(tile for tile in changed if not self._is_old(after, tile))

    def ran(self, before: Screenshot, after: Screenshot) -> frozenset[Tile]:
        """The tiles that changed and always run: a film, one picture in turn with others."""
        return frozenset(
            tile for tile in changed_tiles(before, after) if len(self._known.get(tile, ())) > BLINKER_STATES
        )

    def areas(self, size: Size) -> tuple[tuple[int, int, int, int], ...]:
        """What moves by itself as rectangles: left, top, width, height in capture pixels."""
        runs: list[list[int]] = []
        for column, row in sorted(self._known, key=lambda tile: (tile[1], tile[0])):
            if runs and runs[-1][1] == row and runs[-1][0] + runs[-1][2] == column:
                runs[-1][2] += 1
            else:
                runs.append([column, row, 1])
        return tuple(
            (x * TILE, y * TILE, min(n * TILE, size.width - x * TILE), min(TILE, size.height - y * TILE))
            for x, y, n in runs
        )

    @property
    def runs(self) -> bool:
        """Whether something does more than blink: what is known to, or has changed once in the last idle time."""
        return self._stirred or any(len(pictures) > BLINKER_STATES for pictures in self._known.values())

    def scene(self, shot: Screenshot) -> str:
        """The same for two pictures that differ by restless tiles only."""
        if not self._known:
            return shot.digest
        pixels, stride = bytearray(shot.bgrx), shot.size.width * 4
        for column, row in self._known:
            left, right = column * TILE * 4, min((column + 1) * TILE * 4, stride)
            for y in range(row * TILE, min((row + 1) * TILE, shot.size.height)):
                pixels[y * stride + left : y * stride + right] = bytes(right - left)
        return replace(shot, bgrx=bytes(pixels)).digest

    def _is_old(self, shot: Screenshot, tile: Tile) -> bool:
        pictures = self._known.get(tile)
        if pictures is None:
            return False
        return len(pictures) > BLINKER_STATES or tile_picture(shot, tile) in pictures
