"""What of a recorded session can be performed again, checked like what a model says."""

from __future__ import annotations

from pydantic import ValidationError

from actions.action import ACTION_ADAPTER, Action, HScroll, Key, LeftClickDrag, Scroll, Type
from actions.errors import BadArgumentError
from actions.keys import MODIFIERS, KeysError, parse_keys
from actions.values import read_text
from agent.errors import SessionError
from agent.events import StepPlanned
from agent.geometry import viewport_of
from agent.grounding import MAX_NOTCHES
from agent.recording.session import RecordedStep, Recording, Session

MOST_POINTS = 1_000_000
"""Of a place or a size of the desktop."""


def check_performable(session: Session) -> None:
    """Raise `SessionError` where a session cannot be performed."""
    if session.damage is not None:
        raise SessionError(f"{session.path} is damaged and can only be viewed: {session.damage}")
    if session.started.dry_run:
        raise SessionError(f"{session.path} is a dry run: nothing was done in it that could be done again")
    if not session.steps:
        raise SessionError(f"{session.path} has no steps: there is nothing to do again")


def recorded_action(session: Recording, step: RecordedStep) -> Action | None:
    """The recorded action, checked like a model's. Raises `SessionError`."""
    planned = step.planned
    if planned is None or planned.action is None:
        return None
    try:
        action = ACTION_ADAPTER.validate_python(_tuples(planned.action), strict=True)
        is_sendable = _is_sendable(action, planned)
    except (ValidationError, RecursionError, KeysError, BadArgumentError):
        is_sendable = False
    if not is_sendable:
        raise SessionError(f"{session.path}: the action of step {step.number} is none that can be done")
    missing = getattr(action, "coordinate", None) is not None and planned.target is None
    if missing or (isinstance(action, LeftClickDrag) and planned.start is None):
        raise SessionError(f"{session.path}: step {step.number} does not say where it acted")
    _check_places(session, step, planned)
    return action


def _is_sendable(action: Action, planned: StepPlanned) -> bool:
    """Whether the parser would have let it through: what is typed and pressed, and how far the wheel turns."""
    match action:
        case Key(keys=keys):
            return parse_keys(keys) == keys
        case Type(text=text):
            return read_text(text, "text") == text
        case Scroll() | HScroll():
            notches = planned.notches or 0
            return 0 < abs(notches) <= MAX_NOTCHES and (notches > 0) == (action.pixels > 0)
        case _:
            return MODIFIERS.issuperset(getattr(action, "modifiers", ()))


def _check_places(session: Recording, step: RecordedStep, planned: StepPlanned) -> None:
    """Raise `SessionError` where a place is not on the step's picture."""
    viewport, file = viewport_of(step.screenshot.viewport), step.screenshot.lossless or step.screenshot.sent
    places = [place for place in (planned.target, planned.start) if place is not None]
    if max(map(abs, (viewport.left, viewport.top, viewport.width, viewport.height))) > MOST_POINTS or not all(
        map(viewport.contains, places)
    ):
        raise SessionError(f"{session.path}: step {step.number} acted at a place that is not on its screen")
    if places and (file.width, file.height) != viewport.pixels:
        raise SessionError(f"{session.path}: the picture of step {step.number} is not its whole screen")


def _tuples(value: object) -> object:
    if isinstance(value, dict):
        return {name: _tuples(one) for name, one in value.items()}
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
