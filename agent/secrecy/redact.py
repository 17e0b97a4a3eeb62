"""Screenshots that show less than the screen: solid boxes over what must not leave this machine.

The pixels of a `MaskedShot` are the screen's own, so that waiting and comparing work as ever; its picture, which is all
that is sent, recorded, drawn or read, has the boxes. Places stay where they are: what is hidden can be clicked.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from actions.executor import InputError
from actions.windows import Area, titled_areas
from agent.errors import ScreenError, UsageError
from agent.geometry import Viewport
from agent.permission.searching import compiled
from agent.rect import Rect
from agent.screen import Screen, Screenshot
from agent.secrecy.typed import TypedAreas
from agent.secrecy.values import PLACEHOLDER, Secrets

if TYPE_CHECKING:
    from agent.reading.labels import TextBox
    from agent.reading.ocr import TextReader

BOX = b"\x80\x80\x80\xff"
"""Grey, as no theme's text and background are both."""
GREY = (BOX[2], BOX[1], BOX[0])
TEXT_MARGIN = 4
"""Pixels around a text: what is read has a tight box."""
WORD_GAP = 1.5
"""Heights of a text between two that belong to one line."""
MISREAD = ("0oOQ", "1lI|!i", "5sS", "8B", "2zZ", "\"'`´’‘“”", "-–—_", ".,", ":;")
"""Characters that OCR takes for each other."""
SPELLING = "X,Y,W,H, window:REGEX or text:REGEX"


@dataclass(frozen=True)
class Redactions:
    """What `--redact` asks for."""

    areas: tuple[Area, ...] = ()
    """In input points of the whole desktop."""
    windows: tuple[re.Pattern[str], ...] = ()
    texts: tuple[re.Pattern[str], ...] = field(default=(), repr=False)
    """They may hold the value of a secret."""

    @classmethod
    def read(cls, given: Iterable[str], secrets: Secrets | None = None) -> Redactions:
        """From the command line. Raises `UsageError`, also where this machine cannot do it."""
        secrets = secrets or Secrets()
        areas: list[Area] = []
        patterns: dict[str, list[re.Pattern[str]]] = {"window": [], "text": []}
        for text in given:
            kind, colon, rest = text.partition(":")
            if colon and kind in patterns:
                patterns[kind].append(_pattern(text, rest) if kind == "window" else _text_pattern(text, rest, secrets))
            elif match := re.fullmatch(r"(-?\d{1,6}),(-?\d{1,6}),([1-9]\d{0,5}),([1-9]\d{0,5})", text):
                areas.append(Area(*map(int, match.groups())))
            else:
                raise UsageError(f"--redact takes {SPELLING}, not {text!r}")
        if patterns["text"]:
            _require_reader()
        return cls(tuple(areas), tuple(patterns["window"]), tuple(patterns["text"]))

    def __bool__(self) -> bool:
        return bool(self.areas or self.windows or self.texts)

    def window_areas(self) -> tuple[Area, ...]:
        """Where the windows stand now. Raises `InputError`."""
        if not self.windows:
            return ()
        return titled_areas(lambda title: any(pattern.search(title) for pattern in self.windows))


def _pattern(given: str, text: str) -> re.Pattern[str]:
    if not text:
        raise UsageError(f"--redact {given}: the regular expression is empty")
    try:
        return compiled(text)
    except ValueError as error:
        raise UsageError(f"--redact {given}: {error}") from error


def _text_pattern(given: str, text: str, secrets: Secrets) -> re.Pattern[str]:
    """In which `{{NAME}}` stands for a secret's value, as OCR may have read it."""
    pattern = _pattern(given, text)
    if unknown := secrets.unknown(text):
        raise UsageError(f"--redact {given}: there is no --secret {unknown[0]}")
    if not PLACEHOLDER.search(text):
        return pattern
    return re.compile(PLACEHOLDER.sub(lambda match: _as_read(secrets.filled(match[0])), text))


def _as_read(value: str) -> str:
    """A pattern for a value on the screen: spaces come and go, and some characters are taken for others."""
    alike = {char: f"[{re.escape(group)}]" for group in MISREAD for char in group}
    return f"(?i:{' ?'.join(alike.get(char, re.escape(char)) for char in value if not char.isspace())})"


def _require_reader() -> None:
    from agent.reading.ocr import require_packages

    try:
        require_packages()
    except UsageError as error:
        raise UsageError(f"--redact text: looks for texts by OCR, which is missing: {error}") from error


@dataclass(frozen=True)
class MaskedShot(Screenshot):
    """A screenshot whose picture has boxes."""

    key: bytes = b""
    """Of the digest: without it, who has the digest could try values for what is hidden."""
    boxes: Callable[[], Sequence[Rect]] = field(default=tuple, compare=False)
    """What to hide, in capture pixels; asked once, when the picture is wanted."""

    @cached_property
    def digest(self) -> str:
        """The same for the same pixels within one run."""
        return hashlib.blake2b(self.bgrx, digest_size=16, key=self.key).hexdigest()

    @cached_property
    def shown(self) -> bytes:
        """The pixels with the boxes."""
        return covered(self, self.boxes())


class MaskedScreen:
    """A screen whose captures show what may be shown."""

    def __init__(self, screen: Screen, redactions: Redactions, typed: TypedAreas) -> None:
        """Raises `UsageError` where windows are to be hidden and cannot be told."""
        self._screen = screen
        self._redactions = redactions
        self._typed = typed
        self._key = os.urandom(32)
        self._reader: TextReader | None = None
        if redactions.windows:
            if not sys.platform.startswith("linux"):
                raise UsageError("--redact window: works on X11 alone: give --redact X,Y,W,H here")
            try:
                redactions.window_areas()
            except InputError as error:
                raise UsageError(f"--redact window: the windows cannot be told here: {error}") from error

    def capture(self) -> Screenshot:
        """The present picture. Raises `ScreenError`, also where it cannot be told what is to be hidden."""
        before = self._windows()
        shot = self._screen.capture()
        # A window may be on its way: both places are hidden.
        areas = (*self._redactions.areas, *before, *self._windows())
        self._typed.saw(shot)
        boxes = [box for area in areas if (box := _in_pixels(area, shot.viewport)) is not None]
        return MaskedShot(
            shot.bgrx,
            shot.viewport,
            self._key,
            lambda: (*boxes, *self._typed.boxes(shot), *self._texts(shot)),
        )

    def _windows(self) -> tuple[Area, ...]:
        try:
            return self._redactions.window_areas()
        except InputError as error:
            raise ScreenError(f"the windows to hide cannot be told any more: {error}") from error

    def _texts(self, shot: Screenshot) -> list[Rect]:
        patterns = self._redactions.texts
        if not patterns:
            return []
        if self._reader is None:
            from agent.reading.ocr import TextReader

            self._reader = TextReader()
        boxes = self._reader.read_image(shot.image)
        return [_around(line) for line in _lines(boxes) if _matches(line, patterns)]


def _lines(boxes: Iterable[TextBox]) -> list[list[TextBox]]:
    """Texts joined to lines: what is read in pieces, word by word, is looked through as a whole."""
    lines: list[list[TextBox]] = []
    for box in sorted(boxes, key=lambda one: one.left):
        for line in lines:
            last = line[-1]
            same = (
                last.top < box.top + box.height / 2 < last.bottom or box.top < last.top + last.height / 2 < box.bottom
            )
            if same and box.left - last.right < WORD_GAP * max(box.height, last.height):
                line.append(box)
                break
        else:
            lines.append([box])
    return lines


def _matches(line: Sequence[TextBox], patterns: Iterable[re.Pattern[str]]) -> bool:
    texts = {joint.join(box.text for box in line) for joint in (" ", "")}
    return any(pattern.search(text) for pattern in patterns for text in texts)


def _around(line: Sequence[TextBox]) -> Rect:
    left, top = (int(min(sides)) - TEXT_MARGIN for sides in zip(*((box.left, box.top) for box in line), strict=True))
    right, bottom = (int(max(sides)) + 1 for sides in zip(*((box.right, box.bottom) for box in line), strict=True))
    return Rect(left, top, right + TEXT_MARGIN, bottom + TEXT_MARGIN)


def _in_pixels(area: Area, viewport: Viewport) -> Rect | None:
    """An area of the desktop in pixels of a capture, rounded outwards; None where none of it is on it."""
    across, down = viewport.pixels.width / viewport.width, viewport.pixels.height / viewport.height
    box = Rect(
        int((area.left - viewport.left) * across // 1),
        int((area.top - viewport.top) * down // 1),
        int(-(-(area.left + area.width - viewport.left) * across // 1)),
        int(-(-(area.top + area.height - viewport.top) * down // 1)),
    )
    outside = (
        box.right <= 0 or box.bottom <= 0 or box.left >= viewport.pixels.width or box.top >= viewport.pixels.height
    )
    return None if outside else box


def covered(shot: Screenshot, boxes: Iterable[Rect]) -> bytes:
    """The pixels of a screenshot with solid boxes, which may reach beyond it."""
    pixels, (width, height) = bytearray(shot.bgrx), shot.size
    for box in boxes:
        left, right = (min(max(int(x), 0), width) for x in (box.left, box.right))
        line = BOX * (right - left)
        for y in range(max(int(box.top), 0), min(int(box.bottom), height)):
            pixels[(y * width + left) * 4 : (y * width + right) * 4] = line
    return bytes(pixels)
