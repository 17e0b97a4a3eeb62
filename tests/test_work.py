"""How much is done a step: captures, encodings, requests, bytes, imports and tokens, counted and never timed."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

import prompts
from actions.action import GroundedAction, Size
from actions.brake import Brake
from actions.executor import Outcome
from agent import encode as encoding
from agent import pictures as picturing
from agent import resting
from agent.conversation import Conversation, Turn
from agent.dialect import DEFAULT_MODEL, resolve
from agent.encode import EncodedImage, encode, fit
from agent.endpoint.client import EndpointModel, EndpointSettings
from agent.events import StepFinished
from agent.loop import Loop
from agent.parts import Parts, Plan
from agent.pictures import Pictures
from agent.recording.recorder import Recorder
from agent.screen import Screenshot
from agent.settle import ScreenSettler
from agent.tokens import prompt_tokens
from tests.fakes import FakeConsent, FakeExecutor, FakeScreen, call, painted

STEPS = 12
WINDOW = 4
SCREEN = Size(320, 200)


class Clock(Brake):
    """Waiting moves the clock, and nothing else does."""

    now = 0.0

    def sleep(self, seconds: float) -> None:
        self.check()
        self.now += seconds


@dataclass
class World(FakeScreen):
    """A screen that each action but the idle ones changes, 20 ms later, and that tells when it is drawn."""

    clock: Clock
    idle: frozenset[int] = frozenset()
    captures: int = 0
    _acted: int = 0
    _at: float = 0.0
    _told: int = 0
    _shown: int = 0

    def act(self, _: GroundedAction) -> Outcome:
        self._acted += 1
        self._at = self.clock.now
        return Outcome("done")

    def capture(self) -> Screenshot:
        self.captures += 1
        self._draw()
        # Of about the same size as a file, whichever it is.
        return painted(*SCREEN, boxes=[(10 + 8 * self._shown, 40, 60, 60)])

    def changed(self) -> bool:
        self._draw()
        told, self._told = self._told, self._shown
        return told != self._shown

    def close(self) -> None:
        pass

    def _draw(self) -> None:
        if self._acted not in self.idle and self.clock.now >= self._at + 0.02:
            self._shown = self._acted


@dataclass
class Work:
    """What a run did."""

    counts: Counter[str] = field(default_factory=Counter)
    steps: list[Counter[str]] = field(default_factory=list)
    """What each step added."""
    bodies: list[bytes] = field(default_factory=list)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(resting, "time", type("Time", (), {"monotonic": staticmethod(lambda: clock.now)}))
    return clock


def counted(name: str, work: Work, do: Callable[..., Any]) -> Callable[..., Any]:
    def counting(*arguments: Any, **options: Any) -> Any:
        work.counts[name] += 1
        return do(*arguments, **options)

    return counting


@pytest.fixture
def run(clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Work]:
    """A recorded run of `STEPS` clicks against an endpoint that answers at once; `idle` ones change nothing."""

    def running(*idle: int) -> Work:
        work, world = Work(), World(clock, frozenset(idle))
        monkeypatch.setattr("pybase64.b64encode", counted("base64", work, base64.b64encode))
        monkeypatch.setattr(picturing, "encode_whole", counted("whole", work, encoding.encode_whole))

        def answer(request: httpx.Request) -> httpx.Response:
            work.counts["requests"] += 1
            work.bodies.append(request.content)
            number = len(work.bodies)
            return completion(call("left_click", coordinate=[500, 10 * number]))

        pictures = Pictures(counted("sent", work, encode))
        profile = resolve(DEFAULT_MODEL)
        settings = EndpointSettings(base_url="http://127.0.0.1:9/v1")
        parts = Parts(
            screen=world,
            model=EndpointModel(profile, settings, Brake(), transport=httpx.MockTransport(answer)),
            consent=FakeConsent(),
            executor=FakeExecutor(world.act),
            settler=ScreenSettler(world, clock, drawings=world, foresee=pictures.foresee),
            brake=clock,
            encode=pictures.sent,
        )
        plan = Plan("t", profile, prompts.load(profile.dialect.prompt), cap=10**7, max_steps=STEPS)
        recorder = Recorder(tmp_path, "work", pictures.kept)
        before: Counter[str] = Counter()
        for event in Loop(plan, parts).run():
            recorder.handle(event)
            if isinstance(event, StepFinished):
                work.counts["captures"] = world.captures
                work.steps.append(work.counts - before)
                before = work.counts.copy()
        recorder.close()
        pictures.close()
        return work

    return running


def completion(text: str) -> httpx.Response:
    message = {"role": "assistant", "content": text}
    body = {"choices": [{"message": message, "finish_reason": "stop"}], "usage": {}}
    return httpx.Response(200, stream=httpx.ByteStream(json.dumps(body).encode()))


def test_a_step_takes_three_captures_one_encoding_of_each_kind_and_one_request(run: Callable[..., Work]) -> None:
    work = run()
    assert work.counts["requests"] == len(work.steps) == STEPS
    # Before acting, when something was drawn, at the end of the wait; and one at the beginning of the run.
    assert work.counts["captures"] == 1 + 3 * STEPS
    # A frame that was foreseen may be encoded in the step before; the last is, and is never sent.
    assert work.counts["sent"] == work.counts["whole"] == STEPS + 1


def test_a_picture_goes_to_base64_once_however_often_it_is_sent(run: Callable[..., Work]) -> None:
    work = run()
    sent = [body.count(b"data:image/jpeg;base64,") for body in work.bodies]
    assert sent[-1] == 1 + WINDOW
    assert work.counts["base64"] == STEPS


def test_a_frame_that_has_not_changed_is_neither_encoded_nor_converted_again(run: Callable[..., Work]) -> None:
    work = run(3, 4, 8)
    assert work.counts["requests"] == STEPS
    assert work.counts["sent"] == work.counts["whole"] == STEPS + 1 - 3
    assert work.counts["base64"] == STEPS - 3
    # Nothing is drawn: it is looked at before acting and at the end of the wait.
    assert work.counts["captures"] == 1 + 3 * STEPS - 3


def test_a_request_does_not_grow_once_the_window_is_full(run: Callable[..., Work]) -> None:
    sizes = [len(body) for body in run().bodies]
    full = sizes[WINDOW:]
    assert max(full) < 1.1 * min(full)
    assert max(sizes) < 60_000


@pytest.mark.parametrize("model", ["gui-plus-2026-02-26", "qwen3-vl-plus", "qwen3.5-plus"])
@pytest.mark.parametrize(("budget", "share"), [(None, 4.5), (1024, 7)])
def test_the_tokens_of_a_step_grow_by_a_line_alone_and_are_a_part_of_keeping_everything(
    model: str, budget: int | None, share: float
) -> None:
    """With a full window. Lines are short here; a fifth is out of reach with four old pictures of 1920x1080."""
    profile, screen = resolve(model), Size(1920, 1080)
    cap = profile.pixel_cap(high_res=True)
    conversation = Conversation("t", profile, prompts.load(profile.dialect.prompt), cap)
    picture = EncodedImage(b"", "image/jpeg", fit(screen, profile.sent_pixels(screen, cap, budget)))
    turns: list[Turn] = []
    each: list[int] = []
    for number in range(50):
        kept = [turn.aged() if n < len(turns) - conversation.window else turn for n, turn in enumerate(turns)]
        each.append(prompt_tokens(conversation.messages(kept, picture, None), profile, cap))
        turns.append(Turn(picture, call("left_click", coordinate=[1, 2]), f"Click {number}", None))
    full = each[WINDOW + 1 :]
    assert max(full) - min(full) < 0.1 * min(full)
    everything = sum(each[0] + number * profile.image_tokens(screen, cap) for number in range(50))
    assert sum(each) <= everything / share


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """Modules loaded by `agent --help` beyond those of an empty interpreter."""

    def modules(code: str) -> set[str]:
        say = "sys.stderr.write(' '.join(sys.modules))"
        command = [sys.executable, "-c", f"import sys\n{code}\n{say}"]
        done = subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=True)
        return set(done.stderr.split())

    help_ = "from agent.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass"
    return modules(help_) - modules("")


def test_help_loads_its_own_modules_and_little_else(loaded: set[str]) -> None:
    assert {name for name in loaded if name.partition(".")[0] in ("agent", "actions", "prompts")} == {
        *("agent", "agent.arguments", "agent.cli", "agent.values")
    }
    assert len(loaded) < 40, sorted(loaded)
