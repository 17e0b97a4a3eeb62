"""The request: what is asked of an endpoint besides the conversation, and both as chat-completions JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    SecretStr,
    ValidationError,
    model_validator,
)

from agent.dialect import ModelProfile
from agent.encode import EncodedImage
from agent.endpoint.access import checked_base_url
from agent.errors import UsageError
from agent.model import Message

MIN_PIXELS = 3136
MAX_PIXELS = 16_777_216
"""The most any family takes without high resolution."""
DEFAULT_WIRE: Literal["chat"] = "chat"
MAX_BUDGET = 81_920
"""Tokens of thought: the most any family has, by Model Studio's page "Visual reasoning"."""


class EndpointSettings(BaseModel):
    """How to reach an endpoint and what to ask of it. Building one raises `UsageError`, naming the option.

    None means that the field is not sent: the endpoint's own default holds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, hide_input_in_errors=True)

    wire: Literal["chat", "dashscope", "anthropic"] = DEFAULT_WIRE
    """The format (`agent.endpoint.wires`)."""
    base_url: str
    api_key: SecretStr | None = None
    allow_http: bool = False
    high_res: bool = True
    """`vl_high_resolution_images`: pictures are looked at up to the model's high cap."""
    min_pixels: Annotated[int, Field(ge=1, le=MAX_PIXELS)] | None = None
    max_pixels: Annotated[int, Field(ge=MIN_PIXELS, le=MAX_PIXELS)] | None = None
    """Only without `high_res`, which overrides it."""
    thinking: bool | None = None
    thinking_budget: Annotated[int, Field(ge=1, le=MAX_BUDGET)] | None = None
    """Tokens at which a thought is cut off; not without thinking."""
    temperature: Annotated[float, Field(ge=0, lt=2)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    top_k: Annotated[int, Field(ge=0)] | None = None
    presence_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    stream: bool = False
    timeout_seconds: Annotated[float, Field(gt=0, le=86_400)] = 180.0
    """For one reply, all tries together."""

    @model_validator(mode="wrap")
    @classmethod
    def _checked(cls, data: Any, handler: ModelWrapValidatorHandler[EndpointSettings]) -> EndpointSettings:  # noqa: ANN401
        try:
            settings = handler(data)
        except ValidationError as error:
            raise UsageError("; ".join(_line(problem) for problem in error.errors(include_input=False))) from None
        checked_base_url(settings.base_url, allow_http=settings.allow_http)
        if settings.temperature is not None and settings.top_p is not None:
            raise UsageError("--temperature and --top-p exclude each other: give one")
        if settings.high_res and (settings.max_pixels or settings.min_pixels):
            raise UsageError("--max-pixels needs --no-high-res, which it limits")
        if settings.thinking is False and settings.thinking_budget is not None:
            raise UsageError("--thinking-budget limits a thought that --no-thinking rules out: give one of them")
        return settings


def _line(problem: Any) -> str:  # noqa: ANN401 (pydantic's ErrorDetails)
    name = ".".join(str(part) for part in problem["loc"])
    option = "--model-timeout" if name == "timeout_seconds" else "--" + name.replace("_", "-")
    message = str(problem["msg"])
    return f"{option}: {message[0].lower()}{message[1:]}"


def request_fields(settings: EndpointSettings, profile: ModelProfile) -> dict[str, Any]:
    """The body's top-level fields without the messages; they hold no secret."""
    fields = {"model": profile.model, **asked_fields(settings)}
    if settings.stream:
        fields.update(stream=True, stream_options={"include_usage": True})
    return fields


def asked_fields(settings: EndpointSettings) -> dict[str, Any]:
    """What was asked of the model, under DashScope's names; only what was."""
    asked = {
        "vl_high_resolution_images": settings.high_res or None,
        "enable_thinking": settings.thinking,
        "thinking_budget": settings.thinking_budget,
        "temperature": settings.temperature,
        "top_p": settings.top_p,
        "top_k": settings.top_k,
        "presence_penalty": settings.presence_penalty,
    }
    return {name: value for name, value in asked.items() if value is not None}


def message_fields(messages: Sequence[Message], settings: EndpointSettings) -> list[dict[str, Any]]:
    """The messages as JSON: text alone is a string, with pictures it is a list of parts."""
    return [_message(message, settings) for message in messages]


def _message(message: Message, settings: EndpointSettings) -> dict[str, Any]:
    if all(isinstance(part, str) for part in message.parts):
        return {"role": message.role, "content": "".join(part for part in message.parts if isinstance(part, str))}
    return {"role": message.role, "content": [_part(part, settings) for part in message.parts]}


def _part(part: str | EncodedImage, settings: EndpointSettings) -> dict[str, Any]:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    return {"type": "image_url", "image_url": {"url": part.data_url()}, **pixel_limits(settings)}


def pixel_limits(settings: EndpointSettings) -> dict[str, int]:
    """What stands beside each picture; nothing with high resolution, which overrides it."""
    limits = {} if settings.high_res else {"min_pixels": settings.min_pixels, "max_pixels": settings.max_pixels}
    return {name: value for name, value in limits.items() if value is not None}
