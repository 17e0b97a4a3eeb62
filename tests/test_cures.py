"""What is said instead of sentences outside the offline model's language: it is understood, and fits the sentence."""

from __future__ import annotations

import re

import pytest

from agent.offline.cures import Cure, cures
from agent.offline.grammar import understand
from agent.offline.refusals import NotUnderstood


def ways(cure: Cure) -> list[str]:
    """All that a cure says to say instead, in both languages."""
    says = [(cure.english, "say: ", ", or: "), (cure.chinese, "请说：", "，或者：")]
    return [
        way.format(x="Name", y="Place")
        for text, begins, joint in says
        if text.startswith(begins)
        for way in text.removeprefix(begins).split(joint)
    ]


def test_every_way_to_say_it_instead_is_understood() -> None:
    assert len(cures()) > 50
    assert all(ways(cure) for cure in cures() if cure.english.startswith("say: "))
    for cure in cures():
        for way in ways(cure):
            assert understand(way), way


@pytest.mark.parametrize(
    ("task", "cure"),
    [
        ("go to example.com", 'press ctrl+l, type "example.com", press enter'),
        ("open https://example.com/a?b=1", 'press ctrl+l, type "https://example.com/a?b=1", press enter'),
        ("open example.com", 'press ctrl+l, type "example.com", press enter'),
        ("open example.com/a in the browser", 'click "example.com/a"'),
        ("打开 localhost:8080", "按ctrl+l，输入“localhost:8080”，按回车"),
        ("把example.com打开", "点击“example.com”"),
        ('rename "a.txt" to "b.txt"', 'click "a.txt", press F2, type "b.txt", press enter'),
        ("increase the volume to 80", "set volume to 80"),
        ("reply to the last email", 'click "Reply"'),
        ("search for weather", 'type "weather" into "Search", press enter'),
        ("open the report in a new tab", 'middle-click "the report"'),
        ("wait 5", "wait 5 seconds"),
        ("把文件a.txt重命名为b.txt", "点击“a.txt”，按F2，输入“b.txt”，按回车"),
        ("访问 example.com", "按ctrl+l，输入“example.com”，按回车"),
        ("按日期排序", "点击“日期”"),
        ("转发给张三", "点击“转发”"),
        ("反复点击“下一步”直到出现“完成”", "点击“下一步”3次"),
    ],
)
def test_a_cure_has_the_words_of_the_sentence(task: str, cure: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        understand(task)
    assert cure in refused.value.line(task)
    assert understand(cure)


def test_a_slip_is_never_mended_into_itself() -> None:
    for task in ("scroll sideways", "press", "open", "wait 5", "select", "drag it"):
        with pytest.raises(NotUnderstood) as refused:
            understand(task)
        meant = re.search(r"is this meant: (.+)\?\)", refused.value.line(task))
        assert meant is None or meant[1].lower() != task
