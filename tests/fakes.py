"""Parts of a run that are not the thing under test: a screen of painted pictures, a model that reads from a script."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from actions.action import Answer, GroundedAction, Point, Size, Terminate
from actions.executor import Outcome
from agent.frames import SMALL_TILES, Area, changed_tiles, touches
from agent.geometry import Viewport
from agent.model import Message, ModelReply, OnDelta, Usage
from agent.permission.proposal import Proposal, Verdict
from agent.screen import Screenshot
from agent.settle import Settled


def painted(
    width: int = 320,
    height: int = 200,
    colour: tuple[int, int, int] = (40, 80, 120),
    boxes: Iterable[tuple[int, int, int, int]] = (),
    left: int = 0,
    top: int = 0,
) -> Screenshot:
    """A picture of one colour (RGB) with white boxes (x, y, width, height)."""
    row = bytes((colour[2], colour[1], colour[0], 255)) * width
    pixels = bytearray(row * height)
    for x, y, w, h in boxes:
        for line in range(y, min(y + h, height)):
            start = (line * width + x) * 4
            end = (line * width + min(x + w, width)) * 4
            pixels[start:end] = b"\xff" * (end - start)
    return Screenshot(bytes(pixels), Viewport(left, top, width, height, Size(width, height)))


class FakeScreen:
    """Shows the given pictures one after the other, then the last for ever."""

    def __init__(self, *shots: Screenshot) -> None:
        self.shots = list(shots) or [painted()]
        self.captures = 0

    def capture(self) -> Screenshot:
        self.captures += 1
        return self.shots.pop(0) if len(self.shots) > 1 else self.shots[0]


class ScriptedModel:
    """Gives the replies in order; an exception in the script is raised. Remembers what it was asked."""

    def __init__(self, *replies: str | ModelReply | Exception) -> None:
        self.replies = list(replies)
        self.asked: list[tuple[Message, ...]] = []

    def reply(self, messages: Sequence[Message], on_delta: OnDelta | None = None) -> ModelReply:
        self.asked.append(tuple(messages))
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, str):
            return ModelReply(text=reply, usage=Usage(prompt_tokens=1000, completion_tokens=100))
        return reply


class FakeExecutor:
    """Does nothing and remembers it; `outcome` may decide what became of it."""

    def __init__(self, outcome: Callable[[GroundedAction], Outcome] | None = None) -> None:
        self.done: list[GroundedAction] = []
        self._outcome = outcome or (lambda _: Outcome("done"))

    def perform(self, grounded: GroundedAction) -> Outcome:
        if not isinstance(grounded.action, Terminate | Answer):  # there is nothing to do for those
            self.done.append(grounded)
        return self._outcome(grounded)

    def position(self) -> Point | None:
        return Point(7, 9)


class FakeSettler:
    """The next picture of the screen is what the action led to."""

    def __init__(self, screen: FakeScreen, *, changed: bool = True, runs: bool = False) -> None:
        self._screen = screen
        self._changed, self._runs = changed, runs

    def watch(self, planned_on: Screenshot) -> None:
        pass

    def look(self, planned_on: Screenshot) -> Screenshot:
        return planned_on

    def differs(self, planned_on: Screenshot, now: Screenshot, areas: Sequence[Area] | None = None) -> bool:
        changed = changed_tiles(planned_on, now)
        return bool(changed) if areas is None else any(touches(tile, area) for tile in changed for area in areas)

    def ran(self, planned_on: Screenshot, now: Screenshot, areas: Sequence[Area]) -> bool:
        return False

    def is_another(self, planned_on: Screenshot, now: Screenshot) -> bool:
        return len(changed_tiles(planned_on, now)) > SMALL_TILES

    def settle(self, before: Screenshot) -> Settled:
        shot = self._screen.capture()
        return Settled(shot, changed=self._changed, settled=True, scene=shot.digest, runs=self._runs)

    def close(self) -> None:
        self.closed = True


class FakeConsent:
    """Refuses for the reason given, if one is."""

    def __init__(self, reason: str | None = None) -> None:
        self.reason = reason
        self.asked: list[GroundedAction] = []

    def verdict(self, proposal: Proposal) -> Verdict:
        self.asked.append(proposal.grounded)
        return Verdict(self.reason)


def call(action: str, sentence: str = "", **arguments: object) -> str:
    """A reply in the gui-plus-2026-02-26 form."""
    import json

    body = json.dumps({"name": "computer_use", "arguments": {"action": action, **arguments}}, ensure_ascii=False)
    return f"Action: {sentence or action}\n<tool_call>\n{body}\n</tool_call>"
