"""Quoted texts taken out of a task before it is cut, so that nothing in them cuts or means anything."""

from __future__ import annotations

FIRST, LAST = "\ue000", "\uf8ff"
"""Private-use characters stand for quoted texts; a task that holds some itself is refused."""
QUOTED = f"[{FIRST}-{LAST}]"
"""Pattern of one quoted text within a sentence's words."""

_PAIRS = {"“": "”", "„": "“”", "«": "»", "‹": "›", "「": "」", "『": "』", "《": "》", "〈": "〉"}
_STRAIGHT = {'"': '"', "＂": "＂", "`": "`"}
_CURLY = "”“"
_APOSTROPHES = {"'": "'’", "‘": "’'"}


def mask(task: str) -> tuple[str, tuple[str, ...], str]:
    """`task` with each quoted text as one character, those texts, and what stands from a quote that never closes."""
    out: list[str] = []
    quotes: list[str] = []
    closing = _apostrophe_ends(task)
    i = 0
    while i < len(task):
        end = _closing(task, i, closing)
        if end == -1:
            return "".join(out), tuple(quotes), task[i:]
        if end is None:
            out.append(task[i])
            i += 1
            continue
        out.append(chr(ord(FIRST) + len(quotes)))
        quotes.append(task[i + 1 : end])
        i = end + 1
    return "".join(out), tuple(quotes), ""


def quoted(text: str, chinese: bool) -> str:
    """`text` in quotation marks that it does not hold itself; in the first kind where it holds all."""
    kinds = (("“", "”"), ("「", "」"), ("『", "』")) if chinese else (('"', '"'), ("“", "”"), ("«", "»"))
    opens, closes = next((pair for pair in kinds if not any(mark in text for mark in pair)), kinds[0])
    return f"{opens}{text}{closes}"


def _closing(task: str, start: int, apostrophes: list[int]) -> int | None:
    """Where the quotation that opens at `start` closes; None where none opens there, -1 where it never closes."""
    opener = task[start]
    if opener in _APOSTROPHES:
        if start and _is_letter(task[start - 1]):
            return None
        end = apostrophes[start + 1]
        return end if end >= 0 and task[end] in _APOSTROPHES[opener] else None
    if opener in _STRAIGHT:
        return _straight_end(task, start)
    if opener in _PAIRS:
        end = _balanced_end(task, start)
        # People mix “ and ": what a pair does not close, a straight mark may.
        return end if end >= 0 or opener not in "“„" else task.find('"', start + 1)
    return None


def _straight_end(task: str, start: int) -> int:
    """The same mark again; a curly one where that would tear a pair of them apart."""
    end = task.find(_STRAIGHT[task[start]], start + 1)
    inside = task[start + 1 : end if end >= 0 else len(task)]
    if task[start] != '"' or (end >= 0 and inside.count("“") == inside.count("”")):
        return end
    curly = next((i for i, c in enumerate(inside) if c in _CURLY), None)
    return end if curly is None else start + 1 + curly


def _balanced_end(task: str, start: int) -> int:
    opener, closers = task[start], _PAIRS[task[start]]
    depth = 0
    for i in range(start, len(task)):
        if task[i] in closers:
            depth -= 1
            if depth == 0:
                return i
        elif task[i] == opener:
            depth += 1
    return -1


def _apostrophe_ends(task: str) -> list[int]:
    """For each place the next apostrophe from there that can close: one that no letter follows; -1 for none."""
    ends = [-1] * (len(task) + 1)
    for i in range(len(task) - 1, -1, -1):
        closes = task[i] in "'’" and not (i + 1 < len(task) and _is_letter(task[i + 1]))
        ends[i] = i if closes else ends[i + 1]
    return ends


def _is_letter(character: str) -> bool:
    return character.isascii() and character.isalnum()
