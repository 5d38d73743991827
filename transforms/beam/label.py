"""Judge the steps of searched shards and label them: no engine needed, so it can be redone."""

import time
from collections.abc import Iterable
from typing import Any

import apache_beam as beam
from apache_beam.metrics.metric import Metrics

from stepsmith.schemas.arrow import TRAJECTORIES
from stepsmith.transforms.beam.files import files_of
from stepsmith.transforms.beam.host import host_of
from stepsmith.transforms.beam.report import ShardReport
from stepsmith.transforms.job import Job
from stepsmith.transforms.sink.shards import read_footer, read_shard, write_shard
from stepsmith.transforms.verify.run import count_undecided


class Label(beam.PTransform[Any, Any]):
    """Add step verdicts and labels to each searched shard and commit the shard of the data set.

    Input: `PCollection[ShardReport]` of the search. Output: `PCollection[ShardReport]` of the
    labelled shards. A shard that is there is not labelled again.
    """

    def __init__(self, job: Job) -> None:
        super().__init__()
        self._job = job

    def expand(self, input_or_inputs: Any) -> Any:
        """Label one shard an element."""
        label = beam.ParDo(_LabelShard(self._job)).with_output_types(ShardReport)
        return input_or_inputs | "LabelShard" >> label


class _LabelShard(beam.DoFn):
    def __init__(self, job: Job) -> None:
        self._job = job
        self._rows = Metrics.counter("label", "rows")
        self._duration = Metrics.distribution("label", "shard_ms")

    def setup(self) -> None:
        self._label = self._job.labeler()
        self._verification = host_of(self._job).verification

    def process(self, element: ShardReport) -> Iterable[ShardReport]:
        started = time.monotonic()
        job, files = self._job, files_of(self._job.root)
        path = job.layout.shard("trajectories", element.index)
        if files.exists(path):
            footer = read_footer(files, path)
            yield ShardReport.from_footer(footer.metadata, n_rows=footer.n_rows)
            return
        searched = read_shard(files, job.layout.shard("searched", element.index), TRAJECTORIES)
        rows = [self._label(self._verification.judge_steps(row)) for row in searched]
        write_shard(files, path, TRAJECTORIES, rows, job.footer(**element.footer()))
        undecided = count_undecided(
            verdict for row in rows for label in row.labels for verdict in label.verdicts
        )
        for name, count in undecided.items():
            Metrics.counter("verdicts", f"{name}/undecided").inc(count)
        self._rows.inc(len(rows))
        duration_ms = round((time.monotonic() - started) * 1000)
        self._duration.update(duration_ms)
        yield ShardReport(
            index=element.index,
            n_problems=element.n_problems,
            n_rows=len(rows),
            n_failed=element.n_failed,
            undecided=tuple(undecided.items()),
            duration_ms=duration_ms,
        )
