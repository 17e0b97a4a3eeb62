"""The screen: captures and what they show. The only module that knows mss and xxhash."""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from actions.action import Size
from actions.x11 import is_xwayland
from agent.errors import ScreenError, UsageError
from agent.geometry import MIN_SIDE, Viewport

if TYPE_CHECKING:
    from PIL.Image import Image


Pixels = bytes | bytearray
"""Nobody writes to them: a copy of mss's own, which are a bytearray, would take half as long as the capture."""


@dataclass(frozen=True)
class Screenshot:
    """What the screen showed at one instant."""

    bgrx: Pixels
    """Row by row, four bytes each: blue, green, red, unused."""
    viewport: Viewport

    @property
    def size(self) -> Size:
        """In capture pixels."""
        return self.viewport.pixels

    @cached_property
    def digest(self) -> str:
        """The same for the same picture; another for any other, unless somebody made the two for that."""
        import xxhash  # 128 bits in a fiftieth of the time of hashlib's fastest

        return xxhash.xxh3_128_hexdigest(self.bgrx)

    @property
    def shown(self) -> Pixels:
        """The pixels as they may leave this program, laid out as in `bgrx`."""
        return self.bgrx

    @cached_property
    def image(self) -> Image:
        """The picture as it may be shown, RGB."""
        from PIL import Image as Pillow

        return Pillow.frombuffer("RGB", self.size, self.shown, "raw", "BGRX", 0, 1)


class Screen(Protocol):
    """Where screenshots come from."""

    def capture(self) -> Screenshot:
        """The present picture; its viewport is the present geometry. Raises `ScreenError`."""
        ...


class Region(NamedTuple):
    """A rectangle in input points of the whole desktop."""

    x: int
    y: int
    width: int
    height: int


class DesktopScreen:
    """The real screen through mss; one mss instance a thread, as mss demands.

    `monitor` counts from 1 as in mss, 0 is all of them; `region` narrows it down.
    """

    def __init__(self, monitor: int = 1, region: Region | None = None) -> None:
        self._monitor = monitor
        self._region = region
        self._local = threading.local()
        explain_missing_display()

    def capture(self) -> Screenshot:
        """Grab the region. Raises `ScreenError` when the display is gone, `UsageError` for a wrong monitor."""
        monitors = self._monitors()
        area = self._area(monitors)
        grabber = self._mss(monitors[0])
        try:
            shot = grabber.grab(area)
        except Exception as error:  # mss raises AssertionError, OSError and its own, all meaning this
            raise _gone(error) from error
        viewport = Viewport(area["left"], area["top"], area["width"], area["height"], Size(shot.width, shot.height))
        return Screenshot(shot.raw, viewport)

    def monitors(self) -> tuple[Region, ...]:
        """Each monitor by its number; 0 is all of them together. Raises `ScreenError` when the display is gone."""
        return tuple(Region(m["left"], m["top"], m["width"], m["height"]) for m in self._monitors())

    def _mss(self, desktop: dict[str, int]) -> Any:  # noqa: ANN401 (mss picks its class by platform)
        # Its buffer is for the desktop as it was when it was made: of a larger one it captures nothing.
        if getattr(self._local, "desktop", None) != desktop:
            try:
                import mss

                if hasattr(self._local, "mss"):
                    self._local.mss.close()
                self._local.mss = mss.MSS()
            except Exception as error:  # see capture
                raise _gone(error) from error
            self._local.desktop = desktop
        return self._local.mss

    def _area(self, monitors: list[dict[str, int]]) -> dict[str, int]:
        if not 0 <= self._monitor < len(monitors):
            names = ", ".join(f"{i}: {m['width']}x{m['height']}" for i, m in enumerate(monitors) if i)
            raise UsageError(f"there is no monitor {self._monitor}; this desktop has {names} (0 = all)")
        monitor = monitors[self._monitor]
        area = {name: int(monitor[name]) for name in ("left", "top", "width", "height")}
        if self._region is not None:
            area = _within(self._region, area)
        if min(area["width"], area["height"]) <= MIN_SIDE:
            raise ScreenError(
                f"the screen is {area['width']}x{area['height']}; the model needs more than {MIN_SIDE} px on each side"
            )
        return area

    def _monitors(self) -> list[dict[str, int]]:
        # An mss instance keeps the first answer for ever; a new one (1 ms) sees a resolution changed since then.
        import mss

        try:
            with mss.MSS() as fresh:
                return [dict(monitor) for monitor in fresh.monitors]
        except Exception as error:  # see capture
            raise _gone(error) from error


def _within(region: Region, area: dict[str, int]) -> dict[str, int]:
    right, bottom = area["left"] + area["width"], area["top"] + area["height"]
    if (
        region.x < area["left"]
        or region.y < area["top"]
        or region.x + region.width > right
        or region.y + region.height > bottom
    ):
        raise UsageError(
            f"--region-of-screen {','.join(map(str, region))} leaves the monitor, which spans "
            f"{area['left']},{area['top']} to {right},{bottom}"
        )
    return {"left": region.x, "top": region.y, "width": region.width, "height": region.height}


def _gone(error: Exception) -> ScreenError:
    why = str(error) or type(error).__name__
    if sys.platform.startswith("linux"):
        display = os.environ.get("DISPLAY", "")
        return ScreenError(f"the display {display!r} cannot be captured: {why}; set DISPLAY, or use --virtual 1280x800")
    return ScreenError(f"the screen cannot be captured: {why}")


def explain_missing_display() -> None:
    """Raise `ScreenError` with the cure where this platform's display is plainly not there."""
    if not sys.platform.startswith("linux"):
        return
    display = os.environ.get("DISPLAY")
    wayland = bool(os.environ.get("WAYLAND_DISPLAY")) or os.environ.get("XDG_SESSION_TYPE") == "wayland"
    if wayland and (not display or is_xwayland(display)):
        raise ScreenError(
            "this is a Wayland session, which lets no program see or drive others: log in to an X11 (Xorg) "
            "session, or use --virtual 1280x800"
        )
    if not display:
        raise ScreenError(
            "no display: DISPLAY is not set. Run it on a desktop, or use --virtual 1280x800 for a display of its own"
        )
