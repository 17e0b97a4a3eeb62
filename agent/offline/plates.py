"""Rectangles that something is written on: buttons, and text fields without their labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from agent.offline.ink import clipped, differs, ground_of, part_of, runs
from agent.offline.lettering import contrast_of
from agent.offline.rectangles import Field, rectangle_at
from agent.reading.labels import TextBox
from agent.rect import Box, Rect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from agent.offline.ink import Colour
    from agent.reading.blocks import Pixels

# In heights of the text.
MAX_HEIGHT = 3.6
OFF_MIDDLE = 0.4
AIR = 0.6
FAINT = 72
"""Of a channel, from a text's ground: the tenth of its ink that is plainest is no plainer."""
DOUBTFUL, BESIDE, PLAINER = 125, 2, 1.7
"""What is no plainer than this may be faint: where at least so many buttons of its row are so many times plainer."""
DOUBTFUL_ENTRY, PLAINER_ENTRIES = 140, 1.6
"""The same, of an entry of a list, where all are written alike."""
SATURATED = 70
"""Of a link's colour: the difference of its strongest channel from its weakest."""


def button_around(pixels: Pixels, text: TextBox, texts: Sequence[TextBox]) -> Field | None:
    """The rectangle of its own that `text` stands in the middle of, alone."""
    for x, y in _points_beside(text):
        plate = rectangle_at(pixels, x, y)
        if plate is not None and _is_button(plate, text, texts):
            return plate
    return None


def is_faint(pixels: Pixels, text: TextBox, texts: Sequence[TextBox] = ()) -> bool:
    """Whether a text is hardly to be seen on its ground, as that of a button which is switched off; or is much less so
    than those of two more buttons of its row, among `texts`.

    On screens of Chromium, Qt and Tk, the ink of such a button was unlike its ground by at most 70 of 255, that of
    others by 78 and more. GTK's are plainer (104) and are told by the others.
    """
    own = contrast_of(text, pixels)
    if not FAINT < own <= DOUBTFUL:
        return own <= FAINT
    row = [other for other in texts if other != text and abs(other.center[1] - text.center[1]) < 0.3 * text.height]
    beside = [contrast_of(other, pixels) for other in row if button_around(pixels, other, texts)]
    return len(beside) >= BESIDE and min(beside) >= PLAINER * own


def may_be_faint(pixels: Pixels, text: Box) -> bool:
    """Whether a text is no plainer than one that is switched off may be."""
    return contrast_of(text, pixels) <= DOUBTFUL_ENTRY


def is_fainter(pixels: Pixels, text: TextBox, others: Sequence[TextBox]) -> bool:
    """Whether a text is hardly to be seen on its ground, or much less so than each of the others, two at least, where
    none is."""
    own, plainest = contrast_of(text, pixels), [contrast_of(other, pixels) for other in others]
    plain = [one for one in plainest if one > FAINT]
    return bool(own <= FAINT and plain) or (
        own <= DOUBTFUL_ENTRY and len(plain) >= BESIDE and min(plain) >= PLAINER_ENTRIES * own
    )


def is_faint_in(pixels: Pixels, text: TextBox, row: Sequence[TextBox]) -> bool:
    """Whether a text is hardly to be seen on its ground, and at least two others of its row plainly are; what stands
    in a rectangle of its own is a field's hint."""
    others = [other for other in row if other is not text]
    if contrast_of(text, pixels) > FAINT or sum(contrast_of(one, pixels) > DOUBTFUL_ENTRY for one in others) < BESIDE:
        return False
    plates = (rectangle_at(pixels, x, y) for x, y in _points_beside(text))
    return not any(plate.holds(text) and not any(map(plate.holds, others)) for plate in plates if plate)


def _points_beside(text: TextBox) -> Iterator[tuple[int, int]]:
    """Where there is likely a button's face and no letter: a reader's box may be a little large, or small."""
    x, y = (round(value) for value in text.center)
    for gap in (3, 6, 9, -2):
        yield round(text.left) - gap, y
        yield round(text.right) + gap - 1, y
    for gap in (2, -1, -3):
        yield x, round(text.top) - gap
        yield x, round(text.bottom) + gap - 1


def _is_button(plate: Field, text: TextBox, texts: Sequence[TextBox]) -> bool:
    if not plate.holds(text) or any(plate.holds(other) for other in texts if not text.holds(other)):
        return False
    x, y = plate.center
    height = plate.bottom - plate.top
    if height < 0.9 * text.height:
        # A checkbox that was read as a letter is smaller than its letter's box.
        return False
    off_x, off_y = abs(text.center[0] - x), abs(text.center[1] - y)
    return height <= MAX_HEIGHT * text.height and off_x <= max(3, OFF_MIDDLE * text.height) and off_y <= 0.3 * height


def is_cell(pixels: Pixels, plate: Field) -> bool:
    """Whether it is a table's cell rather than a button: of its ground's colour, and walled off from an equal one."""
    import numpy as np

    y = (plate.top + plate.bottom) // 2
    face = pixels[plate.top + 2, plate.left + 2].astype(np.int16)
    for way, edge in ((-1, plate.left), (1, plate.right - 1)):
        for x in (edge + way * gap for gap in range(2, 9)):
            other = rectangle_at(pixels, x, y)
            if other is None or other == plate:
                continue
            alike = abs(other.top - plate.top) <= 1 and abs(other.bottom - plate.bottom) <= 1
            if alike and not differs(pixels[y, x].astype(np.int16), face, 8).any():
                return True
    return False


def is_plain(pixels: Pixels, text: TextBox) -> bool:
    """Whether nothing is drawn above the text, or nothing below it, so that it is in no button."""
    left, right, air = round(text.left), round(text.right), round(AIR * text.height) + 4
    for top in (round(text.top) - 2 - air, round(text.bottom) + 3):
        strip = clipped(Rect(left, top, right, top + air), pixels)
        part = part_of(pixels, strip)
        if part.size and strip.bottom - strip.top >= air / 3 and not differs(part, part[0, 0], 6).any():
            return True
    return False


def is_in_window(pixels: Pixels, text: TextBox) -> bool:
    """Whether the box that a text stands in is much higher than a button: that of a dialog with its title."""
    box = rectangle_at(pixels, round(text.left) - 4, round(text.center[1]))
    return box is not None and box.holds(text) and box.bottom - box.top > MAX_HEIGHT * text.height


def looks_like_link(pixels: Pixels, text: TextBox) -> bool:
    """Whether the text is underlined, or of a strong colour on a plain ground."""
    inner = clipped(Rect(round(text.left), round(text.top), round(text.right), round(text.bottom) + 3), pixels)
    part = part_of(pixels, inner)
    if not part.size:
        return False
    ground = ground_of(part)
    ink = differs(part, ground, 60)
    if not ink.any():
        return False
    lower = ink[len(ink) // 2 :]
    if any(max((end - start for start, end in runs(row, 2)), default=0) >= 0.85 * ink.shape[1] for row in lower):
        return True
    colour = _strongest(part, ground)
    return int(colour.max()) - int(colour.min()) > SATURATED and int(ground.max()) - int(ground.min()) <= SATURATED


def _strongest(part: NDArray[np.int16], ground: Colour) -> Colour:
    """The pixel farthest from the ground: a letter's own colour, unsmoothed."""
    import numpy as np

    flat = part.reshape(-1, 3)
    return np.asarray(flat[np.abs(flat - ground).sum(axis=1).argmax()])
