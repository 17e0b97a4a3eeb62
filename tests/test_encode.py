"""The encoders: JPEG within the limits for endpoints, without loss for what stays here; never enlarged."""

from __future__ import annotations

import base64
import hashlib
import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat, JpegImagePlugin

from actions.action import Size
from agent.encode import (
    MAX_FILE_BYTES,
    WEBP_MAX_SIDE,
    EncodedImage,
    Encoder,
    encode,
    encode_exactly,
    encode_png,
    encode_whole,
    fit,
)
from agent.geometry import Viewport
from agent.rect import Rect
from agent.screen import Screenshot
from agent.secrecy.redact import MaskedShot
from tests.fakes import painted


def noise(width: int, height: int) -> Screenshot:
    data = random.Random(1).randbytes(width * height * 4)
    return Screenshot(data, Viewport(0, 0, width, height, Size(width, height)))


def opened(image: EncodedImage) -> Image.Image:
    return Image.open(io.BytesIO(image.data))


SHOT = painted(640, 400, (10, 200, 30), [(5, 5, 50, 20)])


def test_an_endpoint_is_sent_a_jpeg_of_full_size_without_smeared_colours() -> None:
    image = encode(SHOT, max_pixels=16_777_216)
    assert (image.media_type, image.extension, image.size) == ("image/jpeg", "jpg", (640, 400))
    with opened(image) as picture:
        assert picture.size == (640, 400)
        assert JpegImagePlugin.get_sampling(picture) == 0  # 4:4:4
        # Around a hard edge it may be far off; on the whole it is not.
        off = ImageStat.Stat(ImageChops.difference(picture.convert("RGB"), SHOT.image)).mean
    assert max(off) < 1


@pytest.mark.parametrize("encoded", [encode_exactly(SHOT, max_pixels=10**6), encode_whole(SHOT)])
def test_what_stays_here_loses_nothing(encoded: EncodedImage) -> None:
    with opened(encoded) as picture:
        assert picture.format == encoded.media_type.partition("/")[2].upper()
        assert picture.convert("RGB").tobytes() == SHOT.image.tobytes()


def test_random_pictures_come_back_from_webp() -> None:
    shot = noise(97, 61)
    with opened(encode_whole(shot)) as picture:
        assert picture.convert("RGB").tobytes() == shot.image.tobytes()


def test_what_webp_cannot_hold_is_kept_as_png() -> None:
    shot = painted(WEBP_MAX_SIDE + 1, 2)
    image = encode_whole(shot)
    assert image.media_type == "image/png"
    assert encode_whole(painted(WEBP_MAX_SIDE, 2)).media_type == "image/webp"


@pytest.mark.parametrize("max_pixels", [10**6, 200])
@pytest.mark.parametrize("encoder", [encode, encode_exactly])
def test_colours_are_not_swapped(encoder: Encoder, max_pixels: int) -> None:
    with opened(encoder(painted(32, 32, (255, 128, 0)), max_pixels=max_pixels)) as picture:
        assert picture.getpixel((3, 3)) == pytest.approx((255, 128, 0), abs=2)


@pytest.mark.parametrize("encoder", [encode, encode_exactly, lambda shot, max_pixels: encode_whole(shot)])
def test_what_is_hidden_is_in_no_file(encoder: Encoder) -> None:
    shot = painted(64, 64, (0, 0, 0))
    masked = MaskedShot(shot.bgrx, shot.viewport, b"k", lambda: [Rect(0, 0, 64, 64)])
    with opened(encoder(masked, max_pixels=10**6)) as picture:
        assert picture.convert("RGB").getextrema() == ((128, 128),) * 3


def test_base64_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    image = encode(SHOT, max_pixels=10**6)
    url = image.data_url()
    monkeypatch.setattr("pybase64.b64encode", None)
    assert image.data_url() == url


def test_a_capture_s_own_pixels_are_encoded_as_they_are() -> None:
    captured = Screenshot(bytearray(SHOT.bgrx), SHOT.viewport)
    assert encode(captured, max_pixels=10**6).data == encode(SHOT, max_pixels=10**6).data


def test_what_the_model_would_throw_away_is_not_sent() -> None:
    image = encode(painted(1000, 500), max_pixels=125_000)
    assert image.size == (500, 250)
    assert opened(image).size == (500, 250)


def test_noise_that_is_too_big_loses_quality_before_size() -> None:
    image = encode(noise(400, 300), max_pixels=10**7, max_bytes=200_000)
    assert image.size == (400, 300)
    assert len(image.data) <= 200_000 < len(encode(noise(400, 300), max_pixels=10**7).data)
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
