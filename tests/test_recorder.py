"""The recording on disk: readable at every instant, complete, private, and never silently lost."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections import deque
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from actions.action import Point
from agent.encode import EncodedImage, encode, encode_exactly, encode_whole
from agent.errors import RecordingError
from agent.events import (
    FORMAT_VERSION,
    Event,
    ImageFile,
    ModelReplied,
    ModelRequested,
    ScreenInfo,
    ScreenshotTaken,
    SessionEnded,
    SessionStarted,
    StepPlanned,
)
from agent.geometry import viewport_data
from agent.model import Usage
from agent.recording.recorder import BestEffort, Recorder, recorder_for
from agent.rect import Rect
from agent.screen import Screenshot
from agent.secrecy.redact import MaskedShot
from tests.fakes import painted


def started() -> SessionStarted:
    screen = ScreenInfo(width=320, height=200, scale=1)
    return SessionStarted(task="t", model="m", dialect="d", screen=screen, dry_run=False, session_id="u")


def taken(shot: Screenshot, max_pixels: int = 10**7) -> ScreenshotTaken:
    return taken_as(encode_exactly(shot, max_pixels=max_pixels), shot)


def taken_as(image: EncodedImage, shot: Screenshot) -> ScreenshotTaken:
    return ScreenshotTaken(
        step=1,
        scene=shot.digest,
        viewport=viewport_data(shot.viewport),
        sent=ImageFile.of(image),
        screenshot=shot,
        image=image,
    )


def planned(text: str = "x") -> StepPlanned:
    return StepPlanned(
        step=1,
        summary=text,
        action={"action": "type", "text": text},
        target=None,
        usage=Usage(),
        cost=None,
        reasks=0,
    )


def replied(text: str) -> ModelReplied:
    return ModelReplied(
        step=1,
        reask=0,
        text=text,
        reasoning="",
        tool_calls=[],
        finish_reason=None,
        partial=False,
        model=None,
        request_id=None,
        tries=1,
        usage=Usage(),
        cost=None,
        ms=1,
        error=None,
    )


def ended() -> SessionEnded:
    return SessionEnded(status="success", exit_code=0, answer=None, steps=1, usage=Usage(), cost=0.0, recording=None)


def record(folder: Path, *events: Event, task: str = "Open the browser!") -> Path:
    recorder = Recorder(folder, task)
    for event in events:
        recorder.handle(event)
    recorder.close()
    return recorder.path


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (path / "session.jsonl").read_text().splitlines()]


def test_the_folder_and_its_first_line(tmp_path: Path) -> None:
    path = record(tmp_path / "new" / "recs", started(), ended())
    assert path.name.endswith("Z-open-the-browser")
    first, last = lines(path)
    assert first["event"] == "session_started"
    assert first["format_version"] == FORMAT_VERSION
    assert last["event"] == "session_ended"


def test_two_runs_in_one_second_do_not_meet(tmp_path: Path) -> None:
    paths = {record(tmp_path, started()) for _ in range(4)}
    assert len(paths) == 4


@pytest.mark.parametrize("task", ["打开浏览器", "", "../../etc/passwd", "a" * 500, "\x00\n"])
def test_any_task_makes_a_folder_of_this_folder(tmp_path: Path, task: str) -> None:
    path = record(tmp_path, started(), task=task)
    assert path.parent == tmp_path
    assert len(path.name) < 80


def test_pictures_are_stored_once_under_their_hash(tmp_path: Path) -> None:
    shot = painted()
    path = record(tmp_path, started(), taken(shot), taken(shot))
    (file,) = (path / "screens").iterdir()
    assert file.name == hashlib.sha256(file.read_bytes()).hexdigest() + ".png"
    line = lines(path)[1]
    assert line["sent"] == line["lossless"]
    assert line["sent"]["sha256"] == file.stem  # type: ignore[index]
    assert "screenshot" not in line
    assert "image" not in line


def test_a_scaled_picture_is_kept_without_loss_beside_it(tmp_path: Path) -> None:
    path = record(tmp_path, started(), taken(painted(), max_pixels=20_000))
    line = lines(path)[1]
    assert line["lossless"]["width"] == 320  # type: ignore[index]
    assert line["sent"]["width"] < 320  # type: ignore[index]
    names = {f.name for f in (path / "screens").iterdir()}
    assert names == {f"{line[k]['sha256']}.{line[k]['extension']}" for k in ("sent", "lossless")}  # type: ignore[index]


def test_what_is_sent_with_losses_is_kept_without(tmp_path: Path) -> None:
    shot = painted(boxes=[(3, 5, 70, 20)])
    path = record(tmp_path, started(), taken_as(encode(shot, max_pixels=10**7), shot))
    line = lines(path)[1]
    assert (line["sent"]["extension"], line["lossless"]["extension"]) == ("jpg", "webp")  # type: ignore[index]
    with Image.open(path / "screens" / f"{line['lossless']['sha256']}.webp") as picture:  # type: ignore[index]
        assert picture.convert("RGB").tobytes() == shot.image.tobytes()


def test_files_are_private(tmp_path: Path) -> None:
    path = record(tmp_path, started(), taken(painted()))
    assert path.stat().st_mode & 0o077 == 0
    for file in path.rglob("*"):
        assert file.stat().st_mode & 0o077 == 0, file


def test_every_character_a_model_may_write_survives(tmp_path: Path) -> None:
    text = "é 中文 😀 \u2028 \ud800 \x00 \x1b[31m </tool_call>\n"
    path = record(tmp_path, started(), replied(text))
    assert lines(path)[1]["text"] == text


def test_a_drag_says_from_where(tmp_path: Path) -> None:
    event = planned().model_copy(update={"start": Point(1, 2), "target": Point(3, 4)})
    line = lines(record(tmp_path, started(), event))[1]
    assert line["from"] == [1, 2]
    assert line["target"] == [3, 4]


def test_each_line_is_on_disk_when_handle_returns(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "t")
    for count, event in enumerate([started(), replied("x"), planned(), ended()], 1):
        recorder.handle(event)
        assert len(lines(recorder.path)) == count
    recorder.close()
    recorder.close()


def requested() -> ModelRequested:
    return ModelRequested(step=1, reask=0, messages=[])


def test_the_lossless_picture_is_made_while_the_model_thinks_and_is_there_before_the_action(tmp_path: Path) -> None:
    asked = threading.Event()

    def slow(shot: Screenshot) -> EncodedImage:
        assert asked.wait(20), "the request waited for the picture"
        return encode_whole(shot)

    recorder, shot = Recorder(tmp_path, "t", slow), painted()
    recorder.handle(started())
    recorder.handle(taken_as(encode(shot, max_pixels=10**7), shot))
    recorder.handle(requested())
    assert len(lines(recorder.path)) == 1  # no line names a picture that is not there yet
    asked.set()
    recorder.handle(planned())
    events = lines(recorder.path)
    assert [line["event"] for line in events][1:] == ["screenshot_taken", "model_requested", "step_planned"]
    for kind in ("sent", "lossless"):
        file = events[1][kind]
        data = (recorder.path / "screens" / f"{file['sha256']}.{file['extension']}").read_bytes()  # type: ignore[index]
        assert hashlib.sha256(data).hexdigest() == file["sha256"]  # type: ignore[index]
    recorder.close()


@pytest.mark.parametrize("failure", [OSError(errno.ENOSPC, "No space left on device"), ValueError("no picture")])
def test_a_picture_that_fails_is_said_before_the_action_and_nothing_that_follows_it_is_written(
    tmp_path: Path, failure: Exception
) -> None:
    def fail(_: Screenshot) -> EncodedImage:
        raise failure

    recorder, shot = Recorder(tmp_path, "t", fail), painted()
    recorder.handle(started())
    events = iter((taken_as(encode(shot, max_pixels=10**7), shot), requested(), planned()))
    with pytest.raises((RecordingError, ValueError), match=r"No space left|no picture"):
        deque(map(recorder.handle, events), maxlen=0)
    recorder.handle(ended())
    assert [line["event"] for line in lines(recorder.path)] == ["session_started", "session_ended"]
    recorder.close()


def test_what_is_hidden_is_decided_in_the_run_s_own_thread(tmp_path: Path) -> None:
    threads: list[str] = []
    shot = painted()

    def boxes() -> list[Rect]:
        threads.append(threading.current_thread().name)
        return [Rect(0, 0, 50, 50)]

    masked = MaskedShot(shot.bgrx, shot.viewport, b"k", boxes)
    record(tmp_path, started(), taken_as(encode(shot, max_pixels=10**7), masked), ended())
    assert threads == [threading.current_thread().name]


def test_a_step_is_synced_before_it_may_be_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr("agent.recording.recorder._sync", synced.append)
    recorder = Recorder(tmp_path, "t")
    recorder.handle(started())
    assert not synced
    recorder.handle(planned())
    assert len(synced) == 1
    recorder.close()


KILLED = """
import sys
from pathlib import Path
from agent.recording.recorder import BestEffort, Recorder, recorder_for
from tests.test_recorder import planned, started, taken
from tests.fakes import painted
recorder = Recorder(Path(sys.argv[1]), "killed")
recorder.handle(started())
for width in range(1, 10_000):
    recorder.handle(taken(painted(64, 64, boxes=[(0, 0, width % 64, width % 61)])))
    recorder.handle(planned("x" * width))
    print(width, flush=True)
"""


@pytest.mark.parametrize("after", [1, 7, 23])
def test_killed_outright_it_is_readable_and_whole(tmp_path: Path, after: int) -> None:
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for _ in range(after):
        process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    (path,) = tmp_path.iterdir()
    whole = (path / "session.jsonl").read_bytes().split(b"\n")[:-1]
    events = [json.loads(line) for line in whole]
    assert sum(event["event"] == "step_planned" for event in events) >= after
    for event in events:
        if event["event"] == "screenshot_taken":
            file = path / "screens" / f"{event['sent']['sha256']}.png"
            assert hashlib.sha256(file.read_bytes()).hexdigest() == file.stem


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_an_error_before_the_action(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "t")
    recorder.handle(started())
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, recorder._file)
    os.close(full)
    with pytest.raises(RecordingError, match="No space left"):
        recorder.handle(planned())
    recorder.close()


def test_a_recording_that_was_deleted_is_an_error_before_the_action(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "t")
    recorder.handle(started())
    shutil.rmtree(recorder.path)
    with pytest.raises(RecordingError, match="deleted"):
        recorder.handle(planned())
    recorder.close()


def test_a_short_write_is_carried_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:7]))
    path = record(tmp_path, started(), taken(painted()), ended())
    assert [line["event"] for line in lines(path)] == ["session_started", "screenshot_taken", "session_ended"]
    (file,) = (path / "screens").iterdir()
    assert hashlib.sha256(file.read_bytes()).hexdigest() == file.stem


def test_a_picture_is_synced_and_renamed_before_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder(tmp_path, "t")
    recorder.handle(started())
    log: list[str] = []
    fsync, replace, write = os.fsync, Path.replace, os.write

    def logged(name: str, do: Any) -> Any:
        return lambda *args: (log.append(name), do(*args))[1]

    monkeypatch.setattr(os, "fsync", logged("fsync", fsync))
    monkeypatch.setattr(Path, "replace", logged("rename", replace))
    monkeypatch.setattr(os, "write", logged("write", write))
    recorder.handle(taken(painted()))
    recorder.close()
    assert log == ["write", "fsync", "rename", "write"]


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RecordingError, match="--no-record") as error:
        Recorder(tmp_path / "file", "t")
    assert "\n" not in str(error.value)
    assert (tmp_path / "file").read_text() == "in the way"


def test_too_little_space_is_seen_before_it_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.recording.recorder.MIN_FREE_BYTES", 1 << 60)
    with pytest.raises(RecordingError, match="MB left"):
        Recorder(tmp_path, "t")
    assert list(tmp_path.iterdir()) == []


def test_best_effort_says_a_failure_once_and_writes_no_more(tmp_path: Path) -> None:
    said: list[str] = []
    recorder = recorder_for(tmp_path, "t", said.append, best_effort=True)
    assert isinstance(recorder, BestEffort)
    recorder.handle(started())
    screens = recorder.path / "screens"
    screens.rmdir()
    recorder.handle(taken(painted()))
    recorder.handle(planned())  # which waits for the picture before it
    screens.mkdir()
    for event in (taken(painted()), planned(), ended()):
        recorder.handle(event)
    recorder.close()
    assert [line["event"] for line in lines(recorder.path)] == ["session_started"]
    (line,) = said
    assert "--record-best-effort" in line
    assert str(recorder.path) in line


def test_a_disk_that_fills_leaves_whole_lines_and_room_for_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(tmp_path, "t")
    reserve = recorder.path / ".reserve"
    recorder.handle(started())
    write, room = os.write, [100]

    def writes(file: int, data: bytes) -> int:
        if not reserve.exists():
            return write(file, data)
        if room[0] == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        count = write(file, data[: room[0]])
        room[0] -= count
        return count

    monkeypatch.setattr(os, "write", writes)
    with pytest.raises(RecordingError, match="No space left"):
        recorder.handle(planned("x" * 1000))
    recorder.handle(ended())
    recorder.close()
    assert [line["event"] for line in lines(recorder.path)] == ["session_started", "session_ended"]
    assert not reserve.exists()


def test_what_is_kept_in_reserve_does_not_stay(tmp_path: Path) -> None:
    path = record(tmp_path, started(), ended())
    assert sorted(each.name for each in path.iterdir()) == ["screens", "session.jsonl"]


def test_best_effort_at_the_start_and_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.recording.recorder.MIN_FREE_BYTES", 1 << 60)
    said: list[str] = []
    assert recorder_for(tmp_path, "t", said.append, best_effort=True) is None
    assert "nothing is recorded" in said[0]
    with pytest.raises(RecordingError, match="MB left"):
        recorder_for(tmp_path, "t", said.append, best_effort=False)
    assert len(said) == 1
