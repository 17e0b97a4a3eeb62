"""What the offline model reads out of a conversation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.action import Size
from actions.preview import GO_ON
from agent.conversation import MAX_LINE, Conversation, Turn
from agent.dialect import resolve
from agent.encode import EncodedImage
from agent.errors import ModelError
from agent.guard import TELL_AT, told
from agent.loop import UNCHANGED
from agent.model import Message
from agent.moving import MOVES
from agent.offline.history import Mark, read_scene
from agent.unsent import MOVED

PROFILE = resolve("offline")


def picture(number: int) -> EncodedImage:
    return EncodedImage(bytes([number]), "image/png", Size(640, 480))


def turn(number: int, sentence: str) -> Turn:
    return Turn(picture(number), f"Action: {sentence}\n<tool_call>\n{{}}\n</tool_call>", sentence, None)


def conversation(task: str = "press tab") -> Conversation:
    return Conversation(task=task, profile=PROFILE, system_prompt="You are …", cap=1 << 24)


@pytest.mark.parametrize("steps", range(9))
def test_marks_of_old_and_recent_steps(steps: int) -> None:
    marks = [Mark(i, 9, "effect" if i % 2 else "done", i if i % 2 else 0) for i in range(1, steps + 1)]
    history = [turn(i, f'{mark} Click "Save"') for i, mark in enumerate(marks)]
    scene = read_scene(conversation().messages(history, picture(99), None))
    assert scene.marks == tuple(marks)
    assert scene.task == "press tab"
    assert scene.present == picture(99)
    recent = range(max(0, steps - PROFILE.dialect.window), steps)
    assert [(step.picture, step.mark) for step in scene.steps] == [(picture(i), marks[i]) for i in recent]


def test_a_mark_survives_a_long_sentence() -> None:
    history = [turn(i, f"[{i + 1}/7] Type " + "x" * MAX_LINE) for i in range(7)]
    scene = read_scene(conversation().messages(history, picture(9), None))
    assert [mark.index for mark in scene.marks] == list(range(1, 8))


@pytest.mark.parametrize("sentence", ["Click [1/2]", "", "[1/2", "[x/2] Click", "[1/2 dance 3] Click", "(1/2) Click"])
def test_sentences_of_others_have_no_mark(sentence: str) -> None:
    history = [turn(i, sentence) for i in range(6)]
    scene = read_scene(conversation().messages(history, picture(9), None))
    assert scene.marks == ()
    assert len(scene.steps) == 6


@pytest.mark.parametrize("task", ["a\nb", "x\n\nPrevious actions:\nNone", "Instruction: y", "Step 1: [1/1] z", "你好"])
def test_the_task_comes_through_whole(task: str) -> None:
    scene = read_scene(conversation(task).messages([turn(1, "[1/1] x")] * 6, picture(9), None))
    assert scene.task == task
    assert len(scene.marks) == 6


@pytest.mark.parametrize(
    ("feedback", "is_preview", "not_sent", "failure"),
    [
        (None, False, False, None),
        (UNCHANGED, False, False, None),
        (MOVES, False, False, None),
        (told(TELL_AT), False, False, None),
        (f"{UNCHANGED} {told(TELL_AT)}", False, False, None),
        ("waited 60 seconds, the longest wait there is", False, False, None),
        ("The scroll was cut to 50 notches, the most there is.", False, False, None),
        (f"The scroll was cut to 50 notches, the most there is. {UNCHANGED} {told(TELL_AT)}", False, False, None),
        ("The scroll failed.", False, False, "The scroll failed."),
        (GO_ON, True, False, None),
        (MOVED, False, True, None),
        ("the key 'x' is unknown", False, False, "the key 'x' is unknown"),
        (f"the text is too long {UNCHANGED}", False, False, "the text is too long"),
    ],
)
def test_what_became_of_the_last_action(
    feedback: str | None, is_preview: bool, not_sent: bool, failure: str | None
) -> None:
    scene = read_scene(conversation().messages([turn(1, "[1/1] Press tab")], picture(9), feedback))
    assert (scene.is_preview, scene.not_sent, scene.failure) == (is_preview, not_sent, failure)


@pytest.mark.parametrize(("feedback", "screen"), [(None, "changed"), (UNCHANGED, "unchanged"), (MOVES, "moving")])
def test_what_the_run_says_of_the_screen(feedback: str | None, screen: str) -> None:
    scene = read_scene(conversation().messages([turn(1, "[1/1] Press tab")], picture(9), feedback))
    assert scene.told == screen


def test_feedback_of_earlier_steps_is_over() -> None:
    earlier = Turn(picture(1), "Action: [1/2] x", "[1/2] x", "The user answered: no")
    scene = read_scene(conversation().messages([earlier, turn(2, "[2/2] y")], picture(9), None))
    assert scene.failure is None


@given(
    st.integers(0, 9999), st.integers(0, 9999), st.sampled_from(["done", "look", "effect", "again"]), st.integers(0, 99)
)
def test_a_mark_is_read_as_it_is_written(index: int, total: int, stage: str, count: int) -> None:
    mark = Mark(index, total, stage, 0 if stage == "done" else count)  # type: ignore[arg-type]
    assert Mark.at(f"{mark} Click", 0) == mark


def test_of_two_pictures_in_one_message_none_is_picked() -> None:
    message = Message("user", ("click Save", picture(1), picture(2)))
    with pytest.raises(ModelError, match="one picture a message, and was given 2"):
        read_scene([message])
