"""What a session accepts besides its recording: written whole, and read as a stranger's file."""

from __future__ import annotations

import json
import os
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from actions.action import Point
from agent.encode import encode_png
from agent.errors import RecordingError, SessionError
from agent.events import ImageFile
from agent.live.baselines import FILE, MAX_BYTES, MOST_ALTERNATIVES, Baselines, crop, decoded
from agent.recording import recorder
from agent.recording.recorder import write_picture
from agent.rect import Rect

BOX = Rect(100, 50, 160, 90)
AT = Point(130, 70)


def look(number: int = 0) -> Image.Image:
    image = Image.new("RGB", (60, 40), "white")
    ImageDraw.Draw(image).rectangle((5, 5, 20 + number, 20), fill="navy")
    return image


@pytest.fixture
def session(tmp_path: Path) -> Path:
    folder = tmp_path / "session"
    (folder / "screens").mkdir(parents=True)
    return folder


def kept(session: Path, count: int = 1, step: int = 3) -> dict[str, Any]:
    """`count` looks accepted and written; what the file says."""
    baselines = Baselines(session)
    for number in range(count):
        baselines.accept(step, look(number), BOX, AT, "text")
    assert baselines.write()
    return json.loads((session / FILE).read_text())


def write(session: Path, data: Any) -> None:
    (session / FILE).write_text(data if isinstance(data, str) else json.dumps(data))


# What is kept comes back


def test_what_was_accepted_comes_back(session: Path) -> None:
    kept(session)
    baselines = Baselines(session)
    (one,) = baselines.alternatives(3)
    assert (one.box, one.at) == (BOX, AT)
    assert one.picture.tobytes() == look().tobytes()
    assert baselines.alternatives(4) == ()


def test_nothing_is_written_where_nothing_was_accepted(session: Path) -> None:
    assert not Baselines(session).write()
    assert list(session.iterdir()) == [session / "screens"]
    kept(session)
    before = (session / FILE).stat().st_mtime_ns
    assert not Baselines(session).write()
    assert (session / FILE).stat().st_mtime_ns == before


def test_looks_are_added_and_the_oldest_goes_first(session: Path) -> None:
    kept(session, MOST_ALTERNATIVES)
    baselines = Baselines(session)
    baselines.accept(3, look(30), BOX, AT, "image")
    baselines.write()
    pictures = [one.picture.tobytes() for one in Baselines(session).alternatives(3)]
    assert len(pictures) == MOST_ALTERNATIVES
    assert look(0).tobytes() not in pictures
    assert pictures[-1] == look(30).tobytes()


def test_the_same_look_is_kept_once(session: Path) -> None:
    kept(session, 2)
    baselines = Baselines(session)
    baselines.accept(3, look(0), BOX, Point(131, 71), "image")
    baselines.write()
    assert [one.at for one in Baselines(session).alternatives(3)] == [AT, (131, 71)]


def test_one_look_may_stand_instead_of_all(session: Path) -> None:
    kept(session, 3)
    baselines = Baselines(session)
    baselines.accept(3, look(9), BOX, AT, "present", instead=True)
    baselines.write()
    assert [one.picture.tobytes() for one in Baselines(session).alternatives(3)] == [look(9).tobytes()]


def test_only_its_owner_may_read_them(session: Path) -> None:
    kept(session)
    assert {path.stat().st_mode & 0o777 for path in (session / FILE, *(session / "screens").iterdir())} == {0o600}


# Written whole or not at all


@pytest.mark.parametrize("fails", ["fsync", "write"])
def test_a_full_disk_leaves_the_old_file(session: Path, monkeypatch: pytest.MonkeyPatch, fails: str) -> None:
    before = kept(session)
    baselines = Baselines(session)
    baselines.accept(4, look(5), BOX, AT, "text")

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(recorder.os, fails, full)
    with pytest.raises(RecordingError, match="No space left"):
        baselines.write()
    monkeypatch.undo()
    assert json.loads((session / FILE).read_text()) == before
    assert [path.name for path in session.rglob("*.tmp")] == []


def test_the_pictures_are_there_before_the_file_names_them(session: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    replace = Path.replace

    def watch(self: Path, target: Any) -> Any:
        written.append(Path(target).suffix)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", watch)
    kept(session, 2)
    assert written == [".png", ".png", ".json"]


def test_a_folder_that_is_a_link_is_not_written_to(session: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (session / "screens").rmdir()
    (session / "screens").symlink_to(elsewhere)
    baselines = Baselines(session)
    baselines.accept(3, look(), BOX, AT, "text")
    with pytest.raises(RecordingError, match="link"):
        baselines.write()
    assert list(elsewhere.iterdir()) == []


def test_a_file_that_is_a_link_is_replaced_not_followed(session: Path, tmp_path: Path) -> None:
    baselines = Baselines(session)
    target = tmp_path / "precious"
    target.write_text("precious")
    (session / FILE).symlink_to(target)
    baselines.accept(3, look(), BOX, AT, "text")
    assert baselines.write()
    assert target.read_text() == "precious"
    assert len(Baselines(session).alternatives(3)) == 1


# Read as a stranger's file


def changed(session: Path, **changes: Any) -> None:
    data = kept(session)
    data["steps"]["3"][0] |= changes
    write(session, data)


@pytest.mark.parametrize(
    "changes",
    [
        {"area": [100, 50, 60]},
        {"area": [100, 50, 60, -40]},
        {"area": [-1, 50, 60, 40]},
        {"area": [100, 50, 60.5, 40]},
        {"area": [100, 50, 10**9, 40]},
        {"area": "100, 50, 60, 40"},
        {"area": None},
        {"at": [130]},
        {"at": [-1, 70]},
        {"at": [99, 70]},
        {"at": [160, 70]},
        {"at": [130, 90]},
        {"at": [100_000, 100_000]},
        {"at": {"x": 130}},
        {"picture": "../../etc/passwd"},
        {"picture": {"sha256": "a" * 64, "extension": "exe", "width": 60, "height": 40}},
        {"how": 7},
        {"command": "ls"},
    ],
    ids=str,
)
def test_what_is_no_baseline_is_said_in_one_line(session: Path, changes: dict[str, Any]) -> None:
    changed(session, **changes)
    with pytest.raises(SessionError, match="holds no baselines") as error:
        Baselines(session)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{",
        '{"steps": {}}',
        '{"format_version": "one", "steps": {}}',
        '{"format_version": 1, "steps": []}',
        '{"format_version": 1, "steps": {"0": []}}',
        '{"format_version": 1, "steps": {"x": []}}',
        '{"format_version": 1, "steps": {}, "more": 1}',
        '{"format_version": 1, "steps": {"3": [{"area": [NaN, 1, 1, 1]}]}}',
        '{"format_version": 1, "steps": {"3": [{"area": [1e999, 1, 1, 1]}]}}',
        '{"format_version": 1, "steps": ' + "[" * 200_000,
        '{"format_version": 1, "steps": ' + '{"1":' * 200_000,
        '{"format_version": ' + "1" * 5000 + "}",
        "\ufeff{}",
        "\udcff",
    ],
    ids=lambda text: repr(text[:50]),
)
def test_what_is_no_file_of_baselines_is_said_in_one_line(session: Path, text: str) -> None:
    (session / FILE).write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(SessionError, match="holds no baselines") as error:
        Baselines(session)
    assert "\n" not in str(error.value)


def test_a_newer_format_is_said(session: Path) -> None:
    write(session, {"format_version": 2, "steps": {}})
    with pytest.raises(SessionError, match="format 2: update"):
        Baselines(session)


def test_a_file_that_is_too_large_is_not_read(session: Path) -> None:
    write(session, " " * (MAX_BYTES + 1))
    with pytest.raises(SessionError, match="larger than 4 MB"):
        Baselines(session)


def test_a_link_a_pipe_and_a_folder_are_not_opened(session: Path, tmp_path: Path) -> None:
    path = session / FILE
    (tmp_path / "other.json").write_text('{"format_version": 1, "steps": {}}')
    path.symlink_to(tmp_path / "other.json")
    with pytest.raises(SessionError, match="symbolic link"):
        Baselines(session)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(SessionError, match="no regular file"):
        Baselines(session)
    path.unlink()
    path.mkdir()
    with pytest.raises(SessionError, match="no regular file"):
        Baselines(session)


def test_more_looks_than_are_ever_kept_are_refused(session: Path) -> None:
    data = kept(session)
    data["steps"]["3"] *= MOST_ALTERNATIVES + 1
    write(session, data)
    with pytest.raises(SessionError, match="holds no baselines"):
        Baselines(session)


def test_pictures_that_are_huge_together_are_not_decoded(session: Path) -> None:
    data = kept(session)
    one = data["steps"]["3"][0]
    one["area"] = [0, 0, 10_000, 5_000]
    one["picture"] |= {"width": 10_000, "height": 5_000}
    data["steps"]["3"] = [one] * 3
    write(session, data)
    with pytest.raises(SessionError, match="step 3 has more than 100 megapixels"):
        Baselines(session).alternatives(3)


@pytest.mark.parametrize("sha256", ["../../../etc/passwd", "a" * 63, "A" * 64, "a" * 64])
def test_a_picture_that_is_not_there_or_elsewhere_is_said(session: Path, sha256: str) -> None:
    changed(session, picture={"sha256": sha256, "extension": "png", "width": 60, "height": 40})
    with pytest.raises(SessionError):
        Baselines(session).alternatives(3)


def test_an_altered_picture_is_not_used(session: Path) -> None:
    kept(session)
    (path,) = (session / "screens").iterdir()
    path.write_bytes(encode_png(look(20)).data)
    with pytest.raises(SessionError, match="hash is another"):
        Baselines(session).alternatives(3)


def test_a_picture_of_another_size_than_its_area_is_not_used(session: Path) -> None:
    changed(session, area=[100, 50, 61, 40])
    with pytest.raises(SessionError, match="another size than its area"):
        Baselines(session).alternatives(3)


def chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def png(width: int, height: int, data: bytes) -> bytes:
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((8, 2, 0, 0, 0))
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


BROKEN = {
    "no data": png(60, 40, b""),
    "garbage": png(60, 40, b"garbage"),
    "too short": png(60, 40, zlib.compress(b"\0" * 100)),
    "bomb": png(14_000, 14_000, zlib.compress(b"\0" * 1_000_000)),
    "large": png(10_000, 9_000, zlib.compress(b"\0" * 1_000_000)),
    "text": b"GIF89a",
    "cut": png(60, 40, zlib.compress(b"\0" * 7240))[:60],
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_picture_that_cannot_be_decoded_is_an_error_of_one_line(tmp_path: Path, name: str) -> None:
    with pytest.raises(SessionError, match="cannot be decoded") as error:
        decoded(BROKEN[name], tmp_path)
    assert "\n" not in str(error.value)


def test_a_broken_picture_of_the_right_name_is_an_error(session: Path) -> None:
    from dataclasses import replace

    encoded = replace(encode_png(look()), data=BROKEN["garbage"])
    write_picture(session / "screens", encoded)
    changed(session, picture=ImageFile.of(encoded).model_dump())
    with pytest.raises(SessionError, match="cannot be decoded"):
        Baselines(session).alternatives(3)


# Parts of pictures


@pytest.mark.parametrize(
    ("box", "inside"),
    [
        (Rect(10, 10, 20, 20), Rect(10, 10, 20, 20)),
        (Rect(-5, -5, 100, 100), Rect(0, 0, 60, 40)),
        (Rect(50, 30, 70, 50), Rect(50, 30, 60, 40)),
        (Rect(70, 50, 90, 60), Rect(60, 40, 60, 40)),
        (Rect(-90, -60, -70, -50), Rect(0, 0, 0, 0)),
    ],
)
def test_a_part_is_cut_at_the_picture_s_edges(box: Rect, inside: Rect) -> None:
    part, where = crop(look(), box)
    assert where == inside
    assert part.size == (inside.right - inside.left, inside.bottom - inside.top)
