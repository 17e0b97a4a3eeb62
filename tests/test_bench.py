"""The bench: each of its parts runs, and its judging can fail."""

from __future__ import annotations

import itertools
import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from actions.action import Point, Size
from tests.bench import __main__ as bench
from tests.bench import act, drop, history, long, rounds, settle, start, step
from tests.bench.desk import MARKS, Page, state_of
from tests.bench.parts import PARTS, Part
from tests.bench.report import Ratio, Report, Share, Table, Target, Timing, spread_warnings

ROOT = Path(__file__).parents[1]


def in_a_process(code: str) -> Any:
    """What `found` holds after the code, in an interpreter of its own: pyautogui binds to one display a process."""
    program = f"import json\n{code}\nprint(json.dumps(found))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


# Each part runs.


@pytest.mark.desktop
@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        ("frame", "1, sizes=(Size(1024, 768),)"),
        ("step", """2, names=("cua",)"""),
        ("act", "1"),
        ("settle", "1, scenes=('menu', 'late_page')"),
        ("start", "1"),
        ("history", "6"),
        ("long", "4, replayed=20"),
        ("sessions", "2"),
        ("client", "2"),
        ("stops", "1, names=('SIGTERM',)"),
    ],
)
def test_a_part_measures(module: str, arguments: str) -> None:
    found = in_a_process(
        f"from actions.action import Size\nfrom tests.bench import {module}\nfound = {module}.run({arguments}).data()"
    )
    report = Report.read(found)
    assert report.tables
    timings = [cell for table in report.tables for _, cells in table.rows for cell in cells if isinstance(cell, Timing)]
    # A step that looked again has no time of some of its parts.
    assert all(0 <= one.minimum <= one.median <= one.p90 for one in timings)
    if module != "act":  # there a busy machine may keep what ours is compared with from arriving
        assert not any(math.isnan(target.value) for target in report.targets), report.targets


def test_every_part_has_a_module() -> None:
    assert {part.module for part in PARTS.values()} == {
        *("frame", "step", "act", "settle", "start", "history", "long", "sessions", "client", "stops")
    }


# The judging can fail.


def test_a_target_is_met_or_not() -> None:
    assert Target("a", 1.3, 1.3).is_met
    assert not Target("a", 1.31, 1.3).is_met
    assert not Target("nothing was measured", float("nan"), 1.3).is_met


def test_a_timing_is_median_minimum_and_ninth_tenth() -> None:
    times = [float(n) for n in range(11)]
    assert Timing.of(times) == Timing(median=5, minimum=0, p90=9, runs=11)
    with pytest.raises(ValueError, match="nothing was measured"):
        Timing.of([])


def test_a_report_survives_json_and_says_what_was_missed() -> None:
    table = Table(
        "t", ("what", "a"), (("x", (Timing(1, 1, 1, 1), Ratio(2.0), Share(1, 2), 3.5, "s", None)),), ("note",)
    )
    report = Report((table,), (Target("good", 1, 2), Target("bad", 3, 2)), ("noise",))
    read = Report.read(json.loads(json.dumps(report.data())))
    assert read == report
    console = Console(width=100, record=True, file=open(os.devnull, "w"))  # noqa: SIM115
    read.print(console)
    console.file.close()
    text = console.export_text()
    assert "met     good" in text
    assert "NOT MET bad: 3 of at most 2" in text
    assert "–" in text


def test_figures_far_apart_and_a_busy_machine_are_noise() -> None:
    table = Table("t", ("what", "ms"), (("calm", (Timing(10, 9, 14, 20),)), ("wild", (Timing(10, 9, 16, 20),))))
    assert spread_warnings([table]) == ("noise in “t”: wild",)
    assert bench.noisy([0.9, 5.0], 2) is None
    assert "the load was 1.5 on 2 cores" in str(bench.noisy([1.5, 0.0], 2))


def test_a_page_is_read_off_its_mark_through_a_jpeg() -> None:
    for state, (red, green, blue) in MARKS.items():
        assert state_of((red + 9, green - 9, blue + 5)) == state


def scene_page(*late: dict[str, Any]) -> Page:
    """A page whose only scene was opened at 10.0 s and was open at 10.8 s."""
    events = [
        {"event": "click", "on": "open", "number": 0, "state": "closed", "at": 10_000},
        {"event": "shown", "number": 0, "state": "open", "at": 10_800},
    ]
    return Page([*events, *late])


class Lines:
    """The lines of a run: its steps were finished at these instants."""

    def __init__(self, *finished: float) -> None:
        self._finished = finished

    def of(self, _: str) -> list[tuple[float, dict[str, Any]]]:
        return [(at, {}) for at in self._finished]


def judged(page: Page, seen: list[tuple[int, str, float]], *finished: float) -> settle.Found:
    model = settle.Seeing(page)
    model.seen = seen
    return settle.judged(page, ["late_page"], model, Lines(*finished))  # type: ignore[arg-type]


def test_a_decision_on_a_closed_picture_is_wrong() -> None:
    found = judged(scene_page(), [(0, "closed", 9.0), (0, "closed", 10.7), (0, "open", 11.5)], 10.6, 12.0)
    (decision,) = found.decisions
    assert not decision.right
    assert decision.seconds == pytest.approx(0.6)
    assert decision.after_change == pytest.approx(-0.2)
    assert found.requests == {"late_page": 3}


def test_a_decision_on_an_open_picture_is_right() -> None:
    found = judged(scene_page(), [(0, "closed", 9.0), (0, "open", 11.1)], 11.0)
    assert found.decisions[0].right
    assert found.decisions[0].after_change == pytest.approx(0.2)
    assert found.stale == {"late_page": 0}


def test_a_click_on_what_was_not_there_is_stale_and_misses_the_target() -> None:
    page = scene_page({"event": "click", "on": "danger", "number": 0, "state": "open", "at": 11_000})
    found = judged(page, [(0, "closed", 9.0), (0, "closed", 10.7)], 10.6)
    report = settle.report(found, {}, ["late_page"], 1)
    assert found.stale == {"late_page": 1}
    assert not report.targets[0].is_met


@pytest.mark.desktop
@pytest.mark.slow
def test_a_model_that_does_not_look_is_caught_on_the_real_page() -> None:
    found = in_a_process("""
from tests.bench import settle
from tests.bench.desk import PLACES, display_of, scenes_page
from tests.bench.endpoint import click

class Blind(settle.Seeing):
    def __call__(self, exchange):
        reply = super().__call__(exchange)
        is_first = [state for _, state, _ in self.seen].count("open") == 1
        return click(PLACES["other"], settle.SIZE) if self.seen[-1][1] == "open" and is_first else reply

settle.Seeing = Blind
settle.THINKING = 0.1
with display_of(settle.SIZE) as display, scenes_page(display, ["menu"]) as page:
    judged = settle.ours(page, ["menu"])
found = [judged.stale, judged.requests]
""")
    assert found == [{"menu": 1}, {"menu": 3}]


def nowhere() -> float:
    raise AssertionError("it did not arrive")


def test_a_way_that_never_arrives_has_a_dash_and_misses_its_target() -> None:
    asked: list[str] = []
    found = rounds.rounds({drop.OURS: lambda: asked.append("")}, nowhere, 5)
    assert len(asked) == rounds.MOST_IN_A_ROW
    report = act.report({"click": found | {drop.BARE: rounds.Times([1.0])}})
    ((_, cells),) = report.tables[0].rows
    assert cells[0] is None
    assert [target.is_met for target in report.targets] == [False, False]


def test_a_way_that_misses_once_goes_on_and_that_is_said() -> None:
    arrived = iter([10**9, None, 10**9])

    def sometimes() -> float:
        return next(arrived) or nowhere()

    found = rounds.rounds({drop.OURS: lambda: None}, sometimes, 2)[drop.OURS]
    assert (len(found.times), found.missed) == (1, 1)
    report = act.report({"click": {drop.OURS: found, drop.BARE: rounds.Times([1.0])}})
    assert "ours missed 1: click" in report.tables[0].notes
    assert not report.targets[-1].is_met


def test_an_act_is_judged_against_bare_pyautogui() -> None:
    def is_met(own: float) -> bool:
        return (
            act.report({"click": {drop.OURS: rounds.Times([own]), drop.BARE: rounds.Times([10.0])}}).targets[0].is_met
        )

    assert is_met(11.9)
    assert not is_met(12.1)


def test_a_step_whose_click_does_not_reach_the_page_is_no_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.bench.desk.OPEN_SECONDS", 0.05)
    page = Page([{"event": "shown", "number": 0, "state": "closed", "at": 1000}])
    with pytest.raises(AssertionError, match="scene 0 open"):
        step.timed(lambda _: b"", page)

    def peer(place: Point) -> bytes:
        assert place == step.PLACES["open"]
        page.events.append({"event": "shown", "number": 0, "state": "open", "at": 2000})
        return b""

    assert step.timed(peer, page) > 0


def test_a_slow_step_misses_each_of_its_targets() -> None:
    def met(own: float) -> list[bool]:
        inside = {step.OURS: {part: [1.0] for part in step.PARTS}}
        report = step._report({step.OURS: [own]}, {"fast": [700.0], "usual": [2400.0], "slow": [4000.0]}, {}, inside)
        return [target.is_met for target in report.targets]

    assert met(170.0) == [True, True, True]
    assert met(190.0) == [False, False, True]
    assert met(400.0) == [False, False, False]


def test_what_others_wrote_is_seen_in_an_import() -> None:
    assert "rich" in start.third_party("import rich\n")
    assert start.third_party("import json, argparse\n") == []


def test_a_run_that_grows_is_seen() -> None:
    flat = [(step, 100.0) for step in range(10)]
    assert long.grown(flat) == 0
    assert long.grown([(step, 100.0 + 5 * step) for step in range(10)]) > long.MOST_GROWTH_MB


def test_keeping_everything_grows_and_a_window_does_not() -> None:
    known, size = history.profile(), Size(1920, 1080)
    everything = history.per_step(history.windowed(known, 10**6), size, 12)
    window = history.per_step(history.windowed(known, 2), size, 12)
    picture = known.image_tokens(size, known.pixel_cap(high_res=True))
    assert all(later - earlier > picture for earlier, later in itertools.pairwise(everything))
    assert window[-1] - window[3] < picture / 2
    assert not history.run(3).targets[0].is_met  # of three steps everything is no more than ours


# The command.


def test_the_command_writes_its_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "figures.json"
    assert bench.main(["--only", "history", "--count", "5", "--json", str(file)]) == 0
    figures = json.loads(file.read_text())
    assert figures["parts"]["history"]["count"] == 5
    assert {"met", "most", "value", "what", "unit"} == set(figures["parts"]["history"]["report"]["targets"][0])
    out = capsys.readouterr().out
    assert str(file) in out
    assert "NOT MET" in out


def test_a_part_that_fails_is_said_and_the_others_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.bench.__main__.PARTS", {"gone": Part("gone", "", 1, 1), "history": PARTS["history"]})
    file = tmp_path / "figures.json"
    assert bench.main(["--count", "5", "--json", str(file)]) == 1
    assert "not measured: gone" in capsys.readouterr().out
    assert set(json.loads(file.read_text())["parts"]) == {"gone", "history"}


@pytest.mark.parametrize("arguments", [["--only", "nothing"], ["--count", "0"], ["--json", "/no/such/folder/x.json"]])
def test_wrong_options_are_said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        bench.main(arguments)
    assert ended.value.code == 2
    assert "error:" in capsys.readouterr().err
