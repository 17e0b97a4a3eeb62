"""Secrets: what is typed is the value, and it stands nowhere else, in no encoding and in no picture."""

from __future__ import annotations

import base64
import html
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from PIL import Image, ImageChops
from pydantic import SecretStr

from actions import action as act
from actions.action import GroundedAction
from actions.brake import Brake
from actions.executor import Outcome
from agent.conversation import Conversation
from agent.dialect import resolve
from agent.errors import UsageError
from agent.events import SessionEnded
from agent.model import Message, ModelReply, ToolCall, Usage
from agent.offline.grammar import understand
from agent.offline.instructions import TypeText
from agent.recording.session import find_sessions, read_session
from agent.screen import DesktopScreen, Screenshot
from agent.secrecy.executor import SecretExecutor
from agent.secrecy.scrub import ScrubbedModel, Scrubber, StreamScrubber
from agent.secrecy.typed import TypedAreas
from agent.secrecy.values import Secrets, read_secrets
from agent.verdict import LiveWays, judge_live
from agent.virtual import VirtualDisplay
from tests.apps.programs import APPS, SinkWindow, chromium_page, wait_until
from tests.endpoint_server import EndpointServer, Reply, Request
from tests.fakes import FakeExecutor, FakeScreen, painted
from tests.test_run import SCREEN, Agent, Script

KEYS = "Tr0ub4dor <\"&3'\\x>/"
"""The keyboard has all of it."""
VALUES = {"keys": KEYS, "pasted": 'pä"s\\s <w> 世界😀 é'}
GREY = (128, 128, 128)


def spellings(value: str) -> Iterator[str]:
    """The value in every form a file or a message might hold it in."""
    yield from (value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1])
    yield json.dumps(json.dumps(value))[3:-3]
    yield from (
        quote(value, safe=""),
        quote(value, safe="", encoding="utf-8").replace("%C3", "%c3"),
        quote_plus(value),
        quote(value),
    )
    yield from (html.escape(value), html.escape(value, quote=False), ascii(value)[1:-1], repr(value.encode())[2:-1])
    yield value.encode().hex()
    for offset in range(3):
        data = bytes(offset) + value.encode()
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(data).decode()[-(-8 * offset // 6) : 8 * len(data) // 6]


def assert_nowhere(value: str, *places: str | bytes | Path) -> None:
    """No place, and no file below a path, holds the value in any form, whatever the case of its escapes."""
    for place in places:
        if isinstance(place, Path):
            assert_nowhere(value, *(str(path) for path in place.rglob("*")))
            assert_nowhere(value, *(path.read_bytes() for path in place.rglob("*") if path.is_file()))
            continue
        text = place if isinstance(place, str) else place.decode("utf-8", "replace")
        assert not [form for form in spellings(value) if form in text]


# --- values ----------------------------------------------------------------------------------------------------------


def test_a_value_comes_from_the_environment_and_is_not_shown() -> None:
    secrets = read_secrets(["PASSWORD"], {"PASSWORD": KEYS})
    assert secrets.names == ("PASSWORD",)
    assert secrets.filled("x {{PASSWORD}} {{ PASSWORD }}") == f"x {KEYS} {KEYS}"
    assert_nowhere(KEYS, repr(secrets), str(secrets))


def test_a_value_comes_from_the_first_line_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(f"{VALUES['pasted']}\r\nmore\n", encoding="utf-8")
    file.chmod(0o600)
    secrets = read_secrets([f"PASSWORD=@{file}"], {"PASSWORD": "another"})
    assert secrets.filled("{{PASSWORD}}") == VALUES["pasted"]
    assert secrets.warnings == ()
    file.chmod(0o644)
    (warning,) = read_secrets([f"PASSWORD=@{file}"], {}).warnings
    assert "chmod 600" in warning
    assert_nowhere(VALUES["pasted"], warning)


def test_a_value_comes_from_the_keyring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "keyring").mkdir()
    (tmp_path / "keyring" / "__init__.py").write_text(
        "def get_password(service, user):\n"
        "    return {('gui-plus-agent', 'PASSWORD'): 'from the ring'}.get((service, user))\n"
    )
    (tmp_path / "keyring" / "errors.py").write_text(
        "class KeyringError(Exception): pass\nclass NoKeyringError(KeyringError): pass\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    try:
        assert read_secrets(["PASSWORD"], {}).filled("{{PASSWORD}}") == "from the ring"
        with pytest.raises(UsageError, match="no value for --secret OTHER"):
            read_secrets(["OTHER"], {})
    finally:
        for name in ("keyring", "keyring.errors"):
            sys.modules.pop(name, None)


@pytest.mark.parametrize(
    ("given", "environ", "words"),
    [
        ("PASSWORD", {}, "set the environment variable PASSWORD"),
        ("PASSWORD", {"PASSWORD": ""}, "no value"),
        ("PASSWORD", {"PASSWORD": "abc"}, "shorter than 4"),
        ("PASSWORD", {"PASSWORD": "abcd\nefgh"}, "control character"),
        ("PASSWORD", {"PASSWORD": "x" * 5000}, "longer than"),
        ("PASSWORD=canary-value", {}, "never stands on the command line"),
        ("password", {"password": "canary-value"}, "capitals"),
        ("PASSWORD=@/nowhere/at/all", {}, "No such file"),
        ("PASSWORD=@/dev/null", {}, "no regular file"),
        ("DASHSCOPE_API_KEY", {"DASHSCOPE_API_KEY": "sk-canary"}, "model's key"),
    ],
)
def test_what_is_no_secret_is_said_without_its_value(given: str, environ: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        read_secrets([given], environ)
    for value in ("canary", "abcd", "xxxxx"):
        assert value not in str(caught.value)


def test_environment_and_file_name_secrets_too_and_a_missing_one_ends_the_run(tmp_path: Path) -> None:
    named = Agent("run", "x", "--model", "offline", env={"AGENT_SECRET": "NOWHERE", "DISPLAY": ""}, cwd=tmp_path).wait()
    (tmp_path / "config.toml").write_text('secret = ["PASSWORD", "ELSEWHERE"]\nredact = "0,0,9,9"\n')
    env = {"PASSWORD": KEYS, "DISPLAY": ""}
    listed = Agent("run", "x", "--model", "offline", "--config", "config.toml", env=env, cwd=tmp_path).wait()
    written = Agent("run", "x", "--secret", f"PASSWORD={KEYS}", env=env, cwd=tmp_path).wait()
    assert (named.code, listed.code, written.code) == (2, 2, 2)
    assert "no value for --secret NOWHERE" in named.stderr
    assert "no value for --secret ELSEWHERE" in listed.stderr
    assert_nowhere(KEYS, named.stderr, listed.stderr, written.stderr, listed.stdout, written.stdout)


# --- texts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [*VALUES.values(), "\\\\\\\\", "C:\\new\\", "abcd", "a+b c%d", "äöüß"])
def test_a_value_is_found_in_every_form(value: str) -> None:
    scrubber = Scrubber([("{{NAME}}", value)])
    for form in spellings(value):
        assert scrubber.text(f"before {form} after") == "before {{NAME}} after", form
    padded = base64.b64encode(f"user:{value}, and more".encode()).decode()
    assert_nowhere(value, scrubber.text(padded))


def test_other_texts_stay_as_they_are() -> None:
    scrubber = Scrubber([("{{NAME}}", KEYS)])
    for text in ("", KEYS[:-1], KEYS[1:], json.dumps({"action": "type", "text": "{{NAME}}"}), "\\" * 99):
        assert scrubber.text(text) == text


@pytest.mark.timeout(20)
@pytest.mark.parametrize("value", ["\\\\\\\\x", "!\"'\"'\"'", "aaaaaaaa", "      x"])
def test_long_texts_are_no_trap(value: str) -> None:
    scrubber = Scrubber([("{{NAME}}", value)])
    for text in ("\\" * 50_000, "a" * 50_000, " " * 50_000, "%25" * 20_000, "\\u" * 20_000):
        scrubber.text(text)


def test_a_longer_secret_goes_before_one_within_it() -> None:
    scrubber = Scrubber([("{{A}}", "word"), ("{{B}}", "password")])
    assert scrubber.text("password and word") == "{{B}} and {{A}}"


def test_every_text_of_an_event_is_clean() -> None:
    scrubber = Scrubber([("{{A}}", KEYS)])
    event = SessionEnded(
        status="success", exit_code=0, answer=KEYS, reason=quote(KEYS), steps=1, usage=Usage(), cost=0, recording=None
    )
    assert_nowhere(KEYS, json.dumps(scrubber.event(event).line()))


def test_pieces_of_a_reply_are_clean_wherever_they_are_cut() -> None:
    scrubber = Scrubber([("{{A}}", KEYS)])
    said = f"I see {json.dumps(KEYS)} there, " + "and go on at length. " * 30
    for size in (1, 2, 7, 50):
        heard: list[str] = []
        stream = StreamScrubber(scrubber, lambda kind, piece, heard=heard: heard.append(piece))
        for at in range(0, len(said), size):
            stream("text", said[at : at + size])
            assert "Tr0ub" not in "".join(heard)
        stream("reasoning", "x")
        assert "".join(heard) == scrubber.text(said)


def test_a_model_neither_hears_nor_says_a_value() -> None:
    class Parrot:
        def reply(self, messages: tuple[Message, ...], on_delta: object = None) -> ModelReply:
            self.heard = messages
            return ModelReply(text=KEYS, reasoning=KEYS, tool_calls=(ToolCall("f", json.dumps({"text": KEYS})),))

    parrot = Parrot()
    reply = ScrubbedModel(parrot, Scrubber([("{{A}}", KEYS)])).reply([Message("user", (f"it is {KEYS}",))])
    assert parrot.heard[0].parts == ("it is {{A}}",)
    assert (reply.text, reply.reasoning) == ("{{A}}", "{{A}}")
    assert json.loads(reply.tool_calls[0].arguments) == {"text": "{{A}}"}


def test_a_model_is_told_of_secrets_only_where_there_are_some() -> None:
    from agent.encode import encode

    image = encode(painted(), max_pixels=10**6)
    profile = resolve("gui-plus-2026-02-26")
    plain, told = (
        str(Conversation("log in", profile, "You act.", 10**6, names).messages([], image, None)[1].parts[0])
        for names in ((), ("PASSWORD", "PIN"))
    )
    assert "secret" not in plain
    assert "{{PASSWORD}}, {{PIN}}" in told
    assert told.endswith(plain.partition("\n\n")[2])


def test_the_offline_model_can_type_a_placeholder() -> None:
    (typing,) = understand('type "{{PASSWORD}}" into "Password"')
    assert isinstance(typing, TypeText)
    assert typing.text == "{{PASSWORD}}"


# --- typing ----------------------------------------------------------------------------------------------------------


def typist(done: FakeExecutor, *shots: Screenshot) -> SecretExecutor:
    secrets = Secrets({"PASSWORD": SecretStr(KEYS)})
    return SecretExecutor(done, secrets, Scrubber([("{{PASSWORD}}", KEYS)]), FakeScreen(*shots), TypedAreas(), Brake())


def typed(executor: SecretExecutor, text: str, **more: bool) -> Outcome:
    return executor.perform(GroundedAction(act.Type(text=text, **more)))


def test_the_value_is_put_in_at_the_last_moment_and_not_told() -> None:
    inner = FakeExecutor(lambda _: Outcome("done", f"{len(KEYS)} characters, pasted", f"there is {KEYS}"))
    outcome = typed(typist(inner), "me:{{PASSWORD}}")
    assert [one.action for one in inner.done] == [act.Type(text=f"me:{KEYS}")]
    assert outcome == Outcome("done", "me:{{PASSWORD}} put in, pasted", "there is {{PASSWORD}}")


def test_line_ends_are_pressed_when_the_screen_has_shown_the_text() -> None:
    inner = FakeExecutor()
    typed(typist(inner), "{{PASSWORD}}\n", clear=True, enter=True)
    enter = act.Key(keys=("enter",))
    assert [one.action for one in inner.done] == [act.Type(text=KEYS, clear=True), enter, enter]


def test_an_unknown_name_is_refused_and_told() -> None:
    inner = FakeExecutor()
    outcome = typed(typist(inner), "{{PASSWORD}} {{OTHER}}")
    assert inner.done == []
    assert outcome.status == "failed"
    assert "{{OTHER}} stands for no secret" in str(outcome.feedback)
    assert typed(typist(inner), "{{other}}").status == "done"  # no placeholder, a text


# --- the whole way ---------------------------------------------------------------------------------------------------


def picture(request: Request) -> Image.Image:
    data = base64.b64decode(request.images[-1].partition(",")[2])
    return Image.open(io.BytesIO(data)).convert("RGB")


def selection(name: str) -> str:
    command = ["xclip", "-o", "-selection", name]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=5).stdout


def copy(name: str, text: str) -> None:
    command = ["xclip", "-i", "-selection", name]
    subprocess.run(command, input=text, text=True, check=True, timeout=5, stdout=subprocess.DEVNULL)


class Watcher:
    """Replies that look about while the agent waits for them."""

    def __init__(self) -> None:
        self.screens: list[Image.Image] = []
        self.processes = ""

    def reply(self, reply: Reply) -> object:
        def answer(_: Request) -> Reply:
            self.screens.append(DesktopScreen().capture().image)
            found = subprocess.run(["ps", "axww", "-o", "args"], capture_output=True, text=True, check=True)
            self.processes += found.stdout
            return reply

        return answer


def assert_covered(before: Image.Image, after: Image.Image, sent: Image.Image) -> None:
    """Whatever typing changed from `before` to `after` is grey in what was sent, as far as a JPEG is exact."""
    changed = ImageChops.difference(before, after).convert("L").point([0] + [255] * 255)
    assert changed.getbbox() is not None
    off = ImageChops.difference(sent, Image.new("RGB", sent.size, GREY)).convert("L")
    grey = off.point([0] * 13 + [255] * 243)
    assert ImageChops.multiply(changed, grey).getbbox() is None


@pytest.mark.desktop
@pytest.mark.parametrize("name", VALUES)
def test_a_secret_reaches_the_window_and_nothing_else(name: str, sink: SinkWindow, tmp_path: Path) -> None:
    value = VALUES[name]
    script, watcher = Script("gui-plus-2026-02-26", "gui-plus-2026-02-26", sink), Watcher()
    for where in ("clipboard", "primary"):
        copy(where, f"before {where}")
    replies = [
        script.reply("left_click", coordinate=script.at("entry")),
        script.reply("type", text="{{PASSWORD}}"),
        script.reply("type", text="{{OTHER}}"),
        Reply(f"I can read {value} there. {json.dumps(value)} {quote(value)} no call"),
        script.reply("left_click", coordinate=script.at("area")),
        script.reply("answer", text=f"it is {value}"),
    ]
    where = ["--model", script.model, "--approve", "never", "--on-human", "ignore"]
    task = f"log in with {value}"
    env = {"PASSWORD": value}
    (tmp_path / "prompt.txt").write_text(f"You act, and know that it is {value}.", encoding="utf-8")
    with EndpointServer([watcher.reply(reply) for reply in replies]) as server:
        url = ["--base-url", server.base_url, "--system-prompt", "prompt.txt"]
        agent = Agent("run", task, "--secret", "PASSWORD", *where, *url, "--json", "-v", env=env, cwd=tmp_path).wait()
        requests = list(server.requests)
    assert agent.code == 0, agent.stderr
    assert sink.held("entry") == value
    assert [event["outcome"] for event in agent.events("step_finished")] == ["done", "done", "failed", "done", "done"]
    assert agent.events("session_ended")[0]["answer"] == "it is {{PASSWORD}}"
    recordings = tmp_path / "recordings"
    ours = "\n".join(line for line in watcher.processes.splitlines() if "--secret" not in line or task not in line)
    assert_nowhere(value, recordings, agent.stdout, agent.stderr, ours, *(request.body for request in requests))
    assert "write in the text" in requests[0].text
    for request in requests[2:]:
        assert_covered(watcher.screens[1], watcher.screens[2], picture(request))
    (path,) = find_sessions(recordings)
    shown = Agent("show", str(path), cwd=tmp_path).wait()
    assert shown.code == 0, shown.stderr
    assert_nowhere(value, recordings, shown.stdout, shown.stderr)
    for step in read_session(path).steps[2:]:
        with Image.open(path / "screens" / f"{step.screenshot.lossless.sha256}.webp") as kept:
            assert_covered(watcher.screens[1], watcher.screens[2], kept.convert("RGB"))
    wait_until(lambda: selection("clipboard") == "before clipboard", what="the clipboard as it was")
    assert selection("primary") in ("before primary", "")  # Tk takes it at a click
    replay = Agent("replay", "recordings", env={"DISPLAY": ""}, cwd=tmp_path).wait()
    assert replay.code == 0, replay.stdout


@pytest.mark.desktop
def test_a_plan_and_a_failure_say_nothing_of_a_value(sink: SinkWindow, tmp_path: Path) -> None:
    script = Script("gui-plus-2026-02-26", "gui-plus-2026-02-26", sink)
    replies = [script.reply("type", text="{{PASSWORD}}"), script.reply("type", text=KEYS), Reply(f"no call: {KEYS}")]
    task = f"log in with {KEYS}"
    with EndpointServer(replies) as server:
        where = ["--model", script.model, "--base-url", server.base_url, "--secret", "PASSWORD", "-o", "out"]
        agent = Agent("plan", task, *where, env={"PASSWORD": KEYS}, cwd=tmp_path).wait()
        requests = list(server.requests)
    assert (tmp_path / "out" / "plan.html").exists()
    assert "{{PASSWORD}}" in agent.stdout
    rest = [path for path in tmp_path.iterdir() if path.is_dir()]
    assert_nowhere(KEYS, *rest, agent.stdout, agent.stderr, *(request.body for request in requests))


@pytest.mark.desktop
@pytest.mark.slow
def test_a_page_in_chromium_gets_the_value_and_scrolls_it_unseen(display: VirtualDisplay, tmp_path: Path) -> None:
    value, watcher = VALUES["pasted"], Watcher()
    with chromium_page(display, tmp_path / "chromium", "caret=transparent") as page:

        def at(element: str) -> list[int]:
            return [round(at * 1000 / side) for at, side in zip(page.place(element), SCREEN, strict=True)]

        script = Script("gui-plus-2026-02-26", "gui-plus-2026-02-26", SinkWindow(display.name, tmp_path / "none"))
        replies = [
            script.reply("left_click", coordinate=at("line")),
            script.reply("type", text="{{PASSWORD}}"),
            script.reply("left_click", coordinate=at("area")),
            script.reply("terminate", status="success"),
        ]
        with EndpointServer([watcher.reply(reply) for reply in replies]) as server:
            where = ["--model", script.model, "--base-url", server.base_url, "--approve", "never"]
            more = ["--secret", "PASSWORD", "--on-human", "ignore"]
            agent = Agent("run", "log in", *where, *more, env={"PASSWORD": value}, cwd=tmp_path).wait()
            requests = list(server.requests)
        assert agent.code == 0, agent.stderr
        assert page.state["line"] == value
    for request in requests[2:]:
        assert_covered(watcher.screens[1], watcher.screens[2], picture(request))
    assert_nowhere(value, tmp_path / "recordings", agent.stdout, agent.stderr, *(one.body for one in requests))


@pytest.mark.desktop
@pytest.mark.slow
def test_the_offline_model_fills_a_form(tmp_path: Path) -> None:
    log = tmp_path / "log"
    launch = f"{sys.executable} {APPS / 'form.py'} --log {log}"
    task = 'type "{{PASSWORD}}" into "Name", then type "Oslo" into "City", then click "Save", then wait for "Saved"'
    where = ["--model", "offline", "--virtual", "1280x800", "--launch", launch, "--approve", "never"]
    agent = Agent("run", task, *where, "--secret", "PASSWORD", "-v", env={"PASSWORD": KEYS}, cwd=tmp_path).wait()
    assert agent.code == 0, agent.stderr
    assert f"Saved: {KEYS}, Oslo" in log.read_text(encoding="utf-8")
    assert_nowhere(KEYS, tmp_path / "recordings", agent.stdout, agent.stderr)


@pytest.mark.desktop
def test_a_live_replay_asks_for_the_secret_by_name(sink: SinkWindow, tmp_path: Path) -> None:
    script = Script("gui-plus-2026-02-26", "gui-plus-2026-02-26", sink)
    replies = [
        script.reply("left_click", coordinate=script.at("entry")),
        script.reply("type", text="{{PASSWORD}}"),
        script.reply("terminate", status="success"),
    ]
    common = ["--approve", "never", "--on-human", "ignore"]
    with EndpointServer(replies) as server:
        where = ["--model", script.model, "--base-url", server.base_url, "--secret", "PASSWORD", *common]
        assert Agent("run", "log in", *where, env={"PASSWORD": KEYS}, cwd=tmp_path).wait().code == 0
    sink.expect("entry", KEYS)
    (path,) = find_sessions(tmp_path / "recordings")
    sink.forget()
    refused = Agent("replay", "--live", str(path), *common, cwd=tmp_path).wait()
    assert refused.code == 2
    assert "--secret PASSWORD" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert sink.events("press", "keydown") == []
    ways = LiveWays(output=tmp_path / "results", virtual=None, update="none", wait=None)
    verdict = judge_live(path, ways, here=True)
    assert not verdict.passed
    assert "set the environment variable PASSWORD" in verdict.text
    assert sink.events("press", "keydown") == []
    clear_entry(sink)
    again = [*common, "--secret", "PASSWORD", "--json"]
    done = Agent("replay", "--live", str(path), *again, env={"PASSWORD": KEYS}, cwd=tmp_path).wait()
    sink.expect("entry", KEYS)
    assert done.code == 0, done.stdout
    assert_nowhere(KEYS, done.stdout, done.stderr, tmp_path / "recordings")
    clear_entry(sink)
    done = Agent("replay", "--live", str(path), *again, env={"PASSWORD": "another one"}, cwd=tmp_path).wait()
    sink.expect("entry", "another one")
    assert done.code == 0, done.stdout  # another width of the box is no difference
    assert_nowhere("another one", done.stdout, done.stderr, tmp_path / "recordings", tmp_path / "replay-results")


def clear_entry(sink: SinkWindow) -> None:
    from actions.desktop import DesktopExecutor

    executor = DesktopExecutor(Brake(), ask=lambda _: None)
    executor.perform(GroundedAction(act.Type(text="", clear=True)))
    sink.expect("entry", "")
    executor.perform(GroundedAction(act.LeftClick(coordinate=(0, 0)), sink.place("area")))
    executor.close()
