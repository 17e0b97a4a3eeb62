"""The risk of an action in the light of what was done before, and of what is written under its target."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw, ImageFont

from actions.action import Action, GroundedAction, Key, LeftClick, Point, RightClick, Size, Type
from actions.keys import parse_keys
from agent.errors import UsageError
from agent.geometry import Viewport
from agent.permission.judging import RiskJudge, label_at
from agent.permission.proposal import Proposal
from agent.reading.labels import TextBox
from agent.reading.ocr import TextReader
from agent.screen import Screenshot
from tests.fakes import painted


def chord(keys: str) -> Key:
    return Key(keys=parse_keys(keys))


def judged(*actions: Action, judge: RiskJudge | None = None) -> str | None:
    """The risk of the last action after the others were done."""
    judge = judge or RiskJudge()
    for action in actions[:-1]:
        judge.done(Proposal(GroundedAction(action)))
    return judge.risk(Proposal(GroundedAction(actions[-1])))


@pytest.mark.parametrize(
    "actions",
    [
        (Type(text="rm -"), Type(text="rf ~")),
        (Type(text="r"), Type(text="m "), Type(text="-r"), Type(text="f x")),
        (Type(text="rm -"), LeftClick(), Type(text="rf ~")),
        (Type(text="rmx"), chord("backspace"), Type(text=" -rf ~")),
        (chord("r"), chord("m"), chord("space"), chord("-"), chord("r")),
        (Type(text="rm -"), chord("f")),
        (Type(text="ls\nrm -"), Type(text="rf ~")),
        (Type(text="curl x.example | s"), Type(text="h\n")),
    ],
)
def test_a_command_typed_in_pieces_is_one(actions: tuple[Action, ...]) -> None:
    assert "what looks like a command" in (judged(*actions) or "")


@pytest.mark.parametrize(
    "actions",
    [
        (Type(text="rm -"), chord("enter"), Type(text="rf ~")),
        (Type(text="rm -\n"), Type(text="rf ~")),
        (Type(text="rm -", enter=True), Type(text="rf ~")),
        (Type(text="rm -"), chord("ctrl+c"), Type(text="rf ~")),
        (Type(text="rm -"), chord("esc"), Type(text="rf ~")),
        (Type(text="rm -"), chord("ctrl+a")),
        (Type(text="Ada"), Type(text=" Lovelace")),
    ],
)
def test_what_has_ended_is_no_beginning(actions: tuple[Action, ...]) -> None:
    assert judged(*actions) is None


def clicked(sentence: str, label: str | None = None) -> RiskJudge:
    judge = RiskJudge((lambda *_: [TextBox(label, 0, 0, 400, 400)]) if label else None)
    judge.done(Proposal(GroundedAction(LeftClick(), Point(50, 50)), sentence, painted()))
    return judge


@pytest.mark.parametrize(
    ("sentence", "label"),
    [("Click the password field.", None), ("点击密码框", None), ("Click it.", "Password"), ("", "密码")],
)
def test_what_is_typed_into_a_password_field_is_a_password(sentence: str, label: str | None) -> None:
    assert "a key or a password" in (judged(Type(text="hunter2"), judge=clicked(sentence, label)) or "")


@pytest.mark.parametrize(
    ("sentence", "label"),
    [("Click the name field.", "Name"), ("Click the link.", "Forgot password?"), ("点击链接", "忘记密码")],
)
def test_other_fields_hold_no_password(sentence: str, label: str | None) -> None:
    assert judged(Type(text="ada@example.com"), judge=clicked(sentence, label)) is None


def test_a_text_is_read_once_and_only_where_somebody_asks() -> None:
    looks = 0

    def read(*_: object) -> list[TextBox]:
        nonlocal looks
        looks += 1
        return [TextBox("Password", 0, 0, 400, 400)]

    judge = RiskJudge(read)
    unasked, asked = (Proposal(GroundedAction(LeftClick(), Point(50, 50)), "", painted()) for _ in range(2))
    judge.done(unasked)
    assert looks == 0
    assert judge.risk(asked) is None
    judge.done(asked)
    assert looks == 1
    judge.done(unasked)
    assert "a key or a password" in (judged(Type(text="hunter2"), Type(text="hunter3"), judge=judge) or "")
    assert looks == 2


def test_tab_leaves_the_field() -> None:
    judge = clicked("Click the password field.")
    judge.done(Proposal(GroundedAction(chord("tab"))))
    assert judged(Type(text="Ada"), judge=judge) is None


def test_a_named_secret_is_asked_about() -> None:
    judge = RiskJudge(secrets=("TOKEN",))
    assert judged(Type(text="x{{TOKEN}}"), judge=judge) == "it types the secret TOKEN"
    assert judged(Type(text="{{OTHER}}"), judge=judge) is None


def drawn(*texts: tuple[str, int, int]) -> Screenshot:
    image = Image.new("RGB", (640, 300), "white")
    draw = ImageDraw.Draw(image)
    for text, x, y in texts:
        draw.rounded_rectangle([x - 30, y - 12, x + 110, y + 34], radius=6, outline="black")
        draw.text((x, y), text, font=ImageFont.truetype("DejaVuSans.ttf", 18), fill="black")
    pixels = image.convert("RGBA").tobytes("raw", "BGRA")
    return Screenshot(pixels, Viewport(100, 50, 640, 300, Size(640, 300)))


@pytest.fixture(scope="module")
def reader() -> TextReader:
    return TextReader()


def test_the_text_under_the_target_is_read(reader: TextReader) -> None:
    screen = drawn(("Cancel", 100, 100), ("Pay now", 400, 100))
    judge = RiskJudge(reader.read_at)

    def risk(action: Action, x: int, y: int) -> str | None:
        return judge.risk(Proposal(GroundedAction(action, Point(x + 100, y + 50)), "Go on.", screen))

    assert "'Pay now' is under the target" in (risk(LeftClick(), 430, 112) or "")
    assert "'Pay now' is under the target" in (risk(LeftClick(), 500, 130) or "")  # the button's rim
    assert risk(LeftClick(), 130, 112) is None
    assert risk(RightClick(), 430, 112) is None
    assert risk(LeftClick(), 300, 250) is None
    assert risk(LeftClick(), -90, 112) is None


def test_the_neighbour_s_text_is_not_the_target_s(reader: TextReader) -> None:
    screen = drawn(("Cancel", 100, 100), ("Send", 250, 100))
    assert label_at(screen, Point(100 + 130, 50 + 112), reader.read_at) == "Cancel"
    assert label_at(screen, Point(100 + 265, 50 + 112), reader.read_at) == "Send"


def test_who_cannot_read_sees_no_text() -> None:
    def read(*_: object) -> list[TextBox]:
        raise UsageError("no models")

    assert label_at(painted(), Point(50, 50), read) is None
    assert RiskJudge().risk(Proposal(GroundedAction(LeftClick(), Point(5, 5)), "Go on.", painted())) is None
