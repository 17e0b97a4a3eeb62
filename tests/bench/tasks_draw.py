"""What differs between two runs of a task, drawn from a seed: words, looks, places, and how a person puts it."""

from __future__ import annotations

import colorsys
import random
import re
import tomllib
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from actions.action import Size
from tests.apps.launcher import contrast

WORDS: dict[str, dict[str, list[str]]] = tomllib.loads(
    Path(__file__).with_name("tasks_words.toml").read_text(encoding="utf-8")
)
SIZES = (Size(1280, 800), Size(1280, 800), Size(1366, 768), Size(1600, 900), Size(1920, 1080))
FONTS = {
    "en": ("DejaVu Sans", "DejaVu Serif", "DejaVu Sans Mono", "Noto Sans CJK SC"),
    "zh": ("Noto Sans CJK SC", "Noto Sans CJK SC", "Noto Serif CJK SC", "Noto Sans Mono CJK SC"),
}
PIXELS = {"en": (13, 20), "zh": (15, 22)}
THEMES = ("clam", "clam", "alt", "default")
QUOTES = {"en": ('""', "''", "“”", "‘’"), "zh": ("“”", "「」", '""', "『』")}
JOINTS = {
    "en": (", then ", ". Then ", "\n", ", and then ", "; "),
    "zh": ("，然后", "。然后", "\n", "，接着", "，再", "；"),
}
MIN_CONTRAST = 5.0


@dataclass
class Draw:
    """The chances of one task. A word is drawn once at most, so that labels are equal only where that is meant."""

    seed: int
    name: str
    language: str
    chance: random.Random = field(init=False)
    size: Size = field(init=False)
    """Of the screen."""
    _used: set[str] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        # The task's own, whatever else is run with it.
        self.chance = random.Random(f"{self.seed} {self.name}")
        self.size = self.chance.choice(SIZES)

    def words(self, kind: str, count: int) -> list[str]:
        """Labels of a kind, none of which was drawn before."""
        free = [word for word in WORDS[self.language][kind] if _bare(word) not in self._used]
        drawn = self.chance.sample(free, count)
        self._used.update(map(_bare, drawn))
        return drawn

    def word(self, kind: str) -> str:
        return self.words(kind, 1)[0]

    def some(self, least: int, most: int) -> int:
        return self.chance.randint(least, most)

    def maybe(self, share: float = 0.5) -> bool:
        return self.chance.random() < share

    def shuffled(self, things: list[Any]) -> list[Any]:
        return self.chance.sample(things, len(things))

    def look(self) -> dict[str, Any]:
        """Colours that can be read on each other, light or dark, and a font that has the language's letters."""
        dark = self.maybe()
        hue, shade = self.chance.random(), self.chance.uniform(0.02, 0.35)
        tones = (0.13, 0.08, 0.24, 0.55) if dark else (0.93, 0.99, 0.84, 0.45)
        paper, field_colour, button, edge = (_colour(hue, tone, shade) for tone in tones)
        ink = _colour(self.chance.random(), 0.95 if dark else 0.07, 0.2)
        return {
            "paper": paper, "field": field_colour, "button": button, "edge": edge, "ink": ink,
            "accent": self._accent(paper, dark), "theme": self.chance.choice(THEMES),
            "font": self.chance.choice(FONTS[self.language]), "size": self.some(*PIXELS[self.language]),
            "weight": "bold" if self.maybe(0.2) else "normal", "gap": self.some(8, 22),
        }  # fmt: skip

    def _accent(self, paper: str, dark: bool) -> str:
        for _ in range(100):
            colour = _colour(self.chance.random(), 0.75 if dark else 0.3, 0.8)
            if contrast(colour, paper) >= MIN_CONTRAST:
                return colour
        return "#ffffff" if dark else "#000000"

    def panel(self, rows: list[list[dict[str, Any]]], **more: Any) -> dict[str, Any]:
        """The description of a panel around these rows: a title, a look and a place of its own."""
        status = "Actions so far:" if self.language == "en" else "操作次数："
        place = [self.chance.random(), self.chance.random()]
        drawn = {"title": self.word("title"), "look": self.look(), "place": place, "status": status}
        return drawn | {"app": self.maybe(), "rows": rows} | more

    # How a person says it.

    def typed(self, value: str) -> str:
        """A text to type as people write it: plain words now and then without quotation marks."""
        is_plain = self.language == "en" and re.fullmatch("[A-Za-z0-9-]+", value)
        return value if is_plain and self.maybe(0.4) else self.quoted(value)

    def quoted(self, text: str) -> str:
        """In quotation marks that the text itself does not hold."""
        pairs = [pair for pair in QUOTES[self.language] if not set(pair) & set(text)]
        opens, closes = self.chance.choice(pairs)
        return f"{opens}{text}{closes}"

    def named(self, label: str) -> str:
        """A label as people write it: mostly as it is, sometimes in quotation marks or in lower case."""
        if self.maybe(0.4):
            return self.quoted(label)
        return label.lower() if self.maybe(0.25) else label

    def say(self, english: tuple[str, ...], chinese: tuple[str, ...], **parts: str) -> str:
        """One of the ways to put it, in the task's language."""
        sentence = self.chance.choice(english if self.language == "en" else chinese)
        return sentence.format(**parts)

    def task(self, *steps: str) -> str:
        """The steps as one text: a list, lines or a sentence, with or without politeness."""
        if len(steps) > 1 and self.maybe(0.2):
            return "\n".join(f"{i}. {self._capital(step)}" for i, step in enumerate(steps, 1))
        joint = self.chance.choice(JOINTS[self.language])
        first, *others = steps
        text = joint.join([first, *(self._capital(step) if joint == "\n" else step for step in others)])
        if self.maybe(0.25):
            return ("Please " if self.language == "en" else "请") + text
        text = self._capital(text)
        return text + ("。" if self.language == "zh" else ".") if self.maybe(0.4) else text

    def _capital(self, text: str) -> str:
        return text[0].upper() + text[1:]


def _bare(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", word).casefold() if c.isalnum())


def _colour(hue: float, light: float, shade: float) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in colorsys.hls_to_rgb(hue, light, shade))
