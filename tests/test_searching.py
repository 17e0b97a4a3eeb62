"""A pattern that would take for ever is given up, and what is not known is neither yes nor no."""

from __future__ import annotations

import signal
import threading
import time

import pytest

from agent.permission.searching import MAX_SECONDS, MAX_TITLE, found, found_in_title

HOSTILE = ("(a+)+$", "a" * 60 + "!")


def test_yes_and_no() -> None:
    assert found("b", "abc") is True
    assert found("x", "abc") is False
    assert found("b", "abc", whole=True) is False
    assert found("a.c", "abc", whole=True) is True


@pytest.mark.skipif(not hasattr(signal, "SIGVTALRM"), reason="needs a timer of processor time")
def test_a_search_is_given_up() -> None:
    before = signal.getsignal(signal.SIGVTALRM)
    started = time.process_time()
    assert found(*HOSTILE) is None
    assert MAX_SECONDS * 0.5 < time.process_time() - started < 4 * MAX_SECONDS
    assert signal.getsignal(signal.SIGVTALRM) is before
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_another_thread_searches_without_a_timer() -> None:
    results: list[bool | None] = []
    thread = threading.Thread(target=lambda: results.append(found("b", "abc")))
    thread.start()
    thread.join()
    assert results == [True]


def test_a_long_title_may_hide_something() -> None:
    title = "x" * MAX_TITLE + "Bank"
    assert found_in_title("Bank", title) is None
    assert found_in_title("^x", title) is True
    assert found_in_title("Bank", "x" * (MAX_TITLE - 4)) is False
