"""A display of our own: Xvfb with a window manager, gone afterwards."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO

from actions.action import Size
from agent.display_lock import is_held
from agent.errors import ScreenError, UsageError
from agent.programs import Programs, parse_command, program_environment

MIN_SIDE = 64
MAX_SIDE = 16384
FIRST_NUMBER = 100  # People's own displays are the low numbers.
LAST_NUMBER = 999
START_SECONDS = 20.0
POLL_SECONDS = 0.01


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
        if is_held(f":{number}"):  # its server has gone, and its agent is about to
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
            programs.start(["Xvfb", f":{number}", *options], output=said, pass_fds=[ready_end])
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
