"""The boxes over what was hidden, in a live replay: another value covers another width, and that is no difference."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agent.frames import TILE
from agent.live.locate import Target
from agent.recording.session import Session
from agent.rect import Rect
from agent.screen import Screen
from agent.secrecy.redact import GREY

if TYPE_CHECKING:
    from PIL.Image import Image


class Covers:
    """Knows the boxes of a session that hid something; in any other nothing is a box, however grey it is."""

    def __init__(self, session: Session, screen: Screen) -> None:
        settings = session.started.settings
        self._has_some = bool(settings.get("secrets") or settings.get("redact"))
        self._screen = screen

    def of(self, *pictures: Image) -> tuple[Rect, ...]:
        """What is covered in one of them, in their pixels."""
        return tuple(box for picture in pictures for box in covered_tiles(picture)) if self._has_some else ()

    def left_out(self, target: Target) -> Target:
        """The target compared without what is covered, recorded or now; as it is where too little would be left."""
        if not self._has_some:
            return target
        boxes = self.of(target.frame, self._screen.capture().image)
        without = replace(target, excluded=(*target.excluded, *boxes))
        return without if without.is_known else target


def covered_tiles(picture: Image) -> list[Rect]:
    """The tiles of a picture (RGB) that are one box all over."""
    from PIL import Image, ImageChops

    bands = ImageChops.difference(picture, Image.new("RGB", picture.size, GREY)).split()
    differs = ImageChops.lighter(bands[0], ImageChops.lighter(bands[1], bands[2]))
    # 255 for any difference: the mean of a tile then rounds to more than 0 even for a single pixel.
    marks = differs.point([0] + [255] * 255).reduce(TILE)
    places = (
        (at % marks.width * TILE, at // marks.width * TILE) for at, mark in enumerate(marks.tobytes()) if not mark
    )
    return [Rect(x, y, min(x + TILE, picture.width), min(y + TILE, picture.height)) for x, y in places]
