"""`agent replay`: sessions replayed one after the other, and what differs said in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from agent.errors import SessionError
from agent.options import ReplayOptions
from agent.output import write_error, write_lines
from agent.progress import clean
from agent.recording.session import named_sessions
from agent.replay.offline import Replayed, replay_offline

MATCH, DIFFERENCE, UNREADABLE = 0, 1, 2
SHOWN_DIFFERENCES = 20


def replay_command(options: ReplayOptions) -> int:
    """`agent replay`; returns the exit code."""
    if options.ask:
        from agent.replay.asking import ask_paths

        return ask_paths(options)
    if options.live:
        from agent.live.command import replay_live_paths

        return replay_live_paths(options)
    return replay_paths(options.paths, as_json=options.run.json_, quiet=options.run.quiet)


def replay_paths(paths: Sequence[str], *, as_json: bool = False, quiet: bool = False) -> int:
    """Replay every session in `paths`: 0 all match, 1 a difference, 2 one could not be read (the worst counts)."""
    worst = MATCH
    for result in _replay_all(paths):
        if isinstance(result, SessionError):
            worst = UNREADABLE
            write_error(f"agent: {clean(str(result))}")
            continue
        if not result.matches:
            worst = max(worst, DIFFERENCE)
        if as_json:
            write_lines(json.dumps(_as_json(result)))
        elif not (quiet and result.matches):
            write_lines(*replayed_lines(str(result.path), result))
    return worst


def _replay_all(paths: Sequence[str]) -> Iterator[Replayed | SessionError]:
    for found in named_sessions(paths):
        try:
            yield found if isinstance(found, SessionError) else replay_offline(found)
        except SessionError as error:
            yield error


def replayed_lines(name: str, result: Replayed) -> Iterator[str]:
    """A line on the whole, then one for each note and difference; the session is called `name`."""
    count = len(result.differences)
    verdict = "matches" if result.matches else f"{count} difference{'s' * (count > 1)}"
    yield f"{name}: {verdict}, {result.steps} of {result.recorded_steps} steps replayed"
    for note in result.notes:
        yield f"   note: {clean(note)}"
    for difference in result.differences[:SHOWN_DIFFERENCES]:
        place = f"step {difference.step}" if difference.step else "session"
        yield f"   {place}: {clean(difference.text)}"
    if count > SHOWN_DIFFERENCES:
        yield f"   and {count - SHOWN_DIFFERENCES} more; agent replay --json has them all"


def _as_json(result: Replayed) -> dict[str, object]:
    return {
        "session": str(result.path),
        "task": result.task,
        "matches": result.matches,
        "steps": result.steps,
        "recorded_steps": result.recorded_steps,
        "differences": [{"step": difference.step, "text": difference.text} for difference in result.differences],
        "notes": list(result.notes),
    }
