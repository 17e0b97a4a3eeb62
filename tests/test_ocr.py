"""Reading drawn screens for real. Pictures are kept small: a whole desktop takes seconds."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from agent.errors import UsageError
from agent.reading.labels import TextBox, find, fold
from agent.reading.ocr import (
    STRIP_OVERLAP,
    TextReader,
    _read_rect,
    _recognised,
    _strips,
    _untouched,
    decode,
    visible_changes,
)
from agent.rect import Rect
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
    """The engine, and how many pixels its detector was given."""

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        self.pixels = 0

    def __call__(self, image: np.ndarray, **options: bool) -> Any:
        self.pixels += image.shape[0] * image.shape[1]
        return self.engine(image, **options)

    def recognize_txt(self, crops: list[np.ndarray]) -> Any:
        return self.engine.recognize_txt(crops)


@pytest.fixture
def counting(reader: TextReader) -> tuple[TextReader, Counting]:
    fresh = TextReader()
    fresh._engine = Counting(reader._ready())
    return fresh, fresh._engine


def test_an_equal_picture_is_not_read_again(counting: tuple[TextReader, Counting]) -> None:
    fresh, engine = counting
    picture = Picture.blank((300, 80), PAPER)
    picture.button("Save", (20, 20), font(LATIN_FONTS[0], 14), INK, (200, 200, 210))
    first = fresh.read(np.asarray(picture.image))
    read = engine.pixels
    assert read > 0
    assert fresh.read(np.asarray(picture.image.copy())) == first
    assert engine.pixels == read


def test_only_what_changed_is_read_again(counting: tuple[TextReader, Counting]) -> None:
    fresh, engine = counting
    picture = Picture.blank((900, 400), PAPER)
    for i, name in enumerate(("Files", "Mail", "Music")):
        picture.button(name, (20 + 200 * i, 20), font(LATIN_FONTS[0], 14), INK, (200, 200, 210))
    fresh.read(np.asarray(picture.image))
    engine.pixels = 0
    picture.pen.rectangle((220, 15, 330, 60), fill=PAPER)
    picture.labels = [label for label in picture.labels if label.text != "Mail"]
    picture.button("Notes", (700, 300), font(LATIN_FONTS[0], 14), INK, (200, 200, 210))
    assert sorted(texts_of(fresh, picture)) == ["Files", "Music", "Notes"]
    assert 0 < engine.pixels < 0.75 * 900 * 400
    assert found(fresh, picture) == ["Files", "Music", "Notes"]
    assert engine.pixels < 0.75 * 900 * 400


def test_a_change_beside_other_texts_loses_none(counting: tuple[TextReader, Counting]) -> None:
    """The part that is read again grows over a text, and so over the next one: each is either kept or read whole."""
    fresh, _ = counting
    picture = Picture.blank((640, 480), PAPER)
    for i, name in enumerate(("File", "Name", "City", "Country", "E-mail", "Phone")):
        picture.field(name, (20 + 4 * i, 20 + 38 * i), font(LATIN_FONTS[0], 14), INK, (255, 255, 255))
    fresh.read(np.asarray(picture.image))
    picture.write("Bob O'Neil", (180, 72), font(LATIN_FONTS[0], 14), INK, "lm")
    assert found(fresh, picture) == [label.text for label in picture.labels]


@given(
    st.lists(st.tuples(*[st.integers(0, 200)] * 2, st.integers(1, 60), st.integers(1, 20)), max_size=12),
    st.tuples(*[st.integers(0, 200)] * 2, st.integers(1, 60), st.integers(1, 60)),
)
def test_no_text_is_cut_by_what_is_read_again(places: list[tuple[int, ...]], part: tuple[int, ...]) -> None:
    boxes = tuple(TextBox(str(i), *place) for i, place in enumerate(places))
    changed = Rect(part[0], part[1], part[0] + part[2], part[1] + part[3])
    kept, grown = _untouched(boxes, changed)
    assert not any(grown.meets(box) for box in kept)
    for box in set(boxes) - set(kept):
        assert grown.left <= box.left
        assert grown.top <= box.top
        assert box.right <= grown.right
        assert box.bottom <= grown.bottom


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
    detected = engine.pixels
    assert sorted(box.text for box in fresh.read(pixels)) == sorted(names)
    assert engine.pixels == detected


def test_few_pictures_are_remembered(counting: tuple[TextReader, Counting]) -> None:
    fresh, _ = counting
    for shade in range(30):
        fresh.read(np.full((40, 40, 3), shade, np.uint8))
    assert len(fresh._read) <= 6


def test_strips_cover_the_picture_and_overlap() -> None:
    for rect in (Rect(0, 0, 3840, 2160), Rect(5, 7, 1925, 1087), Rect(0, 0, 300, 20_000), Rect(0, 0, 20_000, 300)):
        strips = _strips(rect)
        assert strips[0].top == rect.top
        assert strips[-1].bottom == rect.bottom
        assert all(b.top == a.bottom - STRIP_OVERLAP for a, b in itertools.pairwise(strips))
    assert len(_strips(Rect(0, 0, 1280, 800))) == 1


def test_a_picture_read_in_strips_has_each_text_once(reader: TextReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.reading.ocr.STRIP_PIXELS", 1)
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
    pixels = np.asarray(picture.image)
    boxes = _recognised(reader._ready(), pixels, _read_rect(reader._ready(), pixels, Rect(0, 0, 360, 700)), None)
    assert sorted(fold(box.text) for box in boxes) == sorted(fold(name) for name in names)


def test_visible_changes() -> None:
    a = np.zeros((20, 30, 3), np.uint8)
    b = a.copy()
    b[3:5, 4:9] = 200
    b[10, 10] = 9
    assert visible_changes(a, b) == 10
    assert visible_changes(b, a) == 10
    assert visible_changes(a, a[:10]) == 300


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
        TextReader().read(np.zeros((40, 40, 3), np.uint8))
