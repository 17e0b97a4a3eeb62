"""What a session accepts besides its recording: `baselines.json` in its folder, and its pictures among the screens.

    {"format_version": 1, "steps": {"3": [{"area": [l, t, w, h], "at": [x, y], "picture": {…}, "how": "text"}]}}

`area` and `at` are in capture pixels; of a step without a place of its own (the end) the area is the whole screen.
"""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from actions.action import Point
from agent.encode import encode_png
from agent.errors import RecordingError, SessionError
from agent.events import ImageFile
from agent.lines import Rect
from agent.locate import Alternative
from agent.recorder import write_picture, write_whole
from agent.session_files import open_file, read_picture, shown

if TYPE_CHECKING:
    from PIL.Image import Image

FILE = "baselines.json"
FORMAT_VERSION = 1
MAX_BYTES = 4_000_000
MOST_ALTERNATIVES = 8
"""Of a step; the oldest goes first."""

_Number = Annotated[int, Field(ge=0, le=100_000)]


class Baseline(BaseModel):
    """An accepted look of a step's target."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    area: tuple[_Number, _Number, _Number, _Number]
    at: tuple[_Number, _Number]
    picture: ImageFile
    how: str
    """How it came to be accepted: image, text, present."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format_version: int
    steps: dict[Annotated[int, Field(ge=1)], list[Baseline]]


class Baselines:
    """The accepted looks of a session, by step. Nothing is written before `write`."""

    def __init__(self, session: Path) -> None:
        """Read them. Raises `SessionError`."""
        self._session = session
        self._steps: dict[int, list[Baseline]] = _read(session / FILE)
        self._pictures: list[Image] = []
        self._is_changed = False

    def alternatives(self, step: int) -> tuple[Alternative, ...]:
        """Those of a step. Raises `SessionError` for a picture that is not what it should be."""
        return tuple(self._alternative(one) for one in self._steps.get(step, []))

    def accept(self, step: int, picture: Image, box: Rect, at: Point, how: str, *, instead: bool = False) -> None:
        """From now on the step's target may look like `picture` at `box`; `instead` of all that was accepted."""
        encoded = encode_png(picture)
        left, top, width, height = box.left, box.top, box.right - box.left, box.bottom - box.top
        new = Baseline(area=(left, top, width, height), at=(at.x, at.y), picture=ImageFile.of(encoded), how=how)
        known = [] if instead else [one for one in self._steps.get(step, []) if one.picture != new.picture]
        self._steps[step] = [*known, new][-MOST_ALTERNATIVES:]
        self._pictures.append(picture)
        self._is_changed = True

    def write(self) -> bool:
        """Keep what was accepted; whether there was anything. Raises `RecordingError`."""
        if not self._is_changed:
            return False
        data = _File(format_version=FORMAT_VERSION, steps=self._steps).model_dump(mode="json")
        try:
            (self._session / "screens").mkdir(mode=0o700, exist_ok=True)
            for picture in self._pictures:
                write_picture(self._session / "screens", encode_png(picture))
            write_whole(self._session / FILE, (json.dumps(data, indent=1) + "\n").encode("ascii"))
        except OSError as error:
            raise RecordingError(f"cannot write {self._session / FILE}: {error.strerror or error}") from error
        return True

    def _alternative(self, one: Baseline) -> Alternative:
        from PIL import Image

        left, top, width, height = one.area
        file = one.picture
        if (file.width, file.height) != (width, height):
            raise SessionError(f"{shown(self._session / FILE)}: a picture has another size than its area")
        with Image.open(io.BytesIO(read_picture(self._session / "screens", file))) as image:
            picture = image.convert("RGB")
        return Alternative(picture, Rect(left, top, left + width, top + height), Point(*one.at))


def _read(path: Path) -> dict[int, list[Baseline]]:
    if not path.parent.is_dir() or not _is_there(path):
        return {}
    with open_file(path) as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise SessionError(f"{shown(path)} is larger than {MAX_BYTES // 1_000_000} MB")
    try:
        read = _File.model_validate_json(data)
    except (ValidationError, RecursionError) as error:
        raise SessionError(f"{shown(path)} holds no baselines: delete it, or write it anew with --update") from error
    if read.format_version != FORMAT_VERSION:
        raise SessionError(f"{shown(path)} has format {read.format_version}: update gui-plus-agent")
    return read.steps


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except OSError:
        return False
    return True


def crop(picture: Image, box: Rect) -> tuple[Image, Rect]:
    """The part of `picture` at `box`, and the box as far as it lies in it."""
    inside = replace(
        box,
        left=max(0, box.left),
        top=max(0, box.top),
        right=min(picture.width, box.right),
        bottom=min(picture.height, box.bottom),
    )
    return picture.crop((inside.left, inside.top, inside.right, inside.bottom)), inside
