"""Texts that go on with each other: the lines of a label under each other, its words beside each other."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.reading.sizes import may_go_on

if TYPE_CHECKING:
    from agent.reading.labels import TextBox

SAME_GROUND = 24
"""Of a channel: within a picture that labels are written on."""
_MAX_STACK = 3
# In heights of the line above.
CLOSE, WIDE = 0.25, 0.9
"""Between the lines of a label at most; of a paragraph, which is only looked through."""


def labels_in_lines(boxes: Sequence[TextBox]) -> list[TextBox]:
    """The texts as a person sees them: each box, and labels written in two or three lines as one.

    Lines centred under each other belong together, so that one of them alone is no label ("Browser" of "Web
    Browser"). Where two lines start at one edge, or a tick box stands before the first alone, it may be a list as well
    as a label: there both readings count.
    """
    stacks = list(_stacks(boxes))
    parts = {id(box) for stack in stacks if _is_one_label(stack) for box in stack}
    return [box for box in boxes if id(box) not in parts] + [joined(stack) for stack in stacks]


def paragraphs(boxes: Sequence[TextBox]) -> list[str]:
    """What is written in lines under each other, however many: with a space between them, and without one."""
    below = {id(box): _line_below(box, boxes, WIDE) for box in boxes}
    followers = {id(lower) for lower in below.values() if lower is not None}
    found: list[str] = []
    for box in boxes:
        if id(box) in followers or below[id(box)] is None:
            continue
        lines, line = [box.text], below[id(box)]
        while line is not None:
            lines.append(line.text)
            line = below[id(line)]
        found += [" ".join(lines), "".join(lines)]
    return found


def runs(rows: Iterable[Sequence[TextBox]]) -> list[list[TextBox]]:
    """Two or more texts of a row that may be the words of one label, with all that may be: a part of a menu bar, whose
    entries may stand as words do, is no label."""
    found: list[list[TextBox]] = []
    for row in rows:
        run: list[TextBox] = []
        for box in row:
            if not (run and box.goes_on and may_go_on(run[-1], box)):
                run = []
                found.append(run)
            run.append(box)
    return [run for run in found if len(run) > 1]


def _stacks(boxes: Sequence[TextBox]) -> Iterator[list[TextBox]]:
    below = {id(box): _line_below(box, boxes) for box in boxes}
    followers = {id(lower) for lower in below.values() if lower is not None}
    for box in boxes:
        if id(box) in followers:
            continue
        stack = [box]
        while len(stack) <= _MAX_STACK and (lower := below[id(stack[-1])]) is not None:
            stack.append(lower)
        if 1 < len(stack) <= _MAX_STACK:
            yield stack


def _line_below(box: TextBox, boxes: Sequence[TextBox], gap: float = CLOSE) -> TextBox | None:
    """The line that goes on with `box`: right below it, as high, and centred or flush with it."""
    height = box.height
    if box.closed:
        return None
    fitting = [
        other
        for other in boxes
        if 0.6 * height < other.height < height / 0.6
        and other.top > box.top
        and not other.marked
        and _on_one_ground(box, other)
        and -0.4 * height <= other.top - box.bottom <= gap * height
        and (_centred(box, other) or _flush(box, other))
    ]
    return fitting[0] if len(fitting) == 1 else None


def _on_one_ground(a: TextBox, b: TextBox) -> bool:
    """Whether two texts may be written on the same: a menu's entry and what the menu does not cover are not."""
    if a.ground is None or b.ground is None:
        return True
    return all(abs(one - other) <= SAME_GROUND for one, other in zip(a.ground, b.ground, strict=True))


def _centred(a: TextBox, b: TextBox) -> bool:
    return abs(a.center[0] - b.center[0]) <= 0.3 * min(a.height, b.height)


def _flush(a: TextBox, b: TextBox) -> bool:
    return abs(a.left - b.left) <= 0.3 * min(a.height, b.height)


def _is_one_label(stack: list[TextBox]) -> bool:
    return not (stack[0].marked or any(_flush(a, b) for a, b in itertools.pairwise(stack)))


def joined(stack: Sequence[TextBox]) -> TextBox:
    """Texts that go on with each other as one."""
    left, top = min(box.left for box in stack), min(box.top for box in stack)
    return replace(
        stack[0],
        text=" ".join(box.text for box in stack),
        left=left,
        top=top,
        width=max(box.right for box in stack) - left,
        height=max(box.bottom for box in stack) - top,
        score=min(box.score for box in stack),
    )
