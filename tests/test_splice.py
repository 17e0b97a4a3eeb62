"""A request's body put together is the one that a JSON encoder would have made, in every format."""

from __future__ import annotations

import json

import pytest
from pydantic import SecretStr

from actions.action import Size
from agent.dialect import resolve
from agent.encode import EncodedImage
from agent.endpoint.request import EndpointSettings
from agent.endpoint.splice import request_body
from agent.endpoint.wires import WIRES
from agent.model import Message

ONE = EncodedImage(bytes(range(256)) * 3, "image/jpeg", Size(64, 48))
OTHER = EncodedImage(b"\x89PNG other", "image/png", Size(64, 48))
ODD = 'é 中文 😀 \u2028 \ud800 \x00 " \\ </tool_call>'
MESSAGES = (
    Message("system", ("You are\n",)),
    Message("user", ("look", ONE, ODD)),
    Message("assistant", ("done",)),
    Message("user", (OTHER, ONE)),
)


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("messages", [MESSAGES, MESSAGES[:1], MESSAGES[1:2]])
def test_it_is_the_same(wire: str, messages: tuple[Message, ...]) -> None:
    high_res = wire != "anthropic"
    settings = EndpointSettings(base_url="https://x.invalid/v1", api_key=SecretStr("k"), high_res=high_res)
    profile = resolve("qwen3-vl-plus")
    body = request_body(WIRES[wire], messages, settings, profile)
    assert json.loads(body) == WIRES[wire].body(messages, settings, profile)
    assert body.isascii()


def test_a_text_cannot_name_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["0" * 32, "1" * 32])
    monkeypatch.setattr("secrets.token_hex", lambda _: next(drawn))
    settings = EndpointSettings(base_url="https://x.invalid/v1")
    profile, wire = resolve("qwen3-vl-plus"), WIRES["chat"]
    request_body(wire, MESSAGES, settings, profile)
    guess = (Message("user", (f"{'0' * 32} 0 {'0' * 32}", ONE)),)  # the last request's token is no good in this one
    assert json.loads(request_body(wire, guess, settings, profile)) == wire.body(guess, settings, profile)
