"""A session's questions put to a model, several at once, and each answer judged against the recording."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path

from actions.action import GroundedAction, LeftClickDrag, Point
from actions.brake import Brake, Stopped
from actions.parse import ReplyError, parse_reply
from agent.ask import CUT_OFF
from agent.choose import Choice
from agent.element import element_box
from agent.errors import AgentError
from agent.grounding import ground
from agent.model import ModelReply, Usage
from agent.replay.agreement import Place, Totals, Verdict, compare, no_action
from agent.replay.questions import Question, Questions

SLICE_SECONDS = 0.1
"""Between two looks at the brake: on Windows a signal is not heard by who waits without an end."""
Tick = Callable[[], None]
"""Called with each answer that has come."""


@dataclass(frozen=True)
class Answered:
    """What a model would do at a recorded step, and how far that is what was done."""

    step: int
    recorded: GroundedAction
    asked: GroundedAction | None
    """None where the reply holds no action."""
    verdict: Verdict
    error: str | None
    """What is wrong with the reply."""
    usage: Usage
    cost: float | None
    """CNY; None where a price or a count is unknown."""


@dataclass(frozen=True)
class AskedSession:
    """How far a model agrees with one session."""

    path: Path
    task: str
    steps: tuple[Answered, ...]
    """In order; where there is a `failure`, those that were answered before."""
    notes: tuple[str, ...]
    departed: bool
    """Steps were not reached, as today's program reads the recording otherwise."""
    failure: AgentError | Stopped | None
    """Why not all was asked."""

    @property
    def totals(self) -> Totals:
        """The verdicts counted."""
        return Totals.of(step.verdict for step in self.steps)

    @property
    def agrees(self) -> bool:
        """Whether all was asked and is the same."""
        return self.failure is None and not self.departed and all(step.verdict.agrees for step in self.steps)

    @property
    def usage(self) -> Usage:
        """Of all answers."""
        return sum((step.usage for step in self.steps), Usage())

    @property
    def cost(self) -> float | None:
        """CNY of all answers; None where that of one is unknown."""
        costs = [step.cost for step in self.steps]
        known = [cost for cost in costs if cost is not None]
        return sum(known, 0.0) if len(known) == len(costs) else None


@dataclass(frozen=True)
class Answering:
    """Asks one model, `jobs` questions at a time."""

    choice: Choice
    own_prompt: bool
    """Whether `choice` has a system prompt of the person's."""
    within: int
    """Pixels of the recorded picture."""
    jobs: int
    brake: Brake

    def questions(self, path: Path) -> Questions:
        """What to ask about the session in `path`. Raises `SessionError`."""
        return Questions(path, self.choice, own_prompt=self.own_prompt)

    def ask(self, questions: Questions, tick: Tick) -> AskedSession:
        """Ask all `questions`; a failure ends that, and what was answered before is kept."""
        answered: list[Answered] = []
        failure: AgentError | Stopped | None = None
        try:
            for answer in self._answers(iter(questions)):
                answered.append(answer)
                tick()
        except (AgentError, Stopped) as error:
            failure = error
        return AskedSession(
            path=questions.recording.path,
            task=questions.recording.started.task,
            steps=tuple(sorted(answered, key=lambda answer: answer.step)),
            notes=(*questions.notes, *(questions.left_out() if failure is None else ())),
            departed=failure is None and questions.departed,
            failure=failure,
        )

    def _answers(self, questions: Iterator[Question]) -> Iterator[Answered]:
        """The answers as they come. After a failure those under way are waited for, then it is raised."""
        pending: set[Future[Answered]] = set()
        failure: BaseException | None = None
        with ThreadPoolExecutor(self.jobs, thread_name_prefix="ask") as pool:
            while True:
                try:
                    # A question is built when there is a place for it, not before: it holds pictures.
                    while failure is None and len(pending) < self.jobs:
                        self.brake.check()
                        pending.add(pool.submit(self._answer, next(questions)))
                except StopIteration:
                    pass
                except (AgentError, Stopped) as error:
                    failure = error
                if not pending:
                    break
                done, pending = wait(pending, SLICE_SECONDS, FIRST_COMPLETED)
                for future in done:
                    if (broken := future.exception()) is None:
                        yield future.result()
                    elif failure is None or isinstance(broken, Stopped):
                        failure = broken
        if failure is not None:
            raise failure

    def _answer(self, question: Question) -> Answered:
        """Ask, and judge the reply. Raises `ModelError`, `Stopped`, and `SessionError` for a picture."""
        reply = self.choice.model.reply(question.messages)
        asked, error = self._read(question, reply)
        places = list(_places(question, asked))
        if asked is None:
            verdict = no_action(question.recorded.action, places, error or "")
        else:
            verdict = compare(question.recorded.action, asked.action, places, self.within)
        cost = self.choice.profile.cost_cny(reply.usage)
        return Answered(question.step, question.recorded, asked, verdict, error, reply.usage, cost)

    def _read(self, question: Question, reply: ModelReply) -> tuple[GroundedAction | None, str | None]:
        """The reply's action with its places in input points, or what is wrong with it. Nobody is asked again."""
        if reply.partial:
            return None, CUT_OFF
        calls = [(call.name, call.arguments) for call in reply.tool_calls]
        try:
            parsed = parse_reply(reply.text, space=question.space, reasoning=reply.reasoning, tool_calls=calls)
        except ReplyError as error:
            return None, str(error)
        unit = self.choice.profile.dialect.scroll_unit
        grounded = ground(parsed.action, question.viewport, question.space, unit)
        return _at_pointer(grounded, question.pointer), None


def _at_pointer(grounded: GroundedAction, pointer: Point | None) -> GroundedAction:
    """The pointer's position where the action means it."""
    if "coordinate" not in type(grounded.action).model_fields:
        return grounded
    if isinstance(grounded.action, LeftClickDrag):
        return replace(grounded, start=grounded.start or pointer)
    return replace(grounded, point=grounded.point or pointer)


def _places(question: Question, asked: GroundedAction | None) -> Iterator[Place]:
    """The recorded places, and where the model would act instead; a drag's start comes first."""
    recorded = question.recorded
    pairs = [(recorded.start, asked and asked.start), (recorded.point, asked and asked.point)]
    if recorded.start is None and recorded.point is None:
        return
    frame = question.frame()
    for there, here in pairs:
        if there is not None:
            at = question.viewport.to_pixel(there)
            yield Place(at, element_box(frame, at), question.viewport.to_pixel(here) if here else None)
