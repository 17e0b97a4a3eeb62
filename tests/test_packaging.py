"""What a user installs: the exact contents of the wheel, and that the checkout's entry point is in it."""

from __future__ import annotations

import configparser
import email
import re
import shutil
import subprocess
import sys
import zipfile
from email.message import Message
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("agent", "actions", "prompts")
BUILT_FROM = (*PACKAGES, "tests", "recordings", "pyproject.toml", "README.md", "LICENSE")
DATA = {".toml", ".txt", ".jinja", ".css", ".js", ".typed"}
"""What stands in the packages beside modules. A new kind goes here and into pyproject.toml."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built from a copy: setuptools writes into the tree it builds. No network is used."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in BUILT_FROM:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source)
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check", "-q"]
    command = [sys.executable, "-m", "pip", "wheel", *options, "-w", str(out), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (file,) = out.glob("*.whl")
    with zipfile.ZipFile(file) as opened:
        yield opened


@pytest.fixture(scope="module")
def contents(wheel: zipfile.ZipFile) -> set[str]:
    return {name for name in wheel.namelist() if ".dist-info/" not in name}


@pytest.fixture(scope="module")
def info(wheel: zipfile.ZipFile) -> dict[str, str]:
    """The files of the .dist-info folder, by the path in it."""
    names = [name for name in wheel.namelist() if ".dist-info/" in name]
    return {name.partition("/")[2]: wheel.read(name).decode() for name in names}


@pytest.fixture(scope="module")
def metadata(info: dict[str, str]) -> Message:
    return email.message_from_string(info["METADATA"])


def source_files() -> set[str]:
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file()]
    return {path.relative_to(ROOT).as_posix() for path in files if path.suffix != ".pyc"}


def test_the_wheel_holds_the_three_packages_and_nothing_else(contents: set[str]) -> None:
    assert contents == source_files()


def test_the_packages_hold_modules_and_known_data() -> None:
    assert {Path(name).suffix for name in source_files()} <= DATA | {".py"}


@pytest.mark.parametrize("name", ["agent/dialects.toml", *(f"{package}/py.typed" for package in PACKAGES)])
def test_data_files_are_there(contents: set[str], name: str) -> None:
    assert name in contents


def test_every_dialect_s_prompt_is_there(contents: set[str]) -> None:
    from agent.dialect import catalogue

    assert {f"prompts/{dialect.prompt}" for dialect in catalogue().dialect.values()} <= contents


def test_tests_and_recordings_stay_at_home(contents: set[str]) -> None:
    assert not [name for name in contents if name.startswith(("tests", "recordings"))]


def test_the_licence_comes_along(info: dict[str, str], metadata: Message) -> None:
    assert info["licenses/LICENSE"] == (ROOT / "LICENSE").read_text()
    assert metadata["License-Expression"] == "MIT"


def test_the_command_is_agent(info: dict[str, str]) -> None:
    entry_points = configparser.ConfigParser()
    entry_points.read_string(info["entry_points.txt"])
    assert dict(entry_points["console_scripts"]) == {"agent": "agent.cli:main"}
    assert dict(entry_points["pytest11"]) == {"gui-plus-agent": "agent.pytest_plugin"}


def test_the_metadata_names_it(metadata: Message) -> None:
    assert metadata["Name"] == "gui-plus-agent"
    assert metadata["Requires-Python"] == ">=3.11"
    assert set(metadata.get_all("Provides-Extra") or []) == {"offline", "keyring", "dev"}
    assert "make demo" in metadata.get_payload()


def test_every_third_party_import_is_declared(metadata: Message) -> None:
    requirements = metadata.get_all("Requires-Dist") or []
    plain = {_imported_as(line) for line in requirements if "extra ==" not in line}
    extras = {_imported_as(line) for line in requirements if re.search(r"extra == .(offline|keyring)", line)}
    used = _third_party_imports()
    # The plugin's pytest is the one that loads it.
    assert used - {"pytest"} <= plain | extras
    assert plain <= used


def _imported_as(requirement: str) -> str:
    name = re.match(r"[\w.-]+", requirement)[0].lower()
    imported = {
        "pillow": "pil",
        "pyobjc-framework-quartz": "quartz",
        "python-xlib": "xlib",
        "opencv-python-headless": "cv2",
    }
    return imported.get(name, name)


def _third_party_imports() -> set[str]:
    from tests.test_architecture import MODULES, imports_of

    names = {name.partition(".")[0] for path in MODULES for name in imports_of(path)}
    return {name.lower() for name in names - set(sys.stdlib_module_names) - set(PACKAGES)}
