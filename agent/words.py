"""Actions in words, for people and for a history whose reply had no sentence of its own."""

from __future__ import annotations

from actions.action import (
    Action,
    Answer,
    HScroll,
    Interact,
    Key,
    LeftClickDrag,
    Scroll,
    Terminate,
    Type,
    Wait,
)

MAX_TEXT = 60


def describe(action: Action) -> str:
    """What the action does, in a few words and without its place."""
    match action:
        case Key():
            return f"Press {'+'.join(action.keys)}"
        case Type():
            return f'Type "{_short(action.text)}"'
        case Scroll():
            return f"Scroll {'up' if action.pixels > 0 else 'down'}"
        case HScroll():
            return f"Scroll {'right' if action.pixels > 0 else 'left'}"
        case LeftClickDrag():
            return "Drag"
        case Wait():
            return f"Wait {action.time:g} s"
        case Terminate():
            return f"End with {action.status}" + (f": {_short(action.text)}" if action.text else "")
        case Answer():
            return f'Answer "{_short(action.text)}"'
        case Interact():
            return f'Ask the user "{_short(action.text)}"'
        case _:
            return action.action.replace("_", " ").capitalize()


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= MAX_TEXT else flat[: MAX_TEXT - 1] + "…"
