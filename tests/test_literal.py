"""The tolerant reader of JSON."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.literal import MAX_CHARACTERS, MAX_DEPTH, MAX_VALUES, LiteralError, read_literal

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)


@given(values, st.booleans(), st.sampled_from([None, 0, 2]))
def test_json_reads_as_json_reads_it(value, ascii_only, indent):
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    reading = read_literal(text)
    assert repr(reading.value) == repr(json.loads(text))
    assert reading.end == len(text)
    assert reading.repairs == ()


@given(values)
def test_python_literals_read_as_python_wrote_them(value):
    assert repr(read_literal(_python(value)).value) == repr(value)


def _python(value: object) -> str:
    """`repr`, in the escapes that JSON and Python share."""
    if isinstance(value, str):
        return "'" + json.dumps(value)[1:-1].replace("'", "\\'") + "'"
    if isinstance(value, list):
        return "(" + ", ".join(map(_python, value)) + ")"
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{_python(name)}: {_python(item)}" for name, item in value.items())
            + (",}" if value else "}")
        )
    return repr(value)


strict_or_not = st.text("{}[]()\",:'\\u0041dn 1-+.eE tfalsrun/*#\n“”", max_size=30)


@given(strict_or_not)
def test_what_reads_without_repair_is_json(text):
    """Nothing is mended in silence."""
    try:
        reading = read_literal(text)
    except LiteralError:
        return
    if not reading.repairs:
        assert repr(json.loads(text[: reading.end], strict=True)) == repr(reading.value)


@given(st.text())
def test_any_text_reads_or_is_a_literal_error(text):
    try:
        end, message = read_literal(text).end, "fine"
    except LiteralError as error:
        end, message = error.position, str(error)
    assert 0 <= end <= len(text)
    assert message.isprintable()


@pytest.mark.parametrize(
    ("text", "value", "repair"),
    [
        ("{'a': 'b'}", {"a": "b"}, "single quotes"),
        ("'it\\'s'", "it's", "single quotes"),
        ("'say \"so\"'", 'say "so"', "single quotes"),
        ('"it\\\'s"', "it's", "needless escape"),
        ("“a”", "a", "typographic quotes"),
        ("＂a＂", "a", "typographic quotes"),
        ("[True, False, None]", [True, False, None], "Python literals"),
        ("(1, 2)", [1, 2], "Python literals"),
        ("'\\x41'", "A", "Python literals"),
        ("[1, 2,]", [1, 2], "trailing comma"),
        ('{"a": 1,}', {"a": 1}, "trailing comma"),
        ('{"a": 1, // one\n"b": 2}', {"a": 1, "b": 2}, "comment"),
        ('{"a": 1, # one\n"b": 2}', {"a": 1, "b": 2}, "comment"),
        ('{/* " */"a": 1}', {"a": 1}, "comment"),
        ('"a\nb\tc"', "a\nb\tc", "unescaped newline or control character"),
        ("{a: 1}", {"a": 1}, "unquoted name"),
        ("｛“a”：［1，2］｝", {"a": [1, 2]}, "full-width punctuation"),
        ("（1，2）", [1, 2], "full-width punctuation"),
        ('{"a": {"b": 1}', {"a": {"b": 1}}, "closing brace missing"),
        ('{"a": 1\n</tool_call>', {"a": 1}, "closing brace missing"),
        ('{"a": 1\n```', {"a": 1}, "closing brace missing"),
        ("+5", 5, "unusual number"),
        (".5", 0.5, "unusual number"),
        ("5.", 5.0, "unusual number"),
    ],
)
def test_repairs(text, value, repair):
    reading = read_literal(text)
    assert repr(reading.value) == repr(value)
    assert repair in reading.repairs


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[",
        "[1",
        "[1, 2}",
        '{"a": [1}',
        '{"a": 1,',
        '{"a":',
        '{"a"',
        '{"a": {"b": {"c": 1}',
        '{"a": 1 "b": 2}',
        '{"a" 1}',
        '{1: "a"}',
        "[1 2]",
        "[,]",
        '"a',
        "'don't'x",
        '"a\\"',
        '"\\d"',
        '"\\u12"',
        '"C:\\Users"',
        "007",
        "-",
        "1_000",
        "1.2.3x",
        "0x10",
        "undefined",
        "truely",
        "__import__('os')",
        "[1, __class__]",
        "{'a': 1 + 1x}",
        "/* never closed",
        "9" * 500,
    ],
)
def test_errors(text):
    if text in ("1.2.3x", "'don't'x"):
        assert read_literal(text).end < len(text)  # what follows a value is the caller's
        return
    with pytest.raises(LiteralError):
        read_literal(text)


@pytest.mark.parametrize("char", ["\x07", "\ud800", "\u202e", "\n", "d"])
def test_errors_quote_printably(char):
    for text in (f'"\\{char}"', f'{{"a": {char}', f'{{"a" {char}', f'{{"{char}": 1, "{char}": 2}}'):
        with pytest.raises(LiteralError) as caught:
            read_literal(text)
        assert str(caught.value).isprintable()


def test_numbers_that_json_cannot_write_are_for_the_caller():
    reading = read_literal("[NaN, Infinity, -Infinity, 1e400, -inf]")
    assert isinstance(reading.value, list)
    assert math.isnan(reading.value[0])
    assert reading.value[1:] == [math.inf, -math.inf, math.inf, -math.inf]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1, "a": 1}', {"a": 1}),
        ('{"a": [1, "x"], "a": [1, "x"]}', {"a": [1, "x"]}),
        ('{"a": 1, "a": 2}', None),
        ('{"a": 1, "a": true}', None),
        ('{"a": 1, "a": 1.0}', None),
        ('{"a": "1", "a": 1}', None),
        ('{"a": NaN, "a": 1}', None),
    ],
)
def test_a_name_twice(text, value):
    if value is not None:
        assert read_literal(text).value == value
        return
    with pytest.raises(LiteralError, match="'a' stands in it twice"):
        read_literal(text)


def test_where_it_ends():
    text = 'x {"a": "}"} and more }'
    reading = read_literal(text, 2)
    assert (reading.value, text[reading.end :]) == ({"a": "}"}, " and more }")


@pytest.mark.parametrize(
    ("escaped", "text"),
    [("\\ud83d\\ude00", "😀"), ("\\ud83d", "\ud83d"), ("\\ude00\\ud83d", "\ude00\ud83d"), ("\\u0000", "\0")],
)
def test_surrogate_pairs_join_and_halves_stay(escaped, text):
    assert read_literal(f'"{escaped}"').value == text


def test_caps():
    assert read_literal("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    for text in (
        "[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2),
        "[" * 10**6,
        "[" + "1," * MAX_VALUES + "1]",
        '"' + "a" * MAX_CHARACTERS + '"',
        '["' + "a" * (MAX_CHARACTERS // 2) + '","' + "a" * (MAX_CHARACTERS // 2) + '"]',
    ):
        with pytest.raises(LiteralError):
            read_literal(text)


def test_how_far_a_failure_looked():
    """The caller stays linear by it."""
    for text, position in (('{"a": "never closed', 19), ("{/* never closed", 16), ('{"a": ?}  ', 6)):
        with pytest.raises(LiteralError) as caught:
            read_literal(text)
        assert caught.value.position == position
