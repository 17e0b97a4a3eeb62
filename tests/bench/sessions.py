"""What recording and replaying cost."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image, ImageDraw

import prompts
from actions.action import Size
from actions.brake import Brake
from agent.dialect import resolve
from agent.events import Event, StepFinished
from agent.geometry import Viewport
from agent.loop import Loop
from agent.parts import Parts, Plan
from agent.recording.recorder import Recorder
from agent.replay.offline import replay_offline
from agent.screen import Screenshot
from tests.bench.ours import CLI, MODEL, ROOT, environment
from tests.bench.report import Ratio, Report, Table, Target, Timing, spread_warnings
from tests.fakes import FakeConsent, FakeExecutor, FakeScreen, FakeSettler, ScriptedModel, call

APPS = ROOT / "tests" / "apps"
SIZES = (Size(1920, 1080), Size(3840, 2160))
REPLAYED, LIVE = Size(640, 400), Size(1280, 800)
REPLAYED_STEPS = 20
"""Offline, for each step that is recorded here: 1,000 for 50."""
MOST_OF_HALF = 2.0
"""How much longer a step may take in a session of twice the length."""
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


def run(count: int) -> Report:
    """`count` steps recorded, twenty times as many replayed offline, some of them live."""
    tables = (_recording(count), *_replays(count))
    whole, half = offline(count * REPLAYED_STEPS), offline(count * REPLAYED_STEPS // 2)
    rates = Table(
        "offline replay",
        ("steps", "steps a second"),
        tuple(
            (f"{steps:,}", (rate,))
            for steps, rate in ((count * REPLAYED_STEPS // 2, half), (count * REPLAYED_STEPS, whole))
        ),
    )
    slower = Target("a step of an offline replay of twice the length, of one of half", half / whole, MOST_OF_HALF)
    return Report((*tables, rates), (slower,), spread_warnings(tables))


def _recording(count: int) -> Table:
    rows = []
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            path, times = recorded(Path(folder), size, count)
            total = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
            lines = (path / "session.jsonl").stat().st_size
        per_step = (Timing.of(times), total / count / 1000, lines / count / 1000)
        rows.append((f"{size.width}x{size.height}", per_step))
    return Table(
        "the recorder, a step: ms that the run waits for it, median (minimum, 90th percentile); on the disk",
        ("screen", "ms", "kB", "of it lines, kB"),
        tuple(rows),
        ("each step has another picture",),
    )


def offline(steps: int) -> float:
    """Steps a second of an offline replay of so many."""
    with tempfile.TemporaryDirectory() as folder:
        path, _ = recorded(Path(folder), REPLAYED, steps)
        started = time.perf_counter()
        replayed = replay_offline(path)
        rate = steps / (time.perf_counter() - started)
    if not replayed.matches:
        raise AssertionError(f"the replay differs: {replayed.differences[:3]}")
    return rate


def _replays(count: int) -> Iterator[Table]:
    ran, replayed = live(LIVE, max(1, count // 17))
    rows = {"a step of the run, outside the model": Timing.of(ran), "the step, replayed live": Timing.of(replayed)}
    first = rows["a step of the run, outside the model"].median
    yield Table(
        "live replay of a form, ms: median (minimum, 90th percentile)",
        ("what", "ms", "of the run's"),
        tuple((name, (one, Ratio(one.median / first))) for name, one in rows.items()),
    )


def live(size: Size, repeats: int) -> tuple[list[float], list[float]]:
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
    return ran, replayed


def _agent(folder: Path, *arguments: str) -> str:
    kept = {name: value for name, value in environment().items() if name != "DISPLAY"} | {"TMPDIR": str(folder)}
    done = subprocess.run([*CLI, *arguments], env=kept, cwd=folder, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout
