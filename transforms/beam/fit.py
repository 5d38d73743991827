"""Fit a labeler's prior to the judged shards of the whole run, once."""

from collections.abc import Iterable, Sequence
from typing import Any

import apache_beam as beam

from stepsmith.schemas.arrow import TRAJECTORIES
from stepsmith.transforms.beam.files import files_of
from stepsmith.transforms.beam.report import ShardReport
from stepsmith.transforms.job import Job
from stepsmith.transforms.label import Fit, by_problem, fit_of
from stepsmith.transforms.label.fitted import (
    SAMPLE_PROBLEMS,
    Entry,
    entry,
    fit_prior,
    sampled,
    write_prior,
)
from stepsmith.transforms.sink.shards import read_shard


class FitPrior(beam.PTransform[Any, Any]):
    """Gather the evidence of a stable sample of problems, fit the prior and write it.

    Input: `PCollection[ShardReport]` of the judged shards. Output: `PCollection[str]` of one
    element, the path of the prior. One that is there is left as it is, and nothing is read for it:
    shards may have been labelled with it.
    """

    def __init__(self, job: Job) -> None:
        super().__init__()
        self._job = job

    def expand(self, input_or_inputs: Any) -> Any:
        """Extract from each shard, sample, fit."""
        extract = beam.ParDo(_ExtractShard(self._job)).with_output_types(tuple[bytes, str, bytes])
        return (
            input_or_inputs
            | "ExtractEvidence" >> extract
            | "SampleProblems" >> beam.CombineGlobally(SampleProblems())
            | "WritePrior" >> beam.Map(_write, self._job).with_output_types(str)
        )


class SampleProblems(beam.CombineFn):
    """Keep the `limit` entries of the smallest ranks, whatever the order in which they arrive."""

    def __init__(self, limit: int = SAMPLE_PROBLEMS) -> None:
        super().__init__()
        self._limit = limit

    def create_accumulator(self) -> list[Entry]:
        """Begin with none."""
        return []

    def add_input(self, mutable_accumulator: list[Entry], element: Entry) -> list[Entry]:
        """Add an entry; the sample is cut when the bundle's part of it is handed on."""
        mutable_accumulator.append(element)
        return mutable_accumulator

    def merge_accumulators(self, accumulators: Iterable[list[Entry]]) -> list[Entry]:
        """Merge the samples of several parts."""
        entries = (one for accumulator in accumulators for one in accumulator)
        return sampled(entries, limit=self._limit)

    def compact(self, accumulator: list[Entry]) -> list[Entry]:
        """Cut the sample before it travels."""
        return sampled(accumulator, limit=self._limit)

    def extract_output(self, accumulator: list[Entry]) -> list[Entry]:
        """Return the sample."""
        return sampled(accumulator, limit=self._limit)


def job_fit(job: Job) -> Fit[Any, Any] | None:
    """Return what the job's labeler estimates over the run, if anything."""
    return fit_of(job.recipe.label.kind)


class _ExtractShard(beam.DoFn):
    def __init__(self, job: Job) -> None:
        self._job = job

    def setup(self) -> None:
        self._fit = job_fit(self._job)

    def process(self, element: ShardReport) -> Iterable[Entry]:
        job, files = self._job, files_of(self._job.root)
        if self._fit is None or files.exists(job.layout.prior):
            return
        rows = read_shard(files, job.layout.shard("judged", element.index), TRAJECTORIES)
        for group in by_problem(rows):
            evidence = self._fit.extract(group)
            if evidence is not None:
                yield entry(group[0].problem.id, evidence)


def _write(entries: Sequence[Entry], job: Job) -> str:
    fit, path = job_fit(job), job.layout.prior
    return write_once(entries, job, fit=fit, path=path, by=job.recipe.label.kind)


def write_once(
    entries: Sequence[Entry], job: Job, *, fit: Fit[Any, Any] | None, path: str, by: str
) -> str:
    """Fit a prior to the entries and write it, unless it is there; `by` asked for it."""
    files = files_of(job.root)
    if fit is not None and not files.exists(path):
        prior = fit_prior(fit, entries)
        write_prior(files, path, prior, by=by, digest=job.digest, n_problems=len(entries))
    return path
