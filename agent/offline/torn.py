"""A label that was read in pieces: what of it is there counts, where things are counted."""

from __future__ import annotations

from collections.abc import Sequence

from agent.offline.spot import is_level
from agent.reading.labels import TextBox, fold

MOST = 0.6
"""Of a label's letters: what two pieces of it have together, a word between them may not have been read."""
APART = 4.0
"""In heights of the text: how far its pieces may be from each other."""


def torn_label(names: Sequence[str], texts: Sequence[TextBox]) -> tuple[TextBox, TextBox] | None:
    """Two texts that are likely the beginning and the end of one of the names, in one line and close to each other."""
    for name in map(fold, names):
        starts = [box for box in texts if _is_part(box, name) and name.startswith(fold(box.text))]
        ends = [box for box in texts if _is_part(box, name) and name.endswith(fold(box.text))]
        for start in starts:
            for end in ends:
                letters = len(fold(start.text)) + len(fold(end.text))
                is_close = -2 <= end.left - start.right <= APART * start.height
                if is_close and is_level(start, end) and MOST * len(name) <= letters <= len(name):
                    return start, end
    return None


def _is_part(box: TextBox, name: str) -> bool:
    return 0 < len(fold(box.text)) < len(name)
