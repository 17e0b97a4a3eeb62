"""`python -m tests.bench.reading`: what reading a screen costs and gets right, against a plain rapidocr call.

Frames: a drawn desktop, a page in Chromium and a Tk form, at 1920x1080 and at 3840x2160 in twice the size and in the
same size, English and Chinese, light and dark; see `reading_frames.py`. Plain is `RapidOCR()(pixels)`, its defaults, in
the same process on the same frames. Times are medians over the frames, in ms; compare them in one run only.
A label is right where what its text means is all of its places and nothing else on the page, so that a click goes to it
or an ambiguity is seen; wrong where something else is meant too (or alone: `misled`), else missed.

Tried and left:

- Detecting on a picture of half the size at 3840x2160 in twice the size: 0.1 s less a page, 7 labels of 630 lost.
- Lines of up to two characters ("书签", "=", "×", "小") filled up to less than the width the recogniser was trained
  with: a third less work for a page, 12 to 17 of 844 go wrong. Longer ones do well with half of it.
- Lines in batches: each is filled up to the widest, and a batch takes no less work a pixel. Two threads for one picture
  instead of one for each of two: a sixth more work.
- A glance at lines squeezed to 0.75, 0.6 or half their width: English holds at 0.75, but Chinese letters run together
  ("打开" as 拼), and then the label is passed over. Made as small in height too they hold, to 0.75: that was taken.
- The tight ink's width in its heights, and its number of pieces, instead of the box's: borders and icons leave it 0.4
  to 1.5 times what the letters have, and within that 0.6 of the lines of a screen are still of a label's size.
- Rows and columns cut at blanks instead of connected parts: as large, but a change anywhere moves the cuts everywhere.
- Ink alone instead of the detector: not needed, it takes the smaller part once it is given blocks only.
- Threads that spin while they wait (onnxruntime's default): a quarter more work on a busy machine.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from rich.console import Console
from rich.table import Table

from agent.reading.labels import TextBox, find, fold, in_reading_order
from agent.reading.ocr import TextReader, _Memory
from tests.apps.screens import Label
from tests.bench.reading_frames import Frame, load

SCREENS = {"1920x1080": (1920, 1080, 1), "3840x2160 2x": (3840, 2160, 2), "3840x2160 1x": (3840, 2160, 1)}
TIMES = ("plain", "full", "named", "changed", "unchanged")
NAMED = 3
"""Labels asked for on each frame with nothing remembered."""
NOISY_LOAD = 1.0


def main() -> None:
    """Run the benchmark and print the tables."""
    parser = argparse.ArgumentParser(prog="tests.bench.reading", description="Measures reading the screen.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--screens", choices=SCREENS, nargs="*", default=list(SCREENS))
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the figures there too")
    arguments = parser.parse_args()
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        figures = {name: _screen(name, arguments.seed, Path(folder)) for name in arguments.screens}
    _print(figures)
    if load_before > NOISY_LOAD:
        print(f"noise: the load was {load_before:.1f} before the first measurement")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1))


def _screen(name: str, seed: int, folder: Path) -> dict[str, Any]:
    width, height, scale = SCREENS[name]
    files = []
    for number, (chinese, dark) in enumerate(((0, 0), (0, 1), (1, 0), (1, 1))):
        files.append(folder / f"{width}-{scale}-{number}.npz")
        given = [width, height, scale, seed * 100 + number, chinese, dark, files[-1]]
        subprocess.run([sys.executable, "-m", "tests.bench.reading_frames", *map(str, given)], check=True)
    figures = {}
    for who in ("ours", "plain"):  # each in a process of its own: memory is a process's
        command = [sys.executable, "-c", f"from tests.bench.reading import {who}; {who}()", *map(str, files)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        figures[who] = json.loads(done.stdout)
    return figures


def ours() -> None:
    """Measure the reader on the files that the arguments name, beside plain calls; the figures as JSON on stdout."""
    plain = _plain()
    engine = TextReader()._ready()
    times: dict[str, list[float]] = {name: [] for name in TIMES}
    right: dict[str, Counter[str]] = {"plain": Counter(), "full": Counter(), "named": Counter()}
    for frame in (frame for file in sys.argv[1:] for frame in load(Path(file))):
        boxes = _timed(times["plain"], lambda frame=frame: _boxes(plain(frame.pixels)))
        right["plain"] += judged(frame, lambda _, boxes=boxes: boxes)
        for label in frame.labels[:: max(1, len(frame.labels) // NAMED)][:NAMED]:
            _timed(times["named"], lambda frame=frame, label=label: _fresh(engine).read(frame.pixels, [label.text]))
        reader = _fresh(engine)
        boxes = _timed(times["full"], lambda frame=frame, reader=reader: reader.read(frame.pixels))
        right["full"] += judged(frame, lambda _, boxes=boxes: boxes)
        right["named"] += judged(frame, lambda name, frame=frame, reader=reader: _alone(reader, frame, name))
        _timed(times["unchanged"], lambda frame=frame, reader=reader: reader.read(frame.pixels.copy()))
        changed = _changed(frame)
        _timed(times["changed"], lambda changed=changed, reader=reader: reader.read(changed))
    print(json.dumps({"times": times, "right": right} | {"memory": _memory()}))


def _memory() -> float:
    """Resident megabytes at most, of a process that only reads with our reader the files that the arguments name."""
    command = [sys.executable, "-c", "from tests.bench.reading import read_all; read_all()", *sys.argv[1:]]
    return float(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)


def read_all() -> None:
    """Read the frames that the arguments name; print the resident megabytes at most."""
    reader = TextReader()
    with _Peak() as peak:
        for file in sys.argv[1:]:
            for frame in load(Path(file)):
                reader.read(frame.pixels)
    print(peak.megabytes)


def plain() -> None:
    """Plain calls on the files that the arguments name: their memory."""
    engine = _plain()
    with _Peak() as peak:
        for frame in (frame for file in sys.argv[1:] for frame in load(Path(file))):
            engine(frame.pixels)
    print(json.dumps({"memory": peak.megabytes}))


class _Peak:
    """The most memory that this process has had resident meanwhile."""

    def __enter__(self) -> _Peak:
        self.megabytes = 0.0
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._look)
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._watch.join()

    def _look(self) -> None:
        while not self._ended.wait(0.01):
            self.megabytes = max(self.megabytes, psutil.Process().memory_info().rss / 1e6)


def _plain() -> Callable[[Any], Any]:
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import rapidocr

    engine: Callable[[Any], Any] = rapidocr.RapidOCR(params={"Global.log_level": "critical"})
    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    engine(np.full((64, 64, 3), 255, np.uint8))
    return engine


def _fresh(engine: Any) -> TextReader:
    reader = TextReader()
    reader._engine = engine
    return reader


def _alone(known: TextReader, frame: Frame, name: str) -> tuple[TextBox, ...]:
    """As a reader that knows nothing reads for this label; what it would find and glance at alike is not looked at
    again."""
    reader = _fresh(known._ready())
    reader._lines, reader._texts, reader._glances = known._lines, _Memory(0), known._glances
    return reader.read(frame.pixels, [name])


def _timed(into: list[float], work: Callable[[], Any]) -> Any:
    started = time.perf_counter()
    result = work()
    into.append((time.perf_counter() - started) * 1000)
    return result


def _changed(frame: Frame) -> Any:
    """The frame with one label's line turned upside down."""
    left, top, right, bottom = frame.labels[len(frame.labels) // 2].box
    changed = frame.pixels.copy()
    changed[top:bottom, left:right] = changed[top:bottom, left:right][::-1].copy()
    return changed


def _boxes(result: Any) -> tuple[TextBox, ...]:
    if result.boxes is None:
        return ()
    corners = [(*box.min(axis=0), *box.max(axis=0)) for box in result.boxes]
    return in_reading_order(
        TextBox(text.strip(), float(left), float(top), float(right - left), float(bottom - top), float(score))
        for (left, top, right, bottom), text, score in zip(corners, result.txts, result.scores, strict=True)
    )


def judged(frame: Frame, read: Callable[[str], Sequence[TextBox]]) -> Counter[str]:
    """How many of the frame's labels are right, wrong, misled or missed; equal ones count once."""
    labels: dict[str, list[Label]] = {}
    for label in frame.labels:
        labels.setdefault(fold(label.text), []).append(label)
    return Counter(_judgement(same, [b for b in read(same[0].text) if frame.asks(b)]) for same in labels.values())


def _judgement(labels: Sequence[Label], boxes: Sequence[TextBox]) -> str:
    meant = find([labels[0].text], boxes).boxes
    hit = [label for label in labels if any(label.holds(*box.center) for box in meant)]
    strange = [box for box in meant if not any(label.holds(*box.center) for label in labels)]
    if strange:
        return "misled" if len(meant) == 1 else "wrong"
    return "right" if len(hit) == len(labels) else "missed"


def _print(figures: dict[str, Any]) -> None:
    console = Console(width=None if sys.stdout.isatty() else 120)
    table = Table(title="reading a screen, ms: medians over 12 frames (of the plain call); MB resident at most")
    for name in ("screen", *TIMES, "MB", "plain MB"):
        table.add_column(name, justify="left" if name == "screen" else "right")
    for screen, one in figures.items():
        medians = {name: statistics.median(values) for name, values in one["ours"]["times"].items()}
        shares = [f"{medians[name]:.0f} ({medians[name] / medians['plain']:.2f})" for name in TIMES]
        table.add_row(screen, *shares, *(f"{one[who]['memory']:.0f}" for who in ("ours", "plain")))
    console.print(table)
    table = Table(title="labels on the same frames")
    for name in ("screen", "read by", "right", "missed", "wrong", "misled"):
        table.add_column(name, justify="left" if name in ("screen", "read by") else "right")
    for screen, one in figures.items():
        for who, counts in one["ours"]["right"].items():
            table.add_row(screen, who, *(str(counts.get(name, 0)) for name in ("right", "missed", "wrong", "misled")))
    console.print(table)


if __name__ == "__main__":
    main()
