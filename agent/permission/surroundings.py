"""The windows that an action is about, as far as the platform tells them."""

from __future__ import annotations

from actions.action import GroundedAction
from actions.executor import InputError
from actions.x11 import Window, window_at


def windows_of(grounded: GroundedAction) -> tuple[Window, ...] | None:
    """The windows where it acts, of a drag both, else the one with the focus; None where this cannot be told."""
    places = [place for place in (grounded.start, grounded.point) if place is not None]
    try:
        return tuple(map(window_at, places)) if places else (window_at(None),)
    except InputError:
        return None
