"""What a step says, in the language of the task."""

from __future__ import annotations

import re

import pytest

from agent.offline import saying
from agent.offline.instructions import Target
from agent.offline.saying import Said, in_language_of

SAVE, NAME, SECOND = Target(("Save button", "Save"), "button"), Target(("Name",)), Target((), "checkbox", 2)
EACH: list[tuple[Said, str, str]] = [
    (saying.click(SAVE, "left_click"), 'Click "Save"', "点击“Save”"),
    (
        saying.click(SAVE, "double_click", read_as="5ave", again=True),
        'Double-click "Save" (5ave) again, since nothing changed',
        "没有变化，再次双击“Save”（5ave）",
    ),
    (
        saying.double_click_to_open(NAME),
        'Double-click "Name", since one click opened nothing',
        "单击没有打开，双击“Name”",
    ),
    (saying.point_over(NAME), 'Move the pointer over "Name"', "把鼠标移到“Name”上"),
    (saying.point_to(NAME), 'Move the pointer to "Name"', "把鼠标移到“Name”"),
    (saying.drag(NAME, SAVE), 'Drag "Name" to "Save"', "把“Name”拖到“Save”"),
    (saying.focus(NAME), 'Focus "Name"', "点击“Name”的输入框"),
    (saying.type_text("x" * 99, NAME), f'Type "{"x" * 60}" into "Name"', f"在“Name”中输入“{'x' * 60}”"),
    (saying.type_text("a", None), 'Type "a"', "输入“a”"),
    (saying.press(("ctrl", "s")), "Press ctrl+s", "按 ctrl+s"),
    (saying.switch(SECOND, on=True), 'Switch "checkbox" on', "勾选第 2 个复选框"),
    (
        saying.switch(NAME, on=False, again=True),
        'Switch "Name" off again, since nothing changed',
        "没有变化，再次取消勾选“Name”",
    ),
    (saying.open_list(NAME), 'Open the list "Name"', "展开列表“Name”"),
    (saying.go_to_tab(NAME), 'Go to the tab "Name"', "切换到标签页“Name”"),
    (saying.scroll(-5), "Scroll down 5", "向下滚动 5 格"),
    (saying.scroll(3), "Scroll up 3", "向上滚动 3 格"),
    (saying.wait(0.7, "effect"), "Wait 0.7 s for an effect", "等待 0.7 秒，看有什么变化"),
    (saying.wait(2, "look"), "Wait 2 s and look again", "等待 2 秒后再看"),
    (saying.wait_for_target(1, NAME, opened=False), 'Wait 1 s for "Name" to open', "等待 1 秒，等“Name”打开"),
    (
        saying.wait_for_target(1, NAME, opened=True),
        'Wait 1 s for "Name" to show something',
        "等待 1 秒，等“Name”显示内容",
    ),
    (saying.wait_for_text(1, "Done", visible=True), 'Wait 1 s for "Done" to appear', "等待 1 秒，等“Done”出现"),
    (saying.wait_for_text(1, "Done", visible=False), 'Wait 1 s for "Done" to disappear', "等待 1 秒，等“Done”消失"),
    (saying.wait_of(55, 90), "Wait 55 s of 90 s", "等待 55 秒，共 90 秒"),
    (saying.answer(NAME), 'Answer with the text beside "Name"', "回答“Name”旁边的文字"),
    (saying.answer(None), "Answer with the text on the screen", "回答屏幕上的文字"),
    (saying.done(3), "Done: 3 of 3 instructions", "完成：3 条指令中的 3 条"),
]


@pytest.mark.parametrize(("said", "english", "chinese"), EACH, ids=[english for _, english, _ in EACH])
def test_a_step_is_said_in_the_language_of_the_task(said: Said, english: str, chinese: str) -> None:
    assert in_language_of("click Save", said) == f"{english}."
    assert in_language_of("点击“Save”", said) == f"{chinese}。"


def test_all_that_is_said_is_there_in_both_languages() -> None:
    constants = [value for name, value in vars(saying).items() if name.isupper() and isinstance(value, tuple)]
    assert len(constants) == 10
    for english, chinese in (*constants, *saying._WHYS.values()):
        assert english.isascii()
        assert re.search(r"[\u4e00-\u9fff]", chinese)
