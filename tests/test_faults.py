"""Whole runs against an endpoint that misbehaves on order: a row is a line, named after the fault's number.

What was clicked is what the window says it got; what was recorded is replayed.
"""

from __future__ import annotations

import base64
import gzip
import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from actions.brake import Brake
from agent.cli import main
from agent.dialect import resolve
from agent.endpoint.client import EndpointModel
from agent.endpoint.request import EndpointSettings
from agent.events import Event, ModelFailed, SessionEnded, StepPlanned
from agent.loop import Loop
from agent.parts import Parts, Plan
from agent.recording.recorder import Recorder
from agent.recording.session import Session, find_sessions, read_session
from agent.replay.offline import replay_offline
from tests.apps.programs import SinkWindow
from tests.endpoint_server import (
    Answer,
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
from tests.fakes import FakeConsent, FakeExecutor, FakeScreen, FakeSettler, call, painted
from tests.test_run import Script, buttons

CANARY = "sk-canary-92b1f7e04c"
ERROR = {"error": {"code": "some_code", "message": f"went wrong with {CANARY}"}, "request_id": "r-42"}
HTML = b"<html><body>Bad gateway</body></html>"
GOOD = Reply(call("wait", time=0.1))
HALF = json.dumps(completion(GOOD)).encode()[:80]
CUT = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n" + HALF
STREAM = stream_lines(GOOD)


def body(**changes: object) -> Status:
    return Status(200, {**completion(GOOD), **changes})


def message(content: object) -> Status:
    return body(choices=[{"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}])


@dataclass(frozen=True)
class Row:
    """What the endpoint does first; afterwards it is well."""

    faults: tuple[Answer, ...]
    code: int = 0
    said: str = ""
    """What the person reads."""
    stream: bool = False
    timeout: float = 60.0


def passing(*faults: Answer, said: str, stream: bool = False) -> Row:
    return Row(faults, 0, said, stream)


def final(*faults: Answer, said: str, timeout: float = 60.0) -> Row:
    return Row(faults, 4, said, timeout=timeout)


ROWS = {
    "E1 400": final(Status(400, ERROR), said="some_code"),
    "E1 404": final(Status(404, ERROR), said="--model"),
    "E1 request id": final(Status(400, ERROR), said="r-42"),
    "E2 401": final(Status(401, ERROR), said="--region"),
    "E2 403": final(Status(403, ERROR), said="API key"),
    "E3 429 seconds": passing(Status(429, ERROR, {"Retry-After": "0"}), said="429"),
    "E3 429 date": passing(Status(429, ERROR, {"Retry-After": "Thu, 01 Jan 2026 00:00:00 GMT"}), said="429"),
    "E3 429 absent": passing(Status(429, ERROR), said="429"),
    "E3 429 a day": final(Status(429, ERROR, {"Retry-After": "86400"}), said="86400 s"),
    "E3 429 negative": passing(Status(429, ERROR, {"Retry-After": "-5"}), said="429"),
    "E3 429 garbage": passing(Status(429, ERROR, {"Retry-After": "soon"}), said="429"),
    "E4 quota": passing(Status(429, {"error": {"code": "insufficient_quota"}}), said="quota"),
    "E4 quota for good": final(*[Status(429, {"error": {"code": "insufficient_quota"}})] * 4, said="quota"),
    "E4 Throttling": passing(Status(400, {"code": "Throttling.RateQuota", "message": "m"}), said="Throttling"),
    "E5 500": passing(Status(500, ERROR), said="500"),
    "E5 502 html": passing(Status(502, HTML), said="502"),
    "E5 503 nothing": passing(Status(503), said="503"),
    "E5 504": passing(Status(504, HTML), Status(504, HTML), said="504"),
    "E7 reset at once": passing(Raw(b"", reset=True), said="broke"),
    "E7 reset in the body": passing(Raw(CUT, reset=True), said="broke"),
    "E7 closed early": passing(Raw(CUT), said="broke"),
    "E8 drip": final(Drip(), said="--model-timeout", timeout=1.0),
    "E8 hang": final(Hang(), said="--model-timeout", timeout=1.0),
    "E8 hang after headers": final(Hang(after_headers=True), said="--model-timeout", timeout=1.0),
    "E9 truncated": passing(Status(200, HALF), said="not JSON"),
    "E9 html with 200": passing(Status(200, HTML), said="not JSON"),
    "E9 empty": passing(Status(200, b""), said="not JSON"),
    "E9 bad UTF-8": passing(Status(200, b'{"a": "\xff"}'), said="not JSON"),
    "E9 nested": passing(Status(200, b"[" * 100_000), said="nested"),
    "E9 NaN": passing(Status(200, b'{"choices": NaN}'), said="not JSON"),
    "E9 for good": final(*[Status(200, HTML)] * 3, said="3 tries"),
    "E10 endless": passing(Endless(), said="larger"),
    "E10 gzip garbage": passing(Status(200, b"junk", {"Content-Encoding": "gzip"}), said="compression"),
    "E10 gzip bomb": passing(
        Status(200, gzip.compress(b" " * 50_000_000), {"Content-Encoding": "gzip"}), said="larger"
    ),
    "E11 partial": passing(
        Reply(GOOD.text, headers={"x-dashscope-partialresponse": "true"}), said="cut off before its end"
    ),
    "E11 length": passing(Reply(GOOD.text, finish_reason="length"), said="cut off before its end"),
    "E11 content_filter": passing(Reply(GOOD.text, finish_reason="content_filter"), said="cut off before its end"),
    "E12 no choices": passing(body(choices=[]), said="no choices"),
    "E12 choices missing": passing(Status(200, {"id": "x"}), said="no choices"),
    "E12 message null": passing(body(choices=[{"message": None}]), said="no message"),
    "E12 content null": passing(message(None), said="not understood"),
    "E12 content a number": passing(message(42), said="no text"),
    "E12 content an object": passing(message({"action": "wait"}), said="no text"),
    "E12 content a list": passing(message([{"type": "text", "text": "no call"}]), said="not understood"),
    "E12 refusal": passing(
        body(choices=[{"message": {"content": None, "refusal": "I will not"}, "finish_reason": "stop"}]),
        said="not understood",
    ),
    "E13 redirect": final(Status(307, b"", {"Location": "https://example.org/v1"}), said="example.org"),
    "E14 another model": passing(Reply("no call", model="qwen-max"), said="qwen-max replied"),
    "E14 no usage": passing(Reply("no call", usage=None), said="unknown"),
    "stream broken": passing(Events(STREAM[:3], reset=True), said="broke", stream=True),
    "stream ended early": passing(Events(STREAM[:3]), said="ended before", stream=True),
    "stream of junk": passing(Events(("data: {junk",)), said="not JSON", stream=True),
}


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("agent.endpoint.failure.FIRST_BACKOFF", 0.01)
    monkeypatch.setenv("DASHSCOPE_API_KEY", CANARY)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))


def spellings(secret: str) -> list[str]:
    encoded = base64.b64encode(secret.encode()).decode().rstrip("=")
    return [secret, quote(secret, safe=""), json.dumps(secret)[1:-1], encoded[:-1]]


def assert_no_key(folder: Path, *texts: str) -> None:
    files = [path.read_bytes().decode("latin-1") for path in folder.rglob("*") if path.is_file()]
    assert not [secret for secret in spellings(CANARY) for text in (*texts, *files) if secret in text]


@pytest.mark.desktop
@pytest.mark.usefixtures("_quick")
@pytest.mark.parametrize("name", ROWS)
def test_a_run_under_a_fault(name: str, sink: SinkWindow, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = ROWS[name]
    script = Script("gui-plus-2026-02-26", "gui-plus-2026-02-26", sink)
    well = [script.reply("left_click", coordinate=script.at("area")), script.reply("terminate", status="success")]
    with EndpointServer([*row.faults, *well]) as server:
        started = time.monotonic()
        options = ["--record", str(tmp_path / "recs"), "--model-timeout", str(row.timeout), "--settle-max", "0.5"]
        where = ["--model", script.model, "--base-url", server.base_url]
        code = main(["run", "x", *where, *options, *(["--stream"] if row.stream else [])])
        took = time.monotonic() - started
    out, err = capsys.readouterr()
    assert code == row.code, err
    assert row.said in err
    assert buttons(sink, 1) == (1 if row.code == 0 else 0)
    assert len(server.requests) == len(row.faults) + (len(well) if row.code == 0 else 0)
    assert_no_key(tmp_path, out, err)
    (path,) = find_sessions(tmp_path / "recs")
    assert replay_offline(path).differences == ()
    recorded = read_session(path)
    assert recorded.ended is not None
    assert recorded.ended.exit_code == row.code
    assert _failed_and_bad(recorded) == len(row.faults)
    if row.timeout < 10:
        assert took < row.timeout + 20  # it is the deadline that ends it, and not the server, which hangs for a minute


@pytest.mark.desktop
@pytest.mark.usefixtures("_quick", "display")
def test_e6_nobody_listens(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with EndpointServer() as gone:
        url = gone.base_url
    where = ["--model", "gui-plus-2026-02-26", "--base-url", url, "--record", str(tmp_path / "recs")]
    assert main(["run", "x", *where]) == 4
    assert "3 tries" in capsys.readouterr().err
    (path,) = find_sessions(tmp_path / "recs")
    recorded = read_session(path)
    assert recorded.ended is not None
    assert (recorded.ended.status, _failed_and_bad(recorded)) == ("model_error", 3)


@pytest.mark.desktop
@pytest.mark.usefixtures("_quick")
def test_e15_after_an_outage_the_screen_is_looked_at_again(
    sink: SinkWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.unsent.STALE_MS", 0)
    script = Script("gui-plus-2026-02-26", "gui-plus-2026-02-26", sink)
    click = script.reply("left_click", coordinate=script.at("area"))

    def away(_: object) -> Status:
        subprocess.run(["xsetroot", "-solid", "#884400"], check=True)
        return Status(503)

    try:
        with EndpointServer([away, click, click, script.reply("terminate", status="success")]) as server:
            where = ["--model", script.model, "--base-url", server.base_url, "--record", str(tmp_path / "recs")]
            assert main(["run", "x", *where]) == 0
            assert "changed while you were unreachable" in server.requests[2].text
            assert server.requests[1].images[-1] != server.requests[2].images[-1]
    finally:
        subprocess.run(["xsetroot", "-solid", "black"], check=True)
    assert buttons(sink, 1) == 1
    (path,) = find_sessions(tmp_path / "recs")
    assert replay_offline(path).differences == ()


def _failed_and_bad(session: Session) -> int:
    """Tries without a reply, and replies without an action."""
    exchanges = [exchange for step in session.steps for exchange in step.exchanges]
    failed = sum(len(exchange.failures) for exchange in exchanges)
    return failed + sum(exchange.replied is not None and exchange.replied.error is not None for exchange in exchanges)


# --- any sequence of faults ---------------------------------------------------------------------------------------

QUICK = [
    *(Status(429, ERROR), Status(500, ERROR), Status(503), Status(200, HTML), Status(200, HALF), Status(400, ERROR)),
    *(Raw(b"", reset=True), Raw(CUT), Raw(CUT, reset=True), Status(401, ERROR), Events(STREAM[:3]), message(None)),
    *(body(choices=[]), Reply("no call in here"), Reply(GOOD.text, finish_reason="length"), Reply("", usage=None)),
    *(Status(302, b"", {"Location": f"https://example.org/{CANARY}"}), Hang(), Drip()),
]
TIMEOUT = 0.4


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    return tmp_path / "recs"


@pytest.mark.slow
@pytest.mark.usefixtures("_quick")
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sequences=st.lists(st.lists(st.sampled_from(QUICK), max_size=5), min_size=1, max_size=3), stream=st.booleans())
def test_no_sequence_of_faults_does_an_action_twice_or_loses_a_step(
    sequences: list[list[Answer]], stream: bool, recordings: Path
) -> None:
    clicks = [Reply(call("left_click", coordinate=[100 + 10 * n, 500])) for n in range(len(sequences))]
    answers = [answer for faults, click in zip(sequences, clicks, strict=True) for answer in (*faults, click)]
    executor = FakeExecutor()
    with EndpointServer([*answers, Reply(call("terminate", status="success"))]) as server:
        model = _model(server.base_url, stream=stream)
        # Each click leads to another picture, so that none of them is a repetition.
        screen = FakeScreen(*(painted(boxes=[(n, n, 20, 20)]) for n in range(len(sequences) + 2)))
        recorder = Recorder(recordings, "faults")
        timed = list(_events(model, screen, executor, recorder))
        model.close()
        recorder.close()
    events = [event for event, _ in timed]
    end = events[-1]
    assert isinstance(end, SessionEnded)
    planned = [event for event in events if isinstance(event, StepPlanned) and event.action is not None]
    # What was done is what was planned, in order, once; and nothing was planned that was not in a good reply.
    done = [grounded.action.as_json() for grounded in executor.done]
    assert done == [event.action for event in planned if event.action and event.action["action"] == "left_click"]
    assert done == [json.loads(_call_of(click))["arguments"] for click in clicks[: len(done)]]
    session = read_session(recorder.path)
    assert [step.planned and step.planned.action for step in session.steps if step.planned] == [
        event.action for event in events if isinstance(event, StepPlanned)
    ]
    assert sum(isinstance(event, ModelFailed) for event in events) == sum(
        len(exchange.failures) for step in session.steps for exchange in step.exchanges
    )
    assert_no_key(recorder.path, str([event.line() for event in events if isinstance(event, SessionEnded)]))
    # Between two events lies at most one reply with all its tries.
    assert max(seconds for _, seconds in timed) < TIMEOUT + 1
    assert replay_offline(recorder.path).differences == ()


def _model(base_url: str, *, stream: bool) -> EndpointModel:
    endpoint = EndpointSettings(base_url=base_url, api_key=SecretStr(CANARY), stream=stream, timeout_seconds=TIMEOUT)
    return EndpointModel(resolve("gui-plus-2026-02-26"), endpoint, Brake())


def _events(
    model: EndpointModel, screen: FakeScreen, executor: FakeExecutor, recorder: Recorder
) -> Iterator[tuple[Event, float]]:
    """The run's events, recorded, each with the seconds since the one before."""
    profile = resolve("gui-plus-2026-02-26")
    settler = FakeSettler(screen)
    parts = Parts(screen=screen, model=model, consent=FakeConsent(), executor=executor, settler=settler, brake=Brake())
    plan = Plan("x", profile, "You act.", profile.pixel_cap(high_res=True), settings={"system_prompt": "You act."})
    last = time.monotonic()
    for event in Loop(plan, parts).run():
        now = time.monotonic()
        recorder.handle(event)
        yield event, now - last
        last = time.monotonic()


def _call_of(reply: Reply) -> str:
    return str(reply.text).partition("<tool_call>\n")[2].partition("\n</tool_call>")[0]
