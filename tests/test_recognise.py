"""Looking at the live screen until the target is there, the limit has passed or the person stops it."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest
from PIL import Image, ImageDraw, ImageFont

from actions.action import Point, Size
from actions.brake import Brake, OutOfTime, Stopped
from agent.geometry import Viewport
from agent.live import recognise
from agent.live.locate import STILL, Target
from agent.live.recognise import Recogniser
from agent.reading.labels import TextBox
from agent.screen import Screenshot

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
SIZE = Size(480, 320)
AT = Point(240, 160)


def picture(label: str | None = "Save", at: tuple[int, int] = AT, spot: int | None = None) -> Image.Image:
    """A window with a button, perhaps, and something that moves at the bottom."""
    image = Image.new("RGB", SIZE, "#f0f0f0")
    draw = ImageDraw.Draw(image)
    if label is not None:
        x, y = at
        draw.rounded_rectangle((x - 40, y - 14, x + 40, y + 14), 4, "white", "#202020")
        draw.text(at, label, fill="#202020", font=ImageFont.truetype(FONT, 13), anchor="mm")
    if spot is not None:
        draw.rectangle((spot % 400, 290, spot % 400 + 60, 310), fill="#c62828")
    return image


def shot(image: Image.Image) -> Screenshot:
    return Screenshot(image.convert("RGBA").tobytes("raw", "BGRA"), Viewport(0, 0, *image.size, Size(*image.size)))


class Screen:
    """Shows the pictures one after the other, then the last for ever; `then` is told how many were taken."""

    def __init__(self, *pictures: Image.Image, then=lambda _: None) -> None:
        self.shots = [shot(one) for one in pictures]
        self.captures = 0
        self._then = then

    def capture(self) -> Screenshot:
        self.captures += 1
        self._then(self.captures)
        return self.shots[min(self.captures, len(self.shots)) - 1]


def read(image: Image.Image) -> Sequence[TextBox]:
    """The button's label, wherever it is."""
    for x in range(60, image.width - 50, 10):
        for y in range(30, image.height - 20, 10):
            if image.getpixel((x - 40, y)) == (32, 32, 32) and image.getpixel((x + 40, y)) == (32, 32, 32):
                return [TextBox("Save", x - 16, y - 6, 32, 12)]
    return []


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognise, "POLL_SECONDS", 0.001)
    monkeypatch.setattr(recognise, "REST_SECONDS", 0.05)


def look(screen: Screen, wait: float = 20.0, brake: Brake | None = None, offset: Point = STILL, texts=read):
    return Recogniser(screen, brake or Brake(), texts, wait).look_for(Target(picture(), AT), offset)


def test_what_is_there_is_seen_at_the_first_look() -> None:
    screen = Screen(picture())
    found = look(screen).found
    assert found is not None
    assert (found.at, found.how) == (AT, "place")
    assert screen.captures == 1


def test_a_screen_that_is_late_is_waited_for_and_not_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognise, "REST_SECONDS", 60)
    asked: list[int] = []
    pictures = [picture(None), picture(None, spot=5), picture("Wait"), picture(None), picture()]
    screen = Screen(*pictures)
    found = look(screen, texts=lambda _: asked.append(1) or []).found
    assert found is not None
    assert found.how == "place"
    assert screen.captures == 5
    assert asked == []


def test_the_screen_that_it_was_found_on_is_the_one_that_is_told() -> None:
    last = picture(spot=7)
    assert look(Screen(picture(None), last)).shot.digest == shot(last).digest


def test_a_moved_target_is_found_where_the_last_one_moved_at_the_first_look() -> None:
    screen = Screen(picture(at=(300, 200)))
    found = look(screen, offset=Point(60, 40)).found
    assert found is not None
    assert (found.at, found.offset) == ((300, 200), (60, 40))
    assert screen.captures == 1


def test_its_own_place_comes_before_the_one_where_the_last_target_moved() -> None:
    both = picture()
    both.paste(picture(at=(360, 260)).crop((260, 200, 460, 300)), (260, 200))
    found = look(Screen(both), offset=Point(120, 100)).found
    assert found is not None
    assert found.how in ("place", "image")
    assert found.at == AT


def test_a_screen_at_rest_is_searched() -> None:
    screen = Screen(picture(at=(300, 240)))
    found = look(screen).found
    assert found is not None
    assert (found.at, found.how) == ((300, 240), "image")
    assert screen.captures > 1


def test_what_moves_all_the_time_is_searched_at_the_limit_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognise, "REST_SECONDS", 60)
    screen = Screen(*(picture(at=(300, 200), spot=40 * number) for number in range(10)))
    found = look(screen, wait=0.3).found
    assert found is not None
    assert found.at == (300, 200)


def test_a_screen_at_rest_is_searched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[object] = []
    monkeypatch.setattr(Target, "elsewhere", lambda *arguments: searched.append(arguments))
    assert look(Screen(picture("Keep")), wait=0.5).found is None
    assert len(searched) == 1


@pytest.mark.parametrize("texts", [read, None])
def test_what_is_not_there_is_not_found_and_the_limit_holds(texts) -> None:
    started = time.monotonic()
    one = look(Screen(picture(None, spot=3)), wait=0.3, texts=texts)
    assert one.found is None
    assert one.shot.digest == shot(picture(None, spot=3)).digest
    assert time.monotonic() - started >= 0.3


def test_without_a_limit_left_it_is_looked_for_once_everywhere() -> None:
    screen = Screen(picture(at=(300, 200)))
    found = look(screen, wait=0).found
    assert found is not None
    assert screen.captures == 1


def test_a_screen_of_another_size_is_survived() -> None:
    small = Image.new("RGB", (100, 80), "white")
    assert look(Screen(small, picture())).found is not None
    assert look(Screen(picture(None), small), wait=0.2).found is None


def test_the_person_stops_it_while_it_waits() -> None:
    brake = Brake()
    screen = Screen(picture(None), then=lambda captures: brake.pull("enough") if captures == 3 else None)
    with pytest.raises(Stopped, match="enough"):
        look(screen, brake=brake)
    assert screen.captures == 3


def test_the_run_s_own_time_ends_it() -> None:
    brake = Brake()
    brake.limit(0.1)
    with pytest.raises(OutOfTime):
        look(Screen(picture(None)), brake=brake)
