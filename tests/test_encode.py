"""The encoder keeps within the limits, is lossless where that fits, and never enlarges."""

from __future__ import annotations

import base64
import hashlib
import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from actions.action import Size
from agent.encode import MAX_FILE_BYTES, EncodedImage, encode, encode_png, fit
from agent.geometry import Viewport
from agent.screen import Screenshot
from tests.fakes import painted


def noise(width: int, height: int) -> Screenshot:
    data = random.Random(1).randbytes(width * height * 4)
    return Screenshot(data, Viewport(0, 0, width, height, Size(width, height)))


def opened(image: EncodedImage) -> Image.Image:
    return Image.open(io.BytesIO(image.data))


def test_a_desktop_is_sent_as_it_is_and_without_loss() -> None:
    shot = painted(640, 400, (10, 200, 30), [(5, 5, 50, 20)])
    image = encode(shot, max_pixels=16_777_216)
    assert image.media_type == "image/png"
    assert image.size == (640, 400)
    assert opened(image).convert("RGB").tobytes() == shot.image.tobytes()


def test_colours_are_not_swapped() -> None:
    image = opened(encode(painted(32, 32, (255, 128, 0)), max_pixels=10**6))
    assert image.getpixel((3, 3)) == (255, 128, 0)


def test_what_the_model_would_throw_away_is_not_sent() -> None:
    image = encode(painted(1000, 500), max_pixels=125_000)
    assert image.size == (500, 250)
    assert opened(image).size == (500, 250)


def test_noise_that_is_too_big_for_png_becomes_jpeg() -> None:
    image = encode(noise(400, 300), max_pixels=10**7, max_bytes=200_000)
    assert image.media_type == "image/jpeg"
    assert image.size == (400, 300)
    assert len(image.data) <= 200_000
    assert opened(image).format == "JPEG"


def test_even_noise_ends_within_the_limit() -> None:
    image = encode(noise(400, 300), max_pixels=10**7, max_bytes=5_000)
    assert len(image.data) <= 5_000
    assert image.size.width < 400


def test_the_default_limit_leaves_room_for_base64() -> None:
    assert MAX_FILE_BYTES * 4 / 3 < 10_000_000


def test_file_facts() -> None:
    image = encode_png(painted().image)
    assert image.sha256 == hashlib.sha256(image.data).hexdigest()
    assert image.extension == "png"
    head, _, body = image.data_url().partition(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(body) == image.data


@given(st.integers(1, 9000), st.integers(1, 9000), st.integers(1, 20_000_000))
def test_fit_never_enlarges_and_keeps_the_shape(width: int, height: int, cap: int) -> None:
    size = fit(Size(width, height), cap)
    assert size.width <= width
    assert size.height <= height
    assert size.width * size.height <= max(cap, size.width, size.height)
    if min(size) > 50:
        assert size.width / size.height == pytest.approx(width / height, rel=0.05)
