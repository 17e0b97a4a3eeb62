"""Where a step's time goes."""

from __future__ import annotations

import time


class StepClock:
    """Milliseconds by part of a step, on the monotonic clock."""

    def __init__(self) -> None:
        self._ms = dict.fromkeys(("capture", "encode", "model", "act", "settle"), 0.0)
        self.start()

    def start(self) -> None:
        """Begin to measure."""
        self._last = time.monotonic()

    def lap(self, part: str) -> None:
        """What has passed since the last call belongs to `part`."""
        now = time.monotonic()
        self.add(part, (now - self._last) * 1000)
        self._last = now

    def add(self, part: str, ms: float) -> None:
        """Milliseconds measured elsewhere."""
        self._ms[part] += ms

    def take(self) -> dict[str, int]:
        """The step's milliseconds by part; the next step begins at 0."""
        taken = {part: round(ms) for part, ms in self._ms.items()}
        self._ms = dict.fromkeys(self._ms, 0.0)
        return taken
