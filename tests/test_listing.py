"""`agent list`: every session that can be read, the newest first."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from agent.cli import main
from tests.test_showing import CLICKS, DONE, lines, record, write


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A session of two steps, not to be changed."""
    return record(tmp_path_factory.mktemp("original"), CLICKS[0], DONE, name="session")


@pytest.fixture
def folder(original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Recordings in the present folder: one session, started at 10:00."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TZ", "UTC")
    copy(original, tmp_path / "recordings" / "first", "2026-03-01T10:00:00.000+00:00")
    return tmp_path / "recordings"


def copy(original: Path, path: Path, time: str, **started: Any) -> Path:
    shutil.copytree(original, path)
    content = lines(path)
    content[0] |= {"time": time, **started}
    write(path, content)
    return path


def listed(*arguments: str, capsys: pytest.CaptureFixture[str], code: int = 0) -> list[dict[str, Any]]:
    assert main(["list", *arguments, "--json"]) == code
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def names(rows: list[dict[str, Any]]) -> list[str]:
    return [Path(row["recording"]).name for row in rows]


def test_the_table(original: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy(original, folder / "20260302T000000Z-long", "2026-03-02T00:00:00.000+00:00", task="a long task " * 50)
    assert main(["list"]) == 0
    out, err = capsys.readouterr()
    rows = [line for line in out.splitlines() if line.startswith("│")]
    assert err == ""
    assert len(rows) == 2, "a line a session"
    cells = [[cell.strip() for cell in row.strip("│").split("│")] for row in rows]
    assert cells[0][1].startswith("a long task a long")
    assert cells[0][1].endswith("…")
    assert cells[0][-1] == "20260302T000000Z-long"
    assert cells[1][1:] == ["do it", "gui-plus-2026-02-26", "success", "2", "0.0039", "first"]
    assert max(map(len, out.splitlines())) <= 160


def test_times_are_those_of_the_wall_clock(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    try:
        assert main(["list"]) == 0
    finally:
        monkeypatch.undo()
        time.tzset()
    assert "2026-03-01 18:00" in capsys.readouterr().out


def test_names_are_whole_in_a_pipe(original: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = "20260302T000000Z-" + "word-" * 8 + "end"
    copy(original, folder / name, "2026-03-02T00:00:00.000+00:00", task="task " * 30)
    assert main(["list"]) == 0
    assert name in capsys.readouterr().out


@pytest.mark.parametrize("width", [80, 100, 140, 200])
def test_a_terminal_of_any_width(
    width: int, original: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "20260302T000000Z-" + "word-" * 8 + "end"
    copy(original, folder / name, "2026-03-02T00:00:00.000+00:00", task="buy " * 30)
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert main(["list"]) == 0
    out = re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().out)
    assert max(map(len, out.splitlines())) <= width
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in out.splitlines() if line[0] == "│"]
    assert "".join(row[-1] for row in rows) == f"{name}first", "a name may be folded, but is whole"
    assert len(rows[0][1]) >= 10
    assert rows[0][1].startswith("buy buy")
    assert "steps" in out
    assert rows[-1][-3:-1] == ["2", "0.0039"]
    assert any("success" in row for row in rows)
    assert any("2026-03-02 00:00" in row for row in rows)


@pytest.mark.parametrize(("width", "shown"), [(40, 3), (60, 4)])
def test_on_a_narrow_terminal_columns_make_way_whole(
    width: int, shown: int, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert main(["list"]) == 0
    lines_ = re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().out).splitlines()
    assert max(map(len, lines_)) <= width
    (row,) = [line for line in lines_ if line.startswith("│")]
    cells = [cell.strip() for cell in row.strip("│").split("│")]
    assert len(cells) == shown
    assert {"do it", "success", "first"} <= set(cells)
    assert "…" not in row


def test_the_newest_comes_first_whatever_the_folder_is_called(
    original: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy(original, folder / "a", "2026-03-01T12:00:00.000+00:00")
    copy(original, folder / "z", "2026-03-01T12:30:00.000+05:00")
    assert names(listed(capsys=capsys)) == ["a", "first", "z"]


def test_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (row,) = listed(capsys=capsys)
    assert row == {
        "recording": os.path.join("recordings", "first"),
        "time": "2026-03-01T10:00:00.000+00:00",
        "task": "do it",
        "model": "gui-plus-2026-02-26",
        "status": "success",
        "steps": 2,
        "cost": pytest.approx(0.0039),
        "notes": [],
    }


def test_unfinished_and_damaged(original: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, content in (("unfinished", lines(original)[:-1]), ("damaged", [*lines(original)[:6], {}, {}])):
        shutil.copytree(original, folder / name)
        write(folder / name, content)
    rows = {Path(row["recording"]).name: row for row in listed(capsys=capsys)}
    assert rows["unfinished"]["status"] == "unfinished"
    assert rows["unfinished"]["cost"] == pytest.approx(rows["first"]["cost"])
    assert rows["damaged"]["status"] == "damaged"
    assert "line 7" in rows["damaged"]["notes"][-1]
    assert main(["list"]) == 0
    assert "unfinished" in capsys.readouterr().out


def test_an_unknown_cost_is_said(original: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = lines(folder / "first")
    content[-1]["cost"] = None
    write(folder / "first", content)
    assert listed(capsys=capsys)[0]["cost"] is None
    assert main(["list"]) == 0
    assert "unknown" in capsys.readouterr().out


@pytest.mark.parametrize("json_", [True, False])
def test_what_cannot_be_read_hides_nothing(json_: bool, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, content in (("bad", "{"), ("worse", "")):
        (folder / name).mkdir()
        (folder / name / "session.jsonl").write_text(content)
    assert main(["list", *(["--json"] if json_ else [])]) == 2
    out, err = capsys.readouterr()
    assert "first" in out
    assert [line.split(":")[0] for line in err.splitlines()] == ["agent", "agent"]
    assert "bad" in err
    assert "worse" in err


def test_folders_that_are_not_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "none", "recordings"]) == 2
    out, err = capsys.readouterr()
    assert "none" in err
    assert err.count("\n") == 1
    assert "first" in out


@pytest.mark.parametrize("made", [True, False])
@pytest.mark.parametrize("json_", [True, False])
def test_nothing_recorded_yet(
    made: bool, json_: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    if made:
        (tmp_path / "recordings").mkdir()
    assert main(["list", *(["--json"] if json_ else [])]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert json_ or "nothing is recorded in recordings yet" in err


def test_a_session_is_listed_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = ["recordings", "recordings/first", "recordings/first/session.jsonl", "./recordings"]
    assert len(listed(*paths, capsys=capsys)) == 1


def test_a_task_steers_no_terminal(original: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    task = "\x1b[2J\x1b]0;title\x07red\n\rtape [bold]markup[/bold] \u202eabc"
    copy(original, folder / "evil", "2026-03-02T00:00:00.000+00:00", task=task, model="\x1b[31m")
    assert main(["list"]) == 0
    out = capsys.readouterr().out
    assert not [letter for letter in out if not letter.isprintable() and letter != "\n"]
    assert "[bold]markup[/bold]" in out
    assert listed(capsys=capsys)[0]["task"] == task, "JSON keeps what was said, escaped"


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_times_at_the_ends_of_the_calendar(
    time: str, original: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy(original, folder / "odd", time)
    assert main(["list"]) == 0
    assert "odd" in capsys.readouterr().out


def test_no_picture_is_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(folder / "first" / "screens")
    assert names(listed(capsys=capsys)) == ["first"]
