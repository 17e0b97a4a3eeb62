"""The program's entry: streams, Ctrl-C and the end. What it needs is imported when it runs."""

from __future__ import annotations

import atexit
import gc
import os
import sys
import threading
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code. Without `argv` it is the process's own, which may end here."""
    atexit.register(gc.freeze)  # a process that is not searched for garbage at its end has ended five times as fast
    _prepare_streams()
    try:
        code = _run(argv)
    except KeyboardInterrupt:
        # Before a run has its own handler, or the second one.
        sys.stderr.write("agent: stopped by Ctrl-C\n")
        code = 130
    finally:
        _end_streams()
    if argv is None and any(thread.daemon for thread in threading.enumerate()):
        # Stopped while it was loading, say: at Python's end, native code in such a thread aborts the process.
        os._exit(code)
    return code


def _prepare_streams() -> None:
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by whoever started us
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8"))
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a C locale must not end a run at its last line


def _end_streams() -> None:
    # What could not be written has been said by the exit code; Python need not say it again at its end.
    for stream, number in ((sys.stdout, 1), (sys.stderr, 2)):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), number)


def _run(argv: Sequence[str] | None) -> int:
    from agent.arguments import build_parser, read_arguments

    parser = build_parser()
    command, given = read_arguments(parser, argv)
    from agent.commands import run_command

    return run_command(command, given, parser)


if __name__ == "__main__":
    sys.exit(main())
