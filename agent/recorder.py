"""Writes a session to disk as it happens, so that it is readable at any instant and nothing done is lost.

`DIR/<UTC time>-<slug>/session.jsonl` holds the events, `screens/<sha256>.<extension>` the pictures. Order: a picture
is written under a temporary name, synced and renamed before the line that names it; a line is one write; a planned
step is synced before the recorder returns, hence before the action is sent.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from agent.encode import EncodedImage, encode_png
from agent.errors import RecordingError
from agent.events import Event, ImageFile, ScreenshotTaken, SessionEnded, StepPlanned

MIN_FREE_BYTES = 50_000_000
"""Less free space than this at the start, and the run does not begin."""
RESERVE_BYTES = 16_384
"""Kept from the start, and given up for the last line where the disk has become full."""
SLUG_LENGTH = 40
BINARY = getattr(os, "O_BINARY", 0)
"""Without it Windows writes line ends of its own, into pictures too."""


class Recorder:
    """Records one session. Every failure is a `RecordingError`, raised before the action it would lose."""

    def __init__(self, directory: Path, task: str) -> None:
        try:
            directory.mkdir(parents=True, exist_ok=True)
            free = shutil.disk_usage(directory).free
            if free < MIN_FREE_BYTES:
                raise RecordingError(f"{directory} has {free // 1_000_000} MB left: free some, or use --no-record")
            self.path = _new_folder(directory, task)
            (self.path / "screens").mkdir(mode=0o700)
            self._reserve = self.path / ".reserve"
            write_whole(self._reserve, os.urandom(RESERVE_BYTES))  # which no file system makes smaller
        except OSError as error:
            why = error.strerror or error
            raise RecordingError(
                f"cannot record to {directory}: {why}; choose a folder with --record, or use --no-record"
            ) from error
        self._file: int | None = None
        self._written: set[str] = set()

    def handle(self, event: Event) -> None:
        """Write one event. Raises `RecordingError`."""
        try:
            if isinstance(event, ScreenshotTaken):
                event = self._with_pictures(event)
            file = self._write_line(event)
            if isinstance(event, StepPlanned | SessionEnded):
                _sync(file)
        except OSError as error:
            self._give_up_reserve()
            raise RecordingError(f"cannot record to {self.path}: {error.strerror or error}") from error

    def close(self) -> None:
        """End the file. Safe to call twice."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
        self._give_up_reserve()

    def _give_up_reserve(self) -> None:
        with contextlib.suppress(OSError):
            self._reserve.unlink(missing_ok=True)

    def _with_pictures(self, event: ScreenshotTaken) -> ScreenshotTaken:
        sent = event.image
        is_whole = sent.media_type == "image/png" and sent.size == event.screenshot.size
        lossless = sent if is_whole else encode_png(event.screenshot.image)
        for image in (sent, lossless):
            self._write_picture(image)
        return event.model_copy(update={"lossless": ImageFile.of(lossless)})

    def _write_picture(self, image: EncodedImage) -> None:
        if image.sha256 in self._written:
            return
        write_picture(self.path / "screens", image)
        self._written.add(image.sha256)

    def _write_line(self, event: Event) -> int:
        """Write it; returns the file's descriptor."""
        # A lone surrogate cannot be UTF-8; ASCII escapes keep whatever a model said.
        line = (json.dumps(event.line(), ensure_ascii=True, separators=(",", ":")) + "\n").encode("ascii")
        if self._file is None:
            # The file appears with its first line: killed in between, there is no session rather than an empty one.
            path = self.path / "session.jsonl"
            write_whole(path, line)
            self._file = os.open(path, os.O_WRONLY | os.O_APPEND | BINARY)
        elif os.fstat(self._file).st_nlink == 0:
            raise RecordingError(f"the recording {self.path} was deleted while it was written")
        else:
            _write_line(self._file, line)
        return self._file


class BestEffort:
    """Records while it can. A failure is said once, and nothing more is written: a session may end, but has no gaps."""

    def __init__(self, recorder: Recorder, say: Callable[[str], None]) -> None:
        self.path = recorder.path
        self._recorder: Recorder | None = recorder
        self._say = say

    def handle(self, event: Event) -> None:
        """Write one event, if all before it could be written."""
        if self._recorder is None:
            return
        try:
            self._recorder.handle(event)
        except RecordingError as error:
            self.close()
            self._say(f"{error}; goes on unrecorded (--record-best-effort)")

    def close(self) -> None:
        """End the file. Safe to call twice."""
        if self._recorder is not None:
            self._recorder.close()
            self._recorder = None


def recorder_for(
    directory: Path, task: str, say: Callable[[str], None], *, best_effort: bool
) -> Recorder | BestEffort | None:
    """What records a session in `directory`; None where it cannot and need not. Raises `RecordingError`."""
    if not best_effort:
        return Recorder(directory, task)
    try:
        return BestEffort(Recorder(directory, task), say)
    except RecordingError as error:
        say(f"{error}; nothing is recorded (--record-best-effort)")
        return None


def write_picture(screens: Path, image: EncodedImage) -> None:
    """The picture in a recording's folder of screens, synced. Raises `OSError`."""
    write_whole(screens / f"{image.sha256}.{image.extension}", image.data)


def write_whole(path: Path, data: bytes) -> None:
    """A file for its owner alone, synced, that is there whole or not at all. Raises `OSError`."""
    temporary = path.parent / f".{secrets.token_hex(8)}.tmp"
    file = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY, 0o600)
    try:
        try:
            _write_all(file, data)
            os.fsync(file)
        finally:
            os.close(file)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _write_all(file: int, data: bytes) -> None:
    # os.write writes short on a full disk without an error; only the next call says why.
    while data:
        data = data[os.write(file, data) :]


def _write_line(file: int, line: bytes) -> None:
    """All of it or, on a full disk, nothing: a torn line would spoil the one that is written after it."""
    before = os.fstat(file).st_size
    try:
        _write_all(file, line)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(file, before)
        raise


def _sync(file: int) -> None:
    getattr(os, "fdatasync", os.fsync)(file)


def _new_folder(directory: Path, task: str) -> Path:
    slug = re.sub(r"[^a-z0-9]+", "-", task.lower())[:SLUG_LENGTH].strip("-") or "session"
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{slug}"
    number = 1
    while True:
        path = directory / (name if number == 1 else f"{name}-{number}")
        try:
            path.mkdir(mode=0o700)
        except FileExistsError:
            number += 1
        else:
            return path
