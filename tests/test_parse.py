"""Reply text to action: the corpus, properties, limits."""

from __future__ import annotations

import json
import time
import tomllib
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import actions.reply
import actions.xml_call
from actions import action as act
from actions import parse
from actions.action import ACTION_ADAPTER, Action, Size
from actions.keys import SPECIAL_KEYS
from actions.literal import LiteralError, Reading, read_literal
from actions.names import ALIASES
from actions.parse import OutOfSpaceError, ReplyError, parse_reply
from actions.values import MAX_TEXT

SPACE = Size(1000, 1000)
CORPUS = tomllib.loads((Path(__file__).parent / "reply_corpus.toml").read_text(encoding="utf-8"))["case"]
CLICK = '{"name": "computer_use", "arguments": {"action": "left_click", "coordinate": [491, 91]}}'


def call(**arguments: object) -> str:
    body = json.dumps({"name": "computer_use", "arguments": arguments}, ensure_ascii=False)
    return f"Action: Do it.\n<tool_call>\n{body}\n</tool_call>"


def xml_call(**arguments: object) -> str:
    def spelled(value: object) -> str:
        return value if isinstance(value, str) else json.dumps(value)

    parameters = "".join(f"<parameter={name}>\n{spelled(value)}\n</parameter>\n" for name, value in arguments.items())
    return f"Action: Do it.\n<tool_call>\n<function=computer_use>\n{parameters}</function>\n</tool_call>"


def case_id(case: dict[str, object]) -> str:
    return f"{case['shape']}-{CORPUS.index(case)}"


@pytest.mark.parametrize("case", CORPUS, ids=case_id)
def test_corpus(case):
    given_calls = [tuple(item) for item in case.get("tool_calls", ())]
    options = {"space": SPACE, "reasoning": case.get("reasoning", ""), "tool_calls": given_calls}
    if "error" in case:
        with pytest.raises(ReplyError) as caught:
            parse_reply(case["reply"], **options)
        assert type(caught.value) is getattr(parse, case["error"])
        assert_sayable(str(caught.value))
        return
    parsed = parse_reply(case["reply"], **options)
    shown = parsed.action.model_dump(mode="json", exclude_defaults=True) | {"action": parsed.action.action}
    assert shown == json.loads(case["action"])
    assert {"sentence": case.get("sentence", parsed.sentence)} == {"sentence": parsed.sentence}
    assert sorted(case.get("repairs", parsed.repairs)) == sorted(parsed.repairs)


def assert_sayable(message: str) -> None:
    """One printable line of bounded length."""
    assert message
    assert message.isprintable()
    assert len(message) < 500


def test_corpus_covers_every_shape():
    shapes = [case["shape"] for case in CORPUS]
    for shape in [*map(str, range(1, 23)), "C1", "C2", "C4", "C6", "C7", "C8", "C9"]:
        assert shapes.count(shape) >= 3, shape


def test_alias_table_names_the_unions_tags_and_no_others():
    members = get_args(get_args(Action)[0])
    tags = {member.model_fields["action"].default for member in members}
    assert set(ALIASES.values()) == tags
    assert all(ALIASES[tag] == tag for tag in tags)


# --- what the model is told ---


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ("I cannot.", ["no call", "tool call"]),
        (call(action="left_clik", coordinate=[1, 2]), ["'left_clik'", "left_click"]),
        (call(action="key", keys=["ctrl", "entr"]), ["'entr'", "enter"]),
        (call(action="left_click", coordinate=[1, 2, 3]), ["`coordinate`", "[x, y]"]),
        (call(action="left_click", coordinate=[1003, 2]), ["1003", "0 to 1000"]),
        (call(action="type", text="a\x1bb"), ["U+001B"]),
        (call(action="scroll"), ["`pixels`", "missing"]),
        ('<tool_call>{"name": "bash", "arguments": {}}</tool_call>', ["'bash'", "computer_use"]),
        ('<tool_call>{"name": "computer_use", "arguments": {"action": "wait"', ["cannot be read"]),
    ],
)
def test_errors_name_what_is_wrong_and_what_is_right(reply, words):
    with pytest.raises(ReplyError) as caught:
        parse_reply(reply, space=SPACE)
    assert_sayable(str(caught.value))
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("space", "coordinate", "wrong_pair"),
    [
        (Size(1000, 1000), [1001, 5], False),
        (Size(1000, 1000), [1050, 5], False),
        (Size(1000, 1000), [2530, 314], True),
        (Size(1000, 1000), [5, 1051], True),
        (Size(1316, 728), [5, 740], False),
        (Size(1316, 728), [1900, 700], True),
        (Size(1316, 728), [-400, 5], False),
    ],
)
def test_far_outside_names_the_wrong_pair(space, coordinate, wrong_pair):
    with pytest.raises(OutOfSpaceError) as caught:
        parse_reply(call(action="left_click", coordinate=coordinate), space=space)
    assert caught.value.wrong_pair is wrong_pair
    assert ("does not belong" in str(caught.value)) is wrong_pair


def test_the_space_is_the_callers():
    parsed = parse_reply(call(action="left_click", coordinate=[1316, 728]), space=Size(1316, 728))
    assert parsed.action == act.LeftClick(coordinate=(1316, 728))


def test_native_arguments_that_are_broken_are_not_replaced_by_others():
    calls = [("computer_use", "{"), ("computer_use", '{"action": "wait"}')]
    with pytest.raises(parse.BadCallError):
        parse_reply("", space=SPACE, tool_calls=calls)


def test_lone_surrogates_in_the_text_are_errors():
    with pytest.raises(parse.BadArgumentError, match=r"U\+D83D"):
        parse_reply(call(action="type", text="a\ud83db"), space=SPACE)


def test_sentence_is_one_encodable_line():
    parsed = parse_reply("Action: a\ud800\x1b[2J\u202eb " + "x" * 5000 + "\n<tool_call>" + CLICK, space=SPACE)
    assert parsed.sentence.isprintable()
    assert len(parsed.sentence) <= 1000
    assert parsed.sentence.encode()


def test_text_cap():
    longest = parse_reply(call(action="type", text="😀" * MAX_TEXT), space=SPACE).action
    assert longest == act.Type(text="😀" * MAX_TEXT)
    with pytest.raises(parse.BadArgumentError, match=str(MAX_TEXT + 1)):
        parse_reply(call(action="type", text="a" * (MAX_TEXT + 1)), space=SPACE)


def test_text_cap_counts_characters_not_escapes():
    body = json.dumps({"name": "computer_use", "arguments": {"action": "type", "text": "😀" * MAX_TEXT}})
    parsed = parse_reply(f"<tool_call>{body}</tool_call>", space=SPACE)
    assert parsed.action == act.Type(text="😀" * MAX_TEXT)


def test_five_thousand_calls_are_one():
    parsed = parse_reply("<tool_call>" + CLICK + "</tool_call>\n" + 5000 * call(action="wait"), space=SPACE)
    assert parsed.action == act.LeftClick(coordinate=(491, 91))
    assert parsed.repairs == ("more than 99 more calls ignored",)


# --- properties ---

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), min_size=1, max_size=60)
places = st.tuples(*[st.integers(0, 1000) | st.floats(0, 1000).map(lambda x: round(x, 3))] * 2)
held = st.lists(st.sampled_from(["ctrl", "shift", "alt"]), unique=True, max_size=3).map(tuple)
turns = st.integers(-(10**9), 10**9).filter(bool)
clicks = st.sampled_from([act.LeftClick, act.RightClick, act.MiddleClick, act.DoubleClick, act.TripleClick])
any_action = st.one_of(
    st.builds(lambda kind, place, keys: kind(coordinate=place, modifiers=keys), clicks, st.none() | places, held),
    st.builds(act.Key, keys=st.lists(st.sampled_from(sorted(SPECIAL_KEYS)), unique=True, min_size=1, max_size=6)
              .map(tuple)),
    st.builds(act.Type, text=texts, clear=st.booleans(), enter=st.booleans()),
    st.builds(act.MouseMove, coordinate=places),
    st.builds(act.LeftClickDrag, coordinate=places, start=st.none() | places, modifiers=held),
    st.builds(act.Scroll, coordinate=st.none() | places, pixels=turns, modifiers=held),
    st.builds(act.HScroll, coordinate=st.none() | places, pixels=turns, modifiers=held),
    st.builds(act.Wait, time=st.integers(0, 10**6) | st.floats(0, 1e6).map(lambda x: round(x, 3))),
    st.builds(act.Terminate, status=st.sampled_from(["success", "failure"]), text=st.none() | texts),
    st.builds(act.Answer, text=texts.filter(str.strip)),
    st.builds(act.Interact, text=texts.filter(str.strip)),
)  # fmt: skip


def as_arguments(action: act.Action) -> dict[str, object]:
    """The wire form of an action: modifiers in `text`, a drag's two places in `coordinate` and `coordinate2`."""
    arguments = action.as_json()
    if held_keys := arguments.pop("modifiers", None):
        arguments["text"] = "+".join(held_keys)
    if start := arguments.pop("start", None):
        arguments["coordinate2"], arguments["coordinate"] = arguments["coordinate"], start
    return arguments


@given(any_action)
def test_json_form_round_trips(action):
    parsed = parse_reply(call(**as_arguments(action)), space=SPACE)
    assert parsed == parse.ParsedReply(action, "Do it.", ())


@given(any_action)
def test_xml_form_round_trips(action):
    parsed = parse_reply(xml_call(**as_arguments(action)), space=SPACE)
    assert parsed == parse.ParsedReply(action, "Do it.", ())


@given(any_action)
def test_recorded_form_is_read_back_by_the_union(action):
    assert ACTION_ADAPTER.validate_json(action.model_dump_json()) == action


ALPHABET = [
    "<tool_call>",
    "</tool_call>",
    "<think>",
    "</think>",
    "{",
    "}",
    "[",
    "]",
    '"',
    "'",
    ":",
    ",",
    "\\",
    "1",
    " ",
]
ALPHABET += [
    "<function=",
    "<parameter=",
    "</parameter>",
    ">",
    "action",
    '"name"',
    "computer_use",
    "\n",
    "/*",
    "//",
    "“",
]
hostile = st.text(max_size=80) | st.lists(st.sampled_from(ALPHABET) | st.text(max_size=3), max_size=40).map("".join)


def outcome(reply: str, reasoning: str = "", tool_calls: tuple[tuple[str, str], ...] = ()) -> Action | None:
    """The action, checked to be well-formed and inside the space; None for a reply error that can be told."""
    try:
        action = parse_reply(reply, space=SPACE, reasoning=reasoning, tool_calls=tool_calls).action
    except ReplyError as error:
        assert_sayable(str(error))
        return None
    assert ACTION_ADAPTER.validate_json(action.model_dump_json()) == action
    for name in ("coordinate", "start"):
        place = getattr(action, name, None)
        assert place is None or all(0 <= value <= 1000 for value in place)
    return action


@settings(max_examples=300)
@given(hostile, hostile, st.lists(st.tuples(hostile, hostile), max_size=2).map(tuple))
def test_any_text_is_an_action_or_a_reply_error(text, reasoning, tool_calls):
    outcome(text, reasoning, tool_calls)


@settings(max_examples=300)
@given(st.data())
def test_a_mutated_reply_is_an_action_in_the_space_or_a_reply_error(data):
    form = data.draw(st.sampled_from([call, xml_call]))
    reply = form(**as_arguments(data.draw(any_action)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(reply)))
        cut = data.draw(st.integers(0, 5))
        reply = reply[:at] + data.draw(st.sampled_from(["", *ALPHABET])) + reply[at + cut :]
    outcome(reply)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
argument_names = st.sampled_from(
    [
        "keys",
        "text",
        "coordinate",
        "coordinate2",
        "coordinate1",
        "pixels",
        "time",
        "status",
        "x",
        "y",
        "clear",
        "amount",
    ]
)


@settings(max_examples=300)
@given(st.sampled_from(sorted(ALIASES)), st.dictionaries(argument_names, json_values, max_size=4))
def test_any_arguments_are_an_action_or_a_reply_error(name, arguments):
    outcome(call(action=name, **arguments))


@given(st.integers(1, len(CLICK) - 2))
def test_a_cut_call_is_never_another_action(length):
    """Whatever is missing at the end, it is the whole call or an error."""
    assert outcome("<tool_call>" + CLICK[:length]) is None


# --- linear time ---

HOSTILE = {
    "unclosed tags": lambda n: "<tool_call>" * (n // 11),
    "tags and letters": lambda n: "<tool_call>x" * (n // 12),
    "unclosed strings": lambda n: '<tool_call>{"' * (n // 13),
    "escaped quotes": lambda n: '{"a\\"' * (n // 5),
    "unclosed comments": lambda n: "<tool_call>{/*" * (n // 14),
    "nested lists": lambda n: '{"a":[1,' * (n // 8),
    "numbers": lambda n: '<tool_call>{"a":[' + "1," * (n // 2),
    "digits": lambda n: '<tool_call>{"a":' + "1" * n,
    "space behind a call": lambda n: CLICK + " " * n + "x",
    "space in an Action line": lambda n: "Action" + " " * n + "\n" + CLICK,
    "a long text": lambda n: '<tool_call>{"name":"computer_use","arguments":{"text":"' + "a\\n" * (n // 3) + '"}}',
    "closing thoughts": lambda n: "</think>" * (n // 8),
    "calls in thoughts": lambda n: ("<tool_call>" + CLICK + "</tool_call>") * (n // 110) + "</think>",
    "open parameters": lambda n: "<function=f><parameter=text>x" * (n // 28) + "</parameter>",
    "stray parameters": lambda n: "<function=f>" + "</parameter>x" * (n // 13),
    "stray tags": lambda n: "<function=f>" + "<a>" * (n // 3),
    "entities": lambda n: "&lt;tool_call&gt;" * (n // 17),
    "braces": lambda n: "{" * n,
    "spaced braces": lambda n: ("{" + " " * 50) * (n // 51),
}


def seconds(reply: str) -> float:
    started = time.process_time()
    outcome(reply)
    return time.process_time() - started


@pytest.mark.parametrize("unit", ["{a:#", "<tool_call>{a:#", "{a:/*", "<function=f>{a:#"])
def test_failures_that_look_far_are_few(unit, monkeypatch):
    """Each of these looks to the text's end in vain; all of them together look at a few times its length."""
    looked = 0

    def counted(text: str, start: int = 0) -> Reading:
        nonlocal looked
        try:
            return read_literal(text, start)
        except LiteralError as error:
            looked += error.position - start
            raise

    monkeypatch.setattr(actions.reply, "read_literal", counted)
    monkeypatch.setattr(actions.xml_call, "read_literal", counted)
    reply = unit * 1000
    assert outcome(reply) is None
    assert len(reply) / 2 < looked < 4 * len(reply)


@pytest.mark.parametrize("name", HOSTILE)
def test_time_grows_with_length_not_its_square(name):
    """Four times the text takes about four times as long; a square would take sixteen times."""
    make, size = HOSTILE[name], 400_000
    ratios = []
    for _ in range(3):
        ratios.append(seconds(make(4 * size)) / max(seconds(make(size)), 0.002))
        if min(ratios) < 8:
            return
    pytest.fail(f"{name}: {ratios}")


def test_ten_megabytes():
    prose = "The page shows a form. " * 450_000
    assert outcome(prose + "\nAction: Click.\n<tool_call>" + CLICK + "</tool_call>") is not None
