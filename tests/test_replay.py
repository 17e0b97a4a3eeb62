"""Offline replay: what was recorded must come out again, and whatever changed must be said."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import weakref
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from actions.action import DoubleClick, GroundedAction, LeftClick, Point, Size
from actions.brake import Brake
from actions.executor import Outcome
from actions.parse import ParsedReply, ReplyError, parse_reply
from agent.cli import main
from agent.dialect import resolve
from agent.errors import ModelError, SessionError
from agent.loop import Loop
from agent.parts import Parts, Plan
from agent.recording.recorder import Recorder
from agent.recording.session import RecordedStep, SessionReader, read_session
from agent.replay.command import replay_paths
from agent.replay.offline import Replayed, replay_offline
from tests.fakes import FakeConsent, FakeExecutor, FakeScreen, FakeSettler, ScriptedModel, call, painted

DONE = call("terminate", "Done", status="success")
CLICKS = [call("left_click", f"Click {i}", coordinate=[100 * i, 50 * i]) for i in range(1, 8)]


def outcome(grounded: GroundedAction) -> Outcome:
    said = {"interact": "The user answered: blue", "key": "The key does not exist."}.get(grounded.action.action)
    return Outcome("failed" if grounded.action.action == "key" else "done", feedback=said)


def record(
    folder: Path,
    *replies: Any,
    model: str = "gui-plus-2026-02-26",
    changed: bool = True,
    refuse: str | None = None,
    cap: int | None = None,
    **plan: Any,
) -> Path:
    """A session made by the real loop and the real recorder."""
    profile = resolve(model).windowed(plan.get("old_pictures"))
    screen = FakeScreen(*(painted(640, 400, boxes=[(10 * i, 10, 50, 50)]) for i in range(60)))
    settings = {
        "profile": None,
        "high_res": cap is None,
        "max_pixels": cap,
        "cap": cap or profile.pixel_cap(high_res=True),
        "system_prompt": None,
        "max_steps": plan.get("max_steps", 30),
        "image_tokens": plan.get("image_tokens"),
        "old_pictures": plan.pop("old_pictures", None),
        "policy": plan.pop("policy", []),
    }
    import prompts

    parts = Parts(
        screen=screen,
        model=ScriptedModel(*replies),
        consent=FakeConsent(refuse),
        executor=FakeExecutor(outcome),
        settler=FakeSettler(screen, changed=changed),
        brake=Brake(),
    )
    text = prompts.load(profile.dialect.prompt)
    loop = Loop(Plan("do it", profile, text, cap=settings["cap"], settings=settings, **plan), parts)
    recorder = Recorder(folder, "do it")
    for event in loop.run():
        recorder.handle(event)
    recorder.close()
    return recorder.path


SESSIONS: dict[str, dict[str, Any]] = {
    "long": {"replies": [*CLICKS, DONE]},
    "no effect": {"replies": [CLICKS[0]], "changed": False},
    "bad replies": {"replies": ["I would click.", CLICKS[0], "no", "no", CLICKS[1], DONE]},
    "nothing parsable": {"replies": ["no"]},
    "person": {"replies": [call("interact", text="Which?"), *CLICKS, DONE]},
    "failed action": {"replies": [call("key", keys=["f13"]), DONE]},
    "pointer": {"replies": [call("left_click"), call("left_click_drag", coordinate=[900, 900]), DONE]},
    "scroll": {"replies": [call("scroll", pixels=-1e6), DONE]},
    "refused": {"replies": CLICKS, "refuse": "the policy denies it"},
    "limit": {"replies": CLICKS, "max_steps": 3},
    "endpoint died": {"replies": [CLICKS[0], ModelError("down")]},
    "answer": {"replies": [call("answer", text="四十二")]},
    "scaled": {"replies": [CLICKS[0], DONE], "cap": 100_000},
    "within a budget of tokens": {"replies": [CLICKS[0], DONE], "image_tokens": 130},
    "fewer old pictures": {"replies": [*CLICKS, DONE], "old_pictures": 1},
    "pixels": {
        "replies": [
            '<tool_call>{"name": "computer_use", "arguments": {"action": "click", "coordinate": [8, 98]}}</tool_call>',
            call("terminate", status="failure"),
        ],
        "model": "gui-plus",
    },
}


@pytest.mark.parametrize("name", SESSIONS)
def test_what_was_recorded_comes_out_again(name: str, tmp_path: Path) -> None:
    session = dict(SESSIONS[name])
    replayed = replay_offline(record(tmp_path, *session.pop("replies"), **session))
    assert replayed.differences == ()
    assert replayed.matches


def test_pictures_within_a_budget_of_tokens_are_recomputed(tmp_path: Path) -> None:
    path = record(tmp_path, CLICKS[0], DONE, image_tokens=130)
    file = path / "session.jsonl"
    (first, second) = (json.loads(line) for line in file.read_text().splitlines()[:2])
    assert second["sent"]["width"] < second["lossless"]["width"]
    whole = record(tmp_path, CLICKS[0], DONE)
    targets = [step.planned.target for each in (path, whole) for step in read_session(each).steps if step.planned]
    assert targets[0] == targets[2]  # the mapping is the same whatever the picture's size
    file.write_text(file.read_text().replace('"image_tokens":130', '"image_tokens":140', 1))
    assert first["settings"]["image_tokens"] == 130
    assert "its scaling changed" in replay_offline(path).differences[0].text


@pytest.fixture
def long(tmp_path: Path) -> Path:
    return record(tmp_path, *CLICKS, DONE)


def texts(replayed: Replayed) -> str:
    return "\n".join(f"{d.step}: {d.text}" for d in replayed.differences)


def test_a_changed_mapping_is_said_with_both_targets(long: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.geometry.Viewport.to_point", lambda self, at, space: Point(round(at[0]) // 2, 7))
    replayed = replay_offline(long)
    assert "1: expected target (64, 20), now (50, 7): the coordinate mapping changed" in texts(replayed)


def test_a_changed_parser_is_said_with_both_actions(long: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def doubled(*arguments: Any, **options: Any) -> ParsedReply:
        parsed = parse_reply(*arguments, **options)
        if not isinstance(parsed.action, LeftClick):
            return parsed
        return replace(parsed, action=DoubleClick(coordinate=parsed.action.coordinate))

    monkeypatch.setattr("agent.ask.parse_reply", doubled)
    assert 'now {"action": "double_click"' in texts(replay_offline(long))


def test_a_parser_that_gives_up_is_said(long: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ReplyError("I understand nothing any more.")

    monkeypatch.setattr("agent.ask.parse_reply", refuse)
    replayed = replay_offline(long)
    assert "I understand nothing any more." in texts(replayed)
    assert "the replay ends here, the recording goes on to step 8" in texts(replayed)


def test_a_changed_smart_resize_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = dict(SESSIONS["pixels"])
    path = record(tmp_path, *session.pop("replies"), **session)
    from agent import dialect
    from agent.geometry import smart_resize

    monkeypatch.setattr(dialect, "smart_resize", lambda size, **k: smart_resize(size, **{**k, "factor": 16}))
    replayed = replay_offline(path)
    assert "the coordinate mapping changed" in texts(replayed)
    assert "message 1 (system) of the request drifted" in texts(replayed)


def test_a_changed_prompt_is_said_with_the_place(long: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import prompts

    load = prompts.load
    monkeypatch.setattr(prompts, "load", lambda file: load(file).replace("one action at a time", "quickly"))
    assert "message 1 (system) of the request drifted" in texts(replay_offline(long))
    assert "quickly" in texts(replay_offline(long))


def test_a_changed_window_is_said(long: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from agent.conversation import Conversation

    monkeypatch.setattr(Conversation, "window", property(lambda self: 3))
    replayed = replay_offline(long)
    assert "messages, now" in texts(replayed)
    assert {d.step for d in replayed.differences} == {5, 6, 7, 8}


def test_changed_feedback_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = record(tmp_path, CLICKS[0], changed=False)
    monkeypatch.setattr("agent.loop.UNCHANGED", "Nothing happened.")
    assert "Nothing happened." in texts(replay_offline(path))


def test_a_changed_scroll_unit_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = record(tmp_path, call("scroll", pixels=-300), DONE)
    monkeypatch.setattr("agent.grounding.PIXELS_A_NOTCH", 50)
    assert "the wheel's notches to be -3, now -6" in texts(replay_offline(path))


def test_a_changed_scaling_of_the_picture_is_said(long: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.replay.recorded.fit", lambda size, _: Size(size.width // 2, size.height // 2))
    assert "1: expected a picture of 640x400, now 320x200: its scaling changed" in texts(replay_offline(long))


def test_a_policy_that_would_deny_now_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = record(tmp_path, *CLICKS, DONE, policy=[{"decision": "deny", "text": "x"}])
    assert replay_offline(path).matches
    monkeypatch.setattr("agent.permission.policy.Rule.matches", lambda *_: True)
    assert "now it denies it" in texts(replay_offline(path))


def test_a_changed_guard_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = record(tmp_path, CLICKS[0], changed=False)
    monkeypatch.setattr("agent.guard.STOP_AT", 4)
    assert not replay_offline(path).matches


def test_an_altered_recording_does_not_match(long: Path) -> None:
    file = long / "session.jsonl"
    file.write_text(file.read_text().replace('"target":[128,40]', '"target":[129,40]'))
    assert "2: expected target (129, 40), now (128, 40)" in texts(replay_offline(long))


def test_an_unfinished_session_replays_its_whole_steps(long: Path) -> None:
    file = long / "session.jsonl"
    lines = file.read_bytes().split(b"\n")
    for length in range(2, len(lines)):
        file.write_bytes(b"\n".join(lines[:length]) + b"\n")
        replayed = replay_offline(long)
        assert replayed.matches, texts(replayed)


def test_exit_codes_and_several_sessions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "recs"
    good, other = record(folder, CLICKS[0], DONE), record(folder, *CLICKS, DONE)
    assert replay_paths([str(folder)]) == 0
    assert capsys.readouterr().out.count("matches") == 2
    (other / "session.jsonl").write_text("nonsense\n")
    assert replay_paths([str(folder)]) == 2
    shown = capsys.readouterr()
    assert shown.out.count("matches") == 1
    assert str(other) in shown.err
    assert replay_paths([str(tmp_path / "none")]) == 2
    monkeypatch.setattr("agent.geometry.Viewport.to_point", lambda *_: Point(1, 1))
    assert replay_paths([str(good)], as_json=True) == 1
    result = json.loads(capsys.readouterr().out)
    assert result["matches"] is False
    assert result["differences"][0]["step"] == 1


def test_a_replay_holds_a_few_steps_however_many_there_are(long: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[weakref.ref[RecordedStep]] = []
    most, steps = 0, SessionReader.steps

    def watched(reader: SessionReader) -> Iterator[RecordedStep]:
        nonlocal most
        for step in steps(reader):
            held.append(weakref.ref(step))
            most = max(most, sum(one() is not None for one in held))
            yield step

    monkeypatch.setattr(SessionReader, "steps", watched)
    assert replay_offline(long).matches
    assert len(held) == len(CLICKS) + 1
    assert most <= 4


@pytest.mark.parametrize("how", [(), ("--live",), ("--ask", "--model", "offline")])
def test_a_folder_without_sessions_is_no_success(
    how: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", *how, str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"agent: {tmp_path} holds no session: name the folder of one, or of several\n"


def test_a_damaged_session_is_not_replayed(long: Path) -> None:
    file = long / "session.jsonl"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join([*lines[:-3], "{}\n", *lines[-3:]]))
    with pytest.raises(SessionError, match=f"damaged and can only be viewed: line {len(lines) - 2}"):
        replay_offline(long)


def test_a_picture_that_was_swapped_is_unreadable(long: Path) -> None:
    pictures = sorted((long / "screens").iterdir())
    shutil.copy(pictures[0], pictures[1])
    assert replay_paths([str(long)]) == 2


def test_no_display_no_key_no_network_no_screen_packages(long: Path) -> None:
    code = (
        "import socket, sys\n"
        "def no(*a, **k): raise AssertionError('network')\n"
        "socket.socket.connect = no\n"
        "from agent.cli import main\n"
        "code = main(['replay', sys.argv[1]])\n"
        "loaded = {'mss', 'pyautogui', 'pynput', 'Xlib', 'httpx', 'rapidocr'} & set(sys.modules)\n"
        "assert not loaded, loaded\n"
        "sys.exit(code)\n"
    )
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parent.parent)}
    done = subprocess.run(
        [sys.executable, "-c", code, str(long)], env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "matches, 8 of 8 steps replayed" in done.stdout


@pytest.mark.parametrize(
    "settings",
    [
        {"cap": "big"},
        {"max_pixels": -1, "high_res": False},
        {"profile": 7},
        {"profile": "klingon"},
        {"policy": [{"decision": "perhaps"}]},
        {"policy": "none"},
        {"max_steps": 0},
    ],
)
def test_settings_that_nobody_had_are_unreadable(long: Path, settings: dict[str, Any]) -> None:
    file = long / "session.jsonl"
    first, *rest = file.read_text().splitlines(keepends=True)
    changed = json.loads(first)
    changed["settings"] |= settings
    file.write_text(json.dumps(changed) + "\n" + "".join(rest))
    assert replay_paths([str(long)]) == 2
