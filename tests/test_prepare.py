"""`.ci/prepare`, which both README commands start with, on a machine of stubs: what it installs, says, leaves alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what it installs on Linux")

PLAIN_TOOLS = ("sh", "dirname", "cat", "cksum", "uname", "rm", "sed", "grep", "env", "mkdir", "cp", "chmod", "sleep")
PLAIN_TOOLS += ("flock", "touch")
DEMO_PACKAGES = ["xvfb", "openbox", "xclip", "chromium", "fonts-dejavu-core"]
DEMO_COMMANDS = ["Xvfb", "openbox", "xclip", "chromium"]

PYTHON = """#!/bin/sh
echo "python $*" >>"$MACHINE/log"
case "$*" in
    "-m venv --clear .venv") rm -rf .venv; mkdir -p .venv/bin; cp "$MACHINE/bin/python" .venv/bin/python ;;
    "-m pip --version") [ ! -e .venv/no-pip ] ;;
    "-m pip install"*) sleep 0.2; [ ! -e "$MACHINE/no-network" ] || exit 1 ;;
    *) ;;
esac
"""
APT_GET = """#!/bin/sh
echo "apt-get $*" >>"$MACHINE/log"
case "$*" in install*)
    for command in $COMMANDS; do printf '#!/bin/sh\\n' >"$MACHINE/bin/$command"; chmod +x "$MACHINE/bin/$command"; done
    for package in $*; do touch "$MACHINE/$package"; done ;;
esac
"""
STUBS = {
    "python": PYTHON,
    "apt-get": APT_GET,
    "apt-cache": "#!/bin/sh\n",
    "dpkg": '#!/bin/sh\n[ ! -e "$MACHINE/$2" ] || echo "Status: install ok installed"\n',
    "id": "#!/bin/sh\necho ${ID:-0}\n",
}


class Machine:
    """A fresh machine: a checkout, and a PATH with only what the tests put there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.checkout = folder / "checkout"
        (self.checkout / ".ci").mkdir(parents=True)
        self.bin.mkdir()
        shutil.copy(ROOT / ".ci/prepare", self.checkout / ".ci/prepare")
        shutil.copy(ROOT / "pyproject.toml", self.checkout)
        for tool in PLAIN_TOOLS:
            found = shutil.which(tool)
            assert found, f"this test needs {tool}"
            (self.bin / tool).symlink_to(found)
        for name, text in STUBS.items():
            self.stub(name, text)

    def stub(self, name: str, text: str = "#!/bin/sh\n") -> None:
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def has_everything(self) -> None:
        for command in DEMO_COMMANDS:
            self.stub(command)
        (self.folder / "fonts-dejavu-core").touch()

    def start(self, goal: str = "demo", **variables: str) -> subprocess.Popen[str]:
        (self.folder / "log").write_text("")
        environment = {
            "PATH": str(self.bin),
            "MACHINE": str(self.folder),
            "PYTHON": "python",
            "COMMANDS": " ".join(DEMO_COMMANDS),
        }
        return subprocess.Popen(
            [self.checkout / ".ci/prepare", goal],
            env=environment | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd="/",
        )

    def prepare(self, goal: str = "demo", **variables: str) -> tuple[int, str]:
        with self.start(goal, **variables) as process:
            said, _ = process.communicate()
        return process.returncode, said

    def log(self, word: str) -> list[str]:
        """The calls of the stubs in which `word` occurs."""
        return [line for line in (self.folder / "log").read_text().splitlines() if word in line]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_fresh_machine_gets_everything_and_is_told(machine: Machine) -> None:
    code, said = machine.prepare()
    assert code == 0, said
    assert f"installing Debian packages: {' '.join(DEMO_PACKAGES)}" in said
    assert 'extra "offline"' in said
    assert machine.log("apt-get") == [
        "apt-get update -q",
        f"apt-get install -q -y --no-install-recommends {' '.join(DEMO_PACKAGES)}",
    ]
    assert len(machine.log("pip install")) == 1


def test_the_second_time_nothing_is_installed_or_said(machine: Machine) -> None:
    machine.prepare()
    assert machine.prepare() == (0, "")
    assert machine.log("apt-get") == machine.log("pip install") == machine.log("-m venv") == []


def test_a_complete_machine_is_left_alone(machine: Machine) -> None:
    machine.has_everything()
    code, said = machine.prepare()
    assert code == 0
    assert "Debian" not in said
    assert machine.log("apt-get") == []


def test_only_what_is_missing_is_installed(machine: Machine) -> None:
    machine.has_everything()
    (machine.bin / "xclip").unlink()
    machine.prepare()
    assert machine.log("apt-get install") == ["apt-get install -q -y --no-install-recommends xclip"]


def test_the_tests_want_more_than_the_demo(machine: Machine) -> None:
    machine.has_everything()
    machine.prepare("test", COMMANDS="xterm xdotool xprop xrandr cc")
    packages = "xterm xdotool x11-utils x11-xserver-utils gcc fonts-dejavu-extra fonts-noto-cjk libc6-dev"
    assert machine.log("apt-get install")[0].endswith(f"--no-install-recommends {packages}")
    assert machine.log("[dev]")


@pytest.mark.parametrize(("goal", "packages"), [("tasks", "l3afpad galculator"), ("bench", "imagemagick")])
def test_tasks_and_bench_want_programs_more(machine: Machine, goal: str, packages: str) -> None:
    machine.has_everything()
    machine.prepare("test", COMMANDS="xterm xdotool xprop xrandr cc")
    machine.prepare(goal)
    assert machine.log("apt-get install") == [f"apt-get install -q -y --no-install-recommends {packages}"]
    assert machine.log("pip install") == []


def test_what_the_tests_need_is_enough_for_the_demo(machine: Machine) -> None:
    machine.has_everything()
    machine.prepare("test", COMMANDS="xterm xdotool xprop xrandr cc")
    assert machine.prepare("demo") == (0, "")
    assert machine.log("pip install") == []


def test_another_browser_will_do(machine: Machine) -> None:
    machine.has_everything()
    (machine.bin / "chromium").rename(machine.bin / "google-chrome")
    machine.prepare()
    assert machine.log("apt-get") == []


def test_ubuntu_calls_chromium_otherwise(machine: Machine) -> None:
    machine.has_everything()
    (machine.bin / "chromium").unlink()
    machine.stub("apt-cache", "#!/bin/sh\nexit 100\n")
    machine.prepare()
    assert machine.log("apt-get install")[0].endswith(" chromium-browser")


def test_without_rights_it_says_the_line_and_stops(machine: Machine) -> None:
    code, said = machine.prepare(ID="1000")
    assert code == 1
    assert f"apt-get update && apt-get install {' '.join(DEMO_PACKAGES)}" in said
    assert machine.log("apt-get") == machine.log("-m venv") == []


def test_sudo_is_used_where_it_is_needed(machine: Machine) -> None:
    machine.stub("sudo", '#!/bin/sh\necho "sudo $*" >>"$MACHINE/log"\nexec "$@"\n')
    code, _ = machine.prepare(ID="1000")
    assert code == 0
    assert [line.split()[1] for line in machine.log("sudo")] == ["apt-get", "env"]


def test_another_system_is_told_what_is_needed(machine: Machine) -> None:
    (machine.bin / "apt-get").unlink()
    code, said = machine.prepare()
    assert code == 1
    assert "xvfb openbox xclip chromium" in said
    assert "package manager" in said


def test_an_unfit_python_is_named(machine: Machine) -> None:
    machine.has_everything()
    machine.stub("old", "#!/bin/sh\nexit 1\n")
    code, said = machine.prepare(PYTHON="old")
    assert code == 1
    assert "PYTHON=old is not Python 3.11 or newer" in said


def test_a_failed_install_is_made_good_by_the_next_call(machine: Machine) -> None:
    machine.has_everything()
    (machine.folder / "no-network").touch()
    assert machine.prepare()[0] != 0
    (machine.folder / "no-network").unlink()
    assert machine.prepare()[0] == 0
    assert len(machine.log("-m venv --clear")) == 1
    assert len(machine.log("pip install")) == 1
    assert machine.prepare() == (0, "")


def test_a_half_made_environment_is_made_anew(machine: Machine) -> None:
    machine.has_everything()
    machine.prepare()
    (machine.checkout / ".venv/no-pip").touch()
    assert machine.prepare()[0] == 0
    assert len(machine.log("-m venv --clear")) == 1


def test_new_requirements_are_installed(machine: Machine) -> None:
    machine.has_everything()
    machine.prepare()
    with (machine.checkout / "pyproject.toml").open("a") as file:
        file.write("# changed\n")
    machine.prepare()
    assert len(machine.log("pip install")) == 1
    assert machine.log("-m venv") == []


def test_two_calls_at_once_install_once(machine: Machine) -> None:
    machine.has_everything()
    both = [machine.start() for _ in range(2)]
    for process in both:
        process.communicate()
    assert [process.returncode for process in both] == [0, 0]
    assert len(machine.log("pip install")) == 1


def test_an_unknown_goal_is_a_usage_error(machine: Machine) -> None:
    assert machine.prepare("everything")[0] == 2


def make(*arguments: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", "-n", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    ).stdout


def test_the_demo_is_the_main_job() -> None:
    said = make("demo").replace("\\\n", " ")
    assert '.venv/bin/agent run "open the browser" --model offline --virtual 1280x800' in said
    assert '--launch ".venv/bin/python tests/apps/launcher.py"' in said


def test_the_test_command_checks_everything() -> None:
    said = make("test")
    for tool in ("ruff check .", "ruff format --check .", "mypy", "pytest"):
        assert f"-m {tool}" in said


def test_ci_runs_the_readme_s_test_command() -> None:
    assert os.access(ROOT / ".ci/run", os.X_OK)
    assert (ROOT / ".ci/run").read_text().splitlines()[-1] == "exec make test"
    assert "make test" in (ROOT / "README.md").read_text()
