"""Sentences that point: open, close, click, focus, hover, drag."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

from agent.offline.amounts import TIMES, times
from agent.offline.clause import Build, clauses
from agent.offline.instructions import Button, Click, Close, Drag, Hover, Instruction, Open, Target, Tick
from agent.offline.listed import is_quoted_list, listed
from agent.offline.naming import ARTICLE
from agent.offline.places import OPEN_MENU, OPEN_MENU_ZH, ORDINAL, ORDINAL_ZH
from agent.offline.quotes import QUOTED
from agent.offline.refusals import NotUnderstood
from agent.offline.roles import ROLE
from agent.offline.sentences import Sentence
from agent.offline.targets import target

_PATH = re.compile(r"\s*(?:>|→|->|»)\s*")
# A menu that drops down is too small a change to count as a program that opened.
_CLICKED = frozenset({"menu", "tab", "link", "button", "option", "list", "radio"})
_IN_FRONT = re.compile(
    r"(?:it|(?:(?:the|this)\s+)?(?:current\s+|open\s+|active\s+)?(?P<kind>window|dialog(?: box)?|pop-?up|tab|program|"
    r"app(?:lication)?))|(?:它|(?:当前|这个|该|此|弹出|打开)?的?(?P<zh>窗口|对话框|弹窗|标签页|选项卡|程序|应用程序|应用))",
    re.IGNORECASE,
)
_MENU = re.compile(
    rf"{QUOTED}|(?!(?:Do|Don['’]t|Never|Not|No|If|Unless|Please)\b)[A-Z][\w-]*(?: [\w-]+)?|"
    r"(?![不别请勿没未取除如])[\u4e00-\u9fff]{2,4}"
)
"""What a path without a verb may begin with."""
_HELD = r"window|dialog(?: box)?|pop-?up|tab"
_HELD_ZH = "窗口|对话框|弹窗|标签页|选项卡"
_CLOSED = re.compile(
    rf"(?:(?:the|this)\s+)?(?:(?P<kind>{_HELD})\s+(?:(?:named|called|titled|labell?ed)\s+)?(?P<of>.+)|"
    rf"(?P<x>.+?)\s+(?P<after>{_HELD})|(?P<zh>.+?)的?(?P<last>{_HELD_ZH}))",
    re.IGNORECASE,
)

_BROWSER = r"(?:the |my |a |your )?(?:web ?)?(?:browser|firefox|chrome|chromium|edge|safari)"
_SITE = (
    r"(?:[\w-]+\.)+(?:com|org|net|edu|gov|io|dev|cn|hk|tw|jp|kr|uk|de|fr|nl|eu|ru)"
    r"(?:\.(?:cn|uk|jp|au|br))?(?:[:/?#]\S*)?|localhost(?:[:/]\S*)?|(?:\d{1,3}\.){3}\d{1,3}(?:[:/]\S*)?"
)
"""A page's address, and not the name of a file."""
_UNOPENED = re.compile(
    r"an?\s+(?:(?:new|blank|empty)\s+)?(?:tab|window|document|file|page|web ?page|website|site|folder|link|image|"
    r"picture|photo|video|message|e-?mail)|(?:an?|another|the)\s+(?:incognito|private)\s.+|"
    r"(?:(?:the\s+)?(?:website|web ?page|site|url|address|page)\s+)?(?:https?://|www\.).*|"
    r"(?:the\s+)?(?:website|url)\s+.+|.+\s(?:with|using)\s.+|.+\sin\s(?:an?|another)\s.+|"
    "(?:一个)?新的?(?:标签页?|选项卡|窗口|文档|文件|网页)|一[个份张封](?:文件|文档|网页|文件夹|图片|视频|邮件|链接)|"
    r"(?:网址|网站|网页|链接)?\s*(?:https?://|www\.).*|(?:网址|网站|网页)\s*[A-Za-z].*|"
    rf"(?:{_SITE})(?:\s+in\s+{_BROWSER})?",
    re.IGNORECASE,
)
"""What is not on the screen to be opened: new, one of many, an address; or it is said with what."""
MACHINE = (
    r"(?:(?:the|my|this)\s+)?(?:computer|pc|laptop|machine|system|screen|monitor)|"
    "电脑|计算机|主机|系统|机器|显示器|屏幕"
)
"""Is not switched off by its name."""
_CARET_ZH = re.compile(
    "(?:文[本字档]|行|段落?|页面?|表格)?的?(?:最?末尾?|最?开头|结尾|[行段]?[首尾]|行末)|第.{1,3}行|[上下前后]一?[行个].*"
)
_CARET = re.compile(
    r"(?:the )?(?:very )?(?:(?:end|start|beginning|top|bottom)|(?:next|previous) line)(?: of .+)?", re.IGNORECASE
)
"""Where a caret may be, without a text to point at."""
_KEY_NAMES = re.compile(
    r"(?:the )?(?i:enter|return|tab|esc|escape|space|backspace) key|"
    r"enter|return|tab|esc|escape|space|spacebar|backspace|回车键?|空格键?|退格键?"
)
"""In small letters: as likely pressed as clicked."""


def click_on(words: str, sentence: Sentence, button: Button = "left_click") -> tuple[Instruction, ...]:
    """Clicks one after the other, down a path of menus, "File > Save", or on several; usually there is but one."""
    if is_quoted_list(ARTICLE.sub("", words, count=1)):
        return tuple(Click(one, button) for one in listed(words, sentence).targets)
    steps = _PATH.split(words) if not re.fullmatch(QUOTED, words) else [words]
    if len(steps) > 1 and re.fullmatch(ROLE, steps[-1], re.IGNORECASE):
        steps = [words]  # the "Next >" button
    if len(steps) > 1 and button == "right_click":
        # The menu that it opens, and entries of that.
        entries = (Click(target(step, sentence, "option"), "left_click") for step in steps[1:])
        return (Click(target(steps[0], sentence), button), *entries)
    if len(steps) > 1 and button != "left_click":
        raise NotUnderstood(
            "a path of menus is clicked with the left button", "菜单路径只能用左键点击", sentence.restored()
        )
    return tuple(click for step in steps for click in in_menu(Click(target(step, sentence), button)))


def in_menu(click: Click) -> tuple[Click, ...]:
    """ "Save" in the "File" menu is there once the menu is open."""
    entry, menu = click.target, click.target.anchor
    if menu is None or entry.relation != "in" or menu.role != "menu" or click.button != "left_click":
        return (click,)
    entry = replace(entry, role=entry.role or "option", relation=None, anchor=None)
    return Click(menu, "left_click"), Click(entry, "left_click")


def _each(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...]:
    """One after the other, as is said: 依次点击文件、另存为."""
    labels = re.split(r"\s*[,，、]\s*(?:和|最后)?|\s*(?:和|以及)\s*", match["x"])
    return tuple(Click(target(one, sentence), "left_click") for one in labels)


def _click(button: Button) -> Build:
    def build(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...]:
        groups = match.groupdict()
        if _KEY_NAMES.fullmatch(match["x"]):
            raise NotUnderstood(
                f"a key or a label? say: press {match['x']}, or put the label in quotation marks",
                f"是按键还是文字？请说“按{match['x']}”，或者把文字放在引号里",
                sentence.restored(),
            )
        return click_on(match["x"], sentence, button) * times(groups.get("n"), sentence)

    return build


def _bare_path(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...] | None:
    """ "File > Save" without a verb."""
    labels = _PATH.split(match["x"])
    is_path = _MENU.fullmatch(labels[0]) is not None and all(
        re.fullmatch(rf"{QUOTED}|[A-Z\u4e00-\u9fff].*", one) for one in labels
    )
    return click_on(match["x"], sentence) if is_path else None


def _entry(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...]:
    """An entry of the menu that is open."""
    return (Click(target(match["x"], sentence, "option"), "left_click"),)


def _open(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...] | None:
    if _UNOPENED.fullmatch(match["x"]):
        return None
    if len(_PATH.split(match["x"])) > 1:
        return click_on(match["x"], sentence)
    named = target(match["x"], sentence)
    if named.role == "checkbox":
        return (Tick(named, on=True),)
    is_entry = named.relation == "in" and named.anchor is not None and named.anchor.role == "menu"
    if is_entry or named.role in _CLICKED:
        return in_menu(Click(named, "left_click"))
    return (Open(named, switches=_is_chinese(match)),)


def _is_chinese(match: re.Match[str]) -> bool:
    """Whether the verb is: 打开 and 关闭 are said of switches as well."""
    return "\u4e00" <= match.string[0] <= "\u9fff"


def _focus(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...] | None:
    if _CARET.fullmatch(match["x"]) or _CARET_ZH.fullmatch(match["x"]):
        return None
    if re.search(r"\b(?:window|app|application|program)$|(?:窗口|程序|应用)$", match["x"], re.IGNORECASE):
        return (Click(target(match["x"], sentence), "left_click"),)
    return (Click(target(match["x"], sentence, "field"), "left_click"),)


def _hover(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...] | None:
    if _CARET.fullmatch(match["x"]) or _CARET_ZH.fullmatch(match["x"]):
        return None
    return (Hover(target(match["x"], sentence)),)


def _drag(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...]:
    start, end = match["x"], match["y"]
    if re.fullmatch(r"(?:about\s)?\d+(?:\.\d+)?\s*[%％]?", end) or re.search(r"\bslider\b|滑块", start, re.IGNORECASE):
        raise NotUnderstood(
            "a slider is moved with keys: click it, then press right",
            "滑块请用按键移动：点击它，再按向右键",
            sentence.restored(),
        )
    if re.search(r"(?<!next)\s(?:to(?! the (?:left|right))|onto|into|on(?! the))\s|拖", f" {end} ") and not re.search(
        QUOTED, end
    ):
        raise NotUnderstood(
            "put what is dragged, and where, in quotation marks", "请把拖动的起点和终点放在引号里", sentence.restored()
        )
    return (Drag(target(start, sentence), target(re.sub(r"^(?:the )?(?:position|place) of ", "", end), sentence)),)


def _close_front(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...]:  # noqa: ARG001
    return (Close(None),)


def _close(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...] | None:
    words = match["x"].strip()
    if re.fullmatch(MACHINE, words, re.IGNORECASE):
        return None
    if (front := _IN_FRONT.fullmatch(words)) is not None:
        return (Close(None, _kind(front["kind"] or front["zh"])),)
    closed = _CLOSED.fullmatch(words)
    if closed is None:
        named = target(words, sentence)
        if named.role == "checkbox":
            return (Tick(named, on=False),)
        return (Close(named, switches=_is_chinese(match)),)
    kind = _kind(closed["kind"] or closed["after"] or closed["last"])
    label = closed["of"] or closed["x"] or closed["zh"]
    if re.fullmatch(f"(?:{ORDINAL})|(?:{ORDINAL_ZH})", label, re.IGNORECASE):
        raise NotUnderstood("name a text on it, not its number", "请说出上面的文字，而不是第几个", sentence.restored())
    named = target(label, sentence)
    return (Close(_whole_name(named, words, sentence) if kind == "window" else named, kind),)


def _whole_name(named: Target, words: str, sentence: Sentence) -> Target:
    """An unquoted "Main window" may be its whole title."""
    if re.search(QUOTED, words) or re.match(r"the\s|this\s", words, re.IGNORECASE):
        return named
    return replace(named, names=tuple(dict.fromkeys((*target(words, sentence).names, *named.names))))


def _kind(word: str | None) -> Literal["window", "dialog", "tab"]:
    low = (word or "").lower()
    if low.startswith(("dialog", "pop", "对话", "弹窗")):
        return "dialog"
    return "tab" if low.startswith(("tab", "标签", "选项")) else "window"


_AGAIN = rf"(?:\s+(?P<n>{TIMES})|\s+(?:once more|one more time))?"
_ON = r"(?:\s+(?:on|at))?(?:\s*[:：]\s*|\s+)"
_MOUSE_ZH = "用?(?:鼠标)?"
_CLICK_ZH = (
    rf"{_MOUSE_ZH}(?:左键)?"
    "(?:点击|单击|点按|点一下|点开(?!始|关(?!于))|点进(?!入)|点(?![评赞播歌餐名数心线阵击按选]))(?:一下)?+"
)
_MOUSE = r"(?:the )?(?:mouse|pointer|cursor)(?: pointer)?"
_END_ZH = "(?:里面|里|中|内|上面|上方|上|处)?"

_PICK = r"(?:click(?: on)?|tap(?: on)?|press|hit|select|choose|pick)"
_PICK_ZH = "(?:点击|单击|点选|点一下|点|选择|选中|选取|选)"

MENU_ENTRIES = clauses(
    (rf"{_PICK}\s+(?P<x>.+?)\s+(?:from|in|on|of)\s+{OPEN_MENU}", _entry),
    (rf"(?:from|in|on)\s+{OPEN_MENU},?\s+{_PICK}\s+(?P<x>.+)", _entry),
    (rf"[从在]?\s*{OPEN_MENU_ZH}(?:里面|里|中|上|内)?[,，]?\s*{_PICK_ZH}\s*(?P<x>.+)", _entry),
    (rf"{_PICK_ZH}\s*{OPEN_MENU_ZH}(?:里面|里|中|上|内)?的?\s*(?P<x>.+)", _entry),
)
"""Before all others: what is chosen from is no list."""

CLICKS = clauses(
    (rf"(?:依次|逐个|逐一|分别){_CLICK_ZH}\s*(?P<x>.+)", _each),
    (r"go to\s+(?P<x>(?:the .+|\S+) menu|[^>→»]+(?:\s*(?:>|→|->|»)\s*[^>→»]+)+)", _click("left_click")),
    (rf"follow\s+(?P<x>.+\slink|(?:the )?(?:hyper)?link\s.+|{QUOTED})", _click("left_click")),
    (r"(?:open|launch|start)(?: up)?\s+(?P<x>.+)", _open),
    (r"(?:打开|启动|运行)\s*(?P<x>.+)", _open),
    (r"[把将]\s*(?P<x>[^,，、]+?)\s*打开", _open),
    (r"close", _close_front),
    (r"(?:close|dismiss)\s+(?P<x>.+)", _close),
    (r"(?:关闭|关掉|关上)", _close_front),
    (r"(?:关闭|关掉|关上)\s*(?P<x>.+)", _close),
    (r"把\s*(?P<x>.+?)\s*(?:关闭|关掉|关上)", _close),
    (rf"(?:triple[- ]?click){_ON}(?P<x>.+)", _click("triple_click")),
    (r"三击\s*(?P<x>.+)", _click("triple_click")),
    (rf"double[- ]?(?:click|tap){_ON}(?P<x>.+)", _click("double_click")),
    (r"双击(?:打开(?=.))?\s*(?P<x>.+)", _click("double_click")),
    (rf"right[- ]?click{_ON}(?P<x>.+)", _click("right_click")),
    (rf"(?:left[- ]?)?click{_ON}(?P<x>.+?) with the right (?:mouse )?button", _click("right_click")),
    (rf"{_MOUSE_ZH}(?:右键(?:点击|单击)?|右击)\s*(?P<x>.+)", _click("right_click")),
    (rf"在\s*(?P<x>.+?)(?:上面|上)?\s*(?:点击?|单击|按)一?下?{_MOUSE_ZH}右键", _click("right_click")),
    (rf"middle[- ]?click{_ON}(?P<x>.+)", _click("middle_click")),
    (rf"(?:left[- ]?)?click{_ON}(?P<x>.+?) with the middle (?:mouse )?button", _click("middle_click")),
    (rf"{_MOUSE_ZH}中键(?:点击|单击)?\s*(?P<x>.+)", _click("middle_click")),
    (r"(?:click|tap)\s+(?:in|into|inside)\s+(?P<x>.+)", _focus),
    (r"focus(?:\s+on)?\s+(?P<x>.+)", _focus),
    (r"(?:put|place|move) the (?:cursor|caret) (?:in|into|inside|on|to)\s+(?P<x>.+)", _focus),
    (r"(?:聚焦到?|将焦点(?:移|放)?到|(?:把|将)?光标(?:放|移)?(?:到|在|进))\s*(?P<x>.+?)(?:里面|里|中|内|上)?", _focus),
    (rf"(?:(?:left[- ]?)?click|tap|push){_ON}(?P<x>.+?){_AGAIN}", _click("left_click")),
    (rf"{_CLICK_ZH}\s*(?P<n>{TIMES})\s*(?P<x>.+)", _click("left_click")),
    (rf"(?:连续|连)?{_CLICK_ZH}\s*[:：]?\s*(?P<x>.+?)\s*(?P<n>{TIMES})", _click("left_click")),
    (rf"{_CLICK_ZH}\s*[:：]?\s*(?P<x>.+)", _click("left_click")),
    (rf"(?:go|switch) to\s+(?P<x>.+\stab|the tab\s+{QUOTED})", _click("left_click")),
    (r"(?:切换到|切到|进入|转到|点进)\s*(?P<x>.+(?:选项卡|标签页|标签))", _click("left_click")),
    (rf"(?:hover(?: {_MOUSE})?|move {_MOUSE})(?:\s+(?:over|on|onto|to|above))?\s+(?P<x>.+)", _hover),
    (rf"(?:put|place) {_MOUSE} (?:over|on|onto)\s+(?P<x>.+)", _hover),
    (rf"(?:[把将]?(?:鼠标|指针|光标)(?:指针)?)?(?:悬停|移动?+|停留?+|指|放)[到在至向]\s*(?P<x>.+?){_END_ZH}", _hover),
    (r"drag(?: and drop)?\s+(?!and\s)(?P<x>.+?)(?:\s+and drop it)?\s+onto\s+(?P<y>.+)", _drag),
    (r"drag(?: and drop)?\s+(?P<x>.+?)(?:\s+and drop it)?\s+(?:to|onto|into|on|over to|over)\s+(?P<y>.+)", _drag),
    (rf"(?:把|将)\s*(?P<x>.+?)\s*(?:拖拽|拖动|拖放|拖)(?:到|至|进|向|在)?\s*(?P<y>.+?){_END_ZH}", _drag),
    (rf"(?>拖拽|拖动|拖放|拖)\s*(?P<x>.+?)\s*(?:到|至|进)\s*(?P<y>.+?){_END_ZH}", _drag),
)  # fmt: skip

PATHS = clauses((r"(?P<x>[^>→»]{1,40}?(?:\s*(?:>|→|->|»)\s*[^>→»]{1,40}?){1,4})", _bare_path))
"""After all others: what has no verb."""
