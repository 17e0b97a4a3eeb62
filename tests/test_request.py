"""What is sent: fields only where they were asked for, in the ranges the endpoint takes."""

from __future__ import annotations

import base64
import math

import pytest
from pydantic import SecretStr

from actions.action import Size
from agent.dialect import resolve
from agent.encode import EncodedImage
from agent.endpoint.request import EndpointSettings, message_fields, request_fields
from agent.errors import UsageError
from agent.model import Message

BASE = "https://example.org/v1"
PROFILE = resolve("gui-plus-2026-02-26")
PICTURE = EncodedImage(b"\x89PNG picture", "image/png", Size(640, 480))


def settings(**changes):
    return EndpointSettings(base_url=BASE, **changes)


def test_by_default_only_high_resolution_is_asked_for():
    assert request_fields(settings(), PROFILE) == {
        "model": "gui-plus-2026-02-26",
        "vl_high_resolution_images": True,
    }
    assert request_fields(settings(high_res=False), PROFILE) == {"model": "gui-plus-2026-02-26"}


@pytest.mark.parametrize(
    ("changes", "sent"),
    [
        ({"thinking": True}, {"enable_thinking": True}),
        ({"thinking": False}, {"enable_thinking": False}),
        ({"temperature": 0}, {"temperature": 0}),
        ({"temperature": 1.99}, {"temperature": 1.99}),
        ({"top_p": 1}, {"top_p": 1}),
        ({"top_k": 0}, {"top_k": 0}),
        ({"presence_penalty": -2}, {"presence_penalty": -2}),
        ({"stream": True}, {"stream": True, "stream_options": {"include_usage": True}}),
    ],
)
def test_what_is_asked_for_is_a_top_level_field(changes, sent):
    fields = request_fields(settings(high_res=False, **changes), PROFILE)
    assert fields == {"model": "gui-plus-2026-02-26", **sent}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"temperature": 2}, "--temperature: input should be less than 2"),
        ({"temperature": -0.1}, "--temperature: "),
        ({"temperature": math.nan}, "--temperature: "),
        ({"temperature": "1"}, "--temperature: "),
        ({"temperature": True}, "--temperature: "),
        ({"top_p": 0}, "--top-p: input should be greater than 0"),
        ({"top_p": 1.01}, "--top-p: "),
        ({"top_k": -1}, "--top-k: "),
        ({"top_k": 1.5}, "--top-k: "),
        ({"presence_penalty": 2.1}, "--presence-penalty: "),
        ({"presence_penalty": math.inf}, "--presence-penalty: "),
        ({"timeout_seconds": 0}, "--model-timeout: "),
        ({"timeout_seconds": math.inf}, "--model-timeout: "),
        ({"high_res": False, "max_pixels": 3135}, "--max-pixels: "),
        ({"high_res": False, "max_pixels": 16_777_217}, "--max-pixels: "),
        ({"temperature": 1, "top_p": 0.5}, "--temperature and --top-p exclude each other"),
        ({"max_pixels": 1_000_000}, "--max-pixels needs --no-high-res"),
        ({"nonsense": 1}, "--nonsense: "),
    ],
)
def test_what_is_out_of_range_names_its_option(changes, message):
    with pytest.raises(UsageError, match="^" + message):
        settings(**changes)


def test_the_base_url_is_checked():
    with pytest.raises(UsageError, match="--allow-http"):
        EndpointSettings(base_url="http://example.org/v1")
    assert EndpointSettings(base_url="http://example.org/v1", allow_http=True).allow_http


def test_no_error_and_no_repr_shows_the_key():
    key = SecretStr("sk-canary-0123456789")
    assert "canary" not in repr(settings(api_key=key)) + str(settings(api_key=key))
    for bad in ({"temperature": 9}, {"api_key": "sk-canary-0123456789", "top_k": -1}, {"base_url": 1}):
        with pytest.raises(UsageError) as caught:
            EndpointSettings(**{"base_url": BASE, "api_key": key, **bad})
        assert "canary" not in str(caught.value) + repr(caught.value.__context__)


def test_messages_of_text_are_strings_and_pictures_are_parts():
    messages = [
        Message("system", ("You drive a desktop.",)),
        Message("user", ("Look:\n", PICTURE, "\n</tool_response>")),
        Message("assistant", ("Action: …",)),
        Message("user", ("a", "b")),
        Message("user", (PICTURE,)),
    ]
    url = "data:image/png;base64," + base64.b64encode(PICTURE.data).decode()
    image = {"type": "image_url", "image_url": {"url": url}}
    assert message_fields(messages, settings()) == [
        {"role": "system", "content": "You drive a desktop."},
        {
            "role": "user",
            "content": [{"type": "text", "text": "Look:\n"}, image, {"type": "text", "text": "\n</tool_response>"}],
        },
        {"role": "assistant", "content": "Action: …"},
        {"role": "user", "content": "ab"},
        {"role": "user", "content": [image]},
    ]


def test_pixel_limits_sit_beside_the_picture_and_only_without_high_resolution():
    limited = settings(high_res=False, min_pixels=3136, max_pixels=1_000_000)
    [message] = message_fields([Message("user", (PICTURE,))], limited)
    [part] = message["content"]
    assert list(part) == ["type", "image_url", "min_pixels", "max_pixels"]
    assert (part["min_pixels"], part["max_pixels"]) == (3136, 1_000_000)
    assert list(part["image_url"]) == ["url"]
    assert "max_pixels" not in request_fields(limited, PROFILE)
    [message] = message_fields([Message("user", (PICTURE,))], settings(high_res=False))
    assert list(message["content"][0]) == ["type", "image_url"]
