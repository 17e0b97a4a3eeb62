"""Two runs step by step: which steps of one correspond to which of the other, and where they part."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from actions.action import Point
from agent.recording.session import RecordedStep

SAME_PLACE = 20
"""Input points: places no further apart than this on each axis are one."""
State = Literal["same", "differs", "first", "second"]
"""`first` and `second`: the step is only in that run."""


@dataclass(frozen=True)
class Row:
    """A step of the first run beside one of the second: their indexes, None where it has none."""

    first: int | None
    second: int | None
    state: State


def align(first: Sequence[RecordedStep], second: Sequence[RecordedStep]) -> tuple[Row, ...]:
    """Every step of both runs, in order. Steps are the same where their actions are: outcomes are not looked at."""
    places: list[Point] = []
    keys = ([_key(step, places) for step in first], [_key(step, places) for step in second])
    # autojunk would pass over an action that is done often, which is no less an action.
    codes = SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_opcodes()
    return tuple(row for _, a, a_end, b, b_end in codes for row in _rows(range(a, a_end), range(b, b_end), keys))


def parting(rows: Sequence[Row]) -> int | None:
    """The index of the first row whose steps are not the same."""
    return next((index for index, row in enumerate(rows) if row.state != "same"), None)


def _rows(first: range, second: range, keys: Sequence[Sequence[str]]) -> Iterator[Row]:
    both = min(len(first), len(second))
    for a, b in zip(first, second, strict=False):
        yield Row(a, b, "same" if keys[0][a] == keys[1][b] else "differs")
    yield from (Row(a, None, "first") for a in first[both:])
    yield from (Row(None, b, "second") for b in second[both:])


def _key(step: RecordedStep, places: list[Point]) -> str:
    """The same text for the same action; places near each other count as one, relative to what the model saw."""
    planned = step.planned
    if planned is None or planned.action is None:
        return "no action"
    left, top = step.screenshot.viewport["left"], step.screenshot.viewport["top"]
    # Where the model left a place out, the pointer's is no decision of its own.
    spoken = [
        _place(Point(point.x - left, point.y - top), places) if name in planned.action else None
        for name, point in (("coordinate", planned.target), ("start", planned.start))
        if point is not None
    ]
    return json.dumps([_without_places(planned.action), spoken], sort_keys=True, default=str)


def _without_places(action: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in action.items() if name not in ("coordinate", "start")}


def _place(at: Point, places: list[Point]) -> int:
    """The index of the first place near `at`; a new one where there is none. Rounding would part neighbours."""
    for index, place in enumerate(places):
        if abs(place.x - at.x) <= SAME_PLACE and abs(place.y - at.y) <= SAME_PLACE:
            return index
    places.append(at)
    return len(places) - 1
