"""Reads what the recorder wrote: tolerant of a torn end, strict about everything else.

Whatever stands in the folder, reading ends in bounded time and memory with a `Session` or a `SessionError`. A path
inside a recording is never followed. Who needs a step at a time has `open_session`, and never the whole in memory.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.errors import SessionError
from agent.events import FORMAT_VERSION, CheckFinished, ImageFile, SessionEnded, SessionStarted
from agent.recording.events import read_event
from agent.recording.files import open_file, read_picture, shown
from agent.recording.lines import LineError, TornLineError, read_lines
from agent.recording.steps import Exchange, RecordedStep, StepReader

__all__ = [
    "SESSION_FILE",
    "Exchange",
    "RecordedStep",
    "Recording",
    "Session",
    "SessionReader",
    "find_sessions",
    "named_sessions",
    "open_session",
    "read_session",
]

SESSION_FILE = "session.jsonl"


@dataclass(frozen=True)
class Recording:
    """Where a session is recorded, and how it began."""

    path: Path
    """The session's folder."""
    started: SessionStarted

    def picture(self, file: ImageFile) -> bytes:
        """The bytes of a picture, verified against hash, size and limits, not decoded. Raises `SessionError`."""
        return read_picture(self.path / "screens", file)


@dataclass(frozen=True)
class Session(Recording):
    """A recorded session."""

    steps: tuple[RecordedStep, ...]
    checks: tuple[CheckFinished, ...]
    ended: SessionEnded | None
    notes: tuple[str, ...]
    """What a person should know of it, a line each: torn, unfinished, events skipped."""
    damage: str | None
    """Line and reason, where something is wrong in the middle: what is here stood before it. To be viewed only."""


class SessionReader:
    """A session that is read once, a step at a time; its end is known when the steps are through."""

    def __init__(self, folder: Path, lines: Iterator[tuple[int, dict[str, Any]]]) -> None:
        """Raises `SessionError` where there is no beginning that this program can read."""
        started, self._version = _start(folder, lines)
        self.recording = Recording(folder, started)
        self.damage: str | None = None
        """As in a `Session`, like all that is not said otherwise."""
        self._lines = lines
        self._reader = StepReader()
        self._unknown = 0
        self._first_unknown = 0
        self._torn: str | None = None

    def steps(self) -> Iterator[RecordedStep]:
        """The steps, the last one as far as it came."""
        try:
            for number, data in self._lines:
                event = read_event(number, data, self._version)
                if event is None:
                    self._unknown += 1
                    self._first_unknown = self._first_unknown or number
                elif (step := self._reader.add(number, event)) is not None:
                    yield step
        except TornLineError as error:
            self._torn = str(error)
        except LineError as error:
            self.damage = str(error)
        if (last := self._reader.last) is not None:
            yield last

    @property
    def checks(self) -> tuple[CheckFinished, ...]:
        """What was checked."""
        return tuple(self._reader.checks)

    @property
    def ended(self) -> SessionEnded | None:
        """The end."""
        return self._reader.ended

    def notes(self) -> Iterator[str]:
        """What a person should know of it."""
        if self._version != FORMAT_VERSION:
            yield f"upgraded from format {self._version}"
        if self._torn is not None:
            yield self._torn
        if self._unknown:
            first = self._first_unknown
            yield f"events unknown to this program were skipped: {self._unknown}, the first in line {first}"
        yield from self._reader.open_ends()
        if self.ended is None and self.damage is None:
            yield "unfinished: the end of the run is not recorded"


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


def named_sessions(paths: Iterable[str]) -> Iterator[Path | SessionError]:
    """The folders of the sessions at each path, as `find_sessions`; the reason where there is none, in its place."""
    for path in paths:
        try:
            found = find_sessions(Path(path))
        except SessionError as error:
            yield error
            continue
        yield from found
        if not found:
            yield SessionError(f"{shown(path)} holds no session: name the folder of one, or of several")


def read_session(path: Path) -> Session:
    """The session in the folder `path`, or whose session.jsonl it is.

    Raises `SessionError` where there is none, or none that this program can read.
    """
    with open_session(path) as reader:
        recording, steps = reader.recording, tuple(reader.steps())
        notes = tuple(reader.notes())
        return Session(recording.path, recording.started, steps, reader.checks, reader.ended, notes, reader.damage)


@contextmanager
def open_session(path: Path) -> Iterator[SessionReader]:
    """The same session, to be read a step at a time. Raises `SessionError` likewise, also while it is read."""
    folder = _folder(path)
    with open_file(folder / SESSION_FILE) as file:
        yield SessionReader(folder, _readable(folder / SESSION_FILE, read_lines(file)))


def _readable(file: Path, lines: Iterator[tuple[int, dict[str, Any]]]) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        yield from lines
    except OSError as error:
        raise SessionError(f"cannot read {shown(file)}: {error.strerror or error}") from error


def _folder(path: Path) -> Path:
    return path.parent if path.name == SESSION_FILE else path


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
