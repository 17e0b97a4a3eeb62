"""`agent list`: what was recorded."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.errors import SessionError
from agent.output import write_error, write_lines, writing
from agent.progress import StreamConsole, clean
from agent.recording.session import Session, find_sessions, read_session
from agent.show.report import cost_of, moment, status_of

if TYPE_CHECKING:
    from rich.text import Text

DEFAULT_FOLDER = "recordings"
PIPE_COLUMNS = 160
MAX_TASK = 400
"""Characters of a task that a table may need."""
MAX_MODEL = 24
COLUMNS = ("when", "task", "model", "status", "steps", "cost", "session")
MIN_TASK, MIN_SESSION = 10, 12
"""Columns of a terminal; where there is not even this, others make way."""
MAKE_WAY = ("model", "cost", "steps", "when")
"""Which do, one after the other."""
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

    # A pipe has no width: a table cut to 80 columns would lose what it is for.
    is_piped = not sys.stdout.isatty()
    console = StreamConsole(width=PIPE_COLUMNS if is_piped else None)
    rows = [_cells(line) for line in lines]
    columns = dict(zip(COLUMNS, zip(*rows, strict=True), strict=True))
    widths = {name: max(cell_len(name), *(cell.cell_len for cell in cells)) for name, cells in columns.items()}
    for name in MAKE_WAY:
        if _room(console.width, widths) >= MIN_TASK + MIN_SESSION:
            break
        del columns[name], widths[name]
    room = _room(console.width, widths)
    # The session's name is what the other commands are given: the task makes way for it, in a pipe all the way.
    if not is_piped:
        widths["session"] = min(widths["session"], max(MIN_SESSION, room // 2, room - widths["task"]))
    widths["task"] = min(widths["task"], max(MIN_TASK, room - widths["session"]))
    table = Table(caption="Cost: CNY. agent show SESSION makes a page of one.")
    for name in columns:
        table.add_column(name, width=widths[name], justify="right" if name in ("steps", "cost") else "left")
    for cells in zip(*columns.values(), strict=True):
        table.add_row(*cells)
    with writing():
        console.print(table)


def _room(width: int, widths: Mapping[str, int]) -> int:
    """Columns of the terminal that the others leave for task and session; each column's frame takes three."""
    return width - sum(widths.values()) + widths["task"] + widths["session"] - 3 * len(widths) - 1


def _cells(line: _Line) -> list[Text]:
    """In the order of `COLUMNS`."""
    from rich.text import Text

    model = Text(clean(line.model[:MAX_TASK]), no_wrap=True)
    model.truncate(MAX_MODEL, overflow="ellipsis")
    return [
        Text(_local(line.started)),
        Text(clean(line.task[:MAX_TASK]), no_wrap=True, overflow="ellipsis"),
        model,
        Text(line.status.replace("_", " "), style=STYLES.get(line.status, "red"), no_wrap=True, overflow="ellipsis"),
        Text(str(line.steps)),
        Text("unknown" if line.cost is None else f"{line.cost:.4f}"),
        Text(clean(line.path.name), overflow="fold"),
    ]


def _local(utc: datetime) -> str:
    try:
        return f"{utc.astimezone():%Y-%m-%d %H:%M}"
    except OverflowError:  # at the ends of the calendar
        return f"{utc:%Y-%m-%d %H:%M}"
