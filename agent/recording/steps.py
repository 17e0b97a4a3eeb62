"""Events in the order of a run: which step each belongs to, and whether it has a place there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from agent.events import (
    CheckFinished,
    ModelFailed,
    ModelReplied,
    ModelRequested,
    ScreenshotRecord,
    SessionEnded,
    SessionStarted,
    StepFinished,
    StepPlanned,
)
from agent.recording.events import RecordedEvent
from agent.recording.lines import LineError


@dataclass(frozen=True)
class Exchange:
    """A question to the model, and its reply where one came."""

    requested: ModelRequested
    replied: ModelReplied | None
    failures: tuple[ModelFailed, ...] = ()
    """The tries before the reply."""


@dataclass(frozen=True)
class RecordedStep:
    """One step as far as it is recorded: without `finished`, what became of `planned` is unknown."""

    number: int
    """From 1, without gaps."""
    screenshot: ScreenshotRecord
    exchanges: tuple[Exchange, ...]
    """The step's question, then the corrective ones."""
    planned: StepPlanned | None
    finished: StepFinished | None


@dataclass
class _Step:
    """A step while it is read."""

    screenshot: ScreenshotRecord
    requested: list[ModelRequested] = field(default_factory=list)
    replied: list[ModelReplied] = field(default_factory=list)
    failed: list[ModelFailed] = field(default_factory=list)
    planned: StepPlanned | None = None
    finished: StepFinished | None = None

    def take(self, event: RecordedEvent) -> bool:
        """Keep the event; False where it has no place here."""
        asked, answered = len(self.requested), len(self.replied)
        match event:
            case ModelRequested() if self.planned is None and asked == answered == event.reask:
                self.requested.append(event)
            case ModelFailed() if self.planned is None and answered == event.reask == asked - 1:
                self.failed.append(event)
            case ModelReplied() if self.planned is None and answered == event.reask == asked - 1:
                self.replied.append(event)
            case StepPlanned() if self.planned is None and asked == answered > 0:
                self.planned = event
            case StepFinished() if self.is_open:
                self.finished = event
            case _:
                return False
        return True

    @property
    def is_open(self) -> bool:
        """Whether an action was planned and nothing says what became of it."""
        return self.planned is not None and self.planned.error is None and self.finished is None

    def freeze(self) -> RecordedStep:
        replies = [*self.replied, *[None] * (len(self.requested) - len(self.replied))]
        exchanges = tuple(
            Exchange(requested, replied, tuple(failed for failed in self.failed if failed.reask == requested.reask))
            for requested, replied in zip(self.requested, replies, strict=True)
        )
        return RecordedStep(self.screenshot.step, self.screenshot, exchanges, self.planned, self.finished)


class StepReader:
    """Puts events in their places. Holds the step that is being read, and the end."""

    def __init__(self) -> None:
        self.ended: SessionEnded | None = None
        self.checks: list[CheckFinished] = []
        self._step: _Step | None = None

    def add(self, number: int, event: RecordedEvent) -> RecordedStep | None:
        """Put the event of line `number` in its place; where it begins a step, the step before is whole.

        Raises `LineError` where it has none.
        """
        if self.ended is not None:
            raise LineError(number, f"{event.event} comes after session_ended")
        match event:
            case SessionStarted():
                raise LineError(number, "session_started is there twice")
            case SessionEnded():
                self.ended = event
            case CheckFinished():
                self.checks.append(event)
            case ScreenshotRecord():
                return self._begin(number, event)
            case _:
                if self._step is None or event.step != self._step.screenshot.step or not self._step.take(event):
                    raise LineError(number, f"{event.event} of step {event.step} is out of order")
        return None

    @property
    def last(self) -> RecordedStep | None:
        """The step that was begun last, as far as it came."""
        return None if self._step is None else self._step.freeze()

    def open_ends(self) -> Iterator[str]:
        """A note where the last step's effect is unknown."""
        if self._step is not None and self._step.is_open:
            number = self._step.screenshot.step
            yield f"the effect of step {number} is unknown: it was planned, and its end is not recorded"

    def _begin(self, number: int, event: ScreenshotRecord) -> RecordedStep | None:
        before = self.last
        due = 1 if before is None else before.number + 1
        if event.step != due:
            raise LineError(number, f"step {event.step} begins where step {due} is due")
        if before is not None and before.finished is None:
            raise LineError(number, f"step {due} begins before step {due - 1} is finished")
        self._step = _Step(event)
        return before
