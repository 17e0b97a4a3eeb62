"""The object of the pytest fixture `agent_session`: recorded sessions and a virtual display, for tests by hand."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, NoReturn

from actions.action import Size
from actions.brake import Brake
from actions.x11_damage import watch_damage
from agent.resting import LAUNCH_TIMES
from agent.screen import DesktopScreen
from agent.settle import ScreenSettler
from agent.verdict import LiveWays, Verdict, judge_live, judge_offline
from agent.virtual import VirtualDisplay

DEFAULT_SIZE = (1280, 800)


class AgentSession:
    """A test's own display, and sessions replayed on it.

        def test_saving(agent_session):
            agent_session.launch("python editor.py")
            agent_session.replay("recordings/save", live=True)
            agent_session.check("text:Saved")

    The display is started when it is first needed and ends with the test, as does what was launched on it.
    """

    def __init__(self, ways: LiveWays, judge: Callable[[Verdict], None], fail: Callable[[str], NoReturn]) -> None:
        self._ways = ways
        self._judge = judge
        self._fail = fail
        self._display: VirtualDisplay | None = None
        self._screen: DesktopScreen | None = None
        self._brake = Brake()
        self._stack = ExitStack()

    @property
    def display(self) -> VirtualDisplay:
        """The virtual display, of --agent-virtual's size or 1280x800; DISPLAY names it until the test is over."""
        if self._display is None:
            size = Size(*(self._ways.virtual or DEFAULT_SIZE))
            self._display = self._stack.enter_context(_named(size))
        return self._display

    def launch(self, command: str) -> None:
        """Start a program on the display and wait until it shows itself. Raises `UsageError` if there is none."""
        display, screen = self.display, self._desktop()
        before = screen.capture()
        with closing(ScreenSettler(screen, self._brake, LAUNCH_TIMES, watch_damage(display.name))) as settler:
            display.launch(command)
            settler.settle(before)

    def screenshot(self) -> Any:  # noqa: ANN401 (naming its type is for the modules that handle pixels)
        """What the display shows, as a Pillow image (RGB)."""
        return self._desktop().capture().image

    def replay(
        self,
        path: Path | str,
        live: bool = False,
        *,
        update: Literal["all", "changed", "missing", "none"] | None = None,
        wait: float | None = None,
    ) -> None:
        """Replay the session in the folder `path`; the test fails where it does not match.

        Offline, or `live`: on the test's display if that has been started, else on one of the session's size that
        lasts as long as the replay. `update` and `wait` are those of --agent-update and --agent-wait.
        """
        if not live:
            self._judge(judge_offline(Path(path)))
            return
        ways = replace(self._ways, update=update or self._ways.update, wait=self._ways.wait if wait is None else wait)
        self._judge(judge_live(Path(path), ways, here=self._display is not None))

    def check(self, *checks: str, seconds: float = 10.0) -> None:
        """Check the display, as `agent run --check` does ("text:Saved"); the test fails if one does not hold."""
        from agent.checking import Checker
        from agent.checks import parse_check

        parsed = tuple(parse_check(text) for text in checks)
        checker = Checker(self._desktop(), self._brake, self.display.environment())
        results = checker.run(parsed, None, seconds)
        wrong = [f"{text}: {result.detail}" for text, result in zip(checks, results, strict=True) if not result.passed]
        if wrong:
            self._fail("\n".join(wrong))

    def _desktop(self) -> DesktopScreen:
        _ = self.display
        if self._screen is None:
            self._screen = DesktopScreen()
        return self._screen

    def __enter__(self) -> AgentSession:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()


@contextmanager
def _named(size: Size) -> Iterator[VirtualDisplay]:
    """A virtual display that DISPLAY names meanwhile."""
    before = os.environ.get("DISPLAY")
    with VirtualDisplay(size) as display:
        os.environ["DISPLAY"] = display.name
        try:
            yield display
        finally:
            os.environ.pop("DISPLAY", None)
            if before is not None:
                os.environ["DISPLAY"] = before
