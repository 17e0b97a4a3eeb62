"""The catalogue: which id speaks what, and the arithmetic of its pictures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.action import Size
from agent.dialect import DEFAULT_MODEL, OFFLINE_MODEL, Prices, catalogue, resolve
from agent.encode import fit
from agent.errors import UsageError
from agent.geometry import image_tokens, smart_resize
from agent.model import Usage

F28 = (28, 1_003_520, 12_845_056)
F32 = (32, 2_621_440, 16_777_216)
F32_SMALL = (32, 1_310_720, 16_777_216)


@pytest.mark.parametrize(
    ("model", "dialect", "pixels"),
    [
        ("gui-plus-2026-02-26", "gui-plus-2026-02-26", F32),
        ("gui-plus-2026-11-11", "gui-plus-2026-02-26", F32),
        ("gui-plus", "gui-plus", F28),
        ("GUI-Plus", "gui-plus", F28),
        ("mPLUG/GUI-Owl-1.5-8B-Instruct", "gui-plus-2026-02-26", F32),
        ("mPLUG/GUI-Owl-7B", "gui-plus", F28),
        ("GUI-Owl-32B", "gui-plus", F28),
        ("qwen3-vl-plus", "qwen3-vl", F32),
        ("qwen3-vl-plus-2025-12-19", "qwen3-vl", F32),
        ("Qwen/Qwen3-VL-8B-Instruct", "qwen3-vl", F32),
        ("/models/Qwen3-VL-8B-Instruct/", "qwen3-vl", F32),
        ("accounts/someone/models/qwen3-vl-235b-a22b-thinking", "qwen3-vl", F32),
        ("qwen3-vl:8b", "qwen3-vl", F32),
        ("qwen3.5-plus", "qwen3.5", F32),
        ("qwen3.6-flash-2026-04-16", "qwen3.5", F32),
        ("Qwen/Qwen3.5-397B-A17B-FP8", "qwen3.5", F32),
        ("qwen-vl-max", "qwen2.5-vl", F32_SMALL),
        ("qwen-vl-max-latest", "qwen2.5-vl", F32_SMALL),
        ("qwen-vl-max-2025-08-13", "qwen2.5-vl", F32_SMALL),
        ("qwen-vl-max-2025-04-02", "qwen2.5-vl", F28),
        ("qwen-vl-plus", "qwen2.5-vl", F32_SMALL),
        ("qwen-vl-plus-latest", "qwen2.5-vl", F32_SMALL),
        ("qwen-vl-plus-2025-08-15", "qwen2.5-vl", F32_SMALL),
        ("qwen-vl-plus-2025-07-10", "qwen2.5-vl", F28),
        ("Qwen/Qwen2.5-VL-72B-Instruct-AWQ", "qwen2.5-vl", F28),
        ("qwen2.5vl:7b", "qwen2.5-vl", F28),
        ("qvq-max-2025-05-15", "qwen2.5-vl", F28),
        ("qvq-plus", "qwen2.5-vl", F28),
    ],
)
def test_an_id_resolves_to_its_dialect_and_pixel_family(model, dialect, pixels):
    profile = resolve(model)
    entry = profile.entry
    assert profile.model == model  # sent to the endpoint as it was given
    assert profile.dialect.name == dialect
    assert (entry.factor, entry.max_pixels, entry.max_pixels_high_res) == pixels


@pytest.mark.parametrize(
    ("model", "prices"),
    [
        ("gui-plus-2026-02-26", (1.5, 4.5)),
        ("gui-plus", (1.5, 4.5)),
        ("offline", (0, 0)),
        ("qwen3.6-plus-2026-04-02", (2, 4)),
        ("qwen3.6-35b-a3b", (3, 6)),
        ("qwen3.5-397b-a17b", (4, 8)),
        ("qwen3-vl-flash-2025-10-15", (2, 4)),
        ("qwen3-vl-235b-a22b-thinking", (5, 10)),
        ("qwen3-vl-235b-a22b-instruct", (4, 8)),
        ("qwen-vl-max-2025-08-13", (4, 8)),
        ("qwen-vl-max-2024-08-09", (4, 8)),
        ("qwen-vl-plus-latest", (3, 6)),
        ("qwen2.5-vl-72b-instruct", (6, 12)),
        ("qvq-max-latest", (4, 8)),
    ],
)
def test_prices_are_cny_for_a_million_tokens(model, prices):
    known = resolve(model).entry.prices
    assert known is not None
    assert (known.input, known.output) == prices


@pytest.mark.parametrize(
    "model", ["gui-plus-2027", "gpt-5", "qwen-vl-ocr", "qwen3-max", "qwen3-omni", "my-gui-plus", "", "/", "qwen"]
)
def test_an_unknown_id_needs_a_dialect_by_name(model):
    with pytest.raises(UsageError, match=r"no dialect knows the model .*--profile \(gui-plus-2026-02-26, gui-plus, "):
        resolve(model)
    assert resolve(model, "qwen3-vl").entry.prices is None


def test_an_unknown_dialect_names_the_known_ones():
    with pytest.raises(UsageError, match=r"no dialect 'qwen9'.*qwen2\.5-vl"):
        resolve("gui-plus", "qwen9")


def test_another_seller_or_ones_own_server_has_another_price():
    assert resolve("qwen3-vl-8b-instruct").entry.prices is not None
    assert resolve("Qwen/Qwen3-VL-8B-Instruct").entry.prices is None
    assert resolve("gui-plus-2026-12-31").entry.prices is None


def test_the_first_edition_is_reached_by_its_profile_and_keeps_the_models_price():
    profile = resolve("gui-plus", "gui-plus-2025-11")
    assert profile.model == "gui-plus"
    assert profile.dialect.call_syntax == "object"
    assert profile.entry.factor == 28
    assert profile.cost_cny(Usage(prompt_tokens=1_000_000, completion_tokens=1_000_000)) == 6.0
    assert profile.entry.beijing_only


def test_a_local_model_in_our_dialect_is_not_bound_to_beijing():
    profile = resolve("my-tune", DEFAULT_MODEL)
    assert not profile.entry.beijing_only
    assert profile.entry.factor == 32
    assert profile.entry.max_pixels == 2_621_440


def test_naming_the_dialect_an_id_has_anyway_changes_nothing():
    assert resolve("qwen-vl-max", "qwen2.5-vl") == resolve("qwen-vl-max")


def test_gui_plus_lives_in_beijing_only():
    bound = [entry.id for entry in catalogue().model if entry.beijing_only]
    assert bound == ["gui-plus-2026-02-26", "gui-plus-2026-*", "gui-plus-2025-11", "gui-plus"]


def test_cost_is_unknown_without_a_price_or_a_count():
    assert resolve("gui-plus").cost_cny(Usage(prompt_tokens=2000, completion_tokens=100)) == pytest.approx(0.00345)
    assert resolve("gui-plus").cost_cny(Usage(prompt_tokens=None, completion_tokens=100)) is None
    assert resolve("gui-plus").cost_cny(Usage(prompt_tokens=2000, completion_tokens=None)) is None
    assert resolve("GUI-Owl-7B").cost_cny(Usage(prompt_tokens=2000, completion_tokens=100)) is None
    cached = Usage(prompt_tokens=2000, completion_tokens=100, cached_tokens=1500)
    assert resolve("gui-plus").cost_cny(cached) == pytest.approx(0.00345)
    prices = Prices(input=1.5, output=4.5, cached=0.15)
    assert resolve("gui-plus").priced(prices).cost_cny(cached) == pytest.approx((500 * 1.5 + 1500 * 0.15 + 450) / 1e6)
    assert resolve("gui-plus").priced(None).cost_cny(cached) is None
    assert resolve(OFFLINE_MODEL).cost_cny(Usage(prompt_tokens=0, completion_tokens=0)) == 0


def test_every_entry_is_reachable_and_names_a_dialect():
    known = catalogue()
    for entry in known.model:
        assert entry.dialect in known.dialect
        example = entry.id.replace("20??-??-??", "2024-01-01").replace("*", "-zzz")
        assert resolve(example).entry == entry, f"{entry.id} is hidden by an earlier line"


def test_dialects_by_history_and_space():
    known = catalogue().dialect
    assert {n: (d.history, d.window, d.coordinate_space, d.call_syntax, d.thinking) for n, d in known.items()} == {
        "gui-plus-2026-02-26": ("turns", 4, "relative", "json", True),
        "gui-plus": ("text", 0, "smart-resized", "json", False),
        "gui-plus-2025-11": ("text", 0, "smart-resized", "object", False),
        "qwen3-vl": ("turns", 4, "relative", "json", True),
        "qwen3.5": ("turns", 4, "relative", "xml", True),
        "qwen2.5-vl": ("text", 0, "smart-resized", "json", False),
    }


SCREENS = {
    # screen: what it becomes and costs at factor 28 (default, high-res), at factor 32 (default, high-res)
    (1366, 768): [(1316, 728, 1224), (1372, 756, 1325), (1376, 768, 1034), (1376, 768, 1034)],
    (1920, 1080): [(1316, 728, 1224), (1932, 1092, 2693), (1920, 1088, 2042), (1920, 1088, 2042)],
    (2560, 1440): [(1316, 728, 1224), (2548, 1428, 4643), (2144, 1184, 2481), (2560, 1440, 3602)],
    (3840, 2160): [(1316, 728, 1224), (3836, 2156, 10551), (2144, 1184, 2481), (3840, 2176, 8162)],
}


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize(
    ("column", "model", "high_res"),
    [(0, "gui-plus", False), (1, "gui-plus", True), (2, "qwen3-vl-plus", False), (3, "qwen3-vl-plus", True)],
)
def test_smart_resize_and_tokens_of_the_usual_screens(screen, column, model, high_res):
    width, height, tokens = SCREENS[screen][column]
    profile = resolve(model)
    cap = profile.pixel_cap(high_res)
    assert profile.model_size(Size(*screen), cap) == (width, height)
    assert profile.image_tokens(Size(*screen), cap) == tokens


def test_the_documented_example_of_gui_plus():
    size = smart_resize(Size(3008, 1758), factor=28, min_pixels=3136, max_pixels=12_845_056)
    assert size == (2996, 1764)
    assert image_tokens(size, 28) == 6743


def test_max_pixels_counts_only_without_high_res():
    profile = resolve("qwen3-vl-plus")
    assert profile.pixel_cap(high_res=False, max_pixels=1_000_000) == 1_000_000
    assert profile.pixel_cap(high_res=True, max_pixels=1_000_000) == 16_777_216
    assert profile.pixel_cap(high_res=False) == 2_621_440


def test_the_space_is_a_thousand_or_the_resized_picture():
    sent = Size(1920, 1080)
    assert resolve("gui-plus-2026-02-26").space(sent, 16_777_216) == (1000, 1000)
    assert resolve("gui-plus").space(sent, 12_845_056) == (1932, 1092)


@pytest.mark.parametrize("tokens", [1024, 2048])
@pytest.mark.parametrize("screen", [Size(1920, 1080), Size(3840, 2160), Size(1280, 800), Size(2560, 1440)])
def test_a_picture_is_scaled_to_its_tokens_and_uses_most_of_them(screen: Size, tokens: int) -> None:
    profile = resolve(DEFAULT_MODEL)
    cap = profile.pixel_cap(high_res=True)
    sent = fit(screen, profile.sent_pixels(screen, cap, tokens))
    counted = profile.image_tokens(sent, cap)
    assert counted <= tokens
    assert counted > tokens * 0.9 or sent == screen


@given(st.integers(11, 8000), st.integers(11, 8000), st.integers(128, 20_000))
def test_no_picture_costs_more_than_its_tokens(width: int, height: int, tokens: int) -> None:
    screen, profile = Size(width, height), resolve(DEFAULT_MODEL)
    if max(screen) > 100 * min(screen):
        return  # scaled down it would be too thin for the model
    for high_res in (True, False):
        cap = profile.pixel_cap(high_res=high_res)
        sent = fit(screen, profile.sent_pixels(screen, cap, tokens))
        assert profile.image_tokens(sent, cap) <= tokens


def test_without_a_budget_the_model_s_cap_holds() -> None:
    assert resolve(DEFAULT_MODEL).sent_pixels(Size(3840, 2160), 5000, None) == 5000
