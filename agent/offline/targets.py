"""What a sentence's words point at: a label with its articles and roles taken off, or a quoted text."""

from __future__ import annotations

import re

from agent.offline.instructions import Role, Target
from agent.offline.sentences import QUOTED, NotUnderstood, Sentence
from agent.reading.labels import MAX_LABEL, fold

FIELD_ROLES = r"input field|text field|entry field|input box|text box|textbox|field|box|input|entry"
_ROLES = rf"{FIELD_ROLES}|button|icon|link|menu item|menu|tab|app|application|program|option|label|text"
FIELD_ROLES_ZH = "输入框|文本框|编辑框|搜索框|框|栏"
_ROLES_ZH = f"{FIELD_ROLES_ZH}|按钮|图标|链接|菜单项|菜单|选项卡|标签页|应用程序|应用|程序|文字"
ARTICLE = re.compile(r"(?:(?:the|an?|my|this|that|on)\s+)+", re.IGNORECASE)
_ROLE_AFTER = re.compile(rf"(?P<name>.*?)(?:\s+(?P<role>{_ROLES})|\s*的?(?P<zh>{_ROLES_ZH}))", re.IGNORECASE)
_QUOTED_TARGET = re.compile(
    rf"(?:(?P<before>{_ROLES})\s+)?(?:(?:labell?ed|called|named|that says|with the text|名为|叫做?)\s*)?"
    rf"(?P<mark>{QUOTED})"
    rf"(?:\s*(?P<after>{_ROLES})|\s*的?(?P<zh>{_ROLES_ZH}))?",
    re.IGNORECASE,
)


def target(words: str, sentence: Sentence) -> Target:
    """The target that `words` of `sentence` name. Raises `NotUnderstood`."""
    words = words.strip()
    bare = words[article.end() :] if (article := ARTICLE.match(words)) else words
    if re.search(QUOTED, bare):
        return _quoted_target(bare, sentence)
    names, said = [bare], None
    if article and re.fullmatch(f"{_ROLES}|{_ROLES_ZH}", bare, re.IGNORECASE):
        raise NotUnderstood("which one is meant is not said", "没有说明是哪一个", sentence.restored())
    if (role := _ROLE_AFTER.fullmatch(bare)) is not None and role["name"].strip():
        names.append(role["name"].strip())
        said = _role(role["role"] or role["zh"])
    if any(not fold(name) or len(name) > MAX_LABEL for name in names):
        raise NotUnderstood("no label is named", "没有说出文字", sentence.restored())
    return Target(tuple(dict.fromkeys(names)), said)


def _quoted_target(words: str, sentence: Sentence) -> Target:
    match = _QUOTED_TARGET.fullmatch(words)
    if match is None:
        raise NotUnderstood("more than is understood", "除了引号里的文字，其余的看不懂", sentence.restored())
    name = sentence.quote(match["mark"])
    if not fold(name) or len(name) > MAX_LABEL:
        raise NotUnderstood("no label is named", "没有说出文字", sentence.restored())
    role = match["before"] or match["after"] or match["zh"]
    return Target((name,), _role(role))


def _role(word: str | None) -> Role | None:
    is_field = word is not None and re.fullmatch(f"{FIELD_ROLES}|{FIELD_ROLES_ZH}", word, re.IGNORECASE)
    return "field" if is_field else None
