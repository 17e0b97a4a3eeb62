"""What a model makes of the whole task before it begins, where it can say so: the offline model alone can."""

from __future__ import annotations

from agent.dialect import OFFLINE_MODEL
from agent.events import SessionStarted


def outline(started: SessionStarted) -> tuple[str, ...]:
    """The task as numbered lines under a heading, in its own language; empty where nothing can be said."""
    if started.model != OFFLINE_MODEL:
        return ()
    from agent.offline import wording

    return wording.outline(started.task)
