"""The pytest plugin: `pytest recordings/` replays each recorded session, and the fixture `agent_session`.

Every pytest of an environment loads this module, so it imports pytest and little else; the rest waits for a session.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from agent import values

if TYPE_CHECKING:
    from agent.session_fixture import AgentSession
    from agent.verdict import LiveWays, Verdict

SESSION_FILE = "session.jsonl"
UPDATES = ("all", "changed", "missing", "none")
STEPS, HEALS = "agent steps", "agent heals"
"""Sections of a test's report."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options, all named --agent-…"""
    group = parser.getgroup("agent", "recorded sessions (gui-plus-agent)")
    group.addoption(
        "--agent-live",
        action="store_true",
        help="also perform each session, on a virtual display of its own; starts the programs the session names",
    )
    group.addoption(
        "--agent-update",
        choices=UPDATES,
        default=None,
        help="with --agent-live: which of the pictures that differ become what is expected (default: none)",
    )
    group.addoption(
        "--agent-virtual",
        type=values.size,
        metavar="WxH",
        help="size of the virtual displays (default: the session's; of agent_session.display 1280x800)",
    )
    group.addoption(
        "--agent-output",
        default="replay-results",
        metavar="DIR",
        help="folder for the pictures of a mismatch (default: %(default)s)",
    )
    group.addoption(
        "--agent-wait", type=values.seconds, metavar="S", help="wait at most this for a target to appear (default: 10)"
    )
    group.addoption(
        "--agent-approve",
        choices=("never", "risky"),
        default="risky",
        help="with --agent-live: risky refuses steps that a run would ask about, never does them (default: risky)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse an update that could not happen."""
    if config.getoption("--agent-update") and not config.getoption("--agent-live"):
        raise pytest.UsageError("--agent-update needs --agent-live: only a live replay has anything to keep")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> SessionFile | None:
    """A session's file; not through a link, unless that was named on the command line."""
    if file_path.name != SESSION_FILE or _behind_link(file_path, parent.session):
        return None
    return SessionFile.from_parent(parent, path=file_path)


def _behind_link(file_path: Path, session: pytest.Session) -> bool:
    # A session.jsonl that is a link itself is collected: reading refuses it, and says so.
    if session.isinitpath(file_path):
        return False
    for folder in file_path.parents:
        if session.isinitpath(folder):
            return False
        if folder.is_symlink():
            return True
    return False


class SessionFile(pytest.File):
    """A recorded session. Nothing is read before its items run: whatever stands in it disturbs no other."""

    def collect(self) -> Iterator[pytest.Item]:
        """`replay`, and with --agent-live `live`."""
        yield ReplayItem.from_parent(self, name="replay")
        if self.config.getoption("--agent-live"):
            yield LiveItem.from_parent(self, name="live")


class ReplayItem(pytest.Item):
    """The session replayed offline."""

    def runtest(self) -> None:
        """Replay it; fails with what differs, step by step."""
        tell(self, self.verdict())

    def verdict(self) -> Verdict:
        """What the replay says."""
        from agent.verdict import judge_offline

        return judge_offline(self.path.parent)

    def reportinfo(self) -> tuple[Path, None, str]:
        """The file, and the session's name."""
        return self.path, None, f"{self.path.parent.name}: {self.name}"


class LiveItem(ReplayItem):
    """The session performed on a virtual display of its own."""

    def verdict(self) -> Verdict:
        """What the replay says."""
        from agent.verdict import judge_live

        return judge_live(self.path.parent, live_ways(self.config))


def live_ways(config: pytest.Config) -> LiveWays:
    """What the options say of live replays."""
    from agent.verdict import LiveWays

    return LiveWays(
        output=config.invocation_params.dir / config.getoption("--agent-output"),
        virtual=config.getoption("--agent-virtual"),
        update=config.getoption("--agent-update") or "none",
        wait=config.getoption("--agent-wait"),
        approve=config.getoption("--agent-approve"),
    )


def tell(item: pytest.Item, verdict: Verdict) -> None:
    """Put a verdict into the item's report, and fail where it is bad."""
    item.user_properties.extend(verdict.properties)
    for title, lines in ((STEPS, verdict.steps), (HEALS, verdict.heals)):
        if lines:
            item.add_report_section("call", title, "\n".join(lines))
    if not verdict.passed:
        _fail(verdict.text)


def _fail(text: str) -> NoReturn:
    __tracebackhide__ = True
    pytest.fail(text, pytrace=False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The heals of all live replays, those of tests that passed too."""
    reports = [each for group in terminalreporter.stats.values() for each in group]
    calls = [report for report in reports if isinstance(report, pytest.TestReport) and report.when == "call"]
    healed = [
        (report.nodeid, text.splitlines())
        for report in calls
        for title, text in report.sections
        if title.startswith(f"Captured {HEALS}")
    ]
    if not healed:
        return
    terminalreporter.section(HEALS)
    for nodeid, lines in healed:
        terminalreporter.write_line(nodeid)
        for line in lines:
            terminalreporter.write_line(f"   {line}")
    count = sum(len(lines) for _, lines in healed)
    kept = config.getoption("--agent-update") in ("all", "changed")
    advice = ", kept by --agent-update" if kept else "; --agent-update=changed keeps them"
    terminalreporter.write_line(f"{count} heal{'s' * (count > 1)}{advice}")


@pytest.fixture
def agent_session(request: pytest.FixtureRequest) -> Iterator[AgentSession]:
    """Recorded sessions and a virtual display for a test written by hand; see `agent.session_fixture.AgentSession`."""
    from agent.session_fixture import AgentSession

    with AgentSession(live_ways(request.config), lambda verdict: tell(request.node, verdict), _fail) as session:
        yield session
