"""What was planned on a screen that is no more is not sent: the next step looks at the present one."""

from __future__ import annotations

import time
from dataclasses import replace

from actions.action import GroundedAction, Key, Type
from actions.executor import Outcome
from agent.ask import Asked
from agent.frames import Area
from agent.geometry import Viewport
from agent.parts import Parts
from agent.screen import Screenshot
from agent.settle import Settled

MOVED = "The screen's size changed before the action was sent, so it was not sent. Look again."
STALE = "The screen changed while you were unreachable, so the action was not sent. Look again."
TOUCHED = "The user did something on the screen before the action was sent, so it was not sent. Look again."
BLANK = "The screen went blank before the action was sent, so it was not sent. Look again."
ANOTHER = "Something new came up on the screen before the keys were sent, so they were not sent. Look again."
COVERED = "The screen changed where you wanted to act before the action was sent, so it was not sent. Look again."
UNSTABLE = "unstable: what is around the target, or for keys the screen, keeps changing"
STALE_MS = 10_000
"""After a failed try a reply that took longer than this may be about a screen that is past."""
NEAR_POINTS = 24
"""What counts as around a target, to each side."""
UNDER_POINTS = 8
"""What counts as the target itself: there the next picture of what moves by itself is another target."""
BLINK_SECONDS = 0.7
"""What comes back within this only blinks: a caret is away for 0.3 to 0.6 s."""
LOOK_SECONDS = 0.05
MOST_IN_A_ROW = 2
"""After so many steps in a row that were not sent because of what is around the target, it is acted (a film)."""


class LastLook:
    """Looks just before an action is sent, and holds it back where the screen is no longer the one it is for."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._covered = self._unstable = self._has_place = False
        self._held_back = 0

    def look(self, planned_on: Screenshot, grounded: GroundedAction) -> Screenshot:
        """The present screen; where something blinks around the target, at its best."""
        deadline = time.monotonic() + BLINK_SECONDS
        now = self._parts.settler.look(planned_on)
        self._has_place = bool(_around(planned_on.viewport, grounded, NEAR_POINTS))
        while (covered := self._differs(planned_on, now, grounded)) and time.monotonic() < deadline:
            self._parts.brake.sleep(LOOK_SECONDS)
            now = self._parts.screen.capture()  # it teaches nothing: what fades in is not what moves by itself
        self._unstable = covered and self._held_back >= MOST_IN_A_ROW
        self._covered = covered and not self._unstable
        self._held_back = self._held_back + 1 if self._covered else 0
        return now

    def unsent(
        self, planned_on: Screenshot, now: Screenshot, asked: Asked, *, touched: bool
    ) -> tuple[Outcome, Settled] | None:
        """What becomes of the step where the screen is another `now`, as `look` gave it; None: it may be sent.

        `touched`: a person has used the desktop since the plan was made.
        """
        if now.viewport != planned_on.viewport:
            return _outcome("the screen's size changed", MOVED, now)
        if self._parts.waking.blank(now):
            return _outcome("the screen went blank", BLANK, now)
        stale = asked.had_failures and asked.ms > STALE_MS
        if (stale or touched) and self._parts.settler.differs(planned_on, now):
            if stale:
                return _outcome("the screen changed while the endpoint did not answer", STALE, now)
            return _outcome("a person used the desktop, and the screen changed", TOUCHED, now)
        if self._covered and self._has_place:
            return _outcome("the screen changed around the target", COVERED, now)
        if self._covered:
            return _outcome("something new came up that the keys would go to", ANOTHER, now)
        return None

    def noted(self, outcome: Outcome) -> Outcome:
        """The outcome of an action that was sent, with what is to be known about the screen it was sent to."""
        if not self._unstable:
            return outcome
        return replace(outcome, detail="; ".join(filter(None, [outcome.detail, UNSTABLE])))

    def _differs(self, planned_on: Screenshot, now: Screenshot, grounded: GroundedAction) -> bool:
        """Whether it does around the action's places; for keys, which go to whatever comes up, anywhere. No other size
        is compared."""
        if now.viewport != planned_on.viewport:
            return False
        settler, viewport = self._parts.settler, planned_on.viewport
        if not self._has_place:
            return isinstance(grounded.action, Key | Type) and settler.is_another(planned_on, now)
        near, under = (_around(viewport, grounded, points) for points in (NEAR_POINTS, UNDER_POINTS))
        return settler.differs(planned_on, now, near) or settler.ran(planned_on, now, under)


def _around(viewport: Viewport, grounded: GroundedAction, points: int) -> tuple[Area, ...]:
    """In capture pixels, around each place of the action that is on the screen in use."""
    places = [place for place in (grounded.start, grounded.point) if place is not None and viewport.contains(place)]
    reach = round(points * viewport.scale)
    pixels = (viewport.to_pixel(place) for place in places)
    return tuple((at.x - reach, at.y - reach, 2 * reach + 1, 2 * reach + 1) for at in pixels)


def _outcome(why: str, told_to_model: str, now: Screenshot) -> tuple[Outcome, Settled]:
    outcome = Outcome("failed", why, told_to_model)
    return outcome, Settled(now, changed=True, settled=True, scene=now.digest)
