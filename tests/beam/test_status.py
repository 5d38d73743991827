"""Status files: each process says how far it is, and they add up."""

from pathlib import Path

from stepsmith.pipelines.progress import describe
from stepsmith.schemas import ErrorRecord
from stepsmith.transforms.beam.status import Status, add_up, read_status, write_status
from stepsmith.transforms.policy.meter import EngineUsage
from stepsmith.transforms.search.driver import Solved

HALF = Status(
    n_solved=3,
    n_rows=6,
    n_undecided=1,
    engine=EngineUsage(elapsed_s=10, busy_s=9, n_requests=40, n_samples=40, n_tokens=800),
)


def test_a_status_survives_its_file(tmp_path: Path) -> None:
    write_status(tmp_path / "status", HALF)
    assert read_status(tmp_path / "status") == HALF
    assert [path.suffix for path in (tmp_path / "status").iterdir()] == [".json"]


def test_processes_side_by_side_add_up_and_share_their_time() -> None:
    whole = add_up([HALF, HALF])
    assert (whole.n_solved, whole.n_rows, whole.engine.n_tokens) == (6, 12, 1600)
    assert (whole.engine.elapsed_s, whole.engine.busy_share) == (10, 0.9)
    assert add_up([]) == Status()


def test_a_search_that_failed_is_counted_apart() -> None:
    error = ErrorRecord(stage="search", kind="ValueError", message="no")
    status = Status().after(Solved(rows=(), rollouts=(), n_replayed=0)).after(error)
    assert (status.n_solved, status.n_failed) == (1, 1)


def test_the_line_says_rate_share_and_what_is_left() -> None:
    line = describe(HALF, elapsed_s=12, n_planned=33)
    assert line == (
        "3 of 33 problems · 40 samples · 4.0 samples/s · 80 tokens/s · "
        "engine 90% busy · 17% undecided · about 2 min left"
    )
    assert describe(Status(), elapsed_s=7) == "starting (7 s)"
