"""Ways of doing the same thing, timed in turn until it has arrived."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.bench.report import Timing

MOST_IN_A_ROW = 2
"""Misses, and a way is given up."""

Ways = dict[str, Callable[[], object]]


@dataclass
class Times:
    """Milliseconds of what arrived, and how often it did not."""

    times: list[float] = field(default_factory=list)
    missed: int = 0
    in_a_row: int = 0

    def miss(self) -> None:
        """Once more it did not arrive."""
        self.missed += 1
        self.in_a_row += 1

    @property
    def timing(self) -> Timing | None:
        """None where it never arrives."""
        return Timing.of(self.times) if self.times else None


def rounds(
    ways: Ways, arrived: Callable[[], float], count: int, ready: Callable[[], None] = lambda: None
) -> dict[str, Times]:
    """Each way in turn, `count` rounds after one to warm up; one that misses twice in a row is not tried again."""
    found = {name: Times() for name in ways}
    for turn in range(count + 1):
        for name, way in ways.items():
            if found[name].in_a_row >= MOST_IN_A_ROW:
                continue
            ready()
            started = time.monotonic()
            try:
                way()
                returned = time.monotonic()
                took = (max(returned, arrived()) - started) * 1000
            except (AssertionError, subprocess.CalledProcessError):
                found[name].miss()
                continue
            found[name].in_a_row = 0
            if turn:
                found[name].times.append(took)
    return found
