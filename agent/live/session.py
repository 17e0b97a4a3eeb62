"""One session replayed live, with all it needs put together: display, programs, screen, hands; and what came of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from actions.brake import Brake, OutOfTime, Stopped
from actions.executor import InputError
from actions.x11_damage import watch_damage
from agent.checking import Checker
from agent.checks import parse_check, read_checks
from agent.errors import RecordingError, ScreenError, UsageError
from agent.hands import hands
from agent.launching import launch
from agent.live.settings import LiveSettings, live_settings
from agent.live.steps import LiveParts, LiveReplay, Mismatch, StepResult
from agent.options import ReplayOptions, RunOptions
from agent.output import write_error
from agent.permission.consenting import consent_for
from agent.permission.policy import Policy
from agent.programs import Programs, parse_command
from agent.progress import clean
from agent.reader import installed_reader
from agent.recording.session import Session, read_session
from agent.resting import SettleTimes
from agent.screen import DesktopScreen, Region, Screen
from agent.secrecy.discretion import Discretion
from agent.secrecy.values import PLACEHOLDER, placeholder
from agent.settle import ScreenSettler
from agent.virtual import display_for

if TYPE_CHECKING:
    from PIL.Image import Image

LiveStatus = Literal[
    "match", "mismatch", "check_failed", "failed", "refused", "limit", "stopped", "screen_error", "recording_error"
]
LIVE_EXIT_CODES: dict[LiveStatus, int] = {
    "match": 0,
    "mismatch": 1,
    "check_failed": 1,
    "failed": 1,
    "limit": 3,
    "screen_error": 5,
    "recording_error": 5,
    "refused": 6,
    "stopped": 130,
}
CHECK_SECONDS = 5.0

__all__ = ["LIVE_EXIT_CODES", "LiveReplayed", "LiveStatus", "StepResult", "recorded_secrets", "replay_live"]


@dataclass(frozen=True)
class LiveReplayed:
    """What came of a live replay."""

    path: Path
    task: str
    model: str
    status: LiveStatus
    reason: str | None
    steps: tuple[StepResult, ...]
    recorded_steps: int
    images: tuple[Path, ...] = ()
    """On a mismatch: what was expected, what was there, and where they differ."""
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """Of `agent replay`."""
        return LIVE_EXIT_CODES[self.status]

    @property
    def heals(self) -> tuple[StepResult, ...]:
        """The steps whose target was found elsewhere."""
        return tuple(step for step in self.steps if step.outcome == "healed")


def replay_live(
    path: Path,
    options: ReplayOptions,
    brake: Brake,
    report: Callable[[StepResult], None],
    confirm: Callable[[str], bool] | None = None,
) -> LiveReplayed:
    """Replay the session in `path` on the screen; `report` is called with each step as it is done.

    `confirm` asks the person, None where nobody can be asked. Raises `SessionError` for what cannot be replayed,
    `UsageError` for what is wrong with the options, before anything is done.
    """
    session = read_session(path)
    settings = live_settings(session)
    steps: list[StepResult] = []
    mismatch: Mismatch | None = None
    notes = [*session.notes, *_command_notes(settings, options)]
    status: LiveStatus
    try:
        with _parts(session, options, settings, brake, confirm) as (parts, environment):
            if options.run.max_seconds is not None:
                brake.limit(options.run.max_seconds)
            replay = LiveReplay(session, settings, parts, update=options.update, wait_seconds=options.wait)
            for step in replay.run():
                steps.append(step)
                mismatch = replay.mismatch
                report(step)
            status, reason = _verdict(steps)
            notes += _size_notes(session, parts.screen) if mismatch else ()
            if status == "match" and (failed := _checks(session, options, settings, parts, environment)):
                status, reason = "check_failed", failed
    except OutOfTime as error:
        status, reason = "limit", f"{error} (--max-seconds {options.run.max_seconds:g})"
    except Stopped as stop:
        status, reason = "stopped", str(stop)
    except (ScreenError, InputError) as error:
        status, reason = "screen_error", str(error)
    except RecordingError as error:
        status, reason = "recording_error", str(error)
    return LiveReplayed(
        path=session.path,
        task=session.started.task,
        model=session.started.model,
        status=status,
        reason=reason,
        steps=tuple(steps),
        recorded_steps=len(session.steps),
        images=_write_images(mismatch, options.results or Path("replay-results") / session.path.name),
        notes=tuple(notes),
    )


def recorded_secrets(session: Session) -> tuple[str, ...]:
    """The names of the secrets that the session types."""
    names = session.started.settings.get("secrets")
    actions = (str(step.planned.action) for step in session.steps if step.planned)
    typed = dict.fromkeys(name for action in actions for name in PLACEHOLDER.findall(action))
    return tuple(name for name in typed if name in names) if isinstance(names, list) else ()


def _discretion(session: Session, run: RunOptions) -> Discretion:
    """The secrets and what is hidden. Raises `UsageError` where a secret that the session types has no value."""
    discretion = Discretion.read(run, os.environ)
    missing = [name for name in recorded_secrets(session) if name not in discretion.names]
    if missing:
        flags = " ".join(f"--secret {name}" for name in missing)
        raise UsageError(f"{session.path} types {', '.join(map(placeholder, missing))}: give {flags}")
    return discretion


def _verdict(steps: Sequence[StepResult]) -> tuple[LiveStatus, str | None]:
    last = steps[-1]
    reason = f"step {last.step}: {last.detail}"
    match last.outcome:
        case "mismatch":
            return "mismatch", reason
        case "failed":
            return "failed", reason
        case "refused":
            return "refused", reason
        case _:
            return "match", None


@contextmanager
def _parts(
    session: Session,
    options: ReplayOptions,
    settings: LiveSettings,
    brake: Brake,
    confirm: Callable[[str], bool] | None,
) -> Iterator[tuple[LiveParts, dict[str, str]]]:
    run = options.run
    discretion = _discretion(session, run)
    launched = run.launch or (settings.launch if options.trust_commands else ())
    commands = [parse_command(command) for command in launched]
    policy = Policy.read(run.policy) if run.policy else Policy()
    with ExitStack() as stack:
        environment = stack.enter_context(display_for(run.virtual, verbose=run.verbose))
        region = Region(*run.region_of_screen) if run.region_of_screen else None
        screen = discretion.screen(DesktopScreen(run.monitor, region))
        screen.capture()  # what is wrong with the screen is said first
        desk = stack.enter_context(hands(run, brake, lambda text: write_error(f"agent: {clean(text)}"), None, confirm))
        if commands:
            programs = stack.enter_context(Programs(environment, verbose=run.verbose))
            launch(programs, commands, screen, brake)
        consent = stack.enter_context(consent_for(run, policy, desk.confirm, None))
        executor = discretion.executor(desk.executor, screen, brake)
        times = SettleTimes(minimum=run.settle_min, maximum=run.settle_max)
        settler = stack.enter_context(closing(ScreenSettler(screen, brake, times, watch_damage())))
        reader = installed_reader()
        read = reader.read_image if reader else None
        yield LiveParts(screen, executor, consent, settler, brake, read, desk.person), environment


def _checks(
    session: Session, options: ReplayOptions, settings: LiveSettings, parts: LiveParts, environment: dict[str, str]
) -> str | None:
    """The first check that fails, and what was seen; None where all hold."""
    if not (options.run.check or settings.check):
        return None
    own = read_checks(settings.check)
    if not options.trust_commands:
        own = tuple(check for check in own if check.kind != "command")
    checker = Checker(parts.screen, parts.brake, environment)
    given = tuple(parse_check(text) for text in options.run.check)
    for checks, folder in ((given, None), (own, session.path)):
        for result in checker.run(checks, folder, CHECK_SECONDS):
            if not result.passed:
                return f"{result.check.describe()}: {result.detail}"
    return None


def _command_notes(settings: LiveSettings, options: ReplayOptions) -> Iterator[str]:
    if options.trust_commands:
        return
    if settings.launch and not options.run.launch:
        yield f"recorded with programs started first, {settings.launch[0]!r}: --trust-commands starts them again"
    if any("command" in check for check in settings.check):
        yield "its command checks were not run: --trust-commands runs them"


def _size_notes(session: Session, screen: Screen) -> Iterator[str]:
    """Windows are placed and laid out otherwise on a screen of another size."""
    was, now = session.started.screen, screen.capture().size
    if (was.width, was.height) != now:
        size = f"{was.width}x{was.height}"
        yield f"recorded on a screen of {size}, replayed on one of {now.width}x{now.height}: try --virtual {size}"


def _in_red(mismatch: Mismatch) -> Image:
    """What is there, pale, with what differs in red."""
    from PIL import Image as Pillow

    size = mismatch.actual.size
    pale = Pillow.blend(mismatch.actual, Pillow.new("RGB", size, "white"), 0.7)
    return Pillow.composite(Pillow.new("RGB", size, "#d62839"), pale, mismatch.difference)


def _write_images(mismatch: Mismatch | None, folder: Path) -> tuple[Path, ...]:
    if mismatch is None:
        return ()
    pictures = {"expected": mismatch.expected, "actual": mismatch.actual, "difference": mismatch.difference}
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, picture in pictures.items():
            picture.save(folder / f"{name}.png")
        if mismatch.difference.mode == "L" and mismatch.difference.size == mismatch.actual.size:
            _in_red(mismatch).save(folder / "difference.png")
    except OSError as error:
        raise RecordingError(f"cannot write to {folder}: {error.strerror or error}; name another with -o") from error
    return tuple(folder / f"{name}.png" for name in pictures)
