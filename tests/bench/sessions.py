"""What recording and replaying cost: one measurement in one process, its figures as JSON on stdout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

import prompts
from actions.action import Size
from actions.brake import Brake
from agent.dialect import resolve
from agent.events import Event, StepFinished
from agent.geometry import Viewport
from agent.loop import Loop
from agent.parts import Parts, Plan
from agent.recorder import Recorder
from agent.replay import replay_offline
from agent.screen import Screenshot
from tests.bench.measure import MODEL, summary
from tests.fakes import FakeConsent, FakeExecutor, FakeScreen, FakeSettler, ScriptedModel, call

APPS = Path(__file__).parents[1] / "apps"
DONE = call("terminate", "Done", status="success")
TASK = 'click "Name", then type "Ada" into "Name", then type "Anchorage" into "City", then click "Save"'


class DrawnScreen(FakeScreen):
    """Another picture at each capture, made when it is asked for."""

    def __init__(self, draw: Callable[[int], Screenshot]) -> None:
        super().__init__()
        self._draw = draw

    def capture(self) -> Screenshot:
        self.captures += 1
        return self._draw(self.captures)


def desktop(size: Size) -> Callable[[int], Screenshot]:
    """Draws a desktop: a soft wallpaper, a window with rows of text and a toolbar, and one more line each time."""
    wallpaper = Image.linear_gradient("L").resize(size)
    ground = Image.merge("RGB", (wallpaper.point(lambda v: v // 4), wallpaper.point(lambda v: v // 3), wallpaper))
    draw = ImageDraw.Draw(ground)
    left, top, right, bottom = size.width // 8, size.height // 8, size.width * 7 // 8, size.height * 7 // 8
    draw.rectangle((left, top, right, bottom), fill="#fafafa", outline="#202020")
    for icon in range(12):
        place = (left + 10 + 40 * icon, top + 8, left + 34 + 40 * icon, top + 32)
        draw.ellipse(place, fill=("#1565c0", "#c62828")[icon % 2])
    for row in range((bottom - top - 80) // 24):
        text = f"{row:3}  The quick brown fox jumps over the lazy dog, line {row * 7919 % 1009} of the report"
        draw.text((left + 20, top + 50 + 24 * row), text, fill="#202020", font_size=14)

    def shot(number: int) -> Screenshot:
        image = ground.copy()
        place = (right - 400, top + 50 + 24 * (number % 30))
        ImageDraw.Draw(image).text(place, f"message {number} arrived", fill="#c62828", font_size=14)
        return Screenshot(image.convert("RGBA").tobytes("raw", "BGRA"), Viewport(0, 0, *size, size))

    return shot


def events(steps: int, screen: FakeScreen) -> Iterator[Event]:
    """A run of clicks in ever other places, and its end."""
    profile = resolve(MODEL)
    replies = [call("left_click", f"Click {n}", coordinate=[n % 997, n * 7 % 991]) for n in range(1, steps)]
    cap = profile.pixel_cap(high_res=True)
    settings = {
        "profile": None,
        "high_res": True,
        "max_pixels": None,
        "cap": cap,
        "system_prompt": None,
        "max_steps": steps + 1,
        "policy": [],
    }
    parts = Parts(
        screen=screen,
        model=ScriptedModel(*replies, DONE),
        consent=FakeConsent(),
        executor=FakeExecutor(),
        settler=FakeSettler(screen),
        brake=Brake(),
    )
    text = prompts.load(profile.dialect.prompt)
    plan = Plan("click", profile, text, cap=cap, settings=settings, max_steps=steps + 1)
    return Loop(plan, parts).run()


def recorded(folder: Path, size: Size, steps: int) -> tuple[Path, list[float]]:
    """A recorded session, and the recorder's milliseconds a step."""
    recorder, times, spent = Recorder(folder, "bench"), [], 0.0
    for event in events(steps, DrawnScreen(desktop(size))):
        started = time.perf_counter()
        recorder.handle(event)
        spent += (time.perf_counter() - started) * 1000
        if isinstance(event, StepFinished):
            times.append(spent)
            spent = 0.0
    recorder.close()
    return recorder.path, times


def offline(size: Size, steps: int) -> dict[str, Any]:
    """Steps a second of an offline replay, and whether they get slower: of the whole session against its first half."""
    with tempfile.TemporaryDirectory() as folder:
        figures: dict[str, Any] = {}
        rates = []
        for name, count in (("half", steps // 2), ("whole", steps)):
            path, _ = recorded(Path(folder) / name, size, count)
            started, cpu = time.perf_counter(), time.process_time()
            replayed = replay_offline(path)
            figures[name] = count / (time.perf_counter() - started)
            rates.append(count / (time.process_time() - cpu))
            assert replayed.matches, replayed.differences[:3]
    assert rates[1] > rates[0] / 2, "an offline replay's time grows faster than its steps"
    return figures | {"steps": steps}


def recording(size: Size, steps: int) -> dict[str, Any]:
    """Milliseconds and bytes a step, and the session's size."""
    with tempfile.TemporaryDirectory() as folder:
        path, times = recorded(Path(folder), size, steps)
        total = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
        lines = (path / "session.jsonl").stat().st_size
    return {"ms": summary(times), "bytes": total / steps, "lines": lines / steps, "total": total, "steps": steps}


def live(size: Size, repeats: int) -> dict[str, Any]:
    """A form filled in by the offline model, then replayed live: milliseconds a step without the model, and again."""
    replayed: list[float] = []
    with tempfile.TemporaryDirectory(prefix="live-") as name:  # short, for Chromium's sockets
        folder = Path(name)
        display = ["--virtual", f"{size.width}x{size.height}", "--launch", f"{sys.executable} {APPS / 'form.py'}"]
        _agent(folder, "run", TASK, "--model", "offline", *display, "--record", "recordings", "--quiet")
        (path,) = (folder / "recordings").iterdir()
        lines = map(json.loads, (path / "session.jsonl").read_text().splitlines())
        finished = [line for line in lines if line["event"] == "step_finished" and line["changed"] is not None]
        ran = [sum(ms for part, ms in line["ms"].items() if part != "model") for line in finished]
        for _ in range(repeats):
            done = _agent(folder, "replay", "--live", "--json", *display, str(path))
            steps = json.loads(done)["steps"]
            # The last step looks at the end, where the run does nothing.
            replayed += [step["ms"] for step in steps if step["outcome"] in ("matched", "healed")][: len(ran)]
    return {"ran": summary(ran), "replayed": summary(replayed), "steps": len(ran)}


def _agent(folder: Path, *arguments: str) -> str:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("AGENT_", "DASHSCOPE_", "DISPLAY"))}
    done = subprocess.run(
        [sys.executable, "-c", "import sys; from agent.cli import main; sys.exit(main())", *arguments],
        env=kept | {"TMPDIR": str(folder), "PYTHONPATH": str(APPS.parents[1])},
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


if __name__ == "__main__":
    measurements = {"offline": offline, "recording": recording, "live": live}
    width, height = sys.argv[2].split("x")
    print(json.dumps(measurements[sys.argv[1]](Size(int(width), int(height)), int(sys.argv[3]))))
