"""The model behind an endpoint: one POST a reply, tried again where that may help. Its format is a `Wire`.

The only module that knows httpx. Redirects are never followed, a reply has one deadline for all its tries, its size
is bounded after decompression, and the key is in one header and nowhere else.
"""

from __future__ import annotations

import random
import time
import uuid
import weakref
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import httpx

from actions.brake import Brake
from agent.dialect import ModelProfile
from agent.endpoint.access import check_wire, is_dashscope, is_loopback
from agent.endpoint.failure import MOST_TRIES, PASSING, Failure, Kind, backoff, clean
from agent.endpoint.rate import Limiter
from agent.endpoint.request import EndpointSettings
from agent.endpoint.response import Reading
from agent.endpoint.splice import request_body
from agent.endpoint.wire import Wire
from agent.endpoint.wires import WIRES
from agent.errors import ModelError, UsageError
from agent.model import FailedTry, Message, ModelReply, OnDelta

CONNECT_SECONDS = 3.0
"""For one connection; three tries stay within about ten seconds."""
PROBE_SECONDS = 5.0
SESSION_HEADER = "x-dashscope-gui-session-id"


class EndpointModel:
    """Answers over the network. Close it, or let it go: its connections go with it."""

    def __init__(
        self,
        profile: ModelProfile,
        settings: EndpointSettings,
        brake: Brake,
        transport: httpx.BaseTransport | None = None,
        rng: random.Random | None = None,
    ) -> None:
        """Raises `UsageError` where the settings do not fit the model or the environment's proxy is unusable."""
        _check(profile, settings)
        self.session_id = str(uuid.uuid4())
        """One a task; the endpoint is told."""
        self._profile = profile
        self._settings = settings
        self._wire = WIRES[settings.wire]
        self._brake = brake
        self._rng = rng or random.Random()  # noqa: S311 (jitter)
        self._key = settings.api_key.get_secret_value() if settings.api_key else None
        self._url = settings.base_url.rstrip("/") + self._wire.path
        self._limiter = Limiter(settings.base_url, self._key, brake)
        self._client = _client(settings, transport)
        self._close = weakref.finalize(self, self._client.close)

    def close(self) -> None:
        """Close the connections. A second time does nothing."""
        self._close()

    def reply(self, messages: Sequence[Message], on_delta: OnDelta | None = None) -> ModelReply:
        """The reply to `messages`, after as many tries as its failures are worth and the deadline allows.

        `on_delta` is called from another thread, and again from the start after a broken stream.

        Raises:
            ModelError: one line with what the endpoint said and what to do about it.
            Stopped: the brake was pulled.
        """
        body = request_body(self._wire, messages, self._settings, self._profile)
        deadline = time.monotonic() + self._settings.timeout_seconds
        counts: Counter[Kind] = Counter()
        failures: list[FailedTry] = []
        while True:
            try:
                return replace(self._try(body, deadline, on_delta), failures=tuple(failures))
            except Failure as failure:
                counts[failure.kind] += 1
                try:
                    pause = self._pause(failure, counts, deadline)
                except ModelError as error:
                    error.failures = (*failures, FailedTry(failure.kind, str(failure), None, failure.usage))
                    raise
                failures.append(FailedTry(failure.kind, str(failure), pause, failure.usage))
                if on_delta is not None:
                    on_delta("retry", f"{failure}; the next try in {pause:.1f} s")
                self._brake.sleep(pause)
            except ModelError as error:  # the limiter has no place
                error.failures = tuple(failures)
                raise

    def _pause(self, failure: Failure, failures: Counter[Kind], deadline: float) -> float:
        """Seconds until the next try. Raises `ModelError` where there is none."""
        tries = failures.total()
        if failures[failure.kind] >= MOST_TRIES[failure.kind]:
            raise _given_up(failure, f"after {tries} tries" if tries > 1 else None)
        asked = failure.retry_after
        pause = asked or backoff(failures[failure.kind], self._rng)
        if time.monotonic() + pause >= deadline:
            wait = f"it asks to wait {asked:g} s, and " if asked else ""
            limit = f"--model-timeout {self._settings.timeout_seconds:g}"
            raise _given_up(failure, f"after {_count(tries)}: {wait}{limit} leaves no time for another")
        return pause

    def _try(self, body: bytes, deadline: float, on_delta: OnDelta | None) -> ModelReply:
        late = Failure("late", f"no reply within {self._settings.timeout_seconds:g} s (--model-timeout)")
        if time.monotonic() >= deadline:
            raise late
        exchange = _Exchange(self._client, self._url, self._headers(), self._wire, self._key, on_delta)
        try:
            with self._limiter.slot(deadline):
                left = deadline - time.monotonic()
                return self._brake.run(lambda: exchange.run(body, left), left)
        except TimeoutError:
            late.usage = exchange.so_far
            raise late from None
        except Failure as failure:
            failure.usage = exchange.so_far
            raise
        finally:
            exchange.abandoned = True

    def _headers(self) -> dict[str, str]:
        return {
            "Content-Type": "application/json",
            "Accept": "text/event-stream" if self._settings.stream else "application/json",
            # Replies are small; what is sent compressed all the same is inflated within bounds.
            "Accept-Encoding": "identity",
            "User-Agent": "gui-plus-agent",
            SESSION_HEADER: self.session_id,
            **self._wire.headers(self._key, stream=self._settings.stream),
        }


class _Exchange(Reading):
    """One request and its response, in a thread that may be left behind."""

    def __init__(
        self,
        client: httpx.Client,
        url: str,
        headers: dict[str, str],
        wire: Wire,
        key: str | None,
        on_delta: OnDelta | None,
    ) -> None:
        super().__init__(wire, key, on_delta)
        self._client = client
        self._url = url
        self._headers = headers

    def run(self, body: bytes, seconds: float) -> ModelReply:
        """The reply. `seconds` bounds each wait on the network; the caller bounds their sum. Raises `Failure`."""
        timeout = httpx.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS))
        answered = False
        try:
            with self._client.stream(
                "POST", self._url, content=body, headers=self._headers, timeout=timeout
            ) as response:
                answered = True
                return self.read(response.status_code, response.headers, self._raw(response))
        except httpx.HTTPError as error:
            raise self._transport_failure(error) from error
        except UnicodeError as error:
            if answered:
                raise
            # What the socket module makes of a host name with an empty part.
            raise Failure("unreachable", "the proxy named in the environment is no host name") from error

    def look(self) -> tuple[int, Mapping[str, str]]:
        """Status and headers of a GET, its body unread. Raises `Failure`."""
        try:
            with self._client.stream("GET", self._url, headers=self._headers, timeout=PROBE_SECONDS) as response:
                return response.status_code, response.headers
        except httpx.HTTPError as error:
            raise self._transport_failure(error) from error

    def _raw(self, response: httpx.Response) -> Iterator[bytes]:
        try:
            yield from response.iter_raw()
        except httpx.HTTPError as error:
            raise self._transport_failure(error) from error

    def _transport_failure(self, error: httpx.HTTPError) -> Failure:
        words = clean(self.redacted(str(error).encode("utf-8", "replace")).decode("utf-8", "replace"))
        words = words or type(error).__name__
        host = httpx.URL(self._url).netloc.decode("ascii")
        if isinstance(error, httpx.ProxyError):
            return Failure("unreachable", f"the proxy named in the environment does not reach {host}: {words}")
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            return Failure("unreachable", f"{host} cannot be reached ({words}): {_connect_cure(words)}")
        if isinstance(error, httpx.TimeoutException):
            return Failure("late", f"{host} did not go on in time (--model-timeout)")
        return Failure("broken", f"the connection to {host} broke ({words})")


def probe(settings: EndpointSettings) -> tuple[int, Mapping[str, str]]:
    """Status and headers (of any case) of a request for the list of models, which costs nothing.

    Raises `Failure` without an answer, `UsageError` where the environment's proxy or certificates are unusable.
    """
    wire, key = WIRES[settings.wire], settings.api_key.get_secret_value() if settings.api_key else None
    headers = {"Accept": "application/json", "User-Agent": "gui-plus-agent", **wire.headers(key, stream=False)}
    with _client(settings, None) as client:
        return _Exchange(client, f"{settings.base_url.rstrip('/')}/models", headers, wire, key, None).look()


def _check(profile: ModelProfile, settings: EndpointSettings) -> None:
    try:
        httpx.URL(settings.base_url)
    except httpx.InvalidURL as error:
        raise UsageError(f"--base-url: {clean(str(error))}") from error
    if settings.api_key is None and is_dashscope(settings.base_url):
        raise UsageError("there is no API key: set DASHSCOPE_API_KEY (or AGENT_API_KEY), or use --model offline")
    if settings.thinking is not None and not profile.dialect.thinking:
        raise UsageError(f"{profile.model} has no thinking to switch: leave out --thinking and --no-thinking")
    if settings.thinking_budget is not None and not profile.dialect.thinking:
        raise UsageError(f"{profile.model} has no thinking to limit: leave out --thinking-budget")
    check_wire(settings.base_url, settings.wire)
    WIRES[settings.wire].check(settings)
    if settings.max_pixels is not None and settings.max_pixels > profile.entry.max_pixels_high_res:
        raise UsageError(f"--max-pixels: {profile.model} looks at {profile.entry.max_pixels_high_res} pixels at most")


def _client(settings: EndpointSettings, transport: httpx.BaseTransport | None) -> httpx.Client:
    try:
        return httpx.Client(
            transport=transport,
            follow_redirects=False,
            # A proxy has no business between this machine and itself.
            trust_env=not is_loopback(settings.base_url),
        )
    except (ValueError, ImportError, OSError, httpx.InvalidURL) as error:
        # httpx reads HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE and the like when the client is built.
        raise UsageError(f"the environment's proxy or certificates cannot be used: {clean(str(error))}") from error


def _given_up(failure: Failure, how: str | None) -> ModelError:
    error = ModelError(f"the model endpoint failed: {failure}" + (f" (given up {how})" if how else ""))
    error.retryable = failure.kind in PASSING
    return error


def _count(tries: int) -> str:
    return "1 try" if tries == 1 else f"{tries} tries"


def _connect_cure(words: str) -> str:
    lowered = words.lower()
    if "certificate" in lowered:
        return "its certificate is not trusted here; name your own authority in SSL_CERT_FILE"
    if "ssl" in lowered or "tls" in lowered:
        return "it does not speak TLS as it should; check --base-url"
    return "check --base-url and the network"
