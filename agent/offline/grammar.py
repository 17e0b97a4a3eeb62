"""From plain sentences, English or Chinese, to instructions: a task is understood whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable

from actions.keys import MODIFIERS, KeysError, parse_keys
from agent.offline.instructions import (
    Await,
    Button,
    Check,
    Click,
    Instruction,
    Open,
    Pause,
    Press,
    Read,
    Turn,
    TypeText,
)
from agent.offline.sentences import QUOTED, NotUnderstood, Sentence, sentences
from agent.offline.targets import ARTICLE, FIELD_ROLES, FIELD_ROLES_ZH, target

MAX_SECONDS = 600
MAX_NOTCHES = 50
MAX_PRESSES = 10
DEFAULT_NOTCHES = 5
DEFAULT_WAIT = 30.0

_NUMBERS = {
    **{word: n for n, word in enumerate(re.findall(r"\w+", "one two three four five six seven eight nine ten"), 1)},
    **{word: n for n, word in enumerate("一二三四五六七八九十", 1)},
    "a": 1,
    "an": 1,
    "两": 2,
    "once": 1,
    "twice": 2,
}
_N = r"(?:\d{1,6}(?:\.\d{1,3})?|an?|one|two|three|four|five|six|seven|eight|nine|ten|[一二两三四五六七八九十])"
_SECONDS = r"\s*(?:seconds?|secs?|s|秒钟?)"
_TIMES = re.compile(rf"(?P<x>.+?)\s*(?P<n>once|twice|{_N}\s*(?:times|次|下))", re.IGNORECASE)
_TIMES_FIRST = re.compile(rf"(?P<n>{_N}\s*[次下])\s*(?P<x>.+)")
_KEY_WORDS_ZH = (
    ("回车", "enter"), ("空格", "space"), ("退格", "backspace"), ("删除", "delete"), ("制表", "tab"), ("退出", "esc"),
    ("向上", "up"), ("向下", "down"), ("向左", "left"), ("向右", "right"), ("上", "up"), ("下", "down"), ("左", "left"),
    ("右", "right"),
)  # fmt: skip


def understand(task: str) -> tuple[Instruction, ...]:
    """The whole task as instructions, before anything is done. Raises `NotUnderstood`, naming the sentence."""
    instructions = tuple(one for sentence in sentences(task) for one in _instruction(sentence))
    first_read = next((i for i, one in enumerate(instructions) if isinstance(one, Read)), len(instructions))
    if not all(isinstance(one, Read) for one in instructions[first_read:]):
        raise NotUnderstood(
            "a reading gives the answer, so it must come last", "读取会给出答案并结束任务，必须放在最后"
        )
    return instructions


def _instruction(sentence: Sentence) -> tuple[Instruction, ...]:
    for pattern, build in _SENTENCES:
        match = pattern.fullmatch(sentence.words)
        if match is not None:
            return build(match, sentence)
    raise NotUnderstood("not understood", "看不懂", sentence.restored())


def _open(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...]:
    named = target(match["x"], sentence)
    # A menu that drops down is too small a change to count as a program that opened.
    if re.search(r"\b(?:menu|tab|link)$|(?:菜单|选项卡|标签页|链接)$", match["x"], re.IGNORECASE):
        return (Click(named, "left_click"),)
    return (Open(named),)


def _click(button: Button) -> Callable[[re.Match[str], Sentence], tuple[Instruction, ...]]:
    return lambda match, sentence: (Click(target(match["x"], sentence), button),)


def _type(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...]:
    groups = match.groupdict()
    text, label = match["text"].strip(), groups.get("x")
    if re.fullmatch(QUOTED, text):
        text = sentence.quote(text)
    elif re.search(QUOTED, text):
        raise NotUnderstood(
            "only part of the text to type is quoted", "要输入的文字只有一部分在引号里", sentence.restored()
        )
    elif label is None and re.search(r"\s(?:in|into|to|on)\s|[到进在]", text, re.IGNORECASE):
        raise NotUnderstood(
            "put the text to type in quotation marks", "请把要输入的文字放在引号里", sentence.restored()
        )
    if not text:
        raise NotUnderstood("nothing to type between the quotation marks", "引号里没有要输入的文字")
    return (TypeText(text, None if label is None else target(label, sentence)),)


def _press(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...]:
    words = match["x"].strip()
    if re.search(r"(?:button|icon|link|按钮|图标|链接)$", words, re.IGNORECASE):
        return (Click(target(words, sentence), "left_click"),)
    times = 1
    if (count := _TIMES.fullmatch(words) or _TIMES_FIRST.fullmatch(words)) is not None:
        words, times = count["x"], round(_number(count["n"]))
    if not 1 <= times <= MAX_PRESSES:
        raise NotUnderstood(
            f"a key is pressed 1 to {MAX_PRESSES} times", f"按键可按 1 到 {MAX_PRESSES} 次", sentence.restored()
        )
    return (Press(_keys(words, sentence)),) * times


def _keys(words: str, sentence: Sentence) -> tuple[str, ...]:
    if re.fullmatch(QUOTED, words):
        words = sentence.quote(words)
    name = re.sub(r"\s*(?:\bkeys?|方向键|箭头键?|键)$", "", ARTICLE.sub("", words, count=1), flags=re.IGNORECASE)
    for chinese, english in _KEY_WORDS_ZH:
        name = name.replace(chinese, english)
    name = re.sub(r"\s+(?:and|plus)\s+|加", "+", name, flags=re.IGNORECASE)
    try:
        return parse_keys(name)
    except KeysError as error:
        parts = name.split()
        if len(parts) > 1 and _is_modifier(parts[0]):
            return _keys("+".join(parts), sentence)
        raise NotUnderstood(
            "no known key (to press a button, click it)", "没有这个键（要按按钮，请说点击）", sentence.restored()
        ) from error


def _is_modifier(word: str) -> bool:
    try:
        return MODIFIERS.issuperset(parse_keys(word))
    except KeysError:
        return False


def _number(words: str) -> float:
    number = re.sub(r"\s*(?:times|次|下)$", "", words.strip().lower())
    return float(_NUMBERS[number]) if number in _NUMBERS else float(number)


def _scroll(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...]:
    groups = match.groupdict()
    notches = round(_number(match["n"])) if match["n"] else DEFAULT_NOTCHES
    if not 1 <= notches <= MAX_NOTCHES:
        raise NotUnderstood(
            f"the wheel turns 1 to {MAX_NOTCHES} notches", f"滚轮可转 1 到 {MAX_NOTCHES} 格", sentence.restored()
        )
    over = groups.get("x")
    up = match["way"].lower() in ("up", "上")
    return (Turn(notches if up else -notches, target(over, sentence) if over else None),)


def _pause(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...]:
    return (Pause(_seconds(match["n"], sentence)),)


def _seconds(words: str, sentence: Sentence) -> float:
    seconds = _number(words)
    if not 0 < seconds <= MAX_SECONDS:
        raise NotUnderstood(
            f"a wait lasts up to {MAX_SECONDS} seconds", f"最多等待 {MAX_SECONDS} 秒", sentence.restored()
        )
    return seconds


def _await(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...]:
    groups = match.groupdict()
    given = next((groups[name] for name in ("n", "m") if groups.get(name)), None)
    seconds = DEFAULT_WAIT if given is None else _seconds(given, sentence)
    return (Await(_text(match["x"], sentence), not groups.get("gone"), seconds),)


def _check(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...]:
    return (Check(_text(match["x"], sentence), not match["gone"]),)


def _text(words: str, sentence: Sentence) -> str:
    """A text that is looked for: roles and articles are no part of it."""
    return target(words, sentence).names[-1]


def _read(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...]:
    words = match.groupdict().get("x")
    return (Read(target(words, sentence) if words else None),)


_UP_TO = rf"(?:\s*,?\s*(?:for|up to|at most|within|最多)?\s*(?P<n>{_N}){_SECONDS})?"
_VISIBLE = "visible|shown|displayed|present|there|on (?:the )?screen"
_GONE_ZH = "不可见|没有出现|没有显示|未出现|未显示|不显示|不存在|不在屏幕上|消失了?|已消失"
_SEEN_ZH = "可见|出现了?|已出现|显示|已显示|存在|在屏幕上"
_PATTERNS: tuple[tuple[str, Callable[[re.Match[str], Sentence], tuple[Instruction, ...]]], ...] = (
    (r"(?:open|launch|start)(?: up)?\s+(?P<x>.+)", _open),
    (r"(?:打开|启动|运行)\s*(?P<x>.+)", _open),
    (r"double[- ]?click(?: on)?\s+(?P<x>.+)", _click("double_click")),
    (r"双击\s*(?P<x>.+)", _click("double_click")),
    (r"right[- ]?click(?: on)?\s+(?P<x>.+)", _click("right_click")),
    (r"(?:用?右键(?:点击|单击)?|右击)\s*(?P<x>.+)", _click("right_click")),
    (r"(?:(?:left[- ]?)?click|tap)(?: on)?\s+(?P<x>.+)", _click("left_click")),
    (r"(?:点击|单击|点按|点一下)\s*(?P<x>.+)", _click("left_click")),
    (rf"(?:type|enter|write|input|fill)(?: in)?\s+(?P<text>{QUOTED})(?:\s+(?:into|in|to|on)\s+(?P<x>.+))?", _type),
    (rf"fill(?: in| out)?\s+(?P<x>.+?)\s+with\s+(?P<text>{QUOTED}|.+)", _type),
    (r"(?:type|enter|write|input)\s+(?P<text>.+)\s+into\s+(?P<x>.+)", _type),
    (rf"(?:type|enter|write|input)\s+(?P<text>.+)\s+(?:in|to|on)\s+(?P<x>.+\s(?:{FIELD_ROLES}))", _type),
    (r"(?:type|write|input)\s+(?P<text>.+)", _type),
    (rf"在\s*(?P<x>.+?)(?:里面|里|中|内|上|处)?\s*(?:输入(?!框)|键入|填写|填入)\s*(?P<text>{QUOTED}|.+)", _type),
    (
        rf"(?:把|将)\s*(?P<text>{QUOTED})\s*(?:输入|键入|填入|写入)(?:到|进|至|在)?\s*(?P<x>.+?)(?:里面|里|中|内)?",
        _type,
    ),
    (rf"(?:输入|键入|填写|填入)\s*(?P<text>{QUOTED})\s*(?:到|进|至|在)\s*(?P<x>.+?)(?:里面|里|中|内|上)?", _type),
    (rf"(?:输入|键入)\s*(?P<text>[^到进在]+)(?:到|进)\s*(?P<x>.+?(?:{FIELD_ROLES_ZH}))(?:里面|里|中|内|上)?", _type),
    (r"(?:输入|键入|填入)\s*(?P<text>.+)", _type),
    (r"(?:press|hit)\s+(?P<x>.+)", _press),
    (r"按下?\s*(?P<x>.+)", _press),
    (
        rf"scroll\s+(?P<way>up|down)(?:\s+(?:by\s+)?(?P<n>{_N})(?:\s+(?:times|notch(?:es)?|lines?|steps?|clicks?))?)?"
        r"(?:\s+(?:in|on|over|at|inside)\s+(?P<x>.+))?",
        _scroll,
    ),
    (rf"(?:向|往)(?P<way>[上下])\s*(?:滚动|滑动|翻页?)\s*(?:(?P<n>{_N})\s*(?:次|格|行|下)?)?", _scroll),
    (rf"(?:wait|等待?)(?:\s+for)?\s*(?P<n>{_N}){_SECONDS}", _pause),
    (
        rf"wait\s+(?:(?:up to|at most)\s+(?P<m>{_N}){_SECONDS}\s+)?(?:for|until|till)\s+(?P<x>.+?)"
        r"(?:\s+(?:to\s+appear|appears?|shows? up|to be (?:visible|shown)|is (?:visible|shown|there|displayed)|"
        r"(?P<gone>to\s+(?:disappear|vanish)|disappears?|vanishe?s?|is gone|is not (?:visible|shown|there)|"
        rf"is no longer (?:visible|shown|there))))?{_UP_TO}",
        _await,
    ),
    (
        rf"等(?:待|到)?\s*(?P<x>.+?)\s*(?:(?P<gone>{_GONE_ZH})|{_SEEN_ZH})?(?:，?(?:最多)?\s*(?P<n>{_N}){_SECONDS})?",
        _await,
    ),
    (
        r"(?:check|verify|make sure|ensure|confirm)(?: that)?\s+(?P<x>.+?)\s+(?:"
        rf"(?:is|are)\s+(?:{_VISIBLE})|appears?|(?P<gone>(?:is|are)(?: not|n['’]t| no longer)\s+(?:{_VISIBLE})|"
        r"(?:is|are) gone|(?:does|do)(?: not|n['’]t) appear))",
        _check,
    ),
    (
        rf"(?:检查|确认|确保|验证)(?:一下)?\s*(?P<x>.+?)\s*(?:是否|是不是)?(?:(?P<gone>{_GONE_ZH})|(?:{_SEEN_ZH}))",
        _check,
    ),
    (r"read(?:\s+(?:all|everything|(?:all\s+)?(?:the\s+)?(?:screen|text|whole screen)))?", _read),
    (r"读取?(?:屏幕|全部|所有)?(?:上的)?(?:所有)?(?:文字|内容)?", _read),
    (r"read\s+(?:the\s+(?:text|value)\s+(?:of|right of|next to|below|beside|under)\s+)?(?P<x>.+)", _read),
    (r"读取?\s*(?P<x>.+?)(?:的(?:内容|值|文字))?", _read),
)
_SENTENCES = tuple((re.compile(pattern, re.IGNORECASE), build) for pattern, build in _PATTERNS)
