"""`agent show`: which sessions, where the page goes, and what it is made of."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import random
import re
import shutil
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import agent.show.film
from actions.action import GroundedAction, Point, Size
from actions.brake import Brake
from actions.executor import Outcome
from agent.cli import main
from agent.dialect import resolve
from agent.encode import encode_png
from agent.errors import ModelError, SessionError
from agent.geometry import Viewport
from agent.loop import Loop
from agent.parts import Parts, Plan
from agent.recording.recorder import Recorder
from agent.recording.session import read_session
from agent.screen import Screenshot
from agent.show.aligning import align, parting
from agent.show.command import make_page
from agent.show.film import make_film
from agent.show.page import MARK, to_json
from agent.show.report import Texts, place, run_data
from tests.fakes import FakeConsent, FakeExecutor, FakeScreen, FakeSettler, ScriptedModel, call, painted

DONE = call("terminate", "Done", status="success")
CLICKS = [call("left_click", f"Click {i}", coordinate=[100 * i, 50 * i]) for i in range(1, 8)]


def record(
    folder: Path,
    *replies: Any,
    screen: FakeScreen | None = None,
    shots: Sequence[Screenshot] = (),
    task: str = "do it",
    name: str | None = None,
    refuse: str | None = None,
    outcome: Callable[[GroundedAction], Outcome] | None = None,
) -> Path:
    """A session made by the real loop and the real recorder, in `folder`, as `name` where one is given."""
    profile = resolve("gui-plus-2026-02-26")
    plain = [painted(640, 400, boxes=[(10 * i, 10, 50, 50)]) for i in range(20)]
    screen = screen or FakeScreen(*(shots or plain))
    parts = Parts(
        screen=screen,
        model=ScriptedModel(*replies),
        consent=FakeConsent(refuse),
        executor=FakeExecutor(outcome),
        settler=FakeSettler(screen),
        brake=Brake(),
    )
    cap = profile.pixel_cap(high_res=True)
    loop = Loop(Plan(task, profile, "You see a screen.", cap=cap, max_steps=500), parts)
    recorder = Recorder(folder, task)
    for event in loop.run():
        recorder.handle(event)
    recorder.close()
    return recorder.path.rename(folder / name) if name else recorder.path


def report(page: Path | bytes) -> dict[str, Any]:
    content = page if isinstance(page, bytes) else page.read_bytes()
    found = re.search(rb'<script type="application/json" id="report">(.*?)</script>', content, re.DOTALL)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (path / "session.jsonl").read_text(encoding="utf-8").splitlines()]


def write(path: Path, content: list[dict[str, Any]]) -> None:
    (path / "session.jsonl").write_text("".join(json.dumps(line) + "\n" for line in content), encoding="utf-8")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A session of three steps, not to be changed."""
    return record(tmp_path_factory.mktemp("original"), *CLICKS[:2], DONE, name="session")


@pytest.fixture
def path(original: Path, tmp_path: Path) -> Path:
    return shutil.copytree(original, tmp_path / "recordings" / "session")


# --- the command


def test_the_page_goes_into_the_session_and_is_its_owner_s_alone(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {file: file.read_bytes() for file in path.rglob("*") if file.is_file()}
    old = os.umask(0)
    try:
        assert main(["show", str(path)]) == 0
    finally:
        os.umask(old)
    page = path / "show.html"
    assert capsys.readouterr().out == f"{page}\n"
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert {file: file.read_bytes() for file in path.rglob("*") if file.is_file() and file != page} == before
    assert len(report(page)["runs"][0]["steps"]) == 3


def test_an_earlier_page_is_replaced_and_not_written_into(path: Path) -> None:
    assert main(["show", str(path)]) == 0
    (path / "show.html").chmod(0o644)
    with (path / "show.html").open("rb") as reader:
        assert main(["show", str(path)]) == 0
        assert reader.read().endswith(b"</html>\n")
    assert stat.S_IMODE((path / "show.html").stat().st_mode) == 0o600
    assert sorted(file.name for file in path.iterdir()) == ["screens", "session.jsonl", "show.html"]


def test_a_folder_of_one_session_is_that_session(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(path.parent)]) == 0
    assert capsys.readouterr().out == f"{path / 'show.html'}\n"


def test_two_sessions_make_a_page_in_the_present_folder(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(path.parent)
    record(path.parent, CLICKS[0], CLICKS[3], DONE, name="other")
    assert main(["show", "session", "other"]) == 0
    assert capsys.readouterr().out == "show-diff.html\n"
    rows = report(Path("show-diff.html"))["rows"]
    assert [row["state"] for row in rows] == ["same", "differs", "same"]
    assert [row["parting"] for row in rows] == [False, True, False]


def failing(arguments: list[str], capsys: pytest.CaptureFixture[str], code: int = 2) -> str:
    """The one line on stderr."""
    assert main(["show", *arguments]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("agent: ")
    assert captured.err.count("\n") == 1
    return captured.err


def test_more_than_two(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "one session, or two" in failing([str(path)] * 3, capsys)


def test_a_folder_of_several_sessions(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(path, path.parent / "another")
    assert "holds 2 sessions: name one" in failing([str(path.parent)], capsys)


def test_a_folder_without_a_session(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "holds no session" in failing([str(tmp_path)], capsys)
    assert "No such file" in failing([str(tmp_path / "none")], capsys)


def test_a_session_that_cannot_be_read(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (path / "session.jsonl").write_text("nonsense\n{}\n")
    assert "is no recorded session" in failing([str(path)], capsys)
    assert not (path / "show.html").exists()


@pytest.mark.parametrize("name", ["session.jsonl", "screens", "mine.html", "link.html", "picture"])
def test_what_is_not_ours_is_not_replaced(name: str, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (path / "mine.html").write_text("<!doctype html><title>mine</title>")
    (path / "link.html").symlink_to("mine.html")
    target = next((path / "screens").iterdir()) if name == "picture" else path / name
    before = {file: file.read_bytes() for file in path.rglob("*") if file.is_file()}
    assert "name another with -o" in failing([str(path), "-o", str(target)], capsys)
    assert {file: file.read_bytes() for file in path.rglob("*") if file.is_file()} == before
    assert (path / "link.html").is_symlink()


@pytest.mark.parametrize("kind", ["link", "pipe", "dangling link"])
def test_what_is_no_file_is_not_opened(kind: str, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(path)]) == 0
    capsys.readouterr()
    target = path / "page.html"
    if kind == "pipe":
        os.mkfifo(target)
    else:
        target.symlink_to("show.html" if kind == "link" else "nothing")
    assert "is no file: name another with -o" in failing([str(path), "-o", str(target)], capsys)
    assert target.is_symlink() or target.is_fifo()


def test_a_page_that_cannot_be_written(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = failing([str(path), "-o", str(path / "none" / "page.html")], capsys, 5)
    assert "cannot write the page" in said
    assert "No such file" in said


def test_a_disk_that_is_full_leaves_nothing_behind(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("agent.recording.recorder.os.fsync", full)
    assert "No space left on device" in failing([str(path)], capsys, 5)
    assert sorted(file.name for file in path.iterdir()) == ["screens", "session.jsonl"]


@pytest.mark.parametrize("found", [True, False])
def test_open(found: bool, path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or found)
    assert main(["show", str(path), "--open"]) == 0
    assert opened == [(path / "show.html").resolve().as_uri()]
    assert ("no browser was found" in capsys.readouterr().err) is not found


# --- what is in the page


def test_the_policy_allows_this_style_and_script_and_nothing_else(path: Path) -> None:
    page = make_page([read_session(path)]).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    for name in ("style", "script"):
        (content,) = re.findall(rf"<{name}>(.*?)</{name}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{name}-src &#39;sha256-{digest}&#39;" in policy[1]
    assert "default-src &#39;none&#39;" in policy[1]
    assert "unsafe" not in policy[1]
    assert not re.search(r"https?://|\bstyle=|\bon\w+=", page)
    assert MARK in page.encode()[:2000]


def test_each_picture_is_there_once(tmp_path: Path) -> None:
    shots = [painted(boxes=[(10 * (i % 2), 0, 5, 5)]) for i in range(6)]
    page = make_page([read_session(record(tmp_path, *CLICKS[:4], DONE, shots=shots))])
    assert len(report(page)["runs"][0]["steps"]) == 5
    assert page.count(b'id="full-') == page.count(b'id="thumbnail-') == 2


def test_pictures_are_webp_without_loss_where_there_is_room(path: Path) -> None:
    page = make_page([read_session(path)])
    session = read_session(path)
    for step in session.steps:
        file = step.screenshot.sent
        found = re.search(rf'id="full-{file.sha256}">"([^"]*)"'.encode(), page)
        assert found is not None
        with (
            Image.open(io.BytesIO(base64.b64decode(found[1]))) as image,
            Image.open(io.BytesIO(session.picture(file))) as recorded,
        ):
            assert image.format == "WEBP"
            assert image.convert("RGB").tobytes() == recorded.convert("RGB").tobytes()


def test_a_torn_session_is_shown_to_its_last_line(path: Path) -> None:
    content = (path / "session.jsonl").read_bytes()
    (path / "session.jsonl").write_bytes(content[: content.index(b'"step_finished","time"', 5000) + 30])
    page = make_page([read_session(path)])
    step = report(page)["runs"][0]["steps"][-1]
    assert (step["outcome"], step["failed"]) == ("unknown", True)
    assert b"it is torn, its end is missing" in page
    assert b"unfinished" in page
    assert b'<p class="end">' not in page


def test_a_damaged_session_is_shown_to_the_damage(path: Path) -> None:
    content = lines(path)
    content.insert(7, {"event": "step_finished"})
    write(path, content)
    page = make_page([read_session(path)])
    assert b"damaged in line 8" in page
    assert len(report(page)["runs"][0]["steps"]) == 2


def test_a_bad_picture_is_a_note(path: Path) -> None:
    session = read_session(path)
    file = session.steps[1].screenshot.sent
    (path / "screens" / f"{file.sha256}.png").write_bytes(b"nonsense")
    page = make_page([session])
    assert list(report(page)["failures"]) == [file.sha256]
    assert "their hash is another" in report(page)["failures"][file.sha256]
    assert b"1 picture is missing" in page
    assert page.count(b'id="full-') == 2


def test_a_picture_that_does_not_decode_is_a_note(path: Path) -> None:
    whole = encode_png(painted(64, 48).image).data
    broken = whole.replace(b"IDAT", b"IDAT", 1)[:-40] + b"\0" * 28 + whole[-12:]
    sha256 = hashlib.sha256(broken).hexdigest()
    (path / "screens" / f"{sha256}.png").write_bytes(broken)
    content = lines(path)
    file = {"sha256": sha256, "extension": "png", "width": 64, "height": 48}
    content[1] |= {"sent": file, "lossless": file}
    write(path, content)
    page = make_page([read_session(path)])
    assert "cannot be decoded" in report(page)["failures"][sha256]


def test_a_missing_lossless_picture_is_replaced_by_the_one_that_was_sent(path: Path) -> None:
    content = lines(path)
    sent = content[1]["sent"]
    content[1]["lossless"] = sent | {"sha256": "0" * 64}
    write(path, content)
    page = make_page([read_session(path)])
    assert report(page)["failures"] == {}
    assert report(page)["runs"][0]["steps"][0]["picture"] == "0" * 64


def test_an_action_without_a_name_is_shown(path: Path) -> None:
    content = lines(path)
    next(line for line in content if line["event"] == "step_planned")["action"] = {"x": ["</script>"]}
    write(path, content)
    step = report(make_page([read_session(path)]))["runs"][0]["steps"][0]
    assert step["line"] == "no action"


def test_the_steps_of_a_run(tmp_path: Path) -> None:
    def outcome(grounded: GroundedAction) -> Outcome:
        return Outcome("failed", "no such key") if grounded.action.action == "key" else Outcome("done")

    session = record(tmp_path, "Hm.", CLICKS[0], call("key", keys=["f13"]), ModelError("down"), outcome=outcome)
    texts = Texts()
    data = run_data(read_session(session), texts)
    first, second, third = data["steps"]
    assert (data["status"], data["reason"]) == ("model_error", "down")
    assert first["summary"] == "Click 1"
    assert first["line"] == "left_click at (64, 20)"
    assert json.loads(texts.all[first["action"]]) == {"action": "left_click", "coordinate": [100, 50]}
    assert [texts.all[exchange["reply"]["text"]] for exchange in first["exchanges"]] == ["Hm.", CLICKS[0]]
    assert first["exchanges"][0]["reply"]["error"]
    assert first["tokens"]["prompt"] == 2000
    assert first["before"]["at"] == pytest.approx([(64 + 0.5) / 640, (20 + 0.5) / 400], abs=1e-6)
    assert first["after"]["pointer"] == second["before"]["pointer"] == first["before"]["at"]
    assert (second["outcome"], second["failed"], second["detail"]) == ("failed", True, "no such key")
    assert second["before"]["at"] is None
    assert third["before"]["pointer"] == first["before"]["at"], "a key does not move the pointer"
    assert (third["outcome"], third["failed"], third["after"]) == ("no reply", True, None)


@pytest.mark.parametrize(
    ("viewport", "point", "pixel"),
    [
        (Viewport(0, 0, 640, 400, Size(640, 400)), (100, 50), (100.5, 50.5)),
        (Viewport(0, 0, 640, 400, Size(1280, 800)), (100, 50), (200.5, 100.5)),
        (Viewport(1920, 200, 640, 400, Size(640, 400)), (2020, 250), (100.5, 50.5)),
        (Viewport(-1440, -90, 1440, 900, Size(2880, 1800)), (-1340, -40), (200.5, 100.5)),
        (Viewport(300, 100, 200, 80, Size(200, 80)), (310, 90), (10.5, -9.5)),
    ],
    ids=["plain", "scale 2", "second monitor", "scale 2 to the left", "outside a region"],
)
def test_a_place_is_a_share_of_the_picture(viewport: Viewport, point: Any, pixel: tuple[float, float]) -> None:
    across, down = place(viewport, Point(*point)) or (0, 0)
    assert (across * viewport.pixels.width, down * viewport.pixels.height) == pytest.approx(pixel, abs=0.01)
    if viewport.contains(Point(*point)):
        at = viewport.to_pixel(Point(*point))
        assert (at.x + 0.5, at.y + 0.5) == pixel, "as the plan's picture is drawn"


def test_the_cost_of_an_unfinished_run(path: Path) -> None:
    whole = read_session(path)
    assert whole.ended is not None
    write(path, lines(path)[:-1])
    data = run_data(read_session(path), Texts())
    assert data["status"] == "unfinished"
    assert data["cost"] == pytest.approx(whole.ended.cost)
    assert data["tokens"]["prompt"] == whole.ended.usage.prompt_tokens
    content = lines(path)
    next(line for line in content if line["event"] == "model_replied")["cost"] = None
    write(path, content)
    assert run_data(read_session(path), Texts())["cost"] is None


def failed_tries(path: Path) -> None:
    """Two failed tries before the first reply, the second at a cost; the reply itself is odd."""
    content = lines(path)
    at = next(i for i, line in enumerate(content) if line["event"] == "model_replied")
    usage = content[at]["usage"]
    failed = {"event": "model_failed", "step": 1, "reask": 0, "kind": "busy", "time": content[0]["time"]}
    content[at]["warnings"] = ["the reply names another model"]
    content[at:at] = [
        failed | {"attempt": 1, "message": "too many requests", "pause": 1.5, "usage": dict.fromkeys(usage), "cost": 0},
        failed | {"attempt": 2, "message": "the stream broke", "pause": 3.0, "usage": usage, "cost": 0.25},
    ]
    write(path, content)


def test_failed_tries_are_shown_and_counted(path: Path) -> None:
    failed_tries(path)
    write(path, lines(path)[:-1])
    data = run_data(read_session(path), Texts())
    exchange = data["steps"][0]["exchanges"][0]
    assert [failure["message"] for failure in exchange["failures"]] == ["too many requests", "the stream broke"]
    assert exchange["reply"]["warnings"] == ["the reply names another model"]
    replies = [step.exchanges[0].replied for step in read_session(path).steps]
    assert data["cost"] == pytest.approx(0.25 + sum(reply.cost or 0 for reply in replies if reply))
    assert data["tokens"]["prompt"] == 4000


def test_very_many_steps(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.show.report.MAX_STEPS", 2)
    data = run_data(read_session(path), Texts())
    assert len(data["steps"]) == 2
    assert data["notes"] == ["3 steps were recorded, the first 2 are shown"]


def test_long_texts_are_there_once_and_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.show.report.MAX_TEXT", 10)
    texts = Texts()
    assert texts.add("a" * 10) == texts.add("a" * 10) == 0
    assert texts.all[texts.add("b" * 11)] == "b" * 10 + "… (11 characters)"
    texts._left = 5
    assert texts.all[texts.add("c" * 8)] == "(left out: the page would be too large)"
    assert texts.add("d" * 8) == texts.add("e" * 8)


@pytest.mark.parametrize("text", ["</script><script>x", "<!--", "]]>", "a&b", "\u2028\u2029", "\ud800", "é中"])
def test_json_cannot_leave_its_element(text: str) -> None:
    written = to_json({"text": text})
    assert json.loads(written) == {"text": text}
    assert not set("<>&\u2028\u2029") & set(written)
    assert written.isascii()


# --- the film


def noise(seed: int, size: tuple[int, int] = (160, 100)) -> Image.Image:
    """Pictures that WebP makes little of."""
    return Image.frombytes("RGB", size, random.Random(seed).randbytes(size[0] * size[1] * 3))


def test_the_film_keeps_to_its_budget() -> None:
    loads = {str(n): lambda n=n: noise(n) for n in range(12)}
    best = make_film(loads)
    size = sum(len(frame.full) for frame in best.frames.values())
    previous = size
    for share in (0.5, 0.1, 0.02):
        budget = int(size * share)
        film = make_film(loads, budget=budget)
        total = sum(len(frame.full) for frame in film.frames.values())
        assert len(film.frames) == 12
        assert budget / 4 < total <= budget
        assert total < previous
        previous = total


def test_pictures_unlike_the_samples_still_keep_to_the_budget() -> None:
    def load(n: int) -> Image.Image:
        return noise(n) if n % 2 else Image.new("RGB", (160, 100))

    loads = {str(n): lambda n=n: load(n) for n in range(10)}
    samples = agent.show.film.SAMPLES
    assert {10 * i // samples % 2 for i in range(samples)} == {0}, "the samples are the easy ones"
    film = make_film(loads, budget=60_000)
    assert sum(len(frame.full) for frame in film.frames.values()) <= 60_000
    assert len(film.frames) == 10


def test_what_does_not_fit_is_left_out_with_a_reason() -> None:
    film = make_film({str(n): lambda n=n: noise(n) for n in range(5)}, budget=150)
    assert film.frames.keys() | film.failures.keys() == set("01234")
    assert "too large" in film.failures["4"]


def test_a_film_with_a_picture_that_cannot_be_read() -> None:
    def fail() -> Image.Image:
        raise SessionError("gone")

    film = make_film({"a": fail, "b": lambda: noise(1)})
    assert film.failures == {"a": "gone"}
    assert list(film.frames) == ["b"]
    assert make_film({}) == make_film({}, budget=0)


def test_a_picture_too_large_to_decode_is_refused_unread(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.show.film.MAX_PIXELS", 640 * 400 - 1)
    failures = report(make_page([read_session(path)]))["failures"]
    assert len(failures) == 3
    assert all("640x400 are more than" in reason for reason in failures.values())


def test_a_picture_longer_than_a_webp_may_be() -> None:
    film = make_film({"a": lambda: Image.new("RGB", (20_000, 30), "red")})
    with Image.open(io.BytesIO(film.frames["a"].full)) as image:
        assert agent.show.film.MAX_SIDE - 10 < image.width <= agent.show.film.MAX_SIDE
    assert film.frames["a"].size == (20_000, 30)


# --- two runs


def aligned(tmp_path: Path, first: list[str], second: list[str]) -> tuple[str, int | None]:
    runs = [read_session(record(tmp_path, *replies, DONE)).steps for replies in (first, second)]
    rows = align(*runs)
    assert [row.first for row in rows if row.first is not None] == list(range(len(runs[0])))
    assert [row.second for row in rows if row.second is not None] == list(range(len(runs[1])))
    return " ".join(row.state for row in rows), parting(rows)


def click(x: int, y: int) -> str:
    return call("left_click", coordinate=[x, y])


def test_equal_runs_do_not_part(tmp_path: Path) -> None:
    assert aligned(tmp_path, CLICKS, CLICKS) == (" ".join(["same"] * 8), None)


def test_places_near_each_other_are_one(tmp_path: Path) -> None:
    # 1 of 1000 is 0.64 px; a grid of 20 px has a line between 319 and 321.
    assert aligned(tmp_path, [click(499, 500)], [click(501, 510)]) == ("same same", None)
    assert aligned(tmp_path, [click(499, 500)], [click(540, 500)]) == ("differs same", 0)


def test_a_step_in_one_run_only(tmp_path: Path) -> None:
    more = [CLICKS[0], CLICKS[5], CLICKS[1]]
    assert aligned(tmp_path, CLICKS[:2], more) == ("same second same same", 1)
    assert aligned(tmp_path, more, CLICKS[:2]) == ("same first same same", 1)


def test_another_kind_and_another_text_differ(tmp_path: Path) -> None:
    first = [call("type", text="a"), call("key", keys=["enter"]), call("double_click", coordinate=[100, 100])]
    second = [call("type", text="b"), call("key", keys=["enter"]), click(100, 100)]
    assert aligned(tmp_path, first, second) == ("differs same differs same", 0)


def test_unequal_stretches(tmp_path: Path) -> None:
    assert aligned(tmp_path, [click(100, 100)], [click(300, 100), click(300, 300), click(500, 300)])[0] == (
        "differs second second same"
    )
