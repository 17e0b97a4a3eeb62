"""What a sentence's words point at: a label with its articles and roles taken off, or a quoted text, and its place."""

from __future__ import annotations

import re
from dataclasses import replace

from agent.offline.instructions import Clear, Click, Instruction, Role, Select, Set, Target, Tick, TypeText
from agent.offline.naming import ARTICLE, label, named, named_zh, too_much
from agent.offline.places import (
    AREA,
    FRONT,
    IN,
    IN_FRONT_ZH,
    ORDINAL,
    ORDINAL_ZH,
    PLACE,
    RELATED_ZH,
    TITLE_BEHIND_ZH,
    Place,
    place_of,
    relation_zh,
)
from agent.offline.quotes import QUOTED
from agent.offline.refusals import NotUnderstood
from agent.offline.roles import ROLE
from agent.offline.sentences import Sentence

MAX_PLACES = 3
"""Places within places."""
_GENERAL = re.compile(r"(?:Same|New|Other|Next|Previous|Current|Active|Main|Left|Right|Background|Separate)\b")
"""Words of a label itself: "Open in the New window"."""
_ON_SCREEN = re.compile(
    rf"(.*{QUOTED}(?: {ROLE})?) on (?:the|this) (?:desktop|screen|page)$|"
    rf"^(?:(?:桌面|屏幕|页面|界面)[上里中]的|(?:表格|列表)[上里中内]的?(?![间面边部方侧]))(?=.*{QUOTED})()|^桌面上?的(?=.)()",
    re.IGNORECASE,
)


def target(words: str, sentence: Sentence, role: Role | None = None) -> Target:
    """The target that `words` of `sentence` name; `role` is what it is where the words do not say. Raises."""
    words = _ON_SCREEN.sub(r"\1", words)
    found = _placed(
        re.sub(r"(?:\s+(?:please|pls|plz|for me))+$", "", words.strip(" ,，"), flags=re.IGNORECASE), sentence, 0
    )
    if not (found.names or found.ordinal or found.area or found.relation):
        raise NotUnderstood("which one is meant is not said", "没有说明是哪一个", sentence.restored())
    return replace(found, role=role) if found.role is None and role is not None else found


def moved(instruction: Instruction, place: Target) -> Instruction | None:
    """The instruction with what it points at in a place; None where it points at nothing, or says where that is."""

    def there(one: Target) -> Target:
        return replace(one, relation=place.relation, anchor=place.anchor)

    match instruction:
        case TypeText(into=Target() as pointed) if _is_anywhere(pointed):
            return replace(instruction, into=there(pointed))
        case Select(source=Target() as pointed) if _is_anywhere(pointed):
            return replace(instruction, source=there(pointed))
        case Select(option=pointed, source=None) if _is_anywhere(pointed):
            return replace(instruction, option=there(pointed))
        case Click(target=pointed) | Tick(target=pointed) | Set(target=pointed) if _is_anywhere(pointed):
            return replace(instruction, target=there(pointed))
        case Clear(target=Target() as pointed) if _is_anywhere(pointed):
            return replace(instruction, target=there(pointed))
    return None


def _is_anywhere(pointed: Target) -> bool:
    return pointed.relation is None and pointed.area is None and pointed.role != "menu"


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


def _is_named_group(words: str) -> bool:
    """Whether `words` name a group by its title, and can hardly be the end of a label: "the Journal window"."""
    inside = IN.fullmatch(words)
    owner = inside and (inside["of"] or (inside["article"] and inside["owner"]))
    return bool(owner and owner[0].isupper() and not _GENERAL.match(owner))


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
    return named(bare, sentence, has_article=article is not None)


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
    found = named(head, sentence, has_article=has_article, is_placed=True)
    is_said = has_quote or has_article or found.role is not None or found.ordinal is not None
    is_dialog = anchor is not None and anchor.role == "dialog"
    is_marked = is_said or is_dialog or place.is_clear or (place.relation == "in" and _is_named_group(rest))
    if not is_marked and not re.search(QUOTED, rest):
        raise NotUnderstood(
            "put the label in quotation marks, so that it is clear where it ends",
            "请把文字放在引号里，以便看出它到哪里为止",
            sentence.restored(),
        )
    if found.area is not None and place.area is not None:
        raise too_much(sentence)
    if place.relation is not None:
        return replace(found, relation=place.relation, anchor=anchor)
    found = replace(found, area=place.area)
    if not rest:
        return found
    rest = " " + rest.lstrip(", ")
    more = PLACE.match(rest)
    further = place_of(more) if more else None
    if more is None or further is None or further.relation is None:
        raise too_much(sentence)
    return replace(found, relation=further.relation, anchor=_anchor(further, rest[more.end() :], sentence, depth))


def _anchor(place: Place, rest: str, sentence: Sentence, depth: int) -> Target | None:
    """What a relation starts from; None where "in …" names nothing that holds things, and so is part of a label."""
    if place.relation != "in":
        return _placed(rest, sentence, depth + 1)
    if FRONT.fullmatch(rest):
        return Target((), "dialog")
    inside = IN.fullmatch(rest)
    if inside is None:
        return None
    if inside["mark"]:
        return Target((label(sentence.quote(inside["mark"]), sentence),))
    if inside["of"]:
        return replace(_placed(inside["of"], sentence, depth + 1), role=_menu_or_none(inside["kind"]))
    if not (inside["article"] or inside["s"]) and not re.search(QUOTED, inside["owner"]):
        return None
    if re.fullmatch(f"{ORDINAL}|{AREA}|.+ of(?: the)?", inside["owner"], re.IGNORECASE):
        raise _no_row(sentence)
    return replace(_placed(inside["owner"], sentence, depth + 1), role=_menu_or_none(inside["group"]))


def _placed_zh(words: str, sentence: Sentence, depth: int) -> Target:
    words = TITLE_BEHIND_ZH.sub(r"\2\1", words.strip())
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
        return replace(named_zh(related["rest"], sentence), relation=relation, anchor=anchor)
    if (front := IN_FRONT_ZH.fullmatch(words)) is not None:
        return replace(named_zh(front["rest"], sentence), relation="in", anchor=Target((), "dialog"))
    return named_zh(words, sentence)


def _menu_or_none(group: str) -> Role | None:
    """Of all that holds things only a menu has to be opened first."""
    return "menu" if "menu" in group.lower() or "菜单" in group else None


def _no_row(sentence: Sentence) -> NotUnderstood:
    return NotUnderstood(
        'name a text in it (in the row of "X"), not its number or place',
        "请说出其中的文字（“X”行的…），而不是第几个或哪边",
        sentence.restored(),
    )
