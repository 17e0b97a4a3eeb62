"""Where requests may go, and which key goes there."""

from __future__ import annotations

import pytest

from agent import arguments
from agent.dialect import resolve
from agent.endpoint.access import (
    REGIONS,
    api_key_for,
    checked_base_url,
    is_dashscope,
    is_loopback,
    region_base_url,
    region_warning,
)
from agent.errors import UsageError

BOTH = {"AGENT_API_KEY": "sk-agent", "DASHSCOPE_API_KEY": "sk-dash"}
DASH = {"DASHSCOPE_API_KEY": "sk-dash"}
WORKSPACE = "https://ws-1.cn-beijing.maas.aliyuncs.com/compatible-mode/v1"


def test_the_command_line_offers_these_regions():
    assert tuple(REGIONS) == arguments.REGIONS


def test_regions_have_base_urls_of_dashscope():
    for region, url in REGIONS.items():
        assert region_base_url(region) == checked_base_url(url) == url
        assert is_dashscope(url)
    with pytest.raises(UsageError, match=r"no region 'tokyo'.*beijing, singapore, virginia"):
        region_base_url("tokyo")


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://example.org/v1", "https://example.org/v1"),
        ("https://example.org/v1//", "https://example.org/v1"),
        ("https://example.org", "https://example.org"),
        ("https://example.org:8443/a/b.c/~d/%20", "https://example.org:8443/a/b.c/~d/%20"),
        ("http://localhost:11434/v1", "http://localhost:11434/v1"),
        ("http://127.0.0.1:1/v1", "http://127.0.0.1:1/v1"),
        ("http://127.9.9.9/v1", "http://127.9.9.9/v1"),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1"),
        ("HTTPS://Example.ORG/v1", "HTTPS://Example.ORG/v1"),
        ("https://my_host/v1", "https://my_host/v1"),
    ],
)
def test_good_base_urls(url, base):
    assert checked_base_url(url) == base


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org/v1",
        "ftp://example.org/v1",
        "file:///etc/passwd",
        "https://",
        "https:///v1",
        "https://example.org/v1?key=1",
        "https://example.org/v1#top",
        "https://example.org/v1\n",
        " https://example.org/v1",
        "https://exa mple.org",
        "https://example.org\\@evil.org",
        "https://example.org:0/v1",
        "https://example.org:65536/v1",
        "https://example.org:port/v1",
        "https://exämple.org/v1",
        "https://a..b/v1",
        "https://" + "a" * 64 + ".org",
        "https://" + "a." * 127 + "org",
        "https://[::1/v1",
        "https://[1:2]/v1",
        "https://[127.0.0.1]/v1",
        "javascript:alert(1)",
        "x" * 100_000,
    ],
)
def test_what_is_no_base_url(url):
    with pytest.raises(UsageError, match="base URL") as caught:
        checked_base_url(url, allow_http=True)
    assert len(str(caught.value)) < 300
    assert "\n" not in str(caught.value)


def test_a_name_and_password_in_the_url_are_refused_and_not_repeated():
    with pytest.raises(UsageError) as caught:
        checked_base_url("https://me:hunter2@example.org/v1")
    assert "hunter2" not in str(caught.value)
    assert "AGENT_API_KEY" in str(caught.value)


def test_the_path_of_the_call_is_not_part_of_the_base():
    with pytest.raises(UsageError, match=r"without /chat/completions: https://example.org/v1$"):
        checked_base_url("https://example.org/v1/chat/completions/")


@pytest.mark.parametrize(
    "url", ["http://example.org/v1", "http://10.0.0.1/v1", "http://localhost.example.org/v1", "http://127.1/v1"]
)
def test_plain_http_stays_on_this_machine(url):
    with pytest.raises(UsageError, match="--allow-http"):
        checked_base_url(url)
    assert checked_base_url(url, allow_http=True) == url


@pytest.mark.parametrize(
    ("url", "environ", "key"),
    [
        (REGIONS["beijing"], BOTH, "sk-agent"),
        (REGIONS["beijing"], DASH, "sk-dash"),
        (REGIONS["virginia"], DASH, "sk-dash"),
        (WORKSPACE, DASH, "sk-dash"),
        ("http://127.0.0.1:8000/v1", DASH, "sk-dash"),
        ("http://localhost:8000/v1", DASH, "sk-dash"),
        ("http://[::1]:8000/v1", DASH, "sk-dash"),
        ("https://example.org/v1", BOTH, "sk-agent"),
        ("https://example.org/v1", DASH, None),
        ("http://dashscope.aliyuncs.com/compatible-mode/v1", DASH, None),
        ("https://dashscope.aliyuncs.com.example.org/v1", DASH, None),
        ("https://example.org/dashscope.aliyuncs.com", DASH, None),
        ("https://dashscope.oss-cn-beijing.aliyuncs.com/v1", DASH, None),
        ("https://mine.aliyuncs.com/v1", DASH, None),
        ("https://mydashscope.aliyuncs.com/v1", DASH, None),
        ("https://maas.aliyuncs.com/v1", DASH, None),
        ("https://ws-1.ap-southeast-1.maas.aliyuncs.com/apps/anthropic", DASH, "sk-dash"),
        ("https://ws-1.example.maas.aliyuncs.com/v1", DASH, None),
        ("http://192.168.0.1:8000/v1", DASH, None),
        (REGIONS["beijing"], {}, None),
        (REGIONS["beijing"], {"DASHSCOPE_API_KEY": " \n"}, None),
        (REGIONS["beijing"], {"AGENT_API_KEY": "", **DASH}, "sk-dash"),
        (REGIONS["beijing"], {"DASHSCOPE_API_KEY": " sk-dash\r\n"}, "sk-dash"),
    ],
)
def test_which_key_goes_where(url, environ, key):
    assert api_key_for(url, environ) == key


@pytest.mark.parametrize("key", ["sk-a b", "sk-a\nX-Evil: 1", "sk-ключ", "sk-a\x00", "sk-é"])
def test_a_key_no_header_can_hold_is_named_but_not_shown(key):
    with pytest.raises(UsageError, match="DASHSCOPE_API_KEY holds characters") as caught:
        api_key_for(REGIONS["beijing"], {"DASHSCOPE_API_KEY": key})
    assert "sk-" not in str(caught.value)


def test_loopback():
    assert is_loopback("http://127.0.0.1:1/v1")
    assert not is_loopback("https://127.0.0.1.example.org/v1")
    assert not is_loopback("nonsense")


@pytest.mark.parametrize(
    ("model", "url", "warned"),
    [
        ("gui-plus-2026-02-26", REGIONS["beijing"], False),
        ("gui-plus-2026-02-26", WORKSPACE, False),
        ("gui-plus-2026-02-26", REGIONS["singapore"], True),
        ("gui-plus", REGIONS["virginia"], True),
        ("gui-plus", "https://ws-1.cn-hangzhou.maas.aliyuncs.com/v1", True),
        ("gui-plus", "http://127.0.0.1:8000/v1", False),
        ("qwen3-vl-plus", REGIONS["singapore"], False),
    ],
)
def test_gui_plus_outside_beijing_is_warned_of(model, url, warned):
    warning = region_warning(resolve(model), url)
    assert (warning is not None) is warned
    if warning:
        assert "--region beijing" in warning
