"""The virtual display: what starts, what it offers, and that nothing of it stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from actions.action import Size
from actions.brake import Brake
from actions.x11 import connect, window_manager_ready
from agent.display_lock import is_held, lock_display
from agent.errors import ScreenError, UsageError
from agent.programs import Programs, parse_command, program_environment
from agent.virtual import VirtualDisplay
from tests.conftest import wait_until

pytestmark = pytest.mark.desktop

SMALL = Size(320, 240)
STUBBORN = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open(sys.argv[1], "w").close()
time.sleep(600)
"""
WRITES_ENVIRONMENT = """
import json, os, sys
with open(sys.argv[1] + "~", "w") as file:
    json.dump(dict(os.environ), file)
os.rename(sys.argv[1] + "~", sys.argv[1])
"""


def server_files(name: str) -> list[Path]:
    number = name.removeprefix(":")
    return [path for path in (Path(f"/tmp/.X11-unix/X{number}"), Path(f"/tmp/.X{number}-lock")) if path.exists()]


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True)}


def python(code: str, *arguments: object) -> str:
    """A --launch command that runs `code`."""
    import shlex

    return shlex.join([sys.executable, "-c", code, *map(str, arguments)])


def test_it_runs_in_the_size_asked_for_with_a_window_manager() -> None:
    with VirtualDisplay(Size(1024, 768)) as virtual:
        display = connect(virtual.name)
        screen = display.screen()
        assert (screen.width_in_pixels, screen.height_in_pixels, screen.root_depth) == (1024, 768, 24)
        display.close()
        assert window_manager_ready(virtual.name)


def test_nothing_of_it_stays() -> None:
    before = children()
    with VirtualDisplay(SMALL) as virtual:
        name = virtual.name
        assert server_files(name)
        virtual.launch("xterm -e cat")
        assert len(children() - before) >= 3
    assert not server_files(name)
    assert children() == before  # zombies would be counted


def test_it_leaves_the_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":77")
    before = dict(os.environ)
    with VirtualDisplay(SMALL) as virtual:
        assert dict(os.environ) == before
        assert virtual.environment()["DISPLAY"] == virtual.name != ":77"


def test_people_keep_their_display_numbers() -> None:
    with VirtualDisplay(SMALL) as first, VirtualDisplay(SMALL) as second:
        assert first.name != second.name
        assert min(int(display.name[1:]) for display in (first, second)) >= 100


def test_a_socket_whose_server_cannot_be_seen_is_not_taken_over() -> None:
    with VirtualDisplay(SMALL) as virtual:
        taken = virtual.name
    socket = Path(f"/tmp/.X11-unix/X{taken[1:]}")
    socket.touch()
    try:
        with VirtualDisplay(SMALL) as virtual:
            assert virtual.name != taken
    finally:
        socket.unlink()


def test_a_number_whose_agent_has_not_ended_yet_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with VirtualDisplay(SMALL) as virtual:
        taken = virtual.name
        monkeypatch.setenv("DISPLAY", taken)
        lock = lock_display(Brake())
        lock.__enter__()
    try:
        with VirtualDisplay(SMALL) as virtual:
            assert virtual.name != taken
    finally:
        lock.__exit__(None, None, None)
    assert not is_held(taken)


def test_programs_see_the_display_but_neither_keys_nor_other_displays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import json

    for name in ("AGENT_API_KEY", "DASHSCOPE_API_KEY", "WAYLAND_DISPLAY", "XAUTHORITY"):
        monkeypatch.setenv(name, "canary")
    with VirtualDisplay(SMALL) as virtual:
        virtual.launch(python(WRITES_ENVIRONMENT, tmp_path / "seen"))
        wait_until((tmp_path / "seen").exists, what="the program's start")
        seen = json.loads((tmp_path / "seen").read_text())
        assert seen["DISPLAY"] == virtual.name
    assert "canary" not in seen.values()


def test_a_program_that_does_not_end_is_killed_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.programs.GRACE_SECONDS", 0.2)
    before = children()
    nested = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {STUBBORN!r}, sys.argv[1]])"
    with VirtualDisplay(SMALL) as virtual:
        virtual.launch(python(nested, tmp_path / "up"))
        wait_until((tmp_path / "up").exists, what="the program's start")
        inside = children() - before
    assert not [pid for pid in inside if psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie"]


def test_an_exception_passes_through_and_cleans_up() -> None:
    before = children()
    virtual = VirtualDisplay(SMALL)

    def fail() -> None:
        with virtual:
            names.append(virtual.name)
            raise ZeroDivisionError

    names: list[str] = []
    with pytest.raises(ZeroDivisionError):
        fail()
    assert children() == before
    assert not server_files(names[0])


def test_a_killed_agent_leaves_no_server(tmp_path: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from actions.action import Size\n"
        "from agent.virtual import VirtualDisplay\n"
        "import time\n"
        "with VirtualDisplay(Size(320, 240)) as virtual:\n"
        "    virtual.launch('xterm -e cat')\n"
        "    print(virtual.name, flush=True)\n"
        "    time.sleep(600)\n"
    )
    root = Path(__file__).parent.parent
    with subprocess.Popen([sys.executable, "-c", code, str(root)], stdout=subprocess.PIPE, text=True) as agent:
        assert agent.stdout is not None
        name = agent.stdout.readline().strip()
        inside = psutil.Process(agent.pid).children(recursive=True)
        assert len(inside) >= 3
        agent.send_signal(signal.SIGKILL)
    wait_until(lambda: not any(alive(process) for process in inside), what="the end of server and programs")
    assert not server_files(name)


def alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_without_openbox_there_is_a_bare_display(monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    real = shutil.which
    monkeypatch.setattr("shutil.which", lambda name: None if name == "openbox" else real(name))
    with VirtualDisplay(SMALL) as virtual:
        assert not window_manager_ready(virtual.name)


def test_missing_xvfb_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UsageError, match="apt-get install xvfb"), VirtualDisplay(SMALL):
        pass


@pytest.mark.parametrize("size", [Size(63, 600), Size(600, 16385), Size(0, 0), Size(-5, 100)])
def test_sizes_that_cannot_be(size: Size) -> None:
    with pytest.raises(UsageError, match="64 to 16384"):
        VirtualDisplay(size)


def test_a_server_that_fails_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "Xvfb"
    fake.write_text("#!/bin/sh\necho '(EE) could not find the font' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    before = children()
    with pytest.raises(ScreenError, match="could not find the font"), VirtualDisplay(SMALL):
        pass
    assert children() == before


def test_a_window_manager_that_fails_is_told_and_the_server_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "openbox"
    fake.write_text("#!/bin/sh\nexit 3\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    before = children()
    with pytest.raises(ScreenError, match="openbox ended at its start with status 3"), VirtualDisplay(SMALL):
        pass
    assert children() == before


@pytest.mark.parametrize(
    ("command", "complaint"),
    [("no-such-program --x", "no program 'no-such-program'"), ("", "empty"), ("xterm 'a", "No closing quotation")],
)
def test_commands_that_cannot_be(command: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        parse_command(command)


def test_words_are_split_as_in_a_shell_but_run_by_none() -> None:
    assert parse_command("xterm -e 'a b' $HOME;ls") == ("xterm", "-e", "a b", "$HOME;ls")


def test_programs_on_the_present_display_end_with_the_context(tmp_path: Path) -> None:
    before = children()
    with Programs(program_environment()) as programs:
        for command in (python(WRITES_ENVIRONMENT, tmp_path / "seen"), "sleep 600"):
            programs.start(parse_command(command))
        wait_until((tmp_path / "seen").exists, what="the program's start")
        assert children() - before
    assert children() == before
