"""Where a secret was typed, as far as the screen shows it: what is hidden there from then on.

Whatever changes on the screen from just before the typing until the next action is taken for the secret, tile by tile,
with a margin, as letters may become wider than the dots they stood behind. A tile is hidden for the rest of the run,
except where it shows again what it showed before the typing, or one colour alone. What was typed and is moved as it is
(a page that scrolls) is found by its pixels and hidden there too. What is drawn anew elsewhere is not: another font, a
selection, a message that repeats the value.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from agent.frames import TILE, Tile, changed_tiles, tile_picture
from agent.rect import Rect
from agent.screen import Screenshot

MARGIN = 2
"""Tiles to the left and right of those that changed; above and below it is one."""
MOST_MOVED = 200
"""Places looked at for what was moved."""
SAMPLE_PIXELS = 96
MOST_SAMPLES = 60
"""Of one typing: each is looked for in every picture."""
MIN_EDGES = 12
"""Neighbouring pixels that differ in a sample: fewer are found anywhere."""


@dataclass(frozen=True)
class _Sample:
    """A row of pixels of what was typed."""

    pixels: bytes
    x: int
    y: int
    around: Rect
    """What to hide with it, in pixels of the capture."""


class TypedAreas:
    """Learns from every capture of a run which tiles show a secret. Captures come from two threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._was: dict[Tile, int] = {}
        """What a tile showed before a secret was typed there for the first time."""
        self._samples: list[_Sample] = []
        self._before: Screenshot | None = None
        self._last: Screenshot | None = None

    def begin(self, before: Screenshot) -> None:
        """A secret is about to be typed."""
        self.end()
        with self._lock:
            self._before = self._last = before

    def saw(self, shot: Screenshot) -> None:
        """The screen as it is now."""
        with self._lock:
            if self._before is not None:
                self._last = shot
                self._learn(self._before, shot)

    def end(self) -> None:
        """What changes from now on is not the secret."""
        with self._lock:
            if self._before is not None and self._last is not None and self._before.size == self._last.size:
                self._samples += islice(_samples(self._before, self._last), MOST_SAMPLES)
            self._before = self._last = None

    def boxes(self, shot: Screenshot) -> list[Rect]:
        """What of a capture is to be hidden, in its pixels."""
        with self._lock:
            hidden = [tile for tile, was in self._was.items() if self._shows(shot, tile, was)]
            samples = list(self._samples)
        return [*_runs(hidden), *_moved(shot, samples)]

    def _learn(self, before: Screenshot, shot: Screenshot) -> None:
        same_size = before.size == shot.size
        for tile in _with_margin(changed_tiles(before, shot)):
            if tile not in self._was and _is_on(shot, tile):
                self._was[tile] = tile_picture(before, tile) if same_size else 0

    @staticmethod
    def _shows(shot: Screenshot, tile: Tile, was: int) -> bool:
        return _is_on(shot, tile) and tile_picture(shot, tile) != was and not _is_flat(shot, tile)


def _is_on(shot: Screenshot, tile: Tile) -> bool:
    return 0 <= tile[0] * TILE < shot.size.width and 0 <= tile[1] * TILE < shot.size.height


def _is_flat(shot: Screenshot, tile: Tile) -> bool:
    """One colour alone: there is nothing to be read."""
    stride, left = shot.size.width * 4, tile[0] * TILE * 4
    width = min(TILE * 4, stride - left)
    first = tile[1] * TILE * stride + left
    line = shot.bgrx[first : first + 4] * (width // 4)
    rows = range(tile[1] * TILE, min((tile[1] + 1) * TILE, shot.size.height))
    return all(shot.bgrx[y * stride + left : y * stride + left + width] == line for y in rows)


def _with_margin(tiles: Iterable[Tile]) -> set[Tile]:
    """The tiles, those around them, and as many again to the right."""
    columns: dict[int, list[int]] = {}
    for column, row in tiles:
        columns.setdefault(row, []).append(column)
    wide: set[Tile] = set()
    for row, inside in columns.items():
        first, last = min(inside) - MARGIN, 2 * max(inside) - min(inside) + 1 + MARGIN
        for y in range(row - 1, row + 2):
            wide.update((x, y) for x in range(first, last + 1))
    return wide


def _runs(tiles: Iterable[Tile]) -> Iterator[Rect]:
    """Tiles as rectangles, one a run in a row."""
    run: list[int] = []
    for column, row in sorted(tiles, key=lambda tile: (tile[1], tile[0])):
        if run and run[2] == row and run[1] == column:
            run[1] += 1
            continue
        if run:
            yield _rect(*run)
        run = [column, column + 1, row]
    if run:
        yield _rect(*run)


def _rect(left: int, right: int, row: int) -> Rect:
    return Rect(left * TILE, row * TILE, right * TILE, (row + 1) * TILE)


def _samples(before: Screenshot, after: Screenshot) -> Iterator[_Sample]:
    """Of each run of changed tiles the row of pixels with the most to recognise."""
    stride = after.size.width * 4
    for box in _runs(changed_tiles(before, after)):
        best: tuple[int, bytes, int, int] = (MIN_EDGES - 1, b"", 0, 0)
        for y in range(box.top, min(box.bottom, after.size.height)):
            first = y * stride
            old, new = (
                shot.bgrx[first + box.left * 4 : first + min(box.right * 4, stride)] for shot in (before, after)
            )
            differs = [at for at in range(0, len(new), 4) if old[at : at + 4] != new[at : at + 4]]
            if not differs:
                continue
            row = new[differs[0] : min(differs[-1] + 4, differs[0] + SAMPLE_PIXELS * 4)]
            edges = sum(row[at : at + 4] != row[at + 4 : at + 8] for at in range(0, len(row) - 4, 4))
            if edges > best[0]:
                best = (edges, bytes(row), box.left + differs[0] // 4, y)
        if best[1]:
            wide = Rect(box.left - TILE, box.top - TILE, 2 * box.right - box.left + TILE, box.bottom + TILE)
            yield _Sample(best[1], best[2], best[3], wide)


def _moved(shot: Screenshot, samples: Iterable[_Sample]) -> Iterator[Rect]:
    """Where what was typed stands elsewhere now."""
    width = shot.size.width
    for sample in samples:
        at = -1
        for _ in range(MOST_MOVED):
            at = shot.bgrx.find(sample.pixels, at + 1)
            if at < 0:
                break
            x, y = at // 4 % width, at // 4 // width
            if at % 4 or (x, y) == (sample.x, sample.y):
                continue
            dx, dy, box = x - sample.x, y - sample.y, sample.around
            yield Rect(box.left + dx, box.top + dy, box.right + dx, box.bottom + dy)
