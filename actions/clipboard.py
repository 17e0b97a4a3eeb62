"""What the X selections held before we borrowed them, read and put back through xclip.

A selection lives in the program that owns it, so giving its content back needs a program that stays: xclip does.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass

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


def read(display: str, selection: str) -> Content | None:
    """The content of an owned selection: its text, else its picture; None if empty. Raises `Unreadable`."""
    if shutil.which("xclip") is None:
        raise Unreadable("xclip is not installed")
    offered = (_ask(display, selection, "TARGETS") or b"").decode(errors="replace").split()
    if not offered:
        return None
    wanted = [*(text for text in _TEXTS if text in offered), *_pictures(offered)]
    if not wanted:
        raise Unreadable("it was neither text nor a picture")
    data = _ask(display, selection, wanted[0])
    return None if data is None else Content(selection, wanted[0], data)


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


def _pictures(offered: list[str]) -> list[str]:
    return sorted((target for target in offered if target.startswith("image/")), key=lambda t: t != "image/png")


def _ask(display: str, selection: str, target: str) -> bytes | None:
    """What the owner answers; None where it refuses, as those do that own a selection of nothing."""
    command = ["xclip", "-o", "-selection", selection.lower(), "-t", target]
    try:
        answer = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"DISPLAY": display},
            timeout=READ_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable("its owner did not answer") from error
    except OSError as error:
        raise Unreadable(f"xclip does not run: {error}") from error
    return answer.stdout if answer.returncode == 0 else None
