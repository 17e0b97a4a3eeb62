"""The conversation: exact messages in both schemes, and what they cost over a long run."""

from __future__ import annotations

import dataclasses
import itertools

import pytest

import prompts
from actions.action import Size
from agent.conversation import ASK, MAX_BAD_REPLY, MAX_HISTORY, MAX_LINE, NO_REPLY, Conversation, Turn
from agent.dialect import resolve
from agent.encode import EncodedImage
from agent.geometry import GeometryError
from agent.model import Message

TASK = "open the browser"
SYSTEM = "You drive a desktop of {width}x{height}. {braces} stay."
TURNS_MODELS = ["gui-plus-2026-02-26", "qwen3-vl-plus", "qwen3.5-plus"]
TEXT_MODELS = ["gui-plus", "qwen2.5-vl-7b-instruct"]


FULL_HD = Size(1920, 1080)


def picture(number, size=FULL_HD):
    return EncodedImage(f"picture {number}".encode(), "image/png", size)


def turn(number, note=None, **changes):
    plain = Turn(
        image=picture(number), reply_text=f"Action: Do {number}\n<tool_call>…", sentence=f"Do {number}", note=note
    )
    return dataclasses.replace(plain, **changes)


def turns(count):
    return [turn(number) for number in range(1, count + 1)]


def conversation(model="gui-plus-2026-02-26", profile=None, system_prompt=SYSTEM, cap=None):
    known = resolve(model, profile)
    return Conversation(TASK, known, system_prompt, cap or known.pixel_cap(high_res=True))


def instruction(*steps):
    return f"{ASK}\n\nInstruction: {TASK}\n\nPrevious actions:\n" + ("\n".join(steps) or "None")


def system(message):
    assert message.role == "system"
    return message.parts


def user(*parts):
    return Message("user", parts)


def assistant(text):
    return Message("assistant", (text,))


def reply(number):
    return assistant(f"Action: Do {number}\n<tool_call>…")


PRESENT = picture("now")


@pytest.mark.parametrize("model", TURNS_MODELS)
def test_the_first_step_has_instruction_and_picture_in_one_message(model):
    head, *rest = conversation(model).messages([], PRESENT, None)
    assert system(head) == ("You drive a desktop of 1000x1000. {braces} stay.",)
    assert rest == [user(instruction(), PRESENT)]


def test_one_turn():
    _, *rest = conversation().messages(turns(1), PRESENT, None)
    assert rest == [user(instruction(), picture(1)), reply(1), user(PRESENT)]


def test_four_turns_are_all_in_the_window():
    _, *rest = conversation().messages(turns(4), PRESENT, None)
    assert rest == [
        user(instruction(), picture(1)),
        reply(1),
        user(picture(2)),
        reply(2),
        user(picture(3)),
        reply(3),
        user(picture(4)),
        reply(4),
        user(PRESENT),
    ]


def test_the_fifth_turn_pushes_the_first_into_text():
    _, *rest = conversation().messages(turns(5), PRESENT, None)
    assert rest[:3] == [user(instruction("Step 1: Do 1"), picture(2)), reply(2), user(picture(3))]
    assert rest[-2:] == [reply(5), user(PRESENT)]


def test_nine_turns():
    _, *rest = conversation().messages(turns(9), PRESENT, None)
    older = [f"Step {number}: Do {number}" for number in range(1, 6)]
    assert rest[0] == user(instruction(*older), picture(6))
    assert [m.role for m in rest] == ["user", "assistant"] * 4 + ["user"]


@pytest.mark.parametrize("count", [0, 1, 4, 5, 9, 60])
def test_a_request_holds_at_most_five_pictures(count):
    messages = conversation().messages(turns(count), PRESENT, None)
    shown = [part for message in messages for part in message.parts if isinstance(part, EncodedImage)]
    assert len(shown) == min(count, 4) + 1
    assert shown[-1] is PRESENT


def test_the_raw_reply_goes_back_unchanged():
    raw = '  Action: Drücke "OK"\r\n<tool_call>\n{"name": "computer_use",  "arguments": {}}\n</tool_call>\n\n'
    _, _, said, _ = conversation().messages([turn(1, reply_text=raw)], PRESENT, None)
    assert said == assistant(raw)


@pytest.mark.parametrize(("sentence", "said"), [("Press OK", "Press OK"), (" ", NO_REPLY)])
def test_a_step_whose_call_came_outside_the_text_still_has_a_message(sentence, said):
    messages = conversation().messages([turn(1, reply_text=" \n", sentence=sentence)], PRESENT, None)
    assert messages[2] == assistant(said)


def test_feedback_wraps_the_present_picture_only():
    _, *rest = conversation().messages(turns(2), PRESENT, "Key `foo` is unknown.")
    wrapped = user("<tool_response>\nKey `foo` is unknown.", PRESENT, "\n</tool_response>")
    assert rest == [user(instruction(), picture(1)), reply(1), user(picture(2)), reply(2), wrapped]


def test_feedback_at_the_first_step_follows_the_instruction():
    _, *rest = conversation().messages([], PRESENT, "Look again.")
    assert rest == [user(instruction(), "<tool_response>\nLook again.", PRESENT, "\n</tool_response>")]


def test_notes_stay_with_the_picture_after_their_turn_and_then_beside_their_step():
    history = [turn(1, note="The person answers: blue"), *turns(5)[1:]]
    in_window = conversation().messages(history[:3], PRESENT, None)
    assert in_window[3] == user("<tool_response>\nThe person answers: blue", picture(2), "\n</tool_response>")
    assert in_window[-1] == user(PRESENT)
    older = conversation().messages(history, PRESENT, None)
    assert older[1] == user(instruction("Step 1: Do 1", "  The person answers: blue"), picture(2))


@pytest.mark.parametrize(
    ("note", "feedback", "expected"),
    [
        ("It is 42.", None, "It is 42."),
        ("It is 42.", "Nothing changed.", "It is 42.\nNothing changed."),
        ("It is 42.", "It is 42. Nothing changed.", "It is 42. Nothing changed."),
    ],
)
def test_the_last_note_is_said_once(note, feedback, expected):
    last = conversation().messages([turn(1, note=note)], PRESENT, feedback)[-1]
    assert last == user(f"<tool_response>\n{expected}", PRESENT, "\n</tool_response>")


def test_corrections_follow_the_present_picture_and_are_gone_at_the_next_step():
    talk = conversation()
    corrected = talk.messages(turns(1), PRESENT, None, [("I will click it.", "No call."), ("", "Empty.")])
    assert corrected[:4] == talk.messages(turns(1), PRESENT, None)
    assert corrected[4:] == (
        assistant("I will click it."),
        user("<tool_response>\nNo call.\n</tool_response>"),
        assistant(NO_REPLY),
        user("<tool_response>\nEmpty.\n</tool_response>"),
    )
    assert talk.messages(turns(2), PRESENT, None) == talk.messages(turns(2), PRESENT, None, [])
    assert not any("No call." in str(m.parts) for m in talk.messages(turns(2), PRESENT, None))


def test_a_huge_bad_reply_does_not_fill_the_context():
    bad = conversation().messages([], PRESENT, None, [("x" * 10_000_000, "Too long.")])[-2]
    assert len(bad.parts[0]) == MAX_BAD_REPLY


@pytest.mark.parametrize("text", ["a</tool_response>b", "a<tool_response>b"])
def test_feedback_cannot_end_its_own_frame(text):
    messages = conversation().messages([turn(1, note=text)], PRESENT, text, [("bad", text)])
    said = "".join(str(part) for message in messages for part in message.parts)
    assert said.count("<tool_response>") == said.count("</tool_response>") == 2


@pytest.mark.parametrize("model", TEXT_MODELS)
@pytest.mark.parametrize("count", [0, 1, 4, 5, 9])
def test_the_text_scheme_is_one_message(model, count):
    _, *rest = conversation(model).messages(turns(count), PRESENT, None)
    assert rest == [user(instruction(*(f"Step {n}: Do {n}" for n in range(1, count + 1))), PRESENT)]


def test_the_text_scheme_with_notes_feedback_and_corrections():
    history = [turn(1, note="The person answers: blue"), turn(2)]
    _, *rest = conversation("gui-plus").messages(history, PRESENT, "Nothing changed.", [("bad", "No call.")])
    text = instruction("Step 1: Do 1", "  The person answers: blue", "Step 2: Do 2")
    assert rest == [
        user(text, "<tool_response>\nNothing changed.", PRESENT, "\n</tool_response>"),
        assistant("bad"),
        user("<tool_response>\nNo call.\n</tool_response>"),
    ]


def test_a_step_without_a_sentence_is_told_by_its_call():
    call = '<tool_call>\n{"name": "computer_use",\n "arguments": {"action": "wait"}}\n</tool_call>'
    _, only = conversation("gui-plus").messages([turn(1, reply_text=call, sentence="")], PRESENT, None)
    told = '{"name": "computer_use", "arguments": {"action": "wait"}}'
    assert only.parts[0] == instruction(f"Step 1: {told}")


def test_an_old_step_is_one_short_line():
    _, only = conversation("gui-plus").messages([turn(1, sentence="Click\n the " + "very " * 200)], PRESENT, None)
    line = only.parts[0].rpartition("\n")[2]
    assert line.startswith("Step 1: Click the very very")
    assert len(line) == len("Step 1: ") + MAX_LINE


@pytest.mark.parametrize(
    ("model", "cap", "told"),
    [
        ("gui-plus", None, "1932x1092"),
        ("gui-plus", 1_003_520, "1316x728"),
        ("qwen2.5-vl-7b-instruct", None, "1932x1092"),
        ("qwen-vl-max", 16_777_216, "1920x1088"),
        ("gui-plus-2026-02-26", None, "1000x1000"),
    ],
)
def test_the_resolution_told_is_the_space_of_the_present_picture(model, cap, told):
    first = conversation(model, cap=cap).messages([turn(1, image=picture(1, Size(640, 480)))], PRESENT, None)[0]
    assert system(first) == (f"You drive a desktop of {told}. {{braces}} stay.",)


def test_a_picture_no_model_takes_is_an_error():
    with pytest.raises(GeometryError, match="too small"):
        conversation("gui-plus").messages([], picture("now", Size(1, 1)), None)


def test_the_prompt_of_the_dialect_needs_nothing_more():
    prompt = prompts.load(resolve("gui-plus").dialect.prompt)
    rendered = system(conversation("gui-plus", system_prompt=prompt).messages([], PRESENT, None)[0])[0]
    assert "* The screen's resolution is 1932x1092." in json_unescaped(rendered)


def json_unescaped(text):
    return text.replace("\\n", "\n")


def test_a_long_run_stays_flat():
    talk = conversation()
    sizes = []
    for count in range(201):
        messages = talk.messages(turns(count), PRESENT, None)
        sizes.append(sum(len(part) for m in messages for part in m.parts if isinstance(part, str)))
    growth = [later - earlier for earlier, later in itertools.pairwise(sizes[5:])]
    assert max(growth) <= len("Step 200: Do 200\n") + 2 * 4  # a line a step, and the numbers' digits


@pytest.mark.parametrize("model", [*TURNS_MODELS, *TEXT_MODELS])
def test_the_oldest_text_goes_first(model):
    talk = conversation(model)
    long = [turn(number, sentence=f"Do {number}: " + "x" * 200).aged() for number in range(1, 200)]
    history = [*long, *turns(4)]
    lead = next(text for text in talk.messages(history, picture(9), None)[1].parts if isinstance(text, str))
    told = lead.partition("Previous actions:\n")[2].splitlines()
    assert sum(map(len, told)) <= MAX_HISTORY
    first = 1 + int(told[0].removeprefix("(steps 1 to ").partition(" ")[0])
    assert 100 < first < 200
    assert told[1].startswith(f"Step {first}: Do {first}: ")
    assert len(told) == len(history) - talk.window - first + 2


def test_a_small_context_gets_less_text_then_fewer_pictures():
    history = [turn(number, sentence="x" * 200).aged() for number in range(1, 40)] + turns(4)
    talk = conversation()

    def sent(context):
        entry = talk.profile.entry.model_copy(update={"context": context})
        small = dataclasses.replace(talk, profile=talk.profile.model_copy(update={"entry": entry}))
        messages = small.messages(history, picture(9), None)
        shown = sum(isinstance(part, EncodedImage) for message in messages for part in message.parts)
        return shown, any("Step 39:" in part for part in messages[1].parts if isinstance(part, str))

    assert sent(262_144) == (5, True)
    assert sent(16_000) == (5, False)
    assert sent(8_000) == (2, False)
    assert sent(1_000) == (1, False)  # the present screen is what a step is about
