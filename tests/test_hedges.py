"""What is negated, conditional or left open is never acted on, whatever it is said of."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from agent.offline.grammar import understand
from agent.offline.instructions import Await, Check, Click, Target, Tick
from agent.offline.refusals import NotUnderstood

TASKS = [
    case["task"]
    for case in tomllib.loads((Path(__file__).parent / "phrases.toml").read_text(encoding="utf-8"))["understood"]
]
CHINESE = [task for task in TASKS if re.search(r"[\u4e00-\u9fff]", task)]
ENGLISH = [task for task in TASKS if task not in CHINESE]
HEDGES = [
    "don't {}", "do not {}", "please don't {}", "never {}", "if needed, {}", "if there is an error {}",
    "unless it is done, {}", 'if "E" is visible then {}', "either {} or press esc", "in case of doubt {}",
    "{} if needed", "{} unless it is done", "{}, otherwise press esc", "{} or press esc", "{} or else",
    "{} but not now", '{} only if "E" is visible', "{} without saving", "{} instead of that", "{}, but don't save",
    "{} rather than that",
]  # fmt: skip
HEDGES_ZH = [
    "不要{}", "请不要{}", "请勿{}", "别{}", "如果出现错误，{}", "如果出现“E”就{}", "若有错误就{}", "除非完成，{}",
    "必要时{}", "要么{}，要么按Esc", "{}，否则按Esc", "{}或者按Esc", "{}，但不要保存", "{}，除非已经完成",
    "{}，如果需要的话", "{}，而不是保存",
]  # fmt: skip


def understood(task: str) -> bool:
    try:
        understand(task)
    except NotUnderstood:
        return False
    return True


@pytest.mark.parametrize(
    ("hedge", "tasks"),
    [(hedge, ENGLISH) for hedge in HEDGES] + [(hedge, CHINESE) for hedge in HEDGES_ZH],
    ids=[*HEDGES, *HEDGES_ZH],
)
def test_no_hedged_task_is_acted_on(hedge: str, tasks: list[str]) -> None:
    """All that the corpus understands, hedged."""
    acted_on = [said for task in tasks if understood(said := hedge.format(task.rstrip(" .!?。！？；;，,\n")))]
    assert acted_on == []


@pytest.mark.parametrize("task", [
    "select A, not B", "untick A, not B", "tick A and not B", 'enter the user name "a", not "b"', "type yes or no",
    "type hello when the page has loaded", "scroll down, not up", "click A, not B", "press ctrl+s and not ctrl+x",
    "wait until A or B appears", "check that A is visible or B", "make sure A is not checked, unless B is",
    "勾选A，不要B", "选择A而非B", "取消勾选A、不要B", "输入是或否", "向下滚动，不要向上", "点击除取消外的按钮",
    "有错误的话点击确定",
])  # fmt: skip
def test_a_part_that_is_hedged_is_no_label_and_no_text(task: str) -> None:
    assert not understood(task)


@pytest.mark.parametrize(("task", "instruction"), [
    ("click Not now", Click(Target(("Not now",)), "left_click")),
    ("click don't save", Click(Target(("don't save",)), "left_click")),
    ('click "Save or discard"', Click(Target(("Save or discard",)), "left_click")),
    ("点击不再提示", Click(Target(("不再提示",)), "left_click")),
    ("点击类别", Click(Target(("类别",)), "left_click")),
    ("勾选请勿打扰", Tick(Target(("请勿打扰",)), on=True)),
    ("make sure News is not checked", Tick(Target(("News",)), on=False)),
    ("check that Error isn't visible", Check("Error", visible=False)),
    ('check whether "Error" is visible', Check("Error", visible=True)),
    ("wait until Loading is not visible", Await("Loading", False, 30)),
    ("检查错误不可见", Check("错误", visible=False)),
])  # fmt: skip
def test_a_negation_that_is_part_of_a_label_or_of_a_check_is_none(task: str, instruction: object) -> None:
    assert understand(task) == (instruction,)


@pytest.mark.parametrize(("task", "says"), [
    ("click OK if it is there", "it cannot decide"),
    ("click Yes or No", "it cannot choose"),
    ("don't click Save", "say what to do, not what not to do"),
    ("如果有错误，点击确定", "它不会按条件判断"),
    ("点击确定或取消", "它不会选择"),
    ("别点保存", "请说要做什么"),
])  # fmt: skip
def test_the_reason_says_what_it_cannot_do(task: str, says: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        understand(task)
    assert refused.value.line(task).startswith(says)
