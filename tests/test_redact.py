"""What is hidden on the screen is a solid box in all that is sent and recorded, and the rest works as ever."""

from __future__ import annotations

import base64
import io
import tkinter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from pydantic import SecretStr

from actions.action import Point, Size
from actions.executor import InputError
from actions.windows import Area, titled_areas
from agent.encode import encode_exactly
from agent.errors import ScreenError, UsageError
from agent.frames import TILE, Restless, changed_tiles
from agent.geometry import Viewport
from agent.live.covers import covered_tiles
from agent.recording.session import find_sessions, read_session
from agent.rect import Rect
from agent.screen import DesktopScreen, Screenshot
from agent.secrecy.redact import GREY, MaskedScreen, MaskedShot, Redactions
from agent.secrecy.typed import TypedAreas
from agent.secrecy.values import Secrets
from agent.virtual import VirtualDisplay
from tests.apps.programs import SinkWindow, wait_until
from tests.endpoint_server import EndpointServer, Request
from tests.fakes import FakeScreen, painted
from tests.test_run import Agent, Script


def shown(screen: MaskedScreen) -> Image.Image:
    """A capture as a model is shown it, without the losses of what is sent to one."""
    data = encode_exactly(screen.capture(), max_pixels=10**7).data
    return Image.open(io.BytesIO(data)).convert("RGB")


def colours(image: Image.Image, box: tuple[int, int, int, int]) -> set[Any]:
    return {colour for _, colour in image.crop(box).getcolors(1 << 20)}


def drawn(*texts: tuple[int, int, str], size: tuple[int, int] = (320, 200)) -> Screenshot:
    image = Image.new("RGB", size, "white")
    for x, y, text in texts:
        ImageDraw.Draw(image).text((x, y), text, fill="black", font_size=14)
    return Screenshot(image.tobytes("raw", "BGRX"), Viewport(0, 0, *size, Size(*size)))


# --- what is asked for -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", ["", "1,2,3", "1,2,0,4", "windows:x", "window:", "text:", "window:(", "text:*"])
def test_what_is_no_redaction_is_said(given: str) -> None:
    with pytest.raises(UsageError, match="--redact"):
        Redactions.read([given])


def test_all_kinds_are_read() -> None:
    read = Redactions.read(["-5,0,10,20", "window:^Kee.*", "text:a:b"])
    assert read.areas == (Area(-5, 0, 10, 20),)
    assert [pattern.pattern for pattern in (*read.windows, *read.texts)] == ["^Kee.*", "a:b"]
    assert read
    assert not Redactions.read([])


def test_texts_need_the_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(UsageError, match="gui-plus-agent\\[offline\\]"):
        Redactions.read(["text:x"])


def test_windows_need_x11(monkeypatch: pytest.MonkeyPatch) -> None:
    redactions = Redactions.read(["window:x"])
    monkeypatch.setattr("sys.platform", "darwin")
    with pytest.raises(UsageError, match="X11"):
        MaskedScreen(FakeScreen(), redactions, TypedAreas())
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(UsageError, match="cannot be told here"):
        MaskedScreen(FakeScreen(), redactions, TypedAreas())


def test_windows_that_cannot_be_told_any_more_end_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.secrecy.redact.titled_areas", lambda _: ())
    screen = MaskedScreen(FakeScreen(), Redactions.read(["window:x"]), TypedAreas())

    def fail(_: object) -> tuple[Area, ...]:
        raise InputError("gone")

    monkeypatch.setattr("agent.secrecy.redact.titled_areas", fail)
    with pytest.raises(ScreenError, match="gone"):
        screen.capture()


# --- rectangles ------------------------------------------------------------------------------------------------------


def test_a_rectangle_is_solid_and_the_rest_is_not() -> None:
    screen = MaskedScreen(FakeScreen(painted(boxes=[(0, 0, 320, 100)])), Redactions.read(["10,20,50,30"]), TypedAreas())
    image = shown(screen)
    assert colours(image, (10, 20, 60, 50)) == {GREY}
    for outside in ((0, 0, 320, 20), (0, 50, 320, 100), (0, 20, 10, 50), (60, 20, 320, 50)):
        assert colours(image, outside) == {(255, 255, 255)}


def test_a_rectangle_is_in_points_of_the_desktop() -> None:
    shot = painted(200, 100)
    half = Screenshot(shot.bgrx, Viewport(50, 30, 100, 50, Size(200, 100)))  # two pixels a point
    screen = MaskedScreen(FakeScreen(half), Redactions.read(["60,40,10,5", "0,0,51,31", "500,0,9,9"]), TypedAreas())
    image = shown(screen)
    assert colours(image, (20, 20, 40, 30)) == {GREY}
    assert colours(image, (0, 0, 2, 2)) == {GREY}
    assert sum(count for count, colour in image.getcolors() if colour == GREY) == 20 * 10 + 2 * 2


def test_pixels_are_compared_as_they_are() -> None:
    before, after = painted(), painted(boxes=[(20, 20, 5, 5)])
    screen = MaskedScreen(FakeScreen(before, after, after), Redactions.read(["0,0,100,100"]), TypedAreas())
    first, second, third = screen.capture(), screen.capture(), screen.capture()
    assert changed_tiles(first, second) == {(1, 1)}
    assert first.digest != second.digest == third.digest
    assert first.image.tobytes() == second.image.tobytes()


def test_a_digest_says_nothing_of_what_is_hidden() -> None:
    shots = [MaskedScreen(FakeScreen(), Redactions.read(["0,0,9,9"]), TypedAreas()).capture() for _ in range(2)]
    digests = {shots[0].digest, shots[1].digest, painted().digest}
    assert len(digests) == 3
    restless = Restless()
    restless.begin(painted())
    for number in range(6):
        restless.saw(painted(boxes=[(32, 32, 4, 4)] if number % 2 else []))
    restless.learn()
    scenes = {restless.scene(shot) for shot in (*shots, painted())}
    assert len(scenes) == 3
    assert len({restless.scene(shots[0]) for _ in range(2)}) == 1


# --- where a secret was typed ----------------------------------------------------------------------------------------


def masked(typed: TypedAreas, shot: Screenshot) -> Image.Image:
    return MaskedShot(shot.bgrx, shot.viewport, b"k", lambda: typed.boxes(shot)).image


def typed_from(before: Screenshot, *after: Screenshot) -> TypedAreas:
    typed = TypedAreas()
    typed.begin(before)
    for shot in after:
        typed.saw(shot)
    typed.end()
    return typed


SECRET = (64, 68, "hunter2 hunter2")
PLACE = (62, 66, 190, 90)


def test_what_typing_changed_stays_covered() -> None:
    before, after = drawn((64, 30, "Password")), drawn((64, 30, "Password"), SECRET)
    typed = typed_from(before, after)
    for shot in (after, drawn(SECRET), drawn((64, 30, "Welcome"), (200, 150, "there"), SECRET)):
        assert colours(masked(typed, shot), PLACE) <= {GREY, (255, 255, 255)}
        assert (0, 0, 0) in colours(shot.image, PLACE)
    assert masked(typed, before).tobytes() == before.image.tobytes()
    assert colours(masked(typed, after), (64, 30, 190, 46)) == colours(after.image, (64, 30, 190, 46))


def test_letters_wider_than_their_dots_are_covered() -> None:
    before, dots, letters = drawn(), drawn((64, 68, "*******")), drawn((64, 68, "wwwwwww"))
    assert colours(masked(typed_from(before, dots), letters), PLACE) <= {GREY, (255, 255, 255)}


def test_what_changes_while_the_model_thinks_is_covered_and_later_changes_are_not() -> None:
    before, after = drawn(), drawn(SECRET)
    late = drawn(SECRET, (64, 120, "hunter2?"))
    typed = typed_from(before, after, late)
    assert colours(masked(typed, late), (62, 116, 190, 140)) <= {GREY, (255, 255, 255)}
    typed = typed_from(before, after)
    typed.saw(late)
    assert (0, 0, 0) in colours(masked(typed, late), (62, 116, 190, 140))


@pytest.mark.parametrize("y", [20, 69, 71, 150])
def test_a_page_that_scrolls_takes_its_cover_along(y: int) -> None:
    typed = typed_from(drawn(size=(320, 400)), drawn(SECRET, size=(320, 400)))
    moved = masked(typed, drawn((30, y, SECRET[2]), (200, 350, "other"), size=(320, 400)))
    assert colours(moved, (28, y, 160, y + 20)) <= {GREY, (255, 255, 255)}
    assert (0, 0, 0) in colours(moved, (200, 350, 250, 370))


def test_a_second_secret_in_the_place_of_the_first() -> None:
    first, second = drawn(SECRET), drawn((64, 68, "another one"))
    typed = typed_from(drawn(), first)
    typed.begin(first)
    typed.saw(second)
    typed.end()
    for shot in (first, second):
        assert colours(masked(typed, shot), PLACE) <= {GREY, (255, 255, 255)}


def test_a_screen_of_another_size_is_covered_whole() -> None:
    typed = typed_from(drawn(), drawn(SECRET, size=(400, 240)))
    image = masked(typed, drawn(SECRET, size=(400, 240)))
    assert colours(image, PLACE) <= {GREY, (255, 255, 255)}


def test_a_tile_at_the_edge() -> None:
    size = (TILE * 3 + 5, TILE * 2 + 3)
    before = painted(*size)
    after = painted(*size, boxes=[(size[0] - 2, size[1] - 2, 1, 1)])
    assert masked(typed_from(before, after), after).getpixel((size[0] - 2, size[1] - 2)) == GREY


def test_boxes_are_found_again() -> None:
    shot = drawn((64, 68, "text"))
    assert covered_tiles(shot.image) == []
    screen = MaskedScreen(FakeScreen(shot), Redactions.read(["30,0,290,40"]), TypedAreas())
    assert covered_tiles(shown(screen)) == [
        Rect(x, y, x + TILE, y + TILE) for y in (0, 16) for x in range(32, 320, TILE)
    ]


# --- texts and windows -----------------------------------------------------------------------------------------------


def test_lines_of_text_are_covered() -> None:
    shot = drawn((40, 40, "Card 4111 1111 1111 1111"), (40, 140, "Nothing to hide"), size=(480, 240))
    screen = MaskedScreen(FakeScreen(shot), Redactions.read([r"text:\d{4} ?\d{4} ?\d{4}"]), TypedAreas())
    image = shown(screen)
    assert colours(image, (40, 42, 213, 56)) == {GREY}
    assert image.crop((0, 120, 480, 200)).tobytes() == shot.image.crop((0, 120, 480, 200)).tobytes()


@pytest.mark.parametrize("value", ["Tr0ub4dor-l1O", 's3cret <b> "x"'])
def test_a_secret_shown_elsewhere_is_covered_where_that_is_asked_for(value: str) -> None:
    secrets = Secrets({"PASSWORD": SecretStr(value)})
    redactions = Redactions.read(["text:{{PASSWORD}}"], secrets)
    assert value not in repr(redactions)
    shot = drawn((40, 40, f"Saved: {value}, Oslo"), (40, 140, "Nothing to hide"), size=(480, 240))
    image = shown(MaskedScreen(FakeScreen(shot), redactions, TypedAreas()))
    assert colours(image, (45, 42, 150, 56)) == {GREY}
    assert image.crop((0, 120, 480, 200)).tobytes() == shot.image.crop((0, 120, 480, 200)).tobytes()
    with pytest.raises(UsageError, match="no --secret OTHER"):
        Redactions.read(["text:{{OTHER}}"], secrets)


@pytest.fixture
def window(display: VirtualDisplay) -> Iterator[tkinter.Tk]:
    """A window of a colour of its own, titled "Vault — Ünicode"."""
    root = tkinter.Tk(className="Vault")
    root.title("Vault — Ünicode")
    root.geometry("300x200+200+150")
    root.configure(background="#ff0000")
    pump(root, lambda: root.winfo_viewable())
    yield root
    root.destroy()


def pump(root: tkinter.Tk, condition: Any) -> None:
    def done() -> object:
        root.update()
        return condition()

    wait_until(done, what="the window")


def red(image: Image.Image) -> int:
    return sum(count for count, colour in image.getcolors(1 << 24) if colour == (255, 0, 0))


@pytest.mark.desktop
def test_a_window_is_covered_wherever_it_goes(window: tkinter.Tk) -> None:
    desktop = DesktopScreen()
    screen = MaskedScreen(desktop, Redactions.read(["window:^Vault . Ü"]), TypedAreas())
    pump(window, lambda: red(desktop.capture().image) == 300 * 200)
    (area,) = titled_areas(lambda title: "Vault" in title)
    assert area.width >= 300
    assert area.height > 200  # its frame, which shows the title
    assert red(shown(screen)) == 0
    window.geometry("+600+400")
    while red(desktop.capture().image) == 0 or window.winfo_rootx() < 600:
        window.update()
        assert red(shown(screen)) == 0
    assert red(shown(screen)) == 0
    assert titled_areas(lambda title: title == "Vault") == ()


@pytest.mark.desktop
def test_a_menu_of_a_covered_window_is_covered(window: tkinter.Tk) -> None:
    desktop = DesktopScreen()
    popup = tkinter.Toplevel(window, background="#ff0000")
    popup.overrideredirect(True)
    popup.geometry("100x80+900+600")
    screen = MaskedScreen(desktop, Redactions.read(["window:Vault"]), TypedAreas())
    pump(window, lambda: desktop.capture().image.getpixel((950, 640)) == (255, 0, 0))
    assert red(shown(screen)) == 0


@pytest.mark.desktop
def test_a_run_sends_and_records_boxes_and_clicks_into_them(sink: SinkWindow, tmp_path: Path) -> None:
    script = Script("gui-plus-2026-02-26", "gui-plus-2026-02-26", sink)
    replies = [
        script.reply("left_click", coordinate=script.at("text")),
        script.reply("type", text="seen by nobody"),
        script.reply("terminate", status="success"),
    ]
    sink.forget()
    at = sink.place("text")
    box = (at.x - 290, at.y - 60, at.x + 290, at.y + 60)
    redact = f"{box[0]},{box[1]},{box[2] - box[0]},{box[3] - box[1]}"
    where = ["--model", script.model, "--approve", "never", "--on-human", "ignore", "--redact", redact]
    with EndpointServer([*replies, *replies]) as server:
        where += ["--base-url", server.base_url]
        agent = Agent("run", "x", *where, "--json", "--max-pixels", "200000", "--no-high-res", cwd=tmp_path).wait()
        requests = list(server.requests)
        planned = Agent("plan", "x", *where, "--max-steps", "2", "-o", "out", "--no-record", cwd=tmp_path).wait()
    assert agent.code == 0, agent.stderr
    sink.expect("text", "seen by nobody")
    changed = [event["changed"] for event in agent.events("step_finished")]
    assert changed[1] is True  # what happens beneath the box is a change
    for request in requests:
        assert_box(picture(request), box)
    (path,) = find_sessions(tmp_path / "recordings")
    for step in read_session(path).steps:
        with Image.open(path / "screens" / f"{step.screenshot.lossless.sha256}.webp") as kept:
            assert colours(kept.convert("RGB"), box) == {GREY}
    assert planned.code == 0, planned.stderr
    with Image.open(tmp_path / "out" / "plan.png") as plan:
        marked = colours(plan.convert("RGB"), (box[0], box[1], box[0] + 100, box[3]))
    assert marked == {GREY}
    replay = Agent("replay", "recordings", env={"DISPLAY": ""}, cwd=tmp_path).wait()
    assert replay.code == 0, replay.stdout


def picture(request: Request) -> Image.Image:
    data = base64.b64decode(request.images[-1].partition(",")[2])
    return Image.open(io.BytesIO(data)).convert("RGB")


def assert_box(image: Image.Image, box: tuple[int, int, int, int]) -> None:
    """The box is grey in a picture of any size; its edges may be blurred, and a JPEG's are so by up to 8 pixels."""
    scale = image.width / 1280
    left, top, right, bottom = (round(side * scale) for side in box)
    assert colours(image, (left + 11, top + 11, right - 11, bottom - 11)) == {GREY}


@pytest.mark.desktop
def test_a_wrong_redaction_ends_before_anything_is_done(display: VirtualDisplay, tmp_path: Path) -> None:
    agent = Agent("run", "x", "--model", "offline", "--redact", "window:(", cwd=tmp_path).wait()
    assert agent.code == 2
    assert "regular expression" in agent.stderr
    assert not (tmp_path / "recordings").exists()


def test_places_are_unaffected() -> None:
    shot = MaskedScreen(FakeScreen(painted(left=5, top=7)), Redactions.read(["0,0,99,99"]), TypedAreas()).capture()
    assert shot.viewport == painted(left=5, top=7).viewport
    assert shot.viewport.to_point((500, 500), Size(1000, 1000)) == Point(165, 107)
