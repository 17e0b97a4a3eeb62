"""A tolerant reader of JSON, for objects that a language model wrote.

Valid JSON reads as `json` reads it. What models mix into it is mended where its meaning is plain, and each
mending is named: Python's literals, single and typographic quotes, trailing commas, comments, unescaped
newlines, full-width punctuation, unquoted names, one lost last brace. Everything else is an error. Nothing is
evaluated; work is linear in what is read, and depth, length and the number of values are capped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType

from actions.errors import shown

MAX_CHARACTERS = 400_000
"""Of one literal: 20,000 characters to type, each as an escaped surrogate pair, and room for the rest."""
MAX_DEPTH = 16
MAX_VALUES = 1_000
MAX_DIGITS = 400

_SPACE = re.compile(r"[\s\ufeff]*")
_LINE_COMMENT = re.compile(r"[^\n]*")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_STRICT_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|.|$)", re.DOTALL)
_RAW_CONTROL = re.compile(r"[\x00-\x1f]")
_UNCLOSED = re.compile(r"[<＜]|```|\Z")

_CLOSING_QUOTES = MappingProxyType({'"': '"', "'": "'", "“": "”", "”": "”", "‘": "’", "’": "’", "＂": "＂"})
_STRINGS = MappingProxyType(
    {close: re.compile(rf"[^\\{close}]*+(?:\\.[^\\{close}]*+)*+{close}", re.DOTALL) for close in "\"'”’＂"}
)
_CLOSING_BRACKETS = MappingProxyType({"{": "}｝", "｛": "}｝", "[": "]］", "［": "]］", "(": ")）", "（": ")）"})
_FULL_WIDTH = frozenset("｛｝［］（）：，")
_ESCAPES = MappingProxyType(
    {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "'": "'"}
)
_WORDS: MappingProxyType[str, bool | float | None] = MappingProxyType(
    {
        "true": True,
        "false": False,
        "null": None,
        "True": True,
        "False": False,
        "None": None,
        "NaN": float("nan"),
        "nan": float("nan"),
        "Infinity": float("inf"),
        "inf": float("inf"),
    }
)
_JSON_WORDS = frozenset({"true", "false", "null"})


class LiteralError(ValueError):
    """It cannot be read; `position` is how far the reading looked."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


@dataclass(frozen=True)
class Reading:
    """A value read from a text, where it ends, and what was mended in it."""

    value: object
    end: int
    repairs: tuple[str, ...]


def read_literal(text: str, start: int = 0) -> Reading:
    """The value that begins at `start` (white space aside); what follows it is not looked at.

    Numbers that JSON cannot write (NaN, infinities, 1e400) are read as floats, for the caller to refuse by name.

    Raises:
        LiteralError: it is not readable, or a name stands twice in an object with different values.
    """
    reader = _Reader(text, start)
    value = reader.value(0)
    return Reading(value, reader.position, tuple(reader.repairs))


class _Reader:
    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self.start = start
        self.position = start
        self.repairs: dict[str, None] = {}
        self.values = 0

    def value(self, depth: int) -> object:
        self.skip()
        self.values += 1
        if depth > MAX_DEPTH or self.values > MAX_VALUES:
            raise self.error("it is nested too deeply" if depth > MAX_DEPTH else "it holds too many values")
        char = self.peek()
        if char in _CLOSING_QUOTES:
            return self.string()
        if char in _CLOSING_BRACKETS:
            return self.mapping(depth) if char in "{｛" else self.sequence(depth)
        return self.number() if char in "+-.0123456789" else self.word()

    def mapping(self, depth: int) -> dict[str, object]:
        pairs: dict[str, object] = {}
        close = self.open()
        while not self.closes(close):
            name = self.name()
            self.punctuation(":：", "a colon")
            value = self.value(depth + 1)
            if name in pairs and not _same(pairs[name], value):
                raise self.error(f"{shown(name)} stands in it twice with different values")
            pairs[name] = value
            if not self.separated(close):
                break
        return pairs

    def sequence(self, depth: int) -> list[object]:
        items: list[object] = []
        close = self.open()
        while not self.closes(close):
            items.append(self.value(depth + 1))
            if not self.separated(close):
                break
        return items

    def name(self) -> str:
        self.skip()
        if self.peek() in _CLOSING_QUOTES:
            return self.string()
        if match := _WORD.match(self.text, self.position):
            self.repairs["unquoted name"] = None
            self.position = match.end()
            return match.group()
        raise self.error("a name in double quotes is missing")

    def string(self) -> str:
        quote = self.text[self.position]
        close = _CLOSING_QUOTES[quote]
        match = _STRINGS[close].match(self.text, self.position + 1)
        if match is None:
            raise LiteralError("a string is not closed", len(self.text))
        body = self.text[self.position + 1 : match.end() - 1]
        self.position = match.end()
        if self.position - self.start > MAX_CHARACTERS:
            raise self.error("it is too long")
        if quote != '"':
            self.repairs["single quotes" if quote == "'" else "typographic quotes"] = None
        if _RAW_CONTROL.search(body):
            self.repairs["unescaped newline or control character"] = None
        return self.unescaped(body) if "\\" in body else body

    def unescaped(self, body: str) -> str:
        def meaning(match: re.Match[str]) -> str:
            escape = match.group(1)
            if len(escape) > 1:
                if escape[0] == "x":
                    self.repairs["Python literals"] = None
                return chr(int(escape[1:], 16))
            if escape not in _ESCAPES:
                raise self.error(f"a backslash before {shown(escape)} is no escape; write \\\\ for a backslash")
            if escape == "'":
                self.repairs["needless escape"] = None
            return _ESCAPES[escape]

        text = _ESCAPE.sub(meaning, body)
        # Two escapes may be the halves of one character; a half alone stays, for the caller to refuse.
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")

    def number(self) -> int | float:
        match = _NUMBER.match(self.text, self.position)
        if match is None:
            return self.signed_word()
        spelling = match.group()
        self.position = match.end()
        if len(spelling) > MAX_DIGITS or _WORD.match(self.text, self.position):
            raise self.error("a number cannot be read")
        if not _STRICT_NUMBER.fullmatch(spelling):
            if re.match(r"[+-]?0[0-9]", spelling):
                raise self.error("a number begins with 0")
            self.repairs["unusual number"] = None
        return float(spelling) if set(spelling) & set(".eE") else int(spelling)

    def signed_word(self) -> float:
        sign = -1 if self.peek() == "-" else 1
        self.position += 1
        word = self.word()
        if isinstance(word, float):
            return sign * word
        raise self.error("a number is missing after its sign")

    def word(self) -> bool | float | None:
        match = _WORD.match(self.text, self.position)
        if match is None or match.group() not in _WORDS:
            raise self.error(f"a value is missing before {shown(self.text[self.position : self.position + 12])}")
        self.position = match.end()
        if match.group() not in _JSON_WORDS:
            self.repairs["Python literals"] = None
        return _WORDS[match.group()]

    def open(self) -> str:
        char = self.text[self.position]
        if char in "(（":
            self.repairs["Python literals"] = None
        self.note_width(char)
        self.position += 1
        return _CLOSING_BRACKETS[char]

    def closes(self, close: str) -> bool:
        """Step over the closing bracket, if it stands here."""
        self.skip()
        if self.peek() not in close:
            return False
        self.note_width(self.peek())
        self.position += 1
        return True

    def separated(self, close: str) -> bool:
        """Whether another member may follow: there is a comma. A closing bracket is stepped over."""
        self.skip()
        if self.closes(close):
            return False
        if "}" in close and _UNCLOSED.match(self.text, self.position) and "closing brace missing" not in self.repairs:
            self.repairs["closing brace missing"] = None
            return False
        self.punctuation(",，", f"a comma or {close[0]}")
        self.skip()
        if self.peek() in close:
            self.repairs["trailing comma"] = None
        return True

    def punctuation(self, either: str, name: str) -> None:
        self.skip()
        if self.peek() not in either:
            raise self.error(f"{name} is missing before {shown(self.text[self.position : self.position + 12])}")
        self.note_width(self.peek())
        self.position += 1

    def note_width(self, char: str) -> None:
        if char in _FULL_WIDTH:
            self.repairs["full-width punctuation"] = None

    def skip(self) -> None:
        """Step over white space and comments."""
        while True:
            match = _SPACE.match(self.text, self.position)
            assert match is not None
            self.position = match.end()
            if self.text.startswith(("//", "#"), self.position):
                comment = _LINE_COMMENT.match(self.text, self.position)
                assert comment is not None
                self.position = comment.end()
            elif self.text.startswith("/*", self.position):
                end = self.text.find("*/", self.position + 2)
                if end < 0:
                    raise LiteralError("a comment is not closed", len(self.text))
                self.position = end + 2
            else:
                return
            self.repairs["comment"] = None

    def peek(self) -> str:
        """The character here; a line of its own kind at the end, so that it is in no set of characters."""
        return self.text[self.position : self.position + 1] or "\0"

    def error(self, message: str) -> LiteralError:
        return LiteralError(message, self.position)


def _same(a: object, b: object) -> bool:
    """Equal and of the same kind: 1 is not true. Quadratic never: a difference ends the reading."""
    return repr(a) == repr(b)
