"""What people often say that is outside the language, and how to say it instead; slips in the verb."""

from __future__ import annotations

import difflib
import re

from agent.offline.quotes import QUOTED

Cure = tuple[str, str]
"""In English, in Chinese."""
_THE = r"(?:(?:the|this|my|that|a|an|all)\s+)*"
_OBJECT = rf"(?:\s+{_THE}(?:last )?(?:file|document|page|changes?|text|work|selection|it|tab|everything|form)s?)?"
_OBJECT_ZH = "(?:一下)?(?:文件|文档|页面|网页|更改|修改|全部|所有|文字|文本|内容|上一步|操作|当前页)*"


def _key(keys: str, label: str = "", chinese: str = "") -> Cure:
    button, button_zh = (f', or: click "{label}"', f"，或者：点击“{chinese}”") if label else ("", "")
    return f"say which key: press {keys}{button}", f"请说按哪个键：按{keys}{button_zh}"


_CURES: tuple[tuple[re.Pattern[str], Cure], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), cure)
    for pattern, cure in (
        (rf"save{_OBJECT}|保存{_OBJECT_ZH}", _key("ctrl+s", "Save", "保存")),
        (rf"undo{_OBJECT}|撤[销回]{_OBJECT_ZH}", _key("ctrl+z", "Undo", "撤销")),
        (rf"redo{_OBJECT}|(?:重做|恢复){_OBJECT_ZH}", _key("ctrl+y", "Redo", "重做")),
        (rf"copy{_OBJECT}|复制{_OBJECT_ZH}", _key("ctrl+c", "Copy", "复制")),
        (rf"cut{_OBJECT}|剪切{_OBJECT_ZH}", _key("ctrl+x", "Cut", "剪切")),
        (rf"paste{_OBJECT}|(?:粘贴|黏贴){_OBJECT_ZH}", _key("ctrl+v", "Paste", "粘贴")),
        (
            rf"select (?:all|everything){_OBJECT}(?: (?:of )?{_THE}text)?|(?:全选|选[中择]?(?:全部|所有)){_OBJECT_ZH}",
            _key("ctrl+a", "Select all", "全选"),
        ),
        (rf"(?:refresh|reload){_OBJECT}|刷新{_OBJECT_ZH}", _key("F5", "Refresh", "刷新")),
        (r"(?:print(?: it)?|print the .+)|打印.{0,6}", _key("ctrl+p", "Print", "打印")),
        (r"(?:go )?back(?: .+)?|返回(?:上一?[页步级个].*)?|后退", _key("alt+left", "Back", "返回")),
        (r"(?:go )?forward|前进", _key("alt+right", "Forward", "前进")),
        (r"page (?:up|down)|[上下]一?页", ("say: press page down", "请说：按下翻页键")),
        (r"(?:open|create|make) an? (?:new|blank|empty) tab|(?:新建|新开)(?:一个)?标签页?", _key("ctrl+t")),
        (r"(?:open|create|make) an? (?:new|blank|empty) (?:window|document|file)", _key("ctrl+n", "New", "新建")),
        (r"(?:quit|exit)(?: .+)?|退出(?:程序|软件|应用)?", ("say: close the window", "请说：关闭窗口")),
        (
            r"(?:minimi[sz]e|maximi[sz]e|restore)(?: .+)?|(?:最大化|最小化|还原).*|.*(?:最大化|最小化)",
            ("say which key does it, as: press super+up", "请说按哪个键，例如：按super+up"),
        ),
        (
            r"(?:search|find|look)(?: .+)?|(?:搜索|查找|搜一?下|查一下).*",
            ('say: type "…" into the Search field, then press enter', "请说：在搜索框中输入“…”，然后按回车"),
        ),
        (
            r"(?:go to|navigate to|visit|browse to)\s.+|(?:访问|浏览|前往|跳转到|转到).+",
            (
                'say: type "…" into the field with the address, then press enter',
                "请说：在地址栏中输入“…”，然后按回车",
            ),
        ),
        (
            r"(?:log|sign) ?(?:in|out|on|off)(?: .+)?|.*(?:登[录陆]|注销|登出)",
            ('say each step: type "…" into …, click "Log in"', "请说出每一步：在…中输入“…”，点击“登录”"),
        ),
        (
            r"toggle\s.+|切换(?!到).+",
            ("say which way: turn on …, or: turn off …", "请说明打开还是关闭：勾选…，或者：取消勾选…"),
        ),
        (
            r"(?:is|are|does|do|did|can|could|has|have|was|were|should|why|who|when|where|which|how)\s.+|"
            r".*(?:吗|呢|么)|(?:为什么|怎么|是否|有没有|能否|可否|哪).*",
            (
                'it answers no questions: read X, or: check that "X" is visible',
                "它不会回答问题：可以说读取X，或者：检查“X”可见",
            ),
        ),
        (
            r"(?:delete|remove|rename|create|make|add|move|send|submit|download|upload|save|replace)\s.+|"
            r"(?:删除|删掉|移除|重命名|新建|创建|添加|发送|提交|下载|上传|另存|替换|移动|以).+",
            (
                'say each step, as: right-click "X", then click "Delete"',
                "请说出每一步，例如：右键点击“X”，点击“删除”",
            ),
        ),
    )
)
"""The first that matches the whole sentence."""
_VERBS = (
    "click", "press", "type", "enter", "select", "choose", "open", "close", "scroll", "drag", "wait", "check",
    "uncheck", "read", "hover", "fill", "clear", "tick", "untick", "launch", "start", "double-click", "right-click",
)  # fmt: skip
_SLIPS_ZH = {
    "单机": "单击", "点机": "点击", "点即": "点击", "点及": "点击", "电击": "点击", "双机": "双击", "双集": "双击",
    "右机": "右击", "输人": "输入", "打卡": "打开", "够选": "勾选", "选则": "选择", "等代": "等待", "观闭": "关闭",
}  # fmt: skip
MAX_LABEL_WORDS = 4
_LABEL = re.compile(
    rf"{QUOTED}|[A-Z][\w'’&.-]*(?: [\w'’&.-]+){{0,{MAX_LABEL_WORDS - 1}}}|"
    r"(?!(?:点击|输入|选择|勾选|双击|右击|等待|读取|滚动|填写?)$)[\u4e00-\u9fff]{1,6}"
)


def cure_of(words: str, restored: str) -> Cure | None:
    """What to say instead of a sentence outside the language, or None; `restored` has its quotes."""
    for pattern, cure in _CURES:
        if pattern.fullmatch(words):
            return cure
    first, _, rest = words.partition(" ")
    if rest and first.isascii() and (near := difflib.get_close_matches(first.lower(), _VERBS, 1, 0.75)):
        meant = f"{near[0]} {restored.partition(' ')[2]}"
        return f"is this meant: {meant}?", f"是不是：{meant}？"
    if (right := _SLIPS_ZH.get(words[:2])) is not None:
        return f"is this meant: {right}{restored[2:]}?", f"是不是：{right}{restored[2:]}？"
    if _LABEL.fullmatch(words):
        label = restored.strip('"')
        return f'say what to do with it, as: click "{label}"', f"请说要做什么，例如：点击“{label}”"
    return None
