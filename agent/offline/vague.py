"""Words that name no one thing on the screen, or not plainly: refused with the cure."""

from __future__ import annotations

import re

from agent.offline.places import AREA_ALONE, ORDINAL
from agent.offline.refusals import NotUnderstood
from agent.offline.roles import ROLE, ROLE_ZH
from agent.offline.sentences import Sentence

MAX_WORDS = 7
"""Of a label without quotation marks; more is likely a sentence."""
_CLAUSE = re.compile(
    r"(?:^|\s)(?:if|unless|because|but|or|when|while|until|which|that|who|without|instead|before|after)\s|"
    r"(?:^|\s)(?:by|using)\s\w+ing\b|如果|.或(?!许)|除非|但是|^那个",
)
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


def refuse_vague(words: str, sentence: Sentence, *, has_article: bool, is_placed: bool) -> None:
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
