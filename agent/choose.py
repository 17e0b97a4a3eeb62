"""Which model a run asks, and how: from the options and the environment."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

import prompts
from actions.brake import Brake
from agent.dialect import DEFAULT_MODEL, OFFLINE_MODEL, ModelProfile, Prices, resolve
from agent.endpoint.access import DEFAULT_REGION, api_key_for, is_dashscope, region_base_url, region_warning
from agent.endpoint.request import DEFAULT_WIRE, EndpointSettings
from agent.errors import UsageError
from agent.model import Model
from agent.options import RunOptions

MAX_PROMPT_BYTES = 200_000


@dataclass(frozen=True)
class Choice:
    """A model, and all that a run must know to speak with it."""

    model: Model
    profile: ModelProfile
    system_prompt: str
    cap: int
    """The most pixels of a picture it looks at."""
    image_tokens: int | None
    """The most tokens a picture may cost."""
    session_id: str
    endpoint: str | None
    """Its base URL; None for the offline model."""
    wire: str | None
    """Its format; None for the offline model."""
    request: dict[str, Any]
    """The request's fields besides the messages."""
    warnings: tuple[str, ...]


def choose_model(options: RunOptions, brake: Brake, environ: Mapping[str, str]) -> Choice:
    """The model the options ask for. Raises `UsageError`."""
    base_url = options.base_url or region_base_url(options.region or DEFAULT_REGION, options.wire or DEFAULT_WIRE)
    name, warnings = options.model, list[str]()
    if name is None:
        name = DEFAULT_MODEL if api_key_for(base_url, environ) else OFFLINE_MODEL
        if name == OFFLINE_MODEL:
            warnings.append(
                "no DASHSCOPE_API_KEY is set, so the offline model is used: it is no AI, it reads the screen and "
                "follows explicit instructions"
            )
    profile = _priced(resolve(name, options.profile), options, base_url)
    prompt = _system_prompt(options, profile)
    if name == OFFLINE_MODEL:
        return _offline(options, profile, prompt, brake, warnings)
    return _online(options, profile, prompt, base_url, brake, environ, warnings)


def _priced(profile: ModelProfile, options: RunOptions, base_url: str) -> ModelProfile:
    """The model at the price the person names; else at Model Studio's, where it is asked there."""
    if options.price is not None:
        profile = profile.priced(Prices(**dict(zip(("input", "output", "cached"), options.price, strict=False))))
    elif profile.model != OFFLINE_MODEL and not is_dashscope(base_url):
        profile = profile.priced(None)
    if options.max_cost is not None and profile.entry.prices is None:
        raise UsageError(f"--max-cost needs a price, and that of {profile.model} is unknown here: give --price IN,OUT")
    return profile


def _offline(options: RunOptions, profile: ModelProfile, prompt: str, brake: Brake, warnings: list[str]) -> Choice:
    from agent.offline.model import OfflineModel

    meaningless = [flag for flag, value in _endpoint_options(options).items() if value is not None]
    if options.model is not None and meaningless:
        raise UsageError(f"{', '.join(meaningless)} means nothing to the offline model: leave it out, or name another")
    if profile.dialect.name != DEFAULT_MODEL:
        raise UsageError(f"the offline model speaks the dialect {DEFAULT_MODEL} alone: leave --profile out")
    return Choice(
        model=OfflineModel(brake),
        profile=profile,
        system_prompt=prompt,
        cap=profile.pixel_cap(high_res=True),
        image_tokens=None,
        session_id=str(uuid.uuid4()),
        endpoint=None,
        wire=None,
        request={},
        warnings=tuple(warnings),
    )


def _endpoint_options(options: RunOptions) -> dict[str, object]:
    """What only an endpoint understands, None where it was not given."""
    return {
        "--base-url": options.base_url,
        "--region": options.region,
        "--wire": options.wire,
        "--thinking": options.thinking,
        "--thinking-budget": options.thinking_budget,
        "--temperature": options.temperature,
        "--top-p": options.top_p,
        "--top-k": options.top_k,
        "--presence-penalty": options.presence_penalty,
        "--max-pixels": options.max_pixels,
        "--image-tokens": options.image_tokens,
        "--old-pictures": options.old_pictures,
        "--price": options.price,
        "--allow-http": options.allow_http or None,
        "--no-high-res": None if options.high_res else False,
    }


def _online(
    options: RunOptions,
    profile: ModelProfile,
    prompt: str,
    base_url: str,
    brake: Brake,
    environ: Mapping[str, str],
    warnings: list[str],
) -> Choice:
    from agent.endpoint.client import EndpointModel
    from agent.endpoint.wires import WIRES

    if options.image_tokens is not None and profile.dialect.coordinate_space != "relative":
        raise UsageError(
            f"--image-tokens needs a dialect whose coordinates go from 0 to 1000; that of {profile.model} counts pixels"
        )
    if options.old_pictures is not None and profile.dialect.history != "turns":
        raise UsageError(f"--old-pictures has no meaning: the dialect of {profile.model} tells old steps in words")
    settings = _settings(options, base_url, environ)
    model = EndpointModel(profile, settings, brake)
    if warning := region_warning(profile, base_url):
        warnings.append(warning)
    return Choice(
        model=model,
        profile=profile.windowed(options.old_pictures),
        system_prompt=prompt,
        cap=profile.pixel_cap(options.high_res, options.max_pixels),
        image_tokens=options.image_tokens,
        session_id=model.session_id,
        endpoint=base_url,
        wire=settings.wire,
        request=WIRES[settings.wire].fields(settings, profile),
        warnings=tuple(warnings),
    )


def _settings(options: RunOptions, base_url: str, environ: Mapping[str, str]) -> EndpointSettings:
    key = api_key_for(base_url, environ)
    if key is None and is_dashscope(base_url):
        raise UsageError(
            f"{options.model} needs a key: set DASHSCOPE_API_KEY (from Model Studio's console), or use --model offline"
        )
    return EndpointSettings(
        wire=options.wire or DEFAULT_WIRE,
        base_url=base_url,
        api_key=SecretStr(key) if key else None,
        allow_http=options.allow_http,
        high_res=options.high_res,
        max_pixels=options.max_pixels,
        thinking=options.thinking,
        thinking_budget=options.thinking_budget,
        temperature=options.temperature,
        top_p=options.top_p,
        top_k=options.top_k,
        presence_penalty=options.presence_penalty,
        stream=sys.stderr.isatty() if options.stream is None else options.stream,
        timeout_seconds=options.model_timeout,
    )


def _system_prompt(options: RunOptions, profile: ModelProfile) -> str:
    path = options.system_prompt
    if path is None:
        return prompts.load(profile.dialect.prompt)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read the system prompt {path}: {error.strerror or error}") from error
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"the system prompt {path} is not UTF-8 text") from error
    if not text.strip() or len(data) > MAX_PROMPT_BYTES:
        raise UsageError(f"the system prompt {path} is {'empty' if not text.strip() else 'too long (200 kB at most)'}")
    return text
