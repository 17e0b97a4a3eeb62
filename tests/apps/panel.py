"""A window of ttk widgets as a JSON file describes it; what was done to it goes to another JSON file at each change.

    python panel.py SPEC.json STATE.json

panel.html shows the same description in a browser, so that one task can be tried on both. The state holds the value of
each widget with a key, and under "done" the keys of what was pressed, chosen or dropped, in order.
"""

from __future__ import annotations

import json
import os
import sys
import tkinter
from collections.abc import Callable
from pathlib import Path
from tkinter import ttk
from typing import Any

Spec = dict[str, Any]


class State:
    """The values and the deeds, written whole at each change."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.values: dict[str, Any] = {}
        self.done: list[str] = []
        self.started = False
        self.seen: Callable[[int], None] = lambda count: None
        """Told how much was done, to be shown."""

    def put(self, key: str, value: Any) -> None:
        if self.values.get(key) != value:
            self.values[key] = value
            self._write()

    def did(self, key: str) -> None:
        self.done.append(key)
        self.seen(len(self.done))
        self._write()

    def start(self) -> None:
        self.started = True
        self._write()

    def _write(self) -> None:
        if self.started:
            new = self._path.with_suffix(".new")
            new.write_text(json.dumps(self.values | {"done": self.done}), encoding="utf-8")
            os.replace(new, self._path)


class Panel:
    """The window. Each kind of widget has a method of its name."""

    def __init__(self, root: tkinter.Tk, spec: Spec, state: State) -> None:
        self._root, self._spec, self._state, self._look = root, spec, state, spec["look"]
        self._hidden: dict[str, Callable[[], None]] = {}
        self._font = (self._look["font"], -self._look["size"], self._look.get("weight", "normal"))
        _style(root, self._look, self._font)
        root.title(spec["title"])
        if spec.get("menus"):
            self._menus(spec["menus"])
        body = ttk.Frame(root, padding=self._look["gap"])
        body.pack(fill="both", expand=True)
        self._rows(body, spec["rows"])
        status = ttk.Label(body, text=f"{spec['status']} 0")
        status.pack(anchor="w", pady=(self._look["gap"], 0))
        state.seen = lambda count: status.configure(text=f"{spec['status']} {count}")
        for keys in spec.get("shortcuts", ()):
            root.bind(f"<{keys}>", lambda _event, keys=keys: state.did(keys))

    def _rows(self, parent: Any, rows: list[list[Spec]]) -> None:
        for row in rows:
            line = ttk.Frame(parent)
            line.pack(anchor="w", fill="x", pady=self._look["gap"] // 2)
            for widget in row:
                self._add(line, widget)

    def _add(self, line: Any, widget: Spec) -> None:
        made = getattr(self, f"_{widget['kind']}")(line, widget)
        if made is None:
            return
        side = "right" if widget.get("right") else "left"

        def show() -> None:
            made.pack(side=side, padx=self._look["gap"] // 2, anchor="n")

        if widget.get("hidden"):
            self._hidden[widget["hidden"]] = show
        else:
            show()

    def _label(self, line: Any, widget: Spec) -> Any:
        options = {"foreground": widget["ink"]} if "ink" in widget else {}
        if "size" in widget:
            options["font"] = (self._look["font"], -widget["size"])
        return ttk.Label(line, text=widget["text"], width=widget.get("width", 0), **options)

    def _space(self, line: Any, widget: Spec) -> Any:
        return ttk.Frame(line, width=widget.get("width", 1), height=widget.get("height", 1))

    def _button(self, line: Any, widget: Spec) -> Any:
        button = ttk.Button(line, text=widget["text"], command=lambda: self._press(widget))
        if widget.get("off"):
            button.state(["disabled"])
        return button

    def _link(self, line: Any, widget: Spec) -> Any:
        link = ttk.Label(line, text=widget["text"], style="Link.TLabel", cursor="hand2")
        event = "<Enter>" if widget.get("hover") else "<Button-1>"
        link.bind(event, lambda _event: self._press(widget))
        return link

    def _press(self, widget: Spec) -> None:
        if widget.get("dead"):
            return
        self._state.did(widget["key"])
        if "opens" in widget:
            self._dialog(widget["opens"])
        if "shows" in widget:
            self._root.after(round(widget.get("after", 0) * 1000), self._hidden[widget["shows"]])

    def _dialog(self, spec: Spec) -> None:
        window = tkinter.Toplevel(self._root, background=self._look["paper"])
        window.title(spec["title"])
        window.transient(self._root)
        window.geometry(f"+{self._root.winfo_rootx() + 90}+{self._root.winfo_rooty() + 70}")
        body = ttk.Frame(window, padding=20)
        body.pack()
        ttk.Label(body, text=spec["text"]).pack(pady=12)
        for button in spec["buttons"]:
            action = lambda key=button["key"]: (self._state.did(key), window.destroy())  # noqa: E731
            ttk.Button(body, text=button["text"], command=action).pack(side="right", padx=6)

    def _field(self, line: Any, widget: Spec) -> Any:
        frame = ttk.Frame(line)
        kept = tkinter.StringVar(value=widget.get("value", ""))
        self._keep(widget["key"], kept)
        entry = ttk.Entry(frame, textvariable=kept, width=24, font=self._font, show="*" * bool(widget.get("secret")))
        side = "top" if widget.get("above") else "left"
        ttk.Label(frame, text=widget["text"], width=widget.get("width", 0)).pack(side=side, anchor="w", padx=(0, 8))
        entry.pack(side=side)
        return frame

    def _check(self, line: Any, widget: Spec) -> Any:
        kept = tkinter.BooleanVar(value=widget.get("value", False))
        self._keep(widget["key"], kept)
        return ttk.Checkbutton(line, text=widget["text"], variable=kept)

    def _choice(self, line: Any, widget: Spec) -> Any:
        frame = ttk.Frame(line)
        kept = tkinter.StringVar(value=widget.get("value", ""))
        self._keep(widget["key"], kept)
        if widget.get("text"):
            ttk.Label(frame, text=widget["text"]).pack(anchor="w")
        for option in widget["options"]:
            radio = ttk.Radiobutton(frame, text=option, value=option, variable=kept)
            radio.pack(side="left" if widget.get("flat") else "top", anchor="w", padx=8, pady=3)
        return frame

    def _select(self, line: Any, widget: Spec) -> Any:
        frame = ttk.Frame(line)
        kept = tkinter.StringVar(value=widget.get("value", ""))
        self._keep(widget["key"], kept)
        ttk.Label(frame, text=widget["text"]).pack(side="left", padx=(0, 8))
        box = ttk.Combobox(frame, textvariable=kept, values=widget["options"], state="readonly", font=self._font)
        box.pack(side="left")
        return frame

    def _list(self, line: Any, widget: Spec) -> Any:
        look = self._look
        box = tkinter.Listbox(
            line, font=self._font, background=look["field"], foreground=look["ink"], height=len(widget["options"]),
            selectbackground=look["accent"], exportselection=False,
        )  # fmt: skip
        box.insert("end", *widget["options"])

        def chosen(_event: Any = None) -> None:
            self._state.put(widget["key"], [box.get(i) for i in box.curselection()])

        box.bind("<<ListboxSelect>>", chosen)
        box.bind("<Double-Button-1>", lambda event: self._state.did(f"opened {box.get(box.nearest(event.y))}"))
        if "context" in widget:
            menu = self._menu(widget["context"])
            box.bind("<Button-3>", lambda event: menu.tk_popup(event.x_root, event.y_root))
        chosen()
        return box

    def _group(self, line: Any, widget: Spec) -> Any:
        frame = ttk.LabelFrame(line, text=widget["text"], padding=8)
        self._rows(frame, widget["rows"])
        return frame

    def _tabs(self, line: Any, widget: Spec) -> Any:
        book = ttk.Notebook(line)
        for tab in widget["tabs"]:
            page = ttk.Frame(book, padding=14)
            self._rows(page, tab["rows"])
            book.add(page, text=tab["text"])
        book.bind(
            "<<NotebookTabChanged>>", lambda _event: self._state.put(widget["key"], book.tab(book.select(), "text"))
        )
        self._state.put(widget["key"], widget["tabs"][0]["text"])
        return book

    def _tray(self, line: Any, widget: Spec) -> Any:
        """Tiles that can be dragged, and bins below them: "done" says which went where."""
        look, side = self._look, 150
        names = widget["items"] + widget["bins"]
        width = 20 + side * max(len(widget["items"]), len(widget["bins"]))
        canvas = tkinter.Canvas(line, width=width, height=260, background=look["field"], highlightthickness=0)
        bins: dict[str, int] = {}
        for i, name in enumerate(names):
            is_bin = i >= len(widget["items"])
            x, y = 20 + side * (i - len(widget["items"]) * is_bin), 150 if is_bin else 20
            tag = f"t{i}"
            box = canvas.create_rectangle(x, y, x + 120, y + 80, outline=look["ink"], fill=look["paper"], tags=tag)
            canvas.create_text(x + 60, y + 40, text=name, fill=look["ink"], font=self._font, tags=tag)
            if is_bin:
                bins[name] = box
            else:
                canvas.tag_bind(tag, "<ButtonRelease-1>", lambda e, name=name: self._dropped(canvas, bins, name, e))
        return canvas

    def _dropped(self, canvas: Any, bins: dict[str, int], item: str, event: Any) -> None:
        for name, box in bins.items():
            left, top, right, bottom = canvas.coords(box)
            if left <= event.x <= right and top <= event.y <= bottom:
                self._state.did(f"{item}>{name}")

    def _keep(self, key: str, variable: Any) -> None:
        variable.trace_add("write", lambda *_: self._state.put(key, variable.get()))
        self._state.put(key, variable.get())
        # Tk forgets a variable that nothing in Python holds.
        self._hidden.setdefault(f"variable {key}", variable.get)

    def _menus(self, menus: dict[str, list[str]]) -> None:
        bar = tkinter.Menu(self._root, font=self._font)
        for title, entries in menus.items():
            bar.add_cascade(label=title, menu=self._menu(entries))
        self._root.configure(menu=bar)

    def _menu(self, entries: list[str]) -> tkinter.Menu:
        menu = tkinter.Menu(self._root, tearoff=False, font=self._font)
        for entry in entries:
            menu.add_command(label=entry, command=lambda entry=entry: self._state.did(entry))
        return menu


def _style(root: tkinter.Tk, look: Spec, font: tuple[str, int, str]) -> None:
    style = ttk.Style(root)
    style.theme_use(look["theme"])
    ink, paper, field, accent = (look[name] for name in ("ink", "paper", "field", "accent"))
    root.configure(background=paper)
    style.configure(".", font=font, background=paper, foreground=ink, fieldbackground=field, bordercolor=look["edge"])
    style.configure("TButton", background=look["button"], padding=(12, 5))
    style.configure("TNotebook.Tab", font=font, padding=(12, 5), background=look["button"])
    style.map("TNotebook.Tab", background=[("selected", paper)], foreground=[("selected", ink)])
    style.configure("TEntry", insertcolor=ink)
    for name in ("TEntry", "TCombobox"):  # Some themes have a map of their own for these.
        style.configure(name, fieldbackground=field, foreground=ink, arrowcolor=ink, background=look["button"])
        style.map(name, fieldbackground=[("readonly", field), ("!disabled", field)], foreground=[("!disabled", ink)])
    style.configure("Link.TLabel", foreground=accent, font=(*font[:2], "underline"))
    style.map("TButton", background=[("active", look["button"])], foreground=[("disabled", look["edge"])])
    for name in ("TCheckbutton", "TRadiobutton"):
        style.configure(name, indicatorbackground=field, indicatorforeground=ink)
        style.map(name, background=[("active", paper)], indicatorcolor=[("selected", accent), ("!selected", field)])
    for option, value in (("font", font), ("background", field), ("foreground", ink)):
        root.option_add(f"*TCombobox*Listbox.{option}", value)


def _place(root: tkinter.Tk, place: list[float]) -> None:
    """Where the description says, in shares of the room there is; a window larger than the screen is an error."""
    root.update_idletasks()
    free = [
        root.winfo_screenwidth() - root.winfo_reqwidth() - 20,
        root.winfo_screenheight() - root.winfo_reqheight() - 80,
    ]
    if min(free) < 0:
        sys.exit(f"the panel is {-min(free)} px larger than the screen")
    root.geometry("+{}+{}".format(*(round(share * room) for share, room in zip(place, free, strict=True))))


def main() -> None:
    spec = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    root = tkinter.Tk(className="Panel")
    state = State(Path(sys.argv[2]))
    panel = Panel(root, spec, state)
    _place(root, spec["place"])
    root.resizable(width=False, height=False)
    root.bind("<Visibility>", lambda _event: root.after(200, state.start) if not state.started else None)
    root.mainloop()
    del panel


if __name__ == "__main__":
    main()
