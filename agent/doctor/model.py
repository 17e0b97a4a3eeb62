"""`agent doctor` about the model: which one, with which key, through which proxy, and whether its endpoint answers."""

from __future__ import annotations

import importlib.util
import re
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from pydantic import SecretStr

from actions.brake import Brake
from agent.choose import choose_model
from agent.dialect import DEFAULT_MODEL, OFFLINE_MODEL, ModelProfile, resolve
from agent.doctor.diagnosis import Finding, problem
from agent.endpoint.access import (
    AGENT_KEY,
    DASHSCOPE_KEY,
    DEFAULT_REGION,
    api_key_for,
    checked_base_url,
    is_dashscope,
    is_loopback,
    region_base_url,
    region_warning,
)
from agent.endpoint.failure import Failure
from agent.endpoint.request import DEFAULT_WIRE, EndpointSettings
from agent.errors import ModelError, UsageError
from agent.options import RunOptions

CLOCK_SECONDS = 300
"""A clock further off than this is told: certificates and Retry-After dates are judged by it."""
PROXIES = ("https", "http", "all")
"""Those of which the client reads HTTPS_PROXY and its like."""
_HOST = re.compile(r"[\w-]+(\.[\w-]+)*\.?|[0-9a-f:.]+", re.ASCII)
SET_A_KEY = f"set {DASHSCOPE_KEY} (Model Studio's console, region Beijing), or use --model offline"
ENDPOINT_CURE = "check the network, the proxy and --base-url"


@dataclass(frozen=True)
class Asked:
    """The model and the endpoint that a run with these options and this environment would ask."""

    model: str
    profile: ModelProfile
    base_url: str
    key_name: str | None
    """The variable that the key comes from; None where no key would be sent."""
    by_default: bool
    """Nobody named the model."""

    @property
    def offline(self) -> bool:
        """Whether the built-in model answers."""
        return self.model == OFFLINE_MODEL

    @property
    def host(self) -> str:
        """The endpoint's, with its port where one is given."""
        return urlsplit(self.base_url).netloc

    @property
    def needs_key(self) -> bool:
        """Whether a run would not begin without a key."""
        return not self.offline and self.key_name is None and is_dashscope(self.base_url)


def asked(options: RunOptions, environ: Mapping[str, str]) -> Asked:
    """What a run would ask. Raises `UsageError`."""
    base_url = options.base_url or region_base_url(options.region or DEFAULT_REGION, options.wire or DEFAULT_WIRE)
    base_url = checked_base_url(base_url, allow_http=options.allow_http)
    key = api_key_for(base_url, environ)
    own = AGENT_KEY if environ.get(AGENT_KEY, "").strip() else DASHSCOPE_KEY
    name = options.model or (DEFAULT_MODEL if key else OFFLINE_MODEL)
    return Asked(name, resolve(name, options.profile), base_url, own if key else None, by_default=options.model is None)


def check_model(
    options: RunOptions, asked: Asked, environ: Mapping[str, str], brake: Brake, *, proxy_works: bool
) -> Finding:
    """Whether a run can be set up with the model, and what is known of it."""
    # A run would raise what this raises; that the key is missing, or the proxy wrong, is said elsewhere.
    told = asked.needs_key or not proxy_works
    profile = asked.profile if told else choose_model(options, brake, environ).profile
    space = "0…1000" if profile.dialect.coordinate_space == "relative" else "pixels"
    detail = f"{asked.model}, dialect {profile.dialect.name}, coordinates {space}"
    if asked.offline:
        return Finding("model", "ok", f"{detail}: no AI, it reads the screen and follows explicit instructions")
    if warning := region_warning(profile, asked.base_url):
        return Finding("model", "warning", warning.partition(": ")[0], "use --region beijing")
    prices = profile.entry.prices
    cost = f"{prices.input:g} and {prices.output:g} CNY for 1M tokens" if prices else "prices unknown"
    return Finding("model", "ok", f"{detail}, {cost}")


def check_key(asked: Asked, environ: Mapping[str, str]) -> Finding:
    """Where the key comes from and to whom it would go. Its text is never said."""
    if asked.offline:
        if asked.by_default:
            return Finding("key", "warning", "none is set: the offline model would answer", SET_A_KEY)
        return Finding("key", "ok", "the offline model needs none")
    if asked.key_name is not None:
        return Finding("key", "ok", f"from {asked.key_name}, for {asked.host} alone")
    if asked.needs_key:
        return problem("key", f"{asked.model} at {asked.host} needs a key", SET_A_KEY, UsageError.exit_code)
    withheld = f" ({DASHSCOPE_KEY} is for DashScope's hosts)" if environ.get(DASHSCOPE_KEY, "").strip() else ""
    detail = f"none is sent to {asked.host}{withheld}"
    if is_loopback(asked.base_url):
        return Finding("key", "ok", detail)
    return Finding("key", "warning", detail, f"set {AGENT_KEY} if it asks for one")


def check_proxy(asked: Asked) -> Finding:
    """Which proxy of the environment the requests go through, without its name and password."""
    if asked.offline or is_loopback(asked.base_url):
        return Finding("proxy", "ok", "none is used" + ("" if asked.offline else " to reach this machine itself"))
    address, proxies = urlsplit(asked.base_url), urllib.request.getproxies()
    places = {name: _proxy_place(proxies[name]) for name in PROXIES if name in proxies}
    # One that is not for this endpoint keeps the client from being built all the same.
    for name, place in places.items():
        if place is None:
            cure = f"set {name.upper()}_PROXY to a URL like http://proxy.example:3128, or unset it"
            return problem("proxy", f"{name.upper()}_PROXY holds no URL of a proxy", cure, UsageError.exit_code)
        if place.startswith("socks") and not importlib.util.find_spec("socksio"):
            cure = "pip install socksio, or use an http proxy"
            return problem("proxy", f"{place} needs the package socksio", cure, UsageError.exit_code)
    used = next((name for name in (address.scheme, "all") if name in places), None)
    if used is None or urllib.request.proxy_bypass(address.hostname or ""):
        return Finding("proxy", "ok", "none")
    return Finding("proxy", "ok", f"{places[used]} ({used.upper()}_PROXY)")


def _proxy_place(proxy: str) -> str | None:
    """Scheme, host and port of a proxy's URL, no more; None where it is none."""
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https", "socks5", "socks5h") or not host or not _HOST.fullmatch(host):
        return None
    place = f"{parts.scheme}://{f'[{host}]' if ':' in host else host}"
    return place if port is None else f"{place}:{port}"


def check_endpoint(asked: Asked, options: RunOptions, environ: Mapping[str, str]) -> list[Finding]:
    """Whether the endpoint answers, how fast, and what time it has. A list of models is asked for: it costs nothing."""
    if asked.offline:
        return [Finding("endpoint", "ok", "the offline model needs none")]
    from agent.endpoint.client import probe

    key = api_key_for(asked.base_url, environ)
    settings = EndpointSettings(
        wire=options.wire or DEFAULT_WIRE,
        base_url=asked.base_url,
        api_key=SecretStr(key) if key else None,
        allow_http=options.allow_http,
    )
    started = time.monotonic()
    try:
        status, headers = probe(settings)
    except Failure as failure:
        return [_no_answer(asked, failure)]
    milliseconds = round((time.monotonic() - started) * 1000)
    return [_endpoint(asked, status, headers, milliseconds), _clock(headers.get("date"))]


def _no_answer(asked: Asked, failure: Failure) -> Finding:
    if failure.kind == "late":
        return problem("endpoint", f"{asked.host} does not answer", ENDPOINT_CURE, ModelError.exit_code)
    detail, parted, cure = str(failure).rpartition("): ")
    if parted:
        return problem("endpoint", f"{detail})", cure, ModelError.exit_code)
    return problem("endpoint", str(failure), ENDPOINT_CURE, ModelError.exit_code)


def _endpoint(asked: Asked, status: int, headers: Mapping[str, str], milliseconds: int) -> Finding:
    answer = f"{asked.host} answers in {milliseconds} ms (HTTP {status})"
    failed = ModelError.exit_code
    if 300 <= status < 400:
        detail = f"{asked.host} redirects elsewhere (HTTP {status}), which is not followed"
        return problem("endpoint", detail, "give --base-url as the endpoint itself has it", failed)
    if status in (401, 403):
        return _refused(asked, status, answer)
    if 200 <= status < 300 and "html" in headers.get("content-type", "").lower():
        detail = f"{answer} with a web page: there is no API"
        return problem("endpoint", detail, "check --base-url, and whether the network asks for a login", failed)
    if status == 429:
        return Finding("endpoint", "warning", f"{answer}: too many requests", "wait a minute, or check the quota")
    if status >= 500:
        return problem("endpoint", f"{answer}: it is out of order", "try again later, or check --base-url", failed)
    return Finding("endpoint", "ok", answer)


def _refused(asked: Asked, status: int, answer: str) -> Finding:
    if asked.needs_key:
        return Finding("endpoint", "ok", f"{answer}: it asks for the key")
    if asked.key_name is None:
        return problem("endpoint", f"{answer}: it asks for a key", f"set {AGENT_KEY}", UsageError.exit_code)
    region = ", and that it belongs to this region (--region)" if is_dashscope(asked.base_url) else ""
    detail = f"{asked.host} refuses the key from {asked.key_name} (HTTP {status})"
    return problem("endpoint", detail, f"check {asked.key_name}{region}", UsageError.exit_code)


def _clock(date: str | None) -> Finding:
    try:
        theirs = parsedate_to_datetime(date or "")
    except ValueError:
        return Finding("clock", "ok", "not compared: the endpoint names no time")
    if theirs.tzinfo is None:
        theirs = theirs.replace(tzinfo=UTC)
    off = (datetime.now(UTC) - theirs).total_seconds()
    if abs(off) <= CLOCK_SECONDS:
        return Finding("clock", "ok", "as the endpoint's" if abs(off) < 2 else f"{abs(off):.0f} s off the endpoint's")
    way = "ahead of" if off > 0 else "behind"
    detail = f"{abs(off) / 60:.0f} min {way} the endpoint's: certificates and waiting times are judged by it"
    return Finding("clock", "warning", detail, "set the clock (Linux: timedatectl set-ntp true)")
