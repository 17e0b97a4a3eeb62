"""A line's object as the typed event it was: brought up to today's format, checked without any conversion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from agent.events import (
    FORMAT_VERSION,
    CheckFinished,
    ImageFile,
    ModelFailed,
    ModelReplied,
    ModelRequested,
    ScreenshotRecord,
    SessionEnded,
    SessionStarted,
    StepFinished,
    StepPlanned,
)
from agent.recording.files import PICTURE_NAME
from agent.recording.lines import LineError

UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""From the format of the key to the next one, for each line; `format_version` itself is set by the reader."""

RecordedEvent = (
    SessionStarted
    | ScreenshotRecord
    | ModelRequested
    | ModelFailed
    | ModelReplied
    | StepPlanned
    | StepFinished
    | CheckFinished
    | SessionEnded
)
_KINDS: Mapping[str, type[RecordedEvent]] = {
    "session_started": SessionStarted,
    "screenshot_taken": ScreenshotRecord,
    "model_requested": ModelRequested,
    "model_failed": ModelFailed,
    "model_replied": ModelReplied,
    "step_planned": StepPlanned,
    "step_finished": StepFinished,
    "check_finished": CheckFinished,
    "session_ended": SessionEnded,
}


def read_event(number: int, data: dict[str, Any], version: int) -> RecordedEvent | None:
    """The event of line `number`, recorded in format `version`; None for one this program does not know.

    Raises `LineError`.
    """
    try:
        data = _upgraded(data, version)
        name = data.get("event")
        if not isinstance(name, str):
            raise ValueError("it names no event")
        kind = _KINDS.get(name)
        if kind is None:
            return None
        _check_time(data)
        for name in ("repairs", "warnings"):  # A list of JSON is no tuple, and nothing else is converted.
            if isinstance(data.get(name), list):
                data = {**data, name: tuple(data[name])}
        if isinstance(data.get("restless"), list):
            data = {**data, "restless": tuple(map(_as_tuple, data["restless"]))}
        event = kind.model_validate(data, strict=True)
        _check(event)
    except ValidationError as error:
        raise LineError(number, _first(error)) from error
    except ValueError as error:
        raise LineError(number, str(error)) from error
    return event


def _as_tuple(area: object) -> object:
    return tuple(area) if isinstance(area, list) else area


def _upgraded(data: dict[str, Any], version: int) -> dict[str, Any]:
    if version == FORMAT_VERSION:
        return data
    try:
        for step in range(version, FORMAT_VERSION):
            data = UPGRADES[step](data)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        # The line may hold anything; a step may take it for what it was when it was recorded.
        raise ValueError(f"it cannot be upgraded from format {version}") from error
    return {**data, "format_version": FORMAT_VERSION} if data.get("event") == "session_started" else data


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"


def _check_time(data: dict[str, Any]) -> None:
    # The event's own default is now, which is for whoever makes one.
    time = data.get("time")
    if not isinstance(time, str) or datetime.fromisoformat(time).tzinfo is None:
        raise ValueError("time: there is none with its time zone")


def _check(event: RecordedEvent) -> None:
    """What the types leave open. Raises `ValueError`."""
    match event:
        case ScreenshotRecord():
            for file in (event.sent, event.lossless):
                _check_file(file)
            _check_viewport(event.viewport)
        case ModelRequested():
            if not all(_is_message(message) for message in event.messages):
                raise ValueError("messages: one is no message")
        case ModelReplied():
            if not all(call.keys() >= {"name", "arguments"} for call in event.tool_calls):
                raise ValueError("tool_calls: one has no name or no arguments")
        case StepPlanned():
            if (event.action is None) == (event.error is None):
                raise ValueError("action: a step has either an action or an error")
        case _:
            pass


def _check_file(file: ImageFile | None) -> None:
    if file is not None and not PICTURE_NAME.fullmatch(f"{file.sha256}.{file.extension}"):
        raise ValueError("sha256: a picture's name is no hash")
    if file is not None and min(file.width, file.height) < 1:
        raise ValueError("width, height: a picture's size is not positive")


def _check_viewport(viewport: dict[str, Any]) -> None:
    places = [viewport.get("left"), viewport.get("top")]
    pixels = viewport.get("pixels")
    sizes = [viewport.get("width"), viewport.get("height"), *(pixels if isinstance(pixels, list) else ())]
    if len(sizes) != 4 or not all(type(number) is int for number in places + sizes) or min(sizes) < 1:
        raise ValueError("viewport: it is not left, top, width, height and pixels")


def _is_message(message: dict[str, Any]) -> bool:
    parts = message.get("parts")
    roles = ("system", "user", "assistant")
    return message.get("role") in roles and isinstance(parts, list) and all(_is_part(part) for part in parts)


def _is_part(part: object) -> bool:
    if not isinstance(part, dict) or len(part) != 1:
        return False
    image = part.get("image")
    return isinstance(part.get("text"), str) or (
        isinstance(image, str) and PICTURE_NAME.fullmatch(f"{image}.png") is not None
    )
