"""The plan as picture and page."""

from __future__ import annotations

import html
from pathlib import Path

import pytest
from PIL import Image

from actions.action import Point
from agent.encode import encode
from agent.errors import RecordingError
from agent.events import (
    ImageFile,
    ScreenInfo,
    ScreenshotTaken,
    SessionEnded,
    SessionStarted,
    StepPlanned,
    viewport_data,
)
from agent.model import Usage
from agent.preview import ASSUMED, GROUNDED, RADIUS, PlanPreview, draw_targets
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


def run(folder: Path | None, *steps: StepPlanned, shot: Screenshot | None = None) -> PlanPreview:
    shot = shot or painted()
    image = encode(shot, max_pixels=10**7)
    preview = PlanPreview(folder)
    screen = ScreenInfo(width=320, height=200, scale=1)
    preview.handle(
        SessionStarted(task="a <b>task</b>", model="m", dialect="d", screen=screen, dry_run=True, session_id="u")
    )
    for event in steps:
        preview.handle(
            ScreenshotTaken(
                step=1, viewport=viewport_data(shot.viewport), sent=ImageFile.of(image), screenshot=shot, image=image
            )
        )
        preview.handle(event)
    ended = SessionEnded(
        status="limit", exit_code=0, answer=None, steps=2, usage=Usage(), cost=None, recording=None, reason="enough"
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


def test_files_and_lines(tmp_path: Path) -> None:
    preview = run(tmp_path / "out", step(1, (10, 10)), step(2, None))
    with Image.open(tmp_path / "out" / "plan.png") as image:
        assert image.size == (320, 200)
    page = (tmp_path / "out" / "plan.html").read_text(encoding="utf-8")
    assert "<b>task</b>" not in page
    assert html.escape("Step <2> & more") in page
    assert "data:image/png;base64," in page
    assert "http" not in page.replace("http-equiv", "")
    assert [line.split(".")[0] for line in preview.lines()[:2]] == ["1", "2"]
    assert str(tmp_path / "out" / "plan.png") in preview.lines()[-1]


def test_without_a_folder_there_are_lines_only() -> None:
    assert len(run(None, step(1, (10, 10))).lines()) == 1


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RecordingError, match="cannot write the plan"):
        run(tmp_path / "file" / "x", step(1, (1, 1)))
