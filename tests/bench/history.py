"""What a task of 50 steps takes by history scheme: tokens and CNY, by the program's own count, nothing sent.

The schemes differ in how many old turns keep their picture: all of them, a few, or as the dialect of the default model
has it. Replies are of the length that the model's guide shows.

The model's authors keep four old pictures, and so do we: five of the 25.5 that a request of 50 has on average, which
are 0.19 of everything. With the prompt and the lines of old steps beside them a fifth is met where pictures are large,
at 3840x2160; at 1920x1080 it takes `--old-pictures 3`.
"""

from __future__ import annotations

import prompts
from actions.action import Size
from agent.conversation import Conversation, Turn
from agent.dialect import ModelProfile
from agent.encode import EncodedImage
from agent.model import Usage
from agent.tokens import prompt_tokens, text_tokens
from tests.bench.ours import profile
from tests.bench.report import Cell, Ratio, Report, Table, Target
from tests.fakes import call

SIZES = (Size(1920, 1080), Size(3840, 2160))
STEPS = 50
EVERYTHING, OURS = "keep everything", "ours"
WINDOWS = {EVERYTHING: 10**6} | {f"--old-pictures {window}": window for window in (8, 3, 2, 1, 0)}
MOST_OF_EVERYTHING = 1 / 5
MOST_GROWTH = 1.02
"""What the last step may take of the first with a full window: each old step is a line more, pictures are none."""
SENTENCE = "Click the “Save” button at the bottom of the dialog to keep the changes that were made to the document."


def run(count: int = STEPS) -> Report:
    """A task of so many steps, at each size."""
    tables, targets = [], []
    known = profile()
    for size in SIZES:
        steps = {OURS: per_step(known, size, count)}
        steps |= {name: per_step(windowed(known, window), size, count) for name, window in WINDOWS.items()}
        everything = sum(steps[EVERYTHING])
        rows = tuple((name, _cells(known, tokens, everything)) for name, tokens in steps.items())
        title = f"{size.width}x{size.height}"
        tables.append(
            Table(
                f"a task of {count} steps, {title}: tokens read",
                ("history", "in all", "of everything", "CNY", "first step", "last step"),
                rows,
                (f"window of ours: {known.dialect.window}; prices of {known.model}",),
            )
        )
        targets.append(
            Target(f"tokens of {count} steps {title}, of everything", rows[0][1][1].times, MOST_OF_EVERYTHING)
        )
        full = steps[OURS][min(known.dialect.window, count - 1)]
        targets.append(
            Target(f"last step {title}, of the first with a full window", steps[OURS][-1] / full, MOST_GROWTH)
        )
    return Report(tuple(tables), tuple(targets))


def windowed(known: ModelProfile, window: int) -> ModelProfile:
    """The same model with so many old pictures, and a context that has place for them."""
    roomy = known.model_copy(update={"entry": known.entry.model_copy(update={"context": 10**9})})
    return roomy.windowed(window)


def per_step(known: ModelProfile, size: Size, count: int) -> list[int]:
    """Tokens that each of `count` steps reads."""
    cap = known.pixel_cap(high_res=True)
    conversation = Conversation("do it", known, prompts.load(known.dialect.prompt), cap)
    image = EncodedImage(b"", "image/png", size)
    history: list[Turn] = []
    tokens = []
    for step in range(count):
        tokens.append(prompt_tokens(conversation.messages(history, image, None), known, cap))
        history.append(Turn(image, reply(step), f"{SENTENCE} ({step})", None))
        leaves = len(history) - 1 - conversation.window
        if leaves >= 0:
            history[leaves] = history[leaves].aged()
    return tokens


def reply(step: int) -> str:
    """What the model says at a step."""
    return call("left_click", f"{SENTENCE} ({step})", coordinate=[step * 7 % 1000, 500])


def _cells(known: ModelProfile, tokens: list[int], everything: int) -> tuple[Cell, ...]:
    written = text_tokens(reply(0)) * len(tokens)
    cost = known.cost_cny(Usage(prompt_tokens=sum(tokens), completion_tokens=written))
    return float(sum(tokens)), Ratio(sum(tokens) / everything), cost, float(tokens[0]), float(tokens[-1])
