"""`agent doctor` about the machine: what a run uses beside the screen and the model."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from agent.doctor.diagnosis import Finding, problem
from agent.doctor.screen import on_x11
from agent.errors import RecordingError, ScreenError, UsageError
from agent.options import RunOptions
from agent.recording.recorder import MIN_FREE_BYTES

if TYPE_CHECKING:
    from PIL.Image import Image

WORD = "Calibrate"
WORD_PIXELS = 28
FONT_SECONDS = 5.0
OCR_CURE = "pip install --upgrade 'gui-plus-agent[offline]'"
OCR_USES = "the offline model, checks of text and replays need it"


def check_tkinter() -> list[Finding]:
    """Whether Tk is there: on X11 the mouse cannot do without it, elsewhere the calibration's window."""
    if importlib.util.find_spec("tkinter") and importlib.util.find_spec("_tkinter"):
        return [Finding("tkinter", "ok", "installed")]
    cure = "sudo apt-get install python3-tk" if on_x11() else "install a Python with Tk"
    if on_x11():
        return [problem("tkinter", "missing: the mouse and the keyboard need it", cure, ScreenError.exit_code)]
    return [Finding("tkinter", "warning", "missing: clicks cannot be calibrated", cure)]


def check_clipboard() -> Finding:
    """Whether what the clipboard holds can be put back after it was used to type."""
    if not on_x11():
        return Finding("clipboard", "ok", "the system's own")
    if shutil.which("xclip"):
        return Finding("clipboard", "ok", "xclip")
    detail = "xclip is missing: text that no key gives is pasted, and what the clipboard held before is lost then"
    return Finding("clipboard", "warning", detail, "sudo apt-get install xclip")


def check_fonts() -> list[Finding]:
    """Whether there are fonts, and one for Chinese, which not everybody needs."""
    if not on_x11() or not shutil.which("fc-list"):
        return []
    if not _fonts(":"):
        cure = "sudo apt-get install fonts-dejavu-core"
        return [Finding("fonts", "warning", "none: programs show boxes instead of text", cure)]
    if _fonts(":lang=zh"):
        return [Finding("fonts", "ok", "also for Chinese")]
    return [Finding("fonts", "ok", "none for Chinese (fonts-noto-cjk), whose texts show as boxes")]


def _fonts(pattern: str) -> bool:
    command = ["fc-list", pattern, "family"]
    listed = subprocess.run(
        command, capture_output=True, stdin=subprocess.DEVNULL, timeout=FONT_SECONDS, check=False, text=True
    )
    return bool(listed.stdout.strip())


def check_ocr(*, required: bool) -> Finding:
    """Whether the OCR reads a word drawn for it; `required` where the offline model answers."""
    from agent.reading.ocr import TextReader, require_packages

    try:
        require_packages()
    except UsageError as error:
        detail = f"{str(error).partition(' by OCR, and ')[2].partition(':')[0]}; {OCR_USES}"
        return _unread(detail, required)
    read = " ".join(box.text for box in TextReader().read_image(_picture()))
    if read.strip() == WORD:
        return Finding("ocr", "ok", "reads a word drawn for it")
    return _unread(f"reads {read.strip()[:40]!r} where {WORD!r} is written; {OCR_USES}", required)


def _unread(detail: str, required: bool) -> Finding:
    if required:
        return problem("ocr", detail, OCR_CURE, UsageError.exit_code)
    return Finding("ocr", "warning", detail, OCR_CURE)


def _picture() -> Image:
    from PIL import Image as Pillow
    from PIL import ImageDraw, ImageFont

    picture = Pillow.new("RGB", (WORD_PIXELS * 10, WORD_PIXELS * 3), "white")
    font = ImageFont.load_default(WORD_PIXELS)
    ImageDraw.Draw(picture).text((WORD_PIXELS, WORD_PIXELS), WORD, fill="black", font=font)
    return picture


def check_recordings(options: RunOptions) -> Finding:
    """Whether a run could be recorded. Nothing is created."""
    if options.record is False:
        return Finding("recordings", "ok", "none are made")
    folder = options.record.absolute()
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    cure = "choose another folder with agent run --record, or use agent run --no-record"
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        return problem("recordings", f"cannot be written to {folder}", cure, RecordingError.exit_code)
    free = shutil.disk_usage(existing).free
    if free < MIN_FREE_BYTES:
        detail = f"{existing} has {free // 1_000_000} MB left of the {MIN_FREE_BYTES // 1_000_000} MB that a run wants"
        return problem("recordings", detail, f"free some, {cure}", RecordingError.exit_code)
    return Finding("recordings", "ok", f"{_shown(options.record)}, {free / 1e9:.1f} GB free")


def _shown(folder: Path) -> str:
    return f"{folder}/"
