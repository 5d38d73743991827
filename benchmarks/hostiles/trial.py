"""Putting hostile claims to verifiers, and keeping what matters: time, memory, wrong verdicts."""

import collections
import contextlib
import dataclasses
import logging
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

import apache_beam as beam
import msgspec
from apache_beam.options.pipeline_options import PipelineOptions

from benchmarks.hostiles.inputs import Trial
from stepsmith.sandboxes import DeadlineError, shared_pool
from stepsmith.schemas.records import Verdict
from stepsmith.transforms.beam.runner import local_runner
from stepsmith.transforms.verify import VERIFIERS, Tools, Worker, get_verifier
from stepsmith.transforms.verify.math_verify_worker import TARGET
from stepsmith.transforms.verify.run import reason

ALLOWED_OVER_S = 0.1
_LOG = logging.getLogger(__name__)
_STUCK_S = 20.0
_EXAMPLES = 25
_SHOWN = 160


@dataclasses.dataclass(kw_only=True)
class Recorder:
    """A worker that notes the calls of one claim, and may shorten their deadlines."""

    worker: Worker
    most_s: float
    calls: list[tuple[float, float]] = dataclasses.field(default_factory=list[tuple[float, float]])
    n_kills: int = 0

    def call(self, target: str, payload: bytes, *, deadline_s: float) -> bytes:
        """Call, and note the deadline and the time it took."""
        deadline_s = min(deadline_s, self.most_s)
        began = time.monotonic()
        try:
            return self.worker.call(target, payload, deadline_s=deadline_s)
        except DeadlineError:
            self.n_kills += 1
            raise
        finally:
            self.calls.append((deadline_s, time.monotonic() - began))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Spent:
    """The time of one verdict: on the clock, on a core, and ready but without a core."""

    wall_s: float
    cpu_s: float
    queued_s: float

    @property
    def shown(self) -> str:
        """Return the times in a line."""
        return f"{self.wall_s:.2f} s, cpu {self.cpu_s:.2f} s, no core for {self.queued_s:.2f} s"


def queued_s() -> float:
    """Return how long this thread has been ready while all cores were taken, in seconds."""
    return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9


class Tally:
    """What came of many trials; threads may add to it at once."""

    def __init__(self, *, most_s: float) -> None:
        self.most_s = most_s
        self.n = self.n_calls = self.n_kills = self.n_over = 0
        self.on_main_thread = 0
        self.worst_over_s = self.worst_over_on_core_s = 0.0
        self.slowest: dict[str, tuple[float, str]] = {}
        self.slowest_cpu: dict[str, tuple[float, str]] = {}
        self.outcomes: collections.Counter[str] = collections.Counter()
        self.reasons: collections.Counter[str] = collections.Counter()
        self.n_wrong = self.n_errors = 0
        self.wrong: list[str] = []
        self.errors: list[str] = []
        self.late: list[str] = []
        self._lock = threading.Lock()
        self._running: dict[int, tuple[float, Trial]] = {}

    def log_stuck(self) -> None:
        """Name the trials that have been running for long: a benchmark that hangs must say why."""
        for began, trial in list(self._running.values()):
            if time.monotonic() - began > _STUCK_S:
                _LOG.warning("no verdict after %d s: %s", time.monotonic() - began, shown(trial))

    def judge(self, trial: Trial, worker: Worker) -> None:
        """Put one claim to its verifier, and count what happens."""
        recorder = Recorder(worker=worker, most_s=self.most_s)
        verifier = get_verifier(trial.verifier)
        began, cpu, queued = time.monotonic(), time.thread_time(), queued_s()
        self._running[threading.get_ident()] = (began, trial)
        try:
            outcome: Verdict | Exception = verifier(trial.claim, Tools(recorder))
        except Exception as error:  # noqa: BLE001 -- whatever a verifier raises is what is counted
            outcome = error
        spent = Spent(
            wall_s=time.monotonic() - began,
            cpu_s=time.thread_time() - cpu,
            queued_s=queued_s() - queued,
        )
        del self._running[threading.get_ident()]
        with self._lock:
            self._count(trial, outcome)
            self._time(trial, recorder, spent)

    def _count(self, trial: Trial, outcome: Verdict | Exception) -> None:
        self.n += 1
        self.on_main_thread += threading.current_thread() is threading.main_thread()
        if isinstance(outcome, Exception):
            self.n_errors += 1
            keep(self.errors, f"{type(outcome).__name__}: {outcome}: {shown(trial)}")
            return
        self.outcomes[f"{trial.verifier}/{outcome.outcome}"] += 1
        if outcome.outcome == "undecided":
            self.reasons[f"{trial.verifier}/{reason(outcome)[:60]}"] += 1
        if outcome.outcome not in trial.allowed:
            self.n_wrong += 1
            keep(self.wrong, f"{outcome.outcome}: {shown(trial)}: {outcome.evidence[:_SHOWN]}")

    def _time(self, trial: Trial, recorder: Recorder, spent: Spent) -> None:
        self.n_calls += len(recorder.calls)
        self.n_kills += recorder.n_kills
        deadline_s = max((deadline_s for deadline_s, _ in recorder.calls), default=self.most_s)
        over_s = spent.wall_s - deadline_s
        self.worst_over_s = max(self.worst_over_s, over_s)
        self.worst_over_on_core_s = max(self.worst_over_on_core_s, over_s - spent.queued_s)
        if over_s > ALLOWED_OVER_S:
            self.n_over += 1
            times = ", ".join(f"{took_s:.2f}/{most_s:g}" for most_s, took_s in recorder.calls)
            keep(self.late, f"{spent.shown}, calls {times}: {shown(trial)}")
        for slowest, seconds in ((self.slowest, spent.wall_s), (self.slowest_cpu, spent.cpu_s)):
            if seconds > slowest.get(trial.verifier, (0.0, ""))[0]:
                slowest[trial.verifier] = (round(seconds, 3), shown(trial))

    def to_json(self) -> dict[str, object]:
        """Return the counts and the examples behind them."""
        kept = {name: value for name, value in vars(self).items() if not name.startswith("_")}
        return {
            **kept,
            "outcomes": dict(sorted(self.outcomes.items())),
            "reasons": dict(self.reasons.most_common(60)),
        }


def keep(examples: list[str], example: str) -> None:
    """Keep the first examples only: there may be very many."""
    if len(examples) < _EXAMPLES:
        examples.append(example)


def shown(trial: Trial) -> str:
    """Name a trial in a line."""
    claim = trial.claim
    prior = f"{claim.prior[-1].text[:_SHOWN]!r} then " if claim.prior else ""
    gold = (claim.problem.answer or "")[:_SHOWN]
    text = claim.step.text
    return f"{trial.verifier}: {trial.name}: {prior}{text[:_SHOWN]!r} of {len(text)}, gold {gold!r}"


def math_verifiers() -> tuple[str, ...]:
    """Return the names of the registered verifiers of mathematics."""
    return tuple(entry.name for entry in VERIFIERS if entry.name.startswith("math."))


def warm_up(verifiers: Sequence[str], worker: Worker) -> None:
    """Have the worker load what the verifiers need, before any clock starts."""
    for name in verifiers:
        verifier = get_verifier(name)
        for case in verifier.cases:
            verifier(case.claim, Tools(worker))
    for _ in range(2):
        worker.call(TARGET, msgspec.msgpack.encode(("1", "1")), deadline_s=60)


@contextlib.contextmanager
def busy_threads(count: int) -> Iterator[None]:
    """Keep so many threads of this process computing, in Python, without a pause."""
    done = threading.Event()

    def work() -> None:
        while not done.is_set():
            sum(range(1_000))

    threads = [threading.Thread(target=work, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        done.set()
        for thread in threads:
            thread.join()


class Memory:
    """The peaks of this process's memory and of its largest descendant, while a tally is made."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self.start_bytes = self.own_bytes = resident_bytes("self")
        self.worker_bytes = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.25):
            self._tally.log_stuck()
            self.own_bytes = max(self.own_bytes, resident_bytes("self"))
            for pid in descendants("self"):
                self.worker_bytes = max(self.worker_bytes, resident_bytes(pid))


def resident_bytes(pid: str) -> int:
    """Return the memory that a process has in use; nothing once it is gone."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    return 0


def descendants(pid: str) -> Iterator[str]:
    """Yield the processes below one."""
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in listed.read_text().split():
                yield child
                yield from descendants(child)


_runs: dict[int, tuple[Sequence[Trial], Tally]] = {}


class _Judge(beam.DoFn):
    """Judge the trials of this process's run, by number, in whatever thread Beam gives.

    The trials themselves, of up to a million characters, would mostly measure Beam's coders.
    """

    def __init__(self, key: int) -> None:
        self._key = key

    def setup(self) -> None:
        self._worker = shared_pool()

    def process(self, element: int) -> None:
        trials, tally = _runs[self._key]
        tally.judge(trials[element], self._worker)


def judge_in_beam(trials: Sequence[Trial], tally: Tally, *, threads: int) -> None:
    """Judge in the worker threads of a pipeline, with other threads at work beside them.

    `multi_threading` runs every bundle off the main thread. It is safe with the timed flush off,
    which `local_runner` sees to.
    """
    options = PipelineOptions(
        ["--direct_running_mode=multi_threading", f"--direct_num_workers={threads}"]
    )
    _runs[id(tally)] = (trials, tally)
    with local_runner(options) as runner, beam.Pipeline(runner=runner, options=options) as pipeline:
        spread = pipeline | beam.Create(range(len(trials))) | beam.Reshuffle()
        _ = spread | beam.ParDo(_Judge(id(tally)))
    del _runs[id(tally)]
