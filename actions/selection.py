"""Our side of the X selections: a text offered through CLIPBOARD and PRIMARY, and who takes it."""

from __future__ import annotations

import contextlib
import select
from collections.abc import Sequence
from types import TracebackType
from typing import Any

from actions.executor import InputError
from actions.x11 import client_of

_UTF8_TARGETS = ("UTF8_STRING", "text/plain;charset=utf-8", "TEXT")
# Asks clipboard managers not to keep the text: it may be a secret, and it is nothing the person copied.
_NOT_FOR_HISTORY = "x-kde-passwordManagerHint"


class Offer:
    """A text offered through selections while the context lasts, on a connection that nobody else uses meanwhile."""

    def __init__(self, display: Any, text: str, selections: Sequence[str]) -> None:  # noqa: ANN401
        self._display = display
        self._utf8 = text.encode()
        self._names = tuple(selections)
        self._answers = self._prepare(text)
        self._window: Any = None

    def _prepare(self, text: str) -> dict[int, tuple[int, int, Any]]:
        """Target atom -> type atom, format and data of the answer."""
        from Xlib import Xatom

        atom = self._display.get_atom
        answers: dict[int, tuple[int, int, Any]] = {}
        for name in _UTF8_TARGETS:
            answers[atom(name)] = (atom("UTF8_STRING"), 8, self._utf8)
        with contextlib.suppress(UnicodeEncodeError):  # STRING is Latin-1, and not offered where that falls short.
            answers[Xatom.STRING] = (Xatom.STRING, 8, text.encode("latin-1"))
        answers[atom(_NOT_FOR_HISTORY)] = (atom(_NOT_FOR_HISTORY), 8, b"secret")
        answers[atom("TARGETS")] = (Xatom.ATOM, 32, [atom("TARGETS"), *answers])
        return answers

    def __enter__(self) -> Offer:
        """Become the owner. Raises `InputError` when another program does not let us."""
        from Xlib import X

        screen = self._display.screen()
        self._window = screen.root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
        for name in self._names:
            self._window.set_selection_owner(self._display.get_atom(name), X.CurrentTime)
        missing = [name for name in self._names if not self.owns(name)]
        if missing:
            self._window.destroy()
            raise InputError(f"the {missing[0]} selection cannot be taken: another program holds on to it")
        return self

    def owns(self, name: str) -> bool:
        """Whether the selection is still ours."""
        owner = self._display.get_selection_owner(self._display.get_atom(name))
        return bool(owner != 0 and owner.id == self._window.id)

    def answer(self, seconds: float) -> int | None:
        """Wait for one event and answer it if it asks for something; the client that has been told of the text, if one.

        A client is what all its windows' ids have in common (`client_of`).
        """
        if not self._display.pending_events():
            select.select([self._display.fileno()], [], [], seconds)
            if not self._display.pending_events():
                return None
        return self._answer(self._display.next_event())

    def _answer(self, event: Any) -> int | None:  # noqa: ANN401
        from Xlib import X
        from Xlib.protocol import event as events

        if event.type != X.SelectionRequest or event.owner != self._window:
            return None  # or it was asked of a former offer on this connection
        answer = self._answers.get(event.target)
        place = event.property or event.target  # Clients of before the ICCCM name no property.
        if answer is not None:
            event.requestor.change_property(place, *answer)
        notify = events.SelectionNotify(
            time=event.time,
            requestor=event.requestor,
            selection=event.selection,
            target=event.target,
            property=place if answer is not None else X.NONE,
        )
        event.requestor.send_event(notify)
        # Not merely sent: keys go by another connection, and the server could have an Enter before what it is to end.
        self._display.sync()
        is_text = answer is not None and answer[1] == 8
        return client_of(self._display, event.requestor.id) if is_text else None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The server takes from a window that goes what it still owns. Whoever has asked until then would wait for ever.
        self._window.destroy()
        self._display.sync()
        while self._display.pending_events():
            self._answer(self._display.next_event())
