"""How Python is set while a process drives engines, and put back afterwards."""

import contextlib
import gc
import sys
from collections.abc import Generator

_SWITCH_S = 0.0002
"""How long another thread may keep the interpreter from the loop, which lets go of it at every
reply to write the journal. At Python's 5 ms engines would wait whenever a shard is judged beside.
"""
_COLLECT_AFTER = 50_000
"""How many new containers there are before Python looks for cycles. What a search makes is kept,
and few of it are cycles; at Python's 700 looking for them, time and again through all of Beam,
took a quarter of a run's processor time.
"""


@contextlib.contextmanager
def set_to_drive() -> Generator[None]:
    """Hand the interpreter over sooner and look for cycles less often while the block runs.

    What is set further that way already stays, as does a collector that is switched off.
    """
    switch_s, (first, *others) = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(min(_SWITCH_S, switch_s))
    if first:
        gc.set_threshold(max(_COLLECT_AFTER, first), *others)
    try:
        yield
    finally:
        sys.setswitchinterval(switch_s)
        gc.set_threshold(first, *others)
