"""What acts on a desktop, made safe: the display is ours alone, nothing is held down, and a person can stop it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field

from actions.brake import Brake
from actions.desktop import DesktopExecutor
from actions.executor import InputError
from actions.keys import KeysError, parse_keys
from actions.watch import OnHuman, Watch
from agent.display_lock import Owner, lock_display
from agent.errors import UsageError
from agent.options import RunOptions
from agent.person import AtTheDesk, Nobody, Person

Say = Callable[[str], None]
Ask = Callable[[str], str | None]
Confirm = Callable[[str], bool]


@dataclass(frozen=True)
class Hands:
    """The executor, and the person it shares the desktop with."""

    executor: DesktopExecutor
    person: Person = field(default_factory=Nobody)
    confirm: Confirm | None = None
    """Asks the person, whose answer is then no reason to pause; None without one."""


@contextmanager
def hands(options: RunOptions, brake: Brake, say: Say, ask: Ask | None, confirm: Confirm | None) -> Iterator[Hands]:
    """The hands for one run on the display of DISPLAY; those of a dry run touch nothing, and share it.

    `say` writes a line; `ask` and `confirm` ask the person, if there is one.

    Raises:
        UsageError: the panic key is no key.
        ScreenError: another agent holds the display.
        InputError: the display takes no input, or nothing could be heard that should stop the run.
    """
    panic = panic_keys(options.panic_key)
    with ExitStack() as stack:
        if not options.dry_run:
            lock = stack.enter_context(lock_display(brake, force=options.force))
            if lock.killed is not None:
                _let_go(lock.killed, say)
        desk = _Desk(ask, confirm)
        executor = DesktopExecutor(brake, ask=desk.ask)
        stack.callback(executor.close)
        if not options.dry_run:
            desk.watch = _watch(executor, brake, panic, options, say)
        if desk.watch is not None:
            stack.callback(desk.watch.close)
        yield Hands(executor, desk.person(on_human(options), brake, say), desk.confirm if confirm else None)


def on_human(options: RunOptions) -> OnHuman:
    """What follows when a person uses the desktop: nobody is expected on a display of our own."""
    return options.on_human or ("ignore" if options.virtual else "pause")


def panic_keys(text: str) -> tuple[str, ...] | None:
    """The chord; None for "none". Raises `UsageError`."""
    if text.strip().lower() == "none":
        return None
    try:
        return parse_keys(text)
    except KeysError as error:
        raise UsageError(f"--panic-key {text!r}: {error}") from error


def _watch(
    executor: DesktopExecutor,
    brake: Brake,
    panic: tuple[str, ...] | None,
    options: RunOptions,
    say: Say,
) -> Watch | None:
    what = on_human(options)
    if panic is None:
        say("no key stops this run (--panic-key none): Ctrl-C, or the pointer in a corner of the screen")
    if panic is None and what == "ignore":
        return None
    try:
        return Watch(brake, executor.listener(), panic, what)
    except InputError as error:
        if panic is not None:
            raise InputError(f"{error} (--panic-key none goes without one)") from error
        say(f"a person's input is not seen: {error}")
        return None


def _let_go(killed: Owner, say: Say) -> None:
    """Release what a killed run has left down. Keys that a person holds this instant are then let go as well."""
    from actions.x11_state import let_go

    if sys.platform not in ("darwin", "win32") and (released := let_go()):
        say(f"an agent that was killed here (pid {killed.pid}) had left pressed: {', '.join(released)}; released")


class _Desk:
    """The person, as far as there is one: what he types to answer is no reason to pause or to stop."""

    def __init__(self, ask: Ask | None, confirm: Confirm | None) -> None:
        self._ask = ask
        self._confirm = confirm
        self.watch: Watch | None = None

    def ask(self, question: str) -> str | None:
        with self._excused():
            return self._ask(question) if self._ask else None

    def confirm(self, question: str) -> bool:
        with self._excused():
            return self._confirm is not None and self._confirm(question)

    def person(self, what: OnHuman, brake: Brake, say: Say) -> Person:
        return AtTheDesk(self.watch, brake, say) if self.watch is not None and what == "pause" else Nobody()

    def _excused(self) -> AbstractContextManager[None]:
        return self.watch.excused() if self.watch is not None else nullcontext()
