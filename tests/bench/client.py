"""What the client adds to a request.

Against the same loopback server, in turn: a raw httpx post of the same bytes, and the client's own reply. For a stream:
from the moment the server sends the first piece of text to the moment it is told.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import httpx
from PIL import Image, ImageDraw

from actions.action import Size
from actions.brake import Brake
from agent.dialect import resolve
from agent.encode import encode_png
from agent.endpoint.client import EndpointModel, EndpointSettings
from agent.model import Message
from tests.bench.ours import MODEL
from tests.bench.report import Cell, Report, Table, Timing, spread_warnings
from tests.endpoint_server import Answer, EndpointServer, Events, Reply, Request, stream_lines
from tests.fakes import call

SIZES = (Size(1920, 1080), Size(3840, 2160))
REPLY = Reply(call("wait", time=1))


def run(count: int) -> Report:
    """`count` requests of each kind, at each size."""
    rows = tuple((f"{size.width}x{size.height}", _measure(size, count)) for size in SIZES)
    table = Table(
        "the client, ms: median (minimum, 90th percentile)",
        ("screen", "request, kB", "raw post", "reply of the client", "added", "stream: first token told after"),
        rows,
    )
    return Report((table,), (), spread_warnings([table]))


def _measure(size: Size, count: int) -> tuple[Cell, ...]:
    messages = (Message("user", ("look", encode_png(_desktop(size)))),)
    raw, ours, first = [], [], []
    with EndpointServer() as server:
        model = _model(server, stream=False)
        streaming = _model(server, stream=True)
        server.script = [REPLY] * 2
        model.reply(messages)
        body, headers = server.requests[0].body, server.requests[0].headers
        with httpx.Client() as client:
            url = f"{server.base_url}/chat/completions"
            keep = {name: value for name, value in headers.items() if name not in ("host", "content-length")}
            client.post(url, content=body, headers=keep)
            for _ in range(count):
                server.script = [REPLY] * 2
                raw.append(_milliseconds(lambda: client.post(url, content=body, headers=keep)))
                ours.append(_milliseconds(lambda: model.reply(messages)))
                first.append(_first_token(server, streaming, messages))
        model.close()
        streaming.close()
    added = statistics.median(o - r for o, r in zip(ours, raw, strict=True))
    return len(body) / 1000, Timing.of(raw), Timing.of(ours), added, Timing.of(first)


def _first_token(server: EndpointServer, model: EndpointModel, messages: tuple[Message, ...]) -> float:
    sent: list[float] = []
    told: list[float] = []

    def answer(_: Request) -> Answer:
        sent.append(time.perf_counter())
        return Events(stream_lines(REPLY))

    server.script = [answer]
    model.reply(messages, lambda *_: told.append(time.perf_counter()))
    return (told[0] - sent[0]) * 1000


def _model(server: EndpointServer, *, stream: bool) -> EndpointModel:
    return EndpointModel(resolve(MODEL), EndpointSettings(base_url=server.base_url, stream=stream), Brake())


def _milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def _desktop(size: Size) -> Image.Image:
    """A picture with the windows and texts of a desktop, about as hard to compress."""
    image = Image.effect_noise((size.width // 4, size.height // 4), 12).resize(size).convert("RGB")
    draw = ImageDraw.Draw(image)
    for number in range(6):
        left, top = number * size.width // 8, number * size.height // 10
        draw.rectangle((left, top, left + size.width // 2, top + size.height // 2), "#eef2f7", "#667788")
        for line in range(20):
            draw.text((left + 20, top + 20 + 16 * line), f"window {number}, line {line} of some text " * 3, "#223344")
    return image
