"""What is started first on a display, and waited for until it shows itself."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from contextlib import closing

from actions.brake import Brake
from actions.x11_damage import watch_damage
from agent.programs import Programs
from agent.resting import LAUNCH_TIMES
from agent.screen import Screen
from agent.settle import ScreenSettler


def launch(
    programs: Programs, commands: Sequence[Sequence[str]], screen: Screen, brake: Brake
) -> list[subprocess.Popen[bytes]]:
    """Start the programs on the display that DISPLAY names, and wait until the screen has changed and rests."""
    before = screen.capture()
    with closing(ScreenSettler(screen, brake, LAUNCH_TIMES, watch_damage())) as settler:
        started = [programs.start(words) for words in commands]
        settler.settle(before)
    return started
