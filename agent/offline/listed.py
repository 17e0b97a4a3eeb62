"""Several things named in one sentence: "“A”, “B” and “C”"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from agent.offline.instructions import Role, Target
from agent.offline.naming import ARTICLE
from agent.offline.quotes import QUOTED
from agent.offline.refusals import NotUnderstood
from agent.offline.roles import ROLE, role_of
from agent.offline.sentences import Sentence
from agent.offline.targets import target

CLICKED: frozenset[Role | None] = frozenset({"button", "icon", "link", "tab", "menu", "field"})
"""What is clicked rather than selected."""
MAX_UNQUOTED = 8
"""Entries without quotation marks."""
_BETWEEN = re.compile(r"\s*[,，、]\s*(?:and\s+|和|以及)?|\s+and\s+|\s*(?:和|以及|及)\s*", re.IGNORECASE)
_MANY = r"(?:check[- ]?|tick[- ]?)?boxes|(?:radio )?buttons|options|entries|items|tabs|icons|links"


@dataclass(frozen=True)
class Listed:
    """The entries that words name, and what else the words may name where none is quoted."""

    targets: tuple[Target, ...]
    joined: tuple[str, ...] = ()


def is_quoted_list(words: str) -> bool:
    """Whether `words` are several quoted texts, which can be nothing but a list."""
    return (
        re.fullmatch(rf"{QUOTED}(?:(?:{_BETWEEN.pattern}){QUOTED})+(?:\s(?:{_MANY}))?", words, re.IGNORECASE)
        is not None
    )


def _spans(words: str) -> list[tuple[int, int]]:
    """Where the entries of "X", "“X” and “Y”", "X, Y and Z" stand."""
    joints = list(_BETWEEN.finditer(words))
    return list(zip([0, *(one.end() for one in joints)], [*(one.start() for one in joints), len(words)], strict=True))


def listed(words: str, sentence: Sentence, role: Role | None = None) -> Listed:
    """The entries that `words` name. Raises where it cannot be told which and how many."""
    words = words.strip(" ,，")
    if len(_spans(words)) > 1:
        words = re.sub(r"^both\s+", "", words, flags=re.IGNORECASE)
    spans = _spans(words)
    if len(spans) > 1:
        if (
            head := re.match(
                rf"(?:the )?(?:(?P<role>{ROLE}|boxes)\s+(?={QUOTED})|(?P<many>{_MANY})\s+(?!and\s))",
                words,
                re.IGNORECASE,
            )
        ) is not None:
            words, role = words[head.end() :], role or role_of(head["role"] or head["many"])
        elif (
            tail := re.search(rf"(?<!\sand)\s(?P<role>{_MANY})$|的?(?P<zh>复选框|选项)$", words, re.IGNORECASE)
        ) is not None:
            words, role = words[: tail.start()], role or role_of(tail["role"] or tail["zh"])
        spans = _spans(words)
    found = [target(words[start:end], sentence, role) for start, end in spans]
    # "the box X" of a tick is a checkbox; a field cannot be ticked.
    named = tuple(replace(one, role=role) if role and one.role == "field" else one for one in found)
    quoted = [re.search(QUOTED, words[start:end]) is not None for start, end in spans]
    if len(named) == 1 or all(quoted):
        return Listed(named)
    if any(quoted) or len(named) > MAX_UNQUOTED or any(one.role in CLICKED for one in named):
        raise NotUnderstood("put each entry in quotation marks", "请把每一项都放在引号里", sentence.restored())
    runs = (words[start:end] for i, (start, _) in enumerate(spans) for _, end in spans[i + 1 :])
    return Listed(named, tuple(dict.fromkeys(label for run in runs for label in (run, ARTICLE.sub("", run)))))
