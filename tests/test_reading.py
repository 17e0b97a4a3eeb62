"""Real Tk windows, read: what toolkits draw around a label is no part of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from agent.reading.labels import find
from agent.reading.ocr import TextReader
from agent.virtual import VirtualDisplay
from tests.apps.screens import LATIN_FONTS, Picture, font
from tests.bench.tasks_programs import Window

LIGHT = {"paper": "#d9d9d9", "field": "#ffffff", "button": "#cccccc", "edge": "#888888", "ink": "#202020"}
DARK = {"paper": "#2b2b2e", "field": "#1b1b1d", "button": "#3a3a3e", "edge": "#888888", "ink": "#e8e8e8"}
ENGLISH = ("Spell check", "Standard", "Order", "Index", "Last name", "Billing", "Import")
CHINESE = ("保留副本", "打开声音", "次日达", "标准", "收件人", "账单", "备注")


def spec(names: tuple[str, ...], colours: dict[str, str], theme: str, font: str, size: int) -> dict[str, Any]:
    first, second, third, fourth, field, group, inner = names
    look = colours | {"accent": "#2e8b57", "theme": theme, "font": font, "size": size, "gap": 6}
    rows = [
        [{"kind": "check", "text": first, "key": "a", "value": True}, {"kind": "check", "text": second, "key": "b"}],
        [{"kind": "choice", "key": "c", "text": "", "options": [third, fourth], "value": third, "flat": False}],
        [{"kind": "field", "text": field, "key": "d"}],
        [{"kind": "group", "text": group, "rows": [[{"kind": "check", "text": inner, "key": "e"}]]}],
    ]
    return {"title": "~", "status": "~", "look": look, "place": [0.1, 0.1], "rows": rows}


def screen() -> NDArray[np.uint8]:
    from mss import MSS

    with MSS() as grabber:
        return np.asarray(grabber.grab(grabber.monitors[0]))[:, :, 2::-1].copy()


@pytest.fixture(scope="module")
def reader() -> TextReader:
    return TextReader()


@pytest.mark.parametrize(("names", "font", "size"), [
    (ENGLISH, "DejaVu Sans", 14),
    (ENGLISH, "Liberation Sans", 26),
    (CHINESE, "Noto Sans CJK SC", 15),
])  # fmt: skip
@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("theme", ["clam", "alt", "default", "classic"])
def test_labels_are_read_without_what_is_drawn_around_them(
    reader: TextReader,
    display: VirtualDisplay,
    tmp_path: Path,
    theme: str,
    colours: dict[str, str],
    names: tuple[str, ...],
    font: str,
    size: int,
) -> None:
    with Window(spec(names, colours, theme, font, size)).running(display, tmp_path):
        boxes = reader.read(screen())
    ticks = [*names[:4], names[6]]
    assert [name for name in ticks if len(find([name], boxes).boxes) != 1] == [], [box.text for box in boxes]


def test_an_edge_below_a_text_is_seen_and_a_line_under_its_letters_is_none() -> None:
    picture = Picture.blank((500, 200), (239, 239, 239))
    picture.pen.rectangle((38, 30, 300, 58), fill=(255, 255, 255), outline=(150, 150, 150))
    picture.write("Framed", (42, 44), font(LATIN_FONTS[0], 15), (0, 0, 0), "lm")
    left, _, right, bottom = picture.write("Linked", (42, 100), font(LATIN_FONTS[0], 15), (0, 0, 200), "lm").box
    picture.pen.line((left, bottom + 2, right, bottom + 2), fill=(0, 0, 200))
    picture.write("Plain", (42, 150), font(LATIN_FONTS[0], 15), (0, 0, 0), "lm")
    closed = {text.text: text.closed for text in TextReader().read(np.asarray(picture.image))}
    assert closed == {"Framed": True, "Linked": False, "Plain": False}
