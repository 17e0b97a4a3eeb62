"""What the X selections held before we borrowed them, read from their owners and put back through xclip.

A selection lives in the program that owns it, so giving its content back needs a program that stays: xclip does.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import Any

from actions.requestor import Requestor

READ_SECONDS = 1.0
"""How long an owner may take to answer; one that hangs must not hang us."""

_TEXTS = ("UTF8_STRING", "text/plain;charset=utf-8", "STRING", "TEXT", "text/plain")


@dataclass(frozen=True)
class Content:
    """What a selection held, in one of the forms its owner offered it in."""

    selection: str
    target: str
    data: bytes


class Unreadable(Exception):  # noqa: N818 (a fact to tell, not a failure of ours)
    """The content of a selection cannot be kept; the message says why."""


def read(display: Any, selection: str) -> Content | None:  # noqa: ANN401 (python-xlib has no types)
    """The content of an owned selection: its text, else its picture; None if empty. Raises `Unreadable`."""
    if shutil.which("xclip") is None:
        raise Unreadable("xclip is not installed")  # who could not put it back need not read it
    try:
        with Requestor(display, READ_SECONDS) as owner:
            offered = owner.atoms(selection, "TARGETS")
            if not offered:
                return None
            target = _wanted(display, offered)
            if target is None:
                raise Unreadable("it was neither text nor a picture")
            data = owner.data(selection, target)
    except TimeoutError as error:
        raise Unreadable("its owner did not answer") from error
    return None if data is None else Content(selection, target, data)


def put_back(display: str, content: Content) -> None:
    """Hand the content to an xclip of its own, which keeps it until something else is copied. Raises `Unreadable`."""
    command = ["xclip", "-i", "-selection", content.selection.lower(), "-t", content.target]
    try:
        subprocess.run(
            command,
            input=content.data,
            stdout=subprocess.DEVNULL,  # Its background half would keep a pipe open.
            stderr=subprocess.DEVNULL,
            env=os.environ | {"DISPLAY": display},
            start_new_session=True,
            timeout=READ_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise Unreadable("xclip could not take it back") from error


def _wanted(display: Any, offered: list[int]) -> str | None:  # noqa: ANN401
    for text in _TEXTS:
        if display.get_atom(text) in offered:
            return text
    pictures = [name for name in map(display.get_atom_name, offered) if name.startswith("image/")]
    return min(pictures, key=lambda name: name != "image/png", default=None)
