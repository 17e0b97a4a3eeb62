"""Each format against a real server on this machine, and beside the official client of the format."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import traceback

import anthropic
import dashscope
import httpx
import pytest
from pydantic import SecretStr

from actions.action import Size
from actions.brake import Brake
from agent.arguments import build_parser, option_actions
from agent.choose import choose_model
from agent.config import run_options
from agent.dialect import resolve
from agent.encode import EncodedImage
from agent.endpoint.access import REGIONS, region_base_url
from agent.endpoint.client import EndpointModel, EndpointSettings, probe
from agent.endpoint.failure import MOST_TRIES
from agent.endpoint.wires import WIRES
from agent.errors import ModelError, UsageError
from agent.model import Message, ToolCall, Usage
from agent.options import RunOptions
from agent.permission.policy import Policy
from agent.run import settings
from tests.endpoint_server import EndpointServer, Events, Hang, Raw, Reply, Status
from tests.wire_replies import BASES, PATHS, answer, base_url, error, error_event, events, whole
from tests.wire_replies import WIRES as NAMES

KEY = "sk-canary-0123456789abcdef"
PROFILE = resolve("gui-plus-2026-02-26")
PICTURE = EncodedImage(b"\x89PNG picture", "image/png", Size(640, 480))
MESSAGES = (
    Message("system", ("You drive a desktop.",)),
    Message("user", ("Instruction: öffne “den Browser” 🙂", PICTURE)),
    Message("assistant", ("Action: …\n<tool_call>",)),
    Message("user", (PICTURE,)),
)
TEXT = 'Action: Click.\n<tool_call>\n{"name": "computer_use", "arguments": {}}\n</tool_call>'
GOOD = Reply(TEXT)
CALLS = (("computer_use", '{"action": "wait", "time": 2}'), ("computer_use", '{"action": "key", "keys": ["ü"]}'))
REPLIES = {
    "normal": GOOD,
    "tool calls": Reply(None, tool_calls=CALLS, finish_reason="tool_calls"),
    "text and a call": Reply("I wait.", tool_calls=CALLS[:1], finish_reason="tool_calls"),
    "a call without arguments": Reply(None, tool_calls=(("look", "{}"),), finish_reason="tool_calls"),
    "thinking": Reply(TEXT, reasoning="Hm. 点击"),
    "only thinking": Reply(None, reasoning="Hm."),
    "cut": Reply(TEXT[:20], finish_reason="length"),
    "filtered": Reply("", finish_reason="content_filter"),
    "no usage": Reply(TEXT, usage=None),
}


class PatientBrake(Brake):
    """Waits no time at all, and remembers how long it should have."""

    def __init__(self):
        super().__init__()
        self.slept = []

    def sleep(self, seconds):
        self.check()
        self.slept.append(seconds)


def model_for(url, wire, profile=PROFILE, transport=None, **changes):
    key = changes.pop("key", KEY)
    fields = {"base_url": url, "wire": wire, "high_res": wire != "anthropic", **changes}
    settings = EndpointSettings(api_key=SecretStr(key) if key else None, **fields)
    return EndpointModel(profile, settings, PatientBrake(), transport, random.Random(1))


@pytest.fixture
def talk():
    """Starts a server with a script and a client of a format for it; both are closed after the test."""
    open_things = []

    def start(wire, *script, **changes):
        server = EndpointServer(answer(wire, one) if isinstance(one, Reply) else one for one in script).__enter__()
        model = model_for(base_url(server, wire), wire, **changes)
        open_things.extend([model.close, server.__exit__])
        return server, model

    yield start
    for close in open_things:
        close()


def fails(model, **kwargs):
    with pytest.raises(ModelError) as caught:
        model.reply(MESSAGES, **kwargs)
    assert str(caught.value).isprintable()
    return caught.value


def said(reply):
    return (reply.text, reply.reasoning, reply.tool_calls, reply.finish_reason, reply.partial)


# --- replies ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("wire", NAMES)
@pytest.mark.parametrize("name", REPLIES)
def test_the_same_reply_in_every_format(talk, wire, name, stream):
    asked = REPLIES[name]
    server, model = talk(wire, asked, stream=stream)
    reply = model.reply(MESSAGES)
    partial = asked.finish_reason in ("length", "content_filter")
    calls = tuple(ToolCall(*call) for call in asked.tool_calls)
    assert said(reply) == (asked.text or "", asked.reasoning, calls, asked.finish_reason, partial)
    image = {} if wire == "anthropic" else {"image_tokens": 2042}
    counted = Usage(prompt_tokens=2100, completion_tokens=40, cached_tokens=0, **image)
    assert reply.usage == (counted if asked.usage else Usage())
    assert reply.request_id == {"chat": "chatcmpl-1", "dashscope": "r-1", "anthropic": "msg_1"}[wire]
    assert reply.model == (None if wire == "dashscope" else "gui-plus-2026-02-26")
    assert reply.tries == 1
    assert [request.method + " " + request.path for request in server.requests] == [f"POST {PATHS[wire]}"]


@pytest.mark.parametrize("wire", NAMES)
def test_pieces_are_told_as_they_come(talk, wire):
    told = []
    _, model = talk(wire, REPLIES["thinking"], stream=True)
    model.reply(MESSAGES, lambda kind, piece: told.append((kind, piece)))
    assert [kind for kind, _ in told] == ["reasoning"] * len(told[:-4]) + ["text"] * 4
    assert "".join(piece for _, piece in told) == "Hm. 点击" + TEXT


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("wire", NAMES)
def test_cached_tokens_are_part_of_the_prompt(talk, wire, stream):
    details = {"image_tokens": 900, "cached_tokens": 1500, "cache_creation_input_tokens": 100}
    usage = {"prompt_tokens": 2100, "completion_tokens": 40, "prompt_tokens_details": details}
    _, model = talk(wire, Reply(TEXT, usage=usage), stream=stream)
    counted = model.reply(MESSAGES).usage
    assert (counted.prompt_tokens, counted.cached_tokens, counted.completion_tokens) == (2100, 1500, 40)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("wire", NAMES)
def test_what_the_endpoint_says_is_partial_is(talk, wire, stream):
    _, model = talk(wire, Reply(TEXT, headers={"x-dashscope-partialresponse": "true"}), stream=stream)
    reply = model.reply(MESSAGES)
    assert reply.partial
    assert reply.text == TEXT


@pytest.mark.parametrize("header", ["x-request-id", "request-id"])
@pytest.mark.parametrize("wire", NAMES)
def test_the_request_id_of_the_headers_comes_first(talk, wire, header):
    _, model = talk(wire, Reply(TEXT, headers={header: "r-7"}))
    assert model.reply(MESSAGES).request_id == "r-7"


def test_dashscope_s_recorded_stream_is_read(talk):
    # From multimodal-generation-message-with-parallel-function-call-sse of cnblogs/dashscope-sdk, shortened.
    usage = '"usage":{"input_tokens_details":{"image_tokens":2503,"text_tokens":304},"prompt_tokens_details":{},'
    usage += '"total_tokens":2910,"output_tokens":%d,"input_tokens":2807,"image_tokens":2503},"request_id":"0d95"}'
    choice = '{"output":{"choices":[{"message":{"content":[],%s"role":"assistant"},"finish_reason":"%s"}]},'
    pieces = (
        ('"reasoning_content":"用户",', "null"),
        (
            '"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":"{\\"a\\": "}}],',
            "null",
        ),
        ('"tool_calls":[{"index":0,"id":"","type":"function","function":{"arguments":"1}"}}],', "tool_calls"),
    )
    lines = [f"id:{n}\nevent:result\n:HTTP_STATUS/200\ndata:{choice % p}{usage % n}" for n, p in enumerate(pieces, 1)]
    _, model = talk("dashscope", Events(tuple(lines)), stream=True)
    reply = model.reply(MESSAGES)
    assert said(reply) == ("", "用户", (ToolCall("f", '{"a": 1}'),), "tool_calls", False)
    assert reply.usage == Usage(prompt_tokens=2807, completion_tokens=3, image_tokens=2503)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_call_that_comes_whole_in_its_first_event_is_read(talk, stream):
    block = {"type": "tool_use", "name": "f", "input": {"a": 1}}
    message = {"id": "m", "content": [block], "stop_reason": "tool_use"}
    lines = [
        {"type": "content_block_start", "index": 0, "content_block": block},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}},
        {"type": "message_stop"},
    ]
    whole_or_not = Events(tuple(f"data: {json.dumps(line)}" for line in lines)) if stream else Status(200, message)
    _, model = talk("anthropic", whole_or_not, stream=stream)
    assert model.reply(MESSAGES).tool_calls == (ToolCall("f", '{"a": 1}'),)


@pytest.mark.parametrize("piece", [[], [{"type": "input_json_delta", "partial_json": ""}]])
def test_a_streamed_call_without_arguments_has_none(talk, piece):
    lines = [
        {"type": "content_block_start", "index": 0, "content_block": {"type": "tool_use", "name": "look", "input": {}}},
        *({"type": "content_block_delta", "index": 0, "delta": delta} for delta in piece),
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}},
        {"type": "message_stop"},
    ]
    _, model = talk("anthropic", Events(tuple(f"data: {json.dumps(line)}" for line in lines)), stream=True)
    assert model.reply(MESSAGES).tool_calls == (ToolCall("look", "{}"),)


@pytest.mark.parametrize("wire", NAMES)
def test_what_comes_after_the_end_is_not_waited_for(talk, wire):
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 99999\r\n\r\n"
    lines = "".join(f"{line}\n\n" for line in events(wire, GOOD)).encode()
    _, model = talk(wire, Raw(head + lines), GOOD, stream=True)
    reply = model.reply(MESSAGES)
    assert (reply.text, reply.finish_reason, reply.tries) == (TEXT, "stop", 1)


# --- failures ---------------------------------------------------------------------------------------------------------

HTML = b"<html><body>Bad gateway</body></html>"


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("wire", NAMES)
@pytest.mark.parametrize(
    ("status", "code", "named"),
    [
        (400, "InvalidParameter", "check the options"),
        (401, "InvalidApiKey", "check the API key"),
        (403, "AccessDenied", "--region"),
        (404, "ModelNotFound", "--model"),
        (400, "DataInspectionFailed", "content check"),
    ],
)
def test_what_is_refused_is_asked_once(talk, wire, status, code, named, stream):
    server, model = talk(wire, Status(status, error(wire, code, f"not with {KEY}")), GOOD, stream=stream)
    failure = fails(model)
    assert len(server.requests) == 1
    assert not failure.retryable
    for part in (f"HTTP {status} {code}: not with ***", "(request id r-42)", named):
        assert part in str(failure)


@pytest.mark.parametrize("wire", NAMES)
@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "Throttling.RateQuota", "busy"),
        (429, "Throttling", "busy"),
        (429, "insufficient_quota", "quota"),
        (500, "InternalError", "busy"),
        (529, "overloaded_error", "busy"),
        (503, "ModelServiceFailed", "busy"),
    ],
)
def test_what_may_pass_is_tried_again(talk, wire, status, code, kind):
    fault = Status(status, error(wire, code, "later"))
    server, model = talk(wire, fault, GOOD, *[fault] * 20)
    assert model.reply(MESSAGES).tries == 2
    assert server.requests[0].body == server.requests[1].body
    assert fails(model).retryable
    assert len(server.requests) == 2 + MOST_TRIES[kind]


def test_dashscope_answers_a_stream_s_request_with_an_error_event(talk):
    # parameter-error-sse of cnblogs/dashscope-sdk.
    said = b'{"code":"InvalidParameter","message":"Role must be","request_id":"7"}'
    body = b"id:1\nevent:error\n:HTTP_STATUS/400\ndata:" + said
    for wire in NAMES:
        _, model = talk(wire, Status(400, body, {"Content-Type": "text/event-stream"}), stream=True)
        assert "HTTP 400 InvalidParameter: Role must be (request id 7); check the options" in str(fails(model))


@pytest.mark.parametrize("wire", NAMES)
@pytest.mark.parametrize(
    ("code", "tries"),
    [("Throttling.AllocationQuota", MOST_TRIES["busy"]), ("DataInspectionFailed", 1), ("Odd", MOST_TRIES["garbled"])],
)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_an_error_in_place_of_a_reply_is_told_by_its_code(talk, wire, code, tries, stream):
    whole_or_not = (
        Events((*events(wire, GOOD)[:3], error_event(wire, code, "no")))
        if stream
        else Status(200, error(wire, code, "no"))
    )
    server, model = talk(wire, *[whole_or_not] * 20, stream=stream)
    failure = fails(model)
    assert f"sent an error instead of a reply: {code} no" in str(failure)
    assert len(server.requests) == tries


@pytest.mark.parametrize("wire", NAMES)
@pytest.mark.parametrize("code", ["overloaded_error", "rate_limit_error"])
def test_an_overload_in_the_middle_of_a_stream_passes(talk, wire, code):
    broken = Events((*events(wire, GOOD)[:3], error_event(wire, code, "Overloaded")))
    _, model = talk(wire, *[broken] * 5, GOOD, stream=True)
    assert model.reply(MESSAGES).tries == 6


@pytest.mark.parametrize("wire", NAMES)
@pytest.mark.parametrize(
    "fault",
    [
        Status(200, HTML),
        Status(200, b""),
        Status(200, b"[1]"),
        Status(200, b'{"output": NaN}'),
        Status(200, {}),
        Status(200, {"output": {"choices": []}, "choices": [], "content": None}),
        Status(200, {"output": {"choices": [{"message": 1}]}, "choices": [{"message": 1}], "content": 1}),
        Status(200, {"output": {"choices": [{"message": {"content": 1}}]}, "choices": [{"message": {"content": 1}}]}),
    ],
    ids=repr,
)
def test_what_is_no_reply_is_asked_for_again(talk, wire, fault):
    server, model = talk(wire, fault, GOOD, *[fault] * 5)
    assert model.reply(MESSAGES).tries == 2
    assert not fails(model).retryable
    assert len(server.requests) == 2 + MOST_TRIES["garbled"]


@pytest.mark.parametrize("wire", NAMES)
@pytest.mark.parametrize("how", ["closed", "reset", "junk", "nothing"])
def test_a_broken_stream_is_read_again_from_the_start(talk, wire, how):
    lines = events(wire, GOOD)[:3]
    broken = {
        "closed": Events(lines),
        "reset": Events(lines, reset=True),
        "junk": Events((*lines, "data: {junk")),
        "nothing": Events(()),
    }[how]
    _, model = talk(wire, broken, GOOD, stream=True)
    reply = model.reply(MESSAGES)
    assert (reply.text, reply.tries) == (TEXT, 2)


@pytest.mark.parametrize("wire", NAMES)
def test_what_a_broken_stream_took_is_counted_as_far_as_it_is_known(talk, wire):
    lines = events(wire, Reply(TEXT, reasoning="Hm. 点击"))
    _, model = talk(wire, Events(lines[:-3]), GOOD, stream=True)
    (failed,) = model.reply(MESSAGES).failures
    assert failed.kind == "broken"
    assert failed.usage.prompt_tokens == (None if wire == "chat" else 2100)
    # Chat completions count at the end, DashScope with each piece, the Messages format too late.
    assert failed.usage.completion_tokens == 40 if wire == "dashscope" else 20 < failed.usage.completion_tokens < 40


@pytest.mark.parametrize("wire", NAMES)
def test_a_stream_of_nonsense_is_a_reply_or_a_failure(talk, wire):
    odd = [
        {"type": "content_block_delta", "index": "x", "delta": {"text": "a", "partial_json": 1}},
        {"type": "content_block_start", "content_block": {"type": "tool_use"}},
        {"type": "message_start", "message": 1},
        {"type": "message_delta", "delta": 1, "usage": {"output_tokens": -1, "input_tokens": "2"}},
        {"output": {"choices": [{"message": {"content": [{"text": 1}, 2], "tool_calls": 1}}]}, "usage": []},
        {"output": 1, "choices": 1},
    ]
    lines = tuple(f"data: {json.dumps(one)}" for one in odd)
    _, model = talk(wire, Events((*lines, *events(wire, GOOD))), stream=True)
    reply = model.reply(MESSAGES)
    assert reply.text.endswith(TEXT)
    assert reply.usage.completion_tokens == 40


@pytest.mark.parametrize("wire", NAMES)
def test_the_deadline_holds(talk, wire):
    _, model = talk(wire, Hang(after_headers=True), timeout_seconds=0.3)
    assert "--model-timeout" in str(fails(model))


@pytest.mark.parametrize("wire", NAMES)
def test_a_redirect_is_not_followed_and_the_key_stays_here(talk, wire):
    elsewhere, _ = talk(wire, GOOD)
    target = {"Location": f"{base_url(elsewhere, wire)}{WIRES[wire].path}"}
    _, model = talk(wire, Status(307, b"", target))
    assert "redirects are not followed" in str(fails(model))
    assert elsewhere.requests == []


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("wire", NAMES)
def test_the_key_is_in_one_header_and_nowhere_else(talk, wire, stream, caplog):
    caplog.set_level("DEBUG")
    told = []
    faults = (
        Status(401, error(wire, KEY, f"wrong key {KEY}")),
        *[Status(200, error(wire, "odd", KEY))] * 3,
        *[Events((error_event(wire, "odd", KEY),))] * 3,
        *[Raw(KEY.encode())] * 5,
    )
    server, model = talk(wire, *faults, Reply(f"Your key is {KEY}"), stream=stream)
    for _ in range(4):
        failure = fails(model)
        told += [*traceback.format_exception(failure), repr(failure)]
    reply = model.reply(MESSAGES)
    assert reply.text == "Your key is ***"
    assert KEY not in "".join(told) + repr(model) + repr(reply) + repr(vars(model)["_settings"]) + caplog.text
    for request in server.requests:
        where = [name for name, value in request.headers.items() if KEY in value]
        assert where == ["x-api-key" if wire == "anthropic" else "authorization"]
        assert KEY.encode() not in request.body
        assert KEY not in request.path


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("wire", NAMES)
def test_a_key_repeated_in_headers_or_in_pieces_is_not_in_the_reply(talk, wire, stream):
    calls = (("look", json.dumps({"at": KEY})),)
    good = Reply(f"It is {KEY}.", reasoning=f"{KEY}?", tool_calls=calls, headers={"request-id": KEY})
    _, model = talk(
        wire, Status(302, b"", {"Location": KEY}), Status(400, b"", {"x-request-id": KEY}), good, stream=stream
    )
    assert KEY not in str(fails(model)) + str(fails(model))
    reply = model.reply(MESSAGES)
    assert KEY not in repr(reply)
    assert (reply.text, reply.reasoning, reply.request_id) == ("It is ***.", "***?", "***")
    assert json.loads(reply.tool_calls[0].arguments) == {"at": "***"}


# --- what is sent -----------------------------------------------------------------------------------------------------


def sent(wire, *, profile=PROFILE, **changes):
    """The request to an endpoint with that format's reply, and the model that sent it."""
    with EndpointServer([answer(wire, GOOD)]) as server:
        model = model_for(base_url(server, wire), wire, profile, **changes)
        assert model.reply(MESSAGES).text == TEXT
        model.close()
        return server.requests[0]


SAMPLING = {"temperature": 0.5, "top_k": 3, "presence_penalty": 1.5}
MINE = {"x-dashscope-gui-session-id", "content-length", "host", "user-agent", "accept-encoding"}
"""Headers that are ours alone, or each connection's own."""


def same_headers(ours, theirs, *names):
    assert {name: ours.headers.get(name) for name in names} == {name: theirs.headers.get(name) for name in names}
    # What we send beyond that is only what no format minds.
    assert set(ours.headers) - set(theirs.headers) <= MINE


@pytest.fixture
def base_address(monkeypatch):
    """The official package looks for its settings in the environment and at home."""
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
    monkeypatch.setattr(dashscope, "api_key", KEY)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("thinking", [None, True, False])
def test_the_official_dashscope_client_sends_the_same(base_address, stream, thinking):
    budget = 2000 if thinking else None
    ours = sent("dashscope", stream=stream, thinking=thinking, thinking_budget=budget, **SAMPLING)
    streaming = {"stream": True, "incremental_output": True} if stream else {}
    with EndpointServer([answer("dashscope", REPLIES["thinking"])]) as server:
        answered = dashscope.MultiModalConversation.call(
            model="gui-plus-2026-02-26",
            messages=ours.json["input"]["messages"],
            base_address=base_url(server, "dashscope"),
            vl_high_resolution_images=True,
            result_format="message",
            **({"enable_thinking": thinking} if thinking is not None else {}),
            **({"thinking_budget": budget} if budget else {}),
            **SAMPLING,
            **streaming,
        )
        choices = [part.output.choices[0].message for part in (answered if stream else [answered])]
        theirs = server.requests[0]
    assert ours.json == theirs.json
    assert ours.path == theirs.path
    same_headers(ours, theirs, "authorization", "x-dashscope-sse")
    assert ours.headers["accept"] == theirs.headers["accept"].partition(";")[0]
    assert theirs.headers["content-type"].startswith(ours.headers["content-type"])
    assert "".join(c["text"] for choice in choices for c in choice.content) == TEXT
    assert "".join(choice.get("reasoning_content") or "" for choice in choices) == "Hm. 点击"


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    "reply", [REPLIES["normal"], REPLIES["tool calls"], REPLIES["cut"]], ids=lambda r: r.finish_reason
)
def test_the_official_dashscope_client_reads_the_same(base_address, talk, stream, reply):
    server, model = talk("dashscope", reply, reply, stream=stream)
    ours = model.reply(MESSAGES)
    streaming = {"stream": True, "incremental_output": True} if stream else {}
    parts = dashscope.MultiModalConversation.call(
        model="m",
        messages=[{"role": "user", "content": [{"text": "x"}]}],
        base_address=base_url(server, "dashscope"),
        **streaming,
    )
    parts = list(parts) if stream else [parts]
    assert all(part.status_code == 200 for part in parts)
    text = "".join(c["text"] for part in parts for c in part.output.choices[0].message.content)
    usage = parts[-1].usage
    assert (text, parts[-1].request_id) == (ours.text, ours.request_id)
    assert (usage["input_tokens"], usage["output_tokens"]) == (ours.usage.prompt_tokens, ours.usage.completion_tokens)
    assert usage["image_tokens"] == ours.usage.image_tokens
    assert parts[-1].output.choices[0].finish_reason == ours.finish_reason


def test_the_official_dashscope_client_reads_the_same_error(base_address, talk):
    refusal = Status(400, error("dashscope", "InvalidParameter", "no such model"))
    server, model = talk("dashscope", refusal, refusal)
    ours = str(fails(model))
    theirs = dashscope.MultiModalConversation.call(
        model="m", messages=[{"role": "user", "content": [{"text": "x"}]}], base_address=base_url(server, "dashscope")
    )
    assert f"HTTP {theirs.status_code} {theirs.code}: {theirs.message} (request id {theirs.request_id})" in ours


def official_messages(server):
    return anthropic.Anthropic(api_key=KEY, base_url=base_url(server, "anthropic"), max_retries=0)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("thinking", [None, True, False])
def test_the_official_anthropic_client_sends_the_same(stream, thinking):
    # Its versions 1.x: see `agent.endpoint.wire_anthropic`. They have no names for the sampling fields, but send them.
    budget = 2000 if thinking else None
    ours = sent("anthropic", stream=stream, thinking=thinking, thinking_budget=budget, temperature=0.5, top_k=3)
    asked = {
        None: {},
        True: {"thinking": {"type": "enabled", "budget_tokens": 2000}},
        False: {"thinking": {"type": "disabled"}},
    }
    source = {"type": "base64", "media_type": "image/png", "data": PICTURE.data_url().partition(",")[2]}
    picture = {"type": "image", "source": source}
    with EndpointServer([answer("anthropic", GOOD)]) as server, official_messages(server) as client:
        answered = client.messages.create(
            model="gui-plus-2026-02-26",
            max_tokens=8192 + (budget or 0),
            system="You drive a desktop.",
            messages=[
                {"role": "user", "content": [{"type": "text", "text": MESSAGES[1].parts[0]}, picture]},
                {"role": "assistant", "content": MESSAGES[2].parts[0]},
                {"role": "user", "content": [picture]},
            ],
            extra_body={"temperature": 0.5, "top_k": 3},
            **asked[thinking],
            **({"stream": True} if stream else {}),
        )
        if stream:
            assert [event.type for event in answered][-1] == "message_stop"
        theirs = server.requests[0]
    assert ours.json == theirs.json
    assert ours.path == theirs.path
    same_headers(ours, theirs, "x-api-key", "anthropic-version", "content-type")
    assert "authorization" not in ours.headers


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("name", ["normal", "thinking", "tool calls", "text and a call", "cut"])
def test_the_official_anthropic_client_reads_the_same(talk, stream, name):
    server, model = talk("anthropic", REPLIES[name], REPLIES[name], stream=stream)
    ours = model.reply(MESSAGES)
    asked = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "x"}]}
    with official_messages(server) as client:
        if stream:
            with client.messages.stream(**asked) as streamed:
                theirs = streamed.get_final_message()
        else:
            theirs = client.messages.create(**asked)
    blocks = theirs.content
    assert "".join(block.text for block in blocks if block.type == "text") == ours.text
    assert "".join(block.thinking for block in blocks if block.type == "thinking") == ours.reasoning
    calls = [(block.name, block.input) for block in blocks if block.type == "tool_use"]
    assert calls == [(call.name, json.loads(call.arguments)) for call in ours.tool_calls]
    assert (theirs.usage.input_tokens, theirs.usage.output_tokens) == (
        ours.usage.prompt_tokens,
        ours.usage.completion_tokens,
    )
    assert (theirs.id, theirs.model) == (ours.request_id, ours.model)


@pytest.mark.parametrize(
    ("status", "code", "caught"),
    [
        (400, "invalid_request_error", anthropic.BadRequestError),
        (401, "authentication_error", anthropic.AuthenticationError),
        (429, "rate_limit_error", anthropic.RateLimitError),
    ],
)
def test_the_official_anthropic_client_reads_the_same_error(talk, status, code, caught):
    refusal = Status(status, error("anthropic", code, "no such model"))
    server, model = talk("anthropic", *[refusal] * 20)
    ours = str(fails(model))
    with official_messages(server) as client, pytest.raises(caught) as theirs:
        client.messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": "x"}])
    assert theirs.value.body["error"]["message"] in ours
    assert f"HTTP {theirs.value.status_code} {theirs.value.body['error']['type']}" in ours


@pytest.mark.parametrize("wire", NAMES)
def test_the_headers_of_every_format(wire):
    first = sent(wire, stream=True).headers
    assert first["accept"] == "text/event-stream"
    assert first["content-type"] == "application/json"
    assert first["accept-encoding"] == "identity"
    assert len(first["x-dashscope-gui-session-id"]) == 36
    without = sent(wire, key=None).headers
    assert not {"authorization", "x-api-key", "x-dashscope-sse"} & set(without)


def test_pixel_limits_stand_beside_the_picture():
    body = sent("dashscope", high_res=False, max_pixels=1_000_000).json
    assert body["parameters"] == {"result_format": "message"}
    pictures = [part for message in body["input"]["messages"] for part in message["content"] if "image" in part]
    assert pictures == [{"image": PICTURE.data_url(), "max_pixels": 1_000_000}] * 2


def test_a_budget_asks_the_messages_format_for_a_thought():
    body = sent("anthropic", thinking_budget=5000).json
    assert body["thinking"] == {"type": "enabled", "budget_tokens": 5000}
    assert body["max_tokens"] > 5000


def test_a_budget_is_a_field_beside_thinking():
    assert sent("chat", thinking_budget=100).json["thinking_budget"] == 100
    assert "enable_thinking" not in sent("chat", thinking_budget=100).json
    assert sent("dashscope", thinking=True, thinking_budget=81_920).json["parameters"]["thinking_budget"] == 81_920


@pytest.mark.parametrize("wire", NAMES)
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"thinking_budget": 0}, "^--thinking-budget: "),
        ({"thinking_budget": 81_921}, "^--thinking-budget: "),
        ({"thinking_budget": 100.5}, "^--thinking-budget: "),
        ({"thinking_budget": 2000, "thinking": False}, "--no-thinking rules out"),
        ({"thinking_budget": 2000, "profile": resolve("gui-plus")}, "gui-plus has no thinking to limit"),
        ({"thinking": True, "profile": resolve("gui-plus")}, "gui-plus has no thinking to switch"),
    ],
)
def test_a_budget_that_makes_no_sense_is_refused(wire, changes, message):
    with pytest.raises(UsageError, match=message):
        model_for("https://example.org/v1", wire, **changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"high_res": True}, "add --no-high-res"),
        ({"max_pixels": 1_000_000}, "no field for --max-pixels"),
        ({"min_pixels": 4000}, "no field for --max-pixels"),
        ({"presence_penalty": 1.0}, "no field for --presence-penalty"),
        ({"presence_penalty": 0.0, "max_pixels": 4000}, "no field for --max-pixels, --presence-penalty"),
        ({"thinking": True}, "add --thinking-budget to --thinking"),
        ({"thinking_budget": 1023}, "1024 or more"),
    ],
)
def test_what_the_messages_format_cannot_carry_is_refused(changes, message):
    with pytest.raises(UsageError, match=message):
        model_for("https://example.org/v1", "anthropic", **changes)


def test_an_unknown_format_is_refused():
    with pytest.raises(UsageError, match="--wire: "):
        EndpointSettings(base_url="https://example.org/v1", wire="grpc")


@pytest.mark.parametrize("wire", NAMES)
def test_what_is_recorded_of_a_request_is_its_body_without_the_messages(wire):
    settings = EndpointSettings(
        base_url="https://example.org", wire=wire, high_res=False, thinking=True, thinking_budget=2000, stream=True
    )
    fields = WIRES[wire].fields(settings, PROFILE)
    body = WIRES[wire].body(MESSAGES, settings, PROFILE)
    assert {name: value for name, value in body.items() if name not in ("messages", "input", "system")} == fields
    assert "2000" in json.dumps(fields)


# --- DashScope's addresses and its cache ------------------------------------------------------------------------------


@pytest.mark.parametrize("wire", NAMES)
@pytest.mark.parametrize("region", REGIONS)
def test_every_region_has_every_format(wire, region):
    host = {"beijing": "dashscope", "singapore": "dashscope-intl", "virginia": "dashscope-us"}[region]
    path = {"chat": "/compatible-mode/v1", "dashscope": "/api/v1", "anthropic": "/apps/anthropic"}[wire]
    url = region_base_url(region, wire)
    assert url == f"https://{host}.aliyuncs.com{path}"
    assert asked(url, wire)[0] == url + PATHS[wire].removeprefix(BASES[wire])


@pytest.mark.parametrize("wire", NAMES)
@pytest.mark.parametrize("other", NAMES)
def test_an_address_of_another_format_is_refused(wire, other):
    if wire != other:
        with pytest.raises(
            UsageError, match=rf"is for --wire {other}; for --wire {wire} it is https://.*{BASES[wire]}$"
        ):
            model_for(region_base_url("singapore", other), wire)


@pytest.mark.parametrize("wire", NAMES)
def test_the_whole_address_is_not_a_base(wire):
    with pytest.raises(UsageError, match="give the base URL alone, without"):
        model_for(f"https://example.org/x{WIRES[wire].path}/", wire)


def asked(url, wire, model="gui-plus-2026-02-26", reply=GOOD):
    """Address and body of the request to an endpoint elsewhere."""
    requests = []

    def handle(request):
        requests.append((str(request.url), json.loads(request.content)))
        return httpx.Response(200, stream=httpx.ByteStream(json.dumps(whole(wire, reply)).encode()))

    asking = model_for(url, wire, resolve(model), httpx.MockTransport(handle))
    assert asking.reply(MESSAGES).text == reply.text
    return requests[0]


CACHED_TEXT = {"type": "text", "text": "You drive a desktop.", "cache_control": {"type": "ephemeral"}}


@pytest.mark.parametrize(
    ("model", "elsewhere", "cached"),
    [
        ("qwen3-vl-plus", None, True),
        ("qwen3.6-flash", None, True),
        ("qwen3-vl-plus-2025-12-19", None, False),
        ("gui-plus-2026-02-26", None, False),
        ("qwen/qwen3-vl-plus", None, False),
        ("qwen3-vl-plus", "https://example.org", False),
    ],
)
@pytest.mark.parametrize("wire", ["chat", "anthropic"])
def test_the_system_message_is_cached_where_model_studio_says_so(wire, model, elsewhere, cached):
    _, body = asked(elsewhere or region_base_url("beijing", wire), wire, model)
    system = body["messages"][0]["content"] if wire == "chat" else body["system"]
    assert system == ([CACHED_TEXT] if cached else "You drive a desktop.")
    assert json.dumps(body).count("cache_control") == cached


# --- the options ------------------------------------------------------------------------------------------------------


def chosen(*, environ=None, **options):
    brake = Brake()
    return choose_model(
        RunOptions(task="x", **options), brake, {"DASHSCOPE_API_KEY": KEY} if environ is None else environ
    )


@pytest.mark.parametrize("wire", NAMES)
def test_the_option_names_the_format(wire):
    choice = chosen(wire=wire, region="singapore", model="qwen3-vl-plus", high_res=False, thinking_budget=3000)
    assert choice.wire == wire
    assert choice.endpoint == region_base_url("singapore", wire)
    assert "3000" in json.dumps(choice.request)
    assert KEY not in json.dumps(choice.request)
    said = settings(RunOptions(task="x"), choice, Policy())
    assert (said["wire"], said["endpoint"], said["request"]) == (wire, choice.endpoint, choice.request)


def test_without_the_option_it_is_chat():
    choice = chosen()
    assert (choice.wire, choice.endpoint) == ("chat", REGIONS["beijing"])
    assert choice.request == {"model": "gui-plus-2026-02-26", "vl_high_resolution_images": True}


@pytest.mark.parametrize("options", [{"wire": "chat"}, {"thinking_budget": 9}])
def test_the_offline_model_has_no_format_and_no_thought(options):
    with pytest.raises(UsageError, match=r"--(wire|thinking-budget) means nothing to the offline model"):
        chosen(model="offline", **options)
    assert chosen(model="offline").wire is None


def test_options_reach_the_format():
    parser = build_parser()
    given = vars(parser.parse_args(["run", "x", "--wire", "anthropic", "--no-high-res", "--thinking-budget", "2000"]))
    given.pop("command")
    options = run_options(given, option_actions(parser, "run"), {"AGENT_WIRE": "dashscope"})
    assert (options.wire, options.thinking_budget) == ("anthropic", 2000)
    environ = {"AGENT_WIRE": "dashscope", "AGENT_THINKING_BUDGET": "77"}
    options = run_options({"task": "x"}, option_actions(parser, "run"), environ)
    assert (options.wire, options.thinking_budget) == ("dashscope", 77)


@pytest.mark.parametrize("wire", NAMES)
def test_the_doctor_asks_with_the_format_s_key(wire):
    with EndpointServer([Status(200, {})]) as server:
        probe(EndpointSettings(base_url=base_url(server, wire), wire=wire, api_key=SecretStr(KEY)))
        headers = server.requests[0].headers
    assert [name for name, value in headers.items() if KEY in value] == [
        "x-api-key" if wire == "anthropic" else "authorization"
    ]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed")
@pytest.mark.parametrize("wire", NAMES)
def test_a_run_is_recorded_and_replays_whatever_the_format(wire, tmp_path):
    call = '<tool_call>\n{{"name": "computer_use", "arguments": {}}}\n</tool_call>'
    replies = (
        Reply("Action: Move.\n" + call.format('{"action": "mouse_move", "coordinate": [500, 500]}'), reasoning="Hm."),
        Reply("Action: Done.\n" + call.format('{"action": "terminate", "status": "success"}')),
    )
    agent = [sys.executable, "-m", "agent.cli"]
    environment = {**os.environ, "AGENT_API_KEY": KEY}
    with EndpointServer(answer(wire, reply) for reply in replies) as server:
        words = ["run", "x", "--virtual", "800x600", "--model", "qwen3-vl-plus", "--record", str(tmp_path)]
        words += ["--wire", wire, "--base-url", base_url(server, wire), "--no-high-res", "--stream"]
        ran = subprocess.run([*agent, *words], env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    (session,) = tmp_path.iterdir()
    recorded = (session / "session.jsonl").read_text(encoding="utf-8")
    assert f'"wire":"{wire}"' in recorded.replace('": "', '":"')
    assert KEY not in recorded + ran.stdout + ran.stderr
    # Offline, it makes no difference.
    replayed = subprocess.run([*agent, "replay", str(session)], capture_output=True, text=True, check=False)
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr
    assert "2 of 2 steps" in replayed.stdout


def test_how_many_old_pictures_are_sent_needs_a_dialect_that_sends_them() -> None:
    given = {"base_url": "http://127.0.0.1:9/v1", "old_pictures": 1}
    chosen = choose_model(RunOptions(task="", model="gui-plus-2026-02-26", **given), Brake(), {})
    assert chosen.profile.dialect.window == 1
    with pytest.raises(UsageError, match="--old-pictures has no meaning: the dialect of gui-plus tells"):
        choose_model(RunOptions(task="", model="gui-plus", **given), Brake(), {})
    with pytest.raises(UsageError, match="--old-pictures means nothing to the offline model"):
        choose_model(RunOptions(task="", model="offline", old_pictures=1), Brake(), {})


def test_a_budget_of_image_tokens_needs_coordinates_without_a_resolution() -> None:
    given = {"model": "gui-plus", "base_url": "http://127.0.0.1:9/v1", "image_tokens": 1024}
    with pytest.raises(UsageError, match="--image-tokens needs a dialect whose coordinates go from 0 to 1000"):
        choose_model(RunOptions(task="", **given), Brake(), {})
    given["model"] = "qwen3-vl-plus"
    assert choose_model(RunOptions(task="", **given), Brake(), {}).image_tokens == 1024
    with pytest.raises(UsageError, match="--image-tokens means nothing to the offline model"):
        choose_model(RunOptions(task="", model="offline", image_tokens=1024), Brake(), {})
