"""What a page says of a recorded session: its steps in words, numbers and places, as JSON types.

`run_data` gives `{"task", "model", "dialect", "dry_run", "status", "when", "seconds", "tokens", "cost", "answer",
"reason", "notes": [text], "checks": [{"check", "passed", "detail"}], "steps": [step]}`. A step is `{"number",
"summary", "thought", "line", "action", "error", "outcome", "detail", "feedback", "changed", "settled", "assumed",
"failed", "repairs", "target", "from", "outside", "notches", "tokens", "cost", "ms", "picture", "sent", "viewport",
"before", "after", "exchanges"}`; of a plan, what is known of it. Places in `before` and `after` are fractions of a
picture's width and height; `picture` is a key of the film; thought, action and whatever is said in `exchanges` are
indexes into `Texts`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice, zip_longest
from typing import Any

from actions.action import Point
from agent.events import ModelFailed, ModelReplied, SessionEnded, SessionStarted, StepFinished, StepPlanned
from agent.geometry import Viewport, viewport_of
from agent.model import Usage
from agent.progress import action_line
from agent.recording.session import Exchange, RecordedStep, Session

MAX_STEPS = 2_000
"""Of one run on a page."""
MAX_TEXT = 20_000
"""Characters of one text."""
MAX_TEXTS = 4_000_000
"""Characters of all texts of a page that are kept once."""
MAX_PARTS = 400
"""Of a list that has no more than a few entries in any honest recording."""
FAILED = ("failed", "refused", "not understood", "unknown", "no reply")


class Texts:
    """The long texts of a page, each once: a request repeats most of the one before."""

    def __init__(self) -> None:
        self.all: list[str] = []
        self._known: dict[str, int] = {}
        self._left = MAX_TEXTS

    def add(self, text: str) -> int:
        """The index of `text`, cut where it is too long; of a remark where there is no room for it."""
        cut = _cut(text)
        if cut not in self._known and len(cut) > self._left:
            cut = "(left out: the page would be too large)"
        if cut not in self._known:
            self._left -= len(cut)
            self._known[cut] = len(self.all)
            self.all.append(cut)
        return self._known[cut]


def run_data(session: Session, texts: Texts) -> dict[str, Any]:
    """A session as the page shows it."""
    steps = session.steps[:MAX_STEPS]
    notes = list(session.notes)
    if session.damage is not None:
        notes.insert(0, f"damaged in {session.damage}; what is shown stood before it")
    if len(session.steps) > len(steps):
        notes.append(f"{len(session.steps)} steps were recorded, the first {len(steps)} are shown")
    return run_facts(session.started, session.ended) | {
        "status": status_of(session),
        "seconds": round(sum(sum(step.finished.ms.values()) for step in session.steps if step.finished) / 1000, 1),
        "tokens": _tokens(usage_of(session)),
        "cost": cost_of(session),
        "notes": notes,
        "checks": [
            {"check": _cut(check.check), "passed": check.passed, "detail": _cut(check.detail)}
            for check in session.checks[:MAX_PARTS]
        ],
        "steps": list(_steps(steps, texts)),
    }


def run_facts(started: SessionStarted, ended: SessionEnded | None) -> dict[str, Any]:
    """What the ends of a run say of it; its steps, checks and notes are none here."""
    return {
        "task": _cut(started.task),
        "model": _cut(started.model),
        "dialect": _cut(started.dialect),
        "dry_run": started.dry_run,
        "status": ended.status if ended else "unfinished",
        "when": f"{moment(started.time):%Y-%m-%d %H:%M:%S} UTC",
        "seconds": None,
        "tokens": _tokens(ended.usage if ended else Usage()),
        "cost": ended.cost if ended else None,
        "answer": _cut(ended.answer) if ended and ended.answer else None,
        "reason": _cut(ended.reason) if ended and ended.reason else None,
        "notes": [],
        "checks": [],
        "steps": [],
    }


def status_of(session: Session) -> str:
    """How the run ended, or that this is not recorded."""
    if session.damage is not None:
        return "damaged"
    return session.ended.status if session.ended else "unfinished"


def cost_of(session: Session) -> float | None:
    """CNY of the run, of an unfinished one as far as it came; None where a part is unknown."""
    if session.ended is not None:
        return session.ended.cost
    costs = [answer.cost for answer in _answers(session)]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None


def usage_of(session: Session) -> Usage:
    """The tokens of the run, of an unfinished one as far as it came."""
    if session.ended is not None:
        return session.ended.usage
    return sum((answer.usage for answer in _answers(session)), Usage())


def moment(time: str) -> datetime:
    """A recorded time, UTC. One at the ends of the calendar, where no zone can be left, is the beginning of 1970."""
    try:
        return datetime.fromisoformat(time).astimezone(UTC)
    except OverflowError:
        return datetime.fromtimestamp(0, UTC)


def picture_key(step: RecordedStep) -> str:
    """The film's key of a step's picture."""
    return (step.screenshot.lossless or step.screenshot.sent).sha256


def place(viewport: Viewport, point: Point | None) -> list[float] | None:
    """Input points -> the middle of the point's pixel, as fractions of the picture's width and height.

    Not clamped: what is outside the picture is below 0 or above 1.
    """
    if point is None:
        return None
    across = (point.x - viewport.left) / viewport.width + 0.5 / viewport.pixels.width
    down = (point.y - viewport.top) / viewport.height + 0.5 / viewport.pixels.height
    return [round(min(max(share, -10), 10), 6) for share in (across, down)]


def plan_data(planned: StepPlanned, viewport: Viewport, texts: Texts) -> dict[str, Any]:
    """What the plan of a step says, and where it acts on the picture."""
    action = planned.action
    return {
        "number": planned.step,
        "summary": _cut(planned.summary),
        "line": action_line(planned).rpartition(" · ")[0] if action and "action" in action else "no action",
        "action": None if action is None else texts.add(json.dumps(action, ensure_ascii=False)),
        "error": planned.error and _cut(planned.error),
        "repairs": [_cut(repair) for repair in planned.repairs[:MAX_PARTS]],
        "assumed": planned.assumed,
        "notches": planned.notches,
        "target": planned.target and list(planned.target),
        "from": planned.start and list(planned.start),
        "outside": planned.target is not None and not viewport.contains(planned.target),
        "tokens": _tokens(planned.usage),
        "cost": planned.cost,
        "before": {"at": place(viewport, planned.target), "from": place(viewport, planned.start)},
    }


def _steps(steps: Sequence[RecordedStep], texts: Texts) -> Iterator[dict[str, Any]]:
    pointer: Point | None = None
    for step, following in zip_longest(steps, steps[1:]):
        data = _step(step, texts)
        data["before"]["pointer"] = place(viewport_of(step.screenshot.viewport), pointer)
        target, start = (step.planned.target, step.planned.start) if step.planned else (None, None)
        pointer = target or pointer
        if following is not None:
            # It is what this step led to; it may show another part of the desktop.
            viewport = viewport_of(following.screenshot.viewport)
            places = {"at": target, "from": start, "pointer": pointer}
            data["after"] = {"picture": picture_key(following)} | {n: place(viewport, at) for n, at in places.items()}
        yield data


def _step(step: RecordedStep, texts: Texts) -> dict[str, Any]:
    viewport = viewport_of(step.screenshot.viewport)
    planned, finished = step.planned, step.finished
    outcome = _outcome(planned, finished)
    plan = {"number": step.number, "summary": "", "line": "no action", "before": {"at": None, "from": None}}
    return (plan_data(planned, viewport, texts) if planned else plan) | {
        "outcome": outcome,
        "failed": outcome in FAILED,
        "detail": finished and finished.detail and _cut(finished.detail),
        "consent": finished and finished.consent and _cut(finished.consent),
        "feedback": finished and finished.feedback and _cut(finished.feedback),
        "changed": finished and finished.changed,
        "settled": finished is None or finished.settled,
        "ms": {_cut(part): ms for part, ms in islice(finished.ms.items(), MAX_PARTS)} if finished else {},
        "picture": picture_key(step),
        "sent": step.screenshot.sent.sha256,
        "viewport": _in_words(viewport),
        "thought": texts.add(_thought(step)),
        "exchanges": [_exchange(exchange, texts) for exchange in step.exchanges[:MAX_PARTS]],
        "after": None,
    }


def _outcome(planned: StepPlanned | None, finished: StepFinished | None) -> str:
    if finished is not None:
        return finished.outcome
    if planned is None:
        return "no reply"
    return "not understood" if planned.error is not None else "unknown"


def _thought(step: RecordedStep) -> str:
    replies = [exchange.replied for exchange in step.exchanges if exchange.replied]
    return replies[-1].reasoning if replies else ""


def _exchange(exchange: Exchange, texts: Texts) -> dict[str, Any]:
    messages = [
        {
            "role": message["role"],
            "parts": [
                {"image": part["image"]} if "image" in part else {"text": texts.add(part["text"])}
                for part in message["parts"][:MAX_PARTS]
            ],
        }
        for message in exchange.requested.messages[:MAX_PARTS]
    ]
    return {
        "messages": messages,
        "failures": [_failure(failure) for failure in exchange.failures[:MAX_PARTS]],
        "reply": _reply(exchange.replied, texts) if exchange.replied else None,
    }


def _failure(failure: ModelFailed) -> dict[str, Any]:
    return {
        "message": _cut(failure.message),
        "pause": failure.pause,
        "tokens": _tokens(failure.usage),
        "cost": failure.cost,
    }


def _reply(reply: ModelReplied, texts: Texts) -> dict[str, Any]:
    return {
        "text": texts.add(reply.text),
        "reasoning": texts.add(reply.reasoning),
        "calls": [texts.add(f"{call['name']} {call['arguments']}") for call in reply.tool_calls[:MAX_PARTS]],
        "error": reply.error and _cut(reply.error),
        "warnings": [_cut(warning) for warning in reply.warnings[:MAX_PARTS]],
        "model": reply.model and _cut(reply.model),
        "finish_reason": reply.finish_reason and _cut(reply.finish_reason),
        "partial": reply.partial,
        "tries": reply.tries,
        "tokens": _tokens(reply.usage),
        "cost": reply.cost,
        "ms": reply.ms,
    }


def _answers(session: Session) -> Iterator[ModelFailed | ModelReplied]:
    """What came back on each request, replies or not: all of it may cost."""
    for step in session.steps:
        for exchange in step.exchanges:
            yield from exchange.failures
            if exchange.replied is not None:
                yield exchange.replied


def _tokens(usage: Usage) -> dict[str, int | None]:
    return {name.removesuffix("_tokens"): count for name, count in usage.model_dump().items()}


def _in_words(viewport: Viewport) -> str:
    pixels = "" if viewport.scale == 1 else f" at scale {viewport.scale:g}"
    return f"{viewport.width}×{viewport.height} from ({viewport.left}, {viewport.top}){pixels}"


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}… ({len(text):,} characters)"
