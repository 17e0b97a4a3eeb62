"""What is started first on a display, and waited for until it shows itself."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Sequence
from contextlib import closing

from actions.brake import Brake
from actions.x11_damage import watch_damage
from agent.errors import UsageError
from agent.programs import Programs, is_gone
from agent.resting import LAUNCH_TIMES
from agent.screen import Screen
from agent.settle import ScreenSettler


def launch(
    programs: Programs, commands: Sequence[Sequence[str]], screen: Screen, brake: Brake
) -> list[subprocess.Popen[bytes]]:
    """Start the programs on the display that DISPLAY names, and wait until the screen has changed and rests.

    Raises `UsageError` as soon as all of them have failed: nothing will show. One that ended well may have handed its
    window over to another process.
    """
    before = screen.capture()
    started: list[subprocess.Popen[bytes]] = []
    waiting = Brake()
    waiting.watch(brake.check)
    waiting.watch(lambda: _refuse_failed(commands, started))
    with closing(ScreenSettler(screen, waiting, LAUNCH_TIMES, watch_damage())) as settler:
        started += [programs.start(words) for words in commands]
        settler.settle(before)
    return started


def _refuse_failed(commands: Sequence[Sequence[str]], started: Sequence[subprocess.Popen[bytes]]) -> None:
    if not all(program.poll() and is_gone(program) for program in started):
        return
    failed = [
        f"{shlex.join(words)!r} ended {_how(program.returncode)}"
        for words, program in zip(commands, started, strict=True)
    ]
    raise UsageError(f"what was to be launched first failed: {', '.join(failed)}; -v shows what it says")


def _how(code: int) -> str:
    return f"with exit code {code}" if code > 0 else f"by signal {-code}"
