"""Whatever stands in a reply, a recording, a policy or a configuration: an answer or one named error, and soon.

Good inputs are damaged at random: cut, doubled, spliced, bytes changed. `FUZZ_EXAMPLES=20000 pytest tests/test_fuzz.py`
tries that many of each kind; the test suite tries a few hundred.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import os
import shutil
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.action import Size
from actions.errors import ReplyError
from actions.keys import KeysError, parse_keys
from actions.parse import parse_reply
from agent.arguments import build_parser, option_actions
from agent.config import run_options
from agent.endpoint.completion import read_completion
from agent.endpoint.failure import Failure
from agent.errors import AgentError
from agent.live.baselines import Baselines
from agent.live.settings import live_settings
from agent.permission.policy import Policy
from agent.recording.session import read_session
from agent.replay.offline import replay_offline

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "200"))
MOST_SECONDS = 1.0
"""Of this process's own time, for one input: a machine that is busy must not fail a test."""
ROOT = Path(__file__).parents[1]
FORM = ROOT / "recordings" / "form"
SPACE = Size(1000, 1000)

REPLIES = [case["reply"] for case in tomllib.loads((ROOT / "tests" / "reply_corpus.toml").read_text("utf-8"))["case"]]
LINES = (FORM / "session.jsonl").read_bytes()
POLICY = b"""
[[rule]]
decision = "deny"
action = ["key", "type"]
keys = "ctrl+alt+*"
text = "rm -rf|(a+)+$"
[[rule]]
decision = "ask"
region = [0, 0, 200, 100]
"""
CONFIG = b"""
model = "gui-plus"
max-steps = 12
temperature = 0.5
virtual = "1280x800"
launch = ["xterm -e sh", "true"]
no-record = true
"""
REPLAY = b"""
virtual = "1280x800"
launch = ["python tests/apps/launcher.py"]
[[exclude]]
area = [0, 0, 200, 30]
step = 2
[[check]]
text = "Saved"
"""
BASELINES = b'{"steps": {"1": [{"picture": "' + b"a" * 64 + b'", "box": [0, 0, 9, 9], "at": [3, 3], "how": "image"}]}}'

JUNK = [
    *(
        b'"',
        b"{",
        b"}",
        b"[" * 50,
        b"\\u0000",
        b"\xff",
        b"\r\n",
        b"[[rule]]",
        b"</tool_call>",
        b"<tool_call>",
        b"<think>",
    ),
    *(b"NaN", b"1e999", b"-1", b"9" * 400, b"null", b"true", b"../../etc/passwd", b"=", b"#", b"'", b'"""', b"\x1b[2J"),
]


@st.composite
def damaged(draw: st.DrawFn, good: bytes) -> bytes:
    """`good` with a few random changes."""
    data = good
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 40)))
        other = draw(st.integers(0, len(data)))
        piece = draw(
            st.one_of(st.just(b""), st.sampled_from(JUNK), st.binary(max_size=8), st.just(data[other : other + 30]))
        )
        data = data[:start] + piece + data[end:]
    return data


def fuzz(*goods: bytes) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A test of any number of damaged inputs."""
    data = st.one_of(*(damaged(good) for good in goods))
    quiet = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    return lambda test: settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=quiet)(
        given(data=data)(test)
    )


@contextlib.contextmanager
def soon() -> Iterator[None]:
    started = time.process_time()
    yield
    assert time.process_time() - started < MOST_SECONDS


@fuzz(*(reply.encode() for reply in REPLIES))
def test_a_reply_is_an_action_or_an_error(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    with soon(), contextlib.suppress(ReplyError):
        parsed = parse_reply(text, space=SPACE)
        place = getattr(parsed.action, "coordinate", None)
        assert place is None or all(math.isfinite(n) and 0 <= n <= 1000 for n in place)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.text(alphabet=st.characters(exclude_characters='{}<>"'), max_size=400))
def test_prose_is_never_an_action(text: str) -> None:
    with soon(), pytest.raises(ReplyError):
        parse_reply(text, space=SPACE)


@fuzz(*(b"ctrl+alt+delete", b"['ctrl', 'a']", b'["shift+F10"]', "ctrl++ Strg+ä 回车".encode()))
def test_keys_are_keys_or_an_error(data: bytes) -> None:
    with soon(), contextlib.suppress(KeysError):
        names = parse_keys(data.decode("utf-8", "replace"))
        assert names
        assert parse_keys(names) == names


@fuzz(b'{"choices":[{"message":{"content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":5}}')
def test_a_completion_is_a_reply_or_a_failure(data: bytes) -> None:
    with soon(), contextlib.suppress(Failure):
        read_completion(data)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(FORM, tmp_path_factory.mktemp("fuzz") / "form"))


@fuzz(LINES, *LINES.splitlines(keepends=True)[:6])
def test_a_recording_is_read_or_refused(data: bytes, folder: Path) -> None:
    (folder / "session.jsonl").write_bytes(data)
    with soon(), contextlib.suppress(AgentError):
        read_session(folder)
        replay_offline(folder)


@fuzz(POLICY)
def test_a_policy_is_read_or_refused(data: bytes, folder: Path) -> None:
    path = folder / "policy.toml"
    path.write_bytes(data)
    with soon(), contextlib.suppress(AgentError):
        Policy.read(path)


@fuzz(CONFIG)
def test_a_configuration_is_read_or_refused(data: bytes, folder: Path) -> None:
    path = folder / "config.toml"
    path.write_bytes(data)
    with soon(), contextlib.suppress(AgentError):
        run_options({"task": "x", "config": str(path)}, ACTIONS, {})


@fuzz(REPLAY)
def test_replay_settings_are_read_or_refused(data: bytes, folder: Path) -> None:
    (folder / "session.jsonl").write_bytes(LINES)
    (folder / "replay.toml").write_bytes(data)
    session = read_session(folder)
    with soon(), contextlib.suppress(AgentError):
        live_settings(session)


@fuzz(BASELINES)
def test_baselines_are_read_or_refused(data: bytes, folder: Path) -> None:
    (folder / "baselines.json").write_bytes(data)
    with soon(), contextlib.suppress(AgentError):
        Baselines(folder)


ACTIONS: dict[str, argparse.Action] = option_actions(build_parser(), "run")
