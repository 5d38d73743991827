"""Nested rows through a Beam pipeline into Parquet shards, against pyarrow writing them by itself.

The limit is `pyarrow.Table.from_pylist` and `write_table` on rows that are dictionaries already,
with the same schema, codec and row groups. `shards` is how a run writes: the element is a shard,
whose DoFn commits its file, so that no row is shuffled. `shuffled` is `WriteDataset`, for rows that
come one by one. Beside them in the same run: a plain DoFn that groups rows by shard, and Beam's
`WriteToParquet` with as many shards. Rates are
rows per second of CPU time; the ratio is taken pair by pair, so that a busy machine slows both.
"""

import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.report import Claim, Findings, main
from benchmarks.sinks.rows import Rows, make_rows
from benchmarks.sinks.ways import (
    write_beam,
    write_plain,
    write_raw,
    write_shards,
    write_shuffled,
)
from stepsmith.schemas.arrow import TRAJECTORIES
from stepsmith.transforms.beam.coders import register_coders

TARGET = 0.70
Sink = Callable[[Path], None]


def measure(*, quick: bool) -> Findings:
    """Time each sink on the same rows, in turn, several times."""
    register_coders()
    rows = list(make_rows(1_000 if quick else 20_000))
    Rows.rows = rows
    Rows.plain = TRAJECTORIES.to_arrow(rows).to_pylist()
    # The rows are the benchmark's own; no sink shall pay for the collector walking over them.
    gc.collect()
    gc.freeze()
    sinks: dict[str, Sink] = {
        "pyarrow": write_raw,
        "shards": write_shards,
        "shuffled": write_shuffled,
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
        share(name, rates[name], rates["pyarrow"], target=TARGET if name == "shards" else None)
        for name in ("shards", "shuffled", "plain_dofn", "write_to_parquet")
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


if __name__ == "__main__":
    sys.exit(main("sink", measure))
