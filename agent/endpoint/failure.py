"""What goes wrong between us and an endpoint: its kind decides whether it is tried again, and how often.

kind          tries  cause
refused           1  the request itself: 400, 401, 403, 404 and their like; asking again changes nothing
redirected        1  3xx: the key must not follow
late              1  the total deadline of one reply
garbled           3  a reply that is none: not JSON, HTML, too big, no choices
unreachable       3  no connection: refused, DNS, TLS, proxy
quota             4  429 worded as a spent quota, which DashScope also says when it throttles
broken            5  the connection ended before the reply did
busy             10  408, 409, 425, 429, 5xx, Throttling
"""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Any, Literal

from agent.model import Usage

Kind = Literal["refused", "redirected", "late", "garbled", "unreachable", "quota", "broken", "busy"]

MOST_TRIES: Mapping[Kind, int] = MappingProxyType(
    {
        "refused": 1,
        "redirected": 1,
        "late": 1,
        "garbled": 3,
        "unreachable": 3,
        "quota": 4,
        "broken": 5,
        "busy": 10,
    }
)
PASSING: frozenset[Kind] = frozenset({"late", "unreachable", "quota", "broken", "busy"})
"""Kinds that may be gone a minute later."""
FIRST_BACKOFF = 0.5
"""Seconds; doubled with each failure."""
MAX_BACKOFF = 20.0
MAX_WORDS = 300
"""Characters of the endpoint's own message that are shown."""
BUSY_STATUS = frozenset({408, 409, 425, 429})
BUSY_CODES = frozenset({"overloaded_error", "rate_limit_error"})
"""Besides Throttling…: what the Messages format calls it, also in the middle of a stream."""
_BUSY = "the endpoint is overloaded or throttles; try again later"

_CURES: Mapping[int, str] = MappingProxyType(
    {
        400: "check the options, and that the model takes them",
        401: "check the API key, and that it belongs to this region (--region)",
        403: "check that the API key may use this model, and that it belongs to this region (--region)",
        404: "check the model's name (--model), the base URL and its format (--wire)",
        413: "send smaller pictures: --no-high-res, or --max-pixels with it",
        415: "check the base URL and its format (--wire)",
        422: "check the options, and that the model takes them",
    }
)


class Failure(Exception):  # noqa: N818 (it becomes a ModelError when no further try is left)
    """One try that failed; the text is one line for the person, without the key."""

    def __init__(self, kind: Kind, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.kind: Kind = kind
        self.retry_after = retry_after
        self.usage = Usage()
        """What the try took, as far as it is known."""


def failure_of(status: int, headers: Mapping[str, str], body: bytes) -> Failure:
    """What a status other than success means. `headers` are looked up in lower case."""
    if 300 <= status < 400:
        target = clean(headers.get("location", "an unnamed place"), 120)
        return Failure(
            "redirected",
            f"HTTP {status}: the endpoint points to {target}, and redirects are not followed: "
            "name the right --base-url",
        )
    code, words, request_id = server_words(body)
    request_id = headers.get("x-request-id") or headers.get("request-id") or request_id
    said = " ".join(part for part in (f"HTTP {status}", code) if part) + (f": {words}" if words else "")
    if request_id:
        said += f" (request id {clean(request_id, 80)})"
    kind, cure = _kind(status, code)
    return Failure(kind, f"{said}; {cure}", retry_after(headers) if kind in ("busy", "quota") else None)


def sent_error(body: bytes) -> Failure:
    """What an error means that came with the status 200, as a body or as an event of a stream."""
    code, words, request_id = server_words(body)
    named = f" (request id {request_id})" if request_id else ""
    said = f"the endpoint sent an error instead of a reply: {' '.join((code, words)).strip()}{named}"
    kind, cure = _kind_by_code(code)
    return Failure(kind or "garbled", f"{said}; {cure}" if cure else said)


def _kind(status: int, code: str) -> tuple[Kind, str]:
    kind, cure = _kind_by_code(code)
    if kind == "quota":
        return kind, cure
    if status in BUSY_STATUS or status >= 500:
        return "busy", _BUSY
    if kind is not None:
        return kind, cure
    return "refused", _CURES.get(status, "the endpoint does not take this request; check --base-url and --model")


def _kind_by_code(code: str) -> tuple[Kind | None, str]:
    """What a code says whatever the status is; None, "" where it says nothing of its own."""
    lowered = code.lower()
    if "insufficient_quota" in lowered:
        return "quota", "the quota is spent, or requests are throttled: see the account, or wait"
    if lowered.startswith("throttling") or lowered in BUSY_CODES:
        return "busy", _BUSY
    if lowered == "arrearage":
        return "refused", "the account is in arrears"
    if lowered.replace("_", "").startswith("datainspection"):
        return "refused", "the endpoint's content check refused the screen or the task"
    return None, ""


def server_words(body: bytes) -> tuple[str, str, str]:
    """Code, message and request id of an error body, each "" where it does not say; shown, never trusted.

    DashScope answers a request for a stream with an event (`event:error`, `data:{…}`), whatever the status.
    """
    if event := re.match(rb"(?:(?:id|event|)[ \t]*:[^\n]*\n)*data:([^\n]*)", body):
        body = event[1]
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        # An error page: its text is of no use to anyone, but a short plain message may be.
        text = body[:2000].decode("utf-8", "replace")
        return "", "" if "<" in text else clean(text), ""
    outer: dict[str, Any] = data if isinstance(data, dict) else {}
    error = outer.get("error")
    inner: dict[str, Any] = error if isinstance(error, dict) else outer
    message = error if isinstance(error, str) else _first(inner, "message", "detail")
    return (
        clean(_first(inner, "code", "type"), 80),
        clean(message),
        clean(_first(outer, "request_id", "requestId") or _first(inner, "request_id"), 80),
    )


def _first(data: Mapping[str, Any], *names: str) -> str:
    return next((str(data[name])[:2000] for name in names if data.get(name) is not None), "")


def clean(text: str, length: int = MAX_WORDS) -> str:
    """`text` on one line, without control and other invisible characters, cut to `length`."""
    line = " ".join("".join(character if character.isprintable() else " " for character in text[: 8 * length]).split())
    return line if len(line) <= length else f"{line[: length - 1]}…"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds the endpoint asks to wait, from a number or a date; None where it asks nothing readable."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value):
        return float(value)
    then = _date(value)
    if then is None:
        return None
    # By the endpoint's own clock where it says it: ours may be wrong.
    now = _date(headers.get("date", "")) or datetime.now(UTC)
    return max(0.0, (then - now).total_seconds())


def _date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def backoff(failures: int, rng: random.Random) -> float:
    """Seconds to wait after that many failures (from 1): exponential with full jitter."""
    return rng.uniform(0, min(MAX_BACKOFF, FIRST_BACKOFF * math.ldexp(1, min(failures, 10) - 1)))
