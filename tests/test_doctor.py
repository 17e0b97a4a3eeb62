"""`agent doctor`: what it finds on real displays and endpoints, what it exits with, and what it never says."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from actions.action import Point, Size
from actions.brake import Brake
from agent.arguments import build_parser, option_actions
from agent.doctor import command as doctor_module
from agent.doctor import desktop as doctor_desktop
from agent.doctor import diagnosis
from agent.doctor import machine as doctor_machine
from agent.doctor import screen as doctor_screen
from agent.doctor.command import doctor
from agent.doctor.diagnosis import Check, Finding, examine, exit_code, problem
from agent.geometry import Viewport
from agent.options import RunOptions
from agent.virtual import VirtualDisplay
from tests.conftest import APPS, wait_until
from tests.endpoint_server import Answer, EndpointServer, Events, Hang, Raw, Status

ROOT = Path(__file__).parents[1]
CANARY = "sk-canary-7a1f9e"
EVERY_CHECK = [
    *("configuration", "display", "capture", "window manager", "tkinter", "input", "keys and buttons", "calibration"),
    *("clipboard", "fonts", "ocr", "recordings", "model", "key", "proxy", "endpoint"),
]
MODELS = Status(200, {"object": "list", "data": []})
Run = Callable[..., "Result"]


class Result:
    """What `agent doctor --json` printed."""

    def __init__(self, code: int, text: str) -> None:
        self.code, self.text = code, text
        *self.findings, self.summary = [json.loads(line) for line in text.splitlines()]
        assert self.summary["exit_code"] == code
        assert CANARY not in text

    def __getitem__(self, check: str) -> dict[str, Any]:
        return next(finding for finding in self.findings if finding["check"] == check)

    @property
    def problems(self) -> list[str]:
        problems = [finding for finding in self.findings if finding["status"] == "problem"]
        assert all(finding["cure"] for finding in problems)
        return [finding["check"] for finding in problems]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs `agent doctor --json` in this process; the OCR, which takes a second, is taken for good."""
    monkeypatch.setattr(doctor_module, "check_ocr", lambda *, required: Finding("ocr", "ok", str(required)))
    monkeypatch.chdir(tmp_path)
    for name in [*os.environ]:
        if name.lower().endswith("_proxy") or name in ("AGENT_API_KEY", "DASHSCOPE_API_KEY"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))

    def doctor_json(*argv: str, **environ: str) -> Result:
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        parser = build_parser()
        given = dict(vars(parser.parse_args(["doctor", "--json", *argv])))
        del given["command"]
        code = doctor(given, option_actions(parser, "run"), os.environ)
        out, said = capsys.readouterr()
        assert CANARY not in said
        return Result(code, out)

    return doctor_json


def agent_doctor(*argv: str, **environ: str) -> subprocess.CompletedProcess[str]:
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "agent.cli", "doctor", *argv],
        env={**keep, "PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": "/nonexistent", **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=ROOT,
    )


def pointer_place(display: VirtualDisplay) -> str:
    command = ["xdotool", "getmouselocation"]
    return subprocess.run(command, env=display.environment(), capture_output=True, text=True, check=True).stdout


@pytest.fixture
def endpoint() -> Iterator[Callable[..., tuple[EndpointServer, list[str]]]]:
    """Starts an endpoint with a script; gives the arguments that name it."""
    servers: list[EndpointServer] = []

    def start(*script: Answer) -> tuple[EndpointServer, list[str]]:
        servers.append(EndpointServer(script).__enter__())
        return servers[-1], ["--model", "gui-plus-2026-02-26", "--base-url", servers[-1].base_url]

    yield start
    for server in servers:
        server.__exit__()


def test_all_is_well(display: VirtualDisplay, run: Run, endpoint: Any) -> None:
    server, named = endpoint(MODELS)
    subprocess.run(["xdotool", "mousemove", "333", "222"], env=display.environment(), check=True)
    result = run(*named, AGENT_API_KEY=CANARY)
    assert result.code == 0
    assert result.problems == []
    assert [finding["check"] for finding in result.findings] == [*EVERY_CHECK, "clock"]
    assert "x:333 y:222" in pointer_place(display)
    assert "1280x800 at scale 1: 9 clicks" in result["calibration"]["detail"]
    assert result["display"]["detail"].endswith("(X11), monitor 1: 1280x800 at 0,0")
    assert result["model"]["detail"].startswith("gui-plus-2026-02-26")
    assert "AGENT_API_KEY" in result["key"]["detail"]
    assert "ms" in result["endpoint"]["detail"]
    (request,) = server.requests
    assert (request.method, request.path, request.body) == ("GET", "/v1/models", b"")
    assert request.headers["authorization"] == f"Bearer {CANARY}"


def test_without_a_display_a_person_reads_one_cure() -> None:
    done = agent_doctor("--model", "offline")
    assert done.returncode == 5, done.stdout
    assert done.stderr == ""
    assert done.stdout.count("cure: ") == 1
    assert "Traceback" not in done.stdout
    lines = done.stdout.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("problem"))
    assert lines[at].split()[1] == "display"
    assert lines[at + 1].strip().startswith("cure: ")
    assert "--virtual" in lines[at + 1]
    assert any(line.split()[:2] == ["ok", "ocr"] for line in lines)
    assert lines[-1] == "a run would not work here: 1 problem"


def test_on_a_display_of_its_own() -> None:
    done = agent_doctor("--model", "offline", "--virtual", "640x480")
    assert done.returncode == 0, done.stdout
    assert (done.stderr, done.stdout.splitlines()[-1]) == ("", "a run would work here")
    assert "640x480 at scale 1: 9 clicks" in done.stdout


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"DISPLAY": ":87"}, ":87"),
        ({"DISPLAY": "nonsense"}, "nonsense"),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "Wayland"),
    ],
)
def test_displays_that_cannot_be_used(run: Run, environ: dict[str, str], words: str) -> None:
    result = run("--model", "offline", **environ)
    assert (result.code, result.problems) == (5, ["display"])
    assert words in result["display"]["detail"]
    assert "--virtual" in result["display"]["cure"]


def test_an_x_server_that_hangs_takes_five_seconds(run: Run) -> None:
    with VirtualDisplay(Size(640, 480)) as virtual:
        children = psutil.Process().children()
        (server,) = (child for child in children if child.cmdline()[:2] == ["Xvfb", virtual.name])
        server.suspend()
        try:
            started = time.monotonic()
            result = run("--model", "offline", DISPLAY=virtual.name)
            assert time.monotonic() - started < 9
        finally:
            server.resume()
    assert (result.code, result.problems) == (5, ["display"])
    assert "longer than 5 s" in result["display"]["detail"]


def test_no_window_manager_is_a_warning(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    which = shutil.which
    monkeypatch.setattr("agent.virtual.shutil.which", lambda name: None if name == "openbox" else which(name))
    result = run("--model", "offline", "--virtual", "800x600")
    assert result.code == 0
    assert result["window manager"]["status"] == "warning"
    assert "openbox" in result["window manager"]["cure"]
    assert result["calibration"]["status"] == "ok"


def test_a_black_picture_is_a_warning(display: VirtualDisplay, run: Run, tmp_path: Path) -> None:
    with display.programs() as programs, (tmp_path / "said").open("wb") as said:
        programs.start([sys.executable, str(APPS / "cover.py")], output=said)
        wait_until((tmp_path / "said").read_text, 20, "the cover")
        result = run("--model", "offline", "--no-calibrate")
        assert result["capture"]["status"] == "warning"
        assert "wholly black" in result["capture"]["detail"]
        assert (result.code, result["calibration"]["detail"]) == (0, "not made (--no-calibrate)")
        before = pointer_place(display)
        covered = run("--model", "offline")
        assert (covered.code, covered.problems) == (5, ["calibration"])
        assert "another window" in covered["calibration"]["detail"]
        assert pointer_place(display) == before


def test_keys_and_buttons_that_are_stuck(display: VirtualDisplay, run: Run) -> None:
    environment = display.environment()
    subprocess.run(["xdotool", "keydown", "ctrl", "mousedown", "3"], env=environment, check=True)
    try:
        result = run("--model", "offline")
        assert (result.code, result.problems) == (5, ["keys and buttons"])
        assert "Control_L, mouse button 3" in result["keys and buttons"]["detail"]
        assert "calibration" not in [finding["check"] for finding in result.findings]
    finally:
        # The cure is one.
        cure = result["keys and buttons"]["cure"].partition("xdotool ")[2]
        subprocess.run(["xdotool", *cure.split()], env=environment, check=True)
    assert run("--model", "offline", "--no-calibrate").code == 0


def test_a_key_that_is_let_go_is_not_stuck(display: VirtualDisplay, run: Run) -> None:
    environment = display.environment()
    subprocess.run(["xdotool", "keydown", "Return"], env=environment, check=True)
    with subprocess.Popen(["sh", "-c", "sleep 0.4; xdotool keyup Return"], env=environment):
        result = run("--model", "offline", "--no-calibrate")
    assert result["keys and buttons"]["status"] == "ok"


def test_a_wrong_mapping_ends_with_5(display: VirtualDisplay, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    right = Viewport.to_point
    monkeypatch.setattr(Viewport, "to_point", lambda self, at, space: right(self, (at[0] * 0.9, at[1]), space))
    result = run("--model", "offline")
    assert (result.code, result.problems) == (5, ["calibration"])
    assert "off by" in result["calibration"]["detail"]
    monkeypatch.setattr(Viewport, "to_point", lambda self, at, space: Point(-1, 5))
    outside = run("--model", "offline")
    assert (outside.code, outside.problems) == (5, ["calibration"])
    assert outside["calibration"]["cure"] == result["calibration"]["cure"]


def test_the_region_and_the_monitor_that_a_run_would_see(display: VirtualDisplay, run: Run) -> None:
    result = run("--model", "offline", "--region-of-screen", "10,20,400,300")
    found = [finding["detail"] for finding in result.findings if finding["check"] == "calibration"]
    assert [detail.partition(" at")[0] for detail in found] == ["monitor 1, 1280x800", "the region, 400x300"]
    assert result["capture"]["detail"].startswith("400x300")
    missing = run("--model", "offline", AGENT_MONITOR="7")
    assert (missing.code, missing.problems) == (2, ["capture"])


@pytest.mark.parametrize(
    ("answer", "code", "check", "words"),
    [
        (Status(404, b"no such page"), 0, "endpoint", "HTTP 404"),
        (Status(429, b""), 0, "endpoint", "too many"),
        (
            Status(401, {"error": {"message": f"no such key {CANARY}"}}),
            2,
            "endpoint",
            "refuses the key from AGENT_API_KEY",
        ),
        (Status(403, b""), 2, "endpoint", "HTTP 403"),
        (Status(302, b"", {"Location": f"http://127.0.0.1:9/{CANARY}"}), 4, "endpoint", "redirects"),
        (Status(503, b""), 4, "endpoint", "out of order"),
        (Status(200, b"<html>log in</html>"), 4, "endpoint", "web page"),
        (Raw(b"HTTP/1.1 nonsense\r\n\r\n"), 4, "endpoint", "broke"),
        (Raw(b"", reset=True), 4, "endpoint", "broke"),
        (Hang(), 4, "endpoint", "does not answer"),
        (Hang(after_headers=True), 0, "endpoint", "HTTP 200"),
        (
            Raw(b"HTTP/1.1 200 OK\r\nDate: Tue, 01 Jan 2019 00:00:00 GMT\r\nConnection: close\r\n\r\n{}"),
            0,
            "clock",
            "ahead",
        ),
        (Raw(b"HTTP/1.1 200 OK\r\nDate: yesterday\r\nConnection: close\r\n\r\n{}"), 0, "clock", "no time"),
        (Events(()), 0, "endpoint", "HTTP 200"),
    ],
)
def test_what_an_endpoint_answers(
    display: VirtualDisplay, run: Run, endpoint: Any, answer: Answer, code: int, check: str, words: str
) -> None:
    server, named = endpoint(answer)
    started = time.monotonic()
    result = run(*named, "--no-calibrate", AGENT_API_KEY=CANARY)
    assert time.monotonic() - started < 12
    assert result.code == code
    assert words in result[check]["detail"]
    assert len(server.requests) == 1


def test_a_refused_port(display: VirtualDisplay, run: Run) -> None:
    result = run("--model", "gui-plus", "--base-url", "http://127.0.0.1:9/v1", "--no-calibrate")
    assert (result.code, result.problems) == (4, ["endpoint"])
    assert "127.0.0.1:9 cannot be reached" in result["endpoint"]["detail"]
    assert result["endpoint"]["cure"] == "check --base-url and the network"


@pytest.mark.parametrize(
    ("argv", "environ", "problems", "words"),
    [
        (["--model", "gui-plus"], {}, {"key"}, "DASHSCOPE_API_KEY"),
        (["--model", "gpt-9"], {"DASHSCOPE_API_KEY": CANARY}, {"model"}, "gpt-9"),
        (["--model", "gui-plus", "--base-url", "nonsense"], {}, {"model"}, "nonsense"),
        (["--model", "gui-plus", "--base-url", "http://192.0.2.1/v1"], {}, {"model"}, "without encryption"),
        (["--model", "offline", "--profile", "gui-plus"], {}, {"model"}, "--profile"),
        ([], {"DASHSCOPE_API_KEY": f"{CANARY} ä"}, {"model"}, "DASHSCOPE_API_KEY"),
        (["--model", "offline", "--config", "/nonexistent/c.toml"], {}, {"configuration"}, "/nonexistent/c.toml"),
        (["--model", "offline"], {"AGENT_MAX_STEPS": "many"}, {"configuration"}, "AGENT_MAX_STEPS"),
    ],
)
def test_what_is_asked_for_and_cannot_be(
    display: VirtualDisplay,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    argv: list[str],
    environ: dict[str, str],
    problems: set[str],
    words: str,
) -> None:
    monkeypatch.setattr(doctor_module, "check_endpoint", lambda *_: Finding("endpoint", "ok", "not asked"))
    result = run(*argv, "--no-calibrate", **environ)
    assert (result.code, set(result.problems)) == (2, problems)
    found = result[problems.pop()]
    assert words in found["detail"] + found["cure"]
    assert result["display"]["status"] == "ok"


def test_without_a_key_the_offline_model_would_answer(display: VirtualDisplay, run: Run) -> None:
    result = run("--no-calibrate")
    assert result.code == 0
    assert result["key"]["status"] == "warning"
    assert "DASHSCOPE_API_KEY" in result["key"]["cure"]
    assert result["ocr"]["detail"] == "True"  # required
    assert "offline" in result["endpoint"]["detail"]


def test_a_key_of_dashscope_s_is_not_sent_elsewhere(
    display: VirtualDisplay, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor_module, "check_endpoint", lambda *_: Finding("endpoint", "ok", "not asked"))
    result = run(
        "--model", "gui-plus", "--base-url", "https://192.0.2.1/v1", "--no-calibrate", DASHSCOPE_API_KEY=CANARY
    )
    assert "none is sent to 192.0.2.1" in result["key"]["detail"]
    singapore = run("--model", "gui-plus", "--region", "singapore", "--no-calibrate")
    assert singapore["model"]["status"] == "warning"
    assert singapore["model"]["cure"] == "use --region beijing"


@pytest.mark.parametrize(
    ("environ", "status", "words"),
    [
        ({}, "ok", "none"),
        ({"HTTPS_PROXY": f"http://me:{CANARY}@127.0.0.1:9"}, "ok", "http://127.0.0.1:9 (HTTPS_PROXY)"),
        ({"all_proxy": f"http://{CANARY}@127.0.0.1:9"}, "ok", "http://127.0.0.1:9 (ALL_PROXY)"),
        ({"HTTPS_PROXY": "127.0.0.1:9", "NO_PROXY": "aliyuncs.com"}, "ok", "none"),
        ({"HTTPS_PROXY": f"http://me:{CANARY}/x@127.0.0.1:9"}, "problem", "HTTPS_PROXY"),
        ({"HTTP_PROXY": f"gopher://me:{CANARY}@127.0.0.1:9"}, "problem", "HTTP_PROXY"),
        ({"HTTPS_PROXY": f"http://me:{CANARY}@:9"}, "problem", "HTTPS_PROXY"),
    ],
)
def test_the_proxy_is_named_without_its_password(
    display: VirtualDisplay, run: Run, environ: dict[str, str], status: str, words: str
) -> None:
    argv = ["--model", "gui-plus", "--no-calibrate"]
    if not environ:  # nothing here leaves the machine
        argv += ["--base-url", "http://127.0.0.1:9/v1"]
    elif "NO_PROXY" in environ:
        argv += ["--base-url", "https://nowhere.aliyuncs.com.invalid/v1"]
        environ = {**environ, "NO_PROXY": "invalid"}
    result = run(*argv, DASHSCOPE_API_KEY=f"{CANARY}-key", **environ)
    assert result["proxy"]["status"] == status
    assert words in result["proxy"]["detail"]
    assert result.problems == ["endpoint" if status == "ok" else "proxy"]


CHECKS = {
    doctor_module: ("check_clipboard", "check_fonts", "check_ocr", "check_recordings", "check_model", "check_key",
                    "check_proxy", "check_endpoint"),
    doctor_desktop: ("check_display", "check_capture", "check_window_manager", "check_tkinter", "check_input",
                     "check_held", "calibrate"),
}  # fmt: skip


@pytest.mark.parametrize(("module", "name"), [(module, name) for module, names in CHECKS.items() for name in names])
def test_a_check_that_breaks_does_not_end_the_others(
    display: VirtualDisplay, run: Run, monkeypatch: pytest.MonkeyPatch, module: Any, name: str
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError(f"nothing like {CANARY}")

    monkeypatch.setattr(module, name, broken)
    result = run("--model", "offline", AGENT_API_KEY=CANARY)
    (broke,) = result.problems
    assert "itself failed: ZeroDivisionError: nothing like ***" in result[broke]["detail"]
    assert {"recordings", "key"} - {broke} <= {finding["check"] for finding in result.findings}
    assert result.code in (2, 4, 5)


def test_a_check_that_hangs_is_left() -> None:
    (found,) = examine(Check("slow", lambda: time.sleep(30) or [], 5, "wait", seconds=0.1), Brake())
    assert found == problem("slow", "it took longer than 0.1 s", "wait", 5)


@pytest.mark.parametrize(("codes", "code"), [([], 0), ([4], 4), ([4, 5], 5), ([5, 4, 2], 2), ([4, 2], 2), ([0], 1)])
def test_the_first_of_2_5_4_is_the_exit_code(codes: list[int], code: int) -> None:
    warning = Finding("x", "warning", "", None, 2)
    assert exit_code([warning, *(problem("x", "", "", each) for each in codes)]) == code


def test_what_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr("shutil.which", lambda name: None)
    (tk,) = doctor_machine.check_tkinter()
    assert (tk.status, tk.exit_code) == ("problem", 5)
    assert "python3-tk" in str(tk.cure)
    clipboard = doctor_machine.check_clipboard()
    assert clipboard.status == "warning"
    assert "xclip" in str(clipboard.cure)
    for required, status in ((True, "problem"), (False, "warning")):
        ocr = doctor_machine.check_ocr(required=required)
        assert ocr.status == status
        assert "rapidocr is not installed" in ocr.detail
        assert "gui-plus-agent[offline]" in str(ocr.cure)
    assert doctor_machine.check_fonts() == []


def test_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    for listed, status, words in (
        (set(), "warning", "boxes"),
        ({":"}, "ok", "none for Chinese"),
        ({":", ":lang=zh"}, "ok", "also"),
    ):
        monkeypatch.setattr(doctor_machine, "_fonts", listed.__contains__)
        (found,) = doctor_machine.check_fonts()
        assert found.status == status
        assert words in found.detail


def test_ocr_that_reads_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_machine, "WORD", "Lorem ipsum")
    assert doctor_machine.check_ocr(required=True).status == "ok"
    monkeypatch.setattr("agent.reading.ocr.TextReader.read_image", lambda *_: ())
    assert doctor_machine.check_ocr(required=True).status == "problem"


def test_recordings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def found(record: Path | bool) -> Finding:
        return doctor_machine.check_recordings(RunOptions(task="", record=record))

    assert found(False).status == "ok"
    assert found(tmp_path / "a" / "b").status == "ok"
    assert not (tmp_path / "a").exists()
    (tmp_path / "file").touch()
    assert found(tmp_path / "file" / "b").exit_code == 5
    monkeypatch.setattr(doctor_machine, "MIN_FREE_BYTES", 10**20)
    assert "MB left" in found(tmp_path).detail


def test_input_that_does_not_arrive(display: VirtualDisplay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actions.x11_state.takes_input", lambda: False)
    assert "XTEST" in doctor_screen.check_input().detail
    monkeypatch.setattr("actions.x11_state.takes_input", lambda: True)
    monkeypatch.setattr("agent.doctor.screen.Pointer.move", lambda *_: None)
    found = doctor_screen.check_input()
    assert (found.status, found.exit_code) == ("problem", 5)


def test_secrets_are_taken_out() -> None:
    environ = {"AGENT_API_KEY": "abc", "DASHSCOPE_API_KEY": CANARY, "https_proxy": "http://someone:pass%40word@host:1"}
    secrets = diagnosis.secrets_of(environ)
    text = f"{CANARY} abc someone pass%40word host"
    assert diagnosis.redacted(text, secrets) == "*** abc *** *** host"


def test_ctrl_c_while_it_clicks(display: VirtualDisplay, tmp_path: Path) -> None:
    with display.programs() as programs, (tmp_path / "said").open("wb") as said:
        programs.start([sys.executable, str(APPS / "cover.py")], output=said)
        wait_until((tmp_path / "said").read_text, 20, "the cover")
        with subprocess.Popen(
            [sys.executable, "-m", "agent.cli", "doctor", "--model", "offline"],
            env={**display.environment(), "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
        ) as process:
            assert process.stderr is not None
            assert "pointer moves" in process.stderr.readline()
            process.send_signal(signal.SIGINT)
            assert "stopped by Ctrl-C" in process.stderr.read()
            assert process.wait(20) == 130


@pytest.mark.parametrize("argv", [(), ("--json",)])
def test_nobody_reads_it(argv: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "agent.cli", "doctor", *argv], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 130
    assert b"Traceback" not in done.stderr


def test_help_needs_no_third_party_package() -> None:
    code = "import sys; from agent.cli import main\ntry: main(['doctor', '--help'])\nexcept SystemExit: pass\n"
    code += "sys.stderr.write(' '.join({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert "--no-calibrate" in done.stdout
    assert not {"rich", "pydantic", "httpx", "mss", "PIL", "Xlib", "tkinter"} & set(done.stderr.split())
