"""Consent within a run: what it is told, what is recorded of its answer, and who sees that."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from rich.console import Console

import prompts
from actions.action import GroundedAction, Key, LeftClick, Point
from actions.brake import Brake
from agent.dialect import resolve
from agent.errors import UsageError
from agent.events import Event
from agent.loop import Loop
from agent.options import ReplayOptions, RunOptions
from agent.parts import Parts, Plan
from agent.permission import consenting
from agent.permission.consent import Consent, PolicyConsent, PreviewConsent
from agent.permission.consenting import consent_for
from agent.permission.policy import Policy
from agent.permission.proposal import Proposal, Verdict
from agent.preview import PlanPreview
from agent.progress import Progress
from agent.recording.recorder import Recorder
from agent.recording.session import read_session
from agent.replay.offline import replay_offline
from agent.show.report import Texts, run_data
from agent.verdict import LiveWays, judge_live
from tests.fakes import FakeExecutor, FakeScreen, FakeSettler, ScriptedModel, call, painted

SAVE = call("left_click", "Click Save", coordinate=[500, 250])
CLOSE = call("key", "Close it quietly", keys=["alt", "f4"])
DONE = call("terminate", status="success")
RISK = "it closes a window or a program: alt+f4"


class Listener:
    """Lets everything pass and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Proposal] = []

    def verdict(self, proposal: Proposal) -> Verdict:
        self.asked.append(proposal)
        return Verdict(None, f"number {len(self.asked)}")


def run(*replies: str, consent: Consent, folder: Path | None = None, **plan: Any) -> list[Event]:
    """The events of a run of fakes; recorded in `folder`."""
    profile = resolve("gui-plus-2026-02-26")
    screen = FakeScreen(*(painted(640, 400, boxes=[(10 * i, 10, 50, 50)]) for i in range(9)))
    cap = profile.pixel_cap(high_res=True)
    settings = {"profile": None, "high_res": True, "max_pixels": None, "cap": cap, "system_prompt": None}
    settings |= {"max_steps": 30, "policy": []}
    parts = Parts(screen, ScriptedModel(*replies), consent, FakeExecutor(), FakeSettler(screen), Brake())
    text = prompts.load(profile.dialect.prompt)
    events = list(Loop(Plan("do it", profile, text, cap, settings=settings, **plan), parts).run())
    if folder is not None:
        recorder = Recorder(folder, "do it")
        for event in events:
            recorder.handle(event)
        recorder.close()
    return events


def consents(events: list[Event]) -> list[str | None]:
    lines = [event.public_line() for event in events if event.public]
    return [line.get("consent") for line in lines if line["event"] == "step_finished"]


def refusing() -> PolicyConsent:
    return PolicyConsent(Policy(), "risky", None)


def test_it_is_told_the_sentence_and_the_screen() -> None:
    listener = Listener()
    events = run(SAVE, CLOSE, DONE, consent=listener)
    assert [proposal.sentence for proposal in listener.asked] == ["Click Save", "Close it quietly"]
    assert all(proposal.screen is not None and proposal.screen.size == (640, 400) for proposal in listener.asked)
    assert consents(events) == ["number 1", "number 2", None]  # the end needs none


def test_a_refusal_ends_the_run_and_says_who_decided() -> None:
    events = run(SAVE, CLOSE, DONE, consent=refusing())
    assert consents(events) == ["allowed", f"refused unasked: {RISK}"]
    end = events[-1].line()
    assert (end["status"], end["exit_code"], end["steps"]) == ("refused", 6, 2)
    assert RISK in end["reason"]


def test_the_answer_is_recorded_and_replays_as_it_was(tmp_path: Path) -> None:
    run(SAVE, CLOSE, DONE, consent=refusing(), folder=tmp_path)
    (folder,) = tmp_path.iterdir()
    session = read_session(folder)
    said = [step.finished and step.finished.consent for step in session.steps]
    assert said == ["allowed", f"refused unasked: {RISK}"]
    replayed = replay_offline(folder)
    assert replayed.matches, replayed.differences
    assert [step["consent"] for step in run_data(session, Texts())["steps"]] == said


def test_a_recording_without_it_is_read_as_ever(tmp_path: Path) -> None:
    run(SAVE, DONE, consent=refusing(), folder=tmp_path)
    (folder,) = tmp_path.iterdir()
    file = folder / "session.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    for line in lines:
        line.pop("consent", None)
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert [step.finished and step.finished.consent for step in read_session(folder).steps] == [None, None]
    assert replay_offline(folder).matches


def test_a_replay_tells_where_the_policy_of_today_would_deny(tmp_path: Path) -> None:
    run(SAVE, DONE, consent=refusing(), folder=tmp_path)
    (folder,) = tmp_path.iterdir()
    file = folder / "session.jsonl"

    def replayed(**rule: object) -> bool:
        lines = [json.loads(line) for line in file.read_text().splitlines()]
        lines[0]["settings"]["policy"] = [{"decision": "deny", **rule}]
        file.write_text("".join(json.dumps(line) + "\n" for line in lines))
        return replay_offline(folder).matches

    assert not replayed(action=["left_click"])
    assert replayed(action=["left_click"], window="Bank")  # the recording does not tell
    assert replayed(action=["left_click"], per_minute=1)


@pytest.mark.parametrize(
    ("verbose", "consent", "shown"),
    [
        (False, PreviewConsent(Policy()), f"would ask: {RISK}"),
        (True, Listener(), "number 1"),
        (False, Listener(), None),
    ],
)
def test_progress_says_what_would_be_asked(verbose: bool, consent: Consent, shown: str | None) -> None:
    stream = io.StringIO()
    progress = Progress(Console(file=stream, width=200), verbose=verbose)
    for event in run(CLOSE, DONE, consent=consent):
        progress.handle(event)
    if shown:
        assert f"    {shown}\n" in stream.getvalue()
    else:
        assert "number" not in stream.getvalue()


def test_a_plan_lists_what_would_be_asked() -> None:
    preview = PlanPreview(None)
    for event in run(SAVE, CLOSE, DONE, consent=PreviewConsent(Policy()), dry_run=True):
        preview.handle(event)
    save, close, _ = preview.lines()
    assert "ask" not in save
    assert close.endswith(f"\n   would ask: {RISK}")


def test_a_plan_s_page_says_what_would_be_asked(tmp_path: Path) -> None:
    preview = PlanPreview(tmp_path)
    for event in run(SAVE, CLOSE, DONE, consent=PreviewConsent(Policy()), dry_run=True):
        preview.handle(event)
    page = (tmp_path / "plan.html").read_text(encoding="utf-8")
    assert page.count(f'"consent":"would ask: {RISK}"') == 1
    assert page.count('"consent":null') == 2


def test_the_options_decide_who_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    close = Proposal(GroundedAction(Key(keys=("alt", "f4"))), "", painted())
    click = Proposal(GroundedAction(LeftClick(), Point(1, 1)), "", painted())
    with consent_for(RunOptions(task="x"), Policy(), None, None) as consent:
        assert consent.verdict(close).refusal is not None
        assert consent.verdict(click).refusal is None
    with consent_for(RunOptions(task="x", approve="never"), Policy(), None, None) as consent:
        assert consent.verdict(close).refusal is None
    with consent_for(RunOptions(task="x", dry_run=True), Policy(), None, None) as consent:
        assert (consent.verdict(close).words or "").startswith("would ask")
    asked: list[str] = []
    with consent_for(RunOptions(task="x"), Policy(), lambda text: not asked.append(text), None) as consent:
        assert consent.verdict(close).refusal is None
        (folder,) = tmp_path.iterdir()
        assert asked[0].endswith(f"Picture: {folder / 'asked-1.png'}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [None, UsageError("no models"), ImportError("broken")])
def test_what_reading_needs_is_loaded_while_the_model_thinks(
    error: Exception | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()

    class Reader:
        def prepare(self, is_wanted: Callable[[], bool]) -> None:
            assert is_wanted()
            begun.set()
            if error is not None:
                raise error

        read_at = None

    monkeypatch.setattr(consenting, "installed_reader", Reader)
    monkeypatch.setattr(consenting, "PREPARE_SECONDS", 0.0)
    with consent_for(RunOptions(task="x", approve="risky"), Policy(), None, None):
        assert begun.wait(20)
    begun.clear()
    with consent_for(RunOptions(task="x", approve="never"), Policy(), None, None):
        pass
    assert not begun.is_set()
    monkeypatch.setattr(consenting, "PREPARE_SECONDS", 600.0)
    with consent_for(RunOptions(task="x", approve="risky"), Policy(), None, None):
        pass  # a run that ends at once does not wait
    assert not begun.is_set()


@pytest.mark.parametrize("approve", ["risky", "never"])
def test_a_test_run_refuses_what_is_risky_unless_told_otherwise(
    approve: Literal["risky", "never"], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[str, object]] = []

    def replay_live(path: Path, options: ReplayOptions, brake: Brake, report: object, confirm: object = None) -> None:
        given.append((options.run.approve, confirm))
        raise UsageError("not now")

    monkeypatch.setattr("agent.live.session.replay_live", replay_live)
    form = Path(__file__).parents[1] / "recordings" / "form"
    assert LiveWays(output=tmp_path).approve == "risky"
    assert not judge_live(form, LiveWays(output=tmp_path, approve=approve)).passed
    assert given == [(approve, None)]
