"""How a session is replayed live: `replay.toml` in its folder, over what its recording says.

virtual = "1280x800"                       # the display it is replayed on by pytest
launch = ["python tests/apps/launcher.py"] # started first, where commands of a session are trusted
end = false                                # do not compare the screen at the end

[[exclude]]                                # what is not compared
step = 3                                   # of this step alone; without it of all
area = [0, 0, 120, 40]                     # left, top, width, height in capture pixels

[[check]]                                  # see agent.checks
text = "Saved"
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from agent.config import MAX_FILE_BYTES, read_toml
from agent.errors import SessionError, UsageError
from agent.recording.files import open_file, shown
from agent.recording.session import SESSION_FILE, Session
from agent.rect import Rect

FILE = "replay.toml"
MOST_SIDE = 16_384
MOST_DOTS = 100
"""Of a line: the time that reading a key of many parts takes grows with their square."""
_Number = Annotated[int, Field(strict=True, ge=0, le=100_000)]


class Exclude(BaseModel):
    """A part of the screen that is not compared."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    area: tuple[_Number, _Number, _Number, _Number]
    step: Annotated[int, Field(strict=True, ge=1)] | None = None

    @property
    def box(self) -> Rect:
        """The part, in capture pixels."""
        left, top, width, height = self.area
        return Rect(left, top, left + width, top + height)


class LiveSettings(BaseModel):
    """What a session says about its live replay."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    virtual: Annotated[str | None, Field(pattern=r"^[1-9][0-9]{1,4}x[1-9][0-9]{1,4}$")] = None
    launch: tuple[str, ...] = ()
    end: bool = True
    exclude: tuple[Exclude, ...] = ()
    check: list[dict[str, Any]] = []

    @field_validator("virtual")
    @classmethod
    def _is_a_display(cls, value: str | None) -> str | None:
        if value is not None and max(map(int, value.split("x"))) > MOST_SIDE:
            raise ValueError(f"a display has at most {MOST_SIDE} pixels a side")
        return value

    @property
    def size(self) -> tuple[int, int] | None:
        """`virtual` as width and height."""
        if self.virtual is None:
            return None
        width, height = map(int, re.findall(r"\d+", self.virtual))
        return width, height

    def excluded(self, step: int) -> tuple[Rect, ...]:
        """The parts of a step's screen that are not compared."""
        return tuple(one.box for one in self.exclude if one.step in (None, step))


def live_settings(session: Session) -> LiveSettings:
    """The settings of `session`. Raises `SessionError` naming what is wrong."""
    recorded = session.started.settings
    virtual = recorded.get("virtual")
    said: dict[str, Any] = {
        "virtual": "x".join(map(str, virtual)) if isinstance(virtual, list) else None,
        "launch": recorded.get("launch") or (),
        "check": recorded.get("checks") or [],
    }
    own = _own(session.path / FILE)
    try:
        return LiveSettings.model_validate(said | own)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        path = session.path / (FILE if first["loc"][0] in own else SESSION_FILE)
        raise SessionError(f"{shown(path)} is wrong: {shown(place)}: {shown(first['msg'])}") from error


def _own(path: Path) -> dict[str, Any]:
    """What the file says; nothing where there is none. Raises `SessionError`."""
    if not os.path.lexists(path):
        return {}
    with open_file(path) as file:
        data = file.read(MAX_FILE_BYTES + 1)
    if any(line.count(b".") > MOST_DOTS for line in re.split(rb"[\r\n]", data)):
        raise SessionError(f"{shown(path)} is not read: a line of it has more than {MOST_DOTS} dots")
    try:
        return read_toml(path, "the replay's settings")
    except UsageError as error:
        raise SessionError(shown(error, 1000)) from error
