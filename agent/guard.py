"""Notices a run that goes in circles: the same action on the same screen, again and again."""

from __future__ import annotations

import json
from collections import Counter

from actions.action import Action
from agent.screen import Screenshot

TELL_AT = 3
STOP_AT = 5


class LoopGuard:
    """Counts each action on each screen it was done on; A-B-A-B between two screens is seen like A-A-A."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._scene = ""

    def saw(self, shot: Screenshot, changed: bool) -> None:
        """The screen the next action is planned on. What moves by itself (`changed` False) makes no new scene."""
        if changed or not self._scene:
            self._scene = shot.digest

    def done(self, action: Action) -> int:
        """`action` was done on this screen; how often by now."""
        key = self._key(action)
        self._counts[key] += 1
        return self._counts[key]

    def is_stuck(self, action: Action) -> bool:
        """Whether doing `action` now would be once too often."""
        return self._counts[self._key(action)] + 1 >= STOP_AT

    def _key(self, action: Action) -> tuple[str, str]:
        return self._scene, json.dumps(action.as_json(), sort_keys=True)


def told(count: int) -> str | None:
    """What the model hears about its `count`-th try of the same thing."""
    if count < TELL_AT:
        return None
    return (
        f"You have now done this same action {count} times on this same screen without getting further. "
        "Do something else, or terminate with failure."
    )
