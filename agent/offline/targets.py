"""What a sentence's words point at: a label with its articles and roles taken off, or a quoted text, and its place."""

from __future__ import annotations

import re
from dataclasses import replace

from agent.offline.instructions import Role, Target
from agent.offline.places import (
    AREA,
    AREA_ALONE,
    AREA_ZH,
    IN,
    ORDINAL,
    ORDINAL_ZH,
    PLACE,
    RELATED_ZH,
    Place,
    area_of,
    ordinal_of,
    place_of,
    relation_zh,
)
from agent.offline.quotes import QUOTED
from agent.offline.refusals import NotUnderstood
from agent.offline.roles import BESIDE_QUOTED, BESIDE_QUOTED_ZH, ENDS_AS_ROLE, ROLE, ROLE_ZH, role_of
from agent.offline.sentences import Sentence
from agent.reading.labels import MAX_LABEL, fold

MAX_PLACES = 3
"""Places within places."""
MAX_WORDS = 7
"""Of a label without quotation marks; more is likely a sentence."""
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
_CLAUSE = re.compile(
    r"(?:^|\s)(?:if|unless|because|but|or|when|while|until|which|that|who|without|instead|before|after)\s|"
    r"(?:^|\s)(?:by|using)\s\w+ing\b|如果|.或(?!许)|除非|但是|^那个",
)
_ON_SCREEN = re.compile(
    rf"(.*{QUOTED}(?: {ROLE})?) on (?:the|this) (?:desktop|screen|page)$|"
    rf"^(?:(?:桌面|屏幕|页面|界面)[上里中]的|(?:表格|列表)[上里中内]的?(?![间面边部方侧]))(?=.*{QUOTED})()|^桌面上?的(?=.)()",
    re.IGNORECASE,
)
_ORDERED = re.compile(rf"(?P<ordinal>{ORDINAL})\s+(?P<rest>.+)", re.IGNORECASE)
_IN_AREA = re.compile(rf"(?P<area>{AREA})\s+(?P<rest>(?!of )(?:.*{QUOTED}.*|{ROLE}))", re.IGNORECASE)
_CORNER = r"(?:(?i:top|upper|bottom|lower)[- ]?(?i:left|right)(?i:[- ]hand)?(?: corner| side)?)"
_IN_CORNER = re.compile(rf"(?P<area>{_CORNER}|{AREA}(?=\s+[A-Z]))\s+(?P<rest>.+\s{ROLE})")
"""Without quotation marks: a corner, or in small letters a side before a label that begins with a capital."""
_ROLE_ALONE = re.compile(f"{ROLE}|{ROLE_ZH}", re.IGNORECASE)
_IN_UNNAMED = re.compile(
    rf"\s{ROLE} (?:in|on|of) (?:the|this|that) (?:dialog(?: box)?|pop-?up|window|form)$", re.IGNORECASE
)
_PRONOUN = re.compile(r"it|this|that|there|them|(?:它们?|这个|那个|这里|那里)", re.IGNORECASE)
_NO_ROLE = re.compile(r"(?:rows?|lines?|cells?|columns?|windows?|words?|files?|folders?|paragraphs?)|[行列格]")
"""Cannot be counted on the screen."""
_MANY = re.compile(
    r"(?:all|every|each|both|any|either|some|several)\s.+|all|both|everything|(?:所有|全部|每个|任意|两个|一些)的?.+|所有|全部"
)
_NAMES_OF_PERSONS = re.compile(r"names?(?:\s.*)?", re.IGNORECASE)
_OFTEN_FIRST = re.compile(r"(?:page|step|slide|record|item|day|week|month|year|visit|message|time)\b.*", re.IGNORECASE)
"""What "first" and "last" often stand before on a label: "Last page"."""


def target(words: str, sentence: Sentence, role: Role | None = None) -> Target:
    """The target that `words` of `sentence` name; `role` is what it is where the words do not say. Raises."""
    words = _ON_SCREEN.sub(r"\1", words)
    found = _placed(
        re.sub(r"(?:\s+(?:please|pls|plz|for me))+$", "", words.strip(" ,，"), flags=re.IGNORECASE), sentence, 0
    )
    return replace(found, role=role) if found.role is None and role is not None else found


def text_of(words: str, sentence: Sentence) -> str:
    """A text that is looked for anywhere: roles and articles are no part of it."""
    found = target(words, sentence)
    if found.ordinal or found.area or found.relation or not found.names:
        raise NotUnderstood("a text is looked for on the whole screen", "只能在整个屏幕上查找文字", sentence.restored())
    return found.names[-1]


def is_group(words: str) -> bool:
    """Whether `words` name a row, a dialog or the like, rather than a list to choose from."""
    match = IN.fullmatch(words.strip())
    return match is not None and match["mark"] is None and not re.search(r"\b(?:list|menu)\b", words, re.IGNORECASE)


def begins_with_area(words: str) -> bool:
    """Whether `words` begin with a part of the screen: "in the top right corner"."""
    match = PLACE.match(f" {words}")
    return match is not None and match["area"] is not None


def _placed(words: str, sentence: Sentence, depth: int) -> Target:
    if depth > MAX_PLACES:
        raise NotUnderstood("too many places within places", "位置说得太复杂", sentence.restored())
    if re.search(r"[\u4e00-\u9fff]", words):
        return _placed_zh(words, sentence, depth)
    article = ARTICLE.match(words)
    bare = words[article.end() :] if article else words
    match = PLACE.search(" " + bare)
    while match is not None:
        found = _with_place(" " + bare, match, sentence, depth, has_article=article is not None)
        if found is not None:
            return found
        match = PLACE.search(" " + bare, match.end())
    return _core(bare, sentence, has_article=article is not None)


def _with_place(
    words: str, match: re.Match[str], sentence: Sentence, depth: int, *, has_article: bool
) -> Target | None:
    """The target with the place that `match` says; None where that is no place but part of a label."""
    place, head, rest = place_of(match), words[: match.start()].strip(), words[match.end() :].strip()
    has_quote = re.search(QUOTED, head) is not None
    anchor = None if place.relation is None else _anchor(place, rest, sentence, depth)
    if place.relation is not None and anchor is None:
        return None
    if not head:
        return None
    core = _core(head, sentence, has_article=has_article, is_placed=True)
    is_marked = has_quote or has_article or core.role is not None or core.ordinal is not None or place.is_clear
    if not is_marked and not re.search(QUOTED, rest):
        raise NotUnderstood(
            "put the label in quotation marks, so that it is clear where it ends",
            "请把文字放在引号里，以便看出它到哪里为止",
            sentence.restored(),
        )
    if core.area is not None and place.area is not None:
        raise _too_much(sentence)
    if place.relation is not None:
        return replace(core, relation=place.relation, anchor=anchor)
    core = replace(core, area=place.area)
    if not rest:
        return core
    rest = " " + rest.lstrip(", ")
    more = PLACE.match(rest)
    further = place_of(more) if more else None
    if more is None or further is None or further.relation is None:
        raise _too_much(sentence)
    return replace(core, relation=further.relation, anchor=_anchor(further, rest[more.end() :], sentence, depth))


def _anchor(place: Place, rest: str, sentence: Sentence, depth: int) -> Target | None:
    """What a relation starts from; None where "in …" names nothing that holds things, and so is part of a label."""
    if place.relation != "in":
        return _placed(rest, sentence, depth + 1)
    inside = IN.fullmatch(rest)
    if inside is None:
        return None
    if inside["mark"]:
        return Target((_label(sentence.quote(inside["mark"]), sentence),))
    if inside["of"]:
        return replace(_placed(inside["of"], sentence, depth + 1), role=_menu_or_none(inside["kind"]))
    if not (inside["article"] or inside["s"]) and not re.search(QUOTED, inside["owner"]):
        return None
    if re.fullmatch(f"{ORDINAL}|{AREA}", inside["owner"], re.IGNORECASE):
        raise _no_row(sentence)
    return replace(_placed(inside["owner"], sentence, depth + 1), role=_menu_or_none(inside["group"]))


def _placed_zh(words: str, sentence: Sentence, depth: int) -> Target:
    words = words.strip()
    if (related := RELATED_ZH.fullmatch(words)) is not None:
        if re.fullmatch(r"第?\s*[\d一二三四五六七八九十]+|最后一?", related["anchor"]):
            raise _no_row(sentence)
        if re.match(ORDINAL_ZH, words) and not re.search(ORDINAL_ZH, related["rest"]):
            raise NotUnderstood(
                "say the number right before what is counted", "请把第几个说在所数的东西前面", sentence.restored()
            )
        relation, anchor = relation_zh(related), _placed(related["anchor"], sentence, depth + 1)
        if relation == "in":
            anchor = replace(anchor, role=_menu_or_none(words[related.end("anchor") : related.start("rest")]))
        return replace(_core_zh(related["rest"], sentence), relation=relation, anchor=anchor)
    return _core_zh(words, sentence)


def _menu_or_none(group: str) -> Role | None:
    """Of all that holds things only a menu has to be opened first."""
    return "menu" if "menu" in group.lower() or "菜单" in group else None


def _core_zh(words: str, sentence: Sentence) -> Target:
    area, ordinal = None, None
    if (at := re.match(AREA_ZH, words)) is not None:
        area, words = area_of(at[0].replace("窗口", "").replace("页面", "").replace("界面", "")), words[at.end() :]
    if (counted := re.match(ORDINAL_ZH, words)) is not None:
        ordinal, words = ordinal_of(counted[0]), words[counted.end() :].strip()
        words = words or ("选项" if counted[0].endswith("项") else "")
    article = ARTICLE.match(words)
    core = _core(
        words[article.end() :] if article else words, sentence, has_article=article is not None, is_placed=True
    )
    return replace(core, area=area or core.area, ordinal=ordinal or core.ordinal)


def _core(words: str, sentence: Sentence, *, has_article: bool, is_placed: bool = False) -> Target:
    """A target without relations: an ordinal, a label, a role."""
    ordered = _ORDERED.fullmatch(words)
    if ordered and (ordinal := _ordinal(ordered, sentence, has_article=has_article)) is not None:
        return replace(_core(ordered["rest"], sentence, has_article=True, is_placed=True), ordinal=ordinal)
    at = _IN_AREA.fullmatch(words) or (_IN_CORNER.fullmatch(words) if has_article and words[0].islower() else None)
    if at is not None:
        return replace(_core(at["rest"], sentence, has_article=True, is_placed=True), area=area_of(at["area"]))
    if re.search(QUOTED, words):
        return _quoted(words, sentence)
    if is_placed and _ROLE_ALONE.fullmatch(words) and role_of(words) is not None:
        return Target((), role_of(words))
    _refuse_vague(words, sentence, has_article=has_article, is_placed=is_placed)
    if has_article and (before := _ROLE_BEFORE.fullmatch(words)) is not None and words[0].islower():
        return Target((_label(before["name"], sentence),), role_of(before["role"]))
    names, said = [_label(words, sentence)], None
    if (role := _ROLE_AFTER.fullmatch(words)) is not None and role["name"].strip():
        names.append(_label(role["name"], sentence))
        said = role_of(role["role"] or role["zh"])
    return Target(tuple(dict.fromkeys(names)), said)


def _refuse_vague(words: str, sentence: Sentence, *, has_article: bool, is_placed: bool) -> None:
    """Raise where the words name no label, or it cannot be told where the label ends."""
    if (
        (has_article and _ROLE_ALONE.fullmatch(words))
        or ((has_article or is_placed) and AREA_ALONE.fullmatch(words))
        or (is_placed and _NO_ROLE.fullmatch(words))
        or (has_article and re.fullmatch(ORDINAL, words, re.IGNORECASE))
        or _PRONOUN.fullmatch(words)
        or _MANY.fullmatch(words)
    ):
        raise NotUnderstood("which one is meant is not said", "没有说明是哪一个", sentence.restored())
    if len(words.split()) > MAX_WORDS or _CLAUSE.search(words):
        raise NotUnderstood(
            "put a label of several words in quotation marks", "请把文字放在引号里", sentence.restored()
        )
    if _IN_UNNAMED.search(words):
        raise NotUnderstood('name a text in it, as: in the dialog "X"', "请说出其中的文字", sentence.restored())
    if re.search(r"[,，、;；]\s*\D|[“”\"]", words):
        raise NotUnderstood(
            "put a label with a comma in quotation marks", "文字里有逗号时请放在引号里", sentence.restored()
        )


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
        raise _too_much(sentence)
    name = _label(sentence.quote(match["mark"]), sentence)
    return Target((name,), role_of(match["before"]) or role_of(match["after"]))


def _label(words: str, sentence: Sentence) -> str:
    name = words.strip()
    if not fold(name) or len(name) > MAX_LABEL:
        raise NotUnderstood("no label is named", "没有说出文字", sentence.restored())
    return name


def _no_row(sentence: Sentence) -> NotUnderstood:
    return NotUnderstood(
        'name a text in it (in the row of "X"), not its number or place',
        "请说出其中的文字（“X”行的…），而不是第几个或哪边",
        sentence.restored(),
    )


def _too_much(sentence: Sentence) -> NotUnderstood:
    return NotUnderstood("more than is understood", "除了引号里的文字，其余的看不懂", sentence.restored())
