"""The questions of a recording: what a run would have asked a model at each step, had it followed the recording.

The recording is run again (`agent.replay.offline`) with its own replies, so that what led to a step is the recording's,
whatever the model asked says; the requests are overheard. One is built at a time: they hold pictures. The recording is
read twice, first to see what there is to ask, then step by step: it is never whole in memory.
"""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import prompts
from actions.action import Action, GroundedAction, LeftClickDrag, Point, Size
from agent.choose import Choice
from agent.conversation import Conversation, Turn
from agent.encode import EncodedImage, encode, fit
from agent.errors import SessionError
from agent.events import ModelReplied, ScreenshotRecord, ScreenshotTaken, StepFinished, StepPlanned
from agent.geometry import GeometryError, Viewport, viewport_of
from agent.live.actions import recorded_action
from agent.loop import Loop
from agent.model import Message, Model, ModelReply, OnDelta
from agent.recording.session import RecordedStep, Recording, SessionReader, open_session
from agent.replay.offline import recorded_parts, recorded_plan
from agent.replay.recorded import Passing
from agent.screen import Screenshot

if TYPE_CHECKING:
    from PIL.Image import Image

FEEDBACK = "<tool_response>\n"
"""What the conversation opens feedback with."""


@dataclass(frozen=True)
class Question:
    """A recorded step as a question to a model."""

    step: int
    recorded: GroundedAction
    messages: tuple[Message, ...]
    space: Size
    """Of the asked model's coordinates."""
    viewport: Viewport
    pointer: Point | None
    """Where the pointer was, in input points, as far as the recording says."""
    recording: Recording
    screenshot: ScreenshotRecord

    def frame(self) -> Image:
        """The recorded picture in capture pixels, RGB. Raises `SessionError`."""
        image = _picture(self.recording, self.screenshot)
        return image if image.size == self.viewport.pixels else image.resize(self.viewport.pixels)


class Questions:
    """The questions of one session, in order; to be gone through once."""

    def __init__(self, path: Path, asked: Choice, *, own_prompt: bool) -> None:
        """`own_prompt`: the person named the system prompt; else that of the recording is kept where it can be.

        Raises `SessionError` where the session is damaged or is no run's.
        """
        with open_session(path) as reader:
            self.recording = reader.recording
            self._plan, self._policy = recorded_plan(self.recording)
            self._contents = _contents(reader)
        self._asked = asked
        self._same_dialect = self._plan.profile.dialect.name == asked.profile.dialect.name
        keep = self._same_dialect and not own_prompt
        prompt = self._plan.system_prompt if keep else asked.system_prompt
        self._conversation = Conversation(
            self._plan.task, asked.profile.windowed(0), prompt, asked.cap, self._plan.secrets
        )
        # Of the pictures that a request of the recorded run may hold: those of its window, and the present one.
        self._records = deque[ScreenshotRecord](maxlen=self._plan.profile.dialect.window + 1)
        self._fitted: dict[str, EncodedImage] = {}
        self._turns: list[Turn] = []
        self._pointer: Point | None = None
        self._next = 1

    def __len__(self) -> int:
        """How many there are, as long as today's program stays on the recording's path."""
        return self._contents.count

    def __iter__(self) -> Iterator[Question]:
        """Raises `SessionError` where a picture cannot be read, or is none the asked model can take."""
        if self._contents.is_empty:
            return
        with open_session(self.recording.path) as reader:
            steps = Passing(reader.steps())
            parts = recorded_parts(self.recording, steps, self._policy, lambda _: None)
            overheard = _Overheard(parts.model)
            for event in Loop(self._plan, replace(parts, model=overheard)).run():
                match event:
                    case ScreenshotTaken():
                        present = event.image
                        self._records.append(_known(steps, event.step).screenshot)
                    case ModelReplied() if event.reask == 0:
                        messages = overheard.messages
                    case StepFinished():
                        step = _known(steps, event.step)
                        if step.finished and (action := recorded_action(self.recording, step)) is not None:
                            yield self._question(step, action, messages, present)
                        self._next = step.number + 1

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of the recording."""
        return self._contents.notes

    def left_out(self) -> Iterator[str]:
        """What is not asked, in words; to be read when all questions are through."""
        yield from self._contents.left_out
        if self.departed:
            yield f"today's program leaves the recording's path before step {self._next}: see agent replay"

    @property
    def departed(self) -> bool:
        """Whether whole steps were not reached: today's program reads what was recorded otherwise."""
        return self._next <= self._contents.last

    def _question(
        self, step: RecordedStep, action: Action, messages: tuple[Message, ...], present: EncodedImage
    ) -> Question:
        planned = step.planned
        assert planned is not None, "a step with an action was planned"
        self._forget_all_but(messages)
        try:
            shown = self._fit(present)
            space = self._asked.profile.space(shown.size, self._asked.cap)
            asked = self._same(messages, space) if self._same_dialect else self._translated(messages, shown)
        except GeometryError as error:
            raise SessionError(f"{self.recording.path}: step {step.number} cannot be asked about: {error}") from error
        question = Question(
            step=step.number,
            recorded=GroundedAction(action, planned.target, planned.start, planned.notches or 0),
            messages=asked,
            space=space,
            viewport=viewport_of(step.screenshot.viewport),
            pointer=_pointer(planned, action) or self._pointer,
            recording=self.recording,
            screenshot=step.screenshot,
        )
        self._pass(step, planned)
        return question

    def _same(self, messages: Sequence[Message], space: Size) -> tuple[Message, ...]:
        """The overheard request under the asked model's system prompt, with the pictures as it looks at them."""
        system = Message("system", (prompts.render(self._conversation.system_prompt, space),))
        return (system, *(replace(message, parts=tuple(map(self._part, message.parts))) for message in messages[1:]))

    def _part(self, part: str | EncodedImage) -> str | EncodedImage:
        return part if isinstance(part, str) else self._fit(part)

    def _translated(self, messages: Sequence[Message], present: EncodedImage) -> tuple[Message, ...]:
        """The request in another dialect: a reply in the recording's own would confuse, so history is sentences."""
        told = (part for part in messages[-1].parts if isinstance(part, str) and part.startswith(FEEDBACK))
        feedback = next(told, "").removeprefix(FEEDBACK)
        return self._conversation.messages(self._turns, present, feedback or None)

    def _pass(self, step: RecordedStep, planned: StepPlanned) -> None:
        """On to the next step, with what this one leaves behind."""
        finished = step.finished
        assert finished is not None, "only whole steps are asked about"
        is_interact = planned.action is not None and planned.action["action"] == "interact"
        self._turns.append(Turn(None, "", planned.summary, finished.feedback if is_interact else None))
        if finished.outcome == "done" and planned.target is not None:
            self._pointer = planned.target

    def _fit(self, image: EncodedImage) -> EncodedImage:
        """A recorded picture as the asked model would have been sent it."""
        if (known := self._fitted.get(image.sha256)) is None:
            record = next(one for one in self._records if one.sent.sha256 == image.sha256)
            known = self._fitted[image.sha256] = _fitted(self.recording, record, image, self._asked)
        return known

    def _forget_all_but(self, messages: Sequence[Message]) -> None:
        used = {part.sha256 for message in messages for part in message.parts if isinstance(part, EncodedImage)}
        self._fitted = {sha256: image for sha256, image in self._fitted.items() if sha256 in used}


@dataclass(frozen=True)
class _Contents:
    """What a first look at a recording tells."""

    is_empty: bool
    """It has no steps."""
    count: int
    """Whole steps with an action."""
    last: int
    """The last whole step; 0 where there is none."""
    left_out: tuple[str, ...]
    """A line for each step that is not asked about."""
    notes: tuple[str, ...]


def _contents(reader: SessionReader) -> _Contents:
    """Raises `SessionError` where the recording is damaged, or an action is none that can be."""
    number = count = last = 0
    left_out: list[str] = []
    for step in reader.steps():
        number = step.number
        if step.planned is not None and step.planned.error is not None:
            left_out.append(f"step {number} is left out: the recorded reply held no action")
        elif step.finished is None:
            left_out.append(f"step {number} is left out: it was not recorded to its end")
        if step.finished is not None:
            last = number
            count += recorded_action(reader.recording, step) is not None
    if reader.damage is not None:
        raise SessionError(f"{reader.recording.path} is damaged and can only be viewed: {reader.damage}")
    return _Contents(number == 0, count, last, tuple(left_out), tuple(reader.notes()))


def _known(steps: Passing, number: int) -> RecordedStep:
    step = steps.known(number)
    assert step is not None, "the run is where the recording is read"
    return step


class _Overheard:
    """A model whose last question is known."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.messages: tuple[Message, ...] = ()

    def reply(self, messages: Sequence[Message], on_delta: OnDelta | None = None) -> ModelReply:
        self.messages = tuple(messages)
        return self._model.reply(messages, on_delta)


def _pointer(planned: StepPlanned, action: Action) -> Point | None:
    """Where the pointer was, where the action meant that place."""
    if isinstance(action, LeftClickDrag):
        return planned.start if action.start is None else None
    means_it = "coordinate" in type(action).model_fields and getattr(action, "coordinate", None) is None
    return planned.target if means_it else None


def _fitted(recording: Recording, record: ScreenshotRecord, image: EncodedImage, asked: Choice) -> EncodedImage:
    """`image`, or the capture behind it in another size where it would be sent to the asked model in another."""
    best = record.lossless or record.sent
    size = Size(best.width, best.height)
    most = asked.profile.sent_pixels(size, asked.cap, asked.image_tokens)
    if image.size == fit(size, most):
        return image
    frame = _picture(recording, record)
    viewport = replace(viewport_of(record.viewport), pixels=Size(*frame.size))
    return encode(Screenshot(frame.tobytes("raw", "BGRX"), viewport), max_pixels=most)


def _picture(recording: Recording, record: ScreenshotRecord) -> Image:
    """The best recorded picture, RGB. Raises `SessionError`."""
    from PIL import Image as Pillow

    try:
        with Pillow.open(io.BytesIO(recording.picture(record.lossless or record.sent))) as image:
            return image.convert("RGB")
    except (OSError, ValueError, SyntaxError, Pillow.DecompressionBombError) as error:
        raise SessionError(f"{recording.path}: the picture of step {record.step} cannot be read: {error}") from error
