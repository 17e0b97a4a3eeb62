"""The page of `agent show` in a browser: what a person sees and does there."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont

from actions.action import GroundedAction, Point, Size
from actions.executor import Outcome
from agent.cli import main
from agent.geometry import Viewport
from agent.model import ModelReply, Usage
from agent.recording.session import read_session
from agent.screen import Screenshot
from tests.fakes import FakeScreen, call, painted
from tests.test_preview import run as run_plan
from tests.test_preview import step as planned_step
from tests.test_showing import CLICKS, DONE, failed_tries, lines, record, write

playwright = pytest.importorskip("playwright.sync_api")

EVIL = "<script>window.hacked=1</script></script><img src=x onerror=window.hacked=1><!-- \u2028 '\"&"
SIZES = [(1440, 900), (620, 900)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    program = next(filter(None, map(shutil.which, names)), None)
    if program is None:
        pytest.skip("no Chromium is installed")
    # Its sockets stand in the folder of temporary files, and their names have an end.
    folder = tempfile.mkdtemp(prefix="show-", dir="/tmp" if Path("/tmp").is_dir() else None)
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = folder
    try:
        with playwright.sync_playwright() as started:
            opened = started.chromium.launch(executable_path=program, args=["--no-sandbox"])
            yield opened
            opened.close()
    finally:
        os.environ.pop("TMPDIR")
        if before is not None:
            os.environ["TMPDIR"] = before
        shutil.rmtree(folder, ignore_errors=True)


class Reader:
    """A person's window on one page. Closing it checks that nothing went wrong and nothing was asked of a network."""

    def __init__(self, browser: Any, size: tuple[int, int] = (1440, 900), scheme: str = "light") -> None:
        self.context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.requested: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.requested.append(request.url))

    def open(self, path: Path, fragment: str = "") -> Reader:
        self.url = path.resolve().as_uri()
        self.page.goto(self.url + fragment)
        self.page.wait_for_selector("body[data-ready]")
        return self

    def press(self, *keys: str) -> Reader:
        for key in keys:
            self.page.keyboard.press(key)
        return self

    def js(self, code: str, argument: object = None) -> Any:
        return self.page.evaluate(code, argument)

    def text(self, selector: str) -> str:
        return str(self.page.inner_text(selector))

    @property
    def heading(self) -> str:
        return " ".join(self.text("main h2").split())

    @property
    def step(self) -> str:
        return str(self.js("location.hash"))

    def pictures(self) -> None:
        """Wait until the pictures of the step are drawn."""
        # Not wait_for_function: it evaluates text in the page, which the page's policy forbids.
        self.js("() => Promise.all([...document.querySelectorAll('main img')].map((image) => image.decode()))")

    def shown_rows(self) -> list[int]:
        rows: list[int] = self.js(
            "[...document.querySelectorAll('nav li.row')].flatMap((item, i) => item.hidden ? [] : [i + 1])"
        )
        return rows


@pytest.fixture
def reader(browser: Any) -> Iterator[Any]:
    """Makes windows; at the end, none of them may have seen an error or a request."""
    readers: list[Reader] = []

    def make(**options: Any) -> Reader:
        readers.append(Reader(browser, **options))
        return readers[-1]

    yield make
    said = [one.said for one in readers]
    asked = [[url for url in one.requested if url.split("#")[0] != one.url] for one in readers]
    for one in readers:
        one.context.close()
    assert said == [[]] * len(readers)
    assert [[url for url in urls if not url.startswith("data:")] for urls in asked] == [[]] * len(readers)


def outcome(grounded: GroundedAction) -> Outcome:
    failed = grounded.action.action == "key"
    return Outcome("failed", "there is no such key") if failed else Outcome("done", None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Session `a` has eight steps, the third of them failed; `b` does another thing in its second."""
    folder = tmp_path_factory.mktemp("sessions")
    thought = ModelReply(
        text=CLICKS[1], reasoning="The menu hides a zebra.", usage=Usage(prompt_tokens=1, completion_tokens=2)
    )
    key = call("key", "Press it", keys=["f13"])
    record(folder, CLICKS[0], "Hm.", thought, key, *CLICKS[2:6], DONE, name="a", outcome=outcome)
    record(folder, CLICKS[0], CLICKS[4], key, *CLICKS[2:6], DONE, name="b", outcome=outcome)
    return folder


@pytest.fixture(scope="module")
def session(folder: Path) -> Path:
    assert main(["show", str(folder / "a")]) == 0
    return folder / "a" / "show.html"


@pytest.fixture(scope="module")
def difference(folder: Path) -> Path:
    assert main(["show", str(folder / "a"), str(folder / "b"), "-o", str(folder / "diff.html")]) == 0
    return folder / "diff.html"


def test_the_header_says_what_the_run_was(session: Path, reader: Any) -> None:
    header = reader().open(session).text("header")
    for words in ("do it", "success", "gui-plus-2026-02-26", "Steps 8", "CNY", "8,001 in, 802 out"):
        assert words in " ".join(header.split()), words


def test_every_step_is_reached_by_the_keyboard(session: Path, reader: Any) -> None:
    page = reader().open(session)
    for down, up in (("j", "k"), ("ArrowDown", "ArrowUp"), ("ArrowRight", "ArrowLeft")):
        page.press("Home")
        seen = [page.heading]
        seen += [page.press(down).heading for _ in range(7)]
        assert [words.split()[1] for words in seen] == list("12345678")
        assert page.press(down).heading == seen[-1], "there is nothing behind the last"
        assert page.press(*[up] * 7).heading == seen[0]
        assert page.press(up).heading == seen[0]
    assert page.press("End").heading.startswith("Step 8")
    assert page.step == "#step-8"
    assert page.js("document.querySelectorAll('nav [aria-current]').length") == 1


def test_keys_go_on_from_a_step_that_was_clicked(session: Path, reader: Any) -> None:
    page = reader().open(session)
    page.page.click("nav li.row:nth-child(4) button")
    assert page.press("j").heading.startswith("Step 5")
    assert page.js("document.activeElement === document.querySelector('nav [aria-current]')"), "the focus goes along"


def test_a_text_that_scrolls_keeps_the_keys_for_it(tmp_path: Path, reader: Any) -> None:
    path = record(tmp_path, CLICKS[0], call("type", text="long " * 2000), DONE)
    assert main(["show", str(path)]) == 0
    page = reader().open(path / "show.html")
    page.js("document.querySelector('main pre').focus()")
    assert page.press("ArrowDown").step == "#step-2", "a short one does not"
    page.js("document.querySelector('main pre').focus()")
    assert page.press("End").step == "#step-2"
    assert page.press("Escape", "End").step == "#step-3"


@pytest.mark.parametrize(("fragment", "step"), [("#step-3", 3), ("#step-99", 8), ("#step-0", 1), ("#x", 1)])
def test_the_address_names_the_step(fragment: str, step: int, session: Path, reader: Any) -> None:
    page = reader().open(session, fragment)
    assert page.heading.startswith(f"Step {step} ")
    page.js("location.hash = '#step-5'")
    page.page.locator("main h2", has_text="Step 5").wait_for()


def test_a_step_shows_all_there_is(session: Path, reader: Any) -> None:
    page = reader().open(session, "#step-2")
    main_ = page.text("main")
    for words in ("The menu hides a zebra.", "Hm.", "Not understood", "Reply to re-ask 1", "coordinate: [200,100]"):
        assert words in main_
    assert "(128, 40)" in main_
    for part in ("capture", "encode", "model", "act", "settle"):
        assert page.page.locator("main .bars th", has_text=part).count() == 1
    page.page.locator("main details summary").first.click()
    request = page.text("main details[open]")
    assert "You see a screen." in request
    page.page.locator("main details[open] .image button", has_text="step 1").click()
    assert page.heading.startswith("Step 1 ")
    assert "there is no such key" in page.press("j", "j").text("main")


def test_failed_tries_are_told(folder: Path, tmp_path: Path, reader: Any) -> None:
    path = shutil.copytree(folder / "a", tmp_path / "a")
    failed_tries(path)
    assert main(["show", str(path)]) == 0
    words = reader().open(path / "show.html").text("main")
    assert "Try 1 failed: too many requests; tried again after 1.5 s\n" in words
    assert "Try 2 failed: the stream broke; tried again after 3.0 s (0.2500 CNY)" in words
    assert "the reply names another model" in words


def test_the_pictures_are_those_of_the_step(folder: Path, session: Path, reader: Any) -> None:
    page = reader().open(session)
    recorded = read_session(folder / "a").steps
    for number, step in enumerate(recorded[:-1]):
        page.pictures()
        colours = page.js(
            """() => [...document.querySelectorAll('main img')].map((image) => {
                 const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight).getContext('2d');
                 canvas.drawImage(image, 0, 0);
                 const row = canvas.getImageData(0, 30, image.naturalWidth, 1).data;
                 return row.findIndex((value, i) => i % 4 === 0 && value > 200) / 4;
               })"""
        )
        # Picture i has its white box from 10 * i on.
        assert colours == [10 * number, 10 * (number + 1)]
        assert step.number == number + 1
        page.press("j")
    page.pictures()
    assert page.page.locator("main img").count() == 1, "nothing follows the last step"


def test_only_what_is_shown_holds_its_pictures(session: Path, reader: Any) -> None:
    page = reader().open(session)
    for _ in range(8):
        page.pictures()
        assert 1 <= page.page.locator("main img").count() <= 2
        page.press("j")


def test_pictures_that_come_and_go_at_once_are_no_error(session: Path, reader: Any) -> None:
    page = reader().open(session)
    every = "for (let i = 0; i < 3; i++) for (const one of document.querySelectorAll('nav button')) one.click()"
    page.js(f"() => {{ {every} }}")
    page.pictures()


def test_what_a_model_writes_is_text(tmp_path: Path, reader: Any) -> None:
    reply = ModelReply(text=call("type", EVIL, text=EVIL), reasoning=EVIL, usage=Usage(), model=EVIL)
    odd = ModelReply(text=EVIL, reasoning=EVIL, usage=Usage(), finish_reason=EVIL)

    def said(grounded: GroundedAction) -> Outcome:
        return Outcome("done", EVIL, EVIL)

    end = call("answer", EVIL, text=EVIL)
    for name in "ab":
        record(tmp_path, reply, odd, reply, end, task=EVIL, name=name, outcome=said)
    content = lines(tmp_path / "a")
    check = {"event": "check_finished", "time": content[0]["time"], "check": EVIL, "passed": False, "detail": EVIL}
    content.insert(-1, check)
    content[0] |= {"model": EVIL, "dialect": EVIL}
    write(tmp_path / "a", content)
    assert main(["show", str(tmp_path / "a")]) == 0
    assert main(["show", str(tmp_path / "a"), str(tmp_path / "b"), "-o", str(tmp_path / "diff.html")]) == 0
    for name in ("a/show.html", "diff.html"):
        page = reader().open(tmp_path / name)
        visible = EVIL.partition(" \u2028")[0]
        assert visible in page.text("header h1")
        assert visible in page.text("header .facts")
        assert visible in page.text("header .checks")
        assert visible in page.text("nav")
        page.press("j")
        page.js("for (const one of document.querySelectorAll('details')) one.open = true")
        assert page.text("main").count(visible) >= 8
        page.press("j", "k", "/")
        page.page.keyboard.type("onerror")
        page.pictures()
        assert page.js("window.hacked") is None
        assert page.js("document.querySelectorAll('img[src=x]').length") == 0


RETINA = Viewport(0, 0, 640, 400, Size(1280, 800))
SECOND = Viewport(1920, -100, 640, 400, Size(640, 400))
REGION = Viewport(300, 200, 500, 333, Size(500, 333))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("viewport", [RETINA, SECOND, REGION], ids=["scale 2", "second monitor", "region"])
def test_the_ring_is_where_the_click_was(viewport: Viewport, size: Any, tmp_path: Path, reader: Any) -> None:
    blank = painted(*viewport.pixels).bgrx
    clicks = [call("left_click", coordinate=[x, y]) for x, y in ((0, 0), (333, 777), (1000, 1000), (501, 12))]
    path = record(tmp_path, *clicks, DONE, shots=[Screenshot(blank, viewport)])
    assert main(["show", str(path)]) == 0
    page = reader(size=size).open(path / "show.html")
    for step in read_session(path).steps[:4]:
        for zoomed in (False, True):
            page.pictures()
            assert step.planned is not None
            at = viewport.to_pixel(step.planned.target or Point(0, 0))
            scale, rings = placed(page)
            assert len(rings) == 2, "before and after"
            for ring in rings:
                expected = ((at.x + 0.5) * scale, (at.y + 0.5) * scale)
                assert ring == pytest.approx(expected, abs=1), f"zoomed: {zoomed}"
            page.press("z")
        page.press("j")


def placed(page: Reader) -> tuple[float, list[tuple[float, float]]]:
    """CSS pixels a picture pixel, and the rings' middles from their pictures' corners."""
    found = page.js(
        """() => [...document.querySelectorAll('main .canvas')].map((canvas) => {
             const image = canvas.querySelector('img'), box = image.getBoundingClientRect();
             const ring = canvas.querySelector('circle.ring:not(.halo)').getBoundingClientRect();
             return [box.width / image.naturalWidth, ring.left + ring.width / 2 - box.left,
                     ring.top + ring.height / 2 - box.top];
           })"""
    )
    return found[0][0], [(x, y) for _, x, y in found]


def test_a_drag_is_a_line_and_the_pointer_follows(tmp_path: Path, reader: Any) -> None:
    drag = call("left_click_drag", coordinate=[750, 250])
    path = record(tmp_path, CLICKS[1], drag, call("key", keys=["a"]), DONE)
    assert main(["show", str(path)]) == 0
    page = reader().open(path / "show.html", "#step-2")
    page.pictures()
    ends = page.js("['x1', 'y1', 'x2', 'y2'].map((name) => document.querySelector('main .way').getAttribute(name))")
    # The pointer's place was (7, 9), as the executor said; the end is (480, 100) of 640x400.
    assert [float(end.removesuffix("%")) for end in ends] == pytest.approx(
        [100 * 7.5 / 640, 100 * 9.5 / 400, 100 * 480.5 / 640, 100 * 100.5 / 400], abs=0.01
    )
    pointers = (
        "[...document.querySelectorAll('main .pointer')].map((one) => Math.round(parseFloat(one.getAttribute('x'))))"
    )
    assert page.js(pointers) == [20, 75]
    assert page.press("j").js(pointers) == [75, 75]
    assert page.page.locator("main circle.ring").count() == 0, "a key has no place"


def test_a_place_outside_the_picture_is_said(tmp_path: Path, reader: Any) -> None:
    shot = Screenshot(painted(500, 333).bgrx, REGION)
    path = record(tmp_path, call("left_click"), DONE, shots=[shot])
    assert main(["show", str(path)]) == 0
    assert "(7, 9), outside the picture" in reader().open(path / "show.html").text("main")


def ground(page: Reader) -> str:
    return str(page.js("getComputedStyle(document.body).backgroundColor"))


def test_the_theme_follows_the_system_and_the_key(session: Path, reader: Any) -> None:
    light, dark = (reader(scheme=scheme).open(session) for scheme in ("light", "dark"))
    colours = [ground(light), ground(dark)]
    assert colours[0] != colours[1]
    assert [ground(light.press("t")), ground(dark.press("t"))] == colours[::-1]
    light.page.click("#theme")
    assert ground(light) == colours[0]


def test_the_filter(session: Path, reader: Any) -> None:
    page = reader().open(session).press("/")
    page.page.keyboard.type("Zebra")
    assert page.shown_rows() == [2], "a thought"
    assert page.heading.startswith("Step 2 "), "what is hidden is not selected"
    assert page.text("#count") == "1 of 8"
    page.press("Escape")
    assert page.js("document.activeElement === document.body")
    assert page.press("j").heading.startswith("Step 2 "), "the keys pass over what is hidden"
    for words, rows in (("left_click", [1, 2, 4, 5, 6, 7]), ("no such key", [3]), ("terminate", [8]), ("yak", [])):
        page.page.fill("#filter", words)
        assert page.shown_rows() == rows, words
    assert "No step matches" in page.text("nav")


def test_failed_only(session: Path, reader: Any) -> None:
    page = reader().open(session)
    page.page.check("#failed")
    assert page.shown_rows() == [3]
    page.page.uncheck("#failed")
    assert page.shown_rows() == list(range(1, 9))


def test_letters_in_the_filter_are_letters(session: Path, reader: Any) -> None:
    page = reader().open(session).press("/")
    before = (page.heading, ground(page))
    page.page.keyboard.type("jtpz")
    assert page.page.input_value("#filter") == "jtpz"
    assert ground(page) == before[1]


def test_what_can_be_used_has_a_name(session: Path, difference: Path, reader: Any) -> None:
    for path in (session, difference):
        page = reader().open(path)
        nameless = page.js(
            """() => [...document.querySelectorAll('button, input, summary, nav, main, .frame')].filter((one) =>
                 !one.textContent.trim() && !one.ariaLabel && !one.labels?.length).map((one) => one.outerHTML)"""
        )
        assert nameless == []
        page.press("Tab", "Tab")
        assert page.js("getComputedStyle(document.activeElement).outlineStyle") == "solid"


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_nothing_is_wider_than_the_window(size: Any, session: Path, difference: Path, reader: Any) -> None:
    for path in (session, difference):
        page = reader(size=size).open(path)
        page.pictures()
        assert page.js("document.documentElement.scrollWidth - innerWidth") <= 0
        cut = page.js(
            """() => { const edge = (one) => one.getBoundingClientRect().right;
                 const nav = edge(document.querySelector('nav'));
                 return [...document.querySelectorAll('nav li button')].filter((one) => edge(one) > nav).length; }"""
        )
        assert cut == 0


def test_two_runs_and_where_they_part(difference: Path, reader: Any) -> None:
    page = reader().open(difference)
    assert page.page.locator("nav .parting").count() == 1
    assert page.page.locator("nav li.row:nth-child(2) .parting").inner_text() == "The runs part here"
    assert "They part in row 2" in page.text("header")
    page.press("End", "p")
    assert page.step == "#row-2"
    headings = [" ".join(one.split()) for one in page.page.locator("main h2").all_inner_texts()]
    assert headings == ["A Step 2 Click 2", "B Step 2 Click 5"]
    page.page.check("#failed")
    assert page.shown_rows() == [3]
    assert page.press("p").step == "#row-2", "the filter makes way"


def test_a_step_of_one_run_only(folder: Path, tmp_path: Path, reader: Any) -> None:
    other = record(tmp_path, CLICKS[0], DONE)
    assert main(["show", str(other), str(folder / "a"), "-o", str(tmp_path / "diff.html")]) == 0
    page = reader().open(tmp_path / "diff.html").press("p")
    assert "no such step" in page.page.locator("main article").first.inner_text()
    assert "Click 2" in page.page.locator("main article").last.inner_text()
    assert page.page.locator("nav li.row").count() == 8


def test_another_outcome_of_the_same_action_is_said(folder: Path, tmp_path: Path, reader: Any) -> None:
    other = record(tmp_path, CLICKS[0], DONE, refuse="the policy denies it")
    assert main(["show", str(folder / "a"), str(other), "-o", str(tmp_path / "diff.html")]) == 0
    page = reader().open(tmp_path / "diff.html")
    assert "another outcome" in page.text("nav li.row:nth-child(1)")
    assert page.page.locator(".otherwise").count() == 1


def test_equal_runs_have_no_parting(folder: Path, tmp_path: Path, reader: Any) -> None:
    assert main(["show", str(folder / "a"), str(folder / "a"), "-o", str(tmp_path / "diff.html")]) == 0
    page = reader().open(tmp_path / "diff.html")
    assert "took the same actions" in page.text("header")
    assert page.press("p").step == "#row-1"
    assert page.page.locator(".parting").count() == 0


def test_a_missing_picture_says_why(folder: Path, tmp_path: Path, reader: Any) -> None:
    path = shutil.copytree(folder / "a", tmp_path / "a")
    (path / "screens" / f"{read_session(path).steps[1].screenshot.sent.sha256}.png").unlink()
    assert main(["show", str(path)]) == 0
    page = reader().open(path / "show.html", "#step-2")
    assert "No picture: cannot read" in page.text("main")
    assert "1 picture is missing" in page.text("header")


def test_a_session_without_a_step(folder: Path, tmp_path: Path, reader: Any) -> None:
    path = shutil.copytree(folder / "a", tmp_path / "a")
    write(path, lines(path)[:1])
    assert main(["show", str(path)]) == 0
    page = reader().open(path / "show.html").press("j", "k", "End", "p", "t")
    assert "No step was recorded" in page.text("main")
    assert "unfinished" in page.text("header")


def test_without_scripts_the_steps_are_there(session: Path, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(session.as_uri())
    assert page.locator("nav li.row").count() == 8
    assert "JavaScript" in page.inner_text("header")
    context.close()


def test_the_plan_s_page(tmp_path: Path, reader: Any) -> None:
    shot = Screenshot(painted(1280, 800).bgrx, Viewport(100, 50, 640, 400, Size(1280, 800)))
    run_plan(
        tmp_path, planned_step(1, (200, 100)), planned_step(2, (400, 300), (300, 300)), planned_step(3, None), shot=shot
    )
    page = reader().open(tmp_path / "plan.html")
    page.pictures()
    assert "Step <1> & more" in page.heading
    assert "Nothing was touched" in page.text("header")
    boxes = page.js(
        """() => { const box = document.querySelector('main img').getBoundingClientRect();
             return [...document.querySelectorAll('main circle.ring:not(.halo)')].map((one) => {
               const ring = one.getBoundingClientRect();
               return [(ring.left + ring.width / 2 - box.left) * 1280 / box.width,
                       (ring.top + ring.height / 2 - box.top) * 800 / box.height,
                       one.closest('.mark').classList.contains('assumed')]; }); }"""
    )
    assert boxes == [
        [pytest.approx(600.5, abs=2), pytest.approx(500.5, abs=2), True],
        [pytest.approx(200.5, abs=2), pytest.approx(100.5, abs=2), False],
    ], "the others below, the selected one on top"
    labels = page.js("[...document.querySelectorAll('main .label')].map((one) => one.textContent.trim())")
    assert labels == ["2", "1"]
    assert page.page.locator("nav .flag:visible").count() == 0


# --- a long session


@cache
def written() -> Image.Image:
    """A sheet of random words: drawing letters takes longer than all else that is done with a screen."""
    rng, sheet = random.Random(0), Image.new("RGB", (900, 4000), (250, 250, 250))
    text = "\n".join("".join(rng.choices("abcdefghilmnoprstu   ", k=rng.randrange(40, 110))) for _ in range(230))
    ImageDraw.Draw(sheet).multiline_text((12, 8), text, font=ImageFont.load_default(13), fill=(30, 30, 40), spacing=4)
    return sheet


def desktop(seed: int, size: Size) -> Screenshot:
    """A screen with windows full of text on a photographic ground, unlike any other seed's."""
    rng = random.Random(seed)
    coarse = Image.frombytes("RGB", (24, 14), rng.randbytes(24 * 14 * 3))
    image = coarse.resize(size, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(3):
        x, y, line = rng.randrange(1000), rng.randrange(40, 500), rng.randrange(3400)
        draw.rectangle([x, y, x + 900, y + 26], fill=(rng.randrange(200), 120, rng.randrange(200)))
        image.paste(written().crop((0, line, 900, line + 534)), (x, y + 26))
    return Screenshot(image.tobytes("raw", "BGRX"), Viewport(0, 0, *size, size))


class Desktops(FakeScreen):
    """Another one at each look; none is kept."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self._size = size

    def capture(self) -> Screenshot:
        self.captures += 1
        return desktop(self.captures, self._size)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("size", "least"),
    [(Size(480, 270), 1_000_000), pytest.param(Size(1920, 1080), 4_000_000, marks=pytest.mark.bench)],
)
def test_two_hundred_steps_stay_below_thirty_megabytes(tmp_path: Path, reader: Any, size: Size, least: int) -> None:
    clicks = [call("left_click", f"Click {i}", coordinate=[37 * i % 1000, 61 * i % 1000]) for i in range(199)]
    path = record(tmp_path, *clicks, DONE, screen=Desktops(size))
    assert main(["show", str(path)]) == 0
    assert least < (path / "show.html").stat().st_size < 30_000_000
    page = reader()
    page.open(path / "show.html", "#step-150")
    page.pictures()
    assert page.heading == "Step 150 Click 149"
    assert page.press("End").heading.startswith("Step 200 ")
    drawn = page.js("document.querySelectorAll('.thumbnail img').length")
    assert 0 < drawn < 100, "thumbnails are made where they are seen"
