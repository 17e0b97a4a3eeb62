"""The lines of session.jsonl as JSON objects, each within a cap: nothing in them makes reading slow or large."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from itertools import count
from typing import Any, BinaryIO, NoReturn

from agent.recording.files import shown

MAX_LINE_BYTES = 16_000_000
MAX_LINES = 1_000_000
MAX_BYTES = 512_000_000
"""Of all lines."""
MAX_LINE_VALUES = 1_000_000
"""Commas and brackets of a line: two bytes of JSON can be a hundred of memory."""
MAX_VALUES = 20_000_000
"""Of all lines."""
MAX_DEPTH = 50
"""Of lists and objects in each other: no more than what prints or copies the event later can take."""
MAX_INT = 2**63


class LineError(Exception):
    """A line that cannot be what was recorded. Its text names the line and the reason."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(f"line {number}: {shown(reason)}")


class TornLineError(LineError):
    """The last line, which the run did not live to finish."""


def read_lines(file: BinaryIO) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each line's number, from 1, and its object. Raises `LineError`, `TornLineError` for the last line."""
    size = values = 0
    for number in count(1):
        line = file.readline(MAX_LINE_BYTES + 1)
        if not line:
            return
        held = line.count(b",") + line.count(b"[") + line.count(b"{")
        size += len(line)
        values += held
        if len(line) > MAX_LINE_BYTES:
            raise LineError(number, f"it is longer than the {MAX_LINE_BYTES // 1_000_000} MB a line may have")
        if held > MAX_LINE_VALUES or values > MAX_VALUES or size > MAX_BYTES or number > MAX_LINES:
            raise LineError(number, "the session holds more than is read up to here")
        if not line.endswith(b"\n"):
            raise TornLineError(number, "it is torn, its end is missing")
        try:
            data = _parse(line)
        except (ValueError, RecursionError) as error:
            kind = LineError if file.read(1) else TornLineError
            raise kind(number, f"it is unreadable, {_why(error)}") from error
        yield number, data


def _parse(line: bytes) -> dict[str, Any]:
    text = line.decode("utf-8")
    if text.startswith("\ufeff"):
        raise ValueError("it begins with a byte order mark")
    data = _DECODER.decode(text)
    if not isinstance(data, dict):
        raise ValueError("it is no JSON object")
    if line.count(b"[") + line.count(b"{") > MAX_DEPTH and _is_deep(data, MAX_DEPTH):
        raise ValueError("it is nested too deeply")
    return data


def _is_deep(value: object, depth: int) -> bool:
    """Whether lists and objects stand in each other more than `depth` times."""
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return depth == 0 or any(_is_deep(item, depth - 1) for item in inner)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Which of two counts would be a guess, and the recorder writes none twice.
    data = dict(pairs)
    if len(data) < len(pairs):
        raise ValueError("an object has a key twice")
    return data


def _int(digits: str) -> int:
    if len(digits) > 20 or not -MAX_INT <= (number := int(digits)) < MAX_INT:
        raise ValueError("a number has too many digits")
    return number


def _float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError("a number is too large")
    return number


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_int, parse_float=_float, parse_constant=_constant)


def _why(error: ValueError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    if isinstance(error, json.JSONDecodeError):
        return f"it is no JSON: {error.msg} at character {error.colno}"
    return str(error)
