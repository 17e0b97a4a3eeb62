"""What a thing is called: a label with its articles, number and role taken off, or a quoted text with its role."""

from __future__ import annotations

import re
from dataclasses import replace

from agent.offline.instructions import Role, Target
from agent.offline.places import AREA, AREA_ZH, ORDINAL, ORDINAL_ZH, area_of, ordinal_of
from agent.offline.quotes import QUOTED
from agent.offline.refusals import NotUnderstood
from agent.offline.roles import BESIDE_QUOTED, BESIDE_QUOTED_ZH, ENDS_AS_ROLE, ROLE, ROLE_ZH, role_of
from agent.offline.sentences import Sentence
from agent.offline.vague import refuse_vague
from agent.reading.labels import MAX_LABEL, fold

ARTICLE = re.compile(r"^(?:(?:the|(?-i:an?|my|your)|this|that)\s+)+", re.IGNORECASE)
"""But not "A", which is a label, nor "My" in "My Computer"."""
_ROLE_AFTER = re.compile(
    r"(?!(?:地址|状态|任务|标题|菜单|工具|导航|侧边|边)栏$|.*首选项$)"  # Bars of a window, no fields of a form.
    rf"(?P<name>.*?)(?:\s+(?P<role>{ROLE})|\s*(?:的|那一|这一|那个|这个|一(?=栏))?(?P<zh>{ROLE_ZH}))",
    re.IGNORECASE,
)
_NAMED = r"(?:labell?ed|called|named|titled|entitled|that says|saying|with the (?:text|label|title|name)|for|of|:)"
_QUOTED_CORE = re.compile(
    rf"(?:(?P<before>{BESIDE_QUOTED})\s+)?(?:{_NAMED}\s*)?(?P<mark>{QUOTED})(?:\s*(?P<after>{BESIDE_QUOTED}))?",
    re.IGNORECASE,
)
_QUOTED_CORE_ZH = re.compile(
    rf"(?:(?P<before>{BESIDE_QUOTED_ZH})\s*|(?:名为|名叫|叫做?|标有|写着|显示为?)\s*)?(?P<mark>{QUOTED})"
    rf"(?:(?:的|这个|那个)?\s*(?P<after>{BESIDE_QUOTED_ZH}))?",
    re.IGNORECASE,
)
_CALLED = r"(?:labell?ed|called|named|titled|entitled|that says|saying|with the (?:text|label|title|name))"
_ROLE_BEFORE = re.compile(
    rf"(?:(?P<role>(?i:{ROLE}))|(?P<called>(?i:{BESIDE_QUOTED}) {_CALLED}))\s+(?:{_CALLED}\s+)?(?P<name>[A-Z0-9].*)"
)
_ORDERED = re.compile(rf"(?P<ordinal>{ORDINAL})\s+(?P<rest>.+)", re.IGNORECASE)
_IN_AREA = re.compile(rf"(?P<area>{AREA})\s+(?P<rest>(?!of )(?:.*{QUOTED}.*|{ROLE}))", re.IGNORECASE)
_CORNER = r"(?:(?i:top|upper|bottom|lower)[- ]?(?i:left|right)(?i:[- ]hand)?(?: corner| side)?)"
_IN_CORNER = re.compile(rf"(?P<area>{_CORNER}|{AREA}(?=\s+[A-Z]))\s+(?P<rest>.+\s{ROLE})")
"""Without quotation marks: a corner, or in small letters a side before a label that begins with a capital."""
_ROLE_ALONE = re.compile(f"{ROLE}|{ROLE_ZH}", re.IGNORECASE)
_ITEM = re.compile(r"(?=[A-Z])(?!(?i:.*\b(?:menu|list) )).+\s(?i:items?|entry|entries)")
"""Without an article rather a label, as "Line item", than what it is: "the Red item"."""
_NAMES_OF_PERSONS = re.compile(r"names?(?:\s.*)?", re.IGNORECASE)
_OFTEN_FIRST = re.compile(r"(?:page|step|slide|record|item|day|week|month|year|visit|message|time)\b.*", re.IGNORECASE)
"""What "first" and "last" stand before on a label, rather than for a number: "Last page"."""


def named_zh(words: str, sentence: Sentence) -> Target:
    """As `named`, with a part of the screen before the number: 左上角的第二个“保存”."""
    area, ordinal = None, None
    if (at := re.match(AREA_ZH, words)) is not None:
        area, words = area_of(at[0].replace("窗口", "").replace("页面", "").replace("界面", "")), words[at.end() :]
    if (counted := re.match(ORDINAL_ZH, words)) is not None:
        ordinal, words = ordinal_of(counted[0]), words[counted.end() :].strip()
        words = words or {"项": "选项", "行": "行"}.get(counted[0][-1], "")
    article = ARTICLE.match(words)
    found = named(
        words[article.end() :] if article else words, sentence, has_article=article is not None, is_placed=True
    )
    return replace(found, area=area or found.area, ordinal=ordinal or found.ordinal)


def named(words: str, sentence: Sentence, *, has_article: bool, is_placed: bool = False) -> Target:
    """A target without relations: a number, a label, a role. Raises `NotUnderstood`."""
    ordered = _ORDERED.fullmatch(words)
    if ordered and (ordinal := _ordinal(ordered)) is not None:
        counted = named(ordered["rest"], sentence, has_article=True, is_placed=True)
        whole = () if _is_counted(ordered, has_article=has_article) else _names(words, sentence)
        return replace(counted, ordinal=ordinal, whole=whole)
    at = _IN_AREA.fullmatch(words) or (_IN_CORNER.fullmatch(words) if has_article and words[0].islower() else None)
    if at is not None:
        return replace(named(at["rest"], sentence, has_article=True, is_placed=True), area=area_of(at["area"]))
    if re.search(QUOTED, words):
        return _quoted(words, sentence)
    if is_placed and _ROLE_ALONE.fullmatch(words) and role_of(words) is not None:
        return Target((), role_of(words))
    before = _ROLE_BEFORE.fullmatch(words) if has_article and words[0].islower() else None
    refuse_vague(before["name"] if before else words, sentence, has_article=has_article, is_placed=is_placed)
    if before is not None:
        kind = before["role"] or before["called"].partition(" ")[0]
        return Target((label(before["name"], sentence),), role_of(kind))
    if not has_article and _ITEM.fullmatch(words):
        return Target((label(words, sentence),))
    return Target(_names(words, sentence), _role_after(words))


def _names(words: str, sentence: Sentence) -> tuple[str, ...]:
    """The words as a label, and without the role at their end."""
    role = _ROLE_AFTER.fullmatch(words)
    bare = [role["name"]] if role is not None and role["name"].strip() else []
    return tuple(dict.fromkeys(label(name, sentence) for name in (words, *bare)))


def _role_after(words: str) -> Role | None:
    role = _ROLE_AFTER.fullmatch(words)
    return None if role is None or not role["name"].strip() else role_of(role["role"] or role["zh"])


def _ordinal(match: re.Match[str]) -> int | None:
    """The number, or None where it is part of a label ("First name")."""
    word, rest = match["ordinal"], match["rest"]
    is_named = not re.search(QUOTED, rest) and not _ROLE_ALONE.fullmatch(rest)
    if is_named and (word[0].isupper() or _NAMES_OF_PERSONS.fullmatch(rest) or _OFTEN_FIRST.fullmatch(rest)):
        return None
    return ordinal_of(word)


def _is_counted(match: re.Match[str], *, has_article: bool) -> bool:
    """Whether the number is no part of a label, as it may be in "last view"."""
    rest = match["rest"]
    if re.search(QUOTED, rest) or _ROLE_ALONE.fullmatch(rest) or not rest[0].islower():
        return True
    return has_article and (ordinal_of(match["ordinal"]) not in (1, -1) or ENDS_AS_ROLE.fullmatch(rest) is not None)


def _quoted(words: str, sentence: Sentence) -> Target:
    match = _QUOTED_CORE.fullmatch(words) or _QUOTED_CORE_ZH.fullmatch(words)
    if match is None:
        raise too_much(sentence)
    name = label(sentence.quote(match["mark"]), sentence)
    return Target((name,), role_of(match["before"]) or role_of(match["after"]))


def label(words: str, sentence: Sentence) -> str:
    """The words as a label. Raises `NotUnderstood` where they can be none."""
    name = words.strip()
    if not fold(name) or len(name) > MAX_LABEL:
        raise NotUnderstood("no label is named", "没有说出文字", sentence.restored())
    return name


def too_much(sentence: Sentence) -> NotUnderstood:
    """Beside a quoted text, or a place, stand words without a meaning here."""
    return NotUnderstood("more than is understood", "除了引号里的文字，其余的看不懂", sentence.restored())
