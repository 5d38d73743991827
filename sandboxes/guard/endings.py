"""Which ending it was: told from wait status, counters and bytes, never from a program's words."""

import dataclasses
import os
import signal
from typing import Final

from stepsmith.sandboxes.guard.orders import End, Limits

NEARLY_ALL: Final = 0.9
"""A program that died with this share of its memory in use may have died of it."""

_HALF = 0.5
_DEATHS_BY_MEMORY = (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGKILL)


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What trusted processes saw of one party's end.

    `status` is the wait status of the program itself. `error`: a step before the program failed.
    `stopped`: the limit that the keeper stopped it for, or "". `over_cpu`: it was stopped for its
    CPU time. `waited_s`: how long it was ready to run and was not let, None where nobody counts.
    `resident_bytes` is the template's part of `max_rss_bytes`. `oom_killed`: the kernel counted it.
    """

    status: int | None
    error: str = ""
    stopped: str = ""
    over_cpu: bool = False
    cpu_s: float = 0.0
    wall_s: float = 0.0
    waited_s: float | None = None
    max_rss_bytes: int = 0
    resident_bytes: int = 0
    oom_killed: bool = False
    detail: str = ""


def end_of(facts: Facts, limits: Limits) -> End:
    """Name the ending of a party, and what it used."""
    outcome, detail = _outcome(facts, limits)
    status = facts.status
    exited = outcome == "exited" and status is not None
    signaled = outcome == "signaled" and status is not None
    return End(
        outcome=outcome,
        exit_code=os.WEXITSTATUS(status) if exited and status is not None else None,
        signal=os.WTERMSIG(status) if signaled and status is not None else None,
        truncated=facts.stopped in {"output_limit", "answer_limit"},
        cpu_s=facts.cpu_s,
        wall_s=facts.wall_s,
        max_rss_bytes=facts.max_rss_bytes,
        detail=detail,
    )


def _outcome(facts: Facts, limits: Limits) -> tuple[str, str]:
    if facts.stopped and facts.stopped != "wall":  # it may have been before its first statement
        return facts.stopped, facts.detail
    if facts.error:  # with the wall over, steps before the first statement had not their turn
        return "timeout_starved" if facts.stopped else "sandbox_error", facts.error
    if facts.over_cpu or facts.cpu_s >= limits.cpu_s:
        return "timeout_cpu", facts.detail
    if facts.stopped == "wall":
        return _late(facts, limits), facts.detail
    if facts.status is None:
        return "sandbox_error", "its end was not seen"
    return _own_end(facts, limits, facts.status), facts.detail


def _late(facts: Facts, limits: Limits) -> str:
    """Tell a program that slept, or ran for half of the time or more, from one not let run."""
    if facts.waited_s is None:
        return "timeout_wall" if facts.cpu_s >= limits.wall_s * _HALF else "timeout_starved"
    return "timeout_starved" if facts.waited_s > limits.wall_s * _HALF else "timeout_wall"


def _own_end(facts: Facts, limits: Limits, status: int) -> str:
    signaled = os.WIFSIGNALED(status)
    if facts.oom_killed and signaled and os.WTERMSIG(status) == signal.SIGKILL:
        return "oom"
    used = facts.max_rss_bytes - facts.resident_bytes
    failed = os.WTERMSIG(status) in _DEATHS_BY_MEMORY if signaled else status != 0
    if failed and used >= NEARLY_ALL * limits.memory_bytes:
        return "oom_suspected"
    return "signaled" if signaled else "exited"
