"""Programs started for a run, in an environment without our keys; all of them gone afterwards."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

from agent.errors import UsageError

GRACE_SECONDS = 3.0
POLL_SECONDS = 0.01

# Keys are for the endpoint alone; what else these variables say is about another display.
_NOT_FOR_PROGRAMS = ("AGENT_API_KEY", "DASHSCOPE_API_KEY")
_OTHER_DISPLAY = (
    "WAYLAND_DISPLAY",
    "WAYLAND_SOCKET",
    "XAUTHORITY",
    "SESSION_MANAGER",
    "GDK_BACKEND",
    "QT_QPA_PLATFORM",
    "MOZ_ENABLE_WAYLAND",
)

# Run between us and the program on Linux: has the kernel end the program should we be killed outright, and then
# becomes the program. (A preexec_fn would do the same, but is unsafe beside threads.)
_GUARD = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGTERM)
if os.getppid() != int(sys.argv[1]):
    sys.exit(0)
os.execvp(sys.argv[2], sys.argv[2:])
"""


def parse_command(command: str) -> tuple[str, ...]:
    """The words of a `--launch` command, its program being there. Raises `UsageError`."""
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise UsageError(f"--launch {command!r} cannot be read: {error}") from error
    if not words:
        raise UsageError("--launch was given an empty command")
    if shutil.which(words[0]) is None:
        raise UsageError(f"--launch {command!r}: there is no program {words[0]!r}; install it or give its path")
    return words


class Programs:
    """Programs started for a run, each in a process group of its own; leaving the context ends them, last first.

    Where the kernel can (Linux), they also end with the *thread* that started them, however that happens.
    """

    def __init__(self, environment: dict[str, str], *, verbose: bool = False) -> None:
        self._environment = environment
        self._output = None if verbose else subprocess.DEVNULL
        self._running: list[subprocess.Popen[bytes]] = []

    def start(
        self,
        words: Sequence[str],
        *,
        output: IO[bytes] | None = None,
        folder: Path | None = None,
        pass_fds: Sequence[int] = (),
    ) -> subprocess.Popen[bytes]:
        """Start a program, looked up on PATH, in `folder`; what it writes goes to `output`."""
        program = subprocess.Popen(
            _guarded(words),
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=output or self._output,
            stderr=output or self._output,
            cwd=folder,
            pass_fds=pass_fds,
            start_new_session=True,  # Ctrl-C on our terminal is ours to handle.
        )
        self._running.append(program)
        return program

    def close(self) -> None:
        """End them all and what they started: TERM, and KILL after a grace."""
        while self._running:
            _end(self._running[-1])
            self._running.pop()

    def __enter__(self) -> Programs:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _guarded(words: Sequence[str]) -> list[str]:
    if not sys.platform.startswith("linux"):
        return list(words)
    return [sys.executable, "-I", "-S", "-c", _GUARD, str(os.getpid()), *words]


def _end(program: subprocess.Popen[bytes]) -> None:
    # The leader is reaped last: until then nobody else can be given its process group's number.
    deadline = time.monotonic() + GRACE_SECONDS
    _signal_group(program.pid, signal.SIGTERM)
    while _alive(program) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    _signal_group(program.pid, signal.SIGKILL)
    program.wait()


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def is_gone(program: subprocess.Popen[bytes]) -> bool:
    """Whether it has ended, and all of its process group with it."""
    return program.poll() is not None and not _alive(program)


def _alive(program: subprocess.Popen[bytes]) -> bool:
    """Whether a process of its group is more than a zombie; where that cannot be seen, whether the leader runs."""
    if not Path("/proc/self/stat").exists():
        return program.poll() is None
    return any(_in_group(stat, program.pid) for stat in Path("/proc").glob("[0-9]*/stat"))


def _in_group(stat: Path, group: int) -> bool:
    try:
        state, _, its_group = stat.read_text(errors="replace").rpartition(")")[2].split()[:3]
    except (OSError, ValueError):  # It ended while we looked.
        return False
    return int(its_group) == group and state not in "ZX"


def program_environment(display: str | None = None) -> dict[str, str]:
    """The environment for programs: ours without the endpoint's keys, on `display` where one is named."""
    environment = {name: value for name, value in os.environ.items() if name not in _NOT_FOR_PROGRAMS}
    if display is not None:
        for name in _OTHER_DISPLAY:
            environment.pop(name, None)
        environment |= {"DISPLAY": display, "XDG_SESSION_TYPE": "x11"}
    return environment
