"""How risky a proposal is, in the light of what was done before: `agent.permission.risk` with a memory and eyes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from actions.action import Action, GroundedAction, Key, Point, Type
from agent.element import element_box
from agent.errors import UsageError
from agent.permission.proposal import Proposal
from agent.permission.risk import activates, risk

if TYPE_CHECKING:
    from agent.reader import ReadAt
    from agent.screen import Screenshot

MAX_LINE = 2_000
"""Characters of the line typed so far that are remembered."""
NEAR = 12
"""Pixels that a text's box may end before the target and still be under it; a click on a button's rim is one on it."""
_ENDS = frozenset({"enter", "esc"})
_FIELD = re.compile(r"\b(?:field|box|input|textbox)\b|[框栏]", re.IGNORECASE)


class RiskJudge:
    """Remembers the line that is being typed and what was clicked last; reads the text under a target.

    `read` is None where nobody can read; `secrets` are the names of those that may be typed.
    """

    def __init__(self, read: ReadAt | None = None, secrets: Sequence[str] = ()) -> None:
        self._read = read
        self._secrets = secrets
        self._line = ""
        self._target: _Target | None = None
        """Of what was judged or done last."""
        self._focus: _Target | None = None
        """What was clicked last."""

    def risk(self, proposal: Proposal) -> str | None:
        """Why it is risky; None where nothing says so."""
        grounded = proposal.grounded
        typed = _typed(grounded.action)
        if named := [name for name in self._secrets if f"{{{{{name}}}}}" in typed]:
            return f"it types the secret {', '.join(named)}"
        label = self._clicked_last() if isinstance(grounded.action, Type) else self._target_of(proposal).label
        found = risk(grounded, proposal.sentence, label)
        if found is None and typed and self._line:
            # A command typed in pieces is one command.
            whole = Type(text=self._line + typed, enter=getattr(grounded.action, "enter", False))
            found = risk(GroundedAction(whole), "", None)
        return found

    def done(self, proposal: Proposal) -> None:
        """Remember that it is being done."""
        action = proposal.grounded.action
        if isinstance(action, Type):
            before = "" if action.clear else self._line
            self._line = "" if action.enter else re.split(r"[\r\n]", before + action.text)[-1][-MAX_LINE:]
        elif isinstance(action, Key):
            self._press(action)
        elif activates(action):
            self._focus = self._target_of(proposal)

    def _press(self, action: Key) -> None:
        if typed := _typed(action):
            self._line = (self._line + typed)[-MAX_LINE:]
        elif action.keys == ("backspace",):
            self._line = self._line[:-1]
        elif _ENDS.intersection(action.keys) or action.keys in (("ctrl", "c"), ("ctrl", "u")):
            self._line = ""
        if "tab" in action.keys:
            self._focus = None

    def _clicked_last(self) -> str:
        """The text of what was clicked last, and the sentence that calls it a field."""
        if self._focus is None:
            return ""
        sentence = self._focus.proposal.sentence
        return f"{self._focus.label or ''} {sentence if _FIELD.search(sentence) else ''}".strip()

    def _target_of(self, proposal: Proposal) -> _Target:
        if self._target is None or self._target.proposal is not proposal:
            self._target = _Target(proposal, self._read)
        return self._target


class _Target:
    """What a proposal is about. Its text is read once, and only where somebody asks: that takes a while."""

    def __init__(self, proposal: Proposal, read: ReadAt | None) -> None:
        self.proposal = proposal
        self._read = read

    @cached_property
    def label(self) -> str | None:
        """The text under the target of a click; None where there is none or nobody can read."""
        at, screen = self.proposal.grounded.point, self.proposal.screen
        if self._read is None or at is None or screen is None or not activates(self.proposal.grounded.action):
            return None
        return label_at(screen, at, self._read)


def label_at(screen: Screenshot, at: Point, read: ReadAt) -> str | None:
    """The text of the element at a place in input points; None where there is none, or it cannot be read."""
    if not screen.viewport.contains(at):
        return None
    pixel = screen.viewport.to_pixel(at)
    box = element_box(screen.image, pixel)
    element = screen.image.crop((box.left, box.top, box.right, box.bottom))
    try:
        texts = read(element, Point(pixel.x - box.left, pixel.y - box.top), NEAR)
    except UsageError:  # the models of the OCR are not there
        return None
    return " ".join(text.text for text in texts) or None


def _typed(action: Action) -> str:
    """What appears where the focus is."""
    if isinstance(action, Type):
        return action.text
    if not isinstance(action, Key):
        return ""
    keys = [key for key in action.keys if key not in ("shift", "shiftright")]
    if keys == ["space"]:
        return " "
    return keys[0] if len(keys) == 1 and len(keys[0]) == 1 else ""
