"""What a run takes: tokens and money so far, and what the next request would add to them."""

from __future__ import annotations

from collections.abc import Sequence

from agent.dialect import ModelProfile
from agent.model import FailedTry, Message, Usage
from agent.tokens import prompt_tokens

FIRST_REPLY_TOKENS = 600
"""What a reply is thought to take before there was one; then as much as the longest so far."""
LEAST_SCALE, MOST_SCALE = 0.25, 4.0
"""How far the endpoint's count may pull our estimate of a request."""


class OverBudgetError(Exception):
    """The next request would go beyond what the run may cost."""


class Account:
    """Adds up what each reply took, and refuses the request that would go beyond `limit` CNY.

    Where a reply's cost is unknown so is the sum; the limit then counts what was foreseen of it.
    """

    def __init__(self, profile: ModelProfile, cap: int, limit: float | None = None) -> None:
        self.usage = Usage()
        self.cost: float | None = 0.0
        """CNY; None where a price or a count is unknown."""
        self._profile = profile
        self._cap = cap
        self._limit = limit
        self._spent = 0.0
        self._scale = 1.0
        self._longest = FIRST_REPLY_TOKENS

    def foresee(self, messages: Sequence[Message]) -> None:
        """Look ahead at a request. Raises `OverBudgetError`, and `GeometryError` for a picture that cannot be sent."""
        if self._limit is None:
            return
        price = self._foreseen(messages) or 0.0
        if self._spent + price > self._limit:
            raise OverBudgetError(
                f"the cost limit was reached: {self._spent:.4f} CNY are spent and the next request would take about "
                f"{price:.4f} (--max-cost {self._limit:g})"
            )

    def charge(self, messages: Sequence[Message], usage: Usage) -> float | None:
        """Add a reply to `messages`; returns its cost in CNY, None where unknown."""
        if usage.prompt_tokens is not None:
            expected = prompt_tokens(messages, self._profile, self._cap)
            self._scale = min(max(usage.prompt_tokens / expected, LEAST_SCALE), MOST_SCALE)
        if usage.completion_tokens is not None:
            # The first guess gives way to what was seen.
            seen = 0 if self.usage.completion_tokens is None else self._longest
            self._longest = max(seen, usage.completion_tokens)
        cost = self._profile.cost_cny(usage)
        self._spent += (self._foreseen(messages) or 0.0) if cost is None else cost
        self._add(usage, cost)
        return cost

    def charge_failed(self, messages: Sequence[Message], failed: FailedTry) -> tuple[Usage, float | None]:
        """Add a try that brought no reply: its usage and cost, which are nothing where the endpoint had not begun."""
        usage, cost = failed.usage, None
        if usage == Usage():
            return usage, 0.0
        if usage.prompt_tokens is None:
            prompt = round(self._scale * prompt_tokens(messages, self._profile, self._cap))
            usage = usage.model_copy(update={"prompt_tokens": prompt})
        cost = self._profile.cost_cny(usage)
        self._spent += cost or 0.0
        self._add(usage, cost)
        return usage, cost

    def _foreseen(self, messages: Sequence[Message]) -> float | None:
        prompt = round(self._scale * prompt_tokens(messages, self._profile, self._cap))
        return self._profile.cost_cny(Usage(prompt_tokens=prompt, completion_tokens=self._longest))

    def _add(self, usage: Usage, cost: float | None) -> None:
        self.usage = self.usage + usage
        self.cost = None if self.cost is None or cost is None else self.cost + cost
