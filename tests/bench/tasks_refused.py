"""Tasks that must be refused: twins, missing labels, odd sentences, what has no effect or cannot be read."""

from __future__ import annotations

import re

from tests.bench.tasks_draw import Draw
from tests.bench.tasks_judge import Case
from tests.bench.tasks_panel import KEYS, Maker, Scenarios, button, buttons, check, click, field, fill, in_rows, label
from tests.bench.tasks_places import people_rows

SCENARIOS = Scenarios()
SEVERAL = "times|times:|several|places|fields|ambiguous|more than one|twice|两|多|处|次|个|不止"
NO_EFFECT = (
    "nothing changed|no effect|did not change|disabled|switched off|"
    "没有变化|没有反应|没有任何|无变化|没有效果|不可用|灰"
)


def naming(text: str, also: str = "") -> str:
    """A pattern: the reason names the label, and says one of `also`."""
    name = r"\s*".join(map(re.escape, "".join(text.split())))
    return rf"(?s)(?=.*{name})" + (rf"(?=.*(?:{also}))" if also else "")


@SCENARIOS.on("tk-en", "tk-zh", "web-en")
def refuse_twins(draw: Draw, make: Maker) -> Case:
    twin, *others = buttons(draw, draw.some(3, 6))
    rows = in_rows(draw, draw.shuffled([twin, twin | {"key": "twin"}, *others]))
    text = twin["text"]
    return Case(draw.task(click(draw, text)), make(draw.panel(rows)), refused=naming(text, SEVERAL))


@SCENARIOS.on("tk-zh", "web-en")
def refuse_dangerous_twin(draw: Draw, make: Maker) -> Case:
    text = draw.word("danger")
    _, rows = people_rows(draw, text, 3)
    return Case(draw.task(click(draw, text)), make(draw.panel(rows)), refused=naming(text, SEVERAL))


@SCENARIOS.on("tk-en", "web-zh")
def refuse_missing(draw: Draw, make: Maker) -> Case:
    rows = [[label(draw.word("prose"))], *in_rows(draw, buttons(draw, 5))]
    wanted = draw.word("button")
    return Case(draw.task(click(draw, wanted)), make(draw.panel(rows)), refused=naming(wanted))


@SCENARIOS.on("tk-en", "web-zh")
def refuse_neighbour(draw: Draw, make: Maker) -> Case:
    """The number asked for is not there, its neighbours are."""
    number = draw.some(1200, 9700)
    names = [f"{'Order' if draw.language == 'en' else '订单'} {n}" for n in (number - 1, number + 1, number + 100)]
    wanted = f"{'Order' if draw.language == 'en' else '订单'} {number}"
    panel = draw.panel(in_rows(draw, [button(name) for name in names]))
    return Case(draw.task(click(draw, wanted)), make(panel), refused=naming(wanted))


@SCENARIOS.on("tk-en", "tk-zh", "web-en", "web-zh")
def refuse_nonsense(draw: Draw, make: Maker) -> Case:
    """A part of it could be done; nothing is, and the reason quotes what cannot be."""
    shown, nonsense = buttons(draw, 4), draw.word("nonsense")
    steps = draw.shuffled([click(draw, shown[0]["text"]), nonsense])
    return Case(draw.task(*steps), make(draw.panel(in_rows(draw, shown))), refused=naming(nonsense))


@SCENARIOS.on("tk-en", "web-en")
def refuse_key_or_button(draw: Draw, make: Maker) -> Case:
    """A button is named as the key is: which is meant is asked before either is pressed."""
    text = draw.chance.choice(KEYS)
    rows = [[field(draw.word("field"), enter="searched")], draw.shuffled([button(text), *buttons(draw, 2)])]
    sentence = draw.say((f"press {text}", f"hit {text}"), ())
    return Case(draw.task(sentence), make(draw.panel(rows)), refused=naming(text, "key .*meant"))


@SCENARIOS.on("tk-en", "tk-zh", "web-en", "web-zh")
def refuse_disabled(draw: Draw, make: Maker) -> Case:
    off, *others = buttons(draw, 5)
    rows = in_rows(draw, draw.shuffled([off | {"off": True}, *others]))
    text = off["text"]
    return Case(draw.task(click(draw, text)), make(draw.panel(rows)), refused=naming(text, f"{NO_EFFECT}|no text|没有"))


@SCENARIOS.on("tk-en", "web-zh")
def refuse_dead(draw: Draw, make: Maker) -> Case:
    """The button is there and does nothing."""
    dead, *others = buttons(draw, 4)
    rows = in_rows(draw, draw.shuffled([dead | {"dead": True}, *others]))
    return Case(draw.task(click(draw, dead["text"])), make(draw.panel(rows)), refused=naming(dead["text"], NO_EFFECT))


@SCENARIOS.on("tk-zh", "web-en")
def refuse_no_field(draw: Draw, make: Maker) -> Case:
    """The label is a button's; there is no field by that name."""
    shown = buttons(draw, 3)
    rows = [[field(draw.word("field"))], *in_rows(draw, shown)]
    text = shown[0]["text"]
    return Case(draw.task(fill(draw, text, draw.word("value"))), make(draw.panel(rows)), refused=naming(text))


@SCENARIOS.on("tk-en", "web-zh")
def refuse_twin_fields(draw: Draw, make: Maker) -> Case:
    shared = draw.word("field")
    groups = draw.words("group", 2)
    rows = [
        [{"kind": "group", "text": group, "rows": [[field(shared, key=group)], [field(draw.word("field"))]]}]
        for group in groups
    ]
    sentence = draw.task(fill(draw, shared, draw.word("value")))
    return Case(sentence, make(draw.panel(rows)), refused=naming(shared, SEVERAL))


@SCENARIOS.on("tk-en", "tk-zh", "web-en")
def refuse_no_such_entry(draw: Draw, make: Maker) -> Case:
    name, entries = draw.word("select"), draw.words("entry", 4)
    one = {"kind": "select", "text": name, "key": name, "options": entries, "value": entries[0]}
    missing = draw.word("entry")
    sentence = draw.say(
        ("select {y} from {x}", "choose {y} from the {x} list"), ("在{x}中选择{y}", "从{x}中选择{y}"),
        x=draw.named(name), y=draw.named(missing),
    )  # fmt: skip
    return Case(draw.task(sentence), make(draw.panel([[one], buttons(draw, 2)])), refused=naming(missing))


@SCENARIOS.on("tk-zh", "web-en")
def refuse_unreadable(draw: Draw, make: Maker) -> Case:
    """The label has almost the colour of what is behind it."""
    panel = draw.panel([])
    faint = f"#{int(panel['look']['paper'][1:], 16) ^ 0x010101:06x}"
    text = draw.word("button")
    link = {"kind": "label", "text": text, "ink": faint}
    return Case(draw.task(click(draw, text)), make(panel | {"rows": [[link], buttons(draw, 3)]}), refused=naming(text))


@SCENARIOS.on("tk-en", "web-zh")
def refuse_third_of_two(draw: Draw, make: Maker) -> Case:
    text = draw.word("row_button")
    _, rows = people_rows(draw, text, 2)
    sentence = draw.say(("click the third {x} button",), ("点击第三个{x}按钮",), x=draw.named(text))
    return Case(draw.task(sentence), make(draw.panel(rows)), refused=naming(text))


@SCENARIOS.on("tk-en", "web-zh")
def refuse_not_there(draw: Draw, make: Maker) -> Case:
    """What is to be checked is not so, and the click after it is not made."""
    news, other = draw.words("news", 2)
    shown = buttons(draw, 3)
    sentence = draw.say(
        ("make sure {x} is visible", "check that {x} is shown"), ("确认{x}可见", "检查{x}是否显示"), x=draw.quoted(news)
    )
    task = draw.task(sentence, click(draw, shown[0]["text"]))
    return Case(task, make(draw.panel([[label(other)], shown])), refused=naming(news))


@SCENARIOS.on("tk-zh", "web-en")
def refuse_waiting_in_vain(draw: Draw, make: Maker) -> Case:
    news, shown = draw.word("news"), buttons(draw, 3)
    wait = draw.say(
        ("wait up to 3 seconds for {x}", "wait for {x} for 3 seconds"),
        ("等待{x}出现，最多3秒", "等{x}出现，最多 3 秒"),
        x=draw.quoted(news),
    )  # fmt: skip
    task = draw.task(wait, click(draw, shown[0]["text"]))
    return Case(task, make(draw.panel(in_rows(draw, shown))), refused=naming(news))


@SCENARIOS.on("tk-en", "web-zh")
def refuse_to_read_nothing(draw: Draw, make: Maker) -> Case:
    name, other = draw.words("field", 2)
    rows = [[field(name)], [field(other, value=draw.word("value"))], buttons(draw, 2)]
    sentence = draw.say(("read {x}", "read the value of {x}"), ("读取{x}", "读取{x}的内容"), x=draw.named(name))
    return Case(draw.task(sentence), make(draw.panel(rows)), refused=naming(name, "empty|空|no text|没有"))


@SCENARIOS.on("tk-zh", "web-en")
def refuse_half_way(draw: Draw, make: Maker) -> Case:
    """The first steps can be done; of the last the label is missing. No other is taken for it."""
    name, missing = draw.word("check"), draw.word("button")
    rows = [[check(name)], [check(draw.word("check"))], *in_rows(draw, buttons(draw, 4))]
    tick = draw.say(("check {x}", "tick {x}"), ("勾选{x}",), x=draw.named(name))
    task = draw.task(tick, click(draw, missing))
    return Case(task, make(draw.panel(rows)), {name: True}, refused=naming(missing))
