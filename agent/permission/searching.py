"""Searching for a rule's regular expression in a text that others wrote, within bounds.

A pattern of the person's own may be one that takes for ever on a text made for it. A title is cut at `MAX_TITLE`
characters; a search is given up after `MAX_SECONDS` of processor time where the platform can interrupt it: on POSIX,
in the main thread, where a run does it. Elsewhere it takes as long as it takes. What was not searched to its end is
not known, which is neither yes nor no.
"""

from __future__ import annotations

import re
import signal
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

MAX_TITLE = 500
"""Characters of a title or a class that are searched."""
MAX_SECONDS = 0.5


def compiled(pattern: str) -> re.Pattern[str]:
    """The regular expression. Raises `ValueError` saying why it is none, or may not be what it seems."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # "[[a]" is read otherwise by a later Python
            return re.compile(pattern)
    except (re.error, RecursionError, OverflowError, Warning) as error:
        raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error


class _TooLongError(Exception):
    pass


def found(pattern: str, text: str, *, whole: bool = False) -> bool | None:
    """Whether `pattern` is found in `text`, or with `whole` matches all of it; None where that took too long."""
    try:
        with _limited():
            return (re.fullmatch if whole else re.search)(pattern, text) is not None
    except (_TooLongError, RecursionError, MemoryError):
        return None


def found_in_title(pattern: str, title: str) -> bool | None:
    """Whether `pattern` is found in a title or class; None where that took too long, or it may stand past the cut."""
    result = found(pattern, title[:MAX_TITLE])
    return None if result is False and len(title) > MAX_TITLE else result


@contextmanager
def _limited() -> Iterator[None]:
    # The timer of processor time: nobody else uses it, and a person's pause does not count.
    alarm = getattr(signal, "SIGVTALRM", None)
    if alarm is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(alarm, _give_up)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, MAX_SECONDS)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    finally:
        signal.signal(alarm, before)


def _give_up(*_: object) -> None:
    raise _TooLongError
