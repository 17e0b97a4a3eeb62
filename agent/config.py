"""Options from three places: flags win over environment over file, over the defaults here."""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from agent.errors import UsageError

PREFIX = "AGENT_"
WORDS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
DEFAULT_STEPS = 30
DEFAULT_PLAN_STEPS = 5


class RunOptions(BaseModel):
    """Options of `agent run` and `agent plan`; the help text of each is in `agent.cli`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: str
    dry_run: bool = False
    model: str | None = None
    base_url: str | None = None
    region: Literal["beijing", "singapore", "virginia"] | None = None
    profile: str | None = None
    system_prompt: Path | None = None
    thinking: bool | None = None
    stream: bool | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    presence_penalty: float | None = None
    high_res: bool = True
    max_pixels: int | None = None
    model_timeout: float = 180.0
    allow_http: bool = False
    monitor: int = 1
    region_of_screen: tuple[int, int, int, int] | None = None
    virtual: tuple[int, int] | None = None
    launch: tuple[str, ...] = ()
    settle_min: float = 0.0
    settle_max: float = 3.0
    max_steps: int | None = None
    max_seconds: float | None = None
    approve: Literal["never", "always"] = "never"
    policy: Path | None = None
    record: Path | Literal[False] = Path("recordings")
    output: Path | None = None
    json_: bool = False
    quiet: bool = False
    verbose: bool = False

    @property
    def steps(self) -> int:
        """The step limit."""
        return self.max_steps or (DEFAULT_PLAN_STEPS if self.dry_run else DEFAULT_STEPS)


def run_options(
    given: Mapping[str, Any], actions: Mapping[str, argparse.Action], environ: Mapping[str, str]
) -> RunOptions:
    """The options in force. Raises `UsageError` naming the file, variable or flag that is wrong."""
    flags = dict(given)
    config = flags.pop("config", None)
    from_file = _read_file(Path(config) if config else None, actions)
    from_environment = {
        dest: _convert(action, environ[name], f"the environment variable {name}")
        for dest, action in actions.items()
        if (name := PREFIX + dest.upper()) in environ
    }
    merged = {**from_file, **from_environment, **flags}
    _drop_the_weaker_of("temperature", "top_p", from_file, from_environment, flags, merged)
    if "json" in merged:
        merged["json_"] = merged.pop("json")
    options = RunOptions.model_validate(merged)
    _check(options)
    return options


def _check(options: RunOptions) -> None:
    wrong = {
        "--base-url needs --model: the endpoint's models are its own": options.base_url and not options.model,
        "--base-url names the endpoint, so --region has no meaning": options.base_url and options.region,
        "--temperature and --top-p exclude each other: give one": (
            options.temperature is not None and options.top_p is not None
        ),
        "--max-pixels needs --no-high-res, which it limits": options.max_pixels is not None and options.high_res,
        "-o is for a dry run (agent plan)": options.output and not options.dry_run,
        "-q and -v exclude each other": options.quiet and options.verbose,
        "--settle-min must not exceed --settle-max": options.settle_min > options.settle_max,
        "--monitor counts from 0": options.monitor < 0,
        "--max-pixels must be 3136 or more": options.max_pixels is not None and options.max_pixels < 3136,
    }
    for message, is_wrong in wrong.items():
        if is_wrong:
            raise UsageError(message)


def _drop_the_weaker_of(a: str, b: str, *layers: dict[str, Any]) -> None:
    *sources, merged = layers
    for source in reversed(sources):
        if a in source or b in source:
            for name in (a, b):
                if name not in source:
                    merged.pop(name, None)
            return


def _read_file(path: Path | None, actions: Mapping[str, argparse.Action]) -> dict[str, Any]:
    explicit = path is not None
    path = path or _default_path()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        if explicit:
            raise UsageError(f"there is no configuration file {path}") from error
        return {}
    except OSError as error:
        raise UsageError(f"cannot read the configuration {path}: {error.strerror or error}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"the configuration {path} is not TOML: {error}") from error
    options = {}
    for key, value in data.items():
        dest = key.replace("-", "_")
        if dest not in actions:
            raise UsageError(f"the configuration {path} sets {key!r}, which is no option of agent run")
        options[dest] = _convert(actions[dest], value, f"{key!r} in {path}")
    return options


def _default_path() -> Path:
    import platformdirs

    return Path(platformdirs.user_config_dir("gui-plus-agent", appauthor=False)) / "config.toml"


def _convert(action: argparse.Action, value: object, source: str) -> object:
    """`value` as the flag would have it."""
    if action.nargs == 0 and action.dest != "record":
        return _boolean(value, source)
    if action.dest == "record" and str(value).lower() in WORDS and not WORDS[str(value).lower()]:
        return False
    if isinstance(value, list) and action.dest == "launch":
        return [str(item) for item in value]
    if isinstance(value, list | dict | bool):
        raise UsageError(f"{source}: {value!r} is not what this option takes")
    text = str(value)
    if action.choices is not None and text not in action.choices:
        raise UsageError(f"{source}: {text!r} is none of {', '.join(action.choices)}")
    if action.dest == "launch":
        return [text]
    try:
        return action.type(text) if callable(action.type) else text
    except (ValueError, argparse.ArgumentTypeError) as error:
        raise UsageError(f"{source}: {error}") from error


def _boolean(value: object, source: str) -> bool:
    word = str(value).lower()
    if word not in WORDS:
        raise UsageError(f"{source}: {value!r} is neither true nor false")
    return WORDS[word]
