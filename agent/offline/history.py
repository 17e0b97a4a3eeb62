"""What the offline model knows of a run: read from the messages alone, as any model would have to.

Each of its replies opens with a mark that says which instruction it serves, `[2/5]`, and where in it, `[2/5 effect 3]`.
The mark outlives the pictures: of a step too old for a picture its sentence is still told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast, get_args

from agent.encode import EncodedImage
from agent.errors import ModelError
from agent.model import Message
from agent.moving import MOVES, Box, places, without
from agent.offline.credit import Told

Stage = Literal[
    "done", "look", "focus", "mark", "start", "list", "drop", "turn",
    "effect", "small", "paint", "aside", "doubt", "again", "late", "stay", "wait",
]  # fmt: skip
"""done: the instruction's own action · look: waited for its label · focus: its field was clicked · mark: what the
field holds is being marked · start: the pointer is where a drag begins · list: a list was clicked · drop: waited for
it to drop down · turn: the wheel was turned, maybe not for the last time · effect: waited for what the action does ·
small: the same, and something small has changed · paint: waited for what opened to show something · aside: the pointer
was moved off what was clicked · doubt: waited to see whether what changed does so by itself · again: tried a second
time · late: waited for what that does · stay: waited to see that it stays so · wait: part of a longer wait."""

_WAITS: frozenset[Stage] = frozenset({"look", "drop", "effect", "small", "paint", "doubt", "late", "stay", "wait"})

_MARK = re.compile(rf"\[(\d{{1,4}})/(\d{{1,4}})(?: ({'|'.join(get_args(Stage))}) (\d{{1,4}}))?\]")
_REPLY = re.compile(rf"\s*Action:\s*(?={_MARK.pattern})")
_STEP = re.compile(rf"^Step \d+: (?={_MARK.pattern})", re.MULTILINE)
_PLACE = re.compile(r'"coordinate": \[(\d{1,4}(?:\.\d+)?), (\d{1,4}(?:\.\d+)?)\]\}\}\n</tool_call>\Z')
"""The end of a reply as it is written here, with the place as its last argument: a typed text cannot pass for one."""
_PREVIOUS = "\n\nPrevious actions:\n"
_TASK = "Instruction: "
_UNCHANGED = "The last action changed nothing on the screen."
_COVERED = "The screen changed where you wanted to act before the action was sent"
_HARMLESS = re.compile(
    rf"{re.escape(_UNCHANGED)}|waited \d+ seconds, the longest wait there is|"
    r"The scroll was cut to \d+ notches, the most there is\.|"
    r"You have now done this same action .*?terminate with failure\.",
    re.DOTALL,
)


@dataclass(frozen=True)
class Mark:
    """How far the run is: instruction `index` of `total`, counted from 1."""

    index: int
    total: int
    stage: Stage = "done"
    count: int = 0

    def __str__(self) -> str:
        stage = "" if self.stage == "done" else f" {self.stage} {self.count}"
        return f"[{self.index}/{self.total}{stage}]"

    @classmethod
    def at(cls, text: str, position: int) -> Mark | None:
        """The mark at that place of a text."""
        match = _MARK.match(text, position)
        if match is None:
            return None
        return cls(int(match[1]), int(match[2]), cast("Stage", match[3] or "done"), int(match[4] or 0))


@dataclass(frozen=True)
class Step:
    """A step that was made, with the picture it was decided on."""

    picture: EncodedImage
    mark: Mark | None
    place: tuple[float, float] | None = None
    """Where its action was, in the model's space."""

    @property
    def is_act(self) -> bool:
        """Whether it did something, rather than wait."""
        return self.mark is None or self.mark.stage not in _WAITS


@dataclass(frozen=True)
class Scene:
    """All that a conversation says."""

    task: str
    present: EncodedImage
    steps: tuple[Step, ...]
    """Those whose picture is still there, oldest first."""
    marks: tuple[Mark, ...]
    """Of all steps, oldest first, as far as they are the offline model's own."""
    feedback: str = ""
    """What became of the last action, where it is worth a word."""

    @property
    def pointed(self) -> Step | None:
        """The last step that acted at a place, as far as its picture is still there."""
        return next((step for step in reversed(self.steps) if step.place is not None), None)

    def pointed_before(self, step: Step) -> tuple[float, float] | None:
        """Where the last step before it acted that did so at a place, as far as it is known."""
        before = self.steps[: self.steps.index(step)]
        return next((one.place for one in reversed(before) if one.place is not None), None)

    @property
    def is_preview(self) -> bool:
        """Nothing is executed: the screen stays as it is, whatever is done."""
        return "previewed, not executed" in self.feedback

    @property
    def changed_nothing(self) -> bool:
        """The last action changed nothing on the screen but what moves by itself."""
        return _UNCHANGED in self.feedback

    @property
    def told(self) -> Told:
        """What the run says of the screen after the last action."""
        return "unchanged" if self.changed_nothing else "moving" if MOVES in self.feedback else "changed"

    @property
    def movers(self) -> tuple[Box, ...]:
        """What the run says moves by itself."""
        return places(self.feedback)

    @property
    def not_sent(self) -> bool:
        """The last action was held back, because the screen was no longer the one it was decided on."""
        return self.feedback.rstrip().endswith("Look again.")

    @property
    def was_covered(self) -> bool:
        """The same, because of what was under the pointer."""
        return _COVERED in self.feedback

    @property
    def failure(self) -> str | None:
        """Why the last action could not be done; None where it was."""
        said = _HARMLESS.sub("", without(self.feedback)).strip()
        return None if not said or self.is_preview or self.not_sent else said


def read_scene(messages: Sequence[Message]) -> Scene:
    """The conversation's meaning; a first text without the word "Instruction:" is the task as a whole, as a client
    of another make sends it. Raises `ModelError` where there is no instruction or no picture, or two in one message."""
    told = next((text for message in messages if message.role == "user" for text in _texts(message)), "")
    if not told.strip():
        raise ModelError("the offline model was given no instruction")
    instruction, _, previous = told.rpartition(_PREVIOUS) if _TASK in told else (_TASK + told, "", "")
    picture, steps, feedback = _turns(messages)
    if picture is None:
        raise ModelError("the offline model was given no picture")
    older = [Mark.at(previous, match.end()) for match in _STEP.finditer(previous)]
    marks = tuple(mark for mark in (*older, *(step.mark for step in steps)) if mark is not None)
    return Scene(instruction.partition(_TASK)[2].strip(), picture, tuple(steps), marks, feedback)


def _turns(messages: Sequence[Message]) -> tuple[EncodedImage | None, list[Step], str]:
    picture: EncodedImage | None = None
    reply: str | None = None
    steps: list[Step] = []
    feedback = ""
    for message in messages:
        if message.role == "assistant":
            reply = "".join(_texts(message))
        elif message.role == "user":
            shown = _picture(message)
            # An answer without a picture is a correction: the reply before it was never carried out.
            if shown is not None:
                if picture is not None and reply is not None:
                    steps.append(Step(picture, _mark(reply), _place(reply)))
                picture, feedback = shown, _feedback(message)
            reply = None
    return picture, steps, feedback


def _picture(message: Message) -> EncodedImage | None:
    pictures = [part for part in message.parts if isinstance(part, EncodedImage)]
    if len(pictures) > 1:
        raise ModelError(f"the offline model looks at one picture a message, and was given {len(pictures)} in one")
    return pictures[0] if pictures else None


def _mark(reply: str) -> Mark | None:
    match = _REPLY.match(reply)
    return None if match is None else Mark.at(reply, match.end())


def _place(reply: str) -> tuple[float, float] | None:
    """Where one of the offline model's own replies acts."""
    match = _PLACE.search(reply)
    return None if match is None else (float(match[1]), float(match[2]))


def _feedback(message: Message) -> str:
    said = "".join(text for text in _texts(message) if "tool_response>" in text)
    return re.sub(r"</?tool_response>", "", said).strip()


def _texts(message: Message) -> list[str]:
    return [part for part in message.parts if isinstance(part, str)]
