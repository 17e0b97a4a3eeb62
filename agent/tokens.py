"""Tokens before they are counted: what a request will take, and whether the endpoint saw pictures of the size we think.

Image tokens are exact by the formula of Model Studio's page "Image and video understanding"; those of a text are an
estimate that errs upwards, as is right for what guards a budget.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from actions.action import Size
from agent.dialect import ModelProfile, catalogue
from agent.encode import EncodedImage
from agent.geometry import GeometryError, image_tokens, smart_resize
from agent.model import Message

MESSAGE_TOKENS = 5
"""Around each message: its role and its marks."""


def text_tokens(text: str) -> int:
    """About how many tokens a text takes: three characters of ASCII to one, any other character one for itself."""
    plain = len(text.encode("ascii", "ignore"))
    return -(-plain // 3) + len(text) - plain


def prompt_tokens(messages: Sequence[Message], profile: ModelProfile, cap: int) -> int:
    """What the messages will take, about; the pictures exactly. `cap`: the most pixels of one that are looked at.

    Raises `GeometryError`.
    """
    texts = sum(text_tokens(part) for message in messages for part in message.parts if isinstance(part, str))
    return texts + MESSAGE_TOKENS * len(messages) + picture_tokens(messages, profile, cap)


def picture_tokens(messages: Sequence[Message], profile: ModelProfile, cap: int) -> int:
    """What the pictures of the messages will take. Raises `GeometryError`."""
    return sum(profile.image_tokens(picture.size, cap) for picture in _pictures(messages))


@dataclass(frozen=True)
class OtherResize:
    """The endpoint did not resize the pictures as expected."""

    words: str
    is_known: bool
    """The count is that of a way of resizing we know; otherwise it may count in another way."""


def other_resize(
    messages: Sequence[Message], profile: ModelProfile, cap: int, counted: int | None
) -> OtherResize | None:
    """How the endpoint resized the pictures, where `counted` image tokens are not those expected.

    None where they are, or were not counted. Raises `GeometryError`.
    """
    sizes = [picture.size for picture in _pictures(messages)]
    expected = picture_tokens(messages, profile, cap)
    if not counted or not sizes or counted in (expected, expected - 2 * len(sizes)):  # some leave out the two marks
        return None
    ours = profile.model_size(sizes[-1], cap)
    found = next((_in_words(sizes[-1], *known) for known in _known_resizes() if _total(sizes, *known) == counted), None)
    words = (
        f"the endpoint counted {counted} image tokens where {expected} were expected: it looked at "
        f"{found or 'a picture of another size'}, not at {ours.width}x{ours.height} ({profile.entry.factor} a side)"
    )
    return OtherResize(words, found is not None)


def _pictures(messages: Sequence[Message]) -> Iterator[EncodedImage]:
    return (part for message in messages for part in message.parts if isinstance(part, EncodedImage))


def _known_resizes() -> list[tuple[int, int, int]]:
    """Factor, least and most pixels of each way of resizing that some model has."""
    return sorted(
        {
            (entry.factor, entry.min_pixels, most)
            for entry in catalogue().model
            for most in (entry.max_pixels, entry.max_pixels_high_res)
        }
    )


def _resized(size: Size, factor: int, least: int, most: int) -> Size:
    return smart_resize(size, factor=factor, min_pixels=least, max_pixels=most)


def _total(sizes: Sequence[Size], factor: int, least: int, most: int) -> int | None:
    try:
        return sum(image_tokens(_resized(size, factor, least, most), factor) for size in sizes)
    except GeometryError:
        return None


def _in_words(size: Size, factor: int, least: int, most: int) -> str:
    resized = _resized(size, factor, least, most)
    return f"{resized.width}x{resized.height} ({factor} a side)"
