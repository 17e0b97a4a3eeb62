"""A frame's files are made once, in advance where that helps, and never of what is hidden."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from agent import pictures as module
from agent.encode import EncodedImage, encode, encode_whole
from agent.pictures import Pictures
from agent.rect import Rect
from agent.screen import Screenshot
from agent.secrecy.redact import MaskedShot
from tests.fakes import painted

CAP = 10**7


class Counted:
    """An encoder that counts."""

    def __init__(self) -> None:
        self.frames: list[Screenshot] = []

    def __call__(self, screenshot: Screenshot, *, max_pixels: int = CAP) -> EncodedImage:
        self.frames.append(screenshot)
        return encode(screenshot, max_pixels=max_pixels)


@pytest.fixture
def sent() -> Counted:
    return Counted()


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Counted:
    counted = Counted()
    monkeypatch.setattr(module, "encode_whole", counted)
    return counted


@pytest.fixture
def pictures(sent: Counted, kept: Counted) -> Iterator[Pictures]:
    made = Pictures(sent)
    yield made
    made.close()


def test_the_same_frame_is_encoded_once_and_another_anew(pictures: Pictures, sent: Counted) -> None:
    first = pictures.sent(painted(), max_pixels=CAP)
    assert pictures.sent(painted(), max_pixels=CAP) is first
    assert len(sent.frames) == 1
    other = painted(boxes=[(1, 1, 1, 1)])
    assert pictures.sent(other, max_pixels=CAP).data == encode(other, max_pixels=CAP).data
    assert pictures.sent(other, max_pixels=20_000).size != first.size
    assert len(sent.frames) == 3


def test_what_was_foreseen_is_there(pictures: Pictures, sent: Counted, kept: Counted) -> None:
    pictures.sent(painted(), max_pixels=CAP)
    shot = painted(boxes=[(1, 1, 9, 9)])
    pictures.foresee(shot)
    for make, counted in ((pictures.kept, kept), (lambda one: pictures.sent(one, max_pixels=CAP), sent)):
        make(painted(boxes=[(1, 1, 9, 9)]))
        assert counted.frames[-1] is shot
    assert (len(sent.frames), len(kept.frames)) == (2, 1)


def test_what_was_foreseen_wrongly_is_not_taken(pictures: Pictures) -> None:
    pictures.sent(painted(), max_pixels=CAP)
    pictures.foresee(painted(boxes=[(1, 1, 9, 9)]))
    shot = painted(boxes=[(1, 1, 9, 10)])
    assert pictures.sent(shot, max_pixels=CAP).data == encode(shot, max_pixels=CAP).data
    assert pictures.kept(shot).data == encode(shot, max_pixels=CAP).data  # the fixture's stand-in


def test_another_size_with_the_same_bytes_is_another_frame(pictures: Pictures) -> None:
    assert pictures.sent(painted(64, 32), max_pixels=CAP).size == (64, 32)
    assert pictures.sent(painted(32, 64), max_pixels=CAP).size == (32, 64)


def test_without_a_recording_nothing_is_kept_and_before_the_first_step_nothing_is_made(kept: Counted) -> None:
    sent = Counted()
    pictures = Pictures(sent, keeps=False)
    pictures.foresee(painted())
    pictures.sent(painted(), max_pixels=CAP)
    pictures.foresee(painted(boxes=[(1, 1, 9, 9)]))
    pictures.sent(painted(boxes=[(1, 1, 9, 9)]), max_pixels=CAP)
    pictures.close()
    assert (len(sent.frames), len(kept.frames)) == (2, 0)


def test_a_frame_with_something_hidden_is_not_foreseen_and_its_boxes_decide_what_is_the_same(
    pictures: Pictures, sent: Counted
) -> None:
    shot, threads = painted(), []

    def masked(*boxes: Rect) -> MaskedShot:
        return MaskedShot(
            shot.bgrx, shot.viewport, b"k", lambda: threads.append(threading.current_thread().name) or boxes
        )

    plain = pictures.sent(masked(), max_pixels=CAP)
    pictures.foresee(masked(Rect(0, 0, 9, 9)))
    assert len(sent.frames) == 1
    assert pictures.sent(masked(Rect(0, 0, 99, 99)), max_pixels=CAP).data != plain.data


def test_a_picture_that_cannot_be_made_is_said_where_it_is_wanted() -> None:
    def fail(_: Screenshot, *, max_pixels: int) -> EncodedImage:
        raise ValueError("no picture")

    pictures = Pictures(fail)
    with pytest.raises(ValueError, match="no picture"):
        pictures.sent(painted(), max_pixels=CAP)
    pictures.close()


def test_what_is_kept_is_the_recorder_s_own_encoding() -> None:
    pictures = Pictures()
    assert pictures.kept(painted()).data == encode_whole(painted()).data
    pictures.close()
