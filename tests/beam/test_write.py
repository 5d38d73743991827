"""The sink as a transform: exact shards, the same bytes for any order, nothing half-written."""

from pathlib import Path
from random import Random

import apache_beam as beam
import pytest
from apache_beam.testing import test_pipeline

from stepsmith.schemas import Rollout, Sampling
from stepsmith.schemas.arrow import ROLLOUTS
from stepsmith.transforms.beam.coders import register_coders
from stepsmith.transforms.beam.write import WriteDataset
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.sink.layout import Layout, shard_of
from stepsmith.transforms.sink.shards import read_footer, read_shard

ROWS = [
    Rollout(
        problem_id=f"p{index // 3}",
        path="solve",
        sample_index=index % 3,
        seed=index,
        policy="m",
        sampling=Sampling(),
        prefix="",
        text=f"text {index}",
        finish_reason="stop",
    )
    for index in range(1_500)
]


def problem_of(row: Rollout) -> str:
    return row.problem_id


def write(root: Path, rows: list[Rollout], *, shards: int = 3) -> list[Path]:
    register_coders()
    sink = WriteDataset(
        "rollouts",
        layout=Layout(root=str(root), shards=shards),
        key=problem_of,
        footer={"recipe_digest": "x"},
    )
    with test_pipeline.TestPipeline(runner="FnApiRunner") as pipeline:
        _ = pipeline | beam.Create(rows) | sink
    return sorted((root / "rollouts").iterdir())


def test_every_row_is_in_the_shard_of_its_problem(tmp_path: Path) -> None:
    files = LocalFiles()
    paths = write(tmp_path, ROWS)
    read = [read_shard(files, str(path), ROLLOUTS) for path in paths]
    assert sorted(r.seed for rows in read for r in rows) == list(range(1_500))
    for index, rows in enumerate(read):
        assert {shard_of(row.problem_id, 3) for row in rows} == {index}
        footer = read_footer(files, str(paths[index]))
        assert footer.n_rows == len(rows)
        assert footer.metadata["shard"] == str(index)
        assert footer.metadata["schema"] == "rollouts"


def test_the_order_of_arrival_changes_no_byte(tmp_path: Path) -> None:
    shuffled = Random(1).sample(ROWS, k=len(ROWS))
    first, second = write(tmp_path / "a", ROWS), write(tmp_path / "b", shuffled)
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


@pytest.mark.parametrize("shards", [1, 7])
def test_writing_again_replaces_the_same_files(tmp_path: Path, shards: int) -> None:
    before = {path: path.read_bytes() for path in write(tmp_path, ROWS, shards=shards)}
    after = {path: path.read_bytes() for path in write(tmp_path, ROWS, shards=shards)}
    assert after == before
    assert not list(tmp_path.rglob("*.tmp"))
