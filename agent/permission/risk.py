"""Why an action is risky: what `--approve risky` asks about. What counts is in `risk.toml`, for people to read.

Judged are the action, the model's own sentence about it and the text under its target. The sentence and the text only
ever add a reason, never take one away: whoever writes them can make the agent ask, and cannot make it not ask.
A judgement by words is no wall: what must not happen at all is a matter for a policy that denies it.
"""

from __future__ import annotations

import fnmatch
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from actions.action import (
    Action,
    DoubleClick,
    GroundedAction,
    Key,
    LeftClick,
    MiddleClick,
    TripleClick,
    Type,
)
from actions.keys import parse_keys

SHOWN = 60
"""Characters of a text that a reason quotes."""
BUTTON_LENGTH = 40
"""Characters; a longer text under the target is no button's, and counts only by its beginning."""
MAX_TYPED = 20_000
"""Characters of typed text that are looked at; a longer text is risky for that alone."""
MAX_WORDS = 2_000
"""Characters of a sentence or a label that are looked at."""
_START = (
    r"(?:^|[;&|(`{!]|\$\(|\b(?:sudo|doas|env|eval|exec|command|nohup|time|xargs|then|do|else)\b"
    r"|\b(?:ba|z|da|k)?sh -c\b|\bssh \S{1,80})"
    r" ?(?:-\S{1,80} ){0,8}(?:\w{1,40}=\S{0,200} ){0,8}(?:[\w./~-]{0,100}[/\\])?"
)
"""Before a command: the start of a line, a separator or a word like sudo, then its options, variables and a path."""
_SIDES = MappingProxyType({"ctrlright": "ctrl", "altright": "alt", "shiftright": "shift", "winright": "win"})
_ENTERS = ("enter", "space")
_Patterns = tuple[re.Pattern[str], ...]


class _Words(NamedTuple):
    """One table of `risk.toml`."""

    why: str
    patterns: _Patterns
    label: _Patterns = ()
    field: _Patterns = ()


class _Table(NamedTuple):
    chords: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]
    commands: tuple[_Words, ...]
    effects: tuple[_Words, ...]
    secrets: tuple[_Words, ...]


def risk(grounded: GroundedAction, sentence: str, label: str | None) -> str | None:
    """Why the action is risky, in words; None where nothing says so.

    `sentence` is the model's own, `label` the text under the target or, for typed text, what was clicked last; None
    where it is not known.
    """
    action, said = grounded.action, _plain(sentence)
    found = _chord(action) or _command(action) or _secret(action, said, _plain(label or ""))
    return found or _effect(action, said, _plain(label or ""))


def names_risk(label: str) -> bool:
    """Whether a click on something with that label could pay, send, delete or the like."""
    return _effect(LeftClick(coordinate=(0, 0)), "", _plain(label)) is not None


def activates(action: Action) -> bool:
    """Whether the action sets off what is under it or has the focus: a click that is no right one, Enter, Space."""
    if isinstance(action, Key):
        return any(key in _ENTERS for key in action.keys)
    if isinstance(action, Type):
        return _has_enter(action)
    return isinstance(action, LeftClick | DoubleClick | TripleClick | MiddleClick)


def _chord(action: Action) -> str | None:
    pressed = [_SIDES.get(key, key.lower()) for key in getattr(action, "keys", getattr(action, "modifiers", ()))]
    for why, chords in _table().chords:
        if any(_holds(chord, pressed) for chord in chords):
            return f"it {why}: {'+'.join(getattr(action, 'keys', pressed))}"
    return None


def _holds(chord: Sequence[str], pressed: Sequence[str]) -> bool:
    """Whether each part of the chord is a key of its own among those pressed."""
    left = list(pressed)
    for part in chord:
        match = next((key for key in left if fnmatch.fnmatchcase(key, part)), None)
        if match is None:
            return False
        left.remove(match)
    return True


def _command(action: Action) -> str | None:
    if not isinstance(action, Type):
        return None
    if len(action.text) > MAX_TYPED:
        return f"it types {len(action.text):,} characters, which is more than can be judged"
    texts = (_lines(action.text), _unquoted(action.text))
    runs = "types and runs" if _has_enter(action) else "types"
    for kind in _table().commands:
        match = next((found for text in texts if (found := _first(kind.patterns, text))), None)
        if match is not None:
            return f"it {runs} what looks like a command that {kind.why}: {_quoted(match.strip(' ;|&('))}"
    return None


def _secret(action: Action, said: str, label: str) -> str | None:
    if not isinstance(action, Type) or not action.text.strip():
        return None
    for kind in _table().secrets:
        if _first(kind.patterns, _lines(action.text)) is not None or _has_card_number(action.text):
            return f"it {kind.why}"
        about = _besides(said, action.text)
        for words, where in ((about, "says the model"), (label, "was clicked last")):
            if (match := _first(kind.field, words)) is not None:
                return f"it {kind.why}: {_quoted(match)} {where}"
    return None


def _effect(action: Action, said: str, label: str) -> str | None:
    if not activates(action):
        return None
    if isinstance(action, Type):
        said, label = _besides(said, action.text), ""
    for kind in _table().effects:
        for pattern in (*kind.patterns, *kind.label):
            match = pattern.search(label)
            if match is not None and (match.start() == 0 or len(label) <= BUTTON_LENGTH):
                return f"it {kind.why}: {_quoted(label)} is under the target"
        if _first(kind.patterns, said) is not None:
            return f"it {kind.why}, as the model says: {_quoted(said)}"
    return None


def _besides(said: str, typed: str) -> str:
    """The sentence without the typed text that it quotes: a text that speaks of passwords is none."""
    return re.sub(rf"(?<!\w){re.escape(_plain(typed))}(?!\w)", " ", said, count=1)


def _has_enter(action: Type) -> bool:
    return action.enter or any(end in action.text for end in "\r\n")


def _has_card_number(text: str) -> bool:
    """Whether a number of 13 to 19 digits in the text has the check digit of a payment card."""
    for match in re.finditer(r"(?<![\d.])\d(?:[ -]?\d){12,18}(?![\d.])", text[:MAX_WORDS]):
        digits = [int(c) for c in match[0] if c.isdigit()]
        doubled = [d if i % 2 == 0 else sum(divmod(2 * d, 10)) for i, d in enumerate(reversed(digits))]
        if sum(doubled) % 10 == 0 and len(set(digits)) > 1:
            return True
    return False


def _first(patterns: Iterable[re.Pattern[str]], text: str) -> str | None:
    return next((match[0] for pattern in patterns if (match := pattern.search(text))), None)


def _lines(text: str) -> str:
    """With line ends of one kind, lines that go on joined, and single blanks."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\\\n", " ")
    return re.sub(r"[^\S\n]+", " ", lines)


def _unquoted(text: str) -> str:
    """As a shell would read it: without quotes, with blanks for the variable that is one."""
    return _lines(re.sub(r"[\"'\\]", "", re.sub(r"\$\{?IFS\}?(?:\$\d)?", " ", text)))


def _plain(text: str) -> str:
    """In one line, without width and what is invisible."""
    visible = (c for c in unicodedata.normalize("NFKC", text[:MAX_WORDS]) if unicodedata.category(c) != "Cf")
    return " ".join("".join(visible).split())


def _quoted(text: str) -> str:
    flat = " ".join(text.split())
    return repr(flat if len(flat) <= SHOWN else flat[: SHOWN - 1] + "…")


@cache
def _table() -> _Table:
    """`risk.toml`, read once."""
    data = tomllib.loads(Path(__file__).with_name("risk.toml").read_text(encoding="utf-8"))
    chords = tuple((entry["why"], tuple(_parts(chord) for chord in entry["keys"])) for entry in data["chord"])
    commands, effects, secrets = (
        tuple(
            _Words(entry["why"], *(_compiled(entry.get(name, ()), kind) for name in ("patterns", "label", "field")))
            for entry in data[kind]
        )
        for kind in ("command", "effect", "secret")
    )
    return _Table(chords, commands, effects, secrets)


def _compiled(patterns: Iterable[str], kind: str) -> _Patterns:
    flags = re.MULTILINE if kind == "secret" else re.MULTILINE | re.IGNORECASE  # a password is told by its cases
    return tuple(re.compile(pattern.replace("START ", _START), flags) for pattern in patterns)


def _parts(chord: str) -> tuple[str, ...]:
    """The keys of a chord by their names; the last may be a glob."""
    head, _, last = chord.rpartition("+")
    if any(mark in last for mark in "*?["):
        return (*parse_keys(head), last)
    return parse_keys(chord)
