"""Tasks on windows and pages that must succeed: buttons, forms, ticks, lists, menus, tabs, dialogs, what comes late."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.bench.tasks_draw import Draw
from tests.bench.tasks_judge import Case
from tests.bench.tasks_programs import Page, Program, Window

Widget = dict[str, Any]
Maker = Callable[[Widget], Program]
Builder = Callable[[Draw, Maker], Case]
PLACES: dict[str, Maker] = {"tk": Window, "web": Page}
EVERYWHERE = ("tk-en", "tk-zh", "web-en", "web-zh")
CLICKS = (
    ("click {x}", "click on {x}", "click the {x} button", "press the {x} button", "hit the {x} button"),
    ("点击{x}", "单击{x}", "点击{x}按钮", "点一下{x}", "按一下{x}按钮"),
)
TYPES = (
    ("type {v} into {x}", "enter {v} in the {x} field", "fill in {x} with {v}", "type {v} in the {x} box"),
    ("在{x}中输入{v}", "在{x}输入框里输入{v}", "把{v}输入到{x}", "在{x}栏填写{v}"),
)
KEYS = ("Enter",)
"""Buttons named as keys are: "press Enter" is a question then (`refuse_key_or_button`); who means a button says so."""


class Scenarios(dict[str, tuple[str, Callable[[Draw], Case]]]):
    """Tasks by name: the language, and what draws the case."""

    def on(self, *places: str) -> Callable[[Builder], Builder]:
        """Registers a builder once for each place and language, such as "tk-en"."""

        def add(build: Builder) -> Builder:
            for place in places:
                where, language = place.split("-")
                self[f"{build.__name__.replace('_', '-')}-{place}"] = (language, _bound(build, PLACES[where]))
            return build

        return add


def _bound(build: Builder, make: Maker) -> Callable[[Draw], Case]:
    return lambda draw: build(draw, make)


SCENARIOS = Scenarios()


def button(text: str, **more: Any) -> Widget:
    return {"kind": "button", "text": text, "key": text} | more


def label(text: str, **more: Any) -> Widget:
    return {"kind": "label", "text": text} | more


def field(text: str, **more: Any) -> Widget:
    return {"kind": "field", "text": text, "key": text} | more


def check(text: str, **more: Any) -> Widget:
    return {"kind": "check", "text": text, "key": text} | more


def space(width: int = 1, height: int = 1) -> Widget:
    return {"kind": "space", "width": width, "height": height}


def in_rows(draw: Draw, widgets: list[Widget], most: int = 3) -> list[list[Widget]]:
    """The widgets in rows of different lengths, some moved to the right."""
    rows: list[list[Widget]] = []
    rest = list(widgets)
    while rest:
        count = draw.some(1, min(most, len(rest)))
        rows.append(([space(draw.some(10, 160))] if draw.maybe(0.4) else []) + rest[:count])
        rest = rest[count:]
    return rows


def click(draw: Draw, text: str) -> str:
    return draw.say(*CLICKS, x=draw.named(text))


def fill(draw: Draw, text: str, value: str) -> str:
    return draw.say(*TYPES, x=draw.named(text), v=draw.typed(value))


def buttons(draw: Draw, count: int) -> list[Widget]:
    return [button(text) for text in draw.words("button", count)]


@SCENARIOS.on(*EVERYWHERE)
def press(draw: Draw, make: Maker) -> Case:
    shown = buttons(draw, draw.some(3, 8))
    rows = [[label(draw.word("prose"))], *in_rows(draw, shown)]
    wanted = draw.chance.choice(shown)["text"]
    return Case(draw.task(click(draw, wanted)), make(draw.panel(rows)), {"done": [wanted]})


@SCENARIOS.on("tk-en", "web-zh")
def press_three(draw: Draw, make: Maker) -> Case:
    shown = buttons(draw, 6)
    wanted = [one["text"] for one in draw.chance.sample(shown, 3)]
    sentence = draw.task(*(click(draw, text) for text in wanted))
    return Case(sentence, make(draw.panel(in_rows(draw, shown))), {"done": wanted})


@SCENARIOS.on(*EVERYWHERE)
def login(draw: Draw, make: Maker) -> Case:
    user, password, enter = draw.word("user"), draw.word("password"), draw.word("login")
    name, secret = draw.word("value"), f"pw{draw.some(1000, 99999)}"
    rows = [[field(user, width=14)], [field(password, secret=True, width=14)], [button(enter)]]
    pressed = f"the {enter} button" if enter in KEYS else enter
    parts = {"user": user, "password": password, "enter": enter, "pressed": pressed, "name": draw.quoted(name)}
    sentence = draw.say(
        (
            "Enter the {user} {name} and the {password} {secret} and press {pressed}",
            "type {name} into {user} and {secret} into {password}, then click {enter}",
            "fill in {user} with {name} and {password} with {secret}, then press the {enter} button",
        ),
        (
            "输入{user}{name}和{password}{secret}，然后点击{enter}",
            "在{user}中输入{name}，在{password}中输入{secret}，点击{enter}按钮",
            "{user}填{name}，{password}填{secret}，然后点{enter}",
        ),
        **parts, secret=secret,
    )  # fmt: skip
    return Case(sentence, make(draw.panel(rows)), {user: name, password: secret, "done": [enter]})


def _form(draw: Draw, make: Maker, **how: Any) -> Case:
    names = draw.words("field", draw.some(3, 5))
    width = 16 if draw.maybe() else 0
    filled = dict(zip(draw.chance.sample(names, 2), draw.words("value", 2), strict=True))
    save = draw.word("button")
    rows = [[field(name, **({"width": width} | how))] for name in names] + [[button(save)]]
    steps = [fill(draw, name, value) for name, value in filled.items()]
    return Case(draw.task(*steps, click(draw, save)), make(draw.panel(rows)), filled | {"done": [save]})


@SCENARIOS.on(*EVERYWHERE)
def form(draw: Draw, make: Maker) -> Case:
    return _form(draw, make)


@SCENARIOS.on("tk-zh", "web-en")
def form_above(draw: Draw, make: Maker) -> Case:
    return _form(draw, make, above=True)


@SCENARIOS.on("web-en", "web-zh")
def form_inside(draw: Draw, make: Maker) -> Case:
    return _form(draw, make, inside=True)


@SCENARIOS.on("tk-en", "tk-zh", "web-en")
def replace(draw: Draw, make: Maker) -> Case:
    name, other = draw.words("field", 2)
    old, new = draw.words("value", 2)
    rows = [[field(name, value=old)], [field(other)], buttons(draw, 2)]
    x, v = draw.named(name), draw.quoted(new)
    sentence = draw.say(
        ("clear {x}, then type {v} into {x}", "clear the {x} field and type {v}", "Clear {x} and enter {v} in {x}"),
        ("清空{x}，然后在{x}中输入{v}", "清空{x}输入框，再输入{v}", "清除{x}的内容，然后在{x}里输入{v}"),
        x=x, v=v,
    )  # fmt: skip
    return Case(sentence, make(draw.panel(draw.shuffled(rows))), {name: new})


@SCENARIOS.on(*EVERYWHERE)
def ticks(draw: Draw, make: Maker) -> Case:
    names = draw.words("check", 5)
    on = set(draw.chance.sample(names, 2))
    wanted = draw.chance.sample(names, draw.some(2, 3))
    rows = in_rows(draw, [check(name, value=name in on) for name in names], most=2)
    joint, last = (", ", " and ") if draw.language == "en" else ("、", "和")
    listed = joint.join(wanted[:-1]) + last + wanted[-1]
    sentence = draw.say(("check {x}", "tick {x}", "select {x}"), ("勾选{x}", "选中{x}"), x=listed)
    return Case(draw.task(sentence), make(draw.panel(rows)), dict.fromkeys(wanted, True))


@SCENARIOS.on("web-en", "web-zh")
def switches(draw: Draw, make: Maker) -> Case:
    """One that is off, and one that may be on already."""
    names = draw.words("check", 4)
    on, wanted = {names[0], *draw.chance.sample(names[2:], 1)}, names[1:3]
    rows = [[{"kind": "switch", "text": name, "key": name, "value": name in on}] for name in draw.shuffled(names)]
    steps = [
        draw.say(
            ("turn on {x}", "enable {x}", "switch {x} on"), ("打开{x}", "开启{x}", "打开{x}开关"), x=draw.named(name)
        )
        for name in wanted
    ]
    steps.append(draw.say(("turn off {x}", "switch off {x}"), ("关闭{x}", "关闭{x}开关"), x=draw.named(names[0])))
    state = {name: name in (on | set(wanted)) - {names[0]} for name in names}
    return Case(draw.task(*steps), make(draw.panel(rows)), state)


@SCENARIOS.on("tk-en", "web-zh")
def untick(draw: Draw, make: Maker) -> Case:
    names = draw.words("check", 4)
    rows = [[check(name, value=True)] for name in names]
    sentence = draw.say(("uncheck {x}", "untick {x}"), ("取消勾选{x}", "取消选中{x}"), x=draw.named(names[1]))
    return Case(draw.task(sentence), make(draw.panel(rows)), {names[1]: False})


@SCENARIOS.on(*EVERYWHERE)
def radio(draw: Draw, make: Maker) -> Case:
    options = draw.words("option", 4)
    group = {"kind": "choice", "key": "choice", "text": draw.word("choice"), "options": options, "flat": draw.maybe()}
    rows = [[group | {"value": options[0]}], buttons(draw, 2)]
    wanted = draw.chance.choice(options[1:])
    sentence = draw.say(("select {x}", "choose {x}"), ("选择{x}", "选中{x}"), x=draw.named(wanted))
    return Case(draw.task(sentence), make(draw.panel(rows)), {"choice": wanted})


@SCENARIOS.on(*EVERYWHERE)
def drop_down(draw: Draw, make: Maker) -> Case:
    first, second = draw.words("select", 2)
    entries, others = draw.words("entry", 5), draw.words("entry", 4)
    one = {"kind": "select", "text": first, "key": first, "options": entries, "value": entries[0]}
    other = {"kind": "select", "text": second, "key": second, "options": others, "value": others[0]}
    wanted = draw.chance.choice(entries[1:])
    sentence = draw.say(
        ("select {y} from {x}", "choose {y} from the {x} list", "select {y} in {x}"),
        ("在{x}中选择{y}", "从{x}中选择{y}", "在{x}列表里选择{y}"),
        x=draw.named(first), y=draw.named(wanted),
    )  # fmt: skip
    return Case(draw.task(sentence), make(draw.panel(draw.shuffled([[one], [other]]))), {first: wanted})


@SCENARIOS.on("tk-en", "tk-zh", "web-en")
def menu(draw: Draw, make: Maker) -> Case:
    menus = {title: draw.words("menu_entry", 3) for title in draw.words("menu", draw.some(3, 5))}
    title = draw.chance.choice(list(menus))
    entry = draw.chance.choice(menus[title])
    sentence = draw.say(
        ("open the {x} menu and click {y}", "click {x}, then click {y}", "click the {x} menu, then {y}"),
        ("打开{x}菜单，点击{y}", "点击{x}菜单，然后点击{y}", "点击{x}，再点击{y}"),
        x=draw.named(title), y=draw.named(entry),
    )  # fmt: skip
    rows = [[label(draw.word("prose"))], [field(draw.word("field"))]]
    return Case(draw.task(sentence), make(draw.panel(rows, menus=menus)), {"done": [entry]})


@SCENARIOS.on("tk-en", "tk-zh", "web-zh")
def tabs(draw: Draw, make: Maker) -> Case:
    titles = draw.words("tab", 4)
    pages = [{"text": title, "rows": [[check(name)] for name in draw.words("check", 2)]} for title in titles]
    page = pages[draw.some(1, 3)]
    wanted = draw.chance.choice(page["rows"])[0]["text"]
    goal = {"tab": page["text"], wanted: True}
    sentence = draw.say(
        ("open the {x} tab and check {y}", "click the {x} tab, then tick {y}", "go to the {x} tab and tick {y}"),
        ("打开{x}选项卡，勾选{y}", "点击{x}标签页，然后勾选{y}", "切换到{x}选项卡，再勾选{y}"),
        x=draw.named(page["text"]), y=draw.named(wanted),
    )  # fmt: skip
    return Case(draw.task(sentence), make(draw.panel([[{"kind": "tabs", "key": "tab", "tabs": pages}]])), goal)


@SCENARIOS.on(*EVERYWHERE)
def dialog(draw: Draw, make: Maker) -> Case:
    danger, yes, no = draw.word("danger"), *draw.words("button", 2)
    opened = {"title": draw.word("title"), "text": draw.word("question")}
    opened["buttons"] = [{"text": text, "key": text} for text in (yes, no)]
    rows = in_rows(draw, draw.shuffled([button(danger, opens=opened), *buttons(draw, 3)]))
    wanted = draw.chance.choice((yes, no))
    sentence = draw.task(click(draw, danger), click(draw, wanted))
    return Case(sentence, make(draw.panel(rows)), {"done": [danger, wanted]})
