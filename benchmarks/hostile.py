"""Hostile inputs: every answer in time and in memory, no code run, no verdict wrong because of it.

Two runs over every registered verifier of mathematics. The *listed* inputs are 39 attacks, each
put as gold answer, as given answer, and in steps, in the worker threads of a Beam pipeline with
two more threads of the same process computing without a pause. The *fuzzed* ones are strings made
from a seed: mutated solutions of the MATH test set, and formulas and rubble from a grammar.

A verdict is wrong when it refutes a pair of equals or confirms a pair that differs; what is equal
is known by construction, and any text equals itself. Time is counted from the verifier's call to
its verdict, against the deadline that it gives its worker process. The baseline is math-verify
itself, called with its own time limits in the main thread of a process that may be killed.
"""

import itertools
import queue
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.hostiles.baseline import math_verify_alone
from benchmarks.hostiles.inputs import Trial, listed_trials
from benchmarks.hostiles.strings import fuzz_trials, load_texts
from benchmarks.hostiles.trial import (
    ALLOWED_OVER_S,
    Memory,
    Tally,
    busy_threads,
    judge_in_beam,
    math_verifiers,
    warm_up,
)
from benchmarks.report import Claim, Findings, main
from stepsmith.sandboxes import WorkerPool, shared_pool

SEED = 20_26
N_STRINGS = 100_000
N_QUICK = 500
N_BASELINE = 400
LISTED_DEADLINE_S = 5.0
FUZZED_DEADLINE_S = 1.0  # what has not ended by then would not have ended in five, nearly always
WORKER_LIMIT_MIB = 2048.0
GROWTH_LIMIT_MIB = 256.0
_MIB = 2**20


def measure(*, quick: bool) -> Findings:
    """Run the list, the fuzzer, and the baseline on a sample of the same strings."""
    verifiers = math_verifiers()
    with tempfile.TemporaryDirectory() as folder:
        canary = Path(folder) / "canary"
        listed, listed_memory = run_listed(verifiers, canary, quick=quick)
        n_strings = N_QUICK if quick else N_STRINGS
        fuzzed, fuzzed_memory = run_fuzzed(verifiers, n_strings)
        baseline = math_verify_alone(sample(verifiers, 20 if quick else N_BASELINE))
        n_canaries = len(list(Path(folder).iterdir()))
    claims = [
        *claims_of("listed", listed, listed_memory),
        *claims_of("fuzzed", fuzzed, fuzzed_memory),
        count("canaries", n_canaries),
        *(Claim(name=f"hostile.math_verify.{name}", value=value, unit="share")
          for name, value in baseline.shares().items()),
    ]  # fmt: skip
    details = {
        "verifiers": verifiers,
        "strings": n_strings,
        "listed": listed.to_json(),
        "fuzzed": fuzzed.to_json(),
        "baseline": baseline.to_json(),
    }
    return Findings(claims=claims, details=details)


def run_listed(verifiers: Sequence[str], canary: Path, *, quick: bool) -> tuple[Tally, Memory]:
    """Judge the listed attacks in Beam's worker threads, beside two busy ones."""
    trials: Sequence[Trial] = list(listed_trials(tuple(verifiers), canary))
    if quick:
        trials = trials[:: max(1, len(trials) // 300)]
    tally = Tally(most_s=0.5 if quick else LISTED_DEADLINE_S)
    warm_up(verifiers, shared_pool())
    with Memory(tally) as memory, busy_threads(2):
        judge_in_beam(trials, tally, threads=2)
    return tally, memory


def run_fuzzed(verifiers: Sequence[str], n_strings: int) -> tuple[Tally, Memory]:
    """Judge strings without end in two threads, with a pool of two processes."""
    tally = Tally(most_s=FUZZED_DEADLINE_S)
    trials = fuzz_trials(Random(SEED), load_texts(), verifiers, n_strings)
    waiting: queue.Queue[Trial | None] = queue.Queue(maxsize=256)

    def work(pool: WorkerPool) -> None:
        while (trial := waiting.get()) is not None:
            tally.judge(trial, pool)

    with WorkerPool(2) as pool:
        warm_up(verifiers, pool)
        threads = [threading.Thread(target=work, args=(pool,)) for _ in range(2)]
        with Memory(tally) as memory:
            for thread in threads:
                thread.start()
            for trial in itertools.chain(trials, itertools.repeat(None, len(threads))):
                waiting.put(trial)
            for thread in threads:
                thread.join()
    return tally, memory


def sample(verifiers: Sequence[str], count: int) -> Iterator[Trial]:
    """Yield every so many of the fuzzed answers: the same strings, for the baseline."""
    if "math.answer" in verifiers:
        every = fuzz_trials(Random(SEED), load_texts(), ("math.answer",), count)
        yield from every


def claims_of(run: str, tally: Tally, memory: Memory) -> Iterator[Claim]:
    """Make the claims of one run."""
    yield Claim(
        name=f"hostile.{run}.over_deadline",
        value=round(max(0.0, tally.worst_over_s), 3),
        target=ALLOWED_OVER_S,
        better="lower",
        unit="s",
    )
    # Without the time in which this thread waited for a core: others may use the machine as well.
    on_core_s = round(max(0.0, tally.worst_over_on_core_s), 3)
    yield Claim(name=f"hostile.{run}.over_deadline_on_core", value=on_core_s, unit="s")
    yield count(f"{run}.wrong", tally.n_wrong)
    yield count(f"{run}.errors", tally.n_errors)
    yield count(f"{run}.on_main_thread", tally.on_main_thread)
    yield Claim(
        name=f"hostile.{run}.own_memory_growth",
        value=round((memory.own_bytes - memory.start_bytes) / _MIB, 1),
        target=GROWTH_LIMIT_MIB,
        better="lower",
        unit="MiB",
    )
    yield Claim(
        name=f"hostile.{run}.worker_memory",
        value=round(memory.worker_bytes / _MIB, 1),
        target=WORKER_LIMIT_MIB,
        better="lower",
        unit="MiB",
    )
    yield from measured(run, tally)


def measured(run: str, tally: Tally) -> Iterator[Claim]:
    """Make the claims that have no target."""
    n_undecided = sum(n for name, n in tally.outcomes.items() if name.endswith("/undecided"))
    counts: dict[str, Any] = {
        "verdicts": tally.n,
        "pool_calls": tally.n_calls,
        "kills": tally.n_kills,
        "later_than_allowed": tally.n_over,
    }
    for name, value in counts.items():
        yield Claim(name=f"hostile.{run}.{name}", value=value, unit="count")
    share = round(n_undecided / max(1, tally.n), 4)
    yield Claim(name=f"hostile.{run}.undecided", value=share, unit="share")


def count(name: str, value: int) -> Claim:
    """Claim that something never happened."""
    return Claim(name=f"hostile.{name}", value=value, target=0, better="lower", unit="count")


if __name__ == "__main__":
    sys.exit(main("hostile", measure))
