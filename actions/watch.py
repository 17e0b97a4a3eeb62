"""What a person does with mouse and keyboard during a run: the panic key stops it, all else may hold it up.

Input is a person's where it is not ours. Who can tell is the platform's listener; this module decides what follows. A
listener that is no longer heard ends the run before anything more is sent: nobody could stop it then.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal, Protocol

from actions.brake import Brake
from actions.executor import InputError

OnHuman = Literal["pause", "stop", "ignore"]
Kind = Literal["key", "button", "motion"]
Take = Callable[[Kind, Hashable, bool], None]
"""Told of each event of a person's: what, which (of keys and buttons), and whether it went down or moved."""
Keys = Sequence[frozenset[Hashable]]
"""A chord: for each of its keys those, one of which must be down."""

PANIC_KEY = ("ctrl", "alt", "q")
RESUME_KEY = ("ctrl", "alt", "r")
PROVE_SECONDS = 0.5
"""How old the last proof that the listener hears may be before input is sent."""

__all__ = ["PANIC_KEY", "RESUME_KEY", "Listener", "OnHuman", "Take", "Watch"]


class Listener(Protocol):
    """Hears input on the platform, in a thread of its own."""

    def keys(self, chord: Sequence[str]) -> Keys:
        """The chord of canonical key names on the present keyboard. Raises `InputError` where it lacks one."""
        ...

    def start(self, take: Take) -> None:
        """Begin. Raises `InputError` when nothing can be heard."""
        ...

    def check(self) -> None:
        """Raise `InputError` when its thread has ended; costs nothing."""
        ...

    def prove(self) -> None:
        """Raise `InputError` unless what happens now is heard."""
        ...

    def close(self) -> None:
        """End; also one that has failed."""
        ...


class Watch:
    """Pulls the brake on the panic chord, and remembers what else the person does. `panic` None: no chord stops."""

    def __init__(self, brake: Brake, listener: Listener, panic: Sequence[str] | None, on_human: OnHuman) -> None:
        """Begin to listen. Raises `InputError` when that is not possible."""
        self._brake = brake
        self._listener = listener
        self._on_human = on_human
        self._panic = "+".join(panic or ())
        self._chord = listener.keys(panic) if panic else ()
        self._resume = _known(listener, RESUME_KEY)
        self._down: set[tuple[Kind, Hashable]] = set()
        self._count = self._seen = 0
        self._last = 0.0
        self._resumed = self._excused = False
        self._proof = threading.Lock()
        self._proved = 0.0
        listener.start(self._take)
        brake.watch(self._probe)
        if on_human == "pause":
            brake.give_way(lambda: self.touched)

    @property
    def touched(self) -> bool:
        """Whether the person has used mouse or keyboard since `forget`."""
        return self._count != self._seen

    def forget(self) -> None:
        """What was done until now has been taken account of."""
        self._seen = self._count
        self._resumed = False

    @contextmanager
    def excused(self) -> Iterator[None]:
        """The person is asked something: what he does to answer is expected. The panic key works."""
        self._excused = True
        try:
            yield
            self._listener.prove()  # the answer's own keys have been heard
        finally:
            self._excused = False

    def busy(self, quiet: float) -> float:
        """For how many seconds from now the person is to be left alone: `quiet` after his last event, 0 when over.

        While he holds something down it is not over; the resume chord, let go, ends it at once.
        """
        if self._down:
            return quiet
        return 0.0 if self._resumed else max(0.0, self._last + quiet - time.monotonic())

    def close(self) -> None:
        """Stop listening."""
        self._listener.close()

    def _take(self, kind: Kind, code: Hashable, pressed: bool) -> None:
        if kind != "motion":
            (self._down.add if pressed else self._down.discard)((kind, code))
        if not pressed:
            return  # what is let go was counted when it went down, maybe before we began
        if kind == "key" and self._is_down(self._chord):
            self._brake.pull(f"stopped by {self._panic}")
        if kind == "key" and self._is_down(self._resume):
            self._resumed = True
            return
        if self._excused:
            return
        self._last = time.monotonic()
        self._count += 1
        if self._on_human == "stop":
            self._brake.pull("a person used the mouse or the keyboard (--on-human stop)")

    def _is_down(self, chord: Keys) -> bool:
        return bool(chord) and all(any(("key", code) in self._down for code in codes) for codes in chord)

    def _probe(self) -> None:
        """For `Brake.watch`. Raises `InputError`: without a live listener nothing may be sent."""
        self._listener.check()
        if time.monotonic() - self._proved < PROVE_SECONDS or not self._proof.acquire(blocking=False):
            return
        try:
            self._listener.prove()
            self._proved = time.monotonic()
        finally:
            self._proof.release()


def _known(listener: Listener, chord: Sequence[str]) -> Keys:
    try:
        return listener.keys(chord)
    except InputError:
        return ()
