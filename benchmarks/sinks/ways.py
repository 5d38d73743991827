"""The ways to write rows that `benchmarks.sink` compares."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pyarrow.parquet as pq
from apache_beam.io.parquetio import WriteToParquet
from apache_beam.options.pipeline_options import PipelineOptions

from benchmarks.sinks.rows import Rows, plain, problem_id, records
from stepsmith.schemas.arrow import TRAJECTORIES
from stepsmith.transforms.beam.runner import local_runner
from stepsmith.transforms.beam.write import WriteDataset
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.sink.layout import Layout, shard_of
from stepsmith.transforms.sink.shards import write_shard

SHARDS = 4


def write_raw(folder: Path) -> None:
    """Write with pyarrow alone: dictionaries to a table to one file."""
    table = pa.Table.from_pylist(Rows.plain, schema=TRAJECTORIES.schema)
    pq.write_table(
        table,
        folder / "all.parquet",
        row_group_size=5_000,
        compression="zstd",
        compression_level=3,
        write_page_index=True,
        use_content_defined_chunking=True,
    )


def write_shards(folder: Path) -> None:
    """Write the records as a run does: the element is a shard, its DoFn commits the file."""
    with pipeline() as p:
        _ = (
            p
            | beam.Create(list(range(SHARDS)), reshuffle=False)
            | beam.Map(commit_shard, Layout(root=str(folder), shards=SHARDS))
        )


def commit_shard(index: int, layout: Layout) -> str:
    """Write one shard of the records."""
    rows = Rows.rows[index::SHARDS]
    path = layout.shard("trajectories", index)
    write_shard(LocalFiles(), path, TRAJECTORIES, rows, {})
    return path


def write_shuffled(folder: Path) -> None:
    """Write the records with `WriteDataset`, which shuffles them to their shards first."""
    sink = WriteDataset(
        "trajectories",
        layout=Layout(root=str(folder), shards=SHARDS),
        key=problem_id,
        footer={},
    )
    with pipeline() as p:
        _ = p | beam.Create([0], reshuffle=False) | beam.FlatMap(records) | sink


def write_plain(folder: Path) -> None:
    """Write with a DoFn as one would write it first: key each row, group, convert, write."""
    with pipeline() as p:
        _ = (
            p
            | beam.Create([0], reshuffle=False)
            | beam.FlatMap(plain)
            | beam.Map(with_shard)
            | beam.GroupByKey()
            | beam.Map(write_group, str(folder))
        )


def write_beam(folder: Path) -> None:
    """Write with Beam's own sink."""
    with pipeline() as p:
        _ = (
            p
            | beam.Create([0], reshuffle=False)
            | beam.FlatMap(plain)
            | WriteToParquet(
                str(folder / "beam"), TRAJECTORIES.schema, codec="zstd", num_shards=SHARDS
            )
        )


def pipeline() -> beam.Pipeline:
    """Open a pipeline on the local runner."""
    options = PipelineOptions([])
    with local_runner(options) as runner:
        return beam.Pipeline(runner=runner, options=options)


def with_shard(row: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Key a dictionary by its shard."""
    return shard_of(row["problem_id"], SHARDS), row


def write_group(group: tuple[int, Iterable[dict[str, Any]]], folder: str) -> None:
    """Write one group of dictionaries."""
    table = pa.Table.from_pylist(list(group[1]), schema=TRAJECTORIES.schema)
    path = f"{folder}/{group[0]}.parquet"
    pq.write_table(table, path, compression="zstd", compression_level=3)
