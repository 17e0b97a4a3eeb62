"""Live replay: the recorded actions performed on the screen, each only where its target is recognised. No model.

Before an action the screen is looked at until the target's neighbourhood is as recorded; a target that stands elsewhere
on a screen at rest is found again (`agent.live.locate`) and reported as a heal. What is not recognised within the limit
ends the replay: nothing is done on a guess.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from actions.action import Action, Answer, GroundedAction, Interact, Point, Terminate, Wait
from actions.brake import Brake
from actions.executor import Executor
from agent.events import StepPlanned
from agent.geometry import Viewport, viewport_of
from agent.live.actions import check_performable, recorded_action
from agent.live.baselines import Baselines, crop, decoded
from agent.live.covers import Covers
from agent.live.end import end_differs
from agent.live.locate import STILL, Found, Target
from agent.live.recognise import POLL_SECONDS, Look, Recogniser
from agent.live.settings import LiveSettings
from agent.matching import alike
from agent.permission.consent import Consent
from agent.permission.proposal import Proposal
from agent.person import Nobody, Person
from agent.reader import ReadTexts
from agent.recording.session import RecordedStep, Session
from agent.rect import Rect
from agent.screen import Screen, Screenshot
from agent.settle import Settler

if TYPE_CHECKING:
    from PIL.Image import Image

Update = Literal["all", "changed", "missing", "none"]
MOST_LOOKS = 3
"""At a target that changes between being recognised and being acted on."""
StepOutcome = Literal["matched", "healed", "accepted", "skipped", "mismatch", "failed", "refused"]


@dataclass(frozen=True)
class StepResult:
    """What became of one recorded step."""

    step: int
    outcome: StepOutcome
    summary: str
    """The recorded sentence."""
    detail: str | None = None
    target: Point | None = None
    """Where it was acted, in input points."""
    recorded: Point | None = None
    """Where it was recorded."""
    ms: int = 0


@dataclass(frozen=True)
class Mismatch:
    """The pictures of a step whose target was not recognised."""

    expected: Image
    actual: Image
    difference: Image


@dataclass(frozen=True)
class LiveParts:
    """What a live replay works with."""

    screen: Screen
    executor: Executor
    consent: Consent
    settler: Settler
    brake: Brake
    read: ReadTexts | None
    """Reads a picture's texts; None without OCR."""
    person: Person = field(default_factory=Nobody)


class LiveReplay:
    """One session performed once."""

    def __init__(
        self,
        session: Session,
        settings: LiveSettings,
        parts: LiveParts,
        *,
        update: Update = "none",
        wait_seconds: float = 10.0,
    ) -> None:
        """Read what is needed. Raises `SessionError` for a session that cannot be performed."""
        check_performable(session)
        self._session = session
        self._settings = settings
        self._parts = parts
        self._update = update
        self._recogniser = Recogniser(parts.screen, parts.brake, parts.read, wait_seconds)
        self._baselines = Baselines(session.path)
        self._covers = Covers(session, parts.screen)
        self._actions = [recorded_action(session, step) for step in session.steps]
        self._pointer: Point | None = None
        """Where the recording last acted, in input points."""
        self._offset = STILL
        """From there to where it was acted now, in capture pixels."""
        self.mismatch: Mismatch | None = None

    def run(self) -> Iterator[StepResult]:
        """Each step, as it is done; the last one is the one that could not be. What `update` keeps is written."""
        for step, action in zip(self._session.steps, self._actions, strict=True):
            self._parts.brake.check()
            started = time.monotonic()
            result = self._step(step, action)
            yield replace(result, ms=round((time.monotonic() - started) * 1000))
            if result.outcome in ("mismatch", "failed", "refused"):
                return
        self._baselines.write()

    def _step(self, step: RecordedStep, action: Action | None) -> StepResult:
        planned = step.planned
        if planned is None or action is None:
            return StepResult(step.number, "skipped", "", "nothing was planned")
        done = StepResult(step.number, "skipped", planned.summary, recorded=planned.target)
        if isinstance(action, Terminate | Answer):
            return self._end(step, done)
        if step.finished is None:
            return replace(done, detail="its effect is unknown, and it is not repeated")
        if step.finished.outcome != "done":
            return replace(done, detail=f"it was not done: {step.finished.detail or step.finished.outcome}")
        if isinstance(action, Interact):
            return replace(done, detail="nobody is asked again")
        if isinstance(action, Wait):
            self._parts.executor.perform(GroundedAction(action))
            return replace(done, outcome="matched")
        return self._perform(step, planned, action, done)

    def _perform(self, step: RecordedStep, planned: StepPlanned, action: Action, done: StepResult) -> StepResult:
        frame, viewport = self._frame(step), viewport_of(step.screenshot.viewport)
        target = self._target(step, frame, viewport, planned.target or self._pointer)
        origin = self._target(step, frame, viewport, planned.start, own=False) if planned.start else None
        for _ in range(MOST_LOOKS):
            look = self._recogniser.look_for(target, self._offset)
            if look.found is None and not (self._update == "all" and _is_on(look.shot, target.at)):
                return self._not_recognised(done, target, frame, look)
            looks = [(target, look)]
            if origin is not None:
                looks.append((origin, self._recogniser.look_for(origin, self._offset)))
                if looks[1][1].found is None:
                    return replace(done, outcome="mismatch", detail="where the drag begins was not recognised")
            points = [_point(one.shot.viewport, one.found.at if one.found else target.at) for _, one in looks]
            place, start = points[0] if planned.target else None, points[1] if origin else None
            grounded = GroundedAction(action, place, start, planned.notches or 0)
            # Asked each time: the policy may allow one place and not another.
            refusal = self._parts.consent.verdict(Proposal(grounded, planned.summary, look.shot)).refusal
            if refusal is not None:
                return replace(done, outcome="refused", detail=refusal)
            self._parts.person.wait()
            before = self._parts.settler.look(look.shot)
            if all(_still_there(*one, before.image) for one in looks):
                return self._act(step, target, look, grounded, before, done)
        return replace(done, outcome="mismatch", detail="the place changed each time just before it was acted")

    def _act(
        self,
        step: RecordedStep,
        target: Target,
        look: Look,
        grounded: GroundedAction,
        before: Screenshot,
        done: StepResult,
    ) -> StepResult:
        self._keep(step, target, look)
        outcome = self._parts.executor.perform(grounded)
        self._parts.settler.settle(before)
        if done.recorded is not None:
            self._pointer, self._offset = done.recorded, look.found.offset if look.found else STILL
        if outcome.status != "done":
            return replace(done, outcome="failed", target=grounded.point, detail=outcome.detail or outcome.feedback)
        return _told(done, look.found, grounded.point)

    def _target(
        self, step: RecordedStep, frame: Image, viewport: Viewport, at: Point | None, *, own: bool = True
    ) -> Target:
        # Keys go to where the focus is: what was last acted on stands for it, or the middle of the screen's picture.
        pixel = Point(frame.width // 2, frame.height // 2) if at is None else viewport.to_pixel(at)
        restless = step.finished.restless if step.finished else ()
        moving = tuple(Rect(x, y, x + w, y + h) for x, y, w, h in restless)
        alternatives = self._baselines.alternatives(step.number) if own else ()
        target = Target(frame, pixel, self._settings.excluded(step.number) + moving, alternatives)
        return self._covers.left_out(target)

    def _keep(self, step: RecordedStep, target: Target, look: Look) -> None:
        """What `--update` asks for."""
        found = look.found
        healed = found is None or found.how in ("image", "text")
        missing = self._update == "missing" and step.screenshot.lossless is None
        if not (missing or self._update == "all" or (self._update == "changed" and healed)):
            return
        at = found.at if found else target.at
        offset = found.offset if found else STILL
        picture, inside = crop(look.shot.image, target.around(offset))
        how = found.how if found else "present"
        self._baselines.accept(step.number, picture, inside, at, how, instead=self._update == "all")

    def _end(self, step: RecordedStep, done: StepResult) -> StepResult:
        """The screen at the end must show what the last action did in the recording."""
        if not self._settings.end or step.number < 2:
            return replace(done, outcome="matched")
        before, frame = self._frame(self._session.steps[step.number - 2]), self._frame(step)
        accepted = [one.picture for one in self._baselines.alternatives(step.number)]
        excluded = self._settings.excluded(step.number)
        deadline = time.monotonic() + self._recogniser.wait
        while True:
            shot = self._parts.screen.capture()
            covers = self._covers.of(before, frame, shot.image)
            mask = end_differs(before, frame, accepted, shot.image, (*excluded, *covers))
            if mask is None:
                return replace(done, outcome="matched")
            if time.monotonic() >= deadline:
                break
            self._parts.brake.sleep(POLL_SECONDS)
        if self._update in ("all", "changed"):
            whole = Rect(0, 0, *shot.size)
            self._baselines.accept(
                step.number, shot.image, whole, Point(0, 0), "present", instead=self._update == "all"
            )
            return replace(done, outcome="accepted", detail="the screen at the end is another, and is kept")
        self.mismatch = Mismatch(frame, shot.image, mask)
        return replace(done, outcome="mismatch", detail="the screen at the end is not what the recording ended on")

    def _not_recognised(self, done: StepResult, target: Target, frame: Image, look: Look) -> StepResult:
        shot = look.shot.image
        part = target.difference(shot)
        # Where the screen is too small to have the place, it is shown whole.
        box, mask = part or (target.neighbourhood, None)
        expected, _ = crop(frame, box)
        actual = crop(shot, box)[0] if part else shot
        self.mismatch = Mismatch(expected, actual, mask or expected)
        return replace(done, outcome="mismatch", detail=self._why(target, look, done.recorded))

    def _why(self, target: Target, look: Look, recorded: Point | None) -> str:
        where = f"at ({recorded.x}, {recorded.y})" if recorded else "where keys would go"
        if not target.is_known:
            return f"too much of what was {where} is left out of the comparison to know it again"
        read = self._parts.read
        was = target.label(read) if read else None
        now = (
            replace(target, frame=look.shot.image).label(read)
            if read and was and _is_on(look.shot, target.at)
            else None
        )
        said = f', it said "{was.text}"' + (f', now "{now.text}"' if now else "") if was else ""
        return (
            f"what was {where} is not there after {self._recogniser.wait:g} s{said}, "
            "and is found nowhere else for certain"
        )

    def _frame(self, step: RecordedStep) -> Image:
        file = step.screenshot.lossless or step.screenshot.sent
        return decoded(self._session.picture(file), self._session.path)


def _is_on(shot: Screenshot, pixel: Point) -> bool:
    return pixel.x < shot.size.width and pixel.y < shot.size.height


def _still_there(target: Target, look: Look, screen: Image) -> bool:
    """Whether the place still looks as it did when the target was recognised: consent may have taken a while."""
    if look.found is None:
        return True
    expected, box = crop(look.shot.image, target.around(look.found.offset))
    actual, _ = crop(screen, box)
    dx, dy = look.found.offset
    was = Rect(box.left - dx, box.top - dy, box.right - dx, box.bottom - dy)
    return alike(expected, actual, target.excluded_in(was))


def _point(viewport: Viewport, pixel: Point) -> Point:
    """A pixel of the capture as input points of the whole desktop."""
    x = viewport.left + round(pixel.x * viewport.width / viewport.pixels.width)
    y = viewport.top + round(pixel.y * viewport.height / viewport.pixels.height)
    return Point(x, y)


def _told(done: StepResult, found: Found | None, place: Point | None) -> StepResult:
    done = replace(done, target=place)
    if found is None:
        return replace(done, outcome="accepted", detail="it looks otherwise, and that is kept")
    if found.how in ("place", "alternative"):
        return replace(done, outcome="matched")
    by = f'its text "{found.text}"' if found.how == "text" else "its picture"
    moved = f"{found.offset.x:+d}, {found.offset.y:+d}"
    return replace(done, outcome="healed", detail=f"found by {by}, moved by {moved}")
