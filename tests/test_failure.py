"""Failures by kind: what is tried again, how long is waited, and what the person reads."""

from __future__ import annotations

import json
import random
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.endpoint.failure import (
    MAX_BACKOFF,
    MOST_TRIES,
    PASSING,
    Kind,
    backoff,
    clean,
    failure_of,
    retry_after,
    server_words,
)


def error(code="some_code", message="some message", **more):
    return json.dumps({"error": {"code": code, "message": message}, **more}).encode()


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "InvalidParameter", "refused"),
        (400, "Arrearage", "refused"),
        (400, "data_inspection_failed", "refused"),
        (400, "Throttling", "busy"),
        (401, "invalid_api_key", "refused"),
        (403, "AccessDenied", "refused"),
        (404, "model_not_found", "refused"),
        (408, "", "busy"),
        (409, "", "busy"),
        (413, "", "refused"),
        (422, "", "refused"),
        (429, "", "busy"),
        (429, "Throttling.RateQuota", "busy"),
        (429, "insufficient_quota", "quota"),
        (418, "", "refused"),
        (500, "InternalError", "busy"),
        (502, "", "busy"),
        (503, "", "busy"),
        (504, "", "busy"),
        (599, "", "busy"),
        (301, "", "redirected"),
        (307, "", "redirected"),
    ],
)
def test_kind_by_status_and_code(status, code, kind):
    assert failure_of(status, {}, error(code)).kind == kind


@pytest.mark.parametrize(
    ("status", "named"),
    [
        (400, ["options"]),
        (401, ["key", "region"]),
        (403, ["key", "region"]),
        (404, ["--model", "base URL"]),
        (413, ["--no-high-res"]),
        (429, ["later"]),
        (503, ["later"]),
        (302, ["--base-url"]),
    ],
)
def test_the_message_names_status_code_words_request_and_cure(status, named):
    failure = failure_of(
        status, {"location": "https://example.org/login"}, error("oops", "it went wrong", request_id="r-9")
    )
    said = [f"HTTP {status}", *named]
    if status != 302:
        said += ["oops: it went wrong", "(request id r-9)"]
    for part in said:
        assert part in str(failure)


def test_a_redirect_names_where_it_points():
    assert "https://example.org/login" in str(failure_of(302, {"location": "https://example.org/login"}, b""))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (error("c", "m", request_id="r"), ("c", "m", "r")),
        (b'{"code": "c", "message": "m", "request_id": "r"}', ("c", "m", "r")),
        (b'{"error": {"type": "t", "message": "m"}}', ("t", "m", "")),
        (b'{"error": {"code": null, "type": "t", "message": "m"}}', ("t", "m", "")),
        (b'{"error": {"code": 429, "message": {"a": 1}}}', ("429", "{'a': 1}", "")),
        (b'{"error": "just text"}', ("", "just text", "")),
        (b'{"detail": "Not Found"}', ("", "Not Found", "")),
        (b"plain words", ("", "plain words", "")),
        (b"<html><body>Bad gateway</body></html>", ("", "", "")),
        (b"", ("", "", "")),
        (b"[1, 2]", ("", "", "")),
        (b"[" * 100_000, ("", "[" * 299 + "…", "")),
        (b"\xff\xfe", ("", "��", "")),
    ],
)
def test_the_endpoints_words(body, words):
    assert server_words(body) == words


@given(st.binary(max_size=300), st.integers(300, 599))
def test_any_error_body_gives_one_short_line(body, status):
    line = str(failure_of(status, {"x-request-id": "r\n1" * 100}, body))
    assert line.isprintable()
    assert len(line) < 800


def test_clean_takes_control_characters_and_cuts():
    assert clean("a\r\n\tb\x00\x1b[31m\u202ec\u2028d") == "a b [31m c d"
    assert clean("x" * 1000, 10) == "x" * 9 + "…"
    assert clean("点击 😀") == "点击 😀"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "86400"}, 86400),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "1e3"}, None),
        ({"retry-after": "9" * 400}, None),
        ({"retry-after": "٣"}, None),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 30),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:30", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 30),
        ({"retry-after": "Wed, 21 Oct 2026 07:27:00 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 0),
        ({"retry-after": "Wed, 21 Oct 1970 07:27:00 GMT", "date": "nonsense"}, 0),
        ({"retry-after": "Wed, 99 Oct 2026 07:28:30 GMT"}, None),
        ({"retry-after": "Wed, 21 Oct 99999 07:28:30 GMT"}, None),
    ],
)
def test_retry_after(headers, seconds):
    assert retry_after(headers) == seconds


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_retry_after_is_seconds_or_nothing(value, date):
    seconds = retry_after({"retry-after": value, "date": date})
    assert seconds is None or seconds >= 0


def test_retry_after_is_read_where_it_may_help_only():
    headers = {"retry-after": "7"}
    assert failure_of(429, headers, error()).retry_after == 7
    assert failure_of(429, headers, error("insufficient_quota")).retry_after == 7
    assert failure_of(503, headers, b"").retry_after == 7
    assert failure_of(401, headers, error()).retry_after is None


def test_backoff_is_full_jitter_under_a_doubling_bound():
    class Most(random.Random):
        def uniform(self, a, b):
            assert a == 0
            return b

    assert [backoff(n, Most()) for n in range(1, 9)] == [0.5, 1, 2, 4, 8, 16, 20, 20]
    assert backoff(10_000, Most()) == MAX_BACKOFF


def test_every_kind_has_its_tries():
    assert set(MOST_TRIES) == set(get_args(Kind))
    assert set(MOST_TRIES) >= PASSING
