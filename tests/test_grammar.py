"""What the offline model understands, and that all else is refused before anything is done."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.offline.grammar import MAX_NOTCHES, MAX_SECONDS, understand
from agent.offline.instructions import (
    Await,
    Check,
    Click,
    Instruction,
    Open,
    Pause,
    Press,
    Read,
    Role,
    Target,
    Turn,
    TypeText,
)
from agent.offline.refusals import MAX_LINE
from agent.offline.sentences import MAX_SENTENCES, MAX_TASK, NotUnderstood, speaks_chinese


def label(*names: str) -> Target:
    return Target(names)


def named(role: Role, *names: str) -> Target:
    return Target(names, role)


def field(*names: str) -> Target:
    return Target(names, "field")


def click(*names: str) -> Click:
    return Click(label(*names), "left_click")


ONE = [
    # English
    ("open the browser", Open(label("browser"))),
    ("Open Browser.", Open(label("Browser"))),
    ("please open my Text Editor", Open(label("Text Editor"))),
    ("launch the Terminal icon", Open(named("icon", "Terminal icon", "Terminal"))),
    ('start "Music, Video"', Open(label("Music, Video"))),
    ('open "example.com"', Open(label("example.com"))),
    ("open the File menu", Click(named("menu", "File menu", "File"), "left_click")),
    ("click Save", click("Save")),
    ("CLICK ON Save As...", click("Save As")),
    ("left-click the Save button", Click(named("button", "Save button", "Save"), "left_click")),
    ('click the button labelled "Save"', Click(named("button", "Save"), "left_click")),
    ('click the "Save" button', Click(named("button", "Save"), "left_click")),
    ("tap 'Sign in'", click("Sign in")),
    ("click it's mine", click("it's mine")),
    ("click Search and Replace", click("Search and Replace")),
    ("click 1,000", click("1,000")),
    ("click Menu", click("Menu")),
    ("click the Name field", Click(field("Name field", "Name"), "left_click")),
    ("double-click Trash", Click(label("Trash"), "double_click")),
    ("double click on the Trash", Click(label("Trash"), "double_click")),
    ("right-click Trash", Click(label("Trash"), "right_click")),
    ('type "hello"', TypeText("hello", None)),
    ("type hello world", TypeText("hello world", None)),
    ('type "a, then click Save; b. c"', TypeText("a, then click Save; b. c", None)),
    ("type “it's, he said”", TypeText("it's, he said", None)),
    ("type 'it's ok'", TypeText("it's ok", None)),
    ("type «x»", TypeText("x", None)),
    ('type " two  spaces "', TypeText(" two  spaces ", None)),
    ('type "Bob" into Name', TypeText("Bob", label("Name"))),
    ('enter "Bob" in the "User name" field', TypeText("Bob", field("User name"))),
    ("type Bob into the Name field", TypeText("Bob", field("Name field", "Name"))),
    ("type bob in the name field", TypeText("bob", field("name field", "name"))),
    ('fill in the Name box with "Bob"', TypeText("Bob", field("Name box", "Name"))),
    ("press Enter", Press(("enter",))),
    ("press the return key", Press(("enter",))),
    ("hit ctrl+s", Press(("ctrl", "s"))),
    ("press Ctrl + Shift + T", Press(("ctrl", "shift", "t"))),
    ("press ctrl and c", Press(("ctrl", "c"))),
    ("press ctrl c", Press(("ctrl", "c"))),
    ("press page down", Press(("pagedown",))),
    ("press the Save button", Click(named("button", "Save button", "Save"), "left_click")),
    ("scroll down", Turn(-5, None)),
    ("scroll up 3", Turn(3, None)),
    ("scroll down by two notches in the Files list", Turn(-2, named("list", "Files list", "Files"))),
    ("wait 3 seconds", Pause(3)),
    ("wait 2.5s", Pause(2.5)),
    ("wait a second", Pause(1)),
    ('wait for "Done"', Await("Done", True, 30)),
    ('wait for "Done" 10 seconds', Await("Done", True, 10)),
    ("wait up to 5 seconds for Ready to appear", Await("Ready", True, 5)),
    ("wait until Loading disappears, up to 20 seconds", Await("Loading", False, 20)),
    ('check that "Saved" is visible', Check("Saved", True)),
    ("make sure Error is not visible", Check("Error", False)),
    ("verify the text “x” isn't shown", Check("x", False)),
    ("ensure Done appears", Check("Done", True)),
    ("read", Read(None)),
    ("read the screen", Read(None)),
    ("read Total", Read(label("Total"))),
    ('read the text right of "Total"', Read(label("Total"))),
    # Chinese
    ("打开浏览器", Open(label("浏览器"))),
    ("请帮我打开浏览器。", Open(label("浏览器"))),
    ("启动“文本编辑器”", Open(label("文本编辑器"))),
    ("打开文件菜单", Click(named("menu", "文件菜单", "文件"), "left_click")),
    ("点击保存", click("保存")),
    ("点击“保存”按钮", Click(named("button", "保存"), "left_click")),
    ("单击保存按钮", Click(named("button", "保存按钮", "保存"), "left_click")),
    ("双击回收站", Click(label("回收站"), "double_click")),
    ("右击回收站", Click(label("回收站"), "right_click")),
    ("用右键点击「回收站」", Click(label("回收站"), "right_click")),
    ("输入“你好，世界”", TypeText("你好，世界", None)),
    ("输入你好", TypeText("你好", None)),
    ("在姓名输入框中输入“张三”", TypeText("张三", field("姓名输入框", "姓名"))),
    ("在“姓名”里输入“张三”", TypeText("张三", label("姓名"))),
    ("输入“北京”到城市", TypeText("北京", label("城市"))),
    ("把“李四”填入姓名", TypeText("李四", label("姓名"))),
    ("按回车键", Press(("enter",))),
    ("按下Ctrl+C", Press(("ctrl", "c"))),
    ("向下滚动3次", Turn(-3, None)),
    ("往上滚动", Turn(5, None)),
    ("等待3秒", Pause(3)),
    ("等两秒钟", Pause(2)),
    ("等待“完成”出现", Await("完成", True, 30)),
    ("等到“加载中”消失，最多20秒", Await("加载中", False, 20)),
    ("检查“保存成功”可见", Check("保存成功", True)),
    ("确认“完成”是否出现", Check("完成", True)),
    ("检查错误不可见", Check("错误", False)),
    ("读取总计", Read(label("总计"))),
    ("读取屏幕上的文字", Read(None)),
]


@pytest.mark.parametrize(("task", "instruction"), ONE, ids=[task for task, _ in ONE])
def test_one_instruction(task: str, instruction: Instruction) -> None:
    assert understand(task) == (instruction,)


OPEN = Open(label("browser"))
SEVERAL = [
    ("open the browser then click Save", (OPEN, click("Save"))),
    ("Open the browser, and then click Save; press Enter.", (OPEN, click("Save"), Press(("enter",)))),
    ("open the browser and click Save", (OPEN, click("Save"))),
    ("First open the browser. Next click Save! Finally, press enter", (OPEN, click("Save"), Press(("enter",)))),
    ("1. open the browser\n2) click Save\n - press enter", (OPEN, click("Save"), Press(("enter",)))),
    ("Step 1: open the browser\r\nStep 2: click Save", (OPEN, click("Save"))),
    ("press tab 3 times", (Press(("tab",)),) * 3),
    ("按两次回车", (Press(("enter",)),) * 2),
    ("read A and read B", (Read(label("A")), Read(label("B")))),
    (
        "先打开浏览器，然后点击“登录”并按回车",
        (Open(label("浏览器")), click("登录"), Press(("enter",))),
    ),
    ("打开终端再输入“ls”；按回车。", (Open(label("终端")), TypeText("ls", None), Press(("enter",)))),
    ("1、打开终端\n2、点击文件", (Open(label("终端")), click("文件"))),
    ('type "A" into Name, type "B" into "E-mail", click OK', (
        TypeText("A", label("Name")), TypeText("B", label("E-mail")), click("OK"),
    )),
]  # fmt: skip


@pytest.mark.parametrize(("task", "instructions"), SEVERAL, ids=[task for task, _ in SEVERAL])
def test_several_instructions(task: str, instructions: tuple[Instruction, ...]) -> None:
    assert understand(task) == instructions


REFUSED = [
    ("delete all files", "delete all files"),
    ("find out the weather", "find out"),
    ("open the browser and go to example.com", "go to example.com"),
    ("open the browser, then buy milk", "buy milk"),
    ("click", "click"),
    ("click the button", "which one"),
    ('click "A" or "B"', "cannot choose"),
    ('click "A" nicely', "more than is understood"),
    ('click ""', "no label"),
    ("click ...", "click"),
    ('type "abc', "never closes"),
    ('type ""', "nothing to type"),
    ("type hello in Paris", "quotation marks"),
    ('type hello "world" again', "only part"),
    ("type a, b", "quotation marks"),
    ("press entr", "press entr"),
    ("press ctrl+foo", "no known key"),
    ('press "Enter"', "click it"),
    ("press enter 99 times", "1 to 10"),
    ("scroll", "scroll"),
    ("scroll sideways", "scroll sideways"),
    ("scroll down 0", str(MAX_NOTCHES)),
    ("scroll down 1000", str(MAX_NOTCHES)),
    ("wait", "wait"),
    ("wait 0 seconds", str(MAX_SECONDS)),
    ("wait 99999 seconds", str(MAX_SECONDS)),
    ("verify Save", "verify Save"),
    ("read Total, then click OK", "last"),
    ("drag A to B to C", "drag"),
    ("打开浏览器，然后买牛奶", "买牛奶"),
    ("", "says nothing"),
    (" \n, ; . ", "says nothing"),
    ("open \x07", "U+0007"),
    ("open \ue000", "U+E000"),
    ("open \ud800", "U+D800"),
    ("click " + "x" * 300, "no label"),
    ("open x, " * 100, str(MAX_SENTENCES)),
    ("word " * 10_000, str(MAX_TASK)),
    ("افتح المتصفح", "not understood"),
    ("🎉🎉🎉", "not understood"),
]


@pytest.mark.parametrize(("task", "said"), REFUSED, ids=[task[:40] or "empty" for task, _ in REFUSED])
def test_what_is_refused_says_why(task: str, said: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        understand(task)
    assert said in str(refused.value)
    assert len(str(refused.value)) <= MAX_LINE


@pytest.mark.parametrize("task", [task for task, _ in REFUSED], ids=[task[:40] or "empty" for task, _ in REFUSED])
def test_the_line_for_a_person_is_short_and_in_one_language(task: str) -> None:
    for asked, language in ((task, "any"), (f"请{task}", "zh") if task.strip() else ("", "en")):
        with pytest.raises(NotUnderstood) as refused:
            understand(asked)
        line = refused.value.line(asked)
        assert len(line) <= MAX_LINE
        assert len(line.splitlines()) == 1
        assert ".." not in line.replace("...", "")
        chinese = speaks_chinese(asked)
        assert chinese or language != "zh"
        assert ("不是 AI" in line) is chinese
        assert ("no AI" in line) is not chinese


def test_the_line_quotes_what_was_not_understood() -> None:
    def line(task: str) -> str:
        with pytest.raises(NotUnderstood) as refused:
            understand(task)
        return refused.value.line(task)

    assert line("open the browser, then do my taxes").startswith(
        'not understood: "do my taxes"; understood before it: 1, "open the browser" (the offline model is no AI; '
    )
    assert line('click "A" nicely').startswith("more than is understood: 'click \"A\" nicely' (")
    assert line("打开浏览器，然后买牛奶").startswith(
        "看不懂：“买牛奶”；在此之前看懂了 1 句：“打开浏览器”（离线模型不是 AI"
    )
    assert f'"{"word " * 11}word…"' in line("word " * 100)
    assert len(line("press " + "foo+ " * 40)) < 200
    assert line("click the \u202ebutton\u202e of 保存 or “x”").isprintable()


@pytest.mark.parametrize(("task", "chinese"), [
    ("买牛奶", True), ("请 buy milk", True), ("“ls”买牛奶", False), ("buy 牛奶", False), ("", False), ("“牛奶", True),
])  # fmt: skip
def test_the_language_of_a_task_is_that_of_its_first_word(task: str, chinese: bool) -> None:
    assert speaks_chinese(task) is chinese


@pytest.mark.parametrize("task", ["click the button", "点击它"])
def test_every_example_told_to_a_person_is_understood(task: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        understand(task)
    told = re.split(r"e\.g\. |例如：", refused.value.line(task))[1]
    examples = re.split(", |、", told.rstrip(")）"))
    assert len(examples) == 3
    for example in examples:
        assert len(understand(example)) == 1


WORDS = [
    *("open", "the", "click", "Save", "type", '"', "'", "“", "”", "into", "press", "ctrl+s", "then", "and", ",", "."),
    *("wait", "for", "3", "seconds", "check", "is", "not", "visible", "read", "scroll", "down", "button", "field"),
    *("打开", "点击", "在", "中", "输入", "按", "等待", "秒", "然后", "并", "，", "。", "的", "按钮", "1.", "-", "\n"),
]


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join),
                 st.lists(st.sampled_from(WORDS), max_size=30).map("".join)))  # fmt: skip
def test_any_text_is_understood_or_refused(task: str) -> None:
    try:
        instructions = understand(task)
    except NotUnderstood:
        return
    assert instructions
    for one in instructions:
        target = getattr(one, "target", None) or getattr(one, "into", None) or getattr(one, "over", None)
        if isinstance(target, Target):
            # A label is what stands in the task, never something made up.
            assert all(" ".join(name.split()) in " ".join(task.split()) for name in target.names), (task, target)


@pytest.mark.parametrize(
    "unit", ["open a ", "type a into b ", "'a ", "在在在", "wait for a is ", "check a is not ", "a, "]
)
@pytest.mark.timeout(60)
def test_long_tasks_take_bounded_work(unit: str) -> None:
    """Every pattern is tried on the longest task there is; one that backtracks badly would take hours."""
    task = (unit * MAX_TASK)[: MAX_TASK - 1]
    with contextlib.suppress(NotUnderstood):
        understand(task)
