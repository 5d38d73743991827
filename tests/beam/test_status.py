"""Status files: each process says how far it is, and they add up."""

import dataclasses
from pathlib import Path

from stepsmith.pipelines.progress import describe
from stepsmith.schemas import ErrorRecord
from stepsmith.transforms.beam.status import (
    ShardStatus,
    Status,
    add_up,
    read_status,
    write_status,
)
from stepsmith.transforms.drive.driver import Solved
from stepsmith.transforms.policy.meter import EngineUsage
from stepsmith.transforms.search import SearchResult

HALF = Status(
    shards={4: ShardStatus(n_solved=3, n_rows=6, n_undecided=1)},
    engine=EngineUsage(elapsed_s=10, busy_s=9, n_requests=40, n_samples=40, n_tokens=800),
)


def test_a_status_survives_its_file(tmp_path: Path) -> None:
    write_status(tmp_path / "status", HALF)
    assert read_status(tmp_path / "status") == HALF
    assert [path.suffix for path in (tmp_path / "status").iterdir()] == [".json"]


def test_processes_side_by_side_add_up_and_share_their_time() -> None:
    other = dataclasses.replace(HALF, shards={5: ShardStatus(n_failed=2)})
    whole = add_up([HALF, other])
    assert (whole.n_done, whole.n_failed, whole.engine.n_tokens) == (5, 2, 1600)
    assert whole.undecided_share == 1 / 6
    assert (whole.engine.elapsed_s, whole.engine.busy_share) == (10, 0.9)
    assert add_up([]) == Status()


def test_further_policies_add_up_by_name() -> None:
    asked = dataclasses.replace(HALF, policies={"teacher": HALF.engine})
    whole = add_up([HALF, asked, asked])
    assert whole.policies["teacher"].n_tokens == 1600
    assert whole.engine.n_tokens == 2400


SOLVED = Solved(result=SearchResult(rows=()), rollouts=(), n_replayed=0)
FAILED = ErrorRecord(stage="search", kind="ValueError", message="no")


def test_a_search_that_failed_is_counted_apart() -> None:
    status = Status().begun(0).after(0, SOLVED).after(0, FAILED).after(1, SOLVED)
    assert status.shards == {0: ShardStatus(n_solved=1, n_failed=1), 1: ShardStatus(n_solved=1)}
    assert (status.n_done, status.n_failed) == (3, 1)


def test_a_shard_that_is_searched_anew_in_the_same_process_counts_once() -> None:
    status = Status().begun(0).begun(1)
    for result in (SOLVED, FAILED, SOLVED):
        status = status.after(0, result)
    again = status.after(1, SOLVED).begun(0).after(0, SOLVED)
    assert (again.n_done, again.n_failed) == (2, 0)


def test_what_a_dead_process_did_of_a_shard_and_another_did_again_counts_once(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "status"
    write_status(folder, Status(shards={0: ShardStatus(n_solved=13), 1: ShardStatus(n_solved=4)}))
    dead = next(folder.glob("*.json"))
    dead.rename(folder / "elsewhere-1.json")
    for n_solved, n_done in ((6, 17), (16, 20)):
        write_status(folder, Status(shards={0: ShardStatus(n_solved=n_solved)}))
        assert read_status(folder).n_done == n_done
    engine = EngineUsage(elapsed_s=10, n_requests=40, n_samples=40)
    line = describe(
        dataclasses.replace(read_status(folder), engine=engine), elapsed_s=1, n_planned=20
    )
    assert line.startswith("20 of 20 problems · ")


def test_the_line_says_rate_share_and_what_is_left() -> None:
    line = describe(HALF, elapsed_s=12, n_planned=33)
    assert line == (
        "3 of 33 problems · 40 samples · 4.0 samples/s · 80 tokens/s · "
        "engine 90% busy · 17% undecided · about 2 min left"
    )
    assert describe(Status(), elapsed_s=7) == "starting (7 s)"
