"""Who reads a picture's texts, where anybody can: OCR is an extra."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from actions.action import Point

if TYPE_CHECKING:
    from PIL.Image import Image

    from agent.reading.labels import TextBox
    from agent.reading.ocr import TextReader

ReadTexts = Callable[["Image"], Sequence["TextBox"]]
"""The texts of an RGB picture."""
ReadAt = Callable[["Image", Point, float], Sequence["TextBox"]]
"""Those of them within so many pixels of a place; where none is, the nearest."""


def installed_reader() -> TextReader | None:
    """Reads texts where the OCR packages are installed; it loads them when it first reads. None without them."""
    if any(importlib.util.find_spec(name) is None for name in ("rapidocr", "onnxruntime")):
        return None
    from agent.reading.ocr import TextReader

    return TextReader()
