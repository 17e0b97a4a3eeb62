"""`agent show`: the page of a session, or of two."""

from __future__ import annotations

import os
import stat
import sys
import webbrowser
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from agent.errors import RecordingError, UsageError
from agent.events import ImageFile
from agent.output import write_error, write_lines
from agent.progress import StreamConsole
from agent.recording.files import shown
from agent.recording.recorder import write_whole
from agent.recording.session import Session, find_sessions, read_session
from agent.show.aligning import align, parting
from agent.show.film import Load, load, make_film
from agent.show.page import MARK, MARK_WITHIN, render_page
from agent.show.report import MAX_STEPS, Texts, picture_key, run_data


def show(paths: Sequence[str], *, output: str | None, open_: bool) -> int:
    """Write the page and print its path; returns the exit code.

    Raises `UsageError` for paths that are not one session each and for an output that is not ours to replace,
    `SessionError` for a session that cannot be read, `RecordingError` where the page cannot be written.
    """
    if len(paths) > 2:
        raise UsageError("agent show takes one session, or two to compare")
    folders = [_one_session(Path(path)) for path in paths]
    default = folders[0] / "show.html" if len(folders) == 1 else Path("show-diff.html")
    page = Path(output) if output is not None else default
    _check_replaceable(page)
    sessions = [read_session(folder) for folder in folders]
    with ExitStack() as stack:
        if sys.stderr.isatty():
            stack.enter_context(StreamConsole(stderr=True).status("making the page"))
        content = make_page(sessions)
    try:
        write_whole(page, content)
    except OSError as error:
        raise RecordingError(
            f"cannot write the page {shown(page)}: {error.strerror or error}; name another place with -o"
        ) from error
    write_lines(str(page))
    if open_ and not webbrowser.open(page.resolve().as_uri()):
        write_error(f"agent: no browser was found; open {shown(page)} yourself")
    return 0


def make_page(sessions: Sequence[Session]) -> bytes:
    """The page of one session, or of the difference of two. Pictures that cannot be read are notes in it."""
    texts = Texts()
    runs = [run_data(session, texts) for session in sessions]
    film = make_film(_loads(sessions))
    if len(sessions) == 1:
        return render_page("session", runs, texts.all, film)
    return render_page("difference", runs, texts.all, film, _difference(sessions, runs))


def _difference(sessions: Sequence[Session], runs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = align(*(session.steps[:MAX_STEPS] for session in sessions))
    first = parting(rows)
    return [
        {"cells": [row.first, row.second], "state": row.state, "parting": index == first}
        | ({} if row.first is None or row.second is None else _outcomes(runs, row.first, row.second))
        for index, row in enumerate(rows)
    ]


def _outcomes(runs: Sequence[dict[str, Any]], first: int, second: int) -> dict[str, Any]:
    """Whether the same action ended in the same way."""
    return {"otherwise": runs[0]["steps"][first]["outcome"] != runs[1]["steps"][second]["outcome"]}


def _loads(sessions: Sequence[Session]) -> dict[str, Load]:
    """How to read each picture, each once: the lossless one, else the one that was sent; from either session."""
    sources: dict[str, list[tuple[Session, ImageFile]]] = {}
    for session in sessions:
        for step in session.steps[:MAX_STEPS]:
            shot = step.screenshot
            known = sources.setdefault(picture_key(step), [])
            for file in (shot.lossless, shot.sent):
                if file is not None and not any(one is session and other == file for one, other in known):
                    known.append((session, file))
    return {key: partial(load, known) for key, known in sources.items()}


def _one_session(path: Path) -> Path:
    found = find_sessions(path)
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(f"{shown(path)} holds no session: name the folder of one, see agent list")
    raise UsageError(f"{shown(path)} holds {len(found)} sessions: name one of them, see agent list {shown(path)}")


def _check_replaceable(page: Path) -> None:
    """Raise `UsageError` unless nothing stands at `page`, or an earlier page of this program."""
    try:
        kind = os.lstat(page).st_mode
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot write to {shown(page)}: {getattr(error, 'strerror', None) or error}") from error
    if not stat.S_ISREG(kind):
        raise UsageError(f"{shown(page)} is there and is no file: name another with -o")
    try:
        with page.open("rb") as file:
            is_ours = MARK in file.read(MARK_WITHIN)
    except OSError as error:
        raise UsageError(f"{shown(page)} is there and cannot be read: name another with -o") from error
    if not is_ours:
        raise UsageError(f"{shown(page)} is there and is no page of agent show: name another with -o")
