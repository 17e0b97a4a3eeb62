"""A dialog in front of a dimmed page: what is dimmed takes no click, or the click only closes the dialog.

Seen in one picture where a light page was dimmed: an area in which nothing is brighter than its gray ground but one
box near its middle; of any page with much on it by its contrast (`veil`), and afterwards, when a click has lifted it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.offline.ink import clipped, inked, part_of
from agent.offline.spot import is_inside
from agent.offline.veil import veiled
from agent.reading.channels import unlikeness
from agent.rect import Box, Rect, area

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from agent.reading.blocks import Pixels

FINE = 200
"""Rows and columns that are looked at, at least; a larger picture is looked at in steps."""
DIMMED_WHITE = (70, 204)
"""What white becomes behind black of a fifth to nearly three quarters."""
NEUTRAL = 6
"""Of a gray, between its channels at most."""
BRIGHTER = 1.12
"""Of the ground's gray: what is no brighter may be dimmed, as a white card on a page of light gray."""
LEAST_GROUND, LEAST_DIALOG = 0.1, 0.02
"""The ground of the picture; the dialog of the dimmed area."""
THROUGH = 0.2
"""Of a row or column of the dimmed area: so much of it is ground."""
OF_DIALOG = 0.03
"""Of the area's width or height: so much of a row or column of the dialog is bright."""
STRAY, FILLED, THE_SAME = 0.0005, 0.5, 0.05
"""Of the area: what else may be bright. Of the dialog: what is, at least; what is of the ground's colour, at most."""
WIDEST, CENTRED = 0.9, 0.1
"""Of the area's width: the dialog at most; between their middles."""
REACHES = ((16, 6), (40, 12), (120, 40))
"""Columns and rows around a click that are compared: the first in which there is any ink."""
DARKENED = (0.1, 0.85)
"""What a dimming leaves of the contrast."""
LIKE = 6
INK = 15
LIFTED = 0.3
"""Of the picture: what became plainer in just the same way as what was clicked."""
SPREAD, MOSTLY = 0.4, 0.5
"""Of the picture's width and height, over which that is spread; of all that changed."""


@dataclass(frozen=True)
class Dimmed:
    """The part of a picture that is dimmed, and the dialog in front of it, in its pixels."""

    area: Rect
    dialog: Rect

    def hides(self, text: Box) -> bool:
        """Whether a text is behind the dialog; one that reaches out of it was read with what is behind."""
        dialog, slack = self.dialog, (text.bottom - text.top) / 2
        reaches_out = (
            text.left < dialog.left - slack
            or text.right > dialog.right + slack
            or text.top < dialog.top - slack
            or text.bottom > dialog.bottom + slack
        )
        middle = ((text.left + text.right) / 2, (text.top + text.bottom) / 2)
        return is_inside(middle, self.area) and (reaches_out or not is_inside(middle, dialog))


def dimmed(pixels: Pixels) -> Dimmed | None:
    """What is dimmed in a picture of shape (height, width, 3); None where nothing plainly is."""
    if (grayed := _grayed(pixels)) is not None:
        return grayed
    behind = veiled(pixels)
    return None if behind is None else Dimmed(*behind)


def _grayed(pixels: Pixels) -> Dimmed | None:
    """Where it is a light page, by its ground."""
    import numpy as np

    step = max(1, min(pixels.shape[:2]) // FINE)
    small = pixels[::step, ::step]
    brightest = small.max(axis=2)
    neutral = brightest - small.min(axis=2) <= NEUTRAL
    counts = np.bincount(brightest[neutral], minlength=256)
    low, high = DIMMED_WHITE
    ground = low + int(counts[low:high].argmax())
    if counts[ground] < LEAST_GROUND * brightest.size:
        return None
    is_ground = neutral & (np.abs(brightest.astype(np.int16) - ground) <= 1)
    bright = brightest > BRIGHTER * ground
    around = _dark_around(_bounds(is_ground, THROUGH, Rect(0, 0, *brightest.shape[::-1])), bright)
    inside, ground_inside = (one[around.top : around.bottom, around.left : around.right] for one in (bright, is_ground))
    dialog = _bounds(inside, OF_DIALOG, Rect(0, 0, *inside.shape[::-1]))
    if not _is_dialog(dialog, inside) or ground_inside[_span(dialog)].mean() > THE_SAME:
        return None
    within = Rect(
        around.left + dialog.left, around.top + dialog.top, around.left + dialog.right, around.top + dialog.bottom
    )
    return Dimmed(_times(around, step), _times(within, step))


def _bounds(marks: NDArray[np.bool_], share: float, whole: Rect) -> Rect:
    """The rectangle of the rows and columns of which so much is marked, by the extent of what is marked."""
    import numpy as np

    rows = np.flatnonzero(marks.sum(axis=1) >= max(1, share * (whole.right - whole.left)))
    columns = np.flatnonzero(marks.sum(axis=0) >= max(1, share * (whole.bottom - whole.top)))
    if not (rows.size and columns.size):
        return Rect(0, 0, 0, 0)
    return Rect(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def _dark_around(ground: Rect, bright: NDArray[np.bool_]) -> Rect:
    """The ground with the rows and columns around it that are as dark: a page's header has another colour, and the
    dialog may reach over it."""
    if not area(ground):
        return ground
    beside = ~inked(bright[ground.top : ground.bottom, ground.left : ground.right], 0)
    top, bottom = _grown(ground.top, ground.bottom, inked(bright[:, ground.left : ground.right][:, beside], 1))
    left, right = _grown(ground.left, ground.right, inked(bright[top:bottom], 0))
    return Rect(left, top, right, bottom)


def _grown(start: int, end: int, light: NDArray[np.bool_]) -> tuple[int, int]:
    """A stretch with all before and after it up to the next light."""
    import numpy as np

    before, after = np.flatnonzero(light[:start]), np.flatnonzero(light[end:])
    return (int(before[-1]) + 1 if before.size else 0), (end + int(after[0]) if after.size else len(light))


def _is_dialog(dialog: Rect, bright: NDArray[np.bool_]) -> bool:
    """Whether that is one box near the middle of the area, and nothing else in it is bright."""
    width = bright.shape[1]
    if not area(dialog) or area(dialog) < LEAST_DIALOG * bright.size:
        return False
    own = bright[_span(dialog)]
    stray = int(bright.sum()) - int(own.sum())
    is_centred = abs(dialog.left + dialog.right - width) / 2 <= CENTRED * width
    fits = dialog.right - dialog.left <= WIDEST * width and dialog.top > 0 and dialog.bottom < len(bright)
    return is_centred and fits and stray <= STRAY * bright.size and bool(own.mean() >= FILLED)


def _span(rect: Rect) -> tuple[slice, slice]:
    return slice(rect.top, rect.bottom), slice(rect.left, rect.right)


def _times(rect: Rect, step: int) -> Rect:
    return Rect(rect.left * step, rect.top * step, rect.right * step, rect.bottom * step)


def closed(before: Pixels, after: Pixels, at: tuple[float, float]) -> bool:
    """Whether the dialog that holds a place is gone, and with it the dimming of the rest of the page."""
    if before.shape != after.shape or (was := dimmed(before)) is None or not is_inside(at, was.dialog):
        return False
    changed = unlikeness(before.astype("int16"), after) > LIKE
    around, dialog = (changed[_span(one)] for one in (was.area, was.dialog))
    rest = area(was.area) - area(was.dialog)
    is_lifted = int(around.sum()) - int(dialog.sum()) >= LIFTED * rest
    return is_lifted and dimmed(after) is None


def lifted(before: Pixels, after: Pixels, at: tuple[float, float]) -> bool:
    """Whether all that a click at a place did is that a dimming went away, from there as from the rest of the page."""
    import numpy as np

    if before.shape != after.shape:
        return False
    x, y = round(at[0]), round(at[1])
    windows = (clipped(Rect(x - wide, y - high, x + wide, y + high), after) for wide, high in REACHES)
    near = next((one for one in windows if area(one) and part_of(after, one).std() >= INK), None)
    if near is None:
        return False
    was, now = (part_of(one, near).astype(np.float64) for one in (before, after))
    left, black = np.polyfit(now.ravel(), was.ravel(), 1)
    if not (DARKENED[0] <= left <= DARKENED[1]) or np.abs(was - left * now - black).max() > LIKE:
        return False
    step = max(1, min(after.shape[:2]) // FINE)
    old, new = before[::step, ::step].astype(np.int16), after[::step, ::step].astype(np.int16)
    changed = unlikeness(old, new) > LIKE
    alike = np.abs(old - (left * new + black)).max(axis=2) <= LIKE
    like_it = changed & alike
    if like_it.mean() >= LIFTED:
        return True
    # Behind white only what is written on a white page changes.
    wide, high = inked(like_it, 0), inked(like_it, 1)
    is_all_over = all(np.ptp(np.flatnonzero(one)) >= SPREAD * one.size for one in (wide, high) if one.any())
    return bool(like_it.any() and is_all_over and like_it.sum() >= MOSTLY * changed.sum())
