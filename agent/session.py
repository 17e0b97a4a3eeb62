"""Reads what the recorder wrote: tolerant of a torn end, strict about everything else.

Whatever stands in the folder, reading ends in bounded time and memory with a `Session` or a `SessionError`. A path
inside a recording is never followed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.errors import SessionError
from agent.events import FORMAT_VERSION, CheckFinished, ImageFile, SessionEnded, SessionStarted
from agent.session_events import read_event
from agent.session_files import open_file, read_picture, shown
from agent.session_lines import LineError, TornLineError, read_lines
from agent.session_steps import Exchange, RecordedStep, StepReader

__all__ = ["SESSION_FILE", "Exchange", "RecordedStep", "Session", "find_sessions", "read_session"]

SESSION_FILE = "session.jsonl"


@dataclass(frozen=True)
class Session:
    """A recorded session."""

    path: Path
    """The session's folder."""
    started: SessionStarted
    steps: tuple[RecordedStep, ...]
    checks: tuple[CheckFinished, ...]
    ended: SessionEnded | None
    notes: tuple[str, ...]
    """What a person should know of it, a line each: torn, unfinished, events skipped."""
    damage: str | None
    """Line and reason, where something is wrong in the middle: what is here stood before it. To be viewed only."""

    def picture(self, file: ImageFile) -> bytes:
        """The bytes of a picture, verified against hash, size and limits, not decoded. Raises `SessionError`."""
        return read_picture(self.path / "screens", file)


def find_sessions(path: Path) -> list[Path]:
    """The folders of the sessions at `path`: itself (or its session.jsonl), or those in it, sorted by name.

    Nothing deeper, and no link in it is followed. Raises `SessionError` where there is no such folder.
    """
    folder = _folder(path)
    try:
        if path.name == SESSION_FILE or os.path.lexists(folder / SESSION_FILE):
            return [folder]
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        raise SessionError(f"cannot look for sessions in {shown(path)}: {reason}") from error
    return [folder / name for name in names if os.path.lexists(folder / name / SESSION_FILE)]


def read_session(path: Path) -> Session:
    """The session in the folder `path`, or whose session.jsonl it is.

    Raises `SessionError` where there is none, or none that this program can read.
    """
    folder = _folder(path)
    file = open_file(folder / SESSION_FILE)
    try:
        with file:
            return _read(folder, read_lines(file))
    except OSError as error:
        raise SessionError(f"cannot read {shown(folder / SESSION_FILE)}: {error.strerror or error}") from error


def _folder(path: Path) -> Path:
    return path.parent if path.name == SESSION_FILE else path


def _read(folder: Path, lines: Iterator[tuple[int, dict[str, Any]]]) -> Session:
    started, version = _start(folder, lines)
    notes = [] if version == FORMAT_VERSION else [f"upgraded from format {version}"]
    steps = StepReader()
    unknown: list[int] = []
    damage = None
    try:
        for number, data in lines:
            event = read_event(number, data, version)
            if event is None:
                unknown.append(number)
            else:
                steps.add(number, event)
    except TornLineError as error:
        notes.append(str(error))
    except LineError as error:
        damage = str(error)
    if unknown:
        notes.append(f"events unknown to this program were skipped: {len(unknown)}, the first in line {unknown[0]}")
    notes += steps.open_ends()
    if steps.ended is None and damage is None:
        notes.append("unfinished: the end of the run is not recorded")
    return Session(folder, started, steps.steps(), tuple(steps.checks), steps.ended, tuple(notes), damage)


def _start(folder: Path, lines: Iterator[tuple[int, dict[str, Any]]]) -> tuple[SessionStarted, int]:
    """The first event and the format it was recorded in."""
    path = shown(folder / SESSION_FILE)
    try:
        number, data = next(lines)
        if data.get("event") != "session_started":
            raise LineError(number, "it is not session_started")
        version = data.get("format_version")
        if type(version) is not int:
            raise LineError(number, "format_version: there is no number")
        if version > FORMAT_VERSION:
            raise SessionError(
                f"{path} was recorded in format {version}, this program reads up to {FORMAT_VERSION}: "
                "update gui-plus-agent"
            )
        started = read_event(number, data, version)
    except StopIteration:
        raise SessionError(f"{path} is empty: the run ended before anything was recorded") from None
    except LineError as error:
        raise SessionError(f"{path} is no recorded session: {error}") from error
    assert isinstance(started, SessionStarted)
    return started, version
