"""The pictures of a page: WebP, each once, as good as the page's size allows, and a thumbnail beside each."""

from __future__ import annotations

import io
import os
import struct
import zlib
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from actions.action import Size
from agent.encode import fit
from agent.errors import SessionError
from agent.events import ImageFile
from agent.recording.session import Session

if TYPE_CHECKING:
    from PIL.Image import Image

Load = Callable[[], "Image"]
"""A picture, RGB. Raises `SessionError`."""

BUDGET = 18_000_000
"""Bytes of all pictures: 24 MB as Base64, which leaves a page below 30 MB room for its text."""
MAX_PIXELS = 64_000_000
"""Of one picture. Several are decoded at once, and a hostile one decodes to far more than it weighs."""
MAX_SIDE = 16_383
"""Of a WebP."""
THUMBNAIL_PIXELS = 224 * 140
THUMBNAIL_QUALITY = 45
SAMPLES = 5
"""Pictures that the quality is chosen by."""
SPARE = 1.15
"""How much larger the others may be than the samples, on the average, before the choice was wrong."""
DECODING_ERRORS = (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, struct.error, zlib.error)
"""What Pillow raises on a broken file."""


@dataclass(frozen=True)
class _Rung:
    """How a picture is encoded: without loss where there is no `quality`; `share` of its pixels."""

    quality: int | None
    share: float = 1


RUNGS = (
    _Rung(None),
    *(_Rung(quality) for quality in (92, 82, 70, 58, 45, 32, 20)),
    *(_Rung(25, share) for share in (0.5, 0.25, 0.1, 0.04)),
)
"""From the best on."""


@dataclass(frozen=True)
class Frame:
    """A picture as the page holds it."""

    size: Size
    """Of the original, in pixels."""
    full: bytes
    """WebP."""
    thumbnail: bytes
    """WebP."""


@dataclass(frozen=True)
class Film:
    """The pictures of a page by their keys."""

    frames: Mapping[str, Frame] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)
    """Why a picture is missing, one line each."""


def load(sources: Sequence[tuple[Session, ImageFile]]) -> Image:
    """The first of the pictures that can be read, RGB. Raises `SessionError` with the first one's reason."""
    reason: SessionError | None = None
    for session, file in sources:
        try:
            return _decoded(session, file)
        except SessionError as error:
            reason = reason or error
    raise reason or SessionError("there is no picture")


def make_film(loads: Mapping[str, Load], *, budget: int = BUDGET) -> Film:
    """Encode the pictures so that all together have at most `budget` bytes, thumbnails apart.

    All have the same quality, the best that fits; at the worst, those that find no room are left out.
    """
    workers = min(4, os.cpu_count() or 1)
    pool = ThreadPoolExecutor(workers, thread_name_prefix="film")
    try:
        first = _first_rung(list(loads.values()), budget, pool)
        for rung in RUNGS[first:]:
            made = dict(zip(loads, pool.map(partial(_try_frame, rung=rung), loads.values()), strict=True))
            if sum(len(frame.full) for frame in made.values() if isinstance(frame, Frame)) <= budget:
                break
    finally:
        # Ctrl-C need not wait for the pictures that nobody has begun.
        pool.shutdown(cancel_futures=True)
    return _within(made, budget)


def _first_rung(loads: Sequence[Load], budget: int, pool: ThreadPoolExecutor) -> int:
    """The index of the best rung at which all pictures probably fit."""
    count = min(SAMPLES, len(loads))
    samples = [loads[len(loads) * i // count] for i in range(count)]

    def fits(index: int) -> bool:
        frames = [f for f in pool.map(partial(_try_frame, rung=RUNGS[index]), samples) if isinstance(f, Frame)]
        size = sum(len(frame.full) for frame in frames) * len(loads) / max(1, len(frames))
        return size * (SPARE if len(loads) > count else 1) <= budget

    # Flat pictures may be smaller without loss than with it, so the first rung is no part of the search.
    return 0 if fits(0) else bisect_left(range(len(RUNGS) - 1), True, lo=1, key=fits)


def _try_frame(load_one: Load, rung: _Rung) -> Frame | str:
    """The frame, or why there is none."""
    try:
        image = load_one()
    except SessionError as error:
        return str(error)
    small = _resized(image, fit(Size(*image.size), THUMBNAIL_PIXELS))
    thumbnail = _webp(small, THUMBNAIL_QUALITY)
    return Frame(Size(*image.size), _webp(_shrunk(image, rung.share), rung.quality), thumbnail)


def _shrunk(image: Image, share: float) -> Image:
    longest = max(image.size)
    share = min(share, (MAX_SIDE / longest) ** 2)
    return image if share == 1 else _resized(image, fit(Size(*image.size), max(1, int(share * _area(image)))))


def _resized(image: Image, size: Size) -> Image:
    from PIL import Image as Pillow

    # `fit` keeps the shape, save for a line of pixels: its longest side may still be too long for a WebP.
    size = Size(min(size.width, MAX_SIDE), min(size.height, MAX_SIDE))
    return image.resize(size, Pillow.Resampling.LANCZOS, reducing_gap=3.0)


def _area(image: Image) -> int:
    return image.width * image.height


def _webp(image: Image, quality: int | None) -> bytes:
    buffer = io.BytesIO()
    if quality is None:
        image.save(buffer, "WEBP", lossless=True, method=1, quality=30)
    else:
        image.save(buffer, "WEBP", quality=quality, method=2)
    return buffer.getvalue()


def _decoded(session: Session, file: ImageFile) -> Image:
    from PIL import Image as Pillow

    if file.width * file.height > MAX_PIXELS:
        raise SessionError(
            f"{file.width}x{file.height} are more than the {MAX_PIXELS // 1_000_000} megapixels a page shows"
        )
    data = session.picture(file)
    try:
        with Pillow.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as image:
            return image.convert("RGB")
    except DECODING_ERRORS as error:
        raise SessionError(f"a picture cannot be decoded: {file.sha256[:12]}….{file.extension}") from error


def _within(made: Mapping[str, Frame | str], budget: int) -> Film:
    frames: dict[str, Frame] = {}
    failures: dict[str, str] = {}
    for key, frame in made.items():
        if isinstance(frame, str):
            failures[key] = frame
        elif len(frame.full) > budget:
            failures[key] = "left out: the page would be too large"
        else:
            budget -= len(frame.full)
            frames[key] = frame
    return Film(frames, failures)
