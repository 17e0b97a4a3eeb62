"""From plain sentences, English or Chinese, to instructions: a task is understood whole or not at all."""

from __future__ import annotations

import re
from dataclasses import replace

from agent.offline.amounts import MAX_SECONDS
from agent.offline.assigning import ASSIGNMENTS
from agent.offline.choices import CHOICES, WHICH_CHECK
from agent.offline.clicks import CLICKS, MENU_ENTRIES, PATHS
from agent.offline.cures import cure_of
from agent.offline.entries import ENTRIES
from agent.offline.hedges import refuse_hedged
from agent.offline.instructions import (
    Await,
    Check,
    Clear,
    Click,
    Hover,
    Instruction,
    Pause,
    Press,
    Read,
    Select,
    Set,
    Target,
    Tick,
    Turn,
    TypeText,
)
from agent.offline.keystrokes import KEYSTROKES, bare_key, is_chord
from agent.offline.looking import LOOKING, MAX_NOTCHES
from agent.offline.places import NAMED_GROUP_ZH
from agent.offline.quotes import FIRST, QUOTED
from agent.offline.refusals import NotUnderstood
from agent.offline.roles import ENDS_AS_ROLE, ROLE, ROLE_ZH
from agent.offline.sentences import Sentence, sentences
from agent.offline.targets import moved, target

__all__ = ["MAX_NOTCHES", "MAX_SECONDS", "understand"]

_SLIDES = re.compile(r"\b(?:the|a) (?:toggle|(?:toggle )?switch)\b|开关", re.IGNORECASE)
"""It is told from a checkbox by its label alone: beside a row's name there may be both."""
_CLAUSES = (*MENU_ENTRIES, *ENTRIES, *ASSIGNMENTS, *CHOICES, *CLICKS, *KEYSTROKES, *LOOKING, *WHICH_CHECK, *PATHS)
_CLEAR_ENDS = (Press, Pause, Await, Check, Turn, Read)
"""What ends in no label, so that "and" after it joins no label."""
_PLACE_FIRST = re.compile(
    r"(?P<place>(?:in|on|within|inside|under)\s.+?),?\s+"
    r"(?P<verb>(?:(?:left|right|middle|double|triple)[- ]?)?click(?: on)?|tap(?: on)?|press|tick|untick|uncheck|"
    r"hover over)\s+(?P<rest>.+)",
    re.IGNORECASE,
)
_ACTS = r"(?:set|clear|empty|fill|type|enter|write|select|choose|pick|check|turn (?:on|off)|make sure)\s.+"
_WITHIN = tuple(
    re.compile(rf"(?P<place>(?:in|within|inside|under)\s{words}),?\s+(?P<rest>{_ACTS})", re.IGNORECASE)
    for words in ("[^,]+?(?=,)", ".+?")
)
_WITHIN_ZH = re.compile("在\\s*(?P<place>[^,，]+?)(?:里面|里|中|内)?\\s*[,，]\\s*(?P<rest>.+)")
"""A group first, then what is done in it; a comma tells best where it ends."""
_POINTS_ZH = "点击|单击|双击|三击|右击|取消勾选|勾选|取消选中|选中"
_PLACE_FIRST_ZH = re.compile(
    rf"在\s*(?P<place>(?:(?!{_POINTS_ZH}).)+?)\s*[,，]?\s*(?P<verb>{_POINTS_ZH})\s*(?P<rest>(?:(?!{_POINTS_ZH}).)+)"
)
_GROUP_ZH = re.compile(rf"(?P<name>(?:(?!{QUOTED}|{NAMED_GROUP_ZH}|的)[^\s]){{2,12}})(?:里面|里|中|内)")
"""A title without quotation marks, and without a word for what it heads."""
_NAMES_GROUP = re.compile(r"(?:in|within|inside|under)\s|在", re.IGNORECASE)
_ON_AND_ON = re.compile(r"[,，、;；]\s*(?:and|并且?|和|以及)?|and|并且?|和|以及", re.IGNORECASE)
_FILLED = (Set, Tick, Clear, TypeText, Select)
_INTO_IT = re.compile(rf"(?P<typed>(?:type|enter|write|input)\s+{QUOTED})\s+(?:in|into)\s+(?:it|there)", re.IGNORECASE)
_CLICK_IT = re.compile(
    r"(?P<verb>(?:(?:left|right|middle|double|triple)[- ]?)?click(?: on)?|tap|press|push|hover over|open|select) it|"
    r"(?P<zh>点击|单击|双击|右击|点|按|打开|选择|选中|勾选)一?下?它|(?P<bare>点击|单击)(?:一下)?",
    re.IGNORECASE,
)
_THEN = re.compile(r"[,，]?\s*(?:and\s+)?then\s*,?|[,，、]?\s*(?:然后|接着|随后)\s*[,，]?\s*再?", re.IGNORECASE)
_THE_MENU = re.compile(r"\b(from|in|on) the menu\b(?! (?:that|which)\b)", re.IGNORECASE)
_SIGN = re.compile(r"\d{1,4}|[^\w\s]")
"""What stands on a calculator's keys: after a click it is clicked, too."""
_ON = re.compile(r"^on\s+", re.IGNORECASE)
MAX_BARE_WORDS = 3
"""Of a label that stands for a whole sentence."""
_BARE_ZH = re.compile(r"(?:关闭|打开|读取?|清空|回答)(?:窗口)?")


def understand(task: str) -> tuple[Instruction, ...]:
    """The whole task as instructions, before anything is done. Raises `NotUnderstood`, naming the sentence."""
    understood: list[Instruction] = []
    before: list[Sentence] = []
    group: Target | None = None
    for sentence in sentences(task):
        try:
            found = _in_group(group, sentence, _meant(sentence, understood))
            group = _group_of(sentence, found, group)
            if before:
                _refuse_one_label(before[-1], sentence, understood, found)
        except NotUnderstood as why:
            why.before = tuple(one.restored() for one in before if one.restored() not in why.about)
            raise
        is_open = _is_menu_path(found) and understood[-1:] == [found[0]]
        understood += found[1:] if is_open else found
        before.append(sentence)
    first_read = next((i for i, one in enumerate(understood) if isinstance(one, Read)), len(understood))
    if not all(isinstance(one, Read) for one in understood[first_read:]):
        raise NotUnderstood(
            "a reading gives the answer, so it must come last", "读取会给出答案并结束任务，必须放在最后"
        )
    return tuple(understood)


def _in_group(group: Target | None, sentence: Sentence, found: tuple[Instruction, ...]) -> tuple[Instruction, ...]:
    """What is filled in, in the group that the sentence before it named first: "in the “Trip” group, set Date to “x”
    and tick Taxi". A button may be outside of it."""
    if (
        group is None
        or _ON_AND_ON.fullmatch(sentence.joint) is None
        or not all(isinstance(one, _FILLED) for one in found)
    ):
        return found
    placed = tuple(moved(one, group) for one in found)
    return tuple(one for one in placed if one) if all(placed) else found


def _group_of(sentence: Sentence, found: tuple[Instruction, ...], group: Target | None) -> Target | None:
    """The group that goes on to be meant."""
    if _NAMES_GROUP.match(sentence.words):
        pointed = [one.target for one in found if isinstance(one, Set | Tick | Clear)]
        pointed += [one.into for one in found if isinstance(one, TypeText)]
        return next((one for one in pointed if one is not None and one.relation == "in"), None)
    return group if _ON_AND_ON.fullmatch(sentence.joint) else None


def _meant(sentence: Sentence, before: list[Instruction]) -> tuple[Instruction, ...]:
    """The sentence's instructions. Raises; a condition and the like is the reason that comes first."""
    try:
        found = _instructions(sentence, before)
    except NotUnderstood:
        refuse_hedged(sentence, ())
        if (placed := _in_place(sentence, before)) is None:
            raise
        found = placed
    refuse_hedged(sentence, found)
    if _SLIDES.search(sentence.words) and any(isinstance(one, Tick) and not one.target.names for one in found):
        raise NotUnderstood(
            'name the text beside the switch, as: turn on "X"',
            "请说出开关旁边的文字，例如：打开“X”",
            sentence.restored(),
        )
    return found


def _instructions(sentence: Sentence, before: list[Instruction]) -> tuple[Instruction, ...]:
    sentence = _with_menu_named(_with_it_named(sentence, before), before)
    if before and isinstance(before[-1], Click | Clear) and (typed := _INTO_IT.fullmatch(sentence.words)) is not None:
        # "click Name and type “x” into it": what was clicked has the focus.
        sentence = replace(sentence, words=typed["typed"])
    for clause in _CLAUSES:
        match = clause.pattern.fullmatch(sentence.words)
        found = clause.build(match, sentence) if match is not None else None
        if found is not None:
            if not found and not (before and isinstance(before[-1], Read)):
                raise NotUnderstood(
                    "there is nothing read to answer with", "没有读取可以回答的内容", sentence.restored()
                )
            return found
    if (turned := _place_last(sentence)) is not None:
        found = _instructions(turned, before)
        # Else what stood first has become part of a label.
        if _is_menu_path(found) or all(
            isinstance(one, Click | Tick | Hover) and (one.target.relation or one.target.area) for one in found
        ):
            return found
    pressed = bare_key(sentence)
    if pressed is not None and (is_chord(pressed) or (before and isinstance(before[-1], Press))):
        return (pressed,)
    if before and isinstance(before[-1], Click) and _is_next_click(sentence, before[-1]):
        is_entry = before[-1].target.role in ("menu", "option")
        return (Click(target(_ON.sub("", sentence.words), sentence, "option" if is_entry else None), "left_click"),)
    raise NotUnderstood("not understood", "看不懂", sentence.restored(), cure_of(sentence))


def _with_it_named(sentence: Sentence, before: list[Instruction]) -> Sentence:
    """ "scroll down to “X” and click it" with “X” in the place of it."""
    named = _CLICK_IT.fullmatch(sentence.words)
    last = before[-1] if before else None
    text = last.until if isinstance(last, Turn) else ""
    if isinstance(last, Await | Check) and last.visible:
        text = last.text
    if named is None or not text:
        return sentence
    mark = chr(ord(FIRST) + len(sentence.quotes))
    return replace(
        sentence, words=f"{named['verb'] or named['zh'] or named['bare']} {mark}", quotes=(*sentence.quotes, text)
    )


def _with_menu_named(sentence: Sentence, before: list[Instruction]) -> Sentence:
    """After what opens a menu "the menu" is that one, and "select all" an entry of it."""
    last = before[-1] if before else None
    if not isinstance(last, Click) or not (last.button == "right_click" or last.target.role == "menu"):
        return sentence
    words = _THE_MENU.sub(r"\1 the open menu", sentence.words)
    words = re.sub(r"^(从|在)菜单(?=里|中|上|内)", r"\1打开的菜单", words)
    return replace(sentence, words=re.sub(r"^(?=select all$)", "click ", words, flags=re.IGNORECASE))


def _is_next_click(sentence: Sentence, last: Click) -> bool:
    """Whether the sentence is but one more label: "click File, then Save"."""
    words = _ON.sub("", sentence.words)
    if last.button != "left_click" or _THEN.fullmatch(sentence.joint) is None:
        return False
    if _SIGN.fullmatch(words):
        return True
    if bare_key(sentence) is not None:
        return False
    if re.fullmatch(rf"(?:the\s+)?{QUOTED}(?:\s*(?:{ROLE}|{ROLE_ZH}))?", words, re.IGNORECASE):
        return True
    is_short = len(words.split()) <= MAX_BARE_WORDS and words.isascii() and not re.search(QUOTED, words)
    return is_short and (words[0].isupper() or last.target.role in ("menu", "option"))


def _place_last(sentence: Sentence) -> Sentence | None:
    """ "in the dialog “X”, click “Y”" as "click “Y” in the dialog “X”"; None where no place stands first."""
    if (match := _PLACE_FIRST.fullmatch(sentence.words)) is not None:
        # Where the label ends is clear here, as after an article.
        return replace(sentence, words=f"{match['verb']} the {match['rest']} {match['place']}")
    if (match := _PLACE_FIRST_ZH.fullmatch(sentence.words)) is not None:
        if (group := _GROUP_ZH.fullmatch(match["place"])) is not None:
            mark = chr(ord(FIRST) + len(sentence.quotes))
            words = f"{match['verb']}{mark}中的{match['rest']}"
            return replace(sentence, words=words, quotes=(*sentence.quotes, group["name"]))
        return replace(sentence, words=f"{match['verb']}{match['place']}的{match['rest']}")
    return None


def _in_place(sentence: Sentence, before: list[Instruction]) -> tuple[Instruction, ...] | None:
    """ "in the “Address” section, set City to “Rome”": all that is pointed at is there; None where no place stands
    first."""
    places = [match for pattern in _WITHIN if (match := pattern.fullmatch(sentence.words))]
    named = [(f"the field {match['place']}", match["rest"]) for match in places]
    if (match := _WITHIN_ZH.fullmatch(sentence.words)) is not None:
        named.append((f"{match['place']}里的输入框", match["rest"]))
    for words, rest in named:
        try:
            place = target(words, sentence)
            found = _instructions(replace(sentence, words=rest), before)
        except NotUnderstood:
            continue
        placed = tuple(moved(one, place) for one in found)
        if place.relation == "in" and place.role == "field" and all(placed):
            return tuple(one for one in placed if one)
    return None


def _is_menu_path(found: tuple[Instruction, ...]) -> bool:
    """A menu is opened, then an entry of it is clicked: "in the “File” menu, click “Save”"."""
    return len(found) > 1 and isinstance(found[0], Click) and found[0].target.role == "menu"


def _refuse_one_label(
    before: Sentence, sentence: Sentence, understood: list[Instruction], found: tuple[Instruction, ...]
) -> None:
    """ "click Save and Close" may be one label as well as two instructions."""
    is_joined = re.fullmatch(r"and|并且?|再|和|以及", sentence.joint, re.IGNORECASE) is not None
    last = before.words[-1]
    if not is_joined or re.fullmatch(QUOTED, last) or ENDS_AS_ROLE.fullmatch(before.words):
        return
    if not understood or isinstance(understood[-1], _CLEAR_ENDS) or isinstance(found[:1] and found[0], Press | Pause):
        return
    is_bare = " " not in sentence.words if sentence.words.isascii() else _BARE_ZH.fullmatch(sentence.words)
    is_title = sentence.words[0].isupper() and not re.search(QUOTED, sentence.words) and not before.words.isupper()
    if is_bare or is_title:
        joint = " and " if sentence.joint.isascii() else sentence.joint
        raise NotUnderstood(
            "one label or two instructions? put the label in quotation marks",
            "是一段文字还是两条指令？请把文字放在引号里",
            f"{before.restored()}{joint}{sentence.restored()}",
        )
