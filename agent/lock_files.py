"""Files that processes of one user lock, in a folder of that user alone. The only module that knows portalocker.

The system lets a lock go with the process that holds it, however that ends; it excludes other threads of this process
too. What another user could have put under our names is refused.
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

import portalocker

# A link, a pipe or a device under one of our names must neither be followed nor hold us up.
_FLAGS = os.O_RDWR | os.O_CREAT
for _name in ("O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):
    _FLAGS |= getattr(os, _name, 0)


def check_folder(folder: Path) -> None:
    """Make the folder where it is missing. Raises `OSError` where it is not this user's alone to write to."""
    try:
        found = folder.lstat()
    except FileNotFoundError:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    if not (stat.S_ISDIR(found.st_mode) and _is_mine(found)):
        raise PermissionError(f"{folder} is no folder that only this user may write to")


def open_file(path: Path) -> int:
    """A descriptor of the file, made where it is missing. Raises `OSError` for what is no plain file of this user."""
    fd = os.open(path, _FLAGS, 0o600)
    found = os.fstat(fd)
    if stat.S_ISREG(found.st_mode) and found.st_nlink <= 1 and _is_mine(found):
        return fd
    os.close(fd)
    raise PermissionError(f"{path.name} is no file of ours")


def lock_file(fd: int) -> bool:
    """Lock the open file for this descriptor alone; False where it is taken. Raises `OSError`."""
    try:
        portalocker.lock(fd, portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING)
    except portalocker.AlreadyLocked:
        return False
    except portalocker.LockException as error:
        raise OSError(f"the file system has no locks: {error}") from error
    return True


def release(fd: int) -> None:
    """Unlock and close; unlocked too, as a process forked meanwhile has the descriptor open."""
    with contextlib.suppress(portalocker.LockException, OSError):
        portalocker.unlock(fd)
    os.close(fd)


def _is_mine(found: os.stat_result) -> bool:
    if not hasattr(os, "geteuid"):  # Windows: what is in the profile is the user's
        return True
    return found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
