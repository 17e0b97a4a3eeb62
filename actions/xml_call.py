"""Calls with XML parameters, as Qwen3.5 and later write them.

    <function=computer_use>
    <parameter=action>
    left_click
    </parameter>
    </function>

The syntax has no escapes, so a typed text that holds its tags may be ambiguous: then it is an error, never a guess.
"""

from __future__ import annotations

import re

from actions.errors import shown
from actions.literal import MAX_CHARACTERS, LiteralError, Reading, read_literal

MAX_PARAMETERS = 50

_NAME = r"""(?:\s*=\s*|\s+name\s*=\s*)["']?(?P<name>[^<>"'\s]*)["']?"""
_FUNCTION = re.compile(rf"<function{_NAME}\s*>")
_TAG = re.compile(rf"<(?:parameter(?:{_NAME})?\s*>|(?P<close>/(?:function|tool_call)\s*>)|(?=tool_call|function))")
_END_OF_VALUE = re.compile(r"(?P<close></parameter\s*>)|(?=<parameter\b|</?function|</?tool_call)|\Z")
# In a text, a closing tag is one only where the call goes on or ends after it.
_END_OF_TEXT = re.compile(
    r"(?P<close></parameter\s*>)(?=\s*(?:<parameter\b|</?function|</?tool_call|\Z))|(?=<parameter\b)"
)
_STRAY = re.compile(r"\s*(?:</?[a-z_]+\s*>\s*)*")
_AFTER = re.compile(r"(?P<close></parameter)|<tool_call|<function")
_BRACE = re.compile(r"\s*[{｛]")
_FREE_TEXT = "text"


def read_function(text: str, start: int) -> Reading:
    """The call whose `<function=` tag begins at `start`, as {"name": …, "arguments": {…}}; the values are texts.

    Raises:
        LiteralError: a text is not closed, or text stands outside the parameters.
    """
    head = _FUNCTION.match(text, start)
    if head is None:
        raise LiteralError("the <function=…> tag cannot be read", start)
    if _BRACE.match(text, head.end()):
        reading = read_literal(text, head.end())
        return Reading({"name": head["name"], "arguments": reading.value}, reading.end, reading.repairs)
    arguments, end, repairs = _parameters(text, head.end())
    after = _AFTER.search(text, end)
    if after is not None and after["close"]:
        raise LiteralError("a </parameter> tag stands behind the call's end", after.end())
    return Reading({"name": head["name"], "arguments": arguments}, end, repairs)


def _parameters(text: str, position: int) -> tuple[dict[str, object], int, tuple[str, ...]]:
    arguments: dict[str, object] = {}
    repairs: dict[str, None] = {}
    for _ in range(MAX_PARAMETERS):
        tag = _TAG.search(text, position)
        _check_between(text, position, tag.start() if tag else len(text), repairs)
        if tag is None or tag["close"] or tag.group() == "<":
            if tag is None or not tag["close"]:
                repairs["closing tag missing"] = None
            return arguments, (len(text) if tag is None else tag.end() if tag["close"] else tag.start()), tuple(repairs)
        position = tag.end()
        if not tag["name"]:
            repairs["stray parameter tag"] = None
            continue
        value, position = _value(text, position, tag["name"], repairs)
        if value is not None and arguments.setdefault(tag["name"], value) != value:
            raise LiteralError(f"the parameter {shown(tag['name'])} stands in it twice with different values", position)
    raise LiteralError("it has too many parameters", position)


def _check_between(text: str, start: int, end: int, repairs: dict[str, None]) -> None:
    stray = _STRAY.match(text, start, end)
    if stray is None or stray.end() < end:
        raise LiteralError("text stands outside its parameters", end)
    if stray.group().strip():
        repairs["stray tags"] = None


def _value(text: str, start: int, name: str, repairs: dict[str, None]) -> tuple[str | None, int]:
    """The value that begins at `start` and where it ends; None for a stray opening tag with nothing in it."""
    free = name == _FREE_TEXT
    end = (_END_OF_TEXT if free else _END_OF_VALUE).search(text, start)
    if end is None:
        raise LiteralError(f"the parameter {shown(name)} is not closed", len(text))
    value = text[start : end.start()]
    if len(value) > MAX_CHARACTERS:
        raise LiteralError("it is too long", end.end())
    if end["close"] is None:
        if not value.strip():
            repairs["stray parameter tag"] = None
            return None, end.end()
        if free:
            raise LiteralError(f"the parameter {shown(name)} is not closed", end.end())
        repairs["parameter not closed"] = None
    if not free:
        return value.strip(), end.end()
    if value.rstrip().endswith("</parameter>"):
        raise LiteralError(f"the parameter {shown(name)} is closed twice", end.end())
    return _without_frame(value), end.end()


def _without_frame(value: str) -> str:
    """`value` without the one newline that the syntax puts on either side."""
    value = value.replace("\r\n", "\n")
    return value.removeprefix("\n").removesuffix("\n")
