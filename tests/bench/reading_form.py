"""A Tk form for `reading_frames.py`: what it shows comes as JSON, where each text stands goes to a file."""

from __future__ import annotations

import json
import random
import sys
import tkinter as tk
from pathlib import Path
from tkinter import font as tkfont
from typing import Any


def main() -> None:
    """Show the form until this process is ended."""
    given: dict[str, Any] = json.loads(sys.argv[1])
    rng = random.Random(given["seed"])
    window = tk.Tk()
    window.title("~")
    pixels = int(rng.choice([12, 13, 14]) * given["scale"])
    written = tkfont.Font(family=rng.choice(["DejaVu Sans", "Noto Sans CJK SC", "Nimbus Sans"]), size=-pixels)
    paper, ink = ("#2b2b2e", "#e4e4e4") if given["dark"] else ("#eeeeee", "#141414")
    window.configure(bg=paper)
    window.option_add("*Font", written)
    for name, colour in (("background", paper), ("foreground", ink), ("selectColor", paper)):
        window.option_add(f"*{name}", colour)
    widgets = _fill(window, given, rng)
    window.geometry(f"+{rng.randint(10, 300)}+{rng.randint(10, 80)}")
    window.update()
    window.after(300, lambda: _tell(widgets, written, Path(sys.argv[2])))
    window.mainloop()


def _fill(window: tk.Tk, given: dict[str, Any], rng: random.Random) -> list[tuple[tk.Widget, str]]:
    widgets: list[tuple[tk.Widget, str]] = []

    def put(widget: tk.Widget, text: str, row: int, column: int) -> None:
        widget.grid(row=row, column=column, sticky="w", padx=rng.randint(4, 16), pady=rng.randint(2, 6))
        widgets.append((widget, text))

    bar = tk.Frame(window)
    bar.grid(row=0, column=0, columnspan=5, sticky="w")
    for column, name in enumerate(given["menus"]):
        put(tk.Label(bar, text=name, padx=1), name, 0, column)
    for row, name in enumerate(given["fields"], 1):
        put(tk.Label(window, text=name), name, row, 0)
        tk.Entry(window, width=18).grid(row=row, column=1)
    for row, name in enumerate(given["choices"], 1):
        put(tk.Checkbutton(window, text=name), name, row, 2)
    for row, name in enumerate(given["entries"], 1):
        put(tk.Label(window, text=name, anchor="w"), name, row, 3)
    for place, name in enumerate(given["buttons"]):
        face = "#" + "".join(f"{rng.randint(20, 110):02x}" for _ in range(3))
        put(tk.Button(window, text=name, bg=face, fg="white"), name, 12 + place // 4, place % 4)
    return widgets


def _tell(widgets: list[tuple[tk.Widget, str]], written: tkfont.Font, log: Path) -> None:
    """Each text's box: in the middle of its widget, at the right of a check button, where Tk puts it."""
    told = []
    for widget, text in widgets:
        width, height = written.measure(text), written.metrics("linespace")
        x, y = widget.winfo_rootx(), widget.winfo_rooty()
        spare = widget.winfo_width() - width
        left = x + (spare - 2 if isinstance(widget, tk.Checkbutton) else spare // 2)
        top = y + (widget.winfo_height() - height) // 2
        told.append((text, (left, top, left + width, top + height)))
    part = log.with_suffix(".part")
    part.write_text(json.dumps(told))
    part.replace(log)


if __name__ == "__main__":
    main()
