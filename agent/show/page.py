"""A page of a report: one HTML file with everything in it, which opens anywhere and asks nobody for anything.

All that a model, a task or a recording says is data: escaped by the template, or JSON that the script shows as text.
The page's own style and script are allowed by their hashes, and nothing else is.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from importlib import resources
from typing import Any, Literal

from agent.show.film import Film

MARK = b'<meta name="generator" content="gui-plus-agent">'
"""In the first `MARK_WITHIN` bytes of every page."""
MARK_WITHIN = 2_000
TITLES = {"session": "Session", "plan": "Plan", "difference": "Two runs"}
_ESCAPES = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}


def render_page(
    kind: Literal["session", "plan", "difference"],
    runs: Sequence[dict[str, Any]],
    texts: Sequence[str],
    film: Film,
    rows: Sequence[dict[str, Any]] | None = None,
) -> bytes:
    """The page, UTF-8.

    `runs` are those of `agent.show.report`, one, or two for a difference. `rows` say which steps stand beside each
    other: `{"cells": [index or None a run], "state"}`; without them each step of the one run is a row.
    """
    from jinja2 import Environment

    if rows is None:
        rows = [{"cells": [index], "state": "same"} for index in range(len(runs[0]["steps"]))]
    style, script = _file("page.css"), _file("page.js")
    report = {
        "kind": kind,
        "runs": [{"steps": run["steps"]} for run in runs],
        "rows": rows,
        "texts": texts,
        "pictures": {key: list(frame.size) for key, frame in film.frames.items()},
        "failures": dict(film.failures),
    }
    page = (
        Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
        .from_string(_file("page.html.jinja"))
        .render(
            kind=kind,
            title=TITLES[kind],
            runs=runs,
            rows=rows,
            parting=next((index for index, row in enumerate(rows) if row["state"] != "same"), None),
            missing=len(film.failures),
            policy=_policy(style, script),
            style=style,
            script=script,
            report=to_json(report),
            pictures=[(key, _base64(frame.thumbnail), _base64(frame.full)) for key, frame in film.frames.items()],
        )
    )
    # A lone surrogate, which a model may have written into a task's name, is no UTF-8.
    return page.encode("utf-8", "replace")


def to_json(data: object) -> str:
    """JSON that cannot end the script element it stands in, nor open a comment there."""
    return json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":")).translate(_ESCAPES)


def _policy(style: str, script: str) -> str:
    return (
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"style-src {_hash(style)}; script-src {_hash(script)}"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _file(name: str) -> str:
    # The hash is of what the browser reads, which makes every line end a line feed.
    return (resources.files("agent.show") / name).read_text(encoding="utf-8").replace("\r\n", "\n")
