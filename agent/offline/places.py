"""The words for where a thing is: ordinals, parts of the screen, and relations to another thing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast

from agent.offline.instructions import Area, Relation
from agent.offline.quotes import QUOTED
from agent.offline.roles import BESIDE_QUOTED_ZH

_ORDER = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth"
_ORDINALS = {word: n for n, word in enumerate(_ORDER.split("|"), 1)} | {"last": -1}
ORDINAL = rf"(?:{'|'.join(_ORDINALS)}|\d{{1,2}}(?:st|nd|rd|th))"
ORDINAL_ZH = (
    r"(?:第\s*(?:\d{1,2}|[一二三四五六七八九]?十?[一二三四五六七八九]?)\s*[个项条行张]|"
    r"(?:最后|倒数第一)一?[个项条张])的?"
)
_DIGITS_ZH = {digit: n for n, digit in enumerate("一二三四五六七八九", 1)}

_SIDE = r"(?:upper|top|lower|bottom|left|right|middle|cent(?:er|re)|upper|lower)"
AREA = (
    rf"(?:(?:very )?(?:(?:upper|top|lower|bottom)[- ]?(?:left|right)|{_SIDE})(?:[- ]?hand)?"
    r"(?: (?:corner|side|edge|part|half|end|menu|side ?bar|(?:tool|menu|task)? ?bar|panel|pane|column))*)"
)
_AREA_TAIL = r"(?: of (?:the |this )?(?:screen|window|page|desktop|display|form))?"
_CORNER = r"(?:左上|右上|左下|右下)[角方]?"
_EDGE = r"(?:左[侧边面方]|右[侧边面方]|[顶底]部|顶端|底端|最?[上下][面方边]|中间|中央|正中)"
AREA_ZH = rf"(?:(?:屏幕|窗口|页面|桌面|界面)的?)?(?:{_CORNER}|{_EDGE})(?:的|(?={QUOTED}))"

# The first of these cannot well be part of a label ("Save next to Cancel"), the others can ("Insert row above").
_CLEAR = {
    "next to": r"next to|beside",
    "left of": r"(?:to|on) the left(?: side)? of|left of",
    "right of": r"(?:to|on) the right(?: side)? of|right of",
}
_WEAK = {"above": r"above|over", "below": r"below|under(?:neath)?|beneath", "in": r"inside|within|in"}
_RELATIONS = _CLEAR | _WEAK
_GROUP = (
    r"(?:(?:table )?row|line|dialog(?: box)?|window|(?:sub)?section|group(?: ?box)?|frame|fieldset|block|"
    r"panel|pane|form|tool ?bar|side ?bar|card|"
    r"pop-?up|page|table|tab|menu|list|column)"
)
_OF = r"(?:of|with|for|containing|that contains|that says|labell?ed|called|named|titled)"
IN = re.compile(
    rf"(?:(?P<mark>{QUOTED})|(?:the |this )?(?P<kind>{_GROUP}) (?:{_OF} )?(?P<of>.+)|"
    rf"(?P<article>the )?(?P<owner>.+?)(?P<s>['’]s)? (?P<group>{_GROUP}))",
    re.IGNORECASE,
)
"""What stands after "in": a quoted text, or a row, a dialog or the like with its text."""
FRONT = re.compile(
    r"(?:the|this|that) (?:(?:open(?:ed)?|new|current|front) )?(?:dialog(?: box| window)?|pop-?up(?: window)?|modal)",
    re.IGNORECASE,
)
IN_FRONT_ZH = re.compile(
    r"在?(?:这个|该|弹出的?|打开的?|当前的?)?(?:对话框|弹窗|弹出框|弹框|提示框)(?:(?:里面|里|中|内|上)的?|的)(?P<rest>.+)"
)
"""A dialog that is in front, whatever its title."""
PLACE = re.compile(
    r",? (?:that is |which is |located )?(?:(?:right|just|directly) (?=next to |beside |below |under|above ))?"
    rf"(?:(?P<area>(?:in|at|on|near) (?:the )?{AREA}{_AREA_TAIL}(?=[ ,]|$)(?! of ))|"
    + "|".join(f"(?P<r{i}>(?:{words}) )" for i, words in enumerate(_RELATIONS.values()))
    + "|(?P<of>(?:of|from|on) (?=(?:the )?(?:row|line) |"
    r"the .{1,80} (?:row|line|toolbar|dialog)$|" + rf"(?:the )?(?:{_GROUP} {QUOTED}|{QUOTED} {_GROUP})$)))",
    re.IGNORECASE,
)
_RELATIONS_ZH = {
    "next to": "旁边|边上|旁|附近",
    "left of": "左[边侧面方]|前面",
    "right of": "右[边侧面方]|后面",
    "above": "上[面方边]|之上",
    "below": "下[面方边]|之下|底下",
}
NAMED_GROUP_ZH = (
    "(?:行|对话框|窗口|分组框?|小组|组|框架|栏目|区块|小节|面板|区域|部分|表单|工具栏|侧边栏|卡片|弹窗|页面|表格|"
    "选项卡|标签页|菜单|列表|一栏)"
)
TITLE_BEHIND_ZH = re.compile(rf"({NAMED_GROUP_ZH})\s*({QUOTED})(?=(?:里面|里|中|内|上)的?|的)")
"""对话框“X”中的 says what “X”对话框中的 says."""
_NOT_OF_SCREEN = "(?<!屏幕)(?<!窗口)(?<!页面)(?<!桌面)(?<!界面)"
RELATED_ZH = re.compile(
    rf"在?(?P<anchor>.+?)(?:的|那一?|这一?|所在的?)*(?:{_NOT_OF_SCREEN}(?:"
    + "|".join(f"(?P<r{i}>{words})" for i, words in enumerate(_RELATIONS_ZH.values()))
    + rf")(?:的|(?={QUOTED}))|{NAMED_GROUP_ZH}(?:里面|里|中|内|上)?的|"
    rf"{NAMED_GROUP_ZH}(?:里面|里|中|内)|(?<={QUOTED})(?:里面|里|中|内)的?|菜单下的|"
    rf"(?<={QUOTED})的(?!时候|同时|(?:这个|那个)?\s*{BESIDE_QUOTED_ZH}$))"
    rf"(?P<rest>(?:(?!的?{_NOT_OF_SCREEN}(?:{'|'.join(_RELATIONS_ZH.values())}|{NAMED_GROUP_ZH}(?:里面|里|中|内|上)?)的).)+)",
)
"""The last relation in a Chinese phrase: what it starts from stands before it, what is meant behind it."""
AREA_ALONE = re.compile(
    rf"(?:the )?{AREA}{_AREA_TAIL}|(?:(?:屏幕|窗口|页面|桌面|界面)的?)?(?:{_CORNER}|{_EDGE})", re.IGNORECASE
)


OPEN_MENU = (
    r"(?:(?:the|this|that) (?:open(?:ed)?|context|pop-?up|right[- ]?click|shortcut|drop-?down|resulting|current) menu|"
    r"(?:the|this|that) menu (?:that|which) (?:(?:is|was|has|just) )*(?:open(?:ed|s)?|shown|appeared|appears|"
    r"popped up|pops up|come up|comes up|dropped down))"
)
OPEN_MENU_ZH = r"(?:(?:已?打开|弹出|展开|出现|右键|上下文|快捷|弹)(?:来|了)?的?(?:右键|下拉|快捷|上下文)?菜单)"
"""A menu that is there, whatever its name."""


@dataclass(frozen=True)
class Place:
    """A place clause found in a sentence's words."""

    area: Area | None
    relation: Relation | None
    is_clear: bool
    """It cannot well be part of a label."""


def place_of(match: re.Match[str]) -> Place:
    """What a match of `PLACE` says."""
    if match["area"]:
        words = match[0].lower()
        is_clear = "corner" in words or "screen" in words or " " in area_of(match["area"])
        return Place(area_of(match["area"]), None, is_clear)
    name = next((name for i, name in enumerate(_RELATIONS) if match[f"r{i}"]), "in")
    is_row = re.match(
        r"(?:the )?(?:(?:row|line) (?:of|with|for|containing) |\S.*['’]s (?:row|line)$)",
        match.string[match.end() :],
        re.IGNORECASE,
    )
    return Place(None, cast("Relation", name), name in _CLEAR or is_row is not None)


def relation_zh(match: re.Match[str]) -> Relation:
    """The relation that a match of `RELATED_ZH` says."""
    name = next((name for i, name in enumerate(_RELATIONS_ZH) if match[f"r{i}"]), "in")
    return cast("Relation", name)


def area_of(words: str) -> Area:
    """The part of the screen that words name, in either language."""
    low = words.lower()
    parts = (
        ("top", ("top", "upper", "上", "顶")),
        ("bottom", ("bottom", "lower", "下", "底")),
        ("left", ("left", "左")),
        ("right", ("right", "右")),
    )
    return cast("Area", " ".join(name for name, spellings in parts if any(s in low for s in spellings)) or "middle")


def ordinal_of(words: str) -> int:
    """1 for "first", "1st" and 第一个; -1 for the last."""
    low = words.lower()
    if low in _ORDINALS:
        return _ORDINALS[low]
    if digits := re.search(r"\d+", low):
        return int(digits[0])
    if "最后" in low or "倒数" in low:
        return -1
    return number_zh(re.sub(r"[^一二三四五六七八九十]", "", low))


def number_zh(digits: str) -> int:
    """三 is 3, 十 is 10, 二十三 is 23."""
    tens, ten, ones = digits.rpartition("十")
    return (_DIGITS_ZH.get(tens, 1) * 10 if ten else 0) + _DIGITS_ZH.get(ones, 0)
