"""Options from three places: flags win over environment over file, over the defaults here.

Every option has its long flag's name in all three (`--no-record`, `AGENT_NO_RECORD=1`, `no-record = true`). Of two that
exclude each other the stronger place wins and drops the weaker one's; both in one place are an error.
"""

from __future__ import annotations

import argparse
import difflib
import os
import stat
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from agent.dialect import MAX_WINDOW
from agent.errors import UsageError
from agent.options import ReplayOptions, RunOptions

PREFIX = "AGENT_"
WORDS = MappingProxyType(
    {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
)
EXCLUDING = (
    *(("temperature", "top_p"), ("quiet", "verbose"), ("base_url", "region")),
    *(("max_pixels", "high_res"), ("max_pixels", "image_tokens")),
)
OTHER_VARIABLES = ("AGENT_API_KEY", "AGENT_CONFIG")
"""Variables that are no option of a command."""
MAX_FILE_BYTES = 1_000_000
MIN_IMAGE_TOKENS = 128


def run_options(
    given: Mapping[str, Any], actions: Mapping[str, argparse.Action], environ: Mapping[str, str]
) -> RunOptions:
    """The options in force. Raises `UsageError` naming the file, variable or flag that is wrong."""
    flags = dict(given)
    environment = {name: text for name, text in environ.items() if name.startswith(PREFIX) and text}
    config = flags.pop("config", None) or environment.get("AGENT_CONFIG")
    from_file = _read_file(Path(config) if config else None, actions)
    merged = _merged(from_file, _read_environment(environment, actions), flags)
    if "json" in merged:
        merged["json_"] = merged.pop("json")
    options = RunOptions.model_validate(merged)
    _check(options)
    return options


_HANDS = ("panic_key", "on_human", "force")
LIVE_ONLY = (
    *("update", "wait", "check", "secret", "redact", "trust_commands"),
    *("virtual", "launch", "monitor", "region_of_screen", *_HANDS),
)
ASK_ONLY = ("within", "jobs", "model", "base_url", "system_prompt")


def replay_options(
    given: Mapping[str, Any], run_actions: Mapping[str, argparse.Action], environ: Mapping[str, str]
) -> ReplayOptions:
    """The options in force; what is shared with a run follows environment and file too. Raises `UsageError`."""
    own = {name: value for name, value in given.items() if name in ReplayOptions.model_fields}
    shared = {name: value for name, value in given.items() if name not in own}
    for mode, names in (("live", LIVE_ONLY), ("ask", ASK_ONLY)):
        stray = [name for name in names if name in given and not given.get(mode)]
        if stray:
            raise UsageError(f"--{stray[0].replace('_', '-')} needs --{mode}")
    if not 1 <= own.get("jobs", 1) <= 10:
        raise UsageError("--jobs takes 1 to 10: an endpoint takes ten requests at once")
    return ReplayOptions(run=run_options({"task": "", **shared}, run_actions, environ), **own)


class NoSuchFileError(UsageError):
    """There is no file of that name."""


def read_toml(path: Path, what: str) -> dict[str, Any]:
    """The TOML file `path`, which the errors call `what`: a regular file of at most `MAX_FILE_BYTES`.

    Raises `UsageError`: there is none (`NoSuchFileError`), it cannot be read, is too large, or is no TOML.
    """
    try:
        # A pipe without a writer must not hold us up.
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UsageError(f"cannot read {what} {path}: it is no regular file")
            data = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError as error:
        raise NoSuchFileError(f"cannot read {what} {path}: there is no such file") from error
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read {what} {path}: {getattr(error, 'strerror', None) or error}") from error
    if len(data) > MAX_FILE_BYTES:
        raise UsageError(f"cannot read {what} {path}: it is larger than {MAX_FILE_BYTES // 1_000_000} MB")
    try:
        return tomllib.loads(data.decode("utf-8"))
    except RecursionError as error:
        raise UsageError(f"{what} {path} is not TOML that can be read: it is nested too deeply") from error
    except ValueError as error:
        raise UsageError(f"{what} {path} is not TOML: {error}") from error


def _merged(*layers: Mapping[str, Any]) -> dict[str, Any]:
    """The layers, weakest first, as one."""
    merged: dict[str, Any] = {}
    for layer in layers:
        for one, other in EXCLUDING:
            for name, partner in ((one, other), (other, one)):
                if _in_force(layer, name) and _in_force(merged, partner):
                    del merged[partner]
        merged |= layer
    return merged


def _in_force(layer: Mapping[str, Any], name: str) -> bool:
    value = layer.get(name)
    return value is not None and value is not False  # 0 is in force


def _check(options: RunOptions) -> None:
    wrong = {
        "--base-url needs --model: the endpoint's models are its own": options.base_url and not options.model,
        "--base-url names the endpoint, so --region has no meaning": options.base_url and options.region,
        "--temperature and --top-p exclude each other: give one": (
            options.temperature is not None and options.top_p is not None
        ),
        "--max-pixels needs --no-high-res, which it limits": options.max_pixels is not None and options.high_res,
        "--image-tokens and --max-pixels exclude each other: give one": (
            options.image_tokens is not None and options.max_pixels is not None
        ),
        f"--image-tokens must be {MIN_IMAGE_TOKENS} or more": (
            options.image_tokens is not None and options.image_tokens < MIN_IMAGE_TOKENS
        ),
        f"--old-pictures goes from 0 to {MAX_WINDOW}": (
            options.old_pictures is not None and not 0 <= options.old_pictures <= MAX_WINDOW
        ),
        "-o is for a dry run (agent plan)": options.output and not options.dry_run,
        "-q and -v exclude each other": options.quiet and options.verbose,
        "--settle-min must not exceed --settle-max": options.settle_min > options.settle_max,
        "--monitor counts from 0": options.monitor < 0,
        "--max-pixels must be 3136 or more": options.max_pixels is not None and options.max_pixels < 3136,
    }
    for message, is_wrong in wrong.items():
        if is_wrong:
            raise UsageError(message)


def _read_file(path: Path | None, actions: Mapping[str, argparse.Action]) -> dict[str, Any]:
    try:
        data = read_toml(path or _default_path(), "the configuration")
    except NoSuchFileError as error:
        if path is None:
            return {}
        raise UsageError(f"there is no configuration file {path}") from error
    path = path or _default_path()
    names = _names(actions)
    for key in data:
        if key.replace("-", "_") not in names:
            near = _nearest(key, (name.replace("_", "-") for name in names))
            raise UsageError(f"the configuration {path} sets {key!r}, which is no option{near}")
    return _converted(((key.replace("-", "_"), value, f"{key!r} in {path}") for key, value in data.items()), actions)


def _read_environment(environment: Mapping[str, str], actions: Mapping[str, argparse.Action]) -> dict[str, Any]:
    variables = {PREFIX + name.upper(): name for name in _names(actions)}
    for variable in environment:
        if variable not in variables and variable not in OTHER_VARIABLES:
            # Its value is not shown: it may be a key under a wrong name.
            # One that resembles none is another program's (build servers have an AGENT_NAME, an AGENT_OS).
            own = [name.removeprefix(PREFIX) for name in (*variables, *OTHER_VARIABLES)]
            if near := difflib.get_close_matches(variable.upper().removeprefix(PREFIX), own, n=1, cutoff=0.8):
                hint = f"(did you mean {PREFIX}{near[0]}?)"
                raise UsageError(f"the environment variable {variable} is no option {hint}; unset it")
    given = (
        (variables[variable], value, f"the environment variable {variable}")
        for variable, value in environment.items()
        if variable in variables
    )
    return _converted(given, actions)


def _default_path() -> Path:
    import platformdirs

    return Path(platformdirs.user_config_dir("gui-plus-agent", appauthor=False)) / "config.toml"


def cache_folder() -> Path:
    """Where this user's programs keep what may be lost; it need not exist."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("gui-plus-agent", appauthor=False))


def _names(actions: Mapping[str, argparse.Action]) -> dict[str, str]:
    """What file and environment may set: a name for each long flag, with the option that it sets."""
    names = {dest: dest for dest in actions}
    for dest, action in actions.items():
        names |= {flag[2:].replace("-", "_"): dest for flag in action.option_strings if flag.startswith("--")}
    return names


def _nearest(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(names), n=1)
    return f" (did you mean {near[0]}?)" if near else ""


def _converted(given: Iterable[tuple[str, object, str]], actions: Mapping[str, argparse.Action]) -> dict[str, Any]:
    """Options from names, values and where each stands."""
    names, options = _names(actions), dict[str, Any]()
    for name, value, source in given:
        dest = names[name]
        if dest in options:
            raise UsageError(f"{source}: this option is set twice, the other time under another name")
        wanted = not _boolean(value, source) if name.startswith("no_") else value
        options[dest] = _convert(actions[dest], wanted, source)
    return options


def _convert(action: argparse.Action, value: object, source: str) -> object:
    """`value` as the flag would have it."""
    if action.dest == "record" and (word := str(value).lower()) in WORDS:
        return WORDS[word] and RunOptions.model_fields["record"].default
    if action.nargs == 0 and action.dest != "record":
        return _boolean(value, source)
    if action.dest in ("launch", "check", "secret", "redact"):
        return _commands(value, source)
    # A type says itself what it takes, of lists and truth values too.
    if action.type is None and isinstance(value, bool | list | dict):
        raise UsageError(f"{source}: {value!r} is not text")
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if action.choices is not None and text not in action.choices:
        raise UsageError(f"{source}: {text!r} is none of {', '.join(action.choices)}")
    try:
        return action.type(text) if callable(action.type) else text
    except (ValueError, argparse.ArgumentTypeError) as error:
        raise UsageError(f"{source}: {error}") from error


def _commands(value: object, source: str) -> list[str]:
    given: list[object] = value if isinstance(value, list) else [value]
    commands = [command for command in given if isinstance(command, str)]
    if len(commands) < len(given):
        raise UsageError(f"{source}: {value!r} is neither a command as text nor a list of them")
    return commands


def _boolean(value: object, source: str) -> bool:
    word = str(value).lower()
    if word not in WORDS:
        raise UsageError(f"{source}: {value!r} is neither true nor false")
    return WORDS[word]
