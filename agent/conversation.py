"""The conversation: what a model is told before its next step. Pure: texts and pictures in, messages out.

Two schemes, by dialect: "turns" keeps the last steps as whole turns with their pictures, "text" says
all of history in one message. Older steps are one line of text each, the oldest of them go first, so that a run of
hundreds of steps stays flat; where a model takes less than all of that, it is told less.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import prompts
from agent.dialect import ModelProfile
from agent.encode import EncodedImage
from agent.model import Message
from agent.tokens import prompt_tokens

ASK = "Look at the screenshot, at the instruction and at what was done before, and give the next action."
SECRETS = (
    "\n\nYou can type these secrets without knowing them: write in the text of a type action just what stands here, "
    "braces and all: {}. What was typed so, and whatever else must not be seen, is covered by grey boxes in the "
    "screenshot; what is under a box can be clicked."
)
MAX_LINE = 240
"""Characters of an old step's sentence, or of its note."""
MAX_HISTORY = 12_000
"""Characters of all old steps' lines together."""
REPLY_TOKENS = 32_768
"""What a reply may take of a model's context: the most that gui-plus writes (its guide)."""
MAX_BAD_REPLY = 8000
"""Characters of a bad reply that go back with its correction: one of 10 MB must not fill the context."""
NO_REPLY = "(empty reply)"
"""Endpoints refuse an assistant message without text."""

Part = str | EncodedImage


@dataclass(frozen=True, slots=True)
class Turn:
    """A step that was made."""

    image: EncodedImage | None
    """What the model was shown; None once aged."""
    reply_text: str
    """What it replied, raw."""
    sentence: str
    """What it meant to do, in a sentence; may be empty."""
    note: str | None
    """Feedback that stays, such as the person's answer to `interact`."""

    def aged(self) -> Turn:
        """What is left of the turn outside the window: no picture, and of the reply what its line will say."""
        return replace(self, image=None, reply_text="" if self.sentence else self.reply_text[:MAX_LINE])


@dataclass(frozen=True)
class Conversation:
    """Builds the messages of each step."""

    task: str
    profile: ModelProfile
    system_prompt: str
    """May hold `prompts.SIZE_PLACEHOLDER`."""
    cap: int
    """The most pixels of a picture the model looks at (`ModelProfile.pixel_cap`): it decides the size told."""
    secrets: tuple[str, ...] = ()
    """Names of what the model may have typed without knowing it."""

    @property
    def window(self) -> int:
        """How many turns keep their picture; older ones may be `aged`."""
        dialect = self.profile.dialect
        return dialect.window if dialect.history == "turns" else 0

    def messages(
        self,
        history: Sequence[Turn],
        present: EncodedImage,
        feedback: str | None,
        corrections: Sequence[tuple[str, str]] = (),
    ) -> tuple[Message, ...]:
        """What to send for the step after `history`, whose screenshot is `present`.

        `feedback` tells what became of the last action. `corrections` are this step's bad replies, each with what
        was wrong with it. Raises `GeometryError` where the model cannot take a picture of that size.
        """
        limit = self.profile.entry.context - min(REPLY_TOKENS, self.profile.entry.context // 4)
        messages: tuple[Message, ...] = ()
        for window, most in self._less_and_less():
            start = max(0, len(history) - window)
            messages = (
                self._system(present),
                *_turns(self._instruction(history, start, most), history[start:], present, feedback),
                *_corrected(corrections),
            )
            if prompt_tokens(messages, self.profile, self.cap) <= limit:
                break
        return messages

    def _less_and_less(self) -> Iterator[tuple[int, int]]:
        """Turns with their picture, and characters of older ones' lines: the oldest text goes first."""
        yield self.window, MAX_HISTORY
        for window in range(self.window, -1, -1):
            yield window, 0

    def _system(self, present: EncodedImage) -> Message:
        space = self.profile.space(present.size, self.cap)
        return Message("system", (prompts.render(self.system_prompt, space),))

    def _instruction(self, history: Sequence[Turn], older: int, most: int) -> str:
        lines = "\n".join(_newest(history, older, most)) or "None"
        return f"{ASK}{self._secrets()}\n\nInstruction: {self.task}\n\nPrevious actions:\n{lines}"

    def _secrets(self) -> str:
        if not self.secrets:
            return ""
        return SECRETS.format(", ".join(f"{{{{{name}}}}}" for name in self.secrets))


def _newest(history: Sequence[Turn], older: int, most: int) -> list[str]:
    """Of the first `older` steps the lines of the newest that have place in `most` characters, and what is left out."""
    lines: list[str] = []
    # No copy, and no look at what has no place: the time of a step is the same after ten thousand.
    for number in range(older, 0, -1):
        step = list(_step_lines(number, history[number - 1]))
        most -= sum(len(line) + 1 for line in step)
        if most < 0:
            return [f"(steps 1 to {number} are left out here)", *lines]
        lines[:0] = step
    return lines


def _turns(instruction: str, window: Sequence[Turn], present: EncodedImage, feedback: str | None) -> Iterator[Message]:
    """The user's and the assistant's messages; the instruction leads the first, whichever picture that holds."""
    lead: tuple[Part, ...] = (instruction,)
    note: str | None = None
    for turn in window:
        assert turn.image is not None, "a turn was aged within the window"
        yield Message("user", (*lead, *_shown(turn.image, note)))
        yield Message("assistant", (_said(turn),))
        lead, note = (), turn.note
    yield Message("user", (*lead, *_shown(present, _joined(note, feedback))))


def _joined(note: str | None, feedback: str | None) -> str | None:
    """What stays of the last step and what became of it; said once where the feedback holds the note already."""
    if note is None or (feedback is not None and note in feedback):
        return feedback
    return note if feedback is None else f"{note}\n{feedback}"


def _corrected(corrections: Sequence[tuple[str, str]]) -> Iterator[Message]:
    for bad, correction in corrections:
        yield Message("assistant", (_cut(bad, MAX_BAD_REPLY) if bad.strip() else NO_REPLY,))
        yield Message("user", (f"<tool_response>\n{_fenced(correction)}\n</tool_response>",))


def _shown(image: EncodedImage, feedback: str | None) -> tuple[Part, ...]:
    if feedback is None:
        return (image,)
    return (f"<tool_response>\n{_fenced(feedback)}", image, "\n</tool_response>")


def _said(turn: Turn) -> str:
    # The raw reply, unless there is none: a call that came inside the reasoning leaves the text empty.
    return turn.reply_text if turn.reply_text.strip() else turn.sentence.strip() or NO_REPLY


def _step_lines(number: int, turn: Turn) -> Iterator[str]:
    yield f"Step {number}: {_cut(_one_line(turn.sentence or turn.reply_text) or NO_REPLY, MAX_LINE)}"
    if turn.note is not None:
        yield f"  {_cut(_one_line(turn.note), MAX_LINE)}"


def _one_line(text: str) -> str:
    return " ".join(re.sub(r"</?tool_call>", " ", text).split())


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _fenced(text: str) -> str:
    """`text` that cannot end the frame it stands in: a person's answer, or a name the model made up."""
    return re.sub(r"<(/?)tool_response>", r"(\1tool_response)", text)
