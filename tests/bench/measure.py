"""One measurement in one process, its figures as JSON on stdout."""

from __future__ import annotations

import gc
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

import prompts
from actions.action import Size
from actions.brake import Brake
from actions.desktop import DesktopExecutor
from actions.parse import parse_reply
from agent.consent import PolicyConsent
from agent.dialect import resolve
from agent.encode import encode
from agent.endpoint import EndpointModel, EndpointSettings
from agent.events import ScreenshotTaken, StepFinished
from agent.loop import Loop
from agent.parts import Parts, Plan
from agent.policy import Policy
from agent.recorder import Recorder
from agent.screen import DesktopScreen
from agent.settle import ScreenSettler
from agent.virtual import VirtualDisplay
from tests.apps.programs import SinkWindow, sink_window
from tests.endpoint_server import Answer, EndpointServer, Reply, Request
from tests.fakes import call

MODEL = "gui-plus-2026-02-26"


@contextmanager
def desk(size: Size) -> Iterator[SinkWindow]:
    """A display of its own with the sink's window."""
    with VirtualDisplay(size) as display, tempfile.TemporaryDirectory() as folder:
        os.environ["DISPLAY"] = display.name
        with sink_window(display, Path(folder)) as sink:
            yield sink


def typing_script(sink: SinkWindow, size: Size, steps: int) -> list[Answer | Callable[[Request], Answer]]:
    """Clicks and typing that change the screen, then the end."""
    place = sink.place("text")
    at = [place.x * 1000 / size.width, place.y * 1000 / size.height]
    replies: list[Answer | Callable[[Request], Answer]] = [Reply(call("left_click", coordinate=at))]
    replies += [Reply(call("type", text=f"line {number}\n")) for number in range(steps - 1)]
    return [*replies, Reply(call("terminate", status="success"))]


def loop_on(server: EndpointServer, steps: int) -> tuple[Loop, EndpointModel]:
    """A run against the loopback endpoint on the present display."""
    brake = Brake()
    profile = resolve(MODEL)
    screen = DesktopScreen()
    model = EndpointModel(profile, EndpointSettings(base_url=server.base_url), brake)
    parts = Parts(
        screen=screen,
        model=model,
        consent=PolicyConsent(Policy(), "never", None),
        executor=DesktopExecutor(brake, lambda _: None),
        settler=ScreenSettler(screen, brake),
        brake=brake,
    )
    plan = Plan(
        task="type lines",
        profile=profile,
        system_prompt=prompts.load(profile.dialect.prompt),
        cap=profile.pixel_cap(high_res=True),
        max_steps=steps + 2,
    )
    return Loop(plan, parts), model


def steps(size: Size, count: int) -> dict[str, Any]:
    """Milliseconds by part."""
    parts: dict[str, list[float]] = {"look": [], "encode": [], "request": [], "act": [], "settle": [], "whole": []}
    with desk(size) as sink, EndpointServer(typing_script(sink, size, count)) as server:
        loop, _ = loop_on(server, count)
        started, image_bytes = time.perf_counter(), 0
        for event in loop.run():
            if isinstance(event, ScreenshotTaken):
                image_bytes = max(image_bytes, len(event.image.data))
            if isinstance(event, StepFinished):
                now = time.perf_counter()
                ms = event.ms
                for part, name in (("look", "capture"), ("encode", "encode"), ("request", "model")):
                    parts[part].append(ms[name])
                parts["act"].append(ms["act"])
                parts["settle"].append(ms["settle"])
                parts["whole"].append((now - started) * 1000)
                started = now
        screen = DesktopScreen()
        parts["capture"] = timed(screen.capture, count)
        shot = screen.capture()
        parts["encode"] = timed(lambda: encode(shot, max_pixels=16_777_216), count)
        reply = call("left_click", "Click the button", coordinate=[500, 250])
        parts["parse"] = timed(lambda: parse_reply(reply, space=Size(1000, 1000)), count)
    # The last step ends the run: it neither acts nor settles.
    return {part: summary(values[:-1]) for part, values in parts.items()} | {"image_bytes": image_bytes}


def timed(work: Callable[[], object], count: int) -> list[float]:
    """Milliseconds of each of `count` calls."""
    times = []
    for _ in range(count):
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1000)
    return times


def summary(values: list[float]) -> dict[str, float]:
    """Median, minimum and 90th percentile."""
    return {
        "median": statistics.median(values),
        "minimum": min(values),
        "p90": statistics.quantiles(values, n=10)[-1],
    }


def memory(size: Size, count: int) -> dict[str, Any]:
    """Resident megabytes in the course of a recorded run."""
    resident: list[tuple[int, float]] = []
    with desk(size) as sink, EndpointServer(typing_script(sink, size, count)) as server:
        loop, _ = loop_on(server, count)
        recorder = Recorder(Path(tempfile.mkdtemp()), "bench")
        for event in loop.run():
            recorder.handle(event)
            if isinstance(event, StepFinished) and event.step % max(1, count // 10) == 0:
                server.requests.clear()  # the server lives in this process and keeps what it got
                gc.collect()
                resident.append((event.step, psutil.Process().memory_info().rss / 1e6))
        recorder.close()
    return {"resident": resident}


if __name__ == "__main__":
    measurements = {"steps": steps, "memory": memory}
    width, height = sys.argv[2].split("x")
    print(json.dumps(measurements[sys.argv[1]](Size(int(width), int(height)), int(sys.argv[3]))))
