"""What can be done on a desktop, how a model's reply is read into it, and who does it.

Names are imported on first use, so that asking for one does not load the others' dependencies.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from actions.action import ACTION_ADAPTER, Action, GroundedAction, Point, Size
    from actions.brake import Brake, Stopped
    from actions.errors import ReplyError
    from actions.executor import Executor, InputError, Outcome
    from actions.parse import ParsedReply, parse_reply

__all__ = [
    "ACTION_ADAPTER",
    "Action",
    "Brake",
    "Executor",
    "GroundedAction",
    "InputError",
    "Outcome",
    "ParsedReply",
    "Point",
    "ReplyError",
    "Size",
    "Stopped",
    "parse_reply",
]


_OWNERS = {
    **dict.fromkeys(("ACTION_ADAPTER", "Action", "GroundedAction", "Point", "Size"), "actions.action"),
    **dict.fromkeys(("Brake", "Stopped"), "actions.brake"),
    **dict.fromkeys(("ReplyError",), "actions.errors"),
    **dict.fromkeys(("Executor", "InputError", "Outcome"), "actions.executor"),
    **dict.fromkeys(("ParsedReply", "parse_reply"), "actions.parse"),
}


def __getattr__(name: str) -> object:
    if name not in _OWNERS:
        raise AttributeError(f"module 'actions' has no attribute {name!r}")
    return getattr(import_module(_OWNERS[name]), name)
