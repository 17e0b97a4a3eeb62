"""Reading one argument: a number, a place, a text. Nothing is coerced beyond the spellings models are known to use."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence

from actions.action import Coordinate, Size
from actions.errors import BadArgumentError, OutOfSpaceError, shown
from actions.literal import LiteralError, read_literal

MAX_TEXT = 20_000
"""Characters in one text."""
WELL_OUTSIDE = 1.05
"""A coordinate beyond the space by more than this factor comes from another coordinate space."""
RELATIVE_SPACE = Size(1000, 1000)

_MAX_SPELLING = 100
_MAX_EXACT = 2**53
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_FLAGS = {"0": False, "1": True, "false": False, "true": True}


def read_number(value: object, name: str) -> int | float:
    """A finite number, also written as text ("-300").

    Raises:
        BadArgumentError: it is none: a boolean, NaN, infinite, any other text.
    """
    if isinstance(value, str) and _NUMBER.fullmatch(spelling := value.strip()):
        value = float(spelling) if "." in spelling else int(spelling)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadArgumentError(f"`{name}` is {shown(value)}: it is a number")
    try:
        finite = math.isfinite(value)
    except OverflowError:
        finite = False
    if not finite:
        raise BadArgumentError(f"`{name}` is {shown(value)}: it is a finite number")
    return value


def read_flag(value: object, name: str) -> bool:
    """A boolean, also written 0, 1, "true" or "false". Raises `BadArgumentError`."""
    spelling = str(value).strip().lower() if isinstance(value, bool | int | str) else ""
    if spelling not in _FLAGS:
        raise BadArgumentError(f"`{name}` is {shown(value)}: it is true or false")
    return _FLAGS[spelling]


def read_text(value: object, name: str) -> str:
    """A text that can be typed or shown, its line ends as newlines.

    A whole number is its digits: that spelling is exact, a fraction's is not ("1.50"), so that is an error.
    Zero-width and bidirectional characters are text like any other: scripts need them. Control characters except
    newline and tab are refused, for they would press keys or steer a terminal; so are halves of surrogate pairs.

    Raises:
        BadArgumentError: it is no text, too long, or holds a refused character.
    """
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _MAX_EXACT:
        value = str(value)
    if not isinstance(value, str):
        raise BadArgumentError(f"`{name}` is {shown(value)}: it is a text in double quotes")
    if len(value) > MAX_TEXT:
        raise BadArgumentError(
            f"`{name}` has {len(value)} characters: at most {MAX_TEXT} are allowed, send it in parts"
        )
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    bad = next((char for char in text if char not in "\n\t" and unicodedata.category(char) in ("Cc", "Cs")), None)
    if bad is not None:
        raise BadArgumentError(f"`{name}` holds U+{ord(bad):04X}, a character that cannot be typed: leave it out")
    return text


def read_coordinate(value: object, name: str, space: Size, *, boxes: bool = True) -> Coordinate:
    """A place in `space`: [x, y], [[x, y]], one of these as text, or a box [x1, y1, x2, y2], whose centre is meant.

    Raises:
        OutOfSpaceError: it, or a corner of the box, is outside 0 <= x <= width, 0 <= y <= height.
        BadArgumentError: it is no place.
    """
    numbers = [read_number(item, name) for item in _items(value, name)]
    if len(numbers) == 4 and boxes:
        x1, y1, x2, y2 = numbers
        for corner in ((x1, y1), (x2, y2)):
            _check_inside(corner, name, space)
        if x2 < x1 or y2 < y1:
            raise BadArgumentError(f"`{name}` is no box [x1, y1, x2, y2]: send a point [x, y]")
        return _middle(x1, x2), _middle(y1, y2)
    if len(numbers) != 2:
        raise BadArgumentError(f"`{name}` has {len(numbers)} numbers: it is [x, y]")
    x, y = numbers
    _check_inside((x, y), name, space)
    return x, y


def _items(value: object, name: str) -> Sequence[object]:
    if isinstance(value, str):
        value = _list_in_text(value, name)
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], list) and len(value[0]) == 2:
        value = value[0]
    if not isinstance(value, list):
        raise BadArgumentError(f"`{name}` is {shown(value)}: it is [x, y]")
    if len(value) > 4:
        raise BadArgumentError(f"`{name}` has {len(value)} items: it is [x, y]")
    return value


def _list_in_text(text: str, name: str) -> object:
    try:
        reading = read_literal(text[:_MAX_SPELLING])
    except LiteralError:
        raise BadArgumentError(f"`{name}` is {shown(text)}: it is [x, y]") from None
    if text[reading.end :].strip():
        raise BadArgumentError(f"`{name}` is {shown(text)}: it is [x, y]")
    return reading.value


def _check_inside(point: Coordinate, name: str, space: Size) -> None:
    (x, y), (width, height) = point, space
    if 0 <= x <= width and 0 <= y <= height:
        return
    message = f"`{name}` [{shown(x)}, {shown(y)}] is outside the screen: x goes from 0 to {width}, y from 0 to {height}"
    wrong_pair = x > width * WELL_OUTSIDE or y > height * WELL_OUTSIDE
    if wrong_pair:
        other = "in pixels" if space == RELATIVE_SPACE else "in another space"
        message += f" (a model that answers {other} does not belong to this prompt)"
    raise OutOfSpaceError(message, wrong_pair=wrong_pair)


def _middle(a: float, b: float) -> int | float:
    middle = (a + b) / 2
    return int(middle) if middle.is_integer() else middle
