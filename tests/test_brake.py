"""The brake stops whatever waits, from any thread and from a signal."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from actions.brake import Brake, OutOfTime, Stopped
from agent.stop import stop_signals


def test_an_idle_brake_lets_everything_pass() -> None:
    brake = Brake()
    brake.check()
    brake.sleep(0)
    assert brake.run(lambda: 42) == 42
    assert brake.reason is None


def test_the_first_reason_stays() -> None:
    brake = Brake()
    brake.pull("one")
    brake.pull("two")
    with pytest.raises(Stopped, match=r"^one$"):
        brake.check()


def test_sleeping_ends_when_another_thread_pulls() -> None:
    brake = Brake()
    threading.Timer(0.05, brake.pull, ["enough"]).start()
    with pytest.raises(Stopped, match="enough"):
        brake.sleep(60)


def test_work_that_hangs_does_not_hold_the_brake() -> None:
    brake, release = Brake(), threading.Event()
    threading.Timer(0.05, brake.pull, ["enough"]).start()
    with pytest.raises(Stopped):
        brake.run(release.wait)
    release.set()


def test_an_error_of_the_work_arrives() -> None:
    with pytest.raises(ZeroDivisionError):
        Brake().run(lambda: 1 // 0)


def test_a_probe_pulls() -> None:
    brake, reasons = Brake(), iter([None, "the corner", None])
    brake.watch(lambda: next(reasons))
    brake.check()
    for _ in range(2):
        with pytest.raises(Stopped, match="the corner"):
            brake.check()


def test_the_time_limit_is_a_stop_of_its_own() -> None:
    brake = Brake()
    brake.limit(0.03)
    with pytest.raises(OutOfTime):
        brake.sleep(60)


def test_a_signal_pulls_and_a_second_one_interrupts() -> None:
    brake = Brake()
    before = signal.getsignal(signal.SIGTERM)
    with stop_signals(brake):
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(Stopped, match="SIGTERM"):
            brake.sleep(10)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGTERM) is before


def test_what_was_ignored_from_the_start_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        brake = Brake()
        with stop_signals(brake):
            signal.raise_signal(signal.SIGHUP)
        assert brake.reason is None
    finally:
        signal.signal(signal.SIGHUP, before)
