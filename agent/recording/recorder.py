"""Writes a session to disk as it happens, so that it is readable at any instant and nothing done is lost.

`DIR/<UTC time>-<slug>/session.jsonl` holds the events, `screens/<sha256>.<extension>` the pictures. Order: a picture
is written under a temporary name, synced and renamed before the line that names it; a line is one write; a planned
step is synced before the recorder returns, hence before the action is sent.

One thread writes everything, in order. The lossless picture takes it longer than all else, and is made while the model
thinks: what precedes the reply is not waited for, and what fails there is said with the next event.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from agent.encode import EncodedImage, encode_whole
from agent.errors import RecordingError
from agent.events import Event, ImageFile, ModelRequested, ScreenshotTaken, SessionEnded, StepPlanned
from agent.screen import Screenshot

MIN_FREE_BYTES = 50_000_000
"""Less free space than this at the start, and the run does not begin."""
RESERVE_BYTES = 16_384
"""Kept from the start, and given up for the last line where the disk has become full."""
SLUG_LENGTH = 40
BINARY = getattr(os, "O_BINARY", 0)
"""Without it Windows writes line ends of its own, into pictures too."""


class Recorder:
    """Records one session. Every failure is a `RecordingError`, raised before the action it would lose.

    `lossless` makes the picture that is kept beside what was sent.
    """

    def __init__(
        self, directory: Path, task: str, lossless: Callable[[Screenshot], EncodedImage] = encode_whole
    ) -> None:
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
        self._lossless = lossless
        self._file: int | None = None
        self._written: set[str] = set()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="recorder")
        self._failure: BaseException | None = None
        """What the thread met, and nobody has been told yet."""

    def handle(self, event: Event) -> None:
        """Write one event; a picture, and the request with it, in the background. Raises `RecordingError`."""
        if isinstance(event, ScreenshotTaken):
            _ = event.screenshot.shown  # what is to be hidden is decided here and now, not in another thread
        written = self._thread.submit(self._write_next, event)
        if self._failure is None and isinstance(event, ScreenshotTaken | ModelRequested):
            return
        written.result()
        if (failure := self._failure) is not None:
            self._failure = None
            raise failure

    def _write_next(self, event: Event) -> None:
        if self._failure is not None:
            return  # what follows something that was lost is not written
        try:
            self._write(event)
        except BaseException as error:  # noqa: BLE001 (handed to the caller's thread)
            self._failure = error

    def _write(self, event: Event) -> None:
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
        self._thread.shutdown()
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
        lossless = sent if is_whole else self._lossless(event.screenshot)
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
    directory: Path,
    task: str,
    say: Callable[[str], None],
    *,
    best_effort: bool,
    lossless: Callable[[Screenshot], EncodedImage] = encode_whole,
) -> Recorder | BestEffort | None:
    """What records a session in `directory`; None where it cannot and need not. Raises `RecordingError`."""
    if not best_effort:
        return Recorder(directory, task, lossless)
    try:
        return BestEffort(Recorder(directory, task, lossless), say)
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
