"""The loop: look, ask, read, do, wait, until the task is done.

One generator of typed events. What is planned is yielded before it is done, so whoever consumes the events can
stop it there; nothing in here knows a display, an endpoint, a disk or a terminal.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import NoReturn

from actions.action import Answer, GroundedAction, Interact, LeftClickDrag, Terminate, Wait
from actions.brake import OutOfTime, Stopped
from actions.executor import InputError, Outcome
from actions.parse import ParsedReply
from agent import moving
from agent.account import Account, OverBudgetError
from agent.ask import Asked, Asker
from agent.clock import StepClock
from agent.conversation import Conversation, Turn
from agent.encode import EncodedImage
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
)
from agent.geometry import GeometryError, viewport_data
from agent.grounding import cut_scroll, ground
from agent.guard import LoopGuard, told
from agent.model import OnDelta
from agent.parts import Parts, Plan
from agent.permission.proposal import Proposal
from agent.screen import Screenshot
from agent.settle import Settled
from agent.unsent import LastLook
from agent.words import describe

UNCHANGED = "The last action changed nothing on the screen."
OUTSIDE = "The pointer is not on the screen you see, so nothing was done: give a coordinate."


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
        self._conversation = Conversation(plan.task, plan.profile, plan.system_prompt, plan.cap, plan.secrets)
        self._account = Account(plan.profile, plan.cap, plan.max_cost)
        self._asker = Asker(parts.model, self._conversation, self._account, on_delta)
        self._guard = LoopGuard()
        self._last_look = LastLook(parts)
        self._history: list[Turn] = []
        self._feedback: str | None = None
        self._consent: str | None = None
        self._steps = 0
        self._scroll_unit = plan.profile.dialect.scroll_unit

    def run(self) -> Generator[Event, None, None]:
        """The events of the run; the last one is always `session_ended`."""
        if self._plan.max_seconds is not None:
            self._parts.brake.limit(self._plan.max_seconds)
        try:
            yield from self._work()
        except _End as end:
            yield self.ended(end.status, end.reason, end.answer)
        except OverBudgetError as error:
            yield self.ended("limit", str(error))
        except OutOfTime as error:
            yield self.ended("limit", f"{error} (--max-seconds {self._plan.max_seconds:g})")
        except Stopped as error:
            yield self.ended("stopped", str(error))
        except ModelError as error:
            yield self.ended("model_error", str(error))
        except (ScreenError, InputError, GeometryError, UsageError) as error:
            # A UsageError this late: the monitor or region asked for was there, and is no more.
            yield self.ended("screen_error", str(error))
        finally:
            self._parts.settler.close()

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
        shot = self._parts.waking.wait(shot)
        clock.start()
        image = self._parts.encode(shot, max_pixels=self._plan.sent_pixels(shot.size))
        clock.lap("encode")
        yield ScreenshotTaken(
            step=step,
            scene=self._guard.scene,
            viewport=viewport_data(shot.viewport),
            sent=ImageFile.of(image),
            screenshot=shot,
            image=image,
        )
        space = self._plan.profile.space(image.size, self._plan.cap)
        self._parts.settler.watch(shot)
        asked = yield from self._asker.ask(step, self._history, image, space, self._feedback)
        clock.add("model", asked.ms)
        self._steps = step
        if asked.parsed is None:
            yield self._planned_nothing(asked)
            raise _End("failure", f"the model gave no usable action: {asked.error}")
        grounded = self._place(ground(asked.parsed.action, shot.viewport, space, self._scroll_unit))
        yield self._planned(asked, asked.parsed, grounded)
        if isinstance(grounded.action, Terminate | Answer):
            yield self._finished(self._parts.executor.perform(grounded), None, clock)
            self._finish(grounded.action)
        yield from self._refuse(Proposal(grounded, asked.parsed.sentence, shot), clock)
        outcome, settled = yield from self._act(grounded, shot, clock, asked)
        yield self._finished(outcome, settled, clock)
        self._remember(asked, asked.parsed, image, outcome, settled)
        return settled.screenshot

    def _refuse(self, proposal: Proposal, clock: StepClock) -> Generator[Event, None, None]:
        """End the run where the action may not be done."""
        if self._guard.is_stuck(proposal.grounded.action):
            yield self._finished(Outcome("refused", "the same action on the same screen, once too often"), None, clock)
            raise _End("failure", "stuck: the model repeats the same action on an unchanged screen")
        refusal, self._consent = self._parts.consent.verdict(proposal)
        if refusal is not None:
            yield self._finished(Outcome("refused", refusal), None, clock)
            raise _End("refused", refusal)

    def _act(
        self, grounded: GroundedAction, shot: Screenshot, clock: StepClock, asked: Asked
    ) -> Generator[Event, None, tuple[Outcome, Settled]]:
        touched = self._parts.person.wait()
        clock.start()
        before = self._last_look.look(shot, grounded)
        clock.lap("capture")
        if (not_sent := self._last_look.unsent(shot, before, asked, touched=touched)) is not None:
            return not_sent
        outcome = self._last_look.noted(self._outside(grounded, shot) or self._parts.executor.perform(grounded))
        clock.lap("act")
        try:
            self._parts.person.wait()
            clock.start()
            settled = self._parts.settler.settle(before)
        except (Stopped, InputError, ScreenError, UsageError):
            yield self._finished(outcome, None, clock)  # it was done, and the record says so
            raise
        clock.lap("settle")
        return outcome, settled

    def _outside(self, grounded: GroundedAction, shot: Screenshot) -> Outcome | None:
        """A failure where the pointer, whose place the action means, is not on the part of the screen in use."""
        for place in (grounded.start, grounded.point):
            if place is not None and not shot.viewport.contains(place):
                return Outcome("failed", f"the pointer is at {place.x}, {place.y}, outside the screen in use", OUTSIDE)
        return None

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
            feedback.append(cut_scroll(action, self._scroll_unit))
            if not settled.changed and not isinstance(action, Wait | Interact):
                feedback.append(UNCHANGED)
            elif not isinstance(action, Interact):
                feedback.append(self._moving(image, settled))
        if outcome.status in ("done", "failed"):
            feedback.append(told(self._guard.tried(action)))
        self._guard.saw(settled.scene, changed=settled.changed)
        self._feedback = " ".join(text for text in feedback if text) or None

    def _moving(self, image: EncodedImage, settled: Settled) -> str | None:
        """That something of the screen moves by itself, and where."""
        space = self._plan.profile.space(image.size, self._plan.cap)
        return moving.told(settled.restless, settled.screenshot.size, space) if settled.runs else None

    def _finish(self, action: Terminate | Answer) -> NoReturn:
        if isinstance(action, Answer):
            raise _End("success", answer=action.text)
        if action.status == "success":
            raise _End("success", answer=action.text)
        raise _End("failure", action.text or "the model says that the task cannot be done")

    def _started(self, shot: Screenshot) -> SessionStarted:
        self._guard.saw(shot.digest, changed=True)
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
        consent, self._consent = self._consent, None
        return StepFinished(
            step=self._steps,
            outcome=outcome.status,
            detail=outcome.detail,
            consent=consent,
            feedback=outcome.feedback,
            changed=settled.changed if settled else None,
            settled=settled.settled if settled else True,
            restless=settled.restless if settled else (),
            runs=settled.runs if settled else False,
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
            usage=self._account.usage,
            cost=self._account.cost,
            recording=None,
        )
