"""From a target to its place, on web pages and Tk windows drawn at random: right, refused or wrong, by kind.

`python -m tests.bench.pointing 0 100` asks of the scenes with these seeds; `--show` prints each that was not right,
`--read` takes the texts from the OCR instead of from the page itself. A wrong place makes the exit code 1.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator

import mss
import numpy as np

from actions.action import Size
from agent.virtual import VirtualDisplay
from tests.bench import pointing_pages, pointing_windows
from tests.bench.pointing_cases import Scene, judged


def main() -> int:
    """Ask, and print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("first", type=int)
    options.add_argument("end", type=int)
    options.add_argument("--show", action="store_true")
    options.add_argument("--read", action="store_true")
    given = options.parse_args()
    reader = None
    if given.read:
        from agent.reading.ocr import TextReader

        reader = TextReader()
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for scene in _scenes(range(given.first, given.end)):
        texts = reader.read(scene.pixels) if reader else scene.texts
        for case in scene.cases:
            outcome, said = judged(case, scene.pixels, texts)
            table[case.kind][outcome] += 1
            if outcome == "wrong" or (given.show and outcome == "refused"):
                print(f"{outcome}: {scene.name}: {case.kind}: {case.target} {case.thing} {case.on}: {said}")
    print(f"{'':28}{'right':>8}{'refused':>9}{'wrong':>7}")
    for kind, counts in sorted(table.items()):
        print(f"{kind:28}{counts['right']:8}{counts['refused']:9}{counts['wrong']:7}")
    total: Counter[str] = sum(table.values(), Counter())
    print(f"{'all':28}{total['right']:8}{total['refused']:9}{total['wrong']:7}")
    return 1 if total["wrong"] else 0


def _scenes(seeds: range) -> Iterator[Scene]:
    with pointing_pages.browser() as running:
        for seed in seeds:
            yield pointing_pages.scene(running, seed)
    with VirtualDisplay(Size(1000, 780)) as display:
        os.environ["DISPLAY"] = display.name
        with mss.MSS() as screen:
            for seed in seeds:
                yield pointing_windows.scene(
                    seed, lambda: np.asarray(screen.grab(screen.monitors[0]))[:, :, 2::-1].copy()
                )


if __name__ == "__main__":
    sys.exit(main())
