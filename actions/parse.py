"""From a model's reply to an `Action` in model space, or to a `ReplyError` that can be told to the model.

Shapes and spellings are those seen in the wild, collected in tests/reply_corpus.toml. A wrong click is worse than an
error, so what is repaired is written down, and an argument that could change where or what is done is never passed
over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from actions import action as act
from actions.action import Action, Size
from actions.arguments import Arguments
from actions.errors import (
    BadArgumentError,
    BadCallError,
    ForeignToolError,
    NoCallError,
    OutOfSpaceError,
    ReplyError,
    UnknownActionError,
    shown,
)
from actions.keys import KeysError, parse_keys
from actions.names import ALIASES, STATUSES, TOOLS, action_name, fold
from actions.reply import find_call
from actions.unpack import Call
from actions.values import read_number, read_text

__all__ = [
    "BadArgumentError",
    "BadCallError",
    "ForeignToolError",
    "NoCallError",
    "OutOfSpaceError",
    "ParsedReply",
    "ReplyError",
    "UnknownActionError",
    "parse_reply",
]


@dataclass(frozen=True)
class ParsedReply:
    """What a reply says to do."""

    action: Action
    sentence: str
    """The Action line's sentence, or the first edition's thought; "" if there is none. Never acted on."""
    repairs: tuple[str, ...]
    """What had to be mended or passed over to read it, for the record."""


def parse_reply(
    text: str, *, space: Size, reasoning: str = "", tool_calls: Sequence[tuple[str, str]] = ()
) -> ParsedReply:
    """The action of a reply: of its first call, and no other.

    Args:
        text: the reply's text.
        space: the model's coordinate space, (1000, 1000) or the smart-resized size.
        reasoning: its reasoning, looked at only if the text is empty.
        tool_calls: native calls as (name, arguments in JSON), looked at only if the text holds none.

    Raises:
        ReplyError: it is no action; the message says what is wrong and what is right.
    """
    call = find_call(text, reasoning=reasoning, tool_calls=tool_calls)
    arguments = Arguments(_named(call), space)
    name = action_name(arguments.take("action"))
    action = _BUILDERS[name](arguments)
    arguments.check_rest(name, has_place=getattr(action, "coordinate", None) is not None)
    return ParsedReply(action, call.sentence, (*call.repairs, *arguments.notes))


def _named(call: Call) -> Mapping[str, object]:
    """The call's arguments with `action` among them. Raises the `ReplyError` of a wrong tool or action."""
    folded = fold(call.name) if call.name is not None else None
    given = call.arguments.get("action")
    if folded in ALIASES and (given is None or (isinstance(given, str) and fold(given) == folded)):
        return {**call.arguments, "action": folded}
    if folded in ALIASES:
        raise BadCallError(f"the call names two actions, {shown(call.name)} and {shown(given)}")
    if folded is not None and folded.removeprefix("functions.") not in TOOLS:
        raise ForeignToolError(f"there is no tool {shown(call.name)}: the only one is computer_use")
    if given is None:
        raise UnknownActionError("`action` is missing in the call's arguments")
    return call.arguments


def _key(arguments: Arguments) -> Action:
    keys = arguments.take("keys", "key") or arguments.take("text")
    if keys is None:
        raise BadArgumentError('`keys` is missing: key takes a list of key names, such as ["ctrl", "c"]')
    try:
        return act.Key(keys=parse_keys(keys))
    except KeysError as error:
        raise BadArgumentError(str(error)) from None


def _type(arguments: Arguments) -> Action:
    text = arguments.text("type")
    clear, enter = arguments.flag("clear"), arguments.flag("enter", "needs_enter")
    if not text and not clear and not enter:
        raise BadArgumentError("`text` is empty: type takes the text to type")
    return act.Type(text=text, clear=clear, enter=enter)


def _click(kind: type[act.Click]) -> Callable[[Arguments], Action]:
    return lambda arguments: kind(coordinate=arguments.place(), modifiers=arguments.modifiers())


def _mouse_move(arguments: Arguments) -> Action:
    if (place := arguments.place()) is None:
        raise BadArgumentError("`coordinate` is missing: mouse_move takes [x, y]")
    return act.MouseMove(coordinate=place)


def _drag(arguments: Arguments) -> Action:
    """`coordinate` alone is the end; with `coordinate2` it is the start, and so is `coordinate1`."""
    places = {name: arguments.coordinate(name, boxes=False) for name in ("coordinate", "coordinate1", "coordinate2")}
    bare, first, second = places.values()
    if first is not None and (bare is not None or second is None):
        raise BadArgumentError("left_click_drag takes `coordinate1` (start) together with `coordinate2` (end)")
    start, end = (first, second) if first is not None else (bare, second) if second is not None else (None, bare)
    if end is None:
        raise BadArgumentError("`coordinate` is missing: left_click_drag takes its end [x, y]")
    return act.LeftClickDrag(coordinate=end, start=start, modifiers=arguments.modifiers())


def _scroll(arguments: Arguments) -> Action:
    pixels = arguments.pixels("scroll")
    return act.Scroll(coordinate=arguments.place(), pixels=pixels, modifiers=arguments.modifiers())


def _hscroll(arguments: Arguments) -> Action:
    pixels = arguments.pixels("hscroll")
    return act.HScroll(coordinate=arguments.place(), pixels=pixels, modifiers=arguments.modifiers())


def _wait(arguments: Arguments) -> Action:
    value = arguments.take("time", "duration")
    if value is None:
        return act.Wait()
    seconds = read_number(value, "time")
    if seconds < 0:
        raise BadArgumentError(f"`time` is {shown(seconds)}: it is a number of seconds from 0 up")
    return act.Wait(time=seconds)


def _terminate(arguments: Arguments) -> Action:
    status = _status(arguments)
    text = arguments.take("text") or arguments.take("message", "reason", "answer")
    return act.Terminate(status=status, text=read_text(text, "text") if text is not None else None)


def _status(arguments: Arguments) -> Literal["success", "failure"]:
    implied = STATUSES.get(arguments.spelling)
    given = arguments.take("status")
    status = implied if given is None else given.strip().lower() if isinstance(given, str) else None
    if status not in ("success", "failure"):
        raise BadArgumentError(f'`status` is {shown(given)}: terminate takes "success" or "failure"')
    if implied not in (None, status):
        raise BadArgumentError(f"{arguments.spelling} means {implied}, but `status` is {shown(given)}")
    return "success" if status == "success" else "failure"


def _answer(arguments: Arguments) -> Action:
    if not (text := arguments.text("answer")).strip():
        raise BadArgumentError("`text` is empty: answer takes the answer")
    return act.Answer(text=text)


def _interact(arguments: Arguments) -> Action:
    if arguments.spelling == "call_user":  # it may come without a text
        return act.Interact(text=read_text(arguments.take("text") or "", "text"))
    if not (text := arguments.text("interact")).strip():
        raise BadArgumentError("`text` is empty: interact takes the question to the user")
    return act.Interact(text=text)


_BUILDERS: MappingProxyType[str, Callable[[Arguments], Action]] = MappingProxyType(
    {
        "key": _key,
        "type": _type,
        "mouse_move": _mouse_move,
        "left_click": _click(act.LeftClick),
        "right_click": _click(act.RightClick),
        "middle_click": _click(act.MiddleClick),
        "double_click": _click(act.DoubleClick),
        "triple_click": _click(act.TripleClick),
        "left_click_drag": _drag,
        "scroll": _scroll,
        "hscroll": _hscroll,
        "wait": _wait,
        "terminate": _terminate,
        "answer": _answer,
        "interact": _interact,
    }
)
