"""The task as the person gave it: on the command line or on standard input."""

from __future__ import annotations

import sys

from agent.errors import UsageError

MAX_TASK_CHARACTERS = 20_000
"""About a tenth of the models' context, whatever the language."""


def read_task(task: str) -> str:
    """The task, checked; "-" reads it from standard input. Raises `UsageError`."""
    if task == "-":
        task = _from_stdin()
    task = task.strip()
    if not task:
        raise UsageError('the task is empty: say what to do, as in: agent run "open the browser"')
    if len(task) > MAX_TASK_CHARACTERS:
        raise UsageError(f"the task has {len(task):,} characters; at most {MAX_TASK_CHARACTERS:,} are taken")
    if any(not (c.isprintable() or c in "\n\t") and ord(c) < 0x20 for c in task):
        raise UsageError("the task holds control characters: it looks like binary data, not like an instruction")
    return task


def _from_stdin() -> str:
    if sys.stdin is None:
        raise UsageError('standard input is closed: give the task as in: agent run "open the browser"')
    # Enough to see that it is too long, whatever the encoding makes of it.
    data = sys.stdin.buffer.read(MAX_TASK_CHARACTERS * 4 + 1)
    try:
        return data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        if len(data) > MAX_TASK_CHARACTERS * 4 and error.start >= len(data) - 4:
            return data[: error.start].decode("utf-8")
        raise UsageError("the task on standard input is not UTF-8 text") from error
