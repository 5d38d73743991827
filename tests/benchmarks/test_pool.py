"""The pool benchmark measures what it says, and compares like with like."""

import pytest

from benchmarks import pool
from benchmarks.pool import BATCH, ECHO, HANG, N_QUICK_KILLS, measure
from stepsmith.sandboxes import DeadlineError, WorkerPool


def test_its_targets_can_be_called_by_name() -> None:
    with WorkerPool(1) as workers:
        assert workers.call(ECHO, b"x", deadline_s=30) == b"x"
        with pytest.raises(DeadlineError):
            workers.call(HANG, b"x", deadline_s=0.1)


def test_batches_make_as_many_calls_as_are_asked_for() -> None:
    made: list[int] = []
    pool._in_batches(lambda: made.append(BATCH))(5 * BATCH)
    assert sum(made) == 5 * BATCH


def test_a_rate_counts_whole_batches_only() -> None:
    counts: list[int] = []
    assert pool._rate(counts.append, 2 * BATCH + 3) > 0
    assert counts == [2 * BATCH]


def test_every_way_of_calling_has_a_rate_and_every_peer_a_ratio(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "N_QUICK_CALLS", 2 * BATCH)
    monkeypatch.setattr(pool, "N_QUICK_KILLS", 3)
    monkeypatch.setattr(pool, "_cold_start", lambda: 1.0)
    found = {claim.name: claim.value for claim in measure(quick=True).claims}
    for name in ("pool", "executor", "multiprocessing"):
        for batch in ("batch_1", "batch_16"):
            assert found[f"{name}.{batch}.calls"] > 0
            if name != "pool":
                ours, theirs = found[f"pool.{batch}.calls"], found[f"{name}.{batch}.calls"]
                assert found[f"pool.{batch}.over_{name}"] == pytest.approx(ours / theirs, abs=0.01)
    assert 0 < found["pool.kill.error"] <= found["pool.kill.respawned"]
    assert found["pool.kill.respawned"] <= found["pool.kill.respawned.p95"]
    assert N_QUICK_KILLS > 3
