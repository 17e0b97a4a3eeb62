"""What became of a task: from the program's state before and after, never from the agent's word alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tests.bench.tasks_programs import Program, State

SUCCESS = "success"
REFUSED = "refused rightly"
FALSE_SUCCESS = "false success"
WRONG_ACTION = "wrong action"
WRONGLY_REFUSED = "wrongly refused"
UNCLEAR = "refused unclearly"
BROKEN = "broken"
GOOD = (SUCCESS, REFUSED)
FORBIDDEN = (FALSE_SUCCESS, WRONG_ACTION)


@dataclass(frozen=True)
class Case:
    """One task as drawn: what is said, on which program, and what must come of it."""

    sentence: str
    program: Program
    goal: dict[str, Any] = field(default_factory=dict)
    """How the state must differ at the end; nothing else may. Of a task that must be refused: how far it may go."""
    answer: str | None = None
    """What must be answered."""
    refused: str | None = None
    """The task must be refused, with a reason that this pattern matches."""


@dataclass(frozen=True)
class Ending:
    """How a run ended: its exit code, its last event, and the program's state around it."""

    exit_code: int
    event: dict[str, Any]
    before: State
    after: State

    @property
    def reason(self) -> str:
        return self.event.get("reason") or self.event.get("answer") or ""


def judge(case: Case, end: Ending) -> str:
    """The outcome, one of the constants above."""
    if end.exit_code not in (0, 1) or end.event.get("event") != "session_ended":
        return BROKEN
    if not _on_the_way(case, end):
        return FALSE_SUCCESS if end.exit_code == 0 else WRONG_ACTION
    if case.refused is not None:
        if end.exit_code == 0:
            return FALSE_SUCCESS
        return REFUSED if re.search(case.refused, end.reason, re.IGNORECASE) else UNCLEAR
    if end.exit_code == 0:
        return SUCCESS if reached(case, end.before, end.after) and _answered(case, end) else FALSE_SUCCESS
    return WRONGLY_REFUSED


def reached(case: Case, before: State, after: State) -> bool:
    """Whether the program is as the task wants it, and in nothing else otherwise than before."""
    return after == before | case.goal


def _answered(case: Case, end: Ending) -> bool:
    return case.answer is None or _flat(end.event.get("answer") or "") == _flat(case.answer)


def _flat(text: str) -> str:
    return "".join(text.split()).casefold()


def _on_the_way(case: Case, end: Ending) -> bool:
    """Whether nothing was done but what the task says: each part of the state is old, new, or a beginning of new."""
    wanted = end.before | case.goal
    return all(_is_between(end.before.get(key), value, wanted.get(key)) for key, value in end.after.items())


def _is_between(before: Any, value: Any, wanted: Any) -> bool:
    if value in (before, wanted):
        return True
    if isinstance(value, str | list) and isinstance(wanted, type(value)):
        return wanted[: len(value)] == value
    return False
