"""What a small drawing is: a checkbox, a radio button or neither, and whether it is on.

Told by its outline and by the ink inside it. A box that is plain inside is off where it is as its ground, or lighter;
a mark in it of clear contrast makes it on. A bar (neither on nor off), a faint mark (one that cannot be used) and a
plain light box on a dark ground (whose mark may be as light) are left open, but for a browser's with round corners.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.offline.ink import FAINT_INK, clipped, differs, ground_of, part_of
from agent.reading.channels import unlikeness
from agent.rect import Rect

if TYPE_CHECKING:
    from typing import Literal

    import numpy as np
    from numpy.typing import NDArray

    from agent.offline.ink import Colour, Mask
    from agent.reading.blocks import Pixels

    Shape = Literal["square", "circle", "diamond"]

FILLS: dict[Shape, tuple[float, float]] = {"square": (0.93, 1.0), "circle": (0.7, 0.9), "diamond": (0.42, 0.66)}
"""Share of its bounding box that each shape takes."""
PLAIN = 0.85
"""Share of the pixels around it that must be of one colour."""
COLOURED = 70
"""A fill's strongest channel is so much more than its weakest: no toolkit fills a box that is off so."""
SMALL_DOT = 0.6
"""Of a radio button's width: within a ring of two pixels there is more."""
ROUND = 16
"""Of a channel: what is smoothed differs by more."""
FAINT, CLEAR = 24, 70
"""Contrast: below the first nothing is there, from the second on it is plainly seen. Between them it is in doubt."""


def shape_of(pixels: Pixels, rect: Rect) -> Shape | None:
    """The shape that fills `rect` on a plain ground, if it is one that toolkits draw."""
    import numpy as np

    frame = clipped(Rect(rect.left - 2, rect.top - 2, rect.right + 2, rect.bottom + 2), pixels)
    part = part_of(pixels, frame)
    around = np.concatenate([part[0], part[-1], part[:, 0], part[:, -1]])
    ground = ground_of(around)
    if differs(around, ground).mean() > 1 - PLAIN:
        return None
    part = part_of(pixels, rect)
    found = _shape(differs(part, ground))
    # On a ground without any shades a faint border counts too.
    return _shape(differs(part, ground, FAINT_INK)) if found is None and not differs(around, ground, 2).any() else found


def _shape(ink: Mask) -> Shape | None:

    rows, columns = _filled(ink), _filled(ink.T).T
    if (rows ^ columns).mean() > 0.08 or max((rows ^ rows[:, ::-1]).mean(), (rows ^ rows[::-1]).mean()) > 0.12:
        return None
    share = float(rows.mean())
    return next((shape for shape, (least, most) in FILLS.items() if least <= share <= most), None)


def state_of(pixels: Pixels, rect: Rect, shape: Shape) -> bool | None:
    """Whether the box or button in `rect` is on; None where that cannot be told."""
    import numpy as np

    frame = part_of(pixels, clipped(Rect(rect.left - 2, rect.top - 2, rect.right + 2, rect.bottom + 2), pixels))
    ground = ground_of(np.concatenate([frame[0], frame[-1], frame[:, 0], frame[:, -1]]))
    inside = _inside(part_of(pixels, rect), shape)
    paper = ground_of(inside)
    contrast = unlikeness(inside, paper)
    if (contrast > FAINT).mean() < 0.03:
        if shape == "square" and int(contrast.max()) <= 4 and _is_round_and_white(part_of(pixels, rect), ground):
            return False
        if shape == "square" and _is_framed_within(part_of(pixels, rect), paper, ground):
            return None
        return _plain_state(paper, ground, shape)
    clear = np.asarray(contrast >= CLEAR)
    if shape == "diamond":
        height, width = inside.shape[:2]
        return _plain_state(inside[height // 2, width // 2], ground, shape)
    if shape == "circle" and _is_dot_in_colour(part_of(pixels, rect)):
        return True
    if shape == "circle":
        return _dot_state(contrast, _plain_state(paper, ground, shape))
    # On a shaded fill most pixels of one colour are those of the mark.
    if not 0.04 <= clear.mean() <= 0.8 or _is_bar(clear) or _is_bar(~clear) or _is_block(clear):
        return None
    return True


def _is_round_and_white(part: NDArray[np.int16], ground: Colour) -> bool:
    """Whether it is a browser's empty box: white in a thin gray border with round corners.

    A box with sharp corners may have a white tick on its white.
    """
    import numpy as np

    height, width = part.shape[:2]
    if int(part[height // 4 : -(height // 4), width // 4 : -(width // 4)].min()) < 245:
        return False
    y, x = height // 2, width // 2
    sides = unlikeness(np.stack([part[0, x], part[-1, x], part[y, 0], part[y, -1]]), ground)
    corners = unlikeness(part[[0, 0, -1, -1], [0, -1, 0, -1]], ground)
    border = int(part[0, x].max())
    is_round = corners.max() <= 0.6 * sides.min() or _is_round_within(part)
    return bool(sides.min() >= FAINT and is_round and border <= 245 - CLEAR)


def _is_framed_within(part: NDArray[np.int16], paper: Colour, ground: Colour) -> bool:
    """Whether a square with a light border of its own stands in a dark box: what some toolkits draw for neither on nor
    off."""
    row = [_lightness(colour) for colour in part[part.shape[0] // 2, : max(4, part.shape[1] // 3)]]
    frame = max(row)
    outside = row[: row.index(frame)]
    is_apart = bool(outside) and min(outside) <= _lightness(ground) and frame - min(outside) >= CLEAR
    return is_apart and frame - _lightness(paper) >= FAINT


def _is_round_within(part: NDArray[np.int16]) -> bool:
    """Whether each corner one pixel further in is unlike the middles of both its sides: between two pixels of the
    screen the outer corners of a box may be as plain as its sides, but straight sides go on up to where they meet."""
    import numpy as np

    y, x = part.shape[0] // 2, part.shape[1] // 2
    rows, columns = [1, 1, -2, -2], [1, -2, 1, -2]
    corners = part[rows, columns]
    others = (part[rows, [x] * 4], part[[y] * 4, columns])
    return all(bool(np.all(unlikeness(corners, other) > ROUND)) for other in others)


def _is_dot_in_colour(part: NDArray[np.int16]) -> bool:
    """Whether a small dot stands in the middle of a disc of some colour, however light it is: a ring is wider."""
    import numpy as np

    row = part[part.shape[0] // 2]
    width, middle = len(row), len(row) // 2
    other = np.flatnonzero(unlikeness(row, row[middle]) > CLEAR)
    before, after = other[other < middle], other[other > middle]
    if not (before.size and after.size) or after[0] - before[-1] - 1 > SMALL_DOT * width:
        return False
    return all(int(np.ptp(row[x])) >= COLOURED for x in (before[-1], after[0]))


def _dot_state(contrast: NDArray[np.int16], plain: bool | None) -> bool | None:
    """On where the middle is a dot: of another colour than most of the inside, or most of it and no paper."""
    import numpy as np

    height, width = contrast.shape
    y, x = max(1, height // 8), max(1, width // 8)
    middle = float(np.median(contrast[height // 2 - y : height // 2 + y + 1, width // 2 - x : width // 2 + x + 1]))
    if middle >= CLEAR:
        return True
    clear = float((contrast >= CLEAR).mean())
    if middle > FAINT or (plain is not False and clear < 0.03):
        return None
    return plain is not False


def _filled(ink: Mask) -> Mask:
    """Each row from its first ink to its last."""
    import numpy as np

    forth = np.maximum.accumulate(ink, axis=1)
    back = np.maximum.accumulate(ink[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(forth & back)


def _inside(part: NDArray[np.int16], shape: Shape) -> NDArray[np.int16]:
    """What is within the border: of a square most of it, of the others what a square in them holds."""
    height, width = part.shape[:2]
    share = {"square": 0.2, "circle": 0.21, "diamond": 0.32}[shape]
    y, x = max(2, round(share * height)), max(2, round(share * width))
    return part[y : height - y, x : width - x]


def _plain_state(paper: Colour, ground: Colour, shape: Shape) -> bool | None:
    light, base = _lightness(paper), _lightness(ground)
    is_gray = int(paper.max()) - int(paper.min()) <= 24 or int(abs(paper - ground).max()) <= FAINT
    if base >= 128:
        if is_gray and light >= base - FAINT:
            return False
        # Some toolkits fill the box with a dark colour; their lighter fill is the state between on and off.
        return True if shape != "circle" and light < 0.48 * base else None
    if shape != "circle" and int(paper.max()) - int(paper.min()) >= COLOURED and light - base >= CLEAR:
        return True
    return False if is_gray and abs(light - base) < CLEAR else None


def _lightness(colour: Colour) -> float:
    red, green, blue = (int(value) for value in colour)
    return 0.299 * red + 0.587 * green + 0.114 * blue


def _extent(marks: Mask) -> tuple[int, int, float]:
    """Width and height of the marked part, and how much of it is marked."""
    import numpy as np

    rows, columns = np.flatnonzero(marks.any(axis=1)), np.flatnonzero(marks.any(axis=0))
    height, width = int(rows[-1] - rows[0]) + 1, int(columns[-1] - columns[0]) + 1
    return width, height, float(marks.sum() / (width * height))


def _is_bar(marks: Mask) -> bool:
    width, height, share = _extent(marks)
    return share > 0.7 and (height <= 0.45 * width or width <= 0.45 * height)


def _is_block(marks: Mask) -> bool:
    """A filled square within the box: on to some, between on and off to others."""
    return _extent(marks)[2] > 0.92
