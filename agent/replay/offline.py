"""Offline replay: a recording run again through today's conversation, parser, mapping and policy, and compared.

What is recomputed comes from the raw replies and the frames alone; what was recorded of it is only ever compared
with. Nothing is touched, asked or waited for, and no display is needed. A recording is read while it is replayed: of
ten thousand steps a few are in memory.
"""

from __future__ import annotations

import difflib
import json
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

import prompts
from actions.brake import Brake
from agent.dialect import MAX_WINDOW, ModelProfile, resolve
from agent.errors import SessionError, UsageError
from agent.events import Event, ModelReplied, ModelRequested, SessionEnded, StepFinished, StepPlanned
from agent.loop import Loop
from agent.parts import Parts, Plan
from agent.permission.policy import Policy
from agent.recording.session import RecordedStep, Recording, SessionReader, open_session
from agent.replay.recorded import (
    Cursor,
    Passing,
    RecordedConsent,
    RecordedEncoder,
    RecordedExecutor,
    RecordedModel,
    RecordedScreen,
    RecordedSettler,
    Tell,
)

SHOWN_MESSAGE = 100
"""Characters shown of a whole message."""
COMPARED, COMPARED_MESSAGES = 2000, 50
"""Characters, and messages from the end, that are compared to find what a message became."""
SHOWN = 300
"""Characters of a recorded and of a recomputed text shown around where they part."""
OUTSIDE = ("stopped", "model_error", "screen_error", "recording_error")
"""Ends that came from the world: the recording cannot say them again."""


class _Settings(BaseModel):
    """What is needed of a recording's settings (`agent.run.settings`); a recording is anybody's file."""

    model_config = ConfigDict(frozen=True, strict=True)

    profile: str | None = None
    high_res: bool = True
    max_pixels: Annotated[int, Field(ge=1)] | None = None
    image_tokens: Annotated[int, Field(ge=1)] | None = None
    old_pictures: Annotated[int, Field(ge=0, le=MAX_WINDOW)] | None = None
    cap: int | None = None
    system_prompt: str | None = None
    max_steps: Annotated[int, Field(ge=1)] | None = None
    policy: list[dict[str, Any]] = []
    secrets: list[str] = []


@dataclass(frozen=True)
class Difference:
    """What is not as it was recorded, in words; step 0 is the session as a whole."""

    step: int
    text: str


@dataclass(frozen=True)
class Replayed:
    """A session's replay."""

    path: Path
    task: str
    steps: int
    """Steps replayed."""
    recorded_steps: int
    differences: tuple[Difference, ...]
    notes: tuple[str, ...]
    """What is worth knowing and no difference: an unfinished session, skipped lines."""

    @property
    def matches(self) -> bool:
        """Whether today's program does what was recorded."""
        return not self.differences


def replay_offline(path: Path) -> Replayed:
    """Replay the session in `path`. Raises `SessionError` where it cannot be read or is damaged."""
    with open_session(path) as reader:
        replayed = _Replay(reader).run()
    if reader.damage is not None:
        raise SessionError(f"{path} is damaged and can only be viewed: {reader.damage}")
    return replayed


class _Replay:
    def __init__(self, reader: SessionReader) -> None:
        self._reader = reader
        self._differences: list[Difference] = []
        self._steps = Passing(self._read())
        self._recorded_steps = self._finished_steps = 0
        """How many were read."""
        self._step = 0
        self._done = 0

    def run(self) -> Replayed:
        """Every event of the run against the recording."""
        recording = self._reader.recording
        if (first := next(self._steps, None)) is not None:
            for event in self._loop(recording, chain([first], self._steps)).run():
                self._compare(event)
        return Replayed(
            path=recording.path,
            task=recording.started.task,
            steps=self._done,
            recorded_steps=self._recorded_steps,
            differences=tuple(self._differences),
            notes=tuple(self._reader.notes()),
        )

    def _read(self) -> Iterator[RecordedStep]:
        for step in self._reader.steps():
            self._recorded_steps = step.number
            self._finished_steps += step.finished is not None
            yield step

    def _loop(self, recording: Recording, steps: Iterable[RecordedStep]) -> Loop:
        started = recording.started
        plan, policy = recorded_plan(recording)
        self._expect("the most pixels the model looks at", started.settings.get("cap") or plan.cap, plan.cap)
        self._expect("the dialect", started.dialect, plan.profile.dialect.name)
        return Loop(plan, recorded_parts(recording, steps, policy, self._tell))

    def _compare(self, event: Event) -> None:
        self._step = getattr(event, "step", self._step)
        step = self._steps.known(self._step)
        match event:
            case ModelRequested() if step is not None and event.reask < len(step.exchanges):
                self._requested(step.exchanges[event.reask].requested, event)
            case ModelReplied() if step is not None:
                recorded = step.exchanges[event.reask].replied
                self._expect("what the model is told about its reply", recorded and recorded.error, event.error)
            case StepPlanned() if step is not None and step.planned is not None:
                self._planned(step.planned, event)
            case StepFinished():
                self._done += 1
                if step is not None and step.finished is not None:
                    self._expect("the outcome", step.finished.outcome, event.outcome)
            case SessionEnded():
                self._ended(event)

    def _requested(self, recorded: ModelRequested, now: ModelRequested) -> None:
        if len(recorded.messages) != len(now.messages):
            counts = f"expected a request of {len(recorded.messages)} messages, now {len(now.messages)}"
            self._tell(f"{counts}: {_unmatched(recorded.messages, now.messages)}")
            return
        for number, (before, after) in enumerate(zip(recorded.messages, now.messages, strict=True), 1):
            if before != after:
                self._tell(f"message {number} ({after['role']}) of the request drifted: {_parting(before, after)}")

    def _planned(self, recorded: StepPlanned, now: StepPlanned) -> None:
        if recorded.action != now.action:
            self._tell(
                f"expected the action {_json(recorded.action)}, now {_json(now.action)}: the reply reads otherwise"
            )
        elif (recorded.start, recorded.target) != (now.start, now.target):
            was, new = _places(recorded), _places(now)
            self._tell(f"expected target {was}, now {new}: the coordinate mapping changed")
        self._expect("the wheel's notches", recorded.notches, now.notches)
        self._expect("the number of corrective questions", recorded.reasks, now.reasks)
        self._expect("the mending of the reply", list(recorded.repairs), list(now.repairs))

    def _ended(self, now: SessionEnded) -> None:
        deque(self._steps, maxlen=0)  # an early end leaves some unread
        ended, finished = self._reader.ended, self._finished_steps
        if self._done < finished:
            self._tell(f"the replay ends here, the recording goes on to step {finished}: {now.reason or now.status}")
            return
        # An end that came from outside, or was never written, cannot come again: the last step is what counts.
        if ended is not None and ended.status not in OUTSIDE and not _out_of_time(ended):
            status = "success" if ended.status == "check_failed" else ended.status  # said after the run's own end
            self._expect("the end", status, now.status)
            self._expect("the answer", ended.answer, now.answer)

    def _expect(self, what: str, recorded: object, now: object) -> None:
        if recorded != now:
            self._tell(f"expected {what} to be {_json(recorded)}, now {_json(now)}")

    def _tell(self, text: str) -> None:
        self._differences.append(Difference(self._step, text))


def recorded_plan(recording: Recording) -> tuple[Plan, Policy]:
    """What the recorded run was to do, and its rules. Raises `SessionError` where its settings are those of no run."""
    started = recording.started
    settings, policy = _settings(recording)
    profile = _profile(recording, settings.profile).windowed(settings.old_pictures)
    plan = Plan(
        task=started.task,
        profile=profile,
        system_prompt=settings.system_prompt or prompts.load(profile.dialect.prompt),
        cap=profile.pixel_cap(settings.high_res, settings.max_pixels),
        image_tokens=settings.image_tokens,
        max_steps=settings.max_steps or sys.maxsize,  # its steps end first
        dry_run=started.dry_run,
        session_id=started.session_id,
        secrets=tuple(settings.secrets),
    )
    return plan, policy


def recorded_parts(recording: Recording, steps: Iterable[RecordedStep], policy: Policy, tell: Tell) -> Parts:
    """A recording and its steps as the parts of a run; `tell` hears what today's program would do otherwise."""
    cursor = Cursor(steps)
    return Parts(
        screen=RecordedScreen(cursor),
        model=RecordedModel(cursor),
        consent=RecordedConsent(cursor, policy, tell),
        executor=RecordedExecutor(cursor),
        settler=RecordedSettler(cursor),
        brake=Brake(),
        encode=RecordedEncoder(recording, cursor, tell),
    )


def _settings(recording: Recording) -> tuple[_Settings, Policy]:
    try:
        settings = _Settings.model_validate(recording.started.settings)
        return settings, Policy.model_validate({"rule": settings.policy})
    except (ValidationError, UsageError) as error:
        raise SessionError(f"{recording.path} cannot be replayed: its settings are not those of a run") from error


def _profile(recording: Recording, dialect: str | None) -> ModelProfile:
    try:
        return resolve(recording.started.model, dialect)
    except UsageError as error:
        raise SessionError(f"{recording.path} cannot be replayed: {error}") from error


def _out_of_time(ended: SessionEnded) -> bool:
    return ended.status == "limit" and any(limit in (ended.reason or "") for limit in ("--max-seconds", "--max-cost"))


def _places(planned: StepPlanned) -> str:
    target = "none" if planned.target is None else f"({planned.target.x}, {planned.target.y})"
    return target if planned.start is None else f"({planned.start.x}, {planned.start.y}) to {target}"


def _json(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _parting(before: dict[str, Any], after: dict[str, Any]) -> str:
    """Where two messages part, with a little around it."""
    old, new = "\n".join(_lines(before)), "\n".join(_lines(after))
    at = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    start = max(0, at - 40)
    return f"expected {_json(old[start : at + 80])}, now {_json(new[start : at + 80])}"


def _unmatched(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> str:
    """The first message on either side that the other has not, with the one there that comes closest to it."""
    # Cut, since the time to find a likeness grows with the square of the texts.
    old, new = (
        ["\n".join(_lines(message))[:COMPARED] for message in side[-COMPARED_MESSAGES:]] for side in (before, after)
    )
    for said, texts, others in (("is gone", old, new), ("is new", new, old)):
        for number, text in enumerate(texts, 1):
            if text not in others:
                close = difflib.get_close_matches(text, others, n=1, cutoff=0.3)
                hint = f", the closest is {_json(close[0][:SHOWN_MESSAGE])}" if close else ""
                return f"message {number} {said}: {_json(text[:SHOWN_MESSAGE])}{hint}"
    return "the same messages in another number"


def _lines(message: dict[str, Any]) -> Iterator[str]:
    for part in message["parts"]:
        yield part["text"] if "text" in part else f"[picture {part['image'][:12]}]"
