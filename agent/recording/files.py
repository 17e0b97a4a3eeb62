"""The files of a recorded session, which may have been made to do harm: opened without following a link, waiting for
a pipe or reading more than a cap. Pictures are named by the hash of their bytes, so no name can lead elsewhere.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from pathlib import Path
from typing import BinaryIO

from agent.errors import SessionError
from agent.events import ImageFile
from agent.recording.picture_size import PictureError, picture_size

MAX_PICTURE_BYTES = 64_000_000
MAX_PICTURE_PIXELS = 200_000_000
PICTURE_NAME = re.compile(r"[0-9a-f]{64}\.(png|jpg|webp)")
SHOWN_LENGTH = 300


def shown(text: object, length: int = SHOWN_LENGTH) -> str:
    """Foreign text for one line of an error or a note: cut, and with nothing in it that moves a terminal's cursor."""
    cut = str(text)[: length + 1]
    safe = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in cut)
    return safe if len(safe) <= length else safe[: length - 1] + "…"


def open_file(path: Path) -> BinaryIO:
    """A regular file, opened for reading. Raises `SessionError`."""
    try:
        _check_kind(path, os.lstat(path).st_mode)
        # Between the two calls another file may take its place: hence the flags, and the second look.
        flags = os.O_RDONLY
        for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"):
            flags |= getattr(os, name, 0)
        file = os.fdopen(os.open(path, flags), "rb")
    except (OSError, ValueError) as error:
        raise SessionError(f"cannot read {shown(path)}: {_why(error)}") from error
    try:
        _check_kind(path, os.fstat(file.fileno()).st_mode)
    except SessionError:
        file.close()
        raise
    return file


def read_picture(screens: Path, file: ImageFile) -> bytes:
    """The bytes of a picture in the folder `screens`, verified but not decoded.

    Its name's hash is theirs, and its size is the declared one and at most `MAX_PICTURE_PIXELS`. Raises
    `SessionError`.
    """
    name = f"{file.sha256}.{file.extension}"
    if not PICTURE_NAME.fullmatch(name):
        raise SessionError(f"a picture of {shown(screens.parent)} has the name {shown(name)!r}, which is no hash")
    path = screens / name
    data = _content(screens, path)
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise _bad(path, "its bytes are not those that were recorded: their hash is another")
    try:
        size = picture_size(data, file.extension)
    except PictureError as error:
        raise _bad(path, str(error)) from error
    if size.width * size.height > MAX_PICTURE_PIXELS:
        most = MAX_PICTURE_PIXELS // 1_000_000
        raise _bad(path, f"{size.width}x{size.height} are more than the {most} megapixels a picture may have")
    if size != (file.width, file.height):
        raise _bad(path, f"it is {size.width}x{size.height}, the recording says {file.width}x{file.height}")
    return data


def _content(screens: Path, path: Path) -> bytes:
    try:
        if not stat.S_ISDIR(os.lstat(screens).st_mode):
            raise _bad(screens, "it is no folder of its own (links are not followed)")
        with open_file(path) as file:
            data = file.read(MAX_PICTURE_BYTES + 1)
    except (OSError, ValueError) as error:
        raise SessionError(f"cannot read {shown(path)}: {_why(error)}") from error
    if len(data) > MAX_PICTURE_BYTES:
        raise _bad(path, f"it is larger than the {MAX_PICTURE_BYTES // 1_000_000} MB a picture may have")
    return data


def _check_kind(path: Path, mode: int) -> None:
    if stat.S_ISLNK(mode):
        raise _bad(path, "it is a symbolic link, and links in a recording are not followed")
    if not stat.S_ISREG(mode):
        raise _bad(path, "it is no regular file")


def _bad(path: Path, reason: str) -> SessionError:
    return SessionError(f"{shown(path)} is not used: {reason}")


def _why(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
