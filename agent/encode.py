"""Screenshots to bytes: what the model is sent, within its limits, and what is kept without loss.

An endpoint is sent JPEG, made by libjpeg-turbo from the capture's own pixels: of a busy page at 1920x1080 it takes a
sixth of the time of PNG, and half the bytes. What is not sent anywhere is kept without loss: for the recording as WebP,
in less time and half the bytes of PNG. The only module that knows pybase64 and simplejpeg.
"""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Protocol

from actions.action import Size

if TYPE_CHECKING:
    from PIL.Image import Image

    from agent.screen import Pixels, Screenshot

MediaType = Literal["image/png", "image/jpeg", "image/webp"]
Extension = Literal["png", "jpg", "webp"]
EXTENSIONS: Mapping[MediaType, Extension] = MappingProxyType(
    {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
)

MAX_FILE_BYTES = 7_000_000
"""An image may be 10 MB as Base64, so the file may be 7 MB (the model's guide)."""
JPEG_QUALITIES = (90, 80, 70, 60, 50)
PNG_LEVEL = 1
"""zlib's fastest: level 6 takes about four times as long for a fifth less bytes."""
WEBP_MAX_SIDE = 16_383
"""In pixels; the format has no larger pictures."""


@dataclass(frozen=True)
class EncodedImage:
    """A picture as a file: what is sent and what is recorded."""

    data: bytes
    media_type: MediaType
    size: Size
    """In pixels."""

    @cached_property
    def sha256(self) -> str:
        """Hex digest of the file's bytes: its name in a recording."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def extension(self) -> Extension:
        """File name extension without the dot."""
        return EXTENSIONS[self.media_type]

    @cached_property
    def base64(self) -> bytes:
        """The file in Base64; made once, however many requests the picture is in."""
        import pybase64  # a twentieth of the standard library's time, which is a twentieth of a frame's

        return pybase64.b64encode(self.data)

    def data_url(self) -> str:
        """The picture as a data: URL."""
        return f"data:{self.media_type};base64,{self.base64.decode('ascii')}"


class Encoder(Protocol):
    """Makes a screenshot what the model is sent: `encode`, `encode_exactly`, or a recording that has it already."""

    def __call__(self, screenshot: Screenshot, *, max_pixels: int) -> EncodedImage:
        """The picture with at most `max_pixels`."""
        ...


def encode(screenshot: Screenshot, *, max_pixels: int, max_bytes: int = MAX_FILE_BYTES) -> EncodedImage:
    """The screenshot as an endpoint is sent it, a JPEG.

    As large as it is, or scaled down to `max_pixels`, never up: the model resizes what it gets anyway, so more pixels
    than its cap are bytes for nothing, and fewer are lost detail.
    """
    size = fit(screenshot.size, max_pixels)
    pixels, order = screenshot.shown, "BGRX"
    if size != screenshot.size:
        pixels, order = _scaled(screenshot, size).tobytes(), "RGB"
    for quality in JPEG_QUALITIES:
        data = _jpeg(pixels, order, size, quality)
        if len(data) <= max_bytes:
            return EncodedImage(data, "image/jpeg", size)
    # Only a picture of noise on several 8K screens comes here; half the area always helps.
    return encode(screenshot, max_pixels=size.width * size.height // 2, max_bytes=max_bytes)


def encode_exactly(screenshot: Screenshot, *, max_pixels: int) -> EncodedImage:
    """The screenshot for a model on this machine, which nothing is sent to: scaled likewise, and without loss."""
    return encode_png(_scaled(screenshot, fit(screenshot.size, max_pixels)))


def encode_whole(screenshot: Screenshot) -> EncodedImage:
    """The screenshot in its own size and without loss, for the recording."""
    image = screenshot.image
    if max(image.size) > WEBP_MAX_SIDE:
        return encode_png(image)
    buffer = io.BytesIO()
    image.save(buffer, format="WEBP", lossless=True, quality=0, method=0)  # the fastest
    return EncodedImage(buffer.getvalue(), "image/webp", Size(*image.size))


def fit(size: Size, max_pixels: int) -> Size:
    """`size`, or the largest size of the same shape with at most `max_pixels`."""
    if size.width * size.height <= max_pixels:
        return size
    ratio = math.sqrt(max_pixels / (size.width * size.height))
    return Size(max(1, math.floor(size.width * ratio)), max(1, math.floor(size.height * ratio)))


def encode_png(image: Image) -> EncodedImage:
    """`image` as a PNG file."""
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", compress_level=PNG_LEVEL)
    return EncodedImage(buffer.getvalue(), "image/png", Size(*image.size))


def _jpeg(pixels: Pixels, order: str, size: Size, quality: int) -> bytes:
    """A JPEG file of pixels whose channels come in that order."""
    import simplejpeg  # Pillow first makes RGB of them: a tenth of the time

    rows = memoryview(pixels).cast("B", (size.height, size.width, len(order)))
    # 4:4:4: chroma subsampling smears coloured text, which is most of a screen.
    return bytes(simplejpeg.encode_jpeg(rows, quality, order, "444"))


def _scaled(screenshot: Screenshot, size: Size) -> Image:
    from PIL import Image

    image = screenshot.image
    return image if size == image.size else image.resize(size, resample=Image.Resampling.LANCZOS)
