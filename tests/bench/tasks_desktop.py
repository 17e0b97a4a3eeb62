"""Tasks on programs of the desktop: a terminal, a text editor and a calculator, judged by files and the clipboard."""

from __future__ import annotations

from tests.bench.tasks_draw import Draw
from tests.bench.tasks_judge import Case
from tests.bench.tasks_programs import Desktop, Terminal

BOTH = ("en", "zh")
ENTER = (("press enter", "hit Enter", "press the Enter key"), ("按回车", "按回车键", "按下 Enter"))
TYPE = (("type {x}", "enter {x}"), ("输入{x}", "键入{x}"))
MENUS = {"en": ("File", "Edit", "Save", "Select All", "Copy"), "zh": ("文件", "编辑", "保存", "选择全部", "复制")}


class Scenarios(dict):
    """Tasks by name: the language, and what draws the case."""

    def on(self, *languages: str):
        """Registers a builder once for each language."""

        def add(build):
            for language in languages:
                self[f"{build.__name__.replace('_', '-')}-{language}"] = (language, build)
            return build

        return add


SCENARIOS = Scenarios()


def _terminal(draw: Draw, **files: str) -> Terminal:
    look = draw.look() | {"font": draw.chance.choice(("DejaVu Sans Mono", "Noto Sans Mono CJK SC"))}
    return Terminal(look, draw.word("title"), _place(draw), files)


def _place(draw: Draw) -> list[float]:
    return [draw.chance.random(), draw.chance.random()]


def _command(draw: Draw, command: str) -> list[str]:
    return [draw.say(*TYPE, x=draw.quoted(command)), draw.say(*ENTER)]


@SCENARIOS.on(*BOTH)
def terminal_write(draw: Draw) -> Case:
    name, line = (
        draw.word("file"),
        draw.chance.choice(("hello", "42", "done", "A-17", "你好" if draw.maybe() else "bye")),
    )
    command = f"echo {line} > {name}.txt"
    return Case(draw.task(*_command(draw, command)), _terminal(draw), {f"{name}.txt": f"{line}\n"})


@SCENARIOS.on(*BOTH)
def terminal_folder(draw: Draw) -> Case:
    folder, name = draw.words("file", 2)
    steps = [*_command(draw, f"mkdir {folder}"), *_command(draw, f"cp {name}.txt {folder}/copy.txt")]
    text = draw.word("line")
    terminal = _terminal(draw, **{f"{name}.txt": text})
    return Case(draw.task(*steps), terminal, {folder: "folder", f"{folder}/copy.txt": text})


@SCENARIOS.on("en")
def terminal_read(draw: Draw) -> Case:
    """What the program prints is waited for, and the next command is given then."""
    word, name = f"ready-{draw.some(100, 999)}", draw.word("file")
    steps = _command(draw, f"sleep 2; echo {word[:5]}-{word[6:]}")
    wait = draw.say(("wait 4 seconds",), ("等待4秒",))
    return Case(draw.task(*steps, wait, *_command(draw, f"touch {name}")), _terminal(draw), {name: ""})


def _editor(draw: Draw, text: str = "", *, copies: bool = False) -> Desktop:
    return Desktop("l3afpad", draw.language, _place(draw), copies, f"{draw.word('file')}.txt", text)


def _chord(draw: Draw, letter: str) -> str:
    return draw.say(("press ctrl+{k}", "press Ctrl+{k}", "hit ctrl-{k}"), ("按Ctrl+{k}", "按下 ctrl+{k}"), k=letter)


@SCENARIOS.on(*BOTH)
def editor_write(draw: Draw) -> Case:
    line = draw.word("line")
    task = draw.task(draw.say(*TYPE, x=draw.quoted(line)), _chord(draw, "s"))
    return Case(task, _editor(draw), {"file": line})


@SCENARIOS.on(*BOTH)
def editor_two_lines(draw: Draw) -> Case:
    first, second = draw.words("line", 2)
    steps = [draw.say(*TYPE, x=draw.quoted(first)), draw.say(*ENTER), draw.say(*TYPE, x=draw.quoted(second))]
    return Case(draw.task(*steps, _chord(draw, "s")), _editor(draw), {"file": f"{first}\n{second}"})


@SCENARIOS.on(*BOTH)
def editor_menu(draw: Draw) -> Case:
    """Saved by the menu, whose entries have their shortcuts beside them."""
    line = draw.word("line")
    file, _, save, *_ = MENUS[draw.language]
    menu = draw.say(
        ("open the {x} menu and click {y}", "click {x}, then click {y}"),
        ("打开{x}菜单，点击{y}", "点击{x}，再点击{y}"),
        x=draw.named(file), y=draw.named(save),
    )  # fmt: skip
    return Case(draw.task(draw.say(*TYPE, x=draw.quoted(line)), menu), _editor(draw), {"file": line})


@SCENARIOS.on(*BOTH)
def editor_replace(draw: Draw) -> Case:
    old, new = draw.words("line", 2)
    steps = [_chord(draw, "a"), draw.say(*TYPE, x=draw.quoted(new)), _chord(draw, "s")]
    return Case(draw.task(*steps), _editor(draw, old), {"file": new})


@SCENARIOS.on(*BOTH)
def editor_copy(draw: Draw) -> Case:
    """Copied by the menu: the clipboard has it, the file stays."""
    line = draw.word("line")
    _, edit, _, everything, copy = MENUS[draw.language]
    steps = [
        draw.say(
            ("open the {x} menu and click {y}",), ("打开{x}菜单，点击{y}",), x=draw.named(edit), y=draw.named(entry)
        )
        for entry in (everything, copy)
    ]
    return Case(draw.task(*steps), _editor(draw, line, copies=True), {"clipboard": line})


def _calculator(draw: Draw) -> Desktop:
    return Desktop("galculator", draw.language, _place(draw), copies=True)


@SCENARIOS.on(*BOTH)
def calculator_keys(draw: Draw) -> Case:
    # No digit twice: a button of GTK's takes no second key while it shows the first, for a quarter of a second.
    digits = draw.chance.sample("123456789", 5)
    a, b = int("".join(digits[:3])), int("".join(digits[3:]))
    sign, result = draw.chance.choice((("+", a + b), ("*", a * b), ("-", a - b)))
    steps = [*_command(draw, f"{a}{sign}{b}"), _chord(draw, "c")]
    return Case(draw.task(*steps), _calculator(draw), {"clipboard": str(result)})


@SCENARIOS.on(*BOTH)
def calculator_clicks(draw: Draw) -> Case:
    a, b, c = draw.chance.sample(range(1, 10), 3)
    tenths = 10 * a + b
    sign, result = draw.chance.choice((("+", tenths + 10 * c), ("-", tenths - 10 * c), ("*", tenths * c)))
    keys = (a, ".", b, sign, c, "=")
    steps = [draw.say(("click {x}", "press the {x} button"), ("点击{x}",), x=f'"{x}"') for x in keys]
    return Case(draw.task(*steps, _chord(draw, "c")), _calculator(draw), {"clipboard": f"{result / 10:g}"})


@SCENARIOS.on(*BOTH)
def refuse_in_editor(draw: Draw) -> Case:
    """The menu has no such entry; the text is left alone."""
    file = MENUS[draw.language][0]
    entry = "Publish" if draw.language == "en" else "发布"
    menu = draw.say(
        ("open the {x} menu and click {y}",), ("打开{x}菜单，点击{y}",), x=draw.named(file), y=draw.named(entry)
    )
    return Case(draw.task(menu), _editor(draw, draw.word("line")), refused=entry)
