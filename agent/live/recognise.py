"""Looking at the live screen until a recorded target is recognised on it, or the limit has passed."""

from __future__ import annotations

import time
from dataclasses import dataclass

from actions.action import Point
from actions.brake import Brake
from agent.frames import SMALL_TILES, changed_tiles
from agent.live.locate import STILL, Found, Target
from agent.reader import ReadTexts
from agent.screen import Screen, Screenshot

POLL_SECONDS = 0.1
REST_SECONDS = 1.5
"""How long the screen must rest before a target is looked for elsewhere: it may only be late."""


@dataclass(frozen=True)
class Look:
    """Where a target is, if it was recognised, and the screen it was looked for on last."""

    found: Found | None
    shot: Screenshot


class Recogniser:
    """Recognises targets. `read` reads a picture's texts, None without OCR; `wait` is the limit in seconds."""

    def __init__(self, screen: Screen, brake: Brake, read: ReadTexts | None, wait: float) -> None:
        self._screen = screen
        self._brake = brake
        self._read = read
        self.wait = wait

    def look_for(self, target: Target, offset: Point = STILL) -> Look:
        """The target: in its place, or moved by `offset` like the last one, or on a screen at rest anywhere.

        Raises what the screen raises, and `Stopped`.
        """
        started = rested = time.monotonic()
        shot = self._screen.capture()
        searched: str | None = None
        found = _near(target, shot, offset)
        while found is None:
            is_late = time.monotonic() - started >= self.wait
            if searched != shot.digest and (is_late or time.monotonic() - rested >= REST_SECONDS):
                searched = shot.digest
                found = target.elsewhere(shot.image, self._read)
                rested = time.monotonic()  # what moves by itself costs a search now and then, not one a look
            if found is not None or is_late:
                break
            self._brake.sleep(POLL_SECONDS)
            before, shot = shot, self._screen.capture()
            if changed := changed_tiles(before, shot):
                rested = rested if len(changed) <= SMALL_TILES else time.monotonic()
                found = _near(target, shot, offset)
        return Look(found, shot)


def _near(target: Target, shot: Screenshot, offset: Point) -> Found | None:
    return target.in_place(shot.image) or (target.in_place(shot.image, offset) if offset != STILL else None)
