"""What each step says that it does, as the pair of an English and a Chinese sentence, without a full stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from agent.offline.instructions import Button, Target
from agent.offline.quotes import quoted
from agent.offline.refusals import cut, speaks_chinese
from agent.offline.wording import describe_target

Said = tuple[str, str]
"""In English, in Chinese."""
Why = Literal["look", "effect", "text", "empty", "tick", "drop", "entry", "close", "more", "stay"]
MAX_TEXT = 60
"""Characters of a typed text."""
CLICKS: Mapping[Button, Said] = MappingProxyType(
    {
        "left_click": ("Click", "点击"),
        "right_click": ("Right-click", "右键点击"),
        "middle_click": ("Middle-click", "中键点击"),
        "double_click": ("Double-click", "双击"),
        "triple_click": ("Triple-click", "三击"),
    }
)
_WHYS: Mapping[Why, Said] = MappingProxyType(
    {
        "look": ("and look again", "后再看"),
        "effect": ("for an effect", "，看有什么变化"),
        "text": ("for the text to show", "，等文字显示"),
        "empty": ("for the field to be empty", "，等输入框清空"),
        "tick": ("for the tick to show", "，等勾选状态显示"),
        "stay": ("to see that it stays so", "，看它是否保持不变"),
        "drop": ("for the list to drop down", "，等列表展开"),
        "entry": ("for the entry to show", "，等选项显示"),
        "close": ("for it to close", "，等它关闭"),
        "more": ("for more to show", "，等更多内容显示"),
    }
)
TO_THE_END: Said = ("Go to the end of what is there", "移到已有文字的末尾")
MARK_ALL: Said = ("Mark all of it", "选中全部文字")
DELETE_MARKED: Said = ("Delete what is marked", "删除选中的文字")
POINT_AWAY: Said = ("Move the pointer away, to see what stays", "移开鼠标，看哪些变化保留下来")
CLOSE_TAB: Said = ("Close the tab", "关闭标签页")
CLOSE_TAB_IN_FRONT: Said = ("Close the tab in front", "关闭当前标签页")
CLOSE_DIALOG: Said = ("Close the dialog with Escape", "按 Esc 关闭对话框")
CLOSE_WINDOW: Said = ("Close the window in front", "关闭当前窗口")
NOT_UNDERSTOOD: Said = ("The task is not understood", "任务看不懂")
GIVE_UP: Said = ("Give up", "放弃")


def in_language_of(task: str, said: Said) -> str:
    """The sentence in the language of `task`, with its full stop."""
    english, chinese = said
    return f"{chinese}。" if speaks_chinese(task) else f"{english}."


def click(target: Target, button: Button, *, read_as: str = "", again: bool = False) -> Said:
    """`read_as` is what stands on the screen, where that is not the label."""
    english, chinese = CLICKS[button]
    seen, seen_zh = (f" ({read_as})", f"（{read_as}）") if read_as else ("", "")
    more, more_zh = _again(again)
    return f"{english} {target}{seen}{more}", f"{more_zh}{chinese}{_zh(target)}{seen_zh}"


def double_click_to_open(target: Target) -> Said:
    """One click opened nothing."""
    return f"Double-click {target}, since one click opened nothing", f"单击没有打开，双击{_zh(target)}"


def point_over(target: Target) -> Said:
    """For its own sake."""
    return f"Move the pointer over {target}", f"把鼠标移到{_zh(target)}上"


def point_to(start: Target) -> Said:
    """Where a drag begins."""
    return f"Move the pointer to {start}", f"把鼠标移到{_zh(start)}"


def drag(start: Target, end: Target) -> Said:
    """From where the pointer is."""
    return f"Drag {start} to {end}", f"把{_zh(start)}拖到{_zh(end)}"


def focus(target: Target) -> Said:
    """A click into a field."""
    return f"Focus {target}", f"点击{_zh(target)}的输入框"


def type_text(text: str, into: Target | None) -> Said:
    """The beginning of a long text."""
    where, where_zh = (f" into {into}", f"在{_zh(into)}中") if into else ("", "")
    return f'Type "{text[:MAX_TEXT]}"{where}', f"{where_zh}输入{quoted(text[:MAX_TEXT], chinese=True)}"


def press(keys: Sequence[str]) -> Said:
    """Canonical names."""
    return f"Press {'+'.join(keys)}", f"按 {'+'.join(keys)}"


def switch(target: Target, *, on: bool, again: bool = False) -> Said:
    """A box or radio button."""
    more, more_zh = _again(again)
    return f"Switch {target} {'on' if on else 'off'}{more}", f"{more_zh}{'勾选' if on else '取消勾选'}{_zh(target)}"


def open_list(source: Target) -> Said:
    """A drop-down list."""
    return f"Open the list {source}", f"展开列表{_zh(source)}"


def go_to_tab(target: Target) -> Said:
    """Before it is closed."""
    return f"Go to the tab {target}", f"切换到标签页{_zh(target)}"


def scroll(notches: int) -> Said:
    """+ up, - down."""
    up, count = notches > 0, abs(notches)
    return f"Scroll {'up' if up else 'down'} {count}", f"向{'上' if up else '下'}滚动 {count} 格"


def wait(seconds: float, why: Why) -> Said:
    """Before looking again."""
    english, chinese = _WHYS[why]
    return f"Wait {seconds:g} s {english}", f"等待 {seconds:g} 秒{chinese}"


def wait_for_target(seconds: float, target: Target, *, opened: bool) -> Said:
    """For what was opened to come up, or once it is there to show something."""
    english, chinese = ("show something", "显示内容") if opened else ("open", "打开")
    return f"Wait {seconds:g} s for {target} to {english}", f"等待 {seconds:g} 秒，等{_zh(target)}{chinese}"


def wait_for_text(seconds: float, text: str, *, visible: bool) -> Said:
    """For a text to come, or to go."""
    state, state_zh = ("to appear", "出现") if visible else ("to disappear", "消失")
    return f'Wait {seconds:g} s for "{cut(text)}" {state}', f"等待 {seconds:g} 秒，等“{cut(text)}”{state_zh}"


def wait_of(seconds: float, total: float) -> Said:
    """A part of a longer pause."""
    return f"Wait {seconds:g} s of {total:g} s", f"等待 {seconds:g} 秒，共 {total:g} 秒"


def answer(target: Target | None) -> Said:
    """With what is read."""
    if target is None:
        return "Answer with the text on the screen", "回答屏幕上的文字"
    return f"Answer with the text beside {target}", f"回答{_zh(target)}旁边的文字"


def done(total: int) -> Said:
    """All instructions."""
    return f"Done: {total} of {total} instructions", f"完成：{total} 条指令中的 {total} 条"


def _again(again: bool) -> Said:
    return (" again, since nothing changed", "没有变化，再次") if again else ("", "")


def _zh(target: Target) -> str:
    """Its label, or what it is where it has none."""
    name = cut(target.names[-1]) if target.names else ""
    return quoted(name, chinese=True) if name else describe_target(target, chinese=True)
