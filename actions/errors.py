"""What a model can say wrong, by cause. The message of each is one sentence that can be told to the model.

ReplyError
├── NoCallError         the reply holds no call at all (prose, a refusal, silence)
├── BadCallError        there is a call, but it cannot be read
├── ForeignToolError    it calls a tool that is not offered
├── UnknownActionError  its action is none of the dialect's
└── BadArgumentError    an argument is missing, of the wrong kind, or cannot be carried out
    └── OutOfSpaceError     a coordinate outside the model's own space
"""

from __future__ import annotations

_MAX_SHOWN = 40


class ReplyError(Exception):
    """A reply that is no action."""


class NoCallError(ReplyError):
    """No call was found."""


class BadCallError(ReplyError):
    """The call is malformed."""


class ForeignToolError(ReplyError):
    """The tool called does not exist here."""


class UnknownActionError(ReplyError):
    """The action does not exist."""


class BadArgumentError(ReplyError):
    """An argument of the action is missing or wrong."""


class OutOfSpaceError(BadArgumentError):
    """A coordinate lies outside the space the model was told."""

    def __init__(self, message: str, *, wrong_pair: bool = False) -> None:
        super().__init__(message)
        self.wrong_pair = wrong_pair
        """So far outside that model and prompt do not belong together (another coordinate space)."""


def shown(value: object) -> str:
    """`value` as an error may quote it: short, on one line, printable."""
    if isinstance(value, str):
        text = value[: _MAX_SHOWN + 1]
    elif isinstance(value, int | float) or value is None:
        return repr(value) if not isinstance(value, int) or value.bit_length() < 100 else "a huge number"
    else:
        return f"a {type(value).__name__}" if isinstance(value, dict) else _shown_list(value)
    return repr(text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "…")


def _shown_list(value: object) -> str:
    if isinstance(value, list | tuple) and len(value) <= 4:
        return f"[{', '.join(shown(item) for item in value)}]"
    return f"a {type(value).__name__}"
