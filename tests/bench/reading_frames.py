"""The screens that `reading.py` measures on: drawn desktops, and real programs captured on a display of their own.

Every label's place is known from what drew it: Pillow's text boxes, the page's DOM, the widgets' geometry. Texts,
places, fonts and colours come from a seed.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from actions.action import Size
from agent.reading.labels import TextBox
from agent.virtual import VirtualDisplay
from tests.apps.programs import wait_until
from tests.apps.screens import Label, desktop

TK_FORM = Path(__file__).with_name("reading_form.py")
MENUS = {
    False: ("File", "Edit", "View", "History", "Bookmarks", "Tools", "Window", "Help"),
    True: ("文件", "编辑", "视图", "历史", "书签", "工具", "窗口", "帮助"),
}
PLACES = {
    False: ("Inbox", "Drafts", "Sent Mail", "Archive", "Spam", "Trash", "Work", "Family", "Receipts", "Travel"),
    True: ("收件箱", "草稿箱", "已发送", "归档", "垃圾邮件", "废纸篓", "工作", "家庭", "收据", "旅行"),
}
FIELDS = {
    False: ("User name", "Password", "E-mail address", "Phone", "Street", "Postal code", "Country"),
    True: ("用户名", "密码", "邮箱地址", "电话", "街道", "邮政编码", "国家"),
}
CHOICES = {
    False: ("Remember me", "Send me the newsletter", "Dark mode", "Small", "Medium", "Large", "Yes", "No"),
    True: ("记住我", "订阅新闻", "深色模式", "小", "中", "大", "是", "否"),
}
BUTTONS = {
    False: ("OK", "Cancel", "Save", "Save As", "Delete", "Apply", "Sign in", "Next", "Back", "Print", "Upload file"),
    True: ("确定", "取消", "保存", "另存为", "删除", "应用", "登录", "下一步", "返回", "打印", "上传文件"),
}
NAMES = {
    False: ("Alice Martin", "Bob Weber", "Carla Rossi", "David Kim", "Emma Larsen", "Farid Aziz", "Greta Novak"),
    True: ("王小明", "李娜", "张伟", "刘洋", "陈静", "杨帆", "赵雷"),
}
STATES = {False: ("Paid", "Open", "Overdue", "Draft"), True: ("已付款", "未付款", "逾期", "草稿")}
SENTENCES = {
    False: "The quarterly report is due on Friday. Please check the figures before you send them to the board.",
    True: "季度报告将于星期五到期。请在发送给董事会之前检查数据。",
}
KEYS = ("7", "8", "9", "÷", "4", "5", "6", "×", "1", "2", "3", "−", "0", ".", "=", "+", "C", "X")


@dataclass(frozen=True)
class Frame:
    """A screen: its pixels (rows, columns, RGB), and the labels that can be asked for."""

    name: str
    pixels: NDArray[np.uint8]
    labels: tuple[Label, ...]

    def asks(self, box: TextBox) -> bool:
        """Whether a text is the program's: not the window's buttons, nor the browser's around its page."""
        height = max(box.height, 1)
        return self.name == "drawn" or box.top > min(label.box[1] for label in self.labels) - 2 * height


def drawn(size: Size, seed: int, *, chinese: bool, dark: bool) -> Frame:
    """A drawn desktop."""
    picture = desktop(seed, size, chinese=chinese, dark=dark)
    # At twice the size a long label reaches under its field.
    hidden = [one for one in picture.labels if one.text in picture.boxes and one.box[2] > picture.boxes[one.text][0]]
    return Frame("drawn", np.asarray(picture.image), tuple(one for one in picture.labels if one not in hidden))


def captured(size: Size, scale: float, seed: int, *, chinese: bool, dark: bool) -> list[Frame]:
    """A page in Chromium and a Tk form, each alone on a display of `size`."""
    with VirtualDisplay(size) as display, tempfile.TemporaryDirectory() as folder:
        os.environ["DISPLAY"] = display.name
        return [
            _page(size, scale, seed, Path(folder), chinese=chinese, dark=dark),
            _form(scale, seed, display, Path(folder), chinese=chinese, dark=dark),
        ]


def _screen() -> NDArray[np.uint8]:
    from mss import MSS

    with MSS() as grabber:
        return np.asarray(grabber.grab(grabber.monitors[0]))[:, :, 2::-1].copy()


def _page(size: Size, scale: float, seed: int, folder: Path, *, chinese: bool, dark: bool) -> Frame:
    from playwright.sync_api import sync_playwright

    (folder / "page.html").write_text(page_html(seed, chinese=chinese, dark=dark), encoding="utf-8")
    flags = [f"--force-device-scale-factor={scale}", "--window-position=0,0", "--no-sandbox", "--disable-gpu"]
    flags += [f"--window-size={int(size.width / scale)},{int(size.height / scale)}", "--test-type"]
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path="/usr/bin/chromium", headless=False, args=flags)
        page = browser.new_page(no_viewport=True)
        page.goto((folder / "page.html").as_uri())
        page.wait_for_function("document.fonts.status === 'loaded'")
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        found = page.evaluate(_PLACES)
        pixels = _settled()
        browser.close()
    labels = [Label(text, tuple(round(side) for side in box)) for text, *box in found]
    return Frame("page", pixels, tuple(one for one in labels if one.box[3] < size.height and one.box[2] < size.width))


def _settled() -> NDArray[np.uint8]:
    """The screen, once two looks in a row are equal."""
    seen = [_screen()]

    def rests() -> bool:
        seen.append(_screen())
        return np.array_equal(seen[-1], seen.pop(0)) and bool(seen[0].std() > 1)

    wait_until(rests, 20, "a screen at rest")
    return seen[0]


_PLACES = """() => {
  const border = (window.outerWidth - window.innerWidth) / 2, scale = window.devicePixelRatio, found = [];
  const x = window.screenX + border, y = window.screenY + window.outerHeight - window.innerHeight - border;
  for (const element of document.querySelectorAll('[data-label]')) {
    const range = document.createRange(); range.selectNodeContents(element);
    const box = range.getBoundingClientRect();
    found.push([element.dataset.label, (box.left + x) * scale, (box.top + y) * scale,
                (box.right + x) * scale, (box.bottom + y) * scale]);
  }
  return found;
}"""


def page_html(seed: int, *, chinese: bool, dark: bool) -> str:
    """A page as mail, office and shop pages are: bars, lists, a form, a table, keys, white on colours and pictures."""
    rng = random.Random(seed)
    paper, ink = ("#1e1f22", "#dfe1e5") if dark else ("#ffffff", "#202124")
    family = rng.choice(["Noto Sans CJK SC", "DejaVu Sans", "Nimbus Sans", "DejaVu Serif"])
    parts = [
        f"<header>{_spans(MENUS[chinese], 'h')}</header>",
        f"<nav>{_spans(MENUS[chinese][::-1][:5], 'm')}</nav>",
        f"<main><aside>{_places(rng, chinese=chinese)}</aside>",
        f"<section>{_fields(rng, chinese=chinese)}{_choices(rng, chinese=chinese)}</section>",
        f"<section>{_table(rng, chinese=chinese)}<p>{SENTENCES[chinese] * 3}</p></section>",
        f"<section>{_buttons(rng, chinese=chinese)}<div class=keys>{_spans(KEYS, 'k')}</div>{_photo(chinese=chinese)}",
        "</section></main>",
    ]
    style = _STYLE.replace("PAPER", paper).replace("INK", ink).replace("FAMILY", family)
    style = style.replace("SIZE", f"{rng.choice([12, 13, 14, 15])}px").replace("HUE", str(rng.randint(0, 359)))
    head = f"<!doctype html><meta charset=utf-8><title>~</title><style>{style}</style>"
    return f"{head}{''.join(parts)}<script>{_NOISE}</script>"


_STYLE = """
* { box-sizing: border-box } body { margin: 0; background: PAPER; color: INK; font: SIZE 'FAMILY', 'Noto Sans CJK SC' }
header { background: linear-gradient(90deg, hsl(HUE 70% 30%), hsl(HUE 70% 50%)); color: white; padding: 10px 16px }
.h { margin-right: 26px } nav { padding: 4px 10px; border-bottom: 1px solid #8888 } .m { padding: 0 7px }
main { display: flex; gap: 24px; padding: 12px; flex-wrap: wrap } aside div { display: flex; padding: 6px; gap: 8px }
aside i { width: 16px; height: 16px; border-radius: 4px } section { max-width: 620px } .f { display: flex; margin: 7px }
.f label { width: 130px } input[type=text] { width: 190px; background: PAPER; color: INK; border: 1px solid #888 }
.c { margin: 5px 7px } td, th { border: 1px solid #8886; padding: 4px 10px; text-align: left }
table { border-collapse: collapse }
.b { display: inline-block; margin: 5px; padding: 6px 14px; border-radius: 5px; border: 1px solid #8888 }
.keys { width: 220px; display: flex; flex-wrap: wrap } .k { width: 44px; height: 36px; margin: 3px;
border: 1px solid #888;
display: flex; align-items: center; justify-content: center; border-radius: 4px }
.photo { position: relative; width: 420px; height: 180px }
.photo span { position: absolute; color: white; font-weight: bold }
"""
_NOISE = """
const canvas = document.querySelector('canvas'), pen = canvas.getContext('2d'); let state = 7;
const next = () => (state = (state * 16807) % 2147483647) / 2147483647;
for (let i = 0; i < 260; i++) { pen.fillStyle = `hsl(${next() * 80 + 170} 60% ${next() * 30 + 10}%)`;
  pen.beginPath(); pen.arc(next() * 420, next() * 180, next() * 50, 0, 7); pen.fill(); }
"""


def _marked(text: str, style: str = "", kind: str = "") -> str:
    return f'<span class="{kind}" style="{style}" data-label="{escape(text)}">{escape(text)}</span>'


def _spans(texts: tuple[str, ...], kind: str) -> str:
    return "".join(_marked(text, kind=kind) for text in texts)


def _places(rng: random.Random, *, chinese: bool) -> str:
    return "".join(
        f'<div><i style="background:hsl({rng.randint(0, 359)} 60% 50%)"></i>{_marked(name)}</div>'
        for name in PLACES[chinese]
    )


def _fields(rng: random.Random, *, chinese: bool) -> str:
    return "".join(
        f'<div class=f><label>{_marked(name)}</label><input type=text value="{rng.choice(("", "abc 12"))}"></div>'
        for name in rng.sample(FIELDS[chinese], 6)
    )


def _choices(rng: random.Random, *, chinese: bool) -> str:
    return "".join(
        f"<div class=c><input type={rng.choice(('checkbox', 'radio'))} {rng.choice(('', 'checked'))}>"
        f" {_marked(name)}</div>"
        for name in CHOICES[chinese]
    )


def _table(rng: random.Random, *, chinese: bool) -> str:
    rows = []
    for name in NAMES[chinese]:
        day, amount = (
            f"2024-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
            f"{rng.randint(10, 9999)}.{rng.randint(10, 99)}",
        )
        cells = (name, day, amount, rng.choice(STATES[chinese]))
        rows.append("<tr>" + "".join(f"<td>{_marked(cell)}</td>" for cell in cells) + "</tr>")
    return f"<table>{''.join(rows)}</table>"


def _buttons(rng: random.Random, *, chinese: bool) -> str:
    made = []
    for name in rng.sample(BUTTONS[chinese], 9):
        light = rng.choice((25, 35, 45, 80, 92))
        colours = f"background:hsl({rng.randint(0, 359)} 70% {light}%);color:{'black' if light > 60 else 'white'}"
        made.append(f'<div class=b style="{colours}">{_marked(name)}</div>')
    return "".join(made)


def _photo(*, chinese: bool) -> str:
    titles = ("周末特价", "了解更多") if chinese else ("Weekend sale", "Learn more")
    first, second = _marked(titles[0], "left:20px;top:20px;font-size:26px"), _marked(titles[1], "left:24px;top:120px")
    return f"<div class=photo><canvas width=420 height=180></canvas>{first}{second}</div>"


def _form(scale: float, seed: int, display: VirtualDisplay, folder: Path, *, chinese: bool, dark: bool) -> Frame:
    given = {
        "scale": scale,
        "seed": seed,
        "dark": dark,
        "menus": MENUS[chinese],
        "fields": FIELDS[chinese],
        "choices": CHOICES[chinese],
        "buttons": BUTTONS[chinese],
        "entries": PLACES[chinese],
    }
    log = folder / "form.json"
    with display.programs() as programs:
        programs.start([sys.executable, str(TK_FORM), json.dumps(given), str(log)])
        wait_until(log.exists, 20, "the form")
        pixels = _settled()
    return Frame("form", pixels, tuple(Label(text, tuple(box)) for text, box in json.loads(log.read_text())))


def load(file: Path) -> list[Frame]:
    """The frames that a process of this module left."""
    with np.load(file) as kept:
        return [
            Frame(
                name,
                kept[f"{name}_pixels"],
                tuple(Label(text, tuple(box)) for text, box in json.loads(str(kept[f"{name}_labels"]))),
            )
            for name in ("drawn", "page", "form")
        ]


if __name__ == "__main__":
    # In a process of its own: capturing binds to one display.
    width, height, scale, seed, chinese, dark, file = sys.argv[1:]
    options = {"chinese": chinese == "1", "dark": dark == "1"}
    size = Size(int(width), int(height))
    frames = [drawn(size, int(seed), **options), *captured(size, float(scale), int(seed), **options)]
    kept = {f"{frame.name}_pixels": frame.pixels for frame in frames}
    kept |= {
        f"{frame.name}_labels": np.array(json.dumps([(one.text, one.box) for one in frame.labels])) for frame in frames
    }
    np.savez_compressed(file, **kept)
