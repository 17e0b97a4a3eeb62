"""Whether two pictures look alike to a person, and where a picture stands in another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from actions.action import Point
from agent.rect import Rect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    Gray = NDArray[np.float32]

TOLERANCE = 32
"""Of a channel."""
SLACK_PIXELS = 4
SLACK_SHARE = 4000
"""Pictures resemble with at most `SLACK_PIXELS`, and one more in each `SLACK_SHARE` pixels, that differ."""
NOTICED = 48
"""Of a channel: what a place may differ by at its best shift. A 3 of nine pixels is no 8 there."""
PLACE_RADIUS = 4
"""A place is a square this far around a pixel: a letter or so."""
SHIFTS = tuple((dx, dy) for dx in (0, -1, 1) for dy in (0, -1, 1))
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
    from PIL import ImageChops

    def beyond(one: Image, other: Image) -> Image:
        high, low = _around(other, ImageChops.lighter), _around(other, ImageChops.darker)
        return ImageChops.lighter(ImageChops.subtract(one, high), ImageChops.subtract(low, one))

    highest = _highest(ImageChops.lighter(beyond(expected, actual), beyond(actual, expected)).split())
    mask = highest.point([0] * TOLERANCE + [255] * (256 - TOLERANCE))
    for rect in excluded:
        mask.paste(0, (rect.left, rect.top, rect.right, rect.bottom))
    return mask


def _around(image: Image, more: Callable[[Image, Image], Image]) -> Image:
    """The lightest or darkest of each pixel and its eight neighbours; Pillow's own filter takes seven times as long."""
    width, height = image.size
    for left, top in ((1, 0), (0, 1)):
        back, forth = image.copy(), image.copy()
        back.paste(image.crop((left, top, width, height)), (0, 0))
        forth.paste(image.crop((0, 0, width - left, height - top)), (left, top))
        image = more(image, more(back, forth))
    return image


def differs(expected: Image, actual: Image, excluded: Sequence[Rect] = ()) -> int:
    """How many pixels clearly differ; see `difference`."""
    return difference(expected, actual, excluded).histogram()[255]


def resembles(expected: Image, actual: Image, excluded: Sequence[Rect] = ()) -> bool:
    """Whether two RGB pictures of one size may be of one thing: a twin is one also where a letter is another."""
    if expected.size != actual.size:
        return False
    return differs(expected, actual, excluded) <= SLACK_PIXELS + expected.width * expected.height // SLACK_SHARE


def alike(expected: Image, actual: Image, excluded: Sequence[Rect] = ()) -> bool:
    """Whether two RGB pictures of one size look the same to a person who looks closely.

    They resemble, and each place of a letter's size is the same, moved by a pixel at most.
    """
    return resembles(expected, actual, excluded) and not _has_changed_place(expected, actual, excluded)


def _has_changed_place(expected: Image, actual: Image, excluded: Sequence[Rect]) -> bool:
    from PIL import ImageChops, ImageFilter

    width, height = expected.size
    fewest: Image | None = None
    for dx, dy in SHIFTS:
        channels = ImageChops.difference(expected, ImageChops.offset(actual, dx, dy)).split()
        mask = _highest(channels).point([0] * NOTICED + [255] * (256 - NOTICED))
        # What was shifted in from the other edge is not known.
        mask.paste(0, (0, 0, max(0, dx), height) if dx >= 0 else (width - 1, 0, width, height))
        mask.paste(0, (0, 0, width, max(0, dy)) if dy >= 0 else (0, height - 1, width, height))
        for rect in excluded:
            mask.paste(0, (rect.left, rect.top, rect.right, rect.bottom))
        if mask.getbbox() is None:
            return False
        around = mask.filter(ImageFilter.BoxBlur(PLACE_RADIUS))
        fewest = around if fewest is None else ImageChops.darker(fewest, around)
    return fewest is not None and fewest.getbbox() is not None


def _highest(channels: tuple[Image, ...]) -> Image:
    from PIL import ImageChops

    red, green, blue = channels
    return ImageChops.lighter(red, ImageChops.lighter(green, blue))


def is_flat(picture: Image) -> bool:
    """Whether there is next to nothing to see in it."""
    low, high = picture.convert("L").getextrema()
    return float(high) - float(low) < TOLERANCE  # type: ignore[arg-type, unused-ignore]


def find(needle: Image, picture: Image) -> list[Point]:
    """The top left corners of the places in `picture` that resemble `needle`, the likest first, `MOST_PLACES` at most.

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
        places += ((score, Point(x, top + y)) for score, (x, y) in _peaks(likeness, needle.size))
    corners: list[Point] = []
    for _, place in sorted(places, reverse=True):
        if not any(_overlap(place, corner, needle.size) for corner in corners):
            corners.append(place)
    return [
        corner
        for corner in corners[:MOST_PLACES]
        if resembles(needle, picture.crop((*corner, corner.x + needle.width, corner.y + needle.height)))
    ]


def _peaks(likeness: Gray, size: tuple[int, int]) -> Iterator[tuple[float, Point]]:
    """The likest places, none overlapping another by more than half. `likeness` is used up."""
    import numpy as np

    across, down = size[0] // 2, size[1] // 2
    for _ in range(MOST_PLACES):
        y, x = divmod(int(np.argmax(likeness)), likeness.shape[1])
        score = float(likeness[y, x])
        if score < LIKENESS:
            return
        yield score, Point(x, y)
        likeness[max(0, y - down) : y + down + 1, max(0, x - across) : x + across + 1] = -1


def _overlap(one: Point, other: Point, size: tuple[int, int]) -> bool:
    return abs(one.x - other.x) <= size[0] // 2 and abs(one.y - other.y) <= size[1] // 2


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
