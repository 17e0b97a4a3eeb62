"""What a person reads: plain lines in a pipe, and nothing a model writes can steer the terminal."""

from __future__ import annotations

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from actions.action import Point
from agent.events import (
    ModelReplied,
    ModelRequested,
    ScreenInfo,
    SessionEnded,
    SessionStarted,
    StepFinished,
    StepPlanned,
)
from agent.model import Usage
from agent.progress import Progress, action_line, clean, money


def planned(**fields: object) -> StepPlanned:
    values = {
        "step": 3,
        "summary": "Click [bold]OK[/bold] \x1b[31mnow\x07",
        "action": {"action": "left_click", "coordinate": [500, 250]},
        "target": Point(640, 200),
        "usage": Usage(prompt_tokens=1, completion_tokens=1),
        "cost": 0.00333,
        "reasks": 0,
    }
    return StepPlanned.model_validate(values | fields)


def finished(**fields: object) -> StepFinished:
    values = {"step": 3, "outcome": "done", "detail": None, "changed": True, "ms": {"model": 1500, "act": 20}}
    return StepFinished.model_validate(values | fields)


def ended(**fields: object) -> SessionEnded:
    values = {
        "status": "success",
        "exit_code": 0,
        "answer": None,
        "steps": 3,
        "usage": Usage(),
        "cost": None,
        "recording": "recordings/x",
    }
    return SessionEnded.model_validate(values | fields)


def replied(error: str | None = None, reasoning: str = "") -> ModelReplied:
    return ModelReplied(
        step=1,
        reask=0,
        text="",
        reasoning=reasoning,
        tool_calls=[],
        finish_reason=None,
        partial=False,
        model=None,
        request_id=None,
        tries=1,
        usage=Usage(),
        cost=None,
        ms=1,
        error=error,
    )


def shown(*events: object, terminal: bool = False, verbose: bool = False, quiet: bool = False) -> str:
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=100, highlight=False)
    progress = Progress(console, verbose=verbose, quiet=quiet)
    for event in events:
        progress.handle(event)  # type: ignore[arg-type]
    progress.pause()
    return out.getvalue()


def test_plain_lines_in_a_pipe() -> None:
    screen = ScreenInfo(width=1280, height=800, scale=1)
    start = SessionStarted(
        task="open the browser", model="offline", dialect="d", screen=screen, dry_run=False, session_id="u"
    )
    text = shown(start, ModelRequested(step=1, reask=0, messages=[]), planned(), finished(), ended())
    assert "\x1b" not in text
    lines = [line.strip() for line in text.splitlines()]
    assert lines[0] == "open the browser"
    assert "left_click at (640, 200) · 0.0033 CNY" in lines
    assert "done, the screen changed, 1.5 s" in lines
    assert lines[-1] == "recorded in recordings/x"
    assert "cost unknown" in text


def test_the_task_as_it_is_understood_only_when_asked_for() -> None:
    screen = ScreenInfo(width=320, height=200, scale=1)
    start = SessionStarted(task='open "A"', model="offline", dialect="d", screen=screen, dry_run=False, session_id="u")
    assert '1. Open "A"' in shown(start, verbose=True)
    assert '1. Open "A"' not in shown(start)


def test_a_models_words_are_text_and_nothing_else() -> None:
    text = shown(planned())
    assert "Click [bold]OK[/bold] [31mnow" in text
    assert "\x07" not in text


def test_no_effect_and_failure_are_said() -> None:
    text = shown(finished(changed=False), finished(outcome="failed", detail="no such key"))
    assert "nothing changed on the screen" in text
    assert "failed: no such key" in text


def test_why_a_reply_was_not_understood() -> None:
    assert "reply not understood: no call" in shown(replied("no call"))


def test_thoughts_and_times_only_when_asked_for() -> None:
    events = (replied(reasoning="I see a button"), planned(repairs=("closing tag missing",)), finished())
    assert "I see a button" not in shown(*events)
    loud = shown(*events, verbose=True)
    for word in ("I see a button", "closing tag missing", "model 1500 ms"):
        assert word in loud


def test_a_dry_runs_steps_are_left_to_its_result() -> None:
    out = io.StringIO()
    progress = Progress(Console(file=out), steps=False)
    for event in (planned(), finished(), ended()):
        progress.handle(event)
    assert "left_click" not in out.getvalue()
    assert "success" in out.getvalue()


def test_quiet_is_quiet() -> None:
    assert shown(planned(), finished(), replied("no call"), ended(), quiet=True) == ""


def test_quiet_still_says_why_it_failed() -> None:
    failed = ended(status="model_error", reason="the endpoint is down")
    assert shown(planned(), failed, quiet=True) == "model error: the endpoint is down\n"


def test_a_reason_that_says_how_it_ended_says_it_once() -> None:
    assert shown(ended(status="stopped", reason="stopped by Ctrl-C"), quiet=True) == "stopped by Ctrl-C\n"


def test_a_long_task_is_cut() -> None:
    task = "click Files, " * 1_000
    screen = ScreenInfo(width=1, height=1, scale=1)
    first = shown(
        SessionStarted(task=task, model="m", dialect="d", screen=screen, dry_run=False, session_id="s")
    ).splitlines()[0]
    assert len(first) == 400
    assert first[-1] == "…"
    assert task.startswith(first[:-1])


def test_a_late_piece_of_a_reply_does_not_bring_the_live_line_back() -> None:
    out = io.StringIO()
    progress = Progress(Console(file=out, force_terminal=True, width=80))
    progress.delta("text", "early")
    progress.handle(ended())
    progress.delta("text", "late")
    assert "late" not in out.getvalue()
    assert out.getvalue().rindex("\x1b[?25h") > out.getvalue().rindex("\x1b[?25l")  # the cursor is shown again


@pytest.mark.parametrize("piece", ["word ", "思考", "x"])
@pytest.mark.parametrize("width", [20, 40, 80])
def test_the_live_line_is_one_line_and_shows_the_latest(width: int, piece: str) -> None:
    out = io.StringIO()
    progress = Progress(Console(file=out, force_terminal=True, width=width))
    for _ in range(100):
        progress.delta("reasoning", piece)
    progress.delta("reasoning", "END")
    assert progress._status is not None
    label = progress._status.status
    assert cell_len(str(label)) <= width - 3
    assert str(label).startswith("thinking: ")
    assert str(label).endswith("END")
    progress.close()


def test_a_terminal_gets_a_live_line() -> None:
    out = io.StringIO()
    progress = Progress(Console(file=out, force_terminal=True, width=80))
    progress.handle(ModelRequested(step=2, reask=1, messages=[]))
    progress.delta("reasoning", "the icon is\nbottom left \x1b[2J")
    progress.question("Go on?")
    assert "thinking: the icon is bottom left" in out.getvalue()
    assert "\x1b[2J" not in out.getvalue()
    assert out.getvalue().endswith("Go on?\x1b[0m")


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"action": {"action": "key", "keys": ["ctrl", "s"]}, "target": None}, "key keys=ctrl+s · 0.0033 CNY"),
        (
            {"action": {"action": "left_click_drag", "coordinate": [1, 2]}, "start": Point(1, 2)},
            "left_click_drag from (1, 2) to (640, 200) · 0.0033 CNY",
        ),
        ({"action": {"action": "type", "text": "a\x1bb"}, "target": None}, "type text='a\\x1bb' · 0.0033 CNY"),
        ({"assumed": True, "cost": None}, "left_click at (640, 200) (assumed) · cost unknown"),
    ],
)
def test_action_lines(fields: dict[str, object], line: str) -> None:
    assert action_line(planned(**fields)) == line


def test_words() -> None:
    assert clean("a\tb\nc\u202ed") == "a b cd"
    assert money(0.0) == "0.0000 CNY"
    assert money(None) == "cost unknown"
