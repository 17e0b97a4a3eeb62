"""The suite of tasks on real programs: a handful of them end to end, and that its judge can say no.

All of it is `make bench-tasks`; here the seed is fixed, and the desktop programs are left out.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.bench import tasks, tasks_judge
from tests.bench.tasks import SCENARIOS, Result, draw_case, passes, run_task, totals
from tests.bench.tasks_draw import WORDS
from tests.bench.tasks_judge import Case, Ending, judge
from tests.bench.tasks_programs import Page, Window

SEED = 1
BEFORE = {"Name": "", "Sound": False, "done": []}
REFUSED = Case("", Window({}), refused="twice")
FILLED = Case("", Window({}), {"Name": "Ada", "done": ["Save", "Print"]})


def ended(code: int, *, answer: str | None = None, reason: str | None = None, **after: Any) -> Ending:
    event = {"event": "session_ended", "answer": answer, "reason": reason}
    return Ending(code, event, BEFORE, BEFORE | after)


@pytest.mark.parametrize(
    ("case", "end", "outcome"),
    [
        (FILLED, ended(0, Name="Ada", done=["Save", "Print"]), "success"),
        (FILLED, ended(0, Name="Ada", done=["Save"]), "false success"),
        (FILLED, ended(0, Name="Ada", Sound=True, done=["Save", "Print"]), "false success"),
        (FILLED, ended(0, Name="Ada", done=["Save", "Save", "Print"]), "false success"),
        (FILLED, ended(0), "false success"),
        (FILLED, ended(1, reason="no idea"), "wrongly refused"),
        (FILLED, ended(1, Name="Ad", done=["Save"]), "wrongly refused"),
        (FILLED, ended(1, Name="Bob"), "wrong action"),
        (FILLED, ended(1, done=["Print"]), "wrong action"),
        (FILLED, ended(1, Sound=True), "wrong action"),
        (FILLED, ended(3), "broken"),
        (FILLED, Ending(1, {"reason": "Traceback"}, BEFORE, BEFORE), "broken"),
        (REFUSED, ended(1, reason="Save is there twice"), "refused rightly"),
        (REFUSED, ended(1, reason="gave up"), "refused unclearly"),
        (REFUSED, ended(0), "false success"),
        (REFUSED, ended(1, reason="Save is there twice", done=["Save"]), "wrong action"),
        (Case("", Window({}), answer="12 March"), ended(0, answer="12 march\n"), "success"),
        (Case("", Window({}), answer="12 March"), ended(0, answer="13 March"), "false success"),
        (Case("", Window({}), answer="12 March"), ended(0), "false success"),
    ],
)
def test_the_judge(case: Case, end: Ending, outcome: str) -> None:
    assert judge(case, end) == outcome


def test_one_forbidden_outcome_fails_the_suite() -> None:
    good = [Result(f"t{i}", "en", "success", 1, 1.0, "", "") for i in range(99)]
    assert passes(good, 90)
    for outcome in ("false success", "wrong action"):
        assert not passes([*good, Result("bad", "en", outcome, 1, 1.0, "", "")], 90)
    refused = [Result(f"r{i}", "en", "wrongly refused", 1, 1.0, "", "") for i in range(11)]
    assert passes([*good, *refused], 90)
    assert not passes([*good, *refused], 91)
    assert totals([*good, *refused])["good_percent"] == 90.0


def test_there_are_enough_tasks_of_every_sort() -> None:
    refused = [name for name in SCENARIOS if draw_case(name, SEED)[1].refused]
    assert len(SCENARIOS) - len(refused) >= 40
    assert len(refused) >= 12
    assert {language for language, _ in SCENARIOS.values()} == {"en", "zh"}


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_task_is_drawn_from_its_seed(name: str) -> None:
    sentences = set()
    for seed in range(30):
        _, case = draw_case(name, seed)
        assert case.sentence == draw_case(name, seed)[1].sentence
        assert case.goal or case.answer or case.refused or name.startswith("is-there")
        if isinstance(case.program, Window | Page):
            json.dumps(case.program.spec)
        sentences.add(case.sentence)
    assert len(sentences) > 5


@pytest.mark.parametrize("language", WORDS)
def test_no_word_stands_twice_in_a_kind(language: str) -> None:
    for kind, words in WORDS[language].items():
        bare = ["".join(word.split()).casefold() for word in words]
        assert len(set(bare)) == len(bare), kind


@pytest.mark.desktop
@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["press-tk-en", "form-web-zh", "links-web-en", "terminal-write-en", "refuse-twins-tk-en", "refuse-missing-web-zh"],
)
def test_a_task_on_a_real_program(name: str, tmp_path: Path) -> None:
    result = run_task(name, SEED, tmp_path)
    assert result.is_good, f"{result.outcome}: {result.task}\n{result.reason}"
    assert result.steps >= 1
    assert list(tmp_path.iterdir()) == []  # Only what did not go well is kept.


@pytest.mark.desktop
@pytest.mark.slow
def test_what_did_not_go_well_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SCENARIOS, "press-tk-en", ("en", lambda draw: _impossible(draw)))
    result = run_task("press-tk-en", SEED, tmp_path)
    assert result.outcome == tasks_judge.FALSE_SUCCESS  # The button was pressed; the judge wanted another.
    kept = Path(result.kept)
    told = json.loads((kept / "outcome.json").read_text(encoding="utf-8"))
    assert told["goal"] == {"done": ["another"]}
    assert told["after"]["done"] != []
    assert (kept / "last.png").exists()
    assert list((kept / "recording").glob("*/session.jsonl"))


def _impossible(draw: Any) -> Case:
    case = tasks.tasks_panel.press(draw, Window)
    return Case(case.sentence, case.program, {"done": ["another"]})
