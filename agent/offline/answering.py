"""What is written beside a label, or where the row of one text meets the column of another."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.offline.beside import value_of, whole_text
from agent.offline.instructions import Target
from agent.offline.pointing import locate
from agent.offline.spot import Spot, is_inside, spot_of
from agent.offline.unresolved import Unresolved, described, missing, plain, quoted, quoted_chinese
from agent.reading.labels import TextBox, after_label, find

if TYPE_CHECKING:
    from agent.reading.blocks import Pixels

_OF = re.compile(r"(?<=\S)(?: of |['’]s |的)(?=\S)")


def read_beside(target: Target, pixels: Pixels, texts: Sequence[TextBox]) -> str:
    """The text that plainly belongs to the target. Raises `Unresolved`.

    That in its label's field, on the label's right or below it; or in the target's row where its label is a column's:
    of the "price of Tea", where there is no such label, the price in the row of Tea.
    """
    try:
        return _beside(target, pixels, texts)
    except Unresolved as why:
        for cell in () if why.is_ambiguous else _as_cells(target):
            with contextlib.suppress(Unresolved):
                return _beside(cell, pixels, texts)
        raise


def _as_cells(target: Target) -> Iterator[Target]:
    """What a label may say of a row and a column, at each word that may part them."""
    if target.relation or target.area or target.ordinal:
        return
    for name in target.names:
        for part in _OF.finditer(name):
            before, after = name[: part.start()], name[part.end() :]
            column, row = (before, after) if part[0].strip() == "of" else (after, before)
            yield Target((column,), relation="in", anchor=Target((row,)))


def _beside(target: Target, pixels: Pixels, texts: Sequence[TextBox]) -> str:
    if not target.names:
        return _written_in(locate(target, pixels, texts), target, texts)
    if target.ordinal or target.area or target.relation:
        spot = locate(replace(target, role=None), pixels, texts)
        boxes = tuple(box for box in find(target.names, texts).boxes if spot_of(box) == spot)
        if not boxes:
            return spot.text
        return _one_value(target, [value for box in boxes if (value := _value(target, box, pixels, texts))])
    values = list(after_label(target.names, texts))
    matches = find(target.names, texts)
    if not values and not matches.boxes:
        raise missing(target, matches.nearest)
    return _one_value(target, values + [v for box in matches.boxes if (v := _value(target, box, pixels, texts))])


def _value(target: Target, label: TextBox, pixels: Pixels, texts: Sequence[TextBox]) -> str | None:
    value = value_of(label, pixels, texts)
    if value == "":
        raise Unresolved(f"the field of {target} is empty", f"“{plain(target)}”的输入框是空的")
    return value


def _one_value(target: Target, values: Sequence[str]) -> str:
    if len(values) > 1:
        raise Unresolved(
            f"{target} has {len(values)} texts beside it: {quoted(values)}",
            f"“{plain(target)}”旁边有 {len(values)} 段文字：{quoted_chinese(values)}",
            is_ambiguous=True,
        )
    if not values:
        raise Unresolved(
            f"there is no text that plainly belongs to {target}, in its field, right of it or below it",
            f"没有明显属于“{plain(target)}”的文字：它的输入框里、右边和下面都没有",
        )
    return values[0]


def _written_in(spot: Spot, target: Target, texts: Sequence[TextBox]) -> str:
    value = whole_text([box for box in texts if is_inside(box.center, spot.box)])
    if not value:
        english, chinese = described(target)
        raise Unresolved(f"{english} is empty", f"{chinese}是空的")
    return value
