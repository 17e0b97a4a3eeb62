"""Reading the screen: the texts of a picture with their places. The only module that knows rapidocr.

rapidocr with the PP-OCRv6 small models that its wheel carries: nothing is downloaded, and their paths are given so
that nothing can be. Chosen by measurement on 16 drawn desktops of 1280x800 and 1920x1080, English and Chinese, light
and dark: 446 of 448 labels read with a click point on them, against 329 by tesseract 5; either takes 1 to 3 s a picture
on two cores, by what else they do. Memory stays below 650 MB there, and reaches 1 GB at 3840x2160.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import logging
import os
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.encode import EncodedImage
from agent.errors import UsageError
from agent.reading.labels import TextBox, in_reading_order
from agent.reading.lines import around, crop, distinct, parted, same
from agent.reading.sizes import can_hold
from agent.rect import Rect, area

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    Pixels = NDArray[np.uint8]
    """Rows, columns, RGB."""

STRIP_PIXELS = 1_400_000
"""The detector's memory grows with its picture: a larger one is read in strips as wide as itself."""
STRIP_OVERLAP = 64
"""Rows two strips share, so that each line of text is whole in one of them."""
VISIBLE_DIFFERENCE = 24
"""Of a channel: below it a pixel counts as unchanged (a JPEG's noise)."""
MIN_SCORE = 0.4
MIN_SIDE = 8
"""A picture or a box with a side below this has no text that could be read."""
REMEMBERED_PICTURES = 6
MOSTLY_CHANGED = 0.6
"""Share of the picture from which reading it whole costs no more than reading what changed."""
_DETECTOR = {
    # Scale 1: text on a screen is small already. A lower threshold than the default finds short bright labels.
    "Det.limit_type": "max",
    "Det.limit_side_len": 100_000,
    "Det.thresh": 0.2,
    "Det.box_thresh": 0.35,
    "Det.use_dilation": False,
    # A tight box: a wider one swallows the icon above its label.
    "Det.unclip_ratio": 1.2,
}


class TextReader:
    """Reads pictures, and remembers the last few: an equal one costs nothing, a changed one its changed part."""

    def __init__(self, threads: int = 2) -> None:
        self._threads = threads
        self._engine: Any = None
        self._last: tuple[Pixels, tuple[TextBox, ...]] | None = None
        self._read: OrderedDict[str, tuple[TextBox, ...]] = OrderedDict()

    def read(self, pixels: Pixels, wanted: Sequence[str] | None = None) -> tuple[TextBox, ...]:
        """The texts of a picture of shape (height, width, 3) in reading order, in its pixels.

        With `wanted`, the spellings of a label, boxes whose size can hold none of them nor a line of them may come
        back unread: in their place, with an empty text. Raises `UsageError` without the OCR packages.
        """
        engine = self._ready()
        name = hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).hexdigest()
        found = self._read[name] if name in self._read else tuple(self._boxes(engine, pixels))
        self._read[name] = in_reading_order(_recognised(engine, pixels, found, wanted))
        while len(self._read) > REMEMBERED_PICTURES:
            self._read.popitem(last=False)
        self._read.move_to_end(name)
        self._last = (pixels, self._read[name])
        return self._read[name]

    def read_image(self, image: Image) -> tuple[TextBox, ...]:
        """The texts of a Pillow image; as `read`."""
        import numpy as np

        return self.read(np.asarray(image.convert("RGB")))

    def _ready(self) -> Any:  # noqa: ANN401 (rapidocr has no types)
        if self._engine is None:
            self._engine = _load(self._threads)
        return self._engine

    def _boxes(self, engine: Any, pixels: Pixels) -> list[TextBox]:  # noqa: ANN401
        whole = Rect(0, 0, pixels.shape[1], pixels.shape[0])
        if self._last is None or self._last[0].shape != pixels.shape:
            return _read_rect(engine, pixels, whole)
        changed = _changed(self._last[0], pixels)
        if changed is None:
            return list(self._last[1])
        kept, changed = _untouched(self._last[1], changed)
        changed = replace(changed, right=min(changed.right, whole.right), bottom=min(changed.bottom, whole.bottom))
        if area(changed) > MOSTLY_CHANGED * area(whole):
            return _read_rect(engine, pixels, whole)
        return kept + _read_rect(engine, pixels, changed)


def decode(picture: EncodedImage) -> Pixels:
    """The picture's pixels. Raises `OSError` for a file that is no picture."""
    import numpy as np
    from PIL import Image

    with Image.open(io.BytesIO(picture.data)) as image:
        return np.asarray(image.convert("RGB"))


def visible_changes(before: Pixels, after: Pixels) -> int:
    """How many pixels a person would see to differ; all of them where the size does."""
    import numpy as np

    if before.shape != after.shape:
        return int(after.shape[0] * after.shape[1])
    difference = np.abs(before.astype(np.int16) - after.astype(np.int16)).max(axis=2)
    return int(np.count_nonzero(difference > VISIBLE_DIFFERENCE))


def require_packages() -> None:
    """Raise `UsageError` with the cure where the packages of the extra `offline` are missing; loads none of them."""
    missing = [name for name in ("numpy", "onnxruntime", "rapidocr") if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageError(
            f"the offline model reads the screen by OCR, and {', '.join(missing)} is not installed: "
            "pip install 'gui-plus-agent[offline]'"
        )


def _load(threads: int) -> Any:  # noqa: ANN401
    require_packages()
    # onnxruntime 1.29 and later reports its use to its maker, on Linux too. It reads this once, as it is loaded.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import rapidocr

    models = Path(rapidocr.__file__).parent / "models"
    paths = {part: models / f"PP-OCRv6_{part.lower()}_small.onnx" for part in ("Det", "Rec")}
    for path in paths.values():
        if not path.is_file():
            raise UsageError(
                f"this rapidocr does not carry the model {path.name}: pip install --upgrade 'gui-plus-agent[offline]'"
            )
    engine = rapidocr.RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "Global.text_score": 0.0,
            "Global.max_side_len": 100_000,
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            **_DETECTOR,
            **{f"{part}.model_path": str(path) for part, path in paths.items()},
        }
    )
    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)  # "nothing found" is an answer, not a warning
    return engine


def _read_rect(engine: Any, pixels: Pixels, rect: Rect) -> list[TextBox]:  # noqa: ANN401
    """The lines of text within `rect`, unread."""
    if min(rect.right - rect.left, rect.bottom - rect.top) < MIN_SIDE:
        return []
    lines = distinct(part for line in _detect(engine, pixels, rect) for part in parted(pixels, line))
    return [TextBox("", r.left, r.top, r.right - r.left, r.bottom - r.top, 0.0) for r in lines]


def _recognised(
    engine: Any,  # noqa: ANN401
    pixels: Pixels,
    boxes: Sequence[TextBox],
    wanted: Sequence[str] | None,
) -> list[TextBox]:
    """The boxes, those read that were not and that may hold what is wanted; without those that hold nothing."""
    unread = [b for b in boxes if not b.text and (wanted is None or can_hold(wanted, b.width, b.height))]
    if not unread:
        return list(boxes)
    found = engine.recognize_txt([crop(pixels, Rect(*map(int, (b.left, b.top, b.right, b.bottom)))) for b in unread])
    read = [
        replace(box, text=text.strip(), score=float(score))
        for box, text, score in zip(unread, found.txts, found.scores, strict=True)
        if text.strip() and score >= MIN_SCORE
    ]
    return [box for box in boxes if box not in unread] + read


def _detect(engine: Any, pixels: Pixels, rect: Rect) -> list[Rect]:  # noqa: ANN401
    """Where there are lines of text."""
    found: list[Rect] = []
    for strip in _strips(rect):
        part = pixels[strip.top : strip.bottom, strip.left : strip.right]
        if part.min() == part.max():
            continue
        boxes = engine(part[:, :, ::-1].copy(), use_det=True, use_cls=False, use_rec=False).boxes
        for box in () if boxes is None else boxes:
            (left, top), (right, bottom) = box.min(axis=0), box.max(axis=0)
            line = Rect(
                strip.left + int(left), strip.top + int(top), strip.left + round(right), strip.top + round(bottom)
            )
            if not _cut_off(line, strip, rect) and not any(same(line, other) for other in found):
                found.append(line)
    return found


def _strips(rect: Rect) -> list[Rect]:
    height = max(4 * STRIP_OVERLAP, STRIP_PIXELS // (rect.right - rect.left))
    tops = range(rect.top, max(rect.top + 1, rect.bottom - STRIP_OVERLAP), height - STRIP_OVERLAP)
    return [replace(rect, top=top, bottom=min(rect.bottom, top + height)) for top in tops]


def _cut_off(line: Rect, strip: Rect, rect: Rect) -> bool:
    """Whether the strip's edge, not the picture's, ends the line: the next strip has it whole."""
    margin = 2
    low = line.bottom > strip.bottom - margin and strip.bottom < rect.bottom
    return (low or (line.top < strip.top + margin and strip.top > rect.top)) and line.bottom - line.top < STRIP_OVERLAP


def _changed(before: Pixels, after: Pixels) -> Rect | None:
    """The smallest rectangle that holds all changed pixels, with a margin; None where nothing changed."""
    import numpy as np

    differs = (before != after).any(axis=2)
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    if not rows.size:
        return None
    margin = 24
    height, width = differs.shape
    return Rect(
        max(0, int(columns[0]) - margin),
        max(0, int(rows[0]) - margin),
        min(width, int(columns[-1]) + 1 + margin),
        min(height, int(rows[-1]) + 1 + margin),
    )


def _untouched(boxes: tuple[TextBox, ...], changed: Rect) -> tuple[list[TextBox], Rect]:
    """The boxes outside `changed`, and `changed` grown until it cuts no text."""
    kept = list(boxes)
    while cut := [box for box in kept if changed.meets(box)]:
        for box in cut:
            changed = around(changed, box)
        # What the grown part meets by now is for the next round: it must grow around that too.
        kept = [box for box in kept if box not in cut]
    return kept, changed
