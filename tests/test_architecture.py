"""The rules that keep the house in order, read off the sources and off fresh interpreters."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("agent", "actions", "prompts")
FOLDERS = sorted(path.parent.name for path in (ROOT / "agent").glob("*/__init__.py"))
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))

OWNERS = {
    "mss": {"agent/screen.py"},
    "httpx": {"agent/endpoint/client.py"},
    "platformdirs": {"agent/config.py"},
    "jinja2": {"agent/show/page.py"},
    "keyring": {"agent/secrecy/values.py"},
    "rapidocr": {"agent/reading/engine.py"},
    "portalocker": {"agent/lock_files.py"},
    "xxhash": {"agent/screen.py"},
    "pybase64": {"agent/encode.py"},
    "simplejpeg": {"agent/encode.py"},
}
"""Third-party packages that one module speaks for."""
MAX_OWNERS = {"pyautogui": 1, "pynput": 2, "pyperclip": 1, "Quartz": 1}
PIXELS = {
    f"agent/{name}.py"
    for name in (
        "live/baselines",
        "checking",
        "live/covers",
        "doctor/machine",
        "element",
        "encode",
        "show/film",
        "frames",
        "live/steps",
        "live/end",
        "live/session",
        "live/locate",
        "matching",
        "preview",
        "reader",
        "replay/questions",
        "secrecy/redact",
        "screen",
        "reading/ocr",
        "offline/fields",
    )
}
HEAVY = {"mss", "pyautogui", "pynput", "Xlib", "rapidocr", "numpy", "onnxruntime", "cv2", "tkinter"}
"""A screen, a network or half a second: imported when they are used, never before."""
TOP_LEVEL = {
    *("agent", "actions", "prompts", "tests", "recordings"),
    *("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "Makefile"),
}
MAX_MODULE_LINES = 300
MAX_FUNCTION_LINES = 50


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports_of(path: Path) -> Iterator[str]:
    """The dotted names a module imports, wherever in it."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}:{node.lineno}: a relative import"
            yield node.module or ""


def importers_of(package: str) -> set[str]:
    return {name_of(path) for path in MODULES if package in {name.partition(".")[0] for name in imports_of(path)}}


def calls_of(path: Path) -> Iterator[tuple[str, int]]:
    """The names a module calls (`print`, `os.system`), with their lines."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter with no display and warnings as errors."""
    environment = {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)


def tracked_files() -> list[str]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode:
        pytest.skip("not a git checkout")
    return [name for name in listing.stdout.split("\0") if name and (ROOT / name).exists()]


@pytest.mark.parametrize(("package", "owners"), OWNERS.items(), ids=list(OWNERS))
def test_a_package_has_one_owner(package: str, owners: set[str]) -> None:
    assert importers_of(package) == owners


@pytest.mark.parametrize(("package", "most"), MAX_OWNERS.items(), ids=list(MAX_OWNERS))
def test_a_platform_s_package_has_few_owners(package: str, most: int) -> None:
    assert len(importers_of(package)) <= most


def test_only_actions_sends_input() -> None:
    assert all(owner.startswith("actions/") for owner in importers_of("pyautogui") | importers_of("Xlib"))


def test_numbers_are_crunched_in_few_places() -> None:
    elsewhere = {one for one in importers_of("numpy") if not one.startswith(("agent/reading/", "agent/offline/"))}
    assert elsewhere == {"agent/matching.py"}
    owners = ("blocks", "borders", "engine", "lines", "marks", "shapes", "signs")
    assert importers_of("cv2") == {f"agent/reading/{name}.py" for name in owners}


def test_pixels_are_handled_in_few_places() -> None:
    assert importers_of("PIL") <= PIXELS


def test_actions_never_imports_agent() -> None:
    inside = {name_of(path) for path in (ROOT / "actions").rglob("*.py")}
    assert not (importers_of("agent") | importers_of("prompts")) & inside


def test_prompts_imports_the_standard_library_only() -> None:
    for path in (ROOT / "prompts").rglob("*.py"):
        assert {name.partition(".")[0] for name in imports_of(path)} <= sys.stdlib_module_names


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_the_library_never_prints(path: Path) -> None:
    assert [line for name, line in calls_of(path) if name == "print"] == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nothing_is_executed_that_is_not_our_code(path: Path) -> None:
    forbidden = {"eval", "exec", "compile", "os.system", "os.popen", "pickle.load", "pickle.loads", "__import__"}
    assert [f"{name}:{line}" for name, line in calls_of(path) if name in forbidden] == []
    shells = [
        node.value.lineno for node in ast.walk(tree_of(path)) if isinstance(node, ast.keyword) and node.arg == "shell"
    ]
    assert shells == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_module_has_mutable_state(path: Path) -> None:
    tree = tree_of(path)
    assert [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Global)] == []
    assert [f"{name}:{line}" for name, line in _mutable_names(tree) if name != "__all__" and not name.isupper()] == []


def _mutable_names(tree: ast.Module) -> Iterator[tuple[str, int]]:
    # Upper-case names are constants by convention; whoever changed one would be seen doing it.
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and _is_mutable(node.value):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    yield target.id, node.lineno


def _is_mutable(value: ast.expr) -> bool:
    literals = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
    makers = {"list", "dict", "set", "bytearray", "defaultdict", "deque", "Counter", "OrderedDict"}
    return isinstance(value, literals) or (
        isinstance(value, ast.Call) and ast.unparse(value.func).rpartition(".")[2] in makers
    )


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("cache = {}", ["cache"]),
        ("seen: set[str] = set()", ["seen"]),
        ("_names = [n for n in ()]", ["_names"]),
        ("import collections\nqueue = collections.deque()", ["queue"]),
        ("x = 1\ndef f():\n    y = []", []),
    ],
)
def test_mutable_state_is_found(source: str, found: list[str]) -> None:
    assert [name for name, _ in _mutable_names(ast.parse(source))] == found


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_and_functions_are_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_MODULE_LINES
    long = [
        f"{node.name}: {length} lines"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > MAX_FUNCTION_LINES
    ]
    assert long == []


def test_every_module_can_be_imported_without_a_display_and_does_nothing() -> None:
    names = [name_of(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in MODULES]
    code = """
import importlib, json, sys, threading
for name in sys.argv[1:]:
    importlib.import_module(name)
sys.stderr.write(json.dumps([sorted({m.partition(".")[0] for m in sys.modules}), threading.active_count()]))
"""
    done = python(code, *names)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    loaded, threads = json.loads(done.stderr)  # Nothing else was said.
    assert threads == 1
    assert HEAVY & set(loaded) == set()


def test_the_packages_alone_import_nothing_else() -> None:
    done = python("import agent, actions, prompts, sys; print(*{m.partition('.')[0] for m in sys.modules})")
    assert done.returncode == 0, done.stderr
    assert third_party(done.stdout.split()) == set()


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["plan", "--help"], ["models", "--help"]])
def test_help_needs_no_display_and_no_third_party_package(arguments: list[str]) -> None:
    code = """
import sys
from agent.cli import main
try:
    status = main(sys.argv[1:])
except SystemExit as end:
    status = end.code
sys.stderr.write(" ".join({name.partition(".")[0] for name in sys.modules}))
sys.exit(status)
"""
    done = python(code, *arguments)
    assert done.returncode == 0, done.stderr
    assert "usage: agent" in done.stdout
    assert third_party(done.stderr.split()) == set()


def third_party(loaded: list[str]) -> set[str]:
    """Packages that are neither the standard library's nor ours; what an editable install loads at start is not."""
    at_start = set(python("import sys; print(*{m.partition('.')[0] for m in sys.modules})").stdout.split())
    return set(loaded) - set(sys.stdlib_module_names) - set(PACKAGES) - at_start


def test_nothing_unknown_stands_at_the_top_level() -> None:
    top = {name.partition("/")[0] for name in tracked_files()}
    assert {name for name in top if not name.startswith(".")} <= TOP_LEVEL


@pytest.mark.parametrize("package", ["agent", *(f"agent/{name}" for name in FOLDERS), "actions"])
def test_the_map_of_the_house_is_true(package: str) -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text.partition(f"| `{package}/` |")[2].partition("\n\n")[0]
    named = [
        name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.partition("|")[2].partition("|")[0])
    ]
    assert sorted(named) == sorted(path.stem for path in (ROOT / package).glob("*.py") if path.stem != "__init__")


def test_the_tests_are_flat() -> None:
    allowed = re.compile(r"tests/([^/]+\.(py|toml)|bench/.*|apps/.*)")
    odd = [name for name in tracked_files() if name.startswith("tests/") and not allowed.fullmatch(name)]
    assert odd == []


def test_no_path_of_a_machine_and_no_tool_of_ours_is_named() -> None:
    path = re.compile(r"(?<![\w./~${}-])/(?:root|work|opt|home|Users)/\w")
    # A maker's name is no tool's: it is also that of a format that endpoints speak (`agent.endpoint.wire_anthropic`).
    tool = re.compile(r"\b(?:claude|copilot|chatgpt|co-authored-by|generated with)\b|@anthropic\b", re.IGNORECASE)
    found = []
    for name in tracked_files():
        if name == name_of(Path(__file__)) or (ROOT / name).is_symlink():
            continue
        text = (ROOT / name).read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            if path.search(line) or tool.search(line):
                found.append(f"{name}:{number}: {line.strip()[:80]}")
    assert found == []
