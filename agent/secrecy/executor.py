"""The one place where a secret's value comes in: an executor that fills placeholders just before they are typed."""

from __future__ import annotations

import time
from dataclasses import replace

from actions.action import GroundedAction, Key, Point, Type
from actions.brake import Brake
from actions.executor import Executor, Outcome
from agent.frames import changed_tiles
from agent.screen import Screen
from agent.secrecy.scrub import Scrubber
from agent.secrecy.typed import TypedAreas
from agent.secrecy.values import PLACEHOLDER, Secrets, placeholder

POLL_SECONDS = 0.05
QUIET_SECONDS = 0.25
"""How long the screen must rest after a secret was typed before Enter may take it elsewhere."""
MOST_SECONDS = 2.0


class SecretExecutor:
    """Types `{{NAME}}` as the secret of that name; every other action passes as it is.

    What it reports names the placeholder, and neither the value nor its length. Line ends that follow a secret are
    pressed after the screen has shown it, so that what is hidden is the secret and not the page that comes next.
    """

    def __init__(
        self, executor: Executor, secrets: Secrets, scrubber: Scrubber, screen: Screen, typed: TypedAreas, brake: Brake
    ) -> None:
        self._executor = executor
        self._secrets = secrets
        self._scrubber = scrubber
        self._screen = screen
        self._typed = typed
        self._brake = brake

    def position(self) -> Point | None:
        """The pointer's place; see `Executor.position`."""
        return self._executor.position()

    def perform(self, grounded: GroundedAction) -> Outcome:
        """Carry it out; see `Executor.perform`."""
        self._typed.end()
        action = grounded.action
        if isinstance(action, Type) and PLACEHOLDER.search(action.text):
            outcome = self._type(grounded, action)
        else:
            outcome = self._executor.perform(grounded)
        return replace(
            outcome,
            detail=outcome.detail and self._scrubber.text(outcome.detail),
            feedback=outcome.feedback and self._scrubber.text(outcome.feedback),
        )

    def _type(self, grounded: GroundedAction, action: Type) -> Outcome:
        if unknown := self._secrets.unknown(action.text):
            return Outcome("failed", *2 * (self._refusal(unknown),))
        text = action.text.rstrip("\n")
        presses = len(action.text) - len(text) + action.enter
        self._typed.begin(self._screen.capture())
        filled = action.model_copy(update={"text": self._secrets.filled(text), "enter": False})
        outcome = self._executor.perform(replace(grounded, action=filled))
        if outcome.status == "done":
            # "12 characters, pasted" tells how long the value is.
            how = (outcome.detail or "").partition(", ")[2]
            outcome = replace(outcome, detail=", ".join(filter(None, [f"{text} put in", how])))
        if presses and outcome.status == "done":
            self._rest()
            self._typed.end()
            for _ in range(presses):
                pressed = self._executor.perform(GroundedAction(Key(keys=("enter",))))
                if pressed.status != "done":
                    return pressed
        return outcome

    def _refusal(self, unknown: tuple[str, ...]) -> str:
        names = ", ".join(map(placeholder, unknown))
        known = ", ".join(map(placeholder, self._secrets.names))
        return f"nothing was typed: {names} stands for no secret; those there are: {known or 'none'}"

    def _rest(self) -> None:
        """Wait until the screen has shown what was typed; every capture is learned from."""
        last, since = self._screen.capture(), time.monotonic()
        deadline = since + MOST_SECONDS
        while time.monotonic() < min(deadline, since + QUIET_SECONDS):
            self._brake.sleep(POLL_SECONDS)
            shot = self._screen.capture()
            if changed_tiles(last, shot):
                last, since = shot, time.monotonic()
