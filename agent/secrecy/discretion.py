"""What a run keeps to itself: its secrets, the key, and what is hidden on the screen. The parts it changes for that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from pydantic import BaseModel

from actions.brake import Brake
from actions.executor import Executor
from agent.endpoint.access import AGENT_KEY, DASHSCOPE_KEY
from agent.model import Model
from agent.options import RunOptions
from agent.screen import Screen
from agent.secrecy.executor import SecretExecutor
from agent.secrecy.redact import MaskedScreen, Redactions
from agent.secrecy.scrub import ScrubbedModel, Scrubber
from agent.secrecy.typed import TypedAreas
from agent.secrecy.values import Secrets, placeholder, read_secrets

M = TypeVar("M", bound=BaseModel)
MIN_KEY = 8
"""Characters; a shorter key is a word, and no key."""
KEY_PLACEHOLDER = "(the API key)"


class Discretion:
    """Wraps the parts of a run; where nothing is secret or hidden, they stay as they are."""

    def __init__(self, secrets: Secrets, redactions: Redactions, keys: Sequence[str] = ()) -> None:
        values = [(placeholder(name), value.get_secret_value()) for name, value in secrets.values.items()]
        self._secrets = secrets
        self._redactions = redactions
        self._scrubber = Scrubber(values)
        self._leaving = Scrubber([*values, *((KEY_PLACEHOLDER, key) for key in keys)])
        self._typed = TypedAreas()

    @classmethod
    def read(cls, options: RunOptions, environ: Mapping[str, str]) -> Discretion:
        """From the options and the environment. Raises `UsageError`."""
        keys = [key for name in (AGENT_KEY, DASHSCOPE_KEY) if len(key := environ.get(name, "")) >= MIN_KEY]
        secrets = read_secrets(options.secret, environ)
        return cls(secrets, Redactions.read(options.redact, secrets), keys)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the secrets."""
        return self._secrets.names

    @property
    def warnings(self) -> tuple[str, ...]:
        """For the person."""
        return self._secrets.warnings

    def text(self, text: str) -> str:
        """A text without values: the person may have written one into the task."""
        return self._scrubber.text(text)

    def event(self, event: M) -> M:
        """An event as it may leave the run: without values, and without the key."""
        return self._leaving.event(event)

    def screen(self, screen: Screen) -> Screen:
        """The screen, with boxes over what is hidden. Raises `UsageError` where that cannot be told."""
        if not (self.names or self._redactions):
            return screen
        return MaskedScreen(screen, self._redactions, self._typed)

    def model(self, model: Model) -> Model:
        """The model, which neither hears nor says a value."""
        return ScrubbedModel(model, self._scrubber) if self.names else model

    def executor(self, executor: Executor, screen: Screen, brake: Brake) -> Executor:
        """The executor, which types the values; `screen` is the masked one."""
        if not self.names:
            return executor
        return SecretExecutor(executor, self._secrets, self._scrubber, screen, self._typed, brake)
