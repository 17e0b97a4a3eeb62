"""The present screen, read no further than is asked."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from actions.action import Point
from agent.encode import EncodedImage
from agent.offline.answering import read_beside
from agent.offline.beside import whole_text
from agent.offline.differences import reaches_the_edge
from agent.offline.dimmed import dimmed
from agent.offline.instructions import Target
from agent.offline.keypads import CROSS
from agent.offline.opened import list_around, opened
from agent.offline.options import Option, option_of
from agent.offline.plates import button_around, is_faint, is_faint_in, is_fainter, may_be_faint
from agent.offline.pointing import locate, tick_box
from agent.offline.spot import Spot, is_inside, is_level, rect_of, spot_of
from agent.offline.ticks import TickBox
from agent.offline.toggles import has_toggle, toggle_of
from agent.offline.unresolved import Unresolved
from agent.reading.labels import TextBox, find, fold, shows
from agent.reading.ocr import TextReader, decode
from agent.reading.signs import signs

if TYPE_CHECKING:
    from agent.reading.ocr import Pixels
    from agent.rect import Rect

T = TypeVar("T")

MODEL_SPACE = 1000
FLUSH = 6
"""Pixels between the beginnings of the entries of a menu."""


class Sight:
    """One picture; what is found in it is in its pixels, and raises `Unresolved` where it is not plainly one thing."""

    def __init__(self, picture: EncodedImage, reader: TextReader, older: Sequence[EncodedImage] = ()) -> None:
        """`older`: the pictures on which something was done before in the run, the latest first."""
        self.picture = picture
        self._older = older
        self._reader = reader
        self._earlier: dict[str, Sight] = {}

    @cached_property
    def pixels(self) -> Pixels:
        """Shape (height, width, 3). Raises `OSError` for a file that is no picture."""
        return decode(self.picture)

    @property
    def texts(self) -> tuple[TextBox, ...]:
        """All that is written."""
        return self._reader.read(self.pixels)

    @property
    def middle(self) -> tuple[float, float]:
        """Of the picture; where the bare ground of the desktop is there, of the line of text that is nearest to it."""
        width, height = self.picture.size
        middle = Point(width // 2, height // 2)
        lines = self._reader.read(self.pixels, ()) if reaches_the_edge(self.pixels, middle) else ()
        return min((line.center for line in lines), key=lambda one: math.dist(one, middle), default=middle)

    def locate(self, target: Target, within: Rect | None = None) -> Spot:
        """The one place of the target, with its middle inside `within`."""
        return self._lazily(target, lambda one, texts: locate(one, self.pixels, texts, within=within))

    def all_of(self, names: Sequence[str]) -> list[Spot]:
        """All that has one of these labels."""
        texts = self._reader.read(self.pixels, names)
        found = dict.fromkeys(box for name in names for box in find((name,), texts).boxes)
        return [spot_of(box) for box in found]

    def button(self, target: Target) -> Rect | None:
        """The button that is drawn around the target's text, if there is one."""

        found = self._button(target)
        return None if found is None else found[0]

    def is_switched_off(self, target: Target) -> bool:
        """Whether that button's text is so faint that it takes no clicks. (A dot is always faint.)"""
        found = self._button(target)
        if found is None:
            return target.role != "field" and self._is_faint_text(target)
        return len(found[1].text) > 1 and is_faint(self.pixels, found[1], self.texts)

    def _is_faint_text(self, target: Target) -> bool:
        """Whether that is so of an entry of the menu that the run opened, or of one of several texts of a row, as those
        of a toolbar."""
        try:
            box = self.locate(target).box
        except Unresolved:
            return False
        if not may_be_faint(self.pixels, box):
            return False
        if self._is_faint_entry(box):
            return True
        row = [one for one in self.texts if is_level(one, box) and len(one.text) > 1]
        return any(is_faint_in(self.pixels, one, row) for one in row if rect_of(one) == box)

    def _is_faint_entry(self, box: Rect) -> bool:
        """Whether that is so of an entry of the menu that the run opened."""
        middle = ((box.left + box.right) / 2, (box.top + box.bottom) / 2)
        if (around := list_around((self.earlier(one).pixels for one in self._older), self.pixels, middle)) is None:
            return False
        texts = self.written_in(around)
        label = next((one for one in texts if rect_of(one) == box), None)
        others = [one for one in texts if one is not label and abs(one.left - box.left) <= FLUSH]
        return label is not None and is_fainter(self.pixels, label, others)

    def _button(self, target: Target) -> tuple[Rect, TextBox] | None:
        def around(target: Target, texts: Sequence[TextBox]) -> tuple[Rect, TextBox] | None:
            spot = locate(target, self.pixels, texts)
            label = next((box for box in texts if spot_of(box) == spot), None)
            plate = button_around(self.pixels, label, texts) if label else None
            return None if plate is None or label is None else (rect_of(plate), label)

        try:
            return self._lazily(target, around)
        except Unresolved:
            return None

    def earlier(self, picture: EncodedImage) -> Sight:
        """Another picture of the same run, decoded once."""
        if picture.sha256 not in self._earlier:
            names = [one.sha256 for one in self._older]
            older = self._older[names.index(picture.sha256) + 1 :] if picture.sha256 in names else ()
            self._earlier[picture.sha256] = Sight(picture, self._reader, older)
        return self._earlier[picture.sha256]

    def tick_box(self, target: Target) -> TickBox:
        """The target's checkbox or radio button, with its state."""
        return self._lazily(target, lambda one, texts: tick_box(one, self.pixels, texts))

    def has_box(self, target: Target) -> bool:
        """Whether a checkbox or radio button plainly belongs to the target's text."""
        try:
            target, texts = self._reached(target, self._reader.read(self.pixels, _names(target)))
            locate(replace(target, role="checkbox"), self.pixels, texts)
        except Unresolved:
            return False
        return True

    def option(self, title: Target, option: Target) -> Option | None:
        """The one of that name among those that plainly stand there to be chosen from, right of the title or below."""
        return option_of(title, option, self.pixels, self.texts)

    def has_toggle(self, target: Target) -> bool:
        """Whether a sliding switch stands on the right of the target's text."""
        texts = self._reader.read(self.pixels, target.names)
        return any(has_toggle(self.pixels, box, texts) for box in find(target.names, texts).boxes)

    def has_plain_toggle(self, target: Target, *, anywhere: bool = False) -> bool:
        """Whether that is plainly a sliding switch, on or off: what was not read yet may have the shape of one.

        With `anywhere`, also one behind other texts of its line, as in a table.
        """
        texts = self._reader.read(self.pixels, target.names)
        labels = find(target.names, texts).boxes
        found = (toggle_of(self.pixels, box, texts) for box in labels)
        return any(toggle is not None and toggle.on is not None for toggle in found) or (
            anywhere and any(has_toggle(self.pixels, box, texts, plainly=True) for box in labels)
        )

    def read(self, target: Target | None) -> str:
        """The text beside a label, or all of it."""
        if target is None:
            return whole_text(self.texts)
        target, texts = self._reached(target, self.texts)
        return read_beside(target, self.pixels, texts)

    def written_in(self, rect: Rect) -> list[TextBox]:
        """What is written inside, read."""
        return [box for box in self.texts if is_inside(box.center, rect)]

    def held(self, target: Target, field: Rect) -> str:
        """What is written in a field, folded, without the target's label, which may stand within."""
        names = {fold(name) for name in target.names}
        return "".join(text for box in self.written_in(field) if (text := fold(box.text)) not in names)

    def lines_in(self, rect: Rect) -> list[TextBox]:
        """Where something is written inside; it is not read for that."""
        return [box for box in self._reader.read(self.pixels, ()) if is_inside(box.center, rect)]

    def written_at(self, rect: Rect) -> str:
        """What is written across a place; nothing else is read for that."""
        middle = ((rect.left + rect.right) / 2, (rect.top + rect.bottom) / 2)
        return self.written_near(middle, (rect.bottom - rect.top) / 2)

    def line_at(self, rect: Rect) -> str:
        """All texts that reach into a place, as they are read where all is."""
        return " ".join(box.text for box in self.texts if rect.meets(box))

    def written_near(self, place: tuple[float, float], reach: float = 4) -> str:
        """What is written within so many pixels of a place."""
        at = Point(round(place[0]), round(place[1]))
        return " ".join(text.text for text in self._reader.read_near(self.pixels, at, reach))

    def shows(self, text: str) -> bool:
        """Whether it is to be read."""
        return shows(text, self.texts)

    def coordinate(self, place: tuple[float, float]) -> list[float]:
        """A place in the model's space."""
        return [round(value / side * MODEL_SPACE, 1) for value, side in zip(place, self.picture.size, strict=True)]

    def place(self, coordinate: Sequence[float]) -> tuple[float, float]:
        """The pixel of a place in the model's space."""
        width, height = self.picture.size
        return coordinate[0] / MODEL_SPACE * width, coordinate[1] / MODEL_SPACE * height

    def _lazily(self, target: Target, find: Callable[[Target, Sequence[TextBox]], T]) -> T:
        """What `find` finds among the texts that can be the target's; else among all, which the reason then names."""
        try:
            return self._found(target, lambda texts: find(*self._reached(target, texts)))
        except Unresolved as why:
            if not why.is_ambiguous or self._opened is None:
                raise
            front = self._opened
            try:
                return self._found(target, lambda texts: find(*self._reached(target, _inside(texts, front))))
            except Unresolved:
                raise why from None

    def _reached(self, target: Target, texts: Sequence[TextBox]) -> tuple[Target, Sequence[TextBox]]:
        """What is meant among the texts: where it is in the dialog in front, without that, among those in it."""
        if (there := _anywhere_in_front(target)) is None:
            return target, texts
        behind = dimmed(self.pixels)
        front = self._opened if behind is None else behind.dialog
        if front is None:
            raise Unresolved(
                'no dialog is seen in front: name it by its title, as: in the dialog "X"',
                "看不出前面有对话框：请说出它的标题，例如：“X”对话框中的“Y”",
            )
        return there, _inside(texts, front)

    @cached_property
    def _opened(self) -> Rect | None:
        """The window or list in front that the run itself opened."""
        return opened((self.earlier(one).pixels for one in self._older), self.pixels)

    def _found(self, target: Target, find: Callable[[Sequence[TextBox]], T]) -> T:
        names = _names(target)
        if not names or target.ordinal is not None:
            return find(self._all(names))  # what is counted has to be seen whole
        try:
            return find(self._reader.read(self.pixels, names))
        except Unresolved as why:
            if why.is_ambiguous:
                raise
            return find(self._all(names))

    def _all(self, names: Sequence[str]) -> Sequence[TextBox]:
        """All that is written, with the signs among `names`, which are found only where they are looked for."""
        texts = self.texts
        return self._reader.read(self.pixels, names) if signs(names) else texts


def _inside(texts: Sequence[TextBox], rect: Rect) -> list[TextBox]:
    return [box for box in texts if is_inside(box.center, rect)]


def _anywhere_in_front(target: Target) -> Target | None:
    """The target without the dialog that it, or what it is next to, is said to be in; None where none is said."""
    anchor = target.anchor
    if anchor is None:
        return None
    if anchor.role == "dialog" and not anchor.names:
        return replace(target, relation=None, anchor=None)
    there = _anywhere_in_front(anchor)
    return None if there is None else replace(target, anchor=there)


def _names(target: Target) -> list[str]:
    """The labels that finding the target needs; none where it needs all texts."""
    names: list[str] = []
    part: Target | None = target
    while part is not None:
        if not part.names and part.role != "dialog":
            return []
        names += (*part.names, *part.whole, *(CROSS if signs(part.names) else ()))
        part = part.anchor
    return names
