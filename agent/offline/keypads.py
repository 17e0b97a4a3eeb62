"""A calculator's keys: which of several equal signs stands among them, and not on a window's or a tab's button."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.offline.spot import Spot
from agent.reading.labels import TextBox, fold

CROSS = ("2", "4", "5", "6", "8")
"""They stand so on every keypad, on a telephone's with the 2 above: the other keys are on the grid that they span."""
OFF = 0.2
"""Of the distance between two keys: how far one may be from where it should."""
FARTHEST = 5
"""Keys from the 5."""


@dataclass(frozen=True)
class _Grid:
    """Where the 5 is, and how far the next keys are from it."""

    x: float
    y: float
    across: float
    down: float

    def step(self, place: tuple[float, float]) -> tuple[int, int] | None:
        """How many keys right of the 5 and below it a place is; None where no key can be."""
        steps = ((place[0] - self.x) / self.across, (place[1] - self.y) / self.down)
        is_key = all(abs(step - round(step)) <= OFF and abs(step) <= FARTHEST + OFF for step in steps)
        return (round(steps[0]), round(steps[1])) if is_key else None


def on_keypad(spots: Sequence[Spot], texts: Sequence[TextBox]) -> list[Spot]:
    """The one spot on the grid of the one keypad on the screen; all, where there is no such, or more than one."""
    grids = list(_grids(texts))
    found = [spot for spot in spots if len(grids) == 1 and grids[0].step(spot.center)]
    return found if len(found) == 1 else list(spots)


def _grids(texts: Sequence[TextBox]) -> Iterator[_Grid]:
    places = {digit: [box.center for box in texts if fold(box.text) == digit] for digit in CROSS}
    for (x, y), four, above in itertools.product(places["5"], places["4"], (*places["2"], *places["8"])):
        if four[0] >= x or above[1] >= y:
            continue
        grid = _Grid(x, y, x - four[0], y - above[1])
        steps = {digit: {grid.step(place) for place in places[digit]} for digit in CROSS}
        has_column = any((0, -1) in steps[upper] and (0, 1) in steps[lower] for upper, lower in ("28", "82"))
        if has_column and (-1, 0) in steps["4"] and (1, 0) in steps["6"]:
            yield grid
