"""The steps of a live replay on a drawn screen: what is done where, and what is not done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont

import prompts
from actions.action import GroundedAction, LeftClick, Point, Size
from actions.brake import Brake
from actions.executor import Outcome
from agent.dialect import resolve
from agent.errors import SessionError
from agent.geometry import Viewport
from agent.live import recognise
from agent.live.settings import LiveSettings
from agent.live.steps import MOST_LOOKS, LiveParts, LiveReplay, StepResult
from agent.loop import Loop
from agent.parts import Parts, Plan
from agent.permission.proposal import Proposal, Verdict
from agent.recording.recorder import Recorder
from agent.recording.session import read_session
from agent.screen import Screenshot
from tests.fakes import FakeConsent, FakeExecutor, FakeScreen, FakeSettler, ScriptedModel, call

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
SIZE = Size(1000, 800)
DONE = call("terminate", "Done", status="success")


def desk(*buttons: tuple[str, int, int], size: tuple[int, int] = SIZE, mark: str = "") -> Screenshot:
    """Buttons by label and centre."""
    image = Image.new("RGB", size, "#f0f0f0")
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(FONT, 14)
    draw.text((20, size[1] - 30), mark, fill="black", font=font)
    for label, x, y in buttons:
        draw.rectangle((x - 50, y - 15, x + 50, y + 15), "white", "black")
        draw.text((x, y), label, fill="black", font=font, anchor="mm")
    return Screenshot(image.convert("RGBA").tobytes("raw", "BGRA"), Viewport(0, 0, *size, Size(*size)))


SAVE, FILE, BIN = ("Save", 300, 200), ("File", 200, 500), ("Bin", 700, 500)
CLICK = call("left_click", "Click Save", coordinate=[300, 250])
MOVE, DRAG = (
    call("mouse_move", "Go to the file", coordinate=[200, 625]),
    call("left_click_drag", "Drag it", coordinate=[700, 625]),
)


class At(FakeExecutor):
    """Knows where the pointer is."""

    def position(self) -> Point | None:
        return next((one.point for one in reversed(self.done) if one.point is not None), Point(0, 0))


def record(folder: Path, frames: list[Screenshot], *replies: str) -> Path:
    profile = resolve("gui-plus-2026-02-26")
    cap = profile.pixel_cap(high_res=True)
    screen = FakeScreen(*frames)
    parts = Parts(
        screen=screen,
        model=ScriptedModel(*replies),
        consent=FakeConsent(),
        executor=At(),
        settler=FakeSettler(screen),
        brake=Brake(),
    )
    text = prompts.load(profile.dialect.prompt)
    recorder = Recorder(folder, "do it")
    for event in Loop(Plan("do it", profile, text, cap=cap, settings={"cap": cap}), parts).run():
        recorder.handle(event)
    recorder.close()
    return recorder.path


class Live:
    """A replay of a session on given pictures."""

    def __init__(
        self,
        path: Path,
        *shots: Screenshot,
        look: Callable[[int], Screenshot] | None = None,
        refuse: Callable[[GroundedAction], str | None] = lambda _: None,
        settings: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        self.screen, self.executor = FakeScreen(*shots), At()
        self.asked: list[GroundedAction] = []
        looks = 0

        class Settler(FakeSettler):
            def look(self, planned_on: Screenshot) -> Screenshot:
                nonlocal looks
                looks += 1
                return look(looks) if look else planned_on

        class Consent(FakeConsent):
            def verdict(consent, proposal: Proposal) -> Verdict:
                self.asked.append(proposal.grounded)
                return Verdict(refuse(proposal.grounded))

        parts = LiveParts(
            screen=self.screen,
            executor=self.executor,
            consent=Consent(),
            settler=Settler(self.screen),
            brake=Brake(),
            read=None,
        )
        live = {"end": False} | (settings or {})
        options = {"wait_seconds": 0.2} | options
        self.replay = LiveReplay(read_session(path), LiveSettings.model_validate(live), parts, **options)
        self.steps: list[StepResult] = list(self.replay.run())

    @property
    def outcomes(self) -> list[str]:
        return [step.outcome for step in self.steps]

    @property
    def points(self) -> list[Point | None]:
        return [one.point for one in self.executor.done]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognise, "POLL_SECONDS", 0.001)
    monkeypatch.setattr(recognise, "REST_SECONDS", 0.02)


@pytest.fixture
def clicked(tmp_path: Path) -> Path:
    return record(tmp_path, [desk(SAVE), desk(mark="saved")], CLICK, DONE)


@pytest.fixture
def dragged(tmp_path: Path) -> Path:
    return record(tmp_path, [desk(FILE, BIN)] * 2 + [desk(BIN)], MOVE, DRAG, DONE)


def test_what_was_recorded_is_done_where_it_was(clicked: Path) -> None:
    live = Live(clicked, desk(SAVE))
    assert live.outcomes == ["matched", "matched"]
    assert live.points == [(300, 200)]
    assert isinstance(live.executor.done[0].action, LeftClick)


def test_what_is_not_there_ends_it_with_three_pictures(clicked: Path) -> None:
    live = Live(clicked, desk(("Sane", 300, 200)))
    assert live.outcomes == ["mismatch"]
    assert live.points == []
    mismatch = live.replay.mismatch
    assert mismatch is not None
    assert mismatch.expected.size == mismatch.actual.size == mismatch.difference.size


@pytest.mark.parametrize("size", [(100, 80), (250, 150), (320, 220), (280, 800), (1000, 190)])
@pytest.mark.parametrize("update", ["none", "all"])
def test_a_screen_too_small_for_the_target_is_no_crash_and_no_click(
    clicked: Path, size: tuple[int, int], update: Any
) -> None:
    live = Live(clicked, desk(size=size), update=update)
    on_screen = size[0] > 300 and size[1] > 200
    assert live.outcomes[0] == ("accepted" if update == "all" and on_screen else "mismatch")
    assert all(point is not None and point.x < size[0] and point.y < size[1] for point in live.points)
    if live.outcomes[0] == "mismatch":
        assert live.replay.mismatch is not None
        assert 0 not in (*live.replay.mismatch.expected.size, *live.replay.mismatch.actual.size)


def test_what_changes_just_before_the_click_is_looked_at_again(clicked: Path) -> None:
    live = Live(clicked, desk(SAVE), look=lambda looks: desk(SAVE) if looks > 1 else desk(("Quit", 300, 200)))
    assert live.points == [(300, 200)]
    assert len(live.asked) == 2


def test_what_changes_each_time_is_never_clicked(clicked: Path) -> None:
    live = Live(clicked, desk(SAVE), look=lambda _: desk(("Quit", 300, 200)))
    assert live.outcomes == ["mismatch"]
    assert live.points == []
    assert len(live.asked) == MOST_LOOKS


def test_the_policy_is_asked_again_for_another_place(tmp_path: Path) -> None:
    frames = [desk(SAVE, ("Help", 300, 260)), desk()]
    path = record(tmp_path, frames, CLICK, DONE)
    moved = desk(("Save", 700, 600), ("Help", 700, 660))
    live = Live(
        path,
        desk(SAVE, ("Help", 300, 260)),
        moved,
        look=lambda _: moved,
        refuse=lambda grounded: "not there" if grounded.point and grounded.point.x > 500 else None,
    )
    assert live.points == []
    assert live.outcomes == ["refused"]
    assert [one.point for one in live.asked] == [(300, 200), (700, 600)]


def test_a_drag_goes_from_where_it_began_to_where_it_ended(dragged: Path) -> None:
    live = Live(dragged, desk(FILE, BIN))
    assert live.outcomes == ["matched", "matched", "matched"]
    assert (live.executor.done[1].start, live.executor.done[1].point) == ((200, 500), (700, 500))


def test_a_drag_of_another_thing_is_not_begun(dragged: Path) -> None:
    live = Live(dragged, desk(FILE, BIN), desk(FILE, BIN), desk(("Tile", 200, 500), BIN))
    assert live.outcomes == ["matched", "mismatch"]
    assert len(live.points) == 1


def test_a_drag_whose_beginning_changed_since_it_was_recognised_is_not_begun(dragged: Path) -> None:
    other = desk(("Tile", 200, 500), BIN)
    live = Live(dragged, desk(FILE, BIN), look=lambda looks: desk(FILE, BIN) if looks == 1 else other)
    assert live.outcomes == ["matched", "mismatch"]
    assert len(live.points) == 1


def test_an_action_that_was_not_done_is_not_done_now(tmp_path: Path) -> None:
    path = record(tmp_path, [desk(SAVE), desk()], CLICK, DONE)
    file = path / "session.jsonl"
    file.write_text(file.read_text().replace('"outcome":"done"', '"outcome":"refused"'))
    live = Live(path, desk(SAVE))
    assert live.points == []
    assert live.outcomes == ["skipped", "matched"]


def test_an_action_of_unknown_effect_is_not_repeated(clicked: Path) -> None:
    file = clicked / "session.jsonl"
    lines = file.read_text().splitlines(keepends=True)
    end = next(number for number, line in enumerate(lines) if '"step_finished"' in line)
    file.write_text("".join(lines[:end]))
    live = Live(clicked, desk(SAVE))
    assert live.points == []
    assert live.outcomes == ["skipped"]


def test_an_action_that_fails_ends_it(clicked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(At, "perform", lambda *_: Outcome("failed", detail="no such key"))
    live = Live(clicked, desk(SAVE))
    assert (live.outcomes, live.steps[-1].detail) == (["failed"], "no such key")


def test_keys_go_where_the_last_click_went(tmp_path: Path) -> None:
    frames = [desk(SAVE), desk(SAVE, mark="a"), desk()]
    path = record(tmp_path, frames, CLICK, call("type", "Write", text="Ada"), DONE)
    live = Live(path, desk(SAVE))
    assert live.points == [(300, 200), None]
    live = Live(path, desk(SAVE), desk(("Quit", 300, 200)))
    assert live.outcomes == ["matched", "mismatch"]
    assert live.points == [(300, 200)]


def test_a_picture_that_cannot_be_decoded_is_an_error_of_the_session(
    clicked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.recording.session.Session.picture", lambda *_: b"\x89PNG\r\n\x1a\nnonsense")
    with pytest.raises(SessionError, match="cannot be decoded"):
        Live(clicked, desk(SAVE))


def test_the_end_must_show_what_the_last_click_did(clicked: Path) -> None:
    frames = [desk(SAVE), desk(SAVE), desk(mark="saved")]
    assert Live(clicked, *frames[:2], desk(mark="saved"), settings={"end": True}).outcomes == ["matched", "matched"]
    assert Live(clicked, desk(SAVE), settings={"end": True}).outcomes == ["matched", "mismatch"]
    assert Live(clicked, desk(SAVE), settings={"end": True}, update="changed").outcomes == ["matched", "accepted"]
    assert Live(clicked, desk(SAVE), settings={"end": True}).outcomes == ["matched", "matched"]
