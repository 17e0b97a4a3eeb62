"""Parts of the pages of `tests.bench.pointing` in which a title or a name says which of several is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.offline.instructions import Relation, Target

if TYPE_CHECKING:
    from tests.bench.pointing_pages import Page

_GROUP: tuple[Relation, ...] = ("in", "below")
_ROW: tuple[Relation, ...] = ("in", "next to", "right of")


def groups(page: Page) -> None:
    """Two or three groups with fields of the same labels, of which one may be missing in one of them."""
    rng, labels = page.rng, [page.words.pop(), page.words.pop()]
    titles = [page.words.pop() for _ in range(rng.randint(2, 3))]
    kind, parts = rng.choice(("fieldset", "fieldset", "card", "heading")), []
    size, indent = rng.choice((1, 1.2, 1.6, 2, 2.4)), rng.choice((0, 0, 20))
    lacking = (rng.choice(titles), rng.choice(labels)) if rng.random() < 0.5 else None
    for title in titles:
        rows = []
        for label in labels:
            there = (title, label) != lacking
            one = page.id() if there else None
            rows += [f"<p style='margin-left:{indent}px'>{label} <input id={one}></p>"] if there else []
            for relation in _GROUP:
                if there or relation == "in":
                    anchor = Target((title,))
                    page.ask(f"{kind} {relation}", Target((label,), "field", relation=relation, anchor=anchor), one)
        head = f"<span style='font-size:{size}em'>{title}</span>"
        body = "".join(rows)
        parts.append(
            {
                "fieldset": f"<fieldset><legend>{head}</legend>{body}</fieldset>",
                "card": f"<div style='border:1px solid #888;padding:8px 14px;margin:10px 0'>{head}{body}</div>",
                "heading": f"<div>{head}</div>{body}",
            }[kind]
        )
    page.body.append("".join(parts))


def people(page: Page) -> None:
    """Names with a button each that stands a little higher or lower, one a row."""
    rng, action = page.rng, page.actions.pop()
    shift, rows = rng.randint(-12, 12), []
    for _ in range(rng.randint(2, 5)):
        name, one = page.words.pop(), page.id()
        rows.append(
            f"<div style='margin:{rng.randint(2, 14)}px 0'><span>{name}</span> &emsp; "
            f"<button id={one} style='position:relative;top:{shift}px'>{action}</button></div>"
        )
        for relation in _ROW:
            target = Target((action,), "button", relation=relation, anchor=Target((name,)))
            page.ask(f"shifted button {relation}", target, one)
    page.body.append("".join(rows))
