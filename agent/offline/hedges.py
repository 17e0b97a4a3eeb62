"""Sentences that say more than what to do: not to, or only if, or this or that. None of them is acted on."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agent.offline.instructions import Await, Check, Click, Instruction, Select, Set, Target, Tick, TypeText
from agent.offline.refusals import NotUnderstood
from agent.offline.sentences import Sentence

_CONDITION = re.compile(
    r"\b(?:if|unless|in case|otherwise|else|provided (?:that|it|the)|assuming|depending|whenever|"
    r"should (?:it|there|that))\b|"
    r"如果|要是|倘若|(?:^|[,，])若|假如|假设|万一|只要|只有|否则|不然|的话|除非|视情况|必要时|需要时|有需要",
    re.IGNORECASE,
)
_ASKED = re.compile(r"^(?:check|verify|make sure|be sure|ensure|confirm|see) (?:if|whether)\b", re.IGNORECASE)
"""Asks for no condition, but what is so."""
_LOOKS = re.compile(
    r"(?:check|verify|make sure|be sure|ensure|confirm|see|wait|检查|检验|确认|确保|验证|等)", re.IGNORECASE
)
_OFF = re.compile(
    r"(?:\bnot|n['’]t) (?:checked|ticked|selected|enabled|on)\b|(?:没有|未|不)(?:被|是)?(?:勾选|选中)", re.IGNORECASE
)
_TIMING = re.compile(
    r"\b(?:when|once|until|till|as soon as|after|before|while|every)\b|[之以]前|[之以]后|时候|直到|每隔", re.IGNORECASE
)
"""In a text to type that is not quoted: it may say when."""
_ALTERNATIVE = re.compile(r"\b(?:or|either|neither|nor)\b|或(?!许)|还是|要么|任选|任一|二选一|其中之一", re.IGNORECASE)
_NEGATION = (
    r"(?:\bthere(?: is| are|['’]s) (?:no|not)\b|"
    r"\b(?:do(?:es)? not|not|never|without|except(?:ing)?|excluding|but|instead|rather than|other than|"
    r"apart from|besides|(?:avoid|skip)(?= (?:the|it|that)\b)|leave out)\b|\b\w+n['’]t\b|\bdont\b|"
    r"不要|不用|不必|不需|无需|无须|不能|不可以|不准|不许|不得|(?<![级性类特识区分个国辨鉴告])别(?![名人的墅针致处离说])|"
    r"请?勿|而不|而非|不是|不(?=[点选勾按输填打关单双右拖滚]|保存|提交|发送|退出|确[认定]|删除)|除了|(?<![删清移去消解排拆免扣])除(?=.+外)|之外|以外|跳过)"
)
_NEGATED = re.compile(_NEGATION, re.IGNORECASE)
_BEGINS_NEGATED = re.compile(
    r"(?:do not|don['’]t|not|never|no)\b|不(?:要|用|必|需|能|是)?|请?勿|别|未|没|无(?:需|须)?|跳过", re.IGNORECASE
)
"""As labels of buttons and boxes may begin."""


def refuse_hedged(sentence: Sentence, found: tuple[Instruction, ...]) -> None:
    """Raise where the sentence, beside its quoted texts, negates, sets a condition or leaves a choice.

    What is looked for may be absent, and a box off: that is part of those instructions. `found` is what the sentence
    was taken for; nothing where it was not understood.
    """
    words = _without_labels(_ASKED.sub("", sentence.words), found)
    is_typed = any(isinstance(one, TypeText) for one in found)
    if _CONDITION.search(words) or (is_typed and _TIMING.search(words)):
        raise NotUnderstood(
            "it cannot decide: say what to do without a condition (a label or a text goes in quotation marks)",
            "它不会按条件判断：请直接说要做什么（文字请放在引号里）",
            sentence.restored(),
        )
    if _ALTERNATIVE.search(words):
        raise NotUnderstood(
            "it cannot choose: name the one that is meant (a label or a text goes in quotation marks)",
            "它不会选择：请说出是哪一个（文字请放在引号里）",
            sentence.restored(),
        )
    if len(_NEGATED.findall(words)) > _may_be_negated(words, found):
        raise NotUnderstood(
            "say what to do, not what not to do (a label or a text goes in quotation marks)",
            "请说要做什么，而不是不做什么（文字请放在引号里）",
            sentence.restored(),
        )


def _may_be_negated(words: str, found: tuple[Instruction, ...]) -> int:
    """How many negations are part of the instructions: "is not visible", "is not checked"."""
    if not found:
        return int(_LOOKS.match(words) is not None)
    is_looked_for = all(isinstance(one, Check | Await) and not one.visible for one in found)
    is_off = all(isinstance(one, Tick) and not one.on for one in found) and _OFF.search(words)
    return int(is_looked_for or bool(is_off))


def _without_labels(words: str, found: tuple[Instruction, ...]) -> str:
    """The words but for labels of one word, and but for a negation that begins a label ("Not now", 不再提示).

    In small letters that must be the first label: "select A, not B" is no list.
    """
    for value in (one.value for one in found if isinstance(one, Set) and one.value[:1].isupper()):
        words = re.sub(rf"\bto\s+{re.escape(value)}(?!\w)", "", words, count=1)  # "set Previews to Never"
    targets = [target for one in found for target in _targets(one)]
    for i, target in enumerate(targets):
        for name in target.names:
            negation = _BEGINS_NEGATED.match(name)
            if re.fullmatch(r"[A-Za-z]+", name):
                words = re.sub(rf"\b{name}\b", "", words, count=1)
            elif negation is not None and (i == 0 or name[0].isupper()):
                words = words.replace(name, name[negation.end() :])
    return words


def _targets(one: Instruction) -> Iterable[Target]:
    """The buttons, boxes and entries it names."""
    match one:
        case Click() | Tick():
            return (one.target,)
        case Select():
            return (one.option, one.source) if one.source else (one.option,)
        case _:
            return ()
