"""What the offline model can be told to do, one frozen type an instruction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Button = Literal["left_click", "right_click", "double_click"]


@dataclass(frozen=True)
class Target:
    """Something on the screen, by its label; `names` are its spellings, the likeliest first."""

    names: tuple[str, ...]
    is_field: bool = False
    """The words say that a text field is meant: the field beside the label, not the label."""

    def __str__(self) -> str:
        name = self.names[-1]
        return f'"{name if len(name) <= 60 else name[:59] + "…"}"'


@dataclass(frozen=True)
class Open:
    """Click something, and see that something opened."""

    target: Target


@dataclass(frozen=True)
class Click:
    """Click something."""

    target: Target
    button: Button


@dataclass(frozen=True)
class TypeText:
    """Type a text, into a field or at the focus."""

    text: str
    into: Target | None


@dataclass(frozen=True)
class Press:
    """Press a key or chord, by canonical names."""

    keys: tuple[str, ...]


@dataclass(frozen=True)
class Turn:
    """Turn the wheel: + up, - down."""

    notches: int
    over: Target | None


@dataclass(frozen=True)
class Pause:
    """Wait a time."""

    seconds: float


@dataclass(frozen=True)
class Await:
    """Wait until a text is (not) on the screen."""

    text: str
    visible: bool
    seconds: float


@dataclass(frozen=True)
class Check:
    """See that a text is (not) on the screen."""

    text: str
    visible: bool


@dataclass(frozen=True)
class Read:
    """Answer with the text beside a label, or with all of it."""

    target: Target | None


Instruction = Open | Click | TypeText | Press | Turn | Pause | Await | Check | Read
