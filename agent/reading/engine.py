"""What finds and reads lines of text: rapidocr, and the only module that knows it.

With the PP-OCRv6 small models that its wheel carries: nothing is downloaded, and their paths are given so that nothing
can be. Chosen by measurement on 16 drawn desktops of 1280x800 and 1920x1080, English and Chinese, light and dark: 446
of 448 labels read with a click point on them, against 329 by tesseract 5.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import logging
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.errors import UsageError
from agent.rect import Rect

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from agent.reading.blocks import Pixels

MIN_SIDE = 8
"""A picture with a side below this has no text that could be read."""
HEIGHT, TRAINED_WIDTH = 48, 320
"""Pixels, of a picture as the recogniser takes it, and as most were that it was trained with."""
SINGLE = 1.7
"""A line not this many times wider than high is a character or two."""
LEAST_WIDTH, ROOM = 160, 32
"""Pixels, of pictures `HEIGHT` high: how wide one that is read is at least, and the blank behind its text. Of 1,490
short texts in 35 fonts 1,316 were right so, 1,308 without the room."""
GLANCE = 0.75
"""Of the full size a line is at a glance, between blank bands: a quarter less work. Of 1,528 lines of real screens
1,448 are read as at full size so, 1,465 without; at 0.67 long ones begin to be lost."""
_RECOGNISER = {"Rec.rec_img_shape": [3, HEIGHT, MIN_SIDE]}
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


class Engine:
    """Finds lines of text in a picture, and reads pictures of one line; for one thread after another."""

    def __init__(self, threads: int) -> None:
        """Raise `UsageError` without the OCR packages or their models."""
        self._threads = threads
        self._ocr = _load(threads)
        self._working = threading.Lock()  # rapidocr keeps in itself what it was asked for

    def lines(self, pixels: Pixels, shrink: int = 1) -> list[Rect]:
        """Where there are lines of text in a picture, looked for in one so many times smaller."""
        if min(pixels.shape[:2]) < MIN_SIDE * shrink:
            return []
        import cv2
        import numpy as np

        size = (pixels.shape[1] // shrink, pixels.shape[0] // shrink)
        smaller = pixels if shrink == 1 else cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        with self._working:
            boxes = self._ocr(smaller[:, :, ::-1].copy(), use_det=True, use_cls=False, use_rec=False).boxes
        corners = [] if boxes is None else [shrink * np.array((*b.min(axis=0), *b.max(axis=0))) for b in boxes]
        return [Rect(int(left), int(top), round(right), round(bottom)) for left, top, right, bottom in corners]

    def texts(self, lines: Sequence[Pixels]) -> list[tuple[str, float]]:
        """What each of some pictures of one line says, and how sure that is, 0…1."""
        return self._recognised([_with_room(line) for line in lines])

    def glances(self, lines: Sequence[Pixels]) -> list[str]:
        """The same at a glance, in a third of the time: most are right, but a text of few letters may be another."""
        return [text for text, _ in self._recognised([_with_bands(line) for line in lines])]

    def _recognised(self, lines: Sequence[Pixels]) -> list[tuple[str, float]]:
        """Each alone, so that none is filled up to the width of another; several at once."""

        def read(line: Pixels) -> tuple[str, float]:
            found = self._ocr.recognize_txt([line[:, :, ::-1].copy()])
            return found.txts[0].strip(), float(found.scores[0])

        with self._working, ThreadPoolExecutor(self._threads) as threads:
            return list(threads.map(read, lines))


_LOADING = threading.Lock()


def shared_engine(threads: int) -> Engine:
    """The one of this process, for another would take a third of a second and 45 MB more.

    Raises `UsageError` without the OCR packages or their models.
    """
    with _LOADING:  # not to begin twice
        return _loaded(threads)


@functools.cache
def _loaded(threads: int) -> Engine:
    return Engine(threads)


def _with_room(line: Pixels) -> Pixels:
    """The line and some blank; behind a single character as much as makes it as wide as those of the training.

    Where all were filled up so, it took twice the time, and no more were right.
    """
    import numpy as np

    height, width = line.shape[:2]
    wanted = TRAINED_WIDTH if width <= SINGLE * height else max(LEAST_WIDTH, HEIGHT * width / height + ROOM)
    blank = np.full((height, round(wanted / HEIGHT * height) - width, 3), 128, np.uint8)
    return np.concatenate([line, blank], axis=1)


def _with_bands(line: Pixels) -> Pixels:
    """The line between two blank bands: its letters come out smaller, and as wide for their height as they were."""
    import numpy as np

    height, width = line.shape[:2]
    band = np.full((round(height * (1 / GLANCE - 1) / 2), width, 3), 128, np.uint8)
    return np.concatenate([band, line, band])


def require_packages() -> None:
    """Raise `UsageError` with the cure where the packages of the extra `offline` are missing; loads none of them."""
    missing = [name for name in ("numpy", "onnxruntime", "rapidocr") if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageError(
            f"the offline model reads the screen by OCR, and {', '.join(missing)} is not installed: "
            "pip install 'gui-plus-agent[offline]'"
        )


def load_packages(is_wanted: Callable[[], bool]) -> bool:
    """Import what an engine stands on, one after the other as long as that is wanted; whether it all is loaded.

    Raises `UsageError` without the packages.
    """
    require_packages()
    # onnxruntime 1.29 and later reports its use to its maker, on Linux too. It reads this once, as it is loaded.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    for name in ("numpy", "cv2", "onnxruntime", "rapidocr.main"):
        if not is_wanted():
            return False
        importlib.import_module(name)
    return True


def _load(threads: int) -> Any:  # noqa: ANN401 (rapidocr has no types)
    load_packages(lambda: True)
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
            **_RECOGNISER,
            **{f"{part}.model_path": str(path) for part, path in paths.items()},
        }
    )
    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)  # "nothing found" is an answer, not a warning
    _give_sessions(engine, paths, threads)
    return engine


def _give_sessions(engine: Any, paths: dict[str, Path], threads: int) -> None:  # noqa: ANN401
    """Sessions of our own, whose threads do not spin while they wait: a quarter of the work on a busy machine.

    The recogniser's has one thread, and is called from several: its pictures are too small to be shared out, which
    took a sixth more work.
    """
    import omegaconf
    import onnxruntime

    for part, path in paths.items():
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads if part == "Det" else 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 4
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        with omegaconf.flag_override(engine.cfg[part], "allow_objects", True):
            engine.cfg[part].session = session
