"""The files of a frame, made once: what is sent of it, and what is kept of it without loss.

A screen that has not changed since the last step has the files of the last step. A frame that is probably the next
step's can be given in advance (`foresee`), while the screen is still waited for: its files are then made meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from agent.encode import EncodedImage, Encoder, encode, encode_whole
from agent.screen import Screenshot

Make = Callable[[], EncodedImage]


class Pictures:
    """Two encoders that remember their last frame. Close it: it has threads."""

    def __init__(self, encoder: Encoder = encode, *, keeps: bool = True) -> None:
        """`keeps`: there is a recording, which wants the lossless file."""
        self._encoder = encoder
        self._keeps = keeps
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="pictures")
        self._sent = _Last(self._threads)
        self._kept = _Last(self._threads)
        self._max_pixels: int | None = None

    def foresee(self, screenshot: Screenshot) -> None:
        """Begin to make the files of a frame that will probably be wanted; not where something is hidden on it.

        What is to be hidden is only told of a frame that is wanted.
        """
        if (max_pixels := self._max_pixels) is None or type(screenshot) is not Screenshot:
            return
        self._sent.of(screenshot, lambda: self._encoder(screenshot, max_pixels=max_pixels))
        if self._keeps:
            self._kept_soon(screenshot)

    def sent(self, screenshot: Screenshot, *, max_pixels: int) -> EncodedImage:
        """What is sent; an `Encoder`."""
        if max_pixels != self._max_pixels:
            self._max_pixels = max_pixels
            self._sent.forget()
        return self._sent.of(screenshot, lambda: self._encoder(screenshot, max_pixels=max_pixels)).result()

    def kept(self, screenshot: Screenshot) -> EncodedImage:
        """What is kept."""
        return self._kept_soon(screenshot).result()

    def _kept_soon(self, screenshot: Screenshot) -> Future[EncodedImage]:
        """What is kept, being made."""
        return self._kept.of(screenshot, lambda: encode_whole(screenshot))

    def close(self) -> None:
        """Nothing more is wanted."""
        self._threads.shutdown(cancel_futures=True)


class _Last:
    """The file of the last frame."""

    def __init__(self, threads: ThreadPoolExecutor) -> None:
        self._threads = threads
        self._lock = threading.Lock()
        self._frame: Screenshot | None = None
        self._file: Future[EncodedImage] | None = None

    def of(self, frame: Screenshot, make: Make) -> Future[EncodedImage]:
        """The frame's file, being made where it is another frame than the last."""
        with self._lock:
            if self._file is None or self._frame is None or not _same(self._frame, frame):
                self._file = self._threads.submit(make)
            self._frame = frame
            return self._file

    def forget(self) -> None:
        """The next frame's file is made anew."""
        self._file = None


def _same(one: Screenshot, other: Screenshot) -> bool:
    return one is other or (one.size == other.size and one.shown == other.shown)
