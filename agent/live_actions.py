"""What of a recorded session can be performed again, checked like what a model says."""

from __future__ import annotations

from pydantic import ValidationError

from actions.action import ACTION_ADAPTER, Action, LeftClickDrag
from agent.errors import SessionError
from agent.session import RecordedStep, Session


def check_performable(session: Session) -> None:
    """Raise `SessionError` where a session cannot be performed."""
    if session.damage is not None:
        raise SessionError(f"{session.path} is damaged and can only be viewed: {session.damage}")
    if session.started.dry_run:
        raise SessionError(f"{session.path} is a dry run: nothing was done in it that could be done again")
    if not session.steps:
        raise SessionError(f"{session.path} has no steps: there is nothing to do again")


def recorded_action(session: Session, step: RecordedStep) -> Action | None:
    """The recorded action, checked like a model's. Raises `SessionError`."""
    if step.planned is None or step.planned.action is None:
        return None
    try:
        action = ACTION_ADAPTER.validate_python(_tuples(step.planned.action), strict=True)
    except (ValidationError, RecursionError) as error:
        raise SessionError(f"{session.path}: the action of step {step.number} is none that can be done") from error
    missing = getattr(action, "coordinate", None) is not None and step.planned.target is None
    if missing or (isinstance(action, LeftClickDrag) and step.planned.start is None):
        raise SessionError(f"{session.path}: step {step.number} does not say where it acted")
    return action


def _tuples(value: object) -> object:
    if isinstance(value, dict):
        return {name: _tuples(one) for name, one in value.items()}
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
