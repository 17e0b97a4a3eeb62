"""A recorded session as the parts of a run: its screen, its model, its hands. Nothing is touched or asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from actions.action import GroundedAction, Point, Size
from actions.executor import Outcome
from agent.encode import EncodedImage, fit
from agent.errors import ModelError
from agent.events import ModelReplied
from agent.frames import Area
from agent.geometry import Viewport, viewport_of
from agent.model import Message, ModelReply, OnDelta, ToolCall
from agent.permission.policy import Policy
from agent.permission.proposal import Proposal, Verdict
from agent.recording.session import RecordedStep, Recording
from agent.screen import Screenshot
from agent.settle import Settled

Tell = Callable[[str], None]
"""Called with a difference, in words."""


class RecordingOver(ModelError):  # noqa: N818 (an end, not an error)
    """The run asks for more than was recorded: it has left the recording's path, or reached its end."""


class RecordedShot(Screenshot):
    """A screenshot without pixels: replay needs its geometry and its scene."""

    def __init__(self, viewport: Viewport, scene: str) -> None:
        super().__init__(b"", viewport)
        object.__setattr__(self, "digest", scene)


class Passing:
    """Steps as they go by, once: the last two that were read are known, and a run is not behind that."""

    def __init__(self, steps: Iterable[RecordedStep]) -> None:
        self._steps = iter(steps)
        self._known: dict[int, RecordedStep] = {}

    def __iter__(self) -> Iterator[RecordedStep]:
        return self

    def __next__(self) -> RecordedStep:
        step = next(self._steps)
        self._known[step.number] = step
        self._known.pop(step.number - 2, None)
        return step

    def known(self, number: int) -> RecordedStep | None:
        """The step of that number, if it is one of the two."""
        return self._known.get(number)


class Cursor:
    """Which step the replay is at; the parts move together."""

    def __init__(self, steps: Iterable[RecordedStep]) -> None:
        self._steps = iter(steps)
        self._step = self._last = next(self._steps, None)

    @property
    def step(self) -> RecordedStep:
        """The present step. Raises `RecordingOver` behind the last."""
        if self._step is None:
            raise RecordingOver("the recording ends here")
        return self._step

    def shot(self) -> RecordedShot:
        """What the screen showed at the present step; behind the last step, what it last showed."""
        assert self._last is not None, "a recording without steps shows nothing"
        record = self._last.screenshot
        return RecordedShot(viewport_of(record.viewport), record.scene)

    def advance(self) -> None:
        """The present step is done."""
        self._step = next(self._steps, None)
        self._last = self._step or self._last


class RecordedScreen:
    """Shows the present step's picture."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor

    def capture(self) -> Screenshot:
        """The present step's picture."""
        return self._cursor.shot()


class RecordedEncoder:
    """The file that was sent; tells where today's encoder would send another size."""

    def __init__(self, recording: Recording, cursor: Cursor, tell: Tell) -> None:
        self._recording = recording
        self._cursor = cursor
        self._tell = tell

    def __call__(self, screenshot: Screenshot, *, max_pixels: int) -> EncodedImage:
        """The present step's sent picture, in the size it would be sent in today."""
        sent = self._cursor.step.screenshot.sent
        size, recorded = fit(screenshot.size, max_pixels), Size(sent.width, sent.height)
        if size != recorded:
            self._tell(
                f"expected a picture of {sent.width}x{sent.height}, now {size.width}x{size.height}: its scaling changed"
            )
        return EncodedImage(
            self._recording.picture(sent), "image/jpeg" if sent.extension == "jpg" else "image/png", size
        )


class RecordedModel:
    """Replies what was replied, in order; a step's further replies are passed over with the step."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._asked = (0, 0)

    def reply(self, messages: Sequence[Message], on_delta: OnDelta | None = None) -> ModelReply:  # noqa: ARG002
        """The next recorded reply of the present step. Raises `RecordingOver`."""
        step = self._cursor.step
        number, count = self._asked
        count = count if number == step.number else 0
        self._asked = (step.number, count + 1)
        if count >= len(step.exchanges) or (replied := step.exchanges[count].replied) is None:
            raise RecordingOver(f"step {step.number} has no reply number {count + 1}")
        return _reply(replied)


class RecordedConsent:
    """What was refused then is refused; tells where today's policy would decide otherwise."""

    def __init__(self, cursor: Cursor, policy: Policy, tell: Tell) -> None:
        self._cursor = cursor
        self._policy = policy.blind()
        self._tell = tell

    def verdict(self, proposal: Proposal) -> Verdict:
        """The recorded verdict."""
        finished = self._cursor.step.finished
        if finished is None:
            return Verdict(None)
        refused = finished.outcome == "refused"
        if self._policy.decide(proposal.grounded) == "deny" and not refused:
            self._tell("expected the policy to let the action pass, now it denies it")
        return Verdict((finished.detail or "it was refused") if refused else None, finished.consent)


class RecordedExecutor:
    """Reports what became of the action then."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor

    def perform(self, grounded: GroundedAction) -> Outcome:  # noqa: ARG002
        """The recorded outcome. Raises `RecordingOver` where none was recorded."""
        finished = self._cursor.step.finished
        if finished is None:
            raise RecordingOver("the effect of the last step was not recorded")
        return Outcome(finished.outcome, finished.detail, finished.feedback)

    def position(self) -> Point | None:
        """Where the pointer was, as far as the step says."""
        planned = self._cursor.step.planned
        return None if planned is None else planned.start or planned.target


class RecordedSettler:
    """The next step's picture, and whether it had changed."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor

    def watch(self, planned_on: Screenshot) -> None:
        """Nothing moves."""

    def look(self, planned_on: Screenshot) -> Screenshot:
        """The plan's own picture."""
        return planned_on

    def differs(self, planned_on: Screenshot, now: Screenshot, areas: Sequence[Area] | None = None) -> bool:  # noqa: ARG002
        """Never: what became of the action is in the recording."""
        return False

    def ran(self, planned_on: Screenshot, now: Screenshot, areas: Sequence[Area]) -> bool:  # noqa: ARG002
        """Likewise."""
        return False

    def is_another(self, planned_on: Screenshot, now: Screenshot) -> bool:  # noqa: ARG002
        """Never, likewise."""
        return False

    def settle(self, before: Screenshot) -> Settled:  # noqa: ARG002
        """On to the next step."""
        finished = self._cursor.step.finished
        changed = finished is None or finished.changed is not False
        settled = finished is None or finished.settled
        runs, restless = (finished.runs, finished.restless) if finished else (False, ())
        self._cursor.advance()
        shot = self._cursor.shot()
        return Settled(shot, changed=changed, settled=settled, scene=shot.digest, restless=restless, runs=runs)

    def close(self) -> None:
        """Nothing to end."""


def _reply(replied: ModelReplied) -> ModelReply:
    return ModelReply(
        text=replied.text,
        reasoning=replied.reasoning,
        tool_calls=tuple(ToolCall(call["name"], call["arguments"]) for call in replied.tool_calls),
        finish_reason=replied.finish_reason,
        partial=replied.partial,
        usage=replied.usage,
        model=replied.model,
        request_id=replied.request_id,
    )
