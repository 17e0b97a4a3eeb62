"""Postconditions: what must be so when a task is done, as one word and a value or as a table of TOML.

    --check 'text:Saved'          [[check]]
                                  text = "Saved"

Kinds: text, no-text (read off the screen by OCR), image (a PNG that stands somewhere on the screen, or at `area`),
file (it exists, and holds `contains`), command (it ends with status 0), window (a regular expression found in a title).
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from agent.errors import UsageError
from agent.permission.searching import compiled

Kind = Literal["text", "no-text", "image", "file", "command", "window"]
KINDS: tuple[Kind, ...] = ("text", "no-text", "image", "file", "command", "window")
_Number = Annotated[int, Field(ge=0, le=100_000)]


class Check(BaseModel):
    """One postcondition."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    value: Annotated[str, Field(min_length=1, max_length=2000)]
    contains: str | None = None
    """Of a file: what stands in it."""
    area: tuple[_Number, _Number, _Number, _Number] | None = None
    """Of an image: left, top, width, height in capture pixels."""

    @model_validator(mode="after")
    def _fits(self) -> Check:
        if self.contains is not None and self.kind != "file":
            raise ValueError("contains belongs to a file")
        if self.area is not None and self.kind != "image":
            raise ValueError("area belongs to an image")
        if self.kind == "window":
            compiled(self.value)
        if self.kind == "command" and not shlex.split(self.value):
            raise ValueError("the command is empty")
        return self

    def describe(self) -> str:
        """The check as the command line has it."""
        return f"{self.kind}:{self.value}"

    def table(self) -> dict[str, Any]:
        """The check as a table of TOML has it."""
        said = {self.kind: self.value, "contains": self.contains, "area": self.area and list(self.area)}
        return {name: value for name, value in said.items() if value is not None}


def parse_check(text: str) -> Check:
    """The check that `--check TEXT` means. Raises `UsageError`."""
    kind, colon, value = text.partition(":")
    if not colon or kind not in KINDS:
        raise UsageError(f"--check {text!r} is no check: write KIND:VALUE with one of {', '.join(KINDS)}")
    return _check({"kind": kind, "value": value}, f"--check {text!r}")


def read_checks(tables: Sequence[dict[str, Any]]) -> tuple[Check, ...]:
    """The checks of `[[check]]` tables. Raises `UsageError`."""
    return tuple(_from_table(number, table) for number, table in enumerate(tables, 1))


def _from_table(number: int, table: dict[str, Any]) -> Check:
    kinds = [kind for kind in KINDS if kind in table]
    if len(kinds) != 1:
        raise UsageError(f"check {number} names {len(kinds)} of {', '.join(KINDS)}: it takes one")
    rest = {name: value for name, value in table.items() if name != kinds[0]}
    if unknown := rest.keys() - {"contains", "area"}:
        raise UsageError(f"check {number} knows no {min(unknown)!r}: beside {kinds[0]} only contains and area")
    if isinstance(rest.get("area"), list):
        rest["area"] = tuple(rest["area"])
    return _check({"kind": kinds[0], "value": table[kinds[0]], **rest}, f"check {number}")


def _check(data: dict[str, Any], where: str) -> Check:
    try:
        return Check.model_validate(data, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        raise UsageError(f"{where} is wrong: {place}{': ' if place else ''}{said}") from error
