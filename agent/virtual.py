"""A display of our own (Xvfb with a window manager), and programs started for a run; all of it gone afterwards."""

from __future__ import annotations

import contextlib
import os
import select
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO

from actions.action import Size
from agent.errors import ScreenError, UsageError

MIN_SIDE = 64
MAX_SIDE = 16384
FIRST_NUMBER = 100  # People's own displays are the low numbers.
LAST_NUMBER = 999
START_SECONDS = 20.0
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
        self, words: Sequence[str], *, stderr: IO[bytes] | None = None, pass_fds: Sequence[int] = ()
    ) -> subprocess.Popen[bytes]:
        """Start a program, looked up on PATH."""
        program = subprocess.Popen(
            _guarded(words),
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=stderr or self._output,
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
    while _group_alive(program.pid) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    _signal_group(program.pid, signal.SIGKILL)
    program.wait()


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _group_alive(group: int) -> bool:
    """Whether a process of the group is more than a zombie; where that cannot be seen, whether the leader is."""
    if not Path("/proc/self/stat").exists():
        done = os.waitid(os.P_PID, group, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        return done is None
    return any(_in_group(stat, group) for stat in Path("/proc").glob("[0-9]*/stat"))


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


class VirtualDisplay(AbstractContextManager["VirtualDisplay"]):
    """An X display nobody sees, of `size` pixels in 24 bit, with a window manager where openbox is installed.

    Nothing global is set: `name` goes to whoever should use it. Leaving the context ends the launched programs,
    the window manager and the server. Enter it on a thread that outlives it (see `Programs`).
    """

    def __init__(self, size: Size, *, verbose: bool = False) -> None:
        if not all(MIN_SIDE <= side <= MAX_SIDE for side in size):
            raise UsageError(
                f"a virtual display of {size.width}x{size.height} cannot be: "
                f"each side takes {MIN_SIDE} to {MAX_SIDE} pixels"
            )
        self.size = size
        self._verbose = verbose
        self._name: str | None = None
        self._programs: Programs | None = None
        self._stack = ExitStack()

    @property
    def name(self) -> str:
        """What DISPLAY should say, such as ":101"."""
        if self._name is None:
            raise RuntimeError("the virtual display has not been started")
        return self._name

    def environment(self) -> dict[str, str]:
        """The environment for programs on this display."""
        return program_environment(self.name)

    def programs(self) -> Programs:
        """A context for programs on this display that end before it does."""
        return Programs(self.environment(), verbose=self._verbose)

    def launch(self, command: str) -> None:
        """Start a program on this display. Raises `UsageError` when there is no such program."""
        words = parse_command(command)
        if self._programs is None:
            raise RuntimeError("the virtual display has not been started")
        self._programs.start(words)

    def __enter__(self) -> VirtualDisplay:
        """Start it. Raises `UsageError` when Xvfb is missing, `ScreenError` when it does not start."""
        if shutil.which("Xvfb") is None:
            raise UsageError("--virtual needs Xvfb, which is not installed: sudo apt-get install xvfb openbox")
        with ExitStack() as stack:
            server = stack.enter_context(Programs(program_environment()))
            self._name = _start_server(server, self.size)
            desk = stack.enter_context(Programs(self.environment()))
            if shutil.which("openbox") is not None:
                _start_window_manager(desk, self._name)
            self._programs = stack.enter_context(Programs(self.environment(), verbose=self._verbose))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._programs = None
        self._stack.close()
        self._name = None


@contextlib.contextmanager
def display_for(size: tuple[int, int] | None, *, verbose: bool = False) -> Iterator[dict[str, str]]:
    """The display to work on, one of its own where a size is given; DISPLAY names it meanwhile.

    Yields the environment for programs on it.
    """
    if size is None:
        yield program_environment()
        return
    before = os.environ.get("DISPLAY")
    with VirtualDisplay(Size(*size), verbose=verbose) as virtual:
        os.environ["DISPLAY"] = virtual.name
        try:
            yield virtual.environment()
        finally:
            os.environ.pop("DISPLAY")
            if before is not None:
                os.environ["DISPLAY"] = before


def _start_server(programs: Programs, size: Size) -> str:
    # We choose the number: left to itself the server begins at 0, and takes over the socket of a display it cannot
    # see to be running (one of another container that shares /tmp/.X11-unix).
    complaint = "no display number is free"
    for number in range(FIRST_NUMBER, LAST_NUMBER + 1):
        if Path(f"/tmp/.X11-unix/X{number}").exists() or Path(f"/tmp/.X{number}-lock").exists():  # noqa: S108
            continue
        started, complaint = _try_server(programs, number, size)
        if started:
            return f":{number}"
        if "already running" not in complaint and "already active" not in complaint:
            break
    raise ScreenError(f"Xvfb did not start: {complaint}")


def _try_server(programs: Programs, number: int, size: Size) -> tuple[bool, str]:
    """Whether the server runs, and if not, its complaint."""
    screen = f"{size.width}x{size.height}x24"
    ready, ready_end = os.pipe()
    with os.fdopen(ready, "rb", buffering=0) as pipe, tempfile.TemporaryFile() as said:
        options = ["-screen", "0", screen, "-noreset", "-nolisten", "tcp", "-displayfd", str(ready_end)]
        try:
            programs.start(["Xvfb", f":{number}", *options], stderr=said, pass_fds=[ready_end])
        finally:
            os.close(ready_end)
        if _line(pipe, START_SECONDS) == f"{number}\n".encode():
            return True, ""
        programs.close()
        said.seek(0)
        lines = [line for line in said.read().decode(errors="replace").splitlines() if line.strip("(E) ")]
        return False, " / ".join(lines[-2:]) or f"it was not ready after {START_SECONDS:.0f} s"


def _line(pipe: IO[bytes], seconds: float) -> bytes:
    """What the server says on `pipe` when it takes connections; less than a line if it ends or hangs first.

    The line comes in pieces, and a server that cannot write the last of them ends itself.
    """
    deadline = time.monotonic() + seconds
    line = b""
    while not line.endswith(b"\n"):
        if not select.select([pipe], [], [], max(0, deadline - time.monotonic()))[0]:
            break
        if not (piece := pipe.read(16)):
            break
        line += piece
    return line


def _start_window_manager(programs: Programs, display: str) -> None:
    from actions.x11 import window_manager_ready

    manager = programs.start(["openbox", "--sm-disable"])
    if not _wait(lambda: window_manager_ready(display) or manager.poll() is not None):
        raise ScreenError(f"openbox was not ready after {START_SECONDS:.0f} s")
    if manager.returncode is not None:
        raise ScreenError(f"openbox ended at its start with status {manager.returncode}")


def _wait(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
