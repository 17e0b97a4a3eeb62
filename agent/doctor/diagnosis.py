"""What `agent doctor` finds: one finding a check, and checks that are bounded in time and cannot end the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from actions.brake import Brake, Stopped
from actions.executor import InputError
from agent.endpoint.access import AGENT_KEY, DASHSCOPE_KEY
from agent.errors import AgentError, ScreenError

Status = Literal["ok", "warning", "problem"]

CODES = (2, 5, 4)
"""Exit codes of problems; of several the first here holds: what is to be set right first comes first."""
LEAST_SECRET = 4
"""Characters of a key or a password from which on it is taken out of all that is said."""


@dataclass(frozen=True)
class Finding:
    """What a check found, in words for a person."""

    check: str
    status: Status
    detail: str
    cure: str | None = None
    exit_code: int = 0
    """Of a problem: what `agent doctor` exits with on its account."""

    def line(self) -> dict[str, str | None]:
        """As `--json` prints it."""
        return {"check": self.check, "status": self.status, "detail": self.detail, "cure": self.cure}


@dataclass(frozen=True)
class Check:
    """A check to be made: `work` finds one or several things, none where it has nothing to say here."""

    name: str
    work: Callable[[], Finding | Sequence[Finding]]
    exit_code: int
    """Where it fails without saying more."""
    cure: str
    """The same."""
    seconds: float = 10.0


def examine(check: Check, brake: Brake) -> list[Finding]:
    """What the check finds; its failure, whatever it is, is a problem like others. Raises `Stopped`."""
    try:
        found = brake.run(check.work, check.seconds)
    except Stopped:
        raise
    except TimeoutError:
        return [problem(check.name, f"it took longer than {check.seconds:g} s", check.cure, check.exit_code)]
    except AgentError as error:
        return [problem(check.name, str(error), check.cure, error.exit_code)]
    except InputError as error:
        return [problem(check.name, str(error), check.cure, ScreenError.exit_code)]
    except Exception as error:  # noqa: BLE001 (a check that breaks must not keep the others from being made)
        detail = f"the check itself failed: {type(error).__name__}: {error}"
        return [problem(check.name, detail, check.cure, check.exit_code)]
    return [found] if isinstance(found, Finding) else list(found)


def problem(check: str, detail: str, cure: str, exit_code: int) -> Finding:
    """What keeps a run from working."""
    return Finding(check, "problem", detail, cure, exit_code)


def exit_code(findings: Iterable[Finding]) -> int:
    """0 when a run would work, else the first of `CODES` that a problem has."""
    codes = {finding.exit_code for finding in findings if finding.status == "problem"}
    return next((code for code in CODES if code in codes), 1 if codes else 0)


def secrets_of(environ: Mapping[str, str]) -> frozenset[str]:
    """What must not be said: the keys, and the names and passwords of proxies."""
    found = [environ.get(name, "").strip() for name in (AGENT_KEY, DASHSCOPE_KEY)]
    for name, value in environ.items():
        if name.lower().endswith("_proxy"):
            user = urlsplit(value if "://" in value else f"//{value}").netloc.rpartition("@")[0]
            # A password with a slash in it is no authority any more, but it is a password still.
            user = user or value.partition("://")[2].rpartition("@")[0]
            found += [user, *user.split(":", 1)]
    return frozenset(secret for secret in found if len(secret) >= LEAST_SECRET)


def redacted(text: str, secrets: frozenset[str]) -> str:
    """`text` without them."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text
