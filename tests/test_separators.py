"""Labels that a sign parts, as links in a footer: each may be meant, after whole texts of that name."""

from __future__ import annotations

import numpy as np
import pytest

from agent.reading.labels import TextBox, find, shows
from agent.reading.separators import apart
from tests.apps.screens import CHINESE_FONTS, LATIN_FONTS, Picture, font

INK, PAPER = (20, 20, 20), (255, 255, 255)


def line(text: str, *, size: int = 15, paper: tuple[int, int, int] = PAPER, chinese: bool = False) -> Picture:
    picture = Picture.blank((700, 60), paper)
    face = (CHINESE_FONTS if chinese else LATIN_FONTS)[0]
    picture.write(text, (30, 30), font(face, size), INK if sum(paper) > 380 else PAPER, "lm")
    return picture


def parts_of(picture: Picture, text: str, score: float = 1.0) -> tuple[TextBox, ...]:
    (label,) = picture.labels
    left, top, right, bottom = label.box
    box = TextBox(text, left - 3, top - 4, right - left + 6, bottom - top + 8, score)
    return apart(np.asarray(picture.image), [box])


@pytest.mark.parametrize("size", [12, 15, 20, 32])
@pytest.mark.parametrize("paper", [PAPER, (30, 34, 40)])
@pytest.mark.parametrize(("text", "read", "label"), [
    ("Terms · Privacy · Help", "Terms·Privacy·Help", "Privacy"),
    ("Log in | Register now", "Log in | Register now", "Register now"),
    ("Home › Our lamps › Desk", "Home > Our lamps > Desk", "Our lamps"),
    ("Home > Products > Lamps", "Home > Products > Lamps", "Home"),
])  # fmt: skip
def test_each_label_is_where_it_stands(
    size: int, paper: tuple[int, int, int], text: str, read: str, label: str
) -> None:
    picture = line(text, size=size, paper=paper)
    (found,) = find((label,), parts_of(picture, read)).boxes
    face = font(LATIN_FONTS[0], size)
    left = 30 + face.getlength(text[: text.index(label)])
    assert (found.left, found.right) == pytest.approx((left, left + face.getlength(label)), abs=6)


def links(*labels: str, size: int = 15) -> tuple[Picture, str]:
    """Underlined one by one, a space apart."""
    picture, face, x = Picture.blank((700, 60), PAPER), font(LATIN_FONTS[0], size), 30.0
    text = " ".join(labels)
    picture.write(text, (30, 30), face, INK, "lm")
    base = 30 + round(0.45 * size)
    for label in labels:
        picture.pen.line((x, base, x + face.getlength(label), base), fill=INK)
        x += face.getlength(label + " ")
    return picture, text


@pytest.mark.parametrize("size", [13, 15, 20])
def test_links_underlined_one_by_one_are_labels_each(size: int) -> None:
    assert [box.text for box in parts_of(*links("Edit", "Delete", "Move", size=size))] == ["Edit", "Delete", "Move"]
    assert len(parts_of(*links("Edit all", size=size))) == 1
    assert len(parts_of(line("Edit Delete Move", size=size), "Edit Delete Move")) == 1


def test_chinese_labels() -> None:
    boxes = parts_of(line("首页 > 订单 > 详情", chinese=True), "首页>订单>详情")
    assert [box.text for box in boxes] == ["首页", ">", "订单", ">", "详情"]


@pytest.mark.parametrize("text", [
    "Save as…", "3 | ", "| Name", "· one entry", "A -> B", "well-known", "Send to all, now", "->"])  # fmt: skip
def test_other_texts_stay_whole(text: str) -> None:
    assert [box.text for box in parts_of(line(text), text)] == [text]


def test_what_was_read_unsurely_or_with_other_words_stays_whole() -> None:
    picture = line("Terms · Privacy")
    assert len(parts_of(picture, "Terms·Privacy", score=0.7)) == 1
    assert len(parts_of(picture, "Terms·Priv acy·Help·Us")) == 1


def test_a_whole_text_of_that_name_is_meant_first() -> None:
    title, nav = parts_of(line("Orders | Acme"), "Orders | Acme"), TextBox("Orders", 30, 300, 50, 16)
    assert find(("Orders",), [*title, nav]).boxes == (nav,)
    assert find(("Acme",), [*title, nav]).boxes == (title[2],)
    assert len(find(("Orders",), title).boxes) == 1


def test_the_line_is_one_label_too() -> None:
    boxes = parts_of(line("Orders | Acme"), "Orders | Acme")
    (whole,) = find(("Orders | Acme",), boxes).boxes
    assert (whole.left, whole.right) == (boxes[0].left, boxes[-1].right)
    assert shows("Orders | Acme", boxes)
    assert shows("Acme", boxes)
