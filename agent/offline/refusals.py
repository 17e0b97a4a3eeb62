"""Why a task is not understood, in the language of the task."""

from __future__ import annotations

MAX_SHOWN = 60
MAX_LINE = 300
MAX_BEFORE = 3
"""Sentences before that are named; of more, the last ones."""
_NO_AI, _NO_AI_ZH = "the offline model is no AI; ", "离线模型不是 AI，"
_HELP = 'it knows e.g. click X, type "text" into X, read X'
_HELP_ZH = "只懂例如：点击X、在X中输入“文字”、读取X"


class NotUnderstood(Exception):  # noqa: N818 (an outcome, told to the person)
    """The task is outside the grammar; `about` is the part of it that is meant.

    `before` are the sentences that were understood before it, as they were written, once the grammar has added them.
    """

    def __init__(self, reason: str, chinese: str, about: str = "", cure: tuple[str, str] | None = None) -> None:
        self.about = about
        self.reasons = (reason, chinese)
        self.cure = cure or (_HELP, _HELP_ZH)
        """What to say instead, in English and in Chinese."""
        self.before: tuple[str, ...] = ()
        super().__init__(f"{reason}: {shown(about)}" if about else reason)

    def line(self, task: str) -> str:
        """One line of at most `MAX_LINE` characters for the person, in the language of `task`."""
        (english, chinese), (cure, cure_zh) = self.reasons, self.cure
        if speaks_chinese(task):
            about = f"：“{cut(self.about)}”" if self.about else ""
            return cut(f"{chinese}{about}{self._before_zh()}（{_NO_AI_ZH}{cure_zh}）", MAX_LINE)
        about = f": {shown(self.about)}" if self.about else ""
        return cut(f"{english}{about}{self._before()} ({_NO_AI}{cure})", MAX_LINE)

    def _before(self) -> str:
        if not self.before:
            return ""
        last = " the last" if len(self.before) > MAX_BEFORE else ""
        named = ", ".join(shown(one, 30) for one in self.before[-MAX_BEFORE:])
        return f"; understood before it: {len(self.before)},{last} {named}"

    def _before_zh(self) -> str:
        if not self.before:
            return ""
        last = "最后是" if len(self.before) > MAX_BEFORE else ""
        named = "".join(f"“{cut(one, 30)}”" for one in self.before[-MAX_BEFORE:])
        return f"；在此之前看懂了 {len(self.before)} 句：{last}{named}"


def speaks_chinese(task: str) -> bool:
    """Whether `task` begins in Chinese: the labels in it may be in another language than the person's."""
    first = next((c for c in task if c.isalpha()), "")
    return "\u4e00" <= first <= "\u9fff"


def cut(text: str, length: int = MAX_SHOWN) -> str:
    """`text` in one line, cut where it is longer than `length`."""
    flat = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in " ".join(text.split()))
    return flat if len(flat) <= length else flat[: length - 1] + "…"


def shown(text: str, length: int = MAX_SHOWN) -> str:
    """`text` quoted, and cut where it is long."""
    mark = "'" if '"' in text else '"'
    return f"{mark}{cut(text, length)}{mark}"
