"""`agent run` as a user starts it: a loopback endpoint plans, and a real window tells what reached it."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from actions.action import Size
from agent.dialect import ModelProfile, resolve
from agent.virtual import VirtualDisplay
from tests.apps.programs import SinkWindow, wait_until
from tests.endpoint_server import EndpointServer, Hang, Reply, Request, Status
from tests.fakes import call

pytestmark = pytest.mark.desktop
ROOT = Path(__file__).parent.parent
SCREEN = Size(1280, 800)
CANARY = "sk-canary-7f3a"


class Agent:
    """The command, in a process of its own, in which `first` was executed before."""

    def __init__(self, *argv: str, env: dict[str, str] | None = None, cwd: Path, first: str = "") -> None:
        environ = os.environ | {"PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": str(cwd), "DASHSCOPE_API_KEY": CANARY}
        command = (
            ["-c", f"{first}\nimport sys; from agent.cli import main; sys.exit(main())"]
            if first
            else ["-m", "agent.cli"]
        )
        self.process = subprocess.Popen(
            [sys.executable, *command, *argv],
            env=environ | (env or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=cwd,
        )

    def wait(self) -> Agent:
        self.stdout, self.stderr = self.process.communicate(timeout=150)
        self.code = self.process.returncode
        assert "Traceback" not in self.stderr
        assert CANARY not in self.stdout + self.stderr
        return self

    def events(self, name: str = "") -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.stdout.splitlines()]
        return [line for line in lines if not name or line["event"] == name]


def session(folder: Path) -> list[dict[str, Any]]:
    (path,) = (folder / "recordings").iterdir()
    for file in path.rglob("*"):
        assert file.is_dir() or CANARY.encode() not in file.read_bytes()
    return [json.loads(line) for line in (path / "session.jsonl").read_text().splitlines()]


class Script:
    """What a model of one dialect would write to work on the sink's window."""

    def __init__(self, model: str, dialect: str, sink: SinkWindow) -> None:
        self.model, self.sink = model, sink
        self.profile: ModelProfile = resolve(model, dialect)
        self.syntax = self.profile.dialect.call_syntax
        self.space = self.profile.space(SCREEN, self.profile.pixel_cap(high_res=True))

    def at(self, widget: str, dx: int = 0, dy: int = 0) -> list[int]:
        place = self.sink.place(widget)
        return [
            round((place.x + dx) * self.space.width / SCREEN.width),
            round((place.y + dy) * self.space.height / SCREEN.height),
        ]

    def reply(self, action: str, **arguments: Any) -> Reply:
        if self.syntax == "object":
            return Reply(json.dumps({"thought": "next", "action": action, "parameters": arguments}))
        if self.syntax == "xml":
            parts = "".join(
                f"<parameter={name}>\n{value if isinstance(value, str) else json.dumps(value)}\n</parameter>\n"
                for name, value in {"action": action, **arguments}.items()
            )
            return Reply(f"Next.\n<tool_call>\n<function=computer_use>\n{parts}</function>\n</tool_call>")
        body = json.dumps({"name": "computer_use", "arguments": {"action": action, **arguments}}, ensure_ascii=False)
        return Reply(f"Action: next\n<tool_call>\n{body}\n</tool_call>")


TEXT = "Grüße, 世界! <ok>"


def modern(s: Script) -> list[Reply]:
    """Every action of the later dialects."""
    return [
        s.reply("left_click", coordinate=s.at("entry")),
        s.reply("type", text=TEXT),
        s.reply("key", keys=["ctrl", "a"]),
        s.reply("mouse_move", coordinate=s.at("area")),
        s.reply("right_click"),
        s.reply("middle_click", coordinate=s.at("area")),
        s.reply("double_click", coordinate=s.at("area", 100)),
        s.reply("triple_click", coordinate=s.at("area", -100)),
        s.reply("mouse_move", coordinate=s.at("area", -50, -20)),
        s.reply("left_click_drag", coordinate=s.at("area", 50, 20)),
        s.reply("scroll", pixels=-300, coordinate=s.at("area")),
        s.reply("hscroll", pixels=2),
        s.reply("wait", time=0.1),
        s.reply("interact", text="Shall I go on?"),
        s.reply("answer", text="All done: 完成"),
    ]


def middle(s: Script) -> list[Reply]:
    """Qwen2.5-VL: fewer actions, pixels of the smart-resized picture."""
    left_out = {10: s.reply("scroll", pixels=-3, coordinate=s.at("area")), 11: s.reply("scroll", pixels=1)}
    replies = modern(s)
    triple = s.reply("double_click", coordinate=s.at("area", -100))
    return [
        *replies[:7],
        triple,
        *replies[8:10],
        *left_out.values(),
        replies[12],
        s.reply("terminate", status="success"),
    ]


def early(s: Script) -> list[Reply]:
    """gui-plus and its sisters."""
    return [
        s.reply("click", coordinate=s.at("entry")),
        s.reply("type", text="old text", clear=0, enter=0),
        s.reply("type", text=TEXT, clear=1, enter=1),
        s.reply("key", keys=["ctrl", "a"]),
        s.reply("mouse_move", coordinate=s.at("area")),
        s.reply("right_click", coordinate=s.at("area")),
        s.reply("middle_click", coordinate=s.at("area")),
        s.reply("double_click", coordinate=s.at("area", 100)),
        s.reply("drag", coordinate=s.at("area", -50, -20), coordinate2=s.at("area", 50, 20)),
        s.reply("scroll", pixels=-3, coordinate=s.at("area")),
        s.reply("wait", time=0.1),
        s.reply("call_user", text="Help"),
        s.reply("terminate", status="success"),
    ]


def first(s: Script) -> list[Reply]:
    """The first edition's JSON objects."""
    (ex, ey), (ax, ay) = s.at("entry"), s.at("area")
    return [
        s.reply("CLICK", x=ex, y=ey, description="the field"),
        s.reply("TYPE", text=TEXT, needs_enter=True),
        s.reply("KEY_PRESS", key="ctrl+a"),
        s.reply("CLICK", x=ax, y=ay),
        s.reply("SCROLL", direction="down", amount="small"),
        s.reply("FINISH", message="All done"),
    ]


DIALECTS: list[tuple[str, str, Callable[[Script], list[Reply]]]] = [
    ("gui-plus-2026-02-26", "gui-plus-2026-02-26", modern),
    ("qwen3-vl-plus", "qwen3-vl", modern),
    ("qwen3.5-plus", "qwen3.5", modern),
    ("qwen2.5-vl-72b-instruct", "qwen2.5-vl", middle),
    ("gui-plus", "gui-plus", early),
    ("gui-plus", "gui-plus-2025-11", first),
]


def buttons(sink: SinkWindow, *numbers: int) -> int:
    return sum(event["button"] in numbers for event in sink.events("press"))


@pytest.mark.parametrize(("model", "dialect", "script"), DIALECTS, ids=[name for _, name, _ in DIALECTS])
def test_every_action_of_every_dialect_reaches_the_window(
    model: str, dialect: str, script: Callable[[Script], list[Reply]], sink: SinkWindow, tmp_path: Path
) -> None:
    replies = script(Script(model, dialect, sink))
    with EndpointServer(replies) as server:
        argv = ("--model", model, "--profile", dialect, "--base-url", server.base_url, "--json", "--settle-max", "1")
        agent = Agent("run", "work on the window", *argv, cwd=tmp_path).wait()
    assert agent.code == 0, agent.stderr
    assert len(agent.events("step_finished")) == len(replies)
    failed = [e for e in agent.events("step_finished") if e["outcome"] != "done"]
    assert [e["detail"] for e in failed] == (["nobody to ask"] if script in (modern, early) else [])
    assert sink.held("entry") == TEXT
    keys = {(event["keysym"], bool(event["state"] & 4)) for event in sink.events("keydown")}
    assert ("a", True) in keys
    assert buttons(sink, 5) >= 3
    if script is not first:
        assert buttons(sink, 3) == 1
        assert buttons(sink, 2) == 1
        assert sink.events("double")
        dragged = [event for event in sink.events("motion") if event["state"] & 256]
        assert len(dragged) > 2
    if script is modern:
        # Tk shows the sideways wheel (X buttons 6 and 7) as 4 and 5 with Shift.
        turns = [bool(event["state"] & 1) for event in sink.events("press") if event["button"] == 5]
        assert turns == [False] * 3 + [True] * 2
        assert sink.events("triple"), sink.events("press", "double", "release")
    if script in (early, first):
        assert any(event["keysym"] == "Return" for event in sink.events("keydown"))
    assert_nothing_is_held(sink)
    replay = Agent("replay", "recordings", env={"DISPLAY": "", "DASHSCOPE_API_KEY": ""}, cwd=tmp_path).wait()
    assert (replay.code, replay.stdout.count("matches")) == (0, 1), replay.stdout
    targets = [event["target"] for event in agent.events("step_planned") if event["target"]]
    place = sink.place("entry")
    assert abs(targets[0][0] - place.x) <= 1
    assert abs(targets[0][1] - place.y) <= 1


def assert_nothing_is_held(sink: SinkWindow) -> None:
    downs = [event["keysym"] for event in sink.events("keydown")]
    ups = [event["keysym"] for event in sink.events("keyup")]
    assert sorted(downs) == sorted(ups)
    # Tk calls the second and third press of a click "double" and "triple".
    assert len(sink.events("press", "double", "triple")) == len(sink.events("release"))


@pytest.mark.parametrize(("model", "dialect", "script"), DIALECTS, ids=[name for _, name, _ in DIALECTS])
def test_a_dry_run_of_the_same_script_leaves_the_window_alone(
    model: str, dialect: str, script: Callable[[Script], list[Reply]], sink: SinkWindow, tmp_path: Path
) -> None:
    replies = script(Script(model, dialect, sink))
    sink.forget()
    with EndpointServer(replies) as server:
        argv = ("--model", model, "--profile", dialect, "--base-url", server.base_url, "--max-steps", "20")
        agent = Agent("plan", "work on the window", *argv, "-o", str(tmp_path / "plan"), cwd=tmp_path).wait()
    assert agent.code == 0, agent.stderr
    assert sink.lines() == []
    assert f"{len(replies)}. " in agent.stdout
    assert "(assumed)" in agent.stdout
    assert (tmp_path / "plan" / "plan.png").read_bytes().startswith(b"\x89PNG")
    assert "<ol>" in (tmp_path / "plan" / "plan.html").read_text()


def test_events_answer_and_recording(sink: SinkWindow, tmp_path: Path) -> None:
    script = Script("gui-plus-2026-02-26", "gui-plus-2026-02-26", sink)
    replies = [script.reply("left_click", coordinate=script.at("area")), script.reply("answer", text="四十二")]
    with EndpointServer([*replies, *replies]) as server:
        argv = (
            "run",
            "what is it?",
            "--model",
            "gui-plus-2026-02-26",
            "--base-url",
            server.base_url,
            "--price",
            "1.5,4.5",
        )
        plain = Agent(*argv, "--no-record", cwd=tmp_path).wait()
        as_json = Agent(*argv, "--json", cwd=tmp_path).wait()
        assert server.requests[0].headers["authorization"] == f"Bearer {CANARY}"
        assert server.requests[0].json["vl_high_resolution_images"] is True
    assert plain.stdout == "四十二\n"
    assert not (tmp_path / "recordings" / "x").exists()
    assert "left_click" in plain.stderr
    names = [event["event"] for event in as_json.events()]
    assert names == ["session_started", *("step_planned", "step_finished") * 2, "session_ended"]
    end = as_json.events()[-1]
    assert (end["status"], end["exit_code"], end["answer"], end["steps"]) == ("success", 0, "四十二", 2)
    assert end["cost"] == pytest.approx(2 * (2100 * 1.5 + 40 * 4.5) / 1e6)
    recorded = session(tmp_path)
    assert end["recording"] == recorded[-1]["recording"]
    shown = [line for line in recorded if line["event"] in set(names)]
    assert shown[0].pop("format_version") == 1
    settings = shown[0].pop("settings")
    assert settings["request"] == {"model": "gui-plus-2026-02-26", "vl_high_resolution_images": True}
    assert (settings["cap"], settings["system_prompt"], settings["policy"]) == (16_777_216, None, [])
    for line in (shown[2], shown[4]):
        assert (line.pop("feedback"), line.pop("restless"), line.pop("runs")) == (None, [], False)
    assert shown == as_json.events()
    replied = [line for line in recorded if line["event"] == "model_replied"]
    assert replied[1]["text"] == replies[1].text
    requested = [line for line in recorded if line["event"] == "model_requested"]
    assert requested[0]["messages"][0]["role"] == "system"
    taken = [line for line in recorded if line["event"] == "screenshot_taken"]
    for line in taken:
        assert (tmp_path / end["recording"] / "screens" / f"{line['sent']['sha256']}.jpg").exists()
        assert (tmp_path / end["recording"] / "screens" / f"{line['lossless']['sha256']}.webp").exists()


def test_no_effect_is_told_and_a_circle_is_ended(sink: SinkWindow, tmp_path: Path) -> None:
    script = Script("gui-plus-2026-02-26", "gui-plus-2026-02-26", sink)
    click = script.reply("left_click", coordinate=script.at("area"))
    with EndpointServer([click] * 9) as server:
        agent = Agent("run", "x", "--model", script.model, "--base-url", server.base_url, cwd=tmp_path).wait()
        assert "changed nothing" in server.requests[1].text
        assert "3 times" in server.requests[3].text
        assert len(server.requests) == 5
    assert agent.code == 1
    assert "stuck" in agent.stderr
    assert buttons(sink, 1) == 4


def test_a_click_outside_the_space_is_never_sent(sink: SinkWindow, tmp_path: Path) -> None:
    script = Script("gui-plus-2026-02-26", "gui-plus-2026-02-26", sink)
    sink.forget()
    with EndpointServer([script.reply("left_click", coordinate=[2530, 314])] * 4) as server:
        agent = Agent("run", "x", "--model", script.model, "--base-url", server.base_url, cwd=tmp_path).wait()
    assert agent.code == 1
    assert "2530" in agent.stderr
    assert sink.lines() == []


def test_the_policy_refuses_before_anything_is_sent(sink: SinkWindow, tmp_path: Path) -> None:
    script = Script("gui-plus-2026-02-26", "gui-plus-2026-02-26", sink)
    (tmp_path / "policy.toml").write_text('[[rule]]\ndecision = "deny"\naction = ["left_click"]\n')
    sink.forget()
    with EndpointServer([script.reply("left_click", coordinate=script.at("area"))]) as server:
        argv = ("--model", script.model, "--base-url", server.base_url, "--policy", "policy.toml")
        agent = Agent("run", "x", *argv, cwd=tmp_path).wait()
    assert agent.code == 6
    assert sink.lines() == []
    assert session(tmp_path)[-1]["status"] == "refused"


def test_without_a_terminal_approval_is_refusal(sink: SinkWindow, tmp_path: Path) -> None:
    script = Script("gui-plus-2026-02-26", "gui-plus-2026-02-26", sink)
    sink.forget()
    with EndpointServer([script.reply("left_click", coordinate=script.at("area"))]) as server:
        argv = ("--model", script.model, "--base-url", server.base_url, "--approve", "always")
        agent = Agent("run", "x", *argv, cwd=tmp_path).wait()
    assert agent.code == 6
    assert "no terminal" in agent.stderr
    assert sink.lines() == []


def test_an_endpoint_that_refuses(sink: SinkWindow, tmp_path: Path) -> None:
    with EndpointServer([Status(401, {"error": {"message": "Incorrect API key provided"}})]) as server:
        argv = ("--model", "gui-plus", "--base-url", server.base_url)
        agent = Agent("run", "x", *argv, cwd=tmp_path).wait()
    assert agent.code == 4
    assert "401" in agent.stderr
    assert session(tmp_path)[-1]["exit_code"] == 4


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_while_the_model_is_asked(number: signal.Signals, sink: SinkWindow, tmp_path: Path) -> None:
    with EndpointServer([Hang()]) as server:
        agent = Agent("run", "x", "--model", "gui-plus", "--base-url", server.base_url, cwd=tmp_path)
        wait_until(lambda: server.requests, 60, "the request")
        agent.process.send_signal(number)
        agent.wait()
    assert agent.code == 130
    assert session(tmp_path)[-1]["status"] == "stopped"


def test_a_signal_in_the_middle_of_typing_leaves_no_key_down(sink: SinkWindow, tmp_path: Path) -> None:
    script = Script("gui-plus-2026-02-26", "gui-plus-2026-02-26", sink)
    replies = [
        script.reply("left_click", coordinate=script.at("text")),
        script.reply("type", text="ABCD efgh " * 400),
    ]
    with EndpointServer(replies) as server:
        agent = Agent("run", "x", "--model", script.model, "--base-url", server.base_url, cwd=tmp_path)
        wait_until(lambda: len(sink.events("keydown")) > 30, 60, "some typing")
        agent.process.send_signal(signal.SIGTERM)
        agent.wait()
    assert agent.code == 130
    wait_until(lambda: len(sink.events("keydown")) == len(sink.events("keyup")), what="all keys up")
    assert_nothing_is_held(sink)
    assert len(sink.held("text")) < 4000


def test_a_virtual_display_of_its_own_and_nothing_left_of_it(tmp_path: Path) -> None:
    log = tmp_path / "sink.jsonl"
    launch = f"{sys.executable} {ROOT / 'tests' / 'apps' / 'sink.py'} {log}"

    def lines(name: str) -> list[dict[str, Any]]:
        return [line for line in map(json.loads, log.read_text().splitlines()) if line["event"] == name]

    def click(_: Request) -> Reply:
        x, y = lines("places")[-1]["area"]  # the window was there before the model was asked
        return Reply(call("left_click", coordinate=[x * 1000 / 900, y * 1000 / 700]))

    with EndpointServer([click, Reply(call("terminate", status="success"))]) as server:
        argv = ("--virtual", "900x700", "--launch", launch, "--base-url", server.base_url, "--json")
        agent = Agent("run", "x", "--model", "gui-plus-2026-02-26", *argv, env={"DISPLAY": ":7"}, cwd=tmp_path).wait()
    assert agent.code == 0, agent.stderr
    assert agent.events("session_started")[0]["screen"] == {"width": 900, "height": 700, "scale": 1.0}
    assert len(lines("press")) == 1
    left = subprocess.run(["pgrep", "-f", f"{log}|900x700x24"], capture_output=True, text=True, check=False)
    assert left.stdout == ""


class AtATerminal:
    """The command with a person at its terminal."""

    def __init__(self, *argv: str, cwd: Path) -> None:
        self.ours, theirs = os.openpty()
        environ = os.environ | {"PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": str(cwd), "TERM": "xterm", "COLUMNS": "200"}
        command = [sys.executable, "-m", "agent.cli", *argv]
        self.process = subprocess.Popen(
            command, env=environ, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, cwd=cwd, start_new_session=True
        )
        os.close(theirs)
        self.shown = ""

    def wait_for(self, words: str) -> None:
        def has_come() -> bool:
            while select.select([self.ours], [], [], 0)[0]:
                self.shown += os.read(self.ours, 65536).decode("utf-8", "replace")
            return words in self.shown

        wait_until(has_come, 60, f"{words!r} in {self.shown[-300:]!r}")

    def type(self, text: str) -> None:
        os.write(self.ours, text.encode())

    def end(self) -> int:
        code = self.process.wait(60)
        assert self.process.stdout is not None
        self.process.stdout.close()
        os.close(self.ours)
        return code


def test_the_person_is_asked_and_obeyed(sink: SinkWindow, tmp_path: Path) -> None:
    script = Script("gui-plus-2026-02-26", "gui-plus-2026-02-26", sink)
    replies = [
        script.reply("left_click", coordinate=script.at("area")),
        script.reply("interact", text="Which account?"),
        script.reply("right_click", coordinate=script.at("area")),
    ]
    with EndpointServer(replies) as server:
        argv = ("--model", script.model, "--base-url", server.base_url, "--approve", "always")
        person = AtATerminal("run", "x", *argv, cwd=tmp_path)
        person.wait_for("Left click at")
        assert sink.events("press") == []
        person.type("y\n")
        person.wait_for("Which account? ")  # which touches nothing, so it is not asked whether to ask
        person.type("the blue one\n")
        person.wait_for("Right click at")
        person.type("no\n")
        assert person.end() == 6
        assert "The user answered: the blue one" in server.requests[2].text
        assert server.requests[0].json["stream"] is True  # on a terminal the reply is shown as it comes
    assert [event["button"] for event in sink.events("press")] == [1]


def test_ctrl_c_at_a_question(sink: SinkWindow, tmp_path: Path) -> None:
    script = Script("gui-plus-2026-02-26", "gui-plus-2026-02-26", sink)
    with EndpointServer([script.reply("left_click", coordinate=script.at("area"))]) as server:
        argv = ("--model", script.model, "--base-url", server.base_url, "--approve", "always")
        person = AtATerminal("run", "x", *argv, cwd=tmp_path)
        person.wait_for("Left click at")
        person.process.send_signal(signal.SIGINT)
        assert person.end() == 130
    assert sink.events("press") == []


@pytest.mark.parametrize(
    "action", [{"action": "left_click", "coordinate": [500, 500]}, {"action": "type", "text": "中"}]
)
def test_a_display_that_dies_in_mid_run(action: dict[str, Any], tmp_path: Path) -> None:
    own = VirtualDisplay(Size(640, 480))

    def die(_: Request) -> Reply:
        own.__exit__(None, None, None)
        return Reply(call(**action))

    own.__enter__()
    with EndpointServer([die]) as server:
        argv = ("--model", "gui-plus-2026-02-26", "--base-url", server.base_url)
        agent = Agent("run", "x", *argv, env={"DISPLAY": own.name}, cwd=tmp_path).wait()
    assert agent.code == 5, agent.stderr
    assert session(tmp_path)[-1]["status"] == "screen_error"
    assert len(agent.stderr.splitlines()) < 10


@pytest.mark.parametrize(
    "streams", ["--json >/dev/full", "2>/dev/full", "2>&1 | head -1 >/dev/null", "--json | head -1"]
)
def test_a_reader_that_goes_away_stops_the_run_and_the_record_says_so(
    streams: str, sink: SinkWindow, tmp_path: Path
) -> None:
    script = Script("gui-plus-2026-02-26", "gui-plus-2026-02-26", sink)
    replies = [script.reply("mouse_move", coordinate=script.at("area", x)) for x in range(0, 80, 10)]
    with EndpointServer([*replies, script.reply("terminate", status="success")]) as server:
        command = (
            f"exec 3>&1; {{ '{sys.executable}' -m agent.cli run x --model {script.model} --base-url {server.base_url} "
        )
        command += streams.replace(" |", f"; echo $? > '{tmp_path}/code'; }} |") if "|" in streams else f"{streams}; }}"
        environ = os.environ | {"PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": str(tmp_path)}
        done = subprocess.run(
            ["sh", "-c", command], env=environ, capture_output=True, cwd=tmp_path, timeout=100, check=False
        )
    code = int((tmp_path / "code").read_text()) if "|" in streams else done.returncode
    assert b"Traceback" not in done.stderr
    assert code == 130
    ended = [line for line in session(tmp_path) if line["event"] == "session_ended"]
    assert [line["status"] for line in ended] == ["stopped"]


def test_a_terminal_that_is_closed_stops_the_run(sink: SinkWindow, tmp_path: Path) -> None:
    script = Script("gui-plus-2026-02-26", "gui-plus-2026-02-26", sink)
    with EndpointServer([script.reply("left_click", coordinate=script.at("area")), Hang()]) as server:
        person = AtATerminal("run", "x", "--model", script.model, "--base-url", server.base_url, cwd=tmp_path)
        wait_until(lambda: len(server.requests) == 2, 60, "the second request")
        os.close(person.ours)
        person.process.send_signal(signal.SIGHUP)
        assert person.process.wait(60) == 130
        assert person.process.stdout is not None
        person.process.stdout.close()
    assert session(tmp_path)[-1]["status"] == "stopped"


def test_a_plan_that_cannot_be_written_is_said_before_it_is_a_success(sink: SinkWindow, tmp_path: Path) -> None:
    script = Script("gui-plus-2026-02-26", "gui-plus-2026-02-26", sink)
    (tmp_path / "file").touch()
    replies = [script.reply("left_click", coordinate=script.at("area")), script.reply("terminate", status="success")]
    with EndpointServer(replies) as server:
        argv = ("--model", script.model, "--base-url", server.base_url, "-o", str(tmp_path / "file"), "--json")
        agent = Agent("plan", "x", *argv, cwd=tmp_path).wait()
    assert agent.code == 5
    assert [event["status"] for event in agent.events("session_ended")] == ["recording_error"]
    assert [line["status"] for line in session(tmp_path) if line["event"] == "session_ended"] == ["recording_error"]
