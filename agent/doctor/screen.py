"""`agent doctor` about the screen: whether it can be seen, and whether mouse and keyboard reach it."""

from __future__ import annotations

import os
import statistics
import sys
import time

from actions.action import Point
from actions.brake import Brake
from actions.pointer import Pointer
from agent.doctor.diagnosis import Finding, problem
from agent.errors import ScreenError
from agent.options import RunOptions
from agent.screen import DesktopScreen, Region

CAPTURES = 3
HELD_SECONDS = 1.0
"""What is down this long is stuck: the Enter that began this command is up again by then."""
NUDGE_POINTS = 7
NUDGES = 3
"""A person may move the mouse meanwhile."""
UNLOCK = "unlock and wake the screen; macOS: allow Screen Recording for your terminal"
PERMISSION = {
    "darwin": "allow Accessibility for your terminal (Privacy & Security)",
    "win32": "run it as the user who is logged in at this screen",
}
PERMISSION_ELSEWHERE = "install python3-tk, and use an X server with XTEST (Xorg, Xvfb)"


def on_x11() -> bool:
    """Whether this system's screen is an X display."""
    return sys.platform not in ("darwin", "win32")


def chosen_screen(options: RunOptions) -> DesktopScreen:
    """The screen that a run would look at. Raises `ScreenError`."""
    region = Region(*options.region_of_screen) if options.region_of_screen else None
    return DesktopScreen(options.monitor, region)


def check_display(options: RunOptions) -> Finding:
    """Whether there is a display that can be reached, and its monitors."""
    try:
        everything, *monitors = DesktopScreen(0).monitors()
    except ScreenError as error:
        detail, cure = _parted(str(error))
        return problem("display", detail, cure, ScreenError.exit_code)
    name = f"{os.environ['DISPLAY']} (X11), " if on_x11() else ""
    own = "one of its own, " if options.virtual else ""
    listed = ", ".join(f"monitor {n}: {m.width}x{m.height} at {m.x},{m.y}" for n, m in enumerate(monitors, 1))
    whole = "" if len(monitors) == 1 else f"{everything.width}x{everything.height}, "
    return Finding("display", "ok", f"{own}{name}{whole}{listed}")


def check_capture(options: RunOptions) -> Finding:
    """Whether a capture shows something, and how long it takes."""
    screen, times = chosen_screen(options), list[float]()
    for _ in range(CAPTURES):
        started = time.monotonic()
        shot = screen.capture()
        times.append((time.monotonic() - started) * 1000)
    size = f"{shot.size.width}x{shot.size.height} pixels, scale {shot.viewport.scale:g}"
    detail = f"{size}, {statistics.median(times):.0f} ms"
    ranges = shot.image.getextrema()
    if all(low == high for low, high in ranges) and not options.virtual:  # type: ignore[misc] # RGB has one a channel
        colour = "black" if not any(high for _, high in ranges) else "of one colour"  # type: ignore[misc]
        return Finding("capture", "warning", f"{detail}; the picture is wholly {colour}", UNLOCK)
    return Finding("capture", "ok", detail)


def check_window_manager() -> list[Finding]:
    """Whether windows can be raised, moved and given the keyboard."""
    if not on_x11():
        return []
    from actions.x11 import window_manager_ready

    if window_manager_ready(os.environ["DISPLAY"]):
        return [Finding("window manager", "ok", "running")]
    cure = "start one: sudo apt-get install openbox, then openbox &"
    return [Finding("window manager", "warning", "none: windows may not get the keyboard when clicked", cure)]


def check_input() -> Finding:
    """Whether the pointer goes where it is sent; it is put back."""
    cure = PERMISSION.get(sys.platform, PERMISSION_ELSEWHERE)
    failed = ScreenError.exit_code
    if on_x11():
        from actions.x11_state import takes_input

        if not takes_input():
            return problem("input", "this X server takes no input from programs (no XTEST)", cure, failed)
    pointer = Pointer(Brake(), lambda _: None)
    for _ in range(NUDGES):
        before = pointer.position()
        wanted = Point(abs(before.x - NUDGE_POINTS), abs(before.y - NUDGE_POINTS))
        try:
            pointer.move(wanted)
            arrived = pointer.position()
        finally:
            pointer.move(before)
        if arrived == wanted:
            return Finding("input", "ok", "the pointer goes where it is sent")
    detail = f"sent to {wanted.x},{wanted.y}, the pointer was at {arrived.x},{arrived.y}"
    return problem("input", detail, cure, failed)


def check_held() -> list[Finding]:
    """Whether keys or buttons are down, as a run that was killed leaves them."""
    if not on_x11():
        return []
    from actions.x11_state import held_down

    keys, buttons = held_down()
    deadline = time.monotonic() + HELD_SECONDS
    while (keys or buttons) and time.monotonic() < deadline:
        time.sleep(HELD_SECONDS / 10)
        still = held_down()
        keys, buttons = keys & still[0], buttons & still[1]
    if not keys and not buttons:
        return [Finding("keys and buttons", "ok", "none is held down")]
    names = [*sorted(keys), *(f"mouse button {n}" for n in sorted(buttons))]
    words = " ".join([*(f"keyup {key}" for key in sorted(keys)), *(f"mouseup {button}" for button in sorted(buttons))])
    detail = f"held down: {', '.join(names)}; what is typed and clicked arrives as something else"
    return [problem("keys and buttons", detail, f"let go of it, or: xdotool {words}", ScreenError.exit_code)]


def _parted(message: str) -> tuple[str, str]:
    """What is wrong, and the cure that the message ends with."""
    for separator in ("; ", ". ", ": "):
        detail, found, cure = message.partition(separator) if separator == ": " else message.rpartition(separator)
        if found:
            return detail, cure[:1].lower() + cure[1:]
    return message, "use --virtual 1280x800"
