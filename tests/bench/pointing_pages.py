"""Web pages drawn at random for `tests.bench.pointing`, and what is true of them by their own document."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from agent.offline.instructions import Target
from agent.reading.labels import TextBox
from agent.rect import Rect
from tests.bench.pointing_cases import Case, Scene
from tests.bench.pointing_groups import groups, people

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WORDS = (
    "Name", "City", "Phone", "Email", "Street", "Country", "Company", "Notes", "Amount", "Reference", "Title",
    "Color", "Weight", "Invoice", "Ticket", "Project", "Region", "Ham", "Eggs", "Bacon", "Toast", "Coffee",
    "Juice", "Salad", "Soup", "Bread", "Butter", "Honey", "Cheese", "Small", "Large", "Medium", "Express", "姓名",
    "城市", "电话", "邮箱", "地址", "国家", "公司", "备注", "金额",
    "标题", "颜色", "重量", "项目", "地区", "火腿", "鸡蛋", "面包", "咖啡", "果汁",
    "沙拉", "蜂蜜", "奶酪",
)  # fmt: skip
ACTIONS = tuple("Login Save Cancel Delete Apply Submit Search Reset Send Print 登录 保存 取消 删除 提交 搜索".split())  # noqa: SIM905
FONTS = ("DejaVu Sans", "DejaVu Serif", "Noto Sans CJK SC", "Liberation Sans")

TRUTH = """() => {
  const texts = [], things = {};
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n = walker.nextNode(); n; n = walker.nextNode()) {
    if (!n.data.trim() || n.parentElement.closest('select,script,style,textarea')) continue;
    const r = document.createRange();
    const start = n.data.length - n.data.trimStart().length;
    r.setStart(n, start); r.setEnd(n, start + n.data.trim().length);
    for (const b of r.getClientRects()) texts.push([n.data.trim(), b.left, b.top, b.width, b.height]);
  }
  const canvas = document.createElement('canvas').getContext('2d');
  for (const e of document.querySelectorAll('input,select')) {
    if (['checkbox','radio'].includes(e.type)) continue;
    const t = e.tagName === 'SELECT' ? e.selectedOptions[0].text : (e.value || e.placeholder);
    if (!t) continue;
    const s = getComputedStyle(e), b = e.getBoundingClientRect();
    canvas.font = s.font;
    const h = parseFloat(s.fontSize) * 1.2;
    const extra = e.tagName === 'SELECT' ? 4 : 0;
    const left = b.left + parseFloat(s.borderLeftWidth) + parseFloat(s.paddingLeft) + extra;
    texts.push([t, left, b.top + b.height / 2 - h / 2, canvas.measureText(t).width, h]);
  }
  for (const e of document.querySelectorAll('[id]')) {
    const b = e.getBoundingClientRect();
    things[e.id] = [b.left, b.top, b.right, b.bottom];
  }
  return {texts, things, height: document.documentElement.scrollHeight};
}"""


class Page:
    """The page being made up: its body, and what will be asked of it."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.words = self.rng.sample(WORDS, len(WORDS))
        self.actions = self.rng.sample(ACTIONS, len(ACTIONS))
        self.body: list[str] = []
        self.asked: list[tuple[str, Target, str | None, bool | None]] = []
        """Kind, target, the id of the thing that is meant (None: nothing is), the state of a tick (None: any)."""
        self.count = 0

    def id(self) -> str:
        self.count += 1
        return f"e{self.count}"

    def ask(self, kind: str, target: Target, thing: str | None, *, on: bool | None = None) -> None:
        self.asked.append((kind, target, thing, on))

    def field(self) -> None:
        rng, label, one = self.rng, self.words.pop(), self.id()
        value = self.words.pop() if rng.random() < 0.4 else ""
        width = rng.randint(110, 320)
        style = f"width:{width}px;"
        if rng.random() < 0.5:
            style += f"border:{rng.choice((1, 1, 2))}px solid #{rng.choice(('888', 'bbb', '4a7'))};"
            style += f"border-radius:{rng.choice((0, 3, 6))}px;padding:{rng.choice((1, 4, 8))}px;"
        tag = f'<input id={one} style="{style}" value="{value}">'
        colon = rng.choice(("", ":"))
        where = rng.choice(("left", "left", "above", "inside"))
        if where == "inside":
            self.body.append(f'<p><input id={one} style="{style}" placeholder="{label}"></p>')
        elif where == "above":
            self.body.append(f"<p>{label}{colon}<br>{tag}</p>")
        else:
            gap = rng.choice((0, 8, 40))
            self.body.append(
                f'<p><span style="display:inline-block;min-width:{gap * 4}px">{label}{colon}</span> {tag}</p>'
            )
        self.ask(f"field {where}", Target((label,), "field"), one)
        if where == "left":
            self.ask("field right of", Target((), "field", relation="right of", anchor=Target((label,))), one)
        if where == "above":
            self.ask("field below", Target((), "field", relation="below", anchor=Target((label,))), one)

    def select(self) -> None:
        label, one = self.words.pop(), self.id()
        options = [self.words.pop(), self.words.pop()]
        above = self.rng.random() < 0.3
        style = self.rng.choice(("", "padding:5px;", "border-radius:6px;padding:4px 8px;", "width:180px;"))
        tag = f'<select id={one} style="{style}">' + "".join(f"<option>{o}</option>" for o in options) + "</select>"
        self.body.append(f"<p>{label}{'<br>' if above else ' '}{tag}</p>")
        self.ask("list", Target((label,), "list"), one)
        self.ask("list by value", Target((options[0],), "list"), one)

    def ticks(self, kind: str) -> None:
        rng = self.rng
        group, trailing, column = self.id(), rng.random() < 0.25, rng.random() < 0.5
        chosen = rng.randrange(3)
        parts = []
        for i in range(rng.randint(2, 4)):
            label, one = self.words.pop(), self.id()
            on = i == chosen if kind == "radio" else rng.random() < 0.5
            partly = kind == "checkbox" and rng.random() < 0.1
            marks = f"{'checked' if on else ''} {'data-partly=1' if partly else ''}"
            box = f"<input type={kind} id={one} name={group} {marks}>"
            parts.append(f"<label>{label} {box}</label>" if trailing else f"<label>{box} {label}</label>")
            self.ask(kind, Target((label,), kind), None if partly else one, on=on)  # type: ignore[arg-type]
            if rng.random() < 0.3:
                beside = Target((), kind, relation="next to", anchor=Target((label,)))  # type: ignore[arg-type]
                self.ask(f"{kind} next to", beside, None if partly else one, on=on)
        self.body.append(f"<p>{('<br>' if column else ' &nbsp; ' * rng.randint(0, 2)).join(parts)}</p>")

    def buttons(self) -> None:
        """A heading, a button and a link of one text, and other buttons."""
        rng, text = self.rng, self.actions.pop()
        button, link, heading = self.id(), self.id(), self.id()
        face = rng.choice(
            (
                "",
                "background:#2266cc;color:white;border:0;border-radius:5px;padding:6px 14px;",
                "background:#eee;color:#111;border:1px solid #999;padding:4px 10px;",
                "padding:8px 30px;",
            )
        )
        self.body.append(
            f"<h3><span id={heading}>{text}</span></h3><p><button id={button} style='{face}'>{text}</button> &nbsp;"
        )
        with_link = rng.random() < 0.5
        if with_link:
            self.body.append(f"<a href='#' id={link}>{text}</a> &nbsp;")
            self.ask("link of three", Target((text,), "link"), link)
        other, that = self.actions.pop(), self.id()
        self.body.append(f"<button id={that}>{other}</button></p>")
        self.ask("button of two", Target((text,), "button"), button)
        self.ask("no role, of two", Target((text,)), None)
        self.ask("button", Target((other,), "button"), that)
        self.ask("first of two", Target((text,), ordinal=1), heading)
        self.ask("last of two", Target((text,), ordinal=-1), link if with_link else button)
        self.ask("text right of", Target((other,), relation="right of", anchor=Target((text,), "button")), that)
        self.ask("below", Target((text,), relation="below", anchor=Target((text,), ordinal=1)), button)

    def table(self) -> None:
        rng, heads, action = self.rng, [self.words.pop(), self.words.pop()], self.actions.pop()
        border = rng.choice(("border:1px solid #999;border-collapse:collapse", "", "border-spacing:0"))
        cell = rng.choice(
            ("padding:2px 6px", "padding:6px 16px;border:1px solid #aaa", "padding:5px;text-align:center")
        )
        rows = [
            f"<tr><th style='{cell}'></th>" + "".join(f"<th style='{cell}'>{h}</th>" for h in heads) + "<th></th></tr>"
        ]
        ids = []
        for _ in range(rng.randint(2, 5)):
            item, value, tick, one, text = self.words.pop(), str(rng.randint(10, 999)), self.id(), self.id(), self.id()
            on = rng.random() < 0.5
            ids.append(one)
            rows.append(
                f"<tr><td style='{cell}'><input type=checkbox id={tick} {'checked' if on else ''}></td>"
                f"<td style='{cell}'>{item}</td><td style='{cell}'><span id={text}>{value}</span></td>"
                f"<td style='{cell}'><button id={one}>{action}</button></td></tr>"
            )
            anchor = Target((item,))
            self.ask("button in row", Target((action,), "button", relation="in", anchor=anchor), one)
            self.ask("button next to", Target((action,), relation="next to", anchor=anchor), one)
            self.ask("any button in row", Target((), "button", relation="in", anchor=anchor), one)
            self.ask("checkbox in row", Target((), "checkbox", relation="in", anchor=anchor), tick, on=on)
            self.ask("cell by header", Target((heads[1],), relation="in", anchor=anchor), text)
        self.body.append(f"<table style='{border}'>{''.join(rows)}</table>")
        self.ask("row's button without row", Target((action,), "button"), None)
        self.ask("nth button", Target((action,), "button", ordinal=2), ids[1])
        self.ask("past the last", Target((action,), "button", ordinal=len(ids) + 1), None)

    def html(self) -> str:
        rng = self.rng
        blocks = [
            self.field,
            self.field,
            self.field,
            self.select,
            self.buttons,
            self.table,
            lambda: groups(self),
            lambda: people(self),
            lambda: self.ticks("checkbox"),
            lambda: self.ticks("radio"),
        ]
        rng.shuffle(blocks)
        for block in blocks[: rng.randint(4, 7)]:
            block()
        for kind in ("field", "button", "checkbox"):
            self.ask("missing", Target((self.words.pop(),), kind), None)  # type: ignore[arg-type]
        ground = (
            "" if rng.random() < 0.5 else f"background:rgb({','.join(str(rng.randint(215, 255)) for _ in range(3))});"
        )
        style = f"font:{rng.randint(12, 19)}px {rng.choice(FONTS)};margin:20px;{ground}"
        accent = rng.choice(("", "", "input{accent-color:#a30}", "input{accent-color:#080}"))
        return f"<html><style>{accent}</style><body style='{style}'>{''.join(self.body)}</body></html>"


@contextmanager
def browser() -> Iterator[Browser]:
    """Debian's Chromium without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        yield running
        running.close()


def scene(running: Browser, seed: int) -> Scene:
    """One page, light or dark, at 1x to 2x."""
    page = Page(seed)
    html = page.html()
    scale, dark = page.rng.choice((1, 1, 1.25, 1.5, 2)), page.rng.random() < 0.4
    context = running.new_context(viewport={"width": 900, "height": 900}, device_scale_factor=scale)
    tab = context.new_page()
    tab.set_content(html)
    if dark:
        tab.add_style_tag(content=":root{color-scheme:dark} body{background:#1b1b1f !important}")
    tab.evaluate("document.querySelectorAll('[data-partly]').forEach(e => e.indeterminate = true)")
    truth: dict[str, Any] = tab.evaluate(TRUTH)
    picture = Image.open(io.BytesIO(tab.screenshot(full_page=True))).convert("RGB")
    context.close()
    texts = [_read(page.rng, text, [scale * value for value in box]) for text, *box in truth["texts"]]
    cases = []
    for kind, target, thing, on in page.asked:
        place = None if thing is None else [scale * value for value in truth["things"][thing]]
        rect = None if place is None else Rect(*(round(value) for value in place))
        cases.append(Case(kind, target, rect, on))
    return Scene(f"chromium {seed}{' dark' if dark else ''} {scale}x", np.asarray(picture), tuple(texts), tuple(cases))


def _read(rng: random.Random, text: str, box: list[float]) -> TextBox:
    """The text as a reader gives it: its box off by a little."""
    left, top, width, height = box
    return TextBox(
        text, left - rng.randint(0, 3), top + rng.randint(-1, 2), width + rng.randint(0, 5), height + rng.randint(-2, 1)
    )
