"""From plain sentences, English or Chinese, to instructions: a task is understood whole or not at all."""

from __future__ import annotations

import re
from dataclasses import replace

from agent.offline.amounts import MAX_SECONDS
from agent.offline.choices import CHOICES, WHICH_CHECK
from agent.offline.clicks import CLICKS
from agent.offline.entries import ENTRIES
from agent.offline.instructions import Await, Check, Clear, Click, Hover, Instruction, Pause, Press, Read, Tick, Turn
from agent.offline.keystrokes import KEYSTROKES, bare_key
from agent.offline.looking import LOOKING, MAX_NOTCHES
from agent.offline.quotes import QUOTED
from agent.offline.refusals import NotUnderstood
from agent.offline.roles import ENDS_AS_ROLE
from agent.offline.sentences import Sentence, sentences

__all__ = ["MAX_NOTCHES", "MAX_SECONDS", "understand"]

_CLAUSES = (*ENTRIES, *CHOICES, *CLICKS, *KEYSTROKES, *LOOKING, *WHICH_CHECK)
_CLEAR_ENDS = (Press, Pause, Await, Check, Turn, Read)
"""What ends in no label, so that "and" after it joins no label."""
_PLACE_FIRST = re.compile(
    r"(?P<place>(?:in|on|within|inside|under)\s.+?),?\s+"
    r"(?P<rest>(?:(?:(?:left|right|middle|double|triple)[- ]?)?click|tap|press|tick|untick|uncheck|hover over)\s.+)",
    re.IGNORECASE,
)
_PLACE_FIRST_ZH = re.compile(
    r"在\s*(?P<place>.+?)\s*[,，]?\s*(?P<verb>点击|单击|双击|三击|右击|取消勾选|勾选|取消选中|选中)\s*(?P<rest>.+)"
)
_INTO_IT = re.compile(rf"(?P<typed>(?:type|enter|write|input)\s+{QUOTED})\s+(?:in|into)\s+(?:it|there)", re.IGNORECASE)
_BARE_ZH = re.compile(r"(?:关闭|打开|读取?|清空|回答)(?:窗口)?")


def understand(task: str) -> tuple[Instruction, ...]:
    """The whole task as instructions, before anything is done. Raises `NotUnderstood`, naming the sentence."""
    understood: list[Instruction] = []
    before: list[Sentence] = []
    for sentence in sentences(task):
        try:
            found = _instructions(sentence, understood)
            if before:
                _refuse_one_label(before[-1], sentence, understood, found)
        except NotUnderstood as why:
            why.before = tuple(one.restored() for one in before if one.restored() not in why.about)
            raise
        understood += found
        before.append(sentence)
    first_read = next((i for i, one in enumerate(understood) if isinstance(one, Read)), len(understood))
    if not all(isinstance(one, Read) for one in understood[first_read:]):
        raise NotUnderstood(
            "a reading gives the answer, so it must come last", "读取会给出答案并结束任务，必须放在最后"
        )
    return tuple(understood)


def _instructions(sentence: Sentence, before: list[Instruction]) -> tuple[Instruction, ...]:
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
        if all(isinstance(one, Click | Tick | Hover) and (one.target.relation or one.target.area) for one in found):
            return found
    if before and isinstance(before[-1], Press) and (pressed := bare_key(sentence)) is not None:
        return pressed
    raise NotUnderstood("not understood", "看不懂", sentence.restored())


def _place_last(sentence: Sentence) -> Sentence | None:
    """ "in the dialog “X”, click “Y”" as "click “Y” in the dialog “X”"; None where no place stands first."""
    if (match := _PLACE_FIRST.fullmatch(sentence.words)) is not None:
        return replace(sentence, words=f"{match['rest']} {match['place']}")
    if (match := _PLACE_FIRST_ZH.fullmatch(sentence.words)) is not None:
        return replace(sentence, words=f"{match['verb']}{match['place']}的{match['rest']}")
    return None


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
