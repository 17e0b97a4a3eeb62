"""What `tests.bench.pointing` asks of a picture, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from agent.offline.instructions import Target
from agent.offline.pointing import Unresolved, locate, tick_box
from agent.reading.labels import TextBox
from agent.rect import Rect

if TYPE_CHECKING:
    from agent.reading.blocks import Pixels

Outcome = Literal["right", "refused", "wrong"]


@dataclass(frozen=True)
class Case:
    """One target, and the thing that is meant by it."""

    kind: str
    target: Target
    thing: Rect | None
    """In the picture's pixels; None where it must be refused."""
    on: bool | None = None
    """Of a checkbox or radio button."""


@dataclass(frozen=True)
class Scene:
    """A picture, what stands on it, and what is asked."""

    name: str
    pixels: Pixels
    texts: tuple[TextBox, ...]
    cases: tuple[Case, ...]


def judged(case: Case, pixels: Pixels, texts: tuple[TextBox, ...]) -> tuple[Outcome, str]:
    """What came of it, and in words. A place that is refused though it is there is no error, but no success either."""
    try:
        if case.on is None:
            point, on = locate(case.target, pixels, texts).point, None
        else:
            tick = tick_box(case.target, pixels, texts)
            point, on = tick.point, tick.on
    except Unresolved as why:
        return ("right" if case.thing is None else "refused"), str(why)
    thing = case.thing
    inside = thing is not None and thing.left <= point[0] < thing.right and thing.top <= point[1] < thing.bottom
    return ("right" if inside and on == case.on else "wrong"), f"{point} {on}"
