"""Sentences that choose: entries of a list, checkboxes, radio buttons."""

from __future__ import annotations

import re
from dataclasses import replace

from agent.offline.clause import Build, clauses
from agent.offline.clicks import MACHINE, click_on, in_menu
from agent.offline.entries import NO_LABEL
from agent.offline.instructions import Click, Instruction, Role, Select, Target, Tick
from agent.offline.listed import CLICKED, Listed, listed
from agent.offline.naming import ARTICLE
from agent.offline.quotes import QUOTED
from agent.offline.refusals import NotUnderstood
from agent.offline.sentences import Sentence
from agent.offline.targets import begins_with_area, is_group, target

_TOLD = (
    r"^(?:that|whether|if|for|out|in|on|with|what|how|who|when|where|why|all|it|this)\b|"
    r"\s(?-i:is|are|was|has|have|says?|shows?|contains?|equals?|reads?|appears?|exists?|works?|matches|should|can)\b|"
    r"\sfor\s"
)
"""After "check": more than the name of a box. A verb with a capital belongs to a name ("Show hidden files")."""


def _select(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...] | None:
    groups = match.groupdict()
    words, source = match["x"], groups.get("source")
    if re.match(r"an?\s(?!.*\s(?:of|called|named)\s)[a-z]|一[个项种]", words):
        raise NotUnderstood("which one is meant is not said", "没有说明是哪一个", sentence.restored())
    if source is None:
        return _all_standing(listed(words, sentence))
    if groups.get("place") and (is_group(source) or begins_with_area(f"{groups['place']} {source}")):
        return None
    chosen_from = _source(target(source, sentence))
    entries = listed(words, sentence)
    options = entries.targets
    if chosen_from.role == "menu":
        if len(options) > 1:
            raise NotUnderstood("a menu closes after one entry", "菜单一次只能选一项", sentence.restored())
        entry = options[0] if options[0].role else replace(options[0], role="option")
        return (Click(chosen_from, "left_click"), Click(entry, "left_click"))
    if chosen_from.role == "tab":
        return (Click(chosen_from, "left_click"), *_all_standing(entries))
    return tuple(Select(option, chosen_from, entries.joined) for option in options)


def _all_standing(entries: Listed) -> tuple[Instruction, ...]:
    found = [one for entry in entries.targets for one in _standing(entry, entries.joined)]
    return tuple(replace(one, is_further=i > 0) if isinstance(one, Select) else one for i, one in enumerate(found))


def _standing(entry: Target, joined: tuple[str, ...]) -> tuple[Instruction, ...]:
    """What is selected where it stands; an entry of a menu that has to be opened first."""
    menu = entry.anchor if entry.relation == "in" else None
    if menu is not None and menu.role == "menu":
        return in_menu(Click(entry, "left_click"))
    return (Click(entry, "left_click"),) if entry.role in CLICKED else (Select(entry, None, joined),)


def _path(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...]:
    return click_on(match["x"], sentence)


def _source(found: Target) -> Target:
    """The "Country" box is a list where one chooses from it."""
    return replace(found, role="list") if found.role == "field" else found


def _set(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...]:
    entries = listed(match["x"], sentence)
    return tuple(Select(one, _source(target(match["source"], sentence)), entries.joined) for one in entries.targets)


def _tick(*, on: bool, role: Role | None = None, switches: bool = False) -> Build:
    def build(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...]:
        found = tuple(replace(one, switches=switches) for one in _ticks(match["x"], sentence, role, on=on))
        if len(found) > 1 or re.search(QUOTED, sentence.words):
            return found
        return tuple(replace(one, whole=sentence.words) for one in found)

    return build


def _ticks(words: str, sentence: Sentence, role: Role | None = None, *, on: bool) -> tuple[Tick, ...]:
    entries = listed(words, sentence, role)
    found = (replace(one, role="checkbox") if one.role == "field" else one for one in entries.targets)
    return tuple(Tick(one, on, entries.joined) for one in found)


def _set_state(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...]:
    if re.search(r"\s(?:is|are)\s", match["x"], re.IGNORECASE):
        raise NotUnderstood("say it of one after the other", "请一个一个地说", sentence.restored())
    on = not re.match(r"(?:un|n['’]t|not|off|dis|de|没|未|不|关|禁)", match["state"], re.IGNORECASE)
    ticks = _ticks(match["x"], sentence, on=on)
    says_word = not re.match(r"make sure|be sure|ensure|确保", sentence.words, re.IGNORECASE)
    return tuple(replace(one, word=match["state"]) for one in ticks) if says_word else ticks


def _check(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...] | None:
    """Ticks what is only named: that touches nothing but a box with that text. None where more is said about it."""
    words = match["x"]
    is_told = re.search(_TOLD, words, re.IGNORECASE) or (ARTICLE.match(words) and words.islower())
    return None if is_told else _ticks(words, sentence, on=True)


def _which_check(match: re.Match[str], sentence: Sentence) -> tuple[Instruction, ...]:  # noqa: ARG001
    raise NotUnderstood(
        'to tick a box, say "tick X"; to look for a text, "check that X is visible"',
        "勾选请说“勾选X”；查看请说“检查X可见”",
        sentence.restored(),
    )


_BOX = r"(?:check[- ]?box(?:es)?|tick[- ]?box(?:es)?|box(?:es)?|radio ?buttons?|toggle|switch)"
_V = r"(?:select|choose|pick)"
# 选中国 selects 中国, 选中国家 selects 国家.
_V_ZH = "(?>选择(?!框)|选中(?![央心等号间]|国(?!家)|学(?!生)|文(?![件本字档]))|选取|(?<![单多勾])选(?![项框择]))"
_NO_LIST_ZH = "[在全都单多反任必勾取]|.*(?:点击|打开)"
_CHOSEN_ZH = (
    "(?:国家|地区|省份?|城市|性别|语言|职业|学历|部门|类型|类别|颜色|尺寸|大小|字体|主题|等级|级别|优先级|状态|"
    "货币|时区)"
)
"""What is usually chosen from a list."""
_LIST = r"(?:drop[- ]?down(?: list| menu)?|list|combo ?box)"
_STATE = (
    r"(?:un)?(?:checked|ticked)|(?:un|de)?selected|not (?:checked|ticked|selected|enabled|on)|on|off|enabled|disabled"
)

CHOICES = clauses(
    (rf"{_V}\s+(?P<x>.+?\s*(?:>|→|->|»)\s*.+)", _path),
    (rf"{_V_ZH}\s*(?P<x>.+?\s*(?:>|→|->|»)\s*.+)", _path),
    (rf"{_V}\s+(?P<x>.+?)\s+(?:from|out of)\s+(?P<source>.+)", _select),
    (rf"{_V}\s+(?P<x>.+?)\s+(?P<place>in|for|as|under)\s+(?P<source>.+)", _select),
    (rf"(?:from|in|on|under)\s+(?P<source>.+?),?\s+{_V}\s+(?P<x>.+)", _select),
    (rf"{_V}\s+(?P<x>.+)", _select),
    (r"(?:set|switch|turn)\s+(?P<x>.+?)\s+to\s+(?P<state>on|off|enabled|disabled|checked|unchecked)", _set_state),
    (rf"set\s+(?P<source>.+?\s{_LIST}|the {_LIST} {QUOTED})\s+to\s+(?P<x>.+)", _set),
    (rf"{_V_ZH}\s*(?P<source>{_CHOSEN_ZH}|{QUOTED}|[A-Za-z]+)\s*为\s*(?P<x>.+)", _set),
    (rf"{_V_ZH}\s*(?P<source>{_CHOSEN_ZH})\s*(?P<x>{QUOTED})", _set),
    (rf"(?P<source>{_CHOSEN_ZH})\s*(?:选|为)\s*(?P<x>(?![项择])[^,，、]+)", _set),
    (r"(?:把|将)\s*(?P<x>.+?)\s*(?:设置?|改)[为成]\s*(?P<state>开启|打开|启用|开|关闭|禁用|关)", _set_state),
    (r"(?:设[置定]|切换)\s*(?P<x>[^,，、]+?)\s*[为成]\s*(?P<state>开启|打开|启用|开|关闭|禁用|关)", _set_state),
    (rf"[从在]\s*(?P<source>.+?)(?:里面|里|中|内|上|下面?)?\s*[,，]?\s*{_V_ZH}\s*(?P<x>.+)", _select),
    (rf"(?:把|将)\s*(?P<source>.+?)\s*(?:选为|选成|选择为)\s*(?P<x>{QUOTED})", _set),
    (r"取消对?\s*(?P<x>(?!勾选|选中|选择).+?)\s*的?(?:勾选|选中|选择)", _tick(on=False)),
    (r"取消(?:勾选|选中|选择)\s*(?P<x>.+)", _tick(on=False)),
    (r"(?:把|将)\s*(?P<x>.+?)\s*取消(?:勾选|选中)?", _tick(on=False)),
    (r"(?:去掉|去除|取消|去)\s*(?P<x>.+?)(?:前面?|后面?|旁边?)?的(?:勾|对勾|勾选)", _tick(on=False)),
    (r"(?:把|将)\s*(?P<x>.+?)\s*(?:勾选上?|勾上|打上?勾|选中)", _tick(on=True)),
    (r"(?>勾选|勾上|打勾|勾)\s*(?P<x>.+)", _tick(on=True)),
    (rf"{_V_ZH}\s*(?P<x>.+)", _select),
    (r"tick(?: off)?\s+(?P<x>.+)", _tick(on=True)),
    (r"(?:untick|uncheck|deselect|unselect)\s+(?P<x>.+)", _tick(on=False)),
    (r"(?:turn on|switch on|enable)\s+(?P<x>.+)", _tick(on=True, switches=True)),
    (r"(?:启用|开启)\s*(?P<x>.+)", _tick(on=True, switches=True)),
    (r"禁用\s*(?P<x>.+)", _tick(on=False, switches=True)),
    (r"(?:turn|switch)\s+(?P<x>.+)\s+on", _tick(on=True, switches=True)),
    (rf"(?:turn|switch)\s+(?!(?:{MACHINE})\s+off)(?P<x>.+)\s+off", _tick(on=False, switches=True)),
    (rf"(?:turn off|switch off|disable)\s+(?!(?:{MACHINE})$)(?P<x>.+)", _tick(on=False, switches=True)),
    (rf"check\s+(?P<x>(?:the )?{_BOX}\s+.+|.+\s{_BOX}(?:\s.+)?)", _tick(on=True, role="checkbox")),
    (rf"(?:make sure|be sure|ensure)(?: that)?\s+(?P<x>.+?)\s+(?:is|are)\s+(?P<state>{_STATE})", _set_state),
    (rf"(?:make sure|be sure|ensure)(?: that)?\s+(?P<x>.+?)\s+(?:is|are)(?P<state>n['’]t (?:{_STATE}))", _set_state),
    (r"确保\s*(?P<x>.+?)\s*(?P<state>(?:没有|未|不|已经?)?(?:被|是)?(?:勾选|选中))(?:的|了|状态)?", _set_state),
    (r"确保\s*(?P<state>没有?|未)(?:被|是)?(?:勾选|选中)\s*(?P<x>.+)", _set_state),
    (rf"(?P<source>(?!{NO_LABEL}|{_NO_LIST_ZH})[^，,、勾取]{{1,12}}?)\s*选择?\s*(?P<x>{QUOTED})", _set),
)  # fmt: skip

WHICH_CHECK = clauses(
    (r"check(?: off)?\s+(?P<x>.+)", _check),
    (rf"(?:check|verify|confirm)\s+(?P<x>{QUOTED}.*|\w[^,]*)", _which_check),
    (r"(?:检查|确认|验证)(?P<x>.+)", _which_check),
)
