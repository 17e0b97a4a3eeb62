"""Consent put together for a run or a live replay: the policy, the person, and what there is to see."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from actions.focus import KeptFocus
from agent.errors import UsageError
from agent.options import RunOptions
from agent.permission.close_up import CloseUps
from agent.permission.consent import Consent, PolicyConsent, PreviewConsent, Senses
from agent.permission.judging import RiskJudge
from agent.permission.policy import Policy
from agent.permission.surroundings import windows_of
from agent.reader import installed_reader

if TYPE_CHECKING:
    from agent.reading.ocr import TextReader

PREPARE_SECONDS = 0.5
"""After the start: the first request is on its way by then, and what ends at once has ended."""


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
    with _prepared(reader if options.approve != "never" else None), closing(pictures):
        if options.dry_run:
            yield PreviewConsent(policy, options.approve, senses)
        else:
            yield PolicyConsent(policy, options.approve, confirm, senses)


@contextmanager
def _prepared(reader: TextReader | None) -> Iterator[None]:
    """Loads what reading needs while the model thinks: the first click would wait for it, a second and more."""
    if reader is None:
        yield
        return
    ended = threading.Event()
    loading = threading.Thread(target=_prepare, args=(reader, ended))
    loading.start()
    try:
        yield
    finally:
        ended.set()
        loading.join()


def _prepare(reader: TextReader, ended: threading.Event) -> None:
    if not ended.wait(PREPARE_SECONDS):
        with suppress(UsageError, ImportError, OSError):  # who reads is told
            reader.prepare(lambda: not ended.is_set())
