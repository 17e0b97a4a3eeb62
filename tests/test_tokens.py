"""Tokens foreseen, money added up, and what is odd about a reply."""

from __future__ import annotations

import pytest

from actions.action import Size
from agent.account import FIRST_REPLY_TOKENS, Account, OverBudgetError
from agent.dialect import ModelProfile, resolve
from agent.encode import EncodedImage
from agent.model import FailedTry, Message, ModelReply, Usage
from agent.oddities import warnings, wrong_mapping
from agent.tokens import other_resize, picture_tokens, prompt_tokens, text_tokens

FULL_HD = EncodedImage(b"x", "image/png", Size(1920, 1080))
SMALL = EncodedImage(b"y", "image/png", Size(1366, 768))
NEW = resolve("gui-plus-2026-02-26")
OLD = resolve("gui-plus")


def messages(*pictures: EncodedImage, text: str = "") -> tuple[Message, ...]:
    return (Message("system", (text,)), Message("user", ("look", *pictures)))


def cap(profile: ModelProfile, *, high_res: bool = True) -> int:
    return profile.pixel_cap(high_res=high_res)


def reply(usage: Usage, model: str | None = None) -> ModelReply:
    return ModelReply("x", usage=usage, model=model)


class TestTokens:
    @pytest.mark.parametrize(
        ("profile", "picture", "high_res", "tokens"),
        [
            (NEW, FULL_HD, True, 2042),
            (OLD, FULL_HD, True, 2693),
            (OLD, FULL_HD, False, 1224),
            (NEW, SMALL, True, 1034),
            (OLD, SMALL, True, 1325),
        ],
    )
    def test_pictures_are_foreseen_exactly(
        self, profile: ModelProfile, picture: EncodedImage, high_res: bool, tokens: int
    ) -> None:
        assert picture_tokens(messages(picture), profile, cap(profile, high_res=high_res)) == tokens
        assert picture_tokens(messages(picture, picture), profile, cap(profile, high_res=high_res)) == 2 * tokens

    @pytest.mark.parametrize(("text", "tokens"), [("", 0), ("abc", 1), ("abcd", 2), ("打开", 2), ("打开 a", 3)])
    def test_texts_are_foreseen_upwards(self, text: str, tokens: int) -> None:
        assert text_tokens(text) == tokens

    def test_a_request_is_all_of_its_parts(self) -> None:
        alone = prompt_tokens(messages(FULL_HD), NEW, cap(NEW))
        assert alone > 2042
        assert prompt_tokens(messages(FULL_HD, text="a" * 300), NEW, cap(NEW)) == alone + 100


class TestOtherResize:
    def test_what_was_expected_is_nothing_odd(self) -> None:
        for counted in (2042, 2040, None, 0):  # some leave the two marks out, some do not count
            assert other_resize(messages(FULL_HD), NEW, cap(NEW), counted) is None

    def test_the_resize_that_was_used_is_named(self) -> None:
        other = other_resize(messages(FULL_HD), OLD, cap(OLD), 1224)
        assert other is not None
        assert other.is_known
        assert "1316x728 (28 a side), not at 1932x1092 (28 a side)" in other.words
        other = other_resize(messages(FULL_HD, FULL_HD), NEW, cap(NEW), 2 * 2693)
        assert other is not None
        assert "1932x1092 (28 a side), not at 1920x1088 (32 a side)" in other.words

    def test_a_count_of_no_resize_we_know_is_no_certainty(self) -> None:
        other = other_resize(messages(FULL_HD), OLD, cap(OLD), 77)
        assert other is not None
        assert not other.is_known
        assert "77 image tokens where 2693 were expected" in other.words

    def test_pixels_of_another_picture_are_no_place_on_ours(self) -> None:
        odd = reply(Usage(image_tokens=1224))
        assert "--profile" in (wrong_mapping(messages(FULL_HD), odd, OLD, cap(OLD)) or "")
        assert wrong_mapping(messages(FULL_HD), reply(Usage(image_tokens=77)), OLD, cap(OLD)) is None
        assert wrong_mapping(messages(FULL_HD), reply(Usage(image_tokens=2693)), OLD, cap(OLD)) is None
        # 0…1000 is the same whatever the picture's size.
        assert wrong_mapping(messages(FULL_HD), odd, NEW, cap(NEW)) is None


class TestWarnings:
    FULL = Usage(prompt_tokens=2100, completion_tokens=40, image_tokens=2042)

    @pytest.mark.parametrize(
        "name", [None, "gui-plus-2026-02-26", "GUI-Plus-2026-02-26", "vendor/gui-plus-2026-02-26", "gui-plus"]
    )
    def test_the_model_asked_for(self, name: str | None) -> None:
        assert list(warnings(messages(FULL_HD), reply(self.FULL, name), NEW, cap(NEW))) == []

    def test_another_model(self) -> None:
        (warning,) = warnings(messages(FULL_HD), reply(self.FULL, "qwen-max"), NEW, cap(NEW))
        assert warning == "gui-plus-2026-02-26 was asked, and qwen-max replied"

    @pytest.mark.parametrize("usage", [Usage(), Usage(prompt_tokens=1), Usage(completion_tokens=1)])
    def test_no_count(self, usage: Usage) -> None:
        (warning,) = warnings(messages(FULL_HD), reply(usage), NEW, cap(NEW))
        assert "unknown" in warning

    def test_another_resize(self) -> None:
        usage = self.FULL.model_copy(update={"image_tokens": 1224})
        (warning,) = warnings(messages(FULL_HD), reply(usage), NEW, cap(NEW))
        assert "1224 image tokens" in warning


class TestAccount:
    ASKED = messages(FULL_HD)
    USED = Usage(prompt_tokens=4000, completion_tokens=1000)
    COST = (4000 * 1.5 + 1000 * 4.5) / 1e6

    def test_it_adds_up(self) -> None:
        account = Account(NEW, cap(NEW))
        assert account.charge(self.ASKED, self.USED) == pytest.approx(self.COST)
        account.charge(self.ASKED, self.USED)
        assert account.cost == pytest.approx(2 * self.COST)
        assert account.usage.prompt_tokens == 8000

    def test_what_is_unknown_stays_unknown(self) -> None:
        account = Account(NEW, cap(NEW))
        account.charge(self.ASKED, self.USED)
        assert account.charge(self.ASKED, Usage(prompt_tokens=5)) is None
        account.charge(self.ASKED, self.USED)
        assert account.cost is None

    def test_the_first_request_is_looked_at_too(self) -> None:
        least = (2042 * 1.5 + FIRST_REPLY_TOKENS * 4.5) / 1e6
        with pytest.raises(OverBudgetError, match=r"--max-cost 0\.001"):
            Account(NEW, cap(NEW), 0.001).foresee(self.ASKED)
        with pytest.raises(OverBudgetError):
            Account(NEW, cap(NEW), least).foresee(self.ASKED)
        Account(NEW, cap(NEW), 1.1 * least).foresee(self.ASKED)
        Account(NEW, cap(NEW)).foresee(self.ASKED)

    def test_what_was_counted_corrects_what_is_foreseen(self) -> None:
        account = Account(NEW, cap(NEW), 3 * self.COST)
        for _ in range(3):
            account.foresee(self.ASKED)
            account.charge(self.ASKED, self.USED)
        with pytest.raises(OverBudgetError):
            account.foresee(self.ASKED)
        assert account.cost == pytest.approx(3 * self.COST)

    def test_a_reply_of_unknown_cost_counts_as_foreseen(self) -> None:
        account = Account(NEW, cap(NEW), 0.02)
        for _ in range(3):
            account.foresee(self.ASKED)
            account.charge(self.ASKED, Usage())
        with pytest.raises(OverBudgetError):
            account.foresee(self.ASKED)

    def test_a_try_that_had_not_begun_costs_nothing(self) -> None:
        account = Account(NEW, cap(NEW))
        assert account.charge_failed(self.ASKED, FailedTry("busy", "503", 1.0)) == (Usage(), 0.0)
        assert (account.usage, account.cost) == (Usage(), 0.0)

    def test_a_stream_that_broke_is_paid_for(self) -> None:
        account = Account(NEW, cap(NEW))
        broken = FailedTry("broken", "it broke", 1.0, Usage(completion_tokens=30))
        usage, cost = account.charge_failed(self.ASKED, broken)
        assert usage.prompt_tokens == prompt_tokens(self.ASKED, NEW, cap(NEW))
        assert cost == account.cost == NEW.cost_cny(usage)
        assert cost
