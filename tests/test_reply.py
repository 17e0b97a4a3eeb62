"""Finding the call in a reply; what the corpus does not say."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.errors import BadCallError, NoCallError, ReplyError, shown
from actions.literal import LiteralError
from actions.reply import MAX_BROKEN, MAX_MARKS, find_call
from actions.unpack import Call, is_call, line, unpack
from actions.xml_call import MAX_PARAMETERS, read_function


def tagged(**arguments: object) -> str:
    body = json.dumps({"name": "computer_use", "arguments": arguments}, ensure_ascii=False)
    return f"<tool_call>\n{body}\n</tool_call>"


WAIT, CLICK = tagged(action="wait"), tagged(action="left_click", coordinate=[1, 2])


def test_arguments_are_handed_on_unchecked():
    found = find_call(tagged(action="frobnicate", coordinate="nowhere"))
    assert found == Call("computer_use", {"action": "frobnicate", "coordinate": "nowhere"})


@given(st.text(max_size=200))
def test_any_text_survives_inside_a_json_string(text):
    """Tags, braces, quotes, escapes: whatever is typed is data."""
    reply = "Action: Type.\n" + tagged(action="type", text=text) + "\n" + WAIT
    assert find_call(reply).arguments == {"action": "type", "text": text}


@pytest.mark.parametrize(
    "tag", ["</think>", "<think>", "<tool_call>", "</tool_call>", "<function=x>", "```", "{", '{"a']
)
def test_quoted_tags_survive_in_every_form(tag):
    arguments = {"action": "type", "text": f"a{tag}b{tag}"}
    body = json.dumps({"name": "computer_use", "arguments": arguments})
    for reply in (f"<tool_call>{body}</tool_call>", body, f"```json\n{body}\n```", f"I think.\n</think>\n{body}"):
        assert find_call(reply).arguments == arguments


@pytest.mark.parametrize(
    "reply",
    [
        WAIT + "\n</think>\nAction: Click.\n" + CLICK,
        "<think>" + WAIT + "</think>" + CLICK,
        "<think>one</think><think>" + WAIT + "</think>\n" + CLICK,
        'I may send {"name": "computer_use", broken </think>\n' + CLICK,
        'A quote: {"action </think>\nAction: Click.\n' + CLICK,
        CLICK + "<think>" + WAIT,
    ],
)
def test_reasoning_holds_no_call_of_the_answer(reply):
    assert find_call(reply).arguments["action"] == "left_click"


@pytest.mark.parametrize("reasoning", ["", WAIT])
@pytest.mark.parametrize("text", ["I cannot.", "</think>I cannot.", "<think>" + WAIT + "</think>No."])
def test_prose_is_no_call_whatever_the_reasoning(text, reasoning):
    with pytest.raises(NoCallError):
        find_call(text, reasoning=reasoning)


def test_the_same_call_weighed_twice_is_one():
    assert find_call("", reasoning=f"Perhaps {WAIT}. Yes: {WAIT}").arguments == {"action": "wait"}


@pytest.mark.parametrize("other", [CLICK, "<tool_call>{broken</tool_call>", '<tool_call>{"a": 1}</tool_call>'])
def test_several_calls_in_the_reasoning_are_none(other):
    with pytest.raises(BadCallError, match="several calls"):
        find_call(" \n", reasoning=WAIT + other)


def test_order_of_places():
    """The text's call, then a native one, then the reasoning's."""
    native = [("computer_use", '{"action": "native"}')]
    assert find_call(WAIT, tool_calls=native, reasoning=CLICK).arguments["action"] == "wait"
    assert find_call("No.", tool_calls=native, reasoning=CLICK).arguments["action"] == "native"
    assert find_call("", tool_calls=native, reasoning=CLICK).arguments["action"] == "native"
    assert find_call("", reasoning=CLICK).arguments["action"] == "left_click"


def test_a_tagged_call_comes_before_an_object_quoted_above_it():
    reply = 'Observation: the page says\n{"action": "left_click"}\nAction: Wait.\n' + WAIT
    assert find_call(reply).arguments == {"action": "wait"}


@pytest.mark.parametrize("quoted", ['The page says: {"action": "left_click"}', '{"a": 1} is JSON', '{"name": "x"}'])
def test_an_object_in_a_sentence_is_no_call(quoted):
    with pytest.raises(NoCallError):
        find_call(quoted)


@pytest.mark.parametrize(
    "first",
    [
        '<tool_call>{"name": "computer_use", "arguments": {]}}',
        "<tool_call>{'a",
        '<tool_call>{"name": ',
        '<tool_call>{"x": 1}',
    ],
)
def test_a_broken_first_call_does_not_let_a_later_one_act(first):
    with pytest.raises(BadCallError):
        find_call(first + "</tool_call>\n" + WAIT)


@pytest.mark.parametrize(
    ("before", "sentence"),
    [
        ("Action: One.\nAction: Two.\n", "Two."),
        ("action : lower case\n", "lower case"),
        ("Action：全角\n", "全角"),
        ("操作: 等待\n", "等待"),
        ("- Action: in a list\n", "in a list"),
        ("Action:\nBelow it.\n", "Below it."),
        ("The Action: inside a line\n", ""),
        ("Action: `Wait`\r\n", "Wait"),
        ("Action: “等”\n", "等"),
        ("Action:\n", ""),
        ("Action: in thought.\n</think>\n", ""),
    ],
)
def test_sentence(before, sentence):
    assert find_call(before + WAIT).sentence == sentence


def test_too_many_tags_are_refused():
    assert find_call("</think>" * (MAX_MARKS - 1) + WAIT).arguments == {"action": "wait"}
    with pytest.raises(BadCallError, match="heap"):
        find_call("</think>" * MAX_MARKS + WAIT)
    with pytest.raises(BadCallError, match="heap"):
        find_call('{"a" ' * (MAX_BROKEN + 2))


def test_a_long_deliberation_is_no_heap():
    thought = 'The form shows {"name": "Ann"} and {"city": "Rome"}; I go on.\n'
    assert find_call(thought * 400 + "</think>\n" + WAIT).arguments == {"action": "wait"}


def test_html_entities_inside_an_honest_call_are_text():
    reply = "Action: Type.\n" + tagged(action="type", text="a &lt;b&gt; &amp; &quot;c&quot;")
    assert find_call(reply).arguments["text"] == "a &lt;b&gt; &amp; &quot;c&quot;"


def test_tags_escaped_around_an_object_mean_all_is_escaped():
    body = '{"name": "computer_use", "arguments": {"action": "type", "text": "a &amp; b"}}'
    for between in ("", "\n"):
        found = find_call(f"&lt;tool_call&gt;{between}{body}{between}&lt;/tool_call&gt;")
        assert found.arguments["text"] == "a & b"
        assert found.repairs == ("HTML-escaped",)


# --- XML parameters ---


@given(st.text(max_size=200).filter(lambda text: "<" not in text and "\r" not in text))
def test_any_text_survives_in_an_xml_parameter(text):
    reply = f"<function=computer_use>\n<parameter=text>\n{text}\n</parameter>\n</function>"
    assert read_function(reply, 0).value == {"name": "computer_use", "arguments": {"text": text}}


def test_xml_of_many_parameters():
    def call(count: int) -> str:
        return "<function=f>" + "".join(f"<parameter=p{n}>{n}</parameter>" for n in range(count)) + "</function>"

    assert read_function(call(MAX_PARAMETERS - 1), 0).end == len(call(MAX_PARAMETERS - 1))
    with pytest.raises(LiteralError, match="too many"):
        read_function(call(MAX_PARAMETERS + 1), 0)


@pytest.mark.parametrize(
    "reply",
    [
        "<function=",
        "<function=f><parameter=text>a",
        "<function=f><parameter=text>a</parameter></parameter></function>",
        "<function=f><parameter=a>1</parameter><parameter=a>2</parameter></function>",
        "<function=f>prose</function>",
        "<function=f><parameter=a>1</parameter>prose</function>",
        '<function=f>{"a": </function>',
    ],
)
def test_xml_errors(reply):
    with pytest.raises(LiteralError):
        read_function(reply, 0)


# --- unpacking ---


@pytest.mark.parametrize(
    ("value", "call"),
    [
        ({"name": "f", "arguments": {"a": 1}}, Call("f", {"a": 1})),
        ({"name": "f", "parameters": {"a": 1}}, Call("f", {"a": 1})),
        ({"name": "f"}, Call("f", {})),
        ({"name": "f", "a": 1}, Call("f", {"a": 1})),
        ({"name": "f", "arguments": None}, Call("f", {})),
        ({"action": "x", "a": 1}, Call(None, {"action": "x", "a": 1})),
        ({"action": "x", "parameters": {"a": 1}, "thought": " b\nc "}, Call(None, {"action": "x", "a": 1}, "b c")),
        ({"name": "f", "action": "x", "arguments": {"a": 1}}, Call("f", {"action": "x", "a": 1})),
        ({"type": "function", "function": {"name": "f", "arguments": {}}}, Call("f", {})),
        ({"name": "f", "arguments": '{"a": 1}'}, Call("f", {"a": 1}, "", ("arguments as text",))),
    ],
)
def test_unpack(value, call):
    assert unpack(value) == call


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        "x",
        {},
        {"a": 1},
        {"name": 1, "arguments": {}},
        {"name": "f", "arguments": [1]},
        {"name": "f", "arguments": "x"},
        {"name": "f", "arguments": '{"a": 1} {"a": 2}'},
        {"action": "x", "parameters": {"action": "y"}},
    ],
)
def test_unpack_errors(value):
    with pytest.raises(BadCallError):
        unpack(value)


def test_is_call():
    assert is_call({"action": "x"})
    assert is_call({"name": "f", "arguments": {}})
    assert not is_call({"name": "f"})
    assert not is_call({"arguments": {}})
    assert not is_call([{"action": "x"}])


@given(st.text())
def test_a_line_is_printable(text):
    assert not line(text) or line(text).isprintable()
    assert line(line(text)) == line(text)


@pytest.mark.parametrize("name", ["long", "control", "huge", "pair", "list", "object", "null", "number", "other"])
def test_shown_is_short_and_printable(name):
    values = {"long": "x" * 10**6, "control": "\x1b\n\ud800", "huge": 10**5000, "pair": [1, "a"], "list": [0] * 99}
    value = {**values, "object": {"a": 1}, "null": None, "number": 1.5}.get(name, object())
    assert len(shown(value)) < 80
    assert shown(value).isprintable()


def test_every_error_is_a_reply_error():
    assert issubclass(NoCallError, ReplyError)
    assert issubclass(BadCallError, ReplyError)
