"""`agent list`: what was recorded."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from agent.errors import SessionError
from agent.output import write_error, write_lines, writing
from agent.progress import StreamConsole, clean
from agent.report import cost_of, moment, status_of
from agent.session import Session, find_sessions, read_session

DEFAULT_FOLDER = "recordings"
PIPE_COLUMNS = 160
MAX_TASK = 400
"""Characters of a task that a table may need."""
STYLES = {"success": "green", "unfinished": "yellow", "stopped": "yellow", "limit": "yellow"}


@dataclass(frozen=True)
class _Line:
    """A session in a list. Its pictures are never read, and its steps not kept."""

    path: Path
    started: datetime
    task: str
    model: str
    status: str
    steps: int
    cost: float | None
    """CNY; None where unknown."""
    notes: tuple[str, ...]

    @classmethod
    def of(cls, session: Session) -> _Line:
        notes = session.notes if session.damage is None else (*session.notes, f"damaged in {session.damage}")
        started = session.started
        return cls(
            path=session.path,
            started=moment(started.time),
            task=started.task,
            model=started.model,
            status=status_of(session),
            steps=session.ended.steps if session.ended else len(session.steps),
            cost=cost_of(session),
            notes=notes,
        )


def list_sessions(paths: Sequence[str], *, as_json: bool) -> int:
    """Print the sessions in the folders `paths`, the newest first; returns the exit code.

    What cannot be read is a line on standard error and exit code 2; the others are listed.
    """
    lines: list[_Line] = []
    failed = False
    for read in _read_all(paths):
        if isinstance(read, SessionError):
            write_error(f"agent: {' '.join(str(read).split())}")
            failed = True
        else:
            lines.append(read)
    lines.sort(key=lambda line: (line.started, line.path.name), reverse=True)
    if as_json:
        write_lines(*(json.dumps(_json(line)) for line in lines))
    elif lines:
        _print(lines)
    elif not failed:
        write_error(f"agent: nothing is recorded in {', '.join(map(clean, paths))} yet; agent run records")
    return 2 if failed else 0


def _read_all(paths: Sequence[str]) -> Iterator[_Line | SessionError]:
    seen: set[str] = set()
    for path in paths:
        if path == DEFAULT_FOLDER and len(paths) == 1 and not os.path.lexists(path):
            continue
        try:
            folders = find_sessions(Path(path))
        except SessionError as error:
            yield error
            continue
        for folder in folders:
            name = os.path.realpath(folder)
            if name not in seen:
                seen.add(name)
                yield _read(folder)


def _read(folder: Path) -> _Line | SessionError:
    try:
        return _Line.of(read_session(folder))
    except SessionError as error:
        return error


def _json(line: _Line) -> dict[str, Any]:
    return {
        "recording": str(line.path),
        "time": line.started.isoformat(timespec="milliseconds"),
        "task": line.task,
        "model": line.model,
        "status": line.status,
        "steps": line.steps,
        "cost": line.cost,
        "notes": list(line.notes),
    }


def _print(lines: Sequence[_Line]) -> None:
    from rich.cells import cell_len
    from rich.table import Table
    from rich.text import Text

    console = StreamConsole(width=None if sys.stdout.isatty() else PIPE_COLUMNS)
    # A pipe has no width: a table cut to 80 columns would lose what it is for, and a folded name cannot be used.
    longest = max(cell_len(line.path.name) for line in lines)
    table = Table(caption="Cost: CNY. agent show SESSION makes a page of one.")
    table.add_column("when", no_wrap=True)
    table.add_column("task", min_width=12)
    table.add_column("model", no_wrap=True, max_width=24)
    table.add_column("status", no_wrap=True)
    table.add_column("steps", justify="right", no_wrap=True)
    table.add_column("cost", justify="right", no_wrap=True)
    table.add_column("session", no_wrap=longest <= console.width // 2, overflow="fold")
    for line in lines:
        table.add_row(
            _local(line.started),
            Text(clean(line.task[:MAX_TASK]), no_wrap=True, overflow="ellipsis"),
            Text(clean(line.model[:MAX_TASK]), no_wrap=True, overflow="ellipsis"),
            Text(line.status, style=STYLES.get(line.status, "red")),
            str(line.steps),
            "unknown" if line.cost is None else f"{line.cost:.4f}",
            Text(clean(line.path.name)),
        )
    with writing():
        console.print(table)


def _local(utc: datetime) -> str:
    try:
        return f"{utc.astimezone():%Y-%m-%d %H:%M}"
    except OverflowError:  # at the ends of the calendar
        return f"{utc:%Y-%m-%d %H:%M}"
