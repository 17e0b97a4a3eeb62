"""How many requests go to one endpoint with one key: 10 at once, 100 a second, by all this user runs on this machine.

Processes share the limits by files in a private folder. A place is a file locked by the system, which lets it go with
the process, however that ends; the starts of the last second stand in a file that is read and written under a lock. Who
cannot use the folder keeps to the limits within its own process: a full disk fails no run.

A place is given back when nobody waits for the reply any more. A request given up at its deadline may keep the endpoint
busy a little longer: rather one too many there than places lost to what hangs.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import random
import re
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from actions.brake import Brake
from agent.config import cache_folder
from agent.errors import ModelError
from agent.lock_files import check_folder, lock_file, open_file, release

T = TypeVar("T")

AT_ONCE = 10
A_SECOND = 100
WINDOW_SECONDS = 1.0
"""What `A_SECOND` counts in; also the longest that a file without sense, or a stopped process, holds us up."""
PAUSE_SECONDS = (0.02, 0.1)
"""Between two looks for a place; by chance, so that nobody is always the later."""
LOCK_TRIES = 8
LOCK_PAUSE_SECONDS = 0.0005
"""The file of starts is held for some twenty microseconds."""
KEPT_SECONDS = 86_400.0
"""Files that nobody used for so long are removed: each endpoint and key has its own."""
_NAME = re.compile(r"[0-9a-f]{32}\.(?:[0-9]+|starts)")
_PREFIX = "gui-plus-agent requests to "
_TIME = struct.Struct("<d")


class Limiter:
    """Lets requests go, no more than the limits allow. Limiters of the same endpoint and key share them."""

    def __init__(
        self,
        base_url: str,
        key: str | None,
        brake: Brake,
        *,
        at_once: int = AT_ONCE,
        a_second: int = A_SECOND,
        folder: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`folder` is made when it is needed. Processes that share one must have the same limits and clock."""
        name = _identity(base_url, key)
        folder = folder or cache_folder() / "requests"
        self._brake = brake
        self._at_once = at_once
        self._a_second = a_second
        self._clock = clock
        self._own = _own_limits(name, str(folder), at_once, a_second)
        self._files = _Files(folder, name)
        self._files.tidy()
        self._rng = random.Random()  # noqa: S311 (jitter)

    @contextlib.contextmanager
    def slot(self, deadline: float) -> Iterator[float]:
        """A place for one request, from its start, which is given (by the clock), to the end of the block.

        Raises:
            ModelError: no place by `deadline`, a time of the clock.
            Stopped: the brake was pulled meanwhile.
        """
        running = f"{self._at_once} requests are running on this machine for this endpoint, and none ended in time"
        starting = f"{self._a_second} requests a second are started on this machine for this endpoint, none is left"
        with contextlib.ExitStack() as held:
            self._wait(lambda: self._own.places.acquire(blocking=False) or None, deadline, running)
            held.callback(self._own.places.release)
            held.enter_context(self._wait(self._place, deadline, running))
            blocked = _Blocked()
            yield self._wait(lambda: self._start(blocked), deadline, starting)

    def _wait(self, attempt: Callable[[], T | None], deadline: float, why_not: str) -> T:
        while (got := attempt()) is None:
            left = deadline - self._clock()
            if left <= 0:
                error = ModelError(f"{why_not} (--model-timeout): let them end, or ask for less at once")
                error.retryable = True
                raise error
            self._brake.sleep(min(left, self._rng.uniform(*PAUSE_SECONDS)))
        return got

    def _place(self) -> contextlib.AbstractContextManager[None] | None:
        """A place among all processes, None where all are taken."""
        try:
            return self._files.place(self._at_once)
        except OSError:
            return contextlib.nullcontext()

    def _start(self, blocked: _Blocked) -> float | None:
        """The time of a start, None where it is too early."""
        with self._own.lock:
            now = self._clock()
            if len(_recent(self._own.starts, now)) >= self._a_second:
                return None
            try:
                start = self._files.start(self._clock, self._a_second)
                blocked.since = None
            except BlockingIOError:
                start = now if blocked.too_long(now) else None
            except OSError:
                start = now
            if start is not None:
                self._own.starts = [*_recent(self._own.starts, start), start]
            return start


class _Blocked:
    """Since when, without a break, another process has had the file of starts: one that is stopped has it for ever."""

    def __init__(self) -> None:
        self.since: float | None = None

    def too_long(self, now: float) -> bool:
        if self.since is None:
            self.since = now
        return now - self.since >= WINDOW_SECONDS


class _OwnLimits:
    """What this process does for one endpoint and key."""

    def __init__(self, at_once: int) -> None:
        self.places = threading.Semaphore(at_once)
        self.lock = threading.Lock()
        """Over `starts`."""
        self.starts: list[float] = []


@functools.cache
def _own_limits(_name: str, _folder: str, at_once: int, _a_second: int) -> _OwnLimits:
    """One a process for each combination."""
    return _OwnLimits(at_once)


class _Files:
    """Places and starts in a folder that nobody else may write to. Whatever is wrong with it is an `OSError`."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name

    def place(self, count: int) -> contextlib.AbstractContextManager[None] | None:
        """One of `count` places, held until the block's end; None where all are taken."""
        check_folder(self._folder)
        unusable: OSError | None = None
        for number in range(count):
            try:
                fd = open_file(self._folder / f"{self._name}.{number}")
            except OSError as error:
                unusable = error
                continue
            try:
                # One that is tidied away between opening and locking keeps nobody out.
                if lock_file(fd) and os.fstat(fd).st_nlink:
                    os.utime(self._folder / f"{self._name}.{number}")
                    return _held(fd)
            except OSError as error:
                unusable = error
            os.close(fd)
        if unusable is not None:
            # Places that cannot be had are nothing to wait for.
            raise unusable
        return None

    def start(self, clock: Callable[[], float], most: int) -> float | None:
        """Note a start now and give its time; None where `most` were in the window before.

        Raises `BlockingIOError`: another process has the file.
        """
        check_folder(self._folder)
        fd = open_file(self._folder / f"{self._name}.starts")
        with _held(fd):
            for _ in range(LOCK_TRIES):
                if lock_file(fd) and os.fstat(fd).st_nlink:
                    # By now and not before: what others noted while we waited must not look like the future.
                    return _note(fd, clock(), most)
                time.sleep(LOCK_PAUSE_SECONDS)
        raise BlockingIOError("another process has the file of starts")

    def tidy(self) -> None:
        """Remove the files of endpoints and keys that are no longer asked. What cannot be removed stays."""
        with contextlib.suppress(OSError), os.scandir(self._folder) as entries:
            check_folder(self._folder)
            old = time.time() - KEPT_SECONDS
            for entry in entries:
                if _NAME.fullmatch(entry.name) and entry.stat(follow_symlinks=False).st_mtime < old:
                    with contextlib.suppress(OSError):
                        self._remove(entry.name)

    def _remove(self, name: str) -> None:
        fd = open_file(self._folder / name)
        with _held(fd):
            if lock_file(fd):
                (self._folder / name).unlink()


def _identity(base_url: str, key: str | None) -> str:
    """What tells endpoint and key from others, and does not tell the key."""
    url = urlsplit(base_url)
    port = url.port or (443 if url.scheme.lower() == "https" else 80)
    endpoint = f"{(url.hostname or '').rstrip('.')}:{port}{url.path.rstrip('/')}"
    return hashlib.sha256(f"{_PREFIX}{endpoint} with {key or ''}".encode()).hexdigest()[:32]


@contextlib.contextmanager
def _held(fd: int) -> Iterator[None]:
    """Released in the end."""
    try:
        yield
    finally:
        release(fd)


def _note(fd: int, now: float, most: int) -> float | None:
    data = os.read(fd, most * _TIME.size)
    whole = len(data) - len(data) % _TIME.size
    starts = _recent((time for (time,) in _TIME.iter_unpack(data[:whole])), now)
    if len(starts) >= most:
        return None
    data = b"".join(_TIME.pack(start) for start in (*starts, now))
    os.lseek(fd, 0, os.SEEK_SET)
    os.write(fd, data)
    os.ftruncate(fd, len(data))
    return now


def _recent(starts: Iterable[float], now: float) -> list[float]:
    """Those of the window up to `now`: none from before a start of the machine, and what is no number is none."""
    return [start for start in starts if now - WINDOW_SECONDS < start <= now]
