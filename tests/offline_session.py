"""A run of the offline model without a desktop: drawn pictures, readings given, each step asked of a new model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from actions.action import Action, Answer, LeftClick, Point, Size, Terminate
from actions.brake import Brake
from actions.parse import parse_reply
from agent.conversation import Conversation, Turn
from agent.dialect import resolve
from agent.encode import EncodedImage
from agent.offline.model import OfflineModel
from agent.reading.labels import TextBox
from agent.reading.ocr import TextReader
from agent.rect import distance
from tests.apps.screens import Picture

SPACE = Size(1000, 1000)
PROFILE = resolve("offline")


FOCUSED: dict[bytes, bytes] = {}
"""Pictures with a caret in the field that was clicked, and the same without."""


class GivenReader(TextReader):
    """Knows what is written on each picture, by its pixels."""

    def __init__(self, *pictures: Picture) -> None:
        super().__init__()
        self.known = {np.asarray(p.image).tobytes(): _boxes(p) for p in pictures}

    def read(self, pixels: np.ndarray, wanted: Sequence[str] | None = None) -> tuple[TextBox, ...]:
        return self.known[FOCUSED.get(key := pixels.tobytes(), key)]

    def read_near(self, pixels: np.ndarray, at: Point, reach: float) -> tuple[TextBox, ...]:
        return tuple(box for box in self.read(pixels) if distance(box, at) <= reach)


def _boxes(picture: Picture) -> tuple[TextBox, ...]:
    boxes = (
        TextBox(b.text, b.box[0] - 2, b.box[1] - 2, b.box[2] - b.box[0] + 4, b.box[3] - b.box[1] + 4)
        for b in picture.labels
    )
    return tuple(boxes)


@dataclass
class Session:
    """A run: the world answers each action with the next picture and what is told about the action."""

    task: str
    reader: TextReader
    history: list[Turn] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    has_focus: bool = True
    """A field that is clicked shows a caret at once, as programs have it, where the world shows nothing else."""

    def ask(
        self, present: EncodedImage, feedback: str | None = None, corrections: Sequence[tuple[str, str]] = ()
    ) -> Action:
        conversation = Conversation(task=self.task, profile=PROFILE, system_prompt="", cap=1 << 24)
        messages = conversation.messages(self.history, present, feedback, corrections)
        reply = OfflineModel(Brake(), self.reader).reply(messages)
        parsed = parse_reply(reply.text, space=SPACE)
        assert parsed.repairs == ()
        assert reply.usage.prompt_tokens == reply.usage.completion_tokens == 0
        self.history.append(Turn(present, reply.text, parsed.sentence, None))
        self.actions.append(parsed.action)
        self.sentences.append(parsed.sentence)
        return parsed.action

    def run(
        self, world: Callable[[int, Action | None], Picture | tuple[Picture, str | None]], limit: int = 30
    ) -> Action:
        """`world` is told the step's number and the last action (None at first)."""
        action: Action | None = None
        for step in range(limit):
            shown = world(step, action)
            picture, feedback = shown if isinstance(shown, tuple) else (shown, None)
            if self.has_focus and self.sentences and " focus " in self.sentences[-1] and action:
                picture = focused(picture, action, self.history[-1].image)
            action = self.ask(picture.encoded(), feedback)
            if isinstance(action, Terminate | Answer):
                return action
        pytest.fail(f"no end in {limit} steps: {self.sentences}")

    @property
    def kinds(self) -> list[str]:
        return [action.action for action in self.actions]


def focused(picture: Picture, clicked: Action, before: EncodedImage) -> Picture:
    """The picture with a caret where a field was clicked; as it is where it shows something else already."""
    if picture.encoded().sha256 != before.sha256 or not isinstance(clicked, LeftClick):
        return picture
    x, y = (round(value) for value in place(picture, clicked))
    is_light = sum(picture.image.convert("RGB").getpixel((x, y))) > 3 * 127
    shown = Picture(picture.image.copy(), labels=list(picture.labels))
    shown.pen.line((x, y - 8, x, y + 8), fill=(0, 0, 0) if is_light else (255, 255, 255))
    FOCUSED[np.asarray(shown.image).tobytes()] = np.asarray(picture.image).tobytes()
    return shown


def place(picture: Picture, action: Action) -> tuple[float, float]:
    coordinate = getattr(action, "coordinate", None)
    assert coordinate is not None
    return coordinate[0] / 1000 * picture.image.width, coordinate[1] / 1000 * picture.image.height


def hits(picture: Picture, action: Action) -> list[str]:
    x, y = place(picture, action)
    return [label.text for label in picture.labels if label.holds(x, y)]
