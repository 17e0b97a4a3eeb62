"""One agent a display: two at once lose clicks and land on each other's places.

The lock is the system's own on a file of this user, and goes with the process that holds it, however that ends: none
can be stale. What stands in the file says who holds it, and is emptied by a clean end: where a free file still names
somebody, that run was killed, and may have left keys down. The user's own runs on this machine see each other; runs of
other users have files of their own, and are seen only where both share a cache folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import re
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from actions.brake import Brake
from agent.config import cache_folder
from agent.errors import ScreenError
from agent.lock_files import check_folder, lock_file, open_file, release

FORCE_SECONDS = 10.0
"""How long `--force` waits for the owner to end."""
POLL_SECONDS = 0.05
_MAX_BYTES = 1000
_SCREEN = re.compile(r"^(?P<host>.*):(?P<number>[0-9]+)(?:\.[0-9]+)?$")


@dataclass(frozen=True)
class Owner:
    """Who holds a display, or held it when he was killed."""

    pid: int
    started: str | None
    """When the process began, as the system counts: with the pid it names one process for ever. None: not known."""
    since: str
    """Of its run, local time, hours and minutes."""


class DisplayLock:
    """A display that is ours. `killed` is the owner before, if he did not come to a clean end."""

    def __init__(self, fd: int, killed: Owner | None) -> None:
        self._fd = fd
        self.killed = killed

    def close(self) -> None:
        """Give the display back."""
        with contextlib.suppress(OSError):
            os.ftruncate(self._fd, 0)
        release(self._fd)


@contextlib.contextmanager
def lock_display(brake: Brake, *, force: bool = False, folder: Path | None = None) -> Iterator[DisplayLock]:
    """Hold the display that DISPLAY names, or this session's own, until the end of the block.

    `force` ends an owner first: asked by SIGTERM, he has `FORCE_SECONDS`. `folder` is made where it is missing.

    Raises:
        ScreenError: another agent holds it, and is not to be ended or cannot be; or the file cannot be used.
        Stopped: the brake was pulled while the owner was waited for.
    """
    lock = _take(folder or cache_folder() / "displays", display_name(), brake, force=force)
    try:
        yield lock
    finally:
        lock.close()


def is_held(display: str, folder: Path | None = None) -> bool:
    """Whether an agent works on the display, such as ":101", or still ends on it though its server has gone."""
    path = _file(folder or cache_folder() / "displays", display)
    if not path.exists():
        return False
    try:
        fd = open_file(path)
    except OSError:  # the one who means to work there is told why
        return False
    try:
        return not lock_file(fd)
    except OSError:
        return False
    finally:
        release(fd)


def display_name() -> str:
    """The display, in one spelling: ":0", ":0.0" and "unix:0" are the same."""
    if sys.platform in ("darwin", "win32"):
        return os.environ.get("SESSIONNAME", "Console") if sys.platform == "win32" else "Aqua"
    name = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY", "")
    found = _SCREEN.match(name)
    if found is None:
        return name
    return f"{'' if found['host'] in ('unix', platform.node()) else found['host']}:{found['number']}"


def _file(folder: Path, display: str) -> Path:
    return folder / hashlib.sha256(f"{platform.node()} {display}".encode()).hexdigest()[:32]


def _take(folder: Path, display: str, brake: Brake, *, force: bool) -> DisplayLock:
    path = _file(folder, display)
    try:
        with contextlib.ExitStack() as stack:
            check_folder(folder)
            fd = open_file(path)
            stack.callback(os.close, fd)
            if not lock_file(fd):
                _end_owner(fd, display, brake, force=force)
            killed = _owner(fd)
            _write(fd)
            stack.pop_all()
    except OSError as error:
        why = error.strerror or error
        raise ScreenError(f"cannot make sure that no other agent works on this display: {path}: {why}") from error
    return DisplayLock(fd, killed)


def _end_owner(fd: int, display: str, brake: Brake, *, force: bool) -> None:
    """Have the owner end, and lock the file. Raises `ScreenError` where that is not asked for, or fails."""
    owner = _owner(fd)
    who = f"another agent (pid {owner.pid}, since {owner.since})" if owner else "another agent"
    holds = f"{who} works on the display {display}"
    if not force:
        raise ScreenError(f"{holds}: let it end, stop it, or take over with --force")
    if owner is None or sys.platform == "win32":
        raise ScreenError(f"{holds} and cannot be asked to end: end it yourself")
    # Between its last sign of life and our signal the number may have passed to a stranger.
    if owner.started is None or process_start(owner.pid) == owner.started:
        try:
            os.kill(owner.pid, signal.SIGTERM)
        except PermissionError:
            raise ScreenError(f"{holds} for another user: it is theirs to stop") from None
        except ProcessLookupError:
            pass  # it has just ended
    deadline = time.monotonic() + FORCE_SECONDS
    while not lock_file(fd):
        if time.monotonic() > deadline:
            raise ScreenError(f"{holds} and did not end within {FORCE_SECONDS:g} s of being asked to: end it yourself")
        brake.sleep(POLL_SECONDS)


def process_start(pid: int) -> str | None:
    """When the process began, by the system's clock; None where that cannot be told, or there is none."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
        return text.rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return None


def _owner(fd: int) -> Owner | None:
    """Whom the file names; None where it is empty or makes no sense."""
    os.lseek(fd, 0, os.SEEK_SET)
    try:
        said = json.loads(os.read(fd, _MAX_BYTES))
        pid, started, since = said["pid"], said["started"], said["since"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    # What is signalled is one process: 0, -1 and other negative numbers are many.
    if not (type(pid) is int and 0 < pid < 1 << 31 and isinstance(since, str)):
        return None
    return Owner(pid, started if isinstance(started, str) else None, since[:8] if since.isprintable() else "?")


def _write(fd: int) -> None:
    pid = os.getpid()
    said = {"pid": pid, "started": process_start(pid), "since": time.strftime("%H:%M")}
    os.lseek(fd, 0, os.SEEK_SET)
    os.ftruncate(fd, 0)
    with contextlib.suppress(OSError):  # on a full disk the lock holds, and nobody can say whose it is
        os.write(fd, json.dumps(said).encode())
