"""A form of sentence: the pattern of its words, and what becomes of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from agent.offline.instructions import Instruction
from agent.offline.sentences import Sentence

Build = Callable[[re.Match[str], Sentence], "tuple[Instruction, ...] | None"]
"""The instructions that a match means; None where it is another form after all. Raises `NotUnderstood`."""


@dataclass(frozen=True)
class Clause:
    """One form, in one language."""

    pattern: re.Pattern[str]
    build: Build


def clauses(*forms: tuple[str, Build]) -> tuple[Clause, ...]:
    """A table of forms; the first that matches all of a sentence, and is not given up by its builder, is meant."""
    return tuple(Clause(re.compile(pattern, re.IGNORECASE), build) for pattern, build in forms)
