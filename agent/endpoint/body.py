"""Bytes of a response, whatever it is: decompressed, counted and cut into lines within bounded memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from agent.endpoint.failure import Failure, clean

MAX_BODY = 16_000_000
"""Bytes of a reply after decompression; of a streamed one, bytes of one event and characters put together."""
PIECE = 65_536


def inflated(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """`chunks` without their content encoding, in pieces of bounded size: 0.5 MB can hold 500. Raises `Failure`."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        yield from chunks
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise Failure("garbled", f"the reply is encoded as {clean(encoding, 40)}, which was not asked for")
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    try:
        for chunk in chunks:
            rest = chunk
            while rest and not inflater.eof:
                yield inflater.decompress(rest, PIECE)
                rest = inflater.unconsumed_tail
        yield inflater.flush()
    except zlib.error:
        raise Failure("garbled", "the reply's compression is damaged") from None
    if not inflater.eof:
        raise Failure("broken", "the compressed reply ended too early")


def bounded(chunks: Iterator[bytes], most: int) -> Iterator[bytes]:
    """`chunks` as long as they are `most` bytes together. Raises `Failure`."""
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > most:
            raise Failure("garbled", f"the reply is larger than {most // 1_000_000} MB")
        yield chunk


def lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Lines of an event stream without their ends; a last one without an end is dropped, for it may be cut.

    Raises `Failure` for one longer than `MAX_BODY`.
    """
    pending = bytearray()
    for chunk in chunks:
        searched = len(pending)
        pending += chunk
        start = 0
        while (end := pending.find(b"\n", max(start, searched))) >= 0:
            yield bytes(pending[start:end]).removesuffix(b"\r")
            start = end + 1
        del pending[:start]
        if len(pending) > MAX_BODY:
            raise Failure("garbled", f"an event of the stream is larger than {MAX_BODY // 1_000_000} MB")
