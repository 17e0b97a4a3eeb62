"""Pictures of desktops, drawn with Pillow from a seed: what the offline model is tried on."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from agent.encode import EncodedImage, encode_png

DEJAVU = Path("/usr/share/fonts/truetype/dejavu")
LATIN_FONTS = tuple(DEJAVU / f"DejaVu{name}.ttf" for name in ("Sans", "Sans-Bold", "SansCondensed", "Serif"))
CHINESE_FONTS = tuple(
    Path(f"/usr/share/fonts/opentype/noto/Noto{name}.ttc") for name in ("SansCJK-Regular", "SansCJK-Bold")
)
ENGLISH_ICONS = (
    "Browser", "Terminal", "Files", "Text Editor", "Calculator", "Settings", "Trash", "Music Player", "Mail",
    "Calendar", "Photos", "Maps", "Notes", "Web\nBrowser", "System\nMonitor", "Help",
)  # fmt: skip
ENGLISH_BUTTONS = ("OK", "Cancel", "Save", "Save As", "Apply", "Log in", "Sign up", "Delete", "Next", "Back", "Print")
ENGLISH_MENUS = ("File", "Edit", "View", "Tools", "Window", "Help")
ENGLISH_FIELDS = ("Name", "Password", "E-mail", "Phone number", "City", "Search")
CHINESE_ICONS = (
    "浏览器",
    "终端",
    "文件",
    "文本编辑器",
    "计算器",
    "系统设置",
    "回收站",
    "音乐",
    "邮件",
    "日历",
    "照片",
    "地图",
)
CHINESE_BUTTONS = ("确定", "取消", "保存", "另存为", "应用", "登录", "注册", "删除", "下一步", "返回", "打印")
CHINESE_MENUS = ("文件", "编辑", "视图", "工具", "窗口", "帮助")
CHINESE_FIELDS = ("姓名", "密码", "邮箱", "手机号码", "城市", "搜索")

RGB = tuple[int, int, int]


@dataclass(frozen=True)
class Label:
    """A text that was drawn, and the rectangle of its ink: left, top, right, bottom."""

    text: str
    box: tuple[int, int, int, int]

    @property
    def center(self) -> tuple[float, float]:
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2

    def holds(self, x: float, y: float, margin: float = 4) -> bool:
        """Whether a click there is on the text (or at most `margin` px off it)."""
        left, top, right, bottom = self.box
        return left - margin <= x <= right + margin and top - margin <= y <= bottom + margin


@dataclass
class Picture:
    """A picture being drawn, with what was written on it."""

    image: Image.Image
    labels: list[Label] = field(default_factory=list)
    boxes: dict[str, tuple[int, int, int, int]] = field(default_factory=dict)
    """The rectangle of each field, by its label."""

    @classmethod
    def blank(cls, size: tuple[int, int], colour: RGB = (232, 234, 238)) -> Picture:
        return cls(Image.new("RGB", size, colour))

    @property
    def pen(self) -> ImageDraw.ImageDraw:
        return ImageDraw.Draw(self.image)

    def write(
        self, text: str, xy: tuple[int, int], font: ImageFont.FreeTypeFont, colour: RGB, anchor: str = "lt"
    ) -> Label:
        """One line of text; `anchor` as in Pillow."""
        self.pen.text(xy, text, font=font, fill=colour, anchor=anchor)
        left, top, right, bottom = self.pen.textbbox(xy, text, font=font, anchor=anchor)
        label = Label(text, (int(left), int(top), int(right), int(bottom)))
        self.labels.append(label)
        return label

    def icon(
        self, text: str, xy: tuple[int, int], font: ImageFont.FreeTypeFont, ink: RGB, face: RGB, side: int = 48
    ) -> Label:
        """A coloured tile centred on x with its label, of one or two lines, below."""
        x, y = xy
        self.pen.rounded_rectangle((x - side // 2, y, x + side // 2, y + side), 8, fill=face)
        self.pen.ellipse(
            (x - side // 4, y + side // 4, x + side // 4, y + 3 * side // 4), outline=(255, 255, 255), width=3
        )
        start = len(self.labels)
        for i, line in enumerate(text.split("\n")):
            self.write(line, (x, y + side + 6 + i * (int(font.size) + 4)), font, ink, "mt")
        lines = self.labels[start:]
        del self.labels[start:]
        boxes = [line.box for line in lines]
        whole = Label(
            text.replace("\n", " "),
            (min(b[0] for b in boxes), boxes[0][1], max(b[2] for b in boxes), boxes[-1][3]),
        )
        self.labels.append(whole)
        return whole

    def button(self, text: str, xy: tuple[int, int], font: ImageFont.FreeTypeFont, ink: RGB, face: RGB) -> Label:
        """A button with its left upper corner at `xy`."""
        x, y = xy
        width, height = int(font.getlength(text)) + 28, int(font.size) + 16
        self.pen.rounded_rectangle((x, y, x + width, y + height), 5, fill=face, outline=(110, 110, 110))
        return self.write(text, (x + width // 2, y + height // 2), font, ink, "mm")

    def field(
        self,
        label: str,
        xy: tuple[int, int],
        font: ImageFont.FreeTypeFont,
        ink: RGB,
        paper: RGB,
        *,
        above: bool = False,
        width: int = 220,
    ) -> Label:
        """A text field with its label on the left (or above)."""
        x, y = xy
        height = int(font.size) + 14
        written = (
            self.write(label, (x, y), font, ink, "lt")
            if above
            else self.write(label, (x, y + height // 2), font, ink, "lm")
        )
        left, top = (x, y + int(font.size) + 8) if above else (x + 150, y)
        box = (left, top, left + width, top + height)
        self.pen.rectangle(box, fill=paper, outline=(120, 120, 120))
        self.boxes[label] = box
        return written

    def encoded(self) -> EncodedImage:
        return encode_png(self.image)


def font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size)


def contrast(colour: RGB) -> RGB:
    """Black or white, whichever is read better on `colour`."""
    return (0, 0, 0) if sum(c * w for c, w in zip(colour, (3, 6, 1), strict=True)) > 1400 else (255, 255, 255)


def desktop(seed: int, size: tuple[int, int], *, chinese: bool = False, dark: bool = False) -> Picture:
    """A whole desktop: icons on the left, a window with a menu, a form, buttons and a paragraph on the right."""
    rng = random.Random(seed)
    scale = max(1.0, size[0] / 1920)
    ground: RGB = tuple(rng.randint(10, 70) if dark else rng.randint(170, 245) for _ in range(3))  # type: ignore[assignment]
    picture = Picture.blank(size, ground)
    fonts = CHINESE_FONTS if chinese else LATIN_FONTS
    _icons(picture, rng, fonts, scale, contrast(ground), CHINESE_ICONS if chinese else ENGLISH_ICONS)
    _window(picture, rng, fonts, scale, chinese=chinese, dark=dark)
    return picture


def _face(rng: random.Random) -> RGB:
    return rng.randint(20, 230), rng.randint(20, 230), rng.randint(20, 230)


def _icons(
    picture: Picture, rng: random.Random, fonts: tuple[Path, ...], scale: float, ink: RGB, names: tuple[str, ...]
) -> None:
    chosen = rng.sample(names, min(len(names), 10))
    written = font(rng.choice(fonts), int(rng.randint(12, 16) * scale))
    step = picture.image.height // 6
    for i, name in enumerate(chosen):
        column, row = divmod(i, 5)
        x = int((80 + 150 * column) * scale) + rng.randint(-8, 8)
        picture.icon(
            name, (x, int(20 * scale) + row * step + rng.randint(0, 12)), written, ink, _face(rng), int(48 * scale)
        )


def _window(
    picture: Picture, rng: random.Random, fonts: tuple[Path, ...], scale: float, *, chinese: bool, dark: bool
) -> None:
    left, top = int(picture.image.width * 0.3) + rng.randint(0, 60), int(40 * scale) + rng.randint(0, 30)
    right, bottom = picture.image.width - 40, picture.image.height - 60
    paper: RGB = (43, 43, 46) if dark else (250, 250, 250)
    ink: RGB = (228, 228, 228) if dark else (20, 20, 20)
    picture.pen.rectangle((left, top, right, bottom), fill=paper, outline=(90, 90, 90))
    written = font(rng.choice(fonts), int(rng.randint(13, 17) * scale))
    x, y = left + 12, top + 10
    for name in CHINESE_MENUS if chinese else ENGLISH_MENUS:
        x = picture.write(name, (x, y), written, ink).box[2] + int(rng.randint(12, 26) * scale)
    _form(picture, rng, written, scale, (left + 30, top + int(60 * scale)), ink, paper, chinese=chinese)
    _paragraph(picture, written, (left + 30, bottom - int(120 * scale)), ink, chinese=chinese)


def _form(
    picture: Picture,
    rng: random.Random,
    written: ImageFont.FreeTypeFont,
    scale: float,
    xy: tuple[int, int],
    ink: RGB,
    paper: RGB,
    *,
    chinese: bool,
) -> None:
    x, y = xy
    for name in rng.sample(CHINESE_FIELDS if chinese else ENGLISH_FIELDS, 4):
        picture.field(name, (x, y), written, ink, paper, width=int(260 * scale))
        y += int(46 * scale)
    for name in rng.sample(CHINESE_BUTTONS if chinese else ENGLISH_BUTTONS, 6):
        face = _face(rng)
        label = picture.button(name, (x, y + int(30 * scale)), written, contrast(face), face)
        x = label.box[2] + int(40 * scale)


def _paragraph(
    picture: Picture, written: ImageFont.FreeTypeFont, xy: tuple[int, int], ink: RGB, *, chinese: bool
) -> None:
    lines = (
        ("打开浏览器设置可以更改主页。", "保存之前请检查姓名和密码。")
        if chinese
        else ("Open browser settings to change the home page.", "Check the name and the password before you save.")
    )
    for i, line in enumerate(lines):
        picture.write(line, (xy[0], xy[1] + i * int(written.size * 1.6)), written, ink)
