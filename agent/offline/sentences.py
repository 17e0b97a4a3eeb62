"""A task in plain words, cut into its sentences. Quoted text is taken out first, so that nothing in it cuts."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MAX_TASK = 4000
MAX_SENTENCES = 60
_FIRST, _LAST = "\ue000", "\uf8ff"
"""Private-use characters stand for quoted texts; a task that holds some itself is refused."""
_CLOSERS = {
    '"': '"”“',
    "“": '”"',
    "„": "“”",
    "«": "»",
    "‹": "›",
    "「": "」",
    "『": "』",
    "《": "》",
    "＂": "＂",
    "`": "`",
    "'": "'’",
    "‘": "’'",
}
_APOSTROPHES = "'‘"
_ENGLISH = (
    r"(?:open|launch|start|(?:left[- ]?|right[- ]?|double[- ]?)?click|tap|type|enter|write|input|fill|press|hit|"
    r"scroll|wait|check|verify|make sure|ensure|confirm|read|"
    # Not in the grammar; cut off all the same, so that they are named as what was not understood.
    r"go to|close|navigate|visit|choose|drag|hover|switch|minimi[sz]e|maximi[sz]e|download|upload)\b"
)
_CHINESE = (
    "(?:打开|启动|运行|点击|单击|双击|右击|右键|用右键|输入|键入|填写|填入|在|把|将|按|向|往|等|检查|确认|确保|验证|读)"
)
_NUMBERING = re.compile(r"^\s*(?:\(?\d{1,3}(?:\.\s|[):、])|[-*•]\s)", re.MULTILINE)
_ENDS = re.compile(r"[\n\r;；。]+|[.!！](?=\s|$)|(?:(?<!\d)[,，]|[,，](?!\d))(?!\s*(?:最多|at most|up to))")
_JOINERS = re.compile(
    r"\s+(?:and\s+)?then\s+|\s+after that\s+|，?\s*(?:然后|接着|随后)再?\s*|"
    rf"\s+and\s+(?={_ENGLISH})|\s*(?:并且|并|再|、)\s*(?={_CHINESE})",
    re.IGNORECASE,
)
_LEADS = re.compile(
    r"(?:\s*(?:step\s+\d{1,3}:|"
    r"(?:please|kindly|could you|can you|would you|now|first|next|finally|lastly|and|then|also|after that)\b|"
    r"请|麻烦|帮我|首先|先|然后|接着|最后|随后|并且|再(?=\S)))+\s*",
    re.IGNORECASE,
)


MAX_SHOWN = 60
MAX_LINE = 158
_HELP = 'the offline model is no AI; it knows e.g. click X, type "text" into X, read X'
_HELP_ZH = "离线模型不是 AI，只懂例如：点击X、在X中输入“文字”、读取X"


class NotUnderstood(Exception):  # noqa: N818 (an outcome, told to the person)
    """The task is outside the grammar; `about` is the part of it that is meant."""

    def __init__(self, reason: str, chinese: str, about: str = "") -> None:
        self.about = about
        self.reasons = (reason, chinese)
        super().__init__(f"{reason}: {shown(about)}" if about else reason)

    def line(self, task: str) -> str:
        """One line of at most `MAX_LINE` characters for the person, in the language of `task`."""
        english, chinese = self.reasons
        if speaks_chinese(task):
            head, opens, closes, tail = chinese, "：“", "”", f"（{_HELP_ZH}）"
        else:
            mark = _mark_around(self.about)
            head, opens, closes, tail = english, f": {mark}", mark, f" ({_HELP})"
        if not self.about:
            return head + tail
        room = MAX_LINE - len(head + opens + closes + tail)
        return f"{head}{opens}{cut(self.about, min(MAX_SHOWN, room))}{closes}{tail}"


def speaks_chinese(task: str) -> bool:
    """Whether `task` begins in Chinese: the labels in it may be in another language than the person's."""
    first = next((c for c in task if c.isalpha()), "")
    return "\u4e00" <= first <= "\u9fff"


def cut(text: str, length: int = MAX_SHOWN) -> str:
    """`text` in one line, cut where it is longer than `length`."""
    flat = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in " ".join(text.split()))
    return flat if len(flat) <= length else flat[: length - 1] + "…"


def shown(text: str) -> str:
    """`text` quoted, and cut where it is long."""
    mark = _mark_around(text)
    return f"{mark}{cut(text)}{mark}"


def _mark_around(text: str) -> str:
    return "'" if '"' in text else '"'


@dataclass(frozen=True)
class Sentence:
    """One instruction; `words` has each quoted text replaced by one private-use character."""

    words: str
    quotes: tuple[str, ...]
    """All quoted texts of the task, in order."""

    def restored(self, words: str | None = None) -> str:
        """`words` (by default all) as the person wrote them, with plain quotation marks."""
        return "".join(f'"{self.quote(c)}"' if _FIRST <= c <= _LAST else c for c in words or self.words)

    def quote(self, mark: str) -> str:
        """The quoted text that `mark` stands for."""
        return self.quotes[ord(mark) - ord(_FIRST)]


QUOTED = f"[{_FIRST}-{_LAST}]"
"""Pattern of one quoted text within `Sentence.words`."""


def sentences(task: str) -> tuple[Sentence, ...]:
    """The task's sentences in order. Raises `NotUnderstood`."""
    if len(task) > MAX_TASK:
        raise NotUnderstood(
            f"the task has {len(task)} characters; at most {MAX_TASK} are read",
            f"任务有 {len(task)} 个字符，最多 {MAX_TASK} 个",
        )
    for character in task:
        _refuse_unprintable(character)
    masked, quotes = _mask(task)
    ends = _ENDS.split(_NUMBERING.sub("", masked))
    parts = [_trimmed(part) for end in ends for part in _JOINERS.split(_trimmed(end))]
    found = tuple(Sentence(part, quotes) for part in parts if part)
    if len(found) > MAX_SENTENCES:
        raise NotUnderstood(
            f"the task has {len(found)} instructions; at most {MAX_SENTENCES} are read",
            f"任务有 {len(found)} 条指令，最多 {MAX_SENTENCES} 条",
        )
    if not found:
        raise NotUnderstood("the task says nothing", "任务是空的")
    return found


def _trimmed(part: str) -> str:
    part = " ".join(part.split())
    lead = _LEADS.match(part)
    return (part[lead.end() :] if lead else part).strip(" .!?！？")


def _refuse_unprintable(character: str) -> None:
    if _FIRST <= character <= _LAST or (unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\r\t"):
        code = f"U+{ord(character):04X}"
        raise NotUnderstood(
            f"the task holds the character {code}, which is no text", f"任务含有字符 {code}，它不是文字"
        )


def _mask(task: str) -> tuple[str, tuple[str, ...]]:
    out: list[str] = []
    quotes: list[str] = []
    i = 0
    while i < len(task):
        end = _closing(task, i)
        if end is None:
            out.append(task[i])
            i += 1
            continue
        out.append(chr(ord(_FIRST) + len(quotes)))
        quotes.append(task[i + 1 : end])
        i = end + 1
    return "".join(out), tuple(quotes)


def _closing(task: str, start: int) -> int | None:
    """Where the quotation that opens at `start` closes; None where none opens there."""
    opener = task[start]
    if opener not in _CLOSERS:
        return None
    if opener in _APOSTROPHES:
        if start and _is_letter(task[start - 1]):
            return None
        ends = (i for i in range(start + 1, len(task)) if task[i] in _CLOSERS[opener])
        return next((i for i in ends if i + 1 == len(task) or not _is_letter(task[i + 1])), None)
    end = next((i for i in range(start + 1, len(task)) if task[i] in _CLOSERS[opener]), None)
    if end is None:
        raise NotUnderstood(
            f"a quotation opens with {opener} and never closes", "引号没有闭合", task[start : start + 21]
        )
    return end


def _is_letter(character: str) -> bool:
    return character.isascii() and character.isalnum()
