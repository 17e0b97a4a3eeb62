"""The words of the command line: commands and options, read with argparse and nothing else."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from agent import values

REGIONS = ("beijing", "singapore", "virginia")
WIRES = ("chat", "dashscope", "anthropic")
APPROVE = ("never", "risky", "always")
ON_HUMAN = ("pause", "stop", "ignore")
UPDATES = ("all", "changed", "missing", "none")


def read_arguments(parser: argparse.ArgumentParser, argv: Sequence[str] | None = None) -> tuple[str, dict[str, Any]]:
    """The command and the options that were given, by name. What cannot be is said, and ends the program with 2."""
    arguments, unknown = parser.parse_known_args(argv)
    given = dict(vars(arguments))
    command: str = given.pop("command")
    if unknown:
        _refuse(unknown, _command_parser(parser, command))
    return command, given


def _refuse(unknown: Sequence[str], parser: argparse.ArgumentParser) -> NoReturn:
    import difflib

    hint = " (put the task in quotes)" if "task" in (action.dest for action in parser._actions) else ""
    if unknown[0].startswith("-"):
        near = difflib.get_close_matches(unknown[0].partition("=")[0], parser._option_string_actions, n=1, cutoff=0.75)
        hint = f" (did you mean {near[0]}?)" if near else ""
    parser.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")


def build_parser() -> argparse.ArgumentParser:
    """The whole command line. Options have no defaults here: environment and file come between."""
    parser = _Parser(
        prog="agent", description="Does what you say on your desktop: looks, clicks and types, and records."
    )
    parser.add_argument(
        "--version", action=_Version, nargs=0, dest=argparse.SUPPRESS, help="print the version and exit"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser)
    run = commands.add_parser("run", help="do a task", argument_default=argparse.SUPPRESS)
    _add_run_options(run)
    run.add_argument("--dry-run", action="store_true", help="touch nothing: show what would be done")
    plan = commands.add_parser(
        "plan", help="show what would be done and touch nothing (run --dry-run)", argument_default=argparse.SUPPRESS
    )
    _add_run_options(plan)
    plan.add_argument("--dry-run", action="store_true", help=argparse.SUPPRESS)  # what a file sets holds for both
    models = commands.add_parser("models", help="list dialects, limits and prices", argument_default=argparse.SUPPRESS)
    models.add_argument("name", nargs="?", metavar="MODEL", help="show what this model id resolves to")
    models.add_argument("--json", action="store_true", help="print JSON")
    _add_replay(commands)
    _add_show(commands)
    _add_doctor(commands)
    _add_serve_offline(commands)
    return parser


def _add_replay(commands: argparse._SubParsersAction[_Parser]) -> None:
    replay = commands.add_parser(
        "replay",
        help="check recorded sessions against today's program, a live screen or a model",
        argument_default=argparse.SUPPRESS,
    )
    replay.add_argument("paths", nargs="+", metavar="PATH", help="a session's folder, or a folder of sessions")
    how = replay.add_argument_group(
        "how (default: without a screen, a key or a network)"
    ).add_mutually_exclusive_group()
    how.add_argument("--live", action="store_true", help="perform the recorded actions on the screen, without a model")
    how.add_argument("--ask", action="store_true", help="ask a model about each recorded step and compare")
    live = replay.add_argument_group("with --live")
    live.add_argument("--update", choices=UPDATES, help="keep what was found: all, changed, missing (default: none)")
    live.add_argument("--wait", type=values.seconds, metavar="S", help="for a screen that is late (default: 10)")
    live.add_argument("--check", action="append", metavar="KIND:VALUE", help="what must be so at the end; repeatable")
    live.add_argument(
        "--trust-commands", action="store_true", help="start the programs and run the command checks a session names"
    )
    asked = replay.add_argument_group("with --ask")
    asked.add_argument("--within", type=values.whole, metavar="PX", help="how near a point must be (default: 20)")
    asked.add_argument("--jobs", type=values.count, metavar="N", help="requests at once, 1 to 10 (default: 4)")
    _add_model_options(replay.add_argument_group("model, with --ask"))
    _add_screen_options(replay.add_argument_group("screen, with --live"))
    _add_limit_options(replay.add_argument_group("limits and consent, with --live"), steps=False)
    replay.add_argument("-o", dest="results", metavar="DIR", help="folder for the images of what differs")
    replay.add_argument("--json", action="store_true", help="print one JSON object a session")
    replay.add_argument("-q", "--quiet", action="store_true", help="print nothing where all matches")
    replay.add_argument("-v", "--verbose", action="store_true", help="what launched programs say too")
    replay.add_argument("--config", metavar="FILE", help="settings, instead of the user's own file (TOML)")


def _add_show(commands: argparse._SubParsersAction[_Parser]) -> None:
    show = commands.add_parser("show", help="make a page of a session, or of two", argument_default=argparse.SUPPRESS)
    show.add_argument("paths", nargs="+", metavar="PATH", help="a session's folder; two: where they part")
    show.add_argument("-o", dest="output", metavar="FILE", help="the page (default: show.html in the session's folder)")
    show.add_argument("--open", action="store_true", help="open it in the browser")
    listing = commands.add_parser("list", help="list recorded sessions", argument_default=argparse.SUPPRESS)
    listing.add_argument("paths", nargs="*", metavar="PATH", help="folders of sessions (default: recordings)")
    listing.add_argument("--json", action="store_true", help="print one JSON object a session")


def _add_doctor(commands: argparse._SubParsersAction[_Parser]) -> None:
    doctor = commands.add_parser(
        "doctor", help="check whether a run would work here", argument_default=argparse.SUPPRESS
    )
    _add_endpoint_options(doctor.add_argument_group("model"))
    _add_view_options(doctor.add_argument_group("screen"))
    doctor.add_argument("--no-calibrate", dest="calibrate", action="store_false", help="do not click to measure")
    doctor.add_argument("--json", action="store_true", help="print one JSON object a check, and one at the end")
    doctor.add_argument("--config", metavar="FILE", help="settings, instead of the user's own file (TOML)")


def _add_serve_offline(commands: argparse._SubParsersAction[_Parser]) -> None:
    serve = commands.add_parser(
        "serve-offline",
        help="answer as an OpenAI-compatible endpoint of this machine, with the offline model",
        argument_default=argparse.SUPPRESS,
    )
    serve.add_argument("--port", type=values.port, metavar="N", help="default: 8765; 0: a free one, which is said")


def option_actions(parser: argparse.ArgumentParser, command: str) -> dict[str, argparse.Action]:
    """The options of a command that environment and file may set too, by name."""
    own = ("help", "task", "config")
    return {action.dest: action for action in _command_parser(parser, command)._actions if action.dest not in own}


def _command_parser(parser: argparse.ArgumentParser, command: str) -> argparse.ArgumentParser:
    commands = next(action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    found: argparse.ArgumentParser = commands.choices[command]
    return found


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("task", metavar="TASK", help='what to do, in quotes; "-" reads it from standard input')
    _add_model_options(parser.add_argument_group("model"))
    _add_screen_options(parser.add_argument_group("screen"))
    limits = parser.add_argument_group("limits and consent")
    _add_limit_options(limits)
    limits.add_argument(
        "--check", action="append", metavar="KIND:VALUE", help="what must be so when the model says success; repeatable"
    )
    _add_output_options(parser.add_argument_group("output"))


def _add_endpoint_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--model", metavar="ID", help="default: gui-plus-2026-02-26 with a key, else offline")
    group.add_argument("--base-url", metavar="URL", help="another endpoint; needs --model")
    group.add_argument("--region", choices=REGIONS, help="of DashScope (default: beijing)")
    group.add_argument("--wire", choices=WIRES, help="the endpoint's format (default: chat, OpenAI-compatible)")
    group.add_argument("--profile", metavar="DIALECT", help="speak this dialect, whatever the model is called")
    group.add_argument("--allow-http", action="store_true", help="allow an endpoint without TLS beyond this machine")


def _add_model_options(group: argparse._ArgumentGroup) -> None:
    flag = argparse.BooleanOptionalAction
    _add_endpoint_options(group)
    group.add_argument("--system-prompt", metavar="FILE", help="instead of the dialect's own")
    group.add_argument("--thinking", action=flag, help="ask a hybrid model to think, or not to")
    group.add_argument(
        "--thinking-budget", type=values.whole, metavar="N", help="cut a thought off at so many tokens, 1 to 81920"
    )
    group.add_argument("--stream", action=flag, help="show the reply as it comes (default: on a terminal)")
    group.add_argument("--temperature", type=values.number, metavar="T", help="0 to below 2; not with --top-p")
    group.add_argument("--top-p", type=values.number, metavar="P", help="above 0 to 1; not with --temperature")
    group.add_argument("--top-k", type=values.whole, metavar="K", help="0 or more")
    group.add_argument("--presence-penalty", type=values.number, metavar="N", help="-2 to 2")
    group.add_argument("--high-res", action=flag, help="let the model see every pixel (default: yes)")
    group.add_argument("--max-pixels", type=values.whole, metavar="N", help="of a picture, with --no-high-res")
    group.add_argument(
        "--image-tokens", type=values.whole, metavar="N", help="scale pictures to so many tokens, 128 or more"
    )
    group.add_argument(
        "--old-pictures",
        type=values.whole,
        metavar="N",
        help="earlier screenshots sent with each (default: 4)",
    )
    group.add_argument(
        "--model-timeout", type=values.some_seconds, metavar="S", help="for one reply with all tries (default: 180)"
    )
    group.add_argument(
        "--price",
        type=values.price,
        metavar="IN,OUT",
        help="CNY for 1M tokens, read and written; with a third: cached ones",
    )


def _add_view_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--monitor", type=values.whole, metavar="N", help="1, 2, … (default: 1); 0 = all")
    group.add_argument(
        "--region-of-screen", type=values.region, metavar="X,Y,W,H", help="look at and act in this part only"
    )
    group.add_argument("--virtual", type=values.size, metavar="WxH", help="on an X display of its own (Linux)")


def _add_screen_options(group: argparse._ArgumentGroup) -> None:
    _add_view_options(group)
    group.add_argument("--launch", action="append", metavar="CMD", help="start this program first; repeatable")
    group.add_argument(
        "--settle-min", type=values.seconds, metavar="S", help="wait at least this after an action (default: 0)"
    )
    group.add_argument(
        "--settle-max", type=values.seconds, metavar="S", help="wait at most this for a still screen (default: 3)"
    )
    group.add_argument(
        "--panic-key", metavar="KEYS", help='stops everything (default: ctrl+alt+q); "none": no key does'
    )
    group.add_argument(
        "--on-human", choices=ON_HUMAN, help="when a person uses mouse or keyboard (default: pause; --virtual: ignore)"
    )
    group.add_argument("--force", action="store_true", help="end another agent that works on this display")


def _add_limit_options(group: argparse._ArgumentGroup, *, steps: bool = True) -> None:
    if steps:
        group.add_argument("--max-steps", type=values.count, metavar="N", help="default: 30, for a dry run 5")
        group.add_argument(
            "--max-cost", type=values.amount, metavar="CNY", help="stop before the step that would exceed it"
        )
    group.add_argument(
        "--max-seconds", type=values.some_seconds, metavar="N", help="for the whole run (default: no limit)"
    )
    group.add_argument(
        "--approve", choices=APPROVE, help="ask before what is risky, before each action or never (default: risky)"
    )
    group.add_argument("--policy", metavar="FILE", help="rules for what may be done (TOML)")
    group.add_argument(
        "--secret", action="append", metavar="NAME", help="let {{NAME}} be typed, the variable's value; or NAME=@FILE"
    )
    group.add_argument(
        "--redact", action="append", metavar="WHAT", help="hide X,Y,W,H, window:REGEX or text:REGEX; repeatable"
    )


def _add_output_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--record", metavar="DIR", help="folder for the recording (default: recordings)")
    group.add_argument("--no-record", dest="record", action="store_const", const=False, help="record nothing")
    group.add_argument(
        "--record-best-effort", action="store_true", help="go on unrecorded where the recording fails (default: stop)"
    )
    group.add_argument("-o", dest="output", metavar="DIR", help="dry run: folder for plan.png and plan.html")
    group.add_argument("--json", action="store_true", help="print events as JSON lines on standard output")
    group.add_argument("-q", "--quiet", action="store_true", help="no progress")
    group.add_argument("-v", "--verbose", action="store_true", help="thoughts, times and repairs too")
    group.add_argument("--config", metavar="FILE", help="settings, instead of the user's own file (TOML)")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        sys.stderr.write(f"{self.prog}: {message}; see {self.prog} --help\n")
        raise SystemExit(2)


class _Version(argparse.Action):
    def __call__(self, *_: object) -> NoReturn:
        from importlib.metadata import version

        sys.stdout.write(f"gui-plus-agent {version('gui-plus-agent')}\n")
        raise SystemExit(0)
