"""The offline model's language: a corpus of phrases and what they mean, and words that are understood as they mean."""

from __future__ import annotations

import contextlib
import random
import re
import tomllib
import unicodedata
from dataclasses import fields, replace
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from agent.offline import clause
from agent.offline.grammar import understand
from agent.offline.instructions import (
    Area,
    Await,
    Button,
    Check,
    Clear,
    Click,
    Close,
    Drag,
    Hover,
    Instruction,
    Open,
    Pause,
    Press,
    Read,
    Relation,
    Role,
    Select,
    Set,
    Target,
    Tick,
    Turn,
    TypeText,
)
from agent.offline.refusals import MAX_LINE, NotUnderstood
from agent.offline.sentences import MAX_SENTENCE, MAX_TASK
from agent.offline.wording import describe, describe_target, outline

ROOT = Path(__file__).parents[1]
CORPUS = tomllib.loads((ROOT / "tests" / "phrases.toml").read_text(encoding="utf-8"))
UNDERSTOOD, REFUSED = CORPUS["understood"], CORPUS["refused"]


def written(value: object) -> str:
    """An instruction in the corpus's notation: `Click("Save button|Save":button#2 <in "Bob">, 'left_click')`."""
    if isinstance(value, Target):
        names = f'"{"|".join(value.names)}"' if value.names else ""
        role = f":{value.role}" if value.role else ""
        ordinal = f"#{value.ordinal}" if value.ordinal else ""
        area = f"@{value.area}" if value.area else ""
        relation = f" <{value.relation} {written(value.anchor)}>" if value.relation else ""
        whole = f' or "{"|".join(value.whole)}"' if value.whole else ""
        return names + role + ordinal + area + relation + whole
    if isinstance(value, Instruction):
        values = (getattr(value, field.name) for field in fields(value) if field.compare)
        return f"{type(value).__name__}({', '.join(written(one) for one in values if one != ())})"
    return repr(value)


@pytest.mark.parametrize("case", UNDERSTOOD, ids=[case["task"] for case in UNDERSTOOD])
def test_a_phrase_means_its_instructions(case: dict[str, str]) -> None:
    assert "; ".join(map(written, understand(case["task"]))) == case["means"]


@pytest.mark.parametrize("case", REFUSED, ids=[case["task"][:50] for case in REFUSED])
def test_a_phrase_outside_the_language_is_refused_with_the_cure(case: dict[str, str]) -> None:
    with pytest.raises(NotUnderstood) as refused:
        understand(case["task"])
    line = refused.value.line(case["task"])
    assert line.startswith(case["says"])
    assert len(line) <= MAX_LINE
    assert len(line.splitlines()) == 1


def test_the_corpus_is_large_and_in_both_languages() -> None:
    tasks = [case["task"] for case in (*UNDERSTOOD, *REFUSED)]
    assert len(set(tasks)) == len(tasks)
    chinese = sum(bool(re.search(r"[\u4e00-\u9fff]", task)) for task in tasks)
    assert chinese >= 120
    assert len(tasks) - chinese >= 200


def test_every_form_of_sentence_stands_in_the_corpus() -> None:
    """A form that no phrase reaches is dead, or untested."""
    from agent.offline.grammar import _CLAUSES
    from agent.offline.sentences import sentences

    reached: set[clause.Clause] = set()
    for case in (*UNDERSTOOD, *REFUSED):
        try:
            parts = sentences(case["task"])
        except NotUnderstood:
            continue
        for sentence in parts:
            matching = (one for one in _CLAUSES if one.pattern.fullmatch(sentence.words))
            reached.update(matching)
    missing = [one.pattern.pattern[:100] for one in _CLAUSES if one not in reached]
    assert missing == []


def readme_examples() -> list[str]:
    table = (ROOT / "README.md").read_text(encoding="utf-8").partition("<!-- language -->")[2]
    return re.findall(r"`([^`]+)`", table.partition("<!-- /language -->")[0])


def test_every_example_in_the_readme_is_understood() -> None:
    examples = readme_examples()
    assert len(examples) > 60
    kinds = {type(one) for example in examples for one in understand(example)}
    assert kinds == set(get_args(Instruction))


def test_what_the_readme_says_is_refused_or_typed() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "`click Save and Close` is one label or two" in text
    with pytest.raises(NotUnderstood, match="one label or two"):
        understand("click Save and Close")
    assert "(`click OK if it is there`)" in text
    with pytest.raises(NotUnderstood, match="cannot decide"):
        understand("click OK if it is there")
    assert "(`type rock and roll`)" in text
    assert understand("type rock and roll") == (TypeText("rock and roll", None),)


LABELS = st.sampled_from([
    "Save", "保存", "Open file", "first name", "A, B and C", "it's", "Terms and Conditions", "取消旁边的按钮", "50%",
    'say "x"', "“x”", "Next to", "the", "All", "then click OK", "请关闭", "1. a", "{{X}}", "🎉", "مرحبا",
])  # fmt: skip
NAMED = st.builds(lambda name: Target((name,)), LABELS)


def targets(*roles: Role | None, depth: int = 0) -> st.SearchStrategy[Target]:
    role = st.sampled_from(roles or (None, *(one for one in get_args(Role) if one != "dialog")))
    names = st.one_of(st.just(()), LABELS.map(lambda name: (name,)), LABELS.map(lambda name: (name,)))
    ordinal = st.sampled_from([None, None, 1, 2, 3, 11, -1])
    area = st.sampled_from([None, None, None, *get_args(Area)])
    placed = st.just((None, None))
    if depth < 2:
        related = st.tuples(st.sampled_from(get_args(Relation)), targets(depth=depth + 1)).map(_related)
        placed = st.one_of(placed, related, st.just(("in", Target((), "dialog"))))
    built = st.builds(lambda n, r, o, a, p: Target(n, r, o, a, *p), names, role, ordinal, area, placed)
    return built.filter(lambda one: bool(one.names or (one.role and (one.ordinal or one.area or one.relation))))


def _related(pair: tuple[Relation, Target]) -> tuple[Relation, Target]:
    relation, anchor = pair
    # A row or group has a text, and no role.
    return (relation, replace(anchor, role=None, names=anchor.names or ("G",))) if relation == "in" else pair


def maybe(strategy: st.SearchStrategy[Target]) -> st.SearchStrategy[Target | None]:
    return st.one_of(st.none(), strategy)


ENTRIES = (None, "option", "checkbox", "radio")
BOOLEANS = st.booleans()
KEYS = st.sampled_from(
    [("ctrl", "s"), ("enter",), ("a",), ("pagedown",), ("pause",), (",",), ("ctrl", "shift", "+"), ("7",), ('"',)]
)
INSTRUCTIONS: st.SearchStrategy[Instruction] = st.one_of(
    st.builds(Open, targets(None, "icon")),
    st.builds(Close, maybe(NAMED), st.sampled_from(["window", "dialog", "tab"])),
    st.builds(Click, targets(), st.sampled_from(get_args(Button))),
    st.builds(Hover, targets()),
    st.builds(Drag, targets(), targets()),
    st.builds(TypeText, LABELS, maybe(targets())),
    st.builds(Set, NAMED, LABELS),
    st.builds(Clear, maybe(targets())),
    st.builds(Press, KEYS),
    st.builds(Select, targets(*ENTRIES), maybe(targets(None, "list"))),
    st.builds(Tick, targets(None, "checkbox", "radio"), BOOLEANS),
    st.builds(Turn, st.sampled_from([5, -5, 3, -50]), maybe(targets()), st.one_of(st.none(), LABELS)),
    st.builds(Pause, st.sampled_from([1, 2.5, 0.25, 600])),
    st.builds(Await, LABELS, BOOLEANS, st.sampled_from([1, 30, 2.5])),
    st.builds(Check, LABELS, BOOLEANS),
    st.builds(Read, maybe(targets())),
)


@settings(max_examples=600, deadline=None)
@given(INSTRUCTIONS, BOOLEANS)
def test_an_instruction_in_words_is_understood_as_itself(instruction: Instruction, chinese: bool) -> None:
    words = describe(instruction, chinese=chinese)
    assume(len(words) < MAX_SENTENCE)
    assert understand(words) == (instruction,), words


@settings(max_examples=200, deadline=None)
@given(st.lists(INSTRUCTIONS.filter(lambda one: not isinstance(one, Read)), min_size=1, max_size=5), BOOLEANS)
def test_instructions_joined_in_words_are_understood_one_by_one(several: list[Instruction], chinese: bool) -> None:
    assume(all(len(describe(one, chinese=chinese)) < MAX_SENTENCE for one in several))
    words = (st_joint := "，然后" if chinese else ", then ").join(describe(one, chinese=chinese) for one in several)
    assert understand(words) == tuple(several), (words, st_joint)
    lines = "\n".join(f"{n}. {describe(one, chinese=chinese)}" for n, one in enumerate(several, 1))
    assert understand(lines) == tuple(several), lines


def test_a_task_is_outlined_in_its_own_language() -> None:
    assert outline('please click "Save" and press enter') == (
        "understood as 2 instructions:",
        '1. Click "Save"',
        "2. Press enter",
    )
    assert outline("点击“取消”旁边的“Save”按钮") == ("理解为 1 条指令：", "1. 点击“取消”旁边的“Save”按钮")
    assert outline("do my taxes") == ()
    assert outline("") == ()


def test_a_target_is_told_with_all_that_says_where_it_is() -> None:
    target = Target(("Save",), "button", 2, "top right", "in", Target(("Bob",)))
    assert describe_target(target) == ('the second button "Save" in the top right corner that is within "Bob"')
    assert describe_target(target, chinese=True) == "“Bob”里的右上角的第 2 个“Save”按钮"


FRAGMENTS = [
    *(
        "open ",
        "click ",
        "the ",
        "a ",
        "next to ",
        "in the ",
        "row ",
        "of ",
        "and ",
        "then ",
        ", ",
        '"x" ',
        "type ",
        "on ",
    ),
    *(
        "into ",
        "with ",
        "as ",
        "在",
        "的",
        "旁边的",
        "“a”",
        "第二个",
        "左边的",
        "中",
        "里的",
        "对话框",
        "选择",
        "把",
        "到",
    ),
    *(
        "scroll ",
        "down ",
        "until ",
        "is visible ",
        "not ",
        "to ",
        "wait ",
        "for ",
        "check ",
        "that ",
        "press ",
        "+",
        "ctrl ",
    ),
    *(
        "name ",
        "password ",
        "first ",
        "button ",
        "corner ",
        "top ",
        "从",
        "和",
        "、",
        "，",
        "read ",
        "text of ",
        "drag ",
    ),
    *(
        "onto ",
        "select ",
        "from ",
        "close ",
        "window ",
        "please ",
        "that is ",
        "within ",
        "确保",
        "读取",
        "是多少",
        "请",
    ),
    *(
        "1. ",
        "- ",
        "'",
        "’s ",
        "left ",
        "right of ",
        "> ",
        "list ",
        "等",
        "出现",
        "最多",
        "秒",
        "3",
        "\n",
        "\u202e",
        "＋",
        "ａ",
    ),
]
HEADS = [
    *(
        "",
        "click ",
        "type ",
        "enter ",
        "select ",
        "drag ",
        "scroll down ",
        "wait for ",
        "check ",
        "read ",
        "press ",
        "在",
    ),
    *("close ", "把", "从", "点击", "选择", "fill in ", "make sure ", "tell me ", "what is ", "in ", "hover ", "tick "),
]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(HEADS),
    st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=5).map("".join),
    st.sampled_from([MAX_SENTENCE, MAX_TASK]),
)
@pytest.mark.timeout(300)
def test_repetition_takes_bounded_work(head: str, unit: str, length: int) -> None:
    """What makes a pattern backtrack is the same again and again; one that does so badly would take hours."""
    with contextlib.suppress(NotUnderstood):
        assert understand((head + unit * length)[: length - 1])


def labels(value: object) -> list[str]:
    """All that an instruction says is written on the screen, or is to be typed."""
    if isinstance(value, Target):
        return [*value.names, *labels(value.anchor)]
    if isinstance(value, Instruction):
        said = [text for field in fields(value) for text in labels(getattr(value, field.name))]
        texts = [getattr(value, name, None) or "" for name in ("text", "until")]
        return [*said, *texts]
    return []


def test_shuffled_words_are_understood_or_refused() -> None:
    """Words of the corpus in any order: never anything but instructions or a refusal of one line."""
    words = sorted({word for case in UNDERSTOOD for word in re.findall(r"\S+|\n", case["task"])})
    draw = random.Random(7)
    for _ in range(4000):
        task = " ".join(draw.choices(words, k=draw.randint(1, 14)))
        try:
            said = [text for one in understand(task) for text in labels(one)]
            # Nothing is made up: what is looked for, or typed, stands in the task.
            assert all(_plain(text) in _plain(task) for text in said), (task, said)
        except NotUnderstood as why:
            line = why.line(task)
            assert len(line) <= MAX_LINE
            assert line.isprintable()


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
