"""Sizes and places: smart_resize, and the mapping from model space to input points."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from actions.action import Point, Size

MIN_SIDE = 10
"""Both sides must be longer than this (the model's guide)."""
MAX_RATIO = 200
"""Longest aspect ratio; 200 itself passes."""


class GeometryError(ValueError):
    """A picture the model cannot take: too small, or too long."""


def smart_resize(size: Size, *, factor: int, min_pixels: int, max_pixels: int) -> Size:
    """The size a picture has inside the model, in pixels.

    Each side goes to the nearest multiple of `factor` (half to even), then the area is brought between
    `min_pixels` and `max_pixels` from the original sides. Source: Qwen2.5-VL and Qwen3-VL image processors.

    Raises:
        GeometryError: a side of 10 px or less, or an aspect ratio above 200.
    """
    width, height = size
    if min(width, height) <= MIN_SIDE:
        raise GeometryError(f"a {width}x{height} picture is too small: both sides must exceed {MIN_SIDE} px")
    if max(width, height) / min(width, height) > MAX_RATIO:
        raise GeometryError(f"a {width}x{height} picture is too long: the ratio must not exceed {MAX_RATIO}")
    new_width = max(factor, round(width / factor) * factor)
    new_height = max(factor, round(height / factor) * factor)
    if new_width * new_height > max_pixels:
        beta = math.sqrt(height * width / max_pixels)
        new_width = max(factor, math.floor(width / beta / factor) * factor)
        new_height = max(factor, math.floor(height / beta / factor) * factor)
    elif new_width * new_height < min_pixels:
        beta = math.sqrt(min_pixels / (height * width))
        new_width = math.ceil(width * beta / factor) * factor
        new_height = math.ceil(height * beta / factor) * factor
    return Size(new_width, new_height)


def image_tokens(model_size: Size, factor: int) -> int:
    """Tokens a picture costs: one a factor x factor tile, and its two marks."""
    return model_size.width * model_size.height // (factor * factor) + 2


@dataclass(frozen=True)
class Viewport:
    """The part of the desktop the model sees: a rectangle in input points, and its capture's size in pixels."""

    left: int
    top: int
    width: int
    height: int
    pixels: Size

    @property
    def scale(self) -> float:
        """Capture pixels an input point (2.0 on Retina)."""
        return self.pixels.width / self.width

    def contains(self, point: Point) -> bool:
        """Whether the place is on this part of the desktop."""
        return self.left <= point.x < self.left + self.width and self.top <= point.y < self.top + self.height

    def to_point(self, coordinate: tuple[float, float], space: Size) -> Point:
        """Model space -> input points of the whole desktop.

        X = left + x / space.width * width, likewise Y, clamped inside: the far edge (1000 of 1000) is the last
        point. Coordinates outside the space never come here; the parser refuses them.
        """
        x = self.left + round(coordinate[0] / space.width * self.width)
        y = self.top + round(coordinate[1] / space.height * self.height)
        return Point(min(x, self.left + self.width - 1), min(y, self.top + self.height - 1))

    def to_pixel(self, point: Point) -> Point:
        """Input points -> pixels of the capture, clamped inside."""
        x = round((point.x - self.left) * self.pixels.width / self.width)
        y = round((point.y - self.top) * self.pixels.height / self.height)
        return Point(min(max(x, 0), self.pixels.width - 1), min(max(y, 0), self.pixels.height - 1))


def viewport_data(viewport: Viewport) -> dict[str, Any]:
    """A viewport as JSON types."""
    return {
        "left": viewport.left,
        "top": viewport.top,
        "width": viewport.width,
        "height": viewport.height,
        "pixels": list(viewport.pixels),
    }


def viewport_of(data: dict[str, Any]) -> Viewport:
    """The viewport that `viewport_data` made."""
    return Viewport(data["left"], data["top"], data["width"], data["height"], Size(*data["pixels"]))
