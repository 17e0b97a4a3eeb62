"""A task in plain words, cut into its sentences. Quoted text is taken out first, so that nothing in it cuts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from agent.offline.joints import (
    COURTESY,
    END,
    ENDS_BEFORE_FIELD_ZH,
    ENTRY,
    ENTRY_ZH,
    FIELD_FIRST_ZH,
    INLINE_NUMBERING,
    JOINT,
    LEADS,
    LIST,
    LIST_ZH,
    NEXT_NUMBER,
    NUMBERING,
    PLACE_FIRST,
    STARTS,
    TAIL,
)
from agent.offline.quotes import FIRST, LAST, QUOTED, mask
from agent.offline.refusals import NotUnderstood, cut, speaks_chinese

__all__ = ["QUOTED", "NotUnderstood", "Sentence", "cut", "sentences", "speaks_chinese"]

MAX_TASK = 4000
MAX_SENTENCES = 60
MAX_SENTENCE = 320
"""Characters, a quoted text counted as one: bounds what the patterns have to try."""
_WIDE = {
    code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code).isalnum() or chr(code) in "＋－．＞（）"
} | {0x3000: 0x20}
_ON = re.compile(r"on\s", re.IGNORECASE)
_AND = re.compile(r"\b(?:and|then)\b", re.IGNORECASE)
_UNFINISHED = re.compile(r"(?:\sthen|然后|接着)$", re.IGNORECASE)
"""What followed was taken for a full stop: "click 1 then ."."""


@dataclass(frozen=True)
class Sentence:
    """One instruction; `words` has each quoted text replaced by one private-use character."""

    words: str
    quotes: tuple[str, ...]
    """All quoted texts of the task, in order."""
    joint: str = ""
    """What joins it to the sentence before: "and", "，并"; empty after a full stop or at the start."""
    is_narrowed: bool = False
    """Full-width letters were made plain: an unquoted text is not as it was written."""

    def restored(self, words: str | None = None) -> str:
        """`words` (by default all) as the person wrote them, with plain quotation marks."""
        return "".join(f'"{self.quote(c)}"' if FIRST <= c <= LAST else c for c in words or self.words)

    def quote(self, mark: str) -> str:
        """The quoted text that `mark` stands for."""
        return self.quotes[ord(mark) - ord(FIRST)]


def sentences(task: str) -> tuple[Sentence, ...]:
    """The task's sentences in order. Raises `NotUnderstood`."""
    if len(task) > MAX_TASK:
        raise NotUnderstood(
            f"the task has {len(task)} characters; at most {MAX_TASK} are read",
            f"任务有 {len(task)} 个字符，最多 {MAX_TASK} 个",
        )
    for character in task:
        _refuse_unprintable(character)
    masked, quotes, unclosed = mask(task)
    if unclosed:
        raise NotUnderstood(f"a quotation opens with {unclosed[0]} and never closes", "引号没有闭合", unclosed[:21])
    words = masked.translate(_WIDE)
    words = "\n".join(
        NEXT_NUMBER.sub("\n", line) if INLINE_NUMBERING.match(line) else line for line in words.split("\n")
    )
    if numbered := INLINE_NUMBERING.search(words):
        raise NotUnderstood("put each numbered step on a line of its own", "请把每个编号步骤单独写一行", numbered[0])
    found = tuple(
        Sentence(part, quotes, joint, words != masked)
        for end in END.split(NUMBERING.sub("", words))
        for part, joint in _whole(_parts(" ".join(NUMBERING.sub("", end).split())))
        if not COURTESY.fullmatch(part)
    )
    if len(found) > MAX_SENTENCES:
        raise NotUnderstood(
            f"the task has {len(found)} instructions; at most {MAX_SENTENCES} are read",
            f"任务有 {len(found)} 条指令，最多 {MAX_SENTENCES} 条",
        )
    if not found:
        raise NotUnderstood("the task says nothing", "任务是空的")
    if long := next((one for one in found if len(one.words) > MAX_SENTENCE), None):
        raise NotUnderstood(
            "a sentence is too long to be read: put texts in quotation marks",
            "句子太长：请把文字放在引号里",
            long.restored(),
        )
    return found


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """The parts of a text without a full stop, each with what joins it to the one before."""
    start, joint = 0, ""
    for match in _joints(text):
        if start == 0 and (lead := LEADS.match(text)) and lead.end() >= match.start():
            continue  # "Finally, press enter"
        if ENTRY.match(text, match.end()) and LIST.fullmatch(text[start : match.start()]):
            continue  # "Tick Dark mode and Enable sound"
        if ENTRY_ZH.match(text, match.end()) and LIST_ZH.fullmatch(text[start : match.end()]):
            continue  # 勾选深色模式和开启声音
        yield _trimmed(text[start : match.start()]), joint
        start, joint = match.end(), match[0].strip()
    yield _trimmed(text[start:]), joint


def _joints(text: str) -> Iterator[re.Match[str]]:
    """All that may join instructions, in order; a comma before a field named first where an instruction ends there."""
    start = 0
    fields = list(FIELD_FIRST_ZH.finditer(text))
    for match in sorted([*JOINT.finditer(text), *fields], key=lambda one: one.start()):
        if match.start() < start or (
            match in fields and not ENDS_BEFORE_FIELD_ZH.fullmatch(text, start, match.start())
        ):
            continue
        yield match
        start = match.end()


def _whole(parts: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Without the empty ones, and a place that stands before its verb put together with it."""
    place, before = "", ""
    for part, joint in parts:
        if not part:
            continue
        if place:
            # "Click File, then on Save and type “x”": that is no place.
            is_click = _ON.match(place) is not None and _AND.search(joint) is not None
            yield from ((place, before), (part, joint)) if is_click else ((f"{place}, {part}", before),)
            place = ""
        elif PLACE_FIRST.fullmatch(part):
            place, before = part, joint
        else:
            yield part, joint
    if place:
        yield place, before


def _trimmed(part: str) -> str:
    whole, part = part, part.strip(" .!?！？,，、")
    if (not part and whole.strip(" ,，、")) or _UNFINISHED.search(part):
        raise NotUnderstood("a sign goes in quotation marks", "符号请放在引号里", whole)
    part = TAIL.sub("", part)
    lead = LEADS.match(part)
    return part[lead.end() :].strip() if lead and STARTS.match(part, lead.end()) else part


def _refuse_unprintable(character: str) -> None:
    if FIRST <= character <= LAST or (unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\r\t"):
        code = f"U+{ord(character):04X}"
        raise NotUnderstood(
            f"the task holds the character {code}, which is no text", f"任务含有字符 {code}，它不是文字"
        )
