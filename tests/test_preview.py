"""The plan as picture and page."""

from __future__ import annotations

import html
import os
import re
import stat
from pathlib import Path

import pytest
from PIL import Image

from actions.action import Point
from agent.encode import encode
from agent.errors import RecordingError
from agent.events import ImageFile, ScreenInfo, ScreenshotTaken, SessionEnded, SessionStarted, StepPlanned
from agent.geometry import viewport_data
from agent.model import Usage
from agent.preview import ASSUMED, GROUNDED, RADIUS, WHITE, PlanPreview, draw_targets
from agent.screen import Screenshot
from tests.fakes import painted


def step(number: int, target: tuple[int, int] | None, start: tuple[int, int] | None = None) -> StepPlanned:
    return StepPlanned(
        step=number,
        summary=f"Step <{number}> & more",
        action={"action": "left_click"},
        target=Point(*target) if target else None,
        start=Point(*start) if start else None,
        usage=Usage(),
        cost=None,
        reasks=0,
        assumed=number > 1,
    )


def run(
    folder: Path | None,
    *steps: StepPlanned,
    shot: Screenshot | None = None,
    reason: str = "enough",
    task: str = "a <b>task</b>",
    model: str = "m",
) -> PlanPreview:
    shot = shot or painted()
    image = encode(shot, max_pixels=10**7)
    preview = PlanPreview(folder)
    screen = ScreenInfo(width=320, height=200, scale=1)
    preview.handle(SessionStarted(task=task, model=model, dialect="d", screen=screen, dry_run=True, session_id="u"))
    for event in steps:
        preview.handle(
            ScreenshotTaken(
                step=1,
                scene=shot.digest,
                viewport=viewport_data(shot.viewport),
                sent=ImageFile.of(image),
                screenshot=shot,
                image=image,
            )
        )
        preview.handle(event)
    ended = SessionEnded(
        status="limit", exit_code=0, answer=None, steps=2, usage=Usage(), cost=None, recording=None, reason=reason
    )
    preview.handle(ended)
    return preview


def test_the_ring_is_around_the_target_and_leaves_it_visible() -> None:
    image = draw_targets(painted(), [step(1, (100, 80)), step(2, (200, 120))])
    assert image.size == (320, 200)
    assert image.getpixel((100 - RADIUS + 1, 80)) == GROUNDED
    assert image.getpixel((200 - RADIUS + 1, 120)) == ASSUMED
    assert image.getpixel((107, 85)) == painted().image.getpixel((107, 85))


def test_targets_are_drawn_in_pixels_of_the_capture() -> None:
    image = draw_targets(painted(left=1000, top=500), [step(1, (1100, 580))])
    assert image.getpixel((100 - RADIUS + 1, 80)) == GROUNDED


def test_a_drag_is_a_line() -> None:
    image = draw_targets(painted(), [step(1, (200, 150), start=(40, 150))])
    assert image.getpixel((100, 150)) == GROUNDED


def test_targets_at_the_edges_and_no_target() -> None:
    draw_targets(painted(), [step(1, (0, 0)), step(2, (319, 199)), step(3, None)])


def marks_of(*steps: StepPlanned) -> Image.Image:
    return draw_targets(painted(), list(steps))


def test_steps_at_one_place_share_a_mark_that_names_them_all() -> None:
    several = marks_of(*(step(n, (100, 80)) for n in (1, 3, 5)))
    assert several.getpixel((100 - RADIUS + 1, 80)) == GROUNDED
    assert ASSUMED not in colours(several)
    one, two = (label_width(marks_of(*(step(n, (100, 80)) for n in numbers))) for numbers in ((1,), (1, 3)))
    assert one < two < label_width(several)


def colours(image: Image.Image) -> set[object]:
    found = image.getcolors(1 << 20)
    assert found is not None
    return {colour for _, colour in found}


def label_width(image: Image.Image) -> int:
    """Of the filled box beside the ring: the row of the most red, above the ring's middle."""
    counts = [
        sum(image.getpixel((x, y)) == GROUNDED for x in range(100 + RADIUS + 1, image.width)) for y in range(50, 80)
    ]
    return max(counts)


def test_a_label_of_many_steps_is_cut() -> None:
    many, more = (label_width(marks_of(*(step(n, (100, 80)) for n in range(1, end)))) for end in (9, 19))
    assert many == more


def test_assumed_steps_at_one_place_are_orange() -> None:
    image = marks_of(step(2, (100, 80)), step(4, (103, 82)))
    assert image.getpixel((100 - RADIUS + 1, 80)) == ASSUMED
    assert image.getpixel((103 - RADIUS + 1, 82)) != ASSUMED
    assert GROUNDED not in colours(image)


def test_places_a_little_apart_have_marks_of_their_own() -> None:
    image = marks_of(step(1, (100, 80)), step(2, (140, 80)))
    assert image.getpixel((100 - RADIUS + 1, 80)) == GROUNDED
    assert image.getpixel((140 + RADIUS - 1, 80)) == ASSUMED


def test_nothing_covers_the_first_step_s_mark() -> None:
    alone = marks_of(step(1, (100, 80)))
    crowd = marks_of(step(1, (100, 80)), step(2, (112, 80)), step(3, (90, 90)), step(4, (200, 80), start=(10, 80)))
    drawn = [
        (x, y) for x in range(alone.width) for y in range(alone.height) if alone.getpixel((x, y)) in (GROUNDED, WHITE)
    ]
    assert len(drawn) > 200
    assert all(crowd.getpixel(at) == alone.getpixel(at) for at in drawn)


@pytest.mark.parametrize("target", [(319, 100), (0, 0), (319, 0), (150, 199)])
def test_a_label_is_inside_the_picture(target: tuple[int, int]) -> None:
    image = marks_of(*(step(n, target) for n in range(1, 12)))
    rows = [[image.getpixel((x, y)) == GROUNDED for x in range(image.width)] for y in range(image.height)]
    assert max(sum(row) for row in rows) > 60
    assert not all(rows[y][-1] for y in range(max(0, target[1] - 20), min(target[1] + 10, image.height)))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_files_are_the_owner_s_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        run(tmp_path / "a" / "b", step(1, (10, 10)))
    finally:
        os.umask(before)
    assert mode(tmp_path / "a" / "b") == 0o700
    assert {file.name: mode(file) for file in (tmp_path / "a" / "b").iterdir()} == {
        "plan.png": 0o600,
        "plan.html": 0o600,
    }


def test_an_earlier_plan_is_replaced_and_not_written_into(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("mine")
    (tmp_path / "plan.html").symlink_to(other)
    (tmp_path / "plan.png").write_bytes(b"old")
    (tmp_path / "plan.png").chmod(0o644)
    with (tmp_path / "plan.png").open("rb") as reader:
        run(tmp_path, step(1, (10, 10)))
        assert reader.read() == b"old"
    assert other.read_text() == "mine"
    assert not (tmp_path / "plan.html").is_symlink()
    assert mode(tmp_path / "plan.png") == 0o600
    assert sorted(file.name for file in tmp_path.iterdir()) == ["other", "plan.html", "plan.png"]


def test_a_plan_that_cannot_be_put_in_place_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "plan.png").mkdir()
    with pytest.raises(RecordingError, match="cannot write the plan"):
        run(tmp_path, step(1, (10, 10)))
    assert [file.name for file in tmp_path.iterdir()] == ["plan.png"]


def test_the_reason_has_one_full_stop(tmp_path: Path) -> None:
    run(tmp_path, step(1, (10, 10)), reason="enough.")
    page = (tmp_path / "plan.html").read_text(encoding="utf-8")
    assert "Ended with limit: enough.</p>" in page


def test_files_and_lines(tmp_path: Path) -> None:
    preview = run(tmp_path / "out", step(1, (10, 10)), step(2, None))
    with Image.open(tmp_path / "out" / "plan.png") as image:
        assert image.size == (320, 200)
    page = (tmp_path / "out" / "plan.html").read_text(encoding="utf-8")
    assert "<b>task</b>" not in page
    assert html.escape("Step <2> & more") in page
    assert re.search(r'<script type="application/json" id="full-\w+">"UklGR', page), "no WebP in Base64"
    assert "http" not in page.replace("http-equiv", "")
    assert [line.split(".")[0] for line in preview.lines()[:2]] == ["1", "2"]
    assert str(tmp_path / "out" / "plan.png") in preview.lines()[-1]


def test_without_a_folder_there_are_lines_only() -> None:
    assert len(run(None, step(1, (10, 10))).lines()) == 1


def test_the_offline_model_s_plan_begins_with_the_whole_task_as_it_is_understood() -> None:
    lines = run(None, step(1, (10, 10)), task='click "Save", then wait 2 s', model="offline").lines()
    assert lines[:4] == ["understood as 2 instructions:", '1. Click "Save"', "2. Wait 2 seconds", ""]
    assert lines[4].startswith("1. Step")
    lines = run(None, step(1, (10, 10)), task="点击“保存”", model="offline").lines()
    assert lines[:3] == ["理解为 1 条指令：", "1. 点击“保存”", ""]
    # Of another model, or another task, nothing is known before it answers.
    assert len(run(None, step(1, (10, 10)), task="buy milk", model="offline").lines()) == 1
    assert len(run(None, step(1, (10, 10)), task='click "Save"', model="gui-plus-2026-02-26").lines()) == 1


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RecordingError, match="cannot write the plan"):
        run(tmp_path / "file" / "x", step(1, (1, 1)))
