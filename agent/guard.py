"""Notices a run that goes in circles: the same action on the same screen, again and again."""

from __future__ import annotations

import hashlib
import json
from collections import Counter

from actions.action import Action

TELL_AT = 3
STOP_AT = 5


class LoopGuard:
    """Counts each action on each screen it was done on; A-B-A-B between two screens is seen like A-A-A."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self.scene = ""
        """Of the screen the next action is planned on."""

    def saw(self, scene: str, *, changed: bool) -> None:
        """The screen the next action is planned on; one that did not change is the same scene whatever it looks."""
        if changed or not self.scene:
            self.scene = scene

    def tried(self, action: Action) -> int:
        """`action` was tried on this screen; how often by now."""
        key = self._key(action)
        self._counts[key] += 1
        return self._counts[key]

    def is_stuck(self, action: Action) -> bool:
        """Whether doing `action` now would be once too often."""
        return self._counts[self._key(action)] + 1 >= STOP_AT

    def _key(self, action: Action) -> tuple[str, str]:
        said = json.dumps(action.as_json(), sort_keys=True).encode()
        return self.scene, hashlib.blake2b(said, digest_size=16).hexdigest()


def told(count: int) -> str | None:
    """What the model hears about its `count`-th try of the same thing."""
    if count < TELL_AT:
        return None
    return (
        f"You have now done this same action {count} times on this same screen without getting further. "
        "Do something else, or terminate with failure."
    )
