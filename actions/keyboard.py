"""What a keyboard does for the executor, and what no keyboard can."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

MAX_BYTES = 200_000
"""Of a text in UTF-8: what one X request carries, far above any text a model may send."""


class Unsendable(Exception):  # noqa: N818 (an outcome, not a failure of the input system)
    """A key or text that cannot be sent as asked; the message is for the model."""


class Keyboard(Protocol):
    """Sends keys and text. A broken connection raises `InputError`, a pulled brake `Stopped`; no key stays down."""

    def held(self, keys: Sequence[str]) -> AbstractContextManager[None]:
        """Hold keys, all of them known to be there before the first goes down. Raises `Unsendable`."""
        ...

    def press(self, keys: Sequence[str]) -> None:
        """Press a chord: all of it or nothing. Raises `Unsendable`."""
        ...

    def settle(self) -> list[str]:
        """End what the last text has left behind (a borrowed clipboard); what was lost by it, for the record."""
        ...

    def close(self) -> None:
        """As `settle`, for good."""
        ...

    def type(self, text: str) -> str:
        """Type a text; what happened, for the record. Raises `Unsendable`."""
        ...


def check_text(text: str) -> None:
    """Raise `Unsendable` for what no keyboard types: control characters, lone surrogates, a book."""
    for char in text:
        if char not in "\n\t" and unicodedata.category(char) in ("Cc", "Cs"):
            raise Unsendable(f"nothing was typed: the text holds U+{ord(char):04X}, which no key gives")
    if len(text.encode()) > MAX_BYTES:
        raise Unsendable(f"nothing was typed: {len(text)} characters are too many at once; send them in parts")
