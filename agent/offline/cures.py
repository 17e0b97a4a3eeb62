"""What people often say that is outside the language, and how to say it instead (`cures.toml`); slips in the verb."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from agent.offline.quotes import QUOTED
from agent.offline.refusals import cut
from agent.offline.sentences import Sentence

MAX_LABEL_WORDS = 4
MAX_NAMED = 40
_THING = "file|document|page|changes?|text|work|selection|it|tab|everything|form"
_ENGLISH = {
    "OBJECT": rf"(?:\s+(?:(?:the|this|my|that|a|an|all)\s+)*(?:last )?(?:{_THING})s?)?",
    "FILE": "(?:(?:the|my) )?(?:(?:file|folder|document)s? )?",
}
_CHINESE = {
    "OBJECT": "(?:一下)?(?:文件|文档|页面|网页|更改|修改|全部|所有|文字|文本|内容|上一步|操作|当前页)*",
    "FILE": "(?:文件夹?|文档)?",
}
_BOTH = {
    "ADDRESS": r"(?:https?://|www\.)?[\w-]+(?:\.[\w-]+)+(?:[/:?]\S*)?|https?://\S+|localhost(?:[:/]\S*)?",
    "{x}": r"(?P<x>QUOTED|\S+?)",
    "{y}": r"(?P<y>QUOTED|\S+?)",
    "{x..}": "(?P<x>QUOTED|.+?)",
    "{y..}": "(?P<y>QUOTED|.+?)",
    "QUOTED": QUOTED,
}
"""What stands for a pattern in `cures.toml`."""
_VERBS = (
    "click", "press", "type", "enter", "select", "choose", "open", "close", "scroll", "drag", "wait", "check",
    "uncheck", "read", "hover", "fill", "clear", "tick", "untick", "launch", "start", "double-click", "right-click",
)  # fmt: skip
_NO_SLIPS = ("what", "where")
"""Words of their own that are spelt nearly as a verb."""
_SLIPS_ZH = {
    "单机": "单击", "点机": "点击", "点即": "点击", "点及": "点击", "电击": "点击", "双机": "双击", "双集": "双击",
    "右机": "右击", "输人": "输入", "打卡": "打开", "够选": "勾选", "选则": "选择", "等代": "等待", "观闭": "关闭",
}  # fmt: skip
_LABEL = re.compile(
    rf"{QUOTED}|[A-Z][\w'’&.-]*(?: [\w'’&.-]+){{0,{MAX_LABEL_WORDS - 1}}}|"
    r"(?![把将]|(?:点击|输入|选择|勾选|双击|右击|等待|读取|滚动|填写?)$)[\u4e00-\u9fff]{1,6}"
)


@dataclass(frozen=True)
class Cure:
    """Sentences that match one of the patterns are said in another way."""

    patterns: tuple[re.Pattern[str], ...]
    english: str
    chinese: str
    """With `{x}` and `{y}` for what the patterns' groups of these names hold."""


def cure_of(sentence: Sentence) -> tuple[str, str] | None:
    """What to say instead of a sentence outside the language, in English and in Chinese, or None."""
    words, restored = sentence.words, sentence.restored()
    for cure in cures():
        if (match := next(filter(None, (one.fullmatch(words) for one in cure.patterns)), None)) is not None:
            parts = {name: part for name, part in match.groupdict().items() if part}
            named = {"x": "X", "y": "Y"} | {name: _named(part, sentence) for name, part in parts.items()}
            return cure.english.format(**named), cure.chinese.format(**named)
    first, _, rest = words.partition(" ")
    is_slip = rest and first.isascii() and first.lower() not in _NO_SLIPS
    if is_slip and (near := difflib.get_close_matches(first.lower(), _VERBS, 1, 0.75)):
        meant = f"{near[0]} {restored.partition(' ')[2]}"
        if near[0] != first.lower():
            return f"is this meant: {meant}?", f"是不是：{meant}？"
    if (right := _SLIPS_ZH.get(words[:2])) is not None:
        return f"is this meant: {right}{restored[2:]}?", f"是不是：{right}{restored[2:]}？"
    if _LABEL.fullmatch(words):
        label = restored.strip('"')
        return f'say what to do with it, as: click "{label}"', f"请说要做什么，例如：点击“{label}”"
    return None


def _named(part: str, sentence: Sentence) -> str:
    """A part of the sentence; a verb as a button has it: "reply" is "Reply"."""
    words = cut(sentence.restored(part).strip(' "'), MAX_NAMED)
    return words.capitalize() if sentence.words.startswith(part) else words


@cache
def cures() -> tuple[Cure, ...]:
    """`cures.toml`, read once; the first that matches the whole sentence is the one."""
    data = tomllib.loads(Path(__file__).with_name("cures.toml").read_text(encoding="utf-8"))
    english = _ENGLISH | {"BUTTON": "|".join(data["buttons"])}
    chinese = _CHINESE | {"BUTTON": "|".join(data["buttons_zh"])}
    return tuple(
        Cure(
            (*_compiled(one["english"], english), *_compiled(one["chinese"], chinese)),
            one.get("instead") or f"say: {', or: '.join(one['say'])}",
            one.get("instead_zh") or f"请说：{'，或者：'.join(one['say_zh'])}",
        )
        for one in data["cure"]
    )


def _compiled(patterns: Sequence[str], meanings: Mapping[str, str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(_meant(pattern, {**meanings, **_BOTH}), re.IGNORECASE) for pattern in patterns)


def _meant(pattern: str, meanings: Mapping[str, str]) -> str:
    for name, meaning in meanings.items():
        pattern = pattern.replace(name, meaning)
    return pattern
