"""Instructions in words, in a form that would be understood as the same instruction again."""

from __future__ import annotations

import re

from agent.offline.grammar import understand
from agent.offline.instructions import (
    Area,
    Await,
    Button,
    Check,
    Clear,
    Click,
    Close,
    Drag,
    Hover,
    Instruction,
    Open,
    Pause,
    Press,
    Read,
    Relation,
    Role,
    Select,
    Set,
    Target,
    Tick,
    Turn,
    TypeText,
)
from agent.offline.quotes import quoted
from agent.offline.refusals import NotUnderstood, speaks_chinese

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ROLES: dict[Role, tuple[str, str]] = {
    "button": ("button", "按钮"),
    "icon": ("icon", "图标"),
    "field": ("field", "输入框"),
    "link": ("link", "链接"),
    "tab": ("tab", "选项卡"),
    "checkbox": ("checkbox", "复选框"),
    "radio": ("radio button", "单选按钮"),
    "menu": ("menu", "菜单"),
    "list": ("list", "列表"),
    "option": ("option", "选项"),
    "dialog": ("dialog", "对话框"),
}
_AREAS: dict[Area, tuple[str, str]] = {
    "top left": ("in the top left corner", "左上角"),
    "top": ("at the top", "屏幕顶部"),
    "top right": ("in the top right corner", "右上角"),
    "left": ("on the left side", "屏幕左侧"),
    "middle": ("in the middle", "屏幕中间"),
    "right": ("on the right side", "屏幕右侧"),
    "bottom left": ("in the bottom left corner", "左下角"),
    "bottom": ("at the bottom", "屏幕底部"),
    "bottom right": ("in the bottom right corner", "右下角"),
}
_RELATIONS: dict[Relation, tuple[str, str]] = {
    "next to": ("next to", "旁边"),
    "left of": ("left of", "左边"),
    "right of": ("right of", "右边"),
    "above": ("above", "上面"),
    "below": ("below", "下面"),
    "in": ("within", "里"),
}
_CLICKS: dict[Button, tuple[str, str]] = {
    "left_click": ("Click", "点击"),
    "right_click": ("Right-click", "右击"),
    "middle_click": ("Middle-click", "中键点击"),
    "double_click": ("Double-click", "双击"),
    "triple_click": ("Triple-click", "三击"),
}
_HELD = {"window": "窗口", "dialog": "对话框", "tab": "标签页"}
_KEY_NAMES = {
    ",": "comma", ".": "period", ";": "semicolon", ":": "colon", "!": "exclamation", "?": "question",
    "`": "grave", "'": "apostrophe", '"': "doublequote", " ": "space", "-": "minus", "+": "plus", ">": "greater",
    "/": "slash",
}  # fmt: skip
"""Of the keys whose character would cut a sentence or open a quotation."""


def outline(task: str) -> tuple[str, ...]:
    """The task as it is understood, in its own language: a heading, then one numbered line an instruction.

    Empty where it is not understood.
    """
    chinese = speaks_chinese(task)
    try:
        instructions = understand(task)
    except NotUnderstood:
        return ()
    count = len(instructions)
    heading = f"理解为 {count} 条指令：" if chinese else f"understood as {count} instruction{'s' if count > 1 else ''}:"
    return (heading, *(f"{number}. {describe(one, chinese=chinese)}" for number, one in enumerate(instructions, 1)))


def describe(instruction: Instruction, *, chinese: bool = False) -> str:
    """The instruction in words, as "Click the button "Save"" or 点击“保存”按钮."""
    return _chinese(instruction) if chinese else _english(instruction)


def describe_target(target: Target, *, chinese: bool = False) -> str:
    """The target in words: "the second button "Save" next to "Name"", “姓名”旁边的第二个“保存”按钮."""
    return _target_zh(target) if chinese else _target(target)


def _english(one: Instruction) -> str:  # noqa: C901 (one line a kind)
    match one:
        case Open():
            return f"Open {_target(one.target)}"
        case Close():
            return _close(one)
        case Click():
            return f"{_CLICKS[one.button][0]} {_target(one.target)}"
        case Hover():
            return f"Hover over {_target(one.target)}"
        case Drag():
            return f"Drag {_target(one.start)} onto {_target(one.end)}"
        case TypeText():
            return f"Type {_text(one.text)}" + (f" into {_target(one.into)}" if one.into else "")
        case Set():
            return f"Set {_target(one.target)} to {_text(one.value)}"
        case Clear():
            return f"Clear {_target(one.target) if one.target else 'the field'}"
        case Press():
            return f"Press {_keys(one.keys)}"
        case Select():
            source = f" from {_target(one.source)}" if one.source else ""
            return f"Select {_target(one.option)}{source}"
        case Tick():
            return f"{'Tick' if one.on else 'Untick'} {_target(one.target)}"
        case Turn():
            over = f" over {_target(one.over)}" if one.over else ""
            until = f" until {_text(one.until)} is visible" if one.until else ""
            return f"Scroll {'up' if one.notches > 0 else 'down'} {abs(one.notches)}{over}{until}"
        case Pause():
            return f"Wait {one.seconds:g} seconds"
        case Await():
            seen = "appears" if one.visible else "disappears"
            return f"Wait up to {one.seconds:g} seconds until {_text(one.text)} {seen}"
        case Check():
            return f"Check that {_text(one.text)} is {'' if one.visible else 'not '}visible"
        case Read():
            return f"Read the text of {_target(one.target)}" if one.target else "Read all text on the screen"


def _chinese(one: Instruction) -> str:  # noqa: C901 (one line a kind)
    match one:
        case Open():
            return f"打开{_target_zh(one.target)}"
        case Close():
            return _close_zh(one)
        case Click():
            return f"{_CLICKS[one.button][1]}{_target_zh(one.target)}"
        case Hover():
            return f"把鼠标移到{_target_zh(one.target)}上"
        case Drag():
            return f"把{_target_zh(one.start)}拖到{_target_zh(one.end)}上"
        case TypeText():
            return (f"在{_target_zh(one.into)}中" if one.into else "") + f"输入{_text_zh(one.text)}"
        case Set():
            return f"把{_target_zh(one.target)}设置为{_text_zh(one.value)}"
        case Clear():
            return f"清空{_target_zh(one.target) if one.target else '输入框'}"
        case Press():
            return f"按 {_keys(one.keys)}"
        case Select():
            return (f"从{_target_zh(one.source)}中" if one.source else "") + f"选择{_target_zh(one.option)}"
        case Tick():
            return f"{'' if one.on else '取消'}勾选{_target_zh(one.target)}"
        case Turn():
            over = f"在{_target_zh(one.over)}上" if one.over else ""
            until = f"直到{_text_zh(one.until)}可见" if one.until else ""
            return f"{over}向{'上' if one.notches > 0 else '下'}滚动 {abs(one.notches)} 格{until}"
        case Pause():
            return f"等待 {one.seconds:g} 秒"
        case Await():
            return f"等待{_text_zh(one.text)}{'出现' if one.visible else '消失'}，最多 {one.seconds:g} 秒"
        case Check():
            return f"检查{_text_zh(one.text)}{'' if one.visible else '不'}可见"
        case Read():
            return f"读取{_target_zh(one.target)}的文字" if one.target else "读取屏幕上的所有文字"


def _close(one: Close) -> str:
    if one.target is None:
        return f"Close the {one.kind}"
    if _is_label(one.target):
        return f"Close the {one.kind} {_target(one.target)}"
    return f"Close {_target(one.target)}" + ("" if one.target.role == "tab" else f" {one.kind}")


def _close_zh(one: Close) -> str:
    label = "" if one.target is None else _target_zh(one.target)
    return f"关闭{label}{'' if one.target and one.target.role == 'tab' else _HELD[one.kind]}"


def _target(target: Target) -> str:
    words = [_ordinal(target.ordinal)] if target.ordinal else []
    words += [_ROLES[target.role][0]] if target.role else []
    if words:
        words.insert(0, "the")
    words += [_text(target.names[-1])] if target.names else []
    words += [_AREAS[target.area][0]] if target.area else []
    if target.relation and target.anchor:
        is_simple = _is_label(target.anchor) or target.relation != "in" or target.anchor.role == "dialog"
        words += ["that is"] if target.area else []
        words += [_RELATIONS[target.relation][0] if is_simple else "within the group of", _target(target.anchor)]
    return " ".join(words)


def _ordinal(number: int) -> str:
    if number == -1:
        return "last"
    return _ORDINALS[number - 1] if number <= len(_ORDINALS) else f"{number}th"


def _target_zh(target: Target) -> str:
    words = ""
    if target.relation and target.anchor:
        is_simple = _is_label(target.anchor) or target.relation != "in" or target.anchor.role == "dialog"
        anchor = _target_zh(target.anchor)
        # What is counted first is the anchor then, not the target.
        anchor = f"在{anchor}" if re.match("第|最后|在", anchor) else anchor
        words = f"{anchor}{_RELATIONS[target.relation][1] if is_simple else '那一组里'}的"
    words += f"{_AREAS[target.area][1]}的" if target.area else ""
    words += ("最后一个" if target.ordinal == -1 else f"第 {target.ordinal} 个") if target.ordinal else ""
    words += _text_zh(target.names[-1]) if target.names else ""
    return words + (_ROLES[target.role][1] if target.role else "")


def _is_label(target: Target) -> bool:
    """It is named by its label alone."""
    return bool(target.names) and target == Target(target.names)


def _keys(keys: tuple[str, ...]) -> str:
    named = "+".join(_KEY_NAMES.get(key, key) for key in keys)
    is_plain = len(keys) > 1 or re.fullmatch(r"\w{1,2}|enter|esc|tab|up|down|left|right", named)
    return named if is_plain else f"the {named} key"


def _text(text: str) -> str:
    return quoted(text, chinese=False)


def _text_zh(text: str) -> str:
    return quoted(text, chinese=True)
