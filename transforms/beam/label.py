"""Label judged shards: pure functions of the rows and of what was fitted to the whole run."""

import time
from collections.abc import Iterable
from typing import Any

import apache_beam as beam
from apache_beam.metrics.metric import Metrics
from apache_beam.pvalue import AsSingleton

from stepsmith.schemas.arrow import TRAJECTORIES
from stepsmith.transforms.beam.files import files_of
from stepsmith.transforms.beam.fit import FitPrior, job_fit
from stepsmith.transforms.beam.report import ShardReport
from stepsmith.transforms.job import Job
from stepsmith.transforms.label import Label as LabelRows
from stepsmith.transforms.label import by_problem
from stepsmith.transforms.label.fitted import read_prior
from stepsmith.transforms.sink.shards import read_footer, read_shard, write_shard


class Label(beam.PTransform[Any, Any]):
    """Label the rows of each judged shard and commit the shard of the data set.

    Input: `PCollection[ShardReport]` of the judged shards. Output: `PCollection[ShardReport]` of
    the labelled ones. A shard that is there is not labelled again. Where the labeler fits a prior,
    no shard is labelled before all are judged and the prior is there.
    """

    def __init__(self, job: Job) -> None:
        super().__init__()
        self._job = job

    def expand(self, input_or_inputs: Any) -> Any:
        """Fit what there is to fit, then label one shard an element."""
        after: tuple[AsSingleton, ...] = ()
        if job_fit(self._job) is not None:
            after = (AsSingleton(input_or_inputs | "FitPrior" >> FitPrior(self._job)),)
        label = beam.ParDo(_LabelShard(self._job), *after).with_output_types(ShardReport)
        return input_or_inputs | "LabelShard" >> label


class _LabelShard(beam.DoFn):
    def __init__(self, job: Job) -> None:
        self._job = job
        self._rows = Metrics.counter("label", "rows")
        self._duration = Metrics.distribution("label", "shard_ms")

    def setup(self) -> None:
        self._label: LabelRows | None = None

    def process(self, element: ShardReport, prior: str | None = None) -> Iterable[ShardReport]:
        started = time.monotonic()
        job, files = self._job, files_of(self._job.root)
        path = job.layout.shard("trajectories", element.index)
        if files.exists(path):
            footer = read_footer(files, path)
            yield ShardReport.from_footer(footer.metadata, n_rows=footer.n_rows)
            return
        label = self._labeler(prior)
        judged = read_shard(files, job.layout.shard("judged", element.index), TRAJECTORIES)
        rows = [row for group in by_problem(judged) for row in label(group)]
        write_shard(files, path, TRAJECTORIES, rows, job.footer(**element.footer()))
        self._rows.inc(len(rows))
        duration_ms = round((time.monotonic() - started) * 1000)
        self._duration.update(duration_ms)
        yield ShardReport(
            index=element.index,
            n_problems=element.n_problems,
            n_rows=len(rows),
            n_failed=element.n_failed,
            duration_ms=duration_ms,
        )

    def _labeler(self, path: str | None) -> LabelRows:
        """Bind the labeler once a worker; not in `setup`, when the prior is not yet there."""
        fit = job_fit(self._job)
        if self._label is None:
            prior = None
            if fit is not None and path is not None:
                prior = read_prior(files_of(path), path, fit, digest=self._job.digest)
            self._label = self._job.labeler(prior)
        return self._label
