"""The options of the commands, as they are once flags, environment and file have been read (`agent.config`)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

DEFAULT_STEPS = 30
DEFAULT_PLAN_STEPS = 5


class RunOptions(BaseModel):
    """Options of `agent run` and `agent plan`; the help text of each is in `agent.arguments`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: str
    dry_run: bool = False
    model: str | None = None
    base_url: str | None = None
    region: Literal["beijing", "singapore", "virginia"] | None = None
    wire: Literal["chat", "dashscope", "anthropic"] | None = None
    profile: str | None = None
    system_prompt: Path | None = None
    thinking: bool | None = None
    thinking_budget: int | None = None
    stream: bool | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    presence_penalty: float | None = None
    high_res: bool = True
    max_pixels: int | None = None
    image_tokens: int | None = None
    old_pictures: int | None = None
    model_timeout: float = 180.0
    allow_http: bool = False
    monitor: int = 1
    region_of_screen: tuple[int, int, int, int] | None = None
    virtual: tuple[int, int] | None = None
    launch: tuple[str, ...] = ()
    settle_min: float = 0.0
    settle_max: float = 3.0
    panic_key: str = "ctrl+alt+q"
    on_human: Literal["pause", "stop", "ignore"] | None = None
    force: bool = False
    max_steps: int | None = None
    max_seconds: float | None = None
    max_cost: float | None = None
    price: tuple[float, ...] | None = None
    approve: Literal["never", "risky", "always"] = "risky"
    policy: Path | None = None
    secret: tuple[str, ...] = ()
    redact: tuple[str, ...] = ()
    check: tuple[str, ...] = ()
    record: Path | Literal[False] = Path("recordings")
    record_best_effort: bool = False
    output: Path | None = None
    json_: bool = False
    quiet: bool = False
    verbose: bool = False

    @property
    def steps(self) -> int:
        """The step limit."""
        return self.max_steps or (DEFAULT_PLAN_STEPS if self.dry_run else DEFAULT_STEPS)


class ReplayOptions(BaseModel):
    """Options of `agent replay`; what it shares with a run (model, screen, consent) is in `run`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    paths: tuple[str, ...]
    run: RunOptions
    live: bool = False
    ask: bool = False
    update: Literal["all", "changed", "missing", "none"] = "none"
    wait: float = 10.0
    trust_commands: bool = False
    within: int = 20
    jobs: int = 4
    results: Path | None = None
    """Folder for the images of what differs."""
