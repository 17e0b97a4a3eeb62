"""Dry run: an executor that touches nothing."""

from __future__ import annotations

from collections.abc import Callable

from actions.action import GroundedAction, Point
from actions.executor import Outcome

GO_ON = (
    "The last action was previewed, not executed, so the screen is unchanged. "
    "Go on with the next action as if it had been done."
)


class PreviewExecutor:
    """Says what it would do. `position` gives the real pointer's place, which previewed moves then replace."""

    def __init__(self, position: Callable[[], Point | None]) -> None:
        self._real_position = position
        self._assumed: Point | None = None

    def perform(self, grounded: GroundedAction) -> Outcome:
        """Always "previewed"."""
        if grounded.point is not None:
            self._assumed = grounded.point
        return Outcome("previewed", feedback=GO_ON)

    def position(self) -> Point | None:
        """Where the pointer would be by now."""
        return self._assumed or self._real_position()
