"""Our own program as the bench drives it: in this process by its public functions, or whole, as `agent run`.

Whatever the bench knows of the code stands here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

import prompts
from actions.brake import Brake
from actions.desktop import DesktopExecutor
from agent.conversation import Conversation
from agent.dialect import ModelProfile, resolve
from agent.encode import encode
from agent.endpoint.client import EndpointModel, EndpointSettings
from agent.loop import Loop
from agent.parts import Parts, Plan
from agent.permission.consent import PolicyConsent
from agent.permission.policy import Policy
from agent.screen import DesktopScreen
from agent.settle import ScreenSettler
from tests.fakes import call

ROOT = Path(__file__).parents[2]
MODEL = "gui-plus-2026-02-26"
CLI = (sys.executable, "-c", "import sys; from agent.cli import main; sys.exit(main())")
END_SECONDS = 20


def profile() -> ModelProfile:
    """Of the model that the bench speaks to."""
    return resolve(MODEL)


def completion(text: str) -> bytes:
    """The body of a reply."""
    message = {"role": "assistant", "content": text}
    usage = {"prompt_tokens": 3000, "completion_tokens": 60, "total_tokens": 3060}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return json.dumps(
        {"id": "1", "object": "chat.completion", "model": MODEL, "choices": [choice], "usage": usage}
    ).encode()


class Wall(httpx.BaseTransport):
    """Where requests end: each is taken whole and answered at once."""

    def __init__(self) -> None:
        self.arrived = 0.0
        """When the last one was there, by `time.perf_counter`."""
        self.body = b""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Take one."""
        self.body = request.read()
        self.arrived = time.perf_counter()
        stream = httpx.ByteStream(completion(call("wait", time=1)))
        return httpx.Response(200, headers={"content-type": "application/json"}, stream=stream)


class FrameToRequest:
    """Captures, encodes, builds the conversation and has the client send it, to where the network would begin."""

    def __init__(self) -> None:
        known = profile()
        self._cap = known.pixel_cap(high_res=True)
        self._screen = DesktopScreen()
        self._conversation = Conversation("do it", known, prompts.load(known.dialect.prompt), self._cap)
        self._wall = Wall()
        settings = EndpointSettings(base_url="http://127.0.0.1:9/v1")
        self._model = EndpointModel(known, settings, Brake(), self._wall)

    def __call__(self) -> tuple[float, int]:
        """Seconds from the call to the whole request, and its bytes."""
        started = time.perf_counter()
        image = encode(self._screen.capture(), max_pixels=self._cap)
        self._model.reply(self._conversation.messages((), image, None))
        return self._wall.arrived - started, len(self._wall.body)

    def close(self) -> None:
        """Close the client."""
        self._model.close()


def loop_on(base_url: str, steps: int) -> tuple[Loop, EndpointModel]:
    """A run of at most so many steps on the present display, in this process, and its model."""
    brake = Brake()
    known = profile()
    screen = DesktopScreen()
    model = EndpointModel(known, EndpointSettings(base_url=base_url), brake)
    parts = Parts(
        screen=screen,
        model=model,
        consent=PolicyConsent(Policy(), "never", None),
        executor=DesktopExecutor(brake, lambda _: None),
        settler=ScreenSettler(screen, brake),
        brake=brake,
    )
    plan = Plan(
        task="type lines",
        profile=known,
        system_prompt=prompts.load(known.dialect.prompt),
        cap=known.pixel_cap(high_res=True),
        max_steps=steps + 2,
    )
    return Loop(plan, parts), model


@dataclass
class Run:
    """`agent run` in a process of its own, by the lines that `--json` prints."""

    process: subprocess.Popen[str]
    lines: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    """Each with the wall clock's time at which it was read."""

    def of(self, event: str) -> list[tuple[float, dict[str, Any]]]:
        """The lines of that event."""
        return [line for line in list(self.lines) if line[1]["event"] == event]

    def wait(self, seconds: float) -> int:
        """Its exit code, once all its lines are read."""
        code = self.process.wait(seconds)
        self.reader.join(END_SECONDS)
        return code

    def start_reading(self) -> None:
        """Take its lines as they come."""
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append((time.time(), json.loads(line)))


@contextmanager
def agent_run(base_url: str, *options: str, max_steps: int = 10_000) -> Iterator[Run]:
    """`agent run` on DISPLAY against that endpoint; ended with the context."""
    with tempfile.TemporaryDirectory(prefix="run-") as folder:
        fixed = ("--json", "--quiet", "--approve", "never", "--on-human", "ignore", "--no-stream")
        where = ("--model", MODEL, "--base-url", base_url, "--max-steps", str(max_steps))
        run = Run(
            subprocess.Popen(
                [*CLI, "run", "do it", *where, *fixed, *options],
                env=environment() | {"XDG_CONFIG_HOME": folder},
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        run.start_reading()
        try:
            yield run
        finally:
            run.process.terminate()
            run.wait(END_SECONDS)


def environment() -> dict[str, str]:
    """Ours without settings of the person's, and with the sources in the path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AGENT_", "DASHSCOPE_"))}
    return kept | {"PYTHONPATH": str(ROOT)}
