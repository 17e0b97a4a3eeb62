"""Dialects: how each family of models is spoken to. All of it is data in dialects.toml.

A *dialect* is a protocol (prompt, coordinate space, scroll unit, history scheme, call syntax); a *model entry* says
which dialect a model id speaks, what its pictures cost and what its tokens cost.
"""

from __future__ import annotations

import fnmatch
import tomllib
from functools import lru_cache
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict

from actions.action import Size
from agent.encode import fit
from agent.errors import UsageError
from agent.geometry import image_tokens, smart_resize
from agent.model import Usage

RELATIVE_SPACE = Size(1000, 1000)
DEFAULT_MODEL = "gui-plus-2026-02-26"
OFFLINE_MODEL = "offline"


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Dialect(_Data):
    """A protocol between a model and its client."""

    name: str
    about: str
    prompt: str
    """File in the package `prompts`."""
    coordinate_space: Literal["relative", "smart-resized"]
    """"relative": 0…1000 on each axis; "smart-resized": pixels of the picture as the model resizes it."""
    call_syntax: Literal["json", "xml", "object"]
    """`<tool_call>` with JSON, `<tool_call>` with XML parameters, or the first edition's bare JSON object."""
    scroll_unit: Literal["notches", "magnitude"]
    """"magnitude": below 100 notches, from 100 on hundredths of one (`grounding.notches`)."""
    history: Literal["turns", "text"]
    """"turns": a window of whole turns with their pictures; "text": one user message, old steps as sentences."""
    window: int
    """How many old turns keep their picture."""
    thinking: bool
    """Whether `enable_thinking` means anything to it."""


class Prices(_Data):
    """CNY for one million tokens."""

    input: float
    output: float
    cached: float | None = None
    """Of input that the endpoint found in its cache; None: as any input."""

    def cost_cny(self, usage: Usage) -> float | None:
        """What a reply costs; None where a count is unknown, never 0 for that."""
        if usage.prompt_tokens is None or usage.completion_tokens is None:
            return None
        cached = min(usage.cached_tokens or 0, usage.prompt_tokens)
        cached_price = self.input if self.cached is None else self.cached
        fresh = usage.prompt_tokens - cached
        return (fresh * self.input + cached * cached_price + usage.completion_tokens * self.output) / 1_000_000


class ModelEntry(_Data):
    """What is known of the models whose id matches `id`: a glob, matched without case and vendor's prefix."""

    id: str
    dialect: str
    factor: int
    """Side of the square of pixels that is one image token."""
    min_pixels: int = 3136
    max_pixels: int
    max_pixels_high_res: int
    context: int = 131_072
    """Tokens a request and its reply may have together."""
    prices: Prices | None = None
    beijing_only: bool = False
    explicit_cache: bool = False
    """Whether Model Studio keeps what `cache_control` marks in a request to it, at a tenth of the price."""
    window: int | None = None
    """Past turns with their picture, where it is another number than the dialect's."""


MAX_WINDOW = 100
"""Turns whose picture a person may have sent again."""


class ModelProfile(_Data):
    """A model id with all that is known of how to speak to it."""

    model: str
    dialect: Dialect
    entry: ModelEntry

    def pixel_cap(self, high_res: bool, max_pixels: int | None = None) -> int:
        """The most pixels of a picture the model looks at."""
        if high_res:
            return self.entry.max_pixels_high_res
        return max_pixels or self.entry.max_pixels

    def model_size(self, sent: Size, cap: int) -> Size:
        """The size, in pixels, that a picture of size `sent` has inside the model. Raises `GeometryError`."""
        return smart_resize(sent, factor=self.entry.factor, min_pixels=self.entry.min_pixels, max_pixels=cap)

    def space(self, sent: Size, cap: int) -> Size:
        """The space the model's coordinates live in. Raises `GeometryError`."""
        return RELATIVE_SPACE if self.dialect.coordinate_space == "relative" else self.model_size(sent, cap)

    def image_tokens(self, sent: Size, cap: int) -> int:
        """Predicted tokens of a picture of size `sent`."""
        return image_tokens(self.model_size(sent, cap), self.entry.factor)

    def sent_pixels(self, capture: Size, cap: int, tokens: int | None) -> int:
        """The most pixels that a picture of a capture may be sent in, to cost at most `tokens` (None: any).

        Raises `GeometryError`.
        """
        if tokens is None:
            return cap
        pixels = min(cap, tokens * self.entry.factor**2)
        # Inside the model each side goes to a whole number of tiles, maybe to one more than there is place for.
        while self.image_tokens(fit(capture, pixels), cap) > tokens:
            pixels = pixels * 99 // 100
        return pixels

    def cost_cny(self, usage: Usage) -> float | None:
        """What a reply costs; None where a price or a count is unknown, never 0 for that."""
        return None if self.entry.prices is None else self.entry.prices.cost_cny(usage)

    def priced(self, prices: Prices | None) -> ModelProfile:
        """The same model at these prices."""
        return self.model_copy(update={"entry": self.entry.model_copy(update={"prices": prices})})

    def windowed(self, window: int | None) -> ModelProfile:
        """The same model, shown so many past turns with their picture; None: as many as its dialect says."""
        if window is None:
            return self
        return self.model_copy(update={"dialect": self.dialect.model_copy(update={"window": window})})


class _Catalogue(_Data):
    dialect: dict[str, Dialect]
    model: tuple[ModelEntry, ...]


@lru_cache(maxsize=1)
def catalogue() -> _Catalogue:
    """dialects.toml, checked."""
    text = (resources.files("agent") / "dialects.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    for name, dialect in data["dialect"].items():
        dialect["name"] = name
    return _Catalogue.model_validate(data)


def resolve(model: str, dialect_name: str | None = None) -> ModelProfile:
    """How to speak to `model`: by its id, or in the dialect named.

    Raises:
        UsageError: no dialect knows the model and none is named, or the named one does not exist.
    """
    known = catalogue()
    names = ", ".join(known.dialect)
    if dialect_name is not None and dialect_name not in known.dialect:
        raise UsageError(f"there is no dialect {dialect_name!r}; --profile takes one of: {names}")
    entry = _entry(known, model)
    if entry is None and dialect_name is None:
        raise UsageError(f"no dialect knows the model {model!r}: name one with --profile ({names})")
    if dialect_name is not None and (entry is None or entry.dialect != dialect_name):
        # Another protocol than the id suggests: the pictures' arithmetic is the dialect's own, while the price and
        # the region stay the id's.
        own = next(e for e in known.model if e.dialect == dialect_name and e.id != OFFLINE_MODEL)
        entry = own.model_copy(
            update={
                "id": model,
                "prices": entry.prices if entry else None,
                "beijing_only": entry is not None and entry.beijing_only,
            }
        )
    assert entry is not None
    return ModelProfile(model=model, dialect=known.dialect[entry.dialect], entry=entry).windowed(entry.window)


def _entry(known: _Catalogue, model: str) -> ModelEntry | None:
    vendor, _, name = model.lower().rstrip("/").rpartition("/")
    entry = next((e for e in known.model if fnmatch.fnmatchcase(name, e.id.lower())), None)
    if entry is not None and vendor:
        # "Qwen/…" is a name of weights or of another seller's: Model Studio's price is not theirs.
        return entry.model_copy(update={"prices": None, "beijing_only": False, "explicit_cache": False})
    return entry
