"""Tick boxes, radio buttons and coloured icons beside a label: ink that is no letter, told by its shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.rect import Rect

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from agent.reading.blocks import Pixels

MIN_MARK = 8
"""Side in pixels; what is smaller is a dot or a bullet."""
NO_GROUND = 24
"""Of a channel, from the ground's colour: a tick box may be shaded more faintly than its label is written."""
OTHER_COLOUR = 40
"""Of a channel, between a mark's ink and the label's: an O or 已 is written in the label's colour."""
GAP_OF_MARK = 0.33
"""A mark stands at least so many of its heights from its label; 口 and what follows it are closer."""
SQUARE = 1.25
"""The longer side of a mark is at most so many times the shorter."""
MARK_OF_LINE = 0.5
"""Of a line's height: what is lower is no mark."""
FULL_SIDE = 0.65
"""A tick box may have round corners."""
SEEN_BESIDE = 3
"""The recogniser is shown so many columns beside a line."""
SOLID = 0.85


def before_marks(pixels: Pixels, line: Rect, ground: NDArray[np.int16]) -> list[Rect]:
    """The line, on a ground of that colour, cut before each mark within it: it belongs to what is on its right."""
    height, above = line.bottom - line.top, 3
    part = pixels[max(0, line.top - above) : line.bottom + above, line.left : line.right]
    marked = _unlike(part, ground)
    pieces = _pieces(marked, 1.6 * height)
    found, left = [], line.left
    for mark in pieces:
        before = [piece for piece in pieces if piece.right <= mark.left]
        after = [piece for piece in pieces if piece.left >= mark.right]
        if not (before and after) or not _is_square(mark) or mark.bottom - mark.top < MARK_OF_LINE * height:
            continue
        end, start = max(piece.right for piece in before), min(piece.left for piece in after)
        gap = max(3, GAP_OF_MARK * (mark.bottom - mark.top))
        if min(mark.left - end, start - mark.right) >= gap and _is_mark(part, marked, mark, after, ground):
            found.append(Rect(left, line.top, line.left + end + 2, line.bottom))
            left = line.left + mark.left - 1
    return [*found, Rect(left, line.top, line.right, line.bottom)]


def _is_mark(
    part: Pixels, marked: NDArray[np.bool_], mark: Rect, letters: Sequence[Rect], ground: NDArray[np.int16]
) -> bool:
    """Whether it is a box, or has a colour of its own and is round or sunk."""
    ink = marked[_span(mark)]
    return _is_box(ink) or ((_is_ring(ink) or _is_sunk(ink)) and _differ(part, mark, letters, ground))


def without_mark(pixels: Pixels, line: Rect, ground: NDArray[np.int16]) -> Rect | None:
    """The line without the mark at its left end, on a ground of that colour; None where it is a solid mark alone."""
    height = line.bottom - line.top
    reach, above = 3 * height // 2, 3
    left, top = max(0, line.left - reach), max(0, line.top - above)
    part = pixels[top : line.bottom + above, left : line.right]
    marked = _unlike(part, ground)
    pieces = _pieces(marked, 1.6 * height)
    start = line.left - left
    pieces = [piece for piece in pieces if piece.right > start - SEEN_BESIDE]
    if not pieces:
        return line
    mark = pieces[0]
    letters = [piece for piece in pieces if piece.right > mark.right]
    if not _is_square(mark) or mark.bottom - mark.top < MARK_OF_LINE * height:
        return line
    if not letters:
        return None if _is_of_one_colour(part[_span(mark)]) else line
    first = min(piece.left for piece in letters)
    if first - mark.right < max(3, GAP_OF_MARK * (mark.bottom - mark.top)):
        return line
    if not _is_mark(part, marked, mark, letters, ground):
        return line
    return Rect(max(line.left, left + first - 2), line.top, line.right, line.bottom)


def _unlike(part: Pixels, ground: NDArray[np.int16]) -> NDArray[np.bool_]:
    import numpy as np

    return np.asarray(np.abs(part.astype(np.int16) - ground).max(axis=2) > NO_GROUND)


def _pieces(marked: NDArray[np.bool_], highest: float) -> list[Rect]:
    """The connected pieces of ink from the left, without the borders around them."""
    import cv2
    import numpy as np

    _, _, found, _ = cv2.connectedComponentsWithStats(marked.astype(np.uint8), connectivity=8)
    boxes = [Rect(x, y, x + w, y + h) for x, y, w, h, _ in found[1:].tolist() if h <= highest]
    kept = [box for box in boxes if not _is_border(box, boxes, marked)]
    return sorted(kept, key=lambda box: (box.left, -box.right))


def _is_border(box: Rect, boxes: Sequence[Rect], marked: NDArray[np.bool_]) -> bool:
    """Whether it goes around others, its ends perhaps out of sight; a tick box around its tick does not count."""
    around = any(
        box.left < other.left and other.right < box.right and box.top <= other.top and other.bottom <= box.bottom
        for other in boxes
    )
    upper, _, lower, _ = _sides(marked[_span(box)])
    return around and not _is_square(box) and min(upper, lower) >= FULL_SIDE


def _span(box: Rect) -> tuple[slice, slice]:
    return slice(box.top, box.bottom), slice(box.left, box.right)


def _is_square(mark: Rect) -> bool:
    sides = (mark.right - mark.left, mark.bottom - mark.top)
    return min(sides) >= MIN_MARK and max(sides) <= SQUARE * min(sides)


def _is_box(ink: NDArray[np.bool_]) -> bool:
    """Whether it is filled, or has the four sides of a frame."""
    return bool(ink.mean() >= SOLID or min(_sides(ink)) >= FULL_SIDE)


def _is_of_one_colour(part: Pixels) -> bool:
    """Whether nearly all pixels are alike: a thick letter's, of its ink and its ground, are not."""
    import numpy as np

    usual = np.median(part.reshape(-1, 3), axis=0)
    return bool((np.abs(part - usual).max(axis=2) < NO_GROUND).mean() >= SOLID)


def _is_sunk(ink: NDArray[np.bool_]) -> bool:
    """Whether it has two sides of a frame that meet: the other two of a raised or sunk one may be too faint to see."""
    top, left, bottom, right = _sides(ink)
    return min(top, left) >= FULL_SIDE or min(bottom, right) >= FULL_SIDE


def _sides(ink: NDArray[np.bool_]) -> tuple[float, float, float, float]:
    """How much of the upper, left, lower and right side is ink, 0…1: of a D or an O little on the right."""
    upper, left, lower, right = (float(side.mean()) for side in (ink[0], ink[:, 0], ink[-1], ink[:, -1]))
    return upper, left, lower, right


def _is_ring(ink: NDArray[np.bool_]) -> bool:
    """Whether there is ink all along the circle within its sides, and none in the corners."""
    import cv2
    import numpy as np

    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    height, width = ink.shape
    near = np.asarray(cv2.dilate(ink.astype(np.uint8), np.ones((3, 3), np.uint8)), bool)
    rows = np.rint((height - 1) / 2 + (height / 2 - 1) * np.sin(angles)).astype(int)
    columns = np.rint((width - 1) / 2 + (width / 2 - 1) * np.cos(angles)).astype(int)
    on = near[rows, columns]
    corners = (ink[0, 0], ink[0, -1], ink[-1, 0], ink[-1, -1])
    return bool(on.mean() > 0.9 and not any(corners))


def _differ(part: Pixels, mark: Rect, letters: Sequence[Rect], ground: NDArray[np.int16]) -> bool:
    """Whether the mark is of another colour than the letters."""
    import numpy as np

    ends = Rect(
        min(one.left for one in letters),
        min(one.top for one in letters),
        max(one.right for one in letters),
        max(one.bottom for one in letters),
    )
    colours = (_colour(part, mark, ground), _colour(part, ends, ground))
    return bool(np.abs(colours[0] - colours[1]).max() > OTHER_COLOUR)


def _colour(part: Pixels, box: Rect, ground: NDArray[np.int16]) -> NDArray[np.int16]:
    """The colour of the ink in a box: of the tenth of its pixels that is least like the ground."""
    import numpy as np

    flat = part[_span(box)].reshape(-1, 3).astype(np.int16)
    unlike = np.abs(flat - ground).max(axis=1)
    return np.asarray(np.median(flat[unlike >= np.quantile(unlike, 0.9)], axis=0), np.int16)
