"""Key names: every spelling models use, read into one canonical name a key.

Canonical are pyautogui's lower-case names for the special keys, and the character itself for all that print one.
Nothing is guessed: a name that is not known makes the whole chord an error (pyautogui would drop it silently).
"""

from __future__ import annotations

import difflib
import re
import string
from collections.abc import Iterator
from types import MappingProxyType

from actions.errors import shown

MAX_CHORD_KEYS = 6
_MAX_SPELLING = 200
_MAX_SHOWN = 40

MODIFIERS = frozenset({"ctrl", "ctrlright", "alt", "altright", "shift", "shiftright", "win", "winright"})
"""Keys that are held while others are pressed."""

_NAMED_KEYS = """
enter tab esc backspace delete insert home end pageup pagedown up down left right space
apps capslock numlock scrolllock printscreen pause volumeup volumedown volumemute
"""

SPECIAL_KEYS = MODIFIERS.union(_NAMED_KEYS.split(), (f"f{n}" for n in range(1, 25)), (f"num{n}" for n in range(10)))
"""All canonical names that are not a single character."""

# Spellings without case and underscores: X keysyms, browser key names, pyautogui's and people's.
_SPELLINGS = {
    "enter": "return ret kpenter numpadenter numenter",
    "esc": "escape",
    "backspace": "bksp",
    "delete": "del kpdelete",
    "insert": "ins kpinsert",
    "home": "kphome",
    "end": "kpend",
    "pageup": "pgup pageu prior",
    "pagedown": "pgdn pgdown paged",
    "up": "arrowup uparrow kpup",
    "down": "arrowdown downarrow kpdown",
    "left": "arrowleft leftarrow kpleft",
    "right": "arrowright rightarrow kpright",
    "space": "spacebar kpspace",
    "apps": "menu contextmenu app",
    "capslock": "caps",
    "scrolllock": "scrlk scrolllk",
    "printscreen": "prtsc prtscr prtscn prntscrn print printscrn snapshot sysrq",
    "pause": "break pausebreak",
    "volumeup": "xf86audioraisevolume audiovolumeup",
    "volumedown": "xf86audiolowervolume audiovolumedown",
    "volumemute": "xf86audiomute audiovolumemute mute",
    "ctrl": "control ctl ctrll controll ctrlleft controlleft leftctrl leftcontrol lctrl lcontrol",
    "ctrlright": "ctrlr controlr controlright rightctrl rightcontrol rctrl rcontrol",
    "alt": "option opt altl altleft leftalt lalt optionleft",
    "altright": "altr altgr altgraph rightalt ralt isolevel3shift optionright",
    "shift": "shiftl shiftleft leftshift lshift",
    "shiftright": "shiftr rightshift rshift",
    "win": "super meta cmd command windows superl metal winleft leftwin lwin superleft metaleft commandleft os",
    "winright": "superr metar rightwin rwin superright metaright commandright",
    "+": "plus add kpadd",
    "-": "minus hyphen dash subtract kpsubtract",
    "_": "underscore",
    "=": "equal equals equalsign",
    ",": "comma",
    ".": "period dot fullstop decimal kpdecimal",
    "/": "slash forwardslash divide kpdivide",
    "\\": "backslash",
    ";": "semicolon",
    ":": "colon",
    "'": "quote apostrophe singlequote",
    '"': "doublequote quotedbl",
    "`": "grave backtick backquote",
    "~": "tilde asciitilde",
    "[": "bracketleft leftbracket openbracket",
    "]": "bracketright rightbracket closebracket",
    "{": "braceleft leftbrace openbrace",
    "}": "braceright rightbrace closebrace",
    "(": "parenleft leftparen openparen",
    ")": "parenright rightparen closeparen",
    "<": "less lessthan",
    ">": "greater greaterthan",
    "?": "question questionmark",
    "!": "exclam exclamation exclamationmark",
    "@": "at",
    "#": "numbersign hash",
    "$": "dollar",
    "%": "percent",
    "^": "asciicircum caret",
    "&": "ampersand",
    "*": "asterisk star multiply kpmultiply",
    "|": "bar pipe",
}

_NAMES = MappingProxyType(
    {
        **{key: key for key in SPECIAL_KEYS},
        **{spelling: key for key, spellings in _SPELLINGS.items() for spelling in spellings.split()},
        **{f"{pad}{n}": f"num{n}" for pad in ("kp", "numpad") for n in range(10)},
    }
)
_WHITESPACE_KEYS = MappingProxyType({" ": "space", "\n": "enter", "\r": "enter", "\t": "tab"})
_PIECE = re.compile(r"""'([^']*)'|"([^"]*)"|([^,'"\[\]()]+)""")
_PREFIX = re.compile(r"\s*keys\s*[=:]\s*", re.IGNORECASE)
_WRAPPERS = "[]()'\""


class KeysError(ValueError):
    """A key or chord that cannot be pressed; the message is one sentence that can be told to the model."""


class UnknownKeyError(KeysError):
    """No key has this name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"the key {shown(name)} is unknown{_hint(name)}")


def canonical(name: str) -> str:
    """The canonical name of the key spelled `name`, in any case. Raises `UnknownKeyError`."""
    if (key := _lookup(name)) is None:
        raise UnknownKeyError(name)
    return key


def parse_keys(value: object) -> tuple[str, ...]:
    """The canonical names of a press or chord, in order, from every spelling models are known to use.

    A letter keeps its case when it is alone ("A" is shift+a); beside a modifier its case means nothing.

    Raises:
        UnknownKeyError: one name is unknown, so the whole chord is.
        KeysError: not text or a list of texts, empty, too long, one key twice, or several chords.
    """
    items = value if isinstance(value, list | tuple) else [value]
    if len(items) > MAX_CHORD_KEYS:
        raise KeysError(f"a chord has at most {MAX_CHORD_KEYS} keys, this one has {len(items)}")
    chords = [chord for item in items for chord in _chords(item)]
    return _one_chord(chords)


def parse_modifiers(text: str) -> tuple[str, ...] | None:
    """The modifiers that `text` spells ("ctrl", "ctrl+shift"); None if it is anything else."""
    try:
        keys = parse_keys(text)
    except KeysError:
        return None
    return keys if MODIFIERS.issuperset(keys) else None


def _one_chord(chords: list[tuple[str, ...]]) -> tuple[str, ...]:
    keys = tuple(key for chord in chords for key in chord)
    if not keys:
        raise KeysError("`keys` is empty: it names at least one key")
    if len(keys) > MAX_CHORD_KEYS:
        raise KeysError(f"a chord has at most {MAX_CHORD_KEYS} keys, this one has {len(keys)}")
    if any(len(chord) > 1 and not MODIFIERS.issuperset(chord) for chord in chords[:-1]):
        raise KeysError("one action presses one chord, not several: send the next chord in the next step")
    if MODIFIERS.intersection(keys):
        keys = tuple(_lowered(key) for key in keys)
    if len(set(keys)) < len(keys):
        raise KeysError(
            "a chord holds its keys together, so each stands in it once: press a key again in the next step"
        )
    return keys


def _chords(item: object) -> Iterator[tuple[str, ...]]:
    """The chords that one item of a list, or a lone text, spells."""
    if isinstance(item, int) and not isinstance(item, bool) and 0 <= item <= 9:
        item = str(item)
    if not isinstance(item, str):
        raise KeysError('`keys` is a list of key names, such as ["ctrl", "c"]')
    if len(item) > _MAX_SPELLING:
        raise UnknownKeyError(item)
    if (chord := _chord(item)) is not None:
        yield chord
        return
    pieces = _unwrapped(item)
    for piece in pieces or [item]:
        yield _chord(piece) or _unknown(piece)


def _unwrapped(item: str) -> list[str]:
    """The names in a list written as text, or in a piece of one: `['ctrl`, `a']`, `keys=["ctrl", "c"]`."""
    text = _PREFIX.sub("", item, count=1).strip()
    if text and (text[0] in _WRAPPERS or text[-1] in _WRAPPERS or "," in text or text != item.strip()):
        found = [next(filter(None, match.groups()), "") for match in _PIECE.finditer(text)]
        return [piece for piece in found if piece.strip()]
    return []


def _chord(text: str) -> tuple[str, ...] | None:
    """The keys of "ctrl+c", "ctrl++" or "Ctrl-C"; None when a part is not a key."""
    if (key := _lookup(text)) is not None:
        return (key,)
    text = text.strip().replace("＋", "+")
    for separator in "+-":
        keys = [_lookup(part) for part in _split(text, separator)]
        known = tuple(key for key in keys if key is not None)
        if len(known) == len(keys) > 1 and (separator == "+" or known[0] in MODIFIERS):
            return known
    return None


def _split(text: str, separator: str) -> list[str]:
    """`text` cut at the separators; a doubled one at the end is the key itself."""
    if text.endswith(2 * separator):
        return [*text[:-2].split(separator), separator]
    return text.split(separator)


def _unknown(text: str) -> tuple[str, ...]:
    """Raise for the first part of a chord that is not a key."""
    parts = [part.strip() for part in _split(text.strip(), "+")]
    raise UnknownKeyError(next((part for part in parts if part and _lookup(part) is None), text))


def _lookup(name: str) -> str | None:
    if name in _WHITESPACE_KEYS:
        return _WHITESPACE_KEYS[name]
    name = name.strip()
    if len(name) == 1:
        return name if name.isprintable() else None
    if len(name) > _MAX_SHOWN:
        return None
    folded = name.lower().replace("_", "")
    if (key := _NAMES.get(folded)) is not None:
        return key
    # "page-up" and "page down" are one key; "ctrl-l" is a chord, not the left control key.
    joined = _NAMES.get(folded.replace("-", "").replace(" ", ""))
    return None if joined in MODIFIERS else joined


def _lowered(key: str) -> str:
    return key.lower() if len(key) == len(key.lower()) == 1 else key


def _hint(name: str) -> str:
    folded = name[:_MAX_SHOWN].lower().replace("_", "")
    near = difflib.get_close_matches(folded, [*_NAMES, *string.ascii_lowercase], n=4, cutoff=0.6)
    names = list(dict.fromkeys(_NAMES.get(spelling, spelling) for spelling in near))
    return f"; near it: {', '.join(names)}" if names else ""
