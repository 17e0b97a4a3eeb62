"""A whole step outside the model, at 1920x1080: ours against an equivalent of each peer's, on the same page.

Every click opens something or goes on, and the page says that it arrived. Ours is `agent run` as it is, recording and
all: from the last byte of a reply to the last byte of the next request.
"""

from __future__ import annotations

import statistics
import time
from tempfile import TemporaryDirectory

from actions.action import Size
from agent.virtual import VirtualDisplay
from tests.bench.desk import PLACES, Page, display_of, scenes_page
from tests.bench.endpoint import Endpoint, Exchange, click, done
from tests.bench.ours import agent_run
from tests.bench.peers import Peer, peers
from tests.bench.report import Ratio, Report, Table, Target, Timing, spread_warnings

SIZE = Size(1920, 1080)
OURS, UNRECORDED = "ours", "ours, --no-record"
FILM = "ours, a film beside it"
ASKING = "ours, asking about what is risky (the default)"
PARTS = ("encode", "model", "capture", "act", "settle")
WARM = 2
"""The first steps, in which what is imported late is imported: the part "start" counts that."""
THINKING = 0.7
"""Seconds, beside a film: it is while the model thinks that what moves by itself is learnt."""
MOST_MS = 175
MOST_OF_FASTEST, MOST_OF_USUAL = 1 / 4, 1 / 12


def run(count: int, names: tuple[str, ...] | None = None) -> Report:
    """`count` steps of each; of the peers those named, or all."""
    times, paces, inside = {}, {}, {}
    with display_of(SIZE) as display, TemporaryDirectory() as folder:
        for name, options, film in (
            (OURS, ("--record", folder), False),
            (UNRECORDED, ("--no-record",), False),
            (ASKING, ("--record", folder, "--approve", "risky"), False),
            (FILM, ("--record", folder), True),
        ):
            times[name], inside[name] = ours(display, count, options, film=film)
            paces[name] = 1000 / statistics.mean(times[name])
        theirs = _peers(display, count, names)
        # The other half of ours comes after the peers: what changes in between hits both.
        times[OURS] += ours(display, count, ("--record", folder), film=False)[0]
    return _report(times, theirs, paces, inside)


def ours(
    display: VirtualDisplay, count: int, options: tuple[str, ...], *, film: bool
) -> tuple[list[float], dict[str, list[float]]]:
    """Milliseconds a step, and of its parts as the program itself counts them."""
    count += WARM
    scene = "video" if film else "menu"
    pages = count // 2 + 2
    with scenes_page(display, [scene] * pages, [scene] if film else []) as page:

        def decide(exchange: Exchange) -> str:
            if len(endpoint.exchanges) > count:
                return done()
            if film:
                time.sleep(THINKING)
            is_open = exchange.state() == "open"
            return click(PLACES["next" if is_open else "open"], SIZE)

        with Endpoint(decide) as endpoint, agent_run(endpoint.base_url, *options) as run:
            code = run.wait(60 + 10 * count)
        arrived = len(page.of("click"))
    if code != 0 or arrived < count:
        raise AssertionError(f"the run ended with {code}, and {arrived} of {count} clicks reached the page")
    inside = [line["ms"] for _, line in run.of("step_finished")][WARM:count]  # the last ends the run
    return endpoint.steps()[WARM:], {part: [ms.get(part, 0.0) for ms in inside] for part in PARTS}


def _peers(display: VirtualDisplay, count: int, names: tuple[str, ...] | None) -> dict[str, list[float]]:
    with peers() as known:
        chosen = {name: peer for name, peer in known.items() if names is None or name in names}
        times: dict[str, list[float]] = {name: [] for name in chosen}
        with scenes_page(display, ["menu"] * (count * len(chosen) // 2 + 2)) as page:
            for _ in range(count):
                for name, peer in chosen.items():
                    times[name].append(timed(peer, page))
    return times


def timed(peer: Peer, page: Page) -> float:
    """Milliseconds of one step; its click must reach the page."""
    number = page.number
    is_open = page.shown_at("open", number) is not None
    started = time.perf_counter()
    peer(PLACES["next" if is_open else "open"])
    took = (time.perf_counter() - started) * 1000
    page.wait_for(*(("closed", number + 1) if is_open else ("open", number)))
    return took


def _report(
    times: dict[str, list[float]],
    theirs: dict[str, list[float]],
    paces: dict[str, float],
    inside: dict[str, dict[str, list[float]]],
) -> Report:
    rows = {name: Timing.of(values) for name, values in (times | theirs).items()}
    own = rows[OURS].median
    table = Table(
        "a whole step outside the model, 1920x1080, ms: median (minimum, 90th percentile)",
        ("who", "ms", "of ours", "steps a second, the model answering at once"),
        tuple((name, (one, Ratio(one.median / own), _pace(name, paces))) for name, one in rows.items()),
    )
    within = Table(
        "inside a step of ours, ms by the program's own count",
        ("part", *inside),
        tuple((part, tuple(Timing.of(parts[part]) for parts in inside.values())) for part in PARTS),
        ("capture: the look just before acting; model: with the request's making and the model's own time",),
    )
    targets = [Target("a whole step of ours, ms", own, MOST_MS)]
    if theirs:
        others = [rows[name].median for name in theirs]
        targets.append(Target("of the fastest peer's", own / min(others), MOST_OF_FASTEST))
        targets.append(Target("of the usual peer's (their median)", own / statistics.median(others), MOST_OF_USUAL))
    return Report((table, within), tuple(targets), spread_warnings([table]))


def _pace(name: str, paces: dict[str, float]) -> float | None:
    return paces.get(name) if name != FILM else None
