"""The arguments of one call: each is taken once, and what is left over is judged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from actions.action import Coordinate, Size
from actions.errors import BadArgumentError, shown
from actions.keys import MODIFIERS, KeysError, parse_keys, parse_modifiers
from actions.names import ARGUMENTS, fold
from actions.values import read_coordinate, read_flag, read_number, read_text

# The first edition's amounts of scrolling, in wheel notches.
_NOTCHES = MappingProxyType({"small": 3, "medium": 5, "large": 10})
_SIGNS = MappingProxyType({"up": 1, "down": -1})

_PLACED_BY_FOCUS = frozenset({"key", "type"})
_PLACELESS = frozenset({"wait", "terminate", "answer", "interact"})
_PLACE_WORD = re.compile(r"coord|point|^pos|position|box|start|end$|location|region|area|^[xy][0-9]?$")
_DECISIVE = re.compile(r"button|clicks?$|_count$|^count|^times$|repeat|hold|modifier|direction|amount")
_COMMENTS = frozenset({"thought", "description", "reason", "reasoning", "explanation", "summary", "comment"})
_WITHOUT_PLACE = (ARGUMENTS | _COMMENTS) - {"text", "description"}
_EMPTY: tuple[object, ...] = ("", [], {})
_LEFT_BUTTON = frozenset({"left_click", "double_click", "triple_click", "left_click_drag"})


class Arguments:
    """What a call says besides its tool; places are in `space`."""

    def __init__(self, given: Mapping[str, object], space: Size) -> None:
        self._left = {name: value for name, value in given.items() if value is not None}
        self._space = space
        self.notes: list[str] = []
        action = self._left.get("action")
        self.spelling = fold(action) if isinstance(action, str) else ""
        """The action's name as the model wrote it, folded."""

    def take(self, *names: str) -> object:
        """The value given under one of `names`, or None. Raises `BadArgumentError` where two of them differ."""
        found = {name: self._left.pop(name) for name in names if name in self._left}
        filled = {name: value for name, value in found.items() if value not in _EMPTY}
        found = filled or found
        values = list(found.values())
        if any(repr(value) != repr(values[0]) for value in values[1:]):
            raise BadArgumentError(f"{' and '.join(f'`{name}`' for name in found)} differ: send only `{names[0]}`")
        return values[0] if values else None

    def text(self, action: str) -> str:
        """`text`, which `action` needs."""
        value = self.take("text")
        if value is None:
            raise BadArgumentError(f"`text` is missing: {action} takes a text")
        return read_text(value, "text")

    def flag(self, *names: str) -> bool:
        """A boolean, False when absent."""
        value = self.take(*names)
        return False if value is None else read_flag(value, names[0])

    def coordinate(self, name: str, *, boxes: bool = True) -> Coordinate | None:
        """A place, or None when absent."""
        value = self.take(name)
        return None if value is None else read_coordinate(value, name, self._space, boxes=boxes)

    def place(self) -> Coordinate | None:
        """`coordinate`, or the first edition's `x` and `y`; None when absent."""
        x, y = self._left.get("x"), self._left.get("y")
        if x is None or y is None or "coordinate" in self._left:
            return self.coordinate("coordinate")
        return read_coordinate([self.take("x"), self.take("y")], "coordinate", self._space)

    def modifiers(self) -> tuple[str, ...]:
        """Keys held during a click or a turn of the wheel: Qwen3.5 names them in `text`, others in `keys`.

        A text that is anything else is passed over, unless it seems to mean modifiers.
        """
        keys = self.take("keys")
        held = _held(keys) if keys is not None and keys not in _EMPTY else ()
        text = self._left.get("text")
        named = parse_modifiers(text) if isinstance(text, str) else None
        if named is None:
            if isinstance(text, str) and _means_modifiers(text):
                raise BadArgumentError(f"`text` is {shown(text)}: a click takes only modifier keys there")
            return held
        self.take("text")
        if held and set(held) != set(named):
            raise BadArgumentError("`keys` and `text` name different modifier keys")
        return named

    def pixels(self, action: str) -> int | float:
        """The turn of the wheel, never 0: `pixels`, or the first edition's direction and amount."""
        value, direction, amount = self.take("pixels"), self.take("direction"), self.take("amount")
        sign = _SIGNS.get(direction.strip().lower()) if isinstance(direction, str) else None
        if direction is not None and (sign is None or action != "scroll"):
            raise BadArgumentError(f"`direction` is {shown(direction)}: send `pixels`, its sign is the direction")
        if value is None and sign is not None:
            notches = _NOTCHES.get(amount.strip().lower()) if isinstance(amount, str) else None
            if notches is None:
                raise BadArgumentError(f"`amount` is {shown(amount)}: it is small, medium or large")
            return sign * notches
        if value is None:
            raise BadArgumentError(f"`pixels` is missing: {action} takes how far the wheel turns")
        pixels = read_number(value, "pixels")
        if pixels == 0 or amount is not None or (sign is not None and sign * pixels < 0):
            raise BadArgumentError("`pixels` is 0 or contradicts the direction: + is up, − is down")
        return pixels

    def check_rest(self, action: str, *, has_place: bool) -> None:
        """Pass over what `action` does not take, with a note, unless it could change where or what is done.

        Raises:
            BadArgumentError: it could.
        """
        for name, value in self._left.items():
            if value in _EMPTY and name != "coordinate":
                continue
            if action not in _PLACELESS and not (name == "button" and value == "left" and action in _LEFT_BUTTON):
                self._check_harmless(name, action, has_place)
            if name not in _COMMENTS:
                self.notes.append(f"argument {shown(name)} ignored")

    def _check_harmless(self, name: str, action: str, has_place: bool) -> None:
        folded = name.strip().lower()
        if _DECISIVE.search(folded):
            raise BadArgumentError(f"{action} does not take {shown(name)}: leave it out")
        # A click without a place is at the pointer: what else it brings may be the place that was meant.
        placed = has_place or action in _PLACED_BY_FOCUS or folded in _WITHOUT_PLACE
        if _PLACE_WORD.search(folded) or not placed:
            raise BadArgumentError(f"{action} does not take {shown(name)}: {_takes(action)}")


def _takes(action: str) -> str:
    if action in _PLACED_BY_FOCUS:
        return "click the place first, in a step of its own"
    return "its place is `coordinate` [x, y]"


def _held(keys: object) -> tuple[str, ...]:
    try:
        held = parse_keys(keys)
    except KeysError as error:
        raise BadArgumentError(str(error)) from None
    if not MODIFIERS.issuperset(held):
        raise BadArgumentError("a click takes only modifier keys: press others in a step of their own")
    return held


def _means_modifiers(text: str) -> bool:
    """A modifier and something else, joined by a plus: a misspelt chord, or a key that cannot be held."""
    parts = text.split("+") if len(text) <= 40 else []
    return len(parts) > 1 and any(parse_modifiers(part) for part in parts)
