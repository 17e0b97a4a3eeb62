"""The words for what a thing on the screen is: "button", "drop-down list", 复选框."""

from __future__ import annotations

import re

from agent.offline.instructions import Role

_ENGLISH: dict[Role | None, str] = {
    "field": r"(?:input|text|entry|edit|form) ?fields?|(?:input|text|edit) ?box|text ?area|field|box|input",
    "checkbox": r"check[- ]?box(?:es)?|tick[- ]?box(?:es)?|toggle|switch",
    "radio": r"radio ?buttons?|option button|radio",
    "option": r"(?:menu|list) ?(?:items?|entr(?:y|ies))|options?|entr(?:y|ies)|items?|choice",
    "list": r"(?:drop|pull)[- ]?down(?: list| menu| box)?|combo ?box|list ?box|select ?box|list|picker",
    "button": r"(?:push ?)?buttons?",
    "icon": r"icon|image|picture|logo|symbol",
    "link": r"(?:hyper)?link",
    "tab": r"tab(?: page)?",
    "menu": r"menu",
    None: r"applications?|apps?|programs?|label|text",
}
_CHINESE: dict[Role | None, str] = {
    "field": "输入框|文本框|编辑框|输入栏|文本域|字段|框|栏",
    "checkbox": "复选框|勾选框|多选框|选择框|开关",
    "radio": "单选按钮|单选框|单选项|单选钮",
    "option": "菜单项|列表项|选项|条目",
    "list": "下拉列表框?|下拉框|下拉菜单|组合框|列表框|列表",
    "button": "按钮|按键",
    "icon": "图标|图片",
    "link": "超?链接",
    "tab": "选项卡|标签页|标签",
    "menu": "菜单",
    None: "应用程序|应用|程序|软件|文字|文本",
}
# Words that may stand beside a quoted label, but never make a label shorter: "Open file" is no "Open".
_BESIDE_QUOTED = (
    r"dialog|section|file|folder|directory|document|window|words?|paragraph|line|row|cell|number|name|date|day|message|heading|title|"
    r"sign|value|column|key|文件夹?|窗口|字样?|标题"
)


def _flat(words: dict[Role | None, str]) -> str:
    return "|".join(f"(?:{pattern})" for pattern in words.values())


ROLE = f"(?:{_flat(_ENGLISH)})"
ROLE_ZH = f"(?:{_flat(_CHINESE)})"
BESIDE_QUOTED = f"(?:{_flat(_ENGLISH)}|{_BESIDE_QUOTED})"
BESIDE_QUOTED_ZH = f"(?:{_flat(_CHINESE)}|{_BESIDE_QUOTED})"
ENDS_AS_ROLE = re.compile(rf"(?:(?:^|.*\s){ROLE}|.*{ROLE_ZH})", re.IGNORECASE)
_EACH = tuple(
    (role, re.compile(f"(?:{words[role]})", re.IGNORECASE)) for words in (_ENGLISH, _CHINESE) for role in words
)


def role_of(word: str | None) -> Role | None:
    """The role that a word names; None for none, or for a word that says nothing ("label", "program")."""
    if word is None:
        return None
    return next((role for role, pattern in _EACH if pattern.fullmatch(word)), None)
