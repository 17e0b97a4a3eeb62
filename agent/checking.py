"""Postconditions looked after: each is asked again until it holds or its time is over, since a screen may be late."""

from __future__ import annotations

import io
import os
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from actions.brake import Brake
from agent.checks import Check
from agent.errors import SessionError, UsageError
from agent.permission.searching import found_in_title
from agent.programs import Programs
from agent.recording.files import MAX_PICTURE_BYTES, open_file
from agent.rect import Rect
from agent.screen import Screen, Screenshot

if TYPE_CHECKING:
    from PIL.Image import Image

    from agent.reading.ocr import TextReader

POLL_SECONDS = 0.2
COMMAND_POLL_SECONDS = 0.02
COMMAND_SECONDS = 30.0
SHOWN_TEXTS = 3
SHOWN_OUTPUT = 200
MAX_FILE_BYTES = 20_000_000


@dataclass(frozen=True)
class CheckResult:
    """Whether a check holds, and what was seen."""

    check: Check
    passed: bool
    detail: str


class Checker:
    """Asks checks on a screen; `environment` is what their commands run in."""

    def __init__(self, screen: Screen, brake: Brake, environment: dict[str, str]) -> None:
        self._screen = screen
        self._brake = brake
        self._environment = environment
        self._reader: TextReader | None = None

    def prepare(self, checks: Sequence[Check], folder: Path | None) -> None:
        """Raise `UsageError` now for what could not be checked later: no OCR, no picture, no windows to see."""
        if any(check.kind in ("text", "no-text") for check in checks):
            from agent.reading.ocr import require_packages

            require_packages()
        for check in checks:
            if check.kind == "image":
                _picture(_path(check, folder))

    def run(self, checks: Sequence[Check], folder: Path | None, seconds: float) -> tuple[CheckResult, ...]:
        """The checks in order, each within `seconds`; relative files stand in `folder`, or where we are.

        Raises `UsageError` for one that cannot be asked, `Stopped`, and what the screen raises.
        """
        return tuple(self._run(check, folder, time.monotonic() + seconds) for check in checks)

    def _run(self, check: Check, folder: Path | None, deadline: float) -> CheckResult:
        while True:
            result = self._ask(check, folder)
            if result.passed or check.kind == "command" or time.monotonic() >= deadline:
                return result
            self._brake.sleep(POLL_SECONDS)

    def _ask(self, check: Check, folder: Path | None) -> CheckResult:
        match check.kind:
            case "text" | "no-text":
                return self._text(check)
            case "image":
                return self._image(check, _picture(_path(check, folder)))
            case "file":
                return _file(check, _path(check, folder))
            case "command":
                return self._command(check, folder)
            case "window":
                return self._window(check)

    def _text(self, check: Check) -> CheckResult:
        from agent.reading.labels import nearest, shows
        from agent.reading.ocr import TextReader

        self._reader = self._reader or TextReader()
        boxes = self._reader.read_image(self._screen.capture().image)
        seen = shows(check.value, boxes)
        if seen == (check.kind == "text"):
            return CheckResult(check, True, "it is so")
        if seen:
            return CheckResult(check, False, "it is on the screen")
        close = ", ".join(repr(text) for text in nearest(check.value, [box.text for box in boxes], SHOWN_TEXTS))
        return CheckResult(check, False, f"it is not on the screen{f'; the nearest: {close}' if close else ''}")

    def _image(self, check: Check, wanted: Image) -> CheckResult:
        from agent.matching import alike, find

        shot: Screenshot = self._screen.capture()
        if check.area is None:
            places = find(wanted, shot.image)
            return CheckResult(
                check, bool(places), f"it is at {tuple(places[0])}" if places else "it is nowhere on the screen"
            )
        left, top, width, height = check.area
        box = Rect(left, top, left + width, top + height)
        part = shot.image.crop((box.left, box.top, box.right, box.bottom))
        is_alike = alike(wanted, part)
        return CheckResult(check, is_alike, "it is so" if is_alike else "that part of the screen looks otherwise")

    def _command(self, check: Check, folder: Path | None) -> CheckResult:
        words = shlex.split(check.value)
        is_name = Path(words[0]).name == words[0]
        if not (shutil.which(words[0]) if is_name else ((folder or Path()) / words[0]).is_file()):
            return CheckResult(check, False, f"there is no program {words[0]!r}")
        # A file, not a pipe: what the command leaves running may keep a pipe open.
        with tempfile.TemporaryFile() as said:
            with Programs(self._environment) as programs:
                process = programs.start(words, output=said, folder=folder)
                trouble = self._wait(process, said)
            said.seek(max(0, said.seek(0, os.SEEK_END) - SHOWN_OUTPUT * 4))
            output = " ".join(said.read().decode("utf-8", "replace").split())[-SHOWN_OUTPUT:]
        if trouble:
            return CheckResult(check, False, trouble)
        status = f"status {process.returncode}"
        return CheckResult(check, process.returncode == 0, f"{status}: {output}" if output else status)

    def _wait(self, process: subprocess.Popen[bytes], said: IO[bytes]) -> str | None:
        """Wait for its end; what is wrong with it if it does not come."""
        deadline = time.monotonic() + COMMAND_SECONDS
        while process.poll() is None:
            if time.monotonic() > deadline:
                return f"it was not done after {COMMAND_SECONDS:g} s"
            if os.fstat(said.fileno()).st_size > MAX_FILE_BYTES:
                return "it writes without end"
            self._brake.sleep(COMMAND_POLL_SECONDS)
        return None

    def _window(self, check: Check) -> CheckResult:
        from actions.x11 import window_titles

        titles = window_titles(self._environment.get("DISPLAY"))
        if any(found_in_title(check.value, title) for title in titles):
            return CheckResult(check, True, "it is open")
        return CheckResult(check, False, f"the open windows are {', '.join(map(repr, titles[:10])) or 'none'}")


def _path(check: Check, folder: Path | None) -> Path:
    return (folder or Path()) / check.value


def _file(check: Check, path: Path) -> CheckResult:
    if not path.exists():
        return CheckResult(check, False, "there is no such file")
    if check.contains is None:
        return CheckResult(check, True, "it is there")
    if not path.is_file():
        return CheckResult(check, False, "it is not a regular file")
    try:
        with path.open("rb") as file:
            holds = check.contains.encode() in file.read(MAX_FILE_BYTES)
    except OSError as error:
        return CheckResult(check, False, f"it cannot be read: {error.strerror or error}")
    return CheckResult(check, holds, "it holds the text" if holds else f"it does not hold {check.contains!r}")


def _picture(path: Path) -> Image:
    from PIL import Image

    from agent.recording.picture_size import PictureError, picture_size

    try:
        with open_file(path) as file:
            data = file.read(MAX_PICTURE_BYTES)
        size = picture_size(data, "png")
        if size.width * size.height > 40_000_000:
            raise PictureError("it is larger than a screen")
        with Image.open(io.BytesIO(data)) as image:
            return image.convert("RGB")
    except (SessionError, PictureError, OSError, SyntaxError) as error:
        raise UsageError(f"the check's picture {path} cannot be used: {error}") from error
