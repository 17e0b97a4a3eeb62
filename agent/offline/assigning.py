"""Sentences that set something to a value: what was there is written over, or another entry is chosen."""

from __future__ import annotations

import re
from dataclasses import replace

from agent.offline.clause import clauses
from agent.offline.entries import NO_LABEL, into, text_to_type
from agent.offline.instructions import Clear, Instruction, Set, TypeText
from agent.offline.places import IN
from agent.offline.quotes import QUOTED
from agent.offline.refusals import NotUnderstood
from agent.offline.sentences import Sentence
from agent.offline.targets import moved, target

_NO_VALUE = re.compile(
    r"max(?:imum)?|min(?:imum)?|full|half|today|tomorrow|yesterday|now|empty|blank|nothing|"
    r"up|down|higher|lower|louder|quieter|bigger|smaller|brighter|darker|"
    r"最[大小高低亮暗].*|一半|[今明昨后前]天|现在|当前.*|空白?|.*[大小高低亮暗]一?[点些]|[相一]?[同样]的?|"
    r"[和与跟].+[同样]|不?可[见用编].*|自己.*|原来.*|[上下]一?[个页行].*|新(?:的.*|密码|名[字称])",
    re.IGNORECASE,
)
"""What says which value is meant, or how, without being it."""


def _replace(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...]:
    """Whatever was in the field goes first."""
    field = into(match["x"], sentence)
    return (Clear(field), TypeText(text_to_type(match["text"], sentence, has_place=True), field))


def _set_each(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...] | None:
    """ "set Name to Ada and Age to 30"; None where one of several is no such pair."""
    pairs = [_PAIR.fullmatch(item) for item in _AND.split(match["items"])]
    if len(pairs) == 1 or not all(pairs):
        return None
    each = [_set(pair, sentence) for pair in pairs if pair]
    return tuple(one for some in each if some for one in some)


def _set(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...] | None:
    """A field is written over, in a list it is chosen: which of them it is shows on the screen."""
    if re.search(r"\sfrom\s|[由从](?=.)", match["x"]) and not re.search(QUOTED, match["x"]):
        raise NotUnderstood("say only what it is set to", "只需说出改成什么", sentence.restored())
    if re.search(r"\sto\s", match["x"]):
        raise NotUnderstood(
            "put what is set, and to what, in quotation marks", "请把要设置的项和值放在引号里", sentence.restored()
        )
    named = into(match["x"], sentence)
    if re.search("(?<!切)换", match[0]) and not named.is_field and "的" not in match[0]:
        return None  # one text for another
    if named.role not in (None, "field", "list"):
        raise NotUnderstood(
            "only a field or a list is set to something", "只有输入框和列表可以设置为某个值", sentence.restored()
        )
    if _NO_VALUE.fullmatch(match["text"]) and not re.match(r"[A-Z]", match["text"]):  # "Full" may be an entry
        raise NotUnderstood(
            "say the value itself (in quotation marks, if it is written so)",
            "请说出具体的值（如果就写成这样，请放在引号里）",
            sentence.restored(),
        )
    value = text_to_type(match["text"], sentence, has_place=True)
    if re.search("的(?:内容|值|文字)", match[0]):
        named = replace(named, role="field")
    return (Set(named, value),)


def _set_there(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...] | None:
    """With the place behind the value: "set Copies to 7 in the Printer section"."""
    if IN.fullmatch(match["place"]) is None or (found := _set(match, sentence)) is None:
        return None
    place = target(f"the field in {match['place']}", sentence)
    there = tuple(moved(one, place) for one in found)
    return tuple(one for one in there if one) if place.relation == "in" and all(there) else None


_CONTENT = r"(?:the )?(?:text|value|contents?)"
_LIST = r"(?:drop[- ]?down(?: list| menu)?|list|combo ?box)"
_VALUE_ZH = r"(?![到在])[\u4e00-\u9fff]{1,8}(?<!开启)(?<!关闭)(?<!打开)(?<!启用)(?<!禁用)"
_WORDS = r"(?-i:[A-Z][\w.-]*(?: [A-Z][\w.-]*)+)"
_VALUE = r"(?!(?:on|off|enabled|disabled|checked|unchecked|the|an?|my|your|its|this|that|be)$)[\x21-\x7e]+"
"""Of one word, without quotation marks."""
_PAIR = re.compile(rf"(?P<x>.+?)\s+to\s+(?:be\s+)?(?P<text>{QUOTED}|{_VALUE}|{_WORDS})", re.IGNORECASE)
_AND = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+", re.IGNORECASE)
_TO_ZH = rf"(?P<text>{QUOTED}|{_VALUE}(?!\S)|{_VALUE_ZH}|[\u4e00-\u9fff]{{1,8}}[\w.-]*\.[A-Za-z]{{2,4}})"
_OF_ZH = "(?:的(?:内容|值|文字))?"
_SET_ZH = "(?:改[为成到至]|设[为成]|设[置定][为成到]|调[为成到至]|调[整节][为成到至])"
_NO_THING_ZH = "(?:[在为成到至点选打关勾按双右单拖移等]|开(?![始票户发会学工]))"
"""What is set to something begins with none of these."""

ASSIGNMENTS = clauses(
    (rf"(?:change|replace)\s+{_CONTENT} (?:in|of) (?P<x>.+)\s+(?:to|with)\s+(?P<text>{QUOTED})", _replace),
    (rf"(?:set|change)\s+(?!.*\b{_LIST}\b)(?P<items>.+)", _set_each),
    (rf"(?:set|change)\s+(?!.*\b{_LIST}\b)(?P<x>.+?)\s+to\s+(?:be\s+)?(?P<text>{QUOTED}|{_VALUE}|{_WORDS})", _set),
    (
        rf"(?:set|change)\s+(?!.*\b{_LIST}\b)(?P<x>.+?)\s+to\s+(?:be\s+)?(?P<text>{QUOTED}|{_VALUE}|{_WORDS})\s+"
        r"(?:in|inside|within|of|on)\s+(?P<place>.+)",
        _set_there,
    ),
    (rf"(?:把|将)\s*(?P<x>.+?){_OF_ZH}\s*(?:{_SET_ZH}|(?:切换|替换|换)[为成])\s*{_TO_ZH}", _set),
    (
        rf"(?:设[置定]|调整|修改|更改|切换)\s*(?P<x>{QUOTED}|(?!{_NO_THING_ZH}).{{1,12}}?){_OF_ZH}[为成到至]\s*{_TO_ZH}",
        _set,
    ),
    (rf"(?P<x>{QUOTED}|(?!{_NO_THING_ZH}|{NO_LABEL})[^\s,，、]{{1,12}}?){_OF_ZH}\s*{_SET_ZH}\s*{_TO_ZH}", _set),
)
