"""The endpoint asked whether it is there: for its list of models, which costs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from agent.endpoint import _client
from agent.failure import Failure, clean
from agent.request import EndpointSettings
from agent.wires import WIRES

ANSWER_SECONDS = 5.0


def probe(settings: EndpointSettings) -> tuple[int, Mapping[str, str]]:
    """The status and the headers, names in lower case, of a GET whose body is not read. No redirect is followed.

    Raises:
        Failure: there is no answer.
        UsageError: the environment's proxy or certificates cannot be used.
    """
    url = f"{settings.base_url.rstrip('/')}/models"
    key = settings.api_key.get_secret_value() if settings.api_key else None
    headers = {"User-Agent": "gui-plus-agent", "Accept": "application/json"}
    headers |= WIRES[settings.wire].headers(key, stream=False)
    with _client(settings, None) as client:
        try:
            with client.stream("GET", url, headers=headers, timeout=ANSWER_SECONDS) as response:
                return response.status_code, dict(response.headers)
        except Exception as error:  # httpx's own, which the endpoint's module alone knows
            words = clean(str(error)) or type(error).__name__
            raise Failure("unreachable", f"{urlsplit(url).netloc} cannot be reached ({words})") from error
