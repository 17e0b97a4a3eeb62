"""What an X display tells of drag and drop (XDND): where something may be dropped, and that a program has begun it."""

from __future__ import annotations

import select
import time
from types import TracebackType
from typing import Any

from actions.action import Point
from actions.brake import SLICE_SECONDS, Brake
from actions.x11 import x11_errors

_OWNER_SET = 1
"""XFixesSetSelectionOwnerNotifyMask."""
_MOST_DEEP = 16
"""Windows in windows; any that takes drops says so on its outermost but for the window manager's frame."""


def takes_drops(display: Any, place: Point) -> bool:  # noqa: ANN401 (python-xlib has no types)
    """Whether a window there, or the desktop as a whole, says that something may be dropped on it."""
    from Xlib.error import BadWindow

    root = window = display.screen().root
    names = [display.get_atom(name) for name in ("XdndAware", "XdndProxy")]
    try:
        for _ in range(_MOST_DEEP):
            if any(window.get_full_property(name, 0) is not None for name in names):
                return True
            window = window.translate_coords(root, place.x, place.y).child
            if not window:
                return False
    except BadWindow:
        pass  # it went while we asked
    return True


class DropWatch:
    """Hears, while the context lasts, that a program begins a drag: then it takes the selection named XdndSelection."""

    def __init__(self, display: Any) -> None:  # noqa: ANN401
        self._display = display
        self._selection = display.get_atom("XdndSelection")
        self._hears = hasattr(display, "xfixes_select_selection_input")

    def __enter__(self) -> DropWatch:
        if self._hears:
            with x11_errors():
                self._display.xfixes_query_version()
                self._told()  # what was told before
                self._listen(_OWNER_SET)
                self._display.sync()  # a program on another connection may begin at once
        return self

    def has_begun(self, brake: Brake, seconds: float) -> bool:
        """Whether one has begun, or begins in so many seconds; true after them where the server cannot tell."""
        deadline = time.monotonic() + seconds
        with x11_errors():
            while not self._told():
                left = deadline - time.monotonic()
                if left <= 0:
                    return not self._hears
                brake.check()
                select.select([self._display.fileno()], [], [], min(left, SLICE_SECONDS))
        return True

    def _told(self) -> bool:
        """Whether a program took it since this was last asked."""
        events = [self._display.next_event() for _ in range(self._display.pending_events())]
        return any(getattr(event, "selection", None) == self._selection for event in events)

    def _listen(self, mask: int) -> None:
        self._display.xfixes_select_selection_input(self._display.screen().root, self._selection, mask)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._hears:
            with x11_errors():
                self._listen(0)
                self._display.flush()
