"""Typing on X11 what no key gives: the text is offered through the selections and the program told to paste it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from actions.brake import Brake
from actions.clipboard import Content, Unreadable, put_back, read
from actions.keyboard import Unsendable
from actions.selection import Offer
from actions.x11 import ancestors, client_of

TAKE_SECONDS = 3.0
"""How long a program may take to ask for the text; a busy one needs its time."""
QUIET_SECONDS = 0.15
"""A program that has the text may ask again: Chromium does so for a page that looks at the paste first."""

_TERMINAL = re.compile("term|console|konsole|kitty|tilix|guake|yakuake", re.IGNORECASE)


def paste(display: Any, focus: Any, text: str, press: Callable[[], None], brake: Brake) -> str:  # noqa: ANN401
    """Put `text` into the focused window with the keys that `press` presses; what happened, for the record.

    Shift+Insert pastes PRIMARY in terminals and Tk, CLIPBOARD in browsers, GTK and Qt: the text is in both. Both
    get back what they held, as far as that can be.

    Raises:
        Unsendable: the focused program did not take the text.
    """
    client = client_of(display, focus.id)
    names = _selections(display, focus, client)
    kept, notes = _keep(display, names)
    with Offer(display, text, names) as offer:
        try:
            press()
            taken = offer.serve(brake, TAKE_SECONDS, client)
            if taken:
                offer.serve_until_quiet(brake, QUIET_SECONDS)
        finally:
            notes += [note for content in kept if (note := _give_back(display, offer, content))]
    if not taken:
        raise Unsendable("nothing was typed: nothing took the text; is a text field focused?")
    return "; ".join([f"{len(text)} characters, pasted", *notes])


def _selections(display: Any, focus: Any, client: int) -> Sequence[str]:  # noqa: ANN401
    """The selections to take.

    Text that is selected in the focused window is to be replaced by what is typed, but GTK drops its selection when
    it loses PRIMARY. GTK, as others that know drag and drop, pastes from CLIPBOARD; terminals have nothing to replace.
    """
    owner = display.get_selection_owner(display.intern_atom("PRIMARY"))
    if owner == 0 or client_of(display, owner.id) != client:
        return ("CLIPBOARD", "PRIMARY")
    windows = ancestors(focus)
    classes = " ".join(part for window in windows for part in window.get_wm_class() or ())
    drag_and_drop = display.intern_atom("XdndAware")
    aware = any(window.get_full_property(drag_and_drop, 0) is not None for window in windows)
    return ("CLIPBOARD",) if aware and not _TERMINAL.search(classes) else ("CLIPBOARD", "PRIMARY")


def _keep(display: Any, names: Sequence[str]) -> tuple[list[Content], list[str]]:  # noqa: ANN401
    """What the selections hold, and what is lost of it."""
    kept: list[Content] = []
    notes: list[str] = []
    for name in names:
        if display.get_selection_owner(display.intern_atom(name)) != 0:
            try:
                content = read(display.get_display_name(), name)
                kept += [content] if content is not None else []
            except Unreadable as why:
                notes.append(f"the content of {name} was lost: {why}")
    return kept, notes


def _give_back(display: Any, offer: Offer, content: Content) -> str | None:  # noqa: ANN401
    if not offer.owns(content.selection):
        return None  # Somebody has copied something meanwhile: that is newer.
    try:
        put_back(display.get_display_name(), content)
    except Unreadable as why:
        return f"the content of {content.selection} was lost: {why}"
    return None
