"""Signs that stand alone, as on a calculator's keys: the detector of lines passes over many of them.

Where one is named all of its like are looked for, so that of two that which was read is not taken for the only one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from agent.reading.blocks import EDGE, MARGIN
from agent.reading.channels import unlikeness
from agent.reading.labels import TextBox, find, fold
from agent.rect import Rect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from agent.reading.blocks import Pixels

    Ink = NDArray[np.bool_]

SURE_SIGN = 0.7
"""Score: of 24 signs on drawn keys most had 0.9 and more."""
INK_DIFFERENCE = 40
"""Of a channel, from the ground's colour."""
MOST_SIDE = 48
"""Pixels: what is wider or higher is more than a sign."""
PARTS = (4, 8)
"""Pixels: the parts of a sign, small or large, are no farther from each other, and the edge of its key is."""
MOST_SIGNS = 400
"""So many small things are noise."""
AIR = (1.6, 2.6)
"""Sides of a sign: as wide and high is the square around it that is read, at least, and if there is room."""
SIDES = (16, 28)
"""The same, in pixels."""
ONE_WIDE = 2.0
"""Heights: what was not read and is wider is more than a sign."""
WINDOW_BUTTONS = 100
"""Pixels from the button that minimises a window to that which closes it, at most."""
MOST_DOT = 8
"""Pixels: a larger dot is no full stop."""


def signs(wanted: Sequence[str]) -> list[str]:
    """Of some labels those of one character that is no letter or digit."""
    return [name for name in wanted if len(key := fold(name)) == 1 and not key.isalnum()]


def lone_signs(pixels: Pixels, texts: Sequence[TextBox], names: Sequence[str]) -> list[Rect]:
    """Squares around what is small and alone on a ground of one colour, and none of the texts that are longer, or that
    are one of the names."""
    taken = [text for text in texts if _is_longer(text) or find(names, [text]).boxes]
    small = [one for one in _small(pixels) if not any(one.meets(text) for text in taken)]
    squares = (_square(pixels, one) for one in small[:MOST_SIGNS])
    return list(dict.fromkeys(square for square in squares if square is not None))


def _is_longer(text: TextBox) -> bool:
    return len(text.text) > 1 or (not text.text and text.width > ONE_WIDE * text.height)


def _small(pixels: Pixels) -> list[Rect]:
    """Boxes around what is drawn close together, with a margin: where they are of a sign's size."""
    import cv2
    import numpy as np

    drawn = np.zeros(pixels.shape[:2], np.uint8)
    drawn[:, 1:] |= (cv2.absdiff(pixels[:, 1:], pixels[:, :-1]) > EDGE).any(axis=2)
    drawn[1:] |= (cv2.absdiff(pixels[1:], pixels[:-1]) > EDGE).any(axis=2)
    return [one for parts in PARTS for one in _joined(drawn, parts)]


def _joined(drawn: NDArray[np.uint8], parts: int) -> list[Rect]:
    import cv2
    import numpy as np

    grown = cv2.dilate(drawn, np.ones((parts + 1, parts + 1), np.uint8))
    _, _, boxes, _ = cv2.connectedComponentsWithStats(grown, connectivity=8)
    more, (height, width) = MARGIN - parts // 2, drawn.shape
    return [
        Rect(max(0, x - more), max(0, y - more), min(width, x + w + more), min(height, y + h + more))
        for x, y, w, h in boxes[1:, :4].tolist()
        if max(w, h) <= MOST_SIDE + parts
    ]


def _square(pixels: Pixels, block: Rect) -> Rect | None:
    """A square with the ink of a block in its middle, as large as there is nothing else in it."""
    import numpy as np

    part = pixels[block.top : block.bottom, block.left : block.right]
    ground = np.median(part.reshape(-1, 3), axis=0)
    inked = unlikeness(part, ground) > INK_DIFFERENCE
    edge = MARGIN // 2  # of a neighbour something may reach into the margin
    inked[:edge] = inked[-edge:] = inked[:, :edge] = inked[:, -edge:] = False
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    if not rows.size:
        return None
    height, width = int(rows[-1] - rows[0]) + 1, int(columns[-1] - columns[0]) + 1
    least, most = (max(side, round(air * max(height, width))) for side, air in zip(SIDES, AIR, strict=True))
    for side in range(most, least - 1, -2):
        left = block.left + int(columns[0]) + (width - side) // 2
        top = block.top + int(rows[0]) + (height - side) // 2
        if left < 0 or top < 0:
            continue
        around = pixels[top : top + side, left : left + side]
        if (unlikeness(around, ground) > INK_DIFFERENCE).sum() == inked.sum():
            return Rect(left, top, left + side, top + side)
    return None


def drawn_signs(pixels: Pixels, squares: Sequence[Rect]) -> dict[Rect, str]:
    """What is told by its shape in squares around it; "" for the bar that minimises a window, which is no minus."""
    found = {square: sign for square in squares if (sign := drawn_sign(pixels, square)) is not None}
    crosses = [square for square, sign in found.items() if sign == "×"]
    return {
        square: "" if sign == "-" and any(_minimises(square, cross, squares) for cross in crosses) else sign
        for square, sign in found.items()
    }


def _minimises(bar: Rect, cross: Rect, squares: Sequence[Rect]) -> bool:
    """Whether the cross, the last in a row, is what closes the window."""
    return _is_near(bar, cross) and not any(_is_near(cross, other) for other in squares)


def _is_near(left: Rect, right: Rect) -> bool:
    off = abs(left.top + left.bottom - right.top - right.bottom) / 2
    return off <= SIDES[0] / 2 and 0 < (right.left + right.right - left.left - left.right) / 2 <= WINDOW_BUTTONS


def drawn_sign(pixels: Pixels, square: Rect) -> str | None:
    """Which sign the ink within a square around it is by its shape: "." "-" "=" "+" "×" "÷" "±"; None for all else."""
    import numpy as np

    part = pixels[square.top : square.bottom, square.left : square.right]
    difference = unlikeness(part, part[0, 0])
    if _is_dot(np.asarray(difference / max(1, difference.max()))):
        return "."
    bands = _bands(np.asarray(difference > max(INK_DIFFERENCE, 0.45 * difference.max())))
    return next((sign for sign, is_drawn in _SHAPES.items() if is_drawn(*bands)), None)


def _is_dot(shades: NDArray[np.float64]) -> bool:
    """Whether it is solid, and about as wide as high: of a few pixels each counts for as much as it is inked."""
    import numpy as np

    across, down = shades.max(axis=0), shades.max(axis=1)
    width, height = float(across.sum()), float(down.sum())
    if max(width, height) > MOST_DOT or not 0.6 <= width / max(height, 0.1) <= 1.5:
        return False
    rows, columns = np.flatnonzero(down > 0.5), np.flatnonzero(across > 0.5)
    core = shades[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    y, x = np.mgrid[0 : core.shape[0], 0 : core.shape[1]] + 0.5
    off = abs(2 * y / core.shape[0] - 1) + abs(2 * x / core.shape[1] - 1)
    return bool((core[off < 1.5] > 0.5).all())  # the corners may be round


def _bands(ink: Ink) -> list[Ink]:
    """The parts of it above each other, each without blanks around."""
    import numpy as np

    rows = np.flatnonzero(ink.any(axis=1))
    parts = [ink[part[0] : part[-1] + 1] for part in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1) if part.size]
    columns = [np.flatnonzero(part.any(axis=0)) for part in parts]
    return [part[:, own[0] : own[-1] + 1] for part, own in zip(parts, columns, strict=True)]


def _is_bar(ink: Ink, *others: Ink) -> bool:
    height, width = ink.shape
    return not others and width >= max(3, 2 * height) and bool(ink.mean() >= 0.9)


def _is_equal(*bands: Ink) -> bool:
    return len(bands) == 2 and all(map(_is_bar, bands)) and bands[0].shape[1] == bands[1].shape[1]


def _is_divide(*bands: Ink) -> bool:
    """A bar between two dots."""
    if len(bands) != 3 or not _is_bar(bands[1]):
        return False
    return all(max(dot.shape) <= 0.4 * bands[1].shape[1] and dot.mean() >= 0.75 for dot in (bands[0], bands[2]))


def _is_plus_or_minus(*bands: Ink) -> bool:
    return len(bands) == 2 and _is_plus(bands[0]) and _is_bar(bands[1])


def _is_plus(ink: Ink, *others: Ink) -> bool:
    """A whole row and a whole column, both in its middle, and nothing else."""
    import numpy as np

    height, width = ink.shape
    if others or min(height, width) < 5 or abs(height - width) > max(2, 0.25 * width):
        return False
    rows, columns = np.flatnonzero(ink.mean(axis=1) > 0.9), np.flatnonzero(ink.mean(axis=0) > 0.9)
    rest = np.delete(np.delete(ink, rows, axis=0), columns, axis=1)
    return _is_middle(rows, height) and _is_middle(columns, width) and bool(rest.mean() < 0.05)


def _is_middle(lines: NDArray[np.intp], count: int) -> bool:
    """Whether they are neighbours, in the middle of so many, and few of them."""
    if not 0 < len(lines) < 0.4 * count or lines[-1] - lines[0] >= len(lines):
        return False
    return abs(int(lines[0]) + int(lines[-1]) - count + 1) <= 3


def _is_cross(ink: Ink, *others: Ink) -> bool:
    """Both diagonals of about a square, and nothing else."""
    import numpy as np

    height, width = ink.shape
    if others or min(height, width) < 5 or abs(height - width) > max(1, 0.12 * width):
        return False
    y, x = np.mgrid[0:height, 0:width]
    down, across = 2 * y / (height - 1) - 1, 2 * x / (width - 1) - 1
    off = np.minimum(abs(down - across), abs(down + across))
    on = (off <= 1 / width) & (abs(down) < 0.8)  # thin ends may be pale
    return bool(ink[on].mean() > 0.9 and ink[off > 0.75].mean() < 0.02)


_SHAPES: Mapping[str, Callable[..., bool]] = MappingProxyType(
    {
        "-": _is_bar, "=": _is_equal, "+": _is_plus, "×": _is_cross, "÷": _is_divide, "±": _is_plus_or_minus,
    }
)  # fmt: skip
"""Of the parts above each other."""
