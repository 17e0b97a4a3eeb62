"""Where the endpoint is, and which key goes there. Keys come from the environment and go nowhere else."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from types import MappingProxyType

from agent.dialect import ModelProfile
from agent.errors import UsageError

REGIONS: Mapping[str, str] = MappingProxyType(
    {
        "beijing": "https://dashscope.aliyuncs.com/compatible-mode/v1",
        "singapore": "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
        "virginia": "https://dashscope-us.aliyuncs.com/compatible-mode/v1",
    }
)
"""Base URLs of DashScope for chat completions. A key is bound to its region."""
DEFAULT_REGION = "beijing"
BASES: Mapping[str, str] = MappingProxyType(
    {"chat": "/compatible-mode/v1", "dashscope": "/api/v1", "anthropic": "/apps/anthropic"}
)
"""The path of DashScope's base URL for each format (`--wire`): as the official clients of each have it."""
ENDPOINTS = ("/chat/completions", "/services/aigc/multimodal-generation/generation", "/v1/messages")
"""What comes after a base URL, in one format or the other."""
AGENT_KEY = "AGENT_API_KEY"
DASHSCOPE_KEY = "DASHSCOPE_API_KEY"

# Narrow on purpose: what is not plainly a URL could be read one way here and another way by the client.
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[\w-]{1,63}(?:\.[\w-]{1,63})*\.?|\[[0-9a-f:.]+\])"
    r"(?::(?P<port>[0-9]{1,5}))?(?:/[\w.~%-]*)*",
    re.IGNORECASE | re.ASCII,
)
# Not *.aliyuncs.com: other people's buckets and functions live under that.
# A workspace's own host names its region: {workspace}.cn-beijing.maas…, {workspace}.ap-southeast-1.maas….
_DASHSCOPE = re.compile(
    r"dashscope(-[a-z0-9]+)?\.aliyuncs\.com|[a-z0-9-]+\.[a-z]{2}-[a-z]+(-[0-9]+)?\.maas\.aliyuncs\.com"
)
_BEIJING = re.compile(r"dashscope\.aliyuncs\.com|[a-z0-9-]+\.cn-beijing\.maas\.aliyuncs\.com")


def checked_base_url(url: str, *, allow_http: bool = False) -> str:
    """`url` without a slash at its end, if requests and keys may go there.

    Raises:
        UsageError: not an http(s) URL, one with a name, a password or a query in it, or plain http to a host that is
            not this machine.
    """
    if "@" in url:
        raise UsageError(f"the base URL must not hold a name or a password: put the key in {AGENT_KEY}")
    match = _URL.fullmatch(url)
    if match is None or not 0 < int(match["port"] or 443) < 65536 or not _is_address(match["host"]):
        raise UsageError(f"{_quoted(url)} is not a base URL: give one like {REGIONS[DEFAULT_REGION]}")
    base = url.rstrip("/")
    for end in ENDPOINTS:
        if base.endswith(end):
            raise UsageError(f"give the base URL alone, without {end}: {base.removesuffix(end)}")
    if match["scheme"].lower() == "http" and not allow_http and not is_loopback(url):
        raise UsageError(
            f"{match['host']} would be sent screenshots and key without encryption: use https, or --allow-http"
        )
    return base


def region_base_url(region: str, wire: str = "chat") -> str:
    """The base URL of a DashScope region for one format. Raises `UsageError`."""
    if region not in REGIONS:
        raise UsageError(f"there is no region {_quoted(region)}; --region takes one of: {', '.join(REGIONS)}")
    return REGIONS[region].removesuffix(BASES["chat"]) + BASES[wire]


def check_wire(base_url: str, wire: str) -> None:
    """Raises `UsageError` where `base_url` is DashScope's for another format."""
    base = base_url.rstrip("/")
    if is_dashscope(base) and not base.endswith(BASES[wire]):
        for other, path in BASES.items():
            if base.endswith(path):
                raise UsageError(
                    f"{_quoted(base)} is for --wire {other}; for --wire {wire} it is "
                    f"{base.removesuffix(path)}{BASES[wire]}"
                )


def api_key_for(base_url: str, environ: Mapping[str, str]) -> str | None:
    """The key to send to `base_url`, or None.

    `AGENT_API_KEY` if set, else `DASHSCOPE_API_KEY`, which goes to DashScope's hosts and to this machine alone.
    Raises `UsageError` for a key that no header can hold; its text never shows the key.
    """
    name = AGENT_KEY
    if not environ.get(name, "").strip():
        name = DASHSCOPE_KEY
        if not (is_dashscope(base_url) or is_loopback(base_url)):
            return None
    key = environ.get(name, "").strip()
    if not re.fullmatch(r"[!-~]*", key):
        raise UsageError(f"{name} holds characters that no key has (spaces, line ends or accents): copy it again")
    return key or None


def is_dashscope(base_url: str) -> bool:
    """Whether `base_url` is DashScope's, over https."""
    match = _URL.fullmatch(base_url)
    return (
        match is not None and match["scheme"].lower() == "https" and bool(_DASHSCOPE.fullmatch(match["host"].lower()))
    )


def is_loopback(base_url: str) -> bool:
    """Whether `base_url` is on this machine."""
    match = _URL.fullmatch(base_url)
    if match is None:
        return False
    host = match["host"].lower().strip("[]")
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def region_warning(profile: ModelProfile, base_url: str) -> str | None:
    """What to tell the person where DashScope does not have the model in that region; None where all is well."""
    match = _URL.fullmatch(base_url)
    if not (profile.entry.beijing_only and is_dashscope(base_url) and match) or _BEIJING.fullmatch(
        match["host"].lower()
    ):
        return None
    return f"{profile.model} lives in Beijing only, and {match['host']} is elsewhere: use --region beijing"


def _is_address(host: str) -> bool:
    if len(host) > 253:
        return False
    if not host.startswith("["):
        return True
    try:
        return ipaddress.ip_address(host[1:-1]).version == 6
    except ValueError:
        return False


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 80 else f"{text[:79]}…")
