"""The pytest plugin, in pytest runs of its own."""

from __future__ import annotations

import ast
import json
import re
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

import agent.pytest_plugin
import prompts
from actions.action import Size
from actions.brake import Brake
from actions.desktop import DesktopExecutor
from agent.dialect import resolve
from agent.loop import Loop
from agent.parts import Parts, Plan
from agent.recording.recorder import Recorder
from agent.recording.session import SESSION_FILE
from agent.resting import LAUNCH_TIMES
from agent.screen import DesktopScreen
from agent.settle import ScreenSettler
from agent.virtual import VirtualDisplay
from tests.fakes import FakeConsent, ScriptedModel, call
from tests.test_replay import CLICKS, DONE, record

Run = Callable[..., pytest.RunResult]


@pytest.fixture
def run(pytester: pytest.Pytester, pytestconfig: pytest.Config) -> Run:
    """Runs pytest as a program, warnings being errors."""
    # The checkout may have been installed before it had the plugin; loaded twice it is refused.
    loaded = pytestconfig.pluginmanager.hasplugin("gui-plus-agent")
    plugin = () if loaded else ("-p", "agent.pytest_plugin")
    return lambda *arguments: pytester.runpytest_subprocess(*plugin, "-Werror", *arguments)


@pytest.fixture
def recordings(pytester: pytest.Pytester) -> Path:
    return pytester.mkdir("recordings")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight steps. Made before pytester, which forgets the modules that are imported in its time."""
    return record(tmp_path_factory.mktemp("recorded"), *CLICKS, DONE)


@pytest.fixture
def made(recorded: Path, recordings: Path) -> Callable[[str], Path]:
    """Puts that session into the recordings of the test, under a name."""
    return lambda name: shutil.copytree(recorded, recordings / name)


Made = Callable[[str], Path]


def tampered(session: Path) -> Path:
    """The recorded target of step 2 is another."""
    file = session / SESSION_FILE
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    for line in lines:
        if line["event"] == "step_planned" and line["step"] == 2:
            line["target"] = [1, 2]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return session


def properties(xml: Path) -> list[dict[str, str]]:
    """Of each test in a JUnit file."""
    return [
        {each.attrib["name"]: each.attrib["value"] for each in case.iter("property")}
        for case in ET.parse(xml).iter("testcase")
    ]


# --- offline ---------------------------------------------------------------------------------------------------------


def test_a_session_that_comes_out_again_passes(run: Run, made: Made) -> None:
    made("one")
    result = run("recordings", "-v")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["recordings/one/session.jsonl::replay PASSED*"])


def test_a_difference_fails_and_says_which(run: Run, made: Made) -> None:
    result = run(tampered(made("one")))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*one: replay*",
            "one: 1 difference, 8 of 8 steps replayed",
            "   step 2: expected target (1, 2), now *",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")


def test_what_cannot_be_read_fails_in_one_line_and_the_others_go_on(run: Run, recordings: Path, made: Made) -> None:
    made("d")
    for name, content in {"a": "no json\n", "b": "", "c": '{"event": "session_started"}\n' * 2}.items():
        (recordings / name).mkdir()
        (recordings / name / SESSION_FILE).write_text(content)
    result = run("recordings")
    result.assert_outcomes(passed=1, failed=3)
    result.stdout.fnmatch_lines(["*a: replay*", "*/a/session.jsonl is no recorded session: line 1: *", "*b: replay*"])
    result.stdout.no_fnmatch_line("*INTERNALERROR*")
    result.stdout.no_fnmatch_line("*Traceback*")


def test_links_are_not_followed_but_may_be_named(run: Run, recordings: Path, recorded: Path) -> None:
    (recordings / "link").symlink_to(recorded)
    (recordings / "deeper").symlink_to(recorded.parent)
    assert run("recordings").ret == pytest.ExitCode.NO_TESTS_COLLECTED
    run("recordings/link").assert_outcomes(passed=1)
    (recordings / "file").mkdir()
    (recordings / "file" / SESSION_FILE).symlink_to(recorded / SESSION_FILE)
    result = run("recordings")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*link*"])


def test_the_report_has_the_session_s_properties(run: Run, made: Made) -> None:
    good, bad = made("1"), tampered(made("2"))
    run("recordings", "--junitxml=report.xml")
    first, second = properties(Path("report.xml"))
    assert first == {
        "agent_session": str(good),
        "agent_task": "do it",
        "agent_model": "gui-plus-2026-02-26",
        "agent_steps": "8",
        "agent_heals": "0",
    }
    assert second == {**first, "agent_session": str(bad), "agent_step": "2"}


def test_workers_share_the_sessions(run: Run, made: Made) -> None:
    for name in "123":
        made(name)
    tampered(made("4"))
    result = run("recordings", "-n2", "--junitxml=report.xml")
    result.assert_outcomes(passed=3, failed=1)
    assert [found["agent_steps"] for found in properties(Path("report.xml"))] == ["8"] * 4


# --- options ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--agent-live", "--agent-update=chnaged"], "*invalid choice: 'chnaged'*"),
        (["--agent-update=changed"], "*--agent-update needs --agent-live*"),
        (["--agent-virtual=big"], "*'big' is not a size like 1280x800*"),
        (["--agent-wait=nan"], "*'nan' is not a number of seconds*"),
        (["--agent-wait=soon"], "*'soon' is not a number of seconds*"),
        (["--agent-approve=always"], "*invalid choice: 'always'*"),
    ],
)
def test_a_wrong_option_is_refused(run: Run, made: Made, options: list[str], said: str) -> None:
    made("one")
    result = run("recordings", *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([said])


# --- the module ------------------------------------------------------------------------------------------------------


def test_it_imports_pytest_and_little_else() -> None:
    code = """
import sys, pytest
before = set(sys.modules)
import agent.pytest_plugin
print(*set(sys.modules) - before)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {"agent", "agent.pytest_plugin", "agent.values"}


def test_pytest_is_imported_nowhere_else() -> None:
    for path in Path(agent.pytest_plugin.__file__).parents[1].glob("a*/**/*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert ("pytest" in names | modules) == (path.name == "pytest_plugin.py"), path


def test_the_file_s_name_is_the_session_s() -> None:
    assert agent.pytest_plugin.SESSION_FILE == SESSION_FILE


# --- live ------------------------------------------------------------------------------------------------------------

WINDOW = """
import sys, tkinter
left, top, text, colour = *map(int, sys.argv[1:3]), *sys.argv[3:5]
root = tkinter.Tk()
root.geometry("560x400+20+30")
root.configure(background="#203040")
label = tkinter.Label(root, text="not yet", font=("DejaVu Sans", 20), width=20)
label.place(x=20, y=20)
button = tkinter.Label(root, text=text, font=("DejaVu Sans", 22), background=colour, width=8, height=2)
button.place(x=left, y=top)
button.bind("<Button-1>", lambda _event: label.configure(text="Saved", background="#80ff80"))
root.mainloop()
"""
PRINTS_SIZE = """
import pathlib, tkinter
root = tkinter.Tk()
pathlib.Path("size").write_text(f"{root.winfo_screenwidth()}x{root.winfo_screenheight()}")
root.mainloop()
"""
SIZE = Size(640, 480)


Window = Callable[..., str]


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Window:
    """A command for a window with a button."""
    file = tmp_path_factory.mktemp("window") / "window.py"
    file.write_text(WINDOW)

    def command(left: int = 60, top: int = 150, text: str = "Save", colour: str = "#ffcc00") -> str:
        return shlex.join([sys.executable, str(file), str(left), str(top), text, colour])

    return command


@pytest.fixture(scope="module")
def performed(window: Window, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A session of a real click on the window's button and of the end, on a display of its own.

    Made before pytester, which forgets the modules that are imported in its time: pyautogui must not come twice.
    """
    profile = resolve("gui-plus-2026-02-26")
    cap = profile.pixel_cap(high_res=True)
    click = call("left_click", "Click Save", coordinate=[1000 * 120 // SIZE.width, 1000 * 240 // SIZE.height])
    with VirtualDisplay(SIZE) as virtual, pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.setenv("DISPLAY", virtual.name)
        brake, screen = Brake(), DesktopScreen()
        settler = stack.enter_context(closing(ScreenSettler(screen, brake, LAUNCH_TIMES)))
        empty = screen.capture()
        virtual.launch(window())
        settler.settle(empty)
        desktop = stack.enter_context(closing(DesktopExecutor(brake, ask=lambda _question: None)))
        parts = Parts(screen, ScriptedModel(click, DONE), FakeConsent(), desktop, settler, brake)
        settings: dict[str, Any] = {"cap": cap, "max_steps": 30, "virtual": [*SIZE], "launch": [window()]}
        text = prompts.load(profile.dialect.prompt)
        loop = Loop(Plan("save it", profile, text, cap=cap, settings=settings), parts)
        recorder = Recorder(tmp_path_factory.mktemp("performed"), "save it")
        for event in loop.run():
            recorder.handle(event)
        recorder.close()
    return recorder.path


@pytest.fixture
def session(performed: Path, recordings: Path) -> Path:
    """The same in the recordings of the test."""
    return shutil.copytree(performed, recordings / performed.name)


def relaunched(session: Path, command: str) -> None:
    """From now on replayed with another window."""
    (session / "replay.toml").write_text(f"launch = [{json.dumps(command)}]\n")


@pytest.mark.desktop
@pytest.mark.slow
class TestLive:
    def test_a_session_is_performed_on_each_worker_s_own_display(self, run: Run, session: Path) -> None:
        shutil.copytree(session, session.with_name("again"))
        result = run("recordings", "--agent-live", "-n2", "--junitxml=report.xml", "-rA")
        result.assert_outcomes(passed=4)
        found = properties(Path("report.xml"))
        assert {(each["agent_steps"], each["agent_heals"]) for each in found} == {("2", "0")}
        assert {each["agent_session"] for each in found} == {str(session), str(session.with_name("again"))}
        result.stdout.fnmatch_lines(["*agent steps*", "step 1 matched: Click Save"])

    def test_a_heal_is_told_and_kept(self, run: Run, session: Path, window: Window) -> None:
        relaunched(session, window(left=200, top=240))
        result = run("recordings", "--agent-live", "--agent-wait=3", "-n1")
        result.assert_outcomes(passed=2)
        result.stdout.fnmatch_lines(["*agent heals*", "*step 1 healed: Click Save (*"])
        result.stdout.fnmatch_lines(["*1 heal; --agent-update=changed keeps them"])
        result = run("recordings", "--agent-live", "--agent-wait=3", "--agent-update=changed")
        result.assert_outcomes(passed=2)
        result.stdout.fnmatch_lines(["*1 heal, kept by --agent-update"])
        result = run("recordings", "--agent-live", "--agent-wait=3")
        result.assert_outcomes(passed=2)
        result.stdout.no_fnmatch_line("*agent heals*")

    def test_a_mismatch_comes_with_its_pictures(self, run: Run, session: Path, window: Window) -> None:
        relaunched(session, window(text="#", colour="#aa2222"))
        result = run("recordings", "--agent-live", "--agent-wait=1", "--agent-output=out", "--junitxml=report.xml")
        result.assert_outcomes(passed=1, failed=1)
        found = properties(Path("report.xml"))[1]
        assert found["agent_step"] == "1"
        pictures = {name: Path(found[f"agent_{name}"]) for name in ("expected", "actual", "difference")}
        assert {picture.parent for picture in pictures.values()} == {Path("out", session.name).absolute()}
        assert all(picture.is_file() for picture in pictures.values())
        result.stdout.fnmatch_lines([f"{session.name}: mismatch: step 1: *", "   step 1: Click Save"])
        result.stdout.fnmatch_lines([f"   {name}: {picture}" for name, picture in pictures.items()])

    def test_a_program_that_is_not_there_fails_in_one_line(self, run: Run, session: Path) -> None:
        relaunched(session, "no-such-program-here")
        result = run("recordings", "--agent-live")
        result.assert_outcomes(passed=1, failed=1)
        result.stdout.fnmatch_lines(["*: live*", "*there is no program 'no-such-program-here'*"])

    def test_the_display_has_the_size_that_was_asked_for(self, run: Run, session: Path) -> None:
        size = shlex.join([sys.executable, "-c", PRINTS_SIZE])
        relaunched(session, size)
        run("recordings", "--agent-live", "--agent-wait=0", "--agent-virtual=400x300")
        assert Path("size").read_text() == "400x300"
        run("recordings", "--agent-live", "--agent-wait=0")
        assert Path("size").read_text() == "640x480"


BY_HAND = """
import os
from pathlib import Path
import pytest

SESSION, LAUNCHING, WINDOW = Path(__SESSION__), __LAUNCHING__, __WINDOW__

def test_offline(agent_session):
    agent_session.replay(SESSION)
    assert "DISPLAY" not in os.environ

def test_offline_fails(agent_session):
    agent_session.replay("nowhere")

def test_on_its_own_display(agent_session):
    agent_session.launch(WINDOW)
    before = agent_session.screenshot()
    assert before.size == (640, 480)
    assert os.environ["DISPLAY"] == agent_session.display.name
    agent_session.replay(SESSION, live=True, wait=5)
    after = agent_session.screenshot()
    assert after.getpixel((60, 80)) != before.getpixel((60, 80))

def test_on_the_session_s_display(agent_session):
    agent_session.replay(LAUNCHING, live=True)

def test_live_fails(agent_session):
    agent_session.launch(WINDOW.replace("Save", "nothing").replace("ffcc00", "aa2222"))
    agent_session.replay(SESSION, live=True, wait=0.5)

def test_what_is_set_is_set_back():
    assert "DISPLAY" not in os.environ
"""

CHECKS = """
def test_holds(agent_session):
    agent_session.launch(__WINDOW__)
    agent_session.check("text:not yet")

def test_does_not_hold(agent_session):
    agent_session.check("text:Saved", seconds=0.5)
"""


@pytest.mark.desktop
@pytest.mark.slow
class TestFixture:
    @pytest.fixture
    def written(self, pytester: pytest.Pytester, session: Path, window: Window) -> Callable[[str], Path]:
        """Writes a test file."""
        launching = shutil.copytree(session, session.with_name("launching"))
        (session / "replay.toml").write_text("launch = []\n")

        def write(text: str) -> Path:
            values = {"SESSION": str(session), "LAUNCHING": str(launching), "WINDOW": window()}
            for name, value in values.items():
                text = text.replace(f"__{name}__", repr(value))
            return pytester.makepyfile(text)

        return write

    def test_sessions_are_replayed_in_tests_by_hand(
        self, run: Run, session: Path, written: Callable[[str], Path]
    ) -> None:
        result = run(written(BY_HAND), "--agent-virtual=640x480", "--junitxml=report.xml")
        result.assert_outcomes(passed=4, failed=2)
        result.stdout.fnmatch_lines(["*test_offline_fails*", "cannot read nowhere*", "*test_live_fails*"])
        result.stdout.fnmatch_lines([f"{session.name}: mismatch: step 1: *", "   expected: *"])
        found = dict(zip(re.findall(r"def (test_\w+)", BY_HAND), properties(Path("report.xml")), strict=True))
        assert found["test_offline"]["agent_session"] == str(session)
        assert found["test_live_fails"]["agent_step"] == "1"

    def test_the_display_is_checked_in_tests_by_hand(self, run: Run, written: Callable[[str], Path]) -> None:
        result = run(written(CHECKS), "-v")
        result.assert_outcomes(passed=1, failed=1)
        result.stdout.fnmatch_lines(["text:Saved: *"])
