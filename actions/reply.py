"""Finding the call in a reply. One pass over the text, linear, with every count capped.

A JSON or XML call is read where it begins, so tags quoted inside its strings are stepped over. What stands before
the last `</think>`, or behind a `<think>` that is never closed, is reasoning and holds no call of the answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from actions.errors import BadCallError, NoCallError, ReplyError
from actions.literal import LiteralError, Reading, read_literal
from actions.unpack import Call, is_call, line, unpack
from actions.xml_call import read_function

MAX_MARKS = 2_000
"""Tags and opening braces looked at in one reply."""
MAX_BROKEN = 200
"""Things that look like calls and cannot be read, in one reply."""
MAX_COUNTED = 100
"""Calls counted; a reply with more is said to have "more than" so many."""

# Only groups without choices may be possessive: Python before 3.11.5 matches others wrongly. So many tags are one mark.
_MARK = re.compile(
    r"""[<＜{｛](?![<＜{｛])(?:
        (?<=[<＜])(?:
            (?P<think_end>/think\s*[>＞])
          | (?P<think>think\s*[>＞])
          | (?P<tag>\s*tool_call\s*[>＞](?:\s*[<＜]\s*tool_call\s*[>＞]){0,99})
          | (?P<function>function(?:\s*=|\s+name\s*=))
        )
      | (?<=[{｛])(?P<brace>(?=\s*["'“”‘’＂A-Za-z_]))
    )""",
    re.VERBOSE,
)
_LEAD = re.compile(r"\s*(?:```[a-z]*\s*)?\[?\s*")
_BEFORE_BARE = re.compile(r"[\s\ufeff\[>`]*(?:json)?[\s\[]*")
_CLOSING = re.compile(r"\s*+[}｝\]]*+\s*+(?:```)?\s*+(?:</function\s*>\s*)?[<＜]\s*/\s*tool_call\s*[>＞]")
_EXTRA_BRACE = re.compile(r"\s*[}｝]")
_LOOKS_LIKE_CALL = re.compile(r"""["'“]?(?:action|arguments)["'”]?\s*[:：]""")
_SENTENCE = re.compile(r"(?:^|\n)[ \t*#>-]*+(?:Action|动作|操作)[ \t]*+\**+[ \t]*+[:：]\**+\s*+([^\n]+)", re.IGNORECASE)
_ENTITIES = (
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", '"'),
    ("&#34;", '"'),
    ("&#39;", "'"),
    ("&#x27;", "'"),
    ("&amp;", "&"),
)
_ESCAPED_TAG = "&lt;tool_call&gt;"
_LOOK_BACK = 8_000
_LINE_HEAD = 80

_FORMAT = "end the reply with exactly one tool call in the format of the system prompt"


@dataclass(frozen=True)
class _Found:
    """A call, or what should be one, and where it stands. `tagged`: in `<tool_call>` or `<function=`."""

    start: int
    end: int
    tagged: bool
    reading: Reading | LiteralError
    repairs: tuple[str, ...] = ()


@dataclass
class _Scan:
    text: str
    answer: list[_Found] = field(default_factory=list)
    thoughts: list[_Found] = field(default_factory=list)
    answer_start: int = 0
    answer_end: int | None = None
    """Where a `<think>` begins that is not closed."""
    stray_tag: bool = False
    broken: int = 0
    work: int = 0
    """Characters looked at in vain."""

    @property
    def has_prose(self) -> bool:
        return bool(self.text[self.answer_start : self.answer_end].strip())


def find_call(text: str, *, reasoning: str = "", tool_calls: Sequence[tuple[str, str]] = ()) -> Call:
    """The first call of a reply.

    The text's own call comes first, then a native one of `tool_calls` (name, arguments as JSON text). A call in the
    reasoning counts only when the answer has none and no text either, and when it is the only one there.

    Raises:
        NoCallError: there is none.
        BadCallError: the first one cannot be read.
    """
    scan = _scan(text)
    repairs: tuple[str, ...] = ()
    if _is_escaped(scan):
        scan, repairs = _scan(_unescaped(text)), ("HTML-escaped",)
    if scan.answer:
        return _chosen(scan, scan.answer, repairs)
    if tool_calls:
        return _native(scan, tool_calls)
    if scan.has_prose:
        if scan.stray_tag:
            raise BadCallError(f"no call follows the <tool_call> tag; {_FORMAT}")
        raise NoCallError(f"the reply holds no call; {_FORMAT}")
    return _reasoned(scan, reasoning)


def _scan(text: str) -> _Scan:
    scan = _Scan(text)
    last_think = max(text.rfind("</think"), text.rfind("＜/think"))
    position = marks = 0
    while mark := _MARK.search(text, position):
        marks += 1
        if marks > MAX_MARKS or scan.broken > MAX_BROKEN:
            raise BadCallError(f"the reply is a heap of tags and braces; {_FORMAT}")
        if mark["think_end"] is not None:
            scan.thoughts += scan.answer
            scan.answer, scan.answer_start, scan.answer_end = [], mark.end(), None
            position = mark.end()
        elif mark["think"] is not None:
            scan.answer_end = mark.start() if scan.answer_end is None else scan.answer_end
            position = mark.end()
        else:
            position = _visit(scan, mark)
        if len(scan.answer) > MAX_COUNTED and position > last_think:
            break
    return scan


def _visit(scan: _Scan, mark: re.Match[str]) -> int:
    """Read the call that may begin at `mark`, keep it, and return where to look on."""
    tagged = mark["brace"] is None
    start = mark.end() if mark["tag"] is not None else mark.start()
    if mark["tag"] is not None:
        lead = _LEAD.match(scan.text, start)
        start = lead.end() if lead else start
    if not scan.text.startswith(("{", "｛", "<function"), start):
        scan.stray_tag = True
        return mark.end()
    found = _read(scan.text, mark, start, tagged)
    if tagged or _counts_as_bare(scan, found):
        (scan.answer if scan.answer_end is None else scan.thoughts).append(found)
    if isinstance(found.reading, Reading):
        return found.end
    # A failed reading is followed up from its beginning, so that it hides nothing, but only as long as all of
    # that stays linear.
    scan.broken += 1
    scan.work += found.end - mark.start()
    return mark.end() if scan.work <= 2 * len(scan.text) else max(found.end, mark.end())


def _read(text: str, mark: re.Match[str], start: int, tagged: bool) -> _Found:
    opening = mark.group()
    repairs = []
    if mark["tag"] is not None and opening.count("tool_call") > 1:
        repairs.append("opening tag doubled")
    if "＜" in opening or "＞" in opening:
        repairs.append("full-width tags")
    try:
        reading = read_function(text, start) if text.startswith("<", start) else read_literal(text, start)
    except LiteralError as error:
        return _Found(mark.start(), error.position, tagged, error)
    return _Found(mark.start(), reading.end, tagged, reading, (*repairs, *reading.repairs))


def _counts_as_bare(scan: _Scan, found: _Found) -> bool:
    """An object without tags is a call if it looks like one and begins its line, or a closing tag follows it.

    One inside a sentence is not: it may be quoted.
    """
    if isinstance(found.reading, LiteralError):
        head = scan.text[found.start : found.start + 200]
        return _LOOKS_LIKE_CALL.search(head) is not None and _begins_line(scan, found.start)
    if not is_call(found.reading.value):
        return False
    return _begins_line(scan, found.start) or _CLOSING.match(scan.text, found.end) is not None


def _begins_line(scan: _Scan, start: int) -> bool:
    floor = max(scan.answer_start, start - _LINE_HEAD)
    _, newline, head = scan.text[floor:start].rpartition("\n")
    return (bool(newline) or floor == scan.answer_start) and _BEFORE_BARE.fullmatch(head) is not None


def _chosen(scan: _Scan, found: list[_Found], repairs: tuple[str, ...]) -> Call:
    calls = [item for item in found if item.tagged] or found
    first = calls[0]
    call = _unpacked(first)
    notes = [*repairs, *first.repairs, *_frame_repairs(scan.text, first), *call.repairs]
    if others := len(calls) - 1:
        count = f"more than {MAX_COUNTED - 1}" if others >= MAX_COUNTED else str(others)
        notes.append(f"{count} more call{'s' if others > 1 else ''} ignored")
    sentence = call.sentence or _sentence(scan.text[max(scan.answer_start, first.start - _LOOK_BACK) : first.start])
    return Call(call.name, call.arguments, sentence, tuple(dict.fromkeys(notes)))


def _unpacked(found: _Found) -> Call:
    if isinstance(found.reading, LiteralError):
        raise BadCallError(f"the call cannot be read: {found.reading}; {_FORMAT}")
    return unpack(found.reading.value)


def _frame_repairs(text: str, found: _Found) -> list[str]:
    closed = _CLOSING.match(text, found.end) is not None
    notes = ["extra brace"] if _EXTRA_BRACE.match(text, found.end) else []
    if not found.tagged:
        return [*notes, "opening tag missing"] if closed else notes
    if closed or text[: found.end].endswith(">"):
        return notes
    return [*notes, "text after the call" if "/tool_call" in text[found.end :] else "closing tag missing"]


def _native(scan: _Scan, tool_calls: Sequence[tuple[str, str]]) -> Call:
    name, arguments = tool_calls[0]
    call = unpack({"name": name, "arguments": arguments if arguments.strip() else {}})
    others = len(tool_calls) - 1
    notes = [f"{others} more call{'s' if others > 1 else ''} ignored"] if others else []
    notes += [note for note in call.repairs if note != "arguments as text"]
    return Call(call.name, call.arguments, _sentence(scan.text[scan.answer_start :][:_LOOK_BACK]), tuple(notes))


def _reasoned(scan: _Scan, reasoning: str) -> Call:
    """The only call in the reasoning, for an answer that is empty."""
    found = scan.thoughts
    if not found and reasoning.strip():
        scan = _scan(reasoning)
        found = scan.thoughts + scan.answer
    if not found:
        raise NoCallError(f"the reply is empty; {_FORMAT}")
    calls = [item for item in found if item.tagged] or found
    call = _chosen(scan, calls[:1], ("call in the reasoning",))
    try:
        same = all(
            (other := _unpacked(item)).name == call.name and other.arguments == call.arguments for item in calls[1:]
        )
    except ReplyError:
        same = False
    if not same:
        raise BadCallError(f"the answer is empty and the reasoning weighs several calls; {_FORMAT}")
    return call


def _sentence(before: str) -> str:
    """The sentence of the last Action line."""
    lines = _SENTENCE.findall(before)
    return line(lines[-1].strip().strip("\"'“”`*").strip()) if lines else ""


def _is_escaped(scan: _Scan) -> bool:
    """The reply went through an HTML escape: its tags stand outside any call, escaped."""
    if scan.answer and scan.answer[0].tagged:
        return False
    limit = scan.answer[0].start if scan.answer else len(scan.text)
    region = scan.text[scan.answer_start : limit]
    return _ESCAPED_TAG in region or (not scan.answer and "{&quot;" in region)


def _unescaped(text: str) -> str:
    for entity, char in _ENTITIES:
        text = text.replace(entity, char)
    return text
