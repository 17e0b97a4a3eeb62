"""From a frame to the bytes of its request, and a whole step outside the model, with the window of pictures full.

`python -m tests.bench.pipeline request 1920x1080 30` and `... step 1920x1080 30` print their figures as JSON,
`... table` runs all in turn. The scene is a page in Chromium on a display of its own, in motion where every frame has
to be another. The floor of a frame is what its libraries need alone: mss's shared memory, libjpeg-turbo straight from
its pixels (simplejpeg), one Base64, one join of a body whose other pictures are there already. A step's model answers
at once, through an `httpx.MockTransport`, and every step is recorded.

Tried, ms of one busy frame at 1920x1080 and at 3840x2160, on two quiet cores:

- JPEG q90 4:4:4: Pillow from BGRX 7.8 and 30, simplejpeg 7.2 and 27: kept, for it is what was missing to 1.3 of the
  floor, though it imports numpy (0.1 s, once). PyTurboJPEG needs a library of the system's. PNG level 1: 62 and 190.
  Lossless WebP, the fastest: 31 and 160, half the bytes: kept.
- mss 10.2 captures through shared memory by itself: 0.9 and 4.7 (XGetImage 4.8 and 12). Its pixels are new each time:
  copying them took 0.8 and 3.2. Asking for the monitors anew at each capture: 0.7 to 1.
- Digest of a frame: blake2b 9 and 35, SHA-256 5 and 18, xxhash 0.13 and 0.8: kept.
- Base64: the standard library 0.55 and 2.8, pybase64 0.03 and 0.1: kept.
- orjson: nothing left to gain once pictures are spliced into the body (0.2 ms with five of them).
- Equal frames: bytes 0.2 and 2; a memoryview compares element by element, 60 where a slice of bytes takes 6.
- Rest: XDamage asked every 10 ms takes 1 % of a core.
"""

from __future__ import annotations

import base64
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

import prompts
from actions.action import Point, Size
from actions.brake import Brake
from actions.desktop import DesktopExecutor
from actions.x11_damage import watch_damage
from agent.ask import messages_data
from agent.conversation import Conversation, Turn
from agent.dialect import resolve
from agent.encode import encode
from agent.endpoint.client import EndpointModel, EndpointSettings
from agent.events import ImageFile, StepFinished
from agent.loop import Loop
from agent.parts import Parts, Plan
from agent.permission.consent import PolicyConsent
from agent.permission.policy import Policy
from agent.pictures import Pictures
from agent.recording.recorder import Recorder
from agent.screen import DesktopScreen
from agent.settle import ScreenSettler
from agent.virtual import VirtualDisplay
from tests.apps.programs import CHROMIUM_FLAGS, wait_until
from tests.fakes import call

MODEL = "gui-plus-2026-02-26"
SIZES = ("1920x1080", "3840x2160")
BUTTON = Point(100, 60)
"""Its middle, in the page; the window has no border to speak of."""
PAGE = """<!doctype html><meta charset=utf-8><title>bench</title>
<body style="margin:0;font:14px sans-serif;background:linear-gradient(90deg,#def,#fed)">
<button id=b style="position:fixed;left:20px;top:30px;width:160px;height:60px">menu</button>
<div id=m hidden style="position:fixed;left:20px;top:100px;width:320px;height:420px;background:#fff"></div>
<canvas id=c width=600 height=200 style="position:fixed;right:40px;top:40px"></canvas>
<div id=t style="columns:4;margin:120px 400px"></div>
<script>
for (let i = 0; i < 600; i++) t.innerHTML += `<p style="color:hsl(${i * 17 % 360},60%,30%)">${i} The quick brown fox
jumps over the lazy dog, line ${i * 7919 % 1009} of the report <button>${i}</button></p>`;
for (let i = 0; i < 14; i++) m.innerHTML += `<p>&nbsp; ${i} an entry of the menu</p>`;
b.onclick = () => { m.hidden = !m.hidden };
if (location.hash == "#motion") setInterval(() => { const x = c.getContext("2d");
x.fillStyle = `hsl(${Math.random() * 360},70%,60%)`;
x.fillRect(Math.random() * 500, Math.random() * 150, 100, 50) }, 30);
</script>"""


@contextmanager
def page(size: Size, *, motion: bool) -> Iterator[DesktopScreen]:
    """The page over the whole of a display of its own."""
    with (
        VirtualDisplay(size) as display,
        tempfile.TemporaryDirectory(prefix="b", ignore_cleanup_errors=True) as name,
        display.programs() as programs,
    ):
        os.environ["DISPLAY"] = display.name
        file = Path(name) / "page.html"
        file.write_text(PAGE, encoding="utf-8")
        window = f"--kiosk --user-data-dir={name}/chromium --app=file://{file}{'#motion' if motion else ''}"
        programs.start(["chromium", *CHROMIUM_FLAGS.split(), *window.split()])
        screen = DesktopScreen()

        def painted() -> bool:
            colours = screen.capture().image.crop((400, 300, 800, 500)).getcolors(100_000) or ()
            return len(colours) > 100

        wait_until(painted, 60, "the page")
        time.sleep(3)  # Chromium's own start, which would be measured along
        yield screen


def request(size: Size, count: int) -> dict[str, Any]:
    """Milliseconds from a frame to its request's bytes, the window full: ours and the floor, in turn."""
    times: dict[str, list[float]] = {"ours": [], "floor": [], "capture": [], "encode": [], "ask": []}
    with page(size, motion=True) as screen:
        ours, floor = _Ours(screen), _Floor()
        for _ in range(count + 6):  # the first ones fill the window
            whole, parts = ours.request()
            times["ours"].append(whole)
            for name, ms in parts.items():
                times[name].append(ms)
            times["floor"].append(floor.request())
        floor.close()
    return {name: summary(values[6:]) for name, values in times.items()} | {
        "ratio": statistics.median(times["ours"][6:]) / statistics.median(times["floor"][6:]),
        "ours_bytes": ours.bytes,
        "floor_bytes": floor.bytes,
    }


class _Ours:
    def __init__(self, screen: DesktopScreen) -> None:
        self.bytes = 0
        self._screen = screen
        self._profile = resolve(MODEL)
        self._cap = self._profile.pixel_cap(high_res=True)
        self._conversation = Conversation("task", self._profile, prompts.load(self._profile.dialect.prompt), self._cap)
        self._history: list[Turn] = []
        self._at = 0.0
        settings = EndpointSettings(base_url="http://127.0.0.1:9/v1")
        self._model = EndpointModel(self._profile, settings, Brake(), transport=httpx.MockTransport(self._answer))

    def _answer(self, sent: httpx.Request) -> httpx.Response:
        self._at, self.bytes = time.perf_counter(), len(sent.content)
        return completion(call("wait", time=1))

    def request(self) -> tuple[float, dict[str, float]]:
        started = time.perf_counter()
        shot = self._screen.capture()
        captured = time.perf_counter()
        image = encode(shot, max_pixels=self._cap)
        ImageFile.of(image)
        encoded = time.perf_counter()
        messages = self._conversation.messages(self._history, image, None)
        messages_data(messages)
        self._model.reply(messages)
        self._history.append(Turn(image, call("wait", time=1), "wait", None))
        if len(self._history) > self._conversation.window:
            self._history[-1 - self._conversation.window] = self._history[-1 - self._conversation.window].aged()
        parts = {"capture": captured - started, "encode": encoded - captured, "ask": self._at - encoded}
        return (self._at - started) * 1000, {name: seconds * 1000 for name, seconds in parts.items()}


class _Floor:
    """Straight to the libraries."""

    def __init__(self) -> None:
        import mss

        self.bytes = 0
        self._mss = mss.MSS()
        self._window: list[bytes] = []

    def request(self) -> float:
        import numpy
        import simplejpeg

        started = time.perf_counter()
        shot = self._mss.grab(self._mss.monitors[1])
        pixels = numpy.frombuffer(shot.raw, numpy.uint8).reshape(shot.height, shot.width, 4)
        picture = base64.b64encode(simplejpeg.encode_jpeg(pixels, 90, "BGRX", "444"))
        self._window = [*self._window[-4:], picture]
        head = b'{"model":"m","messages":[' + b'{"role":"user","content":"' + b"x" * 6000 + b'"}'
        part = b',{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/jpeg;base64,'
        body = b"".join([head, *(piece for one in self._window for piece in (part, one, b'"}}]}')), b"]}"])
        self.bytes = len(body)
        return (time.perf_counter() - started) * 1000

    def close(self) -> None:
        self._mss.close()


def step(size: Size, count: int) -> dict[str, Any]:
    """Milliseconds of a step that opens or shuts a menu, and of its parts; every click must have changed the screen."""
    times: dict[str, list[float]] = {"capture": [], "encode": [], "model": [], "act": [], "settle": [], "whole": []}
    with page(size, motion=False) as screen, tempfile.TemporaryDirectory() as folder:
        pictures = Pictures()
        loop, recorder = _loop(screen, size, count, pictures), Recorder(Path(folder), "bench", pictures.kept)
        started, unchanged, unsettled = time.perf_counter(), 0, 0
        for event in loop.run():
            recorder.handle(event)
            if isinstance(event, StepFinished) and event.changed is not None:
                now = time.perf_counter()
                times["whole"].append((now - started) * 1000)
                started = now
                for part, ms in event.ms.items():
                    times[part].append(ms)
                unchanged += not event.changed
                unsettled += not event.settled
        recorder.close()
        pictures.close()
    figures: dict[str, Any] = {part: summary(values[3:]) for part, values in times.items()}
    return figures | {"unchanged": unchanged, "unsettled": unsettled, "steps": len(times["whole"]) - 3}


def _loop(screen: DesktopScreen, size: Size, count: int, pictures: Pictures) -> Loop:
    at = [BUTTON.x * 1000 / size.width, BUTTON.y * 1000 / size.height]
    left = [count + 3]

    def answer(_: httpx.Request) -> httpx.Response:
        left[0] -= 1
        done = left[0] < 0
        # Nearly the same place, so that the run is not stopped for going in circles, and in turn on the one half of the
        # button and on the other: two clicks in one place are kept apart, so as to be no double click.
        near = [at[0] + (left[0] % 2 - 0.5) * 80_000 / size.width, at[1] + left[0] % 11]
        return completion(call("terminate", status="success") if done else call("left_click", coordinate=near))

    brake, profile = Brake(), resolve(MODEL)
    settings = EndpointSettings(base_url="http://127.0.0.1:9/v1")
    parts = Parts(
        screen=screen,
        model=EndpointModel(profile, settings, brake, transport=httpx.MockTransport(answer)),
        consent=PolicyConsent(Policy(), "never", None),
        executor=DesktopExecutor(brake, lambda _: None),
        settler=ScreenSettler(screen, brake, drawings=watch_damage(), foresee=pictures.foresee),
        brake=brake,
        encode=pictures.sent,
    )
    prompt = prompts.load(profile.dialect.prompt)
    return Loop(Plan("bench", profile, prompt, cap=profile.pixel_cap(high_res=True), max_steps=count + 9), parts)


def completion(text: str) -> httpx.Response:
    """A chat completion."""
    usage = {"prompt_tokens": 1000, "completion_tokens": 50}
    choices = [{"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}]
    body = json.dumps({"choices": choices, "usage": usage}).encode()
    return httpx.Response(200, stream=httpx.ByteStream(body))


def summary(values: list[float]) -> dict[str, float]:
    """Median, minimum and 90th percentile."""
    tenths = statistics.quantiles(values, n=10)
    return {"median": statistics.median(values), "minimum": min(values), "p90": tenths[-1]}


def table(count: int) -> None:
    """Every measurement in a process of its own, in one run."""
    rows: dict[str, Callable[[dict[str, Any]], str]] = {
        "request": lambda f: (
            f"ratio {f['ratio']:.2f}, {f['ours_bytes'] / 1000:.0f} kB (floor {f['floor_bytes'] / 1000:.0f} kB)"
        ),
        "step": lambda f: f"unchanged {f['unchanged']}, unsettled {f['unsettled']} of {f['steps']}",
    }
    for what, words in rows.items():
        for size in SIZES:
            command = [sys.executable, "-m", "tests.bench.pipeline", what, size, str(count)]
            figures = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
            print(f"{what} {size}: {words(figures)}; load {os.getloadavg()[0]:.1f}")
            for name, one in figures.items():
                if isinstance(one, dict):
                    print(f"  {name:8} {one['median']:7.1f} ({one['minimum']:.1f}, {one['p90']:.1f})")


if __name__ == "__main__":
    if sys.argv[1] == "table":
        table(int(sys.argv[2]) if len(sys.argv) > 2 else 30)
    else:
        width, height = sys.argv[2].split("x")
        measurements = {"request": request, "step": step}
        print(json.dumps(measurements[sys.argv[1]](Size(int(width), int(height)), int(sys.argv[3]))))
