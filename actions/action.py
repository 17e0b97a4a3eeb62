"""What can be done: one pydantic model an action, joined in a discriminated union.

An action lives in *model space*: its coordinates are the numbers the model wrote, in the space its prompt
names (0…1000 on each axis, or pixels of the smart-resized image). `GroundedAction` is the same action with its
places in *input points* of the whole desktop, ready to be executed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class Point(NamedTuple):
    """A place in input points of the whole desktop; on X11 these are screen pixels."""

    x: int
    y: int


class Size(NamedTuple):
    """A width and a height; the unit is the owner's."""

    width: int
    height: int


Coordinate = tuple[int | float, int | float]
"""(x, y) in model space."""


class _Action(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    def as_json(self) -> dict[str, Any]:
        """The action as events and recordings show it: its name, and the arguments that were given."""
        name: str = getattr(self, "action")  # noqa: B009 (every member of the union has it)
        return {"action": name, **self.model_dump(mode="json", exclude={"action"}, exclude_defaults=True)}


class Key(_Action):
    """Press `keys` in order and release them in reverse: one is a key press, more are a chord."""

    action: Literal["key"] = "key"
    keys: Annotated[tuple[str, ...], Field(min_length=1)]
    """Canonical names of `actions.keys`."""


class Type(_Action):
    """Type `text` at the focus. Enter is never implied."""

    action: Literal["type"] = "type"
    text: str
    clear: bool = False
    """Select all and delete first (`gui-plus` and its sisters)."""
    enter: bool = False
    """Press Enter afterwards (`gui-plus` and its sisters)."""


class _Pointer(_Action):
    coordinate: Coordinate | None = None
    """Where; absent means at the pointer's present position."""
    modifiers: tuple[str, ...] = ()
    """Keys held meanwhile (Qwen3.5 and later); canonical names."""


class MouseMove(_Action):
    """Move the pointer."""

    action: Literal["mouse_move"] = "mouse_move"
    coordinate: Coordinate


class LeftClick(_Pointer):
    """Click with the left button."""

    action: Literal["left_click"] = "left_click"


class RightClick(_Pointer):
    """Click with the right button."""

    action: Literal["right_click"] = "right_click"


class MiddleClick(_Pointer):
    """Click with the middle button."""

    action: Literal["middle_click"] = "middle_click"


class DoubleClick(_Pointer):
    """Click twice with the left button."""

    action: Literal["double_click"] = "double_click"


class TripleClick(_Pointer):
    """Click three times with the left button."""

    action: Literal["triple_click"] = "triple_click"


class LeftClickDrag(_Action):
    """Press the left button at `start` (absent: the pointer's position), release it at `coordinate`."""

    action: Literal["left_click_drag"] = "left_click_drag"
    coordinate: Coordinate
    start: Coordinate | None = None
    modifiers: tuple[str, ...] = ()


class Scroll(_Pointer):
    """Turn the wheel: + up, − down, in the model's own unit (see `agent.grounding`)."""

    action: Literal["scroll"] = "scroll"
    pixels: int | float


class HScroll(_Pointer):
    """Turn the wheel sideways: + right, − left, in the model's own unit."""

    action: Literal["hscroll"] = "hscroll"
    pixels: int | float


class Wait(_Action):
    """Do nothing for `time` seconds."""

    action: Literal["wait"] = "wait"
    time: Annotated[int | float, Field(ge=0)] = 2


class Terminate(_Action):
    """End the task."""

    action: Literal["terminate"] = "terminate"
    status: Literal["success", "failure"]
    text: str | None = None
    """What the model said about it, where its dialect has a place for that."""


class Answer(_Action):
    """End the task with an answer."""

    action: Literal["answer"] = "answer"
    text: str


class Interact(_Action):
    """Ask the person at the machine, then go on."""

    action: Literal["interact"] = "interact"
    text: str


Action = Annotated[
    Key
    | Type
    | MouseMove
    | LeftClick
    | RightClick
    | MiddleClick
    | DoubleClick
    | TripleClick
    | LeftClickDrag
    | Scroll
    | HScroll
    | Wait
    | Terminate
    | Answer
    | Interact,
    Field(discriminator="action"),
]

ACTION_ADAPTER: TypeAdapter[Action] = TypeAdapter(Action)

Click = LeftClick | RightClick | MiddleClick | DoubleClick | TripleClick


@dataclass(frozen=True)
class GroundedAction:
    """An action with its places in input points.

    `point` is where it acts (for a drag: its end), None where it has no place or means the pointer's position.
    `start` is where a drag begins. `notches` is the wheel's turn for scroll and hscroll, never 0 for those.
    """

    action: Action
    point: Point | None = None
    start: Point | None = None
    notches: int = 0
