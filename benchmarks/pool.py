"""What the killable pool costs: calls a second beside the standard library's pools, and a kill.

The target does nothing but return its argument, so this is the price of the way there and back.
The peers are `concurrent.futures.ProcessPoolExecutor` and `multiprocessing.Pool`, with as many
processes, in the same run; they can neither stop a call that hangs nor bound its memory. The
rounds take turns, as the machine's speed drifts.
"""

import concurrent.futures
import dataclasses
import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence

import msgspec

from benchmarks.report import Claim, Findings, main
from stepsmith.sandboxes import DeadlineError, WorkerPool
from stepsmith.transforms.verify.math_verify_worker import TARGET

ECHO = f"{__spec__.name}:echo"
HANG = f"{__spec__.name}:hang"
DEADLINE_S = 30.0
KILL_AFTER_S = 0.02
BATCH = 16
N_CALLS, N_QUICK_CALLS = 5_000, 300
N_KILLS, N_QUICK_KILLS = 100, 10
N_ROUNDS = 5

Run = Callable[[int], None]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Kills:
    """Seconds from a deadline to the caller's error, and on to the next call's answer."""

    error_s: Sequence[float]
    next_s: Sequence[float]


def echo(payload: bytes) -> bytes:
    """Return what is given."""
    return payload


def hang(payload: bytes) -> bytes:
    """Compute for ever, in C."""
    return str(9 ** (9**9)).encode() + payload


def measure(*, quick: bool) -> Findings:
    """Time calls one by one and sixteen at a time, then kills, then a cold start."""
    n_calls = N_QUICK_CALLS if quick else N_CALLS
    rates: dict[str, list[float]] = {}
    with (
        WorkerPool(1, warm=[ECHO, HANG]) as pool,
        concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as executor,
        multiprocessing.get_context("spawn").Pool(1) as peers,
    ):
        runs = dict(_runs(pool, executor, peers))
        for run in runs.values():
            run(BATCH)  # the processes start, and import what they need
        for _ in range(1 if quick else N_ROUNDS):
            for name, run in runs.items():
                rates.setdefault(name, []).append(_rate(run, n_calls))
        kills = _kills(pool, N_QUICK_KILLS if quick else N_KILLS)
    cold = [_cold_start() for _ in range(1 if quick else 3)]
    claims = [*_rate_claims(rates), *_kill_claims(kills), _seconds("pool.math_verify_start", cold)]
    return Findings(claims=claims, details={"calls_per_s": rates})


def _runs(
    pool: WorkerPool,
    executor: concurrent.futures.Executor,
    peers: "multiprocessing.pool.Pool",
) -> Iterator[tuple[str, Run]]:
    """Name each way of making so many calls, and the batches that it makes them in."""

    def call(count: int) -> None:
        for _ in range(count):
            pool.call(ECHO, b"x", deadline_s=DEADLINE_S)

    def submit(count: int) -> None:
        for _ in range(count):
            executor.submit(echo, b"x").result()

    def apply(count: int) -> None:
        for _ in range(count):
            peers.apply(echo, (b"x",))

    yield "pool.batch_1", call
    yield "executor.batch_1", submit
    yield "multiprocessing.batch_1", apply
    batch = [b"x"] * BATCH
    yield "pool.batch_16", _in_batches(lambda: pool.call_many(ECHO, batch, deadline_s=DEADLINE_S))
    # To the peers, a batch is one message each way: none of its calls has a deadline of its own.
    yield "executor.batch_16", _in_batches(lambda: [*executor.map(echo, batch, chunksize=BATCH)])
    yield "multiprocessing.batch_16", _in_batches(lambda: peers.map(echo, batch, chunksize=BATCH))


def _in_batches(call: Callable[[], object]) -> Run:
    def run(count: int) -> None:
        for _ in range(count // BATCH):
            call()

    return run


def _rate(run: Run, count: int) -> float:
    count -= count % BATCH
    began = time.perf_counter()
    run(count)
    return count / (time.perf_counter() - began)


def _kills(pool: WorkerPool, count: int) -> Kills:
    error_s, next_s = list[float](), list[float]()
    for _ in range(count):
        began = time.perf_counter()
        try:
            pool.call(HANG, b"", deadline_s=KILL_AFTER_S)
        except DeadlineError:
            ended = time.perf_counter()
            pool.call(ECHO, b"x", deadline_s=DEADLINE_S)
            error_s.append(ended - began - KILL_AFTER_S)
            next_s.append(time.perf_counter() - began - KILL_AFTER_S)
    return Kills(error_s=error_s, next_s=next_s)


def _cold_start() -> float:
    """Return how long a new pool's first comparison by math-verify takes, imports included."""
    payload = msgspec.msgpack.encode(("1", "1"))
    began = time.perf_counter()
    with WorkerPool(1) as pool:
        pool.call(TARGET, payload, deadline_s=60.0)
        return time.perf_counter() - began


def _rate_claims(rates: dict[str, list[float]]) -> Iterator[Claim]:
    for name, values in rates.items():
        yield _claim(f"{name}.calls", values, unit="calls/s")
    for batch in ("batch_1", "batch_16"):
        for peer in ("executor", "multiprocessing"):
            pairs = zip(rates[f"pool.{batch}"], rates[f"{peer}.{batch}"], strict=True)
            ratios = [ours / theirs for ours, theirs in pairs]
            yield _claim(f"pool.{batch}.over_{peer}", ratios, unit="ratio")


def _kill_claims(kills: Kills) -> Iterator[Claim]:
    for name, values in (("error", kills.error_s), ("respawned", kills.next_s)):
        ordered = sorted(values)
        late = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
        yield _seconds(f"pool.kill.{name}", values)
        yield Claim(name=f"pool.kill.{name}.p95", value=round(late, 4), unit="s")


def _seconds(name: str, values: Sequence[float]) -> Claim:
    return _claim(name, values, unit="s")


def _claim(name: str, values: Sequence[float], *, unit: str) -> Claim:
    spread = (round(min(values), 4), round(max(values), 4))
    return Claim(name=name, value=round(statistics.median(values), 4), spread=spread, unit=unit)


if __name__ == "__main__":
    sys.exit(main("pool", measure))
