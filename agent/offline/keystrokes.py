"""Sentences that press: keys, chords, several of them; or, where no key is named, something on the screen."""

from __future__ import annotations

import re
import unicodedata

from actions.keys import MODIFIERS, SPECIAL_KEYS, KeysError, parse_keys
from agent.offline.amounts import MAX_TIMES, TIMES, N, times
from agent.offline.clause import clauses
from agent.offline.clicks import click_on
from agent.offline.instructions import Instruction, Press
from agent.offline.naming import ARTICLE
from agent.offline.quotes import QUOTED
from agent.offline.refusals import NotUnderstood
from agent.offline.roles import ENDS_AS_ROLE
from agent.offline.sentences import Sentence

_KEY_WORDS_ZH = (
    ("回车", "enter"), ("空格", "space"), ("退格", "backspace"), ("删除", "delete"), ("制表", "tab"), ("退出", "esc"),
    ("上翻页", "pageup"), ("下翻页", "pagedown"), ("向上", "up"), ("向下", "down"), ("向左", "left"), ("向右", "right"),
)  # fmt: skip
_ARROWS_ZH = {"上": "up", "下": "down", "左": "left", "右": "right"}
_A_KEY = re.compile(r"\s*(?:\b(?:arrow )?keys?|方向键|箭头键?|按?键)$", re.IGNORECASE)
_CHORD = re.compile(
    r"\w\s*\+\s*\w|(?:ctrl|control|shift|alt|super|win|cmd)\s*[+-]$|^(?:ctrl|shift|alt)\b", re.IGNORECASE
)
"""What begins or looks like one, whole or not."""
_DOUBTFUL = re.compile(
    r"add|print|subtract|multiply|divide|mute|menu|option|apps?|question|pause|break|os|prior|snapshot|less|greater|"
    r"at|bar|star|hash",
    re.IGNORECASE,
)
"""Spellings of keys that are as likely labels of buttons."""
_SIGN = re.compile(r"(?:the|that|this)\s+\S", re.IGNORECASE)
"""What is so called is rather seen on the screen: "the X"."""
_FOR = re.compile(
    r"(?P<key>.+?)\s+to\s+(?!the\b)[a-z]+(?:\s.+)?|"
    r"(?P<zh>.+?键?)\s*(?:来|以)?(?:确认|确定|刷新|提交|保存|搜索|退出|关闭|换行|登录|继续|全屏|返回|复制|粘贴|撤销|剪切|全选|"
    r"发送|运行|执行|查找)",
)
"""A key and what it is pressed for."""
_COUNTED = re.compile(rf"(?P<key>.+?)(?:\s+(?P<n>{TIMES}))?", re.IGNORECASE)
_BUTTONS = re.compile("save|paste|apply|done|share|decline|install|call", re.IGNORECASE)
"""Labels that are near a key's spelling, and never meant as it."""
_SERIES = re.compile(r"\s*[,，、]\s*(?:and\s+|和)?|\s+and\s+|(?<=[\u4e00-\u9fff])和|\s+和\s*", re.IGNORECASE)


def bare_key(sentence: Sentence) -> Press | None:
    """What a sentence of key names alone presses ("press ctrl+a, then delete"); None where it is anything else."""
    words = _without_purpose(sentence.words)
    keys = _keys_or_none(words)
    return None if keys is None else _pressed(keys, words)


def is_chord(press: Press) -> bool:
    """Whether it can be nothing but keys: "ctrl+s" needs no verb."""
    return len(press.keys) > 1 and not MODIFIERS.isdisjoint(press.keys)


def _press(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...]:
    words, count = _without_purpose(match["x"].strip()), times(match["n"], sentence)
    if ENDS_AS_ROLE.fullmatch(words) and not _A_KEY.search(words) and _keys_or_none(words) is None:
        bare = ARTICLE.sub("", words, count=1)
        if len(bare.split()) > 2 and not re.search(QUOTED, words):
            _refuse_key_first(bare, sentence)
        return click_on(words, sentence) * count
    if re.fullmatch(QUOTED, words):
        return _quoted(words, sentence) * count
    if re.fullmatch("[左右]键", words):
        raise NotUnderstood(
            "the arrow key or the mouse button?",
            f"是方向键还是鼠标键？请说“按向{words}”，或者“{words}点击X”",
            sentence.restored(),
        )
    pieces = _SERIES.split(words)
    first = _keys_or_none(pieces[0])
    if len(pieces) > 1 and first is not None and not MODIFIERS.issuperset(first):
        if len(pieces) * count > MAX_TIMES:
            raise _too_many(sentence)
        return tuple(_pressed(_keys(piece, sentence), piece) for piece in pieces) * count
    if len(pieces) > 1 and (counted := _counted(words, match["n"], sentence)) is not None:
        return counted
    if (keys := _keys_or_none(words)) is not None:
        _refuse_doubtful(words, sentence)
        return (_pressed(keys, words),) * count
    _refuse_broken_key(words, sentence)
    return click_on(words, sentence) * count


def _counted(words: str, last: str | None, sentence: Sentence) -> tuple[Instruction, ...] | None:
    """ "tab twice and enter": `last` says how often the last of them is pressed; None where these are no keys."""
    pieces = [_COUNTED.fullmatch(piece) for piece in _SERIES.split(words)]
    counts = [*(piece["n"] if piece else None for piece in pieces[:-1]), last]
    keys = [_keys_or_none(piece["key"]) if piece else None for piece in pieces]
    if not any(counts[:-1]) or not all(keys):
        return None
    pressed = tuple(
        one
        for piece, pair, n in zip(pieces, keys, counts, strict=True)
        if piece and pair
        for one in (_pressed(pair, piece["key"]),) * times(n, sentence)
    )
    if len(pressed) > MAX_TIMES:
        raise _too_many(sentence)
    return pressed


def _too_many(sentence: Sentence) -> NotUnderstood:
    return NotUnderstood("too many keys in one sentence", "一句话里的按键太多", sentence.restored())


def _without_purpose(words: str) -> str:
    """ "F5 to refresh" and F5刷新 are F5, where a key is named for certain."""
    purposeful = _FOR.fullmatch(words)
    keys = None if purposeful is None else _keys_or_none(purposeful["key"] or purposeful["zh"])
    if purposeful is None or keys is None or (len(keys) == 1 and keys[0] not in SPECIAL_KEYS):
        return words
    return purposeful["key"] or purposeful["zh"]


def _pressed(keys: tuple[str, ...], words: str) -> Press:
    label = words.strip()
    return Press(keys, label if len(keys) == 1 and len(label) > 1 and not _A_KEY.search(label) else "")


def _quoted(mark: str, sentence: Sentence) -> tuple[Instruction, ...]:
    """A quoted chord is one; a quoted name alone may be a key's as well as a label."""
    keys = _keys_or_none(sentence.quote(mark))
    if keys is None or (len(keys) == 1 and keys[0] not in SPECIAL_KEYS):
        return click_on(mark, sentence)
    if len(keys) > 1 or re.fullmatch(r"f\d{1,2}", keys[0]):
        return (Press(keys),)
    raise NotUnderstood(
        "a key or a label? say it without quotation marks for the key, or: click it",
        "是按键还是文字？按键请不要加引号，否则请说点击",
        sentence.restored(),
    )


def _keys(words: str, sentence: Sentence) -> tuple[str, ...]:
    spelled = sentence.quote(words) if re.fullmatch(QUOTED, words) else words
    if (keys := _keys_or_none(spelled)) is None:
        raise _no_key(sentence)
    return keys


def _keys_or_none(words: str) -> tuple[str, ...] | None:
    try:
        return _spelled(words)
    except KeysError:
        return None


def _spelled(words: str) -> tuple[str, ...]:
    """The keys that `words` spell. Raises `KeysError`."""
    name = _A_KEY.sub("", ARTICLE.sub("", words.strip(), count=1))
    for chinese, english in _KEY_WORDS_ZH:
        name = name.replace(chinese, english)
    if name in _ARROWS_ZH and name != words:
        name = _ARROWS_ZH[name]
    name = re.sub(r"\s+(?:and|plus)\s+|(?<=[a-zA-Z\d])\s*[加和与]\s*", "+", name, flags=re.IGNORECASE)
    if re.search(r"[\u4e00-\u9fff]", name) or _is_drawn(name):
        raise KeysError(f"no key: {name}")
    try:
        return parse_keys(name)
    except KeysError:
        parts = name.split()
        if len(parts) > 1 and MODIFIERS.issuperset(_keys_or_none(parts[0]) or ("",)):
            return parse_keys("+".join(parts))
        raise


def _is_drawn(name: str) -> bool:
    """Whether it is a sign that calculators have and keyboards do not: × ÷ ± √."""
    return len(name) == 1 and not name.isascii() and unicodedata.category(name) == "Sm"


def _refuse_doubtful(words: str, sentence: Sentence) -> None:
    if _DOUBTFUL.fullmatch(words) or (_SIGN.fullmatch(words) and not _A_KEY.search(words)):
        words = ARTICLE.sub("", words, count=1)
        raise NotUnderstood(
            f'a key or a label? say "the {words} key", or: click "{words}"',
            f"是按键还是文字？请说“{words}键”，或者“点击{words}”",
            sentence.restored(),
        )


def _refuse_broken_key(words: str, sentence: Sentence) -> None:
    """What looks like a key, but is none, is no label to click."""
    has_key = re.search(r"\bkeys?\b|键(?!盘)|^[上下左右]{2,}$", re.sub(QUOTED, "", words), re.IGNORECASE)
    if has_key or _CHORD.search(words) or _is_slip(words) or _and_more_zh(words):
        raise _no_key(sentence)
    if not re.search(QUOTED, words):
        _refuse_key_first(words, sentence)


def _refuse_key_first(words: str, sentence: Sentence) -> None:
    """A key and more: "Enter in the Name field"."""
    parts = words.split()
    keys = _keys_or_none(parts[0]) if len(parts) > 1 else None
    if keys is not None and (len(keys) > 1 or keys[0] in SPECIAL_KEYS):
        raise _no_key(sentence)


def _and_more_zh(words: str) -> bool:
    """A key, and what it is pressed for: F5刷新, 回车确认."""
    key = re.match(r"[A-Za-z]\w*?(?=[\u4e00-\u9fff])|(?:回车|空格|退格)(?=.)", words)
    return key is not None and ((keys := _keys_or_none(key[0])) is not None and (len(keys[0]) > 1))


def _no_key(sentence: Sentence) -> NotUnderstood:
    return NotUnderstood(
        "no known key (to press a button, click it)", "没有这个键（要按按钮，请说点击）", sentence.restored()
    )


def _is_slip(word: str) -> bool:
    """Whether the word is a key's name misspelt, as the error about it suggests names."""
    if not word.islower() or not word.isascii() or not word.isalnum() or len(word) < 4 or _BUTTONS.fullmatch(word):
        return False
    try:
        parse_keys(word)
    except KeysError as error:
        near = str(error).partition("near it: ")[2].split(", ")
    else:
        return False
    return any(abs(len(name) - len(word)) <= 1 and name[:1] == word[:1] and len(name) > 2 for name in near)


_ONCE_ZH = "(?:一下|下(?!一|载|拉)|一(?=[A-Za-z]))"
"""Taken wherever it stands: it is never a part of what is pressed."""

KEYSTROKES = clauses(
    (rf"(?:press|hit)\s+(?P<n>{N}\s*times)\s+(?P<x>.+)", _press),
    (rf"(?:press|hit)(?!\s+and\s)(?:\s+(?:down\s+)?on)?\s+(?P<x>.+?)(?:\s+(?P<n>{TIMES}))?", _press),
    (rf"(?P<x>回车)键?(?:一下)?(?:确认|确定|提交|搜索|登录)?(?P<n>{N}\s*[次下遍])?", _press),
    (rf"连?(?:按|敲)一?+下?+\s*(?P<n>{N}\s*[次下遍])\s*(?P<x>.+)", _press),
    (
        rf"(?:同时)?(?:按|敲)(?!住)(?:{_ONCE_ZH}|(?!{_ONCE_ZH}))(?:键盘上的)?\s*(?P<x>(?!照|.+(?:排[序列]|筛选|分[组类]|归类)).+?)(?:\s*(?P<n>{N}\s*[次下遍]))?",
        _press,
    ),
)
