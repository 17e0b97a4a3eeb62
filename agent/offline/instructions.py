"""What the offline model can be told to do, one frozen type an instruction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Over = Literal["never", "line", "always"]
Button = Literal["left_click", "right_click", "middle_click", "double_click", "triple_click"]
Role = Literal["button", "icon", "field", "link", "tab", "checkbox", "radio", "menu", "list", "option", "dialog"]
"""What a person calls the thing; `list` is a box that drops down, `option` an entry of a list or menu, `dialog` the one
in front, whatever its title."""
Area = Literal["top left", "top", "top right", "left", "middle", "right", "bottom left", "bottom", "bottom right"]
"""A part of the screen: the thing's centre is in that half or third of it."""
Relation = Literal["next to", "left of", "right of", "above", "below", "in"]
"""Where a thing stands from another; `in` is the row, the group or the window with that text."""


@dataclass(frozen=True)
class Target:
    """Something on the screen, by its label; `names` are its spellings, the likeliest first."""

    names: tuple[str, ...]
    """Empty where no label is named ("the second checkbox"): then `role` and one of the places below are there."""
    role: Role | None = None
    ordinal: int | None = None
    """Counted from 1 in reading order among all that match; -1 is the last."""
    area: Area | None = None
    relation: Relation | None = None
    anchor: Target | None = None
    """What `relation` starts from; both are there or neither is."""
    whole: tuple[str, ...] = field(default=(), compare=False, repr=False)
    """The words with their number as one label, where they may be one: "last view", or the last of several "view"."""

    @property
    def is_field(self) -> bool:
        """The words say that a text field is meant: the field beside the label, not the label."""
        return self.role == "field"

    def __str__(self) -> str:
        name = self.names[-1] if self.names else self.role or ""
        return f'"{name if len(name) <= 60 else name[:59] + "…"}"'


@dataclass(frozen=True)
class Open:
    """Click something, and see that something opened."""

    target: Target
    switches: bool = field(default=False, compare=False, repr=False)
    """The verb also says to switch on, where a box of that name is on the screen: 打开."""


@dataclass(frozen=True)
class Close:
    """Close a window, dialog or tab: that of the target's text, or the one in front."""

    target: Target | None
    kind: Literal["window", "dialog", "tab"] = "window"
    """What the person calls it: a dialog may be part of a page, whose window must stay."""
    switches: bool = field(default=False, compare=False, repr=False)
    """As in `Open`: 关闭 also says to switch off."""


@dataclass(frozen=True)
class Click:
    """Click something."""

    target: Target
    button: Button


@dataclass(frozen=True)
class Hover:
    """Move the pointer over something."""

    target: Target


@dataclass(frozen=True)
class Drag:
    """Drag one thing onto another."""

    start: Target
    end: Target


@dataclass(frozen=True)
class TypeText:
    """Type a text, into a field or at the focus; what is there is added to."""

    text: str
    into: Target | None
    over: Over = field(default="never", compare=False, repr=False)
    """Whether what is there is written over instead: always where it is filled in; where it is entered, in a field of
    one line, for a document is not meant."""


@dataclass(frozen=True)
class Set:
    """Write a value over what is in a field, or choose it from a list: the screen shows which of them it is."""

    target: Target
    value: str


@dataclass(frozen=True)
class Clear:
    """Empty a text field, or the one that has the focus."""

    target: Target | None


@dataclass(frozen=True)
class Press:
    """Press a key or chord, by canonical names."""

    keys: tuple[str, ...]
    label: str = field(default="", compare=False, repr=False)
    """The key as it was written, where a button of that name may be meant as well: "Enter", not "the Enter key"."""


@dataclass(frozen=True)
class Select:
    """Select one entry: from the list `source`, or wherever it stands (a checkbox, a radio button, a list's entry)."""

    option: Target
    source: Target | None
    joined: tuple[str, ...] = ()
    """What else the words may name: "Red and Blue" may be one label, where it is no list of two."""
    is_further: bool = field(default=False, compare=False, repr=False)
    """What the same sentence names before it is to stay selected."""


@dataclass(frozen=True)
class Tick:
    """See that a checkbox or radio button is on, or off: clicked only where it is not so already."""

    target: Target
    on: bool
    joined: tuple[str, ...] = ()
    """As in `Select`."""
    whole: str = field(default="", compare=False, repr=False)
    """The sentence, where it may be the label itself: a box may be called "Enable sound"."""
    switches: bool = field(default=False, compare=False, repr=False)
    """It was said of a switch as well: to turn on."""
    word: str = field(default="", compare=False, repr=False)
    """What it is set to, which may be one of several options: "set Light to Off"."""


@dataclass(frozen=True)
class Turn:
    """Turn the wheel: + up, - down; with `until`, again and again until that text is on the screen."""

    notches: int
    over: Target | None
    until: str | None = None


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


Instruction = (
    Open
    | Close
    | Click
    | Hover
    | Drag
    | TypeText
    | Set
    | Clear
    | Press
    | Select
    | Tick
    | Turn
    | Pause
    | Await
    | Check
    | Read
)
