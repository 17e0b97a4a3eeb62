"""Sentences that look: scroll, wait, check what is visible, read and answer."""

from __future__ import annotations

import re

from agent.offline.amounts import SECONDS, N, number, seconds
from agent.offline.clause import clauses
from agent.offline.instructions import Await, Check, Instruction, Pause, Read, Turn
from agent.offline.quotes import QUOTED
from agent.offline.refusals import NotUnderstood
from agent.offline.sentences import Sentence
from agent.offline.targets import target, text_of

MAX_NOTCHES = 50
DEFAULT_NOTCHES = 5
DEFAULT_WAIT = 30.0
A_MOMENT = 2.0
"""Seconds of "wait a moment"."""
_END = re.compile(
    r"(?:the )?(?:very )?(?:bottom|top|end|start|beginning)(?: of .+)?|"
    r"(?:页面|屏幕|窗口|列表)?的?(?:最?[底顶][部端]?|最[上下][面方边端]?|末尾|开头)|all the way|"
    r"[上下]一?[页屏]|第.{1,2}页",
    re.IGNORECASE,
)
_UNSEEN = re.compile(
    r"(?:the |this )?(?:page|site|website|app|application|program|window|browser|screen|file|download|upload|"
    r"everything|it|installation|process|i|we|you)\s.+|"
    r"(?:页面|网页|网站|程序|软件|应用|窗口|浏览器|屏幕|界面|文件|一切).*(?:完成?|好|完毕|结束|打开|启动|加载)了?|"
    r".*(?:加载|下载|打开|启动|载入|安装)(?:完|好|完毕|结束)了?|"
    r".+\s(?:to be|is|becomes?) (?:enabled|clickable|active|available|ready|done|finished)|.+(?:可点击|可用|变亮)|"
    r"\d+(?:\s*(?:hours?|days?))?|[\d一二两三四五六七八九十半几]+个?(?:小时?|钟头|天|秒钟?|分钟?)?",
    re.IGNORECASE,
)
"""What a person sees happen, but no text says."""
_THING = re.compile(
    r"(?:(?:the|an?|any|this|that)\s)?(?:[a-z-]+\s){0,2}(?:dialog(?: box)?|pop-?up|window|message|alert|notification|"
    r"toast|banner|spinner|bar|indicator|animation|image|picture|logo|tooltip|overlay)s?|(?:any )?(?:errors|warnings)|"
    r"(?:the|an?)\s(?:red|green|yellow|blue|orange)\s.+|no\s.+|"
    r"[^\x00-\x7f]{0,6}(?:弹窗|弹框|对话框|窗口|提示框?|动画|进度条|图片|转圈|报错|警告|消息|信息|浮层|遮罩)",
    re.IGNORECASE,
)
"""What a thing is, and not what is written on it: it is on no screen, and so always gone."""
_FURTHER = re.compile(r"\s(?:is|are|isn['’]t|aren['’]t)\s|.(?:可见|显示|出现)", re.IGNORECASE)
_SEVERAL = re.compile(r"\sand\s|[,，、]|和|以及", re.IGNORECASE)
"""Texts of which each may be there, though not all as one."""
_OF_ROW = re.compile(
    rf"(?:the )?(?P<x>(?!.*\b(?:in|row|line)\b)[A-Za-z][\w -]*) (?:of|for) (?:the )?(?P<row>{QUOTED})", re.IGNORECASE
)
"""What a table says of something: the price of “Spring”."""
_ALL = re.compile(
    r"(?:all|(?:what is )?(?:everything )?on the (?:screen|page)|everything|"
    r"(?:all )?(?:of )?(?:the |this )?(?:(?:whole |entire )?(?:screen|page|window)|text|texts)"
    r"(?: (?:on|of|from) the (?:whole )?(?:screen|page|window))?|everything on the (?:screen|page)|"
    r"(?:整个)?(?:屏幕|页面|窗口)?(?:全部|所有)?(?:上|里|中)?的?(?:全部|所有)?的?(?:文字|内容)?)",
    re.IGNORECASE,
)


def _scroll(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...]:
    groups = match.groupdict()
    notches = round(number(groups["n"])) if groups.get("n") else DEFAULT_NOTCHES
    if not 1 <= notches <= MAX_NOTCHES:
        raise NotUnderstood(
            f"the wheel turns 1 to {MAX_NOTCHES} notches", f"滚轮可转 1 到 {MAX_NOTCHES} 格", sentence.restored()
        )
    up = (groups.get("way") or "down").lower() in ("up", "上")
    over, until = groups.get("x"), groups.get("until")
    if over is not None and re.fullmatch(r"(?:the )?(?:page|screen|window)|it|页面|屏幕|窗口", over, re.IGNORECASE):
        over = None
    if until is not None and _END.fullmatch(until):
        raise NotUnderstood(
            "the end of a page is not seen: scroll to a text on it",
            "看不出页面的尽头：请滚动到某段文字",
            sentence.restored(),
        )
    return (
        Turn(
            notches if up else -notches,
            target(over, sentence) if over else None,
            text_of(until, sentence) if until else None,
        ),
    )


def _pause(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...]:
    given = match.groupdict().get("n")
    return (Pause(A_MOMENT if given is None else seconds(given, sentence)),)


def _await(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...]:
    groups = match.groupdict()
    if _UNSEEN.fullmatch(match["x"]):
        raise NotUnderstood(
            'name the text to wait for, as: wait for "Done"',
            "请说出要等待的文字，例如：等待“完成”",
            sentence.restored(),
        )
    given = next((groups[name] for name in ("n", "m") if groups.get(name)), None)
    limit = DEFAULT_WAIT if given is None else seconds(given, sentence)
    return (Await(*_looked_for(match, sentence), limit),)


def _check(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...]:
    return (Check(*_looked_for(match, sentence)),)


def _looked_for(match: re.Match[str], sentence: Sentence) -> tuple[str, bool]:
    """The text, and whether it is to be there. Without quotation marks it must be plain that it is one text."""
    words, is_gone = match["x"].strip(), bool(match.groupdict().get("gone"))
    if _THING.fullmatch(words):
        raise NotUnderstood(
            "it knows things by their texts: put the one that is looked for in quotation marks",
            "它只认得文字：请把要查找的文字放在引号里",
            sentence.restored(),
        )
    if _FURTHER.search(words) or (is_gone and _SEVERAL.search(words)):
        raise NotUnderstood("look for one text after the other", "请一次只查找一段文字", sentence.restored())
    return text_of(words, sentence), not is_gone


def _seen_zh(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...] | None:
    """What is to be there; None where only a text is named, which may be looked for or ticked."""
    is_told = re.search("页面|屏幕|窗口|有|显示|出现", match[0]) is not None
    return _check(match, sentence) if is_told else None


def _read(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...]:
    words = (match.groupdict().get("x") or "").strip()
    if not words or _ALL.fullmatch(words):
        return (Read(None),)
    items = re.split(r"\s*[,，、]\s*(?:and\s+)?|\s+and\s+|\s*[和与]\s*", words)
    if len(items) > 1 and all(re.search(QUOTED, item) for item in items):
        return tuple(Read(target(item, sentence)) for item in items)
    if re.fullmatch(
        r"(?:the |this )?(?:dialog(?: box)?|pop-?up|window|form|table)|(?:对话框|弹窗|窗口|表格)[里中上]?", words
    ):
        raise NotUnderstood("name the label of what is to be read", "请说出要读取的标签", sentence.restored())
    if (cell := _OF_ROW.fullmatch(words)) is not None:
        words = f"{cell['x']} in the row of {cell['row']}"
    return (Read(target(words, sentence)),)


def _answer(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...]:  # noqa: ARG001
    """Says again that what was read is the answer."""
    return ()


_BRIEFLY = r"(?:a (?:little |short )?(?:moment|bit|while|little|tick)|briefly)"
_LIMIT = rf"(?:for |up to |at most |within |最多)?\s*(?P<n>{N}{SECONDS})"
_UP_TO = rf"(?:\s*,?\s*{_LIMIT})?"
_SEEN = (
    r"(?:visible|shown|displayed|present)(?: on (?:the|this) (?:screen|page))?|there|on (?:the |this )?(?:screen|page)"
)
_APPEARS = (
    rf"(?:to\s+(?:appear|show up|be (?:{_SEEN}))|appears?|shows? up|comes? up|(?:is|are) (?:{_SEEN})|can be seen)"
)
_GOES = (
    r"(?:to\s+(?:disappear|vanish|go away|close|be gone)|closes|disappears?|vanishe?s?|goes away|(?:is|are) gone|"
    rf"(?:is|are)(?: not| no longer|n['’]t) (?:{_SEEN}))"
)
_IS_SEEN = rf"(?:(?:is|are)\s+(?:{_SEEN})|(?:should|must) be (?:{_SEEN})|appears?|exists?|can be (?:seen|read))"
_IS_GONE = (
    rf"(?:(?:is|are)(?: not|n['’]t| no longer)\s+(?:{_SEEN})|(?:should|must) not be (?:{_SEEN})|"
    r"(?:is|are) (?:gone|hidden)|(?:has|have) disappeared|(?:does|do)(?: not|n['’]t) (?:appear|exist))"
)
_GONE_ZH = "不可见|不见了|没有?出现|没有?显示|未出现|未显示|不显示|不存在|不在屏幕上|看不见|看不到|消失了?|已消失"
_SEEN_ZH = "出现在屏幕上|可见|出现了?|已出现|显示出来|显示|已显示|存在|在屏幕上"
_CHECK = r"(?:check|verify|make sure|be sure|ensure|confirm|see)(?: that| whether| if)?"
_ON_PAGE = r"(?:\s+on (?:the )?(?:screen|page))?"
_CHECK_ZH = "(?:检查|检验|确认|确保|验证)(?:一下)?"
_ON_PAGE_ZH = "(?:页面|屏幕|窗口)?[上里中]?(?:是否有?|有没有|有)?(?:显示|出现)?了?"
_DIRECTION = r"(?P<way>up|down)(?:wards?)?"
_SOME = "(?:a (?:little )?bit|a little|some|further)"
_COUNT = rf"(?:\s+(?:by\s+)?(?P<n>{N})(?:\s+(?:times|notch(?:es)?|lines?|steps?|clicks?|ticks?))?|\s+{_SOME})?"
_OVER = r"(?:\s+(?:in|on|over|at|inside|within)\s+(?P<x>.+?))?"
_SIGHT = rf"(?:is (?:{_SEEN}|in view)|appears?|shows? up|comes into view|can be seen)"
_TILL = rf"\s*,?\s+(?:until|till)\s+(?:you (?:see|find|reach)\s+)?(?P<until>.+?)(?:\s+{_SIGHT})?"
_TURN_ZH = "(?:滚动|滚|滑动|翻动|翻页?|拉动?)"
_OF = (
    r"(?:in (?=the |[\ue000-\uf8ff])|"
    r"(?:the )?(?:text|value|contents?) (?:of|in|right of|to the right of|next to|below|beside|under) )?"
)
_IN_ZH = r"(?:在\s*(?P<x>.+?)(?:里面|里|中|内|上)?\s*)?"
_COUNT_ZH = rf"\s*(?:一[点些下]儿?|(?P<n>{N})\s*[次格行下]?)?"
_TELL = r"(?:answer|(?:and )?tell me|report|reply|say|give)"
_AND_ANSWER = rf"(?:,?\s+(?:and\s+)?{_TELL}(?: (?:me|it|with it|back|the (?:answer|result|value)|what it says))*)"
_AND_ANSWER_ZH = "(?:[,，]?(?:然后|并且?|再)?(?:回答|告诉我|报告)(?:给我|我|它|结果)?)"

LOOKING = clauses(
    (rf"scroll\s+(?P<until>all the way)\s+{_DIRECTION}.*", _scroll),
    (rf"scroll\s+{_DIRECTION}{_COUNT}{_OVER}{_TILL}", _scroll),
    (rf"scroll\s+{_DIRECTION}{_OVER}\s+to\s+(?P<until>.+)", _scroll),
    (rf"scroll\s+(?P<x>.+?)\s+{_DIRECTION}{_TILL}", _scroll),
    (rf"scroll\s+(?P<x>.+?)\s+{_DIRECTION}\s+to\s+(?P<until>.+)", _scroll),
    (r"scroll\s+(?:to|until you (?:see|find|reach))\s+(?P<until>.+)", _scroll),
    (rf"scroll\s+until\s+(?P<until>.+?)\s+{_SIGHT}", _scroll),
    (r"scroll\s+(?P<until>.+?)\s+into view", _scroll),
    (rf"scroll\s+{_DIRECTION}{_COUNT}{_OVER}", _scroll),
    (rf"scroll\s+(?P<x>.+?)\s+{_DIRECTION}{_COUNT}", _scroll),
    (rf"{_IN_ZH}(?:向|往)(?P<way>[上下]){_TURN_ZH}{_COUNT_ZH}", _scroll),
    (rf"(?:把|将)\s*(?P<x>.+?)\s*(?:向|往)(?P<way>[上下]){_TURN_ZH}{_COUNT_ZH}", _scroll),
    (
        rf"{_IN_ZH}(?:(?:向|往)(?P<way>[上下]))?{_TURN_ZH}{_COUNT_ZH}[,，]?\s*(?:直到|到|至)(?:看到|看见|出现)?\s*"
        rf"(?P<until>.+?)(?:{_SEEN_ZH})?(?:为止)?",
        _scroll,
    ),
    (rf"(?P<way>[上下])滑{_COUNT_ZH}", _scroll),
    (r"(?P<way>[上下])[拉滑翻](?:到|至|直到)(?:看到|看见|出现)?\s*(?P<until>.+?)(?:为止)?", _scroll),
    (rf"(?:wait|pause|sleep|稍?等待?|暂停|停顿?)(?:\s+for)?\s*(?:about\s+|大约|大概|约)?(?P<n>{N}{SECONDS})", _pause),
    (rf"(?:wait|pause)(?:\s+for)?(?:\s+{_BRIEFLY})", _pause),
    (r"(?:稍?等(?:待|候)?|暂停|停顿?)(?:一下|一?小?会儿?|片刻)|稍[等候]", _pause),
    (
        rf"wait\s+(?:(?:up to|at most)\s+(?P<m>{N}{SECONDS})\s+)?(?:for|until|till|til)\s+"
        r"(?:(?:you|i|we) (?:can )?see\s+|it (?:says|shows|reads)\s+)?(?P<x>.+?)"
        rf"(?:\s+(?:{_APPEARS}|(?P<gone>{_GOES})))?{_UP_TO}",
        _await,
    ),
    (rf"wait\s+while\s+(?P<x>.+?)\s+(?P<gone>(?:is|are) (?:{_SEEN})){_UP_TO}", _await),
    (rf"(?:once|when|as soon as)\s+(?P<x>.+?)\s+(?:{_APPEARS}|(?P<gone>{_GOES})|has appeared)", _await),
    (
        r"等待?+直?+到?+(?:页面|屏幕|窗口)[上里中]?(?:出现|显示)"
        rf"(?P<x>{QUOTED})(?:为止|之?后|以后|时|的时候)?(?:[,，]?(?:最多)?\s*(?P<n>{N}{SECONDS}))?",
        _await,
    ),
    (
        rf"(?:等待?+(?!一下|一会)[,，]?直?+到?+|当|直到)(?:你?(?:看到|看见))?\s*(?P<x>.+?)\s*(?:(?P<gone>{_GONE_ZH})|{_SEEN_ZH})?(?:为止|之?后|以后|时|的时候)?"
        rf"(?:[,，]?(?:最多)?\s*(?P<n>{N}{SECONDS}))?",
        _await,
    ),
    (rf"{_CHECK}\s+there(?: is| are|['’]s) (?P<gone>no|not an?)\s+(?P<x>.+?){_ON_PAGE}", _check),
    (rf"{_CHECK}\s+there(?: is| are|['’]s)\s+(?P<x>.+?){_ON_PAGE}", _check),
    (rf"{_CHECK}\s+(?:the|this) (?:page|screen|window) (?:shows|says|contains|displays)\s+(?P<x>.+)", _check),
    (rf"{_CHECK}\s+(?P<x>.+?)\s+(?:{_IS_SEEN}|(?P<gone>{_IS_GONE}))", _check),
    (rf"(?P<x>{QUOTED})\s+(?:{_IS_SEEN}|(?P<gone>{_IS_GONE}))", _check),
    (rf"(?:{_CHECK_ZH}|看看?){_ON_PAGE_ZH}\s*(?P<x>{QUOTED})", _seen_zh),
    (rf"{_CHECK_ZH}\s*(?P<x>.+?)\s*(?:是否|是不是|有没有)?(?:(?P<gone>{_GONE_ZH})|(?:{_SEEN_ZH}))", _check),
    (rf"{_CHECK_ZH}\s*(?:屏幕上)?(?P<gone>没有)\s*(?P<x>.+)", _check),
    (rf"{_TELL}(?: (?:me|it|with it|the (?:answer|result)))*|(?:回答|告诉我)(?:结果|它|我)?", _answer),
    (rf"(?:read|copy)(?P<x>){_AND_ANSWER}", _read),
    (r"read(?P<x>)", _read),
    (rf"读取?(?P<x>(?:整个)?(?:屏幕|全部|所有)?(?:上的)?(?:所有)?(?:文字|内容)?){_AND_ANSWER_ZH}?", _read),
    (rf"复制(?P<x>(?:整个)?(?:屏幕|全部|所有)?(?:上的)?(?:所有)?(?:文字|内容)?){_AND_ANSWER_ZH}", _read),
    (rf"copy\s+{_OF}(?P<x>.+?){_AND_ANSWER}", _read),
    (rf"read(?: out)?(?: me)?\s+{_OF}(?P<x>.+?){_AND_ANSWER}?", _read),
    (rf"(?:tell me|report)\s+(?:what (?:is )?)?{_OF}(?P<x>.+?)(?: is| says)?", _read),
    (rf"what(?: is|['’]s)\s+{_OF}(?P<x>.+)", _read),
    (rf"how (?:much|many|long|high) (?:is|are)\s+{_OF}(?P<x>.+)", _read),
    (rf"what does\s+{_OF}(?P<x>.+?)\s+(?:say|show|read)", _read),
    (rf"复制\s*(?P<x>.+?)(?:的(?:内容|值|文字))?{_AND_ANSWER_ZH}", _read),
    (rf"读(?:取|出)?+(?:一下)?\s*(?P<x>.+?)(?:的(?:内容|值|文字))?{_AND_ANSWER_ZH}?", _read),
    (r"(?:告诉我|回答)\s*(?P<x>.+?)(?:的(?:内容|值|文字))?(?:是(?:多少|什么|几|谁))?", _read),
    (r"(?:看一下|看看?|查看)?(?P<x>[^\s,，“”]{1,12}?)(?:的(?:内容|值|文字))?是(?:多少钱?|什么|几|谁)", _read),
    (rf"(?:看看?|查看)?(?P<x>{QUOTED}.*?)(?:的(?:内容|值|文字))?是(?:多少钱?|什么|几|谁)", _read),
)  # fmt: skip
