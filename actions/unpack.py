"""From the object a model wrote to a call: which tool, which arguments. All the nestings of tests/reply_corpus.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from actions.errors import BadCallError, shown
from actions.literal import LiteralError, read_literal

MAX_SENTENCE = 1_000
_RIGHT = 'a call is {"name": "computer_use", "arguments": {"action": …}}'


@dataclass(frozen=True)
class Call:
    """A tool call, its arguments unchecked. `name` is None where the arguments stand alone."""

    name: str | None
    arguments: Mapping[str, object]
    sentence: str = ""
    repairs: tuple[str, ...] = ()


def is_call(value: object) -> bool:
    """Whether an object found without tags is a call at all."""
    if not isinstance(value, dict):
        return False
    return (
        "action" in value
        or ("name" in value and ("arguments" in value or "parameters" in value))
        or isinstance(value.get("function"), dict)
    )


def unpack(value: object) -> Call:
    """The call in {"name", "arguments"}, in the first edition's {"thought", "action", "parameters"}, or bare arguments.

    Raises:
        BadCallError: it is none of these.
    """
    if isinstance(value, dict) and isinstance(value.get("function"), dict):
        value = value["function"]
    if not isinstance(value, dict):
        raise BadCallError(f"the call is no object; {_RIGHT}")
    name = value.get("name")
    if name is not None and not isinstance(name, str):
        raise BadCallError(f"the call's name is {shown(name)}; {_RIGHT}")
    if name is None and "action" not in value:
        raise BadCallError(f"the call has neither a name nor an action; {_RIGHT}")
    arguments, repairs = _arguments(value)
    thought = value.get("thought")
    return Call(name, arguments, line(thought) if isinstance(thought, str) else "", repairs)


def line(text: str) -> str:
    """`text` as one printable line of bounded length, for people and records."""
    printable = "".join(char if char.isprintable() else " " for char in text[:MAX_SENTENCE])
    return " ".join(printable.split())


def _arguments(value: dict[str, object]) -> tuple[dict[str, object], tuple[str, ...]]:
    key = next((key for key in ("arguments", "parameters") if value.get(key) is not None), None)
    if key is None:
        rest = {
            name: item for name, item in value.items() if name not in ("name", "thought", "arguments", "parameters")
        }
        return rest, ()
    inner, repairs = _object(value[key])
    action = value.get("action", inner.get("action"))
    if inner.get("action", action) != action:
        raise BadCallError(f"the call names two actions, {shown(action)} and {shown(inner['action'])}")
    return ({**inner, "action": action} if action is not None else inner), repairs


def _object(value: object) -> tuple[dict[str, object], tuple[str, ...]]:
    repairs: tuple[str, ...] = ()
    if isinstance(value, str):
        try:
            reading = read_literal(value)
        except LiteralError as error:
            raise BadCallError(f"the arguments cannot be read: {error}") from None
        if value[reading.end :].strip(" \t\r\n}"):
            raise BadCallError("text stands behind the arguments' object")
        value, repairs = reading.value, ("arguments as text", *reading.repairs)
    if not isinstance(value, dict):
        raise BadCallError(f"the arguments are {shown(value)}, not an object; {_RIGHT}")
    return value, repairs
