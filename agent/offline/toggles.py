"""Sliding switches beside a label, and whether they are on: the knob on the right of a coloured track.

Off is a knob on the left with no colour about it. All else (a black track, one that is mirrored) is left open.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agent.offline.ink import clipped, differs, ground_of, inked, part_of, pieces, runs
from agent.offline.spot import IN_LINE, block_of, is_inside, is_level, rect_of
from agent.reading.channels import unlikeness
from agent.reading.labels import TextBox
from agent.rect import Rect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from agent.offline.ink import Colour, Mask
    from agent.reading.blocks import Pixels

# In heights of the label's text.
REACH = 60.0
CLOSE = 1.5
"""How far right of its label it may be, with nothing between; how far left. What is as close on its right may have it
for its own."""
AROUND = (1.3, 0.9, 0.7)
"""Above and below its label's middle; less where the border of a card is as near."""
HEIGHTS = (0.5, 2.0)
WIDE = (1.5, 2.6)
"""Its width, in its own heights."""
NEARER, BY = 1.5, 0.4
"""Times, and heights of the label: so much nearer to one label than to another it is the one's."""
MAX_READ = 2
"""Letters that its knob may be read as."""
MAX_STATE = 3
"""Letters of a text beside it that says its state: "Off"."""
LINE = 3
"""Pixels: what is wider and of another colour all along is no line of a table, but where a ground ends."""
APART = 1.1
"""In steps from a label to the line below it."""
CORNER = 0.12
"""Of its height: what a round end leaves free."""
EDGE_INK = 8
"""Of a channel: a card's side may be light."""
UNLIKE = 14
"""Of a channel: the knob differs from its track by more than this."""
PLAIN, MIN_BITE, MIN_TRACK = 85, 0.1, 8
"""Of a channel: a track is so unlike its ground, and the shadow of a knob is less. Of its height: a knob over its end
takes at least so much of its middle row. Pixels: its height, at least."""
SOLID = 0.75
"""Of a track's box: so much of it is track, and of a letter's less."""
SMALLEST_KNOB = 0.35
"""Of the switch's height."""
GRAY, COLOURED = 30, 60
"""A colour's strongest channel is so much more than its weakest, at most and at least."""


@dataclass(frozen=True)
class Toggle:
    """A sliding switch, in the picture's pixels."""

    box: Rect
    on: bool | None
    """None where it cannot be told."""


def toggle_of(pixels: Pixels, label: TextBox, texts: Sequence[TextBox]) -> Toggle | None:
    """The one switch that plainly belongs to the text, or to it with its description: on the right, or close on the
    left and nobody else's."""
    found = _toggle_of(pixels, label, texts)
    if found is not None:
        return found
    if (bare := _without_switch(pixels, label)) is not None:
        found = _toggle_of(pixels, bare, [bare if box is label else box for box in texts])
        return found if found is not None and found.on is not None else None
    if (block := block_of(label, texts)) is not None:
        return _beside_block(pixels, label, block, texts)
    lines = _pair(label, texts)
    if lines is None:
        return None
    block = Rect(round(label.left), round(label.top), round(label.right), round(lines[-1].bottom))
    found = _beside_block(pixels, label, block, texts)
    spanned = [] if found is None else [box for box in _column(label, texts) if _spans(found.box, box)]
    return found if spanned == lines else None


def _without_switch(pixels: Pixels, label: TextBox) -> TextBox | None:
    """The text without something as wide as a switch at its beginning, that was read with it; None where none was."""
    own = clipped(rect_of(label), pixels)
    part = part_of(pixels, own)
    first = next(iter(pieces(pixels, own, ground_of(part))), None) if part.size else None
    if first is None or not WIDE[0] <= (first.right - first.left) / (first.bottom - first.top) <= WIDE[1]:
        return None
    left = first.right + LINE
    return replace(label, left=left, width=label.right - left) if label.right - left > label.height else None


def _column(label: TextBox, texts: Sequence[TextBox]) -> list[TextBox]:
    """The texts that begin where the label begins, from above down."""
    found = (box for box in texts if abs(box.left - label.left) <= IN_LINE * label.height)
    return sorted(found, key=lambda box: box.top)


def _pair(label: TextBox, texts: Sequence[TextBox]) -> list[TextBox] | None:
    """The label and the line below it, where the lines above and below these two are farther off than they are from
    each other. It may be a description: what stands beside both tells."""
    column = _column(label, texts)
    if label not in column:
        return None  # a label of several texts of one line
    at = column.index(label)
    middles = [box.center[1] for box in column]
    steps = [after - before for before, after in itertools.pairwise(middles)]
    if at >= len(steps) or any(step < APART * steps[at] for step in (*steps[:at][-1:], *steps[at + 1 : at + 2])):
        return None
    return column[at : at + 2]


def _spans(box: Rect, text: TextBox) -> bool:
    return box.top <= text.center[1] < box.bottom


def _beside_block(pixels: Pixels, label: TextBox, block: Rect, texts: Sequence[TextBox]) -> Toggle | None:
    """The one that plainly belongs to the label with what is in its block, level with the middle of that."""
    for box in sorted((box for box in texts if _spans(block, box)), key=lambda box: box.left):
        if block.left <= box.left <= block.right + label.height:  # a line may be read in pieces
            block = replace(block, right=max(block.right, round(box.right)))
    shift = (block.top + block.bottom) / 2 - label.center[1]
    whole = replace(label, top=label.top + shift, width=block.right - label.left)
    return _toggle_of(pixels, whole, [box for box in texts if not is_inside(box.center, block)])


def _toggle_of(pixels: Pixels, label: TextBox, texts: Sequence[TextBox]) -> Toggle | None:
    level = [box for box in texts if box is not label and is_level(box, label) and len(box.text) != 1]
    after, before = list(_beside(pixels, label, level, texts, +1)), list(_beside(pixels, label, level, texts, -1))
    if len(after) == len(before) == 1:
        is_after = _is_nearer(after[0].left - label.right, label.left - before[0].right, label.height)
        before = [] if is_after else before
    if len(after) + len(before) != 1:
        return None
    (one,) = after or before
    if after:
        end = one.right + CLOSE * label.height
        others = (box for box in level if one.right <= box.left + 2 < end)
        gap = one.left - label.right
        is_others = any(
            not 0 < len(box.text) <= MAX_STATE and not _is_nearer(gap, box.left - one.right, label.height)
            for box in others
        )
    else:
        before_it = (box for box in level if one.left - REACH * label.height < box.right <= one.left + 2)
        is_others = any(not _is_parted(pixels, box, one) for box in before_it)
    return None if is_others else Toggle(one, _state(part_of(pixels, one)))


def _is_parted(pixels: Pixels, text: TextBox, switch: Rect) -> bool:
    """Whether an upright line, or another ground, is between a text and a switch on its right: a card's side."""
    rows, end = slice(max(0, switch.top - LINE), switch.bottom + LINE), switch.left - LINE
    between = part_of(pixels, Rect(round(text.right) + LINE, rows.start, end, rows.stop))
    if not between.size:
        return False
    return bool(differs(between, pixels[(switch.top + switch.bottom) // 2, end], EDGE_INK).all(axis=0).any())


def _is_nearer(gap: float, other: float, height: float) -> bool:
    """Whether one gap is plainly less than another."""
    return other > NEARER * max(gap, 1) and other - gap >= BY * height


def has_toggle(pixels: Pixels, label: TextBox, texts: Sequence[TextBox], *, plainly: bool = False) -> bool:
    """Whether something like a sliding switch stands level with the text, on its right and without words in it; with
    `plainly`, one that is on or off."""
    found = _beside(pixels, label, [], texts, +1)
    return any(not plainly or _state(part_of(pixels, one)) is not None for one in found)


def _beside(
    pixels: Pixels, label: TextBox, level: Sequence[TextBox], texts: Sequence[TextBox], way: int
) -> Iterator[Rect]:
    """The switches on the label's right (+1), or close on its left (-1), up to the next of the `level` texts."""
    for reach in AROUND:
        if found := _within(pixels, label, level, texts, way, round(reach * label.height)):
            yield from found
            return


def _within(
    pixels: Pixels, label: TextBox, level: Sequence[TextBox], texts: Sequence[TextBox], way: int, half: int
) -> list[Rect]:
    """Those in so many rows above and below the label's middle."""
    y = round(label.center[1])
    if way > 0:
        ends = [box.left for box in level if box.left >= label.right - 2]
        left, right = round(label.right) + 3, round(min([label.right + REACH * label.height, *ends]))
    else:
        starts = [box.right for box in level if box.right <= label.left + 2]
        reach = CLOSE * label.height + HEIGHTS[1] * WIDE[1] * label.height
        left, right = round(max([label.left - reach, *starts])), round(label.left) - 2
    window = clipped(Rect(left, y - half, right, y + half), pixels)
    part = part_of(pixels, window)
    if not part.size:
        return []
    for ground, within in _grounds(pixels, label, window, part, way):
        found = []
        tracks = list(_bitten(pixels, within, ground))
        others = (one for one in pieces(pixels, within, ground) if not any(map(one.meets, tracks)))
        for one in (*tracks, *others):
            is_near = way > 0 or label.left - one.right <= CLOSE * label.height
            is_whole = window.top < one.top and one.bottom < window.bottom
            if is_near and is_whole and _is_toggle(pixels, one, ground, label, texts):
                found.append(one)
        if found:
            return found
    return []


def _bitten(pixels: Pixels, within: Rect, ground: Colour) -> Iterator[Rect]:
    """Tracks that are off, with the knob: one of the ground's colour is over their left end, told by its shadow."""
    for track in pieces(pixels, within, ground, None, PLAIN):
        height, ink = track.bottom - track.top, differs(part_of(pixels, track), ground, PLAIN)
        bite = int(ink[height // 2].argmax())
        whole = clipped(Rect(track.left + bite - height, track.top, track.right, track.bottom), pixels)
        is_bitten = height >= MIN_TRACK and MIN_BITE * height <= bite < height and ink.mean() >= SOLID
        if is_bitten and _state(part_of(pixels, whole)) is False:
            yield whole


def _grounds(
    pixels: Pixels, label: TextBox, window: Rect, part: NDArray[np.int16], way: int
) -> Iterator[tuple[Colour, Rect]]:
    """What a switch may stand on, and where: what its label is written on, up to where that ends; the colour of most of
    the window."""
    own = part_of(pixels, clipped(rect_of(label), pixels))
    if own.size:
        ground = ground_of(own)
        ends = [run for run in runs(~inked(~differs(part, ground), 0), 0) if run[1] - run[0] > LINE]
        if way > 0:
            yield ground, replace(window, right=window.left + ends[0][0]) if ends else window
        else:
            yield ground, replace(window, left=window.left + ends[-1][1]) if ends else window
    yield ground_of(part), window


def _is_toggle(pixels: Pixels, piece: Rect, ground: Colour, label: TextBox, texts: Sequence[TextBox]) -> bool:
    width, height = piece.right - piece.left, piece.bottom - piece.top
    fits = HEIGHTS[0] * label.height <= height <= HEIGHTS[1] * label.height and WIDE[0] <= width / height <= WIDE[1]
    is_at_level = abs((piece.top + piece.bottom) / 2 - label.center[1]) <= 0.4 * label.height
    if not (fits and is_at_level) or any(piece.meets(box) for box in texts if len(box.text) > MAX_READ):
        return False
    ink, bit = differs(part_of(pixels, piece), ground), max(1, round(CORNER * height))
    corners = (ink[:bit, :bit], ink[:bit, -bit:], ink[-bit:, :bit], ink[-bit:, -bit:])
    return not any(corner.mean() > 0.5 for corner in corners) and bool(ink[0].any() and ink[-1].any())


def _state(part: NDArray[np.int16]) -> bool | None:
    """On, off, or None: of what is within a switch's box."""
    import numpy as np

    height, width = part.shape[:2]
    places = (height // 2, width - 1 - height // 2)
    left, right = (_colour(part, x) for x in places)
    if np.abs(left - right).max() <= UNLIKE:
        return None
    is_left = unlikeness(part, left) < unlikeness(part, right)
    reaches = is_left[:, places[0] : places[1] + 1].sum(axis=1)
    shades = max(int(colour.max() - colour.min()) for colour in (left, right))
    middle, outer = int(reaches[height // 2]), [int(reaches[round(share * (height - 1))]) for share in (0.15, 0.85)]
    # Where they meet, the knob bulges into the track.
    if middle < min(outer) and shades >= COLOURED and _is_disc(~is_left, places[1]):
        return True
    return False if middle > max(outer) and shades <= GRAY and _is_disc(is_left, places[0]) else None


def _colour(part: NDArray[np.int16], x: int) -> NDArray[np.float64]:
    """Of most of a small square in the middle row."""
    import numpy as np

    y, reach = part.shape[0] // 2, max(1, part.shape[0] // 8)
    square = part[y - reach : y + reach + 1, x - reach : x + reach + 1]
    return np.asarray(np.median(square.reshape(-1, 3), axis=0))


def _is_disc(own: Mask, x: int) -> bool:
    """Whether what is marked around a place in the middle row is about as wide as high."""
    y = own.shape[0] // 2
    width, height = _run(own[y], x), _run(own[:, x], y)
    return height >= SMALLEST_KNOB * own.shape[0] and 0.75 * height <= width <= 1.34 * height


def _run(marks: Mask, at: int) -> int:
    """How long the stretch of marks is that holds a place."""
    import numpy as np

    before, after = np.flatnonzero(~marks[:at]), np.flatnonzero(~marks[at:])
    start = int(before[-1]) + 1 if before.size else 0
    return (at + int(after[0]) if after.size else len(marks)) - start
