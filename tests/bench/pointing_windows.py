"""Tk windows drawn at random for `tests.bench.pointing`, in the themes that Tk comes with; light and dark."""

from __future__ import annotations

import random
import tkinter as tk
from collections.abc import Callable
from tkinter import ttk
from typing import Any

import numpy as np

from agent.offline.instructions import Target
from agent.reading.labels import TextBox
from agent.rect import Rect
from tests.bench.pointing_cases import Case, Scene

WORDS = (
    "Name", "City", "Phone", "Email", "Street", "Country", "Company", "Notes", "Amount", "Reference", "Title",
    "Color", "Weight", "Invoice", "Ticket", "Project", "Region", "Ham", "Eggs", "Bacon", "Toast", "Coffee",
    "Juice", "Salad", "Soup", "Bread", "Butter", "Honey", "Cheese", "Small", "Large", "Medium", "Express",
)  # fmt: skip
THEMES = ("tk", "tk", "clam", "alt", "default", "classic")
FONTS = ("DejaVu Sans", "DejaVu Serif", "Liberation Sans")


class _Window:
    """One window: its widgets by name, and what is asked of it."""

    def __init__(self, seed: int) -> None:
        self.rng = rng = random.Random(seed)
        self.theme, self.dark = rng.choice(THEMES), rng.random() < 0.3
        self.ground, self.ink = ("#2b2b2b", "#eeeeee") if self.dark else (rng.choice(("#d9d9d9", "#f4f4f8")), "#000000")
        self.words = rng.sample(WORDS, len(WORDS))
        self.root = tk.Tk()
        self.root.geometry("1000x760+0+0")
        self.root.configure(bg=self.ground)
        self.font = (rng.choice(FONTS), rng.randint(9, 15))
        style = ttk.Style(self.root)
        if self.theme != "tk":
            style.theme_use(self.theme)
        style.configure(".", font=self.font, background=self.ground, foreground=self.ink)
        self.texts: list[tuple[str, tk.Misc, str]] = []
        """Text, widget, and where it stands in it: "w", "e" or "c"."""
        self.asked: list[tuple[str, Target, tk.Misc | None, bool | None]] = []
        self.variables: list[Any] = []
        self.row = 0

    def widget(self, plain: type, themed: type, parent: tk.Misc, **options: Any) -> Any:
        if self.theme != "tk":
            return themed(parent, **options)
        colours = {"bg": self.ground, "fg": self.ink} if plain is not tk.Entry else {}
        return plain(parent, font=self.font, **colours, **options)

    def line(self) -> tk.Frame:
        frame = tk.Frame(self.root, bg=self.ground)
        frame.grid(row=self.row, column=0, sticky="w", padx=20, pady=self.rng.randint(2, 10))
        self.row += 1
        return frame

    def label(self, parent: tk.Misc, text: str) -> Any:
        label = self.widget(tk.Label, ttk.Label, parent, text=text)
        self.texts.append((text, label, "c"))
        return label

    def field(self) -> None:
        text, above, frame = self.words.pop(), self.rng.random() < 0.3, self.line()
        side: Any = "top" if above else "left"
        self.label(frame, text + self.rng.choice(("", ":"))).pack(
            side=side, anchor="w", padx=self.rng.choice((0, 6, 20))
        )
        entry = self.widget(tk.Entry, ttk.Entry, frame, width=self.rng.randint(10, 40))
        entry.pack(side=side, anchor="w")
        self.asked.append(("tk field", Target((text,), "field"), entry, None))

    def combo(self) -> None:
        text, frame = self.words.pop(), self.line()
        self.label(frame, text).pack(side="left", padx=6)
        box = ttk.Combobox(
            frame, values=["One", "Two"], width=12, font=self.font, state=self.rng.choice(("readonly", "normal"))
        )
        value = self.words.pop() if self.rng.random() < 0.6 else ""
        box.set(value)
        box.pack(side="left")
        if value:
            self.texts.append((value, box, "w"))
        self.asked.append(("tk list", Target((text,), "list"), box, None))

    def ticks(self, kind: str) -> None:
        frame, beside = self.line(), self.rng.random() < 0.5
        plain: tuple[type, type] = (
            (tk.Checkbutton, ttk.Checkbutton) if kind == "checkbox" else (tk.Radiobutton, ttk.Radiobutton)
        )
        chosen = tk.IntVar(self.root, value=self.rng.randrange(3))
        self.variables.append(chosen)
        for i in range(self.rng.randint(2, 4)):
            text = self.words.pop()
            if kind == "checkbox":
                on = self.rng.random() < 0.5
                self.variables.append(variable := tk.BooleanVar(self.root, value=on))
                one = self.widget(*plain, frame, text=text, variable=variable)
            else:
                on = i == chosen.get()
                one = self.widget(*plain, frame, text=text, value=i, variable=chosen)
            one.pack(side="left" if beside else "top", anchor="w", padx=self.rng.choice((0, 4, 12)))
            self.texts.append((text, one, "e"))
            self.asked.append((f"tk {kind}", Target((text,), kind), one, on))  # type: ignore[arg-type]

    def buttons(self) -> None:
        text = self.words.pop()
        frame = self.line()
        self.label(frame, text).pack(side="top", anchor="w")
        for name in (text, self.words.pop()):
            one = self.widget(tk.Button, ttk.Button, frame, text=name)
            one.pack(side="left", padx=4)
            self.texts.append((name, one, "c"))
            self.asked.append(("tk button", Target((name,), "button"), one, None))
        self.asked.append(("tk no role, of two", Target((text,)), None, None))

    def box(self, text: str, widget: tk.Misc, side: str) -> TextBox:
        """Where the text of a widget stands, as a reader would give it."""
        from tkinter.font import Font

        font = Font(self.root, self.font)
        width, height = font.measure(text), font.metrics("ascent") + 2
        left, top = widget.winfo_rootx(), widget.winfo_rooty() + (widget.winfo_height() - height) / 2
        room = widget.winfo_width() - width
        # Tk leaves 1 to 4 px behind a tick's text; before a combobox's text, its border.
        left += {"c": room / 2, "e": room - 3, "w": 5}[side]
        jitter = self.rng.randint
        return TextBox(text, left - jitter(0, 2), top + jitter(-1, 1), width + jitter(0, 4), height + jitter(-1, 2))


def scene(seed: int, grab: Callable[[], np.ndarray[Any, np.dtype[np.uint8]]]) -> Scene:
    """One window on the present display; `grab` gives the display's pixels."""
    window = _Window(seed)
    blocks: list[Callable[[], None]] = [window.field, window.field, window.field, window.combo, window.buttons]
    blocks += [lambda: window.ticks("checkbox"), lambda: window.ticks("checkbox"), lambda: window.ticks("radio")]
    window.rng.shuffle(blocks)
    for block in blocks:
        block()
    window.root.update()
    window.root.update()
    pixels = grab()
    texts = tuple(window.box(*one) for one in window.texts)
    cases = []
    for kind, target, widget, on in window.asked:
        thing = None if widget is None else _place(widget)
        cases.append(Case(f"{kind}", target, thing, on))
    name = f"{window.theme} {seed}{' dark' if window.dark else ''}"
    window.root.destroy()
    return Scene(name, pixels, texts, tuple(cases))


def _place(widget: tk.Misc) -> Rect:
    left, top = widget.winfo_rootx(), widget.winfo_rooty()
    return Rect(left, top, left + widget.winfo_width(), top + widget.winfo_height())
