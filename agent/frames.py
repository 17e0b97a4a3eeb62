"""What differs between two screenshots, and what on a screen moves by itself.

Pictures are compared in tiles, so that a caret, a clock and a new window can be told apart by place.
"""

from __future__ import annotations

from actions.action import Size
from agent.screen import Screenshot

TILE = 16
"""Side of a tile in capture pixels."""
Tile = tuple[int, int]
"""Column and row."""

BLINKER_STATES = 2
"""A tile with at most this many pictures blinks (a caret); with more it runs (a clock, a film)."""
SMALL_TILES = 24
"""A change of at most this many tiles is taken for restlessness at once (a caret, a clock), a larger one only when it
comes again: a page that arrived late is no film."""


def changed_tiles(before: Screenshot, after: Screenshot) -> frozenset[Tile]:
    """The tiles whose pixels differ; all of them where the size differs."""
    if before.size != after.size:
        return _all_tiles(after.size)
    if before.bgrx == after.bgrx:
        return frozenset()
    tiles: set[Tile] = set()
    stride = after.size.width * 4
    old, new = memoryview(before.bgrx), memoryview(after.bgrx)
    # Whole bands are compared as bytes first: most of a screen is equal most of the time.
    for row in range((after.size.height + TILE - 1) // TILE):
        band = slice(row * TILE * stride, min((row + 1) * TILE, after.size.height) * stride)
        if old[band] != new[band]:
            tiles.update((column, row) for column in _changed_columns(old[band], new[band], after.size.width))
    return frozenset(tiles)


def _changed_columns(old: memoryview, new: memoryview, width: int) -> list[int]:
    from PIL import Image, ImageChops

    size = (width, len(new) // (width * 4))
    a, b = (Image.frombuffer("RGB", size, bytes(data), "raw", "BGRX", 0, 1) for data in (old, new))
    red, green, blue = ImageChops.difference(a, b).split()
    highest = ImageChops.lighter(red, ImageChops.lighter(green, blue))
    # 255 for any difference: the mean of a tile then rounds to more than 0 even for a single pixel.
    marks = highest.point([0] + [255] * 255).reduce((TILE, size[1]))
    return [column for column, mark in enumerate(marks.tobytes()) if mark]


def _all_tiles(size: Size) -> frozenset[Tile]:
    columns, rows = -(-size.width // TILE), -(-size.height // TILE)
    return frozenset((column, row) for column in range(columns) for row in range(rows))


def _tile_picture(shot: Screenshot, tile: Tile) -> int:
    stride = shot.size.width * 4
    left = tile[0] * TILE * 4
    right = min(left + TILE * 4, stride)
    top, bottom = tile[1] * TILE, min((tile[1] + 1) * TILE, shot.size.height)
    return hash(b"".join(shot.bgrx[y * stride + left : y * stride + right] for y in range(top, bottom)))


class Restless:
    """Learns which tiles change while nobody does anything, and looks past them.

    A blinking caret shows the same two pictures for ever: a third one in its tile is news (a character typed there).
    A clock shows new pictures all the time: nothing in its tile is news.
    """

    def __init__(self) -> None:
        self._pictures: dict[Tile, set[int]] = {}
        self._seen_once: set[Tile] = set()

    def learn(self, earlier: Screenshot, later: Screenshot) -> None:
        """Nothing was done between these two."""
        if earlier.size != later.size:
            self._pictures.clear()
            self._seen_once.clear()
            return
        changed = changed_tiles(earlier, later)
        known = changed if len(changed) <= SMALL_TILES else changed & (self._seen_once | self._pictures.keys())
        self._seen_once |= changed
        for tile in known:
            pictures = self._pictures.setdefault(tile, set())
            if len(pictures) <= BLINKER_STATES:
                pictures.update((_tile_picture(earlier, tile), _tile_picture(later, tile)))

    def news(self, before: Screenshot, after: Screenshot) -> frozenset[Tile]:
        """The tiles that changed and do not change by themselves."""
        changed = changed_tiles(before, after)
        if before.size != after.size:
            return changed
        return frozenset(tile for tile in changed if not self._is_old(after, tile))

    def _is_old(self, shot: Screenshot, tile: Tile) -> bool:
        pictures = self._pictures.get(tile)
        if pictures is None:
            return False
        return len(pictures) > BLINKER_STATES or _tile_picture(shot, tile) in pictures
