"""The loop: look, ask, read, do, wait, until the task is done.

One generator of typed events. What is planned is yielded before it is done, so whoever consumes the events can
stop it there; nothing in here knows a display, an endpoint, a disk or a terminal.
"""

from __future__ import annotations

import uuid
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from actions.action import Answer, GroundedAction, Interact, LeftClickDrag, Terminate, Wait
from actions.brake import Brake, OutOfTime, Stopped
from actions.executor import Executor, InputError, Outcome
from actions.parse import ParsedReply
from agent.ask import Asked, Asker
from agent.clock import StepClock
from agent.conversation import Conversation, Turn
from agent.dialect import ModelProfile
from agent.encode import EncodedImage, Encoder, encode
from agent.errors import ModelError, ScreenError, UsageError
from agent.events import (
    EXIT_CODES,
    Event,
    ImageFile,
    ScreenInfo,
    ScreenshotTaken,
    SessionEnded,
    SessionStarted,
    Status,
    StepFinished,
    StepPlanned,
    viewport_data,
)
from agent.geometry import GeometryError
from agent.grounding import ground
from agent.guard import LoopGuard, told
from agent.model import Model, OnDelta, Usage
from agent.screen import Screen, Screenshot
from agent.settle import Settled, Settler
from agent.words import describe

UNCHANGED = "The last action changed nothing on the screen."
MOVED = "The screen's size changed before the action was sent, so it was not sent. Look again."


@dataclass(frozen=True)
class Parts:
    """What a run is made of."""

    screen: Screen
    model: Model
    executor: Executor
    settler: Settler
    brake: Brake
    encode: Encoder = encode


@dataclass(frozen=True)
class Plan:
    """What a run is to do, and how far it may go."""

    task: str
    profile: ModelProfile
    system_prompt: str
    cap: int
    """The most pixels of a picture the model looks at."""
    max_steps: int = 30
    max_seconds: float | None = None
    dry_run: bool = False
    session_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    settings: dict[str, Any] = field(default_factory=dict)
    """For the recording: what replay must know to build the same requests."""


class _End(Exception):  # noqa: N818 (an outcome, not an error)
    def __init__(self, status: Status, reason: str | None = None, answer: str | None = None) -> None:
        super().__init__(reason or status)
        self.status: Status = status
        self.reason = reason
        self.answer = answer


class Loop:
    """One run of one task."""

    def __init__(self, plan: Plan, parts: Parts, on_delta: OnDelta | None = None) -> None:
        self._plan = plan
        self._parts = parts
        self._conversation = Conversation(plan.task, plan.profile, plan.system_prompt, plan.cap)
        self._asker = Asker(parts.model, plan.profile, self._conversation, on_delta)
        self._guard = LoopGuard()
        self._history: list[Turn] = []
        self._feedback: str | None = None
        self._steps = 0
        self._usage = Usage()
        self._cost: float | None = 0.0

    def run(self) -> Generator[Event, None, None]:
        """The events of the run; the last one is always `session_ended`."""
        if self._plan.max_seconds is not None:
            self._parts.brake.limit(self._plan.max_seconds)
        try:
            yield from self._work()
        except _End as end:
            yield self.ended(end.status, end.reason, end.answer)
        except OutOfTime as error:
            yield self.ended("limit", f"{error} (--max-seconds {self._plan.max_seconds:g})")
        except Stopped as error:
            yield self.ended("stopped", str(error))
        except ModelError as error:
            yield self.ended("model_error", str(error))
        except (ScreenError, InputError, GeometryError, UsageError) as error:
            # A UsageError this late: the monitor or region asked for was there, and is no more.
            yield self.ended("screen_error", str(error))

    def _work(self) -> Generator[Event, None, NoReturn]:
        clock = StepClock()
        shot = self._parts.screen.capture()
        clock.lap("capture")
        yield self._started(shot)
        while True:
            self._parts.brake.check()
            if self._steps == self._plan.max_steps:
                raise _End("limit", f"the step limit was reached (--max-steps {self._plan.max_steps})")
            shot = yield from self._step(shot, clock)

    def _step(self, shot: Screenshot, clock: StepClock) -> Generator[Event, None, Screenshot]:
        step = self._steps + 1
        clock.start()
        image = self._parts.encode(shot, max_pixels=self._plan.cap)
        clock.lap("encode")
        yield ScreenshotTaken(
            step=step, viewport=viewport_data(shot.viewport), sent=ImageFile.of(image), screenshot=shot, image=image
        )
        space = self._plan.profile.space(image.size, self._plan.cap)
        asked = yield from self._asker.ask(step, self._history, image, space, self._feedback)
        clock.add("model", asked.ms)
        self._steps = step
        self._add_up(asked)
        if asked.parsed is None:
            yield self._planned_nothing(asked)
            raise _End("failure", f"the model gave no usable action: {asked.error}")
        grounded = self._place(
            ground(asked.parsed.action, shot.viewport, space, self._plan.profile.dialect.scroll_unit)
        )
        yield self._planned(asked, asked.parsed, grounded)
        if isinstance(grounded.action, Terminate | Answer):
            outcome = Outcome("previewed" if self._plan.dry_run else "done")
            yield self._finished(outcome, None, clock)
            self._finish(grounded.action)
        if self._guard.is_stuck(grounded.action):
            yield self._finished(Outcome("refused", "the same action on the same screen, once too often"), None, clock)
            raise _End("failure", "stuck: the model repeats the same action on an unchanged screen")
        outcome, settled = self._act(grounded, shot, clock)
        yield self._finished(outcome, settled, clock)
        if outcome.status == "refused":
            raise _End("refused", outcome.detail)
        self._remember(asked, asked.parsed, image, outcome, settled)
        return settled.screenshot

    def _act(self, grounded: GroundedAction, shot: Screenshot, clock: StepClock) -> tuple[Outcome, Settled]:
        clock.start()
        before = self._parts.settler.look(shot)
        clock.lap("capture")
        if before.viewport != shot.viewport:
            return Outcome("failed", "the screen's size changed", MOVED), Settled(before, changed=True, settled=True)
        outcome = self._parts.executor.perform(grounded)
        clock.lap("act")
        settled = self._parts.settler.settle(before)
        clock.lap("settle")
        return outcome, settled

    def _place(self, grounded: GroundedAction) -> GroundedAction:
        """The pointer's position where the action means it, so that policy, record and person see a place."""
        if "coordinate" not in type(grounded.action).model_fields:
            return grounded
        if grounded.point is None:
            return replace(grounded, point=self._parts.executor.position())
        if isinstance(grounded.action, LeftClickDrag) and grounded.start is None:
            return replace(grounded, start=self._parts.executor.position())
        return grounded

    def _remember(
        self, asked: Asked, parsed: ParsedReply, image: EncodedImage, outcome: Outcome, settled: Settled
    ) -> None:
        action = parsed.action
        said = outcome.feedback if isinstance(action, Interact) else None
        self._history.append(
            Turn(image=image, reply_text=asked.reply_text, sentence=parsed.sentence or describe(action), note=said)
        )
        leaves = len(self._history) - 1 - self._conversation.window
        if leaves >= 0:
            self._history[leaves] = self._history[leaves].aged()
        feedback = [outcome.feedback]
        if outcome.status == "done":
            if not settled.changed and not isinstance(action, Wait | Interact):
                feedback.append(UNCHANGED)
            feedback.append(told(self._guard.done(action)))
        self._guard.saw(settled.screenshot, settled.changed)
        self._feedback = " ".join(text for text in feedback if text) or None

    def _finish(self, action: Terminate | Answer) -> NoReturn:
        if isinstance(action, Answer):
            raise _End("success", answer=action.text)
        if action.status == "success":
            raise _End("success", answer=action.text)
        raise _End("failure", action.text or "the model says that the task cannot be done")

    def _add_up(self, asked: Asked) -> None:
        self._usage = self._usage + asked.usage
        self._cost = None if self._cost is None or asked.cost is None else self._cost + asked.cost

    def _started(self, shot: Screenshot) -> SessionStarted:
        self._guard.saw(shot, changed=True)
        plan, profile = self._plan, self._plan.profile
        return SessionStarted(
            task=plan.task,
            model=profile.model,
            dialect=profile.dialect.name,
            screen=ScreenInfo(width=shot.size.width, height=shot.size.height, scale=shot.viewport.scale),
            dry_run=plan.dry_run,
            session_id=plan.session_id,
            settings=plan.settings,
        )

    def _planned(self, asked: Asked, parsed: ParsedReply, grounded: GroundedAction) -> StepPlanned:
        return StepPlanned(
            step=self._steps,
            summary=parsed.sentence or describe(parsed.action),
            action=parsed.action.as_json(),
            target=grounded.point,
            start=grounded.start,
            notches=grounded.notches or None,
            usage=asked.usage,
            cost=asked.cost,
            reasks=asked.reasks,
            repairs=parsed.repairs,
            assumed=self._plan.dry_run and self._steps > 1,
        )

    def _planned_nothing(self, asked: Asked) -> StepPlanned:
        return StepPlanned(
            step=self._steps,
            summary="",
            action=None,
            target=None,
            usage=asked.usage,
            cost=asked.cost,
            reasks=asked.reasks,
            error=asked.error,
        )

    def _finished(self, outcome: Outcome, settled: Settled | None, clock: StepClock) -> StepFinished:
        return StepFinished(
            step=self._steps,
            outcome=outcome.status,
            detail=outcome.detail,
            feedback=outcome.feedback,
            changed=settled.changed if settled else None,
            settled=settled.settled if settled else True,
            ms=clock.take(),
        )

    def ended(self, status: Status, reason: str | None = None, answer: str | None = None) -> SessionEnded:
        """The last event; also for a consumer that has to end the run."""
        code = EXIT_CODES[status]
        if self._plan.dry_run and self._history and status in ("failure", "limit"):
            code = 0  # a plan with at least one step is what was asked for
        return SessionEnded(
            status=status,
            exit_code=code,
            answer=answer,
            reason=reason,
            steps=self._steps,
            usage=self._usage,
            cost=self._cost,
            recording=None,
        )
