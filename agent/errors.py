"""Errors by cause, each with the exit code it ends a run with.

AgentError
├── UsageError         2  what the person asked for cannot be: option, configuration, file, environment
├── SessionError       2  a recorded session, or a picture of it, cannot be read
├── ModelError         4  the endpoint failed; `retryable` says whether a later try may help
├── ScreenError        5  the display or its input failed
└── RecordingError     5  the recording cannot be written

What a *model* says wrong is `actions.ReplyError`: told to the model, never raised past the loop.
`actions.Stopped` is the person's stop (130).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.model import FailedTry


class AgentError(Exception):
    """One line for the person, naming the cure."""

    exit_code = 1


class UsageError(AgentError):
    """The request cannot be carried out as asked."""

    exit_code = 2


class SessionError(AgentError):
    """A recorded session cannot be read."""

    exit_code = 2


class ModelError(AgentError):
    """The model endpoint failed."""

    exit_code = 4
    retryable = False
    """Whether a later try may help."""
    failures: tuple[FailedTry, ...] = ()
    """The tries, where a request was made."""


class ScreenError(AgentError):
    """The screen or the input failed."""

    exit_code = 5


class RecordingError(AgentError):
    """The recording failed."""

    exit_code = 5
