"""Questions on a real pseudo-terminal."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from actions.brake import Brake, Stopped
from agent.terminal import Terminal, is_interactive

pty = pytest.importorskip("pty", reason="needs a POSIX terminal")


class Keyboard:
    """The other side of standard input."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ours, theirs = pty.openpty()
        self.stdin = os.fdopen(theirs, "r")
        self.asked: list[str] = []
        monkeypatch.setattr(sys, "stdin", self.stdin)

    def type(self, text: bytes) -> None:
        os.write(self.ours, text)

    def answering(self, text: bytes) -> Terminal:
        """A terminal at which `text` is typed when the question stands there."""
        return Terminal(Brake(), lambda question: self.asked.append(question) or self.type(text))


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[Keyboard]:
    keyboard = Keyboard(monkeypatch)
    yield keyboard
    keyboard.stdin.close()
    os.close(keyboard.ours)


def test_a_question_and_its_answer(keyboard: Keyboard) -> None:
    assert keyboard.answering("träwörk 中文\n".encode()).ask("Which account?") == "träwörk 中文"
    assert keyboard.asked == ["Which account? "]


def test_what_was_typed_before_the_question_is_no_answer_to_it(keyboard: Keyboard) -> None:
    keyboard.type(b"y\ny\n")
    assert keyboard.answering(b"n\n").confirm("Delete?") is False


@pytest.mark.parametrize(
    ("typed", "yes"), [(b"y\n", True), (b" YES \n", True), (b"\n", False), (b"n\n", False), (b"yep\n", False)]
)
def test_only_yes_is_yes(keyboard: Keyboard, typed: bytes, yes: bool) -> None:
    assert keyboard.answering(typed).confirm("Click?") is yes


def test_the_end_of_input_is_no_answer(keyboard: Keyboard) -> None:
    assert keyboard.answering(b"\x04").ask("Well?") is None


def test_a_stop_ends_the_question(keyboard: Keyboard) -> None:
    brake = Brake()
    threading.Timer(0.05, brake.pull, ["stopped by Ctrl-C"]).start()
    with pytest.raises(Stopped):
        Terminal(brake, lambda _: None).ask("Well?")
    keyboard.type(b"late\n")  # lets the waiting thread end


def test_a_pipe_is_nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with (tmp_path / "file").open("w+") as file:
        monkeypatch.setattr(sys, "stdin", file)
        assert not is_interactive()
    monkeypatch.setattr(sys, "stdin", None)
    assert not is_interactive()
