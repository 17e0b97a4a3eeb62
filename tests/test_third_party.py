"""The client against servers that others wrote: nothing here was shaped by our own idea of an endpoint.

`llmock` speaks several makers' formats, misbehaves on order and judges how a client took it. `litellm`, the proxy, is
some 750 MB with what it needs: its tests run where it is installed (`pip install 'litellm[proxy]'`).
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from pydantic import SecretStr

from actions.action import Size
from actions.brake import Brake
from agent.dialect import resolve
from agent.encode import EncodedImage
from agent.endpoint.client import EndpointModel, EndpointSettings
from agent.errors import ModelError
from agent.model import Message, ToolCall

KEY = "sk-canary-0123456789abcdef"
PROFILE = resolve("qwen3-vl-plus")
PICTURE = EncodedImage(b"\x89PNG picture", "image/png", Size(640, 480))
MESSAGES = (
    Message("system", ("You drive a desktop.",)),
    Message("user", ("Instruction: öffne “den Browser” 🙂", PICTURE)),
    Message("assistant", ("Action: …",)),
    Message("user", (PICTURE,)),
)
TEXT = 'Action: Click “OK”.\n<tool_call>\n{"name": "computer_use", "arguments": {"action": "wait"}}\n</tool_call>'
WIRES = ("chat", "anthropic")
PROVIDERS = {"chat": "openai", "anthropic": "anthropic"}


@pytest.fixture
def client():
    """Makes clients; closes them after the test."""
    models = []

    def make(base_url, wire, **changes):
        fields = {"base_url": base_url, "wire": wire, "high_res": wire == "chat", "timeout_seconds": 30.0, **changes}
        models.append(EndpointModel(PROFILE, EndpointSettings(api_key=SecretStr(KEY), **fields), Brake()))
        return models[-1]

    yield make
    for model in models:
        model.close()


@pytest.fixture
def talk(llmock, client):
    """A client of a format, with llmock for its endpoint."""
    return lambda wire, **changes: client(llmock.base_url(PROVIDERS[wire]), wire, **changes)


# --- llmock -----------------------------------------------------------------------------------------------------------

both = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
every = pytest.mark.parametrize("wire", WIRES)


@every
@both
def test_a_reply_comes_back(llmock, talk, wire, stream):
    llmock.reply(TEXT)
    told = []
    reply = talk(wire, stream=stream).reply(MESSAGES, lambda kind, piece: told.append((kind, piece)))
    assert reply.text == TEXT
    assert (reply.finish_reason, reply.partial, reply.tries) == ("stop", False, 1)
    assert reply.usage.prompt_tokens > 0
    assert reply.usage.completion_tokens > 0
    assert reply.model == "qwen3-vl-plus"
    assert reply.request_id
    assert "".join(piece for kind, piece in told if kind == "text") == (TEXT if stream else "")
    assert (llmock.last_request.provider, llmock.last_request.stream) == (PROVIDERS[wire], stream)
    llmock.assert_resilient(strict=True)


@every
@both
def test_a_native_call_comes_back(llmock, talk, wire, stream):
    llmock.call_tool("computer_use", {"action": "type", "text": "ü “"})
    reply = talk(wire, stream=stream).reply(MESSAGES)
    (call,) = reply.tool_calls
    assert call == ToolCall("computer_use", call.arguments)
    assert '"action"' in call.arguments
    assert reply.finish_reason == "tool_calls"


@every
@both
@pytest.mark.parametrize("status", [500, 503, 529])
def test_an_outage_that_passes_is_sat_out(llmock, talk, wire, stream, status):
    llmock.fail(status, times=2).reply(TEXT)
    reply = talk(wire, stream=stream).reply(MESSAGES)
    assert (reply.text, reply.tries) == (TEXT, 3)
    llmock.assert_resilient()


@every
def test_it_waits_as_long_as_it_is_asked_to(llmock, talk, wire):
    llmock.rate_limit(times=2, retry_after=1).reply(TEXT)
    assert talk(wire).reply(MESSAGES).tries == 3
    llmock.assert_resilient()


@every
@pytest.mark.parametrize(("status", "named"), [(400, "options"), (401, "API key"), (403, "region"), (404, "--model")])
def test_a_refusal_is_told_in_the_server_s_words_and_not_tried_again(llmock, talk, wire, status, named):
    llmock.fail(status, times=None, message="no such thing here")
    with pytest.raises(ModelError) as caught:
        talk(wire).reply(MESSAGES)
    assert f"HTTP {status}" in str(caught.value)
    assert "no such thing here" in str(caught.value)
    assert named in str(caught.value)
    assert len(llmock.requests) == 1
    llmock.assert_resilient(strict=True)


@every
@pytest.mark.parametrize("fault", ["disconnect", "truncate", "corrupt"])
def test_half_a_stream_is_no_reply(llmock, talk, wire, fault):
    llmock.reply(TEXT, times=2)
    getattr(llmock, fault)(after_chunks=4)
    reply = talk(wire, stream=True).reply(MESSAGES)
    assert (reply.text, reply.tries) == (TEXT, 2)
    llmock.assert_resilient()


@every
def test_a_stream_that_stalls_ends_at_the_deadline(llmock, talk, wire):
    llmock.stall(after_chunks=2, seconds=20)
    started = time.monotonic()
    with pytest.raises(ModelError, match="--model-timeout"):
        talk(wire, stream=True, timeout_seconds=1.0).reply(MESSAGES)
    assert time.monotonic() - started < 10


@every
def test_the_key_arrives_and_the_body_is_taken(llmock, talk, wire):
    llmock.reply(TEXT)
    talk(wire, temperature=0.5).reply(MESSAGES)
    body = llmock.last_request.body
    assert body["model"] == "qwen3-vl-plus"
    assert body["temperature"] == 0.5
    assert ("system" in body) == (wire == "anthropic")


# --- litellm ----------------------------------------------------------------------------------------------------------

CONFIG = """
model_list:
  - model_name: qwen3-vl-plus
    litellm_params: {model: openai/nobody, api_key: none, mock_response: %r}
litellm_settings: {drop_params: true}
general_settings: {master_key: %s}
"""


@pytest.fixture(scope="module")
def litellm(tmp_path_factory):
    """The address of a proxy that answers by itself."""
    command = shutil.which("litellm") or shutil.which(str(Path(sys.executable).with_name("litellm")))
    if command is None:
        pytest.skip("litellm is not installed")
    folder = tmp_path_factory.mktemp("litellm")
    (folder / "config.yaml").write_text(CONFIG % ("Action: Wait.", KEY))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    words = ["--config", "config.yaml", "--host", "127.0.0.1", "--port", str(port), "--telemetry", "False"]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen([command, *words], cwd=folder, env=environment, stdout=log, stderr=log) as proxy,
    ):
        try:
            _wait_for(f"http://127.0.0.1:{port}/health/liveliness", proxy)
            yield f"http://127.0.0.1:{port}"
        finally:
            proxy.terminate()


def _wait_for(url, process):
    deadline = time.monotonic() + 90
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError("the proxy did not start")


@every
@both
def test_litellm_is_understood(litellm, client, wire, stream):
    model = client(litellm + ("/v1" if wire == "chat" else ""), wire, stream=stream)
    reply = model.reply(MESSAGES)
    assert (reply.text, reply.finish_reason, reply.partial) == ("Action: Wait.", "stop", False)
    assert reply.usage.prompt_tokens > 0
    assert reply.model == "qwen3-vl-plus"


@every
def test_litellm_s_refusal_is_told(litellm, client, wire):
    model = EndpointModel(
        resolve("qwen3-vl-flash"),
        EndpointSettings(
            base_url=litellm + ("/v1" if wire == "chat" else ""),
            wire=wire,
            high_res=False,
            api_key=SecretStr("sk-another-0123456789"),
        ),
        Brake(),
    )
    with pytest.raises(ModelError, match=r"HTTP 40[0-3]") as caught:
        model.reply(MESSAGES)
    assert "sk-another" not in str(caught.value)
    model.close()
