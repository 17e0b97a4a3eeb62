"""`agent replay --live`: sessions performed on the screen one after the other, and what became of each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from actions.brake import Brake
from agent.errors import SessionError
from agent.live.session import LiveReplayed, StepResult, replay_live
from agent.options import ReplayOptions
from agent.output import write_error, write_lines
from agent.progress import clean
from agent.recording.session import named_sessions
from agent.stop import stop_signals
from agent.terminal import Terminal, is_interactive

UNREADABLE = 2


def replay_live_paths(options: ReplayOptions) -> int:
    """Replay every session in the paths, worst exit code wins; a stop ends them all."""
    brake, worst = Brake(), 0
    confirm = Terminal(brake, lambda text: write_error(clean(text))).confirm if is_interactive() else None

    def told(step: StepResult) -> None:
        if not (options.run.json_ or options.run.quiet):
            write_lines(_step_line(step))

    with stop_signals(brake):
        for found in named_sessions(options.paths):
            try:
                if isinstance(found, SessionError):
                    raise found
                result = replay_live(found, _for_session(options, found), brake, told, confirm)
            except SessionError as error:
                write_error(f"agent: {clean(str(error))}")
                worst = max(worst, UNREADABLE)
                continue
            _tell(result, options)
            worst = max(worst, result.exit_code)
            if result.status in ("stopped", "limit"):
                break
    return worst


def _for_session(options: ReplayOptions, path: Path) -> ReplayOptions:
    """Each session's pictures have a folder of their own where there are several."""
    if options.results is None:
        return options
    return options.model_copy(update={"results": options.results / path.name})


def _tell(result: LiveReplayed, options: ReplayOptions) -> None:
    if options.run.json_:
        write_lines(json.dumps(_as_json(result)))
        return
    if options.run.quiet and result.status == "match":
        return
    write_lines(*_lines(result, options))


def _lines(result: LiveReplayed, options: ReplayOptions) -> Iterator[str]:
    heals = f", {len(result.heals)} healed" if result.heals else ""
    done = len(result.steps)
    yield f"{result.path}: {result.status}, {done} of {result.recorded_steps} steps{heals}"
    for note in result.notes:
        yield f"   note: {clean(note)}"
    if result.heals and options.update not in ("changed", "all"):
        yield "   note: --update changed keeps what was found, so that it need not be looked for again"
    told = not options.run.quiet and bool(result.steps) and (result.steps[-1].detail or "-") in (result.reason or "")
    if result.reason and not told:
        yield f"   {clean(result.reason)}"
    for image in result.images:
        yield f"   {image}"


def _step_line(step: StepResult) -> str:
    place = f" at ({step.target.x}, {step.target.y})" if step.target else ""
    detail = f": {step.detail}" if step.detail else ""
    return clean(f"{step.step:3}. {step.summary}{place}, {step.outcome}{detail}")


def _as_json(result: LiveReplayed) -> dict[str, Any]:
    return {
        "session": str(result.path),
        "task": result.task,
        "status": result.status,
        "exit_code": result.exit_code,
        "reason": result.reason,
        "recorded_steps": result.recorded_steps,
        "steps": [
            {
                "step": step.step,
                "outcome": step.outcome,
                "summary": step.summary,
                "detail": step.detail,
                "target": step.target,
                "recorded": step.recorded,
                "ms": step.ms,
            }
            for step in result.steps
        ],
        "images": [str(image) for image in result.images],
        "notes": list(result.notes),
    }
