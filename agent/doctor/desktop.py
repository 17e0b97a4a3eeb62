"""`agent doctor` at the desktop: its checks in order, as far as one builds on the other, and the clicks measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial

from actions.brake import Brake, Stopped
from actions.desktop import DesktopExecutor
from actions.executor import InputError
from agent.dialect import DEFAULT_MODEL, resolve
from agent.doctor.calibration import Calibration, MappingError, View, Way, calibrate, move_back
from agent.doctor.diagnosis import Check, Finding, examine, problem
from agent.doctor.machine import check_tkinter
from agent.doctor.model import Asked
from agent.doctor.screen import (
    PERMISSION_ELSEWHERE,
    check_capture,
    check_display,
    check_held,
    check_input,
    check_window_manager,
    chosen_screen,
)
from agent.errors import AgentError, ScreenError
from agent.options import RunOptions
from agent.output import write_error
from agent.screen import DesktopScreen, Region
from agent.virtual import display_for

Tell = Callable[[Finding], None]

SCREEN = ScreenError.exit_code
DISPLAY_CURE = "set DISPLAY to a display that answers, or use --virtual 1280x800"
CAPTURE_CURE = "choose another --monitor or --region-of-screen; macOS: allow Screen Recording for your terminal"
SCALE_CURE = "check the scale and the resolution of this monitor, or look at another one with --monitor"
COVERED_CURE = "unlock the screen, close what lies over everything else, and try again; or --no-calibrate"
MOVING = "agent: the pointer moves by itself now, for some seconds; Ctrl-C or a corner of the screen stops it"


def examine_desktop(options: RunOptions, asked: Asked | None, tell: Tell, brake: Brake, *, calibrated: bool) -> None:
    """Tell what the checks of the desktop find. Raises `Stopped`."""
    with ExitStack() as stack:
        try:
            environment = stack.enter_context(display_for(options.virtual))
        except AgentError as error:
            cure = "sudo apt-get install xvfb openbox, or leave --virtual out"
            tell(problem("display", str(error), cure, error.exit_code))
            return
        if not all(_passed(check, tell, brake) for check in _basis(options)):
            return
        ready = [_passed(check, tell, brake) for check in _rest()]
        if not calibrated:
            tell(Finding("calibration", "ok", "not made (--no-calibrate)"))
        elif all(ready):
            _calibration(options, asked, tell, brake, environment)


def _basis(options: RunOptions) -> tuple[Check, ...]:
    """Without these, the others would only say the same again."""
    return (
        Check("display", partial(check_display, options), SCREEN, DISPLAY_CURE, seconds=5),
        Check("capture", partial(check_capture, options), SCREEN, CAPTURE_CURE),
    )


def _rest() -> tuple[Check, ...]:
    return (
        Check("window manager", check_window_manager, SCREEN, DISPLAY_CURE),
        Check("tkinter", check_tkinter, SCREEN, "sudo apt-get install python3-tk"),
        Check("input", check_input, SCREEN, PERMISSION_ELSEWHERE),
        Check("keys and buttons", check_held, SCREEN, DISPLAY_CURE),
    )


def _passed(check: Check, tell: Tell, brake: Brake) -> bool:
    findings = examine(check, brake)
    for finding in findings:
        tell(finding)
    return all(finding.status != "problem" for finding in findings)


def _calibration(
    options: RunOptions, asked: Asked | None, tell: Tell, brake: Brake, environment: dict[str, str]
) -> None:
    if not options.virtual:
        write_error(MOVING)
    try:
        monitors = DesktopScreen(0).monitors()[1:]
        with _pointer_put_back(brake) as desktop:
            for measured in calibrate(
                _views(options, monitors), monitors, _way(options, asked), desktop, brake, environment
            ):
                tell(_judged(measured))
    except Stopped:
        raise
    except (AgentError, InputError) as error:
        cure = SCALE_CURE if isinstance(error, MappingError) else COVERED_CURE
        tell(problem("calibration", str(error), cure, SCREEN))
    except Exception as error:  # noqa: BLE001 (as in `examine`)
        detail = f"the calibration itself failed: {type(error).__name__}: {error}"
        tell(problem("calibration", detail, COVERED_CURE, SCREEN))


@contextmanager
def _pointer_put_back(brake: Brake) -> Iterator[DesktopExecutor]:
    """An executor; in the end the pointer is where it was, unless the person has stopped us, perhaps by moving it."""
    desktop = DesktopExecutor(brake, ask=lambda _: None)
    try:
        before = desktop.position()
        try:
            yield desktop
        finally:
            with suppress(InputError, Stopped):
                move_back(desktop, before)
    finally:
        desktop.close()


def _way(options: RunOptions, asked: Asked | None) -> Way:
    """Of the model that a run would ask, of the usual one where that cannot be told."""
    if asked is None or asked.offline:
        profile = asked.profile if asked else resolve(DEFAULT_MODEL)
        return Way(profile, profile.pixel_cap(high_res=True))
    return Way(asked.profile, asked.profile.pixel_cap(options.high_res, options.max_pixels))


def _views(options: RunOptions, monitors: tuple[Region, ...]) -> list[View]:
    views = [View(f"monitor {n}", DesktopScreen(n), area) for n, area in enumerate(monitors, 1)]
    if options.monitor == 0 and len(monitors) > 1:
        views.append(View("all monitors", DesktopScreen(0), DesktopScreen(0).monitors()[0]))
    if options.region_of_screen:
        views.append(View("the region", chosen_screen(options), Region(*options.region_of_screen)))
    return views


def _judged(measured: Calibration) -> Finding:
    if measured.good:
        return Finding("calibration", "ok", measured.words)
    return problem("calibration", measured.words, SCALE_CURE, SCREEN)
