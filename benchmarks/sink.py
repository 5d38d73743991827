"""Nested rows through a Beam pipeline into Parquet shards, against pyarrow writing them by itself.

The limit is `pyarrow.Table.from_pylist` and `write_table` on rows that are dictionaries already,
with the same schema, codec and row groups. Beside our sink stand two others in the same run: a
plain DoFn that groups rows by shard, and Beam's `WriteToParquet` with as many shards. Rates are
rows per second of CPU time; the ratio is taken pair by pair, so that a busy machine slows both.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pyarrow.parquet as pq
from apache_beam.io.parquetio import WriteToParquet

from benchmarks.report import Claim, Findings, main
from stepsmith.schemas.arrow import TRAJECTORIES
from stepsmith.schemas.records import (
    LabelledTrajectory,
    Problem,
    Sampling,
    Step,
    StepLabel,
    Trajectory,
    Verdict,
)
from stepsmith.transforms.beam.coders import register_coders
from stepsmith.transforms.beam.runner import local_runner
from stepsmith.transforms.beam.write import WriteDataset
from stepsmith.transforms.sink.layout import Layout, shard_of

SHARDS = 4
TARGET = 0.70
Sink = Callable[[Path], None]


def measure(*, quick: bool) -> Findings:
    """Time each sink on the same rows, in turn, several times."""
    register_coders()
    rows = list(make_rows(2_000 if quick else 16_000))
    Rows.rows = rows
    Rows.plain = TRAJECTORIES.to_arrow(rows).to_pylist()
    sinks: dict[str, Sink] = {
        "pyarrow": write_raw,
        "ours": write_ours,
        "plain_dofn": write_plain,
        "write_to_parquet": write_beam,
    }
    rates: dict[str, list[float]] = {name: [] for name in sinks}
    walls: dict[str, list[float]] = {name: [] for name in sinks}
    for _ in range(2 if quick else 5):
        for name, sink in sinks.items():
            with tempfile.TemporaryDirectory() as folder:
                cpu_s, wall_s = timed(sink, Path(folder))
            rates[name].append(len(rows) / cpu_s)
            walls[name].append(len(rows) / wall_s)
    claims = [
        share(name, rates[name], rates["pyarrow"], target=TARGET if name == "ours" else None)
        for name in ("ours", "plain_dofn", "write_to_parquet")
    ]
    details = {
        "rows": len(rows),
        "bytes_a_row": round(TRAJECTORIES.to_arrow(rows).nbytes / len(rows)),
        "rows_per_cpu_s": {name: round(statistics.median(found)) for name, found in rates.items()},
        "rows_per_wall_s": {name: round(statistics.median(found)) for name, found in walls.items()},
    }
    return Findings(claims=claims, details=details)


def share(name: str, rates: list[float], limits: list[float], *, target: float | None) -> Claim:
    """Return a sink's rate over pyarrow's, as the median and range of the pairs."""
    ratios = [rate / limit for rate, limit in zip(rates, limits, strict=True)]
    return Claim(
        name=f"sink.{name}.of_pyarrow",
        value=round(statistics.median(ratios), 3),
        spread=(round(min(ratios), 3), round(max(ratios), 3)),
        target=target,
        better=None if target is None else "higher",
        unit="share",
    )


def timed(sink: Sink, folder: Path) -> tuple[float, float]:
    """Return the CPU and wall seconds of one write."""
    cpu, wall = time.process_time(), time.perf_counter()
    sink(folder)
    return time.process_time() - cpu, time.perf_counter() - wall


class Rows:
    """The rows, made once; the in-memory runner works in this process and finds them here."""

    rows: list[LabelledTrajectory]
    plain: list[dict[str, Any]]


def make_rows(count: int) -> Iterator[LabelledTrajectory]:
    """Make rows of about 5 KB: ten steps with text, counts and a verdict with its evidence."""
    random = Random(0)
    words = [f"w{number}" for number in range(5_000)]
    for index in range(count):
        steps = tuple(Step(text=" ".join(random.choices(words, k=45)) + "\n") for _ in range(10))
        labels = tuple(
            StepLabel(
                correct=True,
                value=random.randint(0, 8) / 8,
                n_rollouts=8,
                n_correct=4,
                n_undecided=0,
                n_distinct=8,
                source="monte_carlo",
                verdicts=(
                    Verdict(
                        outcome="undecided",
                        verifier="math.arithmetic",
                        version="1",
                        evidence=" ".join(random.choices(words, k=8)),
                    ),
                ),
            )
            for _ in steps
        )
        problem = Problem(id=f"p{index:08d}", prompt=" ".join(random.choices(words, k=60)))
        yield LabelledTrajectory(
            problem=problem,
            trajectory=Trajectory(
                id=f"{problem.id}/solve#0",
                problem_id=problem.id,
                steps=steps,
                sampling=Sampling(),
                seed=index,
            ),
            outcome=Verdict(outcome="valid", verifier="math.answer", version="1"),
            labels=labels,
        )


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


def write_ours(folder: Path) -> None:
    """Write the records with our sink."""
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
    options = beam.options.pipeline_options.PipelineOptions([])
    with local_runner(options) as runner:
        return beam.Pipeline(runner=runner, options=options)


def records(_: int) -> Iterable[LabelledTrajectory]:
    """Emit the records."""
    return Rows.rows


def plain(_: int) -> Iterable[dict[str, Any]]:
    """Emit the dictionaries."""
    return Rows.plain


def problem_id(row: LabelledTrajectory) -> str:
    """Return what decides a row's shard."""
    return row.problem.id


def with_shard(row: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Key a dictionary by its shard."""
    return shard_of(row["problem_id"], SHARDS), row


def write_group(group: tuple[int, Iterable[dict[str, Any]]], folder: str) -> None:
    """Write one group of dictionaries."""
    table = pa.Table.from_pylist(list(group[1]), schema=TRAJECTORIES.schema)
    path = f"{folder}/{group[0]}.parquet"
    pq.write_table(table, path, compression="zstd", compression_level=3)


if __name__ == "__main__":
    sys.exit(main("sink", measure))
