"""Listening on macOS and Windows, through pynput. Not tested by us on either. The only module that imports pynput.

There pynput says of each event whether a program has made it (`injected`): those are taken for ours. On X11 it cannot
say so; see `actions.x11_listener`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from actions.executor import InputError
from actions.watch import Keys, Take

START_SECONDS = 5.0
_NAMES = {"ctrlright": "ctrl", "altright": "alt", "shiftright": "shift", "win": "cmd", "winright": "cmd"}


class PortableListener:
    """See `actions.watch.Listener`."""

    def __init__(self) -> None:
        """Import pynput. Raises `InputError`."""
        try:
            from pynput import keyboard, mouse
        except (ImportError, OSError) as error:  # pynput's own for a platform it lacks; a library that does not load
            raise InputError(f"mouse and keyboard cannot be listened to: {error}") from error
        self._modules: tuple[Any, Any] = (keyboard, mouse)
        self._listeners: list[Any] = []

    def keys(self, chord: Sequence[str]) -> Keys:
        """The chord as pynput spells it, without sides."""
        names = [_NAMES.get(name, name) for name in chord]
        spelt = "+".join(name if len(name) == 1 else f"<{name}>" for name in names)
        try:
            return [frozenset([key]) for key in self._modules[0].HotKey.parse(spelt)]
        except ValueError as error:
            raise InputError(f"{'+'.join(chord)!r} cannot be listened for: name another with --panic-key") from error

    def start(self, take: Take) -> None:
        """Begin to listen."""
        keyboard, mouse = self._modules

        def key(which: Any, injected: bool, pressed: bool) -> None:  # noqa: ANN401
            if not injected:
                take("key", keys.canonical(which), pressed)

        def button(which: Any, pressed: bool, injected: bool) -> None:  # noqa: ANN401
            if not injected:
                take("button", which, pressed)

        def motion(injected: bool) -> None:
            if not injected:
                take("motion", 0, True)

        keys = keyboard.Listener(
            on_press=lambda which, injected: key(which, injected, True),
            on_release=lambda which, injected: key(which, injected, False),
        )
        pointer = mouse.Listener(
            on_move=lambda _x, _y, injected: motion(injected),
            on_click=lambda _x, _y, which, pressed, injected: button(which, pressed, injected),
            on_scroll=lambda _x, _y, _dx, _dy, injected: motion(injected),
        )
        self._listeners = [keys, pointer]
        for listener in self._listeners:
            listener.daemon = True
            listener.start()
            listener.wait()
        self.check()

    def check(self) -> None:
        """Whether both threads live."""
        if not all(listener.is_alive() for listener in self._listeners):
            raise InputError("the panic key is no longer heard (its thread has ended), so nothing more is sent")

    def prove(self) -> None:
        """There is no harmless event that could be sent to be heard: the threads' life has to do."""
        self.check()

    def close(self) -> None:
        """End both threads."""
        for listener in self._listeners:
            listener.stop()
