"""Asking the owner of an X selection for what it holds."""

from __future__ import annotations

import select
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

_LONGS = 1 << 16
"""Asked for at once of a property, in units of four bytes."""


class Requestor:
    """Asks while the context lasts, on a connection that nobody else uses meanwhile; `seconds` for all that it asks.

    `TimeoutError`: an owner did not answer.
    """

    def __init__(self, display: Any, seconds: float) -> None:  # noqa: ANN401 (python-xlib has no types)
        self._display = display
        self._deadline = time.monotonic() + seconds
        self._window: Any = None

    def __enter__(self) -> Requestor:
        from Xlib import X

        root = self._display.screen().root
        self._window = root.create_window(0, 0, 1, 1, 0, X.CopyFromParent, event_mask=X.PropertyChangeMask)
        return self

    def atoms(self, selection: str, target: str) -> list[int] | None:
        """What the owner answers with numbers; None where it refuses, as those do that own a selection of nothing."""
        found = self._ask(selection, target)
        return None if found is None else [int(number) for number in found.value if found.format == 32]

    def data(self, selection: str, target: str) -> bytes | None:
        """What the owner answers with bytes, also in parts; None where it refuses."""
        found = self._ask(selection, target)
        if found is None or found.property_type != self._display.get_atom("INCR"):
            return None if found is None else _bytes_of(found)
        parts: list[bytes] = []
        while True:  # Each is put where the one before was taken away; an empty one is the end.
            self._await(lambda event: _is_new_value(event, self._place))
            part = self._take()
            if part is None or not len(part.value):
                return b"".join(parts)
            parts.append(_bytes_of(part))

    @property
    def _place(self) -> int:
        return int(self._display.get_atom("GUI_PLUS_AGENT"))

    def _ask(self, selection: str, target: str) -> Any | None:  # noqa: ANN401
        from Xlib import X

        atom = self._display.get_atom

        def answers(event: Any) -> bool:  # noqa: ANN401
            # By its window: what another of us asked in vain may be answered late.
            return bool(
                event.type == X.SelectionNotify and event.requestor == self._window and event.target == atom(target)
            )

        self._window.convert_selection(atom(selection), atom(target), self._place, X.CurrentTime)
        answer = self._await(answers)
        return None if answer.property == X.NONE else self._take()

    def _take(self) -> Any | None:  # noqa: ANN401
        from Xlib import X

        found = self._window.get_full_property(self._place, X.AnyPropertyType, sizehint=_LONGS)
        self._window.delete_property(self._place)
        self._display.flush()
        return found

    def _await(self, fits: Callable[[Any], bool]) -> Any:  # noqa: ANN401
        """The next event that fits; those that do not are of what was asked before."""
        while True:
            while self._display.pending_events():
                event = self._display.next_event()
                if fits(event):
                    return event
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            select.select([self._display.fileno()], [], [], left)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._window.destroy()
        self._display.flush()


def _is_new_value(event: Any, place: int) -> bool:  # noqa: ANN401
    from Xlib import X

    return bool(event.type == X.PropertyNotify and event.atom == place and event.state == X.PropertyNewValue)


def _bytes_of(found: Any) -> bytes:  # noqa: ANN401
    # python-xlib and python3-xlib, which both install this package, disagree on the type.
    return found.value.encode("latin-1") if isinstance(found.value, str) else bytes(found.value)
