"""What the program writes to its own streams. A reader that goes away, or a full disk, stops the run like a person."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from agent.errors import AgentError


class OutputClosedError(AgentError):
    """Nobody reads what the program says any more."""

    exit_code = 130


@contextlib.contextmanager
def writing() -> Iterator[None]:
    """Turn a stream's failure into `OutputClosedError`."""
    try:
        yield
    except OSError as error:
        raise OutputClosedError(f"the output cannot be written ({error.strerror or 'closed'})") from error


def write_lines(*lines: str) -> None:
    """Lines on standard output. Raises `OutputClosedError`."""
    with writing():
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        sys.stdout.flush()


def write_error(line: str) -> None:
    """A line on standard error, if anybody reads it."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
