"""The window that is clicked to calibrate; run as a program of its own, it needs the standard library alone.

One black window over each of the areas; on them one white square at a time, the next after each press. What happens is
said on standard output, one JSON object a line: {"target": [x, y]}, the square's middle as the window system has it,
and {"press": [x, y]}, where a press arrived, in points of the whole desktop. It ends when its standard input does.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import tkinter

HALF = 10
"""Points from a square's middle to its edge: it is 21 wide."""
LIFE_MS = 120_000
TEXT = "agent doctor measures its clicks. Ctrl-C in its terminal, or the pointer in a corner, stops it."


class Area(NamedTuple):
    """A rectangle in points of the whole desktop."""

    x: int
    y: int
    width: int
    height: int

    def contains(self, x: int, y: int) -> bool:
        """Whether the place is in it."""
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


class Windows:
    """A window over each area, and the squares on them."""

    def __init__(self, root: tkinter.Tk, areas: list[Area], targets: list[tuple[int, int]]) -> None:
        self._root = root
        self._left = list(targets)
        self._canvases = [(area, self._canvas(area)) for area in areas]
        root.update()
        root.after(0, self._next)

    def _canvas(self, area: Area) -> tkinter.Canvas:
        import tkinter

        window = tkinter.Toplevel(self._root, background="black")
        window.overrideredirect(True)
        window.geometry(f"{area.width}x{area.height}+{area.x}+{area.y}")
        if sys.platform != "linux":
            window.attributes("-topmost", True)
        canvas = tkinter.Canvas(window, background="black", highlightthickness=0, borderwidth=0)
        canvas.pack(fill="both", expand=True)
        # Darker than what counts as bright in a capture.
        canvas.create_text(area.width // 2, area.height // 3, text=TEXT, fill="#606060", width=area.width // 2)
        canvas.bind("<ButtonPress>", self._pressed)
        window.lift()
        return canvas

    def _next(self) -> None:
        for _, canvas in self._canvases:
            canvas.delete("target")
        if not self._left:
            return
        x, y = self._left.pop(0)
        canvas = next(canvas for area, canvas in self._canvases if area.contains(x, y))
        canvas.winfo_toplevel().lift()
        middle = (x - canvas.winfo_rootx(), y - canvas.winfo_rooty())
        # Tk leaves out a filled rectangle's right and lower edge.
        edges = (middle[0] - HALF, middle[1] - HALF, middle[0] + HALF + 1, middle[1] + HALF + 1)
        canvas.create_rectangle(*edges, fill="white", width=0, tags="target")
        self._root.update()
        _say(target=[canvas.winfo_rootx() + middle[0], canvas.winfo_rooty() + middle[1]])

    def _pressed(self, event: Any) -> None:  # noqa: ANN401 (tkinter.Event is generic)
        _say(press=[event.x_root, event.y_root])
        self._next()


def _say(**line: list[int]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _end_with_input() -> None:
    # Whoever started us is gone, even if it was killed: a window over everything must not outlive it.
    sys.stdin.read()
    os._exit(0)


def main() -> None:
    """Show the windows until the standard input ends. Arguments: the areas and the targets, as JSON."""
    import tkinter

    if sys.platform == "win32":
        import ctypes

        # As pyautogui does, so that the two mean the same points. Untested.
        ctypes.windll.user32.SetProcessDPIAware()
    areas = [Area(*area) for area in json.loads(sys.argv[1])]
    targets = [(int(x), int(y)) for x, y in json.loads(sys.argv[2])]
    threading.Thread(target=_end_with_input, daemon=True).start()
    root = tkinter.Tk(className="AgentDoctor")
    root.withdraw()
    root.after(LIFE_MS, root.destroy)
    Windows(root, areas, targets)
    root.mainloop()


if __name__ == "__main__":
    main()
