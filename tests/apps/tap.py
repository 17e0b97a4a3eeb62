"""What is sent to an X display by XTEST, by which client and when, as the server itself says."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from Xlib import X
from Xlib.error import ConnectionClosedError
from Xlib.ext import record

from actions.x11 import close, connect

FAKE_INPUT = 2
BYTES = 36
NAMES = {X.KeyPress: "keydown", X.KeyRelease: "keyup", X.ButtonPress: "press", X.ButtonRelease: "release"}


@dataclass(frozen=True)
class Sent:
    """One request. `at` is the server's time in milliseconds."""

    at: int
    client: int
    name: str
    detail: int


class Tap:
    """Everything sent while the context lasts, whoever sends it."""

    def __init__(self, display: str) -> None:
        self.sent: list[Sent] = []
        self._display = display

    def by_others_than(self, client: int) -> list[Sent]:
        self.flush()
        return [each for each in self.sent if each.client != client]

    def flush(self) -> None:
        """The server hands its records out when it answers somebody."""
        self._control.sync()

    def __enter__(self) -> Tap:
        self._control, self._stream = connect(self._display), connect(self._display)
        xtest = self._control.query_extension("XTEST").major_opcode
        nothing = (0, 0)
        what = {
            "core_requests": nothing,
            "core_replies": nothing,
            "ext_requests": (xtest, xtest, FAKE_INPUT, FAKE_INPUT),
            "ext_replies": (0, 0, 0, 0),
            "delivered_events": nothing,
            "device_events": nothing,
            "errors": nothing,
            "client_started": False,
            "client_died": False,
        }
        # With each request, the server's time at which it came.
        self._context = self._control.record_create_context(record.FromClient << 1, [record.AllClients], [what])
        self._control.sync()
        self._began = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        assert self._began.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._control.record_disable_context(self._context)
        self._control.sync()
        self._thread.join(10)
        close(self._control)
        close(self._stream)

    def _listen(self) -> None:
        with contextlib.suppress(ConnectionClosedError):
            self._stream.record_enable_context(self._context, self._reply)

    def _reply(self, reply: Any) -> None:
        if reply.category == record.StartOfData:
            self._began.set()
        if reply.category != record.FromClient:
            return
        data = bytes(reply.data)
        for start in range(0, len(data) - BYTES - 3, BYTES + 4):
            at, request = int.from_bytes(data[start : start + 4], "little"), data[start + 4 : start + 4 + BYTES]
            if not any(request[8:12]):  # with a delay it comes twice, the second time without
                self.sent.append(Sent(at, reply.id_base, NAMES.get(request[4], "motion"), request[5]))
