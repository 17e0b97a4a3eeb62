"""The end of a run that has postconditions: what the model claims is one thing, what was checked another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from actions.brake import Stopped
from actions.executor import InputError
from agent.checking import Checker
from agent.checks import Check
from agent.errors import ScreenError, UsageError
from agent.events import EXIT_CODES, CheckFinished, Event, SessionEnded, Status

CHECK_SECONDS = 5.0


def with_checks(run: Iterator[Event], checks: Sequence[Check], checker: Checker) -> Iterator[Event]:
    """The run's events; after a success the checks are asked, and decide how it ended."""
    for event in run:
        if isinstance(event, SessionEnded) and event.status == "success":
            yield from _concluded(event, checks, checker)
        else:
            yield event


def _concluded(ended: SessionEnded, checks: Sequence[Check], checker: Checker) -> Iterator[Event]:
    failed: list[str] = []
    try:
        for check in checks:
            (result,) = checker.run([check], None, CHECK_SECONDS)
            yield CheckFinished(check=check.describe(), passed=result.passed, detail=result.detail)
            if not result.passed:
                failed.append(f"{check.describe()}: {result.detail}")
    except Stopped as stop:
        yield _ended(ended, "stopped", str(stop))
    except (ScreenError, InputError, UsageError) as error:
        yield _ended(ended, "screen_error", str(error))
    else:
        yield _ended(ended, "check_failed", "; ".join(failed)) if failed else ended


def _ended(ended: SessionEnded, status: Status, reason: str) -> SessionEnded:
    return ended.model_copy(update={"status": status, "exit_code": EXIT_CODES[status], "reason": reason})
