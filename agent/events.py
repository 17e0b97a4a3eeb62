"""What a run says about itself: one typed event after the other.

The public ones (`session_started`, `step_planned`, `step_finished`, `session_ended`) are what `--json` prints.
A recording holds these and the others, one JSON object a line, in the order they happened; every field of a line is
described here. Lines carry nothing secret: no key, no header.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from actions.action import Point
from agent.encode import EncodedImage
from agent.model import Usage
from agent.screen import Screenshot

FORMAT_VERSION = 1

Status = Literal[
    "success",
    "failure",
    "check_failed",
    "limit",
    "model_error",
    "screen_error",
    "recording_error",
    "refused",
    "stopped",
]

EXIT_CODES: dict[Status, int] = {
    "success": 0,
    "failure": 1,
    "check_failed": 1,
    "limit": 3,
    "model_error": 4,
    "screen_error": 5,
    "recording_error": 5,
    "refused": 6,
    "stopped": 130,
}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)
    public: ClassVar[bool] = False
    """Whether `--json` prints it."""
    recorded_only: ClassVar[frozenset[str]] = frozenset()
    """Fields that `--json` leaves out."""
    optional: ClassVar[frozenset[str]] = frozenset()
    """Fields that are left out where they are null."""

    time: str = Field(default_factory=_now)
    """UTC, ISO 8601. For people: durations are measured on the monotonic clock."""

    def line(self) -> dict[str, Any]:
        """The event as JSON types, for the recording."""
        data = self.model_dump(mode="json", by_alias=True)
        said = {name: value for name, value in data.items() if value is not None or name not in self.optional}
        return {"event": said.pop("event"), **said}

    def public_line(self) -> dict[str, Any]:
        """The event as JSON types, for `--json`."""
        return {name: value for name, value in self.line().items() if name not in self.recorded_only}


class ScreenInfo(BaseModel):
    """The screen as the run found it."""

    width: int
    """In capture pixels, like height."""
    height: int
    scale: float
    """Capture pixels an input point."""


class SessionStarted(_Event):
    """The run begins."""

    public = True
    recorded_only = frozenset({"format_version", "settings"})
    event: Literal["session_started"] = "session_started"
    format_version: int = FORMAT_VERSION
    """Of the recording; a reader refuses a newer one."""
    program_version: str = ""
    task: str
    model: str
    dialect: str
    screen: ScreenInfo
    dry_run: bool
    session_id: str
    """UUID of the task, the one the endpoint is told."""
    settings: dict[str, Any] = Field(default_factory=dict)
    """What replay must know to do the same again: see `agent.run.settings`."""


class ImageFile(BaseModel):
    """A file of the recording's folder `screens`; its name is `<sha256>.<extension>`."""

    sha256: str
    extension: Literal["png", "jpg", "webp"]
    width: int
    height: int

    @classmethod
    def of(cls, image: EncodedImage) -> ImageFile:
        """The file `image` becomes."""
        return cls(sha256=image.sha256, extension=image.extension, width=image.size.width, height=image.size.height)


class ScreenshotRecord(_Event):
    """What the screen showed at the start of a step, as a recording says it."""

    event: Literal["screenshot_taken"] = "screenshot_taken"
    step: int
    scene: str
    """The same for screens that differ only by what moves by itself; going in circles is judged by it."""
    viewport: dict[str, Any]
    """left, top, width, height in input points; pixels: [width, height] of the capture."""
    sent: ImageFile
    """What the model is sent."""
    lossless: ImageFile | None = None
    """The capture without loss; the same file as `sent` where that is lossless and full-size. Set by the recorder."""


class ScreenshotTaken(ScreenshotRecord):
    """The same with the pictures themselves, as the loop yields it."""

    screenshot: Screenshot = Field(exclude=True)
    image: EncodedImage = Field(exclude=True)


class ModelRequested(_Event):
    """The conversation the model is asked with; pictures are named by hash."""

    event: Literal["model_requested"] = "model_requested"
    step: int
    reask: int
    """0 for the step's question, then 1, 2, 3 for corrective ones."""
    messages: list[dict[str, Any]]
    """`{"role": …, "parts": [{"text": …} or {"image": sha256}]}` in order."""


class ModelFailed(_Event):
    """A request that brought no reply."""

    event: Literal["model_failed"] = "model_failed"
    step: int
    reask: int
    attempt: int
    """From 1."""
    kind: str
    """As in `agent.endpoint.failure`: it decides whether there is another try."""
    message: str
    pause: float | None
    """Seconds until the next try; null where there was none."""
    usage: Usage
    """What it took all the same; of a stream that broke, an estimate."""
    cost: float | None
    """CNY; 0 where the endpoint had not begun to reply."""


class ModelReplied(_Event):
    """The raw reply, whatever it is worth."""

    event: Literal["model_replied"] = "model_replied"
    step: int
    reask: int
    text: str
    reasoning: str
    tool_calls: list[dict[str, str]]
    finish_reason: str | None
    partial: bool
    model: str | None
    request_id: str | None
    tries: int
    usage: Usage
    cost: float | None
    """CNY of this reply; null where a price or a count is unknown."""
    ms: int
    error: str | None
    """Why the reply gives no action: the sentence the model is told; null where it does."""
    warnings: tuple[str, ...] = ()
    """What is odd about the reply, for the person."""


class StepPlanned(_Event):
    """What is about to be done. In a recording it is the intent: without its step_finished the effect is unknown."""

    public = True
    optional = frozenset({"from", "notches", "error"})
    event: Literal["step_planned"] = "step_planned"
    step: int
    summary: str
    """The model's own sentence, or ours where it wrote none. For people: nothing is decided by it."""
    action: dict[str, Any] | None = None
    """In model space; absent where there is an `error`."""
    target: Point | None
    """Input points of the whole desktop; a drag's end; null where the action has no place."""
    start: Point | None = Field(
        default=None, serialization_alias="from", validation_alias=AliasChoices("start", "from")
    )
    """Where a drag begins."""
    notches: int | None = None
    """The wheel's turn of a scroll: + up or right."""
    usage: Usage
    """Of the step, its re-asks included."""
    cost: float | None
    reasks: int
    repairs: tuple[str, ...] = ()
    """What had to be mended to read the reply."""
    assumed: bool = False
    """Planned on a screen that earlier previewed steps would have changed (dry run, from step 2 on)."""
    error: str | None = None

    def line(self) -> dict[str, Any]:
        """Without the action where nothing was understood."""
        data = super().line()
        if self.error is not None:
            del data["action"]
        return data


class StepFinished(_Event):
    """What became of the step."""

    public = True
    recorded_only = frozenset({"feedback", "restless", "runs"})
    optional = frozenset({"consent"})
    event: Literal["step_finished"] = "step_finished"
    step: int
    outcome: Literal["done", "previewed", "refused", "failed"]
    detail: str | None
    consent: str | None = None
    """Who let it be done or refused it, and why: "allowed", "allowed by rule 2", "asked: yes; it closes a window …"."""
    feedback: str | None = None
    """What the executor had to tell the model, the person's answer for one."""
    changed: bool | None
    """Whether the screen changed; null where nobody looked (the last step)."""
    settled: bool = True
    """False where the screen was still changing when waiting ended."""
    restless: tuple[tuple[int, int, int, int], ...] = ()
    """Of the step's screen, what changed while nothing was done: left, top, width, height in capture pixels."""
    runs: bool = False
    """Whether some of that does more than blink, or something has changed while nothing was done: a model is told."""
    ms: dict[str, int]
    """Milliseconds by part: capture, encode, model, act, settle."""


class CheckFinished(_Event):
    """A postcondition was asked at the end of a run."""

    public = True
    event: Literal["check_finished"] = "check_finished"
    check: str
    """`KIND:VALUE`."""
    passed: bool
    detail: str
    """What was seen."""


class SessionEnded(_Event):
    """The run is over."""

    public = True
    event: Literal["session_ended"] = "session_ended"
    status: Status
    exit_code: int
    answer: str | None
    reason: str | None = None
    """Why, in one line, where it is no success."""
    steps: int
    usage: Usage
    cost: float | None
    recording: str | None
    """The session's folder."""


Event = (
    SessionStarted
    | ScreenshotTaken
    | ModelRequested
    | ModelFailed
    | ModelReplied
    | StepPlanned
    | StepFinished
    | CheckFinished
    | SessionEnded
)
