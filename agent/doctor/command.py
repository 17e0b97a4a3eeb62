"""`agent doctor`: would a run work here? One finding a line, the clicks measured, and the cure of each problem."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from rich.text import Text

from actions.brake import Brake
from agent.config import run_options
from agent.doctor.desktop import examine_desktop
from agent.doctor.diagnosis import Check, Finding, examine, exit_code, problem, redacted, secrets_of
from agent.doctor.machine import OCR_CURE, check_clipboard, check_fonts, check_ocr, check_recordings
from agent.doctor.model import (
    ENDPOINT_CURE,
    SET_A_KEY,
    Asked,
    asked,
    check_endpoint,
    check_key,
    check_model,
    check_proxy,
)
from agent.errors import ModelError, ScreenError, UsageError
from agent.options import RunOptions
from agent.output import write_lines, writing
from agent.progress import StreamConsole, clean
from agent.stop import stop_signals

SCREEN, USAGE = ScreenError.exit_code, UsageError.exit_code
MODEL_CURE = "correct the option or the variable it names; `agent models` lists models and dialects"
MARKS = {"ok": ("ok     ", "green"), "warning": ("warning", "yellow"), "problem": ("problem", "bold red")}
NAME_WIDTH = 16


def doctor(given: Mapping[str, Any], actions: Mapping[str, argparse.Action], environ: Mapping[str, str]) -> int:
    """Make the checks and print what they find; returns the exit code. Raises `Stopped`, `OutputClosedError`."""
    flags = {name: value for name, value in given.items() if name != "calibrate"}
    options, configuration = _options(flags, actions, environ)
    report = _Report(as_json=options.json_, secrets=secrets_of(environ))
    brake = Brake()
    with stop_signals(brake):
        report.add(configuration)
        wanted = _asked(options, environ)
        known = wanted if isinstance(wanted, Asked) else None
        examine_desktop(options, known, report.add, brake, calibrated=given.get("calibrate", True))
        for check in _machine_checks(options, ocr_required=known is not None and known.offline):
            report.add(*examine(check, brake))
        if isinstance(wanted, Finding):
            report.add(wanted)
        else:
            _examine_model(options, wanted, environ, report, brake)
    return report.end()


def _options(
    flags: dict[str, Any], actions: Mapping[str, argparse.Action], environ: Mapping[str, str]
) -> tuple[RunOptions, Finding]:
    """The options in force, of the flags alone where environment or file are wrong."""
    try:
        return run_options({"task": "", **flags}, actions, environ), Finding("configuration", "ok", "can be read")
    except UsageError as error:
        flags.pop("config", None)
        if "json" in flags:
            flags["json_"] = flags.pop("json")
        found = problem("configuration", str(error), "correct the file, the variable or the option it names", USAGE)
        return RunOptions(task="", **flags), found


def _asked(options: RunOptions, environ: Mapping[str, str]) -> Asked | Finding:
    try:
        return asked(options, environ)
    except UsageError as error:
        return problem("model", str(error), MODEL_CURE, USAGE)


def _machine_checks(options: RunOptions, *, ocr_required: bool) -> tuple[Check, ...]:
    recordings = "choose another folder with --record, or use --no-record"
    return (
        Check("clipboard", check_clipboard, SCREEN, "sudo apt-get install xclip"),
        Check("fonts", check_fonts, SCREEN, "sudo apt-get install fontconfig fonts-dejavu-core"),
        Check("ocr", partial(check_ocr, required=ocr_required), USAGE, OCR_CURE, seconds=60),
        Check("recordings", partial(check_recordings, options), SCREEN, recordings),
    )


def _examine_model(
    options: RunOptions, wanted: Asked, environ: Mapping[str, str], report: _Report, brake: Brake
) -> None:
    proxy = Check("proxy", partial(check_proxy, wanted), USAGE, "correct HTTPS_PROXY, HTTP_PROXY and ALL_PROXY")
    found = examine(proxy, brake)
    works = all(finding.status != "problem" for finding in found)
    model = partial(check_model, options, wanted, environ, brake, proxy_works=works)
    report.add(*examine(Check("model", model, USAGE, MODEL_CURE), brake))
    report.add(*examine(Check("key", partial(check_key, wanted, environ), USAGE, SET_A_KEY), brake))
    report.add(*found)
    if works:
        endpoint = partial(check_endpoint, wanted, options, environ)
        report.add(*examine(Check("endpoint", endpoint, ModelError.exit_code, ENDPOINT_CURE), brake))


class _Report:
    """Prints findings as they come, and counts them."""

    def __init__(self, *, as_json: bool, secrets: frozenset[str]) -> None:
        self._as_json = as_json
        self._secrets = secrets
        self._findings: list[Finding] = []
        self._console = StreamConsole(highlight=False)

    def add(self, *findings: Finding) -> None:
        """Print them. Raises `OutputClosedError`."""
        for finding in findings:
            self._findings.append(finding)
            line = {key: text and redacted(text, self._secrets) for key, text in finding.line().items()}
            if self._as_json:
                write_lines(json.dumps(line))
                continue
            mark, style = MARKS[finding.status]
            with writing():
                self._print((mark, style), f"  {finding.check:{NAME_WIDTH}} ", clean(line["detail"] or ""))
                if line["cure"]:
                    self._print(f"{'':{len(mark) + 2}}cure: {clean(line['cure'])}")

    def end(self) -> int:
        """Print the sum; returns the exit code. Raises `OutputClosedError`."""
        code = exit_code(self._findings)
        count = {status: sum(f.status == status for f in self._findings) for status in MARKS}
        if self._as_json:
            write_lines(json.dumps({**count, "exit_code": code}))
            return code
        counted = ", ".join(
            f"{number} {name}{'s' if number > 1 else ''}" for name, number in count.items() if number and name != "ok"
        )
        verdict = "a run would not work here" if code else "a run would work here"
        with writing():
            self._print((f"{verdict}{f': {counted}' if counted else ''}", "bold red" if code else "bold green"))
        return code

    def _print(self, *parts: str | tuple[str, str]) -> None:
        self._console.print(Text.assemble(*parts), soft_wrap=True)
