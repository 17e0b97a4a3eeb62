"""Reading drawn screens for real. Pictures are kept small: a whole desktop takes seconds."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from actions.action import Point
from agent.errors import UsageError
from agent.reading.blocks import CANVAS_PIXELS, STRIP_OVERLAP, blocks, draw, on_parts, pack, strips
from agent.reading.engine import Engine
from agent.reading.labels import find, fold
from agent.reading.lines import goes_on_outside, is_cut_off
from agent.reading.ocr import TextReader, _Memory, decode
from agent.rect import Rect, area
from tests.apps.screens import CHINESE_FONTS, LATIN_FONTS, Picture, contrast, desktop, font

ROOT = Path(__file__).parents[1]
INK, PAPER = (20, 20, 20), (245, 245, 245)


@pytest.fixture(scope="session")
def reader() -> TextReader:
    return TextReader()


def texts_of(reader: TextReader, picture: Picture) -> list[str]:
    return [box.text for box in reader.read(np.asarray(picture.image))]


def found(reader: TextReader, picture: Picture) -> list[str]:
    """The labels whose text is read and whose click point lies on them."""
    boxes = reader.read(np.asarray(picture.image))
    return [
        label.text
        for label in picture.labels
        if any(label.holds(*box.center) for box in find([label.text], boxes).boxes)
    ]


@pytest.mark.parametrize(("chinese", "dark"), [(False, False), (False, True), (True, False), (True, True)])
def test_most_labels_of_a_desktop_are_read_and_hit(reader: TextReader, chinese: bool, dark: bool) -> None:
    picture = desktop(31, (960, 600), chinese=chinese, dark=dark)
    assert len(found(reader, picture)) >= 0.9 * len(picture.labels)


@pytest.mark.parametrize("face", [(200, 30, 40), (30, 90, 200), (250, 200, 0), (20, 20, 24), (120, 120, 120)])
def test_text_on_colour(reader: TextReader, face: tuple[int, int, int]) -> None:
    picture = Picture.blank((420, 120))
    picture.button("Sign in", (20, 30), font(LATIN_FONTS[0], 14), contrast(face), face)
    picture.button("登录", (220, 30), font(CHINESE_FONTS[0], 15), contrast(face), face)
    assert found(reader, picture) == ["Sign in", "登录"]


@pytest.mark.parametrize(("names", "path", "gap"), [
    (("File", "Edit", "View", "Help"), LATIN_FONTS[0], 14),
    (("Open File", "Save As", "Go To"), LATIN_FONTS[3], 16),
    (("文件", "编辑", "视图", "帮助"), CHINESE_FONTS[0], 14),
])  # fmt: skip
def test_menu_bars_are_parted_and_labels_are_not(
    reader: TextReader, names: tuple[str, ...], path: Path, gap: int
) -> None:
    picture = Picture.blank((420, 60), PAPER)
    x = 12
    for name in names:
        x = picture.write(name, (x, 30), font(path, 15), INK, "lm").box[2] + gap
    assert texts_of(reader, picture) == list(names)


def test_a_sentence_stays_whole(reader: TextReader) -> None:
    picture = Picture.blank((560, 60), PAPER)
    picture.write("Open browser settings to change the home page.", (12, 22), font(LATIN_FONTS[0], 15), INK)
    assert texts_of(reader, picture) == ["Open browser settings to change the home page."]
    assert found(reader, picture) == [picture.labels[0].text]


def test_an_icon_with_a_label_in_two_lines(reader: TextReader) -> None:
    picture = Picture.blank((260, 160), PAPER)
    picture.icon("Web\nBrowser", (130, 20), font(LATIN_FONTS[0], 14), INK, (60, 120, 190))
    boxes = reader.read(np.asarray(picture.image))
    (box,) = find(["web browser"], boxes).boxes
    assert picture.labels[0].holds(*box.center)
    assert find(["browser"], boxes).boxes == ()


@pytest.mark.parametrize("radius", [0, 4, 6, 10])
@pytest.mark.parametrize("size", [(160, 90), (70, 60), (400, 36)])
def test_the_corners_of_a_border_are_no_text(reader: TextReader, size: tuple[int, int], radius: int) -> None:
    """A corner alone looks like a 7 or a dash."""
    picture = Picture.blank((520, 160), (255, 255, 255))
    picture.pen.rounded_rectangle((40, 30, 40 + size[0], 30 + size[1]), radius, outline=(0, 0, 0))
    assert texts_of(reader, picture) == []
    picture.write("7", (40 + size[0] // 2, 30 + size[1] // 2), font(LATIN_FONTS[0], 18), INK, "mm")
    assert found(reader, picture) == ["7"]


def test_a_short_label_close_to_its_border(reader: TextReader) -> None:
    picture = Picture.blank((240, 80), PAPER)
    picture.pen.rectangle((60, 20, 100, 41), outline=INK)
    picture.write("OK", (80, 31), font(LATIN_FONTS[0], 14), INK, "mm")
    assert found(reader, picture) == ["OK"]


def test_text_at_twice_the_size(reader: TextReader) -> None:
    picture = Picture.blank((500, 120), PAPER)
    picture.write("Preferences", (30, 30), font(LATIN_FONTS[0], 30), INK)
    assert found(reader, picture) == ["Preferences"]


@pytest.mark.parametrize("size", [(1, 1), (10, 10), (7, 300), (300, 7), (200, 100)])
def test_white_and_noise_have_no_labels(reader: TextReader, size: tuple[int, int]) -> None:
    noise = np.random.default_rng(5).integers(0, 256, (size[1], size[0], 3), np.uint8)
    assert reader.read(np.full_like(noise, 255)) == ()
    assert len(reader.read(noise)) <= 2


class Counting:
    """The engine, how many pixels its detector was given, and how many lines it read and glanced at."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.pixels = 0
        self.read = 0
        self.glanced = 0

    def lines(self, pixels: np.ndarray, shrink: int = 1) -> list[Rect]:
        self.pixels += pixels.shape[0] * pixels.shape[1]
        return self.engine.lines(pixels, shrink)

    def texts(self, lines: list[np.ndarray]) -> list[tuple[str, float]]:
        self.read += len(lines)
        return self.engine.texts(lines)

    def glances(self, lines: list[np.ndarray]) -> list[str]:
        self.glanced += len(lines)
        return self.engine.glances(lines)


@pytest.fixture
def counting(reader: TextReader) -> tuple[TextReader, Counting]:
    fresh = TextReader()
    counting = Counting(reader._ready())
    fresh._engine = counting  # type: ignore[assignment]
    return fresh, counting


def test_an_equal_picture_is_not_read_again(counting: tuple[TextReader, Counting]) -> None:
    fresh, engine = counting
    picture = Picture.blank((300, 80), PAPER)
    picture.button("Save", (20, 20), font(LATIN_FONTS[0], 14), INK, (200, 200, 210))
    first = fresh.read(np.asarray(picture.image))
    before = (engine.pixels, engine.read)
    assert min(before) > 0
    assert fresh.read(np.asarray(picture.image.copy())) == first
    assert (engine.pixels, engine.read) == before


def test_a_picture_drawn_on_by_its_owner_is_another(counting: tuple[TextReader, Counting]) -> None:
    fresh, _ = counting
    picture = Picture.blank((300, 80), PAPER)
    picture.button("Save", (20, 20), font(LATIN_FONTS[0], 14), INK, (200, 200, 210))
    pixels = np.array(picture.image)
    assert fresh.read(pixels)
    pixels[:] = 255
    assert fresh.read(pixels) == ()


def test_only_what_changed_is_read_again(counting: tuple[TextReader, Counting]) -> None:
    """Two changes far apart, and nothing between them."""
    fresh, engine = counting
    picture = Picture.blank((900, 400), PAPER)
    for i, name in enumerate(("Files", "Mail", "Music")):
        picture.button(name, (20 + 200 * i, 20 + 120 * i), font(LATIN_FONTS[0], 14), INK, (200, 200, 210))
    fresh.read(np.asarray(picture.image))
    engine.pixels = engine.read = 0
    picture.pen.rectangle((15, 15, 130, 60), fill=PAPER)
    del picture.labels[0]
    picture.button("Notes", (700, 330), font(LATIN_FONTS[0], 14), INK, (200, 200, 210))
    assert found(fresh, picture) == ["Mail", "Music", "Notes"]
    assert 0 < engine.pixels < 0.05 * 900 * 400
    assert engine.read == 1


def test_a_line_that_moved_is_not_read_again(counting: tuple[TextReader, Counting]) -> None:
    fresh, engine = counting
    picture = Picture.blank((500, 200), PAPER)
    picture.button("Files", (20, 20), font(LATIN_FONTS[0], 14), INK, (200, 200, 210))
    pixels = np.asarray(picture.image)
    fresh.read(pixels)
    before = (engine.pixels, engine.read)
    (box,) = fresh.read(np.roll(pixels, (80, 160), (0, 1)))
    assert box.text == "Files"
    assert picture.labels[0].holds(box.center[0] - 160, box.center[1] - 80)
    assert (engine.pixels, engine.read) == before


def test_a_change_beside_other_texts_loses_none(counting: tuple[TextReader, Counting]) -> None:
    """The part that is read again grows over a text, and so over the next one: each is either kept or read whole."""
    fresh, _ = counting
    picture = Picture.blank((640, 480), PAPER)
    for i, name in enumerate(("File", "Name", "City", "Country", "E-mail", "Phone")):
        picture.field(name, (20 + 4 * i, 20 + 38 * i), font(LATIN_FONTS[0], 14), INK, (255, 255, 255))
    fresh.read(np.asarray(picture.image))
    picture.write("Bob O'Neil", (180, 72), font(LATIN_FONTS[0], 14), INK, "lm")
    assert found(fresh, picture) == [label.text for label in picture.labels]


def test_for_a_label_only_what_may_hold_it_is_read(counting: tuple[TextReader, Counting]) -> None:
    fresh, engine = counting
    picture = Picture.blank((700, 200), PAPER)
    names = ("Save", "Save", "Exit without saving anything", "Open the last document again")
    for i, name in enumerate(names):
        picture.button(name, (20 + 340 * (i % 2), 20 + 80 * (i // 2)), font(LATIN_FONTS[0], 14), INK, (200, 200, 210))
    pixels = np.asarray(picture.image)
    boxes = fresh.read(pixels, ["save"])
    assert sorted(box.text for box in boxes) == ["", "", "Save", "Save"]
    assert all(any(label.holds(*box.center) for box in boxes) for label in picture.labels)
    assert engine.read == 2
    detected = engine.pixels
    assert sorted(box.text for box in fresh.read(pixels)) == sorted(names)
    assert (engine.pixels, engine.read) == (detected, 4)


def test_the_lines_of_a_label_are_read_with_it(counting: tuple[TextReader, Counting]) -> None:
    fresh, engine = counting
    picture = Picture.blank((700, 160), PAPER)
    picture.icon("Virtual Machine\nManager", (130, 20), font(LATIN_FONTS[0], 14), INK, (60, 120, 190))
    picture.write("An unrelated sentence of very many words beside it", (220, 60), font(LATIN_FONTS[0], 18), INK)
    boxes = fresh.read(np.asarray(picture.image), ["virtual machine manager"])
    (box,) = find(["virtual machine manager"], boxes).boxes
    assert picture.labels[0].holds(*box.center)
    assert engine.read < len(boxes)


def test_at_a_place_only_what_stands_there_is_read(counting: tuple[TextReader, Counting]) -> None:
    fresh, engine = counting
    picture = Picture.blank((700, 200), PAPER)
    for i, name in enumerate(("Cancel", "Pay now", "Terms of use", "Help")):
        picture.button(name, (20 + 340 * (i % 2), 20 + 80 * (i // 2)), font(LATIN_FONTS[0], 14), INK, (200, 200, 210))
    pay = Point(*map(round, picture.labels[1].center))
    assert [text.text for text in fresh.read_at(picture.image, pay, 12)] == ["Pay now"]
    assert engine.read == 1
    assert [text.text for text in fresh.read_at(picture.image, Point(690, 30), 12)] == ["Pay now"]  # the nearest
    assert engine.read == 1
    assert fresh.read_at(Image.new("RGB", (300, 100), "white"), pay, 12) == ()


def test_at_a_place_a_text_is_read_whole(reader: TextReader) -> None:
    """Its words may be found one by one, and only the last one is near."""
    picture = Picture.blank((500, 80), PAPER)
    mono = LATIN_FONTS[0].with_name("DejaVuSansMono.ttf")
    label = picture.write("Remove my account", (40, 40), font(mono, 22), INK, "lm")
    (text,) = reader.read_at(picture.image, Point(label.box[2] - 4, 40), 2)
    assert text.text == "Remove my account"


def test_what_is_remembered_is_bounded() -> None:
    memory: _Memory[int] = _Memory(3)
    for number in range(3):
        memory.put(bytes([number]), number)
    assert memory.get(bytes([0])) == 0
    memory.put(bytes([3]), 3)
    assert [memory.get(bytes([number])) for number in range(4)] == [0, None, 2, 3]


def test_strips_cover_a_block_and_overlap() -> None:
    for rect in (Rect(0, 0, 3840, 2160), Rect(5, 7, 1925, 1087), Rect(0, 0, 300, 20_000), Rect(0, 0, 20_000, 300)):
        found = strips(rect)
        assert found[0].top == rect.top
        assert found[-1].bottom == rect.bottom
        assert all(b.top == a.bottom - STRIP_OVERLAP for a, b in itertools.pairwise(found))
    assert strips(Rect(0, 0, 1000, 500)) == [Rect(0, 0, 1000, 500)]


def test_a_picture_read_in_strips_has_each_text_once(reader: TextReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.reading.blocks.CANVAS_PIXELS", 1)
    monkeypatch.setattr("agent.reading.blocks.EDGE", -1)  # all of it is one block
    picture = Picture.blank((360, 700), PAPER)
    names = [
        "Alpha",
        "Bravo",
        "Charlie",
        "Delta",
        "Echo",
        "Foxtrot",
        "Golf",
        "Hotel",
        "India",
        "Juliet",
        "Kilo",
        "Lima",
    ]
    for i, name in enumerate(names):
        picture.write(name, (40, 20 + 56 * i), font(LATIN_FONTS[0], 16), INK)
    assert sorted(fold(text) for text in texts_of(reader, picture)) == sorted(fold(name) for name in names)


def test_blocks_have_the_ink_and_leave_the_blank() -> None:
    picture = desktop(7, (960, 600))
    picture.pen.rectangle((2, 2, 957, 597), outline=(90, 90, 90))  # a border is no ink
    found = blocks(np.asarray(picture.image))
    assert sum(area(one) for one in found) < 0.35 * 960 * 600
    for label in picture.labels:
        assert any(
            one.left <= label.box[0]
            and one.top <= label.box[1]
            and label.box[2] <= one.right
            and label.box[3] <= one.bottom
            for one in found
        ), label


def test_blocks_of_dots_are_few() -> None:
    dots = np.full((1200, 1600, 3), 255, np.uint8)
    dots[4::24, 4::24] = 0
    assert len(blocks(dots)) <= 800


@given(st.lists(st.tuples(st.integers(1, 900), st.integers(1, 400)), min_size=1, max_size=40))
def test_what_is_packed_lies_apart_on_its_canvas(sizes: list[tuple[int, int]]) -> None:
    parts = [Rect(1000 * i, 0, 1000 * i + width, height) for i, (width, height) in enumerate(sizes)]
    canvases = pack(parts)
    assert sorted(part.left for canvas in canvases for part in canvas.parts) == [part.left for part in parts]
    for canvas in canvases:
        assert sum(map(area, canvas.parts)) <= CANVAS_PIXELS or len(canvas.parts) == 1
        placed = [
            Rect(x, y, x + part.right - part.left, y + part.bottom - part.top)
            for part, (x, y) in zip(canvas.parts, canvas.places, strict=True)
        ]
        assert all(one.right <= canvas.width and one.bottom <= canvas.height for one in placed)
        assert not any(a.meets(b) for a, b in itertools.combinations(placed, 2))


def test_a_line_on_a_canvas_is_found_on_its_part() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (200, 400, 3), np.uint8)
    parts = [Rect(10, 20, 110, 60), Rect(200, 100, 380, 150)]
    (canvas,) = pack(parts)
    drawn = draw(pixels, canvas)
    for part, (x, y) in zip(canvas.parts, canvas.places, strict=True):
        assert np.array_equal(
            drawn[y + 5 : y + 25, x + 10 : x + 60],
            pixels[part.top + 5 : part.top + 25, part.left + 10 : part.left + 60],
        )
        assert on_parts(canvas, Rect(x + 10, y + 5, x + 60, y + 25)) == [(part, Rect(10, 5, 60, 25))]


def test_pictures_are_decoded_as_they_were_encoded() -> None:
    picture = desktop(1, (320, 200))
    assert np.array_equal(decode(picture.encoded()), np.asarray(picture.image))
    grey = Image.new("L", (12, 12), 7)
    from agent.encode import encode_png

    assert decode(encode_png(grey)).shape == (12, 12, 3)


def test_reading_is_quiet_and_reports_to_nobody(tmp_path: Path) -> None:
    """onnxruntime keeps a file of its telemetry session in the temporary folder, and its reports go out from there."""
    code = (
        "import numpy as np; from agent.reading.ocr import TextReader\n"
        "pixels = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)\n"
        "TextReader().read(pixels); TextReader().read(pixels * 0)"
    )
    environment = {
        "PATH": "/usr/bin:/bin",
        "TMPDIR": str(tmp_path),
        "HOME": str(tmp_path),
        "http_proxy": "http://127.0.0.1:9",
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_a_rapidocr_without_its_models_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import rapidocr

    monkeypatch.setattr(rapidocr, "__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(UsageError, match=r"PP-OCRv6_det_small\.onnx.*pip install"):
        Engine(threads=2)


def test_loading_ends_where_it_is_no_longer_wanted() -> None:
    code = (
        "import sys; from agent.reading.ocr import TextReader; answers = iter([True, True, False])\n"
        "TextReader().prepare(lambda: next(answers))\n"
        "sys.exit('rapidocr' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_all_readers_share_one_engine(reader: TextReader) -> None:
    assert TextReader()._ready() is reader._ready()


def test_a_list_over_another_ground_is_read_where_it_is(reader: TextReader) -> None:
    picture = Picture.blank((640, 400), (0, 0, 0))
    picture.pen.rectangle((100, 40, 430, 260), fill=(232, 242, 230))
    picture.pen.rectangle((180, 150, 400, 330), fill=(255, 255, 255), outline=(80, 150, 60))
    for y, name in ((170, "一般"), (202, "星期一"), (258, "星期日"), (290, "日元")):
        picture.write(name, (184, y), font(CHINESE_FONTS[0], 20), INK, "lm")
    read = {box.text: box for box in reader.read_image(picture.image)}
    assert {"星期一", "星期日", "日元"} <= set(read)
    assert all(box.left > 175 for box in read.values())


def test_a_line_that_an_edge_cuts_through_is_a_piece_of_another_blocks() -> None:
    """The lower half of "Download" was found in the margin of the block below too, and taken instead of the whole."""
    picture = Picture.blank((300, 120), PAPER)
    left, top, right, bottom = picture.write("Download", (40, 40), font(LATIN_FONTS[0], 20), INK).box
    pixels, middle = np.asarray(picture.image), (top + bottom) // 2
    upper, lower = Rect(0, 0, 300, middle), Rect(0, middle, 300, 120)
    assert is_cut_off(pixels, Rect(left - 2, top - 2, right + 2, middle), upper)
    assert is_cut_off(pixels, Rect(left - 2, middle, right + 2, bottom + 2), lower)
    whole = Rect(left - 2, top - 6, right + 2, bottom + 6)
    assert not is_cut_off(pixels, whole, Rect(0, top - 6, 300, 120)), "the box reaches the edge, the letters do not"
    assert not is_cut_off(pixels, whole, Rect(0, 0, 300, bottom + 6))
    picture.pen.line((0, top - 6, 300, top - 6), fill=INK)
    assert not is_cut_off(np.asarray(picture.image), whole, Rect(0, top - 6, 300, 120)), "the edge is a border"
    at_edge = pixels[middle:]
    assert not is_cut_off(at_edge, Rect(left - 2, 0, right + 2, 20), Rect(0, 0, 300, len(at_edge)))


def test_a_word_as_high_as_its_button_is_no_corner() -> None:
    """Most of what is around it is the button's border."""
    picture = Picture.blank((200, 80), PAPER)
    picture.pen.rectangle((40, 20, 120, 50), fill=(225, 200, 220), outline=(140, 60, 120))
    left, _, right, _ = picture.write("导出", (80, 35), font(CHINESE_FONTS[0], 16), INK, "mm").box
    pixels = np.asarray(picture.image)
    assert not goes_on_outside(pixels, Rect(left - 3, 20, right + 3, 51), Rect(30, 10, 130, 60))
    assert goes_on_outside(pixels, Rect(38, 16, 52, 34), Rect(30, 10, 130, 60))
