"""Listening to an X display: every input event, and whether a program of ours has made it.

The RECORD extension tells two things, in order. One is each event with the device it comes from: those of XTEST have
devices of their own, all others are hardware. The other is each XTEST request with the client that made it, so that
what other programs send (a remote desktop, an on-screen keyboard) is told from what we send. Neither is a guess by time
or place. pynput listens by RECORD too, but reports neither device nor client (its `injected` is always false here).
A pointer that a program warps is nobody's input.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from actions.executor import InputError
from actions.layout import read_layout
from actions.watch import Keys, Kind, Take
from actions.x11 import close, connect, x11_errors

ANSWER_SECONDS = 5.0
"""How late the listener may hear what happens; far beyond what a busy machine takes."""
_FAKE_INPUT = 2
_NO_OPERATION = 127
_DEVICE_KEY_PRESS = 1
"""Of five event codes, counted from the first of XInput: key and button, press and release each, and motion."""
_LAST_DEVICE_EVENT = 5
_CORE_KEY_PRESS = 2
_EVENT_BYTES = 32
_DEVICE_BITS = 0x7F
_VIRTUAL_DEVICES = frozenset({2, 3, 4, 5})
"""The core pointer and keyboard, and what XTEST moves: so numbered on every server."""
_KINDS: tuple[tuple[Kind, bool], ...] = (
    ("key", True),
    ("key", False),
    ("button", True),
    ("button", False),
    ("motion", True),
)
_LEFT_OR_RIGHT = {name: (name, f"{name}right") for name in ("ctrl", "alt", "shift", "win")}


class X11Listener:
    """See `actions.watch.Listener`. Requests of `own`, the connections that input is sent by, are ours."""

    def __init__(self, own: Iterable[Any]) -> None:
        """Connect. Raises `InputError`."""
        displays = list(own)
        name = displays[0].get_display_name()
        self._own = frozenset(int(display.display.info.resource_id_base) for display in displays)
        self._control, self._stream = connect(name), connect(name)
        self._base = int(self._control.display.info.resource_id_base)
        self._take: Take = lambda _kind, _code, _pressed: None
        self._context: int | None = None
        self._heard = threading.Event()
        self._why = "its thread has ended"
        self._thread = threading.Thread(target=self._listen, name="listener", daemon=True)

    def keys(self, chord: Sequence[str]) -> Keys:
        """The chord's keycodes; of modifiers either side's."""
        with x11_errors():
            layout = read_layout(self._control)
        found: list[frozenset[int]] = []
        for name in chord:
            strokes = [layout.key(each) for each in _LEFT_OR_RIGHT.get(name, (name,))]
            codes = frozenset(stroke.keycode for stroke in strokes if stroke is not None)
            if not codes:
                raise InputError(f"the present keyboard layout has no key {name!r}: name another with --panic-key")
            found.append(codes)
        return found

    def start(self, take: Take) -> None:
        """Begin to listen, and prove it."""
        self._take = take
        with x11_errors():
            for extension in ("RECORD", "XTEST", "XInputExtension"):
                if self._control.query_extension(extension) is None:
                    raise InputError(f"the X display has no {extension}, so that no panic key could be heard")
            self._xtest = int(self._control.query_extension("XTEST").major_opcode)
            self._first_event = int(self._control.query_extension("XInputExtension").first_event)
            self._virtual = _virtual_devices(self._control)
            self._context = self._create_context()
            self._control.sync()
        self._thread.start()
        self._await()  # the server says that it has begun; what happens before it does not tell
        self.prove()

    def check(self) -> None:
        """Whether the thread lives."""
        if not self._thread.is_alive():
            raise InputError(f"the panic key is no longer heard ({self._why}), so nothing more is sent")

    def prove(self) -> None:
        """Do something that the listener must hear."""
        self._heard.clear()
        with x11_errors():
            self._control.no_operation()
            self._control.sync()  # the server sends what it has recorded when it has something else to send
        self._await()

    def _await(self) -> None:
        for _ in range(int(ANSWER_SECONDS / 0.05)):
            if self._heard.wait(0.05):
                return
            self.check()
        self._why = f"no answer for {ANSWER_SECONDS:g} s"
        raise InputError(f"the panic key is no longer heard ({self._why}), so nothing more is sent")

    def close(self) -> None:
        """End the thread and both connections."""
        try:
            with x11_errors():
                if self._context is not None:
                    self._control.record_disable_context(self._context)
                    self._control.flush()
        except InputError:
            pass  # the display is gone, and the stream with it
        if self._thread.ident is not None:
            self._thread.join(ANSWER_SECONDS)
        for connection in (self._control, self._stream):
            close(connection)

    def _create_context(self) -> int:
        from Xlib.ext import record

        nothing = (0, 0)
        heard = {
            "core_requests": (_NO_OPERATION, _NO_OPERATION),
            "core_replies": nothing,
            "ext_requests": (self._xtest, self._xtest, _FAKE_INPUT, _FAKE_INPUT),
            "ext_replies": (0, 0, 0, 0),
            "delivered_events": nothing,
            "device_events": (self._first_event + _DEVICE_KEY_PRESS, self._first_event + _LAST_DEVICE_EVENT),
            "errors": nothing,
            "client_started": False,
            "client_died": False,
        }
        return int(self._control.record_create_context(0, [record.AllClients], [heard]))

    def _listen(self) -> None:
        try:
            with x11_errors():
                self._stream.record_enable_context(self._context, self._reply)
        except Exception as error:  # noqa: BLE001 (nobody is there to catch it: whoever sends next is told)
            self._why = " ".join(str(error).split()) or type(error).__name__

    def _reply(self, reply: Any) -> None:  # noqa: ANN401 (python-xlib has no types)
        from Xlib.ext import record

        data = bytes(reply.data)
        if reply.category == record.FromServer:
            for start in range(0, len(data) - _EVENT_BYTES + 1, _EVENT_BYTES):
                self._event(data[start : start + _EVENT_BYTES])
        elif reply.category == record.StartOfData:
            self._heard.set()
        elif reply.category == record.FromClient:
            for request in _requests(data, swapped=bool(reply.client_swapped)):
                self._request(int(reply.id_base), request)

    def _event(self, event: bytes) -> None:
        number = (event[0] & 0x7F) - self._first_event - _DEVICE_KEY_PRESS
        if event[_EVENT_BYTES - 1] & _DEVICE_BITS not in self._virtual and 0 <= number < len(_KINDS):
            kind, pressed = _KINDS[number]
            self._take(kind, event[1], pressed)

    def _request(self, client: int, request: bytes) -> None:
        if request[0] == _NO_OPERATION:
            if client == self._base:
                self._heard.set()
        elif client not in self._own and len(request) >= 12 and not any(request[8:12]):
            # With a delay it comes twice, the second time without.
            number = request[4] - _CORE_KEY_PRESS
            if not 0 <= number < len(_KINDS):
                number = request[4] - self._first_event - _DEVICE_KEY_PRESS
            kind, pressed = _KINDS[number] if 0 <= number < len(_KINDS) else ("motion", True)
            self._take(kind, request[5], pressed)


def _requests(data: bytes, *, swapped: bool) -> Iterator[bytes]:
    """The requests of one client; their lengths are in its byte order."""
    order = {False: sys.byteorder, True: "big" if sys.byteorder == "little" else "little"}[swapped]
    while len(data) >= 4:
        length = 4 * int.from_bytes(data[2:4], "little" if order == "little" else "big")
        if not 4 <= length <= len(data):
            return
        yield data[:length]
        data = data[length:]


def _virtual_devices(display: Any) -> frozenset[int]:  # noqa: ANN401
    """The devices that no hand moves: the masters, and those of XTEST."""
    try:
        devices: Callable[[int], Any] = display.xinput_query_device
        found = devices(0).devices
        return _VIRTUAL_DEVICES | {int(each.deviceid) for each in found if each.use in (1, 2) or "XTEST" in each.name}
    except (AttributeError, KeyError, TypeError, ValueError):
        return _VIRTUAL_DEVICES  # an older python-xlib
