"""Reading replies: every shape is typed or one error, whole and streamed alike."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.endpoint.body import MAX_BODY, PIECE, bounded, inflated, lines
from agent.endpoint.completion import StreamedReply, read_completion, read_json
from agent.endpoint.failure import Failure
from agent.model import ToolCall, Usage
from tests.endpoint_server import Reply, completion, stream_lines

CALL = 'Action: Click "OK".\n<tool_call>\n{"name": "computer_use", "arguments": {"action": "left_click"}}\n</tool_call>'
GOOD = [
    Reply(CALL),
    Reply("点击 “确定” 😀\t</tool_call>", reasoning="先看看 🙂"),
    Reply("", finish_reason="length"),
    Reply(None, tool_calls=(("computer_use", '{"action": "wait"}'), ("computer_use", '{"action": "key"}'))),
    Reply("no usage", usage=None),
    Reply("x", model="another-model"),
]


def body(message=None, **changes):
    data = completion(Reply("hello"))
    if message is not None:
        data["choices"][0]["message"] = message
    return json.dumps({**data, **changes}).encode()


def streamed(text_lines, on_delta=None):
    reply = StreamedReply(on_delta)
    for line in text_lines:
        reply.feed(line if isinstance(line, bytes) else line.encode())
    return reply.reply()


def chunk(delta, finish_reason=None, **more):
    return "data: " + json.dumps({"choices": [{"delta": delta, "finish_reason": finish_reason}], **more})


def test_a_whole_reply():
    reply = read_completion(json.dumps(completion(Reply(CALL, reasoning="I see OK."))).encode())
    assert reply.text == CALL
    assert reply.reasoning == "I see OK."
    assert reply.finish_reason == "stop"
    assert not reply.partial
    assert reply.usage == Usage(prompt_tokens=2100, completion_tokens=40, image_tokens=2042, cached_tokens=0)
    assert reply.model == "gui-plus-2026-02-26"
    assert reply.request_id == "chatcmpl-1"


@pytest.mark.parametrize("good", GOOD)
def test_streamed_or_whole_it_is_the_same_reply(good):
    assert streamed(stream_lines(good)) == read_completion(json.dumps(completion(good)).encode())


def test_deltas_come_in_order_and_make_up_the_reply():
    told = []
    reply = streamed(stream_lines(Reply(CALL, reasoning="I see OK.")), lambda kind, piece: told.append((kind, piece)))
    assert [kind for kind, _ in told] == ["reasoning"] * 3 + ["text"] * 4
    assert "".join(piece for kind, piece in told if kind == "text") == reply.text == CALL
    assert "".join(piece for kind, piece in told if kind == "reasoning") == reply.reasoning


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"content": None}, ""),
        ({}, ""),
        ({"content": "  x \n"}, "  x \n"),
        ({"content": [{"type": "text", "text": "a"}, {"type": "image"}, {"text": None}, "b", 3]}, "ab"),
        ({"content": []}, ""),
        ({"content": None, "refusal": "I will not."}, "I will not."),
        ({"content": None, "refusal": 1}, ""),
    ],
)
def test_content_is_text_a_list_of_texts_or_nothing(message, text):
    assert read_completion(body(message)).text == text


@pytest.mark.parametrize("content", [42, True, 1.5, {"action": "left_click", "coordinate": [1, 2]}])
def test_content_that_is_no_text_is_an_error_never_a_call(content):
    with pytest.raises(Failure, match="content is no text") as caught:
        read_completion(body({"content": content}))
    assert caught.value.kind == "garbled"
    with pytest.raises(Failure, match="content is no text"):
        streamed([chunk({"content": content})])


@pytest.mark.parametrize(
    "choices", [[], None, {}, [None], [[]], "no", [{}], [{"message": None}], [{"message": "text"}], [{"message": []}]]
)
def test_no_choices_or_no_message_is_an_error(choices):
    with pytest.raises(Failure, match=r"the reply holds no (choices|message)") as caught:
        read_completion(body(choices=choices))
    assert caught.value.kind == "garbled"


def test_an_error_with_status_200_shows_the_endpoints_words():
    error = {"error": {"code": "internal", "message": "out of\nmemory"}, "request_id": "r-7"}
    expected = r"an error instead of a reply: internal out of memory \(request id r-7\)"
    with pytest.raises(Failure, match=expected):
        read_completion(json.dumps(error).encode())
    with pytest.raises(Failure, match=expected):
        streamed([chunk({"content": "a"}), f"data: {json.dumps(error)}"])


GARBAGE = {
    "empty": b"",
    "html": b"<html><body>502 Bad Gateway</body></html>",
    "cut off": b'{"choices": [{"message": {"content": "x"',
    "bom": b"\xef\xbb\xbf" + body(),
    "bad utf-8": b'{"choices": "\xff\xfe"}',
    "utf-16": '{"choices": 1}'.encode("utf-16"),
    "nan": body()[:-1] + b', "x": NaN}',
    "infinity": body()[:-1] + b', "x": -Infinity}',
    "beyond all bounds": body()[:-1] + b', "x": 1e999}',
    "5,000 digits": body()[:-1] + b', "x": ' + b"9" * 5000 + b"}",
    "100,000 nested": b"[" * 100_000,
    "100,000 nested objects": b'{"a":' * 100_000,
    "list": b"[]",
    "string": b'"choices"',
    "two": body() + body(),
}


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_is_one_error(name):
    with pytest.raises(Failure) as caught:
        read_completion(GARBAGE[name])
    assert caught.value.kind == "garbled"
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


def kind_of(read):
    """What kind of failure reading ends in; None for a reply."""
    try:
        assert isinstance(read().text, str)
    except Failure as failure:
        return failure.kind
    return None


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_reply_or_an_error(data):
    assert kind_of(lambda: read_completion(data)) in (None, "garbled")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["message", "delta", "content", "index", "function", "name"]), inner, max_size=3
        )
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from(["choices", "usage", "model", "id", "error", "request_id"]),
        json_values | st.lists(st.dictionaries(st.sampled_from(["message", "delta", "finish_reason"]), json_values)),
    )
)
def test_any_object_is_a_reply_or_an_error(data):
    assert kind_of(lambda: read_completion(json.dumps(data).encode())) in (None, "garbled")
    assert kind_of(lambda: streamed([f"data: {json.dumps(data)}", "data: [DONE]"])) in (None, "garbled")


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (
            {"function": {"name": "computer_use", "arguments": '{"action": "wait"}'}},
            ToolCall("computer_use", '{"action": "wait"}'),
        ),
        ({"function": {"name": "computer_use", "arguments": {"text": "é"}}}, ToolCall("computer_use", '{"text": "é"}')),
        ({"function": {"name": None, "arguments": 3}}, ToolCall("", "")),
        ({"function": None}, ToolCall("", "")),
    ],
)
def test_native_calls(call, expected):
    assert read_completion(body({"content": None, "tool_calls": [call, "junk"]})).tool_calls == (expected,)


def test_streamed_calls_without_index_are_told_apart_by_place():
    delta = {"tool_calls": [{"function": {"name": "a", "arguments": "{}"}}, {"function": {"name": "b"}}, None]}
    assert streamed([chunk(delta), "data: [DONE]"]).tool_calls == (ToolCall("a", "{}"), ToolCall("b", ""))


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (None, Usage()),
        ([], Usage()),
        ({}, Usage()),
        ({"prompt_tokens": "9", "completion_tokens": True}, Usage()),
        ({"prompt_tokens": -1, "completion_tokens": 2.5}, Usage()),
        ({"prompt_tokens": 5, "prompt_tokens_details": None}, Usage(prompt_tokens=5)),
        ({"prompt_tokens": 5, "prompt_tokens_details": {"image_tokens": 3}}, Usage(prompt_tokens=5, image_tokens=3)),
    ],
)
def test_counts_are_whole_numbers_or_unknown(usage, expected):
    assert read_completion(body(usage=usage)).usage == expected


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_a_reply_that_was_cut_is_partial(reason):
    assert read_completion(json.dumps(completion(Reply(CALL, finish_reason=reason))).encode()).partial
    assert streamed(stream_lines(Reply(CALL, finish_reason=reason))).partial
    assert read_completion(body(), cut=True).partial


def test_reasoning_under_its_other_name():
    assert read_completion(body({"content": "x", "reasoning": "because"})).reasoning == "because"
    assert streamed([chunk({"reasoning": "because"}), "data: [DONE]"]).reasoning == "because"


@pytest.mark.parametrize(
    "end", [[], [": keep-alive"], ["data: {}"], ["event: end"], [chunk({"content": None})], ["data:"], ["[DONE]"]]
)
def test_a_stream_that_ends_before_its_reply_is_broken(end):
    with pytest.raises(Failure, match="ended before the reply did") as caught:
        streamed([chunk({"content": "Action: Cl"}), *end])
    assert caught.value.kind == "broken"


@pytest.mark.parametrize(
    "end", [["data: [DONE]"], ["data:[DONE]"], [chunk({}, "stop")], [chunk({"content": ""}, "stop"), ""]]
)
def test_a_stream_ends_with_done_or_a_finish_reason(end):
    assert streamed([chunk({"content": "a"}), *end]).text == "a"


def test_nothing_is_read_after_done():
    assert streamed([chunk({"content": "a"}), "data: [DONE]", chunk({"content": "b"}), "data: junk"]).text == "a"


def test_junk_in_a_stream_is_garbled():
    with pytest.raises(Failure, match="not JSON") as caught:
        streamed([chunk({"content": "a"}), 'data: {"choices": [{"del'])
    assert caught.value.kind == "garbled"


def test_a_reply_without_end_is_too_long():
    piece = chunk({"content": "x" * 1_000_000})
    with pytest.raises(Failure, match="longer than 16000000"):
        streamed([piece] * 17)
    arguments = chunk({"tool_calls": [{"index": 0, "function": {"arguments": "x" * 1_000_000}}]})
    with pytest.raises(Failure, match="longer than 16000000"):
        streamed([arguments] * 17)


def test_ids_and_names_are_one_clean_line():
    reply = read_completion(body(model="a\nb\x1b[31m", id="r" * 1000))
    assert reply.model == "a b [31m"
    assert len(reply.request_id) == 200


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_lines_are_the_same_however_the_bytes_come(size):
    data = "data: 点击\r\n\r\n: note\ndata: é\n\ndata: cut".encode()
    chunks = [data[start : start + size] for start in range(0, len(data), size)]
    assert list(lines(iter(chunks))) == ["data: 点击".encode(), b"", b": note", "data: é".encode(), b""]


def test_a_line_without_end_is_an_error():
    with pytest.raises(Failure, match="larger than 16 MB"):
        list(lines(iter([b"x" * PIECE] * (MAX_BODY // PIECE + 2))))


def test_a_body_is_bounded():
    assert list(bounded(iter([b"ab", b"cd"]), 4)) == [b"ab", b"cd"]
    with pytest.raises(Failure, match="larger than 16 MB"):
        list(bounded(iter([b"x" * 16_000_000, b"x"]), 16_000_000))


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate", " GZIP "])
def test_a_compressed_body_is_inflated(encoding):
    import gzip
    import zlib

    data = json.dumps(completion(Reply(CALL * 1000))).encode()
    packed = zlib.compress(data) if encoding == "deflate" else gzip.compress(data)
    for size in (1, 100, len(packed)):
        chunks = [packed[start : start + size] for start in range(0, len(packed), size)]
        assert b"".join(inflated(iter(chunks), encoding)) == data


def test_a_bomb_comes_in_small_pieces():
    import gzip

    bomb = gzip.compress(bytes(100_000_000), compresslevel=9)
    assert len(bomb) < 200_000
    pieces = inflated(iter([bomb]), "gzip")
    assert max(len(next(pieces)) for _ in range(200)) <= PIECE


@pytest.mark.parametrize(
    ("data", "encoding", "kind"),
    [
        (b"not gzip", "gzip", "garbled"),
        (b"\x1f\x8b\x08\x00junkjunkjunk", "gzip", "garbled"),
        (b"x", "br", "garbled"),
        (b"x", "gzip, gzip", "garbled"),
        (b"", "gzip", "broken"),
    ],
)
def test_a_damaged_compression_is_an_error(data, encoding, kind):
    with pytest.raises(Failure) as caught:
        list(inflated(iter([data]), encoding))
    assert caught.value.kind == kind


def test_a_compressed_body_cut_off_is_broken():
    import gzip

    with pytest.raises(Failure, match="ended too early") as caught:
        list(inflated(iter([gzip.compress(body())[:-20]]), "gzip"))
    assert caught.value.kind == "broken"


def test_strict_json_reads_what_is_right():
    assert read_json('{"a": [1, 2.5, "é", null, true]}'.encode()) == {"a": [1, 2.5, "é", None, True]}
