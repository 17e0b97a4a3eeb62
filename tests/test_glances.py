"""What a glance at a line tells: it may miss nothing that is the label, and leaves out what is plainly another."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.reading.engine import shared_engine
from agent.reading.glances import may_say
from agent.reading.labels import find
from agent.reading.ocr import TextReader
from agent.reading.sizes import whole_labels
from agent.rect import Rect
from tests.apps.screens import CHINESE_FONTS, LATIN_FONTS, Picture, font

INK, PAPER = (20, 20, 20), (245, 245, 245)


@pytest.mark.parametrize(("name", "glance"), [
    ("Bookmarks", "Bookmarks"),
    ("Bookmarks", "B0okmark5"),
    ("Bookmarks", "Bomrks"),
    ("Illinois", "|ll1n0is"),
    ("Save", "• Save as (S]"),
    ("Save", "Sove"),
    ("Save As", "As"),
    ("Virtual Machine Manager", "Virtual Machin"),
    ("编辑", "编輯"),
    ("书签", ""),
    ("=", "二"),
    ("川", "四"),
    ("×", "X)"),
    ("7", "1"),
    ("up", "迎"),
    ("lll", "m"),
    ("fill", "盐"),
    ("", "anything"),
])  # fmt: skip
def test_what_may_be_the_label_is_read(name: str, glance: str) -> None:
    assert may_say([name], glance)
    assert may_say(["Unlikely", name], glance), "any spelling counts"


@pytest.mark.parametrize(("name", "glance"), [
    ("Bookmarks", "History"),
    ("Save", "Print"),
    ("Dark mode", "2024-05-16"),
    ("编辑", "文件"),
    ("X", "Open"),
    ("深色模式", "订阅新闻"),
])  # fmt: skip
def test_what_is_plainly_another_is_not(name: str, glance: str) -> None:
    assert not may_say([name], glance)


LETTERS = st.text("abcdeilOS01 -保存川", max_size=12)


@given(LETTERS, LETTERS)
def test_a_text_that_is_the_label_always_may_be_it(name: str, beside: str) -> None:
    assert may_say([name], name)
    assert may_say([name], name.upper())
    assert may_say([name], f"{beside}{name}")


def test_lines_that_may_be_one_label_are_read_with_each_other() -> None:
    """Else "Browser" would be taken for the whole of "Web Browser", and "Save" of "Save As"."""
    web, browser, far = Rect(20, 10, 50, 24), Rect(10, 26, 60, 40), Rect(20, 80, 50, 94)
    beside = Rect(66, 26, 90, 40)
    lines = [web, browser, beside, far]
    assert whole_labels([browser], lines) == {web, browser, beside}
    assert whole_labels([web], lines) == {web, browser}
    assert whole_labels([far], lines) == {far}


def test_at_a_glance_the_recogniser_is_given_three_quarters_of_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its work goes by the width of what it is given, all of one height; the letters keep their proportions."""
    engine = shared_engine(2)
    given: list[tuple[int, int]] = []
    monkeypatch.setattr(engine, "_recognised", lambda lines: given.extend(one.shape[:2] for one in lines) or [])
    engine.glances([np.zeros((24, 200, 3), np.uint8)])
    [(height, width)] = given
    assert width == 200
    assert height == pytest.approx(24 / 0.75, abs=1)


@pytest.mark.parametrize(("names", "path"), [
    (("Submit", "Cancel", "Rename", "Import", "Search"), LATIN_FONTS[0]),
    (("提交", "取消", "编辑", "文件", "打印"), CHINESE_FONTS[0]),
])  # fmt: skip
def test_each_of_two_equal_labels_is_found_among_others_of_its_size(names: tuple[str, ...], path: Path) -> None:
    """What is passed over cannot be found to be there twice."""
    picture = Picture.blank((900, 260), PAPER)
    for number, name in enumerate((*names, *names)):
        at = (20 + 170 * (number % 5), 30 + 120 * (number // 5))
        picture.button(name, at, font(path, 15), INK, (200, 200, 210))
    pixels = np.asarray(picture.image)
    for name in names:
        boxes = TextReader().read(pixels, [name])
        assert len(find([name], boxes).boxes) == 2, name
        assert sum(bool(box.text) for box in boxes) == 2, "the others are not read"
