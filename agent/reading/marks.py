"""Tick boxes, radio buttons and coloured icons beside a label: ink that is no letter, told by its shape."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from agent.reading.channels import unlikeness
from agent.reading.shapes import FULL_SIDE, SOLID, is_arc, is_box, is_diamond, is_ring, is_square, is_sunk, sides
from agent.rect import Rect

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from agent.reading.blocks import Pixels

NO_GROUND = 24
"""Of a channel, from the ground's colour: a tick box may be shaded more faintly than its label is written."""
FAINT = 8
"""The same, where a box's own paper is looked for: dark on dark it differs by little."""
OTHER_PAPER = 5
"""Of a channel, from the ground's colour: what is written on has none of its own."""
PAPER = 0.3
"""Of a mark's square at least so much is of one colour, its paper or its fill."""
OTHER_COLOUR = 40
"""Of a channel, between a mark's ink and the label's: an O or 已 is written in the label's colour."""
COLOURFUL = 60
"""Of a strong colour, between its strongest and its weakest channel."""
MUCH, LITTLE = 0.25, 0.05
"""Of the ink."""
GAP_OF_MARK = 0.33
"""A mark stands at least so many of its heights from its label; 口 and what follows it are closer."""
NO_LETTER = 12
"""The same of a plain fill, which in a letter is the ink's own."""
LEAST_GAP, LEAST_RING_GAP = 2, 3
"""Of what has a paper of its own; of a ring in a colour of its own."""
MARK_OF_LINE = 0.25
"""Of a line's height: what is lower is no mark. Some toolkits draw the same mark beside letters of any size."""
SEEN_BESIDE = 3
"""The recogniser is shown so many columns beside a line."""
DOT, RING_DOTS = 2, 3
"""Side of a dot in pixels at most, and how many stand above each other at least: those of : and ï are fewer."""
THROUGH = 0.95
"""Of the line's height and some rows above and below."""
WIDE = 2
"""Heights: so wide a piece that has several others inside is no letter."""
FAR = 2
"""Heights of a line: so far before it a mark of its own may be."""


def before_marks(pixels: Pixels, line: Rect, ground: NDArray[np.int16]) -> list[Rect]:
    """The line, on a ground of that colour, cut before each mark within it: it belongs to what is on its right."""
    height, above = line.bottom - line.top, 3
    part = pixels[max(0, line.top - above) : line.bottom + above, line.left : line.right]
    found, left = [], line.left
    for end, mark in _within(part, height, ground):
        found.append(Rect(left, line.top, line.left + end + 2, line.bottom))
        left = line.left + mark - 1
    return [*found, Rect(left, line.top, line.right, line.bottom)]


def _within(part: Pixels, height: int, ground: NDArray[np.int16]) -> list[tuple[int, int]]:
    """The column after the text before each mark that has text on both sides, and the mark's first."""
    found: list[tuple[int, int]] = []
    for limit in (NO_GROUND, FAINT):
        marked = _unlike(part, ground, limit)
        pieces = _pieces(marked, 1.6 * height)
        for mark in pieces:
            before = [piece for piece in pieces if piece.right <= mark.left]
            after = [piece for piece in pieces if piece.left >= mark.right]
            if not (before and after) or not _has_its_size(mark, height) or _is_within(mark, pieces):
                continue
            end, start = max(piece.right for piece in before), min(piece.left for piece in after)
            gap = min(mark.left - end, start - mark.right)
            if _is_mark(part, marked, mark, after, ground, gap):
                found.append((end, mark.left))
        if found:
            break
    return found


def _is_within(mark: Rect, pieces: Sequence[Rect]) -> bool:
    """Whether it is inside of another piece, as the 日 of 间."""
    return any(piece.left < mark.left and mark.right < piece.right for piece in pieces)


def _has_its_size(mark: Rect, height: int) -> bool:
    return is_square(mark) and mark.bottom - mark.top >= MARK_OF_LINE * height


def _is_mark(
    part: Pixels, marked: NDArray[np.bool_], mark: Rect, letters: Sequence[Rect], ground: NDArray[np.int16], gap: float
) -> bool:
    """Whether what is so many columns from letters has a paper of its own; or is a box or a diamond, or has a colour of
    its own and is round or sunk, and is not as close as a letter."""
    if gap >= LEAST_GAP and _has_paper(part, mark, letters, ground):
        return True
    ink = marked[_span(mark)]
    if gap >= LEAST_RING_GAP and is_ring(ink) and _differ(part, mark, letters, ground):
        return True
    if gap >= LEAST_RING_GAP and _is_coloured(part, mark, letters, ground):
        return True
    return gap >= max(3, GAP_OF_MARK * (mark.bottom - mark.top)) and (
        is_box(ink)
        or is_diamond(ink)
        or (is_ring(ink) and _is_full(part[_span(mark)], ground))
        or ((is_arc(ink) or is_sunk(ink)) and _differ(part, mark, letters, ground))
    )


def without_mark(pixels: Pixels, line: Rect, ground: NDArray[np.int16]) -> Rect | None:
    """The line without the mark at its left end, on a ground of that colour; None where it is a solid mark alone."""
    height = line.bottom - line.top
    reach, above = 3 * height // 2, 3
    left, top = max(0, line.left - reach), max(0, line.top - above)
    part = pixels[top : line.bottom + above, left : line.right]
    for limit in (NO_GROUND, FAINT):
        marked = _unlike(part, ground, limit)
        start = line.left - left
        pieces = [one for one in _pieces(marked, 1.6 * height) if one.right > start - SEEN_BESIDE]
        if len(pieces) > 1 and pieces[0].right <= start < pieces[1].left:
            del pieces[0]  # the end of what stands before the line
        if not pieces or not _has_its_size(mark := pieces[0], height):
            continue
        letters = [piece for piece in pieces if piece.right > mark.right]
        if not letters:
            return None if _is_of_one_colour(part[_span(mark)]) else line
        first = min(piece.left for piece in letters)
        if _is_mark(part, marked, mark, letters, ground, first - mark.right):
            return Rect(max(line.left, left + first - 2), line.top, line.right, line.bottom)
    return line


def follows_mark(pixels: Pixels, line: Rect, ground: NDArray[np.int16]) -> bool:
    """Whether a mark stands right before the line, on a ground of that colour."""
    height, above = line.bottom - line.top, 3
    left, top = max(0, line.left - FAR * height), max(0, line.top - above)
    start = line.left - left + SEEN_BESIDE
    part = pixels[top : line.bottom + above, left : line.right]
    if not _unlike(part[:, :start], ground, FAINT).any():
        return False
    for limit in (NO_GROUND, FAINT):
        marked = _unlike(part, ground, limit)
        pieces = _pieces(marked, 1.6 * height)
        before = [piece for piece in pieces if piece.right <= start]
        letters = [piece for piece in pieces if piece.right > start]
        if not (before and letters):
            continue
        mark = max(before, key=lambda piece: piece.right)
        # A letter of the text before it is closer to that.
        gap = min(min(piece.left for piece in letters) - mark.right, _gap_before(mark, before))
        if _has_its_size(mark, height) and _is_mark(part, marked, mark, letters, ground, gap):
            return True
    return False


def _gap_before(mark: Rect, pieces: Sequence[Rect]) -> float:
    """How many columns are blank on the left of a mark, up to the next piece of ink."""
    return min((mark.left - piece.right for piece in pieces if piece.right <= mark.left), default=math.inf)


def _unlike(part: Pixels, ground: NDArray[np.int16], limit: int) -> NDArray[np.bool_]:
    import numpy as np

    return np.asarray(unlikeness(part, ground) > limit)


def _pieces(marked: NDArray[np.bool_], highest: float) -> list[Rect]:
    """The connected pieces of ink from the left, without the borders around them."""
    import cv2
    import numpy as np

    _, _, found, _ = cv2.connectedComponentsWithStats(marked.astype(np.uint8), connectivity=8)
    boxes = [Rect(x, y, x + w, y + h) for x, y, w, h, _ in found[1:].tolist() if h <= highest]
    dots = [box for box in boxes if max(box.right - box.left, box.bottom - box.top) <= DOT]
    borders = (_is_border(box, boxes, marked) or _is_side(box, marked) or _is_dotted(box, dots) for box in boxes)
    kept = [box for box, is_border in zip(boxes, borders, strict=True) if not is_border]
    return sorted(kept, key=lambda box: (box.left, -box.right))


def _is_border(box: Rect, boxes: Sequence[Rect], marked: NDArray[np.bool_]) -> bool:
    """Whether it goes around others, its ends perhaps out of sight; a tick box around its tick does not count."""
    inside = sum(
        box.left < other.left and other.right < box.right and box.top <= other.top and other.bottom <= box.bottom
        for other in boxes
    )
    if not inside or is_square(box):
        return False
    if inside > 1 and box.right - box.left > WIDE * (box.bottom - box.top):
        return True
    upper, _, lower, _ = sides(marked[_span(box)])
    return min(upper, lower) >= FULL_SIDE


def _is_side(box: Rect, marked: NDArray[np.bool_]) -> bool:
    """Whether it goes through from above the line to below it, which no letter does."""
    return box.bottom - box.top > THROUGH * len(marked)


def _is_dotted(box: Rect, dots: Sequence[Rect]) -> bool:
    """Whether it is one of the dots above each other that the side of a focus ring is made of."""
    return box in dots and sum(abs(dot.left - box.left) <= 1 for dot in dots) > RING_DOTS


def _span(box: Rect) -> tuple[slice, slice]:
    return slice(box.top, box.bottom), slice(box.left, box.right)


def _is_of_one_colour(part: Pixels) -> bool:
    """Whether nearly all pixels are alike: a thick letter's, of its ink and its ground, are not."""
    import numpy as np

    usual = np.median(part.reshape(-1, 3), axis=0)
    return bool((unlikeness(part, usual) < NO_GROUND).mean() >= SOLID)


def _has_paper(part: Pixels, mark: Rect, letters: Sequence[Rect], ground: NDArray[np.int16]) -> bool:
    """Whether it stands on the ground, and is much of one colour that is neither the ground's nor the letters'."""
    import numpy as np

    around = part[max(0, mark.top - 1) : mark.bottom + 1, max(0, mark.left - 1) : mark.right + 1]
    frame = np.concatenate([around[0], around[-1], around[:, 0], around[:, -1]])
    if (unlikeness(frame, ground) > FAINT).mean() > 1 - SOLID:
        return False
    flat = part[_span(mark)].reshape(-1, 3)
    colours, counts = np.unique(flat, axis=0, return_counts=True)
    is_other = unlikeness(colours, ground) > OTHER_PAPER
    if not is_other.any():
        return False
    most = np.where(is_other, counts, 0).argmax()
    written = _colour(part, _around(letters), ground)
    return bool(counts[most] >= PAPER * len(flat) and np.abs(colours[most] - written).max() > NO_LETTER)


def _is_full(part: Pixels, ground: NDArray[np.int16]) -> bool:
    """Whether no ground shows in its middle, as it does in an O."""

    height, width = part.shape[:2]
    middle = part[height // 3 : -(height // 3), width // 3 : -(width // 3)]
    return bool((unlikeness(middle, ground) > FAINT).all())


def _differ(part: Pixels, mark: Rect, letters: Sequence[Rect], ground: NDArray[np.int16]) -> bool:
    """Whether the mark is of another colour than the letters."""
    import numpy as np

    colours = (_colour(part, mark, ground), _colour(part, _around(letters), ground))
    return bool(np.abs(colours[0] - colours[1]).max() > OTHER_COLOUR)


def _is_coloured(part: Pixels, mark: Rect, letters: Sequence[Rect], ground: NDArray[np.int16]) -> bool:
    """Whether much of the mark is of strong colours and the letters are gray, as a red cross before what a button
    says; where letters are smoothed in colours, none is."""
    return _strong(part, mark, ground) >= MUCH and _strong(part, _around(letters), ground) <= LITTLE


def _strong(part: Pixels, box: Rect, ground: NDArray[np.int16]) -> float:
    """How much of the ink in a box is of a strong colour."""
    ink = part[_span(box)][_unlike(part[_span(box)], ground, NO_GROUND)]
    return float((ink.max(axis=1) - ink.min(axis=1) >= COLOURFUL).mean()) if ink.size else 0.0


def _around(pieces: Sequence[Rect]) -> Rect:
    return Rect(
        min(one.left for one in pieces),
        min(one.top for one in pieces),
        max(one.right for one in pieces),
        max(one.bottom for one in pieces),
    )


def _colour(part: Pixels, box: Rect, ground: NDArray[np.int16]) -> NDArray[np.int16]:
    """The colour of the ink in a box: of the tenth of its pixels that is least like the ground."""
    import numpy as np

    flat = part[_span(box)].reshape(-1, 3).astype(np.int16)
    unlike = unlikeness(flat, ground)
    return np.asarray(np.median(flat[unlike >= np.quantile(unlike, 0.9)], axis=0), np.int16)
