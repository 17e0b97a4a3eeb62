"""From a frame on the screen to the bytes of a request: ours, and the ways of the field, by their description.

A film plays on the screen, so that no two frames are the same. Rows take turns, so that what else the machine does
hits them all.
"""

from __future__ import annotations

import base64
import io
import json
import time
from collections.abc import Callable
from typing import Any

import mss
import pybase64
import simplejpeg
from PIL import Image

from actions.action import Size
from tests.bench.desk import display_of, scenes_page
from tests.bench.ours import MODEL, FrameToRequest, profile
from tests.bench.report import Ratio, Report, Table, Target, Timing, spread_warnings

SIZES = (Size(1920, 1080), Size(2560, 1440), Size(3840, 2160))
QUALITY = 90
OURS = "ours: the program's own code, to where the network begins"
COMMON = "common in the field: .rgb, LANCZOS to the smart size, PNG 6, json"
MSS_DOCS = "the mss documentation's way: BGRX, PNG 6, json"
JPEG = "BGRX, JPEG q90 4:4:4, stdlib base64, spliced body"
FLOOR = "floor: shared memory, libjpeg-turbo from BGRX, spliced body"
MOST_OF_FLOOR = 1.3

Way = Callable[[Any], bytes]
"""A grab of mss to the body of a request."""


def run(count: int, sizes: tuple[Size, ...] = SIZES) -> Report:
    """Milliseconds at each size."""
    tables, targets = [], []
    for size in sizes:
        times, sent = _measure(size, count)
        rows = {name: Timing.of(values) for name, values in times.items()}
        floor = rows[FLOOR].median
        title = f"{size.width}x{size.height}"
        tables.append(
            Table(
                f"frame to request, {title}, ms: median (minimum, 90th percentile)",
                ("way", "ms", "of the floor", "ours is faster by", "body, kB"),
                tuple(
                    (name, (one, Ratio(one.median / floor), Ratio(one.median / rows[OURS].median), sent[name] / 1000))
                    for name, one in rows.items()
                ),
            )
        )
        targets.append(Target(f"frame to request {title}, of the floor", rows[OURS].median / floor, MOST_OF_FLOOR))
    return Report(tuple(tables), tuple(targets), spread_warnings(tables))


def _measure(size: Size, count: int) -> tuple[dict[str, list[float]], dict[str, int]]:
    ways: dict[str, Way] = {COMMON: common, MSS_DOCS: mss_documentation, JPEG: jpeg, FLOOR: floor}
    times: dict[str, list[float]] = {name: [] for name in (OURS, *ways)}
    sent: dict[str, int] = {}
    # The video scene is not opened: its film plays all the while.
    with display_of(size) as display, scenes_page(display, ["video"], ["video"]), mss.MSS() as grabber:
        ours = FrameToRequest()
        for turn in range(count + 1):
            seconds, sent[OURS] = ours()
            took = {OURS: seconds}
            for name, way in ways.items():
                started = time.perf_counter()
                sent[name] = len(way(grabber.grab(grabber.monitors[1])))
                took[name] = time.perf_counter() - started
            if turn:  # the first only warms up
                for name, seconds in took.items():
                    times[name].append(seconds * 1000)
        ours.close()
    return times, sent


def common(shot: Any) -> bytes:
    """What most agents do."""
    known = profile()
    image = Image.frombytes("RGB", shot.size, shot.rgb)
    smart = known.model_size(Size(*shot.size), known.pixel_cap(high_res=True))
    return plain_body("png", png(image.resize(smart, Image.Resampling.LANCZOS)))


def mss_documentation(shot: Any) -> bytes:
    """As the documentation of mss makes a Pillow image."""
    return plain_body("png", png(Image.frombytes("RGB", shot.size, shot.bgra, "raw", "BGRX")))


def jpeg(shot: Any) -> bytes:
    """Fewer bytes, and none of them copied by json."""
    buffer = io.BytesIO()
    image = Image.frombuffer("RGB", shot.size, shot.raw, "raw", "BGRX", 0, 1)
    image.save(buffer, "JPEG", quality=QUALITY, subsampling=0)
    return spliced_body("jpeg", base64.b64encode(buffer.getvalue()))


def floor(shot: Any) -> bytes:
    """What is left when the hard parts are libraries' (mss grabs through shared memory)."""
    import numpy as np

    pixels = np.frombuffer(shot.raw, np.uint8).reshape(shot.height, shot.width, 4)
    data = simplejpeg.encode_jpeg(pixels, QUALITY, "BGRX", "444", fastdct=True)
    return spliced_body("jpeg", pybase64.b64encode(data))


def png(image: Image.Image) -> bytes:
    """As Pillow saves it when nothing is said: level 6."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def plain_body(kind: str, *pictures: bytes) -> bytes:
    """The request as json makes it."""
    return json.dumps(_body(*(data_url(kind, picture) for picture in pictures))).encode()


def data_url(kind: str, picture: bytes) -> str:
    """By the standard library."""
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"


def spliced_body(kind: str, encoded: bytes) -> bytes:
    """The request with the picture, in Base64 already, put between the JSON before it and the JSON after it."""
    before, after = json.dumps(_body("\0")).encode().split(b"\\u0000")
    return b"".join((before, b"data:image/", kind.encode(), b";base64,", encoded, after))


def _body(*urls: str) -> dict[str, Any]:
    pictures = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    text = [{"type": "text", "text": "Instruction: do it"}]
    system = {"role": "system", "content": "You are a GUI agent."}
    return {"model": MODEL, "messages": [system, {"role": "user", "content": text + pictures}]}
