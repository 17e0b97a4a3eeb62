"""smart_resize against the published table, and the mapping from model space to input points."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.action import Point, Size
from agent.geometry import GeometryError, Viewport, image_tokens, smart_resize

TABLE = [
    # screen, factor, cap, model size, tokens
    ((1366, 768), 28, 1_003_520, (1316, 728), 1224),
    ((1366, 768), 28, 12_845_056, (1372, 756), 1325),
    ((1366, 768), 32, 2_621_440, (1376, 768), 1034),
    ((1366, 768), 32, 16_777_216, (1376, 768), 1034),
    ((1920, 1080), 28, 1_003_520, (1316, 728), 1224),
    ((1920, 1080), 28, 12_845_056, (1932, 1092), 2693),
    ((1920, 1080), 32, 2_621_440, (1920, 1088), 2042),
    ((1920, 1080), 32, 16_777_216, (1920, 1088), 2042),
    ((2560, 1440), 28, 1_003_520, (1316, 728), 1224),
    ((2560, 1440), 28, 12_845_056, (2548, 1428), 4643),
    ((2560, 1440), 32, 2_621_440, (2144, 1184), 2481),
    ((2560, 1440), 32, 16_777_216, (2560, 1440), 3602),
    ((3840, 2160), 28, 1_003_520, (1316, 728), 1224),
    ((3840, 2160), 28, 12_845_056, (3836, 2156), 10551),
    ((3840, 2160), 32, 2_621_440, (2144, 1184), 2481),
    ((3840, 2160), 32, 16_777_216, (3840, 2176), 8162),
    # the guide's own example: image_tokens 6743
    ((3008, 1758), 28, 12_845_056, (2996, 1764), 6743),
]


@pytest.mark.parametrize(("screen", "factor", "cap", "size", "tokens"), TABLE)
def test_smart_resize_table(screen: tuple[int, int], factor: int, cap: int, size: tuple[int, int], tokens: int) -> None:
    got = smart_resize(Size(*screen), factor=factor, min_pixels=3136, max_pixels=cap)
    assert got == size
    assert image_tokens(got, factor) == tokens


@pytest.mark.parametrize("size", [(10, 100), (100, 10), (1, 1), (20, 4001)])
def test_smart_resize_refuses(size: tuple[int, int]) -> None:
    with pytest.raises(GeometryError, match="picture is too"):
        smart_resize(Size(*size), factor=28, min_pixels=3136, max_pixels=1_003_520)


def test_smart_resize_takes_a_ratio_of_exactly_200() -> None:
    assert smart_resize(Size(4000, 20), factor=28, min_pixels=3136, max_pixels=1_003_520) == (4004, 28)


def test_smart_resize_rounds_half_to_even() -> None:
    # 2.5 factors go to 2, 3.5 to 4
    assert smart_resize(Size(80, 112), factor=32, min_pixels=1, max_pixels=10**9) == (64, 128)


def test_smart_resize_enlarges_what_is_too_small() -> None:
    assert smart_resize(Size(20, 20), factor=28, min_pixels=3136, max_pixels=10**6) == (56, 56)


@given(
    st.integers(11, 9000),
    st.integers(11, 9000),
    st.sampled_from([28, 32]),
    st.sampled_from([1_003_520, 2_621_440, 16_777_216]),
)
def test_smart_resize_is_a_grid_within_the_cap(width: int, height: int, factor: int, cap: int) -> None:
    if max(width, height) / min(width, height) > 200:
        return
    size = smart_resize(Size(width, height), factor=factor, min_pixels=3136, max_pixels=cap)
    assert size.width % factor == size.height % factor == 0
    assert factor * factor <= size.width * size.height <= cap


def view(left: int = 0, top: int = 0, width: int = 1920, height: int = 1080, scale: float = 1) -> Viewport:
    return Viewport(left, top, width, height, Size(round(width * scale), round(height * scale)))


@pytest.mark.parametrize(
    ("viewport", "coordinate", "space", "point"),
    [
        (view(), (491, 91), (1000, 1000), (943, 98)),
        (view(), (0, 0), (1000, 1000), (0, 0)),
        (view(), (1000, 1000), (1000, 1000), (1919, 1079)),
        (view(), (999.9, 500), (1000, 1000), (1919, 540)),
        (view(), (966, 546), (1932, 1092), (960, 540)),
        (view(left=-1920, top=-200), (0, 0), (1000, 1000), (-1920, -200)),
        (view(left=-1920, top=-200), (1000, 1000), (1000, 1000), (-1, 879)),
        (view(left=100, top=50, width=800, height=600), (500, 500), (1000, 1000), (500, 350)),
        (view(width=1440, height=900, scale=2), (500, 500), (1000, 1000), (720, 450)),
    ],
)
def test_to_point(
    viewport: Viewport, coordinate: tuple[float, float], space: tuple[int, int], point: tuple[int, int]
) -> None:
    assert viewport.to_point(coordinate, Size(*space)) == point


@given(
    st.integers(-5000, 5000),
    st.integers(-5000, 5000),
    st.integers(11, 8000),
    st.integers(11, 8000),
    st.floats(0, 1),
    st.floats(0, 1),
    st.sampled_from([1, 1.25, 1.5, 2]),
)
def test_every_coordinate_lands_inside_and_comes_back(
    left: int, top: int, width: int, height: int, x: float, y: float, scale: float
) -> None:
    viewport = view(left, top, width, height, scale)
    point = viewport.to_point((x * 1000, y * 1000), Size(1000, 1000))
    assert left <= point.x < left + width
    assert top <= point.y < top + height
    pixel = viewport.to_pixel(point)
    assert abs(pixel.x - x * viewport.pixels.width) <= scale + 1
    assert abs(pixel.y - y * viewport.pixels.height) <= scale + 1


def test_a_pixel_outside_is_clamped() -> None:
    assert view(width=100, height=100).to_pixel(Point(-5, 500)) == (0, 99)


def test_scale() -> None:
    assert view(scale=2).scale == 2
