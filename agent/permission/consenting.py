"""Consent put together for a run or a live replay: the policy, the person, and what there is to see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from actions.focus import KeptFocus
from agent.options import RunOptions
from agent.permission.close_up import CloseUps
from agent.permission.consent import Consent, PolicyConsent, PreviewConsent, Senses
from agent.permission.judging import RiskJudge
from agent.permission.policy import Policy
from agent.permission.surroundings import windows_of
from agent.reader import installed_reader


@contextmanager
def consent_for(
    options: RunOptions, policy: Policy, confirm: Callable[[str], bool] | None, folder: Path | None
) -> Iterator[Consent]:
    """The consent that the options ask for. Pictures for the person go to `folder`, or into one that is removed."""
    pictures = CloseUps(folder)
    secrets = [spelling.partition("=")[0] for spelling in options.secret]
    reader = installed_reader()
    judge = RiskJudge(reader.read_at if reader else None, secrets)
    senses = Senses(judge, windows_of, pictures.take, lambda: KeptFocus().give_back)
    try:
        if options.dry_run:
            yield PreviewConsent(policy, options.approve, senses)
        else:
            yield PolicyConsent(policy, options.approve, confirm, senses)
    finally:
        pictures.close()
