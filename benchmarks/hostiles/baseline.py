"""math-verify with its own time limits, in a process of its own, on hostile pairs of answers."""

import contextlib
import dataclasses
import json
import resource
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.hostiles.inputs import NOT_INVALID, NOT_VALID, Trial
from stepsmith.transforms.text.answer import extract_answer

OWN_LIMIT_S = 5.0  # math-verify's default, for each of its two calls
MOST_S = 30.0  # then the process is killed, and the next pair goes to a new one
_MEMORY_BYTES = 4 * 2**30
_CHILD = "from benchmarks.hostiles.baseline import child; child()"


@dataclasses.dataclass(kw_only=True)
class Baseline:
    """What became of each pair."""

    seconds: list[float] = dataclasses.field(default_factory=list[float])
    n_killed: int = 0
    n_raised: int = 0
    n_wrong: int = 0
    wrong: list[str] = dataclasses.field(default_factory=list[str])

    def shares(self) -> dict[str, float]:
        """Return the shares of all pairs that were late, killed, raised, or judged wrongly."""
        n = max(1, len(self.seconds))
        late = sum(seconds > OWN_LIMIT_S for seconds in self.seconds)
        counts = {
            "longer_than_5_s": late,
            "killed": self.n_killed,
            "raised": self.n_raised,
            "wrong": self.n_wrong,
        }
        return {name: round(value / n, 4) for name, value in counts.items()}

    def to_json(self) -> dict[str, Any]:
        """Return the counts, the slowest pair, and wrong verdicts."""
        slowest = round(max(self.seconds, default=0.0), 2)
        return {"pairs": len(self.seconds), "slowest_s": slowest, "wrong": self.wrong[:10]}


def math_verify_alone(trials: Iterable[Trial]) -> Baseline:
    """Compare the answers of the trials as a user of math-verify would."""
    found = Baseline()
    process: subprocess.Popen[str] | None = None
    for trial in trials:
        pair = _pair(trial)
        if process is None:
            process = _start()
            _ask(process, ("1", "1"), MOST_S)  # its imports are not on the clock
        began = time.monotonic()
        reply = _ask(process, pair, MOST_S)
        found.seconds.append(time.monotonic() - began)
        if reply is None:
            found.n_killed += 1
            _end(process)
            process = None
        elif reply == "raised":
            found.n_raised += 1
        elif _is_wrong(trial, reply):
            found.n_wrong += 1
            found.wrong.append(f"{reply}: {pair[0][:80]!r} and {pair[1][:80]!r}")
    if process is not None:
        _end(process)
    return found


def _pair(trial: Trial) -> tuple[str, str]:
    text = trial.claim.step.text
    given = extract_answer(text)
    return trial.claim.problem.answer or "", text if given is None else given.answer


def _is_wrong(trial: Trial, reply: str) -> bool:
    # math-verify has no third verdict: what it cannot read, it calls unequal.
    return trial.allowed == {"True": NOT_VALID, "False": NOT_INVALID}[reply]


def _start() -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", _CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        bufsize=1,
    )


def _end(process: "subprocess.Popen[str]") -> None:
    process.kill()
    with process:  # closes the pipes
        pass


def _ask(process: "subprocess.Popen[str]", pair: Sequence[str], most_s: float) -> str | None:
    """Return what the process says to a pair, or nothing if it dies or takes too long."""
    if process.stdin is None or process.stdout is None:
        raise TypeError(process)
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(json.dumps(pair) + "\n")
        process.stdin.flush()
        if select.select([process.stdout], [], [], most_s)[0]:
            return process.stdout.readline().strip() or None
    return None


def child() -> None:
    """Answer pairs from standard input, one a line, until it ends."""
    import math_verify

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for line in sys.stdin:
        gold, given = json.loads(line)
        try:
            readings = [math_verify.parse(f"${text}$") for text in (gold, given)]
            reply = str(bool(math_verify.verify(*readings)))
        except Exception:  # noqa: BLE001 -- that it raises is what is counted
            reply = "raised"
        print(reply, flush=True)
