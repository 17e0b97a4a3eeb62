"""Numbers, times and seconds in words."""

from __future__ import annotations

import re

from agent.offline.places import number_zh
from agent.offline.refusals import NotUnderstood
from agent.offline.sentences import Sentence

MAX_SECONDS = 600
MAX_TIMES = 10

_WORDS = "one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
_NUMBERS = {word: float(n) for n, word in enumerate(_WORDS, 1)} | {
    "a": 1.0, "an": 1.0, "once": 1.0, "twice": 2.0, "两": 2.0, "半": 0.5, "half a": 0.5, "half an": 0.5,
    "a couple of": 2.0, "fifteen": 15.0, "twenty": 20.0, "thirty": 30.0, "sixty": 60.0,
}  # fmt: skip
N = (
    r"(?:\d{1,6}(?:\.\d{1,3})?|half an?|a couple of|an?|"
    rf"{'|'.join(_WORDS)}|fifteen|twenty|thirty|sixty|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九半])"
)
SECONDS = r"\s*(?:milliseconds?|ms|毫秒|seconds?|secs?|s|minutes?|mins?|秒钟?|分钟?)"
TIMES = rf"(?:once|twice|{N}\s*(?:times|[次下遍]|x(?!\w)))"


def number(words: str) -> float:
    """The number that `words` (of `N` or `TIMES`) spell."""
    plain = re.sub(r"\s*(?:times|[次下遍]|x)$", "", words.strip().lower())
    if plain in _NUMBERS:
        return _NUMBERS[plain]
    return float(plain) if plain[0].isdigit() else float(number_zh(plain))


def times(words: str | None, sentence: Sentence) -> int:
    """How often something is done; once where nothing is said. Raises `NotUnderstood`."""
    count = 1.0 if words is None else number(words)
    if count not in range(1, MAX_TIMES + 1):
        raise NotUnderstood(
            f"a key or button is pressed 1 to {MAX_TIMES} times", f"可按 1 到 {MAX_TIMES} 次", sentence.restored()
        )
    return int(count)


def seconds(words: str, sentence: Sentence) -> float:
    """The seconds of "3 s", "two minutes", 半分钟. Raises `NotUnderstood`."""
    match = re.fullmatch(rf"(?P<n>{N})(?P<unit>{SECONDS})", words.strip(), re.IGNORECASE)
    assert match is not None
    unit = match["unit"].strip().lower()
    factor = 0.001 if unit in ("ms", "毫秒") or unit.startswith("milli") else 60.0 if unit[0] in "m分" else 1.0
    found = round(number(match["n"]) * factor, 3)
    if not 0 < found <= MAX_SECONDS:
        raise NotUnderstood(
            f"a wait lasts up to {MAX_SECONDS} seconds", f"最多等待 {MAX_SECONDS} 秒", sentence.restored()
        )
    return found
