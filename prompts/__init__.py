"""The system prompts, one text file a dialect. Package data; imports nothing of the project.

Names, enumerations, parameter types, tags and the response format's frame are protocol: the models were trained on
them. The sentences that describe them are ours.
"""

from __future__ import annotations

from importlib import resources

SIZE_PLACEHOLDER = "{width}x{height}"
"""Stands for the screen's resolution; no other brace in a prompt means anything."""


def load(file: str) -> str:
    """The text of the prompt in `file`, as dialects.toml names it, without its last line end."""
    return (resources.files(__name__) / file).read_text(encoding="utf-8").removesuffix("\n")


def render(prompt: str, size: tuple[int, int]) -> str:
    """`prompt` with the resolution of the model's space, (width, height), in its place if it has one."""
    width, height = size
    return prompt.replace(SIZE_PLACEHOLDER, f"{width}x{height}")
