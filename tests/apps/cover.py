"""A black window over the whole screen that comes back on top of whatever is put over it."""

from __future__ import annotations

import sys
import tkinter


def main() -> None:
    root = tkinter.Tk()
    root.overrideredirect(True)
    root.configure(background="black")
    root.geometry(f"{root.winfo_screenwidth()}x{root.winfo_screenheight()}+0+0")

    def on_top() -> None:
        root.lift()
        root.after(10, on_top)

    root.update()
    on_top()
    sys.stdout.write("covered\n")
    sys.stdout.flush()
    root.mainloop()


if __name__ == "__main__":
    main()
