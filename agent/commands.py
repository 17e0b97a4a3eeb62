"""The commands: errors become one line on stderr and an exit code here, and nowhere else."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any

from actions.brake import Stopped
from actions.executor import InputError
from agent.arguments import option_actions
from agent.config import replay_options, run_options
from agent.dialect import ModelProfile, catalogue, resolve
from agent.errors import AgentError, ScreenError, UsageError
from agent.output import write_error, write_lines, writing

PIPE_COLUMNS = 160
NUMBERS = ("pixels", "high-res", "input", "output")


def run_command(command: str, given: dict[str, Any], parser: argparse.ArgumentParser) -> int:
    """Run a command of the command line; returns its exit code."""
    try:
        return _run(command, given, parser)
    except AgentError as error:
        return _fail(str(error), error.exit_code)
    except InputError as error:
        return _fail(str(error), ScreenError.exit_code)
    except Stopped as stop:
        return _fail(str(stop), 130)


def _run(command: str, given: dict[str, Any], parser: argparse.ArgumentParser) -> int:
    if command == "models":
        return _models(given.get("name"), as_json=given.get("json", False))
    if command == "replay":
        from agent.replay.command import replay_command

        return replay_command(replay_options(given, option_actions(parser, "run"), os.environ))
    if command == "show":
        from agent.show.command import show

        return show(given["paths"], output=given.get("output"), open_=given.get("open", False))
    if command == "list":
        from agent.show.listing import list_sessions

        return list_sessions(given.get("paths") or ["recordings"], as_json=given.get("json", False))
    if command == "doctor":
        from agent.doctor.command import doctor

        return doctor(given, option_actions(parser, "run"), os.environ)
    if command == "serve-offline":
        from agent.serving import DEFAULT_PORT, serve_offline

        serve_offline(given.get("port", DEFAULT_PORT))
    from agent.run import run_task

    if command == "plan":
        given["dry_run"] = True
    return run_task(run_options(given, option_actions(parser, command), os.environ))


def _fail(message: str, code: int) -> int:
    write_error(f"agent: {' '.join(message.split())}")
    return code


def _models(name: str | None, *, as_json: bool) -> int:
    if name is not None:
        profile = _known(name)
        rows = [profile.entry.model_copy(update={"id": name})]
    else:
        rows = list(catalogue().model)
    if as_json:
        known = catalogue()
        for row in rows:
            dialect = known.dialect[row.dialect].model_dump(exclude={"prompt", "about"})
            line = {"model": row.id, **row.model_dump(exclude={"id"}), "dialect": dialect}
            write_lines(json.dumps(line))
        return 0
    _print_models(rows)
    return 0


def _known(name: str) -> ModelProfile:
    try:
        return resolve(name)
    except UsageError as error:
        dialects = ", ".join(catalogue().dialect)
        raise UsageError(
            f"no dialect knows the model {name!r}: agent models lists what is known; a run speaks to any other in the "
            f"dialect that agent run --profile names ({dialects})"
        ) from error


def _print_models(rows: list[Any]) -> None:
    from rich.table import Table

    from agent.progress import StreamConsole

    table = Table(
        caption="Pixels: cap of a picture, and the cap with --high-res (the default). Prices: CNY for 1M tokens."
    )
    for column in ("model", "dialect", "coordinates", "token", "pixels", "high-res", "input", "output"):
        table.add_column(column, justify="right" if column in NUMBERS else "left")
    for row in rows:
        dialect = catalogue().dialect[row.dialect]
        prices = ("unknown", "unknown") if row.prices is None else (f"{row.prices.input:g}", f"{row.prices.output:g}")
        space = "0…1000" if dialect.coordinate_space == "relative" else "pixels"
        pixels = (f"{row.max_pixels:,}", f"{row.max_pixels_high_res:,}")
        table.add_row(row.id, row.dialect, space, f"{row.factor}×{row.factor}", *pixels, *prices)
    # A pipe has no width: a table cut to 80 columns would lose what it is for.
    with writing():
        StreamConsole(width=None if sys.stdout.isatty() else PIPE_COLUMNS).print(table)
