"""`replay.toml`: what it may say, and what a stranger's may not do."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from agent.config import MAX_FILE_BYTES
from agent.errors import SessionError
from agent.live.settings import FILE, LiveSettings, live_settings
from agent.recording.session import read_session
from agent.rect import Rect
from tests.test_replay import CLICKS, DONE, record


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return record(tmp_path_factory.mktemp("original"), CLICKS[0], DONE)


@pytest.fixture
def path(original: Path, tmp_path: Path) -> Path:
    return shutil.copytree(original, tmp_path / "session")


def settings(path: Path, text: str | None = None, **recorded: Any) -> LiveSettings:
    """Those of a session whose replay.toml is `text` and whose run had the settings `recorded`."""
    if text is not None:
        (path / FILE).write_text(text)
    file = path / "session.jsonl"
    first, *rest = file.read_text().splitlines(keepends=True)
    started = json.loads(first)
    started["settings"] |= recorded
    file.write_text("".join([json.dumps(started) + "\n", *rest]))
    return live_settings(read_session(path))


def test_without_a_file_it_is_as_it_was_recorded(path: Path) -> None:
    plain = settings(path)
    assert (plain.size, plain.launch, plain.end, plain.exclude, plain.check) == (None, (), True, (), [])
    said = settings(path, virtual=[1280, 800], launch=["xterm"], checks=[{"text": "Saved"}])
    assert (said.size, said.launch, said.check) == ((1280, 800), ("xterm",), [{"text": "Saved"}])


def test_the_file_wins_over_the_recording(path: Path) -> None:
    said = settings(
        path,
        'virtual = "800x600"\nlaunch = ["xclock", "xterm -e top"]\nend = false\n[[check]]\nno-text = "Error"\n',
        virtual=[1280, 800],
        launch=["xterm"],
        checks=[{"text": "Saved"}],
    )
    assert said.size == (800, 600)
    assert said.launch == ("xclock", "xterm -e top")
    assert said.end is False
    assert said.check == [{"no-text": "Error"}]


def test_an_empty_file_says_nothing(path: Path) -> None:
    assert settings(path, "", launch=["xterm"]).launch == ("xterm",)


def test_what_is_left_out_is_left_out_of_its_step_or_of_all(path: Path) -> None:
    said = settings(path, "[[exclude]]\narea = [0, 10, 200, 30]\n[[exclude]]\nstep = 2\narea = [5, 6, 7, 8]\n")
    assert said.excluded(1) == (Rect(0, 10, 200, 40),)
    assert said.excluded(2) == (Rect(0, 10, 200, 40), Rect(5, 6, 12, 14))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('virtual = "large"', "virtual"),
        ('virtual = "1280x800x24"', "virtual"),
        ('virtual = "1280x800\\n"', "virtual"),
        ('virtual = "999999x999999"', "virtual"),
        ('virtual = "99999x99999"', "virtual"),
        ('virtual = "00x00"', "virtual"),
        ("virtual = 1280", "virtual"),
        ('launch = "xterm"', "launch"),
        ("launch = [1]", "launch.0"),
        ("launch = true", "launch"),
        ("end = 3", "end"),
        ('end = "perhaps"', "end"),
        ("exclude = 1", "exclude"),
        ("exclude = [1]", "exclude.0"),
        ("[[exclude]]", "exclude.0.area"),
        ("[[exclude]]\narea = [0, 0, 10]", "exclude.0.area.3"),
        ("[[exclude]]\narea = [0, 0, 10, -1]", "exclude.0.area.3"),
        ("[[exclude]]\narea = [0, 0, 10, 100001]", "exclude.0.area.3"),
        ("[[exclude]]\narea = [0, 0, nan, 1]", "exclude.0.area.2"),
        ("[[exclude]]\narea = [0, 0, inf, 1]", "exclude.0.area.2"),
        ("[[exclude]]\narea = [0, 0, 1.5, 1]", "exclude.0.area.2"),
        ("[[exclude]]\narea = [true, 0, 1, 1]", "exclude.0.area.0"),
        ('[[exclude]]\narea = ["1", 0, 1, 1]', "exclude.0.area.0"),
        ("[[exclude]]\narea = 1979-05-27", "exclude.0.area"),
        ("[[exclude]]\nstep = 0\narea = [0, 0, 1, 1]", "exclude.0.step"),
        ("[[exclude]]\nstep = true\narea = [0, 0, 1, 1]", "exclude.0.step"),
        ("[[exclude]]\narea = [0, 0, 1, 1]\ncolour = 1", "exclude.0.colour"),
        ('check = "text:Saved"', "check"),
        ("check = [1]", "check.0"),
        ("unknown = 1", "unknown"),
    ],
)
def test_what_is_wrong_is_named_in_one_line(path: Path, text: str, named: str) -> None:
    with pytest.raises(SessionError) as error:
        settings(path, text)
    said = str(error.value)
    assert f"{FILE} is wrong: {named}: " in said
    assert "\n" not in said


def test_a_name_that_steers_a_terminal_is_said_harmlessly_and_short(path: Path) -> None:
    with pytest.raises(SessionError) as error:
        settings(path, '"\\u001b[2Jred\\n' + "x" * 10_000 + '" = 1')
    said = str(error.value)
    assert said.isprintable()
    assert len(said) < 1000


def test_what_the_recording_says_wrong_is_not_said_of_a_file_that_is_not_there(path: Path) -> None:
    with pytest.raises(SessionError, match=r"session\.jsonl is wrong: launch"):
        settings(path, launch="xterm")


@pytest.mark.parametrize(
    "recorded",
    [{"virtual": [1280, "x"]}, {"virtual": [[[]]]}, {"launch": {"a": 1}}, {"checks": "all"}, {"checks": [[1]]}],
    ids=str,
)
def test_settings_that_nobody_had_are_an_error_of_one_line(path: Path, recorded: dict[str, Any]) -> None:
    with pytest.raises(SessionError) as error:
        settings(path, **recorded)
    assert "\n" not in str(error.value)


# Made to do harm


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe\x00",
        b"virtual = \x00",
        b"= 1",
        b"a = " + b"[" * 100_000,
        b"a = " + b"{b=" * 100_000,
        b"a" + b".a" * 100_000 + b" = 1",
        b"a = " + b"1" * 5_000,
        b"x = 1\nx = 2",
        b"#" + b"x" * MAX_FILE_BYTES,
    ],
    ids=lambda data: repr(data[:20]),
)
def test_a_file_that_is_no_settings_is_an_error_of_one_line(path: Path, data: bytes) -> None:
    (path / FILE).write_bytes(data)
    with pytest.raises(SessionError) as error:
        settings(path)
    assert "\n" not in str(error.value)
    assert FILE in str(error.value)


def test_a_link_a_pipe_and_a_folder_are_not_read(path: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.toml"
    outside.write_text('launch = ["xterm"]')
    for target in (outside, tmp_path / "nowhere"):
        (path / FILE).symlink_to(target)
        with pytest.raises(SessionError, match="links in a recording are not followed"):
            settings(path)
        (path / FILE).unlink()
    os.mkfifo(path / FILE)
    with pytest.raises(SessionError, match="no regular file"):
        settings(path)
    (path / FILE).unlink()
    (path / FILE).mkdir()
    with pytest.raises(SessionError, match=r"regular file|directory"):
        settings(path)
