"""Values in a table without their names: where the row of one text meets the column of another."""

from __future__ import annotations

from collections.abc import Sequence

from agent.offline.spot import is_level, rect_of
from agent.reading.labels import TextBox
from agent.rect import Box, Rect


def cell(header: Rect, row: Rect, texts: Sequence[TextBox]) -> TextBox | None:
    """The one text level with `row` that stands below `header`, and below no other text of the header's line."""
    if header.bottom > row.top:
        return None
    line = [box for box in texts if is_level(box, row)]
    below = [box for box in line if _share_columns(box, header)]
    others = [box for box in texts if is_level(box, header) and rect_of(box) != header]
    if len(below) != 1 or any(_share_columns(below[0], other) for other in others):
        return None
    return below[0] if below[0].text and rect_of(below[0]) != row else None


def _share_columns(a: Box, b: Box) -> bool:
    return a.left < b.right and b.left < a.right
