"""The loop with scripted parts: what it yields, what it tells the model, and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from actions.action import GroundedAction, Point
from actions.brake import Brake, Stopped
from actions.executor import InputError, Outcome
from actions.preview import PreviewExecutor
from agent.dialect import resolve
from agent.errors import ModelError, ScreenError
from agent.events import (
    Event,
    ModelFailed,
    ModelReplied,
    ModelRequested,
    ScreenshotTaken,
    SessionEnded,
    StepFinished,
    StepPlanned,
)
from agent.frames import Area
from agent.loop import OUTSIDE, UNCHANGED, Loop
from agent.model import FailedTry, Message, ModelReply, ToolCall, Usage
from agent.moving import MOVES
from agent.parts import Parts, Plan
from agent.screen import Screenshot
from agent.settle import StillSettler
from agent.unsent import ANOTHER, COVERED, MOVED, STALE, UNSTABLE
from tests.fakes import FakeConsent, FakeExecutor, FakeScreen, FakeSettler, ScriptedModel, call, painted

CLICK = call("left_click", "Click the button", coordinate=[500, 250])
DONE = call("terminate", "Done", status="success")


class Run:
    """A loop with fakes, run to its end."""

    def __init__(
        self,
        *replies: str | ModelReply | Exception,
        model: str = "gui-plus-2026-02-26",
        screen: FakeScreen | None = None,
        executor: Any = None,
        consent: FakeConsent | None = None,
        settler: Any = None,
        changed: bool = True,
        watch: Callable[[Event, Brake], None] = lambda *_: None,
        **plan: Any,
    ) -> None:
        self.screen = screen or FakeScreen()
        self.model = ScriptedModel(*replies)
        self.executor = executor or FakeExecutor()
        self.brake = Brake()
        profile = resolve(model)
        cap = plan.pop("cap", profile.pixel_cap(high_res=True))
        self.settler = settler or FakeSettler(self.screen, changed=changed)
        self.consent = consent or FakeConsent()
        parts = Parts(
            screen=self.screen,
            model=self.model,
            consent=self.consent,
            executor=self.executor,
            settler=self.settler,
            brake=self.brake,
        )
        self.loop = Loop(Plan(task="do it", profile=profile, system_prompt="You act.", cap=cap, **plan), parts)
        self.events: list[Event] = []
        for event in self.loop.run():
            self.events.append(event)
            watch(event, self.brake)

    def all(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def end(self) -> SessionEnded:
        assert isinstance(self.events[-1], SessionEnded)
        return self.events[-1]

    def told(self, request: int) -> str:
        """The texts of the newest user message of a request."""
        return texts(self.model.asked[request][-1])


def texts(message: Message) -> str:
    return "\n".join(part for part in message.parts if isinstance(part, str))


def test_a_task_from_look_to_end() -> None:
    run = Run(CLICK, DONE)
    assert [event.event for event in run.events] == [
        "session_started",
        *("screenshot_taken", "model_requested", "model_replied", "step_planned", "step_finished") * 2,
        "session_ended",
    ]
    first = run.all(StepPlanned)[0]
    assert first.summary == "Click the button"
    assert first.action == {"action": "left_click", "coordinate": [500, 250]}
    assert first.target == (160, 50)
    assert run.executor.done == [GroundedAction(run.executor.done[0].action, Point(160, 50))]
    assert (run.end.status, run.end.exit_code, run.end.steps) == ("success", 0, 2)
    assert run.end.usage.prompt_tokens == 2000
    assert run.end.cost == pytest.approx(2 * (1000 * 1.5 + 100 * 4.5) / 1e6)


def test_a_step_is_announced_before_it_is_done() -> None:
    done_when_announced: list[int] = []
    executor = FakeExecutor()

    def watch(event: Event, _: Brake) -> None:
        if isinstance(event, StepPlanned):
            done_when_announced.append(len(executor.done))

    Run(CLICK, CLICK, DONE, executor=executor, watch=watch)
    assert done_when_announced == [0, 1, 2]


@pytest.mark.parametrize(
    ("reply", "status", "code", "answer", "reason"),
    [
        (call("terminate", status="failure"), "failure", 1, None, "cannot be done"),
        (call("answer", text="42"), "success", 0, "42", None),
    ],
)
def test_how_the_model_ends_it(reply: str, status: str, code: int, answer: str | None, reason: str | None) -> None:
    end = Run(reply).end
    assert (end.status, end.exit_code, end.answer) == (status, code, answer)
    assert reason is None or reason in (end.reason or "")


def test_nothing_is_done_after_the_end() -> None:
    run = Run(DONE + "\n" + CLICK)
    assert run.executor.done == []
    assert run.end.status == "success"


def test_a_bad_reply_is_told_and_asked_again_in_the_same_step() -> None:
    run = Run("I would click.", CLICK, DONE)
    planned = run.all(StepPlanned)
    assert (planned[0].step, planned[0].reasks) == (1, 1)
    assert run.end.steps == 2
    asked = run.model.asked
    assert texts(asked[1][-2]) == "I would click."
    assert "<tool_response>" in texts(asked[1][-1])
    replies = run.all(ModelReplied)
    assert replies[0].error
    assert replies[0].error in texts(asked[1][-1])
    assert replies[1].error is None
    assert planned[0].usage.prompt_tokens == 2000  # both replies are paid for


def test_the_correction_is_forgotten_after_its_step() -> None:
    run = Run("I would click.", CLICK, DONE)
    assert not any("I would click." in texts(message) for message in run.model.asked[2])


def test_three_corrections_then_failure() -> None:
    run = Run("Sorry.")
    assert len(run.model.asked) == 4
    (planned,) = run.all(StepPlanned)
    assert planned.action is None
    assert planned.error
    assert "action" not in planned.line()
    assert (run.end.status, run.end.exit_code) == ("failure", 1)
    assert run.executor.done == []


def test_a_good_reply_resets_the_count() -> None:
    bad = ["No."] * 3
    run = Run(*bad, CLICK, *bad, CLICK, DONE)
    assert run.end.status == "success"
    assert [planned.reasks for planned in run.all(StepPlanned)] == [3, 3, 0]


def test_a_reply_cut_short_is_never_done_even_if_a_call_parses() -> None:
    cut = ModelReply(text=CLICK, partial=True, finish_reason="length")
    run = Run(cut)
    assert run.executor.done == []
    assert len(run.model.asked) == 3  # asked again at most twice
    assert run.end.status == "failure"
    assert "cut off" in (run.end.reason or "")


def test_coordinates_outside_the_space_are_never_clicked() -> None:
    run = Run(call("left_click", coordinate=[2530, 314]))
    assert run.executor.done == []
    assert run.end.exit_code == 1
    assert "2530" in (run.end.reason or "")


def test_a_native_call_is_read_and_goes_back_as_text() -> None:
    native = ModelReply(
        text="", tool_calls=(ToolCall("computer_use", '{"action": "left_click", "coordinate": [500, 250]}'),)
    )
    run = Run(native, DONE)
    assert run.executor.done[0].point == (160, 50)
    assert "<tool_call>" in texts(run.model.asked[1][2])


def test_an_action_without_effect_is_told() -> None:
    run = Run(CLICK, DONE, changed=False)
    assert UNCHANGED in run.told(1)
    assert run.all(StepFinished)[0].changed is False


def test_an_action_with_effect_is_not_talked_about() -> None:
    assert "<tool_response>" not in Run(CLICK, DONE).told(1)


@pytest.mark.parametrize(("reply", "changed", "said"), [
    (CLICK, True, True), (CLICK, False, False), (call("wait", time=1), True, True),
    (call("wait", time=1), False, True),
])  # fmt: skip
def test_that_something_moves_by_itself_is_told_of_what_changed(reply: str, changed: bool, said: bool) -> None:
    screen = FakeScreen()
    run = Run(reply, DONE, screen=screen, settler=FakeSettler(screen, changed=changed, runs=True))
    assert (MOVES in run.told(1)) is said


def test_waiting_is_allowed_to_change_nothing() -> None:
    assert UNCHANGED not in Run(call("wait", time=1), DONE, changed=False).told(1)


def test_the_same_action_on_the_same_screen_is_told_at_three_and_stopped_at_five() -> None:
    run = Run(CLICK, changed=False)
    assert len(run.executor.done) == len(run.consent.asked) == 4
    assert "3 times" not in run.told(2)
    assert "3 times" in run.told(3)
    assert (run.end.status, run.end.exit_code) == ("failure", 1)
    assert "stuck" in (run.end.reason or "")
    assert run.all(StepFinished)[-1].outcome == "refused"


def test_a_failed_action_is_told_and_the_run_goes_on() -> None:
    executor = FakeExecutor(lambda _: Outcome("failed", "no such key", "The key foo does not exist."))
    run = Run(CLICK, DONE, executor=executor)
    assert "The key foo does not exist." in run.told(1)
    assert run.all(StepFinished)[0].detail == "no such key"
    assert run.end.status == "success"


def test_a_refusal_ends_the_run() -> None:
    run = Run(CLICK, DONE, consent=FakeConsent("the policy denies it"))
    assert run.executor.done == []
    assert run.all(StepFinished)[0].outcome == "refused"
    assert (run.end.status, run.end.exit_code) == ("refused", 6)
    assert run.end.reason == "the policy denies it"
    assert len(run.model.asked) == 1


def test_what_the_person_answered_stays_in_the_conversation() -> None:
    def answer(grounded: GroundedAction) -> Outcome:
        return Outcome("done", feedback="The user answered: work" if grounded.action.action == "interact" else None)

    replies = [call("interact", "Ask which account", text="Which account?")]
    replies += [call("left_click", coordinate=[i, i]) for i in range(8)]
    run = Run(*replies, DONE, executor=FakeExecutor(answer), max_steps=20)
    assert "The user answered: work" in run.told(1)
    for asked in run.model.asked[2:]:
        assert any("The user answered: work" in texts(message) for message in asked)


def test_limits_on_steps() -> None:
    replies = [call("left_click", coordinate=[i, i]) for i in range(9)]
    run = Run(*replies, max_steps=3)
    assert len(run.executor.done) == 3
    assert (run.end.status, run.end.exit_code, run.end.steps) == ("limit", 3, 3)
    assert "--max-steps" in (run.end.reason or "")


def test_a_limit_on_seconds_ends_a_waiting_run() -> None:
    class Hanging(FakeExecutor):
        def perform(self, grounded: GroundedAction) -> Outcome:
            brakes[0].sleep(60)
            raise AssertionError("not reached")

    brakes: list[Brake] = []
    run = Run(CLICK, max_seconds=0.2, executor=Hanging(), watch=lambda _, brake: brakes.append(brake))
    assert (run.end.status, run.end.exit_code) == ("limit", 3)
    assert "--max-seconds" in (run.end.reason or "")


@pytest.mark.parametrize("kind", [ScreenshotTaken, ModelRequested, StepPlanned, StepFinished])
def test_a_stop_at_any_point_ends_it_and_nothing_more_is_sent(kind: type[Event]) -> None:
    class Braked(FakeExecutor):
        def perform(self, grounded: GroundedAction) -> Outcome:
            brakes[0].check()
            return super().perform(grounded)

    brakes: list[Brake] = []
    sent: list[int] = []
    executor = Braked()

    def watch(event: Event, brake: Brake) -> None:
        brakes[:] = [brake]
        if isinstance(event, kind) and brake.reason is None:
            sent.append(len(executor.done))
            brake.pull("stopped by Ctrl-C")

    run = Run(CLICK, CLICK, CLICK, DONE, executor=executor, watch=watch)
    assert (run.end.status, run.end.exit_code) == ("stopped", 130)
    assert run.end.reason == "stopped by Ctrl-C"
    assert len(executor.done) == sent[0]


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (ModelError("the endpoint is down"), "model_error", 4),
        (ScreenError("the display is gone"), "screen_error", 5),
    ],
)
def test_the_worlds_failures_end_it_with_their_code(failure: Exception, status: str, code: int) -> None:
    end = Run(CLICK, failure).end
    assert (end.status, end.exit_code, end.reason) == (status, code, str(failure))


def test_input_that_fails_ends_it() -> None:
    def fail(_: GroundedAction) -> Outcome:
        raise InputError("the display is gone")

    assert Run(CLICK, executor=FakeExecutor(fail)).end.status == "screen_error"


def test_a_screen_too_long_for_the_model() -> None:
    end = Run(CLICK, screen=FakeScreen(painted(4200, 20)), model="gui-plus").end
    assert (end.status, end.exit_code) == ("screen_error", 5)
    assert "too long" in (end.reason or "")


def test_a_screen_that_changed_its_size_is_looked_at_again() -> None:
    class Moving(FakeSettler):
        def look(self, planned_on: Any) -> Any:
            return painted(640, 400)

    screen = FakeScreen()
    run = Run(CLICK, DONE, screen=screen, settler=Moving(screen))
    assert run.executor.done == []
    assert MOVED in run.told(1)
    taken = run.all(ScreenshotTaken)[1]
    assert taken.viewport["pixels"] == [640, 400]


def test_an_absent_coordinate_is_the_pointers_place() -> None:
    run = Run(call("left_click"), call("left_click_drag", coordinate=[1000, 1000]), call("key", keys=["a"]), DONE)
    click, drag, key, _ = run.all(StepPlanned)
    assert click.target == (7, 9)
    assert click.action == {"action": "left_click"}
    assert (drag.start, drag.target) == ((7, 9), (319, 199))
    assert drag.line()["from"] == [7, 9]
    assert key.target is None


def test_a_scaled_picture_changes_no_target() -> None:
    run = Run(CLICK, DONE, cap=20_000)
    assert run.all(ScreenshotTaken)[0].sent.width < 320
    assert run.executor.done[0].point == (160, 50)


def test_smart_resized_space_for_the_older_model() -> None:
    reply = '<tool_call>{"name": "computer_use", "arguments": {"action": "click", "coordinate": [308, 98]}}</tool_call>'
    run = Run(reply, DONE, model="gui-plus", screen=FakeScreen(painted(640, 400)))
    # 640x400 is 644x392 inside the model
    assert run.executor.done[0].point == (round(308 / 644 * 640), round(98 / 392 * 400))


def test_an_unknown_price_or_count_stays_unknown() -> None:
    run = Run(ModelReply(text=CLICK), DONE)
    assert run.all(StepPlanned)[0].cost is None
    assert run.end.cost is None
    assert run.end.usage == Usage(prompt_tokens=1000, completion_tokens=100)


def dry(*replies: str, **options: Any) -> Run:
    inner = FakeExecutor()
    run = Run(*replies, executor=PreviewExecutor(inner.position), settler=StillSettler(), dry_run=True, **options)
    assert inner.done == []
    return run


def test_a_dry_run_plans_and_touches_nothing() -> None:
    run = dry(CLICK, call("left_click"), DONE)
    planned = run.all(StepPlanned)
    assert [step.assumed for step in planned] == [False, True, True]
    assert planned[1].target == (160, 50)  # where the previewed click would have left the pointer
    assert [step.outcome for step in run.all(StepFinished)] == ["previewed"] * 3
    assert "previewed, not executed" in run.told(1)
    assert UNCHANGED not in run.told(1)
    assert run.screen.captures == 1


def test_a_dry_run_with_a_step_is_a_success_whatever_its_end() -> None:
    assert dry(CLICK, max_steps=5).end.exit_code == 0
    assert dry(CLICK, call("terminate", status="failure")).end.exit_code == 0
    assert dry("no").end.exit_code == 1
    assert dry(call("terminate", status="failure")).end.exit_code == 1


@pytest.mark.parametrize(("model", "most"), [("gui-plus-2026-02-26", 4), ("gui-plus", 0)])
def test_old_pictures_are_not_kept(model: str, most: int) -> None:
    run = Run(*(call("left_click", coordinate=[i, i]) for i in range(30)), model=model, max_steps=20)
    kept = [turn.image is not None for turn in run.loop._history]
    assert len(kept) == 20
    assert sum(kept) == sum(kept[len(kept) - most :]) == most


def test_a_request_never_grows_beyond_its_window() -> None:
    replies = [call("left_click", coordinate=[i % 900, i]) for i in range(60)]
    run = Run(*replies, DONE, max_steps=100)
    sizes = [sum(not isinstance(part, str) for m in asked for part in m.parts) for asked in run.model.asked]
    assert max(sizes) == 5


def test_a_pointer_outside_the_region_in_use_is_not_clicked_at() -> None:
    region = painted(320, 200, left=500, top=300)
    run = Run(call("left_click"), call("left_click_drag", coordinate=[500, 500]), DONE, screen=FakeScreen(region))
    assert run.executor.done == []
    assert [step.outcome for step in run.all(StepFinished)][:2] == ["failed", "failed"]
    assert OUTSIDE in run.told(1)
    inside = Run(call("left_click", coordinate=[500, 500]), DONE, screen=FakeScreen(region))
    assert inside.executor.done[0].point == (660, 400)


def test_a_moved_monitor_is_looked_at_again_though_its_size_is_the_same() -> None:
    class Moving(FakeSettler):
        def look(self, planned_on: Any) -> Any:
            return painted(left=1000)

    screen = FakeScreen()
    run = Run(CLICK, DONE, screen=screen, settler=Moving(screen))
    assert run.executor.done == []


def test_an_action_that_keeps_failing_is_a_circle_too() -> None:
    run = Run(call("key", keys=["f13"]), executor=FakeExecutor(lambda _: Outcome("failed", "no key", "No such key.")))
    assert len(run.executor.done) == 4
    assert "3 times" in run.told(3)
    assert "stuck" in (run.end.reason or "")


def test_a_scroll_that_was_cut_is_told() -> None:
    run = Run(call("scroll", pixels=-1e9), call("scroll", pixels=-5000), DONE)
    assert run.executor.done[0].notches == run.executor.done[1].notches == -50
    assert "cut to 50 notches" in run.told(1)
    assert "cut" not in run.told(2)
    assert run.all(StepPlanned)[0].notches == -50


@pytest.mark.parametrize("failure", [Stopped("stopped by Ctrl-C"), ScreenError("gone")])
def test_what_was_done_is_told_even_if_the_screen_could_not_be_waited_for(failure: Exception) -> None:
    class Failing(FakeSettler):
        def settle(self, before: Any) -> Any:
            raise failure

    screen = FakeScreen()
    run = Run(CLICK, DONE, screen=screen, settler=Failing(screen))
    finished = run.all(StepFinished)
    assert [(step.outcome, step.changed) for step in finished] == [("done", None)]
    assert run.end.status in ("stopped", "screen_error")


def test_the_settler_is_closed_whatever_happens() -> None:
    for replies in ((CLICK, DONE), ("no",), (ModelError("down"),)):
        assert Run(*replies).settler.closed


def test_a_call_that_stands_in_the_reasoning_alone_is_read() -> None:
    reply = ModelReply(text="", reasoning=CLICK)
    assert Run(reply, DONE).executor.done[0].point == (160, 50)


def test_all_replies_of_a_step_are_paid_for() -> None:
    run = Run("no", "no", CLICK, DONE)
    one = (1000 * 1.5 + 100 * 4.5) / 1e6
    assert run.all(StepPlanned)[0].cost == pytest.approx(3 * one)
    assert run.end.cost == pytest.approx(4 * one)


def test_the_models_last_words_are_the_answer_or_the_reason() -> None:
    assert Run(call("terminate", status="success", text="Saved.")).end.answer == "Saved."
    assert Run(call("terminate", status="failure", text="No such file.")).end.reason == "No such file."


def test_what_had_to_be_mended_is_in_the_record() -> None:
    assert Run(CLICK.replace("</tool_call>", ""), DONE).all(StepPlanned)[0].repairs


@pytest.mark.parametrize(
    ("end", "code"), [(ModelError("down"), 4), (ScreenError("gone"), 5), (call("terminate", status="failure"), 0)]
)
def test_a_dry_run_that_breaks_keeps_its_code(end: Any, code: int) -> None:
    assert dry(CLICK, end).end.exit_code == code


def test_a_refused_preview_ends_the_plan() -> None:
    run = dry(CLICK, CLICK, consent=FakeConsent("the policy denies it"))
    assert run.all(StepFinished)[0].outcome == "refused"
    assert run.end.exit_code == 6


def test_memory_of_pictures_and_texts_is_bounded() -> None:
    replies = [call("type", text=f"{i}" * 5000) for i in range(20)]
    run = Run(*replies, max_steps=15)
    assert sum(len(turn.reply_text) for turn in run.loop._history) < 6 * 11_000


BUSY = FailedTry("busy", "HTTP 503", 1.5)
BROKEN = FailedTry("broken", "the stream ended", 0.5, Usage(prompt_tokens=1000, completion_tokens=50))


def test_failed_tries_are_told_and_charged():
    first = ModelReply(CLICK, usage=Usage(prompt_tokens=1000, completion_tokens=100), failures=(BUSY, BROKEN))
    run = Run(first, DONE)
    failed = run.all(ModelFailed)
    assert [(event.step, event.attempt, event.kind, event.pause) for event in failed] == [
        (1, 1, "busy", 1.5),
        (1, 2, "broken", 0.5),
    ]
    assert [event.cost for event in failed] == [0.0, pytest.approx((1000 * 1.5 + 50 * 4.5) / 1e6)]
    (replied, _) = run.all(ModelReplied)
    assert replied.tries == 3
    step = run.all(StepPlanned)[0]
    assert (step.usage.prompt_tokens, step.usage.completion_tokens) == (2000, 150)
    assert run.end.usage.completion_tokens == 250
    assert run.end.cost == pytest.approx((3000 * 1.5 + 250 * 4.5) / 1e6)


def test_an_endpoint_that_fails_for_good_is_charged_for_what_it_began():
    error = ModelError("the model endpoint failed")
    error.failures = (BROKEN,)
    run = Run(error)
    assert [event.message for event in run.all(ModelFailed)] == ["the stream ended"]
    assert (run.end.status, run.end.usage.completion_tokens) == ("model_error", 50)
    assert run.end.cost


def test_the_cost_limit_ends_it_before_the_step_that_would_exceed_it():
    click, cost = [call("left_click", coordinate=[x, 250]) for x in range(100, 200, 10)], (1000 * 1.5 + 100 * 4.5) / 1e6
    run = Run(*click, max_cost=3.5 * cost)
    assert (run.end.status, run.end.exit_code, run.end.steps) == ("limit", 3, 3)
    assert "--max-cost" in run.end.reason
    assert run.end.cost == pytest.approx(3 * cost)
    assert len(run.model.asked) == len(run.executor.done) == 3


def test_a_reask_is_not_made_beyond_the_cost_limit():
    run = Run("no call in here", CLICK, max_cost=1.5 * (1000 * 1.5 + 100 * 4.5) / 1e6)
    assert (run.end.status, len(run.model.asked)) == ("limit", 1)


OTHER = painted(boxes=[(10, 10, 30, 30)])


@pytest.mark.parametrize(("failures", "seconds", "sent"), [((BUSY,), 11, 0), ((), 11, 1), ((BUSY,), 1, 1)])
def test_after_an_outage_nothing_is_done_on_a_screen_that_is_past(monkeypatch, failures, seconds, sent):
    class Late(FakeSettler):
        def look(self, planned_on):
            return OTHER

    screen = FakeScreen()
    clock = iter(range(0, 10_000, seconds))
    monkeypatch.setattr("agent.ask.time.monotonic", lambda: next(clock))
    reply = ModelReply(CLICK, usage=Usage(prompt_tokens=1, completion_tokens=1), failures=failures)
    run = Run(reply, DONE, screen=screen, settler=Late(screen))
    assert len(run.executor.done) == sent
    assert (STALE in run.told(1)) == (not sent)
    assert run.all(StepFinished)[0].outcome == ("done" if sent else "failed")


UNDER_THE_TARGET = painted(boxes=[(140, 30, 40, 40)])


class Looking(FakeSettler):
    """Looks at the screen before acting."""

    def look(self, planned_on: Screenshot) -> Screenshot:
        return self._screen.capture()


class Running(Looking):
    """All that changes does so by itself."""

    def differs(self, planned_on: Screenshot, now: Screenshot, areas: Sequence[Area] | None = None) -> bool:
        return False

    def ran(self, planned_on: Screenshot, now: Screenshot, areas: Sequence[Area]) -> bool:
        return super().differs(planned_on, now, areas)


class Film(FakeScreen):
    """Another picture at each look."""

    def capture(self) -> Screenshot:
        self.captures += 1
        return painted(boxes=[(140, 30, 40, self.captures % 60)])


@pytest.fixture
def _quick_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.unsent.BLINK_SECONDS", 0.02)
    monkeypatch.setattr("agent.unsent.LOOK_SECONDS", 0.01)


@pytest.mark.usefixtures("_quick_look")
@pytest.mark.parametrize(
    ("action", "sent"),
    [
        (CLICK, 0),
        (call("scroll", coordinate=[500, 250], pixels=-3), 0),
        (call("left_click_drag", coordinate=[900, 900]), 0),  # it begins at the pointer
        (call("left_click"), 0),
        (call("left_click", coordinate=[800, 800]), 1),
        (call("type", text="x"), 1),
        (call("key", keys=["enter"]), 1),
        (call("wait", time=1), 1),
    ],
)
def test_what_appears_around_the_target_is_looked_at_first(action: str, sent: int) -> None:
    screen, executor = FakeScreen(painted(), UNDER_THE_TARGET), FakeExecutor()
    executor.position = lambda: Point(160, 50)  # type: ignore[method-assign]
    run = Run(action, DONE, screen=screen, settler=Looking(screen), executor=executor)
    assert len(run.executor.done) == sent
    assert (COVERED in run.told(1)) == (not sent)
    assert run.all(StepFinished)[0].outcome == ("done" if sent else "failed")
    assert run.all(ScreenshotTaken)[1].screenshot.digest == UNDER_THE_TARGET.digest


DIALOG = painted(boxes=[(100, 60, 120, 80)])


@pytest.mark.usefixtures("_quick_look")
@pytest.mark.parametrize(
    ("action", "sent"),
    [
        (call("type", text="x"), 0),
        (call("key", keys=["enter"]), 0),
        (call("wait", time=1), 1),
        (call("left_click", coordinate=[20, 20]), 1),  # it is not where the dialog is
    ],
)
def test_keys_are_not_sent_to_what_came_up_meanwhile(action: str, sent: int) -> None:
    screen = FakeScreen(painted(), DIALOG)
    run = Run(action, DONE, screen=screen, settler=Looking(screen))
    assert len(run.executor.done) == sent
    assert (ANOTHER in run.told(1)) == (not sent)


@pytest.mark.usefixtures("_quick_look")
@pytest.mark.parametrize(("box", "sent"), [((155, 45, 10, 10), 0), ((178, 50, 10, 10), 1)])
def test_another_picture_of_what_moves_by_itself_is_another_target(box: tuple[int, int, int, int], sent: int) -> None:
    screen = FakeScreen(painted(), painted(boxes=[box]))
    run = Run(CLICK, DONE, screen=screen, settler=Running(screen))
    assert len(run.executor.done) == sent


def test_what_comes_back_only_blinks() -> None:
    screen = FakeScreen(painted(), UNDER_THE_TARGET, UNDER_THE_TARGET, painted())
    run = Run(CLICK, DONE, screen=screen, settler=Looking(screen))
    assert len(run.executor.done) == 1


@pytest.mark.usefixtures("_quick_look")
def test_what_keeps_changing_is_acted_on_at_last_and_the_record_says_so() -> None:
    screen = Film()
    run = Run(CLICK, CLICK, CLICK, CLICK, DONE, screen=screen, settler=Looking(screen))
    finished = run.all(StepFinished)
    assert [step.outcome for step in finished] == ["failed", "failed", "done", "failed", "done"]
    assert [UNSTABLE in (step.detail or "") for step in finished] == [False, False, True, False, False]
    assert len(run.executor.done) == 1
