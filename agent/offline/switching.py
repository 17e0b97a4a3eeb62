"""打开 and 关闭: to open and to close, or to switch on and off. Which of them is meant shows on the screen."""

from __future__ import annotations

from agent.offline.choosing import tick
from agent.offline.clicking import open_it
from agent.offline.closing import close
from agent.offline.instructions import Close, Open, Tick
from agent.offline.moment import Moment
from agent.offline.reply import Reply
from agent.offline.unresolved import untold_switch


def open_or_switch(instruction: Open, moment: Moment) -> Reply | None:
    """Open it, or tick the box of that name."""
    box = _box(instruction, moment)
    return open_it(instruction, moment) if box is None else tick(box, moment)


def close_or_switch(instruction: Close, moment: Moment) -> Reply | None:
    """Close it, or untick the box of that name."""
    box = _box(instruction, moment)
    return close(instruction, moment) if box is None else tick(box, moment)


def _box(instruction: Open | Close, moment: Moment) -> Tick | None:
    """What is to be ticked, where a box of that name was there when this instruction began."""
    target = instruction.target
    if not instruction.switches or target is None or target.role is not None:
        return None
    step = moment.step_at("done")
    sight = moment.now if step is None else moment.now.earlier(step.picture)
    if sight.has_box(target):
        return Tick(target, isinstance(instruction, Open), switches=True)
    if not moment.has_begun and sight.has_toggle(target):
        raise untold_switch(target)
    return None
