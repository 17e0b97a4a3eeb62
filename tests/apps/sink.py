"""A window that takes input and writes every event it gets, one JSON object a line, to the file named.

An Entry, a Text, and a plain area for the pointer; keys are logged wherever the focus is; `at` is the X server's time,
which is the machine's monotonic clock, in milliseconds. A line
{"event": "state", …} follows each change of the fields with what they hold.
"""

from __future__ import annotations

import json
import sys
import tkinter
from typing import Any

POINTER_EVENTS = {
    "<Motion>": "motion",
    "<ButtonPress>": "press",
    "<ButtonRelease>": "release",
    "<Double-Button-1>": "double",
    "<Triple-Button-1>": "triple",
    "<MouseWheel>": "wheel",
}


class Sink:
    def __init__(self, path: str) -> None:
        self.log = open(path, "a", encoding="utf-8", buffering=1)  # noqa: SIM115 (the window's for life)
        self.root = tkinter.Tk(className="Sink")
        self.root.title("sink")
        self.root.geometry("600x500+100+60")
        self.entry = tkinter.Entry(self.root, font=("DejaVu Sans", 14), width=50)
        self.entry.pack(fill="x")
        self.text = tkinter.Text(self.root, font=("DejaVu Sans", 14), height=8, undo=False)
        self.text.pack(fill="x")
        self.area = tkinter.Frame(self.root, background="#335577", height=220)
        self.area.pack(fill="both", expand=True)
        self.held: dict[str, str] = {}
        self.seen: dict[str, list[int]] = {}
        self.told: dict[str, list[int]] = {}
        self.steady = 0
        self.had_focus = False
        self.bind()

    def bind(self) -> None:
        for sequence, name in POINTER_EVENTS.items():
            self.root.bind(sequence, lambda event, name=name: self.pointer(name, event), add="+")
        self.root.bind("<KeyPress>", lambda event: self.key("keydown", event), add="+")
        self.root.bind("<KeyRelease>", lambda event: self.key("keyup", event), add="+")
        self.root.bind("<FocusIn>", self.focused)
        self.area.bind("<Button-1>", lambda _: self.area.focus_set(), add="+")
        self.root.after(20, self.watch)
        self.root.after(3000, self.take_focus)

    def focused(self, event: Any) -> None:
        self.had_focus = True
        self.write(event="focus", widget=self.name(event.widget))

    def take_focus(self) -> None:
        """Where the window manager, busy with its own start, has never given it."""
        if not self.had_focus:
            self.root.focus_force()

    def places(self) -> dict[str, list[int]]:
        widgets = (("entry", self.entry), ("text", self.text), ("area", self.area))
        return {
            name: [widget.winfo_rootx() + widget.winfo_width() // 2, widget.winfo_rooty() + widget.winfo_height() // 2]
            for name, widget in widgets
        }

    def watch(self) -> None:
        held = {"entry": self.entry.get(), "text": self.text.get("1.0", "end-1c")}
        if held != self.held:
            self.held = held
            self.write(event="state", **held)
        # The window manager moves and sizes the window after it is mapped.
        places = self.places()
        self.steady = self.steady + 1 if places == self.seen and self.root.winfo_viewable() else 0
        self.seen = places
        if self.steady > 5 and places != self.told:
            self.told = places
            self.write(event="places", **places)
        self.root.after(20, self.watch)

    def pointer(self, name: str, event: Any) -> None:
        where = {"x": event.x_root, "y": event.y_root, "widget": self.name(event.widget), "state": int(event.state)}
        self.write(event=name, button=event.num if event.num != "??" else None, at=event.time, **where)

    def key(self, name: str, event: Any) -> None:
        self.write(
            event=name, keysym=event.keysym, state=int(event.state), widget=self.name(event.widget), at=event.time
        )

    def name(self, widget: Any) -> str:
        return {self.entry: "entry", self.text: "text", self.area: "area"}.get(widget, "root")

    def write(self, **line: Any) -> None:
        # Lone surrogates are how Tk 8.6 may hand over what it could not hold; they must not end the log.
        self.log.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    Sink(sys.argv[1]).root.mainloop()
