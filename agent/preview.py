"""The plan as a picture and a page: the screen with the targets drawn, and the numbered steps."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from actions.action import Point
from agent.encode import encode_png
from agent.errors import RecordingError
from agent.events import Event, ScreenshotTaken, SessionEnded, SessionStarted, StepPlanned
from agent.progress import action_line, clean
from agent.screen import Screenshot

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

RADIUS = 14
GROUNDED = (214, 40, 57)
ASSUMED = (230, 126, 34)
WHITE = (255, 255, 255)


class PlanPreview:
    """Collects a dry run's steps; writes plan.png and plan.html to `folder`, if there is one, when it ends."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._started: SessionStarted | None = None
        self._screen: Screenshot | None = None
        self.steps: list[StepPlanned] = []

    def handle(self, event: Event) -> None:
        """Take one event in. Raises `RecordingError` when the files cannot be written."""
        match event:
            case SessionStarted():
                self._started = event
            case ScreenshotTaken():
                self._screen = self._screen or event.screenshot
            case StepPlanned() if event.action is not None:
                self.steps.append(event)
            case SessionEnded() if self.steps and self._folder:
                self._write(event, self._folder)

    def lines(self) -> list[str]:
        """The numbered steps, and where the pictures are."""
        lines = [f"{step.step}. {clean(step.summary)}\n   {clean(action_line(step))}" for step in self.steps]
        if self.steps and self._folder:
            lines.append(f"{self._folder / 'plan.png'} and plan.html show the targets")
        return lines

    def _write(self, ended: SessionEnded, folder: Path) -> None:
        assert self._screen is not None
        assert self._started is not None
        picture = encode_png(draw_targets(self._screen, self.steps))
        page = _render(
            task=self._started.task,
            model=self._started.model,
            picture=picture.data_url(),
            steps=[{"event": step, "line": action_line(step)} for step in self.steps],
            ended=ended,
        )
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "plan.png").write_bytes(picture.data)
            (folder / "plan.html").write_text(page, encoding="utf-8")
        except OSError as error:
            raise RecordingError(f"cannot write the plan to {folder}: {error.strerror or error}") from error


def draw_targets(screen: Screenshot, steps: list[StepPlanned]) -> Image:
    """The screen with each step's number where it acts; orange where the place is assumed."""
    from PIL import ImageDraw

    image = screen.image.copy()
    draw = ImageDraw.Draw(image)
    for step in steps:
        colour = ASSUMED if step.assumed else GROUNDED
        if step.target is None:
            continue
        target = screen.viewport.to_pixel(step.target)
        if step.start is not None:
            draw.line([screen.viewport.to_pixel(step.start), target], fill=colour, width=3)
        _mark(draw, target, str(step.step), colour)
    return image


def _mark(draw: ImageDraw, at: Point, label: str, colour: tuple[int, int, int]) -> None:
    from PIL import ImageFont

    # A ring and cross hairs leave the target visible; the number stands beside it.
    draw.ellipse([at.x - RADIUS, at.y - RADIUS, at.x + RADIUS, at.y + RADIUS], outline=WHITE, width=5)
    draw.ellipse([at.x - RADIUS, at.y - RADIUS, at.x + RADIUS, at.y + RADIUS], outline=colour, width=3)
    for dx, dy in ((1, 0), (0, 1)):
        draw.line([(at.x - 4 * dx, at.y - 4 * dy), (at.x + 4 * dx, at.y + 4 * dy)], fill=colour, width=1)
    font = ImageFont.load_default(16)
    place = (at.x + RADIUS + 2, at.y - RADIUS - 8)
    box = draw.textbbox(place, label, font=font)
    draw.rounded_rectangle([box[0] - 5, box[1] - 4, box[2] + 5, box[3] + 4], radius=5, fill=colour)
    draw.text(place, label, font=font, fill=WHITE)


def _render(**values: Any) -> str:  # noqa: ANN401 (a template's values)
    from jinja2 import Environment

    template = (resources.files("agent") / "plan.html.jinja").read_text(encoding="utf-8")
    return Environment(autoescape=True).from_string(template).render(**values)
