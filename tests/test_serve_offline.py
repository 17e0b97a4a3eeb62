"""The offline model as an endpoint: asked by the official client, by our own, and by clients that ask wrongly."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openai
import pytest
from pydantic import SecretStr

from actions.brake import Brake
from agent import serving
from agent.cli import main
from agent.dialect import resolve
from agent.encode import EncodedImage
from agent.endpoint.client import EndpointModel, EndpointSettings, probe
from agent.model import Message
from agent.offline.model import OfflineModel
from agent.serving import AT_ONCE, MAX_BODY, OfflineServer
from tests.apps.screens import LATIN_FONTS, Picture, font
from tests.conftest import APPS
from tests.offline_session import GivenReader

AGENT = [sys.executable, "-c", "import sys; from agent.cli import main; sys.exit(main())"]
CANARY = "sk-canary-0123456789abcdef"


def _screen() -> Picture:
    picture = Picture.blank((640, 400))
    picture.button("Save", (300, 200), font(LATIN_FONTS[0], 15), (20, 20, 20), (200, 210, 220))
    return picture


SCREEN = _screen()
URL = SCREEN.encoded().data_url()


class GatedReader(GivenReader):
    """Reads when it is let."""

    def __init__(self, *pictures: Picture) -> None:
        super().__init__(*pictures)
        self.gate = threading.Event()
        self.gate.set()
        self.inside = 0
        self.most = 0

    def read(self, pixels: np.ndarray, wanted: Sequence[str] | None = None) -> Any:
        self.inside += 1
        self.most = max(self.most, self.inside)
        self.gate.wait()
        found = super().read(pixels, wanted)
        self.inside -= 1
        return found


@pytest.fixture
def reader() -> GatedReader:
    return GatedReader(SCREEN)


@pytest.fixture
def server(reader: GatedReader) -> Iterator[OfflineServer]:
    with OfflineServer(OfflineModel(Brake(), reader), 0) as server:
        yield server


@pytest.fixture
def client(server: OfflineServer) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(api_key=CANARY, base_url=server.base_url, max_retries=0) as client:
        yield client


def asked(task: str = "click Save", url: str = URL) -> list[Any]:
    return [
        {"role": "system", "content": "You drive a desktop."},
        {"role": "user", "content": [{"type": "text", "text": task}, {"type": "image_url", "image_url": {"url": url}}]},
    ]


def test_the_official_client_is_answered(client: openai.OpenAI) -> None:
    tool: Any = {"type": "function", "function": {"name": "computer_use", "parameters": {}}}
    reply = client.chat.completions.create(
        model="gui-plus-2026-02-26", messages=asked(), tools=[tool], temperature=0.1, extra_body={"top_k": 1}
    )
    text = reply.choices[0].message.content or ""
    assert text.startswith('Action: [1/1] Click "Save".\n<tool_call>\n')
    assert '"action": "left_click"' in text
    assert reply.choices[0].finish_reason == "stop"
    assert reply.model == "offline"
    assert reply.usage is not None
    assert reply.usage.total_tokens == 0


@pytest.mark.parametrize("wants_usage", [True, False])
def test_the_official_client_is_streamed_to(client: openai.OpenAI, wants_usage: bool) -> None:
    options: Any = {"stream_options": {"include_usage": True}} if wants_usage else {}
    chunks = list(client.chat.completions.create(model="offline", messages=asked(), stream=True, **options))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text.startswith('Action: [1/1] Click "Save".\n<tool_call>\n')
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert [chunk.usage is not None for chunk in chunks][-1] is wants_usage
    assert len({chunk.id for chunk in chunks}) == 1


def test_it_knows_the_run_from_the_conversation(client: openai.OpenAI) -> None:
    first = client.chat.completions.create(model="x", messages=asked("press tab, click Save"))
    said = first.choices[0].message.content
    turn = [{"role": "assistant", "content": said}, {"role": "user", "content": asked()[1]["content"][1:]}]
    second = client.chat.completions.create(model="x", messages=[*asked("press tab, click Save"), *turn])  # type: ignore[list-item]
    assert (second.choices[0].message.content or "").startswith('Action: [2/2] Click "Save".')


def test_the_models_are_listed(client: openai.OpenAI, server: OfflineServer) -> None:
    assert [model.id for model in client.models.list()] == ["offline"]
    assert client.models.retrieve("offline").owned_by == "gui-plus-agent"
    assert request(server, "GET", "/health") == (200, {"status": "ok"})


def request(
    server: OfflineServer, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return response.status, json.loads(response.read() or b"null")
    finally:
        connection.close()


def picture_message(url: object) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": ["text", {"type": "image_url", "image_url": url}][1:]}]}


BAD = {
    "no JSON": (b"{", "is not JSON"),
    "deep JSON": (b"[" * 200_000, "is not JSON"),
    "bad UTF-8": (b'{"messages": "\xff"}', "is not JSON"),
    "no object": (b"[]", "not an object"),
    "no messages": (b"{}", "`messages` must be a list"),
    "empty messages": (b'{"messages": []}', "`messages` must be a list"),
    "no message": (b'{"messages": [1]}', "`messages[0]` must be an object"),
    "a role": (b'{"messages": [{"role": "boss"}]}', "`messages[0].role` must be one of system"),
    "a role that is a list": (b'{"messages": [{"role": []}]}', "`messages[0].role` must be one of system"),
    "content": (b'{"messages": [{"role": "user", "content": 7}]}', "must be text or a list"),
    "a part": (b'{"messages": [{"role": "user", "content": [{"type": "video"}]}]}', "must be text or image_url"),
    "no text": (b'{"messages": [{"role": "user", "content": [{"type": "text"}]}]}', "must be text"),
    "no picture": (json.dumps({"messages": [{"role": "user", "content": "click Save"}]}).encode(), "given no picture"),
    "no task": (json.dumps(picture_message({"url": URL})).encode(), "given no instruction"),
    "a remote picture": (json.dumps(picture_message({"url": "https://example.com/a.png"})).encode(), "not fetched"),
    "a file": (json.dumps(picture_message({"url": "file:///etc/passwd"})).encode(), "not fetched"),
    "no URL": (json.dumps(picture_message(None)).encode(), "must be a data: URL"),
    "a GIF": (json.dumps(picture_message("data:image/gif;base64,R0lG")).encode(), "must be one of image/png"),
    "no Base64": (json.dumps(picture_message("data:image/png;base64,?!")).encode(), "not Base64"),
    "no PNG": (json.dumps(picture_message("data:image/png;base64,R0lG")).encode(), "it is no PNG"),
    "a cut PNG": (json.dumps(picture_message(URL[:400])).encode(), "cannot be read"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_request_is_told_what_is_wrong(server: OfflineServer, name: str) -> None:
    body, why = BAD[name]
    status, answer = request(server, "POST", "/v1/chat/completions", body)
    assert status == 400
    assert why in answer["error"]["message"]
    assert answer["error"]["type"] == "invalid_request_error"
    assert request(server, "GET", "/health")[0] == 200


def test_a_picture_whose_pixels_are_damaged_is_a_bad_request(server: OfflineServer) -> None:
    data = bytearray(SCREEN.encoded().data)
    at = data.index(b"IDAT") + 8
    data[at : at + 40] = bytes(40)
    url = "data:image/png;base64," + base64.b64encode(bytes(data)).decode()
    status, answer = request(server, "POST", "/v1/chat/completions", json.dumps({"messages": asked(url=url)}).encode())
    assert status == 400
    assert "cannot read the picture" in answer["error"]["message"]


def test_a_picture_of_too_many_pixels_is_refused_undecoded(server: OfflineServer) -> None:
    data = bytearray(SCREEN.encoded().data)
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    url = "data:image/png;base64," + base64.b64encode(bytes(data)).decode()
    status, answer = request(server, "POST", "/v1/chat/completions", json.dumps({"messages": asked(url=url)}).encode())
    assert status == 400
    assert "at most 40 million" in answer["error"]["message"]


def test_a_body_too_large_is_refused(server: OfflineServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "MAX_BODY", 100_000)
    status, answer = request(server, "POST", "/v1/chat/completions", b" " * 3_000_000)
    assert status == 413
    assert "at most 100,000" in answer["error"]["message"]
    assert MAX_BODY < 1 << 27


@pytest.mark.parametrize(("method", "path", "status"), [
    ("GET", "/", 404), ("GET", "/v1/chat/completions", 405), ("POST", "/v1/embeddings", 404),
    ("GET", "/v1/models/gpt-4", 404), ("PUT", "/v1/models", 501), ("DELETE", "/health", 501),
])  # fmt: skip
def test_what_is_not_there(server: OfflineServer, method: str, path: str, status: int) -> None:
    answered, body = request(server, method, path, b"{}" if method in ("POST", "PUT") else None)
    assert answered == status
    assert body["error"]["message"]


def test_a_body_without_a_length_is_refused(server: OfflineServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("POST", "/v1/chat/completions", iter([b"{}"]), {"Transfer-Encoding": "chunked"})
    assert connection.getresponse().status == 411
    connection.close()


@pytest.mark.parametrize(("headers", "status"), [
    ({"Host": "localhost:{port}"}, 200),
    ({"Host": "127.0.0.1"}, 200),
    ({"Host": "evil.example:{port}"}, 403),
    ({"Host": "127.0.0.1.evil.example"}, 403),
    ({"Host": "["}, 403),
    ({"Origin": "https://evil.example"}, 403),
    ({"Origin": "null"}, 403),
    ({"Origin": "http://localhost:3000"}, 200),
])  # fmt: skip
def test_only_this_machine_asks(server: OfflineServer, headers: dict[str, str], status: int) -> None:
    given = {name: value.format(port=server.port) for name, value in headers.items()}
    assert request(server, "GET", "/v1/models", headers=given)[0] == status


def test_it_listens_on_loopback_alone(server: OfflineServer) -> None:
    assert server.socket.getsockname()[0] == "127.0.0.1"
    with socket.socket() as other, pytest.raises(OSError, match="refused"):
        other.connect(("127.0.0.2", server.port))


def test_one_is_read_at_a_time_and_a_crowd_is_sent_away(server: OfflineServer, reader: GatedReader) -> None:
    body = json.dumps({"messages": asked()}).encode()
    reader.gate.clear()
    answers: list[int] = []
    answered = threading.Condition()

    def ask() -> None:
        status, _ = request(server, "POST", "/v1/chat/completions", body)
        with answered:
            answers.append(status)
            answered.notify()

    threads = [threading.Thread(target=ask) for _ in range(AT_ONCE + 3)]
    for thread in threads:
        thread.start()
    with answered:
        assert answered.wait_for(lambda: len(answers) == 3, 30)
    assert answers == [429] * 3
    reader.gate.set()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] * AT_ONCE + [429] * 3
    assert reader.most == 1


def test_a_client_that_goes_away_disturbs_nobody(server: OfflineServer) -> None:
    for sent in (
        b"",
        b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{",
        b"\0\xff\r\n",
    ):
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(sent)
    assert request(server, "GET", "/health")[0] == 200


@pytest.mark.parametrize("stream", [False, True])
def test_our_own_client_is_answered(server: OfflineServer, stream: bool) -> None:
    settings = EndpointSettings(base_url=server.base_url, api_key=SecretStr(CANARY), stream=stream)
    model = EndpointModel(resolve("gui-plus-2026-02-26"), settings, Brake())
    picture: EncodedImage = SCREEN.encoded()
    reply = model.reply([Message("user", ("Instruction: click Save\n\nPrevious actions:\nNone", picture))])
    assert reply.text.startswith('Action: [1/1] Click "Save".')
    assert reply.model == "offline"
    assert reply.usage.prompt_tokens == 0
    assert probe(settings)
    model.close()


def test_a_port_that_is_taken_is_one_line(server: OfflineServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve-offline", "--port", str(server.port)]) == 2
    assert capsys.readouterr().err == (
        f"agent: port {server.port} is in use: name another with --port, or 0 for a free one\n"
    )


@pytest.mark.parametrize("given", ["-1", "65536", "x", ""])
def test_a_port_that_is_none(given: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["serve-offline", f"--port={given}"])
    assert capsys.readouterr().err.count("\n") == 1


@contextlib.contextmanager
def served() -> Iterator[str]:
    """The base URL of `agent serve-offline` in a process of its own, which Ctrl-C has to end."""
    with subprocess.Popen(
        [*AGENT, "serve-offline", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "AGENT_API_KEY": CANARY},
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        yield next(word for word in line.split() if word.startswith("http://127.0.0.1:"))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, "", "agent: stopped by Ctrl-C\n")


def test_the_command_says_where_it_listens_and_ends_at_ctrl_c() -> None:
    with served() as url, openai.OpenAI(api_key=CANARY, base_url=url, max_retries=0) as client:
        assert [model.id for model in client.models.list()] == ["offline"]


@pytest.mark.desktop
@pytest.mark.slow
@pytest.mark.parametrize("stream", ["--stream", "--no-stream"])
def test_a_run_over_it_from_the_command_line_to_the_browser(stream: str) -> None:
    """Our own client against it: what was saved is what the form in Chromium sent."""
    task = 'type "Ada" into Name, type "Hangzhou 7" into City, click the Save button, read Saved'
    # Short: Chromium's sockets lie below it, and a socket's path may have 107 characters.
    with tempfile.TemporaryDirectory(prefix="serve-") as folder, served() as url:
        log = Path(folder, "log")
        options = ["--model", "gui-plus-2026-02-26", "--base-url", url, stream, "--virtual", "1000x760", "--no-record"]
        launch = ["--launch", f"{sys.executable} {APPS / 'form.py'} --log {log}"]
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("AGENT_", "DASHSCOPE_"))
        }
        done = subprocess.run(
            [*AGENT, "run", task, *options, *launch],
            env=environment | {"TMPDIR": folder},
            cwd=APPS.parents[1],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "Saved: Ada, Hangzhou 7" in log.read_text()
    assert done.stdout.strip() == "Ada, Hangzhou 7"
    assert "offline replied" in done.stderr
    assert "Traceback" not in done.stderr
