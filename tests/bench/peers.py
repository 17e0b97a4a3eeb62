"""A step outside the model as other agents make it: click, wait, capture, encode, request body.

Written anew from what is publicly known of each: which calls it makes, how long it sleeps, in which format it sends.
Where a client and a machine to be driven are two there, they are one here: nothing is added for the way between them.
"""

from __future__ import annotations

import base64
import io
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageGrab

from actions.action import Point, Size
from actions.pointer import load_pyautogui
from agent.geometry import smart_resize
from tests.bench.frame import plain_body, png

Peer = Callable[[Point], bytes]
"""Clicks there; returns the body of the request that follows."""
PYAUTOGUI_PAUSE = 0.1
"""pyautogui's own after each call, which none of them changes."""


@contextmanager
def peers() -> Iterator[dict[str, Peer]]:
    """Each by its name, on the display of DISPLAY."""
    gui = load_pyautogui()
    gui.PAUSE = PYAUTOGUI_PAUSE
    with tempfile.TemporaryDirectory(prefix="peers-") as name:
        folder = Path(name)
        try:
            yield {
                "self-operating-computer": partial(_self_operating_computer, gui, folder),
                "Mobile-Agent v3.5": _MobileAgent(gui, folder, images=1),
                "Mobile-Agent v3.5, five images": _MobileAgent(gui, folder, images=5),
                "OSWorld's environment": _osworld,
                "Agent-S3": partial(_agent_s3, gui),
                "cua": partial(_cua, gui),
                "OpenAI's sample": _openai_sample,
            }
        finally:
            gui.PAUSE = 0


def screenshot() -> Image.Image:
    """As pyautogui and all of them take it on X11."""
    return ImageGrab.grab(xdisplay=os.environ["DISPLAY"])


def _self_operating_computer(gui: Any, folder: Path, place: Point) -> bytes:
    """A second before each operation, a circle around the target, a second before the picture, a PNG file."""
    time.sleep(1)
    gui.moveTo(*place, duration=0.2)
    started = time.monotonic()
    while (turned := (time.monotonic() - started) / 0.5) < 1:
        angle = turned * 2 * math.pi
        gui.moveTo(place.x + 50 * math.cos(angle), place.y + 50 * math.sin(angle), duration=0.1)
    gui.click(*place)
    time.sleep(1)
    path = folder / "screenshot.png"
    screenshot().save(path)
    return plain_body("png", path.read_bytes())


class _MobileAgent:
    """Moves, a tenth of a second, clicks; marks the last picture for the log; two seconds; PNG files.

    Each picture of the window is opened, resized and encoded again at every step.
    """

    def __init__(self, gui: Any, folder: Path, images: int) -> None:
        self._gui = gui
        self._folder = folder
        self._window: deque[Path] = deque(maxlen=images)
        self._number = 0

    def __call__(self, place: Point) -> bytes:
        self._gui.moveTo(*place)
        time.sleep(0.1)
        self._gui.click()
        if self._window:
            image = Image.open(self._window[-1])
            ImageDraw.Draw(image).ellipse((place.x - 15, place.y - 15, place.x + 15, place.y + 15), "red")
            image.save(self._folder / "marked.png")
        time.sleep(2)
        self._number += 1
        path = self._folder / f"{id(self)}-{self._number % 9}.png"
        screenshot().save(path)
        while len(self._window) < (self._window.maxlen or 1) - 1:
            self._window.append(path)  # as in the midst of a task, where the window is full
        self._window.append(path)
        return plain_body("png", *map(self._resized, self._window))

    @staticmethod
    def _resized(path: Path) -> bytes:
        image = Image.open(path)
        size = smart_resize(Size(*image.size), factor=16, min_pixels=3136, max_pixels=16_777_216)
        return png(image.resize(size))


def _osworld(place: Point) -> bytes:
    """The action in an interpreter of its own, two seconds, a PNG."""
    code = f"import pyautogui; import time; pyautogui.FAILSAFE = False; pyautogui.click({place.x}, {place.y})"
    subprocess.run([sys.executable, "-c", code], check=True)
    time.sleep(2)
    return plain_body("png", png(screenshot()))


def _agent_s3(gui: Any, place: Point) -> bytes:
    """A second before the action and one after it; the picture scaled by LANCZOS to 2400 at most, PNG."""
    time.sleep(1)
    gui.click(*place, clicks=1, button="left")
    time.sleep(1)
    image = screenshot()
    scale = min(2400 / image.width, 2400 / image.height, 1)
    image = image.resize((int(image.width * scale), int(image.height * scale)), Image.Resampling.LANCZOS)
    return plain_body("png", png(image))


def _cua(gui: Any, place: Point) -> bytes:
    """A move and a click by its server, half a second, a PNG in JSON, read and encoded again by its client."""
    gui.moveTo(*place)
    gui.click(*place)
    time.sleep(0.5)
    answer = json.dumps({"success": True, "image_data": base64.b64encode(png(screenshot())).decode()})
    image = Image.open(io.BytesIO(base64.b64decode(json.loads(answer)["image_data"])))
    return plain_body("png", png(image))


def _openai_sample(place: Point) -> bytes:
    """xdotool in a shell; ImageMagick and base64 in another."""
    subprocess.run(f"xdotool mousemove {place.x} {place.y} click 1", shell=True, check=True)
    data = subprocess.run("import -window root png:- | base64 -w 0", shell=True, check=True, stdout=subprocess.PIPE)
    return plain_body("png", base64.b64decode(data.stdout))
