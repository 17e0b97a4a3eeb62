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

import re
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.config import NoSuchFileError, read_toml
from agent.errors import SessionError, UsageError
from agent.lines import Rect
from agent.session import Session

FILE = "replay.toml"
_Number = Annotated[int, Field(ge=0, le=100_000)]


class Exclude(BaseModel):
    """A part of the screen that is not compared."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    area: tuple[_Number, _Number, _Number, _Number]
    step: Annotated[int, Field(ge=1)] | None = None

    @property
    def box(self) -> Rect:
        """The part, in capture pixels."""
        left, top, width, height = self.area
        return Rect(left, top, left + width, top + height)


class LiveSettings(BaseModel):
    """What a session says about its live replay."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    virtual: Annotated[str | None, Field(pattern=r"^[0-9]{2,5}x[0-9]{2,5}$")] = None
    launch: tuple[str, ...] = ()
    end: bool = True
    exclude: tuple[Exclude, ...] = ()
    check: list[dict[str, Any]] = []

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
    path = session.path / FILE
    recorded = session.started.settings
    virtual = recorded.get("virtual")
    said: dict[str, Any] = {
        "virtual": "x".join(map(str, virtual)) if isinstance(virtual, list) else None,
        "launch": recorded.get("launch") or (),
        "check": recorded.get("checks") or [],
    }
    if path.is_symlink():
        raise SessionError(f"{path} is a symbolic link, and links in a recording are not followed")
    try:
        said |= read_toml(path, "the replay's settings")
    except NoSuchFileError:
        pass
    except UsageError as error:
        raise SessionError(str(error)) from error
    try:
        return LiveSettings.model_validate(said)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SessionError(f"{path} is wrong: {place}: {first['msg']}") from error
