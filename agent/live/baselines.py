"""What a session accepts besides its recording: `baselines.json` in its folder, and its pictures among the screens.

    {"format_version": 1, "steps": {"3": [{"area": [l, t, w, h], "at": [x, y], "picture": {…}, "how": "text"}]}}

`area` and `at` are in capture pixels; of a step without a place of its own (the end) the area is the whole screen.
"""

from __future__ import annotations

import io
import json
import struct
import warnings
import zlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from actions.action import Point
from agent.encode import encode_png
from agent.errors import RecordingError, SessionError
from agent.events import ImageFile
from agent.live.locate import Alternative
from agent.recording.files import open_file, read_picture, shown
from agent.recording.recorder import write_picture, write_whole
from agent.rect import Rect

if TYPE_CHECKING:
    from PIL.Image import Image

FILE = "baselines.json"
FORMAT_VERSION = 1
MAX_BYTES = 4_000_000
MOST_ALTERNATIVES = 8
"""Of a step; the oldest goes first."""
MOST_PIXELS = 100_000_000
"""Of a step's pictures together."""

_Number = Annotated[int, Field(ge=0, le=100_000)]


class Baseline(BaseModel):
    """An accepted look of a step's target."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    area: tuple[_Number, _Number, _Number, _Number]
    at: tuple[_Number, _Number]
    picture: ImageFile
    how: str
    """How it came to be accepted: image, text, present."""

    @model_validator(mode="after")
    def _acts_within(self) -> Self:
        left, top, width, height = self.area
        if not (left <= self.at[0] < left + width and top <= self.at[1] < top + height):
            raise ValueError("at: it is not in the area that was recognised")
        return self


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format_version: int
    steps: dict[Annotated[int, Field(ge=1)], Annotated[list[Baseline], Field(max_length=MOST_ALTERNATIVES)]]


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
        accepted = self._steps.get(step, [])
        if sum(one.area[2] * one.area[3] for one in accepted) > MOST_PIXELS:
            most = MOST_PIXELS // 1_000_000
            raise SessionError(f"{shown(self._session / FILE)}: step {step} has more than {most} megapixels")
        return tuple(map(self._alternative, accepted))

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
        screens = self._session / "screens"
        if screens.is_symlink():
            raise RecordingError(f"{screens} is a symbolic link, and links in a recording are not followed")
        try:
            screens.mkdir(mode=0o700, exist_ok=True)
            for picture in self._pictures:
                write_picture(screens, encode_png(picture))
            write_whole(self._session / FILE, (json.dumps(data, indent=1) + "\n").encode("ascii"))
        except OSError as error:
            raise RecordingError(f"cannot write {self._session / FILE}: {error.strerror or error}") from error
        return True

    def _alternative(self, one: Baseline) -> Alternative:
        left, top, width, height = one.area
        file = one.picture
        if (file.width, file.height) != (width, height):
            raise SessionError(f"{shown(self._session / FILE)}: a picture has another size than its area")
        picture = decoded(read_picture(self._session / "screens", file), self._session)
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


def decoded(data: bytes, session: Path) -> Image:
    """A picture of the session as RGB. Raises `SessionError` where its file is damaged, or of a size no screen has."""
    from PIL import Image

    bad = (Image.DecompressionBombError, Image.DecompressionBombWarning)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as image:
                return image.convert("RGB")
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, *bad) as error:
        raise SessionError(f"a picture of {shown(session)} cannot be decoded: {shown(error)}") from error


def crop(picture: Image, box: Rect) -> tuple[Image, Rect]:
    """The part of `picture` at `box`, and the box as far as it lies in it."""
    left, top = min(max(0, box.left), picture.width), min(max(0, box.top), picture.height)
    inside = replace(
        box,
        left=left,
        top=top,
        right=max(left, min(picture.width, box.right)),
        bottom=max(top, min(picture.height, box.bottom)),
    )
    return picture.crop((inside.left, inside.top, inside.right, inside.bottom)), inside
