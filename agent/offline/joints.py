"""Where one instruction ends and the next begins: the verbs that start one, what leads up to them, what joins them."""

from __future__ import annotations

import re

from agent.offline.quotes import FIRST, LAST, QUOTED

_VERBS = (
    r"(?:open|launch|start|(?:(?:left|right|middle|double|triple)[- ]?)?click|double[- ]?tap|tap|push|focus|"
    r"(?:put|place|move) (?:the )?(?:cursor|caret|mouse|pointer)|hover|"
    r"(?:type|enter|write|input|key in|fill)(?=[\s:：])|clear|empty|erase|"
    r"press|hit|select|choose|pick|check|uncheck|tick|untick|deselect|unselect|enable|disable|turn o(?:n|ff)|"
    rf"switch|drag|put(?=\s(?:{QUOTED}|\S+ in(?:to)?\s))|(?:change|replace)(?=\s)|set(?=\s.+\sto\s)|scroll|wait|"
    r"make sure|be sure|ensure|verify|confirm|"
    r"see (?:that|if|whether)|read|copy|follow(?=\s)|pause(?=\s)|"
    r"(?:tell me|report)(?=\s)(?! (?:it|the (?:answer|result|value)|what it says)\b)|"
    r"what(?: is|['’]s| does)|how (?:much|many) is|close|dismiss|once|when|as soon as|go to|"
    # Not in the grammar; cut off all the same, so that they are named as what was not understood.
    rf"(?:navigate|visit|run|compute|minimi[sz]e|maximi[sz]e|download|upload|log (?:in|out)|sign (?:in|out)|if)(?=\s)|"
    rf"(?:delete|remove|rename|search|find|look|submit|save|send|print|paste|cut|create|add|set|move|go)"
    rf"(?=\s+(?:the|an?|my|all|for|to|on)\s|\s+{QUOTED}))(?![\w-])"
)
_VERBS_ZH = (
    "(?:打开|启动|运行|点击|单击|点按|点一下|点选|看看?有|看看(?=[页屏窗])|双击|三击|右击|右键|中键|用?鼠标|用[右中左]键|输入(?!框|栏)|键入|填|写入|在(?!线)|把|将|从|"
    "按(?![钮键])|敲|向[上下]|往[上下]|滚动|上滑|下滑|稍[等候]|等(?![级于])|检查|确认|确保|验证|读|选(?![项框])|勾|取消|清空|清除|拖|悬停|移动|移到|聚焦|启用|禁用|开启|(?:依次|逐个|逐一|分别)点|去掉|切到|下拉(?=到)|上拉(?=到)|进入(?=.+(?:选项卡|标签))|点进|关闭|关掉|关上|"
    "(?:设[置定]|调整|修改|更改)(?=[^,，。]{1,12}[为成到至])|告诉我(?=[^结它])|复制|切换|当|同时按|点(?![评赞播歌餐名数心线阵击按选]))"
)
_LEAD = (
    r"(?:please|pls|plz|kindly|(?:could|can|would|will) (?:you|u)|i(?: want| need| would like|['’]d like)(?: you)? to|"
    r"you (?:should|must|need to|have to|can)|your task is to|let['’]?s|just|simply|"
    r"now|first(?:ly)?|secondly|thirdly|(?:second|third)(?=,)|"
    r"next(?!,? (?:and )?then\b)|finally|lastly|and|then|also|afterwards?|after that|go ahead and|try to|at last)\b"
)
_LEAD_ZH = (
    r"(?:请问?|麻烦您?你?|劳驾|帮忙|帮我|给我|替我|我(?:想要?|要|需要|希望)(?:请|让)?你?|"
    r"你(?:需要|要|先)|其次|一直(?=[往向])|首先|先|然后|接着|接下来|最后|随后|之后|"
    r"并且|并|再|现在|下一步|第[一二三四五六七八九十\d]{1,3}步)"
)
_LEADS = rf"(?:(?:{_LEAD}|{_LEAD_ZH})[\s,，:：]*){{0,6}}"
_START = rf"{_LEADS}(?:{_VERBS}|{_VERBS_ZH})"

ENTER_ZH = r"回车键?(?:一下)?(?:确认|确定|提交|搜索|登录)?(?=\s*(?:$|[,，、]|然后|并|再|后))"
"""The key without a verb, as people say it: 输入“x”，回车."""
LEADS = re.compile(_LEADS, re.IGNORECASE)
"""Politeness and order before the verb; taken off only where a verb follows (see `STARTS`)."""
STARTS = re.compile(rf"{_VERBS}|{_VERBS_ZH}|{ENTER_ZH}|{QUOTED}|(?:in|into|inside|on|under|from)\s", re.IGNORECASE)
"""What an instruction begins with."""
COURTESY = re.compile(
    r"(?:(?:hi|hello|hey|dear \w+|please|pls|thanks|thank you|many thanks|thx|ty|ok|okay)"
    r"(?: there| very much| a lot| in advance)?|"
    r"你好|您好|谢谢你?|多谢|好的)",
    re.IGNORECASE,
)
"""A sentence that asks for nothing."""
TAIL = re.compile(
    rf"(?:[,，]\s*|(?<={QUOTED})\s*)(?:please|pls|plz|thanks|thank you|thx|ty|for me|谢谢|吧|好吗)$", re.IGNORECASE
)
PLACE_FIRST = re.compile(
    r"(?:in|into|inside|on|under|from)\s(?:(?!\s(?-i:type|enter|write|input|fill|click|tap|select|choose|pick|tick)\s).)+|[在从][^选输填键勾点写拖滚]+",
    re.IGNORECASE,
)
"""A sentence's place before its verb, "in the Name field, …": belongs to what follows."""
JOINT = re.compile(
    r"(?:\s*[,，]\s*|\s+)(?:and\s+)?(?:then|after that|afterwards)(?:\s*[,，]\s*|\s+)(?=\S)|"
    rf"\s*[,，、]\s*(?:and\s+)?(?={_START}|{_LEADS}(?:in|into|on|under|from) the\s)|"
    rf"\s+and\s+(?={_START})|"
    r"\s*[,，、]?\s*(?:然后|接着|接下来|随后)\s*[,，]?\s*再?(?=\S)|"
    rf"\s*[,，、]?\s*(?:并且?|再|后)\s*(?={ENTER_ZH})|\s*[,，]\s*(?={ENTER_ZH})|"
    rf"\s*[,，、]?\s*(?:并且|(?<!合)并|再|以及|和)\s*(?={_START})|"
    rf"(?<![最然随])(?:之后|以后|后)\s*[,，]?\s*(?={_START})",
    re.IGNORECASE,
)
FIELD_FIRST_ZH = re.compile(
    r"\s*[,，]\s*(?:然后|再|并且?)?\s*(?=(?!用(?!户)|[在把将从请不别点选打关勾按双右依重手继直]|开(?![始票户发会工]))[\u4e00-\u9fff]{1,8}?"
    rf"(?:输入|填写?|填入|选择?|设(?=为)|设置(?=为)|改(?=为))(?:为|成|上)?\s*[:：]?\s*(?:{QUOTED}|[A-Za-z0-9]))"
)
"""Before a field that is named first: 点击写信，主题填“x”."""
_DONE_FIRST_ZH = r"点|单击|双击|打开|选|勾|按"
_TYPED_FIRST_ZH = rf"在[^,，的]*?(?:输入|键入|填写?|填入)(?:为|上)?\s*[:：]?\s*{QUOTED}"
ENDS_BEFORE_FIELD_ZH = re.compile(
    rf"{_LEADS}(?:(?:{_DONE_FIRST_ZH})[^,，]*|[^在从,，]{{1,8}}?选择?\s*{QUOTED}|{_TYPED_FIRST_ZH}|"
    rf"[^在从,，]{{1,12}}?(?:填写?|填入|输入|设置?为|改为)(?:为|上)?\s*{QUOTED})"
)
"""What such a field does not belong to: no group, in which all of several fields are."""
LIST = re.compile(rf"{_LEADS}(?:select|choose|pick|check|uncheck|tick|untick)\s[^{FIRST}-{LAST}]+", re.IGNORECASE)
"""A list of entries without quotation marks, up to a joint."""
ENTRY = re.compile(r"(?:Enable|Disable|Turn|Switch)\s")
"""With a capital within a sentence: an entry of such a list, as settings are called, and no instruction."""
LIST_ZH = re.compile(rf"{_LEADS}(?:取消)?(?:勾选|选中|勾)[^，,。{FIRST}-{LAST}]+(?:和|以及|、)")
"""The same up to a joint, which is no comma."""
ENTRY_ZH = re.compile("(?:开启|启用|禁用|关闭)(?=.)")
"""What settings' names begin with."""
END = re.compile(r"[\n\r;；。]+|[.!?](?=\s|$)(?!\s+(?:to|with|as|field|box)\b)|[！？]")
"""Before a small "to" a full stop is an abbreviation's: "set Passport no. to ..."."""
NUMBERING = re.compile(
    r"^[ \t]*(?:\(?(?:\d{1,3}|[a-h])(?:\.\s|[):、])|[-*•·–—][ \t]|step \d{1,3}[:.)：])[ \t]*|"
    r"^[ \t]*(?:\d{1,3}\.(?=[\u4e00-\u9fff])|[一二三四五六七八九十]{1,3}、|[①-⑳][ \t]*)",
    re.MULTILINE | re.IGNORECASE,
)
NEXT_NUMBER = re.compile(rf"[ \t,，;；]+\(?(?:[2-9]|1\d)(?:\.\s|[):、])[ \t]*(?={_START})", re.IGNORECASE)
"""A number within a line that begins with a numbered step, before what begins one."""
INLINE_NUMBERING = re.compile(r"^[ \t]*\(?1[.):、].*[ \t]\(?2(?:\.\s|[):、])", re.MULTILINE)
"""Numbers within one line: whether one belongs to the text before it cannot be told."""
