"""The command line as a stranger uses it: real processes, wrong input, one clear line and the right exit code."""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from agent.arguments import build_parser

ROOT = Path(__file__).parent.parent


def agent(
    *argv: str, env: dict[str, str] | None = None, stdin: bytes | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    keep = ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT")
    environ = {name: os.environ[name] for name in keep if name in os.environ}
    environ |= {"PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": "/nonexistent"} | (env or {})
    done = subprocess.run(
        [sys.executable, "-m", "agent.cli", *argv],
        env=environ,
        input=stdin or b"",
        capture_output=True,
        timeout=120,
        cwd=cwd or ROOT,
        check=False,
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode("utf-8", "replace")
    )


def refused(done: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    """One line on stderr with the words in it, nothing on stdout, the right code."""
    assert "Traceback" not in done.stderr
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    for word in words:
        assert word in lines[0]
    unknown = (
        set(options_named(lines[0])) - options_of(done.args[3:4]) - set(" ".join(done.args).replace("=", " ").split())
    )
    assert not unknown, lines[0]


def options_named(line: str) -> list[str]:
    """The options that a line names as those of the command that said it."""
    return re.findall(r"--[a-z][a-z-]+", re.sub(r"agent [a-z-]+ (?=--)--[a-z-]+", "", line))


def options_of(command: list[str]) -> set[str]:
    """All options of a command, as it is called."""
    parsers = (one.choices for one in build_parser()._actions if isinstance(one, argparse._SubParsersAction))
    known = {name: parser for choices in parsers for name, parser in choices.items()}
    parser = known[command[0]] if command and command[0] in known else build_parser()
    return set(parser._option_string_actions)


def test_an_option_of_another_command_is_named_with_it() -> None:
    assert options_named("agent: name one with --profile") == ["--profile"]
    assert options_named("agent: see agent doctor --help, agent run --profile NAME") == []
    assert "--profile" in options_of(["run"])
    assert "--profile" not in options_of(["models"])


def test_help_names_every_command() -> None:
    done = agent("--help")
    assert done.returncode == 0
    for command in ("run", "plan", "models"):
        assert command in done.stdout


def test_version() -> None:
    assert agent("--version").stdout.startswith("gui-plus-agent ")


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ((), ("COMMAND", "--help")),
        (("dance",), ("dance",)),
        (("run",), ("TASK",)),
        (("run", "open", "the", "browser"), ("quotes",)),
        (("run", "x", "--fast"), ("--fast", "agent run --help")),
        (("run", "x", "--modle", "y"), ("--modle", "did you mean --model?")),
        (("run", "x", "--modle=y"), ("--modle", "did you mean --model?")),
        (("doctor", "--live"), ("arguments: --live; see agent doctor --help",)),
        (("doctor", "x"), ("agent doctor: unrecognized arguments: x; see",)),
        (("run", "x", "--max-steps", "0"), ("--max-steps",)),
        (("run", "x", "--max-steps", "x"), ("--max-steps",)),
        (("run", "x", "--region", "mars"), ("mars", "beijing")),
        (("run", "x", "--approve", "sometimes"), ("sometimes", "risky")),
        (("run", "x", "--virtual", "large"), ("1280x800",)),
        (("run", "x", "--region-of-screen", "1,2"), ("X,Y,W,H",)),
        (("run", ""), ("empty", "agent run")),
        (("run", "   \n"), ("empty",)),
        (("run", "x" * 100_000), ("100,000 characters", "20,000")),
        (("run", "open \x07"), ("control characters",)),
        (("run", "x", "--model", "gui-plus-2026-02-26"), ("DASHSCOPE_API_KEY", "--model offline")),
        (("run", "x", "--model", "gpt-9"), ("gpt-9", "--profile", "gui-plus-2026-02-26")),
        (("run", "x", "--profile", "klingon"), ("klingon", "qwen3-vl")),
        (("run", "x", "--base-url", "http://127.0.0.1:9/v1"), ("--model",)),
        (("run", "x", "--model", "gui-plus", "--base-url", "http://example.com/v1"), ("--allow-http",)),
        (("run", "x", "--model", "gui-plus", "--base-url", "nonsense"), ("nonsense",)),
        (("run", "x", "--system-prompt", "/nonexistent/p.txt"), ("/nonexistent/p.txt", "No such file")),
        (("run", "x", "--system-prompt", "/"), ("cannot read the system prompt",)),
        (("run", "x", "--policy", "/nonexistent/p.toml"), ("/nonexistent/p.toml",)),
        (("run", "x", "--config", "/nonexistent/c.toml"), ("/nonexistent/c.toml",)),
        (("run", "x", "--virtual", "1x1"), ("1x1",)),
        (("run", "x", "--launch", "/nonexistent/program", "--virtual", "640x480"), ("/nonexistent/program",)),
        (("run", "x", "--temperature", "3", "--model", "gui-plus"), ("--temperature",)),
        (("models", "gpt-9"), ("gpt-9", "agent run --profile", "qwen3-vl")),
        (("list", "/nonexistent"), ("/nonexistent",)),
        (("show", "/nonexistent"), ("/nonexistent",)),
        (("replay", "/nonexistent"), ("/nonexistent",)),
        (("replay", "recordings/form", "--update", "all"), ("--update needs --live",)),
        (("replay", "recordings/form", "--within", "3"), ("--within needs --ask",)),
        (("replay", "recordings/form", "--ask", "--model", "gpt-9"), ("gpt-9", "--profile")),
        (("serve-offline", "--port", "70000"), ("--port",)),
        (("run", "x", "--model", "offline", "--profile", "gui-plus"), ("--profile",)),
        (("run", "x", "--model", "offline", "--temperature", "0.5"), ("--temperature",)),
        (("run", "x", "--model", "offline", "--base-url", "http://127.0.0.1:9/v1"), ("--base-url",)),
        (("run", "x", "--model", "offline", "--no-high-res"), ("--no-high-res",)),
        (("run", "x", "--model", "offline", "--region-of-screen", "1,1,0,5"), ("--region-of-screen",)),
    ],
)
def test_wrong_input_is_one_line_and_exit_2(argv: tuple[str, ...], words: tuple[str, ...]) -> None:
    known = {"DASHSCOPE_API_KEY": "sk-canary"} if "--temperature" in argv or "http" in " ".join(argv) else {}
    refused(agent(*argv, env=known), 2, *words)


def test_a_huge_task_on_stdin() -> None:
    refused(agent("run", "-", stdin="打".encode() * 200_000), 2, "20,000")


def test_binary_on_stdin() -> None:
    refused(agent("run", "-", stdin=bytes(range(128, 256)) * 50), 2, "UTF-8")
    refused(agent("run", "-", stdin=b"open\x00\x01the browser"), 2, "control characters")


def test_nothing_on_stdin() -> None:
    refused(agent("run", "-", stdin=b""), 2, "empty")


def test_binary_prompt_and_policy(tmp_path: Path) -> None:
    (tmp_path / "bad").write_bytes(b"\xff\xfe\x00")
    refused(agent("run", "x", "--system-prompt", str(tmp_path / "bad")), 2, "not UTF-8")
    refused(agent("run", "x", "--policy", str(tmp_path / "bad"), env={"DASHSCOPE_API_KEY": "k"}), 2, "not TOML")


def test_a_bad_launch_command_keeps_the_good_ones_from_starting(tmp_path: Path) -> None:
    good, bad = f"touch {tmp_path}/started", "no-such-program"
    refused(agent("run", "x", "--virtual", "640x480", "--launch", good, "--launch", bad), 2, bad)
    assert not (tmp_path / "started").exists()


def test_no_display(tmp_path: Path) -> None:
    done = agent("run", "open the browser", "--model", "offline", cwd=tmp_path)
    refused(done, 5, "DISPLAY", "--virtual")
    assert list(tmp_path.iterdir()) == []


def test_a_display_that_is_not_there(tmp_path: Path) -> None:
    done = agent("run", "open the browser", "--model", "offline", env={"DISPLAY": ":87"}, cwd=tmp_path)
    assert done.returncode == 5
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_wayland() -> None:
    done = agent("run", "open the browser", "--model", "offline", env={"WAYLAND_DISPLAY": "wayland-0"})
    refused(done, 5, "Wayland", "X11")


def test_models_as_a_table_and_as_json() -> None:
    table = agent("models")
    assert table.returncode == 0
    assert "gui-plus-2026-02-26" in table.stdout
    assert "qwen2.5-vl" in table.stdout
    rows = [json.loads(line) for line in agent("models", "--json").stdout.splitlines()]
    assert {"gui-plus-2026-02-26", "gui-plus"} <= {row["model"] for row in rows}
    (one,) = [json.loads(line) for line in agent("models", "gui-plus-2026-02-26", "--json").stdout.splitlines()]
    assert one["dialect"]["name"] == "gui-plus-2026-02-26"
    assert one["prices"] == {"input": 1.5, "output": 4.5, "cached": None}


@pytest.mark.parametrize(
    ("rest", "code"),
    [
        ("models --json >/dev/full", 130),
        ("models >/dev/full", 130),
        ("models >/dev/full 2>/dev/full", 130),
        ("models >&- 2>&-", 0),
        ("run - <&-", 2),
        ("run x 2>/dev/full", 5),
    ],
)
def test_streams_that_are_full_or_closed_are_no_traceback(rest: str, code: int) -> None:
    done = subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -m agent.cli {rest}'],
        capture_output=True,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "XDG_CONFIG_HOME": "/nonexistent"},
        timeout=60,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr
    assert done.returncode == code, done.stderr


START = "import sys; from agent.cli import main; print('on', flush=True); sys.exit(main(sys.argv[1:]))"


@pytest.mark.parametrize("seconds", [0.02, 0.1, 0.2, 0.4])
def test_ctrl_c_while_it_starts_is_no_traceback(seconds: float) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", START, "models"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    threading.Timer(seconds, process.send_signal, [signal.SIGINT]).start()
    _, said = process.communicate(timeout=60)
    # When the instant falls outside main, Python itself reports it; inside, it is one line.
    assert "in main" not in said
    assert process.returncode in (0, 130, -signal.SIGINT)


LEAVES = """
import atexit, sys, threading
from agent.cli import main
atexit.register(print, "the end of Python")
if sys.argv.pop() == "leave":
    threading.Thread(target=threading.Event().wait, daemon=True).start()
sys.exit(main())
"""


@pytest.mark.parametrize(("how", "reaches"), [("leave", False), ("none", True)])
def test_work_that_is_left_never_meets_the_end_of_python(how: str, reaches: bool) -> None:
    """Native code in a thread, such as the reader being loaded when Ctrl-C comes, would abort the process there."""
    for argv, code in ((["models"], 0), (["models", "gpt-9"], 2)):
        done = subprocess.run(
            [sys.executable, "-c", LEAVES, *argv, how],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == code
        assert ("the end of Python" in done.stdout) == reaches
        assert "gui-plus" in done.stdout + done.stderr
