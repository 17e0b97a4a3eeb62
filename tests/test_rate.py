"""The limiter: never more at once or a second than allowed, by threads and by processes, whatever the files hold."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import math
import os
import stat
import struct
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import portalocker
import pytest
from pydantic import SecretStr

from actions.brake import Brake, Stopped
from agent.dialect import resolve
from agent.endpoint import rate
from agent.endpoint.client import EndpointModel
from agent.endpoint.rate import KEPT_SECONDS, WINDOW_SECONDS, Limiter
from agent.endpoint.request import EndpointSettings
from agent.errors import ModelError
from agent.model import Message
from tests.endpoint_server import EndpointServer, Hang, Reply, Request, Status
from tests.fakes import call
from tests.test_replay import record

ROOT = Path(__file__).parents[1]
URL = "https://example.com/v1"
KEY = "sk-canary-fedcba9876543210"
UNTIL = 30.0
"""Seconds after which what should have happened has not."""
MESSAGES = (Message("user", ("Hello",)),)


class Clock(Brake):
    """A brake that waits by letting its own clock run, in no time."""

    def __init__(self, now: float = 1000.0) -> None:
        super().__init__()
        self.now = now

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.check()
        self.now += seconds


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "requests"


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limiters that know of each other by the files alone, as if each were a process of its own."""
    monkeypatch.setattr(rate, "_own_limits", lambda *_: rate._OwnLimits(1000))


def limiter(folder: Path, key: str | None = KEY, brake: Brake | None = None, url: str = URL, **limits: Any) -> Limiter:
    return Limiter(url, key, brake or Brake(), folder=folder, **limits)


def timed(folder: Path, **limits: Any) -> tuple[Limiter, Clock]:
    clock = Clock()
    return limiter(folder, brake=clock, clock=clock, **limits), clock


def soon() -> float:
    return time.monotonic() + UNTIL


def is_full(one: Limiter) -> bool:
    try:
        with one.slot(-math.inf):
            return False
    except ModelError:
        return True


def in_threads(work: Callable[[int], None], count: int) -> None:
    """Run `work` in `count` threads that start together; raises what one raised."""
    together, failures = threading.Barrier(count), list[BaseException]()

    def body(number: int) -> None:
        try:
            together.wait(UNTIL)
            work(number)
        except BaseException as error:  # noqa: BLE001 (raised below)
            failures.append(error)

    threads = [threading.Thread(target=body, args=(number,), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(UNTIL)
        assert not thread.is_alive()
    if failures:
        raise failures[0]


def most_in_any_window(starts: list[float]) -> int:
    ordered = sorted(starts)
    return max(sum(start <= other < start + WINDOW_SECONDS for other in ordered) for start in ordered)


class Gauge:
    """How many are inside at once; waits a moment for one more than there may be."""

    def __init__(self, limit: int) -> None:
        self.inside = self.most = 0
        self._limit = limit
        self._lock = threading.Lock()
        self._full, self._over = threading.Event(), threading.Event()

    @contextlib.contextmanager
    def counted(self) -> Iterator[None]:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
            if self.inside >= self._limit:
                self._full.set()
            if self.inside > self._limit:
                self._over.set()
        self._full.wait(UNTIL)
        self._over.wait(0.2)
        yield
        with self._lock:
            self.inside -= 1


# At once


def keeps_to(limiters: list[Limiter], limit: int) -> None:
    gauge = Gauge(limit)

    def work(number: int) -> None:
        for _ in range(2):
            with limiters[number].slot(soon()), gauge.counted():
                pass

    in_threads(work, len(limiters))
    assert gauge.most == limit


def test_threads_share_a_limiter(folder: Path) -> None:
    keeps_to([limiter(folder, at_once=2)] * 6, 2)


def test_limiters_of_a_process_share(folder: Path) -> None:
    keeps_to([limiter(folder, at_once=2) for _ in range(6)], 2)


@pytest.mark.usefixtures("alone")
def test_files_alone_keep_threads_apart(folder: Path) -> None:
    keeps_to([limiter(folder, at_once=2) for _ in range(6)], 2)


def test_without_files_a_process_keeps_to_the_limit(folder: Path) -> None:
    folder.parent.write_text("a file in the way")
    keeps_to([limiter(folder, at_once=2) for _ in range(6)], 2)


def test_a_place_is_given_back_after_an_error(folder: Path) -> None:
    one = limiter(folder, at_once=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), one.slot(-math.inf):
            raise ZeroDivisionError
    assert not is_full(one)


def test_no_descriptor_is_left_open(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def count() -> int:
        return len(os.listdir("/proc/self/fd"))

    one, clock = timed(folder, at_once=2, a_second=3)
    before = count()
    for _ in range(9):
        with one.slot(math.inf):
            pass
    with one.slot(math.inf), one.slot(math.inf):
        assert is_full(one)
    monkeypatch.setattr(portalocker, "lock", refuse(portalocker.LockException(OSError(errno.ENOLCK, "none"))))
    with one.slot(math.inf):
        pass
    assert count() == before
    assert clock.now > 1000


# Processes


HOLD = """
import sys, time
from pathlib import Path
from actions.brake import Brake
from agent.endpoint.rate import Limiter
url, key, folder = sys.argv[1:]
with Limiter(url, key, Brake(), folder=Path(folder), at_once=1).slot(time.monotonic() + 30):
    print("held", flush=True)
    sys.stdin.read()
"""
START = """
import json, sys, time
from pathlib import Path
from actions.brake import Brake
from agent.endpoint.rate import Limiter
url, key, folder = sys.argv[1:]
limiter = Limiter(url, key, Brake(), folder=Path(folder), a_second=5)
print("ready", flush=True)
sys.stdin.readline()
starts = []
for _ in range(6):
    with limiter.slot(time.monotonic() + 30) as start:
        starts.append(start)
print(json.dumps(starts), flush=True)
"""


@contextlib.contextmanager
def program(code: str, *arguments: str, says: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", code, *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().strip() == says
            yield process
        finally:
            process.kill()


def test_a_killed_process_gives_its_place_back(folder: Path) -> None:
    one = limiter(folder, at_once=1)
    with program(HOLD, URL, KEY, str(folder), says="held") as process:
        assert is_full(one)
        process.kill()
        process.wait(UNTIL)
        with one.slot(soon()):
            pass


def test_a_program_started_meanwhile_does_not_keep_the_place(folder: Path) -> None:
    one = limiter(folder, at_once=1)
    with contextlib.ExitStack() as stack:
        with one.slot(soon()):
            command = [sys.executable, "-c", "import sys; sys.stdin.read()"]
            child = stack.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE, close_fds=False))
        assert child.poll() is None
        assert not is_full(one)


def test_processes_share_the_starts_of_a_second(folder: Path) -> None:
    with contextlib.ExitStack() as stack:
        arguments = (URL, KEY, str(folder))
        processes = [stack.enter_context(program(START, *arguments, says="ready")) for _ in range(2)]
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        starts = [start for process in processes for start in json.loads(process.stdout.readline())]  # type: ignore
    assert len(starts) == 12
    assert most_in_any_window(starts) <= 5


@pytest.mark.slow
def test_replays_that_ask_at_once_share_ten_places(tmp_path: Path) -> None:
    path = record(tmp_path / "recs", *[call("wait", time=1)] * 9, call("terminate", status="success"))
    gauge = Gauge(10)

    def answer(request: Request) -> Reply:
        with gauge.counted():
            return Reply(call("wait", time=1))

    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path), "AGENT_API_KEY": KEY}
    with EndpointServer([answer] * 100) as server:
        command = [sys.executable, "-m", "agent.cli", "replay", "--ask", "--jobs", "5", str(path)]
        command += ["--model", "gui-plus-2026-02-26", "--base-url", server.base_url]
        processes = [
            subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            for _ in range(4)
        ]
        said = [process.communicate(timeout=90)[0].decode() for process in processes]
    assert [process.returncode for process in processes] == [1] * 4, said  # The last step differs.
    assert len(server.requests) == 40
    assert gauge.most == 10


# A second


def test_no_window_has_more_starts(folder: Path) -> None:
    one, clock = timed(folder, a_second=5)
    starts = []
    for _ in range(23):
        with one.slot(math.inf) as start:
            starts.append(start)
        clock.now += 0.03
    assert most_in_any_window(starts) == 5
    assert starts[-1] - starts[0] < 6  # No slower than need be.


@pytest.mark.usefixtures("alone")
def test_limiters_share_starts_by_the_file(folder: Path) -> None:
    clock = Clock()
    limiters = [limiter(folder, brake=clock, clock=clock, a_second=5) for _ in range(4)]
    starts = []
    for number in range(23):
        with limiters[number % 4].slot(math.inf) as start:
            starts.append(start)
    assert most_in_any_window(starts) == 5


def test_starts_noted_while_the_file_was_waited_for_count(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = started(folder)
    one, clock = timed(folder, a_second=5)
    lock = rate.lock_file

    def late(fd: int) -> bool:
        if clock.now == NOW and os.path.samestat(os.fstat(fd), os.stat(folder / path.name)):
            clock.now += 0.3
            path.write_bytes(struct.pack("<5d", *[clock.now] * 5))
        return lock(fd)

    monkeypatch.setattr(rate, "lock_file", late)
    with one.slot(math.inf) as start:
        assert start >= NOW + 0.3 + WINDOW_SECONDS


def test_a_file_in_use_after_a_long_wait_is_waited_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, clock = timed(folder)
    answers = iter(["too early", "in use"] * 100 + ["now"])

    def start(*_: Any) -> float | None:
        answer = next(answers)
        if answer == "in use":
            raise BlockingIOError
        return clock() if answer == "now" else None

    monkeypatch.setattr(one._files, "start", start)
    with one.slot(math.inf):
        assert next(answers, "all were asked for") == "all were asked for"
    assert clock.now > NOW + 2 * WINDOW_SECONDS


def test_threads_share_the_starts_of_a_second(folder: Path) -> None:
    starts = []

    def work(number: int) -> None:
        for _ in range(3):
            with limiter(folder, a_second=5).slot(soon()) as start:
                starts.append(start)

    in_threads(work, 4)
    assert len(starts) == 12
    assert most_in_any_window(starts) <= 5


def test_without_files_a_process_keeps_to_the_starts(folder: Path) -> None:
    folder.parent.write_text("a file in the way")
    clock = Clock()
    starts = []
    for _ in range(23):
        with limiter(folder, brake=clock, clock=clock, a_second=5).slot(math.inf) as start:
            starts.append(start)
    assert most_in_any_window(starts) == 5


# Whose limits


def test_keys_and_endpoints_do_not_disturb_each_other(folder: Path) -> None:
    others = [
        limiter(folder, key="sk-other", at_once=1, a_second=1),
        limiter(folder, key=None, at_once=1, a_second=1),
        limiter(folder, url="https://example.com/v2", at_once=1, a_second=1),
        limiter(folder, url="https://example.com:8443/v1", at_once=1, a_second=1),
        limiter(folder, url="https://example.org/v1", at_once=1, a_second=1),
    ]
    with limiter(folder, at_once=1, a_second=1).slot(-math.inf):
        assert [is_full(other) for other in others] == [False] * 5


@pytest.mark.parametrize("url", ["https://EXAMPLE.com/v1", "https://example.com:443/v1/", "https://example.com./v1"])
def test_the_same_endpoint_otherwise_written(url: str, folder: Path) -> None:
    with limiter(folder, at_once=1).slot(-math.inf):
        assert is_full(limiter(folder, url=url, at_once=1))


def test_the_key_is_in_no_file_and_no_name(folder: Path) -> None:
    with limiter(folder).slot(soon()), limiter(folder).slot(soon()):
        files = [path for path in folder.parents[1].rglob("*") if path.is_file()]
        assert len(files) == 3
    everything = b"\n".join(str(path).encode() + path.read_bytes() for path in files)
    plain = hashlib.sha256(KEY.encode())
    assert not [
        secret for secret in (KEY, "canary", plain.hexdigest()[:16], "example") if secret.encode() in everything
    ]
    assert plain.digest()[:8] not in everything
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


# Waiting


def test_a_pulled_brake_ends_the_waiting(folder: Path) -> None:
    brake, outcome, waiting = Brake(), list[float](), threading.Event()
    one = limiter(folder, brake=brake, at_once=1)
    brake.watch(lambda: waiting.set())  # Who waits looks at the brake.

    def wait() -> None:
        with pytest.raises(Stopped), one.slot(soon()):
            raise AssertionError
        outcome.append(time.monotonic())

    with one.slot(soon()):
        thread = threading.Thread(target=wait, daemon=True)
        thread.start()
        assert waiting.wait(UNTIL)
        brake.pull("the person stopped it")
        pulled = time.monotonic()
        thread.join(UNTIL)
    assert outcome[0] - pulled < 1.0  # A slice of 0.02 s, and what a loaded machine adds.
    assert not is_full(limiter(folder, at_once=1))


@pytest.mark.parametrize("files", ["own", "alone"])
def test_a_deadline_ends_the_waiting(files: str, folder: Path, request: pytest.FixtureRequest) -> None:
    if files == "alone":
        request.getfixturevalue("alone")
    clock = Clock()
    one, other = (limiter(folder, brake=clock, clock=clock, at_once=1) for _ in range(2))
    with one.slot(math.inf):
        with pytest.raises(ModelError, match=r"^1 requests? .* on this machine .*--model-timeout") as caught:
            other.slot(clock.now + 7).__enter__()
        assert caught.value.retryable
    assert clock.now == pytest.approx(1007)
    assert not is_full(other)


def test_a_deadline_ends_the_waiting_for_a_start(folder: Path) -> None:
    one, clock = timed(folder, a_second=2)
    for _ in range(2):
        with one.slot(math.inf):
            pass
    with pytest.raises(ModelError, match="2 requests a second"), one.slot(clock.now + 0.5):
        raise AssertionError
    assert clock.now == pytest.approx(1000.5)
    with one.slot(clock.now + 0.7):
        pass


def test_waiting_costs_little(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, clock = timed(folder, at_once=1)
    looks = Counter[str]()
    semaphore = one._own.places

    class Counting:
        def acquire(self, **how: Any) -> bool:
            looks["own"] += 1
            return semaphore.acquire(**how)

        release = semaphore.release

    monkeypatch.setattr(one._own, "places", Counting())
    with one.slot(math.inf), pytest.raises(ModelError):
        one.slot(clock.now + 60).__enter__()
    assert 600 <= looks["own"] <= 3000  # 10 to 50 a second


# What the files hold


NOW = 1000.0
DATED = {
    "empty": b"",
    "text": b"not a single number in here at all, is there?",
    "torn": struct.pack("<5d", *[NOW - 0.1] * 5)[:-3],
    "zeros": bytes(8000),
    "all ones": b"\xff" * 8000,
    "infinite": struct.pack("<6d", math.inf, -math.inf, *[math.inf] * 4) * 100,
    "no numbers": struct.pack("<d", math.nan) * 1000,
    "from the future": struct.pack("<d", NOW + 1e9) * 1000,
    "from just ahead": struct.pack("<d", NOW + 0.5) * 1000,
    "from just now": struct.pack("<d", NOW) * 1000,
    "from before the last boot": struct.pack("<d", 1e7) * 1000,
    "backwards": struct.pack("<5d", NOW, NOW - 0.2, NOW - 0.4, NOW - 0.6, NOW - 0.8) * 20,
    "huge": struct.pack("<d", NOW) * 1_000_000,
}


def started(folder: Path) -> Path:
    """The file of starts, made by a first request."""
    with limiter(folder).slot(soon()):
        pass
    (path,) = folder.glob("*.starts")
    path.unlink()
    rate._own_limits.cache_clear()
    return path


@pytest.mark.parametrize("content", DATED.values(), ids=list(DATED))
def test_no_content_holds_up_for_long(content: bytes, folder: Path) -> None:
    path = started(folder)
    path.write_bytes(content)
    path.chmod(0o600)
    one, clock = timed(folder, a_second=5)
    starts = []
    for _ in range(5):
        with one.slot(math.inf) as start:
            starts.append(start)
    assert clock.now - NOW < WINDOW_SECONDS + rate.PAUSE_SECONDS[1]
    assert path.stat().st_size <= 5 * 8
    assert most_in_any_window(starts) <= 5


def test_what_is_in_the_file_counts(folder: Path) -> None:
    path = started(folder)
    path.write_bytes(struct.pack("<5d", *[NOW - 0.1] * 5))
    path.chmod(0o600)
    one, clock = timed(folder, a_second=5)
    with one.slot(math.inf):
        assert clock.now >= NOW - 0.1 + WINDOW_SECONDS


def as_link(path: Path) -> None:
    victim = path.parents[2] / "victim"
    victim.write_text("mine")
    path.symlink_to(victim)


def as_dangling_link(path: Path) -> None:
    path.symlink_to(path.parents[2] / "not-there")


def as_hard_link(path: Path) -> None:
    victim = path.parents[2] / "victim"
    victim.write_text("mine")
    path.hardlink_to(victim)


def as_folder(path: Path) -> None:
    path.mkdir()


def as_pipe(path: Path) -> None:
    os.mkfifo(path)


def as_everybodys(path: Path) -> None:
    path.touch()
    path.chmod(0o666)


def as_somebodys(path: Path) -> None:
    if os.geteuid():
        pytest.skip("only root can give a file away")
    path.touch(0o600)
    os.chown(path, 12345, 12345)


ODD = [as_link, as_dangling_link, as_hard_link, as_folder, as_pipe, as_everybodys, as_somebodys]


def untouched(tmp_path: Path) -> bool:
    victim = tmp_path / "victim"
    return not (tmp_path / "not-there").exists() and (not victim.exists() or victim.read_text() == "mine")


@pytest.mark.parametrize("make", ODD)
def test_an_odd_file_of_starts_is_not_used(make: Callable[[Path], None], folder: Path, tmp_path: Path) -> None:
    path = started(folder)
    make(path)
    one, clock = timed(folder, a_second=5)
    starts = []
    for _ in range(11):
        with one.slot(math.inf) as start:
            starts.append(start)
    assert most_in_any_window(starts) == 5
    assert clock.now < NOW + 2.5
    assert untouched(tmp_path)
    if path.is_file():
        assert path.stat().st_size in (0, 4)


@pytest.mark.parametrize("which", [slice(0, 1), slice(0, 3)], ids=["one", "all"])
@pytest.mark.parametrize("make", ODD)
def test_an_odd_place_is_not_used(make: Callable[[Path], None], which: slice, folder: Path, tmp_path: Path) -> None:
    name = started(folder).stem
    (folder / f"{name}.0").unlink()
    for number in range(3)[which]:
        with contextlib.suppress(FileNotFoundError):
            (tmp_path / "victim").unlink()
        make(folder / f"{name}.{number}")
    one = limiter(folder, at_once=3)
    with one.slot(-math.inf), one.slot(-math.inf), one.slot(-math.inf):
        assert is_full(one)
    assert untouched(tmp_path)


def test_a_stopped_process_does_not_keep_the_starts(folder: Path) -> None:
    path = started(folder)
    one, clock = timed(folder)
    with path.open("wb") as file:
        path.chmod(0o600)
        portalocker.lock(file, portalocker.LockFlags.EXCLUSIVE)
        with one.slot(math.inf):
            assert clock.now <= NOW + WINDOW_SECONDS + rate.PAUSE_SECONDS[1]
        assert clock.now >= NOW + WINDOW_SECONDS  # It could have been a slow one.


# The folder


def file_in_the_way(folder: Path) -> None:
    folder.parent.mkdir()
    folder.write_text("mine")


def link_in_the_way(folder: Path) -> None:
    folder.parent.mkdir()
    (folder.parent / "elsewhere").mkdir(0o700)
    folder.symlink_to(folder.parent / "elsewhere")


def open_to_all(folder: Path) -> None:
    folder.mkdir(parents=True)
    folder.chmod(0o777)


def open_to_the_group(folder: Path) -> None:
    folder.mkdir(parents=True)
    folder.chmod(0o770)


def of_somebody_else(folder: Path) -> None:
    if os.geteuid():
        pytest.skip("only root can give a folder away")
    folder.mkdir(parents=True, mode=0o700)
    os.chown(folder, 12345, 12345)


@pytest.mark.parametrize("make", [file_in_the_way, link_in_the_way, open_to_all, open_to_the_group, of_somebody_else])
def test_a_folder_that_is_not_ours_alone_is_not_used(make: Callable[[Path], None], folder: Path) -> None:
    make(folder)
    one = limiter(folder, at_once=2)
    with one.slot(-math.inf), one.slot(-math.inf):
        assert is_full(one)
    if folder.is_dir():
        assert os.listdir(folder) == []


def refuse(error: Exception) -> Callable[..., Any]:
    def call(*_: Any, **__: Any) -> Any:
        raise error

    return call


@pytest.mark.parametrize("name", ["open", "write", "read", "ftruncate", "fstat", "utime"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO, errno.EMFILE])
def test_no_error_of_the_disk_fails_a_request(
    name: str, number: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = limiter(folder, at_once=2)
    with monkeypatch.context() as patch:
        patch.setattr(os, name, refuse(OSError(number, os.strerror(number))))
        with one.slot(-math.inf), one.slot(-math.inf):
            assert is_full(one)
    with one.slot(-math.inf):  # The disk is well again.
        pass
    assert list(folder.glob("*.0"))


def test_a_file_system_without_locks_fails_no_request(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portalocker, "lock", refuse(portalocker.LockException(OSError(errno.ENOLCK, "none"))))
    one = limiter(folder, at_once=2)
    with one.slot(-math.inf), one.slot(-math.inf):
        assert is_full(one)


def test_a_folder_removed_meanwhile_is_made_again(folder: Path) -> None:
    one = limiter(folder)
    for _ in range(2):
        with one.slot(soon()):
            (path,) = folder.glob("*.starts")
            for file in folder.iterdir():
                file.unlink()
            folder.rmdir()
    with one.slot(soon()):
        assert path.exists()


# Tidying


def aged(path: Path) -> Path:
    past = time.time() - 2 * KEPT_SECONDS
    os.utime(path, (past, past), follow_symlinks=False)
    return path


def test_what_nobody_uses_is_tidied_away(folder: Path) -> None:
    with limiter(folder).slot(soon()):
        pass
    recent = set(os.listdir(folder))
    with limiter(folder, key="sk-old").slot(soon()):
        old = [aged(folder / name) for name in os.listdir(folder) if name not in recent]
        (held,) = (path for path in old if path.suffix == ".0")
        other = folder / "notes.0"
        other.touch()
        link = folder / f"{'0' * 32}.0"
        link.symlink_to(aged(other))
        aged(link)
        limiter(folder)
        assert set(os.listdir(folder)) == {*recent, held.name, other.name, link.name}
    limiter(folder)
    assert set(os.listdir(folder)) == {*recent, other.name, link.name}


def test_a_place_in_use_is_not_old(folder: Path) -> None:
    one = limiter(folder)
    with one.slot(soon()):
        pass
    (place,) = folder.glob("*.0")
    aged(place)
    with one.slot(soon()):
        assert place.stat().st_mtime > time.time() - KEPT_SECONDS


def test_a_place_tidied_away_while_it_is_taken_is_no_place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock, removed = rate.lock_file, list[str]()

    def tidied_first(fd: int) -> bool:
        if not removed:
            removed.extend(os.listdir(folder))
            (folder / removed[0]).unlink()
        return lock(fd)

    with limiter(folder).slot(soon()):
        pass
    monkeypatch.setattr(rate, "lock_file", tidied_first)
    (folder / next(name for name in os.listdir(folder) if name.endswith(".starts"))).unlink()
    one = limiter(folder, at_once=1)
    with one.slot(soon()):
        assert removed[0].endswith(".0")
        assert (folder / removed[0]).exists()


# By the endpoint


def model_for(base_url: str, brake: Brake | None = None, **changes: Any) -> EndpointModel:
    settings = EndpointSettings(base_url=base_url, api_key=SecretStr(KEY), **changes)
    return EndpointModel(resolve("gui-plus-2026-02-26"), settings, brake or Brake())


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "gui-plus-agent" / "requests"


def test_a_request_that_finds_no_place_says_so(cache: Path) -> None:
    with EndpointServer([Reply("Hello")]) as server, contextlib.ExitStack() as held:
        others = Limiter(server.base_url, KEY, Brake())
        for _ in range(10):
            held.enter_context(others.slot(soon()))
        model = model_for(server.base_url, timeout_seconds=0.3)
        with pytest.raises(ModelError, match="10 requests are running on this machine for this endpoint") as caught:
            model.reply(MESSAGES)
        assert caught.value.retryable
        assert server.requests == []
        held.close()
        assert model.reply(MESSAGES).text == "Hello"
        model.close()
    assert len(list(cache.glob("*.[0-9]"))) == 10


def test_each_try_has_a_place_and_gives_it_back(cache: Path) -> None:
    with EndpointServer([Status(503), Reply("Hello")]) as server:
        brake = Clock()
        model = model_for(server.base_url, brake)
        assert model.reply(MESSAGES).text == "Hello"
        model.close()
        others = Limiter(server.base_url, KEY, Brake())
        with contextlib.ExitStack() as held:
            for _ in range(10):
                held.enter_context(others.slot(-math.inf))
    (path,) = cache.glob("*.starts")
    assert path.stat().st_size == 8 * 12


def test_tries_before_the_wait_for_a_place_are_told(cache: Path) -> None:
    with EndpointServer([Status(503, {"message": "busy"})]) as server, contextlib.ExitStack() as held:
        others, taken = Limiter(server.base_url, KEY, Brake()), list[float]()

        class Overtaken(Brake):
            """While it waits, others take all places."""

            def sleep(self, seconds: float) -> None:
                while len(taken) < 10:
                    taken.append(held.enter_context(others.slot(-math.inf)))

        model = model_for(server.base_url, Overtaken(), timeout_seconds=1.0)
        with pytest.raises(ModelError, match="10 requests are running") as caught:
            model.reply(MESSAGES)
        model.close()
    assert ["busy" in failure.message for failure in caught.value.failures] == [True]


@pytest.mark.parametrize("how", ["deadline", "brake"])
def test_a_reply_given_up_keeps_no_place(how: str, cache: Path) -> None:
    brake = Brake()

    def hang(request: Request) -> Hang:
        if how == "brake":
            brake.pull("the person stopped it")
        return Hang(after_headers=True)

    with EndpointServer([hang] * 3) as server:
        model = model_for(server.base_url, brake, timeout_seconds=0.5 if how == "deadline" else UNTIL)
        with pytest.raises((ModelError, Stopped)):
            model.reply(MESSAGES)
        others = Limiter(server.base_url, KEY, Brake())
        with contextlib.ExitStack() as held:
            for _ in range(10):
                held.enter_context(others.slot(-math.inf))
            assert is_full(others)
        model.close()
