"""What is known to move by itself: how much of what differs is that."""

from __future__ import annotations

import numpy as np
import pytest

from agent.offline.movers import without_movers
from agent.rect import Rect

BAR = Rect(400, 100, 700, 116)
"""As far as the bar has filled while it was looked at."""


def marks(*boxes: tuple[int, int, int, int]) -> np.ndarray:
    differs = np.zeros((800, 1280), np.bool_)
    for left, top, right, bottom in boxes:
        differs[top:bottom, left:right] = True
    return differs


@pytest.mark.parametrize("box", [
    (600, 100, 690, 116), (690, 100, 760, 116), (702, 102, 1000, 112),
], ids=["within", "mostly within", "right where it ended"])  # fmt: skip
def test_a_bar_that_fills_goes_on_where_it_ended(box: tuple[int, int, int, int]) -> None:
    assert not without_movers(marks(box), [BAR]).any()


@pytest.mark.parametrize("box", [
    (600, 90, 760, 300), (900, 100, 1000, 116), (705, 60, 900, 160),
], ids=["a menu over it", "in its row", "higher than it"])  # fmt: skip
def test_what_else_comes_near_it_is_seen(box: tuple[int, int, int, int]) -> None:
    assert without_movers(marks(box), [BAR]).sum() > 100


def test_where_nothing_is_known_to_move_all_is_seen() -> None:
    differs = marks((1, 2, 30, 40))
    assert (without_movers(differs, []) == differs).all()
