"""The plan as a picture and a page: the screen with the targets drawn, and the numbered steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from actions.action import Point
from agent.encode import encode_png
from agent.errors import RecordingError
from agent.events import Event, ScreenshotTaken, SessionEnded, SessionStarted, StepFinished, StepPlanned
from agent.outline import outline
from agent.progress import action_line, clean
from agent.recording.recorder import write_whole
from agent.screen import Screenshot
from agent.show.film import make_film
from agent.show.page import render_page
from agent.show.report import Texts, plan_data, run_facts

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

RGB = tuple[int, int, int]
RADIUS = 14
SAME_PLACE = RADIUS // 2
"""Pixels: marks nearer to each other than this would cover each other."""
MAX_NUMBERS = 6
AROUND = Point(320, 200)
"""Pixels of a close-up to each side of where it acts."""
GROUNDED: RGB = (214, 40, 57)
ASSUMED: RGB = (230, 126, 34)
WHITE: RGB = (255, 255, 255)


class PlanPreview:
    """Collects a dry run's steps; writes plan.png and plan.html to `folder`, if there is one, when it ends."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._started: SessionStarted | None = None
        self._screen: Screenshot | None = None
        self.steps: list[StepPlanned] = []
        self._asked: dict[int, str] = {}

    def handle(self, event: Event) -> None:
        """Take one event in. Raises `RecordingError` when the files cannot be written."""
        match event:
            case SessionStarted():
                self._started = event
            case ScreenshotTaken():
                self._screen = self._screen or event.screenshot
            case StepPlanned() if event.action is not None:
                self.steps.append(event)
            case StepFinished() if event.consent is not None and not event.consent.startswith("allowed"):
                self._asked[event.step] = event.consent
            case SessionEnded() if self.steps and self._folder:
                self._write(event, self._folder)

    def lines(self) -> list[str]:
        """The task as the model understands it, the numbered steps, and where the pictures are."""
        understood = outline(self._started) if self._started else ()
        lines = [*map(clean, understood), *([""] if understood else [])]
        lines += [
            f"{step.step}. {clean(step.summary)}\n   {clean(action_line(step))}"
            + (f"\n   {clean(self._asked[step.step])}" if step.step in self._asked else "")
            for step in self.steps
        ]
        if self.steps and self._folder:
            lines.append(f"{self._folder / 'plan.png'} and plan.html show the targets")
        return lines

    def _write(self, ended: SessionEnded, folder: Path) -> None:
        assert self._screen is not None
        assert self._started is not None
        picture = encode_png(draw_targets(self._screen, self.steps))
        page = _page(self._started, self._screen, self.steps, self._asked, ended)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(folder / "plan.png", picture.data)
            write_whole(folder / "plan.html", page)
        except OSError as error:
            raise RecordingError(f"cannot write the plan to {folder}: {error.strerror or error}") from error


def _page(
    started: SessionStarted,
    screen: Screenshot,
    steps: list[StepPlanned],
    asked: Mapping[int, str],
    ended: SessionEnded,
) -> bytes:
    """The plan as a page: every step on the one screen there was, with what would be asked about it."""
    texts = Texts()
    film = make_film({screen.digest: lambda: screen.image})
    run = run_facts(started, ended) | {
        "steps": [
            plan_data(step, screen.viewport, texts) | {"picture": screen.digest, "consent": asked.get(step.step)}
            for step in steps
        ]
    }
    return render_page("plan", [run], texts.all, film)


@dataclass(frozen=True)
class _Place:
    """The steps that act at one place, which is the first's, in pixels of the capture."""

    at: Point
    steps: list[StepPlanned]

    @property
    def colour(self) -> RGB:
        return ASSUMED if all(step.assumed for step in self.steps) else GROUNDED

    @property
    def label(self) -> str:
        numbers = [str(step.step) for step in self.steps]
        return ", ".join(numbers if len(numbers) <= MAX_NUMBERS else [*numbers[: MAX_NUMBERS - 1], "…"])

    def has(self, at: Point) -> bool:
        return max(abs(at.x - self.at.x), abs(at.y - self.at.y)) <= SAME_PLACE


def draw_targets(screen: Screenshot, steps: list[StepPlanned]) -> Image:
    """The screen with the steps' numbers where they act, one mark a place; orange where the place is assumed.

    What is not assumed is drawn last, so that nothing covers it.
    """
    from PIL import ImageDraw

    image = screen.image.copy()
    draw = ImageDraw.Draw(image)
    places = sorted(_places(screen, steps), key=lambda place: place.colour == GROUNDED)
    for place in places:
        for step in place.steps:
            if step.start is not None and step.target is not None:
                line = [screen.viewport.to_pixel(step.start), screen.viewport.to_pixel(step.target)]
                draw.line(line, fill=ASSUMED if step.assumed else GROUNDED, width=3)
        _mark(draw, place, image.size)
    return image


def _places(screen: Screenshot, steps: list[StepPlanned]) -> list[_Place]:
    places: list[_Place] = []
    for step in steps:
        if step.target is None:
            continue
        at = screen.viewport.to_pixel(step.target)
        place = next((one for one in places if one.has(at)), None)
        if place is None:
            places.append(_Place(at, [step]))
        else:
            place.steps.append(step)
    return places


def _mark(draw: ImageDraw, place: _Place, size: tuple[int, int]) -> None:
    from PIL import ImageFont

    at, colour = place.at, place.colour
    _ring(draw, at, colour)  # the number stands beside it
    font = ImageFont.load_default(16)
    x, y = at.x + RADIUS + 2, max(4, at.y - RADIUS - 8)
    width = draw.textlength(place.label, font=font)
    if x + width + 5 > size[0]:
        x = max(6, round(at.x - RADIUS - 8 - width))
    box = draw.textbbox((x, y), place.label, font=font)
    draw.rounded_rectangle([box[0] - 5, box[1] - 4, box[2] + 5, box[3] + 4], radius=5, fill=colour)
    draw.text((x, y), place.label, font=font, fill=WHITE)


def _ring(draw: ImageDraw, at: Point, colour: RGB) -> None:
    """A ring and cross hairs, which leave the target visible."""
    draw.ellipse([at.x - RADIUS, at.y - RADIUS, at.x + RADIUS, at.y + RADIUS], outline=WHITE, width=5)
    draw.ellipse([at.x - RADIUS, at.y - RADIUS, at.x + RADIUS, at.y + RADIUS], outline=colour, width=3)
    for dx, dy in ((1, 0), (0, 1)):
        draw.line([(at.x - 4 * dx, at.y - 4 * dy), (at.x + 4 * dx, at.y + 4 * dy)], fill=colour, width=1)


def draw_close_up(screen: Screenshot, places: Sequence[Point]) -> Image:
    """The screen around the places, in input points, joined in their order and the last ringed; whole without one."""
    from PIL import ImageDraw

    image = screen.image.copy()
    pixels = [screen.viewport.to_pixel(place) for place in places if screen.viewport.contains(place)]
    if not pixels:
        return image
    draw = ImageDraw.Draw(image)
    draw.line(pixels, fill=GROUNDED, width=3)
    _ring(draw, pixels[-1], GROUNDED)
    across, down = [at.x for at in pixels], [at.y for at in pixels]
    return image.crop(
        (
            max(0, min(across) - AROUND.x),
            max(0, min(down) - AROUND.y),
            min(image.width, max(across) + AROUND.x),
            min(image.height, max(down) + AROUND.y),
        )
    )
