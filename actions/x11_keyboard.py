"""Keys and text on X11, through XTEST and the selections: what is typed is what arrives, or it is said that not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from actions.brake import Brake, Interrupted
from actions.keyboard import Unsendable, check_text
from actions.layout import Layout, Stroke, read_layout
from actions.paste import Loan, paste
from actions.x11 import close, connect, focused_window, x11_errors


class X11Keyboard:
    """The keyboard of an X display, on a connection of python-xlib that nobody else uses."""

    def __init__(self, brake: Brake, display: Any) -> None:  # noqa: ANN401
        self._brake = brake
        self._display = display
        self._loan: Loan | None = None
        self._loans: Any = None
        """The connection for loans, made for the first one: making one takes longer than a paste."""

    @contextmanager
    def held(self, keys: Sequence[str]) -> Iterator[None]:
        """Hold keys, all of them known to be on the layout before the first goes down."""
        if not keys:
            yield
            return
        with self._down(_keycodes(self._layout(), keys), self._brake.check):
            yield

    def press(self, keys: Sequence[str]) -> None:
        """Press a chord in one write: however late we run, no key repeats and none goes alone."""
        self._press(self._layout(), keys)

    def _press(self, layout: Layout, keys: Sequence[str]) -> None:
        codes = _keycodes(layout, keys)
        self._brake.between()
        with self._down(codes):
            pass

    def _layout(self) -> Layout:
        with x11_errors():
            return read_layout(self._display)

    def settle(self) -> list[str]:
        """Give the clipboard back that the last text may have borrowed; what of its content was lost."""
        loan, self._loan = self._loan, None
        return loan.end() if loan is not None else []

    def close(self) -> None:
        """Give it back, and end the connection that it was borrowed on."""
        self.settle()
        if self._loans is not None:
            close(self._loans)
            self._loans = None

    def type(self, text: str) -> str:
        """Type `text` key by key where the layout has it all, else paste it."""
        check_text(text)
        with x11_errors():
            focus = focused_window(self._display)
            if focus is None:
                raise Unsendable("nothing was typed: no window has the keyboard focus; click a text field first")
            layout = read_layout(self._display)
            if layout.modifier_down:
                raise Unsendable("nothing was typed: a modifier key is being held down on the keyboard")
            strokes = _strokes(layout, text)
            if strokes is None:
                return self._paste(text, focus, layout)
            self._tap(strokes)
            return f"{len(text)} characters, key by key"

    def _paste(self, text: str, focus: Any, layout: Layout) -> str:  # noqa: ANN401
        # A shell holds back the end of a line that was pasted: the last line ends are keys.
        body = text.rstrip("\n")
        press = partial(self._press, layout)
        if self._loans is None:
            self._loans = connect(self._display.get_display_name())
        self._loan = paste(self._display, self._loans, focus, body, press, self._brake)
        for _ in text[len(body) :]:
            press(("enter",))
        return "; ".join([f"{len(text)} characters, pasted", *self._loan.notes])

    def _tap(self, strokes: Sequence[Stroke]) -> None:
        for done, stroke in enumerate(strokes):
            try:
                self._brake.between()
            except Interrupted:
                raise Interrupted(f"after {done} of {len(strokes)} characters") from None
            with self._down((*stroke.held, stroke.keycode)):
                pass

    @contextmanager
    def _down(self, keycodes: Sequence[int], before_each: Callable[[], None] | None = None) -> Iterator[None]:
        """Press keys and release them in reverse; in one write, unless something is to be done before each."""
        from Xlib import X
        from Xlib.ext.xtest import fake_input

        pressed: list[int] = []
        try:
            for code in keycodes:
                if before_each is not None:
                    before_each()
                pressed.append(code)
                with x11_errors():
                    fake_input(self._display, X.KeyPress, code)
                    if before_each is not None:
                        self._display.sync()
            yield
        finally:
            with x11_errors():
                for code in reversed(pressed):
                    fake_input(self._display, X.KeyRelease, code)
                self._display.sync()


def _keycodes(layout: Layout, keys: Sequence[str]) -> tuple[int, ...]:
    """The keys of a chord in order, each once, with the modifiers that characters need of themselves."""
    strokes = {name: layout.key(name) for name in keys}
    missing = [name for name, stroke in strokes.items() if stroke is None]
    if missing:
        names = ", ".join(map(repr, missing))
        raise Unsendable(f"nothing was pressed: the present keyboard layout has no key {names}")
    codes = [code for stroke in strokes.values() if stroke for code in (*stroke.held, stroke.keycode)]
    return tuple(dict.fromkeys(codes))


def _strokes(layout: Layout, text: str) -> list[Stroke] | None:
    found: dict[str, Stroke] = {}
    for char in sorted(set(text), reverse=True):  # those beyond ASCII first: a single one settles it
        stroke = layout.character(char)
        if stroke is None:
            return None
        found[char] = stroke
    return [found[char] for char in text]
