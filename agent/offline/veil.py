"""A dialog in front of a page that a veil of any colour lies over: all that is written beside it is faint.

A gray veil over a light page is seen by its ground (`dimmed`); of a dark page, and behind white, only the contrast
tells. It is taken in cells: what has the full contrast lies in one box near the middle, and much that is faint around
it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.offline.differences import bounds
from agent.offline.ink import clipped, ground_of, part_of, runs
from agent.reading.channels import unlikeness
from agent.rect import Rect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from agent.reading.blocks import Pixels

    Cells = NDArray[np.uint8]

CELLS = 50
"""Rows of cells in a picture, about."""
INKED, FULL = 12, 140
"""Contrast of a cell in which something is drawn; of the plainest in a dialog, at least. (Black on white has 255.)"""
PLAIN = 0.7
"""Of that: what has more is not behind the veil. (Of 54 screenshots with such dialogs all else had at most 0.67.)"""
WIDEST, HIGHEST, CENTRED = 0.75, 0.9, 0.1
"""Of the page: what is plain, at most; between the middles."""
DRAWER = 0.5
"""Of the page's width: a panel at its side takes no more."""
FAINT, BESIDE, ABOVE = 0.025, 0.01, 0.005
"""Of all cells: the faint ones around the dialog, those on its left and right, and those above it, at least."""
MARGIN = 2
"""Cells around what is plain that may be the dialog's own."""
OF_PLATE = 0.6
"""Of a row or column beside what is plain: so much of it is the dialog's ground."""
UNLIKE = 3
"""Of a channel: between a dialog's ground and that around it, at least; across an edge."""
TOOLBAR, BORDER = 0.35, 0.015
"""Of the picture: how far from its top a page may begin; how thick a window's border may be."""
EDGE, SAMPLES = 0.95, 160
"""Of a row or column: so much of it is unlike the next. Looked at in so many places."""


def veiled(pixels: Pixels) -> tuple[Rect, Rect] | None:
    """The page behind and the dialog, in a picture of shape (height, width, 3); None where there plainly is none."""
    height, width = pixels.shape[:2]
    if min(height, width) < CELLS:
        return None
    for top in [0, *_edges(pixels[: round(TOOLBAR * height)])]:
        page = _within_borders(Rect(0, top, width, height), pixels)
        if (dialog := _dialog(pixels[page.top : page.bottom, page.left : page.right])) is not None:
            x, y = page.left, page.top
            return page, Rect(dialog.left + x, dialog.top + y, dialog.right + x, dialog.bottom + y)
    return None


def _edges(strip: Pixels) -> list[int]:
    """The rows that are unlike the one above all along; of several one below the other the last."""
    import numpy as np

    sample = strip[:, :: max(1, strip.shape[1] // SAMPLES)].astype(np.int16)
    is_edge = (unlikeness(sample[1:], sample[:-1]) >= UNLIKE).mean(axis=1) >= EDGE
    return [end for _, end in runs(is_edge, 1)]


def _within_borders(page: Rect, pixels: Pixels) -> Rect:
    """Without what is drawn around it on the left, the right and below."""
    width = round(BORDER * pixels.shape[1])
    inner = pixels[page.top : page.bottom]
    left, right, below = (
        max(_edges(strip), default=0)
        for strip in (
            inner[:, :width].transpose(1, 0, 2),
            inner[:, : -width - 1 : -1].transpose(1, 0, 2),
            inner[: -width - 1 : -1],
        )
    )
    return Rect(page.left + left, page.top, page.right - right, page.bottom - below)


def _dialog(page: Pixels) -> Rect | None:
    size = max(8, page.shape[0] // CELLS)
    cells = _contrasts(page, size)
    drawn = cells[cells >= INKED]
    if drawn.size == 0:
        return None
    import numpy as np

    full = float(np.percentile(drawn, 99))
    plain = bounds(cells > PLAIN * full)
    if full < FULL or plain is None:
        return None
    within = Rect(plain.left * size, plain.top * size, plain.right * size, plain.bottom * size)
    if _is_in_the_middle(plain, cells):
        return _plate(within, page, size) if _is_among_faint(plain, cells) else None
    return _drawer(within, page, size) if _is_at_a_side(plain, cells) else None


def _contrasts(page: Pixels, size: int) -> Cells:
    """The largest difference of a channel in each whole cell; by rows of bytes first, which is four times as fast."""
    import numpy as np

    down, across = page.shape[0] // size, page.shape[1] // size
    bands = page[: down * size, : across * size].reshape(down, size, across * size * 3)
    highest, lowest = (one.reshape(down, across, size, 3) for one in (bands.max(axis=1), bands.min(axis=1)))
    return np.asarray((highest.max(axis=2) - lowest.min(axis=2)).max(axis=2))


def _is_in_the_middle(plain: Rect, cells: Cells) -> bool:
    height, width = cells.shape
    fits = plain.right - plain.left <= WIDEST * width and plain.bottom - plain.top <= HIGHEST * height
    return fits and plain.top > 0 and abs(plain.left + plain.right - width) / 2 <= CENTRED * width


def _is_at_a_side(plain: Rect, cells: Cells) -> bool:
    """Whether what is plain is all on one side, and enough that is faint on the other."""
    width = cells.shape[1]
    if plain.right - plain.left > DRAWER * width:
        return False
    rest = cells[:, : plain.left - MARGIN] if plain.left > width / 2 else cells[:, plain.right + MARGIN :]
    is_outer = plain.left > width / 2 or plain.right < width / 2
    return is_outer and int((rest >= INKED).sum()) >= FAINT * cells.size


def _is_among_faint(plain: Rect, cells: Cells) -> bool:
    faint = cells >= INKED
    rows = slice(max(0, plain.top - MARGIN), plain.bottom + MARGIN)
    faint[rows, max(0, plain.left - MARGIN) : plain.right + MARGIN] = False
    beside = int(faint[:, : plain.left].sum()) + int(faint[:, plain.right :].sum())
    counts = int(faint.sum()), beside, int(faint[: plain.top].sum())
    return all(count >= share * cells.size for count, share in zip(counts, (FAINT, BESIDE, ABOVE), strict=True))


def _plate(within: Rect, page: Pixels, gap: int) -> Rect | None:
    """The dialog's ground around what is plain, past gaps as of a field's end; None where the page has that ground."""
    height, width = page.shape[:2]
    within = clipped(within, page)
    is_ground = unlikeness(page, ground_of(part_of(page, within))) < UNLIKE
    across = is_ground[within.top : within.bottom].mean(axis=0) >= OF_PLATE
    down = is_ground[:, within.left : within.right].mean(axis=1) >= OF_PLATE
    across[within.left : within.right] = down[within.top : within.bottom] = True
    left, right = _around(within.left, across, gap)
    top, bottom = _around(within.top, down, gap)
    is_whole = left == 0 or right == width or top == 0 or bottom == height
    return None if is_whole else Rect(left, top, right, bottom)


def _drawer(within: Rect, page: Pixels, gap: int) -> Rect | None:
    """The panel around what is plain, from above to below and up to the side; None where it has the page's ground."""
    height, width = page.shape[:2]
    within = clipped(within, page)
    is_ground = unlikeness(page, ground_of(part_of(page, within))) < UNLIKE
    across = is_ground.mean(axis=0) >= OF_PLATE
    across[within.left : within.right] = True
    left, right = _around(within.left, across, gap)
    if (left > 0) == (right < width - gap):
        return None
    return Rect(left, 0, width, height) if left > 0 else Rect(0, 0, right, height)


def _around(place: int, marks: NDArray[np.bool_], gap: int) -> tuple[int, int]:
    """The stretch of marks that holds a place."""
    return next((start, end) for start, end in runs(marks, gap) if start <= place < end)
