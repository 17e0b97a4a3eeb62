"""Whether two pictures look alike to a person, and where a picture stands in another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from actions.action import Point
from agent.lines import Rect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    Gray = NDArray[np.float32]

TOLERANCE = 32
"""Of a channel."""
SLACK_PIXELS = 4
SLACK_SHARE = 4000
"""Alike are pictures with at most `SLACK_PIXELS`, and one more in each `SLACK_SHARE` pixels, that differ."""
LIKENESS = 0.75
"""Correlation from which a place is worth a close look; an equal picture has 1."""
FLAT = 4.0
"""Standard deviation of gray below which a picture has nothing to be found by."""
MOST_PLACES = 40
STRIP_ROWS = 600
"""Rows searched at a time: it bounds the memory on large screens."""


def difference(expected: Image, actual: Image, excluded: Sequence[Rect] = ()) -> Image:
    """White where two RGB pictures of one size clearly differ, else black, mode L.

    A pixel counts when it is outside the range of its neighbourhood of 3x3 in the other picture: smoothed edges, and
    what moved by a single pixel, do not. `excluded` is left out.
    """
    from PIL import ImageChops, ImageFilter

    def beyond(one: Image, other: Image) -> Image:
        high, low = other.filter(ImageFilter.MaxFilter(3)), other.filter(ImageFilter.MinFilter(3))
        return ImageChops.lighter(ImageChops.subtract(one, high), ImageChops.subtract(low, one))

    red, green, blue = ImageChops.lighter(beyond(expected, actual), beyond(actual, expected)).split()
    highest = ImageChops.lighter(red, ImageChops.lighter(green, blue))
    mask = highest.point([0] * TOLERANCE + [255] * (256 - TOLERANCE))
    for rect in excluded:
        mask.paste(0, (rect.left, rect.top, rect.right, rect.bottom))
    return mask


def differs(expected: Image, actual: Image, excluded: Sequence[Rect] = ()) -> int:
    """How many pixels clearly differ; see `difference`."""
    return difference(expected, actual, excluded).histogram()[255]


def alike(expected: Image, actual: Image, excluded: Sequence[Rect] = ()) -> bool:
    """Whether two RGB pictures of one size look the same to a person."""
    if expected.size != actual.size:
        return False
    return differs(expected, actual, excluded) <= SLACK_PIXELS + expected.width * expected.height // SLACK_SHARE


def is_flat(picture: Image) -> bool:
    """Whether there is next to nothing to see in it."""
    low, high = picture.convert("L").getextrema()
    return float(high) - float(low) < TOLERANCE  # type: ignore[arg-type, unused-ignore]


def find(needle: Image, picture: Image) -> list[Point]:
    """The top left corners of the places in `picture` that look like `needle`, the likest first.

    Nothing is found of a picture of one colour: it could be anywhere.
    """
    import numpy as np

    wanted = _gray(needle)
    if needle.width > picture.width or needle.height > picture.height or float(np.std(wanted)) < FLAT:
        return []
    places: list[tuple[float, Point]] = []
    gray = _gray(picture)
    for top in range(0, gray.shape[0] - needle.height + 1, STRIP_ROWS):
        likeness = _correlation(gray[top : top + STRIP_ROWS + needle.height - 1], wanted)
        rows, columns = np.nonzero(likeness >= LIKENESS)
        found = zip(likeness[rows, columns].tolist(), columns.tolist(), (rows + top).tolist(), strict=True)
        places += ((score, Point(x, y)) for score, x, y in found)
    return [
        corner
        for corner in _peaks(sorted(places, reverse=True), needle.size)
        if alike(needle, picture.crop((*corner, corner.x + needle.width, corner.y + needle.height)))
    ]


def _peaks(places: list[tuple[float, Point]], size: tuple[int, int]) -> list[Point]:
    """The likest places, none overlapping another by more than half."""
    peaks: list[Point] = []
    for _, place in places:
        if all(abs(place.x - p.x) > size[0] // 2 or abs(place.y - p.y) > size[1] // 2 for p in peaks):
            peaks.append(place)
            if len(peaks) == MOST_PLACES:
                break
    return peaks


def _gray(image: Image) -> Gray:
    import numpy as np

    return np.asarray(image.convert("L"), np.float32)


def _correlation(picture: Gray, needle: Gray) -> Gray:
    """Normalized cross-correlation, -1…1, of `needle` at each place it fits into `picture`."""
    import numpy as np

    height, width = needle.shape
    shape = picture.shape
    centred = needle - needle.mean()
    # Centring the picture as well keeps the sums small, hence exact enough in 32 bits.
    around = picture - picture.mean()
    product = np.fft.irfft2(np.fft.rfft2(around, shape) * np.conj(np.fft.rfft2(centred, shape)), shape)
    product = product[: shape[0] - height + 1, : shape[1] - width + 1]
    total, squares = _sums(around, height, width), _sums(around * around, height, width)
    spread = np.sqrt(np.maximum(squares - total * total / needle.size, 1.0)) * np.sqrt((centred * centred).sum())
    return np.asarray(product / spread, np.float32)


def _sums(picture: Gray, height: int, width: int) -> NDArray[np.float64]:
    """The sum over the window of that size at each place."""
    import numpy as np

    sums = np.zeros((picture.shape[0] + 1, picture.shape[1] + 1))
    sums[1:, 1:] = picture.astype(np.float64).cumsum(0).cumsum(1)
    return sums[height:, width:] - sums[:-height, width:] - sums[height:, :-width] + sums[:-height, :-width]
