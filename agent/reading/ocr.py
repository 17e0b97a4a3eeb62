"""Reading the screen: the texts of a picture with their places, and nothing read twice."""

from __future__ import annotations

import hashlib
import io
import math
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from agent.encode import EncodedImage
from agent.reading.blocks import blocks, draw, on_parts, pack, strips
from agent.reading.engine import MIN_SIDE, load_packages, require_packages, shared_engine
from agent.reading.glances import may_say
from agent.reading.labels import UNSURE_SCORE, TextBox, find, in_reading_order
from agent.reading.lines import crop, distinct, goes_on_outside, is_cut_off, parted, setting
from agent.reading.separators import apart
from agent.reading.signs import SURE_SIGN, drawn_signs, lone_signs, signs
from agent.reading.sizes import candidates, whole_labels, whole_rows
from agent.reading.spaces import with_spaces
from agent.rect import Rect, area, distance

if TYPE_CHECKING:
    from PIL.Image import Image

    from actions.action import Point
    from agent.reading.blocks import Pixels as Pixels  # noqa: PLC0414 (for those who import it from here)
    from agent.reading.engine import Engine

__all__ = ["VISIBLE_DIFFERENCE", "TextReader", "decode", "require_packages"]

DETECTED_PIXELS = 9_000_000
"""A picture with more than a 4K screen's pixels in its blocks is looked through at a smaller scale."""
MAX_LINES = 1000
"""Read in one picture, from the top; the rest of a picture of dots or noise stays unread."""
REMEMBERED_PARTS = 4000
REMEMBERED_TEXTS = 8000
VISIBLE_DIFFERENCE = 24
"""Of a channel: below it a pixel counts as unchanged (a JPEG's noise)."""
MIN_SCORE = 0.4

Value = TypeVar("Value")


class _Memory(Generic[Value]):
    """What was found in parts of pictures, by their content; the longest unused is forgotten."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._known: OrderedDict[bytes, Value] = OrderedDict()

    def get(self, name: bytes) -> Value | None:
        if name in self._known:
            self._known.move_to_end(name)
        return self._known.get(name)

    def put(self, name: bytes, value: Value) -> None:
        self._known[name] = value
        if len(self._known) > self._size:
            self._known.popitem(last=False)

    def of(self, parts: Sequence[Pixels], find: Callable[[list[Pixels]], Sequence[Value]]) -> list[Value]:
        """What was found in each part; those that are not known are found, each once."""
        names = [_name(part) for part in parts]
        found = {name: value for name in names if (value := self.get(name)) is not None}
        unknown = {name: part for name, part in zip(names, parts, strict=True) if name not in found}
        for name, value in zip(unknown, find(list(unknown.values())), strict=True):
            self.put(name, value)
            found[name] = value
        return [found[name] for name in names]


@dataclass(frozen=True)
class _Seen:
    """A picture, where it has lines of text, and those that were read."""

    pixels: Pixels
    lines: tuple[Rect, ...]
    settings: dict[Rect, tuple[bool, tuple[int, int, int], bool]]
    """For each line whether a tick box or the like stands right before it, the colour that it is written on, and
    whether an edge is drawn below it."""
    texts: dict[Rect, tuple[str, float]] = field(default_factory=dict)


class TextReader:
    """Reads pictures, each block of lines found and each line read once, wherever it shows up again.

    An equal picture costs a comparison, a changed one the blocks that changed.
    """

    def __init__(self, threads: int = 2) -> None:
        self._threads = threads
        self._engine: Engine | None = None
        self._seen: _Seen | None = None
        self._lines: _Memory[tuple[Rect, ...]] = _Memory(REMEMBERED_PARTS)
        self._texts: _Memory[tuple[str, float]] = _Memory(REMEMBERED_TEXTS)
        self._glances: _Memory[str] = _Memory(REMEMBERED_TEXTS)

    def prepare(self, is_wanted: Callable[[], bool]) -> None:
        """Load what reading needs, as long as that is wanted; in any thread: the first to read would wait for it.

        Raises as `read` does.
        """
        if load_packages(is_wanted):
            self._ready()

    def read(self, pixels: Pixels, wanted: Sequence[str] | None = None) -> tuple[TextBox, ...]:
        """The texts of a picture of shape (height, width, 3) in reading order, in its pixels.

        With `wanted`, the spellings of a label, boxes that by their size or at a glance are none of them nor a line of
        them may come back unread: in their place, with an empty text. So do those past the first `MAX_LINES`. Raises
        `UsageError` without the OCR packages.
        """
        seen = self._seen = self._look(self._ready(), pixels)
        if wanted is None:
            return self._read(seen, seen.lines)
        likely = self._likely(seen, wanted)
        texts = self._read(seen, whole_labels(likely, seen.lines))
        return (*texts, *self._signs(seen, texts, signs(wanted)))

    def read_at(self, image: Image, at: Point, reach: float) -> tuple[TextBox, ...]:
        """The texts of a Pillow image near a place; as `read_near`."""
        import numpy as np

        return self.read_near(np.asarray(image.convert("RGB")), at, reach)

    def read_near(self, pixels: Pixels, at: Point, reach: float) -> tuple[TextBox, ...]:
        """The texts at most `reach` pixels from a place, each whole; where none is, the nearest.

        Nothing else is read. Raises `UsageError` without the OCR packages.
        """
        seen = self._look(self._ready(), pixels)
        lines = sorted(seen.lines, key=lambda line: distance(line, at))
        near = [line for line in lines if distance(line, at) <= reach]
        for chosen in (near, *([line] for line in lines[len(near) :])):
            texts = [text for text in self._read(seen, whole_rows(chosen, seen.lines)) if text.text]
            if texts:
                within = [text for text in texts if distance(text, at) <= reach]
                return tuple(within or [min(texts, key=lambda text: distance(text, at))])
        return ()

    def read_image(self, image: Image) -> tuple[TextBox, ...]:
        """The texts of a Pillow image; as `read`."""
        import numpy as np

        return self.read(np.asarray(image.convert("RGB")))

    def _read(self, seen: _Seen, chosen: Collection[Rect]) -> tuple[TextBox, ...]:
        """The texts of a picture, those of the chosen lines read."""
        missing = [line for line in seen.lines[:MAX_LINES] if line in chosen and line not in seen.texts]
        crops = [crop(seen.pixels, line) for line in missing]
        seen.texts.update(zip(missing, self._texts.of(crops, self._ready().texts), strict=True))
        boxes = [box for line in seen.lines if (box := _box(line, seen)) is not None]
        return apart(seen.pixels, with_spaces(seen.pixels, boxes))

    def _likely(self, seen: _Seen, wanted: Sequence[str]) -> list[Rect]:
        """The lines of a picture that may be a label or a part of it: by their size, and at a glance or as read."""
        fitting = candidates(wanted, seen.lines)
        crops = {line: crop(seen.pixels, line) for line in seen.lines[:MAX_LINES] if line in fitting}
        said = {line: text for line, one in crops.items() if (text := self._texts.get(_name(one))) is not None}
        unread = [line for line in crops if line not in said]
        glances = self._glances.of([crops[line] for line in unread], self._ready().glances)
        seen_texts = {line: text for line, (text, _) in said.items()} | dict(zip(unread, glances, strict=True))
        return [line for line, text in seen_texts.items() if may_say(wanted, text)]

    def _signs(self, seen: _Seen, texts: Sequence[TextBox], names: Sequence[str]) -> list[TextBox]:
        """Of some signs those that stand alone and are not among the texts: told by their shape, or else read.

        One that is read unsurely is none, but a second one beside another.
        """
        squares = lone_signs(seen.pixels, texts, names) if names else []
        known = {square: (sign, 1.0) for square, sign in drawn_signs(seen.pixels, squares).items()}
        sure = [text for text in texts if text.score >= UNSURE_SCORE]
        unknown = [one for one in squares if one not in known and not any(one.meets(text) for text in sure)]
        read = self._texts.of([_cut(seen.pixels, square) for square in unknown], self._ready().texts)
        known |= {square: one for square, one in zip(unknown, read, strict=True) if one[1] >= MIN_SCORE}
        boxes = [
            TextBox(text, square.left, square.top, square.right - square.left, square.bottom - square.top, score)
            for square, (text, score) in known.items()
        ]
        found = [box for box in boxes if find(names, [box]).boxes]
        is_sure = find(names, texts).boxes or any(box.score >= SURE_SIGN for box in found)
        return found if is_sure else []

    def _ready(self) -> Engine:
        if self._engine is None:
            self._engine = shared_engine(self._threads)
        return self._engine

    def _look(self, engine: Engine, pixels: Pixels) -> _Seen:
        """The picture with its lines; that of the last look where it is equal."""
        import numpy as np

        if self._seen is not None and np.array_equal(self._seen.pixels, pixels):
            return self._seen
        if min(pixels.shape[:2]) < MIN_SIDE:
            return _Seen(pixels, (), {})
        found = blocks(pixels)
        parts = [part for block in found for part in strips(block)]
        known = self._found(engine, pixels, parts)
        lines = (
            (Rect(part.left + one.left, part.top + one.top, part.left + one.right, part.top + one.bottom), part)
            for part in parts
            for one in known[part]
        )
        whole = distinct(
            line
            for line, part in lines
            if not is_cut_off(pixels, line, part) and not goes_on_outside(pixels, line, part)
        )
        # The caller may draw on his array.
        kept = pixels.copy() if pixels.flags.writeable else pixels
        ordered = _in_order(whole)
        return _Seen(kept, ordered, {line: setting(pixels, line) for line in ordered})

    def _found(self, engine: Engine, pixels: Pixels, parts: Iterable[Rect]) -> dict[Rect, tuple[Rect, ...]]:
        """The lines in each part, from its left upper corner; looked for where no part with this content was seen."""
        names = {part: _name(_cut(pixels, part)) for part in parts}
        known = {part: lines for part, name in names.items() if (lines := self._lines.get(name)) is not None}
        # Of equal parts, one is looked through.
        unknown = {name: part for part, name in names.items() if part not in known}
        shrink = math.ceil(math.sqrt(sum(map(area, unknown.values())) / DETECTED_PIXELS))
        found: dict[Rect, list[Rect]] = {part: [] for part in unknown.values()}
        for canvas in pack(unknown.values()):
            for line in engine.lines(draw(pixels, canvas), shrink):
                for part, here in on_parts(canvas, line):
                    found[part].extend(parted(_cut(pixels, part), here))
        for name, part in unknown.items():
            self._lines.put(name, tuple(found[part]))
        return known | {part: tuple(found[unknown[name]]) for part, name in names.items() if part not in known}


def decode(picture: EncodedImage) -> Pixels:
    """The picture's pixels. Raises `OSError` for a file that is no picture."""
    import numpy as np
    from PIL import Image

    with Image.open(io.BytesIO(picture.data)) as image:
        return np.asarray(image.convert("RGB"))


def _name(pixels: Pixels) -> bytes:
    return hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).digest()


def _cut(pixels: Pixels, part: Rect) -> Pixels:
    return pixels[part.top : part.bottom, part.left : part.right]


def _box(line: Rect, seen: _Seen) -> TextBox | None:
    """The line as a text, empty where it is unread; None where it was read, and says nothing."""
    read = seen.texts.get(line)
    text, score = read or ("", 0.0)
    if read is not None and (not text or score < MIN_SCORE):
        return None
    width, height = line.right - line.left, line.bottom - line.top
    marked, ground, closed = seen.settings[line]
    return TextBox(text, line.left, line.top, width, height, score, marked, ground, closed=closed)


def _in_order(lines: Iterable[Rect]) -> tuple[Rect, ...]:
    by_box = {TextBox("", one.left, one.top, one.right - one.left, one.bottom - one.top): one for one in lines}
    return tuple(by_box[box] for box in in_reading_order(by_box))
