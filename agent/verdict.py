"""What a test run is told of one session's replay: passed or not, in words, and as properties of its report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from actions.brake import Brake
from actions.executor import InputError
from agent.errors import AgentError
from agent.live.settings import live_settings
from agent.options import ReplayOptions, RunOptions
from agent.progress import clean
from agent.recording.session import Recording, Session, open_session, read_session
from agent.replay.command import replayed_lines
from agent.replay.offline import Replayed, replay_offline

if TYPE_CHECKING:
    from agent.live.session import LiveReplayed
    from agent.live.steps import StepResult

IMAGES = ("expected", "actual", "difference")
BAD = ("mismatch", "failed", "refused")


@dataclass(frozen=True)
class Verdict:
    """The outcome of one replay."""

    passed: bool
    text: str
    """A line on the whole, then a line each for what is wrong."""
    properties: tuple[tuple[str, str | int], ...]
    """Name and value, all names beginning with `agent_`."""
    steps: tuple[str, ...] = ()
    """What became of each step of a live replay."""
    heals: tuple[str, ...] = ()
    """The steps whose target was found elsewhere."""


@dataclass(frozen=True)
class LiveWays:
    """How sessions are replayed live."""

    output: Path
    """The pictures of a mismatch go to a folder in it, named like the session."""
    virtual: tuple[int, int] | None = None
    """The display's size; None for the session's own."""
    update: Literal["all", "changed", "missing", "none"] = "none"
    wait: float | None = None
    """Seconds for a target to appear."""
    approve: Literal["never", "risky"] = "risky"
    """Risky steps are refused, or done: nobody can be asked."""


def judge_offline(folder: Path) -> Verdict:
    """Replay the session in `folder` offline."""
    try:
        with open_session(folder) as reader:
            recording = reader.recording
        return _offline(recording, replay_offline(folder))
    except AgentError as error:
        return _unreplayable(folder, error)


def judge_live(folder: Path, ways: LiveWays, *, here: bool = False) -> Verdict:
    """Replay the session in `folder` on a virtual display, or `here`: on the one that DISPLAY names."""
    from agent.live.session import recorded_secrets, replay_live

    steps: list[StepResult] = []
    try:
        session = read_session(folder)
        screen = session.started.screen
        size = ways.virtual or live_settings(session).size or (screen.width, screen.height)
        options = ReplayOptions(
            paths=(str(session.path),),
            run=RunOptions(
                task="",
                virtual=None if here else size,
                secret=recorded_secrets(session),
                approve=ways.approve,
            ),
            live=True,
            update=ways.update,
            trust_commands=True,
            wait=ReplayOptions.model_fields["wait"].default if ways.wait is None else ways.wait,
            results=ways.output / _name(session),
        )
        return _live(session, replay_live(session.path, options, Brake(), steps.append))
    except (AgentError, InputError) as error:
        return _unreplayable(folder, error, tuple(map(_step, steps)))


def _unreplayable(folder: Path, error: Exception, steps: tuple[str, ...] = ()) -> Verdict:
    return Verdict(False, clean(str(error)), (("agent_session", str(folder.absolute())),), steps)


def _properties(recording: Recording, steps: int, heals: int, step: int | None) -> tuple[tuple[str, str | int], ...]:
    return (
        ("agent_session", str(recording.path.absolute())),
        ("agent_task", clean(recording.started.task)),
        ("agent_model", clean(recording.started.model)),
        ("agent_steps", steps),
        ("agent_heals", heals),
        *([("agent_step", step)] if step else []),
    )


def _name(recording: Recording) -> str:
    return recording.path.absolute().name


def _offline(recording: Recording, result: Replayed) -> Verdict:
    differences = result.differences
    properties = _properties(recording, result.steps, 0, differences[0].step if differences else None)
    return Verdict(result.matches, "\n".join(replayed_lines(_name(recording), result)), properties)


def _live(session: Session, result: LiveReplayed) -> Verdict:
    bad = next((step for step in result.steps if step.outcome in BAD), None)
    properties = _properties(session, len(result.steps), len(result.heals), bad.step if bad else None)
    images = _images(result)
    return Verdict(
        passed=result.exit_code == 0,
        text="\n".join(_live_lines(session, result, bad, images)),
        properties=properties + tuple((f"agent_{name}", str(path)) for name, path in images.items()),
        steps=tuple(map(_step, result.steps)),
        heals=tuple(map(_step, result.heals)),
    )


def _images(result: LiveReplayed) -> dict[str, Path]:
    """The pictures by what they show: their names say it."""
    return {name: path for name in IMAGES for path in result.images if name in path.stem}


def _live_lines(
    session: Session, result: LiveReplayed, bad: StepResult | None, images: dict[str, Path]
) -> Iterator[str]:
    status = result.status.replace("_", " ")
    yield f"{_name(session)}: {status}" + (f": {clean(result.reason)}" if result.reason else "")
    if bad is not None:
        yield f"   step {bad.step}: {clean(bad.summary) or 'no sentence'}"
    for note in result.notes:
        yield f"   note: {clean(note)}"
    for name, path in images.items():
        yield f"   {name}: {path}"


def _step(result: StepResult) -> str:
    detail = f" ({clean(result.detail)})" if result.detail else ""
    return f"step {result.step} {result.outcome}: {clean(result.summary) or 'no sentence'}{detail}"
