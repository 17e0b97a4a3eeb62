"""Words that stand apart as words of one label do, or as two labels, told by pixels and what they say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from agent.reading.labels import TextBox, find
from agent.reading.sizes import candidates
from agent.reading.spaces import with_spaces
from agent.rect import Rect
from tests.apps.screens import CHINESE_FONTS, LATIN_FONTS, Picture, font

INK, PAPER, BLUE = (20, 20, 20), (245, 245, 245), (60, 90, 200)
MONO = Path("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf")
NIMBUS = Path("/usr/share/fonts/opentype/urw-base35")
MONOSPACED = (
    *(MONO.with_stem(f"DejaVuSansMono{style}") for style in ("", "-Bold", "-Oblique")),
    *(NIMBUS / f"NimbusMonoPS-{style}.otf" for style in ("Regular", "Bold")),
)
LABELS = ("Order number", "Save As", "Log in", "First name", "Send message", "Terms of service", "Go to line")
MENUS = ("File Edit View Help", "Search Options Help", "Tools Window Insert", "New Open Save Print")


def written(picture: Picture, words: list[str], path: Path, size: int, gap: float) -> list[TextBox]:
    """The words, each so many pixels after the other, as the reader gives them: with three columns around their ink."""
    face, x, boxes = font(path, size), 20.0, []
    for word in words:
        picture.pen.text((x, 20), word, INK, face)
        dark = np.asarray(picture.image).min(axis=2) < 128
        columns = np.flatnonzero(dark[:, round(x) :].any(axis=0)) + round(x)
        rows = np.flatnonzero(dark.any(axis=1))
        left, right = int(columns[0]) - 3, int(columns[-1]) + 4
        boxes.append(TextBox(word, left, int(rows[0]) - 2, right - left, int(rows[-1] - rows[0]) + 5))
        x += face.getlength(word) + gap
    return boxes


def read(picture: Picture, boxes: list[TextBox]) -> list[str]:
    return [box.text for box in with_spaces(np.asarray(picture.image), boxes)]


@pytest.mark.parametrize("size", [12, 14, 17, 20])
@pytest.mark.parametrize("label", LABELS)
def test_the_words_of_a_monospaced_label_are_one(label: str, size: int) -> None:
    picture = Picture.blank((600, 60), PAPER)
    boxes = written(picture, label.split(), MONO, size, font(MONO, size).getlength(" "))
    assert read(picture, boxes) == [label]


@pytest.mark.parametrize("size", [13, 15, 18, 24])
@pytest.mark.parametrize("path", MONOSPACED, ids=lambda path: path.stem)
@pytest.mark.parametrize("label", [*LABELS, "Remove account", "Email me", "Enable sound"])
def test_a_monospaced_label_is_found_in_any_font(label: str, path: Path, size: int) -> None:
    """Its words are one text, or may go on with each other: as serifs and bold strokes blur its cells."""
    picture = Picture.blank((600, 60), PAPER)
    boxes = written(picture, label.split(), path, size, font(path, size).getlength(" "))
    (found,) = find([label], with_spaces(np.asarray(picture.image), boxes)).boxes
    assert (found.left, found.right) == (boxes[0].left, boxes[-1].right)


@pytest.mark.parametrize("gap", [0.9, 1.0])
@pytest.mark.parametrize("path", MONOSPACED[:2], ids=lambda path: path.stem)
@pytest.mark.parametrize("menu", [menu for menu in MENUS if menu.count(" ") == 3])
def test_the_entries_of_a_monospaced_menu_bar_are_found_one_by_one(menu: str, path: Path, gap: float) -> None:
    """However much they look like the words of a label, whose later words are mostly in small letters."""
    picture = Picture.blank((600, 60), PAPER)
    boxes = written(picture, menu.split(), path, 16, gap * 16)
    texts = with_spaces(np.asarray(picture.image), boxes)
    assert [find([box.text], texts).boxes for box in boxes] == [(text,) for text in texts]


@pytest.mark.parametrize("label", ["Open Recent File", "Save All Changes"])
def test_a_word_of_a_monospaced_button_is_not_the_button(label: str) -> None:
    picture = Picture.blank((600, 60), PAPER)
    boxes = written(picture, label.split(), MONO, 16, font(MONO, 16).getlength(" "))
    texts = with_spaces(np.asarray(picture.image), boxes)
    assert not any(find([word], texts).boxes for word in label.split())


@pytest.mark.parametrize("size", [13, 15, 18])
@pytest.mark.parametrize("path", [*LATIN_FONTS[:2], *MONOSPACED[:2]], ids=lambda path: path.stem)
def test_a_menu_bar_is_clicked_by_its_entries_alone(path: Path, size: int) -> None:
    picture = Picture.blank((600, 60), PAPER)
    boxes = written(picture, ["File", "New", "Window", "Help"], path, size, 1.1 * size)
    texts = with_spaces(np.asarray(picture.image), boxes)
    assert [find([box.text], texts).boxes for box in boxes] == [(text,) for text in texts]
    assert find(["New Window"], texts).boxes == ()


@pytest.mark.parametrize("size", [12, 14, 17, 20])
@pytest.mark.parametrize("path", LATIN_FONTS[:2])
@pytest.mark.parametrize("menu", MENUS)
def test_the_entries_of_a_menu_bar_stay_apart(menu: str, path: Path, size: int) -> None:
    picture = Picture.blank((600, 60), PAPER)
    assert read(picture, written(picture, menu.split(), path, size, 0.85 * size)) == menu.split()


def test_an_entry_as_far_from_the_next_as_all_is_no_word_of_it() -> None:
    """In bold serifs the blank after "Window" may just be a space's, and the others of the bar are just wider."""
    picture, words = Picture.blank((600, 60), PAPER), ["Window", "Tools", "View", "Insert", "File"]
    boxes = written(picture, words, LATIN_FONTS[3].with_stem("DejaVuSerif-Bold"), 20, 13.0)
    assert read(picture, boxes[:2]) == ["Window Tools"]
    assert read(picture, boxes) == words


def test_a_joined_label_is_where_its_words_are() -> None:
    picture = Picture.blank((600, 60), PAPER)
    first, last = written(picture, ["Save", "As"], MONO, 16, font(MONO, 16).getlength(" "))
    (one,) = with_spaces(np.asarray(picture.image), [last, first])
    assert (one.left, one.right, one.top, one.bottom) == (first.left, last.right, first.top, last.bottom)


@pytest.mark.parametrize("between", ["border", "thin border", "ground", "nothing read", "far"])
def test_what_something_parts_is_not_one(between: str) -> None:
    picture = Picture.blank((600, 60), PAPER)
    space = font(MONO, 16).getlength(" ")
    boxes = written(picture, ["Order", "number"], MONO, 16, space if between != "far" else 3 * space)
    middle = round((boxes[0].right + boxes[1].left) / 2)
    if between == "border":
        picture.pen.rectangle((middle, 10, 300, 50), outline=INK)
    elif between == "thin border":
        picture.pen.line((middle + 4, 10, middle + 4, 50), fill=(200, 200, 200))
    elif between == "ground":
        picture.pen.rectangle((middle, 0, 600, 60), fill=BLUE)
        picture.pen.text((boxes[1].left + 3, 20), "number", PAPER, font(MONO, 16))
    elif between == "nothing read":
        boxes[0] = TextBox("", boxes[0].left, boxes[0].top, boxes[0].width, boxes[0].height)
    assert len(read(picture, boxes)) == 2


def test_chinese_words_have_no_spaces() -> None:
    picture = Picture.blank((600, 60), PAPER)
    assert read(picture, written(picture, ["文件", "编辑"], CHINESE_FONTS[0], 16, 9)) == ["文件", "编辑"]


def test_the_words_beside_one_that_fits_are_read_too() -> None:
    """Else "Save" would be taken for the whole of "Save As"."""
    save, far = Rect(10, 10, 52, 26), Rect(300, 10, 420, 26)
    beside = Rect(60, 10, 80, 26)
    assert candidates(["Save"], [save, beside, far]) == {save, beside}
    assert candidates(["Save As"], [save, beside, far]) >= {save, beside}


@pytest.mark.parametrize("beyond", [-3, 0])
@pytest.mark.parametrize("apart", [True, False])
def test_two_links_are_underlined_apart(apart: bool, beyond: int) -> None:
    """As far as their letters, or as the letters' cells."""
    picture = Picture.blank((600, 60), PAPER)
    boxes = written(picture, ["Pricing", "Open"], MONO, 16, font(MONO, 16).getlength(" "))
    (left, between), (start, right) = ((box.left - beyond, box.right + beyond) for box in boxes)
    for x, end in [(left, between), (start, right)] if apart else [(left, right)]:
        picture.pen.line((x, boxes[0].bottom - 3, end, boxes[0].bottom - 3), fill=INK)
    assert read(picture, boxes) == (["Pricing", "Open"] if apart else ["Pricing Open"])


def test_a_label_whose_box_is_as_high_as_its_button_may_be_the_one_that_is_named() -> None:
    """Two buttons said "Submit", and only the other was read: it was clicked as if there were one."""
    in_button, other, too_small = Rect(453, 419, 497, 446), Rect(315, 460, 376, 484), Rect(20, 20, 40, 44)
    assert candidates(["Submit"], [in_button, other, too_small]) == {in_button, other}


def test_a_line_below_a_label_is_no_letter_of_it() -> None:
    """It goes on below the space, and in front of the last word it looks like "_"."""
    picture = Picture.blank((600, 60), PAPER)
    boxes = written(picture, ["Order", "number"], MONO, 16, font(MONO, 16).getlength(" "))
    read_so = [boxes[0], replace(boxes[1], text="_number")]
    assert read(picture, read_so) == ["Order", "_number"]
    picture.pen.line((boxes[0].left + 3, boxes[0].bottom - 1, boxes[1].right - 3, boxes[0].bottom - 1), fill=INK)
    assert read(picture, read_so) == ["Order number"]


def test_texts_whose_boxes_have_no_air_are_as_near() -> None:
    picture = Picture.blank((600, 60), PAPER)
    first, last = written(picture, ["my", "team"], LATIN_FONTS[0], 20, font(LATIN_FONTS[0], 20).getlength(" "))
    tight = replace(last, left=last.left + 3, width=last.width - 3)
    assert read(picture, [first, tight]) == ["my team"]
