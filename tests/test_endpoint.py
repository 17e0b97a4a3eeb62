"""The client against a real server on this machine that misbehaves on order: what arrives, what comes back."""

from __future__ import annotations

import gc
import gzip
import json
import random
import socket
import threading
import traceback
import tracemalloc
import uuid

import httpx
import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from actions.action import Size
from actions.brake import Brake, Stopped
from agent.dialect import resolve
from agent.encode import EncodedImage
from agent.endpoint.client import EndpointModel, EndpointSettings
from agent.endpoint.failure import MOST_TRIES
from agent.errors import ModelError, UsageError
from agent.model import Message, ModelReply
from tests.endpoint_server import (
    Drip,
    Endless,
    EndpointServer,
    Events,
    Hang,
    Raw,
    Reply,
    Status,
    completion,
    stream_lines,
)

KEY = "sk-canary-0123456789abcdef"
PROFILE = resolve("gui-plus-2026-02-26")
PICTURE = EncodedImage(b"\x89PNG picture", "image/png", Size(640, 480))
MESSAGES = (
    Message("system", ("You drive a desktop.",)),
    Message("user", ("Instruction: öffne “den Browser” 🙂", PICTURE)),
    Message("assistant", ("Action: …\n<tool_call>",)),
    Message("user", (PICTURE,)),
)
GOOD = Reply(
    'Action: Click.\n<tool_call>\n{"name": "computer_use", "arguments": {}}\n</tool_call>', reasoning="Hm. 点击"
)


class PatientBrake(Brake):
    """Waits no time at all, and remembers how long it should have."""

    def __init__(self):
        super().__init__()
        self.slept = []

    def sleep(self, seconds):
        self.check()
        self.slept.append(seconds)


def model_for(base_url, brake=None, transport=None, profile=PROFILE, **changes):
    key, rng = changes.pop("key", KEY), changes.pop("rng", None) or random.Random(1)
    fields = {"base_url": base_url, "api_key": SecretStr(key) if key else None, **changes}
    return EndpointModel(profile, EndpointSettings(**fields), brake or PatientBrake(), transport, rng)


@pytest.fixture
def talk():
    """Starts a server with a script and a client for it; both are closed after the test."""
    open_things = []

    def start(*script, **changes):
        server = EndpointServer(script).__enter__()
        model = model_for(server.base_url, **changes)
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


# --- what is sent -----------------------------------------------------------------------------------------------


def test_a_reply_comes_back(talk):
    server, model = talk(GOOD)
    reply = model.reply(MESSAGES)
    assert reply.text == GOOD.text
    assert reply.reasoning == GOOD.reasoning
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens, reply.usage.image_tokens) == (2100, 40, 2042)
    assert reply.tries == 1
    assert not reply.partial
    assert [r.method + " " + r.path for r in server.requests] == ["POST /v1/chat/completions"]


def test_the_headers(talk):
    server, model = talk(GOOD, GOOD)
    _, other = talk(key=None)
    model.reply(MESSAGES)
    model.reply(MESSAGES)
    first, second = (request.headers for request in server.requests)
    assert first["authorization"] == f"Bearer {KEY}"
    assert first["content-type"] == "application/json"
    assert first["accept-encoding"] == "identity"
    assert first["x-dashscope-gui-session-id"] == second["x-dashscope-gui-session-id"] == model.session_id
    assert uuid.UUID(model.session_id).version == 4
    assert other.session_id != model.session_id
    assert server.connections == 1  # kept between steps


def test_without_a_key_no_authorization_is_sent(talk):
    server, model = talk(GOOD, key=None)
    model.reply(MESSAGES)
    assert "authorization" not in server.requests[0].headers


@pytest.mark.parametrize("stream", [False, True])
def test_the_official_client_sends_the_same_json_and_reads_the_same_answer(talk, stream):
    ours_server, model = talk(GOOD, stream=stream, thinking=True, temperature=0.5, top_k=3, presence_penalty=1.5)
    reply = model.reply(MESSAGES)
    with (
        EndpointServer([GOOD]) as server,
        openai.OpenAI(api_key=KEY, base_url=server.base_url, max_retries=0) as client,
    ):
        streaming = {"stream": True, "stream_options": {"include_usage": True}} if stream else {}
        answer = client.chat.completions.create(
            model="gui-plus-2026-02-26",
            messages=ours_server.requests[0].json["messages"],
            temperature=0.5,
            presence_penalty=1.5,
            extra_body={"vl_high_resolution_images": True, "enable_thinking": True, "top_k": 3},
            **streaming,
        )
        text = (
            "".join(c.choices[0].delta.content or "" for c in answer if c.choices)
            if stream
            else answer.choices[0].message.content
        )
        theirs = server.requests[0]
    ours = ours_server.requests[0]
    assert ours.json == theirs.json
    assert ours.path == theirs.path
    assert ours.headers["authorization"] == theirs.headers["authorization"]
    assert text == reply.text == GOOD.text


def test_pixel_limits_arrive_beside_the_picture(talk):
    server, model = talk(GOOD, high_res=False, max_pixels=1_000_000)
    model.reply(MESSAGES)
    sent = server.requests[0].json
    assert "vl_high_resolution_images" not in sent
    assert sent["messages"][1]["content"][1]["max_pixels"] == 1_000_000
    assert server.requests[0].images == [PICTURE.data_url()] * 2
    assert "öffne “den Browser” 🙂" in server.requests[0].text


# --- what is wrong before anything is sent ------------------------------------------------------------------------


def test_dashscope_is_not_called_without_a_key():
    with pytest.raises(UsageError, match="set DASHSCOPE_API_KEY"):
        model_for("https://dashscope.aliyuncs.com/compatible-mode/v1", key=None)


def test_thinking_is_refused_where_there_is_none():
    with pytest.raises(UsageError, match="gui-plus has no thinking"):
        model_for("https://example.org/v1", profile=resolve("gui-plus"), thinking=False)


def test_max_pixels_beyond_the_models_cap_are_refused():
    with pytest.raises(UsageError, match="12845056 pixels at most"):
        model_for("https://example.org/v1", profile=resolve("gui-plus"), high_res=False, max_pixels=16_777_216)


def test_an_impossible_address_is_refused():
    with pytest.raises(UsageError, match="--base-url"):
        model_for("https://999.1.1.1/v1")


def test_a_proxy_that_is_no_host_name_is_named(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://a..b:1")
    monkeypatch.delenv("https_proxy", raising=False)
    assert "proxy named in the environment" in str(fails(model_for("https://example.org/v1")))


@pytest.mark.parametrize("proxy", ["nonsense://x", "http://x:port", "socks5://127.0.0.1:1"])
def test_an_unusable_proxy_is_named(monkeypatch, proxy):
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    monkeypatch.delenv("https_proxy", raising=False)
    with pytest.raises(UsageError, match="proxy or certificates"):
        model_for("https://example.org/v1")


# --- failures, tried again or not ---------------------------------------------------------------------------------

ERROR = {"error": {"code": "some_code", "message": f"it went wrong with {KEY}"}, "request_id": "r-42"}
HTML = b"<html><body>Bad gateway</body></html>"
RESET = Raw(b"", reset=True)
HALF = json.dumps(completion(GOOD)).encode()[:80]
CUT_BODY = Raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n" + HALF)
RESET_IN_BODY = Raw(CUT_BODY.data, reset=True)

TRIED_AGAIN = {
    "429": (Status(429, ERROR), "busy"),
    "429 quota": (Status(429, {"error": {"code": "insufficient_quota", "message": "m"}}), "quota"),
    "400 Throttling": (Status(400, {"code": "Throttling.RateQuota", "message": "m"}), "busy"),
    "408": (Status(408, ERROR), "busy"),
    "409": (Status(409), "busy"),
    "500": (Status(500, ERROR), "busy"),
    "502 html": (Status(502, HTML), "busy"),
    "503 empty": (Status(503), "busy"),
    "504": (Status(504, HTML), "busy"),
    "reset at once": (RESET, "broken"),
    "closed at once": (Raw(b""), "broken"),
    "reset in the body": (RESET_IN_BODY, "broken"),
    "closed in the body": (CUT_BODY, "broken"),
    "no http": (Raw(b"SSH-2.0-OpenSSH_9.6\r\n"), "broken"),
    "half a header": (Raw(b"HTTP/1.1 200 OK\r\nContent-Ty"), "broken"),
    "cut json": (Status(200, HALF), "garbled"),
    "html": (Status(200, HTML), "garbled"),
    "empty": (Status(200, b""), "garbled"),
    "204": (Status(204), "garbled"),
    "nan": (Status(200, b'{"choices": NaN}'), "garbled"),
    "nested": (Status(200, b"[" * 100_000), "garbled"),
    "bom": (Status(200, b"\xef\xbb\xbf" + json.dumps(completion(GOOD)).encode()), "garbled"),
    "no choices": (Status(200, {**completion(GOOD), "choices": []}), "garbled"),
    "error with 200": (Status(200, ERROR), "garbled"),
    "bad gzip": (Status(200, b"junk", {"Content-Encoding": "gzip"}), "garbled"),
    "gzip cut": (Status(200, gzip.compress(HALF * 9)[:-9], {"Content-Encoding": "gzip"}), "broken"),
    "unasked encoding": (Status(200, b"junk", {"Content-Encoding": "br"}), "garbled"),
    "50 MB": (Status(200, b" " * 50_000_000), "garbled"),
    "endless": (Endless(), "garbled"),
}


@pytest.mark.parametrize("name", TRIED_AGAIN)
def test_what_may_pass_is_tried_again(talk, name):
    fault, _ = TRIED_AGAIN[name]
    server, model = talk(fault, GOOD)
    reply = model.reply(MESSAGES)
    assert reply.text == GOOD.text
    assert reply.tries == len(server.requests) == 2
    assert server.requests[0].body == server.requests[1].body


@pytest.mark.parametrize("name", [name for name in TRIED_AGAIN if name not in ("50 MB", "endless")])
def test_what_does_not_pass_is_given_up_after_its_tries(talk, name):
    fault, kind = TRIED_AGAIN[name]
    brake = PatientBrake()
    server, model = talk(*[fault] * 20, brake=brake)
    error = fails(model)
    assert len(server.requests) == MOST_TRIES[kind]
    assert len(brake.slept) == MOST_TRIES[kind] - 1
    assert f"given up after {MOST_TRIES[kind]} tries" in str(error)
    assert error.retryable is (kind != "garbled")


@pytest.mark.parametrize(
    ("status", "named"),
    [(400, "options"), (401, "API key"), (403, "region"), (404, "--model"), (422, "options"), (418, "--model")],
)
def test_what_is_refused_is_asked_once(talk, status, named):
    server, model = talk(Status(status, ERROR), GOOD)
    error = fails(model)
    assert len(server.requests) == 1
    assert not error.retryable
    for part in (f"HTTP {status} some_code: it went wrong with ***", "(request id r-42)", named):
        assert part in str(error)


def test_backoff_grows_and_is_drawn(talk):
    brake = PatientBrake()
    _, model = talk(*[Status(503)] * 20, brake=brake)
    fails(model)
    bounds = [0.5, 1, 2, 4, 8, 16, 20, 20, 20]
    assert len(brake.slept) == len(bounds)
    assert all(0 <= slept <= bound for slept, bound in zip(brake.slept, bounds, strict=True))
    assert len(set(brake.slept)) == len(bounds)


@pytest.mark.parametrize(
    ("headers", "slept"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "0.25"}, 0.25),
        ({"Retry-After": "Wed, 21 Oct 2099 07:28:30 GMT", "Date": "Wed, 21 Oct 2099 07:28:00 GMT"}, 30),
    ],
)
def test_retry_after_is_obeyed(talk, headers, slept):
    brake = PatientBrake()
    raw = "HTTP/1.1 429 Too Many\r\nContent-Length: 0\r\nConnection: close\r\n" + "".join(
        f"{n}: {v}\r\n" for n, v in headers.items()
    )
    _, model = talk(Raw(f"{raw}\r\n".encode()), GOOD, brake=brake)
    assert model.reply(MESSAGES).tries == 2
    assert brake.slept == [slept]


@pytest.mark.parametrize("value", ["-5", "soon", "nan", "", "0"])
def test_an_unreadable_retry_after_is_a_backoff(talk, value):
    brake = PatientBrake()
    _, model = talk(Status(429, ERROR, {"Retry-After": value}), GOOD, brake=brake)
    assert model.reply(MESSAGES).tries == 2
    assert 0 < brake.slept[0] <= 0.5


def test_a_retry_after_beyond_the_deadline_ends_at_once(talk):
    brake = PatientBrake()
    server, model = talk(Status(429, ERROR, {"Retry-After": "86400"}), GOOD, brake=brake)
    error = fails(model)
    assert "asks to wait 86400 s" in str(error)
    assert "--model-timeout 180" in str(error)
    assert brake.slept == []
    assert len(server.requests) == 1


def test_a_redirect_is_not_followed_and_the_key_stays_here(talk):
    elsewhere, _ = talk(GOOD)
    server, model = talk(Status(307, b"", {"Location": f"{elsewhere.base_url}/chat/completions"}), GOOD)
    error = fails(model)
    assert "redirects are not followed" in str(error)
    assert elsewhere.requests == []
    assert len(server.requests) == 1


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_nobody_listens():
    brake = PatientBrake()
    model = model_for(f"http://127.0.0.1:{closed_port()}/v1", brake)
    error = fails(model)
    assert "cannot be reached" in str(error)
    assert "given up after 3 tries" in str(error)
    assert error.retryable
    assert len(brake.slept) == 2


def test_no_tls_on_the_other_side(talk):
    server, _ = talk()
    model = model_for(server.base_url.replace("http:", "https:"))
    assert "TLS" in str(fails(model))
    assert server.requests == []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (httpx.ConnectError("[Errno -2] Name or service not known"), "check --base-url and the network"),
        (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed"), "SSL_CERT_FILE"),
        (httpx.ConnectTimeout("timed out"), "cannot be reached"),
        (httpx.ProxyError("407 Proxy Authentication Required"), "the proxy named in the environment"),
        (httpx.WriteError("broken pipe"), "broke (broken pipe)"),
        (httpx.ReadError(""), "broke (ReadError)"),
        (httpx.ReadTimeout("timed out"), "--model-timeout"),
    ],
)
def test_the_networks_failures_in_words(error, said):
    def handle(request):
        raise error

    model = model_for("https://example.org/v1", transport=httpx.MockTransport(handle))
    assert said in str(fails(model))


def test_kinds_are_counted_apart_and_a_reply_ends_it(talk):
    faults = [Status(503), RESET, Status(200, HTML), Status(503), RESET, Status(200, b""), Status(500)]
    server, model = talk(*faults, GOOD)
    assert model.reply(MESSAGES).tries == len(server.requests) == len(faults) + 1


def reply_or_error(model):
    try:
        return model.reply(MESSAGES)
    except ModelError as error:
        return error


KINDS = [Status(503), Status(429, ERROR, {"Retry-After": "3"}), Status(200, HTML), Status(401), Status(302), GOOD]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(range(len(KINDS))), max_size=30))
def test_any_run_of_faults_ends_with_the_first_reply_or_one_error(order):
    asked = []

    def handle(request):
        asked.append(request.content)
        answer = KINDS[order[len(asked) - 1]] if len(asked) <= len(order) else GOOD
        status = answer if isinstance(answer, Status) else Status(200, completion(answer))
        content = status.body if isinstance(status.body, bytes) else json.dumps(status.body).encode()
        return httpx.Response(status.status, headers=status.headers, stream=httpx.ByteStream(content))

    model = model_for("https://example.org/v1", transport=httpx.MockTransport(handle))
    outcome = reply_or_error(model)
    assert isinstance(outcome, ModelError) or outcome.tries == len(asked)
    assert len(asked) <= sum(MOST_TRIES.values())
    assert len(set(asked)) == 1


# --- deadlines and the brake ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "stuck", [Hang(), Hang(after_headers=True), Drip(), Endless("text/event-stream")], ids=lambda s: type(s).__name__
)
def test_a_reply_that_does_not_end_is_given_up_at_the_deadline(talk, stuck):
    _, model = talk(stuck, timeout_seconds=0.3)
    error = fails(model)
    assert "--model-timeout" in str(error) or "larger than" in str(error)


def test_the_deadline_is_one_for_all_tries(talk):
    class Hurry(random.Random):
        def uniform(self, a, b):
            return a

    server, model = talk(*[Status(503)] * 3, Hang(), timeout_seconds=1, rng=Hurry())
    assert "given up after 4 tries" in str(fails(model))
    assert len(server.requests) == 4


@pytest.mark.parametrize("stuck", [Hang(), Drip()])
def test_the_brake_ends_the_wait(talk, stuck):
    brake = Brake()
    server, model = talk(stuck, brake=brake)

    def pull_when_asked():
        while not server.requests:
            pass
        brake.pull("Ctrl-C")

    thread = threading.Thread(target=pull_when_asked)
    thread.start()
    with pytest.raises(Stopped, match="Ctrl-C"):
        model.reply(MESSAGES)
    thread.join()


def test_the_brake_ends_a_backoff(talk):
    class Pulled(PatientBrake):
        def sleep(self, seconds):
            self.pull("panic key")
            super().sleep(seconds)

    _, model = talk(Status(503), GOOD, brake=Pulled())
    with pytest.raises(Stopped, match="panic key"):
        model.reply(MESSAGES)


def test_work_beyond_its_seconds_is_left():
    release = threading.Event()
    with pytest.raises(TimeoutError, match=r"0\.05 s"):
        Brake().run(release.wait, 0.05)
    release.set()
    assert Brake().run(lambda: 7, 60) == 7


def test_a_stopped_run_is_told_nothing_more(talk):
    brake, told, before = Brake(), [], set(threading.enumerate())
    lines = stream_lines(Reply("x" * 400), pieces=400)
    _, model = talk(Events(lines), brake=brake, stream=True)

    def on_delta(kind, piece):
        told.append(piece)
        brake.pull("enough")
        gate.wait()

    gate = threading.Event()
    with pytest.raises(Stopped):
        model.reply(MESSAGES, on_delta)
    gate.set()
    for thread in set(threading.enumerate()) - before:
        if thread.name == "work":
            thread.join()
    assert len(told) == 1


# --- size -----------------------------------------------------------------------------------------------------------


def test_a_bomb_does_not_fill_the_memory(talk):
    bomb = Status(200, gzip.compress(bytes(300_000_000), compresslevel=9), {"Content-Encoding": "gzip"})
    _, model = talk(bomb, GOOD)
    gc.collect()
    tracemalloc.start()
    try:
        assert model.reply(MESSAGES).tries == 2
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 64_000_000


def test_a_compressed_reply_is_read(talk):
    packed = gzip.compress(json.dumps(completion(GOOD)).encode())
    _, model = talk(Status(200, packed, {"Content-Encoding": "gzip"}))
    assert model.reply(MESSAGES).text == GOOD.text


# --- partial replies ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "cut",
    [
        Reply(GOOD.text, headers={"x-dashscope-partialresponse": "true"}),
        Reply(GOOD.text, headers={"X-DashScope-PartialResponse": "TRUE"}),
        Reply(GOOD.text, finish_reason="length"),
    ],
)
def test_a_partial_reply_says_so(talk, cut, stream):
    server, model = talk(cut, stream=stream)
    reply = model.reply(MESSAGES)
    assert reply.partial
    assert reply.text == GOOD.text
    assert len(server.requests) == 1


def test_not_partial(talk):
    _, model = talk(Reply(GOOD.text, headers={"x-dashscope-partialresponse": "false"}))
    assert not model.reply(MESSAGES).partial


# --- streams --------------------------------------------------------------------------------------------------------


def without_tries(reply: ModelReply):
    return (reply.text, reply.reasoning, reply.tool_calls, reply.finish_reason, reply.usage, reply.model)


@pytest.mark.parametrize("good", [GOOD, Reply(None, tool_calls=(("computer_use", '{"action": "wait"}'),))])
def test_streamed_or_whole_it_is_the_same_reply(talk, good):
    _, whole = talk(good)
    server, streamed = talk(good, stream=True)
    assert without_tries(streamed.reply(MESSAGES)) == without_tries(whole.reply(MESSAGES))
    assert server.requests[0].json["stream_options"] == {"include_usage": True}
    assert server.requests[0].headers["accept"] == "text/event-stream"


def test_deltas_are_told_as_they_come(talk):
    told = []
    _, model = talk(GOOD, stream=True)
    reply = model.reply(MESSAGES, lambda kind, piece: told.append((kind, piece)))
    assert "".join(p for k, p in told if k == "reasoning") == reply.reasoning == GOOD.reasoning
    assert "".join(p for k, p in told if k == "text") == reply.text == GOOD.text
    assert len(told) > 4


def test_an_error_of_the_listener_is_its_own(talk):
    def on_delta(kind, piece):
        piece.encode("ascii")

    server, model = talk(GOOD, stream=True)
    with pytest.raises(UnicodeEncodeError):
        model.reply(MESSAGES, on_delta)
    assert len(server.requests) == 1


ALL_LINES = stream_lines(GOOD)
BROKEN_STREAMS = {
    "reset": (Events(ALL_LINES[:5], reset=True), "broken"),
    "closed": (Events(ALL_LINES[:5]), "broken"),
    "nothing": (Events(()), "broken"),
    "junk": (Events((*ALL_LINES[:5], "data: {junk")), "garbled"),
    "error": (Events((*ALL_LINES[:5], 'data: {"error": {"code": "c", "message": "m"}}')), "garbled"),
    "503": (Status(503), "busy"),
    "html": (Status(200, HTML), "garbled"),
}


@pytest.mark.parametrize("name", BROKEN_STREAMS)
def test_a_broken_stream_is_read_again_from_the_start(talk, name):
    fault, kind = BROKEN_STREAMS[name]
    server, model = talk(fault, GOOD, *[fault] * 20, stream=True)
    reply = model.reply(MESSAGES)
    assert reply.text == GOOD.text
    assert reply.tries == 2
    fails(model)
    assert len(server.requests) == 2 + MOST_TRIES[kind]


def test_an_endpoint_that_does_not_stream_is_understood(talk):
    _, model = talk(Status(200, completion(GOOD)), stream=True)
    assert model.reply(MESSAGES).text == GOOD.text


def test_an_endpoint_that_streams_unasked_is_understood(talk):
    _, model = talk(Events(ALL_LINES))
    assert model.reply(MESSAGES).text == GOOD.text


# --- the key --------------------------------------------------------------------------------------------------------


def test_the_key_appears_in_no_error_no_repr_and_no_log(talk, caplog):
    caplog.set_level("DEBUG")
    echo = {"error": {"code": KEY, "message": f"Incorrect API key provided: Bearer {KEY}"}, "request_id": KEY}
    for fault in (Status(401, echo), Status(200, echo), Status(400, KEY.encode()), RESET):
        _, model = talk(*[fault] * 5)
        error = fails(model)
        told = "".join(traceback.format_exception(error))
        assert KEY not in told + repr(error) + repr(model) + repr(vars(model)["_settings"])
    assert KEY not in caplog.text


@pytest.mark.parametrize("headers", [{"Location": KEY}, {"x-request-id": KEY}])
def test_a_key_repeated_in_a_header_is_not_shown(talk, headers):
    _, model = talk(Status(302 if "Location" in headers else 400, b"", headers))
    assert KEY not in "".join(traceback.format_exception(fails(model)))


def test_a_key_repeated_as_request_id_is_not_in_the_reply(talk):
    _, model = talk(Reply("x", headers={"x-request-id": KEY}))
    assert model.reply(MESSAGES).request_id == "***"


def test_a_reply_that_repeats_the_key_is_cleaned(talk):
    _, model = talk(Reply(f"Your key is {KEY}"))
    assert model.reply(MESSAGES).text == "Your key is ***"
    _, model = talk(Reply(f"Your key is {KEY}"), stream=False, key="EMPTY")
    assert model.reply(MESSAGES).text == f"Your key is {KEY}"


def test_a_placeholder_key_does_not_eat_words_of_the_reply(talk):
    _, model = talk(Reply("The folder is EMPTY."), key="EMPTY")
    assert model.reply(MESSAGES).text == "The folder is EMPTY."


# --- proxies, closing -----------------------------------------------------------------------------------------------


def test_the_environments_proxy_is_used_but_not_for_this_machine(talk, monkeypatch):
    proxy, _ = talk(GOOD)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", proxy.base_url.removesuffix("/v1"))
    far = model_for("http://endpoint.invalid/v1", allow_http=True)
    assert far.reply(MESSAGES).text == GOOD.text
    assert proxy.requests[0].path == "http://endpoint.invalid/v1/chat/completions"
    server, near = talk(GOOD)
    near.reply(MESSAGES)
    assert len(server.requests) == len(proxy.requests) == 1
    far.close()


def test_letting_the_model_go_closes_its_connections(talk):
    server, _ = talk(GOOD)
    model = model_for(server.base_url)
    client = model._client
    model.reply(MESSAGES)
    del model
    gc.collect()
    assert client.is_closed


def test_closing_twice_is_fine(talk):
    _, model = talk()
    model.close()
    model.close()


def test_a_script_that_has_run_out_says_so(talk):
    _, model = talk()
    assert "the test's script has no more answers" in str(fails(model))


def test_a_script_may_answer_by_the_request(talk):
    _, model = talk(lambda request: Reply(f"{len(request.images)} pictures"))
    assert model.reply(MESSAGES).text == "2 pictures"
