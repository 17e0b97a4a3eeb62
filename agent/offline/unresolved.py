"""Why there is no single place, in the person's language, and how places and targets are named in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from agent.offline.instructions import Area, Target
from agent.offline.sentences import cut, speaks_chinese
from agent.offline.wording import describe_target
from agent.reading.labels import TextBox

MAX_PLACES = 5
MAX_QUOTED = 40
_AREAS: dict[Area, str] = {
    "top left": "左上角",
    "top": "上方",
    "top right": "右上角",
    "left": "左侧",
    "middle": "中间",
    "right": "右侧",
    "bottom left": "左下角",
    "bottom": "下方",
    "bottom right": "右下角",
}
_GRID: tuple[tuple[Area, Area, Area], ...] = (
    ("top left", "top", "top right"),
    ("left", "middle", "right"),
    ("bottom left", "bottom", "bottom right"),
)


class HasPlace(Protocol):
    """Anything that is somewhere in a picture."""

    @property
    def center(self) -> tuple[float, float]:
        """In the picture's pixels."""


class Unresolved(Exception):  # noqa: N818 (an outcome, told to the person)
    """No single place; the message says what was seen instead."""

    def __init__(self, english: str, chinese: str, is_ambiguous: bool = False) -> None:
        self.reasons = (english, chinese)
        self.is_ambiguous = is_ambiguous
        """Several places, so that looking again is of no use."""
        super().__init__(english)

    def line(self, task: str) -> str:
        """The reason in the language of `task`."""
        return self.reasons[speaks_chinese(task)]


def missing(target: Target, nearest: Sequence[str]) -> Unresolved:
    """No text on the screen is the target's label; these are the most like it."""
    if not nearest:
        return Unresolved(f"there is no text {target} on the screen", f"屏幕上没有“{plain(target)}”")
    return Unresolved(
        f"there is no text {target} on the screen; the nearest texts are {quoted(nearest)}",
        f"屏幕上没有“{plain(target)}”；最接近的文字是{quoted_chinese(nearest)}",
    )


def ambiguous(target: Target, things: Sequence[HasPlace], size: tuple[int, int] | None = None) -> Unresolved:
    """Several things are what the target says, in a picture of this width and height."""
    english, chinese = described(target)
    at, at_zh = _places(things, size)
    more = "" if len(things) <= MAX_PLACES else ", …"
    return Unresolved(
        f"{english} is on the screen {len(things)} times, at the pixels "
        f"{at}{more}: say which, by its place or another label",
        f"{chinese}在屏幕上有 {len(things)} 处，像素位置：{at_zh}{more}；请说明是哪一个，例如说出它的位置",
        is_ambiguous=True,
    )


def elsewhere(target: Target, spots: Sequence[HasPlace], size: tuple[int, int]) -> Unresolved:
    """None of them is where the target is said to be."""
    english, chinese = described(target)
    at, at_zh = _places(spots, size)
    return Unresolved(
        f"{english} is not there; without its place it would be at {at}", f"没有找到{chinese}；不论位置的话在{at_zh}"
    )


def too_few(target: Target, spots: Sequence[HasPlace], size: tuple[int, int]) -> Unresolved:
    """There are not so many."""
    english, chinese = described(target)
    at, at_zh = _places(spots, size)
    return Unresolved(
        f"{english} is not there; there are {len(spots)}, at {at}", f"没有{chinese}，只有 {len(spots)} 个：{at_zh}"
    )


def _places(things: Sequence[HasPlace], size: tuple[int, int] | None) -> tuple[str, str]:
    """Where the first few are, in English and in Chinese."""
    places = [place(thing, size) for thing in things[:MAX_PLACES]]
    return ", ".join(one for one, _ in places), "、".join(one for _, one in places)


def uncounted(target: Target, torn: tuple[TextBox, TextBox]) -> Unresolved:
    """There may be one more, read in two pieces."""
    english, chinese = described(replace(target, ordinal=None))
    parts, at = [box.text for box in torn], torn[0].place()
    return Unresolved(
        f"{english} cannot be counted: {quoted(parts)} at {at} may be one more; say which by a text that it is next to",
        f"{chinese}数不清：{at} 处的{quoted_chinese(parts)}可能也是一个；请用旁边的文字说明是哪一个",
        is_ambiguous=True,
    )


def described(target: Target) -> tuple[str, str]:
    """The target in English and in Chinese, as in `wording`, its labels cut where they are long."""
    short = _short(target)
    return describe_target(short), describe_target(short, chinese=True)


def _short(target: Target) -> Target:
    anchor = None if target.anchor is None else _short(target.anchor)
    return replace(target, names=tuple(cut(name, 60) for name in target.names), anchor=anchor)


def place(thing: HasPlace, size: tuple[int, int] | None) -> tuple[str, str]:
    """Where it is in a picture of this width and height: "118,208 (top left)", in English and in Chinese."""
    x, y = thing.center
    if size is None:
        return f"{x:.0f},{y:.0f}", f"{x:.0f},{y:.0f}"
    column, row = (min(2, max(0, int(3 * value / max(1, side)))) for value, side in zip((x, y), size, strict=True))
    area = _GRID[row][column]
    return f"{x:.0f},{y:.0f} ({area})", f"{x:.0f},{y:.0f}（{_AREAS[area]}）"


def plain(target: Target) -> str:
    """The target's label without marks around it, cut where it is long."""
    return cut(target.names[-1] if target.names else "", 60)


def quoted(texts: Sequence[str]) -> str:
    """The first few, cut where they are long."""
    return ", ".join(f'"{cut(text, MAX_QUOTED)}"' for text in texts[:MAX_PLACES])


def quoted_chinese(texts: Sequence[str]) -> str:
    """As `quoted`."""
    return "、".join(f"“{cut(text, MAX_QUOTED)}”" for text in texts[:MAX_PLACES])


def untold_switch(target: Target) -> Unresolved:
    """A sliding switch that is not plainly on or off: it is not turned over unseen."""
    english, chinese = described(target)
    return Unresolved(
        f"{english} has a switch whose state cannot be told: say click it, if it is to be turned over",
        f"看不出{chinese}的开关是开还是关：如果要拨动它，请说点击",
    )
