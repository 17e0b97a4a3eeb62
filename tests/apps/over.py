"""A window of nobody's over a rectangle, on top of all: "shown", it says, and "pressed" when it is clicked.

    python over.py WIDTHxHEIGHT+X+Y [film|steps]

A click ends it; as a `film` it plays from then on until it is killed. With `steps` it takes another colour at each line
of its standard input, and says "changed".
"""

from __future__ import annotations

import itertools
import sys
import tkinter

FRAME_MS = 30


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


class Over:
    def __init__(self, geometry: str, how: str) -> None:
        self.root = tkinter.Tk()
        self.root.overrideredirect(True)
        self.root.configure(background="#ddaa22")
        self.root.geometry(geometry)
        self.how = how
        self.colours = itertools.count(7919, 7919)
        self.root.bind("<ButtonRelease>", self.pressed)
        if how == "steps":
            self.root.createfilehandler(sys.stdin, tkinter.READABLE, self.step)  # type: ignore[attr-defined]
        self.root.update()
        self.root.lift()
        self.root.update()
        self.root.after(100, lambda: say("shown"))

    def pressed(self, _: object) -> None:
        say("pressed")
        if self.how == "film":
            self.play()
        else:
            self.root.destroy()

    def play(self) -> None:
        self.change()
        self.root.after(FRAME_MS, self.play)

    def step(self, *_: object) -> None:
        if not sys.stdin.readline():
            self.root.destroy()
            return
        self.change()
        self.root.update()
        self.root.after(50, lambda: say("changed"))

    def change(self) -> None:
        self.root.configure(background=f"#{next(self.colours) % 0xFFFFFF:06x}")


if __name__ == "__main__":
    Over(sys.argv[1], "".join(sys.argv[2:])).root.mainloop()
