"""Tasks on windows and pages where the place counts, or the time: the second one, next to, in the corner, further down,
what comes late; and what is dragged, read or only looked for."""

from __future__ import annotations

from tests.bench.tasks_draw import Draw
from tests.bench.tasks_judge import Case
from tests.bench.tasks_panel import (
    EVERYWHERE,
    Maker,
    Scenarios,
    Widget,
    button,
    buttons,
    click,
    field,
    fill,
    in_rows,
    label,
    space,
)

SCENARIOS = Scenarios()
ORDINALS = {"en": ("first", "second", "third", "last"), "zh": ("第一个", "第二个", "第三个", "最后一个")}


def people_rows(draw: Draw, text: str, count: int) -> tuple[list[str], list[list[Widget]]]:
    """People, one a row, each with a button of the same text whose key names the person."""
    names = draw.words("person", count)
    width = 12 if draw.maybe() else 0
    return names, [[label(name, width=width), button(text, key=f"{text} {name}")] for name in names]


@SCENARIOS.on("tk-en", "tk-zh", "web-en")
def ordinal(draw: Draw, make: Maker) -> Case:
    text = draw.word("row_button")
    names, rows = people_rows(draw, text, 4)
    which = draw.some(0, 3)
    sentence = draw.say(
        ("click the {n} {x} button", "click the {n} {x}", "press the {n} {x} button"),
        ("点击{n}{x}按钮", "点击{n}{x}", "单击{n}{x}按钮"),
        n=ORDINALS[draw.language][which], x=draw.named(text),
    )  # fmt: skip
    return Case(draw.task(sentence), make(draw.panel(rows)), {"done": [f"{text} {names[which]}"]})


@SCENARIOS.on(*EVERYWHERE)
def next_to(draw: Draw, make: Maker) -> Case:
    text = draw.word("row_button")
    names, rows = people_rows(draw, text, draw.some(3, 5))
    name = draw.chance.choice(names)
    sentence = draw.say(
        ("click {x} next to {y}", "click the {x} button next to {y}", "click {x} in the row of {y}"),
        ("点击{y}旁边的{x}", "点击{y}右边的{x}按钮", "点击{y}那一行的{x}"),
        x=draw.named(text), y=draw.named(name),
    )  # fmt: skip
    return Case(draw.task(sentence), make(draw.panel(rows)), {"done": [f"{text} {name}"]})


@SCENARIOS.on("web-en", "web-zh")
def table(draw: Draw, make: Maker) -> Case:
    text = draw.word("row_button")
    head = draw.words("fact", 3)
    names = draw.words("person", 4)
    cells = [[name, draw.word("fact_value"), button(text, key=f"{text} {name}")] for name in names]
    name = draw.chance.choice(names)
    sentence = draw.say(
        ("click {x} in the row of {y}", "click {x} in the row with {y}", "click the {x} button next to {y}"),
        ("点击{y}那一行的{x}", "点击{y}所在行的{x}按钮", "点击{y}旁边的{x}"),
        x=draw.named(text), y=draw.named(name),
    )  # fmt: skip
    page = make(draw.panel([[{"kind": "table", "head": head, "cells": cells}]]))
    return Case(draw.task(sentence), page, {"done": [f"{text} {name}"]})


@SCENARIOS.on("web-en", "web-zh")
def corner(draw: Draw, make: Maker) -> Case:
    text = draw.word("button")
    corners = {
        "en": ("top left", "top right", "bottom left", "bottom right"),
        "zh": ("左上角", "右上角", "左下角", "右下角"),
    }
    twins = [button(text, key=str(i)) for i in range(4)]
    wide, high = space(draw.size.width * 45 // 100), space(1, draw.size.height * 4 // 10)
    rows = [[twins[0], wide, twins[1]], [high, label(draw.word("prose"))], [twins[2], wide, twins[3]]]
    which = draw.some(0, 3)
    sentence = draw.say(
        ("click {x} in the {where}", "click the {x} button in the {where} corner", "click the {where} {x} button"),
        ("点击{where}的{x}", "点击{where}的{x}按钮", "单击{where}的{x}"),
        x=draw.named(text), where=corners[draw.language][which],
    )  # fmt: skip
    return Case(draw.task(sentence), make(draw.panel(rows, place=[0.5, 0.5])), {"done": [str(which)]})


@SCENARIOS.on("tk-en", "web-zh")
def field_in_group(draw: Draw, make: Maker) -> Case:
    shared, other = draw.words("field", 2)
    groups = draw.words("group", 2)
    rows = [
        [{"kind": "group", "text": group, "rows": [[field(name, key=f"{group} {name}")] for name in (shared, other)]}]
        for group in groups
    ]
    group, value = draw.chance.choice(groups), draw.word("value")
    sentence = draw.say(
        ("type {v} into {x} in {g}", "enter {v} in the {x} field under {g}", "type {v} into the {x} field in {g}"),
        ("在{g}的{x}中输入{v}", "在{g}下面的{x}输入框中输入{v}", "在{g}里的{x}输入{v}"),
        v=draw.quoted(value), x=draw.named(shared), g=draw.quoted(group),
    )  # fmt: skip
    return Case(draw.task(sentence), make(draw.panel(rows)), {f"{group} {shared}": value})


@SCENARIOS.on("tk-en", "tk-zh", "web-en")
def drag(draw: Draw, make: Maker) -> Case:
    items, bins = draw.words("thing", 3), draw.words("bin", 3)
    item, goal = draw.chance.choice(items), draw.chance.choice(bins)
    sentence = draw.say(
        ("drag {x} to {y}", "drag {x} onto {y}", "drag {x} into {y}"),
        ("把{x}拖到{y}", "将{x}拖到{y}上", "把{x}拖进{y}"),
        x=draw.named(item), y=draw.named(goal),
    )  # fmt: skip
    panel = draw.panel([[{"kind": "tray", "key": "tray", "items": items, "bins": bins}]])
    return Case(draw.task(sentence), make(panel), {"done": [f"{item}>{goal}"]})


@SCENARIOS.on("tk-en", "web-zh")
def open_entry(draw: Draw, make: Maker) -> Case:
    names = draw.words("thing", 5)
    wanted = draw.chance.choice(names)
    sentence = draw.say(("double-click {x}", "double click on {x}"), ("双击{x}",), x=draw.named(wanted))
    panel = draw.panel([[{"kind": "list", "key": "list", "options": names}], buttons(draw, 2)])
    return Case(draw.task(sentence), make(panel), {"list": [wanted], "done": [f"opened {wanted}"]})


@SCENARIOS.on("tk-zh", "web-en")
def context_menu(draw: Draw, make: Maker) -> Case:
    names, entries = draw.words("thing", 4), draw.words("menu_entry", 3)
    wanted, entry = draw.chance.choice(names), draw.chance.choice(entries)
    sentence = draw.say(
        ("right-click {x} and click {y}", "right click on {x}, then click {y}", "right-click {x}, then select {y}"),
        ("右键点击{x}，然后点击{y}", "右击{x}，再点击{y}", "用右键点击{x}，选择{y}"),
        x=draw.named(wanted), y=draw.named(entry),
    )  # fmt: skip
    panel = draw.panel([[{"kind": "list", "key": "list", "options": names, "context": entries}]])
    return Case(draw.task(sentence), make(panel), {"done": [entry]})


@SCENARIOS.on("tk-zh", "web-en")
def shortcut(draw: Draw, make: Maker) -> Case:
    letter = draw.chance.choice("bekm")
    sentence = draw.say(
        ("press ctrl+{k}", "press Ctrl-{k}", "hit Ctrl+{big}", "press control and {k}"),
        ("按Ctrl+{big}", "按下ctrl+{k}", "按 Ctrl+{big} 键"),
        k=letter, big=letter.upper(),
    )  # fmt: skip
    panel = draw.panel([[label(draw.word("prose"))], buttons(draw, 3)], shortcuts=[f"Control-{letter}"])
    return Case(draw.task(sentence), make(panel), {"done": [f"Control-{letter}"]})


@SCENARIOS.on("tk-en", "web-zh")
def hover(draw: Draw, make: Maker) -> Case:
    links = [{"kind": "link", "text": text, "key": text, "hover": True} for text in draw.words("link", 3)]
    wanted = draw.chance.choice(links)["text"]
    sentence = draw.say(
        ("hover over {x}", "move the mouse over {x}"), ("把鼠标移到{x}上", "悬停在{x}上"), x=draw.named(wanted)
    )
    return Case(draw.task(sentence), make(draw.panel([[one] for one in links])), {"done": [wanted]})


@SCENARIOS.on("web-en", "web-zh")
def links(draw: Draw, make: Maker) -> Case:
    texts = draw.words("link", draw.some(4, 7))
    wanted = draw.chance.choice(texts)
    sentence = draw.say(
        ("click the {x} link", "click {x}", "open the {x} link", "follow the {x} link"),
        ("点击{x}链接", "点击{x}", "打开{x}链接", "点开{x}"),
        x=draw.named(wanted),
    )
    rows = in_rows(draw, [{"kind": "link", "text": text, "key": text} for text in texts], most=4)
    return Case(draw.task(sentence), make(draw.panel([[label(draw.word("prose"))], *rows])), {"done": [wanted]})


@SCENARIOS.on("web-en", "web-zh")
def search(draw: Draw, make: Maker) -> Case:
    name, value = draw.word("field"), draw.word("value")
    press = draw.say(("press enter", "hit Enter", "press the return key"), ("按回车", "按回车键", "按 Enter"))
    panel = draw.panel([[field(name, enter="searched")], buttons(draw, 2)])
    goal = {name: value, "done": ["searched"]}
    return Case(draw.task(fill(draw, name, value), press), make(panel), goal)


@SCENARIOS.on(*EVERYWHERE)
def late(draw: Draw, make: Maker) -> Case:
    load, go_on, other = draw.words("button", 3)
    news = draw.word("news")
    rows = [
        [button(load, shows="news", after=draw.some(15, 40) / 10), button(other)],
        [label(news, hidden="news")],
        [button(go_on)],
    ]
    wait = draw.say(
        ("wait until {x} appears", "wait for {x}", "wait until you see {x}"),
        ("等待{x}出现", "等到{x}出现", "等{x}显示出来"),
        x=draw.quoted(news),
    )
    sentence = draw.task(click(draw, load), wait, click(draw, go_on))
    return Case(sentence, make(draw.panel(rows)), {"done": [load, go_on]})


@SCENARIOS.on("tk-zh", "web-en")
def later_button(draw: Draw, make: Maker) -> Case:
    load, go_on, other = draw.words("button", 3)
    rows = [[button(load, shows="next", after=draw.some(3, 12) / 10), button(other)], [button(go_on, hidden="next")]]
    sentence = draw.task(click(draw, load), click(draw, go_on))
    return Case(sentence, make(draw.panel(rows)), {"done": [load, go_on]})


@SCENARIOS.on("web-en", "web-zh")
def far_down(draw: Draw, make: Maker) -> Case:
    wanted, *others = draw.words("button", 4)
    high = draw.some(1200, 3500)
    rows = [[button(others[0])], [label(draw.word("prose"))], [space(1, high)], [button(wanted)], [space(1, 700)]]
    rows += [[button(text)] for text in others[1:]]
    sentence = draw.say(
        (
            "scroll down to {x} and click it",
            "scroll down until {x} is visible, then click {x}",
            "scroll down to {x}, then click {x}",
        ),
        ("向下滚动到{x}，然后点击它", "向下滚动直到出现{x}，然后点击{x}", "往下滚动，直到看到{x}，再点击{x}"),
        x=draw.quoted(wanted),
    )  # fmt: skip
    return Case(draw.task(sentence), make(draw.panel(rows)), {"done": [wanted]})


@SCENARIOS.on("tk-en", "tk-zh", "web-en", "web-zh")
def read(draw: Draw, make: Maker) -> Case:
    facts = dict(zip(draw.words("fact", 4), draw.words("fact_value", 4), strict=True))
    colon = draw.chance.choice((":", "") if draw.language == "en" else ("：", ""))
    rows = [[label(name + colon, width=14), label(value)] for name, value in facts.items()]
    wanted = draw.chance.choice(list(facts))
    sentence = draw.say(
        ("read {x}", "read the value of {x}", "read the text next to {x}", "tell me the {x}"),
        ("读取{x}", "读取{x}的值", "读出{x}", "告诉我{x}"),
        x=draw.named(wanted),
    )
    return Case(draw.task(sentence), make(draw.panel(rows)), answer=facts[wanted])


@SCENARIOS.on("tk-zh", "web-en")
def is_there(draw: Draw, make: Maker) -> Case:
    news, *others = draw.words("news", 3)
    sentence = draw.say(
        ("make sure {x} is visible", "check that {x} is shown", "verify that {x} is on the screen"),
        ("确认{x}可见", "检查{x}是否显示", "确保屏幕上有{x}"),
        x=draw.quoted(news),
    )
    return Case(draw.task(sentence), make(draw.panel([[label(text)] for text in (news, *others)])))
