"""A few calls of the real endpoint; only with a key, only by `-m live` or when it is set."""

from __future__ import annotations

import os

import pytest
from PIL import Image, ImageDraw
from pydantic import SecretStr

import prompts
from actions.brake import Brake
from actions.parse import parse_reply
from agent.conversation import Conversation
from agent.dialect import DEFAULT_MODEL, resolve
from agent.encode import encode_png
from agent.endpoint.access import DEFAULT_REGION, api_key_for, region_base_url
from agent.endpoint.client import EndpointModel, EndpointSettings
from agent.errors import ModelError

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(not os.environ.get("DASHSCOPE_API_KEY"), reason="DASHSCOPE_API_KEY is not set"),
]

BUTTON = (900, 400, 1100, 480)


def settings(wire="chat", **changes):
    base_url = region_base_url(DEFAULT_REGION, wire)
    key = changes.pop("key", None) or api_key_for(base_url, os.environ)
    return EndpointSettings(wire=wire, base_url=base_url, api_key=SecretStr(key), **changes)


def picture():
    """A desktop of 1920x1080 with one button."""
    image = Image.new("RGB", (1920, 1080), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle(BUTTON, fill="navy")
    draw.text((960, 430), "Continue", fill="white", font_size=28)
    return encode_png(image)


@pytest.mark.parametrize(
    ("wire", "model"),
    [("chat", DEFAULT_MODEL), ("chat", "gui-plus"), ("dashscope", DEFAULT_MODEL), ("anthropic", "qwen3.6-plus")],
)
@pytest.mark.parametrize("stream", [False, True])
def test_the_button_is_clicked_where_it_is(wire, model, stream):
    profile = resolve(model)
    image = picture()
    high_res = wire != "anthropic"
    cap = profile.pixel_cap(high_res)
    talk = Conversation("click Continue", profile, prompts.load(profile.dialect.prompt), cap)
    endpoint = EndpointModel(profile, settings(wire, stream=stream, high_res=high_res), Brake())
    reply = endpoint.reply(talk.messages([], image, None))
    space = profile.space(image.size, cap)
    action = parse_reply(reply.text, space=space, reasoning=reply.reasoning).action
    x, y = action.coordinate
    left, top, right, bottom = BUTTON
    assert left <= x / space.width * 1920 <= right
    assert top <= y / space.height * 1080 <= bottom
    if reply.usage.image_tokens is not None:
        assert reply.usage.image_tokens == profile.image_tokens(image.size, cap)


def test_a_wrong_key_is_told_as_such():
    profile = resolve(DEFAULT_MODEL)
    talk = Conversation("click Continue", profile, "You drive a desktop.", profile.pixel_cap(high_res=True))
    endpoint = EndpointModel(profile, settings(key="sk-0000000000000000"), Brake())
    with pytest.raises(ModelError, match=r"HTTP 401.*check the API key"):
        endpoint.reply(talk.messages([], picture(), None))
