"""Which text is the label of a checkbox or radio button: the only one there, or told by the others of its row."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.offline.ink import clipped, ground_of, part_of, pieces
from agent.offline.spot import is_level
from agent.offline.tick_state import shape_of
from agent.offline.ticks import LETTER_GAP, Tick
from agent.reading.labels import TextBox, ends_as_label
from agent.rect import Rect

if TYPE_CHECKING:
    from agent.reading.blocks import Pixels

CLOSE = 3
"""How many times as far the text on its left is, where the one on its right is its label."""
ALONE, IN_ROW, BY = 2, 1.5, 0.4
"""How many times as far what is on its other side is; in a row of several, that all say so, and by how many of its
heights."""


def owners(pixels: Pixels, ticks: Sequence[Tick]) -> list[tuple[Tick, TextBox]]:
    """Each tick with the text that is its label; a tick whose label is in doubt is left out."""
    found = []
    for tick in ticks:
        owner = _only(tick) or _by_pattern(pixels, tick, ticks)
        if owner is not None and owner.text:
            found.append((tick, owner))
    return found


def _only(tick: Tick) -> TextBox | None:
    """The only text beside it, if nothing else is near it. Between two texts the nearer may be another tick's."""
    return _nearer(tick, ALONE) if tick.before is None or tick.after is None else None


def _nearer(tick: Tick, times: float, by: float = 0) -> TextBox | None:
    """The text on its one side, where what stands on the other is more than so many times as far, and by so many of
    its heights."""
    near, far = sorted((tick.before_gap, tick.after_gap))
    if times * near >= far or near + by * (tick.box.bottom - tick.box.top) > far:
        return None
    return tick.before if tick.before_gap < tick.after_gap else tick.after


def _by_pattern(pixels: Pixels, tick: Tick, ticks: Sequence[Tick]) -> TextBox | None:
    """The label that a row of ticks tells: by what is near, or by its order."""
    row = sorted((other for other in ticks if is_level(other.box, tick.box)), key=lambda other: other.box.left)
    owner = _by_gaps(tick, row) or _by_order(tick, row)
    return None if owner is None or any(_hides_another(pixels, one, row) for one in row) else owner


def _by_gaps(tick: Tick, row: Sequence[Tick]) -> TextBox | None:
    """Of several ticks each is that of the text that it plainly stands nearer to, on whichever side, where none of
    these texts is another's as well."""
    nearer = [_nearer(one, IN_ROW, BY) for one in row]
    texts = {id(text) for text in nearer if text is not None}
    return nearer[row.index(tick)] if len(row) > 1 and len(texts) == len(row) else None


def _by_order(tick: Tick, row: Sequence[Tick]) -> TextBox | None:
    """In a row that begins with a tick and ends with a text each tick is the following text's, and the reverse.

    So it is where a title stands before the row and ends in a colon, or each tick is close to the text behind it.
    """
    first, last = row[0], row[-1]
    is_close = all(CLOSE * one.after_gap < one.before_gap for one in row)
    announced = [one.before is not None and ends_as_label(one.before.text) for one in row]
    is_titled = announced[0] and not any(announced[1:])
    leads = last.after is not None and (first.before is None or is_close or is_titled)
    trails = first.before is not None and last.after is None
    linked = all(a.after is not None and a.after is b.before for a, b in itertools.pairwise(row))
    if not linked or leads == trails:
        return None
    return tick.after if leads else tick.before


def _hides_another(pixels: Pixels, tick: Tick, row: Sequence[Tick]) -> bool:
    """Whether a text beside it holds another tick, since its line was read as one."""
    width = tick.box.right - tick.box.left
    for text in (tick.before, tick.after):
        if text is None:
            continue
        strip = clipped(
            Rect(round(text.left) - 2, tick.box.top - 3, round(text.right) + 2, tick.box.bottom + 3), pixels
        )
        found = pieces(pixels, strip, ground_of(part_of(pixels, strip)))
        for rect in found:
            alike = abs(rect.right - rect.left - width) <= 2 and abs(rect.top - tick.box.top) <= 2
            is_letter = any(
                other is not rect and max(other.left - rect.right, rect.left - other.right) < LETTER_GAP
                for other in found
            )
            if alike and not is_letter and shape_of(pixels, rect) and not any(rect.meets(one.box) for one in row):
                return True
    return False
