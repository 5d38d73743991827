"""Processor time of this process and of a pool's workers: other work on the machine is left out."""

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from stepsmith.sandboxes import WorkerPool


def cpu_s(pool: WorkerPool, work: Callable[[], object]) -> float:
    """Return the seconds that this process and the workers spend on some work.

    The workers must have started, and must live until it ends.
    """
    began = time.process_time() + _spent_s(pool.worker_pids)
    work()
    return time.process_time() + _spent_s(pool.worker_pids) - began


def _spent_s(pids: Iterable[int]) -> float:
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
