"""Secrets by name: `--secret NAME`. The model writes `{{NAME}}`; the value is known here, and shown by nothing here."""

from __future__ import annotations

import importlib.util
import os
import re
import stat
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from agent.endpoint.access import AGENT_KEY, DASHSCOPE_KEY
from agent.errors import UsageError

NAME = re.compile(r"[A-Z][A-Z0-9_]*")
PLACEHOLDER = re.compile(r"\{\{ ?([A-Z][A-Z0-9_]*) ?\}\}")
KEYRING_SERVICE = "gui-plus-agent"
MIN_CHARACTERS = 4
"""A shorter value stands everywhere by chance: taking it out of texts would spoil them, or would be given up."""
MAX_CHARACTERS = 4_096
MAX_FILE_BYTES = 65_536


@dataclass(frozen=True)
class Secrets:
    """The values by name. Its repr shows names alone."""

    values: Mapping[str, SecretStr] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    """For the person, about where the values were found."""

    @property
    def names(self) -> tuple[str, ...]:
        """In the order they were given."""
        return tuple(self.values)

    def unknown(self, text: str) -> tuple[str, ...]:
        """The names of placeholders in `text` that stand for nothing."""
        return tuple(dict.fromkeys(name for name in PLACEHOLDER.findall(text) if name not in self.values))

    def filled(self, text: str) -> str:
        """`text` with the values in place of their placeholders: for the keyboard alone."""
        return PLACEHOLDER.sub(lambda match: self.values[match[1]].get_secret_value(), text)


def placeholder(name: str) -> str:
    """What stands for the secret in everything that is said."""
    return f"{{{{{name}}}}}"


def read_secrets(given: Sequence[str], environ: Mapping[str, str]) -> Secrets:
    """The secrets of `--secret`: `NAME` from the environment, else the keyring; `NAME=@FILE` from a file.

    Raises `UsageError` naming the cure. What was written behind an `=` is never repeated: it may be the value.
    """
    values: dict[str, SecretStr] = {}
    warnings: list[str] = []
    for spelling in given:
        name, equals, source = spelling.partition("=")
        if NAME.fullmatch(name) is None or (equals and not source.startswith("@")):
            raise UsageError(
                "--secret takes NAME (capitals, digits, _) or NAME=@FILE; the value itself never stands on the "
                "command line: put it into the environment variable NAME or into a file"
            )
        if name in (AGENT_KEY, DASHSCOPE_KEY):
            raise UsageError(f"--secret {name} is the model's key, which is nothing to be typed: choose another name")
        if name in values:
            raise UsageError(f"--secret {name} is given twice: give it once")
        value = _from_file(name, Path(source[1:]), warnings) if equals else _looked_up(name, environ)
        values[name] = _checked(name, value)
    return Secrets(values, tuple(warnings))


def _looked_up(name: str, environ: Mapping[str, str]) -> str:
    value = environ.get(name) or _from_keyring(name)
    if not value:
        needs = "" if importlib.util.find_spec("keyring") else ", with the package keyring installed"
        raise UsageError(
            f"there is no value for --secret {name}: set the environment variable {name}, name a file with "
            f"--secret {name}=@FILE, or keep it in the system's keyring (keyring set {KEYRING_SERVICE} {name}{needs})"
        )
    return value


def _from_keyring(name: str) -> str | None:
    if importlib.util.find_spec("keyring") is None:
        return None
    import keyring
    import keyring.errors

    try:
        value: str | None = keyring.get_password(KEYRING_SERVICE, name)
    except keyring.errors.NoKeyringError:
        return None
    except keyring.errors.KeyringError as error:
        # Its message is not ours, and not shown.
        raise UsageError(f"the keyring does not give {name} ({type(error).__name__}): unlock it") from None
    return value


def _from_file(name: str, path: Path, warnings: list[str]) -> str:
    try:
        # A pipe without a writer must not hold us up.
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise UsageError(f"cannot read --secret {name} from {path}: it is no regular file")
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot read --secret {name} from {path}: {error.strerror or error}") from error
    if os.name == "posix" and status.st_mode & 0o077:
        warnings.append(f"{path}, the file of --secret {name}, can be read by others: chmod 600 it")
    try:
        return data[:MAX_FILE_BYTES].partition(b"\n")[0].removesuffix(b"\r").decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"cannot read --secret {name} from {path}: it is not UTF-8 text") from None


def _checked(name: str, value: str) -> SecretStr:
    """The value, where it can be typed and taken out of texts. Raises `UsageError`, which says nothing of it."""
    if wrong := next(_faults(value), None):
        raise UsageError(f"the value of --secret {name} {wrong}")
    return SecretStr(value)


def _faults(value: str) -> Iterator[str]:
    if len(value) < MIN_CHARACTERS or not value.strip():
        yield f"is shorter than {MIN_CHARACTERS} characters: it could not be kept out of texts"
    if len(value) > MAX_CHARACTERS:
        yield f"is longer than {MAX_CHARACTERS} characters"
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in value):
        yield "holds a control character, such as a line end: write the line end behind the placeholder"
