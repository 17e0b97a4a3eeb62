"""Where a recorded target is on the screen now: in its place, or elsewhere by its picture or its text, or unknown.

What is told apart here decides a click, so nothing is taken for the target on a part of the evidence:

- *In place*: the target's neighbourhood looks as recorded.
- *By image*: one place on the screen looks like the element, and its neighbourhood does too. Where the element itself
  holds a text that was read in it, its picture alone is enough, if it stood and stands there once.
- *By text*: what was acted on was a text; it stood on the recorded screen once, and stands on this one once, letter by
  letter and as high as it was.

What has twins on the recorded screen, the button of each row, is known only with its whole row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from actions.action import Point
from agent.element import element_box
from agent.matching import alike, difference, find, is_flat, resembles
from agent.reader import ReadTexts
from agent.reading.labels import TextBox, fold
from agent.rect import Rect, area

if TYPE_CHECKING:
    from PIL.Image import Image

How = Literal["place", "alternative", "image", "text"]
MARGIN = 40
"""Pixels around the element that belong to its neighbourhood."""
MOST_MARGIN = 640
ROW_HALF = 8
"""Pixels above and below where it was acted that are its row's for certain, also in a dense table."""
HEIGHT_RATIO = 1.3
"""A text that is this much higher or lower is another one: a headline, say."""
MOST_EXCLUDED = 0.5
"""Share of an element that may be left out of the comparison; of more nothing is known."""

STILL = Point(0, 0)

Same = Callable[["Image", "Image", Sequence[Rect]], bool]


@dataclass(frozen=True)
class Alternative:
    """Another look of a target that was accepted: `picture` at `box`, and where to act then."""

    picture: Image
    box: Rect
    at: Point


@dataclass(frozen=True)
class Found:
    """Where the target is, in pixels of the capture, and how that is known."""

    at: Point
    how: How
    offset: Point = STILL
    """From where it was recorded."""
    text: str = ""


@dataclass(frozen=True)
class Target:
    """A recorded target: the screen it was on, and the pixel that was acted at."""

    frame: Image
    at: Point
    excluded: tuple[Rect, ...] = ()
    alternatives: tuple[Alternative, ...] = field(default=())

    @cached_property
    def element(self) -> Rect:
        """The box of what was acted on."""
        return element_box(self.frame, self.at)

    @cached_property
    def neighbourhood(self) -> Rect:
        """The element with so much around it that there is something to see, and nothing else looks the same.

        Of a blank place, and of what stands in other rows too, the whole row belongs to it: a label far to the left,
        say, is all that tells which one it is.
        """
        in_rows = any(abs(twin.y) > ROW_HALF for twin in self._twins)
        across = self.frame.width if in_rows or is_flat(_cut(self.frame, self._slab)) else 0
        margin = MARGIN
        while margin < MOST_MARGIN and self._says_too_little(self._grown(max(across, margin), margin)):
            margin *= 2
        return self._grown(max(across, margin), margin)

    def around(self, offset: Point) -> Rect:
        """The neighbourhood, moved by `offset`."""
        return _shift(self.neighbourhood, offset)

    def excluded_in(self, box: Rect) -> list[Rect]:
        """What is not compared within `box`, in its coordinates."""
        return [inside for rect in self.excluded if (inside := _within(rect, box)) is not None]

    @property
    def is_known(self) -> bool:
        """Whether enough of the element counts for it to be told from others."""
        parts = [_shared(self.element, rect) for rect in self.excluded]
        return sum(area(part) for part in parts if part is not None) <= MOST_EXCLUDED * area(self.element)

    def in_place(self, screen: Image, offset: Point = STILL) -> Found | None:
        """The target where it was, moved by `offset` at most; also in a look accepted later."""
        if not self.is_known:
            return None
        if self._matches(screen, self.neighbourhood, offset):
            return Found(self._moved(offset), "place" if offset == STILL else "image", offset)
        for one in self.alternatives:
            if one.box.right <= screen.width and one.box.bottom <= screen.height:
                rects = self.excluded_in(one.box)
                if alike(one.picture, _cut(screen, one.box), rects):
                    return Found(one.at, "alternative", Point(one.at.x - self.at.x, one.at.y - self.at.y))
        return None

    def elsewhere(self, screen: Image, read: ReadTexts | None) -> Found | None:
        """The target anywhere on the screen, by its picture, then by its text where `read` can read."""
        if not self.is_known:
            return None
        return self._by_image(screen, read) or (self._by_text(screen, read) if read is not None else None)

    def difference(self, screen: Image) -> tuple[Rect, Image] | None:
        """The neighbourhood's box, and white where the screen differs there; None where it is not on the screen."""
        box = _shared(self.neighbourhood, Rect(0, 0, screen.width, screen.height))
        if box is None:
            return None
        rects = self.excluded_in(box)
        return box, difference(_cut(self.frame, box), _cut(screen, box), rects)

    def _by_image(self, screen: Image, read: ReadTexts | None) -> Found | None:
        element = self.element
        offsets = [
            Point(corner.x - element.left, corner.y - element.top) for corner in find(_cut(self.frame, element), screen)
        ]
        whole = [offset for offset in offsets if self._matches(screen, self.neighbourhood, offset)]
        if len(whole) == 1:
            return Found(self._moved(whole[0]), "image", whole[0])
        if whole or len(offsets) != 1 or self._twins or read is None:
            return None
        label = self.label(read)
        if label is None or not self._matches(screen, element, offsets[0]):
            return None
        return Found(self._moved(offsets[0]), "image", offsets[0], label.text)

    def _by_text(self, screen: Image, read: ReadTexts) -> Found | None:
        label = self.label(read)
        if label is None or not _is_on(label, self.at) or len(_same(label, read(self.frame))) != 1:
            return None
        here = _same(label, read(screen))
        if len(here) != 1 or _letters(here[0]) != _letters(label):
            return None
        if not 1 / HEIGHT_RATIO < here[0].height / label.height < HEIGHT_RATIO:
            return None
        (x, y), (was_x, was_y) = here[0].center, label.center
        offset = Point(round(x - was_x), round(y - was_y))
        at = self._moved(offset)
        if not (0 <= at.x < screen.width and 0 <= at.y < screen.height):
            return None
        return Found(at, "text", offset, label.text)

    def label(self, read: ReadTexts) -> TextBox | None:
        """The text in the element that is nearest to where it was acted on."""
        element = self.element
        inside = [
            box
            for box in read(self.frame)
            if element.left <= box.center[0] < element.right
            and element.top <= box.center[1] < element.bottom
            and len(fold(box.text)) > 1
        ]
        return min(inside, key=lambda box: _distance(box, self.at), default=None)

    @property
    def _slab(self) -> Rect:
        """The element, as far as it is in the row that was acted in."""
        top, bottom = max(0, self.at.y - ROW_HALF), min(self.frame.height, self.at.y + ROW_HALF)
        return replace(self.element, top=top, bottom=bottom)

    @cached_property
    def _twins(self) -> tuple[Point, ...]:
        """How far away there are others on the recorded screen like what was acted on."""
        slab = self._slab
        offsets = [Point(x - slab.left, y - slab.top) for x, y in find(_cut(self.frame, slab), self.frame)]
        return tuple(offset for offset in offsets if abs(offset.x) > 1 or abs(offset.y) > 1)

    def _says_too_little(self, box: Rect) -> bool:
        return is_flat(_cut(self.frame, box)) or any(self._resembles(box, twin) for twin in self._twins)

    def _resembles(self, box: Rect, twin: Point) -> bool:
        """Whether the recorded screen at `box` may be taken for what stands at its twin."""
        return self._matches(self.frame, box, twin, resembles)

    def _grown(self, across: int, down: int) -> Rect:
        box = self.element
        return Rect(
            max(0, box.left - across),
            max(0, box.top - down),
            min(self.frame.width, box.right + across),
            min(self.frame.height, box.bottom + down),
        )

    def _matches(self, screen: Image, box: Rect, offset: Point, same: Same = alike) -> bool:
        """Whether the screen looks at `box` moved by `offset` as the recorded frame does at `box`.

        What would lie beyond the screen's edge is left out, unless it is a part of the element.
        """
        there = _shift(box, offset)
        visible = _shared(there, Rect(0, 0, screen.width, screen.height))
        element = _shift(self.element, offset)
        if visible is None or (same is alike and _shared(element, visible) != element):
            return False
        here = _shift(visible, Point(-offset.x, -offset.y))
        if same is alike and here != box and any(self._resembles(here, twin) for twin in self._twins):
            return False  # What tells it from its twins is not to be seen.
        rects = self.excluded_in(here)
        return same(_cut(self.frame, here), _cut(screen, visible), rects)

    def _moved(self, offset: Point) -> Point:
        return Point(self.at.x + offset.x, self.at.y + offset.y)


def _is_on(label: TextBox, at: Point) -> bool:
    """Whether what was acted at is the text itself, or the button just around it, not something beside it."""
    air = label.height
    return label.left - air <= at.x < label.right + air and label.top - air <= at.y < label.bottom + air


def _letters(box: TextBox) -> str:
    return "".join(box.text.split())


def _same(label: TextBox, boxes: Sequence[TextBox]) -> list[TextBox]:
    return [box for box in boxes if fold(box.text) == fold(label.text)]


def _distance(box: TextBox, at: Point) -> float:
    dx = max(box.left - at.x, 0, at.x - box.right)
    dy = max(box.top - at.y, 0, at.y - box.bottom)
    return float(dx * dx + dy * dy)


def _cut(picture: Image, box: Rect) -> Image:
    return picture.crop((box.left, box.top, box.right, box.bottom))


def _shift(box: Rect, by: Point) -> Rect:
    return Rect(box.left + by.x, box.top + by.y, box.right + by.x, box.bottom + by.y)


def _shared(one: Rect, other: Rect) -> Rect | None:
    shared = Rect(
        max(one.left, other.left),
        max(one.top, other.top),
        min(one.right, other.right),
        min(one.bottom, other.bottom),
    )
    return shared if shared.left < shared.right and shared.top < shared.bottom else None


def _within(rect: Rect, box: Rect) -> Rect | None:
    """`rect` in the coordinates of `box`, as far as it lies in it."""
    shared = _shared(rect, box)
    return None if shared is None else _shift(shared, Point(-box.left, -box.top))
