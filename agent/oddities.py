"""What is odd about a reply: for the person, or a reason to stop before a click lands elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent.dialect import ModelProfile
from agent.model import Message, ModelReply
from agent.tokens import other_resize


def warnings(messages: Sequence[Message], reply: ModelReply, profile: ModelProfile, cap: int) -> Iterator[str]:
    """A line each."""
    if reply.model is not None and not _is_same_model(profile.model, reply.model):
        yield f"{profile.model} was asked, and {reply.model} replied"
    if reply.usage.prompt_tokens is None or reply.usage.completion_tokens is None:
        yield "the endpoint does not say what a reply takes: tokens and cost are unknown"
    other = other_resize(messages, profile, cap, reply.usage.image_tokens)
    if other is not None:
        yield other.words


def wrong_mapping(messages: Sequence[Message], reply: ModelReply, profile: ModelProfile, cap: int) -> str | None:
    """Why the reply's coordinates cannot be read: its picture was resized in another way that we know.

    None where all is well, and where coordinates do not depend on how the picture was resized.
    """
    if profile.dialect.coordinate_space != "smart-resized":
        return None
    other = other_resize(messages, profile, cap, reply.usage.image_tokens)
    if other is None or not other.is_known:
        return None
    return (
        f"{other.words}; its coordinates would be read wrongly: name the model's own dialect with --profile, or its "
        "limit with --no-high-res --max-pixels"
    )


def _is_same_model(asked: str, replied: str) -> bool:
    """Whether a name is the one asked for, a snapshot of it, or the same without its vendor."""
    asked, replied = (name.lower().rstrip("/").rpartition("/")[2] for name in (asked, replied))
    return replied.startswith(asked) or asked.startswith(replied)
