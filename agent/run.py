"""`agent run` and `agent plan`: the parts put together, and the run's events shown, recorded and printed."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from importlib.metadata import version
from typing import Any, Protocol, TypeVar

from actions.brake import Brake
from actions.preview import PreviewExecutor
from actions.x11_damage import watch_damage
from agent.blank import AlwaysAwake, RealScreen, Waking, bare_desktop
from agent.checking import Checker
from agent.checks import parse_check
from agent.choose import Choice, choose_model
from agent.concluding import with_checks
from agent.encode import encode, encode_exactly
from agent.errors import RecordingError
from agent.events import Event, SessionEnded, SessionStarted
from agent.hands import hands
from agent.launching import launch
from agent.loop import Loop
from agent.options import RunOptions
from agent.output import OutputClosedError, write_lines, writing
from agent.parts import Parts, Plan
from agent.permission.consenting import consent_for
from agent.permission.policy import Policy
from agent.pictures import Pictures
from agent.preview import PlanPreview
from agent.programs import Programs, parse_command
from agent.progress import Progress, StreamConsole
from agent.recording.recorder import BestEffort, Recorder, recorder_for
from agent.resting import SettleTimes
from agent.screen import DesktopScreen, Region, Screen
from agent.secrecy.discretion import Discretion
from agent.settle import ScreenSettler, Settler, StillSettler
from agent.stop import stop_signals
from agent.task import read_task
from agent.terminal import Terminal, is_interactive
from agent.virtual import display_for

E = TypeVar("E", bound=Event)


class Consumer(Protocol):
    """Takes the events of a run."""

    def handle(self, event: Event) -> None:
        """Take one."""
        ...


def run_task(options: RunOptions) -> int:
    """Do the task; returns the exit code. Raises `AgentError` for what is wrong before it begins."""
    discretion = Discretion.read(options, os.environ)
    task = discretion.text(read_task(options.task))
    brake = Brake()
    progress = _progress(options)
    commands = [parse_command(command) for command in options.launch]
    checks = () if options.dry_run else tuple(map(parse_check, options.check))
    with stop_signals(brake), ExitStack() as stack:
        choice = choose_model(options, brake, os.environ)
        policy = Policy.read(options.policy) if options.policy else Policy()
        environment = stack.enter_context(display_for(options.virtual, verbose=options.verbose))
        region = Region(*options.region_of_screen) if options.region_of_screen else None
        screen = discretion.screen(DesktopScreen(options.monitor, region))
        screen.capture()  # what is wrong with the screen is said before anything is recorded
        _warn(progress, (*choice.warnings, *discretion.warnings))
        checker = Checker(screen, brake, environment)
        checker.prepare(checks, None)
        terminal = Terminal(brake, progress.question) if is_interactive() else None
        ask, confirm = (terminal.ask, terminal.confirm) if terminal else (None, None)
        stack.callback(progress.close)
        desk = stack.enter_context(hands(options, brake, lambda text: _warn(progress, [text]), ask, confirm))
        if commands:
            programs = stack.enter_context(Programs(environment, verbose=options.verbose))
            _warn(progress, _failures(options.launch, launch(programs, commands, screen, brake)))
        pictures = Pictures(encode if choice.endpoint else encode_exactly, keeps=bool(options.record))
        stack.callback(pictures.close)
        recorder = _recorder(options, task, progress, pictures)
        if recorder is not None:
            stack.callback(recorder.close)
        consent = stack.enter_context(consent_for(options, policy, desk.confirm, recorder.path if recorder else None))
        acting = discretion.executor(desk.executor, screen, brake)
        executor = PreviewExecutor(desk.executor.position) if options.dry_run else acting
        parts = Parts(
            screen=screen,
            model=discretion.model(choice.model),
            consent=consent,
            executor=executor,
            settler=_settler(options, screen, brake, pictures),
            brake=brake,
            encode=pictures.sent,
            person=desk.person,
            waking=_waking(options, screen, brake, progress),
        )
        loop = Loop(_plan(options, task, choice, policy, discretion.names), parts, progress.delta)
        run = stack.enter_context(closing(loop.run()))  # left half-way, it would go on watching the screen
        checked = with_checks(run, checks, checker) if checks else run
        return _consume(loop, map(discretion.event, checked), options, progress, recorder)


def _plan(options: RunOptions, task: str, choice: Choice, policy: Policy, secrets: tuple[str, ...]) -> Plan:
    return Plan(
        task=task,
        profile=choice.profile,
        system_prompt=choice.system_prompt,
        cap=choice.cap,
        image_tokens=choice.image_tokens,
        max_steps=options.steps,
        max_seconds=options.max_seconds,
        max_cost=options.max_cost,
        dry_run=options.dry_run,
        session_id=choice.session_id,
        secrets=secrets,
        settings=settings(options, choice, policy),
    )


def settings(options: RunOptions, choice: Choice, policy: Policy) -> dict[str, Any]:
    """What a recording says about its run, in JSON types.

    `profile`, `high_res`, `max_pixels`, `image_tokens`, `old_pictures` as the options had them, and `cap`, the most
    pixels the model looked at; `system_prompt` where it was the person's own, null for the dialect's; `max_steps`,
    `max_seconds`, `max_cost`; `approve` and `policy` (the rules); `secrets` (their names) and `redact`; `checks`
    (tables of TOML), `launch` and `virtual`; `monitor` and `region_of_screen`; `endpoint` (base URL, null offline),
    `wire` (its format) and `request` (its fields besides the messages).
    """
    return {
        "profile": options.profile,
        "high_res": options.high_res,
        "max_pixels": options.max_pixels,
        "image_tokens": choice.image_tokens,
        "old_pictures": options.old_pictures,
        "cap": choice.cap,
        "system_prompt": choice.system_prompt if options.system_prompt else None,
        "max_steps": options.steps,
        "max_seconds": options.max_seconds,
        "max_cost": options.max_cost,
        "approve": options.approve,
        "policy": [rule.model_dump(mode="json", exclude_none=True) for rule in policy.rule],
        "secrets": [spelling.partition("=")[0] for spelling in options.secret],
        "redact": list(options.redact),
        "checks": [parse_check(text).table() for text in options.check],
        "launch": list(options.launch),
        "virtual": options.virtual and list(options.virtual),
        "monitor": options.monitor,
        "region_of_screen": options.region_of_screen,
        "endpoint": choice.endpoint,
        "wire": choice.wire,
        "request": choice.request,
    }


def _warn(progress: Progress, warnings: Iterable[str]) -> None:
    with writing():
        for warning in warnings:
            progress.line(f"agent: {warning}", "yellow")


def _failures(commands: Sequence[str], started: Sequence[subprocess.Popen[bytes]]) -> Iterator[str]:
    """What to say about programs that have ended with an error already."""
    for command, program in zip(commands, started, strict=True):
        if program.poll():
            yield f"--launch {command!r} has ended with status {program.returncode}; -v shows what it says"


def _recorder(options: RunOptions, task: str, progress: Progress, pictures: Pictures) -> Recorder | BestEffort | None:
    if not options.record:
        return None
    say, best_effort = lambda text: _warn(progress, [text]), options.record_best_effort
    return recorder_for(options.record, task, say, best_effort=best_effort, lossless=pictures.kept)


def _settler(options: RunOptions, screen: Screen, brake: Brake, pictures: Pictures) -> Settler:
    if options.dry_run:
        return StillSettler()
    times = SettleTimes(minimum=options.settle_min, maximum=options.settle_max)
    return ScreenSettler(screen, brake, times, watch_damage(), pictures.foresee)


def _waking(options: RunOptions, screen: Screen, brake: Brake, progress: Progress) -> Waking:
    if options.virtual or options.dry_run:
        return AlwaysAwake()
    return RealScreen(screen, brake, lambda text: _warn(progress, [text]), bare_desktop)


def _progress(options: RunOptions) -> Progress:
    console = StreamConsole(stderr=True, highlight=False)
    return Progress(
        console,
        verbose=options.verbose,
        quiet=options.quiet,
        steps=not options.dry_run or options.json_ or options.verbose,
    )


def _consume(
    loop: Loop, run: Iterator[Event], options: RunOptions, progress: Progress, recorder: Recorder | BestEffort | None
) -> int:
    folder = options.output or (recorder.path if recorder else None)
    preview = PlanPreview(folder) if options.dry_run else None
    # What must not be lost comes first: an action is sent only after its step has been recorded.
    keeping: list[Consumer] = [consumer for consumer in (preview, recorder) if consumer is not None]
    showing: list[Consumer] = [progress, _JsonLines()] if options.json_ else [progress]
    complete = _complete(recorder)
    events = map(complete, run)
    ended: SessionEnded | None = None
    try:
        for event in events:
            ended = event if isinstance(event, SessionEnded) else None
            for consumer in keeping:
                consumer.handle(event)
            _show(showing, event)
    except RecordingError as error:
        ended = complete(loop.ended("recording_error", str(error)))
        _keep(recorder, ended)
        _show(showing, ended)
    except OutputClosedError as error:
        if ended is None:
            _keep(recorder, complete(loop.ended("stopped", str(error))))
        raise
    assert ended is not None
    _print_result(ended, options, preview)
    return ended.exit_code


def _show(consumers: list[Consumer], event: Event) -> None:
    with writing():
        for consumer in consumers:
            consumer.handle(event)


def _keep(recorder: Recorder | BestEffort | None, ended: SessionEnded) -> None:
    with suppress(RecordingError):  # it may be the recording itself that failed
        if recorder is not None:
            recorder.handle(ended)


def _complete(recorder: Recorder | BestEffort | None) -> Callable[[E], E]:
    """Adds to an event what the loop cannot know."""

    def complete(event: E) -> E:
        if isinstance(event, SessionStarted):
            return event.model_copy(update={"program_version": version("gui-plus-agent")})
        if isinstance(event, SessionEnded) and recorder is not None:
            return event.model_copy(update={"recording": str(recorder.path)})
        return event

    return complete


class _JsonLines:
    """`--json`: the public events, one a line on stdout."""

    def handle(self, event: Event) -> None:
        if event.public:
            write_lines(json.dumps(event.public_line()))


def _print_result(ended: SessionEnded, options: RunOptions, preview: PlanPreview | None) -> None:
    if options.json_:
        return
    if preview is not None:
        write_lines(*preview.lines())
    elif ended.answer:
        write_lines(ended.answer)
