"""`agent replay --ask` against a real server on this machine: what it is asked, and what is made of its answers."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from actions.action import Size
from actions.brake import Brake
from agent.choose import choose_model
from agent.cli import main
from agent.dialect import ModelProfile
from agent.endpoint.client import EndpointModel
from agent.errors import ModelError
from agent.geometry import GeometryError
from agent.loop import Loop
from agent.model import ModelReply
from agent.options import ReplayOptions, RunOptions
from agent.parts import Parts, Plan
from agent.recording.recorder import Recorder
from agent.recording.session import RecordedStep, Recording, Session, SessionReader, read_session
from tests.endpoint_server import Answer, EndpointServer, Hang, Reply, Request, Status
from tests.fakes import FakeConsent, FakeExecutor, FakeScreen, FakeSettler, call, painted
from tests.test_replay import CLICKS, DONE, SESSIONS, record

ROOT = Path(__file__).parents[1]
MODEL = "gui-plus-2026-02-26"
WAIT = call("wait", time=1)
UNTIL = 30.0
"""Seconds after which what should have happened has not."""
LONG = {number: Reply(text) for number, text in enumerate([*CLICKS, DONE], 1)}


def shown(request: Request) -> bytes:
    """The last picture of a request."""
    return base64.b64decode(request.images[-1].partition(",")[2])


def by_step(path: Path, answers: Mapping[int, Answer | Callable[[Request], Answer]]) -> Callable[[Request], Answer]:
    """Answers by the recorded picture asked about, in whatever order the requests come."""
    numbers = {step.screenshot.sent.sha256: step.number for step in read_session(path).steps}

    def answer(request: Request) -> Answer:
        found = answers[numbers[hashlib.sha256(shown(request)).hexdigest()]]
        return found(request) if callable(found) else found

    return answer


def serving(path: Path, answers: Mapping[int, Any]) -> EndpointServer:
    return EndpointServer([by_step(path, answers)] * 100)


def ask(server: EndpointServer, *arguments: object, model: str = MODEL) -> int:
    words = ["replay", "--ask", "--model", model, "--base-url", server.base_url, "--price", "1.5,4.5"]
    return main([*words, *map(str, arguments)])


@pytest.fixture(autouse=True)
def _no_settings_of_mine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)


@pytest.fixture
def long(tmp_path: Path) -> Path:
    return record(tmp_path / "recs", *CLICKS, DONE)


def recorded_requests(session: Session) -> list[list[dict[str, Any]]]:
    return [step.exchanges[0].requested.messages for step in session.steps]


def as_recorded(request: Request) -> list[dict[str, Any]]:
    """The messages that arrived, as a recording says them."""

    def part(data: dict[str, Any]) -> dict[str, str]:
        if data["type"] == "text":
            return {"text": data["text"]}
        return {"image": hashlib.sha256(base64.b64decode(data["image_url"]["url"].partition(",")[2])).hexdigest()}

    def parts(content: str | list[dict[str, Any]]) -> list[dict[str, str]]:
        return [{"text": content}] if isinstance(content, str) else [part(data) for data in content]

    return [{"role": m["role"], "parts": parts(m["content"])} for m in request.json["messages"]]


# What is asked


@pytest.mark.parametrize("jobs", [1, 4])
def test_each_step_is_asked_about_as_the_run_asked(long: Path, jobs: int, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(long, LONG) as server:
        assert ask(server, long, "--jobs", jobs) == 0
    expected = recorded_requests(read_session(long))
    arrived = [as_recorded(request) for request in server.requests]
    assert sorted(map(json.dumps, arrived)) == sorted(map(json.dumps, expected))
    out = capsys.readouterr().out
    assert f"{long}: 8 of 8 steps agree (100 %): 8 of 8 same action, 7 of 7 points; 17,120 tokens, " in out
    assert out.count(" agrees ") == 8
    assert [int(line.split()[1]) for line in out.splitlines() if line.startswith("│")] == list(range(1, 9))


@pytest.mark.parametrize("name", ["bad replies", "person", "failed action", "scroll", "scaled", "refused", "pixels"])
def test_all_kinds_of_sessions_are_asked_as_recorded(name: str, tmp_path: Path) -> None:
    made = dict(SESSIONS[name])
    path = record(tmp_path, *made.pop("replies"), **made)
    session = read_session(path)
    answers = {s.number: Reply(s.exchanges[-1].replied.text) for s in session.steps if s.exchanges[-1].replied}
    options = ["--no-high-res", "--max-pixels", "100000"] if name == "scaled" else []
    with serving(path, answers) as server:
        assert ask(server, path, "--jobs", 1, *options, model=made.get("model", MODEL)) == 0
    assert [as_recorded(request) for request in server.requests] == recorded_requests(session)


def test_a_recording_s_own_prompt_stays_unless_another_is_named(long: Path, tmp_path: Path) -> None:
    file = long / "session.jsonl"
    first, *rest = file.read_text().splitlines(keepends=True)
    started = json.loads(first)
    started["settings"]["system_prompt"] = "Mine: {width}x{height}."
    file.write_text(json.dumps(started) + "\n" + "".join(rest))
    (tmp_path / "prompt.txt").write_text("Another: {width}x{height}.")
    for options, said in (
        ([], "Mine: 1000x1000."),
        (["--system-prompt", tmp_path / "prompt.txt"], "Another: 1000x1000."),
    ):
        with serving(long, LONG) as server:
            assert ask(server, long, *options) == 0
        assert {request.json["messages"][0]["content"] for request in server.requests} == {said}
        expected = [messages[1:] for messages in recorded_requests(read_session(long))]
        arrived = [as_recorded(request)[1:] for request in server.requests]
        assert sorted(map(json.dumps, arrived)) == sorted(map(json.dumps, expected))


def test_in_another_dialect_history_is_sentences(tmp_path: Path) -> None:
    path = record(tmp_path, call("interact", "Ask", text="Which?"), CLICKS[0], call("key", "Press", keys=["f13"]), DONE)
    with serving(path, dict.fromkeys(range(1, 5), Reply(WAIT))) as server:
        assert ask(server, path, "--jobs", 1, model="qwen3-vl-plus") == 1
    import prompts

    last = server.requests[-1].json["messages"]
    assert [message["role"] for message in last] == ["system", "user"]
    assert last[0]["content"] == prompts.load("qwen3-vl.txt").replace("{width}x{height}", "1000x1000")
    text = server.requests[-1].text
    assert "Instruction: do it" in text
    assert "Step 1: Ask\n  The user answered: blue\nStep 2: Click 1\nStep 3: Press" in text
    assert "The key does not exist." in text  # the feedback
    assert "tool_call" not in text.partition("Instruction: ")[2]
    assert [len(request.images) for request in server.requests] == [1, 1, 1, 1]
    assert "Previous actions:\nNone" in server.requests[0].text
    assert "The user answered: blue" in server.requests[1].text
    assert "The user answered" not in server.requests[2].text.partition("<tool_response>\n")[2]


def test_another_dialect_s_coordinates_are_mapped_to_the_same_place(
    long: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # gui-plus counts in pixels of the picture as it resizes it: 640x400 becomes 644x392.
    targets = [step.planned.target for step in read_session(long).steps if step.planned and step.planned.target]
    answers: dict[int, Any] = {
        n: Reply(call("click", coordinate=[round(x * 644 / 640, 1), round(y * 392 / 400, 1)]))
        for n, (x, y) in enumerate(targets, 1)
    }
    with serving(long, {**answers, 8: Reply(DONE)}) as server:
        assert ask(server, long, "--json", "--within", 0, model="gui-plus") == 0
    assert {step["distance"] for step in json.loads(capsys.readouterr().out)["steps"]} == {0, None}
    assert "644x392" in server.requests[0].text


@pytest.mark.parametrize(
    ("cap", "options", "size"),
    [
        (100_000, [], (640, 400)),  # the capture, which was recorded beside what was sent
        (None, ["--no-high-res", "--max-pixels", "100000"], (400, 250)),
    ],
)
def test_the_model_is_shown_as_much_as_it_looks_at(
    cap: int | None, options: list[str], size: tuple[int, int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = record(tmp_path, CLICKS[0], CLICKS[1], DONE, cap=cap)
    with EndpointServer([Reply(CLICKS[0]), Reply(CLICKS[1]), Reply(DONE)]) as server:
        assert ask(server, path, "--jobs", 1, "--within", 0, *options) == 0
    pictures = [Image.open(io.BytesIO(shown(request))) for request in server.requests]
    assert [picture.size for picture in pictures] == [size] * 3
    boxes = [picture.convert("L").point(lambda level: 255 * (level > 200)).getbbox() for picture in pictures]
    assert [round(box[0] * 640 / size[0]) // 10 for box in boxes if box] == [0, 1, 2]  # each its own frame


def test_a_bad_reply_is_not_asked_again(long: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cut = Reply(CLICKS[1], finish_reason="length")
    with serving(long, {**LONG, 1: Reply("I would click."), 2: cut}) as server:
        assert ask(server, long) == 1
    assert len(server.requests) == 8
    out = capsys.readouterr().out
    assert "no action: Your reply was cut off" in out
    assert "6 of 8 steps agree (75 %): 6 of 8 same action, 5 of 7 points" in out


# What is made of the answers


def test_what_differs_is_said_step_by_step(long: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = {
        2: Reply(call("left_click", coordinate=[203, 100])),
        3: Reply(call("left_click", coordinate=[900, 900])),
        4: Reply(call("double_click", coordinate=[400, 200])),
        8: Reply(call("terminate", status="failure", text="[bold]no[/bold]")),
    }
    with serving(long, LONG | other) as server:
        assert ask(server, long) == 1
    out = capsys.readouterr().out
    rows = {int(row[1]): [cell.strip() for cell in row] for line in out.splitlines() if (row := line.split("│"))[1:]}
    assert rows[2][2:5] == ["Left click at (128, 40)", "Left click at (130, 40)", "agrees, 2 px"]
    assert rows[3][3:5] == ["Left click at (576, 360)", "488 px off"]
    assert rows[4][3:5] == ["Double click at (256, 80)", "another action"]
    assert rows[8][3:5] == ["End with failure: [bold]no[/bold]", "another status"]
    assert rows[1][5] == "2,140"
    assert "5 of 8 steps agree (62 %): 6 of 8 same action, 6 of 7 points; 17,120 tokens, 0.0266 CNY" in out
    with serving(long, {**LONG, 3: other[3]}) as server:
        assert ask(server, long, "--within", 488) == 0


def test_nothing_recorded_steers_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = record(tmp_path, call("type", "Type", text="hello"), DONE)
    file = path / "session.jsonl"
    changed = file.read_text().replace('"type","text":"hello"', '"type","text":"[bold]hello[/bold]"')
    assert changed != file.read_text()
    file.write_text(changed)
    with serving(path, {1: Reply(call("type", text="hello")), 2: Reply(DONE)}) as server:
        assert ask(server, path) == 1
    out = capsys.readouterr().out
    assert 'Type "[bold]hello[/bold]"' in out
    assert "0 of 1 texts" in out


def test_the_element_counts_as_the_point(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # The first frame shows a white box from (0, 10) to (50, 60).
    path = record(tmp_path, call("left_click", coordinate=[15, 50]), DONE)
    corner, beyond = call("left_click", coordinate=[70, 140]), call("left_click", coordinate=[150, 300])
    for reply, code in ((corner, 0), (beyond, 1)):
        with serving(path, {1: Reply(reply), 2: Reply(DONE)}) as server:
            assert ask(server, path, "--within", 1) == code


def test_json_is_one_object_a_session(long: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = record(long.parent, call("type", text="naïve"), call("key", keys=["ctrl", "s"]), call("answer", text="x"))
    texts = [
        Reply(call("type", text="nai\u0308ve")),
        Reply(call("key", keys=["control", "a"]), usage=None),
        Reply(call("answer", text="y")),
    ]
    with EndpointServer([*LONG.values(), *texts]) as server:
        assert ask(server, long, other, "--json", "--jobs", 1) == 1
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["session"] == str(long)
    assert first["agrees"] is True
    assert first["totals"]["agree"] == 8
    assert first["usage"]["prompt_tokens"] == 8 * 2100
    assert first["cost"] == pytest.approx(8 * (2100 * 1.5 + 40 * 4.5) / 1e6)
    assert first["steps"][0] | {"usage": 0, "cost": 0} == {
        "step": 1,
        "recorded": {"action": {"action": "left_click", "coordinate": [100, 50]}, "target": [64, 20], "from": None},
        "model": {"action": {"action": "left_click", "coordinate": [100, 50]}, "target": [64, 20], "from": None},
        "agrees": True,
        "same_action": True,
        "same_point": True,
        "same_text": None,
        "distance": 0,
        "differences": [],
        "error": None,
        "usage": 0,
        "cost": 0,
    }
    assert (second["session"], second["agrees"], second["cost"]) == (str(other), False, None)
    assert [step["same_text"] for step in second["steps"]] == [True, False, None]
    totals = {"same_point": 0, "points": 0, "same_text": 1, "texts": 2}
    assert second["totals"] == {"steps": 3, "agree": 2, "same_action": 3, **totals}


def test_quiet_says_only_what_does_not_agree(long: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(long, LONG) as server:
        assert ask(server, long, "-q") == 0
    assert capsys.readouterr() == ("", "")
    with serving(long, {**LONG, 8: Reply(WAIT)}) as server:
        assert ask(server, long, "-q") == 1
    shown = capsys.readouterr()
    assert shown.out.startswith(f"{long}: 7 of 8 steps agree (88 %)")
    assert len(shown.out.splitlines()) == 1


def test_several_sessions_have_a_sum(long: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(long.parent, *CLICKS[:2], DONE)
    with serving(long, {**LONG, 2: Reply(WAIT), 3: Reply(DONE)}) as server:
        assert ask(server, long.parent) == 1
    assert "all 2 sessions: 8 of 11 steps agree (73 %)" in capsys.readouterr().out


def test_the_pointer_s_place_is_known_from_the_recording(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # Step 1 clicks at the pointer, (7, 9); step 2 drags from there to (576, 360); the others name their places.
    path = record(tmp_path, call("left_click"), call("left_click_drag", coordinate=[900, 900]), *CLICKS[:2], DONE)
    here = Reply(call("left_click"))
    drag = Reply(call("left_click_drag", coordinate=[900, 900]))
    with serving(path, {1: here, 2: drag, 3: here, 4: here, 5: Reply(DONE)}) as server:
        assert ask(server, path, "--json") == 1
    steps = json.loads(capsys.readouterr().out)["steps"]
    assert [step["distance"] for step in steps] == [0, 0, 615, 68, None]
    assert steps[1]["model"]["from"] == [7, 9]
    path = record(tmp_path, *CLICKS[:1], DONE)
    with serving(path, {1: here, 2: Reply(DONE)}) as server:
        assert ask(server, path) == 1
    assert "no place" in capsys.readouterr().out


# What is left out


def test_steps_without_an_action_are_left_out_and_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = record(tmp_path, CLICKS[0], *["no"] * 4)
    with serving(path, LONG) as server:
        assert ask(server, path) == 0
    assert len(server.requests) == 1
    out = capsys.readouterr().out
    assert "1 of 1 steps agree" in out
    assert "note: step 2 is left out: the recorded reply held no action" in out


def test_an_unfinished_session_is_asked_to_its_last_whole_step(long: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = long / "session.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    asked = []
    for length in range(1, 11):
        file.write_bytes(b"".join(lines[:length]))
        with serving(long, LONG) as server:
            assert ask(server, long) == 0
        asked.append(len(server.requests))
    assert asked == [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]  # a step is five lines
    assert "note: step 2 is left out: it was not recorded to its end" in capsys.readouterr().out


def test_what_today_s_program_reads_otherwise_is_no_agreement(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = record(tmp_path, CLICKS[0], changed=False)
    monkeypatch.setattr("agent.guard.STOP_AT", 3)
    with EndpointServer([Reply(CLICKS[0])] * 9) as server:
        assert ask(server, path, "--jobs", 1) == 1
    assert len(server.requests) == 3
    out = capsys.readouterr().out
    assert "3 of 3 steps agree" in out
    assert "today's program leaves the recording's path before step 4" in out


# What goes wrong


def test_unreadable_sessions_are_said_and_the_others_go_on(long: Path, capsys: pytest.CaptureFixture[str]) -> None:
    damaged, alien, lost = (record(long.parent, CLICKS[0], DONE) for _ in range(3))
    lines = (damaged / "session.jsonl").read_text().splitlines(keepends=True)
    (damaged / "session.jsonl").write_text("".join([*lines[:3], "nonsense\n", *lines[3:]]))
    (alien / "session.jsonl").write_text("nonsense\n")
    picture = read_session(lost).steps[1].screenshot.sent
    (lost / "screens" / f"{picture.sha256}.{picture.extension}").unlink()
    with serving(long, LONG) as server:
        assert ask(server, long.parent / "none", long.parent, "--jobs", 1) == 2
    shown = capsys.readouterr()
    assert f"{long}: 8 of 8 steps agree" in shown.out
    assert f"{lost}: 1 of 1 steps agree" in shown.out
    errors = shown.err.splitlines()
    assert len(errors) == 4
    for path in (long.parent / "none", damaged, alien, lost):
        assert sum(bool(re.search(rf"{path}(?!-\d)", line)) for line in errors) == 1
    assert len(server.requests) == 9


def test_a_picture_that_is_none_is_unreadable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = record(tmp_path, CLICKS[0], DONE)
    for picture in list((path / "screens").iterdir()):
        head, kind, rest = picture.read_bytes().partition(b"IDAT")
        broken = head + kind + b"\xff" * 8 + rest[8:]  # all that is looked at before decoding is still right
        name = hashlib.sha256(broken).hexdigest()
        (path / "screens" / f"{name}.png").write_bytes(broken)
        text = (path / "session.jsonl").read_text()
        (path / "session.jsonl").write_text(text.replace(picture.stem, name))
    with EndpointServer([Reply(CLICKS[0]), Reply(DONE)]) as server:
        assert ask(server, path, "--jobs", 1) == 2
    assert "the picture of step 1 cannot be read" in capsys.readouterr().err


def test_a_picture_the_model_cannot_take_is_said(long: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model_size = ModelProfile.model_size

    def thin(profile: ModelProfile, sent: Size, cap: int) -> Size:
        if profile.model == "gui-plus":
            raise GeometryError("too long")
        return model_size(profile, sent, cap)

    with pytest.MonkeyPatch.context() as patch, serving(long, LONG) as server:
        patch.setattr(ModelProfile, "model_size", thin)
        assert ask(server, long, model="gui-plus") == 2
    assert "step 1 cannot be asked about: too long" in capsys.readouterr().err


def test_an_endpoint_that_refuses_is_asked_nothing_more(long: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(long.parent, *CLICKS, DONE)
    refusal = Status(401, {"error": {"code": "invalid_api_key", "message": "wrong key"}})
    with serving(long, {**LONG, 3: refusal}) as server:
        assert ask(server, long.parent, "--jobs", 1) == 4
    assert len(server.requests) == 3
    shown = capsys.readouterr()
    assert "2 of 2 steps agree" in shown.out
    assert shown.out.count(" agrees ") == 2
    assert len(shown.err.splitlines()) == 1
    assert "wrong key" in shown.err


def test_after_a_passing_failure_the_next_session_is_asked(long: Path, capsys: pytest.CaptureFixture[str]) -> None:
    short = record(long.parent, CLICKS[0], DONE)
    hung = {**LONG, 3: Hang()}
    with serving(long, hung) as server:
        assert ask(server, long, short, "--jobs", 1, "--model-timeout", 0.5, "--json") == 4
    assert len(server.requests) == 3 + 2
    shown = capsys.readouterr()
    first, second = map(json.loads, shown.out.splitlines())
    assert (first["agrees"], len(first["steps"])) == (False, 2)
    assert "--model-timeout" in first["error"]
    assert [step["agrees"] for step in second["steps"]] == [True, False]
    assert str(long) in shown.err


def test_answers_under_way_are_not_lost_with_one_that_fails(
    long: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    failed, reply = threading.Event(), EndpointModel.reply

    def watched(*arguments: Any) -> ModelReply:
        try:
            return reply(*arguments)
        except ModelError:
            failed.set()
            raise

    def late(_: Request) -> Answer:
        assert failed.wait(UNTIL)
        return LONG[1]

    monkeypatch.setattr(EndpointModel, "reply", watched)
    with serving(long, {**LONG, 1: late, 2: Status(400, {"error": {"message": "no"}})}) as server:
        assert ask(server, long, "--jobs", 2) == 4
    assert len(server.requests) == 2
    assert "1 of 1 steps agree" in capsys.readouterr().out


def test_a_wrong_model_is_bad_usage(long: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "--ask", "--model", "gui-plus", str(long)]) == 2
    assert "needs a key" in capsys.readouterr().err
    assert main(["replay", "--ask", "--model", "nobody", str(long)]) == 2


# Several at once


class Crowd:
    """Holds the first requests until so many are there at once, and sees whether one more comes."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._all_there, self._one_more = threading.Event(), threading.Event()
        self._there = self._come = 0
        self.most = 0

    def enter(self) -> None:
        with self._lock:
            self._there, self._come = self._there + 1, self._come + 1
            self.most = max(self.most, self._there)
            first = self._come <= self._size
            if self._come == self._size:
                self._all_there.set()
            if not first:
                self._one_more.set()
        if first:
            assert self._all_there.wait(UNTIL)
            self._one_more.wait(0.5)

    def leave(self) -> None:
        with self._lock:
            self._there -= 1


@pytest.mark.parametrize("jobs", [1, 3])
def test_so_many_requests_at_once_and_no_more(long: Path, jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd, read = Crowd(jobs), list[str]()
    picture = Recording.picture

    def counted(self: Recording, file: Any) -> bytes:
        read.append(file.sha256)
        return picture(self, file)

    def answer(request: Request) -> Answer:
        crowd.enter()
        seen.append(len(set(read)) - len(seen))
        crowd.leave()
        return by_picture(request)

    by_picture, seen = by_step(long, LONG), list[int]()
    monkeypatch.setattr(Recording, "picture", counted)
    with EndpointServer([answer] * 8) as server:
        assert ask(server, long, "--jobs", jobs) == 0
    assert crowd.most == jobs
    # Of the recording no more was read than is asked about: its pictures are not all in memory at once.
    assert max(seen) <= jobs + 1


def test_a_few_steps_are_held_however_many_there_are(long: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[weakref.ref[RecordedStep]] = []
    most, steps = 0, SessionReader.steps

    def watched(reader: SessionReader) -> Iterator[RecordedStep]:
        nonlocal most
        for step in steps(reader):
            held.append(weakref.ref(step))
            most = max(most, sum(one() is not None for one in held))
            yield step

    with serving(long, LONG) as server:
        monkeypatch.setattr(SessionReader, "steps", watched)
        assert ask(server, long, "--jobs", 2) == 0
    assert len(held) == 2 * (len(CLICKS) + 1), "looked through, then asked about"
    assert most <= 4


def test_the_offline_model_reads_one_screen_at_a_time(long: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from agent.replay import asking

    jobs = []
    monkeypatch.setattr(asking, "_ask_all", lambda _, answering: jobs.append(answering.jobs) or 0)
    for model in ("offline", None):
        run = RunOptions(task="", model=model)
        assert asking.ask_paths(ReplayOptions(paths=(str(long),), run=run, ask=True, jobs=4)) == 0
    assert jobs == [1, 1]


def test_the_offline_model_agrees_with_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    brake, screen = Brake(), FakeScreen(*(painted(640, 400, boxes=[(10 * i, 10, 50, 50)]) for i in range(9)))
    choice = choose_model(RunOptions(task="", model="offline"), brake, {})
    plan = Plan(
        task="press ctrl+s, then type hello, then scroll down, then press enter",
        profile=choice.profile,
        system_prompt=choice.system_prompt,
        cap=choice.cap,
        settings={"cap": choice.cap},
    )
    parts = Parts(screen, choice.model, FakeConsent(), FakeExecutor(), FakeSettler(screen), brake)
    recorder = Recorder(tmp_path, plan.task)
    for event in Loop(plan, parts).run():
        recorder.handle(event)
    recorder.close()
    assert main(["replay", "--ask", "--model", "offline", str(recorder.path)]) == 0
    assert (
        "5 of 5 steps agree (100 %): 5 of 5 same action, 1 of 1 points, 3 of 3 texts; 0 tokens"
        in capsys.readouterr().out
    )


# Stopping, and a terminal


def started(server: EndpointServer, *arguments: object, **options: Any) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "agent.cli", "replay", "--ask", "--model", MODEL, "--base-url", server.base_url]
    environ = {**os.environ, "XDG_CONFIG_HOME": "/nonexistent", "TERM": "xterm"}
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
    return subprocess.Popen([*words, *map(str, arguments)], env=environ, cwd=ROOT, **options)


@pytest.fixture
def asked_twice(long: Path) -> Iterator[tuple[EndpointServer, threading.Event]]:
    """A server that answers the first question, and says when the second is there, which it never answers."""
    there = threading.Event()

    def hang(_: Request) -> Answer:
        there.set()
        return Hang()

    with serving(long, {1: LONG[1], 2: hang}) as server:
        yield server, there


@pytest.mark.parametrize(("number", "said"), [(signal.SIGINT, "Ctrl-C"), (signal.SIGTERM, "SIGTERM")])
def test_a_stop_shows_what_was_compared(
    long: Path, asked_twice: tuple[EndpointServer, threading.Event], number: signal.Signals, said: str
) -> None:
    server, there = asked_twice
    with started(server, long, long, "--jobs", 1) as process:
        assert there.wait(UNTIL)
        process.send_signal(number)
        out, err = process.communicate(timeout=UNTIL)
    assert process.returncode == 130
    assert err == f"agent: stopped by {said}\n"
    assert f"{long}: 1 of 1 steps agree" in out
    assert len(server.requests) == 2


def test_the_time_limit_ends_it(
    long: Path, asked_twice: tuple[EndpointServer, threading.Event], capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask(asked_twice[0], long, "--jobs", 1, "--max-seconds", 2) == 3
    shown = capsys.readouterr()
    assert shown.err == "agent: the time limit was reached\n"
    assert "1 of 1 steps agree" in shown.out


def test_on_a_terminal_a_bar_shows_how_far_it_is(long: Path) -> None:
    ours, theirs = pty.openpty()
    with serving(long, LONG) as server, started(server, long, stderr=theirs) as process:
        os.close(theirs)
        drawn = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            drawn += piece
        out, _ = process.communicate(timeout=UNTIL)
    os.close(ours)
    assert process.returncode == 0
    assert long.name[:20].encode() in drawn
    assert b"100%" in drawn or b"0%" in drawn
    assert "\x1b" not in out
