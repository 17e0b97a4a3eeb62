"""Typing on X11 what no key gives: the text is offered through the selections and the program told to paste it."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from actions.brake import SLICE_SECONDS, Brake
from actions.clipboard import READ_SECONDS, Content, Unreadable, put_back, read
from actions.executor import InputError
from actions.keyboard import Unsendable
from actions.selection import Offer
from actions.x11 import ancestors, class_names, client_of, x11_errors

TAKE_SECONDS = 3.0
"""How long a program may take to ask for the text; a busy one needs its time."""
LINGER_SECONDS = 2.0
"""How long the text is kept ready after it was last asked for: a page that looks at a paste before it lets it in makes
Chromium ask again, and what it got then from the former content would be typed instead."""
QUIET_SECONDS = 0.15
"""The same, when the next action is waiting."""

_TERMINAL = re.compile(
    r"term|console|konsole|kitty|tilix|guake|yakuake|alacritty|rxvt|ghostty|\bst(-|\b)", re.IGNORECASE
)


class Loan:
    """The selections while they are ours; in the end each gets back what it held, as far as that can be."""

    def __init__(self, connection: Any, text: str, names: Sequence[str], client: int) -> None:  # noqa: ANN401
        """Borrow them on a connection that is used for nothing else until the end."""
        self._name = connection.get_display_name()
        self._kept, self.notes = _keep(connection, names)
        self._offer = Offer(connection, text, names)
        self._offer.__enter__()
        self._client = client
        self._last_asked = time.monotonic()
        self._wanted_back = threading.Event()
        self._thread = threading.Thread(target=self._linger, name="selections")

    def taken(self, brake: Brake) -> bool:
        """Whether the client is given the text before its time is over."""
        deadline = time.monotonic() + TAKE_SECONDS
        while time.monotonic() < deadline:
            brake.check()
            if self._asked():
                return True
        return False

    def linger(self) -> None:
        """Keep the text ready in the background, for those who ask again."""
        self._thread.start()

    def end(self) -> list[str]:
        """Give the selections back, soon if they linger; what of their content was lost since `notes` was read."""
        told = len(self.notes)
        if self._thread.ident is None:
            self._give_back()
        else:
            self._wanted_back.set()
            self._thread.join()
        return self.notes[told:]

    def _linger(self) -> None:
        try:
            with x11_errors():
                while time.monotonic() < self._last_asked + self._patience():
                    self._asked()
        except InputError:
            pass  # The display is gone; whoever acts next will say so.
        self._give_back()

    def _asked(self) -> bool:
        """Answer whoever asks; whether it was the client. Clipboard managers read along and do not count."""
        if self._offer.answer(SLICE_SECONDS) != self._client:
            return False
        self._last_asked = time.monotonic()
        return True

    def _patience(self) -> float:
        return QUIET_SECONDS if self._wanted_back.is_set() else LINGER_SECONDS

    def _give_back(self) -> None:
        try:
            with x11_errors():
                for content in self._kept:
                    # Where somebody has copied something meanwhile, that is newer.
                    if self._offer.owns(content.selection):
                        put_back(self._name, content)
                        self._await_taken(content.selection)
                self._offer.__exit__(None, None, None)
        except Unreadable as why:
            self.notes.append(f"the clipboard's former content was lost: {why}")
        except InputError:
            pass  # As above.

    def _await_taken(self, selection: str) -> None:
        """xclip returns while its background half has yet to become the owner, and it must not become it later: in the
        midst of the next text it would be pasted instead."""
        deadline = time.monotonic() + READ_SECONDS
        while self._offer.owns(selection):
            if time.monotonic() > deadline:
                raise Unreadable("xclip could not take it back")
            self._offer.answer(SLICE_SECONDS / 5)


def paste(
    display: Any,  # noqa: ANN401
    connection: Any,  # noqa: ANN401
    focus: Any,  # noqa: ANN401
    text: str,
    press: Callable[[Sequence[str]], None],
    brake: Brake,
) -> Loan:
    """Put `text` into the focused window, whose keys `press` presses; the loan, on `connection`, is to be ended later.

    Shift+Insert pastes PRIMARY in terminals, CLIPBOARD in browsers, GTK, Qt and Tk: the text is in both.

    Raises:
        Unsendable: the focused program did not take the text.
    """
    client = client_of(display, focus.id)
    names: Sequence[str] = ("CLIPBOARD", "PRIMARY")
    if _selects(display, client):
        windows = ancestors(focus)
        if _pastes_clipboard(display, windows):
            names = ("CLIPBOARD",)
        elif not _is_terminal(windows):
            # A character typed and taken away again replaces what is selected, as typing does.
            press(("space",))
            press(("backspace",))
    loan = Loan(connection, text, names, client)
    taken = False
    try:
        press(("shift", "insert"))
        taken = loan.taken(brake)
    finally:
        if taken:
            loan.linger()
        else:
            loan.end()
    if not taken:
        raise Unsendable("nothing was typed: nothing took the text; is a text field focused?")
    return loan


def _selects(display: Any, client: int) -> bool:  # noqa: ANN401
    """Whether something may be selected in the focused program, to be replaced by what is typed.

    GTK and Tk drop their selection when they lose PRIMARY.
    """
    owner = display.get_selection_owner(display.get_atom("PRIMARY"))
    return owner != 0 and client_of(display, owner.id) == client


def _pastes_clipboard(display: Any, windows: Sequence[Any]) -> bool:  # noqa: ANN401
    """Whether Shift+Insert pastes CLIPBOARD: so it does in programs that know drag and drop, terminals apart."""
    drag_and_drop = display.get_atom("XdndAware")
    aware = any(window.get_full_property(drag_and_drop, 0) is not None for window in windows)
    return aware and not _is_terminal(windows)


def _is_terminal(windows: Sequence[Any]) -> bool:
    return any(_TERMINAL.search(part) for window in windows for part in class_names(window))


def _keep(display: Any, names: Sequence[str]) -> tuple[list[Content], list[str]]:  # noqa: ANN401
    """What the selections hold, and what is lost of it."""
    kept: list[Content] = []
    notes: list[str] = []
    for name in names:
        if display.get_selection_owner(display.get_atom(name)) != 0:
            try:
                content = read(display, name)
                kept += [content] if content is not None else []
            except Unreadable as why:
                notes.append(f"the content of {name} was lost: {why}")
    return kept, notes
