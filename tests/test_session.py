"""A recorded session read back: whole, torn, damaged, and made to do harm."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from actions.action import Point, Size
from actions.preview import PreviewExecutor
from agent.errors import ModelError, SessionError
from agent.events import Event, ImageFile, SessionEnded, StepFinished
from agent.model import ModelReply
from agent.recording import events as session_events
from agent.recording import lines as session_lines
from agent.recording.picture_size import MAX_CHUNKS, MAX_SCANS, MAX_SEGMENTS, PictureError, picture_size
from agent.recording.recorder import Recorder
from agent.recording.session import Session, find_sessions, read_session
from agent.settle import StillSettler
from tests.fakes import FakeScreen, call, painted
from tests.test_loop import CLICK, DONE, Run

ROOT = Path(__file__).parents[1]
DRAG = call("left_click_drag", "Drag it", start_coordinate=[100, 100], coordinate=[500, 250])
TYPE = call("type", "Write", text="é 中文 😀 \u2028 </tool_call>")
SCRIPT = (CLICK, "I do not know", TYPE, DONE)
"""Three steps; the second is asked twice."""

Line = dict[str, Any]


def record(
    folder: Path,
    *replies: str | ModelReply | Exception,
    stop: type[Any] | None = None,
    dry_run: bool = False,
    **options: Any,
) -> Path:
    """A run with scripted parts, recorded; `stop`: the recorder is killed before the first event of that type."""
    screen = FakeScreen(*(painted(64, 48, boxes=[(n, n, 5, 5)]) for n in range(4)))
    if dry_run:
        options |= {"executor": PreviewExecutor(lambda: Point(0, 0)), "settler": StillSettler(), "dry_run": True}
    run = Run(*(replies or SCRIPT), screen=screen, settings={"cap": 10**7, "monitor": None}, **options)
    recorder = Recorder(folder, "do it")
    for event in run.events:
        if stop is not None and isinstance(event, stop):
            break
        recorder.handle(event)
    recorder.close()
    return recorder.path


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole session, not to be changed."""
    return record(tmp_path_factory.mktemp("original"))


@pytest.fixture
def path(original: Path, tmp_path: Path) -> Path:
    """A whole session of the test's own."""
    return shutil.copytree(original, tmp_path / "session")


def raw(path: Path) -> bytes:
    return (path / "session.jsonl").read_bytes()


def lines(path: Path) -> list[Line]:
    return [json.loads(line) for line in raw(path).splitlines()]


def write(path: Path, content: bytes | list[Line]) -> Path:
    if isinstance(content, list):
        content = b"".join(json.dumps(line).encode() + b"\n" for line in content)
    (path / "session.jsonl").write_bytes(content)
    return path


def events_of(session: Session) -> Iterator[Any]:
    """Every event a session holds, in the order of a recording."""
    yield session.started
    for step in session.steps:
        yield step.screenshot
        for exchange in step.exchanges:
            yield from (event for event in (exchange.requested, exchange.replied) if event is not None)
        yield from (event for event in (step.planned, step.finished) if event is not None)
    if session.ended is not None:
        yield session.ended


def whole_steps(content: bytes) -> int:
    """Steps whose last line is whole."""
    return sum(b'"event":"step_finished"' in line for line in content.split(b"\n")[:-1])


# What was recorded is what is read


@pytest.mark.parametrize(
    ("replies", "options"),
    [
        (SCRIPT, {}),
        ((DRAG, CLICK, DONE), {"cap": 2000}),
        ((CLICK, CLICK, CLICK, CLICK, CLICK, CLICK, CLICK), {}),
        (("?",), {}),
        ((CLICK, ModelError("gone")), {}),
        ((CLICK, TYPE, DONE), {"dry_run": True}),
        ((ModelReply(text="\ud800 \x00", finish_reason="length", partial=True), DONE), {}),
    ],
    ids=["three steps", "scaled pictures", "stuck", "nothing parsable", "model gone", "dry run", "surrogate"],
)
def test_a_run_is_read_as_it_was_recorded(tmp_path: Path, replies: Any, options: Any) -> None:
    path = record(tmp_path, *replies, **options)
    session = read_session(path)
    assert [event.line() for event in events_of(session)] == lines(path)
    assert (session.path, session.notes, session.damage) == (path, (), None)
    for step in session.steps:
        for file in (step.screenshot.sent, step.screenshot.lossless):
            assert file is not None
            with Image.open(io.BytesIO(session.picture(file))) as image:
                assert image.size == (file.width, file.height)


def test_the_parts_of_a_session(path: Path) -> None:
    session = read_session(path)
    assert [step.number for step in session.steps] == [1, 2, 3]
    assert [len(step.exchanges) for step in session.steps] == [1, 2, 1]
    asked_twice = session.steps[1]
    assert [exchange.requested.reask for exchange in asked_twice.exchanges] == [0, 1]
    assert asked_twice.exchanges[0].replied is not None
    assert asked_twice.exchanges[0].replied.text == "I do not know"
    assert asked_twice.planned is not None
    assert asked_twice.planned.action == {"action": "type", "text": "é 中文 😀 \u2028 </tool_call>"}
    assert session.started.settings["cap"] == 10**7
    assert session.ended is not None
    assert session.ended.status == "success"


def test_the_file_names_the_session_too(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_session(path / "session.jsonl") == read_session(path)
    monkeypatch.chdir(path)
    assert read_session(Path("session.jsonl")).steps == read_session(Path()).steps


def test_windows_line_ends_are_read(path: Path) -> None:
    before = read_session(path)
    assert read_session(write(path, raw(path).replace(b"\n", b"\r\n"))) == before


def test_fields_of_a_later_program_are_passed_over(path: Path) -> None:
    before = read_session(path)
    assert read_session(write(path, [{**line, "mood": "good"} for line in lines(path)])) == before


# Torn


def test_every_prefix_reads_and_loses_no_whole_step(original: Path, tmp_path: Path) -> None:
    content = raw(original)
    first = content.index(b"\n") + 1
    for length in range(len(content)):
        part = content[:length]
        write(tmp_path, part)
        if length < first:
            with pytest.raises(SessionError):
                read_session(tmp_path)
            continue
        session = read_session(tmp_path)
        assert session.damage is None
        assert sum(step.finished is not None for step in session.steps) == whole_steps(part)
        kept = len(part[: part.rindex(b"\n") + 1].splitlines())
        assert len(list(events_of(session))) == kept
        assert any("unfinished" in note for note in session.notes)
        assert any("torn" in note for note in session.notes) == (not part.endswith(b"\n"))


@pytest.mark.parametrize("end", [b'{"event":"sess\n', b"\0" * 5000, b"\0" * 5000 + b"\n", b"\xff\n", b"\n"])
def test_an_unreadable_last_line_is_a_note(path: Path, end: bytes) -> None:
    whole = raw(path).splitlines(keepends=True)
    session = read_session(write(path, b"".join(whole[:-1]) + end))
    assert session.damage is None
    assert session.notes[0].startswith(f"line {len(whole)}: ")
    assert len(session.steps) == 3


def test_killed_between_intent_and_result_the_effect_is_unknown(tmp_path: Path) -> None:
    session = read_session(record(tmp_path, stop=StepFinished))
    assert session.steps[-1].planned is not None
    assert session.steps[-1].finished is None
    assert session.notes[0].startswith("the effect of step 1 is unknown")
    assert session.notes[1].startswith("unfinished")


def test_a_step_without_an_action_has_no_unknown_effect(tmp_path: Path) -> None:
    session = read_session(record(tmp_path, "?", stop=SessionEnded))
    assert session.steps[-1].planned is not None
    assert [note.partition(":")[0] for note in session.notes] == ["unfinished"]


def test_stopped_in_the_middle_of_an_action_the_effect_is_unknown(path: Path) -> None:
    content = [line for line in lines(path) if not (line["event"] == "step_finished" and line["step"] == 3)]
    session = read_session(write(path, content))
    assert session.ended is not None
    assert [note.partition(":")[0] for note in session.notes] == ["the effect of step 3 is unknown"]


# Formats


def test_a_newer_format_is_refused_with_the_cure(path: Path) -> None:
    content = lines(path)
    content[0]["format_version"] = 2
    with pytest.raises(SessionError, match=r"format 2.*update gui-plus-agent") as error:
        read_session(write(path, content))
    assert error.value.exit_code == 2
    assert "\n" not in str(error.value)


def test_an_older_format_is_upgraded_step_by_step(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = lines(path)
    for line in content:
        if line["event"] == "session_started":
            line["goal"] = line.pop("task")
        if line["event"] == "step_finished":
            line["result"] = line.pop("outcome")

    def first(data: Line) -> Line:
        return {("aim" if name == "goal" else name): value for name, value in data.items()}

    def second(data: Line) -> Line:
        names = {"aim": "task", "result": "outcome"}
        return {names.get(name, name): value for name, value in data.items()}

    before = read_session(path)
    for module in ("agent.recording.session", "agent.recording.events"):
        monkeypatch.setattr(f"{module}.FORMAT_VERSION", 3)
    monkeypatch.setitem(session_events.UPGRADES, 1, first)
    monkeypatch.setitem(session_events.UPGRADES, 2, second)
    session = read_session(write(path, content))
    assert session.started == before.started.model_copy(update={"format_version": 3})
    assert session.steps == before.steps
    assert session.notes == ("upgraded from format 1",)
    content[4]["event"] = ["not", "what", "it", "was"]
    assert "line 5: it names no event" in str(read_session(write(path, content)).damage)
    content[4] = {}
    monkeypatch.setitem(session_events.UPGRADES, 2, lambda data: {**second(data), "event": data["event"]})
    assert read_session(write(path, content)).damage == "line 5: it cannot be upgraded from format 1"


@pytest.mark.parametrize("error", [KeyError, IndexError, TypeError, ValueError, AttributeError, ZeroDivisionError])
def test_a_line_that_an_upgrade_does_not_expect(
    path: Path, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def upgrade(data: Line) -> Line:
        if data["event"] == "step_finished":
            raise error
        return data

    content = lines(path)
    content[0]["format_version"] = 0
    monkeypatch.setitem(session_events.UPGRADES, 0, upgrade)
    assert read_session(write(path, content)).damage == "line 6: it cannot be upgraded from format 0"


@pytest.mark.parametrize("version", [0, -1, -(2**62), None, True, 1.0, "1", [], {}])
def test_a_format_that_never_was(path: Path, version: object) -> None:
    content = lines(path)
    content[0]["format_version"] = version
    with pytest.raises(SessionError, match=r"format"):
        read_session(write(path, content))


def test_unknown_events_are_skipped_with_a_note(path: Path) -> None:
    content = lines(path)
    before = read_session(path)
    for at in (3, 9):
        content.insert(at, {"event": "\x1b[31mred", "time": "x"})
    session = read_session(write(path, content))
    assert session.steps == before.steps
    assert session.damage is None
    assert session.notes == ("events unknown to this program were skipped: 2, the first in line 4",)


# A first line that is none


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"{}\n", b"[]\n", b"12\n", b"\xff\xfe{}\n", b"\0\n", b"PK\x03\x04", b'{"event":"session_started"}\n'],
)
def test_no_session(path: Path, content: bytes) -> None:
    with pytest.raises(SessionError) as error:
        read_session(write(path, content))
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_byte_order_mark_is_named(path: Path) -> None:
    with pytest.raises(SessionError, match="byte order mark"):
        read_session(write(path, b"\xef\xbb\xbf" + raw(path)))


@pytest.mark.parametrize("name", ["missing", "session\0", "a\nb\x1b[2J", "x" * 5000])
def test_a_path_that_is_none(tmp_path: Path, name: str) -> None:
    for use in (read_session, find_sessions):
        with pytest.raises(SessionError) as error:
            use(tmp_path / name)
        assert str(error.value).isprintable()


# A damaged middle

AT = 7
"""Index of the line that is damaged below: the first question of step 2."""


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b'{"a":1}}', "no JSON"),
        (b'"text"', "no JSON object"),
        (b"\xc3\x28", "not UTF-8"),
        (b'{"a":"\xed\xa0\x80"}', "not UTF-8"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b'{"a":"\0"}', "no JSON"),
        (b"\0" * 100, "no JSON"),
        (b'{"a":NaN}', "NaN"),
        (b'{"a":-Infinity}', "Infinity"),
        (b'{"a":1e999}', "too large"),
        (b'{"a":' + b"9" * 20 + b"}", "too many digits"),
        (b'{"a":' + b"9" * 100_000 + b"}", "too many digits"),
        (b'{"a":1,"a":2}', "key twice"),
        (b'{"a":{"b":1,"b":1}}', "key twice"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"a":' + b"[" * 60 + b"]" * 60 + b"}", "nested too deeply"),
        (b'{"a":[' + b"[]," * 600_000 + b"1]}", "holds more than is read"),
        (b" " * 16_000_000 + b"{}", "longer than the 16 MB"),
        (b"{}", "names no event"),
        (b'{"event":7}', "names no event"),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_a_line_that_cannot_be_read(path: Path, line: bytes, reason: str) -> None:
    content = raw(path).splitlines(keepends=True)
    content[AT] = line + b"\n"
    session = read_session(write(path, b"".join(content)))
    assert session.damage is not None
    assert session.damage.startswith(f"line {AT + 1}: ")
    assert reason in session.damage
    assert session.damage.isprintable()
    assert session.notes == ()
    assert [event.line() for event in events_of(session)] == [json.loads(part) for part in content[:AT]]
    assert len(session.picture(session.steps[0].screenshot.sent)) > 0


def test_nesting_up_to_the_limit_is_read(path: Path) -> None:
    content = lines(path)
    deep: object = 1
    for _ in range(session_lines.MAX_DEPTH - 2):
        deep = [deep]
    content[0]["settings"] = {"deep": [deep] * 3}
    with pytest.raises(SessionError, match="nested too deeply"):
        read_session(write(path, content))
    content[0]["settings"] = {"deep": deep, "flat": [[]] * 60}
    assert read_session(write(path, content)).damage is None


def changed(event: str, of: int | None = None, /, **fields: object) -> Callable[[list[Line]], None]:
    """The first line of that event (and step) with other fields; `...` takes one away."""

    def change(content: list[Line]) -> None:
        line = next(line for line in content if line["event"] == event and of in (None, line.get("step")))
        for name, value in fields.items():
            if value is ...:
                del line[name]
            else:
                line[name] = value

    return change


def moved(start: int, end: int) -> Callable[[list[Line]], None]:
    return lambda content: content.insert(end, content.pop(start))


def twice(index: int) -> Callable[[list[Line]], None]:
    return lambda content: content.insert(index, content[index])


def without(index: int) -> Callable[[list[Line]], None]:
    def change(content: list[Line]) -> None:
        del content[index]

    return change


def asked_after_the_plan(content: list[Line]) -> None:
    content.insert(5, {**content[2], "reask": 1})


def planned_without_asking(content: list[Line]) -> None:
    del content[2:4]


FILE = {"sha256": "0" * 64, "extension": "png", "width": 64, "height": 48}
VIEWPORT = {"left": 0, "top": 0, "width": 64, "height": 48, "pixels": [64, 48]}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (changed("step_planned", step="1"), "line 5: step: "),
        (changed("step_planned", step=True), "line 5: step: "),
        (changed("step_planned", step=1.0), "line 5: step: "),
        (changed("step_planned", target=["1", 2]), "line 5: target"),
        (changed("step_planned", target=[1]), "line 5: target"),
        (changed("step_planned", summary=None), "line 5: summary: "),
        (changed("step_planned", summary=...), "line 5: summary: "),
        (changed("step_planned", repairs=[1]), "line 5: repairs"),
        (changed("step_planned", action=...), "line 5: action: "),
        (changed("step_planned", error="both"), "line 5: action: "),
        (changed("step_planned", time=...), "line 5: time: "),
        (changed("step_planned", time=12), "line 5: time: "),
        (changed("step_planned", time="yesterday"), "line 5: Invalid isoformat"),
        (changed("step_planned", time="2026-01-01T00:00:00"), "line 5: time: "),
        (changed("step_finished", outcome="great"), "line 6: outcome: "),
        (changed("step_finished", ms={"act": "fast"}), "line 6: ms.act: "),
        (changed("session_ended", status="ok"), "line 19: status: "),
        (changed("screenshot_taken", viewport={}), "line 2: viewport: "),
        (changed("screenshot_taken", viewport={**VIEWPORT, "width": 0}), "line 2: viewport: "),
        (changed("screenshot_taken", viewport={**VIEWPORT, "left": 0.5}), "line 2: viewport: "),
        (changed("screenshot_taken", viewport={**VIEWPORT, "pixels": [64]}), "line 2: viewport: "),
        (changed("screenshot_taken", viewport={**VIEWPORT, "pixels": None}), "line 2: viewport: "),
        (changed("screenshot_taken", sent={**FILE, "extension": "gif"}), "line 2: sent.extension: "),
        (changed("screenshot_taken", sent={**FILE, "sha256": "../../../etc/passwd"}), "line 2: sha256: "),
        (changed("screenshot_taken", sent={**FILE, "sha256": "/etc/passwd"}), "line 2: sha256: "),
        (changed("screenshot_taken", lossless={**FILE, "sha256": "C:\\secret"}), "line 2: sha256: "),
        (changed("screenshot_taken", lossless={**FILE, "sha256": "0" * 64 + "\n"}), "line 2: sha256: "),
        (changed("screenshot_taken", lossless={**FILE, "sha256": "A" * 64}), "line 2: sha256: "),
        (changed("screenshot_taken", lossless={**FILE, "width": 0}), "line 2: width, height: "),
        (changed("model_requested", messages=[{"role": "god", "parts": []}]), "line 3: messages: "),
        (changed("model_requested", messages=[{"role": "user", "parts": "text"}]), "line 3: messages: "),
        (changed("model_requested", messages=[{"role": "user", "parts": ["text"]}]), "line 3: messages: "),
        (changed("model_requested", messages=[{"role": "user", "parts": [{"image": "x"}]}]), "line 3: messages: "),
        (changed("model_requested", messages=[{"role": "user", "parts": [{"text": 1}]}]), "line 3: messages: "),
        (
            changed("model_requested", messages=[{"role": "user", "parts": [{"text": "", "image": "0" * 64}]}]),
            "line 3: ",
        ),
        (changed("model_requested", messages=[7]), "line 3: messages.0: "),
        (changed("model_replied", tool_calls=[{"name": "x"}]), "line 4: tool_calls: "),
        (changed("model_replied", usage={"prompt_tokens": "many"}), "line 4: usage.prompt_tokens: "),
        (twice(0), "line 2: session_started is there twice"),
        (twice(1), "line 3: step 1 begins where step 2 is due"),
        (twice(2), "line 4: model_requested of step 1 is out of order"),
        (twice(3), "line 5: model_replied of step 1 is out of order"),
        (twice(4), "line 6: step_planned of step 1 is out of order"),
        (twice(5), "line 7: step_finished of step 1 is out of order"),
        (twice(18), "line 20: session_ended comes after session_ended"),
        (without(1), "line 2: model_requested of step 1 is out of order"),
        (without(2), "line 3: model_replied of step 1 is out of order"),
        (without(3), "line 4: step_planned of step 1 is out of order"),
        (without(4), "line 5: step_finished of step 1 is out of order"),
        (without(5), "line 6: step 2 begins before step 1 is finished"),
        (without(8), "line 9: model_requested of step 2 is out of order"),
        (moved(2, 5), "line 3: model_replied of step 1 is out of order"),
        (asked_after_the_plan, "line 6: model_requested of step 1 is out of order"),
        (planned_without_asking, "line 3: step_planned of step 1 is out of order"),
        (moved(18, 1), "line 3: screenshot_taken comes after session_ended"),
        (moved(4, 5), "line 5: step_finished of step 1 is out of order"),
        (changed("screenshot_taken", 2, step=3), "line 7: step 3 begins where step 2 is due"),
        (changed("screenshot_taken", 3, step=2), "line 14: step 2 begins where step 3 is due"),
        (changed("step_finished", 2, step=1), "line 13: step_finished of step 1 is out of order"),
        (changed("model_requested", 2, reask=1), "line 8: model_requested of step 2 is out of order"),
        (changed("model_replied", 2, reask=1), "line 9: model_replied of step 2 is out of order"),
    ],
)
def test_an_event_that_cannot_have_been(
    path: Path, change: Callable[[list[Line]], None], reason: str, request: pytest.FixtureRequest
) -> None:
    content = lines(path)
    assert len(content) == 19
    change(content)
    session = read_session(write(path, content))
    assert session.damage is not None
    assert session.damage.startswith(reason), request.node.name
    number = int(reason.removeprefix("line ").partition(":")[0])
    assert [event.line() for event in events_of(session)] == content[: number - 1]


def test_no_step_finishes_that_had_no_action(tmp_path: Path) -> None:
    path = record(tmp_path, "?")
    content = lines(path)
    finished = {"event": "step_finished", "step": 1, "outcome": "done", "detail": None, "changed": None, "ms": {}}
    content.insert(-1, {**finished, "time": content[0]["time"]})
    assert "step_finished of step 1 is out of order" in str(read_session(write(path, content)).damage)


def test_foreign_text_does_not_reach_the_terminal_raw(path: Path) -> None:
    content = lines(path)
    content[5]["ms"] = {"\x1b[2J\n" + "x" * 100_000: "slow"}
    damage = read_session(write(path, content)).damage
    assert damage is not None
    assert damage.isprintable()
    assert len(damage) < 400


def test_the_limits_of_all_lines_together(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = len(raw(path))
    values = sum(raw(path).count(letter) for letter in (b",", b"[", b"{"))
    for name, limit in (("MAX_LINES", 19), ("MAX_BYTES", size), ("MAX_VALUES", values)):
        with monkeypatch.context() as patch:
            patch.setattr(session_lines, name, limit)
            assert read_session(path).damage is None
            patch.setattr(session_lines, name, limit - 1)
            session = read_session(path)
            assert session.damage == "line 19: the session holds more than is read up to here"
            assert len(session.steps) == 3


def test_a_session_of_very_many_lines(path: Path) -> None:
    with (path / "session.jsonl").open("ab") as file:
        file.write(b'{"event":"x"}\n' * 1_000_000)
    session = read_session(path)
    assert session.damage == "line 1000001: the session holds more than is read up to here"


MEASURED = """
import resource, sys
from pathlib import Path
from agent.recording.session import read_session
read_session(Path(sys.argv[1]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(read_session(Path(sys.argv[2])).damage)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def measured(original: Path, path: Path) -> tuple[str, int]:
    """The damage, and how many MB reading took."""
    command = [sys.executable, "-W", "error", "-c", MEASURED, str(original), str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    damage, megabytes = done.stdout.splitlines()
    return damage, int(megabytes)


@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is in another unit")
@pytest.mark.parametrize("start", [b"", b'{"event":"'], ids=["zeros", "text"])
def test_a_line_of_a_gigabyte_is_not_loaded(original: Path, path: Path, start: bytes) -> None:
    with (path / "session.jsonl").open("r+b") as file:
        at = file.seek(0, os.SEEK_END)
        file.write(start)
        file.truncate(at + 1_000_000_000)
    damage, megabytes = measured(original, path)
    assert damage == "line 20: it is longer than the 16 MB a line may have"
    assert megabytes < 100


@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is in another unit")
def test_a_line_made_to_swell_does_not(original: Path, path: Path) -> None:
    with (path / "session.jsonl").open("ab") as file:
        file.write(b'{"a":[' + b"{}," * 5_000_000 + b"1]}\n")
    damage, megabytes = measured(original, path)
    assert damage == "line 20: the session holds more than is read up to here"
    assert megabytes < 100


# Files that are none


def fifo(path: Path) -> None:
    os.mkfifo(path)


def link(path: Path) -> None:
    kept = path.with_name("kept")
    if not kept.exists():
        kept.write_bytes(b"")
    path.symlink_to(kept)


def directory(path: Path) -> None:
    path.mkdir()


def listener(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(path))


def nothing(path: Path) -> None:
    """Leaves it missing."""


KINDS = [
    (fifo, "no regular file"),
    (link, "symbolic link"),
    (directory, "no regular file"),
    (listener, "no regular file"),
    (nothing, "No such file"),
]
posix = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs POSIX files")


@posix
@pytest.mark.parametrize(("make", "reason"), KINDS)
def test_a_session_file_that_is_no_file(
    path: Path, make: Callable[[Path], None], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path)
    (path / "session.jsonl").rename(path / "kept")
    make(path / "session.jsonl")
    with pytest.raises(SessionError, match=reason) as error:
        read_session(path)
    assert "session.jsonl" in str(error.value)


@posix
@pytest.mark.parametrize(("make", "reason"), KINDS)
def test_a_picture_that_is_no_file(
    path: Path, make: Callable[[Path], None], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path)
    session = read_session(path)
    file = session.steps[0].screenshot.sent
    place = path / "screens" / f"{file.sha256}.png"
    place.rename(place.with_name("kept"))
    make(place)
    with pytest.raises(SessionError, match=reason) as error:
        session.picture(file)
    assert place.name in str(error.value)
    assert session.picture(session.steps[1].screenshot.sent)


@posix
@pytest.mark.parametrize("make", [link, fifo, nothing])
def test_the_folder_of_pictures_is_the_session_s_own(path: Path, make: Callable[[Path], None]) -> None:
    (path / "screens").rename(path / "kept")
    make(path / "screens")
    session = read_session(path)
    with pytest.raises(SessionError, match=r"screens"):
        session.picture(session.steps[0].screenshot.sent)


@posix
def test_what_takes_a_file_s_place_at_the_last_moment_is_not_followed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    regular = os.lstat(path / "session.jsonl")
    for make in (link, fifo):
        (path / "session.jsonl").unlink()
        make(path / "session.jsonl")
        with monkeypatch.context() as patch:
            patch.setattr("agent.recording.files.os.lstat", lambda _: regular)
            with pytest.raises(SessionError, match=r"symbolic links|regular file"):
                read_session(path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(path: Path) -> None:
    (path / "session.jsonl").chmod(0)
    with pytest.raises(SessionError, match="Permission denied"):
        read_session(path)


def test_the_path_a_session_names_is_not_followed(path: Path, tmp_path: Path) -> None:
    content = lines(path)
    content[-1]["recording"] = str(tmp_path / "elsewhere")
    session = read_session(write(path, content))
    assert session.path == path
    assert session.picture(session.steps[0].screenshot.sent)


# Pictures


def stored(path: Path, data: bytes, extension: Any = "png", size: tuple[int, int] = (64, 48)) -> ImageFile:
    """A file in the session's folder under the name its bytes give it, declared in that size."""
    sha256 = hashlib.sha256(data).hexdigest()
    (path / "screens" / f"{sha256}.{extension}").write_bytes(data)
    return ImageFile(sha256=sha256, extension=extension, width=size[0], height=size[1])


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def ihdr(width: int, height: int) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))


def png(*chunks: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def picture(kind: str, size: tuple[int, int] = (64, 48), **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(buffer, kind, **options)
    return buffer.getvalue()


IDAT, IEND = chunk(b"IDAT", zlib.compress(b"\0" * 1000)), chunk(b"IEND")


def test_a_picture_without_end_is_refused_before_it_is_decoded(path: Path) -> None:
    side = 100_000
    packed = zlib.compressobj(9)
    row = packed.compress(b"\0" * (1 + side * 3) * 100) + packed.flush()
    bomb = png(ihdr(side, side), chunk(b"IDAT", row), IEND)
    with pytest.raises(SessionError, match="100000x100000 are more than the 200 megapixels"):
        read_session(path).picture(stored(path, bomb, size=(side, side)))


def test_the_limit_of_pixels(path: Path) -> None:
    session = read_session(path)
    fits = png(ihdr(20_000, 10_000), IDAT, IEND)
    assert session.picture(stored(path, fits, size=(20_000, 10_000))) == fits
    with pytest.raises(SessionError, match="megapixels"):
        session.picture(stored(path, png(ihdr(20_000, 10_001), IDAT, IEND), size=(20_000, 10_001)))


def test_swapped_pictures(path: Path) -> None:
    session = read_session(path)
    one, two = (session.path / "screens" / f"{step.screenshot.sent.sha256}.png" for step in session.steps[:2])
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    for step, file in zip(session.steps[:2], (one, two), strict=True):
        with pytest.raises(SessionError, match="hash") as error:
            session.picture(step.screenshot.sent)
        assert file.name in str(error.value)
    assert session.picture(session.steps[2].screenshot.sent)


def test_every_altered_byte_is_seen(path: Path) -> None:
    session = read_session(path)
    file = session.steps[0].screenshot.sent
    place = path / "screens" / f"{file.sha256}.png"
    content = place.read_bytes()
    for at in range(len(content)):
        place.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises(SessionError, match="hash"):
            session.picture(file)
    place.write_bytes(content[:-1])
    with pytest.raises(SessionError, match="hash"):
        session.picture(file)


def test_a_picture_in_another_size_than_declared(path: Path) -> None:
    with pytest.raises(SessionError, match="it is 64x48, the recording says 48x64"):
        read_session(path).picture(stored(path, picture("PNG"), size=(48, 64)))


@pytest.mark.parametrize("sha256", ["../session.jsonl", "/etc/passwd", "C:\\x", "0" * 63, "0" * 65, "", "G" * 64])
def test_a_name_that_is_no_hash_never_reaches_the_disk(path: Path, sha256: str) -> None:
    with pytest.raises(SessionError, match="no hash"):
        read_session(path).picture(ImageFile(sha256=sha256, extension="png", width=64, height=48))


def test_a_file_too_large_for_a_picture_is_not_read(path: Path) -> None:
    file = stored(path, b"x")
    os.truncate(path / "screens" / f"{file.sha256}.png", 1_000_000_000)
    with pytest.raises(SessionError, match="larger than the 64 MB"):
        read_session(path).picture(file)


@pytest.mark.parametrize("size", [(1, 1), (64, 48), (301, 7)])
@pytest.mark.parametrize(
    ("kind", "extension", "options"),
    [
        ("PNG", "png", {}),
        ("JPEG", "jpg", {}),
        ("JPEG", "jpg", {"progressive": True}),
        ("JPEG", "jpg", {"subsampling": 0, "icc_profile": b"x" * 200_000}),
        ("WEBP", "webp", {}),
        ("WEBP", "webp", {"lossless": True}),
        ("WEBP", "webp", {"icc_profile": b"x" * 100}),
    ],
)
def test_honest_pictures_pass(path: Path, kind: str, extension: Any, options: Any, size: tuple[int, int]) -> None:
    data = picture(kind, size, **options)
    assert read_session(path).picture(stored(path, data, extension, size)) == data
    with pytest.raises(SessionError, match="it is no"):
        read_session(path).picture(stored(path, data, "jpg" if extension == "png" else "png", size))


JPEG = picture("JPEG")
SOS = JPEG.index(b"\xff\xda")


@pytest.mark.parametrize(
    ("data", "extension"),
    [
        (b"", "png"),
        (b"", "jpg"),
        (b"", "webp"),
        (b"GIF89a" + b"\0" * 50, "png"),
        (png(), "png"),
        (png(IEND), "png"),
        (png(ihdr(64, 48), IEND), "png"),
        (png(IDAT, ihdr(64, 48), IEND), "png"),
        (png(ihdr(64, 48), ihdr(99_999, 99_999), IDAT, IEND), "png"),
        (png(ihdr(64, 48), IDAT, ihdr(99_999, 99_999), IEND), "png"),
        (png(ihdr(64, 48), IDAT), "png"),
        (png(ihdr(0, 48), IDAT, IEND), "png"),
        (png(chunk(b"IHDR", b"\0" * 12), IDAT, IEND), "png"),
        (png(ihdr(64, 48), b"\xff\xff\xff\xffIDAT"), "png"),
        (png(ihdr(64, 48), chunk(b"teXt") * MAX_CHUNKS, IDAT, IEND), "png"),
        (JPEG[:2], "jpg"),
        (JPEG[:SOS], "jpg"),
        (JPEG[:2] + b"\xff\xd9", "jpg"),
        (JPEG[:2] + b"\xff\xe1\x00\x01", "jpg"),
        (JPEG[:2] + b"\xff\xe1\x00\x02" * MAX_SEGMENTS + JPEG[2:], "jpg"),
        (JPEG[:SOS] + b"\xff\xc0\x00\x11\x08\xff\xff\xff\xff" + b"\0" * 10 + JPEG[SOS:], "jpg"),
        (JPEG[:SOS] + JPEG[SOS:-2] * (MAX_SCANS + 1), "jpg"),
        (picture("WEBP")[:29], "webp"),
        (picture("WEBP", save_all=True, append_images=[Image.new("RGB", (64, 48))]), "webp"),
        (picture("WEBP").replace(b"\x9d\x01\x2a", b"\0\0\0"), "webp"),
    ],
)
def test_pictures_that_are_none(data: bytes, extension: Any) -> None:
    with pytest.raises(PictureError):
        picture_size(data, extension)


def test_a_picture_cut_short() -> None:
    for data, extension in ((png(ihdr(64, 48), IDAT), "png"), (JPEG[:-40][: SOS + 4], "jpg")):
        with pytest.raises(PictureError, match="too early"):
            picture_size(data, extension)  # type: ignore[arg-type]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["png", "jpg", "webp"]), st.data())
def test_altered_pictures_have_a_size_or_an_error(extension: Any, data: st.DataObject) -> None:
    content = altered(data, picture({"png": "PNG", "jpg": "JPEG", "webp": "WEBP"}[extension]))
    with suppress(PictureError):
        assert isinstance(picture_size(content, extension), Size)


# Whatever stands there


def altered(data: st.DataObject, content: bytes) -> bytes:
    """With some bytes flipped, taken out, put in or repeated."""
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(0, len(content) - 1)))
        end = at + data.draw(st.integers(0, 40))
        new = data.draw(st.sampled_from([b"", content[at:end] * 2, None]))
        content = content[:at] + (data.draw(st.binary(max_size=10)) if new is None else new) + content[end:]
    return content


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_altered_bytes_end_in_a_session_or_its_error(path: Path, original: Path, data: st.DataObject) -> None:
    write(path, altered(data, raw(original)))
    try:
        session = read_session(path)
    except SessionError:
        return
    assert all(note.isprintable() for note in (*session.notes, session.damage or ""))
    assert [step.number for step in session.steps] == list(range(1, len(session.steps) + 1))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.integers(0, 18), value=VALUES, data=st.data())
def test_any_value_in_any_field(path: Path, original: Path, number: int, value: object, data: st.DataObject) -> None:
    content = lines(original)
    name = data.draw(st.sampled_from(sorted(content[number])))
    content[number][name] = value
    write(path, content)
    try:
        session = read_session(path)
    except SessionError:
        assert number == 0
        return
    assert len(session.steps) <= 3
    for event in events_of(session):
        json.dumps(event.line())


# Many


def test_a_folder_of_sessions(original: Path, tmp_path: Path) -> None:
    names = ["b", "a", "c", "10", "9"]
    for name in names:
        shutil.copytree(original, tmp_path / name)
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("no session")
    shutil.copytree(original, tmp_path / "empty" / "deeper" / "session")
    (tmp_path / "link").symlink_to(original)
    assert find_sessions(tmp_path) == [tmp_path / name for name in sorted(names)]
    assert find_sessions(tmp_path / "a") == [tmp_path / "a"]
    assert find_sessions(tmp_path / "a" / "session.jsonl") == [tmp_path / "a"]
    assert find_sessions(tmp_path / "empty") == []
    assert find_sessions(tmp_path / "session.jsonl") == [tmp_path]  # which read_session then refuses, by name
    for odd in (tmp_path / "notes.txt", tmp_path / "missing"):
        with pytest.raises(SessionError, match=odd.name):
            find_sessions(odd)


@posix
def test_one_bad_session_does_not_touch_the_others(original: Path, tmp_path: Path) -> None:
    for name in ("a", "b", "c", "d"):
        shutil.copytree(original, tmp_path / name)
    (tmp_path / "b" / "session.jsonl").unlink()
    fifo(tmp_path / "b" / "session.jsonl")
    write(tmp_path / "c", b"[" * 1_000_000)
    read = {}
    for path in find_sessions(tmp_path):
        try:
            read[path.name] = len(read_session(path).steps)
        except SessionError:
            read[path.name] = -1
    assert read == {"a": 3, "b": -1, "c": -1, "d": 3}


def test_nothing_is_written(path: Path) -> None:
    before = {file: file.stat().st_mtime_ns for file in path.rglob("*")}
    session = read_session(path)
    session.picture(session.steps[0].screenshot.sent)
    assert {file: file.stat().st_mtime_ns for file in path.rglob("*")} == before


def test_the_recording_s_events_are_all_known() -> None:
    kinds = {kind.model_fields["event"].default for kind in Event.__args__}
    assert set(session_events._KINDS) == kinds
