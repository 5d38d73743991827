"""Judge the steps of searched shards by tools: no engine needed, so it can be redone."""

import dataclasses
from collections.abc import Iterable
from typing import Any

import apache_beam as beam
from apache_beam.metrics.metric import Metrics

from stepsmith.schemas.arrow import TRAJECTORIES
from stepsmith.transforms.beam.files import files_of
from stepsmith.transforms.beam.host import host_of
from stepsmith.transforms.beam.report import ShardReport
from stepsmith.transforms.beam.retry import read_judged
from stepsmith.transforms.job import Job
from stepsmith.transforms.sink.shards import read_footer, read_shard, write_shard
from stepsmith.transforms.verify.run import count_undecided


class Judge(beam.PTransform[Any, Any]):
    """Add the step verifiers' verdicts to each searched shard and commit the judged shard.

    Input: `PCollection[ShardReport]` of the search. Output: `PCollection[ShardReport]` of the
    judged shards. A shard that is there is not judged again: verdicts are kept apart from labels,
    so that labels can be made anew, and fitted to all of the verdicts, without judging twice.
    """

    def __init__(self, job: Job) -> None:
        super().__init__()
        self._job = job

    def expand(self, input_or_inputs: Any) -> Any:
        """Judge one shard an element."""
        judge = beam.ParDo(_JudgeShard(self._job)).with_output_types(ShardReport)
        return input_or_inputs | "JudgeShard" >> judge


class _JudgeShard(beam.DoFn):
    def __init__(self, job: Job) -> None:
        self._job = job
        self._rows = Metrics.counter("judge", "rows")

    def setup(self) -> None:
        self._host = host_of(self._job)
        self._verification = self._host.verification
        self._verification.prepare(self._job.recipe.verify.steps)

    def process(self, element: ShardReport) -> Iterable[ShardReport]:
        job, files = self._job, files_of(self._job.root)
        path = job.layout.shard("judged", element.index)
        if files.exists(path):
            footer = read_footer(files, path)
            yield ShardReport.from_footer(footer.metadata, n_rows=footer.n_rows)
            return
        searched = read_shard(files, job.layout.shard("searched", element.index), TRAJECTORIES)
        # In a shard that is retried the verdicts on all other problems stand.
        known = read_judged(job, element.index)
        rows = [
            known.get(row.trajectory.id) or self._verification.judge_steps(row) for row in searched
        ]
        # What a relabelling judges anew may run elsewhere than what was searched.
        sandbox = self._host.sandbox or element.sandbox
        counts = dataclasses.replace(element, sandbox=sandbox).footer()
        write_shard(files, path, TRAJECTORIES, rows, job.footer(**counts))
        undecided = count_undecided(
            verdict for row in rows for label in row.labels for verdict in label.verdicts
        )
        for name, count in undecided.items():
            Metrics.counter("verdicts", f"{name}/undecided").inc(count)
        self._rows.inc(len(rows))
        yield ShardReport(
            index=element.index,
            n_problems=element.n_problems,
            n_rows=len(rows),
            n_failed=element.n_failed,
            undecided=tuple(undecided.items()),
            sandbox=sandbox,
        )
