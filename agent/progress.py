"""What a person sees while a run goes on: live on a terminal, plain lines in a pipe. All of it on stderr."""

from __future__ import annotations

import threading
import time

from rich.cells import cell_len
from rich.console import Console
from rich.status import Status
from rich.text import Text

from agent.events import (
    CheckFinished,
    Event,
    ModelReplied,
    ModelRequested,
    ScreenshotTaken,
    SessionEnded,
    SessionStarted,
    StepFinished,
    StepPlanned,
)
from agent.model import Delta
from agent.outline import outline
from agent.permission.proposal import WOULD_ASK

THOUGHT_LENGTH = 200
BESIDE_STATUS = 3
"""Columns of the live line that the spinner takes with its space, and one that stays free."""
TASK_LENGTH = 400
"""Characters of the task that are shown: the person knows it."""


class StreamConsole(Console):
    """A rich console that reports a closed stream instead of ending the program."""

    def on_broken_pipe(self) -> None:
        """Let the caller decide."""
        raise BrokenPipeError


class Progress:
    """Prints events. Whatever a model wrote is shown as plain text, its control characters taken out.

    `steps` False leaves the steps to who prints them as the result (a dry run). `quiet` leaves questions and the reason
    of a run that is no success.
    """

    def __init__(self, console: Console, *, verbose: bool = False, quiet: bool = False, steps: bool = True) -> None:
        self._console = console
        self._verbose = verbose
        self._quiet = quiet
        self._steps = steps and not quiet
        self._lock = threading.Lock()
        self._is_over = False
        self._status: Status | None = None
        self._thought = ""
        self._warned: set[str] = set()
        self._started = time.monotonic()

    def handle(self, event: Event) -> None:
        """Show one event."""
        match event:
            case SessionStarted():
                self._start(event)
            case ScreenshotTaken():
                self._show_status(f"step {event.step}: looking")
            case ModelRequested():
                again = f" again ({event.reask})" if event.reask else ""
                self._thought = ""
                self._show_status(f"step {event.step}: asking the model{again}")
            case ModelReplied():
                self._replied(event)
            case StepPlanned() if self._steps:
                self._planned(event)
            case StepFinished() if self._steps:
                self._finished(event)
            case CheckFinished() if not self._quiet:
                held = "holds" if event.passed else f"failed: {event.detail}"
                self.line(f"check {event.check} {held}", "green" if event.passed else "red")
            case SessionEnded():
                self._end(event)

    def delta(self, kind: Delta, piece: str) -> None:
        """Show a piece of the reply as it comes, or why it is asked for again."""
        if kind == "retry":
            self._thought = ""
            if not self._quiet:
                self.line(f"    {piece}", "yellow")
            return
        self._thought = (self._thought + piece)[-THOUGHT_LENGTH:]
        prefix = "thinking: " if kind == "reasoning" else "replying: "
        words = clean(" ".join(self._thought.split()))
        self._show_status(prefix + _tail(words, self._console.width - BESIDE_STATUS - len(prefix)))

    def line(self, text: str, style: str = "") -> None:
        """Print one line."""
        self._console.print(Text(clean(text), style=style), soft_wrap=not self._console.is_terminal)

    def question(self, text: str) -> None:
        """Print a question without ending the line; the live part makes way."""
        self.pause()
        self._console.print(Text(clean(text), style="bold"), end="", soft_wrap=True)

    def pause(self) -> None:
        """Stop the live part, so that a question can be asked."""
        with self._lock:
            if self._status is not None:
                self._status.stop()
                self._status = None

    def close(self) -> None:
        """Nothing more is shown live. Safe to call twice."""
        self._is_over = True
        self.pause()

    def _show_status(self, text: str) -> None:
        if self._quiet or not self._console.is_terminal:
            return
        label = Text(clean(text))
        label.truncate(max(1, self._console.width - BESIDE_STATUS), overflow="ellipsis")  # one line, whatever is said
        with self._lock:  # pieces of a reply come from another thread
            if self._is_over:
                return
            if self._status is None:
                self._status = self._console.status(label)
                self._status.start()
            else:
                self._status.update(label)

    def _start(self, event: SessionStarted) -> None:
        if self._quiet:
            return
        screen = f"{event.screen.width}x{event.screen.height}"
        dry = ", dry run: nothing is touched" if event.dry_run else ""
        self.line(_cut(event.task, TASK_LENGTH), "bold")
        self.line(f"model {event.model} ({event.dialect}), screen {screen}{dry}", "dim")
        for line in outline(event) if self._verbose else ():
            self.line(line, "dim")

    def _replied(self, event: ModelReplied) -> None:
        if event.error is not None and not self._quiet:
            self.line(f"    reply not understood: {event.error}", "yellow")
        for warning in event.warnings:
            if warning not in self._warned and not self._quiet:
                self._warned.add(warning)
                self.line(f"warning: {warning}", "yellow")
        if self._verbose and event.reasoning:
            self.line(f"    thought: {' '.join(event.reasoning.split())}", "dim")

    def _planned(self, event: StepPlanned) -> None:
        if event.action is None:
            return
        self.line(f"{event.step:2}. {event.summary}", "cyan")
        self.line(f"    {action_line(event)}", "dim")
        for repair in event.repairs if self._verbose else ():
            self.line(f"    mended: {repair}", "dim")
        self._show_status(f"step {event.step}: acting")

    def _finished(self, event: StepFinished) -> None:
        changed = {True: ", the screen changed", False: ", nothing changed on the screen", None: ""}[event.changed]
        detail = f": {event.detail}" if event.detail else ""
        seconds = sum(event.ms.values()) / 1000
        style = {"done": "green", "previewed": "green"}.get(event.outcome, "red")
        self.line(
            f"    {event.outcome}{detail}{'' if event.outcome == 'previewed' else changed}, {seconds:.1f} s", style
        )
        if event.consent and (self._verbose or event.consent.startswith(WOULD_ASK)):
            self.line(f"    {event.consent}", "dim" if event.consent.startswith("allowed") else "yellow")
        if self._verbose:
            self.line("    " + ", ".join(f"{part} {ms} ms" for part, ms in event.ms.items()), "dim")

    def _end(self, event: SessionEnded) -> None:
        self.close()
        if not (self._quiet and event.status == "success"):
            self.line(_ending(event), "bold green" if event.status == "success" else "bold red")
        if self._quiet:
            return
        steps = "1 step" if event.steps == 1 else f"{event.steps} steps"
        seconds = time.monotonic() - self._started
        self.line(f"{steps}, {seconds:.1f} s, {money(event.cost)}", "dim")
        if event.recording:
            self.line(f"recorded in {event.recording}", "dim")


def _ending(event: SessionEnded) -> str:
    """How the run ended and why, in words."""
    status = event.status.replace("_", " ")
    if not event.reason:
        return status
    # "stopped by Ctrl-C" says both.
    return event.reason if event.reason.startswith(f"{status} ") else f"{status}: {event.reason}"


def action_line(event: StepPlanned) -> str:
    """The action, its target and its cost in one line."""
    assert event.action is not None
    arguments = {name: value for name, value in event.action.items() if name not in ("action", "coordinate", "start")}
    parts = [str(event.action["action"])]
    if event.start is not None:
        parts.append(f"from ({event.start.x}, {event.start.y})")
    if event.target is not None:
        parts.append(f"{'to' if event.start else 'at'} ({event.target.x}, {event.target.y})")
    parts += [f"{name}={_short(value)}" for name, value in arguments.items()]
    if event.assumed:
        parts.append("(assumed)")
    return f"{' '.join(parts)} · {money(event.cost)}"


def money(cny: float | None) -> str:
    """An amount in CNY; unknown stays unknown."""
    return "cost unknown" if cny is None else f"{cny:.4f} CNY"


def clean(text: str) -> str:
    """`text` in one line without what would steer a terminal."""
    flat = text.replace("\n", " ").replace("\t", " ")
    return "".join(c for c in flat if c.isprintable())


def _tail(text: str, columns: int) -> str:
    """The end of the text that has place in so many columns of a terminal."""
    while (over := cell_len(text) - columns) > 0 and text:
        text = text[(over + 1) // 2 :]  # a character takes up to two
    return text


def _short(value: object, length: int = 60) -> str:
    text = "+".join(map(str, value)) if isinstance(value, list) else str(value)
    return repr(_cut(text, length)) if isinstance(value, str) else text


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
