"""The names of actions and arguments: what models write, and what it means."""

from __future__ import annotations

import difflib
from types import MappingProxyType

from actions.errors import UnknownActionError, shown

TOOLS = frozenset({"computer_use", "computer"})
"""Names of the one tool there is."""

_SPELLINGS = {
    "key": "key hotkey key_press keypress press",
    "type": "type",
    "mouse_move": "mouse_move",
    "left_click": "left_click click",
    "right_click": "right_click rightclick",
    "middle_click": "middle_click middleclick",
    "double_click": "double_click doubleclick",
    "triple_click": "triple_click tripleclick",
    "left_click_drag": "left_click_drag drag",
    "scroll": "scroll",
    "hscroll": "hscroll",
    "wait": "wait",
    "terminate": "terminate stop done finish faile fail",
    "answer": "answer",
    "interact": "interact call_user",
}

ALIASES = MappingProxyType(
    {spelling: action for action, spellings in _SPELLINGS.items() for spelling in spellings.split()}
)
"""Every known spelling of an action, folded, and the action it is."""

STATUSES = MappingProxyType({"done": "success", "finish": "success", "faile": "failure", "fail": "failure"})
"""Spellings of terminate that carry their status."""

ARGUMENTS = frozenset({"keys", "text", "coordinate", "pixels", "time", "status", "clear", "enter"})
"""The arguments of the schemas: a model may send one that its action does not take."""


def fold(name: str) -> str:
    """`name` as the table of aliases spells it: "Right Click", "computer_double_click", "TYPE"."""
    folded = name.strip().lower().replace(" ", "_").replace("-", "_")
    return folded.removeprefix("computer_") if folded not in TOOLS else folded


def action_name(name: object) -> str:
    """The action that `name` means. Raises `UnknownActionError`, naming the nearest."""
    if not isinstance(name, str):
        raise UnknownActionError(f"`action` is {shown(name)}: it is one of {_all()}")
    if (action := ALIASES.get(fold(name))) is not None:
        return action
    near = difflib.get_close_matches(fold(name[:40]), ALIASES, n=1, cutoff=0.7)
    hint = f"did you mean {ALIASES[near[0]]}?" if near else f"it is one of {_all()}"
    raise UnknownActionError(f"the action {shown(name)} is unknown: {hint}")


def _all() -> str:
    return ", ".join(dict.fromkeys(ALIASES.values()))
