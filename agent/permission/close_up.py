"""A picture of where an action would act, for the person who is asked; for their eyes alone."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from agent.encode import encode_png
from agent.permission.proposal import Proposal
from agent.preview import draw_close_up
from agent.recording.recorder import write_whole


class CloseUps:
    """Writes pictures to `folder`, or to one of its own, which `close` removes."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._own: Path | None = None
        self._count = 0

    def take(self, proposal: Proposal) -> Path | None:
        """The file, readable by its owner alone; None where there is no screen, or it cannot be written."""
        if proposal.screen is None:
            return None
        grounded = proposal.grounded
        places = [place for place in (grounded.start, grounded.point) if place is not None]
        picture = encode_png(draw_close_up(proposal.screen, places))
        try:
            if self._folder is None:
                self._folder = self._own = Path(tempfile.mkdtemp(prefix="agent-asked-"))
            self._count += 1
            path = self._folder / f"asked-{self._count}.png"
            write_whole(path, picture.data)
        except OSError:
            return None  # the question says all that would be done
        return path

    def close(self) -> None:
        """Remove the folder of its own. Safe to call twice."""
        if self._own is not None:
            shutil.rmtree(self._own, ignore_errors=True)
