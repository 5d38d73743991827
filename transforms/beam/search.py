"""Search shards of problems: one plain DoFn keeps the engine full and commits its own files."""

import concurrent.futures
import hashlib
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import apache_beam as beam
from apache_beam.metrics.metric import Metrics
from apache_beam.pvalue import AsSingleton
from apache_beam.transforms.window import GlobalWindows

from stepsmith.schemas.arrow import ERRORS, ROLLOUTS, TRAJECTORIES
from stepsmith.schemas.records import Problem
from stepsmith.transforms.beam.files import files_of
from stepsmith.transforms.beam.host import Host, host_of
from stepsmith.transforms.beam.report import ShardReport
from stepsmith.transforms.job import Job
from stepsmith.transforms.policy.journal import Journal
from stepsmith.transforms.search.shard import ProblemShard, SearchedShard, make_shard, search_shard
from stepsmith.transforms.sink.layout import shard_of
from stepsmith.transforms.sink.shards import read_footer, write_or_remove, write_shard
from stepsmith.transforms.verify.run import count_undecided

OPEN_SHARDS = 16
"""Shards in work at a time in one process; `process` blocks beyond, so the rest stay splittable."""


class GroupIntoShards(beam.PTransform[Any, Any]):
    """Gather problems into stable shards by the hash of their id.

    Input: `PCollection[Problem]`. Output: `PCollection[ProblemShard]`, one element a shard that
    has a problem; the same problems give the same shards on every runner.
    """

    def __init__(self, shards: int) -> None:
        super().__init__()
        self._shards = shards

    def expand(self, input_or_inputs: Any) -> Any:
        """Key by shard, group, sort."""
        return (
            input_or_inputs
            | "KeyByShard" >> beam.Map(_with_shard, self._shards)
            | "GroupByShard" >> beam.GroupByKey()
            | "SortShard" >> beam.MapTuple(make_shard).with_output_types(ProblemShard)
        )


class Search(beam.PTransform[Any, Any]):
    """Search every problem of each shard and commit the shard's files.

    Input: `PCollection[ProblemShard]`. Output: `PCollection[ShardReport]`. Problems that fail
    are written to the `errors` table with their reason; a dead engine fails the bundle. A shard
    whose files are there is not searched again, so that a retry costs nothing. Nothing is searched
    before `after`, a collection of one element, is there: the written plan.
    """

    def __init__(self, job: Job, *, after: Any) -> None:
        super().__init__()
        self._job = job
        self._after = after

    def expand(self, input_or_inputs: Any) -> Any:
        """Spread the shards over the workers, then search them."""
        search = beam.ParDo(_SearchShard(self._job), AsSingleton(self._after))
        return (
            input_or_inputs
            | "Spread" >> beam.Reshuffle()
            | "SearchShard" >> search.with_output_types(ShardReport)
        )


def _with_shard(problem: Problem, shards: int) -> tuple[int, Problem]:
    return shard_of(problem.id, shards), problem


class _SearchShard(beam.DoFn):
    """Submit a shard, yield whatever has finished; drain at the end of the bundle.

    Metrics are incremented in the bundle's thread alone: from any other they vanish silently.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._counters = {
            name: Metrics.counter("search", name)
            for name in ("problems", "failed", "rollouts", "replayed", "tokens", "shards")
        }
        self._duration = Metrics.distribution("search", "shard_ms")
        self._wait = Metrics.distribution("search", "engine_wait_ms")

    def setup(self) -> None:
        self._host = host_of(self._job)
        self._usage = self._host.usage()

    def start_bundle(self) -> None:
        for left_over in getattr(self, "_open", ()):
            left_over.cancel()
        self._open: set[concurrent.futures.Future[ShardReport]] = set()

    def process(self, element: ProblemShard, plan: str) -> Iterable[ShardReport]:  # noqa: ARG002
        self._open.add(self._host.submit(_search(self._job, self._host, element)))
        yield from self._drain(OPEN_SHARDS)

    def finish_bundle(self) -> Any:
        for report in self._drain(1):
            yield GlobalWindows.windowed_value_at_end_of_window(report)

    def _drain(self, limit: int) -> Iterator[ShardReport]:
        while len(self._open) >= limit:
            done, self._open = concurrent.futures.wait(
                self._open, return_when=concurrent.futures.FIRST_COMPLETED
            )
            for future in done:
                report = future.result()
                self._count(report)
                yield report

    def _count(self, report: ShardReport) -> None:
        self._counters["shards"].inc()
        self._counters["problems"].inc(report.n_problems)
        self._counters["failed"].inc(report.n_failed)
        self._counters["rollouts"].inc(report.n_rollouts)
        self._counters["replayed"].inc(report.n_replayed)
        self._counters["tokens"].inc(report.n_tokens)
        if not report.resumed:
            self._duration.update(report.duration_ms)
        usage = self._host.usage()
        recent, self._usage = usage.since(self._usage), usage
        if recent.n_requests:
            self._wait.update(round(1000 * recent.request_s / recent.n_requests))
        for name, count in report.undecided:
            Metrics.counter("verdicts", f"{name}/undecided").inc(count)


async def _search(job: Job, host: Host, shard: ProblemShard) -> ShardReport:
    started = time.monotonic()
    files = files_of(job.root)
    path = job.layout.shard("searched", shard.index)
    if files.exists(path):
        footer = read_footer(files, path)
        return ShardReport.from_footer(footer.metadata, n_rows=footer.n_rows)
    with Journal(journal_path(job, shard.index), owner=job.digest) as journal:
        searched = await search_shard(
            shard,
            driver=await host.driver(),
            strategy=job.strategy(),
            journal=journal,
            window=host.window,
            on_result=host.count,
        )
        report = _report(shard, searched, time.monotonic() - started)
        _commit(job, report, searched)
        # Only now: until the shard is there, the journal is all that remembers its replies.
        journal.path.unlink()
    return report


def _commit(job: Job, report: ShardReport, searched: SearchedShard) -> None:
    files, layout, footer = files_of(job.root), job.layout, job.footer(**report.footer())
    index = report.index
    write_or_remove(files, layout.shard("rollouts", index), ROLLOUTS, searched.rollouts, footer)
    errors = layout.shard("errors", index, split="search")
    write_or_remove(files, errors, ERRORS, searched.errors, footer)
    write_shard(files, layout.shard("searched", index), TRAJECTORIES, searched.rows, footer)


def _report(shard: ProblemShard, searched: SearchedShard, seconds: float) -> ShardReport:
    undecided = count_undecided(row.outcome for row in searched.rows)
    return ShardReport(
        index=shard.index,
        n_problems=len(shard.problems) + len(shard.errors),
        n_rows=len(searched.rows),
        n_failed=len(searched.errors),
        n_rollouts=len(searched.rollouts),
        n_replayed=searched.n_replayed,
        n_tokens=sum(rollout.n_tokens or 0 for rollout in searched.rollouts),
        undecided=tuple(undecided.items()),
        duration_ms=round(seconds * 1000),
    )


def journal_path(job: Job, index: int) -> Path:
    """Return where a shard's journal is kept: with the run, or on this machine if that is remote.

    Object stores cannot append; there a journal survives the process and not the machine.
    """
    local = files_of(job.root).local_path(job.layout.journal(index))
    if local is not None:
        return Path(local)
    place = hashlib.blake2b(job.root.encode(), digest_size=8).hexdigest()
    folder = Path(tempfile.gettempdir()) / f"stepsmith-journal-{job.digest}-{place}"
    return folder / Path(job.layout.journal(index)).name
