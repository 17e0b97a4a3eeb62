"""What a thing is called: a label with its articles, number and role taken off, or a quoted text with its role."""

from __future__ import annotations

import re
from dataclasses import replace

from agent.offline.instructions import Target
from agent.offline.places import AREA, AREA_ZH, ORDINAL, ORDINAL_ZH, area_of, ordinal_of
from agent.offline.quotes import QUOTED
from agent.offline.refusals import NotUnderstood
from agent.offline.roles import BESIDE_QUOTED, BESIDE_QUOTED_ZH, ENDS_AS_ROLE, ROLE, ROLE_ZH, role_of
from agent.offline.sentences import Sentence
from agent.offline.vague import refuse_vague
from agent.reading.labels import MAX_LABEL, fold

ARTICLE = re.compile(r"^(?:(?:the|an?|my|your|this|that)\s+)+", re.IGNORECASE)
_ROLE_AFTER = re.compile(rf"(?P<name>.*?)(?:\s+(?P<role>{ROLE})|\s*的?(?P<zh>{ROLE_ZH}))", re.IGNORECASE)
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
_ROLE_BEFORE = re.compile(rf"(?P<role>(?i:{ROLE}))\s+(?P<name>[A-Z0-9].*)")
_ORDERED = re.compile(rf"(?P<ordinal>{ORDINAL})\s+(?P<rest>.+)", re.IGNORECASE)
_IN_AREA = re.compile(rf"(?P<area>{AREA})\s+(?P<rest>(?!of )(?:.*{QUOTED}.*|{ROLE}))", re.IGNORECASE)
_CORNER = r"(?:(?i:top|upper|bottom|lower)[- ]?(?i:left|right)(?i:[- ]hand)?(?: corner| side)?)"
_IN_CORNER = re.compile(rf"(?P<area>{_CORNER}|{AREA}(?=\s+[A-Z]))\s+(?P<rest>.+\s{ROLE})")
"""Without quotation marks: a corner, or in small letters a side before a label that begins with a capital."""
_ROLE_ALONE = re.compile(f"{ROLE}|{ROLE_ZH}", re.IGNORECASE)
_NAMES_OF_PERSONS = re.compile(r"names?(?:\s.*)?", re.IGNORECASE)
_OFTEN_FIRST = re.compile(r"(?:page|step|slide|record|item|day|week|month|year|visit|message|time)\b.*", re.IGNORECASE)
"""What "first" and "last" often stand before on a label: "Last page"."""


def named_zh(words: str, sentence: Sentence) -> Target:
    """As `named`, with a part of the screen before the number: 左上角的第二个“保存”."""
    area, ordinal = None, None
    if (at := re.match(AREA_ZH, words)) is not None:
        area, words = area_of(at[0].replace("窗口", "").replace("页面", "").replace("界面", "")), words[at.end() :]
    if (counted := re.match(ORDINAL_ZH, words)) is not None:
        ordinal, words = ordinal_of(counted[0]), words[counted.end() :].strip()
        words = words or ("选项" if counted[0].endswith("项") else "")
    article = ARTICLE.match(words)
    found = named(
        words[article.end() :] if article else words, sentence, has_article=article is not None, is_placed=True
    )
    return replace(found, area=area or found.area, ordinal=ordinal or found.ordinal)


def named(words: str, sentence: Sentence, *, has_article: bool, is_placed: bool = False) -> Target:
    """A target without relations: a number, a label, a role. Raises `NotUnderstood`."""
    ordered = _ORDERED.fullmatch(words)
    if ordered and (ordinal := _ordinal(ordered, sentence, has_article=has_article)) is not None:
        return replace(named(ordered["rest"], sentence, has_article=True, is_placed=True), ordinal=ordinal)
    at = _IN_AREA.fullmatch(words) or (_IN_CORNER.fullmatch(words) if has_article and words[0].islower() else None)
    if at is not None:
        return replace(named(at["rest"], sentence, has_article=True, is_placed=True), area=area_of(at["area"]))
    if re.search(QUOTED, words):
        return _quoted(words, sentence)
    if is_placed and _ROLE_ALONE.fullmatch(words) and role_of(words) is not None:
        return Target((), role_of(words))
    refuse_vague(words, sentence, has_article=has_article, is_placed=is_placed)
    if has_article and (before := _ROLE_BEFORE.fullmatch(words)) is not None and words[0].islower():
        return Target((label(before["name"], sentence),), role_of(before["role"]))
    names, said = [label(words, sentence)], None
    if (role := _ROLE_AFTER.fullmatch(words)) is not None and role["name"].strip():
        names.append(label(role["name"], sentence))
        said = role_of(role["role"] or role["zh"])
    return Target(tuple(dict.fromkeys(names)), said)


def _ordinal(match: re.Match[str], sentence: Sentence, *, has_article: bool) -> int | None:
    """The number, or None where it is part of a label ("First name")."""
    word, rest = match["ordinal"], match["rest"]
    number = ordinal_of(word)
    if re.search(QUOTED, rest) or _ROLE_ALONE.fullmatch(rest):
        return number
    if word[0].isupper() or _NAMES_OF_PERSONS.fullmatch(rest):
        return None
    is_counted = has_article and (number not in (1, -1) or ENDS_AS_ROLE.fullmatch(rest))
    if not rest[0].islower() or (is_counted and not _OFTEN_FIRST.fullmatch(rest)):
        return number
    raise NotUnderstood(
        f'put the label in quotation marks: "{word}" may be part of it or a number',
        "请把文字放在引号里：看不出第几是否属于它",
        sentence.restored(),
    )


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
