"""The size a picture file declares, read without decoding it.

Pillow's opener is not asked here: on a hostile file of 30 MB made of empty segments it takes seconds and a gigabyte
before it says no. What passes here has few segments and one size, so that a later decoding is bounded too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from actions.action import Size

MAX_CHUNKS = 20_000
"""Of a PNG; libpng's default is 8 KB of data a chunk."""
MAX_SEGMENTS = 1_000
"""Of a JPEG before its data."""
MAX_SCANS = 20
"""Of a JPEG. A progressive one has about ten; each is a pass over the whole picture."""

_PNG = b"\x89PNG\r\n\x1a\n"
_SOF = (0xC0, 0xC1, 0xC2)
"""Baseline, extended, progressive: the frames that occur in practice."""
_BARE = (0x01, *range(0xD0, 0xD8))
"""JPEG markers without a length."""
_SOS, _EOI = 0xDA, 0xD9


class PictureError(ValueError):
    """Not a picture of the kind it is named, or not one that is safe to decode."""


def picture_size(data: bytes, extension: Literal["png", "jpg", "webp"]) -> Size:
    """Width and height in pixels that the file `data` declares. Raises `PictureError`."""
    size = _png(data) if extension == "png" else _jpeg(data) if extension == "jpg" else _webp(data)
    if min(size) < 1:
        raise PictureError("it has no pixels")
    return size


def _png(data: bytes) -> Size:
    if not data.startswith(_PNG):
        raise PictureError("it is no PNG")
    kinds = []
    for kind in _chunks(data):
        kinds.append(kind)
        if len(kinds) > MAX_CHUNKS:
            raise PictureError(f"it has more than {MAX_CHUNKS} chunks")
    whole = kinds[:1] == [b"IHDR"] and kinds.count(b"IHDR") == 1 and b"IDAT" in kinds and kinds[-1] == b"IEND"
    if not whole or int.from_bytes(data[8:12]) != 13:
        raise PictureError("its chunks are not those of a PNG")
    return Size(int.from_bytes(data[16:20]), int.from_bytes(data[20:24]))


def _chunks(data: bytes) -> Iterator[bytes]:
    """The type of each chunk; the last is IEND."""
    at = len(_PNG)
    while True:
        end = at + 12 + int.from_bytes(data[at : at + 4])
        if end > len(data):
            raise PictureError("it ends too early")
        kind = data[at + 4 : at + 8]
        yield kind
        if kind == b"IEND":
            return
        at = end


def _jpeg(data: bytes) -> Size:
    if not data.startswith(b"\xff\xd8"):
        raise PictureError("it is no JPEG")
    sizes = []
    for marker, at in _segments(data):
        if marker in _SOF:
            sizes.append(Size(int.from_bytes(data[at + 5 : at + 7]), int.from_bytes(data[at + 3 : at + 5])))
        # In a JPEG's data a 0xFF is never followed by SOS unless a scan begins there.
        if marker == _SOS and data.count(b"\xff\xda", at) >= MAX_SCANS:
            raise PictureError(f"it has more than {MAX_SCANS} scans")
    if len(sizes) != 1:
        raise PictureError("its segments are not those of a JPEG")
    return sizes[0]


def _segments(data: bytes) -> Iterator[tuple[int, int]]:
    """Marker of each segment and the place of its length; the last is SOS."""
    at = 2
    for _ in range(MAX_SEGMENTS):
        if data[at : at + 1] != b"\xff":
            raise PictureError("its segments are not those of a JPEG")
        marker = int.from_bytes(data[at + 1 : at + 2])
        at += 2
        if marker in _BARE:
            continue
        end = at + int.from_bytes(data[at : at + 2])
        if marker == _EOI or end > len(data):
            raise PictureError("it ends too early")
        yield marker, at
        if marker == _SOS:
            return
        at = end
    raise PictureError(f"it has more than {MAX_SEGMENTS} segments")


def _webp(data: bytes) -> Size:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP" or len(data) < 30:
        raise PictureError("it is no WebP")
    kind = data[12:16]
    if kind == b"VP8X" and not data[20] & 0x02:  # 0x02: an animation
        return Size(1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little"))
    if kind == b"VP8L" and data[20] == 0x2F:
        bits = int.from_bytes(data[21:25], "little")
        return Size(1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = (int.from_bytes(data[at : at + 2], "little") & 0x3FFF for at in (26, 28))
        return Size(width, height)
    raise PictureError("it is no WebP of one picture")
