"""Sentences that type: into a field, into several at once, at the focus; and those that empty a field."""

from __future__ import annotations

import re
from dataclasses import replace

from agent.offline.clause import Build, clauses
from agent.offline.instructions import Clear, Instruction, Over, Target, TypeText
from agent.offline.nouns import ANY_TEXT, NOUN, NOUN_ZH
from agent.offline.quotes import QUOTED
from agent.offline.refusals import NotUnderstood
from agent.offline.roles import ROLE, ROLE_ZH, role_of
from agent.offline.sentences import Sentence
from agent.offline.targets import target

_WORD = r"(?!(?:with|in|into|on|of|to|as|for|and|next|under|below|above)\b)[^\W\u4e00-\u9fff]+"
_ARTICLE = r"(?:(?:the|an?|my|your|as)\s+)?"
_IS = r"(?:\s+(?:is|as|of|to be))?\s*[:=：]?\s*"
_NAMED = re.compile(rf"{_ARTICLE}(?P<noun>{_WORD}(?:[ -]{_WORD}){{0,3}}?){_IS}(?P<text>{QUOTED})", re.IGNORECASE)
_KNOWN = re.compile(rf"(?P<article>the |my |your )?(?P<noun>{NOUN}){_IS}\s(?P<text>\S+)", re.IGNORECASE)
_NAMED_ZH = re.compile(rf"(?P<noun>[\u4e00-\u9fff]{{1,12}}?)(?:为|是|：|:)?\s*(?P<text>{QUOTED})")
_KNOWN_ZH = re.compile(rf"(?P<noun>{NOUN_ZH})(?:为|是|：|:)?\s*(?P<text>[\x21-\x7e]+)")
_BARE_ZH = re.compile(r"(?P<noun>[\u4e00-\u9fff]{2,8})(?:为|是|：|:)?\s*(?P<text>[A-Za-z0-9][\x21-\x7e]*)")
_INCOMPLETE = re.compile(rf"{_ARTICLE}{NOUN}(?:\s.*)?|{NOUN_ZH}.*", re.IGNORECASE)
# An unquoted text is one word here; one alone has forms of its own, with more kinds of places.
_DESCRIBED = re.compile(
    r"(?:the|my|your|his|her|our|their|an?|some|any|this|that|whatever|what|into|in the)\s.+|"
    r"it|something|anything|(?:today|tomorrow|yesterday)['’]s\s.+|"
    r".+\s(?:again|slowly|twice|(?:\d+|two|three|four|five) times)|"
    r"(?:[我你您他她]的|[今明昨]天的|(?:现在|当前)的?(?:时间|日期)?|随机|任意|任何|某个?|一[段个些串句]).*|.+[\d一两三四五几]次",
    re.IGNORECASE,
)
"""Words that say what to type, or how, rather than being it: "my name", 今天的日期."""
_AND_MORE_ZH = re.compile(r"作为|(?:并且?|然后)(?:提交|保存|搜索|确认|确定|发送|登录|查询|关闭)")
_LABEL_AND_MORE_ZH = re.compile(r"[\u4e00-\u9fff]{1,6}\s+[\x21-\x7e]+")
"""The first may say where the second goes: 输入路径 /tmp."""
_A_KEY = re.compile(r"enter|return|tab|esc(?:ape)?|backspace|(?:回车|空格|退格)键?|换行", re.IGNORECASE)
"""Without quotation marks: likelier pressed than typed."""
_INTO = re.compile(
    rf"(?P<text>{QUOTED}|\S+(?=\s+(?:into|in\s+the)\s|\s+in\s+{NOUN}$|\s+(?:as|for)\s+(?:(?:the|my)\s+)?{NOUN}$))"
    r"\s+(?:into|inside|in|to|on|for|as)\s+(?P<x>.+)",
    re.IGNORECASE,
)
_WITH = re.compile(rf"(?P<x>.+?)\s+with\s+(?P<text>{QUOTED}|\S+)", re.IGNORECASE)
_AND = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+", re.IGNORECASE)
_AND_ZH = re.compile(r"\s*(?:[,，、]|以及|和|及)\s*")
_PREPOSITION = re.compile(r"\s(?:in|into|to|on)\s|[到进在]", re.IGNORECASE)


def _pairs(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...] | None:
    """ "the user name “A” and the password “B”", "“A” into “Name” and “B” into “E-mail”"; None for all else."""
    words = match["items"]
    for separator in (_AND, _AND_ZH):
        items = separator.split(words)
        typed = [_pair(item, match["verb"], sentence, is_alone=len(items) == 1) for item in items]
        if typed[0] is not None and _NAMED_ZH.fullmatch(items[0]):
            typed = [one or _bare_pair(item, sentence) for one, item in zip(typed, items, strict=True)]
        if all(typed):
            return tuple(one for one in typed if one)
    return None


def _bare_pair(item: str, sentence: Sentence) -> TypeText | None:
    """After a pair with its text in quotation marks: 职业teacher."""
    bare = _BARE_ZH.fullmatch(item)
    if bare is None or re.fullmatch(ANY_TEXT, bare["noun"]):
        return None
    return TypeText(text_to_type(bare["text"], sentence, has_place=True), target(bare["noun"], sentence, "field"))


def _pair(item: str, verb: str, sentence: Sentence, *, is_alone: bool) -> TypeText | None:
    if (known := _KNOWN.fullmatch(item) or _KNOWN_ZH.fullmatch(item)) is not None:
        value = known["text"]
        if re.fullmatch(QUOTED, value):
            return TypeText(_unquoted(value, sentence), Target((known["noun"],), "field"))
        return _known_pair(known, item, verb, sentence)
    named = _NAMED_ZH.fullmatch(item) or _NAMED.fullmatch(item)
    if named is not None and re.fullmatch(ANY_TEXT, named["noun"], re.IGNORECASE):
        return TypeText(_unquoted(named["text"], sentence), None) if is_alone else None
    if named is not None:
        return TypeText(_unquoted(named["text"], sentence), target(named["noun"], sentence, "field"))
    placed = (_WITH.fullmatch(item) if verb.lower().startswith("fill") else None) or _INTO.fullmatch(item)
    if placed is None or is_alone:
        return None
    return TypeText(text_to_type(placed["text"], sentence, has_place=True), target(placed["x"], sentence))


def _labelled(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...] | None:
    """ "first name: Ada, last name: Lovelace"; None where one of several is no such pair."""
    found = [_LABELLED.fullmatch(item) for item in _AND.split(match["items"])]
    if not all(found):
        return None
    return tuple(
        TypeText(text_to_type(one["text"], sentence, has_place=True), Target((one["noun"],), "field"))
        for one in found
        if one
    )


def _label_first(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...] | None:
    """ "用户名输入“admin”，密码输入“123”"; None where one of several is no such pair."""
    items = [_LABEL_FIRST.fullmatch(item) for item in _AND_ZH.split(match["items"])]
    group = match.groupdict().get("group")
    found = [one for one in items if one is not None]
    if len(found) < len(items):
        return None
    return tuple(
        TypeText(
            text_to_type(one["text"], sentence, has_place=True),
            into((f"{group}里的" if group else "") + (one["x"] or one["noun"]), sentence),
        )
        for one in found
    )


def _known_pair(known: re.Match[str], item: str, verb: str, sentence: Sentence) -> TypeText | None:
    """A well-known field and one unquoted word for it."""
    value = known["text"].rstrip("，,。")
    whole = re.sub(r"^(?:the|my|your)\s+", "", item, flags=re.IGNORECASE)
    if (
        re.fullmatch(rf"{NOUN}|{NOUN_ZH}", whole, re.IGNORECASE)
        or role_of(value)
        or re.fullmatch(r"and|is|as|in|into|below|above|here|there|again", value, re.IGNORECASE)
    ):
        return None
    if verb.lower() in ("type", "write") and not known.groupdict().get("article"):
        raise _quotes_needed(sentence)
    if sentence.is_narrowed:
        raise _quotes_needed(sentence)
    return TypeText(value, Target((known["noun"],), "field"))


def _type(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...]:
    groups = match.groupdict()
    label = groups.get("x")
    text = text_to_type(match["text"].strip(), sentence, has_place=label is not None)
    return (TypeText(text, None if label is None else into(label, sentence)),)


def _type_at(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...]:
    """Typed next to, under … something: the field that stands there."""
    return (
        TypeText(text_to_type(match["text"], sentence, has_place=True), target(f"the field {match['x']}", sentence)),
    )


def _type_within(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...]:
    """The group is named first: "in the “Address” section, type “x” into City"."""
    field = target(f"the {match['x']} in {match['group']}", sentence)
    return (TypeText(text_to_type(match["text"], sentence, has_place=True), field),)


def into(label: str, sentence: Sentence) -> Target:
    """What is typed into. Raises `NotUnderstood`."""
    label = re.sub(r"(?:里面|里|中|内|处)$", "", label.strip(" ,，"))
    if re.search(r"(?:旁边?|[左右][边侧面]|[上下][面方边])$", label):
        label += "的输入框"
    if re.search(r"\s(?:into|with)\s", label, re.IGNORECASE):
        raise _quotes_needed(sentence)
    return target(label, sentence)


def text_to_type(words: str, sentence: Sentence, *, has_place: bool) -> str:
    """The text, where it is plain what belongs to it. Raises `NotUnderstood`."""
    if re.fullmatch(QUOTED, words):
        return _unquoted(words, sentence)
    if re.search(QUOTED, words):
        raise NotUnderstood(
            "only part of the text to type is quoted", "要输入的文字只有一部分在引号里", sentence.restored()
        )
    is_doubtful = (
        sentence.is_narrowed
        or re.search(r"(?<!\d)[,，、]|[,，、](?!\d)", words)
        or (not has_place and _PREPOSITION.search(words))
    )
    if not has_place and _A_KEY.fullmatch(words):
        raise NotUnderstood(
            f"a key or a text? say: press {words}, or put the text in quotation marks",
            f"是按键还是文字？请说“按{words}”，或者把文字放在引号里",
            sentence.restored(),
        )
    is_doubtful = (
        is_doubtful or _AND_MORE_ZH.search(words) or re.search(r"\s(?:into|in the|in my)\s", words, re.IGNORECASE)
    )
    is_doubtful = is_doubtful or (not has_place and _LABEL_AND_MORE_ZH.fullmatch(words))
    if is_doubtful or _DESCRIBED.fullmatch(words) or (not has_place and _INCOMPLETE.fullmatch(words)):
        raise _quotes_needed(sentence)
    return words


def _unquoted(mark: str, sentence: Sentence) -> str:
    text = sentence.quote(mark)
    if not text:
        raise NotUnderstood("nothing to type between the quotation marks", "引号里没有要输入的文字")
    return text


def _quotes_needed(sentence: Sentence) -> NotUnderstood:
    return NotUnderstood("put the text to type in quotation marks", "请把要输入的文字放在引号里", sentence.restored())


def _refuse(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...]:  # noqa: ARG001
    raise _quotes_needed(sentence)


def _clear(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...]:
    words = (match.groupdict().get("x") or "").strip()
    if not words or re.fullmatch(
        r"it|(?:the |this )?(?:text )?(?:field|box|input|text)|它|(?:这个)?(?:输入框|文本框)", words, re.IGNORECASE
    ):
        return (Clear(None),)
    return (Clear(target(words, sentence)),)


_V = r"(?:type|enter|write|input|key|fill)(?: in| out)?"
_V_ZH = "(?>输入(?!框)|键入|填写|填入|写入|填上?)"
_END_ZH = "(?:里面|里|中|内|上|处)?"
_LABEL_FIRST = re.compile(
    rf"(?:在\s*)?(?:(?P<x>[^:：=填]+?){_END_ZH}\s*(?:(?:{_V_ZH}|写)(?:为|成|上)?\s*[:：]?|(?<=框|栏)[:：=])|"
    rf"(?P<noun>{NOUN_ZH})\s*[:：=])\s*(?P<text>{QUOTED}|[\x21-\x7e]+)"
)
NO_LABEL = (
    "[把将从不别勿只仅再先请按点逐]|慢慢|快速|尽快|用(?!户)|重新|直接|继续|可以|手动|"
    "开始(?!日期|时间)|马上|立即|(?:跳?转|切换|跳)到"
)
"""What begins with one of these says how to type, or not to, rather than where."""
_LABELLED = re.compile(rf"(?:my )?(?P<noun>{NOUN})\s*[:：=]\s*(?P<text>{QUOTED}|\S+)", re.IGNORECASE)
_AN_END = r" the (?:very )?(?:end|start|beginning|top|bottom)\b"
_OF_ANY = rf"(?:the\s+)?(?:{ANY_TEXT}\s*[:：]?\s*)?"
_CLEAR_V = r"(?:clear|empty|erase|delete|remove)(?: out)?"
_BESIDE = r"(?:next to|beside|to the (?:left|right) of|left of|right of|under(?:neath)?|below|beneath|above)"

_FILLS = re.compile(r"fill\b|.*填", re.IGNORECASE | re.DOTALL)
_ENTERS = re.compile(r"(?:.*?\b)?(?:enter|input|key in)\b|.*输入(?!框)", re.IGNORECASE | re.DOTALL)


def _over(words: str) -> Over:
    if _FILLS.match(words):
        return "always"
    return "line" if _ENTERS.match(re.sub(QUOTED, "", words)) else "never"


def _written_over(build: Build) -> Build:
    """To fill something in, or to enter it, is to have it hold the text, whatever it held."""

    def filled(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...] | None:
        found, over = build(match, sentence), _over(match.string)
        if found is None or over == "never":
            return found
        return tuple(
            replace(one, over=over) if isinstance(one, TypeText) and one.into is not None else one for one in found
        )

    return filled


_FORMS = clauses(
    (rf"(?P<verb>{_V})(?: (?:the|this) form(?: with)?)?\s*[:：]?\s*(?P<items>.+)", _pairs),
    (rf"(?P<verb>{_V_ZH})\s*[:：]?\s*(?P<items>.+)", _pairs),
    (rf"{_V}\s*[:：]?\s*{_OF_ANY}(?P<text>{QUOTED})(?:\s+(?:into|inside|in|to|on|for|as|at(?!{_AN_END}))\s+(?P<x>.+))?",
     _type),
    (rf"{_V}\s+{_OF_ANY}(?P<text>{QUOTED})\s+(?P<x>{_BESIDE}\s.+)", _type_at),
    (rf"fill(?: in| out)?\s+(?P<x>.+?)\s+with\s+{_OF_ANY}(?P<text>{QUOTED}|.+)", _type),
    (rf"(?:in|within|inside)\s+(?P<group>.+?),?\s+{_V}\s+{_OF_ANY}(?P<text>{QUOTED}|\S+)\s+(?:in|into)\s+(?P<x>.+)",
     _type_within),
    (rf"(?:in|into|inside|on)\s+(?P<x>.+?),?\s+{_V}\s+{_OF_ANY}(?P<text>{QUOTED}|.+)", _type),
    (rf"under\s+(?P<x>.+?),?\s+{_V}\s+{_OF_ANY}(?P<text>{QUOTED}|.+)", _type),
    (rf"{_V}\s+(?P<text>.+)\s+into\s+(?P<x>.+)", _type),
    (rf"{_V}\s+(?P<text>.+)\s+(?:in|to|on)\s+(?P<x>.+\s{ROLE})", _type),
    (r"(?:type|write|input)(?:\s*[:：]\s*|\s+)(?P<text>.+)", _type),
    (rf"{_V}\s+(?P<text>[\w.@+-]+)\s+in\s+(?P<x>(?:my )?{NOUN})", _type),
    (rf"{_V}\s.+", _refuse),
    (rf"(?P<items>{NOUN}\s*[:：=].+?(?:,|\sand)\s.*)", _labelled),
    (rf"(?P<x>{NOUN})\s*[:：=]\s*(?P<text>{QUOTED}|\S+)", _type),
    (
        rf"在\s*(?P<group>[^,，]+?)(?:里面|里|中|内)[,，]\s*(?P<items>(?!{NO_LABEL}).+(?:{_V_ZH}|[:：=写填]).+)",
        _label_first,
    ),
    (rf"(?P<items>(?!{NO_LABEL}|.{{0,9}}(?:点击|选择|打开)).+(?:{_V_ZH}|[:：=写填]).+)", _label_first),
    (rf"在\s*(?P<x>.+?){_END_ZH}\s*[,，]?\s*{_V_ZH}\s*[:：]?\s*{_OF_ANY}(?P<text>{QUOTED}|.+)", _type),
    (rf"put\s+{_OF_ANY}(?P<text>{QUOTED})\s+(?:in|into|inside)\s+(?P<x>.+)", _type),
    (rf"put\s+(?P<text>\S+)\s+(?:in|into)\s+(?P<x>the .+\s{ROLE})", _type),
    (rf"(?:把|将)\s*(?P<x>.+?)\s*(?:填写?[为成])\s*(?P<text>{QUOTED}|[\x21-\x7e]+)", _type),
    (rf"(?:把|将)\s*{_OF_ANY}(?P<text>{QUOTED})\s*{_V_ZH}(?:到|进|至|在)?\s*(?P<x>.+?){_END_ZH}", _type),
    (rf"{_V_ZH}\s*{_OF_ANY}(?P<text>{QUOTED})\s*(?:到|进|至|在)\s*(?P<x>.+?){_END_ZH}", _type),
    (rf"(?:输入|键入)\s*(?P<text>[^到进在]+)(?:到|进)\s*(?P<x>.+?{ROLE_ZH}){_END_ZH}", _type),
    (rf"(?:输入(?!框)|键入|填入)\s*[:：]?\s*{_OF_ANY}(?P<text>{QUOTED}|.+)", _type),
    (rf"{NOUN_ZH}(?:为|是)?(?:[:：]|填写?|输入(?!框))(?:为|成|上)?[:：]?.+", _refuse),
    (r"(?:clear|empty|erase)(?: out)?", _clear),
    (rf"{_CLEAR_V} (?:all )?(?:of )?(?:the )?(?:text|contents?|value) (?:in|inside|of|from) (?P<x>.+)", _clear),
    (r"(?:clear|empty|erase)(?: out)?\s+(?P<x>.+)", _clear),
    (r"(?:清空|清除)\s*(?P<x>.+?)(?:里面?|中|内)?(?:的?(?:全部|所有)?(?:内容|文字|文本))", _clear),
    (r"(?:清空|清除)\s*(?P<x>.*)", _clear),
    (r"(?:把|将)\s*(?P<x>.+?)(?:里面?|中|内)?(?:的?(?:内容|文字|文本))?\s*(?:清空|清除)", _clear),
    (r"(?:删除|删掉|删去)\s*(?P<x>.+?)(?:里面?|中|内)?的?(?:全部|所有)?(?:内容|文字|文本)", _clear),
)  # fmt: skip
ENTRIES = tuple(replace(form, build=_written_over(form.build)) for form in _FORMS)
