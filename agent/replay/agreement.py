"""Whether two actions are the same: the recorded one, and what a model would do instead. Pure.

Judged are what is done (the way of a scroll, the status of an end and the modifiers held belong to it), where, and with
which text. Not judged: how long a wait is and how far a scroll goes, the words of an answer or a question, and whether
a text field is emptied first, which only some dialects can say.
"""

from __future__ import annotations

import contextlib
import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from actions.action import Action, Answer, HScroll, Key, Point, Scroll, Terminate, Type
from actions.keys import MODIFIERS, KeysError, parse_keys
from agent.rect import Rect


@dataclass(frozen=True)
class Place:
    """Where the recorded action acted and where the other would, in pixels of the recorded picture."""

    recorded: Point
    element: Rect
    """What stands at `recorded`."""
    asked: Point | None
    """None where nothing says where that is."""

    @property
    def distance(self) -> float | None:
        """Pixels between the two; None where one is not known."""
        return None if self.asked is None else math.dist(self.recorded, self.asked)

    def agrees(self, within: int) -> bool:
        """Whether the other point is in the element too, or at most `within` pixels away."""
        if self.asked is None or self.distance is None:
            return False
        box, (x, y) = self.element, self.asked
        return self.distance <= within or (box.left <= x < box.right and box.top <= y < box.bottom)


@dataclass(frozen=True)
class Verdict:
    """What is the same of two actions; None where the recorded action has nothing of that kind."""

    action: bool
    point: bool | None = None
    text: bool | None = None
    distance: int | None = None
    """Pixels between the points, rounded up, so that no more than the limit is shown exactly where it is no more."""
    differences: tuple[str, ...] = ()
    """In words; empty where the actions agree."""

    @property
    def agrees(self) -> bool:
        """Whether they are the same in all that is judged."""
        return not self.differences


@dataclass(frozen=True)
class Totals:
    """Verdicts counted. Of points and texts there are as many as the recording has, whatever the model did."""

    steps: int = 0
    agree: int = 0
    actions: int = 0
    points: tuple[int, int] = (0, 0)
    """Those that are the same, of how many."""
    texts: tuple[int, int] = (0, 0)

    @classmethod
    def of(cls, verdicts: Iterable[Verdict]) -> Totals:
        """The counts of `verdicts`."""
        all_ = list(verdicts)
        return cls(
            steps=len(all_),
            agree=sum(verdict.agrees for verdict in all_),
            actions=sum(verdict.action for verdict in all_),
            points=_count(verdict.point for verdict in all_),
            texts=_count(verdict.text for verdict in all_),
        )


def compare(recorded: Action, asked: Action, places: Sequence[Place], within: int) -> Verdict:
    """`asked` against `recorded`. `places` are those of the recorded action: none, its point, or a drag's two ends."""
    differences = [_other_action(recorded, asked)]
    point, distance = _points(places, within)
    text = None if _text(recorded) is None else _text(recorded) == _text(asked)
    # Of another kind of action the places and texts are not worth a word, though they count.
    if _same_kind(recorded, asked):
        differences.append(None if point is not False else "no place" if distance is None else f"{distance} px off")
        differences.append(None if text is not False else "another text" if isinstance(asked, Type) else "other keys")
    said = tuple(difference for difference in differences if difference is not None)
    return Verdict(differences[0] is None, point, text, distance, said)


def no_action(recorded: Action, places: Sequence[Place], why: str) -> Verdict:
    """The verdict on a reply that holds no action."""
    return Verdict(
        action=False,
        point=False if places else None,
        text=None if _text(recorded) is None else False,
        differences=(f"no action: {why}",),
    )


def _other_action(recorded: Action, asked: Action) -> str | None:
    """How what is done differs; None where it does not."""
    if not _same_kind(recorded, asked):
        return "another action"
    if isinstance(recorded, Terminate) and isinstance(asked, Terminate) and recorded.status != asked.status:
        return "another status"
    if _way(recorded) != _way(asked):
        return "the other way"
    return None if _held(recorded) == _held(asked) else "other modifiers"


def _way(action: Action) -> bool | None:
    """Whether a scroll goes up or right; None for what is no scroll."""
    return action.pixels > 0 if isinstance(action, Scroll | HScroll) else None


def _same_kind(recorded: Action, asked: Action) -> bool:
    first, second = _spelt_out(recorded), _spelt_out(asked)
    if first.action == second.action:
        return True
    # A success that says something ends a run as an answer does.
    end, answer = (first, second) if isinstance(second, Answer) else (second, first)
    return isinstance(answer, Answer) and isinstance(end, Terminate) and end.status == "success" and bool(end.text)


def _spelt_out(action: Action) -> Action:
    """A line end that is all that is typed is a press of Enter."""
    if isinstance(action, Type) and not action.clear and _typed(action) == "\n":
        return Key(keys=("enter",))
    return action


def _text(action: Action) -> object:
    """What is typed or pressed, so that the same compares equal; None for an action without."""
    action = _spelt_out(action)
    if isinstance(action, Type):
        return _typed(action)
    return _press(action.keys) if isinstance(action, Key) else None


def _typed(action: Type) -> str:
    text = action.text.replace("\r\n", "\n") + ("\n" if action.enter else "")
    return unicodedata.normalize("NFC", text)


def _press(keys: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    """The modifiers in no order and whichever side they are on, and the keys pressed with them."""
    with contextlib.suppress(KeysError):  # another version's name for a key is compared as it stands
        keys = parse_keys(keys)
    held = {_either_side(key) for key in keys if key in MODIFIERS}
    pressed = [key for key in keys if key not in MODIFIERS]
    if not held and len(pressed) == 1 and len(pressed[0]) == 1 and pressed[0].isupper():
        return frozenset({"shift"}), (pressed[0].lower(),)
    return frozenset(held), tuple(pressed)


def _held(action: Action) -> frozenset[str]:
    return frozenset(map(_either_side, getattr(action, "modifiers", ())))


def _either_side(key: str) -> str:
    return key.removesuffix("right") if key in MODIFIERS else key


def _points(places: Sequence[Place], within: int) -> tuple[bool | None, int | None]:
    """Whether all places agree, None without one; and the greatest distance, where all are known."""
    if not places:
        return None, None
    distances = [place.distance for place in places]
    known = [distance for distance in distances if distance is not None]
    return all(place.agrees(within) for place in places), math.ceil(max(known)) if len(known) == len(places) else None


def _count(verdicts: Iterable[bool | None]) -> tuple[int, int]:
    judged = [verdict for verdict in verdicts if verdict is not None]
    return sum(judged), len(judged)
