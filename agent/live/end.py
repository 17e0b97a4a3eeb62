"""Whether a run ended as recorded: the part of the screen that its last action changed shows the same again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.matching import difference
from agent.rect import Rect

if TYPE_CHECKING:
    from PIL.Image import Image

TILE = 16
MOST_DIFFERENT = 0.1
"""Share of the changed tiles that may differ: an address with another port, a time."""
TILE_SHARE = 20
"""Of 255: from this mean on a tile of the mask differs."""
SMALL_SHARE = 4
"""The same where the last action changed less: a box that was ticked."""


def end_differs(
    before: Image, after: Image, accepted: Sequence[Image], now: Image, excluded: Sequence[Rect]
) -> Image | None:
    """White where the end is not as recorded (`after`) nor as in one of `accepted`; None where it is.

    `before` is the recorded screen the last action was done on: only what differs between the two counts.
    """
    if after.size != now.size:
        return None  # Another screen: each target was recognised, the whole cannot be compared.
    share, changed = TILE_SHARE, None
    if before.size == after.size:
        effect = difference(before, after, excluded)
        changed = _tiles(effect, share)
        if not changed:
            share, changed = SMALL_SHARE, _tiles(effect, SMALL_SHARE)
    first: Image | None = None
    for expected in (after, *accepted):
        if expected.size != now.size:
            continue
        mask = difference(expected, now, excluded)
        differ = _tiles(mask, share)
        if changed is not None:
            differ &= changed
        most = MOST_DIFFERENT * (len(changed) if changed is not None else (now.width // TILE) * (now.height // TILE))
        if len(differ) <= most:
            return None
        first = first or mask
    return first


def _tiles(mask: Image, share: int) -> set[int]:
    """The tiles in which a part worth noticing is white."""
    return {i for i, mean in enumerate(mask.reduce(TILE).tobytes()) if mean >= share}
