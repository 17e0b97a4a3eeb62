"""Words that name no one thing on the screen, or not plainly: refused with the cure."""

from __future__ import annotations

import re

from agent.offline.places import AREA_ALONE, ORDINAL, ORDINAL_ZH
from agent.offline.refusals import NotUnderstood
from agent.offline.roles import ROLE, ROLE_ZH
from agent.offline.sentences import Sentence

MAX_WORDS = 7
"""Of a label without quotation marks; more is likely a sentence."""
_CLAUSE = (
    r"(?:^|\s)(?:if|unless|because|but|or|when|while|until|which|that|who|without|instead|before|after)\s|"
    r"(?:^|\s)(?:by|using)\s\w+ing\b|如果|.或(?!许)|除非|但是|^那个"
)
_LONG = re.compile(
    rf"(?=.*?(?:{_CLAUSE})|.{{2,}}(?<!合)并(?![列发行排联集购入存]).{{2,}}$|(?:\S+\s+){{{MAX_WORDS}}}\S).*"
)
_COMMA = re.compile(r".*(?:[,，、;；]\s*\D|[“”\"]).*")
_ROLE_ALONE = re.compile(f"{ROLE}|{ROLE_ZH}", re.IGNORECASE)
_IN_UNNAMED = re.compile(
    rf".*\s{ROLE} (?:in|on|of) (?:the|this|that) (?:dialog(?: box)?|pop-?up|window|form)$", re.IGNORECASE
)
_PRONOUN = re.compile(r"(?:it|this|that|there|them)(?:\s+again)?|(?:它们?|这个|那个|这里|那里)", re.IGNORECASE)
_NO_ROLE = re.compile(r"(?:rows?|lines?|cells?|columns?|windows?|words?|files?|folders?|paragraphs?)|[行列格]")
"""Cannot be counted on the screen."""
_MANY = re.compile(
    r"(?:all|every|each|both|any|either|some|several)\s.+|all|both|everything|anything|something|"
    r"(?:two|three|four|five|\d{1,2})\s\w+s|"
    r"(?:每个|任意|任何|两个|一些|几个|某个|[前后][两二三四五六七八九十几\d]+个?|最后[两二三四五几\d]+个)的?.+|"
    r"所有|全部|(?:所有|全部)的.+|"
    rf"(?:所有|全部)的?.*(?:{ROLE_ZH})"
)
"""Several, or any of them. 全部替换 may well be a label."""
_JUDGED = re.compile(
    r"(?:whichever|whatever|whoever|what|where)\b.*|.+\s(?:seems?|looks?)\s.+|opposite|another(?:\s.+)?|"
    rf"(?:same|other)\s.+|(?:.+\s)?ones?|{ROLE}\s(?:again|i|we|you|below|above|there|here|in question)(?:\s.*)?|"
    r"(?:另一个|另外|同一个|刚才|刚刚|前面提到).*|最(?:新|旧|贵|便宜|大|小|高|低|快)的.*|"
    r"随便.*[个条项].*|.*(?:觉得|认为|看起来|看上去).*|最?(?:合适|适当|恰当|正确|好|佳)的.+"
)
_BEST = re.compile(
    r"(?:best|most|newest|latest|oldest|cheapest|biggest|largest|smallest|longest|shortest|highest|lowest|fastest|"
    r"nearest|closest|random|favou?rite|appropriate|suitable|correct|relevant|proper|usual|necessary|obvious)\s.+"
)
"""After an article, and in small letters: "the best option", not "Best match"."""
_LOOKS = re.compile(
    r"(?:(?:big|small|large|little|round|red|green|blue|yellow|orange|gr[ea]y|black|white|purple|pink)\s)+(?:.+\s)?"
    rf"{ROLE}|[大小红绿蓝黄橙灰黑白紫粉][色的]*的?.*(?:按钮|图标|链接)"
)
"""After an article, and in small letters: how it looks. "Red button" with a capital is a label."""
_LATER = re.compile(
    r".+\s(?:in|within|every|after|for)\s+(?:(?:\d+|an?|one|two|three|four|five|ten|a few|several)\s*)?"
    r"(?:s|secs?|seconds?|mins?|minutes?|hours?)|"
    r".+\s(?:tomorrow|tonight|soon|at \d{1,2}(?::\d\d)?\s?(?:[ap]m|o['’]clock)|as (?:often|soon|long) as .+)|"
    r".+[之以]前(?:再|先|要|[,，]|.*(?:点击|按|打开|选择|输入)).*|.+直到.+",
    re.IGNORECASE,
)
_COUNTED_INSIDE = re.compile(rf".+[中里上内]的?{ORDINAL_ZH}.*")
_NO_TEXT = re.compile(
    r"(?:anywhere|somewhere|outside|elsewhere)\b.*|(?:empty|blank|free) (?:space|area|place|spot)s?(?:\s.*)?|"
    r".*(?:空白(?:处|区域?|的?地方|部分)|外面|以外)|(?:别处|其他地方)|"
    r"(?!\d{1,3}(?:,\d{3})+$)(?:坐标|位置|像素|coordinates?|position|pixel|point)?\s*[（(\[]?\s*\d+\s*(?:[,，、x×]\s*|\s)\d+\s*[)）\]]?",
    re.IGNORECASE,
)
"""A place where nothing is written."""
_PURPOSE = re.compile(r"(?:ok|okay|yes|no|x)\s+to\s+[a-z].*", re.IGNORECASE)
_CORNER_ZH = re.compile(r"(?:屏幕|窗口|页面|界面|桌面)?的?[左右][上下]角[^的].*")
_OFTEN = re.compile(
    r".+\s(?:a few|several|many|some|multiple|a couple(?: of)?) times|.+\s(?:again and again|over and over)|"
    r".+[几多数]次|[NnX几]?次.+|.+[百千万]次|反复.+|一直.+"
)
_TOLD = re.compile(
    r"[\u4e00-\u9fff].*(?:(?<![道白好算解完行对懂为住])了|(?<![跳通略经超不错])过|[吗呢]|了没)|(?:了(?!解)|的是|过(?![滤程期去道户敏渡热载往境])).+|(?:不是|并非).+的.+"
)
"""Past, a question, or what something is: 点击了保存, 点击保存了吗, 点击的是保存."""


_NEAR = re.compile(r"(?:near|around|close to|somewhere)\s.+")
_REASONS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (_JUDGED, "it cannot judge: name the text on what is meant", "它不会判断：请说出所指的文字"),
    (
        _LATER,
        "when to do it is said by a wait before it: wait 3 seconds, then …",
        "什么时候做，请用前面的等待来说：等待3秒，然后…",
    ),
    (_TOLD, "say what to do, not what is or was", "请说要做什么，而不是做过什么（文字请放在引号里）"),
    (_NEAR, "name the text on what is meant", "请说出所指的文字"),
    (_NO_TEXT, "only what a text stands on or beside can be named", "只能指向有文字的地方：请说出上面或旁边的文字"),
    (_PURPOSE, "put the label in quotation marks", "请把文字放在引号里"),
    (_CORNER_ZH, "put the label in quotation marks", "请在“角”后面加“的”，例如：右上角的“头像”"),
    (_COUNTED_INSIDE, "name a text in the list", "请说出列表中的文字"),
    (_OFTEN, 'say how often, as: click "X" 3 times', "请说明次数，例如：点击“X”三次"),
    (_LONG, "put a label of several words in quotation marks", "请把文字放在引号里"),
    (_IN_UNNAMED, 'name a text in it, as: in the dialog "X"', "请说出其中的文字"),
    (_COMMA, "put a label with a comma in quotation marks", "文字里有逗号时请放在引号里"),
)
"""Whatever stands around the words; the first that matches them whole."""


def refuse_vague(words: str, sentence: Sentence, *, has_article: bool, is_placed: bool) -> None:
    """Raise where the words name no label, or it cannot be told where the label ends."""
    if is_placed and _NO_ROLE.fullmatch(words):
        raise NotUnderstood("name a text in it, not its number", "请说出其中的文字，而不是第几个", sentence.restored())
    if (
        (has_article and _ROLE_ALONE.fullmatch(words))
        or ((has_article or is_placed) and AREA_ALONE.fullmatch(words))
        or (has_article and re.fullmatch(ORDINAL, words, re.IGNORECASE))
        or _PRONOUN.fullmatch(words)
        or _MANY.fullmatch(words)
    ):
        raise NotUnderstood("which one is meant is not said", "没有说明是哪一个", sentence.restored())
    if (has_article or not words.isascii()) and _LOOKS.fullmatch(words):
        raise NotUnderstood(
            "colours and sizes are not understood: name the text on it",
            "看不懂颜色和大小：请说出上面的文字",
            sentence.restored(),
        )
    judged = _BEST.fullmatch(words) if has_article else None
    for pattern, english, chinese in _REASONS:
        if pattern.fullmatch(words) or (judged and pattern is _JUDGED):
            raise NotUnderstood(english, chinese, sentence.restored())
