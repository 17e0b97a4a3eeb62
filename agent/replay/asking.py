"""`agent replay --ask`: recorded sessions put to a model, and how far it would do what was done."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from actions.action import GroundedAction
from actions.brake import Brake, OutOfTime, Stopped
from agent.choose import Choice, choose_model
from agent.dialect import OFFLINE_MODEL
from agent.errors import AgentError, ModelError, SessionError
from agent.model import Usage
from agent.options import ReplayOptions
from agent.output import write_error, write_lines, writing
from agent.progress import StreamConsole, clean, money
from agent.recording.session import named_sessions
from agent.replay.agreement import Totals
from agent.replay.answering import Answered, Answering, AskedSession
from agent.stop import stop_signals
from agent.words import describe

AGREES, DIFFERS, OUT_OF_TIME, STOPPED = 0, 1, 3, 130
PIPE_COLUMNS = 160
"""A pipe has no width, and 80 columns would cut what the table is for."""


def ask_paths(options: ReplayOptions) -> int:
    """Ask about every session in the paths; the worst exit code counts, a stop ends them all.

    Raises `UsageError` where there is no such model.
    """
    brake = Brake()
    if options.run.max_seconds is not None:
        brake.limit(options.run.max_seconds)
    with stop_signals(brake):
        choice = choose_model(options.run, brake, os.environ)
        if not options.run.quiet:
            for warning in choice.warnings:
                write_error(f"agent: {clean(warning)}")
        return _ask_all(options, _answering(options, choice, brake))


def _answering(options: ReplayOptions, choice: Choice, brake: Brake) -> Answering:
    return Answering(
        choice=choice,
        own_prompt=options.run.system_prompt is not None,
        within=options.within,
        # The offline model is one reader on this machine's processors, not an endpoint.
        jobs=1 if choice.profile.model == OFFLINE_MODEL else options.jobs,
        brake=brake,
    )


def _ask_all(options: ReplayOptions, answering: Answering) -> int:
    worst, results = AGREES, list[AskedSession]()
    for result in _results(options, answering):
        if isinstance(result, SessionError):
            write_error(f"agent: {clean(str(result))}")
            worst = max(worst, result.exit_code)
            continue
        results.append(result)
        _tell(result, options)
        worst = max(worst, _code(result))
        if _is_final(result.failure):
            break
    if len(results) > 1 and not (options.run.json_ or options.run.quiet):
        write_lines(_total_line(f"all {len(results)} sessions", results))
    return worst


def _results(options: ReplayOptions, answering: Answering) -> Iterator[AskedSession | SessionError]:
    for found in named_sessions(options.paths):
        try:
            yield found if isinstance(found, SessionError) else _ask(found, answering, options)
        except SessionError as error:
            yield error


def _ask(path: Path, answering: Answering, options: ReplayOptions) -> AskedSession:
    questions = answering.questions(path)
    console = StreamConsole(stderr=True)
    hidden = options.run.quiet or not console.is_terminal
    with writing(), Progress(console=console, transient=True, disable=hidden) as progress:
        bar = progress.add_task(Text(clean(path.name)).markup, total=len(questions))
        return answering.ask(questions, lambda: progress.advance(bar))


def _is_final(failure: AgentError | Stopped | None) -> bool:
    """Whether the sessions that follow would fail alike: a stop, or an endpoint that refuses for good."""
    return isinstance(failure, Stopped) or (isinstance(failure, ModelError) and not failure.retryable)


def _code(result: AskedSession) -> int:
    if isinstance(result.failure, OutOfTime):
        return OUT_OF_TIME
    if isinstance(result.failure, Stopped):
        return STOPPED
    if result.failure is not None:
        return result.failure.exit_code
    return AGREES if result.agrees else DIFFERS


def _tell(result: AskedSession, options: ReplayOptions) -> None:
    if options.run.json_:
        write_lines(json.dumps(_as_json(result)))
    elif not options.run.quiet:
        _print_table(result)
        write_lines(_total_line(str(result.path), [result]), *(f"   note: {clean(note)}" for note in result.notes))
    elif not result.agrees:
        write_lines(_total_line(str(result.path), [result]))
    if result.failure is not None:
        said = str(result.failure)
        where = "" if isinstance(result.failure, Stopped) or str(result.path) in said else f"{result.path}: "
        write_error(f"agent: {clean(where + said)}")


def _print_table(result: AskedSession) -> None:
    if not result.steps:
        return
    table = Table()
    table.add_column("step", justify="right")
    for column in ("recorded", "model", "verdict"):
        table.add_column(column, overflow="fold")
    table.add_column("tokens", justify="right")
    for step in result.steps:
        cells = (str(step.step), _words(step.recorded), _words(step.asked), _verdict(step), _tokens(step.usage))
        # As text: what a model wrote is no markup.
        table.add_row(*(Text(clean(cell)) for cell in cells), style="" if step.verdict.agrees else "red")
    with writing():
        StreamConsole(width=None if sys.stdout.isatty() else PIPE_COLUMNS).print(table)


def _words(grounded: GroundedAction | None) -> str:
    if grounded is None:
        return "—"
    words = describe(grounded.action)
    if grounded.start is not None:
        words += f" from ({grounded.start.x}, {grounded.start.y})"
    if grounded.point is not None:
        words += f" {'to' if grounded.start else 'at'} ({grounded.point.x}, {grounded.point.y})"
    return words


def _verdict(step: Answered) -> str:
    verdict = step.verdict
    if not verdict.agrees:
        return ", ".join(verdict.differences)
    return f"agrees, {verdict.distance} px" if verdict.distance else "agrees"


def _tokens(usage: Usage) -> str:
    if usage.prompt_tokens is None and usage.completion_tokens is None:
        return "unknown"
    return f"{(usage.prompt_tokens or 0) + (usage.completion_tokens or 0):,}"


def _total_line(name: str, results: Sequence[AskedSession]) -> str:
    steps = [step for result in results for step in result.steps]
    totals = Totals.of(step.verdict for step in steps)
    if not steps:
        return f"{clean(name)}: no step was compared"
    parts = [f"{totals.actions} of {totals.steps} same action"]
    parts += [
        f"{same} of {of} {what}" for (same, of), what in ((totals.points, "points"), (totals.texts, "texts")) if of
    ]
    costs = [result.cost for result in results]
    cost = None if None in costs else sum(cost for cost in costs if cost is not None)
    spent = f"{_tokens(sum((step.usage for step in steps), Usage()))} tokens, {money(cost)}"
    share = f"{totals.agree} of {totals.steps} steps agree ({totals.agree / totals.steps:.0%})".replace("%", " %")
    return f"{clean(name)}: {share}: {', '.join(parts)}; {spent}"


def _as_json(result: AskedSession) -> dict[str, Any]:
    totals = result.totals
    return {
        "session": str(result.path),
        "task": result.task,
        "agrees": result.agrees,
        "steps": [_step_json(step) for step in result.steps],
        "totals": {
            "steps": totals.steps,
            "agree": totals.agree,
            "same_action": totals.actions,
            "same_point": totals.points[0],
            "points": totals.points[1],
            "same_text": totals.texts[0],
            "texts": totals.texts[1],
        },
        "usage": result.usage.model_dump(),
        "cost": result.cost,
        "notes": list(result.notes),
        "error": None if result.failure is None else str(result.failure),
    }


def _step_json(step: Answered) -> dict[str, Any]:
    verdict = step.verdict
    return {
        "step": step.step,
        "recorded": _action_json(step.recorded),
        "model": step.asked and _action_json(step.asked),
        "agrees": verdict.agrees,
        "same_action": verdict.action,
        "same_point": verdict.point,
        "same_text": verdict.text,
        "distance": verdict.distance,
        "differences": list(verdict.differences),
        "error": step.error,
        "usage": step.usage.model_dump(),
        "cost": step.cost,
    }


def _action_json(grounded: GroundedAction) -> dict[str, Any]:
    """The action in model space, its places in input points."""
    return {"action": grounded.action.as_json(), "target": grounded.point, "from": grounded.start}
